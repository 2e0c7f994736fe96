/* constraints_ledger.h - money: where it goes, who takes it on which paper, the ledger. */
#ifndef TESTS_CONSTRAINTS_LEDGER_H
#define TESTS_CONSTRAINTS_LEDGER_H

#include "constraints.h"

/* Shift 1 is open, 2 closed. Of book 1 leaf 1 was taken for voucher 1, which voucher 3 takes back;
 * books 2 and 3 are not out. Voucher 4 stands. */
static const char ledger_seed[] =
    "INSERT INTO bank (id, name) VALUES (1, 'b');"
    "INSERT INTO bank_account (id, project_id, bank_id, kind, holder, number) VALUES "
    "(1, 1, 1, 'general', 'h', '1'), (2, 2, 1, 'general', 'h', '1');"
    "INSERT INTO account_rule VALUES (1, 'f', NULL, 1);"
    "INSERT INTO account_rule_set VALUES (1, 1);"
    "INSERT INTO shift VALUES (1, 1, 1, 5, 0, NULL, NULL), (2, 2, NULL, 1, 0, 2, NULL);"
    "INSERT INTO shift_count VALUES (1, 'card', 5, 5, '');"
    "BEGIN;"
    "INSERT INTO receipt_book (id, project_id, kind, source, prefix, first_no, last_no, issued, "
    "state, holder_id, out_ms, made_ms) VALUES (1, 1, 'receipt', 'system', 'A', 1, 10, 1, 'out', "
    "1, 1, 1), (2, 1, 'receipt', 'system', 'B', 1, 10, NULL, 'registered', NULL, NULL, 1), "
    "(3, 1, 'receipt', 'system', 'C', 1, 10, NULL, 'verified', NULL, NULL, 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "reverses_id, book_id, receipt_no, actor, at_ms) VALUES (1, 1, 1, 'receipt', '2026-01-01', 1, "
    "91, 1, NULL, 1, 1, 'a', 1);"
    "INSERT INTO receipt (book_id, no, kind, voucher_id, content, sha, actor, at_ms) VALUES "
    "(1, 1, 'issued', 1, 'c', " ONE ", 'a', 1);"
    "COMMIT;"
    "INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, account_id) VALUES "
    "(1, 1, 'cash', 5, 1);"
    "INSERT INTO ledger_account (id, kind, project_id, tender, account_id, deal_id, customer_id, "
    "fund) VALUES (1, 'tender', 1, 'cash', 1, NULL, NULL, NULL), (2, 'deal', 1, NULL, NULL, 91, "
    "NULL, 'f'), (3, 'held', 1, NULL, NULL, NULL, 1, 'f'), (4, 'income', 1, NULL, NULL, NULL, "
    "NULL, 'f'), (5, 'noted', 1, NULL, NULL, NULL, NULL, NULL), (6, 'noted', 2, NULL, NULL, NULL, "
    "NULL, NULL);"
    "INSERT INTO ledger_entry VALUES (1, 1, 1, 2, 5, NULL), (2, 1, 5, 2, 5, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "reverses_id, actor, at_ms) VALUES (2, 1, 2, 'refund', '2026-01-01', NULL, 91, 1, NULL, 'a', "
    "1), (3, 1, 3, 'void', '2026-01-01', 1, 91, 1, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (3, 3, 2, 1, 5, 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms) VALUES "
    "(4, 1, 4, 'carry', '2026-01-01', 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (4, 4, 5, 4, 5, NULL);"
    "INSERT INTO slip VALUES (1, 'card', 'R', 1, 1, NULL), (2, 'card', 'S', 1, 1, 3);"
    "INSERT INTO dunning VALUES (1, 1, '2026-01-01', 'phone', 5, '', 'a', 1);"
    "INSERT INTO due_notice VALUES (1, 'due_early', 5, 1);";

#define ACCOUNT(project, bank, kind, holder, number, columns, values)                              \
    "INSERT INTO bank_account (project_id, bank_id, kind, holder, number" columns                  \
    ") VALUES (" #project ", " #bank ", '" kind "', " holder ", " number values ")"
#define SHIFT(user, terminal, fl, closed, next)                                                    \
    "INSERT INTO shift (user_id, terminal_id, opened_ms, float_fen, closed_ms, next_user_id) "     \
    "VALUES (" #user ", " terminal ", 5, " #fl ", " closed ", " next ")"
#define BOOK(project, kind, source, prefix, first, last, columns, values)                          \
    "INSERT INTO receipt_book (project_id, kind, source, prefix, first_no, last_no, "              \
    "made_ms" columns ") VALUES (" #project ", '" kind "', '" source "', " prefix ", " #first      \
    ", " #last ", 1" values ")"
#define BOOK_WITH(columns, values) BOOK(1, "receipt", "system", "'Z'", 1, 10, columns, values)
#define VOUCHER(project, number, kind, day, customer, columns, values)                             \
    "INSERT INTO voucher (project_id, number, kind, day, customer_id, actor, at_ms" columns        \
    ") VALUES (" #project ", " #number ", '" kind "', '" day "', " #customer ", 'a', 1" values ")"
#define VOUCHER_WITH(kind, columns, values) VOUCHER(1, 9, kind, "2026-01-01", 1, columns, values)
/* The columns of a leaf that stands for itself. */
#define LEAF_COLUMNS "(book_id, no, kind, voucher_id, content, sha, actor, at_ms) VALUES "
#define LEAF(book, no, kind, voucher, sha)                                                         \
    "INSERT INTO receipt " LEAF_COLUMNS "(" #book ", " #no ", '" kind "', " voucher ", 'c', " sha  \
    ", 'a', 1)"
#define NEXT_LEAF(kind, voucher, sha)                                                              \
    "UPDATE receipt_book SET issued = 2 WHERE id = 1;" LEAF(1, 2, kind, voucher, sha)
#define TENDER_WITH(voucher, ordinal, amount, account, columns, values)                            \
    "INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, account_id" columns      \
    ") VALUES (" #voucher ", " #ordinal ", 'card', " #amount ", " #account values ")"
#define SLIP(reference, account, voucher, freed)                                                   \
    "INSERT INTO slip (tender, reference, account_id, voucher_id, freed_id) VALUES ('card', "      \
    "'" reference "', " #account ", " #voucher ", " freed ")"
#define LEDGER_ACCOUNT(kind, project, columns, values)                                             \
    "INSERT INTO ledger_account (kind, project_id" columns ") VALUES ('" kind                      \
    "', " #project values ")"
/* The voucher that is being made, for an entry of it; one that takes voucher 4 back. */
#define NEWEST                                                                                     \
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms) VALUES "   \
    "(900, 1, 900, 'refund', '2026-01-01', 1, 'a', 1);"
