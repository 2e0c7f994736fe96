/* test_process.c - templates of what is to be done, and the nodes of a deal: copied whole, ended in
 * order or by what they stand for, told of once. */
#include "deal_rows.h"
#include "english_names.h"

#include "db/day.h"
#include "db/deal_node.h"

static const struct process_node mortgage_nodes[] = {
    {"papers", "资料齐全", "manual", "unit.hold", 5, false, true},
    {"filing", "网签备案", "filing", "unit.hold", 30, false, true},
    {"loan", "按揭办理", "loan-apply", "unit.hold", 10, true, true},
    {"card", "赠送物业卡", "manual", "unit.hold", 40, false, false},
    {"notice", "通知面签", "manual", "unit.hold", 3, true, true},
};
static const struct process_node cash_nodes[] = {
    {"papers", "资料齐全", "manual", "unit.hold", 5, false, true},
    {"filing", "网签备案", "filing", "unit.hold", 30, false, true},
    {"pay", "房款付清", "full-payment", "unit.hold", 60, false, true},
};

static int64_t template_add(struct fixture *f, const char *name, const char *kinds,
                            const struct process_node *nodes, size_t n)
{
    const struct process_row row = {.project_id = f->project,
                                    .name = name,
                                    .begins = "signed",
                                    .plan_kinds = kinds,
                                    .enabled = true,
                                    .nodes = nodes,
                                    .n_nodes = n};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, process_create(tx, &row, &id)), 0);
    return id;
}

struct seen {
    size_t n;
    struct {
        int64_t id, version;
        char code[40], state[10], due[DAY_TEXT];
    } nodes[40];
};

static int see(void *arg, const struct deal_node_row *row)
{
    struct seen *seen = arg;

    seen->nodes[seen->n].id = row->id;
    seen->nodes[seen->n].version = row->version;
    snprintf(seen->nodes[seen->n].code, 40, "%s", row->code);
    snprintf(seen->nodes[seen->n].state, 10, "%s", row->state);
    snprintf(seen->nodes[seen->n].due, DAY_TEXT, "%s", row->due_date ? row->due_date : "-");
    seen->n++;
    return 0;
}

static int see_task(void *arg, const struct node_task *task)
{
    return see(arg, &task->node);
}

static struct seen nodes_of(struct fixture *f, int64_t deal_id)
{
    struct seen seen = {0};

    assert_int_equal(FIXTURE_DO(f, tx, deal_node_each(tx, deal_id, see, &seen)), 0);
    return seen;
}

static int end_by_hand(struct fixture *f, const struct seen *seen, size_t at)
{
    const struct node_done done = {
        .id = seen->nodes[at].id, .version = seen->nodes[at].version, .result = "齐"};

    return FIXTURE_DO(f, tx, deal_node_done(tx, &done));
}

static const char *day_in(int64_t days)
{
    static char day[DAY_TEXT];

    day_of(FIXTURE_NOW, day);
    assert_int_equal(day_add(day, days, day), 0);
    return day;
}

static void test_templates(void **state)
{
    struct fixture *f = *state;
    const struct process_node bad[] = {{"a", "甲", "manual", "unit.hold", 1, true, false},
                                       {"a", "乙", "nonsense", "no.right", 1, false, false}};
    struct process_row row = {.project_id = f->project,
                              .name = "坏",
                              .begins = "signed",
                              .plan_kinds = "",
                              .enabled = true,
                              .nodes = bad,
                              .n_nodes = 2};
    int64_t id = template_add(f, "按揭", "commercial combined", mortgage_nodes, 5), other = 0;

    assert_refused(f, FIXTURE_DO(f, tx, process_create(tx, &row, &other)), FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 4);
    row.n_nodes = 0;
    row.name = "按揭";
    assert_refused(f, FIXTURE_DO(f, tx, process_create(tx, &row, &other)), NAME_TAKEN);
    row.id = id;
    row.version = 2;
    assert_refused(f, FIXTURE_DO(f, tx, process_update(tx, &row)), VERSION_CHANGED);
    row.version = 1;
    assert_int_equal(FIXTURE_DO(f, tx, process_update(tx, &row)), 0);
    f->as = &f->outsider;
    row.version = 2;
    assert_refused(f, FIXTURE_DO(f, tx, process_update(tx, &row)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, process_create(tx, &row, &other)), NOT_FOUND);
}

