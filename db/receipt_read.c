/* receipt_read.c - receipts as they are. See receipt.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/leaf_use.h"
#include "db/receipt_impl.h"

enum { RECEIPT_FEE_NAME = 400 };

const char *const leaf_states[] = {"live", "void",    "reversed", "spoilt",
                                   "lost", "swapped", "invoiced", NULL};

/* x is the voucher that takes the receipt back, n the leaf in its place. */
#define LEAF_STATE                                                                                 \
    "CASE WHEN q.kind <> 'issued' THEN q.kind WHEN n.no IS NOT NULL THEN CASE n.returned WHEN 1 "  \
    "THEN 'swapped' ELSE 'lost' END WHEN x.kind IS NULL THEN CASE WHEN y.no IS NULL THEN 'live' "  \
    "WHEN y.returned = 1 THEN 'invoiced' ELSE 'lost' END WHEN x.kind = 'void' THEN 'void' ELSE "   \
    "'reversed' END"
#define LEAF                                                                                       \
    "receipt q LEFT JOIN voucher v ON v.id = q.voucher_id "                                        \
    "LEFT JOIN voucher x ON x.reverses_id = v.id "                                                 \
    "LEFT JOIN receipt n ON n.from_book_id = q.book_id AND n.from_no = q.no "                      \
    "LEFT JOIN invoice_paper y ON y.book_id = q.book_id AND y.no = q.no "
#define RECEIPT_COLUMNS                                                                            \
    "SELECT q.book_id, q.no, q.voucher_id, b.project_id, v.deal_id, v.customer_id, "               \
    "(SELECT SUM(t.amount_fen) FROM voucher_tender t WHERE t.voucher_id = v.id), q.at_ms, "        \
    "b.prefix, " LEAF_STATE                                                                        \
    ", v.day, v.note, COALESCE(u.name, (SELECT y.name FROM user_account y "                        \
    "WHERE y.login = q.actor)), COALESCE(n.reason, x.note, y.reason), d.user_id, w.building_id, "  \
    "g.name || CASE h.name WHEN '' THEN '' ELSE '-' || h.name END || '-' || w.room, q.kind, "      \
    "q.content, q.from_book_id, q.from_no, n.book_id, n.no FROM " LEAF                             \
    "JOIN receipt_book b ON b.id = q.book_id "                                                     \
    "LEFT JOIN shift s ON s.id = v.shift_id AND q.from_no IS NULL "                                \
    "LEFT JOIN user_account u ON u.id = s.user_id "                                                \
    "LEFT JOIN deal d ON d.id = v.deal_id LEFT JOIN unit w ON w.id = d.unit_id "                   \
    "LEFT JOIN building g ON g.id = w.building_id LEFT JOIN stair h ON h.id = w.stair_id "

static void row_take(const struct tx *tx, struct stmt *s, struct receipt_row *row)
{
    const bool blank = strcmp(stmt_text(s, 17), "issued") != 0;
    const struct deal_place place = {.deal_id = stmt_int(s, 4),
                                     .project_id = stmt_int(s, 3),
                                     .building_id = stmt_int(s, 15),
                                     .user_id = stmt_int(s, 14)};
    const bool seen = place.deal_id && deal_seen(tx->actor, &place);

    *row = (struct receipt_row){.book_id = stmt_int(s, 0),
                                .no = stmt_int(s, 1),
                                .voucher_id = stmt_int(s, 2),
                                .project_id = place.project_id,
                                .deal_id = seen ? place.deal_id : 0,
                                .customer_id = stmt_int(s, 5),
                                .total_fen = stmt_int(s, 6),
                                .at_ms = stmt_int(s, 7),
                                .state = stmt_text(s, 9),
                                .day = stmt_text(s, 10),
                                .note = stmt_text(s, 11),
                                .cashier = stmt_text(s, 12),
                                .reason = stmt_text(s, blank ? 18 : 13),
                                .unit = seen ? stmt_text(s, 16) : NULL,
                                .from = {stmt_int(s, 19), stmt_int(s, 20)},
                                .to = {stmt_int(s, 21), stmt_int(s, 22)}};
    receipt_number(stmt_text(s, 8), row->no, row->number);
}

