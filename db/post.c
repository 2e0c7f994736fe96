/* post.c - see post.h. */
#include "db/post.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/user.h"

#define MACHINES (RIGHT_BIT(RIGHT_TERMINAL_SELF))

right_set post_grantable(void)
{
    right_set all = 0;

    for (int i = 0; i < RIGHT_COUNT; i++)
        all |= RIGHT_BIT(i);
    return all & ~(MACHINES | RIGHT_BIT(RIGHT_NONE));
}

/* Terminals have their rights by what they are: no post. */
static bool role_is_post(const struct role_info *role)
{
    return (role->rights & MACHINES) == 0;
}

/* ---- reading ---- */

int post_rights(struct db *db, int64_t post_id, const char *role, right_set *ret_rights)
{
    right_set set = 0;
    struct stmt *s;
    int r;

    if (role) {
        for (int i = 0; i < roles_count; i++)
            if (strcmp(roles[i].code, role) == 0 && role_is_post(&roles[i]))
                set = roles[i].rights;
        *ret_rights = set;
        return 0;
    }
    r = db_query(db, &s, "SELECT right_code FROM post_right WHERE post_id = $1", "i", post_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        int right = right_by_code(stmt_text(s, 0));

        if (right >= 0)
            set |= RIGHT_BIT(right);
    }
    if (r < 0)
        return r;
    *ret_rights = set & post_grantable();
    return 0;
}

int post_giving(struct db *db, int64_t user_id, enum right right,
                char ret_name[POST_NAME_MAX * 4 + 1])
{
    char name[POST_NAME_MAX * 4 + 1] = "";
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT p.id, p.role, p.name FROM user_post x JOIN post p ON p.id = x.post_id "
                     "WHERE x.user_id = $1 ORDER BY p.id",
                     "i", user_id);

    while (r >= 0 && !name[0] && (r = stmt_step(s)) == 1) {
        right_set set = 0;

        r = post_rights(db, stmt_int(s, 0), stmt_text(s, 1), &set);
        if (set & RIGHT_BIT(right))
            snprintf(name, sizeof(name), "%s", stmt_text(s, 2));
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    memcpy(ret_name, name, sizeof(name));
    return 0;
}

int post_scan(struct tx *tx, int64_t post_id, int (*each)(void *arg, const struct post_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT p.id, p.version, p.name, p.role, p.all_projects, "
                     "(SELECT COUNT(*) FROM user_post x WHERE x.post_id = p.id) "
                     "FROM post p WHERE $1 = 0 OR p.id = $1 ORDER BY p.id",
                     "i", post_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct post_row row = {.id = stmt_int(s, 0),
                                     .version = stmt_int(s, 1),
                                     .name = stmt_text(s, 2),
                                     .role = stmt_text(s, 3),
                                     .all_projects = stmt_int(s, 4) != 0,
                                     .users = stmt_int(s, 5)};

        r = each(arg, &row);
        if (r < 0)
            stmt_reset(s);
    }
    return r;
}

static int ids_walk(struct stmt *s, int (*each)(void *arg, int64_t id), void *arg)
{
    int r;

    while ((r = stmt_step(s)) == 1) {
        r = each(arg, stmt_int(s, 0));
        if (r < 0) {
            stmt_reset(s);
            return r;
        }
    }
    return r;
}

int post_project_scan(struct db *db, int64_t post_id, int (*each)(void *arg, int64_t id), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT project_id FROM post_project WHERE post_id = $1 ORDER BY project_id",
                     "i", post_id);

    return r < 0 ? r : ids_walk(s, each, arg);
}

int post_building_scan(struct db *db, int64_t post_id, int (*each)(void *arg, int64_t id),
                       void *arg)
{
    struct stmt *s;
    int r = db_query(
        db, &s, "SELECT building_id FROM post_building WHERE post_id = $1 ORDER BY building_id",
        "i", post_id);

    return r < 0 ? r : ids_walk(s, each, arg);
}

/* ---- a post as texts, for the trail ---- */

struct list {
    char *text;
    size_t n, room;
};

static int list_add(struct list *list, const char *word)
{
    size_t n = strlen(word);

    if (list->n + n + 2 > list->room) {
        size_t room = (list->n + n + 2) * 2;
        char *grown = realloc(list->text, room);

        if (!grown)
            return -ENOMEM;
        list->text = grown;
        list->room = room;
    }
    if (list->n)
        list->text[list->n++] = ' ';
    memcpy(list->text + list->n, word, n + 1);
    list->n += n;
    return 0;
}

static int list_add_id(void *arg, int64_t id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, id);
    return list_add(arg, text);
}

struct picture {
    char name[POST_NAME_MAX * 4 + 1];
    char role[40]; /* "": none */
    int64_t version, all_projects, users;
    right_set set;
    struct list rights, projects, buildings;
};

static void picture_clear(struct picture *p)
{
    free(p->rights.text);
    free(p->projects.text);
    free(p->buildings.text);
    *p = (struct picture){.version = 0};
}

