/* import.c - a price list on its way in: upload, look, dry run, all or none (PM-06, IN-09).
 *
 * An uploaded file stays under import_dir/ID until it is imported, thrown away, or a day old;
 * ID/name holds whose it is and what it was called.
 */
#include "daemon/sheet/import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/api/api.h"
#include "daemon/app.h"
#include "daemon/import_plan.h"
#include "daemon/import_store.h"
#include "db/clock.h"

enum {
    SAMPLE_ROWS = 60,
    COLUMN_SAMPLES = 5,
    PREVIEW_ROWS = 20,
    PROBLEM_ROWS = 200,
    CELL_SHOWN = 120
};

/* ---- opening what was uploaded ---- */

static int stored_of_call(struct call *call, struct stored_import *ret_stored)
{
    int r =
        import_store_find(call->app->import_dir, call->param[0], call->tx.actor->id, ret_stored);

    return r == -ENOENT ? fault_set(call->tx.fault, FAULT_IMPORT_GONE, NULL) : r;
}

/* ---- what was found in it ---- */

/* Long cells are cut at a character: what is shown is a sample. */
static json_t *cell_json(const struct sheet_cell *cell)
{
    size_t n = cell->len > CELL_SHOWN ? CELL_SHOWN : cell->len;
    json_t *text;

    while (n > 0 && n < cell->len && ((unsigned char)cell->text[n] & 0xC0) == 0x80)
        n--;
    text = json_stringn(cell->text, n);
    return text ? text : json_string("");
}

struct looking {
    json_t *sample, *columns;
    int64_t rows;
    size_t width;
};

static void sample_add(struct looking *look, const struct sheet_row *row)
{
    json_t *cells = json_array();

    for (size_t i = 0; i < row->n_cells; i++)
        json_array_append_new(cells, cell_json(&row->cells[i]));
    json_array_append_new(look->sample,
                          json_pack("{s:I, s:o}", "row", (json_int_t)row->number, "cells", cells));
}

/* Header and first values of each column. */
static void columns_add(struct looking *look, const struct sheet_row *row, const struct mapping *m)
{
    for (size_t i = 0; i < row->n_cells; i++) {
        json_t *column = json_array_get(look->columns, i);
        json_t *values;

        if (!column) {
            column = json_pack("{s:i, s:s, s:n, s:[]}", "index", (int)i, "header", "", "field",
                               "sample");
            json_array_append_new(look->columns, column);
        }
        values = json_object_get(column, "sample");
        if (row->number == m->header_row)
            json_object_set_new(column, "header", cell_json(&row->cells[i]));
        else if (row->number > m->header_row && row->cells[i].len > 0 &&
                 json_array_size(values) < COLUMN_SAMPLES)
            json_array_append_new(values, cell_json(&row->cells[i]));
    }
}

static int sheet_look(struct sheet *s, const struct mapping *m, struct fault *f,
                      struct looking *ret_look)
{
    struct sheet_row row;
    int r = sheet_select(s, m->sheet, f);

    while (r >= 0 && (r = sheet_next_row(s, f, &row)) == 1) {
        ret_look->rows = row.number;
        if (row.n_cells > ret_look->width)
            ret_look->width = row.n_cells;
        if (json_array_size(ret_look->sample) < SAMPLE_ROWS) {
            sample_add(ret_look, &row);
            columns_add(ret_look, &row, m);
        }
    }
    for (int field = 0; r == 0 && field < FIELD_COUNT; field++) {
        json_t *column = json_array_get(ret_look->columns, (size_t)m->columns[field].column);

        if (m->columns[field].column >= 0 && column)
            json_object_set_new(column, "field",
                                json_string(unit_field_name((enum unit_field)field)));
    }
    return r;
}

/* Rows of each sheet; a workbook that cannot be read whole, or has nothing in it, says so now,
 * not at the import. */
