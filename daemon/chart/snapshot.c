/* snapshot.c - the state of a snapshot and its prepared answers. See snapshot.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/snapshot_impl.h"
#include "db/money.h"
#include "db/state.h"
#include "db/unit_class.h"

/* ---- making ---- */

static int compare_by_id(const void *a, const void *b, void *content)
{
    const struct content *c = content;
    int64_t x = c->units[*(const size_t *)a].unit_id;
    int64_t y = c->units[*(const size_t *)b].unit_id;

    return x < y ? -1 : x > y;
}

static uint8_t class_index(const char *code)
{
    const struct class_info *info = unit_class_info(code);

    return info ? (uint8_t)(info - unit_classes) : UNIT_CLASS_OTHER;
}

static int index_make(struct snapshot *s)
{
    struct content *c = s->content;

    s->states = malloc(c->n_units + 1);
    s->classes = malloc(c->n_units + 1);
    s->by_id = malloc((c->n_units + 1) * sizeof(*s->by_id));
    s->pieces = calloc(c->n_units + 1, sizeof(*s->pieces));
    if (!s->states || !s->classes || !s->by_id || !s->pieces)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_units; i++) {
        s->states[i] = c->units[i].state;
        s->classes[i] = class_index(c->units[i].class);
        s->by_id[i] = i;
        if (i == 0 || c->units[i].building_id != c->units[i - 1].building_id)
            s->pieces[s->n_pieces++].first = i;
        s->pieces[s->n_pieces - 1].n++;
    }
    qsort_r(s->by_id, c->n_units, sizeof(*s->by_id), compare_by_id, c);
    return 0;
}

/* Items stand in the order of the tree as units do: the next is nearly always the right one. */
static void buildings_find(struct snapshot *s)
{
    const struct content *c = s->content;
    size_t at = 0;

    for (size_t i = 0; i < s->n_pieces; i++)
        for (size_t k = 0; k < c->n_items; k++, at++) {
            const struct published_item *item = &c->items[at % c->n_items];

            if (strcmp(item->section, "building") != 0 ||
                strtoll(item->key, NULL, 10) != c->units[s->pieces[i].first].building_id)
                continue;
            s->pieces[i].building = item;
            break;
        }
}

static int layouts_find(struct snapshot *s)
{
    const struct content *c = s->content;

    s->layouts = calloc(c->n_items + 1, sizeof(*s->layouts));
    if (!s->layouts)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_items; i++)
        if (strcmp(c->items[i].section, "layout") == 0)
            s->layouts[s->n_layouts++] = (struct snapshot_layout){
                .id = strtoll(c->items[i].key, NULL, 10), .item = &c->items[i]};
    return 0;
}

static void layouts_measure(struct snapshot *s)
{
    for (size_t i = 0; i < s->content->n_units; i++) {
        const struct published_unit *u = &s->content->units[i];
        struct snapshot_layout *l = (struct snapshot_layout *)snapshot_layout(s, u->layout_id);

        if (!l)
            continue;
        l->units++;
        if (u->gross && (l->gross_min == 0 || u->gross < l->gross_min))
            l->gross_min = u->gross;
        if (u->gross > l->gross_max)
            l->gross_max = u->gross;
    }
}

static int parts_make(struct snapshot *s)
{
    int r = gzip_part_make(&s->comma, ",", 1);

    if (r == 0)
        r = gzip_part_make(&s->brace, "}", 1);
    return r < 0 ? r : gzip_part_make(&s->tail, "]}", 2);
}

/* The price-complaint phone that must be on every page (FC 26.1 P17); disclosure value, field 3. */
static int complaint_phone_find(struct snapshot *s)
{
    for (size_t i = 0; i < s->content->n_items; i++) {
        const struct published_item *item = &s->content->items[i];
        const char *fields[ITEM_FIELDS_MAX];
        char scratch[ITEM_TEXT_MAX];

        if (strcmp(item->section, "disclosure") != 0 || strcmp(item->key, "P17") != 0)
            continue;
        item_fields(item, scratch, sizeof(scratch), fields);
        s->complaint_phone = strdup(fields[3]);
        return s->complaint_phone ? 0 : -ENOMEM;
    }
    return 0;
}

