/* import.c - see import.h. */
#include "daemon/sheet/import.h"

#include "daemon/sheet/floor.h"
#include "daemon/sheet/sheet_impl.h"
#include "daemon/sheet/words.h"
#include "db/import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_LEN = 320 };

struct scan {
    const struct mapping *mapping;
    const struct import_decisions *decisions;
    struct import_report *report;
    import_row_fn *fn;
    void *ctx;
    struct fault *fault;
};

static void totals_add(struct import_totals *t, const struct unit_row *u)
{
    t->rows++;
    t->gross += u->gross != UNIT_NONE ? u->gross : 0;
    t->inner += u->inner != UNIT_NONE ? u->inner : 0;
    t->total += u->total != UNIT_NONE ? u->total : 0;
    t->priced += u->total != UNIT_NONE;
}

static int sample_add(struct import_class *c, int64_t row, bool refuses,
                      const struct row_problem *p)
{
    if (c->n_samples == IMPORT_SAMPLES_MAX)
        return 0;
    if ((c->n_samples & (c->n_samples - 1)) == 0) { /* grow at powers of two */
        size_t room = c->n_samples ? c->n_samples * 2 : 1;
        struct import_sample *samples = realloc(c->samples, room * sizeof(*samples));

        if (!samples)
            return -ENOMEM;
        c->samples = samples;
    }
    c->samples[c->n_samples++] =
        (struct import_sample){.row = row, .refuses = refuses, .problem = *p};
    return 0;
}

static enum import_decision decision_of(const struct import_decisions *d,
                                        enum row_problem_class class)
{
    if (d->action[class] == IMPORT_ACCEPT && !problem_may_accept(class))
        return IMPORT_REFUSE;
    return d->action[class];
}

/* What becomes of a row: the strictest of what is decided about its problems, except that a row
 * left out for one is left out whatever else is wrong with it. */
static enum import_decision outcome_of(const struct import_decisions *d,
                                       const struct row_problems *problems)
{
    enum import_decision outcome = IMPORT_ACCEPT;

    for (size_t i = 0; i < problems->n; i++) {
        enum import_decision one = decision_of(d, problems->items[i].class);

        if (one == IMPORT_SKIP)
            return IMPORT_SKIP;
        if (one == IMPORT_REFUSE)
            outcome = IMPORT_REFUSE;
    }
    return outcome;
}

/* Counts each class once per row, keeps each problem. */
static int problems_count(struct scan *s, int64_t row, enum import_decision outcome,
                          const struct row_problems *problems)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < problems->n; i++) {
        const struct row_problem *p = &problems->items[i];
        struct import_class *c = &s->report->classes[p->class];
        bool refuses =
            outcome == IMPORT_REFUSE && decision_of(s->decisions, p->class) == IMPORT_REFUSE;
        int r;

        if (!(seen & UINT64_C(1) << p->class)) {
            c->count++;
            c->refusing += refuses;
        }
        seen |= UINT64_C(1) << p->class;
        r = sample_add(c, row, refuses, p);
        if (r < 0)
            return r;
    }
    return 0;
}

static void floor_set(struct unit_row *u, const char *label)
{
    struct floor_label parsed;

    snprintf(u->floor, sizeof(u->floor), "%s", label);
    floor_parse(u->floor, strlen(u->floor), &parsed);
    u->floor_first = parsed.first;
    u->floor_span = parsed.span;
}

/* Does to @u what the user decided, but for its words; only called when nothing refuses or skips
 * the row. */
static void decisions_apply(const struct import_decisions *d, const struct row_problems *problems,
                            struct unit_row *u)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct row_problem *p = &problems->items[i];
        char label[24];

        switch (p->class) {
        case PROBLEM_FLOOR_MISSING:
            floor_set(u, d->floor);
            break;
        case PROBLEM_FLOOR_FROM_ROOM:
            snprintf(label, sizeof(label), "%" PRId64, p->number);
            floor_set(u, label);
            u->flags |= UNIT_FLOOR_FROM_ROOM;
            break;
        case PROBLEM_PRICE_MISSING:
            u->flags |= UNIT_UNPRICED;
            break;
        default:
            break;
        }
    }
    if ((u->flags & UNIT_UNPRICED) && u->state == 'A') /* what has no price cannot be sold */
        u->state = 'U';
}

static int words_count(struct strset *set, struct import_report *report, const char *text,
                       int64_t row, size_t max)
{
    int r = strset_put(set, text, strlen(text), row, max, NULL);

    if (r == -ENOSPC)
        report->words_more = true;
    return r == -ENOMEM ? r : 0;
}

