/* deal_node.h - the DealNode object, for the handlers that answer with some. Thread: any. */
#ifndef ANCHANG_API_DEAL_NODE_H
#define ANCHANG_API_DEAL_NODE_H

#include "daemon/http/call.h"

struct deal_node_row;

/* @today as 'YYYY-MM-DD': what is overdue. */
json_t *deal_node_json(struct call *call, const struct deal_node_row *row, const char *today);

#endif
