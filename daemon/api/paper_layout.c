/* paper_layout.c - the layouts of papers: read, tried, kept as versions (IV-06, SF-26, PA-11). */
#include "db/paper_layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/paper/draw.h"

/* ---- out ---- */

static int layout_add(void *arg, const struct paper_layout_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->name);
    set_bool(o, "program", row->program);
    set_int(o, "ordinal", row->ordinal);
    set_int(o, "at_ms", row->at_ms);
    set_text(o, "actor", row->actor);
    set_int(o, "routes", row->routes);
    return items_add(arg, o);
}

/* What may stand on papers of a kind; NULL: it has no layouts. */
static json_t *fields_of(const struct call *call, enum print_kind kind)
{
    json_t *items = json_array();
    bool own = false;

    for (size_t i = 0; i < sheet_field_count; i++) {
        const struct sheet_field *f = &sheet_fields[i];
        json_t *o;

        if (f->kind != (int)kind && f->kind != SHEET_ALL)
            continue;
        own |= f->kind == (int)kind;
        o = json_object();
        set_text(o, "name", f->name);
        set_text(o, "label", call->lang == LANG_EN ? f->en : f->zh);
        set_text(o, "sample", f->sample);
        json_array_append_new(items, o);
    }
    if (own)
        return items;
    json_decref(items);
    return NULL;
}

int api_paper_layout_list(struct call *call)
{
    json_t *items = json_array(), *kinds = json_array();
    int r = paper_layout_scan(&call->tx, 0, layout_add, items);

    r = reply_items(call, items, r);
    for (int kind = 0; kind < PRINT_KINDS; kind++) {
        json_t *fields = fields_of(call, (enum print_kind)kind), *o;

        if (!fields)
            continue;
        o = json_object();
        set_text(o, "kind", print_kinds[kind].code);
        json_object_set_new(o, "fields", fields);
        json_array_append_new(kinds, o);
    }
    if (r == 0)
        json_object_set_new(call->reply.body, "kinds", kinds);
    else
        json_decref(kinds);
    return r;
}

static int version_add(void *arg, const struct paper_layout_version *version)
{
    json_t *o = json_object();

    set_int(o, "ordinal", version->ordinal);
    set_int(o, "at_ms", version->at_ms);
    set_text(o, "actor", version->actor);
    return items_add(arg, o);
}

/* With the text of version @ordinal (0: the newest) and all versions. */
static int reply_layout(struct call *call, int64_t id, int64_t ordinal, int status)
{
    json_t *items = json_array(), *versions = json_array();
    char *body = NULL;
    int r = paper_layout_body(&call->tx, id, ordinal, &body, NULL);

    if (r == 0)
        r = paper_layout_versions(&call->tx, id, version_add, versions);
    if (r == 0)
        r = paper_layout_scan(&call->tx, id, layout_add, items);
    r = reply_first(call, items, r, status, "paper-layouts");
    if (r == 0) {
        set_text(call->reply.body, "body", body);
        json_object_set(call->reply.body, "versions", versions);
    }
    json_decref(versions);
    free(body);
    return r;
}

int api_paper_layout_get(struct call *call)
{
    int64_t id = 0, ordinal = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "ordinal", 1, INT32_MAX, 0, &ordinal);
    return r < 0 ? r : reply_layout(call, id, ordinal, 200);
}

/* ---- tried ---- */

static int kind_of(const char *code)
{
    int kind = 0;

    while (strcmp(print_kinds[kind].code, code) != 0)
        kind++; /* body_word() has let no other through */
    return kind;
}

/* PAPER_LAYOUT_WRONG when no paper can be made by it; else the paper, for free(). */
static int layout_try(struct call *call, const char *kind, const char *body, bool picture,
                      struct drawn *drawn)
{
    int r = paper_draw_sample((enum print_kind)kind_of(kind), body, picture, drawn);

