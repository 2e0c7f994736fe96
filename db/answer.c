/* answer.c - see answer.h. */
#include "db/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/user.h"

const char *const answer_events[] = {"visit", "follow_up", "deal", "handover", NULL};

/* ---- is it an answer? ---- */

/* Notes what is wrong with the answer to a question; its own text is its name. */
static void wrong(struct fault *f, enum fault_code code, int64_t question_id, const char *text)
{
    char field[48];

    snprintf(field, sizeof(field), "question/%" PRId64, question_id);
    fault_item(f, code, 0, field, "field", text, NULL);
}

static void wrong_range(struct fault *f, enum fault_code code, const struct question *q,
                        int64_t min, int64_t max)
{
    char field[48], low[24], high[24];

    snprintf(field, sizeof(field), "question/%" PRId64, q->id);
    snprintf(low, sizeof(low), "%" PRId64, min);
    snprintf(high, sizeof(high), "%" PRId64, max);
    fault_item(f, code, 0, field, "field", q->text, "min", low, "max", high, NULL);
}

static bool is_choice(const struct question_option *choices, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (choices[i].id == id)
            return true;
    return false;
}

static void check_options(struct fault *f, const struct question *q, const struct answer *a)
{
    const int64_t most = q->kind == QUESTION_MULTI ? q->high : 1;

    if ((int64_t)a->n_options > most) {
        wrong_range(f, FAULT_ANSWER_COUNT, q, 1, most);
        return;
    }
    for (size_t i = 0; i < a->n_options; i++) {
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again = again || a->option_ids[k] == a->option_ids[i];
        if (again || !is_choice(q->options, q->n_options, a->option_ids[i])) {
            wrong(f, FAULT_FIELD_CHOICE, q->id, q->text);
            return;
        }
    }
}

/* A matrix is answered row by row, or not at all. */
static void check_cells(struct fault *f, const struct question *q, const struct answer *a)
{
    for (size_t i = 0; i < a->n_cells; i++) {
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again = again || a->cells[k].row_id == a->cells[i].row_id;
        if (again || !is_choice(q->rows, q->n_rows, a->cells[i].row_id) ||
            !is_choice(q->options, q->n_options, a->cells[i].option_id)) {
            wrong(f, FAULT_FIELD_CHOICE, q->id, q->text);
            return;
        }
    }
    if (a->n_cells != q->n_rows)
        wrong(f, FAULT_ANSWER_ROWS, q->id, q->text);
}

static int64_t characters(const char *text)
{
    int64_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Whether something is given, and nothing but what the kind takes. */
static bool has_text(const struct answer *a)
{
    return a->text && a->text[0];
}

static bool kind_fits(const struct question *q, const struct answer *a)
{
    const bool choice = q->kind == QUESTION_SINGLE || q->kind == QUESTION_MULTI;

    return (choice || a->n_options == 0) && (q->kind == QUESTION_MATRIX || a->n_cells == 0) &&
           (q->kind == QUESTION_SCORE || !a->has_score) &&
           (q->kind == QUESTION_TEXT || !has_text(a));
}

static bool is_answered(const struct answer *a)
{
    return a && (a->n_options > 0 || a->n_cells > 0 || a->has_score || has_text(a));
}

static void check_answer(struct fault *f, const struct question *q, const struct answer *a)
{
    if (q->retired_ms) {
        if (a)
            wrong(f, FAULT_ANSWER_RETIRED, q->id, q->text);
    } else if (!is_answered(a)) {
        if (q->required)
            wrong(f, FAULT_FIELD_MISSING, q->id, q->text);
    } else if (!kind_fits(q, a)) {
        wrong(f, FAULT_ANSWER_KIND, q->id, q->text);
    } else if (q->kind == QUESTION_SCORE) {
        if (a->score < q->low || a->score > q->high)
            wrong_range(f, FAULT_FIELD_RANGE, q, q->low, q->high);
    } else if (q->kind == QUESTION_TEXT) {
        if (characters(a->text) > q->high)
            wrong_range(f, FAULT_FIELD_LENGTH, q, 0, q->high);
    } else if (q->kind == QUESTION_MATRIX) {
        check_cells(f, q, a);
    } else {
        check_options(f, q, a);
    }
}

static const struct answer *answer_to(const struct answer_sheet *sheet, int64_t question_id)
{
    for (size_t i = 0; i < sheet->n; i++)
        if (sheet->answers[i].question_id == question_id)
            return &sheet->answers[i];
    return NULL;
}

static bool is_question(const struct question_list *list, int64_t id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].id == id)
            return true;
    return false;
}

