/* people.h - what people and terminals need of the rest of the daemon, and give to it.
 *
 * The committed hook hands every change to people_committed(): rights that changed reach the
 * sessions, a terminal that was revoked loses its own, a member whose card died loses what is open,
 * a call for staff is told, and so is each user of his own to-dos and requests. The start puts the
 * paired terminals back among the sessions.
 *
 * Thread: any, the writer's included: each opens a reader of its own.
 */
#ifndef ANCHANG_PEOPLE_H
#define ANCHANG_PEOPLE_H

#include "daemon/http/call.h"
#include "daemon/swipe.h"

struct app;
struct identity;

/* At start, before http_start(): every paired terminal becomes a session. Returns how many. */
int terminals_load(struct app *app);

/* For writer_options.committed: deals with CHANGE_USER, CHANGE_TERMINAL, CHANGE_ALERT,
 * CHANGE_MEMBER, CHANGE_TODO and CHANGE_APPROVAL and passes over all others. What cannot be read
 * fails closed: sessions concerned end. The first error is returned, for the log; the rest is done
 * all the same. */
int people_committed(struct app *app, const struct change *changes, size_t n);

/* The parts of it. */
int session_reload_user(struct app *app, struct db *db, int64_t user_id);
int terminal_reload(struct app *app, struct db *db, int64_t terminal_id);
int alert_announce(struct app *app, struct db *db, int64_t alert_id);

/* A card with @code was read for @place: the id by which its page hears of it, and at a terminal
 * the end of what another member had open there. For the device manager. */
int card_swiped(struct app *app, struct swipe_place place, const char *code,
                char ret_id[SWIPE_ID_TEXT]);

/* Every field change of @object ("unit:12"), newest first, as the items of a TrailList; at most
 * TRAIL_MAX rows of the log. */
enum { TRAIL_MAX = 500 };
int audit_trail_json(struct call *call, const char *object, json_t **ret_items);

/* ---- among the handlers ---- */

struct alert_row;
struct terminal_row;

/* The Session of @id as the answer to @call. */
int session_json(struct call *call, const struct identity *id, json_t **ret_session);
/* Who a terminal is to the session table. */
void terminal_identity(const struct terminal_row *row, struct identity *ret_identity);
/* With what is left of the disk it is about. */
json_t *alert_json(struct app *app, const struct alert_row *row);
/* The codes of @set. */
json_t *rights_json(right_set set);
/* null for 0. */
json_t *id_json(int64_t value);

#endif
