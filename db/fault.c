/* fault.c - see fault.h. */
#include "db/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fault_text {
    enum fault_class class;
    const char *code;
    const char *text[2]; /* by enum lang */
};

static const struct fault_text texts[FAULT_COUNT] = {
#define FAULT(symbol, class, code, zh, en) [FAULT_##symbol] = {FAULT_CLASS_##class, code, {zh, en}},
#include "db/fault.def"
#undef FAULT
};

static void args_clear(struct fault_arg *args, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        free(args[i].value);
    *n = 0;
}

/* A lost argument is shown as "": a refusal must not fail for want of memory. */
static void args_take(struct fault_arg *args, size_t *n, va_list ap)
{
    const char *name;

    *n = 0;
    while ((name = va_arg(ap, const char *)) != NULL) {
        const char *value = va_arg(ap, const char *);

        if (*n == FAULT_ARGS_MAX)
            continue;
        args[*n].name = name;
        args[*n].value = strdup(value ? value : "");
        (*n)++;
    }
}

int(fault_set)(struct fault *f, enum fault_code code, ...)
{
    va_list ap;

    if (!f)
        return -EREFUSED;
    args_clear(f->args, &f->n_args);
    f->code = code;
    f->set = true;
    va_start(ap, code);
    args_take(f->args, &f->n_args, ap);
    va_end(ap);
    return -EREFUSED;
}

/* One more item, which is only counted past FAULT_ITEMS_MAX: NULL then. */
static struct fault_item *item_add(struct fault *f, enum fault_code code, int64_t row,
                                   const char *field)
{
    struct fault_item *item;

    f->total_items++;
    if (f->n_items == FAULT_ITEMS_MAX)
        return NULL;
    if ((f->n_items & (f->n_items - 1)) == 0) { /* grow at powers of two */
        size_t room = f->n_items ? f->n_items * 2 : 1;
        struct fault_item *items = realloc(f->items, room * sizeof(*items));

        if (!items)
            return NULL;
        f->items = items;
    }
    item = &f->items[f->n_items++];
    memset(item, 0, sizeof(*item));
    item->code = code;
    item->row = row;
    if (field)
        snprintf(item->field, sizeof(item->field), "%s", field);
    return item;
}

void fault_item(struct fault *f, enum fault_code code, int64_t row, const char *field, ...)
{
    struct fault_item *item = f ? item_add(f, code, row, field) : NULL;
    va_list ap;

    if (!item)
        return;
    va_start(ap, field);
    args_take(item->args, &item->n_args, ap);
    va_end(ap);
}

void fault_item_of(struct fault *f, const struct fault *from, int64_t row, const char *field)
{
    struct fault_item *item = f ? item_add(f, from->code, row, field) : NULL;

    for (; item && item->n_args < from->n_args; item->n_args++) {
        const struct fault_arg *arg = &from->args[item->n_args];

        item->args[item->n_args] =
            (struct fault_arg){arg->name, strdup(arg->value ? arg->value : "")};
    }
}

int fault_fields(struct fault *f)
{
    char count[24];

    if (!f || f->total_items == 0)
        return 0;
    snprintf(count, sizeof(count), "%zu", f->total_items);
    return fault_set(f, FAULT_FIELDS_WRONG, "count", count, NULL);
}

void fault_clear(struct fault *f)
{
    if (!f)
        return;
    args_clear(f->args, &f->n_args);
    for (size_t i = 0; i < f->n_items; i++)
        args_clear(f->items[i].args, &f->items[i].n_args);
    free(f->items);
    memset(f, 0, sizeof(*f));
}

const char *fault_code_text(enum fault_code code)
{
    return texts[code].code;
}

enum fault_class fault_code_class(enum fault_code code)
{
    return texts[code].class;
}

static const char *arg_value(const struct fault_arg *args, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(args[i].name) == len && strncmp(args[i].name, name, len) == 0)
            return args[i].value ? args[i].value : "";
    return "";
}

size_t text_render(const char *text, const struct fault_arg *args, size_t n_args, char *out,
                   size_t size)
{
    const char *p = text;
    bool cut = false;
    size_t used = 0;

    if (size == 0)
        return 0;
    while (*p && used + 1 < size) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;

        if (end) {
            const char *value = arg_value(args, n_args, p + 1, (size_t)(end - p - 1));
            size_t len = strlen(value);

            cut = len > size - 1 - used;
            if (cut)
                len = size - 1 - used;
            memcpy(out + used, value, len);
            used += len;
            p = end + 1;
        } else {
            out[used++] = *p++;
        }
    }
    cut = cut || *p;
    while (used > 0 && cut && ((unsigned char)out[used - 1] & 0xC0) == 0x80)
        used--; /* the tail of a split character, and its head */
    if (cut && used > 0 && (unsigned char)out[used - 1] >= 0xC0)
        used--;
    out[used] = '\0';
    return used;
}

size_t fault_render(enum fault_code code, const struct fault_arg *args, size_t n_args,
                    enum lang lang, char *out, size_t size)
{
    return text_render(texts[code].text[lang], args, n_args, out, size);
}

static int item_compare(const void *a, const void *b)
{
    const struct fault_item *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

int fault_rows_wrong(struct fault *f)
{
    char text[24];

    qsort(f->items, f->n_items, sizeof(*f->items), item_compare);
    snprintf(text, sizeof(text), "%zu", f->total_items);
    return fault_set(f, FAULT_IMPORT_ROWS_WRONG, "count", text, NULL);
}