    if (r == -EBADMSG)
        return fault_set(call->tx.fault, FAULT_PAPER_LAYOUT_WRONG, "reason", drawn->error, NULL);
    return r;
}

static int layout_check(struct call *call, const char *kind, const char *body)
{
    struct drawn drawn;
    int r = layout_try(call, kind, body, false, &drawn);

    if (r == 0)
        drawn_free(&drawn);
    return r;
}

static int reply_try(struct call *call, bool picture)
{
    const char *kind = NULL, *body = NULL;
    struct drawn drawn;
    struct body b;
    int r;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, print_kind_codes, &kind);
    body_lines(&b, "body", BODY_REQUIRED, 2, PAPER_LAYOUT_BODY_MAX, &body);
    r = body_end(&b);
    if (r == 0)
        r = layout_try(call, kind, body, picture, &drawn);
    if (r < 0)
        return r;
    free(drawn.roll);
    call->reply.bytes = drawn.bytes;
    call->reply.n_bytes = drawn.n;
    call->reply.content_type = picture ? "image/svg+xml" : "application/pdf";
    return 0;
}

int api_paper_layout_preview(struct call *call)
{
    return reply_try(call, false);
}

int api_paper_layout_picture(struct call *call)
{
    return reply_try(call, true);
}

/* ---- kept ---- */

static int create_read(struct call *call, struct paper_layout_new *layout)
{
    struct body b;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, print_kind_codes, &layout->kind);
    body_text(&b, "name", BODY_REQUIRED, 1, PAPER_LAYOUT_NAME_MAX, &layout->name);
    body_lines(&b, "body", BODY_REQUIRED, 2, PAPER_LAYOUT_BODY_MAX, &layout->body);
    return body_end(&b);
}

int api_paper_layout_create_prepare(struct call *call)
{
    struct paper_layout_new layout = {.kind = NULL};
    int r = create_read(call, &layout);

    return r < 0 ? r : layout_check(call, layout.kind, layout.body);
}

int api_paper_layout_create(struct call *call)
{
    struct paper_layout_new layout = {.kind = NULL};
    int64_t id = 0;
    int r = create_read(call, &layout);

    if (r == 0)
        r = paper_layout_create(&call->tx, &layout, &id);
    return r < 0 ? r : reply_layout(call, id, 0, 201);
}

static int update_read(struct call *call, struct paper_layout_change *change)
{
    struct body b;
    int r = call_param_id(call, 0, &change->id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &change->version);
    body_text(&b, "name", BODY_OPTIONAL, 1, PAPER_LAYOUT_NAME_MAX, &change->name);
    body_lines(&b, "body", BODY_OPTIONAL, 2, PAPER_LAYOUT_BODY_MAX, &change->body);
    return body_end(&b);
}

static int kind_take(void *arg, const struct paper_layout_row *row)
{
    *(const char **)arg = print_kinds[kind_of(row->kind)].code;
    return 0;
}

int api_paper_layout_update_prepare(struct call *call)
{
    struct paper_layout_change change = {.name = NULL};
    const char *kind = NULL;
    int r = update_read(call, &change);

    if (r == 0)
        r = paper_layout_scan(&call->tx, change.id, kind_take, (void *)&kind);
    return r < 0 || !change.body ? r : layout_check(call, kind, change.body);
}

int api_paper_layout_update(struct call *call)
{
    struct paper_layout_change change = {.name = NULL};
    int r = update_read(call, &change);

    if (r == 0)
        r = paper_layout_update(&call->tx, &change);
    return r < 0 ? r : reply_layout(call, change.id, 0, 200);
}

int api_paper_layout_retire(struct call *call)
{
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    return r < 0 ? r : paper_layout_retire(&call->tx, id, version);
}

int api_paper_layout_test(struct call *call)
{
    int64_t id = 0, printer_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "printer_id", BODY_REQUIRED, 1, INT64_MAX, &printer_id);
    r = body_end(&b);
    return r < 0 ? r : paper_layout_test(&call->tx, id, printer_id);
}