static int sheets_list(struct sheet *s, struct fault *f, json_t *list)
{
    int64_t rows[SHEET_SHEETS_MAX];
    struct sheet_info info;
    bool filled = false;
    int r = sheet_last_rows(s, f, rows);

    if (r < 0)
        return r;
    sheet_info(s, &info);
    for (size_t i = 0; i < info.n_sheets; i++) {
        filled = filled || rows[i] > 0;
        json_array_append_new(list, json_pack("{s:I, s:s, s:I}", "index", (json_int_t)i, "name",
                                              sheet_name(s, i, NULL), "rows", (json_int_t)rows[i]));
    }
    return filled ? 0 : fault_set(f, FAULT_SHEET_EMPTY, NULL);
}

struct remembering {
    const json_t *columns; /* of the file */
    json_t *proposed;      /* owned: the ImportMapping that the file itself suggests */
    json_t *found;         /* owned: the latest one that fits; NULL: none */
};

/* Each of the columns is in the file and does not mean something else there; and the heading stands
 * where it stood: what is above it is not read. */
static bool columns_fit(const struct remembering *re, const json_t *mapping)
{
    const json_t *columns = json_object_get(mapping, "columns"), *column;
    json_int_t header = json_integer_value(json_object_get(re->proposed, "header_row"));
    size_t i;

    if (header && header != json_integer_value(json_object_get(mapping, "header_row")))
        return false;
    json_array_foreach(columns, i, column)
    {
        const json_t *there = json_array_get(
            re->columns, (size_t)json_integer_value(json_object_get(column, "index")));
        const char *field = json_string_value(json_object_get(column, "field"));
        const char *proposed = json_string_value(json_object_get(there, "field"));

        if (!there || (proposed && (!field || strcmp(field, proposed) != 0)))
            return false;
    }
    return json_array_size(columns) > 0;
}

/* A block of the same place and shape; a name that the sheet gives must be the one remembered. */
static bool block_fits(const json_t *block, const json_t *proposed)
{
    static const char *const same[] = {"header_row",   "stair_row",      "floor_column",
                                       "first_column", "last_column",    "first_row",
                                       "last_row",     "rows_per_floor", "in_cell"};
    const char *name = json_string_value(json_object_get(proposed, "building"));

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        if (!json_equal(json_object_get(block, same[i]), json_object_get(proposed, same[i])))
            return false;
    return !name || !name[0] ||
           json_equal(json_object_get(block, "building"), json_object_get(proposed, "building"));
}

static bool blocks_fit(const json_t *mapping, const json_t *proposed)
{
    const json_t *more = json_object_get(mapping, "matrix_more"), *block;
    const json_t *there = json_object_get(proposed, "matrix_more");
    size_t i;

    if (json_array_size(more) != json_array_size(there))
        return false;
    json_array_foreach(more, i, block)
    {
        if (!block_fits(block, json_array_get(there, i)))
            return false;
    }
    return block_fits(json_object_get(mapping, "matrix"), json_object_get(proposed, "matrix"));
}

static int mapping_fits(void *arg, const char *source, const char *text)
{
    struct remembering *re = arg;
    json_t *mapping;
    bool matrix;

    (void)source;
    if (re->found)
        return 0;
    mapping = json_loads(text, 0, NULL);
    if (!mapping)
        return 0;
    matrix = json_is_object(json_object_get(re->proposed, "matrix"));
    if (json_equal(json_object_get(mapping, "form"), json_object_get(re->proposed, "form")) &&
        (matrix ? blocks_fit(mapping, re->proposed) : columns_fit(re, mapping)))
        re->found = mapping;
    else
        json_decref(mapping);
    return 0;
}

static json_t *matrix_of(json_t *mapping)
{
    json_t *matrix = json_object_get(mapping, "matrix");

    return json_is_object(matrix) ? json_incref(matrix) : json_null();
}

static json_t *file_json(const struct stored_import *st, const struct sheet_info *info,
                         struct looking *look, json_t *sheets, const struct mapping *m,
                         struct remembering *re)
{
    const char delimiter[2] = {info->delimiter, '\0'};
    json_t *suggestion = json_incref(re->found ? re->found : re->proposed);

