/* test_assets.c - the built pages: names, types, packing, what is passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/http/assets.h"

static char dir[64];

static void put(const char *name, const char *text, size_t n)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(write(fd, text, n) == (ssize_t)n);
    close(fd);
}

/* "plain text" as gzip packs it: not what the file says, so that one can tell who packed it. */
static const char twin[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xc8\x49\xcc\xcc\x53\x28\x49\xad\x28\x01\x00"
    "\xb8\x0f\x0b\x44\x0a\x00\x00\x00";

static int setup(void **state)
{
    char path[128];
    static char long_text[5000];

    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/anchang-www-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/assets", dir);
    mkdir(path, 0700);
    memset(long_text, 'x', sizeof(long_text));
    put("index.html", "index", 5);
    put("kiosk.html", long_text, sizeof(long_text));
    put("office.html", "office", 6);
    put("unit.html", "unit", 4);
    put("assets/app-1a2b.js", long_text, sizeof(long_text));
    put("assets/app-1a2b.js.gz", twin, sizeof(twin) - 1);
    put("assets/photo.webp", "picture", 7);
    put("assets/notes.exe", "no", 2);
    put(".secret.html", "no", 2);
    snprintf(path, sizeof(path), "%s/assets/passwd.txt", dir);
    return symlink("/etc/passwd", path);
}

static int teardown(void **state)
{
    static const char *const names[] = {"index.html",         "kiosk.html",
                                        "office.html",        "unit.html",
                                        "assets/app-1a2b.js", "assets/app-1a2b.js.gz",
                                        "assets/photo.webp",  "assets/notes.exe",
                                        ".secret.html",       "assets/passwd.txt"};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/assets", dir);
    rmdir(path);
    rmdir(dir);
    return 0;
}

static const char *header(struct MHD_Response *r, const char *name)
{
    return MHD_get_response_header(r, name);
}

static void test_finding(void **state)
{
    struct assets *a = NULL;
    static const char *const missing[] = {"/assets/notes.exe",
                                          "/.secret.html",
                                          "/assets/passwd.txt",
                                          "/assets/app-1a2b.js.gz",
                                          "/assets/",
                                          "/assets",
                                          "/kiosk",
                                          "/counter/",
                                          "/office",
                                          "/office/a.b",
                                          "/u/",
                                          "/u",
                                          "/nothing",
                                          ""};

    (void)state;
    assert_int_equal(assets_load("/nonexistent", &a), -ENOENT);
    assert_int_equal(assets_load(dir, &a), 0);
    assert_int_equal(assets_count(a), 6);
    assert_ptr_equal(assets_find(a, "/"), assets_find(a, "/index.html"));
    assert_ptr_equal(assets_find(a, "/kiosk/"), assets_find(a, "/kiosk.html"));
    assert_ptr_equal(assets_find(a, "/office/"), assets_find(a, "/office.html"));
    assert_ptr_equal(assets_find(a, "/office/publications/7"), assets_find(a, "/office.html"));
    assert_ptr_equal(assets_find(a, "/u/AbC_-12"), assets_find(a, "/unit.html"));
    assert_non_null(assets_find(a, "/unit.html"));
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
        if (assets_find(a, missing[i]))
            fail_msg("found %s", missing[i]);
    assert_string_equal(assets_redirect(a, "/kiosk"), "/kiosk/");
    assert_null(assets_redirect(a, "/counter")); /* there is no such page here */
    assert_null(assets_redirect(a, "/assets"));
    assets_free(a);
}

static void test_headers(void **state)
{
    struct assets *a = NULL;
    struct http_prepared *p;

    (void)state;
    assert_int_equal(assets_load(dir, &a), 0);
    p = assets_find(a, "/assets/app-1a2b.js");
    assert_non_null(p);
    assert_int_equal(p->n_bytes, sizeof(twin) - 1); /* the twin, not packed again */
    assert_string_equal(header(p->full, "Content-Encoding"), "gzip");
    assert_null(header(http_prepared_plain(p), "Content-Encoding"));
    assert_string_equal(header(http_prepared_plain(p), "Vary"), "Accept-Encoding");
    assert_ptr_equal(http_prepared_plain(p), http_prepared_plain(p)); /* made once */
    assert_string_equal(header(p->full, "Cache-Control"), "public, max-age=31536000, immutable");
    assert_string_equal(header(p->full, "Content-Type"), "text/javascript; charset=utf-8");
    assert_string_equal(header(p->not_modified, "ETag"), p->etag);
    p = assets_find(a, "/kiosk/");
    assert_true(p->n_bytes < 100); /* packed at load */
    assert_string_equal(header(p->full, "Cache-Control"), "no-cache");
    assert_null(strstr(header(p->full, "Content-Security-Policy"), "unsafe"));
    assert_non_null(strstr(header(p->full, "Content-Security-Policy"), "frame-ancestors 'none'"));
    p = assets_find(a, "/office/");
    assert_non_null(
        strstr(header(p->full, "Content-Security-Policy"), "style-src 'self' 'unsafe-inline'"));
    assert_null(strstr(header(p->full, "Content-Security-Policy"), "script"));
    p = assets_find(a, "/assets/photo.webp");
    assert_string_equal(header(p->full, "Content-Type"), "image/webp");
    assert_ptr_equal(http_prepared_plain(p), p->full);
    assert_string_equal(header(p->full, "X-Content-Type-Options"), "nosniff");
    assert_string_not_equal(assets_find(a, "/")->etag, assets_find(a, "/office/")->etag);
    assets_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_finding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
