/* form.c - see form.h. */
#include "db/form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/flow_scope.h"

enum { NAME_TEXT = 60 * 4 + 1 };

/* ---- the fields ---- */

struct field_now {
    int64_t version, project_id, ordinal, required, retired_ms;
    char name[NAME_TEXT], name_en[NAME_TEXT], type[12], choices[FORM_CHOICES_TEXT];
};

static int field_take(void *arg, const struct form_field *field)
{
    struct field_now *now = arg;

    now->version = field->version;
    now->project_id = field->project_id;
    now->ordinal = field->ordinal;
    now->required = field->required;
    now->retired_ms = field->retired_ms;
    snprintf(now->name, sizeof(now->name), "%s", field->name);
    snprintf(now->name_en, sizeof(now->name_en), "%s", field->name_en);
    snprintf(now->type, sizeof(now->type), "%s", field->type);
    snprintf(now->choices, sizeof(now->choices), "%s", field->choices);
    return 0;
}

static int field_read(struct tx *tx, int64_t id, int64_t version, struct field_now *ret)
{
    const struct form_filter filter = {.field_id = id, .subject = SUBJECT_COUNT, .retired = true};
    int r = form_field_each(tx, &filter, field_take, ret);

    if (r == 0)
        r = flow_scope_need(tx, ret->project_id);
    if (r == 0 && ret->version != version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->name, NULL);
    return r;
}

static int choices_check(struct tx *tx, const char *type, const char *choices)
{
    if ((strcmp(type, "choice") == 0) == (choices[0] != '\0'))
        return 0;
    return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "choices", NULL);
}

static void field_trail(struct trail *trail, const struct field_now *before,
                        const struct form_field *after)
{
    const int64_t required = after->required;

    trail_text(trail, "name", before ? before->name : NULL, after->name);
    trail_text(trail, "name_en", before ? before->name_en : NULL, after->name_en);
    trail_text(trail, "choices", before ? before->choices : NULL, after->choices);
    trail_int(trail, "ordinal", before ? &before->ordinal : NULL, &after->ordinal);
    trail_int(trail, "required", before ? &before->required : NULL, &required);
}

/* Of those that are asked, of one subject in one project or in every one. */
static int field_room(struct tx *tx, const struct form_field *field)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM form_field WHERE subject = $1 AND retired_ms IS NULL "
                   "AND ($2 = 0 OR project_id IS NULL OR project_id = $2)",
                   "ti", approval_subjects[field->subject].code, field->project_id);

    return r < 0 ? r : n < FORM_FIELDS_MAX ? 0 : tx_limit_reached(tx, FORM_FIELDS_MAX);
}

int form_field_create(struct tx *tx, const struct form_field *field, int64_t *ret_id)
{
    struct form_field made = *field;
    struct trail trail = {0};
    int r = flow_scope_need(tx, field->project_id);

    if (r == 0)
        r = choices_check(tx, field->type, field->choices);
    if (r == 0)
        r = field_room(tx, field);
    if (r == 0 && made.ordinal == 0)
        r = db_get(tx->db, &made.ordinal,
                   "SELECT COALESCE(MAX(ordinal), 0) + 1 FROM form_field WHERE subject = $1", "t",
                   approval_subjects[field->subject].code);
    if (r >= 0)
        r = db_get(tx->db, &made.id,
                   "INSERT INTO form_field (project_id, subject, ordinal, name, name_en, type, "
                   "choices, required) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                   "otitttti", made.project_id ? &made.project_id : NULL,
                   approval_subjects[made.subject].code, made.ordinal, made.name, made.name_en,
                   made.type, made.choices, (int64_t)made.required);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "subject", NULL, approval_subjects[made.subject].code);
    trail_text(&trail, "type", NULL, made.type);
    field_trail(&trail, NULL, &made);
    r = audit_add(tx, "form-field.create", "form_field", made.id, made.project_id, &trail);
    if (r == 0)
        *ret_id = made.id;
    return r;
}

int form_field_update(struct tx *tx, const struct form_field *field)
{
    struct trail trail = {0};
    struct field_now now;
    int r = field_read(tx, field->id, field->version, &now);

    if (r == 0)
        r = choices_check(tx, now.type, field->choices);
    if (r < 0)
        return r;
    field_trail(&trail, &now, field);
    if (trail_empty(&trail))
        return 0;
    r = db_run(tx->db,
               "UPDATE form_field SET name = $2, name_en = $3, choices = $4, ordinal = $5, "
               "required = $6, version = version + 1 WHERE id = $1",
               "itttii", field->id, field->name, field->name_en, field->choices, field->ordinal,
               (int64_t)field->required);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "form-field.update", "form_field", field->id, now.project_id, &trail);
}

int form_field_retire(struct tx *tx, int64_t id, int64_t version, bool retired)
{
    struct trail trail = {0};
    struct field_now now;
    int r = field_read(tx, id, version, &now);

    if (r < 0 || retired == (now.retired_ms > 0))
        return r;
    r = db_run(tx->db, "UPDATE form_field SET retired_ms = $2, version = version + 1 WHERE id = $1",
               "io", id, retired ? &tx->now_ms : NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "retired", retired ? "no" : "yes", retired ? "yes" : "no");
    return audit_add(tx, "form-field.retire", "form_field", id, now.project_id, &trail);
}

