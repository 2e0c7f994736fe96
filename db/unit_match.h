/* unit_match.h - units on sale that fit what somebody looks for (CU-10).
 *
 * Only what can be sold now: available, sold alone, no change under way, no lock or seizure on it.
 * Every hard criterion is met; the others rank. What is not known of a unit meets no hard
 * criterion.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_UNIT_MATCH_H
#define ANCHANG_DB_UNIT_MATCH_H

#include "db/intent.h"

enum { UNIT_MATCH_MAX = 50, UNIT_SCORE_MAX = 1000 };

struct unit_match {
    int64_t unit_id, building_id;
    const char *building, *stair, *floor, *room, *class, *layout, *orientation;
    int64_t rooms;     /* -1: no layout */
    int64_t gross;     /* 0.01 m2; 0: unknown */
    int64_t total_fen; /* 0: none */
    int64_t score;     /* of UNIT_SCORE_MAX: how far the soft criteria are met; all, when none */
    unsigned missed;   /* bits of soft criteria that are not met */
};
/* The best @limit, best first; the cheaper of two as good. NOT_FOUND: the project. Texts live
 * during the call. @ret_fitting (NULL: not asked): how many meet what is hard. */
int unit_match_each(struct tx *tx, int64_t project_id, const struct intent_wish *wish, int limit,
                    int (*each)(void *arg, const struct unit_match *match), void *arg,
                    int64_t *ret_fitting);

#endif
