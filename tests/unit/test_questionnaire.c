/* test_questionnaire.c - sets of questions: found, drafted, enabled, revised (QN-01 to QN-05,
 * QN-07, QN-08). */
#include "question_fixture.h"

static int64_t made(struct fixture *f, int64_t project, const char *stage, const char *title)
{
    int64_t id = 0;

    assert_int_equal(
        FIXTURE_DO(f, tx, questionnaire_create(tx, project, stage, title, &open_days, &id)), 0);
    return id;
}

struct found {
    int64_t ids[16];
    size_t n;
    struct questionnaire_row last;
    char state[12];
};

static int find_add(void *arg, const struct questionnaire_row *row)
{
    struct found *found = arg;

    assert_true(found->n < 16);
    found->ids[found->n++] = row->id;
    found->last = *row;
    snprintf(found->state, sizeof(found->state), "%s", row->state);
    return 0;
}

static struct found find(struct fixture *f, struct questionnaire_filter filter)
{
    struct found found = {.n = 0};

    if (filter.limit == 0)
        filter.limit = QUESTIONNAIRE_PAGE_MAX;
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_scan(tx, &filter, find_add, &found)), 0);
    return found;
}

static struct found look(struct fixture *f, int64_t id)
{
    struct found found = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_get(tx, id, find_add, &found)), 0);
    return found;
}

/* Those and no others, in this order; ended by 0. */
static void find_is(struct fixture *f, struct questionnaire_filter filter, const int64_t *ids)
{
    const struct found found = find(f, filter);

    for (size_t i = 0; i < found.n; i++)
        assert_int_equal(found.ids[i], ids[i]);
    assert_int_equal(ids[found.n], 0);
}

static void test_found_newest_first(void **state)
{
    struct fixture *f = *state;
    int64_t other = 0, a, b, c, d;

    assert_int_equal(db_get(f->db, &other,
                            "INSERT INTO project (name, created_ms) VALUES ('Other', 1) "
                            "RETURNING id",
                            ""),
                     1);
    a = made(f, f->project, "first_visit", "首访 100%");
    f->now_ms += FIXTURE_DAY;
    b = made(f, f->project, "deal", "成交问卷");
    c = made(f, other, "deal", "成交回访");
    f->now_ms += FIXTURE_DAY;
    d = set_enabled(f, "lost");
    find_is(f, (struct questionnaire_filter){0}, (const int64_t[]){d, c, b, a, 0});
    find_is(f, (struct questionnaire_filter){.title = "成交"}, (const int64_t[]){c, b, 0});
    find_is(f, (struct questionnaire_filter){.title = "%"},
            (const int64_t[]){a, 0}); /* stands for itself */
    assert_int_equal(find(f, (struct questionnaire_filter){.title = "_交"}).n, 0);
    find_is(f, (struct questionnaire_filter){.state = "enabled"}, (const int64_t[]){d, 0});
    find_is(f, (struct questionnaire_filter){.stage = "deal"}, (const int64_t[]){c, b, 0});
    find_is(f, (struct questionnaire_filter){.project_id = other}, (const int64_t[]){c, 0});
    find_is(f,
            (struct questionnaire_filter){.from_ms = FIXTURE_NOW + FIXTURE_DAY,
                                          .before_ms = FIXTURE_NOW + 2 * FIXTURE_DAY},
            (const int64_t[]){c, b, 0});
    find_is(f,
            (struct questionnaire_filter){.title = "成交",
                                          .state = "draft",
                                          .stage = "deal",
                                          .project_id = f->project,
                                          .from_ms = 1},
            (const int64_t[]){b, 0});
    find_is(f, (struct questionnaire_filter){.limit = 2}, (const int64_t[]){d, c, 0});
    find_is(f, (struct questionnaire_filter){.limit = 2, .before_id = c},
            (const int64_t[]){b, a, 0});
    f->as = &f->outsider;
    assert_int_equal(find(f, (struct questionnaire_filter){0}).n, 0);
    f->outsider.projects[0] = other;
    f->outsider.n_projects = 1;
    find_is(f, (struct questionnaire_filter){0}, (const int64_t[]){c, 0});
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_get(tx, a, find_add, NULL)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_delete(tx, a)), NOT_FOUND);
    f->outsider.partial = 1;
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_delete(tx, c)), SCOPE_PARTIAL);
}

static void test_order_is_kept(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_draft(f, "first_visit");
    struct question_list list = {.n = 0};
    struct question turned[Q_COUNT];

    for (size_t i = 0; i < Q_COUNT; i++)
        turned[i] = five[Q_COUNT - 1 - i];
    assert_int_equal(set_questions(f, id, turned, Q_COUNT), 0);
    assert_int_equal(set_load(f, id, &list), 0);
    assert_int_equal(list.n, Q_COUNT);
    for (size_t i = 0; i < Q_COUNT; i++) {
        const struct question *want = &turned[i], *got = &list.items[i];

        assert_int_equal(got->kind, want->kind);
        assert_string_equal(got->text, want->text);
        assert_int_equal(got->required, want->required);
        assert_int_equal(got->low, want->low);
        assert_int_equal(got->high, want->high);
        assert_int_equal(got->n_options, want->n_options);
        for (size_t k = 0; k < want->n_options; k++)
            assert_string_equal(got->options[k].text, why[k].text);
        assert_int_equal(got->n_rows, want->n_rows);
        for (size_t k = 0; k < want->n_rows; k++)
            assert_string_equal(got->rows[k].text, aspects[k].text);
    }
    question_list_free(&list);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM question"), Q_COUNT);
}

