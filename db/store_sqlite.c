/* store_sqlite.c - store.h on SQLite: WAL, synchronous=FULL, STRICT tables.
 *
 * The settings and their reasons: reliability notes D1-D3 (one writer, no automatic checkpoint
 * because its errors are swallowed, every pragma read back) and T23 (defensive mode, no ATTACH).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/store.h"

enum {
    STATEMENTS_MAX = 4096, /* a power of two, well above the statements that db/ has: the writer
                              comes to prepare them all, and ends when it cannot */
    PARAMETERS_MAX = 63,
};

struct stmt {
    struct db *db;
    sqlite3_stmt *handle;
    const char *sql; /* key: the address of the constant */
    /* Where $n is bound: to SQLite "$2" is a name, numbered by where it first stands in the
     * text. */
    unsigned char index[PARAMETERS_MAX + 1];
};

struct db {
    sqlite3 *handle;
    enum db_mode mode;
    int wal_pages; /* in the WAL after the last commit */
    ino_t wal;     /* the WAL as it was first seen; 0: not yet */
    size_t n_statements;
    struct stmt statements[STATEMENTS_MAX];
};

static int error_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return 0;
    case SQLITE_CONSTRAINT:
        switch (rc) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return -EEXIST;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return -ENOLINK;
        default:
            return -EINVAL;
        }
    case SQLITE_MISMATCH: /* STRICT: wrong type */
    case SQLITE_TOOBIG:
        return -EINVAL;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* lost the race for the WAL's locks too often */
        return -EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EUCLEAN;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_CANTOPEN:
        return -ENOENT;
    case SQLITE_INTERRUPT:
        return -ETIMEDOUT;
    case SQLITE_PERM:
        return -EACCES;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_ERROR:
    case SQLITE_AUTH: /* refused by authorize() below: a fault of ours, not of the disk */
    case SQLITE_SCHEMA:
    case SQLITE_ABORT:
        return -EPROTO;
    default:
        return -EIO;
    }
}

const char *db_engine_version(void)
{
    return "SQLite " SQLITE_VERSION;
}

const char *db_error(const struct db *db)
{
    return db ? sqlite3_errmsg(db->handle) : "";
}

/* Statements may not reach out of the file or change settings once it is open. */
static int authorize(void *arg, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    return action == SQLITE_ATTACH || action == SQLITE_DETACH ? SQLITE_DENY : SQLITE_OK;
}

/* 0 when @sql gives one row that reads @want, -ENOTSUP when it reads otherwise, or the engine's
 * error: a damaged file must not look like a setting that was refused. */
static int pragma_text(struct db *db, const char *sql, const char *want)
{
    sqlite3_stmt *s;
    const char *got;
    int rc, r;

    rc = sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL);
    if (rc != SQLITE_OK)
        return error_of(rc);
    rc = sqlite3_step(s);
    got = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    r = rc != SQLITE_ROW ? error_of(rc) : got && strcmp(got, want) == 0 ? 0 : -ENOTSUP;
    sqlite3_finalize(s);
    return r;
}

static int config_flag(struct db *db, int which, int value)
{
    int now = -1;

    if (sqlite3_db_config(db->handle, which, value, &now) != SQLITE_OK)
        return -ENOTSUP;
    return now == value ? 0 : -ENOTSUP;
}

