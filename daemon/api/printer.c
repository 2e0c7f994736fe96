/* printer.c - the printers of the site, how each is, and which paper goes where (DV-04, IV-08). */
#include "db/printer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/print.h"
#include "daemon/api/record.h"
#include "daemon/paper/layout_roll.h"
#include "daemon/spooler.h"
#include "db/paper_layout.h"
#include "drivers/printer.h"

static int printer_add(void *arg, const struct printer_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_name(out->call, o, "name", row->name);
    set_text(o, "driver", row->driver);
    set_text(o, "target", row->target);
    set_int(o, "offset_x", row->offset_x);
    set_int(o, "offset_y", row->offset_y);
    set_int(o, "waiting", row->waiting);
    set_int(o, "doubtful", row->doubtful);
    set_printer_status(out->call, o, row->id);
    return items_add(out->items, o);
}

int api_printer_list(struct call *call)
{
    struct rows_out out = {call, json_array()};
    int r = printer_scan(&call->tx, 0, printer_add, &out);

    return reply_items(call, out.items, r);
}

static int reply_printer(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    int r = printer_scan(&call->tx, id, printer_add, &out);

    return reply_first(call, out.items, r, status, "printers");
}

int api_printer_create(struct call *call)
{
    struct printer_new printer = {.target = ""};
    struct body b;
    int64_t id;
    int r;

    body_begin(&b, call);
    body_name(&b, "name", BODY_REQUIRED, PRINTER_NAME_MAX, &printer.name);
    body_word(&b, "driver", BODY_REQUIRED, printer_drivers, &printer.driver);
    body_text(&b, "target", BODY_OPTIONAL, 0, PRINTER_TARGET_MAX, &printer.target);
    r = body_end(&b);
    if (r == 0 && spooler_target_check(call->app, printer.driver, printer.target) == -EINVAL)
        r = fault_set(call->tx.fault, FAULT_PRINTER_TARGET, "target", printer.target, NULL);
    if (r == 0)
        r = printer_create(&call->tx, &printer, &id);
    return r < 0 ? r : reply_printer(call, id, 201);
}

int api_printer_update(struct call *call)
{
    struct printer_change change = {.name = NULL};
    struct body b;
    int r = call_param_id(call, 0, &change.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &change.version);
    body_name(&b, "name", BODY_OPTIONAL, PRINTER_NAME_MAX, &change.name);
    body_int(&b, "offset_x", BODY_REQUIRED, -PRINTER_OFFSET_MAX, PRINTER_OFFSET_MAX,
             &change.offset_x);
    body_int(&b, "offset_y", BODY_REQUIRED, -PRINTER_OFFSET_MAX, PRINTER_OFFSET_MAX,
             &change.offset_y);
    r = body_end(&b);
    if (r == 0)
        r = printer_update(&call->tx, &change);
    return r < 0 ? r : reply_printer(call, change.id, 200);
}

int api_printer_retire(struct call *call)
{
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    return r < 0 ? r : printer_retire(&call->tx, id, version);
}

/* ---- the queues of the machine ---- */

static int queue_add(void *arg, const struct printer_queue *queue)
{
    json_t *o = json_object();

    set_text(o, "name", queue->name);
    set_text(o, "info", queue->info);
    json_object_set_new(o, "safe", json_boolean(queue->safe));
    return items_add(arg, o);
}

/* None when CUPS cannot be asked: a queue can be named all the same. */
int api_printer_queue_list(struct call *call)
{
    json_t *items = json_array();
    int r = printer_cups.list(queue_add, items);

    return reply_items(call, items, r == -EHOSTDOWN ? 0 : r);
}

static int route_add(void *arg, const struct print_route_row *row)
{
    json_t *o = json_object();

    set_text(o, "kind", row->kind);
    set_int_or_null(o, "terminal_id", row->terminal_id);
    set_int(o, "printer_id", row->printer_id);
    set_int_or_null(o, "layout_id", row->layout_id);
    json_object_set_new(o, "preprinted", json_boolean(row->preprinted));
    return items_add(arg, o);
}

int api_print_route_list(struct call *call)
{
    json_t *items = json_array();

    return reply_items(call, items, print_route_each(&call->tx, route_add, items));
}

static int takes_take(void *arg, const struct printer_row *row)
{
    const struct printer_driver *driver = printer_driver_find(row->driver);

    *(enum printer_takes *)arg = driver ? driver->takes : PRINTER_TAKES_PDF;
    return 0;
}

struct roll_find {
    struct call *call;
    const struct print_route_row *route;
    int64_t layout_id; /* 0: not found yet */
};

static int roll_look(void *arg, const struct paper_layout_row *row)
{
    struct roll_find *find = arg;
    const int64_t wanted = find->route->layout_id;
    char *body = NULL;
    int r;

    if (find->layout_id || (wanted && row->id != wanted) ||
        strcmp(row->kind, find->route->kind) != 0)
        return 0;
    r = paper_layout_body(&find->call->tx, row->id, 0, &body, NULL);
    if (r == 0 && layout_is_roll(body))
        find->layout_id = row->id;
    free(body);
    return r;
}

/* A printer of rolls prints what a layout of one gives, and nothing else: the one that is named, or
 * the first of the kind. Every other printer prints all. */
static int route_fit(struct call *call, struct print_route_row *route)
{
    enum printer_takes takes = PRINTER_TAKES_PDF;
    struct roll_find find = {.call = call, .route = route};
    int r = printer_scan(&call->tx, route->printer_id, takes_take, &takes);

    if (r < 0 || takes == PRINTER_TAKES_PDF)
        return r;
    r = paper_layout_scan(&call->tx, 0, roll_look, &find);
    if (r == 0 && !find.layout_id)
        return fault_set(call->tx.fault, FAULT_PRINT_ROLL, NULL);
    route->layout_id = find.layout_id;
    return r;
}

int api_print_route_set(struct call *call)
{
    struct print_route_row route = {.kind = NULL};
    struct body b;
    int r;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, print_kind_codes, &route.kind);
    body_int_or_null(&b, "terminal_id", 1, INT64_MAX, &route.terminal_id);
    body_int_or_null(&b, "printer_id", 1, INT64_MAX, &route.printer_id);
    body_int_or_null(&b, "layout_id", 1, INT64_MAX, &route.layout_id);
    body_bool(&b, "preprinted", BODY_OPTIONAL, &route.preprinted);
    r = body_end(&b);
    if (r == 0 && route.printer_id)
        r = route_fit(call, &route);
    if (r == 0)
        r = print_route_set(&call->tx, &route);
    return r < 0 ? r : api_print_route_list(call);
}
