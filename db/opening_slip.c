/* opening_slip.c - confirm slips of an opening day, and what became of them. See opening.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/capitals.h"
#include "db/contact.h"
#include "db/day.h"
#include "db/opening_impl.h"
#include "db/paper.h"
#include "db/print_sheet.h"

static const char slips_sql[] =
    "SELECT p.slip, p.group_id, q.number, p.deal_id, d.unit_id, t.area, "
    "t.total_fen, p.at_ms, p.pay_by_ms, "
    "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, "
    "a.name, CASE WHEN d.outcome = 'expired' THEN 'expired' WHEN d.closed_ms IS NOT NULL THEN "
    "'ended' WHEN d.stage <> 'B' OR EXISTS (SELECT 1 FROM received x WHERE x.deal_id = d.id) "
    "THEN 'paid' ELSE 'waiting' END, c.name, c.kind FROM opening_pick p "
    "JOIN opening_group g ON g.id = p.group_id JOIN queue_ticket q ON q.id = g.ticket_id "
    "JOIN customer c ON c.id = q.customer_id JOIN deal d ON d.id = p.deal_id "
    "JOIN terms t ON t.id = (SELECT x.terms_id FROM deal_document x WHERE x.deal_id = d.id "
    "ORDER BY x.id LIMIT 1) JOIN user_account a ON a.id = d.user_id "
    "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
    "JOIN stair st ON st.id = u.stair_id "
    "WHERE p.opening_id = $1 AND ($2 = 0 OR p.slip = $2) AND ($3 = 0 OR p.group_id = $3) "
    "AND ($4 = 0 OR p.slip < $4) ORDER BY p.slip DESC LIMIT $5";

static int slip_give(struct tx *tx, struct stmt *s,
                     int (*each)(void *arg, const struct opening_slip_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct opening_slip_row row = {.slip = stmt_int(s, 0),
                                   .group_id = stmt_int(s, 1),
                                   .number = stmt_int(s, 2),
                                   .deal_id = stmt_int(s, 3),
                                   .unit_id = stmt_int(s, 4),
                                   .area = stmt_int(s, 5),
                                   .total_fen = stmt_int(s, 6),
                                   .at_ms = stmt_int(s, 7),
                                   .pay_by_ms = stmt_int(s, 8),
                                   .unit = stmt_text(s, 9),
                                   .user = stmt_text(s, 10),
                                   .state = stmt_text(s, 11),
                                   .customer = stmt_text(s, 12)};

    if (strcmp(stmt_text(s, 13), "company") != 0 && !actor_has(tx->actor, RIGHT_CUSTOMER_CLEAR)) {
        contact_name_mask(row.customer, masked);
        row.customer = masked;
    }
    return each(arg, &row);
}

int opening_slip_list(struct tx *tx, const struct opening_slip_filter *f,
                      int (*each)(void *arg, const struct opening_slip_row *row), void *arg)
{
    const int64_t limit = f->limit < OPENING_PAGE_MAX ? f->limit : OPENING_PAGE_MAX;
    struct opening_now now;
    struct stmt *s = NULL;
    int r = opening_now_read(tx, f->opening_id, 0, &now);

    if (r == 0)
        r = db_query(tx->db, &s, slips_sql, "iiiii", f->opening_id, f->slip, f->group_id,
                     f->before_slip, limit);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = slip_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- on paper ---- */

static int subject_take(void *arg, const struct opening_slip_row *row)
{
    struct paper_subject *subject = arg;

    snprintf(subject->number, sizeof(subject->number), "%04lld", (long long)row->slip);
    snprintf(subject->title, sizeof(subject->title), "%s", row->unit);
    return 0;
}

int pick_slip_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    const struct opening_slip_filter filter = {.opening_id = id, .slip = no, .limit = 1};
    int r = no > 0 ? opening_project(tx, id, &ret_subject->project_id)
                   : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);

    if (r == 0)
        r = opening_slip_list(tx, &filter, subject_take, ret_subject);
    return r == 0 && !ret_subject->number[0] ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}

static int sheet_take(void *arg, const struct opening_slip_row *row)
{
    struct sheet *sheet = arg;
    char text[CAPITALS_TEXT], when[DAY_CLOCK_TEXT];

    snprintf(text, sizeof(text), "%04lld", (long long)row->slip);
    sheet_text(sheet, "number", text);
    snprintf(text, sizeof(text), "%lld", (long long)row->number);
    sheet_text(sheet, "ticket", text);
    sheet_text(sheet, "unit", row->unit);
    sheet_text(sheet, "customer", row->customer);
    if (row->area)
        sheet_money(sheet, "area", row->area);
    sheet_money(sheet, "total", row->total_fen);
    capitals_write(row->total_fen, text);
    sheet_text(sheet, "capitals", text);
    sheet_text(sheet, "user", row->user);
    day_clock(row->at_ms, when);
    sheet_text(sheet, "at", when);
    day_clock(row->pay_by_ms, when);
    sheet_text(sheet, "pay_by", when);
    return 0;
}

int pick_slip_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    const struct opening_slip_filter filter = {
        .opening_id = paper->subject_id, .slip = paper->subject_no, .limit = 1};
    struct stmt *s;
    int r = opening_slip_list(tx, &filter, sheet_take, sheet);

    if (r == 0)
        r = tx_row(tx, &s,
                   "SELECT o.project_id, p.name, o.name, o.day FROM opening o JOIN project p ON "
                   "p.id = o.project_id WHERE o.id = $1",
                   paper->subject_id);
    if (r < 0)
        return r;
    sheet_text(sheet, "project", stmt_text(s, 1));
    sheet_text(sheet, "opening", stmt_text(s, 2));
    sheet_day(sheet, "date", stmt_text(s, 3));
    stmt_reset(s);
    return 0;
}
