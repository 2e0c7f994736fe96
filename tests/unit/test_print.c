/* test_print.c - papers and print jobs: made with the receipt, sent once, settled by a person, an
 * original only while none can have come out (IV-07, IV-09; RS P5). */
#include "refund_fixture.h"

#include "db/paper.h"
#include "db/paper_layout.h"
#include "db/print_sheet.h"
#include "db/printer.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

static int64_t printer(struct fixture *f, const char *name)
{
    const struct printer_new p = {name, "cups", name};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, printer_create(tx, &p, &id)), 0);
    return id;
}

static struct receipt_key paid(struct fixture *f, int64_t deal)
{
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"deposit", 123456}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = 123456}},
                              .n_tenders = 1};
    struct receipt_key key = {0};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    return key;
}

struct last {
    int64_t id, copy, printer_id;
    enum print_state state;
    int n;
};

static int job_keep(void *arg, const struct print_job *job)
{
    struct last *last = arg;

    if (last->n++ == 0) {
        last->id = job->id;
        last->copy = job->copy;
        last->printer_id = job->printer_id;
        last->state = job->state;
    }
    return 0;
}

/* The newest job of a paper, and how many it has. */
static struct last job_of(struct fixture *f, int64_t paper_id)
{
    const struct print_filter filter = {.paper_id = paper_id, .limit = 100};
    struct last last = {.id = 0};

    assert_int_equal(FIXTURE_DO(f, tx, print_jobs(tx, &filter, job_keep, &last)), 0);
    return last;
}

static int64_t paper_id_of(struct fixture *f, struct receipt_key key)
{
    struct paper_row row;

    assert_int_equal(FIXTURE_DO(f, tx, paper_of(tx, PRINT_KIND_RECEIPT, key.book_id, key.no, &row)),
                     0);
    return row.id;
}

static int again(struct fixture *f, int64_t paper_id, const char *reason)
{
    const struct print_ask ask = {.paper_id = paper_id, .reason = reason};
    int64_t id;

    return FIXTURE_DO(f, tx, print_again(tx, &ask, &id));
}

static int stepped(struct fixture *f, int64_t job, enum print_state to)
{
    return FIXTURE_DO(f, tx, print_step(tx, job, to, "说"));
}

static void walk(struct fixture *f, int64_t job, enum print_state to)
{
    assert_int_equal(stepped(f, job, PRINT_SENDING), 0);
    if (to != PRINT_SENDING)
        assert_int_equal(stepped(f, job, to), 0);
}

/* ---- made ---- */

static void test_made_with_the_receipt(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key before = paid(f, deal);
    struct print_route_row route = {.kind = "receipt"};
    int64_t desk, main_one;
    struct last last;

    /* Without a printer the paper alone; with one, that one; with more, as the routes say. */
    assert_int_equal(job_of(f, paper_id_of(f, before)).n, 0);
    main_one = printer(f, "one");
    last = job_of(f, paper_id_of(f, paid(f, deal)));
    assert_int_equal(last.printer_id, main_one);
    assert_int_equal(last.state, PRINT_QUEUED);
    assert_int_equal(last.copy, 0);
    desk = printer(f, "desk");
    assert_int_equal(job_of(f, paper_id_of(f, paid(f, deal))).n, 0);
    route.printer_id = desk;
    assert_int_equal(FIXTURE_DO(f, tx, print_route_set(tx, &route)), 0);
    assert_int_equal(job_of(f, paper_id_of(f, paid(f, deal))).printer_id, desk);
    assert_refused(f, FIXTURE_DO(f, tx, printer_retire(tx, main_one, 1)), PRINTER_BUSY);
}

/* ---- steps ---- */

