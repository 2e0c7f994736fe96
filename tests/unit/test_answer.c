/* test_answer.c - sets that are filled in: checked by kind, append-only, all or nothing, counted in
 * one query; and the set that a stage asks for (QN-03, QN-05, QN-09). */
#include "db/answer.h"
#include "question_fixture.h"

struct desk {
    struct fixture *f;
    int64_t set, customer;
    struct question_list list;
};

static struct desk desk_open(struct fixture *f, const char *stage)
{
    struct desk d = {.f = f, .set = set_enabled(f, stage)};

    d.customer = set_customer(f, "13812341234");
    assert_int_equal(set_load(f, d.set, &d.list), 0);
    return d;
}

static int64_t option(const struct desk *d, size_t question, size_t i)
{
    return d->list.items[question].options[i].id;
}

static int64_t row(const struct desk *d, size_t i)
{
    return d->list.items[Q_MATRIX].rows[i].id;
}

/* Good answers to all five. */
struct filled {
    int64_t single[2], multi[3];
    struct answer_cell cells[3];
    struct answer answers[Q_COUNT + 1];
    struct answer_sheet sheet;
};

static void fill(const struct desk *d, struct filled *f)
{
    *f = (struct filled){
        .single = {option(d, Q_SINGLE, 1)},
        .multi = {option(d, Q_MULTI, 2), option(d, Q_MULTI, 0)},
        .cells = {{row(d, 0), option(d, Q_MATRIX, 0)}, {row(d, 1), option(d, Q_MATRIX, 2)}}};
    for (size_t i = 0; i < Q_COUNT; i++)
        f->answers[i].question_id = d->list.items[i].id;
    f->answers[Q_SINGLE].option_ids = f->single;
    f->answers[Q_SINGLE].n_options = 1;
    f->answers[Q_MULTI].option_ids = f->multi;
    f->answers[Q_MULTI].n_options = 2;
    f->answers[Q_TEXT].text = "采光好";
    f->answers[Q_SCORE].has_score = true;
    f->answers[Q_SCORE].score = 5;
    f->answers[Q_MATRIX].cells = f->cells;
    f->answers[Q_MATRIX].n_cells = 2;
    f->sheet = (struct answer_sheet){.customer_id = d->customer,
                                     .questionnaire_id = d->set,
                                     .answers = f->answers,
                                     .n = Q_COUNT};
}

static int add(const struct desk *d, const struct answer_sheet *sheet, int64_t *ret_id)
{
    return FIXTURE_DO(d->f, tx, answer_sheet_add(tx, sheet, ret_id));
}

static int64_t stored(struct fixture *f)
{
    return fixture_count(f, "SELECT (SELECT COUNT(*) FROM answer_sheet) + "
                            "(SELECT COUNT(*) FROM answer)");
}

struct told {
    char text[512];
    size_t n;
};

static int tell(void *arg, const struct answer_row *a)
{
    struct told *told = arg;
    const size_t at = strlen(told->text);

    told->n++;
    snprintf(told->text + at, sizeof(told->text) - at, "%s%s%s=%s%s%lld;", a->kind,
             a->row ? "/" : "", a->row ? a->row : "", a->option ? a->option : "",
             a->text ? a->text : "", (long long)a->score);
    return 0;
}

static int see(void *arg, const struct answer_sheet_row *sheet)
{
    struct answer_sheet_row *rows = arg;

    for (size_t i = 0; i < 8; i++)
        if (rows[i].id == 0) {
            rows[i] = *sheet;
            return 0;
        }
    return -E2BIG;
}