    return json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o}",
                     "id", st->id, "name", st->name, "size", (json_int_t)st->size, "kind",
                     info->format == SHEET_XLSX ? "xlsx" : "csv", "encoding",
                     info->format == SHEET_XLSX ? "UTF-8" : sheet_encoding_name(info->encoding),
                     "delimiter", info->delimiter ? json_string(delimiter) : json_null(), "sheets",
                     sheets, "sheet", (json_int_t)m->sheet, "columns", look->columns, "sample",
                     look->sample, "header_row", (json_int_t)m->header_row, "rows",
                     (json_int_t)look->rows, "suggestion", suggestion, "remembered",
                     re->found
                         ? json_string(json_string_value(json_object_get(re->found, "source")))
                         : json_null(),
                     "matrix", matrix_of(suggestion));
}

static int reply_file(struct call *call, const struct stored_import *st, int64_t want_sheet)
{
    struct looking look = {json_array(), json_array(), 0, 0};
    struct matrix_layout *layout = calloc(1, sizeof(*layout));
    struct mapping *m = malloc(sizeof(*m));
    struct remembering re = {.columns = look.columns};
    json_t *sheets = json_array();
    struct sheet_info info;
    struct sheet *s = NULL;
    int r = layout && m ? sheet_open(st->path, st->name, call->tx.fault, &s) : -ENOMEM;

    if (r == 0 && want_sheet >= 0)
        r = sheet_select(s, (size_t)want_sheet, call->tx.fault);
    if (r == 0) {
        sheet_info(s, &info);
        r = import_plan_suggest(s, call->tx.fault, m, layout);
    }
    if (r == 0)
        r = sheet_look(s, m, call->tx.fault, &look);
    if (r == 0)
        r = sheets_list(s, call->tx.fault, sheets);
    if (r == 0)
        r = (re.proposed = import_mapping_json(m, layout, st->name)) ? 0 : -ENOMEM;
    if (r == 0)
        r = import_mapping_list(&call->tx, mapping_fits, &re);
    if (r == 0) {
        call->reply.body = file_json(st, &info, &look, sheets, m, &re);
        r = call->reply.body ? 0 : -ENOMEM;
    } else {
        json_decref(look.sample);
        json_decref(look.columns);
        json_decref(sheets);
    }
    json_decref(re.found);
    json_decref(re.proposed);
    sheet_close(s);
    free(m);
    free(layout);
    return r;
}

int api_import_upload(struct call *call)
{
    const char *name = call_query(call, "name");
    struct stored_import st;
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0 && (!name || !name[0]))
        r = fault_set(call->tx.fault, FAULT_SHEET_NAME, NULL);
    if (r == 0)
        r = tx_need_whole(&call->tx, project_id);
    if (r == 0)
        r = import_store_add(call->app->import_dir, call->upload_path, name, call->tx.actor->id,
                             project_id, &st);
    if (r == -EINVAL)
        r = fault_set(call->tx.fault, FAULT_SHEET_NAME, NULL);
    if (r < 0)
        return r;
    call->upload_path = NULL; /* taken */
    r = reply_file(call, &st, -1);
    if (r < 0)
        import_store_drop(call->app->import_dir, st.id);
    call->reply.status = r == 0 ? 201 : 0;
    return r;
}

int api_import_get(struct call *call)
{
    struct stored_import st;
    int64_t sheet = -1;
    int r = stored_of_call(call, &st);

    if (r == 0)
        r = call_query_int(call, "sheet", 0, SHEET_SHEETS_MAX, -1, &sheet);
    return r < 0 ? r : reply_file(call, &st, sheet);
}

int api_import_discard(struct call *call)
{
    struct stored_import st;
    int r = stored_of_call(call, &st);

    if (r == 0)
        import_store_drop(call->app->import_dir, st.id);
    return r;
}

/* ---- dry run ---- */

struct previewing {
    struct tx *tx;
    struct import_options options;
    json_t *rows;
    int64_t unreleased;
    json_t *existing; /* rows of units that are there already: the import would refuse them */
    int64_t n_existing;
};

