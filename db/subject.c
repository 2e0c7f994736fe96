/* subject.c - see subject.h. */
#include "db/subject.h"

#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/customer_keep.h"

/* What stands where something must; the triggers of the append-only tables know it too. */
#define ERASED "已擦除"

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

/* Whatever says who he was. A new table with such data adds its line. */
static const char *const erasures[] = {
    "DELETE FROM customer_secret WHERE customer_id = $1",
    "DELETE FROM customer_key WHERE customer_id = $1",
    "DELETE FROM customer_detail WHERE customer_id = $1",
    "DELETE FROM customer_extra WHERE customer_id = $1",
    "UPDATE visit SET note = '' WHERE customer_id = $1 AND note <> ''",
    "UPDATE intent SET note = '' WHERE customer_id = $1 AND note <> ''",
    "UPDATE customer_person SET ended_ms = since_ms WHERE (company_id = $1 OR person_id = $1) "
    "AND ended_ms IS NULL",
    "UPDATE customer_identity SET document = '" ERASED "' WHERE customer_id = $1",
    "UPDATE follow SET content = '" ERASED "' WHERE customer_id = $1",
    "UPDATE opportunity SET lost_note = '' WHERE customer_id = $1 AND lost_note <> ''",
    "UPDATE ownership_line SET note = '' WHERE customer_id = $1 AND note <> ''",
    "UPDATE pool_application SET reason = '" ERASED "', note = '' WHERE customer_id = $1",
    "UPDATE collision SET claim = '" ERASED "', "
    "note = CASE note WHEN '' THEN '' ELSE '" ERASED "' END WHERE customer_id = $1",
    "UPDATE queue_ticket SET reason = '' WHERE customer_id = $1 AND reason <> ''",
    "UPDATE answer SET text = '" ERASED "' WHERE text IS NOT NULL AND sheet_id IN "
    "(SELECT id FROM answer_sheet WHERE customer_id = $1)",
    "UPDATE customer SET name = '" ERASED "', pinyin = '' WHERE id = $1",
};

int subject_erase(struct tx *tx, int64_t customer_id, const char *reason)
{
    int r = state_move(tx, customer_id, "restricted", "erased");

    if (r == 0)
        r = customer_kept(tx, customer_id);
    if (r == 0)
        r = request_add(tx, customer_id, "erase", reason);
    for (size_t i = 0; r >= 0 && i < sizeof(erasures) / sizeof(erasures[0]); i++)
        r = db_run(tx->db, erasures[i], "i", customer_id);
    return r < 0 ? r : 0;
}

int subject_request_scan(struct tx *tx, int64_t customer_id,
                         int (*each)(void *arg, const struct subject_request *row), void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need(tx, customer_id);

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
