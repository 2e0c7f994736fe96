/* movein.c - move-in notices: sent, and their delivery (SF-19). */
#include "db/movein.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50 };

static int row_add(void *arg, const struct movein_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->deal_id, 0))
        return 0;
    o = json_object();
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_text(o, "customer", row->customer);
    set_text(o, "consultant", row->consultant);
    set_int_or_null(o, "id", row->id);
    set_text_or_null(o, "handover_date", row->handover_date);
    set_text_or_null(o, "way", row->way);
    set_text(o, "proof", row->proof);
    set_text_or_null(o, "actor", row->actor);
    set_int_or_null(o, "sent_ms", row->sent_ms);
    set_int_or_null(o, "delivered_ms", row->delivered_ms);
    return items_add(page->items, o);
}

int api_movein_list(struct call *call)
{
    static const char *const whichs[] = {"any", "unsent", "sent", "delivered", NULL};
    struct movein_filter filter = {.project_id = 0};
    int which = MOVEIN_ANY;
    struct page page;
    int r = call_param_id(call, 0, &filter.project_id);

    if (r == 0)
        r = call_query_choice(call, "which", whichs, &which);
    if (r == 0)
        r = call_query_int(call, "deal", 1, INT64_MAX, 0, &filter.deal_id);
    if (r == 0)
        r = page_begin(call, 1, MOVEIN_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.which = (enum movein_which)which;
    filter.after_deal_id = page.at[0];
    filter.limit = page_limit(&page);
    r = movein_list(&call->tx, &filter, row_add, &page);
    return page_reply(call, &page, r);
}

int api_movein_send(struct call *call)
{
    struct movein_new notice = {.way = NULL};
    int64_t project_id, *deals = NULL;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "deal_ids", BODY_REQUIRED, MOVEIN_BATCH_MAX, &deals, &notice.n_deals);
    body_date(&b, "handover_date", BODY_REQUIRED, &notice.handover_date);
    body_word(&b, "way", BODY_REQUIRED, movein_ways, &notice.way);
    r = body_end(&b);
    notice.deal_ids = deals;
    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = movein_send(&call->tx, &notice);
    free(deals);
    return r;
}

int api_movein_deliver(struct call *call)
{
    const char *proof = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "proof", BODY_REQUIRED, 1, 80, &proof);
    r = body_end(&b);
    return r < 0 ? r : movein_deliver(&call->tx, id, proof);
}
