/* frame.c - see frame.h. */
#include "daemon/paper/frame.h"

#include <stdio.h>
#include <string.h>

static const struct page_style name_style = {16, true, PAGE_LEFT, INK};
static const struct page_style title_style = {11, false, PAGE_LEFT, INK};
static const struct page_style label_style = {7.5, false, PAGE_LEFT, INK_QUIET};
static const struct page_style value_style = {8.5, false, PAGE_LEFT, INK};
static const struct page_style mark_style = {11, true, PAGE_CENTER, INK};
static const struct page_style small_style = {7.5, false, PAGE_LEFT, INK_QUIET};
static const struct page_style small_right = {7.5, false, PAGE_RIGHT, INK_QUIET};
static const struct page_style small_center = {8, true, PAGE_CENTER, INK};

static void fact(struct page *g, const struct paper *p, double x, double baseline, double w,
                 enum paper_text label, const char *value)
{
    const double gap = p->lang == LANG_EN ? 19 : 16;

    page_text(g, &label_style, x, baseline, gap - 1, paper_word(p, label));
    page_text(g, &value_style, x + gap, baseline, w - gap, value[0] ? value : "—");
}

static void marks(struct page *g, const struct paper *p, double x)
{
    for (size_t i = 0; i < p->n_marks; i++) {
        double w = page_text_width(g, &mark_style, p->marks[i]) + 6;
        const struct page_box box = {x, 10.5, w, 8};

        page_rect(g, &box, NULL, PAGE_PLAIN, INK);
        page_text(g, &mark_style, x, 16, w, p->marks[i]);
        x += w + 3;
    }
}

static double marks_width(struct page *g, const struct paper *p)
{
    double w = 0;

    for (size_t i = 0; i < p->n_marks; i++)
        w += page_text_width(g, &mark_style, p->marks[i]) + 9;
    return w;
}

static void foot(struct page *g, const struct paper *p, const struct frame *f)
{
    const double y = g->height - 9, w = g->width - 2 * FRAME_MARGIN;
    char text[160];

    page_line(g, FRAME_MARGIN, y - 4.5, g->width - FRAME_MARGIN, y - 4.5, 0.4, INK_LINE);
    snprintf(text, sizeof(text), "%s %s", paper_word(p, T_COMPLAINT_PHONE),
             p->complaint_phone[0] ? p->complaint_phone : "—");
    page_text(g, &small_style, FRAME_MARGIN, y, w * 0.33, text);
    snprintf(text, sizeof(text), "%s %s", paper_word(p, T_VALID), p->valid);
    if (p->draft || p->valid[0])
        page_text(g, &small_center, FRAME_MARGIN + w * 0.33, y, w * 0.34,
                  p->draft ? paper_word(p, T_DRAFT_NOTE) : text);
    paper_count(p, T_PAGE_OF, f->page, f->pages, text, sizeof(text));
    page_text(g, &small_right, FRAME_MARGIN + w * 0.67, y, w * 0.33, text);
}

void frame_draw(struct page *g, const struct paper *p, const struct frame *f)
{
    const double right = g->width - FRAME_MARGIN, facts = g->width * 0.5,
                 half = (right - facts) / 2;
    const double room = facts - FRAME_MARGIN - 6 - marks_width(g, p);
    const struct page_box permits = {facts + (p->lang == LANG_EN ? 19 : 16), 19.9,
                                     right - facts - (p->lang == LANG_EN ? 19 : 16), 6.6};
    double used = page_text(g, &name_style, FRAME_MARGIN, 17, room, p->name);

    marks(g, p, FRAME_MARGIN + used + 4);
    page_text(g, &title_style, FRAME_MARGIN, 24, facts - FRAME_MARGIN - 6, f->title);
    fact(g, p, facts, 13.6, half - 3, T_PUBLICATION, p->version);
    fact(g, p, facts + half, 13.6, half, T_APPROVED, p->approved);
    fact(g, p, facts, 18.9, half - 3, T_SNAPSHOT, p->id);
    fact(g, p, facts + half, 18.9, half, T_DATA_TIME, p->data_time);
    page_text(g, &label_style, facts, 24.2, 18, paper_word(p, T_PERMITS));
    page_text_box(g, &value_style, &permits, f->permits);
    page_line(g, FRAME_MARGIN, 27, right, 27, 0.8, INK);
    foot(g, p, f);
}

void frame_signatures(struct page *g, const struct paper *p)
{
    static const enum paper_text who[] = {T_MADE_BY, T_CHECKED_BY, T_APPROVED_BY};
    const double w = (g->width - 2 * FRAME_MARGIN - 2 * 6) / 3;
    const double y = g->height - FRAME_FOOT - FRAME_SIGN + 2;

    for (size_t i = 0; i < 3; i++) {
        const struct page_box box = {FRAME_MARGIN + (double)i * (w + 6), y, w, FRAME_SIGN - 3};
        const double base = y + 6.6, middle = box.x + w * 0.56;

        page_rect(g, &box, NULL, PAGE_PLAIN, INK_LINE);
        page_text(g, &(struct page_style){9, true, PAGE_LEFT, INK}, box.x + 3, base, 16,
                  paper_word(p, who[i]));
        page_text(g, &small_style, box.x + 20, base, 18, paper_word(p, T_SIGN));
        page_line(g, box.x + 34, base + 1, middle - 3, base + 1, 0.4, INK_QUIET);
        page_text(g, &small_style, middle, base, 12, paper_word(p, T_DATE));
        page_line(g, middle + 10, base + 1, box.x + w - 4, base + 1, 0.4, INK_QUIET);
    }
}

void frame_swatch(struct page *g, char state, const struct page_box *box)
{
    const struct state_info *info = state_info(state);

    if (info)
        page_rect(g, box, info->authority.fill, page_pattern_of(info->authority.pattern),
                  INK_QUIET);
}

void frame_legend(struct page *g, const struct paper *p, size_t first, size_t n, double baseline,
                  const char *help)
{
    static const struct page_style style = {8, false, PAGE_LEFT, INK};
    const double right = g->width - FRAME_MARGIN;
    double x = FRAME_MARGIN, help_width = help[0] ? page_text_width(g, &small_style, help) + 4 : 0;
    char text[96];

    paper_count(p, T_UNITS, n, 0, text, sizeof(text));
    x += page_text(g, &(struct page_style){8, true, PAGE_LEFT, INK}, x, baseline, 40, text) + 6;
    for (size_t i = 0; i < sale_states_count; i++) {
        const struct page_box box = {x, baseline - 3.2, 6, 4};
        size_t count = paper_count_state(p, first, n, sale_states[i].letter);

        if (count == 0)
            continue;
        frame_swatch(g, sale_states[i].letter, &box);
        snprintf(text, sizeof(text), "%s %zu", paper_state_word(p, sale_states[i].letter), count);
        x += 7.5;
        x += page_text(g, &style, x, baseline, right - x - help_width, text) + 6;
    }
    page_text(g, &small_right, right - help_width, baseline, help_width, help);
}
