/* test_deal_fee.c - agency fees: worked out from a deal, taken on books of their own, paid over,
 * taken back; never any of the house's money (FI-09, FI-10). */
#include "refund_fixture.h"

#include "db/bank.h"
#include "db/deal_fee.h"
#include "db/money.h"
#include "db/payover.h"
#include "db/receipt_book.h"
#include "db/unit_class.h"

enum { FLAT = 30000, AREA_RATE = 12345, PRICE_RATE = 15000 };

static int64_t fee_account, fee_book, fee_flat, fee_area, fee_price;

/* ---- the site ---- */

static int64_t fee_new(struct fixture *f, const char *name, enum fee_formula formula, int64_t rate)
{
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "agency",
                                .name = name,
                                .standard = "s",
                                .payee = "市税务局",
                                .voluntary = true,
                                .classes = CLASS_BIT(UNIT_CLASS_HOME),
                                .formula = formula,
                                .rate = rate};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    return id;
}

static int fee_setup(void **state)
{
    int r = refund_setup(state);
    struct fixture *f = *state;
    const struct receipt_book_new book = {.project_id = f->project,
                                          .kind = "agency",
                                          .source = "system",
                                          .prefix = "DS",
                                          .first_no = 1,
                                          .last_no = 99};

    assert_int_equal(db_get(f->db, &fee_account,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number) "
                            "VALUES ($1, 1, 'agency', 'Test Ltd', '6333') RETURNING id",
                            "i", f->project),
                     1);
    assert_int_equal(db_run(f->db,
                            "UPDATE account_rule SET account_id = $1 WHERE fund = 'agency_fee'",
                            "i", fee_account),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_create(tx, &book, &fee_book)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, fee_book, 1, BOOK_TAKE_OUT)), 0);
    fee_flat = fee_new(f, "代办产证", FEE_FLAT, FLAT);
    fee_area = fee_new(f, "维修资金", FEE_AREA, AREA_RATE);
    fee_price = fee_new(f, "契税", FEE_PRICE, PRICE_RATE);
    return r;
}

static int choose(struct fixture *f, int64_t deal, int64_t fee)
{
    return FIXTURE_DO(f, tx, deal_fee_choose(tx, deal, &fee, 1));
}

static int64_t chosen(struct fixture *f, int64_t deal, int64_t fee)
{
    int64_t id = 0;

    assert_int_equal(choose(f, deal, fee), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_find(tx, deal, fee, &id)), 0);
    return id;
}

static struct payment payment_of(int64_t deal, int64_t fee, int64_t fen)
{
    return (struct payment){.deal_id = deal,
                            .book_id = fee_book,
                            .lines = {{"agency_fee", fen}},
                            .fees = {fee},
                            .n_lines = 1,
                            .tenders = {{.tender = "cash", .amount_fen = fen}},
                            .n_tenders = 1};
}

static int try_take(struct fixture *f, const struct payment *p, struct receipt_key *key)
{
    return FIXTURE_DO(f, tx, receipt_take(tx, p, key));
}

static struct receipt_key taken(struct fixture *f, int64_t deal, int64_t fee, int64_t fen)
{
    const struct payment p = payment_of(deal, fee, fen);
    struct receipt_key key = {0, 0};

    assert_int_equal(try_take(f, &p, &key), 0);
    return key;
}

static int pay_over(struct fixture *f, int64_t fee, const struct payover_line *lines, size_t n,
                    int64_t *ret_id)
{
    static char reference[24];
    static int used;
    struct payover p = {.project_id = f->project, .fee_id = fee, .lines = lines, .n_lines = n};

    snprintf(reference, sizeof(reference), "ZF-%d", ++used);
    p.tender = (struct payment_tender){.tender = "transfer", .reference = reference};
    for (size_t i = 0; i < n; i++)
        p.tender.amount_fen += lines[i].amount_fen;
    return FIXTURE_DO(f, tx, payover_make(tx, &p, ret_id));
}

/* ---- what is there ---- */

struct found {
    int64_t id;
    struct deal_fee_row row;
};

/* Who wrote it down; what a row says is gone when the next one is read. */
static char said_user[80];

