/* opening.c - plan, order, door and calls of an opening day. See opening.h. */
#include "db/opening.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/opening_impl.h"
#include "db/sight.h"

enum { SEED_MIN = 8 };

/* SQL: how many picks there are whose deals live; one that lapsed may be made again. */
#define PICKS(of)                                                                                  \
    "(SELECT COUNT(*) FROM opening_pick p JOIN deal d ON d.id = p.deal_id WHERE p." of             \
    " AND d.closed_ms IS NULL)"
#define GROUP_PICKS   PICKS("group_id = g.id")
#define OPENING_PICKS PICKS("opening_id = o.id")
/* SQL: the number @t was used by a pick of its group @g, be it one that lapsed since. */
#define TICKET_SPENT                                                                               \
    "t.state = 'used' AND EXISTS (SELECT 1 FROM opening_pick p JOIN deal d ON d.id = p.deal_id "   \
    "WHERE p.group_id = g.id AND d.ticket_id = t.id)"

/* SQL: the number is called; one that was given back, or went into another deal, is not. */
#define TICKET_COUNTS "(t.state = 'waiting' OR (" TICKET_SPENT "))"

/* ---- the day ---- */

int opening_now_read(struct tx *tx, int64_t id, int64_t version, struct opening_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, state, order_by, batch_size, pay_minutes, "
                   "picks_most, name FROM opening WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct opening_now){.id = id,
                                .project_id = stmt_int(s, 0),
                                .version = stmt_int(s, 1),
                                .lottery = strcmp(stmt_text(s, 3), "lottery") == 0,
                                .batch_size = stmt_int(s, 4),
                                .pay_minutes = stmt_int(s, 5),
                                .picks_most = stmt_int(s, 6)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 2));
    if (version && version != ret->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", stmt_text(s, 7), NULL);
    stmt_reset(s);
    return r;
}

static int need_state(struct tx *tx, const struct opening_now *o, const char *state)
{
    if (strcmp(o->state, state) == 0)
        return 0;
    return fault_set(tx->fault, FAULT_OPENING_STATE, NULL);
}

static int opening_log(struct tx *tx, const struct opening_now *o, const char *action,
                       struct trail *trail)
{
    int r = audit_add(tx, action, "opening", o->id, o->project_id, trail);

    return r < 0 ? r : tx_changed(tx, CHANGE_OPENING, o->project_id, 0, o->id);
}

int opening_project(struct tx *tx, int64_t id, int64_t *ret_project_id)
{
    struct opening_now now;
    int r = opening_now_read(tx, id, 0, &now);

    if (r == 0)
        *ret_project_id = now.project_id;
    return r;
}

/* ---- the plan ---- */

static int buildings_write(struct tx *tx, int64_t id, const struct opening_plan *plan)
{
    int r = db_run(tx->db, "DELETE FROM opening_building WHERE opening_id = $1", "i", id);

    for (size_t i = 0; r >= 0 && i < plan->n_buildings; i++) {
        r = db_run(tx->db,
                   "INSERT INTO opening_building (opening_id, building_id) "
                   "SELECT $1, id FROM building WHERE id = $2 AND project_id = $3 "
                   "ON CONFLICT DO NOTHING",
                   "iii", id, plan->buildings[i], plan->project_id);
        if (r == 0)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    return r < 0 ? r : 0;
}

static int plan_insert(struct tx *tx, const struct opening_plan *p, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "INSERT INTO opening (project_id, name, day, order_by, batch_size, "
                   "pick_minutes, pay_minutes, picks_most) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                   "RETURNING id",
                   "itttiiii", p->project_id, p->name, p->day, p->order_by, p->batch_size,
                   p->pick_minutes, p->pay_minutes, p->picks_most);

    return r < 0 ? r : 0;
}

static int plan_update(struct tx *tx, const struct opening_plan *p)
{
    struct opening_now now;
    int r = opening_now_read(tx, p->id, p->version, &now);

    if (r == 0)
        r = need_state(tx, &now, "planned");
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE opening SET name = $2, day = $3, order_by = $4, batch_size = $5, "
                   "pick_minutes = $6, pay_minutes = $7, picks_most = $8, version = version + 1 "
                   "WHERE id = $1",
                   "itttiiii", p->id, p->name, p->day, p->order_by, p->batch_size, p->pick_minutes,
                   p->pay_minutes, p->picks_most);
    return r < 0 ? r : 0;
}

