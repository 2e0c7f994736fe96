/* approval_step.c - the steps of a request and the decisions in them. See approval.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/approval_impl.h"
#include "db/audit.h"
#include "db/todo.h"

enum { NODE_TEXT = 60 * 4 + 1 };

/* ---- can everything be signed? ---- */

/* A signature that is needed, and who could give it. Somebody with as many hands as there are
 * signatures is never short of one, so no more are kept. */
struct seat {
    int64_t node_id, ordinal; /* ordinal 0: any of the node's approvers */
    char node[NODE_TEXT];
    int64_t who[APPROVAL_SEATS_MAX];
    size_t n;
    int64_t taken; /* by whom; 0: nobody */
    bool seen;
};

struct seats {
    struct seat items[APPROVAL_SEATS_MAX];
    size_t n;
};

static int seats_read(struct tx *tx, int64_t approval_id, struct seats *seats)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT n.id, CASE n.mode WHEN 'all' THEN k.ordinal ELSE 0 END, n.name, u.id "
        "FROM approval a JOIN flow_node n ON n.flow_version_id = a.flow_version_id "
        "AND " NODE_APPLIES " JOIN flow_node_approver k ON k.node_id = n.id "
        "LEFT JOIN user_account u ON " MAY_SIGN("u", "k") " WHERE a.id = $1 "
                                                          "ORDER BY n.step, n.id, k.ordinal, u.id",
        "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct seat *seat = seats->n ? &seats->items[seats->n - 1] : NULL;

        if (!seat || seat->node_id != stmt_int(s, 0) || seat->ordinal != stmt_int(s, 1)) {
            if (seats->n == APPROVAL_SEATS_MAX) {
                r = -E2BIG;
                break;
            }
            seat = &seats->items[seats->n++];
            *seat = (struct seat){.node_id = stmt_int(s, 0), .ordinal = stmt_int(s, 1)};
            snprintf(seat->node, sizeof(seat->node), "%s", stmt_text(s, 2));
        }
        if (!stmt_is_null(s, 3) && seat->n < APPROVAL_SEATS_MAX)
            seat->who[seat->n++] = stmt_int(s, 3);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static struct seat *seat_of(struct seats *seats, int64_t user_id)
{
    for (size_t i = 0; i < seats->n; i++)
        if (seats->items[i].taken == user_id)
            return &seats->items[i];
    return NULL;
}

/* Kuhn's augmenting path. It goes no deeper than there are seats. */
static bool seat_fill(struct seats *seats, struct seat *seat)
{
    seat->seen = true;
    for (size_t i = 0; i < seat->n; i++) {
        struct seat *other = seat_of(seats, seat->who[i]);

        if (!other || (!other->seen && seat_fill(seats, other))) {
            seat->taken = seat->who[i];
            return true;
        }
    }
    return false;
}

int approval_seats_check(struct tx *tx, const struct approval_now *now)
{
    const struct approval_subject_info *info = &approval_subjects[now->subject];
    struct seats seats;
    int r;

    seats.n = 0;
    r = seats_read(tx, now->id, &seats);
    if (r < 0)
        return r;
    if (seats.n == 0)
        return fault_set(tx->fault, FAULT_APPROVAL_NO_ROUTE, "subject", info->zh, "subject_en",
                         info->en, NULL);
    for (size_t i = 0; i < seats.n; i++) {
        for (size_t k = 0; k < seats.n; k++)
            seats.items[k].seen = false;
        if (!seat_fill(&seats, &seats.items[i]))
            return fault_set(tx->fault, FAULT_APPROVAL_NO_APPROVER, "node", seats.items[i].node,
                             NULL);
    }
    return 0;
}

/* ---- a step ---- */

static int task_todo(struct tx *tx, const struct approval_now *now, int64_t task_id)
{
    struct todo_new todo = {.kind = TODO_APPROVE,
                            .project_id = now->project_id,
                            .object_kind = "approval_task",
                            .object_id = task_id,
                            .title = now->title};
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT post_id, user_id FROM approval_task WHERE id = $1", "i",
                     task_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    todo.post_id = stmt_int(s, 0);
    todo.user_id = stmt_int(s, 1);
    stmt_reset(s);
    return todo_add(tx, &todo);
}

