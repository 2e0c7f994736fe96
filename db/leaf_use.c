/* leaf_use.c - see leaf_use.h. */
#include "db/leaf_use.h"

#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/receipt_book.h"
#include "db/shift.h"

/* ---- by day, book and cashier ---- */

/* $2 and $3: the moments; $4: a book that is out since before it is overdue. */
static const char leaves_sql[] =
    "SELECT b.id, b.first_no, b.last_no, b.kind, b.prefix, COALESCE(b.issued, b.first_no - 1), "
    "COALESCE(b.out_ms, 0), COALESCE(b.out_ms < $4, FALSE), q.no, q.kind, q.at_ms, x.id, "
    "COALESCE(u.name, y.name, q.actor, h.name) FROM receipt_book b LEFT JOIN receipt q ON "
    "q.book_id = b.id AND q.at_ms >= $2 AND q.at_ms < $3 LEFT JOIN voucher v ON "
    "v.id = q.voucher_id LEFT JOIN voucher x ON x.reverses_id = v.id AND x.kind = 'void' "
    "LEFT JOIN shift s ON s.id = v.shift_id AND q.from_no IS NULL "
    "LEFT JOIN user_account u ON u.id = s.user_id "
    "LEFT JOIN user_account y ON y.login = q.actor LEFT JOIN user_account h ON "
    "h.id = b.holder_id WHERE b.project_id = $1 AND (q.no IS NOT NULL OR b.out_ms < $4) "
    "ORDER BY b.id, q.no";

/* The line that is being added up; its texts are its own. */
struct adding {
    struct leaf_use line;
    char kind[16], prefix[12 * 4 + 1], day[DAY_TEXT], cashier[SHIFT_NAME_TEXT];
    int (*each)(void *arg, const struct leaf_use *line);
    void *arg;
};

static int line_give(struct adding *a)
{
    struct leaf_use line = a->line;

    a->line = (struct leaf_use){.book_id = 0};
    if (!line.book_id)
        return 0;
    line.kind = a->kind;
    line.prefix = a->prefix;
    line.day = a->day;
    line.cashier = a->cashier;
    return a->each(a->arg, &line);
}

static void line_begin(struct adding *a, struct stmt *s, const char *day)
{
    a->line = (struct leaf_use){.book_id = stmt_int(s, 0),
                                .first_no = stmt_int(s, 1),
                                .last_no = stmt_int(s, 2),
                                .remaining = stmt_int(s, 2) - stmt_int(s, 5),
                                .out_ms = stmt_int(s, 6),
                                .overdue = stmt_int(s, 7) != 0};
    snprintf(a->kind, sizeof(a->kind), "%s", stmt_text(s, 3));
    snprintf(a->prefix, sizeof(a->prefix), "%s", stmt_text(s, 4));
    snprintf(a->day, sizeof(a->day), "%s", day);
    snprintf(a->cashier, sizeof(a->cashier), "%s", stmt_text(s, 12));
}

static void leaf_count(struct leaf_use *line, struct stmt *s)
{
    const int64_t no = stmt_int(s, 8);
    const char *kind = stmt_text(s, 9);

    if (strcmp(kind, "spoilt") == 0)
        line->spoilt++;
    else if (strcmp(kind, "lost") == 0)
        line->lost++;
    else if (!stmt_is_null(s, 11))
        line->voided++;
    else
        line->used++;
    if (!line->from_no)
        line->from_no = no;
    line->to_no = no;
    line->remaining = line->last_no - no;
}

static int leaf_add(struct adding *a, struct stmt *s)
{
    const bool leaf = !stmt_is_null(s, 8);
    char day[DAY_TEXT] = "";
    int r = 0;

    if (leaf)
        day_of(stmt_int(s, 10), day);
    if (a->line.book_id != stmt_int(s, 0) || strcmp(a->day, day) != 0 ||
        strcmp(a->cashier, stmt_text(s, 12)) != 0) {
        r = line_give(a);
        line_begin(a, s, day);
    }
    if (leaf)
        leaf_count(&a->line, s);
    return r;
}

