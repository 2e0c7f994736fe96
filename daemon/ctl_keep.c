/* ctl_keep.c - anchangctl backup, restore, verify and export: what keeps a site. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/chart/charts.h"
#include "daemon/ctl.h"
#include "daemon/paper/paper.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/invoice.h"
#include "db/migrate.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/refund.h"
#include "db/verify.h"

int ctl_reader(struct ctl *c, struct db **ret_db)
{
    char what[600];
    int r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));

    if (r == 0)
        site_close(&c->site);
    else if (r != -EALREADY) {
        fprintf(stderr, "anchangctl: %s\n", what);
        return r;
    }
    r = db_open(c->app.db_path, DB_READER, ret_db);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s\n", c->app.db_path, strerror(-r));
    return r;
}

/* Under another name until then. */
int ctl_copy(int in, const char *to)
{
    char part[PATH_MAX], bytes[65536];
    int out, r = 0;
    ssize_t n = 0;

    if (in < 0)
        return in;
    snprintf(part, sizeof(part), "%.4000s.part", to);
    out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        r = -errno;
    while (r == 0 && (n = read(in, bytes, sizeof(bytes))) > 0)
        if (write(out, bytes, (size_t)n) != n)
            r = -EIO;
    if (r == 0 && (n < 0 || fsync(out) < 0))
        r = -EIO;
    close(in);
    if (out >= 0)
        close(out);
    if (r == 0 && rename(part, to) < 0)
        r = -errno;
    return r;
}

static int folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 ? -errno : fsync(fd) < 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    return r;
}

static int open_own(struct ctl *c, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    (void)c;
    if (fd < 0)
        return -errno;
    return fd;
}

/* Files are named by their content: what is there already is the same. */
static int media_copy(struct ctl *c, int (*open_from)(struct ctl *c, const char *path),
                      const char *from, const char *to)
{
    struct dirent *entry;
    int fd = open_from(c, from), r = 0;
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    if (!folder) {
        r = -errno;
        close(fd);
        return r;
    }
    if (mkdir(to, 0700) < 0 && errno != EEXIST)
        r = -errno;
    while (r == 0 && (entry = readdir(folder)) != NULL) {
        char source[PATH_MAX], target[PATH_MAX];

        if (strspn(entry->d_name, "0123456789abcdef") != strlen(entry->d_name))
            continue;
        snprintf(source, sizeof(source), "%.3800s/%s", from, entry->d_name);
        snprintf(target, sizeof(target), "%.3800s/%s", to, entry->d_name);
        if (access(target, F_OK) < 0)
            r = ctl_copy(open_from(c, source), target);
    }
    closedir(folder);
    return r < 0 ? r : folder_sync(to);
}

/* What lies beside the database, with a copy of it at @path: images and documents, and papers. */
static int beside_copy(struct ctl *c, const char *path, bool back)
{
    const struct {
        const char *ending, *own;
    } folders[] = {{"media", c->app.media_dir}, {"papers", c->app.papers_dir}};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        char kept[PATH_MAX];

        snprintf(kept, sizeof(kept), "%.4000s.%s", path, folders[i].ending);
        r = back ? media_copy(c, ctl_open, kept, folders[i].own)
                 : media_copy(c, open_own, folders[i].own, kept);
    }
    return r;
}

/* The copy stands whether or not the log can be told of it, which a full disk keeps from it. */
static void backup_tell(struct ctl *c, const char *path)
{
    char whole[PATH_MAX];
    struct stat info;

    if (!realpath(path, whole) || stat(whole, &info) < 0 ||
        ctl_run_quietly(c, "backup-note",
                        json_pack("{s:s, s:I}", "file", whole, "bytes", (json_int_t)info.st_size)) <
            0)
        fprintf(stderr, "anchangctl: %s is whole, but the site could not note it\n", path);
}

int ctl_backup(struct ctl *c)
{
    const char *path = ctl_word(c, 0);
    struct db *db;
    int r = path ? ctl_reader(c, &db) : -EINVAL;

    if (r < 0)
        return r;
    r = db_backup(db, path);
    if (r == 0) /* after the database: whatever it names is in the folders by then */
        r = beside_copy(c, path, false);
    db_close(db);
    if (r < 0) {
        fprintf(stderr, "anchangctl: %s: %s\n", path, strerror(-r));
        return r;
    }
    printf("%s\n", path);
    backup_tell(c, path);
    return 0;
}

static void violation_print(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    printf("%s: %s\n", invariant, what);
}

int ctl_verify(struct ctl *c)
{
    struct audit_report audit;
    int64_t violations = 0;
    struct db *db;
    char head[2 * AUDIT_HASH_SIZE + 1];
    int r = ctl_reader(c, &db);

    if (r < 0)
        return r;
    r = db_begin(db);
    if (r == 0)
        r = db_check(db, true);
    if (r == 0)
        r = audit_verify(db, &audit);
    if (r == 0)
        r = verify_invariants(db, violation_print, NULL, &violations);
    if (r < 0) {
        fprintf(stderr, "anchangctl: %s (%s)\n", strerror(-r), db_error(db));
    } else {
        sodium_bin2hex(head, sizeof(head), audit.head, sizeof(audit.head));
        printf("audit: %" PRId64 " rows, head %s\n", audit.rows, head);
        if (!audit.ok)
            printf("audit: row %" PRId64 " was altered (%s)\n", audit.first_bad, audit.reason);
        printf("invariants: %" PRId64 " violations\n", violations);
        r = audit.ok && violations == 0 ? 0 : -EUCLEAN;
    }
    db_rollback(db);
    db_close(db);
    return r;
}

