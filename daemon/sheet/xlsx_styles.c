/* xlsx_styles.c - which numbers of a workbook are dates, and which day they are.
 *
 * A cell has no type "date": it is a number, counted in days, whose format shows one. The
 * formats are in a part of their own, found by its usual name as the strings are, if it is there.
 */
#include "daemon/sheet/xlsx_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FORMATS_MAX = 65536, SERIAL_1970 = 25569, SERIAL_1904 = 1462, SERIAL_MAX = 2958465 };

enum format_kind { FORMAT_BUILT_IN, FORMAT_OTHER, FORMAT_DATE };

struct styles_reader {
    struct part *part;
    unsigned char
        *formats;     /* owned: enum format_kind by number, of those the workbook spells out */
    uint16_t *styles; /* owned: number of the format, by cell format */
    size_t n, room;
    bool in_cells; /* <cellXfs>, not the <cellStyleXfs> before it */
};

/* The number in @text below @max, else -1. */
static long number_below(const char *text, long max)
{
    char *end;
    long value;

    if (!text || *text < '0' || *text > '9')
        return -1;
    value = strtol(text, &end, 10);
    return *end == '\0' && value < max ? value : -1;
}

/* Past what stands at @p and is no letter of the format: quoted, escaped, a width, a colour. */
static const char *literal_skip(const char *p)
{
    const char close = *p == '"' ? '"' : ']';

    if (*p != '"' && *p != '[')
        return p[1] ? p + 2 : p + 1; /* \x, _x and *x */
    p++;
    while (*p && *p != close)
        p++;
    return *p ? p + 1 : p;
}

/* Whether a format code ("yyyy\-mm\-dd;@") shows a day, a month or a year: by its first part,
 * which is the one of positive numbers. A month alone is told from minutes by what is around it. */
static bool code_is_date(const char *p)
{
    bool month = false, clock = false;

    while (*p && *p != ';') {
        if (strncasecmp(p, "General", 7) == 0) {
            p += 7;
            continue;
        }
        if (strchr("\"[\\_*", *p)) {
            clock = clock || (*p == '[' && p[1] && strchr("hHmMsS", p[1])); /* time elapsed */
            p = literal_skip(p);
            continue;
        }
        if (strchr("yYdD", *p))
            return true;
        if ((*p == 'e' || *p == 'E') && p[1] != '+' && p[1] != '-') /* the year, in Asia */
            return true;
        month = month || *p == 'm' || *p == 'M';
        clock = clock || strchr("hHsS", *p);
        p++;
    }
    return month && !clock;
}

/* Formats that no workbook spells out: 14 to 17 and 22, and those of Chinese offices, where 18 to
 * 21, 32 to 35, 55 and 56 show a time of day. */
static bool built_in_is_date(long number)
{
    return (number >= 14 && number <= 17) || number == 22 || (number >= 27 && number <= 31) ||
           number == 36 || (number >= 50 && number <= 54) || number == 57 || number == 58;
}

static int style_add(struct styles_reader *r, const char **attrs)
{
    long number = number_below(part_attr(attrs, "numFmtId"), FORMATS_MAX);

    if (r->n == SHEET_STYLES_MAX)
        return sheet_limit(r->part->fault, LIMIT_STYLES);
    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        uint16_t *grown = realloc(r->styles, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        r->styles = grown;
        r->room = room;
    }
    r->styles[r->n++] = (uint16_t)(number < 0 ? 0 : number);
    return 0;
}

static int styles_start(void *user, const char *name, const char **attrs)
{
    struct styles_reader *r = user;

    if (strcmp(name, "numFmt") == 0) {
        long number = number_below(part_attr(attrs, "numFmtId"), FORMATS_MAX);
        const char *code = part_attr(attrs, "formatCode");

        if (number >= 0 && code)
            r->formats[number] = code_is_date(code) ? FORMAT_DATE : FORMAT_OTHER;
    } else if (strcmp(name, "cellXfs") == 0) {
        r->in_cells = true;
    } else if (strcmp(name, "xf") == 0 && r->in_cells) {
        return style_add(r, attrs);
    }
    return 0;
}

static int styles_end(void *user, const char *name)
{
    struct styles_reader *r = user;

    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = false;
    return 0;
}

static int styles_resolve(struct xlsx *x, const struct styles_reader *r)
{
    x->is_date = calloc(r->n + 1, sizeof(*x->is_date));
    if (!x->is_date)
        return -ENOMEM;
    x->n_styles = r->n;
    for (size_t i = 0; i < r->n; i++) {
        unsigned char kind = r->formats[r->styles[i]];

        x->is_date[i] =
            kind == FORMAT_DATE || (kind == FORMAT_BUILT_IN && built_in_is_date(r->styles[i]));
    }
    return 0;
}

int xlsx_styles_read(struct xlsx *x, struct fault *f)
{
    static const struct part_handlers handlers = {styles_start, styles_end, NULL};
    struct styles_reader reader = {.formats = calloc(FORMATS_MAX, 1)};
    struct part p = {.handlers = &handlers, .user = &reader, .total = &x->shared_total};
    int r;

    if (!reader.formats)
        return -ENOMEM;
    reader.part = &p;
    r = xlsx_part_open(x, &p, "xl/styles.xml", f);
    if (r == 0)
        r = part_run(&p, f);
    if (r == 0)
        r = styles_resolve(x, &reader);
    part_close(&p);
    free(reader.formats);
    free(reader.styles);
    return r == -ENOENT ? 0 : r;
}

bool xlsx_date(const char *text, size_t len, bool date1904, char ret[XLSX_DATE_LEN + 1])
{
    int64_t serial = 0;
    struct tm tm;
    time_t at;

    for (size_t i = 0; i < len && text[i] != '.'; i++) {
        if (text[i] < '0' || text[i] > '9' || serial > SERIAL_MAX)
            return false;
        serial = serial * 10 + (text[i] - '0');
    }
    serial += date1904 ? SERIAL_1904 : 0;
    /* Day 60 of 1900 is a 29 February that never was; the days before it are one further on. */
    if (serial < 1 || serial == 60 || serial > SERIAL_MAX)
        return false;
    at = (time_t)(serial - SERIAL_1970 + (serial < 60)) * 86400;
    return gmtime_r(&at, &tm) && strftime(ret, XLSX_DATE_LEN + 1, "%Y-%m-%d", &tm) == XLSX_DATE_LEN;
}
