/* print_read.c - papers, jobs and their stories, read; see print.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/print.h"
#include "db/sight.h"

static int word_find(const char *const *codes, const char *code)
{
    for (int i = 0; codes[i]; i++)
        if (strcmp(codes[i], code) == 0)
            return i;
    return -EPROTO; /* of a newer schema */
}

/* ---- papers ---- */

#define PAPER_COLUMNS                                                                              \
    "SELECT project_id, id, kind, subject_id, subject_no, made_ms, size, sha, number, layout_id, " \
    "layout_ordinal, preprinted, roll_sha FROM paper "

/* Whether column @column has one. */
static bool sha_take(struct stmt *s, int column, uint8_t out[PRINT_SHA])
{
    size_t n;
    const void *sha = stmt_blob(s, column, &n);

    if (!sha || n != PRINT_SHA)
        return false;
    memcpy(out, sha, PRINT_SHA);
    return true;
}

static int paper_take(struct stmt *s, struct paper_row *ret)
{
    const int kind = word_find(print_kind_codes, stmt_text(s, 2));

    if (kind < 0)
        return kind;
    *ret = (struct paper_row){.project_id = stmt_int(s, 0),
                              .id = stmt_int(s, 1),
                              .kind = (enum print_kind)kind,
                              .subject_id = stmt_int(s, 3),
                              .subject_no = stmt_int(s, 4),
                              .made_ms = stmt_int(s, 5),
                              .size = stmt_int(s, 6),
                              .layout_id = stmt_int(s, 9),
                              .layout_ordinal = stmt_int(s, 10),
                              .preprinted = stmt_int(s, 11)};
    (void)sha_take(s, 7, ret->sha);
    ret->roll = sha_take(s, 12, ret->roll_sha);
    snprintf(ret->number, sizeof(ret->number), "%s", stmt_text(s, 8));
    return 0;
}

int paper_get(struct tx *tx, int64_t paper_id, struct paper_row *ret_row)
{
    struct stmt *s;
    int r;

    *ret_row = (struct paper_row){.id = 0};
    r = tx_row_office(tx, &s, PAPER_COLUMNS "WHERE id = $1", paper_id);
    if (r < 0)
        return r;
    r = paper_take(s, ret_row);
    stmt_reset(s);
    return r;
}

int paper_of(struct tx *tx, enum print_kind kind, int64_t subject_id, int64_t subject_no,
             struct paper_row *ret_row)
{
    int64_t id;
    int r = db_get(tx->db, &id,
                   "SELECT id FROM paper WHERE kind = $1 AND subject_id = $2 AND subject_no = $3",
                   "tii", print_kinds[kind].code, subject_id, subject_no);

    if (r == 1)
        return paper_get(tx, id, ret_row);
    return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int paper_unmade(struct tx *tx, int64_t after_id, int64_t *ret_job_id, int64_t *ret_paper_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT j.id, j.paper_id FROM print_job j JOIN paper p ON p.id = j.paper_id "
                     "WHERE j.state IN ('queued', 'sending') AND j.state = 'queued' AND "
                     "p.sha IS NULL AND j.id > $1 ORDER BY j.id LIMIT 1",
                     "i", after_id);