static int rows_take(struct tx *tx, struct stmt *s, int r,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct receipt_row row;

        row_take(tx, s, &row);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int receipt_of_deal(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s;
    int r = deal_place_read(tx, deal_id, &place);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s, RECEIPT_COLUMNS "WHERE v.deal_id = $1 ORDER BY v.id", "i", deal_id);
    return rows_take(tx, s, r, each, arg);
}

int receipt_of_shift(struct tx *tx, int64_t shift_id,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     RECEIPT_COLUMNS
                     "WHERE (q.book_id, q.no) IN (SELECT o.book_id, o.receipt_no FROM voucher o "
                     "JOIN shift z ON z.id = o.shift_id WHERE z.id = $1 AND z.user_id = $2 AND "
                     "o.book_id IS NOT NULL UNION ALL SELECT l.book_id, l.no FROM shift z JOIN "
                     "user_account y ON y.id = z.user_id JOIN receipt l ON " LEAF_OF_SHIFT(
                         "l", "z", "y") "AND l.kind = 'issued' WHERE z.id = $1 AND z.user_id = $2) "
                                        "ORDER BY q.at_ms DESC, v.id DESC, q.no DESC",
                     "ii", shift_id, tx->actor->kind == ACTOR_USER ? tx->actor->id : 0);

    return rows_take(tx, s, r, each, arg);
}

struct numbered {
    const char *number;
    int (*each)(void *arg, const struct receipt_row *row);
    void *arg;
};

static int numbered_row(void *arg, const struct receipt_row *row)
{
    const struct numbered *n = arg;

    return strcasecmp(row->number, n->number) == 0 ? n->each(n->arg, row) : 0;
}

int receipt_numbered(struct tx *tx, const char *number,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct numbered numbered = {number, each, arg};
    size_t end = strlen(number), digits;
    struct stmt *s;
    int r = 0;

    /* What is the prefix and what the number can not be told: a prefix may end in figures. */
    for (digits = 0; digits < end && number[end - 1 - digits] >= '0' &&
                     number[end - 1 - digits] <= '9' && digits < 12;)
        digits++;
    for (size_t n = 1; r == 0 && n <= digits; n++) {
        r = db_query(tx->db, &s,
                     RECEIPT_COLUMNS "WHERE q.no = $1 AND b.first_no <= $1 AND b.last_no >= $1",
                     "i", (int64_t)strtoll(number + end - n, NULL, 10));
        r = rows_take(tx, s, r, numbered_row, &numbered);
    }
    return r;
}

/* Of a deal that is seen; else of the project. */
static int seen_check(struct tx *tx, const struct receipt_key *key)
{
    struct deal_place place;
    int64_t project_id, deal_id;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.project_id, v.deal_id FROM receipt q JOIN receipt_book b ON "
                     "b.id = q.book_id LEFT JOIN voucher v ON v.id = q.voucher_id "
                     "WHERE q.book_id = $1 AND q.no = $2",
                     "ii", key->book_id, key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    project_id = stmt_int(s, 0);
    deal_id = stmt_int(s, 1);
    stmt_reset(s);
    return deal_id ? deal_place_read(tx, deal_id, &place) : tx_need_project(tx, project_id);
}

int receipt_get(struct tx *tx, const struct receipt_key *key,
                int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct stmt *s;
    int r = seen_check(tx, key);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s, RECEIPT_COLUMNS "WHERE q.book_id = $1 AND q.no = $2", "ii",
                 key->book_id, key->no);
    return rows_take(tx, s, r, each, arg);
}

/* ---- the leaves of a book ---- */

/* Who takes money or keeps the books, of a project that he sees. */
static int leaves_need(struct tx *tx, int64_t book_id)
{
    int64_t project_id;
    int r = receipt_book_project(tx, book_id, &project_id);

    if (r < 0 || actor_has(tx->actor, RIGHT_MONEY_TAKE))
        return r;
    return tx_need_right(tx, RIGHT_BOOK_EDIT);
}

