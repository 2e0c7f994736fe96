/* publication.c - drafts, checks, differences, approval and replay of the chart (SC-03, SC-15,
 * WF-14). */
#include "db/publication.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "db/diff.h"

enum { DIFF_UNITS_MAX = 2000, CHECK_ITEMS_MAX = 500 };

static json_t *int_or_null(int64_t value)
{
    return value ? json_integer(value) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

/* ---- the row ---- */

static json_t *count_json(const struct diff_count *n)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "added", (json_int_t)n->added,
                     "removed", (json_int_t)n->removed, "opened", (json_int_t)n->opened, "closed",
                     (json_int_t)n->closed, "price_up", (json_int_t)n->price_up, "price_down",
                     (json_int_t)n->price_down, "other", (json_int_t)n->other, "items",
                     (json_int_t)n->items);
}

/* What the caller may do with it next; the daemon decides again when it is done. */
static json_t *steps_json(const struct call *call, const struct publication *p)
{
    const struct actor *actor = call->tx.actor;
    json_t *steps = json_array();
    bool edits = actor_has(actor, RIGHT_PUBLICATION_EDIT);
    bool approves = actor_has(actor, RIGHT_PUBLICATION_APPROVE);

    if (strcmp(p->state, "draft") == 0 && edits)
        json_array_append_new(steps, json_string("submit"));
    if ((strcmp(p->state, "draft") == 0 || strcmp(p->state, "submitted") == 0) && edits)
        json_array_append_new(steps, json_string("withdraw"));
    if (strcmp(p->state, "submitted") == 0 && approves) {
        if (p->author_id != actor->id)
            json_array_append_new(steps, json_string("approve"));
        json_array_append_new(steps, json_string("reject"));
    }
    return steps;
}

struct reading {
    struct call *call;
    json_t *out; /* an array, or the one object */
    int64_t last_number;
    int n;
};

static json_t *publication_json(const struct call *call, const struct publication *p)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o}",
        "id", (json_int_t)p->id, "project_id", (json_int_t)p->project_id, "number",
        (json_int_t)p->number, "version", (json_int_t)p->version, "state", p->state, "note",
        p->note, "author", p->author, "created_ms", (json_int_t)p->created_ms, "submitted_ms",
        int_or_null(p->submitted_ms), "approver", text_or_null(p->approver), "decided_ms",
        int_or_null(p->decided_ms), "reason", text_or_null(p->reason), "hash",
        text_or_null(p->hash), "units", (json_int_t)p->units, "changes",
        p->counted ? count_json(&p->changes) : json_null(), "patches", (json_int_t)p->patches,
        "my_steps", steps_json(call, p));
}

static int publication_take(void *arg, const struct publication *p)
{
    struct reading *reading = arg;

    reading->out = publication_json(reading->call, p);
    return reading->out ? 0 : -ENOMEM;
}

static int publication_append(void *arg, const struct publication *p)
{
    struct reading *reading = arg;
    json_t *row = publication_json(reading->call, p);

    reading->last_number = p->number;
    reading->n++;
    return json_array_append_new(reading->out, row) < 0 ? -ENOMEM : 0;
}

static int reply_publication(struct call *call, int64_t id, int status)
{
    struct reading reading = {.call = call};
    int r = publication_read(&call->tx, id, publication_take, &reading);

    if (r < 0)
        return r;
    call->reply.body = reading.out;
    call->reply.status = status;
    return 0;
}

int api_publication_list(struct call *call)
{
    struct reading reading = {.call = call, .out = json_array()};
    int64_t project_id, limit = 100, before[1] = {0};
    bool present;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_query_int(call, "limit", 1, 500, 100, &limit);
    if (r == 0)
        r = cursor_read(call, before, 1, &present);
    if (r == 0)
        r = publication_list(&call->tx, project_id, before[0], (int)limit, publication_append,
                             &reading);
    if (r < 0) {
        json_decref(reading.out);
        return r;
    }
    call->reply.body = json_pack("{s:o}", "items", reading.out);
    if (call->reply.body && reading.n == limit && reading.last_number > 1)
        cursor_write(call, &reading.last_number, 1, call->reply.body);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_publication_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_publication(call, id, 200);
}

int api_publication_create(struct call *call)
{
    int64_t project_id, id = 0;
    const char *note = "";
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "note", BODY_OPTIONAL, 0, 500, &note);
    r = body_end(&b);
    if (r == 0)
        r = publication_create(&call->tx, project_id, note, &id);
    return r < 0 ? r : reply_publication(call, id, 201);
}

/* ---- steps ---- */

struct step_body {
    int64_t id, version;
    const char *reason, *hash;
};

static int step_read(struct call *call, struct step_body *ret_step)
{
    struct body b;
    int r = call_param_id(call, 0, &ret_step->id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &ret_step->version);
    body_text(&b, "reason", BODY_OPTIONAL, 0, 500, &ret_step->reason);
    body_text(&b, "hash", BODY_OPTIONAL, 64, 64, &ret_step->hash);
    return body_end(&b);
}

