/* escrow_list.c - a bank's list of what it put to a supervised account, row by row to the receipts.
 * See escrow.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/bank.h"
#include "db/escrow.h"
#include "db/receipt_impl.h"

#define WAITS ESCROW_LINE_WAITS("l")

struct list {
    struct tx *tx;
    int64_t project_id, account_id;
    const struct escrow_row *rows;
    bool wrong;
    struct escrow_taken taken;
};

/* What a row comes to: a line that is there, that part, a line that waits, or it is wrong. */
enum outcome { ROW_KNOWN, ROW_PART, ROW_WAITS, ROW_WRONG };

struct part {
    int64_t voucher_id, ordinal;
};

static int wrong(struct list *l, enum fault_code code, const struct escrow_row *row,
                 const char *field, const char *name, const char *value)
{
    fault_item(l->tx->fault, code, row->row, field, name, value, "value", value, NULL);
    l->wrong = true;
    return ROW_WRONG;
}

/* ---- which receipt ---- */

/* A leaf of a book of the project by what is printed on it. 0: there is none. */
static int receipt_find(struct list *l, const char *number, int64_t *ret_voucher)
{
    char printed[RECEIPT_NUMBER_TEXT];
    struct stmt *s;
    int64_t voucher = 0;
    int r = db_query(l->tx->db, &s,
                     "SELECT id, prefix FROM receipt_book WHERE project_id = $1 AND "
                     "issued IS NOT NULL",
                     "i", l->project_id);

    while (r >= 0 && voucher == 0 && (r = stmt_step(s)) == 1) {
        const char *prefix = stmt_text(s, 1);
        const size_t n = strlen(prefix);
        int64_t no;

        if (strncmp(number, prefix, n) != 0)
            continue;
        no = strtoll(number + n, NULL, 10);
        receipt_number(prefix, no, printed);
        if (strcmp(printed, number) == 0)
            r = db_get(l->tx->db, &voucher,
                       "SELECT voucher_id FROM receipt WHERE book_id = $1 AND no = $2 AND "
                       "voucher_id IS NOT NULL",
                       "ii", stmt_int(s, 0), no);
    }
    stmt_reset(s);
    *ret_voucher = voucher;
    return r < 0 ? r : 0;
}

/* How many parts of that amount wait in the account, of @voucher_id or paid by that reference; the
 * first of them. */
static int parts_find(struct list *l, const struct escrow_row *row, int64_t voucher_id,
                      struct part *ret)
{
    struct stmt *s;
    int n = 0, r;

    if (voucher_id)
        r = db_query(l->tx->db, &s,
                     "SELECT t.voucher_id, t.ordinal FROM voucher_tender t JOIN voucher v ON "
                     "v.id = t.voucher_id WHERE t.voucher_id = $1 AND t.account_id = $2 AND "
                     "t.amount_fen = $3 AND " ESCROW_PART_WAITS("t", "v") " ORDER BY t.ordinal",
                     "iii", voucher_id, l->account_id, row->amount_fen);
    else
        r = db_query(l->tx->db, &s,
                     "SELECT t.voucher_id, t.ordinal FROM slip p JOIN voucher_tender t ON "
                     "t.voucher_id = p.voucher_id AND t.reference = p.reference AND "
                     "t.account_id = p.account_id JOIN voucher v ON v.id = t.voucher_id WHERE "
                     "p.account_id = $1 AND p.reference = $2 AND p.freed_id IS NULL AND "
                     "t.amount_fen = $3 AND " ESCROW_PART_WAITS("t", "v") " ORDER BY t.ordinal",
                     "iti", l->account_id, row->reference, row->amount_fen);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        if (n++ == 0)
            *ret = (struct part){stmt_int(s, 0), stmt_int(s, 1)};
    stmt_reset(s);
    return r < 0 ? r : n;
}

/* ---- one row ---- */

static const char known_sql[] =
    "SELECT l.ended_ms IS NULL, l.amount_fen, l.day = $3 AND l.amount_fen = $4, " WAITS
    " FROM escrow_line l WHERE l.account_id = $1 AND l.reference = $2";

/* A line of that reference is there: the row again, or another one that only looks like it. A line
 * that was set aside is not asked about again; of one that waits (@ret_waits) the receipt may have
 * come since. */
static int known_check(struct list *l, const struct escrow_row *row, bool *ret_waits)
{
    int64_t live = 0, amount = -1, same = 0;
    char yuan[32];
    struct stmt *s;
    int r = db_query(l->tx->db, &s, known_sql, "itti", l->account_id, row->reference, row->day,
                     row->amount_fen);

    *ret_waits = false;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        same |= stmt_int(s, 2);
        if (stmt_int(s, 0)) {
            live = 1;
            amount = stmt_int(s, 1);
            *ret_waits = stmt_int(s, 3) != 0;
        }
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (live && amount != row->amount_fen) {
        snprintf(yuan, sizeof(yuan), "%" PRId64 ".%02" PRId64, amount / 100, amount % 100);
        fault_item(l->tx->fault, FAULT_ESCROW_AMOUNT, row->row, "amount", "reference",
                   row->reference, "amount", yuan, NULL);
        l->wrong = true;
        return ROW_WRONG;
    }
    return live || same ? ROW_KNOWN : ROW_WAITS;
}

