/* deal_board.h - one row per contract that is not through yet, with the state of each of its nodes
 * (AS-13). The nodes of a row are read with deal_node_each(), so that a cell cannot be another
 * thing than its node. Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_DEAL_BOARD_H
#define ANCHANG_DB_DEAL_BOARD_H

#include "db/deal_node.h"

enum { BOARD_PAGE_MAX = 200 };

struct board_row {
    int64_t deal_id, opened_ms;
    const char *unit;     /* as people say it */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *consultant, *stage, *plan_name, *document;
};
struct board_filter {
    int64_t project_id, building_id, user_id; /* 0: any; user: the consultant */
    const char *stage;                        /* "C", "F", "D"; NULL: any */
    const char *kind;                         /* a node of that kind is open; NULL: any */
    const char *overdue_on;                   /* a node (of that kind) is overdue on that day; NULL:
                                                 all the same */
    int64_t before_id;                        /* older than this deal; 0: from the newest */
    int limit;
};
/* Newest deals first. */
int deal_board(struct tx *tx, const struct board_filter *filter,
               int (*each)(void *arg, const struct board_row *row), void *arg);

#endif
