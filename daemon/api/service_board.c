/* service_board.c - the service board: one row per contract, a cell for each node (AS-13). */
#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/deal_node.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/day.h"
#include "db/deal_board.h"

enum { PAGE_DEFAULT = 50 };

struct board {
    struct page page;
    char today[DAY_TEXT];
};

struct cells {
    struct call *call;
    const char *today;
    json_t *nodes;
};

static int cell_add(void *arg, const struct deal_node_row *row)
{
    struct cells *c = arg;

    return items_add(c->nodes, deal_node_json(c->call, row, c->today));
}

static int row_add(void *arg, const struct board_row *row)
{
    struct board *b = arg;
    struct cells cells = {b->page.call, b->today, NULL};
    json_t *o;
    int r;

    if (!page_fits(&b->page, row->deal_id, 0))
        return 0;
    cells.nodes = json_array();
    r = deal_node_each(&b->page.call->tx, row->deal_id, cell_add, &cells);
    if (r < 0) {
        json_decref(cells.nodes);
        return r;
    }
    o = json_object();
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_text(o, "customer", row->customer);
    set_text(o, "consultant", row->consultant);
    set_text(o, "stage", row->stage);
    set_text(o, "plan_name", row->plan_name);
    set_text(o, "document", row->document);
    set_int(o, "opened_ms", row->opened_ms);
    json_object_set_new_nocheck(o, "nodes", cells.nodes);
    return items_add(b->page.items, o);
}

static int filter_read(struct call *call, struct board *b, struct board_filter *f)
{
    static const char *const stages[] = {"C", "F", "D", NULL};
    int64_t overdue = 0;
    int r = call_param_id(call, 0, &f->project_id);

    if (r == 0)
        r = call_query_int(call, "building", 1, INT64_MAX, 0, &f->building_id);
    if (r == 0)
        r = call_query_int(call, "user", 1, INT64_MAX, 0, &f->user_id);
    if (r == 0)
        r = call_query_int(call, "overdue", 0, 1, 0, &overdue);
    if (r == 0)
        r = call_query_word(call, "stage", stages, &f->stage);
    f->kind = call_query(call, "kind");
    f->overdue_on = overdue ? b->today : NULL;
    if (r == 0)
        r = page_begin(call, 1, BOARD_PAGE_MAX - 1, PAGE_DEFAULT, &b->page);
    if (r < 0)
        return r;
    f->before_id = b->page.at[0];
    f->limit = page_limit(&b->page);
    return 0;
}

int api_service_board(struct call *call)
{
    struct board board;
    struct board_filter filter = {.stage = NULL};
    int r = filter_read(call, &board, &filter);

    if (r < 0)
        return r;
    day_of(call->tx.now_ms, board.today);
    r = deal_board(&call->tx, &filter, row_add, &board);
    return page_reply(call, &board.page, r);
}
