/* test_money_model.c - random legal and illegal steps of money against a model written apart:
 * shifts, books, receipts in several tenders, what takes them back, earnest money, agency fees paid
 * over, deals that end by a change, what they give back, paid and taken back; contracts, their area
 * settled and settled anew, what is owed for paying late, taken and waived; papers swapped, and
 * what the bank says of all of it (FC 10, 27.4 to 27.6; RS I4 to I11). What the model refuses must
 * be refused, what it allows must happen; after each step the sums of the ledger are the model's,
 * by fund and by tender, what came in less what went back is what is there, every number is
 * counted, a deal that ended has what it is to give back and nothing else, and no due line has more
 * than it asks for. A million steps at night. A failure prints the seed and the step that play it
 * again: ANCHANG_MODEL_SEED.
 */
#include "money_after.h"
#include "money_asking.h"
#include "money_fee.h"
#include "money_ledger.h"
#include "money_paper.h"
#include "refund_fixture.h"

enum { STEPS = 1000, SEEDS = 10, SEEDS_NIGHTLY = 1000, EACH_ACCOUNT = 10, VERIFY_EACH = 125 };

/* ---- shifts ---- */

static void do_shift_open(struct world *w, int user)
{
    struct m_user *u = &w->users[user];
    const int64_t fen = (int64_t)roll(w, 3) * 10000;
    int64_t id = 0;

    if (!agrees(w, "open a shift", !u->shift, FIXTURE_DO(w->f, tx, shift_open(tx, 0, fen, &id))))
        return;
    u->shift = id;
    memset(u->expected, 0, sizeof(u->expected));
    u->expected[TENDER_CASH] = fen;
}

/* Of a user's own or another's; counted rightly, wrongly, wrongly with a reason, or not at all. */
static void do_shift_close(struct world *w, int user)
{
    struct m_user *u = &w->users[user], *of = roll(w, 8) ? u : &w->users[roll(w, CASHIERS)];
    const unsigned wrong = roll(w, 6);
    struct shift_counted counts[TENDER_COUNT];
    bool fits = true;

    for (enum tender t = 0; t < TENDER_COUNT; t++) {
        counts[t] = (struct shift_counted){.tender = t, .fen = of->expected[t]};
        if (wrong <= 1)
            counts[t].fen++;
        if (wrong == 1)
            counts[t].reason = "多一分";
        if (wrong == 2 && of->expected[t] != 0)
            fits = false;
    }
    fits = wrong != 0 && fits && of->shift && of == u;
    if (agrees(w, "close a shift", fits,
               FIXTURE_DO(w->f, tx,
                          shift_close(tx, of->shift, counts, wrong == 2 ? 0 : TENDER_COUNT, 0))))
        u->shift = 0;
}

/* ---- books ---- */

static void do_book_new(struct world *w)
{
    struct m_book *b = &w->books[w->n_books];
    char prefix[16];
    const int64_t first = 1 + roll(w, 50);
    struct receipt_book_new new = {.project_id = w->f->project,
                                   .source = "system",
                                   .prefix = prefix,
                                   .first_no = first,
                                   .last_no = first + roll(w, 12)};
    const bool taken = w->n_books > 2 * CASHIERS && roll(w, 8) == 0;

    if (w->n_books == BOOKS)
        return;
    *b = (struct m_book){.version = 1, .state = REGISTERED, .holder = -1};
    b->agency = roll(w, 4) == 0;
    new.kind = b->agency ? "agency" : "receipt";
    snprintf(prefix, sizeof(prefix), "M%d", taken ? w->n_books - 1 : w->n_books);
    if (taken)
        new.first_no = new.last_no = w->books[w->n_books - 1].last;
    if (!agrees(w, "register a book", !taken,
                FIXTURE_DO(w->f, tx, receipt_book_create(tx, &new, &b->id))))
        return;
    b->first = new.first_no;
    b->last = new.last_no;
    b->issued = b->first - 1;
    w->n_books++;
}

