/* test_deal_race.c - many at once for one unit, through the writer: one gets it, the others hear
 * what it is now, and the chart is right after each round (SF-28; FC 25.6 I1, I2; RS P1). */
#include <pthread.h>
#include <stdatomic.h>

#include "deal_fixture.h"

#include "db/unit_lock.h"
#include "db/writer.h"

enum { CLIENTS = 64, ROUNDS = 150, ROUNDS_NIGHTLY = 10000 };

static _Atomic int64_t clock_ms;

static int64_t clock_now(void)
{
    return atomic_load(&clock_ms);
}

/* ---- the desk ---- */

enum way { WAY_LOCK, WAY_BOOK, WAY_SUBSCRIBE, WAY_SIGN, WAY_COUNT };
static const char way_state[] = "KBSC";

struct client {
    struct desk *desk;
    size_t i;
    enum way way;
    struct actor actor;
    struct deal_open open;
    int64_t deal;
    int result;
    enum fault_code code;
};

struct desk {
    struct fixture *f;
    struct writer *writer;
    struct db *reader;
    int64_t unit;
    pthread_barrier_t begin, end;
    bool over;
    struct client clients[CLIENTS];
    int won[WAY_COUNT];
};

static int attempt(struct tx *tx, void *arg)
{
    struct client *c = arg;
    const struct unit_lock lock = {.unit_id = c->desk->unit};
    int64_t until;

    return c->way == WAY_LOCK ? unit_lock(tx, &lock, &until) : deal_open(tx, &c->open, &c->deal);
}

static void *client_run(void *arg)
{
    struct client *c = arg;

    for (;;) {
        struct fault fault = {0};

        pthread_barrier_wait(&c->desk->begin);
        if (c->desk->over)
            return NULL;
        c->result = writer_call(c->desk->writer, &c->actor, attempt, c, &fault);
        c->code = fault.code;
        fault_clear(&fault);
        pthread_barrier_wait(&c->desk->end);
    }
}

static int call(struct desk *d, const struct actor *actor, int (*apply)(struct tx *tx, void *arg),
                void *arg)
{
    struct fault fault = {0};
    int r = writer_call(d->writer, actor, apply, arg, &fault);

    if (r < 0)
        print_error("%d %s\n", r, fault.set ? fault_code_text(fault.code) : "");
    fault_clear(&fault);
    return r;
}

static int terms_again(struct tx *tx, void *arg)
{
    struct client *c = arg;

    return terms_insert(tx->db, tx->now_ms, c->desk->unit, c->open.buyers[0].customer_id, true, 0,
                        &c->open.terms_id);
}

static void client_make(struct desk *d, size_t i)
{
    struct client *c = &d->clients[i];
    const size_t buyer = i % BUYERS;

    c->desk = d;
    c->i = i;
    c->actor = d->f->actor;
    c->actor.id = (int64_t)i + 1; /* 64 people: a lock is its own holder's way on */
    c->open = (struct deal_open){.unit_id = d->unit,
                                 .buyers = {{deal_buyers[buyer], 10000}},
                                 .n_buyers = 1,
                                 .document = "HT",
                                 .shown = DEAL_SHOWN,
                                 .document_again = deal_documents[buyer]};
    assert_int_equal(call(d, &actor_system, terms_again, c), 0);
}

/* ---- a round ---- */

static char state_now(struct desk *d)
{
    struct stmt *s;
    char state;

    assert_int_equal(
        db_query(d->reader, &s, "SELECT sale_state FROM unit WHERE id = $1", "i", d->unit), 0);
    assert_int_equal(stmt_step(s), 1);
    state = stmt_text(s, 0)[0];
    stmt_reset(s);
    return state;
}

static int unlock(struct tx *tx, void *arg)
{
    struct desk *d = arg;

    return unit_lock_release(tx, d->unit);
}

static int clock_expire(struct tx *tx, void *arg)
{
    int64_t next;

    (void)arg;
    return unit_expire_due(tx, &next);
}

static int take_back(struct tx *tx, void *arg)
{
    struct client *c = arg;
    int64_t version = 0;
    int r = db_get(tx->db, &version, "SELECT version FROM deal WHERE id = $1", "i", c->deal);

    return r < 0 ? r : deal_void(tx, c->deal, version, "round");
}

/* All at once; the one who got it, or NULL. */
static struct client *round_run(struct desk *d)
{
    struct client *winner = NULL;

    pthread_barrier_wait(&d->begin);
    pthread_barrier_wait(&d->end);
    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *c = &d->clients[i];

        if (c->result == 0) {
            assert_null(winner); /* I1 */
            winner = c;
            continue;
        }
        assert_int_equal(c->result, -EREFUSED);
        if (c->code != FAULT_TRANSITION && c->code != FAULT_G6_TAKEN)
            fail_msg("refused with %s", fault_code_text(c->code));
    }
    return winner;
}

static void round_check(struct desk *d, const struct client *winner)
{
    int64_t live = 0, n = 0;

    assert_int_equal(state_now(d), way_state[winner->way]);
    assert_true(db_get(d->reader, &live,
                       "SELECT COUNT(*) FROM claim WHERE unit_id = $1 AND ended_ms IS NULL", "i",
                       d->unit) >= 0);
    assert_int_equal(live, 1);
    assert_true(db_get(d->reader, &live,
                       "SELECT COUNT(*) FROM deal WHERE unit_id = $1 AND closed_ms IS NULL", "i",
                       d->unit) >= 0);
    assert_int_equal(live, winner->way != WAY_LOCK);
    assert_int_equal(verify_queries(d->reader, deal_violated, NULL, &n), 0);
    assert_int_equal(n, 0);
}

