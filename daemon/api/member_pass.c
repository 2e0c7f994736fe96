/* member_pass.c - what a member sees at a kiosk, by the card alone and after card and PIN (MB-14,
 * MB-16, AS-06).
 *
 * The page has a swipe's id (swipe.h), never the card's code. By it alone it learns what the card
 * alone may show. With it nobody tries out cards: an id is random, of one terminal, of its last
 * swipe, and good for two minutes; of any other the answer is the same 404. Who wants to know of a
 * card must hold it to that reader. With the PIN the page opens a pass in the
 * terminal's own session (session.h), which is all the right that the kiosk has to this data: it
 * names no member and no card, and sees the one whose pass it is.
 *
 * A PIN is compared on a slow thread, and what came of it kept on the writer's, as at the log-in.
 * The answer is the same, and takes the same time, whether the card is unknown, lost, without a
 * PIN, or the PIN wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/http/session.h"
#include "daemon/swipe.h"
#include "db/clock.h"
#include "db/day.h"
#include "db/default_name.h"
#include "db/fund.h"
#include "db/member.h"
#include "db/own_deal.h"
#include "db/points.h"
#include "db/state.h"

enum { PIN_TYPED_MAX = 20, LINES_SHOWN = 50 };

/* What the slow thread found, for the writer. */
struct attempt {
    char code[CARD_TEXT];
    struct member_secret secret;
    bool known, right, locked;
};

/* The right alone does not make a terminal of somebody, and a user's session has no passes. */
static int need_terminal(struct call *call)
{
    if (call->id->actor.kind == ACTOR_TERMINAL)
        return 0;
    return fault_set(call->tx.fault, FAULT_DENIED, "right", rights[RIGHT_TERMINAL_SELF].zh, NULL);
}

static int refuse_rate(struct call *call, enum fault_code code, unsigned seconds)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", seconds);
    call->reply.retry_after = seconds;
    return fault_set(call->tx.fault, code, "seconds", text, NULL);
}

/* ---- what is seen ---- */

static int line_add(void *arg, const struct points_line *line)
{
    json_t *o = json_object();

    set_int(o, "points", line->points);
    set_int(o, "left", line->left);
    set_int(o, "at_ms", line->at_ms);
    set_int_or_null(o, "expires_ms", line->expires_ms);
    return items_add(arg, o);
}

static int member_take(void *arg, const struct member_row *row)
{
    json_t *o = arg;

    set_text(o, "name", row->name);
    set_text(o, "level", row->level);
    set_int(o, "points", row->points);
    return 0;
}

static int step_add(void *arg, const struct own_step *step)
{
    json_t *o = json_object();

    set_text(o, "name_zh", default_name_in(step->name, LANG_ZH));
    set_text(o, "name_en", default_name_in(step->name, LANG_EN));
    set_text_or_null(o, "due_date", step->due_date);
    set_int_or_null(o, "done_ms", step->done_ms);
    return items_add(arg, o);
}

static int due_add(void *arg, const struct receivable_row *row)
{
    const enum fund fund = fund_find(row->fund);
    json_t *o;

    if (fund == FUND_COUNT)
        return -EBADMSG;
    o = json_object();
    set_text(o, "fund_zh", funds[fund].zh);
    set_text(o, "fund_en", funds[fund].en);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "open_fen", row->amount_fen - row->received_fen);
    set_text_or_null(o, "due_date", row->due_date);
    set_bool(o, "overdue", strcmp(row->state, "overdue") == 0);
    set_bool(o, "loan", row->loan);
    return items_add(arg, o);
}

struct units {
    struct tx *tx;
    json_t *items;
};

static int unit_add(void *arg, const struct own_deal *deal)
{
    const struct state_info *stage = state_info(deal->stage);
    json_t *o = json_object(), *steps = json_array(), *dues = json_array();
    struct units *units = arg;
    char today[DAY_TEXT];
    int r = own_step_each(units->tx, deal->id, step_add, steps);

    day_of(units->tx->now_ms, today);
    if (r == 0)
        r = own_due_each(units->tx, deal->id, today, due_add, dues);
    set_text(o, "project", deal->project);
    set_text(o, "unit", deal->unit);
    set_text(o, "stage_zh", stage->zh);
    set_text(o, "stage_en", stage->en);
    set_int(o, "total_fen", deal->total_fen);
    set_int(o, "received_fen", deal->received_fen);
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "dues", dues);
    if (r < 0) {
        json_decref(o);
        return r;
    }
    return items_add(units->items, o);
}

