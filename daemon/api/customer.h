/* customer.h - what the handlers around customers share: their filter, their JSON, a visit as it
 * comes in. Thread: any. */
#ifndef ANCHANG_API_CUSTOMER_H
#define ANCHANG_API_CUSTOMER_H

#include "daemon/http/call.h"
#include "db/customer.h"
#include "db/intent.h"
#include "db/visit.h"

/* phone, name, class, source, from and to of the address. */
int customer_filter_read(struct call *call, struct customer_filter *ret_filter);
/* Null without a name: of before sources were kept. */
json_t *source_json(int64_t id, const char *name, const char *name_en);
json_t *customer_json(const struct customer_row *row); /* masked */
json_t *customer_clear_json(const struct customer_clear *clear);
json_t *visit_json(const struct visit_row *row);
json_t *intent_json(const struct intent_row *row);
/* kind, at_ms, source_id, awareness_id, consultant_id, companions, note; not whose and where. */
void body_visit(struct body *b, struct visit_new *v);

#endif
