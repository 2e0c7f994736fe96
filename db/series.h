/* series.h - the numbers of a project's documents: counted one by one, never given twice, and
 * with a transaction that fails the number goes back unseen.
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_SERIES_H
#define ANCHANG_DB_SERIES_H

#include "db/tx.h"

/* @kind: "queue", "booking", "subscription", "contract", "change". */
int series_next(struct tx *tx, int64_t project_id, const char *kind, int64_t *ret_number);

#endif