/* Words are only asked about where they matter: not in rows of other projects, nor of shafts. */
static bool words_matter(const struct row_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++)
        if (problems->items[i].class == PROBLEM_PROJECT ||
            problems->items[i].class == PROBLEM_NOT_FOR_SALE)
            return false;
    return true;
}

static int places_count(struct scan *s, const struct unit_row *u,
                        const struct row_problems *problems)
{
    struct import_report *report = s->report;
    char building[sizeof(u->project) + sizeof(u->building) + 1];
    int r;

    r = words_count(&report->projects, report, u->project, u->row, IMPORT_WORDS_MAX);
    if (r < 0)
        return r;
    snprintf(building, sizeof(building), "%s\x1F%s", u->project, u->building);
    r = words_count(&report->buildings, report, building, u->row, IMPORT_BUILDINGS_MAX);
    if (r < 0 || !words_matter(problems))
        return r;
    if (s->mapping->columns[FIELD_STATUS].column >= 0)
        r = words_count(&report->status_words, report, u->status_word, u->row, IMPORT_WORDS_MAX);
    if (r == 0 && s->mapping->columns[FIELD_CLASS].column >= 0)
        r = words_count(&report->class_words, report, u->class_word, u->row, IMPORT_WORDS_MAX);
    return r;
}

/* @value: what the list has. */
static void problem_add(struct row_problems *problems, const struct row_problem *problem,
                        const char *value)
{
    struct row_problem *p;

    if (problems->n == ROW_PROBLEMS_MAX)
        return;
    p = &problems->items[problems->n++];
    *p = *problem;
    snprintf(p->value, sizeof(p->value), "%s", value);
}

/* A row whose floor the user supplies is compared with the floor it gets. */
static int duplicate_check(struct scan *s, const struct unit_row *u, struct row_problems *problems)
{
    const struct strset_entry *first;
    char key[KEY_LEN];
    size_t len = unit_row_key(u, key, sizeof(key));
    int r = strset_put(&s->report->keys, key, len, u->row, SHEET_ROWS_MAX, &first);

    if (r == -ENOSPC) /* a matrix may have more units than a sheet has rows */
        return sheet_limit(s->fault, LIMIT_ROWS);
    if (r != 0)
        return r < 0 ? r : 0;
    problem_add(
        problems,
        &(struct row_problem){.class = PROBLEM_DUPLICATE, .field = FIELD_ROOM, .other = first->row},
        u->room);
    return 0;
}

/* What has a deal price must be sold, in the state it comes in with: it may be the user's word. */
static void deal_check(const struct import_decisions *d, struct unit_row *u,
                       struct row_problems *problems)
{
    if (u->deal_total == UNIT_NONE || import_claims(u->state))
        return;
    problem_add(problems,
                &(struct row_problem){.class = PROBLEM_DEAL_UNSOLD, .field = FIELD_DEAL_TOTAL},
                u->status_word);
    if (decision_of(d, PROBLEM_DEAL_UNSOLD) == IMPORT_ACCEPT)
        u->deal_total = UNIT_NONE;
}

/* Words are decided before the row is judged: what is owed hangs on its class and state. */
static struct mapping_unknown unknown_of(const struct import_decisions *d)
{
    const bool state = decision_of(d, PROBLEM_STATUS_UNKNOWN) == IMPORT_ACCEPT;
    const bool class = decision_of(d, PROBLEM_CLASS_UNKNOWN) == IMPORT_ACCEPT;

    return (struct mapping_unknown){
        .state = (char)(!state     ? '\0'
                        : d->state ? d->state
                                   : 'U'),
        .class_code = class ? d->class_code : NULL,
    };
}

static int row_scan(struct scan *s, const struct sheet_row *row)
{
    struct import_report *report = s->report;
    const struct mapping_unknown unknown = unknown_of(s->decisions);
    struct row_problems problems;
    struct unit_row u;
    enum import_decision outcome;
    int r;

    mapping_row(s->mapping, row, &unknown, &u, &problems);
    totals_add(&report->read, &u);
    r = places_count(s, &u, &problems);
    if (r < 0)
        return r;
    outcome = outcome_of(s->decisions, &problems);
    if (outcome == IMPORT_ACCEPT) {
        decisions_apply(s->decisions, &problems, &u);
        deal_check(s->decisions, &u, &problems);
        outcome = outcome_of(s->decisions, &problems);
    }
    if (outcome != IMPORT_SKIP && u.room[0] != '\0') {
        r = duplicate_check(s, &u, &problems);
        if (r < 0)
            return r;
        outcome = outcome_of(s->decisions, &problems);
    }
    r = problems_count(s, u.row, outcome, &problems);
    if (r < 0)
        return r;
    if (outcome != IMPORT_ACCEPT) {
        report->n_skipped += outcome == IMPORT_SKIP;
        report->n_refused += outcome == IMPORT_REFUSE;
        return 0;
    }
    totals_add(&report->accepted, &u);
    report->by_state[u.state & 0x7F]++;
    return s->fn ? s->fn(s->ctx, &u) : 0;
}

