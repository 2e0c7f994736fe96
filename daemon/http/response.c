/* response.c - see response.h. */
#include "daemon/http/response.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { UNPACKED_MAX = 256 * 1024 * 1024 };

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
                           "payment=(), display-capture=()"},
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

/* A response over @bytes (malloc'ed, taken over). NULL without memory. */
static struct MHD_Response *make_over(void *bytes, size_t n)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);

    if (!r)
        free(bytes);
    return r;
}

/* The 200 or the 304 of a prepared answer; @bytes as for make_over(). NULL without memory. */
static struct MHD_Response *make(const struct http_prepare *w, void *bytes, size_t n, bool full)
{
    struct MHD_Response *r = bytes ? make_over(bytes, n) : NULL;
    bool ok;

    if (!r)
        return NULL;
    ok = header(r, "Cache-Control", w->cache_control ? w->cache_control : "no-store") &&
         header(r, "ETag", w->etag) && header(r, "Vary", w->packed ? "Accept-Encoding" : NULL) &&
         response_secure(r, w->kind) == 0;
    if (full)
        ok = ok && header(r, "Content-Type", w->content_type) &&
             header(r, "Content-Encoding", w->packed ? "gzip" : NULL);
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
    if (atomic_load(&p->plain))
        MHD_destroy_response(atomic_load(&p->plain));
    free(p);
    return NULL;
}

int http_response_prepare(const struct http_prepare *w, struct http_prepared **ret_prepared)
{
    struct http_prepared *p;
    void *bytes;

    if (!w->content_type || (unsigned)w->kind >= PAGE_KINDS ||
        (w->etag && strlen(w->etag) >= sizeof(p->etag)))
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->refs = 1;
    p->n_bytes = w->n;
    p->packed = w->packed;
    bytes = malloc(w->n + 1);
    if (bytes && w->n > 0)
        memcpy(bytes, w->bytes, w->n);
    p->bytes = bytes;
    p->full = make(w, bytes, w->n, true);
    if (w->etag) {
        memcpy(p->etag, w->etag, strlen(w->etag) + 1);
        p->not_modified = make(w, malloc(1), 0, false);
    }
    if (!p->full || (w->etag && !p->not_modified)) {
        prepared_free(p);
        return -ENOMEM;
    }
    *ret_prepared = p;
    return 0;
}

/* ---- for clients that do not take gzip ---- */

/* Unpacks one gzip stream; its last four bytes say how long that gets. NULL without memory, or when
 * it is no such stream. */
static void *unpack(const void *bytes, size_t n, size_t *ret_n)
{
    const unsigned char *end = (const unsigned char *)bytes + n;
    z_stream z = {0};
    size_t n_plain;
    void *plain;
    bool ok;

    if (n < 18 || n > UNPACKED_MAX)
        return NULL;
    n_plain = end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
    plain = n_plain <= UNPACKED_MAX ? malloc(n_plain + 1) : NULL;
    if (!plain || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
        free(plain);
        return NULL;
    }
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    z.next_out = plain;
    z.avail_out = (uInt)n_plain + 1;
    ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == n_plain;
    inflateEnd(&z);
    if (!ok) {
        free(plain);
        return NULL;
    }
    *ret_n = n_plain;
    return plain;
}

struct copying {
    struct MHD_Response *to;
    bool failed;
};

static enum MHD_Result header_copy(void *arg, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct copying *c = arg;

    (void)kind;
    if (strcmp(name, "Content-Encoding") != 0)
        c->failed |= MHD_add_response_header(c->to, name, value) != MHD_YES;
    return MHD_YES;
}

struct MHD_Response *http_prepared_plain(struct http_prepared *p)
{
    struct MHD_Response *plain = atomic_load(&p->plain), *other = NULL;
    struct copying copying = {0};
    void *bytes;
    size_t n;

    if (!p->packed || plain)
        return p->packed ? plain : p->full;
    bytes = unpack(p->bytes, p->n_bytes, &n);
    plain = bytes ? make_over(bytes, n) : NULL;
    if (!plain)
        return NULL;
    copying.to = plain;
    MHD_get_response_headers(p->full, header_copy, &copying);
    if (copying.failed) {
        MHD_destroy_response(plain);
        return NULL;
    }
    if (!atomic_compare_exchange_strong(&p->plain, &other, plain)) {
        MHD_destroy_response(plain); /* another worker was first */
        return other;
    }
    return plain;
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