static json_t *amount(int64_t value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static int preview_row(void *ctx, const struct unit_row *row)
{
    struct previewing *p = ctx;
    const struct import_unit place = {.project = row->project,
                                      .building = row->building,
                                      .stair = row->stair,
                                      .floor = row->floor,
                                      .room = row->room};
    int r = import_known(p->tx, &p->options, &place);
    const char state[2] = {row->state ? row->state : 'U', '\0'};
    char path[256];

    if (r < 0)
        return r;
    if (r == 1 && ++p->n_existing <= PROBLEM_ROWS)
        json_array_append_new(p->existing, json_integer(row->row));
    if (r == 1)
        return 0;

    if (strchr("AKRXU", state[0]))
        p->unreleased++;
    if (json_array_size(p->rows) >= PREVIEW_ROWS)
        return 0;
    snprintf(path, sizeof(path), "%s%s%s%s%s", row->building, row->building[0] ? "-" : "",
             row->stair, row->stair[0] ? "-" : "", row->room);
    json_array_append_new(p->rows, json_pack("{s:I, s:s, s:s, s:s, s:o, s:o}", "row",
                                             (json_int_t)row->row, "path", path, "state", state,
                                             "class", row->class_code, "gross_area",
                                             amount(row->gross), "total_fen", amount(row->total)));
    return 0;
}

static void problem_text(const struct row_problem *p, enum lang lang, char *out, size_t size)
{
    struct fault f = {0};

    out[0] = '\0';
    problem_item(p, 0, &f);
    if (f.n_items == 1)
        fault_render(f.items[0].code, f.items[0].args, f.items[0].n_args, lang, out, size);
    fault_clear(&f);
}

static json_t *problem_json(const struct import_report *report, enum row_problem_class class,
                            const struct import_decisions *d, enum lang lang)
{
    static const char *const names[] = {"refuse", "skip", "accept"};
    const struct import_class *c = &report->classes[class];
    json_t *rows = json_array(), *choices = json_array();
    char text[512];

    for (size_t i = 0; i < c->n_samples && i < PROBLEM_ROWS; i++) {
        problem_text(&c->samples[i].problem, lang, text, sizeof(text));
        json_array_append_new(
            rows, json_pack("{s:I, s:s}", "row", (json_int_t)c->samples[i].row, "detail", text));
    }
    for (int i = 0; i < (problem_may_accept(class) ? 3 : 2); i++)
        json_array_append_new(choices, json_string(names[i]));
    problem_text(&c->samples[0].problem, lang, text, sizeof(text)); /* what is counted has one */
    return json_pack("{s:s, s:s, s:I, s:s, s:o, s:s, s:o}", "problem", problem_name(class), "title",
                     text, "count", (json_int_t)c->count, "decision", names[d->action[class]],
                     "choices", choices, "what", import_accept_text(class, lang), "rows", rows);
}

/* Like a problem of the list, but of the list and the database together. */
static json_t *existing_json(const struct previewing *p, enum lang lang)
{
    json_t *rows = json_array(), *row;
    char text[256];
    size_t i;

    fault_render(FAULT_ROW_EXISTS, NULL, 0, lang, text, sizeof(text));
    json_array_foreach(p->existing, i, row)
        json_array_append_new(rows, json_pack("{s:O, s:s}", "row", row, "detail", text));
    return json_pack("{s:s, s:s, s:I, s:s, s:[s], s:s, s:o}", "problem", "exists", "title", text,
                     "count", (json_int_t)p->n_existing, "decision", "refuse", "choices", "refuse",
                     "what", "", "rows", rows);
}

static json_t *words_report(const struct strset *set, const struct mapping_words *known)
{
    json_t *list = json_array();

    for (size_t i = 0; i < set->n; i++) {
        const char *word = strset_text(set, i), *code = NULL;

        for (size_t k = 0; k < known->n; k++)
            if (strcmp(known->words[k].word, word) == 0)
                code = known->words[k].code;
        json_array_append_new(list, json_pack("{s:s, s:s?, s:I}", "word", word, "code", code,
                                              "count", (json_int_t)set->entries[i].count));
    }
    return list;
}

static json_t *names_report(const struct strset *set)
{
    json_t *list = json_array();

    for (size_t i = 0; i < set->n; i++) {
        const char *text = strset_text(set, i), *tail = strchr(text, '\x1f');

        json_array_append_new(list, json_pack("{s:s, s:I}", "name", tail ? tail + 1 : text, "count",
                                              (json_int_t)set->entries[i].count));
    }
    return list;
}

static json_t *scan_json(const struct import_report *report, const struct import_plan *plan,
                         struct previewing *preview, enum lang lang)
{
    json_t *problems = json_array();

    for (int kind = 0; kind < PROBLEM_COUNT; kind++)
        if (report->classes[kind].count > 0)
            json_array_append_new(problems, problem_json(report, (enum row_problem_class)kind,
                                                         &plan->decisions, lang));
    if (preview->n_existing > 0)
        json_array_append_new(problems, existing_json(preview, lang));
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:O}", "rows",
        (json_int_t)report->read.rows, "accepted",
        (json_int_t)(report->accepted.rows - preview->n_existing), "skipped",
        (json_int_t)report->n_skipped, "refused",
        (json_int_t)(report->n_refused + preview->n_existing), "problems", problems, "status_words",
        words_report(&report->status_words, &plan->mapping.status), "class_words",
        words_report(&report->class_words, &plan->mapping.classes), "projects",
        names_report(&report->projects), "buildings", names_report(&report->buildings), "total_fen",
        (json_int_t)report->accepted.total, "gross_area", (json_int_t)report->accepted.gross,
        "unreleased", (json_int_t)preview->unreleased, "preview", preview->rows);
}

