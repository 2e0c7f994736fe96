/* constraints_invoice.h - requests for invoices, their money, names, numbers and papers. */
#ifndef TESTS_CONSTRAINTS_INVOICE_H
#define TESTS_CONSTRAINTS_INVOICE_H

#include "constraints.h"

/* Deal 91 has deposit on account 61. Vouchers 801 to 803 brought 5 each, on leaves 1 to 3 of book
 * 61. Invoice 1 of 801 was issued and has the paper of leaf 1; 2 of 802 is wanted; 3 was issued and
 * is to be reversed; 4 and 5 are void and have no money; 6 is red, leaf 4 was for it. */
#define PAID(id, no)                                                                               \
    "BEGIN;INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, "            \
    "customer_id, book_id, receipt_no, actor, at_ms) VALUES (" #id ", 1, " #id                     \
    ", 'receipt', '2026-01-01', 1, 91, 1, 61, " #no ", 'a', 1);"                                   \
    "UPDATE receipt_book SET issued = " #no " WHERE id = 61;"                                      \
    "INSERT INTO receipt VALUES (61, " #no ", 'issued', " #id ", 'c', " ONE                        \
    ", 'a', 1, NULL, NULL, 1, '');"                                                                \
    "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen) VALUES (" #id          \
    ", 1, 61, 5);COMMIT;"
#define ALL_PAID PAID(801, 1) PAID(802, 2) PAID(803, 3) PAID(804, 4)
static const char invoice_seed[] =
    "INSERT INTO ledger_account (id, kind, project_id, deal_id, fund) VALUES "
    "(61, 'deal', 1, 91, 'deposit');"
    "INSERT INTO receipt_book (id, project_id, kind, source, prefix, first_no, last_no, state, "
    "holder_id, out_ms, made_ms) VALUES (61, 1, 'receipt', 'system', 'V', 1, 10, 'out', 1, 1, "
    "1);" ALL_PAID
    "INSERT INTO invoice_item (id, kind, from_day, code, name, suffix, rate, ordinary, actor, "
    "at_ms) VALUES (1, 'advance', '2016-09-01', '602', 'n', 's', 'r', 1, 'a', 1);"
    "INSERT INTO invoice_mapping (id, name) VALUES (1, 'm');"
    "INSERT INTO invoice_mapping_head VALUES (1, 'request', 'f', 'h');"
    "INSERT INTO invoice_profile (id, customer_id, kind, name, actor, at_ms) VALUES "
    "(1, 1, 'person', 'n', 'a', 1), (2, 1, 'person', 'n', 'a', 1);"
    "INSERT INTO invoice_secret VALUES (1, 'tax', " ONE ", 1, zeroblob(88), '1234');"
    "INSERT INTO invoice (id, name, project_id, deal_id, profile_id, item_id, item, unit, remark, "
    "amount_fen, actor, made_ms, state_ms) SELECT k.id, 'invoice-' || k.id, 1, 91, 1, 1, 'i', "
    "'u', 'r', 5, 'a', 1, 1 FROM (SELECT id - 800 AS id FROM voucher WHERE id BETWEEN 801 AND 804 "
    "UNION ALL SELECT 5 UNION ALL SELECT 6) k;"
    "INSERT INTO invoice_part VALUES (1, 801, 5), (2, 802, 5), (6, 804, 5);"
    "INSERT INTO invoice_number VALUES ('10000000000000000001', 1, 'issued', '2026-01-01', 'a', "
    "1), ('10000000000000000003', 3, 'issued', '2026-01-01', 'a', 1), "
    "('10000000000000000006', 6, 'issued', '2026-01-01', 'a', 1);"
    "UPDATE invoice SET state = 'issued', version = 2 WHERE id IN (1, 3, 6);"
    "INSERT INTO invoice_paper VALUES (61, 1, 1, 1, '', 'a', 1), (61, 4, 6, 1, '', 'a', 1);"
    "UPDATE invoice SET state = 'red_wanted', version = 3 WHERE id IN (3, 6);"
    "INSERT INTO invoice_number VALUES ('10000000000000000007', 6, 'red', '2026-01-01', 'a', 1);"
    "UPDATE invoice SET state = 'red', version = 4 WHERE id = 6;"
    "UPDATE invoice SET state = 'void', version = 2 WHERE id IN (4, 5);"
    "INSERT INTO invoice_event VALUES (1, 1, 'wanted', 1, 'a', '');"
    "INSERT INTO invoice_property (invoice_id, address, cross_city, area) VALUES (1, 'p', 0, 1);"
    "INSERT INTO invoice_batch VALUES (1, 1, 'a', 1);"
    "INSERT INTO invoice_batch_row VALUES (1, 1, 0);";

