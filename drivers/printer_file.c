/* printer_file.c - a folder of PDFs: the printer of a machine that has none (DA 8). A job is a file
 * called by its title and name; it is whole and on the disk, or it is not there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/printer.h"

enum { FOLDER_TEXT = 400, FILE_TEXT = 200 };

struct printer {
    char folder[FOLDER_TEXT];
};

static int file_open(const char *target, struct printer **ret_printer)
{
    struct printer *p;

    if (target[0] != '/' || strlen(target) >= FOLDER_TEXT)
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    snprintf(p->folder, sizeof(p->folder), "%s", target);
    *ret_printer = p;
    return 0;
}

static void file_close(struct printer *p)
{
    free(p);
}

static void file_status(struct printer *p, struct printer_status *ret)
{
    *ret = (struct printer_status){.health = PRINTER_IDLE};
    if (mkdir(p->folder, 0700) == 0 || (errno == EEXIST && access(p->folder, W_OK) == 0))
        return;
    ret->health = PRINTER_GONE;
    snprintf(ret->why, sizeof(ret->why), "%s", strerror(errno));
}

/* "A000012 anchang-….pdf": of a title only what a file name may have. */
static void file_name(const struct printer_job *job, char out[FILE_TEXT])
{
    size_t n = 0;

    for (const char *c = job->title; *c && n < 80; c++)
        out[n++] = (char)(*c == '/' || (unsigned char)*c < 0x20 ? '-' : *c);
    snprintf(out + n, FILE_TEXT - n, " %s.pdf", job->name);
}

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

static int file_put(int folder, const struct printer_job *job)
{
    char name[FILE_TEXT], part[FILE_TEXT + 8];
    int fd, r;

    file_name(job, name);
    snprintf(part, sizeof(part), ".%s", job->name);
    fd = openat(folder, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    r = whole_write(fd, job->bytes, job->n);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && renameat(folder, part, folder, name) < 0)
        r = -errno;
    if (r < 0)
        unlinkat(folder, part, 0);
    return r == 0 && fsync(folder) < 0 ? -errno : r;
}

static int file_send(struct printer *p, const struct printer_job *job, char why[PRINTER_WHY_TEXT])
{
    int folder = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = folder < 0 ? -errno : file_put(folder, job);

    if (folder >= 0)
        close(folder);
    snprintf(why, PRINTER_WHY_TEXT, "%s", r < 0 ? strerror(-r) : "");
    return r < 0 ? -ECANCELED : 0;
}

static int file_ask(struct printer *p, const char *name, char why[PRINTER_WHY_TEXT])
{
    enum printer_word word = PRINTER_JOB_GONE;
    DIR *folder = opendir(p->folder);
    const struct dirent *entry;

    why[0] = '\0';
    if (!folder)
        return errno == ENOENT ? (int)PRINTER_JOB_GONE : -errno;
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && strstr(entry->d_name, name))
            word = PRINTER_JOB_DONE;
    closedir(folder);
    return (int)word;
}

static int file_cancel(struct printer *p, const char *name)
{
    (void)p, (void)name;
    return 0; /* nothing waits in a folder */
}

const struct printer_driver printer_file = {.name = "file",
                                            .takes = PRINTER_TAKES_PDF,
                                            .has_queue = true,
                                            .open = file_open,
                                            .close = file_close,
                                            .status = file_status,
                                            .send = file_send,
                                            .ask = file_ask,
                                            .cancel = file_cancel,
                                            .gone_is_sure = true};
