/* approval.c - asking, taking back, reminding. See approval.h. */
#include "db/approval.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/approval_impl.h"
#include "db/audit.h"
#include "db/flow_rule.h"
#include "db/form.h"
#include "db/todo.h"

#define URGE_MS ((int64_t)APPROVAL_URGE_MINUTES * 60000)

bool approval_subject_by_code(const char *code, enum approval_subject *ret_subject)
{
    for (int i = 0; i < SUBJECT_COUNT; i++)
        if (strcmp(approval_subjects[i].code, code) == 0) {
            *ret_subject = (enum approval_subject)i;
            return true;
        }
    return false;
}

/* ---- a request as it is ---- */

int approval_now_read(struct tx *tx, int64_t id, struct approval_now *ret)
{
    struct approval_now now = {.id = id};
    const char *object;
    const void *hash;
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT version, project_id, requester_id, step, made_ms, urged_ms, subject, "
                     "object, title, state, payload_hash FROM approval WHERE id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r;
    now.version = stmt_int(s, 0);
    now.project_id = stmt_int(s, 1);
    now.requester_id = stmt_int(s, 2);
    now.step = stmt_int(s, 3);
    now.made_ms = stmt_int(s, 4);
    now.urged_ms = stmt_int(s, 5);
    r = approval_subject_by_code(stmt_text(s, 6), &now.subject);
    object = stmt_text(s, 7);
    now.object_id = strtoll(object + strcspn(object, ":") + 1, NULL, 10);
    snprintf(now.object, sizeof(now.object), "%s", object);
    snprintf(now.title, sizeof(now.title), "%s", stmt_text(s, 8));
    snprintf(now.state, sizeof(now.state), "%s", stmt_text(s, 9));
    hash = stmt_blob(s, 10, &n);
    if (n == sizeof(now.hash))
        memcpy(now.hash, hash, n);
    stmt_reset(s);
    *ret = now;
    return r;
}

int approval_state_refuse(struct tx *tx, const char *state)
{
    static const char *const words[][3] = {
        {"running", "正在审批", "running"},   {"approved", "已批准", "approved"},
        {"rejected", "已驳回", "rejected"},   {"returned", "已退回", "returned"},
        {"withdrawn", "已撤回", "withdrawn"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i][0], state) == 0)
            return fault_set(tx->fault, FAULT_APPROVAL_STATE, "state", words[i][1], "state_en",
                             words[i][2], NULL);
    return -EBADMSG;
}

int approval_event_add(struct tx *tx, const struct approval_now *now, int64_t task_id,
                       const char *action, const char *note)
{
    const char *event = action + strlen("approval.");
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "INSERT INTO approval_event (approval_id, task_id, event, actor_id, actor, "
                   "note, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "iotitti", now->id, task_id ? &task_id : NULL, event, tx->actor->id,
                   tx->actor->name, note ? note : "", tx->now_ms);

    if (r < 0)
        return r;
    trail_text(&trail, "object", NULL, now->object);
    if (task_id)
        trail_int(&trail, "task", NULL, &task_id);
    trail_text(&trail, "note", NULL, note && note[0] ? note : NULL);
    r = audit_add(tx, action, "approval", now->id, now->project_id, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_APPROVAL, now->project_id, 0, now->id);
}

/* ---- asking ---- */

/* The one it follows is the actor's own, of the same subject, and has ended without success. */
static int resubmit_check(struct tx *tx, const struct approval_ask *ask)
{
    struct approval_now was;
    int r;

    if (!ask->resubmits_id)
        return 0;
    r = approval_now_read(tx, ask->resubmits_id, &was);
    if (r < 0)
        return r;
    if (r == 0 || was.requester_id != tx->actor->id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (was.subject != ask->subject || was.project_id != ask->project_id ||
        strcmp(was.state, "running") == 0 || strcmp(was.state, "approved") == 0)
        return fault_set(tx->fault, FAULT_APPROVAL_RESUBMIT, NULL);
    r = todo_done(tx, TODO_RETURNED, "approval", was.id, "resubmitted");
    return r < 0 ? r : 0;
}

/* Two UNIQUE indexes may refuse: another one runs, or the one before was sent again already. */
static int taken_refuse(struct tx *tx, const struct approval_ask *ask)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n, "SELECT COUNT(*) FROM approval WHERE resubmits_id = $1", "i",
                   ask->resubmits_id);

    if (r < 0)
        return r;
    return n ? fault_set(tx->fault, FAULT_APPROVAL_RESUBMIT, NULL)
             : fault_set(tx->fault, FAULT_APPROVAL_RUNNING, NULL);
}

static int request_insert(struct tx *tx, const struct approval_ask *ask, int64_t *ret_id)
{
    char object[APPROVAL_OBJECT_TEXT];
    int64_t version_id = 0;
    int r = flow_rule_route(tx, ask->subject, ask->project_id, ask->amount_fen, ask->discount_bp,
                            &version_id);

    if (r < 0)
        return r;
    snprintf(object, sizeof(object), "%s:%" PRId64, ask->object_kind, ask->object_id);
    r = db_get(tx->db, ret_id,
               "INSERT INTO approval (project_id, subject, object, title, reason, amount_fen, "
               "discount_bp, payload_hash, flow_version_id, requester_id, resubmits_id, made_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
               "itttt"
               "iibiioi",
               ask->project_id, approval_subjects[ask->subject].code, object, ask->title,
               ask->reason ? ask->reason : "", ask->amount_fen, ask->discount_bp, ask->hash,
               sizeof(ask->hash), version_id, tx->actor->id,
               ask->resubmits_id ? &ask->resubmits_id : NULL, tx->now_ms);
    return r == -EEXIST ? taken_refuse(tx, ask) : r;
}

