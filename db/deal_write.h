/* deal_write.h - what the steps of a deal share, for the modules of db/ that change deals
 * (deal_open.c, deal_step.c, deal_void.c, deal_due.c, the deal_change files, receivable.c).
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_DEAL_WRITE_H
#define ANCHANG_DB_DEAL_WRITE_H

#include "db/audit.h"
#include "db/deal.h"
#include "db/unit_step.h"

enum { DEAL_UNIT_TEXT = 256, DEAL_YUAN = 32, DEAL_DOCUMENT_TEXT = 80 * 4 + 1 };

/* A live deal as it stands, with its document. */
struct deal_now {
    int64_t id, version, project_id, building_id, unit_id, customer_id, user_id, terms_id;
    int64_t ticket_id, due_ms;                   /* 0: none */
    int64_t document_id, document_ms, papers_id; /* papers_id: the document before; 0: none */
    char stage;
    char unit[DEAL_UNIT_TEXT]; /* as people call it */
};
/* NOT_FOUND also out of scope and, without deal.all, of somebody else; DEAL_CLOSED; VERSION_CHANGED
 * (@version 0: not asked). */
int deal_now_read(struct tx *tx, int64_t deal_id, int64_t version, struct deal_now *ret_deal);

/* The same, also of a deal that has ended: it has no document then. */
int deal_ever_read(struct tx *tx, int64_t deal_id, struct deal_now *ret_deal);

/* The rules of a project that deals go by. */
struct deal_rules {
    int64_t book_days, sign_days, file_days, lock_minutes, confirm_minutes;
    bool confirm_first, deposit_first, direct_sign, reserve_direct, qualification;
};
int deal_rules_read(struct tx *tx, int64_t project_id, struct deal_rules *ret_rules);
/* When the term of @stage that begins now ends: the end of that day of the site; 0: none runs. */
int deal_term(struct tx *tx, const struct deal_rules *rules, char stage, int64_t *ret_due_ms);

/* One step of the deal's own unit, and with it of what is attached to it: the claim of @deal passes
 * on as the deal's, or ends. @step has the transition, @met and the words. */
int deal_unit_step(struct tx *tx, const struct deal_now *deal, struct unit_step *step);

/* The document of a stage 'B', 'S', 'C', numbered; the one before is converted. */
int deal_document_make(struct tx *tx, const struct deal_now *deal, char stage, int64_t terms_id,
                       const char *document);
/* Other terms, of a change. */
int deal_terms_set(struct tx *tx, const struct deal_now *deal, int64_t terms_id);
/* The stage, the terms and the term it has now; the version moves on, and what was told of the term
 * before is done with. */
int deal_stage_set(struct tx *tx, const struct deal_now *deal, char stage, int64_t terms_id,
                   int64_t due_ms);
/* The buyers it has, the main one first: at most DEAL_PARTIES_MAX. */
int deal_buyers_read(struct tx *tx, int64_t deal_id, struct deal_buyer *buyers, size_t *ret_n);
/* The buyers it has from now on; those there were end. */
int deal_parties_set(struct tx *tx, int64_t deal_id, const struct deal_buyer *buyers, size_t n);
/* Ends the deal: document, what is due, to-dos. @outcome as of the table; @document_state
 * "ended" or "void". */
int deal_close(struct tx *tx, const struct deal_now *deal, const char *outcome,
               const char *document_state);

/* One row of the log about the deal, and the news of it. Takes @trail over. */
int deal_log(struct tx *tx, const struct deal_now *deal, const char *action, struct trail *trail);

/* Whether all living buyers are known by a document (and qualified, where the project asks): G7. */
int deal_buyers_known(struct tx *tx, const struct deal_rules *rules, const struct deal_now *deal,
                      bool *ret_known);
int deal_buyer_known(struct tx *tx, const struct deal_rules *rules, int64_t project_id,
                     int64_t customer_id, bool *ret_known);

/* Where the buyers, those of now and those of before, stand in the customer master follows from the
 * deal (CU-03): after whatever begins it, moves its stage, its end or its buyers. */
int deal_buyers_moved(struct tx *tx, int64_t deal_id);
/* At least one, none twice, each there, all shares together the whole: BUYER_SHARES, BUYER_TWICE,
 * NOT_FOUND. */
int deal_buyers_check(struct tx *tx, const struct deal_buyer *buyers, size_t n);
/* The customer's document is the one that was typed a second time: IDENTITY_MISMATCH (SF-30). */
int deal_identity_check(struct tx *tx, int64_t customer_id, const char *document_again);

/* "1234.56" */
void deal_yuan(int64_t fen, char ret_text[DEAL_YUAN]);

#endif
