/* deal_next.c - what may be done next with a unit or its deal (SF-01). See deal.h.
 *
 * The steps are the transitions of the table that start where the unit stands; here is only
 * which of them are an act of a person, under which right and which name of the API. */
#include <string.h>

#include "db/day.h"
#include "db/deal_change.h"
#include "db/deal_write.h"
#include "db/receivable.h"

static const struct {
    enum transition_id transition;
    const char *step;
    enum right right;
} acts[] = {
    {TRANSITION_LOCK, "lock", RIGHT_DEAL_LOCK},
    {TRANSITION_UNLOCK, "unlock", RIGHT_DEAL_LOCK},
    {TRANSITION_QUEUE, "queue", RIGHT_DEAL_QUEUE},
    {TRANSITION_BOOK, "book", RIGHT_DEAL_MAKE},
    {TRANSITION_BOOK_OWN, "book", RIGHT_DEAL_MAKE},
    {TRANSITION_SUBSCRIBE, "subscribe", RIGHT_DEAL_MAKE},
    {TRANSITION_SUBSCRIBE_OWN, "subscribe", RIGHT_DEAL_MAKE},
    {TRANSITION_SIGN, "sign", RIGHT_DEAL_MAKE},
    {TRANSITION_SIGN_OWN, "sign", RIGHT_DEAL_MAKE},
    {TRANSITION_FILE, "file", RIGHT_DEAL_FILE},
    {TRANSITION_UNFILE, "unfile", RIGHT_DEAL_FILE},
    {TRANSITION_DELIVER, "deliver", RIGHT_DEAL_DELIVER},
    {TRANSITION_TITLE, "title", RIGHT_DEAL_DELIVER},
    {TRANSITION_UNDO, "void", RIGHT_DEAL_VOID},
};

struct looking {
    struct tx *tx;
    int (*each)(void *arg, const struct deal_next *next);
    void *arg;
    struct unit_hold hold;
    struct deal_rules rules;
    struct deal_now deal;
    bool own;        /* the live claim is one that may become the actor's deal, or is his deal's */
    guard_set asked; /* guards that hold, or are asked for with the step */
    struct unit_facts facts;
    char state;
};

/* ---- what is there ---- */

static int unit_take(void *arg, const struct unit_row *row)
{
    struct looking *l = arg;

    unit_facts(row, &l->facts);
    l->state = row->state;
    l->deal.project_id = row->project_id;
    return 0;
}

/* A reservation has its customer, of whom nothing is known here: it is asked when it is his. */
static bool hold_usable(const struct looking *l)
{
    const struct actor *actor = l->tx->actor;

    if (l->hold.state == 'R')
        return l->rules.reserve_direct && l->hold.customer_id;
    if (l->hold.state != 'K')
        return false;
    return l->hold.user_id == actor->id || actor_has(actor, RIGHT_DEAL_ALL);
}

/* What the deal knows of its money, its buyers and its papers. */
static int deal_look(struct looking *l)
{
    int64_t received = 0, deposit = 0;
    bool known = false;
    int r = deal_now_read(l->tx, l->hold.deal_id, 0, &l->deal);

    if (r == -EREFUSED) { /* somebody else's: there is nothing to do with it */
        fault_clear(l->tx->fault);
        l->hold.deal_id = 0;
        return 0;
    }
    if (r == 0)
        r = deal_buyers_known(l->tx, &l->rules, &l->deal, &known);
    if (r == 0)
        r = receivable_received_for(l->tx, l->deal.id, FUND_DEPOSIT, &received);
    if (r >= 0)
        r = db_get(l->tx->db, &deposit, "SELECT deposit_fen FROM terms WHERE id = $1", "i",
                   l->deal.terms_id);
    if (r < 0)
        return r;
    l->own = true;
    l->asked = GUARD_BIT(3) | GUARD_BIT(8) | GUARD_BIT(10) | GUARD_BIT(12) | GUARD_BIT(13);
    if (known)
        l->asked |= GUARD_BIT(7);
    if (received >= deposit)
        l->asked |= GUARD_BIT(9);
    return 0;
}

/* ---- the steps ---- */

