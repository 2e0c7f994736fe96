/* money_model.h - the model of test_money_model.c: who has which shift and book, what stands where,
 * a payment that somebody asks for and whether it may be. */
#ifndef ANCHANG_TESTS_MONEY_MODEL_H
#define ANCHANG_TESTS_MONEY_MODEL_H

#include "change_fixture.h"

#include "db/deal_fee.h"
#include "db/earnest.h"
#include "db/payover.h"
#include "db/receipt_book.h"
#include "db/shift.h"
#include "db/tender.h"

enum { BOOKS = 60, DEALS = 200, RECEIPTS = 400, REFERENCES = 80, PARTS = 3, PAYOVERS = 60 };
enum { FIT_OUT_DUE = 3000000, FEES = 2, FEE_DUE = 1000000 };
enum { REGISTERED = 'g', OUT = 'o', RETURNED = 'r', VERIFIED = 'v' }; /* states of a book */
enum m_account { ESCROW, GENERAL, AGENCY, ACCOUNTS };

struct m_user {
    struct actor actor;
    int64_t shift; /* 0: none is open */
    int64_t expected[TENDER_COUNT];
};
struct m_book {
    int64_t id, version, first, last, issued;
    int holder; /* -1 */
    char state;
    bool agency;
};
/* What an ended deal gives back out of one account. */
struct m_refund {
    int64_t id, fen[FUND_COUNT]; /* id 0: nothing */
    bool paid;
    enum tender tender; /* by which it was paid, */
    int user;           /* by whom, */
    char day[DAY_TEXT]; /* when */
};
struct m_fee {  /* of a deal; what it owes of each is FEE_DUE */
    int64_t id; /* 0: not chosen */
    int64_t fen, paid_over;
};
struct m_deal {
    bool live, archived;
    int64_t id, fen[FUND_COUNT]; /* of agency fees: none */
    struct m_fee fees[FEES];
    int64_t change; /* by which it ended; 0 */
    int unit, buyer;
    struct m_refund refunds[ACCOUNTS];
};
struct m_receipt {
    struct receipt_key key;
    int deal, buyer; /* deal -1: earnest money */
    int user;
    int64_t lines[FUND_COUNT], tenders[TENDER_COUNT];
    int64_t fees[FEES]; /* of the line of agency fees */
    enum m_account account;
    int slips[PARTS]; /* tender * REFERENCES + reference; -1 */
    char day[DAY_TEXT];
    bool voided;
};

struct m_payover {
    int64_t id, fen[PARTS];
    int deals[PARTS], n, fee;
    int slip; /* of the transfers */
    bool reversed;
};

struct world {
    struct fixture *f;
    struct m_user users[CASHIERS];
    struct m_book books[BOOKS];
    struct m_deal deals[DEALS];
    struct m_receipt receipts[RECEIPTS];
    bool slips[ACCOUNTS][TENDER_COUNT * REFERENCES];
    int on[FIXTURE_UNITS]; /* the live deal; -1 */
    int64_t held[BUYERS], income[FUND_COUNT], cash[TENDER_COUNT][ACCOUNTS];
    int64_t accounts[ACCOUNTS], fees[FEES];
    struct m_payover payovers[PAYOVERS];
    uint64_t seed, random;
    int n_books, n_deals, n_receipts, n_payovers, step;
    int allowed, refused, blank, carried, refunded, exchanged, returned;
};

struct went { /* through all seeds */
    int allowed, refused, receipts, voids, blank, carried, refunded, exchanged, returned, deals,
        payovers, reversed;
    int64_t income;
};

static inline unsigned roll(struct world *w, unsigned n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 33) % n;
}

/* @r against what the model said. */
static inline bool agrees(struct world *w, const char *what, bool allowed, int r)
{
    if (r < 0 && r != -EREFUSED)
        fail_msg("seed %llu step %d: %s: error %d %s", (unsigned long long)w->seed, w->step, what,
                 r, db_error(w->f->db));
    if ((r >= 0) != allowed)
        fail_msg("seed %llu step %d: %s: the model says %s, the answer was %s",
                 (unsigned long long)w->seed, w->step, what, allowed ? "yes" : "no",
                 r >= 0 ? "done" : fault_code_text(w->f->fault.code));
    if (r >= 0)
        w->allowed++;
    else
        w->refused++;
    return r >= 0;
}

