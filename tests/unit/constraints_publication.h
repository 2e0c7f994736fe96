/* constraints_publication.h - what is displayed and published. */
#ifndef TESTS_CONSTRAINTS_PUBLICATION_H
#define TESTS_CONSTRAINTS_PUBLICATION_H

#include "constraints.h"

#define PUBLISHED(unit, publication)                                                               \
    "INSERT INTO publication_unit (unit_id, publication_id, building_id, stair_id, floor_id, "     \
    "building, stair, floor, floor_ordinal, room, line, span, class, state, hidden_reason, "       \
    "orientation, area_stage, permit, model_room, note, media) VALUES (" #unit ", " #publication   \
    ", 1, 1, 1, 'b', 's', '1', 1, '1', '1', 1, 'home', 'A', '', '', '', '', 0, '', '')"

#define REPLACE_PUBLISHED                                                                          \
    "REPLACE INTO publication_unit SELECT unit_id, publication_id, removed, building_id, "         \
    "stair_id, floor_id, building, stair, floor, floor_ordinal, room, line, span, class, 'X', "    \
    "hidden_reason, layout_id, orientation, floor_height_mm, gross, inner_area, shared, "          \
    "area_stage, total_fen, deal_total_fen, permit, vr_url, model_room, note, media "              \
    "FROM publication_unit"

static const char publication_seed[] =
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
    "INSERT INTO publication_patch VALUES (2, 1, 1, 'X', 'hold', 1);";

static const char *const publication_refused[] = {
    /* disclosure, fees, discounts */
    "INSERT INTO disclosure_item (project_id, code, value) VALUES (99, 'P1', 'v')",
    "UPDATE disclosure_item SET media_id = 'none'",
    "INSERT INTO disclosure_item (project_id, code, value) VALUES (1, 'P1', 'w')",
    "INSERT INTO fee (project_id, kind, name, standard, voluntary) VALUES (99, 'property', 'g', "
    "'s', 1)",
    "UPDATE fee SET kind = 'tax' WHERE id = 1",
    "UPDATE fee SET voluntary = 2 WHERE id = 1",
    "UPDATE fee SET kind = 'agency', voluntary = 0 WHERE id = 1",
    "INSERT INTO fee (project_id, kind, name, standard, voluntary) VALUES (1, 'property', 'f', "
    "'s', 1)",
    "INSERT INTO discount (project_id, name, condition, effect) VALUES (99, 'x', 'c', 'e')",
    "INSERT INTO discount (project_id, name, condition, effect) VALUES (1, 'd', 'c', 'e')",
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
    REPLACE_PUBLISHED,
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
};

static const struct covered publication_covered[] = {
    {"publication_unit: CHECK (removed IN (0, 1))", "publication_unit_no_update"},
    {NULL, NULL},
};

#endif
