/* backup.h - that a copy of the database was made: when, by whom, which file (PA-13, PA-07).
 *
 * The copy itself is db_backup() (store.h). It is noted once it is whole and on the disk, as a row
 * of the audit log and nowhere else: so a copy that failed is not taken for one, none holds a word
 * of itself, and after a restore the log tells of the copies before it. The copy needs nothing
 * written, which is why a full disk at the site does not stand in its way.
 *
 * Thread: noting on the writer's; reading on any with a reader.
 */
#ifndef ANCHANG_DB_BACKUP_H
#define ANCHANG_DB_BACKUP_H

#include "db/tx.h"

/* @file: where it lies; @bytes: its size. */
int backup_note(struct tx *tx, const char *file, int64_t bytes);
/* 1 and when the newest was noted, 0 when none was. */
int backup_last(struct db *db, int64_t *ret_ms);

#endif
