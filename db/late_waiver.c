/* late_waiver.c - some of what is owed for paying late is not asked for: requested, decided, read.
 * See late.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/late.h"

/* ---- asked ---- */

struct finding {
    int64_t id, owed_fen;
};

static int line_find(void *arg, const struct late_row *row)
{
    struct finding *f = arg;

    if (row->receivable_id == f->id)
        f->owed_fen = row->owed_fen;
    return 0;
}

/* LATE_BEYOND when less than @fen is owed for it today. */
static int owed_check(struct tx *tx, int64_t deal_id, int64_t receivable_id, int64_t fen)
{
    struct finding f = {.id = receivable_id};
    char today[DAY_TEXT], text[DEAL_YUAN];
    int r;

    day_of(tx->now_ms, today);
    r = late_each(tx, deal_id, today, line_find, &f);
    if (r < 0 || fen <= f.owed_fen)
        return r;
    deal_yuan(f.owed_fen, text);
    return fault_set(tx->fault, FAULT_LATE_BEYOND, "amount", text, NULL);
}

static void waiver_hash(int64_t receivable_id, int64_t fen, int64_t user_id, const char *reason,
                        uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct approval_hash h;

    approval_hash_begin(&h);
    approval_hash_int(&h, "line", receivable_id);
    approval_hash_int(&h, "fen", fen);
    approval_hash_int(&h, "user", user_id);
    approval_hash_text(&h, "reason", reason);
    approval_hash_end(&h, ret_hash);
}

static int waiver_insert(struct tx *tx, const struct late_waiver_ask *ask, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "INSERT INTO late_waiver (receivable_id, amount_fen, reason, user_id, asked_ms) "
                   "VALUES ($1, $2, $3, $4, $5) RETURNING id",
                   "iitii", ask->receivable_id, ask->amount_fen, ask->reason, tx->actor->id,
                   tx->now_ms);

    return r == -EEXIST ? fault_set(tx->fault, FAULT_APPROVAL_RUNNING, NULL) : r < 0 ? r : 0;
}

static int approval_ask_for(struct tx *tx, const struct deal_now *deal,
                            const struct late_waiver_ask *ask, int64_t id)
{
    struct approval_ask request = {.subject = SUBJECT_LATE_WAIVER,
                                   .project_id = deal->project_id,
                                   .object_kind = "late_waiver",
                                   .object_id = id,
                                   .title = deal->unit,
                                   .amount_fen = ask->amount_fen,
                                   .values = ask->values,
                                   .resubmits_id = ask->resubmits_id};
    int64_t approval_id = 0;
    int r;

    waiver_hash(ask->receivable_id, ask->amount_fen, tx->actor->id, ask->reason, request.hash);
    r = approval_request(tx, &request, &approval_id);
    if (r == 0)
        r = db_run(tx->db, "UPDATE late_waiver SET approval_id = $2 WHERE id = $1", "ii", id,
                   approval_id);
    return r < 0 ? r : 0;
}

