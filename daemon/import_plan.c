/* import_plan.c - see import_plan.h. */
#include "daemon/import_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/unit_class.h"

/* ---- from JSON ---- */

/* A refusal of one member; the first is enough for a plan, which a screen makes. */
static int bad(struct fault *f, const char *field, const char *reason)
{
    fault_item(f, FAULT_FIELD_CHOICE, 0, field, "field", field, NULL);
    return fault_set(f, FAULT_IMPORT_MAPPING, "reason", reason, NULL);
}

static int64_t number_of(const json_t *object, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

/* The list @name of @object, at most @max; NULL when there is none. */
static int list_of(const json_t *object, const char *name, size_t max, struct fault *f,
                   const json_t **ret_list)
{
    const json_t *list = json_object_get(object, name);

    if (list && !json_is_null(list) && (!json_is_array(list) || json_array_size(list) > max))
        return bad(f, name, name);
    *ret_list = list;
    return 0;
}

/* The units of money the heading names: columns in 万元 are told by their heading alone. */
static int powers_read(struct sheet *s, const struct mapping *m, struct fault *f,
                       struct mapping *ret_heading)
{
    struct sheet_row row;
    int r = sheet_select(s, m->sheet, f);

    mapping_init(ret_heading);
    while (r >= 0 && (r = sheet_next_row(s, f, &row)) == 1 && row.number <= m->header_row)
        if (row.number == m->header_row)
            mapping_from_header(&row, ret_heading);
    return r < 0 ? r : 0;
}

static int columns_read(const json_t *mapping, struct sheet *s, struct fault *f, struct mapping *m)
{
    struct mapping heading;
    const json_t *columns, *column;
    size_t i;
    int r = list_of(mapping, "columns", FIELD_COUNT, f, &columns);

    if (r == 0)
        r = powers_read(s, m, f, &heading);
    if (r < 0)
        return r;
    json_array_foreach(columns, i, column)
    {
        enum unit_field field = unit_field_of(text_of(column, "field"));
        int64_t index = number_of(column, "index", -1);

        if (field == FIELD_NONE || index < 0 || index >= SHEET_COLUMNS_MAX)
            return bad(f, "columns", text_of(column, "field"));
        m->columns[field].column = (int)index;
        if (heading.columns[field].column == (int)index)
            m->columns[field].power10 = heading.columns[field].power10;
    }
    return 0;
}

static int words_read(const json_t *mapping, struct fault *f, struct mapping *m)
{
    const json_t *states, *classes, *word;
    size_t i;
    int r = list_of(mapping, "status_words", MAPPING_WORDS_MAX, f, &states);

    if (r == 0)
        r = list_of(mapping, "class_words", MAPPING_WORDS_MAX, f, &classes);
    if (r < 0)
        return r;
    json_array_foreach(states, i, word)
    {
        const char *code = text_of(word, "code");

        if (r == 0 && code[0])
            r = mapping_set_status(m, text_of(word, "word"), code[0], f);
    }
    json_array_foreach(classes, i, word)
    {
        const char *code = text_of(word, "code");

        if (r == 0 && code[0])
            r = unit_class_info(code) ? mapping_set_class(m, text_of(word, "word"), code, f)
                                      : bad(f, "class_words", code);
    }
    return r;
}

static int block_read(const json_t *matrix, size_t sheet, struct fault *f, struct matrix_block *b)
{
    const json_t *fields, *wan;
    int r = list_of(matrix, "row_fields", MATRIX_SUBS_MAX, f, &fields);
    size_t n = r == 0 ? json_array_size(fields) : 0;

    if (r == 0)
        r = list_of(matrix, "row_wan", MATRIX_SUBS_MAX, f, &wan);
    if (r < 0)
        return r;
    if (!json_is_object(matrix) || n == 0)
        return bad(f, "matrix", "row_fields");
    memset(b, 0, sizeof(*b));
    b->sheet = sheet;
    b->sub_col = -1;
    b->line_row = number_of(matrix, "header_row", 0);
    b->stair_row = number_of(matrix, "stair_row", 0);
    b->first_row = number_of(matrix, "first_row", 0);
    b->last_row = number_of(matrix, "last_row", 0);
    b->floor_col = (int)number_of(matrix, "floor_column", 0);
    b->first_col = (int)number_of(matrix, "first_column", 0);
    b->last_col = (int)number_of(matrix, "last_column", 0);
    b->in_cell = json_is_true(json_object_get(matrix, "in_cell"));
    b->n_sub = n;
    b->room = MATRIX_ROOM_LINE;
    b->building_source = MATRIX_BUILDING_TEXT;
    if (strlen(text_of(matrix, "building")) >= sizeof(b->building))
        return bad(f, "matrix", "building");
    snprintf(b->building, sizeof(b->building), "%s", text_of(matrix, "building"));
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(fields, i));

        b->sub[i] = name && name[0] ? unit_field_of(name) : FIELD_NONE;
        if (name && name[0] && b->sub[i] == FIELD_NONE)
            return bad(f, "matrix", name);
        if (b->sub[i] == FIELD_ROOM)
            b->room = MATRIX_ROOM_CELL;
        b->power10[i] = json_is_true(json_array_get(wan, i)) ? 4 : 0;
    }
    return 0;
}

