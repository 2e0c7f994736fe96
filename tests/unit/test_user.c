/* test_user.c - accounts, posts, scopes, locks and the rules against making oneself more. */
#include "fixture.h"

#include <sodium.h>
#include <time.h>

#include "db/audit.h"
#include "db/post.h"
#include "db/user.h"

#define HASH "made-up hash"

static int64_t post_of_role(struct fixture *f, const char *role)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id, "SELECT id FROM post WHERE role = $1", "t", role), 1);
    return id;
}

static int64_t user_version(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT version FROM user_account WHERE id = $1", id);
}

static int64_t post_version(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT version FROM post WHERE id = $1", id);
}

static int64_t add_user(struct fixture *f, const char *login, const char *role)
{
    int64_t post = role ? post_of_role(f, role) : 0, id = 0;
    const struct user_new user = {
        .login = login, .name = login, .password_hash = HASH, .post_ids = &post, .n_posts = !!role};

    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &id)), 0);
    return id;
}

static int64_t add_post(struct fixture *f, const char *name, right_set set, const int64_t *projects,
                        size_t n)
{
    const struct post_change post = {
        .name = name, .rights = &set, .project_ids = projects, .n_projects = n};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, post_create(tx, &post, &id)), 0);
    return id;
}

static int setup(void **state)
{
    struct fixture *f;

    assert_true(sodium_init() >= 0);
    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    f->actor = actor_system;
    assert_int_equal(FIXTURE_DO(f, tx, posts_seed(tx)), 0);
    return 0;
}

/* ---- posts ---- */

static void test_seed(void **state)
{
    struct fixture *f = *state;
    int64_t n = fixture_count(f, "SELECT COUNT(*) FROM post");

    assert_int_equal(n, roles_count - 2); /* not kiosk and counter */
    assert_int_equal(FIXTURE_DO(f, tx, posts_seed(tx)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM post"), n);
    for (int i = 0; i < roles_count; i++) {
        right_set set = 0;

        assert_int_equal(post_rights(f->db, 1, roles[i].code, &set), 0);
        if (roles[i].rights & RIGHT_BIT(RIGHT_TERMINAL_SELF))
            assert_true(set == 0); /* a machine's rights are nobody's */
        else
            assert_true(set == roles[i].rights);
    }
}

static void test_builtin_post(void **state)
{
    struct fixture *f = *state;
    int64_t id = post_of_role(f, "cashier");
    right_set other = RIGHT_BIT(RIGHT_SELF), same;
    struct post_change change = {.id = id, .version = 1, .rights = &other, .all_projects = -1};

    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &change)), POST_BUILTIN);
    change.rights = NULL;
    change.name = "renamed";
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &change)), POST_BUILTIN);
    assert_int_equal(post_rights(f->db, id, "cashier", &same), 0);
    change = (struct post_change){.id = id,
                                  .version = 1,
                                  .rights = &same, /* sent back as it was */
                                  .all_projects = 0,
                                  .project_ids = &f->project,
                                  .n_projects = 1};
    assert_int_equal(FIXTURE_DO(f, tx, post_update(tx, &change)), 0);
    assert_int_equal(post_version(f, id), 2);
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &change)), VERSION_CHANGED);
}

static void test_post_refusals(void **state)
{
    struct fixture *f = *state;
    int64_t missing = 999999, many[ACTOR_PROJECTS_MAX + 1], id = 0;
    right_set set = RIGHT_BIT(RIGHT_CHART_VIEW), machine = RIGHT_BIT(RIGHT_TERMINAL_SELF);
    struct post_change post = {.name = "p", .rights = &set};

    add_post(f, "p", set, NULL, 0);
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), POST_EXISTS);
    post.name = "q";
    post.rights = &machine;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), FIELD_CHOICE);
    post.rights = &set;
    post.project_ids = &missing;
    post.n_projects = 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), NOT_FOUND);
    for (size_t i = 0; i <= ACTOR_PROJECTS_MAX; i++)
        many[i] = f->project;
    post.project_ids = many;
    post.n_projects = ACTOR_PROJECTS_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), POST_SCOPE_TOO_WIDE);
    post.n_projects = 0;
    post.building_ids = &missing;
    post.n_buildings = 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM post WHERE name = 'q'"), 0);
}

/* ---- what a user may do and see ---- */

static int64_t add_project(struct fixture *f, const char *name)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO project (name, created_ms) VALUES ($1, 1) RETURNING id",
                            "t", name),
                     1);
    return id;
}

