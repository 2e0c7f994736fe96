/* form.c - fields that an office adds to the forms of requests (WF-02). */
#include "db/form.h"

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/record.h"

static int field_add(void *arg, const struct form_field *field)
{
    const struct rows_out *out = arg;
    const char *code = approval_subjects[field->subject].code;
    json_t *o = json_object();

    set_int(o, "id", field->id);
    set_int(o, "version", field->version);
    set_int_or_null(o, "project_id", field->project_id);
    set_text(o, "subject", code);
    set_text(o, "subject_name", subject_name(out->call, code));
    set_int(o, "ordinal", field->ordinal);
    set_text(o, "name", field->name);
    set_text(o, "name_en", field->name_en);
    set_text(o, "type", field->type);
    json_object_set_new(o, "choices", word_list_json(field->choices, FORM_CHOICE_END));
    set_bool(o, "required", field->required);
    set_int_or_null(o, "retired_ms", field->retired_ms);
    return items_add(out->items, o);
}

int api_form_field_list(struct call *call)
{
    struct form_filter filter = {.subject = SUBJECT_COUNT, .retired = true};
    struct rows_out out = {call, json_array()};
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &filter.project_id);

    if (r == 0)
        r = form_field_each(&call->tx, &filter, field_add, &out);
    return reply_items(call, out.items, r);
}

/* What a request of a subject is asked for besides its own content, for who fills it in. */
int api_form_get(struct call *call)
{
    struct form_filter filter = {.project_id = 0};
    struct rows_out out = {call, json_array()};
    int r = call_param_id(call, 0, &filter.project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, filter.project_id);
    if (r == 0 && !approval_subject_by_code(call->param[1], &filter.subject))
        r = fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = form_field_each(&call->tx, &filter, field_add, &out);
    return reply_items(call, out.items, r);
}

static int reply_field(struct call *call, int64_t id, int status)
{
    const struct form_filter filter = {.field_id = id, .subject = SUBJECT_COUNT, .retired = true};
    struct rows_out out = {call, json_array()};
    int r = form_field_each(&call->tx, &filter, field_add, &out);

    return reply_first(call, out.items, r, status, "form-fields");
}

static void field_read(struct body *b, struct form_field *field, char *choices)
{
    body_int(b, "ordinal", BODY_OPTIONAL, 0, 100000, &field->ordinal);
    body_text(b, "name", BODY_REQUIRED, 1, 40, &field->name);
    body_text(b, "name_en", BODY_OPTIONAL, 0, 60, &field->name_en);
    choices[0] = '\0';
    body_word_list(b, "choices", FORM_CHOICES_MAX, FORM_CHOICE_MAX, FORM_CHOICE_END,
                   FORM_CHOICES_LIST, choices);
    body_bool(b, "required", BODY_REQUIRED, &field->required);
    field->choices = choices;
}

int api_form_field_create(struct call *call)
{
    static const char *const types[] = {"text",   "number", "money", "date",
                                        "choice", "yes_no", NULL};
    struct form_field field = {.name_en = ""};
    char choices[FORM_CHOICES_TEXT];
    int64_t id = 0;
    struct body b;
    int r;

    body_begin(&b, call);
    body_subject(&b, &field.subject);
    body_int_or_null(&b, "project_id", 1, INT64_MAX, &field.project_id);
    body_word(&b, "type", BODY_REQUIRED, types, &field.type);
    field_read(&b, &field, choices);
    r = body_end(&b);
    if (r == 0)
        r = form_field_create(&call->tx, &field, &id);
    return r < 0 ? r : reply_field(call, id, 201);
}

int api_form_field_update(struct call *call)
{
    struct form_field field = {.name_en = ""};
    char choices[FORM_CHOICES_TEXT];
    struct body b;
    int r = call_param_id(call, 0, &field.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &field.version);
    field_read(&b, &field, choices);
    r = body_end(&b);
    if (r == 0)
        r = form_field_update(&call->tx, &field);
    return r < 0 ? r : reply_field(call, field.id, 200);
}

int api_form_field_retire(struct call *call)
{
    int64_t id = 0, version = 0;
    bool retired = true;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_bool(&b, "retired", BODY_REQUIRED, &retired);
    r = body_end(&b);
    if (r == 0)
        r = form_field_retire(&call->tx, id, version, retired);
    return r < 0 ? r : reply_field(call, id, 200);
}
