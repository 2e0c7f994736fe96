/* site.c - see site.h. */
#include "daemon/site.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/customer_search.h"
#include "db/invoice.h"
#include "db/migrate.h"
#include "db/refund.h"
#include "db/store.h"

enum { KEY_SIZE = 32 };
#define LINK_KEY "%s/secret/link.key"
#define DAMAGED  "%s is damaged: restore a backup with anchangctl restore; nothing was changed"

static int folder_make(const char *path)
{
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* File systems on which WAL's shared memory or fsync does not hold what SQLite needs. */
static bool file_system_refused(const char *path)
{
    static const long refused[] = {NFS_SUPER_MAGIC, V9FS_MAGIC, SMB_SUPER_MAGIC,
                                   0x65735546 /* fuse */, 0xff534d42 /* cifs */};
    struct statfs info;

    if (statfs(path, &info) < 0)
        return false;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if ((long)info.f_type == refused[i])
            return true;
    return false;
}

static int folder_sync(const char *path_in_it)
{
    char folder[640];
    char *slash;
    int fd, r;

    snprintf(folder, sizeof(folder), "%s", path_in_it);
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* Makes the key under another name, so that one cut off half-way is never taken for a key, and
 * names it when it is on the disk: what it signs must not outlive it. */
static int key_make(const char *path, uint8_t ret_key[KEY_SIZE])
{
    char part[648];
    int fd, r;

    snprintf(part, sizeof(part), "%s.part", path);
    unlink(part);
    fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    randombytes_buf(ret_key, KEY_SIZE);
    r = write(fd, ret_key, KEY_SIZE) == KEY_SIZE && fsync(fd) == 0 ? 0 : -EIO;
    close(fd);
    if (r == 0 && link(part, path) < 0) /* never over one that came meanwhile */
        r = -errno;
    unlink(part);
    return r < 0 ? r : folder_sync(path);
}

/* Reads the key at @path, or makes one when it @may. A file of any other size is no key. */
static int key_load(const char *path, bool may, uint8_t ret_key[KEY_SIZE])
{
    uint8_t bytes[KEY_SIZE + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC), r;

    if (fd < 0 && errno == ENOENT && may)
        return key_make(path, ret_key);
    if (fd < 0)
        return -errno;
    r = read(fd, bytes, sizeof(bytes)) == KEY_SIZE ? 0 : -EBADMSG;
    close(fd);
    if (r == 0)
        memcpy(ret_key, bytes, KEY_SIZE);
    sodium_memzero(bytes, sizeof(bytes));
    return r;
}

static int key_refused(int r, const char *path, char *what, size_t what_size)
{
    snprintf(what, what_size, "%s: the key cannot be read or made: %s", path, strerror(-r));
    return r;
}

/* Where the key @name is: what the configuration says, else systemd's credential, else our own. */
static void key_path(const struct config *config, const char *configured, const char *name,
                     char *path, size_t size)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");

    if (configured[0]) {
        snprintf(path, size, "%s", configured);
        return;
    }
    snprintf(path, size, "%s/%s-key", credentials ? credentials : "", name);
    if (!credentials || access(path, R_OK) < 0)
        snprintf(path, size, "%s/secret/%s.key", config->state_dir, name);
}

static int audit_key_load(const struct config *config, const struct app *app, char *what,
                          size_t what_size)
{
    char path[640];
    uint8_t audit_key[KEY_SIZE];
    /* A new key beside an old log would make the log unverifiable from then on (RS F50). */
    bool fresh = access(app->db_path, F_OK) < 0;
    int r;

    key_path(config, config->audit_key_file, "audit", path, sizeof(path));
    r = key_load(path, fresh, audit_key);
    if (r < 0)
        return key_refused(r, path, what, what_size);
    audit_set_key(audit_key);
    sodium_memzero(audit_key, sizeof(audit_key));
    return 0;
}

/* Made once the first database stands: where it is, there must be one. */
static int link_key_load(const struct config *config, struct app *app, char *what, size_t what_size)
{
    char path[640];
    int r;

    snprintf(path, sizeof(path), LINK_KEY, config->state_dir);
    r = key_load(path, true, app->link_key);
    return r < 0 ? key_refused(r, path, what, what_size) : 0;
}

/* One key of KEY_SIZE bytes behind the other: a new one is added at the end. */
static int ring_read(const char *path, struct seal_ring *ring)
{
    uint8_t bytes[KEY_SIZE * SEAL_KEYS_MAX + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read(fd, bytes, sizeof(bytes));
    close(fd);
    if (n < KEY_SIZE || n % KEY_SIZE)
        r = -EBADMSG;
    for (ssize_t i = 0; r == 0 && i < n / KEY_SIZE; i++)
        r = seal_ring_add(ring, bytes + i * KEY_SIZE);
    sodium_memzero(bytes, sizeof(bytes));
    return r;
}

static int seal_keys_read(const struct config *config, struct app *app, char *what,
                          size_t what_size)
{
    char path[640];
    int r;

    seal_ring_clear(&app->seal);
    key_path(config, config->seal_key_file, "seal", path, sizeof(path));
    r = ring_read(path, &app->seal);
    return r < 0 && r != -ENOENT ? key_refused(r, path, what, what_size) : 0;
}

/* What was sealed must open. A key is made only where nothing is sealed yet: beside a database of
 * another site it would not be that one's. */
static int seal_keys_check(const struct config *config, struct app *app, struct db *db, char *what,
                           size_t what_size)
{
    uint8_t made[KEY_SIZE];
    char path[640];
    int64_t id = 0;
    int r = customer_key_missing(db, &app->seal, &id);

    if (r == 0)
        r = refund_key_missing(db, &app->seal, &id);
    if (r == 0)
        r = invoice_key_missing(db, &app->seal, &id);
    if (r < 0)
        return r;
    key_path(config, config->seal_key_file, "seal", path, sizeof(path));
    if (r > 0) {
        snprintf(what, what_size,
                 "%s: personal data in it is sealed with key %" PRIx64
                 ", which is not in %s: put that file back",
                 app->db_path, (uint64_t)id, path);
        return -EKEYREJECTED;
    }
    if (app->seal.n > 0)
        return 0;
    r = key_make(path, made);
    if (r == 0)
        r = seal_ring_add(&app->seal, made);
    sodium_memzero(made, sizeof(made));
    return r < 0 ? key_refused(r, path, what, what_size) : 0;
}

/* All of it under the newest key, so that one hash finds it, and each name among what is found. */
static int reseal(struct db *db, const struct seal_ring *ring)
{
    int n = 0, r = db_begin(db);

    if (r < 0)
        return r;
    r = customer_reseal(db, ring);
    if (r >= 0) {
        n += r;
        r = refund_reseal(db, ring);
    }
    if (r >= 0) {
        n += r;
        r = invoice_reseal(db, ring);
    }
    if (r >= 0) {
        n += r;
        r = customer_keys_fill(db);
    }
    if (r >= 0 && n + r > 0)
        return db_commit(db);
    db_rollback(db);
    return r < 0 ? r : 0;
}

static int lock_take(const char *state_dir, struct site *site)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char path[640], text[24];
    int n;

    snprintf(path, sizeof(path), "%s/lock", state_dir);
    site->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (site->lock_fd < 0)
        return -errno;
    if (fcntl(site->lock_fd, F_OFD_SETLK, &whole) < 0) {
        ssize_t got = pread(site->lock_fd, text, sizeof(text) - 1, 0);

        text[got > 0 ? got : 0] = '\0';
        site->holder = (pid_t)strtol(text, NULL, 10);
        close(site->lock_fd);
        site->lock_fd = -1;
        return -EALREADY;
    }
    n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(site->lock_fd, 0) < 0 || pwrite(site->lock_fd, text, (size_t)n, 0) != n)
        return -errno;
    return 0;
}

