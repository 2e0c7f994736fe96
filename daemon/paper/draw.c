/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdlib.h>

#include "db/paper_layout.h"
#include "db/print_sheet.h"

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
        r = print_sheet(tx, paper, &sheet);
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
