/* measurement_sheet.h - a survey's list of areas, XLSX or CSV, read into rows; and the headings it
 * is known by.
 *
 * The heading is the first of the first rows that names a building, a room and a gross and an inner
 * area; other columns are left alone. What is wrong in a cell is an item of the fault, by row, and
 * its row is left out. An area has no more than two decimals.
 *
 * Thread: any. Memory: measurement_sheet_free().
 */
#ifndef ANCHANG_MEASUREMENT_SHEET_H
#define ANCHANG_MEASUREMENT_SHEET_H

#include "db/fault.h"
#include "db/measurement.h"
#include "db/pool.h"

enum measurement_column {
    MEASUREMENT_BUILDING,
    MEASUREMENT_STAIR,
    MEASUREMENT_ROOM,
    MEASUREMENT_GROSS,
    MEASUREMENT_INNER,
    MEASUREMENT_COLUMNS,
};
/* What stands above the column in a list that we make. */
const char *measurement_column_head(enum measurement_column column, enum lang lang);

struct measurement_sheet {
    struct {
        int64_t row, gross, inner; /* 0.01 m2 */
        const char *building, *stair, *room;
    } rows[MEASUREMENTS_MAX];
    size_t n;
    int64_t seen; /* rows there were, those with a fault too */
    struct pool texts;
};

/* SHEET_*, IMPORT_MAPPING (no heading), SHEET_LIMIT (rows). On the heap; NULL with an error. */
int measurement_sheet_read(const char *path, const char *file_name, struct fault *f,
                           struct measurement_sheet **ret_sheet);
struct measurement_sheet *measurement_sheet_free(struct measurement_sheet *sheet);

#endif
