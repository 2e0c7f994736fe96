/* collision.h - two consultants and one customer (撞单): the case with what both can show, and who
 * decided it (DP-04).
 *
 * A consultant who meets a number that is recorded already may claim the customer; he does not see
 * the record. What is kept of both sides is frozen when the case is opened. A person decides, who
 * is neither side; nothing does by itself.
 *
 * In scope, else NOT_FOUND. Needs tx->seal to open one. Thread: changes on the writer's; reads on
 * any with a reader.
 */
#ifndef ANCHANG_DB_COLLISION_H
#define ANCHANG_DB_COLLISION_H

#include "db/contact.h"
#include "db/duplicate.h"

enum { COLLISION_TEXT_MAX = 500, COLLISION_PAGE_MAX = 100, COLLISIONS_OPEN_MAX = 50 };

/* The customer of @ask. COLLISION_NONE: nobody, or the actor's own; COLLISION_OPEN; LIMIT_REACHED:
 * too many of the actor's are open; CHECK_RATE as duplicate_check(). */
int collision_open(struct tx *tx, const struct duplicate_ask *ask, const char *claim,
                   int64_t *ret_id);

/* @claimant_wins: the customer becomes his, from now. With customer.allocate. COLLISION_DECIDED,
 * COLLISION_PARTY, VERSION_CHANGED, REASON_NEEDED, OWNER_UNFIT. */
int collision_decide(struct tx *tx, int64_t id, int64_t version, bool claimant_wins,
                     const char *why);

struct collision_row {
    int64_t id, version, project_id, customer_id, opened_ms, decided_ms;
    char name[CONTACT_NAME_TEXT];
    const char *claimant, *holder; /* holder NULL: it lay in the pool */
    const char *claim, *outcome;   /* outcome NULL: open; "holder", "claimant" */
    const char *decided_by, *note; /* decided_by NULL: nobody yet */
    bool may_decide;
};
/* Of a project, newest first; those of the actor alone without customer.allocate. */
int collision_scan(struct tx *tx, int64_t project_id, bool open, int64_t before_id, int limit,
                   int (*each)(void *arg, const struct collision_row *row), void *arg);
int collision_get(struct tx *tx, int64_t id,
                  int (*each)(void *arg, const struct collision_row *row), void *arg);

struct collision_fact {
    const char *side, *kind;
    int64_t at_ms, count; /* of which one is said by the kind */
    bool counted;
};
/* Of a case that was read with collision_get(). */
int collision_facts(struct db *db, int64_t id,
                    int (*each)(void *arg, const struct collision_fact *fact), void *arg);

#endif