int api_publication_submit(struct call *call)
{
    struct step_body step = {0};
    int r = step_read(call, &step);

    if (r == 0)
        r = publication_submit(&call->tx, step.id, step.version);
    return r < 0 ? r : reply_publication(call, step.id, 200);
}

int api_publication_approve(struct call *call)
{
    struct step_body step = {0};
    int r = step_read(call, &step);

    if (r == 0)
        r = publication_approve(&call->tx, step.id, step.version, step.hash);
    return r < 0 ? r : reply_publication(call, step.id, 200);
}

int api_publication_reject(struct call *call)
{
    struct step_body step = {0};
    int r = step_read(call, &step);

    if (r == 0)
        r = publication_reject(&call->tx, step.id, step.version, step.reason);
    return r < 0 ? r : reply_publication(call, step.id, 200);
}

int api_publication_withdraw(struct call *call)
{
    struct step_body step = {0};
    int r = step_read(call, &step);

    if (r == 0)
        r = publication_withdraw(&call->tx, step.id, step.version, step.reason);
    return r < 0 ? r : reply_publication(call, step.id, 200);
}

/* ---- check ---- */

struct checking {
    struct call *call;
    json_t *items;
    int64_t total;
};

static int check_append(void *arg, const struct check_item *item)
{
    struct checking *c = arg;
    struct fault_arg args[] = {
        {"unit", (char *)(uintptr_t)(item->path ? item->path : "")},
        {"item", (char *)(uintptr_t)(item->item ? item->item : "")},
        {"item_en", (char *)(uintptr_t)(item->item_en ? item->item_en : "")},
        {"permit", (char *)(uintptr_t)(item->item ? item->item : "")},
        {"expected", (char *)(uintptr_t)(item->extra[0] ? item->extra[0] : "")},
        {"found", (char *)(uintptr_t)(item->extra[1] ? item->extra[1] : "")}};
    char detail[512];
    json_t *row;

    if (++c->total > CHECK_ITEMS_MAX)
        return 0;
    fault_render(item->code, args, sizeof(args) / sizeof(args[0]), c->call->lang, detail,
                 sizeof(detail));
    row = json_pack("{s:s, s:s, s:s, s:o, s:o}", "code", fault_code_text(item->code), "detail",
                    detail, "level", item->unit_id ? "unit" : "project", "unit_id",
                    int_or_null(item->unit_id), "field", text_or_null(item->field));
    return json_array_append_new(c->items, row) < 0 ? -ENOMEM : 0;
}

/* @public_too: also where the public chart is not what is recorded. */
static int reply_check(struct call *call, int64_t project_id, bool public_too)
{
    struct checking checking = {.call = call, .items = json_array()};
    char hash[CONTENT_HASH_TEXT] = "";
    struct content *content = NULL;
    int r = tx_need_project(&call->tx, project_id);

    if (r == 0)
        r = content_draft(&call->tx, project_id, &content);
    if (r == 0) {
        content_hash(content, hash);
        r = publication_check(&call->tx, content, check_append, &checking);
    }
    if (r == 0 && public_too)
        r = publication_behind(&call->tx, content, check_append, &checking);
    if (r < 0 || !content) {
        content_free(content);
        json_decref(checking.items);
        return r;
    }
    call->reply.body = json_pack(
        "{s:b, s:I, s:I, s:s, s:o, s:I}", "ok", checking.total == 0 && content->n_units > 0,
        "units", (json_int_t)content->n_units, "checked_ms", (json_int_t)call->tx.now_ms, "hash",
        hash, "items", checking.items, "total_items", (json_int_t)checking.total);
    content_free(content);
    return call->reply.body ? 0 : -ENOMEM;
}

struct whose {
    int64_t project_id, number, base_id;
    char state[16];
};

static int whose_take(void *arg, const struct publication *p)
{
    struct whose *w = arg;

    w->project_id = p->project_id;
    w->number = p->number;
    w->base_id = p->base_id;
    snprintf(w->state, sizeof(w->state), "%s", p->state);
    return 0;
}

int api_publication_check(struct call *call)
{
    struct whose whose;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = publication_read(&call->tx, id, whose_take, &whose);
    return r < 0 ? r : reply_check(call, whose.project_id, false);
}

int api_report_disclosure(struct call *call)
{
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    return r < 0 ? r : reply_check(call, project_id, true);
}

/* ---- difference ---- */

static bool is_published(const struct whose *w)
{
    return strcmp(w->state, "live") == 0 || strcmp(w->state, "superseded") == 0;
}

static json_t *face_json(const struct content *c, const struct published_unit *u)
{
    const char letter[2] = {u ? u->state : '\0', '\0'};
    const char *layout = NULL;

    if (!u)
        return json_null();
    for (size_t i = 0; u->layout_id && i < c->n_items; i++)
        if (strcmp(c->items[i].section, "layout") == 0 &&
            strtoll(c->items[i].key, NULL, 10) == u->layout_id)
            layout = c->items[i].name;
    return json_pack("{s:s, s:o, s:o, s:o}", "state", letter, "total_fen",
                     int_or_null(u->total_fen), "gross_area", int_or_null(u->gross), "layout",
                     text_or_null(layout));
}