static int picture_row(void *arg, const struct post_row *row)
{
    struct picture *p = arg;

    snprintf(p->name, sizeof(p->name), "%s", row->name);
    snprintf(p->role, sizeof(p->role), "%s", row->role ? row->role : "");
    p->version = row->version;
    p->all_projects = row->all_projects;
    p->users = row->users;
    return 0;
}

/* NOT_FOUND when there is no such post. Freed by picture_clear() in any case. */
static int picture_take(struct tx *tx, int64_t post_id, struct picture *p)
{
    int r;

    *p = (struct picture){.version = 0};
    r = post_scan(tx, post_id, picture_row, p);
    if (r >= 0 && p->version == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = post_rights(tx->db, post_id, p->role[0] ? p->role : NULL, &p->set);
    for (int i = 0; r >= 0 && i < RIGHT_COUNT; i++)
        if (p->set & RIGHT_BIT(i))
            r = list_add(&p->rights, rights[i].code);
    if (r >= 0)
        r = post_project_scan(tx->db, post_id, list_add_id, &p->projects);
    if (r >= 0)
        r = post_building_scan(tx->db, post_id, list_add_id, &p->buildings);
    return r < 0 ? r : 0;
}

static bool list_same(const struct list *a, const struct list *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->text, b->text, a->n) == 0);
}

static bool reach_same(const struct picture *a, const struct picture *b)
{
    return a->set == b->set && a->all_projects == b->all_projects &&
           list_same(&a->projects, &b->projects) && list_same(&a->buildings, &b->buildings);
}

static const char *list_text(const struct list *list)
{
    return list->text ? list->text : "";
}

static void picture_trail(struct trail *ret_trail, const struct picture *before,
                          const struct picture *after)
{
    struct trail trail = {0};

    trail_text(&trail, "name", before ? before->name : NULL, after->name);
    trail_text(&trail, "rights", before ? list_text(&before->rights) : NULL,
               list_text(&after->rights));
    trail_int(&trail, "all_projects", before ? &before->all_projects : NULL, &after->all_projects);
    trail_text(&trail, "projects", before ? list_text(&before->projects) : NULL,
               list_text(&after->projects));
    trail_text(&trail, "buildings", before ? list_text(&before->buildings) : NULL,
               list_text(&after->buildings));
    *ret_trail = trail;
}

/* ---- changing ---- */

int post_scope_too_wide(struct tx *tx)
{
    char projects[24], buildings[24];

    snprintf(projects, sizeof(projects), "%d", ACTOR_PROJECTS_MAX);
    snprintf(buildings, sizeof(buildings), "%d", ACTOR_BUILDINGS_MAX);
    return fault_set(tx->fault, FAULT_POST_SCOPE_TOO_WIDE, "limit", projects, "buildings",
                     buildings, NULL);
}

static int projects_set(struct tx *tx, int64_t post_id, const int64_t *ids, size_t n)
{
    int r = n > ACTOR_PROJECTS_MAX ? post_scope_too_wide(tx) : 0;

    if (r == 0)
        r = db_run(tx->db, "DELETE FROM post_project WHERE post_id = $1", "i", post_id);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db,
                   "INSERT INTO post_project (post_id, project_id) VALUES ($1, $2) "
                   "ON CONFLICT (post_id, project_id) DO NOTHING",
                   "ii", post_id, ids[i]);
    return r == -ENOLINK ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}

static int buildings_set(struct tx *tx, int64_t post_id, const int64_t *ids, size_t n)
{
    int r = n > ACTOR_BUILDINGS_MAX ? post_scope_too_wide(tx) : 0;

    if (r == 0)
        r = db_run(tx->db, "DELETE FROM post_building WHERE post_id = $1", "i", post_id);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db,
                   "INSERT INTO post_building (post_id, building_id) VALUES ($1, $2) "
                   "ON CONFLICT (post_id, building_id) DO NOTHING",
                   "ii", post_id, ids[i]);
    return r == -ENOLINK ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}

static int rights_set(struct tx *tx, int64_t post_id, right_set set)
{
    int r;

    if (set & ~post_grantable())
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "rights", NULL);
    r = db_run(tx->db, "DELETE FROM post_right WHERE post_id = $1", "i", post_id);
    for (int i = 0; r >= 0 && i < RIGHT_COUNT; i++)
        if (set & RIGHT_BIT(i))
            r = db_run(tx->db, "INSERT INTO post_right (post_id, right_code) VALUES ($1, $2)", "it",
                       post_id, rights[i].code);
    return r;
}

static int reach_set(struct tx *tx, int64_t post_id, const struct post_change *c)
{
    int r = 0;

    if (c->rights)
        r = rights_set(tx, post_id, *c->rights);
    if (r >= 0 && c->project_ids)
        r = projects_set(tx, post_id, c->project_ids, c->n_projects);
    if (r >= 0 && c->building_ids)
        r = buildings_set(tx, post_id, c->building_ids, c->n_buildings);
    return r < 0 ? r : 0;
}

