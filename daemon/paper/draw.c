/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/pdf_mark.h"
#include "db/paper_layout.h"
#include "db/print_sheet.h"

static int kind_take(void *arg, const struct paper_layout_row *row)
{
    for (int kind = 0; kind < PRINT_KINDS; kind++)
        if (strcmp(print_kinds[kind].code, row->kind) == 0)
            *(enum print_kind *)arg = (enum print_kind)kind;
    return 0;
}

/* A test page: the samples of the layout's kind, and that it is none of those papers. */
static int test_draw(struct tx *tx, const struct paper_row *paper, const char *layout,
                     struct drawn *ret_drawn)
{
    static const struct pdf_over over = {.text = "测试页，不作凭证"};
    enum print_kind kind = PRINT_KIND_TEST;
    char *marked = NULL;
    size_t n = 0;
    int r = paper_layout_scan(tx, paper->layout_id, kind_take, &kind);

    if (r == 0)
        r = paper_draw_sample(kind, layout, false, ret_drawn);
    if (r < 0)
        return r;
    r = pdf_mark(ret_drawn->bytes, ret_drawn->n, &over, &marked, &n);
    free(ret_drawn->bytes);
    ret_drawn->bytes = marked;
    ret_drawn->n = n;
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
    int64_t ordinal = 0;
    int r;

    *ret_drawn = (struct drawn){.bytes = NULL};
    r = paper_layout_body(tx, paper->layout_id, 0, &layout, &ordinal);
    if (r == 0 && paper->kind == PRINT_KIND_TEST)
        r = test_draw(tx, paper, layout, ret_drawn);
    else if (r == 0)
        r = print_sheet(tx, paper, &sheet);
    if (r == 0 && sheet) {
        sheet_text(sheet, "demo", demo ? "演示" : "");
        print.json = layout;
        print.sheet = sheet;
        r = layout_draw(&print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    }
    ret_drawn->layout_ordinal = ordinal;
    sheet_free(sheet);
    free(layout);
    return r;
}

int paper_draw_sample(enum print_kind kind, const char *layout, bool picture,
                      struct drawn *ret_drawn)
{
    struct sheet *sheet = sheet_sample(kind);
    const struct layout_print print = {.json = layout,
                                       .sheet = sheet,
                                       .form = true,
                                       .picture = picture,
                                       .title = print_kinds[kind].zh,
                                       .subject = print_kinds[kind].zh};
    int r = sheet ? sheet_error(sheet) : -ENOMEM;

    *ret_drawn = (struct drawn){.bytes = NULL};
    if (r == 0)
        r = layout_draw(&print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    sheet_free(sheet);
    return r;
}