static int reply_pane(struct call *call, int64_t member_id)
{
    json_t *o = json_object(), *lines = json_array();
    struct units units = {&call->tx, json_array()};
    int r = member_get(&call->tx, member_id, member_take, o);

    if (r == 0)
        r = points_scan(&call->tx, member_id, 0, LINES_SHOWN, line_add, lines);
    if (r == 0)
        r = own_deal_each(&call->tx, member_id, unit_add, &units);
    json_object_set_new(o, "lines", lines);
    json_object_set_new(o, "units", units.items);
    set_int(o, "idle_s", PASS_IDLE_MS / 1000);
    if (r < 0) {
        json_decref(o);
        return r;
    }
    call->reply.body = o;
    return o ? 0 : -ENOMEM;
}

/* ---- the card alone ---- */

struct seen {
    const char *card; /* unknown, member, ended */
    int64_t member_id;
};

static int card_take(void *arg, const struct card_row *row)
{
    struct seen *seen = arg;

    seen->card = strcmp(row->state, "issued") == 0 ? "member" : "ended";
    seen->member_id = row->member_id;
    return 0;
}

static int card_member_take(void *arg, const struct member_row *row)
{
    json_t *o = arg;

    set_text(o, "name", row->name);
    set_int(o, "points", row->points);
    set_text(o, "pin", row->pin_locked_until_ms ? "locked" : row->has_pin ? "set" : "none");
    set_int(o, "pin_tries", row->pin_tries);
    set_int_or_null(o, "pin_locked_until_ms", row->pin_locked_until_ms);
    return 0;
}

int api_swipe_get(struct call *call)
{
    static const char *const of_members[] = {"name", "points", "pin", "pin_tries",
                                             "pin_locked_until_ms"};
    struct seen seen = {.card = "unknown"};
    char code[CARD_TEXT];
    unsigned wait;
    json_t *o;
    int r = need_terminal(call);

    if (r < 0)
        return r;
    wait = swipe_look(call->app->swipes, call->id->actor.id, clock_boot_ms());
    if (wait)
        return refuse_rate(call, FAULT_SWIPE_RATE, wait);
    if (swipe_find(call->app->swipes, swipe_terminal(call->id->actor.id), call->param[0],
                   clock_boot_ms(), code) < 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    r = card_find(&call->tx, code, card_take, &seen);
    if (r < 0)
        return r;
    o = json_object();
    set_text(o, "card", seen.card);
    for (size_t i = 0; i < sizeof(of_members) / sizeof(*of_members); i++)
        json_object_set_new(o, of_members[i], json_null());
    r = strcmp(seen.card, "member") == 0
            ? member_get(&call->tx, seen.member_id, card_member_take, o)
            : 0;
    call->reply.body = o;
    return r < 0 ? r : o ? 0 : -ENOMEM;
}

/* ---- opening ---- */

static int open_read(struct call *call, char code[CARD_TEXT], const char **ret_pin)
{
    const char *swipe = NULL;
    struct body b;
    int r = need_terminal(call);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "swipe", BODY_REQUIRED, 1, SWIPE_ID_TEXT - 1, &swipe);
    body_text(&b, "pin", BODY_REQUIRED, 1, PIN_TYPED_MAX, ret_pin);
    r = body_end(&b);
    if (r < 0)
        return r;
    if (swipe_find(call->app->swipes, swipe_terminal(call->id->actor.id), swipe, clock_boot_ms(),
                   code) < 0)
        return fault_set(call->tx.fault, FAULT_SWIPE_GONE, NULL);
    return 0;
}

