/* test_unit_act.c - what happens to units: one history row each, all or none, losses at once (FC
 * 25.4, 25.6, SC-05). A model of it all is in test_unit_model.c. */
#include "act_fixture.h"

#include "db/permit.h"

static int setup_published(void **state)
{
    int r = setup(state);

    fixture_release(*state);
    fixture_publish(*state);
    return r;
}

static int64_t audits(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM audit");
}

static char shown_of(struct fixture *f, int64_t unit_id);

/* One step that must succeed: exactly one row each, version + 1, and as many patches as said. */
static void step(struct fixture *f, enum transition_id t, int64_t unit, char to,
                 int64_t new_patches)
{
    int64_t h = histories(f, unit), a = audits(f), v = fixture_version(f, unit), p = patches(f);
    char from = fixture_state(f, unit), text[2] = {from, '\0'}, target[2] = {to, '\0'};
    int64_t found = 0;

    assert_int_equal(fixture_act(f, t, unit), 0);
    assert_int_equal(fixture_state(f, unit), to);
    assert_int_equal(histories(f, unit), h + 1);
    assert_int_equal(audits(f), a + 1);
    assert_int_equal(fixture_version(f, unit), v + 1);
    assert_int_equal(patches(f), p + new_patches);
    assert_true(fixture_changed(f, CHANGE_UNIT, unit));
    assert_int_equal(fixture_changed(f, CHANGE_PUBLIC_UNIT, unit), new_patches != 0);
    assert_int_equal(
        db_get(f->db, &found,
               "SELECT 1 FROM unit_history WHERE unit_id = $1 AND unit_version = $2 AND axis = "
               "'state' AND from_state = $3 AND to_state = $4 AND event = $5 AND actor = 'tester' "
               "AND at_ms = $6",
               "iittti", unit, v + 1, text, target, transitions[t].event, f->now_ms),
        1);
    /* At most one claim lives, and it is of the state. */
    found = 0;
    assert_true(db_get(f->db, &found,
                       "SELECT COUNT(*) FROM claim WHERE unit_id = $1 AND ended_ms IS NULL AND "
                       "state = $2",
                       "it", unit, target) >= 0);
    assert_int_equal(found, state_info(to)->exclusive);
    assert_int_equal(
        fixture_of(f, "SELECT COUNT(*) FROM claim WHERE unit_id = $1 AND ended_ms IS NULL", unit),
        state_info(to)->exclusive);
}

static void test_walk(void **state)
{
    struct fixture *f = *state;
    int64_t u = f->units[0], w = f->units[1];

    step(f, TRANSITION_HOLD, u, 'X', 1); /* a loss: at once */
    assert_int_equal(shown_of(f, u), 'X');
    step(f, TRANSITION_UNHOLD, u, 'A', 0); /* a gain: waits */
    assert_int_equal(shown_of(f, u), 'X');
    step(f, TRANSITION_RESERVE, u, 'R', 0); /* reads the same in public as what is shown */
    step(f, TRANSITION_UNHOLD, u, 'A', 0);
    step(f, TRANSITION_RETAIN, u, 'N', 1);
    step(f, TRANSITION_UNRETAIN, u, 'U', 0);
    step(f, TRANSITION_RELEASE, u, 'A', 0);
    assert_int_equal(shown_of(f, u), 'N');
    step(f, TRANSITION_RESERVE, w, 'R', 1);
    /* A pick lock goes and comes back by itself, as long as nothing else came between. */
    w = f->units[2];
    step(f, TRANSITION_LOCK, w, 'K', 1);
    step(f, TRANSITION_UNLOCK, w, 'A', 1);
    assert_int_equal(shown_of(f, w), 'A');
    step(f, TRANSITION_LOCK, w, 'K', 1);
    step(f, TRANSITION_UNLOCK, w, 'A', 1);
    step(f, TRANSITION_HOLD, w, 'X', 1);
    step(f, TRANSITION_UNHOLD, w, 'A', 0);
    step(f, TRANSITION_LOCK, w, 'K', 0); /* shown as held: a lock reads like more, and waits */
    step(f, TRANSITION_UNLOCK, w, 'A', 0);
    assert_int_equal(shown_of(f, w), 'X');
}

static int shown_read(void *arg, const struct unit_row *row)
{
    *(char *)arg = row->shown;
    return 0;
}

static char shown_of(struct fixture *f, int64_t unit_id)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    char shown = '?';

    assert_int_equal(FIXTURE_DO(f, tx, unit_scan(tx, &filter, shown_read, &shown)), 0);
    return shown;
}

