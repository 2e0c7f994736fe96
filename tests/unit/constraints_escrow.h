/* constraints_escrow.h - what the bank put to a supervised account, and what buyers are told of. */
#ifndef TESTS_CONSTRAINTS_ESCROW_H
#define TESTS_CONSTRAINTS_ESCROW_H

#include "constraints.h"

/* Account 51 is permit 1's, 52 too. Of book 51 leaf 1 is receipt 81: 5, 6 and 5 to account
 * 51, 5 to account 1; leaf 2 is receipt 82, 5 to account 51, taken back. Line 1 is part 1,
 * line 2 was set aside, 3 waits, 4 is of account 52; line 5 was part 2 for a while. */
static const char escrow_seed[] =
    "INSERT INTO bank_account (id, project_id, bank_id, kind, holder, number, permit_id) VALUES "
    "(51, 1, 1, 'escrow', 'h', '51', 1), (52, 1, 1, 'escrow', 'h', '52', 1);"
    "BEGIN;"
    "INSERT INTO receipt_book (id, project_id, kind, source, prefix, first_no, last_no, state, "
    "holder_id, out_ms, made_ms) VALUES (51, 1, 'receipt', 'system', 'E', 1, 10, 'out', 1, 1, 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "reverses_id, book_id, receipt_no, actor, at_ms) VALUES (81, 1, 81, 'receipt', '2026-01-01', "
    "1, 91, 1, NULL, 51, 1, 'a', 1), (82, 1, 82, 'receipt', '2026-01-01', 1, 91, 1, NULL, 51, 2, "
    "'a', 1), (83, 1, 83, 'void', '2026-01-01', 1, 91, 1, 82, NULL, NULL, 'a', 1);"
    "UPDATE receipt_book SET issued = 1 WHERE id = 51;"
    "INSERT INTO receipt VALUES (51, 1, 'issued', 81, 'c', " ONE ", 'a', 1, NULL, NULL, 1, '');"
    "UPDATE receipt_book SET issued = 2 WHERE id = 51;"
    "INSERT INTO receipt VALUES (51, 2, 'issued', 82, 'c', " ONE ", 'a', 1, NULL, NULL, 1, '');"
    "COMMIT;"
    "INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, account_id) VALUES "
    "(81, 1, 'cash', 5, 51), (81, 2, 'cash', 6, 51), (81, 3, 'cash', 5, 1), (82, 1, 'cash', 5, "
    "51), (2, 5, 'transfer', 5, 51), (81, 4, 'cash', 5, 51);"
    "INSERT INTO escrow_line (id, account_id, day, amount_fen, reference, actor, at_ms, ended_ms, "
    "ended_by, reason) VALUES (1, 51, '2026-01-02', 5, 'L1', 'a', 1, NULL, NULL, ''), "
    "(2, 51, '2026-01-02', 5, 'L2', 'a', 1, 2, 'b', 'r'), "
    "(3, 51, '2026-01-02', 5, 'L3', 'a', 1, NULL, NULL, ''), "
    "(4, 52, '2026-01-02', 6, 'L4', 'a', 1, NULL, NULL, ''), "
    "(5, 51, '2026-01-02', 6, 'L5', 'a', 1, NULL, NULL, '');"
    "INSERT INTO escrow_match (id, line_id, voucher_id, ordinal, actor, at_ms, ended_ms, ended_by, "
    "reason) VALUES (1, 1, 81, 1, 'a', 1, NULL, NULL, ''), (2, 5, 81, 2, 'a', 1, 2, 'b', 'r');"
    "INSERT INTO deal_node_event (id, node_id, event, actor, at_ms) VALUES (751, 700, 'done', 'a', "
    "1), (752, 700, 'done', 'a', 1);"
    "INSERT INTO buyer_notice (id, customer_id, deal_id, event, receivable_id, owed_fen, "
    "voucher_id, node_event_id, at_ms) VALUES (1, 1, 91, 'due_early', 1, 5, NULL, NULL, 1), "
    "(2, 1, 91, 'received', NULL, NULL, 81, NULL, 1), (3, 1, 91, 'node_done', NULL, NULL, NULL, "
    "751, 1);";

#define BANK_LINE(account, day, amount, reference, columns, values)                                \
    "INSERT INTO escrow_line (account_id, day, amount_fen, reference, actor, at_ms" columns        \
    ") VALUES (" #account ", '" day "', " #amount ", " reference ", 'a', 1" values ")"
#define BANK_LINE_WITH(columns, values) BANK_LINE(51, "2026-01-03", 5, "'L9'", columns, values)
#define MATCH(line, voucher, ordinal, columns, values)                                             \
    "INSERT INTO escrow_match (line_id, voucher_id, ordinal, actor, at_ms" columns                 \
    ") VALUES (" #line ", " #voucher ", " #ordinal ", 'a', 1" values ")"
#define BUYER_NOTICE(customer, deal, event, columns, values)                                       \
    "INSERT INTO buyer_notice (customer_id, deal_id, event, at_ms" columns ") VALUES (" #customer  \
    ", " deal ", '" event "', 1" values ")"

static const char *const escrow_refused[] = {
    BANK_LINE(1, "2026-01-03", 5, "'L9'", "", ""), /* not supervised */
    BANK_LINE(99, "2026-01-03", 5, "'L9'", "", ""),
    BANK_LINE(51, "2026", 5, "'L9'", "", ""),
    BANK_LINE(51, "2026-01-03", 0, "'L9'", "", ""),
    BANK_LINE(51, "2026-01-03", 5, "''", "", ""),
    BANK_LINE(51, "2026-01-03", 5, "'L1'", "", ""), /* once more */
    BANK_LINE_WITH(", ended_ms, reason", ", 2, 'r'"),
    BANK_LINE_WITH(", ended_ms, ended_by", ", 2, 'b'"),
    BANK_LINE_WITH(", ended_ms, ended_by, reason", ", 2, 'b', printf('%.201c', 'x')"),
    "UPDATE escrow_line SET amount_fen = 6 WHERE id = 3",
    "UPDATE escrow_line SET ended_ms = 2, ended_by = 'b', reason = 'r' WHERE id = 1", /* matched */
    "UPDATE escrow_line SET ended_ms = NULL, ended_by = NULL, reason = '' WHERE id = 2",
    "DELETE FROM escrow_line WHERE id = 4",
    "REPLACE INTO escrow_line (id, account_id, day, amount_fen, reference, actor, at_ms) VALUES "
    "(4, 52, '2026-01-02', 7, 'L4', 'a', 1)",
    MATCH(99, 81, 2, "", ""),
    MATCH(3, 99, 1, "", ""),
    MATCH(3, 81, 1, "", ""), /* the part is line 1 */
    MATCH(4, 81, 2, "", ""), /* another account */
    MATCH(3, 81, 2, "", ""), /* another amount */
    MATCH(2, 81, 1, "", ""), /* set aside */
    MATCH(3, 82, 1, "", ""), /* taken back */
    MATCH(1, 81, 4, "", ""), /* the line is part 1 */
    MATCH(3, 2, 5, "", ""),  /* no receipt */
    MATCH(5, 81, 2, ", ended_ms, reason", ", 2, 'r'"),
    MATCH(5, 81, 2, ", ended_ms, ended_by", ", 2, 'b'"),
    MATCH(5, 81, 2, ", ended_ms, ended_by, reason", ", 2, 'b', printf('%.201c', 'x')"),
    "UPDATE escrow_match SET line_id = 3 WHERE id = 1",
    "UPDATE escrow_match SET ended_ms = NULL, ended_by = NULL, reason = '' WHERE id = 2",
    "DELETE FROM escrow_match WHERE id = 2",
    "REPLACE INTO escrow_match (id, line_id, voucher_id, ordinal, actor, at_ms) VALUES "
    "(2, 5, 81, 2, 'b', 1)",
    /* what buyers are told of */
    BUYER_NOTICE(1, "99", "due_near", ", receivable_id, owed_fen", ", 1, 5"),
    BUYER_NOTICE(99, "91", "due_near", ", receivable_id, owed_fen", ", 1, 5"),
    BUYER_NOTICE(2, "91", "due_near", ", receivable_id, owed_fen", ", 1, 5"), /* did not agree */
    BUYER_NOTICE(1, "91", "due_never", "", ""),
    BUYER_NOTICE(1, "91", "due_near", ", receivable_id, owed_fen", ", 99, 5"),
    BUYER_NOTICE(1, "91", "due_near", ", receivable_id, owed_fen", ", 1, 0"),
    BUYER_NOTICE(1, "91", "due_near", ", receivable_id", ", 1"),
    BUYER_NOTICE(1, "91", "due_near", "", ""),
    BUYER_NOTICE(1, "91", "due_early", ", receivable_id, owed_fen", ", 1, 5"), /* twice */
    BUYER_NOTICE(1, "91", "refunded", "", ""),
    BUYER_NOTICE(1, "91", "refunded", ", voucher_id", ", 99"),
    BUYER_NOTICE(1, "91", "received", ", voucher_id", ", 81"), /* twice */
    BUYER_NOTICE(1, "91", "node_done", "", ""),
    BUYER_NOTICE(1, "91", "node_done", ", node_event_id", ", 99"),
    BUYER_NOTICE(1, "91", "node_done", ", node_event_id", ", 751"), /* twice */
    "UPDATE buyer_notice SET at_ms = 2",
    "DELETE FROM buyer_notice WHERE id = 1",
    /* the rule of reminders */
    "UPDATE project SET remind_early_days = 61",
    "UPDATE project SET remind_near_days = 7",
    "UPDATE project SET remind_late_days = 31",
    "UPDATE project SET late_rate = -1",
    "UPDATE project SET late_days = 3651",
    "UPDATE project SET late_rate = 2, late_beyond_rate = 1",
    "UPDATE project SET remind_late_days = 0",
};

/* What is not there is of no supervised account, and not the same money. */
static const struct covered escrow_covered[] = {
    {"escrow_line: REFERENCES bank_account(id)", "escrow_line_account"},
    {"escrow_match: REFERENCES escrow_line(id)", "escrow_match_same"},
    {"escrow_match: FOREIGN KEY (voucher_id, ordinal) REFERENCES voucher_tender(voucher_id, "
     "ordinal)",
     "escrow_match_same"},
    {"buyer_notice: REFERENCES customer(id)", "buyer_notice_agreed"},
    {NULL, NULL},
};

#endif
