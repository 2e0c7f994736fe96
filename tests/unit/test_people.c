/* test_people.c - people and terminals through the server: what a browser would see of log-in, users,
 * pairing, calls for staff and the log.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "daemon/app.h"
#include "daemon/terminal_watch.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/migrate.h"
#include "db/post.h"
#include "db/user.h"
#include "http_server.h"

#define WORD "correct horse 9"
#define ROOT_WORD "battery staple 7"

static const struct route table[] = {
    {"POST", "/session", RIGHT_NONE, ROUTE_WRITE | ROUTE_SLOW | ROUTE_LOGIN, api_login, 0,
     api_login_prepare},
    {"GET", "/session", RIGHT_SELF, ROUTE_READ, api_session_get, 0, NULL},
    {"DELETE", "/session", RIGHT_SELF, ROUTE_WRITE | ROUTE_NO_BODY_OK, api_logout, 0, NULL},
    {"POST", "/session/password", RIGHT_SELF, ROUTE_WRITE | ROUTE_SLOW, api_password_change, 0,
     api_password_change_prepare},
    {"GET", "/users", RIGHT_USER_EDIT, ROUTE_READ, api_user_list, 0, NULL},
    {"POST", "/users", RIGHT_USER_EDIT, ROUTE_WRITE | ROUTE_SLOW, api_user_create, 0,
     api_user_create_prepare},
    {"PATCH", "/users/{user}", RIGHT_USER_EDIT, ROUTE_WRITE, api_user_update, 0, NULL},
    {"POST", "/users/{user}/password", RIGHT_USER_EDIT, ROUTE_WRITE | ROUTE_SLOW, api_user_password,
     0, api_user_password_prepare},
    {"GET", "/posts", RIGHT_USER_EDIT, ROUTE_READ, api_post_list, 0, NULL},
    {"POST", "/posts", RIGHT_USER_EDIT, ROUTE_WRITE, api_post_create, 0, NULL},
    {"PATCH", "/posts/{post}", RIGHT_USER_EDIT, ROUTE_WRITE, api_post_update, 0, NULL},
    {"GET", "/rights", RIGHT_USER_EDIT, ROUTE_READ, api_right_list, 0, NULL},
    {"GET", "/terminals", RIGHT_TERMINAL_EDIT, ROUTE_READ, api_terminal_list, 0, NULL},
    {"POST", "/terminals/pairings", RIGHT_TERMINAL_EDIT, ROUTE_WRITE, api_pairing_create, 0, NULL},
    {"DELETE", "/terminals/{terminal}", RIGHT_TERMINAL_EDIT, ROUTE_WRITE | ROUTE_NO_BODY_OK,
     api_terminal_revoke, 0, NULL},
    {"POST", "/terminal/pair", RIGHT_NONE, ROUTE_WRITE | ROUTE_LOGIN, api_terminal_pair, 0, NULL},
    {"POST", "/terminal/heartbeat", RIGHT_TERMINAL_SELF, ROUTE_WRITE, api_terminal_heartbeat, 0,
     NULL},
    {"POST", "/terminal/call", RIGHT_TERMINAL_SELF, ROUTE_WRITE, api_terminal_call, 0, NULL},
    {"GET", "/alerts", RIGHT_ALERT_HANDLE, ROUTE_READ, api_alert_list, 0, NULL},
    {"POST", "/alerts/{alert}/answer", RIGHT_ALERT_HANDLE, ROUTE_WRITE | ROUTE_NO_BODY_OK,
     api_alert_answer, 0, NULL},
    {"GET", "/audit", RIGHT_AUDIT_VIEW, ROUTE_READ, api_audit_list, 0, NULL},
    {"GET", "/audit/verify", RIGHT_AUDIT_VIEW, ROUTE_SLOW, api_audit_verify, 0, NULL},
    {0},
};

static struct server server;
static struct app app;
static struct config config;
static int64_t root_id;

/* ---- the server ---- */

static void committed(void *arg, const struct change *changes, size_t n)
{
    struct app *a = arg;

    if (a->sessions)
        assert_int_equal(people_committed(a, changes, n), 0);
}

