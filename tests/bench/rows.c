/* rows.c - bench_rows BEFORE AFTER SALES FOLDER ROUNDS: how fast plain SQLite writes what so many
 * sales wrote.
 *
 * BEFORE and AFTER are copies of one site's database with SALES sales between them, all alike. The
 * rows that AFTER has more are written into a copy of BEFORE: the same tables with the same indexes
 * and references, the settings of the store, but without triggers, a sale's rows in a transaction
 * of their own and so with a sync of their own, from one thread. What a sale changes in rows that
 * were there is left out, and so is all it reads. Each round begins with a new copy, in FOLDER.
 * Prints {"rows":N,"single":[…]}: rows a sale, sales a second.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TABLES_MAX = 64, ROUNDS_MAX = 50 };

struct table {
    char name[64];
    int columns;
    long rows, each;        /* in all, and of one sale */
    sqlite3_value **values; /* row after row */
    sqlite3_stmt *insert;
};

static struct table tables[TABLES_MAX];
static size_t n_tables;
static long sales;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_rows: %s: %s\n", what, why);
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sql, sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail(sql, sqlite3_errmsg(db));
    return s;
}

static sqlite3 *open_plain(const char *path)
{
    sqlite3 *db;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        fail(path, sqlite3_errmsg(db));
    return db;
}

/* ---- what the sales wrote ---- */

static void row_keep(struct table *t, sqlite3_stmt *s)
{
    const size_t at = (size_t)t->rows * (size_t)t->columns;

    t->values = realloc(t->values, (at + (size_t)t->columns) * sizeof(*t->values));
    for (int i = 0; t->values && i < t->columns; i++)
        t->values[at + (size_t)i] = sqlite3_value_dup(sqlite3_column_value(s, i));
    if (!t->values)
        fail(t->name, "no memory");
    t->rows++;
}

/* Of all tables that grew. What all sales share, such as the
 * numbers of their papers, is no sale's row. */
static void table_read(sqlite3 *db, const char *name, bool rowids)
{
    struct table *t = &tables[n_tables];
    sqlite3_stmt *s;
    char *sql = sqlite3_mprintf(
        rowids ? "SELECT * FROM after.\"%w\" WHERE rowid > (SELECT COALESCE(MAX(rowid), 0) FROM "
                 "main.\"%w\") ORDER BY rowid"
               : "SELECT * FROM after.\"%w\" EXCEPT SELECT * FROM main.\"%w\"",
        name, name);

    *t = (struct table){.rows = 0};
    snprintf(t->name, sizeof(t->name), "%s", name);
    s = prepare(db, sql);
    sqlite3_free(sql);
    t->columns = sqlite3_column_count(s);
    while (sqlite3_step(s) == SQLITE_ROW)
        row_keep(t, s);
    sqlite3_finalize(s);
    t->each = t->rows / sales;
    if (t->each == 0)
        return;
    if (t->rows % sales != 0 || ++n_tables == TABLES_MAX)
        fail(name, "its rows are not those of sales that are all alike");
}

/* What is looked at only at the end, as a voucher's leaf, may come later. */
static bool refers(sqlite3 *db, const struct table *from, const struct table *to)
{
    sqlite3_stmt *s =
        prepare(db, "SELECT 1 FROM pragma_foreign_key_list($1) k JOIN sqlite_master m ON m.name = "
                    "$1 WHERE k.\"table\" = $2 AND m.sql NOT GLOB '*REFERENCES ' || $2 || "
                    "'(*) DEFERRABLE*'");
    bool found;

    sqlite3_bind_text(s, 1, from->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, to->name, -1, SQLITE_STATIC);
    found = sqlite3_step(s) == SQLITE_ROW;
    sqlite3_finalize(s);
    return found;
}

/* What refers to another goes behind it. */
static void tables_order(sqlite3 *db)
{
    for (size_t i = 0, moves = 0; i < n_tables; i++)
        for (size_t k = i + 1; k < n_tables; k++)
            if (refers(db, &tables[i], &tables[k])) {
                const struct table first = tables[k];

                memmove(&tables[i + 1], &tables[i], (k - i) * sizeof(first));
                tables[i] = first;
                k = i;
                if (++moves > TABLES_MAX * TABLES_MAX)
                    fail(first.name, "refers in a ring");
            }
}

