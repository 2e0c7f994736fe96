/* internal.c - see internal.h. */
#include "daemon/chart/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/json_write.h"
#include "db/layout.h"

void internal_write_unit(const struct unit_row *row, const struct place_unit *place, int layout,
                         int64_t midnight_ms, struct buf *out)
{
    const char state[2] = {row->state, '\0'}, shown[2] = {row->shown, '\0'};
    unsigned flags = (row->flags & ~(unsigned)UNIT_MORTGAGE_BLOCKS) |
                     (row->changed_ms >= midnight_ms ? INTERNAL_CHANGED_TODAY : 0u);
    const int64_t head[] = {row->id, place ? place->floor_index : -1,
                            place ? place->stair_index : -1, place ? place->line_index : -1,
                            row->span};

    buf_puts(out, "[");
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        json_put_int(out, head[i]);
        buf_puts(out, ",");
    }
    json_put_text(out, state);
    buf_puts(out, ",");
    json_put_text(out, row->class);
    buf_puts(out, ",");
    json_put_int(out, layout);
    buf_puts(out, ",");
    json_put_or_null(out, row->gross);
    buf_puts(out, ",");
    json_put_or_null(out, row->inner);
    buf_puts(out, ",");
    json_put_or_null(out, row->total_fen);
    buf_puts(out, ",");
    json_put_or_null(out, unit_row_price(row));
    buf_puts(out, ",");
    json_put_text(out, row->orientation);
    buf_puts(out, ",");
    json_put_text(out, row->room);
    buf_puts(out, ",");
    json_put_int(out, row->version);
    buf_puts(out, ",");
    if (row->shown)
        json_put_text(out, shown);
    else
        buf_puts(out, "null");
    buf_puts(out, ",");
    json_put_int(out, row->queue_count);
    buf_puts(out, ",");
    json_put_int(out, flags);
    buf_puts(out, ",");
    json_put_or_null(out, row->until_ms);
    buf_puts(out, "]");
}

/* The rows of one building, kept until it is complete and its grid known. */
struct held_row {
    struct unit_row row;
    char *texts; /* owned: everything the row points to that is written */
};

struct writing {
    struct buf *out;
    int64_t midnight_ms;
    struct held_row *rows;
    size_t n, room;
    int64_t *layouts; /* ids in the order of "layouts" */
    size_t n_layouts;
    bool any;
};

static char *texts_keep(struct unit_row *row)
{
    const char **const texts[] = {&row->building,    &row->area,       &row->phase, &row->stair,
                                  &row->floor,       &row->line,       &row->room,  &row->class,
                                  &row->orientation, &row->price_basis};
    enum { N = sizeof(texts) / sizeof(texts[0]) };
    size_t total = 0, used = 0;
    char *all;

    for (size_t i = 0; i < N; i++)
        total += strlen(*texts[i]) + 1;
    all = malloc(total);
    for (size_t i = 0; all && i < N; i++) {
        size_t n = strlen(*texts[i]) + 1;

        memcpy(all + used, *texts[i], n);
        *texts[i] = all + used;
        used += n;
    }
    return all;
}

static int layout_index(const struct writing *w, int64_t id)
{
    for (size_t i = 0; id && i < w->n_layouts; i++)
        if (w->layouts[i] == id)
            return (int)i;
    return -1;
}

static int building_write(struct writing *w)
{
    struct place_unit *units = calloc(w->n + 1, sizeof(*units));
    const struct unit_row *first = &w->rows[0].row;
    struct place place;
    int r = units ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < w->n; i++) {
        const struct unit_row *row = &w->rows[i].row;

        units[i] = (struct place_unit){
            row->stair_id, row->floor_ordinal, row->stair, row->floor, row->line, 0, 0, 0};
    }
    if (r == 0)
        r = place_make(units, w->n, &place);
    if (r < 0) {
        free(units);
        return r;
    }
    buf_puts(w->out, w->any ? ",{\"id\":" : "{\"id\":");
    w->any = true;
    json_put_int(w->out, first->building_id);
    json_member_text(w->out, "name", first->building);
    json_member_text(w->out, "area", first->area);
    json_member_text(w->out, "phase", first->phase);
    json_member_bool(w->out, "enabled", first->building_enabled);
    buf_puts(w->out, ",");
    place_write(&place, w->out);
    buf_puts(w->out, ",\"units\":[");
    for (size_t i = 0; i < w->n; i++) {
        if (i)
            buf_puts(w->out, ",");
        internal_write_unit(&w->rows[i].row, &units[i], layout_index(w, w->rows[i].row.layout_id),
                            w->midnight_ms, w->out);
    }
    buf_puts(w->out, "]}");
    place_free(&place);
    free(units);
    return w->out->error;
}

static void rows_drop(struct writing *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->rows[i].texts);
    w->n = 0;
}

static int row_take(void *arg, const struct unit_row *row)
{
    struct writing *w = arg;
    struct held_row *held;

    if (w->n > 0 && w->rows[0].row.building_id != row->building_id) {
        int r = building_write(w);

        rows_drop(w);
        if (r < 0)
            return r;
    }
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 256;
        struct held_row *grown = realloc(w->rows, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        w->rows = grown;
        w->room = room;
    }
    held = &w->rows[w->n];
    held->row = *row;
    held->texts = texts_keep(&held->row);
    if (!held->texts)
        return -ENOMEM;
    w->n++;
    return 0;
}

static int layout_write(void *arg, const struct layout_row *layout)
{
    struct writing *w = arg;
    int64_t *grown = realloc(w->layouts, (w->n_layouts + 1) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    w->layouts = grown;
    buf_puts(w->out, w->n_layouts ? ",{\"id\":" : "{\"id\":");
    w->layouts[w->n_layouts++] = layout->id;
    json_put_int(w->out, layout->id);
    json_member_text(w->out, "name", layout->name);
    json_member_int(w->out, "rooms", layout->rooms);
    json_member_int(w->out, "halls", layout->halls);
    json_member_int(w->out, "baths", layout->baths);
    json_key(w->out, "media", 0);
    if (layout->media_id)
        json_put_text(w->out, layout->media_id);
    else
        buf_puts(w->out, "null");
    json_member_int(w->out, "gross_min", layout->gross_min);
    json_member_int(w->out, "gross_max", layout->gross_max);
    buf_puts(w->out, "}");
    return 0;
}

int internal_write_buildings(struct tx *tx, int64_t project_id, int64_t midnight_ms,
                             struct buf *out)
{
    const struct unit_filter filter = {.project_id = project_id};
    struct writing w = {.out = out, .midnight_ms = midnight_ms};
    int r;

    buf_puts(out, "\"layouts\":[");
    r = layout_each(tx, project_id, 0, layout_write, &w);
    buf_puts(out, "],\"buildings\":[");
    if (r == 0)
        r = unit_scan(tx, &filter, row_take, &w);
    if (r == 0 && w.n > 0)
        r = building_write(&w);
    buf_puts(out, "]");
    rows_drop(&w);
    free(w.rows);
    free(w.layouts);
    return r < 0 ? r : out->error;
}
