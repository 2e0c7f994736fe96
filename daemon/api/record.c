/* record.c - see record.h. */
#include "daemon/api/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/text.h"
#include "db/default_name.h"
#include "db/unit_class.h"

const char *const class_codes[] = {
#define CLASS(symbol, code, ...) code,
#include "db/unit_class.def"
#undef CLASS
    NULL,
};

/* ---- out ---- */

void set_int(json_t *object, const char *name, int64_t value)
{
    json_object_set_new_nocheck(object, name, json_integer(value));
}

void set_bool(json_t *object, const char *name, bool value)
{
    json_object_set_new_nocheck(object, name, json_boolean(value));
}

void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new_nocheck(object, name, json_string_nocheck(text ? text : ""));
}

void set_text_or_null(json_t *object, const char *name, const char *text)
{
    json_object_set_new_nocheck(object, name,
                                text && text[0] ? json_string_nocheck(text) : json_null());
}

void set_name(const struct call *call, json_t *object, const char *member, const char *name)
{
    set_text(object, member, name ? default_name_in(name, call->lang) : NULL);
}

void set_int_or_null(json_t *object, const char *name, int64_t value)
{
    json_object_set_new_nocheck(object, name, value ? json_integer(value) : json_null());
}

void set_problems(json_t *object, const struct fault *f, enum lang lang)
{
    json_t *problems = json_array();
    char text[512];

    for (size_t i = 0; i < f->n_items; i++) {
        const struct fault_item *item = &f->items[i];
        json_t *o = json_object();

        fault_render(item->code, item->args, item->n_args, lang, text, sizeof(text));
        set_int(o, "row", item->row);
        set_text(o, "field", item->field);
        set_text(o, "code", fault_code_text(item->code));
        set_text(o, "detail", text);
        json_array_append_new(problems, o);
    }
    json_object_set_new_nocheck(object, "problems", problems);
    set_int(object, "problems_total", (int64_t)f->total_items);
}

int items_add(json_t *items, json_t *object)
{
    return json_array_append_new(items, object) < 0 ? -ENOMEM : 0;
}

int reply_items(struct call *call, json_t *items, int r)
{
    if (r < 0) {
        json_decref(items);
        return r;
    }
    call->reply.body = json_object();
    json_object_set_new_nocheck(call->reply.body, "items", items);
    return call->reply.body && json_object_get(call->reply.body, "items") ? 0 : -ENOMEM;
}

int reply_first(struct call *call, json_t *items, int r, int status, const char *place)
{
    json_t *first = json_array_get(items, 0);

    if (r == 0 && !first)
        r = items ? fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL) : -ENOMEM;
    if (r == 0) {
        call->reply.body = json_incref(first);
        call->reply.status = status;
        if (status == 201)
            snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/%s/%lld", place,
                     (long long)json_integer_value(json_object_get(first, "id")));
    }
    json_decref(items);
    return r;
}

/* filename for old readers, filename* (RFC 5987) for all others. */
static void disposition_write(const char *name, const char *ending, char *out, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t used =
        (size_t)snprintf(out, size, "attachment; filename=\"export%s\"; filename*=UTF-8''", ending);

    for (const unsigned char *c = (const unsigned char *)name; *c && used + 4 < size; c++) {
        if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
            *c == '-' || *c == '.' || *c == '_') {
            out[used++] = (char)*c;
        } else {
            out[used++] = '%';
            out[used++] = hex[*c >> 4];
            out[used++] = hex[*c & 15];
        }
    }
    out[used] = '\0';
}

void reply_download(struct call *call, const char *name, const char *content_type, char *bytes,
                    size_t n)
{
    disposition_write(name, strrchr(name, '.'), call->reply.disposition,
                      sizeof(call->reply.disposition));
    call->reply.bytes = bytes;
    call->reply.n_bytes = n;
    call->reply.content_type = content_type;
}

/* ---- in ---- */

static bool is_null(const struct body *b, const char *field)
{
    return json_is_null(json_object_get(b->object, field));
}

void body_text_or_null(struct body *b, const char *field, size_t max, const char **ret_text)
{
    if (is_null(b, field))
        *ret_text = "";
    body_text(b, field, BODY_OPTIONAL, 0, max, ret_text);
}

void body_int_or_null(struct body *b, const char *field, int64_t min, int64_t max,
                      int64_t *ret_value)
{
    if (is_null(b, field))
        *ret_value = 0;
    body_int(b, field, BODY_OPTIONAL, min, max, ret_value);
}

static int digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool date_valid(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, last;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    year = digits(text, 4);
    month = digits(text + 5, 2);
    day = digits(text + 8, 2);
    if (year < 1900 || month < 1 || month > 12)
        return false;
    last = days[month - 1];
    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        last = 29;
    return day >= 1 && day <= last;
}

void body_date(struct body *b, const char *field, enum body_need need, const char **ret_text)
{
    const char *text = NULL;

    if (need == BODY_OPTIONAL && is_null(b, field))
        *ret_text = "";
    body_text(b, field, need, 10, 10, &text);
    if (!text)
        return;
    if (date_valid(text))
        *ret_text = text;
    else
        fault_item(b->call->tx.fault, FAULT_DATE, 0, field, "field", field, NULL);
}

void body_tristate(struct body *b, const char *field, int *ret_value)
{
    bool value = false;

    *ret_value = -1;
    body_bool(b, field, BODY_OPTIONAL, &value);
    if (json_is_boolean(json_object_get(b->object, field)))
        *ret_value = value;
}

