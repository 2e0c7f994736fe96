/* xlsx_merge.c - merged ranges: what the reader sees in them is the text of their top left cell.
 *
 * A sheet lists its merges after its rows, so they are read first, in a pass of their own;
 * most lists have none, which a look at the bytes tells.
 */
#include "daemon/sheet/xlsx_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { REF_ROW_MAX = 1 << 20, REF_COL_MAX = 1 << 14 };

int xlsx_ref_parse(const char *text, size_t len, int64_t *ret_col, int64_t *ret_row)
{
    int64_t col = 0, row = 0;
    size_t i = 0;

    for (; i < len && text[i] >= 'A' && text[i] <= 'Z'; i++) {
        col = col * 26 + (text[i] - 'A' + 1);
        if (col > REF_COL_MAX)
            return -EINVAL;
    }
    if (col == 0)
        return -EINVAL;
    for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        row = row * 10 + (text[i] - '0');
        if (row > REF_ROW_MAX)
            return -EINVAL;
    }
    if (i != len)
        return -EINVAL;
    *ret_col = col - 1;
    *ret_row = row;
    return 0;
}

static int merge_add(struct xlsx *x, const char *ref, struct fault *f)
{
    const char *colon = strchr(ref, ':');
    int64_t col, row, last_col, last_row;

    if (!colon)
        return 0; /* one cell merged with itself */
    if (xlsx_ref_parse(ref, (size_t)(colon - ref), &col, &row) < 0 ||
        xlsx_ref_parse(colon + 1, strlen(colon + 1), &last_col, &last_row) < 0 || row < 1 ||
        last_row < row || last_col < col)
        return sheet_damaged(f, "mergeCell");
    if (col >= SHEET_COLUMNS_MAX)
        return 0;
    if (last_col >= SHEET_COLUMNS_MAX)
        last_col = SHEET_COLUMNS_MAX - 1;
    if (x->n_merges == SHEET_MERGES_MAX)
        return sheet_limit(f, LIMIT_MERGES);
    if (!x->merges && !(x->merges = calloc(SHEET_MERGES_MAX, sizeof(*x->merges))))
        return -ENOMEM;
    x->merges[x->n_merges++] = (struct merge){.row = (uint32_t)row,
                                              .last_row = (uint32_t)last_row,
                                              .col = (uint16_t)col,
                                              .last_col = (uint16_t)last_col};
    return 0;
}

struct merge_reader {
    struct xlsx *x;
    struct part *part;
};

static int merge_start(void *user, const char *name, const char **attrs)
{
    struct merge_reader *m = user;
    const char *ref;

    if (strcmp(name, "mergeCell") != 0)
        return 0;
    ref = part_attr(attrs, "ref");
    return ref ? merge_add(m->x, ref, m->part->fault) : sheet_damaged(m->part->fault, "mergeCell");
}

static int merge_end(void *user, const char *name)
{
    (void)user, (void)name;
    return 0;
}

static int merge_order(const void *a, const void *b)
{
    const struct merge *l = a, *r = b;

    if (l->row != r->row)
        return l->row < r->row ? -1 : 1;
    return l->col < r->col ? -1 : l->col > r->col;
}

static int has_merges(struct xlsx *x, size_t index, struct fault *f, bool *ret)
{
    struct part p = {.total = &x->total};
    int r;

    x->total = x->shared_total;
    r = xlsx_part_open(x, &p, x->sheets[index].path, f);
    if (r == -ENOENT)
        r = sheet_damaged(f, x->sheets[index].path);
    if (r == 0)
        r = part_contains(&p, "mergeCell", f, ret);
    part_close(&p);
    return r;
}

int xlsx_merges_read(struct xlsx *x, size_t index, struct fault *f)
{
    static const struct part_handlers handlers = {merge_start, merge_end, NULL};
    struct merge_reader reader = {.x = x};
    struct part p = {.handlers = &handlers, .user = &reader, .total = &x->total};
    bool has = false;
    int r;

    r = has_merges(x, index, f, &has);
    if (r < 0 || !has)
        return r;
    reader.part = &p;
    x->total = x->shared_total;
    r = xlsx_part_open(x, &p, x->sheets[index].path, f);
    if (r == 0)
        r = part_run(&p, f);
    part_close(&p);
    if (r == 0 && x->n_merges > 1)
        qsort(x->merges, x->n_merges, sizeof(*x->merges), merge_order);
    return r;
}

void xlsx_merges_free(struct xlsx *x)
{
    for (size_t i = 0; i < x->n_merges; i++)
        free(x->merges[i].text);
    free(x->merges);
    x->merges = NULL;
    x->n_merges = x->next_merge = x->n_active = 0;
}

/* Ranges that overlap are not what a spreadsheet program writes, and would make filling cost
 * ranges times cells. */
static int merge_activate(struct xlsx *x, size_t index, struct fault *f)
{
    struct merge *m = &x->merges[index];

    for (size_t i = 0; i < x->n_active; i++) {
        const struct merge *other = &x->merges[x->active[i]];

        if (m->col <= other->last_col && other->col <= m->last_col)
            return sheet_damaged(f, "mergeCell");
    }
    if (m->row == (uint32_t)x->row && m->col < x->n_cells) {
        const struct sheet_cell *cell = &x->cells[m->col];

        m->text = malloc(cell->len + 1);
        if (!m->text)
            return -ENOMEM;
        if (cell->len > 0)
            memcpy(m->text, cell->text, cell->len);
        m->len = cell->len;
    }
    x->active[x->n_active++] = index;
    return 0;
}

static void merge_retire(struct xlsx *x)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->n_active; i++) {
        struct merge *m = &x->merges[x->active[i]];

        if (m->last_row >= (uint64_t)x->row) {
            x->active[kept++] = x->active[i];
        } else {
            free(m->text);
            m->text = NULL;
        }
    }
    x->n_active = kept;
}

static void merge_fill(struct xlsx *x, const struct merge *m)
{
    for (size_t col = m->col; col <= m->last_col; col++) {
        if (m->row == (uint32_t)x->row && col == m->col)
            continue;
        while (x->n_cells <= col)
            x->cells[x->n_cells++] = (struct sheet_cell){.text = ""};
        x->cells[col] =
            (struct sheet_cell){.text = m->text, .len = m->len, .kind = SHEET_CELL_MERGED};
    }
}

int xlsx_merges_apply(struct xlsx *x, struct fault *f)
{
    merge_retire(x);
    while (x->next_merge < x->n_merges && x->merges[x->next_merge].row <= (uint64_t)x->row) {
        size_t index = x->next_merge++;
        int r;

        if (x->merges[index].last_row < (uint64_t)x->row)
            continue; /* all its rows were blank */
        r = merge_activate(x, index, f);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < x->n_active; i++)
        if (x->merges[x->active[i]].len > 0)
            merge_fill(x, &x->merges[x->active[i]]);
    return 0;
}
