/* permit.c - see permit.h. */
#include "db/permit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/media.h"
#include "db/unit.h"

/* ---- scope ---- */

static int scope_buildings(struct tx *tx, int64_t project_id, int64_t permit_id,
                           const struct permit_scope *scope)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < scope->n_buildings; i++) {
        int64_t found = 0;

        r = db_get(tx->db, &found, "SELECT id FROM building WHERE id = $1 AND project_id = $2",
                   "ii", scope->buildings[i], project_id);
        if (r == 0)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
        if (r == 1)
            r = db_run(tx->db,
                       "INSERT INTO permit_unit (unit_id, permit_id) SELECT u.id, $2 FROM unit u "
                       "WHERE u.building_id = $1 ON CONFLICT (unit_id, permit_id) DO NOTHING",
                       "ii", scope->buildings[i], permit_id);
    }
    return r < 0 ? r : 0;
}

static int scope_units(struct tx *tx, int64_t project_id, int64_t permit_id,
                       const struct permit_scope *scope)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < scope->n_units; i++) {
        int64_t found = 0;

        r = db_get(tx->db, &found, "SELECT id FROM unit WHERE id = $1 AND project_id = $2", "ii",
                   scope->units[i], project_id);
        if (r == 0)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
        if (r == 1)
            r = db_run(tx->db,
                       "INSERT INTO permit_unit (unit_id, permit_id) VALUES ($1, $2) "
                       "ON CONFLICT (unit_id, permit_id) DO NOTHING",
                       "ii", scope->units[i], permit_id);
    }
    return r < 0 ? r : 0;
}

static int permit_covered(struct tx *tx, int64_t permit_id, int64_t *ret_count)
{
    int r = db_get(tx->db, ret_count, "SELECT COUNT(*) FROM permit_unit WHERE permit_id = $1", "i",
                   permit_id);

    return r < 0 ? r : 0;
}

/* Adds the scope and notes how many units the permit covers then. */
static int scope_add(struct tx *tx, int64_t project_id, int64_t permit_id,
                     const struct permit_scope *scope, struct trail *trail)
{
    int64_t before = 0, after = 0;
    int r = permit_covered(tx, permit_id, &before);

    if (r == 0)
        r = scope_buildings(tx, project_id, permit_id, scope);
    if (r == 0)
        r = scope_units(tx, project_id, permit_id, scope);
    if (r == 0)
        r = permit_covered(tx, permit_id, &after);
    if (r == 0)
        trail_int(trail, "units_covered", &before, &after);
    return r;
}

/* Every building it touches has new flags on the internal chart. */
static int permit_news(struct tx *tx, int64_t project_id, int64_t permit_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT DISTINCT u.building_id FROM permit_unit x JOIN unit u "
                     "ON u.id = x.unit_id WHERE x.permit_id = $1",
                     "i", permit_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = tx_changed(tx, CHANGE_BUILDING, project_id, stmt_int(s, 0), stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : tx_changed(tx, CHANGE_PROJECT, project_id, 0, project_id);
}

/* ---- what is there ---- */

struct permit_now {
    int64_t project_id, version, units_named, revoked_ms;
    char number[400];
};

static int permit_now(struct tx *tx, int64_t id, struct permit_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, units_named, COALESCE(revoked_ms, 0), number "
                   "FROM permit WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct permit_now){.project_id = stmt_int(s, 0),
                               .version = stmt_int(s, 1),
                               .units_named = stmt_int(s, 2),
                               .revoked_ms = stmt_int(s, 3)};
    snprintf(ret->number, sizeof(ret->number), "%s", stmt_text(s, 4));
    stmt_reset(s);
    return 0;
}

int permit_project(struct tx *tx, int64_t permit_id, int64_t *ret_project_id)
{
    struct permit_now now;
    int r = permit_now(tx, permit_id, &now);

    if (r == 0)
        *ret_project_id = now.project_id;
    return r;
}

/* Version and life of the permit that is to be changed. */
static int permit_expect(struct tx *tx, int64_t id, int64_t version, struct permit_now *ret)
{
    int r = permit_now(tx, id, ret);

    if (r < 0)
        return r;
    if (ret->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->number, NULL);
    if (ret->revoked_ms)
        return fault_set(tx->fault, FAULT_PERMIT_REVOKED, "number", ret->number, NULL);
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- changes ---- */

static int permit_insert(struct tx *tx, const struct permit_new *p, int64_t *ret_id)
{
    int r =
        db_get(tx->db, ret_id,
               "INSERT INTO permit (project_id, kind, number, issued_date, valid_until, scope, "
               "units_named, escrow_bank, escrow_name, escrow_account, media_id, expires_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
               "itttttitttto", p->project_id, p->kind, p->number, p->issued_date, p->valid_until,
               p->scope_text, p->units_named, or_empty(p->escrow_bank), or_empty(p->escrow_name),
               or_empty(p->escrow_account), p->media_id, p->expires_ms ? &p->expires_ms : NULL);

    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_PERMIT_EXISTS, "number", p->number, NULL);
    return r < 0 ? r : 0;
}

