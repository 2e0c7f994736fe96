/* deal_write.c - see deal_write.h. */
#include "db/deal_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/attachment.h"
#include "db/customer_class.h"
#include "db/day.h"
#include "db/deal_node.h"
#include "db/document_template.h"
#include "db/qualification.h"
#include "db/receivable.h"
#include "db/series.h"
#include "db/todo.h"

void deal_yuan(int64_t fen, char ret_text[DEAL_YUAN])
{
    const int64_t positive = fen < 0 ? -fen : fen;

    snprintf(ret_text, DEAL_YUAN, "%s%" PRId64 ".%02" PRId64, fen < 0 ? "-" : "", positive / 100,
             positive % 100);
}

/* ---- the deal as it stands ---- */

/* With the document it stands on, which a live deal always has. */
static const char now_sql[] =
    "SELECT d.version, d.project_id, d.unit_id, d.customer_id, d.user_id, d.terms_id, "
    "d.ticket_id, d.due_ms, d.stage, d.closed_ms, p.id, p.made_ms, p.previous_id FROM deal d "
    "LEFT JOIN deal_document p ON p.deal_id = d.id AND p.state = 'live' WHERE d.id = $1";

static int now_take(struct tx *tx, struct stmt *s, int64_t version, bool ended_too,
                    struct deal_now *deal)
{
    deal->version = stmt_int(s, 0);
    deal->project_id = stmt_int(s, 1);
    deal->unit_id = stmt_int(s, 2);
    deal->customer_id = stmt_int(s, 3);
    deal->user_id = stmt_int(s, 4);
    deal->terms_id = stmt_int(s, 5);
    deal->ticket_id = stmt_int(s, 6);
    deal->due_ms = stmt_int(s, 7);
    deal->stage = stmt_text(s, 8)[0];
    deal->document_id = stmt_int(s, 10);
    deal->document_ms = stmt_int(s, 11);
    deal->papers_id = stmt_int(s, 12);
    if (tx->actor->kind == ACTOR_USER && deal->user_id != tx->actor->id &&
        !actor_has(tx->actor, RIGHT_DEAL_ALL))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (!ended_too && !stmt_is_null(s, 9))
        return fault_set(tx->fault, FAULT_DEAL_CLOSED, NULL);
    if (version && version != deal->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "单据", NULL);
    return 0;
}

