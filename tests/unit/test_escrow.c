/* test_escrow.c - money for a supervised account is there when the bank says so: matched by hand,
 * with the payment, by the bank's list; taken back; told of when it waits (FI-35, IN-07). */
#include "deal_fixture.h"

#include "db/escrow.h"
#include "db/exception.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

enum { FEN = 700 };

/* Paid by transfer @reference, or in cash with NULL; its voucher. */
static int64_t paid(struct fixture *f, int64_t deal, const char *reference, const char *escrow,
                    struct receipt_key *ret_key)
{
    struct payment p = {.deal_id = deal,
                        .book_id = deal_books[0],
                        .lines = {{"deposit", FEN}},
                        .n_lines = 1,
                        .tenders = {{.tender = reference ? "transfer" : "cash",
                                     .amount_fen = FEN,
                                     .reference = reference,
                                     .escrow = escrow}},
                        .n_tenders = 1};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, ret_key)), 0);
    return fixture_count(f, "SELECT MAX(id) FROM voucher WHERE kind = 'receipt'");
}

static int post(struct fixture *f, int64_t voucher, const char *reference)
{
    const struct escrow_posting p = {voucher, 1, reference, "2026-05-01"};
    int64_t id;

    return FIXTURE_DO(f, tx, escrow_post(tx, &p, &id));
}

static int64_t live(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM escrow_match WHERE ended_ms IS NULL");
}

static int64_t match_of(struct fixture *f, int64_t voucher)
{
    return fixture_of(f, "SELECT MAX(id) FROM escrow_match WHERE voucher_id = $1", voucher);
}

struct sums {
    int64_t parts, parts_fen, lines, lines_fen;
};

static int day_take(void *arg, const struct escrow_day *day)
{
    struct sums *sums = arg;

    sums->parts += day->parts;
    sums->parts_fen += day->parts_fen;
    sums->lines += day->lines;
    sums->lines_fen += day->lines_fen;
    return 0;
}

static void assert_waits(struct fixture *f, int64_t parts, int64_t lines)
{
    struct sums sums = {0};

    assert_int_equal(FIXTURE_DO(f, tx, escrow_day_each(tx, f->project, 0, day_take, &sums)), 0);
    assert_int_equal(sums.parts, parts);
    assert_int_equal(sums.parts_fen, parts * FEN);
    assert_int_equal(sums.lines, lines);
    assert_int_equal(sums.lines_fen, lines * FEN);
}

/* ---- one ---- */

static void test_once(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    const int64_t a = paid(f, deal, NULL, NULL, &key), b = paid(f, deal, NULL, NULL, &key);

    assert_waits(f, 2, 0);
    assert_refused(f, post(f, 999, "J1"), NOT_FOUND);
    assert_int_equal(post(f, a, "J1"), 0);
    assert_refused(f, post(f, a, "J2"), ESCROW_POSTED);
    assert_refused(f, post(f, b, "J1"), ESCROW_USED);
    assert_waits(f, 1, 0);
    assert_refused(f, FIXTURE_DO(f, tx, escrow_unpost(tx, match_of(f, a), "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, escrow_unpost(tx, match_of(f, a), "记错")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, escrow_unpost(tx, match_of(f, a), "记错")), ESCROW_ENDED);
    assert_waits(f, 2, 1); /* the line is of nothing now */
    assert_int_equal(post(f, b, "J1"), 0);
    assert_waits(f, 1, 0);
    f->as = &f->outsider;
    assert_refused(f, post(f, a, "J3"), NOT_FOUND);
    deal_verify(f);
}

static void test_with_the_payment(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    struct payment p = {.deal_id = deal,
                        .book_id = deal_books[0],
                        .lines = {{"deposit", FEN}},
                        .n_lines = 1,
                        .tenders = {{.tender = "cash", .amount_fen = FEN, .escrow = "J1"}},
                        .n_tenders = 1};

    paid(f, deal, NULL, "J1", &key);
    assert_waits(f, 0, 0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), ESCROW_USED);
    deal_verify(f);
}

/* What is taken back is posted no more: the bank has money of no receipt. */
static void test_taken_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    const int64_t a = paid(f, deal, NULL, "J1", &key);
    int64_t line;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &key, "写错")), 0);
    assert_int_equal(live(f), 0);
    assert_waits(f, 0, 1);
    assert_refused(f, post(f, a, "J1"), RECEIPT_VOIDED);
    line = fixture_count(f, "SELECT MAX(id) FROM escrow_line");
    assert_refused(f, FIXTURE_DO(f, tx, escrow_set_aside(tx, line, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, escrow_set_aside(tx, line, "已退回")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, escrow_set_aside(tx, line, "已退回")), ESCROW_ENDED);
    assert_waits(f, 0, 0);
    deal_verify(f);
}

