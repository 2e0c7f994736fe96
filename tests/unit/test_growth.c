/* test_growth.c - what is asked of one unit, one call or one link costs the same in a large office:
 * no statement on the way reads a table from end to end. */
#include "fixture.h"

#include "db/alert.h"
#include "db/audit.h"
#include "db/backup.h"
#include "db/deal.h"
#include "db/deal_node.h"
#include "db/encumbrance.h"
#include "db/link_revocation.h"
#include "db/property.h"

enum { MANY = 2000, FEW = 60 };

/* Units sold at the source, each with a claim, a cleared encumbrance, an answered call, a link
 * taken back, a row of the log; an area with a building, to be moved; buyers and nodes of deals, of
 * which one is there. */
static const char office[] =
    "CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL "
    " SELECT i + 1 FROM c WHERE i < 2000) SELECT i FROM c;"
    "INSERT INTO unit (id, project_id, building_id, stair_id, floor_id, room, line, "
    " class, released, sale_state, changed_ms) SELECT 1000 + i, 1, 1, 1, 1, 'S' || i, 'S' || i, "
    " 'home', 1, 'C', 1 FROM n;"
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, "
    " actor, unit_version, at_ms) SELECT 1000 + i, 'state', '', 'C', 'import', 'a', 1, 1 FROM n;"
    "INSERT INTO claim (unit_id, state, kind, since_ms) SELECT 1000 + i, 'C', 'opening', 1 FROM n;"
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by, cleared_ms, cleared_by, "
    " clear_document) SELECT 1000 + i, 'seizure', 'd', 1, 'a', 2, 'a', 'd' FROM n;"
    "INSERT INTO terminal (id, kind, name, created_ms) VALUES (1, 'kiosk', 'k', 1);"
    "INSERT INTO alert (terminal_id, reason, unit_id, at_ms, answered_by, answered_ms) "
    " SELECT 1, 'help', 1000 + i, 1, 'a', 2 FROM n;"
    "INSERT INTO link_revocation (project_id, scope, target, reason, actor, at_ms) "
    " SELECT 1, 'unit', 1000 + i, 'r', 'a', 1 FROM n;"
    "INSERT INTO area (id, project_id, kind, name) VALUES (1, 1, 'area', 'a'), "
    " (2, 1, 'phase', 'p');"
    "INSERT INTO building (id, project_id, area_id, name) VALUES (2, 1, 1, 'b2');"
    "PRAGMA foreign_keys = OFF;"
    "INSERT INTO deal_party (deal_id, customer_id, ordinal, share_bp, since_ms, ended_ms) "
    " SELECT 1000 + i, 1000 + i, 1, 10000, 1, 2 FROM n;"
    "INSERT INTO deal_node (deal_id, ordinal, code, name, kind, right_code, days, counted_from, "
    " strict) SELECT 1000 + i, 1, 'c', 'n', 'deposit', 'deal.process', 1, 'begin', 0 FROM n;"
    "DROP TRIGGER deal_terms_insert;"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms) "
    " VALUES (1, 1, 1001, 1, 1, 'S', 1, 1);"
    "PRAGMA foreign_keys = ON;"
    "DROP TABLE n";

static int setup(void **state)
{
    struct fixture *f;

    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    assert_int_equal(db_script(f->db, office), 0);
    assert_true(db_run(f->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", f->units[0]) > 0);
    for (int i = 0; i < MANY; i++) {
        struct trail trail = {0};

        trail_text(&trail, "x", NULL, "y");
        assert_int_equal(FIXTURE_DO(f, tx, audit_add(tx, "x", "unit", 1000 + i, 1, &trail)), 0);
    }
    return 0;
}

#define assert_quick(f, call)                                                                      \
    do {                                                                                           \
        int64_t before = db_scanned((f)->db), rows;                                                \
        assert_true((call) >= 0);                                                                  \
        rows = db_scanned((f)->db) - before;                                                       \
        if (rows > FEW)                                                                            \
            fail_msg("%s: %lld rows were read for want of an index", #call, (long long)rows);      \
    } while (0)

static int encumbrance_seen(void *arg, const struct encumbrance_row *row)
{
    (void)arg, (void)row;
    return 0;
}

static int alert_seen(void *arg, const struct alert_row *row)
{
    (void)arg, (void)row;
    return 0;
}

static int party_seen(void *arg, const struct deal_party_row *row)
{
    (void)row;
    ++*(int *)arg;
    return 0;
}

static int audit_seen(void *arg, const struct audit_row *row)
{
    (void)row;
    ++*(int *)arg;
    return 0;
}

static void test_units(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};
    int64_t next, id, unit;
    const struct encumbrance_new e = {f->units[1], "seizure", "court", false};

    assert_quick(f, FIXTURE_DO(f, tx, unit_expire_due(tx, &next)));
    assert_quick(f, fixture_act(f, TRANSITION_HOLD, f->units[1]));
    assert_quick(f, FIXTURE_DO(f, tx, encumbrance_set(tx, &e, &id)));
    assert_quick(f, FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "court", &unit)));
    assert_quick(f, FIXTURE_DO(f, tx, encumbrance_each(tx, f->units[1], encumbrance_seen, NULL)));
    assert_quick(f, FIXTURE_DO(f, tx, unit_delete(tx, f->project, &ref, 1)));
}

static void test_nodes(void **state)
{
    struct fixture *f = *state;
    struct node_change move = {.id = 1, .version = 1, .ordinal = -1, .enabled = -1, .parent_id = 2};
    struct node node;

    assert_quick(f, FIXTURE_DO(f, tx, area_update(tx, &move, &node)));
    assert_quick(f, FIXTURE_DO(f, tx, building_delete(tx, 2)));
    assert_quick(f, FIXTURE_DO(f, tx, area_delete(tx, 1)));
}

static void test_calls_links_and_log(void **state)
{
    const struct audit_filter filter = {.object = "unit:1000", .limit = 10};
    struct fixture *f = *state;
    int64_t id, again, ms;
    int seen = 0;

    assert_quick(f, FIXTURE_DO(f, tx, alert_raise(tx, 1, "help", f->units[0], &id)));
    assert_quick(f, FIXTURE_DO(f, tx, alert_raise(tx, 1, "help", f->units[0], &again)));
    assert_int_equal(id, again);
    assert_quick(f, FIXTURE_DO(f, tx, alert_scan(tx, 0, alert_seen, NULL)));
    assert_quick(f, FIXTURE_DO(f, tx, alert_answer(tx, id)));
    assert_quick(f, FIXTURE_DO(f, tx, alert_close_terminal(tx, 1)));
    assert_quick(f, link_is_revoked(f->db, "abc", f->units[0], 1, 1));
    assert_quick(f, FIXTURE_DO(f, tx, audit_list(tx, &filter, audit_seen, &seen)));
    assert_int_equal(seen, 1);
    assert_quick(f, backup_last(f->db, &ms));
}

static void test_deals(void **state)
{
    struct fixture *f = *state;
    int seen = 0;

    assert_quick(f, FIXTURE_DO(f, tx, deal_party_each(tx, 1000, party_seen, &seen)));
    assert_quick(f, FIXTURE_DO(f, tx, deal_node_told(tx, 1, NODE_DEPOSIT, NULL)));
    assert_quick(f, FIXTURE_DO(f, tx, deal_node_untold(tx, 1, NODE_DEPOSIT, "")));
    assert_int_equal(seen, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_units),
        CASE(test_nodes),
        CASE(test_calls_links_and_log),
        CASE(test_deals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
