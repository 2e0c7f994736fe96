/* form.h - fields that an office adds to the form of a subject (WF-02).
 *
 * A value is text: what was typed; of "number" decimal digits with at most four after the point; of
 * "money" whole fen; of "date" 'YYYY-MM-DD'; of "choice" one of its choices; of "yes_no" "yes" or
 * "no". A retired field is not asked any more and stays readable where it was filled.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_FORM_H
#define ANCHANG_DB_FORM_H

#include "db/approval.h"

enum {
    FORM_FIELDS_MAX = APPROVAL_VALUES_MAX, /* that one request is asked for */
    FORM_CHOICES_MAX = 30,
    FORM_CHOICE_MAX = 40,                                         /* characters of one */
    FORM_CHOICES_LIST = FORM_CHOICES_MAX * (FORM_CHOICE_MAX + 1), /* characters of all */
    FORM_CHOICES_TEXT = FORM_CHOICES_LIST * 4 + 1,
    FORM_VALUE_MAX = 1000, /* characters */
};
#define FORM_CHOICE_END '\x1f'

struct form_field {
    int64_t id, version, project_id; /* project 0: of every one */
    enum approval_subject subject;
    int64_t ordinal;
    const char *name, *name_en, *type;
    const char *choices; /* each but the last ended by FORM_CHOICE_END; "" none */
    bool required;
    int64_t retired_ms; /* 0: asked */
};

/* FIELD_CHOICES (choices where they are not, none where they are, one twice), LIMIT_REACHED,
 * FLOW_SCOPE. An ordinal of 0 puts it at the end. */
int form_field_create(struct tx *tx, const struct form_field *field, int64_t *ret_id);
/* Name, ordinal, choices, required. The type stays: values were given by it. VERSION_CHANGED. */
int form_field_update(struct tx *tx, const struct form_field *field);
/* Retires it, or asks for it again. */
int form_field_retire(struct tx *tx, int64_t id, int64_t version, bool retired);

/* In their order. @project_id 0: all in scope; @subject SUBJECT_COUNT: all; @field_id 0: all.
 * @retired: those too. With a project, those of it and of every one. */
struct form_filter {
    int64_t project_id, field_id;
    enum approval_subject subject;
    bool retired;
};
int form_field_each(struct tx *tx, const struct form_filter *filter,
                    int (*each)(void *arg, const struct form_field *field), void *arg);

/* Checks what was filled in against what is asked and stores it: FIELDS_WRONG, each with the field
 * "values/ID". */
int form_values_store(struct tx *tx, int64_t approval_id, const struct approval_ask *ask);

#endif
