/* earnest.c - earnest money becomes money of a deal (FI-18). */
#include "db/earnest.h"

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/record.h"
#include "db/money.h"

int api_held_list(struct call *call)
{
    struct fund_sum sums[FUND_COUNT];
    int64_t project_id, customer_id;
    json_t *items;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_param_id(call, 1, &customer_id);
    if (r == 0)
        r = earnest_held(&call->tx, project_id, customer_id, sums, &n);
    if (r < 0)
        return r;
    items = json_array();
    for (size_t i = 0; r == 0 && i < n; i++) {
        json_t *o = json_object();

        set_text(o, "fund", funds[sums[i].fund].code);
        set_int(o, "amount_fen", sums[i].fen);
        r = items_add(items, o);
    }
    return reply_items(call, items, r);
}

int api_earnest_carry(struct call *call)
{
    static const char *const into[] = {"booking", "deposit", NULL};
    struct earnest_carry carry = {.deal_id = 0};
    struct body b;
    int r = call_param_id(call, 0, &carry.deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "customer_id", BODY_OPTIONAL, 1, INT64_MAX, &carry.customer_id);
    body_word(&b, "fund", BODY_REQUIRED, into, &carry.fund);
    body_int(&b, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &carry.amount_fen);
    r = body_end(&b);
    if (r == 0)
        r = earnest_carry(&call->tx, &carry);
    return r < 0 ? r : reply_deal(call, carry.deal_id, 200);
}
