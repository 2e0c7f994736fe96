/* layout.c - the layout library (PM-10). */
#include "db/layout.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

static int layout_add(void *arg, const struct layout_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_int(o, "rooms", row->rooms);
    set_int(o, "halls", row->halls);
    set_int(o, "baths", row->baths);
    set_text(o, "description", row->description);
    set_text_or_null(o, "media", row->media_id);
    set_int(o, "units", row->units);
    set_int(o, "gross_min", row->gross_min);
    set_int(o, "gross_max", row->gross_max);
    return items_add(arg, o);
}

static int reply_layout(struct call *call, int64_t project_id, int64_t id, int status)
{
    json_t *items = json_array();
    int r = layout_each(&call->tx, project_id, id, layout_add, items);

    return reply_first(call, items, r, status, "layouts");
}

int api_layout_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = layout_each(&call->tx, project_id, 0, layout_add, items);
    return reply_items(call, items, r);
}

int api_layout_create(struct call *call)
{
    struct layout_new l = {.name = NULL};
    const char *media = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &l.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &l.name);
    body_int(&b, "rooms", BODY_REQUIRED, 0, 20, &l.rooms);
    body_int(&b, "halls", BODY_REQUIRED, 0, 20, &l.halls);
    body_int(&b, "baths", BODY_REQUIRED, 0, 20, &l.baths);
    body_text(&b, "description", BODY_OPTIONAL, 0, 500, &l.description);
    body_text_or_null(&b, "media", 32, &media);
    r = body_end(&b);
    l.media_id = media && media[0] ? media : NULL;
    if (r == 0)
        r = layout_create(&call->tx, &l, &id);
    return r < 0 ? r : reply_layout(call, l.project_id, id, 201);
}

int api_layout_update(struct call *call)
{
    struct layout_change c = {.rooms = -1, .halls = -1, .baths = -1};
    int64_t project_id;
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_int(&b, "rooms", BODY_OPTIONAL, 0, 20, &c.rooms);
    body_int(&b, "halls", BODY_OPTIONAL, 0, 20, &c.halls);
    body_int(&b, "baths", BODY_OPTIONAL, 0, 20, &c.baths);
    body_text(&b, "description", BODY_OPTIONAL, 0, 500, &c.description);
    body_text_or_null(&b, "media", 32, &c.media_id);
    r = body_end(&b);
    if (r == 0)
        r = layout_update(&call->tx, &c);
    if (r == 0)
        r = layout_project(&call->tx, c.id, &project_id);
    return r < 0 ? r : reply_layout(call, project_id, c.id, 200);
}

int api_layout_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : layout_delete(&call->tx, id);
}
