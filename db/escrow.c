/* escrow.c - a part of a receipt and a line of the bank are the same money, or are not. See
 * escrow.h. */
#include "db/escrow.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"

/* ---- matched ---- */

struct posting {
    struct tx *tx;
    const struct escrow_posting *p;
    int64_t project_id, account_id, amount_fen, line_id;
};

/* The part, of a supervised account, that waits. */
static int part_read(struct posting *p)
{
    char reference[64 * 4 + 1];
    bool escrow, back, receipt;
    struct stmt *s;
    int r = db_query(p->tx->db, &s,
                     "SELECT v.project_id, t.account_id, t.amount_fen, a.kind = 'escrow', "
                     "EXISTS (SELECT 1 FROM voucher b WHERE b.reverses_id = v.id), "
                     "v.kind = 'receipt', COALESCE((SELECT l.reference FROM escrow_match m JOIN "
                     "escrow_line l ON l.id = m.line_id WHERE m.voucher_id = t.voucher_id AND "
                     "m.ordinal = t.ordinal AND m.ended_ms IS NULL), '') FROM voucher_tender t "
                     "JOIN voucher v ON v.id = t.voucher_id JOIN bank_account a ON "
                     "a.id = t.account_id WHERE t.voucher_id = $1 AND t.ordinal = $2",
                     "ii", p->p->voucher_id, p->p->ordinal);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(p->tx->fault, FAULT_NOT_FOUND, NULL);
    p->project_id = stmt_int(s, 0);
    p->account_id = stmt_int(s, 1);
    p->amount_fen = stmt_int(s, 2);
    escrow = stmt_int(s, 3) != 0;
    back = stmt_int(s, 4) != 0;
    receipt = stmt_int(s, 5) != 0;
    snprintf(reference, sizeof(reference), "%s", stmt_text(s, 6));
    stmt_reset(s);
    r = tx_need_whole(p->tx, p->project_id);
    if (r < 0)
        return r;
    if (!escrow || !receipt)
        return fault_set(p->tx->fault, FAULT_ESCROW_NOT, NULL);
    if (back)
        return fault_set(p->tx->fault, FAULT_RECEIPT_VOIDED, NULL);
    if (reference[0])
        return fault_set(p->tx->fault, FAULT_ESCROW_POSTED, "reference", reference, NULL);
    return 0;
}

/* The bank's line of that reference: it is there, and of nothing else, or it is made. */
static int line_find(struct posting *p)
{
    int64_t amount = 0, used = 0;
    char yuan[32];
    struct stmt *s;
    int r = db_query(p->tx->db, &s,
                     "SELECT l.id, l.amount_fen, EXISTS (SELECT 1 FROM escrow_match m WHERE "
                     "m.line_id = l.id AND m.ended_ms IS NULL) FROM escrow_line l WHERE "
                     "l.account_id = $1 AND l.reference = $2 AND l.ended_ms IS NULL",
                     "it", p->account_id, p->p->reference);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        p->line_id = stmt_int(s, 0);
        amount = stmt_int(s, 1);
        used = stmt_int(s, 2);
    }
    stmt_reset(s);
    if (r == 0)
        return db_get(p->tx->db, &p->line_id,
                      "INSERT INTO escrow_line (account_id, day, amount_fen, reference, actor, "
                      "at_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                      "ititti", p->account_id, p->p->day, p->amount_fen, p->p->reference,
                      p->tx->actor->name, p->tx->now_ms);
    if (r == 1 && used)
        return fault_set(p->tx->fault, FAULT_ESCROW_USED, "reference", p->p->reference, NULL);
    if (r == 1 && amount != p->amount_fen) {
        snprintf(yuan, sizeof(yuan), "%" PRId64 ".%02" PRId64, amount / 100, amount % 100);
        return fault_set(p->tx->fault, FAULT_ESCROW_AMOUNT, "reference", p->p->reference, "amount",
                         yuan, NULL);
    }
    return r;
}

int escrow_post(struct tx *tx, const struct escrow_posting *posting, int64_t *ret_match)
{
    struct posting p = {.tx = tx, .p = posting};
    struct trail trail = {0};
    int64_t id = 0;
    int r = part_read(&p);

    if (r == 0)
        r = line_find(&p);
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO escrow_match (line_id, voucher_id, ordinal, actor, at_ms) VALUES "
                   "($1, $2, $3, $4, $5) RETURNING id",
                   "iiiti", p.line_id, posting->voucher_id, posting->ordinal, tx->actor->name,
                   tx->now_ms);
    if (r < 0)
        return r;
    trail_int(&trail, "voucher_id", NULL, &posting->voucher_id);
    trail_int(&trail, "amount_fen", NULL, &p.amount_fen);
    trail_text(&trail, "reference", NULL, posting->reference);
    r = audit_add(tx, "escrow.post", "escrow_match", id, p.project_id, &trail);
    if (r == 0)
        *ret_match = id;
    return r;
}

/* ---- taken back ---- */

static int ended_log(struct tx *tx, const char *action, const char *kind, int64_t id,
                     int64_t project_id, const char *reason)
{
    struct trail trail = {0};

    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, action, kind, id, project_id, &trail);
}

int escrow_unpost(struct tx *tx, int64_t match_id, const char *reason)
{
    int64_t project_id;
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT v.project_id FROM escrow_match m JOIN voucher v ON v.id = m.voucher_id "
                   "WHERE m.id = $1",
                   match_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    stmt_reset(s);
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = db_run(tx->db,
               "UPDATE escrow_match SET ended_ms = $2, ended_by = $3, reason = $4 WHERE id = $1 "
               "AND ended_ms IS NULL",
               "iitt", match_id, tx->now_ms, tx->actor->name, reason);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_ESCROW_ENDED, NULL);
    return ended_log(tx, "escrow.unpost", "escrow_match", match_id, project_id, reason);
}

int escrow_set_aside(struct tx *tx, int64_t line_id, const char *reason)
{
    int64_t project_id, matched;
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT a.project_id, EXISTS (SELECT 1 FROM escrow_match m WHERE "
                   "m.line_id = l.id AND m.ended_ms IS NULL) FROM escrow_line l JOIN "
                   "bank_account a ON a.id = l.account_id WHERE l.id = $1",
                   line_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    matched = stmt_int(s, 1);
    stmt_reset(s);
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (matched)
        return fault_set(tx->fault, FAULT_ESCROW_MATCHED, NULL);
    r = db_run(tx->db,
               "UPDATE escrow_line SET ended_ms = $2, ended_by = $3, reason = $4 WHERE id = $1 AND "
               "ended_ms IS NULL",
               "iitt", line_id, tx->now_ms, tx->actor->name, reason);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_ESCROW_ENDED, NULL);
    return ended_log(tx, "escrow.aside", "escrow_line", line_id, project_id, reason);
}

int escrow_receipt_back(struct tx *tx, int64_t voucher_id, const char *reason)
{
    int r = db_run(tx->db,
                   "UPDATE escrow_match SET ended_ms = $2, ended_by = $3, reason = $4 WHERE "
                   "voucher_id = $1 AND ended_ms IS NULL",
                   "iitt", voucher_id, tx->now_ms, tx->actor->name, reason);

    return r < 0 ? r : 0;
}