int post_create(struct tx *tx, const struct post_change *post, int64_t *ret_id)
{
    struct picture after = {.version = 0};
    struct trail trail;
    int64_t id = 0;
    int r = tx_need_room(tx, "SELECT COUNT(*) FROM post WHERE $1 = 0", 0, POST_MAX);

    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO post (name, all_projects, created_ms) VALUES ($1, $2, $3) "
                   "RETURNING id",
                   "tii", post->name, (int64_t)(post->all_projects > 0), tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_POST_EXISTS, "name", post->name, NULL);
    if (r >= 0)
        r = reach_set(tx, id, post);
    if (r >= 0)
        r = picture_take(tx, id, &after);
    if (r == 0) {
        picture_trail(&trail, NULL, &after);
        r = audit_add(tx, "post.create", "post", id, 0, &trail);
    }
    picture_clear(&after);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* Everybody who holds the post: sessions are loaded again, and nobody's scope may have grown past
 * what an actor holds. */
static int holders_check(struct tx *tx, int64_t post_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT user_id FROM user_post WHERE post_id = $1", "i", post_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        int64_t user_id = stmt_int(s, 0);
        struct actor actor;

        r = actor_load(tx->db, user_id, &actor, NULL);
        if (r == -E2BIG)
            r = post_scope_too_wide(tx);
        if (r >= 0 || r == -ENOENT)
            r = tx_changed(tx, CHANGE_USER, 0, 0, user_id);
    }
    stmt_reset(s);
    return r;
}

static int holds(struct tx *tx, int64_t post_id)
{
    int64_t n = 0;
    int r;

    if (tx->actor->kind != ACTOR_USER)
        return 0;
    r = db_get(tx->db, &n, "SELECT COUNT(*) FROM user_post WHERE user_id = $1 AND post_id = $2",
               "ii", tx->actor->id, post_id);
    return r < 0 ? r : n > 0;
}

static int post_change_write(struct tx *tx, const struct post_change *c,
                             const struct picture *before)
{
    int64_t all = c->all_projects < 0 ? before->all_projects : c->all_projects != 0;
    int r = db_run(tx->db, "UPDATE post SET name = $2, all_projects = $3 WHERE id = $1", "iti",
                   c->id, c->name ? c->name : before->name, all);

    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_POST_EXISTS, "name", c->name, NULL);
    return r < 0 ? r : reach_set(tx, c->id, c);
}

/* What must hold of the post as it is now. */
static int post_change_check(struct tx *tx, int64_t post_id, const struct picture *before,
                             const struct picture *after, bool had_admin)
{
    int r;

    if (!reach_same(before, after)) {
        r = holds(tx, post_id);
        if (r != 0)
            return r < 0 ? r : fault_set(tx->fault, FAULT_OWN_RIGHTS, NULL);
    }
    r = had_admin ? user_admin_exists(tx->db) : 1;
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_USER_LAST_ADMIN, NULL);
    return holders_check(tx, post_id);
}

int post_update(struct tx *tx, const struct post_change *change)
{
    struct picture before, after = {.version = 0};
    struct trail trail = {0};
    int had_admin = user_admin_exists(tx->db);
    int r = picture_take(tx, change->id, &before);

    if (r == 0 && had_admin < 0)
        r = had_admin;
    if (r == 0 && before.version != change->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", before.name, NULL);
    /* Sent back unchanged, as a form does, they are no change. */
    if (r == 0 && before.role[0] &&
        ((change->rights && *change->rights != before.set) ||
         (change->name && strcmp(change->name, before.name) != 0)))
        r = fault_set(tx->fault, FAULT_POST_BUILTIN, NULL);
    if (r == 0) {
        struct post_change c = *change;

        if (before.role[0])
            c.rights = NULL;
        r = post_change_write(tx, &c, &before);
    }
    if (r == 0)
        r = picture_take(tx, change->id, &after);
    if (r == 0)
        r = post_change_check(tx, change->id, &before, &after, had_admin);
    if (r >= 0)
        picture_trail(&trail, &before, &after);
    if (r >= 0 && !trail_empty(&trail)) {
        r = db_run(tx->db, "UPDATE post SET version = version + 1 WHERE id = $1", "i", change->id);
        if (r >= 0)
            r = audit_add(tx, "post.update", "post", change->id, 0, &trail);
    }
    trail_clear(&trail);
    picture_clear(&before);
    picture_clear(&after);
    return r < 0 ? r : 0;
}

int posts_seed(struct tx *tx)
{
    int r = 0;

    for (int i = 0; r >= 0 && i < roles_count; i++) {
        struct trail trail = {0};
        int64_t id = 0;

        if (!role_is_post(&roles[i]))
            continue;
        r = db_get(tx->db, &id,
                   "INSERT INTO post (name, role, all_projects, created_ms) VALUES ($1, $2, 1, $3) "
                   "ON CONFLICT (role) DO NOTHING RETURNING id",
                   "tti", roles[i].zh, roles[i].code, tx->now_ms);
        if (r == 1) {
            trail_text(&trail, "role", NULL, roles[i].code);
            r = audit_add(tx, "post.create", "post", id, 0, &trail);
        }
    }
    return r < 0 ? r : 0;
}
