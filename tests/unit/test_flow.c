/* test_flow.c - flows keep their versions, rules choose by bounds and project, forms ask and check
 * (WF-01 to WF-03), and the defaults that no project waits for. */
#include "approval_fixture.h"
#include "english_names.h"

#include "db/post.h"

struct desk {
    struct fixture *f;
    struct office o;
    size_t asks, one, two;
};

static struct desk desk_make(void **state)
{
    struct desk d = {.f = *state};

    d.asks = office_user(d.f, &d.o, office_post(d.f, &d.o));
    d.one = office_user(d.f, &d.o, office_post(d.f, &d.o));
    d.two = office_user(d.f, &d.o, d.o.posts[1]);
    return d;
}

static struct flow_node node_of(int64_t step, const char *name, int64_t post_id)
{
    return (struct flow_node){
        .step = step, .name = name, .approvers = {{.post_id = post_id}}, .n_approvers = 1};
}

static int64_t flow_version(struct fixture *f, int64_t flow_id)
{
    return fixture_of(f, "SELECT version FROM flow WHERE id = $1", flow_id);
}

static int draft(struct fixture *f, int64_t flow_id, const struct flow_node *nodes, size_t n)
{
    return FIXTURE_DO(f, tx, flow_draft_set(tx, flow_id, flow_version(f, flow_id), nodes, n));
}

static int activate(struct fixture *f, int64_t flow_id)
{
    return FIXTURE_DO(f, tx, flow_activate(tx, flow_id, flow_version(f, flow_id)));
}

static int ask_for(struct desk *d, int64_t object_id, int64_t amount, int64_t discount,
                   int64_t *ret_id)
{
    struct approval_ask ask = office_ask(d->f, object_id);

    ask.amount_fen = amount;
    ask.discount_bp = discount;
    return OFFICE_DO(d->f, &d->o, d->asks, tx, approval_request(tx, &ask, ret_id));
}

static void test_versions(void **state)
{
    struct desk d = desk_make(state);
    struct flow_node nodes[2] = {node_of(7, "b", d.o.posts[1]), node_of(3, "a", d.o.posts[1])};
    int64_t flow = 0, id = 0;

    nodes[1].approvers[0] = (struct flow_approver){.user_id = d.o.users[d.two].id};
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_create(tx, 0, "f", &flow)), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_create(tx, 0, "f", &id)), NAME_TAKEN);
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_create(tx, d.f->project, "f", &id)), 0); /* its own */
    assert_refused(d.f, activate(d.f, flow), FLOW_NO_DRAFT);
    assert_int_equal(draft(d.f, flow, nodes, 0), 0);
    assert_refused(d.f, activate(d.f, flow), FLOW_EMPTY);
    assert_int_equal(draft(d.f, flow, nodes, 2), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_activate(tx, flow, 1)), VERSION_CHANGED);
    assert_int_equal(activate(d.f, flow), 0);
    /* Numbered anew in their order. */
    assert_int_equal(fixture_count(d.f, "SELECT step FROM flow_node WHERE name = 'a'"), 1);
    assert_int_equal(fixture_count(d.f, "SELECT step FROM flow_node WHERE name = 'b'"), 2);
    {
        const struct flow_rule rule = {.flow_id = flow,
                                       .amount_from_fen = -1,
                                       .amount_to_fen = -1,
                                       .discount_from_bp = -1,
                                       .discount_to_bp = -1,
                                       .enabled = true};

        assert_int_equal(FIXTURE_DO(d.f, tx, flow_rule_create(tx, &rule, &id)), 0);
    }
    assert_int_equal(ask_for(&d, 1, 0, 0, &id), 0);
    /* Another version while it runs: it keeps its own, and no draft can touch that. */
    nodes[0] = node_of(1, "c", d.o.posts[1]);
    assert_int_equal(draft(d.f, flow, nodes, 1), 0);
    assert_int_equal(activate(d.f, flow), 0);
    assert_int_equal(db_run(d.f->db, "UPDATE flow_node SET mode = 'all' WHERE name = 'a'", ""),
                     -EINVAL);
    assert_int_equal(office_decide(d.f, &d.o, d.two, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'r');
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
    assert_int_equal(ask_for(&d, 2, 0, 0, &id), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a'); /* one node */
    assert_int_equal(draft(d.f, flow, nodes, 1), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_draft_drop(tx, flow, flow_version(d.f, flow))), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_draft_drop(tx, flow, flow_version(d.f, flow))),
                   FLOW_NO_DRAFT);
}