static int layout_read(const json_t *mapping, size_t sheet, struct fault *f,
                       struct matrix_layout *layout)
{
    const json_t *more, *block;
    size_t i;
    int r = list_of(mapping, "matrix_more", MATRIX_BLOCKS_MAX - 1, f, &more);

    if (r == 0)
        r = block_read(json_object_get(mapping, "matrix"), sheet, f, &layout->blocks[0]);
    if (r < 0)
        return r;
    layout->n = 1 + json_array_size(more);
    json_array_foreach(more, i, block)
    {
        if (r == 0)
            r = block_read(block, sheet, f, &layout->blocks[i + 1]);
    }
    return r;
}

static int decisions_read(const json_t *plan, struct fault *f, struct import_decisions *d)
{
    static const char *const names[] = {"refuse", "skip", "accept"};
    const json_t *list, *one;
    size_t i;
    int r = list_of(plan, "decisions", PROBLEM_COUNT, f, &list);

    if (r < 0)
        return r;
    json_array_foreach(list, i, one)
    {
        const char *value = text_of(one, "value"), *decision = text_of(one, "decision");
        enum row_problem_class class = problem_of(text_of(one, "problem"));
        int action = -1;

        for (int k = 0; k < 3; k++)
            if (strcmp(decision, names[k]) == 0)
                action = k;
        if (class == PROBLEM_COUNT || action < 0)
            return bad(f, "decisions", text_of(one, "problem"));
        d->action[class] = (enum import_decision)action;
        if (class == PROBLEM_FLOOR_MISSING)
            snprintf(d->floor, sizeof(d->floor), "%s", value);
        else if (class == PROBLEM_STATUS_UNKNOWN)
            d->state = value[0];
        else if (class == PROBLEM_CLASS_UNKNOWN)
            snprintf(d->class_code, sizeof(d->class_code), "%s", value);
    }
    return 0;
}

/* The first 80 characters, of up to 4 bytes each: a long file name is remembered by them. */
static void source_read(const char *text, char ret[SOURCE_SIZE])
{
    size_t n = 0;

    for (int characters = 0; text[n]; n++)
        if (((unsigned char)text[n] & 0xC0) != 0x80 && ++characters > SOURCE_CHARS)
            break;
    memcpy(ret, text, n);
    ret[n] = '\0';
}

static int projects_read(const json_t *plan, struct fault *f, struct mapping *m)
{
    const json_t *filter, *one;
    size_t i;
    int r = list_of(plan, "project_filter", MAPPING_PROJECTS_MAX, f, &filter);

    if (r < 0)
        return r;
    json_array_foreach(filter, i, one)
    {
        const char *name = json_string_value(one);

        if (!name || strlen(name) >= sizeof(m->projects[0]))
            return bad(f, "project_filter", name ? name : "project_filter");
        snprintf(m->projects[m->n_projects++], sizeof(m->projects[0]), "%s", name);
    }
    return 0;
}

