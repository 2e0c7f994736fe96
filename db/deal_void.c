/* deal_void.c - the last step of a deal, made by mistake the same day, is taken back (FC 25.4
 * T28, 25.6 I8; ST-21). See deal.h.
 *
 * What comes back is what stood before, as it stood: the claim and its own claim before it, the
 * document with its term, the terms and their schedule, the place in the queue. What was counted
 * stays counted: a number is not given again. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_process.h"
#include "db/deal_write.h"
#include "db/queue.h"
#include "db/receivable.h"

struct voiding {
    struct tx *tx;
    struct deal_now deal;
    int64_t since_ms;          /* when the step was taken */
    char before;               /* the stage it goes back to; 0: there was no deal */
    int64_t term_ms, terms_id; /* as they were there */
};

/* ---- whether it may ---- */

static int step_read(struct voiding *v)
{
    struct stmt *s;
    int r = db_query(v->tx->db, &s,
                     "SELECT c.since_ms, p.state, p.deal_id, p.term_ms, p.terms_id "
                     "FROM claim c LEFT JOIN claim p ON p.id = c.previous_id "
                     "WHERE c.deal_id = $1 AND c.unit_id = $2 AND c.ended_ms IS NULL",
                     "ii", v->deal.id, v->deal.unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        v->since_ms = stmt_int(s, 0);
        v->before = stmt_int(s, 2) == v->deal.id ? stmt_text(s, 1)[0] : '\0';
        v->term_ms = stmt_int(s, 3);
        v->terms_id = stmt_int(s, 4);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Something of the deal or its unit's chart that was made after the step. */
static int later_check(struct voiding *v, const char *sql, int64_t key, enum fault_code code)
{
    int64_t n = 0;
    int r = db_get(v->tx->db, &n, sql, "ii", key, v->since_ms);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(v->tx->fault, code, NULL);
}

static int void_check(struct voiding *v)
{
    char today[DAY_TEXT], day[DAY_TEXT];
    int r;

    day_of(v->tx->now_ms, today);
    day_of(v->since_ms, day);
    if (strcmp(today, day) != 0)
        return fault_set(v->tx->fault, FAULT_DEAL_VOID_DAY, NULL);
    r = later_check(v, "SELECT COUNT(*) FROM received WHERE deal_id = $1 AND at_ms >= $2",
                    v->deal.id, FAULT_DEAL_VOID_MONEY);
    if (r == 0)
        r = later_check(v,
                        "SELECT COUNT(*) FROM deal_change WHERE new_deal_id = $1 OR "
                        "(deal_id = $1 AND (state = 'asked' OR executed_ms >= $2))",
                        v->deal.id, FAULT_DEAL_VOID_CHANGED);
    if (r == 0)
        r = later_check(v,
                        "SELECT COUNT(*) FROM publication WHERE project_id = $1 AND "
                        "state IN ('live', 'superseded') AND decided_ms >= $2",
                        v->deal.project_id, FAULT_DEAL_VOID_PUBLISHED);
    return r;
}

/* ---- going back ---- */

/* The document is void and the one before it lives again; with it the schedule, if it had other
 * terms, without what the step made due. */
static int document_back(struct voiding *v)
{
    int r =
        db_run(v->tx->db, "UPDATE deal_document SET state = 'void', ended_ms = $2 WHERE id = $1",
               "ii", v->deal.document_id, v->tx->now_ms);

    if (r >= 0)
        r = db_run(v->tx->db,
                   "UPDATE deal_document SET state = 'live', ended_ms = NULL WHERE id = $1", "i",
                   v->deal.papers_id);
    if (r >= 0 && v->terms_id != v->deal.terms_id)
        r = receivable_restore(v->tx, v->deal.id, v->terms_id);
    return r < 0 ? r : 0;
}

static int stage_back(struct voiding *v)
{
    /* A filing that was given up was no document. */
    int r = strchr("SC", v->deal.stage) && v->before != 'F' ? document_back(v) : 0;

    if (r == 0)
        r = deal_stage_set(v->tx, &v->deal, v->before, v->terms_id, v->term_ms);
    return r < 0 ? r : deal_process_stage(v->tx, v->deal.id, v->deal.stage, v->before);
}

static int void_log(struct voiding *v, const char *reason)
{
    const char from[2] = {v->deal.stage, '\0'}, to[2] = {v->before, '\0'};
    struct trail trail = {0};

    trail_text(&trail, "stage", from, v->before ? to : NULL);
    trail_text(&trail, "reason", NULL, reason);
    return deal_log(v->tx, &v->deal, "deal.void", &trail);
}

int deal_void(struct tx *tx, int64_t deal_id, int64_t version, const char *reason)
{
    struct unit_step step = {.transition = TRANSITION_UNDO, .reason = reason};
    struct voiding v = {.tx = tx};
    int r = deal_now_read(tx, deal_id, version, &v.deal);

    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = step_read(&v);
    if (r == 0)
        r = void_check(&v);
    if (r == 0)
        r = deal_unit_step(tx, &v.deal, &step);
    if (r == 0)
        r = v.before ? stage_back(&v) : deal_close(tx, &v.deal, "void", "void");
    if (r == 0 && !v.before && v.deal.ticket_id)
        r = ticket_unuse(tx, v.deal.ticket_id);
    return r < 0 ? r : void_log(&v, reason);
}
