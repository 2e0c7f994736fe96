/* test_deal_void.c - the last step taken back the same day: what stood before stands again,
 * whatever it was (FC 25.4 T28, 25.6 I8; ST-21). */
#include "deal_fixture.h"

#include "db/queue.h"
#include "db/unit_lock.h"

/* ---- everything that undo must bring back, as text ---- */

enum { PICTURE_SIZE = 1 << 16 };

static const char *const looks[] = {
    "SELECT 'unit ' || id || sale_state || released || queue_count FROM unit ORDER BY id",
    "SELECT 'claim ' || unit_id || state || kind || holder || reason || document || "
    "COALESCE(document_date, '') || ' ' || COALESCE(user_id, 0) || ' ' || COALESCE(customer_id, 0) "
    "|| ' ' || COALESCE(deal_id, 0) || ' ' || since_ms || ' ' || COALESCE(until_ms, 0) FROM claim "
    "WHERE ended_ms IS NULL ORDER BY unit_id",
    "SELECT 'deal ' || id || stage || terms_id || ' ' || COALESCE(due_ms, 0) FROM deal WHERE "
    "closed_ms IS NULL ORDER BY id",
    "SELECT 'paper ' || deal_id || kind || number || document || terms_id FROM deal_document "
    "WHERE state = 'live' ORDER BY deal_id",
    "SELECT 'due ' || deal_id || ' ' || terms_id || ' ' || ordinal || ' ' || amount_fen || ' ' || "
    "COALESCE(due_date, '') || COALESCE(waived_ms, 0) FROM receivable WHERE ended_ms IS NULL "
    "ORDER BY deal_id, ordinal",
    "SELECT 'received ' || deal_id || ' ' || SUM(amount_fen) FROM received GROUP BY deal_id",
    "SELECT 'number ' || number || ' ' || customer_id || ' ' || COALESCE(unit_id, 0) FROM "
    "queue_ticket WHERE state = 'waiting' ORDER BY number",
};

static void picture(struct fixture *f, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        struct stmt *s;
        int r;

        assert_int_equal(db_query(f->db, &s, looks[i], ""), 0);
        while ((r = stmt_step(s)) == 1)
            n += (size_t)snprintf(out + n, PICTURE_SIZE - n, "%s\n", stmt_text(s, 0));
        assert_int_equal(r, 0);
        assert_true(n < PICTURE_SIZE);
    }
}

/* ---- one by one ---- */

static void test_back_to_what_was(void **state)
{
    struct fixture *f = *state;
    char *before = malloc(PICTURE_SIZE), *after = malloc(PICTURE_SIZE);
    const struct unit_lock lock = {.unit_id = f->units[0]};
    const struct ticket_new ticket = {
        .project_id = f->project, .customer_id = deal_buyers[0], .unit_id = f->units[0]};
    struct deal_open open;
    int64_t until = 0, number = 0, deal;

    assert_int_equal(FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &number)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, unit_lock(tx, &lock, &until)), 0);
    picture(f, before);
    open = deal_asked(f, 'S', f->units[0], 0);
    open.ticket_id = number;
    deal = deal_of(f, &open);
    assert_int_equal(deal_voided(f, deal), 0);
    picture(f, after);
    assert_string_equal(before, after); /* the lock and the number, not blindly A */
    assert_int_equal(fixture_state(f, f->units[0]), 'K');
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM deal WHERE id = $1 AND outcome = 'void' AND "
                                "closed_ms IS NOT NULL",
                                deal),
                     1);
    deal_verify(f);
    /* And it leads on as it did. */
    open = deal_asked(f, 'B', f->units[0], 0);
    open.ticket_id = number;
    deal = deal_of(f, &open);
    assert_int_equal(fixture_of(f, "SELECT number FROM deal_document WHERE deal_id = $1", deal), 1);
    free(before);
    free(after);
}

