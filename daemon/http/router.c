/* router.c - see router.h. */
#include "daemon/http/router.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHODS = 5, NODES_MAX = 4096, ROUTES_MAX = 1024 };

static const char *const methods[METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

struct node {
    const char *text; /* of the literal segment; into the route's path */
    size_t n;
    int child;          /* first literal below, -1: none */
    int sibling;        /* next literal of the same parent, in the table's order */
    int param;          /* the parameter below, -1: none */
    int route[METHODS]; /* index in the table, -1: none */
};

struct router {
    const struct route *table;
    struct node *nodes;
    int n_nodes;
};

static int method_index(const char *method)
{
    for (int i = 0; i < METHODS; i++)
        if (!strcmp(method, methods[i]))
            return i;
    return -1;
}

static bool segment_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

/* ---- soundness of the table ---- */

static const char *path_fault(const char *path)
{
    unsigned params = 0, segments = 0;

    if (path[0] != '/')
        return "does not start with /";
    for (const char *p = path; *p;) {
        const char *end = strchrnul(p + 1, '/');
        const char *s = p + 1;
        bool param = *s == '{';

        if (end == s)
            return strlen(path) == 1 ? NULL : "has an empty segment";
        if (param && (end - s < 3 || end[-1] != '}'))
            return "has a malformed parameter";
        for (const char *c = s + param; c < end - param; c++)
            if (!segment_char(*c))
                return "has a character that no request may have";
        params += param;
        segments++;
        p = end;
    }
    if (params > CALL_PARAMS_MAX)
        return "has too many parameters";
    return segments > ROUTER_SEGMENTS_MAX ? "has too many segments" : NULL;
}

static const char *flags_fault(const struct route *r)
{
    const unsigned how = r->flags & (ROUTE_RAW | ROUTE_STREAM | ROUTE_WRITE);
    bool get = !strcmp(r->method, "GET");

    if ((how & (how - 1)) != 0)
        return "is more than one of raw, stream and write";
    if (get && (r->flags & (ROUTE_WRITE | ROUTE_UPLOAD | ROUTE_IDEMPOTENT | ROUTE_NO_BODY_OK)))
        return "writes on GET";
    if (!get && !(r->flags & (ROUTE_WRITE | ROUTE_UPLOAD | ROUTE_SLOW | ROUTE_ASK)))
        return "is neither GET nor a write";
    if ((r->flags & ROUTE_ASK) && (get || r->flags != ROUTE_ASK))
        return "asks and is something else";
    if ((r->flags & ROUTE_IDEMPOTENT) && !(r->flags & ROUTE_WRITE))
        return "is idempotent without a write";
    if ((r->flags & ROUTE_SECRET) && !(r->flags & ROUTE_IDEMPOTENT))
        return "keeps an answer secret that nobody keeps";
    if ((r->flags & ROUTE_SLOW) && (r->flags & ROUTE_STREAM))
        return "is a slow stream";
    if (!!r->prepare != ((r->flags & ROUTE_SLOW) && (r->flags & ROUTE_WRITE)))
        return "needs prepare exactly when slow and write";
    if ((r->flags & ROUTE_UPLOAD) && (r->flags & (ROUTE_STREAM | ROUTE_IDEMPOTENT)))
        return "uploads to a stream, or under a key that does not cover files";
    if (r->body_max > ((r->flags & ROUTE_UPLOAD) ? 256u << 20 : 4u << 20))
        return "takes too large a body";
    return NULL;
}

static const char *route_fault(const struct route *r)
{
    const char *why;

    if (method_index(r->method) < 0)
        return "has an unknown method";
    if (!r->path || !r->handler)
        return "has no path or no handler";
    if ((unsigned)r->right >= RIGHT_COUNT)
        return "names a right that does not exist";
    why = path_fault(r->path);
    return why ? why : flags_fault(r);
}

/* ---- building ---- */

static int node_new(struct router *r, const char *text, size_t n)
{
    struct node *node;

    if (r->n_nodes == NODES_MAX)
        return -1;
    node = &r->nodes[r->n_nodes];
    *node = (struct node){.text = text, .n = n, .child = -1, .sibling = -1, .param = -1};
    for (int i = 0; i < METHODS; i++)
        node->route[i] = -1;
    return r->n_nodes++;
}

static int literal_below(const struct router *r, int at, const char *text, size_t n)
{
    int i = r->nodes[at].child;

    while (i >= 0 && !(r->nodes[i].n == n && !memcmp(r->nodes[i].text, text, n)))
        i = r->nodes[i].sibling;
    return i;
}

static int node_below(struct router *r, int at, const char *text, size_t n)
{
    bool param = text[0] == '{';
    int i = param ? r->nodes[at].param : literal_below(r, at, text, n);

    if (i >= 0)
        return i;
    i = node_new(r, text, n);
    if (i < 0)
        return -1;
    if (param) {
        r->nodes[at].param = i;
    } else {
        int *end = &r->nodes[at].child;

        while (*end >= 0)
            end = &r->nodes[*end].sibling;
        *end = i;
    }
    return i;
}

static int route_add(struct router *r, int index)
{
    const struct route *route = &r->table[index];
    int at = 0, *slot;

    for (const char *p = route->path; *p && p[1];) {
        const char *end = strchrnul(p + 1, '/');

        at = node_below(r, at, p + 1, (size_t)(end - p - 1));
        if (at < 0)
            return -ENOMEM;
        p = end;
    }
    slot = &r->nodes[at].route[method_index(route->method)];
    if (*slot >= 0)
        return -EEXIST;
    *slot = index;
    return 0;
}

int router_create(const struct route *table, char *error, size_t size, struct router **ret_router)
{
    struct router *r = calloc(1, sizeof(*r));
    int n;

    if (!r || !(r->nodes = calloc(NODES_MAX, sizeof(*r->nodes)))) {
        free(r);
        return -ENOMEM;
    }
    r->table = table;
    node_new(r, "", 0);
    for (n = 0; table[n].method; n++) {
        const char *why = n < ROUTES_MAX ? route_fault(&table[n]) : "is one too many";

        if (!why && route_add(r, n) < 0)
            why = "is there twice";
        if (why) {
            snprintf(error, size, "route %s %s %s", table[n].method,
                     table[n].path ? table[n].path : "?", why);
            router_free(r);
            return -EINVAL;
        }
    }
    *ret_router = r;
    return 0;
}

int http_routes_check(const struct route *table, char *error, size_t size)
{
    struct router *r = NULL;
    int result = router_create(table, error, size, &r);

    router_free(r);
    return result;
}

struct router *router_free(struct router *r)
{
    if (!r)
        return NULL;
    free(r->nodes);
    free(r);
    return NULL;
}

/* ---- finding ---- */

static bool param_ok(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!segment_char(text[i]))
            return false;
    return n > 0;
}

