/* test_fault.c - the sentences of refusals: arguments, languages, and cutting at a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/fault.h"

/* Whether @text is whole characters of UTF-8. */
static bool whole(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        int more = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : -1;

        if (more < 0)
            return false;
        for (p++; more > 0; more--, p++)
            if ((*p & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* Every sentence in every length, with arguments of three bytes a character: in the middle of an
 * argument, at its end, at the end of the sentence. */
static void test_cut_at_a_character(void **state)
{
    static const char *const names[] = {"unit", "path", "reason", "name", "project", "value"};
    enum { N = sizeof(names) / sizeof(names[0]) };
    struct fault_arg args[N];
    char text[400];

    (void)state;
    for (size_t i = 0; i < N; i++)
        args[i] = (struct fault_arg){names[i], (char *)(uintptr_t) "城南的楼栋与房号"};
    for (int code = 0; code < FAULT_COUNT; code++)
        for (size_t size = 1; size < sizeof(text); size++)
            for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
                size_t n =
                    fault_render((enum fault_code)code, args, N, (enum lang)lang, text, size);

                assert_true(n < size);
                assert_int_equal(strlen(text), n);
                if (!whole(text))
                    fail_msg("%s, %zu bytes: %s", fault_code_text((enum fault_code)code), size,
                             text);
            }
}

/* An item keeps what it was given, past the limit it is only counted, and clearing frees all. */
static void test_items(void **state)
{
    struct fault f = {0};
    char text[100];

    (void)state;
    for (int i = 0; i < FAULT_ITEMS_MAX + 7; i++)
        fault_item(&f, FAULT_UNIT_IN_USE, i + 1, "units", "unit", "1-1-101", NULL);
    assert_int_equal(f.n_items, FAULT_ITEMS_MAX);
    assert_int_equal(f.total_items, FAULT_ITEMS_MAX + 7);
    assert_int_equal(f.items[FAULT_ITEMS_MAX - 1].row, FAULT_ITEMS_MAX);
    fault_render(f.items[0].code, f.items[0].args, f.items[0].n_args, LANG_EN, text, sizeof(text));
    assert_string_equal(text, "1-1-101 has business records and cannot be deleted.");
    assert_int_equal(fault_set(&f, FAULT_NOT_FOUND, NULL), -EREFUSED);
    assert_int_equal(f.n_items, FAULT_ITEMS_MAX); /* its items stay */
    fault_clear(&f);
    assert_false(f.set);
    assert_null(f.items);
    assert_int_equal(fault_set(NULL, FAULT_NOT_FOUND, "a", "b", NULL), -EREFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_a_character),
        cmocka_unit_test(test_items),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
