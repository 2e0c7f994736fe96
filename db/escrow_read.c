/* escrow_read.c - what waits for its counterpart, and what has it. See escrow.h. */
#include <stdio.h>

#include "db/day.h"
#include "db/deal_scope.h"
#include "db/escrow.h"
#include "db/receipt_impl.h"
#include "db/sight.h"
#include "db/user.h"

#define UNIT_SAID  "g.name || CASE h.name WHEN '' THEN '' ELSE '-' || h.name END || '-' || w.room"
#define POSTED_BY  USER_NAMED("m.actor")
#define KNOWN_BY   USER_NAMED("l.actor")
#define SUPERVISED "a.project_id = $1 AND a.kind = 'escrow' AND $2 IN (0, a.id)"
#define PART_WAITS ESCROW_PART_WAITS("t", "v")
#define LINE_WAITS ESCROW_LINE_WAITS("l")
#define OF_LINES                                                                                   \
    " UNION ALL SELECT l.day, 0, 0, 1, l.amount_fen FROM bank_account a JOIN escrow_line l ON "    \
    "l.account_id = a.id WHERE "
#define WAITING SUPERVISED " AND " PART_WAITS OF_LINES SUPERVISED " AND " LINE_WAITS

const char *const escrow_states[ESCROW_STATES + 1] = {"waiting", "matched", "aside", NULL};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- parts ---- */

/* $3: 0 that wait, 1 that are matched, -1 both. */
static const char part_sql[] =
    "SELECT t.voucher_id, t.ordinal, v.book_id, v.receipt_no, v.deal_id, v.customer_id, "
    "t.account_id, t.amount_fen, b.prefix, v.day, " UNIT_SAID ", c.name, c.kind, t.tender, "
    "t.reference, m.id, l.day, l.reference, " POSTED_BY ", w.building_id, d.user_id FROM "
    "bank_account a JOIN voucher_tender t ON t.account_id = a.id JOIN voucher v ON "
    "v.id = t.voucher_id JOIN receipt_book b ON b.id = v.book_id JOIN customer c ON "
    "c.id = v.customer_id LEFT JOIN deal d ON d.id = v.deal_id LEFT JOIN unit w ON "
    "w.id = d.unit_id LEFT JOIN building g ON g.id = w.building_id LEFT JOIN stair h ON "
    "h.id = w.stair_id LEFT JOIN escrow_match m ON m.voucher_id = t.voucher_id AND "
    "m.ordinal = t.ordinal AND m.ended_ms IS NULL LEFT JOIN escrow_line l ON l.id = m.line_id "
    "WHERE " SUPERVISED " AND v.kind = 'receipt' AND $3 IN (-1, m.id IS NOT NULL) AND ($4 = '' "
    "OR v.day >= $4) AND ($5 = '' OR v.day <= $5) AND $6 IN (0, t.amount_fen) AND "
    "(t.voucher_id, t.ordinal) > ($7, $8) AND NOT EXISTS (SELECT 1 FROM voucher x WHERE "
    "x.reverses_id = v.id) ORDER BY t.voucher_id, t.ordinal LIMIT $9";

static int part_give(struct tx *tx, struct stmt *s, const char *today, int64_t project_id,
                     int (*each)(void *arg, const struct escrow_part *part), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    const struct deal_place place = {.deal_id = stmt_int(s, 4),
                                     .project_id = project_id,
                                     .building_id = stmt_int(s, 19),
                                     .user_id = stmt_int(s, 20)};
    struct escrow_part part = {
        .voucher_id = stmt_int(s, 0),
        .ordinal = stmt_int(s, 1),
        .book_id = stmt_int(s, 2),
        .no = stmt_int(s, 3),
        .deal_id = place.deal_id && deal_seen(tx->actor, &place) ? place.deal_id : 0,
        .account_id = stmt_int(s, 6),
        .amount_fen = stmt_int(s, 7),
        .day = stmt_text(s, 9),
        .unit = stmt_text(s, 10),
        .customer = name_shown(tx, stmt_text(s, 11), stmt_text(s, 12), masked),
        .tender = stmt_text(s, 13),
        .reference = stmt_text(s, 14),
        .match_id = stmt_int(s, 15),
        .posted_day = stmt_text(s, 16),
        .posted_reference = stmt_text(s, 17),
        .posted_by = stmt_text(s, 18)};
    int r = sight_id(tx, stmt_int(s, 5), &part.customer_id);

    receipt_number(stmt_text(s, 8), part.no, part.number);
    if (r >= 0)
        r = day_between(part.day, today, &part.days);
    return r < 0 ? r : each(arg, &part);
}

