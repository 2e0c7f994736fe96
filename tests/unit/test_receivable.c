/* test_receivable.c - what is due and what came in: the schedule as the terms have it, days when
 * their event comes, the oldest first, no money before a permit (FC 27.3, FI-39, SF-11). */
#include "deal_fixture.h"

struct seen {
    struct receivable_row rows[8];
    char funds[8][32], days[8][16];
    size_t n;
};

static int see(void *arg, const struct receivable_row *row)
{
    struct seen *seen = arg;

    snprintf(seen->funds[seen->n], sizeof(seen->funds[0]), "%s", row->fund);
    snprintf(seen->days[seen->n], sizeof(seen->days[0]), "%s", row->due_date ? row->due_date : "");
    seen->rows[seen->n++] = *row;
    return 0;
}

static struct seen look(struct fixture *f, int64_t deal, const char *today)
{
    struct seen seen = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, receivable_each(tx, deal, today, see, &seen)), 0);
    return seen;
}

static int64_t owed(struct fixture *f, int64_t deal, const char *today)
{
    int64_t fen = -1;

    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &fen)), 0);
    return fen;
}

/* ---- the allocation alone ---- */

static struct receivable_row line(int64_t fen, const char *date)
{
    return (struct receivable_row){.fund = "house_money", .amount_fen = fen, .due_date = date};
}

/* Of money for the house, which is of several funds. */
static int64_t allocate(struct receivable_row *rows, size_t n, int64_t fen, const char *today)
{
    const int64_t received[FUND_COUNT] = {
        [FUND_DEPOSIT] = fen / 2, [FUND_BANK_LOAN] = fen - fen / 2};

    return receivable_allocate(rows, n, received, today);
}

static void test_allocation(void **state)
{
    struct receivable_row rows[] = {line(100, "2026-05-01"), line(200, "2026-05-10"),
                                    line(-50, "2026-05-11"), line(300, "2026-06-01"),
                                    line(400, NULL)};

    (void)state;
    rows[1].waived = true;
    assert_int_equal(allocate(rows, 5, 0, "2026-05-10"), 0);
    assert_string_equal(rows[0].state, "overdue");
    assert_string_equal(rows[1].state, "waived");
    assert_string_equal(rows[3].state, "open");
    assert_int_equal(allocate(rows, 5, 99, "2026-05-01"), 0);
    assert_int_equal(rows[0].received_fen, 99);
    assert_string_equal(rows[0].state, "part");
    assert_int_equal(allocate(rows, 5, 0, "2026-05-01"), 0);
    assert_string_equal(rows[0].state, "due");
    assert_int_equal(allocate(rows, 5, 450, "2026-05-10"), 0);
    assert_string_equal(rows[0].state, "paid");
    assert_int_equal(rows[1].received_fen, 0); /* waived: it takes nothing */
    assert_int_equal(rows[2].received_fen, 0); /* owed to the buyer */
    assert_int_equal(rows[3].received_fen, 300);
    assert_int_equal(rows[4].received_fen, 50);
    assert_int_equal(allocate(rows, 5, 900, "2026-05-10"), 100); /* over */
    assert_int_equal(allocate(rows, 5, -10, "2026-05-10"), -10);
    assert_int_equal(rows[0].received_fen, 0);
}

/* What was said to be for a line is its own, up to what it asks for; the rest goes on as ever. */
static void test_allocation_of_marks(void **state)
{
    struct receivable_row rows[] = {line(100, "2026-05-01"), line(200, "2026-05-10"),
                                    line(300, "2026-06-01")};

    (void)state;
    rows[1].earmarked_fen = 150;
    rows[2].earmarked_fen = 10;
    assert_int_equal(allocate(rows, 3, 200, "2026-05-05"), 0);
    assert_int_equal(rows[0].received_fen, 40);
    assert_int_equal(rows[1].received_fen, 150);
    assert_int_equal(rows[2].received_fen, 10);
    assert_string_equal(rows[0].state, "overdue");
    rows[1].earmarked_fen = 999; /* more than it asks for, which it can be after a refund */
    assert_int_equal(allocate(rows, 3, 205, "2026-05-05"), 0);
    assert_int_equal(rows[0].received_fen, 0);
    assert_int_equal(rows[1].received_fen, 200);
    assert_int_equal(rows[2].received_fen, 5);
    rows[1].waived = true;
    assert_int_equal(allocate(rows, 3, 105, "2026-05-05"), 0);
    assert_int_equal(rows[0].received_fen, 95);
    assert_int_equal(rows[1].received_fen, 0);
}

/* Any sum: what lines got and what is left make it up, and no line has a fen while an older one
 * lacks one. */