static void test_actor_is_union(void **state)
{
    struct fixture *f = *state;
    int64_t second = add_project(f, "B"), third = add_project(f, "C");
    int64_t posts[2], id = 0;
    struct user_new user = {.login = "lin", .name = "Lin", .password_hash = HASH, .n_posts = 2};
    right_set set = RIGHT_BIT(RIGHT_EXPORT);
    struct post_change by_building = {.name = "by building", .rights = &set, .n_buildings = 1};
    struct actor actor;
    bool must_change = false;

    posts[0] = add_post(f, "a", RIGHT_BIT(RIGHT_UNIT_HOLD), &second, 1);
    by_building.building_ids = &f->building;
    assert_int_equal(FIXTURE_DO(f, tx, post_create(tx, &by_building, &posts[1])), 0);
    user.post_ids = posts;
    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &id)), 0);
    assert_int_equal(actor_load(f->db, id, &actor, &must_change), 0);
    assert_true(must_change);
    assert_string_equal(actor.name, "lin");
    assert_true(actor.rights == (RIGHT_BIT(RIGHT_SELF) | RIGHT_BIT(RIGHT_OWN) |
                                 RIGHT_BIT(RIGHT_UNIT_HOLD) | RIGHT_BIT(RIGHT_EXPORT)));
    assert_false(actor.all_projects);
    assert_int_equal(actor.n_projects, 2);
    assert_true(actor_sees_project(&actor, second));
    assert_true(actor_sees_project(&actor, f->project)); /* through its building */
    assert_false(actor_sees_project(&actor, third));
}

static void test_nobody_is_denied(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "bare", NULL);
    struct actor actor;

    assert_int_equal(actor_load(f->db, id, &actor, NULL), 0);
    assert_true(actor.rights == (RIGHT_BIT(RIGHT_SELF) | RIGHT_BIT(RIGHT_OWN)));
    assert_false(actor_sees_project(&actor, f->project));
    assert_int_equal(actor_load(f->db, id + 1, &actor, NULL), -ENOENT);
}

static void test_union_too_wide(void **state)
{
    struct fixture *f = *state;
    int64_t projects[ACTOR_PROJECTS_MAX + 1], posts[2], id;
    char name[16];
    struct user_change change = {.version = 1, .enabled = -1, .post_ids = posts, .n_posts = 2};
    struct post_change wider = {.version = 1, .all_projects = -1};

    for (size_t i = 0; i <= ACTOR_PROJECTS_MAX; i++) {
        snprintf(name, sizeof(name), "project %zu", i);
        projects[i] = add_project(f, name);
    }
    posts[0] = add_post(f, "32", 0, projects, ACTOR_PROJECTS_MAX);
    posts[1] = add_post(f, "one more", 0, projects + ACTOR_PROJECTS_MAX, 1);
    id = add_user(f, "wide", NULL);
    change.id = id;
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &change)), POST_SCOPE_TOO_WIDE);
    /* And a post that grows under its holder. */
    posts[1] = add_post(f, "grows", 0, projects, 1);
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    wider.id = posts[1];
    wider.project_ids = projects + ACTOR_PROJECTS_MAX;
    wider.n_projects = 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &wider)), POST_SCOPE_TOO_WIDE);
}

/* ---- what is bounded ---- */

static void test_grantable(void **state)
{
    (void)state;
    const right_set all = post_grantable(); /* compared: cmocka would cut it to 64 bits */

    assert_true((all & RIGHT_BIT(RIGHT_NONE)) == 0); /* nobody's to give: anybody has it */
    assert_true((all & RIGHT_BIT(RIGHT_TERMINAL_SELF)) == 0);
    assert_true((all & RIGHT_BIT(RIGHT_USER_EDIT)) != 0);
}

/* A right that no post may have does nothing in one, however it got there. */
static void test_stray_right(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_post(f, "p", RIGHT_BIT(RIGHT_CHART_VIEW), NULL, 0);
    right_set set = 0;

    assert_int_equal(db_run(f->db,
                            "INSERT INTO post_right (post_id, right_code) VALUES "
                            "($1, 'terminal.self'), ($1, 'no.such.right')",
                            "i", id),
                     2);
    assert_int_equal(post_rights(f->db, id, NULL, &set), 0);
    assert_true(set == RIGHT_BIT(RIGHT_CHART_VIEW));
}

