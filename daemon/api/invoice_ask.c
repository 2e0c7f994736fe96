/* invoice_ask.c - an invoice is asked for: of which money, on whose name; the dated codes and
 * rates, and how vendors call our columns (IV-01, IV-03, IV-04). */
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/invoice.h"
#include "daemon/api/record.h"
#include "daemon/invoice_sheet.h"
#include "db/money.h"

enum { PROPERTY_TEXT_MAX = 40, AREA_UNIT_MAX = 10 };

static const char *const buyer_kinds[] = {"person", "company", NULL};
static const char *const sheets[] = {"request", "result", NULL};

/* ---- what there is ---- */

static int source_add(void *arg, const struct invoice_source *source)
{
    json_t *o = json_object();

    set_int(o, "voucher_id", source->voucher_id);
    set_int(o, "voucher_number", source->voucher_number);
    set_text(o, "kind", source->kind);
    set_text(o, "day", source->day);
    set_text_or_null(o, "receipt", source->number);
    set_codes(o, "funds", source->funds);
    set_int(o, "carried_fen", source->carried_fen);
    set_int(o, "asked_fen", source->asked_fen);
    return items_add(arg, o);
}

static int profile_add(void *arg, const struct invoice_profile_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->name);
    set_text_or_null(o, "tax_no", row->tax_no);
    set_text(o, "address", row->address);
    set_text(o, "bank", row->bank);
    set_text_or_null(o, "account", row->account);
    return items_add(arg, o);
}

int api_invoice_sources(struct call *call)
{
    json_t *items, *profiles;
    struct invoice_sums sums = {0};
    const char *kind = invoice_kinds[0];
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r == 0)
        r = call_query_word(call, "kind", invoice_kinds, &kind);
    if (r < 0)
        return r;
    items = json_array();
    profiles = json_array();
    r = invoice_source_each(&call->tx, deal_id, kind, source_add, items);
    if (r == 0)
        r = invoice_profile_each(&call->tx, deal_id, profile_add, profiles);
    if (r == 0)
        r = invoice_deal_sums(&call->tx, deal_id, &sums);
    r = reply_items(call, items, r);
    if (r < 0) {
        json_decref(profiles);
        return r;
    }
    json_object_set_new_nocheck(call->reply.body, "profiles", profiles);
    set_int(call->reply.body, "received_fen", sums.received_fen);
    set_int(call->reply.body, "asked_back_fen", sums.asked_back_fen);
    set_int(call->reply.body, "invoiced_fen", sums.invoiced_fen);
    return 0;
}

static int reply_id(struct call *call, int64_t id, int r)
{
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "id", id);
    return 0;
}

/* ---- on whose name ---- */

int api_invoice_profile_add(struct call *call)
{
    struct invoice_profile p = {.kind = NULL};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &p.deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &p.customer_id);
    body_word(&b, "kind", BODY_REQUIRED, buyer_kinds, &p.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, INVOICE_NAME_MAX, &p.name);
    body_text(&b, "tax_no", BODY_OPTIONAL, 0, INVOICE_ACCOUNT_MAX, &p.tax_no);
    body_text(&b, "address", BODY_OPTIONAL, 0, INVOICE_ADDRESS_MAX, &p.address);
    body_text(&b, "bank", BODY_OPTIONAL, 0, INVOICE_BANK_MAX, &p.bank);
    body_text(&b, "account", BODY_OPTIONAL, 0, INVOICE_ACCOUNT_MAX + 10, &p.account);
    r = body_end(&b);
    if (r == 0)
        r = invoice_profile_add(&call->tx, &p, &id);
    return reply_id(call, id, r);
}

int api_invoice_profile_end(struct call *call)
{
    int64_t deal_id, id;
    int r = call_param_id(call, 0, &deal_id);

    if (r == 0)
        r = call_param_id(call, 1, &id);
    return r < 0 ? r : invoice_profile_end(&call->tx, deal_id, id);
}

/* ---- asked for ---- */

