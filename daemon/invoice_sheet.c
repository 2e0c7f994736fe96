/* invoice_sheet.c - see invoice_sheet.h. */
#include "daemon/invoice_sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bank_sheet.h"

/* ---- out ---- */

const struct invoice_field_info invoice_fields[INVOICE_FIELDS] = {
    [INVOICE_FIELD_REQUEST] = {"request", "申请编号", "Request", 14},
    [INVOICE_FIELD_TYPE] = {"type", "蓝字或红字", "Blue or red", 12},
    [INVOICE_FIELD_RED_OF] = {"red_of", "对应蓝字发票号码", "Reverses number", 24},
    [INVOICE_FIELD_BUYER_KIND] = {"buyer_kind", "购买方类型", "Buyer's kind", 12},
    [INVOICE_FIELD_BUYER] = {"buyer", "购买方名称", "Buyer", 24},
    [INVOICE_FIELD_TAX_NO] = {"tax_no", "税号或证件号", "Tax or identity no.", 24},
    [INVOICE_FIELD_ADDRESS] = {"address", "购买方地址", "Buyer's address", 24},
    [INVOICE_FIELD_BANK] = {"bank", "购买方开户行", "Buyer's bank", 20},
    [INVOICE_FIELD_ACCOUNT] = {"account", "购买方账号", "Buyer's account", 24},
    [INVOICE_FIELD_CODE] = {"code", "税收编码", "Tax code", 12},
    [INVOICE_FIELD_ITEM] = {"item", "项目名称", "Item", 28},
    [INVOICE_FIELD_RATE] = {"rate", "税率", "Rate", 10},
    [INVOICE_FIELD_AMOUNT] = {"amount", "价税合计（元）", "Amount (yuan)", 16},
    [INVOICE_FIELD_REMARK] = {"remark", "备注", "Remark", 48},
    [INVOICE_FIELD_UNIT] = {"unit", "房源", "Unit", 18},
    [INVOICE_FIELD_RECEIPTS] = {"receipts", "收据编号", "Receipts", 24},
    [INVOICE_FIELD_FILING] = {"filing_no", "不动产单元代码或网签备案号", "Filing no.", 24},
    [INVOICE_FIELD_PLACE] = {"place", "不动产地址", "Address of the home", 30},
    [INVOICE_FIELD_CROSS] = {"cross_city", "跨地（市）标志", "In another city", 12},
    [INVOICE_FIELD_LAND_TAX] = {"land_tax_no", "土地增值税项目编号", "Land tax no.", 20},
    [INVOICE_FIELD_TITLE] = {"title_no", "房屋产权证书号", "Title no.", 20},
    [INVOICE_FIELD_AREA] = {"area", "建筑面积", "Area", 12},
    [INVOICE_FIELD_AREA_UNIT] = {"area_unit", "面积单位", "Unit of area", 10},
    [INVOICE_FIELD_CO_BUYERS] = {"co_buyers", "共同购买方", "Joint buyers", 24},
};

const char *const invoice_field_codes[INVOICE_FIELDS + 1] = {
    "request", "type",      "red_of",    "buyer_kind", "buyer",      "tax_no",      "address",
    "bank",    "account",   "code",      "item",       "rate",       "amount",      "remark",
    "unit",    "receipts",  "filing_no", "place",      "cross_city", "land_tax_no", "title_no",
    "area",    "area_unit", "co_buyers", NULL};

/* ---- in ---- */

/* The last word of each is for a vendor's. */
static const struct bank_column columns[INVOICE_RESULT_COLUMNS] = {
    [INVOICE_RESULT_REQUEST] = {{"申请编号", "Request", "业务单号", "单据编号", "订单号"},
                                "request",
                                24,
                                false},
    [INVOICE_RESULT_NUMBER] = {{"发票号码", "Invoice number", "数电发票号码", "数电票号码",
                                "全电发票号码"},
                               "number",
                               40,
                               true},
    [INVOICE_RESULT_DAY] = {{"开票日期", "Issued on", "开票时间"}, "day", 40, true},
    [INVOICE_RESULT_AMOUNT] = {{"价税合计（元）", "Amount (yuan)", "价税合计", "合计金额", "金额"},
                               "amount",
                               40,
                               false},
    [INVOICE_RESULT_BUYER] = {{"购买方名称", "Buyer", "购方名称", "客户名称"}, "buyer", 100, true},
    [INVOICE_RESULT_REFUSED] = {{"失败原因", "Refused because", "错误信息", "开票失败原因"},
                                "refused",
                                INVOICE_REASON_MAX,
                                true},
};
_Static_assert((int)INVOICE_RESULT_COLUMNS <= (int)BANK_COLUMNS_MAX, "all columns are read");

