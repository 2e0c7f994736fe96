/* deal_process.c - see deal_process.h. */
#include "db/deal_process.h"

#include <string.h>

#include "db/deal_event.h"
#include "db/deal_node.h"
#include "db/dunning.h"
#include "db/fund.h"
#include "db/late.h"
#include "db/mortgage.h"
#include "db/receivable.h"

/* The nodes that an event ends. */
static const enum node_kind ends[DEAL_EVENTS] = {
    [DEAL_SUBSCRIBED] = NODE_KIND_COUNT, /* none */
    [DEAL_SIGNED] = NODE_SIGNING,        [DEAL_FILED] = NODE_FILING,
    [DEAL_BANK] = NODE_LOAN_APPLY,       [DEAL_NOTICED] = NODE_MOVEIN_NOTICE,
    [DEAL_DELIVERED] = NODE_HANDOVER,    [DEAL_TITLED] = NODE_TITLE,
};

struct settling {
    struct tx *tx;
    int64_t deal_id;
    const char *reason;
    struct deal_nodes nodes;
};

/* Mostly there is no node that it changes. */
static int tell(struct settling *s, enum node_kind kind, bool happened, const char *document)
{
    int r;

    if (!(happened ? s->nodes.open : s->nodes.done)[kind])
        return 0;
    r = happened ? deal_node_told(s->tx, s->deal_id, kind, document)
                 : deal_node_untold(s->tx, s->deal_id, kind, s->reason);
    return r < 0 ? r : deal_nodes_read(s->tx, s->deal_id, &s->nodes);
}

static int events_tell(struct settling *s, const struct deal_event events[DEAL_EVENTS])
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < DEAL_EVENTS; i++)
        if (ends[i] != NODE_KIND_COUNT && !events[i].none)
            r = tell(s, ends[i], events[i].happened, events[i].document);
    return r;
}

/* ---- money ---- */

struct paying {
    bool deposit, first, full, loan, area; /* paid, as far as the lines seen go */
    bool any_deposit, any_first, any, any_loan, any_area;
    bool overdue; /* some line is */
};

static int line_look(void *arg, const struct receivable_row *row)
{
    const enum fund fund = fund_find(row->fund);
    const bool paid = strcmp(row->state, "paid") == 0 || row->waived;
    struct paying *p = arg;

    if (row->amount_fen < 0 || fund >= FUND_COUNT)
        return 0;
    p->overdue |= strcmp(row->state, "overdue") == 0;
    if (fund == FUND_DEPOSIT) {
        p->any_deposit = true;
        p->deposit &= paid;
    }
    if (fund == FUND_DOWN_PAYMENT) {
        p->any_first = true;
        p->first &= paid;
    }
    if (funds[fund].class == FUND_CLASS_LOAN) {
        p->any_loan = true;
        p->loan &= paid;
    }
    if (fund == FUND_AREA_DIFFERENCE) {
        p->any_area = true;
        p->area &= paid;
    }
    if (fund_purse(fund) == FUND_HOUSE_MONEY) {
        p->any = true;
        p->full &= paid;
    }
    return 0;
}

static int paid_tell(struct settling *s, enum node_kind kind, bool any, bool paid)
{
    return any ? tell(s, kind, paid, NULL) : 0;
}

static int money_tell(struct settling *s)
{
    struct paying p = {.deposit = true, .first = true, .full = true, .loan = true, .area = true};
    char today[DAY_TEXT];
    int r;

    day_of(s->tx->now_ms, today);
    r = receivable_each(s->tx, s->deal_id, today, line_look, &p);
    if (r >= 0)
        r = paid_tell(s, NODE_DEPOSIT, p.any_deposit, p.deposit);
    if (r >= 0)
        r = paid_tell(s, NODE_FIRST_PAYMENT, p.any_first, p.first && p.deposit);
    if (r >= 0)
        r = paid_tell(s, NODE_FULL_PAYMENT, p.any, p.full);
    if (r >= 0)
        r = paid_tell(s, NODE_LOAN_RELEASE, p.any_loan, p.loan);
    if (r >= 0)
        r = paid_tell(s, NODE_AREA_SETTLEMENT, p.any_area, p.area);
    if (r >= 0 && !p.overdue)
        r = dunning_settled(s->tx, s->deal_id);
    return r < 0 ? r : mortgage_settled(s->tx, s->deal_id);
}

/* ---- both ---- */

int deal_process_settle(struct tx *tx, int64_t deal_id, const char *reason)
{
    struct settling s = {.tx = tx, .deal_id = deal_id, .reason = reason};
    struct deal_event events[DEAL_EVENTS];
    int64_t live = 0;
    int r = db_get(tx->db, &live, "SELECT COUNT(*) FROM deal WHERE id = $1 AND closed_ms IS NULL",
                   "i", deal_id);

    if (r < 0 || live == 0)
        return r < 0 ? r : 0;
    r = deal_events_read(tx, deal_id, events);
    if (r == 0) /* whom money goes to first hangs on the days */
        r = receivable_follow(tx, deal_id, events);
    if (r == 0)
        r = deal_nodes_read(tx, deal_id, &s.nodes);
    if (r == 0)
        r = events_tell(&s, events);
    return r < 0 ? r : money_tell(&s);
}

static int contract_begin(struct tx *tx, int64_t deal_id)
{
    int r = late_term_begin(tx, deal_id);

    return r < 0 ? r : deal_node_begin(tx, deal_id, "signed");
}

int deal_process_stage(struct tx *tx, int64_t deal_id, char from, char to)
{
    static const char order[] = "BSCFDT";
    int r = 0;

    if (from && strchr(order, to) < strchr(order, from))
        r = to == 'B' || to == 'S' ? deal_node_replan(tx, deal_id) : 0;
    else if (to == 'S')
        r = deal_node_begin(tx, deal_id, "subscribed");
    else if (to == 'C')
        r = contract_begin(tx, deal_id);
    return r < 0 ? r : deal_process_settle(tx, deal_id, "");
}
