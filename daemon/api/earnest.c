/* earnest.c - earnest money becomes money of a deal (FI-18). */
#include "db/earnest.h"

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/record.h"
#include "db/money.h"

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