int import_plan_read(const json_t *plan, struct sheet *s, struct fault *f,
                     struct import_plan *ret_plan)
{
    const json_t *mapping = json_object_get(plan, "mapping");
    struct import_plan *p = ret_plan;
    int r = 0;

    memset(p, 0, sizeof(*p));
    mapping_init(&p->mapping);
    if (!json_is_object(mapping))
        return bad(f, "mapping", "mapping");
    p->matrix = strcmp(text_of(mapping, "form"), "matrix") == 0;
    p->remember = json_is_true(json_object_get(plan, "remember"));
    p->project_from_file = json_is_true(json_object_get(plan, "project_from_file"));
    source_read(text_of(mapping, "source"), p->source);
    p->mapping.sheet = (size_t)number_of(mapping, "sheet", 0);
    p->mapping.header_row = number_of(mapping, "header_row", 0);
    if (p->matrix) {
        r = layout_read(mapping, p->mapping.sheet, f, &p->layout);
        if (r == 0)
            matrix_mapping(&p->layout, &p->mapping);
    } else {
        r = columns_read(mapping, s, f, &p->mapping);
    }
    if (r == 0)
        r = words_read(mapping, f, &p->mapping);
    if (r == 0)
        r = decisions_read(plan, f, &p->decisions);
    if (r == 0 && !p->mapping.default_class[0])
        snprintf(p->mapping.default_class, sizeof(p->mapping.default_class), "home");
    if (r == 0)
        r = projects_read(plan, f, &p->mapping);
    if (r == 0)
        r = mapping_check(&p->mapping, f);
    if (r == 0 && p->project_from_file && p->mapping.columns[FIELD_PROJECT].column < 0 &&
        !p->mapping.project[0])
        return bad(f, "mapping", unit_field_name(FIELD_PROJECT));
    return r;
}

/* ---- to JSON ---- */

static json_t *words_json(const struct mapping_words *words)
{
    json_t *list = json_array();

    for (size_t i = 0; i < words->n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "word", words->words[i].word, "code",
                                              words->words[i].code));
    return list;
}

static json_t *block_json(const struct matrix_block *b)
{
    json_t *fields = json_array(), *wan = json_array();

    for (size_t i = 0; i < b->n_sub; i++) {
        json_array_append_new(
            fields, json_string(b->sub[i] == FIELD_NONE ? "" : unit_field_name(b->sub[i])));
        json_array_append_new(wan, json_boolean(b->power10[i] != 0));
    }
    return json_pack("{s:I, s:i, s:i, s:i, s:I, s:I, s:I, s:b, s:o, s:o, s:s, s:o}", "header_row",
                     (json_int_t)b->line_row, "floor_column", b->floor_col, "first_column",
                     b->first_col, "last_column", b->last_col, "first_row",
                     (json_int_t)b->first_row, "last_row", (json_int_t)b->last_row,
                     "rows_per_floor", (json_int_t)b->n_sub, "in_cell", b->in_cell, "row_fields",
                     fields, "row_wan", wan, "building", b->building, "stair_row",
                     b->stair_row ? json_integer((json_int_t)b->stair_row) : json_null());
}

json_t *import_mapping_json(const struct mapping *m, const struct matrix_layout *layout,
                            const char *source)
{
    bool matrix = layout && layout->n > 0;
    json_t *columns = json_array(), *more = json_array();

    for (int field = 0; field < FIELD_COUNT && !matrix; field++)
        if (m->columns[field].column >= 0)
            json_array_append_new(columns,
                                  json_pack("{s:i, s:s}", "index", m->columns[field].column,
                                            "field", unit_field_name((enum unit_field)field)));
    for (size_t i = 1; matrix && i < layout->n; i++)
        json_array_append_new(more, block_json(&layout->blocks[i]));
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "source", source, "form",
                     matrix ? "matrix" : "rows", "sheet", (json_int_t)m->sheet, "header_row",
                     (json_int_t)m->header_row, "columns", columns, "status_words",
                     words_json(&m->status), "class_words", words_json(&m->classes), "matrix",
                     matrix ? block_json(&layout->blocks[0]) : json_null(), "matrix_more", more);
}

