/* constraints_customer.h - the part of test_constraints.c for the customer master: rows to begin
 * with, and statements that the schema refuses. */
#ifndef ANCHANG_TESTS_CONSTRAINTS_CUSTOMER_H
#define ANCHANG_TESTS_CONSTRAINTS_CUSTOMER_H

#include "constraints.h"

#define CUSTOMER_SEED                                                                              \
    "INSERT INTO option (id, kind, parent_id, code, name, created_by, created_ms) VALUES "         \
    "(1, 'source', NULL, 'a', 'A', 'a', 1), (2, 'source', 1, 'b', 'B', 'a', 1), "                  \
    "(3, 'job', NULL, 'c', 'C', 'a', 1);"                                                          \
    "INSERT INTO customer_key VALUES ('k', 1); INSERT INTO customer_detail (customer_id) VALUES "  \
    "(1); INSERT INTO customer_field (id, name, type, choices) VALUES (1, 'f', 'text', ''), "      \
    "(2, 'g', 'choice', 'x'); INSERT INTO customer_extra VALUES (1, 1, 'v');"                      \
    "INSERT INTO customer_person (company_id, person_id, since_ms) VALUES (2, 1, 1);"              \
    "INSERT INTO visit (id, kind, customer_id, project_id, at_ms, first, awareness_id, note, "     \
    "receptionist, created_ms) VALUES (1, 'visit', 1, 1, 1, 1, 1, 'n', 'a', 1), "                  \
    "(2, 'call', 1, 1, 1, NULL, NULL, '', 'a', 1);"                                                \
    "INSERT INTO intent (customer_id, project_id, created_by, created_ms, changed_ms) VALUES "     \
    "(1, 1, 'a', 1, 1);"                                                                           \
    "INSERT INTO qualification (id, customer_id, project_id, result, date, created_by, "           \
    "created_ms) VALUES (1, 1, 1, 'fail', '2026-01-01', 'a', 1);"                                  \
    "INSERT INTO consent (id, customer_id, purpose, notice, given_ms, given_by, withdrawn_ms, "    \
    "withdrawn_by) VALUES (1, 1, 'service', 'n', 1, 'a', NULL, NULL), "                            \
    "(2, 1, 'service', 'n', 1, 'a', 2, 'a');"                                                      \
    "INSERT INTO subject_request VALUES (1, 1, 'export', 'r', 'a', 1);"

#define OPTION(kind, parent, code, name, more)                                                     \
    "INSERT INTO option (kind, parent_id, code, name, created_by, created_ms) VALUES ('" kind      \
    "', " parent ", " code ", " name ", 'a', 1)" more
#define DETAIL(set) "UPDATE customer_detail SET " set
#define FIELD(project, name, type, choices)                                                        \
    "INSERT INTO customer_field (project_id, name, type, choices) VALUES (" project ", " name      \
    ", '" type "', " choices ")"
#define CONTACT(company, company_kind, person, person_kind, role)                                  \
    "INSERT INTO customer_person (company_id, company_kind, person_id, person_kind, role, "        \
    "since_ms) VALUES (" company ", '" company_kind "', " person ", '" person_kind "', " role      \
    ", 1)"
#define VISIT(kind, customer, project, first, source, awareness, consultant, note)                 \
    "INSERT INTO visit (kind, customer_id, project_id, at_ms, first, source_id, awareness_id, "    \
    "consultant_id, note, receptionist, created_ms) VALUES ('" kind "', " customer ", " project    \
    ", 1, " first ", " source ", " awareness ", " consultant ", " note ", 'a', 1)"
#define INTENT(customer, project)                                                                  \
    "INSERT INTO intent (customer_id, project_id, created_by, created_ms, changed_ms) VALUES "     \
    "(" customer ", " project ", 'a', 1, 1)"
#define QUALIFICATION(customer, project, result, number, date, media, note)                        \
    "INSERT INTO qualification (customer_id, project_id, result, number, date, media_id, note, "   \
    "created_by, created_ms) VALUES (" customer ", " project ", '" result "', " number ", '" date  \
    "', " media ", " note ", 'a', 1)"
