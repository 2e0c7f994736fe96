/* constraints_refund.h - money that goes back. */
#ifndef TESTS_CONSTRAINTS_REFUND_H
#define TESTS_CONSTRAINTS_REFUND_H

#include "constraints.h"
#include "constraints_ledger.h"

/* Of deal 91, with 5 on account 7: one that is asked for, with 2 of them; one refused, one paid and
 * taken back, one approved. 5 is of what is held of customer 1, which is nothing; 6 of change 3.
 * And what voucher 1 was said to be for. Account 8 has the money of a loan. */
static const char refund_seed[] =
    "INSERT INTO ledger_account (id, kind, project_id, deal_id, fund) VALUES (7, 'deal', 1, 91, "
    "'h'), (8, 'deal', 1, 91, 'bank_loan');"
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms) VALUES "
    "(7, 1, 7, 'carry', '2026-01-01', 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (7, 7, 5, 7, 5, NULL), (8, 7, 5, 8, 5, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (8, 1, 8, 'refund', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "reverses_id, actor, at_ms) VALUES (9, 1, 10, 'void', '2026-01-01', 1, 91, 1, 8, 'a', 1);"
    "INSERT INTO refund (id, project_id, deal_id, customer_id, reason, state, approval_id, "
    "user_id, asked_ms, ended_ms, voucher_id) VALUES "
    "(1, 1, 91, 1, 'r', 'asked', NULL, 1, 1, NULL, NULL), "
    "(2, 1, 91, 1, 'r', 'rejected', 2, 1, 1, 2, NULL), "
    "(3, 1, 91, 1, 'r', 'asked', NULL, 1, 1, NULL, NULL), "
    "(4, 1, 91, 1, 'r', 'approved', 1, 1, 1, NULL, NULL), "
    "(5, 1, NULL, 1, 'r', 'asked', NULL, 1, 1, NULL, NULL);"
    "INSERT INTO deal_change (id, project_id, number, deal_id, kind, stage, was_terms_id, reason, "
    "user_id, hash, asked_ms, state, executed_ms) VALUES (3, 1, 3, 92, 'plan', 'B', 21, 'r', "
    "1, " ONE ", 1, 'executed', 1);"
    "INSERT INTO refund (id, project_id, deal_id, customer_id, reason, state, approval_id, "
    "user_id, asked_ms, change_id) VALUES (6, 1, 92, 1, 'r', 'approved', 1, 1, 1, 3);"
    "INSERT INTO refund_line VALUES (3, 7, 4);"
    "UPDATE refund SET state = 'approved', approval_id = 1 WHERE id = 3;"
    "UPDATE refund SET state = 'paid', ended_ms = 2, voucher_id = 8 WHERE id = 3;"
    "INSERT INTO refund_reversal VALUES (8, 3, 9);"
    "INSERT INTO refund_line VALUES (1, 7, 2);"
    "INSERT INTO refund_account VALUES (1, " ONE ", 1, zeroblob(88), '1234', NULL);"
    "INSERT INTO earmark VALUES (1, 20, 1, 5);";

#define REFUND(project, deal, customer, reason, user, columns, values)                             \
    "INSERT INTO refund (project_id, deal_id, customer_id, reason, user_id, asked_ms" columns      \
    ") VALUES (" #project ", " deal ", " #customer ", '" reason "', " #user ", 1" values ")"
#define REFUND_WITH(columns, values) REFUND(1, "91", 1, "r", 1, columns, values)
#define REFUND_ACCOUNT(refund, hash, sealed, tail, user)                                           \
    "INSERT INTO refund_account VALUES (" #refund ", " hash ", 1, " sealed ", '" tail "', " user ")"
#define REFUND_LINE(refund, account, amount)                                                       \
    "INSERT INTO refund_line VALUES (" #refund ", " #account ", " #amount ")"

