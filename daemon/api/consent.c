/* consent.c - what a person agreed to, whether the city lets him buy, and his rights over what is
 * kept of him (CU-27, CU-35). */
#include "db/consent.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/record.h"
#include "daemon/site_time.h"
#include "db/qualification.h"
#include "db/subject.h"

/* ---- consents ---- */

static int consent_add(void *arg, const struct consent_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "purpose", row->purpose);
    set_text(o, "notice", row->notice);
    set_int(o, "given_ms", row->given_ms);
    set_text(o, "given_by", row->given_by);
    set_int_or_null(o, "withdrawn_ms", row->withdrawn_ms);
    set_text_or_null(o, "withdrawn_by", row->withdrawn_by);
    return items_add(arg, o);
}

static int reply_consents(struct call *call, int64_t id)
{
    json_t *items = json_array();
    int r = consent_scan(&call->tx, id, consent_add, items);

    return reply_items(call, items, r);
}

int api_consent_list(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_consents(call, id);
}

int api_consent_give(struct call *call)
{
    const char *purpose = NULL, *notice = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "purpose", BODY_REQUIRED, consent_purposes, &purpose);
    body_text(&b, "notice", BODY_REQUIRED, 1, CONSENT_NOTICE_MAX, &notice);
    r = body_end(&b);
    if (r == 0)
        r = consent_give(&call->tx, id, purpose, notice);
    return r < 0 ? r : reply_consents(call, id);
}

int api_consent_withdraw(struct call *call)
{
    const char *purpose = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "purpose", BODY_REQUIRED, consent_purposes, &purpose);
    r = body_end(&b);
    if (r == 0)
        r = consent_withdraw(&call->tx, id, purpose);
    return r < 0 ? r : reply_consents(call, id);
}

/* ---- qualification ---- */

static int qualification_row(void *arg, const struct qualification *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", row->project);
    set_text(o, "result", row->result);
    set_text(o, "number", row->number);
    set_text(o, "date", row->date);
    set_text(o, "note", row->note);
    set_text_or_null(o, "media", row->media_id);
    set_text(o, "created_by", row->created_by);
    set_int(o, "created_ms", row->created_ms);
    return items_add(arg, o);
}

static int reply_qualifications(struct call *call, int64_t id)
{
    json_t *items = json_array();
    int r = qualification_scan(&call->tx, id, qualification_row, items);

    return reply_items(call, items, r);
}

int api_qualification_list(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_qualifications(call, id);
}

int api_qualification_add(struct call *call)
{
    struct qualification q = {.number = "", .note = ""};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &q.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &q.project_id);
    body_word(&b, "result", BODY_REQUIRED, qualification_results, &q.result);
    body_text(&b, "number", BODY_OPTIONAL, 0, QUALIFICATION_NUMBER_MAX, &q.number);
    body_date(&b, "date", BODY_REQUIRED, &q.date);
    body_text(&b, "note", BODY_OPTIONAL, 0, QUALIFICATION_NOTE_MAX, &q.note);
    body_text(&b, "media", BODY_OPTIONAL, 0, 32, &q.media_id);
    r = body_end(&b);
    if (r == 0)
        r = qualification_add(&call->tx, &q, &id);
    return r < 0 ? r : reply_qualifications(call, q.customer_id);
}

/* ---- requests ---- */

static int request_add(void *arg, const struct subject_request *row)
{
    return items_add(arg, json_pack("{s:I, s:s, s:s, s:s, s:I}", "id", (json_int_t)row->id, "kind",
                                    row->kind, "reason", row->reason, "actor", row->actor, "at_ms",
                                    (json_int_t)row->at_ms));
}

static int reply_requests(struct call *call, int64_t id)
{
    json_t *items = json_array();
    int r = subject_request_scan(&call->tx, id, request_add, items);

    return reply_items(call, items, r);
}

int api_subject_request_list(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_requests(call, id);
}

int api_subject_request(struct call *call)
{
    static const char *const kinds[] = {"restrict", "release", "erase", NULL};
    static int (*const acts[])(struct tx *, int64_t,
                               const char *) = {subject_restrict, subject_release, subject_erase};
    const char *reason = NULL;
    int64_t id = 0;
    int kind = -1;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, kinds, &kind);
    body_text(&b, "reason", BODY_REQUIRED, 1, SUBJECT_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = acts[kind](&call->tx, id, reason);
    return r < 0 ? r : reply_requests(call, id);
}

/* ---- all that is kept of a person (PIPL 45) ---- */

struct copying {
    json_t *parts, *rows, *fields; /* all; of the part and of the row that are being made */
    const char *table;
};

static int part_begin(struct copying *c, const char *table)
{
    json_t *part = json_object();

    c->table = table;
    c->rows = json_array();
    set_text(part, "part", table);
    json_object_set_new(part, "rows", c->rows);
    return items_add(c->parts, part);
}

static int row_begin(struct copying *c)
{
    json_t *row = json_object();

    c->fields = json_array();
    json_object_set_new(row, "fields", c->fields);
    return items_add(c->rows, row);
}

/* People read it: a time is told as the site's clock shows it. */
static json_t *value_json(const struct subject_value *value)
{
    static const char ending[] = "_ms";
    const size_t n = strlen(value->name);
    char time[32];

    if (!value->text)
        return json_null();
    if (n < sizeof(ending) || strcmp(value->name + n + 1 - sizeof(ending), ending) != 0)
        return json_string(value->text);
    site_time_text(value->number, time, sizeof(time));
    return json_string(time);
}

static int value_add(void *arg, const struct subject_value *value)
{
    struct copying *c = arg;
    json_t *field;
    int r = 0;

    if (c->table != value->table)
        r = part_begin(c, value->table);
    if (r == 0 && value->first)
        r = row_begin(c);
    if (r < 0)
        return r;
    field = json_object();
    set_text(field, "name", value->name);
    json_object_set_new(field, "value", value_json(value));
    return items_add(c->fields, field);
}

/* Needs customer.clear too: the numbers are in it. Each time is written down. */
int api_subject_held(struct call *call)
{
    struct copying copying = {.parts = json_array()};
    struct customer_clear clear;
    const char *reason = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "parts", copying.parts);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, SUBJECT_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = customer_clear(&call->tx, id, &clear);
    if (r == 0)
        r = subject_export(&call->tx, id, reason);
    if (r < 0)
        return r;
    json_object_set_new(call->reply.body, "clear", customer_clear_json(&clear));
    sodium_memzero(&clear, sizeof(clear));
    return subject_copy(&call->tx, id, value_add, &copying);
}
