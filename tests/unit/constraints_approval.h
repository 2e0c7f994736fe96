/* constraints_approval.h - flows, requests, their tasks, and to-dos. */
#ifndef TESTS_CONSTRAINTS_APPROVAL_H
#define TESTS_CONSTRAINTS_APPROVAL_H

#include "constraints.h"

/* Flow 1: version 1 retired, 2 active, 3 a draft; a node and two approvers in each. Request 1 runs
 * on version 2 with task 1, request 2 was returned with task 2. */
static const char approval_seed[] =
    "INSERT INTO flow (id, name) VALUES (1, 'f');"
    "INSERT INTO flow_version (id, flow_id, number, actor, at_ms) VALUES (1, 1, 1, 'a', 1);"
    "INSERT INTO flow_node (id, flow_version_id, step, name, mode) VALUES (1, 1, 1, 'n', 'any'), "
    "(4, 1, 2, 'n', 'any');"
    "INSERT INTO flow_node_approver VALUES (1, 1, 1, NULL);"
    "UPDATE flow_version SET state = 'active'; UPDATE flow_version SET state = 'retired';"
    "INSERT INTO flow_version (id, flow_id, number, actor, at_ms) VALUES (2, 1, 2, 'a', 1);"
    "INSERT INTO flow_node (id, flow_version_id, step, name, mode) VALUES (2, 2, 1, 'n', 'any');"
    "INSERT INTO flow_node_approver VALUES (2, 1, NULL, 2);"
    "UPDATE flow_version SET state = 'active' WHERE id = 2;"
    "INSERT INTO flow_version (id, flow_id, number, actor, at_ms) VALUES (3, 1, 3, 'a', 1);"
    "INSERT INTO flow_node (id, flow_version_id, step, name, mode) VALUES (3, 3, 1, 'n', 'any');"
    "INSERT INTO flow_node_approver VALUES (3, 1, 1, NULL);"
    "INSERT INTO flow_rule (id, subject, ordinal, flow_id) VALUES (1, 's', 1, 1);"
    "INSERT INTO form_field (id, subject, ordinal, name, type) VALUES (1, 's', 1, 'x', 'text');"
    "INSERT INTO approval (id, project_id, subject, object, title, payload_hash, flow_version_id, "
    "requester_id, step, made_ms) VALUES (1, 1, 's', 'o:1', 't', " ONE ", 2, 1, 1, 1);"
    "INSERT INTO approval (id, project_id, subject, object, title, payload_hash, flow_version_id, "
    "requester_id, made_ms, state, ended_ms) VALUES (2, 1, 's', 'o:2', 't', " ONE
    ", 2, 1, 1, 'returned', 2);"
    "INSERT INTO approval (id, project_id, subject, object, title, payload_hash, flow_version_id, "
    "requester_id, resubmits_id, made_ms, state, ended_ms) VALUES (3, 1, 's', 'o:3', 't', " ONE
    ", 2, 1, 2, 1, 'rejected', 2);"
    "INSERT INTO approval_value VALUES (1, 1, 'v');"
    "INSERT INTO approval_task (id, approval_id, node_id, user_id, made_ms) VALUES (1, 1, 2, 2, 1);"
    "INSERT INTO approval_task (id, approval_id, node_id, user_id, state, decided_by, made_ms, "
    "decided_ms) VALUES (2, 2, 2, 2, 'returned', 2, 1, 2);"
    "INSERT INTO approval_task (id, approval_id, node_id, post_id, made_ms) VALUES (3, 1, 2, 1, 1);"
    "INSERT INTO approval_event (id, approval_id, event, actor_id, actor, at_ms) VALUES "
    "(1, 1, 'submitted', 1, 'a', 1);"
    "INSERT INTO todo (id, project_id, kind, object, title, user_id, made_ms) VALUES "
    "(1, 1, 'k', 'o:1', 't', 2, 1);"
    "INSERT INTO todo (id, project_id, kind, object, title, user_id, made_ms, done_ms, done_by) "
    "VALUES (2, 1, 'k', 'o:2', 't', 2, 1, 2, 'a');";

#define FLOW_NODE(version, step, name, mode)                                                       \
    "INSERT INTO flow_node (flow_version_id, step, name, mode) VALUES (" #version ", " #step       \
    ", " name ", '" mode "')"
#define FLOW_RULE(columns, values)                                                                 \
    "INSERT INTO flow_rule (subject, ordinal, " columns ") VALUES ('s', 2, " values ")"
