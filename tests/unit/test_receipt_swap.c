/* test_receipt_swap.c - a receipt in the place of another: one paper of a payment at a time, and no
 * money moves (FI-30, FC 27.6). */
#include "refund_fixture.h"

#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

static struct receipt_key paid(struct fixture *f, int64_t deal)
{
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"deposit", 1000}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = 1000}},
                              .n_tenders = 1};
    struct receipt_key key = {0};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    return key;
}

static int swap(struct fixture *f, struct receipt_key key, struct receipt_swap more,
                struct receipt_key *ret_key)
{
    more.key = key;
    if (!more.book_id)
        more.book_id = deal_books[0];
    return FIXTURE_DO(f, tx, receipt_swap(tx, &more, ret_key));
}

static const struct receipt_swap back = {.returned = true, .reason = "更名"};

struct read {
    char state[16], reason[64];
    struct receipt_key from, to;
    int64_t total_fen;
};

static int row_keep(void *arg, const struct receipt_row *row)
{
    struct read *into = arg;

    snprintf(into->state, sizeof(into->state), "%s", row->state);
    snprintf(into->reason, sizeof(into->reason), "%s", row->reason ? row->reason : "");
    into->from = row->from;
    into->to = row->to;
    into->total_fen = row->total_fen;
    return 0;
}

static struct read row_of(struct fixture *f, struct receipt_key key)
{
    struct read read = {.total_fen = 0};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_get(tx, &key, row_keep, &read)), 0);
    return read;
}

static void test_one_paper_at_a_time(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key first = paid(f, deal);
    const struct shift_counted counts = {.tender = TENDER_CASH, .fen = 1000};
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    const int64_t vouchers = fixture_count(f, "SELECT COUNT(*) FROM voucher");
    struct receipt_key second = {0}, third = {0};

    assert_int_equal(swap(f, first, back, &second), 0);
    assert_int_equal(second.no, first.no + 1);
    assert_string_equal(row_of(f, first).state, "swapped");
    assert_string_equal(row_of(f, first).reason, "更名");
    assert_int_equal(row_of(f, first).to.no, second.no);
    assert_string_equal(row_of(f, second).state, "live");
    assert_int_equal(row_of(f, second).from.no, first.no);
    assert_int_equal(row_of(f, second).total_fen, 1000);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher"), vouchers);
    assert_int_equal(fixture_count(f, "SELECT SUM(amount_fen) FROM received"), 1000);
    assert_refused(f, swap(f, first, back, &third), RECEIPT_SWAPPED);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &first, "r")), RECEIPT_SWAPPED);
    deal_verify(f);
    assert_int_equal(swap(f, second, (struct receipt_swap){.reason = "遗失声明"}, &third), 0);
    assert_string_equal(row_of(f, second).state, "lost");
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, &counts, 1, 0)), 0); /* once */
    deal_verify(f);
}

/* What the last paper is of is taken back as ever; then nothing comes in its place. */
static int shown(void *arg, const struct receipt_row *row)
{
    char *text = arg;

    snprintf(text + strlen(text), 80 - strlen(text), "%s%d %s, ", row->number, (int)row->no,
             row->cashier);
    return 0;
}

/* In the lists of shifts each paper is of who wrote it. */
static void test_in_whose_shift(void **state)
{
    struct fixture *f = *state;
    const struct receipt_key first = paid(f, deal_new(f, 'S', f->units[0], 0));
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    int64_t other = fixture_count(f, "SELECT id FROM shift WHERE user_id = 3");
    struct receipt_swap again = back;
    struct receipt_key second = {0};
    char his[80] = "", hers[80] = "";

    again.book_id = deal_books[2];
    f->now_ms += FIXTURE_MINUTE;
    f->as = &(const struct actor){.kind = ACTOR_USER,
                                  .id = 3,
                                  .name = "boss",
                                  .rights = f->actor.rights,
                                  .all_projects = true};
    if (!other)
        assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &other)), 0);
    assert_int_equal(swap(f, first, again, &second), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_of_shift(tx, other, shown, hers)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_of_shift(tx, shift, shown, his)), 0);
    assert_string_equal(his, ""); /* another's shift */
    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, receipt_of_shift(tx, shift, shown, his)), 0);
    assert_string_equal(strchr(his, ' '), " 李雷, ");
    assert_string_equal(strchr(hers, ' '), " 王总, ");
}

static void test_taken_back(void **state)
{
    struct fixture *f = *state;
    const struct receipt_key first = paid(f, deal_new(f, 'S', f->units[0], 0));
    struct receipt_key second = {0}, third = {0};

    assert_int_equal(swap(f, first, back, &second), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &second, "r")), 0);
    assert_string_equal(row_of(f, second).state, "void");
    assert_string_equal(row_of(f, first).state, "swapped");
    assert_refused(f, swap(f, second, back, &third), RECEIPT_VOIDED);
    assert_int_equal(fixture_count(f, "SELECT SUM(amount_fen) FROM received"), 0);
    deal_verify(f);
}

static void test_what_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct receipt_key first = paid(f, deal_new(f, 'S', f->units[0], 0));
    struct receipt_key key = {0}, blank = {0};

    assert_refused(f, swap(f, first, (struct receipt_swap){.returned = true, .reason = ""}, &key),
                   REASON_NEEDED);
    assert_refused(
        f,
        swap(f, first,
             (struct receipt_swap){.returned = true, .reason = "r", .customer_id = deal_buyers[1]},
             &key),
        PAY_PAYER);
    assert_refused(
        f,
        swap(f, first,
             (struct receipt_swap){.returned = true, .reason = "r", .book_id = deal_books[1]},
             &key),
        BOOK_OTHERS);
    assert_refused(f, swap(f, (struct receipt_key){first.book_id, 99}, back, &key), NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, deal_books[0], "spoilt", "r", &blank)), 0);
    assert_refused(f, swap(f, blank, back, &key), RECEIPT_BLANK);
    f->as = &f->outsider;
    assert_refused(f, swap(f, first, back, &key), NOT_FOUND);
    f->as = &f->actor;
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_one_paper_at_a_time),
        CASE(test_in_whose_shift),
        CASE(test_taken_back),
        CASE(test_what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
