/* models.c - the models of all folders, and which of them a device is; see model.h. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/model.h"
#include "drivers/text_file.h"

static const char suffix[] = ".model";

struct entry {
    struct model model;
    size_t folder; /* a later one counts before an earlier */
};

struct models {
    size_t n;
    struct entry entries[MODELS_MAX];
};

struct models *models_free(struct models *models)
{
    free(models);
    return NULL;
}

static bool usb_same(const struct usb_id *a, const struct usb_id *b)
{
    return a->vid == b->vid && a->pid == b->pid && a->interface == b->interface;
}

static bool claims_the_same(const struct model *a, const struct model *b)
{
    for (size_t i = 0; i < a->n_usb; i++)
        for (size_t k = 0; k < b->n_usb; k++)
            if (usb_same(&a->usb[i], &b->usb[k]))
                return true;
    return a->pcsc[0] && strcmp(a->pcsc, b->pcsc) == 0;
}

static int model_add(struct models *models, size_t folder, const char *path,
                     const struct model *model, char *error, size_t error_size)
{
    size_t at = models->n;

    for (size_t i = 0; i < models->n; i++) {
        const struct entry *other = &models->entries[i];

        if (strcmp(other->model.id, model->id) == 0) {
            at = i;
        } else if (other->folder == folder && claims_the_same(&other->model, model)) {
            snprintf(error, error_size, "%s: %s claims the same device", path, other->model.id);
            return -EINVAL;
        }
    }
    if (at == MODELS_MAX) {
        snprintf(error, error_size, "%s: more than %d models", path, MODELS_MAX);
        return -E2BIG;
    }
    models->entries[at] = (struct entry){*model, folder};
    models->n += at == models->n;
    return 0;
}

static int file_load(struct models *models, size_t folder, const char *path, char *error,
                     size_t error_size)
{
    struct model model;
    char *text;
    size_t n;
    int r = text_file_read(path, MODEL_FILE_MAX, &text, &n);

    if (r < 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(-r));
        return r;
    }
    r = model_parse(path, text, n, &model, error, error_size);
    free(text);
    return r < 0 ? r : model_add(models, folder, path, &model, error, error_size);
}

static int is_model(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name), end = sizeof(suffix) - 1;

    return entry->d_name[0] != '.' && n > end && strcmp(entry->d_name + n - end, suffix) == 0;
}

static int folder_load(struct models *models, size_t folder, const char *name, char *error,
                       size_t error_size)
{
    struct dirent **files;
    int n = scandir(name, &files, is_model, alphasort), r = 0;

    if (n < 0) {
        r = -errno;
        if (r == -ENOENT)
            return 0;
        snprintf(error, error_size, "%s: %s", name, strerror(-r));
        return r;
    }
    for (int i = 0; i < n; i++) {
        char *path = NULL;

        if (r == 0 && asprintf(&path, "%s/%s", name, files[i]->d_name) < 0) {
            path = NULL;
            r = -ENOMEM;
            snprintf(error, error_size, "%s: %s", name, strerror(ENOMEM));
        }
        if (r == 0)
            r = file_load(models, folder, path, error, error_size);
        free(path);
        free(files[i]);
    }
    free(files);
    return r;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->model.id, ((const struct entry *)b)->model.id);
}

int models_load(const char *const *folders, struct models **ret_models, char *error,
                size_t error_size)
{
    struct models *models = calloc(1, sizeof(*models));
    int r = 0;

    if (!models) {
        snprintf(error, error_size, "%s", strerror(ENOMEM));
        return -ENOMEM;
    }
    for (size_t i = 0; folders[i] && r == 0; i++)
        r = folder_load(models, i, folders[i], error, error_size);
    if (r < 0) {
        models_free(models);
        return r;
    }
    qsort(models->entries, models->n, sizeof(models->entries[0]), by_id);
    *ret_models = models;
    return 0;
}

const struct model *models_at(const struct models *models, size_t i)
{
    return i < models->n ? &models->entries[i].model : NULL;
}

const struct model *models_find(const struct models *models, const char *id)
{
    for (size_t i = 0; i < models->n; i++)
        if (strcmp(models->entries[i].model.id, id) == 0)
            return &models->entries[i].model;
    return NULL;
}

/* How well @model fits: 0 not at all; of patterns, the longer one says more. */
static size_t fit(const struct model *model, const struct device_id *device)
{
    struct usb_id usb = {device->vid, device->pid, device->interface};

    if (strcmp(model->driver->bus, device->bus) != 0)
        return 0;
    for (size_t i = 0; i < model->n_usb; i++)
        if (usb_same(&model->usb[i], &usb))
            return 1;
    if (model->pcsc[0] && fnmatch(model->pcsc, device->path, 0) == 0)
        return strlen(model->pcsc);
    return strcmp(device->bus, "virtual") == 0;
}

const struct model *models_match(const struct models *models, const struct device_id *device)
{
    const struct entry *best = NULL;
    size_t best_fit = 0;

    for (size_t i = 0; i < models->n; i++) {
        const struct entry *entry = &models->entries[i];
        size_t f = fit(&entry->model, device);

        if (f > best_fit || (f > 0 && f == best_fit && entry->folder > best->folder)) {
            best = entry;
            best_fit = f;
        }
    }
    return best ? &best->model : NULL;
}
