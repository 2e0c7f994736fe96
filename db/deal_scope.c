/* deal_scope.c - see deal_scope.h. */
#include "db/deal_scope.h"

#include "db/customer.h"

bool deal_seen(const struct actor *actor, const struct deal_place *place)
{
    return actor_sees_building(actor, place->project_id, place->building_id) &&
           (actor->kind == ACTOR_SYSTEM || place->user_id == actor->id ||
            actor_has(actor, RIGHT_DEAL_ALL));
}

int deal_need(struct tx *tx, const struct deal_place *place)
{
    return deal_seen(tx->actor, place) ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int deal_place_read(struct tx *tx, int64_t deal_id, struct deal_place *ret_place)
{
    struct deal_place place = {.deal_id = deal_id};
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT d.project_id, u.building_id, d.user_id FROM deal d "
                   "JOIN unit u ON u.id = d.unit_id WHERE d.id = $1",
                   deal_id);

    if (r < 0)
        return r;
    place.project_id = stmt_int(s, 0);
    place.building_id = stmt_int(s, 1);
    place.user_id = stmt_int(s, 2);
    stmt_reset(s);
    r = deal_need(tx, &place);
    if (r == 0)
        *ret_place = place;
    return r;
}

/* Whom an opening day has called is everybody's at the desk. */
static int called_now(struct tx *tx, int64_t customer_id, int64_t *ret_n)
{
    if (!actor_has(tx->actor, RIGHT_OPENING_DESK)) {
        *ret_n = 0;
        return 0;
    }
    return db_get(tx->db, ret_n,
                  "SELECT COUNT(*) FROM opening_group g JOIN opening o ON o.id = g.opening_id "
                  "JOIN queue_ticket t ON t.id = g.ticket_id WHERE t.customer_id = $1 "
                  "AND g.state = 'called' AND o.state = 'running'",
                  "i", customer_id);
}

int deal_customer_need(struct tx *tx, int64_t customer_id, int64_t deal_id)
{
    struct deal_place place;
    int64_t buyer = 0, called = 0;
    int r = db_get(tx->db, &buyer,
                   "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1 AND customer_id = $2 AND "
                   "ended_ms IS NULL",
                   "ii", deal_id, customer_id);

    if (r < 0)
        return r;
    if (buyer)
        return deal_place_read(tx, deal_id, &place);
    r = customer_need_active(tx, customer_id);
    if (r < 0 || actor_has(tx->actor, RIGHT_DEAL_ALL))
        return r;
    r = called_now(tx, customer_id, &called);
    return r < 0 || called ? (r < 0 ? r : 0) : customer_need(tx, customer_id);
}

int deal_note(struct tx *tx, const struct deal_place *place, const char *action,
              struct trail *trail)
{
    int r = audit_add(tx, action, "deal", place->deal_id, place->project_id, trail);

    return r < 0
               ? r
               : tx_changed(tx, CHANGE_DEAL, place->project_id, place->building_id, place->deal_id);
}
