/* guard.h - the gate every request passes before anything else looks at it (RS D5, T1-T3, T10-T12).
 *
 * libmicrohttpd 0.9.75 lets through much that is ambiguous: two Hosts, two lengths, length with
 * chunked, names cut at NUL, bare line feeds, folded lines. The guard refuses all of it, closed by
 * default, and answers with one problem and a closed connection. It looks only at the description
 * below, so it is tested without a socket.
 *
 * Not possible here: what libmicrohttpd tolerates inside a chunked body (bare line feeds between
 * chunks, chunk extensions, trailers) never reaches us. A proxy in front must not forward chunked
 * request bodies unread.
 */
#ifndef ANCHANG_HTTP_GUARD_H
#define ANCHANG_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/fault.h"

enum {
    GUARD_URL_MAX = 1024, /* with the query */
    GUARD_HEADERS_MAX = 64,
    GUARD_HEADER_BYTES = 8192, /* all names and values */
    GUARD_QUERY_MAX = 32,      /* parameters */
    GUARD_HOSTS_MAX = 32,
};

struct guard_header {
    const char *name, *value; /* NUL-terminated by the parser, value without outer blanks */
    size_t n_name, n_value;
};

struct guard_config {
    char *hosts[GUARD_HOSTS_MAX]; /* lower case with port where it is not the default; owned */
    size_t n_hosts;
    bool tls;
};

/* Adds "name" and "name:port" as the client would write them. -EINVAL for a bad name, -E2BIG. A
 * name that already has a port is taken as it is (a proxy in front). */
int guard_config_add(struct guard_config *config, const char *name, unsigned port);
void guard_config_clear(struct guard_config *config);

struct guard_request {
    const char *method, *version;
    const char *uri; /* path and query as sent */
    size_t n_uri;
    const struct guard_header *headers; /* in their order */
    size_t n_headers;
};

/* What the guard read on the way; the pointers are into the request. */
struct guard_seen {
    const char *host, *origin, *fetch_site, *content_type, *cookie, *language;
    const char *if_none_match, *if_match, *last_event_id, *idempotency_key, *accept_encoding;
    bool anchang; /* X-Anchang: 1 */
    bool chunked;
    int64_t content_length; /* -1: none */
    bool write;             /* not GET or HEAD */
    size_t n_path;          /* of uri */
};

/* 0 or -EREFUSED with @f set. Where it refuses the connection must be closed. */
int guard_check(const struct guard_config *config, const struct guard_request *request,
                struct guard_seen *ret_seen, struct fault *f);

/* Looks at the bytes of the head, @head_size from the method to the end of the blank line, as the
 * parser left them: it only replaced separators by NUL and cut at embedded NULs, so each part must
 * start where the one before it ended plus exactly one line end. That finds raw NUL, bare LF,
 * folding and odd spacing. @raw_uri is where the parser has the URI; all else of @request must lie
 * there too, and have passed guard_check(). */
bool guard_raw_ok(const struct guard_request *request, const char *raw_uri, size_t head_size);

/* Origin, Sec-Fetch-Site and X-Anchang; @api: the path is not a page. Part of guard_check(). */
int guard_check_origin(const struct guard_config *config, const struct guard_seen *seen, bool api,
                       struct fault *f);

/* A decoded query parameter. */
struct guard_param {
    const char *name, *value;
};
/* Decodes @query (changed in place, NUL-terminated) into at most GUARD_QUERY_MAX parameters, their
 * values in NFC.
 * Refuses a bad or NUL escape, a name twice, text that is not UTF-8, control characters. */
int guard_query(char *query, struct guard_param *params, size_t *ret_n, struct fault *f);

/* Whether @type is application/json (charset utf-8 allowed) or exactly @want. */
bool guard_content_type(const char *type, const char *want);

#endif
