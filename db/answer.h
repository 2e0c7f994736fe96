/* answer.h - sets that were filled in: one sheet for a customer and what occasioned it.
 *
 * Sheets and answers are append-only. A correction is a new sheet that names the one whose place it
 * takes; the last one of such a row counts. What was written goes into no log.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_ANSWER_H
#define ANCHANG_DB_ANSWER_H

#include "db/question.h"

enum { ANSWER_PAGE_MAX = 50 };

/* What can occasion a sheet: "visit", "follow_up", "deal", "handover"; ended by NULL. */
extern const char *const answer_events[];

struct answer_cell {
    int64_t row_id, option_id;
};

/* To one question, as its kind wants it. */
struct answer {
    int64_t question_id;
    const int64_t *option_ids; /* single: one; multi */
    size_t n_options;
    const struct answer_cell *cells; /* matrix: one for each row */
    size_t n_cells;
    const char *text; /* NULL: none */
    bool has_score;
    int64_t score;
};

struct answer_sheet {
    int64_t customer_id, questionnaire_id;
    const char *event; /* NULL: none */
    int64_t event_id;
    int64_t corrects_id; /* 0: none */
    const struct answer *answers;
    size_t n;
};
/* All of it or nothing. NOT_FOUND; QUESTIONNAIRE_CLOSED for a set that is not enabled or not within
 * its days; FIELDS_WRONG with an item, field "question/<id>", for each answer that is missing,
 * of another kind, out of range, an option or question that is not there, or retired;
 * ANSWER_SHEET_EXISTS when that event has one and it is not named as corrected;
 * ANSWER_SHEET_CORRECTED when it was corrected already or is another customer's, stage's or
 * event's. */
int answer_sheet_add(struct tx *tx, const struct answer_sheet *sheet, int64_t *ret_id);

struct answer_sheet_row {
    int64_t id, questionnaire_id, project_id, customer_id, event_id; /* event_id 0: none */
    int64_t corrects_id, corrected_by;                               /* 0: none */
    const char *stage, *title, *event;                               /* event "": none */
    int64_t edition, filled_ms;
    const char *filled_by; /* the person's name now */
};
/* One answer as it is stored: an option, a row's option, a score or a text. */
struct answer_row {
    int64_t question_id, option_id, row_id; /* option_id, row_id 0: none */
    bool has_score;
    int64_t score;
    const char *question, *kind, *option, *row, *text; /* option, row, text NULL: none */
};

/* Of a customer in the projects in scope (@project_id 0: in all), newest first. @row lives during
 * the call. */
int answer_sheet_scan(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t before_id,
                      int limit, int (*each)(void *arg, const struct answer_sheet_row *row),
                      void *arg);
/* NOT_FOUND. */
int answer_sheet_get(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct answer_sheet_row *row), void *arg);
/* Of one sheet, in the order of questions, rows and options. */
int answer_each(struct tx *tx, int64_t sheet_id,
                int (*each)(void *arg, const struct answer_row *row), void *arg);

#endif
