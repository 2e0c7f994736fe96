/* test_late.c - what is owed for paying late: by what the contract says, from what came in on which
 * day; taken as a due line that is frozen, waived under approval (FI-25, FC 27.5). */
#include "refund_fixture.h"

#include "db/flow_rule.h"
#include "db/late.h"
#include "db/money.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

enum { DOWN = 33333300, DOWN_DAYS = 7, ONE = 10 /* 万分之一 */ };

static int64_t contracted(struct fixture *f)
{
    const struct deal_open open = deal_asked(f, 'C', f->units[0], 0);
    const int64_t deal = deal_of(f, &open);

    assert_int_equal(deal_pays(f, deal, "deposit", DEPOSIT), 0);
    return deal;
}

static int term(struct fixture *f, int64_t deal, int64_t rate, int64_t days, int64_t beyond)
{
    return FIXTURE_DO(f, tx, late_term_set(tx, deal, rate, days, beyond));
}

/* So many days after the down payment was due. */
static void late_by(struct fixture *f, int64_t days)
{
    f->now_ms += (DOWN_DAYS + days) * FIXTURE_DAY;
}

static int64_t fee(int64_t fen, int64_t days, int64_t rate)
{
    return money_round((__int128)fen * days * rate, 100000, 1, ROUND_HALF_UP);
}

static int64_t owed(struct fixture *f, int64_t deal)
{
    char today[DAY_TEXT];
    int64_t fen = -1;

    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, late_owed(tx, deal, today, &fen)), 0);
    return fen;
}

static int64_t down_line(struct fixture *f, int64_t deal)
{
    return fixture_of(f,
                      "SELECT id FROM receivable WHERE deal_id = $1 AND fund = 'down_payment' AND "
                      "ended_ms IS NULL",
                      deal);
}

static int waive(struct fixture *f, int64_t deal, int64_t fen, const char *reason, int64_t *ret_id)
{
    const struct late_waiver_ask ask = {
        .receivable_id = down_line(f, deal), .amount_fen = fen, .reason = reason};

    return FIXTURE_DO(f, tx, late_waiver_request(tx, deal, &ask, ret_id));
}

static int decide(struct fixture *f, int64_t id, enum approval_outcome outcome)
{
    const int64_t approval = fixture_of(f, "SELECT approval_id FROM late_waiver WHERE id = $1", id);
    const int64_t task =
        fixture_of(f, "SELECT MAX(id) FROM approval_task WHERE approval_id = $1", approval);
    const int64_t version = fixture_of(f, "SELECT version FROM approval WHERE id = $1", approval);
    int r;

    f->as = &change_boss;
    r = FIXTURE_DO(f, tx, approval_decide(tx, task, version, outcome, "so"));
    f->as = &f->actor;
    return r;
}

/* ---- computed ---- */

static void test_by_the_contract(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f);

    late_by(f, 17);
    assert_int_equal(owed(f, deal), 0); /* it says nothing */
    assert_int_equal(term(f, deal, ONE, 90, 3 * ONE), 0);
    assert_int_equal(owed(f, deal), fee(DOWN, 17, ONE));
    assert_int_equal(term(f, deal, ONE / 2, 90, ONE), 0); /* the last one counts */
    assert_int_equal(owed(f, deal), fee(DOWN, 17, ONE / 2));
    assert_int_equal(term(f, deal, ONE, 16, 3 * ONE), 0); /* beyond the days: for all of them */
    assert_int_equal(owed(f, deal), fee(DOWN, 17, 3 * ONE));
    assert_refused(f, term(f, deal, ONE, 16, ONE - 1), LATE_RATE);
    assert_refused(f, term(f, deal_new(f, 'S', f->units[1], 1), ONE, 0, ONE), LATE_NO_CONTRACT);
    deal_verify(f);
}

/* The due day is free; nobody owes for a loan's line or for what is not late. */
/* A project says what new contracts say; one may say otherwise, and those of before stay. */
static void test_of_the_project(void **state)
{
    struct fixture *f = *state;
    const int64_t before = contracted(f);
    struct late_term said = {.id = -1};
    struct deal_open open = deal_asked(f, 'C', f->units[1], 1);
    int64_t deal;

    assert_int_equal(db_run(f->db,
                            "UPDATE project SET late_rate = 10, late_days = 90, late_beyond_rate "
                            "= 20 WHERE id = $1",
                            "i", f->project),
                     1);
    open.document = "HT-late";
    deal = deal_of(f, &open);
    assert_int_equal(FIXTURE_DO(f, tx, late_term_read(tx, deal, &said)), 0);
    assert_int_equal(said.rate, 10);
    assert_int_equal(said.days, 90);
    assert_int_equal(said.beyond_rate, 20);
    assert_int_equal(term(f, deal, 5, 30, 8), 0);
    assert_int_equal(FIXTURE_DO(f, tx, late_term_read(tx, deal, &said)), 0);
    assert_int_equal(said.rate, 5);
    assert_int_equal(FIXTURE_DO(f, tx, late_term_read(tx, before, &said)), 0);
    assert_int_equal(said.id, 0);
    deal_verify(f);
}