/* ---- the site ---- */

/* Fit-out goes to the developer's own account, agency fees to theirs. */
static inline enum m_account account_of(enum fund fund)
{
    return fund == FUND_FIT_OUT ? GENERAL : fund == FUND_AGENCY_FEE ? AGENCY : ESCROW;
}

static inline int64_t account_make(struct fixture *f, const char *kind, const char *fund)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number) "
                            "VALUES ($1, 1, $2, 'Test Ltd', $2) RETURNING id",
                            "it", f->project, kind),
                     1);
    assert_int_equal(
        db_run(f->db, "UPDATE account_rule SET account_id = $2 WHERE fund = $1", "ti", fund, id),
        1);
    return id;
}

/* A fee that everybody may choose. */
static inline int64_t fee_make(struct fixture *f, const char *name)
{
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "agency",
                                .name = name,
                                .standard = "s",
                                .payee = "p",
                                .voluntary = true,
                                .formula = FEE_FLAT,
                                .rate = FEE_DUE};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    return id;
}

/* A book of agency fees, out to a user as those of deal_till() are. */
static inline void fee_book_make(struct world *w, int user)
{
    struct m_book *b = &w->books[w->n_books++];

    *b = (struct m_book){
        .version = 1, .first = 1, .last = 500, .state = OUT, .holder = user, .agency = true};
    assert_int_equal(db_get(w->f->db, &b->id,
                            "INSERT INTO receipt_book (project_id, kind, source, prefix, first_no, "
                            "last_no, state, holder_id, out_ms, made_ms) VALUES ($1, 'agency', "
                            "'system', 'DS' || $2, 1, 500, 'out', $2, 1, 1) RETURNING id",
                            "ii", w->f->project, (int64_t)user + 1),
                     1);
}

/* Users 2 and 3 may take money and not reverse it. */
static inline struct world *world_make(struct fixture *f, uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->f = f;
    w->seed = seed;
    w->random = seed * 0x9E3779B97F4A7C15u | 1;
    w->accounts[ESCROW] = deal_account;
    w->accounts[GENERAL] = account_make(f, "general", "fit_out");
    w->accounts[AGENCY] = account_make(f, "agency", "agency_fee");
    w->fees[0] = fee_make(f, "f1");
    w->fees[1] = fee_make(f, "f2");
    for (int i = 0; i < FIXTURE_UNITS; i++)
        w->on[i] = -1;
    for (int i = 0; i < CASHIERS; i++) {
        w->users[i].actor = f->actor;
        w->users[i].actor.id = i + 1;
        snprintf(w->users[i].actor.name, sizeof(w->users[i].actor.name), "cashier %d", i + 1);
        w->users[i].shift = fixture_of(f, "SELECT id FROM shift WHERE user_id = $1", i + 1);
        if (i > 0)
            w->users[i].actor.rights &= ~RIGHT_BIT(RIGHT_MONEY_REVERSE);
        w->books[w->n_books++] = (struct m_book){.id = deal_books[i],
                                                 .version = 1,
                                                 .first = 1,
                                                 .last = 10000,
                                                 .state = OUT,
                                                 .holder = i};
    }
    for (int i = 0; i < CASHIERS; i++)
        fee_book_make(w, i);
    return w;
}

/* A line beside the schedule. */
static inline void line_add(struct fixture *f, int64_t deal, const char *fund, int64_t fen)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, known_ms, made_ms) SELECT $1, MAX(ordinal) + 1, $2, $3, "
                            "'date', '2027-01-01', $4, $4 FROM receivable WHERE deal_id = $1",
                            "itii", deal, fund, fen, f->now_ms),
                     1);
}

