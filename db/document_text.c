/* document_text.c - the texts of the papers of a deal: filled once, frozen, read back. See
 * document_template.h. */
#include "db/document_text.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "db/deal_scope.h"

/* ---- made ---- */

/* The template in use for it. */
static const char *const template_sql[] = {
    [DOCUMENT_OF_DEAL] = "SELECT t.id, t.body FROM deal_document p JOIN document_template t ON "
                         "t.project_id = p.project_id AND t.kind = p.kind AND "
                         "t.state = 'active' WHERE p.id = $1",
    [DOCUMENT_OF_NOTICE] = "SELECT t.id, t.body FROM movein_notice m JOIN deal d ON "
                           "d.id = m.deal_id JOIN document_template t ON "
                           "t.project_id = d.project_id AND t.kind = 'movein_notice' AND "
                           "t.state = 'active' WHERE m.id = $1",
    [DOCUMENT_OF_CHANGE] = "SELECT t.id, t.body FROM deal_change g JOIN document_template t ON "
                           "t.project_id = g.project_id AND t.kind = 'change' AND "
                           "t.state = 'active' WHERE g.id = $1",
};

static int text_keep(struct filling *f, enum document_of of, int64_t of_id, int64_t template_id,
                     const char *body)
{
    char *filled = NULL;
    int r = filling_body(f, body, false, &filled);

    if (r == 0)
        r = db_run(f->tx->db,
                   "INSERT INTO document_text (deal_id, document_id, notice_id, change_id, "
                   "template_id, body, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "ioooiti", f->deal_id, of == DOCUMENT_OF_DEAL ? &of_id : NULL,
                   of == DOCUMENT_OF_NOTICE ? &of_id : NULL,
                   of == DOCUMENT_OF_CHANGE ? &of_id : NULL, template_id, filled, f->at_ms);
    free(filled);
    return r < 0 ? r : 0;
}

int document_text_make(struct tx *tx, enum document_of of, int64_t of_id)
{
    struct filling f = {.tx = tx};
    int64_t template_id = 0;
    char *body = NULL;
    struct stmt *s;
    int r = db_query(tx->db, &s, template_sql[of], "i", of_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        template_id = stmt_int(s, 0);
        body = strdup(stmt_text(s, 1));
        r = body ? 1 : -ENOMEM;
    }
    stmt_reset(s);
    if (r == 1) {
        r = filling_values(&f, of, of_id);
        if (r == 0)
            r = text_keep(&f, of, of_id, template_id, body);
    }
    free(body);
    filling_free(&f);
    return r;
}

/* ---- reading it ---- */

/* @body with what is personal in it, for @each. */
static int personal_give(struct filling *f, const char *body,
                         int (*each)(void *arg, const char *body), void *arg)
{
    char *filled = NULL;
    int r = filling_personal(f);

    if (r == 0)
        r = filling_body(f, body, true, &filled);
    if (r == 0) {
        r = each(arg, filled);
        sodium_memzero(filled, strlen(filled));
    }
    free(filled);
    return r;
}

static int clear_check(struct tx *tx, int64_t text_id, const struct deal_place *place)
{
    struct trail trail = {0};
    int r = tx_need_right(tx, RIGHT_CUSTOMER_CLEAR);

    if (r < 0)
        return r;
    trail_int(&trail, "text_id", NULL, &text_id);
    return audit_add(tx, "document.clear", "deal", place->deal_id, place->project_id, &trail);
}

