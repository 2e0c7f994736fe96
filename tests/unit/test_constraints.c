/* test_constraints.c - each CHECK, UNIQUE, foreign key and trigger of the schema is needed by a
 * test.
 *
 * The schema that all migrations leave is taken apart by its own text: every constraint in it is
 * left out in turn, and at least one statement that the whole schema refuses must pass then. A new
 * constraint without such a statement, or a statement that something else refuses, fails here
 * (RS 3.1). What may not be deleted may not be replaced: with recursive triggers, which db_open()
 * sets and reads back, REPLACE deletes.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "constraints_ownership.h"
#include "db/migrate.h"

static const char seed[] =
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
    "INSERT INTO unit_price (id, unit_id, total_fen, reason, actor, at_ms) VALUES (1, 1, 5, 'r', "
    "'a', 1),"
    "(2, 2, 5, 'r', 'a', 1);"
    "INSERT INTO terminal (id, kind, name, token_hash, created_ms) VALUES (1, 'kiosk', 'k', "
    "x'01', 1);"
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
    "1, 1);"
    "INSERT INTO disclosure_item (project_id, code, value) VALUES (1, 'P1', 'v');"
    "INSERT INTO fee (id, project_id, kind, name, standard, voluntary) VALUES "
    "(1, 1, 'property', 'f', 's', 0);"
    "INSERT INTO discount (id, project_id, name, condition, effect) VALUES (1, 1, 'd', 'c', 'e');"
    "INSERT INTO publication (id, project_id, number, state, author_id, author, created_ms, "
    "approver_id, "
    "approver, decided_ms, hash) VALUES (1, 1, 1, 'superseded', 1, 'a', 1, 2, 'b', 1, 'h'), "
    "(2, 1, 2, 'live', 1, 'a', 1, 2, 'b', 1, 'h');"
    "INSERT INTO publication (id, project_id, number, state, author_id, author, created_ms) VALUES "
    "(3, 1, 3, 'draft', 1, 'a', 1);"
    "INSERT INTO publication_unit (unit_id, publication_id, building_id, stair_id, floor_id, "
    "building, "
    "stair, floor, floor_ordinal, room, line, span, class, state, hidden_reason, orientation, "
    "area_stage, "
    "permit, model_room, note, media) VALUES (1, 2, 1, 1, 1, 'b1', 's', '1', 1, '101', '1', 1, "
    "'home', "
    "'A', '', '', '', 'P', 0, '', '');"
    "INSERT INTO publication_item VALUES (2, 'project', 0, 'k', 'n', 'v');"
    "INSERT INTO publication_patch VALUES (2, 1, 1, 'X', 'hold', 1);"
    "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES (1, 'user', "
    "'u', 'h', 1);"
    "INSERT INTO post (id, name, role, all_projects, created_ms) VALUES (1, 'p', 'admin', 1, 1);"
    "INSERT INTO post_right VALUES (1, 'r'); INSERT INTO post_project VALUES (1, 1);"
    "INSERT INTO post_building VALUES (1, 1); INSERT INTO user_post VALUES (1, 1);"
    "INSERT INTO device (kind, bus, mark, model, name, terminal_id, added_ms, seen_ms) VALUES "
    "('reader', 'usb', 'm', 'o', 'n', 1, 1, 1), ('reader', 'tty', 'm', 'o', 'n', 1, 1, 1);"
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'help', 1);"
    "INSERT INTO idempotency VALUES ('s', 'k', x'00', 200, x'00', 1);"
    "INSERT INTO customer VALUES (1, 1, 'person', 'c', 'n', 'a', 1, 1), "
    "(2, 1, 'company', 'd', 'n', 'a', 1, 1), (3, 1, 'person', 'e', 'n', 'a', 1, 1);"
    "INSERT INTO customer_secret VALUES (1, 1, 'phone', zeroblob(32), 1, zeroblob(88), '1234', 1, "
    "NULL), (2, 1, 'id_card', randomblob(32), 1, zeroblob(88), '002X', 1, NULL);"
    "INSERT INTO member (id, customer_id, joined_ms) VALUES (1, 1, 1);"
    "INSERT INTO points_line VALUES (1, 1, 5, 'r', 9, NULL, 'a', 1), "
    "(2, 1, -5, '', NULL, 1, 'a', 1);"
    "INSERT INTO card (id, member_id, code, number, terms, issued_by, issued_ms) VALUES "
    "(1, 1, 'n:1', 'P1', 't', 'a', 1);"
    "INSERT INTO card (id, member_id, code, terms, state, issued_by, issued_ms, lost_ms, ended_ms) "
    "VALUES (2, 1, 'n:2', 't', 'returned', 'a', 1, NULL, 2), "
    "(3, 1, 'n:3', 't', 'lost', 'a', 1, 2, NULL);";

#define SECRET(customer, kind, lookup, sealed, tail)                                               \
    "INSERT INTO customer_secret (customer_id, kind, lookup, key_id, sealed, tail, since_ms) "     \
    "VALUES (" #customer ", '" kind "', " lookup ", 1, " sealed ", '" tail "', 1)"
#define POINTS(member, points, reason, expires, of)                                                \
    "INSERT INTO points_line (member_id, points, reason, expires_ms, of_id, actor, at_ms) "        \
    "VALUES (" #member ", " #points ", '" reason "', " expires ", " of ", 'a', 1)"
#define CARD(member, code, number, terms)                                                          \
    "INSERT INTO card (member_id, code, number, terms, issued_by, issued_ms) VALUES (" #member     \
    ", " code ", " number ", " terms ", 'a', 1)"

#define UNIT(project, building, stair, floor, room)                                                \
    "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, line, class, "           \
    "changed_ms) VALUES (" #project ", " #building ", " #stair ", " #floor ", " room               \
    ", '9', 'home', 1)"
#define CLAIM(state, kind, holder, until)                                                          \
    "INSERT INTO claim (unit_id, state, kind, holder, since_ms, until_ms) VALUES (2, '" state      \
    "', '" kind "', '" holder "', 1, " until ")"
#define PUBLISHED(unit, publication)                                                               \
    "INSERT INTO publication_unit (unit_id, publication_id, building_id, stair_id, floor_id, "     \
    "building, stair, floor, floor_ordinal, room, line, span, class, state, hidden_reason, "       \
    "orientation, area_stage, permit, model_room, note, media) VALUES (" #unit ", " #publication   \
    ", 1, 1, 1, 'b', 's', '1', 1, '1', '1', 1, 'home', 'A', '', '', '', '', 0, '', '')"
#define AREA(g, i, s)                                                                              \
    "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared) VALUES (2, 'planned', " #g  \
    ", " #i ", " #s ")"
#define AUDIT(seq, prev, hash)                                                                     \
    "INSERT INTO audit VALUES (" #seq ", " prev ", " hash ", 1, 1, 1, 1, 'a', 'b', 'c', 0, '')"
#define ZERO "zeroblob(32)"
#define ONE  "x'0101010101010101010101010101010101010101010101010101010101010101'"
#define TWO  "x'0202020202020202020202020202020202020202020202020202020202020202'"

/* Each is refused by the whole schema. What stands before the last semicolon prepares. */
static const char *const refused[] = {
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
    "UPDATE unit SET total_fen = 0",
    "UPDATE unit SET filed_total_fen = 0",
    "UPDATE unit SET floor_total_fen = 0",
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
    /* disclosure, fees, discounts */
    "INSERT INTO disclosure_item (project_id, code, value) VALUES (99, 'P1', 'v')",
    "UPDATE disclosure_item SET media_id = 'none'",
    "INSERT INTO disclosure_item (project_id, code, value) VALUES (1, 'P1', 'w')",
    "INSERT INTO fee (project_id, kind, name, standard, voluntary) VALUES (99, 'property', 'g', "
    "'s', 1)",
    "UPDATE fee SET kind = 'tax'",
    "UPDATE fee SET voluntary = 2",
    "UPDATE fee SET kind = 'agency', voluntary = 0",
    "INSERT INTO fee (project_id, kind, name, standard, voluntary) VALUES (1, 'property', 'f', "
    "'s', 1)",
    "INSERT INTO discount (project_id, name, condition, effect) VALUES (99, 'x', 'c', 'e')",
    "INSERT INTO discount (project_id, name, condition, effect) VALUES (1, 'd', 'c', 'e')",
    "INSERT INTO class_pattern VALUES (99, 'shop', '{room}')",
    "UPDATE class_pattern SET pattern = ''",
    "INSERT INTO class_pattern VALUES (1, 'home', '{floor}{room}')",
    /* publications */
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms) VALUES "
    "(99, 1, 'withdrawn', 1, 'a', 1)",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms) VALUES "
    "(2, 1, 'lost', 1, 'a', 1)",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms, base_id) "
    "VALUES "
    "(2, 1, 'withdrawn', 1, 'a', 1, 99)",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms) VALUES "
    "(1, 1, 'withdrawn', 1, 'a', 1)",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms) VALUES "
    "(2, 1, 'live', 1, 'a', 1)",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms, "
    "approver_id, "
    "approver, decided_ms, hash) VALUES (1, 9, 'live', 1, 'a', 1, 2, 'b', 1, 'h')",
    "INSERT INTO publication (project_id, number, state, author_id, author, created_ms) VALUES "
    "(1, 9, 'submitted', 1, 'a', 1)",
    "UPDATE publication SET note = 'x' WHERE id = 1",
    "UPDATE publication SET hash = 'x' WHERE id = 2",
    "UPDATE publication SET author_id = 9 WHERE id = 3",
    "UPDATE publication SET state = 'draft', number = 9 WHERE id = 2",
    "DELETE FROM publication WHERE id = 3",
    PUBLISHED(99, 2),
    PUBLISHED(1, 99),
    PUBLISHED(1, 2),
    "REPLACE" /* see below */,
    "UPDATE publication_unit SET state = 'X'",
    "UPDATE publication_unit SET removed = 2",
    "DELETE FROM publication_unit",
    "INSERT INTO publication_item VALUES (99, 'project', 0, 'k', 'n', 'v')",
    "UPDATE publication_item SET value = 'w'",
    "DELETE FROM publication_item",
    "REPLACE INTO publication_item VALUES (2, 'project', 0, 'k', 'n', 'w')",
    "INSERT INTO publication_patch VALUES (99, 1, 1, 'X', 'c', 1)",
    "INSERT INTO publication_patch VALUES (2, 2, 99, 'X', 'c', 1)",
    "INSERT INTO publication_patch VALUES (2, 3, 1, 'X', 'c', 1)",
    "UPDATE publication_patch SET state = 'A'",
    "DELETE FROM publication_patch",
    "INSERT INTO link_revocation (project_id, scope, target, reason, actor, at_ms) VALUES "
    "(99, 'all', '', 'r', 'a', 1)",
    "INSERT INTO link_revocation (project_id, scope, target, reason, actor, at_ms) VALUES "
    "(1, 'some', '', 'r', 'a', 1)",
    /* people */
    "INSERT INTO user_account (login, name, password_hash, created_ms) VALUES ('user', 'v', 'h', "
    "1)",
    "UPDATE user_account SET login = 'x' WHERE id = 1",
    "UPDATE user_account SET name = ''",
    "UPDATE user_account SET must_change = 2",
    "UPDATE user_account SET enabled = 2",
    "INSERT INTO post (name, all_projects, created_ms) VALUES ('p', 1, 1)",
    "UPDATE post SET name = ''",
    "INSERT INTO post (name, role, all_projects, created_ms) VALUES ('q', 'admin', 1, 1)",
    "UPDATE post SET all_projects = 2",
    "INSERT INTO post_right VALUES (99, 'r')",
    "INSERT INTO post_right VALUES (1, 'r')",
    "INSERT INTO post_project VALUES (99, 1)",
    "INSERT INTO post_project VALUES (1, 99)",
    "INSERT INTO post_project VALUES (1, 1)",
    "INSERT INTO post_building VALUES (99, 1)",
    "INSERT INTO post_building VALUES (1, 99)",
    "INSERT INTO post_building VALUES (1, 1)",
    "INSERT INTO user_post VALUES (99, 1)",
    "INSERT INTO user_post VALUES (1, 99)",
    "INSERT INTO user_post VALUES (1, 1)",
    "UPDATE terminal SET kind = 'toaster'",
    "UPDATE terminal SET name = ''",
    "UPDATE terminal SET project_id = 99",
    "INSERT INTO terminal (kind, name, token_hash, created_ms) VALUES ('kiosk', 'l', x'01', 1)",
    "UPDATE device SET kind = 'toaster'",
    "UPDATE device SET bus = 'coach' WHERE bus = 'usb'",
    "UPDATE device SET bus = 'pcsc'",
    "UPDATE device SET mark = '' WHERE bus = 'usb'",
    "UPDATE device SET model = ''",
    "UPDATE device SET name = ''",
    "UPDATE device SET terminal_id = 99",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (99, 'help', 1)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'boredom', 1)",
    "INSERT INTO alert (terminal_id, reason, unit_id, at_ms) VALUES (1, 'printer', 99, 1)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'help', 2)",
    "INSERT INTO import_mapping VALUES ('', 'm', 'a', 1)",
    "INSERT INTO idempotency VALUES ('s', 'k', x'00', 200, x'00', 1)",
    /* customers, members, cards */
    "UPDATE customer SET kind = 'cat' WHERE id = 3",
    "UPDATE customer SET name = ''",
    "UPDATE customer SET notice = ''",
    SECRET(99, "phone", "randomblob(32)", "zeroblob(88)", ""),
    SECRET(3, "face", "randomblob(32)", "zeroblob(88)", ""),
    SECRET(3, "phone", "randomblob(31)", "zeroblob(88)", ""),
    SECRET(3, "phone", "randomblob(32)", "zeroblob(87)", ""),
    SECRET(3, "phone", "randomblob(32)", "zeroblob(88)", "12345"),
    SECRET(3, "phone", ZERO, "zeroblob(88)", ""),
    SECRET(1, "passport", "randomblob(32)", "zeroblob(88)", ""),
    "INSERT INTO member (customer_id, joined_ms) VALUES (1, 1)",
    "INSERT INTO member (customer_id, joined_ms) VALUES (2, 1)",
    "INSERT INTO member (customer_id, customer_kind, joined_ms) VALUES (2, 'company', 1)",
    "UPDATE member SET level = 'tin'",
    "UPDATE member SET points = -1",
    "UPDATE member SET pin_failed = -1",
    POINTS(99, 5, "r", "NULL", "NULL"),
    POINTS(1, 0, "r", "NULL", "NULL"),
    POINTS(1, -5, "r", "9", "NULL"),
    POINTS(1, 6, "r", "NULL", "NULL") "; " POINTS(1, 5, "r", "NULL", "3"),
    POINTS(1, -5, "", "NULL", "NULL"),
    POINTS(1, -5, "", "NULL", "99"),
    POINTS(1, -5, "", "NULL", "1"),
    "UPDATE points_line SET points = 6 WHERE id = 1",
    "DELETE FROM points_line WHERE id = 2",
    "REPLACE INTO points_line VALUES (2, 1, -6, '', NULL, 1, 'a', 1)",
    CARD(99, "'n:9'", "''", "'t'"),
    CARD(1, "'9'", "''", "'t'"),
    CARD(1, "'n:9'", "printf('%41s', 'x')", "'t'"),
    CARD(1, "'n:9'", "''", "''"),
    CARD(1, "'n:1'", "''", "'t'"),
    CARD(1, "'n:9'", "'P1'", "'t'"),
    "UPDATE card SET state = 'melted' WHERE id = 1",
    "UPDATE card SET ended_ms = 2 WHERE id = 1",
    "UPDATE card SET state = 'lost' WHERE id = 1",
    "UPDATE card SET replaced_by = 3 WHERE id = 1",
    "UPDATE card SET state = 'replaced', ended_ms = 2, replaced_by = 99 WHERE id = 1",
    "UPDATE card SET state = 'issued' WHERE id = 3",
    "DELETE FROM card WHERE id = 2",
    "REPLACE INTO card (id, member_id, code, terms, issued_by, issued_ms) VALUES "
    "(2, 1, 'n:2', 't', 'a', 1)",
    OWNERSHIP_REFUSED,
    /* audit */
    AUDIT(1, "zeroblob(31)", ONE),
    AUDIT(1, ZERO, "x'01'"),
    AUDIT(1, ZERO, ONE) "; " AUDIT(2, ONE, ONE),
    AUDIT(1, ZERO, ONE) "; " AUDIT(2, ZERO, TWO),
    AUDIT(1, ZERO, ONE) "; " AUDIT(3, ONE, TWO),
    AUDIT(1, ZERO, ONE) "; UPDATE audit SET actor = 'x'",
    AUDIT(1, ZERO, ONE) "; DELETE FROM audit",
};
enum { REFUSED = sizeof(refused) / sizeof(refused[0]) };

