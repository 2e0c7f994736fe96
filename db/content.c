/* content.c - see content.h. */
#include "db/content.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct content *content_free(struct content *c)
{
    if (!c)
        return NULL;
    pool_free(&c->pool);
    free(c->units);
    free(c->items);
    free(c);
    return NULL;
}

/* Grows @array by one zeroed element; NULL without memory. Doubles at powers of two. */
static void *grow(void *array, size_t *n, size_t size)
{
    void **slot = array;

    if ((*n & (*n - 1)) == 0) {
        void *grown = realloc(*slot, (*n ? *n * 2 : 1) * size);

        if (!grown)
            return NULL;
        *slot = grown;
    }
    return memset((char *)*slot + (*n)++ * size, 0, size);
}

struct published_unit *content_unit_add(struct content *c)
{
    return grow(&c->units, &c->n_units, sizeof(struct published_unit));
}

int content_item_add(struct content *c, const char *section, const char *key, const char *name,
                     const char *value)
{
    struct published_item *item = grow(&c->items, &c->n_items, sizeof(*item));

    if (!item)
        return -ENOMEM;
    item->section = section;
    item->key = pool_text(&c->pool, key ? key : "");
    item->name = pool_text(&c->pool, name ? name : "");
    item->value = pool_text(&c->pool, value ? value : "");
    return item->key && item->name && item->value ? 0 : -ENOMEM;
}

/* ---- physical order: the same for a draft and for what is read back, so that the hash is ---- */

static int64_t rank_of(const struct content *c, const char *section, int64_t id)
{
    int64_t rank = 0;

    for (size_t i = 0; i < c->n_items; i++)
        if (strcmp(c->items[i].section, section) == 0) {
            if (strtoll(c->items[i].key, NULL, 10) == id)
                return rank;
            rank++;
        }
    return rank;
}

struct ranked {
    int64_t building, stair;
    struct published_unit unit;
};

static int compare_places(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    size_t nx, ny;

    if (x->building != y->building)
        return x->building < y->building ? -1 : 1;
    if (x->stair != y->stair)
        return x->stair < y->stair ? -1 : 1;
    if (x->unit.floor_ordinal != y->unit.floor_ordinal)
        return x->unit.floor_ordinal > y->unit.floor_ordinal ? -1 : 1;
    nx = strlen(x->unit.line);
    ny = strlen(y->unit.line);
    if (nx != ny)
        return nx < ny ? -1 : 1;
    if (strcmp(x->unit.line, y->unit.line) != 0)
        return strcmp(x->unit.line, y->unit.line);
    return strcmp(x->unit.room, y->unit.room);
}

int content_sort(struct content *c)
{
    struct ranked *ranked = malloc((c->n_units + 1) * sizeof(*ranked));

    if (!ranked)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_units; i++) {
        const struct published_unit *u = &c->units[i];
        bool same_building = i > 0 && u->building_id == ranked[i - 1].unit.building_id;
        bool same_stair = i > 0 && u->stair_id == ranked[i - 1].unit.stair_id;

        ranked[i].building =
            same_building ? ranked[i - 1].building : rank_of(c, "building", u->building_id);
        ranked[i].stair = same_stair ? ranked[i - 1].stair : rank_of(c, "stair", u->stair_id);
        ranked[i].unit = *u;
    }
    qsort(ranked, c->n_units, sizeof(*ranked), compare_places);
    for (size_t i = 0; i < c->n_units; i++)
        c->units[i] = ranked[i].unit;
    free(ranked);
    return 0;
}

/* ---- a published one ---- */

