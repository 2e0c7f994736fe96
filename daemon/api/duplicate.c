/* duplicate.c - whether somebody is recorded already (DP-01, DP-03), and cases of two consultants
 * (DP-04). What was asked is in the body, never in an address, and in no kept answer. */
#include "db/duplicate.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/ownership.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/collision.h"

enum { PAGE_DEFAULT = 50 };

static const char *const effects[] = {"none", "warn", "block"};

/* ---- asking ---- */

/* A question as it came in. */
struct ask_in {
    struct duplicate_ask ask;
    const char *phone;
};

static void body_ask(struct body *b, struct ask_in *in)
{
    json_t *document = NULL;

    body_text(b, "name", BODY_OPTIONAL, 1, CUSTOMER_NAME_MAX, &in->ask.name);
    body_text(b, "phone", BODY_OPTIONAL, 1, CONTACT_TYPED_MAX, &in->phone);
    body_object(b, "document", BODY_OPTIONAL, &document);
    if (document) {
        struct body inner = {.call = b->call, .object = document, .prefix = "document"};

        body_word(&inner, "kind", BODY_REQUIRED, contact_codes + 1, &in->ask.document_kind);
        body_text(&inner, "number", BODY_REQUIRED, 1, CONTACT_TYPED_MAX, &in->ask.document);
        (void)body_end(&inner); /* the outer one tells */
    }
    in->ask.phones = &in->phone;
    in->ask.n_phones = in->phone ? 1 : 0;
    if (!in->phone && !document)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "phone", "field", "phone", NULL);
}

int api_customer_check(struct call *call)
{
    struct entry_answer answer;
    struct ask_in in = {.phone = NULL};
    struct body b;
    int r = call_param_id(call, 0, &in.ask.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ask(&b, &in);
    r = body_end(&b);
    if (r == 0)
        r = duplicate_check(&call->tx, &in.ask, &answer);
    if (r < 0)
        return r;
    call->reply.body = json_object();
    set_bool(call->reply.body, "exists", answer.exists);
    set_text(call->reply.body, "effect", effects[answer.effect]);
    set_bool(call->reply.body, "owned", answer.owned);
    set_text_or_null(call->reply.body, "owner", answer.owner);
    set_int_or_null(call->reply.body, "protected_until_ms", answer.protected_until_ms);
    return call->reply.body ? 0 : -ENOMEM;
}

int entry_check(struct call *call, struct entry_in *in, const struct customer_new *c)
{
    struct duplicate_ask ask = {.name = c->name,
                                .phones = c->phones,
                                .n_phones = c->n_phones,
                                .document_kind = c->document_kind,
                                .document = c->document};
    int r = ownership_project(&call->tx, in->project_id, &in->project_id);

    ask.project_id = in->project_id;
    return r < 0 || !ask.project_id ? r
                                    : duplicate_need_none(&call->tx, &ask, in->accept_duplicate);
}

/* ---- cases ---- */

static json_t *case_json(const struct collision_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "name", row->name);
    set_text(o, "claimant", row->claimant);
    set_text_or_null(o, "holder", row->holder);
    set_text(o, "claim", row->claim);
    set_int(o, "opened_ms", row->opened_ms);
    set_text_or_null(o, "outcome", row->outcome);
    set_text_or_null(o, "decided_by", row->decided_by);
    set_int_or_null(o, "decided_ms", row->decided_ms);
    set_text(o, "note", row->note);
    set_bool(o, "may_decide", row->may_decide);
    return o;
}

static int case_add(void *arg, const struct collision_row *row)
{
    return items_add(arg, case_json(row));
}

static int fact_add(void *arg, const struct collision_fact *fact)
{
    json_t *o = json_object();

    set_text(o, "side", fact->side);
    set_text(o, "kind", fact->kind);
    json_object_set_new(o, "at_ms", fact->counted ? json_null() : json_integer(fact->at_ms));
    json_object_set_new(o, "count", fact->counted ? json_integer(fact->count) : json_null());
    return items_add(arg, o);
}

static int reply_case(struct call *call, int64_t id, int status)
{
    json_t *items = json_array(), *facts = json_array();
    int r = collision_get(&call->tx, id, case_add, items);

    if (r == 0)
        r = collision_facts(call->tx.db, id, fact_add, facts);
    if (r == 0)
        json_object_set(json_array_get(items, 0), "facts", facts);
    json_decref(facts);
    return reply_first(call, items, r, status, "collisions");
}

int api_collision_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_case(call, id, 200);
}

static int case_page_add(void *arg, const struct collision_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->id, 0) ? items_add(page->items, case_json(row)) : 0;
}

int api_collision_list(struct call *call)
{
    int64_t project_id = 0, open = 0;
    struct page page;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_query_int(call, "open", 0, 1, 0, &open);
    if (r == 0)
        r = page_begin(call, 1, COLLISION_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = collision_scan(&call->tx, project_id, open != 0, page.at[0], page_limit(&page),
                       case_page_add, &page);
    return page_reply(call, &page, r);
}

int api_collision_open(struct call *call)
{
    struct ask_in in = {.phone = NULL};
    const char *claim = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &in.ask.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ask(&b, &in);
    body_text(&b, "claim", BODY_REQUIRED, 1, COLLISION_TEXT_MAX, &claim);
    r = body_end(&b);
    if (r == 0)
        r = collision_open(&call->tx, &in.ask, claim, &id);
    return r < 0 ? r : reply_case(call, id, 201);
}

int api_collision_decide(struct call *call)
{
    static const char *const outcomes[] = {"holder", "claimant", NULL};
    const char *note = NULL;
    int64_t id = 0, version = 0;
    int outcome = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_choice(&b, "outcome", BODY_REQUIRED, outcomes, &outcome);
    body_text(&b, "note", BODY_REQUIRED, 1, COLLISION_TEXT_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = collision_decide(&call->tx, id, version, outcome == 1, note);
    return r < 0 ? r : reply_case(call, id, 200);
}
