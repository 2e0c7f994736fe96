/* media.h - the files of a project: floor plans, photos, documents (PM-10, PM-25).
 *
 * A row says what a file is; the file itself lies in the daemon's media folder under its id,
 * which is 32 hex digits of the BLAKE2b of the project's id and the content: the same file twice
 * is one. It is on the disk before its row is.
 *
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_MEDIA_H
#define ANCHANG_DB_MEDIA_H

#include "db/tx.h"

enum { MEDIA_ID_SIZE = 32, MEDIA_FILES_MAX = 20000 /* of a project */ };

struct media_row {
    const char *id;
    int64_t project_id;
    const char *content_type; /* image/png, image/jpeg, image/webp, application/pdf */
    const char *name;         /* as it was called where it came from; shown, never a path */
    int64_t size;             /* bytes */
};

/* Adding what is there changes nothing. LIMIT_REACHED, NOT_FOUND. */
int media_add(struct tx *tx, const struct media_row *media);

/* NOT_FOUND also for what is out of scope, and for a paper of a person's (of a change of his deal,
 * of his qualification) to who reads nothing that it belongs to. Texts live during the call; what
 * @each returns is returned. */
int media_get(struct tx *tx, const char *id, int (*each)(void *arg, const struct media_row *row),
              void *arg);

/* 0 when @media_id (NULL or "": none) is a file of the project, else MEDIA_UNKNOWN. */
int media_need(struct tx *tx, int64_t project_id, const char *media_id);

#endif