static int items_published(struct db *db, struct content *c)
{
    static const char *const sections[] = {"project", "building",   "stair", "layout",
                                           "permit",  "disclosure", "fee",   "discount"};
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT section, key, name, value FROM publication_item "
                     "WHERE publication_id = $1 ORDER BY ordinal",
                     "i", c->publication_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]) && r >= 0; i++)
            if (strcmp(sections[i], stmt_text(s, 0)) == 0)
                r = content_item_add(c, sections[i], stmt_text(s, 1), stmt_text(s, 2),
                                     stmt_text(s, 3));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int unit_published(struct stmt *s, struct content *c)
{
    struct published_unit *u = content_unit_add(c);
    const struct published_unit *last;
    struct pool *pool = &c->pool;

    if (!u)
        return -ENOMEM;
    last = c->n_units > 1 ? u - 1 : NULL;
    u->unit_id = stmt_int(s, 0);
    u->building_id = stmt_int(s, 1);
    u->stair_id = stmt_int(s, 2);
    u->floor_id = stmt_int(s, 3);
    u->building = pool_text_again(pool, last ? last->building : NULL, stmt_text(s, 4));
    u->stair = pool_text_again(pool, last ? last->stair : NULL, stmt_text(s, 5));
    u->floor = pool_text_again(pool, last ? last->floor : NULL, stmt_text(s, 6));
    u->floor_ordinal = stmt_int(s, 7);
    u->room = pool_text(pool, stmt_text(s, 8));
    u->line = pool_text_again(pool, u->room, stmt_text(s, 9));
    u->span = stmt_int(s, 10);
    u->class = pool_text_again(pool, last ? last->class : NULL, stmt_text(s, 11));
    u->state = stmt_text(s, 12)[0];
    u->hidden_reason = pool_text(pool, stmt_text(s, 13));
    u->layout_id = stmt_int(s, 14);
    u->orientation = pool_text_again(pool, last ? last->orientation : NULL, stmt_text(s, 15));
    u->floor_height_mm = stmt_int(s, 16);
    u->gross = stmt_int(s, 17);
    u->inner = stmt_int(s, 18);
    u->shared = stmt_int(s, 19);
    u->area_stage = pool_text_again(pool, last ? last->area_stage : NULL, stmt_text(s, 20));
    u->total_fen = stmt_int(s, 21);
    u->deal_total_fen = stmt_int(s, 22);
    u->permit = pool_text_again(pool, last ? last->permit : NULL, stmt_text(s, 23));
    u->vr_url = pool_text(pool, stmt_text(s, 24));
    u->model_room = stmt_int(s, 25) != 0;
    u->note = pool_text(pool, stmt_text(s, 26));
    u->media = pool_text(pool, stmt_text(s, 27));
    return u->building && u->stair && u->floor && u->room && u->line && u->class &&
                   u->hidden_reason && u->orientation && u->area_stage && u->permit && u->note &&
                   u->media
               ? 0
               : -ENOMEM;
}

#define PUBLISHED_COLUMNS                                                                          \
    "SELECT p.unit_id, p.building_id, p.stair_id, p.floor_id, p.building, p.stair, p.floor, "      \
    "p.floor_ordinal, p.room, p.line, p.span, p.class, p.state, p.hidden_reason, p.layout_id, "    \
    "p.orientation, p.floor_height_mm, p.gross, p.inner_area, p.shared, p.area_stage, "            \
    "p.total_fen, p.deal_total_fen, p.permit, p.vr_url, p.model_room, p.note, p.media "            \
    "FROM unit u "                                                                                 \
    "JOIN publication_unit p ON p.unit_id = u.id AND p.publication_id = "                          \
    "(SELECT MAX(q.publication_id) FROM publication_unit q WHERE q.unit_id = u.id "                \
    "AND q.publication_id <= $2) WHERE p.removed = 0 AND "

