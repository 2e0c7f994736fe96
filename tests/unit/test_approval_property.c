/* test_approval_property.c - random flows, random people in random posts, random acts: nothing is
 * executed without every approval that its flow asks for, nobody decides about his own request and
 * nobody twice, and what waits for somebody is exactly what he may decide (WF-03, WF-04, I13).
 *
 * A failure prints its seed; ANCHANG_SEED replays it. */
#include "approval_fixture.h"

#include <inttypes.h>

enum { ROUNDS = 60, ROUNDS_NIGHTLY = 600, ACTS = 60, PEOPLE = 9, POSTS = 4 };

static uint64_t state_of_chance;

static unsigned roll(unsigned n)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_chance >> 33) % n;
}

struct play {
    struct fixture *f;
    struct office o;
    struct flow_node nodes[6];
    size_t n_nodes;
    int64_t next_object;
};

static void flow_roll(struct play *p)
{
    static char names[6][8];

    p->n_nodes = 1 + roll(5);
    for (size_t i = 0; i < p->n_nodes; i++) {
        struct flow_node *n = &p->nodes[i];

        snprintf(names[i], sizeof(names[i]), "n%zu", i);
        *n = (struct flow_node){.step = 1 + roll(3), .name = names[i], .all = roll(2)};
        n->amount_from_fen = roll(3) == 0 ? 100 * (int64_t)(1 + roll(5)) : 0;
        n->discount_from_bp = roll(4) == 0 ? 100 * (int64_t)(1 + roll(5)) : 0;
        for (unsigned k = 0, wanted = 1 + roll(2); k < wanted; k++) {
            struct flow_approver a = {.post_id = 0};
            bool twice = false;

            if (roll(3))
                a.post_id = p->o.posts[roll(POSTS)];
            else
                a.user_id = p->o.users[roll(PEOPLE)].id;
            for (size_t j = 0; j < n->n_approvers; j++)
                twice = twice || (n->approvers[j].post_id == a.post_id &&
                                  n->approvers[j].user_id == a.user_id);
            if (!twice)
                n->approvers[n->n_approvers++] = a;
        }
    }
}

/* Somebody comes into a post or leaves one, or may no longer log in. */
static void people_roll(struct play *p)
{
    const int64_t user = p->o.users[roll(PEOPLE)].id, post = p->o.posts[roll(POSTS)];

    switch (roll(3)) {
    case 0:
        assert_true(db_run(p->f->db, "INSERT INTO user_post VALUES ($1, $2) ON CONFLICT DO NOTHING",
                           "ii", user, post) >= 0);
        break;
    case 1:
        assert_true(db_run(p->f->db, "DELETE FROM user_post WHERE user_id = $1 AND post_id = $2",
                           "ii", user, post) >= 0);
        break;
    default:
        assert_true(db_run(p->f->db,
                           "UPDATE user_account SET enabled = CASE WHEN id = $1 AND $2 = 0 THEN 0 "
                           "ELSE 1 END WHERE id > 2",
                           "ii", user, (int64_t)roll(4)) >= 0);
    }
}

/* What a request that was approved must have, counted from the decisions alone: of each node that
 * its bounds call for, one approval, or one for each approver. */
#define MISSING                                                                                    \
    "SELECT COUNT(*) FROM approval a JOIN flow_node n ON n.flow_version_id = a.flow_version_id "   \
    "WHERE a.state = 'approved' AND ((n.amount_from_fen IS NULL AND n.discount_from_bp IS NULL) "  \
    "OR a.amount_fen >= n.amount_from_fen OR a.discount_bp >= n.discount_from_bp) AND "            \
    "(SELECT COUNT(*) FROM approval_task k WHERE k.approval_id = a.id AND k.node_id = n.id "       \
    "AND k.state = 'approved') < CASE n.mode WHEN 'any' THEN 1 ELSE (SELECT COUNT(*) FROM "        \
    "flow_node_approver x WHERE x.node_id = n.id) END"

