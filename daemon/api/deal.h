/* deal.h - the Deal object, for the handlers that answer with one. Thread: any. */
#ifndef ANCHANG_API_DEAL_H
#define ANCHANG_API_DEAL_H

#include "daemon/http/call.h"

/* The deal as it is now, with its buyers, papers, stages and what is due, as the reply;
 * NOT_FOUND out of scope. @status 200 or 201. */
int reply_deal(struct call *call, int64_t deal_id, int status);

/* A due line, for receivable_each(); @arg is the array. */
struct receivable_row;
int receivable_item_add(void *arg, const struct receivable_row *row);
/* One of its agency fees, for deal_fee.h. */
struct deal_fee_row;
int deal_fee_item_add(void *arg, const struct deal_fee_row *row);

/* "buyers": [{customer_id, share_bp}], for deal.h of db/. */
struct deal_buyer;
void body_buyers(struct body *b, struct deal_buyer *ret_buyers, size_t *ret_n);
/* Of the register of changes: project, kind, state and archived of the address; the name of a
 * kind. */
struct deal_change_filter;
int deal_change_filter_read(struct call *call, struct deal_change_filter *f);
const char *deal_change_name(const char *code, enum lang lang);
/* "shown": [codes of showing.def], as deal_open() and deal_advance() want them: separated by a
 * space. */
enum { SHOWN_MAX = 8, SHOWN_TEXT = SHOWN_MAX * 20 };
void body_shown(struct body *b, char ret_shown[static SHOWN_TEXT]);

#endif
