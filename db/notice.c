/* notice.c - see notice.h. */
#include "db/notice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/arrears.h"
#include "db/audit.h"
#include "db/day.h"
#include "db/deal_scope.h"
#include "db/fund.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/user.h"

const char *const notice_kinds[NOTICE_KINDS + 1] = {"payment", "dunning", NULL};

static const struct {
    const char *prefix, *zh;
    enum print_kind paper;
} words[NOTICE_KINDS] = {{"JK", "缴款通知单", PRINT_KIND_PAYMENT_NOTICE},
                         {"CK", "催款函", PRINT_KIND_DUNNING_LETTER}};

static void number_text(enum notice_kind kind, int64_t year, int64_t no,
                        char out[NOTICE_NUMBER_TEXT])
{
    snprintf(out, NOTICE_NUMBER_TEXT, "%s%lld-%04lld", words[kind].prefix, (long long)year,
             (long long)no);
}

/* ---- made ---- */

enum { LINES_MAX = 100 };

struct due_line {
    int64_t receivable_id, amount_fen, received_fen, late_fen, days;
    char fund[32], due_date[DAY_TEXT];
};

struct making {
    struct tx *tx;
    const struct notice_new *of;
    char today[DAY_TEXT];
    const char *until;
    struct due_line *lines;
    size_t n_lines;
    int64_t owed_fen, late_fen;
};

static int line_take(void *arg, const struct arrears_row *row)
{
    struct making *m = arg;
    struct due_line *line = &m->lines[m->n_lines];

    if (!row->due_date)
        return 0;
    if (m->n_lines == LINES_MAX)
        return tx_limit_reached(m->tx, LINES_MAX);
    *line = (struct due_line){.receivable_id = row->id,
                              .amount_fen = row->amount_fen,
                              .received_fen = row->received_fen,
                              .late_fen = row->late_fen,
                              .days = row->days};
    snprintf(line->fund, sizeof(line->fund), "%s", row->fund);
    snprintf(line->due_date, sizeof(line->due_date), "%s", row->due_date);
    m->owed_fen += row->owed_fen;
    m->late_fen += row->late_fen;
    m->n_lines++;
    return 0;
}

/* What of the deal is due, as of today. */
static int lines_read(struct making *m, int64_t deal_id)
{
    const struct arrears_filter filter = {.project_id = m->of->project_id,
                                          .deal_id = deal_id,
                                          .band = m->of->kind == NOTICE_DUNNING ? ARREARS_LATE
                                                                                : ARREARS_ANY,
                                          .until = m->until,
                                          .limit = ARREARS_PAGE_MAX,
                                          .today = m->today};

    m->n_lines = 0;
    m->owed_fen = m->late_fen = 0;
    return arrears_each(m->tx, &filter, line_take, m);
}

static int lines_write(struct making *m, int64_t notice_id)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < m->n_lines; i++) {
        const struct due_line *l = &m->lines[i];

        r = db_run(m->tx->db,
                   "INSERT INTO notice_line (notice_id, ordinal, receivable_id, fund, due_date, "
                   "amount_fen, received_fen, late_fen, days) VALUES ($1, $2, $3, $4, $5, $6, $7, "
                   "$8, $9)",
                   "iiittiiii", notice_id, (int64_t)i + 1, l->receivable_id, l->fund, l->due_date,
                   l->amount_fen, l->received_fen, l->late_fen, l->days);
    }
    return r < 0 ? r : 0;
}

static int notice_write(struct making *m, int64_t deal_id, int64_t *ret_id)
{
    const int64_t year = strtoll(m->today, NULL, 10);
    const int64_t *user = m->tx->actor->kind == ACTOR_USER ? &m->tx->actor->id : NULL;
    const char *kind = notice_kinds[m->of->kind];
    char number[NOTICE_NUMBER_TEXT];
    struct trail trail = {0};
    int64_t no = 0;
    int r = db_get(m->tx->db, &no,
                   "SELECT COALESCE(MAX(no), 0) + 1 FROM notice WHERE project_id = $1 AND "
                   "kind = $2 AND year = $3",
                   "iti", m->of->project_id, kind, year);

    if (r >= 0)
        r = db_get(m->tx->db, ret_id,
                   "INSERT INTO notice (project_id, kind, year, no, deal_id, day, until, owed_fen, "
                   "late_fen, user_id, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                   "$11) RETURNING id",
                   "itiiittiioi", m->of->project_id, kind, year, no, deal_id,
                   (const char *)m->today, m->until, m->owed_fen, m->late_fen, user, m->tx->now_ms);
    if (r >= 0)
        r = lines_write(m, *ret_id);
    if (r == 0 && m->of->print)
        r = paper_made(m->tx, words[m->of->kind].paper, *ret_id, m->of->terminal_id);
    if (r < 0)
        return r;
    number_text(m->of->kind, year, no, number);
    trail_text(&trail, "number", NULL, number);
    trail_int(&trail, "owed_fen", NULL, &m->owed_fen);
    return audit_add(m->tx, "notice.make", "deal", deal_id, m->of->project_id, &trail);
}

