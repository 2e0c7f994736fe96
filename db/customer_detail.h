/* customer_detail.h - what else is known of a customer (CU-05): basic, family, job, habit; and the
 * values of the fields that a project or the enterprise added (customer_field.h).
 *
 * A change goes under the customer's version. When somebody was born, where he lives and his mail
 * address are given out in part, in clear to customer_clear() alone.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_DETAIL_H
#define ANCHANG_DB_CUSTOMER_DETAIL_H

#include "db/tx.h"

/* DETAIL_TEXT(name, most characters), DETAIL_WORD(name, words...), DETAIL_INT(name, least, most),
 * DETAIL_OPTION(name, kind): the columns, in the order of the table. */
#define CUSTOMER_DETAIL(TEXT, WORD, INT, OPTION)                                                   \
    WORD(gender, "male", "female")                                                                 \
    TEXT(birth_date, 10)                                                                           \
    WORD(marital, "single", "married", "divorced", "widowed")                                      \
    WORD(education, "school", "college", "bachelor", "master", "doctor")                           \
    TEXT(email, 80)                                                                                \
    TEXT(address, 120)                                                                             \
    OPTION(district_id, OPTION_DISTRICT)                                                           \
    INT(family_size, 1, 30)                                                                        \
    INT(children, 0, 20)                                                                           \
    INT(elders, 0, 20)                                                                             \
    WORD(lives_in, "own", "rent", "family", "staff", "other")                                      \
    OPTION(job_id, OPTION_JOB)                                                                     \
    TEXT(employer, 80)                                                                             \
    TEXT(job_title, 40)                                                                            \
    INT(income_fen, 0, INT64_C(1000000000000))                                                     \
    INT(cars, 0, 20)                                                                               \
    TEXT(hobbies, 120)                                                                             \
    TEXT(reads, 120)                                                                               \
    TEXT(call_when, 60)                                                                            \
    TEXT(note, 500)

enum { DETAIL_NONE = -1, DETAIL_LEAVE = -2 }; /* of a number: not known; not in this change */

/* Texts: "" not known; in a change NULL leaves. Numbers: DETAIL_NONE, and DETAIL_LEAVE. */
struct customer_detail {
#define DETAIL_TEXT(name, most)     const char *name;
#define DETAIL_WORD(name, ...)      const char *name;
#define DETAIL_INT(name, low, high) int64_t name;
#define DETAIL_OPTION(name, kind)   int64_t name;
    CUSTOMER_DETAIL(DETAIL_TEXT, DETAIL_WORD, DETAIL_INT, DETAIL_OPTION)
#undef DETAIL_TEXT
#undef DETAIL_WORD
#undef DETAIL_INT
#undef DETAIL_OPTION
};

/* NOT_FOUND. Not masked: who gives it out masks it (customer_detail_mask()). Texts live during the
 * call. */
int customer_detail_get(struct tx *tx, int64_t customer_id,
                        int (*each)(void *arg, const struct customer_detail *detail), void *arg);

enum { DETAIL_MASKED = 64 };
/* The three that are masked: the year of birth, the beginning of an address, of a mail address the
 * first letter and where it is kept. */
void customer_detail_mask(const struct customer_detail *detail, char ret_birth[DETAIL_MASKED],
                          char ret_address[DETAIL_MASKED], char ret_email[DETAIL_MASKED]);

/* A value of an extra field as people write it; NULL or "": taken away. */
struct customer_extra {
    int64_t field_id;
    const char *value;
};
struct customer_detail_change {
    int64_t customer_id, version;
    struct customer_detail detail;
    const struct customer_extra *extras;
    size_t n_extras;
};
/* NOT_FOUND, VERSION_CHANGED, CUSTOMER_RESTRICTED, OPTION_UNKNOWN, FIELD_VALUE. */
int customer_detail_set(struct tx *tx, const struct customer_detail_change *change);

#endif