static struct question_option twice[] = {{0, "同"}, {0, "异"}, {0, "同"}};

static const struct {
    struct question q;
    enum fault_code fault;
} wrong_questions[] = {
    {{.kind = QUESTION_SINGLE, .options = why, .n_options = 1}, FAULT_QUESTION_OPTIONS},
    {{.kind = QUESTION_SINGLE, .options = why, .n_options = 3, .rows = aspects, .n_rows = 1},
     FAULT_QUESTION_ROWS},
    {{.kind = QUESTION_SINGLE, .options = twice, .n_options = 3}, FAULT_QUESTION_TWICE},
    {{.kind = QUESTION_MULTI, .options = why, .n_options = 3, .high = 4}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_MULTI, .options = why, .n_options = 3, .high = 0}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_TEXT, .high = 1001}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_TEXT, .high = 0}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_TEXT, .high = 9, .options = why, .n_options = 3}, FAULT_QUESTION_OPTIONS},
    {{.kind = QUESTION_SCORE, .low = 5, .high = 5}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_SCORE, .low = -1, .high = 5}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_SCORE, .low = 0, .high = 101}, FAULT_QUESTION_RANGE},
    {{.kind = QUESTION_MATRIX, .options = why, .n_options = 3}, FAULT_QUESTION_ROWS},
    {{.kind = QUESTION_MATRIX, .rows = aspects, .n_rows = 2}, FAULT_QUESTION_OPTIONS},
};

static void test_wrong_questions(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_draft(f, "first_visit");
    struct question many[QUESTIONS_MAX + 1];

    for (size_t i = 0; i < sizeof(wrong_questions) / sizeof(wrong_questions[0]); i++) {
        struct question two[] = {five[Q_SINGLE], wrong_questions[i].q};

        two[1].text = "错";
        assert_refused(f, set_questions(f, id, two, 2), FIELDS_WRONG);
        assert_int_equal(f->fault.n_items, 1);
        assert_int_equal(f->fault.items[0].code, wrong_questions[i].fault);
        assert_int_equal(f->fault.items[0].row, 2);
        assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM question"), Q_COUNT);
    }
    for (size_t i = 0; i < QUESTIONS_MAX + 1; i++)
        many[i] = five[Q_SCORE];
    assert_refused(f, set_questions(f, id, many, QUESTIONS_MAX + 1), LIMIT_REACHED);
    assert_int_equal(set_questions(f, id, many, QUESTIONS_MAX), 0);
}

static void test_base_data_in_draft_only(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_draft(f, "first_visit");
    const struct questionnaire_days days = {"2026-06-01", "2026-06-30", FIXTURE_NOW,
                                            FIXTURE_NOW + 30 * FIXTURE_DAY};
    const struct questionnaire_days turned = {"2026-06-30", "2026-06-01", 2, 1};
    struct questionnaire_change c = {.id = id, .title = "改名", .stage = "revisit", .days = &days};
    struct found row;

    c.version = 1;
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), VERSION_CHANGED);
    c.version = set_version(f, id);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), 0);
    row = look(f, id);
    assert_int_equal(row.last.questions, Q_COUNT);
    c = (struct questionnaire_change){.id = id, .version = c.version + 1, .days = &turned};
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), QUESTIONNAIRE_PERIOD);
    assert_int_equal(set_enable(f, id), 0);
    c = (struct questionnaire_change){.id = id, .version = set_version(f, id), .title = "再改"};
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), QUESTIONNAIRE_STATE);
    assert_refused(f, set_questions(f, id, five, 1), QUESTIONNAIRE_STATE);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_delete(tx, id)), QUESTIONNAIRE_STATE);
    /* The database holds it, whatever the code does. */
    assert_int_equal(db_run(f->db, "UPDATE questionnaire SET title = 'x' WHERE id = $1", "i", id),
                     -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM question WHERE questionnaire_id = $1", "i", id),
                     -EINVAL);
    assert_int_equal(db_run(f->db, "UPDATE question SET text = 'x'", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM question_option", ""), -EINVAL);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM questionnaire WHERE title = '改名' "
                                      "AND stage = 'revisit' AND valid_until = '2026-06-30'"),
                     1);
}