static int seed(struct tx *tx, void *arg)
{
    int64_t *ret_id = arg, post = 0;
    char hash[PASSWORD_HASH_TEXT];
    struct user_new root = {.login = "root", .name = "Root", .post_ids = &post, .n_posts = 1};
    int r = posts_seed(tx);

    if (r == 0)
        r = password_hash(ROOT_WORD, hash);
    if (r == 0)
        r = db_get(tx->db, &post, "SELECT id FROM post WHERE role = 'admin'", "");
    root.password_hash = hash;
    r = r < 0 ? r : user_create(tx, &root, ret_id);
    return r < 0 ? r : db_run(tx->db, "UPDATE user_account SET must_change = 0", "");
}

static int sql_apply(struct tx *tx, void *arg)
{
    return db_script(tx->db, arg);
}

static void sql(char *text)
{
    assert_int_equal(writer_call(server.writer, &actor_system, sql_apply, text, NULL), 0);
}

static int64_t count(const char *sql_text)
{
    struct db *db = NULL;
    int64_t n = 0;

    assert_int_equal(db_open(server.db_path, DB_READER, &db), 0);
    assert_true(db_get(db, &n, sql_text, "") >= 0);
    db_close(db);
    return n;
}

static void start_parts(void)
{
    const struct feed_options feed = {.epoch = "e1", .sessions = server.sessions};

    assert_int_equal(feed_create(&feed, &server.feed), 0);
    assert_int_equal(terminals_create(&app.terminals), 0);
    snprintf(config.site_name, sizeof(config.site_name), "Test Office");
    snprintf(config.site_lang, sizeof(config.site_lang), "zh");
    app.config = &config;
    app.writer = server.writer;
    app.feed = server.feed;
    app.sessions = server.sessions;
    snprintf(app.db_path, sizeof(app.db_path), "%s", server.db_path);
    memset(app.link_key, 7, sizeof(app.link_key));
}

