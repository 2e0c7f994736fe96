/* assets.c - see assets.h. */
#include "daemon/http/assets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { DEPTH_MAX = 6, PATH_ROOM = 512 };

struct asset {
    char *path; /* of the request: "/assets/app-1a2b.js" */
    struct http_prepared *prepared;
};

struct assets {
    struct asset *list; /* sorted by path */
    size_t n, room;
    size_t bytes; /* read so far */
};

static const struct type {
    const char *suffix, *type;
    bool text; /* worth compressing */
} types[] = {
    {".html", "text/html; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".json", "application/json", true},
    {".webmanifest", "application/manifest+json", true},
    {".svg", "image/svg+xml", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".webp", "image/webp", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
};

static const struct type *type_of(const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t k = strlen(types[i].suffix);

        if (n > k && !strcmp(name + n - k, types[i].suffix))
            return &types[i];
    }
    return NULL;
}

/* ---- reading ---- */

static int file_read(struct assets *a, int dir, const char *name, char **ret_bytes, size_t *ret_n)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;
    struct stat st;
    size_t n = 0;
    char *bytes;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode))
        r = -EINVAL;
    else if ((size_t)st.st_size > ASSETS_BYTES_MAX - a->bytes)
        r = -EFBIG;
    bytes = r < 0 ? NULL : malloc((size_t)st.st_size + 1);
    if (r == 0 && !bytes)
        r = -ENOMEM;
    while (r == 0 && n < (size_t)st.st_size) {
        ssize_t got = read(fd, bytes + n, (size_t)st.st_size - n);

        if (got <= 0)
            r = got < 0 ? -errno : -EIO;
        else
            n += (size_t)got;
    }
    close(fd);
    if (r < 0) {
        free(bytes);
        return r;
    }
    a->bytes += n;
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

static int gzip(const char *bytes, size_t n, char **ret_packed, size_t *ret_n)
{
    z_stream z = {0};
    char *out;
    uLong bound;

    if (n > ASSETS_BYTES_MAX ||
        deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    bound = deflateBound(&z, n);
    out = malloc(bound);
    if (!out) {
        deflateEnd(&z);
        return -ENOMEM;
    }
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)bound;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
        deflateEnd(&z);
        free(out);
        return -EIO;
    }
    *ret_packed = out;
    *ret_n = z.total_out;
    deflateEnd(&z);
    return 0;
}

/* The packed form of a text: the twin the build left, or our own. 0 without one worth having. */
static int packed_of(struct assets *a, int dir, const char *name, const char *bytes, size_t n,
                     char **ret_packed, size_t *ret_n)
{
    char twin[NAME_MAX + 8], *packed = NULL;
    size_t n_packed = 0;
    int r;

    snprintf(twin, sizeof(twin), "%s.gz", name);
    r = file_read(a, dir, twin, &packed, &n_packed);
    if (r == -ENOENT)
        r = gzip(bytes, n, &packed, &n_packed);
    if (r < 0)
        return r;
    if (n_packed >= n) {
        free(packed);
        return 0;
    }
    *ret_packed = packed;
    *ret_n = n_packed;
    return 0;
}

/* ---- the table ---- */

static enum page_kind kind_of(const char *path)
{
    if (!strcmp(path, "/counter.html") || !strcmp(path, "/office.html"))
        return PAGE_STAFF;
    if (!strcmp(type_of(path)->suffix, ".html"))
        return PAGE_STRICT;
    return PAGE_DATA;
}

static int prepare(const char *path, const char *bytes, size_t n, const char *packed,
                   size_t n_packed, struct http_prepared **ret_prepared)
{
    uint8_t hash[16];
    char hex[33], etag[48];
    struct http_prepare what = {
        .bytes = packed ? packed : bytes,
        .n = packed ? n_packed : n,
        .content_type = type_of(path)->type,
        .etag = etag,
        .packed = packed != NULL,
        .cache_control =
            strncmp(path, "/assets/", 8) ? "no-cache" : "public, max-age=31536000, immutable",
        .kind = kind_of(path),
    };

    crypto_generichash(hash, sizeof(hash), (const uint8_t *)bytes, n, NULL, 0);
    sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    /* Weak: it names the content, packed or not. */
    snprintf(etag, sizeof(etag), "W/\"%s\"", hex);
    return http_response_prepare(&what, ret_prepared);
}

