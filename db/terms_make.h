/* terms_make.h - how terms are worked out; for terms.c and its parts alone. Thread: as terms.h. */
#ifndef ANCHANG_DB_TERMS_MAKE_H
#define ANCHANG_DB_TERMS_MAKE_H

#include "db/approval.h"
#include "db/attachment.h"
#include "db/day.h"
#include "db/money.h"
#include "db/payment_plan.h"
#include "db/pool.h"
#include "db/terms.h"

struct terms_made {
    struct terms_row row; /* its steps and lines are those below */
    struct terms_step steps[TERMS_STEPS_MAX];
    struct terms_line lines[TERMS_LINES_MAX];
    struct terms_attached attached[ATTACHMENTS_MAX];
    struct pool pool; /* of all texts; the caller's to free, also of a refusal */

    char path[256];
    char today[DAY_TEXT];
    const char *class;
    int64_t filed_fen, floor_fen;
    int64_t frozen_id; /* the terms of the live deal on this unit, whose prices count; 0: none */
    int64_t until_ms;  /* when what it stands on ends: price, discounts, identity; 0: never */
    int64_t round_unit_fen;
    struct payment_plan_bounds bounds;
    enum round_mode round_mode;
};

/* All of it. Refuses as terms_quote() does. */
int terms_make(struct tx *tx, const struct terms_ask *ask, struct terms_made *ret_made);

/* terms_discount.c: the chain of discounts, from row.list_fen to row.total_fen. */
int terms_discounts(struct tx *tx, const struct terms_ask *ask, struct terms_made *made);
/* What goes with the unit: of the stored terms @terms_id, or with 0 as it is bound and priced now
 * (UNIT_NOT_PRICED). Fills row.attached. */
int terms_attached_read(struct tx *tx, int64_t terms_id, struct terms_made *made);
/* The content, as what approves it and what uses it see it. */
void terms_hash(const struct terms_row *t, uint8_t ret_hash[APPROVAL_HASH_SIZE]);
/* Asks for the approval of @t, a draft; its approval_id is the request then. */
int terms_approval(struct tx *tx, const struct terms_ask *ask, struct terms_row *t,
                   const uint8_t hash[APPROVAL_HASH_SIZE]);
/* What the end of a request for approval means for them (approval.def). */
approval_end_function terms_end;
/* What is given off the unit's list price, 0.0001 half up: what is attached has no discount. */
int64_t terms_discount_bp(const struct terms_row *row);
/* From one state into another, with its audit row. */
int terms_state(struct tx *tx, const struct terms_row *t, const char *state, int64_t valid_ms);

/* The end of @day brings forward what they stand on. NULL: it has none. */
void terms_until(const char *day, struct terms_made *made);

#endif