int leaf_use_each(struct tx *tx, int64_t project_id, const struct days *days,
                  int (*each)(void *arg, const struct leaf_use *line), void *arg)
{
    struct adding adding = {.each = each, .arg = arg};
    int64_t from_ms = 0, to_ms = 0;
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = days_moments(days, &from_ms, &to_ms);
    if (r == 0)
        r = db_query(tx->db, &s, leaves_sql, "iiii", project_id, from_ms, to_ms,
                     receipt_book_overdue_ms(tx));
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = leaf_add(&adding, s);
    stmt_reset(s);
    return r < 0 ? r : line_give(&adding);
}

/* ---- in a shift ---- */

#define IN_SHIFT                                                                                   \
    "shift s JOIN user_account u ON u.id = s.user_id JOIN receipt q ON " LEAF_OF_SHIFT(            \
        "q", "s", "u") "JOIN receipt_book b ON b.id = q.book_id AND b.project_id = $1 WHERE s.id " \
                       "BETWEEN $2 AND $3 "

int shift_book_each(struct tx *tx, const struct shift_range *range,
                    int (*each)(void *arg, const struct shift_book *book), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, range->project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT x.shift_id, b.id, MIN(x.no), MAX(x.no), b.kind, b.prefix, SUM(x.given), "
            "SUM(x.back), SUM(x.swapped), SUM(x.spoilt), SUM(x.lost) FROM (SELECT v.shift_id, "
            "v.book_id, v.receipt_no AS no, 1 AS given, 0 AS back, 0 AS swapped, 0 AS spoilt, 0 AS "
            "lost FROM voucher v "
            "WHERE v.kind = 'receipt' AND v.shift_id BETWEEN $2 AND $3 UNION ALL "
            "SELECT v.shift_id, o.book_id, NULL, 0, 1, 0, 0, 0 FROM voucher v JOIN voucher o ON "
            "o.id = v.reverses_id WHERE o.book_id IS NOT NULL AND v.shift_id BETWEEN $2 AND $3 "
            "UNION ALL SELECT s.id, q.book_id, q.no, 0, 0, CASE q.kind WHEN 'issued' THEN 1 ELSE 0 "
            "END, CASE q.kind WHEN 'spoilt' THEN 1 ELSE 0 END, CASE q.kind WHEN 'lost' THEN 1 ELSE "
            "0 END FROM " IN_SHIFT ") x JOIN receipt_book b ON b.id = x.book_id "
            "WHERE b.project_id = $1 GROUP BY x.shift_id, b.id ORDER BY x.shift_id DESC, b.id",
            "iii", range->project_id, range->low_id, range->high_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct shift_book book = {.shift_id = stmt_int(s, 0),
                                        .book_id = stmt_int(s, 1),
                                        .first_no = stmt_int(s, 2),
                                        .last_no = stmt_int(s, 3),
                                        .kind = stmt_text(s, 4),
                                        .prefix = stmt_text(s, 5),
                                        .receipts = stmt_int(s, 6),
                                        .voids = stmt_int(s, 7),
                                        .swapped = stmt_int(s, 8),
                                        .spoilt = stmt_int(s, 9),
                                        .lost = stmt_int(s, 10)};

        r = each(arg, &book);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int shift_blank_each(struct tx *tx, const struct shift_range *range,
                     int (*each)(void *arg, const struct shift_blank *leaf), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, range->project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT s.id, q.no, q.at_ms, q.kind, b.prefix, q.content FROM " IN_SHIFT
                     "AND q.kind <> 'issued' ORDER BY s.id DESC, b.id, q.no",
                     "iii", range->project_id, range->low_id, range->high_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct shift_blank leaf = {.shift_id = stmt_int(s, 0),
                                         .no = stmt_int(s, 1),
                                         .at_ms = stmt_int(s, 2),
                                         .kind = stmt_text(s, 3),
                                         .prefix = stmt_text(s, 4),
                                         .reason = stmt_text(s, 5)};

        r = each(arg, &leaf);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
