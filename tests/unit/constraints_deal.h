/* constraints_deal.h - deals, what is due, and changes of deals. */
#ifndef TESTS_CONSTRAINTS_DEAL_H
#define TESTS_CONSTRAINTS_DEAL_H

#include "constraints.h"
#include "constraints_terms.h"

/* Terms 20 of unit 1, used by the live deal 91; 21 and 22 of unit 2, which deal 92 had and
 * nobody has taken; everything else of deal 91 is numbered 1, of deal 92, which is over, 2. */
static const char deal_seed[] =
    "INSERT INTO series VALUES (1, 'queue', 5);"
    "INSERT INTO queue_ticket (id, project_id, number, customer_id, unit_id, user_id, made_ms) "
    "VALUES (1, 1, 1, 1, 1, 1, 1);"
    "INSERT INTO queue_ticket (id, project_id, number, customer_id, user_id, state, made_ms, "
    "ended_ms) VALUES (2, 1, 2, 1, 1, 'cancelled', 1, 2);" TERMS_COLUMNS_SEED
    "(20, 1, 1, 1, 1, 'unit', 100, 90, 9, 1, 1), (21, 1, 2, 1, 2, 'unit', 100, 90, 9, 1, 1), "
    "(22, 1, 2, 1, 2, 'unit', 100, 90, 9, 1, 1);"
    "UPDATE terms SET state = 'granted', hash = " ONE " WHERE id IN (20, 21, 22);"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms) "
    "VALUES (91, 1, 1, 1, 1, 'B', 20, 1);"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms, "
    "outcome, closed_ms, from_deal_id) VALUES (92, 1, 2, 1, 1, 'B', 21, 1, 'void', 2, 90), "
    "(93, 1, 2, 1, 1, 'B', 22, 1, 'void', 2, NULL);"
    "UPDATE terms SET state = 'used', deal_id = 91 WHERE id = 20;"
    "UPDATE terms SET state = 'used', deal_id = 92 WHERE id = 21;"
    "INSERT INTO deal_party VALUES (1, 91, 1, 1, 10000, 1, NULL), (2, 91, 3, 2, 5000, 1, 2);"
    "INSERT INTO deal_document (id, deal_id, kind, project_id, number, document, terms_id, "
    "user_id, made_ms, state, ended_ms) VALUES (1, 91, 'booking', 1, 1, 'D', 20, 1, 1, 'live', "
    "NULL), (2, 92, 'booking', 1, 2, '', 21, 1, 1, 'ended', 2);"
    "INSERT INTO receivable (id, deal_id, terms_id, ordinal, fund, amount_fen, due, made_ms, "
    "ended_ms) VALUES (1, 91, 20, 1, 'f', 5, 'signed', 1, NULL), (2, 91, 20, 2, 'f', 5, 'signed', "
    "1, 2);"
    "INSERT INTO deal_change (id, project_id, number, deal_id, kind, stage, was_terms_id, reason, "
    "user_id, hash, asked_ms, state, executed_ms) VALUES (1, 1, 1, 91, 'plan', 'B', 20, 'r', "
    "1, " ONE ", 1, 'asked', NULL), (2, 1, 2, 92, 'plan', 'B', 21, 'r', 1, " ONE
    ", 1, 'executed', 1);"
    "INSERT INTO deal_change_party VALUES (1, 1, 1, 10000);"
    "INSERT INTO deal_change_media SELECT 1, id FROM media LIMIT 1;"
    "INSERT INTO confirmation VALUES (1, 1, 1, 1, 1, 1, 5, NULL, NULL), "
    "(2, 2, 1, 1, 1, 1, 5, 2, 92);";

#define TICKET(project, number, customer, unit, user, columns, values)                             \
    "INSERT INTO queue_ticket (project_id, number, customer_id, unit_id, user_id, made_ms" columns \
    ") VALUES (" #project ", " #number ", " #customer ", " unit ", " #user ", 1" values ")"
