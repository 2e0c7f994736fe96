/* sheet.c - see sheet.h. */
#include "db/sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/money.h"

enum { TABLES_MAX = 4, TABLE_TEXT = 24 };

enum sheet_kind {
#define PRINT_KIND(symbol, code, zh, en, ...) SHEET_OF_##symbol = PRINT_KIND_##symbol,
#include "db/print_kind.def"
#undef PRINT_KIND
    SHEET_OF_ALL = SHEET_ALL
};

const struct sheet_field sheet_fields[] = {
#define SHEET_FIELD(kind, name, zh, en, sample) {SHEET_OF_##kind, name, zh, en, sample},
#include "db/sheet_field.def"
#undef SHEET_FIELD
};
const size_t sheet_field_count = sizeof(sheet_fields) / sizeof(sheet_fields[0]);

/* The values of one row, by the place of their field in sheet_fields; the paper's own are a row. */
struct sheet_row {
    char *values[sizeof(sheet_fields) / sizeof(sheet_fields[0])];
};

struct sheet_rows {
    char name[TABLE_TEXT];
    struct sheet_row **rows;
    size_t n, room;
};

struct sheet {
    enum print_kind kind;
    int error;
    struct sheet_row own;
    struct sheet_rows tables[TABLES_MAX];
    size_t n_tables;
};

/* ---- names ---- */

static size_t field_find(const struct sheet *s, const char *name)
{
    size_t i = 0;

    while (i < sheet_field_count &&
           ((sheet_fields[i].kind != (int)s->kind && sheet_fields[i].kind != SHEET_ALL) ||
            strcmp(sheet_fields[i].name, name) != 0))
        i++;
    return i;
}

/* Of the table @n bytes of @name say. */
static struct sheet_rows *table_find(const struct sheet *s, const char *name, size_t n)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (strlen(s->tables[i].name) == n && strncmp(s->tables[i].name, name, n) == 0)
            return (struct sheet_rows *)&s->tables[i];
    return NULL;
}

static void tables_take(struct sheet *s)
{
    for (size_t i = 0; i < sheet_field_count; i++) {
        const char *dot = strchr(sheet_fields[i].name, '.');
        const size_t n = dot ? (size_t)(dot - sheet_fields[i].name) : 0;

        if (!dot || sheet_fields[i].kind != (int)s->kind || table_find(s, sheet_fields[i].name, n))
            continue;
        if (s->n_tables == TABLES_MAX || n >= TABLE_TEXT) {
            s->error = -EPROTO;
            return;
        }
        memcpy(s->tables[s->n_tables++].name, sheet_fields[i].name, n);
    }
}

struct sheet *sheet_new(enum print_kind kind)
{
    struct sheet *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->kind = kind;
    tables_take(s);
    return s;
}

static void row_clear(struct sheet_row *row)
{
    for (size_t i = 0; i < sheet_field_count; i++)
        free(row->values[i]);
}

struct sheet *sheet_free(struct sheet *s)
{
    if (!s)
        return NULL;
    for (size_t t = 0; t < s->n_tables; t++) {
        for (size_t i = 0; i < s->tables[t].n; i++) {
            row_clear(s->tables[t].rows[i]);
            free(s->tables[t].rows[i]);
        }
        free((void *)s->tables[t].rows);
    }
    row_clear(&s->own);
    free(s);
    return NULL;
}

int sheet_error(const struct sheet *s)
{
    return s->error;
}

/* ---- filling ---- */

static void failed(struct sheet *s, int error)
{
    if (!s->error)
        s->error = error;
}

/* Where the value of @name is, in the row begun last; NULL: no such place. */
static char **place_of(struct sheet *s, const char *name)
{
    const size_t field = field_find(s, name);
    const char *dot = strchr(name, '.');
    const struct sheet_rows *table = dot ? table_find(s, name, (size_t)(dot - name)) : NULL;
    struct sheet_row *row = !dot ? &s->own : table && table->n ? table->rows[table->n - 1] : NULL;

    if (field < sheet_field_count && row)
        return &row->values[field];
    failed(s, -EPROTO);
    return NULL;
}

