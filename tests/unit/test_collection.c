/* test_collection.c - reports of money: what was collected, on which leaves, in which shifts
 * (RP-18, RP-19, FI-36), held against sums of their own; what should not be so (FI-37). */
#include "refund_fixture.h"

#include "db/collection.h"
#include "db/exception.h"
#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

static char from[DAY_TEXT], to[DAY_TEXT];

/* From @back days ago until today. */
static struct days days_of(struct fixture *f, int64_t back)
{
    day_of(f->now_ms - back * FIXTURE_DAY, from);
    day_of(f->now_ms, to);
    return (struct days){from, to};
}

/* ---- what was collected ---- */

struct collected {
    int64_t in, back, refund, cash, rows;
};

static int collect_add(void *arg, const struct collection_row *row)
{
    struct collected *c = arg;

    assert_true(strcmp(row->day, from) >= 0 && strcmp(row->day, to) <= 0);
    c->in += row->in_fen;
    c->back += row->back_fen;
    c->refund += row->refund_fen;
    if (strcmp(row->tender, "cash") == 0)
        c->cash += row->in_fen - row->back_fen - row->refund_fen;
    c->rows++;
    return 0;
}

static struct collected collected_by(struct fixture *f, const struct actor *who, int64_t back)
{
    const struct days days = days_of(f, back);
    const struct actor *was = f->as;
    struct collected c = {0};

    f->as = who;
    assert_int_equal(FIXTURE_DO(f, tx, collection_each(tx, f->project, &days, collect_add, &c)), 0);
    f->as = was;
    return c;
}

/* As finance reads it, who has no shift. */
static struct collected collected(struct fixture *f, int64_t back)
{
    return collected_by(f, &actor_system, back);
}

/* What stands on the accounts of tenders. */
static int64_t on_tenders(struct fixture *f)
{
    return fixture_count(f, "SELECT COALESCE(SUM(CASE WHEN e.debit_id = a.id THEN e.amount_fen "
                            "ELSE -e.amount_fen END), 0) FROM ledger_account a JOIN ledger_entry e "
                            "ON a.id IN (e.debit_id, e.credit_id) WHERE a.kind = 'tender'");
}

static void split_take(struct fixture *f, int64_t deal)
{
    struct payment p = {.deal_id = deal,
                        .book_id = deal_books[f->as->id - 1],
                        .lines = {{"deposit", 700}, {"house_money", 300}},
                        .n_lines = 2,
                        .tenders = {{.tender = "cash", .amount_fen = 400},
                                    {.tender = "card", .amount_fen = 600, .reference = "S1"}},
                        .n_tenders = 2};
    struct receipt_key key;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
}

static void test_collected(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct collected c;
    int64_t fen = 0;

    split_take(f, deal);
    assert_int_equal(deal_pay(f, deal, 5000), 0);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(fen, 5000);
    c = collected(f, 0);
    assert_int_equal(c.in, 6000);
    assert_int_equal(c.back, 5000);
    assert_int_equal(c.cash, 400);
    assert_int_equal(c.in - c.back - c.refund, on_tenders(f));
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(collected(f, 0).rows, 0);
    assert_int_equal(deal_pay(f, deal, 77), 0);
    assert_int_equal(collected(f, 0).in, 77);
    c = collected(f, 1);
    assert_int_equal(c.in - c.back - c.refund, on_tenders(f));
}

/* A refund that was taken back did not go out: it is no receipt that was. */
static void test_a_refund_taken_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct refund_ask ask = {
        .deal_id = deal, .lines = {{"deposit", 400}}, .n_lines = 1, .reason = "r"};
    struct collected c;
    int64_t id = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, id, "cash", 400)), 0);
    assert_int_equal(collected(f, 0).refund, 400);
    assert_int_equal(FIXTURE_DO(f, tx, refund_reverse(tx, id, 3, "r")), 0);
    c = collected(f, 0);
    assert_int_equal(c.refund, 0);
    assert_int_equal(c.back, 0);
    assert_int_equal(c.in - c.back - c.refund, on_tenders(f));
}

/* Who is to count a shift blind is not told its sums by a report; others are, and he after it. */
static void test_own_shift_is_blind(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    const struct shift_counted counts[] = {{TENDER_CASH, 400, NULL}, {TENDER_CARD, 600, NULL}};
    bool blind = false;

    split_take(f, deal);
    assert_int_equal(collected_by(f, &f->actor, 0).rows, 0);
    assert_int_equal(collected(f, 0).in, 1000);
    assert_int_equal(FIXTURE_DO(f, tx, collection_blind(tx, &blind)), 0);
    assert_true(blind);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 2, 0)), 0);
    assert_int_equal(collected_by(f, &f->actor, 0).in, 1000);
    assert_int_equal(FIXTURE_DO(f, tx, collection_blind(tx, &blind)), 0);
    assert_false(blind);
}

