/* constraints_source.h - changes of a customer's source. */
#ifndef ANCHANG_TESTS_CONSTRAINTS_SOURCE_H
#define ANCHANG_TESTS_CONSTRAINTS_SOURCE_H

#include "constraints.h"

/* Of customer 1, whose source is not known: one that was refused, and one that is asked for. */
static const char source_seed[] =
    "INSERT INTO source_change (id, customer_id, project_id, source_id, reason, state, "
    "approval_id, user_id, asked_ms, ended_ms) VALUES (1, 1, 1, 1, 'r', 'rejected', 2, 1, 1, 2);"
    "INSERT INTO source_change (id, customer_id, project_id, source_id, reason, approval_id, "
    "user_id, asked_ms) VALUES (2, 1, 1, 1, 'r', 1, 1, 1);";

#define SOURCE_CHANGE(customer, project, was, source, reason, approval, user, state, ended)        \
    "INSERT INTO source_change (customer_id, project_id, was_id, source_id, reason, approval_id, " \
    "user_id, asked_ms, state, ended_ms) VALUES (" #customer ", " #project ", " #was ", " #source  \
    ", " reason ", " #approval ", " #user ", 1, '" state "', " #ended ")"

static const char *const source_refused[] = {
    SOURCE_CHANGE(99, 1, NULL, 1, "'r'", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(2, 99, NULL, 1, "'r'", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(2, 1, 99, 1, "'r'", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(2, 1, NULL, 99, "'r'", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(2, 1, NULL, 1, "''", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(2, 1, NULL, 1, "'r'", 99, 1, "asked", NULL),
    SOURCE_CHANGE(2, 1, NULL, 1, "'r'", NULL, 99, "asked", NULL),
    SOURCE_CHANGE(2, 1, NULL, 1, "'r'", NULL, 1, "lost", 2),
    SOURCE_CHANGE(2, 1, NULL, 1, "'r'", NULL, 1, "asked", 2),
    SOURCE_CHANGE(2, 1, 1, 1, "'r'", NULL, 1, "asked", NULL),
    SOURCE_CHANGE(1, 1, NULL, 1, "'r'", NULL, 1, "asked", NULL), /* a second one */
    "UPDATE source_change SET source_id = 2 WHERE id = 2",
    "UPDATE source_change SET reason = 'x' WHERE id = 1",
    "UPDATE source_change SET ended_by = 'x' WHERE id = 1",
    "DELETE FROM source_change WHERE id = 1",
    "UPDATE customer SET source_id = 1 WHERE id = 1",
    ("UPDATE source_change SET state = 'executed', ended_ms = 2 WHERE id = 2; "
     "UPDATE customer SET source_id = 2 WHERE id = 1"), /* another than what was approved */
};

static const struct covered source_covered[] = {
    {NULL, NULL},
};

#endif
