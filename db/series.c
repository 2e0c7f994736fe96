/* series.c - see series.h. */
#include "db/series.h"

int series_next(struct tx *tx, int64_t project_id, const char *kind, int64_t *ret_number)
{
    int r = db_get(tx->db, ret_number,
                   "INSERT INTO series (project_id, kind, last) VALUES ($1, $2, 1) "
                   "ON CONFLICT (project_id, kind) DO UPDATE SET last = series.last + 1 "
                   "RETURNING last",
                   "it", project_id, kind);

    return r < 0 ? r : 0;
}
