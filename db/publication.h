/* publication.h - publications of the sales-control chart (FC 25.5, SC-03, SC-15, WF-14).
 *
 * draft → (check) → submitted → approved by another person → live → superseded; rejected and
 * withdrawn end in the archive. What is submitted is the content of that moment, by its hash: if
 * anything public changed since, approval is refused. While live, losses are appended as patches
 * (unit.h).
 *
 * Thread: steps on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_PUBLICATION_H
#define ANCHANG_DB_PUBLICATION_H

#include "db/content.h"
#include "db/diff.h"
#include "db/tx.h"

struct publication {
    int64_t id, version, project_id, number, author_id, created_ms, submitted_ms, decided_ms;
    int64_t approver_id, base_id, units, patches;
    /* NULL: none. author and approver are people's names. */
    const char *state, *note, *author, *approver, *approver_role, *reason, *hash;
    bool counted; /* changes is set: it went live */
    struct diff_count changes;
};

/* Newest first, those with a number below @before (0: all), at most @limit. */
int publication_list(struct tx *tx, int64_t project_id, int64_t before, int limit,
                     int (*each)(void *arg, const struct publication *p), void *arg);
/* One; NOT_FOUND when there is none in scope. Texts live during the call. */
int publication_read(struct tx *tx, int64_t id, int (*each)(void *arg, const struct publication *p),
                     void *arg);
/* 1 and the id, or 0. */
int publication_live(struct db *db, int64_t project_id, int64_t *ret_id);
/* The projects that have a live publication. A negative return of @each ends the walk with it. */
int publication_live_each(struct db *db, int (*each)(void *arg, int64_t project_id), void *arg);
/* The number people know it by: 1, or 0 when there is none. */
int publication_number(struct db *db, int64_t id, int64_t *ret_number);

int publication_create(struct tx *tx, int64_t project_id, const char *note, int64_t *ret_id);
/* @version as read. @submit refuses with PUBLICATION_INCOMPLETE and the missing list. */
int publication_submit(struct tx *tx, int64_t id, int64_t version);
/* Not by the author where the project asks for two persons. Checked again as @submit does. @hash:
 * what the approver has seen, or NULL. The approver's first post is kept with it, for the strip of
 * the kiosk. */
int publication_approve(struct tx *tx, int64_t id, int64_t version, const char *hash);
int publication_reject(struct tx *tx, int64_t id, int64_t version, const char *reason);
int publication_withdraw(struct tx *tx, int64_t id, int64_t version, const char *reason);

/* The check (RP-27): one call for each thing that is missing or wrong; none means it may go. */
struct check_item {
    enum fault_code code;
    int64_t unit_id;  /* 0: of the project or a building */
    const char *path; /* of the unit */
    const char *item; /* what is missing: the name in Chinese, or a disclosure code */
    const char *item_en;
    const char *field;    /* machine name: "floor_height", "disclosure:P7", ... */
    const char *extra[2]; /* further arguments: expected, found */
};
int publication_check(struct tx *tx, const struct content *draft,
                      int (*each)(void *arg, const struct check_item *item), void *arg);
/* Where what the public sees now, losses and all, is not what @draft says (RP-27): that is no
 * obstacle to a publication but its reason. Nothing while nothing is live. */
int publication_behind(struct tx *tx, const struct content *draft,
                       int (*each)(void *arg, const struct check_item *item), void *arg);

/* Patches of a publication up to @upto (0: all), in order. */
struct patch {
    int64_t number, unit_id, at_ms;
    char state;
    const char *cause;
};
int publication_patches(struct db *db, int64_t publication_id, int64_t after, int64_t upto,
                        int (*each)(void *arg, const struct patch *patch), void *arg);

#endif