/* A job in state @from, made by SQL alone. */
static int64_t job_in(struct fixture *f, int64_t paper, enum print_state from)
{
    static const enum print_state ways[PRINT_STATES][3] = {
        [PRINT_SENDING] = {PRINT_SENDING},
        [PRINT_HANDED_OVER] = {PRINT_SENDING, PRINT_HANDED_OVER},
        [PRINT_PRINTED] = {PRINT_SENDING, PRINT_HANDED_OVER, PRINT_PRINTED},
        [PRINT_UNCONFIRMED] = {PRINT_SENDING, PRINT_UNCONFIRMED},
        [PRINT_FAILED] = {PRINT_FAILED},
        [PRINT_EXPIRED] = {PRINT_EXPIRED},
        [PRINT_CANCELLED] = {PRINT_CANCELLED},
    };
    static int64_t n;
    char name[24];
    int64_t id = 0;

    snprintf(name, sizeof(name), "by-hand-%d", (int)++n);
    assert_int_equal(
        db_get(f->db, &id,
               "INSERT INTO print_job (name, paper_id, printer_id, copy, reason, actor, made_ms, "
               "expires_ms, state_ms) SELECT $1, $2, MIN(p.id), $3, 'x', 'x', 1, 1, 1 FROM "
               "printer p RETURNING id",
               "tii", name, paper, n),
        1);
    for (int i = 0; i < 3 && ways[from][i]; i++)
        assert_int_equal(db_run(f->db, "UPDATE print_job SET state = $2 WHERE id = $1", "it", id,
                                print_states[ways[from][i]].code),
                         1);
    return id;
}

/* The table in C and the trigger of the schema are one. */
static void test_steps_are_those_of_the_schema(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t paper;

    printer(f, "one");
    paper = paper_id_of(f, paid(f, deal));
    for (int from = 0; from < PRINT_STATES; from++)
        for (int to = 0; to < PRINT_STATES; to++) {
            const int64_t job = job_in(f, paper, (enum print_state)from);
            const bool may = print_step_by((enum print_state)from, (enum print_state)to) != 0;

            assert_int_equal(db_run(f->db, "UPDATE print_job SET state = $2 WHERE id = $1", "it",
                                    job, print_states[to].code),
                             may ? 1 : -EINVAL);
        }
}

static void test_sent_once(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t job;

    printer(f, "one");
    job = job_of(f, paper_id_of(f, paid(f, deal))).id;
    assert_int_equal(stepped(f, job, PRINT_PRINTED), -ESTALE);
    walk(f, job, PRINT_HANDED_OVER);
    assert_int_equal(stepped(f, job, PRINT_SENDING), -ESTALE);
    assert_int_equal(stepped(f, job, PRINT_FAILED), -ESTALE); /* a person says so */
    assert_int_equal(stepped(f, job, PRINT_UNCONFIRMED), 0);
    assert_int_equal(stepped(f, job, PRINT_PRINTED), 0); /* a late word */
    assert_refused(f, FIXTURE_DO(f, tx, print_confirm(tx, job, false)), PRINT_STEP);
    /* By SQL neither. */
    assert_int_equal(db_run(f->db, "UPDATE print_job SET state = 'queued' WHERE id = $1", "i", job),
                     -EINVAL);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM print_event WHERE job_id = $1", job), 5);
}

/* ---- copies ---- */

static void test_an_original_or_a_copy(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct last last;
    int64_t paper;

    printer(f, "one");
    paper = paper_id_of(f, paid(f, deal));
    /* While it waits or nobody knows, nothing else of it is printed. */
    assert_refused(f, again(f, paper, "卡纸"), PRINT_OPEN);
    last = job_of(f, paper);
    walk(f, last.id, PRINT_UNCONFIRMED);
    assert_refused(f, again(f, paper, "卡纸"), PRINT_OPEN);
    /* It did not come out: the original once more, without a reason. */
    assert_int_equal(FIXTURE_DO(f, tx, print_confirm(tx, last.id, false)), 0);
    assert_int_equal(again(f, paper, NULL), 0);
    last = job_of(f, paper);
    assert_int_equal(last.copy, 0);
    walk(f, last.id, PRINT_HANDED_OVER);
    /* It may have come out: a copy, with a reason and its number. */
    assert_refused(f, again(f, paper, NULL), REASON_NEEDED);
    assert_int_equal(again(f, paper, "客户遗失"), 0);
    last = job_of(f, paper);
    assert_int_equal(last.copy, 1);
    /* One that was cancelled is no copy. */
    assert_int_equal(FIXTURE_DO(f, tx, print_cancel(tx, last.id)), 0);
    assert_int_equal(again(f, paper, "客户遗失"), 0);
    assert_int_equal(job_of(f, paper).copy, 1);
    walk(f, job_of(f, paper).id, PRINT_HANDED_OVER);
    assert_int_equal(again(f, paper, "再补"), 0);
    last = job_of(f, paper);
    assert_int_equal(last.copy, 2);
    assert_int_equal(last.n, 5);
}