static void do_book_step(struct world *w, int user)
{
    static const char after[] = {[BOOK_TAKE_OUT] = OUT,
                                 [BOOK_RETURN] = RETURNED,
                                 [BOOK_TAKE_BACK] = RETURNED,
                                 [BOOK_VERIFY] = VERIFIED};
    const enum receipt_book_step step =
        roll(w, 2) ? BOOK_TAKE_OUT : (enum receipt_book_step)roll(w, 4);
    struct m_book *b = &w->books[roll(w, (unsigned)w->n_books)];
    const bool fits = step == BOOK_TAKE_OUT    ? b->state == REGISTERED || b->state == RETURNED
                      : step == BOOK_RETURN    ? b->state == OUT && b->holder == user
                      : step == BOOK_TAKE_BACK ? b->state == OUT
                                               : b->state == RETURNED;
    const bool late = roll(w, 12) == 0; /* read by somebody before */

    if (!agrees(w, "a step of a book", fits && !late,
                FIXTURE_DO(w->f, tx, receipt_book_step(tx, b->id, b->version - late, step))))
        return;
    b->version++;
    b->state = after[step];
    b->holder = step == BOOK_TAKE_OUT ? user : -1;
}

static void do_spoil(struct world *w, int user)
{
    struct m_book *b = book_some(w, user, roll(w, 4) == 0);
    const bool fits = b->holder == user && b->issued < b->last;
    struct receipt_key key;

    if (!agrees(w, "spoil a leaf", fits,
                FIXTURE_DO(w->f, tx,
                           receipt_spoil(tx, b->id, roll(w, 2) ? "spoilt" : "lost", "r", &key))))
        return;
    assert_int_equal(key.no, ++b->issued);
    w->blank++;
}

/* ---- money in ---- */

static void taken(struct world *w, struct asking *a, const struct receipt_key *key)
{
    struct m_receipt *q = &w->receipts[w->n_receipts++];
    int64_t late = 0;

    assert_int_equal(key->no, ++a->book->issued);
    *q = a->receipt;
    q->key = *key;
    q->voucher = fixture_count(w->f, "SELECT MAX(id) FROM voucher");
    day_of(w->f->now_ms, q->day);
    for (size_t i = 0; i < a->payment.n_lines; i++)
        if (a->funds[i] == FUND_LATE_FEE)
            late_take(w, &w->deals[q->deal], late += a->payment.lines[i].amount_fen);
    receipt_count(w, q, 1);
    for (int i = 0; i < q->n_parts; i++)
        if (q->bank[i] >= 0)
            bank_posted(w, w->n_receipts - 1, i, q->bank[i]);
}

static void do_take(struct world *w, int user)
{
    struct asking a;
    struct receipt_key key;

    if (w->n_receipts == RECEIPTS || w->n_deals == 0)
        return;
    asking_make(w, user, &a);
    if (agrees(w, "take money", asking_fits(w, user, &a),
               FIXTURE_DO(w->f, tx, receipt_take(tx, &a.payment, &key))))
        taken(w, &a, &key);
}

/* By who took it on its day, or with the right to. User 1 has it, the others have not. */
static void do_void(struct world *w, int user)
{
    const int i = w->n_receipts - 1 - (int)roll(w, roll(w, 2) ? 5 : RECEIPTS);
    struct m_receipt *q = i >= 0 ? &w->receipts[i] : NULL;
    const struct receipt_key *key;
    char today[DAY_TEXT];
    bool fits;

    if (!q)
        return;
    day_of(w->f->now_ms, today);
    key = q->before.no && roll(w, 4) == 0 ? &q->before : &q->key;
    fits = !q->voided && w->users[user].shift && (q->deal < 0 || w->deals[q->deal].live) &&
           (user == 0 || (q->user == user && strcmp(q->day, today) == 0)) && receipt_there(w, q) &&
           key == &q->key;
    if (!agrees(w, "take a receipt back", fits, FIXTURE_DO(w->f, tx, receipt_void(tx, key, "r"))))
        return;
    q->user = user; /* whose shift it goes out of */
    receipt_count(w, q, -1);
    q->voided = true;
}

/* ---- earnest money ---- */