int permit_create(struct tx *tx, const struct permit_new *p, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, p->project_id);

    if (r == 0)
        r = media_need(tx, p->project_id, p->media_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM permit WHERE project_id = $1", p->project_id,
                         PERMIT_MAX);
    if (r == 0)
        r = permit_insert(tx, p, &id);
    if (r < 0)
        return r;
    trail_text(&trail, "number", NULL, p->number);
    trail_text(&trail, "kind", NULL, p->kind);
    trail_text(&trail, "issued_date", NULL, p->issued_date);
    trail_text(&trail, "valid_until", NULL, p->valid_until);
    trail_text(&trail, "scope", NULL, p->scope_text);
    trail_int(&trail, "units_named", NULL, &p->units_named);
    r = scope_add(tx, p->project_id, id, &p->scope, &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "permit.create", "permit", id, p->project_id, &trail);
    if (r == 0)
        r = permit_news(tx, p->project_id, id);
    if (r == 0)
        *ret_id = id;
    return r;
}

static int change_trail(struct tx *tx, const struct permit_now *now, const struct permit_change *c,
                        struct trail *trail)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT number, issued_date, valid_until, scope, escrow_bank, escrow_name, "
                     "escrow_account, media_id FROM permit WHERE id = $1",
                     "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r != 1)
        return r < 0 ? r : -ENOENT;
    trail_given_text(trail, "number", stmt_text(s, 0), c->number);
    trail_given_text(trail, "issued_date", stmt_text(s, 1), c->issued_date);
    trail_given_text(trail, "valid_until", stmt_text(s, 2), c->valid_until);
    trail_given_text(trail, "scope", stmt_text(s, 3), c->scope_text);
    trail_given_text(trail, "escrow_bank", stmt_text(s, 4), c->escrow_bank);
    trail_given_text(trail, "escrow_name", stmt_text(s, 5), c->escrow_name);
    trail_given_text(trail, "escrow_account", stmt_text(s, 6), c->escrow_account);
    trail_given_text(trail, "media", stmt_text(s, 7), c->media_id);
    trail_given_int(trail, "units_named", now->units_named, c->units_named);
    stmt_reset(s);
    return 0;
}

/* A new end takes back that the old one was carried out. */
static int change_write(struct tx *tx, const struct permit_change *c)
{
    int r = db_run(tx->db,
                   "UPDATE permit SET number = COALESCE($2, number), "
                   "issued_date = COALESCE($3, issued_date), "
                   "valid_until = CASE WHEN $4 = '' THEN NULL ELSE COALESCE($4, valid_until) END, "
                   "expires_ms = CASE WHEN $4 IS NULL THEN expires_ms ELSE NULLIF($5, 0) END, "
                   "closed_ms = CASE WHEN $4 IS NULL THEN closed_ms ELSE NULL END, "
                   "scope = COALESCE($6, scope), units_named = COALESCE($7, units_named), "
                   "escrow_bank = COALESCE($8, escrow_bank), "
                   "escrow_name = COALESCE($9, escrow_name), "
                   "escrow_account = COALESCE($10, escrow_account), "
                   "media_id = CASE WHEN $11 = '' THEN NULL ELSE COALESCE($11, media_id) END, "
                   "version = version + 1 WHERE id = $1",
                   "itttitotttt", c->id, c->number, c->issued_date, c->valid_until, c->expires_ms,
                   c->scope_text, c->units_named >= 0 ? &c->units_named : NULL, c->escrow_bank,
                   c->escrow_name, c->escrow_account, c->media_id);

    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_PERMIT_EXISTS, "number", c->number, NULL);
    return r < 0 ? r : 0;
}

/* Ends the sale of what @permit_id alone covered and notes that this was done. */
static int permit_close(struct tx *tx, int64_t permit_id)
{
    int r = unit_close_without_permit(tx, permit_id);

    if (r >= 0)
        r = db_run(tx->db, "UPDATE permit SET closed_ms = $2 WHERE id = $1", "ii", permit_id,
                   tx->now_ms);
    return r < 0 ? r : 0;
}

