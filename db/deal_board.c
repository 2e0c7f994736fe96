/* deal_board.c - see deal_board.h. */
#include "db/deal_board.h"

#include "db/deal_scope.h"
#include "db/sight.h"

static const char board_sql[] =
    "SELECT d.project_id, u.building_id, d.user_id, d.id, d.opened_ms, b.name || CASE st.name "
    "WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, c.name, c.kind, a.name, d.stage, "
    "t.plan_name, "
    "(SELECT p.document FROM deal_document p WHERE p.deal_id = d.id AND p.kind = 'contract' AND "
    "p.state = 'live') FROM deal d JOIN unit u ON u.id = d.unit_id "
    "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
    "JOIN customer c ON c.id = d.customer_id JOIN user_account a ON a.id = d.user_id "
    "JOIN terms t ON t.id = d.terms_id WHERE d.project_id = $1 AND d.closed_ms IS NULL "
    "AND d.stage IN ('C', 'F', 'D') AND ($2 = 0 OR u.building_id = $2) "
    "AND ($3 = 0 OR d.user_id = $3) AND ($4 = '' OR d.stage = $4) AND ($7 = 0 OR d.id < $7) "
    "AND (($5 = '' AND $6 = '') OR EXISTS (SELECT 1 FROM deal_node n WHERE n.deal_id = d.id AND "
    "n.state = 'open' AND ($5 = '' OR n.kind = $5) AND ($6 = '' OR n.due_date < $6))) "
    "ORDER BY d.id DESC";

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct board_row *row), void *arg)
{
    const char *document = stmt_text(s, 11);
    char masked[CONTACT_NAME_TEXT];
    const struct board_row row = {.deal_id = stmt_int(s, 3),
                                  .opened_ms = stmt_int(s, 4),
                                  .unit = stmt_text(s, 5),
                                  .customer =
                                      name_shown(tx, stmt_text(s, 6), stmt_text(s, 7), masked),
                                  .consultant = stmt_text(s, 8),
                                  .stage = stmt_text(s, 9),
                                  .plan_name = stmt_text(s, 10),
                                  .document = document ? document : ""};

    return each(arg, &row);
}

int deal_board(struct tx *tx, const struct board_filter *f,
               int (*each)(void *arg, const struct board_row *row), void *arg)
{
    const int limit = f->limit < BOARD_PAGE_MAX ? f->limit : BOARD_PAGE_MAX;
    struct stmt *s = NULL;
    int n = 0, r = tx_need_project(tx, f->project_id);

    if (r == 0)
        r = db_query(tx->db, &s, board_sql, "iiittti", f->project_id, f->building_id, f->user_id,
                     f->stage ? f->stage : "", f->kind ? f->kind : "",
                     f->overdue_on ? f->overdue_on : "", f->before_id);
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