static int units_published(struct db *db, const char *sql, int64_t key, struct content *c)
{
    struct stmt *s;
    int r = db_query(db, &s, sql, "ii", key, c->publication_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = unit_published(s, c);
    stmt_reset(s);
    return r < 0 ? r : content_sort(c);
}

int content_published(struct db *db, int64_t publication_id, int64_t unit_id,
                      struct content **ret_content)
{
    struct content *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->publication_id = publication_id;
    r = db_get(db, &c->project_id, "SELECT project_id FROM publication WHERE id = $1", "i",
               publication_id);
    if (r == 0)
        r = -ENOENT;
    if (r > 0)
        r = items_published(db, c);
    if (r == 0)
        r = unit_id ? units_published(db, PUBLISHED_COLUMNS "u.id = $1", unit_id, c)
                    : units_published(db, PUBLISHED_COLUMNS "u.project_id = $1", c->project_id, c);
    if (r < 0) {
        content_free(c);
        return r;
    }
    *ret_content = c;
    return 0;
}

/* ---- by unit ---- */

static int by_unit(const void *a, const void *b)
{
    const struct published_unit *x = *(const struct published_unit *const *)a;
    const struct published_unit *y = *(const struct published_unit *const *)b;

    return (x->unit_id > y->unit_id) - (x->unit_id < y->unit_id);
}

struct published_unit **content_by_unit(const struct content *c)
{
    struct published_unit **index = malloc((c->n_units + 1) * sizeof(struct published_unit *));

    if (!index)
        return NULL;
    for (size_t i = 0; i < c->n_units; i++)
        index[i] = &c->units[i];
    qsort(index, c->n_units, sizeof(struct published_unit *), by_unit);
    return index;
}

struct published_unit *unit_among(struct published_unit *const *units, size_t n, int64_t unit_id)
{
    const struct published_unit key = {.unit_id = unit_id};
    const struct published_unit *const wanted = &key;
    struct published_unit *const *at = bsearch(&wanted, units, n, sizeof(*units), by_unit);

    return at ? *at : NULL;
}

int content_losses(struct db *db, struct content *c)
{
    struct published_unit **units = content_by_unit(c);
    struct published_unit *unit;
    struct stmt *s;
    int r;

    if (!units)
        return -ENOMEM;
    r = db_query(db, &s,
                 "SELECT unit_id, state FROM publication_patch WHERE publication_id = $1 "
                 "ORDER BY number",
                 "i", c->publication_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        unit = unit_among(units, c->n_units, stmt_int(s, 0));
        if (unit)
            unit->state = stmt_text(s, 1)[0];
    }
    stmt_reset(s);
    free(units);
    return r < 0 ? r : 0;
}

/* ---- hash, comparison, storing ---- */

static void hash_text(crypto_generichash_state *state, const char *text)
{
    /* The ending NUL keeps neighbours apart: no text contains one. */
    crypto_generichash_update(state, (const uint8_t *)text, strlen(text) + 1);
}

static void hash_int(crypto_generichash_state *state, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    hash_text(state, text);
}

static void hash_unit(crypto_generichash_state *state, const struct published_unit *u)
{
    const int64_t numbers[] = {u->unit_id,         u->building_id,    u->stair_id,  u->floor_id,
                               u->floor_ordinal,   u->span,           u->state,     u->layout_id,
                               u->floor_height_mm, u->gross,          u->inner,     u->shared,
                               u->total_fen,       u->deal_total_fen, u->model_room};
    const char *const texts[] = {u->building,
                                 u->stair,
                                 u->floor,
                                 u->room,
                                 u->line,
                                 u->class,
                                 u->hidden_reason,
                                 u->orientation,
                                 u->area_stage,
                                 u->permit,
                                 u->vr_url ? u->vr_url : "",
                                 u->note,
                                 u->media};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        hash_int(state, numbers[i]);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        hash_text(state, texts[i]);
}

void content_hash(const struct content *c, char ret_hex[CONTENT_HASH_TEXT])
{
    crypto_generichash_state state;
    uint8_t hash[32];

    crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    hash_int(&state, c->project_id);
    for (size_t i = 0; i < c->n_items; i++) {
        hash_text(&state, c->items[i].section);
        hash_text(&state, c->items[i].key);
        hash_text(&state, c->items[i].name);
        hash_text(&state, c->items[i].value);
    }
    for (size_t i = 0; i < c->n_units; i++)
        hash_unit(&state, &c->units[i]);
    crypto_generichash_final(&state, hash, sizeof(hash));
    sodium_bin2hex(ret_hex, CONTENT_HASH_TEXT, hash, sizeof(hash));
}

void published_unit_path(const struct published_unit *u, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s%s", u->building, u->building[0] && u->stair[0] ? "-" : "",
             u->stair, u->building[0] || u->stair[0] ? "-" : "", u->room);
}