int opening_save(struct tx *tx, const struct opening_plan *plan, int64_t *ret_id)
{
    struct opening_now now;
    struct trail trail = {0};
    int64_t id = plan->id;
    int r = tx_need_whole(tx, plan->project_id);

    if (r == 0 && plan->n_buildings > OPENING_BUILDINGS_MAX)
        return tx_limit_reached(tx, OPENING_BUILDINGS_MAX);
    if (r == 0)
        r = id ? plan_update(tx, plan) : plan_insert(tx, plan, &id);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", plan->name, NULL);
    if (r == 0)
        r = buildings_write(tx, id, plan);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, plan->name);
    trail_text(&trail, "day", NULL, plan->day);
    trail_text(&trail, "order_by", NULL, plan->order_by);
    trail_int(&trail, "batch_size", NULL, &plan->batch_size);
    trail_int(&trail, "pay_minutes", NULL, &plan->pay_minutes);
    trail_int(&trail, "picks_most", NULL, &plan->picks_most);
    now = (struct opening_now){.id = id, .project_id = plan->project_id};
    r = opening_log(tx, &now, plan->id ? "opening.update" : "opening.create", &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* All that wait come in at once, so what there is then is counted. */
static int groups_bound(struct tx *tx, int64_t id)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n, "SELECT COUNT(*) FROM opening_group WHERE opening_id = $1", "i", id);

    if (r < 0)
        return r;
    return n <= OPENING_GROUPS_MAX ? 0 : tx_limit_reached(tx, OPENING_GROUPS_MAX);
}

int opening_groups_take(struct tx *tx, int64_t id, int *ret_n)
{
    struct trail trail = {0};
    struct opening_now now;
    int64_t n, r = opening_now_read(tx, id, 0, &now);

    if (r == 0)
        r = need_state(tx, &now, "planned");
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO opening_group (opening_id, ticket_id) "
                   "SELECT $1, t.id FROM queue_ticket t WHERE t.project_id = $2 "
                   "AND t.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM opening_group g "
                   "WHERE g.opening_id = $1 AND g.ticket_id = t.id)",
                   "ii", id, now.project_id);
    if (r < 0)
        return (int)r;
    n = r;
    r = groups_bound(tx, id);
    if (r < 0)
        return (int)r;
    trail_int(&trail, "groups", NULL, &n);
    r = opening_log(tx, &now, "opening.groups", &trail);
    if (r == 0)
        *ret_n = (int)n;
    return (int)r;
}

/* ---- the order ---- */

struct place {
    uint8_t lot[16];
    int64_t group_id, number;
};

struct order {
    struct place *places;
    size_t n;
};

static int place_compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    const int lots = memcmp(x->lot, y->lot, sizeof(x->lot));

    return lots ? lots : x->number < y->number ? -1 : x->number > y->number;
}

/* A group's lot is the hash of the seed and its number: who has both can draw it again. */
static void lot_draw(const char *seed, struct place *place)
{
    crypto_generichash_state state;
    char number[24];

    snprintf(number, sizeof(number), "\n%lld", (long long)place->number);
    crypto_generichash_init(&state, NULL, 0, sizeof(place->lot));
    crypto_generichash_update(&state, (const unsigned char *)seed, strlen(seed));
    crypto_generichash_update(&state, (const unsigned char *)number, strlen(number));
    crypto_generichash_final(&state, place->lot, sizeof(place->lot));
}

/* Those that do not wait any more have no place. */
static int order_read(struct tx *tx, const struct opening_now *o, const char *seed,
                      struct order *order)
{
    int64_t n = 0;
    struct stmt *s = NULL;
    int r =
        db_get(tx->db, &n, "SELECT COUNT(*) FROM opening_group WHERE opening_id = $1", "i", o->id);

    if (r >= 0 && n > 0) {
        order->places = calloc((size_t)n, sizeof(*order->places));
        r = order->places ? 0 : -ENOMEM;
    }
    if (r >= 0)
        r = db_query(tx->db, &s,
                     "SELECT g.id, t.number FROM opening_group g "
                     "JOIN queue_ticket t ON t.id = g.ticket_id "
                     "WHERE g.opening_id = $1 AND t.state = 'waiting' ORDER BY t.number",
                     "i", o->id);
    while (r >= 0 && order->places && order->n < (size_t)n && (r = stmt_step(s)) == 1) {
        struct place *place = &order->places[order->n++];

        place->group_id = stmt_int(s, 0);
        place->number = stmt_int(s, 1);
        if (o->lottery)
            lot_draw(seed, place);
    }
    stmt_reset(s);
    if (r >= 0 && order->n > 0)
        qsort(order->places, order->n, sizeof(*order->places), place_compare);
    return r < 0 ? r : 0;
}