static inline void went_add(struct went *all, const struct world *w)
{
    all->allowed += w->allowed;
    all->refused += w->refused;
    all->receipts += w->n_receipts;
    all->deals += w->n_deals;
    all->blank += w->blank;
    all->carried += w->carried;
    all->refunded += w->refunded;
    all->exchanged += w->exchanged;
    all->returned += w->returned;
    all->payovers += w->n_payovers;
    for (int i = 0; i < w->n_payovers; i++)
        all->reversed += w->payovers[i].reversed;
    for (int i = 0; i < w->n_receipts; i++)
        all->voids += w->receipts[i].voided;
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        all->income += w->income[fund];
}

/* ---- what stands where ---- */

static inline int64_t deal_sum(const struct m_deal *d)
{
    int64_t fen = 0;

    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        fen += d->fen[fund];
    return fen;
}

static inline bool for_house(enum fund fund)
{
    return funds[fund].class == FUND_CLASS_HOUSE || funds[fund].class == FUND_CLASS_LOAN;
}

/* What more may be paid for @fund: the price for all that is for the house, two lines beside. */
static inline int64_t room_of(const struct m_deal *d, enum fund fund)
{
    int64_t house = FIXTURE_TOTAL;

    if (fund == FUND_FIT_OUT)
        return FIT_OUT_DUE - d->fen[fund];
    if (fund == FUND_AGENCY_FEE)
        return 0; /* fee_room() */
    if (!for_house(fund))
        return 0;
    for (enum fund k = 0; k < FUND_COUNT; k++)
        if (for_house(k))
            house -= d->fen[k];
    return house;
}

static inline int64_t fee_room(const struct m_deal *d, int fee)
{
    const struct m_fee *x = &d->fees[fee];
    const int64_t room = FEE_DUE - x->fen - x->paid_over;

    return x->id && room > 0 ? room : 0;
}

/* The @i-th fund in the order of the codes. */
static inline enum fund fund_by_code(size_t i)
{
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        size_t before = 0;

        for (enum fund k = 0; k < FUND_COUNT; k++)
            before += strcmp(funds[k].code, funds[fund].code) < 0;
        if (before == i)
            return fund;
    }
    return FUND_COUNT;
}

/* One that lives, mostly; -1: there is none. */
static inline int deal_some(struct world *w)
{
    int i = -1;

    for (int tries = 0; w->n_deals > 0 && tries < 8; tries++) {
        i = (int)roll(w, (unsigned)w->n_deals);
        if (w->deals[i].live || roll(w, 12) == 0)
            break;
    }
    return i;
}

/* The user's own with leaves, of a kind, mostly. */
static inline struct m_book *book_some(struct world *w, int user, bool agency)
{
    struct m_book *b = NULL;

    for (int tries = 0; tries < 20; tries++) {
        b = &w->books[roll(w, (unsigned)w->n_books)];
        if ((b->holder == user && b->issued < b->last && b->agency == agency) || roll(w, 40) == 0)
            break;
    }
    return b;
}

/* @sign 1: it came in, -1: it is taken back. */
static inline void receipt_count(struct world *w, const struct m_receipt *q, int sign)
{
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        if (fund == FUND_AGENCY_FEE)
            continue;
        if (q->deal >= 0)
            w->deals[q->deal].fen[fund] += sign * q->lines[fund];
        else
            w->held[q->buyer] += sign * q->lines[fund];
    }
    for (int k = 0; k < FEES && q->deal >= 0; k++)
        w->deals[q->deal].fees[k].fen += sign * q->fees[k];
    for (enum tender t = 0; t < TENDER_COUNT; t++) {
        w->cash[t][q->account] += sign * q->tenders[t];
        w->users[q->user].expected[t] += sign * q->tenders[t];
    }
    for (int i = 0; i < PARTS; i++)
        if (q->slips[i] >= 0)
            w->slips[q->account][q->slips[i]] = sign > 0;
}

