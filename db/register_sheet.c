/* register_sheet.c - the register of a receipt book on paper (RP-19, IV-13): each leaf that was
 * taken, as it is now; without names, which stand on the leaves. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/receipt_impl.h"

enum { LEAVES_MAX = 10000 };

static const char *const states_zh[LEAF_STATES] = {"有效",       "已作废", "已红冲",
                                                   "作废空白联", "遗失",   "已换票"};

int register_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    struct stmt *s;
    int r =
        tx_row(tx, &s, "SELECT project_id, prefix, first_no FROM receipt_book WHERE id = $1", id);

    (void)no;
    if (r < 0)
        return r;
    ret_subject->project_id = stmt_int(s, 0);
    snprintf(ret_subject->number, sizeof(ret_subject->number), "DJ%06lld", (long long)id);
    receipt_number(stmt_text(s, 1), stmt_int(s, 2), ret_subject->title);
    stmt_reset(s);
    return tx_need_whole(tx, ret_subject->project_id);
}

struct leaves {
    struct sheet *sheet;
    int64_t used, total_fen;
};

static int leaf_add(void *arg, const struct receipt_row *row)
{
    struct leaves *leaves = arg;
    struct sheet *sheet = leaves->sheet;
    char day[DAY_TEXT];

    sheet_row(sheet, "leaf");
    sheet_text(sheet, "leaf.number", row->number);
    day_of(row->at_ms, day);
    sheet_text(sheet, "leaf.day", day);
    sheet_text(sheet, "leaf.unit", row->unit);
    if (row->voucher_id)
        sheet_money(sheet, "leaf.amount", row->total_fen);
    for (int i = 0; i < LEAF_STATES; i++)
        if (strcmp(leaf_states[i], row->state) == 0) {
            sheet_text(sheet, "leaf.state", states_zh[i]);
            leaves->total_fen += i == LEAF_LIVE ? row->total_fen : 0;
        }
    sheet_text(sheet, "leaf.cashier", row->cashier);
    sheet_text(sheet, "leaf.note", row->reason);
    leaves->used++;
    return 0;
}

static int book_read(struct tx *tx, int64_t id, struct sheet *sheet, int64_t *ret_leaves)
{
    char first[RECEIPT_NUMBER_TEXT], last[RECEIPT_NUMBER_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.prefix, b.first_no, b.last_no, p.name, u.name FROM receipt_book b "
                     "JOIN project p ON p.id = b.project_id LEFT JOIN user_account u ON "
                     "u.id = b.holder_id WHERE b.id = $1",
                     "i", id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        receipt_number(stmt_text(s, 0), stmt_int(s, 1), first);
        receipt_number(stmt_text(s, 0), stmt_int(s, 2), last);
        sheet_text(sheet, "book", first);
        sheet_join(sheet, "book", "–", last);
        sheet_text(sheet, "project", stmt_text(s, 3));
        sheet_text(sheet, "holder", stmt_is_null(s, 4) ? "—" : stmt_text(s, 4));
        *ret_leaves = stmt_int(s, 2) - stmt_int(s, 1) + 1;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int register_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    const struct leaf_filter filter = {.book_id = paper->subject_id, .limit = LEAVES_MAX};
    struct leaves leaves = {.sheet = sheet};
    char day[DAY_TEXT], text[24];
    int64_t all = 0;
    int r = book_read(tx, paper->subject_id, sheet, &all);

    if (r == 0)
        r = receipt_leaves(tx, &filter, leaf_add, &leaves);
    day_of(paper->made_ms, day);
    sheet_day(sheet, "date", day);
    snprintf(text, sizeof(text), "%lld", (long long)leaves.used);
    sheet_text(sheet, "used", text);
    snprintf(text, sizeof(text), "%lld", (long long)(all - leaves.used));
    sheet_text(sheet, "left", text);
    sheet_money(sheet, "total", leaves.total_fen);
    sheet_text(sheet, "title", "收据登记簿");
    sheet_text(sheet, "number", paper->number);
    return r;
}
