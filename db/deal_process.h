/* deal_process.h - what a step of a deal or its money means for its process (SF-12, SF-14, AS-02):
 * for the modules of db/ that take the step.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_DEAL_PROCESS_H
#define ANCHANG_DB_DEAL_PROCESS_H

#include "db/tx.h"

/* The deal went from stage @from ('\0': it is new) to @to, on or back: the nodes that begin there
 * come, those that do not belong there go, and deal_process_settle(). */
int deal_process_stage(struct tx *tx, int64_t deal_id, char from, char to);
/* What happened to it and what was paid gives its due lines their days and ends its nodes, also
 * those that came later; what has not, or no longer, takes that back, @reason "" or why. After
 * whatever changes that; no matter how often. */
int deal_process_settle(struct tx *tx, int64_t deal_id, const char *reason);

#endif
