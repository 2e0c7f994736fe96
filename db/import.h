/* import.h - a price list into the database: all of it or none, in the caller's transaction.
 *
 * The caller has read, mapped and decided every row (daemon/sheet); here rows become projects,
 * buildings, stairs, floors, layouts and units, each unit with one history row. A unit that is sold
 * at the source gets an opening claim in that state: it is what makes it sold (I2). A unit on sale
 * at the source comes in unreleased: only a release under a permit puts it on sale here (T2, G1).
 *
 * Thread: the writer's. Memory: import_free().
 */
#ifndef ANCHANG_DB_IMPORT_H
#define ANCHANG_DB_IMPORT_H

#include "db/tx.h"

struct import;

struct import_unit {
    const char *project; /* used when the import makes projects; else ignored */
    const char *building, *stair, *floor, *room; /* "" where the list has none, but for the room */
    int64_t floor_ordinal;                       /* 0: unknown */
    int64_t span;                                /* floors; at least 1 */
    const char *class;                           /* code of unit_class.def */
    const char *usage_text, *layout, *orientation; /* "" none */
    int64_t gross, inner, shared;                  /* 0.01 m2; 0 unknown */
    int64_t total_fen, filed_total_fen;            /* 0: none */
    int64_t deal_total_fen;                        /* 0: none; kept of what import_claims() alone */
    int64_t floor_height_mm;                       /* 0: unknown */
    char state;                                    /* letter at the source */
    const char *status_word; /* the source's own word, kept as the claim's document */
    const char *reason;      /* of N: why it is not for sale */
    int64_t row;             /* for errors */
};

struct import_options {
    int64_t project_id; /* all rows go there; 0: a project for each name in the list */
    const char *file_name;
    const char *file_hash; /* hex */
};

struct import_result {
    int64_t units, buildings, layouts;
    int64_t project_ids[64];
    size_t n_projects;
};

int import_begin(struct tx *tx, const struct import_options *options, struct import **ret_import);
/* A unit that is already there (same building, stair, floor, room) is an item ROW_EXISTS of the
 * fault; the import goes on, so that all are named, and import_end() refuses. */
int import_add(struct import *import, const struct import_unit *unit);
/* The batch's row and audit entry. -EREFUSED (IMPORT_ROWS_WRONG) when any row was refused. */
int import_end(struct import *import, struct import_result *ret_result);
struct import *import_free(struct import *import);

/* Whether a unit of state @letter at the source comes in taken, held by an opening claim. */
bool import_claims(char letter);

/* Whether a unit of that place is there already: 1 or 0. For the dry run. */
int import_known(struct tx *tx, const struct import_options *options,
                 const struct import_unit *unit);

/* The chart line of a room: its number without the floor ("2108" on floor 21 is line "08",
 * "A户型32F" on floor 32 is "A户型"); the room itself when it does not contain its floor. */
void import_line(const char *room, const char *floor, char *out, size_t size);

enum { IMPORT_MAPPING_MAX = 500 }; /* sources */
/* Mappings remembered per source: an opaque text. LIMIT_REACHED for one source too many. */
int import_mapping_save(struct tx *tx, const char *source, const char *mapping);
int import_mapping_list(struct tx *tx,
                        int (*each)(void *arg, const char *source, const char *mapping), void *arg);

#endif
