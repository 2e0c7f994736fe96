/* reader.c - a card from a reader for who issues or replaces one away from the counter: the readers
 * that may be asked, and the one that is. The card comes to the caller's own streams as the event
 * `card`, by an id that tells nothing (swipe.h); card.c takes that for the card. */
#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/device.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "db/device.h"

struct listing {
    struct devices *devices;
    json_t *items;
};

static int reader_add(void *arg, const struct device_lendable *row)
{
    const struct listing *l = arg;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "name", row->name);
    set_int_or_null(o, "terminal_id", row->terminal_id);
    set_text_or_null(o, "terminal", row->terminal);
    set_text(o, "state", l->devices && devices_ready(l->devices, row->id) ? "ready" : "away");
    return items_add(l->items, o);
}

int api_reader_list(struct call *call)
{
    struct listing l = {call->app->devices, json_array()};
    int r = device_lendable_scan(&call->tx, 0, call->id->terminal_id, reader_add, &l);

    return reply_items(call, l.items, r);
}

static int nothing_more(void *arg, const struct device_lendable *row)
{
    (void)arg, (void)row;
    return 0;
}

/* Nothing is written. */
int api_reader_borrow(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = device_lendable_scan(&call->tx, id, call->id->terminal_id, nothing_more, NULL);
    return r < 0 ? r : reply_lent(call, id, LOAN_CARD);
}

int api_reader_give_back(struct call *call)
{
    return device_give_back(call);
}