static int setup(void **state)
{
    static const char *const hosts[] = {"x:80", NULL};
    static const uint8_t key[AUDIT_KEY_SIZE] = {9};
    struct writer_options w = {.committed = committed, .arg = &app};
    struct http_options o = {.routes = table, .limits = {.no_rate = true}, .log = server_log};
    struct db *db = NULL;

    (void)state;
    assert_true(sodium_init() >= 0);
    memset(&server, 0, sizeof(server));
    memset(&app, 0, sizeof(app));
    audit_set_key(key);
    snprintf(server.dir, sizeof(server.dir), "/tmp/anchang-test-XXXXXX");
    assert_non_null(mkdtemp(server.dir));
    snprintf(server.db_path, sizeof(server.db_path), "%s/test.db", server.dir);
    snprintf(server.log_path, sizeof(server.log_path), "%s/log", server.dir);
    server.log_fd = open(server.log_path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    assert_int_equal(db_open(server.db_path, DB_WRITER, &db), 0);
    assert_int_equal(db_migrate(db, NULL), 0);
    db_close(db);
    w.path = server.db_path;
    assert_int_equal(writer_start(&w, &server.writer), 0);
    assert_int_equal(writer_call(server.writer, &actor_system, seed, &root_id, NULL), 0);
    assert_int_equal(sessions_create(&server.sessions), 0);
    start_parts();
    o.listeners[0] = (struct http_listener){.name = "test", .address = "127.0.0.1"};
    o.n_listeners = 1;
    o.hosts = hosts;
    o.writer = server.writer;
    o.db_path = server.db_path;
    o.app = &app;
    o.sessions = server.sessions;
    o.feed = server.feed;
    o.log_arg = &server;
    assert_int_equal(http_start(&o, &server.http), 0);
    server.port = http_port(server.http, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    app.terminals = terminals_free(app.terminals);
    return 0;
}

/* ---- asking ---- */

struct said {
    int status;
    json_t *body;
    char code[64], cookie[256]; /* a Cookie header line, when one was set */
};

static struct said ask(const char *method, const char *path, const char *cookie, const char *body)
{
    struct said said = {0};
    char headers[512];
    struct answer a;
    const char *set;

    snprintf(headers, sizeof(headers), "X-Anchang: 1\r\nContent-Type: application/json\r\n%s",
             cookie ? cookie : "");
    a = client_ask(server.port, method, path, headers, body);
    said.status = a.status;
    set = client_header(&a, "Set-Cookie");
    if (set) {
        assert_non_null(strstr(set, "HttpOnly"));
        assert_non_null(strstr(set, "SameSite=Strict"));
        snprintf(said.cookie, sizeof(said.cookie), "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
    }
    if (a.n_body)
        said.body = json_loads(a.body, 0, NULL);
    if (said.body && json_object_get(said.body, "code"))
        snprintf(said.code, sizeof(said.code), "%s",
                 json_string_value(json_object_get(said.body, "code")));
    free(a.text);
    return said;
}

static void drop(struct said *said)
{
    json_decref(said->body);
    said->body = NULL;
}

/* The status, and the code of a refusal. */
static void expect(const char *method, const char *path, const char *cookie, const char *body,
                   int status, const char *code)
{
    struct said said = ask(method, path, cookie, body);

    if (said.status != status || (code && strcmp(said.code, code) != 0))
        fail_msg("%s %s: %d %s, expected %d %s", method, path, said.status, said.code, status,
                 code ? code : "");
    drop(&said);
}

static struct said login(const char *name, const char *word)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"%s\"}", name, word);
    return ask("POST", "/session", NULL, body);
}

static void login_ok(const char *name, const char *word, char cookie[256])
{
    struct said said = login(name, word);

    if (said.status != 200)
        fail_msg("log-in of %s: %d %s", name, said.status, said.code);
    snprintf(cookie, 256, "%s", said.cookie);
    drop(&said);
}

static int64_t integer(const json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

/* Exactly the keys of the contract, in any order. */
static void keys(const json_t *object, const char *names)
{
    size_t n = 0;
    char key[64];

    for (const char *p = names; *p; p += strcspn(p, " "), p += *p == ' ', n++) {
        snprintf(key, sizeof(key), "%.*s", (int)strcspn(p, " "), p);
        if (!json_object_get(object, key))
            fail_msg("%s is missing", key);
    }
    assert_int_equal(json_object_size(object), n);
}

static json_t *item(const struct said *said, size_t i)
{
    return json_array_get(json_object_get(said->body, "items"), i);
}

static int64_t post_id(const char *role)
{
    char query[128];

    snprintf(query, sizeof(query), "SELECT id FROM post WHERE role = '%s'", role);
    return count(query);
}

/* A user of @role who has changed his password to WORD already. */
static int64_t add_user(const char *root, const char *name, const char *role)
{
    struct said said;
    char body[256];
    int64_t id;

    snprintf(body, sizeof(body),
             "{\"login\":\"%s\",\"name\":\"%s\",\"password\":\"%s\",\"post_ids\":[%lld]}", name, name,
             WORD, (long long)post_id(role));
    said = ask("POST", "/users", root, body);
    assert_int_equal(said.status, 201);
    keys(said.body, "id version login name enabled must_change_password locked_until_ms "
                    "last_login_ms posts");
    keys(json_array_get(json_object_get(said.body, "posts"), 0), "post_id name");
    id = integer(said.body, "id");
    drop(&said);
    sql((char[]){"UPDATE user_account SET must_change = 0"});
    return id;
}

/* ---- log-in ---- */

static void test_login(void **state)
{
    struct said said = login("ROOT", ROOT_WORD), again;

    (void)state;
    assert_int_equal(said.status, 200);
    keys(said.body, "kind user rights all_projects projects must_change_password idle_s site");
    keys(json_object_get(said.body, "user"), "id login name posts");
    keys(json_object_get(said.body, "site"), "name demo lang public_address version");
    assert_string_equal(text(said.body, "kind"), "user");
    assert_int_equal(integer(said.body, "idle_s"), 900);
    again = ask("GET", "/session", said.cookie, NULL);
    assert_int_equal(again.status, 200);
    assert_true(json_equal(said.body, again.body));
    drop(&again);
    /* A log-in on top of a session ends that one: its token is never carried over. */
    again = ask("POST", "/session", said.cookie,
                "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}");
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
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200, NULL);
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

static void test_rehash(void **state)
{
    char old[crypto_pwhash_STRBYTES], query[256];

    (void)state;
    assert_int_equal(crypto_pwhash_str(old, ROOT_WORD, strlen(ROOT_WORD), 1, 8 << 20), 0);
    snprintf(query, sizeof(query), "UPDATE user_account SET password_hash = '%s'", old);
    sql(query);
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200, NULL);
    assert_int_equal(
        count("SELECT COUNT(*) FROM user_account WHERE password_hash LIKE '%m=19456,t=2%'"), 1);
    expect("POST", "/session", NULL, "{\"login\":\"root\",\"password\":\"" ROOT_WORD "\"}", 200, NULL);
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
    expect("POST", "/session/password", one,
           "{\"old\":\"" ROOT_WORD "\",\"new\":\"1234567890\"}", 422, "password.weak");
    expect("POST", "/session/password", one,
           "{\"old\":\"" ROOT_WORD "\",\"new\":\"" ROOT_WORD "\"}", 422, "password.weak");
    expect("POST", "/session/password", one, "{\"old\":\"" ROOT_WORD "\",\"new\":\"" WORD "\"}", 204,
           NULL);
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

/* ---- users and posts ---- */

static void test_disable_ends_sessions(void **state)
{
    char root[256], lin[256], path[64], body[64];
    struct said said;
    int64_t id;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    id = add_user(root, "lin", "cashier");
    login_ok("lin", WORD, lin);
    expect("GET", "/users", lin, NULL, 403, "right.denied");
    expect("GET", "/alerts", lin, NULL, 200, NULL);
    snprintf(path, sizeof(path), "/users/%lld", (long long)id);
    said = ask("PATCH", path, root, "{\"version\":1,\"enabled\":false}");
    assert_int_equal(said.status, 200);
    assert_true(json_is_false(json_object_get(said.body, "enabled")));
    drop(&said);
    expect("GET", "/alerts", lin, NULL, 401, "session.expired");
    expect("PATCH", path, root, "{\"version\":1,\"enabled\":true}", 412, "version.changed");
    snprintf(path, sizeof(path), "/users/%lld", (long long)root_id);
    expect("PATCH", path, root, "{\"version\":1,\"enabled\":false}", 409, "user.last-admin");
    snprintf(body, sizeof(body), "{\"version\":1,\"post_ids\":[%lld]}",
             (long long)post_id("sales-manager"));
    expect("PATCH", path, root, body, 403, "right.own");
}

static void test_rights_follow_at_once(void **state)
{
    char root[256], lin[256], path[64], body[128];
    int64_t id;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    id = add_user(root, "lin", "cashier");
    login_ok("lin", WORD, lin);
    expect("GET", "/terminals", lin, NULL, 403, "right.denied");
    snprintf(path, sizeof(path), "/users/%lld", (long long)id);
    snprintf(body, sizeof(body), "{\"version\":1,\"post_ids\":[%lld]}",
             (long long)post_id("sales-controller"));
    expect("PATCH", path, root, body, 200, NULL);
    expect("GET", "/terminals", lin, NULL, 200, NULL);
    expect("PATCH", path, root, "{\"version\":2,\"post_ids\":[]}", 200, NULL);
    expect("GET", "/terminals", lin, NULL, 403, "right.denied");
}

static void test_password_set_by_another(void **state)
{
    char root[256], lin[256], path[64];
    int64_t id;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    id = add_user(root, "lin", "cashier");
    login_ok("lin", WORD, lin);
    snprintf(path, sizeof(path), "/users/%lld/password", (long long)id);
    expect("POST", path, root, "{\"version\":1,\"password\":\"lin\"}", 422, "password.weak");
    expect("POST", path, root, "{\"version\":1,\"password\":\"another word 3\"}", 204, NULL);
    expect("GET", "/session", lin, NULL, 401, "session.expired");
    login_ok("lin", "another word 3", lin);
    expect("GET", "/alerts", lin, NULL, 403, "password.change-needed");
    expect("POST", "/users/999/password", root, "{\"version\":1,\"password\":\"another word 3\"}",
           404, "not-found");
}

static void test_user_refusals(void **state)
{
    char root[256];

    (void)state;
    login_ok("root", ROOT_WORD, root);
    expect("POST", "/users", root,
           "{\"login\":\"root\",\"name\":\"R\",\"password\":\"" WORD "\",\"post_ids\":[]}", 409,
           "user.exists");
    expect("POST", "/users", root, "{\"login\":\"a b\",\"name\":\"\",\"password\":\"" WORD "\"}", 422,
           "fields.wrong");
    expect("POST", "/users", root,
           "{\"login\":\"lin\",\"name\":\"L\",\"password\":\"short\",\"post_ids\":[]}", 422,
           "password.weak");
    expect("POST", "/users", root,
           "{\"login\":\"lin\",\"name\":\"L\",\"password\":\"" WORD "\",\"post_ids\":[],\"id\":1}", 422,
           "fields.wrong");
}

static void test_posts(void **state)
{
    char root[256], path[64];
    struct said said;
    json_t *post;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    said = ask("POST", "/posts", root,
               "{\"name\":\"Desk\",\"rights\":[\"alert.handle\",\"chart.view\"],"
               "\"all_projects\":false}");
    assert_int_equal(said.status, 201);
    keys(said.body, "id version name builtin role rights all_projects project_ids building_ids "
                    "users");
    assert_int_equal(json_array_size(json_object_get(said.body, "rights")), 2);
    snprintf(path, sizeof(path), "/posts/%lld", (long long)integer(said.body, "id"));
    drop(&said);
    expect("PATCH", path, root, "{\"version\":1,\"rights\":[\"terminal.self\"]}", 422,
           "fields.wrong");
    expect("PATCH", path, root, "{\"version\":1,\"rights\":[\"no.such\"]}", 422, "fields.wrong");
    expect("PATCH", path, root, "{\"version\":1,\"project_ids\":[77]}", 404, "not-found");
    expect("PATCH", path, root, "{\"version\":1,\"rights\":[\"export\"]}", 200, NULL);
    said = ask("GET", "/posts", root, NULL);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), roles_count - 2 + 1);
    post = item(&said, 0);
    assert_string_equal(text(post, "role"), "admin");
    assert_true(json_is_true(json_object_get(post, "builtin")));
    assert_int_equal(integer(post, "users"), 1);
    drop(&said);
    said = ask("GET", "/rights", root, NULL);
    keys(said.body, "items roles");
    keys(item(&said, 0), "code zh en");
    keys(json_array_get(json_object_get(said.body, "roles"), 0), "code zh en rights");
    drop(&said);
}