static const char replace_published[] =
    "REPLACE INTO publication_unit SELECT unit_id, publication_id, removed, building_id, stair_id, "
    "floor_id, building, stair, floor, floor_ordinal, room, line, span, class, 'X', hidden_reason, "
    "layout_id, orientation, floor_height_mm, gross, inner_area, shared, area_stage, total_fen, "
    "deal_total_fen, permit, vr_url, model_room, note, media FROM publication_unit";

static const char *statement(int i)
{
    return strcmp(refused[i], "REPLACE") == 0 ? replace_published : refused[i];
}

/* What stands behind another constraint that is asked first; both are left out. */
static const struct {
    const char *constraint, *first;
} covered[] = {
    {"audit: UNIQUE", "audit_chain"}, /* a prev_hash twice is a broken link before */
    {"publication_unit: CHECK (removed IN (0, 1))", "publication_unit_no_update"},
    /* what refers to a key cannot be without it */
    {"ownership: PRIMARY KEY (customer_id, project_id)", "ownership_line: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "customer_share: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "pool_application: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "collision: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "opportunity: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "follow: FOREIGN KEY"},
};

/* ---- the schema taken apart ---- */

struct site {
    size_t from, to;
    char name[300];
    const char *instead;
};

struct anatomy {
    char *text; /* of what all migrations leave, without comments */
    struct site *sites;
    size_t n;
};

static void comments_blank(char *text)
{
    bool quoted = false;

    for (char *p = text; *p; p++) {
        if (*p == '\'')
            quoted = !quoted;
        if (!quoted && p[0] == '-' && p[1] == '-')
            while (*p && *p != '\n')
                *p++ = ' ';
        if (!*p)
            break;
    }
}

static void site_add(struct anatomy *a, const char *table, size_t from, size_t to,
                     const char *instead)
{
    struct site *s;
    size_t n = 0;
    int prefix;

    a->sites = realloc(a->sites, (a->n + 1) * sizeof(*a->sites));
    assert_non_null(a->sites);
    s = &a->sites[a->n++];
    *s = (struct site){.from = from, .to = to, .instead = instead};
    prefix = snprintf(s->name, sizeof(s->name), "%s: ", table);
    for (size_t i = from; i < to && n + (size_t)prefix < sizeof(s->name) - 1; i++)
        if (!isspace((unsigned char)a->text[i]) ||
            (n > 0 && s->name[(size_t)prefix + n - 1] != ' '))
            s->name[(size_t)prefix + n++] = isspace((unsigned char)a->text[i]) ? ' ' : a->text[i];
    s->name[(size_t)prefix + n] = '\0';
}

static size_t closing(const char *text, size_t open)
{
    bool quoted = false;
    int depth = 0;

    for (size_t i = open; text[i]; i++) {
        if (text[i] == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += text[i] == '(';
        depth -= text[i] == ')';
        if (depth == 0)
            return i + 1;
    }
    fail_msg("a bracket is not closed");
    return 0;
}

static bool word_at(const char *text, size_t at, const char *word)
{
    size_t n = strlen(word);

    return strncmp(text + at, word, n) == 0 && (at == 0 || !isalnum((unsigned char)text[at - 1])) &&
           !isalnum((unsigned char)text[at + n]) && text[at + n] != '_';
}

static size_t spaces(const char *text, size_t at)
{
    return at + strspn(text + at, " \n");
}

/* REFERENCES name(columns) from @at on. */
static size_t reference_end(const char *text, size_t at)
{
    return closing(text, at + strcspn(text + at, "("));
}

static void table_dissect(struct anatomy *a, size_t from, size_t to)
{
    const char *t = a->text;
    char table[64];
    size_t name = from + strlen("CREATE TABLE "), body, end;
    bool rowid;

    snprintf(table, sizeof(table), "%.*s", (int)strcspn(t + name, " ("), t + name);
    body = name + strcspn(t + name, "(");
    end = closing(t, body);
    rowid = !memmem(t + end, to - end, "WITHOUT ROWID", 13);
    for (size_t i = body + 1; i < end; i++) {
        size_t next;

        if (t[i] == '\'') {
            i += 1 + strcspn(t + i + 1, "'");
        } else if (word_at(t, i, "CHECK")) {
            next = closing(t, spaces(t, i + 5));
            site_add(a, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "FOREIGN KEY")) {
            next = reference_end(t, closing(t, spaces(t, i + 11)));
            site_add(a, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "REFERENCES")) {
            next = reference_end(t, i);
            site_add(a, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "UNIQUE")) {
            next = spaces(t, i + 6);
            /* With the key in it it cannot be violated: it is what foreign keys refer to. */
            if (t[next] != '(')
                site_add(a, table, i, i + 6, "");
            else if (strncmp(t + next, "(id,", 4) != 0)
                site_add(a, table, i, closing(t, next), "CHECK (1)");
            i = (t[next] == '(' ? closing(t, next) : next) - 1;
        } else if (word_at(t, i, "PRIMARY KEY") && t[spaces(t, i + 11)] == '(' && rowid) {
            next = closing(t, spaces(t, i + 11));
            site_add(a, table, i, next, "CHECK (1)");
            i = next - 1;
        }
    }
}

/* Its last END, not that of a CASE within. */
static size_t trigger_end(const char *text, size_t from)
{
    const char *next = strstr(text + from, "\nCREATE ");
    const char *end = NULL;

    for (const char *p = text + from; (p = strstr(p, "END;")) != NULL && (!next || p < next); p++)
        end = p;
    assert_non_null(end);
    return (size_t)(end - text) + 3;
}

static char *schema_read(void)
{
    char *text = calloc(1, 1);
    size_t n = 0;
    sqlite3_stmt *s;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (size_t i = 0; i < migrations_count; i++)
        assert_int_equal(sqlite3_exec(db, migrations[i].sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT sql || ';' || char(10) FROM sqlite_schema "
                                        "WHERE sql IS NOT NULL ORDER BY rowid",
                                        -1, &s, NULL),
                     SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        size_t more = (size_t)sqlite3_column_bytes(s, 0);

        text = realloc(text, n + more + 1);
        assert_non_null(text);
        memcpy(text + n, sqlite3_column_text(s, 0), more + 1);
        n += more;
    }
    assert_true(n > 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return text;
}

static void dissect(struct anatomy *a)
{
    a->text = schema_read();
    comments_blank(a->text);
    for (size_t i = 0; a->text[i]; i++) {
        size_t end;
        char name[64];

        if (i > 0 && a->text[i - 1] != '\n')
            continue;
        end = i + (size_t)(strchrnul(a->text + i, ';') - (a->text + i));
        if (strncmp(a->text + i, "CREATE TABLE ", 13) == 0) {
            table_dissect(a, i, end);
        } else if (strncmp(a->text + i, "CREATE UNIQUE INDEX ", 20) == 0) {
            site_add(a, "index", i, end, "");
        } else if (strncmp(a->text + i, "CREATE TRIGGER ", 15) == 0) {
            end = trigger_end(a->text, i);
            snprintf(name, sizeof(name), "%.*s", (int)strcspn(a->text + i + 15, " "),
                     a->text + i + 15);
            site_add(a, name, i, end, "");
        }
    }
}

/* ---- with one left out ---- */

static void skip_site(char *text, const struct site *s)
{
    size_t n = strlen(s->instead);

    assert_true(n <= s->to - s->from);
    memset(text + s->from, ' ', s->to - s->from);
    memcpy(text + s->from, s->instead, n);
}

static sqlite3 *make(const char *schema)
{
    char *error = NULL;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON", NULL, NULL, NULL);
    if (sqlite3_exec(db, schema, NULL, NULL, &error) != SQLITE_OK ||
        sqlite3_exec(db, seed, NULL, NULL, &error) != SQLITE_OK ||
        sqlite3_exec(db, ownership_seed, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    return db;
}

static int attempt(sqlite3 *db, const char *sql, char *why, size_t size)
{
    char *error = NULL;
    int rc;

    assert_int_equal(sqlite3_exec(db, "SAVEPOINT s", NULL, NULL, NULL), SQLITE_OK);
    rc = sqlite3_exec(db, sql, NULL, NULL, &error);
    if (why)
        snprintf(why, size, "%s", error ? error : "");
    sqlite3_free(error);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK TO s; RELEASE s", NULL, NULL, NULL), SQLITE_OK);
    return rc;
}

static void test_the_whole_refuses_all(void **state)
{
    struct anatomy *a = *state;
    sqlite3 *db = make(a->text);

    for (int i = 0; i < REFUSED; i++) {
        char why[200];
        int rc = attempt(db, statement(i), why, sizeof(why));

        if (rc != SQLITE_CONSTRAINT)
            fail_msg("%s\n  gives %d %s", statement(i), rc, why);
    }
    sqlite3_close(db);
}

/* It is the setting of the connection that refuses them: without it nothing would. */
static void test_replacing_is_deleting(void **state)
{
    struct anatomy *a = *state;
    sqlite3 *db = make(a->text);
    int replaced = 0;

    sqlite3_exec(db, "PRAGMA recursive_triggers = OFF", NULL, NULL, NULL);
    for (int i = 0; i < REFUSED; i++)
        if (strncmp(statement(i), "REPLACE", 7) == 0) {
            assert_int_equal(attempt(db, statement(i), NULL, 0), SQLITE_OK);
            replaced++;
        }
    assert_int_equal(replaced, 7);
    sqlite3_close(db);
}

static void test_each_constraint_is_needed(void **state)
{
    struct anatomy *a = *state;
    char *text = malloc(strlen(a->text) + 1);
    int unneeded = 0;

    assert_non_null(text);
    for (size_t k = 0; k < a->n; k++) {
        const struct site *s = &a->sites[k];
        bool needed = false;
        sqlite3 *db;

        memcpy(text, a->text, strlen(a->text) + 1);
        skip_site(text, s);
        for (size_t c = 0; c < sizeof(covered) / sizeof(covered[0]); c++)
            for (size_t j = 0; strcmp(covered[c].constraint, s->name) == 0 && j < a->n; j++)
                if (strncmp(a->sites[j].name, covered[c].first, strlen(covered[c].first)) == 0)
                    skip_site(text, &a->sites[j]);
        db = make(text);
        for (int i = 0; !needed && i < REFUSED; i++)
            needed = attempt(db, statement(i), NULL, 0) == SQLITE_OK;
        sqlite3_close(db);
        if (!needed) {
            print_message("no statement needs: %s\n", s->name);
            unneeded++;
        }
    }
    free(text);
    assert_int_equal(unneeded, 0);
}

/* The reading of the text itself: none of a kind was overlooked. */
static void test_anatomy(void **state)
{
    static const char *const words[] = {"CHECK (", "REFERENCES ", "CREATE TRIGGER ", "UNIQUE"};
    struct anatomy *a = *state;

    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        size_t in_text = 0, found = 0;

        for (const char *p = a->text; (p = strstr(p, words[w])) != NULL; p++)
            in_text += strncmp(p, "UNIQUE (id,", 11) != 0;
        for (size_t i = 0; i < a->n; i++)
            for (size_t p = a->sites[i].from; p < a->sites[i].to; p++)
                found += strncmp(a->text + p, words[w], strlen(words[w])) == 0;
        assert_true(in_text > 10);
        assert_int_equal(found, in_text);
    }
}

static int setup(void **state)
{
    struct anatomy *a = calloc(1, sizeof(*a));

    assert_non_null(a);
    dissect(a);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    struct anatomy *a = *state;

    free(a->text);
    free(a->sites);
    free(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anatomy),
        cmocka_unit_test(test_the_whole_refuses_all),
        cmocka_unit_test(test_replacing_is_deleting),
        cmocka_unit_test(test_each_constraint_is_needed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
