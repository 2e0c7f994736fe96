/* letter.c - notices to buyers of what is due: made for many deals at once, and those of a deal
 * (FI-23). */
#include "db/notice.h"

#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/print.h"

static int notice_add(void *arg, const struct notice_row *row)
{
    static const enum print_kind papers[NOTICE_KINDS] = {PRINT_KIND_PAYMENT_NOTICE,
                                                         PRINT_KIND_DUNNING_LETTER};
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "number", row->number);
    set_text(o, "kind", notice_kinds[row->kind]);
    set_text(o, "paper_kind", print_kinds[papers[row->kind]].code);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "day", row->day);
    set_text(o, "until", row->until);
    set_int(o, "owed_fen", row->owed_fen);
    set_int(o, "late_fen", row->late_fen);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

int api_letter_make(struct call *call)
{
    struct notice_new notice = {.terminal_id = call->id->terminal_id};
    int64_t *deals = NULL, first = 0;
    int kind = 0, r = call_param_id(call, 0, &notice.project_id);
    struct body b;

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, notice_kinds, &kind);
    body_ids(&b, "deals", BODY_REQUIRED, NOTICE_DEALS_MAX, &deals, &notice.n_deals);
    body_date(&b, "until", BODY_OPTIONAL, &notice.until);
    body_bool(&b, "print", BODY_REQUIRED, &notice.print);
    r = body_end(&b);
    notice.kind = (enum notice_kind)kind;
    notice.deals = deals;
    if (r == 0)
        r = notice_make(&call->tx, &notice, &first);
    if (r == 0) {
        json_t *items = json_array();

        r = reply_items(call, items,
                        notice_each(&call->tx, first, (int64_t)notice.n_deals, notice_add, items));
        call->reply.status = 201;
    }
    free(deals);
    return r;
}

int api_deal_letter_list(struct call *call)
{
    int64_t deal_id;
    json_t *items;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, notice_of_deal(&call->tx, deal_id, notice_add, items));
}
