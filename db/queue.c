/* queue.c - see queue.h. */
#include "db/queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/questionnaire.h"
#include "db/series.h"
#include "db/sight.h"

struct ticket {
    int64_t id, version, project_id, number, customer_id, unit_id, user_id;
    bool waiting;
};

static int ticket_read(struct tx *tx, int64_t id, struct ticket *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT project_id, version, number, customer_id, unit_id, user_id, state "
                   "FROM queue_ticket WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct ticket){.id = id,
                           .project_id = stmt_int(s, 0),
                           .version = stmt_int(s, 1),
                           .number = stmt_int(s, 2),
                           .customer_id = stmt_int(s, 3),
                           .unit_id = stmt_int(s, 4),
                           .user_id = stmt_int(s, 5),
                           .waiting = strcmp(stmt_text(s, 6), "waiting") == 0};
    stmt_reset(s);
    return 0;
}

static int ticket_log(struct tx *tx, const struct ticket *t, const char *action, const char *before,
                      const char *after, const char *reason)
{
    struct trail trail = {0};

    trail_int(&trail, "number", NULL, &t->number);
    trail_text(&trail, "state", before, after);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, action, "queue_ticket", t->id, t->project_id, &trail);
}

/* The unit's count and history, when it is for one. */
static int unit_queue(struct tx *tx, const struct ticket *t, enum transition_id transition,
                      guard_set met)
{
    struct unit_step step = {.transition = transition,
                             .unit_id = t->unit_id,
                             .project_id = t->project_id,
                             .met = met,
                             .queue_delta = transition == TRANSITION_QUEUE ? 1 : -1};

    return t->unit_id ? unit_step(tx, &step) : 0;
}

static int refuse_number(struct tx *tx, const struct ticket *t, enum fault_code code)
{
    char number[24];

    snprintf(number, sizeof(number), "%" PRId64, t->number);
    return fault_set(tx->fault, code, "number", number, NULL);
}

/* ---- given ---- */

static int user_known(struct tx *tx, int64_t user_id)
{
    int64_t found = 0;
    int r = db_get(tx->db, &found, "SELECT id FROM user_account WHERE id = $1 AND enabled = 1", "i",
                   user_id);

    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

static int create_check(struct tx *tx, const struct ticket *t, guard_set *ret_met)
{
    struct deal_rules rules;
    bool known = false;
    int r = tx_need_project(tx, t->project_id);

    if (r == 0 && t->user_id != tx->actor->id)
        r = tx_need_right(tx, RIGHT_DEAL_ALL);
    if (r == 0)
        r = user_known(tx, t->user_id);
    if (r == 0)
        r = deal_customer_need(tx, t->customer_id, 0);
    if (r == 0)
        r = question_visits_need(tx, t->customer_id, t->project_id);
    if (r == 0)
        r = deal_rules_read(tx, t->project_id, &rules);
    if (r == 0)
        r = deal_buyer_known(tx, &rules, t->project_id, t->customer_id, &known);
    if (r == 0 && !known && !t->unit_id)
        return fault_set(tx->fault, FAULT_IDENTITY_NEEDED, NULL);
    *ret_met = known ? GUARD_BIT(7) : 0;
    return r;
}

int ticket_create(struct tx *tx, const struct ticket_new *ticket, int64_t *ret_id)
{
    struct ticket t = {.project_id = ticket->project_id,
                       .customer_id = ticket->customer_id,
                       .unit_id = ticket->unit_id,
                       .user_id = ticket->user_id ? ticket->user_id : tx->actor->id};
    guard_set met = 0;
    int r = create_check(tx, &t, &met);

    if (r == 0)
        r = unit_queue(tx, &t, TRANSITION_QUEUE, met);
    if (r == 0)
        r = series_next(tx, t.project_id, "queue", &t.number);
    if (r == 0)
        r = db_get(tx->db, &t.id,
                   "INSERT INTO queue_ticket (project_id, number, customer_id, unit_id, user_id, "
                   "made_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "iiioii", t.project_id, t.number, t.customer_id, t.unit_id ? &t.unit_id : NULL,
                   t.user_id, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_TICKET_EXISTS, NULL);
    if (r >= 0)
        r = ticket_log(tx, &t, "queue.create", NULL, "waiting", NULL);
    if (r == 0)
        *ret_id = t.id;
    return r;
}

/* ---- ended ---- */

static int ticket_end(struct tx *tx, const struct ticket *t, const char *state, const char *reason)
{
    int r = db_run(tx->db,
                   "UPDATE queue_ticket SET state = $2, ended_ms = $3, reason = $4, "
                   "version = version + 1 WHERE id = $1",
                   "itit", t->id, state, tx->now_ms, reason ? reason : "");

    return r < 0 ? r : ticket_log(tx, t, "queue.end", "waiting", state, reason);
}

int ticket_cancel(struct tx *tx, int64_t ticket_id, int64_t version, const char *reason)
{
    struct ticket t;
    int r = ticket_read(tx, ticket_id, &t);

    if (r < 0)
        return r;
    if (t.user_id != tx->actor->id && !actor_has(tx->actor, RIGHT_DEAL_ALL))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (!t.waiting)
        return refuse_number(tx, &t, FAULT_TICKET_ENDED);
    if (t.version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "排号", NULL);
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    /* It holds no money, so nothing is to be given back with it (G16). */
    r = unit_queue(tx, &t, TRANSITION_UNQUEUE, GUARD_BIT(16));
    return r < 0 ? r : ticket_end(tx, &t, "cancelled", reason);
}

/* A number that became a deal leaves the count; that its unit is claimed now is no hindrance. */
static int count_change(struct tx *tx, const struct ticket *t, int64_t delta)
{
    int r = t->unit_id
                ? db_run(tx->db, "UPDATE unit SET queue_count = queue_count + $2 WHERE id = $1",
                         "ii", t->unit_id, delta)
                : 0;

    return r < 0 ? r : 0;
}

int ticket_use(struct tx *tx, int64_t ticket_id, int64_t customer_id, int64_t unit_id)
{
    struct ticket t;
    int r = ticket_read(tx, ticket_id, &t);

    if (r < 0)
        return r;
    if (!t.waiting)
        return refuse_number(tx, &t, FAULT_TICKET_ENDED);
    if (t.customer_id != customer_id || (t.unit_id && t.unit_id != unit_id))
        return refuse_number(tx, &t, FAULT_TICKET_OTHERS);
    r = count_change(tx, &t, -1);
    return r < 0 ? r : ticket_end(tx, &t, "used", NULL);
}

int ticket_unuse(struct tx *tx, int64_t ticket_id)
{
    struct ticket t;
    int r = ticket_read(tx, ticket_id, &t);

    if (r == 0)
        r = count_change(tx, &t, 1);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE queue_ticket SET state = 'waiting', ended_ms = NULL, "
                   "version = version + 1 WHERE id = $1",
                   "i", ticket_id);
    return r < 0 ? r : ticket_log(tx, &t, "queue.again", "used", "waiting", NULL);
}

