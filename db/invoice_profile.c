/* invoice_profile.c - on whose name an invoice is: the number and the account sealed (seal.h),
 * known by their ends. See invoice.h. */
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/invoice_impl.h"
#include "db/sight.h"

enum { TAIL = 4, TAX_MIN = 15, ACCOUNT_MIN = 6 };
_Static_assert((int)INVOICE_ACCOUNT_MAX < (int)SEAL_VALUE_MAX, "it is sealed");

/* As the seal binds them, and as the table calls them. */
static const struct {
    const char *seal, *kind;
} secrets[] = {{"invoice_tax", "tax"}, {"invoice_account", "account"}};
enum { SECRET_TAX, SECRET_ACCOUNT, SECRETS };

/* Digits and letters, large ones, without the blanks that people type: its length, or -EINVAL. */
static int form(const char *typed, size_t min, size_t max, char out[INVOICE_ACCOUNT_MAX + 1])
{
    size_t n = 0;

    for (; *typed; typed++) {
        if (*typed == ' ' || *typed == '-')
            continue;
        if (!isalnum((unsigned char)*typed) || n == max)
            return -EINVAL;
        out[n++] = (char)toupper((unsigned char)*typed);
    }
    out[n] = '\0';
    return n < min ? -EINVAL : (int)n;
}

static int secret_write(struct tx *tx, int64_t id, int which, const char *value)
{
    struct sealed sealed;
    int r = seal_value(tx->seal, secrets[which].seal, id, value, &sealed);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO invoice_secret (profile_id, kind, lookup, key_id, sealed, tail) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   "itbibt", id, secrets[which].kind, (const void *)sealed.hash,
                   sizeof(sealed.hash), sealed.key_id, (const void *)sealed.data,
                   sizeof(sealed.data), value + strlen(value) - TAIL);
    return r < 0 ? r : 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* One of the buyers that a deal has now. */
static int buyer_need(struct tx *tx, int64_t deal_id, int64_t customer_id)
{
    struct deal_place place;
    int64_t n = 0;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1 AND customer_id = $2 AND "
                   "ended_ms IS NULL",
                   "ii", deal_id, customer_id);
    return r < 0 || n ? (r < 0 ? r : 0) : fault_set(tx->fault, FAULT_INVOICE_BUYER, NULL);
}

/* Both in their form, "" for none. */
static int profile_check(struct tx *tx, const struct invoice_profile *p,
                         char out[SECRETS][INVOICE_ACCOUNT_MAX + 1])
{
    const char *tax = or_empty(p->tax_no), *account = or_empty(p->account);
    int r = buyer_need(tx, p->deal_id, p->customer_id);

    if (r < 0)
        return r;
    out[SECRET_TAX][0] = out[SECRET_ACCOUNT][0] = '\0';
    if (tax[0] ? form(tax, TAX_MIN, INVOICE_TAX_MAX, out[SECRET_TAX]) < 0
               : strcmp(p->kind, "company") == 0)
        return fault_set(tx->fault, FAULT_INVOICE_TAX_NO, NULL);
    if (account[0] && (form(account, ACCOUNT_MIN, INVOICE_ACCOUNT_MAX, out[SECRET_ACCOUNT]) < 0 ||
                       !or_empty(p->bank)[0]))
        return fault_set(tx->fault, FAULT_INVOICE_ACCOUNT, NULL);
    return tx_need_room(tx,
                        "SELECT COUNT(*) FROM invoice_profile WHERE customer_id = $1 AND "
                        "ended_ms IS NULL",
                        p->customer_id, INVOICE_PROFILES_MAX);
}

