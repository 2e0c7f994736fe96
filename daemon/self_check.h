/* self_check.h - whether the HTTP workers still answer: asked over loopback, as a client would
 * (RS F17).
 */
#ifndef ANCHANG_SELF_CHECK_H
#define ANCHANG_SELF_CHECK_H

#include <stdbool.h>

/* GET /healthz of @address:@port; true when an answer begins within @patience_ms. Blocks until
 * then. */
bool self_check(const char *address, unsigned port, int patience_ms);

#endif