static int row_take(void *arg, const struct deal_fee_row *row)
{
    struct found *found = arg;

    if (row->id != found->id)
        return 0;
    found->row = *row;
    snprintf(said_user, sizeof(said_user), "%s", row->user);
    found->row.user = said_user;
    return 0;
}

static struct deal_fee_row row_of(struct fixture *f, int64_t deal, int64_t id)
{
    struct found found = {.id = id};

    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_each(tx, deal, row_take, &found)), 0);
    assert_int_equal(found.row.id, id);
    return found.row;
}

static void sums_are(struct fixture *f, int64_t deal, int64_t id, const int64_t sums[4])
{
    const struct deal_fee_row row = row_of(f, deal, id);

    assert_int_equal(row.sums.collected_fen, sums[0]);
    assert_int_equal(row.sums.paid_over_fen, sums[1]);
    assert_int_equal(row.sums.refunded_fen, sums[2]);
    assert_int_equal(row.sums.balance_fen, sums[3]);
}

/* ---- how much ---- */

/* By hand: 12345 fen a m2 of 89.37 m2 is 1103272.65; 1.5 % of 1000010.33 yuan is 15000.15495. */
static void test_vectors(void **state)
{
    static const struct {
        enum fee_formula formula;
        int64_t rate, base, fen;
    } vectors[] = {
        {FEE_FLAT, 30000, 0, 30000},
        {FEE_FLAT, 1, 99, 1},
        {FEE_AREA, 12345, 8937, 1103273},
        {FEE_AREA, 10000, 12000, 1200000},
        {FEE_AREA, 1, 50, 1}, /* a half goes up */
        {FEE_PRICE, 15000, 100001033, 1500015},
        {FEE_PRICE, 1000000, 123, 123},
        {FEE_PRICE, 500, 1000, 1}, /* a half goes up */
        {FEE_PRICE, 1000000, MONEY_MAX_FEN, MONEY_MAX_FEN},
    };
    static const struct {
        enum fee_formula formula;
        int64_t rate, base;
    } none[] = {{FEE_NONE, 1, 1},       {FEE_FLAT, 0, 1},
                {FEE_AREA, 1, 49},      {FEE_AREA, 5, 0},
                {FEE_PRICE, 499, 1000}, {FEE_PRICE, 1, MONEY_MAX_FEN + 1},
                {FEE_FLAT, -1, 1},      {FEE_AREA, MONEY_MAX_FEN, 101}};
    int64_t fen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        assert_int_equal(fee_sum(vectors[i].formula, vectors[i].rate, vectors[i].base, &fen), 0);
        assert_int_equal(fen, vectors[i].fen);
    }
    fen = 7;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(fee_sum(none[i].formula, none[i].rate, none[i].base, &fen), -ERANGE);
    assert_int_equal(fen, 7);
}

/* ---- chosen ---- */

static void test_chosen(void **state)
{
    struct fixture *f = *state;
    const int64_t booked = deal_new(f, 'B', f->units[1], 1),
                  deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t gross = fixture_of(
        f, "SELECT COALESCE(MAX(gross), 0) FROM unit_area WHERE unit_id = $1", f->units[0]);
    int64_t id, fen = 0;
    struct deal_fee_row row;

    assert_refused(f, choose(f, booked, fee_flat), FEE_STAGE);
    assert_refused(f, choose(f, deal, 99), NOT_FOUND);
    id = chosen(f, deal, fee_flat);
    assert_refused(f, choose(f, deal, fee_flat), FEE_CHOSEN);
    row = row_of(f, deal, id);
    assert_int_equal(row.amount_fen, FLAT);
    assert_int_equal(row.owed_fen, FLAT);
    assert_string_equal(row.user, "李雷");
    assert_int_equal(row.at_ms, f->now_ms);
    row = row_of(f, deal, chosen(f, deal, fee_price));
    assert_int_equal(row.base, FIXTURE_TOTAL);
    assert_int_equal(fee_sum(FEE_PRICE, PRICE_RATE, FIXTURE_TOTAL, &fen), 0);
    assert_int_equal(row.amount_fen, fen);
    row = row_of(f, deal, chosen(f, deal, fee_area));
    assert_int_equal(row.base, gross);
    /* Measured otherwise: worked out anew when somebody says so. */
    assert_true(db_run(f->db,
                       "INSERT INTO unit_area (unit_id, stage, gross) VALUES ($1, 'measured', "
                       "9000) ON CONFLICT (unit_id, stage) DO UPDATE SET gross = 9000, "
                       "inner_area = NULL, shared = NULL, reviewed_ms = NULL, reviewed_by = NULL",
                       "i", f->units[0]) > 0);
    assert_int_equal(row_of(f, deal, row.id).base, gross);
    assert_refused(f, FIXTURE_DO(f, tx, deal_fee_renew(tx, row.id, 9, &fen)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_renew(tx, row.id, 1, &fen)), 0);
    assert_int_equal(row_of(f, deal, row.id).amount_fen, 1111050);
    /* Not wanted after all, and wanted again. */
    assert_refused(f, FIXTURE_DO(f, tx, deal_fee_end(tx, id, 1, "", &fen)), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_end(tx, id, 1, "r", &fen)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, deal_fee_end(tx, id, 2, "r", &fen)), NOT_FOUND);
    assert_int_equal(chosen(f, deal, fee_flat), id);
    assert_refused(f, FIXTURE_DO(f, tx, fee_delete(tx, fee_flat)), FEE_USED);
    deal_verify(f);
}

