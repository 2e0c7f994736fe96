/* notification.c - see notification.h. */
#include "db/notification.h"

#include <string.h>

#include "db/contact.h"
#include "db/sight.h"
#include "db/user.h"

int notification_add(struct tx *tx, int64_t user_id, const char *kind, int64_t customer_id,
                     int64_t project_id)
{
    if (user_id == 0 || (tx->actor->kind == ACTOR_USER && tx->actor->id == user_id))
        return 0;
    return db_run(tx->db,
                  "INSERT INTO notification (user_id, kind, customer_id, project_id, actor, at_ms) "
                  "VALUES ($1, $2, $3, $4, $5, $6)",
                  "itiiti", user_id, kind, customer_id, project_id, tx->actor->name, tx->now_ms);
}

int notification_add_deal(struct tx *tx, const char *kind, int64_t deal_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO notification (user_id, kind, customer_id, project_id, deal_id, "
                   "actor, at_ms) SELECT user_id, $2, customer_id, project_id, id, $3, $4 FROM "
                   "deal WHERE id = $1",
                   "itti", deal_id, kind, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

int notification_scan(struct tx *tx, bool unseen, int64_t before_id, int limit,
                      int (*each)(void *arg, const struct notification_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT n.id, n.customer_id, n.project_id, n.at_ms, n.seen_ms, n.kind, "
        "p.name, c.name, c.kind, " USER_NAMED(
            "n.actor") ", n.deal_id, (SELECT b.name || CASE st.name WHEN '' THEN '' ELSE '-' || "
                       "st.name END || '-' || u.room FROM deal d JOIN unit u ON "
                       "u.id = d.unit_id JOIN building b ON b.id = u.building_id "
                       "JOIN stair st ON st.id = u.stair_id WHERE d.id = n.deal_id) "
                       "FROM notification n JOIN project p ON p.id = n.project_id "
                       "JOIN customer c ON c.id = n.customer_id "
                       "WHERE n.user_id = $1 AND ($2 = 0 OR n.id < $2) "
                       "AND ($3 = 0 OR n.seen_ms IS NULL) ORDER BY n.id DESC LIMIT $4",
        "iiii", tx->actor->id, before_id, (int64_t)unseen, (int64_t)limit);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct notification_row row = {.id = stmt_int(s, 0),
                                       .customer_id = stmt_int(s, 1),
                                       .project_id = stmt_int(s, 2),
                                       .at_ms = stmt_int(s, 3),
                                       .seen_ms = stmt_int(s, 4),
                                       .kind = stmt_text(s, 5),
                                       .project = stmt_text(s, 6),
                                       .name = stmt_text(s, 7),
                                       .actor = stmt_text(s, 9),
                                       .deal_id = stmt_int(s, 10),
                                       .unit = stmt_text(s, 11)};
        char masked[CONTACT_NAME_TEXT];

        if (strcmp(stmt_text(s, 8), "person") == 0) {
            contact_name_mask(row.name, masked);
            row.name = masked;
        }
        r = sight_id(tx, row.customer_id, &row.customer_id);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int notification_see(struct tx *tx, int64_t id)
{
    int r = db_run(tx->db,
                   "UPDATE notification SET seen_ms = COALESCE(seen_ms, $3) "
                   "WHERE id = $1 AND user_id = $2",
                   "iii", id, tx->actor->id, tx->now_ms);

    if (r < 0)
        return r;
    return r > 0 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}