void body_name(struct body *b, const char *field, enum body_need need, size_t max,
               const char **ret_name)
{
    body_text(b, field, need, 1, max, ret_name);
    *ret_name = default_name_stored(*ret_name);
}

void body_word(struct body *b, const char *field, enum body_need need, const char *const *choices,
               const char **ret_text)
{
    int index = -1;

    body_choice(b, field, need, choices, &index);
    if (index >= 0)
        *ret_text = choices[index];
}

static int id_compare(const void *a, const void *b)
{
    const struct unit_ref *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static bool ref_read(json_t *value, struct unit_ref *ref)
{
    json_t *id = json_object_get(value, "id"), *version = json_object_get(value, "version");

    if (!json_is_integer(id) || !json_is_integer(version) || json_object_size(value) != 2)
        return false;
    *ref = (struct unit_ref){json_integer_value(id), json_integer_value(version)};
    return ref->id > 0 && ref->version > 0;
}

/* The same unit twice would be changed once and then refused for its version. @sorted: room for
 * @n. */
static bool refs_unique(const struct unit_ref *refs, size_t n, struct unit_ref *sorted)
{
    bool unique = true;

    memcpy(sorted, refs, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), id_compare);
    for (size_t i = 1; unique && i < n; i++)
        unique = sorted[i].id != sorted[i - 1].id;
    return unique;
}

void body_units(struct body *b, struct unit_ref **ret_units, size_t *ret_n)
{
    struct unit_ref *refs;
    json_t *array = NULL;
    bool good;
    size_t n;

    body_array(b, "units", BODY_REQUIRED, UNIT_BATCH_MAX, &array);
    if (!array)
        return;
    n = json_array_size(array);
    refs = calloc(2 * n + 1, sizeof(*refs)); /* and to sort them in */
    if (!refs) {
        body_failed(b, "units");
        return;
    }
    good = n > 0;
    for (size_t i = 0; good && i < n; i++)
        good = ref_read(json_array_get(array, i), &refs[i]);
    if (!good || !refs_unique(refs, n, refs + n)) {
        fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, "units", "field", "units", "expected",
                   "[{id, version}]", NULL);
        free(refs);
        return;
    }
    *ret_units = refs;
    *ret_n = n;
}

void set_classes(json_t *object, const char *name, unsigned set)
{
    json_t *classes = json_array();

    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++)
        if (set & CLASS_BIT(i))
            json_array_append_new(classes, json_string(unit_classes[i].code));
    json_object_set_new_nocheck(object, name, classes);
}

static bool is_code(const char *code)
{
    const size_t n = code ? strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_-") : 0;

    return n > 0 && n <= 40 && !code[n];
}

void body_codes(struct body *b, const char *field, enum body_need need, size_t max, char *out,
                size_t size)
{
    json_t *codes = NULL;
    size_t used = 0;

    body_array(b, field, need, max, &codes);
    if (codes)
        out[0] = '\0';
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));

        if (!is_code(code) || used + strlen(code) + 2 > size)
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, field, "field", field,
                       NULL);
        else
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", code);
    }
}

json_t *word_list_json(const char *list, char between)
{
    json_t *words = json_array();

    while (*list) {
        const char *end = strchrnul(list, between);

        json_array_append_new(words, json_stringn(list, (size_t)(end - list)));
        list = end + (*end != '\0');
    }
    return words;
}

void set_codes(json_t *object, const char *name, const char *codes)
{
    json_object_set_new_nocheck(object, name, word_list_json(codes, ' '));
}

bool body_word_list(struct body *b, const char *field, size_t most, size_t max, char between,
                    size_t list, char *out)
{
    const char *words[BODY_WORDS_MAX];
    size_t n = SIZE_MAX, used = 0, characters = 0;
    char limit[24];

    body_words(b, field, BODY_OPTIONAL, most, 1, max, words, &n);
    if (n == SIZE_MAX)
        return false;
    for (size_t i = 0; i < n && characters <= list; i++) {
        const size_t bytes = strlen(words[i]);
        size_t its = 0;

        text_allowed(words[i], bytes, &its);
        characters += its + (i > 0);
        if (characters > list)
            break;
        if (i > 0)
            out[used++] = between;
        memcpy(out + used, words[i], bytes);
        used += bytes;
    }
    out[used] = '\0';
    snprintf(limit, sizeof(limit), "%zu", list);
    if (characters > list)
        fault_item(b->call->tx.fault, FAULT_FIELD_LENGTH, 0, field, "field", field, "min", "0",
                   "max", limit, NULL);
    return true;
}

int call_query_lang(struct call *call, enum lang *ret_lang)
{
    static const char *const langs[] = {[LANG_ZH] = "zh", [LANG_EN] = "en", NULL};
    int lang = call->lang, r = call_query_choice(call, "lang", langs, &lang);

    *ret_lang = (enum lang)lang;
    return r;
}

int call_query_day(struct call *call, const char *name, const char **ret_day)
{
    const char *text = call_query(call, name);

    if (text && !date_valid(text)) {
        fault_item(call->tx.fault, FAULT_DATE, 0, name, "field", name, NULL);
        return fault_fields_refused(call->tx.fault);
    }
    if (text)
        *ret_day = text;
    return 0;
}

void body_classes(struct body *b, unsigned *set, const unsigned **ret_set)
{
    json_t *codes = NULL;

    body_array(b, "classes", BODY_OPTIONAL, UNIT_CLASS_COUNT, &codes);
    if (!codes)
        return;
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        const struct class_info *class = unit_class_info(code);

        if (class)
            *set |= CLASS_BIT(class - unit_classes);
        else
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, "classes", "field",
                       "classes", NULL);
    }
    *ret_set = set;
}
