/* option.c - see option.h. */
#include "db/option.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"

const char *const option_codes[OPTION_KINDS + 1] = {
#define OPTION_KIND(symbol, code, levels, zh, en) [OPTION_##symbol] = code,
#include "db/option.def"
#undef OPTION_KIND
};

const struct option_kind_info option_kinds[OPTION_KINDS] = {
#define OPTION_KIND(symbol, code, levels, zh, en) [OPTION_##symbol] = {levels, zh, en},
#include "db/option.def"
#undef OPTION_KIND
};

/* ---- reading ---- */

int option_scan(struct tx *tx, const char *kind, int64_t id,
                int (*each)(void *arg, const struct option_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT o.id, o.version, COALESCE(o.parent_id, 0), o.kind, o.code, o.name, "
                     "o.name_en, o.ordinal, o.enabled FROM option o "
                     "LEFT JOIN option p ON p.id = o.parent_id "
                     "WHERE ($1 IS NULL OR o.kind = $1) AND ($2 = 0 OR o.id = $2) "
                     "ORDER BY o.kind, CASE WHEN o.parent_id IS NULL THEN 0 "
                     "  WHEN p.parent_id IS NULL THEN 1 ELSE 2 END, o.parent_id, o.ordinal, o.id",
                     "ti", kind, id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct option_row row = {.id = stmt_int(s, 0),
                                       .version = stmt_int(s, 1),
                                       .parent_id = stmt_int(s, 2),
                                       .kind = stmt_text(s, 3),
                                       .code = stmt_text(s, 4),
                                       .name = stmt_text(s, 5),
                                       .name_en = stmt_text(s, 6),
                                       .ordinal = stmt_int(s, 7),
                                       .enabled = stmt_int(s, 8) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

int option_need(struct tx *tx, enum option_kind kind, int64_t id, const char *field)
{
    int64_t n = 0;
    int r;

    if (id == 0)
        return 0;
    r = db_get(tx->db, &n,
               "SELECT COUNT(*) FROM option WHERE id = $1 AND kind = $2 AND enabled = 1", "it", id,
               option_codes[kind]);
    if (r < 0 || n > 0)
        return r < 0 ? r : 0;
    fault_item(tx->fault, FAULT_OPTION_UNKNOWN, 0, field, "field", field, NULL);
    return fault_set(tx->fault, FAULT_OPTION_UNKNOWN, "field", field, NULL);
}

int option_find(struct tx *tx, enum option_kind kind, const char *name, int64_t *ret_id)
{
    return db_get(tx->db, ret_id,
                  "SELECT id FROM option WHERE kind = $1 AND enabled = 1 AND (name = $2 OR "
                  "code = $2 OR LOWER(name_en) = LOWER($2)) ORDER BY id LIMIT 1",
                  "tt", option_codes[kind], name);
}

/* ---- keeping ---- */

static int kind_of(const char *code)
{
    for (int i = 0; i < OPTION_KINDS; i++)
        if (strcmp(option_codes[i], code) == 0)
            return i;
    return -1;
}

static bool code_good(const char *code)
{
    return code[0] && code[strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* How deep @id lies (1: at the top), and whether @under is it or above it. */
static int depth_of(struct tx *tx, int64_t id, int64_t under, int *ret_depth, bool *ret_within)
{
    int depth = 0;

    *ret_within = false;
    while (id > 0 && depth < 8) {
        int64_t parent = 0;
        int r = db_get(tx->db, &parent, "SELECT COALESCE(parent_id, 0) FROM option WHERE id = $1",
                       "i", id);

        if (r <= 0)
            return r < 0 ? r : fault_set(tx->fault, FAULT_NODE_PARENT, NULL);
        *ret_within = *ret_within || id == under;
        depth++;
        id = parent;
    }
    *ret_depth = depth;
    return 0;
}

/* The deepest level below @id, itself among them. */
static int height_of(struct tx *tx, int64_t id, int64_t *ret_height)
{
    return db_get(tx->db, ret_height,
                  "SELECT CASE WHEN EXISTS (SELECT 1 FROM option c JOIN option g ON "
                  "g.parent_id = c.id WHERE c.parent_id = $1) THEN 3 WHEN EXISTS (SELECT 1 FROM "
                  "option c WHERE c.parent_id = $1) THEN 2 ELSE 1 END",
                  "i", id);
}

/* @parent is of the same kind and leaves room for what hangs below @id (0: a new one). */
static int parent_check(struct tx *tx, int kind, int64_t id, int64_t parent)
{
    int64_t same = 0, height = 1;
    bool within = false;
    int depth = 0;
    int r = id ? height_of(tx, id, &height) : 0;

    if (r >= 0 && parent)
        r = db_get(tx->db, &same, "SELECT COUNT(*) FROM option WHERE id = $1 AND kind = $2", "it",
                   parent, option_codes[kind]);
    if (r >= 0 && parent)
        r = depth_of(tx, parent, id, &depth, &within);
    if (r < 0)
        return r;
    if ((parent && !same) || (id && within) || depth + height > option_kinds[kind].levels)
        return fault_set(tx->fault, FAULT_NODE_PARENT, NULL);
    return 0;
}

static int name_refused(struct tx *tx, const char *name)
{
    fault_item(tx->fault, FAULT_NAME_TAKEN, 0, "name", "name", name, NULL);
    return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", name, NULL);
}

static int code_refused(struct tx *tx, const char *code)
{
    fault_item(tx->fault, FAULT_OPTION_CODE, 0, "code", "code", code, NULL);
    return fault_set(tx->fault, FAULT_OPTION_CODE, "code", code, NULL);
}

int option_create(struct tx *tx, const struct option_new *o, int64_t *ret_id)
{
    const int kind = kind_of(o->kind);
    struct trail trail = {0};
    int64_t used = 0, id = 0;
    int r = kind < 0 ? -EINVAL : parent_check(tx, kind, 0, o->parent_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM option WHERE $1 = $1", 0,
                         (int64_t)OPTION_MAX * OPTION_KINDS);
    if (r == 0)
        r = db_get(tx->db, &used, "SELECT COUNT(*) FROM option WHERE kind = $1 AND code = $2", "tt",
                   o->kind, o->code);
    if (r < 0)
        return r;
    if (used || !code_good(o->code))
        return code_refused(tx, o->code);
    r = db_get(tx->db, &id,
               "INSERT INTO option (kind, parent_id, code, name, name_en, ordinal, created_by, "
               "created_ms) VALUES ($1, $2, $3, $4, COALESCE($5, ''), $6, $7, $8) RETURNING id",
               "totttiti", o->kind, o->parent_id ? &o->parent_id : NULL, o->code, o->name,
               o->name_en, o->ordinal, tx->actor->name, tx->now_ms);
    if (r < 0)
        return r == -EEXIST ? name_refused(tx, o->name) : r;
    trail_text(&trail, "kind", NULL, o->kind);
    trail_text(&trail, "code", NULL, o->code);
    trail_text(&trail, "name", NULL, o->name);
    r = audit_add(tx, "option.create", "option", id, 0, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* As it is now, beside the change in @trail; what the change leaves is filled in. */
static int change_read(struct tx *tx, struct option_change *c, int *ret_kind, struct trail *trail)
{
    struct stmt *s;
    int64_t version;
    int r = db_query(tx->db, &s,
                     "SELECT version, kind, name, name_en, COALESCE(parent_id, 0), ordinal, "
                     "enabled FROM option WHERE id = $1",
                     "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    version = stmt_int(s, 0);
    *ret_kind = kind_of(stmt_text(s, 1));
    trail_given_text(trail, "name", stmt_text(s, 2), c->name);
    trail_given_text(trail, "name_en", stmt_text(s, 3), c->name_en);
    trail_given_int(trail, "parent", stmt_int(s, 4), c->parent_id);
    trail_given_int(trail, "ordinal", stmt_int(s, 5), c->ordinal);
    trail_given_int(trail, "enabled", stmt_int(s, 6), c->enabled);
    c->parent_id = c->parent_id < 0 ? stmt_int(s, 4) : c->parent_id;
    c->ordinal = c->ordinal < 0 ? stmt_int(s, 5) : c->ordinal;
    c->enabled = c->enabled < 0 ? (int)stmt_int(s, 6) : c->enabled;
    stmt_reset(s);
    if (version != c->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "选项", NULL);
    return 0;
}

int option_update(struct tx *tx, const struct option_change *change)
{
    struct option_change c = *change;
    struct trail trail = {0};
    int kind = 0;
    int r = change_read(tx, &c, &kind, &trail);

    if (r == 0)
        r = parent_check(tx, kind, c.id, c.parent_id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE option SET name = COALESCE($2, name), name_en = COALESCE($3, name_en), "
                   "parent_id = $4, ordinal = $5, enabled = $6, version = version + 1 "
                   "WHERE id = $1",
                   "ittoii", c.id, c.name, c.name_en, c.parent_id ? &c.parent_id : NULL, c.ordinal,
                   (int64_t)c.enabled);
    if (r == -EEXIST)
        r = name_refused(tx, c.name ? c.name : "");
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "option.update", "option", c.id, 0, &trail);
}