static int step_tasks(struct tx *tx, const struct approval_now *now, int64_t step)
{
    int64_t ids[APPROVAL_SEATS_MAX];
    size_t n = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "INSERT INTO approval_task (approval_id, node_id, post_id, user_id, made_ms) "
                     "SELECT a.id, n.id, k.post_id, k.user_id, $3 FROM approval a "
                     "JOIN flow_node n ON n.flow_version_id = a.flow_version_id AND n.step = $2 "
                     "AND " NODE_APPLIES " JOIN flow_node_approver k ON k.node_id = n.id "
                     "WHERE a.id = $1 ORDER BY n.id, k.ordinal RETURNING id",
                     "iii", now->id, step, tx->now_ms);

    while (r >= 0 && n < APPROVAL_SEATS_MAX && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = task_todo(tx, now, ids[i]);
    return r < 0 ? r : 0;
}

int approval_step_begin(struct tx *tx, const struct approval_now *now)
{
    int64_t step = 0;
    int r = db_get(tx->db, &step,
                   "SELECT MIN(n.step) FROM approval a JOIN flow_node n ON n.flow_version_id = "
                   "a.flow_version_id AND n.step > a.step AND " NODE_APPLIES " WHERE a.id = $1",
                   "i", now->id);

    if (r <= 0)
        return r;
    r = db_run(tx->db, "UPDATE approval SET step = $2 WHERE id = $1", "ii", now->id, step);
    if (r >= 0)
        r = step_tasks(tx, now, step);
    return r < 0 ? r : 1;
}

/* ---- its end ---- */

/* Tasks of the request that are open, or of one node of it (0: all), become void. */
static int tasks_void(struct tx *tx, int64_t approval_id, int64_t node_id)
{
    int64_t ids[APPROVAL_SEATS_MAX];
    size_t n = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "UPDATE approval_task SET state = 'void', decided_ms = $3 WHERE "
                     "approval_id = $1 AND ($2 = 0 OR node_id = $2) AND state = 'open' "
                     "RETURNING id",
                     "iii", approval_id, node_id, tx->now_ms);

    while (r >= 0 && n < APPROVAL_SEATS_MAX && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = todo_done(tx, TODO_APPROVE, "approval_task", ids[i], "void");
    return r < 0 ? r : 0;
}

int approval_close(struct tx *tx, const struct approval_now *now, const char *state)
{
    int r = tasks_void(tx, now->id, 0);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE approval SET state = $2, ended_ms = $3, version = version + 1 "
                   "WHERE id = $1",
                   "iti", now->id, state, tx->now_ms);
    return r < 0 ? r : 0;
}

/* ---- a decision ---- */

/* As the log has them; after the point the state of the task, and of a request that ends so. */
static const char *const outcome_actions[] = {
    [APPROVAL_APPROVED] = "approval.approved",
    [APPROVAL_REJECTED] = "approval.rejected",
    [APPROVAL_RETURNED] = "approval.returned",
};

static const char *outcome_word(enum approval_outcome outcome)
{
    return outcome_actions[outcome] + strlen("approval.");
}

struct task_now {
    int64_t id, node_id;
    bool open, all;
};

/* What a decision is about, and whether the actor may know of it at all. */
static int task_read(struct tx *tx, int64_t task_id, struct task_now *ret_task,
                     struct approval_now *ret_now)
{
    int64_t approval_id;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT k.approval_id, k.node_id, k.state, n.mode FROM approval_task k "
                     "JOIN flow_node n ON n.id = k.node_id WHERE k.id = $1",
                     "i", task_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    approval_id = stmt_int(s, 0);
    *ret_task = (struct task_now){.id = task_id,
                                  .node_id = stmt_int(s, 1),
                                  .open = strcmp(stmt_text(s, 2), "open") == 0,
                                  .all = strcmp(stmt_text(s, 3), "all") == 0};
    stmt_reset(s);
    r = approval_now_read(tx, approval_id, ret_now);
    return r > 0 ? 0 : r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* The user is one of those whom the task was for, were he not kept from it by this very request. */
static int task_was_for(struct tx *tx, int64_t task_id)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM approval_task k JOIN approval a ON a.id = k.approval_id "
                   "JOIN user_account u ON u.id = $2 WHERE k.id = $1 AND (k.user_id = u.id OR "
                   "EXISTS (SELECT 1 FROM user_post h WHERE h.user_id = u.id AND "
                   "h.post_id = k.post_id) OR EXISTS (SELECT 1 FROM approval_task d WHERE "
                   "d.approval_id = a.id AND d.decided_by = u.id))",
                   "ii", task_id, tx->actor->id);

    return r < 0 ? r : n > 0;
}

static int decided_before(struct tx *tx, int64_t approval_id)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM approval_task WHERE approval_id = $1 AND decided_by = $2",
                   "ii", approval_id, tx->actor->id);

    return r < 0 ? r : n > 0;
}

