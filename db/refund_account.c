/* refund_account.c - the number of the account that a refund goes to: sealed (seal.h), known by its
 * end, given in clear to who pays it. See refund_impl.h. */
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/refund_impl.h"

#define KIND "refund_account"

/* What is sealed is the account and a secret behind it, so that a hash of both tells nothing of the
 * account to who has no key, though there are not many accounts to try. */
enum { ACCOUNT_MIN = 6, TAIL = 4, SECRET = 9, SECRET_TEXT = 12 };
#define SECRET_SIGN '.'
_Static_assert(REFUND_ACCOUNT_MAX + 1 + SECRET_TEXT < SEAL_VALUE_MAX, "both are sealed together");

/* Digits and letters, without the blanks that people type: its length, or -EINVAL. */
static int account_form(const char *typed, char form[REFUND_ACCOUNT_MAX + 1])
{
    size_t n = 0;

    for (; *typed; typed++) {
        if (*typed == ' ' || *typed == '-')
            continue;
        if (!isalnum((unsigned char)*typed) || n == REFUND_ACCOUNT_MAX)
            return -EINVAL;
        form[n++] = *typed;
    }
    form[n] = '\0';
    return n < ACCOUNT_MIN ? -EINVAL : (int)n;
}

static void secret_add(const char *form, char value[SEAL_VALUE_MAX])
{
    uint8_t secret[SECRET];
    char text[SECRET_TEXT + 1];

    randombytes_buf(secret, sizeof(secret));
    sodium_bin2base64(text, sizeof(text), secret, sizeof(secret),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(value, SEAL_VALUE_MAX, "%s%c%s", form, SECRET_SIGN, text);
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(text, sizeof(text));
}

static int account_insert(struct tx *tx, int64_t id, const char *form, size_t n, int64_t user_id)
{
    char value[SEAL_VALUE_MAX];
    struct sealed sealed;
    int r;

    secret_add(form, value);
    r = seal_value(tx->seal, KIND, id, value, &sealed);
    sodium_memzero(value, sizeof(value));
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO refund_account (refund_id, lookup, key_id, sealed, tail, user_id) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   "ibibto", id, (const void *)sealed.hash, sizeof(sealed.hash), sealed.key_id,
                   (const void *)sealed.data, sizeof(sealed.data), form + n - TAIL,
                   user_id ? &user_id : NULL);
    return r < 0 ? r : 0;
}

int refund_account_set(struct tx *tx, int64_t id, const char *bank, const char *typed,
                       int64_t user_id)
{
    char form[REFUND_ACCOUNT_MAX + 1];
    int n, r;

    if (!typed[0] && !bank[0])
        return 0;
    n = account_form(typed, form);
    r = n < 0 || !bank[0] ? fault_set(tx->fault, FAULT_REFUND_ACCOUNT, NULL)
                          : account_insert(tx, id, form, (size_t)n, user_id);
    sodium_memzero(form, sizeof(form));
    return r;
}

/* Columns from @column on: lookup, key_id, sealed. */
static int account_unseal(const struct seal_ring *ring, struct stmt *s, int column, int64_t id,
                          char ret_value[SEAL_VALUE_MAX])
{
    size_t n_hash, n_data;
    const void *hash = stmt_blob(s, column, &n_hash);
    const void *data = stmt_blob(s, column + 2, &n_data);
    struct sealed sealed = {.key_id = stmt_int(s, column + 1)};

    if (n_hash != SEAL_HASH || n_data != SEAL_DATA)
        return -EBADMSG;
    memcpy(sealed.hash, hash, n_hash);
    memcpy(sealed.data, data, n_data);
    return seal_open(ring, KIND, id, &sealed, ret_value);
}

/* The account and its secret; "" when there is none. */
static int value_open(struct tx *tx, int64_t id, char ret_value[SEAL_VALUE_MAX])
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT lookup, key_id, sealed FROM refund_account WHERE refund_id = $1", "i", id);

    ret_value[0] = '\0';
    if (r == 0 && (r = stmt_step(s)) == 1)
        r = account_unseal(tx->seal, s, 0, id, ret_value);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int refund_account_open(struct tx *tx, int64_t id, char ret_account[REFUND_ACCOUNT_MAX + 1])
{
    char value[SEAL_VALUE_MAX];
    int r = value_open(tx, id, value);

    if (r == 0)
        snprintf(ret_account, REFUND_ACCOUNT_MAX + 1, "%.*s",
                 (int)strcspn(value, (const char[]){SECRET_SIGN, '\0'}), value);
    sodium_memzero(value, sizeof(value));
    return r;
}

