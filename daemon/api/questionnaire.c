/* questionnaire.c - sets of questions: found, drafted, enabled, revised (QN-01 to QN-05, QN-07,
 * QN-08). */
#include "daemon/api/questionnaire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/http/text.h"
#include "db/day.h"

enum { PAGE_DEFAULT = 20 };

/* ---- out ---- */

static json_t *choices_json(const struct question_option *choices, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();

        set_int(o, "id", choices[i].id);
        set_text(o, "text", choices[i].text);
        json_array_append_new(list, o);
    }
    return list;
}

static void set_limit(json_t *o, const char *name, bool has, int64_t value)
{
    json_object_set_new(o, name, has ? json_integer(value) : json_null());
}

static json_t *question_json(const struct question *q)
{
    const bool score = q->kind == QUESTION_SCORE;
    json_t *o = json_object();

    set_int(o, "id", q->id);
    set_text(o, "kind", question_kinds[q->kind]);
    set_text(o, "text", q->text);
    set_bool(o, "required", q->required);
    set_limit(o, "low", score, q->low);
    set_limit(o, "high", q->high > 0, q->high);
    set_bool(o, "retired", q->retired_ms != 0);
    json_object_set_new(o, "options", choices_json(q->options, q->n_options));
    json_object_set_new(o, "rows", choices_json(q->rows, q->n_rows));
    return o;
}

int questions_json(struct call *call, int64_t questionnaire_id, bool all, json_t **ret_questions)
{
    struct question_list list = {.n = 0};
    json_t *questions = json_array();
    int r = question_load(&call->tx, questionnaire_id, &list);

    for (size_t i = 0; r == 0 && i < list.n; i++)
        if (all || !list.items[i].retired_ms)
            r = items_add(questions, question_json(&list.items[i]));
    question_list_free(&list);
    if (r < 0)
        json_decref(questions);
    else
        *ret_questions = questions;
    return r;
}

static int row_add(void *arg, const struct questionnaire_row *row)
{
    json_t *o = json_object(), *valid = json_object();

    set_text_or_null(valid, "from", row->valid_from);
    set_text_or_null(valid, "until", row->valid_until);
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", row->project);
    set_text(o, "stage", row->stage);
    set_text(o, "title", row->title);
    set_text(o, "state", row->state);
    set_int_or_null(o, "edition", row->edition);
    set_int_or_null(o, "from_id", row->from_id);
    json_object_set_new(o, "valid", valid);
    set_int(o, "questions_count", row->questions);
    set_int(o, "sheets_count", row->sheets);
    set_text(o, "created_by", row->created_by);
    set_int(o, "created_ms", row->created_ms);
    set_int(o, "changed_ms", row->changed_ms);
    return items_add(arg, o);
}

static int reply_set(struct call *call, int64_t id, int status)
{
    json_t *items = json_array(), *questions = NULL;
    int r = questionnaire_get(&call->tx, id, row_add, items);

    if (r == 0)
        r = questions_json(call, id, true, &questions);
    if (r == 0)
        json_object_set_new(json_array_get(items, 0), "questions", questions);
    return reply_first(call, items, r, status, "questionnaires");
}

int api_questionnaire_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_set(call, id, 200);
}

/* ---- looking ---- */

static int query_title(struct call *call, const char **ret_title)
{
    const char *title = call_query(call, "title");
    size_t n = 0;

    if (title &&
        (!text_allowed(title, strlen(title), &n) || n < 1 || n > QUESTIONNAIRE_TITLE_MAX)) {
        fault_item(call->tx.fault, FAULT_FIELD_TEXT, 0, "title", "field", "title", NULL);
        return fault_fields_refused(call->tx.fault);
    }
    *ret_title = title;
    return 0;
}

static int page_add(void *arg, const struct questionnaire_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->id, 0))
        return 0;
    return row_add(page->items, row);
}

