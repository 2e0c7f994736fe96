/* alert.c - see alert.h. */
#include "db/alert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/unit.h"
#include "db/user.h"

/* ---- reading ---- */

static int unit_name(void *arg, const struct unit_row *row)
{
    unit_path(row, arg, ALERT_UNIT_TEXT);
    return 0;
}

/* The terminal's scope was checked when the call was made; who sees the call sees where. */
static int unit_text(struct tx *tx, int64_t unit_id, char out[ALERT_UNIT_TEXT])
{
    const struct unit_filter filter = {.unit_id = unit_id};
    struct tx all = *tx;

    out[0] = '\0';
    all.actor = &actor_system;
    return unit_id ? unit_scan(&all, &filter, unit_name, out) : 0;
}

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct alert_row *row), void *arg)
{
    char unit[ALERT_UNIT_TEXT];
    struct alert_row row = {.id = stmt_int(s, 0),
                            .terminal_id = stmt_int(s, 1),
                            .terminal = stmt_text(s, 2),
                            .project_id = stmt_int(s, 3),
                            .reason = stmt_text(s, 4),
                            .at_ms = stmt_int(s, 6),
                            .answered_by = stmt_text(s, 7),
                            .answered_ms = stmt_int(s, 8),
                            .answered_by_name = stmt_text(s, 9)};
    int r;

    if (row.project_id && !actor_sees_project(tx->actor, row.project_id))
        return 0;
    r = unit_text(tx, stmt_int(s, 5), unit);
    if (r < 0)
        return r;
    row.unit = unit[0] ? unit : NULL;
    r = each(arg, &row);
    return r < 0 ? r : 1;
}

#define ALERT_COLUMNS                                                                              \
    "SELECT a.id, a.terminal_id, t.name, t.project_id, a.reason, a.unit_id, a.at_ms, "             \
    "a.answered_by, a.answered_ms, " USER_NAMED(                                                   \
        "a.answered_by") " FROM alert a LEFT JOIN terminal t ON t.id = a.terminal_id "
static const char alert_by_id[] = ALERT_COLUMNS "WHERE a.id = $1";
static const char alerts_open[] =
    ALERT_COLUMNS "WHERE a.answered_ms IS NULL AND $1 = 0 ORDER BY a.at_ms, a.id";

int alert_scan(struct tx *tx, int64_t alert_id, int (*each)(void *arg, const struct alert_row *row),
               void *arg)
{
    struct stmt *s;
    int given = 0;
    int r = db_query(tx->db, &s, alert_id ? alert_by_id : alerts_open, "i", alert_id);

    while (r >= 0 && given < ALERT_LIST_MAX && (r = stmt_step(s)) == 1) {
        r = row_give(tx, s, each, arg);
        given += r > 0;
    }
    stmt_reset(s);
    if (r >= 0 && alert_id && given == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* ---- changing ---- */

/* The open call of that terminal, 0 the site: 1, or 0: there is none. */
static int open_find(struct tx *tx, int64_t terminal_id, const char *reason, int64_t *ret_id)
{
    if (terminal_id)
        return db_get(tx->db, ret_id,
                      "SELECT id FROM alert WHERE terminal_id = $1 AND reason = $2 "
                      "AND answered_ms IS NULL",
                      "it", terminal_id, reason);
    return db_get(tx->db, ret_id,
                  "SELECT id FROM alert WHERE reason = $1 AND answered_ms IS NULL "
                  "AND terminal_id IS NULL",
                  "t", reason);
}

static int unit_in_scope(struct tx *tx, int64_t unit_id)
{
    int64_t project_id = 0;
    int r = db_get(tx->db, &project_id, "SELECT project_id FROM unit WHERE id = $1", "i", unit_id);

    if (r < 0)
        return r;
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : tx_need_project(tx, project_id);
}

int alert_raise(struct tx *tx, int64_t terminal_id, const char *reason, int64_t unit_id,
                int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = unit_id ? unit_in_scope(tx, unit_id) : 0;

    if (r < 0)
        return r;
    r = open_find(tx, terminal_id, reason, &id);
    if (r == 1)
        *ret_id = id;
    if (r != 0)
        return r < 0 ? r : 0;
    r = db_get(tx->db, &id,
               "INSERT INTO alert (terminal_id, reason, unit_id, at_ms) VALUES ($1, $2, $3, $4) "
               "RETURNING id",
               "otoi", terminal_id ? &terminal_id : NULL, reason, unit_id ? &unit_id : NULL,
               tx->now_ms);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, "alert.raise", "alert", id, 0, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_ALERT, 0, 0, id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 1;
}

static int close_one(struct tx *tx, int64_t alert_id, const char *action)
{
    int r = db_run(tx->db,
                   "UPDATE alert SET answered_by = $2, answered_ms = $3 "
                   "WHERE id = $1 AND answered_ms IS NULL",
                   "iti", alert_id, tx->actor->name, tx->now_ms);

    if (r <= 0)
        return r;
    r = audit_add(tx, action, "alert", alert_id, 0, NULL);
    return r < 0 ? r : tx_changed(tx, CHANGE_ALERT, 0, 0, alert_id);
}

static int nothing(void *arg, const struct alert_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int alert_answer(struct tx *tx, int64_t alert_id)
{
    int r = alert_scan(tx, alert_id, nothing, NULL); /* there, and in scope */

    return r < 0 ? r : close_one(tx, alert_id, "alert.answer");
}

int alert_settle(struct tx *tx, int64_t terminal_id, const char *reason)
{
    int64_t id = 0;
    int r = open_find(tx, terminal_id, reason, &id);

    return r == 1 ? close_one(tx, id, "alert.settle") : r;
}

int alert_close_terminal(struct tx *tx, int64_t terminal_id)
{
    int64_t id;
    int r;

    while ((r = db_get(tx->db, &id,
                       "SELECT id FROM alert WHERE terminal_id = $1 AND answered_ms IS NULL "
                       "ORDER BY id LIMIT 1",
                       "i", terminal_id)) == 1) {
        r = close_one(tx, id, "alert.close");
        if (r < 0)
            return r;
    }
    return r;
}
