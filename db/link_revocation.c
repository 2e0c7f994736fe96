/* link_revocation.c - see link_revocation.h. */
#include "db/link_revocation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/user.h"

/* A unit or a publication must be the project's; the codes of links are not kept, so any may be. */
static int target_check(struct tx *tx, int64_t project_id, const char *scope, const char *target)
{
    int64_t found, id = strtoll(target, NULL, 10);
    int r = 1;

    if (strcmp(scope, "unit") == 0)
        r = db_get(tx->db, &found, "SELECT 1 FROM unit WHERE id = $1 AND project_id = $2", "ii", id,
                   project_id);
    else if (strcmp(scope, "publication") == 0)
        r = db_get(tx->db, &found, "SELECT 1 FROM publication WHERE id = $1 AND project_id = $2",
                   "ii", id, project_id);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}

int link_revoke(struct tx *tx, int64_t project_id, const char *scope, const char *target,
                const char *reason, int64_t *ret_id)
{
    struct trail trail = {0};
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = target_check(tx, project_id, scope, target);
    if (r >= 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO link_revocation (project_id, scope, target, reason, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "itttti", project_id, scope, target, reason, tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "scope", NULL, scope);
    trail_text(&trail, "target", NULL, target);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, "link.revoke", "link-revocation", *ret_id, project_id, &trail);
}

int link_revocation_list(struct tx *tx, int64_t project_id, int64_t id,
                         int (*each)(void *arg, const struct link_revocation *r), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT id, at_ms, scope, target, reason, actor, " USER_NAMED(
                "actor") " "
                         "FROM link_revocation WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                         "ORDER BY id DESC LIMIT 500",
            "ii", project_id, id);
    if (r < 0)
        return r;
    while ((r = stmt_step(s)) == 1) {
        const struct link_revocation row = {stmt_int(s, 0),  project_id,      stmt_int(s, 1),
                                            stmt_text(s, 2), stmt_text(s, 3), stmt_text(s, 4),
                                            stmt_text(s, 5), stmt_text(s, 6)};

        r = each(arg, &row);
        if (r < 0)
            break;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int link_is_revoked(struct db *db, const char *code, int64_t unit_id, int64_t publication_id,
                    int64_t issued_ms)
{
    char unit[24], publication[24];
    int64_t found;

    snprintf(unit, sizeof(unit), "%" PRId64, unit_id);
    snprintf(publication, sizeof(publication), "%" PRId64, publication_id);
    return db_get(db, &found,
                  "SELECT 1 FROM link_revocation r WHERE r.at_ms >= $4 AND "
                  "r.project_id = (SELECT project_id FROM unit WHERE id = $5) AND "
                  "((r.scope = 'link' AND r.target = $1) OR (r.scope = 'unit' AND r.target = $2) "
                  "OR (r.scope = 'publication' AND r.target = $3) OR r.scope = 'all') LIMIT 1",
                  "tttii", code, unit, publication, issued_ms, unit_id);
}