static void allow_list(const struct router *r, int at, char *allow, size_t size)
{
    size_t n = 0;

    allow[0] = '\0';
    for (int i = 0; i < METHODS && n < size; i++) {
        int more;

        if (r->nodes[at].route[i] < 0)
            continue;
        more = snprintf(allow + n, size - n, "%s%s%s", n ? ", " : "", methods[i],
                        i == 0 ? ", HEAD" : "");
        n += more > 0 ? (size_t)more : 0;
    }
}

int router_find(const struct router *r, const char *method, const char *path, size_t n_path,
                struct router_match *ret_match, char *allow, size_t allow_size)
{
    int at = 0, m = method_index(!strcmp(method, "HEAD") ? "GET" : method);
    struct router_match match = {0};

    for (size_t p = 0; p < n_path && n_path > 1;) {
        const char *slash = memchr(path + p + 1, '/', n_path - p - 1);
        size_t s = p + 1, n = (slash ? (size_t)(slash - path) : n_path) - s;
        int next = literal_below(r, at, path + s, n);

        if (next < 0 && r->nodes[at].param >= 0 && param_ok(path + s, n) &&
            match.n_params < CALL_PARAMS_MAX) {
            next = r->nodes[at].param;
            match.param[match.n_params].at = s;
            match.param[match.n_params++].n = n;
        }
        if (next < 0)
            return -ENOENT;
        at = next;
        p = s + n;
    }
    if (m < 0 || r->nodes[at].route[m] < 0) {
        allow_list(r, at, allow, allow_size);
        return allow[0] ? -EPERM : -ENOENT;
    }
    match.index = (unsigned)r->nodes[at].route[m];
    match.route = &r->table[match.index];
    *ret_match = match;
    return 0;
}
