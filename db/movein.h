/* movein.h - move-in notices: to whom, by which way, and the proof that it arrived (SF-19).
 *
 * A notice goes out ten days before the handover at least. It ends the node of the deal's process
 * that waits for it; what arrived is noted once. Append-only but for the delivery. Needs a deal in
 * scope.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_MOVEIN_H
#define ANCHANG_DB_MOVEIN_H

#include "db/tx.h"

enum { MOVEIN_AHEAD_DAYS = 10, MOVEIN_BATCH_MAX = 200, MOVEIN_PAGE_MAX = 200 };

/* "post", "sms", "phone", "in_person"; ended by NULL. */
extern const char *const movein_ways[];

struct movein_new {
    const int64_t *deal_ids;
    size_t n_deals; /* at most MOVEIN_BATCH_MAX */
    const char *handover_date;
    const char *way;
};
/* A notice to each, all or none: MOVEIN_EARLY when the day is too near, CONTRACT_NONE before the
 * contract, DEAL_CLOSED. */
int movein_send(struct tx *tx, const struct movein_new *notice);
/* It arrived; @proof (a parcel's number, who signed) is needed. MOVEIN_DELIVERED,
 * DOCUMENT_NEEDED. */
int movein_deliver(struct tx *tx, int64_t id, const char *proof);

struct movein_row {
    int64_t deal_id, id;                      /* id 0: none was sent */
    const char *unit, *customer, *consultant; /* customer masked without customer.clear */
    const char *handover_date, *way, *proof;  /* NULL: none was sent */
    const char *actor;                        /* who sent it; NULL */
    int64_t sent_ms, delivered_ms;            /* 0: none */
};
enum movein_which { MOVEIN_ANY, MOVEIN_UNSENT, MOVEIN_SENT, MOVEIN_DELIVERED_ONES };
struct movein_filter {
    int64_t project_id;
    enum movein_which which;
    int64_t deal_id;       /* of one; 0: any */
    int64_t after_deal_id; /* behind this one; 0: from the first */
    int limit;
};
/* The deals with a contract that are not handed over, each with its last notice, by deal. */
int movein_list(struct tx *tx, const struct movein_filter *filter,
                int (*each)(void *arg, const struct movein_row *row), void *arg);

#endif
