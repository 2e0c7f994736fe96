/* demo.h - a demonstration site: an invented project, invented people, all marked 演示 on every page.
 */
#ifndef ANCHANG_DEMO_H
#define ANCHANG_DEMO_H

#include <jansson.h>

#include "daemon/app.h"
#include "db/tx.h"

/* The command `demo`: makes users and a published project in an empty database; in one that has a
 * project it does nothing. *ret_out: {"made":bool,"users":[{"login","password","name","post"}],
 * "member":{"card","pin"}}. */
int demo_make(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out);

#endif
