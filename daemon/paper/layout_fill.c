/* layout_fill.c - see layout_fill.h. */
#include "daemon/paper/layout_fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int layout_wrong(const struct layout_fill *f, const char *what, const char *where)
{
    snprintf(f->error, LAYOUT_ERROR_TEXT, "%s: %s", what, where);
    return -EBADMSG;
}

static const char *value_of(const struct layout_fill *f, const char *name)
{
    return strcmp(name, "copy") == 0    ? f->copy
           : strcmp(name, "page") == 0  ? f->page
           : strcmp(name, "pages") == 0 ? f->pages
                                        : sheet_value(f->sheet, name, f->row);
}

int layout_text(const struct layout_fill *f, const char *text, char out[LAYOUT_TEXT])
{
    size_t n = 0;

    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        char name[64];
        const char *value;

        if (!end) {
            if (n + 1 == LAYOUT_TEXT)
                return layout_wrong(f, "a text is too long", text);
            out[n++] = *text++;
            continue;
        }
        snprintf(name, sizeof(name), "%.*s", (int)(end - text - 1), text + 1);
        value = value_of(f, name);
        if (!value)
            return layout_wrong(f, "there is no value of that name", name);
        if (n + strlen(value) >= LAYOUT_TEXT)
            return layout_wrong(f, "a text is too long", name);
        memcpy(out + n, value, strlen(value));
        n += strlen(value);
        text = end + 1;
    }
    out[n] = '\0';
    return 0;
}

int layout_wants(const struct layout_fill *f, const json_t *item)
{
    const char *needs = json_string_value(json_object_get(item, "if"));
    const char *value = needs ? value_of(f, needs) : "";

    if (!value)
        return layout_wrong(f, "there is no value of that name", needs);
    return !needs || value[0];
}
