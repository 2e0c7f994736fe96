/* pool_apply.c - see pool_apply.h: applications. What needs none is in pool_take.c. */
#include "db/pool_apply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/notification.h"
#include "db/sight.h"

/* ---- reading ---- */

int pool_scan(struct tx *tx, int64_t project_id, int64_t after_id, int limit,
              int (*each)(void *arg, const struct pool_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT o.customer_id, o.since_ms, o.touched_ms, c.name, "
                     "(SELECT COUNT(*) FROM pool_application a WHERE a.customer_id = o.customer_id "
                     "AND a.project_id = o.project_id AND a.state IN ('open', 'queued')), "
                     "(SELECT COUNT(*) FROM pool_application a WHERE a.customer_id = o.customer_id "
                     "AND a.project_id = o.project_id AND a.state IN ('open', 'queued') "
                     "AND a.applicant_id = $4), l.reason, u.name "
                     "FROM ownership o JOIN customer c ON c.id = o.customer_id "
                     "LEFT JOIN ownership_line l ON l.id = (SELECT MAX(x.id) FROM ownership_line x "
                     "WHERE x.customer_id = o.customer_id AND x.project_id = o.project_id) "
                     "LEFT JOIN user_account u ON u.id = l.from_owner_id "
                     "WHERE o.project_id = $1 AND o.state = 'pool' AND o.customer_id > $2 "
                     "ORDER BY o.customer_id LIMIT $3",
                     "iiii", project_id, after_id, (int64_t)limit, tx->actor->id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct pool_row row = {.customer_id = stmt_int(s, 0),
                               .since_ms = stmt_int(s, 1),
                               .touched_ms = stmt_int(s, 2),
                               .applications = stmt_int(s, 4),
                               .applied = stmt_int(s, 5) > 0,
                               .reason = stmt_text(s, 6),
                               .from = stmt_text(s, 7)};

        contact_name_mask(stmt_text(s, 3), row.name);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int pool_application_scan(struct tx *tx, int64_t project_id, bool waiting, int64_t after_id,
                          int limit, int (*each)(void *arg, const struct application_row *row),
                          void *arg)
{
    const int64_t applicant = actor_has(tx->actor, RIGHT_CUSTOMER_ALLOCATE) ? 0 : tx->actor->id;
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT a.id, a.customer_id, a.applied_ms, a.decided_ms, c.name, u.name, "
                     "a.reason, a.state, d.name, a.note, a.applicant_id "
                     "FROM pool_application a JOIN customer c ON c.id = a.customer_id "
                     "JOIN user_account u ON u.id = a.applicant_id "
                     "LEFT JOIN user_account d ON d.id = a.decided_by WHERE a.project_id = $1 "
                     "AND a.id > $2 AND ($3 = 0 OR a.state IN ('open', 'queued')) "
                     "AND ($4 = 0 OR a.applicant_id = $4) ORDER BY a.id LIMIT $5",
                     "iiiii", project_id, after_id, (int64_t)waiting, applicant, (int64_t)limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct application_row row = {.id = stmt_int(s, 0),
                                      .customer_id = stmt_int(s, 1),
                                      .applied_ms = stmt_int(s, 2),
                                      .decided_ms = stmt_int(s, 3),
                                      .applicant = stmt_text(s, 5),
                                      .reason = stmt_text(s, 6),
                                      .state = stmt_text(s, 7),
                                      .decided_by = stmt_text(s, 8),
                                      .note = stmt_text(s, 9),
                                      .own = stmt_int(s, 10) == tx->actor->id};

        contact_name_mask(stmt_text(s, 4), row.name);
        r = sight_id(tx, row.customer_id, &row.customer_id);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- applying ---- */

/* A customer in the pool of a project in scope. */
static int need_pool(struct tx *tx, int64_t project_id, int64_t customer_id, struct ownership *own)
{
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = ownership_find(tx, customer_id, project_id, own);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return own->state == OWN_POOL ? 0 : fault_set(tx->fault, FAULT_OWNER_TAKEN, NULL);
}

static const char waiting_of[] =
    "SELECT COUNT(*) FROM pool_application WHERE customer_id = $1 AND project_id = $2 "
    "AND state IN ('open', 'queued')";

static int application_note(struct tx *tx, const char *action, int64_t application_id,
                            int64_t customer_id, int64_t project_id, const char *note)
{
    struct trail trail = {0};

    trail_int(&trail, "application_id", NULL, &application_id);
    if (note && note[0])
        trail_text(&trail, "note", NULL, "*");
    return audit_add(tx, action, "customer", customer_id, project_id, &trail);
}

int pool_apply(struct tx *tx, int64_t project_id, int64_t customer_id, const char *reason,
               int64_t *ret_id)
{
    struct customer_rule rule = {.project_id = 0};
    struct ownership own = {.state = OWN_POOL};
    int64_t waiting = 0, id = 0;
    int r = need_pool(tx, project_id, customer_id, &own);

    if (r == 0)
        r = ownership_need_fit(tx, project_id, tx->actor->id);
    if (r == 0)
        r = customer_rule_read(tx, project_id, &rule);
    if (r == 0)
        r = db_get(tx->db, &waiting, waiting_of, "ii", customer_id, project_id);
    if (r < 0)
        return r;
    if (waiting > 0 && !rule.apply_queue)
        return fault_set(tx->fault, FAULT_POOL_APPLIED, NULL);
    if (waiting >= POOL_QUEUE_MAX)
        return tx_limit_reached(tx, POOL_QUEUE_MAX);
    r = db_get(tx->db, &id,
               "INSERT INTO pool_application (customer_id, project_id, applicant_id, reason, "
               "state, applied_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
               "iiitti", customer_id, project_id, tx->actor->id, reason,
               waiting > 0 ? "queued" : "open", tx->now_ms);
    if (r == -EEXIST) /* the own one, or another's that came first */
        return fault_set(tx->fault, FAULT_POOL_APPLIED, NULL);
    if (r >= 0)
        r = application_note(tx, "pool.apply", id, customer_id, project_id, reason);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* ---- deciding ---- */

struct application {
    int64_t id, customer_id, project_id, applicant_id, line_id;
    char state[12];
};

static int application_read(struct tx *tx, int64_t id, struct application *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT project_id, customer_id, applicant_id, line_id, state "
                   "FROM pool_application WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct application){.id = id,
                                .project_id = stmt_int(s, 0),
                                .customer_id = stmt_int(s, 1),
                                .applicant_id = stmt_int(s, 2),
                                .line_id = stmt_int(s, 3)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 4));
    stmt_reset(s);
    return 0;
}

/* The application, in @state, for somebody else to decide on. */
static int application_need(struct tx *tx, int64_t id, const char *state, struct application *ret)
{
    int r = application_read(tx, id, ret);

    if (r < 0)
        return r;
    if (ret->applicant_id == tx->actor->id)
        return fault_set(tx->fault, FAULT_SELF_APPROVAL, NULL);
    if (strcmp(ret->state, state) != 0)
        return fault_set(tx->fault, FAULT_APPLICATION_STATE, NULL);
    return 0;
}

static int application_close(struct tx *tx, const struct application *a, const char *state,
                             const int64_t *line_id, const char *note)
{
    return db_run(tx->db,
                  "UPDATE pool_application SET state = $2, decided_by = $3, decided_ms = $4, "
                  "line_id = $5, note = $6 WHERE id = $1",
                  "itiiot", a->id, state, tx->actor->id, tx->now_ms, line_id, note ? note : "");
}

/* Nothing is open: the first of the queue is. */
static int queue_move(struct tx *tx, int64_t customer_id, int64_t project_id)
{
    int r = db_run(tx->db,
                   "UPDATE pool_application SET state = 'open' WHERE id = (SELECT MIN(q.id) FROM "
                   "pool_application q WHERE q.customer_id = $1 AND q.project_id = $2 "
                   "AND q.state = 'queued') AND NOT EXISTS (SELECT 1 FROM pool_application a "
                   "WHERE a.customer_id = $1 AND a.project_id = $2 AND a.state = 'open')",
                   "ii", customer_id, project_id);

    return r < 0 ? r : 0;
}

int pool_approve(struct tx *tx, int64_t application_id, const char *note)
{
    struct own_move move = {.state = OWN_ONSITE, .reason = "apply", .note = note};
    struct application a = {.id = 0};
    struct ownership own = {.state = OWN_POOL};
    int64_t line_id = 0;
    int r = application_need(tx, application_id, "open", &a);

    if (r == 0)
        r = need_pool(tx, a.project_id, a.customer_id, &own);
    if (r == 0)
        r = ownership_need_fit(tx, a.project_id, a.applicant_id);
    if (r < 0)
        return r;
    move.owner_id = a.applicant_id;
    r = ownership_move(tx, &own, &move, &line_id); /* which voids all that wait: this one, too */
    if (r >= 0)
        r = application_close(tx, &a, "approved", &line_id, note);
    if (r >= 0)
        r = notification_add(tx, a.applicant_id, "approved", a.customer_id, a.project_id);
    return r < 0 ? r
                 : application_note(tx, "pool.approve", a.id, a.customer_id, a.project_id, note);
}

int pool_refuse(struct tx *tx, int64_t application_id, const char *note)
{
    struct application a = {.id = 0};
    int r = application_need(tx, application_id, "open", &a);

    if (r == 0)
        r = application_close(tx, &a, "refused", NULL, note);
    if (r >= 0)
        r = queue_move(tx, a.customer_id, a.project_id);
    if (r >= 0)
        r = notification_add(tx, a.applicant_id, "refused", a.customer_id, a.project_id);
    return r < 0 ? r : application_note(tx, "pool.refuse", a.id, a.customer_id, a.project_id, note);
}

int pool_withdraw(struct tx *tx, int64_t application_id)
{
    struct application a = {.id = 0};
    int r = application_read(tx, application_id, &a);

    if (r < 0)
        return r;
    if (a.applicant_id != tx->actor->id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (strcmp(a.state, "open") != 0 && strcmp(a.state, "queued") != 0)
        return fault_set(tx->fault, FAULT_APPLICATION_STATE, NULL);
    r = application_close(tx, &a, "withdrawn", NULL, NULL);
    if (r >= 0)
        r = queue_move(tx, a.customer_id, a.project_id);
    return r < 0 ? r
                 : application_note(tx, "pool.withdraw", a.id, a.customer_id, a.project_id, NULL);
}

/* Whether anything happened with the customer after the line of the approval. */
static const char done_since[] =
    "SELECT 1 FROM ownership_line l WHERE l.id = $3 AND (l.id < (SELECT MAX(x.id) FROM "
    "ownership_line x WHERE x.customer_id = $1 AND x.project_id = $2) "
    "OR EXISTS (SELECT 1 FROM follow f WHERE f.customer_id = $1 AND f.project_id = $2 "
    "AND f.recorded_ms >= l.at_ms AND f.user_id = l.to_owner_id) "
    "OR EXISTS (SELECT 1 FROM customer_share h WHERE h.customer_id = $1 AND h.project_id = $2 "
    "AND h.ended_ms IS NULL) "
    "OR EXISTS (SELECT 1 FROM opportunity p WHERE p.customer_id = $1 AND p.project_id = $2 "
    "AND p.opened_by = l.to_owner_id AND p.opened_ms >= l.at_ms))";

int pool_revoke(struct tx *tx, int64_t application_id, const char *note)
{
    const struct own_move move = {.state = OWN_POOL, .reason = "revoke", .note = note};
    struct application a = {.id = 0};
    struct ownership own = {.state = OWN_POOL};
    int64_t done = 0;
    int r = application_need(tx, application_id, "approved", &a);

    if (r == 0)
        r = db_get(tx->db, &done, done_since, "iii", a.customer_id, a.project_id, a.line_id);
    if (r == 1)
        return fault_set(tx->fault, FAULT_APPLICATION_USED, NULL);
    if (r == 0)
        r = ownership_find(tx, a.customer_id, a.project_id, &own);
    if (r == 1)
        r = ownership_move(tx, &own, &move, NULL);
    if (r >= 0)
        r = application_close(tx, &a, "revoked", &a.line_id, note);
    if (r >= 0)
        r = notification_add(tx, a.applicant_id, "revoked", a.customer_id, a.project_id);
    return r < 0 ? r : application_note(tx, "pool.revoke", a.id, a.customer_id, a.project_id, note);
}

/* ---- for ownership.c ---- */

int pool_applications_void(struct tx *tx, int64_t customer_id, int64_t project_id)
{
    int r = db_run(tx->db,
                   "UPDATE pool_application SET state = 'void', decided_ms = $3 "
                   "WHERE customer_id = $1 AND project_id = $2 AND state IN ('open', 'queued')",
                   "iii", customer_id, project_id, tx->now_ms);

    return r < 0 ? r : 0;
}

int pool_applications_leave(struct tx *tx, int64_t user_id)
{
    int r = db_run(tx->db,
                   "UPDATE pool_application SET state = 'void', decided_ms = $2 "
                   "WHERE applicant_id = $1 AND state IN ('open', 'queued')",
                   "ii", user_id, tx->now_ms);

    if (r > 0) /* wherever nothing is open now, the first of the queue is */
        r = db_run(tx->db,
                   "UPDATE pool_application SET state = 'open' WHERE state = 'queued' AND id = "
                   "(SELECT MIN(q.id) FROM pool_application q WHERE q.customer_id = "
                   "pool_application.customer_id AND q.project_id = pool_application.project_id "
                   "AND q.state IN ('open', 'queued'))",
                   "");
    return r < 0 ? r : 0;
}
