/* advice_sheet.c - see advice_sheet.h. */
#include "daemon/advice_sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/bank_sheet.h"

static const struct bank_column columns[ADVICE_COLUMNS] = {
    [ADVICE_CONTRACT] = {{"合同编号", "Contract no.", "合同号", "网签合同号", "买卖合同编号"},
                         "contract",
                         80,
                         false},
    [ADVICE_AMOUNT] = {{"放款金额（元）", "Amount (yuan)", "放款金额", "金额", "金额（元）",
                        "放款金额(元)"},
                       "amount",
                       40,
                       false},
    [ADVICE_REFERENCE] = {{"流水号", "Reference", "凭证号", "回单号", "交易流水号"},
                          "reference",
                          64,
                          false},
    [ADVICE_KIND] = {{"贷款类别", "Loan kind", "贷款种类", "类别"}, "kind", 20, true},
};
static const struct {
    const char *code, *words[4];
} kinds[] = {
    {"commercial", {"商业贷款", "commercial", "商贷", "商业"}},
    {"fund", {"公积金贷款", "fund", "公积金", "公积金贷"}},
};

const char *advice_column_head(enum advice_column column, enum lang lang)
{
    return columns[column].words[lang == LANG_EN];
}

/* "" where nothing is said; NULL: no such kind. */
static const char *kind_of(const char *text)
{
    if (!text[0])
        return "";
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (size_t i = 0; i < 4; i++)
            if (strcasecmp(kinds[k].words[i], text) == 0)
                return kinds[k].code;
    return NULL;
}

struct reading {
    struct advice_sheet *out;
    struct bank_sheet sheet;
};

static void row_take(void *arg, int64_t number, const char *const *cells)
{
    struct reading *reading = arg;
    struct advice_sheet *s = reading->out;
    const char *kind = kind_of(cells[ADVICE_KIND]);
    int64_t fen = 0;

    if (!kind)
        bank_cell_wrong(&reading->sheet, FAULT_ROW_VALUE_UNKNOWN, number, ADVICE_KIND,
                        cells[ADVICE_KIND]);
    if (!bank_cell_amount(&reading->sheet, number, ADVICE_AMOUNT, cells[ADVICE_AMOUNT], &fen) ||
        !kind)
        return;
    s->rows[s->n++] = (struct advice_row){.row = number,
                                          .contract = cells[ADVICE_CONTRACT],
                                          .reference = cells[ADVICE_REFERENCE],
                                          .kind = kind,
                                          .amount_fen = fen};
}

int advice_sheet_read(const char *path, const char *file_name, struct fault *f,
                      struct advice_sheet **ret_sheet)
{
    struct advice_sheet *s = calloc(1, sizeof(*s));
    struct reading reading = {.out = s,
                              .sheet = {.columns = columns,
                                        .n_columns = ADVICE_COLUMNS,
                                        .rows_max = ADVICE_ROWS_MAX,
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
    *ret_sheet = r < 0 ? advice_sheet_free(s) : s;
    return r;
}

struct advice_sheet *advice_sheet_free(struct advice_sheet *s)
{
    if (s)
        pool_free(&s->texts);
    free(s);
    return NULL;
}