static int filter_read(struct call *call, struct questionnaire_filter *f, struct page *ret_page)
{
    static const char *const states[] = {"draft", "enabled", "disabled", NULL};
    int r = query_title(call, &f->title);

    if (r == 0)
        r = call_query_word(call, "state", states, &f->state);
    if (r == 0)
        r = call_query_word(call, "stage", questionnaire_stages, &f->stage);
    if (r == 0)
        r = call_query_int(call, "project", 1, INT64_MAX, 0, &f->project_id);
    if (r == 0)
        r = call_query_int(call, "from_ms", 0, INT64_MAX, 0, &f->from_ms);
    if (r == 0)
        r = call_query_int(call, "to_ms", 0, INT64_MAX, 0, &f->before_ms);
    if (r == 0)
        r = page_begin(call, 1, QUESTIONNAIRE_PAGE_MAX - 1, PAGE_DEFAULT, ret_page);
    if (r < 0)
        return r;
    f->before_id = ret_page->at[0];
    f->limit = page_limit(ret_page);
    return 0;
}

int api_questionnaire_list(struct call *call)
{
    struct questionnaire_filter filter = {.project_id = 0};
    struct page page;
    int r = filter_read(call, &filter, &page);

    if (r < 0)
        return r;
    r = questionnaire_scan(&call->tx, &filter, page_add, &page);
    return page_reply(call, &page, r);
}

/* ---- drafts ---- */

/* "valid": {"from", "until"}: from the beginning of the one day to the end of the other. */
static void body_valid(struct body *b, struct questionnaire_days *days,
                       const struct questionnaire_days **ret_days)
{
    struct body inner = {.call = b->call, .prefix = "valid"};

    body_object(b, "valid", BODY_OPTIONAL, &inner.object);
    if (!inner.object)
        return;
    body_date(&inner, "from", BODY_OPTIONAL, &days->valid_from);
    body_date(&inner, "until", BODY_OPTIONAL, &days->valid_until);
    (void)body_end(&inner); /* the outer one tells */
    *ret_days = days;
}

static int days_place(struct call *call, struct questionnaire_days *days)
{
    int64_t end = 0;
    int r = 0;

    if (days->valid_from && days->valid_from[0]) {
        r = day_end_ms(days->valid_from, &end);
        days->starts_ms = day_midnight_ms(end - 1);
    }
    if (r == 0 && days->valid_until && days->valid_until[0])
        r = day_end_ms(days->valid_until, &days->ends_ms);
    return r == -EINVAL ? fault_set(call->tx.fault, FAULT_DATE, "field", "valid", NULL) : r;
}

int api_questionnaire_create(struct call *call)
{
    struct questionnaire_days days = {.starts_ms = 0};
    const struct questionnaire_days *given = NULL;
    const char *stage = NULL, *title = NULL;
    int64_t project_id, id;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "stage", BODY_REQUIRED, questionnaire_stages, &stage);
    body_text(&b, "title", BODY_REQUIRED, 1, QUESTIONNAIRE_TITLE_MAX, &title);
    body_valid(&b, &days, &given);
    r = body_end(&b);
    if (r == 0)
        r = days_place(call, &days);
    if (r == 0)
        r = questionnaire_create(&call->tx, project_id, stage, title, &days, &id);
    return r < 0 ? r : reply_set(call, id, 201);
}

/* An array of {"text"}; in the pool of the list that they are for. */
static void body_choices(struct body *b, const char *field, size_t max, struct pool *pool,
                         struct question_option **ret_choices, size_t *ret_n)
{
    struct question_option *choices;
    json_t *array = NULL, *one;
    char prefix[48];
    size_t i;

    body_array(b, field, BODY_OPTIONAL, max, &array);
    choices = pool_alloc(pool, json_array_size(array) * sizeof(*choices) + 1);
    if (!choices)
        body_failed(b, field);
    if (!array || !choices)
        return;
    json_array_foreach(array, i, one)
    {
        struct body inner = {.call = b->call, .object = one, .prefix = prefix};

        snprintf(prefix, sizeof(prefix), "%s/%s/%zu", b->prefix, field, i);
        choices[i].text = "";
        if (json_is_object(one)) {
            body_text(&inner, "text", BODY_REQUIRED, 1, QUESTION_OPTION_MAX, &choices[i].text);
            (void)body_end(&inner);
        } else {
            fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, prefix, "field", field, "expected",
                       "object", NULL);
        }
    }
    *ret_choices = choices;
    *ret_n = json_array_size(array);
}

