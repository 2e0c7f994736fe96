/* test_deal_change_race.c - 32 at once for one unit, through the writer: exchanges into it that are
 * approved, and deals that are opened on it. One wins; each other deal stands as it stood (ST-04;
 * FC 25.4 T22, 25.6 I1; RS P1). */
#include <pthread.h>

#include "change_fixture.h"

#include "db/writer.h"

enum { CLIENTS = 32, EXCHANGES = FIXTURE_UNITS - 1, ROUNDS = 6, ROUNDS_NIGHTLY = 300 };

static int64_t clock_ms; /* set before the writer starts */

static int64_t clock_now(void)
{
    return clock_ms;
}

struct desk;

struct client {
    struct desk *desk;
    struct actor actor;
    int64_t task, version, deal, unit; /* task 0: opens a deal */
    struct deal_open open;
    int result;
    enum fault_code code;
};

struct desk {
    struct fixture *f;
    struct writer *writer;
    pthread_barrier_t begin;
    struct client clients[CLIENTS];
};

static int attempt(struct tx *tx, void *arg)
{
    struct client *c = arg;

    return c->task ? approval_decide(tx, c->task, c->version, APPROVAL_APPROVED, "so")
                   : deal_open(tx, &c->open, &c->deal);
}

static void *client_run(void *arg)
{
    struct client *c = arg;
    struct fault fault = {0};

    pthread_barrier_wait(&c->desk->begin);
    c->result = writer_call(c->desk->writer, &c->actor, attempt, c, &fault);
    c->code = fault.code;
    fault_clear(&fault);
    return NULL;
}

/* A subscription on each other unit, to be exchanged for the last. */
static void exchange_prepare(struct fixture *f, struct client *c, size_t i)
{
    struct deal_change_ask ask;
    int64_t change;

    c->unit = f->units[i];
    c->deal = change_deal(f, 'S', c->unit, i % BUYERS);
    assert_int_equal(deal_pay(f, c->deal, 1000 + (int64_t)i), 0);
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, c->deal, f->units[EXCHANGES]);
    change = change_asked(f, &ask);
    c->actor = change_boss;
    c->task = fixture_of(f,
                         "SELECT k.id FROM approval_task k JOIN deal_change g ON g.approval_id = "
                         "k.approval_id WHERE g.id = $1",
                         change);
    c->version = fixture_of(f,
                            "SELECT a.version FROM approval a JOIN deal_change g ON g.approval_id "
                            "= a.id WHERE g.id = $1",
                            change);
}

static void round_begin(struct desk *d)
{
    void *fixture = NULL;
    struct writer_options options = {.path = NULL};

    assert_int_equal(change_setup(&fixture), 0);
    *d = (struct desk){.f = fixture};
    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *c = &d->clients[i];

        c->desk = d;
        if (i < EXCHANGES) {
            exchange_prepare(d->f, c, i);
            continue;
        }
        c->actor = d->f->actor;
        c->open = deal_asked(d->f, 'S', d->f->units[EXCHANGES], i % BUYERS);
        c->open.unit_version = 0;
    }
    d->f->db = db_close(d->f->db); /* one process, one writer */
    options.path = d->f->path;
    options.seal = &d->f->seal;
    clock_ms = d->f->now_ms;
    options.now_ms = clock_now;
    assert_int_equal(writer_start(&options, &d->writer), 0);
    assert_int_equal(pthread_barrier_init(&d->begin, NULL, CLIENTS), 0);
}

static const struct client *winner_of(struct desk *d)
{
    const struct client *winner = NULL;

    for (size_t i = 0; i < CLIENTS; i++) {
        const struct client *c = &d->clients[i];

        if (c->result == 0) {
            assert_null(winner); /* I1 */
            winner = c;
            continue;
        }
        assert_int_equal(c->result, -EREFUSED);
        if (c->code != FAULT_TRANSITION && c->code != FAULT_CHANGE_TARGET)
            fail_msg("refused with %s", fault_code_text(c->code));
    }
    return winner;
}

static void round_check(struct desk *d, const struct client *winner)
{
    struct fixture *f = d->f;

    assert_int_equal(db_open(f->path, DB_WRITER, &f->db), 0);
    assert_int_equal(fixture_state(f, f->units[EXCHANGES]), 'S');
    for (size_t i = 0; i < EXCHANGES; i++) {
        const struct client *c = &d->clients[i];
        const bool won = c == winner;

        assert_int_equal(fixture_state(f, c->unit), won ? 'A' : 'S');
        assert_int_equal(change_received(f, c->deal), won ? 0 : 1000 + (int64_t)i);
        assert_int_equal(fixture_of(f,
                                    "SELECT COUNT(*) FROM deal WHERE id = $1 AND closed_ms IS "
                                    "NULL",
                                    c->deal),
                         !won);
    }
    deal_verify(f);
}

static bool round_run(void)
{
    static struct desk desk;
    struct desk *d = &desk;
    pthread_t threads[CLIENTS];
    const struct client *winner;
    void *fixture;

    round_begin(d);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, client_run, &d->clients[i]), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    d->writer = writer_stop(d->writer);
    pthread_barrier_destroy(&d->begin);
    winner = winner_of(d);
    assert_non_null(winner);
    round_check(d, winner);
    fixture = d->f;
    fixture_teardown(&fixture);
    return winner->task != 0;
}

static void test_one_wins(void **state)
{
    const int rounds = fixture_rounds(ROUNDS, ROUNDS_NIGHTLY);
    int exchanged = 0;

    (void)state;
    for (int i = 0; i < rounds; i++)
        exchanged += round_run();
    print_message("%d of %d went to an exchange\n", exchanged, rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_wins)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
