/* approval.h - what the handlers of subjects share with those of approvals. Thread: any. */
#ifndef ANCHANG_API_APPROVAL_H
#define ANCHANG_API_APPROVAL_H

#include "daemon/http/call.h"
#include "db/approval.h"

/* Rows on their way into an array, in the language of a call. */
struct rows_out {
    struct call *call;
    json_t *items;
};

/* A required "subject"; an item when there is none of that code. */
void body_subject(struct body *b, enum approval_subject *ret_subject);

/* "values": {"12": "text", ...}, what was filled in of the form's own fields (form.h), for
 * approval_ask; the array is malloc'ed for the caller. */
int body_values(struct body *b, struct approval_value **ret_values, size_t *ret_n);

/* The name of a subject in the language of the call; its code when it is not known. */
const char *subject_name(const struct call *call, const char *code);

#endif
