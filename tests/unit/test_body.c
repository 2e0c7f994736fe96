/* test_body.c - JSON bodies and query parameters: what is taken and what is named as wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/json.h"
#include "daemon/http/request.h"

static enum fault_code parse_code(const char *text, size_t n)
{
    struct fault f = {0};
    json_t *o = NULL;
    enum fault_code code = FAULT_COUNT;

    if (json_body_parse(text, n, &f, &o) < 0) {
        assert_null(o);
        assert_true(f.set);
        code = f.code;
    }
    json_decref(o);
    fault_clear(&f);
    return code;
}

static void test_parse(void **state)
{
    static const char *const good[] = {"{}", " {\"a\":9007199254740993} ",
                                       "{\"a\":\"\\ud83d\\ude00 \xe4\xb8\xad\"}",
                                       "{\"a\":\"[[[[{{{{\\\"[[\"}",
                                       /* an escaped quote does not end a string */
                                       "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}"};
    static const char *const bad[] = {
        "",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "{}x",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1e400}",
        "{\"a\":99999999999999999999}",
        "{\"a\":NaN}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\xaf\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00x\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\x01\"}",
        "{'a':1}",
        "{\"a\":1,}",
        "{a:1}",
        "\xef\xbb\xbf{}",
        "{\"a\\u0000\":1}",
    };
    char deep[200];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(parse_code(good[i], strlen(good[i])), FAULT_COUNT);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (parse_code(bad[i], strlen(bad[i])) != FAULT_JSON)
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(parse_code("{}\0", 3), FAULT_JSON);
    memset(deep, '[', sizeof(deep));
    memcpy(deep, "{\"a\":", 5);
    assert_int_equal(parse_code(deep, sizeof(deep)), FAULT_JSON_DEPTH);
    /* 32 levels are taken: an object and 31 arrays. */
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', 31);
    memset(deep + 36, ']', 31);
    deep[67] = '}';
    assert_int_equal(parse_code(deep, 68), FAULT_COUNT);
    memset(deep + 5, '[', 32); /* one more */
    memset(deep + 37, ']', 32);
    deep[69] = '}';
    assert_int_equal(parse_code(deep, 70), FAULT_JSON_DEPTH);
}

struct fixture {
    struct call call;
    struct fault fault;
    struct request request;
    struct route route;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));

    x->call.tx.fault = &x->fault;
    x->call.request = &x->request;
    x->route.path = "/api/things";
    x->call.route = &x->route;
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;

    json_decref(x->call.body);
    fault_clear(&x->fault);
    free(x);
    return 0;
}

static void take(struct fixture *x, const char *text, struct body *b)
{
    json_decref(x->call.body);
    fault_clear(&x->fault);
    x->call.body = NULL;
    assert_int_equal(json_body_parse(text, strlen(text), &x->fault, &x->call.body), 0);
    body_begin(b, &x->call);
}

/* "code:field" of each item, blank-separated. */
static const char *items(const struct fixture *x)
{
    static char text[1024];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < x->fault.n_items; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s:%s", i ? " " : "",
                              fault_code_text(x->fault.items[i].code), x->fault.items[i].field);
    return text;
}

static void test_fields(void **state)
{
    struct fixture *x = *state;
    static const char *const choices[] = {"red", "green", NULL};
    int64_t number = -1, absent = 5, *ids = NULL;
    const char *text = NULL, *wide = NULL;
    json_t *array = NULL, *object = NULL;
    bool flag = false;
    int choice = -1;
    size_t n = 0;
    struct body b;

    take(x,
         "{\"n\":42,\"t\":\"  \xe4\xb8\xad b \",\"w\":\"\xe3\x80\x80x\xe3\x80\x80\",\"f\":true,"
         "\"c\":\"green\",\"ids\":[3,1],\"a\":[1],\"o\":{\"k\":1},\"z\":null}",
         &b);
    body_int(&b, "n", BODY_REQUIRED, 1, 100, &number);
    body_int(&b, "gone", BODY_OPTIONAL, 1, 100, &absent);
    body_int(&b, "z", BODY_OPTIONAL, 1, 100, &absent);
    body_text(&b, "t", BODY_REQUIRED, 3, 3, &text);
    body_text(&b, "w", BODY_REQUIRED, 1, 1, &wide);
    body_bool(&b, "f", BODY_REQUIRED, &flag);
    body_choice(&b, "c", BODY_REQUIRED, choices, &choice);
    body_ids(&b, "ids", BODY_REQUIRED, 10, &ids, &n);
    body_array(&b, "a", BODY_REQUIRED, 1, &array);
    body_object(&b, "o", BODY_REQUIRED, &object);
    assert_true(body_has(&b, "z"));
    assert_false(body_has(&b, "gone"));
    assert_int_equal(body_end(&b), 0);
    assert_int_equal(number, 42);
    assert_int_equal(absent, 5);
    assert_string_equal(text, "\xe4\xb8\xad b");
    assert_string_equal(wide, "x");
    assert_true(flag);
    assert_int_equal(choice, 1);
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], 3);
    assert_non_null(array);
    assert_non_null(object);
    free(ids);
}