/* ---- terminals ---- */

static void pair(const char *root, char cookie[256])
{
    struct said said = ask("POST", "/terminals/pairings", root,
                           "{\"kind\":\"kiosk\",\"name\":\"Hall 1\",\"project_id\":null}");
    char body[64];

    assert_int_equal(said.status, 201);
    keys(said.body, "code expires_ms");
    assert_int_equal(strlen(text(said.body, "code")), 8);
    /* As people read it: in two groups. */
    snprintf(body, sizeof(body), "{\"code\":\"%.4s %s\"}", text(said.body, "code"),
             text(said.body, "code") + 4);
    drop(&said);
    said = ask("POST", "/terminal/pair", NULL, body);
    assert_int_equal(said.status, 200);
    assert_string_equal(text(said.body, "kind"), "terminal");
    keys(json_object_get(said.body, "terminal"), "id kind name project_id");
    snprintf(cookie, 256, "%s", said.cookie);
    drop(&said);
    expect("POST", "/terminal/pair", NULL, body, 422, "pairing.code"); /* one use */
}

static void test_terminal(void **state)
{
    char root[256], kiosk[256], path[64];
    struct said said;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    pair(root, kiosk);
    expect("GET", "/session", kiosk, NULL, 200, NULL);
    expect("DELETE", "/session", kiosk, NULL, 403, "right.denied");
    said = ask("GET", "/terminals", root, NULL);
    assert_string_equal(text(item(&said, 0), "link"), "never");
    drop(&said);
    said = ask("POST", "/terminal/heartbeat", kiosk,
               "{\"screen\":\"chart\",\"frame_ms\":16,\"chart_version\":null,"
               "\"page_version\":\"0.1.0\"}");
    assert_int_equal(said.status, 200);
    keys(said.body, "now_ms reload");
    assert_true(json_is_false(json_object_get(said.body, "reload")));
    drop(&said);
    said = ask("GET", "/terminals", root, NULL);
    keys(item(&said, 0), "id kind name project_id paired_ms revoked_ms last_seen_ms link "
                         "page_version");
    assert_string_equal(text(item(&said, 0), "link"), "live");
    assert_string_equal(text(item(&said, 0), "page_version"), "0.1.0");
    snprintf(path, sizeof(path), "/terminals/%lld", (long long)integer(item(&said, 0), "id"));
    drop(&said);
    expect("POST", "/terminal/heartbeat", root, "{\"screen\":\"x\",\"frame_ms\":1}", 403,
           "right.denied");
    expect("DELETE", path, root, NULL, 204, NULL);
    expect("GET", "/session", kiosk, NULL, 401, "terminal.revoked");
    expect("POST", "/terminal/pair", NULL, "{\"code\":\"1234567\"}", 422, "pairing.code");
    assert_int_equal(
        count("SELECT COUNT(*) FROM audit WHERE action = 'terminal.pair-failed'"), 2);
}