/* The plan chooses (SF-12): a mortgage has loan nodes, cash has none; an edit touches no deal. */
static void test_nodes_are_copied(void **state)
{
    struct fixture *f = *state;
    int64_t deal, id;
    struct process_row row;
    struct seen seen;

    template_add(f, "一次性", "one_off", cash_nodes, 3);
    id = template_add(f, "按揭", "commercial combined", mortgage_nodes, 5);
    deal = deal_rows(f, "combined");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "subscribed")), 0);
    assert_int_equal(nodes_of(f, deal).n, 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    row = (struct process_row){.id = id,
                               .version = 1,
                               .project_id = f->project,
                               .name = "空",
                               .begins = "signed",
                               .plan_kinds = ""};
    assert_int_equal(FIXTURE_DO(f, tx, process_update(tx, &row)), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(seen.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(seen.nodes[i].code, mortgage_nodes[i].code);
    assert_string_equal(seen.nodes[0].due, day_in(5));
    assert_string_equal(seen.nodes[1].due, day_in(30));
    assert_string_equal(seen.nodes[2].due, "-"); /* counted from the filing */
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, deal_node_each(tx, deal, see, &seen)), NOT_FOUND);
    assert_refused(f, end_by_hand(f, &seen, 0), NOT_FOUND);
}

static void test_order_and_events(void **state)
{
    struct fixture *f = *state;
    struct actor poor = f->actor;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "", mortgage_nodes, 5);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    seen = nodes_of(f, deal);
    assert_refused(f, end_by_hand(f, &seen, 1), NODE_BY_EVENT);
    assert_refused(f, end_by_hand(f, &seen, 4), NODE_ORDER);
    assert_int_equal(end_by_hand(f, &seen, 3), 0); /* not strict */
    poor.rights = RIGHT_BIT(RIGHT_DEAL_ALL);
    f->as = &poor;
    assert_refused(f, end_by_hand(f, &seen, 0), DENIED);
    f->as = &f->actor;
    assert_int_equal(end_by_hand(f, &seen, 0), 0);
    assert_refused(f, end_by_hand(f, &seen, 0), VERSION_CHANGED);
    seen = nodes_of(f, deal);
    assert_refused(f, end_by_hand(f, &seen, 0), NODE_DONE);
    f->now_ms += 2 * FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_FILING, "BA-1")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_FILING, "BA-1")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_TITLE, "T")), 0);
    seen = nodes_of(f, deal);
    assert_string_equal(seen.nodes[1].state, "done");
    assert_string_equal(seen.nodes[2].due, day_in(12));
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_untold(tx, deal, NODE_FILING, "撤销备案")), 0);
    seen = nodes_of(f, deal);
    assert_string_equal(seen.nodes[1].state, "open");
    assert_string_equal(seen.nodes[2].due, "-");
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node_event WHERE event = 'done'"),
                     3);
}

/* Another plan: what it does not have goes when it is open, what is done stays, all in its
 * order. */
static void test_replan(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "commercial", mortgage_nodes, 5);
    template_add(f, "一次性", "one_off", cash_nodes, 3);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(end_by_hand(f, &seen, 0), 0);
    script(f, "DROP TRIGGER terms_forward; UPDATE terms SET plan_kind = 'one_off'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_replan(tx, deal)), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.nodes[0].code, "papers");
    assert_string_equal(seen.nodes[0].state, "done");
    assert_string_equal(seen.nodes[1].code, "filing");
    assert_string_equal(seen.nodes[2].code, "pay");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_void_all(tx, deal)), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(seen.n, 1); /* what was done was done */
}

/* The three lists agree with the days at any clock time, and each reminder fires once (AS-03). */
static void test_reminders(void **state)
{
    struct fixture *f = *state;
    char today[DAY_TEXT];
    int64_t deal, told = 0;

    template_add(f, "一次性", "", cash_nodes, 3);
    deal = deal_rows(f, "one_off");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    for (int64_t day = 0; day < 80; day++) {
        size_t listed = 0;

        snprintf(today, sizeof(today), "%s", day_in(day));
        for (int when = NODE_NEAR; when <= NODE_OVERDUE; when++) {
            const struct node_filter filter = {.project_id = f->project,
                                               .when = (enum node_when)when,
                                               .today = today,
                                               .limit = NODE_PAGE_MAX};
            struct seen seen = {0};

            assert_int_equal(FIXTURE_DO(f, tx, deal_node_list(tx, &filter, see_task, &seen)), 0);
            for (size_t i = 0; i < seen.n; i++) {
                int64_t left;

                assert_int_equal(day_between(today, seen.nodes[i].due, &left), 0);
                assert_true(when == NODE_OVERDUE ? left < 0
                            : when == NODE_DUE   ? left == 0
                                                 : left > 0 && left <= NODE_NEAR_DAYS);
            }
            listed += seen.n;
        }
        assert_int_equal(listed, (day >= 2) + (day >= 27) + (day >= 57));
        for (int again = 0; again < 2; again++) {
            int n = FIXTURE_DO(f, tx, deal_node_remind(tx, today));

            assert_true(n >= 0 && (again == 0 || n == 0));
            told += n;
        }
    }
    assert_int_equal(told, 9);
}

