/* print_sheet.c - see print_sheet.h. */
#include "db/print_sheet.h"

#include <errno.h>

#include "db/capitals.h"
#include "db/fund.h"
#include "db/tender.h"

int sheet_line_add(void *sheet, const struct money_line *line)
{
    const enum fund fund = fund_find(line->fund);

    if (fund == FUND_COUNT)
        return -EPROTO;
    sheet_row(sheet, "line");
    sheet_text(sheet, "line.name", line->fee ? line->fee : funds[fund].zh);
    sheet_money(sheet, "line.amount", line->amount_fen);
    return 0;
}

int sheet_tender_add(void *sheet, const struct payment_tender *tender)
{
    const enum tender kind = tender_find(tender->tender);

    if (kind == TENDER_COUNT)
        return -EPROTO;
    sheet_row(sheet, "tender");
    sheet_text(sheet, "tender.name", tenders[kind].zh);
    sheet_text(sheet, "tender.reference", tender->reference);
    sheet_money(sheet, "tender.amount", tender->amount_fen);
    return 0;
}

int sheet_total(struct sheet *sheet, int64_t fen)
{
    char capitals[CAPITALS_TEXT];
    int r = capitals_write(fen, capitals);

    if (r < 0)
        return r;
    sheet_text(sheet, "capitals", capitals);
    sheet_money(sheet, "total", fen);
    return 0;
}

int sheet_read(struct tx *tx, struct sheet *sheet, const char *sql, int64_t id,
               const char *const *names)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "i", id);

    if (r == 0 && (r = stmt_step(s)) == 1)
        for (int i = 0; names[i]; i++)
            sheet_text(sheet, names[i], stmt_text(s, i));
    stmt_reset(s);
    return r < 0 ? r : 0;
}
