/* facts.c - see facts.h. */
#include "daemon/paper/facts.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site_time.h"
#include "db/day.h"
#include "db/money.h"
#include "db/unit_class.h"

enum { ID_HASH_DIGITS = 12, READ_TRIES = 8 };

static const struct {
    const char *zh, *en;
} texts[PAPER_TEXT_COUNT] = {
#define TEXT(symbol, zh, en) {zh, en},
#include "daemon/paper/text.def"
#undef TEXT
};

const char *paper_word(const struct paper *p, enum paper_text text)
{
    return p->lang == LANG_EN ? texts[text].en : texts[text].zh;
}

void paper_clip(const char *text, char *out, size_t size)
{
    size_t n = strlen(text);

    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    memcpy(out, text, n);
    out[n] = '\0';
}

/* The formats are constants of text.def, each with the arguments that its function gives. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void paper_name(const struct paper *p, enum paper_text text, const char *name, char *out,
                size_t size)
{
    char clipped[256];

    paper_clip(name, clipped, size / 2 < sizeof(clipped) ? size / 2 : sizeof(clipped));
    snprintf(out, size, paper_word(p, text), clipped);
}

void paper_count(const struct paper *p, enum paper_text text, size_t a, size_t b, char *out,
                 size_t size)
{
    snprintf(out, size, paper_word(p, text), a, b);
}

static void version_make(struct paper *p)
{
    if (p->draft)
        snprintf(p->version, sizeof(p->version), "%s", paper_word(p, T_DRAFT));
    else
        snprintf(p->version, sizeof(p->version), paper_word(p, T_PUBLICATION_N),
                 (long long)p->head.number);
}
#pragma GCC diagnostic pop

/* ---- reading ---- */

/* Losses may arrive while the states are copied: read until nothing came in between. */
static int states_read(struct paper *p)
{
    struct snapshot_head after;
    char *states = malloc(p->content->n_units + 1);

    if (!states)
        return -ENOMEM;
    p->states = states;
    for (int i = 0; i < READ_TRIES; i++) {
        snapshot_get_head(p->snapshot, &p->head);
        for (size_t k = 0; k < p->content->n_units; k++)
            snapshot_unit(p->snapshot, p->content->units[k].unit_id, &states[k]);
        snapshot_get_head(p->snapshot, &after);
        if (after.patch == p->head.patch)
            break;
        p->head = after;
    }
    states[p->content->n_units] = '\0';
    return 0;
}

static void permits_make(struct paper *p)
{
    size_t used = 0;

    for (size_t i = 0; i < p->content->n_items; i++) {
        const struct published_item *item = &p->content->items[i];
        int n;

        if (strcmp(item->section, "permit") != 0)
            continue;
        n = snprintf(p->permits + used, sizeof(p->permits) - used, "%s%s",
                     used == 0            ? ""
                     : p->lang == LANG_EN ? ", "
                                          : "、",
                     item->name);
        if (n < 0 || (size_t)n >= sizeof(p->permits) - used) { /* the rest is in the notes */
            p->permits[used] = '\0';
            break;
        }
        used += (size_t)n;
    }
    if (used == 0)
        snprintf(p->permits, sizeof(p->permits), "%s", paper_word(p, T_NONE));
}

static void marks_make(struct paper *p, bool superseded)
{
    if (p->draft)
        p->marks[p->n_marks++] = paper_word(p, T_DRAFT);
    if (superseded && !p->draft)
        p->marks[p->n_marks++] = paper_word(p, T_SUPERSEDED);
    if (p->head.demo)
        p->marks[p->n_marks++] = paper_word(p, T_DEMO);
}

int paper_begin(const struct paper_request *request, struct paper *ret_paper)
{
    struct paper p = {.snapshot = request->snapshot,
                      .content = snapshot_content(request->snapshot),
                      .lang = request->lang,
                      .work_dir = request->work_dir ? request->work_dir : "/tmp"};
    char hash[ID_HASH_DIGITS + 1], time[32];
    int r = states_read(&p);

    if (r < 0)
        return r;
    p.draft = p.head.publication_id == 0;
    p.name = snapshot_project_field(p.snapshot, 1);
    if (p.lang == LANG_EN && snapshot_project_field(p.snapshot, 2)[0])
        p.name = snapshot_project_field(p.snapshot, 2);
    p.basis = snapshot_project_field(p.snapshot, 8);
    p.show_deal = strcmp(snapshot_project_field(p.snapshot, 9), "1") == 0;
    p.phone = snapshot_project_field(p.snapshot, 6);
    p.complaint_phone = snapshot_complaint_phone(p.snapshot);
    paper_clip(p.head.hash, hash, sizeof(hash));
    if (p.head.patch > 0)
        snprintf(p.id, sizeof(p.id), "%s-%" PRId64, hash, p.head.patch);
    else
        snprintf(p.id, sizeof(p.id), "%s", hash);
    version_make(&p);
    site_time_text(p.head.approved_ms, time, sizeof(time));
    if (!p.draft)
        snprintf(p.approved, sizeof(p.approved), "%s%s%s",
                 post_name_in(p.head.approver_role, p.lang), p.head.approver_role[0] ? " " : "",
                 time);
    if (snapshot_valid_until(p.snapshot))
        day_of(snapshot_valid_until(p.snapshot), p.valid);
    site_time_text(p.head.data_ms, p.data_time, sizeof(p.data_time));
    permits_make(&p);
    marks_make(&p, request->superseded);
    *ret_paper = p;
    return 0;
}

