/* test_attachment.c - what belongs to a home (PM-16, SF-23): bound and let go of, sold with it and
 * given back with it, in its contract's total or apart. Random deals of homes with parking are in
 * test_deal_model.c. */
#include "change_fixture.h"

static int bind(struct fixture *f, int64_t unit, int64_t home, bool merged)
{
    const struct attachment_change change = {unit, fixture_version(f, unit), home, merged};

    return FIXTURE_DO(f, tx, attachment_set(tx, &change));
}

static int try_open(struct fixture *f, const struct deal_open *open)
{
    int64_t id;

    return FIXTURE_DO(f, tx, deal_open(tx, open, &id));
}

static int sold_alone(struct fixture *f, int64_t unit, int alone)
{
    const struct unit_change change = {.id = unit,
                                       .version = fixture_version(f, unit),
                                       .layout_id = -1,
                                       .floor_height_mm = -1,
                                       .attached_only = !alone,
                                       .model_room = -1,
                                       .span = -1};

    return FIXTURE_DO(f, tx, unit_update(tx, &change));
}

static int64_t total_of(struct fixture *f, int64_t deal)
{
    return fixture_of(f,
                      "SELECT t.total_fen FROM deal d JOIN terms t ON t.id = d.terms_id "
                      "WHERE d.id = $1",
                      deal);
}

/* ---- the binding ---- */

static void test_bound(void **state)
{
    struct fixture *f = *state;
    const int64_t home = f->units[0], other = f->units[1];
    const int64_t parking = parking_bound(f, home, true);
    struct attachment_change stale = {parking, 1, other, true};

    assert_refused(f, FIXTURE_DO(f, tx, attachment_set(tx, &stale)), UNIT_CHANGED);
    assert_refused(f, bind(f, parking, parking, true), ATTACHMENT_CLASS);
    assert_refused(f, bind(f, home, other, true), ATTACHMENT_CLASS);
    assert_refused(f, bind(f, parking, 9999, true), NOT_FOUND);
    assert_int_equal(bind(f, parking, other, false), 0); /* one home at a time */
    assert_int_equal(
        fixture_of(f, "SELECT home_id FROM unit_attachment WHERE unit_id = $1", parking), other);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'unit.attach'"),
                     2);
    assert_int_equal(bind(f, parking, 0, false), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_attachment"), 0);
    f->as = &f->outsider;
    assert_refused(f, bind(f, parking, home, true), NOT_FOUND);
}

static void test_as_many_as_there_may_be(void **state)
{
    struct fixture *f = *state;
    int64_t last = 0;

    for (int i = 0; i < ATTACHMENTS_MAX; i++)
        last = parking_bound(f, f->units[0], true);
    assert_int_equal(bind(f, last, f->units[1], true), 0);
    parking_bound(f, f->units[0], true);
    assert_refused(f, bind(f, last, f->units[0], true), LIMIT_REACHED);
}

/* Neither while the home is sold nor while the item is held; its record says the same until
 * then. */
static void test_held_stays(void **state)
{
    struct fixture *f = *state;
    const int64_t home = f->units[0], parking = parking_bound(f, home, true);
    int64_t deal;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, parking), 0);
    assert_refused(f, bind(f, parking, f->units[1], true), ATTACHMENT_HELD);
    assert_refused(f, sold_alone(f, parking, true), ATTACHMENT_HELD);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, parking), 0);
    deal = deal_new(f, 'S', home, 0);
    assert_refused(f, bind(f, parking, 0, true), ATTACHMENT_HELD);
    assert_refused(f, sold_alone(f, parking, true), ATTACHMENT_HELD);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(sold_alone(f, parking, true), 0);
}

/* ---- sold ---- */

static void test_not_alone(void **state)
{
    struct fixture *f = *state;
    const int64_t parking = parking_bound(f, f->units[0], true);
    struct deal_open open = deal_asked(f, 'B', parking, 0);

    assert_true(try_open(f, &open) < 0);
    assert_int_equal(fixture_state(f, parking), 'U');
    assert_true(fixture_act(f, TRANSITION_RELEASE, parking) < 0);
    /* One that is sold alone goes its own way, and does not go with the home. */
    assert_int_equal(sold_alone(f, parking, true), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, parking), 0);
    deal_new(f, 'S', f->units[0], 1);
    assert_int_equal(fixture_state(f, parking), 'A');
    deal_verify(f);
}

