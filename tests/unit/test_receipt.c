/* test_receipt.c - money is taken on numbered leaves and taken back: the ledger's sums, numbers
 * without a gap, nothing left of what is refused (FC 10, 27.6, 27.7). */
#include "deal_fixture.h"

#include "db/alert.h"
#include "db/earnest.h"
#include "db/ledger.h"
#include "db/receipt_book.h"
#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

static struct payment payment_of(struct fixture *f, int64_t deal, const char *fund, int64_t fen)
{
    return (struct payment){.deal_id = deal,
                            .book_id = deal_books[f->as->id - 1],
                            .lines = {{fund, fen}},
                            .n_lines = 1,
                            .tenders = {{.tender = "cash", .amount_fen = fen}},
                            .n_tenders = 1};
}

static int take(struct fixture *f, const struct payment *payment, struct receipt_key *ret_key)
{
    return FIXTURE_DO(f, tx, receipt_take(tx, payment, ret_key));
}

static int64_t received(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1",
                      deal);
}

/* What stands on the accounts of a kind. */
static int64_t balance(struct fixture *f, const char *kind)
{
    int64_t fen = 0;

    assert_true(db_get(f->db, &fen,
                       "SELECT SUM(CASE WHEN a.id = e.credit_id THEN e.amount_fen ELSE "
                       "-e.amount_fen END) FROM ledger_account a JOIN ledger_entry e ON a.id IN "
                       "(e.debit_id, e.credit_id) WHERE a.kind = $1",
                       "t", kind) >= 0);
    return fen;
}

/* ---- taken ---- */

static void test_split(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment p = payment_of(f, deal, "deposit", 700);
    struct receipt_key key;

    p.lines[1] = (struct payment_line){"house_money", 300};
    p.tenders[0].amount_fen = 400;
    p.tenders[1] = (struct payment_tender){.tender = "card", .amount_fen = 600, .reference = "S1"};
    p.n_lines = p.n_tenders = 2;
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(key.no, 1);
    /* 400 of the first by cash, 300 of it and 300 of the second by card. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM ledger_entry"), 3);
    assert_int_equal(received(f, deal), 1000);
    assert_int_equal(balance(f, "tender"), -1000);
    assert_int_equal(
        fixture_of(f,
                   "SELECT SUM(amount_fen) FROM received WHERE deal_id = $1 AND fund = "
                   "'house_money'",
                   deal),
        300);
    deal_verify(f);
}

/* Up to what is due and not a fen more; a booking without a plan up to the price. */
static void test_not_beyond_due(void **state)
{
    struct fixture *f = *state;
    const int64_t planned = deal_new(f, 'S', f->units[0], 0);
    const int64_t booked = deal_new(f, 'B', f->units[1], 1);

    assert_refused(f, deal_pay(f, planned, FIXTURE_TOTAL + 1), PAY_BEYOND_DUE);
    assert_int_equal(deal_pay(f, planned, FIXTURE_TOTAL - 1), 0);
    assert_refused(f, deal_pays(f, planned, "house_money", 2), PAY_BEYOND_DUE);
    assert_string_equal(f->fault.args[2].value, "0.01");
    assert_int_equal(deal_pays(f, planned, "house_money", 1), 0);
    assert_refused(f, deal_pays(f, planned, "penalty", 1), PAY_BEYOND_DUE);
    assert_refused(f, deal_pay(f, booked, FIXTURE_TOTAL + 1), PAY_BEYOND_DUE);
    assert_int_equal(deal_pays(f, booked, "booking", FIXTURE_TOTAL), 0);
    deal_verify(f);
}

static void test_slips_count_once(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment p = payment_of(f, deal, "deposit", 100);
    struct receipt_key key;
    int64_t back;

    p.tenders[0].tender = "transfer";
    assert_refused(f, take(f, &p, &key), PAY_REFERENCE);
    p.tenders[0].reference = "R1";
    assert_int_equal(take(f, &p, &key), 0);
    assert_refused(f, take(f, &p, &key), SLIP_USED);
    p.tenders[0].tender = "card"; /* another slip */
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(deal_pay_back(f, deal, &back), 0);
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(key.no, 3); /* what was refused took no leaf */
    deal_verify(f);
}

static void test_no_shift_no_book_no_money(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment p = payment_of(f, deal, "deposit", 100);
    const struct shift_counted none = {.tender = TENDER_CASH};
    struct receipt_key key;
    int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");

    p.book_id = deal_books[1]; /* of somebody else */
    assert_refused(f, take(f, &p, &key), BOOK_OTHERS);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, &none, 1, 0)), 0);
    p.book_id = deal_books[0];
    assert_refused(f, take(f, &p, &key), SHIFT_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 500, &shift)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, shift_open(tx, 0, 500, &shift)), SHIFT_OPEN);
    assert_int_equal(take(f, &p, &key), 0);
    deal_verify(f);
}

