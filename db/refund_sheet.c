/* refund_sheet.c - the paper of a refund that was paid (FI-27): what of, to whom, by which
 * approval, and how. */
#include <stdio.h>

#include "db/day.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/refund_impl.h"

#define PAID_UNIT "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room"

static int paid_row(void *arg, const struct refund_row *row)
{
    struct paper_subject *subject = arg;

    subject->project_id = row->project_id;
    snprintf(subject->number, sizeof(subject->number), "TK%06lld", (long long)row->id);
    snprintf(subject->title, sizeof(subject->title), "%s", row->unit ? row->unit : "");
    return 0;
}

/* It may be paid more than once: a payment that came back has its paper still. */
int refund_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    int r = refund_get(tx, id, paid_row, ret_subject);

    if (r == 0 && !no)
        r = db_get(tx->db, &ret_subject->no, "SELECT voucher_id FROM refund WHERE id = $1", "i",
                   id);
    if (r >= 0 && !ret_subject->no)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* Who approved it, in their order. */
static int approvers_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT y.name FROM refund f JOIN approval_task t ON "
                     "t.approval_id = f.approval_id AND t.state = 'approved' JOIN user_account y "
                     "ON y.id = t.decided_by WHERE f.id = $1 ORDER BY t.decided_ms, t.id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        sheet_join(sheet, "approver", "、", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int payment_read(struct tx *tx, int64_t voucher_id, struct sheet *sheet)
{
    char day[DAY_TEXT];
    struct stmt *s;
    int64_t total = 0;
    int r = db_query(tx->db, &s,
                     "SELECT t.tender, t.amount_fen, t.reference, v.at_ms FROM voucher v JOIN "
                     "voucher_tender t ON t.voucher_id = v.id WHERE v.id = $1 ORDER BY t.ordinal",
                     "i", voucher_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payment_tender tender = {
            .tender = stmt_text(s, 0), .amount_fen = stmt_int(s, 1), .reference = stmt_text(s, 2)};

        total += tender.amount_fen;
        day_of(stmt_int(s, 3), day);
        sheet_day(sheet, "date", day);
        r = sheet_tender_add(sheet, &tender);
    }
    stmt_reset(s);
    return r < 0 ? r : sheet_total(sheet, total);
}

int refund_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    static const char *const of[] = {"project", "unit",   "payee", "bank",
                                     "account", "reason", "asker", NULL};
    static const char *const by[] = {"voucher", "cashier", NULL};
    int r = sheet_read(
        tx, sheet,
        "SELECT p.name, COALESCE(" PAID_UNIT ", '—'), CASE f.lender WHEN '' THEN c.name ELSE "
        "f.lender END, f.bank, CASE WHEN t.tail IS NULL THEN '' ELSE '****' || t.tail END, "
        "f.reason, a.name FROM refund f JOIN project p ON p.id = f.project_id JOIN customer c ON "
        "c.id = f.customer_id JOIN user_account a ON a.id = f.user_id LEFT JOIN deal d ON "
        "d.id = f.deal_id LEFT JOIN unit u ON u.id = d.unit_id LEFT JOIN building b ON "
        "b.id = u.building_id LEFT JOIN stair st ON st.id = u.stair_id LEFT JOIN refund_account t "
        "ON t.refund_id = f.id WHERE f.id = $1",
        paper->subject_id, of);

    if (r == 0)
        r = sheet_read(tx, sheet,
                       "SELECT v.number, COALESCE(y.name, v.actor) FROM voucher v LEFT JOIN "
                       "user_account y ON y.login = v.actor WHERE v.id = $1",
                       paper->subject_no, by);
    if (r == 0)
        r = refund_line_each(tx, paper->subject_id, sheet_line_add, sheet);
    if (r == 0)
        r = payment_read(tx, paper->subject_no, sheet);
    if (r == 0)
        r = approvers_read(tx, paper->subject_id, sheet);
    sheet_text(sheet, "title", "退款单");
    sheet_text(sheet, "number", paper->number);
    return r;
}