static void test_nodes_that_are_none(void **state)
{
    struct desk d = desk_make(state);
    struct flow_node nodes[FLOW_NODES_MAX + 1] = {{0}};
    int64_t flow = 0;

    assert_int_equal(FIXTURE_DO(d.f, tx, flow_create(tx, 0, "f", &flow)), 0);
    nodes[0] = node_of(1, "a", d.o.posts[0]);
    nodes[1] = node_of(1, "a", d.o.posts[0]);
    nodes[2] = node_of(1, "b", 0);
    nodes[3] = node_of(1, "c", d.o.posts[0]);
    nodes[3].approvers[nodes[3].n_approvers++].post_id = d.o.posts[0];
    nodes[4] = node_of(1, "d", d.o.posts[0]);
    nodes[4].n_approvers = 0;
    assert_refused(d.f, draft(d.f, flow, nodes, 5), FIELDS_WRONG);
    assert_int_equal(d.f->fault.n_items, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(d.f->fault.items[i].row, i + 2);
    nodes[0] = node_of(1, "a", 999);
    assert_refused(d.f, draft(d.f, flow, nodes, 1), NOT_FOUND);
    assert_refused(d.f, draft(d.f, flow, nodes, FLOW_NODES_MAX + 1), LIMIT_REACHED);
    /* What is of every project is for who sees all; what is of one, for who sees that. */
    d.f->as = &d.f->outsider;
    assert_refused(d.f, draft(d.f, flow, nodes, 1), FLOW_SCOPE);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_create(tx, d.f->project, "g", &flow)), NOT_FOUND);
    d.f->as = &d.f->actor;
}

static int64_t rule_make(struct desk *d, int64_t project_id, int64_t flow_id, int64_t from,
                         int64_t to)
{
    const struct flow_rule rule = {.project_id = project_id,
                                   .flow_id = flow_id,
                                   .amount_from_fen = from,
                                   .amount_to_fen = to,
                                   .discount_from_bp = -1,
                                   .discount_to_bp = -1,
                                   .enabled = true};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(d->f, tx, flow_rule_create(tx, &rule, &id)), 0);
    return id;
}

/* The flow that a request of that amount goes, or 0. */
static int64_t routed(struct desk *d, int64_t amount)
{
    int64_t version = 0, flow = 0;
    int r = FIXTURE_DO(d->f, tx, flow_rule_route(tx, 0, d->f->project, amount, 0, &version));

    if (r < 0) {
        assert_refused(d->f, r, APPROVAL_NO_ROUTE);
        return 0;
    }
    flow = fixture_of(d->f, "SELECT flow_id FROM flow_version WHERE id = $1", version);
    return flow;
}

static int64_t flow_in_use(struct desk *d, const char *name)
{
    const struct flow_node node = node_of(1, "n", d->o.posts[1]);
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(d->f, tx, flow_create(tx, 0, name, &id)), 0);
    assert_int_equal(draft(d->f, id, &node, 1), 0);
    assert_int_equal(activate(d->f, id), 0);
    return id;
}

/* WF-01 */
static void test_rules(void **state)
{
    struct desk d = desk_make(state);
    const int64_t small = flow_in_use(&d, "small"), large = flow_in_use(&d, "large"),
                  own = flow_in_use(&d, "own");
    struct flow_rule rule = {.amount_from_fen = 5,
                             .amount_to_fen = 5,
                             .discount_from_bp = -1,
                             .discount_to_bp = -1,
                             .flow_id = small};
    int64_t id;

    assert_int_equal(routed(&d, 0), 0); /* none fits: refused, never passed */
    assert_refused(d.f, ask_for(&d, 1, 0, 0, &id), APPROVAL_NO_ROUTE);
    rule_make(&d, 0, small, -1, 1000);
    rule_make(&d, 0, large, 1000, 5000);
    assert_int_equal(routed(&d, 999), small);
    assert_int_equal(routed(&d, 1000), large); /* from: included, to: not */
    assert_int_equal(routed(&d, 4999), large);
    assert_int_equal(routed(&d, 5000), 0);
    id = rule_make(&d, d.f->project, own, 2000, 3000); /* the project's own comes first */
    assert_int_equal(routed(&d, 2000), own);
    assert_int_equal(routed(&d, 1999), large);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_rule_create(tx, &rule, &id)), FLOW_RULE_BOUNDS);
    /* A flow that is disabled refuses; the next rule may ask for less. */
    {
        const struct flow_change off = {.id = own, .version = flow_version(d.f, own), .enabled = 0};

        assert_int_equal(FIXTURE_DO(d.f, tx, flow_update(tx, &off)), 0);
    }
    assert_int_equal(routed(&d, 2000), 0);
    rule = (struct flow_rule){.id = id,
                              .version = 1,
                              .ordinal = 3,
                              .amount_from_fen = 2000,
                              .amount_to_fen = 3000,
                              .discount_from_bp = -1,
                              .discount_to_bp = -1,
                              .flow_id = own,
                              .enabled = false};
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_rule_update(tx, &rule)), 0);
    assert_int_equal(routed(&d, 2000), large);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_rule_update(tx, &rule)), VERSION_CHANGED);
    d.f->as = &d.f->outsider;
    rule.version = 2;
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_rule_update(tx, &rule)), NOT_FOUND);
    d.f->as = &d.f->actor;
}

