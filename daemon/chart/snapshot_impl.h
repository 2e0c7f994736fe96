/* snapshot_impl.h - what snapshot.c (state, answers) and snapshot_write.c (JSON) share.
 */
#ifndef ANCHANG_CHART_SNAPSHOT_IMPL_H
#define ANCHANG_CHART_SNAPSHOT_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/chart/gzip_parts.h"
#include "daemon/chart/snapshot.h"
#include "db/unit_class.h"

/* Units [first, first + n) of the content. */
struct piece {
    size_t first, n;
    bool fresh;                            /* the part is of the current states */
    struct gzip_part part;                 /* {"id":…,…} */
    const struct published_item *building; /* NULL: not among the items */
    struct http_prepared *reply;           /* NULL: not made, or out of date */
};

struct snapshot {
    struct content *content;
    pthread_mutex_t lock;
    struct snapshot_head head;
    char *states;     /* letter now, by index of the content's units */
    uint8_t *classes; /* enum unit_class, likewise */
    size_t *by_id;    /* indexes in the order of unit ids */
    struct piece *pieces;
    size_t n_pieces;
    struct gzip_part comma, brace, tail; /* what stands between and after the pieces */
    struct snapshot_layout *layouts;     /* in the order of the items */
    size_t n_layouts;
    struct http_prepared *chart;          /* NULL: not made, or out of date */
    const char *project[ITEM_FIELDS_MAX]; /* fields of the project item */
    char *project_text;
    char *complaint_phone; /* owned; NULL: not disclosed */
    atomic_uint refs;
};

/* The item of @section with that id; 0: the first. NULL when there is none. */
const struct published_item *snapshot_item(const struct content *c, const char *section,
                                           int64_t id);

/* Under the lock: the objects PublicProject and PublicationInfo, the chart up to its buildings, and
 * one ChartBuilding. */
void write_project(struct snapshot *s, struct buf *out);
void write_publication(struct snapshot *s, struct buf *out);
void write_chart_head(struct snapshot *s, struct buf *out);
int write_building(struct snapshot *s, const struct piece *piece, struct buf *out);

#endif
