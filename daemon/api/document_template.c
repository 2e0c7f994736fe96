/* document_template.c - templates of papers, and the text of a paper as it was made (SF-25,
 * SF-26). */
#include "db/document_template.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

/* ---- out ---- */

static int template_add(void *arg, const struct template_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "kind", row->kind);
    set_int(o, "number", row->number);
    set_text(o, "name", row->name);
    set_text(o, "state", row->state);
    set_text(o, "actor", row->actor);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "version", row->version);
    if (row->body)
        set_text(o, "body", row->body);
    return items_add(arg, o);
}

int api_template_list(struct call *call)
{
    json_t *items = json_array();
    const char *kind = NULL;
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_query_word(call, "kind", template_kinds, &kind);
    if (r == 0)
        r = template_list(&call->tx, project_id, kind, template_add, items);
    return reply_items(call, items, r);
}

static int reply_template(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = template_get(&call->tx, id, template_add, items);

    return reply_first(call, items, r, status, "document-templates");
}

int api_template_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_template(call, id, 200);
}

int api_document_field_list(struct call *call)
{
    json_t *items = json_array();
    size_t n;
    const struct document_field *fields = document_fields(&n);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        json_t *o = json_object();

        set_text(o, "name", call->lang == LANG_EN ? fields[i].en : fields[i].zh);
        set_bool(o, "personal", fields[i].personal);
        r = items_add(items, o);
    }
    return reply_items(call, items, r);
}

/* ---- in ---- */

int api_template_create(struct call *call)
{
    struct template_new t = {.kind = NULL};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &t.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, template_kinds, &t.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, TEMPLATE_NAME_MAX, &t.name);
    body_lines(&b, "body", BODY_REQUIRED, 1, TEMPLATE_BODY_MAX, &t.body);
    r = body_end(&b);
    if (r == 0)
        r = template_create(&call->tx, &t, &id);
    return r < 0 ? r : reply_template(call, id, 201);
}

int api_template_update(struct call *call)
{
    const char *name = NULL, *text = NULL;
    struct body b;
    int64_t id, version = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "name", BODY_OPTIONAL, 1, TEMPLATE_NAME_MAX, &name);
    body_lines(&b, "body", BODY_OPTIONAL, 1, TEMPLATE_BODY_MAX, &text);
    r = body_end(&b);
    if (r == 0)
        r = template_update(&call->tx, id, version, name, text);
    return r < 0 ? r : reply_template(call, id, 200);
}

int api_template_activate(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = template_activate(&call->tx, id);
    return r < 0 ? r : reply_template(call, id, 200);
}

/* ---- texts ---- */

static int text_reply(void *arg, const char *body)
{
    struct call *call = arg;

    call->reply.body = json_pack("{s:s}", "body", body);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_template_preview(struct call *call)
{
    const char *kind = NULL, *text = NULL;
    int64_t project_id;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, template_kinds, &kind);
    body_lines(&b, "body", BODY_REQUIRED, 1, TEMPLATE_BODY_MAX, &text);
    r = body_end(&b);
    return r < 0 ? r : document_text_preview(&call->tx, project_id, kind, text, text_reply, call);
}

static int text_add(void *arg, const struct document_text_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_text_or_null(o, "change", row->change[0] ? row->change : NULL);
    set_int(o, "number", row->number);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

int api_document_text_list(struct call *call)
{
    json_t *items = json_array();
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r == 0)
        r = document_text_list(&call->tx, deal_id, text_add, items);
    return reply_items(call, items, r);
}

int api_document_text_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : document_text_get(&call->tx, id, false, text_reply, call);
}

int api_document_text_clear(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : document_text_get(&call->tx, id, true, text_reply, call);
}