static void test_too_many_codes(void **state)
{
    int64_t now = clock_wall_ms();

    (void)state;
    for (int i = 0; i < TERMINAL_TRIES_MAX; i++)
        terminals_tried_wrong(app.terminals, now);
    expect("POST", "/terminal/pair", NULL, "{\"code\":\"12345678\"}", 429, "request.rate");
}

/* After a restart: nobody is logged in, terminals are. */
static void test_restart(void **state)
{
    char root[256], kiosk[256], other[256];
    uint8_t hash[SESSION_HASH];
    const char *value;
    struct said said;
    char path[64];

    (void)state;
    login_ok("root", ROOT_WORD, root);
    pair(root, kiosk);
    pair(root, other);
    value = strchr(kiosk, '=') + 1;
    kiosk[strlen(kiosk) - 2] = '\0';
    assert_int_equal(session_token_hash(value, hash), 0);
    snprintf(kiosk + strlen(kiosk), 3, "\r\n");
    session_end(server.sessions, hash);
    expect("GET", "/session", kiosk, NULL, 401, "terminal.revoked");
    said = ask("GET", "/terminals", root, NULL);
    snprintf(path, sizeof(path), "/terminals/%lld", (long long)integer(item(&said, 1), "id"));
    drop(&said);
    expect("DELETE", path, root, NULL, 204, NULL);
    assert_int_equal(terminals_load(&app), 1);
    expect("GET", "/session", kiosk, NULL, 200, NULL);
    expect("GET", "/session", other, NULL, 401, "terminal.revoked");
}