int late_waiver_request(struct tx *tx, int64_t deal_id, const struct late_waiver_ask *ask,
                        int64_t *ret_id)
{
    struct trail trail = {0};
    struct deal_now deal;
    int64_t id = 0;
    int r = deal_now_read(tx, deal_id, 0, &deal);

    if (r == 0 && (!ask->reason || !ask->reason[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = owed_check(tx, deal_id, ask->receivable_id, ask->amount_fen);
    if (r == 0)
        r = waiver_insert(tx, ask, &id);
    if (r == 0)
        r = approval_ask_for(tx, &deal, ask, id);
    if (r < 0)
        return r;
    trail_int(&trail, "late_fen", NULL, &ask->amount_fen);
    r = deal_log(tx, &deal, "deal.late-waive-ask", &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ---- its end ---- */

/* One as it was asked for. */
struct asked {
    int64_t receivable_id, amount_fen;
    struct deal_place place;
    uint8_t hash[APPROVAL_HASH_SIZE];
};

static int asked_read(struct tx *tx, int64_t id, struct asked *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT w.receivable_id, w.amount_fen, w.user_id, w.reason, d.id, "
                     "d.project_id, u.building_id FROM late_waiver w JOIN receivable l ON l.id = "
                     "w.receivable_id JOIN deal d ON d.id = l.deal_id JOIN unit u ON u.id = "
                     "d.unit_id WHERE w.id = $1 AND w.state = 'asked'",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        ret->receivable_id = stmt_int(s, 0);
        ret->amount_fen = stmt_int(s, 1);
        ret->place = (struct deal_place){
            .deal_id = stmt_int(s, 4), .project_id = stmt_int(s, 5), .building_id = stmt_int(s, 6)};
        waiver_hash(ret->receivable_id, ret->amount_fen, stmt_int(s, 2), stmt_text(s, 3),
                    ret->hash);
    }
    stmt_reset(s);
    return r == 0 ? -EBADMSG : r < 0 ? r : 0;
}

int late_waiver_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                    enum approval_outcome outcome)
{
    static const char *const states[] = {[APPROVAL_APPROVED] = "approved",
                                         [APPROVAL_REJECTED] = "rejected",
                                         [APPROVAL_RETURNED] = "returned",
                                         [APPROVAL_WITHDRAWN] = "withdrawn"};
    struct trail trail = {0};
    struct asked a;
    int r = asked_read(tx, object_id, &a);

    if (r == 0 && outcome == APPROVAL_APPROVED && memcmp(a.hash, hash, sizeof(a.hash)) != 0)
        r = fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    if (r == 0 && outcome == APPROVAL_APPROVED)
        r = owed_check(tx, a.place.deal_id, a.receivable_id, a.amount_fen);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE late_waiver SET state = $2, ended_ms = $3, ended_by = $4 WHERE id = $1",
                   "itit", object_id, states[outcome], tx->now_ms, tx->actor->name);
    if (r < 0)
        return r;
    trail_int(&trail, "late_fen", NULL, &a.amount_fen);
    trail_text(&trail, "late_state", "asked", states[outcome]);
    return deal_note(tx, &a.place, "deal.late-waive", &trail);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT w.id, d.project_id, d.id, w.receivable_id, l.ordinal, w.amount_fen, w.approval_id, "   \
    "w.user_id, w.asked_ms, w.ended_ms, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || "       \
    "st.name END || '-' || u.room, l.fund, l.due_date, w.reason, w.state, a.name, u.building_id, " \
    "d.user_id FROM late_waiver w JOIN receivable l ON l.id = w.receivable_id JOIN deal d ON "     \
    "d.id = l.deal_id JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "    \
    "JOIN stair st ON st.id = u.stair_id JOIN user_account a ON a.id = w.user_id "

static struct late_waiver_row row_of(struct stmt *s)
{
    return (struct late_waiver_row){.id = stmt_int(s, 0),
                                    .project_id = stmt_int(s, 1),
                                    .deal_id = stmt_int(s, 2),
                                    .receivable_id = stmt_int(s, 3),
                                    .ordinal = stmt_int(s, 4),
                                    .amount_fen = stmt_int(s, 5),
                                    .approval_id = stmt_int(s, 6),
                                    .user_id = stmt_int(s, 7),
                                    .asked_ms = stmt_int(s, 8),
                                    .ended_ms = stmt_int(s, 9),
                                    .unit = stmt_text(s, 10),
                                    .fund = stmt_text(s, 11),
                                    .due_date = stmt_text(s, 12),
                                    .reason = stmt_text(s, 13),
                                    .state = stmt_text(s, 14),
                                    .user = stmt_text(s, 15)};
}

int late_waiver_each(struct tx *tx, int64_t deal_id,
                     int (*each)(void *arg, const struct late_waiver_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s, COLUMNS "WHERE l.deal_id = $1 ORDER BY w.id DESC", "i", deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct late_waiver_row row = row_of(s);

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int request_seen(void *arg, const struct approval_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int late_waiver_get(struct tx *tx, int64_t id,
                    int (*each)(void *arg, const struct late_waiver_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, COLUMNS "WHERE w.id = $1", "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 1) {
        const struct late_waiver_row row = row_of(s);
        const struct deal_place place = {.deal_id = row.deal_id,
                                         .project_id = row.project_id,
                                         .building_id = stmt_int(s, 16),
                                         .user_id = stmt_int(s, 17)};

        r = deal_seen(tx->actor, &place) ? 0
                                         : approval_get(tx, row.approval_id, request_seen, NULL);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