static void parts_read(struct body *b, struct invoice_ask *ask)
{
    json_t *array = NULL;

    body_array(b, "parts", BODY_REQUIRED, INVOICE_PARTS_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "parts", "field", "parts", NULL);
    for (; ask->n_parts < json_array_size(array); ask->n_parts++) {
        struct invoice_part *part = &ask->parts[ask->n_parts];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, ask->n_parts), .prefix = "parts"};

        body_int(&inner, "voucher_id", BODY_REQUIRED, 1, INT64_MAX, &part->voucher_id);
        body_int(&inner, "amount_fen", BODY_OPTIONAL, 1, MONEY_MAX_FEN, &part->amount_fen);
        (void)body_end(&inner);
    }
}

static void property_read(struct body *b, struct invoice_property *p)
{
    json_t *object = NULL;
    struct body inner;

    body_object(b, "property", BODY_OPTIONAL, &object);
    if (!object)
        return;
    inner = (struct body){.call = b->call, .object = object, .prefix = "property"};
    body_text(&inner, "filing_no", BODY_OPTIONAL, 0, PROPERTY_TEXT_MAX, &p->filing_no);
    body_text(&inner, "land_tax_no", BODY_OPTIONAL, 0, PROPERTY_TEXT_MAX, &p->land_tax_no);
    body_text(&inner, "title_no", BODY_OPTIONAL, 0, PROPERTY_TEXT_MAX, &p->title_no);
    body_text(&inner, "area_unit", BODY_OPTIONAL, 0, AREA_UNIT_MAX, &p->area_unit);
    body_bool(&inner, "cross_city", BODY_OPTIONAL, &p->cross_city);
    (void)body_end(&inner);
}

int api_invoice_request(struct call *call)
{
    struct invoice_ask ask = {.kind = invoice_kinds[0]};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &ask.deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "profile_id", BODY_REQUIRED, 1, INT64_MAX, &ask.profile_id);
    body_word(&b, "kind", BODY_OPTIONAL, invoice_kinds, &ask.kind);
    parts_read(&b, &ask);
    property_read(&b, &ask.property);
    r = body_end(&b);
    if (r == 0)
        r = invoice_request(&call->tx, &ask, &id);
    return reply_id(call, id, r);
}

/* ---- settings ---- */

static int item_add(void *arg, const struct invoice_item *item)
{
    json_t *o = json_object();

    set_int(o, "id", item->id);
    set_text(o, "kind", item->kind);
    set_text(o, "from_day", item->from_day);
    set_text(o, "code", item->code);
    set_text(o, "name", item->name);
    set_text(o, "suffix", item->suffix);
    set_text(o, "rate", item->rate);
    if (item->rate_bp < 0)
        json_object_set_new_nocheck(o, "rate_bp", json_null());
    else
        set_int(o, "rate_bp", item->rate_bp);
    set_bool(o, "ordinary", item->ordinary);
    return items_add(arg, o);
}

int api_invoice_item_list(struct call *call)
{
    json_t *items = json_array();

    return reply_items(call, items, invoice_item_each(&call->tx, item_add, items));
}

int api_invoice_item_add(struct call *call)
{
    struct invoice_item item = {.rate_bp = -1};
    struct body b;
    int64_t id = 0;
    int r;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, invoice_kinds, &item.kind);
    body_date(&b, "from_day", BODY_REQUIRED, &item.from_day);
    body_text(&b, "code", BODY_REQUIRED, 3, INVOICE_CODE_MAX, &item.code);
    body_text(&b, "name", BODY_REQUIRED, 1, INVOICE_ITEM_NAME_MAX, &item.name);
    body_text(&b, "suffix", BODY_REQUIRED, 1, INVOICE_SUFFIX_MAX, &item.suffix);
    body_text(&b, "rate", BODY_REQUIRED, 1, INVOICE_RATE_MAX, &item.rate);
    body_int(&b, "rate_bp", BODY_OPTIONAL, 0, 10000, &item.rate_bp);
    body_bool(&b, "ordinary", BODY_REQUIRED, &item.ordinary);
    for (const char *p = item.code; p && *p; p++)
        if (*p < '0' || *p > '9') {
            fault_item(call->tx.fault, FAULT_FIELD_TEXT, 0, "code", "field", "code", NULL);
            break;
        }
    r = body_end(&b);
    if (r == 0)
        r = invoice_item_add(&call->tx, &item, &id);
    return reply_id(call, id, r);
}