    *ret_job_id = *ret_paper_id = 0;
    if (r == 0 && (r = stmt_step(s)) == 1) {
        *ret_job_id = stmt_int(s, 0);
        *ret_paper_id = stmt_int(s, 1);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- jobs ---- */

#define JOB_COLUMNS                                                                                \
    "SELECT j.id, j.paper_id, j.printer_id, p.project_id, j.terminal_id, j.copy, j.made_ms, "      \
    "j.expires_ms, j.state_ms, p.kind, j.state, p.subject_id, p.subject_no, j.name, r.name, "      \
    "r.driver, p.number, j.reason, COALESCE(u.name, j.actor), j.detail FROM print_job j "          \
    "JOIN paper p ON p.id = j.paper_id JOIN printer r ON r.id = j.printer_id "                     \
    "LEFT JOIN user_account u ON u.login = j.actor "

static int job_take(struct stmt *s, struct print_job *ret)
{
    const int kind = word_find(print_kind_codes, stmt_text(s, 9));
    const int state = word_find(print_state_codes, stmt_text(s, 10));

    if (kind < 0 || state < 0)
        return -EPROTO;
    *ret = (struct print_job){.id = stmt_int(s, 0),
                              .paper_id = stmt_int(s, 1),
                              .printer_id = stmt_int(s, 2),
                              .project_id = stmt_int(s, 3),
                              .terminal_id = stmt_int(s, 4),
                              .copy = stmt_int(s, 5),
                              .made_ms = stmt_int(s, 6),
                              .expires_ms = stmt_int(s, 7),
                              .state_ms = stmt_int(s, 8),
                              .kind = (enum print_kind)kind,
                              .state = (enum print_state)state,
                              .subject_id = stmt_int(s, 11),
                              .subject_no = stmt_int(s, 12),
                              .number = stmt_text(s, 16),
                              .name = stmt_text(s, 13),
                              .printer = stmt_text(s, 14),
                              .driver = stmt_text(s, 15),
                              .reason = stmt_text(s, 17),
                              .actor = stmt_text(s, 18),
                              .detail = stmt_text(s, 19)};
    return 0;
}

/* At most @limit rows of @s. */
static int jobs_each(struct stmt *s, int r, int limit,
                     int (*each)(void *arg, const struct print_job *job), void *arg)
{
    struct print_job job;

    for (int n = 0; r >= 0 && n < limit && (r = stmt_step(s)) == 1; n++) {
        r = job_take(s, &job);
        if (r == 0)
            r = each(arg, &job);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int print_jobs(struct tx *tx, const struct print_filter *f,
               int (*each)(void *arg, const struct print_job *job), void *arg)
{
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s,
                 JOB_COLUMNS
                 "WHERE ($1 = 0 OR j.id = $1) AND ($2 = 0 OR j.paper_id = $2) AND ($3 = 0 OR "
                 "j.printer_id = $3) AND ($4 = 0 OR j.id < $4) AND ($5 IS NULL OR j.state = $5) "
                 "AND (p.project_id IS NULL OR " SIGHT_PROJECT("p.project_id", "$6") ") ORDER BY "
                                                                                     "j.id DESC",
                 "iiiitt", f->job_id, f->paper_id, f->printer_id, f->before_id, f->state,
                 sight.scope);
    return jobs_each(s, r, f->limit, each, arg);
}

int print_open(struct tx *tx, int64_t printer_id,
               int (*each)(void *arg, const struct print_job *job), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     JOB_COLUMNS "WHERE j.printer_id = $1 AND j.state IN ('queued', 'sending') "
                                 "ORDER BY j.state = 'queued', j.id",
                     "i", printer_id);

    return jobs_each(s, r, INT32_MAX, each, arg);
}

int print_events(struct tx *tx, int64_t job_id,
                 int (*each)(void *arg, const struct print_event *event), void *arg)
{
    struct stmt *s;
    int r = tx_row_office(tx, &s,
                          "SELECT p.project_id FROM print_job j JOIN paper p ON p.id = j.paper_id "
                          "WHERE j.id = $1",
                          job_id);

    if (r < 0)
        return r;
    stmt_reset(s);
    r = db_query(tx->db, &s,
                 "SELECT e.at_ms, e.state, COALESCE(u.name, e.actor), e.detail FROM print_event e "
                 "LEFT JOIN user_account u ON u.login = e.actor WHERE e.job_id = $1 "
                 "ORDER BY e.ordinal",
                 "i", job_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct print_event event = {.at_ms = stmt_int(s, 0),
                                          .state = stmt_text(s, 1),
                                          .actor = stmt_text(s, 2),
                                          .detail = stmt_text(s, 3)};

        r = each(arg, &event);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