#define DEAL(project, unit, customer, user, terms, stage, columns, values)                         \
    "INSERT INTO deal (project_id, unit_id, customer_id, user_id, terms_id, stage, "               \
    "opened_ms" columns ") VALUES (" #project ", " #unit ", " #customer ", " #user ", " #terms     \
    ", '" stage "', 1" values ")"
#define DEAL_WITH(columns, values) DEAL(1, 2, 1, 1, 22, "B", columns, values)
#define PARTY(deal, customer, ordinal, share)                                                      \
    "INSERT INTO deal_party (deal_id, customer_id, ordinal, share_bp, since_ms) VALUES (" #deal    \
    ", " #customer ", " #ordinal ", " #share ", 1)"
#define PAPER(deal, kind, project, number, document, terms, user, columns, values)                 \
    "INSERT INTO deal_document (deal_id, kind, project_id, number, document, terms_id, user_id, "  \
    "made_ms" columns ") VALUES (" #deal ", '" kind "', " #project ", " #number ", " document      \
    ", " #terms ", " #user ", 1" values ")"
#define PAPER_WITH(columns, values) PAPER(92, "booking", 1, 9, "''", 21, 1, columns, values)
#define DUE(deal, terms, ordinal, amount, loan, due, columns, values)                              \
    "INSERT INTO receivable (deal_id, terms_id, ordinal, fund, amount_fen, loan, due, "            \
    "made_ms" columns ") VALUES (" #deal ", " #terms ", " #ordinal ", 'f', " #amount ", " #loan    \
    ", '" due "', 1" values ")"
#define CHANGE(project, number, deal, reason, user, hash, columns, values)                         \
    "INSERT INTO deal_change (project_id, number, deal_id, kind, stage, was_terms_id, reason, "    \
    "user_id, hash, asked_ms" columns ") VALUES (" #project ", " #number ", " #deal                \
    ", 'plan', 'B', 20, " reason ", " #user ", " hash ", 1" values ")"
#define CHANGE_WITH(columns, values) CHANGE(1, 9, 92, "'r'", 1, ONE, columns, values)
#define CLAIM_WITH(state, kind, columns, values)                                                   \
    "INSERT INTO claim (unit_id, since_ms, state, kind" columns ") VALUES (2, 1, '" state          \
    "', '" kind "'" values ")"
#define CONFIRMED(unit, customer, user, until, used, deal)                                         \
    "INSERT INTO confirmation (unit_id, unit_version, customer_id, user_id, made_ms, until_ms, "   \
    "used_ms, deal_id) VALUES (" #unit ", 1, " #customer ", " #user ", 1, " #until ", " used       \
    ", " deal ")"

