/* deal_process.c - see deal_process.h. */
#include "db/deal_process.h"

#include <string.h>

#include "db/deal_event.h"
#include "db/deal_node.h"
#include "db/dunning.h"
#include "db/fund.h"
#include "db/mortgage.h"
#include "db/receivable.h"

/* The nodes that an event ends. */
static const enum node_kind ends[DEAL_EVENTS] = {
    [DEAL_SUBSCRIBED] = NODE_KIND_COUNT, /* none */
    [DEAL_SIGNED] = NODE_SIGNING,        [DEAL_FILED] = NODE_FILING,
    [DEAL_BANK] = NODE_LOAN_APPLY,       [DEAL_NOTICED] = NODE_MOVEIN_NOTICE,
    [DEAL_DELIVERED] = NODE_HANDOVER,    [DEAL_TITLED] = NODE_TITLE,
};

static int events_tell(struct tx *tx, int64_t deal_id, const char *reason)
{
    struct deal_event events[DEAL_EVENTS];
    int r = deal_events_read(tx, deal_id, events);

    for (size_t i = 0; r >= 0 && i < DEAL_EVENTS; i++) {
        if (ends[i] == NODE_KIND_COUNT || events[i].none)
            continue;
        r = events[i].happened ? deal_node_told(tx, deal_id, ends[i], events[i].document)
                               : deal_node_untold(tx, deal_id, ends[i], reason);
    }
    return r < 0 ? r : 0;
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
    if (funds[fund].class == FUND_CLASS_HOUSE || funds[fund].class == FUND_CLASS_LOAN) {
        p->any = true;
        p->full &= paid;
    }
    return 0;
}

static int paid_tell(struct tx *tx, int64_t deal_id, enum node_kind kind, bool any, bool paid,
                     const char *reason)
{
    if (!any)
        return 0;
    return paid ? deal_node_told(tx, deal_id, kind, NULL)
                : deal_node_untold(tx, deal_id, kind, reason);
}

static int money_tell(struct tx *tx, int64_t deal_id, const char *reason)
{
    struct paying p = {.deposit = true, .first = true, .full = true, .loan = true, .area = true};
    char today[DAY_TEXT];
    int r;

    day_of(tx->now_ms, today);
    r = receivable_each(tx, deal_id, today, line_look, &p);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_DEPOSIT, p.any_deposit, p.deposit, reason);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_FIRST_PAYMENT, p.any_first, p.first && p.deposit, reason);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_FULL_PAYMENT, p.any, p.full, reason);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_LOAN_RELEASE, p.any_loan, p.loan, reason);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_AREA_SETTLEMENT, p.any_area, p.area, reason);
    if (r >= 0 && !p.overdue)
        r = dunning_settled(tx, deal_id);
    return r < 0 ? r : mortgage_settled(tx, deal_id);
}

/* ---- both ---- */

int deal_process_settle(struct tx *tx, int64_t deal_id, const char *reason)
{
    int64_t live = 0;
    int r = db_get(tx->db, &live, "SELECT COUNT(*) FROM deal WHERE id = $1 AND closed_ms IS NULL",
                   "i", deal_id);

    if (r < 0 || live == 0)
        return r < 0 ? r : 0;
    r = receivable_follow(tx, deal_id); /* whom money goes to first hangs on the days */
    if (r == 0)
        r = events_tell(tx, deal_id, reason);
    return r < 0 ? r : money_tell(tx, deal_id, reason);
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
        r = deal_node_begin(tx, deal_id, "signed");
    return r < 0 ? r : deal_process_settle(tx, deal_id, "");
}
