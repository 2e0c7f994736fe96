/* place.c - see place.h. */
#include "daemon/chart/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/json_write.h"

static int compare_floors(const void *a, const void *b)
{
    const struct place_floor *x = a, *y = b;

    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

/* Lines in the order people read numbers: 2 before 10, 01 before 02. */
static int compare_lines(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    size_t nx = strlen(x), ny = strlen(y);

    if (nx != ny)
        return nx < ny ? -1 : 1;
    return strcmp(x, y);
}

static size_t unique(void *array, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    char *at = array;
    size_t kept = 0;

    qsort(array, n, size, compare);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && compare(at + (kept - 1) * size, at + i * size) == 0)
            continue;
        memmove(at + kept * size, at + i * size, size);
        kept++;
    }
    return kept;
}

static int floors_make(struct place_unit *units, size_t n, struct place *p)
{
    p->floors = calloc(n + 1, sizeof(*p->floors));
    if (!p->floors)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        p->floors[i] = (struct place_floor){units[i].floor_ordinal, units[i].floor};
    p->n_floors = unique(p->floors, n, sizeof(*p->floors), compare_floors);
    for (size_t i = 0; i < n; i++) {
        const struct place_floor key = {.ordinal = units[i].floor_ordinal};
        const struct place_floor *found =
            bsearch(&key, p->floors, p->n_floors, sizeof(key), compare_floors);

        units[i].floor_index = (int)(found - p->floors);
    }
    return 0;
}

static int stair_make(struct place_unit *units, size_t n, int index, struct place_stair *stair)
{
    stair->id = units[0].stair_id;
    stair->name = units[0].stair;
    stair->lines = calloc(n, sizeof(*stair->lines));
    if (!stair->lines)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        stair->lines[i] = units[i].line;
    stair->n_lines = unique(stair->lines, n, sizeof(*stair->lines), compare_lines);
    for (size_t i = 0; i < n; i++) {
        const char **found = bsearch(&units[i].line, stair->lines, stair->n_lines,
                                     sizeof(*stair->lines), compare_lines);

        units[i].stair_index = index;
        units[i].line_index = (int)(found - stair->lines);
    }
    return 0;
}

int place_make(struct place_unit *units, size_t n, struct place *ret_place)
{
    struct place p = {0};
    size_t first = 0;
    int r = floors_make(units, n, &p);

    if (r == 0 && !(p.stairs = calloc(n + 1, sizeof(*p.stairs))))
        r = -ENOMEM;
    for (size_t i = 1; r == 0 && i <= n; i++) {
        if (i < n && units[i].stair_id == units[first].stair_id)
            continue;
        r = stair_make(units + first, i - first, (int)p.n_stairs, &p.stairs[p.n_stairs]);
        p.n_stairs++;
        first = i;
    }
    if (r < 0) {
        place_free(&p);
        return r;
    }
    *ret_place = p;
    return 0;
}

void place_free(struct place *p)
{
    for (size_t i = 0; p->stairs && i < p->n_stairs; i++)
        free(p->stairs[i].lines);
    free(p->stairs);
    free(p->floors);
    memset(p, 0, sizeof(*p));
}

void place_write(const struct place *p, struct buf *out)
{
    buf_puts(out, "\"floors\":[");
    for (size_t i = 0; i < p->n_floors; i++) {
        buf_puts(out, i ? ",{\"ordinal\":" : "{\"ordinal\":");
        json_put_int(out, p->floors[i].ordinal);
        json_member_text(out, "label", p->floors[i].label);
        buf_puts(out, "}");
    }
    buf_puts(out, "],\"stairs\":[");
    for (size_t i = 0; i < p->n_stairs; i++) {
        buf_puts(out, i ? ",{\"id\":" : "{\"id\":");
        json_put_int(out, p->stairs[i].id);
        json_member_text(out, "name", p->stairs[i].name);
        buf_puts(out, ",\"lines\":[");
        for (size_t k = 0; k < p->stairs[i].n_lines; k++) {
            if (k)
                buf_puts(out, ",");
            json_put_text(out, p->stairs[i].lines[k]);
        }
        buf_puts(out, "]}");
    }
    buf_puts(out, "]");
}
