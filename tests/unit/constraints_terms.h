/* constraints_terms.h - discounts, payment plans and terms. */
#ifndef TESTS_CONSTRAINTS_TERMS_H
#define TESTS_CONSTRAINTS_TERMS_H

#include "constraints.h"

#define TERMS_COLUMNS_SEED                                                                         \
    "INSERT INTO terms (id, project_id, unit_id, customer_id, unit_price_id, price_basis, "        \
    "list_fen, total_fen, valid_until_ms, user_id, made_ms) VALUES "

/* Terms: 1 a draft with a plan, not filled; 2 granted; 3 expired; 4 pending; 5 used by deal 90. */
static const char terms_seed[] =
    "INSERT INTO discount_scheme (id, project_id, name) VALUES (1, 1, 's');"
    "INSERT INTO discount_unit VALUES (1, 1);"
    "INSERT INTO customer_identity (id, customer_id, identity, document, verified_by, "
    "verified_ms) VALUES (1, 1, 'i', 'd', 'a', 1);"
    "INSERT INTO discount_limit (project_id, post_id, most_bp) VALUES (1, 1, 100);"
    "INSERT INTO payment_plan (id, project_id, name, kind) VALUES (1, 1, 'p', 'other');"
    "INSERT INTO payment_plan_line (plan_id, ordinal, fund, share, value, due) VALUES "
    "(1, 1, 'f', 'rest', 0, 'signed');"
    "INSERT INTO terms (id, project_id, unit_id, customer_id, unit_price_id, price_basis, "
    "list_fen, total_fen, plan_id, plan_name, loan_fen, valid_until_ms, user_id, made_ms) VALUES "
    "(1, 1, 1, 1, 1, 'unit', 100, 90, 1, 'p', 40, 9, 1, 1);"
    "INSERT INTO terms_line VALUES (1, 1, 'f', 50, 0, 'signed', 0, NULL, ''), "
    "(1, 2, 'f', 40, 1, 'signed', 0, NULL, '');"
    "INSERT INTO terms_step VALUES (1, 1, 1, 'd', 'amount', 10, 90);"
    "INSERT INTO terms_attached VALUES (1, 2, 0, 5);" TERMS_COLUMNS_SEED
    "(2, 1, 1, 1, 1, 'unit', 100, 90, 9, 1, 1), (3, 1, 1, 1, 1, 'unit', 100, 90, 9, 1, 1), "
    "(4, 1, 1, 1, 1, 'unit', 100, 90, 9, 1, 1), (5, 1, 1, 1, 1, 'unit', 100, 90, 9, 1, 1);"
    "UPDATE terms SET state = 'granted', hash = " ONE " WHERE id IN (2, 3, 5);"
    "UPDATE terms SET state = 'expired' WHERE id = 3;"
    "UPDATE terms SET state = 'pending', hash = " ONE ", approval_id = 1 WHERE id = 4;"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms, "
    "outcome, closed_ms) VALUES (90, 1, 1, 1, 1, 'B', 5, 1, 'void', 2);"
    "UPDATE terms SET state = 'used', deal_id = 90 WHERE id = 5;";

#define SCHEME(project, name, columns, values)                                                     \
    "INSERT INTO discount_scheme (project_id, name" columns ") VALUES (" #project ", " name        \
    "" values ")"
#define IDENTITY(customer, identity, document)                                                     \
    "INSERT INTO customer_identity (customer_id, identity, document, verified_by, verified_ms) "   \
    "VALUES (" #customer ", " identity ", " document ", 'a', 1)"
#define LIMIT(project, post, most, below)                                                          \
    "INSERT INTO discount_limit (project_id, post_id, most_bp, below_floor) VALUES (" #project     \
    ", " #post ", " #most ", " #below ")"
#define PLAN(project, name, kind, enabled)                                                         \
    "INSERT INTO payment_plan (project_id, name, kind, enabled) VALUES (" #project ", " name       \
    ", '" kind "', " #enabled ")"
