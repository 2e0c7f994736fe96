/* customer_secret.c - see customer_secret.h, and the keys of customer.h. */
#include "db/customer_secret.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/customer.h"

/* ---- reading ---- */

/* Columns from @column on: kind, lookup, key_id, sealed. */
static int secret_open(const struct seal_ring *ring, struct stmt *s, int column,
                       int64_t customer_id, enum contact_kind *ret_kind,
                       char ret_value[SEAL_VALUE_MAX])
{
    size_t n_hash, n_data;
    const void *hash = stmt_blob(s, column + 1, &n_hash);
    const void *data = stmt_blob(s, column + 3, &n_data);
    const int kind = contact_kind_of(stmt_text(s, column));
    struct sealed sealed = {.key_id = stmt_int(s, column + 2)};

    if (kind < 0 || n_hash != SEAL_HASH || n_data != SEAL_DATA)
        return -EBADMSG;
    memcpy(sealed.hash, hash, n_hash);
    memcpy(sealed.data, data, n_data);
    *ret_kind = (enum contact_kind)kind;
    return seal_open(ring, contact_codes[kind], customer_id, &sealed, ret_value);
}

int secret_each(struct tx *tx, int64_t customer_id,
                int (*each)(void *arg, const struct customer_secret *secret), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, kind, lookup, key_id, sealed FROM customer_secret "
                     "WHERE customer_id = $1 AND ended_ms IS NULL "
                     "ORDER BY CASE kind WHEN 'phone' THEN 0 ELSE 1 END, id",
                     "i", customer_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char value[SEAL_VALUE_MAX];
        struct customer_secret secret = {.id = stmt_int(s, 0), .value = value};

        r = secret_open(tx->seal, s, 1, customer_id, &secret.kind, value);
        if (r == 0)
            r = each(arg, &secret);
        sodium_memzero(value, sizeof(value));
    }
    stmt_reset(s);
    return r;
}

/* ---- finding ---- */

static int form_of(struct tx *tx, enum contact_kind kind, const char *typed, const char *field,
                   char form[CONTACT_TEXT])
{
    const enum fault_code code = kind == CONTACT_PHONE ? FAULT_PHONE_WRONG : FAULT_DOCUMENT_WRONG;

    if (contact_form(kind, typed, form) == 0)
        return 0;
    fault_item(tx->fault, code, 0, field, NULL);
    return fault_set(tx->fault, code, NULL);
}

static int owner_of(struct tx *tx, const uint8_t hash[SEAL_HASH], int64_t *ret_customer)
{
    return db_get(tx->db, ret_customer,
                  "SELECT customer_id FROM customer_secret WHERE lookup = $1 AND ended_ms IS NULL",
                  "b", (const void *)hash, (size_t)SEAL_HASH);
}

int secret_phone_owner(struct tx *tx, const char *typed, int64_t *ret_customer)
{
    char form[CONTACT_TEXT];
    uint8_t hash[SEAL_HASH];
    int r = form_of(tx, CONTACT_PHONE, typed, "phone", form);

    if (r == 0)
        r = seal_hash(tx->seal, contact_codes[CONTACT_PHONE], form, hash);
    return r < 0 ? r : owner_of(tx, hash, ret_customer);
}

/* ---- changing ---- */

/* It is told that it exists and where, and nothing else of whose it is (DP-03). */
static int refuse_taken(struct tx *tx, const uint8_t hash[SEAL_HASH], const char *field)
{
    char text[24];
    int64_t owner = 0;
    int r = owner_of(tx, hash, &owner);

    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "%" PRId64, owner);
    fault_item(tx->fault, FAULT_CUSTOMER_EXISTS, 0, field, "customer", text, NULL);
    return fault_set(tx->fault, FAULT_CUSTOMER_EXISTS, "customer", text, NULL);
}

static const char *trail_field(enum contact_kind kind)
{
    return kind == CONTACT_PHONE ? "customer_phone" : "customer_document";
}

static int secret_insert(struct tx *tx, int64_t customer_id, enum contact_kind kind,
                         const char *form, const char *field)
{
    const size_t n = strlen(form);
    struct sealed sealed;
    int r = seal_value(tx->seal, contact_codes[kind], customer_id, form, &sealed);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO customer_secret (customer_id, kind, lookup, key_id, sealed, tail, "
                   "since_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "itbibti", customer_id, contact_codes[kind], (const void *)sealed.hash,
                   sizeof(sealed.hash), sealed.key_id, (const void *)sealed.data,
                   sizeof(sealed.data), form + (n > CONTACT_TAIL ? n - CONTACT_TAIL : n),
                   tx->now_ms);
    return r == -EEXIST ? refuse_taken(tx, sealed.hash, field) : r < 0 ? r : 0;
}

