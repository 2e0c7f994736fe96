/* user.c - see user.h: accounts and their posts. Log-ins and passwords are in user_login.c. */
#include "db/user.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/post.h"

enum { IDS_TEXT = USER_POSTS_MAX * 21 + 1 };

int user_login_form(const char *login, char out[USER_LOGIN_MAX + 1])
{
    size_t n = strlen(login);
    char form[USER_LOGIN_MAX + 1];

    if (n < USER_LOGIN_MIN || n > USER_LOGIN_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        char c = login[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._@-", c)))
            return -EINVAL;
        form[i] = c;
    }
    form[n] = '\0';
    memcpy(out, form, n + 1);
    return 0;
}

/* ---- rights and scope ---- */

static int actor_rights(struct db *db, struct actor *actor)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT p.id, p.role, p.all_projects FROM user_post x "
                     "JOIN post p ON p.id = x.post_id WHERE x.user_id = $1",
                     "i", actor->id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        right_set set = 0;

        r = post_rights(db, stmt_int(s, 0), stmt_text(s, 1), &set);
        actor->rights |= set;
        actor->all_projects = actor->all_projects || stmt_int(s, 2) != 0;
    }
    if (r < 0)
        stmt_reset(s);
    return r;
}

/* @building_id 0: all of the project, which comes before its buildings and makes them idle. */
static int scope_add(struct actor *actor, int64_t project_id, int64_t building_id)
{
    const size_t last = actor->n_projects - 1;
    bool known = actor->n_projects > 0 && actor->projects[last] == project_id;

    if (known && (actor->partial & UINT32_C(1) << last) == 0)
        return 0;
    if (!known) {
        if (actor->n_projects == ACTOR_PROJECTS_MAX)
            return -E2BIG;
        actor->partial |= building_id ? UINT32_C(1) << actor->n_projects : 0;
        actor->projects[actor->n_projects++] = project_id;
    }
    if (building_id && actor->n_buildings == ACTOR_BUILDINGS_MAX)
        return -E2BIG;
    if (building_id)
        actor->buildings[actor->n_buildings++] = building_id;
    return 0;
}

static int actor_scope(struct db *db, struct actor *actor)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT y.project_id, 0 FROM user_post x JOIN post_project y "
                     "ON y.post_id = x.post_id WHERE x.user_id = $1 "
                     "UNION SELECT b.project_id, b.id FROM user_post x JOIN post_building y "
                     "ON y.post_id = x.post_id JOIN building b ON b.id = y.building_id "
                     "WHERE x.user_id = $1 ORDER BY 1, 2",
                     "i", actor->id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = scope_add(actor, stmt_int(s, 0), stmt_int(s, 1));
    stmt_reset(s);
    return r;
}

int actor_load(struct db *db, int64_t user_id, struct actor *ret_actor, bool *ret_must_change)
{
    struct actor actor = {
        .kind = ACTOR_USER, .id = user_id, .rights = RIGHT_BIT(RIGHT_SELF) | RIGHT_BIT(RIGHT_OWN)};
    bool must_change;
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT login, must_change FROM user_account WHERE id = $1 AND enabled = 1",
                     "i", user_id);

    if (r >= 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    snprintf(actor.name, sizeof(actor.name), "%s", stmt_text(s, 0));
    must_change = stmt_int(s, 1) != 0;
    stmt_reset(s);
    r = actor_rights(db, &actor);
    if (r >= 0 && !actor.all_projects)
        r = actor_scope(db, &actor);
    if (r < 0)
        return r;
    *ret_actor = actor;
    if (ret_must_change)
        *ret_must_change = must_change;
    return 0;
}

int user_admin_exists(struct db *db)
{
    struct stmt *s;
    bool found = false;
    int r = db_query(db, &s,
                     "SELECT DISTINCT p.id, p.role FROM user_account u "
                     "JOIN user_post x ON x.user_id = u.id JOIN post p ON p.id = x.post_id "
                     "WHERE u.enabled = 1",
                     "");

    while (r >= 0 && !found && (r = stmt_step(s)) == 1) {
        right_set set = 0;

        r = post_rights(db, stmt_int(s, 0), stmt_text(s, 1), &set);
        found = (set & RIGHT_BIT(RIGHT_USER_EDIT)) != 0;
    }
    stmt_reset(s);
    return r < 0 ? r : found;
}