static void test_call(void **state)
{
    char root[256], kiosk[256], lin[256], path[64];
    struct feed_stats before, after;
    struct said said;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    add_user(root, "lin", "consultant");
    login_ok("lin", WORD, lin);
    pair(root, kiosk);
    feed_get_stats(server.feed, &before);
    said = ask("POST", "/terminal/call", kiosk, "{\"reason\":\"help\"}");
    assert_int_equal(said.status, 201);
    keys(said.body, "id terminal reason unit at_ms answered_by answered_ms");
    assert_string_equal(text(said.body, "terminal"), "Hall 1");
    snprintf(path, sizeof(path), "/alerts/%lld/answer", (long long)integer(said.body, "id"));
    drop(&said);
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"help\"}", 200, NULL);
    feed_get_stats(server.feed, &after);
    assert_int_equal(after.posted - before.posted, 1); /* to the staff, once */
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"fire\"}", 422, "fields.wrong");
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"other\",\"unit_id\":9}", 404, "not-found");
    expect("GET", "/alerts", root, NULL, 403, "right.denied");
    said = ask("GET", "/alerts", lin, NULL);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), 1);
    drop(&said);
    said = ask("POST", path, lin, NULL);
    assert_int_equal(said.status, 200);
    assert_string_equal(text(said.body, "answered_by"), "lin");
    drop(&said);
    feed_get_stats(server.feed, &after);
    assert_int_equal(after.posted - before.posted, 3); /* to the staff and to the terminal */
    said = ask("GET", "/alerts", lin, NULL);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), 0);
    drop(&said);
    expect("POST", "/alerts/99/answer", lin, NULL, 404, "not-found");
}

