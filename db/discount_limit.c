/* discount_limit.c - see discount_limit.h. */
#include "db/discount_limit.h"

#include <errno.h>

#include "db/audit.h"

int discount_limit_each(struct tx *tx, int64_t project_id,
                        int (*each)(void *arg, const struct discount_limit_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT p.id, l.version, p.name, l.most_bp, l.below_floor FROM post p LEFT "
            "JOIN discount_limit l ON l.post_id = p.id AND l.project_id = $1 ORDER BY p.id",
            "i", project_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct discount_limit_row row = {stmt_int(s, 0), stmt_int(s, 1), stmt_text(s, 2),
                                               stmt_int(s, 3), stmt_int(s, 4) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

struct limit_now {
    int64_t version, most_bp, below_floor, held;
};

/* The limit that the post has, all 0 without one. */
static int limit_read(struct tx *tx, int64_t project_id, int64_t post_id, struct limit_now *ret)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT l.version, l.most_bp, l.below_floor, (SELECT COUNT(*) FROM user_post u "
                 "WHERE u.post_id = p.id AND u.user_id = $3) FROM post p LEFT JOIN "
                 "discount_limit l ON l.post_id = p.id AND l.project_id = $1 WHERE p.id = $2",
                 "iii", project_id, post_id, tx->actor->kind == ACTOR_USER ? tx->actor->id : 0);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 1)
        *ret = (struct limit_now){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2), stmt_int(s, 3)};
    stmt_reset(s);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

int discount_limit_set(struct tx *tx, int64_t project_id, const struct discount_limit_row *row)
{
    const int64_t below = row->below_floor;
    struct trail trail = {0};
    struct limit_now now;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = limit_read(tx, project_id, row->post_id, &now);
    if (r < 0)
        return r;
    if (now.held)
        return fault_set(tx->fault, FAULT_OWN_RIGHTS, NULL);
    if (now.version != row->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", row->post ? row->post : "",
                         NULL);
    trail_int(&trail, "post_id", NULL, &row->post_id);
    trail_int(&trail, "most_bp", now.version ? &now.most_bp : NULL, &row->most_bp);
    trail_int(&trail, "below_floor", now.version ? &now.below_floor : NULL, &below);
    r = db_run(tx->db,
               "INSERT INTO discount_limit (project_id, post_id, most_bp, below_floor) VALUES "
               "($1, $2, $3, $4) ON CONFLICT (project_id, post_id) DO UPDATE SET "
               "most_bp = excluded.most_bp, below_floor = excluded.below_floor, "
               "version = discount_limit.version + 1",
               "iiii", project_id, row->post_id, row->most_bp, below);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add_project(tx, "discount.limit", "project", project_id, project_id, &trail);
}