static void test_unfit(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const enum fee_formula none = FEE_NONE, flat = FEE_FLAT;
    const unsigned shop = CLASS_BIT(UNIT_CLASS_SHOP);
    struct fee_change c = {.id = fee_flat, .version = 1, .voluntary = -1, .formula = &flat};
    int64_t two[] = {fee_price, fee_flat};

    assert_refused(f, FIXTURE_DO(f, tx, fee_update(tx, &c)), FEE_FORMULA); /* of nothing */
    c.formula = &none;
    c.rate = 5;
    assert_refused(f, FIXTURE_DO(f, tx, fee_update(tx, &c)), FEE_FORMULA);
    c.rate = 0;
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    /* All or none. */
    assert_refused(f, FIXTURE_DO(f, tx, deal_fee_choose(tx, deal, two, 2)), FEE_UNFIT);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_fee"), 0);
    c = (struct fee_change){.id = fee_price, .version = 1, .voluntary = -1, .classes = &shop};
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_refused(f, choose(f, deal, fee_price), FEE_UNFIT);
    assert_int_equal(
        db_run(f->db, "DELETE FROM unit_area WHERE unit_id = $1", "i", f->units[0]) >= 0, 1);
    assert_refused(f, choose(f, deal, fee_area), FEE_SUM);
}

/* ---- taken ---- */

/* Nothing of it is the house's: no room, no arrears, no line, no sum. */
static void test_apart(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    int64_t owed = 0, after = 0, room = 0;
    char today[DAY_TEXT];

    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    taken(f, deal, fee_flat, FLAT);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &after)), 0);
    assert_int_equal(after, owed);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_received(tx, deal, &after)), 0);
    assert_int_equal(after, 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_room(tx, deal, FUND_DEPOSIT, &room)), 0);
    assert_int_equal(room, FIXTURE_TOTAL);
    sums_are(f, deal, id, (const int64_t[]){FLAT, 0, 0, FLAT});
    assert_int_equal(row_of(f, deal, id).owed_fen, 0);
    deal_verify(f);
}

static void test_taken(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    struct payment p = payment_of(deal, fee_area, 100);
    struct receipt_key key;

    assert_refused(f, try_take(f, &p, &key), PAY_FEE); /* not chosen */
    p.fees[0] = 0;
    assert_refused(f, try_take(f, &p, &key), PAY_FEE);
    p = payment_of(deal, fee_flat, FLAT + 1);
    assert_refused(f, try_take(f, &p, &key), PAY_BEYOND_DUE);
    p = payment_of(deal, fee_flat, 100);
    p.book_id = deal_books[0];
    assert_refused(f, try_take(f, &p, &key), BOOK_KIND);
    p.book_id = fee_book;
    p.tenders[0].account_id = deal_account;
    assert_refused(f, try_take(f, &p, &key), ACCOUNT_WRONG);
    p = payment_of(deal, fee_flat, 100);
    p.lines[0].fund = "deposit";
    assert_refused(f, try_take(f, &p, &key), PAY_FEE);
    p = payment_of(deal, fee_flat, 100);
    p.lines[1] = (struct payment_line){"deposit", 100};
    p.n_lines = 2;
    assert_refused(f, try_take(f, &p, &key), BOOK_KIND);
    /* Two fees on one leaf, one of them up to what it lacks. */
    chosen(f, deal, fee_area);
    p.lines[1].fund = "agency_fee";
    p.fees[1] = fee_area;
    p.tenders[0].amount_fen = 200;
    assert_int_equal(try_take(f, &p, &key), 0);
    assert_int_equal(row_of(f, deal, id).owed_fen, FLAT - 100);
    p.fees[1] = fee_flat;
    p.lines[1].amount_fen = FLAT - 199;
    p.tenders[0].amount_fen = FLAT - 99;
    assert_refused(f, try_take(f, &p, &key), PAY_BEYOND_DUE);
    deal_verify(f);
}