/* The refusals in the order of what one may know. */
static int decision_check(struct tx *tx, const struct task_now *task,
                          const struct approval_now *now, int64_t version)
{
    int r;

    if (tx->actor->kind != ACTOR_USER || !actor_sees_whole(tx->actor, now->project_id))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (tx->actor->id == now->requester_id)
        return fault_set(tx->fault, FAULT_SELF_APPROVAL, NULL);
    r = task_was_for(tx, task->id);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (strcmp(now->state, "running") != 0)
        return approval_state_refuse(tx, now->state);
    r = decided_before(tx, now->id);
    if (r != 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_APPROVAL_TWICE, NULL);
    if (!task->open)
        return fault_set(tx->fault, FAULT_APPROVAL_DECIDED, NULL);
    r = approval_task_mine(tx, task->id);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (version != now->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now->title, NULL);
    return 0;
}

static int task_write(struct tx *tx, const struct task_now *task, const struct approval_now *now,
                      enum approval_outcome outcome, const char *note)
{
    const char *word = outcome_word(outcome);
    int r = db_run(tx->db,
                   "UPDATE approval_task SET state = $2, decided_by = $3, note = $4, "
                   "decided_ms = $5 WHERE id = $1",
                   "ititi", task->id, word, tx->actor->id, note ? note : "", tx->now_ms);

    if (r >= 0)
        r = todo_done(tx, TODO_APPROVE, "approval_task", task->id, word);
    if (r >= 0)
        r = approval_event_add(tx, now, task->id, outcome_actions[outcome], note);
    return r < 0 ? r : 0;
}

/* All is approved: it is done, in this transaction, or the decision is refused with why not. */
static int execute(struct tx *tx, const struct approval_now *now)
{
    int r = approval_close(tx, now, "approved");

    if (r == 0)
        r = approval_event_add(tx, now, 0, "approval.executed", NULL);
    if (r == 0)
        r = approval_subjects[now->subject].end(tx, now->object_id, now->hash, APPROVAL_APPROVED);
    return r < 0 ? r : 0;
}

/* The step goes on while a task of it is open; else the next begins, or what was asked is done. */
static int step_go_on(struct tx *tx, const struct approval_now *now)
{
    int64_t open = 0;
    int r = db_get(tx->db, &open,
                   "SELECT COUNT(*) FROM approval_task WHERE approval_id = $1 AND state = 'open'",
                   "i", now->id);

    if (r < 0 || open > 0)
        return r < 0 ? r : 0;
    r = approval_step_begin(tx, now);
    return r == 0 ? execute(tx, now) : r < 0 ? r : 0;
}

static int approve(struct tx *tx, const struct task_now *task, const struct approval_now *now)
{
    int r = task->all ? 0 : tasks_void(tx, now->id, task->node_id);

    if (r == 0)
        r = db_run(tx->db, "UPDATE approval SET version = version + 1 WHERE id = $1", "i", now->id);
    return r < 0 ? r : step_go_on(tx, now);
}

/* Rejected or returned: it ends here. */
static int refuse(struct tx *tx, const struct approval_now *now, enum approval_outcome outcome)
{
    const struct todo_new mend = {.kind = TODO_RETURNED,
                                  .project_id = now->project_id,
                                  .object_kind = "approval",
                                  .object_id = now->id,
                                  .title = now->title,
                                  .user_id = now->requester_id};
    int r = approval_close(tx, now, outcome_word(outcome));

    if (r == 0 && outcome == APPROVAL_RETURNED)
        r = todo_add(tx, &mend);
    return r < 0 ? r : approval_subjects[now->subject].end(tx, now->object_id, now->hash, outcome);
}

int approval_decide(struct tx *tx, int64_t task_id, int64_t version, enum approval_outcome outcome,
                    const char *note)
{
    struct approval_now now;
    struct task_now task;
    int r = outcome == APPROVAL_WITHDRAWN ? -EINVAL : task_read(tx, task_id, &task, &now);

    if (r == 0)
        r = decision_check(tx, &task, &now, version);
    if (r == 0 && outcome != APPROVAL_APPROVED && (!note || !note[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = task_write(tx, &task, &now, outcome, note);
    if (r < 0)
        return r;
    return outcome == APPROVAL_APPROVED ? approve(tx, &task, &now) : refuse(tx, &now, outcome);
}

int approval_of_task(struct tx *tx, int64_t task_id, int64_t *ret_approval_id)
{
    int r = db_get(tx->db, ret_approval_id, "SELECT approval_id FROM approval_task WHERE id = $1",
                   "i", task_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}
