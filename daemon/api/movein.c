/* movein.c - move-in notices: sent, and their delivery (SF-19). */
#include "db/movein.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50 };

struct adding {
    json_t *items;
    int64_t room, last;
    bool more;
};

static int row_add(void *arg, const struct movein_row *row)
{
    struct adding *a = arg;
    json_t *o;

    a->more = a->room == 0;
    if (a->more)
        return 0;
    a->room--;
    a->last = row->deal_id;
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
    return items_add(a->items, o);
}

static int which_query(struct call *call, enum movein_which *ret_which)
{
    static const char *const whichs[] = {"any", "unsent", "sent", "delivered", NULL};
    const char *text = call_query(call, "which");

    for (int i = 0; text && whichs[i]; i++)
        if (strcmp(whichs[i], text) == 0) {
            *ret_which = (enum movein_which)i;
            return 0;
        }
    if (!text)
        return 0;
    fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, "which", "field", "which", NULL);
    return fault_set(call->tx.fault, FAULT_FIELDS_WRONG, "count", "1", NULL);
}

int api_movein_list(struct call *call)
{
    struct movein_filter filter = {.which = MOVEIN_ANY};
    struct adding adding = {.items = NULL};
    bool present;
    int r = call_param_id(call, 0, &filter.project_id);

    if (r == 0)
        r = which_query(call, &filter.which);
    if (r == 0)
        r = call_query_int(call, "deal", 1, INT64_MAX, 0, &filter.deal_id);
    if (r == 0)
        r = call_query_int(call, "limit", 1, MOVEIN_PAGE_MAX - 1, PAGE_DEFAULT, &adding.room);
    if (r == 0)
        r = cursor_read(call, &filter.after_deal_id, 1, &present);
    if (r < 0)
        return r;
    filter.limit = (int)adding.room + 1; /* one more, to know whether there is a next page */
    adding.items = json_array();
    r = movein_list(&call->tx, &filter, row_add, &adding);
    r = reply_items(call, adding.items, r);
    if (r == 0 && adding.more)
        cursor_write(call, &adding.last, 1, call->reply.body);
    return r;
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
