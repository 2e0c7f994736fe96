/* customer.c - customers, masked, for those with customer.view; in clear one at a time (CU-01,
 * CU-23). No answer but that of customer_clear has a phone or a document in it, so none is kept
 * with an idempotency key. */
#include "db/customer.h"
#include "db/day.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/member.h"
#include "daemon/api/ownership.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/http/text.h"
#include "db/customer_class.h"
#include "db/customer_detail.h"
#include "db/customer_search.h"
#include "db/visit.h"

enum { PAGE_DEFAULT = 20, REASON_MAX = 200 };

static const char *const kinds[] = {"person", "company", NULL};

/* ---- out ---- */

static json_t *document_json(enum contact_kind kind, const char *member, const char *value)
{
    json_t *document = json_object();

    set_text(document, "kind", contact_codes[kind]);
    set_text(document, member, value);
    return document;
}

static json_t *phone_json(int64_t id, const char *member, const char *value)
{
    json_t *phone = json_object();

    set_int(phone, "id", id);
    set_text(phone, member, value);
    return phone;
}

json_t *source_json(int64_t id, const char *name, const char *name_en)
{
    return name ? json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "name", name, "name_en",
                            name_en)
                : json_null();
}

json_t *customer_json(const struct customer_row *row)
{
    json_t *o = json_object(), *phones = json_array(), *document = json_null();

    for (size_t i = 0; i < row->n_contacts; i++) {
        const struct customer_contact *c = &row->contacts[i];

        if (c->kind == CONTACT_PHONE)
            json_array_append_new(phones, phone_json(c->id, "masked", c->masked));
        else
            document = document_json(c->kind, "masked", c->masked);
    }
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->full_name ? row->full_name : row->name);
    set_text(o, "notice", row->notice);
    set_text(o, "class", row->class);
    set_text(o, "state", row->state);
    json_object_set_new(o, "source", source_json(row->source_id, row->source, row->source_en));
    set_int_or_null(o, "visited_ms", row->visited_ms);
    json_object_set_new(o, "phones", phones);
    json_object_set_new(o, "document", document);
    set_int_or_null(o, "member_id", row->member_id);
    set_int(o, "created_ms", row->created_ms);
    set_int(o, "changed_ms", row->changed_ms);
    return o;
}

static int customer_add(void *arg, const struct customer_row *row)
{
    return items_add(arg, customer_json(row));
}

static int reply_customer(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = customer_get(&call->tx, id, customer_add, items);

    return reply_first(call, items, r, status, "customers");
}

int api_customer_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_customer(call, id, 200);
}

/* ---- looking ---- */

/* What is looked for comes with the address, which only the access log would keep, and does not. */
static int query_text(struct call *call, const char *name, size_t max, const char **ret_text)
{
    const char *text = call_query(call, name);
    size_t n = 0;

    *ret_text = text;
    if (!text || (text_allowed(text, strlen(text), &n) && n >= 1 && n <= max))
        return 0;
    fault_item(call->tx.fault, FAULT_FIELD_TEXT, 0, name, "field", name, NULL);
    return fault_fields_refused(call->tx.fault);
}

static int page_add(void *arg, const struct customer_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->id, 0))
        return 0;
    return items_add(page->items, customer_json(row));
}

static int choice_wrong(struct call *call, const char *name)
{
    fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, name, "field", name, NULL);
    return fault_fields_refused(call->tx.fault);
}

/* A day of the site as its beginning, or its end. */
static int query_day(struct call *call, const char *name, bool end, int64_t *ret_ms)
{
    const char *text = call_query(call, name);
    int64_t end_ms = 0;

    if (!text)
        return 0;
    if (!date_valid(text) || day_end_ms(text, &end_ms) < 0) {
        fault_item(call->tx.fault, FAULT_DATE, 0, name, "field", name, NULL);
        return fault_fields_refused(call->tx.fault);
    }
    *ret_ms = end ? end_ms : day_midnight_ms(end_ms - 1);
    return 0;
}

