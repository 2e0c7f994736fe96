/* pdf_picture.h - a page of a PDF as pdftoppm shows it, and what zbar reads on it, for the tests of
 * papers. */
#ifndef ANCHANG_TESTS_PDF_PICTURE_H
#define ANCHANG_TESTS_PDF_PICTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether @argv is there and ends well; its output goes to @out. */
static inline bool picture_run(char *const argv[], const char *out)
{
    posix_spawn_file_actions_t actions;
    int status = -1;
    pid_t pid;

    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0)
        assert_int_equal(waitpid(pid, &status, 0), pid);
    posix_spawn_file_actions_destroy(&actions);
    return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The first page, in grey, as @path.pgm. False when there is no pdftoppm here. */
static inline bool pdf_picture(const char *bytes, size_t n, int dpi, const char *path)
{
    char in[300], resolution[16], out[300];
    char *argv[] = {(char[]){"pdftoppm"},
                    (char[]){"-gray"},
                    (char[]){"-singlefile"},
                    (char[]){"-r"},
                    resolution,
                    in,
                    out,
                    NULL};
    FILE *to;
    bool done;

    snprintf(in, sizeof(in), "%s.pdf", path);
    snprintf(out, sizeof(out), "%s", path);
    snprintf(resolution, sizeof(resolution), "%d", dpi);
    to = fopen(in, "wbe");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, n, to), n);
    assert_int_equal(fclose(to), 0);
    done = picture_run(argv, "/dev/null");
    unlink(in);
    if (!done)
        print_message("no pdftoppm: the paper is not looked at\n");
    return done;
}

struct picture {
    int w, h;
    uint8_t *grey; /* malloc'ed; row by row, 255: white */
};

/* The first page. False when there is no pdftoppm here. */
static inline bool picture_of(const char *bytes, size_t n, int dpi, struct picture *ret)
{
    char path[] = "/tmp/anchang-picture-XXXXXX", pgm[60];
    int fd = mkostemp(path, O_CLOEXEC), most = 0;
    size_t size;
    FILE *from;

    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    if (!pdf_picture(bytes, n, dpi, path))
        return false;
    snprintf(pgm, sizeof(pgm), "%s.pgm", path);
    from = fopen(pgm, "rbe");
    assert_non_null(from);
    unlink(pgm);
    assert_int_equal(fscanf(from, "P5 %d %d %d", &ret->w, &ret->h, &most), 3);
    assert_int_equal(most, 255);
    assert_int_equal(fgetc(from), '\n');
    size = (size_t)ret->w * (size_t)ret->h;
    ret->grey = malloc(size);
    assert_non_null(ret->grey);
    assert_int_equal(fread(ret->grey, 1, size, from), size);
    fclose(from);
    return true;
}

/* The QR codes on the first page, one a line; NULL when there is no zbarimg or no pdftoppm here. */
static inline char *pdf_codes(const char *bytes, size_t n)
{
    char folder[] = "/tmp/anchang-codes-XXXXXX", path[60], pgm[70], out[70];
    char *argv[] = {(char[]){"zbarimg"}, (char[]){"-q"}, (char[]){"--raw"}, pgm, NULL};
    char *text = NULL;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a", folder);
    snprintf(pgm, sizeof(pgm), "%s.pgm", path);
    snprintf(out, sizeof(out), "%s.txt", path);
    if (pdf_picture(bytes, n, 300, path)) {
        if (picture_run(argv, out)) {
            FILE *read = fopen(out, "re");

            text = calloc(1, 4096);
            assert_non_null(read);
            assert_non_null(text);
            assert_true(fread(text, 1, 4095, read) > 0);
            fclose(read);
        } else {
            print_message("no zbarimg, or no code: codes are not read\n");
        }
        unlink(out);
        unlink(pgm);
    }
    rmdir(folder);
    return text;
}

#endif
