/* response.h - shared answers, made once and served many times, and the headers every answer has.
 *
 * A prepared answer holds the full response and its 304 twin with all headers set, so that serving
 * it costs nothing but the sending. Made again whenever its content changes; requests on their way
 * keep the old one. Thread: any; counted references.
 */
#ifndef ANCHANG_HTTP_RESPONSE_H
#define ANCHANG_HTTP_RESPONSE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* What may be done with what is sent: chooses the Content-Security-Policy. */
enum page_kind {
    PAGE_DATA,   /* JSON, events, pictures: nothing may run */
    PAGE_STRICT, /* kiosk, unit and index pages: own scripts and styles only */
    PAGE_STAFF,  /* counter and office: inline style attributes too (component library) */
    PAGE_FILE,   /* downloads: sandboxed */
    PAGE_KINDS
};

/* Adds CSP, nosniff, CORP, COOP, Referrer-Policy, frame and permission rules (RS T4). 0, -ENOMEM.
 */
int response_secure(struct MHD_Response *response, enum page_kind kind);

struct http_prepared {
    struct MHD_Response *full;            /* 200 */
    struct MHD_Response *not_modified;    /* 304; NULL without an etag */
    _Atomic(struct MHD_Response *) plain; /* 200 without content coding, once one was asked for */
    const void *bytes;                    /* of full, which owns them */
    bool packed;                          /* with gzip */
    char etag[72];                        /* with its quotes */
    size_t n_bytes;                       /* of full */
    _Atomic unsigned refs;
};

struct http_prepare {
    const void *bytes; /* copied */
    size_t n;
    const char *content_type;
    const char *etag; /* with its quotes; NULL: none and no 304 */
    bool packed;      /* @bytes are one gzip stream, as every client but the oldest takes it */
    const char *cache_control; /* NULL: "no-store" */
    enum page_kind kind;
    const char *extra[2][2]; /* up to two more headers: name, value */
};

/* -EINVAL for an unusable description, -ENOMEM. The caller owns one reference. */
int http_response_prepare(const struct http_prepare *what, struct http_prepared **ret_prepared);

/* The answer for a client that does not take gzip: unpacked when the first of them comes, and
 * kept. full when it is not packed; NULL without memory. Borrowed from @p. */
struct MHD_Response *http_prepared_plain(struct http_prepared *p);

struct http_prepared *http_prepared_ref(struct http_prepared *p);   /* returns @p */
struct http_prepared *http_prepared_unref(struct http_prepared *p); /* returns NULL */

/* Whether the If-None-Match value @header (may be NULL) names @etag; weak comparison. */
bool etag_matches(const char *header, const char *etag);

#endif
