/* terminal.c - the site's screens: pairing, signs of life, revocation, and their calls for
 * staff. */
#include "db/terminal.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "daemon/app.h"
#include "daemon/devices.h"
#include "daemon/http/feed.h"
#include "daemon/http/session.h"
#include "daemon/pairing.h"
#include "daemon/terminal_watch.h"
#include "db/alert.h"

enum { FRAME_MS_MAX = 600000 };

/* ---- list ---- */

struct listing {
    struct call *call;
    json_t *items;
};

static int terminal_add(void *arg, const struct terminal_row *row)
{
    struct listing *l = arg;
    struct terminal_sign sign;
    const char *link;
    json_t *terminal;

    terminals_last(l->call->app->terminals, row->id, &sign);
    link = terminal_link_text(terminal_link_of(&sign, l->call->tx.now_ms));
    terminal =
        json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s?}", "id", (json_int_t)row->id,
                  "kind", row->kind, "name", row->name, "project_id", id_json(row->project_id),
                  "paired_ms", id_json(row->paired_ms), "revoked_ms", id_json(row->revoked_ms),
                  "last_seen_ms", id_json(sign.seen_ms), "link", link, "page_version",
                  sign.page_version[0] ? sign.page_version : NULL);
    return json_array_append_new(l->items, terminal) < 0 ? -ENOMEM : 0;
}

int api_terminal_list(struct call *call)
{
    struct listing l = {call, json_array()};
    int r = terminal_scan(&call->tx, 0, terminal_add, &l);

    call->reply.body = json_pack("{s:o}", "items", l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

/* ---- pairing ---- */

int api_pairing_create(struct call *call)
{
    static const char *const kinds[] = {"kiosk", "counter", "screen", NULL};
    struct terminal_new terminal = {.name = NULL};
    char code[PAIRING_CODE_TEXT];
    int64_t id = 0, expires_ms = 0;
    struct body b;
    int kind = 0, r;

    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, kinds, &kind);
    body_text(&b, "name", BODY_REQUIRED, 1, TERMINAL_NAME_MAX, &terminal.name);
    body_int(&b, "project_id", BODY_OPTIONAL, 1, INT64_MAX, &terminal.project_id);
    r = body_end(&b);
    if (r < 0)
        return r;
    terminal.kind = kinds[kind];
    r = pairing_make(&call->tx, call->app->link_key, &terminal, code, &id, &expires_ms);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_pack("{s:s, s:I}", "code", code, "expires_ms", (json_int_t)expires_ms);
    return call->reply.body ? 0 : -ENOMEM;
}

static int identity_read(void *arg, const struct terminal_row *row)
{
    terminal_identity(row, arg);
    return 0;
}

static int pair_refuse(struct call *call)
{
    terminals_tried_wrong(call->app->terminals, call->tx.now_ms);
    fault_set(call->tx.fault, FAULT_PAIRING_CODE, NULL);
    return terminal_pair_failed(&call->tx, call->client_ip); /* its row is kept, see call.h */
}

/* The session begins with the commit: people_committed() puts it into the table. */
static int pair_accept(struct call *call, int64_t terminal_id, const char *token)
{
    struct tx all = call->tx;
    struct identity id;
    int r;

    all.actor = &actor_system;
    r = terminal_scan(&all, terminal_id, identity_read, &id);
    if (r >= 0)
        r = session_json(call, &id, &call->reply.body);
    if (r < 0)
        return r;
    session_cookie(SESSION_TERMINAL, call->over_tls, token, call->reply.cookie,
                   sizeof(call->reply.cookie));
    return 0;
}

static int refuse_rate(struct call *call, unsigned seconds)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", seconds);
    call->reply.retry_after = seconds;
    return fault_set(call->tx.fault, FAULT_RATE, "seconds", text, NULL);
}

int api_terminal_pair(struct call *call)
{
    uint8_t hash[TERMINAL_HASH], token_hash[SESSION_HASH];
    char token[SESSION_TOKEN_TEXT], code[PAIRING_CODE_TEXT];
    const char *typed = NULL;
    struct body b;
    int64_t id = 0;
    unsigned wait;
    int r;

    body_begin(&b, call);
    body_text(&b, "code", BODY_REQUIRED, 1, 40, &typed);
    r = body_end(&b);
    if (r < 0)
        return r;
    wait = terminals_try(call->app->terminals, call->tx.now_ms);
    if (wait)
        return refuse_rate(call, wait);
    if (pairing_code_read(typed, code) < 0)
        return pair_refuse(call);
    pairing_code_hash(call->app->link_key, code, hash);
    session_token_make(token, token_hash);
    r = terminal_pair(&call->tx, hash, token_hash, call->client_ip, &id);
    if (r == -EREFUSED)
        r = pair_refuse(call);
    else if (r == 0)
        r = pair_accept(call, id, token);
    sodium_memzero(token, sizeof(token));
    return r;
}