static const char *const accept_texts[PROBLEM_COUNT][2] = {
    [PROBLEM_FLOOR_MISSING] = {"放到您填写的楼层", "put on the floor you name"},
    [PROBLEM_FLOOR_FROM_ROOM] = {"按房号推出的楼层", "put on the floor the room number tells"},
    [PROBLEM_FLOOR_UNKNOWN] = {"保留楼层名称，排在最上面",
                               "keep the floor's name, on top of the others"},
    [PROBLEM_NUMBER] = {"按空白处理", "treat the cell as empty"},
    [PROBLEM_NUMBER_RANGE] = {"按空白处理", "treat the cell as empty"},
    [PROBLEM_ROUNDED] = {"四舍五入到两位小数", "round half up to two decimals"},
    [PROBLEM_STATUS_UNKNOWN] = {"按您选择的状态导入", "import in the state you choose"},
    [PROBLEM_CLASS_UNKNOWN] = {"按您选择的用途导入", "import as the use you choose"},
    [PROBLEM_PRICE_MISSING] = {"不带价格导入，定价前不能推盘",
                               "import without a price; not released until priced"},
    [PROBLEM_AREA_MISSING] = {"不带面积导入，复核前不能推盘",
                              "import without an area; not released until reviewed"},
    [PROBLEM_AREA_ORDER] = {"只保留建筑面积", "keep the gross area alone"},
    [PROBLEM_AREA_SUM] = {"按建筑面积与套内面积重算分摊面积",
                          "work the shared area out from gross and inner"},
    [PROBLEM_TOTAL_DIFFERS] = {"以表中的总价为准", "the list's total counts"},
    [PROBLEM_DEAL_UNSOLD] = {"不保留成交价", "leave the deal price out"},
    [PROBLEM_NOT_FOR_SALE] = {"导入为不可售，原因为该词",
                              "import as not for sale, with the word as reason"},
    [PROBLEM_FORMULA] = {"按空白处理", "treat the cell as empty"},
    [PROBLEM_DATE] = {"按日期文字导入", "import the date as text"},
    [PROBLEM_TEXT] = {"去掉不允许的字符", "leave the characters out"},
    [PROBLEM_TEXT_LONG] = {"截短", "cut it"},
};

const char *import_accept_text(enum row_problem_class class, enum lang lang)
{
    const char *text = accept_texts[class][lang];

    return text ? text : "";
}

/* ---- running ---- */

struct writing {
    struct import *import;
    import_row_fn *preview;
    void *ctx;
};

static int64_t known(int64_t amount)
{
    return amount > 0 ? amount : 0;
}

static int row_write(void *ctx, const struct unit_row *row)
{
    struct writing *w = ctx;
    const struct import_unit unit = {
        .project = row->project,
        .building = row->building,
        .stair = row->stair,
        .floor = row->floor,
        .room = row->room,
        .floor_ordinal = row->floor_span ? row->floor_first : 0,
        .span = row->floor_span > 0 ? row->floor_span : 1,
        .class = row->class_code[0] ? row->class_code : "other",
        .usage_text = "",
        .layout = row->layout,
        .orientation = row->orientation,
        .gross = known(row->gross),
        .inner = known(row->inner),
        .shared = known(row->shared),
        .total_fen = known(row->total),
        .filed_total_fen = known(row->filed_total),
        .deal_total_fen = known(row->deal_total),
        .floor_height_mm = known(row->floor_height) * 10,
        .state = row->state ? row->state : 'U',
        .status_word = row->status_word,
        .reason = row->reason,
        .row = row->row,
    };
    int r = w->preview ? w->preview(w->ctx, row) : 0;

    if (r < 0 || !w->import)
        return r;
    return import_add(w->import, &unit);
}

