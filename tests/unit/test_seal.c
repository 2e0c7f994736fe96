/* test_seal.c - sealed values: what opens them, what does not, and that they tell nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "db/seal.h"

#define PHONE "13812341234"

static const uint8_t key_1[SEAL_KEY] = {1}, key_2[SEAL_KEY] = {2};

static int setup(void **state)
{
    static struct seal_ring ring;

    assert_true(sodium_init() >= 0);
    seal_ring_clear(&ring);
    assert_int_equal(seal_ring_add(&ring, key_1), 0);
    *state = &ring;
    return 0;
}

static void test_there_and_back(void **state)
{
    const struct seal_ring *ring = *state;
    struct sealed a, b;
    char value[SEAL_VALUE_MAX];

    assert_int_equal(seal_value(ring, "phone", 7, PHONE, &a), 0);
    assert_int_equal(seal_value(ring, "phone", 7, PHONE, &b), 0);
    assert_memory_not_equal(a.data, b.data, sizeof(a.data)); /* the same twice is not seen */
    assert_memory_equal(a.hash, b.hash, sizeof(a.hash));     /* but found */
    assert_int_equal(a.key_id, seal_ring_id(ring));
    assert_true(a.key_id > 0);
    assert_int_equal(seal_open(ring, "phone", 7, &a, value), 0);
    assert_string_equal(value, PHONE);
    assert_null(memmem(&a, sizeof(a), PHONE, 4));
}

static void test_bound_to_its_place(void **state)
{
    const struct seal_ring *ring = *state;
    char value[SEAL_VALUE_MAX] = "untouched";
    struct sealed a, b;

    assert_int_equal(seal_value(ring, "phone", 7, PHONE, &a), 0);
    assert_int_equal(seal_open(ring, "phone", 8, &a, value), -EBADMSG);
    assert_int_equal(seal_open(ring, "passport", 7, &a, value), -EBADMSG);
    b = a;
    b.hash[0] ^= 1; /* found under another's hash */
    assert_int_equal(seal_open(ring, "phone", 7, &b, value), -EBADMSG);
    for (size_t i = 0; i < SEAL_DATA; i++) {
        b = a;
        b.data[i] ^= 0x40;
        assert_int_equal(seal_open(ring, "phone", 7, &b, value), -EBADMSG);
    }
    assert_string_equal(value, "untouched");
}

static void test_hash_is_keyed(void **state)
{
    const struct seal_ring *ring = *state;
    struct seal_ring other = {.n = 0};
    uint8_t a[SEAL_HASH], b[SEAL_HASH], plain[SEAL_HASH];

    assert_int_equal(seal_ring_add(&other, key_2), 0);
    assert_int_equal(seal_hash(ring, "phone", PHONE, a), 0);
    assert_int_equal(seal_hash(&other, "phone", PHONE, b), 0);
    assert_memory_not_equal(a, b, SEAL_HASH);
    assert_int_equal(seal_hash(ring, "passport", PHONE, b), 0);
    assert_memory_not_equal(a, b, SEAL_HASH);
    crypto_generichash(plain, sizeof(plain), (const uint8_t *)PHONE, strlen(PHONE), NULL, 0);
    assert_memory_not_equal(a, plain, SEAL_HASH);
}

static void test_keys(void **state)
{
    struct seal_ring *ring = *state, empty = {.n = 0};
    const int64_t first = seal_ring_id(ring);
    uint8_t hash[SEAL_HASH], request[SEAL_KEY], zero[SEAL_KEY] = {0};
    char value[SEAL_VALUE_MAX];
    struct sealed old, new;

    assert_int_equal(seal_value(ring, "phone", 7, PHONE, &old), 0);
    assert_int_equal(seal_ring_add(ring, key_1), -EEXIST);
    assert_int_equal(seal_ring_add(ring, key_2), 0);
    assert_int_not_equal(seal_ring_id(ring), first);
    assert_true(seal_ring_has(ring, first));
    assert_int_equal(seal_open(ring, "phone", 7, &old, value), 0); /* all of them open */
    assert_int_equal(seal_value(ring, "phone", 7, PHONE, &new), 0);
    assert_int_equal(new.key_id, seal_ring_id(ring)); /* the last one seals */
    assert_memory_not_equal(old.hash, new.hash, SEAL_HASH);

    assert_int_equal(seal_open(&empty, "phone", 7, &old, value), -ENOKEY);
    assert_int_equal(seal_value(&empty, "phone", 7, PHONE, &new), -ENOKEY);
    assert_int_equal(seal_value(NULL, "phone", 7, PHONE, &new), -ENOKEY);
    assert_int_equal(seal_hash(NULL, "phone", PHONE, hash), -ENOKEY);
    seal_request_key(&empty, request);
    assert_memory_equal(request, zero, sizeof(request));
    seal_request_key(ring, request);
    assert_memory_not_equal(request, key_2, sizeof(request)); /* made of it, and does not tell it */
    assert_memory_not_equal(request, zero, sizeof(request));
    for (uint8_t i = 3; ring->n < SEAL_KEYS_MAX; i++)
        assert_int_equal(seal_ring_add(ring, (const uint8_t[SEAL_KEY]){i}), 0);
    assert_int_equal(seal_ring_add(ring, (const uint8_t[SEAL_KEY]){99}), -E2BIG);
}

static void test_sizes(void **state)
{
    const struct seal_ring *ring = *state;
    char value[SEAL_VALUE_MAX + 2], back[SEAL_VALUE_MAX];
    struct sealed s;

    memset(value, 'x', sizeof(value));
    value[SEAL_VALUE_MAX - 1] = '\0';
    assert_int_equal(seal_value(ring, "phone", 1, value, &s), 0);
    assert_int_equal(seal_open(ring, "phone", 1, &s, back), 0);
    assert_string_equal(back, value);
    value[SEAL_VALUE_MAX - 1] = 'x';
    value[SEAL_VALUE_MAX] = '\0';
    assert_int_equal(seal_value(ring, "phone", 1, value, &s), -EMSGSIZE);
    assert_int_equal(seal_value(ring, "phone", 1, "", &s), 0);
    assert_int_equal(seal_open(ring, "phone", 1, &s, back), 0);
    assert_string_equal(back, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_there_and_back, setup),
        cmocka_unit_test_setup(test_bound_to_its_place, setup),
        cmocka_unit_test_setup(test_hash_is_keyed, setup),
        cmocka_unit_test_setup(test_keys, setup),
        cmocka_unit_test_setup(test_sizes, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
