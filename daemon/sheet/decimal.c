/* decimal.c - see decimal.h. */
#include "daemon/sheet/decimal.h"

#include "daemon/sheet/words.h"

#include <errno.h>
#include <string.h>

enum { SIGNIFICANT = 15, PLAIN_DIGITS = 64, EXPONENT_MAX = 30, VALUE_DIGITS = 17 };

/* A number taken apart: 0.d1d2d3... times ten to the power of point. */
struct digits {
    bool negative;
    unsigned char d[PLAIN_DIGITS + 1];
    int n, point;
};

static int exponent_scan(const char *text, size_t len, int *ret)
{
    bool negative = false;
    size_t i = 0;
    int value = 0;

    if (i < len && (text[i] == '+' || text[i] == '-'))
        negative = text[i++] == '-';
    if (i == len)
        return -EINVAL;
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || value > 1000)
            return -EINVAL;
        value = value * 10 + (text[i] - '0');
    }
    *ret = negative ? -value : value;
    return 0;
}

static int digits_scan(const char *text, size_t len, struct digits *ret)
{
    bool seen = false, after = false;
    int exponent = 0;
    size_t i = 0;

    memset(ret, 0, sizeof(*ret));
    if (i < len && (text[i] == '-' || text[i] == '+'))
        ret->negative = text[i++] == '-';
    for (; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.' && !after) {
            after = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return -EINVAL;
        seen = true;
        if (ret->n == 0 && text[i] == '0') { /* leading zero */
            ret->point -= after;
            continue;
        }
        if (ret->n == PLAIN_DIGITS)
            return -EINVAL;
        ret->d[ret->n++] = (unsigned char)(text[i] - '0');
        ret->point += !after;
    }
    if (!seen)
        return -EINVAL;
    if (i < len && exponent_scan(text + i + 1, len - i - 1, &exponent) < 0)
        return -EINVAL;
    ret->point += exponent;
    if (ret->point > EXPONENT_MAX || ret->point < -EXPONENT_MAX)
        return -EINVAL;
    return 0;
}

static void digits_round(struct digits *g)
{
    if (g->n > SIGNIFICANT) {
        int i = SIGNIFICANT;
        bool up = g->d[SIGNIFICANT] >= 5;

        g->n = SIGNIFICANT;
        while (up && i > 0) {
            i--;
            up = g->d[i] == 9;
            g->d[i] = (unsigned char)(up ? 0 : g->d[i] + 1);
        }
        if (up) { /* 999... became 1000... */
            g->d[0] = 1;
            g->point++;
        }
    }
    while (g->n > 0 && g->d[g->n - 1] == 0)
        g->n--;
}

int decimal_plain(const char *text, size_t len, char *out, size_t size)
{
    char buffer[2 * PLAIN_DIGITS + EXPONENT_MAX];
    struct digits g;
    size_t used = 0;
    int r;

    r = digits_scan(text, len, &g);
    if (r < 0)
        return r;
    digits_round(&g);
    if (g.n == 0) {
        buffer[used++] = '0';
    } else {
        if (g.negative)
            buffer[used++] = '-';
        if (g.point <= 0)
            buffer[used++] = '0';
        for (int i = 0; i < g.point; i++)
            buffer[used++] = (char)('0' + (i < g.n ? g.d[i] : 0));
        if (g.n > g.point)
            buffer[used++] = '.';
        for (int i = g.point; i < 0; i++)
            buffer[used++] = '0';
        for (int i = g.point > 0 ? g.point : 0; i < g.n; i++)
            buffer[used++] = (char)('0' + g.d[i]);
    }
    if (used > size)
        return -EINVAL;
    memcpy(out, buffer, used);
    return (int)used;
}

/* Signs and units that may stand around a number; the longer of two with one beginning first. */
static const char *const money_before[] = {"RMB", "CNY", "¥", "人民币", NULL};
static const char *const money_after[] = {"/平方米", "/平米",  "/㎡", "/m²", "/m2", "/平",
                                          "/套",     "人民币", "圆",  "元",  NULL};
