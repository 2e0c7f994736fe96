/* customer_class.h - where a customer stands (CU-03): potential, intending, subscribed, signed,
 * owner, resident. It follows from what is recorded of him and is set by nobody.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_CUSTOMER_CLASS_H
#define ANCHANG_DB_CUSTOMER_CLASS_H

#include "db/tx.h"

/* potential, intending, ..., ended by NULL. */
extern const char *const customer_classes[];

/* Called by what may move it: a visit, an intent, a deal and its end. Works the class out anew from
 * the rows there are, and is an audit row when it is another one. */
int customer_class_recompute(struct tx *tx, int64_t customer_id);

#endif