/* What is set, and how it reads afterwards. */
static const struct {
    const char *set, *read, *want;
} settings[] = {
    {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"}, /* set by the writer alone */
    {"PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1"},
    {"PRAGMA recursive_triggers = ON", "PRAGMA recursive_triggers", "1"},
    {"PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0"},
    {"PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1"},
    {"PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"},
    {"PRAGMA cache_size = -8192", "PRAGMA cache_size", "-8192"},
    {"PRAGMA mmap_size = 0", "PRAGMA mmap_size", "0"},
    {"PRAGMA wal_autocheckpoint = 0", "PRAGMA wal_autocheckpoint", "0"},
};

static int wal_grown(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = arg;

    (void)handle, (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

static int settings_apply(struct db *db)
{
    int r = 0;

    sqlite3_busy_timeout(db->handle, 5000);
    sqlite3_extended_result_codes(db->handle, 1);
    for (size_t i = 0; r == 0 && i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (i > 0 || db->mode == DB_WRITER)
            r = error_of(sqlite3_exec(db->handle, settings[i].set, NULL, NULL, NULL));
        if (r == 0)
            r = pragma_text(db, settings[i].read, settings[i].want);
    }
    if (r == 0 && db->mode == DB_READER) {
        r = error_of(sqlite3_exec(db->handle, "PRAGMA query_only = ON", NULL, NULL, NULL));
        if (r == 0)
            r = pragma_text(db, "PRAGMA query_only", "1");
        if (r ==
            0) /* else the last one to close would move the WAL: the writer alone does that (D1) */
            r = config_flag(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
    }
    if (r == 0)
        r = config_flag(db, SQLITE_DBCONFIG_DEFENSIVE, 1);
    /* A statement is planned once, for any value: else one whose parameter a partial index could
     * hang on is parsed anew at every use (a fifth of a subscription's time). */
    if (r == 0)
        r = config_flag(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1);
    if (r == 0)
        r = config_flag(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
    if (r < 0)
        return r;
    sqlite3_wal_hook(db->handle, wal_grown, db);
    sqlite3_set_authorizer(db->handle, authorize, NULL);
    return 0;
}

/* Without the engine's memory statistics no allocation takes its global lock: measured, a third of
 * an import's time went into it. Nothing here asks for them, and each connection is one
 * thread's. */
static void engine_configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_open(const char *path, enum db_mode mode, struct db **ret_db)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    struct db *db;
    int fd, rc, r;

    pthread_once(&configured, engine_configure); /* before the first connection, or it is refused */
    if (mode == DB_WRITER) {
        /* Created by us, so that it is never readable to others, not even for a moment. One that is
         * there must not be opened: closing it would drop the locks of all our connections to it,
         * for POSIX has one set a process, and the next stranger's sqlite3 would take the WAL
         * away. */
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return -errno;
        if (fd >= 0)
            close(fd);
    }
    flags |= SQLITE_OPEN_READWRITE; /* a reader needs the shared memory file too */
    db = calloc(1, sizeof(*db));
    if (!db)
        return -ENOMEM;
    db->mode = mode;
    rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
    r = error_of(rc);
    if (r == 0)
        r = settings_apply(db);
    if (r < 0) {
        db_close(db);
        return r;
    }
    if (mode == DB_WRITER)
        db_is_moved(db); /* for what it remembers */
    *ret_db = db;
    return 0;
}

struct db *db_close(struct db *db)
{
    if (!db)
        return NULL;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(db->statements[i].handle);
    sqlite3_close_v2(db->handle);
    free(db);
    return NULL;
}

static size_t slot_of(const char *sql)
{
    uintptr_t key = (uintptr_t)sql;

    return (size_t)((key >> 3) * 0x9E3779B97F4A7C15u >> 40) & (STATEMENTS_MAX - 1);
}

static int parameters_map(struct stmt *s)
{
    int n = sqlite3_bind_parameter_count(s->handle);

    memset(s->index, 0, sizeof(s->index));
    if (n > PARAMETERS_MAX)
        return -E2BIG;
    for (int i = 1; i <= n; i++) {
        const char *name = sqlite3_bind_parameter_name(s->handle, i);
        char *end = NULL;
        long number = name && name[0] == '$' ? strtol(name + 1, &end, 10) : 0;

        if (number < 1 || number > PARAMETERS_MAX || *end)
            return -EPROTO;
        s->index[number] = (unsigned char)i;
    }
    return 0;
}

/* The engine's index of parameter $@number; 0, which binds nothing, when the text has none. */
static int parameter(const struct stmt *s, int number)
{
    return number >= 1 && number <= PARAMETERS_MAX ? s->index[number] : 0;
}

int db_prepare(struct db *db, const char *sql, struct stmt **ret_stmt)
{
    size_t slot = slot_of(sql);
    struct stmt *s;
    int rc;

    *ret_stmt = NULL; /* so that stmt_reset() is harmless after a failure */
    while (db->statements[slot].sql && db->statements[slot].sql != sql)
        slot = (slot + 1) & (STATEMENTS_MAX - 1);
    s = &db->statements[slot];
    if (!s->sql) {
        if (db->n_statements + 1 >= STATEMENTS_MAX)
            return -E2BIG;
        rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
        if (rc != SQLITE_OK)
            return error_of(rc) < 0 ? error_of(rc) : -EIO;
        rc = parameters_map(s);
        if (rc < 0) {
            sqlite3_finalize(s->handle);
            s->handle = NULL;
            return rc;
        }
        s->sql = sql;
        s->db = db;
        db->n_statements++;
    }
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
    *ret_stmt = s;
    return 0;
}

int stmt_bind_int(struct stmt *s, int index, int64_t value)
{
    return error_of(sqlite3_bind_int64(s->handle, parameter(s, index), value));
}

int stmt_bind_text(struct stmt *s, int index, const char *text)
{
    return error_of(sqlite3_bind_text(s->handle, parameter(s, index), text, -1, SQLITE_STATIC));
}

int stmt_bind_blob(struct stmt *s, int index, const void *data, size_t size)
{
    return error_of(sqlite3_bind_blob64(s->handle, parameter(s, index), data, size, SQLITE_STATIC));
}

int stmt_bind_null(struct stmt *s, int index)
{
    return error_of(sqlite3_bind_null(s->handle, parameter(s, index)));
}

int stmt_step(struct stmt *s)
{
    int rc = sqlite3_step(s->handle);

    if (rc == SQLITE_ROW)
        return 1;
    sqlite3_reset(s->handle);
    return error_of(rc);
}

void stmt_reset(struct stmt *s)
{
    if (s)
        sqlite3_reset(s->handle);
}

bool stmt_is_null(struct stmt *s, int column)
{
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

int64_t stmt_int(struct stmt *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

const char *stmt_text(struct stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s->handle, column);
}

int stmt_columns(struct stmt *s)
{
    return sqlite3_column_count(s->handle);
}

const char *stmt_name(struct stmt *s, int column)
{
    return sqlite3_column_name(s->handle, column);
}

const void *stmt_blob(struct stmt *s, int column, size_t *ret_size)
{
    const void *data = sqlite3_column_blob(s->handle, column);

    *ret_size = (size_t)sqlite3_column_bytes(s->handle, column);
    return data;
}

static int bind_all(struct stmt *s, const char *types, va_list ap)
{
    int r = 0;

    for (int i = 1; *types && r == 0; i++, types++) {
        switch (*types) {
        case 'i':
            r = stmt_bind_int(s, i, va_arg(ap, int64_t));
            break;
        case 't':
            r = stmt_bind_text(s, i, va_arg(ap, const char *));
            break;
        case 'b': {
            const void *data = va_arg(ap, const void *);
            size_t size = va_arg(ap, size_t);

            r = stmt_bind_blob(s, i, data, size);
            break;
        }
        case 'o': {
            const int64_t *value = va_arg(ap, const int64_t *);

            r = value ? stmt_bind_int(s, i, *value) : stmt_bind_null(s, i);
            break;
        }
        case 'n':
            r = stmt_bind_null(s, i);
            break;
        default:
            r = -EPROTO;
        }
    }
    return r;
}

static int query_va(struct db *db, struct stmt **ret_stmt, const char *sql, const char *types,
                    va_list ap)
{
    int r = db_prepare(db, sql, ret_stmt);

    if (r < 0 || !*ret_stmt)
        return r < 0 ? r : -EIO;
    return bind_all(*ret_stmt, types, ap);
}

int db_query(struct db *db, struct stmt **ret_stmt, const char *sql, const char *types, ...)
{
    va_list ap;
    int r;

    va_start(ap, types);
    r = query_va(db, ret_stmt, sql, types, ap);
    va_end(ap);
    return r;
}

int db_run(struct db *db, const char *sql, const char *types, ...)
{
    struct stmt *s;
    va_list ap;
    int r;

    va_start(ap, types);
    r = query_va(db, &s, sql, types, ap);
    va_end(ap);
    while (r == 0 && (r = stmt_step(s)) == 1)
        r = 0;
    return r < 0 ? r : (int)sqlite3_changes64(db->handle);
}

int db_get(struct db *db, int64_t *ret_value, const char *sql, const char *types, ...)
{
    struct stmt *s;
    va_list ap;
    int r, found = 0;

    va_start(ap, types);
    r = query_va(db, &s, sql, types, ap);
    va_end(ap);
    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r == 1) {
        if (!stmt_is_null(s, 0)) {
            *ret_value = stmt_int(s, 0);
            found = 1;
        }
        r = stmt_step(s); /* an INSERT ... RETURNING is done only when it is stepped to its end */
        stmt_reset(s);
    }
    return r < 0 ? r : found;
}

int db_script(struct db *db, const char *sql)
{
    return error_of(sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

int db_begin(struct db *db)
{
    int r = db_run(db, db->mode == DB_WRITER ? "BEGIN IMMEDIATE" : "BEGIN", "");

    return r < 0 ? r : 0;
}

int db_commit(struct db *db)
{
    int rc = sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);
    int r = error_of(rc);

    if (r < 0)
        db_rollback(db);
    return r;
}

int db_rollback(struct db *db)
{
    /* A full disk has already rolled back by itself. */
    if (!db_in_transaction(db))
        return 0;
    return error_of(sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL));
}

static int references_check(struct db *db, int broken)
{
    sqlite3_stmt *s;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA foreign_key_check", -1, &s, NULL);
    int r;

    if (rc != SQLITE_OK)
        return error_of(rc);
    rc = sqlite3_step(s);
    r = rc == SQLITE_ROW ? broken : error_of(rc);
    sqlite3_finalize(s);
    return r;
}

/* Dropping a table that others name is refused, or counted as broken for good, while references are
 * held row by row: so they are held once, at the end. A table made anew takes the name that views
 * and triggers of others know: a rename leaves them be. The first moves outside transactions. */
int db_schema_change(struct db *db, int (*change)(struct db *db, void *arg), void *arg)
{
    static const char off[] = "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON";
    static const char back[] = "PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON";
    int on, r = error_of(sqlite3_exec(db->handle, off, NULL, NULL, NULL));

    if (r == 0)
        r = db_begin(db);
    if (r == 0)
        r = change(db, arg);
    if (r >= 0)
        r = references_check(db, -ENOLINK);
    if (r < 0)
        db_rollback(db);
    else
        r = db_commit(db);
    on = error_of(sqlite3_exec(db->handle, back, NULL, NULL, NULL));
    if (on == 0)
        on = pragma_text(db, "PRAGMA foreign_keys", "1");
    return r < 0 ? r : on;
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int db_savepoint(struct db *db)
{
    int r = db_run(db, "SAVEPOINT job", "");

    return r < 0 ? r : 0;
}

int db_savepoint_release(struct db *db)
{
    int r = db_run(db, "RELEASE job", "");

    return r < 0 ? r : 0;
}

int db_savepoint_rollback(struct db *db)
{
    int r = db_run(db, "ROLLBACK TO job", "");

    return r < 0 ? r : db_savepoint_release(db);
}

int db_checkpoint(struct db *db, bool truncate)
{
    int log = 0, done = 0;
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int r = error_of(sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &log, &done));

    return r < 0 ? r : log - done;
}

int db_wal_pages(const struct db *db)
{
    return db->wal_pages;
}

int64_t db_scanned(const struct db *db)
{
    int64_t steps = 0;

    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        if (db->statements[i].handle)
            steps +=
                sqlite3_stmt_status(db->statements[i].handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
    return steps;
}

bool db_is_moved(struct db *db)
{
    const char *file = sqlite3_db_filename(db->handle, "main");
    struct stat st;
    int moved = 0;

    if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
        moved)
        return true;
    if (stat(sqlite3_filename_wal(file), &st) < 0)
        return db->wal != 0;
    if (db->wal == 0)
        db->wal = st.st_ino;
    return st.st_ino != db->wal;
}

int db_check(struct db *db, bool deep)
{
    int r = pragma_text(db, deep ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", "ok");

    if (r == -ENOTSUP)
        return -EUCLEAN;
    return r < 0 ? r : references_check(db, -EUCLEAN);
}

static int file_sync(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    int r;

    if (fd < 0)
        return -errno;
    r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

static int backup_copy(struct db *db, const char *path)
{
    sqlite3_backup *backup;
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    if (rc == SQLITE_OK) {
        backup = sqlite3_backup_init(to, "main", db->handle, "main");
        rc = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(to);
        if (backup && sqlite3_backup_finish(backup) != SQLITE_OK && rc == SQLITE_DONE)
            rc = sqlite3_errcode(to);
        if (rc == SQLITE_DONE) /* one plain file, without a WAL beside it */
            rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    sqlite3_close(to);
    return error_of(rc);
}

static int backup_verify(const char *path)
{
    struct db copy = {.mode = DB_READER};
    int r = error_of(sqlite3_open_v2(path, &copy.handle, SQLITE_OPEN_READONLY, NULL));

    if (r == 0)
        r = db_check(&copy, true);
    sqlite3_close(copy.handle);
    return r;
}

int db_backup(struct db *db, const char *path)
{
    char part[PATH_MAX], folder[PATH_MAX];
    char *slash;
    int fd, r;

    if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    if (access(path, F_OK) == 0)
        return -EEXIST;
    unlink(part);
    fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    r = backup_copy(db, part);
    if (r == 0)
        r = backup_verify(part);
    if (r == 0)
        r = file_sync(part, O_RDWR);
    if (r == 0 && rename(part, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(part);
        return r;
    }
    memcpy(folder, part, sizeof(folder));
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    return file_sync(slash ? folder : ".", O_RDONLY | O_DIRECTORY);
}
