/* intent.c - see intent.h. */
#include "db/intent.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/customer_class.h"
#include "db/option.h"

const char *const intent_criteria[INTENT_CRITERIA + 1] = {[INTENT_CLASS] = "class",
                                                          [INTENT_LAYOUT] = "layout",
                                                          [INTENT_ROOMS] = "rooms",
                                                          [INTENT_AREA] = "area",
                                                          [INTENT_FLOOR] = "floor",
                                                          [INTENT_PRICE] = "price",
                                                          [INTENT_ORIENTATION] = "orientation"};

/* ---- reading ---- */

static struct range range_at(struct stmt *s, int column)
{
    return (struct range){stmt_is_null(s, column) ? INTENT_NO : stmt_int(s, column),
                          stmt_is_null(s, column + 1) ? INTENT_NO : stmt_int(s, column + 1)};
}

static void row_read(struct stmt *s, struct intent_row *row)
{
    *row = (struct intent_row){.id = stmt_int(s, 0),
                               .version = stmt_int(s, 1),
                               .customer_id = stmt_int(s, 2),
                               .project_id = stmt_int(s, 3),
                               .project = stmt_text(s, 4),
                               .layout = stmt_text(s, 5),
                               .wish = {.class = stmt_text(s, 6),
                                        .layout_id = stmt_int(s, 7),
                                        .rooms = range_at(s, 8),
                                        .area = range_at(s, 10),
                                        .floor = range_at(s, 12),
                                        .price = range_at(s, 14),
                                        .orientation = stmt_text(s, 16),
                                        .hard = (unsigned)stmt_int(s, 17)},
                               .budget_fen = stmt_int(s, 18),
                               .purpose_id = stmt_int(s, 19),
                               .purpose = stmt_text(s, 20),
                               .note = stmt_text(s, 21),
                               .created_by = stmt_text(s, 22),
                               .created_ms = stmt_int(s, 23),
                               .changed_ms = stmt_int(s, 24)};
}

int intent_scan(struct tx *tx, int64_t customer_id, int64_t id,
                int (*each)(void *arg, const struct intent_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT i.id, i.version, i.customer_id, i.project_id, p.name, l.name, "
                     "i.class, i.layout_id, i.rooms_min, i.rooms_max, i.area_min, i.area_max, "
                     "i.floor_min, i.floor_max, i.price_min_fen, i.price_max_fen, i.orientation, "
                     "i.hard, i.budget_fen, i.purpose_id, o.name, i.note, "
                     "COALESCE(u.name, i.created_by), i.created_ms, i.changed_ms FROM intent i "
                     "JOIN project p ON p.id = i.project_id "
                     "LEFT JOIN layout l ON l.id = i.layout_id "
                     "LEFT JOIN option o ON o.id = i.purpose_id "
                     "LEFT JOIN user_account u ON u.login = i.created_by "
                     "WHERE i.customer_id = $1 AND ($2 = 0 OR i.id = $2) "
                     "ORDER BY i.changed_ms DESC, i.id DESC",
                     "ii", customer_id, id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct intent_row row;

        row_read(s, &row);
        if (actor_sees_project(tx->actor, row.project_id))
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

/* ---- changing ---- */

static int ranges_check(struct tx *tx, const struct intent_wish *w)
{
    static const char *const names[] = {"rooms", "area", "floor", "price"};
    const struct range *ranges[] = {&w->rooms, &w->area, &w->floor, &w->price};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (ranges[i]->low != INTENT_NO && ranges[i]->high != INTENT_NO &&
            ranges[i]->low > ranges[i]->high) {
            fault_item(tx->fault, FAULT_INTENT_RANGE, 0, names[i], NULL);
            return fault_set(tx->fault, FAULT_INTENT_RANGE, NULL);
        }
    return 0;
}

static int layout_check(struct tx *tx, int64_t project_id, int64_t layout_id)
{
    int64_t n = 0;
    int r = 0;

    if (layout_id)
        r = db_get(tx->db, &n, "SELECT COUNT(*) FROM layout WHERE id = $1 AND project_id = $2",
                   "ii", layout_id, project_id);
    if (r < 0 || !layout_id || n)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

static int edit_check(struct tx *tx, const struct intent_edit *e)
{
    int64_t version = 0;
    int r = tx_need_project(tx, e->project_id);

    if (r == 0)
        r = customer_need(tx, e->customer_id);
    if (r == 0)
        r = customer_need_active(tx, e->customer_id);
    if (r == 0)
        r = option_need(tx, OPTION_PURPOSE, e->purpose_id, "purpose_id");
    if (r >= 0)
        r = layout_check(tx, e->project_id, e->wish.layout_id);
    if (r >= 0)
        r = ranges_check(tx, &e->wish);
    if (r >= 0)
        r = db_get(tx->db, &version,
                   "SELECT version FROM intent WHERE customer_id = $1 AND project_id = $2", "ii",
                   e->customer_id, e->project_id);
    if (r < 0)
        return r;
    if (version != e->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "意向", NULL);
    return 0;
}

static const int64_t *bound(const int64_t *value)
{
    return *value == INTENT_NO ? NULL : value;
}

static int intent_write(struct tx *tx, const struct intent_edit *e, int64_t *ret_id)
{
    const struct intent_wish *w = &e->wish;

    return db_get(
        tx->db, ret_id,
        "INSERT INTO intent (customer_id, project_id, class, layout_id, rooms_min, rooms_max, "
        "area_min, area_max, floor_min, floor_max, price_min_fen, price_max_fen, orientation, "
        "budget_fen, purpose_id, hard, note, created_by, created_ms, changed_ms) VALUES ($1, $2, "
        "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, COALESCE($17, ''), $18, "
        "$19, $19) ON CONFLICT (customer_id, project_id) DO UPDATE SET version = "
        "intent.version + 1, class = $3, layout_id = $4, rooms_min = $5, rooms_max = $6, "
        "area_min = $7, area_max = $8, floor_min = $9, floor_max = $10, price_min_fen = $11, "
        "price_max_fen = $12, orientation = $13, budget_fen = $14, purpose_id = $15, hard = $16, "
        "note = COALESCE($17, ''), changed_ms = $19 RETURNING id",
        "iitoooooooootooitti", e->customer_id, e->project_id, w->class,
        w->layout_id ? &w->layout_id : NULL, bound(&w->rooms.low), bound(&w->rooms.high),
        bound(&w->area.low), bound(&w->area.high), bound(&w->floor.low), bound(&w->floor.high),
        bound(&w->price.low), bound(&w->price.high), w->orientation,
        e->budget_fen ? &e->budget_fen : NULL, e->purpose_id ? &e->purpose_id : NULL,
        (int64_t)w->hard, e->note, tx->actor->name, tx->now_ms);
}

int intent_set(struct tx *tx, const struct intent_edit *e, int64_t *ret_id)
{
    const int64_t hard = e->wish.hard;
    struct trail trail = {0};
    int64_t id = 0;
    int r = edit_check(tx, e);

    if (r == 0)
        r = intent_write(tx, e, &id);
    if (r == -ENOLINK) /* in scope are all projects, this one is none */
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = customer_class_recompute(tx, e->customer_id);
    if (r < 0)
        return r;
    trail_int(&trail, "intent", NULL, &id);
    trail_text(&trail, "class_wanted", NULL, e->wish.class);
    trail_int(&trail, "hard", NULL, &hard);
    if (e->wish.price.high != INTENT_NO)
        trail_int(&trail, "price_max", NULL, &e->wish.price.high);
    r = audit_add(tx, "intent.set", "customer", e->customer_id, e->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}
