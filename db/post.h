/* post.h - posts: a bundle of rights and a data scope that users hold (PA-02, PA-03, PA-06).
 *
 * A built-in post has the rights of its role in role.def, which change with the program and not by
 * hand; its scope can be changed. Any other post lists its rights. The scope is all projects, or
 * the listed ones and, of others, the listed buildings; a list is as long as an actor's (tx.h).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_POST_H
#define ANCHANG_DB_POST_H

#include "db/tx.h"

enum {
    POST_NAME_MAX = 60,
    POST_MAX = 200,
};

struct post_row {
    int64_t id, version;
    const char *name;
    const char *role; /* NULL: not built-in */
    bool all_projects;
    int64_t users; /* who hold it */
};
/* All (@post_id 0) by id, or the one. Texts live during the call. */
int post_scan(struct tx *tx, int64_t post_id, int (*each)(void *arg, const struct post_row *row),
              void *arg);

/* The rights of a post; @role as in its row. Codes this program does not know give nothing. */
int post_rights(struct db *db, int64_t post_id, const char *role, right_set *ret_rights);
/* The name of the first post of @user_id that gives @right; "" when none does. */
int post_giving(struct db *db, int64_t user_id, enum right right,
                char ret_name[POST_NAME_MAX * 4 + 1]);
/* The listed scope: project ids, then building ids, each ascending. */
int post_project_scan(struct db *db, int64_t post_id, int (*each)(void *arg, int64_t id),
                      void *arg);
int post_building_scan(struct db *db, int64_t post_id, int (*each)(void *arg, int64_t id),
                       void *arg);

struct post_change {
    int64_t id, version;                       /* not read by post_create() */
    const char *name;                          /* NULL: leave */
    const right_set *rights;                   /* NULL: leave */
    int all_projects;                          /* -1: leave */
    const int64_t *project_ids, *building_ids; /* NULL: leave */
    size_t n_projects, n_buildings;
};
/* POST_EXISTS, NOT_FOUND (a project or building), POST_SCOPE_TOO_WIDE, LIMIT_REACHED,
 * FIELD_CHOICE. */
int post_create(struct tx *tx, const struct post_change *post, int64_t *ret_id);
/* And VERSION_CHANGED, POST_BUILTIN, OWN_RIGHTS (rights or scope of a post one holds),
 * USER_LAST_ADMIN. */
int post_update(struct tx *tx, const struct post_change *change);

/* Makes the built-in post of each staff role that has none yet, with all projects as its scope. */
int posts_seed(struct tx *tx);

/* POST_SCOPE_TOO_WIDE with both limits. */
int post_scope_too_wide(struct tx *tx);

/* The rights a person's post may hold: not those of terminals, nor "no log-in". */
right_set post_grantable(void);

#endif
