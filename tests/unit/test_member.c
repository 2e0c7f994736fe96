/* test_member.c - members and their PIN: who is one, what locks, what unlocks (MB-02, MB-14). */
#include "db/card.h"
#include "db/customer.h"
#include "db/member.h"
#include "db/user.h"
#include "fixture.h"

#define HASH "not a real one"

static int joined(void **state)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "张三",
                                   .notice = "2026-01",
                                   .phones = {"13812341234"},
                                   .n_phones = 1};
    const struct card_new card = {"n:88001234", NULL, "2026-01"};
    struct fixture *f;
    int64_t id = 0, card_id = 0;
    int r = fixture_setup(state);

    f = *state;
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, card_issue(tx, id, &card, &card_id)), 0);
    return r;
}

struct seen {
    struct member_row row;
    char level[16];
};

static int see(void *arg, const struct member_row *row)
{
    struct seen *seen = arg;

    seen->row = *row;
    snprintf(seen->level, sizeof(seen->level), "%s", row->level);
    return 0;
}

static struct seen look(struct fixture *f)
{
    struct seen seen;

    assert_int_equal(FIXTURE_DO(f, tx, member_get(tx, 1, see, &seen)), 0);
    return seen;
}

static struct member_secret secret(struct fixture *f)
{
    struct member_secret s;

    assert_int_equal(member_secret_find(f->db, "n:88001234", &s), 1);
    return s;
}

static int64_t wrong(struct fixture *f)
{
    const struct member_secret s = secret(f);
    int64_t until = -1;

    assert_int_equal(FIXTURE_DO(f, tx, member_pin_failed(tx, &s, &until)), 0);
    return until;
}

static void test_record(void **state)
{
    struct fixture *f = *state;
    struct seen seen = look(f);
    int64_t again = 0;

    assert_string_equal(seen.row.name, "张*");
    assert_string_equal(seen.level, "standard");
    assert_int_equal(seen.row.points, 0);
    assert_int_equal(seen.row.joined_ms, f->now_ms);
    assert_false(seen.row.has_pin);
    assert_int_equal(FIXTURE_DO(f, tx, member_of_customer(tx, 1, &again)), 0);
    assert_int_equal(again, 1); /* one for each person */
    assert_int_equal(FIXTURE_DO(f, tx, member_level_set(tx, 1, 1, "gold")), 0);
    assert_string_equal(look(f).level, "gold");
    assert_refused(f, FIXTURE_DO(f, tx, member_level_set(tx, 1, 1, "silver")), VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, member_level_set(tx, 9, 1, "silver")), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, member_get(tx, 9, see, &seen)), NOT_FOUND);
}

static void test_which_pins(void **state)
{
    static const char *const weak[] = {"",       "12345",  "1234567",      "123456", "654321",
                                       "000000", "12a456", "１２３４５６", "12345 ", "-12345"};
    static const char *const good[] = {"246810", "123457", "199001", "012344"};
    struct fault fault = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
        assert_int_equal(member_pin_check(&fault, weak[i]), -EREFUSED);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(member_pin_check(&fault, good[i]), 0);
    fault_clear(&fault);
}

static void test_pin_set(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(secret(f).pin_hash, "");
    assert_int_equal(FIXTURE_DO(f, tx, member_pin_set(tx, 1, 1, HASH)), 0);
    assert_true(fixture_changed(f, CHANGE_MEMBER, 1)); /* what was open at kiosks ends */
    assert_string_equal(secret(f).pin_hash, HASH);
    assert_true(look(f).row.has_pin);
    assert_refused(f, FIXTURE_DO(f, tx, member_pin_set(tx, 1, 1, HASH)), VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, member_pin_set(tx, 9, 1, HASH)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%not a%'"), 0);
}

static void test_five_wrong_ones_lock(void **state)
{
    struct fixture *f = *state;
    int64_t until;

    assert_int_equal(FIXTURE_DO(f, tx, member_pin_set(tx, 1, 1, HASH)), 0);
    for (int i = 1; i < USER_LOCK_TRIES; i++)
        assert_int_equal(wrong(f), 0);
    assert_int_equal(secret(f).locked_until_ms, 0);
    until = wrong(f);
    assert_int_equal(until, f->now_ms + USER_LOCK_MIN * FIXTURE_MINUTE);
    assert_true(fixture_changed(f, CHANGE_MEMBER, 1));
    assert_int_equal(secret(f).locked_until_ms, until);
    assert_int_equal(look(f).row.pin_locked_until_ms, until);
    f->now_ms = until; /* it ends by itself */
    assert_int_equal(look(f).row.pin_locked_until_ms, 0);
    for (int i = 1; i < USER_LOCK_TRIES; i++)
        assert_int_equal(wrong(f), 0);
    assert_int_equal(wrong(f), f->now_ms + 2 * USER_LOCK_MIN * FIXTURE_MINUTE); /* and is longer */
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'member.pin-wrong'"), 10);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'member.pin-locked'"), 2);
}

static void test_unlocking(void **state)
{
    struct fixture *f = *state;
    struct member_secret s;
    int64_t version;

    assert_int_equal(FIXTURE_DO(f, tx, member_pin_set(tx, 1, 1, HASH)), 0);
    for (int i = 0; i < USER_LOCK_TRIES; i++)
        wrong(f);
    version = look(f).row.version;
    assert_refused(f, FIXTURE_DO(f, tx, member_pin_unlock(tx, 1, version + 1)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, member_pin_unlock(tx, 1, version)), 0);
    assert_int_equal(secret(f).locked_until_ms, 0);
    for (int i = 1; i < USER_LOCK_TRIES; i++)
        assert_int_equal(wrong(f), 0); /* it counts from the beginning */
    s = secret(f);
    assert_int_equal(FIXTURE_DO(f, tx, member_pin_done(tx, &s)), 0);
    for (int i = 1; i < USER_LOCK_TRIES; i++)
        assert_int_equal(wrong(f), 0); /* after a right one too */
    assert_true(wrong(f) > 0);
    assert_int_equal(FIXTURE_DO(f, tx, member_pin_set(tx, 1, version + 1, HASH)), 0);
    assert_int_equal(secret(f).locked_until_ms, 0); /* and after a new one */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, joined, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_record),    cmocka_unit_test(test_which_pins),
        CASE(test_pin_set),   CASE(test_five_wrong_ones_lock),
        CASE(test_unlocking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