/* Nothing is booked before what is booked already, nor before its shift began. */
static void test_clock_set_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment p = payment_of(f, deal, "deposit", 100);
    const struct shift_counted counts[] = {{TENDER_CASH, 100, NULL}, {TENDER_TRANSFER, 0, "x"}};
    const int64_t vouchers = fixture_count(f, "SELECT COUNT(*) FROM voucher");
    const int64_t own = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    struct receipt_key key;
    int64_t shift;

    assert_int_equal(take(f, &p, &key), 0);
    f->now_ms--;
    assert_refused(f, take(f, &p, &key), CLOCK_BACK);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &key, "x")), CLOCK_BACK);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_spoil(tx, deal_books[0], "lost", "x", &key)),
                   CLOCK_BACK);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher"), vouchers + 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM receipt WHERE kind <> 'issued'"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, own, counts, 2, 0)), 0); /* it can end */
    assert_refused(f, FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &shift)), CLOCK_BACK);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &shift)), 0);
    f->now_ms -= FIXTURE_MINUTE;
    assert_refused(f, take(f, &p, &key), CLOCK_BACK);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(take(f, &p, &key), 0);
    deal_verify(f);
}

static void test_used_up(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_book_new book = {.project_id = f->project,
                                          .kind = "receipt",
                                          .source = "system",
                                          .prefix = "K",
                                          .first_no = 7,
                                          .last_no = 9};
    struct payment p = payment_of(f, deal, "deposit", 1);
    struct receipt_key key = {0, 0};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_create(tx, &book, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_create(tx, &book, &id)), BOOK_NUMBERS_TAKEN);
    p.book_id = id;
    assert_refused(f, take(f, &p, &key), BOOK_OTHERS);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, id, 1, BOOK_TAKE_OUT)), 0);
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(key.no, 7);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, id, "lost", "掉了", &key)), 0);
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(key.no, 9);
    assert_refused(f, take(f, &p, &key), BOOK_USED_UP);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, id, 2, BOOK_RETURN)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, id, 3, BOOK_VERIFY)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_step(tx, id, 4, BOOK_TAKE_OUT)), BOOK_STATE);
    deal_verify(f);
}

/* ---- taken back ---- */

/* On its day void by who took it; later, or by another, with the right to reverse alone. */
static void test_void_and_reversed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment p = payment_of(f, deal, "deposit", 100);
    struct actor cashier = f->actor, other = f->actor;
    struct receipt_key first, second;

    cashier.rights &= ~RIGHT_BIT(RIGHT_MONEY_REVERSE);
    other.rights = cashier.rights;
    other.id = 2;
    assert_int_equal(take(f, &p, &first), 0);
    assert_int_equal(take(f, &p, &second), 0);
    f->as = &other;
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &first, "r")), DENIED);
    f->as = &cashier;
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &first, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &first, "r")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &first, "r")), RECEIPT_VOIDED);
    f->now_ms += FIXTURE_DAY;
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &second, "r")), DENIED);
    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &second, "r")), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher WHERE kind = 'void'"), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher WHERE kind = 'reversal'"), 1);
    assert_int_equal(received(f, deal), 0);
    assert_int_equal(balance(f, "tender"), 0);
    deal_verify(f);
}

/* ---- a customer's own ---- */

static void test_earnest(void **state)
{
    struct fixture *f = *state;
    struct payment p = payment_of(f, 0, "earnest", 100);
    struct receipt_key key;

    p.project_id = f->project;
    p.customer_id = deal_buyers[0];
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(balance(f, "held"), 100);
    assert_true(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms) >= 0);
    assert_refused(f, take(f, &p, &key), PAY_PERMIT);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), 0);
    assert_int_equal(balance(f, "held"), 0);
    deal_verify(f);
}

