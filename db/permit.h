/* permit.h - permits to sell: pre-sale permits and completed-sale records (PM-20, FC 26.1 P2).
 *
 * No unit is for sale unless a permit that is neither revoked nor expired covers it. Expiry and
 * revocation end the sale of what no other permit covers, at once and on the public chart too. A
 * permit's scope only grows; units that came after it are added by hand.
 *
 * expires_ms is the end of valid_until in the site's time zone, which the caller knows; 0: no end.
 * Errors besides those named: NOT_FOUND (also out of scope), VERSION_CHANGED, negative errno.
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_PERMIT_H
#define ANCHANG_DB_PERMIT_H

#include "db/tx.h"

enum {
    PERMIT_SCOPE_MAX = 20000, /* units or buildings named in one call */
    PERMIT_MAX = 200,         /* of a project, revoked ones too */
};

struct permit_scope {
    const int64_t *buildings; /* all their units as they are now */
    size_t n_buildings;
    const int64_t *units;
    size_t n_units;
};

struct permit_new {
    int64_t project_id;
    const char *kind; /* presale, completed */
    const char *number, *issued_date, *scope_text;
    const char *valid_until; /* NULL: no end */
    int64_t expires_ms;
    int64_t units_named;
    const char *escrow_bank, *escrow_name, *escrow_account; /* NULL: "" */
    const char *media_id;                                   /* NULL: none */
    struct permit_scope scope;
};
/* PERMIT_EXISTS for a number the project has; LIMIT_REACHED. */
int permit_create(struct tx *tx, const struct permit_new *permit, int64_t *ret_id);

/* NULL and -1 leave as it is; valid_until and media_id "" remove. */
struct permit_change {
    int64_t id, version;
    const char *number, *issued_date, *scope_text;
    const char *valid_until;
    int64_t expires_ms; /* of valid_until */
    int64_t units_named;
    const char *escrow_bank, *escrow_name, *escrow_account, *media_id;
    struct permit_scope add;
};
/* PERMIT_REVOKED when it is. An end that has passed takes effect at once; a later one revives
 * it. */
int permit_update(struct tx *tx, const struct permit_change *change);

int permit_revoke(struct tx *tx, int64_t id, int64_t version, const char *reason);

/* Timer: carries out the expiry of permits whose end has come. Returns how many; the time of the
 * next is put into *ret_next_ms (0: none). */
int permit_expire_due(struct tx *tx, int64_t *ret_next_ms);

struct permit_row {
    int64_t id, version, project_id, units_named, units_covered, expires_ms,
        revoked_ms; /* 0: none */
    const char *kind, *number, *issued_date, *scope_text, *escrow_bank, *escrow_name,
        *escrow_account;
    const char *valid_until, *media_id; /* NULL: none */
    const char *state;                  /* valid, expired, revoked; a constant */
};
/* By date and number; @permit_id 0: all of the project. Texts live during the call. */
int permit_each(struct tx *tx, int64_t project_id, int64_t permit_id,
                int (*each)(void *arg, const struct permit_row *row), void *arg);
/* NOT_FOUND when there is no such permit in scope. */
int permit_project(struct tx *tx, int64_t permit_id, int64_t *ret_project_id);

#endif
