/* migrate.c - see migrate.h. The version is a row, not a pragma, so that every engine has it. */
#include "db/migrate.h"

#include <errno.h>

#include "db/clock.h"
#include "db/store.h"

static int version_table(struct db *db)
{
    return db_script(
        db, "CREATE TABLE IF NOT EXISTS schema_version ("
            "version INTEGER PRIMARY KEY, name TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT");
}

int db_schema_version(struct db *db, int *ret_version)
{
    int64_t version = 0;
    int r = version_table(db);

    if (r < 0)
        return r;
    r = db_get(db, &version, "SELECT MAX(version) FROM schema_version", "");
    if (r < 0)
        return r;
    *ret_version = (int)version;
    return 0;
}

static int migration_apply(struct db *db, void *arg)
{
    const struct migration *m = arg;
    int r = db_script(db, m->sql);

    if (r < 0)
        return r;
    return db_run(db, "INSERT INTO schema_version (version, name, at_ms) VALUES ($1, $2, $3)",
                  "iti", (int64_t)m->number, m->name, clock_wall_ms());
}

int db_migrate(struct db *db, const char *backup_path)
{
    int version, r = db_schema_version(db, &version);

    if (r < 0)
        return r;
    if ((size_t)version > migrations_count)
        return -EPROTONOSUPPORT;
    if (version > 0 && (size_t)version < migrations_count && backup_path) {
        r = db_backup(db, backup_path);
        if (r < 0 &&
            r != -EEXIST) /* there from a run that was cut off: that one is the older copy */
            return r;
    }
    for (size_t i = (size_t)version; i < migrations_count; i++) {
        struct migration next = migrations[i];

        r = db_schema_change(db, migration_apply, &next);
        if (r < 0)
            return r;
    }
    return 0;
}
