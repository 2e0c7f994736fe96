/* advice_sheet.c - see advice_sheet.h. */
#include "daemon/advice_sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/text.h"
#include "daemon/nfc.h"
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/sheet.h"
#include "db/money.h"

enum { WORDS_MAX = 6, HEAD_ROWS = 10 };

static const struct {
    const char *words[WORDS_MAX]; /* the Chinese and the English one first */
    const char *field;            /* as a refusal calls it */
    size_t chars;                 /* at most */
} columns[ADVICE_COLUMNS] = {
    [ADVICE_CONTRACT] = {{"合同编号", "Contract no.", "合同号", "网签合同号", "买卖合同编号"},
                         "contract",
                         80},
    [ADVICE_AMOUNT] = {{"放款金额（元）", "Amount (yuan)", "放款金额", "金额", "金额（元）",
                        "放款金额(元)"},
                       "amount",
                       40},
    [ADVICE_REFERENCE] = {{"流水号", "Reference", "凭证号", "回单号", "交易流水号"},
                          "reference",
                          64},
    [ADVICE_KIND] = {{"贷款类别", "Loan kind", "贷款种类", "类别"}, "kind", 20},
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

/* ---- texts ---- */

/* What stands in @cell, trimmed and in the one form of texts. 1, 0: no such text; *ret_long: it is
 * too long. */
static int cell_text(struct advice_sheet *s, const struct sheet_cell *cell, size_t most,
                     const char **ret_text, bool *ret_long)
{
    const char *text = cell->text;
    size_t n = cell->len, chars = 0;
    char *made;

    text_trim(&text, &n);
    *ret_long = false;
    if (!text_allowed(text, n, &chars) || cell->kind == SHEET_CELL_ERROR ||
        cell->kind == SHEET_CELL_FORMULA_EMPTY)
        return 0;
    *ret_long = chars > most;
    if (*ret_long)
        return 0;
    made = nfc_of(text, n);
    if (!made)
        made = strndup(text, n);
    *ret_text = made ? pool_text(&s->texts, made) : NULL;
    free(made);
    return *ret_text ? 1 : -ENOMEM;
}

/* ---- the heading ---- */

static bool is_head(int column, const char *text)
{
    for (size_t i = 0; i < WORDS_MAX && columns[column].words[i]; i++)
        if (strcasecmp(columns[column].words[i], text) == 0)
            return true;
    return false;
}

static int head_read(struct advice_sheet *s, const struct sheet_row *row, int at[ADVICE_COLUMNS])
{
    for (int c = 0; c < ADVICE_COLUMNS; c++)
        at[c] = -1;
    for (size_t i = 0; i < row->n_cells; i++) {
        const char *text = "";
        bool too_long;
        int r = cell_text(s, &row->cells[i], SHEET_CELL_MAX, &text, &too_long);

        if (r < 0)
            return r;
        for (int c = 0; c < ADVICE_COLUMNS; c++)
            if (at[c] < 0 && is_head(c, text))
                at[c] = (int)i;
    }
    return at[ADVICE_CONTRACT] >= 0 && at[ADVICE_AMOUNT] >= 0 && at[ADVICE_REFERENCE] >= 0;
}

/* ---- the rows ---- */

static void cell_wrong(struct advice_sheet *s, struct fault *f, enum fault_code code, int64_t row,
                       int column, const char *value)
{
    fault_item(f, code, row, columns[column].field, "field_zh", columns[column].words[0], "field",
               columns[column].words[1], "value", value, NULL);
    s->wrong = true;
}

/* The cells of a row; 0 when one of them is wrong. */
static int cells_read(struct advice_sheet *s, const struct sheet_row *row,
                      const int at[ADVICE_COLUMNS], struct fault *f,
                      const char *texts[ADVICE_COLUMNS])
{
    int good = 1;

    for (int c = 0; c < ADVICE_COLUMNS; c++) {
        bool too_long = false;
        int r = 1;

        texts[c] = "";
        if (at[c] >= 0 && (size_t)at[c] < row->n_cells)
            r = cell_text(s, &row->cells[at[c]], columns[c].chars, &texts[c], &too_long);
        if (r < 0)
            return r;
        if (r == 0 || (c != ADVICE_KIND && !texts[c][0])) {
            cell_wrong(s, f,
                       r          ? FAULT_ROW_CELL_EMPTY
                       : too_long ? FAULT_ROW_TEXT_LONG
                                  : FAULT_ROW_TEXT,
                       row->number, c, "");
            good = 0;
        }
    }
    return good;
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

static bool amount_read(struct advice_sheet *s, struct fault *f, int64_t row, const char *text,
                        int64_t *ret_fen)
{
    bool rounded = false;
    int r = decimal_parse(text, strlen(text), DECIMAL_MONEY, 0, ret_fen, &rounded);

    if (r == 1 && !rounded && *ret_fen > 0 && *ret_fen <= MONEY_MAX_FEN)
        return true;
    cell_wrong(s, f,
               r == 1 && rounded        ? FAULT_ROW_ROUNDED
               : r == 1 || r == -ERANGE ? FAULT_ROW_NUMBER_RANGE
                                        : FAULT_ROW_NUMBER,
               row, ADVICE_AMOUNT, text);
    return false;
}

static int row_take(struct advice_sheet *s, const struct sheet_row *row,
                    const int at[ADVICE_COLUMNS], struct fault *f)
{
    const char *texts[ADVICE_COLUMNS], *kind;
    int64_t fen = 0;
    int r = cells_read(s, row, at, f, texts);

    if (r <= 0)
        return r;
    kind = kind_of(texts[ADVICE_KIND]);
    if (!kind)
        cell_wrong(s, f, FAULT_ROW_VALUE_UNKNOWN, row->number, ADVICE_KIND, texts[ADVICE_KIND]);
    if (!amount_read(s, f, row->number, texts[ADVICE_AMOUNT], &fen) || !kind)
        return 0;
    s->rows[s->n++] = (struct advice_row){.row = row->number,
                                          .contract = texts[ADVICE_CONTRACT],
                                          .reference = texts[ADVICE_REFERENCE],
                                          .kind = kind,
                                          .amount_fen = fen};
    return 0;
}

static int rows_read(struct advice_sheet *s, struct sheet *sheet, struct fault *f)
{
    int at[ADVICE_COLUMNS], r = 0, seen = 0;
    struct sheet_row row;
    bool headed = false;
    char most[16];

    snprintf(most, sizeof(most), "%d", ADVICE_ROWS_MAX);
    while (r >= 0 && (r = sheet_next_row(sheet, f, &row)) == 1) {
        if (headed) {
            if (s->seen++ == ADVICE_ROWS_MAX)
                return fault_set(f, FAULT_SHEET_LIMIT, "limit", most, "what_zh", "行", "what",
                                 "rows", NULL);
            r = row_take(s, &row, at, f);
        } else if (seen++ < HEAD_ROWS) {
            r = head_read(s, &row, at);
            headed = r == 1;
        }
    }
    if (r >= 0 && !headed)
        return fault_set(f, FAULT_IMPORT_MAPPING, "reason",
                         "合同编号 / 放款金额 / 流水号 (Contract no. / Amount / Reference)", NULL);
    return r;
}

int advice_sheet_read(const char *path, const char *file_name, struct fault *f,
                      struct advice_sheet **ret_sheet)
{
    struct advice_sheet *s = calloc(1, sizeof(*s));
    struct sheet *sheet = NULL;
    int r = s ? sheet_open(path, file_name, f, &sheet) : -ENOMEM;

    if (r == 0)
        r = rows_read(s, sheet, f);
    sheet_close(sheet);
    *ret_sheet = r < 0 ? advice_sheet_free(s) : s;
    return r < 0 ? r : 0;
}

struct advice_sheet *advice_sheet_free(struct advice_sheet *s)
{
    if (s)
        pool_free(&s->texts);
    free(s);
    return NULL;
}
