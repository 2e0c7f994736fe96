/* fault.h - the refusal of a request, as a value.
 *
 * A business function returns 0, a negative errno (the system failed: disk, memory), or -EREFUSED:
 * the request itself cannot be done, and the struct fault it was given says why. A fault has a
 * stable code, named arguments and, where the input has rows or fields, one item for each that is
 * wrong. Its texts in every language are in fault.def and nowhere else; the daemon renders them as
 * RFC 9457 problems, anchangctl as lines.
 *
 * Thread: any; a struct fault belongs to one thread. Memory: freed by fault_clear().
 */
#ifndef ANCHANG_DB_FAULT_H
#define ANCHANG_DB_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beyond the kernel's errno range, so that it never collides with one. */
#define EREFUSED 4096

/* What kind of refusal; the numbers are the HTTP status that carries it. */
enum fault_class {
    FAULT_CLASS_INVALID = 400,         /* not well formed */
    FAULT_CLASS_UNAUTHENTICATED = 401, /* nobody is logged in */
    FAULT_CLASS_DENIED = 403,          /* logged in, not allowed */
    FAULT_CLASS_MISSING = 404,         /* not there, or not yours to know */
    FAULT_CLASS_METHOD = 405,
    FAULT_CLASS_CONFLICT = 409, /* the state does not allow it */
    FAULT_CLASS_GONE = 410,     /* was there, expired or revoked */
    FAULT_CLASS_STALE = 412,    /* changed since it was read */
    FAULT_CLASS_TOO_LARGE = 413,
    FAULT_CLASS_URI = 414,
    FAULT_CLASS_MEDIA_TYPE = 415,
    FAULT_CLASS_MISDIRECTED = 421,
    FAULT_CLASS_UNPROCESSABLE = 422, /* well formed, and wrong */
    FAULT_CLASS_TOO_MANY = 429,
    FAULT_CLASS_INTERNAL = 500,
    FAULT_CLASS_UNAVAILABLE = 503,
    FAULT_CLASS_FULL = 507, /* no room on the disk */
};

enum fault_code {
#define FAULT(symbol, class, code, zh, en) FAULT_##symbol,
#include "db/fault.def"
#undef FAULT
    FAULT_COUNT
};

enum lang { LANG_ZH, LANG_EN };

enum { FAULT_ARGS_MAX = 8, FAULT_ITEMS_MAX = 500 };

struct fault_arg {
    const char *name; /* a string constant */
    char *value;      /* owned */
};

/* One field or row that is wrong. */
struct fault_item {
    enum fault_code code;
    int64_t row;    /* 1-based row of the input; 0: no row */
    char field[48]; /* JSON pointer or column name; "": no field */
    struct fault_arg args[FAULT_ARGS_MAX];
    size_t n_args;
};

struct fault {
    enum fault_code code;
    bool set;
    struct fault_arg args[FAULT_ARGS_MAX];
    size_t n_args;
    struct fault_item *items; /* owned; at most FAULT_ITEMS_MAX */
    size_t n_items;
    size_t total_items; /* how many there were, kept or not */
};

/* Sets @f (which may be NULL) to @code with name/value pairs, ended by NULL; values are copied and
 * may be NULL (shown as ""). Returns -EREFUSED always, so that a refusal is one line:
 *     return fault_set(f, FAULT_UNIT_CHANGED, "unit", label, NULL);
 * What @f said before is dropped, its items stay. */
int fault_set(struct fault *f, enum fault_code code, ...) __attribute__((sentinel));

/* "Always" is also for compilers and analysers, which see one file at a time. */
static inline int fault_refused(int r)
{
    (void)r;
    return -EREFUSED;
}
#define fault_set(...) fault_refused(fault_set(__VA_ARGS__))

/* Adds one item; @row 0 and @field NULL mean none. Past FAULT_ITEMS_MAX it is only counted. */
void fault_item(struct fault *f, enum fault_code code, int64_t row, const char *field, ...)
    __attribute__((sentinel));
/* The same of what @from says: a row that was refused as a request of its own would be. */
void fault_item_of(struct fault *f, const struct fault *from, int64_t row, const char *field);
/* FIELDS_WRONG, with how many items there are; 0 when there is none. */
int fault_fields(struct fault *f);
/* The same where one was just added: -EREFUSED always. */
static inline int fault_fields_refused(struct fault *f)
{
    return fault_refused(fault_fields(f));
}

/* Frees what @f owns and leaves it unset. */
void fault_clear(struct fault *f);

const char *fault_code_text(enum fault_code code); /* stable code, e.g. "unit.changed" */
enum fault_class fault_code_class(enum fault_code code);

/* Its items in the order of their rows, under IMPORT_ROWS_WRONG with how many there are:
 * -EREFUSED. */
int fault_rows_wrong(struct fault *f);

/* @text with each {name} as its argument says; one that is not there is nothing. What does not fit
 * is cut between characters. Returns the bytes written. */
size_t text_render(const char *text, const struct fault_arg *args, size_t n_args, char *out,
                   size_t size);

/* The sentence in @lang with the arguments filled in, at most @size - 1 bytes, cut at a character
 * boundary. Returns the length written. */
size_t fault_render(enum fault_code code, const struct fault_arg *args, size_t n_args,
                    enum lang lang, char *out, size_t size);

#endif
