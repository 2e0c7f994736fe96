/* option.c - the lists that people keep (PA-10), and the fields that they add to customers
 * (CU-05). */
#include "db/option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/customer_field.h"

/* ---- lists ---- */

static int option_add(void *arg, const struct option_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_int_or_null(o, "parent_id", row->parent_id);
    set_text(o, "code", row->code);
    set_text(o, "name", row->name);
    set_text(o, "name_en", row->name_en);
    set_int(o, "ordinal", row->ordinal);
    set_bool(o, "enabled", row->enabled);
    return items_add(arg, o);
}

static json_t *kinds_json(void)
{
    json_t *kinds = json_array();

    for (int i = 0; i < OPTION_KINDS; i++)
        json_array_append_new(kinds, json_pack("{s:s, s:i, s:s, s:s}", "code", option_codes[i],
                                               "levels", option_kinds[i].levels, "zh",
                                               option_kinds[i].zh, "en", option_kinds[i].en));
    return kinds;
}

int api_option_list(struct call *call)
{
    json_t *items = json_array();
    int r = option_scan(&call->tx, NULL, 0, option_add, items);

    r = reply_items(call, items, r);
    if (r == 0)
        json_object_set_new(call->reply.body, "kinds", kinds_json());
    return r;
}

static int reply_option(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = option_scan(&call->tx, NULL, id, option_add, items);

    r = reply_first(call, items, r, status, "options");
    call->reply.location[0] = '\0'; /* an option has no address of its own */
    return r;
}

int api_option_create(struct call *call)
{
    struct option_new o = {.kind = NULL};
    struct body b;
    int64_t id = 0;
    int r;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, option_codes, &o.kind);
    body_text(&b, "code", BODY_REQUIRED, 1, OPTION_CODE_MAX, &o.code);
    body_text(&b, "name", BODY_REQUIRED, 1, OPTION_NAME_MAX, &o.name);
    body_text(&b, "name_en", BODY_OPTIONAL, 0, OPTION_NAME_EN_MAX, &o.name_en);
    body_int(&b, "parent_id", BODY_OPTIONAL, 1, INT64_MAX, &o.parent_id);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &o.ordinal);
    r = body_end(&b);
    if (r == 0)
        r = option_create(&call->tx, &o, &id);
    return r < 0 ? r : reply_option(call, id, 201);
}

int api_option_update(struct call *call)
{
    struct option_change c = {.parent_id = -1, .ordinal = -1};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, OPTION_NAME_MAX, &c.name);
    body_text(&b, "name_en", BODY_OPTIONAL, 0, OPTION_NAME_EN_MAX, &c.name_en);
    body_int_or_null(&b, "parent_id", 1, INT64_MAX, &c.parent_id);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &c.ordinal);
    body_tristate(&b, "enabled", &c.enabled);
    r = body_end(&b);
    if (r == 0)
        r = option_update(&call->tx, &c);
    return r < 0 ? r : reply_option(call, c.id, 200);
}

/* ---- fields ---- */

static int field_add(void *arg, const struct customer_field *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int_or_null(o, "project_id", row->project_id);
    set_text(o, "name", row->name);
    set_text(o, "type", row->type);
    set_text(o, "choices", row->choices);
    set_int(o, "ordinal", row->ordinal);
    set_bool(o, "enabled", row->enabled);
    return items_add(arg, o);
}

int api_customer_field_list(struct call *call)
{
    json_t *items = json_array();
    int r = customer_field_scan(&call->tx, 0, field_add, items);

    return reply_items(call, items, r);
}

static int reply_field(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = customer_field_scan(&call->tx, id, field_add, items);

    r = reply_first(call, items, r, status, "customer-fields");
    call->reply.location[0] = '\0';
    return r;
}

static void body_choices(struct body *b, char *text, const char **ret_choices)
{
    if (body_word_list(b, "choices", CUSTOMER_FIELD_CHOICES, CUSTOMER_FIELD_CHOICE_MAX, '\n',
                       CUSTOMER_FIELD_CHOICES_MAX, text))
        *ret_choices = text;
}

int api_customer_field_create(struct call *call)
{
    struct customer_field_edit f = {.enabled = 1};
    char choices[WORD_LIST_TEXT(CUSTOMER_FIELD_CHOICES_MAX)];
    struct body b;
    int64_t id = 0;
    int r;

    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, CUSTOMER_FIELD_NAME_MAX, &f.name);
    body_word(&b, "type", BODY_REQUIRED, customer_field_types, &f.type);
    body_choices(&b, choices, &f.choices);
    body_int(&b, "project_id", BODY_OPTIONAL, 1, INT64_MAX, &f.project_id);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &f.ordinal);
    r = body_end(&b);
    if (r == 0)
        r = customer_field_create(&call->tx, &f, &id);
    return r < 0 ? r : reply_field(call, id, 201);
}

int api_customer_field_update(struct call *call)
{
    struct customer_field_edit f = {.ordinal = -1};
    char choices[WORD_LIST_TEXT(CUSTOMER_FIELD_CHOICES_MAX)];
    struct body b;
    int r = call_param_id(call, 0, &f.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &f.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, CUSTOMER_FIELD_NAME_MAX, &f.name);
    body_choices(&b, choices, &f.choices);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &f.ordinal);
    body_tristate(&b, "enabled", &f.enabled);
    r = body_end(&b);
    if (r == 0)
        r = customer_field_update(&call->tx, &f);
    return r < 0 ? r : reply_field(call, f.id, 200);
}
