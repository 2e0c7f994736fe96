/* movein.c - see movein.h. */
#include "db/movein.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_process.h"
#include "db/deal_scope.h"
#include "db/document_template.h"
#include "db/sight.h"
#include "db/user.h"

const char *const movein_ways[] = {"post", "sms", "phone", "in_person", NULL};

/* ---- sent ---- */

static int day_check(struct tx *tx, const char *handover_date)
{
    char first[DAY_TEXT], days[16];
    int r;

    day_of(tx->now_ms, first);
    r = day_add(first, MOVEIN_AHEAD_DAYS, first);
    if (r < 0 || strcmp(handover_date, first) >= 0)
        return r;
    snprintf(days, sizeof(days), "%d", MOVEIN_AHEAD_DAYS);
    return fault_set(tx->fault, FAULT_MOVEIN_EARLY, "days", days, "first", first, NULL);
}

/* A live deal with a contract. */
static int signed_check(struct tx *tx, int64_t deal_id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT project_id, stage, closed_ms FROM deal WHERE id = $1", deal_id);

    if (r < 0)
        return r;
    if (!stmt_is_null(s, 2))
        r = fault_set(tx->fault, FAULT_DEAL_CLOSED, NULL);
    else if (!strchr("CF", stmt_text(s, 1)[0]))
        r = fault_set(tx->fault, FAULT_CONTRACT_NONE, NULL);
    stmt_reset(s);
    return r;
}

static int one_send(struct tx *tx, const struct movein_new *notice, int64_t deal_id)
{
    struct deal_place place;
    struct trail trail = {0};
    int64_t id = 0;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = signed_check(tx, deal_id);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO movein_notice (deal_id, handover_date, way, actor, sent_ms) "
                   "VALUES ($1, $2, $3, $4, $5) RETURNING id",
                   "ittti", deal_id, notice->handover_date, notice->way, tx->actor->name,
                   tx->now_ms);
    if (r >= 0)
        r = document_text_make(tx, DOCUMENT_OF_NOTICE, id);
    if (r == 0)
        r = deal_process_settle(tx, deal_id, "");
    if (r < 0)
        return r;
    trail_text(&trail, "handover_date", NULL, notice->handover_date);
    trail_text(&trail, "way", NULL, notice->way);
    return deal_note(tx, &place, "movein.send", &trail);
}

int movein_send(struct tx *tx, const struct movein_new *notice)
{
    int r = day_check(tx, notice->handover_date);

    if (r == 0 && notice->n_deals > MOVEIN_BATCH_MAX)
        r = tx_limit_reached(tx, MOVEIN_BATCH_MAX);
    for (size_t i = 0; r == 0 && i < notice->n_deals; i++)
        r = one_send(tx, notice, notice->deal_ids[i]);
    return r;
}

/* ---- arrived ---- */

int movein_deliver(struct tx *tx, int64_t id, const char *proof)
{
    struct deal_place place;
    struct trail trail = {0};
    int64_t deal_id;
    bool delivered;
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT d.project_id, m.deal_id, m.delivered_ms FROM movein_notice m "
                   "JOIN deal d ON d.id = m.deal_id WHERE m.id = $1",
                   id);

    if (r < 0)
        return r;
    deal_id = stmt_int(s, 1);
    delivered = !stmt_is_null(s, 2);
    stmt_reset(s);
    r = deal_place_read(tx, deal_id, &place);
    if (r == 0 && delivered)
        r = fault_set(tx->fault, FAULT_MOVEIN_DELIVERED, NULL);
    if (r == 0 && (!proof || !proof[0]))
        r = fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    if (r == 0)
        r = db_run(tx->db, "UPDATE movein_notice SET proof = $2, delivered_ms = $3 WHERE id = $1",
                   "iti", id, proof, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "proof", NULL, proof);
    return deal_note(tx, &place, "movein.deliver", &trail);
}

/* ---- reading ---- */

static const char list_sql[] =
    "SELECT d.project_id, u.building_id, d.user_id, d.id, m.id, b.name || CASE st.name WHEN '' "
    "THEN '' ELSE '-' || st.name END || '-' || u.room, c.name, c.kind, a.name, m.handover_date, "
    "m.way, m.proof, " USER_NAMED(
        "m.actor") ", m.sent_ms, m.delivered_ms FROM deal d "
                   "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
                   "JOIN stair st ON st.id = u.stair_id JOIN customer c ON c.id = d.customer_id "
                   "JOIN user_account a ON a.id = d.user_id LEFT JOIN movein_notice m ON m.id = "
                   "(SELECT MAX(x.id) FROM movein_notice x WHERE x.deal_id = d.id) "
                   "WHERE d.project_id = $1 AND d.id > $2 AND d.closed_ms IS NULL "
                   "AND d.stage IN ('C', 'F') AND ($3 = 0 OR d.id = $3) AND ($4 = 0 OR "
                   "($4 = 1 AND m.id IS NULL) OR ($4 = 2 AND m.sent_ms IS NOT NULL AND "
                   "m.delivered_ms IS NULL) OR ($4 = 3 AND m.delivered_ms IS NOT NULL)) "
                   "ORDER BY d.id";

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct movein_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    const struct movein_row row = {.deal_id = stmt_int(s, 3),
                                   .id = stmt_int(s, 4),
                                   .unit = stmt_text(s, 5),
                                   .customer =
                                       name_shown(tx, stmt_text(s, 6), stmt_text(s, 7), masked),
                                   .consultant = stmt_text(s, 8),
                                   .handover_date = stmt_text(s, 9),
                                   .way = stmt_text(s, 10),
                                   .proof = stmt_text(s, 11),
                                   .actor = stmt_text(s, 12),
                                   .sent_ms = stmt_int(s, 13),
                                   .delivered_ms = stmt_int(s, 14)};

    return each(arg, &row);
}

int movein_list(struct tx *tx, const struct movein_filter *f,
                int (*each)(void *arg, const struct movein_row *row), void *arg)
{
    const int limit = f->limit < MOVEIN_PAGE_MAX ? f->limit : MOVEIN_PAGE_MAX;
    struct stmt *s = NULL;
    int n = 0, r = tx_need_project(tx, f->project_id);

    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iiii", f->project_id, f->after_deal_id, f->deal_id,
                     (int64_t)f->which);
    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        const struct deal_place place = {
            .project_id = stmt_int(s, 0), .building_id = stmt_int(s, 1), .user_id = stmt_int(s, 2)};

        if (!deal_seen(tx->actor, &place))
            continue;
        n++;
        r = row_give(tx, s, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
