/* constraints_ownership.h - the part of test_constraints.c about whose a customer is, and
 * follow-up: rows of the seed, and statements that its tables refuse.
 */
#ifndef ANCHANG_TESTS_CONSTRAINTS_OWNERSHIP_H
#define ANCHANG_TESTS_CONSTRAINTS_OWNERSHIP_H

#include "constraints.h"

/* Customer 1 is user 1's, customer 3 in the pool, both of project 1. */
static const char ownership_seed[] =
    "INSERT INTO customer_rule VALUES (1, 2, 3, 'days', 3, 'days', 3, 'days', 24, 30, 1, 1, 5, 24, "
    "1, 0, 1, 2);"
    "INSERT INTO ownership VALUES (1, 1, 'onsite', 1, 1, 1, 2, 3, NULL), "
    "(3, 1, 'pool', NULL, 1, 1, NULL, NULL, NULL), (2, 2, 'pool', NULL, 1, 1, NULL, NULL, NULL);"
    "INSERT INTO ownership_line VALUES (1, 1, 1, NULL, 'onsite', NULL, 1, 'entry', '', 2, 'a', 1), "
    "(2, 3, 1, NULL, 'pool', NULL, NULL, 'entry', '', NULL, 'a', 1);"
    "INSERT INTO customer_share VALUES (1, 1, 1, 2, 'view', 1, 1, NULL);"
    "INSERT INTO pool_application VALUES (1, 3, 1, 1, 'r', 'open', 1, NULL, NULL, '', NULL), "
    "(2, 3, 1, 2, 'r', 'queued', 1, NULL, NULL, '', NULL), "
    "(3, 1, 1, 1, 'r', 'approved', 1, 2, 1, '', 1);"
    "INSERT INTO entry_check VALUES (1, 1, 1, 0, 1);"
    "INSERT INTO collision VALUES (1, 1, 1, 1, 2, 1, 'c', 1, NULL, NULL, NULL, ''), "
    "(2, 1, 1, 1, 2, 1, 'c', 1, 'holder', 3, 2, 'n');"
    "INSERT INTO collision_evidence VALUES (1, 1, 'holder', 'owned', 1, NULL);"
    "INSERT INTO follow_rule VALUES (1, 'lead', 24, 0, 0, 0, NULL);"
    "INSERT INTO opportunity VALUES "
    "(1, 1, 1, 1, 'intent', NULL, NULL, 1, 1, NULL, NULL, '', NULL), "
    "(2, 1, 1, 1, 'intent', NULL, NULL, 1, 1, 'lost', 'price', '', 2);"
    "INSERT INTO follow VALUES (1, 1, 1, 1, 'phone', 'c', 'lead', 1, 1, NULL);"
    "INSERT INTO notification VALUES (1, 1, 'shared', 1, 1, NULL, 'a', 1, NULL);"
    "INSERT INTO working_day VALUES ('2026-10-01', 0);";

#define OWNED(customer, project, state, owner, until, due)                                         \
    "INSERT INTO ownership VALUES (" #customer ", " #project ", " state ", " owner ", 1, 1, "      \
    "" until ", " due ", NULL)"
#define OWN_LINE(customer, to, from_owner, to_owner, reason)                                       \
    "INSERT INTO ownership_line (customer_id, project_id, to_state, from_owner_id, to_owner_id, "  \
    "reason, actor, at_ms) VALUES (" #customer ", 1, '" to "', " from_owner ", " to_owner          \
    ", '" reason "', 'a', 1)"
#define APPLICATION(customer, user, reason, state, by, decided, line)                              \
    "INSERT INTO pool_application (customer_id, project_id, applicant_id, reason, state, "         \
    "applied_ms, decided_by, decided_ms, line_id) VALUES (" #customer ", 1, " #user ", " reason    \
    ", '" state "', 1, " by ", " decided ", " line ")"
#define CASE(customer, claimant, holder, claim)                                                    \
    "INSERT INTO collision (customer_id, project_id, claimant_id, holder_id, claim, opened_ms) "   \
    "VALUES (" #customer ", 1, " #claimant ", " #holder ", " claim ", 1)"
#define DECIDED(outcome, by, at, note)                                                             \
    "UPDATE collision SET outcome = " outcome ", decided_by = " by ", decided_ms = " at            \
    ", note = " note " WHERE id = 1"
#define EVIDENCE(id, side, kind, at, count)                                                        \
    "INSERT INTO collision_evidence (collision_id, side, kind, at_ms, count) VALUES (" #id         \
    ", '" side "', '" kind "', " at ", " count ")"