static void test_days(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f);

    assert_int_equal(term(f, deal, ONE, 90, ONE), 0);
    late_by(f, 0);
    assert_int_equal(owed(f, deal), 0);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(owed(f, deal), fee(DOWN, 1, ONE));
    assert_int_equal(db_run(f->db,
                            "UPDATE receivable SET due_date = (SELECT d.due_date FROM receivable "
                            "d WHERE d.deal_id = $1 AND d.fund = 'down_payment'), known_ms = 1 "
                            "WHERE deal_id = $1 AND loan = 1",
                            "i", deal),
                     1);
    assert_int_equal(owed(f, deal), fee(DOWN, 1, ONE));
}

/* 10 days of all, then 7 of the rest; what is paid late is owed for still. */
static void test_partly_paid(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f), part = 12000000;
    const int64_t fen = money_round((__int128)DOWN * 10 * ONE + (__int128)(DOWN - part) * 7 * ONE,
                                    100000, 1, ROUND_HALF_UP);

    assert_int_equal(term(f, deal, ONE, 90, ONE), 0);
    late_by(f, 10);
    assert_int_equal(deal_pays(f, deal, "down_payment", part), 0);
    f->now_ms += 7 * FIXTURE_DAY;
    assert_int_equal(owed(f, deal), fen);
    assert_int_equal(deal_pays(f, deal, "down_payment", DOWN - part), 0);
    f->now_ms += 30 * FIXTURE_DAY;
    assert_int_equal(owed(f, deal), fen);
}

/* What was taken back never came in. */
static void test_taken_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f);
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"down_payment", DOWN}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = DOWN}},
                              .n_tenders = 1};
    struct receipt_key key;

    assert_int_equal(term(f, deal, ONE, 90, ONE), 0);
    late_by(f, 3);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    f->now_ms += 5 * FIXTURE_DAY;
    assert_int_equal(owed(f, deal), fee(DOWN, 3, ONE));
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &key, "退票")), 0);
    assert_int_equal(owed(f, deal), fee(DOWN, 8, ONE));
}

/* ---- taken ---- */

static void test_taken_is_frozen(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f), at = fee(DOWN, 17, ONE), later = fee(DOWN, 20, ONE);

    assert_int_equal(term(f, deal, ONE, 90, ONE), 0);
    late_by(f, 17);
    assert_refused(f, deal_pays(f, deal, "late_fee", at + 1), PAY_BEYOND_DUE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM late_charge"), 0);
    assert_int_equal(deal_pays(f, deal, "late_fee", at - 100), 0);
    assert_int_equal(owed(f, deal), 100);
    assert_int_equal(fixture_count(f, "SELECT computed_fen FROM late_charge"), at);
    assert_int_equal(
        fixture_count(f, "SELECT SUM(amount_fen) FROM receivable WHERE fund = 'late_fee'"),
        at - 100);
    f->now_ms += 3 * FIXTURE_DAY;
    assert_int_equal(owed(f, deal), later - at + 100);
    assert_int_equal(deal_pays(f, deal, "late_fee", later - at + 100), 0);
    assert_int_equal(owed(f, deal), 0);
    assert_refused(f, deal_pays(f, deal, "late_fee", 1), PAY_BEYOND_DUE);
    deal_verify(f);
}

/* ---- waived ---- */

static void test_waived_under_approval(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f), at = fee(DOWN, 17, ONE);
    int64_t id = 0, again = 0;

    assert_int_equal(term(f, deal, ONE, 90, ONE), 0);
    late_by(f, 17);
    assert_refused(f, waive(f, deal, 100, "", &id), REASON_NEEDED);
    assert_refused(f, waive(f, deal, at + 1, "r", &id), LATE_BEYOND);
    assert_int_equal(waive(f, deal, 1000, "银行放款晚", &id), 0);
    assert_refused(f, waive(f, deal, 1000, "r", &again), APPROVAL_RUNNING);
    assert_int_equal(owed(f, deal), at);
    assert_int_equal(decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(owed(f, deal), at - 1000);
    assert_refused(f, deal_pays(f, deal, "late_fee", at - 999), PAY_BEYOND_DUE);
    assert_int_equal(waive(f, deal, 500, "r", &id), 0);
    assert_int_equal(decide(f, id, APPROVAL_REJECTED), 0);
    assert_int_equal(owed(f, deal), at - 1000);
    /* What was taken meanwhile is not waived any more. */
    assert_int_equal(waive(f, deal, at - 1000, "r", &id), 0);
    assert_int_equal(deal_pays(f, deal, "late_fee", 1), 0);
    assert_refused(f, decide(f, id, APPROVAL_APPROVED), LATE_BEYOND);
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_by_the_contract),       CASE(test_of_the_project), CASE(test_days),
        CASE(test_partly_paid),           CASE(test_taken_back),     CASE(test_taken_is_frozen),
        CASE(test_waived_under_approval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