int escrow_part_each(struct tx *tx, const struct escrow_filter *f,
                     int (*each)(void *arg, const struct escrow_part *part), void *arg)
{
    char today[DAY_TEXT];
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, f->project_id);

    day_of(tx->now_ms, today);
    if (r == 0)
        r = db_query(tx->db, &s, part_sql, "iiittiiii", f->project_id, f->account_id,
                     (int64_t)f->state, or_empty(f->from), or_empty(f->to), f->amount_fen,
                     f->after[0], f->after[1], (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = part_give(tx, s, today, f->project_id, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- lines ---- */

static const char line_sql[] =
    "SELECT l.id, l.account_id, l.amount_fen, l.day, l.reference, " KNOWN_BY ", m.id, b.prefix, "
    "v.receipt_no, CASE WHEN l.ended_ms IS NOT NULL THEN l.reason END FROM bank_account a JOIN "
    "escrow_line l ON l.account_id = a.id LEFT JOIN escrow_match m ON m.line_id = l.id AND "
    "m.ended_ms IS NULL LEFT JOIN voucher v ON v.id = m.voucher_id LEFT JOIN receipt_book b ON "
    "b.id = v.book_id WHERE " SUPERVISED " AND $3 IN (-1, CASE WHEN l.ended_ms IS NOT NULL THEN 2 "
    "ELSE m.id IS NOT NULL END) AND ($4 = '' OR l.day >= $4) AND ($5 = '' OR l.day <= $5) AND "
    "$6 IN (0, l.amount_fen) AND l.id > $7 ORDER BY l.id LIMIT $8";

int escrow_line_each(struct tx *tx, const struct escrow_filter *f,
                     int (*each)(void *arg, const struct escrow_line *line), void *arg)
{
    char today[DAY_TEXT];
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, f->project_id);

    day_of(tx->now_ms, today);
    if (r == 0)
        r = db_query(tx->db, &s, line_sql, "iiittiii", f->project_id, f->account_id,
                     (int64_t)f->state, or_empty(f->from), or_empty(f->to), f->amount_fen,
                     f->after[0], (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct escrow_line line = {.id = stmt_int(s, 0),
                                   .account_id = stmt_int(s, 1),
                                   .amount_fen = stmt_int(s, 2),
                                   .day = stmt_text(s, 3),
                                   .reference = stmt_text(s, 4),
                                   .actor = stmt_text(s, 5),
                                   .match_id = stmt_int(s, 6),
                                   .reason = stmt_text(s, 9)};

        if (line.match_id)
            receipt_number(stmt_text(s, 7), stmt_int(s, 8), line.number);
        r = day_between(line.day, today, &line.days);
        if (r >= 0)
            r = each(arg, &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- day by day ---- */

static const char day_sql[] =
    "SELECT day, SUM(parts), SUM(parts_fen), SUM(lines), SUM(lines_fen) FROM (SELECT v.day, 1 AS "
    "parts, t.amount_fen AS parts_fen, 0 AS lines, 0 AS lines_fen FROM bank_account a JOIN "
    "voucher_tender t ON t.account_id = a.id JOIN voucher v ON v.id = t.voucher_id WHERE " WAITING
    ") k GROUP BY day ORDER BY day";

int escrow_day_each(struct tx *tx, int64_t project_id, int64_t account_id,
                    int (*each)(void *arg, const struct escrow_day *day), void *arg)
{
    char today[DAY_TEXT];
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, project_id);

    day_of(tx->now_ms, today);
    if (r == 0)
        r = db_query(tx->db, &s, day_sql, "ii", project_id, account_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct escrow_day day = {.day = stmt_text(s, 0),
                                 .parts = stmt_int(s, 1),
                                 .parts_fen = stmt_int(s, 2),
                                 .lines = stmt_int(s, 3),
                                 .lines_fen = stmt_int(s, 4)};

        r = day_between(day.day, today, &day.days);
        if (r >= 0)
            r = each(arg, &day);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
