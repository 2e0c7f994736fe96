/* opening_pick.c - a pick: terms, booking and slip in one transaction. See opening.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/deal.h"
#include "db/opening_impl.h"
#include "db/print.h"
#include "db/series.h"
#include "db/terms.h"

static int pick_allowed(struct tx *tx, const struct opening_now *o, const struct opening_group *g,
                        int64_t unit_id)
{
    int64_t in = 0;
    int r;

    if (strcmp(o->state, "running") != 0)
        return fault_set(tx->fault, FAULT_OPENING_STATE, NULL);
    if (strcmp(g->state, "called") != 0)
        return fault_set(tx->fault, FAULT_GROUP_STATE, NULL);
    if (g->picks >= o->picks_most)
        return fault_set(tx->fault, FAULT_PICKS_MOST, NULL);
    r = db_get(tx->db, &in,
               "SELECT COUNT(*) FROM unit u JOIN opening_building b ON b.building_id = "
               "u.building_id WHERE u.id = $1 AND b.opening_id = $2",
               "ii", unit_id, o->id);
    if (r < 0)
        return r;
    return in ? 0 : fault_set(tx->fault, FAULT_OPENING_BUILDING, NULL);
}

/* The list price without a plan: plan and discounts come with the subscription. Whether the unit
 * is as it was read, the booking asks, which also says what it is now. */
static int pick_terms(struct tx *tx, const struct opening_pick *p, const struct opening_group *g,
                      int64_t *ret_id)
{
    const struct terms_ask ask = {.unit_id = p->unit_id,
                                  .customer_id = g->customer_id,
                                  .deposit_fen = -1,
                                  .loan_fen = 0,
                                  .fund_loan_fen = 0};

    return terms_create(tx, &ask, ret_id);
}

/* Whose deal it is: the consultant's who gave the number, whoever sits at the desk; the actor's
 * when that one is gone. Somebody else's only by who sees deals of others. */
static int pick_user(struct tx *tx, const struct opening_pick *p, const struct opening_group *g,
                     int64_t *ret_id)
{
    int r;

    if (p->user_id) {
        *ret_id = p->user_id;
        return p->user_id == tx->actor->id ? 0 : tx_need_right(tx, RIGHT_DEAL_ALL);
    }
    r = db_get(tx->db, ret_id,
               "SELECT a.id FROM queue_ticket t JOIN user_account a ON a.id = t.user_id "
               "WHERE t.id = $1 AND a.enabled = 1",
               "i", g->ticket_id);
    return r < 0 ? r : 0;
}

static int slip_write(struct tx *tx, const struct opening_now *o, const struct opening_group *g,
                      struct opening_slip *slip)
{
    int r =
        db_get(tx->db, &slip->slip,
               "INSERT INTO opening_pick (group_id, deal_id, slip, opening_id, actor, at_ms, "
               "pay_by_ms) VALUES ($1, $2, (SELECT COALESCE(MAX(slip), 0) + 1 FROM "
               "opening_pick WHERE opening_id = $3), $3, $4, $5, $6) RETURNING slip",
               "iiitii", g->id, slip->deal_id, o->id, tx->actor->name, tx->now_ms, slip->pay_by_ms);

    if (r < 0)
        return r;
    if (g->picks + 1 < o->picks_most)
        return 0;
    return opening_group_set(tx, o, g, "done", false);
}

static int slip_paper(struct tx *tx, const struct opening_now *o, int64_t terminal_id, int64_t slip)
{
    char number[24];
    const struct paper_new paper = {.kind = PRINT_KIND_PICK_SLIP,
                                    .subject_id = o->id,
                                    .subject_no = slip,
                                    .number = number,
                                    .project_id = o->project_id,
                                    .terminal_id = terminal_id};

    snprintf(number, sizeof(number), "%04lld", (long long)slip);
    return paper_add(tx, &paper, NULL);
}

int opening_pick(struct tx *tx, const struct opening_pick *pick, struct opening_slip *ret_slip)
{
    struct opening_slip slip = {0};
    struct opening_group group;
    struct opening_now now;
    struct deal_open open = {
        .stage = 'B', .unit_id = pick->unit_id, .n_buyers = 1, .picking = true};
    int r = opening_group_read(tx, pick->group_id, 0, &group);

    if (r == 0)
        r = opening_now_read(tx, group.opening_id, 0, &now);
    if (r == 0)
        r = pick_allowed(tx, &now, &group, pick->unit_id);
    if (r == 0)
        r = pick_user(tx, pick, &group, &open.user_id);
    if (r == 0)
        r = pick_terms(tx, pick, &group, &open.terms_id);
    if (r < 0)
        return r;
    open.buyers[0] = (struct deal_buyer){group.customer_id, 10000};
    open.ticket_id = group.ticket_spent ? 0 : group.ticket_id;
    open.unit_version = pick->unit_version;
    open.due_ms = slip.pay_by_ms = tx->now_ms + now.pay_minutes * MINUTE_MS;
    r = deal_open(tx, &open, &slip.deal_id);
    if (r == 0)
        r = slip_write(tx, &now, &group, &slip);
    if (r == 0)
        r = slip_paper(tx, &now, pick->terminal_id, slip.slip);
    if (r == 0)
        *ret_slip = slip;
    return r;
}
