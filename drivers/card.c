/* card.c - see card.h. */
#include "drivers/card.h"

#include <errno.h>
#include <string.h>

static const char hex[] = "0123456789ABCDEF";

static bool number_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-';
}

void card_code(const struct card_read *card, char out[CARD_CODE_TEXT])
{
    size_t at = 2;

    if (card->medium == CARD_NUMBER) {
        memcpy(out, "n:", 2);
        memcpy(out + 2, card->number, strlen(card->number) + 1);
        return;
    }
    memcpy(out, "u:", 2);
    for (size_t i = 0; i < card->n_uid; i++) {
        out[at++] = hex[card->uid[i] >> 4];
        out[at++] = hex[card->uid[i] & 15];
    }
    out[at] = '\0';
}

static int uid_parse(const char *text, struct card_read *card)
{
    size_t n = strlen(text);

    if (n % 2 != 0 || n < 2 * CARD_UID_MIN || n > 2 * CARD_UID_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        const char *digit = strchr(hex, text[i]);
        unsigned value;

        if (!digit)
            return -EINVAL;
        value = (unsigned)(digit - hex);
        card->uid[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : card->uid[i / 2] | value);
    }
    card->medium = CARD_UID;
    card->n_uid = n / 2;
    return 0;
}

static int number_parse(const char *text, struct card_read *card)
{
    size_t n = strlen(text);

    if (n == 0 || n > CARD_NUMBER_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++)
        if (!number_char(text[i]))
            return -EINVAL;
    card->medium = CARD_NUMBER;
    memcpy(card->number, text, n + 1);
    return 0;
}

int card_parse(const char *code, struct card_read *ret_card)
{
    struct card_read card = {0};
    int r;

    if (strncmp(code, "u:", 2) == 0)
        r = uid_parse(code + 2, &card);
    else if (strncmp(code, "n:", 2) == 0)
        r = number_parse(code + 2, &card);
    else
        r = -EINVAL;
    if (r < 0)
        return r;
    *ret_card = card;
    return 0;
}

bool card_same(const struct card_read *a, const struct card_read *b)
{
    if (a->medium != b->medium)
        return false;
    if (a->medium == CARD_NUMBER)
        return strcmp(a->number, b->number) == 0;
    return a->n_uid == b->n_uid && memcmp(a->uid, b->uid, a->n_uid) == 0;
}

void card_mask(const struct card_read *card, char out[CARD_MASKED_TEXT])
{
    char code[CARD_CODE_TEXT];
    size_t n, shown;

    card_code(card, code);
    n = strlen(code + 2);
    shown = n / 2 < 4 ? n / 2 : 4; /* of a short number not even that: it would be most of it */
    memcpy(out, "****", 4);
    memcpy(out + 4, code + 2 + n - shown, shown + 1);
}
