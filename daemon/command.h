/* command.h - what an administrator does from the shell, as transactions: one table (command.c).
 *
 * anchangctl runs a command in its own process when no daemon has the site, and hands it to the
 * daemon's control socket when one has: either way it is the same function in one transaction of
 * the one writer.
 */
#ifndef ANCHANG_COMMAND_H
#define ANCHANG_COMMAND_H

#include <jansson.h>

#include "daemon/app.h"
#include "db/tx.h"

/* Either a transaction, or something that a running daemon does on its loop thread. */
struct command {
    const char *name;
    /* @args is an object of texts and integers; *ret_out a new object for the caller. */
    int (*run)(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out);
    int (*act)(struct app *app, const json_t *args, struct fault *fault, json_t **ret_out);
};

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);

#endif
