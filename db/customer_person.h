/* customer_person.h - the persons to talk to at a company (CU-02). Each is a customer of his own:
 * one person is one record, and both can buy.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_PERSON_H
#define ANCHANG_DB_CUSTOMER_PERSON_H

#include "db/tx.h"

enum { PERSON_ROLE_MAX = 40, PERSONS_MAX = 50 /* of a company */ };

struct customer_person {
    int64_t id;
    int64_t company_id, person_id;
    const char *company, *person; /* the person's name masked */
    const char *role;
    int64_t since_ms;
};
/* Those of a company, or the companies of a person. NOT_FOUND. */
int customer_person_scan(struct tx *tx, int64_t customer_id,
                         int (*each)(void *arg, const struct customer_person *person), void *arg);
/* NOT_FOUND, PERSON_WRONG (not a company and a person), PERSON_TAKEN, LIMIT_REACHED. */
int customer_person_add(struct tx *tx, int64_t company_id, int64_t person_id, const char *role);
/* NOT_FOUND. */
int customer_person_end(struct tx *tx, int64_t company_id, int64_t person_id);

#endif
