/* visit.c - see visit.h. */
#include "db/visit.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/customer_class.h"
#include "db/option.h"
#include "db/sight.h"

/* ---- what a new one must be ---- */

static int consultant_check(struct tx *tx, int64_t id)
{
    int64_t n = 0;
    int r = 0;

    if (id)
        r = db_get(tx->db, &n, "SELECT COUNT(*) FROM user_account WHERE id = $1 AND enabled = 1",
                   "i", id);
    if (r < 0 || !id || n)
        return r < 0 ? r : 0;
    fault_item(tx->fault, FAULT_CONSULTANT_UNKNOWN, 0, "consultant_id", NULL);
    return fault_set(tx->fault, FAULT_CONSULTANT_UNKNOWN, NULL);
}

static int time_refused(struct tx *tx)
{
    fault_item(tx->fault, FAULT_VISIT_TIME, 0, "at_ms", "hours", "72", NULL);
    return fault_set(tx->fault, FAULT_VISIT_TIME, "hours", "72", NULL);
}

/* When the first of its kind was, and whether this is it. */
static int first_check(struct tx *tx, const struct visit_new *v, int64_t at_ms, bool *ret_first)
{
    int64_t first_ms = 0;
    int r = db_get(tx->db, &first_ms,
                   "SELECT at_ms FROM visit WHERE customer_id = $1 AND project_id = $2 "
                   "AND kind = $3 AND first = 1",
                   "iit", v->customer_id, v->project_id, v->kind);

    if (r < 0)
        return r;
    if (at_ms > tx->now_ms || at_ms < tx->now_ms - VISIT_LATE_HOURS * HOUR_MS ||
        (r > 0 && at_ms < first_ms))
        return time_refused(tx);
    if (r == 0 && strcmp(v->kind, "visit") == 0 && !v->awareness_id) {
        fault_item(tx->fault, FAULT_AWARENESS_NEEDED, 0, "awareness_id", NULL);
        return fault_set(tx->fault, FAULT_AWARENESS_NEEDED, NULL);
    }
    *ret_first = r == 0;
    return 0;
}

static int visit_check(struct tx *tx, const struct visit_new *v)
{
    int r = tx_need_project(tx, v->project_id);

    if (r == 0)
        r = customer_need(tx, v->customer_id);
    if (r == 0)
        r = customer_need_active(tx, v->customer_id);
    if (r == 0)
        r = option_need(tx, OPTION_SOURCE, v->source_id, "source_id");
    if (r == 0)
        r = option_need(tx, OPTION_AWARENESS, v->awareness_id, "awareness_id");
    return r < 0 ? r : consultant_check(tx, v->consultant_id);
}

static int visit_insert(struct tx *tx, const struct visit_new *v, int64_t at_ms, bool first,
                        int64_t *ret_id)
{
    const int64_t one = 1;

    return db_get(tx->db, ret_id,
                  "INSERT INTO visit (kind, customer_id, project_id, at_ms, first, source_id, "
                  "awareness_id, companions, consultant_id, note, receptionist, created_ms) VALUES "
                  "($1, $2, $3, $4, $5, $6, $7, $8, $9, COALESCE($10, ''), $11, $12) RETURNING id",
                  "tiiioooiotti", v->kind, v->customer_id, v->project_id, at_ms,
                  first ? &one : NULL, v->source_id ? &v->source_id : NULL,
                  v->awareness_id ? &v->awareness_id : NULL, v->companions,
                  v->consultant_id ? &v->consultant_id : NULL, v->note, tx->actor->name,
                  tx->now_ms);
}