static void test_bounds(void **state)
{
    struct fixture *f = *state;
    int64_t buildings[ACTOR_BUILDINGS_MAX + 1], posts[USER_POSTS_MAX + 1], id = 0;
    right_set set = RIGHT_BIT(RIGHT_CHART_VIEW);
    struct post_change post = {.name = "wide", .rights = &set, .building_ids = buildings};
    struct user_new user = {
        .login = "lin", .name = "Lin", .password_hash = HASH, .post_ids = posts};
    char text[16];

    for (size_t i = 0; i <= ACTOR_BUILDINGS_MAX; i++)
        buildings[i] = f->building;
    post.n_buildings = ACTOR_BUILDINGS_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), POST_SCOPE_TOO_WIDE);
    post.n_buildings = ACTOR_BUILDINGS_MAX;
    assert_int_equal(FIXTURE_DO(f, tx, post_create(tx, &post, &id)), 0);
    for (size_t i = 0; i <= USER_POSTS_MAX; i++)
        posts[i] = id;
    user.n_posts = USER_POSTS_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), LIMIT_REACHED);
    user.n_posts = USER_POSTS_MAX;
    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &id)), 0);
    /* As many posts and people as there may be, and one more. */
    assert_int_equal(db_begin(f->db), 0);
    for (int64_t i = fixture_count(f, "SELECT COUNT(*) FROM post"); i < POST_MAX; i++) {
        snprintf(text, sizeof(text), "post %d", (int)i);
        assert_int_equal(
            db_run(f->db, "INSERT INTO post (name, all_projects, created_ms) VALUES ($1, 0, 1)",
                   "t", text),
            1);
    }
    for (int64_t i = fixture_count(f, "SELECT COUNT(*) FROM user_account"); i < USER_MAX; i++) {
        snprintf(text, sizeof(text), "user-%d", (int)i);
        assert_int_equal(db_run(f->db,
                                "INSERT INTO user_account (login, name, password_hash, created_ms) "
                                "VALUES ($1, $1, 'x', 1)",
                                "t", text),
                         1);
    }
    assert_int_equal(db_commit(f->db), 0);
    post.name = "one more";
    assert_refused(f, FIXTURE_DO(f, tx, post_create(tx, &post, &id)), LIMIT_REACHED);
    user.login = "one-more";
    assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), LIMIT_REACHED);
}

/* ---- changing users ---- */

static void test_login_form(void **state)
{
    static const char *const bad[] = {"",
                                      "a",
                                      "a b",
                                      "a/b",
                                      "\xe5\xbc\xa0\xe4\xb8\x89",
                                      "12345678901234567890123456789012345678901",
                                      "a\x01z"};
    char form[USER_LOGIN_MAX + 1];

    (void)state;
    assert_int_equal(user_login_form("Zhang.San-3@x_y", form), 0);
    assert_string_equal(form, "zhang.san-3@x_y");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(user_login_form(bad[i], form), -EINVAL);
}

static void test_create_refusals(void **state)
{
    struct fixture *f = *state;
    int64_t missing = 999, id = 0;
    struct user_new user = {.login = "LIN", .name = "Lin", .password_hash = HASH};

    add_user(f, "lin", NULL);
    assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), USER_EXISTS);
    user.login = "x y";
    assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), FIELD_TEXT);
    user.login = "wang";
    user.post_ids = &missing;
    user.n_posts = 1;
    assert_refused(f, FIXTURE_DO(f, tx, user_create(tx, &user, &id)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM user_account"), 1);
}

static void test_disable(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "lin", "cashier");
    struct user_change change = {.id = id, .version = 1, .enabled = 0};
    struct actor actor;

    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    assert_true(fixture_changed(f, CHANGE_USER, id));
    assert_int_equal(actor_load(f->db, id, &actor, NULL), -ENOENT);
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &change)), VERSION_CHANGED);
    change.id = 999;
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &change)), NOT_FOUND);
}

