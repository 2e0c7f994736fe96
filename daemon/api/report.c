/* report.c - the stock report (RP-10). */
#include "db/report.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/unit_class.h"

struct groups {
    json_t *items;
    enum stock_by by;
    enum lang lang;
};

static json_t *group_json(const struct stock_group *g, const char *name)
{
    json_t *o = json_object();

    set_text(o, "key", g->key);
    set_text(o, "name", name);
    set_int(o, "units", g->units);
    set_int(o, "available", g->available);
    set_int(o, "held", g->held);
    set_int(o, "queued_only", g->queued_only);
    set_int(o, "booked", g->booked);
    set_int(o, "sold", g->sold);
    set_int(o, "not_for_sale", g->not_for_sale);
    set_int(o, "unreleased", g->unreleased);
    set_int(o, "available_fen", g->available_fen);
    set_int(o, "sold_fen", g->sold_fen);
    set_int(o, "gross_area", g->gross_area);
    return o;
}

static int group_add(void *arg, const struct stock_group *g)
{
    struct groups *groups = arg;
    const struct class_info *class = groups->by == STOCK_BY_CLASS ? unit_class_info(g->key) : NULL;
    const char *name = g->name;

    if (class)
        name = groups->lang == LANG_ZH ? class->zh : class->en;
    return items_add(groups->items, group_json(g, name));
}

int api_report_stock(struct call *call)
{
    static const char *const choices[] = {"class", "building", "layout", NULL};
    struct groups groups = {json_array(), STOCK_BY_CLASS, call->lang};
    struct stock_total total;
    int64_t id;
    int by = STOCK_BY_CLASS, r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_choice(call, "by", choices, &by);
    groups.by = (enum stock_by)by;
    if (r == 0)
        r = report_stock(&call->tx, id, groups.by, group_add, &groups, &total);
    if (r < 0) {
        json_decref(groups.items);
        return r;
    }
    call->reply.body = json_pack(
        "{s:I, s:s, s:o, s:o, s:I, s:b}", "at_ms", (json_int_t)call->tx.now_ms, "by",
        choices[groups.by], "groups", groups.items, "total",
        group_json(&total.group, call->lang == LANG_ZH ? "合计" : "Total"), "permit_units",
        (json_int_t)total.permit_units, "balanced", total.balanced ? 1 : 0);
    return call->reply.body ? 0 : -ENOMEM;
}