static const char *const deal_refused[] = {
    /* the rules of a project */
    "UPDATE project SET book_days = 0",
    "UPDATE project SET sign_days = 181",
    "UPDATE project SET file_days = 31",
    "UPDATE project SET postpone_times = 21",
    "UPDATE project SET postpone_days = 366",
    "UPDATE project SET lock_minutes = 31",
    "UPDATE project SET confirm_minutes = 241",
    "UPDATE project SET confirm_first = 2",
    "UPDATE project SET deposit_first = 2",
    "UPDATE project SET direct_sign = 2",
    "UPDATE project SET reserve_direct = 2",
    "UPDATE project SET qualification = 2",
    /* numbers */
    "INSERT INTO series VALUES (99, 'queue', 1)",
    "INSERT INTO series VALUES (1, 'stamp', 1)",
    "INSERT INTO series VALUES (1, 'booking', -1)",
    "UPDATE series SET last = 7",
    "DELETE FROM series",
    TICKET(99, 9, 1, "2", 1, "", ""),
    TICKET(1, 0, 1, "2", 1, "", ""),
    TICKET(1, 9, 99, "2", 1, "", ""),
    TICKET(1, 9, 1, "99", 1, "", ""),
    TICKET(1, 9, 1, "2", 99, "", ""),
    TICKET(1, 9, 1, "2", 1, ", state, ended_ms", ", 'sold', 2"),
    TICKET(1, 9, 1, "2", 1, ", reason", ", printf('%.201c', 'x')"),
    TICKET(1, 2, 1, "2", 1, "", ""),
    TICKET(1, 9, 1, "2", 1, ", ended_ms", ", 2"),
    TICKET(1, 9, 1, "1", 1, "", ""),
    "UPDATE queue_ticket SET number = 9 WHERE id = 1",
    "DELETE FROM queue_ticket WHERE id = 2",
    /* deals */
    DEAL(99, 2, 1, 1, 22, "B", "", ""),
    DEAL(1, 99, 1, 1, 22, "B", "", ""),
    DEAL(1, 2, 99, 1, 22, "B", "", ""),
    DEAL(1, 2, 1, 99, 22, "B", "", ""),
    DEAL(1, 2, 1, 1, 99, "B", "", ""),
    DEAL(1, 2, 1, 1, 2, "B", "", ""), /* the terms of another unit */
    DEAL(1, 2, 1, 1, 22, "K", "", ""),
    DEAL_WITH(", outcome, closed_ms", ", 'lost', 2"),
    DEAL_WITH(", outcome", ", 'void'"),
    DEAL_WITH(", ticket_id", ", 99"),
    DEAL_WITH(", from_deal_id", ", 99"),
    DEAL_WITH(", from_deal_id", ", 90"),
    DEAL(1, 1, 1, 1, 2, "B", "", ""), /* the unit has one */
    "UPDATE deal SET stage = 'T' WHERE id = 91",
    "UPDATE deal SET terms_id = 22 WHERE id = 91",
    "DELETE FROM deal WHERE id = 93",
    /* buyers */
    PARTY(99, 2, 3, 1),
    PARTY(91, 99, 3, 1),
    PARTY(91, 2, 11, 1),
    PARTY(91, 2, 3, 10001),
    PARTY(91, 1, 3, 1),
    PARTY(91, 2, 1, 1),
    "UPDATE deal_party SET share_bp = 1 WHERE id = 1",
    "DELETE FROM deal_party WHERE id = 2",
    /* papers */
    PAPER(99, "booking", 1, 9, "''", 21, 1, "", ""),
    PAPER(92, "letter", 1, 9, "''", 21, 1, "", ""),
    PAPER(92, "booking", 99, 9, "''", 21, 1, "", ""),
    PAPER(92, "booking", 1, 0, "''", 21, 1, "", ""),
    PAPER(92, "booking", 1, 9, "printf('%.81c', 'x')", 21, 1, "", ""),
    PAPER(92, "booking", 1, 9, "''", 99, 1, "", ""),
    PAPER(92, "booking", 1, 9, "''", 21, 99, "", ""),
    PAPER(92, "booking", 1, 1, "''", 21, 1, "", ""),
    PAPER(92, "booking", 1, 9, "'D'", 21, 1, "", ""),
    PAPER(91, "subscription", 1, 9, "''", 20, 1, "", ""), /* a second one alive */
    PAPER_WITH(", previous_id", ", 99"),
    PAPER_WITH(", state, ended_ms", ", 'lost', 2"),
    PAPER_WITH(", ended_ms", ", 2"),
    "UPDATE deal_document SET state = 'live', ended_ms = NULL WHERE id = 2",
    "DELETE FROM deal_document WHERE id = 2",
    /* what is due */
    DUE(99, 20, 9, 5, 0, "signed", "", ""),
    DUE(91, 99, 9, 5, 0, "signed", "", ""),
    DUE(91, 20, 9, 0, 0, "signed", "", ""),
    DUE(91, 20, 9, 5, 2, "signed", "", ""),
    DUE(91, 20, 9, 5, 0, "soon", "", ""),
    DUE(91, 20, 1, 5, 0, "signed", "", ""),
    DUE(91, 20, 9, 5, 0, "signed", ", change_id", ", 99"),
    "UPDATE receivable SET amount_fen = 6 WHERE id = 1",
    "DELETE FROM receivable WHERE id = 2",
    /* changes */
    CHANGE(99, 9, 92, "'r'", 1, ONE, "", ""),
    CHANGE(1, 0, 92, "'r'", 1, ONE, "", ""),
    CHANGE(1, 9, 99, "'r'", 1, ONE, "", ""),
    CHANGE(1, 9, 92, "''", 1, ONE, "", ""),
    CHANGE(1, 9, 92, "'r'", 99, ONE, "", ""),
    CHANGE(1, 9, 92, "'r'", 1, "x'00'", "", ""),
    CHANGE(1, 2, 92, "'r'", 1, ONE, "", ""),
    CHANGE(1, 9, 91, "'r'", 1, ONE, "", ""), /* a second one asked for */
    CHANGE_WITH(", state", ", 'lost'"),
    CHANGE_WITH(", fault_side", ", 'all'"),
    CHANGE_WITH(", document", ", printf('%.81c', 'x')"),
    CHANGE_WITH(", terms_id", ", 99"),
    CHANGE_WITH(", days", ", 0"),
    CHANGE_WITH(", receivable_id", ", 99"),
    CHANGE_WITH(", refund_fen", ", -1"),
    CHANGE_WITH(", forfeit_fen", ", -1"),
    CHANGE_WITH(", approval_id", ", 99"),
    CHANGE_WITH(", new_deal_id", ", 99"),
    CHANGE_WITH(", executed_ms", ", 2"),
    CHANGE_WITH(", archived_ms", ", 2"),
    CHANGE_WITH(", penalty_fen", ", -1"),
    CHANGE_WITH(", result", ", printf('%.401c', 'x')"),
    "INSERT INTO deal_change (project_id, number, deal_id, kind, stage, was_terms_id, reason, "
    "user_id, hash, asked_ms) VALUES (1, 9, 92, 'plan', 'B', 99, 'r', 1, " ONE ", 1)",
    "UPDATE deal_change SET state = 'asked', executed_ms = NULL WHERE id = 2",
    "DELETE FROM deal_change WHERE id = 2",
    "INSERT INTO deal_change_party VALUES (99, 1, 1, 1)",
    "INSERT INTO deal_change_party VALUES (1, 11, 1, 1)",
    "INSERT INTO deal_change_party VALUES (1, 2, 99, 1)",
    "INSERT INTO deal_change_party VALUES (1, 2, 3, 0)",
    "UPDATE deal_change_party SET share_bp = 1",
    "DELETE FROM deal_change_party",
    "UPDATE deal_change_media SET media_id = media_id",
    "DELETE FROM deal_change_media",
    "INSERT INTO deal_change_media VALUES (99, '0123456789abcdef0123456789abcdef')",
    "INSERT INTO deal_change_media VALUES (1, 'x')",
    /* claims of deals */
    CLAIM_WITH("C", "opening", ", document_date", ", '2026'"),
    CLAIM_WITH("C", "opening", ", user_id", ", 99"),
    CLAIM_WITH("C", "opening", ", customer_id", ", 99"),
    CLAIM_WITH("C", "opening", ", terms_id", ", 99"),
    CLAIM_WITH("B", "deal", ", deal_id", ", 99"),
    CLAIM_WITH("B", "deal", "", ""),
    CLAIM_WITH("B", "deal", ", deal_id, until_ms", ", 91, 5"),
    /* confirmations */
    CONFIRMED(99, 1, 1, 5, "NULL", "NULL"),
    CONFIRMED(1, 99, 1, 5, "NULL", "NULL"),
    CONFIRMED(1, 1, 99, 5, "NULL", "NULL"),
    CONFIRMED(1, 1, 1, 1, "NULL", "NULL"),
    CONFIRMED(1, 1, 1, 5, "2", "NULL"),
    CONFIRMED(1, 1, 1, 5, "2", "99"),
    "UPDATE confirmation SET until_ms = 9 WHERE id = 1",
    "DELETE FROM confirmation WHERE id = 2",
};

/* Terms that are not there are not the terms of the deal; nor is a unit that is not there
 * theirs. */
static const struct covered deal_covered[] = {
    {"deal: REFERENCES terms(id)", "deal_terms_insert"},
    {"deal: REFERENCES unit(id)", "deal_terms_insert"},
    {NULL, NULL},
};

#endif
