/* unit_price.c - setting prices: the total is the authority (PR-01, PR-06, PM-09). See unit.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/money.h"
#include "db/project.h"
#include "db/unit.h"

struct price_now {
    int64_t version, project_id, building_id;
    int64_t total, filed, floor, area; /* area of the unit's basis; 0: none */
    char path[256], state, until[16];
    bool area_reviewed, price_reviewed, by_unit, published;
};

static int price_read(void *arg, const struct unit_row *row)
{
    struct price_now *now = arg;

    *now =
        (struct price_now){.version = row->version,
                           .project_id = row->project_id,
                           .building_id = row->building_id,
                           .total = row->total_fen,
                           .filed = row->filed_total_fen,
                           .floor = row->floor_total_fen,
                           .area = strcmp(row->price_basis, "inner") == 0 ? row->inner : row->gross,
                           .state = row->state,
                           .area_reviewed = row->area_reviewed,
                           .price_reviewed = row->price_reviewed,
                           .published = row->ever_published,
                           .by_unit = strcmp(row->price_basis, "unit") == 0};
    snprintf(now->until, sizeof(now->until), "%s", row->price_until ? row->price_until : "");
    unit_path(row, now->path, sizeof(now->path));
    return 0;
}

static int range_refuse(struct tx *tx, const char *field)
{
    char max[24];

    snprintf(max, sizeof(max), "%lld", (long long)MONEY_MAX_FEN);
    return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", field, "min", "0", "max", max, NULL);
}

/* The total of a unit price by the project's precision (FC 27.2). */
static int total_compute(struct tx *tx, const struct price_now *now, int64_t unit_price,
                         int64_t *ret_total)
{
    enum round_mode mode;
    int64_t unit_fen;
    int r;

    if (now->by_unit)
        return fault_set(tx->fault, FAULT_PRICE_BASIS, NULL);
    if (now->area <= 0)
        return fault_set(tx->fault, FAULT_G2_AREA, "unit", now->path, NULL);
    if (unit_price > MONEY_MAX_FEN / now->area * 100)
        return range_refuse(tx, "unit_price_fen");
    r = project_rounding(tx->db, now->project_id, &mode, &unit_fen);
    if (r < 0)
        return r;
    *ret_total = money_total(unit_price, now->area, unit_fen, mode);
    return 0;
}

/* A deal froze its price: the list price of such a unit is no longer set here (PM-08, T24). */
static bool price_frozen(const struct price_now *now)
{
    return now->total > 0 && strchr("KBSCFDT", now->state) != NULL;
}

static int price_check(struct tx *tx, const struct price_now *now, const struct price_now *next,
                       bool planned)
{
    const struct state_info *state = state_info(now->state);
    bool changes = next->total != now->total;

    if (next->total > MONEY_MAX_FEN)
        return range_refuse(tx, "total_fen");
    if (next->filed > MONEY_MAX_FEN)
        return range_refuse(tx, "filed_total_fen");
    if (next->floor > MONEY_MAX_FEN)
        return range_refuse(tx, "floor_total_fen");
    if (changes && price_frozen(now))
        return fault_set(tx->fault, FAULT_G6_TAKEN, "unit", now->path, "state", state->zh,
                         "state_en", state->en, NULL);
    if ((changes || next->floor != now->floor) && now->published && !planned) /* WF-10 */
        return fault_set(tx->fault, FAULT_PRICE_PLANNED, "unit", now->path, NULL);
    if (changes && next->total > 0 && !now->area_reviewed) /* PM-14 */
        return fault_set(tx->fault, FAULT_G2_AREA, "unit", now->path, NULL);
    if (changes && next->total == 0 && now->state == 'A')
        return fault_set(tx->fault, FAULT_G3_PRICE, "unit", now->path, NULL);
    if (next->total > 0 && next->filed > 0 && next->total > next->filed) /* PR-06 */
        return fault_set(tx->fault, FAULT_G3_PRICE, "unit", now->path, NULL);
    return 0;
}

static const int64_t *or_none(const int64_t *fen)
{
    return *fen > 0 ? fen : NULL;
}

/* The price a unit came with stands in its record alone until there is a second one: then it is
 * written down as the first, with who brought it and when. An import need not do it row by row. */
