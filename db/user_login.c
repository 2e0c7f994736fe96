/* user_login.c - see user.h: finding who logs in, and keeping what came of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/user.h"

int64_t user_lock_ms(int64_t failed)
{
    int64_t minutes = USER_LOCK_MIN;

    if (failed <= 0 || failed % USER_LOCK_TRIES != 0)
        return 0;
    for (int64_t i = failed / USER_LOCK_TRIES; i > 1 && minutes < USER_LOCK_MAX; i--)
        minutes *= 2;
    return (minutes < USER_LOCK_MAX ? minutes : USER_LOCK_MAX) * MINUTE_MS;
}

int64_t user_lock_tries(int64_t failed)
{
    return USER_LOCK_TRIES - failed % USER_LOCK_TRIES;
}

static int secret_read(struct stmt *s, struct user_secret *ret_user)
{
    int r = stmt_step(s);

    if (r <= 0)
        return r;
    *ret_user = (struct user_secret){
        .id = stmt_int(s, 0), .enabled = stmt_int(s, 3) != 0, .locked_until_ms = stmt_int(s, 4)};
    snprintf(ret_user->login, sizeof(ret_user->login), "%s", stmt_text(s, 1));
    snprintf(ret_user->hash, sizeof(ret_user->hash), "%s", stmt_text(s, 2));
    stmt_reset(s);
    return 1;
}

int user_find(struct db *db, const char *login, struct user_secret *ret_user)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT id, login, password_hash, enabled, locked_until_ms "
                     "FROM user_account WHERE login = $1",
                     "t", login);

    return r < 0 ? r : secret_read(s, ret_user);
}

int user_find_id(struct db *db, int64_t user_id, struct user_secret *ret_user)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT id, login, password_hash, enabled, locked_until_ms "
                     "FROM user_account WHERE id = $1",
                     "i", user_id);

    return r < 0 ? r : secret_read(s, ret_user);
}

int user_login_done(struct tx *tx, const struct actor *user, const char *new_hash,
                    const char *address)
{
    struct trail trail = {0};
    struct tx own = *tx; /* who logs in is the one who acts, though nobody was when it began */
    int r = db_run(tx->db,
                   "UPDATE user_account SET failed_count = 0, locked_until_ms = NULL, "
                   "last_login_ms = $2, password_hash = COALESCE($3, password_hash) WHERE id = $1",
                   "iit", user->id, tx->now_ms, new_hash);

    if (r < 0)
        return r;
    own.actor = user;
    trail_text(&trail, "address", NULL, address);
    return audit_add(&own, "user.login", "user", user->id, 0, &trail);
}

int user_login_failed(struct tx *tx, int64_t user_id, const char *action, const char *address,
                      int64_t *ret_locked_until_ms)
{
    struct trail trail = {0};
    int64_t failed = 0, lock = 0, until;
    int r = 0;

    if (user_id)
        r = db_get(tx->db, &failed,
                   "UPDATE user_account SET failed_count = failed_count + 1 WHERE id = $1 "
                   "RETURNING failed_count",
                   "i", user_id);
    if (r < 0)
        return r;
    lock = user_lock_ms(failed);
    until = tx->now_ms + lock;
    if (lock)
        r = db_run(tx->db, "UPDATE user_account SET locked_until_ms = $2 WHERE id = $1", "ii",
                   user_id, until);
    if (r < 0)
        return r;
    trail_text(&trail, "address", NULL, address);
    if (user_id)
        trail_int(&trail, "failed", NULL, &failed);
    r = audit_add(tx, action, "user", user_id, 0, &trail);
    if (r == 0 && lock) {
        trail_int(&trail, "locked_until_ms", NULL, &until);
        r = audit_add(tx, "user.locked", "user", user_id, 0, &trail);
    }
    if (r < 0)
        return r;
    *ret_locked_until_ms = lock ? until : 0;
    return 0;
}

int user_logout(struct tx *tx, const char *address)
{
    struct trail trail = {0};

    trail_text(&trail, "address", NULL, address);
    return audit_add(tx, "user.logout", "user", tx->actor->id, 0, &trail);
}

int user_password_change(struct tx *tx, int64_t user_id, const char *old_hash, const char *new_hash,
                         const char *address)
{
    struct trail trail = {0};
    /* In one statement: what the old password was compared with must still be the stored one. */
    int r = db_run(tx->db,
                   "UPDATE user_account SET password_hash = $3, must_change = 0, failed_count = 0, "
                   "locked_until_ms = NULL, version = version + 1 "
                   "WHERE id = $1 AND password_hash = $2 AND enabled = 1",
                   "itt", user_id, old_hash, new_hash);

    if (r == 0)
        return fault_set(tx->fault, FAULT_PASSWORD_WRONG, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "password", NULL, "changed");
    trail_text(&trail, "address", NULL, address);
    r = audit_add(tx, "user.password-change", "user", user_id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_USER, 0, 0, user_id);
}