static int order_make(struct tx *tx, const struct opening_now *o, const char *seed)
{
    struct order order = {0};
    int r = order_read(tx, o, seed, &order);

    if (r == 0 && order.n == 0)
        r = fault_set(tx->fault, FAULT_OPENING_EMPTY, NULL);
    for (size_t i = 0; r >= 0 && i < order.n; i++)
        r = db_run(tx->db, "UPDATE opening_group SET place = $2 WHERE id = $1", "ii",
                   order.places[i].group_id, (int64_t)i + 1);
    free(order.places);
    return r < 0 ? r : 0;
}

/* Its buildings are in picking mode, or out of it (G18); their charts show it. */
static int picking_set(struct tx *tx, const struct opening_now *o, bool on)
{
    struct stmt *s;
    int r = db_run(tx->db,
                   "UPDATE building SET picking = $2, version = version + 1 WHERE id IN "
                   "(SELECT building_id FROM opening_building WHERE opening_id = $1)",
                   "ii", o->id, (int64_t)on);

    if (r >= 0)
        r = db_query(tx->db, &s, "SELECT building_id FROM opening_building WHERE opening_id = $1",
                     "i", o->id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = tx_changed(tx, CHANGE_BUILDING, o->project_id, stmt_int(s, 0), stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int opening_start(struct tx *tx, int64_t id, int64_t version, const char *seed)
{
    struct trail trail = {0};
    struct opening_now now;
    int r = opening_now_read(tx, id, version, &now);

    if (r == 0)
        r = need_state(tx, &now, "planned");
    if (r == 0 && now.lottery && (!seed || strlen(seed) < SEED_MIN))
        return fault_set(tx->fault, FAULT_SEED_NEEDED, NULL);
    if (r == 0)
        r = order_make(tx, &now, seed);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE opening SET state = 'running', lottery_seed = $2, version = version + 1 "
                   "WHERE id = $1",
                   "it", id, now.lottery ? seed : "");
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_OPENING_RUNNING, NULL);
    if (r >= 0)
        r = picking_set(tx, &now, true);
    if (r < 0)
        return r;
    trail_text(&trail, "state", "planned", "running");
    trail_text(&trail, "lottery_seed", NULL, now.lottery ? seed : NULL);
    return opening_log(tx, &now, "opening.start", &trail);
}

int opening_close(struct tx *tx, int64_t id, int64_t version)
{
    struct trail trail = {0};
    struct opening_now now;
    int r = opening_now_read(tx, id, version, &now);

    if (r == 0)
        r = need_state(tx, &now, "running");
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE opening SET state = 'closed', version = version + 1 WHERE id = $1", "i",
                   id);
    if (r >= 0)
        r = picking_set(tx, &now, false);
    if (r < 0)
        return r;
    trail_text(&trail, "state", "running", "closed");
    return opening_log(tx, &now, "opening.close", &trail);
}

/* ---- the door and the calls ---- */

int opening_group_read(struct tx *tx, int64_t group_id, int64_t version, struct opening_group *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT o.project_id, g.opening_id, g.version, g.state, t.customer_id, "
                   "t.id, " GROUP_PICKS ", t.number, " TICKET_SPENT " FROM opening_group g "
                   "JOIN opening o ON o.id = g.opening_id "
                   "JOIN queue_ticket t ON t.id = g.ticket_id WHERE g.id = $1",
                   group_id);

    if (r < 0)
        return r;
    *ret = (struct opening_group){.id = group_id,
                                  .opening_id = stmt_int(s, 1),
                                  .version = stmt_int(s, 2),
                                  .customer_id = stmt_int(s, 4),
                                  .ticket_id = stmt_int(s, 5),
                                  .picks = stmt_int(s, 6),
                                  .number = stmt_int(s, 7),
                                  .ticket_spent = stmt_int(s, 8) != 0};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 3));
    stmt_reset(s);
    if (version && version != ret->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "选房组", NULL);
    return 0;
}

int opening_group_set(struct tx *tx, const struct opening_now *o, const struct opening_group *g,
                      const char *state, bool last)
{
    const bool ends = strcmp(state, "done") == 0 || strcmp(state, "left") == 0;
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE opening_group SET state = $2, "
                   "arrived_ms = COALESCE(arrived_ms, CASE $2 WHEN 'arrived' THEN $3 END), "
                   "ended_ms = CASE $4 WHEN 1 THEN $3 END, place = CASE $5 WHEN 1 THEN "
                   "(SELECT MAX(place) + 1 FROM opening_group WHERE opening_id = $6) ELSE place "
                   "END, version = version + 1 WHERE id = $1",
                   "itiiii", g->id, state, tx->now_ms, (int64_t)ends, (int64_t)last, o->id);

    if (r < 0)
        return r;
    trail_int(&trail, "ticket", NULL, &g->number);
    trail_text(&trail, "state", g->state, state);
    return opening_log(tx, o, "opening.group", &trail);
}

