/* print.c - papers, jobs and their steps; see print.h. */
#include "db/print.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/printer.h"

/* ---- the words and the steps ---- */

const struct print_state_word print_states[PRINT_STATES] = {
#define PRINT_STATE(symbol, code, zh, en, out) [PRINT_##symbol] = {code, zh, en, out},
#include "db/print_state.def"
};

const char *const print_state_codes[PRINT_STATES + 1] = {
#define PRINT_STATE(symbol, code, zh, en, out) [PRINT_##symbol] = code,
#include "db/print_state.def"
};

const struct print_kind_word print_kinds[PRINT_KINDS] = {
#define MANY_ONE  false
#define MANY_MANY true
#define PRINT_KIND(symbol, code, zh, en, read, make, many, ...)                                    \
    [PRINT_KIND_##symbol] = {code, zh, en, RIGHT_##read, RIGHT_##make, MANY_##many},
#include "db/print_kind.def"
#undef PRINT_KIND
};

const char *const print_kind_codes[PRINT_KINDS + 1] = {
#define PRINT_KIND(symbol, code, ...) [PRINT_KIND_##symbol] = code,
#include "db/print_kind.def"
#undef PRINT_KIND
};

enum print_by print_step_by(enum print_state from, enum print_state to)
{
    static const enum print_by by[PRINT_STATES][PRINT_STATES] = {
#define PRINT_STEP(from, to, who) [PRINT_##from][PRINT_##to] = PRINT_BY_##who,
#include "db/print_state.def"
    };

    return by[from][to];
}

static int state_find(const char *code)
{
    for (int i = 0; i < PRINT_STATES; i++)
        if (strcmp(print_states[i].code, code) == 0)
            return i;
    return -EPROTO; /* the schema holds it */
}

/* ---- a step ---- */

struct job_now {
    int64_t id, paper_id, project_id, terminal_id;
    enum print_state state;
};

/* Of a project in scope. */
static int job_read(struct tx *tx, int64_t job_id, struct job_now *ret)
{
    struct stmt *s;
    int r = tx_row_office(
        tx, &s,
        "SELECT p.project_id, j.paper_id, j.state, j.terminal_id FROM print_job j JOIN paper p ON "
        "p.id = j.paper_id WHERE j.id = $1",
        job_id);

    if (r < 0)
        return r;
    *ret = (struct job_now){.id = job_id, .project_id = stmt_int(s, 0), .paper_id = stmt_int(s, 1)};
    r = state_find(stmt_text(s, 2));
    stmt_reset(s);
    ret->state = r < 0 ? PRINT_QUEUED : (enum print_state)r;
    return r < 0 ? r : 0;
}

/* At most PRINT_DETAIL_MAX characters of @text, whole ones. */
static void detail_cut(const char *text, char out[4 * PRINT_DETAIL_MAX + 1])
{
    size_t n = 0, characters = 0;

    for (; text && text[n] && n < (size_t)4 * PRINT_DETAIL_MAX; n++) {
        if (((unsigned char)text[n] & 0xC0) != 0x80 && characters++ == PRINT_DETAIL_MAX)
            break;
        out[n] = text[n];
    }
    out[n] = '\0';
}

static int event_add(struct tx *tx, const struct job_now *job, enum print_state to,
                     const char *detail)
{
    int r = db_run(tx->db,
                   "INSERT INTO print_event (job_id, ordinal, state, at_ms, actor, detail) SELECT "
                   "$1, COALESCE(MAX(ordinal), 0) + 1, $2, $3, $4, $5 FROM print_event "
                   "WHERE job_id = $1",
                   "ititt", job->id, print_states[to].code, tx->now_ms, tx->actor->name, detail);

    return r < 0 ? r : tx_changed(tx, CHANGE_PRINT, job->project_id, 0, job->terminal_id);
}

static int step(struct tx *tx, const struct job_now *job, enum print_state to, const char *detail)
{
    char said[4 * PRINT_DETAIL_MAX + 1];
    int r;

    detail_cut(detail, said);
    r = db_run(tx->db, "UPDATE print_job SET state = $2, state_ms = $3, detail = $4 WHERE id = $1",
               "itit", job->id, print_states[to].code, tx->now_ms, said);
    return r < 0 ? r : event_add(tx, job, to, said);
}

int print_step(struct tx *tx, int64_t job_id, enum print_state to, const char *detail)
{
    struct job_now job;
    int r = job_read(tx, job_id, &job);

    if (r < 0)
        return r;
    if (!(print_step_by(job.state, to) & PRINT_BY_MACHINE))
        return -ESTALE;
    return step(tx, &job, to, detail);
}

/* ---- a paper and its jobs ---- */

struct job_new {
    int64_t paper_id, project_id, printer_id, terminal_id, copy;
    const char *reason;
};

static int job_make(struct tx *tx, const struct job_new *n, int64_t *ret_id)
{
    char name[PRINT_NAME_TEXT] = "anchang-";
    uint8_t random[12];
    struct job_now job = {
        .project_id = n->project_id, .paper_id = n->paper_id, .terminal_id = n->terminal_id};
    int r;

    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(name + strlen(name), sizeof(name) - strlen(name), random, sizeof(random));
    r = db_get(tx->db, &job.id,
               "INSERT INTO print_job (name, paper_id, printer_id, copy, reason, terminal_id, "
               "actor, made_ms, expires_ms, state_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
               "$8) RETURNING id",
               "tiiitotii", name, n->paper_id, n->printer_id, n->copy, n->reason,
               n->terminal_id ? &n->terminal_id : NULL, tx->actor->name, tx->now_ms,
               tx->now_ms + PRINT_EXPIRES_MS);
    if (r < 0)
        return r;
    if (ret_id)
        *ret_id = job.id;
    return event_add(tx, &job, PRINT_QUEUED, "");
}

int paper_add(struct tx *tx, const struct paper_new *paper, int64_t *ret_paper_id)
{
    const char *kind = print_kinds[paper->kind].code;
    struct job_new job = {
        .project_id = paper->project_id, .terminal_id = paper->terminal_id, .reason = ""};
    struct print_route_row route;
    int r = print_route(tx, kind, paper->terminal_id, &route);

    if (paper->printer_id)
        route.printer_id = paper->printer_id;
    if (paper->layout_id)
        route.layout_id = paper->layout_id;
    if (r == 0)
        r = db_get(tx->db, &job.paper_id,
                   "INSERT INTO paper (kind, subject_id, subject_no, number, project_id, "
                   "layout_id, preprinted, made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                   "RETURNING id",
                   "tiitooii", kind, paper->subject_id, paper->subject_no, paper->number,
                   paper->project_id ? &paper->project_id : NULL,
                   route.layout_id ? &route.layout_id : NULL, (int64_t)route.preprinted,
                   tx->now_ms);
    if (r < 0)
        return r;
    if (ret_paper_id)
        *ret_paper_id = job.paper_id;
    job.printer_id = route.printer_id;
    if (job.printer_id && !paper->alone)
        return job_make(tx, &job, NULL);
    return tx_changed(tx, CHANGE_PRINT, paper->project_id, 0,
                      paper->terminal_id); /* its bytes are made all the same */
}

int print_stored(struct tx *tx, const struct paper_stored *stored)
{
    const int64_t *ordinal = stored->layout_ordinal ? &stored->layout_ordinal : NULL;
    int r = db_run(tx->db,
                   "UPDATE paper SET sha = $2, size = $3, layout_ordinal = $4, roll_sha = $5 "
                   "WHERE id = $1 AND sha IS NULL",
                   "ibiob", stored->paper_id, stored->sha, (size_t)PRINT_SHA, stored->size, ordinal,
                   stored->roll ? stored->roll_sha : NULL, (size_t)PRINT_SHA);

    return r < 0 ? r : tx_changed(tx, CHANGE_PRINT, 0, 0, 0); /* its jobs may go now */
}

/* ---- by a person ---- */

/* Which copy would be next: 0 the original; PRINT_OPEN while one waits or is in doubt. */
static int copy_next(struct tx *tx, int64_t paper_id, int64_t *ret_copy)
{
    struct stmt *s;
    int64_t out = 0, last = -1;
    int r = db_query(tx->db, &s, "SELECT state, copy FROM print_job WHERE paper_id = $1", "i",
                     paper_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int state = state_find(stmt_text(s, 0));

        if (state < 0 || state == PRINT_QUEUED || state == PRINT_SENDING ||
            state == PRINT_UNCONFIRMED) {
            r = state < 0 ? state : fault_set(tx->fault, FAULT_PRINT_OPEN, NULL);
            break;
        }
        out += print_states[state].out;
        if (print_states[state].out && stmt_int(s, 1) > last)
            last = stmt_int(s, 1);
    }
    stmt_reset(s);
    *ret_copy = out ? last + 1 : 0;
    return r < 0 ? r : 0;
}

int print_again(struct tx *tx, const struct print_ask *ask, int64_t *ret_job_id)
{
    struct job_new job = {.paper_id = ask->paper_id,
                          .terminal_id = ask->terminal_id,
                          .printer_id = ask->printer_id,
                          .reason = ask->reason ? ask->reason : ""};
    struct print_route_row route;
    struct trail trail = {0};
    struct paper_row paper;
    int r = paper_get(tx, ask->paper_id, &paper);

    job.project_id = paper.project_id;
    if (r == 0)
        r = copy_next(tx, ask->paper_id, &job.copy);
    if (r == 0 && job.copy && !job.reason[0])
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0 && !job.printer_id) {
        r = print_route(tx, print_kinds[paper.kind].code, ask->terminal_id, &route);
        job.printer_id = route.printer_id;
    }
    if (r == 0 && !job.printer_id)
        r = fault_set(tx->fault, FAULT_PRINT_NO_PRINTER, NULL);
    if (r == 0)
        r = job_make(tx, &job, ret_job_id);
    if (r == -ENOLINK)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "number", NULL, paper.number);
    trail_int(&trail, "copy", NULL, &job.copy);
    trail_text(&trail, "reason", NULL, job.reason);
    return audit_add(tx, "print.again", "print_job", *ret_job_id, job.project_id, &trail);
}

