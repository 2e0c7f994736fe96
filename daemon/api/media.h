/* media.h - sending a file of the media folder. Thread: any. */
#ifndef ANCHANG_API_MEDIA_H
#define ANCHANG_API_MEDIA_H

#include "daemon/http/call.h"
#include "db/content.h"

/* Whether @id is shown by the publication: on a unit, layout, permit, item or as the cover. */
bool media_is_published(const struct content *content, const char *id);

/* The file @id as the reply, with an etag; the caller has decided that it may be seen. */
int media_reply(struct call *call, const char *id);

#endif
