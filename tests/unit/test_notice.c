/* test_notice.c - notices of what is due: counted without a gap, frozen, all or none, and on paper
 * (FI-23). */
#include "deal_fixture.h"

#include "db/arrears.h"
#include "db/notice.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/printer.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

static int64_t made(struct fixture *f, enum notice_kind kind, const int64_t *deals, size_t n,
                    const char *until, bool print)
{
    const struct notice_new notice = {.project_id = f->project,
                                      .kind = kind,
                                      .deals = deals,
                                      .n_deals = n,
                                      .until = until,
                                      .print = print};
    int64_t first = 0;
    int r = FIXTURE_DO(f, tx, notice_make(tx, &notice, &first));

    return r < 0 ? r : first;
}

struct seen {
    char number[NOTICE_NUMBER_TEXT];
    int64_t id, owed;
    int n;
};

static int keep(void *arg, const struct notice_row *row)
{
    struct seen *seen = arg;

    if (seen->n++ == 0) {
        snprintf(seen->number, sizeof(seen->number), "%s", row->number);
        seen->id = row->id;
        seen->owed = row->owed_fen;
    }
    return 0;
}

static struct seen of_deal(struct fixture *f, int64_t deal)
{
    struct seen seen = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, notice_of_deal(tx, deal, keep, &seen)), 0);
    return seen;
}

static void test_counted_and_frozen(void **state)
{
    struct fixture *f = *state;
    const int64_t deals[] = {deal_new(f, 'S', f->units[0], 0), deal_new(f, 'S', f->units[1], 0)};
    struct paper_ask ask = {.kind = PRINT_KIND_PAYMENT_NOTICE};
    struct paper_row row;
    struct sheet *sheet = sheet_new(PRINT_KIND_PAYMENT_NOTICE);
    struct seen seen;
    char owed[40];
    int64_t first, paper;

    first = made(f, NOTICE_PAYMENT, deals, 2, "2099-12-31", false);
    assert_true(first > 0);
    seen = of_deal(f, deals[0]);
    assert_string_equal(seen.number + 6, "-0001");
    assert_memory_equal(seen.number, "JK", 2);
    assert_string_equal(of_deal(f, deals[1]).number + 6, "-0002");
    assert_true(seen.owed > 0);
    assert_int_equal(seen.owed,
                     fixture_of(f,
                                "SELECT SUM(amount_fen - received_fen) FROM notice_line WHERE "
                                "notice_id = $1",
                                seen.id));
    snprintf(owed, sizeof(owed), "%lld", (long long)seen.owed);
    /* What is paid later does not change it. */
    assert_int_equal(deal_pay(f, deals[0], 1000), 0);
    assert_int_equal(of_deal(f, deals[0]).owed, seen.owed);
    ask.subject_id = seen.id;
    assert_int_equal(FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, paper_see(tx, paper, PAPER_READ, &row, NULL)), 0);
    assert_string_equal(row.number, seen.number);
    assert_int_equal(FIXTURE_DO(f, tx, payment_notice_sheet(tx, &row, sheet)), 0);
    assert_true(sheet_rows(sheet, "line") > 0);
    assert_true(sheet_value(sheet, "buyer", 0)[0] && sheet_value(sheet, "unit", 0)[0]);
    assert_true(sheet_value(sheet, "capitals", 0)[0]);
    sheet_free(sheet);
    /* It is no dunning letter. */
    ask.kind = PRINT_KIND_DUNNING_LETTER;
    assert_refused(f, FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), NOT_FOUND);
    /* The next one is the next number, and each kind counts by itself. */
    assert_true(made(f, NOTICE_PAYMENT, deals, 1, "2099-12-31", false) > 0);
    assert_string_equal(of_deal(f, deals[0]).number + 6, "-0003");
}

static void test_all_or_none(void **state)
{
    struct fixture *f = *state;
    const int64_t deals[] = {deal_new(f, 'S', f->units[0], 0), deal_new(f, 'S', f->units[1], 0)};
    const int64_t there = 0;
    struct actor other = f->actor;

    assert_refused(f, (int)made(f, NOTICE_PAYMENT, deals, 2, "2000-01-01", false), NOTICE_UNTIL);
    /* Nothing is overdue on the day of the deal. */
    assert_refused(f, (int)made(f, NOTICE_DUNNING, deals, 2, NULL, false), NOTICE_REFUSED);
    assert_int_equal(f->fault.n_items, 2);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM notice WHERE id > $1", there), 0);
    other.rights &= ~RIGHT_BIT(RIGHT_MONEY_DUN);
    f->as = &other;
    assert_refused(f, (int)made(f, NOTICE_PAYMENT, deals, 1, "2099-12-31", false), DENIED);
    f->as = &f->outsider;
    assert_refused(f, (int)made(f, NOTICE_PAYMENT, deals, 1, "2099-12-31", false), NOT_FOUND);
    f->as = &f->actor;
}

/* A year later they are overdue: letters, printed with the record. */
static void test_letters_are_printed(void **state)
{
    struct fixture *f = *state;
    const struct printer_new p = {"one", "cups", "one"};
    const int64_t deals[] = {deal_new(f, 'S', f->units[0], 0)};
    int64_t id;

    assert_int_equal(FIXTURE_DO(f, tx, printer_create(tx, &p, &id)), 0);
    f->now_ms += (int64_t)365 * 24 * 3600 * 1000;
    id = made(f, NOTICE_DUNNING, deals, 1, NULL, true);
    assert_true(id > 0);
    assert_memory_equal(of_deal(f, deals[0]).number, "CK", 2);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM print_job j JOIN paper p ON "
                                "p.id = j.paper_id WHERE p.kind = 'dunning_letter' AND "
                                "p.subject_id = $1",
                                id),
                     1);
    assert_int_equal(
        fixture_of(f, "SELECT COUNT(*) FROM notice_line WHERE notice_id = $1 AND days = 0", id), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_counted_and_frozen), CASE(test_all_or_none),
                                       CASE(test_letters_are_printed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
