/* question.h - the questions of a set, read whole and written whole (QN-03).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_QUESTION_H
#define ANCHANG_DB_QUESTION_H

#include "db/pool.h"
#include "db/tx.h"

enum {
    QUESTIONS_MAX = 50,
    QUESTION_OPTIONS_MAX = 20,
    QUESTION_ROWS_MAX = 20,
    QUESTION_TEXT_MAX = 200,
    QUESTION_OPTION_MAX = 60, /* characters of an option or a row */
    QUESTION_SCORE_MAX = 100,
    QUESTION_LONG_MAX = 1000, /* characters of a fill-in */
};

enum question_kind {
    QUESTION_SINGLE,
    QUESTION_MULTI,
    QUESTION_TEXT,
    QUESTION_SCORE,
    QUESTION_MATRIX
};
/* Their codes, ended by NULL. */
extern const char *const question_kinds[];

struct question_option {
    int64_t id; /* 0 in what comes in */
    const char *text;
};

struct question {
    int64_t id; /* 0 in what comes in */
    enum question_kind kind;
    const char *text;
    bool required;
    int64_t low;  /* of a score */
    int64_t high; /* of a score; most choices of a multi; most characters of a fill-in; else 0 */
    int64_t retired_ms;              /* 0: it is asked */
    struct question_option *options; /* of a matrix its columns */
    size_t n_options;
    struct question_option *rows; /* of a matrix */
    size_t n_rows;
};

/* In their order. Zero-initialise; freed by question_list_free(), with all texts. */
struct question_list {
    struct question *items;
    size_t n;
    struct pool pool;
};
void question_list_free(struct question_list *list);

/* The questions of a set, retired ones too, appended to @ret_list. */
int question_load(struct tx *tx, int64_t questionnaire_id, struct question_list *ret_list);

/* Puts @list in the place of the questions of a draft. An item for each that is wrong: options
 * missing or twice, ranges that are none. */
int question_replace(struct tx *tx, int64_t questionnaire_id, const struct question_list *list);
/* Takes them from a draft. */
int question_drop(struct tx *tx, int64_t questionnaire_id);
/* Copies those that are not retired to a draft that has none. */
int question_copy(struct tx *tx, int64_t from_id, int64_t to_id);

struct trail;
/* Notes each question that differs, as a line: "2 multi* Why? a | b (2)". @before NULL: none. */
int question_trail(struct trail *trail, const struct question_list *before,
                   const struct question_list *after);

#endif
