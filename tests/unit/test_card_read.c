/* test_card_read.c - one card is one code, whichever reader wrote it; what is no card is none. */
#include "reader_fixture.h"

#include "drivers/card_form.h"

static void code_is(const struct card_form *form, const char *text, const char *code)
{
    struct card_read card;
    char out[CARD_CODE_TEXT];
    int r = card_form_text(form, text, strlen(text), &card);

    if (r < 0)
        fail_msg("%s gives %d", text, r);
    card_code(&card, out);
    assert_string_equal(out, code);
}

static void refused(const struct card_form *form, const char *text, size_t n, int error)
{
    struct card_read card = {.n_uid = 77};

    if (card_form_text(form, text, n, &card) != error)
        fail_msg("%s", text);
    assert_int_equal(card.n_uid, 77); /* untouched */
}

static void test_code(void **state)
{
    static const char *const good[] = {
        "u:04A1B2", "u:04A1B2C3D4E5F60718293A4B5C6D7E8F",         "n:1",
        "n:A-17",   "n:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-012", NULL};
    static const char *const bad[] = {"",
                                      "u:",
                                      "n:",
                                      "u:04A1",
                                      "u:04a1b2",
                                      "u:04A1B",
                                      "u:04A1B2C3D4E5F60718293A4B5C6D7E8F90",
                                      "n:a",
                                      "n:1 2",
                                      "n:1'",
                                      "n:\xC3\xA9",
                                      "x:04A1B2",
                                      "04A1B2",
                                      "n:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123",
                                      NULL};
    char out[CARD_CODE_TEXT];
    struct card_read card;

    (void)state;
    for (size_t i = 0; good[i]; i++) {
        assert_int_equal(card_parse(good[i], &card), 0);
        card_code(&card, out);
        assert_string_equal(out, good[i]);
    }
    for (size_t i = 0; bad[i]; i++)
        if (card_parse(bad[i], &card) != -EINVAL)
            fail_msg("%s", bad[i]);
}

static void test_same(void **state)
{
    struct card_read a, b;

    (void)state;
    card_parse("u:04A1B2C3", &a);
    card_parse("u:04A1B2C3", &b);
    assert_true(card_same(&a, &b));
    card_parse("u:04A1B2C300", &b);
    assert_false(card_same(&a, &b));
    card_parse("n:04A1B2C3", &b);
    assert_false(card_same(&a, &b));
    card_parse("n:04A1B2C3", &a);
    assert_true(card_same(&a, &b));
}

static void test_mask(void **state)
{
    static const char *const rows[][2] = {{"u:04A1B2C3D4E5F6", "****E5F6"},
                                          {"n:8806123456", "****3456"},
                                          {"u:04A1B2", "****1B2"},
                                          {"n:17", "****7"},
                                          {"n:1", "****"}};
    char out[CARD_MASKED_TEXT];
    struct card_read card;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        card_parse(rows[i][0], &card);
        card_mask(&card, out);
        assert_string_equal(out, rows[i][1]);
    }
}

