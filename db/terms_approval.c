/* terms_approval.c - terms beyond their maker's limits are approved, and exactly those (PR-05,
 * PR-13, P8). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/clock.h"
#include "db/flow_rule.h"
#include "db/terms_make.h"

/* What of the terms decides which way their request goes. */
static struct approval_ask request_of(const struct terms_row *t)
{
    return (struct approval_ask){.subject = SUBJECT_TERMS,
                                 .project_id = t->project_id,
                                 .amount_fen = t->total_fen,
                                 .discount_bp = t->discount_bp};
}

int terms_approver_each(struct tx *tx, const struct terms_row *quote,
                        int (*each)(void *arg, const struct flow_node *node), void *arg)
{
    const struct approval_ask request = request_of(quote);
    int64_t version_id = 0;
    int r;

    if (!quote->beyond[0] || quote->for_change)
        return 0;
    r = flow_rule_find(tx, request.subject, request.project_id, request.amount_fen,
                       request.discount_bp, &version_id);
    return r <= 0 ? r
                  : flow_node_each_of(tx, version_id, request.amount_fen, request.discount_bp, each,
                                      arg);
}

/* "1-2-301 1103333 → 1060454": the same in every language. */
int terms_approval(struct tx *tx, const struct terms_ask *ask, struct terms_row *t,
                   const uint8_t hash[APPROVAL_HASH_SIZE])
{
    struct approval_ask request = request_of(t);
    char title[160];

    request.object_kind = "terms";
    request.object_id = t->id;
    request.reason = ask->reason;
    request.values = ask->values;
    request.resubmits_id = ask->resubmits_id;
    snprintf(title, sizeof(title), "%.100s  %" PRId64 " → %" PRId64, t->unit, t->list_fen / 100,
             t->total_fen / 100);
    request.title = title;
    memcpy(request.hash, hash, APPROVAL_HASH_SIZE);
    return approval_request(tx, &request, &t->approval_id);
}

/* What the end of its request means (approval.h). */
struct ending {
    struct tx *tx;
    const uint8_t *hash;
    enum approval_outcome outcome;
};

static int pending_end(void *arg, const struct terms_row *t)
{
    const struct ending *e = arg;
    const int64_t soon = e->tx->now_ms + TERMS_VALID_DAYS * DAY_MS;
    const bool of_deal = t->for_deal_id != 0;
    uint8_t now[APPROVAL_HASH_SIZE];

    if (strcmp(t->state, "pending") != 0)
        return e->outcome == APPROVAL_APPROVED ? fault_set(e->tx->fault, FAULT_TERMS_EXPIRED, NULL)
                                               : 0;
    if (e->outcome != APPROVAL_APPROVED)
        return terms_state(e->tx, t, "refused", t->valid_until_ms);
    terms_hash(t, now);
    if (memcmp(now, e->hash, sizeof(now)) != 0)
        return fault_set(e->tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    if (t->valid_until_ms <= e->tx->now_ms)
        return fault_set(e->tx->fault, FAULT_TERMS_EXPIRED, NULL);
    return terms_state(e->tx, t, "granted",
                       of_deal || t->valid_until_ms < soon ? t->valid_until_ms : soon);
}

int terms_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
              enum approval_outcome outcome)
{
    struct ending ending = {tx, hash, outcome};

    return terms_get(tx, object_id, pending_end, &ending);
}

/* ---- as part of a change of a deal ---- */

int terms_change_asked(struct tx *tx, int64_t id, int64_t approval_id)
{
    int r =
        db_run(tx->db, "UPDATE terms SET approval_id = $2 WHERE id = $1", "ii", id, approval_id);

    return r < 0 ? r : 0;
}

struct change_ending {
    struct tx *tx;
    bool approved;
};

static int change_end(void *arg, const struct terms_row *t)
{
    const struct change_ending *e = arg;

    if (strcmp(t->state, "pending") != 0) /* their time ended them */
        return e->approved ? fault_set(e->tx->fault, FAULT_TERMS_EXPIRED, NULL) : 0;
    return terms_state(e->tx, t, e->approved ? "granted" : "refused", t->valid_until_ms);
}

int terms_change_ended(struct tx *tx, int64_t id, bool approved)
{
    struct change_ending e = {tx, approved};

    return terms_get(tx, id, change_end, &e);
}
