/* test_scope.c - a data scope of some buildings (PA-06): what is in them is there and can be
 * changed, what is in the others is not there, and what concerns the whole project is refused. */
#include "fixture.h"

#include "db/audit.h"
#include "db/content.h"
#include "db/disclosure.h"
#include "db/discount.h"
#include "db/encumbrance.h"
#include "db/fee.h"
#include "db/generate.h"
#include "db/import.h"
#include "db/layout.h"
#include "db/link_revocation.h"
#include "db/permit.h"
#include "db/post.h"
#include "db/project.h"
#include "db/property.h"
#include "db/publication.h"
#include "db/report.h"
#include "db/terminal.h"
#include "db/user.h"

/* Building 2 of the fixture's project: one unit, on floor 1 of its stair. */
enum { OTHER_BUILDING = 2, OTHER_UNIT = 100 };
static const char other_building[] =
    "INSERT INTO building (id, project_id, name, ordinal) VALUES (2, 1, '2', 2);"
    "INSERT INTO stair (id, building_id, name, ordinal) VALUES (20, 2, '1', 1);"
    "INSERT INTO floor (id, building_id, label, ordinal) VALUES (20, 2, '1', 1);"
    "INSERT INTO unit (id, project_id, building_id, stair_id, floor_id, room, line, class, "
    " total_fen, changed_ms) VALUES (100, 1, 2, 20, 20, '201', '01', 'home', 500, 1);"
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    " at_ms) VALUES (100, 'state', '', 'U', 'generate', 'a', 1, 1);";

static struct actor part; /* sees building 1 alone */

static int64_t user_of(struct fixture *f, const char *login, const int64_t *posts, size_t n)
{
    const struct user_new user = {
        .login = login, .name = login, .password_hash = "h", .post_ids = posts, .n_posts = n};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &id)), 0);
    return id;
}

static int64_t post_of(struct fixture *f, const char *name, const int64_t *projects,
                       size_t n_projects, const int64_t *buildings, size_t n_buildings)
{
    right_set set = RIGHT_BIT(RIGHT_SELF);
    const struct post_change post = {.name = name,
                                     .rights = &set,
                                     .project_ids = projects,
                                     .n_projects = n_projects,
                                     .building_ids = buildings,
                                     .n_buildings = n_buildings};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, post_create(tx, &post, &id)), 0);
    return id;
}

static int setup(void **state)
{
    struct fixture *f;
    int64_t post;

    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    assert_int_equal(db_script(f->db, other_building), 0);
    post = post_of(f, "building 1", NULL, 0, &f->building, 1);
    assert_int_equal(actor_load(f->db, user_of(f, "part", &post, 1), &part, NULL), 0);
    part.rights = ~(right_set)0;
    return 0;
}

static int count(void *arg)
{
    ++*(int *)arg;
    return 0;
}
static int unit_seen(void *arg, const struct unit_row *row)
{
    assert_int_equal(row->building_id, 1);
    return count(arg);
}
static int building_seen(void *arg, const struct building_row *row)
{
    assert_int_equal(row->id, 1);
    return count(arg);
}
static int stair_seen(void *arg, const struct stair_row *row)
{
    assert_int_equal(row->building_id, 1);
    return count(arg);
}
static int floor_seen(void *arg, const struct floor_row *row)
{
    assert_int_equal(row->building_id, 1);
    return count(arg);
}
static int group_seen(void *arg, const struct stock_group *group)
{
    (void)group;
    return count(arg);
}
static int brief_seen(void *arg, const struct project_brief *brief)
{
    assert_int_equal(brief->units, FIXTURE_UNITS);
    assert_int_equal(brief->n_states, 2);
    assert_int_equal(brief->states[0].units, FIXTURE_UNITS - 1); /* U; X */
    assert_int_equal(brief->states[0].total_fen, (FIXTURE_UNITS - 1) * FIXTURE_TOTAL);
    assert_int_equal(brief->states[1].units, 1);
    return count(arg);
}
static int encumbrance_seen(void *arg, const struct encumbrance_row *row)
{
    (void)row;
    return count(arg);
}
static int audit_seen(void *arg, const struct audit_row *row)
{
    assert_true(row->project_id == 0 || strcmp(row->object, "unit:1") == 0);
    *(int *)arg += row->project_id != 0;
    return 0;
}