static void test_rule_of_another_project(void **state)
{
    struct desk d = desk_make(state);
    struct flow_rule rule = {
        .amount_from_fen = -1, .amount_to_fen = -1, .discount_from_bp = -1, .discount_to_bp = -1};
    int64_t id;

    assert_int_equal(FIXTURE_DO(d.f, tx, flow_create(tx, d.f->project, "f", &rule.flow_id)), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, flow_rule_create(tx, &rule, &id)), FLOW_RULE_FLOW);
    rule.project_id = d.f->project;
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_rule_create(tx, &rule, &id)), 0);
}

static int asked(struct desk *d, int64_t object_id, int64_t field_id, const char *value)
{
    const struct approval_values values = {.rows = {{field_id, value}}, .n = value ? 1 : 0};
    struct approval_ask ask = office_ask(d->f, object_id);
    int64_t id = 0;

    ask.values = &values;
    return OFFICE_DO(d->f, &d->o, d->asks, tx, approval_request(tx, &ask, &id));
}

static int64_t field_make(struct desk *d, const char *type, const char *choices, bool required)
{
    const struct form_field field = {
        .name = type, .name_en = "", .type = type, .choices = choices, .required = required};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(d->f, tx, form_field_create(tx, &field, &id)), 0);
    return id;
}

/* WF-02 */
static void test_form(void **state)
{
    static const struct {
        const char *type, *good[4], *bad[8];
    } types[] = {
        {"text", {"anything", "汉字"}, {NULL}},
        {"number", {"0", "-12.5", "3.1415"}, {"x", ".5", "1.", "1.23456", "1e5", " 1"}},
        {"money", {"0", "-100", "12345"}, {"1.5", "x", "-", "1234567890123456"}},
        {"date", {"2026-02-28", "2024-02-29"}, {"2026-02-29", "2026-13-01", "2026-1-1", "today"}},
        {"choice", {"a", "b c"}, {"c", "a\x1f", "A", "ab"}},
        {"yes_no", {"yes", "no"}, {"maybe", "1"}},
    };
    struct desk d = desk_make(state);
    int64_t object = 0;

    rule_make(&d, 0, flow_in_use(&d, "f"), -1, -1);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const char *choices = strcmp(types[i].type, "choice") == 0 ? "a\x1f"
                                                                     "b c"
                                                                   : "";
        const int64_t field = field_make(&d, types[i].type, choices, true);
        int64_t version = 1;

        assert_refused(d.f, asked(&d, ++object, field, NULL), FIELDS_WRONG);
        assert_refused(d.f, asked(&d, ++object, field, ""), FIELDS_WRONG);
        assert_refused(d.f, asked(&d, ++object, field + 1, "a"), FIELDS_WRONG);
        for (size_t k = 0; k < 4 && types[i].good[k]; k++)
            assert_int_equal(asked(&d, ++object, field, types[i].good[k]), 0);
        for (size_t k = 0; k < 8 && types[i].bad[k]; k++)
            assert_refused(d.f, asked(&d, ++object, field, types[i].bad[k]), FIELDS_WRONG);
        assert_int_equal(FIXTURE_DO(d.f, tx, form_field_retire(tx, field, version++, true)), 0);
        assert_int_equal(asked(&d, ++object, field, NULL), 0);
        assert_refused(d.f, asked(&d, ++object, field, types[i].good[0]), FIELDS_WRONG);
    }
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM approval_value"), 14);
    {
        const struct form_field odd = {
            .name = "x", .name_en = "", .type = "text", .choices = "a", .required = false};

        assert_refused(d.f, FIXTURE_DO(d.f, tx, form_field_create(tx, &odd, &object)),
                       FIELD_CHOICES);
    }
}