/* The card 05 00 A1 B2 C3 as five kinds of reader write it, all kept to three bytes. */
static void test_one_card(void **state)
{
    static const struct {
        struct card_form form;
        const char *text;
    } rows[] = {
        {{.text = CARD_TEXT_HEX, .uid_bytes = 3}, "0500A1B2C3"},
        {{.text = CARD_TEXT_HEX, .uid_bytes = 3}, "0500a1b2c3"},
        {{.text = CARD_TEXT_HEX, .uid_bytes = 3, .reversed = true}, "C3B2A10005"},
        {{.text = CARD_TEXT_DEC13, .uid_bytes = 3}, "0021485433539"},
        {{.text = CARD_TEXT_DEC10, .uid_bytes = 3}, "0010597059"},
        {{.text = CARD_TEXT_DEC8}, "10597059"},
        {{.text = CARD_TEXT_FACILITY}, "161,45763"},
        {{.text = CARD_TEXT_FACILITY}, "16145763"},
        {{.text = CARD_TEXT_BITS}, "01010000110110010110000110"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        code_is(&rows[i].form, rows[i].text, "u:A1B2C3");
}

static void test_bits(void **state)
{
    const struct card_form form = {.text = CARD_TEXT_BITS};
    char text[] = "1000000001010000110110010110000111"; /* 00 A1 B2 C3, both parities right */

    (void)state;
    code_is(&form, text, "u:00A1B2C3");
    for (size_t i = 0; i < sizeof(text) - 1; i++) { /* one bit wrong, wherever */
        text[i] ^= 1;
        refused(&form, text, sizeof(text) - 1, -EBADMSG);
        text[i] ^= 1;
    }
    refused(&form, text, 33, -EBADMSG);
    refused(&form, "2000000001010000110110010110000111", 34, -EBADMSG);
}

static void test_no_card(void **state)
{
    static const struct {
        enum card_text form;
        const char *text;
    } rows[] = {
        {CARD_TEXT_HEX, ""},
        {CARD_TEXT_HEX, "04A1"},
        {CARD_TEXT_HEX, "04A1B"},
        {CARD_TEXT_HEX, "04A1BG"},
        {CARD_TEXT_HEX, "00000000"},
        {CARD_TEXT_HEX, "FFFFFFFF"},
        {CARD_TEXT_HEX, "04A1B2C3D4E5F60718293A4B5C6D7E8F90"},
        {CARD_TEXT_DEC10, "4294967296"},
        {CARD_TEXT_DEC10, "12345678"},
        {CARD_TEXT_DEC10, "00123456789"},
        {CARD_TEXT_DEC10, "001234567x"},
        {CARD_TEXT_DEC10, "-012345678"},
        {CARD_TEXT_DEC10, "0000000000"},
        {CARD_TEXT_DEC8, "16777216"},
        {CARD_TEXT_DEC13, "1099511627776"},
        {CARD_TEXT_FACILITY, "256,00001"},
        {CARD_TEXT_FACILITY, "001,65536"},
        {CARD_TEXT_FACILITY, "001;00001"},
        {CARD_TEXT_FACILITY, "1,1"},
        {CARD_TEXT_NUMBER, ""},
        {CARD_TEXT_NUMBER, "1' OR '1'='1"},
        {CARD_TEXT_NUMBER, "<script>"},
        {CARD_TEXT_NUMBER, "8806 1"},
        {CARD_TEXT_NUMBER, "\xE4\xBC\x9A"},
        {CARD_TEXT_NUMBER, "01234567890123456789012345678901234567890"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refused(&(struct card_form){.text = rows[i].form}, rows[i].text, strlen(rows[i].text),
                -EBADMSG);
    refused(&(struct card_form){.text = CARD_TEXT_NUMBER}, "88\00017", 5, -EBADMSG);
    refused(&(struct card_form){.text = CARD_TEXT_HEX, .uid_bytes = 4}, "04A1B2", 6, -EBADMSG);
}

static void test_number(void **state)
{
    const struct card_form form = {
        .text = CARD_TEXT_NUMBER, .prefix = "88", .length_min = 4, .length_max = 6};

    (void)state;
    code_is(&form, "8817", "n:8817");
    code_is(&form, "88-17a", "n:88-17A");
    refused(&form, "881", 3, -EPERM);
    refused(&form, "8817000", 7, -EPERM);
    refused(&form, "9917", 4, -EPERM);
}

/* Whatever is swiped on a reader that types: the number of a bank card is never a member's. */
static void test_typed_bank_card(void **state)
{
    const struct card_form any = {.text = CARD_TEXT_NUMBER},
                           ours = {.text = CARD_TEXT_NUMBER, .prefix = "4111"};

    (void)state;
    refused(&any, "4111111111111111", 16, -EPERM);
    refused(&any, "4111111111111111=30121010000", 28, -EPERM);
    code_is(&any, "4111111111111112", "n:4111111111111112");
    code_is(&any, "8811111111111111", "n:8811111111111111");
    code_is(&ours, "4111111111111111", "n:4111111111111111"); /* the site says that its own do */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code),   cmocka_unit_test(test_same),
        cmocka_unit_test(test_mask),   cmocka_unit_test(test_one_card),
        cmocka_unit_test(test_bits),   cmocka_unit_test(test_no_card),
        cmocka_unit_test(test_number), cmocka_unit_test(test_typed_bank_card),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
