/* device.c - see device.h. */
#include "db/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/terminal.h"

/* ---- reading ---- */

int device_scan(struct tx *tx, int64_t device_id,
                int (*each)(void *arg, const struct device_row *row), void *arg)
{
    struct stmt *s;
    bool found = false;
    int r = db_query(tx->db, &s,
                     "SELECT id, version, bus, mark, model, name, terminal_id, added_ms, seen_ms "
                     "FROM device WHERE retired_ms IS NULL AND ($1 = 0 OR id = $1) ORDER BY id",
                     "i", device_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct device_row row = {.id = stmt_int(s, 0),
                                       .version = stmt_int(s, 1),
                                       .bus = stmt_text(s, 2),
                                       .mark = stmt_text(s, 3),
                                       .model = stmt_text(s, 4),
                                       .name = stmt_text(s, 5),
                                       .terminal_id = stmt_int(s, 6),
                                       .added_ms = stmt_int(s, 7),
                                       .seen_ms = stmt_int(s, 8)};

        found = true;
        r = each(arg, &row);
    }
    stmt_reset(s);
    if (r >= 0 && device_id && !found)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

int device_lendable_scan(struct tx *tx, int64_t device_id, int64_t own_terminal_id,
                         int (*each)(void *arg, const struct device_lendable *row), void *arg)
{
    struct stmt *s;
    bool found = false;
    int r = db_query(tx->db, &s,
                     "SELECT d.id, d.name, t.id, t.name, t.project_id FROM device d "
                     "LEFT JOIN terminal t ON t.id = d.terminal_id AND t.revoked_ms IS NULL "
                     "WHERE d.retired_ms IS NULL AND ($1 = 0 OR d.id = $1) "
                     "AND (t.id IS NULL OR t.kind = 'counter') ORDER BY d.id",
                     "i", device_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct device_lendable row = {.id = stmt_int(s, 0),
                                            .name = stmt_text(s, 1),
                                            .terminal_id = stmt_int(s, 2),
                                            .terminal = stmt_text(s, 3)};
        const int64_t project_id = stmt_int(s, 4);

        if (project_id && row.terminal_id != own_terminal_id &&
            !actor_sees_project(tx->actor, project_id))
            continue;
        found = true;
        r = each(arg, &row);
    }
    stmt_reset(s);
    if (r >= 0 && device_id && !found)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* ---- by the daemon ---- */

/* At most DEVICE_NAME_MAX characters of @name. */
static void name_cut(const char *name, char out[4 * DEVICE_NAME_MAX + 1])
{
    size_t n = 0, characters = 0;

    while (n < 4 * (size_t)DEVICE_NAME_MAX && name[n]) {
        characters += ((unsigned char)name[n] & 0xC0) != 0x80;
        if (characters > DEVICE_NAME_MAX)
            break;
        n++;
    }
    memcpy(out, name, n);
    out[n] = '\0';
}

static int device_add(struct tx *tx, const struct device_new *device, int64_t *ret_id)
{
    char name[4 * DEVICE_NAME_MAX + 1];
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_room(tx, "SELECT COUNT(*) FROM device WHERE retired_ms IS NULL AND $1 = 0", 0,
                         DEVICE_MAX);

    if (r < 0)
        return r;
    name_cut(device->name, name);
    r = db_get(tx->db, &id,
               "INSERT INTO device (kind, bus, mark, model, name, added_ms, seen_ms) "
               "VALUES ('reader', $1, $2, $3, $4, $5, $5) RETURNING id",
               "tttti", device->bus, device->mark, device->model, name, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "bus", NULL, device->bus);
    trail_text(&trail, "mark", NULL, device->mark);
    trail_text(&trail, "model", NULL, device->model);
    trail_text(&trail, "name", NULL, name);
    r = audit_add(tx, "device.add", "device", id, 0, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_DEVICE, 0, 0, id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 1;
}

int device_seen(struct tx *tx, const struct device_new *device, int64_t *ret_id)
{
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "UPDATE device SET seen_ms = $3, model = $4 WHERE bus = $1 AND mark = $2 "
                   "AND retired_ms IS NULL RETURNING id",
                   "ttit", device->bus, device->mark, tx->now_ms, device->model);

    if (r == 0)
        return device_add(tx, device, ret_id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

struct before {
    int64_t version, terminal_id;
    char name[4 * DEVICE_NAME_MAX + 1], mark[DEVICE_MARK_MAX + 1];
};

static int before_read(void *arg, const struct device_row *row)
{
    struct before *before = arg;

    before->version = row->version;
    before->terminal_id = row->terminal_id;
    snprintf(before->name, sizeof(before->name), "%s", row->name);
    snprintf(before->mark, sizeof(before->mark), "%s", row->mark);
    return 0;
}

int device_moved(struct tx *tx, int64_t device_id, const char *mark)
{
    struct before before = {0};
    struct trail trail = {0};
    int r = device_scan(tx, device_id, before_read, &before);

    if (r == 0)
        r = db_run(tx->db, "UPDATE device SET mark = $2, seen_ms = $3 WHERE id = $1", "iti",
                   device_id, mark, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "mark", before.mark, mark);
    r = audit_add(tx, "device.move", "device", device_id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_DEVICE, 0, 0, device_id);
}

/* ---- by people ---- */

static int terminal_check(void *arg, const struct terminal_row *row)
{
    struct tx *tx = arg;

    return row->revoked_ms ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : 0;
}

/* The device at that version. */
static int device_own(struct tx *tx, int64_t device_id, int64_t version, struct before *ret_before)
{
    int r = device_scan(tx, device_id, before_read, ret_before);

    if (r == 0 && ret_before->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret_before->name, NULL);
    return r;
}

int device_update(struct tx *tx, const struct device_change *change)
{
    struct before before = {0};
    struct trail trail = {0};
    int64_t terminal_id;
    int r = device_own(tx, change->id, change->version, &before);

    if (r == 0 && change->terminal_id > 0)
        r = terminal_scan(tx, change->terminal_id, terminal_check, tx);
    if (r < 0)
        return r;
    trail_given_text(&trail, "name", before.name, change->name);
    trail_given_int(&trail, "terminal", before.terminal_id, change->terminal_id);
    if (trail_empty(&trail)) {
        trail_clear(&trail);
        return 0;
    }
    terminal_id = change->terminal_id >= 0 ? change->terminal_id : before.terminal_id;
    r = db_run(tx->db,
               "UPDATE device SET name = $2, terminal_id = $3, version = version + 1 WHERE id = $1",
               "ito", change->id, change->name ? change->name : before.name,
               terminal_id ? &terminal_id : NULL);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "device.update", "device", change->id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_DEVICE, 0, 0, change->id);
}

int device_offer(struct tx *tx, const char *name, int64_t terminal_id)
{
    struct device_change change = {.terminal_id = terminal_id};
    struct stmt *s;
    bool serves = false;
    int r = db_query(tx->db, &s,
                     "SELECT d.id, d.version, t.paired_ms IS NOT NULL AND t.revoked_ms IS NULL "
                     "FROM device d LEFT JOIN terminal t ON t.id = d.terminal_id "
                     "WHERE d.name = $1 AND d.retired_ms IS NULL ORDER BY d.id",
                     "t", name);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 1) {
        change.id = stmt_int(s, 0);
        change.version = stmt_int(s, 1);
        serves = stmt_int(s, 2) != 0;
    }
    stmt_reset(s);
    if (r == 0)
        return fault_set(tx->fault, FAULT_READER_UNKNOWN, "reader", name, NULL);
    return r < 0 || serves ? (r < 0 ? r : 0) : device_update(tx, &change);
}

int device_retire(struct tx *tx, int64_t device_id, int64_t version)
{
    struct before before = {0};
    int r = device_own(tx, device_id, version, &before);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE device SET retired_ms = $2, terminal_id = NULL, version = version + 1 "
                   "WHERE id = $1",
                   "ii", device_id, tx->now_ms);
    if (r < 0)
        return r;
    r = audit_add(tx, "device.retire", "device", device_id, 0, NULL);
    return r < 0 ? r : tx_changed(tx, CHANGE_DEVICE, 0, 0, device_id);
}
