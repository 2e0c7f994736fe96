/* paper_layout.h - the layouts of papers and their versions (IV-06, SF-26, PA-11).
 *
 * A layout is a text that daemon/paper/layout.h reads; here it is kept. The newest version is used;
 * going back to an older one makes one more. The layouts of the program are there from the start,
 * and follow the program as long as the office has not changed them.
 *
 * Thread: changes on the writer's, reads on any. Errors besides those named: negative errno.
 */
#ifndef ANCHANG_DB_PAPER_LAYOUT_H
#define ANCHANG_DB_PAPER_LAYOUT_H

#include "db/print.h"

enum {
    PAPER_LAYOUT_MAX = 60, /* of the site */
    PAPER_LAYOUT_NAME_MAX = 40,
    PAPER_LAYOUT_BODY_MAX = 256 * 1024, /* bytes */
    PAPER_LAYOUT_VERSIONS_MAX = 500,
};

struct paper_layout_row {
    int64_t id, version, ordinal, at_ms; /* ordinal, at_ms: of the newest version */
    const char *kind, *name, *actor;
    const char *program; /* NULL: the office's own */
    int64_t routes;      /* how many lead to it */
};
/* Those that are not retired, by kind and id (@layout_id 0), or the one: NOT_FOUND. */
int paper_layout_scan(struct tx *tx, int64_t layout_id,
                      int (*each)(void *arg, const struct paper_layout_row *row), void *arg);
struct paper_layout_version {
    int64_t ordinal, at_ms;
    const char *actor;
};
/* Newest first. */
int paper_layout_versions(struct tx *tx, int64_t layout_id,
                          int (*each)(void *arg, const struct paper_layout_version *version),
                          void *arg);
/* *@ret_body is malloc'ed. @ordinal 0: the newest; *@ret_ordinal (may be NULL) is which. NOT_FOUND,
 * also of one that is retired: papers of it can still be made. */
int paper_layout_body(struct tx *tx, int64_t layout_id, int64_t ordinal, char **ret_body,
                      int64_t *ret_ordinal);

struct paper_layout_new {
    const char *kind, *name, *body; /* body: one that layout.h has read */
};
/* LIMIT_REACHED, PAPER_LAYOUT_NAME. */
int paper_layout_create(struct tx *tx, const struct paper_layout_new *layout, int64_t *ret_id);
struct paper_layout_change {
    int64_t id, version;
    const char *name, *body; /* NULL: leave */
};
/* One more version when the body is another one. VERSION_CHANGED, PAPER_LAYOUT_NAME,
 * LIMIT_REACHED. */
int paper_layout_update(struct tx *tx, const struct paper_layout_change *change);
/* Its routes go back to the first of the kind. PAPER_LAYOUT_LAST: its kind would have none. */
int paper_layout_retire(struct tx *tx, int64_t layout_id, int64_t version);

/* A test page of it for a printer. NOT_FOUND: layout, printer. */
int paper_layout_test(struct tx *tx, int64_t layout_id, int64_t printer_id);

struct paper_layout_program {
    const char *code, *kind, *name, *body;
};
/* At the start of the daemon: a new one is added, one that nobody changed is renewed. */
int paper_layout_seed(struct tx *tx, const struct paper_layout_program *layout);

#endif
