/* deal_process.h - what a step of a deal or its money means for its process (SF-12, SF-14, AS-02):
 * for the modules of db/ that take the step.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_DEAL_PROCESS_H
#define ANCHANG_DB_DEAL_PROCESS_H

#include "db/tx.h"

/* The deal went from stage @from ('\0': it is new) to @to, on or back. */
int deal_process_stage(struct tx *tx, int64_t deal_id, char from, char to, const char *document);
/* Money came in or went out. */
int deal_process_money(struct tx *tx, int64_t deal_id);

#endif
