/* constraints_reprice.h - re-pricing plans, and the prices that only they change. */
#ifndef TESTS_CONSTRAINTS_REPRICE_H
#define TESTS_CONSTRAINTS_REPRICE_H

#include "constraints.h"

/* Plan 1 is pending on request 1, plan 2 a draft, plan 3 approved with units 2; unit 1 was
 * published. */
static const char reprice_seed[] =
    "INSERT INTO approval (id, project_id, subject, object, title, payload_hash, flow_version_id, "
    "requester_id, made_ms, state, ended_ms) VALUES (50, 1, 'reprice', 'reprice:3', 't', " ONE
    ", 2, 1, 1, 'approved', 2);"
    "INSERT INTO reprice (id, project_id, title, target, method, per, value, filter, reason, "
    "user_id, "
    "made_ms) VALUES (1, 1, 't', 'list', 'percent', 'total', -5, '', 'r', 1, 1), "
    "(2, 1, 't', 'list', 'percent', 'total', -5, '', 'r', 1, 1), "
    "(3, 1, 't', 'list', 'percent', 'total', -5, '', 'r', 1, 1), "
    "(4, 1, 't', 'list', 'percent', 'total', -5, '', 'r', 1, 1);"
    "INSERT INTO reprice_unit VALUES (1, 2, 5, 4, 'planned', ''), (3, 2, 5, 4, 'planned', ''), "
    "(3, 1, NULL, NULL, 'skipped', 'sold');"
    "UPDATE reprice SET state = 'pending', hash = " ONE ", approval_id = 1 WHERE id = 1;"
    "UPDATE reprice SET state = 'pending', hash = " ONE ", approval_id = 50 WHERE id = 3;"
    "UPDATE reprice SET state = 'approved' WHERE id = 3;"
    "UPDATE unit SET ever_published = 1 WHERE id = 2;";

#define REPRICE(columns, values)                                                                   \
    "INSERT INTO reprice (filter, made_ms, " columns ") VALUES ('', 1, " values ")"
#define REPRICE_ALL "project_id, title, target, method, per, value, reason, user_id"

static const char *const reprice_refused[] = {
    REPRICE(REPRICE_ALL, "99, 't', 'list', 'amount', 'total', 5, 'r', 1"),
    REPRICE(REPRICE_ALL, "1, '', 'list', 'amount', 'total', 5, 'r', 1"),
    REPRICE(REPRICE_ALL, "1, 't', 'top', 'amount', 'total', 5, 'r', 1"),
    REPRICE(REPRICE_ALL, "1, 't', 'list', 'guess', 'total', 5, 'r', 1"),
    REPRICE(REPRICE_ALL, "1, 't', 'list', 'amount', 'room', 5, 'r', 1"),
    REPRICE(REPRICE_ALL, "1, 't', 'list', 'amount', 'total', 5, '', 1"),
    REPRICE(REPRICE_ALL, "1, 't', 'list', 'amount', 'total', 5, 'r', 99"),
    REPRICE(REPRICE_ALL ", state, hash, approval_id",
            "1, 't', 'list', 'amount', 'total', 5, 'r', 1, 'lost', " ONE ", 2"),
    REPRICE(REPRICE_ALL ", hash", "1, 't', 'list', 'amount', 'total', 5, 'r', 1, x'01'"),
    REPRICE(REPRICE_ALL ", approval_id", "1, 't', 'list', 'amount', 'total', 5, 'r', 1, 1"),
    REPRICE(REPRICE_ALL ", approval_id", "1, 't', 'list', 'amount', 'total', 5, 'r', 1, 99"),
    REPRICE(REPRICE_ALL ", state", "1, 't', 'list', 'amount', 'total', 5, 'r', 1, 'pending'"),
    REPRICE(REPRICE_ALL ", executed_ms", "1, 't', 'list', 'amount', 'total', 5, 'r', 1, 9"),
    "UPDATE reprice SET value = 7 WHERE id = 1",
    "UPDATE reprice SET state = 'approved' WHERE id = 1",
    "DELETE FROM reprice WHERE id = 4",
    "INSERT INTO reprice_unit VALUES (99, 1, 5, 4, 'planned', '')",
    "INSERT INTO reprice_unit VALUES (2, 99, 5, 4, 'planned', '')",
    "INSERT INTO reprice_unit VALUES (2, 1, 5, 0, 'planned', '')",
    "INSERT INTO reprice_unit VALUES (2, 1, 5, 4, 'lost', '')",
    "INSERT INTO reprice_unit VALUES (2, 1, 5, 4, 'planned', 'r')",
    "INSERT INTO reprice_unit VALUES (2, 1, 5, NULL, 'planned', '')",
    "INSERT INTO reprice_unit VALUES (1, 1, 5, 4, 'planned', '')",
    "UPDATE reprice_unit SET outcome = 'changed' WHERE reprice_id = 1",
    "DELETE FROM reprice_unit WHERE reprice_id = 1",
    ("INSERT INTO unit_price (unit_id, reason, actor, at_ms, reprice_id) VALUES (1, 'r', 'a', "
     "1, 99)"),
    "UPDATE unit SET total_fen = 9 WHERE id = 2",
    "UPDATE unit SET floor_total_fen = 4 WHERE id = 2",
};

static const struct covered reprice_covered[] = {
    {NULL, NULL},
};

#endif
