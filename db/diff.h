/* diff.h - what differs between two contents of a project (SC-15). Pure. */
#ifndef ANCHANG_DB_DIFF_H
#define ANCHANG_DB_DIFF_H

#include "db/content.h"

enum diff_kind {
    DIFF_ADDED,
    DIFF_REMOVED,
    DIFF_OPENED,
    DIFF_CLOSED,
    DIFF_PRICE_UP,
    DIFF_PRICE_DOWN,
    DIFF_OTHER
};

struct diff_unit {
    enum diff_kind kind; /* the weightiest: opened or closed, then price, then other */
    const struct published_unit *before, *after; /* NULL: not in that content */
};
struct diff_item {
    const struct published_item *before, *after;
};
struct diff_count {
    int64_t added, removed, opened, closed, price_up, price_down, other, items;
};

/* @before may be NULL: everything is added. Units in the order of @after, removed ones last. */
int content_diff(const struct content *before, const struct content *after,
                 int (*unit)(void *arg, const struct diff_unit *d),
                 int (*item)(void *arg, const struct diff_item *d), void *arg,
                 struct diff_count *ret_count);

#endif