int document_text_list(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct document_text_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT x.id, t.kind, COALESCE(p.number, g.number, x.notice_id), x.at_ms, "
                     "COALESCE(g.kind, '') FROM document_text x "
                     "JOIN document_template t ON t.id = x.template_id "
                     "LEFT JOIN deal_document p ON p.id = x.document_id "
                     "LEFT JOIN deal_change g ON g.id = x.change_id WHERE x.deal_id = $1 "
                     "ORDER BY x.at_ms, x.id",
                     "i", deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct document_text_row row = {.id = stmt_int(s, 0),
                                              .kind = stmt_text(s, 1),
                                              .number = stmt_int(s, 2),
                                              .at_ms = stmt_int(s, 3),
                                              .change = stmt_text(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int document_text_get(struct tx *tx, int64_t text_id, bool clear,
                      int (*each)(void *arg, const char *body), void *arg)
{
    struct filling f = {.tx = tx, .clear = clear};
    struct deal_place place;
    struct stmt *s;
    char *body;
    int r = tx_row(tx, &s,
                   "SELECT d.project_id, x.deal_id, x.at_ms, x.body FROM document_text x "
                   "JOIN deal d ON d.id = x.deal_id WHERE x.id = $1",
                   text_id);

    if (r < 0)
        return r;
    f.deal_id = stmt_int(s, 1);
    f.at_ms = stmt_int(s, 2);
    r = deal_place_read(tx, f.deal_id, &place);
    body = r == 0 ? strdup(stmt_text(s, 3)) : NULL;
    stmt_reset(s);
    if (r < 0)
        return r;
    r = body ? 0 : -ENOMEM;
    if (r == 0 && clear)
        r = clear_check(tx, text_id, &place);
    if (r == 0)
        r = personal_give(&f, body, each, arg);
    free(body);
    filling_free(&f);
    return r;
}

/* ---- before it is used ---- */

/* The last ones of kind $2 in a project, each with whose it is. */
static const char *const example_sql[] = {
    [DOCUMENT_OF_DEAL] = "SELECT p.id, u.building_id, d.user_id FROM deal_document p "
                         "JOIN deal d ON d.id = p.deal_id JOIN unit u ON u.id = d.unit_id "
                         "WHERE d.project_id = $1 AND p.kind = $2 ORDER BY p.id DESC LIMIT 200",
    [DOCUMENT_OF_NOTICE] = "SELECT m.id, u.building_id, d.user_id FROM movein_notice m "
                           "JOIN deal d ON d.id = m.deal_id JOIN unit u ON u.id = d.unit_id "
                           "WHERE d.project_id = $1 AND $2 <> '' ORDER BY m.id DESC LIMIT 200",
    [DOCUMENT_OF_CHANGE] = "SELECT g.id, u.building_id, d.user_id FROM deal_change g "
                           "JOIN deal d ON d.id = g.deal_id JOIN unit u ON u.id = d.unit_id "
                           "WHERE d.project_id = $1 AND $2 <> '' AND g.state = 'executed' "
                           "ORDER BY g.id DESC LIMIT 200",
};

static enum document_of kind_of(const char *kind)
{
    return strcmp(kind, "movein_notice") == 0 ? DOCUMENT_OF_NOTICE
           : strcmp(kind, "change") == 0      ? DOCUMENT_OF_CHANGE
                                              : DOCUMENT_OF_DEAL;
}

/* The newest that the actor sees; 0: none. */
static int example_find(struct tx *tx, int64_t project_id, const char *kind, int64_t *ret_id)
{
    struct deal_place place = {.project_id = project_id};
    struct stmt *s;
    int r = db_query(tx->db, &s, example_sql[kind_of(kind)], "it", project_id, kind);

    *ret_id = 0;
    while (r >= 0 && !*ret_id && (r = stmt_step(s)) == 1) {
        place.building_id = stmt_int(s, 1);
        place.user_id = stmt_int(s, 2);
        if (deal_seen(tx->actor, &place))
            *ret_id = stmt_int(s, 0);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int document_text_preview(struct tx *tx, int64_t project_id, const char *kind, const char *body,
                          int (*each)(void *arg, const char *body), void *arg)
{
    struct filling f = {.tx = tx};
    int64_t example_id = 0;
    char *filled = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = template_body_check(tx, body);
    if (r == 0)
        r = example_find(tx, project_id, kind, &example_id);
    if (r < 0 || !example_id)
        return r < 0 ? r : each(arg, body);
    r = filling_values(&f, kind_of(kind), example_id);
    if (r == 0)
        r = filling_body(&f, body, false, &filled);
    if (r == 0)
        r = personal_give(&f, filled, each, arg);
    free(filled);
    filling_free(&f);
    return r;
}
