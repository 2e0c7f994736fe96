/* customer_sheet.c - see customer_sheet.h. */
#include "daemon/customer_sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/text.h"
#include "daemon/nfc.h"
#include "daemon/sheet/sheet.h"

enum { WORDS_MAX = 6, HEAD_ROWS = 10, CELL_CHARS = 60, BLOCK = 65536 };

static const struct {
    const char *words[WORDS_MAX]; /* the Chinese and the English one first */
    const char *field;            /* as a refusal calls it */
} columns[CUSTOMER_COLUMNS] = {
    [CUSTOMER_COLUMN_NAME] = {{"姓名", "Name", "客户姓名", "客户名称", "名称"}, "name"},
    [CUSTOMER_COLUMN_KIND] = {{"类别", "Kind", "客户类别", "客户类型"}, "kind"},
    [CUSTOMER_COLUMN_PHONE] = {{"电话", "Phone", "手机", "手机号", "联系电话", "手机号码"},
                               "phone"},
    [CUSTOMER_COLUMN_PHONE2] = {{"备用电话", "Phone 2", "电话2", "手机2"}, "phone2"},
    [CUSTOMER_COLUMN_DOCUMENT_KIND] = {{"证件类别", "Document kind", "证件类型"}, "document_kind"},
    [CUSTOMER_COLUMN_DOCUMENT] = {{"证件号码", "Document no.", "证件号", "身份证号"}, "document"},
    [CUSTOMER_COLUMN_SOURCE] = {{"来源", "Source", "客户来源"}, "source"},
    [CUSTOMER_COLUMN_NOTICE] = {{"告知版本", "Notice", "隐私告知"}, "notice"},
};

static const char *const person_words[] = {"个人", "Person", "person", "自然人", NULL};
static const char *const company_words[] = {"单位", "Company", "company", "公司", "企业", NULL};
static const char *const document_words[CONTACT_KINDS][4] = {
    [CONTACT_ID_CARD] = {"身份证", "ID card", "居民身份证"},
    [CONTACT_PASSPORT] = {"护照", "Passport"},
    [CONTACT_TRAVEL_PERMIT] = {"港澳台通行证", "Travel permit", "通行证"},
    [CONTACT_RESIDENCE_PERMIT] = {"外国人永久居留证", "Residence permit"},
    [CONTACT_LICENCE] = {"统一社会信用代码", "Licence", "营业执照"},
};

const char *customer_column_head(enum customer_column column, enum lang lang)
{
    return columns[column].words[lang == LANG_EN];
}

const char *customer_kind_word(const char *kind, enum lang lang)
{
    return (strcmp(kind, "company") == 0 ? company_words : person_words)[lang == LANG_EN];
}

const char *customer_document_word(enum contact_kind kind, enum lang lang)
{
    return document_words[kind][lang == LANG_EN] ? document_words[kind][lang == LANG_EN] : "";
}

