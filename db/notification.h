/* notification.h - what somebody is told of once, and of his customers: one came or went (CU-20),
 * was shared (CU-21), an application was decided (DP-11), a case (DP-04), a payment falls due
 * (FI-24).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_NOTIFICATION_H
#define ANCHANG_DB_NOTIFICATION_H

#include "db/tx.h"

enum { NOTIFICATION_PAGE_MAX = 100 };

/* Nobody (0), and who did it himself, is not told. */
int notification_add(struct tx *tx, int64_t user_id, const char *kind, int64_t customer_id,
                     int64_t project_id);

/* The consultant of a deal, about it and its main buyer. */
int notification_add_deal(struct tx *tx, const char *kind, int64_t deal_id);

struct notification_row {
    int64_t id, customer_id, project_id, at_ms, seen_ms; /* seen 0: not yet */
    int64_t deal_id;                                     /* 0: none */
    const char *kind, *project, *actor;                  /* names */
    const char *name;                                    /* the customer's, masked */
    const char *unit;                                    /* the deal's, as people say it; NULL */
};
/* The actor's own, newest first; @unseen: those alone. */
int notification_scan(struct tx *tx, bool unseen, int64_t before_id, int limit,
                      int (*each)(void *arg, const struct notification_row *row), void *arg);
/* NOT_FOUND: not one of his. */
int notification_see(struct tx *tx, int64_t id);

#endif