struct differing {
    json_t *units, *items;
    const struct content *before, *after;
    struct diff_count count;
    int64_t total;
};

static int diff_unit_take(void *arg, const struct diff_unit *d)
{
    static const char *const names[] = {"added",    "removed",    "opened", "closed",
                                        "price_up", "price_down", "other"};
    const struct published_unit *u = d->after ? d->after : d->before;
    struct differing *out = arg;
    char path[256];
    json_t *row;

    if (++out->total > DIFF_UNITS_MAX)
        return 0;
    published_unit_path(u, path, sizeof(path));
    row = json_pack("{s:I, s:s, s:s, s:o, s:o}", "unit_id", (json_int_t)u->unit_id, "path", path,
                    "change", names[d->kind], "before", face_json(out->before, d->before), "after",
                    face_json(out->after, d->after));
    return json_array_append_new(out->units, row) < 0 ? -ENOMEM : 0;
}

/* The separators of a value, made readable. */
static json_t *item_value(const struct published_item *item)
{
    char text[2048];
    size_t n = 0;

    if (!item)
        return json_null();
    for (const char *p = item->value; *p && n + 4 < sizeof(text); p++) {
        if (*p != '\x1f')
            text[n++] = *p;
        else if (n > 0 && p[1] != '\x1f' && p[1] != '\0')
            memcpy(text + n, " · ", strlen(" · ")), n += strlen(" · ");
    }
    text[n] = '\0';
    return json_stringn_nocheck(text, n);
}

static int diff_item_take(void *arg, const struct diff_item *d)
{
    const struct published_item *item = d->after ? d->after : d->before;
    struct differing *out = arg;
    json_t *row = json_pack("{s:s, s:s, s:o, s:o}", "section", item->section, "name",
                            item->name[0] ? item->name : item->key, "before", item_value(d->before),
                            "after", item_value(d->after));

    return json_array_append_new(out->items, row) < 0 ? -ENOMEM : 0;
}

/* A draft is compared with the live one, a published one with what it replaced: each as the public
 * saw it, losses and all, so that the approver reads which units come back on sale. */
static int contents_read(struct call *call, int64_t id, const struct whose *w,
                         struct content **ret_before, struct content **ret_after,
                         int64_t *ret_base_id)
{
    int64_t base = w->base_id;
    int r = 0;

    if (is_published(w)) {
        r = content_published(call->tx.db, id, 0, ret_after);
    } else {
        r = content_draft(&call->tx, w->project_id, ret_after);
        if (r == 0)
            r = publication_live(call->tx.db, w->project_id, &base);
    }
    if (r >= 0 && base)
        r = content_published(call->tx.db, base, 0, ret_before);
    if (r >= 0 && base)
        r = content_losses(call->tx.db, *ret_before);
    *ret_base_id = base;
    return r < 0 ? r : 0;
}

int api_publication_diff(struct call *call)
{
    struct differing out = {.units = json_array(), .items = json_array()};
    struct content *before = NULL, *after = NULL;
    int64_t id, base_id = 0, base_number = 0;
    struct whose whose;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = publication_read(&call->tx, id, whose_take, &whose);
    if (r == 0)
        r = contents_read(call, id, &whose, &before, &after, &base_id);
    if (r == 0 && base_id)
        r = publication_number(call->tx.db, base_id, &base_number);
    if (r >= 0) {
        out.before = before;
        out.after = after;
        r = content_diff(before, after, diff_unit_take, diff_item_take, &out, &out.count);
    }
    if (r == 0)
        call->reply.body =
            json_pack("{s:o, s:o, s:O, s:O, s:I}", "base_number", int_or_null(base_number), "count",
                      count_json(&out.count), "units", out.units, "items", out.items, "total_units",
                      (json_int_t)out.total);
    json_decref(out.units);
    json_decref(out.items);
    content_free(before);
    content_free(after);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

/* ---- replay ---- */

int api_publication_chart(struct call *call)
{
    struct snapshot *s = NULL;
    struct buf out = {0};
    struct whose whose;
    int64_t id, upto = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "patch", 0, INT64_MAX, 0, &upto);
    if (call_query(call, "patch") && upto == 0)
        upto = -1; /* as it was approved */
    if (r == 0)
        r = publication_read(&call->tx, id, whose_take, &whose);
    if (r == 0)
        r = is_published(&whose)
                ? snapshot_of_publication(call->tx.db, id, 0, upto, call->app->config->demo, &s)
                : snapshot_of_draft(&call->tx, whose.project_id, call->app->config->demo, &s);
    if (r == 0)
        r = snapshot_chart_plain(s, &out);
    snapshot_unref(s);
    if (r < 0) {
        buf_free(&out);
        return r;
    }
    return reply_buf(call, &out);
}
