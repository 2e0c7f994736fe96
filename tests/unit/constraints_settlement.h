/* constraints_settlement.h - what is settled after the contract: areas, late fees, papers. */
#ifndef TESTS_CONSTRAINTS_SETTLEMENT_H
#define TESTS_CONSTRAINTS_SETTLEMENT_H

#include "constraints.h"
#include "constraints_terms.h"

/* Of deal 91, by terms 30, as unit 1 was measured: settlement 1 was reversed, 2 stands and is owed
 * by line 41, 3 was credited by voucher 52 and that taken back by 53. Vouchers 54 to 56 are of no
 * settlement, nor is line 43. */
static const char settlement_seed[] = TERMS_COLUMNS_SEED
    "(30, 1, 1, 1, 1, 'gross', 100, 90, 9, 1, 1);"
    "UPDATE terms SET state = 'granted', hash = " ONE " WHERE id = 30;"
    "UPDATE terms SET state = 'used', deal_id = 91 WHERE id = 30;"
    "INSERT INTO measurement VALUES (1, 1, 5, 5, 's', 'a', 1), (2, 2, 5, 5, 's', 'a', 1);"
    "INSERT INTO receivable (id, deal_id, ordinal, fund, amount_fen, due, due_date, made_ms, "
    "ended_ms) VALUES (40, 91, 40, 'area_difference', 7, 'date', '2026-01-01', 1, 2), "
    "(41, 91, 41, 'area_difference', 7, 'date', '2026-01-01', 1, NULL), "
    "(43, 91, 43, 'area_difference', 7, 'date', '2026-01-01', 1, NULL);"
    "INSERT INTO ledger_account (id, kind, project_id, deal_id, fund) VALUES "
    "(50, 'deal', 1, 91, 'area_credit'), (51, 'income', 1, NULL, 'area_difference');"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (52, 1, 52, 'settle', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (52, 52, 51, 50, 7, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (53, 1, 53, 'settle', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (53, 53, 50, 51, 7, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (54, 1, 54, 'settle', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (54, 54, 51, 50, 7, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (55, 1, 55, 'settle', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (55, 55, 51, 50, 7, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (56, 1, 56, 'settle', '2026-01-01', 91, 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (56, 56, 50, 51, 7, NULL);"
    "INSERT INTO settlement (id, deal_id, terms_id, measurement_id, basis, contract_area, "
    "measured_area, unit_price_fen, amount_fen, may_cancel, receivable_id, voucher_id, actor, "
    "at_ms, reversed_ms, reversed_by, reversed_reason, undo_id) VALUES "
    "(1, 91, 30, 1, 'gross', 5, 5, 1, 7, 0, 40, NULL, 'a', 5, 6, 'a', 'r', NULL), "
    "(2, 91, 30, 1, 'gross', 5, 5, 1, 7, 0, 41, NULL, 'a', 5, NULL, '', '', NULL), "
    "(3, 91, 30, 1, 'gross', 5, 5, 1, -7, 0, NULL, 52, 'a', 5, 6, 'a', 'r', 53);"
    "INSERT INTO late_term VALUES (1, 91, 10, 90, 20, 'a', 1), (2, 92, 10, 90, 20, 'a', 1);"
    "INSERT INTO receivable (id, deal_id, ordinal, fund, amount_fen, due, due_date, made_ms) "
    "VALUES (60, 91, 60, 'down_payment', 100, 'date', '2026-01-01', 1), "
    "(61, 91, 61, 'late_fee', 4, 'date', '2026-02-01', 1), "
    "(62, 91, 62, 'late_fee', 4, 'date', '2026-02-01', 1), "
    "(63, 91, 63, 'down_payment', 100, 'date', '2026-01-01', 1);"
    "INSERT INTO late_waiver VALUES (1, 60, 2, 'r', 'approved', 1, 1, 1, 2, 'a'), "
    "(2, 60, 2, 'r', 'asked', NULL, 1, 1, NULL, ''), (3, 63, 2, 'r', 'asked', 1, 1, 1, NULL, '');"
    "INSERT INTO late_charge VALUES (1, 60, 61, 1, '2026-02-01', 10, 31, 20, 0, 2, 4, 'a', 1);"
    "BEGIN;"
    "INSERT INTO receipt_book (id, project_id, kind, source, prefix, first_no, last_no, issued, "
    "state, holder_id, out_ms, made_ms) VALUES (10, 1, 'receipt', 'system', 'S', 1, 10, NULL, "
    "'out', 1, 1, 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "book_id, receipt_no, actor, at_ms) VALUES (70, 1, 70, 'receipt', '2026-01-01', 1, 91, 1, 10, "
    "1, 'a', 1), (71, 1, 71, 'receipt', '2026-01-01', 1, 91, 1, 10, 3, 'a', 1);"
    "UPDATE receipt_book SET issued = 1 WHERE id = 10;"
    "INSERT INTO receipt VALUES (10, 1, 'issued', 70, 'c', " ONE ", 'a', 1, NULL, NULL, 1, '');"
    "UPDATE receipt_book SET issued = 2 WHERE id = 10;"
    "INSERT INTO receipt VALUES (10, 2, 'issued', 70, 'c', " ONE ", 'a', 1, 10, 1, 1, 'r');"
    "UPDATE receipt_book SET issued = 3 WHERE id = 10;"
    "INSERT INTO receipt VALUES (10, 3, 'issued', 71, 'c', " ONE ", 'a', 1, NULL, NULL, 1, '');"
    "COMMIT;";

/* One that was reversed at once: one that stands there is already. */
#define SETTLED(deal, terms, measurement, rest, line, voucher, end)                                \
    "INSERT INTO settlement (deal_id, terms_id, measurement_id, basis, contract_area, "            \
    "measured_area, unit_price_fen, amount_fen, may_cancel, reason, receivable_id, voucher_id, "   \
    "actor, at_ms, reversed_ms, reversed_by, reversed_reason, undo_id) VALUES (" #deal ", " #terms \
    ", " #measurement ", " rest ", " line ", " voucher ", 'a', 5, " end ")"
#define SETTLED_AS(rest) SETTLED(91, 30, 1, rest, "NULL", "NULL", "6, 'a', 'r', NULL")
#define SETTLED_NOTHING  "'gross', 5, 5, 1, 0, 0, ''"
#define SETTLED_OWED     "'gross', 5, 5, 1, 7, 0, ''"
#define SETTLED_BACK     "'gross', 5, 5, 1, -7, 0, ''"
#define MEASURED(unit, gross, inner, source)                                                       \
    "INSERT INTO measurement (unit_id, gross, inner_area, source, actor, at_ms) VALUES (" #unit    \
    ", " #gross ", " #inner ", '" source "', 'a', 1)"

#define LATE_TERM(deal, rate, days, beyond)                                                        \
    "INSERT INTO late_term (deal_id, rate, days, beyond_rate, actor, at_ms) VALUES (" #deal        \
    ", " #rate ", " #days ", " #beyond ", 'a', 1)"
#define LATE_WAIVER(line, fen, reason, state, approval, user, ended)                               \
    "INSERT INTO late_waiver (receivable_id, amount_fen, reason, state, approval_id, user_id, "    \
    "asked_ms, ended_ms) VALUES (" #line ", " #fen ", " reason ", '" state "', " approval          \
    ", " #user ", 1, " ended ")"
#define LATE_CHARGE(line, fee, term, day, rest)                                                    \
    "INSERT INTO late_charge (receivable_id, line_id, term_id, until_day, rate, days, "            \
    "computed_fen, before_fen, waived_fen, amount_fen, actor, at_ms) VALUES (" #line ", " #fee     \
    ", " #term ", '" day "', " rest ", 'a', 1)"
#define LATE_CHARGED(rest) LATE_CHARGE(60, 62, 1, "2026-02-01", rest)

/* The next leaf of book 10. */
#define SWAP(kind, voucher, rest)                                                                  \
    "UPDATE receipt_book SET issued = 4 WHERE id = 10;INSERT INTO receipt VALUES (10, 4, '" kind   \
    "', " voucher ", 'c', " ONE ", 'a', 1, " rest ")"

static const char *const settlement_refused[] = {
    SWAP("issued", "70", "10, 1, 1, 'r'"), /* one is in its place already */
    SWAP("issued", "70", "10, 3, 1, 'r'"), /* of another payment */
    SWAP("issued", "71", "10, 99, 1, 'r'"),
    SWAP("issued", "71", "10, 3, 2, 'r'"),
    SWAP("issued", "71", "10, 3, 1, ''"),
    SWAP("issued", "71", "10, 3, 1, printf('%.201c', 'x')"),
    SWAP("lost", "NULL", "10, NULL, 1, ''"),
    SWAP("lost", "NULL", "NULL, NULL, 0, ''"),
    LATE_TERM(99, 10, 90, 20),
    LATE_TERM(91, -1, 90, 20),
    LATE_TERM(91, 10, 3651, 20),
    LATE_TERM(91, 10, 90, 9),
    "UPDATE late_term SET rate = 1",
    "DELETE FROM late_term WHERE id = 2",
    LATE_WAIVER(99, 2, "'r'", "rejected", "NULL", 1, "2"),
    LATE_WAIVER(63, 0, "'r'", "rejected", "NULL", 1, "2"),
    LATE_WAIVER(63, 2, "''", "rejected", "NULL", 1, "2"),
    LATE_WAIVER(63, 2, "'r'", "lost", "NULL", 1, "2"),
    LATE_WAIVER(63, 2, "'r'", "rejected", "99", 1, "2"),
    LATE_WAIVER(63, 2, "'r'", "rejected", "NULL", 99, "2"),
    LATE_WAIVER(63, 2, "'r'", "rejected", "NULL", 1, "NULL"),
    LATE_WAIVER(63, 2, "'r'", "approved", "NULL", 1, "2"),
    LATE_WAIVER(63, 2, "'r'", "asked", "NULL", 1, "NULL"), /* the second */
    "UPDATE late_waiver SET amount_fen = 1 WHERE id = 2",
    "DELETE FROM late_waiver WHERE id = 1",
    LATE_CHARGE(99, 62, 1, "2026-02-01", "10, 31, 20, 0, 0, 4"),
    LATE_CHARGE(60, 99, 1, "2026-02-01", "10, 31, 20, 4, 2, 4"),
    LATE_CHARGE(60, 61, 1, "2026-02-01", "10, 31, 20, 4, 2, 4"),
    LATE_CHARGE(60, 62, 99, "2026-02-01", "10, 31, 20, 4, 2, 4"),
    LATE_CHARGE(60, 62, 2, "2026-02-01", "10, 31, 20, 4, 2, 4"), /* another contract's */
    LATE_CHARGE(60, 62, 1, "2026-02-1", "10, 31, 20, 4, 2, 4"),
    LATE_CHARGED("10001, 31, 20, 4, 2, 4"),
    LATE_CHARGED("10, 0, 20, 4, 2, 4"),
    LATE_CHARGED("10, 31, 20, -1, 2, 4"),
    LATE_CHARGED("10, 31, 20, 4, -1, 4"),
    LATE_CHARGED("10, 31, 20, 4, 2, 0"),
    LATE_CHARGED("10, 31, 9, 4, 2, 4"),
    "UPDATE late_charge SET amount_fen = 1",
    "DELETE FROM late_charge",
    MEASURED(99, 5, 5, "s"),
    MEASURED(1, 100000001, 5, "s"),
    MEASURED(1, 5, 6, "s"),
    MEASURED(1, 5, 5, ""),
    "UPDATE measurement SET gross = 6",
    "DELETE FROM measurement WHERE id = 2",
    SETTLED(99, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 99, 1, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 99, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 2, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', 'r', NULL"), /* another unit's */
    SETTLED(91, 30, 1, SETTLED_OWED, "99", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_OWED, "40", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_OWED, "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "99", "6, 'a', 'r', 56"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "52", "6, 'a', 'r', 56"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "54", "6, 'a', 'r', 99"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "54", "6, 'a', 'r', 53"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "54", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_BACK, "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "4, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "6, '', 'r', NULL"),
    SETTLED(91, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', '', NULL"),
    SETTLED(91, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "6, 'a', printf('%.201c', 'x'), NULL"),
    SETTLED(91, 30, 1, SETTLED_NOTHING, "NULL", "NULL", "NULL, '', '', NULL"), /* the second */
    SETTLED_AS("'x', 5, 5, 1, 0, 0, ''"),
    SETTLED_AS("'gross', -1, 5, 1, 0, 0, ''"),
    SETTLED_AS("'gross', 5, -1, 1, 0, 0, ''"),
    SETTLED_AS("'gross', 5, 5, -1, 0, 0, ''"),
    SETTLED_AS("'gross', 5, 5, 1, 0, 2, ''"),
    SETTLED_AS("'gross', 5, 5, 1, 0, 0, printf('%.201c', 'x')"),
    SETTLED_AS("'gross', 0, 5, 1, 0, 0, ''"),
    SETTLED_AS("'gross', 5, 0, 1, 0, 0, ''"),
    SETTLED(91, 20, 1, "'unit', 0, 0, 0, 0, 0, ''", "NULL", "NULL", "6, 'a', 'r', NULL"),
    SETTLED(91, 30, 1, "'gross', 5, 5, 1, 1000000000001, 0, ''", "43", "NULL", "6, 'a', 'r', NULL"),
    "UPDATE settlement SET may_cancel = 1 WHERE id = 2",
    "DELETE FROM settlement WHERE id = 1",
    ("UPDATE settlement SET reversed_ms = 6, reversed_by = 'a', reversed_reason = 'r' "
     "WHERE id = 2"),
};

/* What is not there is not what a settlement says. */
static const struct covered settlement_covered[] = {
    {"settlement: REFERENCES deal(id)", "settlement_own"},
    {"settlement: REFERENCES terms(id)", "settlement_own"},
    {"settlement: REFERENCES measurement(id)", "settlement_own"},
    {"settlement: REFERENCES receivable(id)", "settlement_own"},
    {"settlement: REFERENCES voucher(id)", "settlement_own"},
    {"settlement: CHECK (basis IN ('gross', 'inner', 'unit'))", "settlement_own"},
    {"settlement: CHECK (amount_fen BETWEEN -1000000000000 AND 1000000000000)", "settlement_own"},
    {"late_charge: REFERENCES receivable(id)", "late_charge_own"},
    {"late_charge: REFERENCES late_term(id)", "late_charge_own"},
    {"late_charge: CHECK (before_fen >= 0)", "late_charge_own"},
    {"late_charge: CHECK (waived_fen >= 0)", "late_charge_own"},
    {"late_charge: CHECK (amount_fen > 0)", "late_charge_own"},
    {"\"receipt\": FOREIGN KEY (from_book_id, from_no) REFERENCES receipt(book_id, no)",
     "receipt_swapped"},
    {NULL, NULL},
};

#endif
