/* alert.h - calls for staff: from a terminal, where a customer asks for help or a printer is out of
 * paper, or of the site itself, whose disk is nearly full (NT-09).
 *
 * At most one is open per terminal and reason: pressing the button again does not ring twice.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_ALERT_H
#define ANCHANG_DB_ALERT_H

#include "db/tx.h"

enum { ALERT_LIST_MAX = 200, ALERT_UNIT_TEXT = 256 };

struct alert_row {
    int64_t id, terminal_id, project_id; /* terminal 0: of the site; project 0: of all */
    int64_t at_ms, answered_ms;          /* answered 0: open */
    const char *terminal, *reason;       /* "help", "printer", "reader", "other"; of the site, with
                                      terminal NULL: "disk", "disk-backups", "clock" */
    const char *unit;                    /* where in the building; NULL: none */
    const char *answered_by, *answered_by_name; /* NULL: open */
};
/* The open ones in scope, oldest first, at most ALERT_LIST_MAX (@alert_id 0), or the one whether
 * open or not: NOT_FOUND. Texts live during the call. */
int alert_scan(struct tx *tx, int64_t alert_id, int (*each)(void *arg, const struct alert_row *row),
               void *arg);

/* Calls staff to @terminal_id, 0 the site; @unit_id 0 for none, else NOT_FOUND when out of its
 * scope. 1: a new call, 0: the one that is open already. */
int alert_raise(struct tx *tx, int64_t terminal_id, const char *reason, int64_t unit_id,
                int64_t *ret_id);

/* The actor takes the call. One that was answered stays with who answered first. */
int alert_answer(struct tx *tx, int64_t alert_id);

/* What was called for is there again: closes the open call of that reason, if there is one. */
int alert_settle(struct tx *tx, int64_t terminal_id, const char *reason);

/* Closes what is open of a terminal that goes. */
int alert_close_terminal(struct tx *tx, int64_t terminal_id);

#endif
