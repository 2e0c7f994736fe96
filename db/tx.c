/* tx.c - see tx.h. */
#include "db/tx.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const struct actor actor_system = {
    .kind = ACTOR_SYSTEM, .name = "system", .rights = ~(right_set)0, .all_projects = true};

int tx_changed(struct tx *tx, enum change_kind kind, int64_t project_id, int64_t building_id,
               int64_t id)
{
    struct change_list *list = tx->changes;

    if (!list)
        return 0;
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        struct change *items = realloc(list->items, room * sizeof(*items));

        if (!items)
            return -ENOMEM;
        list->items = items;
        list->room = room;
    }
    list->items[list->n++] = (struct change){kind, project_id, building_id, id};
    return 0;
}

bool actor_has(const struct actor *actor, enum right right)
{
    return (actor->rights & RIGHT_BIT(right)) != 0;
}

_Static_assert(ACTOR_PROJECTS_MAX <= 32, "partial has a bit for each project");

enum reach { REACH_NONE, REACH_PART, REACH_WHOLE };

static enum reach actor_reach(const struct actor *actor, int64_t project_id)
{
    if (actor->all_projects)
        return REACH_WHOLE;
    for (size_t i = 0; i < actor->n_projects; i++)
        if (actor->projects[i] == project_id)
            return actor->partial & UINT32_C(1) << i ? REACH_PART : REACH_WHOLE;
    return REACH_NONE;
}

bool actor_sees_project(const struct actor *actor, int64_t project_id)
{
    return actor_reach(actor, project_id) != REACH_NONE;
}

bool actor_sees_whole(const struct actor *actor, int64_t project_id)
{
    return actor_reach(actor, project_id) == REACH_WHOLE;
}

bool actor_sees_building(const struct actor *actor, int64_t project_id, int64_t building_id)
{
    const enum reach reach = actor_reach(actor, project_id);

    for (size_t i = 0; reach == REACH_PART && i < actor->n_buildings; i++)
        if (actor->buildings[i] == building_id)
            return true;
    return reach == REACH_WHOLE;
}

int tx_need_right(struct tx *tx, enum right right)
{
    if (actor_has(tx->actor, right))
        return 0;
    return fault_set(tx->fault, FAULT_DENIED, "right", rights[right].zh, NULL);
}

int tx_need_project(struct tx *tx, int64_t project_id)
{
    if (actor_sees_project(tx->actor, project_id))
        return 0;
    return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int tx_need_whole(struct tx *tx, int64_t project_id)
{
    int r = tx_need_project(tx, project_id);

    if (r < 0 || actor_sees_whole(tx->actor, project_id))
        return r;
    return fault_set(tx->fault, FAULT_SCOPE_PARTIAL, NULL);
}

int tx_need_building(struct tx *tx, int64_t project_id, int64_t building_id)
{
    if (actor_sees_building(tx->actor, project_id, building_id))
        return 0;
    return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

static int row_find(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id, bool office)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 0 ||
        !((office && stmt_is_null(s, 0)) || actor_sees_project(tx->actor, stmt_int(s, 0)))) {
        stmt_reset(s);
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    *ret_s = s;
    return 0;
}

int tx_row(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id)
{
    return row_find(tx, ret_s, sql, id, false);
}

int tx_row_office(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id)
{
    return row_find(tx, ret_s, sql, id, true);
}

int tx_own(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, sql, id);

    if (r < 0)
        return r;
    r = tx_need_whole(tx, stmt_int(s, 0));
    if (r < 0)
        stmt_reset(s);
    else
        *ret_s = s;
    return r;
}

int tx_limit_reached(struct tx *tx, int64_t limit)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, limit);
    return fault_set(tx->fault, FAULT_LIMIT_REACHED, "limit", text, NULL);
}

int tx_need_room(struct tx *tx, const char *sql, int64_t id, int64_t limit)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n, sql, "i", id);

    if (r < 0)
        return r;
    return n < limit ? 0 : tx_limit_reached(tx, limit);
}