/* The copy is good, not newer than this program, and opens with the keys that are here. */
static int copy_check(const char *path, const struct seal_ring *seal)
{
    struct db *copy = NULL;
    int64_t key_id = 0;
    int version = 0;
    int r = db_open(path, DB_WRITER, &copy);

    if (r == 0)
        r = db_check(copy, true);
    if (r == 0)
        r = db_schema_version(copy, &version);
    if (r == 0 && (version == 0 || (size_t)version > migrations_count))
        r = -EPROTONOSUPPORT;
    if (r == 0)
        r = db_migrate(copy, NULL);
    if (r == 0)
        r = customer_key_missing(copy, seal, &key_id);
    if (r == 0)
        r = refund_key_missing(copy, seal, &key_id);
    if (r == 0)
        r = invoice_key_missing(copy, seal, &key_id);
    if (r > 0) {
        fprintf(stderr,
                "anchangctl: personal data in it is sealed with key %" PRIx64
                ", which is not here: put the seal.key of its site in place first\n",
                (uint64_t)key_id);
        r = -EKEYREJECTED;
    }
    if (r == 0 && db_checkpoint(copy, true) < 0)
        r = -EIO;
    db_close(copy);
    return r;
}

/* Puts @side in the place of the database in one step; what was there gets the name @kept first.
 * A log that belongs to the old file must not meet the new one. */
static int database_swap(const char *db_path, const char *side, const char *kept,
                         const char *state_dir)
{
    char log[PATH_MAX], kept_log[PATH_MAX];
    int r = 0;

    snprintf(log, sizeof(log), "%.4000s-wal", db_path);
    snprintf(kept_log, sizeof(kept_log), "%.4000s-wal", kept);
    if (link(db_path, kept) < 0 && errno != ENOENT)
        r = -errno;
    if (r == 0 && rename(log, kept_log) < 0 && errno != ENOENT)
        r = -errno;
    snprintf(log, sizeof(log), "%.4000s-shm", db_path);
    if (r == 0 && unlink(log) < 0 && errno != ENOENT)
        r = -errno;
    if (r == 0)
        r = folder_sync(state_dir);
    if (r == 0 && rename(side, db_path) < 0)
        r = -errno;
    return r < 0 ? r : folder_sync(state_dir);
}

int ctl_restore(struct ctl *c)
{
    const char *path = ctl_word(c, 0);
    char what[600], kept[700], side[600];
    int r;

    if (!path)
        return -EINVAL;
    r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));
    if (r < 0 && !site_wants_restore(r)) {
        fprintf(stderr, "anchangctl: %s; stop anchangd first\n", what);
        return r;
    }
    snprintf(kept, sizeof(kept), "%s/backup/replaced-%" PRId64 ".db", c->config.state_dir,
             clock_wall_ms());
    snprintf(side, sizeof(side), "%s/restore.db", c->config.state_dir);
    r = ctl_copy(ctl_open(c, path), side);
    if (r == 0)
        r = copy_check(side, &c->app.seal);
    if (r == 0)
        r = beside_copy(c, path, true);
    if (r == 0)
        r = database_swap(c->app.db_path, side, kept, c->config.state_dir);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s; nothing was replaced\n", path, strerror(-r));
    else
        printf("restored; what was there is %s\n", kept);
    site_close(&c->site);
    return r;
}

/* What --as may say; JSON is the chart as the API gives it. */
static const struct {
    const char *name;
    int kind; /* enum paper_kind; -1: JSON */
} exports[] = {
    {"json", -1},
    {"chart.xlsx", PAPER_CHART_XLSX},
    {"chart.pdf", PAPER_CHART_PDF},
    {"price-list.xlsx", PAPER_PRICES_XLSX},
    {"price-list.pdf", PAPER_PRICES_PDF},
};

static int export_kind(const char *name, int *ret_kind)
{
    for (size_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++)
        if (strcmp(exports[i].name, name ? name : "json") == 0) {
            *ret_kind = exports[i].kind;
            return 0;
        }
    return -EINVAL;
}

static int snapshot_print(const struct ctl *c, struct snapshot *s, int kind)
{
    const char *lang = ctl_option(c, "lang");
    const struct paper_request request = {
        .snapshot = s, .lang = lang && strcmp(lang, "en") == 0 ? LANG_EN : LANG_ZH};
    struct buf out = {0};
    char *bytes = NULL;
    size_t n = 0;
    int r = kind < 0 ? snapshot_chart_plain(s, &out)
                     : paper_make((enum paper_kind)kind, &request, &bytes, &n);

    if (r == 0 && kind < 0) {
        bytes = out.data;
        n = out.n;
    }
    if (r == 0 && fwrite(bytes, 1, n, stdout) != n)
        r = -EIO;
    free(bytes);
    return r;
}

int ctl_export(struct ctl *c)
{
    const char *project = ctl_option(c, "project");
    struct snapshot *s = NULL;
    int64_t id = 0, live = 0;
    struct db *db;
    int kind, r = export_kind(ctl_option(c, "as"), &kind);

    if (r < 0 || !project)
        return -EINVAL;
    r = ctl_reader(c, &db);
    if (r < 0)
        return r;
    r = project_find(db, project, &id);
    if (r == 1)
        r = publication_live(db, id, &live);
    if (r == 0)
        fprintf(stderr, "anchangctl: %s has no live publication\n", project);
    r = r == 1 ? snapshot_of_publication(db, live, 0, 0, c->config.demo, &s) : r == 0 ? -ENOENT : r;
    if (r == 0) {
        r = snapshot_print(c, s, kind);
        if (r < 0)
            fprintf(stderr, "anchangctl: %s\n", strerror(-r));
    }
    snapshot_unref(s);
    db_close(db);
    return r;
}
