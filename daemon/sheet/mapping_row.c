/* mapping_row.c - one row of cells becomes one struct unit_row and a list of problems. */
#include "daemon/nfc.h"
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/floor.h"
#include "daemon/sheet/mapping.h"
#include "daemon/sheet/sheet_impl.h"
#include "daemon/sheet/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/unit_class.h"

struct reader {
    const struct mapping *mapping;
    const struct sheet_row *row;
    const struct mapping_unknown *unknown;
    struct row_problems *problems;
    bool class_open; /* its word is unknown and nothing is decided: what it owes is not asked yet */
};

static struct row_problem *problem(struct reader *r, enum row_problem_class class,
                                   enum unit_field field, const char *value, size_t len)
{
    struct row_problem *p;

    if (r->problems->n == ROW_PROBLEMS_MAX) /* more than a row has fields: cannot be reached */
        return &r->problems->items[ROW_PROBLEMS_MAX - 1];
    p = &r->problems->items[r->problems->n++];
    p->class = class;
    p->field = field;
    p->number = p->other = 0;
    text_copy(p->value, sizeof(p->value), value, len);
    return p;
}

/* The cell of @field; an empty one when the list has none. */
static struct sheet_cell cell_of(const struct reader *r, enum unit_field field)
{
    int column = r->mapping->columns[field].column;

    if (column < 0 || (size_t)column >= r->row->n_cells)
        return (struct sheet_cell){.text = ""};
    return r->row->cells[column];
}

