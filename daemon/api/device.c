/* device.c - the device page: the registry of the site's readers with how each of them is now. */
#include "db/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/device.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/http/feed.h"

/* What is known of all devices at this moment. */
struct views {
    struct device_view items[DEVICES_MAX];
    size_t n;
};

static struct views *views_take(struct call *call)
{
    struct views *v = calloc(1, sizeof(*v));

    if (v && call->app->devices)
        v->n = devices_view(call->app->devices, v->items, DEVICES_MAX);
    return v;
}

static json_t *counts_json(const struct reader_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "cards", (json_int_t)counts->cards, "bad",
                     (json_int_t)counts->bad, "refused", (json_int_t)counts->refused, "dropped",
                     (json_int_t)counts->dropped, "skipped_bytes", (json_int_t)counts->skipped);
}

static const char *maturity_text(enum driver_maturity maturity)
{
    static const char *const texts[] = {"experimental", "beta", "stable"};

    return texts[maturity];
}

/* @row NULL: it is plugged in and has no row. */
static json_t *device_json(const struct device_row *row, const struct device_view *v)
{
    json_t *o = json_object();
    char id[16] = "";

    if (v->vid || v->pid)
        snprintf(id, sizeof(id), "%04x:%04x", v->vid, v->pid);
    set_int_or_null(o, "id", row ? row->id : 0);
    set_int_or_null(o, "version", row ? row->version : 0);
    set_text(o, "bus", row ? row->bus : v->bus);
    set_text(o, "mark", row ? row->mark : v->mark);
    set_text_or_null(o, "name", row ? row->name : NULL);
    set_int_or_null(o, "terminal_id", row ? row->terminal_id : 0);
    set_text_or_null(o, "model", v->model);
    set_text_or_null(o, "model_name", v->model_name);
    set_text_or_null(o, "maturity", v->model[0] ? maturity_text(v->maturity) : NULL);
    set_text_or_null(o, "product", v->product);
    set_text_or_null(o, "usb_id", id);
    set_bool(o, "virtual", v->is_virtual);
    set_bool(o, "present", v->present);
    set_text(o, "state", device_state_text(v->state));
    set_text_or_null(o, "trouble", v->trouble ? device_trouble_text(v->trouble) : NULL);
    set_text_or_null(o, "error", v->error ? strerror(v->error) : NULL);
    set_int(o, "attempt", v->attempt);
    set_int_or_null(o, "since_ms", v->since_ms);
    set_int_or_null(o, "seen_ms", v->seen_ms ? v->seen_ms : row ? row->seen_ms : 0);
    set_int_or_null(o, "card_ms", v->card_ms);
    json_object_set_new(o, "counts", counts_json(&v->counts));
    return o;
}

struct listing {
    struct views *views;
    json_t *items;
};

static int row_add(void *arg, const struct device_row *row)
{
    /* A row of a moment ago, which the manager has not met yet. */
    static const struct device_view nothing = {.state = DEVICE_ABSENT};
    struct listing *l = arg;
    const struct device_view *v = &nothing;

    for (size_t i = 0; i < l->views->n; i++)
        if (l->views->items[i].id == row->id)
            v = &l->views->items[i];
    return items_add(l->items, device_json(row, v));
}

static json_t *buses_json(struct call *call)
{
    struct bus_view buses[BUSES_MAX];
    size_t n = call->app->devices ? devices_buses(call->app->devices, buses) : 0;
    json_t *items = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *bus = json_object();

        set_text(bus, "name", buses[i].name);
        set_text_or_null(bus, "error", buses[i].error ? strerror(buses[i].error) : NULL);
        json_array_append_new(items, bus);
    }
    return items;
}

int api_device_list(struct call *call)
{
    struct listing l = {views_take(call), json_array()};
    int r = l.views ? device_scan(&call->tx, 0, row_add, &l) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < l.views->n; i++)
        if (l.views->items[i].id == 0)
            r = items_add(l.items, device_json(NULL, &l.views->items[i]));
    free(l.views);
    r = reply_items(call, l.items, r);
    if (r == 0)
        json_object_set_new(call->reply.body, "buses", buses_json(call));
    return r;
}

int api_device_events(struct call *call)
{
    int r = call_subscribe(call, feed_channel(FEED_DEVICES, 0));

    return r < 0 ? r : call_subscribe(call, feed_channel(FEED_USER, call->tx.actor->id));
}

static int reply_device(struct call *call, int64_t id)
{
    struct listing l = {views_take(call), json_array()};
    int r = l.views ? device_scan(&call->tx, id, row_add, &l) : -ENOMEM;

    free(l.views);
    return reply_first(call, l.items, r, 200, NULL);
}

int api_device_update(struct call *call)
{
    struct device_change change = {.terminal_id = -1};
    struct body b;
    int r = call_param_id(call, 0, &change.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &change.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, DEVICE_NAME_MAX, &change.name);
    body_int_or_null(&b, "terminal_id", 1, INT64_MAX, &change.terminal_id);
    r = body_end(&b);
    if (r == 0)
        r = device_update(&call->tx, &change);
    return r < 0 ? r : reply_device(call, change.id);
}

int api_device_retire(struct call *call)
{
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    return r < 0 ? r : device_retire(&call->tx, id, version);
}

/* ---- lent to who asks ---- */

int reply_lent(struct call *call, int64_t id, enum device_loan loan)
{
    const int64_t until_ms = call->tx.now_ms + DEVICE_LENT_MS;
    struct devices *d = call->app->devices;
    int r = d ? devices_lend(d, id, call->tx.actor->id, loan) : -ENODEV;

    if (r == -EBUSY)
        return fault_set(call->tx.fault, FAULT_DEVICE_LENT, NULL);
    if (r == -ENODEV || r == -ENOENT)
        return fault_set(call->tx.fault, FAULT_DEVICE_NOT_READY, NULL);
    call->reply.body = json_pack("{s:I}", "until_ms", (json_int_t)until_ms);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

int device_give_back(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0 && call->app->devices)
        devices_lend_end(call->app->devices, id, call->tx.actor->id);
    return r;
}

static int nothing_more(void *arg, const struct device_row *row)
{
    (void)arg, (void)row;
    return 0;
}

/* Nothing is written: what is read next is told to the page of who asks, as the event
 * `device-test`. */
int api_device_test(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = device_scan(&call->tx, id, nothing_more, NULL);
    return r < 0 ? r : reply_lent(call, id, LOAN_TEST);
}

int api_device_test_end(struct call *call)
{
    return device_give_back(call);
}