static void test_last_admin(void **state)
{
    struct fixture *f = *state;
    int64_t first = add_user(f, "root", "admin"), none = 0;
    right_set set = RIGHT_BIT(RIGHT_USER_EDIT), less = RIGHT_BIT(RIGHT_CHART_VIEW);
    int64_t custom = add_post(f, "keys", set, NULL, 0), second;
    struct user_change disable = {.id = first, .version = 1, .enabled = 0};
    struct user_change strip = {.id = first, .version = 1, .enabled = -1, .post_ids = &none};
    struct post_change weaken = {.id = custom, .version = 1, .rights = &less, .all_projects = -1};
    struct user_new user = {.login = "two", .name = "Two", .password_hash = HASH, .n_posts = 1};

    assert_int_equal(user_admin_exists(f->db), 1);
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &disable)), USER_LAST_ADMIN);
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &strip)), USER_LAST_ADMIN);
    assert_int_equal(user_version(f, first), 1);
    /* With a second one the first can go; then the second is the last, by a post of our own. */
    user.post_ids = &custom;
    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &second)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &disable)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &weaken)), USER_LAST_ADMIN);
    assert_int_equal(post_version(f, custom), 1);
}

static void test_own_rights(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "root", "admin"), sales = post_of_role(f, "sales-manager");
    int64_t admin = post_of_role(f, "admin"), custom, posts[2];
    right_set more = post_grantable();
    struct user_change give = {.id = id, .version = 1, .enabled = -1, .post_ids = posts};
    struct post_change scope = {.id = admin, .version = 1, .all_projects = 0};
    struct post_change raise = {.version = 1, .rights = &more, .all_projects = -1};
    struct actor self;

    custom = add_post(f, "extra", RIGHT_BIT(RIGHT_CHART_VIEW), NULL, 0);
    posts[0] = admin;
    posts[1] = custom;
    give.n_posts = 2;
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &give)), 0);
    assert_int_equal(actor_load(f->db, id, &self, NULL), 0);
    f->as = &self;
    give.version = 2;
    posts[1] = sales;
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &give)), OWN_RIGHTS);
    raise.id = custom;
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &raise)), OWN_RIGHTS);
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &scope)), OWN_RIGHTS);
    /* Nor by a building or a project more. */
    raise.rights = NULL;
    raise.building_ids = &f->building;
    raise.n_buildings = 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &raise)), OWN_RIGHTS);
    raise.building_ids = NULL;
    raise.project_ids = &f->project;
    raise.n_projects = 1;
    assert_refused(f, FIXTURE_DO(f, tx, post_update(tx, &raise)), OWN_RIGHTS);
    raise.project_ids = NULL;
    assert_refused(f, FIXTURE_DO(f, tx, user_password_reset(tx, id, 2, HASH)), OWN_RIGHTS);
    /* What is no change is none, and the own name may change. */
    posts[1] = custom;
    give.name = "Root";
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &give)), 0);
    raise.rights = NULL;
    raise.name = "renamed";
    assert_int_equal(FIXTURE_DO(f, tx, post_update(tx, &raise)), 0);
}