/* ---- the log ---- */

static void test_audit(void **state)
{
    char root[256], path[256];
    struct said said;
    int64_t last;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    add_user(root, "lin", "cashier");
    said = ask("GET", "/audit?limit=2", root, NULL);
    assert_int_equal(said.status, 200);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), 2);
    keys(item(&said, 0), "seq at_ms actor actor_kind action object detail hash");
    assert_string_equal(text(item(&said, 0), "action"), "user.create");
    assert_string_equal(text(item(&said, 0), "actor"), "root");
    assert_string_equal(text(item(&said, 0), "actor_kind"), "user");
    assert_non_null(strstr(text(item(&said, 0), "detail"), "login: lin; name: lin; posts: "));
    last = integer(item(&said, 1), "seq");
    snprintf(path, sizeof(path), "/audit?limit=2&cursor=%s", text(said.body, "next"));
    drop(&said);
    said = ask("GET", path, root, NULL);
    assert_int_equal(integer(item(&said, 0), "seq"), last - 1);
    drop(&said);
    said = ask("GET", "/audit?action=user.login&actor=root", root, NULL);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), 1);
    assert_null(json_object_get(said.body, "next"));
    drop(&said);
    expect("GET", "/audit?cursor=AAAA", root, NULL, 400, "cursor.invalid");
    expect("GET", "/audit?limit=501", root, NULL, 422, "fields.wrong");
    said = ask("GET", "/audit/verify", root, NULL);
    keys(said.body, "ok rows head checked_ms");
    assert_true(json_is_true(json_object_get(said.body, "ok")));
    assert_int_equal(integer(said.body, "rows"), count("SELECT COUNT(*) FROM audit"));
    assert_int_equal(strlen(text(said.body, "head")), 64);
    drop(&said);
}

static void test_change_in_words(void **state)
{
    char root[256], path[64];
    struct said said;

    (void)state;
    login_ok("root", ROOT_WORD, root);
    snprintf(path, sizeof(path), "/users/%lld", (long long)add_user(root, "lin", "cashier"));
    expect("PATCH", path, root, "{\"version\":1,\"name\":\"\xe6\x9e\x97\"}", 200, NULL);
    said = ask("GET", "/audit?limit=1", root, NULL);
    assert_string_equal(text(item(&said, 0), "detail"), "name: lin \xe2\x86\x92 \xe6\x9e\x97");
    drop(&said);
    /* A file that somebody damaged still shows. */
    sql((char[]){"DROP TRIGGER audit_no_update;"
                 "UPDATE audit SET actor = CAST(x'ff41' AS TEXT) WHERE seq = 3"});
    said = ask("GET", "/audit?limit=500", root, NULL);
    assert_int_equal(said.status, 200);
    drop(&said);
    said = ask("GET", "/audit/verify", root, NULL);
    keys(said.body, "ok rows first_bad reason head checked_ms");
    assert_int_equal(integer(said.body, "first_bad"), 3);
    assert_string_equal(text(said.body, "reason"), "hash");
    drop(&said);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

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
        T(test_disable_ends_sessions),
        T(test_rights_follow_at_once),
        T(test_password_set_by_another),
        T(test_user_refusals),
        T(test_posts),
        T(test_terminal),
        T(test_too_many_codes),
        T(test_restart),
        T(test_call),
        T(test_audit),
        T(test_change_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
