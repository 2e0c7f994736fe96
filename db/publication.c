/* publication.c - see publication.h. */
#include "db/publication.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/paper.h"
#include "db/post.h"
#include "db/project.h"

#define COLUMNS                                                                                    \
    "SELECT p.id, p.version, p.project_id, p.number, p.author_id, p.created_ms, p.submitted_ms, "  \
    "p.decided_ms, p.approver_id, p.base_id, p.units, "                                            \
    "(SELECT COUNT(*) FROM publication_patch x WHERE x.publication_id = p.id), p.state, p.note, "  \
    "COALESCE(ua.name, p.author), COALESCE(ub.name, p.approver), p.approver_role, p.reason, "      \
    "p.hash, p.changes FROM publication p LEFT JOIN user_account ua ON ua.id = p.author_id "       \
    "LEFT JOIN user_account ub ON ub.id = p.approver_id "

/* The eight counters of a struct diff_count, in its order, as text and back. */
static void changes_text(const struct diff_count *n, char *out, size_t size)
{
    snprintf(out, size,
             "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
             " %" PRId64,
             n->added, n->removed, n->opened, n->closed, n->price_up, n->price_down, n->other,
             n->items);
}

static void changes_read(const char *text, struct diff_count *n)
{
    int64_t *const counters[] = {&n->added,    &n->removed,    &n->opened, &n->closed,
                                 &n->price_up, &n->price_down, &n->other,  &n->items};
    char *rest = (char *)(uintptr_t)text;

    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
        *counters[i] = strtoll(rest, &rest, 10);
}

static void publication_row(struct stmt *s, struct publication *p)
{
    const char *changes = stmt_text(s, 19);

    *p = (struct publication){
        .id = stmt_int(s, 0),
        .version = stmt_int(s, 1),
        .project_id = stmt_int(s, 2),
        .number = stmt_int(s, 3),
        .author_id = stmt_int(s, 4),
        .created_ms = stmt_int(s, 5),
        .submitted_ms = stmt_int(s, 6),
        .decided_ms = stmt_int(s, 7),
        .approver_id = stmt_int(s, 8),
        .base_id = stmt_int(s, 9),
        .units = stmt_int(s, 10),
        .patches = stmt_int(s, 11),
        .state = stmt_text(s, 12),
        .note = stmt_text(s, 13),
        .author = stmt_text(s, 14),
        .approver = stmt_text(s, 15),
        .approver_role = stmt_text(s, 16),
        .reason = stmt_text(s, 17),
        .hash = stmt_text(s, 18),
        .counted = changes != NULL,
    };
    if (changes)
        changes_read(changes, &p->changes);
}