static void tables_read(const char *before, const char *after)
{
    sqlite3 *db = open_plain(before);
    sqlite3_stmt *s = prepare(db, "ATTACH $1 AS after");

    sqlite3_bind_text(s, 1, after, -1, SQLITE_STATIC);
    sqlite3_step(s);
    sqlite3_finalize(s);
    s = prepare(db, "SELECT m.name, p.wr FROM main.sqlite_master m JOIN pragma_table_list p ON "
                    "p.name = m.name AND p.schema = 'main' AND p.type = 'table' "
                    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'");
    while (sqlite3_step(s) == SQLITE_ROW)
        table_read(db, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int(s, 1) == 0);
    sqlite3_finalize(s);
    tables_order(db);
    sqlite3_close(db);
}

/* ---- written once more ---- */

static void file_copy(const char *from, const char *to)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    FILE *in = fopen(from, "rbe"), *out;
    char part[65536], name[600];
    size_t n;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", to, ends[i]);
        unlink(name);
    }
    out = fopen(to, "wbe");
    if (!in || !out)
        fail(to, "not copied");
    while ((n = fread(part, 1, sizeof(part), in)) > 0)
        fwrite(part, 1, n, out);
    if (fflush(out) != 0 || fsync(fileno(out)) < 0)
        fail(to, "not copied");
    fclose(in);
    fclose(out);
}

static void triggers_drop(sqlite3 *db)
{
    sqlite3_stmt *s = prepare(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'");
    sqlite3_str *sql = sqlite3_str_new(db);
    char *text;

    while (sqlite3_step(s) == SQLITE_ROW)
        sqlite3_str_appendf(sql, "DROP TRIGGER \"%w\";", sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    text = sqlite3_str_finish(sql);
    run(db, text);
    sqlite3_free(text);
}

static void insert_prepare(sqlite3 *db, struct table *t)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    char *text;

    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (?", t->name);
    for (int i = 1; i < t->columns; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendall(sql, ")");
    text = sqlite3_str_finish(sql);
    t->insert = prepare(db, text);
    sqlite3_free(text);
}

static void rows_insert(sqlite3 *db, struct table *t, long sale)
{
    for (long row = sale * t->each; row < (sale + 1) * t->each; row++) {
        for (int i = 0; i < t->columns; i++)
            sqlite3_bind_value(t->insert, i + 1, t->values[row * t->columns + i]);
        if (sqlite3_step(t->insert) != SQLITE_DONE || sqlite3_reset(t->insert) != SQLITE_OK)
            fail(t->name, sqlite3_errmsg(db));
    }
}

static double single(const char *before, const char *path)
{
    sqlite3_stmt *begin, *commit;
    double start;
    sqlite3 *db;

    file_copy(before, path);
    db = open_plain(path);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192");
    triggers_drop(db);
    run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    for (size_t i = 0; i < n_tables; i++)
        insert_prepare(db, &tables[i]);
    begin = prepare(db, "BEGIN IMMEDIATE");
    commit = prepare(db, "COMMIT");
    start = now_s();
    for (long sale = 0; sale < sales; sale++) {
        sqlite3_step(begin), sqlite3_reset(begin);
        for (size_t i = 0; i < n_tables; i++)
            rows_insert(db, &tables[i], sale);
        if (sqlite3_step(commit) != SQLITE_DONE || sqlite3_reset(commit) != SQLITE_OK)
            fail("COMMIT", sqlite3_errmsg(db));
    }
    start = now_s() - start;
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    for (size_t i = 0; i < n_tables; i++)
        sqlite3_finalize(tables[i].insert);
    sqlite3_close(db);
    return (double)sales / start;
}

int main(int argc, char **argv)
{
    const long rounds = argc == 6 ? strtol(argv[5], NULL, 10) : 0;
    char path[512];
    long each = 0;

    sales = argc == 6 ? strtol(argv[3], NULL, 10) : 0;
    if (sales < 1 || rounds < 1 || rounds > ROUNDS_MAX) {
        fputs("bench_rows BEFORE AFTER SALES FOLDER ROUNDS\n", stderr);
        return 2;
    }
    tables_read(argv[1], argv[2]);
    for (size_t i = 0; i < n_tables; i++)
        each += tables[i].each;
    snprintf(path, sizeof(path), "%s/single.db", argv[4]);
    printf("{\"rows\":%ld,\"single\":[", each);
    for (long i = 0; i < rounds; i++)
        printf("%s%.1f", i ? "," : "", single(argv[1], path));
    puts("]}");
    return 0;
}