static void test_allocation_adds_up(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct receivable_row rows[12];
        int64_t sum = 0, left, received;
        bool lacking = false;

        for (size_t i = 0; i < 12; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            rows[i] = line((int64_t)(random >> 40) % 1000 - 100, NULL);
            rows[i].amount_fen += rows[i].amount_fen == 0;
            rows[i].waived = (random >> 20) % 7 == 0;
        }
        received = (int64_t)(random >> 33) % 8000;
        left = allocate(rows, 12, received, "2026-01-01");
        for (size_t i = 0; i < 12; i++) {
            sum += rows[i].received_fen;
            assert_true(rows[i].received_fen >= 0);
            assert_false(lacking && rows[i].received_fen > 0);
            if (!rows[i].waived && rows[i].amount_fen > 0 &&
                rows[i].received_fen < rows[i].amount_fen)
                lacking = true;
        }
        assert_int_equal(sum + left, received);
        assert_false(lacking && left > 0);
    }
}

/* Lines in the order of allocation, money of two funds, what each line gets and what is over. */
static const struct {
    const char *funds[3];
    int64_t lines[3], marks[3];
    struct {
        enum fund fund;
        int64_t fen;
    } money[2];
    int64_t gets[3], over;
} purses[] = {
    /* A late fee, the oldest line lacking: its own, and what is more is nobody's. */
    {{"deposit", "late_fee", "down_payment"},
     {100, 50, 200},
     {0},
     {{FUND_LATE_FEE, 60}},
     {0, 50, 0},
     10},
    /* All for the house is one: the deposit, the buyer's own and a lender's. */
    {{"deposit", "bank_loan", "house_money"},
     {100, 50, 200},
     {0},
     {{FUND_BOOKING, 120}, {FUND_FUND_LOAN, 60}},
     {100, 50, 30},
     0},
    /* Of each its own, and no surplus of one for another. */
    {{"fit_out", "deposit", "attached"},
     {100, 100, 100},
     {0},
     {{FUND_DEPOSIT, 150}, {FUND_ATTACHED, 30}},
     {0, 100, 30},
     50},
    {{"area_difference", "penalty", "handling_fee"},
     {100, 100, 100},
     {0},
     {{FUND_PENALTY, 40}, {FUND_HANDLING_FEE, 101}},
     {0, 40, 100},
     1},
    /* By name first, among those of the purse. */
    {{"deposit", "fit_out", "down_payment"},
     {100, 100, 100},
     {0, 0, 70},
     {{FUND_DEPOSIT, 90}, {FUND_FIT_OUT, 10}},
     {20, 10, 70},
     0},
    /* A mark that has no money of its purse behind it takes none of another. */
    {{"deposit", "fit_out", "down_payment"},
     {100, 100, 100},
     {0, 60, 0},
     {{FUND_DEPOSIT, 90}},
     {90, 0, 0},
     0},
    /* Owed to the buyer; and of a fund that is no line's. */
    {{"deposit", "area_difference", "deposit"},
     {100, -40, 100},
     {0},
     {{FUND_AREA_DIFFERENCE, 25}, {FUND_PENALTY, 5}},
     {0, 0, 0},
     30},
};

static void test_allocation_of_purses(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(purses) / sizeof(purses[0]); k++) {
        int64_t received[FUND_COUNT] = {0};
        struct receivable_row rows[3];

        for (size_t i = 0; i < 3; i++) {
            rows[i] = line(purses[k].lines[i], "2026-05-01");
            rows[i].fund = purses[k].funds[i];
            rows[i].earmarked_fen = purses[k].marks[i];
        }
        for (size_t i = 0; i < 2; i++)
            received[purses[k].money[i].fund] += purses[k].money[i].fen;
        assert_int_equal(receivable_allocate(rows, 3, received, "2026-05-10"), purses[k].over);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(rows[i].received_fen, purses[k].gets[i]);
    }
}

/* The purses of C and of SQL are one, and what is for the house is what the classes say. */
static void test_purses(void **state)
{
    struct fixture *f = *state;

    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        const bool house =
            funds[fund].class == FUND_CLASS_HOUSE || funds[fund].class == FUND_CLASS_LOAN;
        int64_t same = 0;

        assert_int_equal(fund_purse(fund), house ? FUND_HOUSE_MONEY : fund);
        assert_int_equal(db_get(f->db, &same, "SELECT " FUND_PURSE("$1") " = $2", "tt",
                                funds[fund].code, funds[fund_purse(fund)].code),
                         1);
        assert_int_equal(same, 1);
    }
}

/* ---- of a deal ---- */

