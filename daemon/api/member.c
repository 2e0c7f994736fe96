/* member.c - members for staff: level, points, PIN (MB-02, MB-15). What a member sees at a kiosk is
 * in member_pass.c. */
#include "db/member.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/member.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/points.h"
#include "db/sight.h"

enum { PAGE_MAX = 200, PAGE_DEFAULT = 50, PIN_TYPED_MAX = 20 };

/* ---- the Member ---- */

static int card_add(void *arg, const struct card_row *row)
{
    return items_add(arg, card_json(row));
}

struct member_out {
    struct call *call;
    json_t *o;
};

static int member_take(void *arg, const struct member_row *row)
{
    const struct member_out *out = arg;
    json_t *o = out->o;
    int64_t customer_id = 0;
    int r = sight_id(&out->call->tx, row->customer_id, &customer_id);

    if (r < 0)
        return r;
    set_int_or_null(o, "customer_id", customer_id);
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_text(o, "level", row->level);
    set_int(o, "joined_ms", row->joined_ms);
    set_int(o, "points", row->points);
    set_int_or_null(o, "points_due_ms", row->points_due_ms);
    set_bool(o, "has_pin", row->has_pin);
    set_int_or_null(o, "pin_locked_until_ms", row->pin_locked_until_ms);
    return 0;
}

int member_json(struct call *call, int64_t member_id, json_t **ret_member)
{
    json_t *o = json_object(), *cards = json_array();
    struct member_out out = {call, o};
    int r = member_get(&call->tx, member_id, member_take, &out);

    if (r == 0)
        r = card_each(&call->tx, member_id, card_add, cards);
    if (json_object_set_new(o, "cards", cards) < 0 && r == 0)
        r = -ENOMEM;
    if (r < 0) {
        json_decref(o);
        return r;
    }
    *ret_member = o;
    return 0;
}

int reply_member(struct call *call, int64_t member_id, int status)
{
    call->reply.status = status;
    return member_json(call, member_id, &call->reply.body);
}

static int customer_take(void *arg, const struct member_row *row)
{
    *(int64_t *)arg = row->customer_id;
    return 0;
}

/* A member is as visible as the customer; a card at the counter shows its holder to anybody there,
 * but for who he is as a customer (api_card_find). */
static int member_need_seen(struct call *call, int64_t member_id)
{
    int64_t customer_id = 0;
    int r = member_get(&call->tx, member_id, customer_take, &customer_id);

    return r < 0 ? r : sight_need(&call->tx, customer_id);
}

int api_member_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = member_need_seen(call, id);
    return r < 0 ? r : reply_member(call, id, 200);
}

int api_member_update(struct call *call)
{
    const char *level = NULL;
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_word(&b, "level", BODY_REQUIRED, member_levels, &level);
    r = body_end(&b);
    if (r == 0)
        r = member_level_set(&call->tx, id, version, level);
    return r < 0 ? r : reply_member(call, id, 200);
}

/* ---- the PIN ---- */

static int pin_read(struct call *call, int64_t *ret_id, int64_t *ret_version, const char **ret_pin)
{
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, ret_version);
    body_text(&b, "pin", BODY_REQUIRED, 1, PIN_TYPED_MAX, ret_pin);
    return body_end(&b);
}

int api_member_pin_set_prepare(struct call *call)
{
    const char *pin = NULL;
    int64_t id = 0, version = 0;
    char *hash;
    int r = pin_read(call, &id, &version, &pin);

    if (r == 0)
        r = member_pin_check(call->tx.fault, pin);
    if (r < 0)
        return r;
    hash = malloc(PASSWORD_HASH_TEXT);
    r = hash ? password_hash(pin, hash) : -ENOMEM;
    if (r < 0) {
        free(hash);
        return r;
    }
    free(call->prepared);
    call->prepared = hash;
    return 0;
}

int api_member_pin_set(struct call *call)
{
    const char *pin = NULL;
    int64_t id = 0, version = 0;
    int r = pin_read(call, &id, &version, &pin);

    if (r == 0)
        r = member_pin_set(&call->tx, id, version, call->prepared);
    return r < 0 ? r : reply_member(call, id, 200);
}

int api_member_pin_unlock(struct call *call)
{
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    if (r == 0)
        r = member_pin_unlock(&call->tx, id, version);
    return r < 0 ? r : reply_member(call, id, 200);
}

/* ---- points ---- */

static int line_add(void *arg, const struct points_line *line)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, line->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", line->id);
    set_int(o, "points", line->points);
    set_int(o, "left", line->left);
    set_text(o, "reason", line->reason);
    set_text(o, "actor", line->actor);
    set_int(o, "at_ms", line->at_ms);
    set_int_or_null(o, "expires_ms", line->expires_ms);
    set_int_or_null(o, "of_id", line->of_id);
    return items_add(page->items, o);
}

int api_points_list(struct call *call)
{
    struct page page;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = member_need_seen(call, id);
    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = points_scan(&call->tx, id, page.at[0], page_limit(&page), line_add, &page);
    return page_reply(call, &page, r);
}

int api_points_adjust(struct call *call)
{
    const char *reason = NULL;
    int64_t id = 0, points = 0, expires_ms = 0, after = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "points", BODY_REQUIRED, -POINTS_MAX, POINTS_MAX, &points);
    body_text(&b, "reason", BODY_REQUIRED, 1, POINTS_REASON_MAX, &reason);
    body_int(&b, "expires_ms", BODY_OPTIONAL, 1, INT64_MAX, &expires_ms);
    if (json_is_integer(json_object_get(call->body, "points")) && points == 0)
        fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, "points", "field", "points", NULL);
    r = body_end(&b);
    if (r == 0)
        r = points_adjust(&call->tx, id, points, reason, expires_ms, &after);
    return r < 0 ? r : reply_member(call, id, 201);
}
