/* member.h - what the handlers of customers, members and cards share.
 *
 * Thread: any.
 */
#ifndef ANCHANG_API_MEMBER_H
#define ANCHANG_API_MEMBER_H

#include "daemon/http/call.h"
#include "db/card.h"

/* The Member, with its cards. NOT_FOUND. */
int member_json(struct call *call, int64_t member_id, json_t **ret_member);
/* The Member as the reply. */
int reply_member(struct call *call, int64_t member_id, int status);
json_t *card_json(const struct card_row *row);

/* The card that a body gives: "code", or "swipe" of this terminal; "number"; and with @terms those
 * that were shown. What it gives lives as long as the call and @code. body_end() tells what is
 * wrong, except SWIPE_GONE, which is returned. */
int body_card(struct body *b, bool terms, char code[CARD_TEXT], struct card_new *ret_card);

#endif