static void test_what_waited_too_long(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t paper, next = 0;

    printer(f, "one");
    paper = paper_id_of(f, paid(f, deal));
    assert_int_equal(FIXTURE_DO(f, tx, print_expire_due(tx, &next)), 0);
    assert_int_equal(next, f->now_ms + PRINT_EXPIRES_MS);
    f->now_ms = next;
    assert_int_equal(FIXTURE_DO(f, tx, print_expire_due(tx, &next)), 1);
    assert_int_equal(job_of(f, paper).state, PRINT_EXPIRED);
    assert_int_equal(again(f, paper, NULL), 0);
    assert_int_equal(job_of(f, paper).copy, 0);
}

static void test_the_sheet(void **state)
{
    static const char *const said[] = {"payer", "holder", "account", "bank", "unit", "project"};
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key key = paid(f, deal);
    struct paper_stored stored = {.paper_id = paper_id_of(f, key), .size = 10, .sha = {1}};
    const int64_t paper = stored.paper_id;
    struct paper_row row;
    struct sheet *sheet = sheet_new(PRINT_KIND_RECEIPT);

    assert_int_equal(FIXTURE_DO(f, tx, paper_get(tx, paper, &row)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_sheet(tx, &row, sheet)), 0);
    assert_int_equal(sheet_error(sheet), 0);
    assert_string_equal(sheet_value(sheet, "total", 0), "1,234.56");
    assert_string_equal(sheet_value(sheet, "capitals", 0), "壹仟贰佰叁拾肆元伍角陆分");
    assert_int_equal(sheet_rows(sheet, "line"), 1);
    assert_string_equal(sheet_value(sheet, "line.name", 0), "定金");
    assert_string_equal(sheet_value(sheet, "tender.name", 0), "现金");
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        assert_true(sheet_value(sheet, said[i], 0)[0]);
    sheet_free(sheet);
    /* Its bytes are made once. */
    assert_int_equal(FIXTURE_DO(f, tx, print_stored(tx, &stored)), 0);
    stored.sha[0] = 2;
    stored.size = 11;
    assert_int_equal(FIXTURE_DO(f, tx, print_stored(tx, &stored)), 0);
    assert_int_equal(fixture_of(f, "SELECT size FROM paper WHERE id = $1", paper), 10);
    assert_int_equal(db_run(f->db, "UPDATE paper SET size = 11 WHERE id = $1", "i", paper),
                     -EINVAL);
}

/* ---- asked for ---- */

static int seen(struct fixture *f, int64_t paper, enum paper_use use)
{
    struct paper_row row;

    return FIXTURE_DO(f, tx, paper_see(tx, paper, use, &row, NULL));
}

static void test_asked_for(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key key = paid(f, deal);
    struct paper_ask ask = {
        .kind = PRINT_KIND_RECEIPT, .subject_id = key.book_id, .subject_no = key.no};
    struct actor other = f->actor;
    int64_t paper = 0, job;

    /* The one that is there, with a job when that is asked for. */
    assert_int_equal(FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), 0);
    assert_int_equal(paper, paper_id_of(f, key));
    ask.print = true;
    assert_refused(f, FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), PRINT_NO_PRINTER);
    printer(f, "one");
    assert_int_equal(FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), 0);
    job = job_of(f, paper).id;
    assert_true(job > 0);
    assert_int_equal(FIXTURE_DO(f, tx, paper_see_job(tx, job, PAPER_MAKE)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, paper_see_job(tx, job + 1, PAPER_MAKE)), NOT_FOUND);
    ask.subject_no = key.no + 1;
    assert_refused(f, FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), NOT_FOUND);
    /* Who has not the right of the kind, or does not see what it is of. */
    other.rights &= ~RIGHT_BIT(RIGHT_MONEY_TAKE);
    f->as = &other;
    assert_refused(f, FIXTURE_DO(f, tx, paper_ask(tx, &ask, &paper)), DENIED);
    assert_refused(f, seen(f, paper, PAPER_READ), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, seen(f, paper, PAPER_READ), NOT_FOUND);
    f->as = &f->actor;
    assert_int_equal(seen(f, paper, PAPER_READ), 0);
}

