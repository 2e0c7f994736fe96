/* ownership_read.c - see ownership.h: what is known of whose a customer is, and was. */
#include <errno.h>
#include <string.h>

#include "db/ownership.h"
#include "db/sight.h"
#include "db/user.h"

static enum own_state state_of(const char *code)
{
    int i = 0;

    while (i < OWN_POOL && strcmp(own_states[i], code) != 0)
        i++;
    return (enum own_state)i;
}

/* Columns from 0: those of OWN_COLUMNS. */
#define OWN_COLUMNS                                                                                \
    "o.customer_id, o.project_id, o.owner_id, o.state, o.since_ms, o.touched_ms, "                 \
    "o.protected_until_ms, o.pool_due_ms, o.next_ms "

static struct ownership own_take(struct stmt *s)
{
    return (struct ownership){.customer_id = stmt_int(s, 0),
                              .project_id = stmt_int(s, 1),
                              .owner_id = stmt_int(s, 2),
                              .state = state_of(stmt_text(s, 3)),
                              .since_ms = stmt_int(s, 4),
                              .touched_ms = stmt_int(s, 5),
                              .protected_until_ms = stmt_int(s, 6),
                              .pool_due_ms = stmt_int(s, 7),
                              .next_ms = stmt_int(s, 8)};
}

int ownership_find(struct tx *tx, int64_t customer_id, int64_t project_id, struct ownership *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT " OWN_COLUMNS
                     "FROM ownership o WHERE o.customer_id = $1 AND o.project_id = $2",
                     "ii", customer_id, project_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        *ret = own_take(s);
    stmt_reset(s);
    return r;
}

int ownership_scan(struct tx *tx, int64_t customer_id,
                   int (*each)(void *arg, const struct ownership_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = sight_need(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT " OWN_COLUMNS ", p.name, u.name, CASE WHEN $2 = 0 OR o.owner_id = $2 "
                     "OR EXISTS (SELECT 1 FROM customer_share h WHERE h.customer_id = "
                     "o.customer_id AND h.project_id = o.project_id AND h.user_id = $2 AND "
                     "h.ended_ms IS NULL AND h.mode = 'edit') THEN 1 ELSE 0 END "
                     "FROM ownership o JOIN project p ON p.id = o.project_id "
                     "LEFT JOIN user_account u ON u.id = o.owner_id "
                     "WHERE o.customer_id = $1 AND " SIGHT_PROJECT(
                         "o.project_id", "$3") " "
                                               "ORDER BY o.since_ms DESC, o.project_id",
                     "iit", customer_id, sight.user, (const char *)sight.scope);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct ownership_row row = {.own = own_take(s),
                                          .project = stmt_text(s, 9),
                                          .owner = stmt_text(s, 10),
                                          .yours = stmt_int(s, 11) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static const char lines_of_customer[] =
    "SELECT l.id, l.project_id, l.at_ms, l.protected_until_ms, p.name, l.from_state, l.to_state, "
    "f.name, t.name, l.reason, l.note, " USER_NAMED(
        "l.actor") " FROM ownership_line l JOIN project p ON p.id = l.project_id "
                   "LEFT JOIN user_account f ON f.id = l.from_owner_id "
                   "LEFT JOIN user_account t ON t.id = l.to_owner_id "
                   "WHERE l.customer_id = $1 AND " SIGHT_PROJECT(
                       "l.project_id", "$2") " "
                                             "ORDER BY l.id DESC LIMIT 500";

int ownership_history(struct tx *tx, int64_t customer_id,
                      int (*each)(void *arg, const struct ownership_line *line), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = sight_need(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s, lines_of_customer, "it", customer_id, (const char *)sight.scope);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct ownership_line line = {.id = stmt_int(s, 0),
                                            .project_id = stmt_int(s, 1),
                                            .at_ms = stmt_int(s, 2),
                                            .protected_until_ms = stmt_int(s, 3),
                                            .project = stmt_text(s, 4),
                                            .from_state = stmt_text(s, 5),
                                            .to_state = stmt_text(s, 6),
                                            .from_owner = stmt_text(s, 7),
                                            .to_owner = stmt_text(s, 8),
                                            .reason = stmt_text(s, 9),
                                            .note = stmt_text(s, 10),
                                            .actor = stmt_text(s, 11)};

        r = each(arg, &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int ownership_at(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t at_ms,
                 enum own_state *ret_state, int64_t *ret_owner_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT to_state, to_owner_id FROM ownership_line WHERE customer_id = $1 "
                     "AND project_id = $2 AND at_ms <= $3 ORDER BY id DESC LIMIT 1",
                     "iii", customer_id, project_id, at_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *ret_state = state_of(stmt_text(s, 0));
        *ret_owner_id = stmt_int(s, 1);
    }
    stmt_reset(s);
    return r;
}

int ownership_people(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, int64_t user_id, const char *name, int64_t customers),
                     void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT u.id, u.name, (SELECT COUNT(*) FROM ownership o WHERE "
                     "o.owner_id = u.id AND o.project_id = $1) FROM user_account u "
                     "WHERE u.enabled = 1 ORDER BY u.name, u.id",
                     "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct actor actor;

        r = actor_load(tx->db, stmt_int(s, 0), &actor, NULL);
        if (r == 0 && actor_has(&actor, RIGHT_FOLLOW_EDIT) &&
            actor_sees_project(&actor, project_id))
            r = each(arg, stmt_int(s, 0), stmt_text(s, 1), stmt_int(s, 2));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
