/* printer.c - see printer.h. */
#include "db/printer.h"

#include <errno.h>

#include "db/audit.h"
#include "db/default_name.h"
#include "db/terminal.h"

const char *const printer_drivers[] = {"file", "cups", "escpos", NULL};

int printer_scan(struct tx *tx, int64_t printer_id,
                 int (*each)(void *arg, const struct printer_row *row), void *arg)
{
    struct stmt *s;
    bool found = false;
    int r = db_query(tx->db, &s,
                     "SELECT p.id, p.version, p.name, p.driver, p.target, p.offset_x, p.offset_y, "
                     "(SELECT COUNT(*) FROM print_job j WHERE j.printer_id = p.id AND j.state IN "
                     "('queued', 'sending')), (SELECT COUNT(*) FROM print_job j "
                     "WHERE j.printer_id = p.id AND j.state = 'unconfirmed') FROM printer p "
                     "WHERE p.retired_ms IS NULL AND ($1 = 0 OR p.id = $1) ORDER BY p.id",
                     "i", printer_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct printer_row row = {.id = stmt_int(s, 0),
                                        .version = stmt_int(s, 1),
                                        .name = stmt_text(s, 2),
                                        .driver = stmt_text(s, 3),
                                        .target = stmt_text(s, 4),
                                        .offset_x = stmt_int(s, 5),
                                        .offset_y = stmt_int(s, 6),
                                        .waiting = stmt_int(s, 7),
                                        .doubtful = stmt_int(s, 8)};

        found = true;
        r = each(arg, &row);
    }
    stmt_reset(s);
    if (r >= 0 && printer_id && !found)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* ---- kept ---- */

/* Which of the two is there already: 1, 0, or an error. */
static int name_taken(struct tx *tx, const char *name, int64_t but_id)
{
    int64_t id;

    return db_get(tx->db, &id,
                  "SELECT id FROM printer WHERE name = $1 AND id <> $2 AND retired_ms IS NULL",
                  "ti", name, but_id);
}

static int changed(struct tx *tx, int64_t printer_id, const char *action, struct trail *trail)
{
    int r = audit_add(tx, action, "printer", printer_id, 0, trail);

    return r < 0 ? r : tx_changed(tx, CHANGE_PRINTER, 0, 0, printer_id);
}

int printer_create(struct tx *tx, const struct printer_new *printer, int64_t *ret_id)
{
    struct trail trail = {0};
    int r = tx_need_room(tx, "SELECT COUNT(*) FROM printer WHERE retired_ms IS NULL AND $1 = 0", 0,
                         PRINTER_MAX);

    if (r == 0 && (r = name_taken(tx, printer->name, 0)) == 1)
        r = fault_set(tx->fault, FAULT_PRINTER_NAME, "name", printer->name, NULL);
    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO printer (name, driver, target, added_ms) VALUES ($1, $2, $3, $4) "
                   "RETURNING id",
                   "ttti", printer->name, printer->driver, printer->target, tx->now_ms);
    if (r == -EEXIST)
        r = fault_set(tx->fault, FAULT_PRINTER_TAKEN, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, printer->name);
    trail_text(&trail, "driver", NULL, printer->driver);
    trail_text(&trail, "target", NULL, printer->target);
    return changed(tx, *ret_id, "printer.create", &trail);
}

/* 1: somebody changed it since. */
static int stale(struct tx *tx, int64_t printer_id)
{
    int64_t id;
    int r = db_get(tx->db, &id, "SELECT id FROM printer WHERE id = $1 AND retired_ms IS NULL", "i",
                   printer_id);

    if (r < 0)
        return r;
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL)
                  : fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "打印机", NULL);
}

int printer_update(struct tx *tx, const struct printer_change *c)
{
    struct trail trail = {0};
    int r = c->name ? name_taken(tx, c->name, c->id) : 0;

    if (r == 1)
        return fault_set(tx->fault, FAULT_PRINTER_NAME, "name", c->name, NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE printer SET version = version + 1, name = COALESCE($3, name), "
                   "offset_x = $4, offset_y = $5 WHERE id = $1 AND version = $2 AND "
                   "retired_ms IS NULL",
                   "iitii", c->id, c->version, c->name, c->offset_x, c->offset_y);
    if (r == 0)
        r = stale(tx, c->id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, c->name);
    trail_int(&trail, "offset_x", NULL, &c->offset_x);
    trail_int(&trail, "offset_y", NULL, &c->offset_y);
    return changed(tx, c->id, "printer.update", &trail);
}

