/* opening_impl.h - what opening.c and opening_pick.c share. */
#ifndef ANCHANG_DB_OPENING_IMPL_H
#define ANCHANG_DB_OPENING_IMPL_H

#include "db/opening.h"

struct opening_now {
    int64_t id, version, project_id, batch_size, pay_minutes, picks_most;
    bool lottery;
    char state[12];
};
/* Of a project that is seen whole; @version 0: not checked. */
int opening_now_read(struct tx *tx, int64_t id, int64_t version, struct opening_now *ret);

struct opening_group {
    int64_t id, version, opening_id, ticket_id, customer_id, number;
    int64_t picks;     /* of deals that live */
    bool ticket_spent; /* in a pick of this group, also one that lapsed */
    char state[12];
};
int opening_group_read(struct tx *tx, int64_t group_id, int64_t version, struct opening_group *ret);
/* @last: behind everybody. */
int opening_group_set(struct tx *tx, const struct opening_now *o, const struct opening_group *g,
                      const char *state, bool last);

#endif