int customer_filter_read(struct call *call, struct customer_filter *ret_filter)
{
    const char *class = call_query(call, "class");
    int r = query_text(call, "phone", CONTACT_TYPED_MAX, &ret_filter->phone);

    if (r == 0)
        r = query_text(call, "name", CUSTOMER_NAME_MAX, &ret_filter->name);
    if (r == 0)
        r = call_query_int(call, "source", 1, INT64_MAX, 0, &ret_filter->source_id);
    if (r == 0)
        r = query_day(call, "from", false, &ret_filter->from_ms);
    if (r == 0)
        r = query_day(call, "to", true, &ret_filter->to_ms);
    for (size_t i = 0; r == 0 && class && customer_classes[i]; i++)
        if (strcmp(class, customer_classes[i]) == 0)
            ret_filter->class = customer_classes[i];
    return r == 0 && class && !ret_filter->class ? choice_wrong(call, "class") : r;
}

int api_customer_list(struct call *call)
{
    struct customer_filter filter = {.name = NULL};
    struct page page;
    int r = customer_filter_read(call, &filter);

    if (r == 0)
        r = page_begin(call, 1, CUSTOMER_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.before_id = page.at[0];
    filter.limit = page_limit(&page);
    r = customer_scan(&call->tx, &filter, page_add, &page);
    return page_reply(call, &page, r);
}

int api_customer_search(struct call *call)
{
    const char *asked = NULL;
    json_t *items;
    int64_t limit;
    int r = query_text(call, "q", CUSTOMER_ASKED_MAX, &asked);

    if (r == 0)
        r = call_query_int(call, "limit", 1, CUSTOMER_FOUND_MAX, PAGE_DEFAULT, &limit);
    if (r == 0 && !asked) {
        fault_item(call->tx.fault, FAULT_FIELD_MISSING, 0, "q", "field", "q", NULL);
        r = fault_fields_refused(call->tx.fault);
    }
    if (r < 0)
        return r;
    items = json_array();
    r = customer_search(&call->tx, asked, (int)limit, customer_add, items);
    return reply_items(call, items, r);
}

/* ---- the record ---- */

static void body_document(struct body *b, const char **ret_kind, const char **ret_number)
{
    json_t *document = NULL;

    body_object(b, "document", BODY_OPTIONAL, &document);
    if (document) {
        struct body inner = {.call = b->call, .object = document, .prefix = "document"};

        body_word(&inner, "kind", BODY_REQUIRED, contact_codes + 1, ret_kind);
        body_text(&inner, "number", BODY_REQUIRED, 1, CONTACT_TYPED_MAX, ret_number);
        (void)body_end(&inner); /* the outer one tells */
    }
}

static void body_phones(struct body *b, struct customer_new *c)
{
    json_t *phones = NULL, *one;
    size_t i;

    body_array(b, "phones", BODY_REQUIRED, CUSTOMER_PHONES_MAX, &phones);
    if (phones && json_array_size(phones) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "phones", "field", "phones", NULL);
    json_array_foreach(phones, i, one)
    {
        struct body inner = {.call = b->call, .object = one, .prefix = "phones"};

        if (!json_is_object(one)) {
            fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, "phones", "field", "phones",
                       "expected", "object", NULL);
            return;
        }
        body_text(&inner, "number", BODY_REQUIRED, 1, CONTACT_TYPED_MAX, &c->phones[i]);
        (void)body_end(&inner);
        c->n_phones = i + 1;
    }
}

/* The card that comes along: read into @card, whose code stays NULL when none does. */
static int body_own_card(struct body *b, char code[CARD_TEXT], struct card_new *card)
{
    json_t *object = NULL;
    int r = 0;

    body_object(b, "card", BODY_OPTIONAL, &object);
    if (object) {
        struct body inner = {.call = b->call, .object = object, .prefix = "card"};

        r = body_card(&inner, true, code, card);
        (void)body_end(&inner);
    }
    return r;
}

/* What comes with a new customer: a card, a call or a visit. */
struct along {
    struct card_new card; /* its code NULL: none */
    char code[CARD_TEXT];
    struct visit_new visit; /* its kind NULL: none */
};

static int along_do(struct call *call, int64_t id, struct along *along)
{
    int64_t made = 0;
    int r = 0;

    along->visit.customer_id = id;
    if (along->card.code)
        r = tx_need_right(&call->tx, RIGHT_CARD_ISSUE);
    if (r == 0 && along->card.code)
        r = card_issue(&call->tx, id, &along->card, &made);
    if (r == 0 && along->visit.kind)
        r = visit_add(&call->tx, &along->visit, &made);
    return r;
}

