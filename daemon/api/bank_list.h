/* bank_list.h - a list of a bank that was uploaded for a project: kept until it is committed or
 * thrown away, and what is wrong in it, for the handlers of such lists.
 *
 * Thread: the slow ones; discard and find on any.
 */
#ifndef ANCHANG_API_BANK_LIST_H
#define ANCHANG_API_BANK_LIST_H

#include "daemon/http/call.h"
#include "daemon/import_store.h"

/* What was sent, kept; the project of the address, in scope. */
int bank_list_upload(struct call *call, int64_t *ret_project_id, struct stored_import *ret_stored);
/* The end of the upload: 201 when it could be looked at (@r), else it is thrown away. */
int bank_list_looked(struct call *call, const struct stored_import *stored, int r);
/* The caller's own of the address {project}/{list}. IMPORT_GONE. */
int bank_list_find(struct call *call, int64_t *ret_project_id, struct stored_import *ret_stored);
int bank_list_discard(struct call *call);

#endif
