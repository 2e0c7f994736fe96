/* discount_scheme.c - see discount_scheme.h. */
#include "db/discount_scheme.h"

#include <errno.h>
#include <stdio.h>

#include "db/audit.h"

static const int64_t *or_null(const int64_t *value)
{
    return *value ? value : NULL;
}

int discount_scheme_create(struct tx *tx, const struct discount_scheme_row *d, int64_t *ret_id)
{
    const int64_t enabled = d->enabled;
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, d->project_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM discount_scheme WHERE project_id = $1",
                         d->project_id, DISCOUNT_SCHEME_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO discount_scheme (project_id, name, from_date, until_date, quota, "
                   "enabled) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "itttoi", d->project_id, d->name, d->from_date, d->until_date,
                   or_null(&d->quota), enabled);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", d->name, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, d->name);
    trail_text(&trail, "from_date", NULL, d->from_date);
    trail_text(&trail, "until_date", NULL, d->until_date);
    trail_int(&trail, "quota", NULL, or_null(&d->quota));
    trail_int(&trail, "enabled", NULL, &enabled);
    r = audit_add_project(tx, "scheme.create", "discount_scheme", id, d->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

static void scheme_trail(struct trail *trail, struct stmt *s,
                         const struct discount_scheme_change *c)
{
    const int64_t quota = stmt_int(s, 5);

    trail_given_text(trail, "name", stmt_text(s, 2), c->name);
    trail_given_text(trail, "from_date", stmt_text(s, 3), c->from_date);
    trail_given_text(trail, "until_date", stmt_text(s, 4), c->until_date);
    if (c->quota)
        trail_int(trail, "quota", or_null(&quota), or_null(c->quota));
    trail_given_int(trail, "enabled", stmt_int(s, 6), c->enabled);
}

int discount_scheme_update(struct tx *tx, const struct discount_scheme_change *c)
{
    const int64_t enabled = c->enabled, quota = c->quota ? *c->quota : -1;
    struct trail trail = {0};
    int64_t project_id;
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, name, from_date, until_date, quota, enabled FROM "
                   "discount_scheme WHERE id = $1",
                   c->id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    if (stmt_int(s, 1) != c->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", stmt_text(s, 2), NULL);
    else
        scheme_trail(&trail, s, c);
    stmt_reset(s);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(tx->db,
               "UPDATE discount_scheme SET name = COALESCE($2, name), "
               "from_date = CASE WHEN $3 = '' THEN NULL ELSE COALESCE($3, from_date) END, "
               "until_date = CASE WHEN $4 = '' THEN NULL ELSE COALESCE($4, until_date) END, "
               "quota = CASE WHEN $5 < 0 THEN quota WHEN $5 = 0 THEN NULL ELSE $5 END, "
               "enabled = COALESCE($6, enabled), version = version + 1 WHERE id = $1",
               "itttio", c->id, c->name, c->from_date, c->until_date, quota,
               c->enabled >= 0 ? &enabled : NULL);
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add_project(tx, "scheme.update", "discount_scheme", c->id, project_id, &trail);
}

int discount_scheme_each(struct tx *tx, int64_t project_id, int64_t scheme_id,
                         int (*each)(void *arg, const struct discount_scheme_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, project_id, name, from_date, until_date, quota, enabled "
                     "FROM discount_scheme WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                     "ORDER BY name",
                     "ii", project_id, scheme_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct discount_scheme_row row = {stmt_int(s, 0),  stmt_int(s, 1),      stmt_int(s, 2),
                                          stmt_text(s, 3), stmt_text(s, 4),     stmt_text(s, 5),
                                          stmt_int(s, 6),  stmt_int(s, 7) != 0, 0};

        r = discount_scheme_uses(tx->db, row.id, 0, &row.uses);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int discount_scheme_project(struct tx *tx, int64_t scheme_id, int64_t *ret_project_id)
{
    struct stmt *s;
    int64_t project_id;
    int r = tx_row(tx, &s, "SELECT project_id FROM discount_scheme WHERE id = $1", scheme_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    stmt_reset(s);
    *ret_project_id = project_id;
    return 0;
}

int discount_scheme_uses(struct db *db, int64_t scheme_id, int64_t deal_id, int64_t *ret_uses)
{
    int r = db_get(db, ret_uses,
                   "SELECT COUNT(DISTINCT d.id) FROM discount x JOIN terms_step s ON "
                   "s.discount_id = x.id JOIN terms t ON t.id = s.terms_id JOIN deal d ON "
                   "d.id = t.deal_id AND d.terms_id = t.id WHERE x.scheme_id = $1 AND "
                   "d.closed_ms IS NULL AND d.id <> $2",
                   "ii", scheme_id, deal_id);

    return r < 0 ? r : 0;
}
