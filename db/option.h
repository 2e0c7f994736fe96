/* option.h - the lists that an enterprise keeps itself: where customers come from, how they heard
 * of us, jobs, districts, purposes, reasons (PA-10, CU-04, MK-05).
 *
 * One table, a tree for each kind of option.def. A row is disabled, not deleted, and its code is
 * never given again, so that what refers to it stays true. To use a list: a column that references
 * option(id), and option_need() where the value comes in.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_OPTION_H
#define ANCHANG_DB_OPTION_H

#include "db/tx.h"

enum option_kind {
#define OPTION_KIND(symbol, code, levels, zh, en) OPTION_##symbol,
#include "db/option.def"
#undef OPTION_KIND
    OPTION_KINDS
};
enum { OPTION_NAME_MAX = 40, OPTION_NAME_EN_MAX = 60, OPTION_CODE_MAX = 30, OPTION_MAX = 500 };

/* As in the database and the API, in that order and ended by NULL. */
extern const char *const option_codes[OPTION_KINDS + 1];
struct option_kind_info {
    int levels;
    const char *zh, *en;
};
extern const struct option_kind_info option_kinds[OPTION_KINDS];

struct option_row {
    int64_t id, version, parent_id; /* 0: none */
    const char *kind, *code, *name, *name_en;
    int64_t ordinal;
    bool enabled;
};
/* All of a kind (NULL: of each), disabled ones too, parents before their children; @id one alone
 * (0: all). */
int option_scan(struct tx *tx, const char *kind, int64_t id,
                int (*each)(void *arg, const struct option_row *row), void *arg);

struct option_new {
    const char *kind, *code, *name;
    const char *name_en; /* NULL: none */
    int64_t parent_id;   /* 0: none */
    int64_t ordinal;
};
/* NAME_TAKEN, OPTION_CODE (used, or not of small letters, digits and _), NODE_PARENT,
 * LIMIT_REACHED. */
int option_create(struct tx *tx, const struct option_new *option, int64_t *ret_id);

struct option_change {
    int64_t id, version;
    const char *name, *name_en; /* NULL: leave */
    int64_t parent_id;          /* -1: leave; 0: to the top */
    int64_t ordinal;            /* -1: leave */
    int enabled;                /* -1: leave */
};
/* NOT_FOUND, VERSION_CHANGED, NAME_TAKEN, NODE_PARENT. */
int option_update(struct tx *tx, const struct option_change *change);

/* 0 when @id (0: none, which is fine) is an enabled option of @kind; else OPTION_UNKNOWN with an
 * item for @field. */
int option_need(struct tx *tx, enum option_kind kind, int64_t id, const char *field);
/* The enabled option of @kind that people call @name, by name or code: 1 and its id, or 0. For
 * lists that come in. */
int option_find(struct tx *tx, enum option_kind kind, const char *name, int64_t *ret_id);

#endif
