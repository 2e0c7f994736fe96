/* card.c - cards at the counter: who a card is (CU-25), issue, loss, replacement, return (MB-01,
 * MB-03). */
#include "db/card.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/member.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/swipe.h"
#include "db/clock.h"
#include "db/sight.h"

enum { TYPED_MAX = 60 };

/* ---- out ---- */

json_t *card_json(const struct card_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "member_id", row->member_id);
    set_text(o, "state", row->state);
    set_text(o, "shown", row->shown);
    set_text(o, "terms", row->terms);
    set_text(o, "issued_by", row->issued_by);
    set_int(o, "issued_ms", row->issued_ms);
    set_int_or_null(o, "lost_ms", row->lost_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    set_int_or_null(o, "replaced_by", row->replaced_by);
    return o;
}

static int card_add(void *arg, const struct card_row *row)
{
    return items_add(arg, card_json(row));
}

static int reply_card(struct call *call, int64_t card_id, int status)
{
    json_t *items = json_array();
    int r = card_get(&call->tx, card_id, card_add, items);

    r = reply_first(call, items, r, status, "cards");
    call->reply.location[0] = '\0'; /* a card has no address of its own */
    return r;
}

/* ---- in ---- */

/* A swipe at this machine, or at a reader that the caller had borrowed (reader.c). */
static int swipe_code(struct call *call, const char *swipe, char code[CARD_TEXT])
{
    const struct actor *actor = call->tx.actor;
    const struct swipe_place places[] = {
        swipe_terminal(call->id->terminal_id),
        swipe_user(actor->kind == ACTOR_USER ? actor->id : 0),
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (swipe_find(call->app->swipes, places[i], swipe, clock_boot_ms(), code) == 0)
            return 0;
    return fault_set(call->tx.fault, FAULT_SWIPE_GONE, NULL);
}

int body_card(struct body *b, bool terms, char code[CARD_TEXT], struct card_new *ret_card)
{
    const char *swipe = NULL;

    body_text(b, "code", body_has(b, "swipe") ? BODY_OPTIONAL : BODY_REQUIRED, 1, TYPED_MAX,
              &ret_card->code);
    body_text(b, "swipe", BODY_OPTIONAL, 1, SWIPE_ID_TEXT - 1, &swipe);
    body_text(b, "number", BODY_OPTIONAL, 1, CARD_PRINTED_MAX, &ret_card->number);
    if (terms)
        body_text(b, "terms", BODY_REQUIRED, 1, CARD_TERMS_MAX, &ret_card->terms);
    if (!swipe)
        return 0;
    ret_card->code = code;
    return swipe_code(b->call, swipe, code);
}

/* ---- who is it ---- */

struct found {
    json_t *card;
    int64_t member_id;
};

static int card_take(void *arg, const struct card_row *row)
{
    struct found *found = arg;

    found->card = card_json(row);
    found->member_id = row->member_id;
    return found->card ? 0 : -ENOMEM;
}

/* By a swipe, by what a reader would read, or by a number that somebody types. */
static int card_asked(struct call *call, struct found *found)
{
    const char *swipe = call_query(call, "swipe"), *code = call_query(call, "code");
    const char *number = call_query(call, "number");
    char form[CARD_TEXT];
    int r = swipe ? swipe_code(call, swipe, form) : 0;

    if (r == 0 && !swipe && code)
        r = card_code_form(call->tx.fault, code, form);
    if (r == 0 && (swipe || code))
        return card_find(&call->tx, form, card_take, found);
    if (r == 0 && !number) {
        fault_item(call->tx.fault, FAULT_FIELD_MISSING, 0, "number", "field", "number", NULL);
        return fault_fields_refused(call->tx.fault);
    }
    if (r == 0)
        r = card_number_form(call->tx.fault, number, form);
    return r < 0 ? r : card_find_number(&call->tx, form, card_take, found);
}

int api_card_find(struct call *call)
{
    struct found found = {.card = NULL};
    json_t *member = NULL;
    int r = card_asked(call, &found);

    if (r == 0)
        r = fault_set(call->tx.fault, FAULT_CARD_UNKNOWN, NULL);
    if (r > 0)
        r = member_json(call, found.member_id, &member);
    if (r < 0) {
        json_decref(found.card);
        return r;
    }
    call->reply.body = json_pack("{s:o, s:o}", "card", found.card, "member", member);
    return call->reply.body ? 0 : -ENOMEM;
}

/* ---- what is done with it ---- */

int api_card_issue(struct call *call)
{
    struct card_new card = {.code = NULL};
    int64_t customer_id = 0, id = 0;
    char code[CARD_TEXT];
    struct body b;
    int r = call_param_id(call, 0, &customer_id), swiped;

    if (r < 0)
        return r;
    body_begin(&b, call);
    swiped = body_card(&b, true, code, &card);
    r = body_end(&b);
    if (r == 0)
        r = swiped;
    if (r == 0)
        r = sight_need(&call->tx, customer_id);
    if (r == 0)
        r = card_issue(&call->tx, customer_id, &card, &id);
    return r < 0 ? r : reply_card(call, id, 201);
}

int api_card_replace(struct call *call)
{
    struct card_new card = {.code = NULL};
    const char *reason = NULL;
    int64_t id = 0, next = 0;
    char code[CARD_TEXT];
    struct body b;
    int r = call_param_id(call, 0, &id), swiped;

    if (r < 0)
        return r;
    body_begin(&b, call);
    swiped = body_card(&b, false, code, &card);
    body_text(&b, "reason", BODY_REQUIRED, 1, CARD_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = swiped;
    if (r == 0)
        r = card_replace(&call->tx, id, &card, reason, &next);
    return r < 0 ? r : reply_card(call, next, 201);
}

static int card_end(struct call *call, int (*end)(struct tx *tx, int64_t id, const char *reason))
{
    const char *reason = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, CARD_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = end(&call->tx, id, reason);
    return r < 0 ? r : reply_card(call, id, 200);
}

int api_card_lose(struct call *call)
{
    return card_end(call, card_lose);
}

int api_card_return(struct call *call)
{
    return card_end(call, card_return);
}