static int64_t todos(struct fixture *f)
{
    return fixture_count(f,
                         "SELECT COUNT(*) FROM todo WHERE kind = 'node.due' AND done_ms IS NULL");
}

/* What is due is a to-do: of whoever has the right, then of who was given it; ended by what it is
 * for, also when the deal ends. */
static void test_due_todos(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "一次性", "", cash_nodes, 3);
    deal = deal_rows(f, "one_off");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(4))), 1); /* near */
    assert_int_equal(todos(f), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(5))), 1);
    assert_int_equal(todos(f), 1);
    seen = nodes_of(f, deal);
    assert_int_equal(
        FIXTURE_DO(f, tx, deal_node_assign(tx, seen.nodes[0].id, seen.nodes[0].version, 7)), 0);
    assert_int_equal(todos(f), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE user_id = 7 AND done_ms IS "
                                      "NULL"),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(6))), 1); /* overdue */
    assert_int_equal(todos(f), 1);
    seen = nodes_of(f, deal);
    assert_int_equal(end_by_hand(f, &seen, 0), 0);
    assert_int_equal(todos(f), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(40))), 1);
    assert_int_equal(todos(f), 1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_void_all(tx, deal)), 0);
    assert_int_equal(todos(f), 0);
}

/* What is opened again takes the day of the next one back, with what was told of it; both are told
 * again when they are late again. */
static void test_opened_again(void **state)
{
    static const struct process_node two[] = {
        {"filing", "网签备案", "filing", "unit.hold", 2, false, true},
        {"loan", "面签", "manual", "unit.hold", 3, true, true},
    };
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "", two, 2);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(9))), 1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_FILING, "BA-1")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(9))), 1);
    assert_int_equal(todos(f), 1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_untold(tx, deal, NODE_FILING, "撤销备案")), 0);
    assert_int_equal(todos(f), 0);
    seen = nodes_of(f, deal);
    assert_string_equal(seen.nodes[1].due, "-");
    assert_int_equal(
        FIXTURE_DO(f, tx, deal_node_assign(tx, seen.nodes[1].id, seen.nodes[1].version, 7)), 0);
    assert_int_equal(todos(f), 0);                                           /* it is not due */
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(9))), 1); /* the filing again */
    assert_int_equal(todos(f), 1);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_FILING, "BA-2")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(9))), 1); /* by its new day */
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_remind(tx, day_in(9))), 0);
    assert_int_equal(todos(f), 1);
}

/* A to-do of a node that has no day is none, whatever is left of an older one. */
static void test_given_without_a_day(void **state)
{
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "", mortgage_nodes, 5);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    seen = nodes_of(f, deal);
    assert_true(db_run(f->db,
                       "INSERT INTO todo (project_id, kind, object, title, right_code, made_ms) "
                       "VALUES ($1, 'node.due', 'deal_node:' || $2, 't', 'unit.hold', 1)",
                       "ii", f->project, seen.nodes[2].id) == 1);
    assert_int_equal(
        FIXTURE_DO(f, tx, deal_node_assign(tx, seen.nodes[2].id, seen.nodes[2].version, 7)), 0);
    assert_int_equal(todos(f), 0);
}