int snapshot_create(struct content *content, const struct snapshot_head *head,
                    struct snapshot **ret_snapshot)
{
    const struct published_item *project = snapshot_item(content, "project", 0);
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
    if (r == 0 && !(s->project_text = malloc(ITEM_TEXT_MAX)))
        r = -ENOMEM;
    if (r == 0) {
        item_fields(project, s->project_text, ITEM_TEXT_MAX, s->project);
        r = complaint_phone_find(s);
    }
    if (r == 0)
        r = index_make(s);
    if (r == 0) {
        buildings_find(s);
        r = layouts_find(s);
    }
    if (r == 0) {
        layouts_measure(s);
        r = parts_make(s);
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
        gzip_part_free(&s->pieces[i].part);
        if (s->pieces[i].reply)
            http_prepared_unref(s->pieces[i].reply);
    }
    if (s->chart)
        http_prepared_unref(s->chart);
    gzip_part_free(&s->comma);
    gzip_part_free(&s->brace);
    gzip_part_free(&s->tail);
    free(s->layouts);
    free(s->pieces);
    free(s->by_id);
    free(s->classes);
    free(s->states);
    free(s->project_text);
    free(s->complaint_phone);
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

const struct snapshot_layout *snapshot_layouts(const struct snapshot *s, size_t *ret_n)
{
    *ret_n = s->n_layouts;
    return s->layouts;
}

const struct snapshot_layout *snapshot_layout(const struct snapshot *s, int64_t layout_id)
{
    for (size_t i = 0; layout_id && i < s->n_layouts; i++)
        if (s->layouts[i].id == layout_id)
            return &s->layouts[i];
    return NULL;
}

int64_t snapshot_shown_total(const struct snapshot *s, const struct published_unit *u, char state)
{
    const struct state_info *info = state_info(state);

    (void)s;
    if (info->sold)
        return u->deal_total_fen;
    return info->priced ? u->total_fen : 0;
}

const char *snapshot_price_basis(const struct snapshot *s, const struct published_unit *u)
{
    return unit_class_basis(u->class, s->project[8]);
}

int64_t snapshot_unit_price(const struct snapshot *s, const struct published_unit *u, int64_t total)
{
    const char *basis = snapshot_price_basis(s, u);
    int64_t area = strcmp(basis, "gross") == 0   ? u->gross
                   : strcmp(basis, "inner") == 0 ? u->inner
                                                 : 0;

    return total > 0 && area > 0 ? money_unit_price(total, area) : 0;
}

const char *snapshot_project_field(const struct snapshot *s, int index)
{
    return s->project[index];
}

int64_t snapshot_valid_until(const struct snapshot *s)
{
    static const int64_t day_ms = 86400000;
    const int64_t days = strtoll(s->project[20], NULL, 10);

    return days > 0 && s->head.publication_id ? s->head.approved_ms + days * day_ms : 0;
}

const char *snapshot_complaint_phone(const struct snapshot *s)
{
    return s->complaint_phone ? s->complaint_phone : "";
}

/* ---- answers ---- */

static int piece_refresh(struct snapshot *s, struct piece *piece)
{
    struct buf json = {0};
    int r;

    if (piece->fresh)
        return 0;
    r = write_building(s, piece, &json);
    if (r == 0)
        r = gzip_part_make(&piece->part, json.data, json.n);
    piece->fresh = r == 0;
    buf_free(&json);
    return r;
}

static int prepare(struct snapshot *s, const struct gzip_part *const *parts, size_t n_parts,
                   const char *what, struct http_prepared **ret_prepared)
{
    struct buf packed = {0};
    uint32_t tail[2] = {0}; /* CRC and length */
    char etag[72];
    int r;

    gzip_parts_join(&packed, parts, n_parts);
    /* With the checksum that ends the stream: another version of this program may write the same
     * publication otherwise, and a browser that kept the old one must not be told it is current. */
    if (packed.n >= sizeof(tail))
        memcpy(tail, packed.data + packed.n - sizeof(tail), sizeof(tail));
    snprintf(etag, sizeof(etag), "\"%s-%" PRId64 "-%" PRId64 "-%08" PRIx32 "%08" PRIx32 "\"", what,
             s->head.publication_id, s->head.patch, tail[0], tail[1]);
    r = packed.error;
    if (r == 0) {
        const struct http_prepare how = {.bytes = packed.data,
                                         .n = packed.n,
                                         .content_type = "application/json",
                                         .etag = etag,
                                         .packed = true,
                                         .cache_control = "no-cache",
                                         .kind = PAGE_DATA};

        r = http_response_prepare(&how, ret_prepared);
    }
    buf_free(&packed);
    return r;
}

static int chart_make(struct snapshot *s)
{
    const struct gzip_part **parts = calloc(2 * s->n_pieces + 2, sizeof(*parts));
    struct gzip_part head = {0};
    struct buf text = {0};
    size_t n = 0;
    int r;

    if (!parts)
        return -ENOMEM;
    write_chart_head(s, &text);
    r = text.error ? text.error : gzip_part_make(&head, text.data, text.n);
    parts[n++] = &head;
    for (size_t i = 0; r == 0 && i < s->n_pieces; i++) {
        r = piece_refresh(s, &s->pieces[i]);
        if (i > 0)
            parts[n++] = &s->comma;
        parts[n++] = &s->pieces[i].part;
    }
    parts[n++] = &s->tail;
    if (r == 0)
        r = prepare(s, parts, n, "c", &s->chart);
    gzip_part_free(&head);
    buf_free(&text);
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
    struct gzip_part head = {0};
    const struct gzip_part *parts[] = {&head, &piece->part, &s->brace};
    struct buf text = {0};
    int r = piece_refresh(s, piece);

    if (r < 0)
        return r;
    buf_puts(&text, "{\"publication\":");
    write_publication(s, &text);
    buf_puts(&text, ",\"building\":");
    r = text.error ? text.error : gzip_part_make(&head, text.data, text.n);
    if (r == 0)
        r = prepare(s, parts, sizeof(parts) / sizeof(parts[0]), "b", &piece->reply);
    gzip_part_free(&head);
    buf_free(&text);
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
        if (i > 0)
            buf_puts(out, ",");
        r = write_building(s, &s->pieces[i], out);
    }
    buf_puts(out, "]}");
    pthread_mutex_unlock(&s->lock);
    return r < 0 ? r : out->error;
}
