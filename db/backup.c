/* backup.c - see backup.h. */
#include "db/backup.h"

#include "db/audit.h"

int backup_note(struct tx *tx, const char *file, int64_t bytes)
{
    struct trail trail = {0};

    trail_text(&trail, "file", NULL, file);
    trail_int(&trail, "bytes", NULL, &bytes);
    return audit_add(tx, "backup", "backup", 0, 0, &trail);
}

int backup_last(struct db *db, int64_t *ret_ms)
{
    return db_get(db, ret_ms,
                  "SELECT at_ms FROM audit WHERE object = 'backup:0' ORDER BY seq DESC LIMIT 1",
                  "");
}
