/* approval.h - what the handlers of subjects share with those of approvals. Thread: any. */
#ifndef ANCHANG_API_APPROVAL_H
#define ANCHANG_API_APPROVAL_H

#include "daemon/http/call.h"
#include "db/approval.h"

/* A required "subject"; an item when there is none of that code. */
void body_subject(struct body *b, enum approval_subject *ret_subject);

/* "values": {"12": "text", ...}, what was filled in of the form's own fields (form.h), for
 * whatever asks for an approval. Lives as long as the body. */
void body_values(struct body *b, struct approval_values *ret_values);

/* The name of a subject in the language of the call; its code when it is not known. */
const char *subject_name(const struct call *call, const char *code);

#endif
