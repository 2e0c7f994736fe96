/* fee.c - agency fees and property service that a project shows (FC 26.1 P15, P16). */
#include "db/fee.h"
#include "db/unit_class.h"

#include "daemon/api/api.h"
#include "daemon/api/disclosure.h"
#include "daemon/api/record.h"

/* Codes of classes as a set; none is given: *@ret_set stays and so does what it was. */
static void classes_read(struct body *b, unsigned *set, const unsigned **ret_set)
{
    json_t *codes = NULL;

    body_array(b, "classes", BODY_OPTIONAL, UNIT_CLASS_COUNT, &codes);
    if (!codes)
        return;
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        const struct class_info *class = unit_class_info(code);

        if (class)
            *set |= CLASS_BIT(class - unit_classes);
        else
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, "classes", "field",
                       "classes", NULL);
    }
    *ret_set = set;
}

int fee_add(void *arg, const struct fee_row *row)
{
    json_t *o = json_object(), *classes = json_array();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->name);
    set_text(o, "standard", row->standard);
    set_text(o, "basis", row->basis);
    set_text(o, "payee", row->payee);
    set_bool(o, "voluntary", row->voluntary);
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++)
        if (row->classes & CLASS_BIT(i))
            json_array_append_new(classes, json_string(unit_classes[i].code));
    json_object_set_new_nocheck(o, "classes", classes);
    return items_add(arg, o);
}

static int reply_fee(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = fee_project(&call->tx, id, &project_id);

    if (r == 0)
        r = fee_each(&call->tx, project_id, id, fee_add, items);
    return reply_first(call, items, r, status, "fees");
}

int api_fee_create(struct call *call)
{
    static const char *const kinds[] = {"agency", "property", NULL};
    struct fee_row fee = {.kind = NULL};
    const unsigned *classes = NULL;
    int voluntary = -1;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &fee.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &fee.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &fee.name);
    body_text(&b, "standard", BODY_REQUIRED, 1, 200, &fee.standard);
    body_text(&b, "basis", BODY_OPTIONAL, 0, 200, &fee.basis);
    body_text(&b, "payee", BODY_OPTIONAL, 0, 100, &fee.payee);
    body_tristate(&b, "voluntary", &voluntary);
    classes_read(&b, &fee.classes, &classes);
    r = body_end(&b);
    if (r < 0)
        return r;
    /* Not said: what the law says of its kind. */
    fee.voluntary = voluntary >= 0 ? voluntary != 0 : fee.kind == kinds[0];
    r = fee_create(&call->tx, &fee, &id);
    return r < 0 ? r : reply_fee(call, id, 201);
}

int api_fee_update(struct call *call)
{
    struct fee_change c = {.name = NULL};
    unsigned classes = 0;
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_text(&b, "standard", BODY_OPTIONAL, 1, 200, &c.standard);
    body_text(&b, "basis", BODY_OPTIONAL, 0, 200, &c.basis);
    body_text(&b, "payee", BODY_OPTIONAL, 0, 100, &c.payee);
    body_tristate(&b, "voluntary", &c.voluntary);
    classes_read(&b, &classes, &c.classes);
    r = body_end(&b);
    if (r == 0)
        r = fee_update(&call->tx, &c);
    return r < 0 ? r : reply_fee(call, c.id, 200);
}

int api_fee_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : fee_delete(&call->tx, id);
}
