/* The head of a request, a line each: the gate, then its query decoded and its route found. What
 * passes must be as guard.h and router.h promise (RS T2, T11, T12, F33, F35, F36). */
#include "daemon/http/guard.h"
#include "daemon/http/router.h"
#include "daemon/http/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = GUARD_HEADERS_MAX + 8 };
#define HOST "kiosk:8080"

static int nothing(struct call *call)
{
    (void)call;
    return 0;
}

static const struct route table[] = {
    {"GET", "/", RIGHT_NONE, 0, nothing, 0, NULL},
    {"GET", "/api/units", RIGHT_SELF, 0, nothing, 0, NULL},
    {"POST", "/api/units", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL},
    {"GET", "/api/units/{unit}", RIGHT_SELF, 0, nothing, 0, NULL},
    {"DELETE", "/api/units/{unit}", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL},
    {"GET", "/api/units/{unit}/history/{row}", RIGHT_SELF, 0, nothing, 0, NULL},
    {"POST", "/api/units/import", RIGHT_SELF, ROUTE_WRITE, nothing, 0, NULL},
    {0},
};

static void must(bool promise)
{
    if (!promise)
        abort();
}

/* ---- from bytes to a head ---- */

/* Cuts at the next @c; what is behind it, or the end. */
static char *cut(char *text, char c)
{
    char *at = strchrnul(text, c);

    if (*at)
        *at++ = '\0';
    return at;
}

/* "METHOD URI VERSION", then "Name: value" lines. */
static void read_head(char *text, struct guard_header *headers, struct guard_request *rq)
{
    char *lines = cut(text, '\n'), *uri = cut(text, ' '), *version = cut(uri, ' ');

    *rq = (struct guard_request){text, version, uri, strlen(uri), headers, 0};
    while (*lines && rq->n_headers < LINES_MAX) {
        char *next = cut(lines, '\n'), *value = cut(lines, ':');

        value += *value == ' ';
        headers[rq->n_headers++] =
            (struct guard_header){lines, value, strlen(lines), strlen(value)};
        lines = next;
    }
}

/* ---- promises ---- */

static void check_path(const char *path, size_t n)
{
    must(n > 0 && n <= GUARD_URL_MAX && path[0] == '/');
    for (size_t i = 0; i < n; i++) {
        must(path[i] && (strchr("/_.~-", path[i]) || (path[i] >= '0' && path[i] <= '9') ||
                         (path[i] >= 'A' && path[i] <= 'Z') || (path[i] >= 'a' && path[i] <= 'z')));
        must(i == 0 || path[i] != path[i - 1] || (path[i] != '/' && path[i] != '.'));
    }
}

/* Only a page may be asked for from elsewhere, as a link does it. */
static void check_seen(const struct guard_request *rq, const struct guard_seen *seen)
{
    bool page = !seen->write && (seen->n_path < 5 || strncmp(rq->uri, "/api/", 5) != 0);

    must(!strcmp(rq->version, "HTTP/1.1"));
    must(rq->n_headers <= GUARD_HEADERS_MAX);
    must(seen->host && !strcasecmp(seen->host, HOST));
    must(seen->write == (strcmp(rq->method, "GET") != 0 && strcmp(rq->method, "HEAD") != 0));
    must(seen->anchang || !seen->write);
    must(page || !seen->origin || !strcasecmp(seen->origin, "http://" HOST));
    must(page || !seen->fetch_site || !strcmp(seen->fetch_site, "same-origin") ||
         (!seen->write && !strcmp(seen->fetch_site, "none")));
    must(!seen->chunked || seen->content_length < 0);
    check_path(rq->uri, seen->n_path);
}

static void check_route(const struct router *router, const struct guard_request *rq, size_t n_path)
{
    struct router_match m = {0};
    char allow[64];

    if (router_find(router, rq->method, rq->uri, n_path, &m, allow, sizeof(allow)) < 0)
        return;
    must(m.route == &table[m.index] && m.n_params <= CALL_PARAMS_MAX);
    for (size_t i = 0; i < m.n_params; i++) {
        must(m.param[i].n > 0 && m.param[i].at + m.param[i].n <= n_path);
        must(!memchr(rq->uri + m.param[i].at, '/', m.param[i].n));
    }
}

static void check_query(char *query)
{
    struct guard_param params[GUARD_QUERY_MAX];
    struct fault f = {0};
    size_t n = 0;

    if (guard_query(query, params, &n, &f) == 0) {
        must(n <= GUARD_QUERY_MAX);
        for (size_t i = 0; i < n; i++) {
            must(text_allowed(params[i].value, strlen(params[i].value), NULL));
            for (size_t j = 0; j < i; j++)
                must(strcmp(params[i].name, params[j].name) != 0);
        }
    }
    fault_clear(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guard_config config;
    static struct router *router;
    struct guard_header headers[LINES_MAX];
    struct guard_seen seen = {0};
    struct guard_request rq;
    struct fault f = {0};
    char why[128], *text = malloc(size + 1);

    must(text);
    if (!router)
        must(router_create(table, why, sizeof(why), &router) == 0 &&
             guard_config_add(&config, "kiosk", 8080) == 0);
    memcpy(text, data, size);
    text[size] = '\0';
    read_head(text, headers, &rq);
    if (guard_check(&config, &rq, &seen, &f) == 0) {
        check_seen(&rq, &seen);
        check_route(router, &rq, seen.n_path);
        if (rq.uri[seen.n_path] == '?')
            check_query((char *)rq.uri + seen.n_path + 1);
    }
    fault_clear(&f);
    free(text);
    return 0;
}
