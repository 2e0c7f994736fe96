/* encumbrance.c - see encumbrance.h. */
#include "db/encumbrance.h"

#include <string.h>

#include "db/audit.h"
#include "db/unit.h"
#include "db/user.h"

/* The letter of a kind in the history of axis 'encumbrance'. */
static char kind_letter(const char *kind)
{
    static const struct {
        const char *kind;
        char letter;
    } letters[] = {
        {"mortgage", 'M'}, {"seizure", 'S'}, {"authority_lock", 'L'}, {"auto_lock", 'A'}};

    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (strcmp(letters[i].kind, kind) == 0)
            return letters[i].letter;
    return '\0';
}

struct bearer {
    int64_t id, project_id, building_id, version;
};

static int bearer_read(struct tx *tx, int64_t unit_id, struct bearer *ret)
{
    struct stmt *s;
    int r =
        tx_row(tx, &s, "SELECT project_id, building_id, version FROM unit WHERE id = $1", unit_id);

    if (r < 0)
        return r;
    *ret = (struct bearer){unit_id, stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_reset(s);
    return tx_need_building(tx, ret->project_id, ret->building_id);
}

/* The unit's new version, its history and audit rows, the news, the loss. @trail is freed. */
static int bearer_touch(struct tx *tx, const struct bearer *unit, bool set, const char *kind,
                        const char *document, struct trail *trail)
{
    const struct transition *t = &transitions[set ? TRANSITION_ENCUMBER : TRANSITION_DISENCUMBER];
    const char letter = kind_letter(kind);
    int r = db_run(tx->db, "UPDATE unit SET version = version + 1, changed_ms = $2 WHERE id = $1",
                   "ii", unit->id, tx->now_ms);

    if (r >= 0)
        r = unit_history_add(tx, unit->id, "encumbrance", set ? '\0' : letter, set ? letter : '\0',
                             t->event, document, kind, 0, unit->version + 1);
    if (r < 0) {
        trail_clear(trail);
        return r;
    }
    r = audit_add(tx, set ? "unit.encumber" : "unit.disencumber", "unit", unit->id,
                  unit->project_id, trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_UNIT, unit->project_id, unit->building_id, unit->id);
    return r < 0 ? r : unit_publish_loss(tx, unit->id, t->event);
}

int encumbrance_set(struct tx *tx, const struct encumbrance_new *e, int64_t *ret_id)
{
    const int64_t sellable = e->sellable;
    struct trail trail = {0};
    struct bearer unit;
    int64_t id = 0;
    int r;

    if (!e->document || !e->document[0])
        return fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    if (kind_letter(e->kind) == '\0')
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "kind", NULL);
    if (e->sellable && strcmp(e->kind, "mortgage") != 0)
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "sellable", NULL);
    r = bearer_read(tx, e->unit_id, &unit);
    if (r < 0)
        return r;
    r = db_get(tx->db, &id,
               "INSERT INTO encumbrance (unit_id, kind, document, sellable, set_ms, set_by) "
               "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
               "ittiit", e->unit_id, e->kind, e->document, sellable, tx->now_ms, tx->actor->name);
    if (r < 0)
        return r;
    trail_text(&trail, "encumbrance", NULL, e->kind);
    trail_text(&trail, "document", NULL, e->document);
    trail_int(&trail, "sellable", NULL, &sellable);
    r = bearer_touch(tx, &unit, true, e->kind, e->document, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int encumbrance_clear(struct tx *tx, int64_t id, const char *document, int64_t *ret_unit_id)
{
    struct trail trail = {0};
    struct bearer unit;
    struct stmt *s;
    int64_t unit_id = 0;
    bool cleared = false;
    char kind[32] = "";
    int r = db_query(tx->db, &s, "SELECT unit_id, kind, cleared_ms FROM encumbrance WHERE id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        unit_id = stmt_int(s, 0);
        memcpy(kind, stmt_text(s, 1), strnlen(stmt_text(s, 1), sizeof(kind) - 1));
        cleared = !stmt_is_null(s, 2);
    }
    stmt_reset(s);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0)
        r = bearer_read(tx, unit_id, &unit);
    if (r < 0)
        return r;
    if (cleared)
        return fault_set(tx->fault, FAULT_ENCUMBRANCE_CLEARED, NULL);
    if (!document || !document[0])
        return fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    r = db_run(tx->db,
               "UPDATE encumbrance SET cleared_ms = $2, cleared_by = $3, clear_document = $4 "
               "WHERE id = $1",
               "iitt", id, tx->now_ms, tx->actor->name, document);
    if (r < 0)
        return r;
    trail_text(&trail, "encumbrance", kind, NULL);
    trail_text(&trail, "document", NULL, document);
    r = bearer_touch(tx, &unit, false, kind, document, &trail);
    if (r == 0)
        *ret_unit_id = unit_id;
    return r;
}

int encumbrance_each(struct tx *tx, int64_t unit_id,
                     int (*each)(void *arg, const struct encumbrance_row *row), void *arg)
{
    struct bearer unit;
    struct stmt *s;
    int r = bearer_read(tx, unit_id, &unit);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, unit_id, kind, document, sellable, set_ms, set_by, cleared_ms, "
                     "cleared_by, clear_document, " USER_NAMED("set_by") ", " USER_NAMED(
                         "cleared_by") " FROM encumbrance WHERE unit_id = $1 ORDER BY id",
                     "i", unit_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct encumbrance_row row = {.id = stmt_int(s, 0),
                                            .unit_id = stmt_int(s, 1),
                                            .kind = stmt_text(s, 2),
                                            .document = stmt_text(s, 3),
                                            .sellable = stmt_int(s, 4) != 0,
                                            .set_ms = stmt_int(s, 5),
                                            .set_by = stmt_text(s, 6),
                                            .cleared_ms = stmt_int(s, 7),
                                            .cleared_by = stmt_text(s, 8),
                                            .clear_document = stmt_text(s, 9),
                                            .set_by_name = stmt_text(s, 10),
                                            .cleared_by_name = stmt_text(s, 11)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
