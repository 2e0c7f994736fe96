/* task.h - what is due with customers, and when: my tasks, protection that runs out, supervision
 * (CU-13 to CU-15, DP-07).
 *
 * Nothing of it is stored: one expression tells when the next follow-up of a customer is due, which
 * is the sooner of what the last one promised and the interval of the stage after the last one. So
 * the lists of the consultant and the manager cannot differ, and a rule that changes counts at
 * once. Due at a time is overdue from that millisecond on.
 *
 * In scope. Thread: any with a reader.
 */
#ifndef ANCHANG_DB_TASK_H
#define ANCHANG_DB_TASK_H

#include "db/contact.h"
#include "db/tx.h"

enum { TASK_PAGE_MAX = 200 };

struct task_row {
    int64_t customer_id, project_id, owner_id, due_ms, touched_ms, next_ms, protected_until_ms;
    char name[CONTACT_NAME_TEXT];
    const char *owner, *stage, *state;
    int64_t opportunity_id; /* 0: none */
};
struct task_filter {
    int64_t project_id;               /* 0: all in scope */
    int64_t owner_id;                 /* 0: everybody's */
    const char *stage;                /* NULL: any */
    int64_t from_ms, to_ms;           /* due in [from, to); to 0: open */
    int64_t after_ms, after_customer; /* rows behind this one; 0: from the first */
    int limit;
};
/* By when they are due. */
int task_scan(struct tx *tx, const struct task_filter *filter,
              int (*each)(void *arg, const struct task_row *row), void *arg);

struct task_count {
    int64_t overdue, today, future;
};
/* Those of @filter before @now_ms, from then to the end of the day, and later. */
int task_count(struct tx *tx, const struct task_filter *filter, int64_t day_end_ms,
               struct task_count *ret);

/* Whose period ends within the project's warn_hours, or has ended, the soonest first; after_ms and
 * after_customer of @filter, of the period's end. */
int task_warnings(struct tx *tx, const struct task_filter *filter,
                  int (*each)(void *arg, const struct task_row *row), void *arg);

struct supervision_row {
    int64_t owner_id, customers, overdue, touched_ms; /* touched: the last of all */
    const char *owner, *stage;
};
/* A row for each consultant and stage that he has customers in, by name and stage. */
int task_supervision(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, const struct supervision_row *row), void *arg);

#endif
