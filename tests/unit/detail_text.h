/* detail_text.h - the changes of one row of the log (AuditField) as one text, to compare with. */
#ifndef DETAIL_TEXT_H
#define DETAIL_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* "field: before > after; field: after; field: ***" of @row's detail; good until the next call. */
static inline const char *detail_text(const json_t *row)
{
    static char text[2048];
    size_t i, used = 0;
    json_t *field;

    text[0] = '\0';
    json_array_foreach(json_object_get(row, "detail"), i, field)
    {
        const char *before = json_string_value(json_object_get(field, "before"));
        const char *after = json_string_value(json_object_get(field, "after"));
        const bool hidden = json_is_true(json_object_get(field, "hidden"));

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s%s%s", i ? "; " : "",
                                 json_string_value(json_object_get(field, "field")),
                                 before ? before : "", before ? " > " : "",
                                 hidden  ? "***"
                                 : after ? after
                                         : "");
        if (used >= sizeof(text))
            break;
    }
    return text;
}

#endif
