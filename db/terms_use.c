/* terms_use.c - a deal takes terms, or time does (PR-04, PR-07). See terms.h. */
#include <string.h>

#include "db/audit.h"
#include "db/discount.h"
#include "db/discount_scheme.h"
#include "db/terms_make.h"

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* ---- using ---- */

struct using
{
    struct tx *tx;
    int64_t unit_id, customer_id, deal_id;
};

/* The last price version, or the one the live deal on this unit stands on. */
static int price_check(const struct using *u, const struct terms_row *t)
{
    int64_t now = 0, of_deal = 0;
    int r = db_get(u->tx->db, &now, "SELECT MAX(id) FROM unit_price WHERE unit_id = $1", "i",
                   t->unit_id);

    if (r >= 0 && t->for_deal_id)
        r = db_get(u->tx->db, &of_deal,
                   "SELECT t.unit_price_id FROM deal d JOIN terms t ON t.id = d.terms_id WHERE "
                   "d.id = $1 AND d.closed_ms IS NULL AND d.unit_id = $2",
                   "ii", t->for_deal_id, t->unit_id);
    if (r < 0 || of_deal == t->unit_price_id)
        return r < 0 ? r : 0;
    if (t->unit_price_id != now)
        return fault_set(u->tx->fault, FAULT_TERMS_PRICE_CHANGED, NULL);
    return attachment_terms_check(u->tx, t->unit_id, t->id);
}

struct quota {
    int64_t discount_id, quota, scheme_id, scheme_quota;
};

static int quota_read(struct tx *tx, int64_t discount_id, struct quota *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT d.quota, d.scheme_id, c.quota FROM discount d LEFT JOIN "
                     "discount_scheme c ON c.id = d.scheme_id WHERE d.id = $1",
                     "i", discount_id);

    if (r >= 0)
        r = stmt_step(s);
    *ret = (struct quota){.discount_id = discount_id};
    if (r == 1) {
        ret->quota = stmt_int(s, 0);
        ret->scheme_id = stmt_int(s, 1);
        ret->scheme_quota = stmt_int(s, 2);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* One writer commits after the other: what is counted here is what there is (PR-07). */
static int quotas_check(const struct using *u, const struct terms_row *t)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < t->n_steps; i++) {
        int64_t uses = 0, of_scheme = 0;
        struct quota q;

        r = quota_read(u->tx, t->steps[i].discount_id, &q);
        if (r == 0 && q.quota)
            r = discount_uses(u->tx->db, q.discount_id, u->deal_id, &uses);
        if (r == 0 && q.scheme_quota)
            r = discount_scheme_uses(u->tx->db, q.scheme_id, u->deal_id, &of_scheme);
        if (r == 0 &&
            ((q.quota && uses >= q.quota) || (q.scheme_quota && of_scheme >= q.scheme_quota)))
            r = fault_set(u->tx->fault, FAULT_DISCOUNT_QUOTA, "name", t->steps[i].name, NULL);
    }
    return r;
}

/* Made for nobody's deal, for this one, or for the one that was exchanged for it. */
static int deal_fits(const struct using *u, const struct terms_row *t)
{
    int64_t from = 0;
    int r;

    if (!t->for_deal_id || t->for_deal_id == u->deal_id)
        return 1;
    r = db_get(u->tx->db, &from, "SELECT from_deal_id FROM deal WHERE id = $1", "i", u->deal_id);
    return r < 0 ? r : from == t->for_deal_id;
}

static int use(void *arg, const struct terms_row *t)
{
    const struct using *u = arg;
    struct trail trail = {0};
    int r = deal_fits(u, t);

    if (r < 0)
        return r;
    if (t->unit_id != u->unit_id || t->customer_id != u->customer_id || r == 0)
        return fault_set(u->tx->fault, FAULT_TERMS_OTHERS, NULL);
    if (is(t->state, "expired") || (is(t->state, "granted") && t->valid_until_ms <= u->tx->now_ms))
        return fault_set(u->tx->fault, FAULT_TERMS_EXPIRED, NULL);
    if (!is(t->state, "granted"))
        return fault_set(u->tx->fault, FAULT_TERMS_NOT_GRANTED, NULL);
    r = price_check(u, t);
    if (r == 0)
        r = quotas_check(u, t);
    if (r == 0)
        r = db_run(u->tx->db,
                   "UPDATE terms SET state = 'used', deal_id = $2, version = version + 1 "
                   "WHERE id = $1",
                   "ii", t->id, u->deal_id);
    if (r < 0)
        return r;
    trail_text(&trail, "state", t->state, "used");
    trail_int(&trail, "deal_id", NULL, &u->deal_id);
    return audit_add(u->tx, "terms.use", "terms", t->id, t->project_id, &trail);
}

int terms_use(struct tx *tx, int64_t id, int64_t unit_id, int64_t customer_id, int64_t deal_id)
{
    struct using u = {tx, unit_id, customer_id, deal_id};

    return terms_get(tx, id, use, &u);
}

struct dropping {
    struct tx *tx;
    int64_t version;
};

static int drop(void *arg, const struct terms_row *t)
{
    const struct dropping *d = arg;

    if (t->version != d->version)
        return fault_set(d->tx->fault, FAULT_VERSION_CHANGED, "what", t->unit, NULL);
    if (!is(t->state, "granted"))
        return fault_set(d->tx->fault, FAULT_TERMS_NOT_GRANTED, NULL);
    return terms_state(d->tx, t, "expired", t->valid_until_ms);
}

int terms_drop(struct tx *tx, int64_t id, int64_t version)
{
    struct dropping d = {tx, version};

    return terms_get(tx, id, drop, &d);
}

/* ---- time ---- */

static int expire(void *arg, const struct terms_row *t)
{
    int r = 0;

    if (is(t->state, "pending"))
        r = approval_abandon(arg, SUBJECT_TERMS, "terms", t->id, "");
    return r < 0 ? r : terms_state(arg, t, "expired", t->valid_until_ms);
}

int terms_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t id = 0, next = 0;
    int n = 0, r;

    while ((r = db_get(tx->db, &id,
                       "SELECT id FROM terms WHERE state IN ('pending', 'granted') AND "
                       "valid_until_ms <= $1 ORDER BY valid_until_ms, id LIMIT 1",
                       "i", tx->now_ms)) == 1) {
        r = terms_get(tx, id, expire, tx);
        if (r < 0)
            return r;
        n++;
    }
    if (r == 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(valid_until_ms) FROM terms WHERE state IN ('pending', 'granted')",
                   "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return n;
}
