/* intent.h - what a customer looks for in a project (CU-09): layout, area, floor, price, purpose,
 * budget, orientation, class. Each criterion is hard, which a unit must meet, or soft, by which
 * units are ranked (unit_match.h).
 *
 * One for a customer and a project. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_INTENT_H
#define ANCHANG_DB_INTENT_H

#include "db/tx.h"

enum intent_criterion {
    INTENT_CLASS,
    INTENT_LAYOUT,
    INTENT_ROOMS,
    INTENT_AREA,
    INTENT_FLOOR,
    INTENT_PRICE,
    INTENT_ORIENTATION,
    INTENT_CRITERIA,
};
/* class, layout, rooms, ..., ended by NULL. */
extern const char *const intent_criteria[INTENT_CRITERIA + 1];

enum { INTENT_NOTE_MAX = 500, INTENT_ORIENTATION_MAX = 60, INTENT_PAGE_MAX = 100 };
#define INTENT_NO INT64_MIN /* of a bound: there is none */

struct range {
    int64_t low, high; /* both belong to it; INTENT_NO: open */
};

/* What is looked for. An empty criterion is none. */
struct intent_wish {
    const char *class; /* of unit_class.def; "": any */
    int64_t layout_id; /* 0: any */
    struct range rooms;
    struct range area;       /* gross, 0.01 m2 */
    struct range floor;      /* physical floors, ground = 1 */
    struct range price;      /* total, fen */
    const char *orientation; /* words separated by blanks, one of which it is; "": any */
    unsigned hard;           /* bits 1 << enum intent_criterion */
};

struct intent_row {
    int64_t id, version, customer_id, project_id;
    const char *project, *layout; /* NULL: none */
    struct intent_wish wish;
    int64_t budget_fen;  /* down payment at hand; 0: not said */
    int64_t purpose_id;  /* 0: not said */
    const char *purpose; /* NULL */
    const char *note, *created_by;
    int64_t created_ms, changed_ms;
};
/* Of a customer in projects the actor sees, the one changed last first; @id one alone (0: all).
 * NOT_FOUND. */
int intent_scan(struct tx *tx, int64_t customer_id, int64_t id,
                int (*each)(void *arg, const struct intent_row *row), void *arg);

struct intent_edit {
    int64_t customer_id, project_id;
    int64_t version; /* of the one there is; 0: there is none yet */
    struct intent_wish wish;
    int64_t budget_fen, purpose_id;
    const char *note; /* NULL: none */
};
/* All of it, in the place of what was. NOT_FOUND, VERSION_CHANGED (also when there is one already),
 * INTENT_RANGE, OPTION_UNKNOWN, CUSTOMER_RESTRICTED. */
int intent_set(struct tx *tx, const struct intent_edit *edit, int64_t *ret_id);

#endif