#define FORM_FIELD(columns, values)                                                                \
    "INSERT INTO form_field (subject, ordinal, " columns ") VALUES ('s', 2, " values ")"
#define APPROVAL(project, object, title, hash, version, requester, columns, values)                \
    "INSERT INTO approval (project_id, subject, object, title, payload_hash, flow_version_id, "    \
    "requester_id, made_ms" columns ") VALUES (" #project ", 's', 'o:" #object "', " title         \
    ", " hash ", " #version ", " #requester ", 1" values ")"
#define TASK(approval, node, columns, values)                                                      \
    "INSERT INTO approval_task (approval_id, node_id, made_ms, " columns ") VALUES (" #approval    \
    ", " #node ", 1, " values ")"
#define TODO_ROW(project, object, title, columns, values)                                          \
    "INSERT INTO todo (project_id, kind, object, title, made_ms, " columns ") VALUES (" #project   \
    ", 'k', 'o:" #object "', " title ", 1, " values ")"

static const char *const approval_refused[] = {
    /* flows */
    "INSERT INTO flow (project_id, name) VALUES (99, 'g')",
    "INSERT INTO flow (name) VALUES ('')",
    "INSERT INTO flow (name, enabled) VALUES ('g', 2)",
    "INSERT INTO flow (name) VALUES ('f')",
    "INSERT INTO flow_version (flow_id, number, actor, at_ms) VALUES (99, 1, 'a', 1)",
    "INSERT INTO flow_version (flow_id, number, state, actor, at_ms) VALUES (1, 9, 'ready', "
    "'a', 1)",
    "INSERT INTO flow_version (flow_id, number, state, actor, at_ms) VALUES (1, 1, 'retired', "
    "'a', 1)",
    "INSERT INTO flow_version (flow_id, number, state, actor, at_ms) VALUES (1, 9, 'active', "
    "'a', 1)",
    "INSERT INTO flow_version (flow_id, number, state, actor, at_ms) VALUES (1, 9, 'draft', "
    "'a', 1)",
    "INSERT INTO flow (id, name) VALUES (9, 'g'); INSERT INTO flow_version (id, flow_id, number, "
    "state, actor, at_ms) VALUES (9, 9, 1, 'retired', 'a', 1); DELETE FROM flow_version WHERE "
    "id = 9",
    "UPDATE flow_version SET actor = 'x' WHERE id = 1",
    FLOW_NODE(99, 1, "'m'", "any"),
    FLOW_NODE(3, 21, "'m'", "any"),
    FLOW_NODE(3, 1, "''", "any"),
    FLOW_NODE(3, 1, "'m'", "some"),
    FLOW_NODE(3, 1, "'n'", "any"),
    FLOW_NODE(2, 2, "'m'", "any"),
    "UPDATE flow_node SET amount_from_fen = 0 WHERE id = 3",
    "UPDATE flow_node SET discount_from_bp = 0 WHERE id = 3",
    "UPDATE flow_node SET mode = 'all' WHERE id = 2",
    "DELETE FROM flow_node WHERE id = 4",
    "INSERT INTO flow_node_approver VALUES (99, 1, 1, NULL)",
    "INSERT INTO flow_node_approver VALUES (3, 2, 99, NULL)",
    "INSERT INTO flow_node_approver VALUES (3, 2, NULL, 99)",
    "INSERT INTO flow_node_approver VALUES (3, 2, 1, 2)",
    "INSERT INTO flow_node_approver VALUES (2, 2, 1, NULL)",
    "UPDATE flow_node_approver SET post_id = NULL, user_id = 2 WHERE node_id = 3",
    "DELETE FROM flow_node_approver WHERE node_id = 2",
    /* rules and fields */
    FLOW_RULE("project_id, flow_id", "99, 1"),
    FLOW_RULE("flow_id", "99"),
    FLOW_RULE("flow_id, amount_from_fen", "1, -1"),
    FLOW_RULE("flow_id, discount_from_bp", "1, 10001"),
    FLOW_RULE("flow_id, enabled", "1, 2"),
    FLOW_RULE("flow_id, amount_from_fen, amount_to_fen", "1, 5, 5"),
    FLOW_RULE("flow_id, discount_from_bp, discount_to_bp", "1, 5, 5"),
    FORM_FIELD("project_id, name, type", "99, 'y', 'text'"),
    FORM_FIELD("name, type", "'', 'text'"),
    FORM_FIELD("name, name_en, type", "'y', printf('%61s', 'x'), 'text'"),
    FORM_FIELD("name, type", "'y', 'colour'"),
    FORM_FIELD("name, type, required", "'y', 'text', 2"),
    FORM_FIELD("name, type", "'y', 'choice'"),
    /* requests */
    APPROVAL(99, 9, "'t'", ONE, 2, 1, "", ""),
    APPROVAL(1, 9, "''", ONE, 2, 1, "", ""),
    APPROVAL(1, 9, "'t'", ONE, 2, 1, ", reason", ", printf('%1001s', 'x')"),
    APPROVAL(1, 9, "'t'", "x'01'", 2, 1, "", ""),
    APPROVAL(1, 9, "'t'", ONE, 99, 1, "", ""),
    APPROVAL(1, 9, "'t'", ONE, 2, 99, "", ""),
    APPROVAL(1, 9, "'t'", ONE, 2, 1, ", state, ended_ms", ", 'lost', 1"),
    APPROVAL(1, 9, "'t'", ONE, 2, 1, ", resubmits_id", ", 2"),
    APPROVAL(1, 9, "'t'", ONE, 2, 1, ", resubmits_id", ", 99"),
    APPROVAL(1, 9, "'t'", ONE, 2, 1, ", ended_ms", ", 1"),
    APPROVAL(1, 1, "'t'", ONE, 2, 1, "", ""),
    "UPDATE approval SET payload_hash = " TWO " WHERE id = 1",
    "DELETE FROM approval WHERE id = 3",
    "INSERT INTO approval_value VALUES (99, 1, 'v')",
    "INSERT INTO approval_value VALUES (2, 99, 'v')",
    "INSERT INTO approval_value VALUES (2, 1, printf('%1001s', 'x'))",
    "UPDATE approval_value SET value = 'w'",
    "DELETE FROM approval_value",
    /* tasks */
    TASK(99, 2, "user_id", "2"),
    TASK(1, 99, "user_id", "2"),
    TASK(1, 2, "post_id", "99"),
    TASK(1, 2, "user_id", "99"),
    TASK(1, 2, "user_id, state, decided_ms, decided_by", "2, 'lost', 2, 3"),
    TASK(1, 2, "user_id, state, decided_ms, decided_by", "2, 'approved', 2, 99"),
    TASK(1, 2, "user_id, note", "2, printf('%1001s', 'x')"),
    TASK(1, 2, "user_id, post_id", "2, 1"),
    TASK(1, 2, "user_id, decided_ms", "2, 2"),
    TASK(1, 2, "user_id, state, decided_ms", "2, 'approved', 2"),
    TASK(2, 2, "user_id, state, decided_ms, decided_by", "2, 'approved', 2, 2"),
    "UPDATE approval_task SET note = 'x' WHERE id = 2",
    "UPDATE approval_task SET state = 'approved', decided_by = 1, decided_ms = 2 WHERE id = 3",
    "DELETE FROM approval_task WHERE id = 1",
    "INSERT INTO approval_event (approval_id, event, actor_id, actor, at_ms) VALUES "
    "(99, 'urged', 1, 'a', 1)",
    "INSERT INTO approval_event (approval_id, task_id, event, actor_id, actor, at_ms) VALUES "
    "(1, 99, 'urged', 1, 'a', 1)",
    "INSERT INTO approval_event (approval_id, event, actor_id, actor, at_ms) VALUES "
    "(1, 'slept', 1, 'a', 1)",
    "UPDATE approval_event SET actor = 'b'",
    "DELETE FROM approval_event",
    /* to-dos */
    TODO_ROW(99, 9, "'t'", "user_id", "2"),
    TODO_ROW(1, 9, "''", "user_id", "2"),
    TODO_ROW(1, 9, "'t'", "user_id", "99"),
    TODO_ROW(1, 9, "'t'", "post_id", "99"),
    TODO_ROW(1, 9, "'t'", "user_id, result", "2, printf('%1001s', 'x')"),
    TODO_ROW(1, 9, "'t'", "user_id, post_id", "2, 1"),
    TODO_ROW(1, 9, "'t'", "user_id, done_ms", "2, 2"),
    TODO_ROW(1, 1, "'t'", "user_id", "2"),
    "UPDATE todo SET result = 'x' WHERE id = 2",
    "DELETE FROM todo WHERE id = 2",
};

static const struct covered approval_covered[] = {
    {NULL, NULL},
};

#endif
