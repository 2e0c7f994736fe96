/* record.h - what the handlers of records share: setting members, lists, optional fields of a
 * change.
 *
 * Setters ignore memory running out: the whole answer fails then (http/json.h). Thread: any.
 */
#ifndef ANCHANG_API_RECORD_H
#define ANCHANG_API_RECORD_H

#include "daemon/http/call.h"
#include "db/unit.h"

/* ---- what goes out ---- */

void set_int(json_t *object, const char *name, int64_t value);
void set_bool(json_t *object, const char *name, bool value);
void set_text(json_t *object, const char *name, const char *text);         /* NULL: "" */
void set_text_or_null(json_t *object, const char *name, const char *text); /* NULL or "": null */
void set_int_or_null(json_t *object, const char *name, int64_t value);     /* 0: null */
/* "problems" of a list that came in, by row, and "problems_total", as @f has them. */
void set_problems(json_t *object, const struct fault *f, enum lang lang);

/* The name of a flow, a process or a node, which may be a default's (default_name.h): that is given
 * in the language of the call. */
void set_name(const struct call *call, json_t *object, const char *member, const char *name);

/* A set of classes as their codes. */
void set_classes(json_t *object, const char *name, unsigned set);

/* Rows on their way into an array, of a call. */
struct rows_out {
    struct call *call;
    json_t *items;
};
/* Appends @object (taken over) and returns 0 or -ENOMEM: the end of a walk's callback. */
int items_add(json_t *items, json_t *object);
/* {"items": items}; @items is taken over, and dropped when @r is an error, which is returned. */
int reply_items(struct call *call, json_t *items, int r);
/* The first of @items (taken over) as the reply; NOT_FOUND when there is none. @status 201 also
 * names the new thing: @place is its path before the id, and the id is its member "id". */
int reply_first(struct call *call, json_t *items, int r, int status, const char *place);

/* @bytes (malloc, taken over) as a file to keep, called @name with its ending. */
void reply_download(struct call *call, const char *name, const char *content_type, char *bytes,
                    size_t n);

/* ---- what comes in ---- */

/* Absent leaves *ret; null makes it "" (or 0). */
void body_text_or_null(struct body *b, const char *field, size_t max, const char **ret_text);
void body_int_or_null(struct body *b, const char *field, int64_t min, int64_t max,
                      int64_t *ret_value);
/* YYYY-MM-DD; with BODY_OPTIONAL null makes it "". */
void body_date(struct body *b, const char *field, enum body_need need, const char **ret_text);
/* True, false or absent (-1). */
void body_tristate(struct body *b, const char *field, int *ret_value);
/* A name that set_name() gave out, or another: as it is stored. */
void body_name(struct body *b, const char *field, enum body_need need, size_t max,
               const char **ret_name);
/* A choice as its text. */
void body_word(struct body *b, const char *field, enum body_need need, const char *const *choices,
               const char **ret_text);
/* "classes": their codes as a set; none is given: *@ret_set stays and so does what it was. */
void body_classes(struct body *b, unsigned *set, const unsigned **ret_set);
/* An array of codes ([a-z0-9_-], at most @max) as one text with a space between them; @out stays
 * when the field is absent. @size: 42 bytes for each code are enough. */
void body_codes(struct body *b, const char *field, enum body_need need, size_t max, char *out,
                size_t size);
/* The codes of such a text as an array. */
void set_codes(json_t *object, const char *name, const char *codes);
/* body_words() as one text with @between between them: at most @list characters, for which @out has
 * WORD_LIST_TEXT(@list) bytes, else FIELD_LENGTH. @most: BODY_WORDS_MAX or less. False when the
 * field is absent: @out stays. */
enum { BODY_WORDS_MAX = 100 };
#define WORD_LIST_TEXT(list) ((list)*4 + 1)
bool body_word_list(struct body *b, const char *field, size_t most, size_t max, char between,
                    size_t list, char *out);
/* The words of such a text as an array. */
json_t *word_list_json(const char *list, char between);
/* "units": [{id, version}], at least one, none twice; malloc'ed for the caller. */
void body_units(struct body *b, struct unit_ref **ret_units, size_t *ret_n);
/* "lang" of the query, else the call's. */
int call_query_lang(struct call *call, enum lang *ret_lang);
/* A day of the query, YYYY-MM-DD; untouched when absent. */
int call_query_day(struct call *call, const char *name, const char **ret_day);
/* Whether @text is a day of the calendar, YYYY-MM-DD. */
bool date_valid(const char *text);

/* The choices of unit_class.def, ended by NULL. */
extern const char *const class_codes[];

#endif
