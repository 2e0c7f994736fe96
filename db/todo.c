/* todo.c - see todo.h. */
#include "db/todo.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const codes[TODO_COUNT] = {
#define TODO_KIND(symbol, code, zh, en) [TODO_##symbol] = code,
#include "db/todo.def"
#undef TODO_KIND
};

static void object_name(char out[48], const char *kind, int64_t id)
{
    snprintf(out, 48, "%s:%" PRId64, kind, id);
}

int todo_add(struct tx *tx, const struct todo_new *todo)
{
    char object[48];
    int r;

    object_name(object, todo->object_kind, todo->object_id);
    r = db_run(tx->db,
               "INSERT INTO todo (project_id, kind, object, title, user_id, right_code, due_ms, "
               "made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
               "itttotoi", todo->project_id, codes[todo->kind], object, todo->title,
               todo->user_id ? &todo->user_id : NULL,
               todo->user_id ? NULL : rights[todo->right].code,
               todo->due_ms ? &todo->due_ms : NULL, tx->now_ms);
    return r < 0 ? r : 0;
}

int todo_done(struct tx *tx, enum todo_kind kind, const char *object_kind, int64_t object_id,
              const char *result)
{
    char object[48];

    object_name(object, object_kind, object_id);
    return db_run(tx->db,
                  "UPDATE todo SET done_ms = $3, done_by = $4, result = $5 WHERE kind = $1 AND "
                  "object = $2 AND done_ms IS NULL",
                  "ttitt", codes[kind], object, tx->now_ms, tx->actor->name, result);
}
