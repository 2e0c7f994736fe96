/* subject.c - see subject.h. */
#include "db/subject.h"

#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/customer_keep.h"
#include "db/source_change.h"

/* What stands where something must; the triggers of the append-only tables know it too. */
#define ERASED "已擦除"

const struct subject_part subject_parts[] = {
#define PART(table, copy, erase) {table, copy, erase},
#include "db/subject_part.def"
#undef PART
    {NULL, NULL, NULL},
};

static int request_add(struct tx *tx, int64_t customer_id, const char *kind, const char *reason)
{
    struct trail trail = {0};
    int r = reason[0] ? 0 : fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM subject_request WHERE customer_id = $1",
                         customer_id, SUBJECT_REQUESTS_MAX);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO subject_request (customer_id, kind, reason, actor, at_ms) VALUES "
                   "($1, $2, $3, $4, $5)",
                   "ittti", customer_id, kind, reason, tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "request", NULL, kind);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, "customer.request", "customer", customer_id, 0, &trail);
}

/* From one state to the next, or SUBJECT_STATE. */
static int state_move(struct tx *tx, int64_t customer_id, const char *from, const char *to)
{
    int r = customer_need(tx, customer_id);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer SET state = $3, version = version + 1, changed_ms = $4 "
                   "WHERE id = $1 AND state = $2",
                   "itti", customer_id, from, to, tx->now_ms);
    if (r != 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_SUBJECT_STATE, NULL);
}

int subject_export(struct tx *tx, int64_t customer_id, const char *reason)
{
    int r = customer_need(tx, customer_id);

    return r < 0 ? r : request_add(tx, customer_id, "export", reason);
}

int subject_restrict(struct tx *tx, int64_t customer_id, const char *reason)
{
    int r = state_move(tx, customer_id, "active", "restricted");

    return r < 0 ? r : request_add(tx, customer_id, "restrict", reason);
}

int subject_release(struct tx *tx, int64_t customer_id, const char *reason)
{
    int r = state_move(tx, customer_id, "restricted", "active");

    return r < 0 ? r : request_add(tx, customer_id, "release", reason);
}

int subject_erase(struct tx *tx, int64_t customer_id, const char *reason)
{
    int r = state_move(tx, customer_id, "restricted", "erased");

    if (r == 0)
        r = customer_kept(tx, customer_id);
    if (r == 0)
        r = source_change_abandon(tx, customer_id);
    if (r == 0)
        r = request_add(tx, customer_id, "erase", reason);
    for (const struct subject_part *p = subject_parts; r >= 0 && p->table; p++)
        if (p->erase)
            r = db_run(tx->db, p->erase, "i", customer_id);
    return r < 0 ? r : 0;
}

/* ---- the copy ---- */

static int row_copy(struct stmt *s, const char *table,
                    int (*each)(void *arg, const struct subject_value *value), void *arg)
{
    const int n = stmt_columns(s);
    int r = 0;

    for (int i = 0; r == 0 && i < n; i++) {
        const struct subject_value value = {.table = table,
                                            .name = stmt_name(s, i),
                                            .text = stmt_text(s, i),
                                            .number = stmt_int(s, i),
                                            .first = i == 0};

        r = each(arg, &value);
    }
    return r;
}

int subject_copy(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct subject_value *value), void *arg)
{
    int r = customer_need(tx, customer_id);

    for (const struct subject_part *p = subject_parts; r >= 0 && p->table; p++) {
        struct stmt *s = NULL;

        if (!p->copy)
            continue;
        r = db_query(tx->db, &s, p->copy, "i", customer_id);
        while (r >= 0 && (r = stmt_step(s)) == 1)
            r = row_copy(s, p->table, each, arg);
        stmt_reset(s);
    }
    return r < 0 ? r : 0;
}

int subject_request_scan(struct tx *tx, int64_t customer_id,
                         int (*each)(void *arg, const struct subject_request *row), void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT s.id, s.at_ms, s.kind, s.reason, COALESCE(u.name, s.actor) "
                     "FROM subject_request s LEFT JOIN user_account u ON u.login = s.actor "
                     "WHERE s.customer_id = $1 ORDER BY s.id DESC",
                     "i", customer_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct subject_request row = {.id = stmt_int(s, 0),
                                            .at_ms = stmt_int(s, 1),
                                            .kind = stmt_text(s, 2),
                                            .reason = stmt_text(s, 3),
                                            .actor = stmt_text(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}
