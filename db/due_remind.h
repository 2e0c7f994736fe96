/* due_remind.h - buyers are to be told of what falls due (FI-24, NT-10): so many days before, once
 * more nearer to it, and after it, as the project's rule has it (project.def: remind_...), once
 * each for a due line that is not paid by then. The record says so, the buyer's notice is made
 * (buyer_notice.h) and the consultant is told.
 *
 * A line that gets another day is another line, and is told of anew. What was missed while the
 * daemon stood still is told late, but nothing that is late for REMIND_LATE_DAYS.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_DUE_REMIND_H
#define ANCHANG_DB_DUE_REMIND_H

#include "db/tx.h"

enum { REMIND_LATE_DAYS = 30 };

/* As of @today; how many were told. */
int due_remind(struct tx *tx, const char *today);
/* As of now, all of them. It looks at every line of those days: no duty of every moment. */
int due_remind_run(struct tx *tx);

#endif