static void test_stored_and_read_back(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    struct answer_sheet_row rows[8] = {{0}};
    struct told told = {.n = 0};
    struct filled in;
    int64_t id = 0;

    fill(&d, &in);
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, answer_each(tx, id, tell, &told)), 0);
    assert_string_equal(told.text, "single=投资0;multi=自住0;multi=养老0;text=采光好0;score=5;"
                                   "matrix/位置=自住0;matrix/价格=养老0;");
    assert_int_equal(FIXTURE_DO(f, tx, answer_sheet_scan(tx, d.customer, 0, 0, 9, see, rows)), 0);
    assert_int_equal(rows[0].id, id);
    assert_int_equal(rows[0].customer_id, d.customer);
    assert_int_equal(rows[0].project_id, f->project);
    assert_int_equal(rows[0].filled_ms, FIXTURE_NOW);
    assert_int_equal(rows[1].id, 0);
    /* What was written is nowhere in the log. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'answer.fill'"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%采光%'"), 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, answer_sheet_get(tx, id, see, rows)), NOT_FOUND);
    assert_refused(f, add(&d, &in.sheet, &id), NOT_FOUND);
    rows[0].id = 0;
    assert_int_equal(FIXTURE_DO(f, tx, answer_sheet_scan(tx, d.customer, 0, 0, 9, see, rows)), 0);
    assert_int_equal(rows[0].id, 0);
    question_list_free(&d.list);
}

static void long_text(struct filled *in, size_t n)
{
    static char text[20001];

    memset(text, 0, sizeof(text));
    memset(text, 'x', n);
    in->answers[Q_TEXT].text = text;
}

/* Makes one answer wrong. */
static void spoil(const struct desk *d, struct filled *in, int way)
{
    switch (way) {
    case 0: /* required, not there */
        in->answers[Q_SINGLE].n_options = 0;
        break;
    case 1: /* another question's option */
        in->single[0] = option(d, Q_MULTI, 0);
        break;
    case 2: /* no option at all */
        in->single[0] = 999999;
        break;
    case 3: /* two for a single */
        in->single[1] = option(d, Q_SINGLE, 0);
        in->answers[Q_SINGLE].n_options = 2;
        break;
    case 4: /* one more than may be chosen */
        in->multi[2] = option(d, Q_MULTI, 1);
        in->answers[Q_MULTI].n_options = 3;
        break;
    case 5: /* one twice */
        in->multi[1] = in->multi[0];
        break;
    case 6: /* a score below, and above */
        in->answers[Q_SCORE].score = 0;
        break;
    case 7:
        in->answers[Q_SCORE].score = 6;
        break;
    case 8:
        in->answers[Q_SCORE].score = INT64_MAX;
        break;
    case 9: /* one character too many, and very many */
        long_text(in, 11);
        break;
    case 10:
        long_text(in, 10000);
        break;
    case 11: /* a row without a choice */
        in->answers[Q_MATRIX].n_cells = 1;
        break;
    case 12: /* a row twice */
        in->cells[1].row_id = in->cells[0].row_id;
        break;
    case 13: /* a row as a column */
        in->cells[0].option_id = in->cells[0].row_id + 1000;
        break;
    case 14: /* a text for a score */
        in->answers[Q_SCORE].text = "五";
        break;
    case 15: /* a score for a text */
        in->answers[Q_TEXT].has_score = true;
        break;
    case 16: /* a question that is not in the set */
        in->answers[Q_TEXT].question_id = 999999;
        break;
    case 17: /* one question twice */
        in->answers[Q_COUNT] = in->answers[Q_TEXT];
        in->sheet.n = Q_COUNT + 1;
        break;
    default: /* a cell for a single */
        in->answers[Q_SINGLE].cells = in->cells;
        in->answers[Q_SINGLE].n_cells = 1;
        break;
    }
}

static void test_wrong_answers_store_nothing(void **state)
{
    static const enum fault_code codes[] = {
        FAULT_FIELD_MISSING,   FAULT_FIELD_CHOICE,    FAULT_FIELD_CHOICE, FAULT_ANSWER_COUNT,
        FAULT_ANSWER_COUNT,    FAULT_FIELD_CHOICE,    FAULT_FIELD_RANGE,  FAULT_FIELD_RANGE,
        FAULT_FIELD_RANGE,     FAULT_FIELD_LENGTH,    FAULT_FIELD_LENGTH, FAULT_ANSWER_ROWS,
        FAULT_FIELD_CHOICE,    FAULT_FIELD_CHOICE,    FAULT_ANSWER_KIND,  FAULT_ANSWER_KIND,
        FAULT_ANSWER_QUESTION, FAULT_ANSWER_QUESTION, FAULT_ANSWER_KIND};
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    struct filled in;
    int64_t id = 0;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        fill(&d, &in);
        spoil(&d, &in, (int)i);
        assert_refused(f, add(&d, &in.sheet, &id), FIELDS_WRONG);
        assert_int_equal(f->fault.n_items, 1);
        assert_string_equal(fault_code_text(f->fault.items[0].code), fault_code_text(codes[i]));
        assert_int_equal(stored(f), 0);
    }
    /* All that is wrong is told at once. */
    fill(&d, &in);
    for (int i = 0; i < 16; i += 5)
        spoil(&d, &in, i);
    assert_refused(f, add(&d, &in.sheet, &id), FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 3);
    fill(&d, &in);
    in.sheet.customer_id = 99;
    assert_refused(f, add(&d, &in.sheet, &id), NOT_FOUND);
    in.sheet.questionnaire_id = 99;
    assert_refused(f, add(&d, &in.sheet, &id), NOT_FOUND);
    assert_int_equal(stored(f), 0);
    question_list_free(&d.list);
}

