/* control.h - the daemon's side of anchangctl: a socket in the state folder, for root and the
 * daemon's own user alone. One request and one answer a connection, each a line of JSON.
 *
 * Thread: the loop's.
 */
#ifndef ANCHANG_CONTROL_H
#define ANCHANG_CONTROL_H

#include <jansson.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/app.h"

enum { CONTROL_LINE_MAX = 1 << 20 };

struct control;

int control_start(sd_event *loop, struct app *app, struct control **ret_control);
struct control *control_stop(struct control *c);

/* Runs @request of the system user @uid, whose name the audit log gets,
 * ({"command":…,"args":{…}}) through the writer; always gives an answer:
 * {"ok":true,"result":{…}} or {"ok":false,"code":…,"detail":…,"errors":[…]}. New reference. */
json_t *control_answer(struct app *app, const json_t *request, uid_t uid);

/* The client's side: -ECONNREFUSED when nobody listens. */
int control_ask(const char *state_dir, const json_t *request, json_t **ret_answer);

#endif
