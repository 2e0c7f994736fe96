/* terminal.c - see terminal.h. */
#include "db/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/alert.h"
#include "db/audit.h"

/* ---- reading ---- */

static int row_give(struct tx *tx, struct stmt *s, bool listed,
                    int (*each)(void *arg, const struct terminal_row *row), void *arg)
{
    size_t n_token = 0;
    const uint8_t *token = stmt_blob(s, 7, &n_token);
    const struct terminal_row row = {.id = stmt_int(s, 0),
                                     .kind = stmt_text(s, 1),
                                     .name = stmt_text(s, 2),
                                     .project_id = stmt_int(s, 3),
                                     .code_expires_ms = stmt_int(s, 4),
                                     .paired_ms = stmt_int(s, 5),
                                     .revoked_ms = stmt_int(s, 6),
                                     .token_hash = n_token == TERMINAL_HASH ? token : NULL};
    int r;

    if (row.project_id ? !actor_sees_project(tx->actor, row.project_id) : !tx->actor->all_projects)
        return 0;
    if (listed && !row.paired_ms && row.code_expires_ms <= tx->now_ms)
        return 0;
    r = each(arg, &row);
    return r < 0 ? r : 1;
}

int terminal_scan(struct tx *tx, int64_t terminal_id,
                  int (*each)(void *arg, const struct terminal_row *row), void *arg)
{
    struct stmt *s;
    bool found = false;
    int r = db_query(tx->db, &s,
                     "SELECT id, kind, name, project_id, code_expires_ms, paired_ms, revoked_ms, "
                     "token_hash FROM terminal WHERE $1 = 0 OR id = $1 ORDER BY id",
                     "i", terminal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = row_give(tx, s, terminal_id == 0, each, arg);
        found = found || r > 0;
        if (r < 0)
            stmt_reset(s);
    }
    if (r >= 0 && terminal_id && !found)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r;
}

/* At most @size - 1 bytes of @text, not half a character. */
static void text_cut(const char *text, char *out, size_t size)
{
    size_t n = strlen(text);

    if (n > size - 1) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
    }
    memcpy(out, text, n);
    out[n] = '\0';
}

void terminal_actor(const struct terminal_row *row, struct actor *ret_actor)
{
    const char *role = strcmp(row->kind, "counter") == 0 ? "counter" : "kiosk";
    struct actor actor = {.kind = ACTOR_TERMINAL, .id = row->id};

    text_cut(row->name, actor.name, sizeof(actor.name));
    for (int i = 0; i < roles_count; i++)
        if (strcmp(roles[i].code, role) == 0)
            actor.rights = roles[i].rights;
    actor.all_projects = row->project_id == 0;
    if (row->project_id)
        actor.projects[actor.n_projects++] = row->project_id;
    *ret_actor = actor;
}

/* ---- pairing ---- */

static int room_for_one(struct tx *tx)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM terminal WHERE revoked_ms IS NULL "
                   "AND (paired_ms IS NOT NULL OR code_expires_ms > $1)",
                   "i", tx->now_ms);

    if (r < 0)
        return r;
    return n < TERMINAL_MAX ? 0 : tx_limit_reached(tx, TERMINAL_MAX);
}

int terminal_create(struct tx *tx, const struct terminal_new *t, int64_t *ret_id,
                    int64_t *ret_expires_ms)
{
    int64_t id = 0, same = 0, expires = tx->now_ms + TERMINAL_CODE_MS;
    struct trail trail = {0};
    int r = room_for_one(tx);

    if (r == 0 &&
        (t->project_id ? !actor_sees_whole(tx->actor, t->project_id) : !tx->actor->all_projects))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = db_get(tx->db, &same,
                   "SELECT COUNT(*) FROM terminal WHERE code_hash = $1 AND code_expires_ms > $2",
                   "bi", (const void *)t->code_hash, (size_t)TERMINAL_HASH, tx->now_ms);
    if (r >= 0 && same)
        return -EEXIST;
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO terminal (kind, name, project_id, code_hash, code_expires_ms, "
                   "created_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "ttobii", t->kind, t->name, t->project_id ? &t->project_id : NULL,
                   (const void *)t->code_hash, (size_t)TERMINAL_HASH, expires, tx->now_ms);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, t->kind);
    trail_text(&trail, "name", NULL, t->name);
    r = audit_add(tx, "terminal.code", "terminal", id, t->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    *ret_expires_ms = expires;
    return 0;
}

int terminal_pair(struct tx *tx, const uint8_t *code_hash, const uint8_t *token_hash,
                  const char *address, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "UPDATE terminal SET code_hash = NULL, code_expires_ms = NULL, token_hash = $2, "
                   "paired_ms = $3 WHERE code_hash = $1 AND code_expires_ms > $3 "
                   "AND revoked_ms IS NULL AND paired_ms IS NULL RETURNING id",
                   "bbi", (const void *)code_hash, (size_t)TERMINAL_HASH, (const void *)token_hash,
                   (size_t)TERMINAL_HASH, tx->now_ms);

    if (r == 0)
        return fault_set(tx->fault, FAULT_PAIRING_CODE, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "address", NULL, address);
    r = audit_add(tx, "terminal.pair", "terminal", id, 0, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_TERMINAL, 0, 0, id);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

int terminal_pair_failed(struct tx *tx, const char *address)
{
    struct trail trail = {0};

    trail_text(&trail, "address", NULL, address);
    return audit_add(tx, "terminal.pair-failed", "terminal", 0, 0, &trail);
}

struct found {
    int64_t project_id;
    bool revoked;
};

static int found_read(void *arg, const struct terminal_row *row)
{
    struct found *found = arg;

    found->project_id = row->project_id;
    found->revoked = row->revoked_ms != 0;
    return 0;
}

int terminal_revoke(struct tx *tx, int64_t terminal_id)
{
    struct found found = {0};
    int r = terminal_scan(tx, terminal_id, found_read, &found);

    if (r < 0 || found.revoked)
        return r;
    r = db_run(tx->db,
               "UPDATE terminal SET revoked_ms = $2, code_hash = NULL, code_expires_ms = NULL "
               "WHERE id = $1",
               "ii", terminal_id, tx->now_ms);
    if (r >= 0)
        r = alert_close_terminal(tx, terminal_id);
    if (r >= 0)
        r = audit_add(tx, "terminal.revoke", "terminal", terminal_id, found.project_id, NULL);
    return r < 0 ? r : tx_changed(tx, CHANGE_TERMINAL, found.project_id, 0, terminal_id);
}