#define CONSENT(customer, purpose, notice)                                                         \
    "INSERT INTO consent (customer_id, purpose, notice, given_ms, given_by) VALUES (" customer     \
    ", '" purpose "', '" notice "', 1, 'a')"
#define REQUEST(customer, kind, reason)                                                            \
    "INSERT INTO subject_request (customer_id, kind, reason, actor, at_ms) VALUES (" customer      \
    ", '" kind "', '" reason "', 'a', 1)"
#define LONG(n) "printf('%" #n "s', 'x')"

/* clang-format off */
#define CUSTOMER_REFUSED                                                                           \
    OPTION("", "NULL", "'x'", "'X'", ""),                                                          \
    OPTION("job", "NULL", "''", "'X'", ""),                                                        \
    OPTION("job", "NULL", "'x'", "''", ""),                                                        \
    OPTION("job", "NULL", "'c'", "'X'", ""),                                                       \
    OPTION("job", "NULL", "'x'", "'C'", ""),                                                       \
    OPTION("job", "1", "'x'", "'X'", ""),                                                          \
    "UPDATE option SET name_en = " LONG(61),                                                       \
    "UPDATE option SET enabled = 2",                                                               \
    "UPDATE option SET code = 'z' WHERE id = 3",                                                   \
    "DELETE FROM option WHERE id = 3",                                                             \
    "UPDATE customer SET class = 'king'",                                                          \
    "INSERT INTO customer (kind, name, notice, source_id, created_by, created_ms, changed_ms) "    \
    "VALUES ('person', 'x', 'n', 99, 'a', 1, 1)",                                                  \
    "UPDATE customer SET state = 'gone'",                                                          \
    "INSERT INTO customer_key VALUES ('', 1)",                                                     \
    "INSERT INTO customer_key VALUES ('x', 99)",                                                   \
    "INSERT INTO customer_detail (customer_id) VALUES (99)",                                       \
    DETAIL("gender = 'cat'"), DETAIL("birth_date = '1'"), DETAIL("marital = 'x'"),                 \
    DETAIL("education = 'x'"), DETAIL("email = " LONG(81)), DETAIL("address = " LONG(121)),        \
    DETAIL("district_id = 99"), DETAIL("family_size = 0"), DETAIL("children = 21"),                \
    DETAIL("elders = 21"), DETAIL("lives_in = 'x'"), DETAIL("job_id = 99"),                        \
    DETAIL("employer = " LONG(81)), DETAIL("job_title = " LONG(41)), DETAIL("income_fen = -1"),    \
    DETAIL("cars = 21"), DETAIL("hobbies = " LONG(121)), DETAIL("reads = " LONG(121)),             \
    DETAIL("call_when = " LONG(61)), DETAIL("note = " LONG(501)),                                  \
    FIELD("99", "'h'", "text", "''"),                                                              \
    FIELD("NULL", "''", "text", "''"),                                                             \
    FIELD("NULL", "'h'", "image", "''"),                                                           \
    FIELD("NULL", "'h'", "choice", LONG(2001)),                                                    \
    FIELD("NULL", "'h'", "text", "'x'"),                                                           \
    FIELD("NULL", "'f'", "text", "''"),                                                            \
    "UPDATE customer_field SET enabled = 2",                                                       \
    "DELETE FROM customer_field WHERE id = 2",                                                     \
    "INSERT INTO customer_extra VALUES (99, 1, 'v')",                                              \
    "INSERT INTO customer_extra VALUES (1, 99, 'v')",                                              \
    "INSERT INTO customer_extra VALUES (1, 2, '')",                                                \
    CONTACT("3", "person", "1", "person", "''"),                                                   \
    CONTACT("2", "company", "2", "company", "''"),                                                 \
    CONTACT("99", "company", "3", "person", "''"),                                                 \
    CONTACT("2", "company", "99", "person", "''"),                                                 \
    CONTACT("2", "company", "3", "person", LONG(41)),                                              \
    CONTACT("2", "company", "1", "person", "''"),                                                  \
    VISIT("mail", "1", "1", "NULL", "NULL", "NULL", "NULL", "''"),                                 \
    VISIT("call", "99", "1", "NULL", "NULL", "NULL", "NULL", "''"),                                \
    VISIT("call", "1", "99", "NULL", "NULL", "NULL", "NULL", "''"),                                \
    VISIT("call", "1", "1", "2", "NULL", "NULL", "NULL", "''"),                                    \
    VISIT("call", "1", "1", "NULL", "99", "NULL", "NULL", "''"),                                   \
    VISIT("call", "1", "1", "NULL", "NULL", "99", "NULL", "''"),                                   \
    VISIT("call", "1", "1", "NULL", "NULL", "NULL", "99", "''"),                                   \
    VISIT("call", "1", "1", "NULL", "NULL", "NULL", "NULL", LONG(501)),                            \
    VISIT("visit", "3", "1", "1", "NULL", "NULL", "NULL", "''"),                                   \
    VISIT("visit", "1", "1", "1", "NULL", "1", "NULL", "''"),                                      \
    "INSERT INTO visit (kind, customer_id, project_id, at_ms, companions, receptionist, "          \
    "created_ms) VALUES ('call', 1, 1, 1, 51, 'a', 1)",                                            \
    "UPDATE visit SET at_ms = 2 WHERE id = 2",                                                     \
    "DELETE FROM visit WHERE id = 2",                                                              \
    INTENT("99", "1"), INTENT("3", "99"), INTENT("1", "1"),                                        \
    "UPDATE intent SET layout_id = 99", "UPDATE intent SET orientation = " LONG(61),               \
    "UPDATE intent SET budget_fen = 0", "UPDATE intent SET purpose_id = 99",                       \
    "UPDATE intent SET hard = 128", "UPDATE intent SET note = " LONG(501),                         \
    "UPDATE intent SET rooms_min = 2, rooms_max = 1",                                              \
    "UPDATE intent SET area_min = 2, area_max = 1",                                                \
    "UPDATE intent SET floor_min = 2, floor_max = 1",                                              \
    "UPDATE intent SET price_min_fen = 2, price_max_fen = 1",                                      \
    QUALIFICATION("99", "1", "fail", "''", "2026-01-01", "NULL", "''"),                            \
    QUALIFICATION("1", "99", "fail", "''", "2026-01-01", "NULL", "''"),                            \
    QUALIFICATION("1", "1", "maybe", "''", "2026-01-01", "NULL", "''"),                            \
    QUALIFICATION("1", "1", "fail", LONG(61), "2026-01-01", "NULL", "''"),                         \
    QUALIFICATION("1", "1", "fail", "''", "1", "NULL", "''"),                                      \
    QUALIFICATION("1", "1", "fail", "''", "2026-01-01", "'x'", "''"),                              \
    QUALIFICATION("1", "1", "fail", "''", "2026-01-01", "NULL", LONG(201)),                        \
    QUALIFICATION("1", "1", "pass", "''", "2026-01-01", "NULL", "''"),                             \
    "UPDATE qualification SET result = 'pending'", "DELETE FROM qualification",                    \
    CONSENT("99", "service", "n"), CONSENT("1", "fun", "n"), CONSENT("3", "service", ""),          \
    CONSENT("1", "service", "n"),                                                                  \
    "UPDATE consent SET withdrawn_ms = 2 WHERE id = 1",                                            \
    "UPDATE consent SET withdrawn_by = 'b' WHERE id = 2", "DELETE FROM consent WHERE id = 2",      \
    REQUEST("99", "erase", "r"), REQUEST("1", "sing", "r"), REQUEST("1", "erase", ""),             \
    "UPDATE subject_request SET reason = 'x'", "DELETE FROM subject_request"
/* clang-format on */

static const char customer_seed[] = CUSTOMER_SEED;

static const char *const customer_refused[] = {CUSTOMER_REFUSED};

static const struct covered customer_covered[] = {
    {NULL, NULL},
};

#endif
