/* test_rights.c - every route of the table against every role, through the server that enforces it
 * (PA-03, PA-04, RS T6): allowed if and only if the role has the route's right. The handlers are
 * not called; each route answers with one of the test's own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/http/http.h"
#include "http_server.h"

/* The table is wanted, the handlers are not: declared weak, they need not be linked. */
#define int __attribute__((weak)) int
#include "daemon/api/api.h"
#undef int
#include "daemon/api/routes.c" /* NOLINT(bugprone-suspicious-include) */

enum { ROUTES_MAX = 1024 };

static struct server server;
static struct route table[ROUTES_MAX];
static char paths[ROUTES_MAX][160]; /* as a client would write them */

static int allowed(struct call *call)
{
    call->reply.status = 204;
    return 0;
}

/* "/api/v1/units/{unit}" as "/api/v1/units/1". */
static void path_fill(const char *pattern, char *out, size_t size)
{
    size_t n = 0;

    for (const char *p = pattern; *p && n < size - 1; p++) {
        if (*p == '{') {
            out[n++] = '1';
            p = strchr(p, '}');
        } else {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
}

static int setup(void **state)
{
    struct http_options o = {.routes = table, .limits = {.no_rate = true}};
    size_t i;

    (void)state;
    for (i = 0; routes[i].method; i++) {
        bool get = strcmp(routes[i].method, "GET") == 0;

        table[i] = routes[i];
        table[i].flags = get ? ROUTE_RAW : ROUTE_WRITE | ROUTE_NO_BODY_OK;
        table[i].handler = allowed;
        table[i].prepare = NULL;
        table[i].body_max = 0;
        path_fill(routes[i].path, paths[i], sizeof(paths[i]));
    }
    assert_true(i > 100 && i < ROUTES_MAX);
    return server_start(&server, &o, "CREATE TABLE t(x INTEGER) STRICT");
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

static bool is_machine(const struct role_info *role)
{
    return (role->rights & RIGHT_BIT(RIGHT_TERMINAL_SELF)) != 0;
}

static int ask(const struct route *route, size_t i, const char *cookie, char code[64])
{
    char headers[512];
    struct answer a;
    const char *at;
    int status;

    snprintf(headers, sizeof(headers), "X-Anchang: 1\r\nContent-Type: application/json\r\n%s",
             cookie);
    a = client_ask(server.port, route->method, paths[i], headers, NULL);
    at = a.text ? strstr(a.body, "\"code\":\"") : NULL;
    snprintf(code, 64, "%.*s", at ? (int)strcspn(at + 8, "\"") : 0, at ? at + 8 : "");
    status = a.status;
    free(a.text);
    return status;
}

static void check_role(const struct role_info *role, const char *cookie)
{
    char code[64];

    for (size_t i = 0; table[i].method; i++) {
        enum right right = table[i].right;
        bool open = right == RIGHT_NONE;
        bool may = open || (role && (right == RIGHT_SELF || (role->rights & RIGHT_BIT(right))));
        const char *who = role ? role->code : "nobody";
        const char *expected = may ? "" : role ? "right.denied" : "login.needed";
        int status = ask(&table[i], i, cookie, code);

        if (status != (may ? 204 : role ? 403 : 401) || strcmp(code, expected) != 0)
            fail_msg("%s: %s %s answered %d %s", who, table[i].method, paths[i], status, code);
    }
}

static void test_matrix(void **state)
{
    char cookie[256];

    (void)state;
    for (int k = 0; k < roles_count; k++) {
        struct identity id = {
            .actor = {.kind = ACTOR_USER, .id = k + 1, .rights = roles[k].rights}};

        if (is_machine(&roles[k])) {
            id.actor.kind = ACTOR_TERMINAL;
            id.terminal_id = id.actor.id;
        }
        server_login(&server, &id, client_now_ms(), cookie, sizeof(cookie));
        check_role(&roles[k], cookie);
    }
    check_role(NULL, "");
}

/* Until the initial password is changed: whoami, log-out, and the change itself, nothing else. */
static void test_must_change_password(void **state)
{
    static const char *const open[] = {"GET /api/v1/session", "DELETE /api/v1/session",
                                       "POST /api/v1/session/password"};
    struct identity id = {.actor = {.kind = ACTOR_USER, .id = 1, .rights = ~(right_set)0},
                          .must_change_password = true};
    char cookie[256], code[64], key[256];

    (void)state;
    server_login(&server, &id, client_now_ms(), cookie, sizeof(cookie));
    for (size_t i = 0; table[i].method; i++) {
        bool may = table[i].right == RIGHT_NONE;
        int status = ask(&table[i], i, cookie, code);

        snprintf(key, sizeof(key), "%s %s", table[i].method, table[i].path);
        for (size_t k = 0; k < sizeof(open) / sizeof(open[0]); k++)
            may = may || strcmp(open[k], key) == 0;
        if (status != (may ? 204 : 403) || strcmp(code, may ? "" : "password.change-needed") != 0)
            fail_msg("%s answered %d %s", key, status, code);
    }
}

/* ---- the table itself: what a careless edit of a .def file would open ---- */

static void test_open_routes(void **state)
{
    static const char *const open[] = {
        "POST /api/v1/session",
        "POST /api/v1/terminal/pair",
        "GET /api/v1/links/{token}",
        "GET /api/v1/links/{token}/media/{media}",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    };
    size_t found = 0;
    char key[256];

    (void)state;
    for (size_t i = 0; routes[i].method; i++) {
        bool named = false;

        if (routes[i].right != RIGHT_NONE)
            continue;
        snprintf(key, sizeof(key), "%s %s", routes[i].method, routes[i].path);
        for (size_t k = 0; k < sizeof(open) / sizeof(open[0]); k++)
            named = named || strcmp(open[k], key) == 0;
        if (!named)
            fail_msg("%s is open to anybody", key);
        found++;
    }
    assert_int_equal(found, sizeof(open) / sizeof(open[0]));
}

static void test_machines(void **state)
{
    (void)state;
    for (int k = 0; k < roles_count; k++) {
        right_set most =
            RIGHT_BIT(RIGHT_SELF) | RIGHT_BIT(RIGHT_CHART_PUBLIC) | RIGHT_BIT(RIGHT_TERMINAL_SELF);

        if (is_machine(&roles[k]) && (roles[k].rights & ~most))
            fail_msg("%s may more than a machine", roles[k].code);
        assert_true((roles[k].rights & RIGHT_BIT(RIGHT_SELF)) != 0);
    }
    /* What a machine may change: its own session and calls, papers of what it shows; no more. */
    for (size_t i = 0; routes[i].method; i++)
        if (routes[i].right == RIGHT_CHART_PUBLIC &&
            strcmp(routes[i].path, "/api/v1/public/units/{unit}/handouts") != 0)
            assert_string_equal(routes[i].method, "GET");
}

/* A built-in post has a name in each language, no two the same; another's name is its own. */
static void test_post_names(void **state)
{
    (void)state;
    for (int k = 0; k < roles_count; k++) {
        assert_string_equal(post_name_in(roles[k].zh, LANG_ZH), roles[k].zh);
        assert_string_equal(post_name_in(roles[k].zh, LANG_EN), roles[k].en);
        for (int i = 0; i < k; i++)
            assert_string_not_equal(roles[i].zh, roles[k].zh);
    }
    assert_string_equal(post_name_in("值班经理", LANG_EN), "值班经理");
    assert_string_equal(post_name_in("", LANG_EN), "");
}

static void test_duties_apart(void **state)
{
    (void)state;
    for (int k = 0; k < roles_count; k++) {
        right_set set = roles[k].rights;
        bool admin = strcmp(roles[k].code, "admin") == 0;

        /* Who keeps the accounts sells nothing; who sells keeps no accounts and no log. */
        assert_true(admin == ((set & RIGHT_BIT(RIGHT_USER_EDIT)) != 0));
        if (admin)
            assert_true((set & (RIGHT_BIT(RIGHT_PRICE_EDIT) | RIGHT_BIT(RIGHT_UNIT_HOLD) |
                                RIGHT_BIT(RIGHT_PUBLICATION_APPROVE))) == 0);
        /* Who sees a customer in clear sees him masked, and is known by name: no machine, no
         * administrator, nobody who only reads figures. */
        if (set & RIGHT_BIT(RIGHT_CUSTOMER_CLEAR))
            assert_true((set & RIGHT_BIT(RIGHT_CUSTOMER_VIEW)) && !is_machine(&roles[k]) && !admin);
        /* Points are money's worth: who takes money does not make them. */
        if (strcmp(roles[k].code, "cashier") == 0)
            assert_false(set & RIGHT_BIT(RIGHT_POINTS_EDIT));
        /* Approving takes a manager. */
        if (set & RIGHT_BIT(RIGHT_PUBLICATION_APPROVE))
            assert_string_equal(roles[k].code, "sales-manager");
    }
}

/* What guesses at a secret is counted against the address; at a member's PIN against the terminal
 * (swipe.h), so that a kiosk's wrong PINs are not those of the staff beside it. */
static void test_guessing_is_slowed(void **state)
{
    (void)state;
    for (size_t i = 0; routes[i].method; i++) {
        bool guess = strcmp(routes[i].path, "/api/v1/session") == 0 ||
                     strcmp(routes[i].path, "/api/v1/terminal/pair") == 0;

        if (guess && strcmp(routes[i].method, "POST") == 0)
            assert_true(routes[i].flags & ROUTE_LOGIN);
        if (strcmp(routes[i].path, "/api/v1/terminal/member") == 0)
            assert_false(routes[i].flags & ROUTE_LOGIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_matrix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_must_change_password, setup, teardown),
        cmocka_unit_test(test_open_routes),
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_post_names),
        cmocka_unit_test(test_duties_apart),
        cmocka_unit_test(test_guessing_is_slowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