int receipt_leaves(struct tx *tx, const struct leaf_filter *f,
                   int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct stmt *s;
    int r = leaves_need(tx, f->book_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 RECEIPT_COLUMNS
                 "WHERE q.book_id = $1 AND q.no > $2 AND ($3 = '' OR $3 = " LEAF_STATE
                 ") ORDER BY q.no LIMIT $4",
                 "iiti", f->book_id, f->after_no, f->state ? f->state : "", (int64_t)f->limit);
    return rows_take(tx, s, r, each, arg);
}

int receipt_leaves_count(struct tx *tx, int64_t book_id, int64_t ret_n[LEAF_STATES])
{
    int64_t n[LEAF_STATES] = {0};
    struct stmt *s;
    int r = leaves_need(tx, book_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT " LEAF_STATE ", COUNT(*) FROM " LEAF "WHERE q.book_id = $1 GROUP BY 1",
                 "i", book_id);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        for (enum leaf_state state = 0; state < LEAF_STATES; state++)
            if (strcmp(leaf_states[state], stmt_text(s, 0)) == 0)
                n[state] = stmt_int(s, 1);
    stmt_reset(s);
    if (r < 0)
        return r;
    memcpy(ret_n, n, sizeof(n));
    return 0;
}

/* As the fee @id was called when it was taken; else, on a leaf of before, as it is called @now. */
static const char *fee_name(const char *content, int64_t id, const char *now,
                            char out[RECEIPT_FEE_NAME])
{
    char mark[40];
    const char *at;

    if (!content || !now)
        return now;
    snprintf(mark, sizeof(mark), RECEIPT_FEE "%" PRId64 " ", id);
    at = strstr(content, mark);
    if (!at)
        return now;
    at += strlen(mark);
    snprintf(out, RECEIPT_FEE_NAME, "%.*s", (int)strcspn(at, "\n"), at);
    return out;
}

int receipt_lines(struct tx *tx, int64_t voucher_id,
                  int (*each)(void *arg, const struct money_line *line), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT a.fund, SUM(e.amount_fen), x.fee_id, f.name, (SELECT q.content FROM "
                     "receipt q WHERE q.voucher_id = $1 AND q.from_no IS NULL) FROM ledger_entry e "
                     "JOIN "
                     "ledger_account a ON a.id = e.credit_id LEFT JOIN deal_fee x ON "
                     "x.id = a.deal_fee_id LEFT JOIN fee f ON f.id = x.fee_id WHERE "
                     "e.voucher_id = $1 GROUP BY a.id ORDER BY MIN(e.id)",
                     "i", voucher_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char name[RECEIPT_FEE_NAME];
        const struct money_line line = {
            stmt_text(s, 0), stmt_int(s, 1), stmt_int(s, 2),
            fee_name(stmt_text(s, 4), stmt_int(s, 2), stmt_text(s, 3), name)};

        r = each(arg, &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int receipt_tenders(struct tx *tx, int64_t voucher_id,
                    int (*each)(void *arg, const struct payment_tender *tender), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT t.tender, t.amount_fen, t.account_id, t.bank_id, t.reference, "
                     "t.device, t.batch, t.card_tail, (SELECT l.reference FROM escrow_match m "
                     "JOIN escrow_line l ON l.id = m.line_id WHERE m.voucher_id = t.voucher_id AND "
                     "m.ordinal = t.ordinal AND m.ended_ms IS NULL) FROM voucher_tender t WHERE "
                     "t.voucher_id = $1 ORDER BY t.ordinal",
                     "i", voucher_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payment_tender tender = {.tender = stmt_text(s, 0),
                                              .amount_fen = stmt_int(s, 1),
                                              .account_id = stmt_int(s, 2),
                                              .bank_id = stmt_int(s, 3),
                                              .reference = stmt_text(s, 4),
                                              .device = stmt_text(s, 5),
                                              .batch = stmt_text(s, 6),
                                              .card = stmt_text(s, 7),
                                              .escrow = stmt_text(s, 8)};

        r = each(arg, &tender);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