/* Money that moves from deal to deal or becomes ours is not collected (FI-29). */
static void test_transfers_are_left_out(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t was = (assert_int_equal(deal_pay(f, deal, 1000), 0), collected(f, 0).in);

    assert_int_equal(
        db_script(f->db,
                  "INSERT INTO ledger_account (kind, project_id, fund) SELECT 'income', id, "
                  "'deposit' FROM project; INSERT INTO voucher (project_id, number, kind, day, "
                  "deal_id, customer_id, actor, at_ms) SELECT project_id, 999, 'forfeit', day, "
                  "deal_id, customer_id, 'tester', at_ms FROM voucher WHERE deal_id IS NOT NULL "
                  "LIMIT 1; INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen) "
                  "SELECT (SELECT MAX(id) FROM voucher), d.id, i.id, 1000 FROM ledger_account d, "
                  "ledger_account i WHERE d.kind = 'deal' AND i.kind = 'income'"),
        0);
    assert_int_equal(collected(f, 0).in, was);
    assert_int_equal(collected(f, 0).refund, 0);
}

/* By tender it is what the shift expects. */
static void test_equals_the_shift(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct shift_counted counts[] = {{TENDER_CASH, 400, NULL}, {TENDER_CARD, 600, NULL}};
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");

    split_take(f, deal);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, counts, 2, 0)), 0);
    assert_int_equal(fixture_count(f, "SELECT expected_fen FROM shift_count WHERE tender = 'cash'"),
                     collected(f, 0).cash);
    assert_int_equal(fixture_count(f, "SELECT SUM(expected_fen) FROM shift_count"),
                     collected(f, 0).in);
}

/* ---- leaves ---- */

static int book_add(void *arg, const struct book_use *row)
{
    struct book_use *sum = arg;

    assert_int_equal(row->closing, row->opening + row->received - row->used - row->voided);
    sum->opening += row->opening;
    sum->received += row->received;
    sum->used += row->used;
    sum->voided += row->voided;
    sum->closing += row->closing;
    return 0;
}

static struct book_use books(struct fixture *f)
{
    const struct days days = days_of(f, 0);
    struct book_use sum = {0};

    assert_int_equal(FIXTURE_DO(f, tx, book_use_each(tx, f->project, &days, book_add, &sum)), 0);
    return sum;
}

static void test_leaves(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t left = fixture_count(f, "SELECT SUM(last_no - COALESCE(issued, first_no - 1)) "
                                          "FROM receipt_book");
    struct receipt_key key;
    struct book_use b;
    int64_t fen = 0;

    assert_int_equal(deal_pay(f, deal, 100), 0);
    assert_int_equal(deal_pay(f, deal, 200), 0);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, deal_books[0], "spoilt", "x", &key)), 0);
    b = books(f);
    assert_int_equal(b.opening, left);
    assert_int_equal(b.used, 1);
    assert_int_equal(b.voided, 2);
    assert_int_equal(b.closing,
                     fixture_count(f, "SELECT SUM(last_no - COALESCE(issued, first_no - 1)) FROM "
                                      "receipt_book"));
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(books(f).opening, b.closing);
    assert_int_equal(books(f).used + books(f).voided, 0);
}

/* ---- shifts ---- */

static int shift_add(void *arg, const struct shift_use *row)
{
    struct shift_use *out = arg;

    *out = *row;
    out->cashier = NULL;
    return 0;
}

static void test_shifts(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct shift_counted counts[] = {{TENDER_CASH, 90, "少了一角"}};
    struct shift_use shift = {0};
    struct shift_filter filter = {.project_id = f->project, .limit = 10};

    assert_int_equal(db_script(f->db, "DROP TRIGGER shift_forward"), 0);
    assert_int_equal(db_run(f->db, "UPDATE shift SET opened_ms = $1", "i", f->now_ms), CASHIERS);
    assert_int_equal(deal_pay(f, deal, 100), 0);
    filter.days = days_of(f, 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_use_each(tx, &filter, shift_add, &shift)), 0);
    assert_int_equal(shift.receipts, 1);
    assert_int_equal(shift.difference_fen, 0);
    assert_int_equal(shift.closed_ms, 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift.id, counts, 1, 0)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_use_each(tx, &filter, shift_add, &shift)), 0);
    assert_int_equal(shift.difference_fen, -10);
    filter.before_id = shift.id;
    shift.id = 0;
    assert_int_equal(FIXTURE_DO(f, tx, shift_use_each(tx, &filter, shift_add, &shift)), 0);
    assert_int_equal(shift.id, 0);
}

