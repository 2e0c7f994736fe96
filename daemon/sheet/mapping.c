/* mapping.c - proposing, checking and changing a mapping; see mapping.h. Rows: mapping_row.c. */
#include "daemon/sheet/mapping.h"

#include "daemon/sheet/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum fault_code fault;
    bool may_accept;
} classes[PROBLEM_COUNT] = {
    [PROBLEM_ROOM_MISSING] = {"room-missing", FAULT_ROW_ROOM_MISSING, false},
    [PROBLEM_FLOOR_MISSING] = {"floor-missing", FAULT_ROW_FLOOR_MISSING, true},
    [PROBLEM_FLOOR_FROM_ROOM] = {"floor-from-room", FAULT_ROW_FLOOR_FROM_ROOM, true},
    [PROBLEM_FLOOR_UNKNOWN] = {"floor-unknown", FAULT_ROW_FLOOR_UNKNOWN, true},
    [PROBLEM_NUMBER] = {"number", FAULT_ROW_NUMBER, true},
    [PROBLEM_NUMBER_RANGE] = {"number-range", FAULT_ROW_NUMBER_RANGE, true},
    [PROBLEM_ROUNDED] = {"rounded", FAULT_ROW_ROUNDED, true},
    [PROBLEM_STATUS_UNKNOWN] = {"status-unknown", FAULT_ROW_STATUS_UNKNOWN, true},
    [PROBLEM_CLASS_UNKNOWN] = {"class-unknown", FAULT_ROW_CLASS_UNKNOWN, true},
    [PROBLEM_PRICE_MISSING] = {"price-missing", FAULT_ROW_PRICE_MISSING, true},
    [PROBLEM_AREA_MISSING] = {"area-missing", FAULT_ROW_AREA_MISSING, true},
    [PROBLEM_AREA_ORDER] = {"area-order", FAULT_ROW_AREA_ORDER, true},
    [PROBLEM_AREA_SUM] = {"area-sum", FAULT_ROW_AREA_SUM, true},
    [PROBLEM_TOTAL_DIFFERS] = {"total-differs", FAULT_ROW_TOTAL_DIFFERS, true},
    [PROBLEM_DEAL_UNSOLD] = {"deal-unsold", FAULT_ROW_DEAL_UNSOLD, true},
    [PROBLEM_NOT_FOR_SALE] = {"not-for-sale", FAULT_ROW_NOT_FOR_SALE, true},
    [PROBLEM_FORMULA] = {"formula", FAULT_ROW_FORMULA, true},
    [PROBLEM_DATE] = {"date", FAULT_ROW_DATE, true},
    [PROBLEM_TEXT] = {"text", FAULT_ROW_TEXT, true},
    [PROBLEM_TEXT_LONG] = {"text-long", FAULT_ROW_TEXT_LONG, true},
    [PROBLEM_PROJECT] = {"project", FAULT_ROW_PROJECT, false},
    [PROBLEM_DUPLICATE] = {"duplicate", FAULT_ROW_DUPLICATE, false},
};

const char *problem_name(enum row_problem_class class)
{
    return classes[class].name;
}

enum row_problem_class problem_of(const char *name)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (strcmp(name, classes[i].name) == 0)
            return (enum row_problem_class)i;
    return PROBLEM_COUNT;
}

void problem_item(const struct row_problem *p, int64_t row, struct fault *f)
{
    char total[24], product[24], other[24], floor[24];

    snprintf(total, sizeof(total), "%" PRId64 ".%02d", p->number / 100, (int)(p->number % 100));
    snprintf(product, sizeof(product), "%" PRId64 ".%02d", p->other / 100, (int)(p->other % 100));
    snprintf(other, sizeof(other), "%" PRId64, p->other);
    snprintf(floor, sizeof(floor), "%" PRId64, p->number);
    fault_item(f, classes[p->class].fault, row, unit_field_name(p->field), "field",
               unit_field_label(p->field, LANG_EN), "field_zh", unit_field_label(p->field, LANG_ZH),
               "value", p->value, "total", total, "product", product, "other", other, "floor",
               floor, NULL);
}

bool problem_may_accept(enum row_problem_class class)
{
    return classes[class].may_accept;
}

void mapping_init(struct mapping *ret)
{
    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < FIELD_COUNT; i++)
        ret->columns[i].column = -1;
    ret->default_state = 'U';
    /* One yuan for totals in whole yuan, one in a thousand for unit prices rounded to the yuan. */
    ret->tolerance_fen = 100;
    ret->tolerance_permille = 1;
}

