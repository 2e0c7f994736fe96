/* qualification.c - see qualification.h. */
#include "db/qualification.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/media.h"

const char *const qualification_results[] = {"pending", "pass", "fail", NULL};

int qualification_scan(struct tx *tx, int64_t customer_id,
                       int (*each)(void *arg, const struct qualification *row), void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT q.id, q.project_id, q.created_ms, p.name, q.result, q.number, q.date, "
                     "q.note, COALESCE(u.name, q.created_by), q.media_id FROM qualification q "
                     "JOIN project p ON p.id = q.project_id "
                     "LEFT JOIN user_account u ON u.login = q.created_by "
                     "WHERE q.customer_id = $1 ORDER BY q.id DESC",
                     "i", customer_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct qualification row = {.id = stmt_int(s, 0),
                                          .customer_id = customer_id,
                                          .project_id = stmt_int(s, 1),
                                          .created_ms = stmt_int(s, 2),
                                          .project = stmt_text(s, 3),
                                          .result = stmt_text(s, 4),
                                          .number = stmt_text(s, 5),
                                          .date = stmt_text(s, 6),
                                          .note = stmt_text(s, 7),
                                          .created_by = stmt_text(s, 8),
                                          .media_id = stmt_text(s, 9)};

        if (actor_sees_project(tx->actor, row.project_id))
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

int qualification_result(struct tx *tx, int64_t customer_id, int64_t project_id,
                         const char **ret_result)
{
    const char *found = "";
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT result FROM qualification WHERE customer_id = $1 AND project_id = $2 "
                     "ORDER BY id DESC LIMIT 1",
                     "ii", customer_id, project_id);

    if (r == 0)
        r = stmt_step(s);
    for (size_t i = 0; r == 1 && qualification_results[i]; i++)
        if (strcmp(qualification_results[i], stmt_text(s, 0)) == 0)
            found = qualification_results[i];
    stmt_reset(s);
    if (r < 0)
        return r;
    *ret_result = found;
    return 0;
}

int qualification_add(struct tx *tx, const struct qualification *q, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_project(tx, q->project_id);

    if (r == 0)
        r = customer_need(tx, q->customer_id);
    if (r == 0)
        r = media_need(tx, q->project_id, q->media_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM qualification WHERE customer_id = $1",
                         q->customer_id, QUALIFICATIONS_MAX);
    if (r < 0)
        return r;
    if (strcmp(q->result, "pass") == 0 && !q->number[0]) {
        fault_item(tx->fault, FAULT_QUALIFICATION_NUMBER, 0, "number", NULL);
        return fault_set(tx->fault, FAULT_QUALIFICATION_NUMBER, NULL);
    }
    r = db_get(tx->db, &id,
               "INSERT INTO qualification (customer_id, project_id, result, number, date, "
               "media_id, note, created_by, created_ms) VALUES ($1, $2, $3, $4, $5, "
               "NULLIF($6, ''), $7, $8, $9) RETURNING id",
               "iitttttti", q->customer_id, q->project_id, q->result, q->number, q->date,
               q->media_id, q->note, tx->actor->name, tx->now_ms);
    if (r == -ENOLINK) /* in scope are all projects, this one is none */
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "result", NULL, q->result);
    trail_text(&trail, "customer_paper", NULL, q->number);
    r = audit_add(tx, "qualification.add", "customer", q->customer_id, q->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}