static void do_carry(struct world *w)
{
    static const char *const into[] = {"deposit", "booking", "house_money"};
    const unsigned fund = roll(w, 8) ? roll(w, 2) : 2;
    const int i = deal_some(w);
    struct m_deal *d = i < 0 ? NULL : &w->deals[i];
    const int buyer = !d || roll(w, 12) == 0 ? (int)roll(w, BUYERS) : d->buyer;
    const int64_t held = w->held[buyer], room = d ? room_of(d, FUND_DEPOSIT) : 0;
    struct earnest_carry carry = {.fund = into[fund], .customer_id = deal_buyers[buyer]};
    bool fits;

    if (!d)
        return;
    carry.deal_id = d->id;
    carry.amount_fen =
        roll(w, 6) == 0 ? held + 1 : 1 + (int64_t)roll(w, 1 + (unsigned)(held % 100000000));
    fits = d->live && buyer == d->buyer && carry.amount_fen <= held && carry.amount_fen <= room &&
           fund != 2;
    if (!agrees(w, "carry over", fits, FIXTURE_DO(w->f, tx, earnest_carry(tx, &carry))))
        return;
    w->held[buyer] -= carry.amount_fen;
    deal_move(w, d, fund_find(into[fund]), carry.amount_fen, -1);
    w->carried++;
}

/* Asked back, looked at by another, and paid or not: what is refused is held as before. */
static void do_earnest_back(struct world *w)
{
    const int buyer = (int)roll(w, BUYERS);
    const int64_t held = w->held[buyer], fen = roll(w, 6) == 0 ? held + 1 : 1 + held / 2;
    const struct refund_ask ask = {.project_id = w->f->project,
                                   .customer_id = deal_buyers[buyer],
                                   .lines = {{"earnest", fen}},
                                   .n_lines = 1,
                                   .reason = "r",
                                   .bank = "b",
                                   .account = "62220212"};
    int64_t id = 0;

    w->f->as = &w->f->actor;
    if (!agrees(w, "earnest money back", fen <= held,
                FIXTURE_DO(w->f, tx, refund_request(tx, &ask, &id))))
        return;
    if (roll(w, 4) == 0) {
        assert_int_equal(refund_decide(w->f, id, APPROVAL_REJECTED), 0);
        return;
    }
    assert_int_equal(refund_decide(w->f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(w->f, id, fen), 0);
    if (w->users[0].shift) /* of who paid it */
        w->users[0].expected[TENDER_TRANSFER] -= fen;
    w->cash[TENDER_TRANSFER][ESCROW] -= fen;
    w->held[buyer] -= fen;
    w->refunded++;
}

/* ---- deals ---- */

static void do_deal_new(struct world *w, int unit)
{
    struct m_deal *d = &w->deals[w->n_deals];
    const int buyer = (int)roll(w, BUYERS);
    struct deal_open open;

    if (w->n_deals == DEALS || w->on[unit] >= 0)
        return;
    w->f->as = &w->f->actor;
    *d = (struct m_deal){.live = true, .unit = unit, .buyer = buyer, .contract = roll(w, 2)};
    open = deal_asked(w->f, d->contract ? 'C' : 'S', w->f->units[unit], (size_t)buyer);
    if (d->contract)
        open.document = document_next(w);
    d->id = deal_of(w->f, &open);
    w->contracts += d->contract;
    line_add(w->f, d->id, "fit_out", FIT_OUT_DUE);
    w->on[unit] = w->n_deals++;
    lines_of(w, d);
}

/* What is kept goes first from the fund whose code comes first; a penalty is one. */
static void kept(struct world *w, struct m_deal *d, int64_t fen, bool penalty)
{
    for (size_t i = 0; i < FUND_COUNT && fen > 0; i++) {
        const enum fund fund = fund_by_code(i);
        const int64_t part = d->fen[fund] < fen ? d->fen[fund] : fen;

        d->fen[fund] -= part;
        w->income[penalty ? FUND_PENALTY : fund] += part;
        fen -= part;
    }
}

/* All that is left is to be paid back, out of each account by itself. */
static void due(struct world *w, struct m_deal *d)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        struct m_refund *q = &d->refunds[i];
        int64_t fen = 0;

        *q = (struct m_refund){.id = 0};
        for (enum fund fund = 0; fund < FUND_COUNT; fund++)
            if ((int)account_of(fund) == i)
                fen += q->fen[fund] = d->fen[fund];
        assert_true(db_get(w->f->db, &q->id,
                           "SELECT f.id FROM refund f JOIN refund_line l ON l.refund_id = f.id "
                           "JOIN ledger_account a ON a.id = l.account_id JOIN account_rule k ON "
                           "k.fund = a.fund WHERE f.change_id = $1 AND k.account_id = $2 LIMIT 1",
                           "ii", d->change, w->accounts[i]) >= 0);
        equal(w, "to be paid back", "of an account",
              fixture_of(w->f,
                         "SELECT COALESCE(SUM(amount_fen), 0) FROM refund_line WHERE "
                         "refund_id = $1",
                         q->id),
              fen);
    }
}

