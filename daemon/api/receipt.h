/* receipt.h - the Receipt object, for the handlers that answer with one. Thread: any. */
#ifndef ANCHANG_API_RECEIPT_H
#define ANCHANG_API_RECEIPT_H

#include "daemon/http/call.h"

struct receipt_key;
/* The receipt as the reply; @status 200, or 201 of a new one. */
int reply_receipt(struct call *call, const struct receipt_key *key, int status);

#endif
