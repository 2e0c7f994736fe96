/* constraints_process.h - what is to be done for deals, contracts, mortgages, templates,
 * notices. */
#ifndef TESTS_CONSTRAINTS_PROCESS_H
#define TESTS_CONSTRAINTS_PROCESS_H

#include "constraints.h"

/* Terms 700 of unit 2, deal 700 with document 700; template 700 with one node; nodes 700 open
 * and 701 done; a document template in use (700), a draft (701); texts of document 700, of
 * notice 700 and of change 700. */
static const char process_seed[] =
    "INSERT INTO terms (id, project_id, unit_id, customer_id, unit_price_id, price_basis, "
    "list_fen, total_fen, plan_id, plan_name, valid_until_ms, user_id, made_ms) VALUES "
    "(700, 1, 2, 1, 2, 'unit', 100, 100, 1, 'p', 9, 1, 1);"
    "INSERT INTO terms_line VALUES (700, 1, 'f', 100, 0, 'signed', 0, NULL, '');"
    "UPDATE terms SET state = 'granted', hash = " ONE " WHERE id = 700;"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms, "
    "outcome, closed_ms) VALUES (700, 1, 2, 1, 1, 'C', 700, 1, 'cancelled', 2);"
    "INSERT INTO deal_document (id, deal_id, kind, project_id, number, terms_id, user_id, made_ms, "
    "state, ended_ms) VALUES (700, 700, 'contract', 1, 700, 1, 1, 1, 'ended', 2), "
    "(701, 700, 'booking', 1, 701, 1, 1, 1, 'ended', 2);"
    "INSERT INTO process_template (id, project_id, name, begins) VALUES (700, 1, 'p', 'signed');"
    "INSERT INTO process_template_node VALUES (700, 1, 'c', 'n', 'manual', 'r', 1, 'begin', 1);"
    "INSERT INTO deal_node (id, deal_id, ordinal, code, name, kind, right_code, days, "
    "counted_from, strict) VALUES (700, 700, 1, 'c', 'n', 'manual', 'r', 1, 'begin', 1);"
    "INSERT INTO deal_node_event (id, node_id, event, actor, at_ms) VALUES (700, 700, 'near', 'a', "
    "1);"
    "INSERT INTO contract_sign VALUES (700, 1, 1, '', 1);"
    "INSERT INTO document_handover (id, document_id, holder, actor, at_ms) VALUES (700, 700, 'h', "
    "'a', 1);"
    "INSERT INTO mortgage (id, deal_id, kind, bank, amount_fen, years, progress_ms) VALUES "
    "(700, 700, 'fund', 'b', 1, 1, 1);"
    "INSERT INTO document_template (id, project_id, kind, number, name, body, state, actor, at_ms) "
    "VALUES (700, 1, 'contract', 1, 'n', 'b', 'active', 'a', 1), "
    "(701, 1, 'contract', 2, 'n', 'b', 'draft', 'a', 1);"
    "INSERT INTO document_text (id, deal_id, document_id, template_id, body, at_ms) VALUES "
    "(700, 700, 700, 700, 'b', 1);"
    "INSERT INTO movein_notice (id, deal_id, handover_date, way, actor, sent_ms) VALUES "
    "(700, 700, '2026-01-01', 'post', 'a', 1);"
    "INSERT INTO deal_change (id, project_id, number, deal_id, kind, stage, was_terms_id, reason, "
    "user_id, hash, asked_ms) VALUES (700, 1, 700, 700, 'rename', 'C', 700, 'r', 1, " ONE ", 1);"
    "INSERT INTO document_text (id, deal_id, notice_id, template_id, body, at_ms) VALUES "
    "(701, 700, 700, 700, 'b', 1);"
    "INSERT INTO document_text (id, deal_id, change_id, template_id, body, at_ms) VALUES "
    "(702, 700, 700, 700, 'b', 1);";

#define PROCESS(project, name, begins, enabled)                                                    \
    "INSERT INTO process_template (project_id, name, begins, enabled) VALUES (" #project ", " name \
    ", '" begins "', " #enabled ")"
#define PLANNED(template, ordinal, code, name, days, from, strict)                                 \
    "INSERT INTO process_template_node VALUES (" #template ", " #ordinal ", " code ", " name       \
                                                           ", 'manual', 'r', " #days ", '" from    \
                                                           "', " #strict ")"