int api_import_scan(struct call *call)
{
    struct import_plan *plan = malloc(sizeof(*plan));
    struct previewing preview = {.tx = &call->tx, .rows = json_array(), .existing = json_array()};
    struct import_report report = {0};
    struct stored_import st;
    struct sheet *s = NULL;
    int r = plan ? stored_of_call(call, &st) : -ENOMEM;

    if (r == 0)
        r = sheet_open(st.path, st.name, call->tx.fault, &s);
    if (r == 0)
        r = import_plan_read(call->body, s, call->tx.fault, plan);
    if (r == 0)
        preview.options.project_id = plan->project_from_file ? 0 : st.project_id;
    if (r == 0)
        r = import_plan_run(plan, s, NULL, preview_row, &preview, call->tx.fault, &report);
    if (r == 0) {
        call->reply.body = scan_json(&report, plan, &preview, call->lang);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    import_report_done(&report);
    json_decref(preview.rows);
    json_decref(preview.existing);
    sheet_close(s);
    free(plan);
    return r;
}

/* ---- all or none ---- */

int api_import_commit(struct call *call)
{
    int64_t started = clock_boot_ms();
    struct import_run run = {.plan = call->body};
    struct stored_import st;
    json_t *projects;
    int r = stored_of_call(call, &st);

    if (r < 0)
        return r;
    run.path = st.path;
    run.file_name = st.name;
    run.project_id = st.project_id;
    r = import_run(&call->tx, &run);
    if (r < 0)
        return r;
    projects = json_array();
    for (size_t i = 0; i < run.result.n_projects; i++)
        json_array_append_new(projects, json_integer(run.result.project_ids[i]));
    call->reply.body =
        json_pack("{s:I, s:I, s:I, s:o, s:I}", "units", (json_int_t)run.result.units, "skipped",
                  (json_int_t)run.skipped, "buildings", (json_int_t)run.result.buildings,
                  "project_ids", projects, "ms", (json_int_t)(clock_boot_ms() - started));
    return call->reply.body ? 0 : -ENOMEM;
}

/* ---- remembered mappings ---- */

static int mapping_append(void *arg, const char *source, const char *text)
{
    json_t *mapping = json_loads(text, 0, NULL);

    (void)source;
    if (mapping)
        json_array_append_new(arg, mapping);
    return 0;
}

int api_import_mapping_list(struct call *call)
{
    json_t *items = json_array();
    int r = import_mapping_list(&call->tx, mapping_append, items);

    if (r < 0) {
        json_decref(items);
        return r;
    }
    call->reply.body = json_pack("{s:o}", "items", items);
    return call->reply.body ? 0 : -ENOMEM;
}