static void test_days_come_with_their_event(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);
    char today[DAY_TEXT], week[DAY_TEXT], month[DAY_TEXT];
    struct seen seen = look(f, deal, "2000-01-01");

    day_of(f->now_ms, today);
    assert_int_equal(day_add(today, 7, week), 0);
    assert_int_equal(day_add(today, 30, month), 0);
    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.funds[0], "deposit");
    assert_string_equal(seen.days[0], today);
    assert_string_equal(seen.days[1], "");
    assert_string_equal(seen.days[2], "");
    assert_int_equal(seen.rows[0].amount_fen + seen.rows[1].amount_fen + seen.rows[2].amount_fen,
                     FIXTURE_TOTAL);
    assert_true(seen.rows[2].loan);
    assert_int_equal(owed(f, deal, today), DEPOSIT);
    assert_int_equal(deal_pay(f, deal, DEPOSIT + 100), 0);
    assert_int_equal(owed(f, deal, today), 0);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    seen = look(f, deal, week);
    assert_string_equal(seen.days[1], week);
    assert_int_equal(seen.rows[1].received_fen, 100);
    assert_int_equal(owed(f, deal, week), seen.rows[1].amount_fen - 100);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    seen = look(f, deal, week);
    assert_string_equal(seen.days[2], month);
}

static void test_money_is_taken(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0), back = 0;

    assert_int_equal(deal_pay(f, deal, 300), 0);
    assert_true(fixture_changed(f, CHANGE_DEAL, deal));
    assert_int_equal(deal_pay_back(f, deal, &back), 0);
    assert_int_equal(back, 300);
    assert_refused(f, deal_pay(f, 999, 300), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, deal_pay(f, deal, 300), NOT_FOUND);
    f->as = &f->actor;
    /* Without a permit nothing is taken; what is there goes back. */
    assert_int_equal(deal_pay(f, deal, 300), 0);
    assert_true(db_run(f->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", f->units[0]) == 1);
    assert_refused(f, deal_pay(f, deal, 1), G1_PERMIT);
    assert_int_equal(deal_pay_back(f, deal, &back), 0);
}

/* ---- said to be for a line (FI-39) ---- */

static int take_for(struct fixture *f, int64_t deal, const char *fund, int64_t fen,
                    const struct payment_earmark *marks, size_t n)
{
    struct payment p = {.deal_id = deal,
                        .book_id = deal_books[0],
                        .lines = {{fund, fen}},
                        .n_lines = 1,
                        .tenders = {{.tender = "cash", .amount_fen = fen}},
                        .n_tenders = 1,
                        .n_earmarks = n};
    struct receipt_key key;

    memcpy(p.earmarks, marks, n * sizeof(*marks));
    return FIXTURE_DO(f, tx, receipt_take(tx, &p, &key));
}

static void test_said_for_a_line(void **state)
{
    const struct payment_earmark second = {2, 700};
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct seen seen;
    int64_t fen;

    assert_int_equal(take_for(f, deal, "down_payment", 1000, &second, 1), 0);
    seen = look(f, deal, "2000-01-01");
    assert_int_equal(seen.rows[0].received_fen, 300); /* the rest is for what is due first */
    assert_int_equal(seen.rows[1].received_fen, 700);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE "
                                      "'%earmark_line%=2%earmark_fen%=700%'"),
                     1);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(deal_pay(f, deal, 50), 0);
    seen = look(f, deal, "2000-01-01"); /* what was taken back is for nothing */
    assert_int_equal(seen.rows[0].received_fen, 50);
    assert_int_equal(seen.rows[1].received_fen, 0);
    deal_verify(f);
}

static void test_said_wrong(void **state)
{
    const struct payment_earmark unknown = {9, 1}, beyond = {1, DEPOSIT + 1}, more = {2, 101};
    const struct payment_earmark twice[] = {{1, 10}, {1, 10}}, sum[] = {{1, 60}, {2, 60}};
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct payment earnest = {.project_id = f->project,
                              .customer_id = deal_buyers[0],
                              .book_id = deal_books[0],
                              .lines = {{"earnest", 1}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = 1}},
                              .n_tenders = 1,
                              .earmarks = {{1, 1}},
                              .n_earmarks = 1};
    struct receipt_key key;

    assert_refused(f, take_for(f, deal, "deposit", 100, &unknown, 1), PAY_EARMARK);
    assert_refused(f, take_for(f, deal, "deposit", DEPOSIT + 1, &beyond, 1), PAY_EARMARK);
    assert_string_equal(f->fault.args[1].value, "50000.00");
    assert_refused(f, take_for(f, deal, "deposit", 100, &more, 1), PAY_EARMARK);
    assert_refused(f, take_for(f, deal, "deposit", 100, twice, 2), PAY_EARMARK);
    assert_refused(f, take_for(f, deal, "deposit", 100, sum, 2), PAY_EARMARK);
    assert_string_equal(f->fault.args[1].value, "0.40");
    assert_refused(f, FIXTURE_DO(f, tx, receipt_take(tx, &earnest, &key)), PAY_EARMARK);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher"), 0);
    assert_int_equal(take_for(f, deal, "deposit", 120, sum, 2), 0);
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation),
        cmocka_unit_test(test_allocation_of_marks),
        cmocka_unit_test(test_allocation_adds_up),
        cmocka_unit_test(test_allocation_of_purses),
        cmocka_unit_test_setup_teardown(test_purses, deal_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_said_for_a_line, deal_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_said_wrong, deal_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_days_come_with_their_event, deal_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_money_is_taken, deal_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
