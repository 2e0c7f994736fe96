/* measurement.c - units as they were measured: registered, one or many; a survey's list read; what
 * was registered of a unit (FI-26). */
#include "db/measurement.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/measurement_sheet.h"
#include "db/money.h"

/* ---- registered ---- */

static void units_read(struct body *b, struct measurement_new **ret_list, size_t *ret_n)
{
    json_t *array = NULL;
    size_t n;

    body_array(b, "units", BODY_REQUIRED, MEASUREMENTS_MAX, &array);
    n = json_array_size(array);
    if (array && n == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "units", "field", "units", NULL);
    *ret_list = n ? calloc(n, sizeof(**ret_list)) : NULL;
    if (n && !*ret_list) {
        body_failed(b, "units");
        return;
    }
    for (*ret_n = 0; *ret_n < n; (*ret_n)++) {
        struct measurement_new *m = &(*ret_list)[*ret_n];
        struct body inner = {.call = b->call,
                             .object = json_array_get(array, *ret_n),
                             .prefix = "units",
                             .row = (int64_t)*ret_n + 1};

        body_int(&inner, "unit_id", BODY_REQUIRED, 1, INT64_MAX, &m->unit_id);
        body_int(&inner, "gross_area", BODY_REQUIRED, 1, AREA_MAX, &m->gross);
        body_int(&inner, "inner_area", BODY_REQUIRED, 1, AREA_MAX, &m->inner);
        (void)body_end(&inner); /* the outer one tells */
    }
}

int api_measurement_register(struct call *call)
{
    struct measurement_new *list = NULL;
    const char *source = NULL;
    int64_t project_id;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "source", BODY_REQUIRED, 1, MEASUREMENT_SOURCE_MAX, &source);
    units_read(&b, &list, &n);
    r = body_end(&b);
    if (r == 0)
        r = measurement_register(&call->tx, project_id, source, list, n);
    free(list);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "registered", (int64_t)n);
    return 0;
}

/* ---- a list ---- */

int api_measurement_template(struct call *call)
{
    struct list_head heads[MEASUREMENT_COLUMNS];
    const struct list_template template = {
        "实测面积", "Measured areas",   "实测面积导入模板.xlsx", "measured-areas-template.xlsx",
        heads,      MEASUREMENT_COLUMNS};

    for (int i = 0; i < MEASUREMENT_COLUMNS; i++)
        heads[i] =
            (struct list_head){measurement_column_head((enum measurement_column)i, LANG_ZH),
                               measurement_column_head((enum measurement_column)i, LANG_EN), 18};
    return list_template(call, &template);
}

static int row_add(struct call *call, int64_t project_id, const struct measurement_sheet *sheet,
                   size_t i, json_t *items)
{
    int64_t unit_id = 0;
    json_t *o;
    int r = measurement_unit(&call->tx, project_id, sheet->rows[i].building, sheet->rows[i].stair,
                             sheet->rows[i].room, &unit_id);

    if (r < 0)
        return r;
    if (!unit_id) {
        fault_item(call->tx.fault, FAULT_MEASURED_UNIT, sheet->rows[i].row, "room", "building",
                   sheet->rows[i].building, "room", sheet->rows[i].room, NULL);
        return 0;
    }
    o = json_object();
    set_int(o, "row", sheet->rows[i].row);
    set_int(o, "unit_id", unit_id);
    set_text(o, "building", sheet->rows[i].building);
    set_text(o, "room", sheet->rows[i].room);
    set_int(o, "gross_area", sheet->rows[i].gross);
    set_int(o, "inner_area", sheet->rows[i].inner);
    return items_add(items, o);
}

/* What is wrong is a part of the answer here, not a refusal. */
static int reply_sheet(struct call *call, int64_t project_id, const struct measurement_sheet *sheet)
{
    json_t *items = json_array();
    int r = 0;

    for (size_t i = 0; r == 0 && i < sheet->n; i++)
        r = row_add(call, project_id, sheet, i, items);
    if (r < 0) {
        json_decref(items);
        return r;
    }
    call->reply.body = json_object();
    set_int(call->reply.body, "rows", sheet->seen);
    json_object_set_new_nocheck(call->reply.body, "items", items);
    set_problems(call->reply.body, call->tx.fault, call->lang);
    fault_clear(call->tx.fault);
    return 0;
}

int api_measurement_sheet(struct call *call)
{
    const char *name = call_query(call, "name");
    struct measurement_sheet *sheet = NULL;
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0 && (!name || !name[0]))
        r = fault_set(call->tx.fault, FAULT_SHEET_NAME, NULL);
    if (r == 0)
        r = measurement_sheet_read(call->upload_path, name, call->tx.fault, &sheet);
    if (r == 0)
        r = reply_sheet(call, project_id, sheet);
    measurement_sheet_free(sheet);
    return r;
}

/* ---- of a unit ---- */

static int measurement_add(void *arg, const struct measurement_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "gross_area", row->gross);
    set_int(o, "inner_area", row->inner);
    set_text(o, "source", row->source);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

int api_unit_measurement_list(struct call *call)
{
    int64_t unit_id;
    json_t *items;
    int r = call_param_id(call, 0, &unit_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, measurement_each(&call->tx, unit_id, measurement_add, items));
}
