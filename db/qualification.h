/* qualification.h - whether the city lets a customer buy (CU-27): its answer, number, day and
 * document. Nothing of it is changed: the newest of a project counts.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_QUALIFICATION_H
#define ANCHANG_DB_QUALIFICATION_H

#include "db/tx.h"

enum { QUALIFICATION_NUMBER_MAX = 60, QUALIFICATION_NOTE_MAX = 200, QUALIFICATIONS_MAX = 200 };

/* pending, pass, fail; ended by NULL. */
extern const char *const qualification_results[];

struct qualification {
    int64_t id, customer_id, project_id, created_ms;
    const char *project, *result, *number, *date, *note, *created_by;
    const char *media_id; /* NULL: none */
};
/* Of projects the actor sees, newest first. NOT_FOUND. */
int qualification_scan(struct tx *tx, int64_t customer_id,
                       int (*each)(void *arg, const struct qualification *row), void *arg);
/* What counts: "pass", "fail", "pending", or "" when nothing was recorded. For G7 of deals. */
int qualification_result(struct tx *tx, int64_t customer_id, int64_t project_id,
                         const char **ret_result);
/* id, project, created_* are not looked at. NOT_FOUND, MEDIA_UNKNOWN, QUALIFICATION_NUMBER (a pass
 * has one), LIMIT_REACHED. */
int qualification_add(struct tx *tx, const struct qualification *q, int64_t *ret_id);

#endif
