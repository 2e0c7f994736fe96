/* user.c - user accounts, for those with user.edit (PA-02). Passwords are hashed on a slow
 * thread. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "daemon/app.h"
#include "daemon/http/session.h"
#include "db/user.h"

/* ---- the User ---- */

struct listing {
    struct call *call;
    json_t *items;
};

static int post_add(void *arg, int64_t post_id, const char *name)
{
    json_t *post = json_pack("{s:I, s:s}", "post_id", (json_int_t)post_id, "name", name);

    return json_array_append_new(arg, post) < 0 ? -ENOMEM : 0;
}

static int user_add(void *arg, const struct user_row *row)
{
    struct listing *l = arg;
    json_t *posts = json_array(), *user;
    int r = user_post_scan(l->call->tx.db, row->id, post_add, posts);

    user = json_pack("{s:I, s:I, s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "id", (json_int_t)row->id,
                     "version", (json_int_t)row->version, "login", row->login, "name", row->name,
                     "enabled", row->enabled, "must_change_password", row->must_change,
                     "locked_until_ms", id_json(row->locked_until_ms), "last_login_ms",
                     id_json(row->last_login_ms), "posts", posts);
    if (json_array_append_new(l->items, user) < 0)
        return -ENOMEM;
    return r;
}

/* The user as it is now, as the reply. */
static int reply_user(struct call *call, int64_t user_id)
{
    struct listing l = {call, json_array()};
    int r = user_scan(&call->tx, user_id, user_add, &l);

    if (r >= 0 && json_array_size(l.items) == 1)
        call->reply.body = json_incref(json_array_get(l.items, 0));
    json_decref(l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOENT;
}

int api_user_list(struct call *call)
{
    struct listing l = {call, json_array()};
    int r = user_scan(&call->tx, 0, user_add, &l);

    call->reply.body = json_pack("{s:o}", "items", l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

/* ---- a new one ---- */

struct new_in {
    const char *login, *name, *password;
    int64_t *post_ids;
    size_t n_posts;
};

/* In prepare and again in the handler: the body is the call's, the array is not. */
static int new_read(struct call *call, struct new_in *in)
{
    char form[USER_LOGIN_MAX + 1];
    struct body b;
    int r;

    *in = (struct new_in){.n_posts = 0};
    body_begin(&b, call);
    body_text(&b, "login", BODY_REQUIRED, USER_LOGIN_MIN, USER_LOGIN_MAX, &in->login);
    body_text(&b, "name", BODY_REQUIRED, 1, USER_NAME_MAX, &in->name);
    body_text(&b, "password", BODY_REQUIRED, 1, PASSWORD_MAX, &in->password);
    body_ids(&b, "post_ids", BODY_OPTIONAL, USER_POSTS_MAX, &in->post_ids, &in->n_posts);
    if (!body_has(&b, "post_ids")) /* required, and may be empty */
        fault_item(call->tx.fault, FAULT_FIELD_MISSING, 0, "post_ids", "field", "post_ids", NULL);
    if (in->login && user_login_form(in->login, form) < 0)
        fault_item(call->tx.fault, FAULT_FIELD_TEXT, 0, "login", "field", "login", NULL);
    r = body_end(&b);
    if (r < 0) {
        free(in->post_ids);
        in->post_ids = NULL;
    }
    return r;
}

static int hash_leave(struct call *call, const char *password)
{
    char *hash = malloc(PASSWORD_HASH_TEXT);
    int r = hash ? password_hash(password, hash) : -ENOMEM;

    if (r < 0) {
        free(hash);
        return r;
    }
    free(call->prepared);
    call->prepared = hash;
    return 0;
}

int api_user_create_prepare(struct call *call)
{
    struct new_in in;
    int r = new_read(call, &in);

    if (r < 0)
        return r;
    free(in.post_ids);
    r = password_check(call->tx.fault, in.login, in.password);
    return r < 0 ? r : hash_leave(call, in.password);
}

int api_user_create(struct call *call)
{
    struct new_in in;
    int64_t id = 0;
    int r = new_read(call, &in);

    if (r == 0) {
        const struct user_new user = {.login = in.login,
                                      .name = in.name,
                                      .password_hash = call->prepared,
                                      .post_ids = in.post_ids,
                                      .n_posts = in.n_posts};

        r = user_create(&call->tx, &user, &id);
    }
    free(in.post_ids);
    if (r == 0)
        r = reply_user(call, id);
    if (r < 0)
        return r;
    call->reply.status = 201;
    snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/users/%lld",
             (long long)id);
    return 0;
}

/* ---- changes ---- */

/* "hand_over": {"user_id": who gets his customers, or null for the pool}. */
static void body_hand_over(struct body *b, struct user_change *change)
{
    json_t *object = NULL;

    body_object(b, "hand_over", BODY_OPTIONAL, &object);
    if (object) {
        struct body inner = {.call = b->call, .object = object, .prefix = "hand_over"};

        body_int(&inner, "user_id", BODY_OPTIONAL, 1, INT64_MAX, &change->heir_id);
        (void)body_end(&inner); /* the outer one tells */
        change->hand_over = true;
    }
}

int api_user_update(struct call *call)
{
    struct user_change change = {.enabled = -1};
    int64_t *post_ids = NULL;
    bool enabled = false;
    struct body b;
    int r = call_param_id(call, 0, &change.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &change.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, USER_NAME_MAX, &change.name);
    body_bool(&b, "enabled", BODY_OPTIONAL, &enabled);
    body_ids(&b, "post_ids", BODY_OPTIONAL, USER_POSTS_MAX, &post_ids, &change.n_posts);
    body_hand_over(&b, &change);
    r = body_end(&b);
    if (json_is_boolean(json_object_get(call->body, "enabled")))
        change.enabled = enabled;
    change.post_ids = post_ids;
    if (r == 0)
        r = user_update(&call->tx, &change);
    free(post_ids);
    return r < 0 ? r : reply_user(call, change.id);
}

static int password_read(struct call *call, int64_t *ret_id, int64_t *ret_version,
                         const char **ret_password)
{
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, ret_version);
    body_text(&b, "password", BODY_REQUIRED, 1, PASSWORD_MAX, ret_password);
    return body_end(&b);
}

int api_user_password_prepare(struct call *call)
{
    const char *password = NULL;
    int64_t id = 0, version = 0;
    struct user_secret user;
    int r = password_read(call, &id, &version, &password);

    if (r < 0)
        return r;
    r = user_find_id(call->tx.db, id, &user);
    if (r == 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r > 0)
        r = password_check(call->tx.fault, user.login, password);
    return r < 0 ? r : hash_leave(call, password);
}

int api_user_password(struct call *call)
{
    const char *password = NULL;
    int64_t id = 0, version = 0;
    int r = password_read(call, &id, &version, &password);

    if (r == 0)
        r = user_password_reset(&call->tx, id, version, call->prepared);
    if (r == 0)
        session_end_user(call->app->sessions, id, NULL);
    return r;
}
