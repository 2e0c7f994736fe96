/* customer_secret.h - the sealed numbers of a customer, for customer.c alone: opened one by one as
 * they are read, found by their hash, ended when another takes their place.
 *
 * Thread: as customer.h.
 */
#ifndef ANCHANG_DB_CUSTOMER_SECRET_H
#define ANCHANG_DB_CUSTOMER_SECRET_H

#include "db/audit.h"
#include "db/contact.h"

struct customer_secret {
    int64_t id;
    enum contact_kind kind;
    const char *value; /* in clear: lives during the call and is wiped after it */
};

/* The living ones of a customer: phones in the order in which they came, then the document. */
int secret_each(struct tx *tx, int64_t customer_id,
                int (*each)(void *arg, const struct customer_secret *secret), void *arg);

/* Whose phone it is among the living: 1 and the customer, 0: nobody's. PHONE_WRONG. */
int secret_phone_owner(struct tx *tx, const char *typed, int64_t *ret_customer);

/* Adds it, and what came of it to @trail. @field names it in a refusal: PHONE_WRONG,
 * DOCUMENT_WRONG, CUSTOMER_EXISTS, LIMIT_REACHED. */
int secret_add(struct tx *tx, int64_t customer_id, enum contact_kind kind, const char *typed,
               const char *field, struct trail *trail);
/* The document, in the place of the one there is. DOCUMENT_WRONG also when a person has no such
 * kind, or a company. */
int secret_document_set(struct tx *tx, int64_t customer_id, const char *kind, const char *typed,
                        struct trail *trail);
/* NOT_FOUND, CUSTOMER_LAST_PHONE. */
int secret_phone_end(struct tx *tx, int64_t customer_id, int64_t phone_id, struct trail *trail);

#endif