static int row_look(struct list *l, size_t i, struct part *ret)
{
    const struct escrow_row *row = &l->rows[i];
    int64_t voucher_id = 0;
    char other[24];
    bool waits;
    int r, alone;

    for (size_t k = 0; k < i; k++)
        if (strcmp(l->rows[k].reference, row->reference) == 0) {
            snprintf(other, sizeof(other), "%" PRId64, l->rows[k].row);
            return wrong(l, FAULT_ROW_DUPLICATE, row, "reference", "other", other);
        }
    r = alone = known_check(l, row, &waits);
    if (r != ROW_WAITS && !(r == ROW_KNOWN && waits))
        return r;
    if (row->receipt[0]) {
        r = receipt_find(l, row->receipt, &voucher_id);
        if (r == 0 && voucher_id)
            r = parts_find(l, row, voucher_id, ret);
        if (r == 0)
            return wrong(l, FAULT_ESCROW_RECEIPT, row, "receipt", "receipt", row->receipt);
        return r < 0 ? r : ROW_PART;
    }
    r = parts_find(l, row, 0, ret);
    return r < 0 ? r : r == 1 ? ROW_PART : alone;
}

static void row_count(struct list *l, int outcome)
{
    l->taken.known += outcome == ROW_KNOWN;
    l->taken.matched += outcome == ROW_PART;
    l->taken.waiting += outcome == ROW_WAITS;
}

static int row_write(struct list *l, const struct escrow_row *row, int outcome,
                     const struct part *part)
{
    const struct escrow_posting posting = {part->voucher_id, part->ordinal, row->reference,
                                           row->day};
    int64_t id;

    if (outcome == ROW_PART)
        return escrow_post(l->tx, &posting, &id);
    if (outcome == ROW_KNOWN)
        return 0;
    return db_run(l->tx->db,
                  "INSERT INTO escrow_line (account_id, day, amount_fen, reference, actor, at_ms) "
                  "VALUES ($1, $2, $3, $4, $5, $6)",
                  "ititti", l->account_id, row->day, row->amount_fen, row->reference,
                  l->tx->actor->name, l->tx->now_ms);
}

/* ---- all of them ---- */

/* A supervised account of a project that is the actor's whole. */
static int list_begin(struct list *l)
{
    int64_t escrow = 0;
    int r = bank_account_project(l->tx, l->account_id, &l->project_id);

    if (r == 0)
        r = tx_need_whole(l->tx, l->project_id);
    if (r == 0)
        r = db_get(l->tx->db, &escrow, "SELECT kind = 'escrow' FROM bank_account WHERE id = $1",
                   "i", l->account_id);
    if (r >= 0 && !escrow)
        return fault_set(l->tx->fault, FAULT_ESCROW_NOT, NULL);
    return r < 0 ? r : 0;
}

int escrow_list_check(struct tx *tx, int64_t account_id, const struct escrow_row *rows, size_t n,
                      struct escrow_taken *ret_taken)
{
    struct list l = {.tx = tx, .account_id = account_id, .rows = rows};
    struct part part;
    int r = list_begin(&l);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = row_look(&l, i, &part);
        row_count(&l, r);
    }
    *ret_taken = l.taken;
    return r < 0 ? r : l.wrong ? fault_rows_wrong(tx->fault) : 0;
}

int escrow_list_take(struct tx *tx, int64_t account_id, const struct escrow_row *rows, size_t n,
                     struct escrow_taken *ret_taken)
{
    struct list l = {.tx = tx, .account_id = account_id, .rows = rows};
    struct trail trail = {0};
    struct part part = {0};
    int r = list_begin(&l);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        int outcome = r = row_look(&l, i, &part);

        row_count(&l, outcome);
        if (r >= 0 && !l.wrong)
            r = row_write(&l, &rows[i], outcome, &part);
    }
    if (r < 0)
        return r;
    if (l.wrong)
        return fault_rows_wrong(tx->fault);
    trail_int(&trail, "account_id", NULL, &account_id);
    trail_int(&trail, "matched", NULL, &l.taken.matched);
    trail_int(&trail, "waiting", NULL, &l.taken.waiting);
    *ret_taken = l.taken;
    return audit_add(tx, "escrow.list", "bank_account", account_id, l.project_id, &trail);
}
