/* demo_owners.h - whose the customers of the demonstration are, and what was done with them, for
 * demo.c.
 */
#ifndef ANCHANG_DEMO_OWNERS_H
#define ANCHANG_DEMO_OWNERS_H

#include <stdint.h>

#include "db/tx.h"

/* Of every three customers one is @first's, one @second's and one in the pool; follow-ups of the
 * days before @tx, some overdue, some due today; what there is to decide. */
int demo_owners_make(struct tx *tx, int64_t project_id, int64_t manager_id, int64_t first,
                     int64_t second);

#endif
