/* buyer_notice.h - what a buyer is to be told of (NT-10): his due lines, money that came in or went
 * back, steps of his deal. Recorded with the event, in its transaction and once, and only of who
 * agreed to be served (consent.h, "service").
 *
 * It is a record: nothing sends it yet. The words of buyer_notice.def are made when it is read, so
 * that nothing personal lies in it.
 *
 * Thread: changes on the writer's; reads on any.
 */
#ifndef ANCHANG_DB_BUYER_NOTICE_H
#define ANCHANG_DB_BUYER_NOTICE_H

#include "db/tx.h"

enum buyer_event {
#define NOTICE(symbol, ...) NOTICE_##symbol,
#include "db/buyer_notice.def"
#undef NOTICE
    NOTICE_COUNT
};
enum { NOTICE_TEXT = 800 };

/* For the modules of db/. The reminder @event of a due line, of which @owed_fen are owed. */
int buyer_notice_due(struct tx *tx, int64_t receivable_id, const char *event, int64_t owed_fen);
/* A voucher of @event. */
int buyer_notice_voucher(struct tx *tx, int64_t voucher_id, enum buyer_event event);
/* The last time that the node was done. */
int buyer_notice_node(struct tx *tx, int64_t node_id);

struct buyer_notice {
    int64_t id, at_ms;
    const char *event, *customer; /* customer: as name_shown() has him */
    const char *text;
};
/* Of a deal that is seen, newest first, in @lang. */
int buyer_notice_each(struct tx *tx, int64_t deal_id, enum lang lang,
                      int (*each)(void *arg, const struct buyer_notice *notice), void *arg);
/* Of what is of no deal: the earnest money of a customer who is seen, in a project. */
struct buyer_notice_held {
    int64_t project_id, customer_id;
    enum lang lang;
};
int buyer_notice_held_each(struct tx *tx, const struct buyer_notice_held *of,
                           int (*each)(void *arg, const struct buyer_notice *notice), void *arg);

#endif