static void test_reads(void **state)
{
    struct fixture *f = *state;
    const struct unit_filter all = {.project_id = f->project}, other = {.unit_id = OTHER_UNIT},
                             elsewhere = {.building_id = OTHER_BUILDING},
                             mine = {.unit_id = f->units[0]};
    const struct audit_filter any = {.limit = 1000};
    struct stock_total total;
    int n = 0;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, OTHER_UNIT), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    f->as = &part;
    assert_int_equal(FIXTURE_DO(f, tx, unit_scan(tx, &all, unit_seen, &n)), 0);
    assert_int_equal(n, FIXTURE_UNITS);
    assert_int_equal(FIXTURE_DO(f, tx, unit_scan(tx, &mine, unit_seen, &n)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, unit_scan(tx, &other, unit_seen, &n)), NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, unit_scan(tx, &elsewhere, unit_seen, &n)), 0);
    assert_int_equal(n, FIXTURE_UNITS + 1);
    n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, building_each(tx, f->project, building_seen, &n)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, stair_each(tx, f->project, stair_seen, &n)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, floor_each(tx, f->project, floor_seen, &n)), 0);
    assert_int_equal(n, 1 + 1 + 6);
    n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, project_each(tx, 0, brief_seen, &n)), 0);
    assert_int_equal(n, 1);
    for (int by = STOCK_BY_CLASS; by <= STOCK_BY_LAYOUT; by++) {
        n = 0;
        assert_int_equal(
            FIXTURE_DO(f, tx,
                       report_stock(tx, f->project, (enum stock_by)by, group_seen, &n, &total)),
            0);
        assert_int_equal(n, 1);
        assert_int_equal(total.group.units, FIXTURE_UNITS);
        assert_int_equal(total.group.held, 1);
    }
    n = 0;
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_each(tx, OTHER_UNIT, encumbrance_seen, &n)),
                   NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &any, audit_seen, &n)), 0);
    assert_int_equal(n, 1);
}

static void test_changes_of_units(void **state)
{
    struct fixture *f = *state;
    const struct encumbrance_new e = {OTHER_UNIT, "seizure", "court", false};
    const char *stairs[] = {"1"};
    const struct generate g = {.building_id = OTHER_BUILDING,
                               .class = "home",
                               .floor_from = 1,
                               .floor_to = 1,
                               .stairs = stairs,
                               .n_stairs = 1,
                               .rooms_per_floor = 1,
                               .pattern = "{floor}{room}"};
    struct node_change rename = {.id = OTHER_BUILDING,
                                 .version = 1,
                                 .name = "x",
                                 .ordinal = -1,
                                 .enabled = -1,
                                 .parent_id = -1};
    struct unit_ref ref = {OTHER_UNIT, 0};
    struct unit_change record = {.id = OTHER_UNIT, .version = 1, .room = "9"};
    struct unit_price_change price = {.id = OTHER_UNIT, .version = 1, .reason = "r"};
    struct generate_result made;
    struct node node;
    int64_t id;

    f->as = &part;
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_refused(f, fixture_act(f, TRANSITION_HOLD, OTHER_UNIT), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_set(tx, &e, &id)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, generate_units(tx, &g, &made)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, building_update(tx, &rename, &node)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, building_delete(tx, OTHER_BUILDING)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, unit_delete(tx, f->project, &ref, 1)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &record)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &price)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_area(tx, OTHER_UNIT, 1, "measured", 100, 80, 20)),
                   NOT_FOUND);
    rename.id = 1;
    assert_int_equal(FIXTURE_DO(f, tx, building_update(tx, &rename, &node)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE building_id = 2 AND "
                                      "version = 1 AND sale_state = 'U' AND room = '201'"),
                     1);
}

