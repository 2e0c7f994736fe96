/* draft.c - the content a publication would have now. See content.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/content.h"
#include "db/disclosure.h"
#include "db/unit.h"

/* Each query gives key, name, and then the fields of the value in content.h's order. */
static const struct {
    const char *section;
    int columns;
    const char *sql;
} item_queries[] = {
    {"project", 23,
     "SELECT id, name, id, name, name_en, city, address, developer, phone, sale_type, price_basis, "
     "show_deal_price, cover_media, down_bp, loan_unit_fen, commercial_rate_ppm, fund_rate_ppm, "
     "fund_cap_fen, rates_date, stale_s, too_old_s, "
     "link_days, validity_days FROM project WHERE id = $1 AND $2 > 0"},
    {"building", 5,
     "SELECT b.id, b.name, b.id, CASE a.kind WHEN 'phase' THEN '' ELSE COALESCE(a.name, '') END, "
     "CASE a.kind WHEN 'phase' THEN a.name ELSE COALESCE(p.name, '') END "
     "FROM building b LEFT JOIN area a ON a.id = b.area_id LEFT JOIN area p ON p.id = a.parent_id "
     "WHERE b.project_id = $1 AND $2 > 0 AND b.enabled = 1 AND COALESCE(a.enabled, 1) = 1 "
     "AND COALESCE(p.enabled, 1) = 1 AND EXISTS (SELECT 1 FROM unit u WHERE u.building_id = b.id) "
     "ORDER BY b.ordinal, b.id"},
    {"stair", 4,
     "SELECT s.id, s.name, s.id, s.building_id FROM stair s "
     "JOIN building b ON b.id = s.building_id WHERE b.project_id = $1 AND $2 > 0 "
     "ORDER BY b.ordinal, b.id, s.ordinal, s.id"},
    {"layout", 8,
     "SELECT id, name, id, rooms, halls, baths, media_id, description FROM layout "
     "WHERE project_id = $1 AND $2 > 0 ORDER BY name"},
    {"permit", 12,
     "SELECT id, number, id, kind, issued_date, valid_until, scope, units_named, escrow_bank, "
     "escrow_name, escrow_account, media_id FROM permit WHERE project_id = $1 "
     "AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $2) ORDER BY issued_date, id"},
    {"fee", 9,
     "SELECT id, name, id, kind, standard, basis, payee, voluntary, classes FROM fee "
     "WHERE project_id = $1 AND $2 > 0 ORDER BY kind, name"},
};

/* As it would be shown: an item that another record fulfils is frozen with what that record
 * says. */
static int disclosure_draft(void *arg, const struct disclosure_row *row)
{
    char value[ITEM_TEXT_MAX];

    if (!row->value[0] && !row->media_id)
        return 0;
    snprintf(value, sizeof(value),
             "%s" CONTENT_SEPARATOR "%s" CONTENT_SEPARATOR "%s" CONTENT_SEPARATOR "%s",
             row->media_id ? row->media_id : "", row->doc_name ? row->doc_name : "",
             row->doc_date ? row->doc_date : "", row->value);
    return content_item_add(arg, "disclosure", row->info->code, row->info->zh, value);
}

/* The columns of a row from the third on, as an item's value. */
static int value_join(struct stmt *s, int columns, char value[ITEM_TEXT_MAX])
{
    size_t used = 0;

    for (int column = 2; column < columns; column++) {
        const char *text = stmt_text(s, column);
        int n = snprintf(value + used, ITEM_TEXT_MAX - used, "%s%s",
                         column > 2 ? CONTENT_SEPARATOR : "", text ? text : "");

        if (n < 0 || (size_t)n >= ITEM_TEXT_MAX - used)
            return -E2BIG;
        used += (size_t)n;
    }
    return 0;
}

/* What is displayed of a discount and all that is computed by it (PR-14), as of the item queries.
 * What cannot be used by itself, for its scheme or its plan is off, is not shown. */
#define DISCOUNT_ITEM                                                                              \
    "SELECT d.id, d.name, d.id, d.condition, d.effect, d.from_date, d.until_date, d.kind, "        \
    "d.method, d.value, d.ordinal, d.classes, d.plan_id, d.identity, d.level, d.quota, "           \
    "d.only_one_of, s.name, s.from_date, s.until_date, s.quota FROM discount d "                   \
    "LEFT JOIN discount_scheme s ON s.id = d.scheme_id "                                           \
    "LEFT JOIN payment_plan p ON p.id = d.plan_id WHERE d.retired_ms IS NULL "                     \
    "AND COALESCE(s.enabled, 1) = 1 AND COALESCE(p.enabled, 1) = 1 "
