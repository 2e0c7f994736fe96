/* constraints_opening.h - opening days: who came, in which order, what was picked. */
#ifndef TESTS_CONSTRAINTS_OPENING_H
#define TESTS_CONSTRAINTS_OPENING_H

#include "constraints.h"

/* Opening 800 runs; its group 800 has ticket 800 and place 1 and picked deal 800 with slip 1;
 * ticket 801 and deal 801 are in none. Terms 700 are process_seed's. */
static const char opening_seed[] =
    "INSERT INTO queue_ticket (id, project_id, number, customer_id, user_id, made_ms, state, "
    "ended_ms) VALUES (800, 1, 800, 1, 1, 1, 'cancelled', 2), "
    "(801, 1, 801, 1, 1, 1, 'cancelled', 2);"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms, "
    "outcome, closed_ms) VALUES (800, 1, 2, 1, 1, 'B', 700, 1, 'cancelled', 2), "
    "(801, 1, 2, 1, 1, 'B', 700, 1, 'cancelled', 2);"
    "INSERT INTO opening (id, project_id, name, day, state) VALUES "
    "(800, 1, 'o', '2026-01-01', 'running'), (801, 2, 'o', '2026-01-01', 'planned');"
    "INSERT INTO opening_group (id, opening_id, ticket_id, place) VALUES (800, 800, 800, 1);"
    "INSERT INTO opening_pick (id, group_id, deal_id, slip, opening_id, actor, at_ms, pay_by_ms) "
    "VALUES (800, 800, 800, 1, 800, 'a', 1, 2);";

#define OPENING(project, name, day, more, values)                                                  \
    "INSERT INTO opening (project_id, name, day" more ") VALUES (" #project ", " name ", '" day    \
    "'" values ")"
#define GROUP(opening, ticket, more, values)                                                       \
    "INSERT INTO opening_group (opening_id, ticket_id" more ") VALUES (" #opening                  \
    ", " #ticket values ")"
#define PICK(group, deal, slip, opening)                                                           \
    "INSERT INTO opening_pick (group_id, deal_id, slip, opening_id, actor, at_ms, pay_by_ms) "     \
    "VALUES (" #group ", " #deal ", " #slip ", " #opening ", 'a', 1, 2)"

static const char *const opening_refused[] = {
    OPENING(99, "'p'", "2026-01-01", "", ""),
    OPENING(1, "''", "2026-01-01", "", ""),
    OPENING(1, "'p'", "2026-1-1", "", ""),
    OPENING(1, "'p'", "2026-01-01", ", state", ", 'lost'"),
    OPENING(1, "'p'", "2026-01-01", ", order_by", ", 'age'"),
    OPENING(1, "'p'", "2026-01-01", ", batch_size", ", 101"),
    OPENING(1, "'p'", "2026-01-01", ", pick_minutes", ", 31"),
    OPENING(1, "'p'", "2026-01-01", ", pay_minutes", ", 4"),
    OPENING(1, "'p'", "2026-01-01", ", picks_most", ", 11"),
    OPENING(1, "'o'", "2026-01-01", "", ""),
    OPENING(1, "'p'", "2026-01-01", ", state", ", 'running'"),
    "INSERT INTO opening_building VALUES (999, 1)",
    "INSERT INTO opening_building VALUES (800, 999)",
    GROUP(999, 801, "", ""),
    GROUP(800, 999, "", ""),
    GROUP(800, 801, ", place", ", 0"),
    GROUP(800, 801, ", batch", ", 0"),
    GROUP(800, 801, ", state", ", 'lost'"),
    GROUP(800, 801, ", state", ", 'called'"),
    GROUP(800, 800, "", ""),
    GROUP(800, 801, ", place", ", 1"),
    PICK(999, 801, 2, 800),
    PICK(800, 999, 2, 800),
    PICK(800, 800, 2, 800),
    PICK(800, 801, 0, 800),
    PICK(800, 801, 2, 999),
    PICK(800, 801, 1, 800),
    "UPDATE opening_pick SET actor = 'x' WHERE id = 800",
    "DELETE FROM opening_pick WHERE id = 800",
};

static const struct covered opening_covered[] = {
    {NULL, NULL},
};

#endif
