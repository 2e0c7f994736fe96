/* test_writer.c - the one writer under threads: groups, isolation, the end. Disks that fail are in
 * test_writer_disk.c. */
#include <pthread.h>

#include "writer_desk.h"

/* ---- groups ---- */

struct submitter {
    pthread_t thread;
    struct desk *desk;
    struct work work[JOBS];
};

/* One after the other without waiting: the order must be kept all the same. */
static void *submit_all(void *arg)
{
    struct submitter *s = arg;

    for (int i = 0; i < JOBS; i++)
        writer_submit(s->desk->writer, &s->work[i].job);
    return NULL;
}

static void test_groups_under_threads(void **state)
{
    struct desk *d = *state;
    struct submitter *all = calloc(THREADS, sizeof(*all));
    struct writer_stats stats;
    int64_t refused = 0, last[THREADS];
    size_t reported = 0;

    assert_non_null(all);
    for (int t = 0; t < THREADS; t++) {
        all[t].desk = d;
        for (int i = 0; i < JOBS; i++) {
            work_make(&all[t].work[i], d, 1 + t * JOBS + i, t);
            /* Some are refused, some fail, after they wrote. */
            all[t].work[i].refuse = i % 7 == 3 ? -EREFUSED : i % 11 == 5 ? -EINVAL : 0;
            refused += all[t].work[i].refuse != 0;
        }
    }
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&all[t].thread, NULL, submit_all, &all[t]), 0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(all[t].thread, NULL);
    drain(d);
    writer_get_stats(d->writer, &stats);
    assert_int_equal(stats.jobs, THREADS * JOBS + 1);
    assert_int_equal(stats.failures, refused);
    assert_int_equal(stats.queue_depth, 0);
    assert_true(stats.commits > 0);
    assert_true(stats.commits < stats.jobs / 2);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < JOBS; i++) {
            struct work *w = &all[t].work[i];

            assert_int_equal(atomic_load(&w->done), 1);
            assert_int_equal(w->result, w->refuse);
            assert_int_equal(w->fault_set, w->refuse == -EREFUSED);
        }
    /* A refused one leaves nothing; its neighbours live. */
    assert_int_equal(count(d), THREADS * JOBS - refused);
    /* Told of exactly what was done, each submitter's in his order. */
    for (int t = 0; t < THREADS; t++)
        last[t] = 0;
    writer_stop(d->writer);
    d->writer = NULL;
    for (size_t i = 0; i < d->n_told; i++) {
        int64_t id = d->told[i], t = (id - 1) / JOBS;

        assert_int_equal(all[t].work[(id - 1) % JOBS].refuse, 0);
        assert_true(id > last[t]);
        last[t] = id;
        reported++;
    }
    assert_int_equal(reported, THREADS * JOBS - refused);
    free(all);
}

/* Whoever hears "done" finds it on the disk: each waits for his own and reads it back at once. */
static void *call_and_read(void *arg)
{
    struct submitter *s = arg;
    struct db *reader;

    if (db_open(s->desk->path, DB_READER, &reader) < 0)
        return NULL;
    for (int i = 0; i < JOBS; i++) {
        struct work *w = &s->work[i];
        int64_t found = 0;

        w->result = writer_call(s->desk->writer, &actor_system, work_apply, w, NULL);
        if (db_get(reader, &found, "SELECT COUNT(*) FROM t WHERE id = $1", "i", w->id) == 1)
            w->seen = found;
    }
    db_close(reader);
    return NULL;
}

static void test_done_is_after_the_commit(void **state)
{
    struct desk *d = *state;
    struct submitter *all = calloc(8, sizeof(*all));

    assert_non_null(all);
    for (int t = 0; t < 8; t++) {
        all[t].desk = d;
        for (int i = 0; i < JOBS; i++)
            work_make(&all[t].work[i], d, 1 + t * JOBS + i, t);
        assert_int_equal(pthread_create(&all[t].thread, NULL, call_and_read, &all[t]), 0);
    }
    for (int t = 0; t < 8; t++)
        pthread_join(all[t].thread, NULL);
    for (int t = 0; t < 8; t++)
        for (int i = 0; i < JOBS; i++) {
            assert_int_equal(all[t].work[i].result, 0);
            assert_int_equal(all[t].work[i].seen, 1);
        }
    free(all);
}

static int fault_apply(struct tx *tx, void *arg)
{
    (void)arg;
    fault_item(tx->fault, FAULT_ROW_EXISTS, 7, "room", NULL);
    return fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", "1-101", NULL);
}

static int clock_apply(struct tx *tx, void *arg)
{
    *(int64_t *)arg = tx->now_ms;
    return tx->actor == &actor_system ? 5 : -EINVAL;
}

