/* deal_event.h - what has happened to a deal, and on which day: what its due lines wait for (FC
 * 27.3) and what ends the nodes of its process (AS-02).
 *
 * It is read from the rows that say it, its documents, claims, mortgages, notices, and is kept
 * nowhere else: so it is the same whichever step asks, and what was taken back has not happened.
 * The caller has read the deal. Thread: the writer's.
 */
#ifndef ANCHANG_DB_DEAL_EVENT_H
#define ANCHANG_DB_DEAL_EVENT_H

#include "db/day.h"
#include "db/tx.h"

enum deal_event_kind {
    DEAL_SUBSCRIBED,
    DEAL_SIGNED,
    DEAL_FILED,
    DEAL_BANK, /* every loan of its terms is approved */
    DEAL_NOTICED,
    DEAL_DELIVERED,
    DEAL_TITLED,
    DEAL_EVENTS,
};

struct deal_event {
    bool happened;
    bool none; /* nothing of the kind can happen to it: terms without a loan wait for no bank */
    char day[DAY_TEXT];
    char document[80 * 4 + 1]; /* that says so; "" none */
};
int deal_events_read(struct tx *tx, int64_t deal_id, struct deal_event ret_events[DEAL_EVENTS]);

/* The day on which the deal's node @code was done; "" when it is not. */
int deal_node_day(struct tx *tx, int64_t deal_id, const char *code, char ret_day[DAY_TEXT]);

#endif