static guard_set act_asked(const struct looking *l, enum transition_id transition)
{
    guard_set asked = l->asked | GUARD_BIT(11) | GUARD_BIT(15); /* as read; by a paper */

    if (!l->hold.deal_id) /* by the customer and the terms that come with it */
        asked |= GUARD_BIT(7) | GUARD_BIT(8) | GUARD_BIT(9) | GUARD_BIT(10);
    if (transition == TRANSITION_SUBSCRIBE_OWN && !l->rules.deposit_first)
        asked |= GUARD_BIT(9);
    return asked;
}

static bool act_possible(const struct looking *l, enum transition_id transition, bool *ret_owed)
{
    const struct transition *t = &transitions[transition];

    *ret_owed = false;
    if (!transition_starts_in(t, l->state))
        return false;
    if (t->needs & NEED_OWN)
        return l->own;
    switch (transition) {
    case TRANSITION_SIGN:
        return l->rules.direct_sign;
    case TRANSITION_UNLOCK:
        return l->hold.user_id == l->tx->actor->id || actor_has(l->tx->actor, RIGHT_UNIT_HOLD);
    case TRANSITION_DELIVER:
        *ret_owed = true;
        return l->hold.deal_id != 0;
    case TRANSITION_FILE:
    case TRANSITION_UNFILE:
    case TRANSITION_TITLE:
    case TRANSITION_UNDO:
        return l->hold.deal_id != 0;
    default:
        return true;
    }
}

static int act_tell(struct looking *l, size_t i)
{
    const enum transition_id id = acts[i].transition;
    const struct transition *t = &transitions[id];
    struct deal_next next = {.step = acts[i].step, .change = "", .zh = t->zh, .en = t->en};
    char today[DAY_TEXT];
    int64_t owed = 0;
    bool owes;
    int r = 0;

    if (!actor_has(l->tx->actor, acts[i].right) || !act_possible(l, id, &owes))
        return 0;
    if (id == TRANSITION_SIGN_OWN && l->state == 'B' && !l->rules.direct_sign)
        return 0;
    next.failing = transition_failing(t, &l->facts) & ~act_asked(l, id);
    if (owes) {
        day_of(l->tx->now_ms, today);
        r = receivable_owed(l->tx, l->deal.id, today, &owed);
        next.failing = owed > 0 ? GUARD_BIT(9) : 0;
    }
    return r < 0 ? r : l->each(l->arg, &next);
}

static int changes_tell(struct looking *l)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < DEAL_CHANGE_COUNT; i++) {
        const struct deal_change_info *info = &deal_changes[i];
        const bool filed = (info->needs & CHANGE_UNFILED) && l->deal.stage == 'F';
        struct deal_change_field fields[DEAL_CHANGE_FIELDS];
        const struct deal_next next = {
            .step = "change",
            .change = info->code,
            .zh = info->zh,
            .en = info->en,
            .fields = fields,
            .n_fields = deal_change_fields((enum deal_change_kind)i, l->deal.stage, fields),
            .failing = (l->facts.no_change ? 0 : GUARD_BIT(14)) | (filed ? GUARD_BIT(15) : 0)};

        if (strchr(info->stages, l->deal.stage))
            r = l->each(l->arg, &next);
    }
    return r < 0 ? r : 0;
}

int deal_next_steps(struct tx *tx, int64_t unit_id,
                    int (*each)(void *arg, const struct deal_next *next), void *arg)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    struct looking l = {.tx = tx, .each = each, .arg = arg};
    int r = unit_scan(tx, &filter, unit_take, &l);

    if (r == 0)
        r = unit_hold_read(tx, unit_id, &l.hold);
    if (r == 0)
        r = deal_rules_read(tx, l.deal.project_id, &l.rules);
    if (r < 0)
        return r;
    l.own = hold_usable(&l);
    if (l.hold.deal_id)
        r = deal_look(&l);
    for (size_t i = 0; r >= 0 && i < sizeof(acts) / sizeof(acts[0]); i++)
        r = act_tell(&l, i);
    if (r >= 0 && l.hold.deal_id && actor_has(tx->actor, RIGHT_CHANGE_ASK))
        r = changes_tell(&l);
    return r < 0 ? r : 0;
}
