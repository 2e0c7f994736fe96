/* mortgage_arrival.c - see mortgage_arrival.h. */
#include "db/mortgage_arrival.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/deal_scope.h"
#include "db/mortgage.h"
#include "db/receivable.h"
#include "db/sight.h"
#include "db/tender.h"
#include "db/todo.h"

#define UNIT_SAID "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room"

const char *mortgage_fund(const char *kind)
{
    return funds[strcmp(kind, "fund") == 0 ? FUND_FUND_LOAN : FUND_BANK_LOAN].code;
}

/* ---- one ---- */

/* An approved loan of a deal in scope. */
struct loan {
    struct deal_place place;
    const char *fund;
};

static int loan_read(struct tx *tx, int64_t id, struct loan *ret)
{
    int64_t deal_id = 0;
    bool approved;
    struct stmt *s;
    int r = mortgage_deal(tx, id, &deal_id);

    if (r == 0)
        r = deal_place_read(tx, deal_id, &ret->place);
    if (r == 0)
        r = db_query(tx->db, &s, "SELECT kind, state FROM mortgage WHERE id = $1", "i", id);
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    ret->fund = mortgage_fund(stmt_text(s, 0));
    approved = strcmp(stmt_text(s, 1), "approved") == 0;
    stmt_reset(s);
    return approved ? 0 : fault_set(tx->fault, FAULT_MORTGAGE_STATE, NULL);
}

int mortgage_arrive(struct tx *tx, const struct mortgage_arrival *a, struct receipt_key *ret_key)
{
    struct payment payment = {.book_id = a->book_id, .n_lines = 1, .n_tenders = 1, .note = a->note};
    struct loan loan;
    int r = loan_read(tx, a->mortgage_id, &loan);

    if (r < 0)
        return r;
    payment.deal_id = loan.place.deal_id;
    payment.lines[0] = (struct payment_line){loan.fund, a->amount_fen};
    payment.tenders[0] = (struct payment_tender){.tender = tenders[TENDER_LOAN].code,
                                                 .amount_fen = a->amount_fen,
                                                 .bank_id = a->bank_id,
                                                 .reference = a->reference};
    return receipt_take(tx, &payment, ret_key);
}

/* ---- what was approved, and what came ---- */

static int difference_tell(struct tx *tx, int64_t deal_id)
{
    struct todo_new todo = {.kind = TODO_LOAN_DIFFERENCE,
                            .object_kind = "deal",
                            .object_id = deal_id,
                            .right = RIGHT_FINANCE_HANDLE};
    char unit[256];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT d.project_id, " UNIT_SAID
                     " FROM deal d JOIN unit u ON u.id = d.unit_id JOIN building b ON "
                     "b.id = u.building_id JOIN stair st ON st.id = u.stair_id WHERE d.id = $1",
                     "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    todo.project_id = stmt_int(s, 0);
    snprintf(unit, sizeof(unit), "%s", stmt_text(s, 1));
    todo.title = unit;
    stmt_reset(s);
    return todo_add(tx, &todo);
}

int mortgage_settled(struct tx *tx, int64_t deal_id)
{
    bool any = false, differs = false;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT m.approved_fen, " MORTGAGE_ARRIVED(
                         "m") " FROM mortgage m WHERE m.deal_id = $1 AND m.state <> 'ended' AND "
                              "m.state <> 'rejected' AND m.approved_fen IS NOT NULL",
                     "i", deal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int64_t arrived = stmt_int(s, 1);

        any = true;
        differs |= arrived > 0 && arrived != stmt_int(s, 0);
    }
    stmt_reset(s);
    if (r < 0 || !any)
        return r < 0 ? r : 0;
    r = differs ? difference_tell(tx, deal_id)
                : todo_done(tx, TODO_LOAN_DIFFERENCE, "deal", deal_id, "");
    return r < 0 ? r : 0;
}

/* ---- an advice ---- */

struct advice {
    struct tx *tx;
    int64_t project_id;
    const struct advice_row *rows;
    size_t n;
    bool wrong;
};

static void wrong(struct advice *a, enum fault_code code, const struct advice_row *row,
                  const char *field, const char *value)
{
    fault_item(a->tx->fault, code, row->row, field, "value", value, "reference", value, NULL);
    a->wrong = true;
}