/* Whoever acts, the public hears of the loss: also when the unit is out of his scope. */
static void test_a_loss_is_told_whoever_acts(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_run(f->db, "UPDATE unit SET sale_state = 'U', released = 0 WHERE id = $1",
                            "i", f->units[0]),
                     1);
    f->as = &f->outsider;
    assert_int_equal(FIXTURE_DO(f, tx, unit_publish_loss(tx, f->units[0], "test")), 0);
    assert_int_equal(patches(f), 1);
    assert_true(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
}

/* ---- batches ---- */

static int act(struct fixture *f, enum transition_id t, struct unit_ref *units, size_t n)
{
    struct unit_action action = {.transition = t,
                                 .reason = "r",
                                 .document = "d",
                                 .holder = "h",
                                 .retained = "other",
                                 .until_ms = f->now_ms + FIXTURE_DAY,
                                 .units = units,
                                 .n = n};

    return FIXTURE_DO(f, tx, unit_act(tx, f->project, &action));
}

static void test_batch_is_all_or_none(void **state)
{
    struct fixture *f = *state;
    struct unit_ref refs[FIXTURE_UNITS];
    int64_t audit, patch;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[3]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RETAIN, f->units[5]), 0);
    audit = audits(f);
    patch = patches(f);
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        refs[i] = (struct unit_ref){f->units[i], fixture_version(f, f->units[i])};
    refs[7].version--; /* somebody changed it since */
    assert_refused(f, act(f, TRANSITION_HOLD, refs, FIXTURE_UNITS), UNITS_REFUSED);
    assert_string_equal(f->fault.args[0].value, "3");
    assert_int_equal(f->fault.n_items, 3);
    assert_int_equal(f->fault.items[0].code, FAULT_TRANSITION);
    assert_string_equal(f->fault.items[0].args[0].value, "1-1-202");
    assert_int_equal(f->fault.items[1].code, FAULT_TRANSITION);
    assert_string_equal(f->fault.items[1].args[0].value, "1-1-302");
    assert_int_equal(f->fault.items[2].code, FAULT_UNIT_CHANGED);
    assert_string_equal(f->fault.items[2].args[0].value, "1-1-402");
    assert_int_equal(audits(f), audit);
    assert_int_equal(patches(f), patch);
    for (size_t i = 0; i < FIXTURE_UNITS; i++) {
        assert_int_equal(fixture_state(f, f->units[i]), i == 3 ? 'X' : i == 5 ? 'N' : 'A');
        refs[i].version = fixture_version(f, f->units[i]);
    }
    refs[3] = refs[0];
    refs[5] = refs[1];
    assert_refused(f, act(f, TRANSITION_HOLD, refs, FIXTURE_UNITS),
                   UNITS_REFUSED); /* twice named */
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        refs[i].version = fixture_version(f, refs[i].id);
    refs[3].id = f->units[4], refs[3].version = 0;
    assert_int_equal(act(f, TRANSITION_HOLD, refs, 3), 0);
    for (size_t i = 0; i < 3; i++) { /* moved on */
        assert_int_equal(refs[i].version, fixture_version(f, f->units[i]));
        assert_int_equal(fixture_state(f, f->units[i]), 'X');
    }
}