static void test_numbers_are_not_given_again(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_voided(f, deal), 0);
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(fixture_of(f, "SELECT number FROM deal_document WHERE deal_id = $1", deal), 2);
    /* The number on a void paper may be on the next. */
    deal = deal_new(f, 'C', f->units[1], 1);
    assert_int_equal(deal_voided(f, deal), 0);
    deal_new(f, 'C', f->units[1], 1);
}

static void test_what_forbids_it(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0), midnight = 0;
    char day[DAY_TEXT];

    assert_refused(f, FIXTURE_DO(f, tx, deal_void(tx, deal, deal_version(f, deal), "")),
                   REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, deal_void(tx, deal, deal_version(f, deal) + 1, "r")),
                   VERSION_CHANGED);
    assert_int_equal(deal_pay(f, deal, 1), 0);
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_MONEY);
    deal = deal_new(f, 'S', f->units[1], 1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO deal_change (project_id, number, deal_id, kind, stage, "
                            "was_terms_id, reason, user_id, hash, asked_ms) SELECT $1, 1, id, "
                            "'plan', stage, terms_id, 'r', 1, zeroblob(32), 1 FROM deal WHERE id "
                            "= $2",
                            "ii", f->project, deal),
                     1);
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_CHANGED);
    deal = deal_new(f, 'S', f->units[2], 2);
    assert_true(db_run(f->db, "UPDATE publication SET decided_ms = $1", "i", f->now_ms) > 0);
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_PUBLISHED);
    assert_true(db_run(f->db, "UPDATE publication SET decided_ms = 1", "") > 0);
    day_of(f->now_ms, day);
    assert_int_equal(day_end_ms(day, &midnight), 0);
    f->now_ms = midnight;
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_DAY);
    f->now_ms = midnight - 1;
    assert_int_equal(deal_voided(f, deal), 0);
    assert_refused(f, deal_voided(f, deal), DEAL_CLOSED);
}

/* A step from before may be taken back too, while it is of the day: money before it does not
 * matter, money after it does. */
static void test_money_counts_from_the_step(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'S');
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_MONEY);
    deal_verify(f);
}

/* Terms that changed after the paper was made are the ones that come back, not the paper's. */
static void test_terms_of_the_moment_come_back(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t second = terms_make(f, f->units[0], deal_buyers[0], true, 100);

    /* As an approved change of terms does it. */
    assert_int_equal(db_run(f->db, "UPDATE terms SET state = 'used', deal_id = $1 WHERE id = $2",
                            "ii", deal, second),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_end(tx, deal, false)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_make(tx, deal, second)), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE deal SET terms_id = $2 WHERE id = $1", "ii", deal, second), 1);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(fixture_of(f, "SELECT terms_id FROM deal WHERE id = $1", deal), second);
    deal_verify(f);
}

/* ---- any path ---- */

enum { STEPS = 600, ROOMS = 4 };

struct world {
    struct fixture *f;
    uint64_t random;
    int64_t paper; /* numbers of papers */
    int steps, undone;
    char stages[128];
};

static unsigned roll(struct world *w, unsigned n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 33) % n;
}

static int64_t deal_at(struct world *w, int64_t unit)
{
    return fixture_of(w->f, "SELECT id FROM deal WHERE unit_id = $1 AND closed_ms IS NULL", unit);
}

/* What may come before a deal. */
static void world_prepare(struct world *w, int64_t unit, size_t buyer)
{
    struct fixture *f = w->f;
    const struct unit_lock lock = {.unit_id = unit};
    struct ticket_new ticket = {
        .project_id = f->project, .customer_id = deal_buyers[buyer], .unit_id = unit};
    int64_t id = 0;

    if (roll(w, 2))
        FIXTURE_DO(f, tx, unit_lock(tx, &lock, &id));
    if (roll(w, 2))
        FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id));
    if (deal_at(w, unit) && roll(w, 3) == 0)
        deal_pay(f, deal_at(w, unit), DEPOSIT);
    f->now_ms += 1 + roll(w, 60000);
}