static void body_question(struct call *call, json_t *object, size_t i, struct question_list *list)
{
    struct question *q = &list->items[i];
    int kind = QUESTION_SINGLE;
    char prefix[32];
    struct body b = {.call = call, .object = object, .prefix = prefix};

    snprintf(prefix, sizeof(prefix), "questions/%zu", i);
    q->text = "";
    if (!json_is_object(object)) {
        fault_item(call->tx.fault, FAULT_FIELD_TYPE, 0, prefix, "field", "questions", "expected",
                   "object", NULL);
        return;
    }
    body_choice(&b, "kind", BODY_REQUIRED, question_kinds, &kind);
    q->kind = (enum question_kind)kind;
    body_text(&b, "text", BODY_REQUIRED, 1, QUESTION_TEXT_MAX, &q->text);
    body_bool(&b, "required", BODY_OPTIONAL, &q->required);
    if (q->kind == QUESTION_SCORE)
        body_int(&b, "low", BODY_REQUIRED, 0, QUESTION_SCORE_MAX, &q->low);
    if (q->kind == QUESTION_SCORE || q->kind == QUESTION_TEXT || q->kind == QUESTION_MULTI)
        body_int(&b, "high", BODY_REQUIRED, 1, QUESTION_LONG_MAX, &q->high);
    body_choices(&b, "options", QUESTION_OPTIONS_MAX, &list->pool, &q->options, &q->n_options);
    body_choices(&b, "rows", QUESTION_ROWS_MAX, &list->pool, &q->rows, &q->n_rows);
    (void)body_end(&b);
}

static int body_questions(struct body *b, struct question_list *list,
                          const struct question_list **ret_list)
{
    json_t *array = NULL, *one;
    size_t i;

    body_array(b, "questions", BODY_OPTIONAL, QUESTIONS_MAX, &array);
    if (!array)
        return 0;
    list->n = json_array_size(array);
    list->items = pool_alloc(&list->pool, list->n * sizeof(*list->items) + 1);
    if (!list->items)
        return -ENOMEM;
    json_array_foreach(array, i, one) body_question(b->call, one, i, list);
    *ret_list = list;
    return 0;
}

int api_questionnaire_update(struct call *call)
{
    struct questionnaire_days days = {.starts_ms = 0};
    struct questionnaire_change c = {.title = NULL};
    struct question_list list = {.n = 0};
    struct body b;
    int r = call_param_id(call, 0, &c.id), wrong;

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_word(&b, "stage", BODY_OPTIONAL, questionnaire_stages, &c.stage);
    body_text(&b, "title", BODY_OPTIONAL, 1, QUESTIONNAIRE_TITLE_MAX, &c.title);
    body_valid(&b, &days, &c.days);
    r = body_questions(&b, &list, &c.questions);
    wrong = body_end(&b);
    if (r == 0)
        r = wrong;
    if (r == 0)
        r = days_place(call, &days);
    if (r == 0)
        r = questionnaire_update(&call->tx, &c);
    question_list_free(&list);
    return r < 0 ? r : reply_set(call, c.id, 200);
}

/* What is changed, and the version that the caller knows. */
static int version_read(struct call *call, int64_t *ret_id, int64_t *ret_version)
{
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, ret_version);
    return body_end(&b);
}

int api_questionnaire_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : questionnaire_delete(&call->tx, id);
}

/* ---- in use ---- */

int api_questionnaire_enable(struct call *call)
{
    int64_t id, version = 0;
    int r = version_read(call, &id, &version);

    if (r == 0)
        r = questionnaire_enable(&call->tx, id, version);
    return r < 0 ? r : reply_set(call, id, 200);
}

int api_questionnaire_disable(struct call *call)
{
    int64_t id, version = 0;
    int r = version_read(call, &id, &version);

    if (r == 0)
        r = questionnaire_disable(&call->tx, id, version);
    return r < 0 ? r : reply_set(call, id, 200);
}

int api_questionnaire_revise(struct call *call)
{
    int64_t id, version = 0, next;
    int r = version_read(call, &id, &version);

    if (r == 0)
        r = questionnaire_revise(&call->tx, id, version, &next);
    return r < 0 ? r : reply_set(call, next, 201);
}

int api_question_retire(struct call *call)
{
    int64_t question_id, id;
    int r = call_param_id(call, 0, &question_id);

    if (r == 0)
        r = questionnaire_retire(&call->tx, question_id, &id);
    return r < 0 ? r : reply_set(call, id, 200);
}
