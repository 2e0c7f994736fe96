/* test_import_store.c - uploads between their arrival and the import: whose they are, how long they
 * stay. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>
#include <sodium.h>

#include "daemon/import_store.h"
#include "db/clock.h"

#define DAY INT64_C(86400000)

static char dir[64], upload[80];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/anchang-import.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(upload, sizeof(upload), "%s/upload", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    import_store_clean(dir, INT64_MAX / 2);
    unlink(upload);
    return rmdir(dir);
}

static int add(const char *name, int64_t user, struct stored_import *ret)
{
    int fd = open(upload, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_int_equal(write(fd, "a,b\n", 4), 4);
    close(fd);
    return import_store_add(dir, upload, name, user, 7, ret);
}

static int count(void)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int n = 0;

    while ((e = readdir(d)) != NULL)
        n += strlen(e->d_name) == 32;
    closedir(d);
    return n;
}

enum { ADDERS = 8, EACH = 20 };

static void *add_many(void *arg)
{
    const int *who = arg;
    struct stored_import st;
    char path[96];

    snprintf(path, sizeof(path), "%s/upload-%d", dir, *who);
    for (int i = 0; i < EACH; i++) {
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        import_store_add(dir, path, "a.csv", 1, 7, &st);
    }
    unlink(path);
    return NULL;
}

/* Several slow threads keep uploads at once: the last of them too finds the room that it takes. */
static void test_room_at_once(void **state)
{
    pthread_t threads[ADDERS];
    int who[ADDERS];

    (void)state;
    for (int i = 0; i < ADDERS; i++) {
        who[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &who[i]), 0);
    }
    for (int i = 0; i < ADDERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(count(), IMPORT_STORE_MAX);
}

static void test_there_and_found(void **state)
{
    static const char *const names[] = {"a.csv",   "价格 表.xlsx", "  leading", " ",
                                        "a\"'<b>", "-rf",          "..",        "%s%n"};
    struct stored_import st = {0}, found;
    struct stat info;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(add(names[i], 5, &st), 0);
        assert_int_equal(access(upload, F_OK), -1); /* taken over */
        assert_string_equal(st.name, names[i]);
        assert_int_equal(st.size, 4);
        assert_int_equal(st.project_id, 7);
        assert_int_equal(strlen(st.id), 32);
        assert_int_equal(stat(st.path, &info), 0);
        memset(&found, 0, sizeof(found));
        assert_int_equal(import_store_find(dir, st.id, 5, &found), 0);
        assert_string_equal(found.name, names[i]);
        assert_string_equal(found.path, st.path);
        assert_int_equal(import_store_find(dir, st.id, 6, &found), -ENOENT); /* another's */
        import_store_drop(dir, st.id);
        assert_int_equal(import_store_find(dir, st.id, 5, &found), -ENOENT);
        assert_int_equal(access(st.path, F_OK), -1);
    }
    assert_int_equal(count(), 0);
}

static void test_names_and_ids(void **state)
{
    static const char *const bad[] = {"", "a/b", "../x", "a\\b", "a\nb", "a\tb", "a\x7f", "\x01"};
    static const char *const ids[] = {"",
                                      ".",
                                      "..",
                                      "../upload",
                                      "0123456789abcdef0123456789abcdeF",
                                      "0123456789abcdef0123456789abcde/",
                                      "0123456789abcdef0123456789abcdef0"};
    struct stored_import st = {.size = 77};
    char text[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(add(bad[i], 5, &st), -EINVAL);
    memset(text, 'x', sizeof(text));
    text[256] = '\0';
    assert_int_equal(add(text, 5, &st), -EINVAL);
    text[255] = '\0';
    assert_int_equal(count(), 0); /* nothing was begun */
    assert_int_equal(access(upload, F_OK), 0);
    assert_int_equal(add(text, 5, &st), 0);
    assert_string_equal(st.name, text);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_int_equal(import_store_find(dir, ids[i], 5, &st), -ENOENT);
        import_store_drop(dir, ids[i]);
    }
    assert_int_equal(access(dir, F_OK), 0);
    unlink(upload);
    assert_int_equal(import_store_add(dir, upload, "gone", 5, 7, &st), -ENOENT);
    assert_int_equal(count(), 1);
}

static void made_at(const struct stored_import *st, int64_t ms)
{
    const struct timespec times[2] = {{.tv_sec = ms / 1000}, {.tv_sec = ms / 1000}};
    char folder[256];

    snprintf(folder, sizeof(folder), "%.128s/%.64s", dir, st->id);
    assert_int_equal(utimensat(AT_FDCWD, folder, times, 0), 0);
}

static void test_age(void **state)
{
    const int64_t now = clock_wall_ms();
    struct stored_import old, fresh, found;

    (void)state;
    assert_int_equal(add("old", 5, &old), 0);
    assert_int_equal(add("fresh", 5, &fresh), 0);
    made_at(&old, now - DAY - 5000);
    made_at(&fresh, now - DAY + 5000);
    import_store_clean(dir, now);
    assert_int_equal(import_store_find(dir, old.id, 5, &found), -ENOENT);
    assert_int_equal(import_store_find(dir, fresh.id, 5, &found), 0);
    import_store_clean("/nowhere/at/all", now); /* no folder is no trouble */
}

static void test_number(void **state)
{
    struct stored_import all[IMPORT_STORE_MAX + 5], found;
    const int64_t now = clock_wall_ms();

    (void)state;
    for (int i = 0; i < IMPORT_STORE_MAX + 5; i++) {
        assert_int_equal(add("x", 5, &all[i]), 0);
        made_at(&all[i], now - 3600000 + i * 1000);
    }
    assert_int_equal(count(), IMPORT_STORE_MAX);
    for (int i = 0; i < IMPORT_STORE_MAX + 5; i++) /* the oldest went */
        assert_int_equal(import_store_find(dir, all[i].id, 5, &found), i < 5 ? -ENOENT : 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {CASE(test_there_and_found), CASE(test_names_and_ids),
                                       CASE(test_age), CASE(test_number), CASE(test_room_at_once)};

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
