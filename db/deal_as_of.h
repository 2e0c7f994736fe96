/* deal_as_of.h - a deal as it was at a moment (ST-22): its stage, buyers, terms, schedule and
 * money, built from what is only ever added: claims, parties, papers, due lines and what was
 * received.
 *
 * What happened at the very moment counts. Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_DEAL_AS_OF_H
#define ANCHANG_DB_DEAL_AS_OF_H

#include "db/deal.h"

struct deal_as_of {
    int64_t deal_id, at_ms;
    int64_t unit_id, terms_id, list_fen, total_fen, received_fen; /* as of deal_row */
    int64_t due_ms;                                               /* 0: none */
    char stage;
    bool closed;
    const char *outcome; /* "" live */
    const char *plan_name, *document_kind, *document;
    int64_t document_number;
};
/* NOT_FOUND out of scope, and before there was such a deal. */
int deal_as_of_get(struct tx *tx, int64_t deal_id, int64_t at_ms,
                   int (*each)(void *arg, const struct deal_as_of *row), void *arg);
/* Of one that was read: its buyers then, masked as in deal_row. Its lines then:
 * receivable_each_at(). */
int deal_as_of_party_each(struct tx *tx, int64_t deal_id, int64_t at_ms,
                          int (*each)(void *arg, const struct deal_party_row *row), void *arg);

#endif