static void test_goes_along(void **state)
{
    struct fixture *f = *state;
    const int64_t merged = parking_bound(f, f->units[0], true);
    const int64_t apart = parking_bound(f, f->units[0], false);
    int64_t deal = deal_new(f, 'B', f->units[0], 0), terms;

    assert_int_equal(fixture_state(f, merged), 'B');
    assert_int_equal(fixture_state(f, apart), 'B');
    terms = terms_make(f, f->units[0], deal_buyers[0], true, 0);
    assert_int_equal(deal_goes(f, deal, 'S', terms, 0, NULL), 0);
    assert_int_equal(total_of(f, deal), FIXTURE_TOTAL + PARKING);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    assert_int_equal(fixture_state(f, merged), 'F');
    assert_int_equal(fixture_state(f, apart), 'F');
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit_history WHERE unit_id = $1", merged),
                     5); /* each step has its row */
    deal_verify(f);
}

/* Held by somebody, or without a permit: the home is not sold without it, and nothing is done. */
static void test_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    const int64_t parking = parking_bound(f, f->units[0], true);
    const struct deal_open open = deal_asked(f, 'S', f->units[0], 0);
    uint64_t before;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, parking), 0);
    before = change_dump(f);
    assert_refused(f, try_open(f, &open), TRANSITION);
    assert_true(before == change_dump(f));
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, parking), 0);
    assert_true(db_run(f->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", parking) == 1);
    assert_refused(f, try_open(f, &open), G1_PERMIT);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
}

/* What goes along is what the terms say. */
static void test_terms_of_before(void **state)
{
    struct fixture *f = *state;
    const struct deal_open before = deal_asked(f, 'S', f->units[0], 0);
    const int64_t parking = parking_bound(f, f->units[0], true);
    struct deal_open open = before;

    open.unit_version = fixture_version(f, f->units[0]);
    assert_refused(f, try_open(f, &open), ATTACHMENT_CHANGED);
    open = deal_asked(f, 'S', f->units[0], 0);
    assert_true(db_run(f->db, "UPDATE unit SET total_fen = total_fen + 1 WHERE id = $1", "i",
                       parking) == 1);
    assert_refused(f, try_open(f, &open), ATTACHMENT_CHANGED);
    open = deal_asked(f, 'S', f->units[0], 0);
    assert_int_equal(bind(f, parking, 0, true), 0);
    open.unit_version = fixture_version(f, f->units[0]);
    assert_refused(f, try_open(f, &open), ATTACHMENT_CHANGED);
    deal_verify(f);
}

/* ---- given back ---- */

static void test_taken_back(void **state)
{
    struct fixture *f = *state;
    const int64_t parking = parking_bound(f, f->units[0], true);
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(fixture_state(f, parking), 'C');
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(fixture_state(f, parking), 'S');
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_MONEY);
    deal_verify(f);
}

static void test_cancelled(void **state)
{
    struct fixture *f = *state;
    const int64_t parking = parking_bound(f, f->units[0], false);
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    const struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);

    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(fixture_state(f, parking), 'U'); /* as it was: never sold alone */
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", parking), 0);
    deal_verify(f);
}

/* The one home's parking is given back, the other's taken; the total is the new one's. */
static void test_exchanged(void **state)
{
    struct fixture *f = *state;
    const int64_t from = parking_bound(f, f->units[0], true);
    const int64_t to = parking_bound(f, f->units[1], false);
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    const struct deal_change_ask ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    const int64_t change = change_asked(f, &ask);

    change_approve(f, change);
    assert_int_equal(fixture_state(f, from), 'U');
    assert_int_equal(fixture_state(f, to), 'S');
    assert_int_equal(
        total_of(f, fixture_of(f, "SELECT new_deal_id FROM deal_change WHERE id = $1", change)),
        FIXTURE_TOTAL);
    deal_verify(f);
}

/* Every kind of change that leaves the home where it is leaves its parking there. */
static void test_stays_through_changes(void **state)
{
    static const enum deal_change_kind kinds[] = {DEAL_CHANGE_RENAME, DEAL_CHANGE_PLAN,
                                                  DEAL_CHANGE_DISCOUNT};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const int64_t parking = parking_bound(f, f->units[i], true);
        const int64_t deal = change_deal(f, 'S', f->units[i], i);
        const struct deal_change_ask ask = change_of(f, kinds[i], deal, 0);

        change_approve(f, change_asked(f, &ask));
        assert_int_equal(fixture_state(f, parking), 'S');
        deal_verify(f);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, change_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_bound),
        CASE(test_as_many_as_there_may_be),
        CASE(test_held_stays),
        CASE(test_not_alone),
        CASE(test_goes_along),
        CASE(test_all_or_nothing),
        CASE(test_terms_of_before),
        CASE(test_taken_back),
        CASE(test_cancelled),
        CASE(test_exchanged),
        CASE(test_stays_through_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
