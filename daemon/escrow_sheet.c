/* escrow_sheet.c - see escrow_sheet.h. */
#include "daemon/escrow_sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bank_sheet.h"

static const struct bank_column columns[ESCROW_COLUMNS] = {
    [ESCROW_DAY] = {{"入账日期", "Posted on", "交易日期", "记账日期", "日期", "交易时间"},
                    "day",
                    40,
                    false},
    [ESCROW_AMOUNT] = {{"入账金额（元）", "Amount (yuan)", "入账金额", "金额", "金额（元）",
                        "贷方发生额"},
                       "amount",
                       40,
                       false},
    [ESCROW_REFERENCE] = {{"流水号", "Reference", "监管流水号", "凭证号", "回单号", "交易流水号"},
                          "reference",
                          64,
                          false},
    [ESCROW_RECEIPT] = {{"收据编号", "Receipt no.", "收据号", "票据号"}, "receipt", 40, true},
};

const char *escrow_column_head(enum escrow_column column, enum lang lang)
{
    return columns[column].words[lang == LANG_EN];
}

struct reading {
    struct escrow_sheet *out;
    struct bank_sheet sheet;
};

static void row_take(void *arg, int64_t number, const char *const *cells)
{
    struct reading *reading = arg;
    struct escrow_sheet *s = reading->out;
    const char *day = bank_cell_day(&reading->sheet, number, ESCROW_DAY, cells[ESCROW_DAY]);
    int64_t fen = 0;

    if (!bank_cell_amount(&reading->sheet, number, ESCROW_AMOUNT, cells[ESCROW_AMOUNT], &fen) ||
        !day)
        return;
    s->rows[s->n++] = (struct escrow_row){.row = number,
                                          .day = day,
                                          .reference = cells[ESCROW_REFERENCE],
                                          .receipt = cells[ESCROW_RECEIPT],
                                          .amount_fen = fen};
}

int escrow_sheet_read(const char *path, const char *file_name, struct fault *f,
                      struct escrow_sheet **ret_sheet)
{
    struct escrow_sheet *s = calloc(1, sizeof(*s));
    struct reading reading = {.out = s,
                              .sheet = {.columns = columns,
                                        .n_columns = ESCROW_COLUMNS,
                                        .rows_max = ESCROW_ROWS_MAX,
                                        .row = row_take,
                                        .arg = &reading,
                                        .fault = f}};
    int r;

    if (!s)
        return -ENOMEM;
    reading.sheet.texts = &s->texts;
    r = bank_sheet_read(&reading.sheet, path, file_name);
    s->seen = reading.sheet.seen;
    s->wrong = reading.sheet.wrong;
    *ret_sheet = r < 0 ? escrow_sheet_free(s) : s;
    return r;
}

struct escrow_sheet *escrow_sheet_free(struct escrow_sheet *s)
{
    if (s)
        pool_free(&s->texts);
    free(s);
    return NULL;
}
