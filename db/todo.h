/* todo.h - what somebody has to do (WF-05, WF-11): made by a business transaction, ended by the one
 * that handles it, in the same commit; there is no other way to end one.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_TODO_H
#define ANCHANG_DB_TODO_H

#include "db/tx.h"

enum todo_kind {
#define TODO_KIND(symbol, code, zh, en) TODO_##symbol,
#include "db/todo.def"
#undef TODO_KIND
    TODO_COUNT
};

struct todo_new {
    enum todo_kind kind;
    int64_t project_id;
    const char *object_kind; /* "approval_task", "deal_change", ... */
    int64_t object_id;
    const char *title;
    int64_t user_id;  /* for a user; else 0 */
    int64_t post_id;  /* for whoever holds that post and sees the whole project; else 0 */
    enum right right; /* when both are 0: for whoever has it and sees the whole project */
    int64_t due_ms;   /* 0: none */
};
/* One that is open already for the same stays the one. A title that is too long is cut. */
int todo_add(struct tx *tx, const struct todo_new *todo);
/* Ends every open one of @kind about the object. How many. */
int todo_done(struct tx *tx, enum todo_kind kind, const char *object_kind, int64_t object_id,
              const char *result);
/* What the actor has to do, the oldest first; of a task of an approval, only when he may decide
 * it. */
struct todo_row {
    int64_t id, project_id, object_id;
    const char *project, *project_en; /* names; English "": none */
    const char *kind, *object_kind, *title;
    int64_t due_ms, made_ms; /* due 0: none */
};
int todo_list(struct tx *tx, int64_t after_id, int limit,
              int (*each)(void *arg, const struct todo_row *row), void *arg);
/* Their number. */
int todo_count(struct tx *tx, int64_t *ret_count);
/* Whose pages must hear that it was made or ended. Any reader. */
int todo_audience_each(struct db *db, int64_t todo_id, int (*each)(void *arg, int64_t user_id),
                       void *arg);

/* How many are open about the object, of any kind. */
int todo_open_count(struct tx *tx, const char *object_kind, int64_t object_id, int64_t *ret_count);

#endif