enum { DISCOUNT_ITEM_COLUMNS = 21 };

/* Its rooms are the last field: their ids, space separated. */
static int discount_value(struct tx *tx, struct stmt *s, char value[ITEM_TEXT_MAX])
{
    struct stmt *rooms;
    const char *before = CONTENT_SEPARATOR;
    size_t used;
    int r = value_join(s, DISCOUNT_ITEM_COLUMNS, value);

    if (r < 0)
        return r;
    used = strlen(value);
    r = db_query(tx->db, &rooms,
                 "SELECT unit_id FROM discount_unit WHERE discount_id = $1 ORDER BY unit_id", "i",
                 stmt_int(s, 0));
    while (r >= 0 && (r = stmt_step(rooms)) == 1) {
        int n = snprintf(value + used, ITEM_TEXT_MAX - used, "%s%s", before, stmt_text(rooms, 0));

        if (n < 0 || (size_t)n >= ITEM_TEXT_MAX - used)
            r = -E2BIG;
        else
            used += (size_t)n;
        before = " ";
    }
    stmt_reset(rooms);
    return r < 0 ? r : 0;
}

static int discounts_draft(struct tx *tx, struct content *c)
{
    char value[ITEM_TEXT_MAX];
    struct stmt *s;
    int r = db_query(tx->db, &s, DISCOUNT_ITEM "AND d.project_id = $1 ORDER BY d.name", "i",
                     c->project_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = discount_value(tx, s, value);
        if (r == 0)
            r = content_item_add(c, "discount", stmt_text(s, 0), stmt_text(s, 1), value);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int content_discount_shown(struct tx *tx, int64_t discount_id)
{
    char value[ITEM_TEXT_MAX];
    int64_t shown = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s, DISCOUNT_ITEM "AND d.id = $1", "i", discount_id);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 1) {
        r = discount_value(tx, s, value);
        if (r == 0)
            r = db_get(tx->db, &shown,
                       "SELECT COUNT(*) FROM publication_item i JOIN publication p "
                       "ON p.id = i.publication_id AND p.state = 'live' JOIN discount d "
                       "ON d.project_id = p.project_id WHERE d.id = $1 AND "
                       "i.section = 'discount' AND i.key = $2 AND i.name = $3 AND i.value = $4",
                       "ittt", discount_id, stmt_text(s, 0), stmt_text(s, 1), value);
    }
    stmt_reset(s);
    return r < 0 ? r : shown > 0;
}

static int items_draft(struct tx *tx, struct content *c)
{
    char value[ITEM_TEXT_MAX];
    int r = 0;

    for (size_t q = 0; r == 0 && q < sizeof(item_queries) / sizeof(item_queries[0]); q++) {
        struct stmt *s;

        r = db_query(tx->db, &s, item_queries[q].sql, "ii", c->project_id, tx->now_ms);
        while (r >= 0 && (r = stmt_step(s)) == 1) {
            r = value_join(s, item_queries[q].columns, value);
            if (r == 0)
                r = content_item_add(c, item_queries[q].section, stmt_text(s, 0), stmt_text(s, 1),
                                     value);
        }
        stmt_reset(s);
    }
    if (r == 0)
        r = discounts_draft(tx, c);
    return r < 0 ? r : disclosure_each(tx, c->project_id, disclosure_draft, c);
}

struct drafting {
    struct content *content;
    bool show_deal_price;
    int64_t building_id; /* of the last row, as are the next */
    bool published;
    const char *building, *stair, *floor;
};

/* A building of a disabled area is not among the items, and so its units are not published. */
static bool building_published(const struct content *c, int64_t building_id)
{
    for (size_t i = 0; i < c->n_items; i++)
        if (strcmp(c->items[i].section, "building") == 0 &&
            strtoll(c->items[i].key, NULL, 10) == building_id)
            return true;
    return false;
}

static const char *hidden_reason(const struct unit_row *row, char state)
{
    if (row->state == 'N')
        return row->retained;
    if (state != 'N')
        return "";
    return row->flags & UNIT_SEIZURE    ? "seizure"
           : row->flags & UNIT_MORTGAGE ? "mortgage"
                                        : "locked";
}

