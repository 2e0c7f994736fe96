/* collection.h - what the reports of money are asked for. Thread: the handler's. */
#ifndef ANCHANG_API_COLLECTION_H
#define ANCHANG_API_COLLECTION_H

#include "daemon/http/call.h"
#include "db/collection.h"
#include "db/day.h"

/* Project and days of the address; today alone when none are given. @today is what @ret_days may
 * point to. */
int report_asked(struct call *call, char today[DAY_TEXT], int64_t *ret_project_id,
                 struct days *ret_days);

#endif
