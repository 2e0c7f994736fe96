/* commit.c - bench_commit FOLDER ROUNDS SECONDS: durable transactions a second, in groups and not.
 *
 * A round is the grouping writer with 64 clients, each waiting for its own acknowledgement as a
 * connection of the daemon does: suspended, and resumed by the writer on a worker's thread. (With a
 * thread for each, four fifths of the time went to the kernel waking threads on two processors.)
 * Then bare SQLite with the same settings and the same statement, one sync for each transaction,
 * from one thread: the fastest a program without groups can be. Both databases are in FOLDER and
 * start empty in every round. Prints {"grouped":[…],"single":[…],"jobs_per_commit":[…],
 * "p99_us":[…]}, transactions a second.
 */
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "db/clock.h"
#include "db/migrate.h"
#include "db/writer.h"

#define INSERT                                                                                     \
    "INSERT INTO import_batch (file_name, file_hash, units, actor, at_ms) "                        \
    "VALUES ($1, $2, $3, $4, $5)"

enum { CLIENTS = 64, ROUNDS_MAX = 50, LATENCIES_MAX = 4000000 };

struct bench;

struct client {
    struct writer_job job;
    struct bench *bench;
    int64_t n;
    double asked;
    struct client *next; /* of those that were answered */
};

struct bench {
    struct writer *writer;
    double seconds, until; /* of a round; when this one ends */
    struct client clients[CLIENTS];
    pthread_mutex_t lock;
    pthread_cond_t answered;
    struct client *ready;
    size_t n_latencies;
    int32_t *latencies; /* us */
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void database_remove(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[600];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        unlink(name);
    }
}

static int database_make(const char *path)
{
    struct db *db;
    int r;

    database_remove(path);
    r = db_open(path, DB_WRITER, &db);
    if (r < 0)
        return r;
    r = db_migrate(db, NULL);
    db_close(db);
    return r;
}

/* ---- grouped ---- */