/* It ends: so much is ours, with a penalty of the buyer or without, the rest goes back. */
static void do_cancel(struct world *w, struct m_deal *d)
{
    const bool rescind = roll(w, 3) == 0, wrong = roll(w, 4) == 0;
    const int64_t has = deal_sum(d),
                  ours = roll(w, 2) ? 0 : (int64_t)roll(w, (unsigned)(has % 90000000) + 1);
    const int64_t penalty = rescind ? (has - ours) / (1 + roll(w, 3)) + (roll(w, 4) == 0) : 0;
    struct deal_change_ask ask =
        change_of(w->f, rescind ? DEAL_CHANGE_RESCIND : DEAL_CHANGE_CANCEL, d->id, 0);
    int64_t change = 0;

    ask.refund_fen = has - ours + wrong;
    ask.forfeit_fen = ours;
    ask.penalty_fen = penalty;
    if (!agrees(w, "cancel", d->live && !wrong && penalty <= has - ours && !credit_left(d),
                change_ask(w->f, &ask, &change)))
        return;
    change_approve(w->f, change);
    price_reviewed(w, d);
    d->live = false;
    w->on[d->unit] = -1;
    kept(w, d, ours, false);
    kept(w, d, penalty, true);
    d->change = change;
    due(w, d);
}

/* ---- what an ended deal gives back ---- */

/* @sign 1: it went out, -1: it came back. */
static void refund_count(struct world *w, struct m_deal *d, struct m_refund *q, int account,
                         int user, int sign)
{
    int64_t fen = 0;

    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        d->fen[fund] -= sign * q->fen[fund];
        fen += q->fen[fund];
    }
    w->cash[q->tender][account] -= sign * fen;
    if (w->users[user].shift)
        w->users[user].expected[q->tender] -= sign * fen;
}

/* One of an account, that is paid or not, mostly. */
static int refund_some(struct world *w, const struct m_deal *d, bool paid)
{
    int account = 0;

    for (int tries = 0; tries < 6; tries++) {
        account = (int)roll(w, ACCOUNTS);
        if (d->refunds[account].id && d->refunds[account].paid == paid)
            break;
    }
    return account;
}

/* Nobody gave an account to transfer to; what goes out goes in cash or by cheque. */
static void do_pay_back(struct world *w, int user, struct m_deal *d)
{
    const int account = refund_some(w, d, false);
    struct m_refund *q = &d->refunds[account];
    const enum tender tender = (enum tender)roll(w, TENDER_COUNT);
    int64_t fen = 0;

    if (!q->id)
        return;
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        fen += q->fen[fund];
    fen += roll(w, 12) == 0;
    if (!agrees(w, "pay back",
                !q->paid &&
                    fen == fixture_of(w->f,
                                      "SELECT SUM(amount_fen) FROM refund_line WHERE "
                                      "refund_id = $1",
                                      q->id) &&
                    (tender == TENDER_CHEQUE || (tender == TENDER_CASH && w->users[user].shift)),
                refund_try_pay(w->f, refund_payout_of(w->f, q->id, tenders[tender].code, fen))))
        return;
    q->paid = true;
    q->tender = tender;
    q->user = user;
    day_of(w->f->now_ms, q->day);
    refund_count(w, d, q, account, user, 1);
    w->refunded++;
}

