/* media.c - floor plans, photos and papers: upload and download (PM-10, PM-25).
 *
 * What a file is, is told by its first bytes, never by its name or what the browser says. SVG is
 * refused: it is a document that runs. The file is on the disk, synced, under the hash of its
 * content, before its row is written; a file without a row is harmless.
 */
#include "daemon/api/media.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/chart/charts.h"
#include "daemon/http/text.h"
#include "db/media.h"

enum { MEDIA_MAX = 8 << 20, NAME_MAX_CHARS = 120 };

/* ---- files ---- */

static int file_read(const char *path, char **ret_bytes, size_t *ret_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    char *bytes = NULL;
    size_t n = 0;
    int r = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_size > MEDIA_MAX)
        r = -EFBIG;
    if (r == 0 && !(bytes = malloc((size_t)st.st_size + 1)))
        r = -ENOMEM;
    while (r == 0 && n < (size_t)st.st_size) {
        ssize_t got = read(fd, bytes + n, (size_t)st.st_size - n);

        if (got > 0)
            n += (size_t)got;
        else if (got == 0)
            r = -EIO;
        else if (errno != EINTR)
            r = -errno;
    }
    close(fd);
    if (r < 0) {
        free(bytes);
        return r;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

static int path_sync(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (fsync(fd) < 0)
        r = -errno;
    close(fd);
    return r;
}

/* Moves the upload to its place: the file first, then the folder that names it. */
static int file_keep(const struct app *app, const char *upload, const char *id)
{
    char path[600];
    int r = path_sync(upload, O_RDONLY);

    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s/%s", app->media_dir, id);
    if (rename(upload, path) < 0)
        return -errno;
    return path_sync(app->media_dir, O_RDONLY | O_DIRECTORY);
}

/* ---- what a file is ---- */

static const char *type_of(const char *bytes, size_t n)
{
    if (n >= 24 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "image/png";
    if (n >= 16 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        return "image/jpeg";
    if (n >= 16 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return "image/webp";
    if (n >= 16 && memcmp(bytes, "%PDF-", 5) == 0)
        return "application/pdf";
    return NULL;
}

static void id_make(int64_t project_id, const char *bytes, size_t n, char out[MEDIA_ID_SIZE + 1])
{
    crypto_generichash_state state;
    uint8_t hash[MEDIA_ID_SIZE / 2], project[8];

    for (int i = 0; i < 8; i++)
        project[i] = (uint8_t)((uint64_t)project_id >> (8 * i));
    crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    crypto_generichash_update(&state, project, sizeof(project));
    crypto_generichash_update(&state, (const uint8_t *)bytes, n);
    crypto_generichash_final(&state, hash, sizeof(hash));
    sodium_bin2hex(out, MEDIA_ID_SIZE + 1, hash, sizeof(hash));
}

/* ---- upload: read, told and kept on a slow thread; the row on the writer's ---- */

struct kept {
    int64_t project_id, size;
    char id[MEDIA_ID_SIZE + 1], name[4 * NAME_MAX_CHARS + 1];
    const char *content_type;
};

static int name_take(struct call *call, char *out, size_t size)
{
    const char *name = call_query(call, "name");
    size_t chars = 0;

    if (!name)
        name = "";
    if (!text_allowed(name, strlen(name), &chars) || chars > NAME_MAX_CHARS) {
        fault_item(call->tx.fault, FAULT_FIELD_TEXT, 0, "name", "field", "name", NULL);
        return fault_fields_refused(call->tx.fault);
    }
    snprintf(out, size, "%s", name);
    return 0;
}

static int upload_keep(struct call *call, struct kept *kept)
{
    char *bytes = NULL;
    size_t n = 0;
    int r = file_read(call->upload_path, &bytes, &n);

    if (r < 0)
        return r;
    kept->content_type = type_of(bytes, n);
    kept->size = (int64_t)n;
    id_make(kept->project_id, bytes, n, kept->id);
    free(bytes);
    if (!kept->content_type)
        return fault_set(call->tx.fault, FAULT_MEDIA_TYPE, NULL);
    return file_keep(call->app, call->upload_path, kept->id);
}

int api_media_prepare(struct call *call)
{
    struct kept *kept = calloc(1, sizeof(*kept));
    int r;

    if (!kept)
        return -ENOMEM;
    r = call_query_int(call, "project", 1, INT64_MAX, 0, &kept->project_id);
    if (r == 0)
        r = tx_need_project(&call->tx, kept->project_id);
    if (r == 0)
        r = name_take(call, kept->name, sizeof(kept->name));
    if (r == 0 && !call->upload_path)
        r = fault_set(call->tx.fault, FAULT_MEDIA_TYPE, NULL);
    if (r == 0)
        r = upload_keep(call, kept);
    if (r < 0) {
        free(kept);
        return r;
    }
    call->prepared = kept;
    return 0;
}

int api_media_upload(struct call *call)
{
    const struct kept *kept = call->prepared;
    const struct media_row row = {kept->id, kept->project_id, kept->content_type, kept->name,
                                  kept->size};
    int r = media_add(&call->tx, &row);

    if (r < 0)
        return r;
    call->reply.body = json_pack("{s:s, s:s, s:I}", "id", kept->id, "content_type",
                                 kept->content_type, "size", (json_int_t)kept->size);
    call->reply.status = 201;
    snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/media/%s", kept->id);
    return call->reply.body ? 0 : -ENOMEM;
}

/* ---- download ---- */

static const char *type_constant(const char *type)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/webp", "application/pdf"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i], type) == 0)
            return types[i];
    return "application/octet-stream";
}

static int row_reply(void *arg, const struct media_row *row)
{
    struct call *call = arg;
    char path[600];
    int r;

    snprintf(path, sizeof(path), "%s/%s", call->app->media_dir, row->id);
    r = file_read(path, &call->reply.bytes, &call->reply.n_bytes);
    if (r == -ENOENT)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    call->reply.content_type = type_constant(row->content_type);
    call->reply.cache_control = "private, max-age=86400";
    snprintf(call->reply.etag, sizeof(call->reply.etag), "\"%s\"", row->id);
    /* A paper is a download in a sandbox, a picture is shown. */
    if (strcmp(row->content_type, "application/pdf") == 0)
        snprintf(call->reply.disposition, sizeof(call->reply.disposition),
                 "inline; filename=\"%s.pdf\"", row->id);
    return 0;
}

int media_reply(struct call *call, const char *id)
{
    struct tx all = call->tx;

    all.actor = &actor_system;
    return media_get(&all, id, row_reply, call);
}

int api_media_get(struct call *call)
{
    return media_get(&call->tx, call->param[0], row_reply, call);
}

/* ---- what the public may see ---- */

static bool list_names(const char *ids, const char *id)
{
    const char *at = strstr(ids, id);

    return at && (at == ids || at[-1] == ' ') &&
           (at[MEDIA_ID_SIZE] == ' ' || at[MEDIA_ID_SIZE] == '\0');
}

/* In which field an item's file stands (content.h); -1: it has none. */
static int item_media_field(const char *section)
{
    static const struct {
        const char *section;
        int field;
    } fields[] = {{"project", 10}, {"layout", 4}, {"permit", 9}, {"disclosure", 0}};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(fields[i].section, section) == 0)
            return fields[i].field;
    return -1;
}

static bool item_names(const struct published_item *item, const char *id)
{
    const int field = item_media_field(item->section);
    const char *p = item->value;

    for (int i = 0; p && i < field; i++) {
        p = strchr(p, '\x1f');
        p = p ? p + 1 : NULL;
    }
    return field >= 0 && p && strncmp(p, id, MEDIA_ID_SIZE) == 0 &&
           (p[MEDIA_ID_SIZE] == '\x1f' || p[MEDIA_ID_SIZE] == '\0');
}

bool media_is_published(const struct content *content, const char *id)
{
    if (strlen(id) != MEDIA_ID_SIZE)
        return false;
    for (size_t i = 0; i < content->n_items; i++)
        if (item_names(&content->items[i], id))
            return true;
    for (size_t i = 0; i < content->n_units; i++)
        if (list_names(content->units[i].media, id))
            return true;
    return false;
}

static int row_project(void *arg, const struct media_row *row)
{
    *(int64_t *)arg = row->project_id;
    return 0;
}

int api_public_media(struct call *call)
{
    const char *id = call->param[0];
    struct snapshot *live;
    int64_t project_id = 0;
    bool shown = false;
    int r = media_get(&call->tx, id, row_project, &project_id);

    if (r < 0)
        return r;
    live = charts_get(call->app->charts, project_id);
    if (live)
        shown = media_is_published(snapshot_content(live), id);
    snapshot_unref(live);
    return shown ? media_reply(call, id) : fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
}