static void check_all(struct fixture *f, uint64_t seed)
{
    const struct {
        const char *what;
        int64_t n;
    } wrong[] = {
        {"approved without an approval", fixture_count(f, MISSING)},
        {"decided about one's own",
         fixture_count(f, "SELECT COUNT(*) FROM approval_task k JOIN approval a ON a.id = "
                          "k.approval_id WHERE k.decided_by = a.requester_id")},
        {"decided twice", fixture_count(f, "SELECT COUNT(*) FROM (SELECT 1 FROM approval_task "
                                           "WHERE decided_by IS NOT NULL GROUP BY approval_id, "
                                           "decided_by HAVING COUNT(*) > 1)")},
        {"executed otherwise than approved",
         fixture_count(f, "SELECT COUNT(*) FROM approval a WHERE (a.state = 'approved') <> EXISTS "
                          "(SELECT 1 FROM approval_event e WHERE e.approval_id = a.id AND "
                          "e.event = 'executed')")},
        {"open after the end",
         fixture_count(f, "SELECT COUNT(*) FROM approval_task k JOIN approval a ON a.id = "
                          "k.approval_id WHERE k.state = 'open' AND a.state <> 'running'")},
        {"running with nothing open",
         fixture_count(f, "SELECT COUNT(*) FROM approval a WHERE a.state = 'running' AND NOT "
                          "EXISTS (SELECT 1 FROM approval_task k WHERE k.approval_id = a.id AND "
                          "k.state = 'open')")},
        {"a to-do without its task, or a task without its to-do",
         fixture_count(f, "SELECT COUNT(*) FROM approval_task k WHERE (k.state = 'open') <> "
                          "EXISTS (SELECT 1 FROM todo t WHERE t.kind = 'approve' AND t.object = "
                          "'approval_task:' || k.id AND t.done_ms IS NULL)")},
        {"ends told",
         fixture_count(f, "SELECT COUNT(*) FROM approval WHERE state <> 'running'") - watched.ends},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (wrong[i].n != 0)
            fail_msg("%s: %" PRId64 " (ANCHANG_SEED=%" PRIu64 ")", wrong[i].what, wrong[i].n, seed);
}

static void ask_roll(struct play *p, size_t who)
{
    struct approval_ask ask = office_ask(p->f, ++p->next_object);
    int64_t id = 0;
    int r;

    ask.amount_fen = 100 * (int64_t)roll(7);
    ask.discount_bp = 100 * (int64_t)roll(7);
    r = OFFICE_DO(p->f, &p->o, who, tx, approval_request(tx, &ask, &id));
    assert_true(r == 0 || r == -EREFUSED);
}

/* Any task, by anybody: what waits for him goes through, everything else is refused. */
static void decide_roll(struct play *p, size_t who)
{
    static const enum approval_outcome outcomes[] = {APPROVAL_APPROVED, APPROVAL_APPROVED,
                                                     APPROVAL_APPROVED, APPROVAL_REJECTED,
                                                     APPROVAL_RETURNED};
    const int64_t tasks = fixture_count(p->f, "SELECT COALESCE(MAX(id), 0) FROM approval_task");
    const int64_t task = tasks ? 1 + (int64_t)roll((unsigned)tasks) : 0;
    const struct tasks waiting = office_tasks(p->f, &p->o, who);
    bool mine = false;
    int64_t version = 0;
    int r;

    if (!task)
        return;
    for (size_t i = 0; i < waiting.n; i++)
        mine = mine || waiting.ids[i] == task;
    version = fixture_of(p->f,
                         "SELECT a.version FROM approval_task k JOIN approval a ON a.id = "
                         "k.approval_id WHERE k.id = $1",
                         task);
    r = OFFICE_DO(p->f, &p->o, who, tx,
                  approval_decide(tx, task, version, outcomes[roll(5)], "so"));
    assert_int_equal(r, mine ? 0 : -EREFUSED);
}

/* What somebody's list shows, one after the other, goes through. */
static void work_off(struct play *p, size_t who)
{
    const struct tasks waiting = office_tasks(p->f, &p->o, who);

    if (waiting.n > 0) {
        const int64_t version = fixture_of(p->f,
                                           "SELECT a.version FROM approval_task k JOIN approval a "
                                           "ON a.id = k.approval_id WHERE k.id = $1",
                                           waiting.ids[0]);

        assert_int_equal(
            OFFICE_DO(p->f, &p->o, who, tx,
                      approval_decide(tx, waiting.ids[0], version, APPROVAL_APPROVED, NULL)),
            0);
    }
}

static void withdraw_roll(struct play *p, size_t who)
{
    const int64_t n = fixture_count(p->f, "SELECT COALESCE(MAX(id), 0) FROM approval");
    const int64_t id = n ? 1 + (int64_t)roll((unsigned)n) : 0;

    if (id) {
        int r = OFFICE_DO(p->f, &p->o, who, tx,
                          approval_withdraw(tx, id, request_version(p->f, id), "x"));

        assert_true(r == 0 || r == -EREFUSED);
    }
}

static void round_play(struct fixture *f, uint64_t seed)
{
    struct play p = {.f = f};
    const int64_t done = fixture_count(f, "SELECT COUNT(*) FROM user_account");

    state_of_chance = seed;
    p.next_object = done * 1000;
    for (int i = 0; i < POSTS; i++) {
        char name[24];

        snprintf(name, sizeof(name), "p %" PRIu64 " %d", seed, i);
        assert_int_equal(db_get(f->db, &p.o.posts[i],
                                "INSERT INTO post (name, all_projects, created_ms) VALUES "
                                "($1, 1, 1) RETURNING id",
                                "t", name),
                         1);
    }
    p.o.n_posts = POSTS;
    for (int i = 0; i < PEOPLE; i++)
        office_user(f, &p.o, p.o.posts[roll(POSTS)]);
    flow_roll(&p);
    office_flow(f, p.nodes, p.n_nodes);
    for (int i = 0; i < ACTS; i++) {
        const size_t who = roll(PEOPLE);

        /* Rights and scope of the acting person as they are now; who is disabled has no session. */
        if (actor_load(f->db, p.o.users[who].id, &p.o.users[who], NULL) < 0)
            continue;
        switch (roll(8)) {
        case 0:
        case 1:
            ask_roll(&p, who);
            break;
        case 2:
            people_roll(&p);
            break;
        case 3:
            withdraw_roll(&p, who);
            break;
        case 4:
            decide_roll(&p, who);
            break;
        default:
            work_off(&p, who);
        }
    }
    check_all(f, seed);
}

static void test_random_flows(void **state)
{
    const char *given = getenv("ANCHANG_SEED");
    const uint64_t first = given ? strtoull(given, NULL, 10) : 1;
    const uint64_t rounds = given ? 1 : (uint64_t)fixture_rounds(ROUNDS, ROUNDS_NIGHTLY);
    int64_t approved = 0, ended = 0;

    (void)state;
    for (uint64_t seed = first; seed < first + rounds; seed++) {
        void *own = NULL;
        struct fixture *f;

        assert_int_equal(office_setup(&own), 0);
        f = own;
        round_play(f, seed);
        approved += fixture_count(f, "SELECT COUNT(*) FROM approval WHERE state = 'approved'");
        ended += fixture_count(f, "SELECT COUNT(*) FROM approval WHERE state <> 'running'");
        fixture_teardown(&own);
    }
    print_message("%" PRId64 " approved of %" PRId64 " that ended\n", approved, ended);
    assert_true(given || (approved > (int64_t)rounds && ended > approved));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_flows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
