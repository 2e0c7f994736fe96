/* consent.h - what a person agreed to, under which notice, and took back (CU-35; PIPL 13-17).
 *
 * Recording a customer is the first of them, for the service itself. One living row a purpose.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CONSENT_H
#define ANCHANG_DB_CONSENT_H

#include "db/tx.h"

enum { CONSENT_NOTICE_MAX = 60, CONSENTS_MAX = 200 /* of a customer */ };

/* service: to serve him in buying; marketing: to call and write to him about offers; sharing:
 * banks, funds, authorities; sensitive: documents and income. Ended by NULL. */
extern const char *const consent_purposes[];

struct consent_row {
    int64_t id;
    const char *purpose, *notice, *given_by;
    int64_t given_ms, withdrawn_ms; /* 0: it stands */
    const char *withdrawn_by;       /* NULL */
};
/* NOT_FOUND. Newest first. */
int consent_scan(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct consent_row *row), void *arg);

/* Takes the place of one of that purpose that stands. NOT_FOUND, LIMIT_REACHED. */
int consent_give(struct tx *tx, int64_t customer_id, const char *purpose, const char *notice);
/* NOT_FOUND: none stands. */
int consent_withdraw(struct tx *tx, int64_t customer_id, const char *purpose);

/* The row alone, for customer_create(), whose audit row has the notice. */
int consent_insert(struct tx *tx, int64_t customer_id, const char *purpose, const char *notice);

#endif
