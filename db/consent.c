/* consent.c - see consent.h. */
#include "db/consent.h"

#include "db/audit.h"
#include "db/customer.h"

const char *const consent_purposes[] = {"service", "marketing", "sharing", "sensitive", NULL};

int consent_scan(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct consent_row *row), void *arg)
{
    struct stmt *s;
    int r = customer_need_own(tx, customer_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT id, purpose, notice, given_ms, given_by, withdrawn_ms, withdrawn_by "
                 "FROM consent WHERE customer_id = $1 ORDER BY id DESC",
                 "i", customer_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct consent_row row = {.id = stmt_int(s, 0),
                                        .purpose = stmt_text(s, 1),
                                        .notice = stmt_text(s, 2),
                                        .given_ms = stmt_int(s, 3),
                                        .given_by = stmt_text(s, 4),
                                        .withdrawn_ms = stmt_int(s, 5),
                                        .withdrawn_by = stmt_text(s, 6)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

int consent_insert(struct tx *tx, int64_t customer_id, const char *purpose, const char *notice)
{
    int r = db_run(tx->db,
                   "INSERT INTO consent (customer_id, purpose, notice, given_ms, given_by) "
                   "VALUES ($1, $2, $3, $4, $5)",
                   "ittit", customer_id, purpose, notice, tx->now_ms, tx->actor->name);

    return r < 0 ? r : 0;
}

static int consent_end(struct tx *tx, int64_t customer_id, const char *purpose)
{
    return db_run(tx->db,
                  "UPDATE consent SET withdrawn_ms = $3, withdrawn_by = $4 WHERE customer_id = $1 "
                  "AND purpose = $2 AND withdrawn_ms IS NULL",
                  "itit", customer_id, purpose, tx->now_ms, tx->actor->name);
}

int consent_give(struct tx *tx, int64_t customer_id, const char *purpose, const char *notice)
{
    struct trail trail = {0};
    int r = customer_need(tx, customer_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM consent WHERE customer_id = $1", customer_id,
                         CONSENTS_MAX);
    if (r == 0)
        r = consent_end(tx, customer_id, purpose);
    if (r >= 0)
        r = consent_insert(tx, customer_id, purpose, notice);
    if (r < 0)
        return r;
    trail_text(&trail, "purpose", NULL, purpose);
    trail_text(&trail, "notice", NULL, notice);
    return audit_add(tx, "consent.give", "customer", customer_id, 0, &trail);
}

int consent_withdraw(struct tx *tx, int64_t customer_id, const char *purpose)
{
    struct trail trail = {0};
    int r = customer_need(tx, customer_id);

    if (r == 0)
        r = consent_end(tx, customer_id, purpose);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    trail_text(&trail, "purpose", purpose, NULL);
    return audit_add(tx, "consent.withdraw", "customer", customer_id, 0, &trail);
}
