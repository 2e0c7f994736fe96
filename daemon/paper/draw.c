/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/paper/layout_roll.h"
#include "daemon/paper/roll_pdf.h"
#include "db/paper_layout.h"
#include "db/print_sheet.h"

void drawn_free(struct drawn *drawn)
{
    free(drawn->bytes);
    free(drawn->roll);
    drawn->bytes = drawn->roll = NULL;
}

int layout_draw(const struct layout_print *print, struct drawn *ret_drawn)
{
    int r;

    ret_drawn->bytes = ret_drawn->roll = NULL;
    if (!layout_is_roll(print->json))
        return layout_pdf(print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    /* The record is drawn of the very roll that is sent. */
    r = layout_roll(print, &ret_drawn->roll, &ret_drawn->n_roll, ret_drawn->error);
    if (r == 0)
        r = roll_pdf(ret_drawn->roll, ret_drawn->n_roll, print, &ret_drawn->bytes, &ret_drawn->n);
    if (r < 0)
        drawn_free(ret_drawn);
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
        r = print_sheet(tx, paper, &sheet);
    if (r == 0) {
        sheet_text(sheet, "demo", demo ? "演示" : "");
        print.json = layout;
        print.sheet = sheet;
        r = layout_draw(&print, ret_drawn);
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
        r = layout_draw(&print, ret_drawn);
    sheet_free(sheet);
    return r;
}
