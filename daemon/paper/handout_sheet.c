/* handout_sheet.c - what stands on the sheets that a visitor takes home: a unit as the public chart
 * shows it, and what buying it would cost (PR-15, IV-11, SC-07).
 *
 * Both come from the snapshot that was shown when they were asked for, however late the paper is
 * made, and say which it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/charts.h"
#include "daemon/chart/loan_offer.h"
#include "daemon/paper/facts.h"
#include "daemon/site_time.h"
#include "db/capitals.h"
#include "db/fee.h"
#include "db/handout.h"
#include "db/money.h"
#include "db/print_sheet.h"
#include "db/unit_class.h"

static const struct paper in_english = {.lang = LANG_EN};

struct handing {
    struct tx *tx;
    struct sheet *sheet;
    struct handout_row row;
    struct paper paper;
    const struct published_unit *unit;
    char state;
    int64_t total; /* the price it shows; 0: none */
};

/* ---- what both say ---- */

static void head_put(struct handing *h, const char *number)
{
    char text[160];

    site_time_text(h->row.made_ms, text, sizeof(text));
    sheet_text(h->sheet, "made", text);
    sheet_text(h->sheet, "watermark", "快照 ");
    sheet_join(h->sheet, "watermark", "", h->paper.id);
    sheet_join(h->sheet, "watermark", " · ", text);
    sheet_text(h->sheet, "number", number);
    sheet_text(h->sheet, "project", snapshot_project_field(h->paper.snapshot, 1));
    sheet_text(h->sheet, "project_en", snapshot_project_field(h->paper.snapshot, 2));
    sheet_text(h->sheet, "developer", snapshot_project_field(h->paper.snapshot, 5));
    sheet_text(h->sheet, "phone", h->paper.phone);
    sheet_text(h->sheet, "complaint_phone", h->paper.complaint_phone);
    sheet_text(h->sheet, "permit", h->unit->permit[0] ? h->unit->permit : "—");
    sheet_text(h->sheet, "publication", h->paper.version);
    sheet_text(h->sheet, "approved", h->paper.approved);
    sheet_text(h->sheet, "data_time", h->paper.data_time);
    sheet_text(h->sheet, "snapshot", h->paper.id);
}

static void place_put(struct handing *h)
{
    const struct published_unit *u = h->unit;
    char text[256];

    paper_building(&h->paper, u->building, text, sizeof(text));
    sheet_text(h->sheet, "place", text);
    paper_stair(&h->paper, u->stair, text, sizeof(text));
    if (text[0])
        sheet_join(h->sheet, "place", " ", text);
    if (u->floor[0]) {
        sheet_join(h->sheet, "place", " ", u->floor);
        if (strcspn(u->floor, "0123456789") == 0)
            sheet_join(h->sheet, "place", "", "层");
    }
    sheet_text(h->sheet, "room", u->room);
    sheet_text(h->sheet, "state", paper_state_word(&h->paper, h->state));
    sheet_text(h->sheet, "state_en", paper_state_word(&in_english, h->state));
}

static void price_put(struct handing *h)
{
    const struct published_unit *u = h->unit;
    const char *basis = snapshot_price_basis(h->paper.snapshot, u);
    const int64_t each = snapshot_unit_price(h->paper.snapshot, u, h->total);
    char text[CAPITALS_TEXT], number[MONEY_TEXT];

    if (!h->total)
        return;
    sheet_money(h->sheet, "total", h->total);
    capitals_write(h->total, text);
    sheet_text(h->sheet, "capitals", text);
    if (each) {
        money_text(each, false, number, sizeof(number));
        snprintf(text, sizeof(text), "%s 元/m²（%s）", number,
                 strcmp(basis, "inner") == 0 ? "套内建筑面积" : "建筑面积");
        sheet_text(h->sheet, "unit_price", text);
    }
    sheet_day(h->sheet, "valid", h->paper.valid);
}

/* Reads what the paper is of; *@ret ends with handing_end(). */
static int handing_begin(struct tx *tx, const struct paper_row *paper, struct sheet *sheet,
                         struct handing *ret)
{
    struct paper_request request = {.lang = LANG_ZH};
    struct handing h = {.tx = tx, .sheet = sheet};
    int r = handout_get(tx, paper->subject_id, &h.row);

    if (r == 0)
        r = snapshot_of_publication(tx->db, h.row.publication_id, h.row.unit_id,
                                    h.row.patch ? h.row.patch : -1, false, &request.snapshot);
    if (r < 0)
        return r;
    h.unit = snapshot_unit(request.snapshot, h.row.unit_id, &h.state);
    r = h.unit ? paper_begin(&request, &h.paper) : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0) {
        snapshot_unref(request.snapshot);
        return r;
    }
    h.total = paper_total(&h.paper, 0);
    head_put(&h, paper->number);
    place_put(&h);
    price_put(&h);
    *ret = h;
    return 0;
}