static void test_every_refusing_guard_is_named(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};

    /* Not reviewed, not priced, no permit, attached: four reasons at once. */
    assert_true(db_run(f->db, "UPDATE unit SET total_fen = NULL, attached_only = 1 WHERE id = $1",
                       "i", ref.id) == 1);
    assert_true(db_run(f->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", ref.id) == 1);
    assert_true(db_run(f->db, "UPDATE unit_area SET reviewed_ms = NULL, reviewed_by = NULL", "") >
                0);
    assert_refused(f, act(f, TRANSITION_RELEASE, &ref, 1), UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 4);
    assert_int_equal(f->fault.items[0].code, FAULT_G1_PERMIT);
    assert_int_equal(f->fault.items[1].code, FAULT_G2_AREA);
    assert_int_equal(f->fault.items[2].code, FAULT_G3_PRICE);
    assert_int_equal(f->fault.items[3].code, FAULT_G5_ATTACHED);
    assert_string_equal(f->fault.args[0].value, "1"); /* one unit */
    /* Above the filed price. */
    assert_true(db_run(f->db, "UPDATE unit SET filed_total_fen = total_fen - 1", "") > 0);
    ref.id = f->units[1];
    assert_refused(f, act(f, TRANSITION_RELEASE, &ref, 1), UNITS_REFUSED);
    assert_int_equal(f->fault.items[1].code, FAULT_G3_PRICE);
}

static void test_words_and_limits(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};
    struct unit_action a = {.transition = TRANSITION_HOLD,
                            .reason = "r",
                            .until_ms = f->now_ms + 7 * FIXTURE_DAY,
                            .units = &ref,
                            .n = 1};

    a.reason = "";
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), REASON_NEEDED);
    a.reason = NULL;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), REASON_NEEDED);
    a.reason = "r";
    a.until_ms = f->now_ms;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), UNTIL_NEEDED);
    a.until_ms = 0;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), UNTIL_NEEDED);
    a.until_ms = f->now_ms + 7 * FIXTURE_DAY + 1; /* hold_days_max is 7 */
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), UNTIL_NEEDED);
    assert_string_equal(f->fault.args[0].value, "7");
    a.until_ms = INT64_MAX;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), UNTIL_NEEDED);
    assert_int_equal(db_run(f->db, "UPDATE project SET hold_days_max = 2", ""), 1);
    a.until_ms = f->now_ms + 2 * FIXTURE_DAY + 1;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), UNTIL_NEEDED);
    a.until_ms--;
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    a.transition = TRANSITION_RETAIN;
    a.retained = "facility";
    ref = (struct unit_ref){f->units[1], 0};
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), DOCUMENT_NEEDED);
    a.document = "doc";
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    a.transition = TRANSITION_UNRETAIN;
    a.document = "";
    ref.version = 0;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), DOCUMENT_NEEDED);
    a.document = "doc";
    /* A reservation is somebody's. */
    a.transition = TRANSITION_RESERVE;
    ref = (struct unit_ref){f->units[2], 0};
    assert_true(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)) < 0);
    assert_int_equal(fixture_state(f, f->units[2]), 'A');
    /* Out of scope: not there. */
    f->as = &f->outsider;
    a.transition = TRANSITION_HOLD;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), NOT_FOUND);
    a.until_ms = 0; /* nor is what the project allows told */
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), NOT_FOUND);
    a.until_ms = f->now_ms + 1;
    f->as = &f->actor;
    ref.id = 999999;
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), NOT_FOUND);
}

/* T10: a pick lock lasts from 1 to 30 minutes, whatever the project says of holds. */
static void test_term_of_a_lock(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};
    struct unit_action a = {.transition = TRANSITION_LOCK, .units = &ref, .n = 1};
    const int64_t wrong[] = {0, f->now_ms, f->now_ms + FIXTURE_MINUTE - 1,
                             f->now_ms + 30 * FIXTURE_MINUTE + 1, INT64_MAX};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        a.until_ms = wrong[i];
        assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), LOCK_TERM);
        assert_string_equal(f->fault.args[1].value, "30");
    }
    a.until_ms = f->now_ms + FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    ref = (struct unit_ref){f->units[1], 0};
    a.until_ms = f->now_ms + 30 * FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
}

static void test_another_projects_unit_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};
    int64_t other = 0;
    struct unit_action a = {.transition = TRANSITION_HOLD,
                            .reason = "r",
                            .until_ms = f->now_ms + 1000,
                            .units = &ref,
                            .n = 1};

    assert_int_equal(db_get(f->db, &other,
                            "INSERT INTO project (name, created_ms) VALUES ('other', 1) "
                            "RETURNING id",
                            ""),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, unit_act(tx, other, &a)), NOT_FOUND);
    assert_int_equal(fixture_state(f, ref.id), 'A');
}

/* The rest of the table is not for a batch, whatever a caller puts in. */
static void test_only_steps_by_hand(void **state)
{
    static const enum transition_id by_hand[] = {
        TRANSITION_RELEASE,  TRANSITION_WITHDRAW, TRANSITION_RETAIN,
        TRANSITION_UNRETAIN, TRANSITION_RESERVE,  TRANSITION_HOLD,
        TRANSITION_UNHOLD,   TRANSITION_LOCK,     TRANSITION_UNLOCK};
    struct fixture *f = *state;

    for (int t = 0; t < TRANSITION_COUNT; t++) {
        bool hand = false;
        int r = fixture_act(f, (enum transition_id)t, f->units[0]);

        for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
            hand |= by_hand[i] == (enum transition_id)t;
        if (!hand)
            assert_int_equal(r, -EINVAL);
        else
            assert_true(r == 0 || r == -EREFUSED);
    }
}

static void test_withdraw(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_WITHDRAW, f->units[0]), 0); /* never published */
    fixture_release(f);
    fixture_publish(f);
    assert_refused(f, fixture_act(f, TRANSITION_WITHDRAW, f->units[1]), UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_G19_PUBLISHED);
}

