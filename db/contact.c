/* contact.c - see contact.h. */
#include "db/contact.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *const contact_codes[CONTACT_KINDS + 1] = {
    [CONTACT_PHONE] = "phone",
    [CONTACT_ID_CARD] = "id_card",
    [CONTACT_PASSPORT] = "passport",
    [CONTACT_TRAVEL_PERMIT] = "travel_permit",
    [CONTACT_RESIDENCE_PERMIT] = "residence_permit",
    [CONTACT_LICENCE] = "licence",
};

int contact_kind_of(const char *code)
{
    for (int i = 0; i < CONTACT_KINDS; i++)
        if (strcmp(contact_codes[i], code) == 0)
            return i;
    return -1;
}

/* ---- what was typed, as plain capital characters ---- */

/* The next character of @at as ASCII, of which full-width ones have one; 0 of any other. */
static char plain(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    unsigned wide;

    if (p[0] < 0x80) {
        *at += 1;
        return (char)p[0];
    }
    if (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) { /* the ideographic blank */
        *at += 3;
        return ' ';
    }
    if (p[0] != 0xef || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
        return 0;
    wide = 0xf000u | (unsigned)(p[1] & 0x3f) << 6 | (unsigned)(p[2] & 0x3f);
    *at += 3;
    return wide >= 0xff01 && wide <= 0xff5e ? (char)(wide - 0xff01 + '!') : 0;
}

/* Without what people put between digits. -EINVAL: something else is in it, or it is too long. */
static int bare(const char *typed, char out[CONTACT_TEXT])
{
    size_t n = 0;

    while (*typed) {
        char c = plain(&typed);

        if (c && strchr(" -().", c))
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (!c || !strchr("+0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", c) || n == CONTACT_TEXT - 1)
            return -EINVAL;
        out[n++] = c;
    }
    out[n] = '\0';
    return 0;
}

static bool digits(const char *text, size_t n)
{
    return strspn(text, "0123456789") >= n;
}

static bool all_digits(const char *text)
{
    return digits(text, strlen(text));
}

/* ---- each kind ---- */

static bool is_mobile(const char *text)
{
    return strlen(text) == 11 && all_digits(text) && text[0] == '1' && text[1] >= '3';
}

static int phone_form(const char *text, char out[CONTACT_TEXT])
{
    const char *home = text, *area = "";
    size_t n;

    if (strncmp(text, "+86", 3) == 0)
        home += 3;
    else if (strncmp(text, "0086", 4) == 0)
        home += 4;
    else if (strncmp(text, "86", 2) == 0 && is_mobile(text + 2))
        home += 2;
    n = strlen(home);
    if (*home == '+') /* of another country: E.164 */
        return n >= 8 && n <= 16 && all_digits(home + 1) ? snprintf(out, CONTACT_TEXT, "%s", home)
                                                         : -EINVAL;
    if (!all_digits(home) || n < 7 || n > 12 || (n == 11 && *home == '1' && !is_mobile(home)))
        return -EINVAL;
    if (home != text && *home != '0' && !is_mobile(home))
        area = "0"; /* which a fixed one loses behind +86 */
    return snprintf(out, CONTACT_TEXT, "%s%s", area, home);
}

static const char *date_of(const char *resident)
{
    return resident + 6;
}

static int two(const char *digits_at)
{
    return (digits_at[0] - '0') * 10 + (digits_at[1] - '0');
}

static bool date_is(const char *yyyymmdd)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int century = two(yyyymmdd), month = two(yyyymmdd + 4), day = two(yyyymmdd + 6);

    return (century == 18 || century == 19 || century == 20) && month >= 1 && month <= 12 &&
           day >= 1 && day <= days[month - 1];
}

/* Of the first 17 digits (GB 11643, ISO 7064 MOD 11-2). */
static char resident_check(const char *text)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += weights[i] * (text[i] - '0');
    return "10X98765432"[sum % 11];
}

bool contact_is_resident(const char *text)
{
    return strlen(text) == 18 && digits(text, 17) && text[0] != '0' && date_is(date_of(text)) &&
           (text[17] == resident_check(text) || (text[17] == 'x' && resident_check(text) == 'X'));
}

static int id_card_form(const char *text, char out[CONTACT_TEXT])
{
    char whole[CONTACT_TEXT];

    snprintf(whole, sizeof(whole), "%s", text);
    if (strlen(text) == 15 && all_digits(text)) { /* issued before 1999: of the last century */
        snprintf(whole, sizeof(whole), "%.6s19%.9s", text, text + 6);
        whole[17] = resident_check(whole);
        whole[18] = '\0';
    }
    return contact_is_resident(whole) ? snprintf(out, CONTACT_TEXT, "%s", whole) : -EINVAL;
}

/* GB 32100: 18 of these characters, of which I, O, Z, S and V are none; ISO 7064 MOD 31-3. */
static int licence_form(const char *text, char out[CONTACT_TEXT])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1;

    if (strlen(text) != 18 || strspn(text, alphabet) != 18)
        return -EINVAL;
    for (int i = 0; i < 17; i++, weight = weight * 3 % 31)
        sum += (int)(strchr(alphabet, text[i]) - alphabet) * weight;
    return alphabet[(31 - sum % 31) % 31] == text[17] ? snprintf(out, CONTACT_TEXT, "%s", text)
                                                      : -EINVAL;
}

static int other_form(const char *text, char out[CONTACT_TEXT])
{
    const size_t n = strlen(text);

    return n >= 5 && n <= 20 && !strchr(text, '+') ? snprintf(out, CONTACT_TEXT, "%s", text)
                                                   : -EINVAL;
}

int contact_form(enum contact_kind kind, const char *typed, char ret_form[CONTACT_TEXT])
{
    char text[CONTACT_TEXT];
    int r = bare(typed, text);

    if (r < 0)
        return r;
    switch (kind) {
    case CONTACT_PHONE:
        r = phone_form(text, ret_form);
        break;
    case CONTACT_ID_CARD:
        r = id_card_form(text, ret_form);
        break;
    case CONTACT_LICENCE:
        r = licence_form(text, ret_form);
        break;
    default:
        r = other_form(text, ret_form);
        break;
    }
    return r < 0 ? r : 0;
}

/* ---- masked ---- */

void contact_mask(enum contact_kind kind, const char *form, char ret_masked[CONTACT_TEXT])
{
    const size_t n = strlen(form);
    const char *tail = n > CONTACT_TAIL ? form + n - CONTACT_TAIL : form + n;

    if (kind == CONTACT_PHONE && is_mobile(form))
        snprintf(ret_masked, CONTACT_TEXT, "%.3s****%s", form, tail);
    else
        snprintf(ret_masked, CONTACT_TEXT, "****%s", tail);
}

static size_t character(const char *text)
{
    size_t n = *text ? 1 : 0;

    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

void contact_name_mask(const char *name, char ret_masked[CONTACT_NAME_TEXT])
{
    const size_t first = character(name), second = character(name + first);
    const size_t third = second ? character(name + first + second) : 0;

    if (!second)
        snprintf(ret_masked, CONTACT_NAME_TEXT, "*");
    else
        snprintf(ret_masked, CONTACT_NAME_TEXT, "%.*s%s", (int)first, name, third ? "**" : "*");
}