/* A new site, and a project made at any time, has a way for every subject. */
static void test_defaults(void **state)
{
    struct desk d = desk_make(state);
    int64_t id, manager;

    d.f->as = &actor_system;
    assert_int_equal(FIXTURE_DO(d.f, tx, posts_seed(tx)), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flows_seed(tx)), 0);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM flow_rule"), SUBJECT_COUNT);
    check_english(d.f, "SELECT name FROM flow UNION SELECT name FROM flow_node");
    assert_int_equal(FIXTURE_DO(d.f, tx, flows_seed(tx)), 0);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM flow"), 1);
    /* What was switched off stays so. */
    assert_true(db_run(d.f->db, "UPDATE flow_rule SET enabled = 0", "") > 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flows_seed(tx)), 0);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM flow_rule WHERE enabled = 1"), 0);
    assert_true(db_run(d.f->db, "UPDATE flow_rule SET enabled = 1", "") > 0);
    d.f->as = &d.f->actor;
    assert_refused(d.f, ask_for(&d, 1, 0, 0, &id), APPROVAL_NO_APPROVER); /* nobody has the post */
    manager = fixture_count(d.f, "SELECT id FROM post WHERE role = 'sales-manager'");
    office_gives(d.f, d.o.users[d.one].id, manager);
    assert_int_equal(ask_for(&d, 1, 0, 0, &id), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
    assert_refused(d.f, ask_for(&d, 2, 0, 500, &id), APPROVAL_NO_APPROVER); /* two persons */
    office_gives(d.f, d.o.users[d.two].id,
                 fixture_count(d.f, "SELECT id FROM post WHERE role = 'group-manager'"));
    assert_int_equal(ask_for(&d, 2, 0, 500, &id), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.two, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
}

struct list {
    int64_t ids[8];
    size_t n;
};

static int todo_note(void *arg, const struct todo_row *row)
{
    struct list *list = arg;

    list->ids[list->n++] = row->object_id;
    return 0;
}

static int user_note(void *arg, int64_t user_id)
{
    struct list *list = arg;

    list->ids[list->n++] = user_id;
    return 0;
}

/* WF-05, WF-11: for a user, a post, or whoever has a right; it ends in one way. */
static void test_todos(void **state)
{
    struct desk d = desk_make(state);
    const struct todo_new own = {.kind = TODO_BOOKING_OVERDUE,
                                 .project_id = d.f->project,
                                 .object_kind = "deal",
                                 .object_id = 7,
                                 .title = "late",
                                 .user_id = d.o.users[d.one].id};
    struct todo_new finance = own;
    struct list list = {.n = 0};
    int64_t n = 0;
    char wide[APPROVAL_TITLE_MAX * 3 + 10];

    for (size_t i = 0; i + 3 < sizeof(wide); i += 3)
        memcpy(wide + i, "汉", 4);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_add(tx, &own)), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_add(tx, &own)), 0); /* one stays the one */
    finance.kind = TODO_FINANCE;
    finance.user_id = 0;
    finance.right = RIGHT_REPORT_VIEW;
    finance.title = wide;
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_add(tx, &finance)), 0);
    assert_int_equal(fixture_count(d.f, "SELECT MAX(length(title)) FROM todo"), APPROVAL_TITLE_MAX);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_open_count(tx, "deal", 7, &n)), 0);
    assert_int_equal(n, 2);
    assert_int_equal(office_todos(d.f, &d.o, d.one), 1);
    assert_int_equal(office_todos(d.f, &d.o, d.two), 0);
    d.o.users[d.two].rights |= RIGHT_BIT(RIGHT_REPORT_VIEW);
    assert_int_equal(office_todos(d.f, &d.o, d.two), 1);
    d.o.users[d.two].all_projects = false;
    assert_int_equal(office_todos(d.f, &d.o, d.two), 0); /* another project's */
    d.o.users[d.two].projects[d.o.users[d.two].n_projects++] = d.f->project;
    d.o.users[d.two].partial = 1;
    assert_int_equal(office_todos(d.f, &d.o, d.two), 0); /* of a part of it */
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.one, tx, todo_list(tx, 0, 5, todo_note, &list)), 0);
    assert_int_equal(list.ids[0], 7);
    list.n = 0;
    assert_int_equal(todo_audience_each(d.f->db, 1, user_note, &list), 0);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.ids[0], d.o.users[d.one].id);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_done(tx, TODO_BOOKING_OVERDUE, "deal", 7, "paid")),
                     1);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_done(tx, TODO_BOOKING_OVERDUE, "deal", 7, "paid")),
                     0);
    assert_int_equal(office_todos(d.f, &d.o, d.one), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, todo_add(tx, &own)), 0); /* and may come again */
    assert_int_equal(office_todos(d.f, &d.o, d.one), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, office_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_versions), CASE(test_nodes_that_are_none),
        CASE(test_rules),    CASE(test_rule_of_another_project),
        CASE(test_form),     CASE(test_defaults),
        CASE(test_todos),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