static int price_first(struct tx *tx, int64_t unit_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO unit_price (unit_id, total_fen, filed_total_fen, floor_total_fen, "
                   "reason, actor, at_ms) SELECT u.id, u.total_fen, u.filed_total_fen, "
                   "u.floor_total_fen, h.event, h.actor, h.at_ms FROM unit u JOIN unit_history h "
                   "ON h.unit_id = u.id AND h.axis = 'state' AND h.from_state = '' "
                   "WHERE u.id = $1 AND COALESCE(u.total_fen, u.filed_total_fen, "
                   "u.floor_total_fen) IS NOT NULL AND NOT EXISTS "
                   "(SELECT 1 FROM unit_price p WHERE p.unit_id = u.id)",
                   "i", unit_id);

    return r < 0 ? r : 0;
}

int unit_price_version(struct tx *tx, int64_t unit_id, int64_t *ret_id)
{
    int64_t id = 0;
    int r = price_first(tx, unit_id);

    if (r == 0)
        r = db_get(tx->db, &id, "SELECT MAX(id) FROM unit_price WHERE unit_id = $1", "i", unit_id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

static int price_write(struct tx *tx, const struct unit_price_change *c,
                       const struct price_now *next)
{
    int r = price_first(tx, c->id);

    if (r == 0)
        r = db_run(
            tx->db,
            "UPDATE unit SET total_fen = $2, filed_total_fen = $3, floor_total_fen = $4, "
            "price_reviewed = $5, price_until_date = $6, version = version + 1, changed_ms = $7 "
            "WHERE id = $1",
            "ioooiti", c->id, or_none(&next->total), or_none(&next->filed), or_none(&next->floor),
            (int64_t)next->price_reviewed, next->until[0] ? next->until : NULL, tx->now_ms);

    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO unit_price (unit_id, total_fen, filed_total_fen, floor_total_fen, "
                   "reason, actor, at_ms, reprice_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "iooottio", c->id, or_none(&next->total), or_none(&next->filed),
                   or_none(&next->floor), c->reason, tx->actor->name, tx->now_ms,
                   c->reprice_id ? &c->reprice_id : NULL);
    return r < 0 ? r : 0;
}

static void price_trail(struct trail *trail, const struct price_now *now,
                        const struct price_now *next, const char *reason)
{
    const int64_t before = now->price_reviewed, after = next->price_reviewed;

    trail_int(trail, "total_fen", or_none(&now->total), or_none(&next->total));
    trail_int(trail, "filed_total_fen", or_none(&now->filed), or_none(&next->filed));
    trail_int(trail, "floor_total_fen", or_none(&now->floor), or_none(&next->floor));
    trail_int(trail, "price_reviewed", &before, &after);
    trail_text(trail, "price_until_date", now->until, next->until);
    if (!trail_empty(trail))
        trail_text(trail, "reason", NULL, reason);
}

int unit_set_price(struct tx *tx, const struct unit_price_change *c)
{
    const struct unit_filter filter = {.unit_id = c->id};
    struct price_now now = {0}, next;
    struct trail trail = {0};
    int r = unit_scan(tx, &filter, price_read, &now);

    if (r < 0)
        return r;
    if (now.version != c->version)
        return fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", now.path, NULL);
    if (!c->reason || !c->reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    next = now;
    if (c->total_fen >= 0)
        next.total = c->total_fen;
    if (c->filed_total_fen >= 0)
        next.filed = c->filed_total_fen;
    if (c->floor_total_fen >= 0)
        next.floor = c->floor_total_fen;
    if (c->unit_price_fen > 0)
        r = total_compute(tx, &now, c->unit_price_fen, &next.total);
    if (r == 0)
        r = price_check(tx, &now, &next, c->reprice_id > 0);
    if (r < 0)
        return r;
    /* Who sets the total, even to the same, has reviewed it (G13). */
    if ((c->total_fen > 0 || c->unit_price_fen > 0) && now.area_reviewed)
        next.price_reviewed = true;
    if (c->total_fen >= 0 ||
        c->unit_price_fen > 0) /* a price that is set anew has its own window */
        snprintf(next.until, sizeof(next.until), "%s", c->until_date ? c->until_date : "");
    price_trail(&trail, &now, &next, c->reason);
    if (trail_empty(&trail))
        return 0;
    r = price_write(tx, c, &next);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "unit.price", "unit", c->id, now.project_id, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_UNIT, now.project_id, now.building_id, c->id);
    return r < 0 ? r : unit_publish_loss(tx, c->id, "unit.price");
}
