/* link.c - take-home links and their codes (SC-23, DV-05). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/media.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "daemon/chart/json_write.h"
#include "daemon/link.h"
#include "daemon/qr.h"
#include "db/clock.h"
#include "db/link_revocation.h"
#include "db/publication.h"

enum { URL_SIZE = 400, QR_MODULE_PX = 8 };
#define STEP_MS INT64_C(300000)

struct made {
    char url[URL_SIZE];
    char code[LINK_CODE_TEXT];
    int64_t expires_ms;
};

/* The link of the unit in the live publication; LINK_NO_ADDRESS when phones could not open it. */
static int link_of_call(struct call *call, struct made *ret_made)
{
    const struct published_unit *u;
    struct snapshot_head head;
    struct snapshot *s;
    char token[LINK_TOKEN_TEXT], state;
    int64_t now = clock_wall_ms() / STEP_MS * STEP_MS;
    struct link link;
    int r = public_unit_of_call(call, &s, &u, &state);

    if (r < 0)
        return r;
    snapshot_get_head(s, &head);
    link = (struct link){.unit_id = u->unit_id,
                         .publication_id = head.publication_id,
                         .issued_ms = now,
                         .expires_ms =
                             now + strtoll(snapshot_project_field(s, 19), NULL, 10) * DAY_MS};
    snapshot_unref(s);
    if (!call->app->config->public_address[0])
        return fault_set(call->tx.fault, FAULT_LINK_NO_ADDRESS, NULL);
    link_make(call->app->link_key, &link, token, ret_made->code);
    snprintf(ret_made->url, sizeof(ret_made->url), "%s/u/%s", call->app->config->public_address,
             token);
    ret_made->expires_ms = link.expires_ms;
    return 0;
}

/* Without an address the kiosk must say so and why: that is an answer, not an error. */
int api_public_link(struct call *call)
{
    struct made made;
    char reason[256];
    int r = link_of_call(call, &made);

    if (r == -EREFUSED && call->tx.fault->code == FAULT_LINK_NO_ADDRESS) {
        fault_render(FAULT_LINK_NO_ADDRESS, NULL, 0, call->lang, reason, sizeof(reason));
        fault_clear(call->tx.fault);
        call->reply.body =
            json_pack("{s:n, s:n, s:n, s:s}", "url", "short_code", "expires_ms", "reason", reason);
        return call->reply.body ? 0 : -ENOMEM;
    }
    if (r < 0)
        return r;
    call->reply.body = json_pack("{s:s, s:s, s:I}", "url", made.url, "short_code", made.code,
                                 "expires_ms", (json_int_t)made.expires_ms);
    return call->reply.body ? 0 : -ENOMEM;
}

static int reply_svg(struct call *call, const char *url)
{
    struct buf out = {0};
    int r = qr_svg(url, &out);

    if (r < 0) {
        buf_free(&out);
        return r;
    }
    call->reply.content_type = "image/svg+xml";
    return reply_buf(call, &out);
}

int api_public_qr_svg(struct call *call)
{
    struct made made;
    int r = link_of_call(call, &made);

    return r < 0 ? r : reply_svg(call, made.url);
}

/* The unit's tour stands on somebody else's site: a kiosk does not open it, a phone may. */
int api_public_vr_svg(struct call *call)
{
    const struct published_unit *u;
    struct snapshot *s;
    char state;
    int r = public_unit_of_call(call, &s, &u, &state);

    if (r < 0)
        return r;
    r = u->vr_url && u->vr_url[0] ? reply_svg(call, u->vr_url)
                                  : fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    snapshot_unref(s);
    return r;
}

int api_public_qr_png(struct call *call)
{
    struct buf out = {0};
    struct made made;
    int r = link_of_call(call, &made);

    if (r == 0)
        r = qr_png(made.url, QR_MODULE_PX, &out);
    if (r < 0) {
        buf_free(&out);
        return r;
    }
    call->reply.content_type = "image/png";
    return reply_buf(call, &out);
}

/* ---- opening one: anybody who holds it, wherever they are ---- */

struct opened {
    struct link link;
    struct snapshot *snapshot; /* of that unit alone, as approved */
};