/* ---- reading ---- */

int user_scan(struct tx *tx, int64_t user_id, int (*each)(void *arg, const struct user_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, version, login, name, enabled, must_change, locked_until_ms, "
                     "last_login_ms FROM user_account WHERE $1 = 0 OR id = $1 ORDER BY login",
                     "i", user_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct user_row row = {
            .id = stmt_int(s, 0),
            .version = stmt_int(s, 1),
            .login = stmt_text(s, 2),
            .name = stmt_text(s, 3),
            .enabled = stmt_int(s, 4) != 0,
            .must_change = stmt_int(s, 5) != 0,
            .locked_until_ms = stmt_int(s, 6) > tx->now_ms ? stmt_int(s, 6) : 0,
            .last_login_ms = stmt_int(s, 7),
        };

        r = each(arg, &row);
        if (r < 0)
            stmt_reset(s);
    }
    return r;
}

int user_post_scan(struct db *db, int64_t user_id,
                   int (*each)(void *arg, int64_t post_id, const char *name), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT p.id, p.name FROM user_post x JOIN post p ON p.id = x.post_id "
                     "WHERE x.user_id = $1 ORDER BY p.id",
                     "i", user_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = each(arg, stmt_int(s, 0), stmt_text(s, 1));
        if (r < 0)
            stmt_reset(s);
    }
    return r;
}

/* ---- changing ---- */

struct ids_text {
    char text[IDS_TEXT];
    size_t n;
};

static int ids_text_add(void *arg, int64_t id, const char *name)
{
    struct ids_text *ids = arg;
    int n = snprintf(ids->text + ids->n, sizeof(ids->text) - ids->n, "%s%" PRId64,
                     ids->n ? " " : "", id);

    (void)name;
    if (n < 0 || (size_t)n >= sizeof(ids->text) - ids->n)
        return -E2BIG;
    ids->n += (size_t)n;
    return 0;
}

static int user_posts_set(struct tx *tx, int64_t user_id, const int64_t *ids, size_t n)
{
    struct actor actor;
    int r;

    if (n > USER_POSTS_MAX)
        return tx_limit_reached(tx, USER_POSTS_MAX);
    r = db_run(tx->db, "DELETE FROM user_post WHERE user_id = $1", "i", user_id);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db,
                   "INSERT INTO user_post (user_id, post_id) VALUES ($1, $2) "
                   "ON CONFLICT (user_id, post_id) DO NOTHING",
                   "ii", user_id, ids[i]);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    r = actor_load(tx->db, user_id, &actor, NULL);
    if (r == -E2BIG)
        return post_scope_too_wide(tx);
    return r == -ENOENT ? 0 : r;
}

