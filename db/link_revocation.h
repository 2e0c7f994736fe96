/* link_revocation.h - take-home links that were taken back: one, those of a unit, of a publication,
 * or all of a project. A revocation ends what was issued before it; what is issued later is valid.
 *
 * Thread: adding on the writer's; reading on any with a reader.
 */
#ifndef ANCHANG_DB_LINK_REVOCATION_H
#define ANCHANG_DB_LINK_REVOCATION_H

#include "db/tx.h"

struct link_revocation {
    int64_t id, project_id, at_ms;
    const char *scope;  /* link, unit, publication, all */
    const char *target; /* short code, unit id, publication id, "" */
    const char *reason, *actor;
    const char *actor_name; /* the person's; else as @actor */
};

/* NOT_FOUND: also a unit or a publication that is not the project's. */
int link_revoke(struct tx *tx, int64_t project_id, const char *scope, const char *target,
                const char *reason, int64_t *ret_id);
/* Newest first, or the one (@id not 0). Texts live during the call. */
int link_revocation_list(struct tx *tx, int64_t project_id, int64_t id,
                         int (*each)(void *arg, const struct link_revocation *r), void *arg);
/* Whether a link issued at @issued_ms is revoked: 1 or 0. Only in the unit's own project: who may
 * revoke in another (PA-06) reaches no link of this one by its numbers. */
int link_is_revoked(struct db *db, const char *code, int64_t unit_id, int64_t publication_id,
                    int64_t issued_ms);

#endif
