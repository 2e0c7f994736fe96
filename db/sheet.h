/* sheet.h - everything that stands on a paper, by name: what layouts put into their places (SF-26).
 *
 * A kind of paper has names (sheet_field.def): of the paper itself, "payer", and of the rows of its
 * tables, "line.amount". All begin empty, and no other name can be given, so that a layout that was
 * right for a sample is right for every paper of the kind.
 *
 * The first error is kept and told by sheet_error(), so that readers need not look at each call.
 * Memory: sheet_new() to sheet_free(). Thread: one at a time.
 */
#ifndef ANCHANG_DB_SHEET_H
#define ANCHANG_DB_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/print.h"

/* SHEET_ALL: a field that papers of every kind have. */
enum { SHEET_ALL = PRINT_KINDS };

struct sheet_field {
    int kind; /* enum print_kind or SHEET_ALL */
    const char *name, *zh, *en;
    const char *sample; /* of a row's field: those of the rows, with | between */
};
extern const struct sheet_field sheet_fields[];
extern const size_t sheet_field_count;

struct sheet;

/* NULL: no memory. */
struct sheet *sheet_new(enum print_kind kind);
struct sheet *sheet_free(struct sheet *s); /* NULL */
/* One that is filled with the samples. */
struct sheet *sheet_sample(enum print_kind kind);
/* 0; -ENOMEM; -EPROTO: a name was given that the kind does not have. */
int sheet_error(const struct sheet *s);

/* Copied; NULL is "". Of a row's field: of the row begun last. */
void sheet_text(struct sheet *s, const char *name, const char *text);
/* Behind what is there, with @between before it when there is something. */
void sheet_join(struct sheet *s, const char *name, const char *between, const char *text);
/* "1,234,567.00" */
void sheet_money(struct sheet *s, const char *name, int64_t fen);
/* "2026 年 11 月 28 日", of YYYY-MM-DD; "" of none. */
void sheet_day(struct sheet *s, const char *name, const char *day);
/* The next row of a table begins. */
void sheet_row(struct sheet *s, const char *table);

/* NULL: the kind has no such name. Of a row's field: of row @row. */
const char *sheet_value(const struct sheet *s, const char *name, size_t row);
/* 0 of one that is not there. */
size_t sheet_rows(const struct sheet *s, const char *table);
/* Whether the kind has a table of that name. */
bool sheet_table(const struct sheet *s, const char *table);

#endif
