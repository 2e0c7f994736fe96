/* notes.c - the end of a price list: how to read it, the project's items, fees, discounts (FC 26).
 * */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/facts.h"
#include "db/disclosure.h"
#include "db/unit_class.h"

enum { NOTE_SIZE = 12288 };

struct noting {
    struct paper *paper;
    int (*each)(void *arg, const struct paper_note_line *line);
    void *arg;
    char *text;    /* NOTE_SIZE */
    char *scratch; /* NOTE_SIZE */
    int number, r;
};

static void heading(struct noting *n, enum paper_text text)
{
    const struct paper_note_line line = {true, "", paper_word(n->paper, text)};

    if (n->r == 0)
        n->r = n->each(n->arg, &line);
}

static void paragraph(struct noting *n, const char *label, const char *text)
{
    const struct paper_note_line line = {false, label, text};

    if (n->r == 0 && text[0])
        n->r = n->each(n->arg, &line);
}

static void numbered(struct noting *n, enum paper_text text)
{
    char label[16];

    snprintf(label, sizeof(label), "%d.", ++n->number);
    paragraph(n, label, paper_word(n->paper, text));
}

static void text_put(struct noting *n, const char *value)
{
    size_t used = strlen(n->text);

    paper_clip(value, n->text + used, NOTE_SIZE - used);
}

/* @value with what it is, if there is any. */
static void text_add(struct noting *n, enum paper_text what, const char *value)
{
    if (!value[0])
        return;
    text_put(n, paper_word(n->paper, what));
    text_put(n, value);
}

/* The words of a set of classes. */
static void classes_put(struct noting *n, unsigned set)
{
    const bool en = n->paper->lang == LANG_EN;

    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        if (!(set & CLASS_BIT(i)))
            continue;
        text_put(n, en ? unit_classes[i].en : unit_classes[i].zh);
        set &= ~CLASS_BIT(i);
        if (set)
            text_put(n, en ? ", " : "、");
    }
}

/* The classes here that are priced as a whole though the project prices by area. */
static void note_pieces(struct noting *n)
{
    const struct content *c = n->paper->content;
    unsigned pieces = 0;
    char label[16];

    for (size_t i = 0; i < c->n_units; i++) {
        const struct class_info *class = unit_class_info(c->units[i].class);

        if (class && class->by_piece)
            pieces |= CLASS_BIT(class - unit_classes);
    }
    if (!pieces)
        return;
    n->text[0] = '\0';
    classes_put(n, pieces);
    text_put(n, paper_word(n->paper, T_NOTE_BASIS_PIECE));
    snprintf(label, sizeof(label), "%d.", ++n->number);
    paragraph(n, label, n->text);
}

static void note_reading(struct noting *n)
{
    const struct paper *p = n->paper;

    heading(n, T_NOTES_TITLE);
    numbered(n, T_NOTE_MONEY);
    numbered(n, strcmp(p->basis, "gross") == 0   ? T_NOTE_BASIS_GROSS
                : strcmp(p->basis, "inner") == 0 ? T_NOTE_BASIS_INNER
                                                 : T_NOTE_BASIS_UNIT);
    if (strcmp(p->basis, "unit") != 0)
        note_pieces(n);
    numbered(n, p->show_deal ? T_NOTE_SOLD_DEAL : T_NOTE_SOLD);
    numbered(n, T_NOTE_HIDDEN);
    numbered(n, T_NOTE_NO_MORE);
}

static void note_project(struct noting *n)
{
    const struct content *c = n->paper->content;

    heading(n, T_PROJECT_TITLE);
    paragraph(n, paper_word(n->paper, T_DEVELOPER), snapshot_project_field(n->paper->snapshot, 5));
    paragraph(n, paper_word(n->paper, T_ADDRESS), snapshot_project_field(n->paper->snapshot, 4));
    paragraph(n, paper_word(n->paper, T_PHONE), n->paper->phone);
    paragraph(n, paper_word(n->paper, T_COMPLAINT_PHONE), n->paper->complaint_phone);
    for (size_t i = 0; i < disclosures_count; i++) /* P3 before P10: the catalogue's order */
        for (size_t k = 0; k < c->n_items; k++) {
            const struct disclosure_info *info = &disclosures[i];
            const char *f[ITEM_FIELDS_MAX];

            if (strcmp(c->items[k].section, "disclosure") != 0 ||
                strcmp(c->items[k].key, info->code) != 0 || strcmp(info->code, "P17") == 0)
                continue;
            item_fields(&c->items[k], n->scratch, NOTE_SIZE, f);
            paragraph(n, n->paper->lang == LANG_EN ? info->en : info->zh, f[3]);
        }
}