/* ---- a list ---- */

static int list(struct fixture *f, const struct escrow_row *rows, size_t n, bool take,
                struct escrow_taken *ret)
{
    return take ? FIXTURE_DO(f, tx, escrow_list_take(tx, deal_account, rows, n, ret))
                : FIXTURE_DO(f, tx, escrow_list_check(tx, deal_account, rows, n, ret));
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    const struct escrow_row rows[] = {
        {2, "2026-05-01", "J1", "T1000001", FEN}, /* names its receipt */
        {3, "2026-05-01", "Z2", "", FEN},         /* was paid by that transfer */
        {4, "2026-05-02", "J3", "", FEN},         /* of nothing that is known */
    };
    struct escrow_taken taken;

    paid(f, deal, NULL, NULL, &key);
    paid(f, deal, "Z2", NULL, &key);
    assert_int_equal(list(f, rows, 3, false, &taken), 0);
    assert_int_equal(live(f), 0);
    assert_int_equal(list(f, rows, 3, true, &taken), 0);
    assert_int_equal(taken.matched, 2);
    assert_int_equal(taken.waiting, 1);
    assert_waits(f, 0, 1);
    assert_int_equal(list(f, rows, 3, true, &taken), 0); /* again adds nothing */
    assert_int_equal(taken.known, 3);
    assert_waits(f, 0, 1);
    paid(f, deal, "J3", NULL, &key); /* its receipt comes later */
    assert_int_equal(list(f, rows, 3, true, &taken), 0);
    assert_int_equal(taken.matched, 1);
    assert_waits(f, 0, 0);
    deal_verify(f);
}

static void test_list_with_faults(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    const struct escrow_row rows[] = {
        {2, "2026-05-01", "J1", "T1000001", FEN}, {3, "2026-05-01", "J1", "", FEN},
        {4, "2026-05-01", "J2", "T1000009", FEN}, {5, "2026-05-01", "J3", "T1000001", FEN + 1},
        {6, "2026-05-01", "J0", "", FEN + 1},
    };
    struct escrow_taken taken;
    int64_t id = 0;

    paid(f, deal, NULL, NULL, &key);
    paid(f, deal, NULL, "J0", &key);
    for (int take = 0; take < 2; take++) {
        assert_refused(f, list(f, rows, 5, take, &taken), IMPORT_ROWS_WRONG);
        assert_int_equal(f->fault.n_items, 4);
        assert_int_equal(f->fault.items[0].code, FAULT_ROW_DUPLICATE);
        assert_int_equal(f->fault.items[1].code, FAULT_ESCROW_RECEIPT);
        assert_int_equal(f->fault.items[2].code, FAULT_ESCROW_RECEIPT);
        assert_int_equal(f->fault.items[3].code, FAULT_ESCROW_AMOUNT);
    }
    assert_int_equal(live(f), 1);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number) "
                            "VALUES ($1, 1, 'general', 'h', '9') RETURNING id",
                            "i", f->project),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, escrow_list_take(tx, id, rows, 1, &taken)), ESCROW_NOT);
}

/* ---- told of ---- */

static int exception_take(void *arg, const struct exception_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

static int64_t exceptions(struct fixture *f)
{
    int64_t counts[EXCEPTION_KINDS];
    int unposted = 0;

    assert_int_equal(
        FIXTURE_DO(f, tx, exception_each(tx, f->project, counts, exception_take, NULL)), 0);
    while (strcmp(exception_kinds[unposted], "unposted") != 0)
        unposted++;
    return counts[unposted];
}

static void test_told_of_when_late(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_key key;
    const int64_t a = paid(f, deal, NULL, NULL, &key);

    f->now_ms += ESCROW_LATE_DAYS * INT64_C(86400000);
    assert_int_equal(exceptions(f), 0);
    f->now_ms += INT64_C(86400000);
    assert_int_equal(exceptions(f), 1);
    assert_int_equal(post(f, a, "J1"), 0);
    assert_int_equal(exceptions(f), 0);
    assert_int_equal(FIXTURE_DO(f, tx, escrow_unpost(tx, match_of(f, a), "记错")), 0);
    assert_int_equal(exceptions(f), 1); /* the bank's line is known since today */
    f->now_ms += (ESCROW_LATE_DAYS + 1) * INT64_C(86400000);
    assert_int_equal(exceptions(f), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_once), CASE(test_with_the_payment), CASE(test_taken_back),
        CASE(test_list), CASE(test_list_with_faults), CASE(test_told_of_when_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
