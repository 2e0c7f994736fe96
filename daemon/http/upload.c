/* upload.c - a body that is a file: to the disk as it comes, never whole in memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/http/request.h"

#define PREFIX "upload-"

void upload_sweep(const char *dir)
{
    struct dirent *entry;
    DIR *d = opendir(dir);

    while (d && (entry = readdir(d)))
        if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) == 0)
            unlinkat(dirfd(d), entry->d_name, 0);
    if (d)
        closedir(d);
}

int upload_begin(struct request *rq)
{
    const char *dir = rq->conn->listener->http->options.upload_dir;
    int n, fd;

    if (!dir)
        return -ENOTSUP;
    n = snprintf(rq->upload_path, sizeof(rq->upload_path), "%s/" PREFIX "XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof(rq->upload_path)) {
        rq->upload_path[0] = '\0';
        return -ENAMETOOLONG;
    }
    fd = mkostemp(rq->upload_path, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        rq->upload_path[0] = '\0';
        return -errno;
    }
    rq->upload_fd = fd;
    return 0;
}

int upload_data(struct request *rq, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(rq->upload_fd, data, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

int upload_end(struct request *rq)
{
    int r = 0;

    /* Not synced here: that would hold up a worker, and most uploads are read and dropped. */
    if (rq->upload_fd >= 0 && close(rq->upload_fd) < 0)
        r = -errno;
    rq->upload_fd = -1;
    return r;
}

void upload_discard(struct request *rq)
{
    if (rq->upload_fd >= 0)
        close(rq->upload_fd);
    rq->upload_fd = -1;
    /* A handler that wanted the file has renamed it away. */
    if (rq->upload_path[0])
        unlink(rq->upload_path);
    rq->upload_path[0] = '\0';
}