static void test_optional_may_stay_open(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    struct filled in;
    int64_t id = 0;

    fill(&d, &in);
    in.answers[Q_MULTI].n_options = 0;
    in.answers[Q_TEXT].text = "";
    in.answers[Q_MATRIX].n_cells = 0;
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM answer"), 2);
    in.answers[Q_TEXT].text = "正好十个字的一句话呀"; /* characters, not bytes */
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    question_list_free(&d.list);
}

static void test_only_an_open_set(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    const struct questionnaire_days days = {"2026-06-01", "2026-06-10", FIXTURE_NOW + FIXTURE_DAY,
                                            FIXTURE_NOW + 9 * FIXTURE_DAY};
    struct questionnaire_change c = {.days = &days};
    struct filled in;
    int64_t id = 0;

    fill(&d, &in);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_disable(tx, d.set, set_version(f, d.set))), 0);
    assert_refused(f, add(&d, &in.sheet, &id), QUESTIONNAIRE_CLOSED);
    question_list_free(&d.list);
    d.set = c.id = set_draft(f, "first_visit");
    assert_int_equal(set_load(f, d.set, &d.list), 0);
    fill(&d, &in);
    assert_refused(f, add(&d, &in.sheet, &id), QUESTIONNAIRE_CLOSED); /* a draft is not there */
    c.version = set_version(f, c.id);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), 0);
    assert_int_equal(set_enable(f, d.set), 0);
    assert_refused(f, add(&d, &in.sheet, &id), QUESTIONNAIRE_CLOSED); /* not yet */
    assert_int_equal(
        FIXTURE_DO(f, tx, question_stage_owed(tx, d.customer, f->project, "first_visit", &id)), 0);
    f->now_ms += 9 * FIXTURE_DAY;
    assert_refused(f, add(&d, &in.sheet, &id), QUESTIONNAIRE_CLOSED); /* no more */
    assert_int_equal(
        FIXTURE_DO(f, tx, question_stage_owed(tx, d.customer, f->project, "first_visit", &id)), 0);
    f->now_ms -= 1;
    assert_int_equal(
        FIXTURE_DO(f, tx, question_stage_owed(tx, d.customer, f->project, "first_visit", &id)), 1);
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    question_list_free(&d.list);
}

static void test_retired_questions(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    struct filled in;
    int64_t id = 0, set = 0;

    fill(&d, &in);
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_retire(tx, d.list.items[Q_SCORE].id, &set)),
                     0);
    assert_refused(f, add(&d, &in.sheet, &id), FIELDS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_ANSWER_RETIRED);
    in.answers[Q_SCORE] = in.answers[Q_MATRIX]; /* left out, though it was required */
    in.sheet.n = Q_COUNT - 1;
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM answer WHERE kind = 'score'"), 1);
    question_list_free(&d.list);
}

