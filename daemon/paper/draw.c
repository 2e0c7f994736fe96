/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdlib.h>

#include "db/paper_layout.h"
#include "db/print_sheet.h"

/* Everything that stands on a paper; *@ret_sheet is for sheet_free(). */
static int sheet_read(struct tx *tx, const struct paper_row *paper, struct sheet **ret_sheet)
{
    static print_sheet_read *const readers[PRINT_KINDS] = {
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet)                         \
    [PRINT_KIND_##symbol] = sheet,
#include "db/print_kind.def"
#undef PRINT_KIND
    };
    struct sheet *sheet = sheet_new(paper->kind);
    int r = sheet ? readers[paper->kind](tx, paper, sheet) : -ENOMEM;

    if (r == 0)
        r = sheet_error(sheet);
    if (r < 0)
        sheet = sheet_free(sheet);
    *ret_sheet = sheet;
    return r;
}

int paper_draw(struct tx *tx, const struct paper_row *paper, bool demo, struct drawn *ret_drawn)
{
    struct layout_print print = {.form = !paper->preprinted,
                                 .made_ms = paper->made_ms,
                                 .title = paper->number,
                                 .subject = print_kinds[paper->kind].zh};
    struct sheet *sheet = NULL;
    char *layout = NULL;
    int r;

    *ret_drawn = (struct drawn){.bytes = NULL};
    r = paper_layout_body(tx, paper->layout_id, 0, &layout, &ret_drawn->layout_ordinal);
    if (r == 0)
        r = sheet_read(tx, paper, &sheet);
    if (r == 0) {
        sheet_text(sheet, "demo", demo ? "演示" : "");
        print.json = layout;
        print.sheet = sheet;
        r = layout_pdf(&print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    }
    sheet_free(sheet);
    free(layout);
    return r;
}

int paper_draw_sample(enum print_kind kind, const char *layout, struct drawn *ret_drawn)
{
    struct sheet *sheet = sheet_sample(kind);
    const struct layout_print print = {.json = layout,
                                       .sheet = sheet,
                                       .form = true,
                                       .title = print_kinds[kind].zh,
                                       .subject = print_kinds[kind].zh};
    int r = sheet ? sheet_error(sheet) : -ENOMEM;

    *ret_drawn = (struct drawn){.bytes = NULL};
    if (r == 0)
        r = layout_pdf(&print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    sheet_free(sheet);
    return r;
}
