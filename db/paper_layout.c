/* paper_layout.c - see paper_layout.h. */
#include "db/paper_layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/paper.h"

/* ---- read ---- */

int paper_layout_scan(struct tx *tx, int64_t layout_id,
                      int (*each)(void *arg, const struct paper_layout_row *row), void *arg)
{
    bool found = false;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT l.id, l.version, v.ordinal, v.at_ms, l.kind, l.name, "
                     "COALESCE(u.name, v.actor), l.program, (SELECT COUNT(*) FROM print_route t "
                     "WHERE t.layout_id = l.id) FROM paper_layout l JOIN paper_layout_version v "
                     "ON v.layout_id = l.id AND v.ordinal = (SELECT MAX(ordinal) FROM "
                     "paper_layout_version WHERE layout_id = l.id) LEFT JOIN user_account u ON "
                     "u.login = v.actor WHERE l.retired_ms IS NULL AND ($1 = 0 OR l.id = $1) "
                     "ORDER BY l.kind, l.id",
                     "i", layout_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct paper_layout_row row = {.id = stmt_int(s, 0),
                                             .version = stmt_int(s, 1),
                                             .ordinal = stmt_int(s, 2),
                                             .at_ms = stmt_int(s, 3),
                                             .kind = stmt_text(s, 4),
                                             .name = stmt_text(s, 5),
                                             .actor = stmt_text(s, 6),
                                             .program = stmt_text(s, 7),
                                             .routes = stmt_int(s, 8)};

        found = true;
        r = each(arg, &row);
    }
    stmt_reset(s);
    if (r >= 0 && layout_id && !found)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

int paper_layout_versions(struct tx *tx, int64_t layout_id,
                          int (*each)(void *arg, const struct paper_layout_version *version),
                          void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT v.ordinal, v.at_ms, COALESCE(u.name, v.actor) FROM "
                     "paper_layout_version v LEFT JOIN user_account u ON u.login = v.actor WHERE "
                     "v.layout_id = $1 ORDER BY v.ordinal DESC",
                     "i", layout_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct paper_layout_version version = {
            .ordinal = stmt_int(s, 0), .at_ms = stmt_int(s, 1), .actor = stmt_text(s, 2)};

        r = each(arg, &version);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int paper_layout_body(struct tx *tx, int64_t layout_id, int64_t ordinal, char **ret_body,
                      int64_t *ret_ordinal)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT body, ordinal FROM paper_layout_version WHERE layout_id = $1 AND "
                     "($2 = 0 OR ordinal = $2) ORDER BY ordinal DESC LIMIT 1",
                     "ii", layout_id, ordinal);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *ret_body = strdup(stmt_text(s, 0));
        if (ret_ordinal)
            *ret_ordinal = stmt_int(s, 1);
        r = *ret_body ? 0 : -ENOMEM;
    } else if (r == 0) {
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    stmt_reset(s);
    return r;
}

int layout_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT name FROM paper_layout WHERE id = $1", "i", id);

    (void)no;
    *ret_subject = (struct paper_subject){.project_id = 0};
    if (r == 0 && (r = stmt_step(s)) == 1) {
        snprintf(ret_subject->number, sizeof(ret_subject->number), "%s",
                 print_kinds[PRINT_KIND_TEST].zh);
        snprintf(ret_subject->title, sizeof(ret_subject->title), "%s", stmt_text(s, 0));
    } else if (r == 0) {
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- change ---- */

static int name_check(struct tx *tx, const char *kind, const char *name, int64_t but_id)
{
    int64_t id;
    int r = db_get(tx->db, &id,
                   "SELECT id FROM paper_layout WHERE kind = $1 AND name = $2 AND id <> $3 AND "
                   "retired_ms IS NULL",
                   "tti", kind, name, but_id);

    return r == 1 ? fault_set(tx->fault, FAULT_PAPER_LAYOUT_NAME, "name", name, NULL) : r;
}

static int version_add(struct tx *tx, int64_t layout_id, const char *body)
{
    int r = db_run(tx->db,
                   "INSERT INTO paper_layout_version (layout_id, ordinal, body, actor, at_ms) "
                   "SELECT $1, COALESCE(MAX(ordinal), 0) + 1, $2, $3, $4 FROM "
                   "paper_layout_version WHERE layout_id = $1",
                   "itti", layout_id, body, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

static int layout_add(struct tx *tx, const struct paper_layout_new *layout, const char *program,
                      int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "INSERT INTO paper_layout (kind, name, program) VALUES ($1, $2, $3) "
                   "RETURNING id",
                   "ttt", layout->kind, layout->name, program);

    return r < 0 ? r : version_add(tx, *ret_id, layout->body);
}

int paper_layout_create(struct tx *tx, const struct paper_layout_new *layout, int64_t *ret_id)
{
    struct trail trail = {0};
    int r =
        tx_need_room(tx, "SELECT COUNT(*) FROM paper_layout WHERE retired_ms IS NULL AND $1 = 0", 0,
                     PAPER_LAYOUT_MAX);

    if (r == 0)
        r = name_check(tx, layout->kind, layout->name, 0);
    if (r == 0)
        r = layout_add(tx, layout, NULL, ret_id);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, layout->kind);
    trail_text(&trail, "name", NULL, layout->name);
    return audit_add(tx, "paper-layout.create", "paper_layout", *ret_id, 0, &trail);
}

struct layout_now {
    int64_t version;
    char kind[24], *name, *body;
};

static void layout_now_free(struct layout_now *now)
{
    free(now->name);
    free(now->body);
}

/* NOT_FOUND, VERSION_CHANGED. */
static int layout_now(struct tx *tx, int64_t layout_id, int64_t version, struct layout_now *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT version, kind, name FROM paper_layout WHERE id = $1 AND retired_ms "
                     "IS NULL",
                     "i", layout_id);

    *ret = (struct layout_now){.version = 0};
    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        ret->version = stmt_int(s, 0);
        snprintf(ret->kind, sizeof(ret->kind), "%s", stmt_text(s, 1));
        ret->name = strdup(stmt_text(s, 2));
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (!ret->name)
        return -ENOMEM;
    if (ret->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "版式", NULL);
    return paper_layout_body(tx, layout_id, 0, &ret->body, NULL);
}

