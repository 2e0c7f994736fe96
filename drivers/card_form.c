/* card_form.c - see card_form.h. */
#include "drivers/card_form.h"

#include <errno.h>
#include <string.h>

#include "drivers/magstripe.h"
#include "drivers/parse.h"

/* Nothing answered, or the line stuck: no card has such a UID. */
static bool uid_is_void(const uint8_t *uid, size_t n)
{
    size_t zeros = 0, ones = 0;

    for (size_t i = 0; i < n; i++) {
        zeros += uid[i] == 0x00;
        ones += uid[i] == 0xFF;
    }
    return zeros == n || ones == n;
}

int card_form_uid(const struct card_form *form, const uint8_t *uid, size_t n,
                  struct card_read *ret_card)
{
    struct card_read card = {.medium = CARD_UID};
    size_t kept = form->uid_bytes ? form->uid_bytes : n;

    if (n < CARD_UID_MIN || n > CARD_UID_MAX || kept > n || uid_is_void(uid, n))
        return -EBADMSG;
    /* Those that are kept are the last in the card's own order. */
    for (size_t i = 0; i < kept; i++)
        card.uid[i] = form->reversed ? uid[kept - 1 - i] : uid[n - kept + i];
    card.n_uid = kept;
    *ret_card = card;
    return 0;
}

int card_form_number(const struct card_form *form, const char *text, size_t n,
                     struct card_read *ret_card)
{
    struct card_read card;
    char code[CARD_CODE_TEXT] = "n:";
    size_t prefix = strlen(form->prefix);

    if (magstripe_is_bank(text, n) || (prefix == 0 && magstripe_is_pan(text, n)))
        return -EPERM;
    if (n > CARD_NUMBER_MAX)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++)
        code[2 + i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
    /* A NUL inside would end the code early: it is then shorter than what was read. */
    if (strlen(code) != 2 + n || card_parse(code, &card) < 0)
        return -EBADMSG;
    if (strncmp(card.number, form->prefix, prefix) != 0 ||
        (form->length_max > 0 && (n < form->length_min || n > form->length_max)))
        return -EPERM;
    *ret_card = card;
    return 0;
}

static int hex_card(const struct card_form *form, const char *text, size_t n,
                    struct card_read *ret_card)
{
    uint8_t uid[CARD_UID_MAX] = {0};

    if (n % 2 != 0 || n > 2 * CARD_UID_MAX)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        int digit = hex_digit(text[i]);

        if (digit < 0)
            return -EBADMSG;
        uid[i / 2] = (uint8_t)(uid[i / 2] << 4 | digit);
    }
    return card_form_uid(form, uid, n / 2, ret_card);
}

static int decimal_read(const char *text, size_t n, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -EBADMSG;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (value > max)
        return -EBADMSG;
    *ret_value = value;
    return 0;
}

static int integer_card(const struct card_form *form, uint64_t value, size_t bytes,
                        struct card_read *ret_card)
{
    uint8_t uid[8];

    for (size_t i = 0; i < bytes; i++)
        uid[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    return card_form_uid(form, uid, bytes, ret_card);
}

/* Exactly @digits: one that leaves zeros out could as well have lost a digit. */
static int decimal_card(const struct card_form *form, const char *text, size_t n, size_t digits,
                        size_t bytes, struct card_read *ret_card)
{
    uint64_t value;

    if (n != digits || decimal_read(text, n, (1ULL << 8 * bytes) - 1, &value) < 0)
        return -EBADMSG;
    return integer_card(form, value, bytes, ret_card);
}

static int facility_card(const struct card_form *form, const char *text, size_t n,
                         struct card_read *ret_card)
{
    uint64_t facility, number;
    size_t comma = n == 9 && text[3] == ',';

    if (n != 8 + comma || decimal_read(text, 3, UINT8_MAX, &facility) < 0 ||
        decimal_read(text + 3 + comma, 5, UINT16_MAX, &number) < 0)
        return -EBADMSG;
    return integer_card(form, facility << 16 | number, 3, ret_card);
}

/* Wiegand: the first half with the bit before it is even, the second with the bit behind it odd. */
static int bits_card(const struct card_form *form, const char *text, size_t n,
                     struct card_read *ret_card)
{
    uint64_t value = 0;
    unsigned ones[2] = {0, 0};

    if (n != 26 && n != 34)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '0' && text[i] != '1')
            return -EBADMSG;
        ones[i >= n / 2] += text[i] == '1';
        value = value << 1 | (uint64_t)(text[i] - '0');
    }
    if (ones[0] % 2 != 0 || ones[1] % 2 != 1)
        return -EBADMSG;
    value = (value >> 1) & ((1ULL << (n - 2)) - 1);
    return integer_card(form, value, (n - 2) / 8, ret_card);
}

int card_form_text(const struct card_form *form, const char *text, size_t n,
                   struct card_read *ret_card)
{
    if (magstripe_is_bank(text, n)) /* whatever the reader was believed to be */
        return -EPERM;
    switch (form->text) {
    case CARD_TEXT_HEX:
        return hex_card(form, text, n, ret_card);
    case CARD_TEXT_DEC8:
        return decimal_card(form, text, n, 8, 3, ret_card);
    case CARD_TEXT_DEC10:
        return decimal_card(form, text, n, 10, 4, ret_card);
    case CARD_TEXT_DEC13:
        return decimal_card(form, text, n, 13, 5, ret_card);
    case CARD_TEXT_FACILITY:
        return facility_card(form, text, n, ret_card);
    case CARD_TEXT_BITS:
        return bits_card(form, text, n, ret_card);
    case CARD_TEXT_NUMBER:
        return card_form_number(form, text, n, ret_card);
    case CARD_TEXT_TRACKS:
        return magstripe_text(form, text, n, ret_card);
    }
    return -EBADMSG;
}
