/* test_leaf_use.c - leaves as they were used: by day, book and cashier, and in a shift (IV-13,
 * FI-36); and the one rule of when a book is overdue. */
#include "deal_fixture.h"

#include "db/exception.h"
#include "db/leaf_use.h"
#include "db/receipt_book.h"
#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, leaves_setup, fixture_teardown)

enum { LINES = 16 };

/* Books came out today. */
static int leaves_setup(void **state)
{
    int r = deal_setup(state);
    struct fixture *f = *state;

    assert_int_equal(db_run(f->db, "UPDATE receipt_book SET out_ms = $1", "i", f->now_ms),
                     CASHIERS);
    return r;
}

static int64_t spoil(struct fixture *f, int64_t book, const char *kind)
{
    struct receipt_key key;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, book, kind, "写坏", &key)), 0);
    return key.no;
}

/* ---- by day ---- */

struct lines {
    struct leaf_use at[LINES];
    char day[LINES][DAY_TEXT], cashier[LINES][SHIFT_NAME_TEXT];
    int n;
};

static int line_add(void *arg, const struct leaf_use *line)
{
    struct lines *l = arg;

    assert_true(l->n < LINES);
    l->at[l->n] = *line;
    snprintf(l->day[l->n], DAY_TEXT, "%s", line->day);
    snprintf(l->cashier[l->n], SHIFT_NAME_TEXT, "%s", line->cashier);
    l->n++;
    return 0;
}

/* From @back days ago until today. */
static void read_lines(struct fixture *f, int64_t back, struct lines *l)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    const struct days days = {from, to};

    day_of(f->now_ms - back * FIXTURE_DAY, from);
    day_of(f->now_ms, to);
    l->n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, leaf_use_each(tx, f->project, &days, line_add, l)), 0);
}

static void test_by_day_book_and_cashier(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct lines l;
    int64_t fen = 0;

    read_lines(f, 0, &l);
    assert_int_equal(l.n, 0);
    assert_int_equal(deal_pay(f, deal, 100), 0);
    assert_int_equal(deal_pay(f, deal, 200), 0);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0); /* the second leaf */
    (void)spoil(f, deal_books[0], "spoilt");
    (void)spoil(f, deal_books[0], "spoilt");
    (void)spoil(f, deal_books[0], "lost");
    read_lines(f, 0, &l);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.at[0].book_id, deal_books[0]);
    assert_string_equal(l.cashier[0], "李雷");
    assert_int_equal(l.at[0].used, 1);
    assert_int_equal(l.at[0].voided, 1);
    assert_int_equal(l.at[0].spoilt, 2);
    assert_int_equal(l.at[0].lost, 1);
    assert_int_equal(l.at[0].from_no, 1);
    assert_int_equal(l.at[0].to_no, 5);
    assert_int_equal(l.at[0].remaining, 9995);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(deal_pay(f, deal, 300), 0);
    read_lines(f, 0, &l);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.at[0].used + l.at[0].voided + l.at[0].spoilt + l.at[0].lost, 1);
    assert_int_equal(l.at[0].remaining, 9994);
    read_lines(f, 1, &l);
    assert_int_equal(l.n, 2);
    assert_true(strcmp(l.day[0], l.day[1]) < 0);
    assert_int_equal(l.at[0].remaining, 9995);
}

/* Who took the book over writes a line of his own. */
static void test_two_of_one_book(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct lines l;

    assert_int_equal(deal_pay(f, deal, 100), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE receipt_book SET holder_id = 3 WHERE id = $1", "i", deal_books[0]),
        1);
    f->as = &(const struct actor){.kind = ACTOR_USER,
                                  .id = 3,
                                  .name = "boss",
                                  .rights = f->actor.rights,
                                  .all_projects = true};
    (void)spoil(f, deal_books[0], "lost");
    read_lines(f, 0, &l);
    f->as = &f->actor;
    assert_int_equal(l.n, 2);
    assert_string_equal(l.cashier[0], "李雷");
    assert_string_equal(l.cashier[1], "王总");
    assert_int_equal(l.at[1].lost, 1);
}

/* ---- overdue ---- */

