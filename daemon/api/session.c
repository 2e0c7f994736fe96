/* session.c - log-in, log-out, who am I, and the change of one's own password (PA-01).
 *
 * A password is hashed on a slow thread (prepare), and what came of it is kept on the writer's: the
 * count of wrong ones, the audit row, the session. The session begins on the writer's thread too,
 * so that it cannot slip past somebody disabling the user at the same moment; should the commit
 * fail, its token is never sent and it idles out.
 *
 * The answer is the same, and takes the same time, whether the name, the password or both are
 * wrong, or the account is disabled.
 */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/ghost.h"
#include "daemon/api/people.h"
#include "daemon/app.h"
#include "daemon/http/session.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/user.h"

enum { LOGIN_TEXT_MAX = 80 };

/* What the slow thread found, for the writer. */
struct attempt {
    struct user_secret user;
    bool known, right;
    int64_t locked_until_ms;           /* 0: was not locked */
    char new_hash[PASSWORD_HASH_TEXT]; /* "": none */
};

static struct attempt *attempt_new(struct call *call)
{
    struct attempt *a = calloc(1, sizeof(*a));

    free(call->prepared);
    call->prepared = a;
    return a;
}

static int refuse_locked(struct call *call, int64_t until_ms)
{
    int64_t left = until_ms - call->tx.now_ms;
    char minutes[24];

    snprintf(minutes, sizeof(minutes), "%" PRId64, left > 0 ? (left + 59999) / 60000 : 1);
    call->reply.retry_after = left > 0 ? (unsigned)((left + 999) / 1000) : 60;
    return fault_set(call->tx.fault, FAULT_LOGIN_LOCKED, "minutes", minutes, NULL);
}

/* What a machine's session is asked for, and only somebody with @right decides. */
static int refuse_machine(struct call *call, enum right right)
{
    return fault_set(call->tx.fault, FAULT_DENIED, "right",
                     call->lang == LANG_EN ? rights[right].en : rights[right].zh, NULL);
}

/* ---- log-in ---- */

static int login_read(struct call *call, char login[USER_LOGIN_MAX + 1], const char **ret_typed,
                      const char **ret_password)
{
    struct body b;
    int r;

    body_begin(&b, call);
    body_text(&b, "login", BODY_REQUIRED, 1, LOGIN_TEXT_MAX, ret_typed);
    body_text(&b, "password", BODY_REQUIRED, 1, PASSWORD_MAX, ret_password);
    r = body_end(&b);
    if (r == 0 && user_login_form(*ret_typed, login) < 0)
        login[0] = '\0'; /* nobody can have it */
    return r;
}

int api_login_prepare(struct call *call)
{
    const char *typed = NULL, *password = NULL;
    char login[USER_LOGIN_MAX + 1];
    struct attempt *a;
    int r = login_read(call, login, &typed, &password);

    if (r < 0)
        return r;
    a = attempt_new(call);
    if (!a)
        return -ENOMEM;
    r = user_find(call->tx.db, login, &a->user);
    if (r < 0)
        return r;
    a->known = r > 0;
    a->locked_until_ms = a->known ? a->user.locked_until_ms
                                  : ghost_locked_until(login[0] ? login : typed, call->tx.now_ms);
    if (a->locked_until_ms > call->tx.now_ms)
        return 0;
    a->locked_until_ms = 0;
    a->right = password_matches(a->known ? a->user.hash : NULL, password) && a->user.enabled;
    if (a->right && password_hash_stale(a->user.hash))
        return password_hash(password, a->new_hash);
    return 0;
}

/* What a refusal writes stays: a handler that returns 0 with a fault set is committed. */
static int login_refuse(struct call *call, const struct attempt *a)
{
    const char *typed = NULL, *password = NULL;
    char login[USER_LOGIN_MAX + 1];
    int64_t until = 0;
    int r = login_read(call, login, &typed, &password);

    if (r < 0)
        return r;
    r = user_login_failed(&call->tx, a->known ? a->user.id : 0, "user.login-failed",
                          call->client_ip, &until);
    if (r < 0)
        return r;
    if (!a->known)
        until = ghost_failed(login[0] ? login : typed, call->tx.now_ms);
    if (until)
        refuse_locked(call, until);
    else
        fault_set(call->tx.fault, FAULT_LOGIN_WRONG, NULL);
    return 0;
}

static int login_refuse_locked(struct call *call, const struct attempt *a, int64_t until_ms)
{
    struct trail trail = {0};
    int r;

    trail_text(&trail, "address", NULL, call->client_ip);
    r = audit_add(&call->tx, "user.login-locked", "user", a->known ? a->user.id : 0, 0, &trail);
    if (r == 0)
        refuse_locked(call, until_ms);
    return r;
}