static bool is_word(const char *const *words, size_t n, const char *text)
{
    for (size_t i = 0; i < n && words[i]; i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

/* ---- texts ---- */

struct text_block {
    struct text_block *next;
    size_t used;
    char text[BLOCK];
};

static const char *text_keep(struct customer_sheet *s, const char *text, size_t n)
{
    struct text_block *block = s->texts;
    char *kept;

    if (n + 1 > BLOCK)
        return NULL;
    if (!block || block->used + n + 1 > BLOCK) {
        block = malloc(sizeof(*block));
        if (!block)
            return NULL;
        block->used = 0;
        block->next = s->texts;
        s->texts = block;
    }
    kept = block->text + block->used;
    memcpy(kept, text, n);
    kept[n] = '\0';
    block->used += n + 1;
    return kept;
}

/* What stands in @cell, trimmed and in the one form of texts. 1, 0: no such text; *ret_long: it is
 * too long. */
static int cell_text(struct customer_sheet *s, const struct sheet_cell *cell, const char **ret_text,
                     bool *ret_long)
{
    const char *text = cell->text;
    size_t n = cell->len, chars = 0;
    char *made;

    text_trim(&text, &n);
    *ret_long = false;
    if (!text_allowed(text, n, &chars) || cell->kind == SHEET_CELL_ERROR ||
        cell->kind == SHEET_CELL_FORMULA_EMPTY)
        return 0;
    *ret_long = chars > CELL_CHARS;
    if (*ret_long)
        return 0;
    made = nfc_of(text, n);
    *ret_text = made ? text_keep(s, made, strlen(made)) : text_keep(s, text, n);
    free(made);
    return *ret_text ? 1 : -ENOMEM;
}

/* ---- the heading ---- */

static int head_read(struct customer_sheet *s, const struct sheet_row *row,
                     int at[CUSTOMER_COLUMNS])
{
    for (int c = 0; c < CUSTOMER_COLUMNS; c++)
        at[c] = -1;
    for (size_t i = 0; i < row->n_cells; i++) {
        const char *text = "";
        bool too_long;
        int r = cell_text(s, &row->cells[i], &text, &too_long);

        if (r < 0)
            return r;
        for (int c = 0; c < CUSTOMER_COLUMNS; c++)
            if (at[c] < 0 && is_word(columns[c].words, WORDS_MAX, text))
                at[c] = (int)i;
    }
    return at[CUSTOMER_COLUMN_NAME] >= 0 && at[CUSTOMER_COLUMN_PHONE] >= 0;
}

/* ---- the rows ---- */

static const char *kind_of(const char *text)
{
    if (!text[0] || is_word(person_words, WORDS_MAX, text))
        return "person";
    return is_word(company_words, WORDS_MAX, text) ? "company" : NULL;
}

/* Its code; what it is when nothing is said follows from whose it is. "" when there is none. */
static const char *document_of(const char *text, bool company)
{
    if (!text[0])
        return contact_codes[company ? CONTACT_LICENCE : CONTACT_ID_CARD];
    for (int i = CONTACT_PHONE + 1; i < CONTACT_KINDS; i++)
        if (strcasecmp(contact_codes[i], text) == 0 || is_word(document_words[i], 4, text))
            return contact_codes[i];
    return "";
}

static void cell_wrong(struct customer_sheet *s, struct fault *f, int64_t row, int c, bool too_long)
{
    const char *field = columns[c].field, *zh = columns[c].words[0], *en = columns[c].words[1];

    fault_item(f, too_long ? FAULT_ROW_TEXT_LONG : FAULT_ROW_TEXT, row, field, "field_zh", zh,
               "field", en, NULL);
    s->wrong = true;
}

/* The cells of a row; 0 when one of them is wrong. */
static int cells_read(struct customer_sheet *s, const struct sheet_row *row,
                      const int at[CUSTOMER_COLUMNS], struct fault *f,
                      const char *texts[CUSTOMER_COLUMNS])
{
    int good = 1;

    for (int c = 0; c < CUSTOMER_COLUMNS; c++) {
        bool too_long = false;
        int r = 1;

        texts[c] = "";
        if (at[c] >= 0 && (size_t)at[c] < row->n_cells)
            r = cell_text(s, &row->cells[at[c]], &texts[c], &too_long);
        if (r < 0)
            return r;
        if (r == 0) {
            cell_wrong(s, f, row->number, c, too_long);
            good = 0;
        }
    }
    return good;
}

static int row_take(struct customer_sheet *s, const struct sheet_row *row,
                    const int at[CUSTOMER_COLUMNS], struct fault *f)
{
    const char *texts[CUSTOMER_COLUMNS], *kind;
    int r = cells_read(s, row, at, f, texts);

    if (r <= 0)
        return r;
    kind = kind_of(texts[CUSTOMER_COLUMN_KIND]);
    if (!kind) {
        fault_item(f, FAULT_ROW_VALUE_UNKNOWN, row->number, "kind", "value",
                   texts[CUSTOMER_COLUMN_KIND], NULL);
        s->wrong = true;
        return 0;
    }
    if (s->n == s->room) {
        const size_t room = s->room ? s->room * 2 : 256;
        void *grown = realloc(s->rows, room * sizeof(*s->rows));

        if (!grown)
            return -ENOMEM;
        s->rows = grown;
        s->room = room;
    }
    s->rows[s->n++] = (struct customer_import_row){
        .row = row->number,
        .kind = kind,
        .name = texts[CUSTOMER_COLUMN_NAME],
        .phones = {texts[CUSTOMER_COLUMN_PHONE], texts[CUSTOMER_COLUMN_PHONE2]},
        .document_kind =
            document_of(texts[CUSTOMER_COLUMN_DOCUMENT_KIND], strcmp(kind, "company") == 0),
        .document = texts[CUSTOMER_COLUMN_DOCUMENT],
        .source = texts[CUSTOMER_COLUMN_SOURCE],
        .notice = texts[CUSTOMER_COLUMN_NOTICE]};
    return 0;
}

static int rows_read(struct customer_sheet *s, struct sheet *sheet, struct fault *f)
{
    int at[CUSTOMER_COLUMNS], r = 0, seen = 0;
    struct sheet_row row;
    bool headed = false;

    while (r >= 0 && (r = sheet_next_row(sheet, f, &row)) == 1) {
        if (headed) {
            if (s->n >= CUSTOMER_IMPORT_MAX)
                return fault_set(f, FAULT_SHEET_LIMIT, "limit", "20000", "what_zh", "行", "what",
                                 "rows", NULL);
            r = row_take(s, &row, at, f);
        } else if (seen++ < HEAD_ROWS) {
            r = head_read(s, &row, at);
            headed = r == 1;
        }
    }
    if (r >= 0 && !headed)
        return fault_set(f, FAULT_IMPORT_MAPPING, "reason", "姓名 / 电话 (Name / Phone)", NULL);
    return r;
}

int customer_sheet_read(const char *path, const char *file_name, struct fault *f,
                        struct customer_sheet *ret_sheet)
{
    struct customer_sheet s = {.rows = NULL};
    struct sheet *sheet = NULL;
    int r = sheet_open(path, file_name, f, &sheet);

    if (r == 0)
        r = rows_read(&s, sheet, f);
    sheet_close(sheet);
    if (r < 0) {
        customer_sheet_free(&s);
        return r;
    }
    *ret_sheet = s;
    return 0;
}

void customer_sheet_free(struct customer_sheet *s)
{
    while (s->texts) {
        struct text_block *next = s->texts->next;

        free(s->texts);
        s->texts = next;
    }
    free(s->rows);
    *s = (struct customer_sheet){.rows = NULL};
}