#define NODE(deal, ordinal, code, strict, more, values)                                            \
    "INSERT INTO deal_node (deal_id, ordinal, code, name, kind, right_code, days, counted_from, "  \
    "strict" more ") VALUES (" #deal ", " #ordinal ", '" code                                      \
    "', 'n', 'k', 'r', 1, 'begin', " #strict values ")"
#define HAPPENED(node, event, note, media)                                                         \
    "INSERT INTO deal_node_event (node_id, event, note, media_id, actor, at_ms) VALUES (" #node    \
    ", '" event "', " note ", " media ", 'a', 1)"
#define CHECKED(document, ok, note, user)                                                          \
    "INSERT INTO contract_check VALUES (" #document ", 'x', " #ok ", " note ", " #user ", 1)"
#define LOAN(deal, kind, bank, fen, years, more, values)                                           \
    "INSERT INTO mortgage (deal_id, kind, bank, amount_fen, years, progress_ms" more               \
    ") VALUES (" #deal ", '" kind "', " bank ", " #fen ", " #years ", 1" values ")"
#define TEXT_OF(project, kind, number, name, body, state)                                          \
    "INSERT INTO document_template (project_id, kind, number, name, body, state, actor, at_ms) "   \
    "VALUES (" #project ", '" kind "', " #number ", " name ", " body ", '" state "', 'a', 1)"
#define FILLED(deal, of, values, template)                                                         \
    "INSERT INTO document_text (deal_id, " of ", template_id, body, at_ms) VALUES (" #deal         \
    ", " values ", " #template ", 'b', 1)"
#define NOTICE(deal, date, way, proof)                                                             \
    "INSERT INTO movein_notice (deal_id, handover_date, way, proof, actor, sent_ms) VALUES "       \
    "(" #deal ", '" date "', '" way "', " proof ", 'a', 1)"
#define LONG_TEXT(n) "printf('%" #n "s', 'x')"

