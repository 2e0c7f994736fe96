/* customer_field.h - fields that the enterprise or a project adds to its customers (CU-05), and
 * their values: a text, a whole number, a day or one of a list. Found by the search box from their
 * beginning.
 *
 * A field is disabled, not deleted: what was written stays and is shown. Its type stays.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_FIELD_H
#define ANCHANG_DB_CUSTOMER_FIELD_H

#include "db/audit.h"

enum {
    CUSTOMER_FIELD_NAME_MAX = 30,
    CUSTOMER_FIELD_CHOICES = 100,
    CUSTOMER_FIELD_CHOICE_MAX = 40,    /* characters of one */
    CUSTOMER_FIELD_CHOICES_MAX = 2000, /* characters of the list, one choice a line */
    CUSTOMER_FIELDS_MAX = 60,          /* of all projects together */
    CUSTOMER_EXTRA_MAX = 200,          /* characters of a value */
};

/* text, number, date, choice; ended by NULL. */
extern const char *const customer_field_types[];

struct customer_field {
    int64_t id, version, project_id; /* 0: of the enterprise */
    const char *name, *type, *choices;
    int64_t ordinal;
    bool enabled;
};
/* Those of the enterprise and of projects the actor sees; @id one alone (0: all). */
int customer_field_scan(struct tx *tx, int64_t id,
                        int (*each)(void *arg, const struct customer_field *field), void *arg);

/* id and version count for a change alone; NULL, and -1 of ordinal and enabled, leave. NAME_TAKEN,
 * NOT_FOUND, VERSION_CHANGED, FIELD_CHOICES (a list with no, empty or equal lines), LIMIT_REACHED.
 * */
struct customer_field_edit {
    int64_t id, version, project_id;
    const char *name, *type, *choices;
    int64_t ordinal;
    int enabled;
};
int customer_field_create(struct tx *tx, const struct customer_field_edit *field, int64_t *ret_id);
int customer_field_update(struct tx *tx, const struct customer_field_edit *change);

/* What was written of a customer, in the order of the fields. */
int customer_extra_scan(struct tx *tx, int64_t customer_id,
                        int (*each)(void *arg, int64_t field_id, const char *name,
                                    const char *value),
                        void *arg);
/* NULL or "" takes it away. FIELD_VALUE: not of that type, or no enabled field of the actor's. */
int customer_extra_set(struct tx *tx, int64_t customer_id, int64_t field_id, const char *value,
                       struct trail *trail);

#endif