int visit_add(struct tx *tx, const struct visit_new *v, int64_t *ret_id)
{
    const int64_t at_ms = v->at_ms ? v->at_ms : tx->now_ms;
    struct trail trail = {0};
    bool first = false;
    int64_t id = 0;
    int r = visit_check(tx, v);

    if (r == 0)
        r = first_check(tx, v, at_ms, &first);
    if (r == 0)
        r = visit_insert(tx, v, at_ms, first, &id);
    if (r == -ENOLINK) /* in scope are all projects, this one is none */
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = customer_class_recompute(tx, v->customer_id);
    if (r < 0)
        return r;
    trail_int(&trail, "visit", NULL, &id);
    trail_int(&trail, "at", NULL, &at_ms);
    if (v->consultant_id)
        trail_int(&trail, "consultant", NULL, &v->consultant_id);
    r = audit_add(tx, strcmp(v->kind, "call") == 0 ? "visit.call" : "visit.visit", "customer",
                  v->customer_id, v->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* ---- reading ---- */

#define ROWS(note)                                                                                 \
    "SELECT v.id, v.customer_id, v.project_id, v.at_ms, v.created_ms, v.companions, v.kind, "      \
    "p.name, " note ", COALESCE(ur.name, v.receptionist), v.first, v.source_id, v.awareness_id, "  \
    "v.consultant_id, o.name, a.name, u.name, c.name, c.kind FROM visit v "                        \
    "JOIN project p ON p.id = v.project_id JOIN customer c ON c.id = v.customer_id "               \
    "LEFT JOIN option o ON o.id = v.source_id LEFT JOIN option a ON a.id = v.awareness_id "        \
    "LEFT JOIN user_account u ON u.id = v.consultant_id "                                          \
    "LEFT JOIN user_account ur ON ur.login = v.receptionist "                                      \
    "WHERE c.deleted_ms IS NULL AND ($2 = 0 OR v.at_ms < $2 OR (v.at_ms = $2 AND v.id < $3)) "
#define NEWEST "ORDER BY v.at_ms DESC, v.id DESC"
static const char by_customer[] =
    ROWS("v.note") "AND v.customer_id = $1 AND ($4 = 0 OR v.project_id = $4) " NEWEST;
static const char by_project[] = ROWS("CASE WHEN " SIGHT_OWN(
    "v.customer_id", "$4",
    "$5") " THEN v.note ELSE '' END") "AND v.project_id = $1 AND " SIGHT("v.customer_id", "$4",
                                                                         "$5") " " NEWEST;
static const char by_id[] = ROWS("v.note") "AND v.id = $1 " NEWEST;

static void row_read(struct stmt *s, struct visit_row *row, char name[CONTACT_NAME_TEXT])
{
    *row = (struct visit_row){.id = stmt_int(s, 0),
                              .customer_id = stmt_int(s, 1),
                              .project_id = stmt_int(s, 2),
                              .at_ms = stmt_int(s, 3),
                              .created_ms = stmt_int(s, 4),
                              .companions = stmt_int(s, 5),
                              .kind = stmt_text(s, 6),
                              .project = stmt_text(s, 7),
                              .note = stmt_text(s, 8),
                              .receptionist = stmt_text(s, 9),
                              .first = stmt_int(s, 10) != 0,
                              .source_id = stmt_int(s, 11),
                              .awareness_id = stmt_int(s, 12),
                              .consultant_id = stmt_int(s, 13),
                              .source = stmt_text(s, 14),
                              .awareness = stmt_text(s, 15),
                              .consultant = stmt_text(s, 16),
                              .customer = stmt_text(s, 17)};
    if (strcmp(stmt_text(s, 18), "person") == 0) {
        contact_name_mask(row->customer, name);
        row->customer = name;
    }
}

static int rows_find(struct tx *tx, const struct visit_filter *f, struct stmt **ret_stmt)
{
    struct sight sight;
    int r;

    if (f->visit_id)
        return db_query(tx->db, ret_stmt, by_id, "iii", f->visit_id, f->before_ms, f->before_id);
    if (f->customer_id) {
        r = customer_need_own(tx, f->customer_id);
        return r < 0 ? r
                     : db_query(tx->db, ret_stmt, by_customer, "iiii", f->customer_id, f->before_ms,
                                f->before_id, f->project_id);
    }
    sight_of(tx->actor, &sight);
    r = tx_need_project(tx, f->project_id);
    return r < 0 ? r
                 : db_query(tx->db, ret_stmt, by_project, "iiiit", f->project_id, f->before_ms,
                            f->before_id, sight.user, (const char *)sight.scope);
}

int visit_scan(struct tx *tx, const struct visit_filter *f,
               int (*each)(void *arg, const struct visit_row *row), void *arg)
{
    struct stmt *s = NULL;
    int n = 0, r = rows_find(tx, f, &s);

    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        char name[CONTACT_NAME_TEXT];
        struct visit_row row;

        row_read(s, &row, name);
        if (!actor_sees_project(tx->actor, row.project_id))
            continue;
        r = each(arg, &row);
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int consultant_scan(struct tx *tx, int (*each)(void *arg, int64_t user_id, const char *name),
                    void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT u.id, u.name FROM user_account u WHERE u.enabled = 1 AND EXISTS "
                     "(SELECT 1 FROM user_post x JOIN post p ON p.id = x.post_id "
                     "WHERE x.user_id = u.id AND (p.role IN ('consultant', 'sales-manager') OR "
                     "EXISTS (SELECT 1 FROM post_right g WHERE g.post_id = p.id "
                     "AND g.right_code = 'customer.edit'))) ORDER BY u.name, u.id LIMIT 2000",
                     "");

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_int(s, 0), stmt_text(s, 1));
    stmt_reset(s);
    return r;
}
