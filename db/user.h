/* user.h - the people who log in: accounts, their posts, their passwords and locks (PA-01, PA-02).
 *
 * A user's rights and data scope are the union of those of the posts held (post.h). Log-in names
 * are lower case ASCII, so that no two look alike. Passwords come here as hashes (password.h); no
 * password and no hash is ever written to the audit log.
 *
 * Two rules stand against somebody with user.edit making himself more: nobody changes posts of his
 * own, nor a post he holds; and the last enabled user with user.edit stays. What he gives others
 * cannot be bounded by his own rights, of which an administrator has few: it is audited instead.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_USER_H
#define ANCHANG_DB_USER_H

#include "db/password.h"
#include "db/tx.h"

enum {
    USER_LOGIN_MIN = 2,
    USER_LOGIN_MAX = 40,
    USER_NAME_MAX = 60,
    USER_MAX = 2000,     /* accounts */
    USER_POSTS_MAX = 20, /* posts of one user */
    USER_LOCK_TRIES = 5, /* wrong passwords that lock; each further five double the time */
    USER_LOCK_MIN = 15,  /* minutes of the first lock */
    USER_LOCK_MAX = 240, /* minutes of any */
};

/* SQL: the name, now, of the person whose log-in stands in @column; else what stands there. */
#define USER_NAMED(column)                                                                         \
    "COALESCE((SELECT named.name FROM user_account named WHERE named.login = " column "), " column \
    ")"

/* How long @failed wrong passwords in a row lock, in ms; 0 when they do not (PA-01). */
int64_t user_lock_ms(int64_t failed);
/* How many more wrong ones after @failed would lock. */
int64_t user_lock_tries(int64_t failed);

/* Puts @login in its one form (ASCII lower case) into @out. -EINVAL: a character or a length
 * that no log-in name has. */
int user_login_form(const char *login, char out[USER_LOGIN_MAX + 1]);

/* What a log-in needs to know. */
struct user_secret {
    int64_t id;
    char login[USER_LOGIN_MAX + 1];
    char hash[PASSWORD_HASH_TEXT];
    bool enabled;
    int64_t locked_until_ms; /* 0: not locked */
};
/* 1 and the user of that name or id, 0 when there is none. */
int user_find(struct db *db, const char *login, struct user_secret *ret_user);
int user_find_id(struct db *db, int64_t user_id, struct user_secret *ret_user);

/* The rights and the scope of an enabled user. -ENOENT: not there, or disabled. -E2BIG: more
 * projects than an actor holds, which saving refuses. @ret_must_change may be NULL. */
int actor_load(struct db *db, int64_t user_id, struct actor *ret_actor, bool *ret_must_change);

struct user_row {
    int64_t id, version, locked_until_ms, last_login_ms; /* 0: none */
    const char *login, *name;
    bool enabled, must_change;
};
/* All (@user_id 0) by log-in name, or the one. Texts live during the call. */
int user_scan(struct tx *tx, int64_t user_id, int (*each)(void *arg, const struct user_row *row),
              void *arg);
/* The posts of a user, by id. */
int user_post_scan(struct db *db, int64_t user_id,
                   int (*each)(void *arg, int64_t post_id, const char *name), void *arg);

struct user_new {
    const char *login, *name;
    const char *password_hash;
    const int64_t *post_ids;
    size_t n_posts;
};
/* With an initial password that must be changed. USER_EXISTS, FIELD_TEXT (log-in name),
 * LIMIT_REACHED, NOT_FOUND (a post). */
int user_create(struct tx *tx, const struct user_new *user, int64_t *ret_id);

struct user_change {
    int64_t id, version;
    const char *name;        /* NULL: leave */
    int enabled;             /* -1: leave */
    const int64_t *post_ids; /* NULL: leave */
    size_t n_posts;
    bool hand_over;  /* of who is disabled: his customers go to @heir_id, or the pool (0) */
    int64_t heir_id; /* (CU-22) */
};
/* NOT_FOUND, VERSION_CHANGED, OWN_RIGHTS (own posts), USER_LAST_ADMIN; USER_OWNS_CUSTOMERS: who is
 * disabled has some, and they are not handed over; OWNER_UNFIT (the heir). */
int user_update(struct tx *tx, const struct user_change *change);

/* A new initial password, set by somebody else; ends locks. OWN_RIGHTS for the own account,
 * whose old password must be known to change it. The caller ends the user's sessions. */
int user_password_reset(struct tx *tx, int64_t user_id, int64_t version, const char *hash);
/* The own password: @old_hash is what the old one was compared with; when it is no longer the
 * stored one, PASSWORD_WRONG. @address is where the request came from. */
int user_password_change(struct tx *tx, int64_t user_id, const char *old_hash, const char *new_hash,
                         const char *address);

/* The outcomes of a log-in, each with its audit row; @address is where it came from. @new_hash,
 * when not NULL, replaces a stale one. */
int user_login_done(struct tx *tx, const struct actor *user, const char *new_hash,
                    const char *address);
/* A wrong password, at log-in or when changing it (@action "user.login-failed" or
 * "user.password-wrong"): counted; *ret_locked_until_ms is 0 unless it locked the account.
 * @user_id 0 (nobody has that name) only writes the audit row; the name is not recorded, for
 * people type passwords there. */
int user_login_failed(struct tx *tx, int64_t user_id, const char *action, const char *address,
                      int64_t *ret_locked_until_ms);
int user_logout(struct tx *tx, const char *address);

/* Whether an enabled user has user.edit: 1 or 0. */
int user_admin_exists(struct db *db);

#endif
