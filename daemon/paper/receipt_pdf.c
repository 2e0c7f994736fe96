/* receipt_pdf.c - see receipt_pdf.h. */
#include "daemon/paper/receipt_pdf.h"

#include <stdio.h>
#include <string.h>

#include "daemon/paper/facts.h"

struct filling {
    const struct receipt_print *print;
    char text[128]; /* the value that was made last */
};

static const char *date_text(struct filling *f)
{
    const char *day = f->print->sheet->day; /* 2026-11-28 */

    snprintf(f->text, sizeof(f->text), "%.4s 年 %.2s 月 %.2s 日", day, day + 5, day + 8);
    return f->text;
}

static const char *money_text(struct filling *f, int64_t fen)
{
    paper_money(fen, false, f->text, sizeof(f->text));
    return f->text;
}

static const char *row_value(struct filling *f, const char *name, size_t row)
{
    const struct receipt_sheet *s = f->print->sheet;

    if (strcmp(name, "line.name") == 0)
        return s->lines[row].name;
    if (strcmp(name, "line.amount") == 0)
        return money_text(f, s->lines[row].fen);
    if (strcmp(name, "tender.name") == 0)
        return s->tenders[row].name;
    if (strcmp(name, "tender.reference") == 0)
        return s->tenders[row].reference;
    if (strcmp(name, "tender.amount") == 0)
        return money_text(f, s->tenders[row].fen);
    return NULL;
}

static const char *remark(struct filling *f)
{
    const struct receipt_sheet *s = f->print->sheet;

    if (!s->swaps[0])
        return "";
    snprintf(f->text, sizeof(f->text), "换原收据 No. %s", s->swaps);
    return f->text;
}

static const char *value(void *arg, const char *name, size_t row)
{
    struct filling *f = arg;
    const struct receipt_sheet *s = f->print->sheet;
    const struct {
        const char *name, *text;
    } plain[] = {
        {"title", s->agency ? "代收费收据" : "收款收据"},
        {"number", s->number},
        {"project", s->project},
        {"payer", s->payer},
        {"unit", s->unit[0] ? s->unit : "—"},
        {"capitals", s->capitals},
        {"holder", s->holder},
        {"bank", s->bank},
        {"account", s->account},
        {"note", s->note},
        {"cashier", s->cashier},
        {"demo", f->print->demo ? "演示" : ""},
    };

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(name, plain[i].name) == 0)
            return plain[i].text;
    if (strcmp(name, "date") == 0)
        return date_text(f);
    if (strcmp(name, "total") == 0)
        return money_text(f, s->total_fen);
    if (strcmp(name, "remark") == 0)
        return remark(f);
    return row_value(f, name, row);
}

static size_t rows(void *arg, const char *name)
{
    const struct filling *f = arg;

    if (strcmp(name, "line") == 0)
        return f->print->sheet->n_lines;
    return strcmp(name, "tender") == 0 ? f->print->sheet->n_tenders : 0;
}

int receipt_pdf(const struct receipt_print *print, char **ret_bytes, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT])
{
    struct filling filling = {.print = print};
    const struct layout_values values = {value, rows, &filling};
    const struct layout_print layout = {
        .json = print->layout ? print->layout : layout_builtin("receipt_a5"),
        .values = &values,
        .form = true,
        .made_ms = print->made_ms,
        .title = print->sheet->number,
        .subject = print->sheet->agency ? "代收费收据" : "收款收据"};

    return layout_pdf(&layout, ret_bytes, ret_n, error);
}