static int world_open(struct world *w, int64_t unit, size_t buyer, const char *paper)
{
    struct deal_open open = deal_asked(w->f, "BBSSC"[roll(w, 5)], unit, buyer);
    int64_t id = 0;

    open.document = open.stage == 'C' ? paper : NULL;
    open.ticket_id = fixture_of(w->f,
                                "SELECT MAX(id) FROM queue_ticket WHERE state = 'waiting' AND "
                                "customer_id = $1 AND unit_id IS NOT NULL",
                                deal_buyers[buyer]);
    if (open.ticket_id &&
        fixture_of(w->f, "SELECT unit_id FROM queue_ticket WHERE id = $1", open.ticket_id) != unit)
        open.ticket_id = 0;
    return FIXTURE_DO(w->f, tx, deal_open(tx, &open, &id));
}

/* One step of whatever kind the deal takes; the buyer's number does not change with the unit. */
static int world_step(struct world *w, int64_t unit, size_t buyer)
{
    struct fixture *f = w->f;
    int64_t deal = deal_at(w, unit), terms, v;
    char paper[24];

    snprintf(paper, sizeof(paper), "P-%d", (int)++w->paper);
    if (!deal)
        return world_open(w, unit, buyer, paper);
    v = deal_version(f, deal);
    switch (deal_stage(f, deal)) {
    case 'B':
        terms = terms_make(f, unit, deal_buyers[buyer], true, (int64_t)roll(w, 1000));
        return deal_goes(f, deal, roll(w, 2) ? 'S' : 'C', terms, buyer, paper);
    case 'S':
        terms = roll(w, 2) ? terms_make(f, unit, deal_buyers[buyer], true, 7) : 0;
        return deal_goes(f, deal, 'C', terms, buyer, paper);
    case 'C':
        return roll(w, 4) ? deal_filed(f, deal, paper)
                          : FIXTURE_DO(f, tx, deal_deliver(tx, deal, v, paper));
    case 'F':
        return roll(w, 3) ? FIXTURE_DO(f, tx, deal_unfile(tx, deal, v, paper))
                          : FIXTURE_DO(f, tx, deal_deliver(tx, deal, v, paper));
    default:
        return FIXTURE_DO(f, tx, deal_title(tx, deal, v, paper));
    }
}

/* Takes back as many steps as it can, each to the picture there was before it. */
static void test_any_path_back(void **state)
{
    struct world w = {.f = *state, .random = 0x9E3779B97F4A7C15u};
    struct fixture *f = w.f;
    char *before = malloc(PICTURE_SIZE), *after = malloc(PICTURE_SIZE);

    for (int i = 0; i < STEPS; i++) {
        size_t room = roll(&w, ROOMS);
        int64_t unit = f->units[room + (size_t)(i / 60) % 3 * ROOMS], deal;

        world_prepare(&w, unit, room);
        picture(f, before);
        if (world_step(&w, unit, room) != 0)
            continue;
        w.steps++;
        deal = deal_at(&w, unit);
        w.stages[(unsigned char)deal_stage(f, deal)]++;
        if (roll(&w, 3) == 0)
            continue;
        assert_int_equal(deal_voided(f, deal), 0);
        picture(f, after);
        if (strcmp(before, after) != 0)
            fail_msg("step %d, seed %llx:\n%s\nbecame\n%s", i, 0x9E3779B97F4A7C15ull, before,
                     after);
        w.undone++;
        deal_verify(f);
    }
    assert_true(w.undone > 100);
    for (const char *stage = "BSCFDT"; *stage; stage++) /* it went everywhere */
        assert_true(w.stages[(unsigned char)*stage] > 0);
    free(before);
    free(after);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_back_to_what_was),
        DEAL_TEST(test_numbers_are_not_given_again),
        DEAL_TEST(test_what_forbids_it),
        DEAL_TEST(test_money_counts_from_the_step),
        DEAL_TEST(test_terms_of_the_moment_come_back),
        DEAL_TEST(test_any_path_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
