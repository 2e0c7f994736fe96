/* source_change.c - see source_change.h. */
#include "db/source_change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/option.h"
#include "db/sight.h"
#include "db/user.h"

/* One as it was asked for. */
struct asked {
    int64_t id, customer_id, project_id, was_id, source_id, user_id, approval_id;
};

/* @was_id: what his source is now; another one than was asked from makes another hash. */
static void asked_hash(const struct asked *a, int64_t was_id, const char *reason,
                       uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct approval_hash h;

    approval_hash_begin(&h);
    approval_hash_int(&h, "customer", a->customer_id);
    approval_hash_int(&h, "was", was_id);
    approval_hash_int(&h, "source", a->source_id);
    approval_hash_int(&h, "user", a->user_id);
    approval_hash_text(&h, "reason", reason);
    approval_hash_end(&h, ret_hash);
}

static int source_now(struct tx *tx, int64_t customer_id, int64_t *ret_source_id)
{
    int r = db_get(tx->db, ret_source_id,
                   "SELECT COALESCE(source_id, 0) FROM customer WHERE id = $1", "i", customer_id);

    return r < 0 ? r : 0;
}

/* ---- asking ---- */

/* Who sees every customer asks in any project of his: one whom nobody has is somewhere, too. */
static int asker_need(struct tx *tx, const struct source_change_ask *ask)
{
    int r = actor_has(tx->actor, RIGHT_CUSTOMER_ALL)
                ? sight_need_edit(tx, ask->customer_id)
                : sight_need_in(tx, ask->customer_id, ask->project_id, true);

    return r < 0 ? r : customer_need_active(tx, ask->customer_id);
}

static int source_same(struct tx *tx, const char *name, const char *name_en)
{
    return fault_set(tx->fault, FAULT_SOURCE_SAME, "source", name, "source_en",
                     name_en[0] ? name_en : name, NULL);
}

