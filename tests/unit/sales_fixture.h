/* sales_fixture.h - the office of fixture.h with people in it: a manager, who is the fixture's
 * actor, and three consultants, Ann, Bob and Cai, and customers for them.
 */
#ifndef ANCHANG_TESTS_SALES_FIXTURE_H
#define ANCHANG_TESTS_SALES_FIXTURE_H

#include "fixture.h"

#include "db/customer.h"
#include "db/ownership.h"
#include "db/post.h"
#include "db/user.h"

#define HOUR INT64_C(3600000)

enum { MANAGER = 1, ANN = 2, BOB = 3, CAI = 4 };

static struct actor manager, ann, bob, cai;

static inline void sales_user(struct fixture *f, const char *login, const char *role, int64_t id,
                              struct actor *ret)
{
    int64_t post = 0, made = 0;
    const struct user_new user = {
        .login = login, .name = login, .password_hash = "h", .post_ids = &post, .n_posts = 1};

    assert_int_equal(db_get(f->db, &post, "SELECT id FROM post WHERE role = $1", "t", role), 1);
    assert_int_equal(FIXTURE_DO(f, tx, user_create(tx, &user, &made)), 0);
    assert_int_equal(made, id);
    assert_int_equal(actor_load(f->db, id, ret, NULL), 0);
}

static inline int sales_setup(void **state)
{
    struct fixture *f;

    setenv("TZ", "Asia/Shanghai", 1);
    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    assert_int_equal(FIXTURE_DO(f, tx, posts_seed(tx)), 0);
    sales_user(f, "boss", "sales-manager", MANAGER, &manager);
    sales_user(f, "ann", "consultant", ANN, &ann);
    sales_user(f, "bob", "consultant", BOB, &bob);
    sales_user(f, "cai", "consultant", CAI, &cai);
    f->as = &manager;
    return 0;
}

/* A customer of @owner (0: the pool's), whose phone ends in a number of its own. */
static inline int64_t sales_customer(struct fixture *f, int64_t owner)
{
    static int made;
    char phone[16];
    const struct customer_new c = {.kind = "person",
                                   .name = "张三",
                                   .notice = "n",
                                   .phones = {phone},
                                   .n_phones = 1,
                                   .source_id = 3};
    const struct actor *was = f->as;
    int64_t id = 0;

    snprintf(phone, sizeof(phone), "139%08d", ++made);
    f->as = &manager;
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, ownership_begin(tx, id, f->project, OWN_ONSITE, owner)), 0);
    f->as = was;
    return id;
}

static inline struct ownership sales_own(struct fixture *f, int64_t customer_id)
{
    struct ownership own = {.customer_id = 0};

    assert_int_equal(FIXTURE_DO(f, tx, ownership_find(tx, customer_id, f->project, &own)), 1);
    return own;
}

#define AS(f, actor_of, call)                                                                      \
    ({                                                                                             \
        const struct actor *as_was = (f)->as;                                                      \
        (f)->as = &(actor_of);                                                                     \
        int as_r = (call);                                                                         \
        (f)->as = as_was;                                                                          \
        as_r;                                                                                      \
    })

#define S(test) cmocka_unit_test_setup_teardown(test, sales_setup, fixture_teardown)

#endif
