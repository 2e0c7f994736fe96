/* discount.c - see discount.h. */
#include "db/discount.h"

#include <errno.h>
#include <stdio.h>

#include "db/audit.h"

int discount_create(struct tx *tx, const struct discount_row *d, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, d->project_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM discount WHERE project_id = $1", d->project_id,
                         DISCOUNT_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO discount (project_id, name, condition, effect, from_date, "
                   "until_date) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "ittttt", d->project_id, d->name, d->condition, d->effect, d->from_date,
                   d->until_date);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", d->name, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, d->name);
    trail_text(&trail, "condition", NULL, d->condition);
    trail_text(&trail, "effect", NULL, d->effect);
    trail_text(&trail, "from_date", NULL, d->from_date);
    trail_text(&trail, "until_date", NULL, d->until_date);
    r = audit_add_project(tx, "discount.create", "discount", id, d->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

struct discount_now {
    int64_t project_id, version;
    char name[400];
    struct stmt *s; /* columns: project, version, name, condition, effect, from_date, until_date */
};

/* Of a project that is seen whole; the caller ends it with stmt_reset(ret->s). */
static int discount_read(struct tx *tx, int64_t id, struct discount_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, name, condition, effect, from_date, until_date "
                   "FROM discount WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct discount_now){.project_id = stmt_int(s, 0), .version = stmt_int(s, 1), .s = s};
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 2));
    return 0;
}

int discount_project(struct tx *tx, int64_t discount_id, int64_t *ret_project_id)
{
    struct discount_now now;
    int r = discount_read(tx, discount_id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    *ret_project_id = now.project_id;
    return 0;
}

static void discount_trail(struct trail *trail, struct stmt *s, const struct discount_change *c)
{
    trail_given_text(trail, "name", stmt_text(s, 2), c->name);
    trail_given_text(trail, "condition", stmt_text(s, 3), c->condition);
    trail_given_text(trail, "effect", stmt_text(s, 4), c->effect);
    trail_given_text(trail, "from_date", stmt_text(s, 5), c->from_date);
    trail_given_text(trail, "until_date", stmt_text(s, 6), c->until_date);
}

int discount_update(struct tx *tx, const struct discount_change *c)
{
    struct trail trail = {0};
    struct discount_now now;
    int r = discount_read(tx, c->id, &now);

    if (r < 0)
        return r;
    if (now.version != c->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    else
        discount_trail(&trail, now.s, c);
    stmt_reset(now.s);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(
        tx->db,
        "UPDATE discount SET name = COALESCE($2, name), condition = COALESCE($3, condition), "
        "effect = COALESCE($4, effect), "
        "from_date = CASE WHEN $5 = '' THEN NULL ELSE COALESCE($5, from_date) END, "
        "until_date = CASE WHEN $6 = '' THEN NULL ELSE COALESCE($6, until_date) END, "
        "version = version + 1 WHERE id = $1",
        "ittttt", c->id, c->name, c->condition, c->effect, c->from_date, c->until_date);
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add_project(tx, "discount.update", "discount", c->id, now.project_id, &trail);
}

int discount_delete(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct discount_now now;
    int r = discount_read(tx, id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    r = db_run(tx->db, "DELETE FROM discount WHERE id = $1", "i", id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", now.name, NULL);
    return audit_add_project(tx, "discount.delete", "discount", id, now.project_id, &trail);
}

int discount_each(struct tx *tx, int64_t project_id, int64_t discount_id,
                  int (*each)(void *arg, const struct discount_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, project_id, name, condition, effect, from_date, "
                     "until_date FROM discount WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                     "ORDER BY name",
                     "ii", project_id, discount_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct discount_row row = {stmt_int(s, 0),  stmt_int(s, 1),  stmt_int(s, 2),
                                         stmt_text(s, 3), stmt_text(s, 4), stmt_text(s, 5),
                                         stmt_text(s, 6), stmt_text(s, 7)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
