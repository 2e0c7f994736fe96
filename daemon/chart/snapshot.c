/* snapshot.c - see snapshot.h. */
#include "daemon/chart/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/gzip_parts.h"
#include "daemon/chart/json_write.h"
#include "daemon/chart/place.h"
#include "db/money.h"
#include "db/state.h"
#include "db/unit_class.h"

/* Units [first, first + n) of the content. */
struct piece {
    size_t first, n;
    bool fresh;      /* json and part are of the current states */
    struct buf json; /* {"id":…,…}, led by a comma but in the first piece */
    struct gzip_part part;
    struct http_prepared *reply; /* NULL: not made, or out of date */
};

struct snapshot {
    struct content *content;
    pthread_mutex_t lock;
    struct snapshot_head head;
    char *states;  /* letter now, by index of the content's units */
    size_t *by_id; /* indexes in the order of unit ids */
    struct piece *pieces;
    size_t n_pieces;
    struct http_prepared *chart; /* NULL: not made, or out of date */
    int64_t rooms_available;
    const char *project[ITEM_FIELDS_MAX]; /* fields of the project item */
    char *project_text;
    char phone[64]; /* for price complaints */
    atomic_uint refs;
};

enum { PROJECT_TEXT = 8192 };

/* ---- making ---- */

static int compare_by_id(const void *a, const void *b, void *content)
{
    const struct content *c = content;
    int64_t x = c->units[*(const size_t *)a].unit_id;
    int64_t y = c->units[*(const size_t *)b].unit_id;

    return x < y ? -1 : x > y;
}

static int index_make(struct snapshot *s)
{
    struct content *c = s->content;

    s->states = malloc(c->n_units + 1);
    s->by_id = malloc((c->n_units + 1) * sizeof(*s->by_id));
    s->pieces = calloc(c->n_units + 1, sizeof(*s->pieces));
    if (!s->states || !s->by_id || !s->pieces)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_units; i++) {
        s->states[i] = c->units[i].state;
        s->rooms_available += c->units[i].state == 'A';
        s->by_id[i] = i;
        if (i == 0 || c->units[i].building_id != c->units[i - 1].building_id)
            s->pieces[s->n_pieces++].first = i;
        s->pieces[s->n_pieces - 1].n++;
    }
    qsort_r(s->by_id, c->n_units, sizeof(*s->by_id), compare_by_id, c);
    return 0;
}

static const struct published_item *item_find(const struct content *c, const char *section,
                                              int64_t id)
{
    for (size_t i = 0; i < c->n_items; i++)
        if (strcmp(c->items[i].section, section) == 0 &&
            (id == 0 || strtoll(c->items[i].key, NULL, 10) == id))
            return &c->items[i];
    return NULL;
}

/* The price-complaint phone that must be on every page (FC 26.1 P17); disclosure value, field 3. */
static void phone_find(struct snapshot *s)
{
    for (size_t i = 0; i < s->content->n_items; i++) {
        const struct published_item *item = &s->content->items[i];
        const char *fields[ITEM_FIELDS_MAX];
        char scratch[8192];

        if (strcmp(item->section, "disclosure") != 0 || strcmp(item->key, "P17") != 0)
            continue;
        item_fields(item, scratch, sizeof(scratch), fields);
        snprintf(s->phone, sizeof(s->phone), "%s", fields[3]);
    }
}

int snapshot_create(struct content *content, const struct snapshot_head *head,
                    struct snapshot **ret_snapshot)
{
    const struct published_item *project = item_find(content, "project", 0);
    struct snapshot *s = calloc(1, sizeof(*s));
    int r = s && project ? 0 : s ? -ENOENT : -ENOMEM;