static int login_accept(struct call *call, const struct attempt *a)
{
    struct identity id = {.terminal_id = call->id->terminal_id,
                          .terminal_project_id = call->id->terminal_project_id};
    char token[SESSION_TOKEN_TEXT];
    int r = actor_load(call->tx.db, a->user.id, &id.actor, &id.must_change_password);

    if (r == 0)
        r = user_login_done(&call->tx, &id.actor, a->new_hash[0] ? a->new_hash : NULL,
                            call->client_ip);
    if (r == 0)
        r = session_json(call, &id, &call->reply.body);
    /* A session that was there ends: a token is never carried over a log-in (RS T8). */
    if (r == 0 && call->id->actor.kind == ACTOR_USER)
        session_end(call->app->sessions, call->id->session);
    if (r == 0)
        r = session_create(call->app->sessions, &id, clock_boot_ms(), token);
    if (r < 0)
        return r;
    session_cookie(SESSION_USER, call->over_tls, token, call->reply.cookie,
                   sizeof(call->reply.cookie));
    sodium_memzero(token, sizeof(token));
    return 0;
}

int api_login(struct call *call)
{
    struct attempt *a = call->prepared;
    struct user_secret now;
    int r;

    if (a->locked_until_ms)
        return login_refuse_locked(call, a, a->locked_until_ms);
    if (!a->right)
        return login_refuse(call, a);
    /* Much may have happened since the hash began: what it was compared with must still stand. */
    r = user_find_id(call->tx.db, a->user.id, &now);
    if (r < 0)
        return r;
    if (r > 0 && now.locked_until_ms > call->tx.now_ms)
        return login_refuse_locked(call, a, now.locked_until_ms);
    if (r == 0 || !now.enabled || strcmp(now.hash, a->user.hash) != 0)
        return login_refuse(call, a);
    return login_accept(call, a);
}

/* ---- who am I, log-out ---- */

int api_session_get(struct call *call)
{
    int r = session_json(call, call->id, &call->reply.body);

    return r == -ENOENT ? fault_set(call->tx.fault, FAULT_SESSION_EXPIRED, NULL) : r;
}

int api_logout(struct call *call)
{
    int r;

    /* A terminal's access is taken by who keeps the terminals, not by who stands before it. */
    if (call->id->actor.kind != ACTOR_USER)
        return refuse_machine(call, RIGHT_TERMINAL_EDIT);
    r = user_logout(&call->tx, call->client_ip);
    if (r < 0)
        return r;
    session_end(call->app->sessions, call->id->session);
    session_cookie(SESSION_USER, call->over_tls, NULL, call->reply.cookie,
                   sizeof(call->reply.cookie));
    return 0;
}

/* ---- one's own password ---- */

static int change_read(struct call *call, const char **ret_old, const char **ret_new)
{
    struct body b;

    if (call->id->actor.kind != ACTOR_USER)
        return refuse_machine(call, RIGHT_USER_EDIT);
    body_begin(&b, call);
    body_text(&b, "old", BODY_REQUIRED, 1, PASSWORD_MAX, ret_old);
    body_text(&b, "new", BODY_REQUIRED, 1, PASSWORD_MAX, ret_new);
    return body_end(&b);
}

int api_password_change_prepare(struct call *call)
{
    const char *old = NULL, *new = NULL;
    struct attempt *a;
    int r = change_read(call, &old, &new);

    if (r < 0)
        return r;
    a = attempt_new(call);
    if (!a)
        return -ENOMEM;
    r = user_find_id(call->tx.db, call->id->actor.id, &a->user);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    a->known = true;
    if (a->user.locked_until_ms > call->tx.now_ms)
        return refuse_locked(call, a->user.locked_until_ms);
    a->right = password_matches(a->user.hash, old);
    if (!a->right)
        return 0;
    r = strcmp(old, new) == 0 ? fault_set(call->tx.fault, FAULT_PASSWORD_WEAK, NULL)
                              : password_check(call->tx.fault, a->user.login, new);
    return r < 0 ? r : password_hash(new, a->new_hash);
}

/* Whoever found a session open must not guess at leisure: wrong ones count as at the log-in, and
 * the one that locks ends every session. */
static int change_refuse(struct call *call, const struct attempt *a)
{
    int64_t until = 0;
    int r =
        user_login_failed(&call->tx, a->user.id, "user.password-wrong", call->client_ip, &until);

    if (r < 0)
        return r;
    if (until) {
        session_end_user(call->app->sessions, a->user.id, NULL);
        refuse_locked(call, until);
    } else {
        fault_set(call->tx.fault, FAULT_PASSWORD_WRONG, NULL);
    }
    return 0;
}

int api_password_change(struct call *call)
{
    const struct attempt *a = call->prepared;
    int r;

    if (!a->right)
        return change_refuse(call, a);
    r = user_password_change(&call->tx, a->user.id, a->user.hash, a->new_hash, call->client_ip);
    if (r < 0)
        return r;
    session_end_user(call->app->sessions, a->user.id, call->id->session);
    return 0;
}