int api_member_pass_open_prepare(struct call *call)
{
    const char *pin = NULL, *hash;
    struct attempt *a = calloc(1, sizeof(*a));
    unsigned wait;
    int r = a ? 0 : -ENOMEM;

    free(call->prepared);
    call->prepared = a;
    if (r == 0)
        r = open_read(call, a->code, &pin);
    wait = r == 0 ? swipe_pin(call->app->swipes, call->id->actor.id, clock_boot_ms()) : 0;
    if (wait)
        r = refuse_rate(call, FAULT_PIN_RATE, wait);
    if (r == 0)
        r = member_secret_find(call->tx.db, a->code, &a->secret);
    if (r < 0)
        return r;
    a->known = r > 0;
    a->locked = a->known && a->secret.locked_until_ms > call->tx.now_ms;
    if (a->locked)
        return 0;
    hash = a->known && a->secret.pin_hash[0] ? a->secret.pin_hash : NULL;
    a->right = password_matches(hash, pin);
    return 0;
}

static int refuse_locked(struct call *call, int64_t until_ms)
{
    const int64_t left = until_ms - call->tx.now_ms;
    char minutes[24];

    snprintf(minutes, sizeof(minutes), "%" PRId64, left > 0 ? (left + 59999) / 60000 : 1);
    call->reply.retry_after = left > 0 ? (unsigned)((left + 999) / 1000) : 60;
    fault_set(call->tx.fault, FAULT_PIN_LOCKED, "minutes", minutes, NULL);
    return 0;
}

/* What a refusal writes stays: a handler that returns 0 with a fault set is committed. */
static int open_refuse(struct call *call, const struct attempt *a)
{
    int64_t until = 0;
    int r = a->known ? member_pin_failed(&call->tx, &a->secret, &until) : 0;

    if (r < 0)
        return r;
    if (until)
        return refuse_locked(call, until);
    fault_set(call->tx.fault, FAULT_PIN_WRONG, NULL);
    return 0;
}

/* Who left during the hash, or swiped another card, must not leave a pass behind: whoever ends one
 * makes the swipe another first, and here the swipe is looked for after the pass is given. */
static int pass_give(struct call *call, int64_t member_id)
{
    struct sessions *sessions = call->app->sessions;
    char code[CARD_TEXT];
    const char *pin;
    int r = session_pass_give(sessions, call->id->session, member_id, clock_boot_ms());

    if (r == -ENOENT)
        return fault_set(call->tx.fault, FAULT_PASS_ENDED, NULL);
    if (r == 0)
        r = open_read(call, code, &pin);
    if (r < 0)
        session_pass_end(sessions, call->id->session);
    return r;
}

int api_member_pass_open(struct call *call)
{
    const struct attempt *a = call->prepared;
    struct member_secret now;
    int r;

    if (a->locked)
        return refuse_locked(call, a->secret.locked_until_ms);
    if (!a->right)
        return open_refuse(call, a);
    /* Much may have happened since the hash began: the card lost, the PIN another. */
    r = member_secret_find(call->tx.db, a->code, &now);
    if (r < 0)
        return r;
    if (r > 0 && now.locked_until_ms > call->tx.now_ms)
        return refuse_locked(call, now.locked_until_ms);
    if (r == 0 || now.card_id != a->secret.card_id || strcmp(now.pin_hash, a->secret.pin_hash) != 0)
        return open_refuse(call, a);
    r = member_pin_done(&call->tx, &now);
    if (r == 0)
        r = reply_pane(call, now.member_id);
    if (r < 0)
        return r;
    return pass_give(call, now.member_id);
}

/* ---- using and ending ---- */

int api_member_pass_get(struct call *call)
{
    int64_t member_id = 0;
    int r = need_terminal(call);

    if (r < 0)
        return r;
    if (session_pass_find(call->app->sessions, call->id->session, clock_boot_ms(), &member_id) < 0)
        return fault_set(call->tx.fault, FAULT_PASS_ENDED, NULL);
    return reply_pane(call, member_id);
}

int api_member_pass_end(struct call *call)
{
    const char *swipe = call_query(call, "swipe");
    int r = need_terminal(call);

    if (r < 0)
        return r;
    if (swipe)
        swipe_drop(call->app->swipes, swipe_terminal(call->id->actor.id), swipe);
    session_pass_end(call->app->sessions, call->id->session);
    return 0;
}
