/* people_server.h - a whole server with the routes of people, terminals and members, and one
 * administrator: "root", whose password is ROOT_WORD.
 */
#ifndef ANCHANG_TESTS_PEOPLE_SERVER_H
#define ANCHANG_TESTS_PEOPLE_SERVER_H

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
#include "db/post.h"
#include "db/user.h"
#include "http_server.h"
#include "migrated.h"

#define WORD      "correct horse 9"
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
    {"GET", "/terminal/swipes/{swipe}", RIGHT_TERMINAL_SELF, ROUTE_READ, api_swipe_get, 0, NULL},
    {"POST", "/terminal/member", RIGHT_TERMINAL_SELF, ROUTE_WRITE | ROUTE_SLOW,
     api_member_pass_open, 0, api_member_pass_open_prepare},
    {"GET", "/terminal/member", RIGHT_TERMINAL_SELF, ROUTE_READ, api_member_pass_get, 0, NULL},
    {"DELETE", "/terminal/member", RIGHT_TERMINAL_SELF, ROUTE_WRITE | ROUTE_NO_BODY_OK,
     api_member_pass_end, 0, NULL},
    {"POST", "/customers", RIGHT_CUSTOMER_EDIT, ROUTE_WRITE | ROUTE_IDEMPOTENT, api_customer_create,
     0, NULL},
    {"POST", "/customers/{customer}/clear", RIGHT_CUSTOMER_CLEAR, ROUTE_WRITE | ROUTE_NO_BODY_OK,
     api_customer_clear, 0, NULL},
    {"POST", "/customers/{customer}/cards", RIGHT_CARD_ISSUE, ROUTE_WRITE, api_card_issue, 0, NULL},
    {"GET", "/cards/find", RIGHT_MEMBER_VIEW, ROUTE_READ, api_card_find, 0, NULL},
    {"POST", "/cards/{card}/loss", RIGHT_CARD_ISSUE, ROUTE_WRITE, api_card_lose, 0, NULL},
    {"GET", "/members/{member}", RIGHT_MEMBER_VIEW, ROUTE_READ, api_member_get, 0, NULL},
    {"POST", "/members/{member}/pin", RIGHT_MEMBER_EDIT, ROUTE_WRITE | ROUTE_SLOW,
     api_member_pin_set, 0, api_member_pin_set_prepare},
    {"POST", "/members/{member}/pin/unlock", RIGHT_MEMBER_EDIT, ROUTE_WRITE, api_member_pin_unlock,
     0, NULL},
    {"GET", "/audit", RIGHT_AUDIT_VIEW, ROUTE_READ, api_audit_list, 0, NULL},
    {"GET", "/audit/verify", RIGHT_AUDIT_VIEW, ROUTE_SLOW, api_audit_verify, 0, NULL},
    {0},
};

static struct server server;
static struct app app;
static struct config config;
static int64_t root_id;

/* ---- the server ---- */

static inline void committed(void *arg, const struct change *changes, size_t n)
{
    struct app *a = arg;

    if (a->sessions)
        assert_int_equal(people_committed(a, changes, n), 0);
}

static inline int seed(struct tx *tx, void *arg)
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

static inline int sql_apply(struct tx *tx, void *arg)
{
    return db_script(tx->db, arg);
}

static inline void sql(char *text)
{
    assert_int_equal(writer_call(server.writer, &actor_system, sql_apply, text, NULL), 0);
}

static inline int64_t count(const char *sql_text)
{
    struct db *db = NULL;
    int64_t n = 0;

    assert_int_equal(db_open(server.db_path, DB_READER, &db), 0);
    assert_true(db_get(db, &n, sql_text, "") >= 0);
    db_close(db);
    return n;
}

static inline void start_parts(void)
{
    const struct feed_options feed = {.epoch = "e1", .sessions = server.sessions};

    assert_int_equal(feed_create(&feed, &server.feed), 0);
    assert_int_equal(terminals_create(&app.terminals), 0);
    assert_int_equal(swipes_create(false, &app.swipes), 0);
    snprintf(config.site_name, sizeof(config.site_name), "Test Office");
    snprintf(config.site_lang, sizeof(config.site_lang), "zh");
    app.config = &config;
    app.writer = server.writer;
    app.feed = server.feed;
    app.sessions = server.sessions;
    snprintf(app.db_path, sizeof(app.db_path), "%s", server.db_path);
    memset(app.link_key, 7, sizeof(app.link_key));
}

static inline int setup(void **state)
{
    static const char *const hosts[] = {"x:80", NULL};
    static const uint8_t key[AUDIT_KEY_SIZE] = {9};
    struct writer_options w = {.committed = committed, .arg = &app};
    struct http_options o = {.routes = table, .limits = {.no_rate = true}, .log = server_log};

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
    migrated_make(server.db_path);
    assert_int_equal(seal_ring_add(&app.seal, key), 0);
    w.seal = &app.seal;
    o.seal = &app.seal;
    seal_request_key(&app.seal, o.request_secret);
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

static inline int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    app.terminals = terminals_free(app.terminals);
    app.swipes = swipes_free(app.swipes);
    return 0;
}

/* ---- asking ---- */

struct said {
    int status;
    json_t *body;
    char code[64], cookie[256]; /* a Cookie header line, when one was set */
};

static inline struct said ask(const char *method, const char *path, const char *cookie,
                              const char *body)
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

static inline void drop(struct said *said)
{
    json_decref(said->body);
    said->body = NULL;
}

/* The status, and the code of a refusal. */
static inline void expect(const char *method, const char *path, const char *cookie,
                          const char *body, int status, const char *code)
{
    struct said said = ask(method, path, cookie, body);

    if (said.status != status || (code && strcmp(said.code, code) != 0))
        fail_msg("%s %s: %d %s, expected %d %s", method, path, said.status, said.code, status,
                 code ? code : "");
    drop(&said);
}

static inline struct said login(const char *name, const char *word)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"%s\"}", name, word);
    return ask("POST", "/session", NULL, body);
}

static inline void login_ok(const char *name, const char *word, char cookie[256])
{
    struct said said = login(name, word);

    if (said.status != 200)
        fail_msg("log-in of %s: %d %s", name, said.status, said.code);
    snprintf(cookie, 256, "%s", said.cookie);
    drop(&said);
}

static inline int64_t integer(const json_t *object, const char *name)
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
static inline void keys(const json_t *object, const char *names)
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

static inline json_t *item(const struct said *said, size_t i)
{
    return json_array_get(json_object_get(said->body, "items"), i);
}

static inline int64_t post_id(const char *role)
{
    struct db *db = NULL;
    int64_t id = 0;

    assert_int_equal(db_open(server.db_path, DB_READER, &db), 0);
    assert_int_equal(db_get(db, &id, "SELECT id FROM post WHERE role = $1", "t", role), 1);
    db_close(db);
    return id;
}

/* A user of @role who has changed his password to WORD already. */
static inline int64_t add_user(const char *root, const char *name, const char *role)
{
    struct said said;
    char body[256];
    int64_t id;

    snprintf(body, sizeof(body),
             "{\"login\":\"%s\",\"name\":\"%s\",\"password\":\"%s\",\"post_ids\":[%lld]}", name,
             name, WORD, (long long)post_id(role));
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

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