/* ---- reading ---- */

#define ROWS                                                                                       \
    "SELECT q.id, q.version, q.project_id, q.number, q.customer_id, q.unit_id, q.user_id, "        \
    "c.name, c.kind, COALESCE(b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END "     \
    "|| '-' || u.room, ''), a.name, q.state, q.reason, q.made_ms, q.ended_ms FROM queue_ticket q " \
    "JOIN customer c ON c.id = q.customer_id JOIN user_account a ON a.id = q.user_id "             \
    "LEFT JOIN unit u ON u.id = q.unit_id LEFT JOIN building b ON b.id = u.building_id "           \
    "LEFT JOIN stair st ON st.id = u.stair_id "
static const char one_sql[] = ROWS "WHERE q.id = $1";
static const char list_sql[] =
    ROWS "WHERE q.project_id = $1 AND ($2 = 0 OR q.unit_id = $2) AND ($3 = 0 OR q.customer_id = "
         "$3) AND ($4 = '' OR q.state = $4) AND q.number > $5 ORDER BY q.number LIMIT $6";

static int ticket_give(struct tx *tx, struct stmt *s,
                       int (*each)(void *arg, const struct ticket_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct ticket_row row = {.id = stmt_int(s, 0),
                             .version = stmt_int(s, 1),
                             .project_id = stmt_int(s, 2),
                             .number = stmt_int(s, 3),
                             .customer_id = stmt_int(s, 4),
                             .unit_id = stmt_int(s, 5),
                             .user_id = stmt_int(s, 6),
                             .customer = name_shown(tx, stmt_text(s, 7), stmt_text(s, 8), masked),
                             .unit = stmt_text(s, 9),
                             .user = stmt_text(s, 10),
                             .state = stmt_text(s, 11),
                             .reason = stmt_text(s, 12),
                             .made_ms = stmt_int(s, 13),
                             .ended_ms = stmt_int(s, 14)};
    int r = sight_id(tx, row.customer_id, &row.customer_id);

    return r < 0 ? r : each(arg, &row);
}

int ticket_get(struct tx *tx, int64_t ticket_id,
               int (*each)(void *arg, const struct ticket_row *row), void *arg)
{
    struct ticket t;
    struct stmt *s;
    int r = ticket_read(tx, ticket_id, &t); /* the scope */

    if (r == 0)
        r = db_query(tx->db, &s, one_sql, "i", ticket_id);
    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r == 1)
        r = ticket_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int ticket_list(struct tx *tx, const struct ticket_filter *f,
                int (*each)(void *arg, const struct ticket_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, f->project_id);

    if (r == 0 && f->customer_id)
        r = sight_need(tx, f->customer_id);
    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iiitii", f->project_id, f->unit_id, f->customer_id,
                     f->state ? f->state : "", f->after_number, (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = ticket_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}
