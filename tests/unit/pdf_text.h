/* pdf_text.h - what pdftotext reads on a PDF, for the tests of papers. */
#ifndef ANCHANG_TESTS_PDF_TEXT_H
#define ANCHANG_TESTS_PDF_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The text of a PDF, pages ended by a form feed; NULL when there is no pdftotext here. */
static inline char *pdf_text(const char *bytes, size_t n_bytes)
{
    char in[] = "/tmp/anchang-pdf-XXXXXX", out[] = "/tmp/anchang-txt-XXXXXX";
    char *argv[] = {(char[]){"pdftotext"}, (char[]){"-layout"}, in, out, NULL};
    int fd = mkostemp(in, O_CLOEXEC), text_fd = mkostemp(out, O_CLOEXEC), status = 0;
    char *text = NULL;
    off_t n;
    pid_t pid;

    assert_true(fd >= 0 && text_fd >= 0);
    assert_int_equal(write(fd, bytes, n_bytes), (ssize_t)n_bytes);
    if (posix_spawnp(&pid, "pdftotext", NULL, NULL, argv, environ) == 0 &&
        waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        int made = open(out, O_RDONLY | O_CLOEXEC);

        n = lseek(made, 0, SEEK_END);
        text = calloc(1, (size_t)n + 1);
        assert_non_null(text);
        assert_int_equal(pread(made, text, (size_t)n, 0), n);
        close(made);
    }
    close(fd);
    close(text_fd);
    unlink(in);
    unlink(out);
    if (!text)
        print_message("no pdftotext: the PDF's text is not looked at\n");
    return text;
}

#endif