/* The log must end with a row that this key gives: another key must not go on with it. */
static int log_check(struct db *db)
{
    struct audit_report report;
    int r = audit_verify_end(db, &report);

    return r < 0 || report.ok ? r : -EKEYREJECTED;
}

static int database_ready(const struct config *config, struct app *app, char *what,
                          size_t what_size)
{
    char backup[640], key[640];
    struct stat file;
    struct db *db;
    int version = 0, r;

    /* An empty site in the place of one that was lost would be taken for the truth (RS F12). */
    snprintf(key, sizeof(key), LINK_KEY, config->state_dir);
    r = stat(app->db_path, &file) < 0 ? errno : 0;
    if ((r == ENOENT || (r == 0 && file.st_size == 0)) && access(key, F_OK) == 0) {
        snprintf(what, what_size,
                 "%s is gone: put it back, or restore a backup with anchangctl restore",
                 app->db_path);
        return -ENODATA;
    }
    r = db_open(app->db_path, DB_WRITER, &db);
    if (r < 0) {
        snprintf(what, what_size, r == -EUCLEAN ? DAMAGED : "%s: cannot be opened: %s",
                 app->db_path, strerror(-r));
        return r;
    }
    r = db_schema_version(db, &version);
    if (r == 0 && version > 0)
        r = db_check(db, false);
    snprintf(backup, sizeof(backup), "%s/backup/before-schema-%d-%" PRId64 ".db", config->state_dir,
             version, clock_wall_ms() / 1000);
    if (r == 0)
        r = db_migrate(db, backup);
    if (r == 0)
        r = db_schema_version(db, &app->schema);
    if (r == 0)
        r = log_check(db);
    if (r == -EKEYREJECTED)
        snprintf(what, what_size,
                 "%s: its audit log does not end with a row of this key: put the right audit.key "
                 "back, or restore a backup",
                 app->db_path);
    if (r == 0)
        r = seal_keys_check(config, app, db, what, what_size);
    if (r == 0)
        r = reseal(db, &app->seal);
    if (r == 0)
        r = db_checkpoint(db, true);
    if (r > 0 || r == -EBUSY) /* somebody reads: it is moved later */
        r = 0;
    if (what[0])
        ; /* told already */
    else if (r == -EUCLEAN)
        snprintf(what, what_size, DAMAGED, app->db_path);
    else if (r == -EPROTONOSUPPORT)
        snprintf(what, what_size, "%s was written by a newer version of Anchang", app->db_path);
    else if (r < 0)
        snprintf(what, what_size, "%s: %s (%s)", app->db_path, strerror(-r), db_error(db));
    db_close(db);
    return r;
}