#define ITEM(kind, day, code, name, suffix, rate, bp, ordinary)                                    \
    "INSERT INTO invoice_item (kind, from_day, code, name, suffix, rate, rate_bp, ordinary, "      \
    "actor, at_ms) VALUES ('" kind "', '" day "', '" code "', " name ", " suffix ", " rate         \
    ", " #bp ", " #ordinary ", 'a', 1)"
#define NAMED(customer, kind, name, columns, values)                                               \
    "INSERT INTO invoice_profile (customer_id, kind, name, actor, at_ms" columns                   \
    ") VALUES (" #customer ", '" kind "', " name ", 'a', 1" values ")"
#define SECRET_OF(profile, kind, lookup, sealed, tail)                                             \
    "INSERT INTO invoice_secret VALUES (" #profile ", '" kind "', " lookup ", 1, " sealed          \
    ", '" tail "')"
#define INVOICE(name, project, deal, profile, item_id, item, unit, remark, fen, columns, values)   \
    "INSERT INTO invoice (name, project_id, deal_id, profile_id, item_id, item, unit, remark, "    \
    "amount_fen, actor, made_ms, state_ms" columns ") VALUES ('" name "', " #project ", " #deal    \
    ", " #profile ", " #item_id ", " item ", " unit ", " remark ", " #fen ", 'a', 1, 1" values ")"
#define INVOICE_OF(project, deal, profile, item_id)                                                \
    INVOICE("invoice-9", project, deal, profile, item_id, "'i'", "'u'", "'r'", 5, "", "")
#define INVOICE_SAYS(item, unit, remark, fen, columns, values)                                     \
    INVOICE("invoice-9", 1, 91, 1, 1, item, unit, remark, fen, columns, values)
#define PLATFORM_NUMBER(number, invoice, kind, day)                                                \
    "INSERT INTO invoice_number VALUES ('" number "', " #invoice ", '" kind "', '" day "', 'a', 1)"
#define PROPERTY_SAYS(id, columns, values)                                                         \
    "INSERT INTO invoice_property (invoice_id, address, cross_city, area" columns ") VALUES (" #id \
    ", 'p', 0, 1" values ")"
#define PAPER_FOR(no, invoice, returned, reason)                                                   \
    "INSERT INTO invoice_paper VALUES (61, " #no ", " #invoice ", " #returned ", " reason          \
    ", 'a', 1)"
/* Invoice 2 was issued, so that leaf 2 can be taken back for it. */
#define ISSUED_2                                                                                   \
    PLATFORM_NUMBER("10000000000000000002", 2, "issued", "2026-01-01")                             \
    ";"                                                                                            \
    "UPDATE invoice SET state = 'issued', version = 2 WHERE id = 2;"

