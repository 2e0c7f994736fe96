/* visit.h - calls and visits as they happen (CU-07, CU-08, MK-05): who came, to which project, whom
 * he was given to, how he heard of us.
 *
 * Nothing of it is changed or deleted. The first visit to a project asks how he heard of us, and
 * its time is what it is from then on: a later entry cannot lie before it.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_VISIT_H
#define ANCHANG_DB_VISIT_H

#include "db/tx.h"

enum {
    VISIT_NOTE_MAX = 500,
    VISIT_COMPANIONS_MAX = 50,
    VISIT_LATE_HOURS = 72,
    VISITS_PAGE_MAX = 100
};

struct visit_new {
    const char *kind; /* "call", "visit" */
    int64_t customer_id, project_id;
    int64_t at_ms;         /* 0: now; at most VISIT_LATE_HOURS ago */
    int64_t source_id;     /* of this time; 0: not said */
    int64_t awareness_id;  /* how he heard of us; needed at the first visit to the project */
    int64_t consultant_id; /* whom he was given to; 0: nobody */
    int64_t companions;
    const char *note; /* NULL: none */
};
/* NOT_FOUND, CUSTOMER_RESTRICTED, VISIT_TIME, AWARENESS_NEEDED, OPTION_UNKNOWN,
 * CONSULTANT_UNKNOWN. */
int visit_add(struct tx *tx, const struct visit_new *visit, int64_t *ret_id);

struct visit_row {
    int64_t id, customer_id, project_id, at_ms, created_ms, companions;
    const char *kind, *project, *note, *receptionist;
    bool first;
    int64_t source_id, awareness_id, consultant_id; /* 0: none */
    const char *source, *awareness, *consultant;    /* their names; NULL: none */
    const char *customer;                           /* masked */
};
/* Those of projects the actor sees, newest first. @customer_id 0: of all he may see; @project_id
 * 0: of all; @before_ms and @before_id 0: from the newest. */
struct visit_filter {
    int64_t customer_id, project_id, visit_id;
    int64_t before_ms, before_id;
    int limit; /* at most VISITS_PAGE_MAX */
};
int visit_scan(struct tx *tx, const struct visit_filter *filter,
               int (*each)(void *arg, const struct visit_row *row), void *arg);

/* Whom a visitor can be given to: enabled users of a post that serves customers. By name. */
int consultant_scan(struct tx *tx, int (*each)(void *arg, int64_t user_id, const char *name),
                    void *arg);

#endif