static int folders_make(const struct config *config, struct app *app)
{
    static const char *const names[] = {"", "/secret", "/media", "/upload", "/import", "/backup"};
    char path[640];
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", config->state_dir, names[i]);
        r = folder_make(path);
    }
    snprintf(app->db_path, sizeof(app->db_path), "%.480s/anchang.db", config->state_dir);
    snprintf(app->media_dir, sizeof(app->media_dir), "%.480s/media", config->state_dir);
    snprintf(app->papers_dir, sizeof(app->papers_dir), "%.480s/papers", config->state_dir);
    snprintf(app->upload_dir, sizeof(app->upload_dir), "%.480s/upload", config->state_dir);
    snprintf(app->import_dir, sizeof(app->import_dir), "%.480s/import", config->state_dir);
    return r;
}

int site_open(const struct config *config, struct app *app, struct site *ret_site, char *what,
              size_t what_size)
{
    struct site site = {.lock_fd = -1};
    int r;

    what[0] = '\0';
    app->config = config;
    if (sodium_init() < 0)
        return -ENOSYS;
    r = folders_make(config, app);
    if (r < 0) {
        snprintf(what, what_size, "%s: %s", config->state_dir, strerror(-r));
        return r;
    }
    if (file_system_refused(config->state_dir)) {
        snprintf(what, what_size, "%s is on a file system that cannot keep a database safe",
                 config->state_dir);
        return -EMEDIUMTYPE;
    }
    r = audit_key_load(config, app, what, what_size);
    if (r == 0)
        r = seal_keys_read(config, app, what, what_size);
    if (r == 0)
        r = lock_take(config->state_dir, &site);
    if (r == -EALREADY)
        snprintf(what, what_size, "%s is in use by process %d", config->state_dir,
                 (int)site.holder);
    else if (r < 0 && !what[0])
        snprintf(what, what_size, "%s/lock: %s", config->state_dir, strerror(-r));
    *ret_site = site;
    if (r == 0)
        r = database_ready(config, app, what, what_size);
    if (r == 0)
        r = link_key_load(config, app, what, what_size);
    if (r < 0 && !site_wants_restore(r))
        site_close(ret_site);
    return r;
}

bool site_wants_restore(int r)
{
    return r == -EUCLEAN || r == -EKEYREJECTED || r == -ENODATA;
}

void site_close(struct site *site)
{
    if (site->lock_fd >= 0)
        close(site->lock_fd);
    site->lock_fd = -1;
}

bool site_database_opens(const struct app *app)
{
    struct db *db;

    if (db_open(app->db_path, DB_READER, &db) < 0)
        return false;
    db_close(db);
    return true;
}