int api_customer_create(struct call *call)
{
    struct customer_new c = {.kind = NULL};
    struct along along = {.card = {.code = NULL}};
    struct entry_in entry = {.project_id = 0};
    json_t *visit = NULL;
    int64_t id = 0;
    struct body b;
    int r, swiped;

    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &c.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, CUSTOMER_NAME_MAX, &c.name);
    body_text(&b, "notice", BODY_REQUIRED, 1, CUSTOMER_NOTICE_MAX, &c.notice);
    body_int(&b, "source_id", BODY_REQUIRED, 1, INT64_MAX, &c.source_id);
    body_phones(&b, &c);
    body_document(&b, &c.document_kind, &c.document);
    body_entry(&b, &entry);
    swiped = body_own_card(&b, along.code, &along.card);
    body_object(&b, "visit", BODY_OPTIONAL, &visit);
    if (visit) {
        struct body inner = {.call = call, .object = visit, .prefix = "visit"};

        body_int(&inner, "project_id", BODY_REQUIRED, 1, INT64_MAX, &along.visit.project_id);
        body_visit(&inner, &along.visit);
        (void)body_end(&inner); /* the outer one tells */
    }
    r = body_end(&b);
    if (r == 0)
        r = swiped;
    if (r == 0)
        r = entry_check(call, &entry, &c);
    if (r == 0)
        r = customer_create(&call->tx, &c, &id);
    if (r == 0)
        r = entry_begin(call, &entry, id);
    if (r == 0)
        r = along_do(call, id, &along);
    return r < 0 ? r : reply_customer(call, id, 201);
}

int api_customer_update(struct call *call)
{
    struct customer_change c = {.name = NULL};
    int64_t source_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, CUSTOMER_NAME_MAX, &c.name);
    body_text(&b, "add_phone", BODY_OPTIONAL, 1, CONTACT_TYPED_MAX, &c.add_phone);
    body_int(&b, "end_phone_id", BODY_OPTIONAL, 1, INT64_MAX, &c.end_phone_id);
    body_document(&b, &c.document_kind, &c.document);
    body_int(&b, "source_id", BODY_OPTIONAL, 1, INT64_MAX, &source_id);
    r = body_end(&b);
    if (r == 0 && source_id) { /* it stays, but for an approval (CU-04) */
        fault_item(call->tx.fault, FAULT_SOURCE_SET, 0, "source_id", NULL);
        r = fault_set(call->tx.fault, FAULT_SOURCE_SET, NULL);
    }
    if (r == 0)
        r = customer_update(&call->tx, &c);
    return r < 0 ? r : reply_customer(call, c.id, 200);
}

int api_customer_delete(struct call *call)
{
    const char *reason = NULL;
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, REASON_MAX, &reason);
    r = body_end(&b);
    return r < 0 ? r : customer_delete(&call->tx, id, version, reason);
}

/* ---- in clear ---- */

static int clear_detail(void *arg, const struct customer_detail *d)
{
    json_t *o = arg;

    set_text_or_null(o, "birth_date", d->birth_date);
    set_text_or_null(o, "address", d->address);
    set_text_or_null(o, "email", d->email);
    return 0;
}

json_t *customer_clear_json(const struct customer_clear *clear)
{
    json_t *o = json_object(), *phones = json_array(), *document = json_null();

    for (size_t i = 0; i < clear->n_contacts; i++) {
        if (clear->contacts[i].kind == CONTACT_PHONE)
            json_array_append_new(
                phones, phone_json(clear->contacts[i].id, "number", clear->contacts[i].value));
        else
            document = document_json(clear->contacts[i].kind, "number", clear->contacts[i].value);
    }
    set_text(o, "name", clear->name);
    json_object_set_new(o, "phones", phones);
    json_object_set_new(o, "document", document);
    return o;
}

int api_customer_clear(struct call *call)
{
    struct customer_clear clear;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = body_end(&b);
    if (r == 0)
        r = customer_clear(&call->tx, id, &clear);
    if (r < 0)
        return r;
    call->reply.body = customer_clear_json(&clear);
    sodium_memzero(&clear, sizeof(clear));
    if (!call->reply.body)
        return -ENOMEM;
    return customer_detail_get(&call->tx, id, clear_detail, call->reply.body);
}