static int asked_note(struct tx *tx, const struct approval_ask *ask, const struct approval_now *now)
{
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "INSERT INTO approval_event (approval_id, event, actor_id, actor, note, at_ms) "
                   "VALUES ($1, 'submitted', $2, $3, $4, $5)",
                   "iitti", now->id, tx->actor->id, tx->actor->name, ask->reason ? ask->reason : "",
                   tx->now_ms);

    if (r < 0)
        return r;
    trail_text(&trail, "subject", NULL, approval_subjects[ask->subject].code);
    trail_text(&trail, "object", NULL, now->object);
    trail_text(&trail, "title", NULL, ask->title);
    trail_text(&trail, "reason", NULL, ask->reason);
    if (ask->floors)
        trail_int(&trail, "floor_value", NULL, &ask->amount_fen);
    else
        trail_int(&trail, "amount_fen", NULL, &ask->amount_fen);
    trail_int(&trail, "discount_bp", NULL, &ask->discount_bp);
    if (ask->resubmits_id)
        trail_int(&trail, "resubmits_id", NULL, &ask->resubmits_id);
    r = audit_add(tx, "approval.submitted", "approval", now->id, now->project_id, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_APPROVAL, now->project_id, 0, now->id);
}

int approval_request(struct tx *tx, const struct approval_ask *ask, int64_t *ret_id)
{
    struct approval_now now;
    int64_t id = 0;
    int r = tx->actor->kind == ACTOR_USER ? 0 : -EINVAL;

    if (r == 0)
        r = tx_need_project(tx, ask->project_id);
    if (r == 0)
        r = resubmit_check(tx, ask);
    if (r == 0)
        r = request_insert(tx, ask, &id);
    if (r >= 0)
        r = form_values_store(tx, id, ask);
    if (r == 0)
        r = approval_now_read(tx, id, &now);
    if (r == 1)
        r = approval_seats_check(tx, &now);
    if (r == 0)
        r = asked_note(tx, ask, &now);
    if (r == 0)
        r = approval_step_begin(tx, &now);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* ---- by who asked ---- */

/* The actor's own request, as he read it (@version 0: not asked). */
static int own_read(struct tx *tx, int64_t id, int64_t version, struct approval_now *ret)
{
    int r = approval_now_read(tx, id, ret);

    if (r < 0)
        return r;
    if (r == 0 || tx->actor->kind != ACTOR_USER || ret->requester_id != tx->actor->id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (version && ret->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->title, NULL);
    return 0;
}

/* One that was returned has ended; what is left of it is a to-do. */
static int give_up(struct tx *tx, const struct approval_now *now, const char *reason)
{
    int r = todo_done(tx, TODO_RETURNED, "approval", now->id, "given up");

    if (r == 0)
        return approval_state_refuse(tx, now->state);
    return r < 0 ? r : approval_event_add(tx, now, 0, "approval.withdrawn", reason);
}

int approval_withdraw(struct tx *tx, int64_t approval_id, int64_t version, const char *reason)
{
    struct approval_now now;
    int r = own_read(tx, approval_id, version, &now);

    if (r < 0)
        return r;
    if (strcmp(now.state, "returned") == 0)
        return give_up(tx, &now, reason);
    if (strcmp(now.state, "running") != 0)
        return approval_state_refuse(tx, now.state);
    r = approval_close(tx, &now, "withdrawn");
    if (r == 0)
        r = approval_event_add(tx, &now, 0, "approval.withdrawn", reason);
    if (r == 0)
        r = approval_subjects[now.subject].end(tx, now.object_id, now.hash, APPROVAL_WITHDRAWN);
    return r;
}

int approval_abandon(struct tx *tx, enum approval_subject subject, const char *object_kind,
                     int64_t object_id, const char *reason)
{
    char object[APPROVAL_OBJECT_TEXT];
    struct approval_now now;
    int64_t id = 0;
    int r;

    snprintf(object, sizeof(object), "%s:%" PRId64, object_kind, object_id);
    r = db_get(tx->db, &id,
               "SELECT id FROM approval WHERE subject = $1 AND object = $2 AND state = 'running'",
               "tt", approval_subjects[subject].code, object);
    if (r == 1)
        r = approval_now_read(tx, id, &now);
    if (r <= 0)
        return r;
    r = approval_close(tx, &now, "withdrawn");
    if (r == 0)
        r = approval_event_add(tx, &now, 0, "approval.withdrawn", reason);
    return r < 0 ? r : 1;
}

int approval_urge(struct tx *tx, int64_t approval_id)
{
    struct approval_now now;
    int64_t since;
    char minutes[24];
    int r = own_read(tx, approval_id, 0, &now);

    if (r < 0)
        return r;
    if (strcmp(now.state, "running") != 0)
        return approval_state_refuse(tx, now.state);
    /* A clock that was set back must not hold reminders up. */
    since = tx->now_ms - now.urged_ms;
    if (now.urged_ms && since >= 0 && since < URGE_MS) {
        snprintf(minutes, sizeof(minutes), "%" PRId64, (URGE_MS - since + 59999) / 60000);
        return fault_set(tx->fault, FAULT_APPROVAL_URGED, "minutes", minutes, NULL);
    }
    r = db_run(tx->db, "UPDATE approval SET urged_ms = $2 WHERE id = $1", "ii", approval_id,
               tx->now_ms);
    return r < 0 ? r : approval_event_add(tx, &now, 0, "approval.urged", NULL);
}