static int deal_of_project(struct making *m, int64_t deal_id)
{
    struct deal_place place;
    int r = deal_place_read(m->tx, deal_id, &place);

    return r < 0 || place.project_id == m->of->project_id
               ? r
               : fault_set(m->tx->fault, FAULT_NOT_FOUND, NULL);
}

static int all_make(struct making *m, int64_t *ret_first_id)
{
    bool refused = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < m->of->n_deals; i++) {
        int64_t id = 0;

        r = deal_of_project(m, m->of->deals[i]);
        if (r == 0)
            r = lines_read(m, m->of->deals[i]);
        if (r == 0 && m->n_lines == 0) {
            fault_item(m->tx->fault, FAULT_NOTICE_NOTHING, (int64_t)i + 1, "deals", NULL);
            refused = true;
        } else if (r == 0 && !refused) {
            r = notice_write(m, m->of->deals[i], &id);
            if (i == 0)
                *ret_first_id = id;
        }
    }
    return r == 0 && refused ? fault_set(m->tx->fault, FAULT_NOTICE_REFUSED, NULL) : r;
}

int notice_make(struct tx *tx, const struct notice_new *notice, int64_t *ret_first_id)
{
    struct making m = {.tx = tx, .of = notice};
    int r = tx_need_right(tx, RIGHT_MONEY_DUN);

    day_of(tx->now_ms, m.today);
    m.until = notice->kind == NOTICE_PAYMENT && notice->until ? notice->until : m.today;
    if (r == 0)
        r = tx_need_project(tx, notice->project_id);
    if (r == 0 && strcmp(m.until, m.today) < 0)
        r = fault_set(tx->fault, FAULT_NOTICE_UNTIL, NULL);
    if (r < 0)
        return r;
    m.lines = calloc(LINES_MAX, sizeof(*m.lines));
    r = m.lines ? all_make(&m, ret_first_id) : -ENOMEM;
    free(m.lines);
    return r;
}

/* ---- read ---- */

#define COLUMNS                                                                                    \
    "SELECT n.id, n.deal_id, n.owed_fen, n.late_fen, n.at_ms, n.kind, n.year, n.no, n.day, "       \
    "n.until, COALESCE(u.name, '') FROM notice n LEFT JOIN user_account u ON u.id = n.user_id "

static int rows_take(struct stmt *s, int r, int (*each)(void *arg, const struct notice_row *row),
                     void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct notice_row row = {.id = stmt_int(s, 0),
                                 .deal_id = stmt_int(s, 1),
                                 .owed_fen = stmt_int(s, 2),
                                 .late_fen = stmt_int(s, 3),
                                 .at_ms = stmt_int(s, 4),
                                 .kind = strcmp(stmt_text(s, 5), notice_kinds[NOTICE_DUNNING]) == 0
                                             ? NOTICE_DUNNING
                                             : NOTICE_PAYMENT,
                                 .day = stmt_text(s, 8),
                                 .until = stmt_text(s, 9),
                                 .user = stmt_text(s, 10)};

        number_text(row.kind, stmt_int(s, 6), stmt_int(s, 7), row.number);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int notice_each(struct tx *tx, int64_t first_id, int64_t n,
                int (*each)(void *arg, const struct notice_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, COLUMNS "WHERE n.id >= $1 AND n.id < $1 + $2 ORDER BY n.id", "ii",
                     first_id, n);

    return rows_take(s, r, each, arg);
}

int notice_of_deal(struct tx *tx, int64_t deal_id,
                   int (*each)(void *arg, const struct notice_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s;
    int r = deal_place_read(tx, deal_id, &place);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s, COLUMNS "WHERE n.deal_id = $1 ORDER BY n.id DESC", "i", deal_id);
    return rows_take(s, r, each, arg);
}

/* ---- on paper ---- */

static int subject(struct tx *tx, int64_t id, enum notice_kind kind, struct paper_subject *ret)
{
    struct deal_place place;
    struct stmt *s;
    int64_t deal_id;
    int r =
        tx_row(tx, &s, "SELECT project_id, deal_id, kind, year, no FROM notice WHERE id = $1", id);

    if (r < 0)
        return r;
    deal_id = strcmp(stmt_text(s, 2), notice_kinds[kind]) == 0 ? stmt_int(s, 1) : 0;
    ret->project_id = stmt_int(s, 0);
    number_text(kind, stmt_int(s, 3), stmt_int(s, 4), ret->number);
    stmt_reset(s);
    return deal_id ? deal_place_read(tx, deal_id, &place)
                   : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int payment_notice_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    return no ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL)
              : subject(tx, id, NOTICE_PAYMENT, ret_subject);
}