/* RS F35: the same name written in two ways is one, and its length is that of the one form. */
static void test_one_form(void **state)
{
    struct fixture *x = *state;
    const char *apart = NULL, *one = NULL, *hangul = NULL;
    struct body b;

    take(x, "{\"a\":\" Jose\\u0301\",\"b\":\"Jos\\u00e9\",\"c\":\"\\u1112\\u1161\\u11ab\"}", &b);
    body_text(&b, "a", BODY_REQUIRED, 4, 4, &apart);
    body_text(&b, "b", BODY_REQUIRED, 4, 4, &one);
    body_text(&b, "c", BODY_REQUIRED, 1, 1, &hangul);
    assert_int_equal(body_end(&b), 0);
    assert_string_equal(apart, "Jos\xc3\xa9");
    assert_string_equal(apart, one);
    assert_string_equal(hangul, "\xed\x95\x9c");
}

/* A word of a list is a text like any other: trimmed, in the one form, measured. */
static void test_words(void **state)
{
    struct fixture *x = *state;
    const char *words[3] = {NULL};
    size_t n = 7;
    struct body b;

    take(x, "{\"w\":[\" a b \",\"\\u3000Jose\\u0301\"],\"e\":[\"\"]}", &b);
    body_words(&b, "gone", BODY_OPTIONAL, 3, 1, 4, words, &n);
    assert_int_equal(n, 7);
    body_words(&b, "w", BODY_REQUIRED, 3, 1, 4, words, &n);
    assert_int_equal(n, 2);
    assert_string_equal(words[0], "a b");
    assert_string_equal(words[1], "Jos\xc3\xa9");
    body_words(&b, "e", BODY_REQUIRED, 3, 0, 4, words, &n);
    assert_int_equal(n, 1);
    assert_int_equal(body_end(&b), 0);

    take(x, "{\"w\":[\"ok\",\"\",3,\"a\\u202eb\"],\"long\":[\"abcde\"],\"m\":[\"1\",\"2\"]}", &b);
    body_words(&b, "w", BODY_REQUIRED, 4, 1, 4, (const char *[4]){NULL}, &n);
    body_words(&b, "long", BODY_REQUIRED, 1, 1, 4, words, &n);
    body_words(&b, "m", BODY_REQUIRED, 1, 1, 4, words, &n);
    assert_int_equal(body_end(&b), -EREFUSED);
    assert_string_equal(items(x),
                        "field.length:w field.type:w field.text:w field.length:long field.range:m");
    assert_int_equal(x->fault.items[0].row, 2);
    assert_int_equal(x->fault.items[2].row, 4);
    assert_int_equal(x->fault.items[4].row, 0);
}

static void test_fields_wrong(void **state)
{
    struct fixture *x = *state;
    static const char *const choices[] = {"red", NULL};
    int64_t number = -7, *ids = NULL;
    const char *text = "before";
    bool flag = false;
    int choice = -7;
    size_t n = 0;
    struct body b;

    take(x,
         "{\"n\":1.0,\"r\":101,\"t\":\"a\\u202eb\",\"l\":\"abcd\",\"f\":1,\"c\":\"blue\","
         "\"ids\":[1,-1],\"is_admin\":true}",
         &b);
    body_int(&b, "n", BODY_REQUIRED, 1, 100, &number);
    body_int(&b, "r", BODY_REQUIRED, 1, 100, &number);
    body_int(&b, "missing", BODY_REQUIRED, 1, 100, &number);
    body_text(&b, "t", BODY_REQUIRED, 1, 10, &text);
    body_text(&b, "l", BODY_REQUIRED, 1, 3, &text);
    body_bool(&b, "f", BODY_REQUIRED, &flag);
    body_choice(&b, "c", BODY_REQUIRED, choices, &choice);
    body_ids(&b, "ids", BODY_REQUIRED, 10, &ids, &n);
    assert_int_equal(body_end(&b), -EREFUSED);
    assert_int_equal(x->fault.code, FAULT_FIELDS_WRONG);
    assert_string_equal(items(x), "field.type:n field.range:r field.missing:missing field.text:t "
                                  "field.length:l field.type:f field.choice:c field.type:ids "
                                  "field.unknown:is_admin");
    /* Nothing was handed out. */
    assert_int_equal(number, -7);
    assert_string_equal(text, "before");
    assert_int_equal(choice, -7);
    assert_null(ids);
    /* A hostile name is not repeated to anybody. */
    take(x, "{\"\\u202eevil\":1}", &b);
    assert_int_equal(body_end(&b), -EREFUSED);
    assert_string_equal(x->fault.items[0].field, "");
    /* Items of nested objects say where. */
    take(x, "{}", &b);
    b.prefix = "units/3";
    body_int(&b, "area", BODY_REQUIRED, 1, 9, &number);
    assert_int_equal(body_end(&b), -EREFUSED);
    assert_string_equal(items(x), "field.missing:units/3/area");
}