static int name_keep(void *arg, const struct money_line *line)
{
    snprintf(arg, 80, "%s", line->fee);
    return 0;
}

/* A receipt says what it said when it was given. */
static void test_the_name_on_a_receipt_stays(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    char was[80] = "", now[80] = "";
    int64_t voucher;

    assert_int_equal(choose(f, deal, fee_flat), 0);
    key = taken(f, deal, fee_flat, 100);
    voucher = fixture_of(f, "SELECT voucher_id FROM receipt WHERE book_id = $1", key.book_id);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_lines(tx, voucher, name_keep, was)), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE fee SET name = '另一个名字' WHERE id = $1", "i", fee_flat), 1);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_lines(tx, voucher, name_keep, now)), 0);
    assert_string_equal(now, was);
    deal_verify(f);
}

static void test_void(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    const struct receipt_key key = taken(f, deal, fee_flat, 500);
    int64_t none = 0;

    assert_refused(f, FIXTURE_DO(f, tx, deal_fee_end(tx, id, 1, "r", &none)), FEE_MONEY);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), 0);
    sums_are(f, deal, id, (const int64_t[]){0, 0, 0, 0});
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_end(tx, id, 1, "r", &none)), 0);
    deal_verify(f);
}

/* The account of agency fees takes nothing else, and they go to no other. */
static void test_account(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct account_rule rules[] = {{"agency_fee", 0, deal_account},
                                         {"deposit", 0, fee_account}};
    const struct payment p = payment_of(deal, fee_flat, 100);
    struct receipt_key key;

    chosen(f, deal, fee_flat);
    for (size_t i = 0; i < 2; i++)
        assert_refused(f, FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 0, &rules[i], 1)),
                       ACCOUNT_AGENCY);
    assert_int_equal(db_run(f->db,
                            "UPDATE account_rule SET account_id = $1 WHERE fund = 'agency_fee'",
                            "i", deal_account),
                     1);
    assert_refused(f, try_take(f, &p, &key), ACCOUNT_AGENCY);
}

/* ---- paid over ---- */

static void test_paid_over(void **state)
{
    struct fixture *f = *state;
    const int64_t deals[] = {deal_new(f, 'S', f->units[0], 0), deal_new(f, 'S', f->units[1], 1)};
    const int64_t ids[] = {chosen(f, deals[0], fee_flat), chosen(f, deals[1], fee_flat)};
    struct payover_line lines[] = {{ids[0], 1000}, {ids[1], 400}};
    struct receipt_key key = taken(f, deals[0], fee_flat, 1000);
    int64_t one = 0, two = 0;

    taken(f, deals[1], fee_flat, 500);
    lines[1].amount_fen = 501;
    assert_refused(f, pay_over(f, fee_flat, lines, 2, &one), PAYOVER_BEYOND);
    assert_string_equal(f->fault.args[1].value, "5.00");
    lines[1] = lines[0];
    assert_refused(f, pay_over(f, fee_flat, lines, 2, &one), PAYOVER_TWICE);
    lines[1] = (struct payover_line){ids[1], 400};
    assert_refused(f, pay_over(f, fee_area, lines, 2, &one), NOT_FOUND); /* of another fee */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM payover"), 0);
    assert_int_equal(pay_over(f, fee_flat, lines, 2, &one), 0);
    sums_are(f, deals[0], ids[0], (const int64_t[]){1000, 1000, 0, 0});
    sums_are(f, deals[1], ids[1], (const int64_t[]){500, 400, 0, 100});
    assert_int_equal(row_of(f, deals[0], ids[0]).owed_fen, FLAT - 1000); /* it was paid */
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), LEDGER_SPENT);
    assert_refused(f, pay_over(f, fee_flat, lines, 1, &two), PAYOVER_BEYOND);
    deal_verify(f);
    /* It came back: once, with the reason. */
    assert_refused(f, FIXTURE_DO(f, tx, payover_reverse(tx, one, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, payover_reverse(tx, one, "退票")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, payover_reverse(tx, one, "退票")), PAYOVER_REVERSED);
    sums_are(f, deals[1], ids[1], (const int64_t[]){500, 0, 0, 500});
    assert_int_equal(pay_over(f, fee_flat, lines, 2, &two), 0);
    assert_refused(f, FIXTURE_DO(f, tx, payover_reverse(tx, 9999, "r")), NOT_FOUND);
    deal_verify(f);
}

