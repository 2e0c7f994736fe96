/* flow_rule.h - which flow a request goes (WF-01): by subject, project, amount and discount.
 *
 * The rules of a project are asked first, then those of every project, each in their order; the
 * first that fits decides. What fits none is refused. A rule is never deleted but disabled: the
 * defaults would come again (flows_seed()).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_FLOW_RULE_H
#define ANCHANG_DB_FLOW_RULE_H

#include "db/approval.h"

enum { FLOW_RULE_MAX = 500 };

/* Bounds: from, including; to, excluding; -1: none. */
struct flow_rule {
    int64_t id, version, project_id; /* project 0: any */
    enum approval_subject subject;
    int64_t ordinal;
    int64_t amount_from_fen, amount_to_fen, discount_from_bp, discount_to_bp;
    int64_t flow_id;
    const char *flow; /* name; only read */
    bool enabled;
};

/* FLOW_RULE_FLOW when the flow is another project's, FLOW_RULE_BOUNDS when from is not below to,
 * FLOW_SCOPE, LIMIT_REACHED, NOT_FOUND. An ordinal of 0 puts it at the end. */
int flow_rule_create(struct tx *tx, const struct flow_rule *rule, int64_t *ret_id);
/* All but project and subject. VERSION_CHANGED. */
int flow_rule_update(struct tx *tx, const struct flow_rule *rule);
/* In the order in which they are asked; @project_id 0: all in scope; @rule_id 0: all. */
int flow_rule_each(struct tx *tx, int64_t project_id, int64_t rule_id,
                   int (*each)(void *arg, const struct flow_rule *rule), void *arg);

/* The active version of the flow that a request goes: APPROVAL_NO_ROUTE when no rule fits, or when
 * the flow of the first that fits is disabled or has none: the next rule may ask for less. */
int flow_rule_route(struct tx *tx, enum approval_subject subject, int64_t project_id,
                    int64_t amount_fen, int64_t discount_bp, int64_t *ret_flow_version_id);
/* The same for who only wants to know: 1, or 0 without a refusal. */
int flow_rule_find(struct tx *tx, enum approval_subject subject, int64_t project_id,
                   int64_t amount_fen, int64_t discount_bp, int64_t *ret_flow_version_id);

#endif