static int link_opened(struct call *call, struct opened *ret_opened)
{
    char code[LINK_CODE_TEXT];
    int r;

    if (link_read(call->app->link_key, call->param[0], &ret_opened->link, code) < 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (ret_opened->link.expires_ms <= call->tx.now_ms)
        return fault_set(call->tx.fault, FAULT_LINK_GONE, NULL);
    r = link_is_revoked(call->tx.db, code, ret_opened->link.unit_id,
                        ret_opened->link.publication_id, ret_opened->link.issued_ms);
    if (r == 1)
        return fault_set(call->tx.fault, FAULT_LINK_GONE, NULL);
    if (r < 0)
        return r;
    return snapshot_of_publication(call->tx.db, ret_opened->link.publication_id,
                                   ret_opened->link.unit_id, 0, call->app->config->demo,
                                   &ret_opened->snapshot);
}

int api_link_open(struct call *call)
{
    const struct published_unit *u;
    struct opened opened = {0};
    struct buf out = {0};
    int64_t live = 0;
    char state;
    int r = link_opened(call, &opened);

    if (r < 0)
        return r;
    u = snapshot_unit(opened.snapshot, opened.link.unit_id, &state);
    if (u)
        r = publication_live(call->tx.db, snapshot_content(opened.snapshot)->project_id, &live);
    else
        r = fault_set(call->tx.fault, FAULT_LINK_GONE, NULL);
    if (r >= 0) {
        buf_puts(&out, "{\"unit\":");
        public_unit_write(opened.snapshot, u, state, &out);
        buf_puts(&out, ",\"project\":");
        snapshot_write_project(opened.snapshot, &out);
        json_member_text(&out, "complaint_phone", snapshot_complaint_phone(opened.snapshot));
        json_member_text(&out, "time_zone", call->app->config->time_zone);
        json_member_bool(&out, "superseded", live != opened.link.publication_id);
        json_member_int(&out, "expires_ms", opened.link.expires_ms);
        buf_puts(&out, ",\"states\":");
        chart_write_states(&out, false);
        buf_puts(&out, ",\"classes\":");
        chart_write_classes(&out);
        buf_puts(&out, "}");
        r = reply_buf(call, &out);
    }
    snapshot_unref(opened.snapshot);
    return r;
}

int api_link_media(struct call *call)
{
    struct opened opened = {0};
    bool shown;
    int r = link_opened(call, &opened);

    if (r < 0)
        return r;
    shown = media_is_published(snapshot_content(opened.snapshot), call->param[1]);
    snapshot_unref(opened.snapshot);
    if (!shown)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    return media_reply(call, call->param[1]);
}

/* ---- revoking ---- */

static json_t *revocation_json(const struct link_revocation *r)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:s}", "id", (json_int_t)r->id, "scope",
                     r->scope, "target", r->target, "reason", r->reason, "at_ms",
                     (json_int_t)r->at_ms, "by", r->actor, "by_name", r->actor_name);
}

static int revocation_add(void *arg, const struct link_revocation *r)
{
    return json_array_append_new(arg, revocation_json(r)) < 0 ? -ENOMEM : 0;
}

static int revocation_reply(void *arg, const struct link_revocation *r)
{
    struct call *call = arg;

    call->reply.status = 201;
    call->reply.body = revocation_json(r);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_link_revocation_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = link_revocation_list(&call->tx, project_id, 0, revocation_add, items);
    if (r < 0) {
        json_decref(items);
        return r;
    }
    call->reply.body = json_pack("{s:o}", "items", items);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_link_revoke(struct call *call)
{
    static const char *const scopes[] = {"link", "unit", "publication", "all", NULL};
    const char *code = "", *reason = "";
    int64_t project_id, unit_id = 0, publication_id = 0, id = 0;
    char target[32] = "";
    struct body b;
    int scope = 0, r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "scope", BODY_REQUIRED, scopes, &scope);
    body_text(&b, "short_code", scope == 0 ? BODY_REQUIRED : BODY_OPTIONAL, 9, 9, &code);
    body_int(&b, "unit_id", scope == 1 ? BODY_REQUIRED : BODY_OPTIONAL, 1, INT64_MAX, &unit_id);
    body_int(&b, "publication_id", scope == 2 ? BODY_REQUIRED : BODY_OPTIONAL, 1, INT64_MAX,
             &publication_id);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &reason);
    r = body_end(&b);
    if (r < 0)
        return r;
    if (scope == 0)
        snprintf(target, sizeof(target), "%s", code);
    else if (scope == 1 || scope == 2)
        snprintf(target, sizeof(target), "%" PRId64, scope == 1 ? unit_id : publication_id);
    r = link_revoke(&call->tx, project_id, scopes[scope], target, reason, &id);
    return r < 0 ? r : link_revocation_list(&call->tx, project_id, id, revocation_reply, call);
}