static const char *const area_after[] = {"平方米", "平米", "㎡", "m²", "m2", "平", NULL};
static const char *const plain_after[] = {"米", "m", NULL};

static void strip_before(const char **p, size_t *len, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);

        if (*len >= n && strncasecmp(*p, *words, n) == 0) {
            *p += n;
            *len -= n;
            return;
        }
    }
}

static bool strip_one_after(const char *p, size_t *len, const char *word)
{
    size_t n = strlen(word);

    if (*len < n || strncasecmp(p + *len - n, word, n) != 0)
        return false;
    *len -= n;
    return true;
}

static void strip_after(const char *p, size_t *len, const char *const *words)
{
    for (; *words; words++)
        strip_one_after(p, len, *words);
}

/* Digits with an optional point and separators in threes. Fills @g with the digits as written. */
static int number_scan(const char *p, size_t len, struct digits *g)
{
    size_t group = 0;
    bool commas = false, after = false, seen = false;

    memset(g, 0, sizeof(*g));
    if (len > 0 && (*p == '-' || *p == '+')) {
        g->negative = *p == '-';
        p++;
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (p[i] == ',') {
            if (after || !seen || (commas ? group != 3 : group > 3))
                return -EINVAL;
            commas = true;
            group = 0;
        } else if (p[i] == '.') {
            if (after || (commas && group != 3))
                return -EINVAL;
            after = true;
        } else if (p[i] >= '0' && p[i] <= '9') {
            seen = true;
            group += !after;
            if (g->n == 0 && p[i] == '0') {
                g->point -= after;
                continue;
            }
            if (g->n == PLAIN_DIGITS)
                return -ERANGE;
            g->d[g->n++] = (unsigned char)(p[i] - '0');
            g->point += !after;
        } else {
            return -EINVAL;
        }
    }
    return seen && !(commas && !after && group != 3) ? 0 : -EINVAL;
}

/* The digits as hundredths, rounded half up. */
static int number_value(const struct digits *g, int power10, int64_t *ret, bool *ret_rounded)
{
    int take = g->point + power10 + 2; /* digits before the hundredths end */
    int64_t value = 0;
    bool rounded = false;

    if (g->n > 0 && take > VALUE_DIGITS)
        return -ERANGE;
    for (int i = 0; i < take; i++)
        value = value * 10 + (i >= 0 && i < g->n ? g->d[i] : 0);
    for (int i = take > 0 ? take : 0; i < g->n; i++)
        rounded = rounded || g->d[i] != 0;
    if (take >= 0 && take < g->n && g->d[take] >= 5)
        value++;
    *ret = g->negative ? -value : value;
    *ret_rounded = rounded;
    return 0;
}

/* Nothing but digits and their marks: nothing to fold, no sign or unit to look for. */
static bool is_bare(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((p[i] >= '0' && p[i] <= '9') || p[i] == '.' || p[i] == ','))
            return false;
    return len > 0;
}

static void strip_units(const char **p, size_t *len, enum decimal_kind kind, unsigned *power10)
{
    if (kind != DECIMAL_MONEY) {
        strip_after(*p, len, kind == DECIMAL_AREA ? area_after : plain_after);
        return;
    }
    strip_before(p, len, money_before);
    strip_after(*p, len, money_after);
    if (strip_one_after(*p, len, "万"))
        *power10 = 4;
    else if (strip_one_after(*p, len, "亿"))
        *power10 = 8;
}

int decimal_parse(const char *text, size_t len, enum decimal_kind kind, unsigned power10,
                  int64_t *ret, bool *ret_rounded)
{
    char buffer[128];
    const char *p = text;
    struct digits g;
    int r;

    if (len > sizeof(buffer))
        return -EINVAL;
    if (!is_bare(text, len)) { /* as nearly all are */
        p = buffer;
        len = words_fold(text, len, buffer, sizeof(buffer));
        if (len == 0 || words_is_nothing(p, len))
            return 0;
        strip_units(&p, &len, kind, &power10);
    }
    r = number_scan(p, len, &g);
    if (r == 0)
        r = number_value(&g, (int)power10, ret, ret_rounded);
    return r < 0 ? r : 1;
}
