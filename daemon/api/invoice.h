/* invoice.h - what the handlers of invoices share.
 *
 * Thread: any.
 */
#ifndef ANCHANG_API_INVOICE_H
#define ANCHANG_API_INVOICE_H

#include "daemon/http/call.h"
#include "db/invoice.h"

/* The filter of the register, of the address: project, state, text, days. */
int invoice_filter_read(struct call *call, struct invoice_filter *ret_filter);
/* The requests for invoices of a payment, for lists of receipts: [{id, request, state, number}]. */
int invoice_links_json(struct call *call, int64_t voucher_id, json_t **ret_array);

#endif