bool published_unit_same(const struct published_unit *a, const struct published_unit *b)
{
    return a->building_id == b->building_id && a->stair_id == b->stair_id &&
           a->floor_id == b->floor_id && a->floor_ordinal == b->floor_ordinal &&
           a->span == b->span && a->state == b->state && a->layout_id == b->layout_id &&
           a->floor_height_mm == b->floor_height_mm && a->gross == b->gross &&
           a->inner == b->inner && a->shared == b->shared && a->total_fen == b->total_fen &&
           a->deal_total_fen == b->deal_total_fen && a->model_room == b->model_room &&
           strcmp(a->building, b->building) == 0 && strcmp(a->stair, b->stair) == 0 &&
           strcmp(a->floor, b->floor) == 0 && strcmp(a->room, b->room) == 0 &&
           strcmp(a->line, b->line) == 0 && strcmp(a->class, b->class) == 0 &&
           strcmp(a->hidden_reason, b->hidden_reason) == 0 &&
           strcmp(a->orientation, b->orientation) == 0 &&
           strcmp(a->area_stage, b->area_stage) == 0 && strcmp(a->permit, b->permit) == 0 &&
           strcmp(a->vr_url ? a->vr_url : "", b->vr_url ? b->vr_url : "") == 0 &&
           strcmp(a->note, b->note) == 0 && strcmp(a->media, b->media) == 0;
}

void item_fields(const struct published_item *item, char *scratch, size_t size,
                 const char *ret_fields[ITEM_FIELDS_MAX])
{
    size_t n = 0;
    char *p = scratch;

    snprintf(scratch, size, "%s", item->value);
    while (n < ITEM_FIELDS_MAX) {
        char *end = p ? strchr(p, CONTENT_SEPARATOR[0]) : NULL;

        ret_fields[n++] = p ? p : "";
        if (end)
            *end = '\0';
        p = end ? end + 1 : NULL;
    }
}

static const int64_t *or_null(const int64_t *value)
{
    return *value ? value : NULL;
}

static int unit_store(struct tx *tx, const struct published_unit *u, int64_t publication_id,
                      bool removed)
{
    const char state[2] = {u->state, '\0'};
    int r = db_run(
        tx->db,
        "INSERT INTO publication_unit (unit_id, publication_id, removed, building_id, stair_id, "
        "floor_id, building, stair, floor, floor_ordinal, room, line, span, class, state, "
        "hidden_reason, layout_id, orientation, floor_height_mm, gross, inner_area, shared, "
        "area_stage, total_fen, deal_total_fen, permit, vr_url, model_room, note, media) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
        "$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)",
        "iiiiiitttittitttotoooitoottitt", u->unit_id, publication_id, (int64_t)removed,
        u->building_id, u->stair_id, u->floor_id, u->building, u->stair, u->floor, u->floor_ordinal,
        u->room, u->line, u->span, u->class, state, u->hidden_reason, or_null(&u->layout_id),
        u->orientation, or_null(&u->floor_height_mm), or_null(&u->gross), or_null(&u->inner),
        u->shared, u->area_stage, or_null(&u->total_fen), or_null(&u->deal_total_fen), u->permit,
        u->vr_url, (int64_t)u->model_room, u->note, u->media);

    return r < 0 ? r : 0;
}

static int items_store(struct tx *tx, const struct content *c, int64_t publication_id)
{
    for (size_t i = 0; i < c->n_items; i++) {
        const struct published_item *item = &c->items[i];
        int r = db_run(tx->db,
                       "INSERT INTO publication_item (publication_id, section, ordinal, key, name, "
                       "value) VALUES ($1, $2, $3, $4, $5, $6)",
                       "itittt", publication_id, item->section, (int64_t)i, item->key, item->name,
                       item->value);

        if (r < 0)
            return r;
    }
    return 0;
}

int content_store(struct tx *tx, const struct content *c, const struct content *base,
                  int64_t publication_id)
{
    struct published_unit **before = base ? content_by_unit(base) : NULL;
    struct published_unit **now = content_by_unit(c);
    int r = now && (before || !base) ? items_store(tx, c, publication_id) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < c->n_units; i++) {
        const struct published_unit *u = &c->units[i];
        const struct published_unit *was =
            base ? unit_among(before, base->n_units, u->unit_id) : NULL;

        if (!was || !published_unit_same(was, u))
            r = unit_store(tx, u, publication_id, false);
    }
    for (size_t i = 0; r == 0 && base && i < base->n_units; i++) {
        const struct published_unit *u = &base->units[i];

        if (!unit_among(now, c->n_units, u->unit_id))
            r = unit_store(tx, u, publication_id, true);
    }
    free(before);
    free(now);
    return r;
}
