/* share.c - see share.h. */
#include "db/share.h"

#include <inttypes.h>
#include <stdio.h>

#include "db/audit.h"
#include "db/notification.h"
#include "db/ownership.h"
#include "db/sight.h"

int share_scan(struct tx *tx, int64_t customer_id,
               int (*each)(void *arg, const struct share_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = sight_need(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT h.id, h.project_id, h.user_id, h.since_ms, u.name, h.mode, g.name "
            "FROM customer_share h JOIN user_account u ON u.id = h.user_id "
            "JOIN user_account g ON g.id = h.given_by WHERE h.customer_id = $1 "
            "AND h.ended_ms IS NULL AND " SIGHT_PROJECT("h.project_id", "$2") " "
                                                                              "ORDER BY h.id",
            "it", customer_id, (const char *)sight.scope);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct share_row row = {.id = stmt_int(s, 0),
                                      .project_id = stmt_int(s, 1),
                                      .user_id = stmt_int(s, 2),
                                      .since_ms = stmt_int(s, 3),
                                      .user = stmt_text(s, 4),
                                      .mode = stmt_text(s, 5),
                                      .given_by = stmt_text(s, 6)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* The owner himself, or who allocates. */
static int need_owner(struct tx *tx, int64_t customer_id, int64_t project_id)
{
    struct ownership own = {.state = OWN_POOL};
    char text[24];
    int r = sight_need_in(tx, customer_id, project_id, true);

    if (r == 0)
        r = ownership_find(tx, customer_id, project_id, &own);
    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "%" PRId64, customer_id);
    if (own.state == OWN_POOL)
        return fault_set(tx->fault, FAULT_OWNER_CHANGED, "customer", text, NULL);
    if (own.owner_id != tx->actor->id && !actor_has(tx->actor, RIGHT_CUSTOMER_ALLOCATE))
        return fault_set(tx->fault, FAULT_CUSTOMER_NOT_YOURS, NULL);
    return 0;
}

static int share_note(struct tx *tx, const char *action, int64_t customer_id, int64_t project_id,
                      int64_t user_id, const char *mode)
{
    struct trail trail = {0};

    trail_int(&trail, "user_id", NULL, &user_id);
    trail_text(&trail, "mode", NULL, mode);
    return audit_add(tx, action, "customer", customer_id, project_id, &trail);
}

int share_give(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t user_id,
               const char *mode)
{
    int64_t n = 0;
    int r = need_owner(tx, customer_id, project_id);

    if (r == 0)
        r = ownership_need_fit(tx, project_id, user_id);
    if (r == 0)
        r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM customer_share WHERE customer_id = $1 "
                   "AND project_id = $2 AND user_id <> $3 AND ended_ms IS NULL",
                   "iii", customer_id, project_id, user_id);
    if (r < 0)
        return r;
    if (n >= SHARE_MAX)
        return tx_limit_reached(tx, SHARE_MAX);
    r = db_run(tx->db,
               "UPDATE customer_share SET ended_ms = $4 WHERE customer_id = $1 "
               "AND project_id = $2 AND user_id = $3 AND ended_ms IS NULL",
               "iiii", customer_id, project_id, user_id, tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO customer_share (customer_id, project_id, user_id, mode, given_by, "
                   "since_ms) VALUES ($1, $2, $3, $4, $5, $6)",
                   "iiitii", customer_id, project_id, user_id, mode, tx->actor->id, tx->now_ms);
    if (r >= 0)
        r = notification_add(tx, user_id, "shared", customer_id, project_id);
    return r < 0 ? r : share_note(tx, "customer.share", customer_id, project_id, user_id, mode);
}

int share_end(struct tx *tx, int64_t share_id)
{
    int64_t customer_id, project_id, user_id;
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT project_id, customer_id, user_id FROM customer_share "
                   "WHERE id = $1 AND ended_ms IS NULL",
                   share_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    customer_id = stmt_int(s, 1);
    user_id = stmt_int(s, 2);
    stmt_reset(s);
    r = need_owner(tx, customer_id, project_id);
    if (r == 0)
        r = db_run(tx->db, "UPDATE customer_share SET ended_ms = $2 WHERE id = $1", "ii", share_id,
                   tx->now_ms);
    if (r >= 0)
        r = notification_add(tx, user_id, "unshared", customer_id, project_id);
    return r < 0 ? r : share_note(tx, "customer.unshare", customer_id, project_id, user_id, NULL);
}
