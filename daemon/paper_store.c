/* paper_store.c - see paper_store.h. */
#include "daemon/paper_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_TEXT = 2 * PAPER_SHA + 1 };

static int whole_write(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(fd, bytes, n);

        if (done < 0 && errno != EINTR)
            return -errno;
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        }
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* The file first, then the folder that names it. */
static int file_put(int folder, const char *name, const char *bytes, size_t n)
{
    char part[NAME_TEXT + 8];
    int fd, r;

    snprintf(part, sizeof(part), "%s.part", name);
    fd = openat(folder, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    r = whole_write(fd, bytes, n);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && renameat(folder, part, folder, name) < 0)
        r = -errno;
    if (r < 0)
        unlinkat(folder, part, 0);
    return r == 0 && fsync(folder) < 0 ? -errno : r;
}

int paper_store_put(const char *dir, const char *bytes, size_t n, uint8_t ret_sha[PAPER_SHA])
{
    char name[NAME_TEXT];
    int folder, r = 0;

    crypto_hash_sha256(ret_sha, (const uint8_t *)bytes, n);
    sodium_bin2hex(name, sizeof(name), ret_sha, PAPER_SHA);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return -errno;
    folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    if (faccessat(folder, name, F_OK, 0) < 0)
        r = file_put(folder, name, bytes, n);
    close(folder);
    return r;
}

static int whole_read(int fd, char **ret_bytes, size_t *ret_n)
{
    struct stat info;
    char *bytes;
    size_t n = 0;

    if (fstat(fd, &info) < 0)
        return -errno;
    if (info.st_size > PAPER_BYTES_MAX)
        return -EFBIG;
    bytes = malloc((size_t)info.st_size + 1);
    if (!bytes)
        return -ENOMEM;
    while (n < (size_t)info.st_size) {
        const ssize_t done = read(fd, bytes + n, (size_t)info.st_size - n);

        if (done == 0 || (done < 0 && errno != EINTR)) {
            free(bytes);
            return done == 0 ? -EBADMSG : -EIO;
        }
        n += done > 0 ? (size_t)done : 0;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

int paper_store_get(const char *dir, const uint8_t sha[PAPER_SHA], char **ret_bytes, size_t *ret_n)
{
    char name[NAME_TEXT], path[600];
    uint8_t now[PAPER_SHA];
    int fd, r;

    sodium_bin2hex(name, sizeof(name), sha, PAPER_SHA);
    snprintf(path, sizeof(path), "%.500s/%s", dir, name);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    r = whole_read(fd, ret_bytes, ret_n);
    close(fd);
    if (r < 0)
        return r;
    crypto_hash_sha256(now, (const uint8_t *)*ret_bytes, *ret_n);
    if (memcmp(now, sha, PAPER_SHA) == 0)
        return 0;
    free(*ret_bytes);
    return -EBADMSG;
}