void paper_end(struct paper *p)
{
    free((char *)(uintptr_t)p->states);
    p->states = NULL;
}

/* ---- words of a unit ---- */

const char *paper_state_word(const struct paper *p, char state)
{
    const struct state_info *info = state_info(state);

    if (!info)
        return "";
    return p->lang == LANG_EN ? info->public_en : info->public_zh;
}

const char *paper_class_word(const struct paper *p, const struct published_unit *u)
{
    const struct class_info *info = unit_class_info(u->class);

    if (!info)
        return "";
    return p->lang == LANG_EN ? info->en : info->zh;
}

const char *paper_stage_word(const struct paper *p, const struct published_unit *u)
{
    if (u->gross == 0)
        return "";
    if (strcmp(u->area_stage, "planned") == 0)
        return paper_word(p, T_STAGE_PLANNED);
    if (strcmp(u->area_stage, "premeasured") == 0)
        return paper_word(p, T_STAGE_PREMEASURED);
    return strcmp(u->area_stage, "measured") == 0 ? paper_word(p, T_STAGE_MEASURED) : "";
}

const char *paper_layout(struct paper *p, int64_t layout_id)
{
    if (layout_id == 0)
        return "";
    if (layout_id == p->layout_id)
        return p->layout_name;
    p->layout_id = layout_id;
    p->layout_name = "";
    for (size_t i = 0; i < p->content->n_items; i++)
        if (strcmp(p->content->items[i].section, "layout") == 0 &&
            strtoll(p->content->items[i].key, NULL, 10) == layout_id)
            p->layout_name = p->content->items[i].name;
    return p->layout_name;
}

static const char *reason_word(const struct paper *p, const char *reason)
{
    static const struct {
        const char *code;
        enum paper_text text;
    } reasons[] = {{"self_held", T_R_SELF_HELD},
                   {"facility", T_R_FACILITY},
                   {"resettlement", T_R_RESETTLEMENT},
                   {"property_service", T_R_PROPERTY},
                   {"other", T_R_OTHER},
                   {"seizure", T_R_SEIZURE},
                   {"mortgage", T_R_MORTGAGE},
                   {"locked", T_R_LOCKED}};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (strcmp(reason, reasons[i].code) == 0)
            return paper_word(p, reasons[i].text);
    return "";
}

void paper_note(const struct paper *p, size_t index, char *out, size_t size)
{
    const struct published_unit *u = &p->content->units[index];
    const char *parts[] = {p->states[index] == 'N' ? reason_word(p, u->hidden_reason) : "",
                           u->model_room ? paper_word(p, T_MODEL_ROOM) : "", u->note};
    char text[1024];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && used < sizeof(text) - 1; i++) {
        if (!parts[i][0])
            continue;
        if (used > 0)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
                                     p->lang == LANG_EN ? "; " : "；");
        paper_clip(parts[i], text + used, sizeof(text) - used);
        used += strlen(text + used);
    }
    paper_clip(text, out, size);
}

static bool is_number(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!isdigit((unsigned char)*c))
            return false;
    return text[0] != '\0';
}

void paper_building(const struct paper *p, const char *name, char *out, size_t size)
{
    if (is_number(name))
        paper_name(p, T_BUILDING_N, name, out, size);
    else
        paper_clip(name[0] ? name : p->name, out, size);
}

void paper_stair(const struct paper *p, const char *name, char *out, size_t size)
{
    if (is_number(name))
        paper_name(p, T_STAIR_N, name, out, size);
    else
        paper_clip(name, out, size);
}

/* ---- amounts ---- */

int64_t paper_total(const struct paper *p, size_t index)
{
    const struct state_info *info = state_info(p->states[index]);

    return info && info->priced ? p->content->units[index].total_fen : 0;
}

int64_t paper_deal(const struct paper *p, size_t index)
{
    const struct state_info *info = state_info(p->states[index]);

    return p->show_deal && info && info->sold ? p->content->units[index].deal_total_fen : 0;
}

size_t paper_building_units(const struct paper *p, size_t first)
{
    const struct content *c = p->content;
    size_t n = 0;

    while (first + n < c->n_units && c->units[first + n].building_id == c->units[first].building_id)
        n++;
    return n;
}

size_t paper_count_state(const struct paper *p, size_t first, size_t n, char state)
{
    size_t count = 0;

    for (size_t i = first; i < first + n; i++)
        count += p->states[i] == state;
    return count;
}

void paper_area(int64_t area, char *out, size_t size)
{
    if (area > 0)
        money_text(area, false, out, size);
    else
        snprintf(out, size, "%s", "");
}
