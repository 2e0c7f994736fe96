/* magstripe.c - see magstripe.h. */
#include "drivers/magstripe.h"

#include <errno.h>
#include <string.h>

enum {
    PAN_MIN = 12,
    PAN_MAX = 19,
    PAN_BARE_MIN = 13, /* without a track around it, shorter ones are anybody's numbers */
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Luhn's check digit (ISO 7812), blanks left out; a masked number has none. */
static bool check_digit_holds(const char *text, size_t n)
{
    unsigned sum = 0, place = 0;

    for (size_t i = n; i-- > 0;) {
        unsigned value;

        if (text[i] == ' ')
            continue;
        if (!digit(text[i]))
            return false;
        value = (unsigned)(text[i] - '0');
        value = place++ % 2 == 0 ? value : value * 2;
        sum += value / 10 + value % 10;
    }
    return sum % 10 == 0;
}

/* Characters of the number that @text begins with: digits, masks, and (track 1 only) the blanks
 * that some issuers put between them. 0: it has not the length of a bank card's. */
static size_t pan_length(const char *text, size_t n, bool blanks)
{
    size_t i = 0, digits = 0;

    for (; i < n && (digit(text[i]) || text[i] == '*' || (blanks && text[i] == ' ')); i++)
        digits += text[i] != ' ';
    return digits >= PAN_MIN && digits <= PAN_MAX ? i : 0;
}

static bool bank_track1(const char *text, size_t n)
{
    size_t pan =
        n > 0 && (text[0] == 'B' || text[0] == 'b') ? pan_length(text + 1, n - 1, true) : 0;

    return pan > 0 && 1 + pan < n && text[1 + pan] == '^';
}

/* "YYMM" and a service code of three digits, each of which may be a separator instead, or
 * masked. */
static bool expiry_and_service(const char *text, size_t n)
{
    size_t i = 0;

    if (n > 0 && text[0] == '=') {
        i = 1;
    } else {
        if (n < 4)
            return false;
        for (; i < 4; i++)
            if (!digit(text[i]) && text[i] != '*')
                return false;
        if (digit(text[2]) && digit(text[3]) && (text[2] - '0') * 10 + text[3] - '0' > 12)
            return false;
    }
    if (i < n && text[i] == '=')
        return true;
    if (n - i < 3)
        return false;
    for (size_t k = i; k < i + 3; k++)
        if (!digit(text[k]) && text[k] != '*')
            return false;
    return true;
}

static bool bank_track2(const char *text, size_t n)
{
    size_t pan = pan_length(text, n, false);

    return pan > 0 && pan < n && text[pan] == '=' &&
           (check_digit_holds(text, pan) || expiry_and_service(text + pan + 1, n - pan - 1));
}

/* ISO 4909: a format code of two digits before the number. */
static bool bank_track3(const char *text, size_t n)
{
    size_t pan = n > 2 && digit(text[0]) && digit(text[1]) ? pan_length(text + 2, n - 2, false) : 0;

    return pan > 0 && 2 + pan < n && text[2 + pan] == '=' && check_digit_holds(text + 2, pan);
}

bool magstripe_is_bank(const char *text, size_t n)
{
    return bank_track1(text, n) || bank_track2(text, n) || bank_track3(text, n);
}

bool magstripe_is_pan(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!digit(text[i]))
            return false;
    return n >= PAN_BARE_MIN && n <= PAN_MAX && text[0] >= '3' && text[0] <= '6' &&
           check_digit_holds(text, n);
}

static bool start_sentinel(char c, size_t track)
{
    return track == 0 ? c == '%' : c == ';' || (track == 2 && (c == '+' || c == '!' || c == '#'));
}

/* The characters of a track count from 0x20 (six bits, track 1) or 0x30 (four bits); the last of
 * them makes the sum of each bit even. */
static bool lrc_holds(const char *text, size_t n, size_t track)
{
    unsigned sum = 0, first = track == 0 ? 0x20 : 0x30, bits = track == 0 ? 0x3F : 0x0F;

    for (size_t i = 0; i < n; i++)
        sum ^= (unsigned)(unsigned char)text[i] - first;
    return (sum & bits) == 0;
}

/* Takes the sentinels off, and the check character behind them. */
static int track_bare(const struct card_form *form, size_t track, struct magstripe_track *t)
{
    size_t behind = form->lrc;

    if (t->n == 0 || !start_sentinel(t->text[0], track))
        return form->lrc && t->n > 0 ? -EBADMSG : 0; /* the check covers the sentinels */
    if (t->n < 2 + behind || t->text[t->n - 1 - behind] != '?')
        return -EBADMSG;
    if (form->lrc && !lrc_holds(t->text, t->n, track))
        return -EBADMSG;
    t->text++;
    t->n -= 2 + behind;
    return 0;
}

static int track_number(const struct card_form *form, const struct magstripe_track *t,
                        struct card_read *ret_card)
{
    size_t n = 0;

    while (n < t->n && t->text[n] != '=' && t->text[n] != '^')
        n++;
    /* "E" alone is how readers write a track that they could not read. */
    if (t->misread || n == 0 || (n == 1 && t->text[0] == 'E'))
        return -EBADMSG;
    return card_form_number(form, t->text, n, ret_card);
}

int magstripe_card(const struct card_form *form,
                   const struct magstripe_track tracks[MAGSTRIPE_TRACKS],
                   struct card_read *ret_card)
{
    struct magstripe_track bare[MAGSTRIPE_TRACKS];

    memcpy(bare, tracks, sizeof(bare));
    for (size_t i = 0; i < MAGSTRIPE_TRACKS; i++) {
        if (track_bare(form, i, &bare[i]) < 0)
            bare[i].misread = true;
        /* Also of a track that was half read: its first characters may be right. */
        if (magstripe_is_bank(bare[i].text, bare[i].n) ||
            (bare[i].n > 0 && magstripe_is_bank(bare[i].text + 1, bare[i].n - 1)))
            return -EPERM;
    }
    /* Never from one that was misread to the next: a card with two numbers would change between
     * them. */
    for (size_t i = 0; i < MAGSTRIPE_TRACKS; i++)
        if (form->track == i + 1 || (form->track == 0 && (bare[i].n > 0 || bare[i].misread)))
            return track_number(form, &bare[i], ret_card);
    return -EBADMSG;
}

int magstripe_text(const struct card_form *form, const char *text, size_t n,
                   struct card_read *ret_card)
{
    struct magstripe_track tracks[MAGSTRIPE_TRACKS] = {
        {"", 0, false}, {"", 0, false}, {"", 0, false}};
    size_t track = 0;

    while (n > 0) {
        const char *end = memchr(text, '?', n);
        size_t taken;

        while (track < MAGSTRIPE_TRACKS && !start_sentinel(text[0], track))
            track++;
        if (!end || track == MAGSTRIPE_TRACKS)
            return -EBADMSG;
        taken = (size_t)(end - text) + 1 + form->lrc;
        if (taken > n)
            return -EBADMSG;
        tracks[track++] = (struct magstripe_track){text, taken, false};
        text += taken;
        n -= taken;
    }
    return magstripe_card(form, tracks, ret_card);
}