#define PLAN_LINE(plan, ordinal, share, value, loan, due, days, date)                              \
    "INSERT INTO payment_plan_line (plan_id, ordinal, fund, share, value, loan, due, due_days, "   \
    "due_date) VALUES (" #plan ", " #ordinal ", 'f', '" share "', " #value ", " #loan ", '" due    \
    "', " #days ", " date ")"
#define TERMS(project, unit, customer, price, user, columns, values)                               \
    "INSERT INTO terms (project_id, unit_id, customer_id, unit_price_id, user_id, price_basis, "   \
    "list_fen, total_fen, valid_until_ms, made_ms" columns ") VALUES (" #project ", " #unit        \
    ", " #customer ", " #price ", " #user ", 'unit', 100, 90, 9, 1" values ")"
#define TERMS_SUM(basis, list, total)                                                              \
    "INSERT INTO terms (project_id, unit_id, customer_id, unit_price_id, user_id, price_basis, "   \
    "list_fen, total_fen, valid_until_ms, made_ms) VALUES (1, 1, 1, 1, 1, '" basis "', " #list     \
    ", " #total ", 9, 1)"
#define TERMS_WITH(columns, values) TERMS(1, 1, 1, 1, 1, columns, values)
#define STEP(terms, ordinal, discount, result)                                                     \
    "INSERT INTO terms_step VALUES (" #terms ", " #ordinal ", " #discount                          \
    ", 'n', 'm', 1, " #result ")"
#define LINE(terms, ordinal, amount, loan, due)                                                    \
    "INSERT INTO terms_line VALUES (" #terms ", " #ordinal ", 'f', " #amount ", " #loan ", '" due  \
    "', 0, NULL, '')"

