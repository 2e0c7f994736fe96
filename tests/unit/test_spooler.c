/* test_spooler.c - the spooler with the writer, the feed and other threads about: what waits comes
 * out once, printers come and go, a paper that was being sent when the power went is looked for. */
#include "refund_fixture.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/app.h"
#include "daemon/http/feed.h"
#include "daemon/paper/layout.h"
#include "daemon/paper/paper.h"
#include "daemon/paper_store.h"
#include "daemon/spooler.h"
#include "db/clock.h"
#include "db/writer.h"
#include "paper_leaks.h"
#include "patience.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DRAWN false
#endif
#endif
#ifndef DRAWN
#define DRAWN true
#endif

static struct office {
    struct fixture *f;
    struct config config;
    struct app app;
    atomic_bool over;
} office;

static void quiet(void *arg, int priority, const char *line)
{
    (void)arg, (void)priority, (void)line;
}

static void committed(void *arg, const struct change *changes, size_t n)
{
    (void)arg;
    spooler_committed(office.app.spooler, changes, n);
}

static void fatal(void *arg, int error)
{
    (void)arg;
    fail_msg("the writer died: %s", strerror(-error));
}

/* The bytes of a paper, instead of a drawn one: the libraries that draw are not built for
 * ThreadSanitizer, which does not see their locks. */
static void paper_put(struct fixture *f, const struct receipt_key *key)
{
    struct paper_stored stored;
    struct paper_row paper;
    char folder[80];

    snprintf(folder, sizeof(folder), "%s/papers", f->dir);
    assert_int_equal(
        FIXTURE_DO(f, tx, paper_of(tx, PRINT_KIND_RECEIPT, key->book_id, key->no, &paper)), 0);
    stored = (struct paper_stored){
        .paper_id = paper.id, .layout_ordinal = 1, .size = (int64_t)strlen(paper.number)};
    assert_int_equal(paper_store_put(folder, paper.number, strlen(paper.number), stored.sha), 0);
    assert_int_equal(FIXTURE_DO(f, tx, print_stored(tx, &stored)), 0);
}

/* A folder of PDFs is the only printer, and @n receipts wait for it. */
static void receipts_wait(struct fixture *f, int n, bool drawn)
{
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(FIXTURE_DO(f, tx, printers_seed(tx)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, layouts_seed(tx)), 0);
    f->now_ms = clock_wall_ms(); /* what waits is not over before it begins */
    for (int i = 0; i < n; i++) {
        const struct payment p = {.deal_id = deal,
                                  .book_id = deal_books[0],
                                  .lines = {{"deposit", 1000}},
                                  .n_lines = 1,
                                  .tenders = {{.tender = "cash", .amount_fen = 1000}},
                                  .n_tenders = 1};
        struct receipt_key key;

        assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
        if (!drawn)
            paper_put(f, &key);
    }
}

static int office_setup(void **state)
{
    const int r = refund_setup(state);

    memset(&office, 0, sizeof(office));
    office.f = *state;
    return r;
}

/* From now on the writer has the database. */
static void spooler_begin(void)
{
    const struct feed_options feeding = {.epoch = "e"};
    const struct writer_options writing = {
        .path = office.app.db_path, .committed = committed, .fatal = fatal};
    const struct spooler_options spooling = {.app = &office.app, .log = quiet};
    struct fixture *f = office.f;

    snprintf(office.app.db_path, sizeof(office.app.db_path), "%s", f->path);
    snprintf(office.app.papers_dir, sizeof(office.app.papers_dir), "%s/papers", f->dir);
    snprintf(office.config.state_dir, sizeof(office.config.state_dir), "%s", f->dir);
    office.app.config = &office.config;
    f->db = db_close(f->db);
    assert_int_equal(feed_create(&feeding, &office.app.feed), 0);
    assert_int_equal(writer_start(&writing, &office.app.writer), 0);
    assert_int_equal(spooler_start(&spooling, &office.app.spooler), 0);
}

static void spooler_end(void)
{
    feed_shutdown(office.app.feed);
    spooler_stop(office.app.spooler);
    writer_stop(office.app.writer);
    office.app.spooler = spooler_free(office.app.spooler);
    feed_free(office.app.feed);
    assert_int_equal(db_open(office.f->path, DB_WRITER, &office.f->db), 0);
}

