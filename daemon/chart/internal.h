/* internal.h - the internal chart: what staff see, straight from the units (SC-06, SC-07).
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_CHART_INTERNAL_H
#define ANCHANG_CHART_INTERNAL_H

#include <stdint.h>

#include "daemon/chart/place.h"
#include "daemon/http/buf.h"
#include "db/unit.h"

/* Flag of a unit whose record or state changed since the site's midnight. */
enum { INTERNAL_CHANGED_TODAY = 1024 };

/* Appends one InternalUnit row. @place NULL: -1 for floor, stair and line. */
void internal_write_unit(const struct unit_row *row, const struct place_unit *place, int layout,
                         int64_t midnight_ms, struct buf *out);

/* Appends "layouts":[…],"buildings":[…] of a project as it is now. */
int internal_write_buildings(struct tx *tx, int64_t project_id, int64_t midnight_ms,
                             struct buf *out);

#endif
