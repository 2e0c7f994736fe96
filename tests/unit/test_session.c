/* test_session.c - the table of sessions: expiry, bounds, deletion among collisions, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/session.h"

static struct identity person(int64_t id)
{
    return (struct identity){.actor = {.kind = ACTOR_USER, .id = id}};
}

static struct identity terminal(int64_t id)
{
    return (struct identity){.actor = {.kind = ACTOR_TERMINAL, .id = id}, .terminal_id = id};
}

static int setup(void **state)
{
    return sessions_create((struct sessions **)state);
}

static int teardown(void **state)
{
    sessions_free(*state);
    return 0;
}

static void test_find_and_end(void **state)
{
    struct sessions *s = *state;
    struct identity id = person(7), found;
    char token[SESSION_TOKEN_TEXT], other[SESSION_TOKEN_TEXT];

    id.actor.rights = RIGHT_BIT(RIGHT_EXPORT);
    assert_int_equal(session_create(s, &id, 1000, token), 0);
    assert_int_equal(strlen(token), 43);
    assert_int_equal(session_find(s, token, 2000, &found), 0);
    assert_int_equal(found.actor.id, 7);
    assert_true(found.actor.rights == RIGHT_BIT(RIGHT_EXPORT));
    assert_int_equal(session_create(s, &id, 1000, other), 0);
    assert_string_not_equal(token, other);
    token[5] = token[5] == 'A' ? 'B' : 'A';
    assert_int_equal(session_find(s, token, 2000, &found), -ENOENT);
    assert_int_equal(session_find(s, "", 2000, &found), -ENOENT);
    assert_int_equal(session_find(s, "short", 2000, &found), -ENOENT);
    assert_int_equal(session_find(s, other, 2000, &found), 0);
    session_end(s, found.session);
    assert_int_equal(session_find(s, other, 2000, &found), -ENOENT);
}

/* A token put again, as a terminal's after a change, is one session, with what it is now. */
static void test_put_again(void **state)
{
    struct sessions *s = *state;
    struct identity t = terminal(3), found;
    char token[SESSION_TOKEN_TEXT];
    uint8_t hash[SESSION_HASH];
    struct session_stats stats;

    session_token_make(token, hash);
    assert_int_equal(session_put(s, hash, &t, 0), 0);
    t.terminal_project_id = 9;
    assert_int_equal(session_put(s, hash, &t, 0), 0);
    assert_int_equal(session_find(s, token, 1, &found), 0);
    assert_int_equal(found.terminal_project_id, 9);
    session_get_stats(s, &stats);
    assert_int_equal(stats.terminals, 1);
    session_end(s, hash);
    assert_int_equal(session_find(s, token, 1, &found), -ENOENT);
}

static void test_expiry(void **state)
{
    struct sessions *s = *state;
    struct identity id = person(1), t = terminal(2), found;
    char token[SESSION_TOKEN_TEXT], fixed[SESSION_TOKEN_TEXT];
    uint8_t hash[SESSION_HASH];
    int64_t now = 0;

    assert_int_equal(session_create(s, &id, 0, token), 0);
    session_token_make(fixed, hash);
    assert_int_equal(session_put(s, hash, &t, 0), 0);
    /* Used again and again it lives twelve hours and no longer. */
    for (; now < SESSION_LIFE_MS; now += SESSION_IDLE_MS - 1)
        assert_int_equal(session_find(s, token, now, &found), 0);
    assert_int_equal(session_find(s, token, SESSION_LIFE_MS, &found), -ENOENT);
    /* Unused, fifteen minutes; being looked at by a stream is not use. */
    assert_int_equal(session_create(s, &id, now, token), 0);
    assert_int_equal(session_token_hash(token, hash), 0);
    assert_true(session_stands(s, hash, 0, now + SESSION_IDLE_MS - 1));
    assert_false(session_stands(s, hash, 0, now + SESSION_IDLE_MS));
    assert_int_equal(session_find(s, token, now + SESSION_IDLE_MS, &found), -ENOENT);
    /* A terminal stays. */
    assert_int_equal(session_find(s, fixed, now * 100, &found), 0);
    assert_int_equal(found.terminal_id, 2);
    assert_int_equal(session_create(s, &id, now, token), 0);
    assert_int_equal(session_expire(s, now + SESSION_IDLE_MS), 1);
}