static void test_one_active_a_stage(void **state)
{
    struct fixture *f = *state;
    const int64_t first = set_enabled(f, "first_visit"), second = set_draft(f, "first_visit");
    int64_t third = 0;

    assert_int_equal(set_enable(f, second), 0); /* takes the place of the first */
    assert_string_equal(look(f, first).state, "disabled");
    assert_string_equal(look(f, second).state, "enabled");
    assert_int_equal(look(f, second).last.edition, 2);
    assert_refused(f, set_enable(f, second), QUESTIONNAIRE_STATE);
    assert_int_equal(set_enable(f, first), 0); /* and back, under its own number */
    assert_int_equal(look(f, first).last.edition, 1);
    assert_string_equal(look(f, second).state, "disabled");
    assert_int_equal(
        db_run(f->db, "UPDATE questionnaire SET state = 'enabled' WHERE id = $1", "i", second),
        -EEXIST);
    third = made(f, f->project, "first_visit", "空");
    assert_refused(f, set_enable(f, third), QUESTIONNAIRE_EMPTY);
    assert_string_equal(look(f, first).state, "enabled");
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_disable(tx, first, set_version(f, first))), 0);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_disable(tx, first, set_version(f, first))),
                   QUESTIONNAIRE_STATE);
    /* Others of the project go on beside it (QN-08). */
    for (size_t i = 0; questionnaire_stages[i]; i++)
        set_enabled(f, questionnaire_stages[i]);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM questionnaire WHERE state = 'enabled'"),
                     5);
}

static void test_ended_is_not_enabled(void **state)
{
    struct fixture *f = *state;
    const struct questionnaire_days past = {NULL, "2026-01-01", 0, FIXTURE_NOW};
    struct questionnaire_change c = {.id = set_draft(f, "deal"), .days = &past};

    c.version = set_version(f, c.id);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_update(tx, &c)), 0);
    assert_refused(f, set_enable(f, c.id), QUESTIONNAIRE_ENDED);
}

static void test_a_new_version(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_enabled(f, "first_visit");
    struct question_list list = {.n = 0};
    int64_t next = 0, again = 0, retired = 0, set = 0;

    assert_int_equal(set_load(f, id, &list), 0);
    retired = list.items[Q_TEXT].id;
    question_list_free(&list);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_retire(tx, retired, &set)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_revise(tx, id, set_version(f, id), &next)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_revise(tx, id, set_version(f, id), &again)),
                   QUESTIONNAIRE_DRAFTED);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_revise(tx, next, 1, &again)),
                   QUESTIONNAIRE_STATE);
    assert_string_equal(look(f, next).state, "draft");
    assert_int_equal(look(f, next).last.from_id, id);
    assert_string_equal(look(f, id).state, "enabled"); /* goes on until the next one is */
    assert_int_equal(set_load(f, next, &list), 0);
    assert_int_equal(list.n, Q_COUNT - 1);
    assert_int_equal(list.items[3].n_rows, 2);
    question_list_free(&list);
    assert_int_equal(set_questions(f, next, five, 2), 0);
    assert_int_equal(look(f, id).last.questions, Q_COUNT - 1);
    assert_int_equal(set_enable(f, next), 0);
    assert_string_equal(look(f, id).state, "disabled");
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_revise(tx, id, set_version(f, id), &again)),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, questionnaire_delete(tx, again)), 0);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM questionnaire WHERE id = $1", again), 0);
}

static void test_retired_not_deleted(void **state)
{
    struct fixture *f = *state;
    const int64_t draft = set_draft(f, "deal"), id = set_enabled(f, "lost");
    struct question_list list = {.n = 0};
    int64_t set = 0;

    assert_int_equal(set_load(f, draft, &list), 0);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_retire(tx, list.items[0].id, &set)),
                   QUESTIONNAIRE_STATE);
    question_list_free(&list);
    assert_int_equal(set_load(f, id, &list), 0);
    for (size_t i = 0; i + 1 < list.n; i++)
        assert_int_equal(FIXTURE_DO(f, tx, questionnaire_retire(tx, list.items[i].id, &set)), 0);
    assert_int_equal(set, id);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_retire(tx, list.items[0].id, &set)),
                   QUESTION_RETIRED);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_retire(tx, list.items[4].id, &set)),
                   QUESTION_LAST);
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_retire(tx, 9999, &set)), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, questionnaire_retire(tx, list.items[4].id, &set)),
                   NOT_FOUND);
    question_list_free(&list);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM question WHERE retired_ms > 0"), 4);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'question.retire'"), 4);
}

/* Who changed which question from what to what is in the log; what stayed is not. */
static void test_the_log_has_questions(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_draft(f, "deal");
    struct question changed[] = {five[0], five[1]};

    changed[1].text = "更看重什么？";
    assert_int_equal(set_questions(f, id, changed, 2), 0);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'questionnaire.update' AND "
                         "detail LIKE '%2 multi 看重什么？: 自住 | 投资 | 养老 (0-2)%=2 multi "
                         "更看重什么？%' AND detail NOT LIKE '%1 single%'"),
        1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_found_newest_first),    TEST(test_order_is_kept),
        TEST(test_wrong_questions),       TEST(test_base_data_in_draft_only),
        TEST(test_one_active_a_stage),    TEST(test_ended_is_not_enabled),
        TEST(test_a_new_version),         TEST(test_retired_not_deleted),
        TEST(test_the_log_has_questions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
