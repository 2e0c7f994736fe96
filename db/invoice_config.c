/* invoice_config.c - see invoice_config.h. */
#include "db/invoice_config.h"

#include <string.h>

#include "db/audit.h"

const char *const invoice_kinds[] = {"advance", "sale", NULL};

/* ---- codes and rates ---- */

int invoice_item_each(struct tx *tx, int (*each)(void *arg, const struct invoice_item *item),
                      void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, kind, from_day, code, name, suffix, rate, COALESCE(rate_bp, -1), "
                     "ordinary FROM invoice_item ORDER BY kind, from_day DESC",
                     "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct invoice_item item = {.id = stmt_int(s, 0),
                                          .kind = stmt_text(s, 1),
                                          .from_day = stmt_text(s, 2),
                                          .code = stmt_text(s, 3),
                                          .name = stmt_text(s, 4),
                                          .suffix = stmt_text(s, 5),
                                          .rate = stmt_text(s, 6),
                                          .rate_bp = stmt_int(s, 7),
                                          .ordinary = stmt_int(s, 8) != 0};

        r = each(arg, &item);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_item_add(struct tx *tx, const struct invoice_item *item, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t n = 0, id = 0;
    int r =
        db_get(tx->db, &n, "SELECT COUNT(*) FROM invoice_item WHERE kind = $1 AND from_day = $2",
               "tt", item->kind, item->from_day);

    if (r >= 0 && n)
        return fault_set(tx->fault, FAULT_INVOICE_ITEM_TWICE, NULL);
    if (r >= 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM invoice_item WHERE $1 = 0", 0,
                         INVOICE_ITEMS_MAX);
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO invoice_item (kind, from_day, code, name, suffix, rate, rate_bp, "
                   "ordinary, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                   "RETURNING id",
                   "ttttttoiti", item->kind, item->from_day, item->code, item->name, item->suffix,
                   item->rate, item->rate_bp < 0 ? NULL : &item->rate_bp, (int64_t)item->ordinary,
                   tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "from_day", NULL, item->from_day);
    trail_text(&trail, "code", NULL, item->code);
    trail_text(&trail, "rate", NULL, item->rate);
    *ret_id = id;
    return audit_add(tx, "invoice.item", "invoice_item", id, 0, &trail);
}

/* ---- others' columns ---- */

int invoice_mapping_each(struct tx *tx,
                         int (*each)(void *arg, const struct invoice_mapping *mapping), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT id, version, name FROM invoice_mapping ORDER BY name", "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct invoice_mapping mapping = {stmt_int(s, 0), stmt_int(s, 1), stmt_text(s, 2)};

        r = each(arg, &mapping);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_head_each(struct tx *tx, int64_t mapping_id,
                      int (*each)(void *arg, const struct invoice_head *head), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT sheet, field, head FROM invoice_mapping_head WHERE mapping_id = $1 "
                     "ORDER BY sheet, field",
                     "i", mapping_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct invoice_head head = {stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2)};

        r = each(arg, &head);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* The row of @mapping, with its name; its heads are gone. */
static int mapping_write(struct tx *tx, const struct invoice_mapping *mapping, int64_t *ret_id)
{
    int64_t taken = 0;
    int r = db_get(tx->db, &taken,
                   "SELECT COUNT(*) FROM invoice_mapping WHERE name = $1 AND id <> "
                   "$2",
                   "ti", mapping->name, mapping->id);

    if (r >= 0 && taken)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", mapping->name, NULL);
    if (r >= 0 && mapping->id == 0) {
        r = tx_need_room(tx, "SELECT COUNT(*) FROM invoice_mapping WHERE $1 = 0", 0,
                         INVOICE_MAPPINGS_MAX);
        return r < 0 ? r
                     : db_get(tx->db, ret_id,
                              "INSERT INTO invoice_mapping (name) VALUES ($1) RETURNING id", "t",
                              mapping->name);
    }
    *ret_id = mapping->id;
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE invoice_mapping SET name = $3, version = version + 1 WHERE id = $1 AND "
                   "version = $2",
                   "iit", mapping->id, mapping->version, mapping->name);
    if (r == 0)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, NULL);
    return r < 0 ? r
                 : db_run(tx->db, "DELETE FROM invoice_mapping_head WHERE mapping_id = $1", "i",
                          mapping->id);
}

int invoice_mapping_set(struct tx *tx, const struct invoice_mapping *mapping,
                        const struct invoice_head *heads, size_t n, int64_t *ret_id)
{
    struct trail trail = {0};
    const int64_t count = (int64_t)n;
    int64_t id = 0;
    int r = mapping_write(tx, mapping, &id);

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db,
                   "INSERT INTO invoice_mapping_head (mapping_id, sheet, field, head) VALUES "
                   "($1, $2, $3, $4)",
                   "ittt", id, heads[i].sheet, heads[i].field, heads[i].head);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, mapping->name);
    trail_int(&trail, "columns", NULL, &count);
    *ret_id = id;
    return audit_add(tx, "invoice.mapping", "invoice_mapping", id, 0, &trail);
}