static void handing_end(struct handing *h)
{
    struct snapshot *s = h->paper.snapshot;

    paper_end(&h->paper);
    snapshot_unref(s);
}

/* ---- a unit ---- */

static void fact_put(struct handing *h, enum paper_text name, const char *value)
{
    if (!value[0])
        return;
    sheet_row(h->sheet, "fact");
    sheet_text(h->sheet, "fact.name", paper_word(&h->paper, name));
    sheet_text(h->sheet, "fact.en", paper_word(&in_english, name));
    sheet_text(h->sheet, "fact.value", value);
}

static void layout_put(struct handing *h)
{
    const struct snapshot_layout *l = snapshot_layout(h->paper.snapshot, h->unit->layout_id);
    char scratch[ITEM_TEXT_MAX], rooms[128] = "", text[512];
    const char *f[ITEM_FIELDS_MAX];

    if (!l)
        return;
    item_fields(l->item, scratch, sizeof(scratch), f);
    if (strtol(f[1], NULL, 10) > 0)
        snprintf(rooms, sizeof(rooms), " %ld室%ld厅%ld卫", strtol(f[1], NULL, 10),
                 strtol(f[2], NULL, 10), strtol(f[3], NULL, 10));
    snprintf(text, sizeof(text), "%.200s%s", l->item->name, rooms);
    fact_put(h, T_H_LAYOUT, text);
}

static void area_put(struct handing *h, enum paper_text name, int64_t area, const char *stage)
{
    char number[MONEY_TEXT], text[128];

    paper_area(area, number, sizeof(number));
    snprintf(text, sizeof(text), number[0] && stage[0] ? "%s（%s）" : "%s%.0s", number, stage);
    fact_put(h, name, text);
}

static void facts_put(struct handing *h)
{
    const struct published_unit *u = h->unit;
    const char *basis = snapshot_price_basis(h->paper.snapshot, u);
    const char *stage = paper_stage_word(&h->paper, u);
    const bool by_area = h->total && strcmp(basis, "unit") != 0;
    char text[256];

    snprintf(text, sizeof(text), "%s %s", paper_class_word(&h->paper, u),
             paper_class_word(&in_english, u));
    fact_put(h, T_H_CLASS, text);
    layout_put(h);
    fact_put(h, T_H_ORIENTATION, u->orientation);
    snprintf(text, sizeof(text), "%lld.%02lld", (long long)(u->floor_height_mm / 1000),
             (long long)(u->floor_height_mm % 1000 / 10));
    fact_put(h, T_H_HEIGHT, u->floor_height_mm ? text : "");
    area_put(h, T_H_GROSS, u->gross, stage);
    area_put(h, T_H_INNER, u->inner, stage);
    area_put(h, T_H_SHARED, u->inner ? u->shared : 0, "");
    if (by_area && u->gross) {
        money_text(money_unit_price(h->total, u->gross), false, text, sizeof(text));
        fact_put(h, T_H_PRICE_GROSS, text);
    }
    if (by_area && u->inner) {
        money_text(money_unit_price(h->total, u->inner), false, text, sizeof(text));
        fact_put(h, T_H_PRICE_INNER, text);
    }
}

int unit_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    struct handing h;
    char note[1024];
    int r = handing_begin(tx, paper, sheet, &h);

    if (r < 0)
        return r;
    facts_put(&h);
    if (paper_deal(&h.paper, 0))
        sheet_money(sheet, "deal", paper_deal(&h.paper, 0));
    else if (!h.total)
        sheet_text(sheet, "no_price", "此房源不标价");
    paper_note(&h.paper, 0, note, sizeof(note));
    sheet_text(sheet, "note", note);
    handing_end(&h);
    return 0;
}

/* ---- what it would cost ---- */

struct words {
    const char *zh, *en;
};

static const struct words kind_words[] = {[LOAN_COMMERCIAL] = {"商业贷款", "commercial loan"},
                                          [LOAN_FUND] = {"公积金贷款", "housing fund loan"},
                                          [LOAN_COMBINED] = {"组合贷款", "combined loan"}};
static const struct words method_words[] = {[LOAN_ANNUITY] = {"等额本息", "equal instalments"},
                                            [LOAN_PRINCIPAL] = {"等额本金", "equal principal"}};

