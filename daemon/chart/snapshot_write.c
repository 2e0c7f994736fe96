/* snapshot_write.c - the JSON of a snapshot; under its lock. See snapshot_impl.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/json_write.h"
#include "daemon/chart/place.h"
#include "daemon/chart/snapshot_impl.h"
#include "db/right.h"
#include "db/state.h"
#include "db/unit_class.h"

const struct published_item *snapshot_item(const struct content *c, const char *section, int64_t id)
{
    for (size_t i = 0; i < c->n_items; i++)
        if (strcmp(c->items[i].section, section) == 0 &&
            (id == 0 || strtoll(c->items[i].key, NULL, 10) == id))
            return &c->items[i];
    return NULL;
}

static const char *item_field(const struct published_item *item, int field, char *scratch,
                              size_t size)
{
    const char *fields[ITEM_FIELDS_MAX];

    if (!item)
        return "";
    item_fields(item, scratch, size, fields);
    return fields[field];
}

/* Of one class, or of all. */
struct stock {
    int64_t units, available;
    int64_t from_fen; /* the lowest price of what is available; 0: none */
};

static void stock_add(struct stock *stock, bool available, int64_t total_fen)
{
    stock->units++;
    if (!available)
        return;
    stock->available++;
    if (total_fen > 0 && (stock->from_fen == 0 || total_fen < stock->from_fen))
        stock->from_fen = total_fen;
}

static void stock_write(const struct stock *stock, struct buf *out)
{
    json_member_int(out, "units", stock->units);
    json_member_int(out, "available", stock->available);
    json_member_or_null(out, "from_fen", stock->from_fen);
}

static void write_stock(const struct snapshot *s, struct buf *out)
{
    struct stock all = {0}, classes[UNIT_CLASS_COUNT] = {0};
    bool first = true;

    for (size_t i = 0; i < s->content->n_units; i++) {
        const int64_t total = s->content->units[i].total_fen;

        stock_add(&all, s->states[i] == 'A', total);
        stock_add(&classes[s->classes[i]], s->states[i] == 'A', total);
    }
    stock_write(&all, out);
    json_key(out, "classes", 0);
    buf_puts(out, "[");
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        if (classes[i].units == 0)
            continue;
        buf_puts(out, first ? "{\"code\":" : ",{\"code\":");
        json_put_text(out, unit_classes[i].code);
        json_member_text(out, "zh", unit_classes[i].zh);
        json_member_text(out, "en", unit_classes[i].en);
        stock_write(&classes[i], out);
        buf_puts(out, "}");
        first = false;
    }
    buf_puts(out, "]");
}

void write_project(struct snapshot *s, struct buf *out)
{
    const char *const *f = s->project;

    buf_puts(out, "{\"id\":");
    json_put_int(out, s->content->project_id);
    json_member_text(out, "name", f[1]);
    json_member_text(out, "name_en", f[2]);
    json_member_text(out, "address", f[4]);
    json_member_text(out, "phone", f[6]);
    json_key(out, "cover_media", 0);
    if (f[10][0])
        json_put_text(out, f[10]);
    else
        buf_puts(out, "null");
    json_member_int(out, "publication", s->head.number);
    json_member_int(out, "published_ms", s->head.approved_ms);
    json_member_bool(out, "closed", s->head.closed);
    write_stock(s, out);
    json_member_int(out, "stale_s", strtoll(f[17], NULL, 10));
    json_member_int(out, "too_old_s", strtoll(f[18], NULL, 10));
    buf_puts(out, "}");
}

void write_publication(struct snapshot *s, struct buf *out)
{
    const struct content *c = s->content;
    bool first = true;

    buf_puts(out, "{\"id\":");
    json_put_int(out, s->head.publication_id);
    json_member_int(out, "number", s->head.number);
    json_member_text(out, "hash", s->head.hash);
    json_member_int(out, "approved_ms", s->head.approved_ms);
    json_member_text(out, "approver_role", s->head.approver_role);
    json_member_text(out, "approver_role_en", post_name_in(s->head.approver_role, LANG_EN));
    json_member_or_null(out, "valid_until_ms", snapshot_valid_until(s));
    buf_puts(out, ",\"permits\":[");
    for (size_t i = 0; i < c->n_items; i++) {
        if (strcmp(c->items[i].section, "permit") != 0)
            continue;
        if (!first)
            buf_puts(out, ",");
        json_put_text(out, c->items[i].name);
        first = false;
    }
    buf_puts(out, "]");
    json_member_int(out, "patch", s->head.patch);
    json_member_int(out, "data_ms", s->head.data_ms);
    json_member_bool(out, "demo", s->head.demo);
    buf_puts(out, "}");
}

