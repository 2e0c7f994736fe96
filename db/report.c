/* report.c - see report.h. */
#include "db/report.h"

#include <stdio.h>
#include <string.h>

/* One row per group, column and building: key, name, column, units, list total, deal total, gross
 * area, building. */
#define STOCK_COLUMN                                                                               \
    "CASE WHEN u.sale_state IN ('A', 'U') AND u.queue_count > 0 THEN 'Q' "                         \
    "WHEN u.sale_state IN ('K', 'R', 'X') THEN 'H' WHEN u.sale_state IN ('B', 'S') THEN 'B' "      \
    "WHEN u.sale_state IN ('C', 'F', 'D', 'T') THEN 'S' ELSE u.sale_state END"
#define STOCK_SUMS                                                                                 \
    "COUNT(*), SUM(COALESCE(u.total_fen, 0)), "                                                    \
    "SUM(COALESCE(u.deal_total_fen, u.total_fen, 0)), SUM(COALESCE(a.gross, 0)), u.building_id "
#define STOCK_FROM                                                                                 \
    "FROM unit u JOIN project p ON p.id = u.project_id LEFT JOIN unit_area a ON a.unit_id = u.id " \
    "AND a.stage = CASE p.sale_type WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "

static const char by_class[] =
    "SELECT 0, u.class, " STOCK_COLUMN ", " STOCK_SUMS STOCK_FROM
    "WHERE u.project_id = $1 GROUP BY u.class, 3, u.building_id ORDER BY u.class";
static const char by_building[] =
    "SELECT b.id, b.name, " STOCK_COLUMN ", " STOCK_SUMS STOCK_FROM
    "JOIN building b ON b.id = u.building_id WHERE u.project_id = $1 "
    "GROUP BY b.id, b.name, b.ordinal, 3, u.building_id ORDER BY b.ordinal, b.id";
static const char by_layout[] =
    "SELECT COALESCE(l.id, 0), COALESCE(l.name, ''), " STOCK_COLUMN ", " STOCK_SUMS STOCK_FROM
    "LEFT JOIN layout l ON l.id = u.layout_id WHERE u.project_id = $1 "
    "GROUP BY l.id, l.name, 3, u.building_id "
    "ORDER BY CASE WHEN l.id IS NULL THEN 1 ELSE 0 END, l.name, l.id";

static void group_add(struct stock_group *g, struct stmt *s)
{
    const char column = stmt_text(s, 2)[0];
    const int64_t units = stmt_int(s, 3);

    g->units += units;
    g->gross_area += stmt_int(s, 6);
    switch (column) {
    case 'A':
        g->available += units;
        g->available_fen += stmt_int(s, 4);
        break;
    case 'Q':
        g->queued_only += units;
        g->available_fen += stmt_int(s, 4);
        break;
    case 'H':
        g->held += units;
        break;
    case 'B':
        g->booked += units;
        break;
    case 'S':
        g->sold += units;
        g->sold_fen += stmt_int(s, 5);
        break;
    case 'N':
        g->not_for_sale += units;
        break;
    default:
        g->unreleased += units;
        break;
    }
}

/* A group and its texts, which outlive the row they were read from. */
struct open_group {
    struct stock_group group;
    char key[24], name[400];
    int64_t id;
    bool open;
};

static bool group_same(const struct open_group *o, enum stock_by by, struct stmt *s)
{
    if (!o->open)
        return false;
    return by == STOCK_BY_CLASS ? strcmp(o->key, stmt_text(s, 1)) == 0 : o->id == stmt_int(s, 0);
}

static void group_start(struct open_group *o, enum stock_by by, struct stmt *s)
{
    memset(o, 0, sizeof(*o));
    o->open = true;
    o->id = stmt_int(s, 0);
    if (by == STOCK_BY_CLASS)
        snprintf(o->key, sizeof(o->key), "%s", stmt_text(s, 1));
    else if (o->id)
        snprintf(o->key, sizeof(o->key), "%lld", (long long)o->id);
    if (by != STOCK_BY_CLASS)
        snprintf(o->name, sizeof(o->name), "%s", stmt_text(s, 1));
    o->group.key = o->key;
    o->group.name = o->name;
}

static int permits_compare(struct tx *tx, int64_t project_id, struct stock_total *total)
{
    int64_t wrong = 0, uncovered = 0;
    int r = db_get(tx->db, &total->permit_units,
                   "SELECT COALESCE(SUM(units_named), 0) FROM permit WHERE project_id = $1 "
                   "AND revoked_ms IS NULL",
                   "i", project_id);

    if (r >= 0)
        r = db_get(tx->db, &wrong,
                   "SELECT COUNT(*) FROM permit p WHERE p.project_id = $1 AND p.revoked_ms IS NULL "
                   "AND p.units_named <> (SELECT COUNT(*) FROM permit_unit x "
                   "WHERE x.permit_id = p.id)",
                   "i", project_id);
    if (r >= 0)
        r = db_get(tx->db, &uncovered,
                   "SELECT COUNT(*) FROM unit u WHERE u.project_id = $1 "
                   "AND u.sale_state NOT IN ('U', 'N') AND NOT EXISTS (SELECT 1 FROM permit_unit x "
                   "JOIN permit p ON p.id = x.permit_id WHERE x.unit_id = u.id "
                   "AND p.revoked_ms IS NULL)",
                   "i", project_id);
    total->balanced = wrong == 0 && uncovered == 0;
    return r < 0 ? r : 0;
}

int report_stock(struct tx *tx, int64_t project_id, enum stock_by by,
                 int (*each)(void *arg, const struct stock_group *group), void *arg,
                 struct stock_total *ret_total)
{
    const char *sql = by == STOCK_BY_CLASS    ? by_class
                      : by == STOCK_BY_LAYOUT ? by_layout
                                              : by_building;
    struct stock_total total = {.group = {.key = "", .name = ""}};
    struct open_group open = {0};
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s, sql, "i", project_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_building(tx->actor, project_id, stmt_int(s, 7)))
            continue;
        if (!group_same(&open, by, s)) {
            r = open.open ? each(arg, &open.group) : 0;
            group_start(&open, by, s);
        }
        group_add(&open.group, s);
        group_add(&total.group, s);
    }
    stmt_reset(s);
    if (r >= 0 && open.open)
        r = each(arg, &open.group);
    if (r >= 0)
        r = permits_compare(tx, project_id, &total);
    if (r < 0)
        return r;
    *ret_total = total;
    return 0;
}