/* ---- layouts ---- */

struct seen_layout {
    int64_t id, version, ordinal;
};

static int layout_keep(void *arg, const struct paper_layout_row *row)
{
    *(struct seen_layout *)arg = (struct seen_layout){row->id, row->version, row->ordinal};
    return 0;
}

static struct seen_layout layout_of(struct fixture *f, int64_t id)
{
    struct seen_layout seen = {0};

    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_scan(tx, id, layout_keep, &seen)), 0);
    return seen;
}

static void body_is(struct fixture *f, int64_t id, int64_t ordinal, const char *wanted)
{
    char *body = NULL;

    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_body(tx, id, ordinal, &body, NULL)), 0);
    assert_string_equal(body, wanted);
    free(body);
}

static int seed(struct fixture *f, const char *body)
{
    const struct paper_layout_program program = {"a", "receipt", "甲", body};

    int r;

    f->as = &actor_system;
    r = FIXTURE_DO(f, tx, paper_layout_seed(tx, &program));
    f->as = &f->actor;
    return r;
}

static struct paper_row paid_paper(struct fixture *f, int64_t deal)
{
    const int64_t id = paper_id_of(f, paid(f, deal));
    struct paper_row row;

    assert_int_equal(FIXTURE_DO(f, tx, paper_get(tx, id, &row)), 0);
    return row;
}

static void test_layouts_have_versions(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct paper_layout_new other = {"receipt", "乙", "{2}"};
    struct paper_layout_change change = {.body = "{9}"};
    struct print_route_row route = {.kind = "receipt"};
    struct seen_layout of;
    struct paper_row row;
    int64_t id;

    /* The program's is renewed until the office changes it. */
    assert_int_equal(seed(f, "{1}"), 0);
    assert_int_equal(seed(f, "{1}"), 0);
    of = layout_of(f, 0);
    assert_int_equal(of.ordinal, 1);
    assert_int_equal(seed(f, "{1b}"), 0);
    assert_int_equal(layout_of(f, 0).ordinal, 2);
    change.id = of.id;
    change.version = of.version;
    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_update(tx, &change)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, paper_layout_update(tx, &change)), VERSION_CHANGED);
    assert_int_equal(seed(f, "{1c}"), 0);
    assert_int_equal(layout_of(f, 0).ordinal, 3);
    body_is(f, of.id, 0, "{9}");
    body_is(f, of.id, 1, "{1}");
    /* The same again is no version. */
    change.version++;
    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_update(tx, &change)), 0);
    assert_int_equal(layout_of(f, of.id).ordinal, 3);
    assert_refused(f, FIXTURE_DO(f, tx, paper_layout_retire(tx, of.id, 3)), PAPER_LAYOUT_LAST);

    /* A route says which; the first of the kind else. */
    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_create(tx, &other, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, paper_layout_create(tx, &other, &id)), PAPER_LAYOUT_NAME);
    id = layout_of(f, 0).id; /* the last that was seen */
    route = (struct print_route_row){
        .kind = "receipt", .printer_id = printer(f, "p"), .layout_id = id, .preprinted = true};
    row = paid_paper(f, deal);
    assert_int_equal(row.layout_id, of.id);
    assert_false(row.preprinted);
    assert_int_equal(FIXTURE_DO(f, tx, print_route_set(tx, &route)), 0);
    row = paid_paper(f, deal);
    assert_int_equal(row.layout_id, id);
    assert_true(row.preprinted);
    assert_int_equal(FIXTURE_DO(f, tx, paper_layout_retire(tx, id, 1)), 0);
    row = paid_paper(f, deal);
    assert_int_equal(row.layout_id, of.id);
    route.layout_id = id;
    assert_refused(f, FIXTURE_DO(f, tx, print_route_set(tx, &route)), NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_made_with_the_receipt),
                                       CASE(test_steps_are_those_of_the_schema),
                                       CASE(test_sent_once),
                                       CASE(test_an_original_or_a_copy),
                                       CASE(test_what_waited_too_long),
                                       CASE(test_the_sheet),
                                       CASE(test_asked_for),
                                       CASE(test_layouts_have_versions)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