/* Whether what it brought is still where it was put. */
static inline bool receipt_there(const struct world *w, const struct m_receipt *q)
{
    if (q->deal < 0)
        return w->held[q->buyer] >= q->lines[FUND_EARNEST];
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        if (fund != FUND_AGENCY_FEE && w->deals[q->deal].fen[fund] < q->lines[fund])
            return false;
    for (int k = 0; k < FEES; k++)
        if (w->deals[q->deal].fees[k].fen < q->fees[k])
            return false;
    return true;
}

/* ---- a payment that is asked for ---- */

struct asking {
    struct payment payment;
    struct m_book *book;
    struct m_receipt receipt; /* what it will be */
    enum fund funds[PARTS];
    int fees[PARTS]; /* -1: none is said */
    char references[PARTS][16];
};

/* Which fee a line of agency fees is of: one that the deal has, mostly; -1: none is said. */
static inline int fee_some(struct world *w, enum fund fund, const struct m_deal *d)
{
    const int fee = (int)roll(w, FEES);

    if ((fund == FUND_AGENCY_FEE) != (roll(w, 30) != 0))
        return -1;
    return d && !d->fees[fee].id && roll(w, 4) ? FEES - 1 - fee : fee;
}

static inline void lines_make(struct world *w, struct asking *a, const struct m_deal *d)
{
    static const enum fund some[] = {FUND_DEPOSIT,    FUND_DOWN_PAYMENT, FUND_HOUSE_MONEY,
                                     FUND_DEPOSIT,    FUND_FIT_OUT,      FUND_AGENCY_FEE,
                                     FUND_AGENCY_FEE, FUND_PENALTY,      FUND_REFUND};
    const enum fund first = d ? some[roll(w, roll(w, 6) ? 7 : 9)] : FUND_EARNEST;
    const int64_t amounts[] = {100,
                               300,
                               700,
                               20000,
                               DEPOSIT,
                               d ? room_of(d, first) : 900,
                               d ? room_of(d, first) + 1 : FEE_DUE};

    a->payment.n_lines = roll(w, 3) ? 1 : 2 + roll(w, PARTS - 1);
    for (size_t i = 0; i < a->payment.n_lines; i++) {
        const enum fund fund = i == 0                             ? first
                               : roll(w, 12) == 0                 ? some[roll(w, 9)]
                               : d && account_of(first) == ESCROW ? some[roll(w, 4)]
                                                                  : first;
        const int64_t fen = amounts[roll(w, i == 0 ? 7 : 4)];

        a->funds[i] = roll(w, 40) ? fund : FUND_EARNEST;
        a->fees[i] = fee_some(w, a->funds[i], d);
        a->payment.fees[i] = a->fees[i] < 0 ? 0 : w->fees[a->fees[i]];
        a->payment.lines[i] = (struct payment_line){funds[a->funds[i]].code, fen > 0 ? fen : 1};
    }
}

static inline void tender_make(struct world *w, struct asking *a, size_t i, int64_t fen)
{
    const enum tender tender = (enum tender)roll(w, TENDER_COUNT);
    const int reference = (int)roll(w, REFERENCES);
    struct payment_tender *t = &a->payment.tenders[i];

    *t = (struct payment_tender){.tender = tenders[tender].code, .amount_fen = fen};
    a->receipt.tenders[tender] += fen;
    if (tenders[tender].reference == (roll(w, 20) != 0)) { /* as it should be, or not */
        snprintf(a->references[i], sizeof(a->references[i]), "R%d", reference);
        t->reference = a->references[i];
        a->receipt.slips[i] = (int)tender * REFERENCES + reference;
    }
    if (roll(w, 8) == 0)
        t->account_id =
            w->accounts[roll(w, 6) ? (unsigned)account_of(a->funds[0]) : roll(w, ACCOUNTS)];
}

