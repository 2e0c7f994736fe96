/* answer.c - what a customer is to fill in, and what was filled in (QN-09). */
#include "db/answer.h"

#include <errno.h>
#include <stdio.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/questionnaire.h"
#include "daemon/api/record.h"
#include "db/sight.h"

enum { PAGE_DEFAULT = 20 };

/* ---- what there is to fill in ---- */

static int title_take(void *arg, const struct questionnaire_row *row)
{
    set_int(arg, "questionnaire_id", row->id);
    set_text(arg, "title", row->title);
    return 0;
}

/* The set that is open at @stage, when there is one. */
static int stage_add(struct call *call, int64_t customer_id, int64_t project_id, const char *stage,
                     json_t *items)
{
    json_t *o, *questions = NULL;
    int64_t id = 0, ignored = 0;
    int owed = 0, r = questionnaire_open(&call->tx, project_id, stage, &id);

    if (r <= 0)
        return r;
    owed = question_stage_owed(&call->tx, customer_id, project_id, stage, &ignored);
    if (owed < 0)
        return owed;
    o = json_object();
    set_text(o, "stage", stage);
    set_bool(o, "owed", owed == 1);
    r = questionnaire_get(&call->tx, id, title_take, o);
    if (r == 0)
        r = questions_json(call, id, false, &questions);
    if (r == 0)
        r = json_object_set_new(o, "questions", questions) < 0 ? -ENOMEM : 0;
    if (r < 0) {
        json_decref(o);
        return r;
    }
    return items_add(items, o);
}

int api_customer_questionnaires(struct call *call)
{
    int64_t customer_id, project_id = 0, ignored = 0;
    json_t *items;
    int r = call_param_id(call, 0, &customer_id);

    if (r == 0)
        r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);
    if (r == 0)
        r = sight_need_own(&call->tx, customer_id);
    if (r == 0) /* the project is there */
        r = question_stage_owed(&call->tx, customer_id, project_id, questionnaire_stages[0],
                                &ignored);
    if (r < 0)
        return r;
    items = json_array();
    r = 0;
    for (size_t i = 0; r >= 0 && questionnaire_stages[i]; i++)
        r = stage_add(call, customer_id, project_id, questionnaire_stages[i], items);
    return reply_items(call, items, r < 0 ? r : 0);
}

/* ---- filling in ---- */

static int body_cells(struct body *b, struct pool *pool, struct answer *a)
{
    struct answer_cell *cells;
    json_t *array = NULL, *one;
    char prefix[48];
    size_t i;

    body_array(b, "cells", BODY_OPTIONAL, QUESTION_ROWS_MAX, &array);
    if (!array)
        return 0;
    cells = pool_alloc(pool, json_array_size(array) * sizeof(*cells) + 1);
    if (!cells)
        return -ENOMEM;
    json_array_foreach(array, i, one)
    {
        struct body inner = {.call = b->call, .object = one, .prefix = prefix};

        snprintf(prefix, sizeof(prefix), "%s/cells/%zu", b->prefix, i);
        if (!json_is_object(one)) {
            fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, prefix, "field", "cells", "expected",
                       "object", NULL);
            continue;
        }
        body_int(&inner, "row_id", BODY_REQUIRED, 1, INT64_MAX, &cells[i].row_id);
        body_int(&inner, "option_id", BODY_REQUIRED, 1, INT64_MAX, &cells[i].option_id);
        (void)body_end(&inner);
    }
    a->cells = cells;
    a->n_cells = json_array_size(array);
    return 0;
}

static int body_options(struct body *b, struct pool *pool, struct answer *a)
{
    json_t *array = NULL, *one;
    int64_t *ids;
    size_t i;

    body_array(b, "option_ids", BODY_OPTIONAL, QUESTION_OPTIONS_MAX, &array);
    if (!array)
        return 0;
    ids = pool_alloc(pool, json_array_size(array) * sizeof(*ids) + 1);
    if (!ids)
        return -ENOMEM;
    json_array_foreach(array, i, one)
    {
        if (!json_is_integer(one)) {
            fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, b->prefix, "field", "option_ids",
                       "expected", "integers", NULL);
            return 0;
        }
        ids[i] = json_integer_value(one);
    }
    a->option_ids = ids;
    a->n_options = json_array_size(array);
    return 0;
}

static int body_answer(struct call *call, json_t *object, size_t i, struct pool *pool,
                       struct answer *a)
{
    char prefix[32];
    struct body b = {.call = call, .object = object, .prefix = prefix};
    int r;

    snprintf(prefix, sizeof(prefix), "answers/%zu", i);
    if (!json_is_object(object)) {
        fault_item(call->tx.fault, FAULT_FIELD_TYPE, 0, prefix, "field", "answers", "expected",
                   "object", NULL);
        return 0;
    }
    body_int(&b, "question_id", BODY_REQUIRED, 1, INT64_MAX, &a->question_id);
    body_text(&b, "text", BODY_OPTIONAL, 0, QUESTION_LONG_MAX, &a->text);
    a->has_score = body_has(&b, "score");
    body_int(&b, "score", BODY_OPTIONAL, 0, QUESTION_SCORE_MAX, &a->score);
    r = body_options(&b, pool, a);
    if (r == 0)
        r = body_cells(&b, pool, a);
    (void)body_end(&b);
    return r;
}