static void test_not_paid_over(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    const struct payover_line line = {id, 100};
    struct payover p = {.project_id = f->project,
                        .fee_id = fee_flat,
                        .lines = &line,
                        .n_lines = 1,
                        .tender = {.tender = "cash", .amount_fen = 100}};
    struct fee_change c = {.id = fee_flat, .version = 1, .voluntary = -1, .payee = ""};
    int64_t one = 0;

    taken(f, deal, fee_flat, 1000);
    assert_refused(f, FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), PAY_OUT);
    p.tender = (struct payment_tender){.tender = "transfer", .amount_fen = 100};
    assert_refused(f, FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), PAY_REFERENCE);
    p.tender.reference = "ZF";
    p.tender.account_id = deal_account;
    assert_refused(f, FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), ACCOUNT_WRONG);
    p.tender.account_id = fee_account;
    assert_int_equal(FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), SLIP_USED);
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, payover_make(tx, &p, &one)), PAYOVER_PAYEE);
}

/* ---- back to who paid ---- */

static struct refund_ask ask_of(int64_t deal, int64_t fee, int64_t fen)
{
    return (struct refund_ask){.deal_id = deal,
                               .lines = {{"agency_fee", fen}},
                               .fees = {fee},
                               .n_lines = 1,
                               .reason = "不办了",
                               .bank = "工行",
                               .account = "62220212"};
}

static void test_refunded(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    struct refund_ask ask = ask_of(deal, fee_flat, 701);
    const struct payover_line lines[] = {{id, 300}, {id, 301}};
    int64_t refund = 0, one = 0;

    taken(f, deal, fee_flat, 1000);
    assert_int_equal(deal_pay(f, deal, 5000), 0);
    assert_int_equal(pay_over(f, fee_flat, lines, 1, &one), 0);
    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &ask, &refund)), REFUND_BEYOND);
    ask.fees[0] = 0;
    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &ask, &refund)), PAY_FEE);
    ask = ask_of(deal, fee_flat, 400);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &refund)), 0);
    assert_int_equal(row_of(f, deal, id).sums.asked_fen, 400);
    assert_refused(f, pay_over(f, fee_flat, &lines[1], 1, &one), PAYOVER_BEYOND); /* kept for it */
    assert_int_equal(refund_decide(f, refund, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, refund, 400), 0);
    sums_are(f, deal, id, (const int64_t[]){1000, 300, 400, 300});
    assert_int_equal(row_of(f, deal, id).owed_fen, FLAT - 600);
    deal_verify(f);
}

/* A deal ends, its fees are there to be given back, or paid over still. */
static void test_deal_ended(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_flat);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    const struct refund_ask back = ask_of(deal, fee_flat, 400);
    const struct payover_line line = {id, 600};
    int64_t refund = 0, one = 0;
    struct payment p;
    struct receipt_key key;

    taken(f, deal, fee_flat, 1000);
    change_approve(f, change_asked(f, &ask));
    p = payment_of(deal, fee_flat, 1);
    assert_refused(f, try_take(f, &p, &key), DEAL_CLOSED);
    assert_true(row_of(f, deal, id).ended);
    assert_int_equal(row_of(f, deal, id).owed_fen, 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &back, &refund)), 0);
    assert_int_equal(refund_decide(f, refund, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, refund, 400), 0);
    assert_int_equal(pay_over(f, fee_flat, &line, 1, &one), 0);
    sums_are(f, deal, id, (const int64_t[]){1000, 600, 400, 0});
    deal_verify(f);
}