int form_field_each(struct tx *tx, const struct form_filter *filter,
                    int (*each)(void *arg, const struct form_field *field), void *arg)
{
    const char *subject =
        filter->subject == SUBJECT_COUNT ? NULL : approval_subjects[filter->subject].code;
    struct stmt *s = NULL;
    int n = 0;
    int r = filter->project_id ? tx_need_project(tx, filter->project_id) : 0;

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, project_id, subject, ordinal, name, name_en, type, "
                     "choices, required, retired_ms FROM form_field WHERE ($1 = 0 OR id = $1) "
                     "AND ($2 = 0 OR project_id IS NULL OR project_id = $2) "
                     "AND COALESCE($3, subject) = subject AND ($4 = 1 OR retired_ms IS NULL) "
                     "ORDER BY subject, ordinal, id",
                     "iiti", filter->field_id, filter->project_id, subject,
                     (int64_t)filter->retired);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct form_field field = {.id = stmt_int(s, 0),
                                   .version = stmt_int(s, 1),
                                   .project_id = stmt_int(s, 2),
                                   .ordinal = stmt_int(s, 4),
                                   .name = stmt_text(s, 5),
                                   .name_en = stmt_text(s, 6),
                                   .type = stmt_text(s, 7),
                                   .choices = stmt_text(s, 8),
                                   .required = stmt_int(s, 9) != 0,
                                   .retired_ms = stmt_int(s, 10)};

        /* A subject that this program does not know is passed over. */
        if (!approval_subject_by_code(stmt_text(s, 3), &field.subject) ||
            (field.project_id && !actor_sees_project(tx->actor, field.project_id)))
            continue;
        n++;
        r = each(arg, &field);
    }
    stmt_reset(s);
    if (r >= 0 && filter->field_id && n == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* ---- what was filled in ---- */

/* At least one digit before a point, and one to four after it. */
static bool is_number(const char *text)
{
    size_t sign = text[0] == '-', before = strspn(text + sign, "0123456789");
    const char *rest = text + sign + before;
    size_t after = rest[0] == '.' ? strspn(rest + 1, "0123456789") : 0;

    return before > 0 && before <= 15 &&
           (rest[0] == '\0' || (after > 0 && after <= 4 && rest[1 + after] == '\0'));
}

static bool is_fen(const char *text)
{
    size_t sign = text[0] == '-', n = strspn(text + sign, "0123456789");

    return n > 0 && n <= 15 && text[sign + n] == '\0';
}

static int64_t digits(const char *text, size_t n)
{
    int64_t value = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool is_date(const char *text)
{
    static const int64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    year = digits(text, 4);
    month = digits(text + 5, 2);
    day = digits(text + 8, 2);
    if (year < 1900 || month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool is_choice(const char *choices, const char *text)
{
    size_t n = strlen(text);

    for (const char *p = choices; *p;) {
        size_t length = strcspn(p, "\x1f");

        if (length == n && strncmp(p, text, n) == 0)
            return true;
        p += length + (p[length] != '\0');
    }
    return false;
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool value_fits(const struct form_field *field, const char *value)
{
    if (strcmp(field->type, "number") == 0)
        return is_number(value);
    if (strcmp(field->type, "money") == 0)
        return is_fen(value);
    if (strcmp(field->type, "date") == 0)
        return is_date(value);
    if (strcmp(field->type, "choice") == 0)
        return is_choice(field->choices, value);
    if (strcmp(field->type, "yes_no") == 0)
        return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
    return characters(value) <= FORM_VALUE_MAX;
}

struct filling {
    struct tx *tx;
    const struct approval_ask *ask;
    int64_t approval_id;
    size_t asked; /* of the values, how many are of fields that are asked */
};

static const char *value_of(const struct filling *f, int64_t field_id)
{
    for (size_t i = 0; i < f->ask->n_values; i++)
        if (f->ask->values[i].field_id == field_id)
            return f->ask->values[i].value ? f->ask->values[i].value : "";
    return NULL;
}

static int value_store(void *arg, const struct form_field *field)
{
    struct filling *f = arg;
    const char *value = value_of(f, field->id);
    char pointer[48];
    int r;

    snprintf(pointer, sizeof(pointer), "values/%" PRId64, field->id);
    f->asked += value != NULL;
    if (!value || !value[0]) {
        if (field->required)
            fault_item(f->tx->fault, FAULT_FIELD_MISSING, 0, pointer, "field", field->name, NULL);
        return 0;
    }
    if (!value_fits(field, value)) {
        fault_item(f->tx->fault, FAULT_FIELD_CHOICE, 0, pointer, "field", field->name, NULL);
        return 0;
    }
    r = db_run(f->tx->db,
               "INSERT INTO approval_value (approval_id, field_id, value) VALUES ($1, $2, $3)",
               "iit", f->approval_id, field->id, value);
    return r < 0 ? r : 0;
}

int form_values_store(struct tx *tx, int64_t approval_id, const struct approval_ask *ask)
{
    const struct form_filter filter = {.project_id = ask->project_id, .subject = ask->subject};
    struct filling f = {.tx = tx, .ask = ask, .approval_id = approval_id};
    int r = form_field_each(tx, &filter, value_store, &f);

    if (r < 0)
        return r;
    if (f.asked != ask->n_values) /* one twice, or of a field that is not asked */
        fault_item(tx->fault, FAULT_FIELD_UNKNOWN, 0, "values", "field", "values", NULL);
    return fault_fields_wrong(tx->fault);
}
