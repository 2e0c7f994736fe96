/* disk_watch.h - how much room is left where a site writes, and the call for staff when it is
 * little (NT-09).
 *
 * Looked at every two seconds: the state folder, and the folder of the backups when it is on
 * another file system. Low is less than both limits of the configuration; it is over when a tenth
 * more than that is free, so that a call does not come and go. The call is of the site and of no
 * terminal, rings once, and takes itself back.
 *
 * A thread of its own looks, for a folder on a network can keep who asks waiting.
 *
 * Thread: any, except where it says otherwise.
 */
#ifndef ANCHANG_DISK_WATCH_H
#define ANCHANG_DISK_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/config.h"

struct app;
struct disks;

enum { DISKS_MAX = 2, DISK_LOOK_MS = 2000 };

struct disk_space {
    uint64_t device; /* of the file system */
    int64_t free_bytes, total_bytes;
};

struct disk_view {
    const char *name, *reason; /* "state", "disk"; "backups", "disk-backups" */
    const char *path;
    int64_t free_bytes, total_bytes;
    bool low;
};

struct disks_options {
    struct app *app; /* config, writer */
    /* NULL: the system's own. -errno: nothing is known of that folder. */
    int (*measure)(const char *path, struct disk_space *ret_space);
    void (*log)(void *arg, int priority, const char *line);
    void *log_arg;
};

/* Pure. @was: it was low the last time. */
bool disk_is_low(const struct config *config, const struct disk_space *space, bool was);

/* Starts the thread. */
int disks_start(const struct disks_options *options, struct disks **ret_disks);
/* Ends it; while the writer runs. What was seen last can still be asked for. */
void disks_stop(struct disks *disks);
/* After the last who asks. */
struct disks *disks_free(struct disks *disks);

/* What was seen last: the folders that are there and on a file system of their own. NULL: none. */
size_t disks_view(struct disks *disks, struct disk_view out[DISKS_MAX]);
/* What is left where a call of that reason was made for; -1: it is about no disk, or none is
 * known. */
int64_t disks_left(struct disks *disks, const char *reason);

#endif