/* The approved loan that the row is about: 0 when there is none, or it was named as wrong. */
static int loan_find(struct advice *a, const struct advice_row *row, int64_t *ret_id)
{
    int64_t contracts = 0, loans = 0;
    struct stmt *s;
    int r = db_query(a->tx->db, &s,
                     "SELECT COUNT(DISTINCT d.id), COUNT(m.id), MIN(m.id) FROM deal_document p "
                     "JOIN deal d ON d.id = p.deal_id LEFT JOIN mortgage m ON m.deal_id = d.id AND "
                     "m.state = 'approved' AND $3 IN ('', m.kind) WHERE p.document = $2 AND "
                     "p.kind = 'contract' AND p.state = 'live' AND d.project_id = $1 AND "
                     "d.closed_ms IS NULL",
                     "itt", a->project_id, row->contract, row->kind);

    *ret_id = 0;
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    contracts = stmt_int(s, 0);
    loans = stmt_int(s, 1);
    if (contracts == 1 && loans == 1)
        *ret_id = stmt_int(s, 2);
    stmt_reset(s);
    if (contracts != 1)
        wrong(a, FAULT_ARRIVAL_CONTRACT, row, "contract", row->contract);
    else if (loans != 1)
        wrong(a, loans ? FAULT_ARRIVAL_WHICH : FAULT_ARRIVAL_LOAN, row, "kind", row->kind);
    return 0;
}

static int room_check(struct advice *a, const struct advice_row *row, int64_t mortgage_id)
{
    struct fault refused = {0};
    struct tx tx = *a->tx;
    struct loan loan;
    int64_t room = 0;
    char amount[32];
    int r;

    tx.fault = &refused;
    r = loan_read(&tx, mortgage_id, &loan);
    if (r == 0)
        r = receivable_room(&tx, loan.place.deal_id, fund_find(loan.fund), &room);
    if (r == 0 && row->amount_fen > room) {
        const enum fund fund = fund_find(loan.fund);

        snprintf(amount, sizeof(amount), "%" PRId64 ".%02" PRId64, room / 100, room % 100);
        fault_item(a->tx->fault, FAULT_PAY_BEYOND_DUE, row->row, "amount", "fund", funds[fund].zh,
                   "fund_en", funds[fund].en, "amount", amount, NULL);
        a->wrong = true;
    }
    if (r == -EREFUSED) {
        fault_item_of(a->tx->fault, &refused, row->row, "contract");
        a->wrong = true;
        r = 0;
    }
    fault_clear(&refused);
    return r;
}

static int reference_check(struct advice *a, size_t i)
{
    const struct advice_row *row = &a->rows[i];
    int64_t used = 0;
    char other[24];
    int r = db_get(a->tx->db, &used,
                   "SELECT COUNT(*) FROM slip s JOIN bank_account c ON c.id = s.account_id WHERE "
                   "s.tender = 'loan' AND s.reference = $2 AND s.freed_id IS NULL AND "
                   "c.project_id = $1",
                   "it", a->project_id, row->reference);

    if (r >= 0 && used > 0)
        wrong(a, FAULT_SLIP_USED, row, "reference", row->reference);
    for (size_t k = 0; k < i; k++) {
        if (strcmp(a->rows[k].reference, row->reference) != 0)
            continue;
        snprintf(other, sizeof(other), "%" PRId64, a->rows[k].row);
        fault_item(a->tx->fault, FAULT_ROW_DUPLICATE, row->row, "reference", "other", other, NULL);
        a->wrong = true;
        break;
    }
    return r < 0 ? r : 0;
}

static int row_check(struct advice *a, size_t i)
{
    const struct advice_row *row = &a->rows[i];
    int64_t mortgage_id = 0;
    int r = loan_find(a, row, &mortgage_id);

    if (r == 0 && mortgage_id)
        r = room_check(a, row, mortgage_id);
    return r < 0 ? r : reference_check(a, i);
}

int advice_check(struct tx *tx, int64_t project_id, const struct advice_row *rows, size_t n)
{
    struct advice a = {.tx = tx, .project_id = project_id, .rows = rows, .n = n};
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = row_check(&a, i);
    return r < 0 || !a.wrong ? r : fault_rows_wrong(tx->fault);
}