static int check_all(struct tx *tx, const struct question_list *list,
                     const struct answer_sheet *sheet)
{

    for (size_t i = 0; i < list->n; i++)
        check_answer(tx->fault, &list->items[i], answer_to(sheet, list->items[i].id));
    for (size_t i = 0; i < sheet->n; i++) {
        const int64_t id = sheet->answers[i].question_id;

        if (!is_question(list, id) || answer_to(sheet, id) != &sheet->answers[i])
            wrong(tx->fault, FAULT_ANSWER_QUESTION, id, "");
    }
    return fault_fields_wrong(tx->fault);
}

/* ---- storing ---- */

struct place { /* where the sheet goes */
    int64_t id, questionnaire_id, project_id;
    char stage[16];
};

/* Only a set that can be filled in now is there for who fills in (QN-02). */
static int place_find(struct tx *tx, int64_t questionnaire_id, struct place *ret)
{
    struct stmt *s;
    bool open;
    int r = tx_row(tx, &s,
                   "SELECT project_id, stage, state, COALESCE(starts_ms, 0), "
                   "COALESCE(ends_ms, 0) FROM questionnaire WHERE id = $1",
                   questionnaire_id);

    if (r < 0)
        return r;
    *ret = (struct place){.questionnaire_id = questionnaire_id, .project_id = stmt_int(s, 0)};
    snprintf(ret->stage, sizeof(ret->stage), "%s", stmt_text(s, 1));
    open = strcmp(stmt_text(s, 2), "enabled") == 0 && stmt_int(s, 3) <= tx->now_ms &&
           (stmt_int(s, 4) == 0 || stmt_int(s, 4) > tx->now_ms);
    stmt_reset(s);
    return open ? 0 : fault_set(tx->fault, FAULT_QUESTIONNAIRE_CLOSED, NULL);
}

static int sheet_insert(struct tx *tx, const struct answer_sheet *sheet, struct place *place)
{
    int64_t found = 0;
    int r =
        db_get(tx->db, &found, "SELECT id FROM customer WHERE id = $1", "i", sheet->customer_id);

    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    r = db_get(tx->db, &place->id,
               "INSERT INTO answer_sheet (questionnaire_id, project_id, stage, customer_id, event, "
               "event_id, corrects_id, filled_by, filled_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
               "iititioti", place->questionnaire_id, place->project_id, place->stage,
               sheet->customer_id, sheet->event ? sheet->event : "", sheet->event_id,
               sheet->corrects_id ? &sheet->corrects_id : NULL, tx->actor->name, tx->now_ms);
    if (r == -ENOLINK || (r == -EEXIST && sheet->corrects_id))
        return fault_set(tx->fault, FAULT_ANSWER_SHEET_CORRECTED, NULL);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_ANSWER_SHEET_EXISTS, NULL);
    return r < 0 ? r : 0;
}

static int value_insert(struct tx *tx, const struct place *place, const struct question *q,
                        const int64_t *option_id, const int64_t *row_id, const int64_t *score,
                        const char *text)
{
    int r = db_run(tx->db,
                   "INSERT INTO answer (sheet_id, questionnaire_id, question_id, kind, option_id, "
                   "row_id, score, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "iiitooot", place->id, place->questionnaire_id, q->id, question_kinds[q->kind],
                   option_id, row_id, score, text);

    return r < 0 ? r : 0;
}

static int answer_insert(struct tx *tx, const struct place *place, const struct question *q,
                         const struct answer *a)
{
    int r = 0;

    if (q->kind == QUESTION_SCORE)
        return value_insert(tx, place, q, NULL, NULL, &a->score, NULL);
    if (q->kind == QUESTION_TEXT)
        return value_insert(tx, place, q, NULL, NULL, NULL, a->text);
    for (size_t i = 0; r == 0 && i < a->n_options; i++)
        r = value_insert(tx, place, q, &a->option_ids[i], NULL, NULL, NULL);
    for (size_t i = 0; r == 0 && i < a->n_cells; i++)
        r = value_insert(tx, place, q, &a->cells[i].option_id, &a->cells[i].row_id, NULL, NULL);
    return r;
}

/* The log has who filled in what for whom, and not what was written. */
static int sheet_note(struct tx *tx, const struct answer_sheet *sheet, const struct place *place,
                      int64_t n)
{
    struct trail trail = {0};

    trail_int(&trail, "customer_id", NULL, &sheet->customer_id);
    trail_int(&trail, "questionnaire_id", NULL, &sheet->questionnaire_id);
    trail_int(&trail, "answers", NULL, &n);
    if (sheet->corrects_id)
        trail_int(&trail, "corrects_id", NULL, &sheet->corrects_id);
    return audit_add(tx, "answer.fill", "answer_sheet", place->id, place->project_id, &trail);
}