int user_create(struct tx *tx, const struct user_new *user, int64_t *ret_id)
{
    char login[USER_LOGIN_MAX + 1];
    struct ids_text posts = {.n = 0};
    struct trail trail = {0};
    int64_t id = 0;
    int r;

    if (user_login_form(user->login, login) < 0)
        return fault_set(tx->fault, FAULT_FIELD_TEXT, "field", "login", NULL);
    r = tx_need_room(tx, "SELECT COUNT(*) FROM user_account WHERE $1 = 0", 0, USER_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO user_account (login, name, password_hash, created_ms) "
                   "VALUES ($1, $2, $3, $4) RETURNING id",
                   "ttti", login, user->name, user->password_hash, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_USER_EXISTS, "login", login, NULL);
    if (r >= 0)
        r = user_posts_set(tx, id, user->post_ids, user->n_posts);
    if (r >= 0)
        r = user_post_scan(tx->db, id, ids_text_add, &posts);
    if (r < 0)
        return r;
    trail_text(&trail, "login", NULL, login);
    trail_text(&trail, "name", NULL, user->name);
    trail_text(&trail, "posts", NULL, posts.text);
    r = audit_add(tx, "user.create", "user", id, 0, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_USER, 0, 0, id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* The account before a change. */
struct before {
    char login[USER_LOGIN_MAX + 1], name[USER_NAME_MAX * 4 + 1];
    int64_t version, enabled;
    struct ids_text posts;
};

static int user_before(struct tx *tx, int64_t user_id, struct before *ret_before)
{
    struct before *b = ret_before;
    struct stmt *s;
    int r =
        db_query(tx->db, &s, "SELECT login, name, version, enabled FROM user_account WHERE id = $1",
                 "i", user_id);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    snprintf(b->login, sizeof(b->login), "%s", stmt_text(s, 0));
    snprintf(b->name, sizeof(b->name), "%s", stmt_text(s, 1));
    b->version = stmt_int(s, 2);
    b->enabled = stmt_int(s, 3);
    stmt_reset(s);
    b->posts = (struct ids_text){.n = 0};
    return user_post_scan(tx->db, user_id, ids_text_add, &b->posts);
}

static bool is_self(const struct tx *tx, int64_t user_id)
{
    return tx->actor->kind == ACTOR_USER && tx->actor->id == user_id;
}

int user_update(struct tx *tx, const struct user_change *change)
{
    struct before before;
    struct ids_text posts = {.n = 0};
    struct trail trail = {0};
    int64_t enabled;
    int r, had_admin = user_admin_exists(tx->db);

    if (had_admin < 0)
        return had_admin;
    r = user_before(tx, change->id, &before);
    if (r < 0)
        return r;
    if (before.version != change->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", before.login, NULL);
    enabled = change->enabled < 0 ? before.enabled : change->enabled != 0;
    r = db_run(tx->db, "UPDATE user_account SET name = $2, enabled = $3 WHERE id = $1", "iti",
               change->id, change->name ? change->name : before.name, enabled);
    if (r >= 0 && change->post_ids)
        r = user_posts_set(tx, change->id, change->post_ids, change->n_posts);
    if (r >= 0)
        r = user_post_scan(tx->db, change->id, ids_text_add, &posts);
    if (r < 0)
        return r;
    if (is_self(tx, change->id) && strcmp(before.posts.text, posts.text) != 0)
        return fault_set(tx->fault, FAULT_OWN_RIGHTS, NULL);
    r = had_admin ? user_admin_exists(tx->db) : 1;
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_USER_LAST_ADMIN, NULL);
    trail_text(&trail, "name", before.name, change->name ? change->name : before.name);
    trail_int(&trail, "enabled", &before.enabled, &enabled);
    trail_text(&trail, "posts", before.posts.text, posts.text);
    if (trail_empty(&trail)) /* sent back unchanged, as a form does */
        return 0;
    r = db_run(tx->db, "UPDATE user_account SET version = version + 1 WHERE id = $1", "i",
               change->id);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, enabled < before.enabled ? "user.disable" : "user.update", "user", change->id,
                  0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_USER, 0, 0, change->id);
}

int user_password_reset(struct tx *tx, int64_t user_id, int64_t version, const char *hash)
{
    struct trail trail = {0};
    struct before before;
    int r = user_before(tx, user_id, &before);

    if (r < 0)
        return r;
    if (is_self(tx, user_id))
        return fault_set(tx->fault, FAULT_OWN_RIGHTS, NULL);
    if (before.version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", before.login, NULL);
    r = db_run(tx->db,
               "UPDATE user_account SET password_hash = $2, must_change = 1, failed_count = 0, "
               "locked_until_ms = NULL, version = version + 1 WHERE id = $1",
               "it", user_id, hash);
    if (r < 0)
        return r;
    trail_text(&trail, "password", NULL, "changed");
    r = audit_add(tx, "user.password-reset", "user", user_id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_USER, 0, 0, user_id);
}