    if (!s) {
        content_free(content);
        return r;
    }
    s->content = content;
    s->head = *head;
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    if (r == 0 && !(s->project_text = malloc(PROJECT_TEXT)))
        r = -ENOMEM;
    if (r == 0) {
        item_fields(project, s->project_text, PROJECT_TEXT, s->project);
        phone_find(s);
        r = index_make(s);
    }
    if (r < 0) {
        snapshot_unref(s);
        return r;
    }
    *ret_snapshot = s;
    return 0;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

struct snapshot *snapshot_unref(struct snapshot *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
        return NULL;
    for (size_t i = 0; s->pieces && i < s->n_pieces; i++) {
        buf_free(&s->pieces[i].json);
        gzip_part_free(&s->pieces[i].part);
        if (s->pieces[i].reply)
            http_prepared_unref(s->pieces[i].reply);
    }
    if (s->chart)
        http_prepared_unref(s->chart);
    free(s->pieces);
    free(s->by_id);
    free(s->states);
    free(s->project_text);
    pthread_mutex_destroy(&s->lock);
    content_free(s->content);
    free(s);
    return NULL;
}

/* ---- looking up and changing ---- */

static ssize_t index_of(const struct snapshot *s, int64_t unit_id)
{
    size_t low = 0, high = s->content->n_units;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int64_t id = s->content->units[s->by_id[middle]].unit_id;

        if (id == unit_id)
            return (ssize_t)s->by_id[middle];
        if (id < unit_id)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Everything that states the publication's facts is out of date. */
static void outdate(struct snapshot *s)
{
    if (s->chart)
        s->chart = http_prepared_unref(s->chart);
    for (size_t i = 0; i < s->n_pieces; i++)
        if (s->pieces[i].reply)
            s->pieces[i].reply = http_prepared_unref(s->pieces[i].reply);
}

int snapshot_patch(struct snapshot *s, int64_t number, int64_t unit_id, char state, int64_t at_ms)
{
    ssize_t at = index_of(s, unit_id);

    pthread_mutex_lock(&s->lock);
    s->head.patch = number;
    if (at_ms > s->head.data_ms)
        s->head.data_ms = at_ms;
    if (at >= 0) {
        s->rooms_available += (state == 'A') - (s->states[at] == 'A');
        s->states[at] = state;
        for (size_t i = 0; i < s->n_pieces; i++)
            if ((size_t)at - s->pieces[i].first < s->pieces[i].n)
                s->pieces[i].fresh = false;
    }
    outdate(s);
    pthread_mutex_unlock(&s->lock);
    return at < 0 ? -ENOENT : 0;
}

void snapshot_close(struct snapshot *s, bool closed)
{
    pthread_mutex_lock(&s->lock);
    s->head.closed = closed;
    outdate(s);
    pthread_mutex_unlock(&s->lock);
}

void snapshot_get_head(struct snapshot *s, struct snapshot_head *ret_head)
{
    pthread_mutex_lock(&s->lock);
    *ret_head = s->head;
    pthread_mutex_unlock(&s->lock);
}

const struct content *snapshot_content(const struct snapshot *s)
{
    return s->content;
}

const struct published_unit *snapshot_unit(struct snapshot *s, int64_t unit_id, char *ret_state)
{
    ssize_t at = index_of(s, unit_id);

    if (at < 0)
        return NULL;
    pthread_mutex_lock(&s->lock);
    *ret_state = s->states[at];
    pthread_mutex_unlock(&s->lock);
    return &s->content->units[at];
}

int64_t snapshot_shown_total(const struct snapshot *s, const struct published_unit *u, char state)
{
    const struct state_info *info = state_info(state);

    (void)s;
    if (info->sold)
        return u->deal_total_fen;
    return info->priced ? u->total_fen : 0;
}

int64_t snapshot_unit_price(const struct snapshot *s, const struct published_unit *u, int64_t total)
{
    const char *basis = s->project[8];
    int64_t area = strcmp(basis, "gross") == 0   ? u->gross
                   : strcmp(basis, "inner") == 0 ? u->inner
                                                 : 0;

    return total > 0 && area > 0 ? money_unit_price(total, area) : 0;
}

/* ---- writing; under the lock ---- */

static const char *item_field(const struct content *c, const char *section, int64_t id, int field,
                              char *scratch, size_t size)
{
    const struct published_item *item = item_find(c, section, id);
    const char *fields[ITEM_FIELDS_MAX];

    if (!item)
        return "";
    item_fields(item, scratch, size, fields);
    return fields[field];
}

static int64_t lowest_price(const struct snapshot *s)
{
    int64_t lowest = 0;

    for (size_t i = 0; i < s->content->n_units; i++) {
        int64_t total = s->content->units[i].total_fen;

        if (s->states[i] == 'A' && total > 0 && (lowest == 0 || total < lowest))
            lowest = total;
    }
    return lowest;
}

const char *snapshot_project_field(const struct snapshot *s, int index)
{
    return s->project[index];
}

const char *snapshot_phone(const struct snapshot *s)
{
    return s->phone[0] ? s->phone : s->project[6];
}

static void write_project(struct snapshot *s, struct buf *out)
{
    const char *const *f = s->project;

    buf_puts(out, "{\"id\":");
    json_put_int(out, s->content->project_id);
    json_member_text(out, "name", f[1]);
    json_member_text(out, "name_en", f[2]);
    json_member_text(out, "address", f[4]);
    json_member_text(out, "phone", snapshot_phone(s));
    json_key(out, "cover_media", 0);
    if (f[10][0])
        json_put_text(out, f[10]);
    else
        buf_puts(out, "null");
    json_member_int(out, "publication", s->head.number);
    json_member_int(out, "published_ms", s->head.approved_ms);
    json_member_bool(out, "closed", s->head.closed);
    json_member_int(out, "units", (int64_t)s->content->n_units);
    json_member_int(out, "available", s->rooms_available);
    json_member_or_null(out, "from_fen", lowest_price(s));
    buf_puts(out, "}");
}

static void write_publication(struct snapshot *s, struct buf *out)
{
    const struct content *c = s->content;
    bool first = true;

    buf_puts(out, "{\"id\":");
    json_put_int(out, s->head.publication_id);
    json_member_int(out, "number", s->head.number);
    json_member_text(out, "hash", s->head.hash);
    json_member_int(out, "approved_ms", s->head.approved_ms);
    json_member_text(out, "approver_role", s->head.approver_role);
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

void chart_write_classes(struct buf *out)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        buf_puts(out, i ? ",{\"code\":" : "{\"code\":");
        json_put_text(out, unit_classes[i].code);
        json_member_text(out, "zh", unit_classes[i].zh);
        json_member_text(out, "en", unit_classes[i].en);
        buf_puts(out, "}");
    }
    buf_puts(out, "]");
}

struct span {
    int64_t low, high;
};

static struct span layout_areas(const struct content *c, int64_t layout_id)
{
    struct span span = {0, 0};