static int sheet_store(struct tx *tx, const struct question_list *list,
                       const struct answer_sheet *sheet, struct place *place)
{
    int64_t n = 0;
    int r = sheet_insert(tx, sheet, place);

    for (size_t i = 0; r == 0 && i < list->n; i++) {
        const struct answer *a = answer_to(sheet, list->items[i].id);

        if (!is_answered(a))
            continue;
        r = answer_insert(tx, place, &list->items[i], a);
        n++;
    }
    return r < 0 ? r : sheet_note(tx, sheet, place, n);
}

int answer_sheet_add(struct tx *tx, const struct answer_sheet *sheet, int64_t *ret_id)
{
    struct question_list list = {.n = 0};
    struct place place;
    int r = place_find(tx, sheet->questionnaire_id, &place);

    if (r == 0)
        r = question_load(tx, sheet->questionnaire_id, &list);
    if (r == 0)
        r = check_all(tx, &list, sheet);
    if (r == 0)
        r = sheet_store(tx, &list, sheet, &place);
    question_list_free(&list);
    if (r == 0)
        *ret_id = place.id;
    return r;
}

/* ---- reading ---- */

#define SHEETS                                                                                     \
    "SELECT a.project_id, a.id, a.questionnaire_id, a.customer_id, a.event_id, "                   \
    "COALESCE(a.corrects_id, 0), "                                                                 \
    "COALESCE((SELECT n.id FROM answer_sheet n WHERE n.corrects_id = a.id), 0), a.stage, "         \
    "s.title, a.event, s.edition, a.filled_ms, " USER_NAMED(                                       \
        "a.filled_by") " FROM answer_sheet a JOIN questionnaire s ON s.id = a.questionnaire_id "
static const char sheet_by_id[] = SHEETS "WHERE a.id = $1";
static const char sheets_of_customer[] =
    SHEETS "WHERE a.customer_id = $1 AND ($2 = 0 OR a.project_id = $2) "
           "AND ($3 = 0 OR a.id < $3) ORDER BY a.id DESC";

static int sheet_give(struct stmt *s, int (*each)(void *arg, const struct answer_sheet_row *row),
                      void *arg)
{
    const struct answer_sheet_row row = {.project_id = stmt_int(s, 0),
                                         .id = stmt_int(s, 1),
                                         .questionnaire_id = stmt_int(s, 2),
                                         .customer_id = stmt_int(s, 3),
                                         .event_id = stmt_int(s, 4),
                                         .corrects_id = stmt_int(s, 5),
                                         .corrected_by = stmt_int(s, 6),
                                         .stage = stmt_text(s, 7),
                                         .title = stmt_text(s, 8),
                                         .event = stmt_text(s, 9),
                                         .edition = stmt_int(s, 10),
                                         .filled_ms = stmt_int(s, 11),
                                         .filled_by = stmt_text(s, 12)};

    return each(arg, &row);
}

int answer_sheet_get(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct answer_sheet_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_row(tx, &s, sheet_by_id, id);

    if (r < 0)
        return r;
    r = sheet_give(s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int answer_sheet_scan(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t before_id,
                      int limit, int (*each)(void *arg, const struct answer_sheet_row *row),
                      void *arg)
{
    int room = limit < ANSWER_PAGE_MAX ? limit : ANSWER_PAGE_MAX;
    struct stmt *s;
    int r = project_id ? tx_need_project(tx, project_id) : 0;

    if (r == 0)
        r = db_query(tx->db, &s, sheets_of_customer, "iii", customer_id, project_id, before_id);
    if (r < 0)
        return r;
    while (r >= 0 && room > 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_project(tx->actor, stmt_int(s, 0)))
            continue;
        r = sheet_give(s, each, arg);
        room--;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int answer_each(struct tx *tx, int64_t sheet_id,
                int (*each)(void *arg, const struct answer_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT a.question_id, q.text, a.kind, COALESCE(a.option_id, 0), o.text, "
                     "COALESCE(a.row_id, 0), w.text, a.score, a.text FROM answer a "
                     "JOIN question q ON q.id = a.question_id "
                     "LEFT JOIN question_option o ON o.id = a.option_id "
                     "LEFT JOIN question_row w ON w.id = a.row_id WHERE a.sheet_id = $1 "
                     "ORDER BY q.ordinal, COALESCE(w.ordinal, 0), COALESCE(o.ordinal, 0)",
                     "i", sheet_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct answer_row row = {.question_id = stmt_int(s, 0),
                                       .question = stmt_text(s, 1),
                                       .kind = stmt_text(s, 2),
                                       .option_id = stmt_int(s, 3),
                                       .option = stmt_text(s, 4),
                                       .row_id = stmt_int(s, 5),
                                       .row = stmt_text(s, 6),
                                       .has_score = !stmt_is_null(s, 7),
                                       .score = stmt_int(s, 7),
                                       .text = stmt_text(s, 8)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
