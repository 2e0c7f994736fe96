/* handout.c - see handout.h. */
#include "db/handout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/paper.h"
#include "db/printer.h"
#include "db/unit.h"

#define HOUR_MS INT64_C(3600000)

int handout_printer(struct tx *tx, enum print_kind kind, int64_t terminal_id,
                    int64_t *ret_printer_id)
{
    struct print_route_row route;
    int r = print_route(tx, print_kinds[kind].code, terminal_id, &route);

    if (r == 0)
        *ret_printer_id = route.chosen ? route.printer_id : 0;
    return r;
}

/* Whether a visitor may have one more. */
static int visitor_may(struct tx *tx, const struct handout_new *n)
{
    int64_t printer = 0, count = 0;
    char limit[16];
    int r = handout_printer(tx, n->kind, n->terminal_id, &printer);

    if (r == 0 && !printer)
        return fault_set(tx->fault, FAULT_PRINT_NO_PRINTER, NULL);
    if (r == 0)
        r = db_get(tx->db, &count,
                   "SELECT COUNT(*) FROM handout WHERE terminal_id = $1 AND visit = $2", "it",
                   n->terminal_id, n->visit);
    if (r == 1 && count >= HANDOUT_VISIT_MAX) {
        snprintf(limit, sizeof(limit), "%d", HANDOUT_VISIT_MAX);
        return fault_set(tx->fault, FAULT_HANDOUT_VISIT, "limit", limit, NULL);
    }
    if (r >= 0)
        r = db_get(tx->db, &count,
                   "SELECT COUNT(*) FROM handout WHERE terminal_id = $1 AND visit IS NOT NULL AND "
                   "made_ms > $2",
                   "ii", n->terminal_id, tx->now_ms - HOUR_MS);
    if (r == 1 && count >= HANDOUT_HOUR_MAX)
        return fault_set(tx->fault, FAULT_HANDOUT_HOUR, NULL);
    return r < 0 ? r : 0;
}

static int row_add(struct tx *tx, const struct handout_new *n, int64_t *ret_id)
{
    const bool plan = n->kind == PRINT_KIND_PURCHASE_PLAN;
    const struct loan_choice *c = &n->choice;

    return db_get(tx->db, ret_id,
                  "INSERT INTO handout (kind, unit_id, publication_id, patch, terminal_id, visit, "
                  "actor, made_ms, down_bp, years, loan, method) VALUES ($1, $2, $3, $4, $5, $6, "
                  "$7, $8, $9, $10, $11, $12) RETURNING id",
                  "tiiiottioott", print_kinds[n->kind].code, n->unit_id, n->publication_id,
                  n->patch, n->terminal_id ? &n->terminal_id : NULL, n->visit, tx->actor->name,
                  tx->now_ms, plan ? &c->down_bp : NULL, plan ? &c->years : NULL,
                  plan ? loan_kinds[c->kind] : NULL, plan ? loan_methods[c->method] : NULL);
}

static void number_write(enum print_kind kind, int64_t id, char out[PAPER_NUMBER_TEXT])
{
    snprintf(out, PAPER_NUMBER_TEXT, "%s%06" PRId64, kind == PRINT_KIND_PURCHASE_PLAN ? "JH" : "FY",
             id);
}

int handout_add(struct tx *tx, const struct handout_new *n, int64_t *ret_id)
{
    struct paper_new paper = {.kind = n->kind,
                              .project_id = n->project_id,
                              .terminal_id = n->terminal_id,
                              .alone = !n->visit && !n->print};
    struct trail trail = {0};
    char number[PAPER_NUMBER_TEXT];
    int64_t id = 0;
    int r = n->visit ? visitor_may(tx, n) : 0;

    if (r == 0)
        r = row_add(tx, n, &id);
    if (r < 0)
        return r;
    number_write(n->kind, id, number);
    paper.number = number;
    paper.subject_id = id;
    r = paper_add(tx, &paper, NULL);
    if (r < 0)
        return r;
    *ret_id = id;
    trail_text(&trail, "kind", NULL, print_kinds[n->kind].code);
    trail_text(&trail, "number", NULL, number);
    trail_int(&trail, "unit_id", NULL, &n->unit_id);
    return audit_add(tx, "handout.make", "handout", id, n->project_id, &trail);
}

static int word_find(const char *const *words, const char *word)
{
    for (int i = 0; word && words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return 0; /* the schema holds them; of a unit sheet there is none */
}

int handout_get(struct tx *tx, int64_t handout_id, struct handout_row *ret_row)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT u.project_id, h.unit_id, h.publication_id, h.patch, h.terminal_id, "
                   "h.made_ms, h.kind, h.down_bp, h.years, h.loan, h.method FROM handout h JOIN "
                   "unit u ON u.id = h.unit_id WHERE h.id = $1",
                   handout_id);

    if (r < 0)
        return r;
    *ret_row = (struct handout_row){
        .id = handout_id,
        .project_id = stmt_int(s, 0),
        .unit_id = stmt_int(s, 1),
        .publication_id = stmt_int(s, 2),
        .patch = stmt_int(s, 3),
        .terminal_id = stmt_int(s, 4),
        .made_ms = stmt_int(s, 5),
        .kind = (enum print_kind)word_find(print_kind_codes, stmt_text(s, 6)),
        .choice = {.down_bp = stmt_int(s, 7),
                   .years = stmt_int(s, 8),
                   .kind = (enum loan_kind)word_find(loan_kinds, stmt_text(s, 9)),
                   .method = (enum loan_method)word_find(loan_methods, stmt_text(s, 10))}};
    stmt_reset(s);
    return 0;
}

int handout_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    struct handout_row row;
    int64_t project_id;
    int r = no ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : handout_get(tx, id, &row);

    if (r < 0)
        return r;
    ret_subject->project_id = row.project_id;
    number_write(row.kind, id, ret_subject->number);
    return unit_path_read(tx, row.unit_id, ret_subject->title, sizeof(ret_subject->title),
                          &project_id);
}

static int state_take(void *arg, const struct print_job *job)
{
    *(const char **)arg = print_states[job->state].code;
    return 0;
}

int handout_print_state(struct tx *tx, int64_t paper_id, const char **ret_state)
{
    const struct print_filter filter = {.paper_id = paper_id, .limit = 1};

    *ret_state = NULL;
    return print_jobs(tx, &filter, state_take, (void *)ret_state);
}