/* The files of a folder, counted; with @clear they go. */
static int files(const char *name, bool clear)
{
    char folder[128], path[500];
    const struct dirent *entry;
    int n = 0;
    DIR *dir;

    snprintf(folder, sizeof(folder), "%s/%s", office.f->dir, name);
    dir = opendir(folder);
    while (dir && (entry = readdir(dir)) != NULL) {
        n += entry->d_name[0] != '.';
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (clear && entry->d_name[0] != '.')
            unlink(path);
    }
    if (dir)
        closedir(dir);
    if (clear)
        rmdir(folder);
    return n;
}

static int office_teardown(void **state)
{
    files("printed", true);
    files("papers", true);
    return fixture_teardown(state);
}

static int64_t counted(const char *sql)
{
    struct db *db;
    int64_t n = 0;

    assert_int_equal(db_open(office.app.db_path, DB_READER, &db), 0);
    assert_true(db_get(db, &n, sql, "") >= 0);
    db_close(db);
    return n;
}

#define UNTIL(that)                                                                                \
    for (int64_t limit = clock_boot_ms() + PATIENCE_MS; !(that);) {                                \
        assert_true(clock_boot_ms() < limit);                                                      \
        poll(NULL, 0, 5);                                                                          \
    }

static const char handed_over[] =
    "SELECT COUNT(*) FROM print_job WHERE state = 'handed_over' AND copy = 0";

static void test_what_waits_comes_out_once(void **state)
{
    (void)state;
    receipts_wait(office.f, 5, DRAWN);
    spooler_begin();
    UNTIL(counted(handed_over) == 5)
    spooler_end();
    assert_int_equal(files("printed", false), 5);
    assert_int_equal(files("papers", false), 5);
    /* At the next start there is nothing to do. */
    spooler_begin();
    poll(NULL, 0, 50);
    spooler_end();
    assert_int_equal(files("printed", false), 5);
}

/* The power went after it was noted as being sent: the folder knows for sure that it has nothing,
 * and has what it has. */
static void test_looked_for_after_the_power_went(void **state)
{
    struct fixture *f = office.f;

    (void)state;
    receipts_wait(f, 2, false);
    assert_int_equal(db_run(f->db, "UPDATE print_job SET state = 'sending' WHERE id = 1", ""), 1);
    spooler_begin();
    UNTIL(counted("SELECT COUNT(*) FROM print_job WHERE state = 'failed'") == 1)
    UNTIL(counted(handed_over) == 1)
    spooler_end();
    assert_int_equal(files("printed", false), 1);
}

static void *asking(void *arg)
{
    struct printer_status status;

    while (!office.over)
        for (int64_t id = 1; id < 4; id++)
            spooler_status(office.app.spooler, id, &status);
    return arg;
}

static int add_apply(struct tx *tx, void *arg)
{
    const struct printer_new p = {"other", "cups", "nobody"};

    return printer_create(tx, &p, arg);
}

static int retire_apply(struct tx *tx, void *arg)
{
    return printer_retire(tx, *(int64_t *)arg, 1);
}

static int call_writer(int (*apply)(struct tx *tx, void *arg), void *arg)
{
    struct fault fault = {0};
    int r = writer_call(office.app.writer, &actor_system, apply, arg, &fault);

    fault_clear(&fault);
    return r;
}

/* For ThreadSanitizer: printers come and go while they are asked for. */
static void test_printers_come_and_go(void **state)
{
    struct printer_status status = {.health = PRINTER_UNKNOWN};
    pthread_t thread;
    int64_t id = 0;

    (void)state;
    receipts_wait(office.f, 3, false);
    spooler_begin();
    assert_int_equal(pthread_create(&thread, NULL, asking, NULL), 0);
    assert_int_equal(call_writer(add_apply, &id), 0);
    UNTIL((spooler_status(office.app.spooler, id, &status), status.health == PRINTER_GONE))
    assert_int_equal(call_writer(retire_apply, &id), 0);
    UNTIL((spooler_status(office.app.spooler, id, &status), status.health == PRINTER_UNKNOWN))
    UNTIL(counted(handed_over) == 3)
    office.over = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    spooler_end();
}

static int fonts_free(void **state)
{
    (void)state;
    paper_fonts_free();
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, office_setup, office_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_what_waits_comes_out_once),
                                       CASE(test_looked_for_after_the_power_went),
                                       CASE(test_printers_come_and_go)};

    return cmocka_run_group_tests(tests, NULL, fonts_free);
}
