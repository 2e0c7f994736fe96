/* invoice_sheet.h - the two lists of invoices: requests as they go out to be entered at the
 * platform, and what it says of them, read into rows for db/invoice.h; and how each column is
 * called, by us or, with a mapping (db/invoice_config.h), by a vendor. See README.md and
 * bank_sheet.h.
 *
 * An amount below nothing is that of an invoice in red.
 *
 * Thread: any. Memory: invoice_sheet_free().
 */
#ifndef ANCHANG_INVOICE_SHEET_H
#define ANCHANG_INVOICE_SHEET_H

#include "db/invoice.h"
#include "db/pool.h"

enum invoice_field {
    INVOICE_FIELD_REQUEST,
    INVOICE_FIELD_TYPE, /* blue or red */
    INVOICE_FIELD_RED_OF,
    INVOICE_FIELD_BUYER_KIND,
    INVOICE_FIELD_BUYER,
    INVOICE_FIELD_TAX_NO,
    INVOICE_FIELD_ADDRESS,
    INVOICE_FIELD_BANK,
    INVOICE_FIELD_ACCOUNT,
    INVOICE_FIELD_CODE,
    INVOICE_FIELD_ITEM,
    INVOICE_FIELD_RATE,
    INVOICE_FIELD_AMOUNT,
    INVOICE_FIELD_REMARK,
    INVOICE_FIELD_UNIT,
    INVOICE_FIELD_RECEIPTS,
    INVOICE_FIELD_FILING,
    INVOICE_FIELD_PLACE,
    INVOICE_FIELD_CROSS,
    INVOICE_FIELD_LAND_TAX,
    INVOICE_FIELD_TITLE,
    INVOICE_FIELD_AREA,
    INVOICE_FIELD_AREA_UNIT,
    INVOICE_FIELD_CO_BUYERS,
    INVOICE_FIELDS,
};
extern const struct invoice_field_info {
    const char *code, *zh, *en;
    int width; /* characters */
} invoice_fields[INVOICE_FIELDS];
/* Their codes, and those of what comes in, ended by NULL: what a mapping may name. */
extern const char *const invoice_field_codes[INVOICE_FIELDS + 1];

enum invoice_column {
    INVOICE_RESULT_REQUEST,
    INVOICE_RESULT_NUMBER,
    INVOICE_RESULT_DAY,
    INVOICE_RESULT_AMOUNT,
    INVOICE_RESULT_BUYER,
    INVOICE_RESULT_REFUSED,
    INVOICE_RESULT_COLUMNS,
};
const char *invoice_column_head(enum invoice_column column, enum lang lang);
extern const char *const invoice_column_codes[INVOICE_RESULT_COLUMNS + 1];

/* How a vendor calls them; NULL: not at all. */
struct invoice_heads {
    const char *request[INVOICE_FIELDS], *result[INVOICE_RESULT_COLUMNS];
    struct pool texts;
};
/* Of a mapping; 0: none. NOT_FOUND. */
int invoice_heads_read(struct tx *tx, int64_t mapping_id, struct invoice_heads *ret_heads);

struct invoice_sheet {
    struct invoice_result rows[INVOICE_ROWS_MAX];
    size_t n;
    int64_t seen; /* rows there were, those with a fault too */
    struct pool texts;
    bool wrong; /* some cell is, and named */
};
/* As advice_sheet_read(). */
int invoice_sheet_read(const char *path, const char *file_name, const struct invoice_heads *heads,
                       struct fault *f, struct invoice_sheet **ret_sheet);
struct invoice_sheet *invoice_sheet_free(struct invoice_sheet *sheet);

#endif
