/* test_qr.c - QR codes are read back by another program (zbar), from the PNG and from the SVG's
 * squares. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <png.h>

#include "daemon/qr.h"

static const char *const texts[] = {
    "https://anchang.example/u/AUDiAQAAAAAATgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "A",
    "案场 1-2-302 “可售”",
};

static size_t read_all(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t n = 0;

    if (file) {
        n = fread(out, 1, size - 1, file);
        fclose(file);
    }
    out[n] = '\0';
    return n;
}

/* What zbar reads off the picture; false when there is no zbar here. */
static bool decode(const struct buf *png, char *out, size_t size)
{
    char path[] = "/tmp/anchang-qr.XXXXXX", result[64];
    int fd = mkostemp(path, O_CLOEXEC), status = 0;
    pid_t child;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, png->data, png->n), (ssize_t)png->n);
    close(fd);
    snprintf(result, sizeof(result), "%s.txt", path);
    child = fork();
    if (child == 0) {
        /* house: allow cloexec - where the program that follows writes to */
        if (!freopen(result, "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execlp("zbarimg", "zbarimg", "-q", "--raw", "-Sbinary", path, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    read_all(result, out, size);
    unlink(path);
    unlink(result);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return false;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void test_png(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (int module = 2; module <= 8; module += 3) {
            struct buf png = {0};
            char text[512];

            assert_int_equal(qr_png(texts[i], module, &png), 0);
            if (!decode(&png, text, sizeof(text))) {
                buf_free(&png);
                print_message("zbarimg is not here: skipped\n");
                skip();
            }
            buf_free(&png);
            assert_string_equal(text, texts[i]);
        }
}

/* The number behind the letter or blank at *@p. */
static int number(const char **p)
{
    char *end;
    long value = strtol(*p + 1, &end, 10);

    assert_true(end > *p + 1);
    *p = end;
    return (int)value;
}

/* The squares of the SVG, one by one: the same picture as the PNG at one pixel a module. */
static void test_svg_is_the_png(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf svg = {0}, png = {0};
        png_image image = {.version = PNG_IMAGE_VERSION};
        uint8_t *pixels, *drawn;
        const char *p;
        int side = 0, x, y, run;

        assert_int_equal(qr_svg(texts[i], &svg), 0);
        assert_int_equal(qr_png(texts[i], 1, &png), 0);
        assert_true(png_image_begin_read_from_memory(&image, png.data, png.n));
        image.format = PNG_FORMAT_GRAY;
        pixels = malloc(PNG_IMAGE_SIZE(image));
        drawn = malloc(PNG_IMAGE_SIZE(image));
        assert_non_null(pixels);
        assert_non_null(drawn);
        assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
        memset(drawn, 255, PNG_IMAGE_SIZE(image));
        p = strstr(buf_text(&svg), "viewBox=\"0 0 ");
        assert_non_null(p);
        side = (int)strtol(p + 13, NULL, 10);
        assert_int_equal(side, image.width);
        assert_int_equal(side, image.height);
        p = strstr(p, "fill=\"#000\" d=\"") + 15;
        while (*p == 'M') { /* M x y h run v1 h-run z */
            x = number(&p);
            y = number(&p);
            run = number(&p);
            assert_true(x >= 4 && y >= 4 && x + run <= side - 4 && y < side - 4); /* quiet zone */
            memset(drawn + y * side + x, 0, (size_t)run);
            assert_int_equal(strncmp(p, "v1h-", 4), 0);
            p += 3;
            assert_int_equal(number(&p), run);
            assert_int_equal(*p++, 'z');
        }
        assert_true(strncmp(p, "\"/></svg>", 9) == 0);
        assert_memory_equal(drawn, pixels, PNG_IMAGE_SIZE(image));
        free(pixels);
        free(drawn);
        buf_free(&svg);
        buf_free(&png);
    }
}

static void test_too_long(void **state)
{
    struct buf out = {0};
    char *text = malloc(4001);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 4000);
    text[4000] = '\0';
    assert_int_equal(qr_svg(text, &out), -E2BIG);
    assert_int_equal(qr_png(text, 2, &out), -E2BIG);
    assert_int_equal(out.n, 0);
    text[2331] = '\0'; /* the most that fits at level M */
    assert_int_equal(qr_svg(text, &out), 0);
    buf_free(&out);
    /* A buffer with a bound is not overrun. */
    out.max = 100;
    assert_int_equal(qr_png("A", 4, &out), -EMSGSIZE);
    buf_free(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_png),
                                       cmocka_unit_test(test_svg_is_the_png),
                                       cmocka_unit_test(test_too_long)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
