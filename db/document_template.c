/* document_template.c - templates: drafts, versions in use, retired ones. See
 * document_template.h. */
#include "db/document_template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/document_text.h"
#include "db/user.h"

const char *const template_kinds[] = {"booking",       "subscription", "contract",
                                      "movein_notice", "change",       NULL};

static const struct document_field fields[] = {
#define FIELD(symbol, zh, en, personal) {zh, en, personal},
#include "db/document_field.def"
#undef FIELD
};

const struct document_field *document_fields(size_t *ret_n)
{
    *ret_n = sizeof(fields) / sizeof(fields[0]);
    return fields;
}

/* ---- what a text may hold ---- */

bool template_field_next(const char **cursor, struct template_piece *ret)
{
    const char *open = strstr(*cursor, "{{"), *close = open ? strstr(open, "}}") : NULL;

    if (!**cursor)
        return false;
    if (!close) {
        *ret = (struct template_piece){*cursor, strlen(*cursor), FIELD_NONE};
        *cursor += ret->n;
        return true;
    }
    if (open > *cursor) {
        *ret = (struct template_piece){*cursor, (size_t)(open - *cursor), FIELD_NONE};
        *cursor = open;
        return true;
    }
    *ret = (struct template_piece){open, (size_t)(close + 2 - open), FIELD_UNKNOWN};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const size_t n = ret->n - 4;

        if ((strlen(fields[i].zh) == n && strncmp(fields[i].zh, open + 2, n) == 0) ||
            (strlen(fields[i].en) == n && strncmp(fields[i].en, open + 2, n) == 0))
            ret->field = (int)i;
    }
    *cursor = close + 2;
    return true;
}

int template_body_check(struct tx *tx, const char *body)
{
    struct template_piece piece;
    char name[80];

    for (const char *p = body; template_field_next(&p, &piece);) {
        if (piece.field != FIELD_UNKNOWN)
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)(piece.n < 76 ? piece.n : 76), piece.text);
        fault_item(tx->fault, FAULT_TEMPLATE_FIELD, 0, "/body", "name", name, NULL);
    }
    return fault_fields(tx->fault);
}

/* ---- the record ---- */

int template_create(struct tx *tx, const struct template_new *t, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, t->project_id);

    if (r == 0)
        r = template_body_check(tx, t->body);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM document_template WHERE project_id = $1",
                         t->project_id, TEMPLATE_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO document_template (project_id, kind, number, name, body, actor, "
                   "at_ms) VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM "
                   "document_template WHERE project_id = $1 AND kind = $2), $3, $4, $5, $6) "
                   "RETURNING id",
                   "itttti", t->project_id, t->kind, t->name, t->body, tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, t->kind);
    trail_text(&trail, "name", NULL, t->name);
    r = audit_add_project(tx, "template.create", "template", id, t->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

struct template_now {
    int64_t project_id, version;
    char kind[20], state[12], name[TEMPLATE_NAME_MAX * 4 + 1];
};

static int now_read(struct tx *tx, int64_t id, struct template_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, kind, state, name, at_ms FROM document_template "
                   "WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    ret->project_id = stmt_int(s, 0);
    snprintf(ret->kind, sizeof(ret->kind), "%s", stmt_text(s, 1));
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 2));
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 3));
    ret->version = stmt_int(s, 4);
    stmt_reset(s);
    if (strcmp(ret->state, "draft") != 0)
        return fault_set(tx->fault, FAULT_TEMPLATE_USED, NULL);
    return 0;
}

int template_update(struct tx *tx, int64_t id, int64_t version, const char *name, const char *body)
{
    struct trail trail = {0};
    struct template_now now;
    int r = now_read(tx, id, &now);

    if (r == 0 && now.version != version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    if (r == 0 && body)
        r = template_body_check(tx, body);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE document_template SET name = COALESCE($2, name), "
                   "body = COALESCE($3, body), actor = $4, at_ms = $5 WHERE id = $1",
                   "ittti", id, name, body, tx->actor->name,
                   tx->now_ms > version ? tx->now_ms : version + 1);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, name);
    return audit_add_project(tx, "template.update", "template", id, now.project_id, &trail);
}

int template_activate(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct template_now now;
    int r = now_read(tx, id, &now);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE document_template SET state = 'retired' WHERE project_id = $1 "
                   "AND kind = $2 AND state = 'active'",
                   "it", now.project_id, now.kind);
    if (r >= 0)
        r = db_run(tx->db, "UPDATE document_template SET state = 'active' WHERE id = $1", "i", id);
    if (r < 0)
        return r;
    trail_text(&trail, "state", "draft", "active");
    return audit_add_project(tx, "template.activate", "template", id, now.project_id, &trail);
}

/* ---- reading ---- */

static int rows_give(struct stmt *s, int r, bool whole,
                     int (*each)(void *arg, const struct template_row *row), void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct template_row row = {.project_id = stmt_int(s, 0),
                                         .id = stmt_int(s, 1),
                                         .number = stmt_int(s, 2),
                                         .at_ms = stmt_int(s, 3),
                                         .version = stmt_int(s, 3),
                                         .kind = stmt_text(s, 4),
                                         .name = stmt_text(s, 5),
                                         .state = stmt_text(s, 6),
                                         .actor = stmt_text(s, 7),
                                         .body = whole ? stmt_text(s, 8) : NULL};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

#define ROWS                                                                                       \
    "SELECT project_id, id, number, at_ms, kind, name, state, " USER_NAMED(                        \
        "actor") ", body FROM document_template "

int template_list(struct tx *tx, int64_t project_id, const char *kind,
                  int (*each)(void *arg, const struct template_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     ROWS "WHERE project_id = $1 AND ($2 = '' OR kind = $2) "
                          "ORDER BY kind, number DESC",
                     "it", project_id, kind ? kind : "");
    return rows_give(s, r, false, each, arg);
}

int template_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct template_row *row),
                 void *arg)
{
    struct stmt *s;
    int64_t project_id;
    int r = tx_row(tx, &s, "SELECT project_id FROM document_template WHERE id = $1", id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    stmt_reset(s);
    r = db_query(tx->db, &s, ROWS "WHERE id = $1 AND project_id = $2", "ii", id, project_id);
    return rows_give(s, r, true, each, arg);
}