int mapping_from_header(const struct sheet_row *row, struct mapping *m)
{
    int found = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++)
        m->columns[i] = (struct mapping_column){.column = -1};
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct sheet_cell *cell = &row->cells[i];
        unsigned power10;
        enum unit_field field;

        if (cell->kind != SHEET_CELL_TEXT || cell->len > 128)
            continue;
        field = words_header(cell->text, cell->len, &power10);
        if (field == FIELD_NONE || m->columns[field].column >= 0)
            continue;
        m->columns[field] = (struct mapping_column){.column = (int)i, .power10 = power10};
        found++;
    }
    m->header_row = row->number;
    return found;
}

int mapping_detect(struct sheet *s, struct fault *f, struct mapping *ret)
{
    struct mapping best, m;
    struct sheet_row row;
    int best_found = 1; /* one known word does not make a heading */
    int r;

    r = sheet_select(s, sheet_current(s), f);
    if (r < 0)
        return r;
    mapping_init(&best);
    best.sheet = sheet_current(s);
    m = best;
    for (int i = 0; i < MAPPING_HEADER_ROWS && (r = sheet_next_row(s, f, &row)) > 0; i++) {
        int found = mapping_from_header(&row, &m);

        if (found > best_found) {
            best = m;
            best_found = found;
        }
    }
    if (r < 0)
        return r;
    r = sheet_select(s, sheet_current(s), f);
    if (r < 0)
        return r;
    *ret = best;
    return best_found > 1 ? best_found : 0;
}

static int refuse(struct fault *f, const char *reason)
{
    return fault_set(f, FAULT_IMPORT_MAPPING, "reason", reason, NULL);
}

static bool same_word(const char *a, const char *b)
{
    char fa[64], fb[64];
    size_t na = words_fold(a, strlen(a), fa, sizeof(fa));
    size_t nb = words_fold(b, strlen(b), fb, sizeof(fb));

    return na == nb && memcmp(fa, fb, na) == 0;
}

static int set_word(struct mapping_words *words, const char *word, const char *code,
                    struct fault *f)
{
    size_t i;

    if (strlen(word) >= sizeof(words->words[0].word) ||
        strlen(code) >= sizeof(words->words[0].code))
        return refuse(f, word);
    for (i = 0; i < words->n; i++)
        if (same_word(words->words[i].word, word))
            break;
    if (code[0] == '\0') {
        if (i < words->n)
            words->words[i] = words->words[--words->n];
        return 0;
    }
    if (i == MAPPING_WORDS_MAX)
        return refuse(f, word);
    snprintf(words->words[i].word, sizeof(words->words[i].word), "%s", word);
    snprintf(words->words[i].code, sizeof(words->words[i].code), "%s", code);
    if (i == words->n)
        words->n++;
    return 0;
}

int mapping_set_status(struct mapping *m, const char *word, char state, struct fault *f)
{
    char code[2] = {state, '\0'};

    if (state != '\0' && !strchr("UAKRXBSCFDTN", state))
        return refuse(f, word);
    return set_word(&m->status, word, code, f);
}

int mapping_set_class(struct mapping *m, const char *word, const char *code, struct fault *f)
{
    return set_word(&m->classes, word, code, f);
}

int mapping_check(const struct mapping *m, struct fault *f)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct mapping_column *c = &m->columns[i];

        if (c->column < -1 || c->column >= SHEET_COLUMNS_MAX || c->power10 > 8)
            return refuse(f, unit_field_name((enum unit_field)i));
        for (size_t k = 0; k < i && c->column >= 0; k++)
            if (m->columns[k].column == c->column)
                return refuse(f, unit_field_name((enum unit_field)i));
    }
    if (m->columns[FIELD_ROOM].column < 0)
        return refuse(f, unit_field_name(FIELD_ROOM));
    if (m->columns[FIELD_STATUS].column < 0 &&
        (m->default_state == '\0' || !strchr("UAKRXBSCFDTN", m->default_state)))
        return refuse(f, unit_field_name(FIELD_STATUS));
    if (m->n_projects > MAPPING_PROJECTS_MAX)
        return refuse(f, unit_field_name(FIELD_PROJECT));
    if (m->header_row < 0 || m->tolerance_fen < 0 || m->tolerance_permille < 0 ||
        m->tolerance_permille > 1000)
        return refuse(f, "tolerance");
    return 0;
}
