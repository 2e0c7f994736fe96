/* duplicate.h - whether somebody is recorded already, by the keys of the project (DP-01, DP-03).
 *
 * A phone or a document is always one of them, and refuses: the same number twice among the living
 * is a unique index (DP-02). A name, and a name with the last four of a phone or a document, warn
 * or refuse as the project is set. Numbers are in the forms of contact.h, names without blanks.
 *
 * Needs tx->seal. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DUPLICATE_H
#define ANCHANG_DB_DUPLICATE_H

#include "db/contact.h"
#include "db/customer.h"
#include "db/customer_rule.h"

enum { CHECKS_A_MINUTE = 30, DUPLICATE_OWNER_TEXT = 256 };

struct duplicate_ask {
    int64_t project_id;
    const char *name; /* NULL: not asked */
    const char *const *phones;
    size_t n_phones;
    const char *document_kind, *document; /* NULL: not asked */
};
struct duplicate {
    enum duplicate_effect effect; /* OFF: nobody is known by that */
    int64_t customer_id;
    bool number; /* by a whole phone or document */
};
/* The strongest hit. PHONE_WRONG, DOCUMENT_WRONG. */
int duplicate_find(struct tx *tx, const struct duplicate_ask *ask, struct duplicate *ret);

/* Before somebody is recorded: DUPLICATE_BLOCKED; DUPLICATE_DOUBT unless @accepted. Of a whole
 * number customer_create() says itself which it is. */
int duplicate_need_none(struct tx *tx, const struct duplicate_ask *ask, bool accepted);

/* What is said of a hit, and nothing else (DP-03). */
struct entry_answer {
    bool exists;
    enum duplicate_effect effect;
    bool owned;                       /* in this project */
    char owner[DUPLICATE_OWNER_TEXT]; /* ""; else who it is, when the project tells it */
    int64_t protected_until_ms;       /* 0: not */
};
/* In scope. CHECK_RATE: too many in a minute. Each is kept, without what was asked. */
int duplicate_check(struct tx *tx, const struct duplicate_ask *ask, struct entry_answer *ret);

#endif