int invoice_profile_add(struct tx *tx, const struct invoice_profile *profile, int64_t *ret_id)
{
    char values[SECRETS][INVOICE_ACCOUNT_MAX + 1];
    struct trail trail = {0};
    int64_t id = 0;
    int r = profile_check(tx, profile, values);

    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO invoice_profile (customer_id, kind, name, address, bank, actor, "
                   "at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                   "ittttti", profile->customer_id, profile->kind, profile->name,
                   or_empty(profile->address), or_empty(profile->bank), tx->actor->name,
                   tx->now_ms);
    for (int i = 0; r >= 0 && i < SECRETS; i++)
        if (values[i][0])
            r = secret_write(tx, id, i, values[i]);
    sodium_memzero(values, sizeof(values));
    if (r < 0)
        return r;
    trail_int(&trail, "customer_id", NULL, &profile->customer_id);
    *ret_id = id;
    return audit_add(tx, "invoice.profile", "customer", profile->customer_id, 0, &trail);
}

int invoice_profile_end(struct tx *tx, int64_t deal_id, int64_t id)
{
    struct trail trail = {0};
    int64_t customer_id = 0;
    int r = db_get(tx->db, &customer_id, "SELECT customer_id FROM invoice_profile WHERE id = $1",
                   "i", id);

    if (r == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = buyer_need(tx, deal_id, customer_id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE invoice_profile SET ended_ms = $2 WHERE id = $1 AND ended_ms IS NULL",
                   "ii", id, tx->now_ms);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_INVOICE_PROFILE_ENDED, NULL);
    trail_int(&trail, "profile_id", &id, NULL);
    return audit_add(tx, "invoice.profile-end", "customer", customer_id, 0, &trail);
}

/* ---- read ---- */

static const char *masked(const char *tail, char out[16])
{
    if (!tail)
        return NULL;
    snprintf(out, 16, "****%s", tail);
    return out;
}

