/* audit.h - the operation log: what happened, who did it, each field before and after.
 *
 * One row per action on one object (PA-07, PA-08), in a keyed hash chain: hash = BLAKE2b-256 of the
 * row before and every column of this one, under a key that is not in the database. Whoever edits
 * the file without the key cannot mend the chain. A row's detail is a list of changed fields, so a
 * document can be rebuilt for any time by reading its rows backwards.
 *
 * detail: records ended by U+001E, each "field U+001F before U+001F after"; a value is "=" and the
 * text, or "-" for none.
 */
#ifndef ANCHANG_DB_AUDIT_H
#define ANCHANG_DB_AUDIT_H

#include "db/tx.h"

enum { AUDIT_KEY_SIZE = 32, AUDIT_HASH_SIZE = 32 };

/* Sets the key of this process, once, before the writer starts. Copied. */
void audit_set_key(const uint8_t key[AUDIT_KEY_SIZE]);

/* The fields of one action, collected before audit_add(). Zero-initialise; freed by audit_add(). */
struct trail {
    char *text;
    size_t n, room;
    bool failed; /* memory ran out: audit_add() then returns -ENOMEM */
};
/* Each notes a field if it differs. NULL: no value. */
void trail_text(struct trail *trail, const char *field, const char *before, const char *after);
void trail_int(struct trail *trail, const char *field, const int64_t *before, const int64_t *after);
/* A field of a change that leaves what it does not give: @next NULL, or below 0. @before NULL is
 * "", which is also how a change takes a text away. */
void trail_given_text(struct trail *trail, const char *field, const char *before, const char *next);
void trail_given_int(struct trail *trail, const char *field, int64_t before, int64_t next);
bool trail_empty(const struct trail *trail);
void trail_clear(struct trail *trail);

/* Adds the row. @kind and @id name the object ("unit", 12); @trail may be NULL; it is freed in any
 * case. */
int audit_add(struct tx *tx, const char *action, const char *kind, int64_t id, int64_t project_id,
              struct trail *trail);

/* The same, and the news that the project changed: for what hangs on it and is read with it. */
int audit_add_project(struct tx *tx, const char *action, const char *kind, int64_t id,
                      int64_t project_id, struct trail *trail);

struct audit_row {
    int64_t seq, at_ms, actor_id, project_id;
    int actor_kind;
    const char *actor; /* as in the chain: a log-in name, a terminal's name */
    const char *name;  /* the person's name now; else as @actor */
    const char *action, *object, *detail;
    uint8_t hash[AUDIT_HASH_SIZE];
};

struct audit_filter {
    const char *actor, *action, *object; /* NULL: any */
    int64_t from_ms, to_ms;              /* 0: open */
    int64_t before_seq;                  /* rows older than this; 0: from the newest */
    int limit;
};

/* Newest first; @row lives during the call. A negative return of @each ends the walk with it.
 * Rows of projects out of the actor's scope are left out, and of one that is seen in part all but
 * those of its units. */
int audit_list(struct tx *tx, const struct audit_filter *filter,
               int (*each)(void *arg, const struct audit_row *row), void *arg);

/* One field of a detail. */
struct trail_field {
    const char *field, *before, *after; /* before/after NULL: none; not NUL-ended, see sizes */
    size_t n_field, n_before, n_after;
};
/* Reads the field at *@cursor and moves it on; false at the end. */
bool trail_next(const char **cursor, struct trail_field *ret_field);

struct audit_report {
    bool ok;
    int64_t rows;
    int64_t first_bad;  /* seq; 0 when ok */
    const char *reason; /* constant: "hash", "link", "gap" */
    uint8_t head[AUDIT_HASH_SIZE];
};
/* Walks the whole chain. */
int audit_verify(struct db *db, struct audit_report *ret_report);
/* Its newest row alone: whether the key is the one that the log was written with. */
int audit_verify_end(struct db *db, struct audit_report *ret_report);

#endif
