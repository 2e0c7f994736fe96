/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <string.h>

#include "daemon/chart/charts.h"
#include "daemon/paper/paper.h"
#include "db/paper_layout.h"
#include "db/print_sheet.h"
#include "db/publication.h"

/* ---- drawn as a whole ---- */

int no_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    (void)tx, (void)paper, (void)sheet;
    return -EPROTO; /* it has no layout that could ask for names */
}

static int state_take(void *arg, const struct publication *p)
{
    *(bool *)arg = strcmp(p->state, "live") != 0;
    return 0;
}

/* A publication as of a loss: the bytes of its download. */
static int chart_draw(struct tx *tx, const struct paper_row *paper, bool demo, struct drawn *drawn)
{
    const enum paper_kind kind =
        paper->kind == PRINT_KIND_CHART ? PAPER_CHART_PDF : PAPER_PRICES_PDF;
    struct paper_request request = {.lang = LANG_ZH};
    int r = publication_read(tx, paper->subject_id, state_take, &request.superseded);

    if (r == 0)
        r = snapshot_of_publication(tx->db, paper->subject_id, 0,
                                    paper->subject_no ? paper->subject_no : -1, demo,
                                    &request.snapshot);
    if (r == 0)
        r = paper_make(kind, &request, &drawn->bytes, &drawn->n);
    snapshot_unref(request.snapshot);
    return r;
}

/* ---- by a layout ---- */

static print_sheet_read *const readers[PRINT_KINDS] = {
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet)                         \
    [PRINT_KIND_##symbol] = sheet,
#include "db/print_kind.def"
#undef PRINT_KIND
};

static bool layouts_of(enum print_kind kind)
{
    return readers[kind] != no_sheet;
}

/* Everything that stands on a paper; *@ret_sheet is for sheet_free(). */
static int sheet_read(struct tx *tx, const struct paper_row *paper, struct sheet **ret_sheet)
{
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
    if (!layouts_of(paper->kind))
        return chart_draw(tx, paper, demo, ret_drawn);
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
    if (r == 0 && !layouts_of(kind)) {
        snprintf(ret_drawn->error, sizeof(ret_drawn->error), "%s: it is drawn as a whole",
                 print_kinds[kind].code);
        r = -EBADMSG;
    }
    if (r == 0)
        r = layout_pdf(&print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    sheet_free(sheet);
    return r;
}
