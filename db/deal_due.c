/* deal_due.c - the terms of deals (FC 25.4 T13, SF-06, SF-15, SF-29; RS P7). See deal.h.
 *
 * The clock only asks; whether a term has passed, and whether money is there, is looked at in the
 * transaction that acts. A deal with money is never ended here (I7).
 */
#include <errno.h>
#include <stdio.h>

#include "db/deal_fee.h"
#include "db/deal_write.h"
#include "db/receivable.h"
#include "db/todo.h"

enum { DUE_AT_ONCE = 200 };

/* Nobody paid: the booking ends and the unit is free. */
static int booking_end(struct tx *tx, const struct deal_now *deal)
{
    struct unit_step step = {
        .transition = TRANSITION_UNBOOK, .met = GUARD_BIT(16), .cause = "expired"};
    struct trail trail = {0};
    int r = deal_unit_step(tx, deal, &step);

    if (r == 0)
        r = deal_close(tx, deal, "expired", "ended");
    if (r < 0)
        return r;
    trail_text(&trail, "outcome", "", "expired");
    return deal_log(tx, deal, "deal.expired", &trail);
}

/* Somebody has to decide: told once, and a task until the stage goes on. */
static int overdue_tell(struct tx *tx, const struct deal_now *deal)
{
    const struct todo_new todo = {.kind = deal->stage == 'B'   ? TODO_BOOKING_OVERDUE
                                          : deal->stage == 'S' ? TODO_SIGNING_OVERDUE
                                                               : TODO_FILING_OVERDUE,
                                  .project_id = deal->project_id,
                                  .object_kind = "deal",
                                  .object_id = deal->id,
                                  .title = deal->unit,
                                  .user_id = deal->user_id,
                                  .due_ms = deal->due_ms};
    struct trail trail = {0};
    int r = db_run(tx->db, "UPDATE deal SET due_noticed_ms = $2 WHERE id = $1", "ii", deal->id,
                   tx->now_ms);

    if (r >= 0)
        r = todo_add(tx, &todo);
    if (r < 0)
        return r;
    trail_int(&trail, "due_ms", NULL, &deal->due_ms);
    return deal_log(tx, deal, "deal.overdue", &trail);
}

static int due_one(struct tx *tx, int64_t deal_id)
{
    struct deal_now deal;
    int64_t paid = 0, changing = 0;
    bool fees = false;
    int r = deal_now_read(tx, deal_id, 0, &deal);

    if (r < 0)
        return r;
    r = db_get(tx->db, &paid, "SELECT COUNT(*) FROM received WHERE deal_id = $1", "i", deal_id);
    if (r >= 0)
        r = deal_fee_has_money(tx, deal_id, &fees);
    if (r >= 0)
        r = db_get(tx->db, &changing,
                   "SELECT COUNT(*) FROM unit WHERE id = $1 AND change_kind <> ''", "i",
                   deal.unit_id);
    if (r < 0)
        return r;
    return deal.stage == 'B' && !paid && !fees && !changing ? booking_end(tx, &deal)
                                                            : overdue_tell(tx, &deal);
}

static int due_ids(struct tx *tx, int64_t *ids, size_t *ret_n)
{
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT id FROM deal WHERE closed_ms IS NULL AND due_ms <= $1 AND "
                     "due_noticed_ms IS NULL ORDER BY due_ms, id LIMIT $2",
                     "ii", tx->now_ms, (int64_t)DUE_AT_ONCE);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

int deal_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t ids[DUE_AT_ONCE], next = 0;
    size_t n = 0;
    int r = due_ids(tx, ids, &n);

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = due_one(tx, ids[i]);
    if (r >= 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(due_ms) FROM deal WHERE closed_ms IS NULL AND due_ms IS NOT NULL "
                   "AND due_noticed_ms IS NULL",
                   "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return (int)n;
}
