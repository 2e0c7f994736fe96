/* assets.h - the built pages, read into memory at start and served by exact name.
 *
 * No part of a request ever reaches the file system (RS T12). Files under /assets/ carry a hash in
 * their names and are cached for good; pages are asked for again each time and answered 304.
 *
 * Thread: read-only after assets_load().
 */
#ifndef ANCHANG_HTTP_ASSETS_H
#define ANCHANG_HTTP_ASSETS_H

#include "daemon/http/response.h"

struct assets;

enum { ASSETS_BYTES_MAX = 64 * 1024 * 1024, ASSETS_FILES_MAX = 4096 };

/* Reads every regular file under @dir with a known type; a .gz twin is used, text without one is
 * compressed here. -ENOENT: no such directory, -EFBIG: over the bounds. Symbolic links and dot
 * files are passed over. */
int assets_load(const char *dir, struct assets **ret_assets);
struct assets *assets_free(struct assets *a);
size_t assets_count(const struct assets *a);

/* The answer for the request path @path, or NULL; borrowed from the table. Page addresses: "/",
 * "/kiosk/", "/counter/", "/office/" and client routes below it, "/u/…". */
struct http_prepared *assets_find(const struct assets *a, const char *path);
/* Where a directory address without its slash should go ("/kiosk" -> "/kiosk/"), or NULL. */
const char *assets_redirect(const struct assets *a, const char *path);

#endif
