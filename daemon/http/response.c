/* response.c - see response.h. */
#include "daemon/http/response.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const policies[PAGE_KINDS] = {
    [PAGE_DATA] = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    [PAGE_STRICT] = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
                    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    [PAGE_STAFF] = "default-src 'self'; img-src 'self' data: blob:; "
                   "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
                   "form-action 'self'; frame-ancestors 'none'",
    [PAGE_FILE] = "default-src 'none'; base-uri 'none'; form-action 'none'; "
                  "frame-ancestors 'none'; sandbox",
};

static const char *const always[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), "
                           "bluetooth=(), payment=(), display-capture=()"},
};

int response_secure(struct MHD_Response *response, enum page_kind kind)
{
    if (MHD_add_response_header(response, "Content-Security-Policy", policies[kind]) != MHD_YES)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        if (MHD_add_response_header(response, always[i][0], always[i][1]) != MHD_YES)
            return -ENOMEM;
    return 0;
}

static bool header(struct MHD_Response *r, const char *name, const char *value)
{
    return !value || MHD_add_response_header(r, name, value) == MHD_YES;
}

/* One of the three responses of a prepared answer. NULL without memory. */
static struct MHD_Response *make(const struct http_prepare *w, const void *bytes, size_t n,
                                 const char *encoding, bool full)
{
    /* The library copies; it never writes to what it is given to copy. */
    struct MHD_Response *r = MHD_create_response_from_buffer(
        n, n ? (void *)(uintptr_t)bytes : (void *)(uintptr_t) "", MHD_RESPMEM_MUST_COPY);
    bool ok;

    if (!r)
        return NULL;
    ok = header(r, "Cache-Control", w->cache_control ? w->cache_control : "no-store") &&
         header(r, "ETag", w->etag) && header(r, "Vary", w->encoding ? "Accept-Encoding" : NULL) &&
         response_secure(r, w->kind) == 0;
    if (full)
        ok = ok && header(r, "Content-Type", w->content_type) &&
             header(r, "Content-Encoding", encoding);
    for (int i = 0; i < 2; i++)
        if (w->extra[i][0])
            ok = ok && header(r, w->extra[i][0], w->extra[i][1]);
    if (!ok) {
        MHD_destroy_response(r);
        return NULL;
    }
    return r;
}

static struct http_prepared *prepared_free(struct http_prepared *p)
{
    if (p->full)
        MHD_destroy_response(p->full);
    if (p->not_modified)
        MHD_destroy_response(p->not_modified);
    if (p->plain)
        MHD_destroy_response(p->plain);
    free(p);
    return NULL;
}

int http_response_prepare(const struct http_prepare *w, struct http_prepared **ret_prepared)
{
    struct http_prepared *p;

    if (!w->content_type || (unsigned)w->kind >= PAGE_KINDS ||
        (w->etag && strlen(w->etag) >= sizeof(p->etag)))
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->refs = 1;
    p->n_bytes = w->n;
    p->full = make(w, w->bytes, w->n, w->encoding, true);
    if (w->etag) {
        memcpy(p->etag, w->etag, strlen(w->etag) + 1);
        p->not_modified = make(w, NULL, 0, NULL, false);
    }
    if (w->encoding && w->plain)
        p->plain = make(w, w->plain, w->n_plain, NULL, true);
    if (!p->full || (w->etag && !p->not_modified) || (w->encoding && w->plain && !p->plain)) {
        prepared_free(p);
        return -ENOMEM;
    }
    *ret_prepared = p;
    return 0;
}

struct http_prepared *http_prepared_ref(struct http_prepared *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

struct http_prepared *http_prepared_unref(struct http_prepared *p)
{
    if (p && atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        prepared_free(p);
    return NULL;
}

/* The opaque part of an entity tag, without the weakness mark. */
static const char *opaque(const char *tag)
{
    return tag[0] == 'W' && tag[1] == '/' ? tag + 2 : tag;
}

bool etag_matches(const char *list, const char *etag)
{
    const char *want = opaque(etag);
    size_t n = strlen(want);

    if (!list || n == 0)
        return false;
    if (!strcmp(list, "*"))
        return true;
    for (const char *p = list; *p;) {
        while (*p == ' ' || *p == ',' || *p == '\t')
            p++;
        p = opaque(p);
        if (!strncmp(p, want, n) && (p[n] == '\0' || p[n] == ',' || p[n] == ' '))
            return true;
        while (*p && *p != ',')
            p++;
    }
    return false;
}