#define CHANCE(customer, user, stage)                                                              \
    "INSERT INTO opportunity (customer_id, project_id, stage, opened_by, opened_ms) VALUES "       \
    "(" #customer ", 1, '" stage "', " #user ", 1)"
#define FOLLOWED(customer, user, channel, content)                                                 \
    "INSERT INTO follow (customer_id, project_id, user_id, channel, content, stage, at_ms, "       \
    "recorded_ms) VALUES (" #customer ", 1, " #user ", '" channel "', '" content                   \
    "', 'lead', 1, 1)"
#define TOLD(user, kind, customer, project)                                                        \
    "INSERT INTO notification (user_id, kind, customer_id, project_id, actor, at_ms) VALUES "      \
    "(" #user ", '" kind "', " #customer ", " #project ", 'a', 1)"

#define OWNERSHIP_REFUSED                                                                          \
    "INSERT INTO customer_rule SELECT 99, 2, 3, 'days', 3, 'days', 3, 'days', 24, 30, 1, 1, 5, "   \
    "24, 1, 0, 1, 2",                                                                              \
        "UPDATE customer_rule SET reported_n = 0",                                                 \
        "UPDATE customer_rule SET reported_unit = 'weeks'",                                        \
        "UPDATE customer_rule SET marketing_n = 0",                                                \
        "UPDATE customer_rule SET marketing_unit = 'weeks'",                                       \
        "UPDATE customer_rule SET onsite_n = 0", "UPDATE customer_rule SET onsite_unit = 'weeks'", \
        "UPDATE customer_rule SET warn_hours = -1",                                                \
        "UPDATE customer_rule SET pool_idle_days = -1",                                            \
        "UPDATE customer_rule SET pool_given_up = 2", "UPDATE customer_rule SET apply_queue = 2",  \
        "UPDATE customer_rule SET grab_daily = 101", "UPDATE customer_rule SET back_hours = 721",  \
        "UPDATE customer_rule SET show_owner = 2", "UPDATE customer_rule SET dup_name = 3",        \
        "UPDATE customer_rule SET dup_name_phone = 3",                                             \
        "UPDATE customer_rule SET dup_name_document = 3",                                          \
        "INSERT INTO working_day VALUES ('2026-10', 0)", "UPDATE working_day SET works = 2",       \
        OWNED(99, 1, "'pool'", "NULL", "NULL", "NULL"),                                            \
        OWNED(2, 99, "'pool'", "NULL", "NULL", "NULL"), OWNED(2, 1, "'mine'", "1", "2", "NULL"),   \
        OWNED(2, 1, "'onsite'", "99", "2", "NULL"), OWNED(1, 1, "'pool'", "NULL", "NULL", "NULL"), \
        OWNED(2, 1, "'onsite'", "NULL", "2", "NULL"),                                              \
        OWNED(2, 1, "'onsite'", "1", "NULL", "NULL"), OWNED(2, 1, "'pool'", "NULL", "NULL", "2"),  \
        "DELETE FROM ownership WHERE customer_id = 2", OWN_LINE(1, "mine", "NULL", "1", "entry"),  \
        OWN_LINE(1, "onsite", "99", "1", "entry"), OWN_LINE(1, "onsite", "NULL", "99", "entry"),   \
        OWN_LINE(1, "onsite", "NULL", "1", "whim"), OWN_LINE(2, "onsite", "NULL", "1", "entry"),   \
        OWN_LINE(1, "onsite", "NULL", "NULL", "entry"),                                            \
        "INSERT INTO ownership_line SELECT 9, 1, 1, NULL, 'onsite', NULL, 1, 'entry', "            \
        "printf('%201s', 'x'), 2, 'a', 1",                                                         \
        "UPDATE ownership_line SET note = 'x'", "DELETE FROM ownership_line WHERE id = 2",         \
        "UPDATE customer_share SET user_id = 99", "UPDATE customer_share SET given_by = 99",       \
        "UPDATE customer_share SET mode = 'own'", "UPDATE customer_share SET customer_id = 2",     \
        "INSERT INTO customer_share VALUES (9, 1, 1, 2, 'edit', 1, 1, NULL)",                      \
        APPLICATION(3, 99, "'r'", "queued", "NULL", "NULL", "NULL"),                               \
        APPLICATION(3, 3, "''", "queued", "NULL", "NULL", "NULL"),                                 \
        APPLICATION(3, 3, "'r'", "hoped", "NULL", "2", "NULL"),                                    \
        APPLICATION(3, 3, "'r'", "refused", "99", "2", "NULL"),                                    \
        APPLICATION(3, 3, "'r'", "approved", "1", "2", "99"),                                      \
        APPLICATION(2, 3, "'r'", "open", "NULL", "NULL", "NULL"),                                  \
        APPLICATION(3, 3, "'r'", "refused", "3", "2", "NULL"),                                     \
        APPLICATION(3, 3, "'r'", "approved", "1", "2", "NULL"),                                    \
        APPLICATION(3, 3, "'r'", "refused", "1", "NULL", "NULL"),                                  \
        APPLICATION(3, 3, "'r'", "open", "NULL", "NULL", "NULL"),                                  \
        APPLICATION(3, 2, "'r'", "queued", "NULL", "NULL", "NULL"),                                \
        "UPDATE pool_application SET note = printf('%201s', 'x')",                                 \
        "UPDATE entry_check SET user_id = 99", "UPDATE entry_check SET project_id = 99",           \
        "UPDATE entry_check SET found = 2", CASE(3, 99, 1, "'c'"), CASE(3, 2, 99, "'c'"),          \
        CASE(3, 2, 1, "''"), CASE(2, 2, 1, "'c'"), CASE(1, 2, 1, "'c'"),                           \
        DECIDED("'draw'", "3", "2", "'n'"), DECIDED("'holder'", "99", "2", "'n'"),                 \
        DECIDED("'holder'", "NULL", "2", "'n'"), DECIDED("'holder'", "3", "NULL", "'n'"),          \
        DECIDED("'holder'", "3", "2", "''"), DECIDED("'holder'", "2", "2", "'n'"),                 \
        "UPDATE collision SET note = printf('%501s', 'x') WHERE id = 1",                           \
        "UPDATE collision SET note = 'x' WHERE id = 2", "DELETE FROM collision WHERE id = 2",      \
        EVIDENCE(99, "holder", "visits", "NULL", "1"), EVIDENCE(1, "both", "visits", "NULL", "1"), \
        EVIDENCE(1, "holder", "looks", "NULL", "1"), EVIDENCE(1, "holder", "owned", "2", "NULL"),  \
        EVIDENCE(1, "holder", "visits", "2", "1"), "UPDATE collision_evidence SET at_ms = 2",      \
        "DELETE FROM collision_evidence",                                                          \
        "INSERT INTO follow_rule VALUES (99, 'lead', 24, 0, 0, 0, NULL)",                          \
        "UPDATE follow_rule SET stage = 'cold'", "UPDATE follow_rule SET interval_hours = 0",      \
        "UPDATE follow_rule SET need_next = 2", "UPDATE follow_rule SET need_probability = 2",     \
        "UPDATE follow_rule SET need_expected = 2",                                                \
        "INSERT INTO follow_rule VALUES (1, 'lead', 24, 0, 0, 0, NULL)", CHANCE(3, 1, "lead"),     \
        CHANCE(3, 99, "intent"), CHANCE(2, 1, "intent"), CHANCE(1, 1, "intent"),                   \
        "UPDATE opportunity SET probability_bp = 10001 WHERE id = 1",                              \
        "UPDATE opportunity SET expected_day = 'soon' WHERE id = 1",                               \
        "UPDATE opportunity SET outcome = 'dropped', closed_ms = 2 WHERE id = 1",                  \
        "UPDATE opportunity SET outcome = 'lost', lost_reason = 'mood', closed_ms = 2 "            \
        "WHERE id = 1",                                                                            \
        "UPDATE opportunity SET lost_note = printf('%201s', 'x') WHERE id = 1",                    \
        "UPDATE opportunity SET outcome = 'won' WHERE id = 1",                                     \
        "UPDATE opportunity SET outcome = 'lost', closed_ms = 2 WHERE id = 1",                     \
        "UPDATE opportunity SET lost_note = 'x' WHERE id = 2", FOLLOWED(1, 99, "phone", "c"),      \
        FOLLOWED(1, 1, "smoke", "c"), FOLLOWED(1, 1, "phone", ""), FOLLOWED(2, 1, "phone", "c"),   \
        "UPDATE follow SET content = 'x'", "DELETE FROM follow", TOLD(99, "shared", 1, 1),         \
        TOLD(1, "rumour", 1, 1), TOLD(1, "shared", 99, 1), TOLD(1, "shared", 1, 99)

static const char *const ownership_refused[] = {OWNERSHIP_REFUSED};

static const struct covered ownership_covered[] = {
    /* what refers to a key cannot be without it */
    {"ownership: PRIMARY KEY (customer_id, project_id)", "ownership_line: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "customer_share: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "pool_application: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "collision: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "opportunity: FOREIGN KEY"},
    {"ownership: PRIMARY KEY (customer_id, project_id)", "follow: FOREIGN KEY"},
    {NULL, NULL},
};

#endif