/* Taken as a request of its own would be; a refusal is named by its row. */
static int row_take(struct advice *a, const struct advice_row *row, int64_t book_id)
{
    struct mortgage_arrival arrival = {
        .book_id = book_id, .amount_fen = row->amount_fen, .reference = row->reference};
    struct fault refused = {0};
    struct tx tx = *a->tx;
    struct receipt_key key;
    int r = loan_find(a, row, &arrival.mortgage_id);

    if (r < 0 || !arrival.mortgage_id)
        return r;
    tx.fault = &refused;
    r = mortgage_arrive(&tx, &arrival, &key);
    if (r == -EREFUSED) {
        fault_item_of(a->tx->fault, &refused, row->row, "contract");
        a->wrong = true;
        r = 0;
    }
    fault_clear(&refused);
    return r;
}

int advice_take(struct tx *tx, int64_t project_id, int64_t book_id, const struct advice_row *rows,
                size_t n, int64_t *ret_total_fen)
{
    struct advice a = {.tx = tx, .project_id = project_id, .rows = rows, .n = n};
    const int64_t count = (int64_t)n;
    struct trail trail = {0};
    int64_t total = 0;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r == 0 && i < n; i++) {
        r = row_take(&a, &rows[i], book_id);
        total += rows[i].amount_fen;
    }
    if (r < 0 || a.wrong)
        return r < 0 ? r : fault_rows_wrong(tx->fault);
    trail_int(&trail, "rows", NULL, &count);
    trail_int(&trail, "received_fen", NULL, &total);
    *ret_total_fen = total;
    return audit_add(tx, "mortgage.advice", "import", 0, project_id, &trail);
}

/* ---- the register ---- */

static const char register_sql[] =
    "SELECT k.* FROM (SELECT d.project_id, u.building_id, d.user_id, m.id, m.deal_id, "
    "m.amount_fen, m.approved_fen, " MORTGAGE_ARRIVED(
        "m") " AS arrived_fen, m.progress_ms, m.kind, m.bank, m.state, " UNIT_SAID ", c.name, "
             "c.kind, a.name, COALESCE((SELECT p.document FROM deal_document p WHERE "
             "p.deal_id = d.id AND p.kind = 'contract' AND p.state = 'live'), ''), d.closed_ms "
             "FROM mortgage m JOIN deal d ON d.id = m.deal_id JOIN unit u ON u.id = d.unit_id "
             "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
             "JOIN customer c ON c.id = d.customer_id JOIN user_account a ON a.id = d.user_id "
             "WHERE d.project_id = $1 AND $2 IN ('', m.state) AND $3 IN ('', m.bank) "
             "AND ($5 = 0 OR m.id < $5)) k WHERE $4 = 0 OR (k.state = 'approved' AND "
             "k.closed_ms IS NULL AND k.arrived_fen < k.approved_fen) ORDER BY k.id DESC";

static int loan_give(struct tx *tx, struct stmt *s,
                     int (*each)(void *arg, const struct loan_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    const struct loan_row row = {.id = stmt_int(s, 3),
                                 .deal_id = stmt_int(s, 4),
                                 .amount_fen = stmt_int(s, 5),
                                 .approved_fen = stmt_int(s, 6),
                                 .arrived_fen = stmt_int(s, 7),
                                 .progress_ms = stmt_int(s, 8),
                                 .kind = stmt_text(s, 9),
                                 .bank = stmt_text(s, 10),
                                 .state = stmt_text(s, 11),
                                 .unit = stmt_text(s, 12),
                                 .customer =
                                     name_shown(tx, stmt_text(s, 13), stmt_text(s, 14), masked),
                                 .consultant = stmt_text(s, 15),
                                 .contract = stmt_text(s, 16)};

    return each(arg, &row);
}

int loan_each(struct tx *tx, const struct loan_filter *f,
              int (*each)(void *arg, const struct loan_row *row), void *arg)
{
    struct stmt *s = NULL;
    int n = 0, r = tx_need_project(tx, f->project_id);

    if (r == 0)
        r = db_query(tx->db, &s, register_sql, "ittii", f->project_id, f->state ? f->state : "",
                     f->bank ? f->bank : "", (int64_t)f->waiting, f->before_id);
    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        const struct deal_place place = {
            .project_id = stmt_int(s, 0), .building_id = stmt_int(s, 1), .user_id = stmt_int(s, 2)};

        if (!deal_seen(tx->actor, &place))
            continue;
        n++;
        r = loan_give(tx, s, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