/* No template fits any more, or the deal is a booking again: nothing that is open is left to do. */
static void test_none_fits(void **state)
{
    struct fixture *f = *state;
    int64_t deal;

    template_add(f, "按揭", "commercial", mortgage_nodes, 5);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    script(f, "UPDATE deal SET stage = 'S'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_replan(tx, deal)), 0);
    assert_int_equal(nodes_of(f, deal).n, 0);
    script(f, "UPDATE process_template SET begins = 'subscribed'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_replan(tx, deal)), 0);
    assert_int_equal(nodes_of(f, deal).n, 5);
    script(f, "UPDATE deal SET stage = 'B'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_replan(tx, deal)), 0);
    assert_int_equal(nodes_of(f, deal).n, 0);
}

/* What comes behind one that is done already counts from the day it was done on, in the order of
 * its own template. */
static void test_behind_what_is_done(void **state)
{
    static const struct process_node first[] = {
        {"papers", "资料齐全", "manual", "unit.hold", 5, false, true}};
    static const struct process_node then[] = {
        {"visit", "回访", "manual", "unit.hold", 9, false, false},
        {"papers", "资料齐全", "manual", "unit.hold", 5, false, true},
        {"card", "赠送物业卡", "manual", "unit.hold", 4, true, false}};
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "commercial", first, 1);
    template_add(f, "一次性", "one_off", then, 3);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(end_by_hand(f, &seen, 0), 0);
    f->now_ms += 2 * FIXTURE_DAY;
    script(f, "DROP TRIGGER terms_forward; UPDATE terms SET plan_kind = 'one_off'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_replan(tx, deal)), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.nodes[1].code, "papers");
    assert_string_equal(seen.nodes[1].state, "done");
    assert_string_equal(seen.nodes[2].code, "card");
    assert_string_equal(seen.nodes[2].due, day_in(4));
}

/* An event is one fact of the deal: all that wait for it end with it, none a second time, and all
 * are open again when it is taken back. */
static void test_two_of_a_kind(void **state)
{
    static const struct process_node twins[] = {
        {"filing", "网签备案", "filing", "unit.hold", 2, false, true},
        {"loan", "面签", "manual", "unit.hold", 3, true, true},
        {"filed", "备案证明归档", "filing", "unit.hold", 9, false, false},
    };
    struct fixture *f = *state;
    struct seen seen;
    int64_t deal;

    template_add(f, "按揭", "", twins, 3);
    deal = deal_rows(f, "commercial");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(FIXTURE_DO(f, tx, deal_node_told(tx, deal, NODE_FILING, "BA-1")), 0);
        assert_int_equal(
            fixture_count(f, "SELECT COUNT(*) FROM deal_node_event WHERE event = 'done'"), 2);
    }
    seen = nodes_of(f, deal);
    assert_string_equal(seen.nodes[0].state, "done");
    assert_string_equal(seen.nodes[1].state, "open");
    assert_string_equal(seen.nodes[2].state, "done");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_untold(tx, deal, NODE_FILING, "撤销备案")), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'open'"), 3);
}

/* Without deal.all one sees the steps of one's own deals, and nothing of others' (deal.h). */
static void test_whose(void **state)
{
    struct fixture *f = *state;
    struct actor own = f->actor, other = f->actor;
    const struct node_filter filter = {
        .project_id = f->project, .when = NODE_OVERDUE, .today = "2099-01-01", .limit = 10};
    struct seen seen = {0};
    int64_t deal;

    template_add(f, "一次性", "", cash_nodes, 3);
    deal = deal_rows(f, "one_off");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    own.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    own.id = 7;
    other.rights = own.rights;
    other.id = 8;
    f->as = &own;
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_list(tx, &filter, see_task, &seen)), 0);
    assert_int_equal(seen.n, 3);
    f->as = &other;
    seen.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_list(tx, &filter, see_task, &seen)), 0);
    assert_int_equal(seen.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, deal_node_each(tx, deal, see, &seen)), NOT_FOUND);
}

/* A new project has a process for loans and one for all other plans, that pass their own check. */
static void test_seed(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_rows(f, "combined");
    struct seen seen;

    assert_int_equal(FIXTURE_DO(f, tx, process_seed(tx, f->project)), 0);
    check_english(f, "SELECT name FROM process_template UNION SELECT name FROM "
                     "process_template_node");
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_begin(tx, deal, "signed")), 0);
    seen = nodes_of(f, deal);
    assert_int_equal(seen.n, 8);
    assert_string_equal(seen.nodes[3].code, "loan-apply");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_templates),
        CASE(test_nodes_are_copied),
        CASE(test_order_and_events),
        CASE(test_replan),
        CASE(test_reminders),
        CASE(test_due_todos),
        CASE(test_opened_again),
        CASE(test_given_without_a_day),
        CASE(test_none_fits),
        CASE(test_behind_what_is_done),
        CASE(test_two_of_a_kind),
        CASE(test_whose),
        CASE(test_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
