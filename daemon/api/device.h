/* device.h - readers that are lent for half a minute to somebody who waits for a card: to try one
 * (device.c), to issue a card (reader.c). Thread: the caller's. */
#ifndef ANCHANG_API_DEVICE_H
#define ANCHANG_API_DEVICE_H

#include "daemon/devices.h"
#include "daemon/http/call.h"

/* Lends the device to the caller, and replies until when. DEVICE_NOT_READY, DEVICE_LENT. */
int reply_lent(struct call *call, int64_t device_id, enum device_loan loan);
/* The handler of its end: the device that the path names. */
int device_give_back(struct call *call);

#endif