/* The guards at their bounds: a permit to the millisecond, a price to the fen. */
static void test_guards_at_the_bounds(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_run(f->db, "UPDATE unit SET filed_total_fen = total_fen", ""),
                     FIXTURE_UNITS);
    assert_int_equal(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms), 1);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, f->units[0]), UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(f->fault.items[0].code, FAULT_G1_PERMIT);
    assert_int_equal(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms + 1), 1);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[1]), 0);
    fixture_publish(f);
    assert_refused(f, fixture_act(f, TRANSITION_WITHDRAW, f->units[0]), UNITS_REFUSED);
    f->now_ms++; /* over: what was published may go, before the timer comes to it */
    assert_int_equal(fixture_act(f, TRANSITION_WITHDRAW, f->units[0]), 0);
}

/* ---- timers ---- */

static void test_timers(void **state)
{
    struct fixture *f = *state;
    struct unit_ref ref = {f->units[0], 0};
    const int64_t start = f->now_ms;
    int64_t next = -1;

    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, 0);
    struct unit_action a = {.transition = TRANSITION_HOLD,
                            .reason = "r",
                            .holder = "h",
                            .until_ms = start + FIXTURE_MINUTE,
                            .units = &ref,
                            .n = 1};
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    ref = (struct unit_ref){f->units[1], 0};
    a.transition = TRANSITION_RESERVE;
    a.until_ms = start + 3 * FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    ref = (struct unit_ref){f->units[2], 0};
    a.transition = TRANSITION_LOCK;
    a.until_ms = start + 2 * FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &a)), 0);
    /* A sold unit's claim has no end and no timer touches it, even with one (I7). */
    assert_int_equal(db_run(f->db,
                            "INSERT INTO claim (unit_id, state, kind, since_ms, until_ms) "
                            "VALUES ($1, 'C', 'opening', 1, 1)",
                            "i", f->units[3]),
                     1);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET sale_state = 'C' WHERE id = $1", "i", f->units[3]), 1);
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, start + FIXTURE_MINUTE);
    f->now_ms = start + FIXTURE_MINUTE - 1;
    assert_int_equal(expire(f, &next), 0);
    /* A clock that steps back frees nothing, and forward only what is due then. */
    f->now_ms = start - 5 * FIXTURE_DAY;
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, start + FIXTURE_MINUTE);
    f->now_ms = start + FIXTURE_MINUTE;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, start + 2 * FIXTURE_MINUTE);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    assert_int_equal(expire(f, &next), 0); /* once */
    f->now_ms = start + FIXTURE_DAY;
    assert_int_equal(expire(f, &next), 2);
    assert_int_equal(next, 0);
    assert_int_equal(fixture_state(f, f->units[1]), 'A');
    assert_int_equal(fixture_state(f, f->units[2]), 'A');
    assert_int_equal(fixture_state(f, f->units[3]), 'C');
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_history WHERE event IN "
                                      "('hold-expire', 'lock-expire')"),
                     3);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM unit_history WHERE event = 'lock-expire'"), 1);
}

/* A claim that is due on a unit that does not read like it is damage: an error, not a loop. */
static void test_a_claim_that_cannot_expire(void **state)
{
    struct fixture *f = *state;
    int64_t next = -1;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET sale_state = 'B' WHERE id = $1", "i", f->units[0]), 1);
    f->now_ms += 2 * FIXTURE_DAY;
    assert_refused(f, expire(f, &next), TRANSITION);
    assert_int_equal(next, -1);
}

/* ---- permits ---- */

static void test_permit_lost_while_held(void **state)
{
    struct fixture *f = *state;
    int64_t next;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[1]), 0);
    assert_int_equal(FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "gone")), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'X');
    assert_int_equal(fixture_state(f, f->units[1]), 'U');
    assert_int_equal(fixture_state(f, f->units[2]), 'U');
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        assert_int_equal(shown_of(f, f->units[i]), 'U');
    f->now_ms += 2 * FIXTURE_DAY;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(fixture_state(f, f->units[0]), 'U'); /* not on sale by a timer */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE released = 1"), 0);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'unit.permit-lost'"), 12);
}

int main(void)
{
#define CASE(name)      cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
#define PUBLISHED(name) cmocka_unit_test_setup_teardown(name, setup_published, fixture_teardown)
    const struct CMUnitTest tests[] = {
        PUBLISHED(test_walk),
        PUBLISHED(test_a_loss_is_told_whoever_acts),
        PUBLISHED(test_batch_is_all_or_none),
        CASE(test_every_refusing_guard_is_named),
        PUBLISHED(test_words_and_limits),
        PUBLISHED(test_term_of_a_lock),
        PUBLISHED(test_another_projects_unit_is_not_found),
        PUBLISHED(test_only_steps_by_hand),
        CASE(test_withdraw),
        CASE(test_guards_at_the_bounds),
        PUBLISHED(test_timers),
        PUBLISHED(test_a_claim_that_cannot_expire),
        PUBLISHED(test_permit_lost_while_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