int printer_retire(struct tx *tx, int64_t printer_id, int64_t version)
{
    int64_t job;
    int r = db_get(tx->db, &job,
                   "SELECT id FROM print_job WHERE printer_id = $1 AND state IN ('queued', "
                   "'sending') LIMIT 1",
                   "i", printer_id);

    if (r == 1)
        return fault_set(tx->fault, FAULT_PRINTER_BUSY, NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE printer SET version = version + 1, retired_ms = $3 WHERE id = $1 AND "
                   "version = $2 AND retired_ms IS NULL",
                   "iii", printer_id, version, tx->now_ms);
    if (r == 0)
        r = stale(tx, printer_id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM print_route WHERE printer_id = $1", "i", printer_id);
    return r < 0 ? r : changed(tx, printer_id, "printer.retire", NULL);
}

/* ---- routes ---- */

/* Whether what it names is there. */
static int route_check(struct tx *tx, const struct print_route_row *route)
{
    int64_t there = 0;
    int r = db_get(tx->db, &there,
                   "SELECT 1 WHERE EXISTS (SELECT 1 FROM printer WHERE id = $1 AND retired_ms IS "
                   "NULL) AND ($2 = 0 OR EXISTS (SELECT 1 FROM paper_layout WHERE id = $2 AND "
                   "kind = $3 AND retired_ms IS NULL))",
                   "iit", route->printer_id, route->layout_id, route->kind);

    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

int print_route_set(struct tx *tx, const struct print_route_row *route)
{
    const int64_t *terminal = route->terminal_id ? &route->terminal_id : NULL;
    const int64_t *layout = route->layout_id ? &route->layout_id : NULL;
    struct trail trail = {0};
    int r = route->printer_id ? route_check(tx, route) : 0;

    if (r == 0)
        r = db_run(tx->db,
                   "DELETE FROM print_route WHERE kind = $1 AND COALESCE(terminal_id, 0) = $2",
                   "ti", route->kind, route->terminal_id);
    if (r >= 0 && route->printer_id)
        r = db_run(tx->db,
                   "INSERT INTO print_route (kind, terminal_id, printer_id, layout_id, "
                   "preprinted) VALUES ($1, $2, $3, $4, $5)",
                   "toioi", route->kind, terminal, route->printer_id, layout,
                   (int64_t)route->preprinted);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, route->kind);
    trail_int(&trail, "terminal_id", NULL, terminal);
    trail_int(&trail, "layout_id", NULL, layout);
    return changed(tx, route->printer_id, "print.route", &trail);
}

static struct print_route_row route_take(struct stmt *s, const char *kind)
{
    return (struct print_route_row){.kind = kind,
                                    .terminal_id = stmt_int(s, 1),
                                    .printer_id = stmt_int(s, 2),
                                    .layout_id = stmt_int(s, 3),
                                    .preprinted = stmt_int(s, 4),
                                    .chosen = true};
}

int print_route(struct tx *tx, const char *kind, int64_t terminal_id,
                struct print_route_row *ret_route)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT kind, terminal_id, printer_id, layout_id, preprinted FROM "
                     "print_route WHERE kind = $1 AND (terminal_id = $2 OR terminal_id IS NULL) "
                     "ORDER BY terminal_id IS NULL LIMIT 1",
                     "ti", kind, terminal_id);

    *ret_route = (struct print_route_row){.kind = kind};
    if (r == 0 && (r = stmt_step(s)) == 1)
        *ret_route = route_take(s, kind);
    stmt_reset(s);
    if (r == 0)
        r = db_get(tx->db, &ret_route->printer_id,
                   "SELECT MAX(id) FROM printer WHERE retired_ms IS NULL HAVING COUNT(*) = 1", "");
    if (r >= 0 && !ret_route->layout_id)
        r = db_get(tx->db, &ret_route->layout_id,
                   "SELECT id FROM paper_layout WHERE kind = $1 AND retired_ms IS NULL ORDER BY id "
                   "LIMIT 1",
                   "t", kind);
    return r < 0 ? r : 0;
}

int print_route_each(struct tx *tx, int (*each)(void *arg, const struct print_route_row *row),
                     void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT kind, terminal_id, printer_id, layout_id, preprinted FROM "
                     "print_route ORDER BY kind, terminal_id IS NOT NULL, terminal_id",
                     "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct print_route_row row = route_take(s, stmt_text(s, 0));

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int printers_seed(struct tx *tx)
{
    const struct printer_new folder = {default_names[DEFAULT_NAME_PRINTER_FOLDER].zh, "file", ""};
    int64_t id;
    int r = db_get(tx->db, &id, "SELECT id FROM printer LIMIT 1", "");

    if (r != 0)
        return r < 0 ? r : 0;
    return printer_create(tx, &folder, &id);
}
