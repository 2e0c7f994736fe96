/* flow_scope.h - whose flows, rules and form fields are: for flow.c, flow_rule.c and form.c. */
#ifndef ANCHANG_DB_FLOW_SCOPE_H
#define ANCHANG_DB_FLOW_SCOPE_H

#include "db/tx.h"

/* What is of every project (@project_id 0) is shown to all and changed by who sees all projects, or
 * FLOW_SCOPE; what is of one, by who sees the whole of it. */
int flow_scope_need(struct tx *tx, int64_t project_id);

#endif
