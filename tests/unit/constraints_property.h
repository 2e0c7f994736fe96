/* constraints_property.h - projects, the property tree, units and what surrounds them. */
#ifndef TESTS_CONSTRAINTS_PROPERTY_H
#define TESTS_CONSTRAINTS_PROPERTY_H

#include "constraints.h"

#define UNIT(project, building, stair, floor, room)                                                \
    "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, line, class, "           \
    "changed_ms) VALUES (" #project ", " #building ", " #stair ", " #floor ", " room               \
    ", '9', 'home', 1)"
#define CLAIM(state, kind, holder, until)                                                          \
    "INSERT INTO claim (unit_id, state, kind, holder, since_ms, until_ms) VALUES (2, '" state      \
    "', '" kind "', '" holder "', 1, " until ")"
#define AREA(g, i, s)                                                                              \
    "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared) VALUES (2, 'planned', " #g  \
    ", " #i ", " #s ")"

static const char property_seed[] =
    "INSERT INTO project (id, name, created_ms) VALUES (1, 'one', 1), (2, 'two', 1), (3, 'x', 1);"
    "INSERT INTO media VALUES ('0123456789abcdef0123456789abcdef', 1, 'image/png', 'm', 1, 1);"
    "INSERT INTO area (id, project_id, kind, name) VALUES (1, 1, 'phase', 'p');"
    "INSERT INTO building (id, project_id, name) VALUES (1, 1, 'b1'), (2, 2, 'b2');"
    "INSERT INTO stair (id, building_id, name, ordinal) VALUES (1, 1, 's', 1), (2, 2, 's', 1);"
    "INSERT INTO floor (id, building_id, label, ordinal) VALUES (1, 1, '1', 1), (2, 2, '1', 1);"
    "INSERT INTO class_pattern VALUES (1, 'home', '{room}');"
    "INSERT INTO layout (id, project_id, name, rooms, halls, baths) VALUES (1, 1, 'L', 1, 1, 1);"
    "INSERT INTO unit (id, project_id, building_id, stair_id, floor_id, room, line, class, "
    "changed_ms) "
    "VALUES (1, 1, 1, 1, 1, '101', '1', 'home', 1), (2, 1, 1, 1, 1, '102', '2', 'home', 1);"
    "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared) VALUES (1, 'planned', 10, "
    "8, 2);"
    "INSERT INTO unit_media VALUES (1, '0123456789abcdef0123456789abcdef', 1);"
    "INSERT INTO unit_attachment VALUES (2, 1, 0, 'a', 1);"
    "INSERT INTO floor_plan VALUES (1, 1, '0123456789abcdef0123456789abcdef', 'a', 1);"
    "INSERT INTO unit_place VALUES (1, 1, 1);"
    "INSERT INTO unit_price (id, unit_id, total_fen, reason, actor, at_ms) VALUES (1, 1, 5, 'r', "
    "'a', 1),"
    "(2, 2, 5, 'r', 'a', 1);"
    "INSERT INTO claim (id, unit_id, state, kind, since_ms) VALUES (1, 1, 'C', 'opening', 1);"
    "INSERT INTO claim (id, unit_id, state, kind, since_ms, ended_ms) VALUES (2, 1, 'C', "
    "'opening', 1, 2);"
    "INSERT INTO encumbrance (id, unit_id, kind, document, set_ms, set_by) VALUES "
    "(1, 1, 'seizure', 'd', 1, 'a');"
    "INSERT INTO encumbrance (id, unit_id, kind, document, set_ms, set_by, cleared_ms, cleared_by, "
    "clear_document) VALUES (2, 1, 'seizure', 'd', 1, 'a', 2, 'a', 'c');"
    "INSERT INTO permit (id, project_id, kind, number, issued_date, scope, units_named) VALUES "
    "(1, 1, 'presale', 'P', '2026-01-01', 's', 1);"
    "INSERT INTO permit_unit VALUES (1, 1);"
    "INSERT INTO unit_history (id, unit_id, axis, from_state, to_state, event, actor, "
    "unit_version, "
    "at_ms) VALUES (1, 1, 'state', '', 'U', 'generate', 'a', 1, 1), "
    "(2, 1, 'state', 'U', 'A', 'release', 'a', 2, 1), (3, 2, 'state', '', 'U', 'generate', 'a', "
    "1, 1);";

