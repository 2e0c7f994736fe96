/* timeline.c - see timeline.h. */
#include "db/timeline.h"

#include "db/customer.h"

/* kind, order (which tells apart what has the same time), id, at, project, actor, text, detail. */
static const char events[] =
    "SELECT e.kind, e.n, e.id, e.at_ms, e.project_id, p.name, COALESCE(u.name, e.actor), e.text, "
    "e.detail FROM ("
    "SELECT 'created' AS kind, 1 AS n, c.id, c.created_ms AS at_ms, NULL AS project_id, "
    "  c.created_by AS actor, o.name AS text, c.notice AS detail "
    "  FROM customer c LEFT JOIN source_change f ON f.id = (SELECT MIN(g.id) FROM source_change g "
    "  WHERE g.customer_id = c.id AND g.state = 'executed') LEFT JOIN option o ON o.id = "
    "  CASE WHEN f.id IS NULL THEN c.source_id ELSE f.was_id END WHERE c.id = $1 "
    "UNION ALL SELECT CASE WHEN v.first = 1 AND v.kind = 'visit' THEN 'first_visit' "
    "  ELSE v.kind END, 2, v.id, v.at_ms, v.project_id, v.receptionist, uc.name, v.note "
    "  FROM visit v LEFT JOIN user_account uc ON uc.id = v.consultant_id WHERE v.customer_id = $1 "
    "UNION ALL SELECT 'intent', 3, i.id, i.changed_ms, i.project_id, i.created_by, i.class, i.note "
    "  FROM intent i WHERE i.customer_id = $1 "
    "UNION ALL SELECT 'qualification', 4, q.id, q.created_ms, q.project_id, q.created_by, "
    "  q.result, q.number FROM qualification q WHERE q.customer_id = $1 "
    "UNION ALL SELECT 'consent', 5, k.id, k.given_ms, NULL, k.given_by, k.purpose, k.notice "
    "  FROM consent k WHERE k.customer_id = $1 "
    "UNION ALL SELECT 'consent_withdrawn', 6, k.id, k.withdrawn_ms, NULL, k.withdrawn_by, "
    "  k.purpose, k.notice FROM consent k WHERE k.customer_id = $1 AND k.withdrawn_ms IS NOT NULL "
    "UNION ALL SELECT 'card', 7, a.id, a.issued_ms, NULL, a.issued_by, a.terms, NULL "
    "  FROM card a JOIN member m ON m.id = a.member_id WHERE m.customer_id = $1 "
    "UNION ALL SELECT 'card_lost', 8, a.id, a.lost_ms, NULL, NULL, a.terms, NULL "
    "  FROM card a JOIN member m ON m.id = a.member_id WHERE m.customer_id = $1 "
    "  AND a.lost_ms IS NOT NULL "
    "UNION ALL SELECT 'request', 9, s.id, s.at_ms, NULL, s.actor, s.kind, s.reason "
    "  FROM subject_request s WHERE s.customer_id = $1 "
    "UNION ALL SELECT 'source_asked', 10, g.id, g.asked_ms, g.project_id, a.login, n.name, "
    "  g.reason FROM source_change g JOIN user_account a ON a.id = g.user_id "
    "  JOIN option n ON n.id = g.source_id WHERE g.customer_id = $1 "
    "UNION ALL SELECT 'source', 11, g.id, g.ended_ms, g.project_id, g.ended_by, n.name, NULL "
    "  FROM source_change g JOIN option n ON n.id = g.source_id WHERE g.customer_id = $1 "
    "  AND g.state = 'executed'"
    ") e LEFT JOIN project p ON p.id = e.project_id "
    "LEFT JOIN user_account u ON u.login = e.actor "
    "WHERE $2 = 0 OR e.at_ms < $2 OR (e.at_ms = $2 AND (e.n < $3 OR (e.n = $3 AND e.id < $4))) "
    "ORDER BY e.at_ms DESC, e.n DESC, e.id DESC";

int timeline_scan(struct tx *tx, int64_t customer_id, struct timeline_place *io_place, int limit,
                  int (*each)(void *arg, const struct timeline_row *row), void *arg)
{
    struct timeline_place place = *io_place;
    struct stmt *s = NULL;
    int n = 0, r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s, events, "iiii", customer_id, place.at_ms, place.order, place.id);
    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        const struct timeline_row row = {.at_ms = stmt_int(s, 3),
                                         .kind = stmt_text(s, 0),
                                         .id = stmt_int(s, 2),
                                         .project_id = stmt_int(s, 4),
                                         .project = stmt_text(s, 5),
                                         .actor = stmt_text(s, 6),
                                         .text = stmt_text(s, 7),
                                         .detail = stmt_text(s, 8)};

        if (row.project_id && !actor_sees_project(tx->actor, row.project_id))
            continue;
        *io_place = (struct timeline_place){row.at_ms, stmt_int(s, 1), row.id};
        r = each(arg, &row);
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : n;
}
