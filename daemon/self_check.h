/* self_check.h - whether the HTTP workers still answer: asked over loopback, as a client would
 * (RS F17).
 */
#ifndef ANCHANG_SELF_CHECK_H
#define ANCHANG_SELF_CHECK_H

#include <stdbool.h>

/* GET /healthz of @address:@port; true when an answer begins within @patience_ms, or the connection
 * is turned away: a caller that has taken all the connections of this address must not pass for
 * workers that are stuck. Blocks until then. */
bool self_check(const char *address, unsigned port, int patience_ms);

#endif
