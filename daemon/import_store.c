/* import_store.c - see import_store.h. */
#include "daemon/import_store.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/clock.h"

static int name_check(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= sizeof(((struct stored_import *)NULL)->name))
        return -EINVAL;
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '/' || *p == '\\')
            return -EINVAL;
    return 0;
}

static int id_check(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32 ? 0 : -ENOENT;
}

static int meta_write(const char *path, int64_t user_id, int64_t project_id, const char *name)
{
    FILE *file = fopen(path, "wxe");
    int r;

    if (!file)
        return -errno;
    r = fprintf(file, "%" PRId64 " %" PRId64 "\n%s\n", user_id, project_id, name) < 0 ? -EIO : 0;
    if (fclose(file) != 0 && r == 0)
        r = -EIO;
    return r;
}

/* Making room and adding are one step: two at once would each find room for one. */
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

static int store_add(const char *dir, const char *upload_path, const char *folder,
                     const struct stored_import *st)
{
    int r = 0;

    pthread_mutex_lock(&adding);
    import_store_clean(dir, clock_wall_ms());
    if (mkdir(folder, 0700) < 0 || rename(upload_path, st->path) < 0)
        r = -errno;
    pthread_mutex_unlock(&adding);
    return r;
}

int import_store_add(const char *dir, const char *upload_path, const char *name, int64_t user_id,
                     int64_t project_id, struct stored_import *ret_stored)
{
    char folder[512 + 40], meta[640];
    uint8_t random[16];
    int r = name_check(name);

    if (r < 0)
        return r;
    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(ret_stored->id, sizeof(ret_stored->id), random, sizeof(random));
    snprintf(folder, sizeof(folder), "%s/%s", dir, ret_stored->id);
    snprintf(ret_stored->path, sizeof(ret_stored->path), "%s/data", folder);
    snprintf(meta, sizeof(meta), "%s/meta", folder);
    r = store_add(dir, upload_path, folder, ret_stored);
    if (r == 0)
        r = meta_write(meta, user_id, project_id, name);
    if (r < 0) {
        import_store_drop(dir, ret_stored->id);
        return r;
    }
    return import_store_find(dir, ret_stored->id, user_id, ret_stored);
}

/* Two numbers and a name, as meta_write() wrote them. */
static int meta_read(const char *path, int64_t *ret_user_id, struct stored_import *st)
{
    char line[64];
    char *rest = line;
    FILE *file = fopen(path, "re");

    if (!file)
        return -ENOENT;
    if (!fgets(line, sizeof(line), file) || !fgets(st->name, sizeof(st->name), file))
        line[0] = '\0';
    fclose(file);
    *ret_user_id = strtoll(line, &rest, 10);
    if (rest == line)
        return -ENOENT;
    st->project_id = strtoll(rest, NULL, 10);
    st->name[strcspn(st->name, "\n")] = '\0';
    return 0;
}

int import_store_find(const char *dir, const char *id, int64_t user_id,
                      struct stored_import *ret_stored)
{
    struct stored_import st = {0};
    char meta[640];
    int64_t owner;
    struct stat info;
    int r = id_check(id);

    if (r < 0)
        return r;
    snprintf(st.id, sizeof(st.id), "%s", id);
    snprintf(st.path, sizeof(st.path), "%s/%s/data", dir, id);
    snprintf(meta, sizeof(meta), "%s/%s/meta", dir, id);
    r = meta_read(meta, &owner, &st);
    if (r < 0 || owner != user_id || stat(st.path, &info) < 0)
        return -ENOENT;
    st.size = info.st_size;
    *ret_stored = st;
    return 0;
}

void import_store_drop(const char *dir, const char *id)
{
    static const char *const names[] = {"/data", "/meta", ""};
    char path[640];

    if (id_check(id) < 0)
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s%s", dir, id, names[i]);
        if (names[i][0])
            unlink(path);
        else
            rmdir(path);
    }
}

struct found {
    char id[33];
    int64_t at_ms;
};

static int newest_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    return x->at_ms > y->at_ms ? -1 : x->at_ms < y->at_ms;
}

void import_store_clean(const char *dir, int64_t now_ms)
{
    struct found found[IMPORT_STORE_MAX * 4];
    struct dirent *entry;
    size_t n = 0;
    DIR *d = opendir(dir);

    while (d && n < sizeof(found) / sizeof(found[0]) && (entry = readdir(d)) != NULL) {
        char path[640];
        struct stat info;

        if (id_check(entry->d_name) < 0)
            continue;
        snprintf(path, sizeof(path), "%s/%.32s", dir, entry->d_name);
        if (stat(path, &info) < 0)
            continue;
        memcpy(found[n].id, entry->d_name, sizeof(found[n].id));
        found[n++].at_ms = (int64_t)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
    }
    if (d)
        closedir(d);
    qsort(found, n, sizeof(found[0]), newest_first);
    for (size_t i = 0; i < n; i++)
        if (i >= IMPORT_STORE_MAX - 1 || found[i].at_ms < now_ms - DAY_MS)
            import_store_drop(dir, found[i].id);
}
