/* test_receipt_race.c - many take money at once: numbers of a book without a gap or a repeat, a
 * deal never paid beyond what is due, and one slip counted once (RS I8, I12). */
#include <pthread.h>

#include "deal_fixture.h"

#include "db/clock.h"
#include "db/writer.h"

enum { RACERS = 12, EACH = 20, FEN = 1000 };

struct racer {
    struct writer *writer;
    struct actor actor;
    pthread_barrier_t *start;
    struct payment payment;
    int taken;
    bool odd; /* something else than what may happen */
};

static int take(struct tx *tx, void *arg)
{
    struct racer *r = arg;
    struct receipt_key key;

    return receipt_take(tx, &r->payment, &key);
}

static void *race(void *arg)
{
    struct racer *r = arg;

    pthread_barrier_wait(r->start);
    for (int i = 0; i < EACH; i++) {
        struct fault fault = {0};
        const int result = writer_call(r->writer, &r->actor, take, r, &fault);

        r->taken += result == 0;
        r->odd = r->odd || (result != 0 && fault.code != FAULT_PAY_BEYOND_DUE &&
                            fault.code != FAULT_SLIP_USED);
        fault_clear(&fault);
    }
    return NULL;
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
        racers[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&start);
    writer_stop(writer);
    assert_int_equal(db_open(f->path, DB_WRITER, &f->db), 0);
}

static void racers_set(struct fixture *f, int64_t deal, const char *tender, const char *reference,
                       struct racer racers[RACERS])
{
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.actor = f->actor};
        racers[i].actor.id = 1 + (int64_t)i % CASHIERS;
        racers[i].payment = (struct payment){
            .deal_id = deal,
            .book_id = deal_books[i % CASHIERS],
            .lines = {{"deposit", FEN}},
            .n_lines = 1,
            .tenders = {{.tender = tender, .amount_fen = FEN, .reference = reference}},
            .n_tenders = 1};
    }
}

static int taken(const struct racer racers[RACERS])
{
    int n = 0;

    for (size_t i = 0; i < RACERS; i++) {
        assert_false(racers[i].odd);
        n += racers[i].taken;
    }
    return n;
}

/* Of a hundred and some payments that are asked for, exactly as many as are due. */
static void test_numbers_and_dues(void **state)
{
    enum { DUE = 100 };
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct racer racers[RACERS];

    f->now_ms = clock_wall_ms(); /* the writer's clock */
    assert_int_equal(deal_pay(f, deal, FIXTURE_TOTAL - (int64_t)DUE * FEN), 0);
    racers_set(f, deal, "cash", NULL, racers);
    run(f, racers);
    assert_int_equal(taken(racers), DUE);
    assert_int_equal(fixture_of(f, "SELECT SUM(amount_fen) FROM received WHERE deal_id = $1", deal),
                     FIXTURE_TOTAL);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM receipt"), DUE + 1);
    deal_verify(f); /* each book's numbers among it */
}

static void test_one_slip(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct racer racers[RACERS];

    racers_set(f, deal, "transfer", "R1", racers);
    run(f, racers);
    assert_int_equal(taken(racers), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM receipt"), 1);
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers_and_dues, deal_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_one_slip, deal_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
