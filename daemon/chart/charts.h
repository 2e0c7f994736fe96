/* charts.h - the charts of all projects in memory, kept true by what the writer commits.
 *
 * charts_changed() runs on the writer's thread after each commit and before anyone is answered,
 * so whoever hears "done" finds the chart and the feed already told: a lost unit is off the
 * kiosks within one round trip. Losses go out as small events, everything else as "fetch again".
 */
#ifndef ANCHANG_CHART_CHARTS_H
#define ANCHANG_CHART_CHARTS_H

#include "daemon/chart/snapshot.h"
#include "daemon/http/feed.h"
#include "db/tx.h"

struct charts;

struct charts_options {
    const char *db_path;
    struct feed *feed;
    bool demo;
};

/* Opens its own reader connection and loads every live publication. */
int charts_create(const struct charts_options *options, struct charts **ret_charts);
struct charts *charts_free(struct charts *c);

/* On the writer's thread. What cannot be told (memory, a read that fails) drops the project's
 * snapshot rather than keep a chart that may be wrong; it is loaded again at the next chance. */
void charts_changed(struct charts *c, const struct change *changes, size_t n);

/* The snapshot of a project with one reference for the caller, or NULL. Any thread. */
struct snapshot *charts_get(struct charts *c, int64_t project_id);
/* The prepared reply of a project's chart, or (@building_id not 0) of one building, with one
 * reference for the caller: the hot path, so the snapshot itself is not counted, the lock keeps
 * it. -ENODATA: no chart; -ENOENT: no such building; -ENOMEM. Any thread. */
int charts_reply(struct charts *c, int64_t project_id, int64_t building_id,
                 struct http_prepared **ret_prepared);
/* The one that shows the unit, likewise. */
struct snapshot *charts_find_unit(struct charts *c, int64_t unit_id);
/* Calls @each for every project that has one; under a read lock. */
void charts_each(struct charts *c, void (*each)(void *arg, int64_t project_id, struct snapshot *s),
                 void *arg);

/* A snapshot of any publication as of patch @upto (0: all; -1: none), of one unit or (@unit_id 0)
 * all, or of the draft now (@publication_id 0 with @tx reading): for replay, preview, export and
 * take-home links. The caller owns the reference. */
int snapshot_of_publication(struct db *db, int64_t publication_id, int64_t unit_id, int64_t upto,
                            bool demo, struct snapshot **ret_snapshot);
int snapshot_of_draft(struct tx *tx, int64_t project_id, bool demo, struct snapshot **ret_snapshot);

#endif
