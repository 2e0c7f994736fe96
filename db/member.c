/* member.c - see member.h. */
#include "db/member.h"

#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/user.h"

const char *const member_levels[] = {"standard", "silver", "gold", "diamond", NULL};

int member_get(struct tx *tx, int64_t member_id,
               int (*each)(void *arg, const struct member_row *row), void *arg)
{
    struct member_row row = {.id = member_id};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT m.version, m.customer_id, m.level, m.joined_ms, m.points, "
                     "m.points_due_ms, m.pin_locked_until_ms, m.pin_hash IS NOT NULL, c.name, "
                     "m.pin_failed "
                     "FROM member m JOIN customer c ON c.id = m.customer_id WHERE m.id = $1",
                     "i", member_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    row.version = stmt_int(s, 0);
    row.customer_id = stmt_int(s, 1);
    row.level = stmt_text(s, 2);
    row.joined_ms = stmt_int(s, 3);
    row.points = stmt_int(s, 4);
    row.points_due_ms = stmt_int(s, 5);
    row.pin_locked_until_ms = stmt_int(s, 6) > tx->now_ms ? stmt_int(s, 6) : 0;
    row.has_pin = stmt_int(s, 7) != 0;
    contact_name_mask(stmt_text(s, 8), row.name);
    row.pin_tries = user_lock_tries(stmt_int(s, 9));
    r = each(arg, &row);
    stmt_reset(s);
    return r;
}

static int member_make(struct tx *tx, int64_t customer_id, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO member (customer_id, joined_ms) VALUES ($1, $2) RETURNING id", "ii",
                   customer_id, tx->now_ms);

    if (r < 0)
        return r;
    trail_int(&trail, "customer_id", NULL, &customer_id);
    r = audit_add(tx, "member.join", "member", id, 0, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

int member_of_customer(struct tx *tx, int64_t customer_id, int64_t *ret_id)
{
    int64_t id = 0, person = 0;
    int r = db_get(tx->db, &id, "SELECT id FROM member WHERE customer_id = $1", "i", customer_id);

    if (r == 1) {
        *ret_id = id;
        return 0;
    }
    if (r == 0)
        r = db_get(tx->db, &person,
                   "SELECT CASE kind WHEN 'person' THEN 1 ELSE 0 END FROM customer WHERE id = $1",
                   "i", customer_id);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return person ? member_make(tx, customer_id, ret_id)
                  : fault_set(tx->fault, FAULT_MEMBER_COMPANY, NULL);
}

/* NOT_FOUND, or VERSION_CHANGED: why a change of version @version changed no row. */
static int unchanged(struct tx *tx, int64_t member_id)
{
    int64_t version = 0;
    int r = db_get(tx->db, &version, "SELECT version FROM member WHERE id = $1", "i", member_id);

    if (r < 0)
        return r;
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL)
                  : fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "会员", NULL);
}

int member_level_set(struct tx *tx, int64_t member_id, int64_t version, const char *level)
{
    char before[16] = "";
    struct trail trail = {0};
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT level FROM member WHERE id = $1 AND version = $2", "ii",
                     member_id, version);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : unchanged(tx, member_id);
    snprintf(before, sizeof(before), "%s", stmt_text(s, 0));
    stmt_reset(s);
    r = db_run(tx->db, "UPDATE member SET level = $2, version = version + 1 WHERE id = $1", "it",
               member_id, level);
    trail_text(&trail, "level", before, level);
    return r < 0 ? r : audit_add(tx, "member.update", "member", member_id, 0, &trail);
}

/* ---- the PIN ---- */

int member_pin_check(struct fault *f, const char *pin)
{
    bool same = true, up = true, down = true;

    if (strlen(pin) != MEMBER_PIN_DIGITS || strspn(pin, "0123456789") != MEMBER_PIN_DIGITS)
        return fault_set(f, FAULT_PIN_WEAK, NULL);
    for (int i = 1; i < MEMBER_PIN_DIGITS; i++) {
        same = same && pin[i] == pin[i - 1];
        up = up && pin[i] == pin[i - 1] + 1;
        down = down && pin[i] == pin[i - 1] - 1;
    }
    return same || up || down ? fault_set(f, FAULT_PIN_WEAK, NULL) : 0;
}