static void test_one_sheet_an_event(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "revisit");
    const int64_t other = set_customer(f, "13812341235");
    struct answer_sheet_row rows[8] = {{0}};
    struct filled in;
    int64_t first = 0, second = 0, id = 0;

    fill(&d, &in);
    in.sheet.event = "visit";
    in.sheet.event_id = 7;
    assert_int_equal(add(&d, &in.sheet, &first), 0);
    assert_refused(f, add(&d, &in.sheet, &id), ANSWER_SHEET_EXISTS);
    in.sheet.corrects_id = first;
    in.single[0] = option(&d, Q_SINGLE, 0);
    assert_int_equal(add(&d, &in.sheet, &second), 0);
    assert_refused(f, add(&d, &in.sheet, &id), ANSWER_SHEET_CORRECTED);
    in.sheet.corrects_id = second;
    in.sheet.customer_id = other;
    assert_refused(f, add(&d, &in.sheet, &id), ANSWER_SHEET_CORRECTED);
    in.sheet.customer_id = d.customer;
    in.sheet.event_id = 8;
    assert_refused(f, add(&d, &in.sheet, &id), ANSWER_SHEET_CORRECTED);
    in.sheet.corrects_id = 0;
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, answer_sheet_get(tx, first, see, rows)), 0);
    assert_int_equal(rows[0].corrected_by, second);
    assert_int_equal(db_run(f->db, "UPDATE answer SET score = 1 WHERE kind = 'score'", ""),
                     -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM answer", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM answer_sheet", ""), -EINVAL);
    question_list_free(&d.list);
}

/* Each option's count is one query away, corrected sheets left out (for QN-10). */
static void test_counts_are_one_query(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "revisit");
    struct filled in;
    int64_t ids[3], id = 0;
    struct stmt *s;

    fill(&d, &in);
    for (size_t i = 0; i < 3; i++) {
        in.single[0] = option(&d, Q_SINGLE, i);
        assert_int_equal(add(&d, &in.sheet, &ids[i]), 0);
    }
    in.sheet.corrects_id = ids[0]; /* the one who said 0 meant 2 */
    assert_int_equal(add(&d, &in.sheet, &id), 0);
    assert_int_equal(db_query(f->db, &s,
                              "SELECT o.ordinal, COUNT(*) FROM answer a "
                              "JOIN question_option o ON o.id = a.option_id "
                              "WHERE a.questionnaire_id = $1 AND a.question_id = $2 AND NOT EXISTS "
                              "(SELECT 1 FROM answer_sheet n WHERE n.corrects_id = a.sheet_id) "
                              "GROUP BY o.ordinal ORDER BY o.ordinal",
                              "ii", d.set, d.list.items[Q_SINGLE].id),
                     0);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), 2);
    assert_int_equal(stmt_int(s, 1), 1);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), 3);
    assert_int_equal(stmt_int(s, 1), 2);
    assert_int_equal(stmt_step(s), 0);
    question_list_free(&d.list);
}

static void test_a_stage_asks_for_its_set(void **state)
{
    struct fixture *f = *state;
    struct desk d = desk_open(f, "first_visit");
    const int64_t next = set_draft(f, "first_visit");
    const int64_t other = set_customer(f, "13812341236");
    struct filled in;
    int64_t owed = 0;

#define OWED(customer, stage)                                                                      \
    FIXTURE_DO(f, tx, question_stage_owed(tx, customer, f->project, stage, &owed))
    assert_int_equal(OWED(d.customer, "deal"), 0); /* no set: nothing to do */
    assert_int_equal(OWED(d.customer, "first_visit"), 1);
    assert_int_equal(owed, d.set);
    assert_refused(
        f, FIXTURE_DO(f, tx, question_stage_need(tx, d.customer, f->project, "first_visit")),
        QUESTIONNAIRE_OWED);
    assert_string_equal(f->fault.args[0].value, "首访");
    fill(&d, &in);
    assert_int_equal(add(&d, &in.sheet, &owed), 0);
    assert_int_equal(OWED(d.customer, "first_visit"), 0);
    assert_int_equal(
        FIXTURE_DO(f, tx, question_stage_need(tx, d.customer, f->project, "first_visit")), 0);
    assert_int_equal(OWED(other, "first_visit"), 1); /* everybody's own */
    assert_int_equal(set_enable(f, next), 0);        /* a new version asks nobody twice */
    assert_int_equal(OWED(d.customer, "first_visit"), 0);
    assert_refused(f, OWED(99, "first_visit"), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, OWED(d.customer, "first_visit"), NOT_FOUND);
    question_list_free(&d.list);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_stored_and_read_back),   TEST(test_wrong_answers_store_nothing),
        TEST(test_optional_may_stay_open), TEST(test_only_an_open_set),
        TEST(test_retired_questions),      TEST(test_one_sheet_an_event),
        TEST(test_counts_are_one_query),   TEST(test_a_stage_asks_for_its_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