/* A form sent back as it was: no row in the log, no new version. */
static void test_no_change(void **state)
{
    struct fixture *f = *state;
    right_set set = RIGHT_BIT(RIGHT_CHART_VIEW);
    int64_t post = add_post(f, "own", set, &f->project, 1), cashier = post_of_role(f, "cashier");
    int64_t id = add_user(f, "lin", "cashier");
    struct post_change p = {.id = post,
                            .version = 1,
                            .name = "own",
                            .rights = &set,
                            .all_projects = 0,
                            .project_ids = &f->project,
                            .n_projects = 1};
    struct user_change u = {
        .id = id, .version = 1, .name = "lin", .enabled = 1, .post_ids = &cashier, .n_posts = 1};
    int64_t rows = fixture_count(f, "SELECT COUNT(*) FROM audit");

    assert_int_equal(FIXTURE_DO(f, tx, post_update(tx, &p)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &u)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit"), rows);
    assert_int_equal(post_version(f, post), 1);
    assert_int_equal(user_version(f, id), 1);
    /* A name alone is one. */
    p.name = "renamed";
    u.name = "Lin";
    assert_int_equal(FIXTURE_DO(f, tx, post_update(tx, &p)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &u)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit"), rows + 2);
    assert_int_equal(post_version(f, post), 2);
    assert_int_equal(user_version(f, id), 2);
}

static void test_post_change_reaches_holders(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "lin", "cashier"), other = add_user(f, "wang", "service");
    struct post_change change = {.id = post_of_role(f, "cashier"), .version = 1, .all_projects = 0};

    assert_int_equal(FIXTURE_DO(f, tx, post_update(tx, &change)), 0);
    assert_true(fixture_changed(f, CHANGE_USER, id));
    assert_false(fixture_changed(f, CHANGE_USER, other));
}

/* ---- log-in, passwords ---- */

static void test_lock_grows(void **state)
{
    static const struct {
        int64_t failed, minutes;
    } rows[] = {{0, 0},   {1, 0},   {4, 0},    {5, 15},   {6, 0},    {9, 0},
                {10, 30}, {15, 60}, {20, 120}, {25, 240}, {30, 240}, {5000, 240}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(user_lock_ms(rows[i].failed), rows[i].minutes * 60000);
}

static int lock_note(void *arg, const struct user_row *row)
{
    *(int64_t *)arg = row->locked_until_ms;
    return 0;
}

/* As the list of people shows it. */
static int64_t locked_of(struct fixture *f, int64_t id)
{
    int64_t until = -1;

    assert_int_equal(FIXTURE_DO(f, tx, user_scan(tx, id, lock_note, &until)), 0);
    return until;
}

static void test_failures_lock(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "lin", "cashier"), until = -1;
    struct user_secret user;
    struct actor actor;

    for (int i = 1; i <= 5; i++) {
        assert_int_equal(
            FIXTURE_DO(f, tx, user_login_failed(tx, id, "user.login-failed", "10.0.0.9", &until)),
            0);
        assert_int_equal(until, i < 5 ? 0 : f->now_ms + 15 * 60000);
    }
    assert_int_equal(user_find(f->db, "lin", &user), 1);
    assert_int_equal(user.locked_until_ms, f->now_ms + 15 * 60000);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'user.locked'"),
                     1);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'user.login-failed'"), 5);
    /* A new password from the administrator forgives, too; a lock that is over is none. */
    assert_int_equal(fixture_count(f, "SELECT failed_count FROM user_account"), 5);
    assert_int_equal(locked_of(f, id), f->now_ms + 15 * 60000);
    f->now_ms += 15 * 60000;
    assert_int_equal(locked_of(f, id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_password_reset(tx, id, 1, HASH)), 0);
    assert_int_equal(fixture_count(f, "SELECT failed_count FROM user_account"), 0);
    assert_int_equal(user_find(f->db, "lin", &user), 1);
    assert_int_equal(user.locked_until_ms, 0);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(
            FIXTURE_DO(f, tx, user_login_failed(tx, id, "user.login-failed", "10.0.0.9", &until)),
            0);
    /* A success forgives, and is the user's own act. */
    assert_int_equal(actor_load(f->db, id, &actor, NULL), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_login_done(tx, &actor, "new hash", "10.0.0.9")), 0);
    assert_int_equal(user_find(f->db, "lin", &user), 1);
    assert_int_equal(user.locked_until_ms, 0);
    assert_string_equal(user.hash, "new hash");
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'user.login' "
                                      "AND actor = 'lin' AND actor_kind = 2"),
                     1);
    assert_int_equal(user_version(f, id), 2); /* a log-in is no edit */
}

static void test_unknown_name_is_not_kept(void **state)
{
    struct fixture *f = *state;
    int64_t until = -1;

    assert_int_equal(
        FIXTURE_DO(f, tx, user_login_failed(tx, 0, "user.login-failed", "10.0.0.9", &until)), 0);
    assert_int_equal(until, 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE object = 'user:0'"), 1);
}

static void test_password_change(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_user(f, "lin", NULL);
    struct user_secret user;
    bool must_change = true;
    struct actor actor;

    assert_refused(f, FIXTURE_DO(f, tx, user_password_change(tx, id, "another", "new", "::1")),
                   PASSWORD_WRONG);
    assert_int_equal(FIXTURE_DO(f, tx, user_password_change(tx, id, HASH, "newer", "::1")), 0);
    assert_true(fixture_changed(f, CHANGE_USER, id));
    assert_int_equal(actor_load(f->db, id, &actor, &must_change), 0);
    assert_false(must_change);
    assert_int_equal(FIXTURE_DO(f, tx, user_password_reset(tx, id, 2, "newest")), 0);
    assert_int_equal(actor_load(f->db, id, &actor, &must_change), 0);
    assert_true(must_change);
    assert_int_equal(user_find_id(f->db, id, &user), 1);
    assert_string_equal(user.hash, "newest");
    assert_refused(f, FIXTURE_DO(f, tx, user_password_reset(tx, id, 2, "x")), VERSION_CHANGED);
    /* Who was disabled meanwhile changes nothing any more. */
    assert_int_equal(db_run(f->db, "UPDATE user_account SET enabled = 0", ""), 1);
    assert_refused(f, FIXTURE_DO(f, tx, user_password_change(tx, id, "newest", "x", "::1")),
                   PASSWORD_WRONG);
}

/* No hash, whatever was done to it, is in the log. */
static void test_no_hash_in_audit(void **state)
{
    struct fixture *f = *state;

    test_password_change(state);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%made-up%' "
                                      "OR detail LIKE '%newe%'"),
                     0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE "
                                      "'%password%changed%'"),
                     2);
}