    for (size_t i = 0; i < c->n_units; i++) {
        int64_t gross = c->units[i].gross;

        if (c->units[i].layout_id != layout_id || gross == 0)
            continue;
        if (span.low == 0 || gross < span.low)
            span.low = gross;
        if (gross > span.high)
            span.high = gross;
    }
    return span;
}

static void write_layouts(const struct content *c, struct buf *out)
{
    char scratch[4096];
    bool first = true;

    buf_puts(out, "[");
    for (size_t i = 0; i < c->n_items; i++) {
        const struct published_item *item = &c->items[i];
        const char *f[ITEM_FIELDS_MAX];
        struct span span;

        if (strcmp(item->section, "layout") != 0)
            continue;
        item_fields(item, scratch, sizeof(scratch), f);
        span = layout_areas(c, strtoll(item->key, NULL, 10));
        buf_puts(out, first ? "{\"id\":" : ",{\"id\":");
        first = false;
        buf_puts(out, item->key);
        json_member_text(out, "name", item->name);
        json_member_int(out, "rooms", strtoll(f[1], NULL, 10));
        json_member_int(out, "halls", strtoll(f[2], NULL, 10));
        json_member_int(out, "baths", strtoll(f[3], NULL, 10));
        json_key(out, "media", 0);
        if (f[4][0])
            json_put_text(out, f[4]);
        else
            buf_puts(out, "null");
        json_member_int(out, "gross_min", span.low);
        json_member_int(out, "gross_max", span.high);
        buf_puts(out, "}");
    }
    buf_puts(out, "]");
}

/* Index of the layout among the items of that section; -1: none. */
static int layout_index(const struct content *c, int64_t layout_id)
{
    int index = 0;

    for (size_t i = 0; layout_id && i < c->n_items; i++) {
        if (strcmp(c->items[i].section, "layout") != 0)
            continue;
        if (strtoll(c->items[i].key, NULL, 10) == layout_id)
            return index;
        index++;
    }
    return -1;
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

static int write_building(struct snapshot *s, const struct piece *piece, struct buf *out)
{
    const struct published_unit *u = &s->content->units[piece->first];
    struct place_unit *units = calloc(piece->n, sizeof(*units));
    int64_t layout_id = 0;
    struct place place;
    char scratch[1024];
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
    json_member_text(
        out, "area",
        item_field(s->content, "building", u->building_id, 1, scratch, sizeof(scratch)));
    json_member_text(
        out, "phase",
        item_field(s->content, "building", u->building_id, 2, scratch, sizeof(scratch)));
    buf_puts(out, ",");
    place_write(&place, out);
    buf_puts(out, ",\"units\":[");
    for (size_t i = 0; i < piece->n; i++) {
        if (u[i].layout_id != layout_id) { /* runs of one layout are looked up once */
            layout_id = u[i].layout_id;
            layout = layout_index(s->content, layout_id);
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

static int piece_refresh(struct snapshot *s, struct piece *piece)
{
    int r;

    if (piece->fresh)
        return 0;
    buf_free(&piece->json);
    if (piece != s->pieces)
        buf_puts(&piece->json, ",");
    r = write_building(s, piece, &piece->json);
    if (r == 0)
        r = gzip_part_make(&piece->part, piece->json.data, piece->json.n);
    piece->fresh = r == 0;
    return r;
}

static void write_chart_head(struct snapshot *s, struct buf *out)
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
    write_layouts(s->content, out);
    buf_puts(out, ",\"buildings\":[");
}

static int prepare(struct snapshot *s, const struct gzip_part *const *parts, size_t n_parts,
                   const struct buf *plain, const char *what, struct http_prepared **ret_prepared)
{
    struct buf packed = {0};
    char etag[72];
    int r;

    snprintf(etag, sizeof(etag), "\"%s-%" PRId64 "-%" PRId64 "-%d-%" PRId64 "\"", what,
             s->head.publication_id, s->head.patch, s->head.closed, s->head.data_ms);
    gzip_parts_join(&packed, parts, n_parts);
    r = packed.error ? packed.error : plain->error;
    if (r == 0) {
        const struct http_prepare how = {.bytes = packed.data,
                                         .n = packed.n,
                                         .content_type = "application/json",
                                         .etag = etag,
                                         .encoding = "gzip",
                                         .plain = plain->data,
                                         .n_plain = plain->n,
                                         .cache_control = "no-cache",
                                         .kind = PAGE_DATA};

        r = http_response_prepare(&how, ret_prepared);
    }
    buf_free(&packed);
    return r;
}

static int chart_make(struct snapshot *s)
{
    const struct gzip_part **parts = calloc(s->n_pieces + 2, sizeof(*parts));
    struct gzip_part head = {0}, tail = {0};
    struct buf plain = {0};
    int r = parts ? 0 : -ENOMEM;

    write_chart_head(s, &plain);
    if (r == 0)
        r = plain.error ? plain.error : gzip_part_make(&head, plain.data, plain.n);
    for (size_t i = 0; r == 0 && i < s->n_pieces; i++) {
        r = piece_refresh(s, &s->pieces[i]);
        if (r == 0) {
            parts[i + 1] = &s->pieces[i].part;
            buf_add(&plain, s->pieces[i].json.data, s->pieces[i].json.n);
        }
    }
    buf_puts(&plain, "]}");
    if (r == 0)
        r = gzip_part_make(&tail, "]}", 2);
    if (r == 0) {
        parts[0] = &head;
        parts[s->n_pieces + 1] = &tail;
        r = prepare(s, parts, s->n_pieces + 2, &plain, "c", &s->chart);
    }
    gzip_part_free(&head);
    gzip_part_free(&tail);
    buf_free(&plain);
    free(parts);
    return r;
}

int snapshot_chart(struct snapshot *s, struct http_prepared **ret_prepared)
{
    int r = 0;

    pthread_mutex_lock(&s->lock);
    if (!s->chart)
        r = chart_make(s);
    if (r == 0)
        *ret_prepared = http_prepared_ref(s->chart);
    pthread_mutex_unlock(&s->lock);
    return r;
}

static int building_make(struct snapshot *s, struct piece *piece)
{
    struct gzip_part part = {0};
    const struct gzip_part *parts = &part;
    struct buf plain = {0};
    size_t comma = piece != s->pieces;
    int r = piece_refresh(s, piece);

    if (r < 0)
        return r;
    buf_puts(&plain, "{\"publication\":");
    write_publication(s, &plain);
    buf_puts(&plain, ",\"building\":");
    buf_add(&plain, piece->json.data + comma, piece->json.n - comma);
    buf_puts(&plain, "}");
    r = plain.error ? plain.error : gzip_part_make(&part, plain.data, plain.n);
    if (r == 0)
        r = prepare(s, &parts, 1, &plain, "b", &piece->reply);
    gzip_part_free(&part);
    buf_free(&plain);
    return r;
}

int snapshot_building(struct snapshot *s, int64_t building_id, struct http_prepared **ret_prepared)
{
    int r = -ENOENT;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_pieces; i++) {
        struct piece *piece = &s->pieces[i];

        if (s->content->units[piece->first].building_id != building_id)
            continue;
        r = piece->reply ? 0 : building_make(s, piece);
        if (r == 0)
            *ret_prepared = http_prepared_ref(piece->reply);
        break;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

int snapshot_chart_plain(struct snapshot *s, struct buf *out)
{
    int r = 0;

    pthread_mutex_lock(&s->lock);
    write_chart_head(s, out);
    for (size_t i = 0; r == 0 && i < s->n_pieces; i++) {
        r = piece_refresh(s, &s->pieces[i]);
        if (r == 0)
            buf_add(out, s->pieces[i].json.data, s->pieces[i].json.n);
    }
    buf_puts(out, "]}");
    pthread_mutex_unlock(&s->lock);
    return r < 0 ? r : out->error;
}