/* What was taken before there was a room becomes its deposit without cash. */
static void test_earnest_goes_on(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct earnest_carry carry = {.deal_id = deal, .fund = "deposit", .amount_fen = 60};
    struct payment p = payment_of(f, 0, "earnest", 100);
    struct receipt_key key;

    p.project_id = f->project;
    p.customer_id = deal_buyers[0];
    assert_int_equal(take(f, &p, &key), 0);
    carry.customer_id = deal_buyers[1];
    assert_refused(f, FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), PAY_PAYER);
    carry.customer_id = 0;
    carry.amount_fen = 101;
    assert_refused(f, FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), EARNEST_SHORT);
    carry.amount_fen = 60;
    carry.fund = "house_money";
    assert_refused(f, FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), PAY_FUND);
    carry.fund = "deposit";
    assert_int_equal(FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), 0);
    assert_true(fixture_changed(f, CHANGE_DEAL, deal));
    assert_int_equal(received(f, deal), 60);
    assert_int_equal(balance(f, "held"), 40);
    assert_int_equal(balance(f, "tender"), -100); /* no cash moved */
    /* The receipt it came on can no more be taken back: its money is elsewhere. */
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), LEDGER_SPENT);
    deal_verify(f);
}

/* Beyond what the deal owes it stays his. */
static void test_earnest_is_not_more_than_due(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct earnest_carry carry = {.deal_id = deal, .fund = "deposit", .amount_fen = 100};
    struct payment p = payment_of(f, 0, "earnest", 100);
    struct receipt_key key;

    p.project_id = f->project;
    p.customer_id = deal_buyers[0];
    assert_int_equal(take(f, &p, &key), 0);
    assert_int_equal(deal_pay(f, deal, FIXTURE_TOTAL - 99), 0);
    assert_refused(f, FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), PAY_BEYOND_DUE);
    assert_int_equal(balance(f, "held"), 100);
}

/* ---- the end of a shift ---- */

static void test_counted_blind(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    struct shift_counted counts[] = {{.tender = TENDER_CASH, .fen = 70}};
    struct shift_counted twice[] = {
        {TENDER_CASH, 69, NULL}, {TENDER_CARD, 5, "x"}, {TENDER_CASH, 70, NULL}};
    int64_t back;

    assert_int_equal(deal_pay(f, deal, 70), 0);
    assert_int_equal(deal_pay(f, deal, 30), 0);
    assert_int_equal(deal_pay_back(f, deal, &back), 0); /* the 30 */
    counts[0].fen = 69;
    assert_refused(f, FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 1, 0)), SHIFT_DIFFERENCE);
    assert_int_equal(f->fault.n_items, 1);
    assert_string_equal(f->fault.items[0].field, "counts/cash");
    assert_refused(f, FIXTURE_DO(f, tx, shift_close(tx, shift, twice, 3, 0)), SHIFT_COUNTED_TWICE);
    twice[2].tender = TENDER_CHEQUE;
    assert_refused(f, FIXTURE_DO(f, tx, shift_close(tx, shift, twice, 3, 0)), SHIFT_DIFFERENCE);
    assert_int_equal(f->fault.n_items, 2); /* the cheque, and the cash that says no reason */
    counts[0].reason = "少一分";
    /* The cash goes to somebody else who can take it on. */
    assert_refused(f, FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 1, 2)), NOT_FOUND);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO post (id, name, role, all_projects, created_ms) "
                            "VALUES (90, 'till', 'cashier', 1, 1)",
                            ""),
                     1);
    assert_int_equal(db_run(f->db, "INSERT INTO user_post VALUES (2, 90)", ""), 1);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 1, 2)), 0);
    assert_int_equal(fixture_count(f, "SELECT expected_fen FROM shift_count"), 70);
    assert_refused(f, FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 1, 0)), SHIFT_CLOSED);
    deal_verify(f);
}

/* The clock before the books: staff is called once, and the call is over when it is right. */
static void test_a_clock_set_back_is_told(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    bool back = false;

    assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
    assert_false(back);
    assert_int_equal(deal_pay(f, deal, 100), 0);
    f->now_ms -= FIXTURE_DAY;
    assert_refused(f, deal_pay(f, deal, 100), CLOCK_BACK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
        assert_true(back);
        assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM alert WHERE reason = 'clock'"), 1);
    }
    /* Who took the call is not called again. */
    assert_int_equal(FIXTURE_DO(f, tx, alert_answer(tx, fixture_count(f, "SELECT id FROM alert"))),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM alert"), 1);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
    assert_false(back);
    f->now_ms -= FIXTURE_DAY; /* another time */
    assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM alert WHERE answered_ms IS NULL"), 1);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, ledger_clock_tell(tx, back, &back)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM alert WHERE answered_ms IS NULL"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_split),
        CASE(test_not_beyond_due),
        CASE(test_slips_count_once),
        CASE(test_no_shift_no_book_no_money),
        CASE(test_clock_set_back),
        CASE(test_a_clock_set_back_is_told),
        CASE(test_used_up),
        CASE(test_void_and_reversed),
        CASE(test_earnest),
        CASE(test_earnest_goes_on),
        CASE(test_earnest_is_not_more_than_due),
        CASE(test_counted_blind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
