/* reader_fixture.h - a reader of a model written in place, what it says, and reports of keys. */
#ifndef ANCHANG_READER_FIXTURE_H
#define ANCHANG_READER_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/reader.h"

/* What a reader said, one line for each frame: a card's code, "bad" or "refused". */
struct said {
    char text[4096];
    size_t n;
};

static inline void said_read(void *arg, int result, const struct card_read *card)
{
    struct said *said = arg;
    char code[CARD_CODE_TEXT] = "";

    assert_true((result == 0) == (card != NULL));
    assert_true(result == 0 || result == -EBADMSG || result == -EPERM);
    if (card)
        card_code(card, code);
    said->n += (size_t)snprintf(said->text + said->n, sizeof(said->text) - said->n, "%s\n",
                                card                 ? code
                                : result == -EBADMSG ? "bad"
                                                     : "refused");
    assert_true(said->n < sizeof(said->text));
}

static const struct reader_events said_events = {said_read};

static inline struct model model_of(const char *text)
{
    struct model model;
    char error[MODEL_ERROR_MAX] = "";

    if (model_parse("test.model", text, strlen(text), &model, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    return model;
}

static inline struct reader *reader_of(const char *text, const struct device_facts *facts)
{
    static const struct device_facts boot_keyboard = {
        .interface_class = 3, .interface_subclass = 1, .interface_protocol = 1, .report_size = 8};
    struct model model = model_of(text);
    struct reader *reader;

    assert_int_equal(reader_new(&model, facts ? facts : &boot_keyboard, &reader), 0);
    return reader;
}

/* Feeds @n bytes as one piece and compares all that was said of them. */
static inline void says(struct reader *reader, int64_t now_ms, const void *bytes, size_t n,
                        const char *expected)
{
    struct said said = {.n = 0};

    reader_feed(reader, now_ms, bytes, n, &said_events, &said);
    assert_string_equal(said.text, expected);
}

/* The two boot reports of a key: down with its shift, up. */
static inline size_t key_reports(char c, uint8_t *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz1234567890\n\0\0\0 -=[]\\#;'`,./";
    static const char shifted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\n\0\0\0 _+{}|~:\"~<>?";
    const char *at = memchr(plain, c, sizeof(plain) - 1);
    int shift = !at;

    if (!at)
        at = memchr(shifted, c, sizeof(shifted) - 1);
    assert_non_null(at);
    memset(out, 0, 16);
    out[0] = shift ? 0x02 : 0;
    out[2] = (uint8_t)(4 + (at - (shift ? shifted : plain)));
    return 16;
}

/* Boot reports of a whole text; @out has room for 16 bytes a character. */
static inline size_t typed(const char *text, uint8_t *out)
{
    size_t n = 0;

    for (; *text; text++)
        n += key_reports(*text, out + n);
    return n;
}

#endif
