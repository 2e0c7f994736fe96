/* receipt_void.c - a receipt is taken back: the opposite entries, its slips free again (FI-15,
 * FI-28). See receipt_impl.h. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_process.h"
#include "db/escrow.h"
#include "db/invoice.h"
#include "db/receipt_impl.h"
#include "db/shift.h"

struct voiding {
    struct tx *tx;
    const struct receipt_key *key;
    const char *reason;
    struct deal_now deal; /* id 0: a customer's own money */
    struct voucher by;    /* that takes it back */
    int64_t user_id;      /* who took it */
    char day[DAY_TEXT];
    bool blank, voided, swapped;
};

static int voucher_read(struct voiding *v)
{
    struct stmt *s;
    int r = db_query(v->tx->db, &s,
                     "SELECT b.project_id, v.id, v.customer_id, v.deal_id, v.day, s.user_id, "
                     "(SELECT COUNT(*) FROM voucher x WHERE x.reverses_id = v.id), (SELECT "
                     "COUNT(*) FROM receipt n WHERE n.from_book_id = q.book_id AND n.from_no = "
                     "q.no) FROM receipt q "
                     "JOIN receipt_book b ON b.id = q.book_id LEFT JOIN voucher v ON "
                     "v.id = q.voucher_id LEFT JOIN shift s ON s.id = v.shift_id "
                     "WHERE q.book_id = $1 AND q.no = $2",
                     "ii", v->key->book_id, v->key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(v->tx->fault, FAULT_NOT_FOUND, NULL);
    v->by = (struct voucher){.project_id = stmt_int(s, 0),
                             .reverses_id = stmt_int(s, 1),
                             .customer_id = stmt_int(s, 2),
                             .deal_id = stmt_int(s, 3),
                             .note = v->reason};
    v->blank = stmt_is_null(s, 1);
    if (!v->blank)
        snprintf(v->day, sizeof(v->day), "%s", stmt_text(s, 4));
    v->user_id = stmt_int(s, 5);
    v->voided = stmt_int(s, 6) > 0;
    v->swapped = stmt_int(s, 7) > 0;
    stmt_reset(s);
    return tx_need_project(v->tx, v->by.project_id);
}

/* On its day who took it takes it back; what is older, or another's, is finance's. */
static int who_check(struct voiding *v)
{
    char today[DAY_TEXT];
    bool own;

    day_of(v->tx->now_ms, today);
    own = strcmp(v->day, today) == 0 && v->tx->actor->kind == ACTOR_USER &&
          v->user_id == v->tx->actor->id;
    v->by.kind = strcmp(v->day, today) == 0 ? VOUCHER_VOID : VOUCHER_REVERSAL;
    return own ? 0 : tx_need_right(v->tx, RIGHT_MONEY_REVERSE);
}

static int void_check(struct voiding *v)
{
    int r = voucher_read(v);

    if (r == 0 && v->by.deal_id)
        r = deal_now_read(v->tx, v->by.deal_id, 0, &v->deal);
    if (r < 0)
        return r;
    if (v->blank)
        return fault_set(v->tx->fault, FAULT_RECEIPT_BLANK, NULL);
    if (v->voided)
        return fault_set(v->tx->fault, FAULT_RECEIPT_VOIDED, NULL);
    if (v->swapped)
        return fault_set(v->tx->fault, FAULT_RECEIPT_SWAPPED, NULL);
    r = ledger_clock_check(v->tx, 0); /* which day it is, is not known then */
    if (r == 0)
        r = invoice_none_of(v->tx, v->by.reverses_id);
    if (r == 0)
        r = who_check(v);
    return r < 0 ? r : shift_need(v->tx, &v->by.shift_id);
}

static int void_log(struct voiding *v)
{
    struct trail trail = {0};

    trail_int(&trail, "book_id", NULL, &v->key->book_id);
    trail_int(&trail, "no", NULL, &v->key->no);
    trail_text(&trail, "reason", NULL, v->reason);
    if (v->deal.id)
        return deal_log(v->tx, &v->deal, "deal.receipt-void", &trail);
    return audit_add(v->tx, "customer.receipt-void", "customer", v->by.customer_id,
                     v->by.project_id, &trail);
}

int receipt_void(struct tx *tx, const struct receipt_key *key, const char *reason)
{
    struct voiding v = {.tx = tx, .key = key, .reason = reason};
    int64_t id = 0;
    int r;

    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = void_check(&v);
    if (r == 0)
        r = voucher_make(tx, &v.by, &id);
    if (r == 0)
        r = ledger_reverse(tx, v.by.reverses_id, id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE slip SET freed_id = $2 WHERE voucher_id = $1 AND freed_id IS NULL", "ii",
                   v.by.reverses_id, id);
    if (r >= 0)
        r = escrow_receipt_back(tx, v.by.reverses_id, reason);
    if (r >= 0 && v.deal.id)
        r = deal_process_settle(tx, v.deal.id, "");
    return r < 0 ? r : void_log(&v);
}