#define refused_in_part(f, call)                                                                   \
    do {                                                                                           \
        (f)->as = &part;                                                                           \
        assert_refused(f, FIXTURE_DO(f, tx, call), SCOPE_PARTIAL);                                 \
        (f)->as = &(f)->outsider;                                                                  \
        assert_true(FIXTURE_DO(f, tx, call) == -EREFUSED &&                                        \
                    (f)->fault.code != FAULT_SCOPE_PARTIAL); /* does not learn that it is there */ \
    } while (0)

/* Things of the whole project that are there. */
struct things {
    int64_t area, layout, fee, discount, publication;
};

static struct things things_make(struct fixture *f)
{
    const struct area_new area = {f->project, 0, "area", "a", -1};
    const struct layout_new layout = {.project_id = f->project, .name = "L"};
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "agency",
                                .name = "n",
                                .standard = "s",
                                .voluntary = true};
    const struct discount_row discount = {
        .project_id = f->project, .name = "d", .condition = "c", .effect = "e"};
    struct things t = {0};
    struct node node;

    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, area_create(tx, &area, &node)), 0);
    t.area = node.id;
    assert_int_equal(FIXTURE_DO(f, tx, layout_create(tx, &layout, &t.layout)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &t.fee)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, discount_create(tx, &discount, &t.discount)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_create(tx, f->project, "", &t.publication)), 0);
    return t;
}

static void test_what_concerns_the_whole_project(void **state)
{
    struct fixture *f = *state;
    const struct things t = things_make(f);
    const struct area_new area = {f->project, 0, "area", "b", -1};
    const struct building_new building = {.project_id = f->project, .name = "3", .ordinal = -1};
    const struct node_change move = {
        .id = t.area, .version = 1, .name = "c", .ordinal = -1, .enabled = -1, .parent_id = -1};
    const struct layout_new layout = {.project_id = f->project, .name = "M"};
    const struct layout_change relayout = {
        .id = t.layout, .version = 1, .name = "N", .rooms = -1, .halls = -1, .baths = -1};
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "agency",
                                .name = "o",
                                .standard = "s",
                                .voluntary = true};
    const struct fee_change refee = {.id = t.fee, .version = 1, .name = "p", .voluntary = -1};
    const struct discount_row discount = {
        .project_id = f->project, .name = "f", .condition = "c", .effect = "e"};
    const struct discount_change recount = {.id = t.discount, .version = 1, .name = "g"};
    const struct permit_new permit = {.project_id = f->project,
                                      .kind = "presale",
                                      .number = "2",
                                      .issued_date = "2026-01-01",
                                      .scope_text = ""};
    const struct permit_change repermit = {
        .id = f->permit, .version = 1, .number = "3", .units_named = -1};
    const struct disclosure_set item = {f->project, "P7", 0, "2.5", NULL, NULL, NULL};
    const struct import_options import = {f->project, "a.csv", "00"};
    const uint8_t code[TERMINAL_HASH] = {1};
    const struct terminal_new terminal = {"kiosk", "k", f->project, code};
    struct project_change settings;
    struct content *draft;
    struct import *im;
    struct node node;
    int64_t id, ms;

    project_change_init(&settings, f->project, 1);
    settings.city = "x";
    refused_in_part(f, project_update(tx, &settings));
    refused_in_part(f, project_close(tx, f->project, 1, true));
    refused_in_part(f, area_create(tx, &area, &node));
    refused_in_part(f, area_update(tx, &move, &node));
    refused_in_part(f, area_delete(tx, t.area));
    refused_in_part(f, building_create(tx, &building, &node));
    refused_in_part(f, layout_create(tx, &layout, &id));
    refused_in_part(f, layout_update(tx, &relayout));
    refused_in_part(f, layout_delete(tx, t.layout));
    refused_in_part(f, fee_create(tx, &fee, &id));
    refused_in_part(f, fee_update(tx, &refee));
    refused_in_part(f, fee_delete(tx, t.fee));
    refused_in_part(f, discount_create(tx, &discount, &id));
    refused_in_part(f, discount_update(tx, &recount));
    refused_in_part(f, discount_delete(tx, t.discount));
    refused_in_part(f, permit_create(tx, &permit, &id));
    refused_in_part(f, permit_update(tx, &repermit));
    refused_in_part(f, permit_revoke(tx, f->permit, 1, "r"));
    refused_in_part(f, disclosure_set(tx, &item));
    refused_in_part(f, publication_create(tx, f->project, "", &id));
    refused_in_part(f, publication_submit(tx, t.publication, 1));
    refused_in_part(f, publication_withdraw(tx, t.publication, 1, "r"));
    refused_in_part(f, content_draft(tx, f->project, &draft));
    refused_in_part(f, link_revoke(tx, f->project, "all", "", "r", &id));
    refused_in_part(f, import_begin(tx, &import, &im));
    f->as = &part;
    assert_refused(f, FIXTURE_DO(f, tx, terminal_create(tx, &terminal, &id, &ms)), NOT_FOUND);
}

