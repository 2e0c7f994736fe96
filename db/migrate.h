/* migrate.h - the schema's versions: forward, one transaction each, never past what we know (F19).
 *
 * Thread: the one that holds the writing connection, before anything else runs on it.
 */
#ifndef ANCHANG_DB_MIGRATE_H
#define ANCHANG_DB_MIGRATE_H

#include <stddef.h>

struct db;

struct migration {
    int number; /* 1, 2, ... without a gap */
    const char *name;
    const char *sql;
};

/* Generated from db/migrations/NNN_name.sql. */
extern const struct migration migrations[];
extern const size_t migrations_count;

/* Brings @db to the newest version. Before the first change of an existing database a copy is
 * laid at @backup_path (NULL: none). -EPROTONOSUPPORT when the file is newer than this program. */
int db_migrate(struct db *db, const char *backup_path);

/* The version of the file: 0 for an empty one. */
int db_schema_version(struct db *db, int *ret_version);

#endif
