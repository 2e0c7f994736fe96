/* text_file.c - see text_file.h. */
#include "drivers/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int descriptor_read(int fd, char *text, size_t room, size_t *ret_n)
{
    size_t n = 0;

    while (n < room) {
        ssize_t r = read(fd, text + n, room - n);

        if (r < 0 && errno != EINTR)
            return -errno;
        if (r == 0)
            break;
        n += r > 0 ? (size_t)r : 0;
    }
    *ret_n = n;
    return 0;
}

static int file_read(const char *path, char *text, size_t room, size_t *ret_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r; /* it may be a pipe */
    struct stat status;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) < 0)
        r = -errno;
    else if (!S_ISREG(status.st_mode))
        r = -EISDIR;
    else
        r = descriptor_read(fd, text, room, ret_n);
    close(fd);
    return r;
}

int text_file_read(const char *path, size_t max, char **ret_text, size_t *ret_n)
{
    char *text = malloc(max + 1);
    size_t n = 0;
    int r;

    if (!text)
        return -ENOMEM;
    r = file_read(path, text, max + 1, &n);
    if (r == 0 && n > max)
        r = -EFBIG;
    if (r < 0) {
        free(text);
        return r;
    }
    text[n] = '\0';
    *ret_text = text;
    *ret_n = n;
    return 0;
}
