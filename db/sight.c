/* sight.c - see sight.h. */
#include "db/sight.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void sight_of(const struct actor *actor, struct sight *ret_sight)
{
    struct sight sight = {.user = actor->id, .scope = "*"};
    size_t n = 0;

    if (actor_has(actor, RIGHT_CUSTOMER_ALL))
        sight.user = 0;
    else if (actor->kind != ACTOR_USER)
        sight.user = -1; /* nobody's customers */
    if (!actor->all_projects)
        n = (size_t)snprintf(sight.scope, sizeof(sight.scope), ",");
    for (size_t i = 0; !actor->all_projects && i < actor->n_projects; i++)
        n += (size_t)snprintf(sight.scope + n, sizeof(sight.scope) - n, "%" PRId64 ",",
                              actor->projects[i]);
    *ret_sight = sight;
}

/* 1, or 0. */
static int seen(struct tx *tx, int64_t customer_id)
{
    struct sight sight;
    int64_t there = 0;

    sight_of(tx->actor, &sight);
    return db_get(tx->db, &there,
                  "SELECT 1 FROM customer c WHERE c.id = $1 AND " SIGHT("c.id", "$2", "$3"), "iit",
                  customer_id, sight.user, (const char *)sight.scope);
}

int sight_need(struct tx *tx, int64_t customer_id)
{
    int r = seen(tx, customer_id);

    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int sight_id(struct tx *tx, int64_t customer_id, int64_t *ret_id)
{
    int r = seen(tx, customer_id);

    if (r < 0)
        return r;
    *ret_id = r == 1 ? customer_id : 0;
    return 0;
}

/* SQL: it is his, or shared with him, at least to work with ($5 is 1), in the project $4 or any
 * (0). */
#define IN_SCOPE SIGHT_PROJECT("o.project_id", "$3")
static const char held[] =
    "SELECT 1 FROM ownership o WHERE o.customer_id = $1 AND ($4 = 0 OR o.project_id = $4) "
    "AND " IN_SCOPE " AND (o.owner_id = $2 OR EXISTS (SELECT 1 FROM customer_share h "
    "WHERE h.customer_id = o.customer_id AND h.project_id = o.project_id AND h.user_id = $2 "
    "AND h.ended_ms IS NULL AND ($5 = 0 OR h.mode = 'edit'))) LIMIT 1";

static int need_held(struct tx *tx, int64_t customer_id, int64_t project_id, bool edit)
{
    struct sight sight;
    int64_t there = 0;
    int r = sight_need(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r < 0 || sight.user == 0)
        return r;
    r = db_get(tx->db, &there, held, "iitii", customer_id, sight.user, (const char *)sight.scope,
               project_id, (int64_t)edit);
    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_CUSTOMER_NOT_YOURS, NULL);
}

int sight_need_own(struct tx *tx, int64_t customer_id)
{
    return need_held(tx, customer_id, 0, false);
}

int sight_need_edit(struct tx *tx, int64_t customer_id)
{
    return need_held(tx, customer_id, 0, true);
}

int sight_need_in(struct tx *tx, int64_t customer_id, int64_t project_id, bool edit)
{
    int64_t there = 0;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = need_held(tx, customer_id, project_id, edit);
    if (r == 0)
        r = db_get(tx->db, &there,
                   "SELECT 1 FROM ownership WHERE customer_id = $1 AND project_id = $2", "ii",
                   customer_id, project_id);
    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

const char *name_shown(const struct tx *tx, const char *name, const char *kind,
                       char masked[CONTACT_NAME_TEXT])
{
    if (strcmp(kind, "person") != 0 || actor_has(tx->actor, RIGHT_CUSTOMER_CLEAR))
        return name;
    contact_name_mask(name, masked);
    return masked;
}