static int head_add(void *arg, const struct invoice_head *head)
{
    json_t *o = json_object();

    set_text(o, "sheet", head->sheet);
    set_text(o, "field", head->field);
    set_text(o, "head", head->head);
    return items_add(arg, o);
}

static int mapping_add(void *arg, const struct invoice_mapping *mapping)
{
    struct rows_out *out = arg;
    json_t *o = json_object(), *heads = json_array();
    int r = invoice_head_each(&out->call->tx, mapping->id, head_add, heads);

    set_int(o, "id", mapping->id);
    set_int(o, "version", mapping->version);
    set_text(o, "name", mapping->name);
    json_object_set_new_nocheck(o, "heads", heads);
    if (r == 0)
        return items_add(out->items, o);
    json_decref(o);
    return r;
}

static void field_add(json_t *all, const char *sheet, const char *field, const char *zh,
                      const char *en)
{
    json_t *o = json_object();

    set_text(o, "sheet", sheet);
    set_text(o, "field", field);
    set_text(o, "zh", zh);
    set_text(o, "en", en);
    items_add(all, o);
}

/* What a mapping may name, with our own words for it: of what goes out, then of what comes in. */
static json_t *fields_json(void)
{
    json_t *all = json_array();

    for (int i = 0; i < INVOICE_FIELDS; i++)
        field_add(all, sheets[0], invoice_fields[i].code, invoice_fields[i].zh,
                  invoice_fields[i].en);
    for (int i = 0; i < INVOICE_RESULT_COLUMNS; i++) {
        const enum invoice_column column = (enum invoice_column)i;

        field_add(all, sheets[1], invoice_column_codes[i], invoice_column_head(column, LANG_ZH),
                  invoice_column_head(column, LANG_EN));
    }
    return all;
}

int api_invoice_mapping_list(struct call *call)
{
    struct rows_out out = {call, json_array()};
    int r = reply_items(call, out.items, invoice_mapping_each(&call->tx, mapping_add, &out));

    if (r == 0)
        json_object_set_new_nocheck(call->reply.body, "fields", fields_json());
    return r;
}

static size_t heads_read(struct body *b, struct invoice_head heads[INVOICE_HEADS_MAX])
{
    json_t *array = NULL;
    size_t n = 0;

    body_array(b, "heads", BODY_REQUIRED, INVOICE_HEADS_MAX, &array);
    for (; n < json_array_size(array); n++) {
        struct invoice_head *head = &heads[n];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, n), .prefix = "heads"};

        *head = (struct invoice_head){.sheet = sheets[0]};
        body_word(&inner, "sheet", BODY_REQUIRED, sheets, &head->sheet);
        body_word(&inner, "field", BODY_REQUIRED,
                  head->sheet == sheets[0] ? invoice_field_codes : invoice_column_codes,
                  &head->field);
        body_text(&inner, "head", BODY_REQUIRED, 1, INVOICE_HEAD_MAX, &head->head);
        (void)body_end(&inner);
        for (size_t i = 0; i < n && head->field && head->head; i++)
            if (heads[i].sheet == head->sheet && heads[i].field && heads[i].head &&
                (heads[i].field == head->field || strcmp(heads[i].head, head->head) == 0))
                fault_item(b->call->tx.fault, FAULT_NAME_TAKEN, 0, "heads", "name", head->head,
                           NULL);
    }
    return n;
}

int api_invoice_mapping_set(struct call *call)
{
    struct invoice_head heads[INVOICE_HEADS_MAX];
    struct invoice_mapping mapping = {0};
    struct body b;
    int64_t id = 0;
    size_t n;
    int r;

    body_begin(&b, call);
    body_int(&b, "id", BODY_OPTIONAL, 1, INT64_MAX, &mapping.id);
    body_int(&b, "version", BODY_OPTIONAL, 1, INT64_MAX, &mapping.version);
    body_text(&b, "name", BODY_REQUIRED, 1, INVOICE_HEAD_MAX, &mapping.name);
    n = heads_read(&b, heads);
    r = body_end(&b);
    if (r == 0)
        r = invoice_mapping_set(&call->tx, &mapping, heads, n, &id);
    return reply_id(call, id, r);
}
