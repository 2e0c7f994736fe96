/* audit.c - the operation log for those with audit.view, and the trail of one object (PA-07,
 * PA-08). */
#include "db/audit.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "db/state.h"

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

/* Fields that the log keeps and not all its readers may see: the floor price (PR-05); and whom a
 * unit is kept for, which the internal chart shows. */
static const struct {
    const char *field;
    enum right right;
} guarded[] = {{"floor_total_fen", RIGHT_PRICE_FLOOR}, {"holder", RIGHT_CHART_VIEW}};

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

/* The state of a unit in the reader's words; all else as it is stored. */
static void value_print(FILE *out, const struct call *call, const struct trail_field *f,
                        const char *value, size_t n)
{
    const struct state_info *state = NULL;

    if (n == 1 && f->n_field == 5 && memcmp(f->field, "state", 5) == 0)
        state = state_info(value[0]);
    if (!value || n == 0)
        fputs("–", out);
    else if (state)
        fputs(call->lang == LANG_EN ? state->en : state->zh, out);
    else
        fwrite(value, 1, n, out);
}

/* "field: before → after; ..."; where there was nothing before, "field: after". */
static json_t *detail_json(const struct call *call, const char *detail)
{
    struct trail_field f;
    const char *cursor = detail;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    json_t *json;
    bool bad;

    if (!out)
        return NULL;
    for (bool first = true; trail_next(&cursor, &f); first = false) {
        if (!first)
            fputs("; ", out);
        fwrite(f.field, 1, f.n_field, out);
        fputs(": ", out);
        if (field_hidden(call, &f)) { /* the log has no gaps: that it changed is told */
            fputs("***", out);
            continue;
        }
        if (f.before) {
            value_print(out, call, &f, f.before, f.n_before);
            fputs(" → ", out);
        }
        value_print(out, call, &f, f.after, f.n_after);
    }
    bad = ferror(out) != 0;
    bad = fclose(out) != 0 || bad;
    json = bad ? NULL : bytes_json(text, n);
    free(text);
    return json;
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
    const struct call *call;
    json_t *items;
};

static int trail_add(void *arg, const struct audit_row *row)
{
    struct trailing *t = arg;
    const char *cursor = row->detail;
    struct trail_field f;

    while (trail_next(&cursor, &f)) {
        json_t *item;

        if (field_hidden(t->call, &f))
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
