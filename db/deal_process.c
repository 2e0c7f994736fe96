/* deal_process.c - see deal_process.h. */
#include "db/deal_process.h"

#include <string.h>

#include "db/day.h"
#include "db/deal_node.h"
#include "db/fund.h"
#include "db/receivable.h"

/* What a stage ends when it is reached, and opens again when it is left backwards. */
static const struct {
    char stage;
    enum node_kind kind;
} ends[] = {{'C', NODE_SIGNING}, {'F', NODE_FILING}, {'D', NODE_HANDOVER}, {'T', NODE_TITLE}};

static const char order[] = "BSCFDT";

static int place(char stage)
{
    return stage ? (int)(strchr(order, stage) - order) : -1;
}

/* One can be passed over: a contract may be handed over without a filing of its own. */
static int ends_told(struct tx *tx, int64_t deal_id, char to, const char *document)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends[i].stage == to)
            r = deal_node_told(tx, deal_id, ends[i].kind, document);
    return r;
}

static int ends_untold(struct tx *tx, int64_t deal_id, char from, char to)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
        if (place(ends[i].stage) <= place(from) && place(ends[i].stage) > place(to))
            r = deal_node_untold(tx, deal_id, ends[i].kind, "");
    return r;
}

int deal_process_stage(struct tx *tx, int64_t deal_id, char from, char to, const char *document)
{
    int r;

    if (place(to) < place(from)) {
        r = ends_untold(tx, deal_id, from, to);
        return r < 0 || place(to) >= place('C') ? r : deal_node_replan(tx, deal_id);
    }
    r = ends_told(tx, deal_id, to, document);
    if (r >= 0 && to == 'S')
        r = deal_node_begin(tx, deal_id, "subscribed");
    if (r >= 0 && to == 'C')
        r = deal_node_begin(tx, deal_id, "signed");
    return r < 0 ? r : 0;
}

/* ---- money ---- */

struct paying {
    bool deposit, first, full, loan, area; /* paid, as far as the lines seen go */
    bool any_deposit, any_first, any, any_loan, any_area;
};

static int line_look(void *arg, const struct receivable_row *row)
{
    const enum fund fund = fund_find(row->fund);
    const bool paid = strcmp(row->state, "paid") == 0 || row->waived;
    struct paying *p = arg;

    if (row->amount_fen < 0 || fund >= FUND_COUNT)
        return 0;
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

static int paid_tell(struct tx *tx, int64_t deal_id, enum node_kind kind, bool any, bool paid)
{
    if (!any)
        return 0;
    return paid ? deal_node_told(tx, deal_id, kind, NULL) : deal_node_untold(tx, deal_id, kind, "");
}

int deal_process_money(struct tx *tx, int64_t deal_id)
{
    struct paying p = {.deposit = true, .first = true, .full = true, .loan = true, .area = true};
    char today[DAY_TEXT];
    int r;

    day_of(tx->now_ms, today);
    r = receivable_each(tx, deal_id, today, line_look, &p);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_DEPOSIT, p.any_deposit, p.deposit);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_FIRST_PAYMENT, p.any_first, p.first && p.deposit);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_FULL_PAYMENT, p.any, p.full);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_LOAN_RELEASE, p.any_loan, p.loan);
    if (r >= 0)
        r = paid_tell(tx, deal_id, NODE_AREA_SETTLEMENT, p.any_area, p.area);
    return r < 0 ? r : 0;
}