void snapshot_write_project(struct snapshot *s, struct buf *out)
{
    pthread_mutex_lock(&s->lock);
    write_project(s, out);
    pthread_mutex_unlock(&s->lock);
}

void snapshot_write_publication(struct snapshot *s, struct buf *out)
{
    pthread_mutex_lock(&s->lock);
    write_publication(s, out);
    pthread_mutex_unlock(&s->lock);
}

static void write_paint(struct buf *out, const char *name, const char *fill, const char *ink,
                        const char *pattern)
{
    json_key(out, name, 0);
    buf_puts(out, "{\"fill\":");
    json_put_text(out, fill);
    json_member_text(out, "ink", ink);
    json_member_text(out, "pattern", pattern);
    buf_puts(out, "}");
}

void chart_write_states(struct buf *out, bool internal)
{
    bool first = true;

    buf_puts(out, "[");
    for (size_t i = 0; i < sale_states_count; i++) {
        const struct state_info *st = &sale_states[i];
        const char code[2] = {st->letter, '\0'}, shown[2] = {st->public_letter, '\0'};

        /* In public a state that lends its letter stands for all that read like it. */
        if (!internal && st->letter != st->public_letter)
            continue;
        buf_puts(out, first ? "{\"code\":" : ",{\"code\":");
        json_put_text(out, code);
        json_member_text(out, "public", shown);
        json_member_text(out, "zh", internal ? st->zh : st->public_zh);
        json_member_text(out, "en", internal ? st->en : st->public_en);
        json_member_text(out, "public_zh", st->public_zh);
        json_member_text(out, "public_en", st->public_en);
        json_member_bool(out, "sold", st->sold);
        json_member_bool(out, "priced", st->priced);
        json_member_text(out, "glyph", st->glyph);
        write_paint(out, "authority", st->authority.fill, st->authority.ink, st->authority.pattern);
        write_paint(out, "clear", st->clear.fill, st->clear.ink, st->clear.pattern);
        buf_puts(out, "}");
        first = false;
    }
    buf_puts(out, "]");
}

static void write_loan(const struct class_info *class, struct buf *out)
{
    json_key(out, "loan", 0);
    if (class->loan_years == 0) {
        buf_puts(out, "null");
        return;
    }
    buf_puts(out, "{\"years\":");
    json_put_int(out, class->loan_years);
    json_member_bool(out, "fund", class->fund);
    buf_puts(out, "}");
}

void chart_write_classes(struct buf *out)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        buf_puts(out, i ? ",{\"code\":" : "{\"code\":");
        json_put_text(out, unit_classes[i].code);
        json_member_text(out, "zh", unit_classes[i].zh);
        json_member_text(out, "en", unit_classes[i].en);
        write_loan(&unit_classes[i], out);
        buf_puts(out, "}");
    }
    buf_puts(out, "]");
}

void snapshot_write_layout(const struct snapshot_layout *layout, struct buf *out)
{
    char scratch[ITEM_TEXT_MAX];
    const char *f[ITEM_FIELDS_MAX];

    if (!layout) {
        buf_puts(out, "null");
        return;
    }
    item_fields(layout->item, scratch, sizeof(scratch), f);
    buf_puts(out, "{\"id\":");
    json_put_int(out, layout->id);
    json_member_text(out, "name", layout->item->name);
    json_member_int(out, "rooms", strtoll(f[1], NULL, 10));
    json_member_int(out, "halls", strtoll(f[2], NULL, 10));
    json_member_int(out, "baths", strtoll(f[3], NULL, 10));
    json_key(out, "media", 0);
    if (f[4][0])
        json_put_text(out, f[4]);
    else
        buf_puts(out, "null");
    json_member_int(out, "gross_min", layout->gross_min);
    json_member_int(out, "gross_max", layout->gross_max);
    buf_puts(out, "}");
}