#define NEWEST_BACK                                                                                \
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, reverses_id, actor, "    \
    "at_ms) VALUES (900, 1, 900, 'reversal', '2026-01-01', 1, 4, 'a', 1);"
#define ENTRY(voucher, debit, credit, amount, reverses)                                            \
    "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen, reverses_id) VALUES "  \
    "(" #voucher ", " #debit ", " #credit ", " #amount ", " reverses ")"
#define DUNNING(line, day, way, owed, note)                                                        \
    "INSERT INTO dunning (receivable_id, day, way, owed_fen, note, actor, at_ms) VALUES (" #line   \
    ", '" day "', '" way "', " #owed ", " note ", 'a', 1)"
#define COMMITTED "; RELEASE s; SAVEPOINT s" /* what is deferred is looked at now */

static const char *const ledger_refused[] = {
    /* banks and accounts */
    "INSERT INTO bank (name) VALUES ('b')",
    "INSERT INTO bank (name) VALUES ('')",
    "UPDATE bank SET disabled = 2",
    ACCOUNT(99, 1, "general", "'h'", "'9'", "", ""),
    ACCOUNT(1, 99, "general", "'h'", "'9'", "", ""),
    ACCOUNT(1, 1, "secret", "'h'", "'9'", "", ""),
    ACCOUNT(1, 1, "general", "''", "'9'", "", ""),
    ACCOUNT(1, 1, "general", "'h'", "''", "", ""),
    ACCOUNT(1, 1, "general", "'h'", "'1'", "", ""),
    ACCOUNT(1, 1, "escrow", "'h'", "'9'", "", ""),
    ACCOUNT(1, 1, "escrow", "'h'", "'9'", ", permit_id", ", 99"),
    "UPDATE bank_account SET disabled = 2",
    "UPDATE bank_account SET number = '2'",
    "UPDATE bank_account SET project_id = 3 WHERE id = 1",
    "UPDATE bank_account SET kind = 'agency' WHERE id = 1",
    "UPDATE bank_account SET holder = 'x' WHERE id = 1",
    "DELETE FROM bank_account WHERE id = 2",
    "INSERT INTO account_rule VALUES (99, 'g', NULL, 1)",
    "INSERT INTO account_rule VALUES (1, 'g', 99, 1)",
    "INSERT INTO account_rule VALUES (1, 'g', NULL, 99)",
    "INSERT INTO account_rule VALUES (1, 'g', NULL, 2)",
    "INSERT INTO account_rule VALUES (1, 'g', 2, 1)",
    "INSERT INTO account_rule VALUES (1, 'f', NULL, 1)",
    "INSERT INTO account_rule_set VALUES (99, 1)",
    "INSERT INTO account_rule_set VALUES (1, 2)",
    "INSERT INTO account_rule_set VALUES (2, 0)",
    /* shifts */
    SHIFT(99, "NULL", 0, "NULL", "NULL"),
    SHIFT(2, "99", 0, "NULL", "NULL"),
    SHIFT(2, "NULL", -1, "NULL", "NULL"),
    SHIFT(2, "NULL", 0, "4", "NULL"),
    SHIFT(2, "NULL", 0, "6", "99"),
    SHIFT(1, "NULL", 0, "NULL", "NULL"),
    "UPDATE shift SET next_user_id = 1 WHERE id = 2",
    "UPDATE shift SET user_id = 3 WHERE id = 1",
    "UPDATE shift SET opened_ms = 4 WHERE id = 1",
    "UPDATE shift SET float_fen = 1 WHERE id = 1",
    "DELETE FROM shift WHERE id = 2",
    "INSERT INTO shift_count VALUES (99, 'cash', 5, 5, '')",
    "INSERT INTO shift_count VALUES (1, 'cash', 5, 5, printf('%.201c', 'x'))",
    "INSERT INTO shift_count VALUES (1, 'cash', 5, 6, '')",
    "INSERT INTO shift_count VALUES (2, 'cash', 5, 5, '')",
    "UPDATE shift_count SET expected_fen = 5",
    "DELETE FROM shift_count",
    "REPLACE INTO shift_count VALUES (1, 'card', 6, 6, '')",
    /* books and leaves */
    BOOK(99, "receipt", "system", "'Z'", 1, 10, "", ""),
    BOOK(1, "novel", "system", "'Z'", 1, 10, "", ""),
    BOOK(1, "receipt", "found", "'Z'", 1, 10, "", ""),
    BOOK(1, "receipt", "system", "'0123456789ABC'", 1, 10, "", ""),
    BOOK(1, "receipt", "system", "'Z'", 0, 10, "", ""),
    BOOK(1, "receipt", "system", "'Z'", 1, 10001, "", ""),
    BOOK(1, "receipt", "system", "'A'", 10, 20, "", ""), /* has a leaf of another */
    BOOK_WITH(", issued", ", 11"),
    BOOK_WITH(", state", ", 'eaten'"),
    BOOK_WITH(", state", ", 'out'"),
    BOOK_WITH(", state, holder_id, out_ms", ", 'out', 99, 1"),
    BOOK_WITH(", state, holder_id", ", 'out', 1"),
    BOOK_WITH(", issued", ", 1") COMMITTED,
    "UPDATE receipt_book SET issued = 3 WHERE id = 1", /* a leaf is left out */
    "UPDATE receipt_book SET issued = NULL WHERE id = 1",
    "UPDATE receipt_book SET issued = 1 WHERE id = 2", /* nobody has it */
    "UPDATE receipt_book SET project_id = 2 WHERE id = 2",
    "UPDATE receipt_book SET kind = 'agency' WHERE id = 2",
    "UPDATE receipt_book SET source = 'preprinted' WHERE id = 2",
    "UPDATE receipt_book SET prefix = 'Q' WHERE id = 2",
    "UPDATE receipt_book SET first_no = 2 WHERE id = 2",
    "UPDATE receipt_book SET last_no = 9 WHERE id = 2",
    "UPDATE receipt_book SET state = 'returned' WHERE id = 2",
    "UPDATE receipt_book SET state = 'registered' WHERE id = 3",
    "UPDATE receipt_book SET state = 'out', holder_id = 1, out_ms = 1 WHERE id = 3",
    "DELETE FROM receipt_book WHERE id = 2",
    LEAF(99, 1, "spoilt", "NULL", ONE),
    LEAF(1, 2, "spoilt", "NULL", ONE),
    NEXT_LEAF("torn", "NULL", ONE),
    NEXT_LEAF("issued", "NULL", ONE),
    NEXT_LEAF("spoilt", "NULL", "x'00'"),
    NEXT_LEAF("issued", "99", ONE),
    NEXT_LEAF("issued", "1", ONE),
    NEXT_LEAF("issued", "2", ONE), /* the leaf of no such voucher */
    "UPDATE receipt SET content = 'd'",
    "DELETE FROM receipt",
    "REPLACE INTO receipt " LEAF_COLUMNS "(1, 1, 'issued', 1, 'd', " ONE ", 'a', 1)",
    /* vouchers */
    VOUCHER(99, 9, "refund", "2026-01-01", 1, "", ""),
    VOUCHER(1, 0, "refund", "2026-01-01", 1, "", ""),
    VOUCHER(1, 1, "refund", "2026-01-01", 1, "", ""),
    VOUCHER(1, 9, "refund", "2026", 1, "", ""),
    VOUCHER(1, 9, "refund", "2026-01-01", 99, "", ""),
    VOUCHER_WITH("refund", ", shift_id", ", 99"),
    VOUCHER_WITH("refund", ", shift_id", ", 2"), /* closed */
    VOUCHER_WITH("refund", ", deal_id", ", 99"),
    VOUCHER_WITH("refund", ", change_id", ", 99"),
    VOUCHER_WITH("refund", ", note", ", printf('%.201c', 'x')"),
    VOUCHER_WITH("refund", ", reverses_id", ", 2"),
    VOUCHER_WITH("refund", ", book_id, receipt_no", ", 1, 2"),
    VOUCHER_WITH("receipt", ", shift_id, book_id", ", 1, 1"),
    VOUCHER_WITH("receipt", ", book_id, receipt_no", ", 1, 2"),
    VOUCHER_WITH("receipt", ", shift_id, book_id, receipt_no", ", 1, 1, 1"),
    VOUCHER_WITH("receipt", ", shift_id, book_id, receipt_no", ", 1, 1, 2") COMMITTED,
    VOUCHER_WITH("void", ", shift_id, reverses_id", ", 1, 99"),
    VOUCHER_WITH("void", ", shift_id, reverses_id", ", 1, 1"), /* once more */
    "UPDATE voucher SET note = 'x'",
    "DELETE FROM voucher WHERE id = 2",
    "REPLACE INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms) VALUES "
    "(2, 1, 2, 'refund', '2026-01-02', 1, 'a', 1)",
    TENDER_WITH(99, 2, 5, 1, "", ""),
    TENDER_WITH(1, 11, 5, 1, "", ""),
    TENDER_WITH(1, 2, 0, 1, "", ""),
    TENDER_WITH(1, 2, 5, 99, "", ""),
    TENDER_WITH(1, 2, 5, 1, ", bank_id", ", 99"),
    TENDER_WITH(1, 2, 5, 1, ", reference", ", printf('%.65c', 'x')"),
    TENDER_WITH(1, 2, 5, 1, ", device", ", printf('%.33c', 'x')"),
    TENDER_WITH(1, 2, 5, 1, ", batch", ", printf('%.33c', 'x')"),
    TENDER_WITH(1, 2, 5, 1, ", card_tail", ", '6222020'"),
    "UPDATE voucher_tender SET amount_fen = 6",
    "DELETE FROM voucher_tender",
    "REPLACE INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, account_id) VALUES "
    "(1, 1, 'cash', 6, 1)",
    SLIP("", 1, 1, "NULL"),
    SLIP("T", 99, 1, "NULL"),
    SLIP("T", 1, 99, "NULL"),
    SLIP("T", 1, 1, "99"),
    SLIP("R", 1, 1, "NULL"),
    "UPDATE slip SET freed_id = NULL WHERE id = 2",
    "UPDATE slip SET tender = 'cheque' WHERE id = 1",
    "UPDATE slip SET reference = 'Q' WHERE id = 1",
    "UPDATE slip SET account_id = 2 WHERE id = 1",
    "UPDATE slip SET voucher_id = 2 WHERE id = 1",
    "REPLACE INTO slip VALUES (1, 'card', 'R', 1, 2, NULL)",
    "DELETE FROM slip",
    /* the ledger */
    LEDGER_ACCOUNT("bank", 3, ", fund", ", 'f'"),
    LEDGER_ACCOUNT("income", 99, ", fund", ", 'f'"),
    LEDGER_ACCOUNT("tender", 1, ", account_id", ", 1"),
    LEDGER_ACCOUNT("tender", 1, ", tender", ", 'card'"),
    LEDGER_ACCOUNT("tender", 1, ", tender, account_id", ", 'card', 99"),
    LEDGER_ACCOUNT("tender", 1, ", tender, account_id", ", 'cash', 1"),
    LEDGER_ACCOUNT("income", 3, ", fund, deal_id", ", 'g', 91"),
    LEDGER_ACCOUNT("income", 3, ", fund, customer_id", ", 'g', 1"),
    LEDGER_ACCOUNT("income", 3, "", ""),
    LEDGER_ACCOUNT("deal", 1, ", fund, deal_id", ", 'f', 99"),
    LEDGER_ACCOUNT("deal", 1, ", fund, deal_id", ", 'f', 91"),
    LEDGER_ACCOUNT("held", 1, ", fund, customer_id", ", 'f', 99"),
    LEDGER_ACCOUNT("held", 1, ", fund, customer_id", ", 'f', 1"),
    LEDGER_ACCOUNT("income", 1, ", fund", ", 'f'"),
    "UPDATE ledger_account SET project_id = 3 WHERE id = 6",
    "DELETE FROM ledger_account WHERE id = 6",
    ENTRY(999, 1, 2, 5, "NULL"),
    NEWEST ENTRY(900, 99, 2, 5, "NULL"),
    NEWEST ENTRY(900, 1, 99, 5, "NULL"),
    NEWEST ENTRY(900, 1, 1, 5, "NULL"),
    NEWEST ENTRY(900, 1, 2, 0, "NULL"),
    NEWEST ENTRY(900, 2, 4, 6, "NULL"), /* more than is there */
    NEWEST_BACK ENTRY(900, 4, 5, 5, "99"),
    NEWEST_BACK ENTRY(900, 4, 5, 5, "4") ";" ENTRY(900, 4, 5, 5, "4"), /* once more */
    NEWEST_BACK ENTRY(900, 4, 5, 4, "4"),                              /* less than it was */
    ENTRY(2, 5, 4, 5, "NULL"),                                         /* of before */
    /* The log says that it was made. */
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms, audit_seq) "
    "VALUES (900, 1, 900, 'refund', '2026-01-01', 1, 'a', 1, -1);" ENTRY(900, 5, 4, 5, "NULL"),
    "UPDATE ledger_entry SET amount_fen = 6",
    "DELETE FROM ledger_entry WHERE id = 2",
    /* what is owed is asked for */
    DUNNING(99, "2026-01-02", "phone", 5, "''"),
    DUNNING(1, "2026", "phone", 5, "''"),
    DUNNING(1, "2026-01-02", "fax", 5, "''"),
    DUNNING(1, "2026-01-02", "phone", 0, "''"),
    DUNNING(1, "2026-01-02", "phone", 5, "printf('%.201c', 'x')"),
    DUNNING(1, "2026-01-01", "letter", 5, "''"), /* twice on a day */
    "UPDATE dunning SET note = 'x'",
    "DELETE FROM dunning",
    "INSERT INTO due_notice VALUES (99, 'due_early', 5, 1)",
    "INSERT INTO due_notice VALUES (1, 'due_year', 5, 1)",
    "INSERT INTO due_notice VALUES (1, 'due_passed', 0, 1)",
    "UPDATE due_notice SET owed_fen = 6",
    "DELETE FROM due_notice",
    "UPDATE notification SET deal_id = 99",
    "REPLACE INTO ledger_entry VALUES (2, (SELECT MAX(id) FROM voucher), 5, 2, 6, NULL)",
};

/* What is not there is not of the project, not counted and nobody's leaf, and mirrors nothing. */
static const struct covered ledger_covered[] = {
    {"account_rule: REFERENCES project(id)", "account_rule_own"},
    {"account_rule: REFERENCES building(id)", "account_rule_own"},
    {"account_rule: REFERENCES bank_account(id)", "account_rule_own"},
    {"\"receipt\": REFERENCES receipt_book(id)", "receipt_counted"},
    {"\"receipt\": REFERENCES voucher(id)", "receipt_own"},
    {"index: CREATE UNIQUE INDEX receipt_first ON receipt(voucher_id) WHERE from_no IS NULL AND "
     "voucher_id IS NOT NULL",
     "receipt_own"},
    {"ledger_entry: REFERENCES ledger_entry(id)", "ledger_entry_mirrors"},
    {"ledger_entry: REFERENCES voucher(id)", "ledger_entry_in_time"},
    {NULL, NULL},
};

#endif