int refund_account_hash(struct tx *tx, int64_t id, struct approval_hash *hash)
{
    char value[SEAL_VALUE_MAX];
    int r = value_open(tx, id, value);

    if (r == 0)
        approval_hash_text(hash, "account", value);
    sodium_memzero(value, sizeof(value));
    return r;
}

/* ---- given later ---- */

static int give_check(struct tx *tx, int64_t id, int64_t version, struct refund_now *now)
{
    struct deal_place place;
    int r = refund_now_read(tx, id, now);

    if (r == 0)
        r = now->deal_id ? deal_place_read(tx, now->deal_id, &place)
                         : tx_need_project(tx, now->project_id);
    if (r < 0)
        return r;
    if (now->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, NULL);
    if (!now->change_id || strcmp(now->state, "approved") != 0)
        return fault_set(tx->fault, FAULT_REFUND_STATE, NULL);
    return 0;
}

int refund_account_give(struct tx *tx, int64_t id, int64_t version, const char *bank,
                        const char *account)
{
    struct trail trail = {0};
    struct refund_now now;
    int r = give_check(tx, id, version, &now);

    if (r == 0 && (!bank[0] || !account[0]))
        r = fault_set(tx->fault, FAULT_REFUND_ACCOUNT, NULL);
    if (r == 0)
        r = db_run(tx->db, "DELETE FROM refund_account WHERE refund_id = $1", "i", id);
    if (r >= 0)
        r = db_run(tx->db, "UPDATE refund SET bank = $2, version = version + 1 WHERE id = $1", "it",
                   id, bank);
    if (r >= 0)
        r = refund_account_set(tx, id, bank, account, tx->actor->id);
    return r < 0 ? r : refund_log(tx, &now, REFUND_GIVEN, &trail);
}

int refund_clear(struct tx *tx, int64_t id, struct refund_clear *ret_clear)
{
    struct refund_clear clear = {.name = ""};
    struct trail trail = {0};
    struct refund_now now;
    struct stmt *s;
    int r = refund_now_read(tx, id, &now);

    if (r == 0)
        r = now.building_id ? tx_need_building(tx, now.project_id, now.building_id)
                            : tx_need_project(tx, now.project_id);
    if (r == 0)
        r = tx_need_right(tx, RIGHT_FINANCE_HANDLE);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT CASE f.lender WHEN '' THEN c.name ELSE f.lender END, f.bank FROM "
                     "refund f JOIN customer c ON c.id = f.customer_id WHERE f.id = $1",
                     "i", id);
    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r == 1) {
        snprintf(clear.name, sizeof(clear.name), "%s", stmt_text(s, 0));
        snprintf(clear.bank, sizeof(clear.bank), "%s", stmt_text(s, 1));
    }
    stmt_reset(s);
    if (r >= 0)
        r = refund_account_open(tx, id, clear.account);
    if (r == 0)
        r = refund_log(tx, &now, REFUND_LOOKED, &trail);
    if (r == 0)
        *ret_clear = clear;
    sodium_memzero(&clear, sizeof(clear));
    return r;
}

/* ---- keys ---- */

int refund_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id)
{
    struct stmt *s;
    int missing = 0;
    int r = db_query(db, &s, "SELECT DISTINCT key_id FROM refund_account", "");

    while (r >= 0 && !missing && (r = stmt_step(s)) == 1)
        if (!seal_ring_has(ring, stmt_int(s, 0))) {
            *ret_key_id = stmt_int(s, 0);
            missing = 1;
        }
    stmt_reset(s);
    return r < 0 ? r : missing;
}

/* The row of @s: refund_id, lookup, key_id, sealed. */
static int reseal_row(struct db *db, const struct seal_ring *ring, struct stmt *s)
{
    const int64_t id = stmt_int(s, 0);
    char value[SEAL_VALUE_MAX];
    struct sealed sealed;
    int r = account_unseal(ring, s, 1, id, value);

    stmt_reset(s);
    if (r == 0)
        r = seal_value(ring, KIND, id, value, &sealed);
    sodium_memzero(value, sizeof(value));
    if (r < 0)
        return r;
    return db_run(db,
                  "UPDATE refund_account SET lookup = $2, key_id = $3, sealed = $4 WHERE "
                  "refund_id = $1",
                  "ibib", id, (const void *)sealed.hash, sizeof(sealed.hash), sealed.key_id,
                  (const void *)sealed.data, sizeof(sealed.data));
}

int refund_reseal(struct db *db, const struct seal_ring *ring)
{
    int64_t last = 0;
    int n = 0, r;

    for (;;) {
        struct stmt *s;

        r = db_query(db, &s,
                     "SELECT refund_id, lookup, key_id, sealed FROM refund_account WHERE "
                     "refund_id > $1 AND key_id <> $2 ORDER BY refund_id LIMIT 1",
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
