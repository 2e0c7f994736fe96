/* test_problem.c - what an answer is made of: its language, its tag, a problem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "daemon/http/problem.h"
#include "daemon/http/response.h"

static void test_language(void **state)
{
    (void)state;
    assert_int_equal(lang_of_header(NULL), LANG_ZH);
    assert_int_equal(lang_of_header("zh-CN,zh;q=0.9,en;q=0.8"), LANG_ZH);
    assert_int_equal(lang_of_header("en-US,en;q=0.9,zh;q=0.8"), LANG_EN);
    assert_int_equal(lang_of_header("zh;q=0.2, en;q=0.3"), LANG_EN);
    assert_int_equal(lang_of_header("fr"), LANG_ZH);
    assert_int_equal(lang_of_header(";;q=,,=,en;q"), LANG_ZH);
}

static void test_etag(void **state)
{
    (void)state;
    assert_true(etag_matches("\"a\"", "\"a\""));
    assert_true(etag_matches("W/\"a\"", "\"a\""));
    assert_true(etag_matches("\"b\", W/\"a\"", "W/\"a\""));
    assert_true(etag_matches("*", "\"a\""));
    assert_false(etag_matches("\"ab\"", "\"a\""));
    assert_false(etag_matches("\"a", "\"a\""));
    assert_false(etag_matches("\"a\"b", "\"a\""));
    assert_false(etag_matches(NULL, "\"a\""));
    assert_false(etag_matches("", "\"a\""));
}

static void test_problem(void **state)
{
    struct fault f = {0};
    char id[PROBLEM_ID_TEXT];
    json_t *o = NULL;

    (void)state;
    fault_item(&f, FAULT_FIELD_MISSING, 3, "name", "field", "name", NULL);
    fault_set(&f, FAULT_FIELDS_WRONG, "count", "1", NULL);
    f.total_items = 4;
    assert_int_equal(problem_make(-EREFUSED, &f, LANG_EN, &o, id), 422);
    assert_string_equal(json_string_value(json_object_get(o, "type")),
                        "urn:anchang:fault:fields.wrong");
    assert_string_equal(json_string_value(json_object_get(o, "code")), "fields.wrong");
    assert_int_equal(json_integer_value(json_object_get(o, "status")), 422);
    assert_int_equal(json_integer_value(json_object_get(o, "more")), 3);
    json_t *item = json_array_get(json_object_get(o, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(item, "field")), "name");
    assert_int_equal(json_integer_value(json_object_get(item, "row")), 3);
    assert_string_equal(json_string_value(json_object_get(item, "detail")), "“name” is missing.");
    json_decref(o);
    fault_clear(&f);
    assert_int_equal(problem_make(-ENOSPC, NULL, LANG_ZH, &o, id), 507);
    json_decref(o);
    assert_int_equal(problem_make(-EBUSY, NULL, LANG_ZH, &o, id), 503);
    assert_string_equal(id, "");
    json_decref(o);
    assert_int_equal(problem_make(-EIO, NULL, LANG_ZH, &o, id), 500);
    assert_int_equal(strlen(id), 12);
    assert_non_null(strstr(json_string_value(json_object_get(o, "detail")), id));
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
