/* contract.c - around a contract: what was shown, its review, its countersign sheet, where the
 * paper is (SF-27, SF-34, SF-36, SF-37). */
#include "db/contract.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

enum { SHOWINGS_MAX = 20, SHOWINGS_TEXT = SHOWINGS_MAX * 42 };

/* ---- out ---- */

static int line_add(void *arg, const struct contract_line *line)
{
    struct rows_out *a = arg;
    json_t *o = json_object();

    set_text(o, "code", line->code);
    set_text(o, "name", a->call->lang == LANG_EN ? line->en : line->zh);
    set_bool(o, "done", line->done);
    set_bool(o, "ok", line->ok);
    set_text(o, "note", line->note);
    set_text_or_null(o, "actor", line->actor);
    set_int_or_null(o, "at_ms", line->at_ms);
    return items_add(a->items, o);
}

static int place_add(void *arg, const struct contract_place *place)
{
    json_t *o = json_object();

    set_text(o, "holder", place->holder);
    set_text(o, "note", place->note);
    set_text(o, "actor", place->actor);
    set_int(o, "at_ms", place->at_ms);
    return items_add(arg, o);
}

static int list_set(struct call *call, json_t *o, const char *name, int64_t deal_id,
                    enum contract_list list)
{
    struct rows_out adding = {call, json_array()};

    json_object_set_new_nocheck(o, name, adding.items);
    return contract_each(&call->tx, deal_id, list, line_add, &adding);
}

static int sheet_fill(struct call *call, json_t *o, int64_t deal_id)
{
    json_t *places = json_array();
    int64_t document_id = 0;
    int r = contract_document(&call->tx, deal_id, &document_id);

    set_int_or_null(o, "document_id", document_id);
    json_object_set_new_nocheck(o, "places", places);
    if (r == 0)
        r = list_set(call, o, "showings", deal_id, CONTRACT_SHOWINGS);
    if (r == 0)
        r = list_set(call, o, "checks", deal_id, CONTRACT_CHECKS);
    if (r == 0)
        r = list_set(call, o, "signers", deal_id, CONTRACT_SIGNERS);
    if (r == 0 && document_id)
        r = contract_place_each(&call->tx, document_id, place_add, places);
    return r;
}

static int reply_sheet(struct call *call, int64_t deal_id)
{
    json_t *o = json_object();
    int r = o ? sheet_fill(call, o, deal_id) : -ENOMEM;

    if (r < 0)
        json_decref(o);
    else
        call->reply.body = o;
    return r;
}

int api_contract_get(struct call *call)
{
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    return r < 0 ? r : reply_sheet(call, deal_id);
}

/* ---- in ---- */

int api_contract_show(struct call *call)
{
    char items[SHOWINGS_TEXT] = "";
    struct body b;
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_codes(&b, "items", BODY_REQUIRED, SHOWINGS_MAX, items, sizeof(items));
    r = body_end(&b);
    for (char *item = items, *rest = items; r == 0 && rest && *rest; item = rest) {
        rest = strchr(item, ' ');
        if (rest)
            *rest++ = '\0';
        r = contract_show(&call->tx, deal_id, item);
    }
    return r < 0 ? r : reply_sheet(call, deal_id);
}

int api_contract_check(struct call *call)
{
    const char *item = NULL, *note = NULL;
    bool ok = false;
    struct body b;
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "item", BODY_REQUIRED, 1, 40, &item);
    body_bool(&b, "ok", BODY_REQUIRED, &ok);
    body_text(&b, "note", BODY_OPTIONAL, 0, 400, &note);
    r = body_end(&b);
    if (r == 0)
        r = contract_check(&call->tx, deal_id, item, ok, note);
    return r < 0 ? r : reply_sheet(call, deal_id);
}

int api_contract_sign(struct call *call)
{
    const char *signer = NULL, *note = NULL;
    struct body b;
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "signer", BODY_REQUIRED, 1, 40, &signer);
    body_text(&b, "note", BODY_OPTIONAL, 0, 200, &note);
    r = body_end(&b);
    if (r == 0)
        r = contract_sign(&call->tx, deal_id, signer, note);
    return r < 0 ? r : reply_sheet(call, deal_id);
}

/* ---- the paper ---- */

static int reply_places(struct call *call, int64_t document_id)
{
    json_t *items = json_array();
    int r = contract_place_each(&call->tx, document_id, place_add, items);

    return reply_items(call, items, r);
}

int api_document_place_list(struct call *call)
{
    int64_t document_id;
    int r = call_param_id(call, 0, &document_id);

    return r < 0 ? r : reply_places(call, document_id);
}

int api_document_hand(struct call *call)
{
    const char *holder = NULL, *note = NULL;
    int64_t document_id, user_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &document_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "holder", BODY_REQUIRED, 1, 60, &holder);
    body_int_or_null(&b, "user_id", 1, INT64_MAX, &user_id);
    body_text(&b, "note", BODY_OPTIONAL, 0, 200, &note);
    r = body_end(&b);
    if (r == 0)
        r = contract_hand(&call->tx, document_id, holder, user_id, note);
    return r < 0 ? r : reply_places(call, document_id);
}