static void test_exchanged(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), id = chosen(f, deal, fee_price);
    struct deal_change_ask ask;
    const struct payover_line line = {id, 300};
    int64_t to, next, one = 0;

    taken(f, deal, fee_price, 1000);
    assert_int_equal(pay_over(f, fee_price, &line, 1, &one), 0);
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[3]);
    change_approve(f, change_asked(f, &ask));
    to = fixture_of(f, "SELECT id FROM deal WHERE from_deal_id = $1", deal);
    next = fixture_of(f, "SELECT id FROM deal_fee WHERE deal_id = $1", to);
    sums_are(f, deal, id, (const int64_t[]){1000, 300, 0, 0});
    assert_int_equal(row_of(f, deal, id).sums.moved_fen, 700);
    assert_int_equal(row_of(f, to, next).sums.moved_fen, -700);
    assert_int_equal(row_of(f, to, next).sums.balance_fen, 700);
    assert_int_equal(row_of(f, to, next).owed_fen, row_of(f, to, next).amount_fen - 700);
    deal_verify(f);
}

/* ---- of a project ---- */

static int totals_add(void *arg, const struct fee_sums *row)
{
    int64_t *fen = arg;

    if (row->fee_id == fee_flat) {
        fen[0] += row->sums.collected_fen;
        fen[1] += row->sums.paid_over_fen;
        fen[2] += row->sums.balance_fen;
        fen[3] += row->owed_fen;
        fen[4] += row->deals;
    } else {
        assert_int_equal(row->deals, 0);
    }
    return 0;
}

static int row_count(void *arg, const struct deal_fee_row *row)
{
    int *n = arg;

    (void)row;
    ++*n;
    return 0;
}

static int listed(struct fixture *f, enum deal_fee_which which, int64_t fee)
{
    const struct deal_fee_filter filter = {
        .project_id = f->project, .fee_id = fee, .which = which, .limit = 10};
    int n = 0;

    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_list(tx, &filter, row_count, &n)), 0);
    return n;
}

static void test_lists(void **state)
{
    struct fixture *f = *state;
    const int64_t deals[] = {deal_new(f, 'S', f->units[0], 0), deal_new(f, 'S', f->units[1], 1)};
    const int64_t id = chosen(f, deals[0], fee_flat);
    const struct payover_line line = {id, 400};
    int64_t fen[5] = {0}, one = 0;

    chosen(f, deals[1], fee_flat);
    taken(f, deals[0], fee_flat, FLAT);
    assert_int_equal(pay_over(f, fee_flat, &line, 1, &one), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_totals(tx, f->project, totals_add, fen)), 0);
    assert_int_equal(fen[0], FLAT);
    assert_int_equal(fen[1], 400);
    assert_int_equal(fen[2], FLAT - 400);
    assert_int_equal(fen[3], FLAT);
    assert_int_equal(fen[4], 2);
    assert_int_equal(listed(f, DEAL_FEE_ALL, 0), 2);
    assert_int_equal(listed(f, DEAL_FEE_OWED, fee_flat), 1);
    assert_int_equal(listed(f, DEAL_FEE_HELD, fee_flat), 1);
    assert_int_equal(listed(f, DEAL_FEE_ALL, fee_area), 0);
}

#define ONE_TEST(test) cmocka_unit_test_setup_teardown(test, fee_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        ONE_TEST(test_chosen),
        ONE_TEST(test_unfit),
        ONE_TEST(test_apart),
        ONE_TEST(test_taken),
        ONE_TEST(test_void),
        ONE_TEST(test_apart),
        ONE_TEST(test_the_name_on_a_receipt_stays),
        ONE_TEST(test_void),
        ONE_TEST(test_account),
        ONE_TEST(test_paid_over),
        ONE_TEST(test_not_paid_over),
        ONE_TEST(test_refunded),
        ONE_TEST(test_deal_ended),
        ONE_TEST(test_exchanged),
        ONE_TEST(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
