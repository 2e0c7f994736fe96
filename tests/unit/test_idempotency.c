/* test_idempotency.c - answers kept for retries: whose they are, until when (RS F29, F30). */
#include "fixture.h"

#include "db/idempotency.h"

static int save(struct fixture *f, const char *scope, const char *key, const char *body)
{
    struct idempotency_answer a = {
        .status = 201, .body = (char *)(uintptr_t)body, .n_body = strlen(body)};

    memset(a.request_hash, 7, sizeof(a.request_hash));
    return FIXTURE_DO(f, tx, idempotency_save(tx, scope, key, &a));
}

static int find(struct fixture *f, const char *scope, const char *key,
                struct idempotency_answer *ret)
{
    return FIXTURE_DO(f, tx, idempotency_find(tx, scope, key, ret));
}

static void test_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct idempotency_answer a = {0};

    assert_int_equal(find(f, "u:1:POST /a", "key-0001", &a), 0);
    assert_int_equal(save(f, "u:1:POST /a", "key-0001", "{\"id\":1}"), 0);
    assert_int_equal(save(f, "u:2:POST /a", "key-0001", ""), 0); /* another's of the same name */
    assert_int_equal(save(f, "u:1:POST /a", "key-0001", "x"), -EEXIST);
    assert_int_equal(find(f, "u:1:POST /a", "key-0001", &a), 1);
    assert_int_equal(a.status, 201);
    assert_int_equal(a.request_hash[0], 7);
    assert_int_equal(a.n_body, 8);
    assert_memory_equal(a.body, "{\"id\":1}", 8);
    free(a.body);
    a.body = NULL;
    assert_int_equal(find(f, "u:2:POST /a", "key-0001", &a), 1);
    assert_int_equal(a.n_body, 0);
    assert_null(a.body);
    assert_int_equal(find(f, "u:1:POST /b", "key-0001", &a), 0);
    assert_int_equal(find(f, "u:1:POST /a", "key-0002", &a), 0);
}

/* What is not what was written is damage, not somebody's answer. */
static void test_damaged(void **state)
{
    struct fixture *f = *state;
    struct idempotency_answer a = {0};

    assert_int_equal(save(f, "s", "key-0001", "x"), 0);
    assert_int_equal(db_run(f->db, "UPDATE idempotency SET request_hash = x'0102'", ""), 1);
    assert_int_equal(find(f, "s", "key-0001", &a), -EUCLEAN);
}

static void test_prune(void **state)
{
    struct fixture *f = *state;
    const int64_t start = f->now_ms;
    char key[16];

    for (int i = 0; i < 5; i++) {
        f->now_ms = start + i;
        snprintf(key, sizeof(key), "key-%04d", i);
        assert_int_equal(save(f, "s", key, "x"), 0);
    }
    assert_int_equal(FIXTURE_DO(f, tx, idempotency_prune(tx, start, 100)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, idempotency_prune(tx, start + 3, 2)), 2); /* in portions */
    assert_int_equal(FIXTURE_DO(f, tx, idempotency_prune(tx, start + 3, 2)), 1);
    assert_int_equal(FIXTURE_DO(f, tx, idempotency_prune(tx, start + 3, 2)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM idempotency"), 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_there_and_back), CASE(test_damaged),
                                       CASE(test_prune)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