static const char *const property_refused[] = {
    /* project */
    "INSERT INTO project (name, created_ms) VALUES ('one', 1)",
    "UPDATE project SET name = '' WHERE id = 3",
    "UPDATE project SET sale_type = 'rent'",
    "UPDATE project SET price_basis = 'guess'",
    "UPDATE project SET round_mode = 'down'",
    "UPDATE project SET round_unit_fen = 7",
    "UPDATE project SET show_deal_price = 2",
    "UPDATE project SET two_person = 2",
    "UPDATE project SET closed = 2",
    "UPDATE project SET hold_days_max = 0",
    "UPDATE project SET link_days = 0",
    "UPDATE project SET stale_s = 1",
    "UPDATE project SET too_old_s = 1",
    "UPDATE project SET down_bp = 10001",
    "UPDATE project SET loan_unit_fen = 0",
    "UPDATE project SET commercial_rate_ppm = -1",
    "UPDATE project SET fund_rate_ppm = -1",
    "UPDATE project SET fund_cap_fen = -1",
    "UPDATE project SET validity_days = -1",
    "UPDATE project SET cover_media = 'none'",
    /* tree */
    "INSERT INTO area (project_id, kind, name) VALUES (99, 'phase', 'q')",
    "INSERT INTO area (project_id, parent_id, kind, name) VALUES (1, 99, 'area', 'q')",
    "UPDATE area SET kind = 'zone'",
    "UPDATE area SET name = ''",
    "UPDATE area SET enabled = 2",
    "INSERT INTO area (project_id, kind, name) VALUES (1, 'area', 'p')",
    "INSERT INTO building (project_id, name) VALUES (99, 'q')",
    "INSERT INTO building (project_id, area_id, name) VALUES (1, 99, 'q')",
    "UPDATE building SET name = printf('%61s', 'x') WHERE id = 1",
    "UPDATE building SET enabled = 2",
    "UPDATE building SET picking = 2",
    "UPDATE building SET floor_height_mm = 999",
    "INSERT INTO building (project_id, name) VALUES (1, 'b1')",
    "INSERT INTO stair (building_id, name, ordinal) VALUES (99, 'q', 1)",
    "UPDATE stair SET name = printf('%41s', 'x') WHERE id = 1",
    "INSERT INTO stair (building_id, name, ordinal) VALUES (1, 's', 2)",
    "INSERT INTO floor (building_id, label, ordinal) VALUES (99, '9', 9)",
    "UPDATE floor SET label = '' WHERE id = 1",
    "INSERT INTO floor (building_id, label, ordinal) VALUES (1, '1', 9)",
    "INSERT INTO floor (building_id, label, ordinal) VALUES (1, '9', 1)",
    "INSERT INTO media VALUES ('short', 1, 't', 'n', 1, 1)",
    "INSERT INTO media VALUES ('0123456789abcdef0123456789abcdeX', 99, 't', 'n', 1, 1)",
    "INSERT INTO layout (project_id, name, rooms, halls, baths) VALUES (99, 'M', 1, 1, 1)",
    "UPDATE layout SET name = ''",
    "UPDATE layout SET rooms = 21",
    "UPDATE layout SET halls = -1",
    "UPDATE layout SET baths = 21",
    "UPDATE layout SET media_id = 'none'",
    "INSERT INTO layout (project_id, name, rooms, halls, baths) VALUES (1, 'L', 1, 1, 1)",
    /* unit */
    "UPDATE unit SET room = '' WHERE id = 1",
    "UPDATE unit SET line = printf('%41s', 'x') WHERE id = 1",
    "UPDATE unit SET span = 0",
    "UPDATE unit SET class = 'castle'",
    "UPDATE unit SET layout_id = 99",
    "UPDATE unit SET floor_height_mm = 1",
    "UPDATE unit SET attached_only = 2",
    "UPDATE unit SET model_room = 2",
    "UPDATE unit SET total_fen = 0 WHERE id = 1",
    "UPDATE unit SET filed_total_fen = 0",
    "UPDATE unit SET floor_total_fen = 0 WHERE id = 1",
    "UPDATE unit SET deal_total_fen = 0",
    "UPDATE unit SET price_reviewed = 2",
    "UPDATE unit SET released = 2",
    "UPDATE unit SET ever_published = 2",
    "UPDATE unit SET retained = 'hidden', retained_reason = 'r'",
    "UPDATE unit SET sale_state = 'Z'",
    "UPDATE unit SET queue_count = -1",
    "UPDATE unit SET change_kind = 'other'",
    UNIT(1, 1, 1, 1, "'101'"),
    UNIT(2, 1, 1, 1, "'9'"),
    UNIT(1, 1, 2, 1, "'9'"),
    UNIT(1, 1, 1, 2, "'9'"),
    "UPDATE unit SET sale_state = 'A', released = 0",
    "UPDATE unit SET sale_state = 'N', retained = ''",
    "UPDATE unit SET retained = 'other', retained_reason = ''",
    "INSERT INTO unit_area (unit_id, stage, gross) VALUES (99, 'planned', 1)",
    "INSERT INTO unit_area (unit_id, stage, gross) VALUES (2, 'guessed', 1)",
    "INSERT INTO unit_area (unit_id, stage, gross) VALUES (2, 'planned', 0)",
    "INSERT INTO unit_area (unit_id, stage, gross) VALUES (1, 'planned', 1)",
    AREA(5, 0, 5),
    AREA(5, 6, -1),
    AREA(5, 5, NULL),
    AREA(5, 3, 1),
    "INSERT INTO unit_area VALUES (2, 'planned', 5, 3, 2, 1, NULL)",
    "INSERT INTO unit_area VALUES (2, 'planned', 5, NULL, NULL, 1, 'a')",
    "INSERT INTO floor_plan VALUES (99, 1, '0123456789abcdef0123456789abcdef', 'a', 1)",
    "INSERT INTO floor_plan VALUES (2, 1, 'none', 'a', 1)",
    "INSERT INTO floor_plan VALUES (1, 1, '0123456789abcdef0123456789abcdef', 'a', 1)",
    "INSERT INTO unit_place VALUES (99, 1, 1)",
    "INSERT INTO unit_place VALUES (2, 1001, 1)",
    "INSERT INTO unit_place VALUES (2, 1, -1)",
    "INSERT INTO unit_place VALUES (1, 1, 1)",
    "INSERT INTO unit_attachment VALUES (99, 1, 0, 'a', 1)",
    "INSERT INTO unit_attachment VALUES (1, 99, 0, 'a', 1)",
    "INSERT INTO unit_attachment VALUES (1, 2, 2, 'a', 1)",
    "INSERT INTO unit_attachment VALUES (1, 1, 0, 'a', 1)",
    "INSERT INTO unit_attachment VALUES (2, 1, 0, 'a', 1)",
    "INSERT INTO unit_media VALUES (99, '0123456789abcdef0123456789abcdef', 1)",
    "INSERT INTO unit_media VALUES (2, 'none', 1)",
    "INSERT INTO unit_media VALUES (1, '0123456789abcdef0123456789abcdef', 2)",
    "INSERT INTO unit_price (unit_id, reason, actor, at_ms) VALUES (99, 'r', 'a', 1)",
    "UPDATE unit_price SET total_fen = 1",
    "DELETE FROM unit_price WHERE id = 1",
    "REPLACE INTO unit_price (id, unit_id, reason, actor, at_ms) VALUES (1, 1, 'r', 'a', 1)",
    /* claims and encumbrances */
    "INSERT INTO claim (unit_id, state, kind, since_ms) VALUES (99, 'C', 'opening', 1)",
    CLAIM("Z", "opening", "", "NULL"),
    CLAIM("K", "loan", "", "5"),
    CLAIM("X", "hold", "", "NULL"),
    CLAIM("R", "hold", "", "5"),
    CLAIM("R", "reservation", "", "5"),
    CLAIM("X", "lock", "", "5"),
    "INSERT INTO claim (unit_id, state, kind, terminal_id, since_ms) VALUES (2, 'C', 'opening', "
    "99, 1)",
    "INSERT INTO claim (unit_id, state, kind, previous_id, since_ms) VALUES (2, 'C', 'opening', "
    "99, 1)",
    "INSERT INTO claim (unit_id, state, kind, since_ms) VALUES (1, 'C', 'opening', 1)",
    "UPDATE claim SET ended_ms = NULL, unit_id = 2 WHERE id = 2",
    "DELETE FROM claim WHERE id = 2",
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) VALUES (99, 'seizure', "
    "'d', 1, 'a')",
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) VALUES (1, 'grudge', 'd', "
    "1, 'a')",
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) VALUES (1, 'seizure', '', "
    "1, 'a')",
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by, sellable) VALUES "
    "(1, 'mortgage', 'd', 1, 'a', 2)",
    "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by, sellable) VALUES "
    "(1, 'seizure', 'd', 1, 'a', 1)",
    "UPDATE encumbrance SET cleared_ms = 5 WHERE id = 1",
    "UPDATE encumbrance SET cleared_ms = NULL, clear_document = NULL WHERE id = 2",
    "DELETE FROM encumbrance WHERE id = 2",
    /* permits */
    "INSERT INTO permit (project_id, kind, number, issued_date, scope, units_named) VALUES "
    "(99, 'presale', 'Q', '2026-01-01', 's', 1)",
    "UPDATE permit SET kind = 'none'",
    "UPDATE permit SET number = ''",
    "UPDATE permit SET issued_date = 'today'",
    "UPDATE permit SET valid_until = 'never'",
    "UPDATE permit SET units_named = -1",
    "UPDATE permit SET media_id = 'none'",
    "INSERT INTO permit (project_id, kind, number, issued_date, scope, units_named) VALUES "
    "(1, 'presale', 'P', '2026-01-01', 's', 1)",
    "INSERT INTO permit_unit VALUES (99, 1)",
    "INSERT INTO permit_unit VALUES (1, 99)",
    "INSERT INTO permit_unit VALUES (1, 1)",
    /* history */
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    "at_ms) "
    "VALUES (99, 'state', '', 'U', 'e', 'a', 9, 1)",
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    "at_ms) "
    "VALUES (1, 'mood', '', 'U', 'e', 'a', 9, 1)",
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    "at_ms, "
    "claim_id) VALUES (1, 'state', '', 'U', 'e', 'a', 9, 1, 99)",
    "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    "at_ms) "
    "VALUES (1, 'state', 'A', 'X', 'e', 'a', 2, 1)",
    "UPDATE unit_history SET actor = 'b' WHERE id = 3",
    "DELETE FROM unit_history WHERE id = 2",
    "REPLACE INTO unit_history (id, unit_id, axis, from_state, to_state, event, actor, "
    "unit_version, "
    "at_ms) VALUES (2, 1, 'state', 'U', 'A', 'release', 'b', 7, 1)",
    "REPLACE INTO unit_history (unit_id, axis, from_state, to_state, event, actor, unit_version, "
    "at_ms) "
    "VALUES (1, 'state', 'U', 'A', 'release', 'b', 2, 1)",
    "INSERT INTO class_pattern VALUES (99, 'shop', '{room}')",
    "UPDATE class_pattern SET pattern = ''",
    "INSERT INTO class_pattern VALUES (1, 'home', '{floor}{room}')",
};

static const struct covered property_covered[] = {
    {NULL, NULL},
};

#endif