static const char *const process_refused[] = {
    PROCESS(99, "'q'", "signed", 1),
    PROCESS(1, "''", "signed", 1),
    PROCESS(1, "'q'", "someday", 1),
    PROCESS(1, "'q'", "signed", 2),
    PROCESS(1, "'p'", "signed", 1),
    PLANNED(99, 2, "'d'", "'n'", 1, "begin", 1),
    PLANNED(700, 41, "'d'", "'n'", 1, "begin", 1),
    PLANNED(700, 2, "''", "'n'", 1, "begin", 1),
    PLANNED(700, 2, "'d'", "''", 1, "begin", 1),
    PLANNED(700, 2, "'d'", "'n'", 3651, "begin", 1),
    PLANNED(700, 2, "'d'", "'n'", 1, "guess", 1),
    PLANNED(700, 2, "'d'", "'n'", 1, "begin", 2),
    PLANNED(700, 2, "'c'", "'n'", 1, "begin", 1),
    /* the nodes of a deal */
    NODE(999, 2, "d", 1, "", ""),
    NODE(700, 2, "d", 1, ", user_id", ", 999"),
    NODE(700, 2, "d", 2, "", ""),
    NODE(700, 2, "d", 1, ", state", ", 'lost'"),
    NODE(700, 2, "d", 1, ", result", ", " LONG_TEXT(401)),
    NODE(700, 2, "d", 1, ", document", ", " LONG_TEXT(81)),
    NODE(700, 2, "d", 1, ", done_ms, done_by", ", 1, 'a'"),
    NODE(700, 2, "d", 1, ", state, done_ms", ", 'done', 1"),
    NODE(700, 2, "c", 1, "", ""),
    NODE(700, 1, "d", 1, "", ""),
    NODE(700, 3, "e", 1, "", "") "; DELETE FROM deal_node WHERE code = 'e'",
    HAPPENED(999, "done", "''", "NULL"),
    HAPPENED(700, "guessed", "''", "NULL"),
    HAPPENED(700, "done", LONG_TEXT(401), "NULL"),
    HAPPENED(700, "done", "''", "'m'"),
    HAPPENED(700, "near", "''", "NULL"),
    "UPDATE deal_node_event SET note = 'x' WHERE id = 700",
    "DELETE FROM deal_node_event WHERE id = 700",
    /* the contract */
    "INSERT INTO deal_showing VALUES (999, 'x', 'a', 1)",
    CHECKED(999, 1, "''", 1),
    CHECKED(700, 2, "'n'", 1),
    CHECKED(700, 1, LONG_TEXT(401), 1),
    CHECKED(700, 1, "''", 999),
    CHECKED(700, 0, "''", 1),
    "INSERT INTO contract_sign VALUES (999, 1, 1, '', 1)",
    "INSERT INTO contract_sign VALUES (701, 0, 1, '', 1)",
    "INSERT INTO contract_sign VALUES (701, 1, 999, '', 1)",
    "INSERT INTO contract_sign VALUES (701, 1, 1, " LONG_TEXT(201) ", 1)",
    "INSERT INTO contract_sign VALUES (701, 2, 1, '', 1)",
    "UPDATE contract_sign SET note = 'x' WHERE document_id = 700",
    "DELETE FROM contract_sign WHERE document_id = 700",
    "INSERT INTO document_handover (document_id, holder, actor, at_ms) VALUES (999, 'h', 'a', 1)",
    "INSERT INTO document_handover (document_id, holder, actor, at_ms) VALUES (700, '', 'a', 1)",
    "INSERT INTO document_handover (document_id, holder, user_id, actor, at_ms) VALUES (700, 'h', "
    "999, 'a', 1)",
    "INSERT INTO document_handover (document_id, note, holder, actor, at_ms) VALUES "
    "(700, " LONG_TEXT(201) ", 'h', 'a', 1)",
    "UPDATE document_handover SET note = 'x' WHERE id = 700",
    "DELETE FROM document_handover WHERE id = 700",
    /* loans */
    LOAN(999, "commercial", "'b'", 1, 1, "", ""),
    LOAN(700, "private", "'b'", 1, 1, "", ""),
    LOAN(700, "commercial", "''", 1, 1, "", ""),
    LOAN(700, "commercial", "'b'", 0, 1, "", ""),
    LOAN(700, "commercial", "'b'", 1, 31, "", ""),
    LOAN(700, "commercial", "'b'", 1, 1, ", state", ", 'lost'"),
    LOAN(700, "commercial", "'b'", 1, 1, ", approved_fen", ", 0"),
    LOAN(700, "commercial", "'b'", 1, 1, ", state", ", 'approved'"),
    LOAN(700, "fund", "'b'", 1, 1, "", ""),
    /* texts */
    TEXT_OF(99, "change", 1, "'n'", "'b'", "draft"),
    TEXT_OF(1, "letter", 1, "'n'", "'b'", "draft"),
    TEXT_OF(1, "change", 0, "'n'", "'b'", "draft"),
    TEXT_OF(1, "change", 1, "''", "'b'", "draft"),
    TEXT_OF(1, "change", 1, "'n'", "''", "draft"),
    TEXT_OF(1, "change", 1, "'n'", "'b'", "lost"),
    TEXT_OF(1, "contract", 2, "'n'", "'b'", "draft"),
    TEXT_OF(1, "contract", 3, "'n'", "'b'", "active"),
    "UPDATE document_template SET body = 'x' WHERE id = 700",
    FILLED(999, "document_id", "701", 700),
    FILLED(700, "document_id", "999", 700),
    FILLED(700, "document_id", "700", 700), /* has one */
    FILLED(700, "notice_id", "999", 700),
    FILLED(700, "notice_id", "700", 700),
    FILLED(700, "change_id", "700", 700),
    FILLED(700, "change_id", "999", 700),
    FILLED(700, "document_id", "701", 999),
    FILLED(700, "document_id", "NULL", 700),                /* of nothing */
    FILLED(700, "notice_id, document_id", "700, 701", 700), /* of two */
    "UPDATE document_text SET body = 'x' WHERE id = 700",
    "DELETE FROM document_text WHERE id = 700",
    /* notices */
    NOTICE(999, "2026-01-01", "post", "''"),
    NOTICE(700, "2026-1-1", "post", "''"),
    NOTICE(700, "2026-01-01", "pigeon", "''"),
    NOTICE(700, "2026-01-01", "post", LONG_TEXT(81)),
};

static const struct covered process_covered[] = {
    {NULL, NULL},
};

#undef NODE
#endif
