/* project.h - a project and its settings: sale type, price basis and precision, limits, loan terms.
 *
 * The settings are listed once, in project.def. Money is fen, rates are ppm per year, shares
 * 0.0001. A change of the precision or the basis re-prices nothing: the stored totals stay (FC
 * 27.2).
 *
 * Errors besides those named: NOT_FOUND (also out of scope), VERSION_CHANGED, NAME_TAKEN, negative
 * errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_PROJECT_H
#define ANCHANG_DB_PROJECT_H

#include "db/money.h"
#include "db/tx.h"

enum { PROJECT_MAX = 1000 }; /* of a site */

struct project_row {
    int64_t id, version;
#define TEXT(n, column) const char *column;
#define INT(n, column)  int64_t column;
#include "db/project.def"
#undef TEXT
#undef INT
    const char *cover_media; /* NULL: none */
    bool closed;
};

struct project_new {
    const char *name;
    /* NULL: "" */
    const char *name_en, *city, *address, *developer, *phone;
    const char *sale_type; /* NULL: presale */
};
/* And LIMIT_REACHED; DENIED for who does not see all projects. */
int project_create(struct tx *tx, const struct project_new *project, int64_t *ret_id);

/* NULL and -1 leave a setting as it is; cover_media "" removes it. Zero-initialise with
 * project_change_init(). */
struct project_change {
    int64_t id, version;
#define TEXT(n, column) const char *column;
#define INT(n, column)  int64_t column;
#include "db/project.def"
#undef TEXT
#undef INT
    const char *cover_media;
};
/* LATE_RATE: the one beyond the days is lower.
 * REMIND_ORDER: the second reminder would not come nearer to its day than the first. */
void project_change_init(struct project_change *change, int64_t id, int64_t version);
int project_update(struct tx *tx, const struct project_change *change);

/* Opens or closes the sales office for the day: a flag that the pages show. */
int project_close(struct tx *tx, int64_t id, int64_t version, bool closed);

/* Texts live during the call; what @each returns is returned. */
int project_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct project_row *row),
                void *arg);

/* By name, else by the id written in @text: 1 and the id, 0 when there is none. */
int project_find(struct db *db, const char *text, int64_t *ret_id);
/* Whether its display is closed: 1 and the answer, 0 when there is no such project. */
int project_is_closed(struct db *db, int64_t id, bool *ret_closed);

/* How list totals are rounded, and to what (fen). */
int project_rounding(struct db *db, int64_t id, enum round_mode *ret_mode, int64_t *ret_unit_fen);

struct project_state {
    char state;                           /* letter of states.def */
    int64_t units, gross_area, total_fen; /* 0.01 m2 of the stage of the sale type; list prices */
};
enum { PROJECT_STATES_MAX = 12 };
struct project_brief {
    int64_t id;
    const char *name, *name_en, *city; /* name_en "": has none */
    bool closed;
    int64_t units;
    int64_t live_number, open_number;                /* of publications; 0: none */
    struct project_state states[PROJECT_STATES_MAX]; /* those that occur */
    size_t n_states;
};
/* Projects in scope, by name; @project_id 0: all. Texts live during the call. */
int project_each(struct tx *tx, int64_t project_id,
                 int (*each)(void *arg, const struct project_brief *brief), void *arg);

#endif
