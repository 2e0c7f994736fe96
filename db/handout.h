/* handout.h - sheets that a visitor takes home: a unit as the public chart shows it, and what
 * buying it would cost (PR-15, IV-11).
 *
 * Of a handout its snapshot and its choices are kept, and its paper is made in the same transaction
 * (print.h). A visitor at a terminal gets a few, so that nobody plays a printer empty.
 *
 * Thread: adding on the writer's; reading on any.
 */
#ifndef ANCHANG_DB_HANDOUT_H
#define ANCHANG_DB_HANDOUT_H

#include "db/loan.h"
#include "db/print.h"

enum {
    HANDOUT_VISIT_MAX = 3, /* of one visitor */
    HANDOUT_HOUR_MAX = 20, /* of one terminal within an hour */
    HANDOUT_VISIT_LEAST = 16,
    HANDOUT_VISIT_MOST = 40, /* characters */
};

struct handout_new {
    enum print_kind kind; /* UNIT_SHEET or PURCHASE_PLAN */
    int64_t project_id, unit_id, publication_id, patch;
    int64_t terminal_id;       /* where it is asked for; 0: at none */
    const char *visit;         /* of a visitor at a terminal; NULL: somebody of the house asks */
    bool print;                /* by the house; what a visitor asks for is printed always */
    struct loan_choice choice; /* of a purchase plan */
};
/* HANDOUT_VISIT, HANDOUT_HOUR: a visitor, a terminal had enough. PRINT_NO_PRINTER: no route was
 * made for what the terminal prints. */
int handout_add(struct tx *tx, const struct handout_new *n, int64_t *ret_id);

struct handout_row {
    int64_t id, project_id, unit_id, publication_id, patch, made_ms;
    int64_t terminal_id; /* 0: none */
    enum print_kind kind;
    struct loan_choice choice;
};
/* NOT_FOUND: also out of scope. */
int handout_get(struct tx *tx, int64_t handout_id, struct handout_row *ret_row);

/* The printer of what visitors at a terminal take home, 0: none was chosen, for there or for all
 * terminals. That there is but one printer chooses nothing: it may stand behind the counter. */
int handout_printer(struct tx *tx, enum print_kind kind, int64_t terminal_id,
                    int64_t *ret_printer_id);

/* What became of the newest job of a paper; NULL: it has none. A constant. */
int handout_print_state(struct tx *tx, int64_t paper_id, const char **ret_state);

#endif