static void test_end_of_user(void **state)
{
    struct sessions *s = *state;
    struct identity a = person(1), b = person(2), t = terminal(1), found;
    char tokens[4][SESSION_TOKEN_TEXT];
    uint8_t keep[SESSION_HASH];

    assert_int_equal(session_create(s, &a, 0, tokens[0]), 0);
    assert_int_equal(session_create(s, &a, 0, tokens[1]), 0);
    assert_int_equal(session_create(s, &b, 0, tokens[2]), 0);
    assert_int_equal(session_create(s, &t, 0, tokens[3]), 0);
    assert_int_equal(session_token_hash(tokens[1], keep), 0);
    assert_int_equal(session_end_user(s, 1, keep), 1);
    assert_int_equal(session_find(s, tokens[0], 1, &found), -ENOENT);
    assert_int_equal(session_find(s, tokens[1], 1, &found), 0);
    assert_int_equal(session_end_user(s, 1, NULL), 1);
    assert_int_equal(session_find(s, tokens[2], 1, &found), 0);
    assert_int_equal(session_find(s, tokens[3], 1, &found), 0);
    assert_int_equal(session_end_terminal(s, 1), 1);
    assert_int_equal(session_find(s, tokens[3], 1, &found), -ENOENT);
}

static bool more_rights(void *arg, struct identity *id)
{
    id->actor.rights = RIGHT_BIT(RIGHT_USER_EDIT);
    id->actor.id = 99; /* must not take */
    memset(id->session, 0, sizeof(id->session));
    return *(bool *)arg;
}

static void test_update_of_user(void **state)
{
    struct sessions *s = *state;
    struct identity a = person(1), found;
    char token[2][SESSION_TOKEN_TEXT];
    bool keep = true;

    assert_int_equal(session_create(s, &a, 0, token[0]), 0);
    assert_int_equal(session_create(s, &a, 0, token[1]), 0);
    assert_int_equal(session_update_user(s, 1, more_rights, &keep), 2);
    assert_int_equal(session_find(s, token[0], 1, &found), 0);
    assert_true(found.actor.rights == RIGHT_BIT(RIGHT_USER_EDIT));
    assert_int_equal(found.actor.id, 1);
    /* Who was let in by what it was before is not by what it is now. */
    assert_int_equal(found.revision, 1);
    assert_true(session_stands(s, found.session, 1, 1));
    assert_false(session_stands(s, found.session, 0, 1));
    assert_int_equal(session_update_user(s, 2, more_rights, &keep), 0);
    keep = false;
    assert_int_equal(session_update_user(s, 1, more_rights, &keep), 2);
    assert_int_equal(session_find(s, token[0], 1, &found), -ENOENT);
    assert_int_equal(session_find(s, token[1], 1, &found), -ENOENT);
}

static void test_bounds(void **state)
{
    struct sessions *s = *state;
    struct identity a = person(1), found;
    char first[SESSION_TOKEN_TEXT], token[SESSION_TOKEN_TEXT];
    struct session_stats stats;

    /* One user's longest unused session makes room for his newest. */
    assert_int_equal(session_create(s, &a, 0, first), 0);
    for (int i = 0; i < SESSION_PER_USER; i++)
        assert_int_equal(session_create(s, &a, 1 + i, token), 0);
    session_get_stats(s, &stats);
    assert_int_equal(stats.users, SESSION_PER_USER);
    assert_int_equal(session_find(s, first, 20, &found), -ENOENT);
    /* A full table refuses, and takes again when something has expired. */
    session_end_user(s, 1, NULL);
    for (int i = 0; i < SESSION_MAX; i++) {
        struct identity id = person(1000 + i);

        assert_int_equal(session_create(s, &id, i ? 1000 : 0, token), 0);
    }
    assert_int_equal(session_create(s, &a, 1000, token), -ENOSPC);
    assert_int_equal(session_create(s, &a, SESSION_IDLE_MS, token), 0);
}

/* Every live token is found and no dead one, whatever was deleted in between. */
static void test_deletion_keeps_the_rest(void **state)
{
    enum { N = 3000, ROUNDS = 20000 };
    struct sessions *s = *state;
    char(*tokens)[SESSION_TOKEN_TEXT] = calloc(N, sizeof(*tokens));
    bool *live = calloc(N, sizeof(*live));
    struct identity found;
    unsigned seed = 12345;

    for (int i = 0; i < ROUNDS; i++) {
        int at = (int)((seed = seed * 1103515245u + 12345u) >> 8) % N;

        if (live[at]) {
            uint8_t hash[SESSION_HASH];

            assert_int_equal(session_token_hash(tokens[at], hash), 0);
            session_end(s, hash);
        } else {
            struct identity id = terminal(at + 1);

            assert_int_equal(session_create(s, &id, 0, tokens[at]), 0);
        }
        live[at] = !live[at];
    }
    for (int i = 0; i < N; i++) {
        if (tokens[i][0])
            assert_int_equal(session_find(s, tokens[i], 0, &found), live[i] ? 0 : -ENOENT);
        if (live[i])
            assert_int_equal(found.actor.id, i + 1);
    }
    free(tokens);
    free(live);
}

