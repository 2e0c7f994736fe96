/* customer_detail.c - what else is known of a customer (CU-05), and the persons to talk to at a
 * company (CU-02). Where somebody lives, his mail address and his birthday are masked here;
 * customer_clear has them. */
#include "db/customer_detail.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/customer.h"
#include "db/customer_field.h"
#include "db/customer_person.h"
#include "db/option.h"

/* ---- out ---- */

static void set_number(json_t *o, const char *name, int64_t value)
{
    json_object_set_new_nocheck(o, name, value == DETAIL_NONE ? json_null() : json_integer(value));
}

static int detail_fill(void *arg, const struct customer_detail *d)
{
    char birth[DETAIL_MASKED], address[DETAIL_MASKED], email[DETAIL_MASKED];
    json_t *o = arg;

#define OUT_TEXT(name, most)     set_text_or_null(o, #name, d->name);
#define OUT_WORD(name, ...)      set_text_or_null(o, #name, d->name);
#define OUT_INT(name, low, high) set_number(o, #name, d->name);
#define OUT_OPTION(name, kind)   set_number(o, #name, d->name);
    CUSTOMER_DETAIL(OUT_TEXT, OUT_WORD, OUT_INT, OUT_OPTION)
    customer_detail_mask(d, birth, address, email);
    set_text_or_null(o, "birth_date", birth);
    set_text_or_null(o, "address", address);
    set_text_or_null(o, "email", email);
    return 0;
}

static int extra_add(void *arg, int64_t field_id, const char *name, const char *value)
{
    return items_add(arg, json_pack("{s:I, s:s, s:s}", "field_id", (json_int_t)field_id, "name",
                                    name, "value", value));
}

static int version_take(void *arg, const struct customer_row *row)
{
    *(int64_t *)arg = row->version;
    return 0;
}

static int reply_detail(struct call *call, int64_t id)
{
    json_t *o = json_object(), *extra = json_array();
    int64_t version = 0;
    int r = customer_get(&call->tx, id, version_take, &version);

    if (r == 0)
        r = customer_detail_get(&call->tx, id, detail_fill, o);
    if (r == 0)
        r = customer_extra_scan(&call->tx, id, extra_add, extra);
    set_int(o, "version", version);
    json_object_set_new(o, "extra", extra);
    call->reply.body = o;
    return r;
}

int api_customer_detail_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_detail(call, id);
}

/* ---- in ---- */

static void in_number(struct body *b, const char *name, int64_t low, int64_t high, int64_t *ret)
{
    *ret = DETAIL_LEAVE;
    if (json_is_null(json_object_get(b->object, name)))
        *ret = DETAIL_NONE;
    body_int(b, name, BODY_OPTIONAL, low, high, ret);
}

static void in_word(struct body *b, const char *name, const char *const *choices, const char **ret)
{
    if (json_is_null(json_object_get(b->object, name)))
        *ret = "";
    body_word(b, name, BODY_OPTIONAL, choices, ret);
}

static void body_detail(struct body *b, struct customer_detail *d)
{
#define IN_TEXT(name, most)                                                                        \
    d->name = NULL;                                                                                \
    if (strcmp(#name, "birth_date") == 0)                                                          \
        body_date(b, #name, BODY_OPTIONAL, &d->name);                                              \
    else                                                                                           \
        body_text_or_null(b, #name, most, &d->name);
#define IN_WORD(name, ...)                                                                         \
    d->name = NULL;                                                                                \
    in_word(b, #name, (const char *const[]){__VA_ARGS__, NULL}, &d->name);
#define IN_INT(name, low, high) in_number(b, #name, low, high, &d->name);
#define IN_OPTION(name, kind)   in_number(b, #name, 1, INT64_MAX, &d->name);
    CUSTOMER_DETAIL(IN_TEXT, IN_WORD, IN_INT, IN_OPTION)
}

/* A value of the field as text; a date is looked at where the type is known, and here for the
 * calendar. */
static void body_extra(struct body *b, struct customer_extra extras[CUSTOMER_FIELDS_MAX],
                       size_t *ret_n)
{
    json_t *array = NULL, *one;
    size_t i;

    body_array(b, "extra", BODY_OPTIONAL, CUSTOMER_FIELDS_MAX, &array);
    json_array_foreach(array, i, one)
    {
        struct body inner = {.call = b->call, .object = one, .prefix = "extra"};

        if (!json_is_object(one)) {
            fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, "extra", "field", "extra",
                       "expected", "object", NULL);
            return;
        }
        extras[i] = (struct customer_extra){.value = NULL};
        body_int(&inner, "field_id", BODY_REQUIRED, 1, INT64_MAX, &extras[i].field_id);
        body_text_or_null(&inner, "value", CUSTOMER_EXTRA_MAX, &extras[i].value);
        (void)body_end(&inner);
        *ret_n = i + 1;
    }
}

int api_customer_detail_set(struct call *call)
{
    struct customer_extra extras[CUSTOMER_FIELDS_MAX];
    struct customer_detail_change c = {.extras = extras};
    struct body b;
    int r = call_param_id(call, 0, &c.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_detail(&b, &c.detail);
    body_extra(&b, extras, &c.n_extras);
    r = body_end(&b);
    if (r == 0)
        r = customer_detail_set(&call->tx, &c);
    return r < 0 ? r : reply_detail(call, c.customer_id);
}

/* ---- contact persons ---- */

static int person_add(void *arg, const struct customer_person *row)
{
    return items_add(
        arg, json_pack("{s:I, s:I, s:s, s:s, s:s, s:I}", "company_id", (json_int_t)row->company_id,
                       "person_id", (json_int_t)row->person_id, "company", row->company, "person",
                       row->person, "role", row->role, "since_ms", (json_int_t)row->since_ms));
}

static int reply_persons(struct call *call, int64_t id)
{
    json_t *items = json_array();
    int r = customer_person_scan(&call->tx, id, person_add, items);

    return reply_items(call, items, r);
}

int api_customer_person_list(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_persons(call, id);
}

int api_customer_person_add(struct call *call)
{
    int64_t id = 0, person_id = 0;
    const char *role = "";
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "person_id", BODY_REQUIRED, 1, INT64_MAX, &person_id);
    body_text(&b, "role", BODY_OPTIONAL, 0, PERSON_ROLE_MAX, &role);
    r = body_end(&b);
    if (r == 0)
        r = customer_person_add(&call->tx, id, person_id, role);
    return r < 0 ? r : reply_persons(call, id);
}

int api_customer_person_end(struct call *call)
{
    int64_t id = 0, person_id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_param_id(call, 1, &person_id);
    return r < 0 ? r : customer_person_end(&call->tx, id, person_id);
}
