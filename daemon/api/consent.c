/* consent.c - what a person agreed to, whether the city lets him buy, and his rights over what is
 * kept of him (CU-27, CU-35). */
#include "db/consent.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/record.h"
#include "db/customer_detail.h"
#include "db/customer_field.h"
#include "db/customer_person.h"
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

static int row_add(void *arg, const struct customer_row *row)
{
    return items_add(arg, customer_json(row));
}

static int detail_add(void *arg, const struct customer_detail *d)
{
    json_t *o = arg;

#define OUT_TEXT(name, most) set_text_or_null(o, #name, d->name);
#define OUT_WORD(name, ...)  set_text_or_null(o, #name, d->name);
#define OUT_INT(name, low, high)                                                                   \
    json_object_set_new(o, #name, d->name == DETAIL_NONE ? json_null() : json_integer(d->name));
#define OUT_OPTION(name, kind) OUT_INT(name, , )
    CUSTOMER_DETAIL(OUT_TEXT, OUT_WORD, OUT_INT, OUT_OPTION)
    return 0;
}

static int extra_add(void *arg, int64_t field_id, const char *name, const char *value)
{
    (void)field_id;
    return items_add(arg, json_pack("{s:s, s:s}", "name", name, "value", value));
}

static int visit_row_add(void *arg, const struct visit_row *row)
{
    return items_add(arg, visit_json(row));
}

static int intent_row_add(void *arg, const struct intent_row *row)
{
    return items_add(arg, intent_json(row));
}

static int held_lists(struct call *call, int64_t id, json_t *held)
{
    const struct visit_filter visits = {.customer_id = id, .limit = VISITS_PAGE_MAX};
    json_t *extra = json_array(), *calls = json_array(), *intents = json_array();
    json_t *consents = json_array(), *answers = json_array(), *requests = json_array();
    int r;

    json_object_set_new(held, "extra", extra);
    json_object_set_new(held, "visits", calls);
    json_object_set_new(held, "intents", intents);
    json_object_set_new(held, "consents", consents);
    json_object_set_new(held, "qualifications", answers);
    json_object_set_new(held, "requests", requests);
    r = customer_extra_scan(&call->tx, id, extra_add, extra);
    if (r == 0)
        r = visit_scan(&call->tx, &visits, visit_row_add, calls);
    if (r == 0)
        r = intent_scan(&call->tx, id, 0, intent_row_add, intents);
    if (r == 0)
        r = consent_scan(&call->tx, id, consent_add, consents);
    if (r == 0)
        r = qualification_scan(&call->tx, id, qualification_row, answers);
    return r < 0 ? r : subject_request_scan(&call->tx, id, request_add, requests);
}

/* Needs customer.clear too: the numbers are in it. Each time is written down. */
int api_subject_held(struct call *call)
{
    json_t *held = json_object(), *detail = json_object(), *record = json_array();
    struct customer_clear clear;
    const char *reason = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    call->reply.body = held;
    json_object_set_new(held, "record", record);
    json_object_set_new(held, "detail", detail);
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
    json_object_set_new(held, "clear", customer_clear_json(&clear));
    sodium_memzero(&clear, sizeof(clear));
    r = customer_get(&call->tx, id, row_add, record);
    if (r == 0)
        r = customer_detail_get(&call->tx, id, detail_add, detail);
    return r < 0 ? r : held_lists(call, id, held);
}
