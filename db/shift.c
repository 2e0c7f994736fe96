/* shift.c - see shift.h. */
#include "db/shift.h"

#include <errno.h>
#include <stdio.h>

#include "db/audit.h"
#include "db/ledger.h"
#include "db/paper.h"
#include "db/user.h"

enum { TENDERS_SAID = 200, FIELD_SAID = 32 };

int shift_open(struct tx *tx, int64_t terminal_id, int64_t float_fen, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r;

    if (tx->actor->kind != ACTOR_USER)
        return fault_set(tx->fault, FAULT_SHIFT_NEEDED, NULL);
    r = ledger_clock_check(tx, 0);
    if (r < 0)
        return r;
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

/* Nothing is of a shift that was not open yet. */
int shift_now(struct tx *tx, int64_t *ret_id)
{
    int64_t id = 0, opened_ms = 0;
    struct stmt *s;
    int r;

    *ret_id = 0;
    if (tx->actor->kind != ACTOR_USER)
        return 0;
    r = db_query(tx->db, &s,
                 "SELECT id, opened_ms FROM shift WHERE user_id = $1 AND closed_ms IS NULL", "i",
                 tx->actor->id);
    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        id = stmt_int(s, 0);
        opened_ms = stmt_int(s, 1);
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    r = ledger_clock_check(tx, opened_ms);
    if (r == 0)
        *ret_id = id;
    return r;
}

int shift_need(struct tx *tx, int64_t *ret_id)
{
    int r = shift_now(tx, ret_id);

    return r < 0 || *ret_id ? r : fault_set(tx->fault, FAULT_SHIFT_NEEDED, NULL);
}

/* ---- its end ---- */

struct closing {
    struct tx *tx;
    int64_t id, float_fen, terminal_id; /* terminal 0: opened at none */
    struct trail trail;
};

static int own_read(struct tx *tx, int64_t id, struct closing *ret)
{
    bool closed;
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT float_fen, closed_ms, terminal_id FROM shift WHERE id = $1 AND user_id = $2", "ii",
        id, tx->actor->kind == ACTOR_USER ? tx->actor->id : 0);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct closing){
        .tx = tx, .id = id, .float_fen = stmt_int(s, 0), .terminal_id = stmt_int(s, 2)};
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

/* Of each tender what the books say and what was counted, NULL: not. */
struct tally {
    int64_t expected;
    const struct shift_counted *counted;
};

static int64_t tally_fen(const struct tally *t)
{
    return t->counted ? t->counted->fen : 0;
}

static const char *tally_reason(const struct tally *t)
{
    return t->counted && t->counted->reason ? t->counted->reason : "";
}

/* Each that is @wrong is an item, and all of them are named in one sentence. */
static int tenders_refuse(struct tx *tx, enum fault_code code, const bool wrong[TENDER_COUNT])
{
    char zh[TENDERS_SAID] = "", en[TENDERS_SAID] = "";
    size_t n_zh = 0, n_en = 0;

    for (enum tender tender = 0; tender < TENDER_COUNT; tender++) {
        char field[FIELD_SAID];

        if (!wrong[tender])
            continue;
        snprintf(field, sizeof(field), "counts/%s", tenders[tender].code);
        fault_item(tx->fault, code, 0, field, "tender", tenders[tender].zh, "tender_en",
                   tenders[tender].en, NULL);
        n_zh += (size_t)snprintf(zh + n_zh, sizeof(zh) - n_zh, "%s%s", n_zh ? "、" : "",
                                 tenders[tender].zh);
        n_en += (size_t)snprintf(en + n_en, sizeof(en) - n_en, "%s%s", n_en ? ", " : "",
                                 tenders[tender].en);
    }
    return fault_set(tx->fault, code, "tender", zh, "tender_en", en, NULL);
}

static int tally_read(const struct closing *c, const struct shift_counted *counts, size_t n,
                      struct tally tallies[TENDER_COUNT])
{
    bool twice[TENDER_COUNT] = {false}, wrong = false;
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        struct tally *t = &tallies[counts[i].tender];

        twice[counts[i].tender] |= t->counted != NULL;
        wrong |= t->counted != NULL;
        t->counted = &counts[i];
    }
    if (wrong)
        return tenders_refuse(c->tx, FAULT_SHIFT_COUNTED_TWICE, twice);
    for (enum tender tender = 0; r == 0 && tender < TENDER_COUNT; tender++)
        r = expected_read(c, tender, &tallies[tender].expected);
    return r;
}

/* A difference has its reason; who counts hears of all that have none at once. */
static int tally_check(const struct closing *c, const struct tally tallies[TENDER_COUNT])
{
    bool wrong[TENDER_COUNT] = {false}, any = false;

    for (enum tender tender = 0; tender < TENDER_COUNT; tender++) {
        const struct tally *t = &tallies[tender];

        wrong[tender] = t->expected != tally_fen(t) && !tally_reason(t)[0];
        any |= wrong[tender];
    }
    return any ? tenders_refuse(c->tx, FAULT_SHIFT_DIFFERENCE, wrong) : 0;
}

static int count_write(struct closing *c, enum tender tender, const struct tally *t)
{
    const int64_t fen = tally_fen(t);
    int r;

    if (!t->counted && t->expected == 0)
        return 0;
    trail_text(&c->trail, "tender", NULL, tenders[tender].code);
    trail_int(&c->trail, "counted_fen", &t->expected, &fen);
    trail_text(&c->trail, "reason", NULL, tally_reason(t));
    r = db_run(c->tx->db,
               "INSERT INTO shift_count (shift_id, tender, expected_fen, counted_fen, reason) "
               "VALUES ($1, $2, $3, $4, $5)",
               "itiit", c->id, tenders[tender].code, t->expected, fen, tally_reason(t));
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
    struct tally tallies[TENDER_COUNT] = {{.expected = 0}};
    int r = tally_read(c, counts, n, tallies);

    if (r == 0)
        r = tally_check(c, tallies);
    for (enum tender tender = 0; r == 0 && tender < TENDER_COUNT; tender++)
        r = count_write(c, tender, &tallies[tender]);
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
    if (r == 0) {
        r = audit_add(tx, "shift.close", "shift", id, 0, &c.trail);
        return r < 0 ? r : paper_made(tx, PRINT_KIND_SHIFT, id, c.terminal_id);
    }
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