static void test_password_rule(void **state)
{
    static const struct {
        const char *login, *password;
        bool good;
    } rows[] = {
        {"lin", "short9!xy", false},
        {"lin", "long-enough-7", true},
        {"lin", "1234567890", false},
        {"lin", "PassWord123", false},
        {"lin", "aaaaaaaaaaaa", false},
        {"lin", "ababababababab", false},
        {"lin.xiaoming", "Lin.Xiaoming", false},
        /* Ten characters of three bytes each. */
        {"lin",
         "\xe6\x98\xa5\xe6\xb1\x9f\xe8\x8a\xb1\xe6\x9c\x88\xe5\xa4\x9c\xe6\x98\xa5\xe6\xb1\x9f"
         "\xe8\x8a\xb1\xe6\x9c\x88\xe5\xa4\x9c",
         true},
        {"lin", "\xe6\x98\xa5\xe6\xb1\x9f\xe8\x8a\xb1\xe6\x9c\x88\xe5\xa4\x9c", false},
    };
    char large[PASSWORD_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(password_check(NULL, rows[i].login, rows[i].password),
                         rows[i].good ? 0 : -EREFUSED);
    for (size_t i = 0; i <= PASSWORD_MAX; i++)
        large[i] = (char)('a' + i % 26);
    large[PASSWORD_MAX + 1] = '\0';
    assert_int_equal(password_check(NULL, "lin", large), -EREFUSED);
    large[PASSWORD_MAX] = '\0';
    assert_int_equal(password_check(NULL, "lin", large), 0);
}

static int64_t verify_us(const char *hash)
{
    struct timespec a, b;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    assert_false(password_matches(hash, "not the password"));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000;
}

static int compare(const void *a, const void *b)
{
    return (*(const int64_t *)a > *(const int64_t *)b) -
           (*(const int64_t *)a < *(const int64_t *)b);
}

/* CPU time, and the least of several: what else runs on the machine must not matter. */
static void test_hash(void **state)
{
    enum { TIMES = 7 };
    int64_t known[TIMES], unknown[TIMES];
    char hash[PASSWORD_HASH_TEXT], again[PASSWORD_HASH_TEXT];

    (void)state;
    assert_int_equal(password_hash("correct horse 9", hash), 0);
    assert_int_equal(password_hash("correct horse 9", again), 0);
    assert_string_not_equal(hash, again); /* salted */
    assert_true(password_matches(hash, "correct horse 9"));
    assert_false(password_matches(hash, "correct horse 8"));
    assert_false(password_hash_stale(hash));
    /* house: allow secret - of random bytes nobody kept */
    assert_true(password_hash_stale("$argon2id$v=19$m=8192,t=2,p=1$jO/52kEnwadPZS8dWRDuYw$"
                                    "FCMFNng8cyWnLENxP2lpBCxyAcxJb3L1IjWwdREn3NA"));
    for (int i = 0; i < TIMES; i++) {
        known[i] = verify_us(hash);
        unknown[i] = verify_us(NULL);
    }
    qsort(known, TIMES, sizeof(known[0]), compare);
    qsort(unknown, TIMES, sizeof(unknown[0]), compare);
    assert_true(unknown[0] * 4 > known[0] * 3);
    assert_true(unknown[0] * 4 < known[0] * 5);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_seed),
        T(test_builtin_post),
        T(test_post_refusals),
        T(test_actor_is_union),
        T(test_nobody_is_denied),
        T(test_union_too_wide),
        cmocka_unit_test(test_login_form),
        T(test_create_refusals),
        cmocka_unit_test(test_grantable),
        T(test_stray_right),
        T(test_bounds),
        T(test_disable),
        T(test_last_admin),
        T(test_own_rights),
        T(test_no_change),
        T(test_post_change_reaches_holders),
        cmocka_unit_test(test_lock_grows),
        T(test_failures_lock),
        T(test_unknown_name_is_not_kept),
        T(test_password_change),
        T(test_no_hash_in_audit),
        cmocka_unit_test(test_password_rule),
        T(test_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
