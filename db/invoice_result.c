/* invoice_result.c - what the platform says of the requests that were entered there, row by row.
 * See invoice.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/deal_write.h"
#include "db/invoice_impl.h"

struct list {
    struct tx *tx;
    int64_t project_id;
    const struct invoice_result *rows;
    bool wrong;
    struct invoice_taken taken;
};

/* What a row comes to. */
enum outcome { ROW_ISSUED, ROW_RED, ROW_REFUSED, ROW_KNOWN, ROW_WRONG };

static int wrong(struct list *l, enum fault_code code, const struct invoice_result *row,
                 const char *field, const char *value, const char *more)
{
    /* Each message takes of these what it names. */
    fault_item(l->tx->fault, code, row->row, field, "value", value, "request", row->request,
               "amount", more, "other", more, NULL);
    l->wrong = true;
    return ROW_WRONG;
}

static int step_wrong(struct list *l, const struct invoice_result *row, enum invoice_state state)
{
    fault_item(l->tx->fault, FAULT_INVOICE_STEP, row->row, "request", "number", row->request,
               "state", invoice_states[state].zh, "state_en", invoice_states[state].en, NULL);
    l->wrong = true;
    return ROW_WRONG;
}

/* "KP000012", or 12: 0 when it is neither. */
static int64_t request_id(const char *text)
{
    char *end;
    long long id;

    if ((text[0] == 'K' || text[0] == 'k') && (text[1] == 'P' || text[1] == 'p'))
        text += 2;
    if (!text[0] || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
        return 0;
    id = strtoll(text, &end, 10);
    return *end ? 0 : id;
}

/* The request of the row, of this project and of a deal that is seen: 1; 0: there is none. */
static int request_find(struct list *l, const struct invoice_result *row, struct invoice_now *now)
{
    const int64_t id = request_id(row->request);
    int64_t found = 0;
    int r = db_get(l->tx->db, &found, "SELECT id FROM invoice WHERE id = $1 AND project_id = $2",
                   "ii", id, l->project_id);

    if (r < 0 || found == 0)
        return r < 0 ? r : 0;
    r = invoice_now_read(l->tx, id, now);
    if (r == -EREFUSED) {
        fault_clear(l->tx->fault);
        return 0;
    }
    return r < 0 ? r : 1;
}

/* The amount and, when it says one, the buyer are those that were asked for. */
static int same_check(struct list *l, const struct invoice_result *row,
                      const struct invoice_now *now)
{
    const int64_t fen = row->amount_fen < 0 ? -row->amount_fen : row->amount_fen;
    char said[DEAL_YUAN], asked[DEAL_YUAN];
    struct stmt *s;
    bool same = true;
    int r = 0;

    if (fen != now->amount_fen) {
        deal_yuan(fen, said);
        deal_yuan(now->amount_fen, asked);
        return wrong(l, FAULT_INVOICE_AMOUNT, row, "amount", said, asked);
    }
    if (!row->buyer[0])
        return 0;
    r = db_query(l->tx->db, &s, "SELECT name = $2 FROM invoice_profile WHERE id = $1", "it",
                 now->profile_id, row->buyer);
    if (r == 0 && (r = stmt_step(s)) == 1)
        same = stmt_int(s, 0) != 0;
    stmt_reset(s);
    if (r < 0)
        return r;
    return same ? 0 : wrong(l, FAULT_INVOICE_OTHER_BUYER, row, "buyer", row->buyer, "");
}

/* The number that the request has of that kind; "": none. */
static int number_had(struct list *l, int64_t id, enum invoice_state kind,
                      char ret[INVOICE_NUMBER + 1])
{
    struct stmt *s;
    int r = db_query(l->tx->db, &s,
                     "SELECT number FROM invoice_number WHERE invoice_id = $1 AND kind = $2", "it",
                     id, invoice_states[kind].code);

    ret[0] = '\0';
    if (r == 0 && (r = stmt_step(s)) == 1)
        snprintf(ret, INVOICE_NUMBER + 1, "%s", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int refused_look(struct list *l, const struct invoice_result *row,
                        const struct invoice_now *now)
{
    if (now->state == INVOICE_REFUSED)
        return ROW_KNOWN;
    if (!(invoice_step_by(now->state, INVOICE_REFUSED) & INVOICE_BY_PERSON))
        return step_wrong(l, row, now->state);
    return ROW_REFUSED;
}

/* Whose the number is, and whether this request waits for one. */
static int number_look(struct list *l, const struct invoice_result *row,
                       const struct invoice_now *now)
{
    const enum invoice_state to = row->amount_fen < 0 ? INVOICE_RED : INVOICE_ISSUED;
    char had[INVOICE_NUMBER + 1], other[INVOICE_REQUEST_TEXT];
    int64_t owner = 0;
    int r = invoice_number_owner(l->tx, row->number, &owner);

    if (r == 0)
        r = number_had(l, now->id, to, had);
    if (r < 0)
        return r;
    if (strcmp(had, row->number) == 0)
        return ROW_KNOWN;
    if (owner) {
        invoice_request_text(owner, other);
        return wrong(l, FAULT_INVOICE_NUMBER_USED, row, "number", row->number, other);
    }
    if (had[0])
        return wrong(l, FAULT_INVOICE_NUMBERED, row, "number", had, "");
    if (!(invoice_step_by(now->state, to) & INVOICE_BY_PERSON))
        return step_wrong(l, row, now->state);
    return to == INVOICE_RED ? ROW_RED : ROW_ISSUED;
}

static int twice_look(struct list *l, size_t i)
{
    const struct invoice_result *row = &l->rows[i];
    char other[24];

    for (size_t k = 0; k < i; k++) {
        const struct invoice_result *before = &l->rows[k];
        const bool same = row->number[0] && strcmp(row->number, before->number) == 0;
        const bool again = request_id(row->request) == request_id(before->request) &&
                           (row->amount_fen < 0) == (before->amount_fen < 0);

        if (!same && !again)
            continue;
        snprintf(other, sizeof(other), "%" PRId64, before->row);
        return wrong(l, FAULT_ROW_DUPLICATE, row, same ? "number" : "request", row->number, other);
    }
    return 0;
}

static int row_look(struct list *l, size_t i, struct invoice_now *now)
{
    const struct invoice_result *row = &l->rows[i];
    int r = request_find(l, row, now);

    if (r == 0)
        return wrong(l, FAULT_INVOICE_UNKNOWN, row, "request", row->request, "");
    if (r > 0)
        r = twice_look(l, i);
    if (r != 0)
        return r;
    if (row->refused[0] && !row->number[0])
        return refused_look(l, row, now);
    if (!invoice_number_formed(row->number))
        return wrong(l, FAULT_INVOICE_NUMBER, row, "number", row->number, "");
    if (!invoice_day_formed(l->tx, row->day))
        return wrong(l, FAULT_INVOICE_DAY, row, "day", row->day, "");
    r = same_check(l, row, now);
    return r != 0 ? r : number_look(l, row, now);
}

static void row_count(struct list *l, int outcome)
{
    l->taken.issued += outcome == ROW_ISSUED;
    l->taken.red += outcome == ROW_RED;
    l->taken.refused += outcome == ROW_REFUSED;
    l->taken.known += outcome == ROW_KNOWN;
}

static int row_write(struct list *l, const struct invoice_result *row, int outcome,
                     const struct invoice_now *now)
{
    switch (outcome) {
    case ROW_ISSUED:
    case ROW_RED:
        return invoice_number_take(l->tx, now, outcome == ROW_RED ? INVOICE_RED : INVOICE_ISSUED,
                                   row->number, row->day);
    case ROW_REFUSED:
        return invoice_move(l->tx, now, INVOICE_REFUSED, row->refused);
    default:
        return 0;
    }
}

int invoice_results_check(struct tx *tx, int64_t project_id, const struct invoice_result *rows,
                          size_t n, struct invoice_taken *ret_taken)
{
    struct list l = {.tx = tx, .project_id = project_id, .rows = rows};
    struct invoice_now now;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = row_look(&l, i, &now);
        row_count(&l, r);
    }
    *ret_taken = l.taken;
    return r < 0 ? r : l.wrong ? fault_rows_wrong(tx->fault) : 0;
}

int invoice_results_take(struct tx *tx, int64_t project_id, const struct invoice_result *rows,
                         size_t n, struct invoice_taken *ret_taken)
{
    struct list l = {.tx = tx, .project_id = project_id, .rows = rows};
    struct trail trail = {0};
    struct invoice_now now = {.id = 0};
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        const int outcome = r = row_look(&l, i, &now);

        row_count(&l, outcome);
        if (r >= 0 && !l.wrong)
            r = row_write(&l, &rows[i], outcome, &now);
        if (r >= 0 && !l.wrong && outcome < ROW_KNOWN)
            r = tx_changed(tx, CHANGE_DEAL, project_id, now.place.building_id, now.place.deal_id);
    }
    if (r < 0)
        return r;
    if (l.wrong)
        return fault_rows_wrong(tx->fault);
    trail_int(&trail, "issued", NULL, &l.taken.issued);
    trail_int(&trail, "red", NULL, &l.taken.red);
    trail_int(&trail, "refused", NULL, &l.taken.refused);
    *ret_taken = l.taken;
    return audit_add(tx, "invoice.results", "project", project_id, project_id, &trail);
}