int member_pin_set(struct tx *tx, int64_t member_id, int64_t version, const char *hash)
{
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE member SET pin_hash = $3, pin_failed = 0, pin_locked_until_ms = NULL, "
                   "version = version + 1 WHERE id = $1 AND version = $2",
                   "iit", member_id, version, hash);

    if (r <= 0)
        return r < 0 ? r : unchanged(tx, member_id);
    trail_text(&trail, "pin", NULL, "changed");
    r = audit_add(tx, "member.pin-set", "member", member_id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_MEMBER, 0, 0, member_id);
}

int member_pin_unlock(struct tx *tx, int64_t member_id, int64_t version)
{
    int r = db_run(tx->db,
                   "UPDATE member SET pin_failed = 0, pin_locked_until_ms = NULL, "
                   "version = version + 1 WHERE id = $1 AND version = $2",
                   "ii", member_id, version);

    if (r <= 0)
        return r < 0 ? r : unchanged(tx, member_id);
    return audit_add(tx, "member.pin-unlock", "member", member_id, 0, NULL);
}

int member_secret_find(struct db *db, const char *code, struct member_secret *ret_secret)
{
    struct stmt *s;
    const char *hash;
    int r = db_query(db, &s,
                     "SELECT c.id, m.id, m.pin_hash, m.pin_locked_until_ms FROM card c "
                     "JOIN member m ON m.id = c.member_id "
                     "WHERE c.code = $1 AND c.ended_ms IS NULL AND c.state = 'issued'",
                     "t", code);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r;
    hash = stmt_text(s, 2);
    *ret_secret = (struct member_secret){
        .card_id = stmt_int(s, 0), .member_id = stmt_int(s, 1), .locked_until_ms = stmt_int(s, 3)};
    snprintf(ret_secret->pin_hash, sizeof(ret_secret->pin_hash), "%s", hash ? hash : "");
    stmt_reset(s);
    return 1;
}

static int pin_note(struct tx *tx, const struct member_secret *secret, const char *action,
                    const int64_t *failed, const int64_t *until_ms)
{
    struct trail trail = {0};

    trail_int(&trail, "card", NULL, &secret->card_id);
    trail_int(&trail, "failed", NULL, failed);
    trail_int(&trail, "locked_until_ms", NULL, until_ms);
    return audit_add(tx, action, "member", secret->member_id, 0, &trail);
}

int member_pin_done(struct tx *tx, const struct member_secret *secret)
{
    int r =
        db_run(tx->db, "UPDATE member SET pin_failed = 0, pin_locked_until_ms = NULL WHERE id = $1",
               "i", secret->member_id);

    return r < 0 ? r : pin_note(tx, secret, "member.pin-right", NULL, NULL);
}

int member_pin_failed(struct tx *tx, const struct member_secret *secret,
                      int64_t *ret_locked_until_ms)
{
    int64_t failed = 0, lock, until;
    int r = db_get(tx->db, &failed,
                   "UPDATE member SET pin_failed = pin_failed + 1 WHERE id = $1 "
                   "RETURNING pin_failed",
                   "i", secret->member_id);

    if (r < 0)
        return r;
    lock = user_lock_ms(failed);
    until = tx->now_ms + lock;
    r = pin_note(tx, secret, "member.pin-wrong", &failed, NULL);
    if (r == 0 && lock) {
        r = db_run(tx->db, "UPDATE member SET pin_locked_until_ms = $2 WHERE id = $1", "ii",
                   secret->member_id, until);
        if (r >= 0)
            r = pin_note(tx, secret, "member.pin-locked", NULL, &until);
        if (r == 0)
            r = tx_changed(tx, CHANGE_MEMBER, 0, 0, secret->member_id);
    }
    if (r < 0)
        return r;
    *ret_locked_until_ms = lock ? until : 0;
    return 0;
}
