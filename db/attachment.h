/* attachment.h - parking spaces, storage rooms and terraces that belong to a home (附属房产; PM-16,
 * SF-23, FC 27.5).
 *
 * One belongs to one home at most. Whether it is sold alone is a flag of its own record
 * (attached_only): one that is not goes with its home - taken by the home's deal, led on with it
 * and given back with it, in the transaction of the home's own step. Its price is in the total of
 * the contract, or apart. What goes along is frozen with the terms; a deal takes what they name.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_ATTACHMENT_H
#define ANCHANG_DB_ATTACHMENT_H

#include "db/unit_step.h"

enum { ATTACHMENTS_MAX = 10 }; /* of one home */

struct attachment_change {
    int64_t unit_id, version; /* what is attached, as it was read */
    int64_t home_id;          /* 0: to none any more */
    bool merged;              /* its price is in the contract's total */
};
/* UNIT_CHANGED; ATTACHMENT_CLASS (only parking, storage and what is of no class is attached, and
 * to a unit that is none of these), ATTACHMENT_HELD with the unit that is sold or held,
 * LIMIT_REACHED, NOT_FOUND (the home is of another project, or out of scope). */
int attachment_set(struct tx *tx, const struct attachment_change *change);
/* ATTACHMENT_HELD when @unit_id belongs to a home and is sold with it: what its record says of that
 * stays. */
int attachment_free_need(struct tx *tx, int64_t unit_id);
/* ATTACHMENT_CLASS when @unit_id has got a class that it may not have beside what it is bound
 * to. */
int attachment_class_need(struct tx *tx, int64_t unit_id);

struct attachment_row {
    int64_t unit_id, home_id, price_fen, at_ms; /* price 0: none */
    const char *unit, *home;                    /* as people say them */
    bool merged, alone;                         /* alone: it may be sold without its home */
    char state;
};
/* What belongs to @unit_id, and what it belongs to, as far as the actor sees those buildings; the
 * caller has read the unit. */
int attachment_each(struct tx *tx, int64_t unit_id,
                    int (*each)(void *arg, const struct attachment_row *row), void *arg);

/* ---- for the modules of deals ---- */

/* The deal that @home has just begun, at 'B', 'S' or 'C', takes what its terms name. */
int attachment_take(struct tx *tx, const struct unit_step *home, char stage, int64_t terms_id);
/* What the deal holds beside its own unit takes the step that @home has just taken. */
int attachment_follow(struct tx *tx, const struct unit_step *home);
/* ATTACHMENT_CHANGED when what goes with @home_id is not what @terms_id name, or has another
 * price. */
int attachment_terms_check(struct tx *tx, int64_t home_id, int64_t terms_id);

#endif