static int layout_write(struct tx *tx, const struct paper_layout_change *c,
                        const struct layout_now *now)
{
    int r = c->name ? name_check(tx, now->kind, c->name, c->id) : 0;

    if (r == 0 && c->body && strcmp(c->body, now->body) != 0) {
        r = tx_need_room(tx, "SELECT COUNT(*) FROM paper_layout_version WHERE layout_id = $1",
                         c->id, PAPER_LAYOUT_VERSIONS_MAX);
        if (r == 0)
            r = version_add(tx, c->id, c->body);
    }
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE paper_layout SET version = version + 1, name = COALESCE($2, name) "
                   "WHERE id = $1",
                   "it", c->id, c->name);
    return r < 0 ? r : 0;
}

int paper_layout_update(struct tx *tx, const struct paper_layout_change *change)
{
    struct trail trail = {0};
    struct layout_now now;
    int64_t ordinal = 0;
    int r = layout_now(tx, change->id, change->version, &now);

    if (r == 0)
        r = layout_write(tx, change, &now);
    if (r == 0)
        r = db_get(tx->db, &ordinal,
                   "SELECT MAX(ordinal) FROM paper_layout_version WHERE layout_id = $1", "i",
                   change->id);
    if (r >= 0) {
        trail_text(&trail, "name", now.name, change->name ? change->name : now.name);
        trail_int(&trail, "ordinal", NULL, &ordinal);
        r = audit_add(tx, "paper-layout.update", "paper_layout", change->id, 0, &trail);
    }
    layout_now_free(&now);
    return r;
}

int paper_layout_retire(struct tx *tx, int64_t layout_id, int64_t version)
{
    struct trail trail = {0};
    struct layout_now now;
    int64_t other;
    int r = layout_now(tx, layout_id, version, &now);

    if (r == 0)
        r = db_get(tx->db, &other,
                   "SELECT id FROM paper_layout WHERE kind = $1 AND id <> $2 AND retired_ms IS "
                   "NULL LIMIT 1",
                   "ti", now.kind, layout_id);
    if (r == 0)
        r = fault_set(tx->fault, FAULT_PAPER_LAYOUT_LAST, NULL);
    if (r >= 0)
        r = db_run(tx->db, "UPDATE print_route SET layout_id = NULL WHERE layout_id = $1", "i",
                   layout_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE paper_layout SET version = version + 1, retired_ms = $2 WHERE id = $1",
                   "ii", layout_id, tx->now_ms);
    if (r >= 0) {
        trail_text(&trail, "name", now.name, NULL);
        r = audit_add(tx, "paper-layout.retire", "paper_layout", layout_id, 0, &trail);
    }
    layout_now_free(&now);
    return r;
}

int paper_layout_test(struct tx *tx, int64_t layout_id, int64_t printer_id)
{
    struct paper_new paper = {.kind = PRINT_KIND_TEST,
                              .subject_id = layout_id,
                              .number = print_kinds[PRINT_KIND_TEST].zh,
                              .printer_id = printer_id,
                              .layout_id = layout_id};
    struct trail trail = {0};
    int64_t there;
    int r = db_get(tx->db, &there,
                   "SELECT 1 WHERE EXISTS (SELECT 1 FROM paper_layout WHERE id = $1 AND "
                   "retired_ms IS NULL) AND EXISTS (SELECT 1 FROM printer WHERE id = $2 AND "
                   "retired_ms IS NULL)",
                   "ii", layout_id, printer_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 1)
        r = db_get(tx->db, &paper.subject_no,
                   "SELECT COALESCE(MAX(subject_no), 0) + 1 FROM paper WHERE kind = $1 AND "
                   "subject_id = $2",
                   "ti", print_kinds[PRINT_KIND_TEST].code, layout_id);
    if (r >= 0)
        r = paper_add(tx, &paper, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "printer_id", NULL, &printer_id);
    return audit_add(tx, "paper-layout.test", "paper_layout", layout_id, 0, &trail);
}

/* ---- those of the program ---- */

/* One that is there: renewed when all its versions are of the program. */
static int program_renew(struct tx *tx, int64_t layout_id, const char *body)
{
    int64_t same;
    int r = db_get(tx->db, &same,
                   "SELECT 1 FROM paper_layout_version v WHERE v.layout_id = $1 AND (v.actor <> "
                   "$3 OR (v.body = $2 AND v.ordinal = (SELECT MAX(ordinal) FROM "
                   "paper_layout_version WHERE layout_id = $1))) LIMIT 1",
                   "itt", layout_id, body, tx->actor->name);

    return r != 0 ? (r < 0 ? r : 0) : version_add(tx, layout_id, body);
}

int paper_layout_seed(struct tx *tx, const struct paper_layout_program *layout)
{
    const struct paper_layout_new program = {layout->kind, layout->name, layout->body};
    int64_t id;
    int r =
        db_get(tx->db, &id, "SELECT id FROM paper_layout WHERE program = $1", "t", layout->code);

    if (r == 1)
        return program_renew(tx, id, layout->body);
    return r < 0 ? r : layout_add(tx, &program, layout->code, &id);
}
