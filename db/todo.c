/* todo.c - see todo.h. */
#include "db/todo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/approval.h"
#include "db/user.h"

enum { OBJECT_TEXT = 64, TITLE_TEXT = APPROVAL_TITLE_MAX * 4 + 1, RIGHTS_TEXT = 4096 };

static const char *const kinds[] = {
#define TODO_KIND(symbol, code, zh, en) code,
#include "db/todo.def"
#undef TODO_KIND
};

static void object_text(char out[OBJECT_TEXT], const char *kind, int64_t id)
{
    snprintf(out, OBJECT_TEXT, "%s:%" PRId64, kind, id);
}

/* At most APPROVAL_TITLE_MAX characters of it. */
static void title_cut(char out[TITLE_TEXT], const char *title)
{
    size_t n = 0, characters = 0;

    for (; n < TITLE_TEXT - 1 && title[n]; n++) {
        if (((unsigned char)title[n] & 0xc0) != 0x80 && characters++ == APPROVAL_TITLE_MAX)
            break;
        out[n] = title[n];
    }
    out[n] = '\0';
}

int todo_add(struct tx *tx, const struct todo_new *todo)
{
    const char *right = todo->user_id || todo->post_id ? NULL : rights[todo->right].code;
    char object[OBJECT_TEXT], title[TITLE_TEXT];
    int64_t id = 0;
    int r;

    object_text(object, todo->object_kind, todo->object_id);
    title_cut(title, todo->title);
    r = db_get(tx->db, &id,
               "INSERT INTO todo (project_id, kind, object, title, user_id, post_id, right_code, "
               "due_ms, made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
               "ON CONFLICT DO NOTHING RETURNING id",
               "itttootoi", todo->project_id, kinds[todo->kind], object, title,
               todo->user_id ? &todo->user_id : NULL, todo->post_id ? &todo->post_id : NULL, right,
               todo->due_ms ? &todo->due_ms : NULL, tx->now_ms);
    return r <= 0 ? r : tx_changed(tx, CHANGE_TODO, todo->project_id, 0, id);
}

int todo_done(struct tx *tx, enum todo_kind kind, const char *object_kind, int64_t object_id,
              const char *result)
{
    char object[OBJECT_TEXT];
    struct stmt *s;
    int n = 0, r;

    object_text(object, object_kind, object_id);
    r = db_query(tx->db, &s,
                 "UPDATE todo SET done_ms = $3, done_by = $4, result = $5 WHERE kind = $1 "
                 "AND object = $2 AND done_ms IS NULL RETURNING id, project_id",
                 "ttitt", kinds[kind], object, tx->now_ms, tx->actor->name, result ? result : "");
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = tx_changed(tx, CHANGE_TODO, stmt_int(s, 1), 0, stmt_int(s, 0));
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : n;
}

int todo_open_count(struct tx *tx, const char *object_kind, int64_t object_id, int64_t *ret_count)
{
    char object[OBJECT_TEXT];
    int64_t n = 0;
    int r;

    object_text(object, object_kind, object_id);
    r = db_get(tx->db, &n, "SELECT COUNT(*) FROM todo WHERE object = $1 AND done_ms IS NULL", "t",
               object);
    if (r >= 0)
        *ret_count = n;
    return r < 0 ? r : 0;
}

/* ---- whose they are ---- */

/* "|code|code|" of the actor's rights. */
static void rights_text(right_set set, char out[RIGHTS_TEXT])
{
    size_t n = (size_t)snprintf(out, RIGHTS_TEXT, "|");

    for (int i = 0; i < RIGHT_COUNT && n < RIGHTS_TEXT; i++)
        if (set & RIGHT_BIT(i))
            n += (size_t)snprintf(out + n, RIGHTS_TEXT - n, "%s|", rights[i].code);
}

/* Tasks of approvals are asked each: the post alone does not make one's own. */
static int is_mine(struct tx *tx, const struct todo_row *row)
{
    if (strcmp(row->kind, kinds[TODO_APPROVE]) == 0)
        return approval_task_mine(tx, row->object_id);
    return actor_sees_project(tx->actor, row->project_id);
}

/* $1 the user, $2 his rights, $3 after which; the project is seen whole by whom a right makes
 * it. */