int dunning_letter_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    return no ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL)
              : subject(tx, id, NOTICE_DUNNING, ret_subject);
}

static int due_lines_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT fund, due_date, amount_fen, received_fen, late_fen, days FROM "
                     "notice_line WHERE notice_id = $1 ORDER BY ordinal",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum fund fund = fund_find(stmt_text(s, 0));
        char days[24];

        snprintf(days, sizeof(days), "%lld", (long long)stmt_int(s, 5));
        sheet_row(sheet, "line");
        sheet_text(sheet, "line.name", fund == FUND_COUNT ? "" : funds[fund].zh);
        sheet_text(sheet, "line.due", stmt_text(s, 1));
        sheet_money(sheet, "line.amount", stmt_int(s, 2));
        sheet_money(sheet, "line.received", stmt_int(s, 3));
        sheet_money(sheet, "line.owed", stmt_int(s, 2) - stmt_int(s, 3));
        sheet_text(sheet, "line.days", stmt_int(s, 5) ? days : "");
        sheet_money(sheet, "line.late", stmt_int(s, 4));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int buyers_read(struct tx *tx, int64_t deal_id, int64_t at_ms, struct sheet *sheet)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT c.name FROM deal_party p JOIN customer c ON c.id = p.customer_id "
                     "WHERE p.deal_id = $1 AND p.since_ms <= $2 AND (p.ended_ms IS NULL OR "
                     "p.ended_ms > $2) ORDER BY p.ordinal",
                     "ii", deal_id, at_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        sheet_join(sheet, "buyer", "、", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int notice_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet,
                        enum notice_kind kind)
{
    int64_t deal_id = 0, at_ms = 0, owed = 0, late = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.deal_id, n.at_ms, n.owed_fen, n.late_fen, n.day, n.until, p.name, "
                     "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || "
                     "u.room, COALESCE(y.name, '') FROM notice n JOIN project p ON "
                     "p.id = n.project_id JOIN deal d ON d.id = n.deal_id JOIN unit u ON "
                     "u.id = d.unit_id JOIN building b ON b.id = u.building_id JOIN stair st ON "
                     "st.id = u.stair_id LEFT JOIN user_account y ON y.id = n.user_id "
                     "WHERE n.id = $1",
                     "i", paper->subject_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        deal_id = stmt_int(s, 0);
        at_ms = stmt_int(s, 1);
        owed = stmt_int(s, 2);
        late = stmt_int(s, 3);
        sheet_day(sheet, "date", stmt_text(s, 4));
        if (kind == NOTICE_PAYMENT)
            sheet_day(sheet, "until", stmt_text(s, 5));
        sheet_text(sheet, "project", stmt_text(s, 6));
        sheet_text(sheet, "unit", stmt_text(s, 7));
        sheet_text(sheet, "handler", stmt_text(s, 8));
    }
    stmt_reset(s);
    if (r >= 0)
        r = buyers_read(tx, deal_id, at_ms, sheet);
    if (r == 0)
        r = due_lines_read(tx, paper->subject_id, sheet);
    if (r == 0)
        r = sheet_total(sheet, owed + late);
    sheet_money(sheet, "owed", owed);
    sheet_money(sheet, "late", late);
    sheet_text(sheet, "title", words[kind].zh);
    sheet_text(sheet, "number", paper->number);
    return r;
}

int payment_notice_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    return notice_sheet(tx, paper, sheet, NOTICE_PAYMENT);
}

int dunning_letter_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    return notice_sheet(tx, paper, sheet, NOTICE_DUNNING);
}