/* Each bound from both sides. */
static void test_field_bounds(void **state)
{
    static const struct {
        const char *text, *items;
    } rows[] = {
        {"{\"n\":1,\"t\":\"a\",\"ids\":[1],\"a\":[]}", ""},
        {"{\"n\":9,\"t\":\"abc\",\"ids\":[1,2],\"a\":[1,2]}", ""},
        {"{\"n\":0,\"t\":\"\",\"ids\":[],\"a\":[]}",
         "field.range:n field.length:t field.range:ids"},
        {"{\"n\":10,\"t\":\"abcd\",\"ids\":[1,2,3],\"a\":[1,2,3]}",
         "field.range:n field.length:t field.range:ids field.range:a"},
        {"{\"n\":5,\"t\":\"ab\",\"ids\":[0],\"a\":[1]}", "field.type:ids"},
        {"{\"n\":5,\"t\":\"ab\",\"ids\":[\"1\"],\"a\":1}", "field.type:ids field.type:a"},
    };
    struct fixture *x = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t number = 0, *ids = NULL;
        const char *text = NULL;
        json_t *array = NULL;
        struct body b;
        size_t n = 0;
        int r;

        take(x, rows[i].text, &b);
        body_int(&b, "n", BODY_REQUIRED, 1, 9, &number);
        body_text(&b, "t", BODY_REQUIRED, 1, 3, &text);
        body_ids(&b, "ids", BODY_REQUIRED, 2, &ids, &n);
        body_array(&b, "a", BODY_REQUIRED, 2, &array);
        r = body_end(&b);
        free(ids);
        if (strcmp(items(x), rows[i].items) != 0)
            fail_msg("row %zu: %s", i, items(x));
        assert_int_equal(r, rows[i].items[0] ? -EREFUSED : 0);
    }
}

static void set_query(struct fixture *x, const char *text)
{
    snprintf(x->request.query_text, sizeof(x->request.query_text), "%s", text);
    fault_clear(&x->fault);
    assert_int_equal(
        guard_query(x->request.query_text, x->request.query, &x->request.n_query, &x->fault), 0);
}

static void test_query_int(void **state)
{
    struct fixture *x = *state;
    int64_t v = 0;
    static const char *const bad[] = {
        "n=", "n=x", "n=1x", "n=-", "n=101", "n=0", "n=-5", "n=1.0", "n=99999999999999999999"};

    set_query(x, "n=42&text=%E4%B8%AD");
    assert_int_equal(call_query_int(&x->call, "n", 1, 100, 7, &v), 0);
    assert_int_equal(v, 42);
    assert_int_equal(call_query_int(&x->call, "m", 1, 100, 7, &v), 0);
    assert_int_equal(v, 7);
    assert_string_equal(call_query(&x->call, "text"), "中");
    assert_null(call_query(&x->call, "tex"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_query(x, bad[i]);
        assert_int_equal(call_query_int(&x->call, "n", 1, 100, 7, &v), -EREFUSED);
        assert_int_equal(x->fault.n_items, 1);
    }
    x->call.param[0] = "12";
    assert_int_equal(call_param_id(&x->call, 0, &v), 0);
    assert_int_equal(v, 12);
    x->call.param[0] = "0";
    assert_int_equal(call_param_id(&x->call, 0, &v), -EREFUSED);
    x->call.param[0] = "12a";
    assert_int_equal(call_param_id(&x->call, 0, &v), -EREFUSED);
    assert_int_equal(x->fault.code, FAULT_NOT_FOUND);
    assert_int_equal(call_param_id(&x->call, 1, &v), -EREFUSED);
}

static void test_cursor(void **state)
{
    struct fixture *x = *state;
    int64_t in[2] = {123456789012345, -2}, out[2] = {0, 0};
    json_t *o = json_object();
    bool present = true;
    char query[200];
    const char *text;

    assert_int_equal(cursor_read(&x->call, out, 2, &present), 0);
    assert_false(present);
    cursor_write(&x->call, in, 2, o);
    text = json_string_value(json_object_get(o, "next"));
    assert_non_null(text);
    snprintf(query, sizeof(query), "cursor=%s", text);
    set_query(x, query);
    assert_int_equal(cursor_read(&x->call, out, 2, &present), 0);
    assert_true(present);
    assert_memory_equal(in, out, sizeof(in));
    /* Of another size, of another route, changed: refused. */
    assert_int_equal(cursor_read(&x->call, out, 1, &present), -EREFUSED);
    x->route.path = "/api/others";
    assert_int_equal(cursor_read(&x->call, out, 2, &present), -EREFUSED);
    assert_int_equal(x->fault.code, FAULT_CURSOR);
    x->route.path = "/api/things";
    query[9] = query[9] == 'A' ? 'B' : 'A';
    set_query(x, query);
    assert_int_equal(cursor_read(&x->call, out, 2, &present), -EREFUSED);
    set_query(x, "cursor=AAAA");
    assert_int_equal(cursor_read(&x->call, out, 2, &present), -EREFUSED);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_form, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fields_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_field_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query_int, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cursor, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
