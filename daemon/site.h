/* site.h - the state folder of one site: its lock, keys, database and folders.
 *
 *   STATE/lock            held while somebody may write; holds the pid
 *   STATE/anchang.db      the database (and -wal, -shm)
 *   STATE/secret/NAME.key   32 bytes each, mode 0600; never in the database or its backups.
 *                         seal.key: one or more of them, the last one seals (db/seal.h)
 *   STATE/media/ID        images and documents by content
 *   STATE/upload, import  files on their way in
 *   STATE/backup          copies made before a migration
 *
 * Used by anchangd and by anchangctl, from one thread.
 */
#ifndef ANCHANG_SITE_H
#define ANCHANG_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/app.h"
#include "daemon/config.h"

struct site {
    int lock_fd;  /* -1: not held */
    pid_t holder; /* who holds the lock when we do not */
};

/* Fills the paths and keys of @app from @config, makes folders and keys that are missing, takes the
 * lock, and brings the database to the newest schema. -EALREADY: another process has the lock
 * (ret_site->holder), everything but the database is done. -EMEDIUMTYPE: the folder is on a network
 * or overlay file system that cannot keep a database (F14). -EPROTONOSUPPORT: the database is newer
 * than this program. -EUCLEAN: it is damaged; -ENODATA: the one that was there is gone. -ENOENT:
 * the audit log's key is gone; -EKEYREJECTED: it is another one, or the log's end was altered, or
 * the key is not here that personal data was sealed with.
 * @what gets a line for the log. */
int site_open(const struct config *config, struct app *app, struct site *ret_site, char *what,
              size_t what_size);
void site_close(struct site *site);
/* Whether what site_open() returned is mended by another database in this one's place: then it
 * holds the lock, for who puts one there. */
bool site_wants_restore(int r);

/* Whether the database can still be opened where it should be; any thread. */
bool site_database_opens(const struct app *app);

#endif
