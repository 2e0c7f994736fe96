/* test_login.c - log-in, log-out and the own password, seen by a browser (PA-01, RS T7, T8). */
#include "people_server.h"

#include "db/writer.h"

/* ---- log-in ---- */

static void test_login(void **state)
{
    struct said said = login("ROOT", ROOT_WORD), again;

    (void)state;
    assert_int_equal(said.status, 200);
    keys(said.body, "kind user rights all_projects projects must_change_password idle_s site");
    keys(json_object_get(said.body, "user"), "id login name posts");
    keys(json_object_get(said.body, "site"), "name demo lang public_address version time_zone");
    assert_string_equal(text(said.body, "kind"), "user");
    assert_int_equal(integer(said.body, "idle_s"), 900);
    again = ask("GET", "/session", said.cookie, NULL);
    assert_int_equal(again.status, 200);
    assert_true(json_equal(said.body, again.body));
    drop(&again);
    /* A log-in on top of a session ends that one: its token is never carried over. */
    again =
        ask("POST", "/session", said.cookie, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}");
    assert_int_equal(again.status, 200);
    assert_string_not_equal(again.cookie, said.cookie);
    expect("GET", "/session", said.cookie, NULL, 401, "session.expired");
    expect("DELETE", "/session", again.cookie, NULL, 204, NULL);
    expect("GET", "/session", again.cookie, NULL, 401, "session.expired");
    drop(&said);
    drop(&again);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'user.login'"), 2);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'user.logout'"), 1);
}

/* Six times wrong, under a name somebody has and one nobody has: word for word the same answers. */
static void test_names_cannot_be_told(void **state)
{
    (void)state;
    for (int i = 1; i <= 6; i++) {
        struct said real = login("root", "wrong word 1"), ghost = login("nobody-1", "wrong word 1");

        assert_int_equal(real.status, i < 5 ? 401 : 429);
        assert_string_equal(real.code, i < 5 ? "login.wrong" : "login.locked");
        if (real.body)
            json_object_del(real.body, "id");
        if (ghost.body)
            json_object_del(ghost.body, "id");
        assert_int_equal(ghost.status, real.status);
        assert_true(json_equal(real.body, ghost.body));
        drop(&real);
        drop(&ghost);
    }
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 429,
           "login.locked"); /* the right word does not help now */
    sql((char[]){"UPDATE user_account SET locked_until_ms = 1"});
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200,
           NULL);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'user.locked'"), 1);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'user.login-failed'"), 10);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'user.login-locked'"), 3);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE detail LIKE '%word%' OR "
                           "detail LIKE '%nobody-1%'"),
                     0);
}

static void test_disabled_is_wrong(void **state)
{
    (void)state;
    sql((char[]){"UPDATE user_account SET enabled = 0"});
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 401,
           "login.wrong");
}

static void test_login_bodies(void **state)
{
    (void)state;
    expect("POST", "/session", NULL, "{}", 422, "fields.wrong");
    expect("POST", "/session", NULL, "{\"login\":\"a\",\"password\":\"b\",\"admin\":true}", 422,
           "fields.wrong");
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"\"}", 422, "fields.wrong");
    expect("POST", "/session", NULL, "{\"login\":\"' OR 1=1 --\",\"password\":\"x\"}", 401,
           "login.wrong");
}

static int hash_put(struct tx *tx, void *arg)
{
    int r = db_run(tx->db, "UPDATE user_account SET password_hash = $1", "t", (const char *)arg);

    return r < 0 ? r : 0;
}

static void test_rehash(void **state)
{
    char old[crypto_pwhash_STRBYTES];

    (void)state;
    assert_int_equal(crypto_pwhash_str(old, ROOT_WORD, strlen(ROOT_WORD), 1, 8 << 20), 0);
    assert_int_equal(writer_call(server.writer, &actor_system, hash_put, old, NULL), 0);
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200,
           NULL);
    assert_int_equal(
        count("SELECT COUNT(*) FROM user_account WHERE password_hash LIKE '%m=19456,t=2%'"), 1);
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200,
           NULL);
}

/* ---- one's own password ---- */

static void test_initial_password(void **state)
{
    char one[256], two[256];

    (void)state;
    sql((char[]){"UPDATE user_account SET must_change = 1"});
    login_ok("root", ROOT_WORD, one);
    login_ok("root", ROOT_WORD, two);
    expect("GET", "/users", one, NULL, 403, "password.change-needed");
    expect("POST", "/session/password", one, "{\"old\":\"no\",\"new\":\"" WORD "\"}", 422,
           "password.wrong");
    expect("POST", "/session/password", one, "{\"old\":\"" ROOT_WORD "\",\"new\":\"1234567890\"}",
           422, "password.weak");
    expect("POST", "/session/password", one,
           "{\"old\":\"" ROOT_WORD "\",\"new\":\"" ROOT_WORD "\"}", 422, "password.weak");
    expect("POST", "/session/password", one, "{\"old\":\"" ROOT_WORD "\",\"new\":\"" WORD "\"}",
           204, NULL);
    expect("GET", "/users", one, NULL, 200, NULL); /* this session goes on */
    expect("GET", "/session", two, NULL, 401, "session.expired");
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 401,
           "login.wrong");
    login_ok("root", WORD, two);
}

static void test_guessing_the_old_one(void **state)
{
    char cookie[256];

    (void)state;
    login_ok("root", ROOT_WORD, cookie);
    for (int i = 1; i <= 5; i++)
        expect("POST", "/session/password", cookie, "{\"old\":\"no\",\"new\":\"" WORD "\"}",
               i < 5 ? 422 : 429, i < 5 ? "password.wrong" : "login.locked");
    expect("GET", "/session", cookie, NULL, 401, "session.expired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_login),
        T(test_names_cannot_be_told),
        T(test_disabled_is_wrong),
        T(test_login_bodies),
        T(test_rehash),
        T(test_initial_password),
        T(test_guessing_the_old_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