/* "自访 → 渠道": what the approver reads first. Refuses the source that he has. */
static int title_make(struct tx *tx, const struct asked *a, char *ret_title, size_t size)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.name, n.name_en, COALESCE(w.name, '') FROM option n "
                     "LEFT JOIN option w ON w.id = $2 WHERE n.id = $1",
                     "ii", a->source_id, a->was_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && a->source_id == a->was_id)
        r = source_same(tx, stmt_text(s, 0), stmt_text(s, 1));
    if (r == 1)
        snprintf(ret_title, size, "%s → %s", stmt_text(s, 2)[0] ? stmt_text(s, 2) : "—",
                 stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int ask_insert(struct tx *tx, struct asked *a, const char *reason)
{
    int r = tx_need_room(tx, "SELECT COUNT(*) FROM source_change WHERE customer_id = $1",
                         a->customer_id, SOURCE_CHANGES_MAX);

    if (r == 0)
        r = db_get(tx->db, &a->id,
                   "INSERT INTO source_change (customer_id, project_id, was_id, source_id, reason, "
                   "user_id, asked_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                   "iioitii", a->customer_id, a->project_id, a->was_id ? &a->was_id : NULL,
                   a->source_id, reason, a->user_id, tx->now_ms);
    if (r == -ENOLINK) /* in scope are all projects, this one is none */
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r == -EEXIST ? fault_set(tx->fault, FAULT_APPROVAL_RUNNING, NULL) : r < 0 ? r : 0;
}

static int approval_ask_for(struct tx *tx, struct asked *a, const struct source_change_ask *ask,
                            const char *title)
{
    struct approval_ask request = {.subject = SUBJECT_CUSTOMER_SOURCE,
                                   .project_id = a->project_id,
                                   .object_kind = "source_change",
                                   .object_id = a->id,
                                   .title = title,
                                   .values = ask->values,
                                   .resubmits_id = ask->resubmits_id};
    int r;

    asked_hash(a, a->was_id, ask->reason, request.hash);
    r = approval_request(tx, &request, &a->approval_id);
    if (r == 0)
        r = db_run(tx->db, "UPDATE source_change SET approval_id = $2 WHERE id = $1", "ii", a->id,
                   a->approval_id);
    return r < 0 ? r : 0;
}

static int source_note(struct tx *tx, const char *action, const struct asked *a)
{
    struct trail trail = {0};

    trail_int(&trail, "change_id", NULL, &a->id);
    trail_int(&trail, "source", a->was_id ? &a->was_id : NULL, &a->source_id);
    return audit_add(tx, action, "customer", a->customer_id, a->project_id, &trail);
}

int source_change_ask(struct tx *tx, const struct source_change_ask *ask, int64_t *ret_id)
{
    struct asked a = {.customer_id = ask->customer_id,
                      .project_id = ask->project_id,
                      .source_id = ask->source_id,
                      .user_id = tx->actor->id};
    char title[OPTION_NAME_MAX * 4 * 2 + 8] = "";
    int r = asker_need(tx, ask);

    if (r == 0)
        r = option_need(tx, OPTION_SOURCE, ask->source_id, "source_id");
    if (r == 0)
        r = source_now(tx, ask->customer_id, &a.was_id);
    if (r == 0)
        r = title_make(tx, &a, title, sizeof(title));
    if (r == 0 && (!ask->reason || !ask->reason[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = ask_insert(tx, &a, ask->reason);
    if (r == 0)
        r = approval_ask_for(tx, &a, ask, title);
    if (r == 0)
        r = source_note(tx, "customer.source-ask", &a);
    if (r == 0)
        *ret_id = a.id;
    return r;
}

/* ---- its end ---- */

static int end_set(struct tx *tx, int64_t id, const char *state)
{
    int r = db_run(tx->db,
                   "UPDATE source_change SET state = $2, ended_ms = $3, ended_by = $4 "
                   "WHERE id = $1",
                   "itit", id, state, tx->now_ms, tx->actor->name);

    return r < 0 ? r : 0;
}

/* One that is asked for, and the hash of it and of the customer as he is now. */
static int asked_read(struct tx *tx, int64_t id, struct asked *ret,
                      uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT g.customer_id, g.project_id, g.was_id, g.source_id, g.user_id, "
                     "COALESCE(c.source_id, 0), g.reason FROM source_change g "
                     "JOIN customer c ON c.id = g.customer_id WHERE g.id = $1 AND g.state = "
                     "'asked'",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *ret = (struct asked){.id = id,
                              .customer_id = stmt_int(s, 0),
                              .project_id = stmt_int(s, 1),
                              .was_id = stmt_int(s, 2),
                              .source_id = stmt_int(s, 3),
                              .user_id = stmt_int(s, 4)};
        asked_hash(ret, stmt_int(s, 5), stmt_text(s, 6), ret_hash);
    }
    stmt_reset(s);
    return r == 0 ? -EBADMSG : r < 0 ? r : 0;
}

static int execute(struct tx *tx, const struct asked *a)
{
    int r = customer_need_active(tx, a->customer_id);

    if (r == 0)
        r = option_need(tx, OPTION_SOURCE, a->source_id, "source_id");
    if (r == 0)
        r = end_set(tx, a->id, "executed");
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer SET source_id = $2, version = version + 1, changed_ms = $3 "
                   "WHERE id = $1",
                   "iii", a->customer_id, a->source_id, tx->now_ms);
    return r < 0 ? r : source_note(tx, "customer.source", a);
}

/* The approver need not see the customer: what he was asked is his to decide. */
int source_change_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                      enum approval_outcome outcome)
{
    static const char *const states[] = {[APPROVAL_REJECTED] = "rejected",
                                         [APPROVAL_RETURNED] = "returned",
                                         [APPROVAL_WITHDRAWN] = "withdrawn"};
    uint8_t now[APPROVAL_HASH_SIZE];
    struct asked a;
    int r = asked_read(tx, object_id, &a, now);

    if (r < 0)
        return r;
    if (outcome != APPROVAL_APPROVED)
        return end_set(tx, object_id, states[outcome]);
    if (memcmp(now, hash, sizeof(now)) != 0)
        return fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    return execute(tx, &a);
}

int source_change_abandon(struct tx *tx, int64_t customer_id)
{
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "SELECT id FROM source_change WHERE customer_id = $1 AND state = 'asked'", "i",
                   customer_id);

    if (r == 1)
        r = approval_abandon(tx, SUBJECT_CUSTOMER_SOURCE, "source_change", id, "");
    if (r >= 0 && id)
        r = end_set(tx, id, "withdrawn");
    return r < 0 ? r : 0;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT g.project_id, g.id, g.approval_id, g.user_id, g.asked_ms, g.ended_ms, g.customer_id, " \
    "c.name, c.kind, g.was_id, w.name, w.name_en, g.source_id, n.name, n.name_en, g.reason, "      \
    "g.state, a.name, " USER_NAMED("g.ended_by") ", c.deleted_ms IS NULL AND " SIGHT_OWN(          \
        "g.customer_id", "$2", "$3") " FROM source_change g JOIN customer c ON c.id = "            \
                                     "g.customer_id LEFT JOIN option w ON w.id = g.was_id JOIN "   \
                                     "option n ON n.id = g.source_id JOIN user_account a ON "      \
                                     "a.id = g.user_id "

enum { COLUMN_SEEN = 19 };

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct source_change_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct source_change_row row = {.project_id = stmt_int(s, 0),
                                    .id = stmt_int(s, 1),
                                    .approval_id = stmt_int(s, 2),
                                    .user_id = stmt_int(s, 3),
                                    .asked_ms = stmt_int(s, 4),
                                    .ended_ms = stmt_int(s, 5),
                                    .customer_id = stmt_int(s, 6),
                                    .customer =
                                        name_shown(tx, stmt_text(s, 7), stmt_text(s, 8), masked),
                                    .was = {stmt_int(s, 9), stmt_text(s, 10), stmt_text(s, 11)},
                                    .source = {stmt_int(s, 12), stmt_text(s, 13), stmt_text(s, 14)},
                                    .reason = stmt_text(s, 15),
                                    .state = stmt_text(s, 16),
                                    .user = stmt_text(s, 17),
                                    .ended_by = stmt_text(s, 18)};
    int r = sight_id(tx, row.customer_id, &row.customer_id);

    return r < 0 ? r : each(arg, &row);
}

int source_change_each(struct tx *tx, int64_t customer_id,
                       int (*each)(void *arg, const struct source_change_row *row), void *arg)
{
    struct stmt *s = NULL;
    struct sight sight;
    int r = customer_need_own(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s, COLUMNS "WHERE g.customer_id = $1 ORDER BY g.id DESC", "iit",
                     customer_id, sight.user, (const char *)sight.scope);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = row_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int request_seen(void *arg, const struct approval_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int source_change_get(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct source_change_row *row), void *arg)
{
    struct stmt *s = NULL;
    struct sight sight;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s, COLUMNS "WHERE g.id = $1", "iit", id, sight.user,
                 (const char *)sight.scope);
    if (r == 0)
        r = stmt_step(s);
    if (r == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 1 && !stmt_int(s, COLUMN_SEEN))
        r = approval_get(tx, stmt_int(s, 2), request_seen, NULL);
    if (r >= 0)
        r = row_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}
