/* approval_fixture.h - the fixture with people in posts, a flow, and a subject that a test watches.
 *
 * The table of subjects is the test's own (it takes the place of approval_subject.c): the one
 * subject notes how its request ended and refuses when it is told to. */
#ifndef ANCHANG_TESTS_APPROVAL_FIXTURE_H
#define ANCHANG_TESTS_APPROVAL_FIXTURE_H

#include "act_fixture.h"

#include "db/approval.h"
#include "db/flow.h"
#include "db/flow_rule.h"
#include "db/form.h"
#include "db/todo.h"
#include "db/user.h"

enum { OFFICE_USERS_MAX = 16, OFFICE_POSTS_MAX = 16 };

/* What the subject was told, and what it says. */
static struct watched {
    int ends;
    int64_t object_id;
    enum approval_outcome outcome;
    uint8_t hash[APPROVAL_HASH_SIZE];
    bool refuse;
} watched;

static int watched_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                       enum approval_outcome outcome)
{
    if (watched.refuse && outcome == APPROVAL_APPROVED)
        return fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    watched.ends++;
    watched.object_id = object_id;
    watched.outcome = outcome;
    memcpy(watched.hash, hash, sizeof(watched.hash));
    return 0;
}

const struct approval_subject_info approval_subjects[SUBJECT_COUNT] = {
#define SUBJECT(symbol, code, zh, en, function) {code, zh, en, watched_end},
#include "db/approval.def"
#undef SUBJECT
};

struct office {
    struct actor users[OFFICE_USERS_MAX]; /* by their number in the test */
    size_t n_users;
    int64_t posts[OFFICE_POSTS_MAX];
    size_t n_posts;
};

/* The fixture, whose actors are users too. For setup. */
static inline int office_setup(void **state)
{
    int r = setup(state);
    struct fixture *f = *state;

    watched = (struct watched){.ends = 0};
    assert_int_equal(db_script(f->db, "INSERT INTO user_account (id, login, name, password_hash, "
                                      "created_ms) VALUES (1, 'tester', 'tester', 'h', 1), "
                                      "(2, 'outsider', 'outsider', 'h', 1)"),
                     0);
    return r;
}

/* A post that sees all projects. */
static inline int64_t office_post(struct fixture *f, struct office *o)
{
    char name[24];
    int64_t id = 0;

    snprintf(name, sizeof(name), "post %zu", o->n_posts);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO post (name, all_projects, created_ms) VALUES ($1, 1, 1) "
                            "RETURNING id",
                            "t", name),
                     1);
    o->posts[o->n_posts++] = id;
    return id;
}

static inline void office_gives(struct fixture *f, int64_t user_id, int64_t post_id)
{
    assert_int_equal(db_run(f->db, "INSERT INTO user_post VALUES ($1, $2)", "ii", user_id, post_id),
                     1);
}

static inline void office_takes(struct fixture *f, int64_t user_id, int64_t post_id)
{
    assert_int_equal(db_run(f->db, "DELETE FROM user_post WHERE user_id = $1 AND post_id = $2",
                            "ii", user_id, post_id),
                     1);
}

/* Somebody in @post_id (0: in none); his number. */
static inline size_t office_user(struct fixture *f, struct office *o, int64_t post_id)
{
    struct actor *actor = &o->users[o->n_users];
    char login[24];
    int64_t id = 0;

    snprintf(login, sizeof(login), "user%zu", o->n_users);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO user_account (login, name, password_hash, must_change, "
                            "created_ms) VALUES ($1, $1, 'h', 0, 1) RETURNING id",
                            "t", login),
                     1);
    if (post_id)
        office_gives(f, id, post_id);
    assert_int_equal(actor_load(f->db, id, actor, NULL), 0);
    return o->n_users++;
}

/* FIXTURE_DO as that user. */
#define OFFICE_DO(f, o, number, tx, call)                                                          \
    ({                                                                                             \
        int result_;                                                                               \
        (f)->as = &(o)->users[number];                                                             \
        result_ = FIXTURE_DO(f, tx, call);                                                         \
        (f)->as = &(f)->actor;                                                                     \
        result_;                                                                                   \
    })

/* A flow of every project with @nodes, in use, and a rule of the first subject to it. */
static inline int64_t office_flow(struct fixture *f, const struct flow_node *nodes, size_t n)
{
    static int made;
    struct flow_rule rule = {.subject = (enum approval_subject)0,
                             .amount_from_fen = -1,
                             .amount_to_fen = -1,
                             .discount_from_bp = -1,
                             .discount_to_bp = -1,
                             .enabled = true};
    int64_t id = 0, rule_id = 0;
    char name[24];

    snprintf(name, sizeof(name), "flow %d", made++);
    assert_int_equal(FIXTURE_DO(f, tx, flow_create(tx, 0, name, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_draft_set(tx, id, 1, nodes, n)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_activate(tx, id, 2)), 0);
    rule.flow_id = id;
    assert_int_equal(FIXTURE_DO(f, tx, flow_rule_create(tx, &rule, &rule_id)), 0);
    return id;
}

static inline struct approval_ask office_ask(struct fixture *f, int64_t object_id)
{
    struct approval_ask ask = {.subject = (enum approval_subject)0,
                               .project_id = f->project,
                               .object_kind = "thing",
                               .object_id = object_id,
                               .title = "a thing",
                               .reason = "because"};

    memset(ask.hash, (int)object_id, sizeof(ask.hash));
    return ask;
}

static inline int64_t request_version(struct fixture *f, int64_t approval_id)
{
    return fixture_of(f, "SELECT version FROM approval WHERE id = $1", approval_id);
}

/* The letter of a request's state: r a j t w. */
static inline char request_state(struct fixture *f, int64_t approval_id)
{
    return (char)fixture_of(f,
                            "SELECT CASE state WHEN 'running' THEN 114 WHEN 'approved' THEN 97 "
                            "WHEN 'rejected' THEN 106 WHEN 'returned' THEN 116 ELSE 119 END "
                            "FROM approval WHERE id = $1",
                            approval_id);
}

struct tasks {
    int64_t ids[50];
    size_t n;
};

static int task_note(void *arg, const struct approval_task_row *row)
{
    struct tasks *tasks = arg;

    tasks->ids[tasks->n++] = row->id;
    return 0;
}

/* What waits for that user. */
static inline struct tasks office_tasks(struct fixture *f, struct office *o, size_t number)
{
    struct tasks tasks = {.n = 0};

    assert_int_equal(OFFICE_DO(f, o, number, tx, approval_task_list(tx, 0, 50, task_note, &tasks)),
                     0);
    return tasks;
}

static inline int64_t office_todos(struct fixture *f, struct office *o, size_t number)
{
    int64_t n = -1;

    assert_int_equal(OFFICE_DO(f, o, number, tx, todo_count(tx, &n)), 0);
    return n;
}

/* That user decides the first task that waits for him. */
static inline int office_decide(struct fixture *f, struct office *o, size_t number,
                                int64_t approval_id, enum approval_outcome outcome)
{
    const struct tasks tasks = office_tasks(f, o, number);

    assert_true(tasks.n > 0);
    return OFFICE_DO(
        f, o, number, tx,
        approval_decide(tx, tasks.ids[0], request_version(f, approval_id), outcome, "so"));
}

#endif
