/* floor.c - see floor.h. */
#include "daemon/sheet/floor.h"

#include "daemon/sheet/words.h"

#include <string.h>

enum { FLOOR_LOWEST = -20, FLOOR_HIGHEST = 200, SPAN_MAX = 10 };

struct scan {
    const char *p, *end;
};

static bool take(struct scan *s, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return false;
    s->p += n;
    return true;
}

static bool take_any(struct scan *s, const char *const *words)
{
    for (; *words; words++)
        if (take(s, *words))
            return true;
    return false;
}

static bool take_digits(struct scan *s, int *ret)
{
    const char *p = s->p;
    int value = 0;

    while (p < s->end && *p >= '0' && *p <= '9' && p - s->p < 4)
        value = value * 10 + (*p++ - '0');
    if (p == s->p || (p < s->end && *p >= '0' && *p <= '9'))
        return false;
    s->p = p;
    *ret = value;
    return true;
}

static bool take_chinese_digit(struct scan *s, int *ret)
{
    static const char *const digits[] = {"零", "一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", NULL};

    for (int i = 0; digits[i]; i++)
        if (take(s, digits[i])) {
            *ret = i;
            return true;
        }
    return false;
}

/* One to ninety-nine: 七, 十, 十二, 二十三. */
static bool take_chinese(struct scan *s, int *ret)
{
    int tens = 0, ones = 0;

    if (take(s, "十")) {
        tens = 1;
    } else {
        if (!take_chinese_digit(s, &ones))
            return false;
        if (!take(s, "十")) {
            *ret = ones;
            return true;
        }
        tens = ones;
        ones = 0;
    }
    take_chinese_digit(s, &ones);
    *ret = tens * 10 + ones;
    return true;
}

static bool take_number(struct scan *s, int *ret)
{
    return take_digits(s, ret) || take_chinese(s, ret);
}

/* One floor: [below ground] number [letter] [层]. */
static bool take_floor(struct scan *s, struct floor_label *ret)
{
    static const char *const below[] = {"地下室", "地下", "负", "-", "b", NULL};
    static const char *const after[] = {"楼层", "层", "楼", "f", NULL};
    bool negative = false, semi = false;
    int number = 0;

    if (take(s, "首层")) {
        *ret = (struct floor_label){.kind = FLOOR_PLAIN, .first = 1, .span = 1};
        return true;
    }
    if (take(s, "半地下室") || take(s, "半地下")) {
        semi = negative = true;
        take(s, "-");
        take(s, "负");
    } else if (take_any(s, below)) {
        negative = true;
    } else if (!take(s, "第") && !take(s, "f")) {
        take(s, "l");
    }
    if (!take_number(s, &number)) {
        if (!semi)
            return false;
        number = 1;
    }
    ret->kind = semi ? FLOOR_SEMI : FLOOR_PLAIN;
    ret->first = negative ? -number : number;
    ret->span = 1;
    if (!negative && s->p < s->end && (*s->p == 'a' || *s->p == 'b')) {
        /* Where 4 is avoided, 3A takes its place, 13A that of 14; 12A and 12B are 13 and 14. */
        if (*s->p == 'a' ? number % 10 != 3 && number != 12 : number != 12)
            return false;
        ret->first += *s->p == 'a' ? 1 : 2;
        ret->kind = FLOOR_LETTERED;
        s->p++;
    }
    take_any(s, after);
    return ret->first >= FLOOR_LOWEST && ret->first <= FLOOR_HIGHEST && ret->first != 0;
}

void floor_parse(const char *text, size_t len, struct floor_label *ret)
{
    /* Not "/": "25/33" is floor 25 of 33. */
    static const char *const joins[] = {"-", "~", "、", "至", "+", NULL};
    char folded[64];
    struct scan s = {folded, folded + words_fold(text, len, folded, sizeof(folded))};
    struct floor_label first = {0}, last = {0};
    const char *digits;

    *ret = (struct floor_label){.kind = FLOOR_UNKNOWN};
    if (len > sizeof(folded) || !take_floor(&s, &first))
        return;
    if (s.p == s.end) {
        *ret = first;
        for (digits = folded + (folded[0] == '-'); digits < s.end; digits++)
            if (*digits < '0' || *digits > '9')
                break;
        ret->bare = digits == s.end;
        return;
    }
    if (!take_any(&s, joins) || !take_floor(&s, &last) || s.p != s.end)
        return;
    if (last.kind != first.kind || last.first <= first.first ||
        last.first - first.first >= SPAN_MAX)
        return;
    /* There is no floor 0 between -1 and 1. */
    first.span = last.first - first.first + 1 - (first.first < 0 && last.first > 0);
    *ret = first;
}

bool floor_from_room(const char *text, size_t len, int *ret_floor)
{
    char folded[64];
    struct scan s = {folded, folded + words_fold(text, len, folded, sizeof(folded))};
    size_t digits;
    int number;

    if (len > sizeof(folded))
        return false;
    for (const char *p = s.p; p < s.end; p++) { /* digits before F, 层 or 楼 at the end */
        struct scan tail = {p, s.end};

        if ((p > folded && p[-1] >= '0' && p[-1] <= '9') || !take_digits(&tail, &number))
            continue;
        if ((take(&tail, "f") || take(&tail, "层") || take(&tail, "楼")) && tail.p == tail.end &&
            number >= 1 && number <= FLOOR_HIGHEST) {
            *ret_floor = number;
            return true;
        }
    }
    for (digits = 0; s.p + digits < s.end && s.p[digits] >= '0' && s.p[digits] <= '9';)
        digits++;
    if (digits < 3 || digits > 4 || (size_t)(s.end - s.p) > digits + 1)
        return false;
    if (s.p + digits < s.end && !(s.p[digits] >= 'a' && s.p[digits] <= 'z'))
        return false;
    number = 0;
    for (size_t i = 0; i < digits - 2; i++)
        number = number * 10 + (s.p[i] - '0');
    if (number < 1)
        return false;
    *ret_floor = number;
    return true;
}