void sheet_text(struct sheet *s, const char *name, const char *text)
{
    char **place = place_of(s, name);

    if (!place)
        return;
    free(*place);
    *place = strdup(text ? text : "");
    if (!*place)
        failed(s, -ENOMEM);
}

void sheet_join(struct sheet *s, const char *name, const char *between, const char *text)
{
    char **place = place_of(s, name), *joined;

    if (!place)
        return;
    if (asprintf(&joined, "%s%s%s", *place ? *place : "", *place && **place ? between : "", text) <
        0) {
        failed(s, -ENOMEM);
        return;
    }
    free(*place);
    *place = joined;
}

void sheet_money(struct sheet *s, const char *name, int64_t fen)
{
    char text[MONEY_TEXT];

    money_text(fen, false, text, sizeof(text));
    sheet_text(s, name, text);
}

void sheet_day(struct sheet *s, const char *name, const char *day)
{
    char text[40] = "";

    if (day && strlen(day) == 10)
        snprintf(text, sizeof(text), "%.4s 年 %.2s 月 %.2s 日", day, day + 5, day + 8);
    sheet_text(s, name, text);
}

void sheet_row(struct sheet *s, const char *table)
{
    struct sheet_rows *t = table_find(s, table, strlen(table));
    struct sheet_row *row;

    if (!t) {
        failed(s, -EPROTO);
        return;
    }
    if (t->n == t->room) {
        const size_t room = t->room ? 2 * t->room : 16;
        struct sheet_row **rows =
            (struct sheet_row **)realloc((void *)t->rows, room * sizeof(struct sheet_row *));

        if (!rows) {
            failed(s, -ENOMEM);
            return;
        }
        t->rows = rows;
        t->room = room;
    }
    row = calloc(1, sizeof(*row));
    if (row)
        t->rows[t->n++] = row;
    else
        failed(s, -ENOMEM);
}

/* ---- samples ---- */

/* The @index-th of the texts in @sample, into @out; false: there are not so many. */
static bool sample_part(const char *sample, size_t index, char *out, size_t size)
{
    for (; index; index--) {
        sample = strchr(sample, '|');
        if (!sample)
            return false;
        sample++;
    }
    snprintf(out, size, "%.*s", (int)strcspn(sample, "|"), sample);
    return true;
}

static void sample_table(struct sheet *s, const char *table)
{
    const size_t n = strlen(table);
    bool more = true;

    for (size_t row = 0; more; row++) {
        char text[200];

        more = false;
        for (size_t i = 0; i < sheet_field_count; i++) {
            const struct sheet_field *f = &sheet_fields[i];

            if (f->kind != (int)s->kind || strncmp(f->name, table, n) != 0 || f->name[n] != '.' ||
                !sample_part(f->sample, row, text, sizeof(text)))
                continue;
            if (!more)
                sheet_row(s, table);
            more = true;
            sheet_text(s, f->name, text);
        }
    }
}

struct sheet *sheet_sample(enum print_kind kind)
{
    struct sheet *s = sheet_new(kind);

    for (size_t i = 0; s && i < sheet_field_count; i++)
        if ((sheet_fields[i].kind == (int)kind || sheet_fields[i].kind == SHEET_ALL) &&
            !strchr(sheet_fields[i].name, '.'))
            sheet_text(s, sheet_fields[i].name, sheet_fields[i].sample);
    for (size_t t = 0; s && t < s->n_tables; t++)
        sample_table(s, s->tables[t].name);
    return s;
}

/* ---- reading ---- */

const char *sheet_value(const struct sheet *s, const char *name, size_t row)
{
    const size_t field = field_find(s, name);
    const char *dot = strchr(name, '.'), *value;
    const struct sheet_rows *table = dot ? table_find(s, name, (size_t)(dot - name)) : NULL;

    if (field == sheet_field_count)
        return NULL;
    if (dot && row >= table->n)
        return "";
    value = dot ? table->rows[row]->values[field] : s->own.values[field];
    return value ? value : "";
}

size_t sheet_rows(const struct sheet *s, const char *table)
{
    const struct sheet_rows *t = table_find(s, table, strlen(table));

    return t ? t->n : 0;
}

bool sheet_table(const struct sheet *s, const char *table)
{
    return table_find(s, table, strlen(table)) != NULL;
}