static int unit_draft(void *arg, const struct unit_row *row)
{
    struct drafting *d = arg;
    struct content *c = d->content;
    struct pool *pool = &c->pool;
    const struct state_info *info;
    struct published_unit *u;
    struct unit_facts facts;

    if (row->building_id != d->building_id)
        d->published = building_published(c, row->building_id);
    d->building_id = row->building_id;
    if (!d->published)
        return 0;
    u = content_unit_add(c);
    if (!u)
        return -ENOMEM;
    unit_facts(row, &facts);
    u->unit_id = row->id;
    u->building_id = row->building_id;
    u->stair_id = row->stair_id;
    u->floor_id = row->floor_id;
    u->floor_ordinal = row->floor_ordinal;
    u->span = row->span;
    u->building = d->building = pool_text_again(pool, d->building, row->building);
    u->stair = d->stair = pool_text_again(pool, d->stair, row->stair);
    u->floor = d->floor = pool_text_again(pool, d->floor, row->floor);
    u->room = pool_text(pool, row->room);
    u->line = strcmp(row->line, row->room) == 0 ? u->room : pool_text(pool, row->line);
    u->class = pool_text(pool, row->class);
    u->state = public_state(&facts);
    u->hidden_reason = pool_text(pool, hidden_reason(row, u->state));
    u->layout_id = row->layout_id;
    u->orientation = pool_text(pool, row->orientation);
    u->floor_height_mm = row->floor_height_mm;
    u->gross = row->gross;
    u->inner = row->inner;
    u->shared = row->shared;
    u->area_stage = pool_text(pool, row->area_stage);
    info = state_info(u->state);
    u->total_fen = info->priced ? row->total_fen : 0;
    u->deal_total_fen = info->sold && d->show_deal_price ? row->deal_total_fen : 0;
    u->permit = pool_text(pool, row->permit);
    u->vr_url = pool_text(pool, row->vr_url);
    u->note = pool_text(pool, row->display_note);
    u->media = "";
    u->model_room = row->model_room;
    u->changed_ms = row->changed_ms;
    u->filed_total_fen = row->filed_total_fen;
    return u->building && u->stair && u->floor && u->room && u->line && u->class &&
                   u->hidden_reason && u->orientation && u->area_stage && u->permit && u->vr_url &&
                   u->note
               ? 0
               : -ENOMEM;
}

static int media_draft(struct tx *tx, struct content *c)
{
    struct published_unit **units = content_by_unit(c);
    struct stmt *s;
    int r;

    if (!units)
        return -ENOMEM;
    r = db_query(tx->db, &s,
                 "SELECT m.unit_id, m.media_id FROM unit_media m JOIN unit u ON u.id = m.unit_id "
                 "WHERE u.project_id = $1 ORDER BY m.unit_id, m.ordinal",
                 "i", c->project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct published_unit *u = unit_among(units, c->n_units, stmt_int(s, 0));
        char text[UNIT_MEDIA_TEXT];

        if (!u)
            continue;
        snprintf(text, sizeof(text), "%s%s%s", u->media, u->media[0] ? " " : "", stmt_text(s, 1));
        u->media = pool_text(&c->pool, text);
        if (!u->media)
            r = -ENOMEM;
    }
    stmt_reset(s);
    free(units);
    return r < 0 ? r : 0;
}

int content_draft(struct tx *tx, int64_t project_id, struct content **ret_content)
{
    const struct unit_filter filter = {.project_id = project_id};
    struct content *c = calloc(1, sizeof(*c));
    struct drafting drafting = {.content = c};
    int64_t show = 0;
    int r = tx_need_whole(tx, project_id);

    if (!c || r < 0) {
        free(c);
        return r < 0 ? r : -ENOMEM;
    }
    c->project_id = project_id;
    r = db_get(tx->db, &show, "SELECT show_deal_price FROM project WHERE id = $1", "i", project_id);
    drafting.show_deal_price = show != 0;
    if (r >= 0)
        r = items_draft(tx, c);
    if (r == 0)
        r = unit_scan(tx, &filter, unit_draft, &drafting);
    if (r == 0)
        r = media_draft(tx, c);
    if (r == 0)
        r = content_sort(c);
    if (r < 0) {
        content_free(c);
        return r;
    }
    *ret_content = c;
    return 0;
}