int secret_add(struct tx *tx, int64_t customer_id, enum contact_kind kind, const char *typed,
               const char *field, struct trail *trail)
{
    char form[CONTACT_TEXT], masked[CONTACT_TEXT];
    int r = form_of(tx, kind, typed, field, form);

    if (r == 0 && kind == CONTACT_PHONE)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM customer_secret WHERE customer_id = $1 "
                         "AND kind = 'phone' AND ended_ms IS NULL",
                         customer_id, CUSTOMER_PHONES_MAX);
    if (r == 0)
        r = secret_insert(tx, customer_id, kind, form, field);
    if (r == 0) {
        contact_mask(kind, form, masked);
        trail_text(trail, trail_field(kind), NULL, masked);
    }
    sodium_memzero(form, sizeof(form));
    return r;
}

/* What the trail says went: the tail is enough to know it by. */
static int secret_end(struct tx *tx, int64_t secret_id, enum contact_kind kind, struct trail *trail)
{
    char masked[CONTACT_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "UPDATE customer_secret SET ended_ms = $2 WHERE id = $1 RETURNING tail", "ii",
                     secret_id, tx->now_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        snprintf(masked, sizeof(masked), "****%s", stmt_text(s, 0));
        trail_text(trail, trail_field(kind), masked, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int secret_document_set(struct tx *tx, int64_t customer_id, const char *kind, const char *typed,
                        struct trail *trail)
{
    const int k = contact_kind_of(kind);
    int64_t company = 0, old = 0;
    int r =
        db_get(tx->db, &company, "SELECT COUNT(*) FROM customer WHERE id = $1 AND kind = 'company'",
               "i", customer_id);

    if (r >= 0 && (k <= CONTACT_PHONE || (k == CONTACT_LICENCE) != (company > 0))) {
        fault_item(tx->fault, FAULT_DOCUMENT_WRONG, 0, "document", NULL);
        return fault_set(tx->fault, FAULT_DOCUMENT_WRONG, NULL);
    }
    if (r >= 0)
        r = db_get(tx->db, &old,
                   "SELECT id FROM customer_secret WHERE customer_id = $1 AND kind <> 'phone' "
                   "AND ended_ms IS NULL",
                   "i", customer_id);
    if (r > 0)
        r = secret_end(tx, old, (enum contact_kind)k, trail);
    return r < 0 ? r : secret_add(tx, customer_id, (enum contact_kind)k, typed, "document", trail);
}

int secret_phone_end(struct tx *tx, int64_t customer_id, int64_t phone_id, struct trail *trail)
{
    int64_t mine = 0, others = 0;
    int r = db_get(tx->db, &mine,
                   "SELECT COUNT(*) FROM customer_secret WHERE id = $1 AND customer_id = $2 "
                   "AND kind = 'phone' AND ended_ms IS NULL",
                   "ii", phone_id, customer_id);

    if (r >= 0)
        r = db_get(tx->db, &others,
                   "SELECT COUNT(*) FROM customer_secret WHERE id <> $1 AND customer_id = $2 "
                   "AND kind = 'phone' AND ended_ms IS NULL",
                   "ii", phone_id, customer_id);
    if (r < 0)
        return r;
    if (!mine)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (!others)
        return fault_set(tx->fault, FAULT_CUSTOMER_LAST_PHONE, NULL);
    return secret_end(tx, phone_id, CONTACT_PHONE, trail);
}

/* ---- keys ---- */

int customer_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id)
{
    struct stmt *s;
    int missing = 0;
    int r = db_query(db, &s, "SELECT DISTINCT key_id FROM customer_secret", "");

    while (r >= 0 && !missing && (r = stmt_step(s)) == 1)
        if (!seal_ring_has(ring, stmt_int(s, 0))) {
            *ret_key_id = stmt_int(s, 0);
            missing = 1;
        }
    stmt_reset(s);
    return r < 0 ? r : missing;
}

/* The row of @s: id, customer_id, kind, lookup, key_id, sealed. */
static int reseal_row(struct db *db, const struct seal_ring *ring, struct stmt *s)
{
    const int64_t id = stmt_int(s, 0), owner = stmt_int(s, 1);
    char value[SEAL_VALUE_MAX];
    enum contact_kind kind;
    struct sealed sealed;
    int r = secret_open(ring, s, 2, owner, &kind, value);

    stmt_reset(s);
    if (r == 0)
        r = seal_value(ring, contact_codes[kind], owner, value, &sealed);
    sodium_memzero(value, sizeof(value));
    if (r < 0)
        return r;
    return db_run(db,
                  "UPDATE customer_secret SET lookup = $2, key_id = $3, sealed = $4 WHERE id = $1",
                  "ibib", id, (const void *)sealed.hash, sizeof(sealed.hash), sealed.key_id,
                  (const void *)sealed.data, sizeof(sealed.data));
}

int customer_reseal(struct db *db, const struct seal_ring *ring)
{
    int64_t last = 0;
    int n = 0, r;

    for (;;) {
        struct stmt *s;

        r = db_query(db, &s,
                     "SELECT id, customer_id, kind, lookup, key_id, sealed FROM customer_secret "
                     "WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT 1",
                     "ii", last, seal_ring_id(ring));
        if (r == 0)
            r = stmt_step(s);
        if (r <= 0)
            return r < 0 ? r : n;
        last = stmt_int(s, 0);
        r = reseal_row(db, ring, s);
        if (r < 0)
            return r;
        n++;
    }
}