static int need_ticket(struct tx *tx, const struct opening_group *g)
{
    char number[24];
    int64_t id;
    int r = db_get(tx->db, &id,
                   "SELECT g.id FROM opening_group g JOIN queue_ticket t ON t.id = g.ticket_id "
                   "WHERE g.id = $1 AND " TICKET_COUNTS,
                   "i", g->id);

    if (r != 0)
        return r < 0 ? r : 0;
    snprintf(number, sizeof(number), "%lld", (long long)g->number);
    return fault_set(tx->fault, FAULT_TICKET_ENDED, "number", number, NULL);
}

int opening_arrive(struct tx *tx, int64_t group_id)
{
    struct opening_group group;
    struct opening_now now;
    int r = opening_group_read(tx, group_id, 0, &group);

    if (r == 0)
        r = opening_now_read(tx, group.opening_id, 0, &now);
    if (r < 0)
        return r;
    if (strcmp(now.state, "closed") == 0)
        return fault_set(tx->fault, FAULT_OPENING_STATE, NULL);
    r = need_ticket(tx, &group);
    if (r < 0)
        return r;
    if (strcmp(group.state, "expected") == 0 || strcmp(group.state, "passed") == 0)
        return opening_group_set(tx, &now, &group, "arrived", strcmp(group.state, "passed") == 0);
    if (strcmp(group.state, "left") == 0 || strcmp(group.state, "done") == 0)
        return fault_set(tx->fault, FAULT_GROUP_STATE, NULL);
    return 0;
}

int opening_call(struct tx *tx, int64_t id, int64_t version, int *ret_n)
{
    struct trail trail = {0};
    struct opening_now now;
    int64_t n, r = opening_now_read(tx, id, version, &now);

    if (r == 0)
        r = need_state(tx, &now, "running");
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE opening_group SET state = 'called', called_ms = $2, "
                   "batch = (SELECT COALESCE(MAX(batch), 0) + 1 FROM opening_group "
                   "WHERE opening_id = $1), version = version + 1 WHERE id IN "
                   "(SELECT g.id FROM opening_group g JOIN queue_ticket t ON t.id = g.ticket_id "
                   "WHERE g.opening_id = $1 AND g.state = 'arrived' AND " TICKET_COUNTS
                   " ORDER BY g.place LIMIT $3)",
                   "iii", id, tx->now_ms, now.batch_size);
    if (r <= 0) {
        *ret_n = 0;
        return (int)r;
    }
    n = r;
    r = db_run(tx->db, "UPDATE opening SET version = version + 1 WHERE id = $1", "i", id);
    if (r < 0)
        return (int)r;
    trail_int(&trail, "called", NULL, &n);
    r = opening_log(tx, &now, "opening.call", &trail);
    if (r == 0)
        *ret_n = (int)n;
    return (int)r;
}

int opening_pass(struct tx *tx, int64_t group_id, int64_t version, bool again)
{
    struct opening_group group;
    struct opening_now now;
    int r = opening_group_read(tx, group_id, version, &group);

    if (r == 0)
        r = opening_now_read(tx, group.opening_id, 0, &now);
    if (r == 0)
        r = need_state(tx, &now, "running");
    if (r == 0 && strcmp(group.state, "called") != 0)
        r = fault_set(tx->fault, FAULT_GROUP_STATE, NULL);
    if (r < 0)
        return r;
    return opening_group_set(tx, &now, &group, again ? "passed" : "left", false);
}

/* ---- reading ---- */