int api_terminal_revoke(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : terminal_revoke(&call->tx, id);
}

/* ---- what a terminal says ---- */

/* The right alone does not make a terminal of somebody. */
static int need_terminal(struct call *call)
{
    if (call->id->terminal_id)
        return 0;
    return fault_set(call->tx.fault, FAULT_DENIED, "right", rights[RIGHT_TERMINAL_SELF].zh, NULL);
}

/* The limit of the body counts characters. What takes more bytes than there is room for is none of
 * our pages' names, and cut it might not be text, which the list of terminals could not show. */
static void sign_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text && strlen(text) < size ? text : "");
}

int api_terminal_heartbeat(struct call *call)
{
    struct terminal_sign sign = {.seen_ms = call->tx.now_ms};
    const char *screen = NULL, *version = NULL;
    struct body b;
    bool reload;
    int r = need_terminal(call);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "screen", BODY_REQUIRED, 0, sizeof(sign.screen) - 1, &screen);
    body_int(&b, "frame_ms", BODY_REQUIRED, 0, FRAME_MS_MAX, &sign.frame_ms);
    body_int(&b, "chart_version", BODY_OPTIONAL, 0, INT64_MAX, &sign.chart_version);
    body_text(&b, "page_version", BODY_OPTIONAL, 0, sizeof(sign.page_version) - 1, &version);
    r = body_end(&b);
    if (r < 0)
        return r;
    sign_text(sign.screen, sizeof(sign.screen), screen);
    sign_text(sign.page_version, sizeof(sign.page_version), version);
    reload = terminals_beat(call->app->terminals, call->id->terminal_id, &sign);
    call->reply.body =
        json_pack("{s:I, s:b}", "now_ms", (json_int_t)call->tx.now_ms, "reload", reload);
    return call->reply.body ? 0 : -ENOMEM;
}

static void events_begun(struct call *call)
{
    if (call->app->devices)
        devices_reader_tell(call->app->devices, call->id->terminal_id);
}

/* What concerns this machine alone: how its readers are and swipes at them, passes that ended,
 * answered calls, its revocation. */
int api_terminal_events(struct call *call)
{
    int r = need_terminal(call);

    call->subscribed = events_begun;
    return r < 0 ? r : call_subscribe(call, feed_channel(FEED_TERMINAL, call->id->terminal_id));
}

/* ---- calls for staff ---- */

static int alert_add(void *arg, const struct alert_row *row)
{
    const struct listing *l = arg;
    json_t *alert = alert_json(l->call->app, row);

    return json_array_append_new(l->items, alert) < 0 ? -ENOMEM : 0;
}

static int alert_take(void *arg, const struct alert_row *row)
{
    struct call *call = arg;

    call->reply.body = alert_json(call->app, row);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_terminal_call(struct call *call)
{
    static const char *const reasons[] = {"help", "printer", "reader", "other", NULL};
    int64_t unit_id = 0, id = 0;
    struct body b;
    int reason = 0, raised, r = need_terminal(call);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "reason", BODY_REQUIRED, reasons, &reason);
    body_int(&b, "unit_id", BODY_OPTIONAL, 1, INT64_MAX, &unit_id);
    r = body_end(&b);
    if (r < 0)
        return r;
    raised = alert_raise(&call->tx, call->id->terminal_id, reasons[reason], unit_id, &id);
    if (raised < 0)
        return raised;
    call->reply.status = raised ? 201 : 200; /* 200: this call is open already */
    return alert_scan(&call->tx, id, alert_take, call);
}

int api_alert_list(struct call *call)
{
    struct listing l = {call, json_array()};
    int r = alert_scan(&call->tx, 0, alert_add, &l);

    call->reply.body = json_pack("{s:o}", "items", l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

int api_alert_answer(struct call *call)
{
    int64_t id = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = body_end(&b);
    if (r == 0)
        r = alert_answer(&call->tx, id);
    return r < 0 ? r : alert_scan(&call->tx, id, alert_take, call);
}