/* @value of 10^@digits, "3.45%", without zeros at the end. */
static void percent_put(struct handing *h, const char *name, int64_t value, int digits)
{
    char text[40];
    int64_t one = 1;
    size_t n;

    for (int i = 0; i < digits; i++)
        one *= 10;
    n = (size_t)snprintf(text, sizeof(text), "%lld.%0*lld", (long long)(value / one), digits,
                         (long long)(value % one));
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    snprintf(text + n, sizeof(text) - n, "%%");
    sheet_text(h->sheet, name, text);
}

static void loan_put(struct handing *h, const struct loan_terms *t, const struct loan_estimate *e)
{
    struct sheet *s = h->sheet;
    char years[24];

    snprintf(years, sizeof(years), "%lld", (long long)t->years);
    sheet_money(s, "down", e->down_fen);
    percent_put(h, "down_share", t->down_bp, 2);
    sheet_money(s, "loan", e->loan_fen);
    sheet_text(s, "loan_kind", kind_words[t->kind].zh);
    sheet_text(s, "loan_kind_en", kind_words[t->kind].en);
    sheet_text(s, "years", years);
    sheet_text(s, "method", method_words[t->method].zh);
    sheet_text(s, "method_en", method_words[t->method].en);
    sheet_money(s, "first_month", e->first_month_fen);
    sheet_money(s, "last_month", e->last_month_fen);
    sheet_money(s, "interest", e->interest_fen);
    sheet_text(s, "rates_date", snapshot_project_field(h->paper.snapshot, 16));
    for (size_t i = 0; i < e->n_parts; i++) {
        const struct loan_part *p = &e->parts[i];

        sheet_row(s, "part");
        sheet_text(s, "part.name", kind_words[p->kind].zh);
        sheet_text(s, "part.en", kind_words[p->kind].en);
        sheet_money(s, "part.loan", p->loan_fen);
        percent_put(h, "part.rate", p->rate_ppm, 4);
        sheet_money(s, "part.first", p->first_month_fen);
        sheet_money(s, "part.last", p->last_month_fen);
        sheet_money(s, "part.interest", p->interest_fen);
    }
}

struct feeing {
    struct handing *h;
    const char *name, *standard; /* as published */
};

/* How much it comes to, as long as the fee is what was published. */
static int fee_put(void *arg, const struct fee_row *fee)
{
    const struct feeing *f = arg;
    const int64_t base = fee->formula == FEE_AREA ? f->h->unit->gross : f->h->total;
    int64_t fen;

    if (fee->formula != FEE_NONE && strcmp(fee->name, f->name) == 0 &&
        strcmp(fee->standard, f->standard) == 0 &&
        fee_sum(fee->formula, fee->rate, base, &fen) == 0)
        sheet_money(f->h->sheet, "fee.amount", fen);
    return 0;
}

static int fees_put(struct handing *h)
{
    const struct class_info *class = unit_class_info(h->unit->class);
    const struct content *c = h->paper.content;
    char scratch[ITEM_TEXT_MAX];
    int r = 0;

    for (size_t i = 0; r == 0 && i < c->n_items; i++) {
        const char *f[ITEM_FIELDS_MAX];
        struct feeing feeing = {h, c->items[i].name, NULL};

        if (strcmp(c->items[i].section, "fee") != 0)
            continue;
        item_fields(&c->items[i], scratch, sizeof(scratch), f);
        if (f[6][0] && !(class_set_read(f[6]) & CLASS_BIT(class - unit_classes)))
            continue;
        sheet_row(h->sheet, "fee");
        sheet_text(h->sheet, "fee.name", c->items[i].name);
        sheet_text(h->sheet, "fee.standard", f[2]);
        sheet_text(h->sheet, "fee.note", strcmp(f[5], "1") == 0 ? "自愿" : "");
        feeing.standard = f[2];
        r = fee_each(h->tx, h->row.project_id, strtoll(f[0], NULL, 10), fee_put, &feeing);
    }
    return r;
}

int purchase_plan_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    struct loan_estimate estimate;
    struct loan_terms terms;
    struct handing h;
    char text[MONEY_TEXT];
    int r = handing_begin(tx, paper, sheet, &h);

    if (r < 0)
        return r;
    r = loan_offer_need(tx->fault, h.paper.snapshot, h.unit, h.state);
    if (r == 0) {
        terms = loan_offer_terms(h.paper.snapshot, h.unit, h.state, &h.row.choice);
        r = loan_estimate(&terms, &estimate);
    }
    if (r == 0) {
        paper_area(h.unit->gross, text, sizeof(text));
        sheet_text(sheet, "gross", text);
        paper_area(h.unit->inner, text, sizeof(text));
        sheet_text(sheet, "inner", text);
        loan_put(&h, &terms, &estimate);
        r = fees_put(&h);
    }
    handing_end(&h);
    return r;
}
