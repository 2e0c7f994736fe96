/* refund_back.c - the payment of a refund is taken back: the transfer bounced, the account was
 * wrong. See refund.h. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_process.h"
#include "db/ledger.h"
#include "db/refund_impl.h"
#include "db/shift.h"

struct reversing {
    struct tx *tx;
    struct refund_now now;
    struct voucher by; /* that takes it back */
    char actor[sizeof(((struct actor *)NULL)->name)], day[DAY_TEXT];
};

static int payment_read(struct reversing *v)
{
    struct stmt *s;
    int r = tx_row(v->tx, &s,
                   "SELECT f.project_id, v.id, v.customer_id, v.change_id, v.actor, v.day FROM "
                   "refund f JOIN voucher v ON v.id = f.voucher_id WHERE f.id = $1",
                   v->now.id);

    if (r < 0)
        return r;
    v->by.reverses_id = stmt_int(s, 1);
    v->by.customer_id = stmt_int(s, 2);
    v->by.change_id = stmt_int(s, 3);
    snprintf(v->actor, sizeof(v->actor), "%s", stmt_text(s, 4));
    snprintf(v->day, sizeof(v->day), "%s", stmt_text(s, 5));
    stmt_reset(s);
    v->by.project_id = v->now.project_id;
    v->by.deal_id = v->now.deal_id;
    return 0;
}

/* As a receipt is: on its day by who paid it, else with the right to. */
static int who_check(struct reversing *v)
{
    char today[DAY_TEXT];
    bool same;

    day_of(v->tx->now_ms, today);
    same = strcmp(v->day, today) == 0;
    v->by.kind = same ? VOUCHER_VOID : VOUCHER_REVERSAL;
    return same && v->tx->actor->kind == ACTOR_USER && strcmp(v->actor, v->tx->actor->name) == 0
               ? 0
               : tx_need_right(v->tx, RIGHT_MONEY_REVERSE);
}

/* The money is back where it lay before it is asked for again. */
static int back_write(struct reversing *v)
{
    int64_t id = 0;
    int r = voucher_make(v->tx, &v->by, &id);

    if (r == 0)
        r = ledger_reverse(v->tx, v->by.reverses_id, id);
    if (r == 0)
        r = db_run(v->tx->db,
                   "UPDATE slip SET freed_id = $2 WHERE voucher_id = $1 AND freed_id IS NULL", "ii",
                   v->by.reverses_id, id);
    if (r >= 0)
        r = db_run(v->tx->db,
                   "INSERT INTO refund_reversal (voucher_id, refund_id, by_id) VALUES ($1, $2, $3)",
                   "iii", v->by.reverses_id, v->now.id, id);
    if (r >= 0)
        r = db_run(v->tx->db,
                   "UPDATE refund SET state = 'approved', version = version + 1, ended_ms = NULL, "
                   "ended_by = '', voucher_id = NULL WHERE id = $1",
                   "i", v->now.id);
    return r < 0 ? r : refund_tell(v->tx, &v->now);
}

static int back_log(struct reversing *v, const char *reason)
{
    struct trail trail = {0};

    trail_text(&trail, "refund_state", "paid", "approved");
    trail_int(&trail, "refund_fen", NULL, &v->now.total_fen);
    trail_text(&trail, "reason", NULL, reason);
    return refund_log(v->tx, &v->now, REFUND_BACK, &trail);
}

int refund_reverse(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    struct reversing v = {.tx = tx};
    int r = refund_need(tx, id, version, "paid", &v.now);

    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    v.by.note = reason;
    if (r == 0)
        r = payment_read(&v);
    if (r == 0)
        r = who_check(&v);
    if (r == 0)
        r = shift_need(tx, &v.by.shift_id);
    if (r == 0)
        r = back_write(&v);
    if (r == 0 && v.now.deal_id)
        r = deal_process_settle(tx, v.now.deal_id, "");
    return r < 0 ? r : back_log(&v, reason);
}
