/* shift.c - see shift.h. */
#include "db/shift.h"

#include <errno.h>
#include <stdio.h>

#include "db/audit.h"
#include "db/user.h"

int shift_open(struct tx *tx, int64_t terminal_id, int64_t float_fen, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r;

    if (tx->actor->kind != ACTOR_USER)
        return fault_set(tx->fault, FAULT_SHIFT_NEEDED, NULL);
    r = db_get(tx->db, &id,
               "INSERT INTO shift (user_id, terminal_id, opened_ms, float_fen) VALUES "
               "($1, $2, $3, $4) ON CONFLICT (user_id) WHERE closed_ms IS NULL DO NOTHING "
               "RETURNING id",
               "ioii", tx->actor->id, terminal_id ? &terminal_id : NULL, tx->now_ms, float_fen);
    if (r == 0)
        return fault_set(tx->fault, FAULT_SHIFT_OPEN, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "float_fen", NULL, &float_fen);
    r = audit_add(tx, "shift.open", "shift", id, 0, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int shift_now(struct tx *tx, int64_t *ret_id)
{
    int r = 0;

    *ret_id = 0;
    if (tx->actor->kind == ACTOR_USER)
        r = db_get(tx->db, ret_id, "SELECT id FROM shift WHERE user_id = $1 AND closed_ms IS NULL",
                   "i", tx->actor->id);
    return r < 0 ? r : 0;
}

int shift_need(struct tx *tx, int64_t *ret_id)
{
    int r = shift_now(tx, ret_id);

    if (r == 0 && !*ret_id)
        return fault_set(tx->fault, FAULT_SHIFT_NEEDED, NULL);
    return r;
}

/* ---- its end ---- */

struct closing {
    struct tx *tx;
    int64_t id, float_fen;
    struct trail trail;
};

static int own_read(struct tx *tx, int64_t id, struct closing *ret)
{
    bool closed;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT float_fen, closed_ms FROM shift WHERE id = $1 AND user_id = $2", "ii",
                     id, tx->actor->kind == ACTOR_USER ? tx->actor->id : 0);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct closing){.tx = tx, .id = id, .float_fen = stmt_int(s, 0)};
    closed = !stmt_is_null(s, 1);
    stmt_reset(s);
    return closed ? fault_set(tx->fault, FAULT_SHIFT_CLOSED, NULL) : 0;
}

/* What the books say of one tender: what came in, less what went out, and the cash there was. */
static int expected_read(const struct closing *c, enum tender tender, int64_t *ret_fen)
{
    int64_t fen = 0;
    int r = db_get(c->tx->db, &fen,
                   "SELECT SUM(CASE WHEN e.debit_id = a.id THEN e.amount_fen ELSE -e.amount_fen "
                   "END) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id "
                   "JOIN ledger_account a ON a.id IN (e.debit_id, e.credit_id) "
                   "WHERE v.shift_id = $1 AND a.tender = $2",
                   "it", c->id, tenders[tender].code);

    *ret_fen = fen + (tender == TENDER_CASH ? c->float_fen : 0);
    return r < 0 ? r : 0;
}

static int count_write(struct closing *c, enum tender tender, const struct shift_counted *counted)
{
    const char *reason = counted && counted->reason ? counted->reason : "";
    const int64_t fen = counted ? counted->fen : 0;
    int64_t expected = 0;
    int r = expected_read(c, tender, &expected);

    if (r < 0 || (!counted && expected == 0))
        return r;
    if (expected != fen && !reason[0])
        return fault_set(c->tx->fault, FAULT_SHIFT_DIFFERENCE, "tender", tenders[tender].zh,
                         "tender_en", tenders[tender].en, NULL);
    trail_text(&c->trail, "tender", NULL, tenders[tender].code);
    trail_int(&c->trail, "counted_fen", &expected, &fen);
    trail_text(&c->trail, "reason", NULL, reason);
    r = db_run(c->tx->db,
               "INSERT INTO shift_count (shift_id, tender, expected_fen, counted_fen, reason) "
               "VALUES ($1, $2, $3, $4, $5)",
               "itiit", c->id, tenders[tender].code, expected, fen, reason);
    return r < 0 ? r : 0;
}

/* Cash goes to somebody who can take it on. */
static int next_check(struct tx *tx, int64_t user_id)
{
    struct actor next;
    int r = user_id == tx->actor->id ? -ENOENT : actor_load(tx->db, user_id, &next, NULL);

    if (r == -ENOENT || (r == 0 && !actor_has(&next, RIGHT_MONEY_TAKE)))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r;
}