int publication_list(struct tx *tx, int64_t project_id, int64_t before, int limit,
                     int (*each)(void *arg, const struct publication *p), void *arg)
{
    struct publication p;
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     COLUMNS "WHERE p.project_id = $1 AND ($2 = 0 OR p.number < $2) "
                             "ORDER BY p.number DESC LIMIT $3",
                     "iii", project_id, before, (int64_t)limit);
    if (r < 0)
        return r;
    while ((r = stmt_step(s)) == 1) {
        publication_row(s, &p);
        r = each(arg, &p);
        if (r < 0)
            break;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int publication_read(struct tx *tx, int64_t id, int (*each)(void *arg, const struct publication *p),
                     void *arg)
{
    struct publication p;
    struct stmt *s;
    int r = db_query(tx->db, &s, COLUMNS "WHERE p.id = $1", "i", id);

    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r == 1) {
        publication_row(s, &p);
        r = actor_sees_project(tx->actor, p.project_id)
                ? each(arg, &p)
                : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    } else if (r == 0) {
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int publication_live(struct db *db, int64_t project_id, int64_t *ret_id)
{
    return db_get(db, ret_id, "SELECT id FROM publication WHERE project_id = $1 AND state = 'live'",
                  "i", project_id);
}

int publication_live_each(struct db *db, int (*each)(void *arg, int64_t project_id), void *arg)
{
    int64_t ids[PROJECT_MAX]; /* first: @each may read what this statement stands on */
    struct stmt *s;
    size_t n = 0;
    int r = db_query(db, &s, "SELECT project_id FROM publication WHERE state = 'live'", "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (n == PROJECT_MAX) {
            r = -E2BIG;
            break;
        }
        ids[n++] = stmt_int(s, 0);
    }
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = each(arg, ids[i]);
    return r < 0 ? r : 0;
}

int publication_number(struct db *db, int64_t id, int64_t *ret_number)
{
    return db_get(db, ret_number, "SELECT number FROM publication WHERE id = $1", "i", id);
}

/* ---- steps ---- */

struct head {
    int64_t id, version, project_id, number, author_id, submitted_ms, two_person;
    char state[16], hash[CONTENT_HASH_TEXT];
};

static int head_read(void *arg, const struct publication *p)
{
    struct head *h = arg;

    h->id = p->id;
    h->version = p->version;
    h->project_id = p->project_id;
    h->number = p->number;
    h->author_id = p->author_id;
    h->submitted_ms = p->submitted_ms;
    snprintf(h->state, sizeof(h->state), "%s", p->state);
    snprintf(h->hash, sizeof(h->hash), "%s", p->hash ? p->hash : "");
    return 0;
}

static const char *state_word(const char *state)
{
    static const char *const words[][2] = {
        {"draft", "草稿"},          {"submitted", "待审批"}, {"live", "已发布"},
        {"superseded", "已被替代"}, {"rejected", "已驳回"},  {"withdrawn", "已撤回"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

/* Reads @id for a step that may start in one of @states; the version must be the one read. */
static int step_begin(struct tx *tx, int64_t id, int64_t version, const char *states,
                      struct head *ret_head)
{
    char number[24];
    int r = publication_read(tx, id, head_read, ret_head);

    if (r == 0)
        r = tx_need_whole(tx, ret_head->project_id);
    if (r < 0)
        return r;
    snprintf(number, sizeof(number), "%" PRId64, ret_head->number);
    if (!strstr(states, ret_head->state))
        return fault_set(tx->fault, FAULT_PUBLICATION_STATE, "number", number, "state",
                         state_word(ret_head->state), NULL);
    if (version != ret_head->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", number, NULL);
    return 0;
}

static int step_done(struct tx *tx, const struct head *head, const char *action, const char *state,
                     const char *reason, const char *hash)
{
    struct trail trail = {0};
    int r;

    trail_text(&trail, "state", head->state, state);
    trail_text(&trail, "reason", NULL, reason);
    trail_text(&trail, "hash", head->hash[0] ? head->hash : NULL, hash);
    r = audit_add(tx, action, "publication", head->id, head->project_id, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_PUBLICATION, head->project_id, 0, head->id);
    return r;
}

int publication_create(struct tx *tx, int64_t project_id, const char *note, int64_t *ret_id)
{
    struct head head = {.project_id = project_id, .state = "-"};
    int64_t open = 0;
    char number[24];
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = db_get(tx->db, &open,
                   "SELECT number FROM publication WHERE project_id = $1 "
                   "AND state IN ('draft', 'submitted')",
                   "i", project_id);
    if (r < 0)
        return r;
    snprintf(number, sizeof(number), "%" PRId64, open);
    if (r == 1)
        return fault_set(tx->fault, FAULT_PUBLICATION_OPEN, "number", number, NULL);
    r = db_get(tx->db, &head.id,
               "INSERT INTO publication (project_id, number, state, note, author_id, author, "
               "created_ms) VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM publication "
               "WHERE project_id = $1), 'draft', $2, $3, $4, $5) RETURNING id",
               "ititi", project_id, note ? note : "", tx->actor->id, tx->actor->name, tx->now_ms);
    if (r == 0)
        r = -ENOENT; /* the project is gone */
    if (r < 0)
        return r;
    *ret_id = head.id;
    return step_done(tx, &head, "publication.create", "draft", note, NULL);
}

static int item_refuse(void *arg, const struct check_item *item)
{
    struct tx *tx = arg;

    fault_item(tx->fault, item->code, 0, item->field, "unit", item->path, "item", item->item,
               "item_en", item->item_en, "permit", item->item, "expected", item->extra[0], "found",
               item->extra[1], NULL);
    return 0;
}

/* Refuses with the list of what is missing. */
static int content_check(struct tx *tx, const struct content *c)
{
    char count[24];
    int r;

    if (c->n_units == 0)
        r = fault_set(tx->fault, FAULT_PUBLICATION_EMPTY, NULL);
    else
        r = publication_check(tx, c, item_refuse, tx);
    if (r == 0 && tx->fault->total_items > 0) {
        snprintf(count, sizeof(count), "%zu", tx->fault->total_items);
        r = fault_set(tx->fault, FAULT_PUBLICATION_INCOMPLETE, "count", count, NULL);
    }
    return r;
}

int publication_submit(struct tx *tx, int64_t id, int64_t version)
{
    char hash[CONTENT_HASH_TEXT];
    struct content *c = NULL;
    struct head head;
    int r = step_begin(tx, id, version, "draft", &head);

    if (r == 0)
        r = content_draft(tx, head.project_id, &c);
    if (r == 0)
        r = content_check(tx, c);
    if (r < 0) {
        content_free(c);
        return r;
    }
    content_hash(c, hash);
    r = db_run(tx->db,
               "UPDATE publication SET state = 'submitted', version = version + 1, "
               "submitted_ms = $2, hash = $3, units = $4 WHERE id = $1",
               "iiti", id, tx->now_ms, hash, (int64_t)c->n_units);
    content_free(c);
    return r < 0 ? r : step_done(tx, &head, "publication.submit", "submitted", NULL, hash);
}

/* Names what changed since it was submitted. */
static int refuse_changed(struct tx *tx, const struct head *head, const struct content *c)
{
    char count[24], path[256];

    for (size_t i = 0; i < c->n_units; i++) {
        const struct published_unit *u = &c->units[i];

        if (u->changed_ms <= head->submitted_ms)
            continue;
        published_unit_path(u, path, sizeof(path));
        fault_item(tx->fault, FAULT_PUBLICATION_CHANGED_UNIT, 0, NULL, "unit", path, NULL);
    }
    snprintf(count, sizeof(count), "%zu",
             tx->fault->total_items ? tx->fault->total_items : (size_t)1);
    return fault_set(tx->fault, FAULT_PUBLICATION_CHANGED, "count", count, NULL);
}

static int unit_counted(void *arg, const struct diff_unit *d)
{
    (void)arg, (void)d;
    return 0;
}

static int item_counted(void *arg, const struct diff_item *d)
{
    (void)arg, (void)d;
    return 0;
}

static int approve_write(struct tx *tx, const struct head *head, const struct content *c)
{
    struct diff_count count = {0};
    struct content *base = NULL;
    char changes[200], role[POST_NAME_MAX * 4 + 1] = "";
    int64_t live = 0;
    int r = publication_live(tx->db, head->project_id, &live);

    if (r == 1)
        r = content_published(tx->db, live, 0, &base);
    if (r >= 0)
        r = post_giving(tx->db, tx->actor->id, RIGHT_PUBLICATION_APPROVE, role);
    if (r >= 0 && live)
        r = db_run(tx->db,
                   "UPDATE publication SET state = 'superseded', version = version + 1 "
                   "WHERE id = $1",
                   "i", live);
    if (r >= 0)
        r = content_store(tx, c, base, head->id);
    if (r >= 0 && base)
        r = content_losses(tx->db, base); /* it changes what the public sees, not what was stored */
    if (r >= 0)
        r = content_diff(base, c, unit_counted, item_counted, NULL, &count);
    changes_text(&count, changes, sizeof(changes));
    if (r >= 0)
        r = db_run(
            tx->db,
            "UPDATE publication SET state = 'live', version = version + 1, approver_id = $2, "
            "approver = $3, decided_ms = $4, base_id = $5, units = $6, changes = $7, "
            "approver_role = $8 WHERE id = $1",
            "iitioitt", head->id, tx->actor->id, tx->actor->name, tx->now_ms, live ? &live : NULL,
            (int64_t)c->n_units, changes, role);
    if (r >= 0)
        r = db_run(
            tx->db,
            "UPDATE unit SET ever_published = 1 WHERE project_id = $1 AND ever_published = 0 "
            "AND released = 1 AND EXISTS (SELECT 1 FROM publication_unit p WHERE p.unit_id = "
            "unit.id AND p.removed = 0 AND p.publication_id = (SELECT MAX(q.publication_id) "
            "FROM publication_unit q WHERE q.unit_id = unit.id))",
            "i", head->project_id);
    content_free(base);
    return r < 0 ? r : 0;
}

int publication_approve(struct tx *tx, int64_t id, int64_t version, const char *seen_hash)
{
    char hash[CONTENT_HASH_TEXT];
    struct content *c = NULL;
    int64_t two_person = 1;
    struct head head;
    int r = step_begin(tx, id, version, "submitted", &head);

    if (r == 0)
        r = db_get(tx->db, &two_person, "SELECT two_person FROM project WHERE id = $1", "i",
                   head.project_id);
    if (r < 0)
        return r;
    if (two_person && tx->actor->id == head.author_id && tx->actor->kind == ACTOR_USER)
        return fault_set(tx->fault, FAULT_SELF_APPROVAL, NULL);
    r = content_draft(tx, head.project_id, &c);
    if (r < 0)
        return r;
    content_hash(c, hash);
    if (strcmp(hash, head.hash) != 0 || (seen_hash && strcmp(hash, seen_hash) != 0))
        r = refuse_changed(tx, &head, c);
    /* Filed prices and what permits cover are not in the content, and may have changed. */
    if (r == 0)
        r = content_check(tx, c);
    if (r == 0)
        r = approve_write(tx, &head, c);
    content_free(c);
    if (r == 0)
        r = step_done(tx, &head, "publication.approve", "live", NULL, hash);
    if (r == 0)
        r = tx_changed(tx, CHANGE_LIVE, head.project_id, 0, id);
    return r;
}

static int step_end(struct tx *tx, int64_t id, int64_t version, const char *from, const char *state,
                    const char *action, const char *reason, bool decided)
{
    struct head head;
    int r = step_begin(tx, id, version, from, &head);

    if (r == 0 && decided && (!reason || !reason[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE publication SET state = $2, version = version + 1, reason = $3, "
                   "decided_ms = $4, approver_id = $5, approver = $6 WHERE id = $1",
                   "ittiot", id, state, reason, tx->now_ms, decided ? &tx->actor->id : NULL,
                   decided ? tx->actor->name : NULL);
    return r < 0 ? r : step_done(tx, &head, action, state, reason, NULL);
}

int publication_reject(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    return step_end(tx, id, version, "submitted", "rejected", "publication.reject", reason, true);
}

int publication_withdraw(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    return step_end(tx, id, version, "draft submitted", "withdrawn", "publication.withdraw", reason,
                    false);
}

int publication_patches(struct db *db, int64_t publication_id, int64_t after, int64_t upto,
                        int (*each)(void *arg, const struct patch *patch), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT number, unit_id, at_ms, state, cause FROM publication_patch "
                     "WHERE publication_id = $1 AND number > $2 AND ($3 = 0 OR number <= $3) "
                     "ORDER BY number",
                     "iii", publication_id, after, upto);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct patch patch = {stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),
                                    stmt_text(s, 3)[0], stmt_text(s, 4)};

        r = each(arg, &patch);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- on paper ---- */

struct papering {
    struct paper_subject *subject;
    int64_t no;
    bool shown;
};

static int paper_take(void *arg, const struct publication *p)
{
    struct papering *w = arg;
    struct paper_subject *subject = w->subject;

    w->shown = (strcmp(p->state, "live") == 0 || strcmp(p->state, "superseded") == 0) &&
               w->no <= p->patches;
    subject->project_id = p->project_id;
    snprintf(subject->number, sizeof(subject->number), "V%" PRId64 "-%" PRId64, p->number, w->no);
    snprintf(subject->title, sizeof(subject->title), "第 %" PRId64 " 版", p->number);
    return 0;
}

int publication_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    struct papering w = {.subject = ret_subject, .no = no};
    int r = publication_read(tx, id, paper_take, &w);

    return r == 0 && !w.shown ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}