int import_plan_run(struct import_plan *plan, struct sheet *s, struct import *import,
                    import_row_fn *preview, void *ctx, struct fault *f,
                    struct import_report *ret_report)
{
    struct writing w = {import, preview, ctx};
    struct row_source source;
    struct matrix *matrix;
    int r;

    if (!plan->matrix)
        return import_scan(s, &plan->mapping, &plan->decisions, row_write, &w, f, ret_report);
    r = matrix_open(s, &plan->layout, f, &matrix);
    if (r < 0)
        return r;
    source = matrix_source(matrix);
    r = import_scan_rows(&source, &plan->mapping, &plan->decisions, row_write, &w, f, ret_report);
    matrix_close(matrix);
    return r;
}

/* The words of the list with what they usually mean: proposed, never taken for granted. */
static int words_suggest(struct sheet *s, const struct matrix_layout *layout, struct mapping *m)
{
    struct import_plan *plan = calloc(1, sizeof(*plan));
    struct import_report report;
    struct fault none = {0};
    int r = plan ? 0 : -ENOMEM;

    if (r == 0) {
        plan->matrix = layout->n > 0;
        plan->layout = *layout;
        plan->mapping = *m;
        if (plan->matrix)
            matrix_mapping(layout, &plan->mapping);
        r = import_plan_run(plan, s, NULL, NULL, NULL, &none, &report);
    }
    if (r == 0) {
        import_suggest_words(&report, m);
        import_report_done(&report);
    }
    free(plan);
    fault_clear(&none);
    return r == -EREFUSED ? 0 : r; /* without a room there is nothing to read yet */
}

int import_plan_suggest(struct sheet *s, struct fault *f, struct mapping *m,
                        struct matrix_layout *layout)
{
    int r = mapping_detect(s, f, m);

    layout->n = 0;
    if (r >= 0 && m->columns[FIELD_ROOM].column < 0)
        r = matrix_detect(s, m->sheet, f, layout);
    return r < 0 ? r : words_suggest(s, layout, m);
}

static int file_hash(const char *path, char ret_hex[65])
{
    crypto_generichash_state state;
    uint8_t bytes[16384], hash[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -errno;
    crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        crypto_generichash_update(&state, bytes, (unsigned long long)n);
    close(fd);
    if (n < 0)
        return -EIO;
    crypto_generichash_final(&state, hash, sizeof(hash));
    sodium_bin2hex(ret_hex, 65, hash, sizeof(hash));
    return 0;
}

static int plan_write(struct tx *tx, struct import_run *run, struct import_plan *plan,
                      struct sheet *s, const char *hash)
{
    const struct import_options options = {plan->project_from_file ? 0 : run->project_id,
                                           run->file_name, hash};
    struct import_report report = {0};
    struct import *import;
    int r = import_begin(tx, &options, &import);

    if (r < 0)
        return r;
    r = import_plan_run(plan, s, import, NULL, NULL, tx->fault, &report);
    if (r == 0)
        r = import_refusal(&report, tx->fault);
    if (r == 0)
        r = import_end(import, &run->result);
    run->skipped = report.n_skipped;
    import_report_done(&report);
    import_free(import);
    return r;
}

int import_run(struct tx *tx, struct import_run *run)
{
    struct import_plan *plan = malloc(sizeof(*plan)); /* too large for a stack */
    struct sheet *s = NULL;
    char hash[65];
    char *text;
    int r = plan ? file_hash(run->path, hash) : -ENOMEM;

    if (r == 0)
        r = sheet_open(run->path, NULL, tx->fault, &s);
    if (r == 0)
        r = import_plan_read(run->plan, s, tx->fault, plan);
    if (r == 0)
        r = plan_write(tx, run, plan, s, hash);
    if (r == 0 && plan->remember && plan->source[0]) {
        text = json_dumps(json_object_get(run->plan, "mapping"), JSON_COMPACT);
        r = text ? import_mapping_save(tx, plan->source, text) : -ENOMEM;
        free(text);
    }
    sheet_close(s);
    free(plan);
    return r;
}
