/* test_contact.c - phones and documents in their one form, and masked. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "db/contact.h"

static const struct {
    enum contact_kind kind;
    const char *typed, *form; /* form NULL: refused */
} forms[] = {
    {CONTACT_PHONE, "13812341234", "13812341234"},
    {CONTACT_PHONE, "+86 138-1234-1234", "13812341234"},
    {CONTACT_PHONE, "86 138 1234 1234", "13812341234"},
    {CONTACT_PHONE, "0086(138)12341234", "13812341234"},
    {CONTACT_PHONE, "１３８１２３４１２３４", "13812341234"},
    {CONTACT_PHONE, "＋８６　１３８　１２３４　１２３４", "13812341234"},
    {CONTACT_PHONE, "010-62345678", "01062345678"},
    {CONTACT_PHONE, "+86 10 62345678", "01062345678"},
    {CONTACT_PHONE, "8612345", "8612345"}, /* a local number that begins so */
    {CONTACT_PHONE, "+852 6123 4567", "+85261234567"},
    {CONTACT_PHONE, "12812341234", NULL}, /* no mobile begins so */
    {CONTACT_PHONE, "1381234123", "1381234123"},
    {CONTACT_PHONE, "138123412345678", NULL},
    {CONTACT_PHONE, "123456", NULL},
    {CONTACT_PHONE, "", NULL},
    {CONTACT_PHONE, "+", NULL},
    {CONTACT_PHONE, "+86", NULL},
    {CONTACT_PHONE, "13812341234;DROP TABLE", NULL},
    {CONTACT_PHONE, "<b>13812341234</b>", NULL},
    {CONTACT_PHONE, "١٣٨١٢٣٤١٢٣٤", NULL}, /* digits of another script */
    {CONTACT_PHONE, "138\xef\xbc", NULL}, /* half a character */
    {CONTACT_ID_CARD, "11010519491231002X", "11010519491231002X"},
    {CONTACT_ID_CARD, "11010519491231002x", "11010519491231002X"},
    {CONTACT_ID_CARD, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
    {CONTACT_ID_CARD, "110105491231002", "11010519491231002X"}, /* the 15 digits of before */
    {CONTACT_ID_CARD, "110105194912310021", NULL},              /* wrong check digit */
    {CONTACT_ID_CARD, "11010519491331002X", NULL},              /* month 13 */
    {CONTACT_ID_CARD, "1101051949123100", NULL},
    {CONTACT_LICENCE, "91350100M000100Y43", "91350100M000100Y43"},
    {CONTACT_LICENCE, "91350100m000100y43", "91350100M000100Y43"},
    {CONTACT_LICENCE, "91350100M000100Y44", NULL},
    {CONTACT_LICENCE, "91350100MO00100Y43", NULL}, /* the letter O is none of them */
    {CONTACT_PASSPORT, "e 1234 5678", "E12345678"},
    {CONTACT_PASSPORT, "E1", NULL},
    {CONTACT_TRAVEL_PERMIT, "H1234567890", "H1234567890"},
    {CONTACT_RESIDENCE_PERMIT, "CHN110180010101", "CHN110180010101"},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char form[CONTACT_TEXT] = "untouched";
        int r = contact_form(forms[i].kind, forms[i].typed, form);

        if (r != (forms[i].form ? 0 : -EINVAL) ||
            strcmp(form, forms[i].form ? forms[i].form : "untouched") != 0)
            fail_msg("%s gives %d %s", forms[i].typed, r, form);
    }
}

static void test_masks(void **state)
{
    static const struct {
        enum contact_kind kind;
        const char *form, *masked;
    } masks[] = {{CONTACT_PHONE, "13812341234", "138****1234"},
                 {CONTACT_PHONE, "01062345678", "****5678"},
                 {CONTACT_PHONE, "+85261234567", "****4567"},
                 {CONTACT_ID_CARD, "11010519491231002X", "****002X"},
                 {CONTACT_PASSPORT, "E1234", "****1234"}};
    static const struct {
        const char *name, *masked;
    } names[] = {{"张三", "张*"}, {"张三丰", "张**"},    {"欧阳修竹子", "欧**"}, {"李", "*"},
                 {"Wu", "W*"},    {"John Smith", "J**"}, {"𠮷野", "𠮷*"},        {"", "*"}};
    char masked[CONTACT_TEXT], name[CONTACT_NAME_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        contact_mask(masks[i].kind, masks[i].form, masked);
        assert_string_equal(masked, masks[i].masked);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        contact_name_mask(names[i].name, name);
        assert_string_equal(name, names[i].masked);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    for (int i = 0; i < CONTACT_KINDS; i++)
        assert_int_equal(contact_kind_of(contact_codes[i]), i);
    assert_null(contact_codes[CONTACT_KINDS]);
    assert_int_equal(contact_kind_of("face"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