static int close_write(struct closing *c, const struct shift_counted *counts, size_t n,
                       int64_t next_user_id)
{
    int r = 0;

    for (enum tender tender = 0; r == 0 && tender < TENDER_COUNT; tender++) {
        const struct shift_counted *counted = NULL;

        for (size_t i = 0; i < n; i++)
            if (counts[i].tender == tender)
                counted = &counts[i];
        r = count_write(c, tender, counted);
    }
    if (r == 0) /* not before its last voucher, should the clock have been set back */
        r = db_run(c->tx->db,
                   "UPDATE shift SET next_user_id = $3, closed_ms = (SELECT MAX(x.ms) FROM "
                   "(SELECT $2 AS ms UNION ALL SELECT s.opened_ms FROM shift s WHERE s.id = $1 "
                   "UNION ALL SELECT v.at_ms FROM voucher v WHERE v.shift_id = $1) x) "
                   "WHERE id = $1",
                   "iio", c->id, c->tx->now_ms, next_user_id ? &next_user_id : NULL);
    if (r >= 0 && next_user_id)
        trail_int(&c->trail, "next_user_id", NULL, &next_user_id);
    return r < 0 ? r : 0;
}

int shift_close(struct tx *tx, int64_t id, const struct shift_counted *counts, size_t n,
                int64_t next_user_id)
{
    struct closing c;
    int r = own_read(tx, id, &c);

    if (r == 0 && next_user_id)
        r = next_check(tx, next_user_id);
    if (r < 0)
        return r;
    r = close_write(&c, counts, n, next_user_id);
    if (r == 0)
        return audit_add(tx, "shift.close", "shift", id, 0, &c.trail);
    trail_clear(&c.trail);
    return r;
}

/* ---- reading ---- */

int shift_each(struct tx *tx, int64_t id, int limit,
               int (*each)(void *arg, const struct shift_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT s.id, s.user_id, s.terminal_id, s.opened_ms, s.float_fen, "
                     "s.closed_ms, (SELECT COUNT(*) FROM voucher v WHERE v.shift_id = s.id) "
                     "FROM shift s WHERE s.user_id = $1 AND $2 IN (0, s.id) "
                     "ORDER BY s.id DESC LIMIT $3",
                     "iii", tx->actor->kind == ACTOR_USER ? tx->actor->id : 0, id, (int64_t)limit);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct shift_row row = {.id = stmt_int(s, 0),
                                      .user_id = stmt_int(s, 1),
                                      .terminal_id = stmt_int(s, 2),
                                      .opened_ms = stmt_int(s, 3),
                                      .float_fen = stmt_int(s, 4),
                                      .closed_ms = stmt_int(s, 5),
                                      .vouchers = stmt_int(s, 6)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int shift_handed(struct tx *tx, int64_t *ret_fen, char ret_from[SHIFT_NAME_TEXT])
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT c.counted_fen, u.name FROM shift s JOIN shift_count c ON "
                     "c.shift_id = s.id AND c.tender = $2 JOIN user_account u ON u.id = s.user_id "
                     "WHERE s.next_user_id = $1 AND s.closed_ms > COALESCE((SELECT "
                     "MAX(o.opened_ms) FROM shift o WHERE o.user_id = $1), 0) ORDER BY s.id DESC",
                     "it", tx->actor->kind == ACTOR_USER ? tx->actor->id : 0,
                     tenders[TENDER_CASH].code);

    if (r == 0)
        r = stmt_step(s);
    *ret_fen = r == 1 ? stmt_int(s, 0) : 0;
    if (r == 1)
        snprintf(ret_from, SHIFT_NAME_TEXT, "%s", stmt_text(s, 1));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int shift_people(struct tx *tx, int (*each)(void *arg, int64_t user_id, const char *name),
                 void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, name FROM user_account WHERE enabled = 1 AND id <> $1 "
                     "ORDER BY name, id",
                     "i", tx->actor->id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct actor actor;

        r = actor_load(tx->db, stmt_int(s, 0), &actor, NULL);
        if (r == 0 && actor_has(&actor, RIGHT_MONEY_TAKE))
            r = each(arg, stmt_int(s, 0), stmt_text(s, 1));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int shift_count_each(struct tx *tx, int64_t shift_id,
                     int (*each)(void *arg, const struct shift_count_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT tender, reason, expected_fen, counted_fen FROM shift_count WHERE "
                     "shift_id = $1 ORDER BY tender",
                     "i", shift_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct shift_count_row row = {.tender = stmt_text(s, 0),
                                            .reason = stmt_text(s, 1),
                                            .expected_fen = stmt_int(s, 2),
                                            .counted_fen = stmt_int(s, 3)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
