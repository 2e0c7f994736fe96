/* deal_step.c - deals: opened, led on, filed, handed over, taken back (SF-06 to SF-11,
 * SF-15, SF-20, ST-21). */
#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/record.h"
#include "db/deal.h"
#include "db/fund.h"

enum { DOCUMENT_MAX = 80, NOTE_MAX = 200 };

static const char *const stages[] = {"B", "S", "C", NULL};

/* ---- a new one ---- */

static void buyer_read(struct body *b, json_t *one, struct deal_buyer *buyer)
{
    struct body inner = {.call = b->call, .object = one, .prefix = "buyers"};

    if (!json_is_object(one)) {
        fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, "buyers", "field", "buyers", "expected",
                   "[{customer_id, share_bp}]", NULL);
        return;
    }
    body_int(&inner, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &buyer->customer_id);
    body_int(&inner, "share_bp", BODY_REQUIRED, 1, 10000, &buyer->share_bp);
    (void)body_end(&inner);
}

void body_buyers(struct body *b, struct deal_buyer *ret_buyers, size_t *ret_n)
{
    json_t *array = NULL, *one;
    size_t i;

    body_array(b, "buyers", BODY_REQUIRED, DEAL_PARTIES_MAX, &array);
    json_array_foreach(array, i, one)
    {
        buyer_read(b, one, &ret_buyers[i]);
        *ret_n = i + 1;
    }
}

int api_deal_open(struct call *call)
{
    char shown[SHOWN_TEXT];
    struct deal_open open = {.stage = 0, .shown = shown};
    const char *stage = NULL;
    struct body b;
    int64_t id;
    int r;

    body_begin(&b, call);
    body_word(&b, "stage", BODY_REQUIRED, stages, &stage);
    body_int(&b, "unit_id", BODY_REQUIRED, 1, INT64_MAX, &open.unit_id);
    body_int(&b, "unit_version", BODY_REQUIRED, 1, INT64_MAX, &open.unit_version);
    body_int(&b, "terms_id", BODY_REQUIRED, 1, INT64_MAX, &open.terms_id);
    body_buyers(&b, open.buyers, &open.n_buyers);
    body_int(&b, "ticket_id", BODY_OPTIONAL, 1, INT64_MAX, &open.ticket_id);
    body_int(&b, "confirmation_id", BODY_OPTIONAL, 1, INT64_MAX, &open.confirmation_id);
    body_text(&b, "document", BODY_OPTIONAL, 0, DOCUMENT_MAX, &open.document);
    body_text(&b, "document_again", BODY_OPTIONAL, 0, 40, &open.document_again);
    body_int(&b, "user_id", BODY_OPTIONAL, 1, INT64_MAX, &open.user_id);
    body_shown(&b, shown);
    r = body_end(&b);
    if (r < 0)
        return r;
    open.stage = stage[0];
    r = deal_open(&call->tx, &open, &id);
    return r < 0 ? r : reply_deal(call, id, 201);
}

/* ---- on ---- */

static int step_begin(struct call *call, struct body *b, int64_t *ret_id, int64_t *ret_version)
{
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(b, call);
    body_int(b, "version", BODY_REQUIRED, 1, INT64_MAX, ret_version);
    return 0;
}

int api_deal_advance(struct call *call)
{
    char shown[SHOWN_TEXT];
    struct deal_advance to = {.shown = shown};
    const char *stage = NULL;
    struct body b;
    int r = step_begin(call, &b, &to.deal_id, &to.version);

    if (r < 0)
        return r;
    body_word(&b, "stage", BODY_REQUIRED, stages + 1, &stage);
    body_int(&b, "terms_id", BODY_OPTIONAL, 1, INT64_MAX, &to.terms_id);
    body_int(&b, "confirmation_id", BODY_OPTIONAL, 1, INT64_MAX, &to.confirmation_id);
    body_text(&b, "document", BODY_OPTIONAL, 0, DOCUMENT_MAX, &to.document);
    body_text(&b, "document_again", BODY_OPTIONAL, 0, 40, &to.document_again);
    body_shown(&b, shown);
    r = body_end(&b);
    if (r < 0)
        return r;
    to.stage = stage[0];
    r = deal_advance(&call->tx, &to);
    return r < 0 ? r : reply_deal(call, to.deal_id, 200);
}

int api_deal_file(struct call *call)
{
    const char *number = NULL, *date = NULL;
    int64_t id, version = 0;
    struct body b;
    int r = step_begin(call, &b, &id, &version);

    if (r < 0)
        return r;
    body_text(&b, "number", BODY_REQUIRED, 1, DOCUMENT_MAX, &number);
    body_date(&b, "date", BODY_REQUIRED, &date);
    r = body_end(&b);
    if (r == 0)
        r = deal_file(&call->tx, id, version, number, date);
    return r < 0 ? r : reply_deal(call, id, 200);
}

/* The steps that want a version and one word. */
static int step_word(struct call *call, const char *word, size_t max,
                     int (*step)(struct tx *tx, int64_t deal_id, int64_t version, const char *text))
{
    const char *text = NULL;
    int64_t id, version = 0;
    struct body b;
    int r = step_begin(call, &b, &id, &version);

    if (r < 0)
        return r;
    body_text(&b, word, BODY_REQUIRED, 1, max, &text);
    r = body_end(&b);
    if (r == 0)
        r = step(&call->tx, id, version, text);
    return r < 0 ? r : reply_deal(call, id, 200);
}

int api_deal_unfile(struct call *call)
{
    return step_word(call, "document", DOCUMENT_MAX, deal_unfile);
}

int api_deal_deliver(struct call *call)
{
    return step_word(call, "document", DOCUMENT_MAX, deal_deliver);
}

int api_deal_title(struct call *call)
{
    return step_word(call, "document", DOCUMENT_MAX, deal_title);
}

int api_deal_void(struct call *call)
{
    return step_word(call, "reason", NOTE_MAX, deal_void);
}
