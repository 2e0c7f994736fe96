/* disclosure.c - the mandated items of a project (PM-19, FC 26.1). Fees and discounts have a file
 * each. */
#include "daemon/api/disclosure.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/disclosure.h"

enum { MISSING_MAX = 64 };

static int item_add(void *arg, const struct disclosure_row *row)
{
    json_t *o = json_object();

    set_text(o, "code", row->info->code);
    set_text(o, "zh", row->info->zh);
    set_text(o, "en", row->info->en);
    set_text(o, "rule", row->info->rule);
    set_bool(o, "required", row->required);
    set_text(o, "value", row->value);
    set_text_or_null(o, "media", row->media_id);
    set_text(o, "doc_name", row->doc_name);
    set_text_or_null(o, "doc_date", row->doc_date);
    set_int(o, "version", row->version);
    return items_add(arg, o);
}

int api_disclosure_get(struct call *call)
{
    json_t *items = json_array(), *fees = json_array(), *discounts = json_array(),
           *missing = json_array();
    const char *codes[MISSING_MAX];
    struct discount_adding adding = {&call->tx, discounts};
    int64_t id;
    int n = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = disclosure_each(&call->tx, id, item_add, items);
    if (r == 0)
        r = fee_each(&call->tx, id, 0, fee_add, fees);
    if (r == 0)
        r = discount_each(&call->tx, id, 0, discount_add, &adding);
    if (r == 0)
        r = n = disclosure_missing(&call->tx, id, codes, MISSING_MAX);
    for (int i = 0; i < n && i < MISSING_MAX; i++)
        json_array_append_new(missing, json_string(codes[i]));
    if (r < 0) {
        json_decref(items);
        json_decref(fees);
        json_decref(discounts);
        json_decref(missing);
        return r;
    }
    call->reply.body = json_pack("{s:o, s:o, s:o, s:o}", "items", items, "fees", fees, "discounts",
                                 discounts, "missing", missing);
    return call->reply.body ? 0 : -ENOMEM;
}

struct wanted {
    const char *code;
    json_t *items;
};

static int wanted_add(void *arg, const struct disclosure_row *row)
{
    struct wanted *wanted = arg;

    return strcmp(row->info->code, wanted->code) == 0 ? item_add(wanted->items, row) : 0;
}

int api_disclosure_set(struct call *call)
{
    struct disclosure_set set = {.code = call->param[1]};
    const char *media = NULL, *date = NULL;
    struct wanted wanted;
    struct body b;
    int r = call_param_id(call, 0, &set.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 0, INT64_MAX, &set.version);
    body_text(&b, "value", BODY_REQUIRED, 0, 2000, &set.value);
    body_text_or_null(&b, "media", 32, &media);
    body_text(&b, "doc_name", BODY_OPTIONAL, 0, 120, &set.doc_name);
    body_date(&b, "doc_date", BODY_OPTIONAL, &date);
    r = body_end(&b);
    set.media_id = media && media[0] ? media : NULL;
    set.doc_date = date && date[0] ? date : NULL;
    if (r == 0)
        r = disclosure_set(&call->tx, &set);
    if (r < 0)
        return r;
    wanted = (struct wanted){set.code, json_array()};
    r = disclosure_each(&call->tx, set.project_id, wanted_add, &wanted);
    return reply_first(call, wanted.items, r, 200, "disclosure");
}