/* The unit free again, by the hand of who has it or by the clock. */
static void round_end(struct desk *d, struct client *winner, int i)
{
    if (winner->way != WAY_LOCK) {
        assert_int_equal(call(d, &winner->actor, take_back, winner), 0);
        assert_int_equal(call(d, &actor_system, terms_again, winner), 0);
    } else if (i % 2) {
        assert_int_equal(call(d, &winner->actor, unlock, d), 0);
    } else {
        atomic_fetch_add(&clock_ms, 11 * FIXTURE_MINUTE);
        assert_int_equal(call(d, &actor_system, clock_expire, NULL), 0);
    }
    atomic_fetch_add(&clock_ms, 1);
    assert_int_equal(state_now(d), 'A');
}

/* Terms last three days, and a step is taken back on its day. */
static void day_begin(struct desk *d)
{
    atomic_fetch_add(&clock_ms, FIXTURE_DAY);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(call(d, &actor_system, terms_again, &d->clients[i]), 0);
}

static void test_one_winner(void **state)
{
    struct desk *d = *state;
    const int rounds = fixture_rounds(ROUNDS, ROUNDS_NIGHTLY);
    uint64_t random = 42;

    for (int i = 0; i < rounds; i++) {
        struct client *winner;

        if (i % 100 == 99)
            day_begin(d);
        for (size_t k = 0; k < CLIENTS; k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            d->clients[k].way = (enum way)((random >> 33) % WAY_COUNT);
            d->clients[k].open.stage = way_state[d->clients[k].way];
        }
        winner = round_run(d);
        assert_non_null(winner);
        d->won[winner->way]++;
        round_check(d, winner);
        round_end(d, winner, i);
    }
    for (size_t i = 0; i < WAY_COUNT; i++)
        assert_true(d->won[i] > 0);
}

/* The clock frees a lock while its holder and 63 others reach for the unit: whoever comes first,
 * one has it or nobody, and the holder never together with the clock. */
static void test_against_the_clock(void **state)
{
    struct desk *d = *state;
    int others = 0;

    /* Until the clock was the first at least once: a machine may favour the holder for long. */
    for (int i = 0; i < ROUNDS / 2 || (others == 0 && i < 20 * ROUNDS); i++) {
        struct client *winner;

        for (size_t k = 0; k < CLIENTS; k++) {
            d->clients[k].way = k % 2 ? WAY_SUBSCRIBE : WAY_BOOK;
            d->clients[k].open.stage = way_state[d->clients[k].way];
        }
        d->clients[0].way = WAY_LOCK;
        assert_int_equal(call(d, &d->clients[0].actor, attempt, &d->clients[0]), 0);
        d->clients[0].way = WAY_BOOK;
        atomic_fetch_add(&clock_ms, 11 * FIXTURE_MINUTE);
        pthread_barrier_wait(&d->begin);
        assert_int_equal(call(d, &actor_system, clock_expire, NULL), 0);
        pthread_barrier_wait(&d->end);
        winner = NULL;
        for (size_t k = 0; k < CLIENTS; k++)
            if (d->clients[k].result == 0) {
                assert_null(winner);
                winner = &d->clients[k];
            }
        if (!winner) {
            assert_int_equal(state_now(d), 'A');
            continue;
        }
        others += winner->actor.id != d->clients[0].actor.id;
        round_check(d, winner);
        assert_int_equal(call(d, &winner->actor, take_back, winner), 0);
        assert_int_equal(call(d, &actor_system, terms_again, winner), 0);
        if (state_now(d) == 'K') /* it had been the holder's: the lock is back, and over */
            assert_int_equal(call(d, &actor_system, clock_expire, NULL), 0);
        if (i % 60 == 59)
            day_begin(d);
    }
    assert_true(others > 0);
}

/* ---- around it ---- */

static pthread_t threads[CLIENTS];

static int race_setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct writer_options options = {.now_ms = clock_now};
    void *fixture = NULL;

    assert_non_null(d);
    assert_int_equal(deal_setup(&fixture), 0);
    d->f = fixture;
    d->unit = d->f->units[0];
    for (int64_t id = 4; id <= CLIENTS; id++)
        assert_int_equal(db_run(d->f->db,
                                "INSERT INTO user_account (id, login, name, password_hash, "
                                "created_ms) VALUES ($1, 'user' || $1, 'u', 'h', 1)",
                                "i", id),
                         1);
    d->f->db = db_close(d->f->db); /* one process, one writer */
    atomic_store(&clock_ms, d->f->now_ms);
    options.path = d->f->path;
    options.seal = &d->f->seal;
    assert_int_equal(writer_start(&options, &d->writer), 0);
    assert_int_equal(db_open(d->f->path, DB_READER, &d->reader), 0);
    assert_int_equal(pthread_barrier_init(&d->begin, NULL, CLIENTS + 1), 0);
    assert_int_equal(pthread_barrier_init(&d->end, NULL, CLIENTS + 1), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        client_make(d, i);
        assert_int_equal(pthread_create(&threads[i], NULL, client_run, &d->clients[i]), 0);
    }
    *state = d;
    return 0;
}

static int race_teardown(void **state)
{
    struct desk *d = *state;
    void *fixture = d->f;

    d->over = true;
    pthread_barrier_wait(&d->begin);
    for (size_t i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    d->writer = writer_stop(d->writer);
    d->reader = db_close(d->reader);
    pthread_barrier_destroy(&d->begin);
    pthread_barrier_destroy(&d->end);
    free(d);
    return fixture_teardown(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_winner, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(test_against_the_clock, race_setup, race_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
