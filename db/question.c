/* question.c - see question.h. */
#include "db/question.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"

const char *const question_kinds[] = {"single", "multi", "text", "score", "matrix", NULL};

void question_list_free(struct question_list *list)
{
    pool_free(&list->pool);
    *list = (struct question_list){.n = 0};
}

/* ---- reading ---- */

static enum question_kind kind_of(const char *code)
{
    for (int i = 0; question_kinds[i]; i++)
        if (strcmp(question_kinds[i], code) == 0)
            return (enum question_kind)i;
    return QUESTION_TEXT; /* the schema knows no other */
}

static int questions_load(struct tx *tx, int64_t questionnaire_id, struct question_list *list)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, kind, text, required, low, high, retired_ms FROM question "
                     "WHERE questionnaire_id = $1 ORDER BY ordinal",
                     "i", questionnaire_id);

    /* the schema has room for no more */
    while (r >= 0 && list->n < QUESTIONS_MAX && (r = stmt_step(s)) == 1) {
        struct question *q = &list->items[list->n++];

        *q = (struct question){.id = stmt_int(s, 0),
                               .kind = kind_of(stmt_text(s, 1)),
                               .text = pool_text(&list->pool, stmt_text(s, 2)),
                               .required = stmt_int(s, 3) != 0,
                               .low = stmt_int(s, 4),
                               .high = stmt_int(s, 5),
                               .retired_ms = stmt_int(s, 6)};
        if (!q->text)
            r = -ENOMEM;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Puts what @sql gives (question, id, text; in the order of the questions) into their lists. */
static int choices_load(struct tx *tx, const char *sql, int64_t questionnaire_id, bool rows,
                        struct question_list *list)
{
    struct stmt *s;
    size_t at = 0;
    int r = db_query(tx->db, &s, sql, "i", questionnaire_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct question_option **choices;
        size_t *n;

        while (at < list->n && list->items[at].id != stmt_int(s, 0))
            at++;
        if (at == list->n)
            break;
        choices = rows ? &list->items[at].rows : &list->items[at].options;
        n = rows ? &list->items[at].n_rows : &list->items[at].n_options;
        if (!*choices)
            *choices = pool_alloc(&list->pool, QUESTION_OPTIONS_MAX * sizeof(**choices));
        if (!*choices || *n == QUESTION_OPTIONS_MAX) {
            r = -ENOMEM;
            break;
        }
        (*choices)[*n] = (struct question_option){.id = stmt_int(s, 1),
                                                  .text = pool_text(&list->pool, stmt_text(s, 2))};
        if (!(*choices)[(*n)++].text)
            r = -ENOMEM;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

_Static_assert((int)QUESTION_ROWS_MAX <= (int)QUESTION_OPTIONS_MAX, "rows fit where options do");

int question_load(struct tx *tx, int64_t questionnaire_id, struct question_list *ret_list)
{
    static const char options[] =
        "SELECT o.question_id, o.id, o.text FROM question_option o JOIN question q "
        "ON q.id = o.question_id WHERE q.questionnaire_id = $1 ORDER BY q.ordinal, o.ordinal";
    static const char rows[] =
        "SELECT o.question_id, o.id, o.text FROM question_row o JOIN question q "
        "ON q.id = o.question_id WHERE q.questionnaire_id = $1 ORDER BY q.ordinal, o.ordinal";
    struct question_list list = {.n = 0};
    int r;

    list.items = pool_alloc(&list.pool, QUESTIONS_MAX * sizeof(*list.items));
    r = list.items ? questions_load(tx, questionnaire_id, &list) : -ENOMEM;
    if (r == 0)
        r = choices_load(tx, options, questionnaire_id, false, &list);
    if (r == 0)
        r = choices_load(tx, rows, questionnaire_id, true, &list);
    if (r < 0)
        question_list_free(&list);
    else
        *ret_list = list;
    return r;
}

/* ---- what a question must have ---- */

static void item(struct fault *f, enum fault_code code, size_t i, const char *field, int64_t min,
                 int64_t max)
{
    char path[48], number[24], low[24], high[24];

    snprintf(path, sizeof(path), "questions/%zu/%s", i, field);
    snprintf(number, sizeof(number), "%zu", i + 1);
    snprintf(low, sizeof(low), "%" PRId64, min);
    snprintf(high, sizeof(high), "%" PRId64, max);
    fault_item(f, code, (int64_t)i + 1, path, "n", number, "min", low, "max", high, NULL);
}

static void check_count(struct fault *f, enum fault_code code, size_t i, const char *field,
                        size_t n, size_t min, size_t max)
{
    if (n < min || n > max)
        item(f, code, i, field, (int64_t)min, (int64_t)max);
}

static void check_range(struct fault *f, size_t i, const struct question *q)
{
    const int64_t most = q->kind == QUESTION_SCORE   ? QUESTION_SCORE_MAX
                         : q->kind == QUESTION_TEXT  ? QUESTION_LONG_MAX
                         : q->kind == QUESTION_MULTI ? (int64_t)q->n_options
                                                     : 0;
    const int64_t least = q->kind == QUESTION_SCORE ? 0 : 1;

    if (most > 0 && (q->low < 0 || q->high <= q->low || q->high > most))
        item(f, FAULT_QUESTION_RANGE, i, "high", least, most);
}

static void check_twice(struct fault *f, size_t i, const char *field,
                        const struct question_option *choices, size_t n)
{
    char path[48], number[24];

    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            if (strcmp(choices[a].text, choices[b].text) == 0) {
                snprintf(path, sizeof(path), "questions/%zu/%s/%zu", i, field, b);
                snprintf(number, sizeof(number), "%zu", i + 1);
                fault_item(f, FAULT_QUESTION_TWICE, (int64_t)i + 1, path, "n", number, "text",
                           choices[b].text, NULL);
                return;
            }
}

static void check_question(struct fault *f, size_t i, const struct question *q)
{
    const bool choice = q->kind != QUESTION_TEXT && q->kind != QUESTION_SCORE;
    const bool matrix = q->kind == QUESTION_MATRIX;

    check_count(f, FAULT_QUESTION_OPTIONS, i, "options", q->n_options, choice ? 2 : 0,
                choice ? QUESTION_OPTIONS_MAX : 0);
    check_count(f, FAULT_QUESTION_ROWS, i, "rows", q->n_rows, matrix ? 1 : 0,
                matrix ? QUESTION_ROWS_MAX : 0);
    check_twice(f, i, "options", q->options, q->n_options);
    check_twice(f, i, "rows", q->rows, q->n_rows);
    check_range(f, i, q);
}

static int check_all(struct fault *f, const struct question_list *list)
{

    for (size_t i = 0; i < list->n; i++)
        check_question(f, i, &list->items[i]);
    return fault_fields_wrong(f);
}

/* ---- writing ---- */

static int choices_insert(struct tx *tx, const char *sql, int64_t question_id,
                          const struct question_option *choices, size_t n)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db, sql, "iit", question_id, (int64_t)i + 1, choices[i].text);
    return r < 0 ? r : 0;
}

static int question_insert(struct tx *tx, int64_t questionnaire_id, int64_t ordinal,
                           const struct question *q)
{
    const bool ranged = q->kind != QUESTION_SINGLE && q->kind != QUESTION_MATRIX;
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO question (questionnaire_id, ordinal, kind, text, required, low, "
                   "high) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                   "iittioo", questionnaire_id, ordinal, question_kinds[q->kind], q->text,
                   (int64_t)q->required, q->kind == QUESTION_SCORE ? &q->low : NULL,
                   ranged ? &q->high : NULL);

    if (r < 0)
        return r;
    r = choices_insert(tx,
                       "INSERT INTO question_option (question_id, ordinal, text) "
                       "VALUES ($1, $2, $3)",
                       id, q->options, q->n_options);
    if (r == 0)
        r = choices_insert(tx,
                           "INSERT INTO question_row (question_id, ordinal, text) "
                           "VALUES ($1, $2, $3)",
                           id, q->rows, q->n_rows);
    return r;
}

int question_drop(struct tx *tx, int64_t questionnaire_id)
{
    int r = db_run(tx->db,
                   "DELETE FROM question_option WHERE question_id IN "
                   "(SELECT id FROM question WHERE questionnaire_id = $1)",
                   "i", questionnaire_id);

    if (r >= 0)
        r = db_run(tx->db,
                   "DELETE FROM question_row WHERE question_id IN "
                   "(SELECT id FROM question WHERE questionnaire_id = $1)",
                   "i", questionnaire_id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM question WHERE questionnaire_id = $1", "i",
                   questionnaire_id);
    return r < 0 ? r : 0;
}

int question_replace(struct tx *tx, int64_t questionnaire_id, const struct question_list *list)
{
    int r = check_all(tx->fault, list);

    if (r == 0 && list->n > QUESTIONS_MAX)
        r = tx_limit_reached(tx, QUESTIONS_MAX);
    if (r == 0)
        r = question_drop(tx, questionnaire_id);
    for (size_t i = 0; r >= 0 && i < list->n; i++)
        r = question_insert(tx, questionnaire_id, (int64_t)i + 1, &list->items[i]);
    return r < 0 ? r : 0;
}

int question_copy(struct tx *tx, int64_t from_id, int64_t to_id)
{
    struct question_list list = {.n = 0};
    int64_t ordinal = 0;
    int r = question_load(tx, from_id, &list);

    for (size_t i = 0; r >= 0 && i < list.n; i++)
        if (list.items[i].retired_ms == 0)
            r = question_insert(tx, to_id, ++ordinal, &list.items[i]);
    question_list_free(&list);
    return r < 0 ? r : 0;
}

/* ---- for the log ---- */

static void choices_write(FILE *out, const char *open, const struct question_option *choices,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%s", i == 0 ? open : " | ", choices[i].text);
}

/* The question as a line; malloc'ed for the caller. */
static int question_line(size_t i, const struct question *q, char **ret_line)
{
    size_t size;
    FILE *out = open_memstream(ret_line, &size);

    if (!out)
        return -ENOMEM;
    fprintf(out, "%zu %s%s %s", i + 1, question_kinds[q->kind], q->required ? "*" : "", q->text);
    choices_write(out, ": ", q->options, q->n_options);
    choices_write(out, " / ", q->rows, q->n_rows);
    if (q->high)
        fprintf(out, " (%" PRId64 "-%" PRId64 ")", q->low, q->high);
    return fclose(out) == 0 ? 0 : -ENOMEM;
}

int question_trail(struct trail *trail, const struct question_list *before,
                   const struct question_list *after)
{
    const size_t n_before = before ? before->n : 0;
    const size_t n = n_before > after->n ? n_before : after->n;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        char *was = NULL, *is = NULL;

        if (i < n_before)
            r = question_line(i, &before->items[i], &was);
        if (r == 0 && i < after->n)
            r = question_line(i, &after->items[i], &is);
        if (r == 0)
            trail_text(trail, "question", was, is);
        free(was);
        free(is);
    }
    return r;
}
