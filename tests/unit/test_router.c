/* test_router.c - the table of routes: what it finds, what it must not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/http/router.h"

static int nothing(struct call *call)
{
    (void)call;
    return 0;
}

static void test_router(void **state)
{
    static const struct route table[] = {
        {"GET", "/api/units", RIGHT_SELF, 0, nothing, 0, NULL},
        {"POST", "/api/units", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL},
        {"GET", "/api/units/{unit}", RIGHT_SELF, 0, nothing, 0, NULL},
        {"GET", "/api/units/{unit}/history/{row}", RIGHT_SELF, 0, nothing, 0, NULL},
        {"POST", "/api/units/import", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL},
        {"GET", "/", RIGHT_NONE, 0, nothing, 0, NULL},
        {0},
    };
    static const struct {
        const char *method, *path;
        int result, index;
        const char *allow;
    } rows[] = {
        {"GET", "/api/units", 0, 0, ""},
        {"HEAD", "/api/units", 0, 0, ""},
        {"POST", "/api/units", 0, 1, ""},
        {"GET", "/api/units/7", 0, 2, ""},
        {"GET", "/api/units/7/history/x.y-z_1", 0, 3, ""},
        {"POST", "/api/units/import", 0, 4, ""},
        {"GET", "/", 0, 5, ""},
        {"GET", "/api/units/", -ENOENT, 0, ""},
        {"GET", "/api/units/~a", -ENOENT, 0, ""},
        {"GET", "/api/units/7/history", -ENOENT, 0, ""},
        {"GET", "/api", -ENOENT, 0, ""},
        {"GET", "/apiunits", -ENOENT, 0, ""},
        {"DELETE", "/api/units", -EPERM, 0, "GET, HEAD, POST"},
        {"GET", "/api/units/import", -EPERM, 0, "POST"},
    };
    struct router *r = NULL;
    char why[128];

    (void)state;
    assert_int_equal(router_create(table, why, sizeof(why), &r), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct router_match m = {0};
        char allow[64] = "";

        assert_int_equal(router_find(r, rows[i].method, rows[i].path, strlen(rows[i].path), &m,
                                     allow, sizeof(allow)),
                         rows[i].result);
        if (rows[i].result == 0)
            assert_int_equal(m.index, rows[i].index);
        assert_string_equal(allow, rows[i].allow);
        if (rows[i].index == 3 && rows[i].result == 0) {
            assert_int_equal(m.n_params, 2);
            assert_memory_equal(rows[i].path + m.param[1].at, "x.y-z_1", m.param[1].n);
        }
    }
    router_free(r);
}

static void test_router_refuses(void **state)
{
    static const struct route bad[][3] = {
        {{"GET", "/a", RIGHT_SELF, 0, nothing, 0, NULL},
         {"GET", "/a", RIGHT_SELF, 0, nothing, 0, NULL},
         {0}},
        {{"GET", "/a/{x}", RIGHT_SELF, 0, nothing, 0, NULL},
         {"GET", "/a/{y}", RIGHT_SELF, 0, nothing, 0, NULL},
         {0}},
        {{"GET", "a", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a//b", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a/", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a/{}", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a b", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"BREW", "/a", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a", RIGHT_COUNT, 0, nothing, 0, NULL}, {0}},
        {{"GET", "/a", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL}, {0}},
        {{"POST", "/a", RIGHT_SELF, 0, nothing, 0, NULL}, {0}},
        {{"POST", "/a", RIGHT_SELF, ROUTE_WRITE | ROUTE_RAW, nothing, 0, NULL}, {0}},
        {{"POST", "/a", RIGHT_SELF, ROUTE_WRITE | ROUTE_SLOW, nothing, 0, NULL}, {0}},
        {{"POST", "/a", RIGHT_SELF, ROUTE_WRITE, nothing, 0, nothing}, {0}},
        {{"POST", "/a", RIGHT_SELF, ROUTE_WRITE | ROUTE_SECRET, nothing, 0, NULL}, {0}},
        {{"GET", "/a", RIGHT_SELF, 0, NULL, 0, NULL}, {0}},
        {{"POST", "/a", RIGHT_SELF, ROUTE_WRITE, nothing, 1u << 30, NULL}, {0}},
    };
    char why[128];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (http_routes_check(bad[i], why, sizeof(why)) != -EINVAL)
            fail_msg("table %zu was taken", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router),
        cmocka_unit_test(test_router_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