static const char rows_mine[] =
    "SELECT t.id, t.project_id, p.name, t.kind, t.object, t.title, t.due_ms, t.made_ms, "
    "t.right_code, p.name_en FROM todo t JOIN project p ON p.id = t.project_id WHERE t.id > $3 "
    "AND t.id IN ("
    "SELECT id FROM todo WHERE user_id = $1 AND done_ms IS NULL UNION ALL "
    "SELECT q.id FROM user_post x JOIN todo q ON q.post_id = x.post_id AND q.done_ms IS NULL "
    "WHERE x.user_id = $1 UNION ALL "
    "SELECT id FROM todo WHERE right_code IS NOT NULL AND done_ms IS NULL "
    "AND $2 LIKE '%|' || right_code || '|%') ORDER BY t.id";

int todo_list(struct tx *tx, int64_t after_id, int limit,
              int (*each)(void *arg, const struct todo_row *row), void *arg)
{
    char set[RIGHTS_TEXT];
    struct stmt *s;
    int n = 0, r;

    rights_text(tx->actor->rights, set);
    r = tx->actor->kind == ACTOR_USER ? 0 : -EINVAL;
    if (r == 0)
        r = db_query(tx->db, &s, rows_mine, "iti", tx->actor->id, set, after_id);
    if (r < 0)
        return r;
    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        const char *object = stmt_text(s, 4);
        size_t colon = strcspn(object, ":");
        char kind[OBJECT_TEXT];
        const struct todo_row row = {.id = stmt_int(s, 0),
                                     .project_id = stmt_int(s, 1),
                                     .project = stmt_text(s, 2),
                                     .project_en = stmt_text(s, 9),
                                     .kind = stmt_text(s, 3),
                                     .object_kind = kind,
                                     .object_id = strtoll(object + colon + 1, NULL, 10),
                                     .title = stmt_text(s, 5),
                                     .due_ms = stmt_int(s, 6),
                                     .made_ms = stmt_int(s, 7)};

        snprintf(kind, sizeof(kind), "%.*s", (int)colon, object);
        if (!stmt_is_null(s, 8) && !actor_sees_whole(tx->actor, row.project_id))
            continue;
        r = is_mine(tx, &row);
        if (r <= 0)
            continue;
        n++;
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int counted(void *arg, const struct todo_row *row)
{
    (void)row;
    ++*(int64_t *)arg;
    return 0;
}

int todo_count(struct tx *tx, int64_t *ret_count)
{
    int64_t n = 0;
    int r = todo_list(tx, 0, INT32_MAX, counted, &n);

    if (r == 0)
        *ret_count = n;
    return r;
}

/* ---- who hears of it ---- */

/* Whoever has the right and sees the project whole, of all enabled users. */
static int right_audience(struct db *db, enum right right, int64_t project_id,
                          int (*each)(void *arg, int64_t user_id), void *arg)
{
    int64_t *ids = malloc(USER_MAX * sizeof(*ids));
    struct stmt *s;
    size_t n = 0;
    int r = ids ? db_query(db, &s, "SELECT id FROM user_account WHERE enabled = 1", "") : -ENOMEM;

    if (r < 0) {
        free(ids);
        return r;
    }
    while (n < USER_MAX && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        struct actor actor;

        r = actor_load(db, ids[i], &actor, NULL);
        if (r == 0 && actor_has(&actor, right) && actor_sees_whole(&actor, project_id))
            r = each(arg, ids[i]);
    }
    free(ids);
    return r < 0 ? r : 0;
}

int todo_audience_each(struct db *db, int64_t todo_id, int (*each)(void *arg, int64_t user_id),
                       void *arg)
{
    struct stmt *s;
    int right = -1;
    int64_t project_id = 0;
    int r = db_query(db, &s,
                     "SELECT t.user_id, t.right_code, t.project_id, x.user_id FROM todo t "
                     "LEFT JOIN user_post x ON x.post_id = t.post_id WHERE t.id = $1",
                     "i", todo_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        project_id = stmt_int(s, 2);
        if (!stmt_is_null(s, 1))
            right = right_by_code(stmt_text(s, 1));
        else if (!stmt_is_null(s, 0) || !stmt_is_null(s, 3))
            r = each(arg, stmt_is_null(s, 0) ? stmt_int(s, 3) : stmt_int(s, 0));
    }
    stmt_reset(s);
    if (r < 0 || right < 0)
        return r;
    return right_audience(db, (enum right)right, project_id, each, arg);
}