/* As a receipt is taken back: by who paid it on its day, or with the right to. */
static void do_back(struct world *w, int user, struct m_deal *d)
{
    const int account = refund_some(w, d, true);
    struct m_refund *q = &d->refunds[account];
    char today[DAY_TEXT];
    int64_t version;

    if (!q->id)
        return;
    day_of(w->f->now_ms, today);
    version = fixture_of(w->f, "SELECT version FROM refund WHERE id = $1", q->id);
    if (!agrees(w, "take a refund back",
                q->paid && w->users[user].shift &&
                    (user == 0 || (q->user == user && strcmp(q->day, today) == 0)),
                FIXTURE_DO(w->f, tx, refund_reverse(tx, q->id, version, "r"))))
        return;
    q->paid = false;
    refund_count(w, d, q, account, user, -1);
    w->returned++;
}

/* Money and what it owes beside its schedule go along; what its area was settled for does not: the
 * other home is measured anew. */
static void exchanged(struct world *w, struct m_deal *d, struct m_deal *to, int unit)
{
    *to = (struct m_deal){.live = true, .contract = d->contract, .unit = unit, .buyer = d->buyer};
    to->id = fixture_of(w->f, "SELECT id FROM deal WHERE from_deal_id = $1", d->id);
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        if (d->fen[fund])
            deal_move(w, to, fund, d->fen[fund], -1);
    d->live = false;
    memset(d->fen, 0, sizeof(d->fen));
    for (int k = 0; k < FEES; k++) {
        if (!d->fees[k].id)
            continue;
        to->fees[k] = (struct m_fee){.fen = d->fees[k].fen};
        to->fees[k].id = fixture_of(w->f,
                                    "SELECT x.id FROM deal_fee x JOIN deal_fee o ON o.fee_id = "
                                    "x.fee_id JOIN deal d ON d.id = x.deal_id AND d.from_deal_id "
                                    "= o.deal_id WHERE o.id = $1",
                                    d->fees[k].id);
        d->fees[k].fen = 0;
    }
    w->on[d->unit] = -1;
    w->on[unit] = w->n_deals++;
    w->exchanged++;
    lines_carry(w, d, to);
}

static void do_exchange(struct world *w, struct m_deal *d, int unit)
{
    struct deal_change_ask ask;
    struct m_deal *to = &w->deals[w->n_deals];
    const int64_t from_unit = w->f->units[d->unit];
    int64_t change = 0;

    if (w->n_deals == DEALS || w->on[unit] >= 0)
        return;
    ask = change_of(w->f, DEAL_CHANGE_EXCHANGE, d->id, w->f->units[unit]);
    if (d->contract)
        ask.document = document_next(w);
    if (!agrees(w, "exchange", !credit_left(d), change_ask(w->f, &ask, &change)))
        return;
    change_approve(w->f, change);
    exchanged(w, d, to, unit);
    assert_int_equal(
        db_run(w->f->db, "UPDATE unit SET price_reviewed = 1 WHERE id = $1", "i", from_unit), 1);
}

/* When all that it gives back was paid; what comes back later is due all the same. */
static void do_archive(struct world *w, struct m_deal *d)
{
    if (agrees(w, "archive", !d->archived && deal_sum(d) == 0, change_archive(w->f, d->change)))
        d->archived = true;
}

/* Something about an ended one. */
static void do_ended(struct world *w, int user)
{
    struct m_deal *d = NULL;
    const unsigned what = roll(w, 8);

    for (int tries = 0; tries < 20 && !(d && d->change); tries++)
        d = &w->deals[roll(w, (unsigned)w->n_deals)];
    if (!d->change)
        return;
    if (what == 0) {
        w->f->as = &w->f->actor;
        do_archive(w, d);
    } else if (what <= 3) {
        do_back(w, user, d);
    } else {
        do_pay_back(w, user, d);
    }
}

