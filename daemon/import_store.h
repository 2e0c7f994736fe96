/* import_store.h - uploaded price lists between upload and import: DIR/ID/data and DIR/ID/meta.
 *
 * Nobody but who uploaded a file can see it. Files go after a day, and the oldest when there are
 * too many. Thread: any; the folder is the state, and one thread at a time adds to it.
 */
#ifndef ANCHANG_IMPORT_STORE_H
#define ANCHANG_IMPORT_STORE_H

#include <stdint.h>

enum { IMPORT_STORE_MAX = 32 };

struct stored_import {
    char id[33]; /* random, hex */
    char path[640];
    char name[256]; /* as its user called it */
    int64_t size, project_id;
};

/* Takes the file at @upload_path over by renaming it. -EINVAL: the name has control characters or a
 * slash. */
int import_store_add(const char *dir, const char *upload_path, const char *name, int64_t user_id,
                     int64_t project_id, struct stored_import *ret_stored);
/* -ENOENT: not there, or another's. */
int import_store_find(const char *dir, const char *id, int64_t user_id,
                      struct stored_import *ret_stored);
void import_store_drop(const char *dir, const char *id);
/* Drops what is older than a day, and the oldest beyond IMPORT_STORE_MAX. */
void import_store_clean(const char *dir, int64_t now_ms);

#endif