int invoice_profile_each(struct tx *tx, int64_t deal_id,
                         int (*each)(void *arg, const struct invoice_profile_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT p.id, p.customer_id, p.kind, p.name, p.address, p.bank, (SELECT x.tail "
            "FROM invoice_secret x WHERE x.profile_id = p.id AND x.kind = 'tax'), (SELECT "
            "x.tail FROM invoice_secret x WHERE x.profile_id = p.id AND x.kind = "
            "'account') FROM deal_party q JOIN invoice_profile p ON p.customer_id = "
            "q.customer_id WHERE q.deal_id = $1 AND q.ended_ms IS NULL AND p.ended_ms IS "
            "NULL ORDER BY q.ordinal, p.id DESC",
            "i", deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char name[CONTACT_NAME_TEXT], tax[16], account[16];
        struct invoice_profile_row row = {
            .id = stmt_int(s, 0),
            .kind = stmt_text(s, 2),
            .name = name_shown(tx, stmt_text(s, 3), stmt_text(s, 2), name),
            .address = stmt_text(s, 4),
            .bank = stmt_text(s, 5),
            .tax_no = masked(stmt_text(s, 6), tax),
            .account = masked(stmt_text(s, 7), account)};

        r = sight_id(tx, stmt_int(s, 1), &row.customer_id);
        if (r >= 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Columns from @column on: lookup, key_id, sealed. */
static int unseal(const struct seal_ring *ring, struct stmt *s, int column, int64_t id,
                  const char *kind, char ret_value[SEAL_VALUE_MAX])
{
    const int which = strcmp(kind, secrets[SECRET_TAX].kind) == 0 ? SECRET_TAX : SECRET_ACCOUNT;
    struct sealed sealed = {.key_id = stmt_int(s, column + 1)};
    size_t n_hash, n_data;
    const void *hash = stmt_blob(s, column, &n_hash);
    const void *data = stmt_blob(s, column + 2, &n_data);

    if (n_hash != SEAL_HASH || n_data != SEAL_DATA)
        return -EBADMSG;
    memcpy(sealed.hash, hash, n_hash);
    memcpy(sealed.data, data, n_data);
    return seal_open(ring, secrets[which].seal, id, &sealed, ret_value);
}

static int secret_take(struct tx *tx, struct stmt *s, int64_t id, struct invoice_clear *clear)
{
    char value[SEAL_VALUE_MAX];
    const char *kind = stmt_text(s, 0);
    int r = unseal(tx->seal, s, 1, id, kind, value);

    if (r == 0 && strcmp(kind, secrets[SECRET_TAX].kind) == 0)
        snprintf(clear->tax_no, sizeof(clear->tax_no), "%.*s", INVOICE_TAX_MAX, value);
    else if (r == 0)
        snprintf(clear->account, sizeof(clear->account), "%.*s", INVOICE_ACCOUNT_MAX, value);
    sodium_memzero(value, sizeof(value));
    return r;
}

int invoice_clear_read(struct tx *tx, int64_t profile_id, struct invoice_clear *ret_clear)
{
    struct invoice_clear clear = {.name = ""};
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT name, address, bank FROM invoice_profile WHERE id = $1",
                     "i", profile_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        snprintf(clear.name, sizeof(clear.name), "%s", stmt_text(s, 0));
        snprintf(clear.address, sizeof(clear.address), "%s", stmt_text(s, 1));
        snprintf(clear.bank, sizeof(clear.bank), "%s", stmt_text(s, 2));
    }
    stmt_reset(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    r = db_query(tx->db, &s,
                 "SELECT kind, lookup, key_id, sealed FROM invoice_secret WHERE profile_id = $1",
                 "i", profile_id);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = secret_take(tx, s, profile_id, &clear);
    stmt_reset(s);
    if (r == 0)
        *ret_clear = clear;
    sodium_memzero(&clear, sizeof(clear));
    return r < 0 ? r : 0;
}

/* ---- keys ---- */

int invoice_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id)
{
    struct stmt *s;
    int missing = 0;
    int r = db_query(db, &s, "SELECT DISTINCT key_id FROM invoice_secret", "");

    while (r >= 0 && !missing && (r = stmt_step(s)) == 1)
        if (!seal_ring_has(ring, stmt_int(s, 0))) {
            *ret_key_id = stmt_int(s, 0);
            missing = 1;
        }
    stmt_reset(s);
    return r < 0 ? r : missing;
}

/* The row of @s: profile_id, kind, lookup, key_id, sealed. */
static int reseal_row(struct db *db, const struct seal_ring *ring, struct stmt *s)
{
    const int64_t id = stmt_int(s, 0);
    const int which =
        strcmp(stmt_text(s, 1), secrets[SECRET_TAX].kind) == 0 ? SECRET_TAX : SECRET_ACCOUNT;
    char value[SEAL_VALUE_MAX];
    struct sealed sealed;
    int r = unseal(ring, s, 2, id, secrets[which].kind, value);

    stmt_reset(s);
    if (r == 0)
        r = seal_value(ring, secrets[which].seal, id, value, &sealed);
    sodium_memzero(value, sizeof(value));
    if (r < 0)
        return r;
    return db_run(db,
                  "UPDATE invoice_secret SET lookup = $3, key_id = $4, sealed = $5 WHERE "
                  "profile_id = $1 AND kind = $2",
                  "itbib", id, secrets[which].kind, (const void *)sealed.hash, sizeof(sealed.hash),
                  sealed.key_id, (const void *)sealed.data, sizeof(sealed.data));
}

int invoice_reseal(struct db *db, const struct seal_ring *ring)
{
    int n = 0, r;

    for (;;) {
        struct stmt *s;

        r = db_query(db, &s,
                     "SELECT profile_id, kind, lookup, key_id, sealed FROM invoice_secret WHERE "
                     "key_id <> $1 LIMIT 1",
                     "i", seal_ring_id(ring));
        if (r == 0)
            r = stmt_step(s);
        if (r <= 0)
            return r < 0 ? r : n;
        r = reseal_row(db, ring, s);
        if (r < 0)
            return r;
        n++;
    }
}