static int body_answers(struct body *b, struct pool *pool, struct answer_sheet *sheet)
{
    struct answer *answers;
    json_t *array = NULL, *one;
    size_t i;
    int r;

    body_array(b, "answers", BODY_REQUIRED, QUESTIONS_MAX, &array);
    if (!array)
        return 0;
    answers = pool_alloc(pool, json_array_size(array) * sizeof(*answers) + 1);
    if (!answers)
        return -ENOMEM;
    json_array_foreach(array, i, one)
    {
        r = body_answer(b->call, one, i, pool, &answers[i]);
        if (r < 0)
            return r;
    }
    sheet->answers = answers;
    sheet->n = json_array_size(array);
    return 0;
}

static int sheet_read(struct call *call, struct pool *pool, struct answer_sheet *sheet)
{
    struct body b;
    int r, wrong;

    body_begin(&b, call);
    body_int(&b, "questionnaire_id", BODY_REQUIRED, 1, INT64_MAX, &sheet->questionnaire_id);
    body_word(&b, "event", BODY_OPTIONAL, answer_events, &sheet->event);
    body_int(&b, "event_id", sheet->event ? BODY_REQUIRED : BODY_OPTIONAL, 1, INT64_MAX,
             &sheet->event_id);
    if (!sheet->event && sheet->event_id)
        fault_item(call->tx.fault, FAULT_FIELD_MISSING, 0, "event", "field", "event", NULL);
    body_int(&b, "corrects_id", BODY_OPTIONAL, 1, INT64_MAX, &sheet->corrects_id);
    r = body_answers(&b, pool, sheet);
    wrong = body_end(&b);
    return r < 0 ? r : wrong;
}

/* ---- what was filled in ---- */

static int answer_add(void *arg, const struct answer_row *a)
{
    json_t *o = json_object();

    set_int(o, "question_id", a->question_id);
    set_text(o, "question", a->question);
    set_text(o, "kind", a->kind);
    set_int_or_null(o, "option_id", a->option_id);
    set_text_or_null(o, "option", a->option);
    set_int_or_null(o, "row_id", a->row_id);
    set_text_or_null(o, "row", a->row);
    json_object_set_new(o, "score", a->has_score ? json_integer(a->score) : json_null());
    set_text_or_null(o, "text", a->text);
    return items_add(arg, o);
}

static int sheet_add(void *arg, const struct answer_sheet_row *row)
{
    struct page *page = arg;
    json_t *o, *answers;
    int r;

    if (!page_fits(page, row->id, 0))
        return 0;
    answers = json_array();
    r = answer_each(&page->call->tx, row->id, answer_add, answers);
    if (r < 0) {
        json_decref(answers);
        return r;
    }
    o = json_object();
    set_int(o, "id", row->id);
    set_int(o, "questionnaire_id", row->questionnaire_id);
    set_int(o, "project_id", row->project_id);
    set_int(o, "customer_id", row->customer_id);
    set_text(o, "stage", row->stage);
    set_text(o, "title", row->title);
    set_int(o, "edition", row->edition);
    set_text_or_null(o, "event", row->event);
    set_int_or_null(o, "event_id", row->event_id);
    set_int_or_null(o, "corrects_id", row->corrects_id);
    set_int_or_null(o, "corrected_by", row->corrected_by);
    set_text(o, "filled_by", row->filled_by);
    set_int(o, "filled_ms", row->filled_ms);
    json_object_set_new(o, "answers", answers);
    return items_add(page->items, o);
}

int api_answer_sheet_list(struct call *call)
{
    int64_t customer_id, project_id = 0;
    struct page page;
    int r = call_param_id(call, 0, &customer_id);

    if (r == 0)
        r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);
    if (r == 0)
        r = page_begin(call, 1, ANSWER_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = answer_sheet_scan(&call->tx, customer_id, project_id, page.at[0], page_limit(&page),
                          sheet_add, &page);
    return page_reply(call, &page, r);
}

static int reply_sheet(struct call *call, int64_t id, int status)
{
    struct page page = page_of_one(call);
    int r = answer_sheet_get(&call->tx, id, sheet_add, &page);

    return reply_first(call, page.items, r, status, "answer-sheets");
}

int api_answer_sheet_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_sheet(call, id, 200);
}

int api_answer_sheet_create(struct call *call)
{
    struct answer_sheet sheet = {.event = NULL};
    struct pool pool = {NULL, 0};
    int64_t id;
    int r = call_param_id(call, 0, &sheet.customer_id);

    if (r == 0)
        r = sheet_read(call, &pool, &sheet);
    if (r == 0)
        r = answer_sheet_add(&call->tx, &sheet, &id);
    pool_free(&pool);
    return r < 0 ? r : reply_sheet(call, id, 201);
}
