/* test_people.c - users, posts, pairing, calls for staff and the log, as a browser sees them. */
#include "people_server.h"

#include "detail_text.h"

#include "db/writer.h"

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
    expect("POST", "/users", root, "{\"login\":\"a b\",\"name\":\"\",\"password\":\"" WORD "\"}",
           422, "fields.wrong");
    expect("POST", "/users", root,
           "{\"login\":\"lin\",\"name\":\"L\",\"password\":\"short\",\"post_ids\":[]}", 422,
           "password.weak");
    expect("POST", "/users", root,
           "{\"login\":\"lin\",\"name\":\"L\",\"password\":\"" WORD "\",\"post_ids\":[],\"id\":1}",
           422, "fields.wrong");
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
    char root[256], kiosk[256], both[256], path[64];
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
    /* Thirty characters, ninety bytes: no name of a page, and the list still shows. */
    expect("POST", "/terminal/heartbeat", kiosk,
           "{\"screen\":\"x\",\"frame_ms\":1,\"page_version\":"
           "\"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\"}",
           200, NULL);
    said = ask("GET", "/terminals", root, NULL);
    assert_int_equal(said.status, 200);
    assert_true(json_is_null(json_object_get(item(&said, 0), "page_version")));
    drop(&said);
    /* Somebody logged in at the terminal: his rights, and the page's own calls still pass. */
    snprintf(both, sizeof(both), "%.*s; %s", (int)strcspn(kiosk, "\r"), kiosk, root + 8);
    expect("POST", "/terminal/heartbeat", both, "{\"screen\":\"x\",\"frame_ms\":1}", 200, NULL);
    expect("GET", "/users", both, NULL, 200, NULL);
    expect("POST", "/terminal/heartbeat", root, "{\"screen\":\"x\",\"frame_ms\":1}", 403,
           "right.denied");
    expect("DELETE", path, root, NULL, 204, NULL);
    expect("GET", "/session", kiosk, NULL, 401, "terminal.revoked");
    expect("POST", "/terminal/pair", NULL, "{\"code\":\"1234567\"}", 422, "pairing.code");
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'terminal.pair-failed'"), 2);
}

static void test_too_many_codes(void **state)
{
    int64_t now = clock_wall_ms();

    (void)state;
    for (int i = 0; i < TERMINAL_TRIES_MAX - 1; i++)
        terminals_tried_wrong(app.terminals, now);
    expect("POST", "/terminal/pair", NULL, "{\"code\":\"12345678\"}", 422, "pairing.code");
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
    keys(said.body,
         "id terminal reason unit free_bytes at_ms answered_by answered_by_name answered_ms");
    assert_string_equal(text(said.body, "terminal"), "Hall 1");
    snprintf(path, sizeof(path), "/alerts/%lld/answer", (long long)integer(said.body, "id"));
    drop(&said);
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"help\"}", 200, NULL);
    feed_get_stats(server.feed, &after);
    assert_int_equal(after.posted - before.posted, 1); /* to the staff, once */
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"fire\"}", 422, "fields.wrong");
    expect("POST", "/terminal/call", kiosk, "{\"reason\":\"other\",\"unit_id\":9}", 404,
           "not-found");
    expect("GET", "/alerts", root, NULL, 403, "right.denied");
    said = ask("GET", "/alerts", lin, NULL);
    assert_int_equal(json_array_size(json_object_get(said.body, "items")), 1);
    drop(&said);
    said = ask("POST", path, lin, NULL);
    assert_int_equal(said.status, 200);
    assert_string_equal(text(said.body, "answered_by"), "lin");
    assert_string_equal(text(said.body, "answered_by_name"), "lin");
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
    keys(item(&said, 0), "seq at_ms actor actor_name actor_kind action object detail hash");
    assert_string_equal(text(item(&said, 0), "action"), "user.create");
    assert_string_equal(text(item(&said, 0), "actor"), "root");
    assert_string_equal(text(item(&said, 0), "actor_kind"), "user");
    assert_non_null(strstr(detail_text(item(&said, 0)), "login: lin; name: lin; posts: "));
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
    assert_string_equal(detail_text(item(&said, 0)), "name: lin > \xe6\x9e\x97");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