/* Bytes of the white space at @p, 0 if it is none. */
static size_t space_len(const char *p, size_t left)
{
    if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
        return 1;
    if (left >= 2 && memcmp(p, "\xC2\xA0", 2) == 0)
        return 2;
    return left >= 3 && memcmp(p, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

/* Control characters, and those that reorder or hide text: a name must be what it looks like. */
static bool is_forbidden(const unsigned char *p, size_t n)
{
    if (n == 1)
        return p[0] < 0x20 || p[0] == 0x7F;
    if (n == 2)
        return p[0] == 0xC2 && p[1] < 0xA0;
    if (n == 3 && p[0] == 0xE2 && p[1] == 0x80)
        return (p[2] >= 0x8B && p[2] <= 0x8F) || (p[2] >= 0xA8 && p[2] <= 0xAE);
    if (n == 3 && p[0] == 0xE2 && p[1] == 0x81)
        return p[2] >= 0xA0 && p[2] <= 0xAF;
    if (n == 3 && p[0] == 0xEF)
        return (p[1] == 0xBB && p[2] == 0xBF) || (p[1] == 0xBF && p[2] >= 0xB9);
    return false;
}

/* Copies text trimmed, with single blanks, without what is forbidden. Sets *@forbidden, *@cut. */
static void text_clean(const char *text, size_t len, char *out, size_t size, bool *forbidden,
                       bool *cut)
{
    size_t used = 0, i = 0;
    bool gap = false;

    if (len >= 2 && text[0] == '\'' &&
        (text[1] == '=' || text[1] == '+' || text[1] == '-' || text[1] == '@'))
        i = 1; /* the guard our exports put before what looks like a formula */
    while (i < len) {
        const bool plain = text[i] > ' ' && text[i] < 0x7F;
        size_t n = plain ? 0 : space_len(text + i, len - i);

        if (n > 0) {
            gap = used > 0;
            i += n;
            continue;
        }
        n = plain ? 1 : utf8_step((const unsigned char *)text + i, len - i);
        if (n == 0 || (!plain && is_forbidden((const unsigned char *)text + i, n))) {
            *forbidden = true;
            i += n ? n : 1;
            continue;
        }
        if (used + gap + n >= size) {
            *cut = true;
            break;
        }
        if (gap)
            out[used++] = ' ';
        gap = false;
        memcpy(out + used, text + i, n);
        used += n;
        i += n;
    }
    out[used] = '\0';
}

/* Whether the cell has a text to read; one without says why in the problems. */
static bool cell_readable(struct reader *r, enum unit_field field, const struct sheet_cell *cell)
{
    if (cell->kind == SHEET_CELL_FORMULA_EMPTY || cell->kind == SHEET_CELL_ERROR) {
        problem(r, PROBLEM_FORMULA, field, cell->text, cell->len);
        return false;
    }
    return cell->len > 0;
}

static void read_text(struct reader *r, enum unit_field field, char *out, size_t size)
{
    struct sheet_cell cell = cell_of(r, field);
    bool forbidden = false, cut = false;
    char *made;

    out[0] = '\0';
    if (!cell_readable(r, field, &cell))
        return;
    if (cell.kind == SHEET_CELL_DATE)
        problem(r, PROBLEM_DATE, field, cell.text, cell.len);
    text_clean(cell.text, cell.len, out, size, &forbidden, &cut);
    made = nfc_of(out, strlen(out));
    if (made) /* again, for the rare text that NFC makes longer */
        text_clean(made, strlen(made), out, size, &forbidden, &cut);
    free(made);
    if (forbidden)
        problem(r, PROBLEM_TEXT, field, out, strlen(out));
    if (cut)
        problem(r, PROBLEM_TEXT_LONG, field, out, strlen(out));
}

/* Zero counts as not given: lists fill what they do not know with 0.00. */
static int64_t read_number(struct reader *r, enum unit_field field, enum decimal_kind kind,
                           int64_t max)
{
    struct sheet_cell cell = cell_of(r, field);
    int64_t value = 0;
    bool rounded = false;
    int rc;

    if (!cell_readable(r, field, &cell))
        return UNIT_NONE;
    rc = decimal_parse(cell.text, cell.len, kind, r->mapping->columns[field].power10, &value,
                       &rounded);
    if (rc == 0 || (rc > 0 && value == 0 && !rounded))
        return UNIT_NONE;
    if (rc == -ERANGE || (rc > 0 && (value < 0 || value > max))) {
        problem(r, PROBLEM_NUMBER_RANGE, field, cell.text, cell.len);
        return UNIT_NONE;
    }
    if (rc < 0) {
        problem(r, PROBLEM_NUMBER, field, cell.text, cell.len);
        return UNIT_NONE;
    }
    if (rounded)
        problem(r, PROBLEM_ROUNDED, field, cell.text, cell.len);
    return value > 0 ? value : UNIT_NONE;
}

static const char *word_code(const struct mapping_words *words, const char *word)
{
    char folded[96], other[96];
    size_t n;

    for (size_t i = 0; i < words->n; i++) /* nearly always as it is written */
        if (strcmp(words->words[i].word, word) == 0)
            return words->words[i].code;
    n = words_fold(word, strlen(word), folded, sizeof(folded));
    for (size_t i = 0; i < words->n; i++) {
        size_t m =
            words_fold(words->words[i].word, strlen(words->words[i].word), other, sizeof(other));

        if (n == m && memcmp(folded, other, n) == 0)
            return words->words[i].code;
    }
    return NULL;
}

static void read_words(struct reader *r, struct unit_row *u)
{
    const struct mapping *m = r->mapping;
    const char *code;

    if (m->columns[FIELD_STATUS].column < 0) {
        u->state = m->default_state;
    } else {
        code = word_code(&m->status, u->status_word);
        u->state = code ? code[0] : r->unknown->state;
        if (!code)
            problem(r, PROBLEM_STATUS_UNKNOWN, FIELD_STATUS, u->status_word,
                    strlen(u->status_word));
    }
    if (m->columns[FIELD_CLASS].column < 0) {
        snprintf(u->class_code, sizeof(u->class_code), "%s", m->default_class);
        return;
    }
    code = word_code(&m->classes, u->class_word);
    if (code)
        snprintf(u->class_code, sizeof(u->class_code), "%s", code);
    else
        problem(r, PROBLEM_CLASS_UNKNOWN, FIELD_CLASS, u->class_word, strlen(u->class_word));
    if (!code && r->unknown->class_code)
        snprintf(u->class_code, sizeof(u->class_code), "%s", r->unknown->class_code);
    r->class_open = !code && !r->unknown->class_code;
}

static void read_floor(struct reader *r, struct unit_row *u)
{
    struct floor_label label;
    int floor;

    if (u->floor[0] == '\0') {
        if (floor_from_room(u->room, strlen(u->room), &floor))
            problem(r, PROBLEM_FLOOR_FROM_ROOM, FIELD_FLOOR, u->room, strlen(u->room))->number =
                floor;
        else
            problem(r, PROBLEM_FLOOR_MISSING, FIELD_FLOOR, u->room, strlen(u->room));
        return;
    }
    floor_parse(u->floor, strlen(u->floor), &label);
    u->floor_first = label.first;
    u->floor_span = label.span;
    if (label.kind == FLOOR_UNKNOWN)
        problem(r, PROBLEM_FLOOR_UNKNOWN, FIELD_FLOOR, u->floor, strlen(u->floor));
}

int64_t price_product(int64_t area, int64_t unit_price)
{
    return (area * unit_price + 50) / 100;
}

static void read_areas(struct reader *r, struct unit_row *u)
{
    u->gross = read_number(r, FIELD_GROSS, DECIMAL_AREA, MAPPING_AREA_MAX);
    u->inner = read_number(r, FIELD_INNER, DECIMAL_AREA, MAPPING_AREA_MAX);
    u->shared = read_number(r, FIELD_SHARED, DECIMAL_AREA, MAPPING_AREA_MAX);
    if (u->gross == UNIT_NONE) {
        if (!r->class_open && unit_class_owes_area(u->class_code))
            problem(r, PROBLEM_AREA_MISSING, FIELD_GROSS, "", 0);
        return;
    }
    if (u->inner > u->gross)
        problem(r, PROBLEM_AREA_ORDER, FIELD_INNER, "", 0);
    else if (u->inner != UNIT_NONE && u->shared != UNIT_NONE && u->inner + u->shared != u->gross)
        problem(r, PROBLEM_AREA_SUM, FIELD_SHARED, "", 0);
}

static void check_total(struct reader *r, struct unit_row *u, int64_t product)
{
    int64_t difference = u->total > product ? u->total - product : product - u->total;
    struct row_problem *p;

    if (difference <= r->mapping->tolerance_fen ||
        difference <= u->total * r->mapping->tolerance_permille / 1000)
        return;
    p = problem(r, PROBLEM_TOTAL_DIFFERS, FIELD_TOTAL, "", 0);
    p->number = u->total;
    p->other = product;
}

/* The total of the list is the authority. Only a list without one gets it from the unit price; what
 * is sold by the piece has none, whatever its column says. */
static void read_prices(struct reader *r, struct unit_row *u)
{
    const struct class_info *class = unit_class_info(u->class_code);
    int64_t area = r->mapping->basis == BASIS_INNER ? u->inner : u->gross, product = UNIT_NONE;

    u->unit_price = read_number(r, FIELD_UNIT_PRICE, DECIMAL_MONEY, MAPPING_UNIT_PRICE_MAX);
    u->total = read_number(r, FIELD_TOTAL, DECIMAL_MONEY, MAPPING_TOTAL_MAX);
    u->filed_total = read_number(r, FIELD_FILED_TOTAL, DECIMAL_MONEY, MAPPING_TOTAL_MAX);
    u->deal_total = read_number(r, FIELD_DEAL_TOTAL, DECIMAL_MONEY, MAPPING_TOTAL_MAX);
    if (r->class_open)
        return;
    if (class && class->by_piece)
        u->unit_price = UNIT_NONE;
    if (area != UNIT_NONE && u->unit_price != UNIT_NONE)
        product = price_product(area, u->unit_price);
    if (u->total != UNIT_NONE && product != UNIT_NONE) {
        check_total(r, u, product);
    } else if (u->total == UNIT_NONE && product > MAPPING_TOTAL_MAX) {
        problem(r, PROBLEM_NUMBER_RANGE, FIELD_TOTAL, "", 0);
    } else if (u->total == UNIT_NONE && product != UNIT_NONE) {
        u->total = product;
        u->flags |= UNIT_TOTAL_DERIVED;
    } else if (u->total == UNIT_NONE && u->state != 'N') {
        problem(r, PROBLEM_PRICE_MISSING, FIELD_TOTAL, "", 0);
    }
}

/* Shafts, refuge floors, the roof: looked for where lists write them. */
static bool not_for_sale(struct reader *r, const struct unit_row *u)
{
    const struct {
        const char *text;
        size_t len;
        enum unit_field field;
    } places[] = {{u->room, strlen(u->room), FIELD_ROOM},
                  {u->class_word, strlen(u->class_word), FIELD_CLASS},
                  {u->floor, strlen(u->floor), FIELD_FLOOR},
                  {u->layout, strlen(u->layout), FIELD_LAYOUT}};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (words_not_for_sale(places[i].text, places[i].len)) {
            problem(r, PROBLEM_NOT_FOR_SALE, places[i].field, places[i].text, places[i].len);
            return true;
        }
    return false;
}

static void read_places(struct reader *r, struct unit_row *u)
{
    const struct mapping *m = r->mapping;

    read_text(r, FIELD_PROJECT, u->project, sizeof(u->project));
    if (u->project[0] == '\0')
        snprintf(u->project, sizeof(u->project), "%s", m->project);
    read_text(r, FIELD_BUILDING, u->building, sizeof(u->building));
    if (m->columns[FIELD_BUILDING].column < 0)
        snprintf(u->building, sizeof(u->building), "%s", m->building);
    read_text(r, FIELD_STAIR, u->stair, sizeof(u->stair));
    read_text(r, FIELD_FLOOR, u->floor, sizeof(u->floor));
    read_text(r, FIELD_ROOM, u->room, sizeof(u->room));
    read_text(r, FIELD_LAYOUT, u->layout, sizeof(u->layout));
    read_text(r, FIELD_ORIENTATION, u->orientation, sizeof(u->orientation));
    read_text(r, FIELD_STATUS, u->status_word, sizeof(u->status_word));
    read_text(r, FIELD_CLASS, u->class_word, sizeof(u->class_word));
}

static bool project_wanted(const struct mapping *m, const char *project)
{
    for (size_t i = 0; i < m->n_projects; i++)
        if (strcmp(project, m->projects[i]) == 0)
            return true;
    return m->n_projects == 0;
}

void mapping_row(const struct mapping *m, const struct sheet_row *row,
                 const struct mapping_unknown *unknown, struct unit_row *ret,
                 struct row_problems *ret_problems)
{
    struct reader r = {.mapping = m, .row = row, .unknown = unknown, .problems = ret_problems};

    memset(ret, 0, sizeof(*ret));
    ret_problems->n = 0;
    ret->row = row->number;
    ret->gross = ret->inner = ret->shared = ret->floor_height = UNIT_NONE;
    ret->unit_price = ret->total = ret->filed_total = ret->deal_total = UNIT_NONE;
    read_places(&r, ret);
    if (!project_wanted(m, ret->project)) {
        ret_problems->n = 0;
        problem(&r, PROBLEM_PROJECT, FIELD_PROJECT, ret->project, strlen(ret->project));
        return;
    }
    if (not_for_sale(&r, ret)) {
        const struct row_problem *p = &ret_problems->items[ret_problems->n - 1];

        memcpy(ret->reason, p->value, sizeof(ret->reason));
        ret->state = 'N';
        if (ret->room[0] == '\0')
            problem(&r, PROBLEM_ROOM_MISSING, FIELD_ROOM, "", 0);
        return;
    }
    if (ret->room[0] == '\0')
        problem(&r, PROBLEM_ROOM_MISSING, FIELD_ROOM, "", 0);
    read_words(&r, ret);
    read_floor(&r, ret);
    read_areas(&r, ret);
    read_prices(&r, ret);
    ret->floor_height = read_number(&r, FIELD_FLOOR_HEIGHT, DECIMAL_PLAIN, MAPPING_HEIGHT_MAX);
}

static void key_add(char *out, size_t size, size_t *used, const char *text)
{
    if (*used + 1 >= size)
        return;
    *used += words_fold(text, strlen(text), out + *used, size - 1 - *used);
    if (*used + 1 < size)
        out[(*used)++] = '\x1F';
}

size_t unit_row_key(const struct unit_row *u, char *out, size_t size)
{
    struct floor_label label;
    char floor[40];
    size_t used = 0;

    floor_parse(u->floor, strlen(u->floor), &label);
    if (label.kind == FLOOR_PLAIN && label.span == 1)
        snprintf(floor, sizeof(floor), "%d", label.first);
    else
        snprintf(floor, sizeof(floor), "%s", u->floor);
    key_add(out, size, &used, u->project);
    key_add(out, size, &used, u->building);
    key_add(out, size, &used, u->stair);
    key_add(out, size, &used, floor);
    key_add(out, size, &used, u->room);
    out[used] = '\0';
    return used;
}
