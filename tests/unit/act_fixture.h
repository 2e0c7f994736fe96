/* act_fixture.h - the fixture with a key for the log, and what tests of acts count. */
#ifndef ANCHANG_TESTS_ACT_FIXTURE_H
#define ANCHANG_TESTS_ACT_FIXTURE_H

#include "fixture.h"

#include <sodium.h>

#include "db/audit.h"

static inline int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {7};

    assert_true(sodium_init() >= 0);
    audit_set_key(key);
    return fixture_setup(state);
}

static inline int64_t histories(struct fixture *f, int64_t unit_id)
{
    return fixture_of(f, "SELECT COUNT(*) FROM unit_history WHERE unit_id = $1 AND axis = 'state'",
                      unit_id);
}

static inline int64_t patches(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM publication_patch");
}

static inline int expire(struct fixture *f, int64_t *ret_next)
{
    return FIXTURE_DO(f, tx, unit_expire_due(tx, ret_next));
}

#endif