static inline void tenders_make(struct world *w, struct asking *a)
{
    int64_t left = 0;
    size_t n = roll(w, 2) ? 1 : 2 + roll(w, PARTS - 1);

    for (size_t i = 0; i < a->payment.n_lines; i++)
        left += a->payment.lines[i].amount_fen;
    if (left < (int64_t)n)
        n = 1;
    for (size_t i = 0; i + 1 < n; i++) {
        const int64_t part = 1 + (left - (int64_t)n) / (2 + roll(w, 3));

        tender_make(w, a, i, part);
        left -= part;
    }
    tender_make(w, a, n - 1, roll(w, 25) ? left : left + 1);
    a->payment.n_tenders = n;
}

static inline void asking_make(struct world *w, int user, struct asking *a)
{
    const int deal = roll(w, 5) ? deal_some(w) : -1;
    const struct m_deal *d = deal >= 0 ? &w->deals[deal] : NULL;

    *a = (struct asking){0};
    a->receipt = (struct m_receipt){.deal = deal,
                                    .buyer = d ? d->buyer : (int)roll(w, BUYERS),
                                    .user = user,
                                    .slips = {-1, -1, -1}};
    if (roll(w, 20) == 0)
        a->receipt.buyer = (int)roll(w, BUYERS);
    a->payment = (struct payment){.deal_id = d ? d->id : 0,
                                  .project_id = d ? 0 : w->f->project,
                                  .customer_id = deal_buyers[a->receipt.buyer]};
    lines_make(w, a, d);
    a->book = book_some(w, user, a->funds[0] == FUND_AGENCY_FEE);
    a->payment.book_id = a->book->id;
    tenders_make(w, a);
    a->receipt.account = account_of(a->funds[0]);
    for (size_t i = 0; i < a->payment.n_lines; i++) {
        a->receipt.lines[a->funds[i]] += a->payment.lines[i].amount_fen;
        if (a->fees[i] >= 0)
            a->receipt.fees[a->fees[i]] += a->payment.lines[i].amount_fen;
    }
}

static inline bool lines_fit(const struct asking *a, const struct m_deal *d)
{
    struct m_deal after = d ? *d : (struct m_deal){.live = true};

    for (size_t i = 0; i < a->payment.n_lines; i++) {
        const enum fund fund = a->funds[i];

        if (account_of(fund) != a->receipt.account || (d == NULL) != (fund == FUND_EARNEST) ||
            fund == FUND_REFUND || (fund == FUND_AGENCY_FEE) != (a->fees[i] >= 0))
            return false;
        if (d && a->payment.lines[i].amount_fen >
                     (a->fees[i] < 0 ? room_of(&after, fund) : fee_room(&after, a->fees[i])))
            return false;
        if (a->fees[i] < 0)
            after.fen[fund] += a->payment.lines[i].amount_fen;
        else
            after.fees[a->fees[i]].fen += a->payment.lines[i].amount_fen;
    }
    return true;
}

static inline bool tenders_fit(const struct world *w, const struct asking *a)
{
    int64_t paid = 0;

    for (size_t i = 0; i < a->payment.n_lines; i++)
        paid -= a->payment.lines[i].amount_fen;
    for (size_t i = 0; i < a->payment.n_tenders; i++) {
        const struct payment_tender *t = &a->payment.tenders[i];
        const int slip = a->receipt.slips[i];

        if ((strcmp(t->tender, "cash") == 0) != (slip < 0))
            return false;
        if (t->account_id && t->account_id != w->accounts[a->receipt.account])
            return false;
        if (slip >= 0 && w->slips[a->receipt.account][slip])
            return false;
        for (size_t k = 0; k < i; k++)
            if (slip >= 0 && slip == a->receipt.slips[k])
                return false;
        paid += t->amount_fen;
    }
    return paid == 0;
}

static inline bool asking_fits(const struct world *w, int user, const struct asking *a)
{
    const struct m_deal *d = a->receipt.deal >= 0 ? &w->deals[a->receipt.deal] : NULL;

    return (!d || (d->live && d->buyer == a->receipt.buyer)) && w->users[user].shift &&
           a->book->holder == user && a->book->issued < a->book->last &&
           a->book->agency == (a->funds[0] == FUND_AGENCY_FEE) && lines_fit(a, d) &&
           tenders_fit(w, a);
}

#endif
