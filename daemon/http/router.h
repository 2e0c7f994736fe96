/* router.h - finds the route of a path: a tree of segments, built and checked at start.
 *
 * A literal segment wins over a parameter and there is no way back, so a search costs one step a
 * segment. Thread: read-only after router_create().
 */
#ifndef ANCHANG_HTTP_ROUTER_H
#define ANCHANG_HTTP_ROUTER_H

#include "daemon/http/call.h"

enum { ROUTER_SEGMENTS_MAX = 12 };

struct router;

/* Refuses, with the reason in @error, a table that is not sound: a duplicate, a malformed path, an
 * unknown method, a right out of range, flags that contradict each other. -EINVAL, -ENOMEM. */
int http_routes_check(const struct route *table, char *error, size_t size);

/* Checks, then builds. */
int router_create(const struct route *table, char *error, size_t size, struct router **ret_router);
struct router *router_free(struct router *r);

struct router_match {
    const struct route *route;
    unsigned index; /* of the route in the table */
    struct {
        size_t at, n; /* in the path */
    } param[CALL_PARAMS_MAX];
    size_t n_params;
};

/* 0; -ENOENT: no such path; -EPERM: the path takes other methods, listed in @allow ("GET, HEAD").
 * HEAD finds the GET route. */
int router_find(const struct router *r, const char *method, const char *path, size_t n_path,
                struct router_match *ret_match, char *allow, size_t allow_size);

#endif