static void write_layouts(const struct snapshot *s, struct buf *out)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < s->n_layouts; i++) {
        if (i)
            buf_puts(out, ",");
        snapshot_write_layout(&s->layouts[i], out);
    }
    buf_puts(out, "]");
}

static void write_unit(struct snapshot *s, size_t at, const struct place_unit *place, int layout,
                       struct buf *out)
{
    const struct published_unit *u = &s->content->units[at];
    const char state[2] = {s->states[at], '\0'};
    int64_t total = snapshot_shown_total(s, u, s->states[at]);
    const int64_t numbers[] = {u->unit_id, place->floor_index, place->stair_index,
                               place->line_index, u->span};

    buf_puts(out, "[");
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_put_int(out, numbers[i]);
        buf_puts(out, ",");
    }
    json_put_text(out, state);
    buf_puts(out, ",");
    json_put_text(out, u->class);
    buf_puts(out, ",");
    json_put_int(out, layout);
    buf_puts(out, ",");
    json_put_or_null(out, u->gross);
    buf_puts(out, ",");
    json_put_or_null(out, u->inner);
    buf_puts(out, ",");
    json_put_or_null(out, total);
    buf_puts(out, ",");
    json_put_or_null(out, snapshot_unit_price(s, u, total));
    buf_puts(out, ",");
    json_put_text(out, u->orientation);
    buf_puts(out, ",");
    json_put_text(out, u->room);
    buf_puts(out, "]");
}

int write_building(struct snapshot *s, const struct piece *piece, struct buf *out)
{
    const struct published_unit *u = &s->content->units[piece->first];
    struct place_unit *units = calloc(piece->n, sizeof(*units));
    const struct snapshot_layout *found;
    int64_t layout_id = 0;
    struct place place;
    char scratch[ITEM_TEXT_MAX];
    int layout = -1, r = units ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < piece->n; i++)
        units[i] = (struct place_unit){.stair_id = u[i].stair_id,
                                       .floor_ordinal = u[i].floor_ordinal,
                                       .stair = u[i].stair,
                                       .floor = u[i].floor,
                                       .line = u[i].line};
    if (r == 0)
        r = place_make(units, piece->n, &place);
    if (r < 0) {
        free(units);
        return r;
    }
    buf_puts(out, "{\"id\":");
    json_put_int(out, u->building_id);
    json_member_text(out, "name", u->building);
    json_member_text(out, "area", item_field(piece->building, 1, scratch, sizeof(scratch)));
    json_member_text(out, "phase", item_field(piece->building, 2, scratch, sizeof(scratch)));
    buf_puts(out, ",");
    place_write(&place, out);
    buf_puts(out, ",\"units\":[");
    for (size_t i = 0; i < piece->n; i++) {
        if (u[i].layout_id != layout_id) { /* runs of one layout are looked up once */
            layout_id = u[i].layout_id;
            found = snapshot_layout(s, layout_id);
            layout = found ? (int)(found - s->layouts) : -1;
        }
        if (i)
            buf_puts(out, ",");
        write_unit(s, piece->first + i, &units[i], layout, out);
    }
    buf_puts(out, "]}");
    place_free(&place);
    free(units);
    return out->error;
}

void write_chart_head(struct snapshot *s, struct buf *out)
{
    buf_puts(out, "{\"project\":");
    write_project(s, out);
    buf_puts(out, ",\"publication\":");
    write_publication(s, out);
    json_member_bool(out, "show_deal_price", strcmp(s->project[9], "1") == 0);
    buf_puts(out, ",\"states\":");
    chart_write_states(out, false);
    buf_puts(out, ",\"classes\":");
    chart_write_classes(out);
    buf_puts(out, ",\"layouts\":");
    write_layouts(s, out);
    buf_puts(out, ",\"buildings\":[");
}