static const char *const invoice_refused[] = {
    ITEM("x", "2026-01-01", "602", "'n'", "'s'", "'r'", NULL, 1),
    ITEM("sale", "2026", "602", "'n'", "'s'", "'r'", NULL, 1),
    ITEM("sale", "2026-01-01", "60x", "'n'", "'s'", "'r'", NULL, 1),
    ITEM("sale", "2026-01-01", "602", "''", "'s'", "'r'", NULL, 1),
    ITEM("sale", "2026-01-01", "602", "'n'", "''", "'r'", NULL, 1),
    ITEM("sale", "2026-01-01", "602", "'n'", "'s'", "''", NULL, 1),
    ITEM("sale", "2026-01-01", "602", "'n'", "'s'", "'r'", 10001, 1),
    ITEM("sale", "2026-01-01", "602", "'n'", "'s'", "'r'", NULL, 2),
    ITEM("advance", "2016-09-01", "602", "'n'", "'s'", "'r'", NULL, 1), /* there is one */
    "UPDATE invoice_item SET rate = 'x'",
    "INSERT INTO invoice_item (id, kind, from_day, code, name, suffix, rate, ordinary, actor, "
    "at_ms) VALUES (9, 'sale', '2026-01-01', '602', 'n', 's', 'r', 1, 'a', 1); DELETE FROM "
    "invoice_item WHERE id = 9",
    "INSERT INTO invoice_mapping (name) VALUES ('m')",
    "INSERT INTO invoice_mapping (name) VALUES ('')",
    "INSERT INTO invoice_mapping_head VALUES (99, 'request', 'g', 'k')",
    "INSERT INTO invoice_mapping_head VALUES (1, 'x', 'g', 'k')",
    "INSERT INTO invoice_mapping_head VALUES (1, 'request', '', 'k')",
    "INSERT INTO invoice_mapping_head VALUES (1, 'request', 'g', '')",
    "INSERT INTO invoice_mapping_head VALUES (1, 'request', 'g', 'h')", /* for another field */
    NAMED(99, "person", "'n'", "", ""),
    NAMED(1, "x", "'n'", "", ""),
    NAMED(1, "person", "''", "", ""),
    NAMED(1, "person", "'n'", ", address", ", printf('%.101c', 'x')"),
    NAMED(1, "person", "'n'", ", bank", ", printf('%.81c', 'x')"),
    "UPDATE invoice_profile SET name = 'm' WHERE id = 1", /* an invoice is on it */
    "DELETE FROM invoice_profile WHERE id = 2",
    SECRET_OF(99, "tax", ONE, "zeroblob(88)", "1234"),
    SECRET_OF(2, "x", ONE, "zeroblob(88)", "1234"),
    SECRET_OF(2, "tax", "x'01'", "zeroblob(88)", "1234"),
    SECRET_OF(2, "tax", ONE, "zeroblob(8)", "1234"),
    SECRET_OF(2, "tax", ONE, "zeroblob(88)", "123"),
    "DELETE FROM invoice_secret WHERE profile_id = 1",
    INVOICE("invoice-1", 1, 91, 1, 1, "'i'", "'u'", "'r'", 5, "", ""),
    INVOICE("short", 1, 91, 1, 1, "'i'", "'u'", "'r'", 5, "", ""),
    INVOICE_OF(2, 91, 1, 1), /* another's deal */
    INVOICE_OF(99, 91, 1, 1),
    INVOICE_OF(1, 9999, 1, 1),
    INVOICE_OF(1, 91, 99, 1),
    INVOICE_OF(1, 91, 1, 99),
    INVOICE_SAYS("''", "'u'", "'r'", 5, "", ""),
    INVOICE_SAYS("'i'", "printf('%.121c', 'x')", "'r'", 5, "", ""),
    INVOICE_SAYS("'i'", "'u'", "printf('%.401c', 'x')", 5, "", ""),
    INVOICE_SAYS("'i'", "'u'", "'r'", 0, "", ""),
    INVOICE_SAYS("'i'", "'u'", "'r'", 5, ", detail", ", printf('%.201c', 'x')"),
    INVOICE_SAYS("'i'", "'u'", "'r'", 5, ", state", ", 'exported'"),
    "UPDATE invoice SET state = 'sent', version = 3 WHERE id = 1",   /* never again */
    "UPDATE invoice SET state = 'exported' WHERE id = 2",            /* another version */
    "UPDATE invoice SET state = 'issued', version = 2 WHERE id = 2", /* without a number */
    "DELETE FROM invoice WHERE id = 4",
    "INSERT INTO invoice_part VALUES (99, 803, 1)",
    "INSERT INTO invoice_part VALUES (5, 9999, 1)",
    "INSERT INTO invoice_part VALUES (5, 803, 0)",
    "INSERT INTO invoice_part VALUES (5, 802, 1)", /* all of it is asked for */
    "INSERT INTO invoice_part VALUES (5, 803, 6)",
    "UPDATE invoice_part SET amount_fen = 4 WHERE invoice_id = 2",
    "DELETE FROM invoice_part WHERE invoice_id = 2",
    "INSERT INTO voucher (id, project_id, number, kind, day, shift_id, deal_id, customer_id, "
    "reverses_id, actor, at_ms) VALUES (890, 1, 890, 'void', '2026-01-01', 1, 91, 1, 802, 'a', 1)",
    PLATFORM_NUMBER("1000000000000000000x", 2, "issued", "2026-01-01"),
    PLATFORM_NUMBER("10000000000000000009", 99, "issued", "2026-01-01"),
    PLATFORM_NUMBER("10000000000000000009", 2, "x", "2026-01-01"),
    PLATFORM_NUMBER("10000000000000000009", 2, "issued", "2026"),
    PLATFORM_NUMBER("10000000000000000009", 1, "issued", "2026-01-01"), /* it has one */
    PLATFORM_NUMBER("10000000000000000009", 2, "red", "2026-01-01"),
    PLATFORM_NUMBER("10000000000000000009", 2, "issued", "2026-01-01") "; " PLATFORM_NUMBER(
        "10000000000000000010", 2, "issued", "2026-01-01"),
    "UPDATE invoice_number SET day = '2026-01-02'",
    "DELETE FROM invoice_number WHERE invoice_id = 3",
    "INSERT INTO invoice_event VALUES (99, 1, 'wanted', 1, 'a', '')",
    "INSERT INTO invoice_event VALUES (2, 0, 'wanted', 1, 'a', '')",
    "UPDATE invoice_event SET at_ms = 2",
    "DELETE FROM invoice_event",
    PROPERTY_SAYS(99, "", ""),
    PROPERTY_SAYS(2, ", filing_no", ", printf('%.41c', 'x')"),
    "INSERT INTO invoice_property (invoice_id, address, cross_city, area) VALUES (2, '', 0, 1)",
    "INSERT INTO invoice_property (invoice_id, address, cross_city, area) VALUES (2, 'p', 2, 1)",
    "INSERT INTO invoice_property (invoice_id, address, cross_city, area) VALUES (2, 'p', 0, -1)",
    PROPERTY_SAYS(2, ", land_tax_no", ", printf('%.41c', 'x')"),
    PROPERTY_SAYS(2, ", title_no", ", printf('%.41c', 'x')"),
    PROPERTY_SAYS(2, ", area_unit", ", ''"),
    "UPDATE invoice_property SET area = 2",
    "DELETE FROM invoice_property",
    "INSERT INTO invoice_batch VALUES (9, 99, 'a', 1)",
    "INSERT INTO invoice_batch_row VALUES (99, 2, 0)",
    "INSERT INTO invoice_batch_row VALUES (1, 99, 0)",
    "INSERT INTO invoice_batch_row VALUES (1, 2, 2)",
    "UPDATE invoice_batch SET at_ms = 2",
    "INSERT INTO invoice_batch VALUES (9, 1, 'a', 1); DELETE FROM invoice_batch WHERE id = 9",
    "UPDATE invoice_batch_row SET red = 1",
    "DELETE FROM invoice_batch_row",
    PAPER_FOR(2, 2, 1, "''"), /* not issued */
    ISSUED_2 PAPER_FOR(2, 2, 2, "'r'"),
    ISSUED_2 PAPER_FOR(2, 2, 0, "''"), /* lost without a reason */
    PAPER_FOR(99, 1, 1, "''"),
    PAPER_FOR(3, 99, 1, "''"),
    "UPDATE receipt_book SET issued = 5 WHERE id = 61; INSERT INTO receipt VALUES (61, 5, "
    "'issued', 801, 'c', " ONE ", 'a', 1, 61, 1, 1, 'r')", /* an invoice is in its place */
    "UPDATE invoice_paper SET returned = 0, reason = 'r'",
    "DELETE FROM invoice_paper",
};

static const struct covered invoice_covered[] = {
    {"invoice: REFERENCES deal(id)", "invoice_wanted"},
    {"invoice: REFERENCES project(id)", "invoice_wanted"},
    {"invoice_part: REFERENCES invoice(id)", "invoice_part_carried"},
    {"invoice_part: REFERENCES voucher(id)", "invoice_part_carried"},
    {"invoice_number: UNIQUE (invoice_id, kind)", "invoice_number_in_time"},
    {"invoice_number: CHECK (kind IN ('issued', 'red'))", "invoice_number_in_time"},
    {"invoice_paper: REFERENCES invoice(id)", "invoice_paper_live"},
    {"invoice_paper: FOREIGN KEY (book_id, no) REFERENCES receipt(book_id, no)",
     "invoice_paper_live"},
    {NULL, NULL}};

#endif
