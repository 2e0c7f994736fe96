/* test_mortgage_arrival.c - the money of approved loans comes in: one by one, or a whole advice
 * (FI-19, FI-20, SF-17). */
#include "deal_fixture.h"

#include "db/mortgage.h"
#include "db/mortgage_arrival.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

enum { LOAN = 70000000 }; /* approved; the terms lend a little more */

/* A signed deal of buyer @i with an approved loan; its id. */
static int64_t lent(struct fixture *f, size_t i, int64_t *ret_deal)
{
    char document[16];
    int64_t id = 0;

    snprintf(document, sizeof(document), "HT-%zu", i);
    *ret_deal = deal_new(f, 'S', f->units[i], i);
    assert_int_equal(deal_pay(f, *ret_deal, DEPOSIT), 0);
    assert_int_equal(deal_goes(f, *ret_deal, 'C', 0, i, document), 0);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO mortgage (deal_id, kind, bank, amount_fen, years, state, "
                            "approved_fen, progress_ms) VALUES ($1, 'commercial', '建设银行', $2, "
                            "20, 'approved', $2, $3) RETURNING id",
                            "iii", *ret_deal, (int64_t)LOAN, f->now_ms),
                     1);
    return id;
}

static int arrive(struct fixture *f, int64_t id, int64_t fen, const char *reference)
{
    const struct mortgage_arrival a = {
        .mortgage_id = id, .amount_fen = fen, .book_id = deal_books[0], .reference = reference};
    struct receipt_key key;

    return FIXTURE_DO(f, tx, mortgage_arrive(tx, &a, &key));
}

static int64_t difference(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM todo WHERE kind = 'loan.difference' AND "
                            "done_ms IS NULL");
}

static int loan_take(void *arg, const struct loan_row *row)
{
    struct loan_row *out = arg;

    assert_string_equal(row->contract, "HT-0");
    *out = *row;
    return 0;
}

static int64_t arrived(struct fixture *f, bool waiting)
{
    const struct loan_filter filter = {.project_id = f->project, .waiting = waiting, .limit = 10};
    struct loan_row row = {.arrived_fen = -1};

    assert_int_equal(FIXTURE_DO(f, tx, loan_each(tx, &filter, loan_take, &row)), 0);
    return row.arrived_fen;
}

static void test_one(void **state)
{
    struct fixture *f = *state;
    int64_t deal, id = lent(f, 0, &deal), fen = 0;

    assert_int_equal(arrived(f, true), 0);
    assert_refused(f, arrive(f, 99, LOAN, "L1"), NOT_FOUND);
    assert_refused(f, arrive(f, id, FIXTURE_TOTAL, "L1"), PAY_BEYOND_DUE);
    assert_refused(f, arrive(f, id, LOAN, ""), PAY_REFERENCE);
    assert_int_equal(arrive(f, id, LOAN - 1, "L1"), 0);
    assert_int_equal(difference(f), 1); /* less than was approved */
    assert_int_equal(arrived(f, true), LOAN - 1);
    assert_refused(f, arrive(f, id, 1, "L1"), SLIP_USED);
    assert_int_equal(arrive(f, id, 1, "L2"), 0);
    assert_int_equal(difference(f), 0);
    assert_int_equal(arrived(f, true), -1);
    assert_int_equal(arrived(f, false), LOAN);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(difference(f), 1);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0); /* nothing is there any more */
    assert_int_equal(difference(f), 0);
    deal_verify(f);
}

static void test_not_approved(void **state)
{
    struct fixture *f = *state;
    int64_t deal, id = lent(f, 0, &deal);

    assert_int_equal(
        db_run(f->db, "UPDATE mortgage SET state = 'submitted' WHERE id = $1", "i", id), 1);
    assert_refused(f, arrive(f, id, LOAN, "L1"), MORTGAGE_STATE);
    f->as = &f->outsider;
    assert_refused(f, arrive(f, id, LOAN, "L1"), NOT_FOUND);
}

/* ---- an advice ---- */

static int check(struct fixture *f, const struct advice_row *rows, size_t n)
{
    return FIXTURE_DO(f, tx, advice_check(tx, f->project, rows, n));
}

static int advise(struct fixture *f, const struct advice_row *rows, size_t n)
{
    int64_t total = 0;

    return FIXTURE_DO(f, tx, advice_take(tx, f->project, deal_books[0], rows, n, &total));
}

static int64_t receipts(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM receipt");
}

static void test_advice(void **state)
{
    struct fixture *f = *state;
    struct advice_row rows[3];
    int64_t deal, was;

    for (size_t i = 0; i < 3; i++) {
        static const char *const contracts[] = {"HT-0", "HT-1", "HT-2"};
        static const char *const references[] = {"B1", "B2", "B3"};

        lent(f, i, &deal);
        rows[i] = (struct advice_row){(int64_t)i + 2, contracts[i], references[i], "", LOAN};
    }
    was = receipts(f);
    assert_int_equal(check(f, rows, 3), 0);
    assert_int_equal(receipts(f), was);
    assert_int_equal(advise(f, rows, 3), 0);
    assert_int_equal(receipts(f), was + 3);
    assert_int_equal(difference(f), 0);
    assert_refused(f, check(f, rows, 3), IMPORT_ROWS_WRONG); /* the same advice again */
    assert_refused(f, advise(f, rows, 3), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.n_items, 3);
    deal_verify(f);
}

/* Every row that cannot be is named, and no other one is taken. */
static void test_advice_with_faults(void **state)
{
    struct fixture *f = *state;
    int64_t deal, id = lent(f, 0, &deal), was;
    struct advice_row rows[] = {
        {2, "HT-0", "B1", "", LOAN},
        {3, "HT-9", "B2", "", LOAN},
        {4, "HT-0", "B3", "fund", LOAN},
        {5, "HT-0", "B1", "", 1},
        {6, "HT-0", "B4", "commercial", FIXTURE_TOTAL},
    };
    static const enum fault_code codes[] = {FAULT_ARRIVAL_CONTRACT, FAULT_ARRIVAL_LOAN,
                                            FAULT_SLIP_USED, FAULT_PAY_BEYOND_DUE};

    was = receipts(f);
    assert_refused(f, check(f, rows, 5), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.n_items, 4);
    assert_refused(f, advise(f, rows, 5), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.n_items, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f->fault.items[i].row, rows[i + 1].row);
        assert_int_equal(f->fault.items[i].code, codes[i]);
    }
    assert_int_equal(receipts(f), was);
    assert_int_equal(arrived(f, false), 0);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO mortgage (deal_id, kind, bank, amount_fen, years, state, "
                            "approved_fen, progress_ms) SELECT deal_id, 'fund', bank, 5, 5, state, "
                            "5, 1 FROM mortgage WHERE id = $1",
                            "i", id),
                     1);
    assert_refused(f, check(f, rows, 1), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_ARRIVAL_WHICH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_one),
        CASE(test_not_approved),
        CASE(test_advice),
        CASE(test_advice_with_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