/* ---- what should not be so ---- */

static int nothing(void *arg, const struct exception_row *row)
{
    (void)arg;
    assert_true(row->title[0]);
    return 0;
}

static int64_t wrong(struct fixture *f, const char *kind)
{
    int64_t counts[EXCEPTION_KINDS];

    assert_int_equal(FIXTURE_DO(f, tx, exception_each(tx, f->project, counts, nothing, NULL)), 0);
    for (int i = 0; i < EXCEPTION_KINDS; i++)
        if (strcmp(exception_kinds[i], kind) == 0)
            return counts[i];
    fail_msg("no such kind");
    return -1;
}

static void healthy(struct fixture *f)
{
    for (int i = 0; exception_kinds[i]; i++)
        if (wrong(f, exception_kinds[i]) != 0)
            fail_msg("%s", exception_kinds[i]);
}

static void test_exceptions(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t fen = 0;

    assert_int_equal(db_script(f->db, "UPDATE receipt_book SET state = 'returned', "
                                      "holder_id = NULL, out_ms = NULL WHERE id > 1; DROP TRIGGER "
                                      "receipt_book_forward; DROP TRIGGER shift_forward"),
                     0);
    assert_int_equal(db_run(f->db,
                            "UPDATE receipt_book SET out_ms = $1 WHERE holder_id IS NOT NULL", "i",
                            f->now_ms),
                     1);
    assert_int_equal(db_run(f->db, "UPDATE shift SET opened_ms = $1", "i", f->now_ms), CASHIERS);
    healthy(f);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(wrong(f, "unpaid"), 1);
    assert_int_equal(deal_pay(f, deal, 500), 0);
    assert_int_equal(wrong(f, "unpaid"), 0);
    assert_int_equal(wrong(f, "shift"), 1); /* of the day before, with money in it */
    assert_int_equal(db_run(f->db, "UPDATE shift SET opened_ms = $1", "i", f->now_ms), CASHIERS);
    healthy(f);
    assert_int_equal(db_script(f->db, "UPDATE receivable SET waived_ms = 1"), 0);
    assert_int_equal(wrong(f, "overpaid"), 1);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(wrong(f, "overpaid"), 0);
    assert_int_equal(db_script(f->db, "UPDATE receivable SET ended_ms = 1; UPDATE deal SET "
                                      "stage = 'C'"),
                     0);
    assert_int_equal(wrong(f, "unscheduled"), 1);
    assert_int_equal(db_script(f->db, "UPDATE user_account SET enabled = 0"), 0);
    assert_int_equal(wrong(f, "book"), 1);
}

/* Of fit-out more came in than it asks for, of the house less. */
static void test_overpaid_by_its_own(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, known_ms, made_ms) VALUES ($1, 90, 'fit_out', 100, 'date', "
                            "'2027-01-01', 1, 1)",
                            "i", deal),
                     1);
    assert_int_equal(deal_pays(f, deal, "fit_out", 100), 0);
    assert_int_equal(wrong(f, "overpaid"), 0);
    assert_int_equal(db_script(f->db, "UPDATE receivable SET waived_ms = 1 WHERE fund = 'fit_out'"),
                     0);
    assert_int_equal(wrong(f, "overpaid"), 1);
}

static void test_money_that_lies(void **state)
{
    struct fixture *f = *state;
    const struct payment p = {.project_id = f->project,
                              .customer_id = deal_buyers[0],
                              .book_id = deal_books[0],
                              .lines = {{"earnest", 900}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = 900}},
                              .n_tenders = 1};
    const int64_t deal = deal_new(f, 'S', f->units[0], 1);
    struct receipt_key key;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    assert_int_equal(wrong(f, "held"), 0);
    f->now_ms += (EXCEPTION_HELD_DAYS + 1) * FIXTURE_DAY;
    assert_int_equal(wrong(f, "held"), 1);
    assert_int_equal(deal_pay(f, deal, 5), 0);
    assert_int_equal(wrong(f, "orphan"), 0);
    assert_int_equal(
        db_script(f->db, "UPDATE deal SET outcome = 'cancelled', closed_ms = opened_ms"), 0);
    assert_int_equal(wrong(f, "orphan"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_collected),
        CASE(test_transfers_are_left_out),
        CASE(test_own_shift_is_blind),
        CASE(test_equals_the_shift),
        CASE(test_leaves),
        CASE(test_shifts),
        CASE(test_exceptions),
        CASE(test_overpaid_by_its_own),
        CASE(test_money_that_lies),
        cmocka_unit_test_setup_teardown(test_a_refund_taken_back, refund_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
