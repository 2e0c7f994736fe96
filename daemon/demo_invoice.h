/* demo_invoice.h - a few requests for invoices in each state, for demo.c. Thread: the writer's. */
#ifndef ANCHANG_DEMO_INVOICE_H
#define ANCHANG_DEMO_INVOICE_H

#include "db/tx.h"

/* Of deals with receipts, as @actor_id, who asks for them. Numbers begin with eight zeros: no
 * invoice does. */
int demo_invoices_make(struct tx *tx, int64_t project_id, int64_t actor_id);

#endif