int opening_list(struct tx *tx, int64_t project_id, int64_t id,
                 int (*each)(void *arg, const struct opening_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT o.id, o.version, o.name, o.day, o.state, o.order_by, o.lottery_seed, "
            "o.batch_size, o.pick_minutes, o.pay_minutes, o.picks_most, "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id), "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id AND g.state = "
            "'arrived'), "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id AND g.state = "
            "'called'), "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id AND g.state = "
            "'done'), "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id AND g.state = "
            "'passed'), "
            "(SELECT COUNT(*) FROM opening_group g WHERE g.opening_id = o.id AND g.state = "
            "'left'), " OPENING_PICKS ", "
            "(SELECT COUNT(*) FROM opening_pick p JOIN deal d ON d.id = p.deal_id WHERE "
            "p.opening_id = o.id AND d.closed_ms IS NOT NULL), "
            "(SELECT COALESCE(MAX(g.batch), 0) FROM opening_group g WHERE g.opening_id = o.id) "
            "FROM opening o WHERE o.project_id = $1 AND ($2 = 0 OR o.id = $2) "
            "ORDER BY o.day DESC, o.id DESC",
            "ii", project_id, id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct opening_row row = {.id = stmt_int(s, 0),
                                        .version = stmt_int(s, 1),
                                        .project_id = project_id,
                                        .name = stmt_text(s, 2),
                                        .day = stmt_text(s, 3),
                                        .state = stmt_text(s, 4),
                                        .order_by = stmt_text(s, 5),
                                        .lottery_seed = stmt_text(s, 6),
                                        .batch_size = stmt_int(s, 7),
                                        .pick_minutes = stmt_int(s, 8),
                                        .pay_minutes = stmt_int(s, 9),
                                        .picks_most = stmt_int(s, 10),
                                        .groups = stmt_int(s, 11),
                                        .arrived = stmt_int(s, 12),
                                        .called = stmt_int(s, 13),
                                        .done = stmt_int(s, 14),
                                        .passed = stmt_int(s, 15),
                                        .left = stmt_int(s, 16),
                                        .picks = stmt_int(s, 17),
                                        .ended = stmt_int(s, 18),
                                        .batch = stmt_int(s, 19)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int opening_building_each(struct tx *tx, int64_t id, int (*each)(void *arg, int64_t building_id),
                          void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT building_id FROM opening_building WHERE opening_id = $1 "
                     "ORDER BY building_id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int opening_group_opening(struct tx *tx, int64_t group_id, int64_t *ret_opening_id)
{
    struct opening_group group;
    int r = opening_group_read(tx, group_id, 0, &group);

    if (r == 0)
        *ret_opening_id = group.opening_id;
    return r;
}

static const char groups_sql[] =
    "SELECT g.id, g.version, g.ticket_id, t.number, t.customer_id, COALESCE(g.place, 0), "
    "COALESCE(g.batch, 0), " GROUP_PICKS ", c.name, "
    "c.kind, g.state, g.arrived_ms, g.called_ms, g.ended_ms FROM opening_group g "
    "JOIN queue_ticket t ON t.id = g.ticket_id JOIN customer c ON c.id = t.customer_id "
    "WHERE g.opening_id = $1 AND ($2 = 0 OR g.batch = $2) AND ($3 = '' OR g.state = $3) "
    "AND ($7 = 0 OR g.id = $7) AND ($8 = 0 OR t.number = $8) "
    "AND (COALESCE(g.place, t.number) > $4 OR (COALESCE(g.place, t.number) = $4 AND g.id > $5)) "
    "ORDER BY COALESCE(g.place, t.number), g.id LIMIT $6";

static int group_give(struct tx *tx, struct stmt *s,
                      int (*each)(void *arg, const struct opening_group_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct opening_group_row row = {.id = stmt_int(s, 0),
                                    .version = stmt_int(s, 1),
                                    .ticket_id = stmt_int(s, 2),
                                    .ticket_number = stmt_int(s, 3),
                                    .customer_id = stmt_int(s, 4),
                                    .place = stmt_int(s, 5),
                                    .batch = stmt_int(s, 6),
                                    .picks = stmt_int(s, 7),
                                    .customer =
                                        name_shown(tx, stmt_text(s, 8), stmt_text(s, 9), masked),
                                    .state = stmt_text(s, 10),
                                    .arrived_ms = stmt_int(s, 11),
                                    .called_ms = stmt_int(s, 12),
                                    .ended_ms = stmt_int(s, 13)};
    int r = sight_id(tx, row.customer_id, &row.customer_id);

    return r < 0 ? r : each(arg, &row);
}

int opening_group_list(struct tx *tx, const struct opening_group_filter *f,
                       int (*each)(void *arg, const struct opening_group_row *row), void *arg)
{
    const int64_t limit = f->limit < OPENING_PAGE_MAX ? f->limit : OPENING_PAGE_MAX;
    struct opening_now now;
    struct stmt *s = NULL;
    int r = opening_now_read(tx, f->opening_id, 0, &now);

    if (r == 0)
        r = db_query(tx->db, &s, groups_sql, "iitiiiii", f->opening_id, f->batch,
                     f->state ? f->state : "", f->after_place, f->after_id, limit, f->group_id,
                     f->number);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = group_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}
