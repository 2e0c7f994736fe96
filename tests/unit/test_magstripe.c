/* test_magstripe.c - what makes a bank card, and what a member's card may look like. Numbers are
 * those that card schemes print in their manuals. */
#include "reader_fixture.h"

#include "drivers/magstripe.h"

static const struct card_form any = {.text = CARD_TEXT_TRACKS};

static int text_read(const struct card_form *form, const char *text, char code[CARD_CODE_TEXT])
{
    struct card_read card;
    int r = magstripe_text(form, text, strlen(text), &card);

    if (r == 0)
        card_code(&card, code);
    return r;
}

static void code_is(const struct card_form *form, const char *text, const char *code)
{
    char out[CARD_CODE_TEXT];
    int r = text_read(form, text, out);

    if (r < 0)
        fail_msg("%s gives %d", text, r);
    assert_string_equal(out, code);
}

static void refused(const struct card_form *form, const char *text, int error)
{
    char out[CARD_CODE_TEXT];
    int r = text_read(form, text, out);

    if (r != error)
        fail_msg("%s gives %d", text, r);
}

static void test_bank(void **state)
{
    static const char *const banks[] = {
        "%B4111111111111111^CARD/TEST^30121010000000000?",
        ";4111111111111111=30121010000000000?",
        ";6222021234567890128=49121200000000000?", /* nineteen digits */
        ";4111111111111112=30121010000000000?",    /* no check digit, but expiry and service code */
        ";411100******1111=3012101?",              /* masked */
        ";4111111111111111==101?",                 /* no expiry */
        ";4111111111111111=?",                     /* nothing behind it */
        "%B3710 293000 00000^AMEX/OLD^30121010000?",            /* blanks in it */
        "%E?;4111111111111111=30121010000000000?",              /* half misread */
        "%A88061^LI/HUA^?;4111111111111111=30121010000000000?", /* a member's number beside it */
        ";8806123456?+014111111111111111=1561560?",             /* on track 3 alone */
        ";500000000000=3012101?",                               /* the shortest */
        NULL};

    (void)state;
    for (size_t i = 0; banks[i]; i++)
        refused(&any, banks[i], -EPERM);
}

static void test_no_bank(void **state)
{
    (void)state;
    code_is(&any, ";8806123456?", "n:8806123456");
    code_is(&any, ";8806123456=1?", "n:8806123456");
    code_is(&any, "%A88061^LI/HUA^?", "n:A88061");
    code_is(&any, "%B88061^LI/HUA^?", "n:B88061");           /* a B alone makes no bank */
    code_is(&any, ";41111111111=3012101?", "n:41111111111"); /* eleven digits */
    code_is(&any, ";4111111111111112?", "n:4111111111111112");
}

static void test_tracks(void **state)
{
    static const char all[] = "%ONE?;2?+3?";

    (void)state;
    code_is(&any, all, "n:ONE");
    code_is(&(struct card_form){.track = 1}, all, "n:ONE");
    code_is(&(struct card_form){.track = 2}, all, "n:2");
    code_is(&(struct card_form){.track = 3}, all, "n:3");
    code_is(&(struct card_form){.track = 3}, ";2?;3?", "n:3");
    code_is(&any, "+3?", "n:3");
    refused(&(struct card_form){.track = 2}, "%ONE?", -EBADMSG);
    refused(&any, "%E?;2?", -EBADMSG); /* misread: not the number of another track instead */
    code_is(&(struct card_form){.track = 2}, "%E?;2?", "n:2");
}

static void test_broken(void **state)
{
    static const char *const rows[] = {"",         "8806",   ";8806", "8806?",     "%?",
                                       ";?",       ";E?",    "%1??",  ";1?;2?;3?", ";1?2",
                                       "%1'OR'1?", ";1?%2?", "? ;1",  "%1;2?3",    NULL};

    (void)state;
    for (size_t i = 0; rows[i]; i++)
        refused(&any, rows[i], -EBADMSG);
}

static void test_lrc(void **state)
{
    const struct card_form form = {.track = 2, .lrc = true}, first = {.track = 1, .lrc = true};
    char text[] = ";88061234?_", track1[] = "%A-17?_";
    unsigned right = 0, right1 = 0;
    char code[CARD_CODE_TEXT];

    (void)state;
    for (unsigned v = 0; v < 16; v++) { /* of sixteen check characters one is right */
        text[10] = (char)(0x30 + v);
        right += text_read(&form, text, code) == 0;
    }
    for (unsigned v = 0; v < 64; v++) {
        track1[6] = (char)(0x20 + v);
        right1 += text_read(&first, track1, code) == 0;
    }
    assert_int_equal(right, 1);
    assert_int_equal(right1, 1);
    /* ';' 8 8 0 6 1 2 3 4 '?' as four bits: B ^ 8 ^ 8 ^ 0 ^ 6 ^ 1 ^ 2 ^ 3 ^ 4 ^ F */
    code_is(&form, ";88061234?6", "n:88061234");
    refused(&form, ";88061234?", -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bank),   cmocka_unit_test(test_no_bank),
        cmocka_unit_test(test_tracks), cmocka_unit_test(test_broken),
        cmocka_unit_test(test_lrc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