static void test_union(void **state)
{
    struct fixture *f = *state;
    int64_t posts[2], second = 0, many[ACTOR_BUILDINGS_MAX + 1];
    right_set set = 0;
    struct post_change wide = {.name = "wide", .rights = &set, .building_ids = many};
    struct actor actor;
    int64_t id;

    assert_int_equal(db_get(f->db, &second,
                            "INSERT INTO project (name, created_ms) VALUES ('B', 1) RETURNING id",
                            ""),
                     1);
    /* The whole of a project beats some of its buildings, whatever order they come in. */
    posts[0] = post_of(f, "one", NULL, 0, &f->building, 1);
    posts[1] = post_of(f, "all", (int64_t[]){second, f->project}, 2, NULL, 0);
    assert_int_equal(actor_load(f->db, user_of(f, "both", posts, 2), &actor, NULL), 0);
    assert_int_equal(actor.n_projects, 2);
    assert_int_equal(actor.n_buildings, 0);
    assert_true(actor_sees_whole(&actor, f->project));
    assert_true(actor_sees_building(&actor, f->project, OTHER_BUILDING));
    /* A part of one project and the whole of another. */
    posts[1] = post_of(f, "second", &second, 1, NULL, 0);
    assert_int_equal(actor_load(f->db, user_of(f, "mixed", posts, 2), &actor, NULL), 0);
    assert_true(actor_sees_whole(&actor, second));
    assert_true(actor_sees_project(&actor, f->project));
    assert_false(actor_sees_whole(&actor, f->project));
    assert_true(actor_sees_building(&actor, f->project, f->building));
    assert_false(actor_sees_building(&actor, f->project, OTHER_BUILDING));
    assert_false(actor_sees_building(&actor, second + 1, f->building));
    /* As many buildings as an actor holds, and one more: at once, and by two posts together. */
    for (size_t i = 0; i <= ACTOR_BUILDINGS_MAX; i++)
        assert_int_equal(db_get(f->db, &many[i],
                                "INSERT INTO building (project_id, name) VALUES ($1, 'x' || $2) "
                                "RETURNING id",
                                "ii", f->project, (int64_t)i),
                         1);
    wide.n_buildings = ACTOR_BUILDINGS_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &wide, &id)), POST_SCOPE_TOO_WIDE);
    assert_string_equal(f->fault.args[1].value, "64");
    wide.n_buildings = ACTOR_BUILDINGS_MAX;
    assert_int_equal(FIXTURE_DO(f, tx, post_create(tx, &wide, &posts[1])), 0);
    assert_int_equal(actor_load(f->db, user_of(f, "wide", &posts[1], 1), &actor, NULL), 0);
    assert_int_equal(actor.n_buildings, ACTOR_BUILDINGS_MAX);
    {
        const struct user_new user = {
            .login = "wider", .name = "w", .password_hash = "h", .post_ids = posts, .n_posts = 2};

        assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), POST_SCOPE_TOO_WIDE);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_reads),
        CASE(test_changes_of_units),
        CASE(test_what_concerns_the_whole_project),
        CASE(test_union),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