int permit_update(struct tx *tx, const struct permit_change *c)
{
    struct trail trail = {0};
    struct permit_now now;
    int r = permit_expect(tx, c->id, c->version, &now);

    if (r == 0)
        r = media_need(tx, now.project_id, c->media_id);
    if (r == 0)
        r = change_trail(tx, &now, c, &trail);
    if (r == 0)
        r = scope_add(tx, now.project_id, c->id, &c->add, &trail);
    if (r == 0 && !trail_empty(&trail))
        r = change_write(tx, c);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "permit.update", "permit", c->id, now.project_id, &trail);
    if (r == 0 && c->valid_until && c->expires_ms && c->expires_ms <= tx->now_ms)
        r = permit_close(tx, c->id);
    return r < 0 ? r : permit_news(tx, now.project_id, c->id);
}

int permit_revoke(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    const int64_t after = tx->now_ms;
    struct trail trail = {0};
    struct permit_now now;
    int r = permit_expect(tx, id, version, &now);

    if (r < 0)
        return r;
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = db_run(tx->db,
               "UPDATE permit SET revoked_ms = $2, revoke_reason = $3, version = version + 1 "
               "WHERE id = $1",
               "iit", id, after, reason);
    if (r < 0)
        return r;
    trail_int(&trail, "revoked_ms", NULL, &after);
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, "permit.revoke", "permit", id, now.project_id, &trail);
    if (r == 0)
        r = permit_close(tx, id);
    return r < 0 ? r : permit_news(tx, now.project_id, id);
}

/* ---- the timer ---- */

static int permit_expire(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct permit_now now;
    int r = permit_now(tx, id, &now);

    if (r < 0)
        return r;
    trail_text(&trail, "state", "valid", "expired");
    r = audit_add(tx, "permit.expire", "permit", id, now.project_id, &trail);
    if (r == 0)
        r = permit_close(tx, id);
    return r < 0 ? r : permit_news(tx, now.project_id, id);
}

int permit_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t next = 0;
    int done = 0;
    int r;

    for (;;) {
        int64_t id = 0;

        r = db_get(tx->db, &id,
                   "SELECT id FROM permit WHERE revoked_ms IS NULL AND closed_ms IS NULL "
                   "AND expires_ms <= $1 ORDER BY id LIMIT 1",
                   "i", tx->now_ms);
        if (r <= 0)
            break;
        r = permit_expire(tx, id);
        if (r < 0)
            break;
        done++;
    }
    if (r == 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(expires_ms) FROM permit WHERE revoked_ms IS NULL "
                   "AND closed_ms IS NULL",
                   "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return done;
}

/* ---- reading ---- */

static const char *permit_state(const struct permit_row *row, int64_t now_ms)
{
    if (row->revoked_ms)
        return "revoked";
    return row->expires_ms && row->expires_ms <= now_ms ? "expired" : "valid";
}

int permit_each(struct tx *tx, int64_t project_id, int64_t permit_id,
                int (*each)(void *arg, const struct permit_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, project_id, units_named, (SELECT COUNT(*) FROM "
                     "permit_unit x WHERE x.permit_id = p.id), expires_ms, revoked_ms, kind, "
                     "number, issued_date, scope, escrow_bank, escrow_name, escrow_account, "
                     "valid_until, media_id FROM permit p WHERE project_id = $1 "
                     "AND ($2 = 0 OR id = $2) ORDER BY issued_date, number",
                     "ii", project_id, permit_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct permit_row row = {.id = stmt_int(s, 0),
                                 .version = stmt_int(s, 1),
                                 .project_id = stmt_int(s, 2),
                                 .units_named = stmt_int(s, 3),
                                 .units_covered = stmt_int(s, 4),
                                 .expires_ms = stmt_int(s, 5),
                                 .revoked_ms = stmt_int(s, 6),
                                 .kind = stmt_text(s, 7),
                                 .number = stmt_text(s, 8),
                                 .issued_date = stmt_text(s, 9),
                                 .scope_text = stmt_text(s, 10),
                                 .escrow_bank = stmt_text(s, 11),
                                 .escrow_name = stmt_text(s, 12),
                                 .escrow_account = stmt_text(s, 13),
                                 .valid_until = stmt_text(s, 14),
                                 .media_id = stmt_text(s, 15)};

        row.state = permit_state(&row, tx->now_ms);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