static int settle(struct tx *tx, int64_t job_id, enum print_state to, const char *action)
{
    struct trail trail = {0};
    struct job_now job;
    int r = job_read(tx, job_id, &job);

    if (r < 0)
        return r;
    if (!(print_step_by(job.state, to) & PRINT_BY_PERSON))
        return fault_set(tx->fault, FAULT_PRINT_STEP, "state", print_states[job.state].zh,
                         "state_en", print_states[job.state].en, NULL);
    r = step(tx, &job, to, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "state", print_states[job.state].code, print_states[to].code);
    return audit_add(tx, action, "print_job", job_id, job.project_id, &trail);
}

int print_confirm(struct tx *tx, int64_t job_id, bool printed)
{
    return settle(tx, job_id, printed ? PRINT_PRINTED : PRINT_FAILED, "print.confirm");
}

int print_cancel(struct tx *tx, int64_t job_id)
{
    return settle(tx, job_id, PRINT_CANCELLED, "print.cancel");
}

/* ---- the clock ---- */

int print_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    enum { BATCH = 64 };
    int64_t ids[BATCH];
    struct stmt *s;
    int n = 0, r;

    r = db_query(tx->db, &s,
                 "SELECT id, expires_ms FROM print_job WHERE state IN ('queued', "
                 "'sending') AND state = 'queued' ORDER BY expires_ms",
                 "");
    while (r >= 0 && n < BATCH && (r = stmt_step(s)) == 1) {
        if (stmt_int(s, 1) > tx->now_ms) {
            *ret_next_ms = stmt_int(s, 1);
            break;
        }
        ids[n++] = stmt_int(s, 0);
    }
    stmt_reset(s);
    for (int i = 0; r >= 0 && i < n; i++)
        r = print_step(tx, ids[i], PRINT_EXPIRED, NULL);
    return r < 0 ? r : n;
}
