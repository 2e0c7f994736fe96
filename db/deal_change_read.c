/* deal_change_read.c - reading special transactions. See deal_change.h. */
#include <errno.h>

#include "db/deal_change.h"
#include "db/deal_scope.h"
#include "db/sight.h"
#include "db/user.h"

#define COLUMNS                                                                                    \
    "SELECT g.project_id, g.id, g.version, g.number, g.deal_id, d.unit_id, g.kind, g.state, "      \
    "g.stage, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, "   \
    "g.reason, g.fault_side, g.exception, g.document, g.terms_id, g.was_terms_id, g.days, "        \
    "g.receivable_id, g.refund_fen, g.forfeit_fen, g.penalty_fen, g.approval_id, g.user_id, "      \
    "g.asked_ms, g.executed_ms, g.archived_ms, g.new_deal_id, a.name, " USER_NAMED(                \
        "g.archived_by") ", g.result, u.building_id, d.user_id FROM deal_change g "                \
                         "JOIN deal d ON d.id = g.deal_id JOIN unit u ON u.id = d.unit_id "        \
                         "JOIN building b ON b.id = u.building_id JOIN stair st ON "               \
                         "st.id = u.stair_id JOIN user_account a ON a.id = g.user_id "

enum { COLUMN_BUILDING = 30, COLUMN_DEAL_USER };

static const char *text_at(struct stmt *s, int column)
{
    const char *text = stmt_text(s, column);

    return text ? text : "";
}

static void row_fill(struct stmt *s, struct deal_change_row *row)
{
    *row = (struct deal_change_row){.project_id = stmt_int(s, 0),
                                    .id = stmt_int(s, 1),
                                    .version = stmt_int(s, 2),
                                    .number = stmt_int(s, 3),
                                    .deal_id = stmt_int(s, 4),
                                    .unit_id = stmt_int(s, 5),
                                    .kind = stmt_text(s, 6),
                                    .state = stmt_text(s, 7),
                                    .stage = stmt_text(s, 8),
                                    .unit = stmt_text(s, 9),
                                    .reason = stmt_text(s, 10),
                                    .fault_side = stmt_text(s, 11),
                                    .exception = stmt_text(s, 12),
                                    .document = stmt_text(s, 13),
                                    .terms_id = stmt_int(s, 14),
                                    .was_terms_id = stmt_int(s, 15),
                                    .days = stmt_int(s, 16),
                                    .receivable_id = stmt_int(s, 17),
                                    .refund_fen = stmt_int(s, 18),
                                    .forfeit_fen = stmt_int(s, 19),
                                    .penalty_fen = stmt_int(s, 20),
                                    .approval_id = stmt_int(s, 21),
                                    .user_id = stmt_int(s, 22),
                                    .asked_ms = stmt_int(s, 23),
                                    .executed_ms = stmt_int(s, 24),
                                    .archived_ms = stmt_int(s, 25),
                                    .new_deal_id = stmt_int(s, 26),
                                    .user = stmt_text(s, 27),
                                    .archived_by = text_at(s, 28),
                                    .result = stmt_text(s, 29)};
}

static bool row_seen(const struct tx *tx, struct stmt *s, const struct deal_change_row *row)
{
    const struct deal_place place = {.deal_id = row->deal_id,
                                     .project_id = row->project_id,
                                     .building_id = stmt_int(s, COLUMN_BUILDING),
                                     .user_id = stmt_int(s, COLUMN_DEAL_USER)};

    return deal_seen(tx->actor, &place);
}

int deal_change_list(struct tx *tx, const struct deal_change_filter *f,
                     int (*each)(void *arg, const struct deal_change_row *row), void *arg)
{
    struct stmt *s = NULL;
    int n = 0, r = f->project_id ? tx_need_project(tx, f->project_id) : 0;

    if (r == 0)
        r = db_query(tx->db, &s,
                     COLUMNS "WHERE ($1 = 0 OR g.project_id = $1) AND ($2 = 0 OR g.deal_id = $2) "
                             "AND ($3 = 0 OR g.id < $3) AND ($4 = '' OR g.kind = $4) AND ($5 = '' "
                             "OR g.state = $5) AND ($6 < 0 OR (g.state = 'executed' AND $6 = CASE "
                             "WHEN g.archived_ms IS NULL THEN 0 ELSE 1 END)) ORDER BY g.id DESC",
                     "iiitti", f->project_id, f->deal_id, f->before_id, f->kind ? f->kind : "",
                     f->state ? f->state : "", (int64_t)f->archived);
    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        struct deal_change_row row;

        row_fill(s, &row);
        if (!row_seen(tx, s, &row))
            continue;
        n++;
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int seen(void *arg, const struct approval_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int deal_change_get(struct tx *tx, int64_t change_id,
                    int (*each)(void *arg, const struct deal_change_row *row), void *arg)
{
    struct deal_change_row row;
    struct stmt *s;
    int r = tx_row(tx, &s, COLUMNS "WHERE g.id = $1", change_id);

    if (r < 0)
        return r;
    row_fill(s, &row);
    if (!row_seen(tx, s, &row)) /* who is asked to approve it sees it too */
        r = row.approval_id ? approval_get(tx, row.approval_id, seen, NULL)
                            : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = each(arg, &row);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_change_buyer_each(struct tx *tx, int64_t change_id,
                           int (*each)(void *arg, const struct deal_party_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT p.customer_id, p.ordinal, p.share_bp, c.name, c.kind FROM "
                     "deal_change_party p JOIN customer c ON c.id = p.customer_id WHERE "
                     "p.change_id = $1 ORDER BY p.ordinal",
                     "i", change_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char masked[CONTACT_NAME_TEXT];
        struct deal_party_row row = {.customer_id = stmt_int(s, 0),
                                     .ordinal = stmt_int(s, 1),
                                     .share_bp = stmt_int(s, 2),
                                     .customer =
                                         name_shown(tx, stmt_text(s, 3), stmt_text(s, 4), masked)};

        r = sight_id(tx, row.customer_id, &row.customer_id);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_change_media_each(struct tx *tx, int64_t change_id,
                           int (*each)(void *arg, const char *media_id), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT media_id FROM deal_change_media WHERE change_id = $1 ORDER BY "
                     "media_id",
                     "i", change_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}
