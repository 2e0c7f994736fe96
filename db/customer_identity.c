/* customer_identity.c - see customer_identity.h. */
#include "db/customer_identity.h"

#include <errno.h>

#include "db/audit.h"
#include "db/customer.h"

int customer_identity_verify(struct tx *tx, const struct customer_identity_row *i, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM customer_identity WHERE customer_id = $1 AND "
                         "ended_ms IS NULL",
                         i->customer_id, CUSTOMER_IDENTITY_MAX);

    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO customer_identity (customer_id, identity, document, until_date, "
                   "verified_by, verified_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "itttti", i->customer_id, i->identity, i->document, i->until_date,
                   tx->actor->name, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_IDENTITY_EXISTS, "identity", i->identity, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "identity", NULL, i->identity);
    trail_text(&trail, "customer_paper", NULL, "*");
    trail_text(&trail, "until_date", NULL, i->until_date);
    r = audit_add(tx, "identity.verify", "customer", i->customer_id, 0, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int customer_identity_end(struct tx *tx, int64_t id, const char *reason)
{
    struct trail trail = {0};
    int64_t customer_id = 0;
    int r;

    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = db_get(tx->db, &customer_id,
               "UPDATE customer_identity SET ended_ms = $2 WHERE id = $1 AND ended_ms IS NULL "
               "RETURNING customer_id",
               "ii", id, tx->now_ms);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "identity_id", &id, NULL);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, "identity.end", "customer", customer_id, 0, &trail);
}

int customer_identity_each(struct tx *tx, int64_t customer_id,
                           int (*each)(void *arg, const struct customer_identity_row *row),
                           void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, customer_id, identity, document, until_date, verified_by, "
                     "verified_ms, ended_ms FROM customer_identity WHERE customer_id = $1 "
                     "ORDER BY ended_ms IS NOT NULL, id DESC",
                     "i", customer_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct customer_identity_row row = {stmt_int(s, 0),  stmt_int(s, 1),  stmt_text(s, 2),
                                                  stmt_text(s, 3), stmt_text(s, 4), stmt_text(s, 5),
                                                  stmt_int(s, 6),  stmt_int(s, 7)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
