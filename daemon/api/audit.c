/* audit.c - the operation log for those with audit.view, and the trail of one object (PA-07,
 * PA-08). */
#include "db/audit.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "db/sight.h"

enum { HASH_TEXT = AUDIT_HASH_SIZE * 2 + 1, PAGE_MAX = 500, PAGE_DEFAULT = 100 };

/* Somebody who tampered with the file must not be able to blank the log's page with it: what is no
 * UTF-8 shows as question marks. */
static json_t *bytes_json(const char *text, size_t n)
{
    json_t *json = json_stringn(text, n);
    char *plain;

    if (json)
        return json;
    plain = malloc(n + 1);
    if (!plain)
        return NULL;
    for (size_t i = 0; i < n; i++)
        plain[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
    json = json_stringn_nocheck(plain, n);
    free(plain);
    return json;
}

static json_t *text_json(const char *text)
{
    return bytes_json(text ? text : "", text ? strlen(text) : 0);
}

/* Fields that the log keeps and not all its readers may see: the floor price and what a plan does
 * with it (PR-05); whom a unit is kept for, which the internal chart shows; what a customer is
 * called, masked numbers, and the papers that he showed. */
static const struct {
    const char *field;
    enum right right;
} guarded[] = {{"floor_total_fen", RIGHT_PRICE_FLOOR},
               {"floor_value", RIGHT_PRICE_FLOOR},
               {"holder", RIGHT_CHART_VIEW},
               {"customer_name", RIGHT_CUSTOMER_CLEAR},
               {"customer_phone", RIGHT_CUSTOMER_VIEW},
               {"customer_document", RIGHT_CUSTOMER_VIEW},
               {"customer_paper", RIGHT_CUSTOMER_VIEW}};

static bool field_hidden(const struct call *call, const struct trail_field *f)
{
    for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
        if (strlen(guarded[i].field) == f->n_field &&
            memcmp(guarded[i].field, f->field, f->n_field) == 0)
            return !actor_has(call->tx.actor, guarded[i].right);
    return false;
}

static json_t *value_json(const char *value, size_t n)
{
    return value ? bytes_json(value, n) : json_null();
}

/* An array of AuditField. The log has no gaps: that a hidden field changed is told. */
static json_t *detail_json(const struct call *call, const char *detail)
{
    json_t *fields = json_array();
    const char *cursor = detail;
    struct trail_field f;

    while (fields && trail_next(&cursor, &f)) {
        const bool hidden = field_hidden(call, &f);
        json_t *field =
            json_pack("{s:o, s:o, s:o, s:b}", "field", bytes_json(f.field, f.n_field), "before",
                      value_json(hidden ? NULL : f.before, f.n_before), "after",
                      value_json(hidden ? NULL : f.after, f.n_after), "hidden", (int)hidden);

        if (json_array_append_new(fields, field) < 0) {
            json_decref(fields);
            return NULL;
        }
    }
    return fields;
}

/* ---- the log ---- */

struct page {
    const struct call *call;
    json_t *items;
    int room; /* rows that still fit */
    bool more;
    int64_t last; /* seq of the last row that fitted */
};

static json_t *audit_json(const struct call *call, const struct audit_row *row)
{
    static const char *const kinds[] = {[ACTOR_NOBODY] = "nobody",
                                        [ACTOR_SYSTEM] = "system",
                                        [ACTOR_USER] = "user",
                                        [ACTOR_TERMINAL] = "terminal"};
    bool known = row->actor_kind >= 0 && row->actor_kind <= ACTOR_TERMINAL;
    char hash[HASH_TEXT];

    sodium_bin2hex(hash, sizeof(hash), row->hash, sizeof(row->hash));
    return json_pack("{s:I, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:s}", "seq", (json_int_t)row->seq,
                     "at_ms", (json_int_t)row->at_ms, "actor", text_json(row->actor), "actor_name",
                     text_json(row->name), "actor_kind",
                     kinds[known ? row->actor_kind : ACTOR_NOBODY], "action",
                     text_json(row->action), "object", text_json(row->object), "detail",
                     detail_json(call, row->detail), "hash", hash);
}

static int page_add(void *arg, const struct audit_row *row)
{
    struct page *page = arg;

    if (page->room == 0) {
        page->more = true;
        return 0;
    }
    page->room--;
    page->last = row->seq;
    return json_array_append_new(page->items, audit_json(page->call, row)) < 0 ? -ENOMEM : 0;
}

static int filter_read(struct call *call, struct audit_filter *f)
{
    int64_t limit = PAGE_DEFAULT;
    bool present;
    int r = call_query_int(call, "limit", 1, PAGE_MAX, PAGE_DEFAULT, &limit);

    if (r == 0)
        r = call_query_int(call, "from_ms", 0, INT64_MAX, 0, &f->from_ms);
    if (r == 0)
        r = call_query_int(call, "to_ms", 0, INT64_MAX, 0, &f->to_ms);
    if (r == 0)
        r = cursor_read(call, &f->before_seq, 1, &present);
    if (r < 0)
        return r;
    f->actor = call_query(call, "actor");
    f->action = call_query(call, "action");
    f->object = call_query(call, "object");
    f->limit = (int)limit;
    return 0;
}

int api_audit_list(struct call *call)
{
    struct audit_filter filter = {.limit = PAGE_DEFAULT};
    struct page page = {.call = call};
    int r = filter_read(call, &filter);

    if (r < 0)
        return r;
    page.items = json_array();
    page.room = filter.limit++; /* one more, to know whether there is a next page */
    r = audit_list(&call->tx, &filter, page_add, &page);
    call->reply.body = json_pack("{s:o}", "items", page.items);
    if (r < 0 || !call->reply.body)
        return r < 0 ? r : -ENOMEM;
    if (page.more)
        cursor_write(call, &page.last, 1, call->reply.body);
    return 0;
}

int api_audit_verify(struct call *call)
{
    struct audit_report report;
    char head[HASH_TEXT];
    json_t *body;
    int r = audit_verify(call->tx.db, &report);

    if (r < 0)
        return r;
    sodium_bin2hex(head, sizeof(head), report.head, sizeof(report.head));
    body = json_pack("{s:b, s:I, s:s, s:I}", "ok", report.ok, "rows", (json_int_t)report.rows,
                     "head", head, "checked_ms", (json_int_t)call->tx.now_ms);
    if (!body)
        return -ENOMEM;
    if (!report.ok) {
        json_object_set_new(body, "first_bad", json_integer(report.first_bad));
        json_object_set_new(body, "reason", json_string(report.reason));
    }
    call->reply.body = body;
    return 0;
}

/* ---- the trail of one object ---- */

struct trailing {
    struct call *call;
    json_t *items;
};

/* 1: the field is the id of a customer who is not seen. A trail is read by whoever sees its object;
 * the log says it. */
static int customer_hidden(struct call *call, const struct trail_field *f)
{
    static const char field[] = "customer_id";
    const char *value = f->after ? f->after : f->before;
    int64_t id = 0;
    int r;

    if (f->n_field != strlen(field) || memcmp(f->field, field, f->n_field) != 0 || !value)
        return 0;
    r = sight_id(&call->tx, strtoll(value, NULL, 10), &id);
    return r < 0 ? r : id == 0;
}

static int trail_add(void *arg, const struct audit_row *row)
{
    struct trailing *t = arg;
    const char *cursor = row->detail;
    struct trail_field f;
    int r;

    while (trail_next(&cursor, &f)) {
        json_t *item;

        if (field_hidden(t->call, &f))
            continue;
        r = customer_hidden(t->call, &f);
        if (r < 0)
            return r;
        if (r > 0)
            continue;
        item = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "seq", (json_int_t)row->seq, "at_ms",
                         (json_int_t)row->at_ms, "actor", text_json(row->name), "field",
                         bytes_json(f.field, f.n_field), "before", value_json(f.before, f.n_before),
                         "after", value_json(f.after, f.n_after));
        if (json_array_append_new(t->items, item) < 0)
            return -ENOMEM;
    }
    return 0;
}

int audit_trail_json(struct call *call, const char *object, json_t **ret_items)
{
    const struct audit_filter filter = {.object = object, .limit = TRAIL_MAX};
    struct trailing t = {call, json_array()};
    int r = t.items ? audit_list(&call->tx, &filter, trail_add, &t) : -ENOMEM;

    if (r < 0) {
        json_decref(t.items);
        return r;
    }
    *ret_items = t.items;
    return 0;
}
