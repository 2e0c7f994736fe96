/* diff.c - see diff.h. */
#include "db/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "db/state.h"

static enum diff_kind kind_of(const struct published_unit *a, const struct published_unit *b)
{
    if (a->state != b->state && b->state == 'A')
        return DIFF_OPENED;
    if (a->state != b->state && public_loss(a->state, b->state))
        return DIFF_CLOSED;
    if (a->total_fen != b->total_fen && a->total_fen && b->total_fen)
        return b->total_fen > a->total_fen ? DIFF_PRICE_UP : DIFF_PRICE_DOWN;
    return DIFF_OTHER;
}

static void count_one(struct diff_count *n, enum diff_kind kind)
{
    int64_t *const counters[] = {&n->added,    &n->removed,    &n->opened, &n->closed,
                                 &n->price_up, &n->price_down, &n->other};

    ++*counters[kind];
}

static const struct published_item *item_find(const struct content *c,
                                              const struct published_item *item)
{
    for (size_t i = 0; c && i < c->n_items; i++)
        if (strcmp(c->items[i].section, item->section) == 0 &&
            strcmp(c->items[i].key, item->key) == 0)
            return &c->items[i];
    return NULL;
}

static int items_diff(const struct content *before, const struct content *after,
                      int (*each)(void *arg, const struct diff_item *d), void *arg,
                      struct diff_count *count)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < after->n_items; i++) {
        const struct diff_item d = {item_find(before, &after->items[i]), &after->items[i]};

        if (d.before && strcmp(d.before->value, d.after->value) == 0 &&
            strcmp(d.before->name, d.after->name) == 0)
            continue;
        count->items++;
        r = each(arg, &d);
    }
    for (size_t i = 0; r >= 0 && before && i < before->n_items; i++) {
        const struct diff_item d = {&before->items[i], NULL};

        if (item_find(after, d.before))
            continue;
        count->items++;
        r = each(arg, &d);
    }
    return r;
}

int content_diff(const struct content *before, const struct content *after,
                 int (*unit)(void *arg, const struct diff_unit *d),
                 int (*item)(void *arg, const struct diff_item *d), void *arg,
                 struct diff_count *ret_count)
{
    struct published_unit **old = before ? content_by_unit(before) : NULL;
    struct published_unit **new = content_by_unit(after);
    struct diff_count count = {0};
    int r = new && (old || !before) ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < after->n_units; i++) {
        struct diff_unit d = {.kind = DIFF_ADDED, .after = &after->units[i]};

        d.before = old ? unit_among(old, before->n_units, d.after->unit_id) : NULL;
        if (d.before && published_unit_same(d.before, d.after))
            continue;
        if (d.before)
            d.kind = kind_of(d.before, d.after);
        count_one(&count, d.kind);
        r = unit(arg, &d);
    }
    for (size_t i = 0; r >= 0 && before && i < before->n_units; i++) {
        const struct diff_unit d = {.kind = DIFF_REMOVED, .before = &before->units[i]};

        if (unit_among(new, after->n_units, d.before->unit_id))
            continue;
        count_one(&count, d.kind);
        r = unit(arg, &d);
    }
    if (r >= 0)
        r = items_diff(before, after, item, arg, &count);
    free(old);
    free(new);
    if (r >= 0)
        *ret_count = count;
    return r < 0 ? r : 0;
}
