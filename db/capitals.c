/* capitals.c - see capitals.h. */
#include "db/capitals.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "db/money.h"

static const char *const digits[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};

static void add(char *out, const char *text)
{
    const size_t n = strlen(out);

    snprintf(out + n, CAPITALS_TEXT - n, "%s", text);
}

/* Four digits with their places; @open: something stands before them, so that a zero reads. */
static void group_write(int64_t group, bool open, char *out)
{
    static const struct {
        int64_t place;
        const char *name;
    } places[] = {{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}};
    bool zero = false;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const int64_t digit = group / places[i].place % 10;

        if (digit == 0) {
            zero = open;
            continue;
        }
        if (zero)
            add(out, digits[0]);
        add(out, digits[digit]);
        add(out, places[i].name);
        zero = false;
        open = true;
    }
}

static void yuan_write(int64_t yuan, char *out)
{
    const int64_t groups[] = {yuan / 100000000, yuan / 10000 % 10000, yuan % 10000};
    static const char *const names[] = {"亿", "万", ""};
    bool skipped = false;

    for (size_t i = 0; i < 3; i++) {
        if (groups[i] == 0) {
            skipped = out[0] != '\0';
            continue;
        }
        /* A whole group of zeros reads once; one that the next begins with is its own. */
        if (skipped && groups[i] >= 1000)
            add(out, digits[0]);
        group_write(groups[i], out[0] != '\0', out);
        add(out, names[i]);
        skipped = false;
    }
}

int capitals_write(int64_t fen, char out[CAPITALS_TEXT])
{
    const int64_t yuan = fen / 100, jiao = fen / 10 % 10, rest = fen % 10;

    if (fen < 0 || fen > MONEY_MAX_FEN)
        return -ERANGE;
    out[0] = '\0';
    yuan_write(yuan, out);
    if (yuan > 0)
        add(out, "元");
    if (fen == 0)
        add(out, "零元");
    if (jiao > 0) {
        add(out, digits[jiao]);
        add(out, "角");
    } else if (rest > 0 && yuan > 0) {
        add(out, digits[0]);
    }
    if (rest > 0) {
        add(out, digits[rest]);
        add(out, "分");
    } else {
        add(out, "整");
    }
    return 0;
}
