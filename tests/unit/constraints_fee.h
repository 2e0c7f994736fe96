/* constraints_fee.h - agency fees: by a formula, chosen for a deal, paid over. */
#ifndef TESTS_CONSTRAINTS_FEE_H
#define TESTS_CONSTRAINTS_FEE_H

#include "constraints.h"

/* Fee 1 is the property's; 2, 3 and 6 are collected, 4 is not, 5 is another project's. Deal 91 has
 * chosen 2 and 6; of fee 2 5 were collected and 2 paid over by voucher 20. */
static const char fee_seed[] =
    "INSERT INTO fee (id, project_id, kind, name, standard, voluntary, formula, rate) VALUES "
    "(2, 1, 'agency', 'g', 's', 1, 'flat', 5), (3, 1, 'agency', 'h', 's', 1, 'area', 5), "
    "(4, 1, 'agency', 'i', 's', 1, '', 0), (5, 2, 'agency', 'g', 's', 1, 'flat', 5), "
    "(6, 1, 'agency', 'k', 's', 1, 'flat', 5);"
    "INSERT INTO deal_fee (id, deal_id, fee_id, formula, rate, base, amount_fen, actor, at_ms) "
    "VALUES (1, 91, 2, 'flat', 5, 0, 5, 'a', 1), (2, 91, 6, 'flat', 5, 0, 5, 'a', 1);"
    "INSERT INTO ledger_account (id, kind, project_id, deal_fee_id, fund) VALUES (20, 'fee', 1, "
    "1, 'agency_fee');"
    "INSERT INTO voucher (id, project_id, number, kind, day, customer_id, actor, at_ms) VALUES "
    "(95, 1, 95, 'carry', '2026-01-01', 1, 'a', 1);"
    "INSERT INTO ledger_entry VALUES (95, 95, 5, 20, 5, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, actor, at_ms) VALUES "
    "(96, 1, 96, 'payover', '2026-01-01', 'a', 1);"
    "INSERT INTO ledger_entry VALUES (96, 96, 20, 1, 2, NULL);"
    "INSERT INTO voucher (id, project_id, number, kind, day, actor, at_ms) VALUES "
    "(97, 1, 97, 'payover', '2026-01-01', 'a', 1);"
    "INSERT INTO payover VALUES (96, 2, 'p');";

#define DEAL_FEE(deal, fee, formula, rate, base, amount)                                           \
    "INSERT INTO deal_fee (deal_id, fee_id, formula, rate, base, amount_fen, actor, at_ms) "       \
    "VALUES (" #deal ", " #fee ", '" formula "', " #rate ", " #base ", " #amount ", 'a', 1)"
#define FEE_VOUCHER(kind, columns, values)                                                         \
    "INSERT INTO voucher (project_id, number, kind, day, actor, at_ms" columns                     \
    ") VALUES (1, 90, '" kind "', '2026-01-01', 'a', 1" values ")"
#define FEE_ACCOUNT(kind, columns, values)                                                         \
    "INSERT INTO ledger_account (kind, project_id, fund" columns ") VALUES ('" kind                \
    "', 1, 'agency_fee'" values ")"

static const char *const fee_refused[] = {
    "UPDATE fee SET formula = 'monthly', rate = 5 WHERE id = 4",
    "UPDATE fee SET formula = 'flat', rate = 5 WHERE id = 1", /* the property's */
    "UPDATE fee SET formula = 'flat' WHERE id = 4",
    "UPDATE fee SET rate = 5 WHERE id = 4",
    "UPDATE fee SET formula = 'price', rate = 1000001 WHERE id = 4",
    DEAL_FEE(99, 3, "area", 5, 7, 1),
    DEAL_FEE(91, 99, "area", 5, 7, 1),
    DEAL_FEE(91, 1, "area", 5, 7, 1),
    DEAL_FEE(91, 4, "area", 5, 7, 1),
    DEAL_FEE(91, 5, "area", 5, 7, 1),
    DEAL_FEE(91, 2, "flat", 5, 0, 5), /* once more */
    DEAL_FEE(91, 3, "monthly", 5, 7, 1),
    DEAL_FEE(91, 3, "area", 0, 7, 1),
    DEAL_FEE(91, 3, "area", 5, -1, 1),
    DEAL_FEE(91, 3, "area", 5, 0, 1),
    DEAL_FEE(91, 3, "flat", 5, 7, 1),
    DEAL_FEE(91, 3, "area", 5, 7, 0),
    "UPDATE deal_fee SET amount_fen = 6",
    "UPDATE deal_fee SET fee_id = 3, version = 2",
    "DELETE FROM deal_fee WHERE id = 2",
    FEE_VOUCHER("refund", "", ""), /* of nobody */
    FEE_VOUCHER("reversal", ", reverses_id, shift_id", ", 2, 1"),
    FEE_VOUCHER("reversal", ", reverses_id", ", 1"),
    FEE_VOUCHER("reversal", ", reverses_id, customer_id", ", 97, 1"),
    "INSERT INTO payover VALUES (99, 2, 'p')",
    "INSERT INTO payover VALUES (2, 2, 'p')", /* a refund */
    "INSERT INTO payover VALUES (97, 99, 'p')",
    "INSERT INTO payover VALUES (97, 5, 'p')",
    "INSERT INTO payover VALUES (97, 2, '')",
    "UPDATE payover SET payee = 'q'",
    "DELETE FROM payover",
    FEE_ACCOUNT("fee", "", ""),
    FEE_ACCOUNT("fee", ", deal_fee_id", ", 1"),
    FEE_ACCOUNT("fee", ", deal_fee_id", ", 99"),
    FEE_ACCOUNT("fee", ", deal_fee_id, deal_id", ", 1, 91"),
    "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen) VALUES (97, 20, 1, 4)",
};

/* What is not there is not of the project. */
static const struct covered fee_covered[] = {
    {"deal_fee: REFERENCES deal(id)", "deal_fee_own"},
    {"deal_fee: REFERENCES fee(id)", "deal_fee_own"},
    {"payover: REFERENCES voucher(id)", "payover_own"},
    {"payover: REFERENCES fee(id)", "payover_own"},
    {NULL, NULL},
};

#endif