static const char *const terms_refused[] = {
    /* discounts that compute */
    "UPDATE discount SET kind = 'gift'",
    "UPDATE discount SET method = 'half'",
    "UPDATE discount SET value = -1",
    "UPDATE discount SET plan_id = 99",
    "UPDATE discount SET quota = 0",
    "UPDATE discount SET scheme_id = 99",
    SCHEME(99, "'t'", "", ""),
    SCHEME(1, "''", "", ""),
    SCHEME(1, "'s'", "", ""),
    SCHEME(1, "'t'", ", quota", ", 0"),
    SCHEME(1, "'t'", ", enabled", ", 2"),
    "INSERT INTO discount_unit VALUES (99, 1)",
    "INSERT INTO discount_unit VALUES (1, 99)",
    "INSERT INTO discount_unit VALUES (1, 1)",
    IDENTITY(99, "'j'", "'d'"),
    IDENTITY(1, "''", "'d'"),
    IDENTITY(1, "'j'", "''"),
    IDENTITY(1, "'i'", "'d'"),
    LIMIT(99, 1, 1, 0),
    LIMIT(2, 99, 1, 0),
    LIMIT(2, 1, 10001, 0),
    LIMIT(2, 1, 1, 2),
    LIMIT(1, 1, 1, 0),
    /* payment plans */
    PLAN(99, "'q'", "other", 1),
    PLAN(1, "''", "other", 1),
    PLAN(1, "'q'", "gift", 1),
    PLAN(1, "'q'", "other", 2),
    PLAN(1, "'p'", "other", 1),
    PLAN_LINE(99, 2, "rest", 0, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 61, "rest", 0, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 1, "rest", 0, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 2, "all", 0, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 2, "amount", -1, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 2, "percent", 10001, 0, "signed", 0, "NULL"),
    PLAN_LINE(1, 2, "rest", 0, 2, "signed", 0, "NULL"),
    PLAN_LINE(1, 2, "rest", 0, 0, "later", 0, "NULL"),
    PLAN_LINE(1, 2, "rest", 0, 0, "signed", 3651, "NULL"),
    PLAN_LINE(1, 2, "rest", 0, 0, "signed", 0, "'2026-01-01'"),
    /* terms */
    TERMS(99, 1, 1, 1, 1, "", ""),
    TERMS(1, 99, 1, 1, 1, "", ""),
    TERMS(1, 1, 99, 1, 1, "", ""),
    TERMS(1, 1, 1, 99, 1, "", ""),
    TERMS(1, 1, 1, 1, 99, "", ""),
    TERMS_SUM("all", 100, 90),
    TERMS_SUM("unit", 0, 0),
    TERMS_SUM("unit", 1000000000001, 90),
    TERMS_SUM("unit", 100, 0),
    TERMS_SUM("unit", 100, 1000000000001),
    TERMS_SUM("unit", 100, 101),
    TERMS_WITH(", state, hash", ", 'odd', " ONE),
    TERMS_WITH(", state", ", 'granted'"),
    TERMS_WITH(", state, hash", ", 'pending', " ONE),
    TERMS_WITH(", state, hash, beyond", ", 'granted', " ONE ", 'limit'"),
    TERMS_WITH(", state, hash", ", 'used', " ONE),
    TERMS_WITH(", publication_id", ", 99"),
    TERMS_WITH(", area", ", -1"),
    TERMS_WITH(", plan_id, plan_name", ", 99, 'p'"),
    TERMS_WITH(", plan_id", ", 1"),
    TERMS_WITH(", deposit_fen", ", -1"),
    TERMS_WITH(", loan_fen", ", -1"),
    TERMS_WITH(", fund_loan_fen", ", -1"),
    TERMS_WITH(", loan_fen, fund_loan_fen", ", 50, 40"),
    TERMS_WITH(", loan_years", ", 31"),
    TERMS_WITH(", bank", ", printf('%061d', 0)"),
    TERMS_WITH(", beyond", ", 'far'"),
    TERMS_WITH(", approval_id", ", 99"),
    TERMS_WITH(", hash", ", x'01'"),
    TERMS_WITH(", for_deal_id", ", 99"),
    TERMS_WITH(", for_change", ", 1"),
    TERMS_WITH(", for_change, for_deal_id", ", 2, 90"),
    TERMS_WITH(", state, hash, deal_id", ", 'used', " ONE ", 99"),
    TERMS_WITH(", id, plan_id, plan_name",
               ", 9, 1, 'p'") "; UPDATE terms SET version = 2 WHERE id = 9",
    TERMS_WITH(", id, plan_id, plan_name", ", 9, 1, 'p'") "; " LINE(
        9, 1, 90, 0, "signed") "; INSERT INTO terms_attached VALUES (9, 2, 0, 5); UPDATE terms SET "
                               "version = 2 WHERE id = 9",
    "UPDATE terms SET version = 2 WHERE id = 3",
    "DELETE FROM terms WHERE id = 3",
    "INSERT INTO terms_step VALUES (99, 1, 1, 'n', 'm', 1, 1)",
    STEP(1, 2, 99, 1),
    STEP(1, 2, 1, 0),
    STEP(1, 1, 1, 1),
    STEP(2, 1, 1, 1),
    "UPDATE terms_step SET value = 2",
    "DELETE FROM terms_step",
    LINE(99, 1, 1, 0, "signed"),
    LINE(1, 3, 0, 0, "signed"),
    LINE(1, 3, 1, 2, "signed"),
    LINE(1, 3, 1, 0, "later"),
    LINE(1, 1, 1, 0, "signed"),
    LINE(2, 1, 1, 0, "signed"),
    "UPDATE terms_line SET amount_fen = 2",
    "DELETE FROM terms_line",
    TERMS_WITH(", attached_fen", ", -1"),
    TERMS_WITH(", id, attached_fen", ", 9, 5") "; UPDATE terms SET version = 2 WHERE id = 9",
    "INSERT INTO terms_attached VALUES (99, 1, 0, 5)",
    "INSERT INTO terms_attached VALUES (1, 99, 0, 5)",
    "INSERT INTO terms_attached VALUES (1, 1, 2, 5)",
    "INSERT INTO terms_attached VALUES (1, 1, 0, 0)",
    "INSERT INTO terms_attached VALUES (1, 2, 0, 5)",
    "INSERT INTO terms_attached VALUES (2, 1, 0, 5)",
    "UPDATE terms_attached SET merged = 1",
    "DELETE FROM terms_attached",
};

static const struct covered terms_covered[] = {
    {"terms: CHECK (total_fen > 0 AND total_fen <= 1000000000000)",
     "terms: CHECK (total_fen <= list_fen)"},
    {NULL, NULL},
};

#endif