static int client_apply(struct tx *tx, void *arg)
{
    int r = db_run(tx->db, INSERT, "ttiti", "list.csv", "0123456789abcdef",
                   ((const struct client *)arg)->n, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

static void client_done(void *arg, int result, struct fault *fault)
{
    struct client *c = arg;
    struct bench *b = c->bench;
    bool first;

    (void)fault;
    if (result < 0)
        abort();
    pthread_mutex_lock(&b->lock);
    first = !b->ready;
    c->next = b->ready;
    b->ready = c;
    if (first)
        pthread_cond_signal(&b->answered);
    pthread_mutex_unlock(&b->lock);
}

static void client_ask(struct client *c, double now)
{
    c->asked = now;
    c->n++;
    writer_submit(c->bench->writer, &c->job);
}

static struct client *answered_wait(struct bench *b)
{
    struct client *list;

    pthread_mutex_lock(&b->lock);
    while (!b->ready)
        pthread_cond_wait(&b->answered, &b->lock);
    list = b->ready;
    b->ready = NULL;
    pthread_mutex_unlock(&b->lock);
    return list;
}

/* One after the other, each client again and again until the time is over. How many were done. */
static int64_t clients_run(struct bench *b)
{
    size_t waiting = CLIENTS;
    int64_t done = 0;

    for (size_t i = 0; i < CLIENTS; i++) {
        b->clients[i] = (struct client){.bench = b};
        b->clients[i].job = (struct writer_job){.apply = client_apply,
                                                .done = client_done,
                                                .arg = &b->clients[i],
                                                .actor = &actor_system};
        client_ask(&b->clients[i], now_s());
    }
    while (waiting > 0) {
        struct client *next, *c = answered_wait(b);

        for (; c; c = next) {
            const double now = now_s();

            next = c->next;
            done++;
            if (b->n_latencies < LATENCIES_MAX)
                b->latencies[b->n_latencies++] = (int32_t)((now - c->asked) * 1e6);
            if (now < b->until)
                client_ask(c, now);
            else
                waiting--;
        }
    }
    return done;
}

static int compare(const void *a, const void *b)
{
    return *(const int32_t *)a < *(const int32_t *)b ? -1
                                                     : *(const int32_t *)a > *(const int32_t *)b;
}

static int grouped(struct bench *b, const char *path, double *ret_rate, double *ret_group,
                   double *ret_p99)
{
    const struct writer_options options = {.path = path};
    struct writer_stats stats;
    double start, spent;
    int64_t done;
    int r = database_make(path);

    if (r == 0)
        r = writer_start(&options, &b->writer);
    if (r < 0)
        return r;
    b->n_latencies = 0;
    start = now_s();
    b->until = start + b->seconds;
    done = clients_run(b);
    spent = now_s() - start;
    writer_get_stats(b->writer, &stats);
    b->writer = writer_stop(b->writer);
    qsort(b->latencies, b->n_latencies, sizeof(*b->latencies), compare);
    *ret_rate = (double)done / spent;
    *ret_group = (double)stats.jobs / (double)(stats.commits ? stats.commits : 1);
    *ret_p99 = b->n_latencies ? b->latencies[b->n_latencies * 99 / 100] : 0;
    return 0;
}

/* ---- one by one ---- */

static int single(struct bench *b, const char *path, double *ret_rate)
{
    sqlite3_stmt *insert = NULL;
    sqlite3 *db = NULL;
    double start;
    int64_t n = 0;
    int rc, r = database_make(path);

    if (r < 0)
        return r;
    rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                          "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
                          NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, INSERT, -1, &insert, NULL);
    start = now_s();
    while (rc == SQLITE_OK && now_s() - start < b->seconds) {
        sqlite3_bind_text(insert, 1, "list.csv", -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, "0123456789abcdef", -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 3, n);
        sqlite3_bind_text(insert, 4, "system", -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 5, clock_wall_ms());
        rc = sqlite3_step(insert) == SQLITE_DONE ? SQLITE_OK
                                                 : SQLITE_ERROR; /* its own transaction */
        if (sqlite3_reset(insert) != SQLITE_OK)
            rc = SQLITE_ERROR;
        n++;
    }
    *ret_rate = (double)n / (now_s() - start);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return rc == SQLITE_OK ? 0 : -EIO;
}

static void list_print(const char *name, const double *values, long n)
{
    printf("\"%s\":[", name);
    for (long i = 0; i < n; i++)
        printf("%s%.1f", i ? "," : "", values[i]);
    printf("]");
}

int main(int argc, char **argv)
{
    static double rates[ROUNDS_MAX], singles[ROUNDS_MAX], groups[ROUNDS_MAX], p99s[ROUNDS_MAX];
    static struct bench b;
    long rounds = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    char path[512], other[512];
    int r = 0;

    b.seconds = argc == 4 ? strtod(argv[3], NULL) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX || b.seconds <= 0 || b.seconds > 60) {
        fputs("bench_commit FOLDER ROUNDS SECONDS\n", stderr);
        return 2;
    }
    b.latencies = calloc(LATENCIES_MAX, sizeof(*b.latencies));
    pthread_mutex_init(&b.lock, NULL);
    pthread_cond_init(&b.answered, NULL);
    snprintf(path, sizeof(path), "%s/grouped.db", argv[1]);
    snprintf(other, sizeof(other), "%s/single.db", argv[1]);
    for (long i = 0; r == 0 && i < rounds; i++) {
        r = grouped(&b, path, &rates[i], &groups[i], &p99s[i]);
        if (r == 0)
            r = single(&b, other, &singles[i]);
    }
    database_remove(path);
    database_remove(other);
    free(b.latencies);
    if (r < 0) {
        fprintf(stderr, "bench_commit: %s\n", strerror(-r));
        return 1;
    }
    putchar('{');
    list_print("grouped", rates, rounds);
    putchar(',');
    list_print("single", singles, rounds);
    putchar(',');
    list_print("jobs_per_commit", groups, rounds);
    putchar(',');
    list_print("p99_us", p99s, rounds);
    puts("}");
    return 0;
}