static void test_cookies(void **state)
{
    char out[256];

    (void)state;
    session_cookie(SESSION_USER, false, "tok", out, sizeof(out));
    assert_string_equal(out, "anchang_session=tok; Path=/; HttpOnly; SameSite=Strict");
    session_cookie(SESSION_USER, true, "tok", out, sizeof(out));
    assert_string_equal(out,
                        "__Host-anchang_session=tok; Path=/; HttpOnly; SameSite=Strict; Secure");
    session_cookie(SESSION_TERMINAL, false, NULL, out, sizeof(out));
    assert_string_equal(out, "anchang_terminal=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    assert_int_equal(
        session_cookie_read("a=1; anchang_session=xyz; b=2", "anchang_session", out, 8), 0);
    assert_string_equal(out, "xyz");
    assert_int_equal(session_cookie_read("xanchang_session=1", "anchang_session", out, 8), -ENOENT);
    assert_int_equal(session_cookie_read("a=1;a=2", "a", out, 8), -EINVAL);
    assert_int_equal(session_cookie_read("a=12345678", "a", out, 8), -EINVAL);
    assert_int_equal(session_cookie_read("", "a", out, 8), -ENOENT);
}

static void *churn(void *arg)
{
    struct sessions *s = arg;
    struct identity found, id = person((int64_t)(intptr_t)&found & 0xffff);
    char token[SESSION_TOKEN_TEXT];

    for (int i = 0; i < 2000; i++) {
        if (session_create(s, &id, i, token) < 0 || session_find(s, token, i, &found) < 0 ||
            found.actor.id != id.actor.id)
            return (void *)1;
        session_end(s, found.session);
    }
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t t[4];
    void *failed;

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, churn, *state), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
}

/* ---- a member's pass ---- */

static int64_t pass_of(struct sessions *s, const struct identity *at, int64_t now_ms)
{
    int64_t member = 0;

    return session_pass_find(s, at->session, now_ms, &member) < 0 ? 0 : member;
}

static struct identity pass_given(struct sessions *s, int64_t terminal_id, int64_t member_id,
                                  int64_t now_ms)
{
    struct identity id = terminal(terminal_id), found;
    char token[SESSION_TOKEN_TEXT];

    assert_int_equal(session_create(s, &id, now_ms, token), 0);
    assert_int_equal(session_find(s, token, now_ms, &found), 0);
    assert_int_equal(session_pass_give(s, found.session, member_id, now_ms), 0);
    assert_int_equal(pass_of(s, &found, now_ms), member_id);
    return found;
}

static void test_pass_ends_by_itself(void **state)
{
    struct sessions *s = *state;
    struct identity at = pass_given(s, 1, 42, 1000);
    int64_t now = 1000;

    assert_int_equal(pass_of(s, &at, now + PASS_IDLE_MS - 1), 42); /* a use */
    now += PASS_IDLE_MS - 1;
    assert_int_equal(pass_of(s, &at, now + PASS_IDLE_MS), 0);
    assert_int_equal(pass_of(s, &at, now), 0); /* and does not come back */
    assert_int_equal(session_pass_give(s, at.session, 42, now), 0);
    for (int64_t t = 0; t < PASS_LIFE_MS; t += PASS_IDLE_MS / 2)
        assert_int_equal(pass_of(s, &at, now + t), 42);
    assert_int_equal(pass_of(s, &at, now + PASS_LIFE_MS), 0); /* however busy */
}

static void test_pass_is_ended(void **state)
{
    struct sessions *s = *state;
    struct identity a = pass_given(s, 1, 42, 0), b = pass_given(s, 2, 42, 0);
    struct identity c = pass_given(s, 3, 43, 0);
    const uint8_t nobody[SESSION_HASH] = {1};
    int64_t member = 0, terminals[2];

    session_pass_end(s, a.session); /* the page wiped */
    assert_int_equal(pass_of(s, &a, 1), 0);
    assert_int_equal(pass_of(s, &b, 1), 42);
    session_pass_give(s, a.session, 43, 1);
    assert_int_equal(session_pass_end_member(s, 42, terminals, 2), 1); /* his card was lost */
    assert_int_equal(terminals[0], 2);
    assert_int_equal(session_pass_end_member(s, 42, terminals, 2), 0);
    assert_int_equal(pass_of(s, &b, 2), 0);
    assert_int_equal(pass_of(s, &a, 2), 43);
    session_pass_end_terminal(s, 1); /* another card was read there */
    assert_int_equal(pass_of(s, &a, 3), 0);
    assert_int_equal(pass_of(s, &c, 3), 43);
    session_end_terminal(s, 3); /* revoked */
    assert_int_equal(pass_of(s, &c, 4), 0);
    assert_int_equal(session_pass_give(s, c.session, 43, 4), -ENOENT);
    assert_int_equal(session_pass_give(s, nobody, 43, 4), -ENOENT);
    assert_int_equal(session_pass_find(s, nobody, 4, &member), -ENOENT);
    session_pass_end(s, nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_find_and_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_put_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expiry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_end_of_user, setup, teardown),
        cmocka_unit_test_setup_teardown(test_update_of_user, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deletion_keeps_the_rest, setup, teardown),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test_setup_teardown(test_pass_ends_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pass_is_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