const char *const invoice_column_codes[INVOICE_RESULT_COLUMNS + 1] = {
    "request", "number", "day", "amount", "buyer", "refused", NULL};

const char *invoice_column_head(enum invoice_column column, enum lang lang)
{
    return columns[column].words[lang == LANG_EN];
}

struct reading {
    struct invoice_sheet *out;
    struct bank_sheet sheet;
};

/* Below nothing it is in red. */
static bool amount_read(struct reading *reading, int64_t number, const char *text, int64_t *ret_fen)
{
    const bool red = text[0] == '-';

    if (!bank_cell_amount(&reading->sheet, number, INVOICE_RESULT_AMOUNT, text + red, ret_fen))
        return false;
    if (red)
        *ret_fen = -*ret_fen;
    return true;
}

static void row_take(void *arg, int64_t number, const char *const *cells)
{
    struct reading *reading = arg;
    struct invoice_sheet *s = reading->out;
    const char *day = cells[INVOICE_RESULT_DAY];
    int64_t fen = 0;

    if (day[0])
        day = bank_cell_day(&reading->sheet, number, INVOICE_RESULT_DAY, day);
    if (!amount_read(reading, number, cells[INVOICE_RESULT_AMOUNT], &fen) || !day)
        return;
    s->rows[s->n++] = (struct invoice_result){.row = number,
                                              .request = cells[INVOICE_RESULT_REQUEST],
                                              .number = cells[INVOICE_RESULT_NUMBER],
                                              .day = day,
                                              .amount_fen = fen,
                                              .buyer = cells[INVOICE_RESULT_BUYER],
                                              .refused = cells[INVOICE_RESULT_REFUSED]};
}

static void word_add(struct bank_column *column, const char *word)
{
    for (size_t i = 0; word && i < BANK_WORDS_MAX; i++)
        if (!column->words[i]) {
            column->words[i] = word;
            return;
        }
}

int invoice_sheet_read(const char *path, const char *file_name, const struct invoice_heads *heads,
                       struct fault *f, struct invoice_sheet **ret_sheet)
{
    struct invoice_sheet *s = calloc(1, sizeof(*s));
    struct bank_column known[INVOICE_RESULT_COLUMNS];
    struct reading reading = {.out = s,
                              .sheet = {.columns = known,
                                        .n_columns = INVOICE_RESULT_COLUMNS,
                                        .rows_max = INVOICE_ROWS_MAX,
                                        .row = row_take,
                                        .arg = &reading,
                                        .fault = f}};
    int r;

    if (!s)
        return -ENOMEM;
    memcpy(known, columns, sizeof(known));
    for (int i = 0; i < INVOICE_RESULT_COLUMNS; i++)
        word_add(&known[i], heads->result[i]);
    reading.sheet.texts = &s->texts;
    r = bank_sheet_read(&reading.sheet, path, file_name);
    s->seen = reading.sheet.seen;
    s->wrong = reading.sheet.wrong;
    *ret_sheet = r < 0 ? invoice_sheet_free(s) : s;
    return r;
}

struct invoice_sheet *invoice_sheet_free(struct invoice_sheet *s)
{
    if (s)
        pool_free(&s->texts);
    free(s);
    return NULL;
}

/* ---- a vendor's words ---- */

static int code_find(const char *const *codes, const char *code)
{
    for (int i = 0; codes[i]; i++)
        if (strcmp(codes[i], code) == 0)
            return i;
    return -1;
}

static int head_take(void *arg, const struct invoice_head *head)
{
    struct invoice_heads *heads = arg;
    const bool out = strcmp(head->sheet, "request") == 0;
    const int i = code_find(out ? invoice_field_codes : invoice_column_codes, head->field);
    const char *text = pool_text(&heads->texts, head->head);

    if (!text)
        return -ENOMEM;
    if (i >= 0)
        *(out ? &heads->request[i] : &heads->result[i]) = text;
    return 0;
}

int invoice_heads_read(struct tx *tx, int64_t mapping_id, struct invoice_heads *ret_heads)
{
    *ret_heads = (struct invoice_heads){.texts = {0}};
    return mapping_id ? invoice_head_each(tx, mapping_id, head_take, ret_heads) : 0;
}