static int now_read(struct tx *tx, int64_t deal_id, int64_t version, bool ended_too,
                    struct deal_now *ret_deal)
{
    struct deal_now deal = {.id = deal_id};
    struct stmt *s;
    int r = db_query(tx->db, &s, now_sql, "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    else if (r > 0)
        r = now_take(tx, s, version, ended_too, &deal);
    stmt_reset(s);
    if (r < 0)
        return r;
    r = unit_path_read(tx, deal.unit_id, deal.unit, sizeof(deal.unit), &deal.building_id);
    if (r == 0)
        *ret_deal = deal;
    return r;
}

int deal_now_read(struct tx *tx, int64_t deal_id, int64_t version, struct deal_now *ret_deal)
{
    return now_read(tx, deal_id, version, false, ret_deal);
}

int deal_ever_read(struct tx *tx, int64_t deal_id, struct deal_now *ret_deal)
{
    return now_read(tx, deal_id, 0, true, ret_deal);
}

/* ---- the project's rules ---- */

int deal_rules_read(struct tx *tx, int64_t project_id, struct deal_rules *ret_rules)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT book_days, sign_days, file_days, lock_minutes, confirm_minutes, "
                     "confirm_first, deposit_first, direct_sign, reserve_direct, qualification "
                     "FROM project WHERE id = $1",
                     "i", project_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        *ret_rules = (struct deal_rules){.book_days = stmt_int(s, 0),
                                         .sign_days = stmt_int(s, 1),
                                         .file_days = stmt_int(s, 2),
                                         .lock_minutes = stmt_int(s, 3),
                                         .confirm_minutes = stmt_int(s, 4),
                                         .confirm_first = stmt_int(s, 5) != 0,
                                         .deposit_first = stmt_int(s, 6) != 0,
                                         .direct_sign = stmt_int(s, 7) != 0,
                                         .reserve_direct = stmt_int(s, 8) != 0,
                                         .qualification = stmt_int(s, 9) != 0};
    stmt_reset(s);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

int deal_term(struct tx *tx, const struct deal_rules *rules, char stage, int64_t *ret_due_ms)
{
    const int64_t days = stage == 'B'   ? rules->book_days
                         : stage == 'S' ? rules->sign_days
                         : stage == 'C' ? rules->file_days
                                        : 0;
    char day[DAY_TEXT];
    int r;

    *ret_due_ms = 0;
    if (days == 0)
        return 0;
    day_of(tx->now_ms, day);
    r = day_add(day, days, day);
    return r < 0 ? r : day_end_ms(day, ret_due_ms);
}

/* ---- buyers ---- */

int deal_buyer_known(struct tx *tx, const struct deal_rules *rules, int64_t project_id,
                     int64_t customer_id, bool *ret_known)
{
    const char *result = "pass";
    int64_t documents = 0;
    int r = db_get(tx->db, &documents,
                   "SELECT COUNT(*) FROM customer_secret WHERE customer_id = $1 AND "
                   "kind <> 'phone' AND ended_ms IS NULL",
                   "i", customer_id);

    if (r >= 0 && rules->qualification)
        r = qualification_result(tx, customer_id, project_id, &result);
    if (r < 0)
        return r;
    *ret_known = documents > 0 && strcmp(result, "pass") == 0;
    return 0;
}

int deal_buyers_known(struct tx *tx, const struct deal_rules *rules, const struct deal_now *deal,
                      bool *ret_known)
{
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n = 0;
    int r = deal_buyers_read(tx, deal->id, buyers, &n);

    *ret_known = n > 0;
    for (size_t i = 0; r >= 0 && *ret_known && i < n; i++)
        r = deal_buyer_known(tx, rules, deal->project_id, buyers[i].customer_id, ret_known);
    return r < 0 ? r : 0;
}

int deal_buyers_moved(struct tx *tx, int64_t deal_id)
{
    int64_t id = 0;
    int r;

    while ((r = db_get(tx->db, &id,
                       "SELECT MIN(customer_id) FROM deal_party WHERE deal_id = $1 AND "
                       "customer_id > $2",
                       "ii", deal_id, id)) == 1) {
        r = customer_class_recompute(tx, id);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- writing ---- */

int deal_unit_step(struct tx *tx, const struct deal_now *deal, struct unit_step *step)
{
    struct unit_hold hold;
    int r = unit_hold_read(tx, deal->unit_id, &hold);

    if (r < 0)
        return r;
    if (hold.deal_id != deal->id)
        return -EBADMSG; /* I1, I2: a live deal holds its unit */
    r = db_run(tx->db, "UPDATE claim SET term_ms = $2, terms_id = $3 WHERE id = $1", "ioi", hold.id,
               deal->due_ms ? &deal->due_ms : NULL, deal->terms_id);
    if (r < 0)
        return r;
    step->unit_id = deal->unit_id;
    step->project_id = deal->project_id;
    step->own_claim = hold.id;
    step->claim.kind = "deal";
    step->claim.deal_id = deal->id;
    step->claim.customer_id = deal->customer_id;
    step->claim.user_id = deal->user_id;
    r = unit_step(tx, step);
    return r < 0 ? r : attachment_follow(tx, step);
}

static const char *document_kind(char stage)
{
    return stage == 'B' ? "booking" : stage == 'S' ? "subscription" : "contract";
}

int deal_document_make(struct tx *tx, const struct deal_now *deal, char stage, int64_t terms_id,
                       const char *document)
{
    const char *kind = document_kind(stage);
    int64_t number = 0, id = 0;
    int r = series_next(tx, deal->project_id, kind, &number);

    if (r == 0 && deal->document_id)
        r = db_run(tx->db,
                   "UPDATE deal_document SET state = 'converted', ended_ms = $2 WHERE id = $1",
                   "ii", deal->document_id, tx->now_ms);
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO deal_document (deal_id, kind, project_id, number, document, "
                   "previous_id, terms_id, user_id, made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, "
                   "$8, $9) RETURNING id",
                   "itiitoiii", deal->id, kind, deal->project_id, number, document ? document : "",
                   deal->document_id ? &deal->document_id : NULL, terms_id,
                   tx->actor->kind == ACTOR_USER ? tx->actor->id : deal->user_id, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_DEAL_DOCUMENT_TAKEN, "document", document, NULL);
    return r < 0 ? r : document_text_make(tx, DOCUMENT_OF_DEAL, id);
}

static int told_done(struct tx *tx, const struct deal_now *deal, const char *result)
{
    static const enum todo_kind kinds[] = {TODO_BOOKING_OVERDUE, TODO_SIGNING_OVERDUE,
                                           TODO_FILING_OVERDUE};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        r = todo_done(tx, kinds[i], "deal", deal->id, result);
    return r < 0 ? r : 0;
}

int deal_stage_set(struct tx *tx, const struct deal_now *deal, char stage, int64_t terms_id,
                   int64_t due_ms)
{
    const char text[2] = {stage, '\0'};
    int r = db_run(tx->db,
                   "UPDATE deal SET stage = $2, terms_id = $3, due_ms = $4, due_noticed_ms = NULL, "
                   "version = version + 1 WHERE id = $1",
                   "itio", deal->id, text, terms_id, due_ms ? &due_ms : NULL);

    if (r >= 0)
        r = deal_buyers_moved(tx, deal->id);
    return r < 0 ? r : told_done(tx, deal, text);
}

int deal_terms_set(struct tx *tx, const struct deal_now *deal, int64_t terms_id)
{
    int r = db_run(tx->db, "UPDATE deal SET terms_id = $2, version = version + 1 WHERE id = $1",
                   "ii", deal->id, terms_id);

    return r < 0 ? r : 0;
}

int deal_buyers_read(struct tx *tx, int64_t deal_id, struct deal_buyer *buyers, size_t *ret_n)
{
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT customer_id, share_bp FROM deal_party WHERE deal_id = $1 AND "
                     "ended_ms IS NULL ORDER BY ordinal",
                     "i", deal_id);

    while (r >= 0 && n < DEAL_PARTIES_MAX && (r = stmt_step(s)) == 1)
        buyers[n++] = (struct deal_buyer){stmt_int(s, 0), stmt_int(s, 1)};
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

int deal_parties_set(struct tx *tx, int64_t deal_id, const struct deal_buyer *buyers, size_t n)
{
    int r = db_run(tx->db,
                   "UPDATE deal_party SET ended_ms = $2 WHERE deal_id = $1 AND ended_ms IS NULL",
                   "ii", deal_id, tx->now_ms);

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = db_run(tx->db,
                   "INSERT INTO deal_party (deal_id, customer_id, ordinal, share_bp, since_ms) "
                   "VALUES ($1, $2, $3, $4, $5)",
                   "iiiii", deal_id, buyers[i].customer_id, (int64_t)i + 1, buyers[i].share_bp,
                   tx->now_ms);
    return r < 0 ? r : deal_buyers_moved(tx, deal_id);
}

int deal_close(struct tx *tx, const struct deal_now *deal, const char *outcome,
               const char *document_state)
{
    int r = receivable_end(tx, deal->id, true);

    if (r == 0)
        r = deal_node_void_all(tx, deal->id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE deal_document SET state = $2, ended_ms = $3 WHERE deal_id = $1 AND "
                   "state = 'live'",
                   "iti", deal->id, document_state, tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE deal SET outcome = $2, closed_ms = $3, version = version + 1 "
                   "WHERE id = $1",
                   "iti", deal->id, outcome, tx->now_ms);
    if (r >= 0)
        r = deal_buyers_moved(tx, deal->id);
    return r < 0 ? r : told_done(tx, deal, outcome);
}

int deal_log(struct tx *tx, const struct deal_now *deal, const char *action, struct trail *trail)
{
    int r = audit_add(tx, action, "deal", deal->id, deal->project_id, trail);

    if (r < 0)
        return r;
    return tx_changed(tx, CHANGE_DEAL, deal->project_id, deal->building_id, deal->id);
}
