/* demo.h - a demonstration site: an invented project, invented people, all marked 演示 on every page.
 */
#ifndef ANCHANG_DEMO_H
#define ANCHANG_DEMO_H

#include <jansson.h>

#include "daemon/app.h"
#include "db/tx.h"

/* The virtual readers that its configuration names: one for a counter, one for a kiosk. */
enum { DEMO_READERS = 2 };
extern const char *const demo_readers[DEMO_READERS];

/* The command `demo`: makes users and a published project in an empty database; in one that has a
 * project it makes none. @args: {"readers":bool, "days":N}: whether the demo_readers are
 * registered; how many days of business lie behind it (0 none, at most DEMO_DAYS_MAX).
 * *ret_out: {"made":bool,"users":[{"login","password","name","post"}],"member":{"card","pin"}}. */
int demo_make(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out);

#endif