static void do_deal(struct world *w, int user)
{
    const int i = deal_some(w);
    struct m_deal *d = i < 0 ? NULL : &w->deals[i];

    if (!d)
        return;
    if (roll(w, 2)) {
        do_ended(w, user);
        return;
    }
    w->f->as = &w->f->actor;
    switch (roll(w, 2)) {
    case 0:
        if (d->live)
            do_cancel(w, d);
        return;
    default:
        if (d->live)
            do_exchange(w, d, (int)roll(w, FIXTURE_UNITS));
    }
}

/* ---- a run ---- */

static void step_random(struct world *w)
{
    const int user = (int)roll(w, CASHIERS);

    w->f->as = &w->users[user].actor;
    w->f->now_ms += roll(w, 50) == 0 ? FIXTURE_DAY / 2 * (1 + roll(w, 6)) : 1000;
    switch (roll(w, 45)) {
    case 0:
        do_shift_open(w, user);
        break;
    case 1:
        if (roll(w, 3) == 0)
            do_shift_close(w, user);
        break;
    case 2:
        do_book_new(w);
        break;
    case 3:
    case 4:
        do_book_step(w, user);
        break;
    case 5:
        do_spoil(w, user);
        break;
    case 6:
    case 7:
        do_carry(w);
        break;
    case 8:
        if (roll(w, 2) == 0)
            do_earnest_back(w);
        break;
    case 9:
    case 10:
        do_deal_new(w, (int)roll(w, FIXTURE_UNITS));
        break;
    case 11:
        do_deal(w, user);
        break;
    case 12:
    case 13:
    case 14:
        do_void(w, user);
        break;
    case 15:
    case 16:
    case 33:
    case 34:
    case 35:
        if (w->n_deals > 0)
            do_ended(w, user);
        break;
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
        do_fee(w);
        break;
    case 22:
    case 23:
        do_swap(w, user);
        break;
    case 24:
    case 25:
    case 26:
        do_bank(w);
        break;
    case 27:
    case 28:
    case 29:
    case 30:
    case 31:
    case 32:
        do_after(w);
        break;
    default:
        do_take(w, user);
    }
    w->f->as = &w->f->actor;
}

static void run_seed(struct fixture *f, uint64_t seed, struct went *all)
{
    struct world *w = world_make(f, seed);

    for (w->step = 0; w->step < STEPS; w->step++) {
        step_random(w);
        sums_compare(w, w->step % EACH_ACCOUNT == 0);
        after_compare(w);
        if (w->step % EACH_ACCOUNT == 0) {
            accounts_compare(w);
            bank_compare(w);
        }
        if (w->step % VERIFY_EACH == VERIFY_EACH - 1)
            deal_verify(f);
    }
    went_add(all, w);
    free(w);
}

static void test_against_the_model(void **state)
{
    const char *seed = getenv("ANCHANG_MODEL_SEED");
    const int seeds = fixture_rounds(SEEDS, SEEDS_NIGHTLY);
    struct went all = {0};

    (void)state;
    for (int i = 0; i < seeds; i++) {
        void *one = NULL;

        assert_int_equal(refund_setup(&one), 0);
        run_seed(one, seed ? strtoull(seed, NULL, 10) : (uint64_t)i + 1, &all);
        assert_int_equal(fixture_teardown(&one), 0);
    }
    /* It went everywhere, and often. */
    assert_true(all.receipts > seeds * 20 && all.voids > seeds * 4 && all.blank > seeds);
    assert_true(all.carried > seeds && all.refunded > seeds && all.exchanged > seeds / 2);
    assert_true(all.returned > seeds / 2);
    assert_true(all.payovers > seeds && all.reversed > seeds / 4);
    assert_true(all.contracts > seeds && all.swapped > seeds && all.posted > seeds);
    assert_true(all.unposted > seeds && all.settled > seeds && all.unsettled > seeds / 4);
    assert_true(all.credited_out > seeds / 8 && all.late > seeds / 4 && all.waived > seeds / 4);
    assert_true(all.income != 0 && all.refused > all.allowed / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_the_model)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
