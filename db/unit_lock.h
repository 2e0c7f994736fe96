/* unit_lock.h - a pick lock: a customer's few minutes with a unit (SC-20; FC 25.4 T10, T11).
 *
 * It is a person's at a desk or a terminal's, and shown as "being chosen". Who has it may book or
 * subscribe the unit, prolong it or give it up; else it ends by itself (unit_expire_due()).
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_UNIT_LOCK_H
#define ANCHANG_DB_UNIT_LOCK_H

#include "db/unit.h"

enum { UNIT_LOCKS_MOST = 3 }; /* at once, of one person, terminal or customer */

struct unit_lock {
    int64_t unit_id;
    int64_t unit_version; /* as read (G11); 0: not checked */
    int64_t customer_id;  /* whom it is for; 0: nobody of the master */
};
/* For the project's minutes. Refuses with TRANSITION, UNIT_MOVED, the guards of LOCK and
 * LIMIT_REACHED. */
int unit_lock(struct tx *tx, const struct unit_lock *lock, int64_t *ret_until_ms);
/* The project's minutes from now, but not longer than UNIT_LOCK_MAX from its begin: LOCK_LONGEST.
 * LOCK_NOT_OWN. */
int unit_lock_renew(struct tx *tx, int64_t unit_id, int64_t *ret_until_ms);
/* Gives it up; also by who has unit.hold. LOCK_NOT_OWN. */
int unit_lock_release(struct tx *tx, int64_t unit_id);

#endif
