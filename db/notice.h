/* notice.h - notices to buyers of what is due (FI-23): payment notices, which tell of lines before
 * and on their day, and dunning letters, of overdue ones.
 *
 * A notice is numbered per project, kind and year, without a gap, and frozen: its lines and what is
 * owed for paying late are those of its day, whatever is paid later. It has a paper (paper.h).
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_NOTICE_H
#define ANCHANG_DB_NOTICE_H

#include "db/tx.h"

enum notice_kind { NOTICE_PAYMENT, NOTICE_DUNNING, NOTICE_KINDS };
extern const char *const notice_kinds[NOTICE_KINDS + 1]; /* "payment", "dunning"; NULL */

enum { NOTICE_DEALS_MAX = 200, NOTICE_NUMBER_TEXT = 32 };

struct notice_new {
    int64_t project_id;
    enum notice_kind kind;
    const int64_t *deals;
    size_t n_deals;
    const char *until;   /* of payment notices: lines due until that day; NULL: until today */
    bool print;          /* each is printed where the route of @terminal_id leads */
    int64_t terminal_id; /* 0: none */
};
/* One for each deal, all or none: NOTICE_REFUSED with an item for each deal of which nothing of
 * that is due, by its place from 1; NOTICE_UNTIL: that day is past. DENIED. @ret_first_id: of the
 * first; the others follow it. */
int notice_make(struct tx *tx, const struct notice_new *notice, int64_t *ret_first_id);

struct notice_row {
    int64_t id, deal_id, owed_fen, late_fen, at_ms;
    enum notice_kind kind;
    char number[NOTICE_NUMBER_TEXT]; /* "CK2026-0001" */
    const char *day, *until, *user;
};
/* From @first_id on as one call made them, of a project that is seen; @n: how many. */
int notice_each(struct tx *tx, int64_t first_id, int64_t n,
                int (*each)(void *arg, const struct notice_row *row), void *arg);
/* Of a deal that is seen, newest first. */
int notice_of_deal(struct tx *tx, int64_t deal_id,
                   int (*each)(void *arg, const struct notice_row *row), void *arg);

#endif
