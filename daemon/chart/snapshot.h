/* snapshot.h - one project's public chart: the approved content and the losses since.
 *
 * Content never changes while it is live; losses change single units. The chart's JSON is kept as a
 * head, one piece a building and a tail, each compressed apart, so that a loss costs its own
 * building alone however large the project is.
 *
 * Thread: any; a lock inside. What is handed out is counted (http_prepared) or filled in.
 */
#ifndef ANCHANG_CHART_SNAPSHOT_H
#define ANCHANG_CHART_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/http/buf.h"
#include "daemon/http/response.h"
#include "db/content.h"
#include "db/post.h"

struct snapshot;

/* Facts beside the content: of the publication's row, and of the site. */
struct snapshot_head {
    int64_t publication_id, number, approved_ms;
    char approver_role[POST_NAME_MAX * 4 + 1];
    char hash[CONTENT_HASH_TEXT];
    int64_t patch;   /* number of the last loss */
    int64_t data_ms; /* when the chart last changed */
    bool demo, closed;
};

/* Takes over @content in any case. The caller owns one reference. */
int snapshot_create(struct content *content, const struct snapshot_head *head,
                    struct snapshot **ret_snapshot);
struct snapshot *snapshot_ref(struct snapshot *s);   /* returns @s */
struct snapshot *snapshot_unref(struct snapshot *s); /* returns NULL */

/* A loss: @unit_id now reads @state. -ENOENT when it is not in the content. */
int snapshot_patch(struct snapshot *s, int64_t number, int64_t unit_id, char state, int64_t at_ms);
void snapshot_close(struct snapshot *s, bool closed);

/* Copies of the changing facts. */
void snapshot_get_head(struct snapshot *s, struct snapshot_head *ret_head);
/* What never changes; lives as long as @s. */
const struct content *snapshot_content(const struct snapshot *s);
/* The phone for price complaints, "" when none is disclosed; lives as long as @s. The sales
 * office's own is a field of the project. */
const char *snapshot_complaint_phone(const struct snapshot *s);
/* A layout of the content and what its units here measure: all of the publication's, or the one
 * unit of a take-home link. */
struct snapshot_layout {
    int64_t id;
    const struct published_item *item;
    int64_t units, gross_min, gross_max; /* 0.01 m2; 0: no area is known */
};
/* All of them, in the order of the items; live as long as @s. */
const struct snapshot_layout *snapshot_layouts(const struct snapshot *s, size_t *ret_n);
/* NULL: not among them. */
const struct snapshot_layout *snapshot_layout(const struct snapshot *s, int64_t layout_id);
/* Field @index of the project's item (content.h). */
const char *snapshot_project_field(const struct snapshot *s, int index);
/* Until when its prices hold: so many days after the approval as the project said; 0: not said. */
int64_t snapshot_valid_until(const struct snapshot *s);
/* The unit and its letter now, or NULL. */
const struct published_unit *snapshot_unit(struct snapshot *s, int64_t unit_id, char *ret_state);
/* What a unit shows for a price in @state: the list total, the deal total, or 0. */
int64_t snapshot_shown_total(const struct snapshot *s, const struct published_unit *u, char state);
/* What @u is priced by: gross, inner, unit. */
const char *snapshot_price_basis(const struct snapshot *s, const struct published_unit *u);
/* Unit price by that basis for @total, fen per m2; 0: none. */
int64_t snapshot_unit_price(const struct snapshot *s, const struct published_unit *u,
                            int64_t total);

/* The whole chart (PublicChart) and one building's reply, compressed, with their etags; made
 * when they were changed since they were asked for last. One reference is the caller's. */
int snapshot_chart(struct snapshot *s, struct http_prepared **ret_prepared);
int snapshot_building(struct snapshot *s, int64_t building_id, struct http_prepared **ret_prepared);
/* The chart as plain JSON: for replays, which are not kept. */
int snapshot_chart_plain(struct snapshot *s, struct buf *out);

/* Appends the objects PublicProject, PublicationInfo and ChartLayout (null without a layout). */
void snapshot_write_project(struct snapshot *s, struct buf *out);
void snapshot_write_publication(struct snapshot *s, struct buf *out);
void snapshot_write_layout(const struct snapshot_layout *layout, struct buf *out);
/* The arrays of StateInfo and ClassInfo: public words only, or the internal ones. */
void chart_write_states(struct buf *out, bool internal);
void chart_write_classes(struct buf *out);

#endif