static int nothing(void *arg, const struct exception_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

static int overdue_count(void *arg, const struct receipt_book_row *row)
{
    *(int64_t *)arg += row->overdue ? 1 : 0;
    return 0;
}

/* The list of books, the exceptions and the report say the same of every day. */
static void test_overdue_is_one_rule(void **state)
{
    struct fixture *f = *state;
    const int64_t out_ms = f->now_ms;
    struct lines l;

    for (int64_t day = BOOK_OUT_DAYS - 3; day <= BOOK_OUT_DAYS + 1; day++) {
        int64_t counts[EXCEPTION_KINDS], listed = 0, is = day > BOOK_OUT_DAYS ? CASHIERS : 0;

        f->now_ms = out_ms + day * FIXTURE_DAY;
        assert_int_equal(
            FIXTURE_DO(f, tx, receipt_book_each(tx, f->project, 0, overdue_count, &listed)), 0);
        assert_int_equal(FIXTURE_DO(f, tx, exception_each(tx, f->project, counts, nothing, NULL)),
                         0);
        read_lines(f, 0, &l);
        assert_int_equal(listed, is);
        assert_int_equal(l.n, is);
        for (int i = 0; i < EXCEPTION_KINDS; i++)
            if (strcmp(exception_kinds[i], "book") == 0)
                assert_int_equal(counts[i], is);
    }
    assert_true(l.at[0].overdue);
    assert_string_equal(l.day[0], "");
    assert_string_equal(l.cashier[0], "李雷");
    assert_int_equal(l.at[0].remaining, 10000);
    assert_int_equal(l.at[0].out_ms, out_ms);
}

/* ---- in a shift ---- */

struct in_shift {
    struct shift_book book;
    int64_t books, blanks, last_no;
};

static int book_add(void *arg, const struct shift_book *book)
{
    struct in_shift *in = arg;

    in->book = *book;
    in->books++;
    return 0;
}

static int blank_add(void *arg, const struct shift_blank *leaf)
{
    struct in_shift *in = arg;

    assert_string_equal(leaf->reason, "写坏");
    in->blanks++;
    in->last_no = leaf->no;
    return 0;
}

static struct in_shift in_shift(struct fixture *f, int64_t shift)
{
    const struct shift_range range = {f->project, shift, shift};
    struct in_shift in = {.books = 0};

    assert_int_equal(FIXTURE_DO(f, tx, shift_book_each(tx, &range, book_add, &in)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_blank_each(tx, &range, blank_add, &in)), 0);
    return in;
}

static void test_of_a_shift(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t first = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    const struct shift_counted counts = {.tender = TENDER_CASH, .fen = 100};
    int64_t second = 0, fen = 0;
    struct in_shift in;

    assert_int_equal(deal_pay(f, deal, 100), 0);
    (void)spoil(f, deal_books[0], "spoilt");
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, first, &counts, 1, 0)), 0);
    f->now_ms += FIXTURE_MINUTE;
    (void)spoil(f, deal_books[0], "lost"); /* of no shift */
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &second)), 0);
    (void)spoil(f, deal_books[0], "lost");
    assert_int_equal(deal_pay_back(f, deal, &fen), 0); /* of the first */
    in = in_shift(f, first);
    assert_int_equal(in.books, 1);
    assert_int_equal(in.book.receipts, 1);
    assert_int_equal(in.book.voids, 0);
    assert_int_equal(in.book.spoilt, 1);
    assert_int_equal(in.book.lost, 0);
    assert_int_equal(in.book.first_no, 1);
    assert_int_equal(in.book.last_no, 2);
    assert_int_equal(in.blanks, 1);
    assert_int_equal(in.last_no, 2);
    in = in_shift(f, second);
    assert_int_equal(in.book.receipts, 0);
    assert_int_equal(in.book.voids, 1);
    assert_int_equal(in.book.spoilt, 0);
    assert_int_equal(in.book.lost, 1);
    assert_int_equal(in.blanks, 1);
    assert_int_equal(in.last_no, 4);
}

/* A leaf in the place of another is of who swapped it, on the day and in the shift he did. */
static void test_swapped(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t first = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    struct receipt_swap swap = {
        .key = {deal_books[0], 1}, .book_id = deal_books[2], .returned = true, .reason = "更名"};
    struct receipt_key key;
    struct in_shift in;
    int64_t second = 0;
    struct lines l;

    assert_int_equal(deal_pay(f, deal, 100), 0);
    f->now_ms += FIXTURE_DAY;
    f->as = &(const struct actor){.kind = ACTOR_USER,
                                  .id = 3,
                                  .name = "boss",
                                  .rights = f->actor.rights,
                                  .all_projects = true};
    second = fixture_count(f, "SELECT id FROM shift WHERE user_id = 3");
    if (!second)
        assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &second)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_swap(tx, &swap, &key)), 0);
    read_lines(f, 0, &l);
    assert_int_equal(l.n, 1);
    assert_string_equal(l.cashier[0], "王总");
    assert_int_equal(l.at[0].used, 1);
    in = in_shift(f, first);
    assert_int_equal(in.books, 1);
    assert_int_equal(in.book.receipts, 1);
    assert_int_equal(in.book.swapped, 0);
    in = in_shift(f, second);
    assert_int_equal(in.books, 1);
    assert_int_equal(in.book.receipts, 0);
    assert_int_equal(in.book.swapped, 1);
    assert_int_equal(in.book.first_no, key.no);
    assert_int_equal(in.blanks, 0);
    f->as = &f->actor;
}

static int shift_see(void *arg, const struct shift_use *row)
{
    struct in_shift *in = arg;

    in->books++;
    in->last_no = row->id;
    assert_int_equal(row->receipts, 0);
    return 0;
}

/* It took no money, and its leaf is accounted for. */
static void test_a_shift_of_spoilt_leaves(void **state)
{
    struct fixture *f = *state;
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    char day[DAY_TEXT];
    const struct shift_filter filter = {.project_id = f->project, .days = {day, day}, .limit = 9};
    struct in_shift in = {.books = 0};

    day_of(fixture_count(f, "SELECT opened_ms FROM shift WHERE user_id = 1"), day);
    assert_int_equal(FIXTURE_DO(f, tx, shift_use_each(tx, &filter, shift_see, &in)), 0);
    assert_int_equal(in.books, 0);
    (void)spoil(f, deal_books[0], "spoilt");
    assert_int_equal(FIXTURE_DO(f, tx, shift_use_each(tx, &filter, shift_see, &in)), 0);
    assert_int_equal(in.books, 1);
    assert_int_equal(in.last_no, shift);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_by_day_book_and_cashier),
        CASE(test_two_of_one_book),
        CASE(test_overdue_is_one_rule),
        CASE(test_of_a_shift),
        CASE(test_swapped),
        CASE(test_a_shift_of_spoilt_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