static bool is_blank_row(const struct sheet_row *row)
{
    char folded[4];

    for (size_t i = 0; i < row->n_cells; i++) {
        const struct sheet_cell *cell = &row->cells[i];

        if (cell->kind == SHEET_CELL_FORMULA_EMPTY)
            return false;
        if (cell->len > 0 && cell->kind != SHEET_CELL_MERGED &&
            words_fold(cell->text, cell->len, folded, sizeof(folded)) > 0)
            return false;
    }
    return true;
}

int import_scan_rows(const struct row_source *source, const struct mapping *m,
                     const struct import_decisions *d, import_row_fn *fn, void *ctx,
                     struct fault *f, struct import_report *ret)
{
    struct scan s = {.mapping = m, .decisions = d, .report = ret, .fn = fn, .ctx = ctx, .fault = f};
    struct sheet_row row;
    int r;

    memset(ret, 0, sizeof(*ret));
    r = mapping_check(m, f);
    if (r < 0)
        return r;
    if (d->action[PROBLEM_FLOOR_MISSING] == IMPORT_ACCEPT && d->floor[0] == '\0')
        return fault_set(f, FAULT_IMPORT_MAPPING, "reason", "floor", NULL);
    while ((r = source->next(source->ctx, f, &row)) > 0) {
        if (row.number <= m->header_row || is_blank_row(&row))
            continue;
        r = row_scan(&s, &row);
        if (r < 0)
            break;
    }
    if (r < 0) {
        import_report_done(ret);
        return r;
    }
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        ret->undecided += ret->classes[i].refusing > 0;
    return 0;
}

static int sheet_source(void *ctx, struct fault *f, struct sheet_row *ret)
{
    return sheet_next_row(ctx, f, ret);
}

int import_scan(struct sheet *s, const struct mapping *m, const struct import_decisions *d,
                import_row_fn *fn, void *ctx, struct fault *f, struct import_report *ret)
{
    struct row_source source = {.next = sheet_source, .ctx = s};
    int r;

    memset(ret, 0, sizeof(*ret));
    r = sheet_select(s, m->sheet, f);
    if (r < 0)
        return r;
    return import_scan_rows(&source, m, d, fn, ctx, f, ret);
}

static bool has_word(const struct mapping_words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->words[i].word, word) == 0)
            return true;
    return false;
}

int import_suggest_words(const struct import_report *report, struct mapping *m)
{
    int added = 0;

    for (size_t i = 0; i < report->status_words.n; i++) {
        const char *word = strset_text(&report->status_words, i);
        char state = words_status(word, strlen(word));

        if (state && !has_word(&m->status, word) && mapping_set_status(m, word, state, NULL) == 0)
            added++;
    }
    for (size_t i = 0; i < report->class_words.n; i++) {
        const char *word = strset_text(&report->class_words, i);
        const char *code = words_class(word, strlen(word));

        if (code && !has_word(&m->classes, word) && mapping_set_class(m, word, code, NULL) == 0)
            added++;
    }
    return added;
}

int import_refusal(const struct import_report *report, struct fault *f)
{
    char count[24];

    if (report->n_refused == 0)
        return 0;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        const struct import_class *c = &report->classes[i];

        for (size_t k = 0; k < c->n_samples; k++)
            if (c->samples[k].refuses)
                problem_item(&c->samples[k].problem, c->samples[k].row, f);
    }
    snprintf(count, sizeof(count), "%" PRId64, report->undecided);
    return fault_set(f, FAULT_IMPORT_UNDECIDED, "count", count, NULL);
}

void import_report_done(struct import_report *report)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        free(report->classes[i].samples);
    strset_done(&report->status_words);
    strset_done(&report->class_words);
    strset_done(&report->projects);
    strset_done(&report->buildings);
    strset_done(&report->keys);
    memset(report, 0, sizeof(*report));
}
