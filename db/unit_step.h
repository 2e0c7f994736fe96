/* unit_step.h - one transition of one unit, for the modules of db/: the guards are asked, the claim
 * passes, one row of history, one audit row and the loss the public hears of are written (FC 25.4).
 *
 * What a unit shows of itself is read here, in the transaction that changes it. What only the
 * caller knows - a customer's identity, money, an approval - it says with @met.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_UNIT_STEP_H
#define ANCHANG_DB_UNIT_STEP_H

#include "db/unit.h"

/* Who will hold the unit; of a state that nobody holds nothing of it is used. */
struct unit_claim {
    const char *kind;   /* "deal"; NULL: by the state, lock, reservation or hold */
    const char *holder; /* as people say it; NULL: "" */
    int64_t terminal_id, user_id, customer_id, deal_id; /* 0: none */
    int64_t until_ms;                                   /* 0: until something else happens */
};

struct unit_step {
    enum transition_id transition;
    int64_t unit_id;
    int64_t project_id;  /* a unit of another one is NOT_FOUND; 0: any */
    int64_t version;     /* of the unit as read (G11); 0: not checked */
    guard_set met;       /* of those whose facts the unit does not show */
    int64_t own_claim;   /* the live claim that must stand, for OWN and '^'; 0: any or none */
    int64_t queue_delta; /* QUEUE, UNQUEUE: +1, -1 */
    const char *reason, *document, *document_date, *retained; /* NULL: none */
    const char *cause;       /* of the loss, as in publication_patch */
    struct unit_claim claim; /* the next one */
    bool batch;              /* a refusal becomes an item, and @refused */

    bool refused;                  /* a guard or the table said no */
    int64_t new_version, claim_id; /* after it; claim 0: none */
    int64_t building_id;
};

/* Takes the step, or refuses: TRANSITION with the state there is now, UNIT_MOVED with what happened
 * since it was read (in a batch UNIT_CHANGED), or the guards' own codes, the first of them as the
 * refusal and each as an item when there are several. '^' goes back to what stood before the live
 * claim, as a new claim of the same content. */
int unit_step(struct tx *tx, struct unit_step *step);

/* The live claim on a unit; id 0: none. Texts are of no use to the steps and left out. */
struct unit_hold {
    int64_t id, terminal_id, user_id, customer_id, deal_id, since_ms, until_ms, previous_id;
    char state;
};
int unit_hold_read(struct tx *tx, int64_t unit_id, struct unit_hold *ret_hold);

#endif
