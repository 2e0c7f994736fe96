/* test_terms_race.c - many at once for the last sales of a quota: exactly as many win (PR-07). */
#include <pthread.h>

#include "terms_fixture.h"

#include "db/clock.h"
#include "db/writer.h"

enum { ROUNDS = 20, RACERS = 12, QUOTA = 3 };

struct racer {
    struct writer *writer;
    const struct actor *actor;
    pthread_barrier_t *start;
    int64_t terms, unit, customer, deal;
    int result;
    enum fault_code code;
};

static int take(struct tx *tx, void *arg)
{
    const struct racer *r = arg;

    return terms_use(tx, r->terms, r->unit, r->customer, r->deal);
}

static void *race(void *arg)
{
    struct racer *r = arg;
    struct fault fault = {0};

    pthread_barrier_wait(r->start);
    r->result = writer_call(r->writer, r->actor, take, r, &fault);
    r->code = fault.code;
    fault_clear(&fault);
    return NULL;
}

/* Terms with the discount for each unit, each with a deal that would take them. */
static void prepare(struct fixture *f, const struct terms_world *w, int64_t discount,
                    struct racer racers[RACERS])
{
    struct terms_ask ask = terms_ask_of(f, w);

    ask.picks[0].discount_id = discount;
    ask.n_picks = 1;
    for (size_t i = 0; i < RACERS; i++) {
        ask.unit_id = f->units[i];
        assert_int_equal(FIXTURE_DO(f, tx, terms_create(tx, &ask, &racers[i].terms)), 0);
        racers[i].unit = f->units[i];
        racers[i].customer = w->customer;
        racers[i].deal = terms_deal(f, racers[i].terms);
    }
}

static void run(struct fixture *f, struct racer racers[RACERS])
{
    const struct writer_options options = {.path = f->path};
    pthread_t threads[RACERS];
    pthread_barrier_t start;
    struct writer *writer;

    f->db = db_close(f->db);
    assert_int_equal(writer_start(&options, &writer), 0);
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].writer = writer;
        racers[i].actor = &f->actor;
        racers[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&start);
    writer_stop(writer);
    assert_int_equal(db_open(f->path, DB_WRITER, &f->db), 0);
}

static void test_last_of_a_quota(void **state)
{
    struct fixture *f = *state;
    struct terms_world w = terms_setup(f);
    const int64_t d = terms_discount(
        f,
        (struct discount_row){
            .name = "a", .kind = "promotion", .method = "percent", .value = 9800, .quota = QUOTA});

    f->now_ms = clock_wall_ms(); /* the writer's clock */
    live(f);
    for (int round = 0; round < ROUNDS; round++) {
        struct racer racers[RACERS] = {{.deal = 0}};
        int won = 0;

        prepare(f, &w, d, racers);
        run(f, racers);
        for (size_t i = 0; i < RACERS; i++) {
            won += racers[i].result == 0;
            assert_true(racers[i].result == 0 || racers[i].code == FAULT_DISCOUNT_QUOTA);
        }
        assert_int_equal(won, QUOTA);
        assert_true(db_run(f->db,
                           "UPDATE deal SET outcome = 'cancelled', closed_ms = 1 "
                           "WHERE closed_ms IS NULL",
                           "") == RACERS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_last_of_a_quota, setup_released, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