static const char *const refund_refused[] = {
    REFUND(99, "91", 1, "r", 1, "", ""),
    REFUND(1, "99", 1, "r", 1, "", ""),
    REFUND(1, "91", 99, "r", 1, "", ""),
    REFUND(1, "91", 1, "", 1, "", ""),
    REFUND(1, "91", 1, "r", 99, "", ""),
    REFUND_WITH(", bank", ", printf('%.81c', 'x')"),
    REFUND_WITH(", result", ", printf('%.201c', 'x')"),
    REFUND_WITH(", state, ended_ms", ", 'lost', 2"),
    REFUND_WITH(", approval_id", ", 99"),
    REFUND_WITH(", ended_ms", ", 2"),
    REFUND_WITH(", state, ended_ms, approval_id", ", 'paid', 2, 1"),
    REFUND_WITH(", state", ", 'approved'"),
    REFUND_WITH(", state, ended_ms, approval_id, voucher_id", ", 'paid', 2, 1, 99"),
    REFUND_WITH(", state, ended_ms, approval_id, voucher_id", ", 'paid', 2, 1, 8"),
    "UPDATE refund SET customer_id = 2 WHERE id = 1",
    "DELETE FROM refund WHERE id = 2",
    "UPDATE refund SET state = 'paid', ended_ms = 2, voucher_id = 1 WHERE id = 4", /* no refund */
    REFUND_LINE(5, 7, 1),                                                          /* not his own */
    REFUND_LINE(5, 3, 1), /* more than is there */
    REFUND_LINE(5, 3, 0),
    "UPDATE refund_line SET amount_fen = 1",
    "DELETE FROM refund_line",
    REFUND_LINE(1, 8, 1), /* of a loan */
    REFUND_ACCOUNT(99, ONE, "zeroblob(88)", "1234", "1"),
    REFUND_ACCOUNT(6, "x'00'", "zeroblob(88)", "1234", "1"),
    REFUND_ACCOUNT(6, ONE, "x'00'", "1234", "1"),
    REFUND_ACCOUNT(6, ONE, "zeroblob(88)", "12345", "1"),
    REFUND_ACCOUNT(6, ONE, "zeroblob(88)", "1234", "99"),
    REFUND_ACCOUNT(4, ONE, "zeroblob(88)", "1234", "1"),    /* it was approved with another, */
    REFUND_ACCOUNT(6, ONE, "zeroblob(88)", "1234", "NULL"), /* and this is given by somebody */
    REFUND_WITH(", lender", ", printf('%.61c', 'x')"),
    REFUND_WITH(", change_id", ", 99"),
    REFUND_WITH(", change_id", ", 3"), /* of another deal */
    "UPDATE refund SET state = 'cancelled', ended_ms = 2 WHERE id = 6",
    "UPDATE refund SET lender = 'x' WHERE id = 4",
    "UPDATE refund SET bank = 'x', version = 2 WHERE id = 4",
    ("UPDATE refund SET state = 'approved', ended_ms = NULL, voucher_id = NULL "
     "WHERE id = 3"), /* more than is there */
    "INSERT INTO refund_reversal VALUES (99, 3, 9)",
    "INSERT INTO refund_reversal VALUES (1, 3, 3)", /* a receipt */
    "INSERT INTO refund_reversal VALUES (8, 99, 9)",
    "UPDATE refund_reversal SET by_id = by_id",
    "DELETE FROM refund_reversal",
    "UPDATE deal_change SET archived_ms = 2 WHERE id = 3",
    NEWEST ENTRY(900, 7, 4, 4, "NULL"),
    "INSERT INTO earmark VALUES (1, 20, 2, 0)",
    "INSERT INTO earmark VALUES (1, 20, 3, 5)", /* no such line */
    "UPDATE earmark SET amount_fen = 4",
    "DELETE FROM earmark",
    ("INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, account_id) VALUES "
     "(2, 1, 'cash', 5, 1)"),
};

/* What is not there is not of the refund, and no line of a deal. */
static const struct covered refund_covered[] = {
    {"refund: REFERENCES deal_change(id)", "refund_of_change"},
    {"refund_account: REFERENCES refund(id)", "refund_account_when"},
    {"refund_reversal: REFERENCES voucher(id)", "refund_reversal_own"},
    {"refund_reversal: REFERENCES refund(id)", "refund_reversal_own"},
    {"refund_line: REFERENCES refund(id)", "refund_line_own"},
    {"refund_line: REFERENCES ledger_account(id)", "refund_line_own"},
    {"earmark: REFERENCES voucher(id)", "earmark_own"},
    {"earmark: REFERENCES terms(id)", "earmark_own"},
    {NULL, NULL},
};

#endif