static void note_permits(struct noting *n)
{
    const struct content *c = n->paper->content;
    bool any = false;

    for (size_t i = 0; i < c->n_items; i++) {
        const char *f[ITEM_FIELDS_MAX];

        if (strcmp(c->items[i].section, "permit") != 0)
            continue;
        if (!any)
            heading(n, T_PERMITS_TITLE);
        any = true;
        item_fields(&c->items[i], n->scratch, NOTE_SIZE, f);
        n->text[0] = '\0';
        text_put(n, f[2]);
        if (f[2][0] && f[4][0])
            text_put(n, n->paper->lang == LANG_EN ? "; " : "；");
        text_put(n, f[4]);
        paragraph(n, c->items[i].name, n->text[0] ? n->text : "—");
    }
}

static void note_fees(struct noting *n)
{
    const struct content *c = n->paper->content;
    bool any = false;

    heading(n, T_FEES_TITLE);
    for (size_t i = 0; i < c->n_items; i++) {
        const char *f[ITEM_FIELDS_MAX];

        if (strcmp(c->items[i].section, "fee") != 0)
            continue;
        any = true;
        item_fields(&c->items[i], n->scratch, NOTE_SIZE, f);
        n->text[0] = '\0';
        if (strcmp(f[5], "1") == 0)
            text_put(n, paper_word(n->paper, T_FEE_VOLUNTARY));
        text_put(n, f[2]);
        if (f[6][0]) {
            text_put(n, paper_word(n->paper, T_FEE_CLASSES));
            classes_put(n, class_set_read(f[6]));
        }
        text_add(n, T_FEE_BASIS, f[3]);
        text_add(n, T_FEE_PAYEE, f[4]);
        paragraph(n, c->items[i].name, n->text);
    }
    if (!any)
        paragraph(n, "", paper_word(n->paper, T_FEES_NONE));
}

/* From when until when; an open end says so. */
static void discount_when(struct noting *n, const char *from, const char *until)
{
    const char *open = paper_word(n->paper, T_OPEN_DATE);

    if (!from[0] && !until[0])
        return;
    text_add(n, T_DISCOUNT_FROM, from[0] ? from : open);
    text_add(n, T_DISCOUNT_UNTIL, until[0] ? until : open);
}

static void note_discounts(struct noting *n)
{
    const struct content *c = n->paper->content;
    bool any = false;

    heading(n, T_DISCOUNTS_TITLE);
    for (size_t i = 0; i < c->n_items; i++) {
        const char *f[ITEM_FIELDS_MAX];

        if (strcmp(c->items[i].section, "discount") != 0)
            continue;
        any = true;
        item_fields(&c->items[i], n->scratch, NOTE_SIZE, f);
        n->text[0] = '\0';
        text_put(n, f[2]);
        text_add(n, T_DISCOUNT_IF, f[1]);
        discount_when(n, f[3], f[4]);
        paragraph(n, c->items[i].name, n->text);
    }
    if (!any)
        paragraph(n, "", paper_word(n->paper, T_DISCOUNTS_NONE));
}

int paper_notes(struct paper *p, int (*each)(void *arg, const struct paper_note_line *line),
                void *arg)
{
    struct noting n = {.paper = p,
                       .each = each,
                       .arg = arg,
                       .text = malloc(NOTE_SIZE),
                       .scratch = malloc(NOTE_SIZE)};

    if (!n.text || !n.scratch)
        n.r = -ENOMEM;
    if (n.r == 0) {
        note_reading(&n);
        note_permits(&n);
        note_fees(&n);
        note_discounts(&n);
        note_project(&n);
    }
    free(n.text);
    free(n.scratch);
    return n.r;
}