static int table_add(struct assets *a, const char *path, struct http_prepared *prepared)
{
    char *copy;

    if (a->n == ASSETS_FILES_MAX)
        return -EFBIG;
    if (a->n == a->room) {
        size_t room = a->room ? a->room * 2 : 64;
        struct asset *list = reallocarray(a->list, room, sizeof(*list));

        if (!list)
            return -ENOMEM;
        a->list = list;
        a->room = room;
    }
    copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    a->list[a->n++] = (struct asset){copy, prepared};
    return 0;
}

static int file_add(struct assets *a, int dir, const char *name, const char *path)
{
    struct http_prepared *prepared = NULL;
    char *bytes = NULL, *packed = NULL;
    size_t n, n_packed = 0;
    int r;

    r = file_read(a, dir, name, &bytes, &n);
    if (r == 0 && type_of(path)->text)
        r = packed_of(a, dir, name, bytes, n, &packed, &n_packed);
    if (r == 0)
        r = prepare(path, bytes, n, packed, n_packed, &prepared);
    if (r == 0)
        r = table_add(a, path, prepared);
    if (r < 0)
        http_prepared_unref(prepared);
    free(bytes);
    free(packed);
    return r;
}

static int dir_add(struct assets *a, int fd, const char *prefix, int depth);

static int entry_add(struct assets *a, int fd, const char *name, const char *prefix, int depth)
{
    char path[PATH_ROOM];
    struct stat st;
    int n, sub;

    n = snprintf(path, sizeof(path), "%s/%s", prefix, name);
    if (n < 0 || (size_t)n >= sizeof(path))
        return -ENAMETOOLONG;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISREG(st.st_mode))
        return type_of(path) ? file_add(a, fd, name, path) : 0;
    if (!S_ISDIR(st.st_mode))
        return 0;
    if (depth == DEPTH_MAX)
        return -EFBIG;
    sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return sub < 0 ? -errno : dir_add(a, sub, path, depth + 1);
}

/* Takes @fd over. */
static int dir_add(struct assets *a, int fd, const char *prefix, int depth)
{
    DIR *d = fdopendir(fd);
    struct dirent *entry;
    int r = 0;

    if (!d) {
        r = -errno;
        close(fd);
        return r;
    }
    while (r == 0 && (entry = readdir(d)))
        if (entry->d_name[0] != '.')
            r = entry_add(a, dirfd(d), entry->d_name, prefix, depth);
    closedir(d);
    return r;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

int assets_load(const char *dir, struct assets **ret_assets)
{
    struct assets *a = calloc(1, sizeof(*a));
    int fd, r;

    if (!a)
        return -ENOMEM;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = fd < 0 ? -errno : dir_add(a, fd, "", 0);
    if (r < 0) {
        assets_free(a);
        return r;
    }
    if (a->n > 0)
        qsort(a->list, a->n, sizeof(*a->list), by_path);
    *ret_assets = a;
    return 0;
}

struct assets *assets_free(struct assets *a)
{
    if (!a)
        return NULL;
    for (size_t i = 0; i < a->n; i++) {
        free(a->list[i].path);
        http_prepared_unref(a->list[i].prepared);
    }
    free(a->list);
    free(a);
    return NULL;
}

size_t assets_count(const struct assets *a)
{
    return a->n;
}

/* ---- finding ---- */

static struct http_prepared *exact(const struct assets *a, const char *path)
{
    struct asset key = {.path = (char *)(uintptr_t)path}, *found;

    if (a->n == 0)
        return NULL;
    found = bsearch(&key, a->list, a->n, sizeof(key), by_path);
    return found ? found->prepared : NULL;
}

struct http_prepared *assets_find(const struct assets *a, const char *path)
{
    static const char *const pages[][2] = {
        {"/", "/index.html"},
        {"/kiosk/", "/kiosk.html"},
        {"/counter/", "/counter.html"},
        {"/office/", "/office.html"},
    };

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (!strcmp(path, pages[i][0]))
            return exact(a, pages[i][1]);
    if (!strncmp(path, "/u/", 3))
        return path[3] ? exact(a, "/unit.html") : NULL;
    if (!strncmp(path, "/office/", 8) && !strchr(path, '.'))
        return exact(a, "/office.html");
    return exact(a, path);
}

const char *assets_redirect(const struct assets *a, const char *path)
{
    static const char *const dirs[] = {"/kiosk", "/counter", "/office"};
    static const char *const to[] = {"/kiosk/", "/counter/", "/office/"};

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        if (!strcmp(path, dirs[i]) && assets_find(a, to[i]))
            return to[i];
    return NULL;
}
