/* store.h - the store: one connection to the database, its statements and transactions.
 *
 * The small interface behind which the engine stands (SQLite now, PostgreSQL later). Queries are
 * constant strings with $1 parameters in the SQL both engines share; nothing else of an engine
 * shows through. A connection is used by one thread at a time. Exactly one connection of the
 * process is a writer (see writer.h); it alone writes and checkpoints, which also keeps SQLite 3.40
 * clear of its WAL-reset bug.
 *
 * Errors: 0 or positive on success; -EEXIST a UNIQUE index refused, -EINVAL a CHECK, NOT NULL or
 * trigger refused, -ENOLINK a foreign key refused, -ENOSPC disk full, -EBUSY somebody else holds
 * the file, -EUCLEAN the file is damaged, -EROFS written through a reader, -EIO anything else of
 * the disk, -EPROTO the statement itself is wrong or not allowed, -ENOMEM. A message for the log is
 * in db_error().
 */
#ifndef ANCHANG_DB_STORE_H
#define ANCHANG_DB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct stmt;

enum db_mode { DB_WRITER, DB_READER };

/* Opens @path. A writer creates it, mode 0600, when it is missing. Every setting (WAL, FULL sync,
 * foreign keys, ...) is read back and a difference fails with -ENOTSUP. */
int db_open(const char *path, enum db_mode mode, struct db **ret_db);
struct db *db_close(struct db *db);

/* What the engine last said; valid until the next call on @db. For logs, never for users. */
const char *db_error(const struct db *db);

/* The prepared statement for @sql, which must be a string constant: the connection keeps statements
 * by its address. It comes reset and without bindings. Valid until db_close(). After a failure it
 * is NULL, here and in db_query(), so that one stmt_reset() at the end serves every way out. */
int db_prepare(struct db *db, const char *sql, struct stmt **ret_stmt);

/* Parameters are numbered from 1. Text and blobs are not copied: they must live until the last
 * stmt_step(). NULL text binds NULL. */
int stmt_bind_int(struct stmt *s, int index, int64_t value);
int stmt_bind_text(struct stmt *s, int index, const char *text);
int stmt_bind_blob(struct stmt *s, int index, const void *data, size_t size);
int stmt_bind_null(struct stmt *s, int index);

/* 1: a row is there, 0: done (and reset), negative: error (and reset). */
int stmt_step(struct stmt *s);
/* Ends a statement that was not stepped to 0; harmless otherwise. */
void stmt_reset(struct stmt *s);

/* Columns are numbered from 0; values live until the next step or reset. NULL reads as 0 / NULL. */
bool stmt_is_null(struct stmt *s, int column);
int64_t stmt_int(struct stmt *s, int column);
const char *stmt_text(struct stmt *s, int column);
const void *stmt_blob(struct stmt *s, int column, size_t *ret_size);
/* How many there are, and what they are called in the statement. */
int stmt_columns(struct stmt *s);
const char *stmt_name(struct stmt *s, int column);

/* Prepare, bind and step to the end. @types has one letter per parameter: i int64_t, t const char
 * *, b const void * and size_t, n null (no argument), o const int64_t * (NULL binds NULL). Returns
 * how many rows were changed. */
int db_run(struct db *db, const char *sql, const char *types, ...);

/* As db_run(), for one row whose first column is an integer: 1 and the value, 0 when there is no
 * row or it is NULL. Also for INSERT ... RETURNING id. */
int db_get(struct db *db, int64_t *ret_value, const char *sql, const char *types, ...);

/* Prepares and binds as db_run() does, without stepping. */
int db_query(struct db *db, struct stmt **ret_stmt, const char *sql, const char *types, ...);

/* Runs a script of several statements; for migrations and tests only. */
int db_script(struct db *db, const char *sql);

int db_begin(struct db *db);  /* a write transaction (writer) or a consistent read (reader) */
int db_commit(struct db *db); /* on error nothing of the transaction remains */
int db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* Runs @change in a transaction of its own in which a table may be made anew under those that refer
 * to it: references are checked at its end, all of them (-ENOLINK), and nothing remains of a failed
 * one. Writer only; outside transactions. For migrations. */
int db_schema_change(struct db *db, int (*change)(struct db *db, void *arg), void *arg);

/* One level of savepoint inside a transaction. */
int db_savepoint(struct db *db);
int db_savepoint_release(struct db *db);
int db_savepoint_rollback(struct db *db);

/* Writer only: moves the WAL into the file. Returns the number of WAL pages left, or an error. */
int db_checkpoint(struct db *db, bool truncate);
/* Writer only: pages in the WAL after the last commit, moved or not. */
int db_wal_pages(const struct db *db);
/* Writer only: whether the file or its WAL is no longer the one in its folder (RS F12). What is
 * written then is gone with the last who has it open. */
bool db_is_moved(struct db *db);

/* Copies the whole database to @path (which must not exist) while it is in use, checks the copy and
 * makes it durable before it gets its name. */
int db_backup(struct db *db, const char *path);

/* How many rows were stepped over for want of an index, by all statements of @db since it was
 * opened: what a query that must stay quick in a large office may not raise with its size. */
int64_t db_scanned(const struct db *db);

/* Name and version of the engine, e.g. "SQLite 3.40.1". */
const char *db_engine_version(void);

/* Engine's own check of the file: 0, or -EUCLEAN with db_error() set. @deep also walks the
 * indexes. */
int db_check(struct db *db, bool deep);

#endif
