/* migrated.h - a database as all migrations leave it.
 *
 * They are run once in a program; each test gets a copy of the file. Run for each test, they took
 * more time than the tests did.
 */
#ifndef ANCHANG_TESTS_MIGRATED_H
#define ANCHANG_TESTS_MIGRATED_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/migrate.h"
#include "db/store.h"

/* Makes the database at @path, where there is none. */
static inline void migrated_make(const char *path)
{
    static unsigned char *bytes;
    static size_t size;
    struct db *db = NULL;
    int fd;

    if (!bytes) {
        assert_int_equal(db_open(path, DB_WRITER, &db), 0);
        assert_int_equal(db_script(db, "PRAGMA synchronous = OFF"), 0); /* as in fixture.h */
        assert_int_equal(db_migrate(db, NULL), 0);
        db_close(db); /* the last connection leaves all in one file */
        fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        size = (size_t)lseek(fd, 0, SEEK_END);
        bytes = malloc(size);
        assert_non_null(bytes);
        assert_int_equal(pread(fd, bytes, size, 0), size);
    } else {
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, size), size);
    }
    close(fd);
}

#endif
