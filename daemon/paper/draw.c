/* draw.c - see draw.h. */
#include "daemon/paper/draw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/charts.h"
#include "daemon/paper/layout_roll.h"
#include "daemon/paper/paper.h"
#include "daemon/paper/pdf_mark.h"
#include "daemon/paper/roll_page.h"
#include "db/paper_layout.h"
#include "db/print_sheet.h"
#include "db/publication.h"
#include "drivers/roll.h"

void drawn_free(struct drawn *drawn)
{
    free(drawn->bytes);
    free(drawn->roll);
    drawn->bytes = drawn->roll = NULL;
}

int drawn_make(const struct layout_print *print, struct drawn *ret_drawn)
{
    int r;

    *ret_drawn = (struct drawn){.bytes = NULL};
    if (!layout_is_roll(print->json))
        return layout_draw(print, &ret_drawn->bytes, &ret_drawn->n, ret_drawn->error);
    /* The record is drawn of the very roll that is sent. */
    r = layout_roll(print, &ret_drawn->roll, &ret_drawn->n_roll, ret_drawn->error);
    if (r == 0)
        r = roll_draw(ret_drawn->roll, ret_drawn->n_roll, print, &ret_drawn->bytes, &ret_drawn->n);
    if (r < 0)
        drawn_free(ret_drawn);
    return r;
}

static int kind_take(void *arg, const struct paper_layout_row *row)
{
    for (int kind = 0; kind < PRINT_KINDS; kind++)
        if (strcmp(print_kinds[kind].code, row->kind) == 0)
            *(enum print_kind *)arg = (enum print_kind)kind;
    return 0;
}

static const char test_words[] = "测试页，不作凭证";

static int page_mark(const struct drawn *sample, struct drawn *ret_drawn)
{
    static const struct pdf_over over = {.text = test_words};

    return pdf_mark(sample->bytes, sample->n, &over, &ret_drawn->bytes, &ret_drawn->n);
}

static int roll_mark_draw(const struct drawn *sample, const struct layout_print *print,
                          struct drawn *ret_drawn)
{
    int r =
        roll_mark(sample->roll, sample->n_roll, test_words, &ret_drawn->roll, &ret_drawn->n_roll);

    if (r == 0)
        r = roll_draw(ret_drawn->roll, ret_drawn->n_roll, print, &ret_drawn->bytes, &ret_drawn->n);
    if (r < 0)
        drawn_free(ret_drawn);
    return r;
}

/* A test page: the samples of the layout's kind, and that it is none of those papers. */
static int test_draw(struct tx *tx, const struct paper_row *paper, const struct layout_print *print,
                     struct drawn *ret_drawn)
{
    enum print_kind kind = PRINT_KIND_TEST;
    struct drawn sample = {.bytes = NULL};
    int r = paper_layout_scan(tx, paper->layout_id, kind_take, &kind);

    if (r == 0)
        r = paper_draw_sample(kind, print->json, false, &sample);
    if (r == 0)
        r = sample.roll ? roll_mark_draw(&sample, print, ret_drawn) : page_mark(&sample, ret_drawn);
    drawn_free(&sample);
    return r;
}

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
    return readers[kind] != no_sheet || kind == PRINT_KIND_TEST;
}

/* Everything that stands on a paper; *@ret_sheet is for sheet_free(). */
static int sheet_make(struct tx *tx, const struct paper_row *paper, struct sheet **ret_sheet)
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
    int64_t ordinal = 0;
    int r;

    *ret_drawn = (struct drawn){.bytes = NULL};
    if (!layouts_of(paper->kind))
        return chart_draw(tx, paper, demo, ret_drawn);
    r = paper_layout_body(tx, paper->layout_id, 0, &layout, &ordinal);
    print.json = layout;
    if (r == 0 && paper->kind == PRINT_KIND_TEST)
        r = test_draw(tx, paper, &print, ret_drawn);
    else if (r == 0)
        r = sheet_make(tx, paper, &sheet);
    if (r == 0 && sheet) {
        sheet_text(sheet, "demo", demo ? "演示" : "");
        print.sheet = sheet;
        r = drawn_make(&print, ret_drawn);
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
    if (r == 0 && !layouts_of(kind)) {
        snprintf(ret_drawn->error, sizeof(ret_drawn->error), "%s: it is drawn as a whole",
                 print_kinds[kind].code);
        r = -EBADMSG;
    }
    if (r == 0)
        r = drawn_make(&print, ret_drawn);
    sheet_free(sheet);
    return r;
}