static void test_call(void **state)
{
    struct desk *d = *state;
    struct fault fault = {0};
    int64_t now = 0;

    assert_int_equal(writer_call(d->writer, &actor_system, fault_apply, NULL, &fault), -EREFUSED);
    assert_int_equal(fault.code, FAULT_UNIT_CHANGED);
    assert_string_equal(fault.args[0].value, "1-101");
    assert_int_equal(fault.n_items, 1);
    assert_int_equal(fault.items[0].row, 7);
    fault_clear(&fault);
    assert_int_equal(writer_call(d->writer, &actor_system, fault_apply, NULL, NULL), -EREFUSED);
    /* A positive result is success, and success is 0. */
    assert_int_equal(writer_call(d->writer, &actor_system, clock_apply, &now, &fault), 0);
    assert_true(now > INT64_C(1700000000000));
    assert_false(fault.set);
}

/* A transaction a job ended by itself is nobody's: all of the group fail, and it is fatal. */
static int rude_apply(struct tx *tx, void *arg)
{
    (void)arg;
    return db_rollback(tx->db);
}

static void test_a_job_that_ends_the_transaction(void **state)
{
    struct desk *d = *state;
    struct gate gate;
    struct work a, b;
    struct writer_job rude = {.apply = rude_apply, .done = work_done, .actor = &actor_system};
    struct work note;

    work_make(&a, d, 1, 1);
    work_make(&b, d, 2, 1);
    work_make(&note, d, 3, 1);
    rude.arg = &note;
    gate_close(d, &gate);
    writer_submit(d->writer, &a.job);
    writer_submit(d->writer, &rude);
    writer_submit(d->writer, &b.job);
    gate_open(&gate);
    drain(d);
    assert_true(a.result < 0 && b.result < 0 && note.result < 0);
    assert_int_equal(count(d), 0);
    assert_int_equal(d->n_told, 0);
    gate_free(&gate);
}

/* ---- the end ---- */

struct stopper {
    pthread_t thread;
    struct desk *desk;
    atomic_int stopped;
};

static void *stop_it(void *arg)
{
    struct stopper *s = arg;

    writer_stop(s->desk->writer);
    atomic_store(&s->stopped, 1);
    return NULL;
}

static void test_stop_finishes_what_was_submitted(void **state)
{
    enum { EARLY = 200, LATE_MAX = 20000 };
    struct desk *d = *state;
    struct work *all = calloc(EARLY, sizeof(*all)), *late[LATE_MAX];
    struct stopper stopper = {.desk = d};
    struct gate gate;
    int n = 0;

    assert_non_null(all);
    gate_close(d, &gate);
    for (int i = 0; i < EARLY; i++) {
        work_make(&all[i], d, i + 1, 1);
        writer_submit(d->writer, &all[i].job);
    }
    assert_int_equal(pthread_create(&stopper.thread, NULL, stop_it, &stopper), 0);
    /* Behind the gate the writer lives. Until stop is heard each one is taken, then refused at
     * once. */
    for (bool refused = false; !refused && n < LATE_MAX; n++) {
        late[n] = malloc(sizeof(*late[n]));
        assert_non_null(late[n]);
        work_make(late[n], d, 1000 + n, 2);
        writer_submit(d->writer, &late[n]->job);
        refused = atomic_load(&late[n]->done) == 1;
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    assert_int_equal(atomic_load(&late[n - 1]->done), 1);
    assert_int_equal(late[n - 1]->result, -ESHUTDOWN);
    assert_int_equal(writer_call(d->writer, &actor_system, nothing, NULL, NULL), -ESHUTDOWN);
    assert_int_equal(atomic_load(&stopper.stopped), 0);
    gate_open(&gate);
    pthread_join(stopper.thread, NULL);
    d->writer = NULL;
    for (int i = 0; i < EARLY; i++) {
        assert_int_equal(atomic_load(&all[i].done), 1);
        assert_int_equal(all[i].result, 0);
    }
    for (int i = 0; i < n; i++) {
        assert_int_equal(atomic_load(&late[i]->done), 1);
        assert_int_equal(late[i]->result, i == n - 1 ? -ESHUTDOWN : 0);
        free(late[i]);
    }
    assert_int_equal(atomic_load(&gate.done), 1);
    assert_int_equal(count(d), EARLY + n - 1);
    gate_free(&gate);
    free(all);
}

static void test_start_refusals(void **state)
{
    struct writer_options options = {.path = "/nowhere/at/all.db"};
    struct writer *w = (struct writer *)0x1;

    (void)state;
    assert_int_equal(writer_start(&options, &w), -ENOENT);
    assert_ptr_equal(w, (struct writer *)0x1);
    assert_null(writer_stop(NULL));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_groups_under_threads),
        CASE(test_done_is_after_the_commit),
        CASE(test_call),
        CASE(test_a_job_that_ends_the_transaction),
        CASE(test_stop_finishes_what_was_submitted),
        cmocka_unit_test(test_start_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
