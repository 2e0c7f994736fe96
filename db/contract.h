/* contract.h - around the contract: what was shown before it, its review, its countersigns, and who
 * has the paper (SF-27, SF-34, SF-36, SF-37).
 *
 * A contract whose review is not ticked whole, or that somebody has not signed, is neither filed
 * nor counted as signed. Needs a deal in scope. Thread: changes on the writer's; reads on any with
 * a reader.
 */
#ifndef ANCHANG_DB_CONTRACT_H
#define ANCHANG_DB_CONTRACT_H

#include "db/tx.h"

struct contract_item_info {
    const char *code, *zh, *en;
    bool presale;     /* of showings: in a pre-sale alone */
    enum right right; /* of signers */
};
enum contract_list { CONTRACT_SHOWINGS, CONTRACT_CHECKS, CONTRACT_SIGNERS };
/* The lines of a list, in their order. */
const struct contract_item_info *contract_items(enum contract_list list, size_t *ret_n);

/* Notes that @item (a code of showing.def) was shown to the buyers. Again is no error. */
int contract_show(struct tx *tx, int64_t deal_id, const char *item);
/* For the step to the contract: notes @shown (codes separated by a space; NULL: none), then
 * SHOWING_MISSING with an item for each that was not shown. */
int contract_shown(struct tx *tx, int64_t deal_id, const char *shown);

/* Ticks a line of the review of the live contract, or says what is wrong with it (@ok false;
 * @note is needed then). CONTRACT_NONE, CONTRACT_SIGNED once countersigning has begun. */
int contract_check(struct tx *tx, int64_t deal_id, const char *item, bool ok, const char *note);
/* Signs the next line of the sheet; @signer is the one the actor believes to be next:
 * SIGNER_NOT_NEXT with who is. Nobody signs two, but for the buyer's, which whoever saw it
 * notes. CONTRACT_UNREVIEWED. */
int contract_sign(struct tx *tx, int64_t deal_id, const char *signer, const char *note);
/* For the filing: CONTRACT_UNREVIEWED or CONTRACT_UNSIGNED with an item for each that is
 * missing. */
int contract_need_complete(struct tx *tx, int64_t deal_id);

/* Of the live contract; 0: there is none. */
int contract_document(struct tx *tx, int64_t deal_id, int64_t *ret_document_id);

/* One line as it stands. */
struct contract_line {
    const char *code, *zh, *en;
    bool done, ok;
    const char *note, *actor; /* the person's name; NULL: not done */
    int64_t at_ms;
};
int contract_each(struct tx *tx, int64_t deal_id, enum contract_list list,
                  int (*each)(void *arg, const struct contract_line *line), void *arg);

/* The paper goes on to @holder; @user_id when it is one of ours, else 0. */
int contract_hand(struct tx *tx, int64_t document_id, const char *holder, int64_t user_id,
                  const char *note);
struct contract_place {
    const char *holder, *note, *actor;
    int64_t at_ms;
};
/* Newest first: the first is where it is. */
int contract_place_each(struct tx *tx, int64_t document_id,
                        int (*each)(void *arg, const struct contract_place *place), void *arg);

#endif
