/* xlsx.c - the archive, the list of sheets and where their parts lie. */
#include "daemon/sheet/xlsx_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_PARTS = 16, PATH_LEN = 512 };

/* Resolves @target against the folder of @base, as part names without a leading slash. What would
 * leave the archive resolves to nothing. Returns a new string, NULL when it has no good form. */
static char *path_resolve(const char *base, const char *target)
{
    char full[2 * PATH_LEN], *out;
    const char *slash = strrchr(base, '/');
    size_t prefix = target[0] == '/' || !slash ? 0 : (size_t)(slash - base + 1);
    size_t used = 0, len = strlen(target);

    if (prefix >= PATH_LEN || len >= PATH_LEN)
        return NULL;
    memcpy(full, base, prefix);
    memcpy(full + prefix, target, len + 1);
    out = calloc(1, prefix + len + 2);
    if (!out)
        return NULL;
    for (const char *p = full; *p;) {
        size_t n = strcspn(p, "/");

        if (n == 2 && memcmp(p, "..", 2) == 0) {
            char *up;

            out[used] = '\0';
            up = strrchr(out, '/');
            if (used == 0) {
                free(out);
                return NULL;
            }
            used = up ? (size_t)(up - out) : 0;
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            if (used > 0)
                out[used++] = '/';
            memcpy(out + used, p, n);
            used += n;
        }
        p += n;
        p += *p == '/';
    }
    out[used] = '\0';
    return out;
}

static bool ends_with(const char *text, const char *tail)
{
    size_t len = strlen(text), n = strlen(tail);

    return len >= n && strcmp(text + len - n, tail) == 0;
}

int xlsx_part_open(struct xlsx *x, struct part *p, const char *name, struct fault *f)
{
    if (x->zip)
        return part_open_zip(p, x->zip, x->file_len, name, f);
    if (strcmp(name, "xl/sharedStrings.xml") == 0)
        return x->xml.strings ? part_open_memory(p, name, x->xml.strings, x->xml.strings_len)
                              : -ENOENT;
    if (strcmp(name, "xl/styles.xml") == 0)
        return x->xml.styles ? part_open_memory(p, name, x->xml.styles, x->xml.styles_len)
                             : -ENOENT;
    return part_open_memory(p, name, x->xml.rows, x->xml.rows_len);
}

static int ignore_end(void *user, const char *name)
{
    (void)user, (void)name;
    return 0;
}

/* Reads the small part @name whole with @handlers. */
static int read_part(struct xlsx *x, const char *name, const struct part_handlers *handlers,
                     struct fault *f)
{
    struct part p = {.handlers = handlers, .user = x, .total = &x->total};
    int r;

    x->total = 0;
    r = xlsx_part_open(x, &p, name, f);
    if (r == 0)
        r = part_run(&p, f);
    part_close(&p);
    return r;
}

/* _rels/.rels: where the workbook is. */
static int root_start(void *user, const char *name, const char **attrs)
{
    struct xlsx *x = user;
    const char *type = part_attr(attrs, "Type"), *target = part_attr(attrs, "Target");

    if (strcmp(name, "Relationship") != 0 || !type || !target || x->workbook_path)
        return 0;
    if (!ends_with(type, "/officeDocument"))
        return 0;
    x->workbook_path = path_resolve("", target);
    return x->workbook_path ? 0 : -EBADMSG;
}

/* xl/workbook.xml: the sheets in their order, and which year dates count from. */
static int workbook_start(void *user, const char *name, const char **attrs)
{
    struct xlsx *x = user;
    struct workbook_sheet *s;
    const char *title = part_attr(attrs, "name"), *id = NULL, *state = part_attr(attrs, "state");
    const char *from1904 = part_attr(attrs, "date1904");

    if (strcmp(name, "workbookPr") == 0)
        x->date1904 = from1904 && (strcmp(from1904, "1") == 0 || strcmp(from1904, "true") == 0);
    if (strcmp(name, "sheet") != 0)
        return 0;
    for (const char **a = attrs; a[0]; a += 2) /* "id" has a prefix, "sheetId" has not */
        if (strchr(a[0], ':') && ends_with(a[0], ":id"))
            id = a[1];
    if (!id || !title)
        return -EBADMSG;
    if (x->n_sheets == SHEET_SHEETS_MAX)
        return -EOVERFLOW;
    s = &x->sheets[x->n_sheets++];
    s->name = strndup(title, SHEET_NAME_MAX);
    s->id = strdup(id);
    s->hidden = state && strcmp(state, "visible") != 0;
    return s->name && s->id ? 0 : -ENOMEM;
}

/* xl/_rels/workbook.xml.rels: where each sheet is. Only parts inside the workbook's own folder
 * are followed; charts and macros are no sheets. */
static int relation_start(void *user, const char *name, const char **attrs)
{
    struct xlsx *x = user;
    const char *type = part_attr(attrs, "Type"), *target = part_attr(attrs, "Target");
    const char *id = part_attr(attrs, "Id"), *mode = part_attr(attrs, "TargetMode");

    if (strcmp(name, "Relationship") != 0 || !type || !target || !id || mode)
        return 0;
    if (!ends_with(type, "/worksheet"))
        return 0;
    for (size_t i = 0; i < x->n_sheets; i++) {
        struct workbook_sheet *s = &x->sheets[i];

        if (s->path || strcmp(s->id, id) != 0)
            continue;
        s->path = path_resolve(x->workbook_path, target);
        if (!s->path || strncmp(s->path, "xl/", 3) != 0)
            return -EBADMSG;
    }
    return 0;
}

static void sheet_drop(struct workbook_sheet *s)
{
    free(s->name);
    free(s->id);
    free(s->path);
}

/* Leaves out what has no worksheet behind it. */
static void drop_pathless(struct xlsx *x)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->n_sheets; i++) {
        if (x->sheets[i].path)
            x->sheets[kept++] = x->sheets[i];
        else
            sheet_drop(&x->sheets[i]);
    }
    x->n_sheets = kept;
}

/* A handler's error as the caller's: what is malformed is a damaged file. */
static int read_known(struct xlsx *x, const char *name, const struct part_handlers *handlers,
                      struct fault *f)
{
    int r = read_part(x, name, handlers, f);

    if (r == -EBADMSG)
        return sheet_damaged(f, name);
    if (r == -EOVERFLOW)
        return sheet_limit(f, LIMIT_SHEETS);
    return r;
}

static int read_workbook(struct xlsx *x, struct fault *f)
{
    static const struct part_handlers root = {root_start, ignore_end, NULL};
    static const struct part_handlers workbook = {workbook_start, ignore_end, NULL};
    static const struct part_handlers relations = {relation_start, ignore_end, NULL};
    char rels[PATH_LEN * 2 + 16];
    const char *slash;
    int r;

    r = read_known(x, "_rels/.rels", &root, f);
    if (r < 0 && r != -ENOENT)
        return r;
    if (!x->workbook_path && !(x->workbook_path = strdup("xl/workbook.xml")))
        return -ENOMEM;
    if (!ends_with(x->workbook_path, ".xml")) /* a binary workbook, a text document */
        return fault_set(f, FAULT_SHEET_FORMAT, NULL);
    r = read_known(x, x->workbook_path, &workbook, f);
    if (r == -ENOENT || (r == 0 && x->n_sheets == 0))
        return fault_set(f, FAULT_SHEET_FORMAT, NULL);
    if (r < 0)
        return r;
    slash = strrchr(x->workbook_path, '/');
    snprintf(rels, sizeof(rels), "%.*s_rels/%s.rels",
             slash ? (int)(slash - x->workbook_path + 1) : 0, x->workbook_path,
             slash ? slash + 1 : x->workbook_path);
    r = read_known(x, rels, &relations, f);
    if (r == -ENOENT)
        return sheet_damaged(f, "workbook.xml.rels");
    if (r < 0)
        return r;
    drop_pathless(x);
    return x->n_sheets > 0 ? 0 : sheet_damaged(f, "worksheets");
}

static struct xlsx *xlsx_new(void)
{
    struct xlsx *x = calloc(1, sizeof(*x));

    if (!x)
        return NULL;
    x->arena = malloc((size_t)SHEET_COLUMNS_MAX * SHEET_CELL_MAX);
    return x->arena ? x : xlsx_close(x);
}

int xlsx_open(const unsigned char *data, size_t len, struct fault *f, struct xlsx **ret)
{
    struct xlsx *x = xlsx_new();
    zip_source_t *source;
    int r;

    if (!x)
        return -ENOMEM;
    x->file_len = len;
    source = zip_source_buffer_create(data, len, 0, NULL);
    if (!source) {
        xlsx_close(x);
        return -ENOMEM;
    }
    x->zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (!x->zip) {
        zip_source_free(source);
        r = sheet_damaged(f, "zip");
    } else if (zip_get_num_entries(x->zip, 0) > SHEET_PARTS_MAX) {
        r = sheet_limit(f, LIMIT_PARTS);
    } else {
        r = read_workbook(x, f);
    }
    if (r < 0) {
        xlsx_close(x);
        return r;
    }
    *ret = x;
    return 0;
}

int xlsx_open_xml(const struct xlsx_xml *xml, struct fault *f, struct xlsx **ret)
{
    struct xlsx *x = xlsx_new();
    int r = 0;

    if (!x)
        return -ENOMEM;
    x->xml = *xml;
    x->date1904 = xml->date1904;
    x->file_len = xml->strings_len + xml->styles_len + xml->rows_len;
    x->n_sheets = 1;
    x->sheets[0] = (struct workbook_sheet){.name = strdup("Sheet1"), .path = strdup("xl/s.xml")};
    if (!x->sheets[0].name || !x->sheets[0].path)
        r = -ENOMEM;
    if (r == 0)
        r = xlsx_select(x, 0, f);
    if (r < 0) {
        xlsx_close(x);
        return r;
    }
    *ret = x;
    return 0;
}

static void xlsx_shared_free(struct xlsx *x)
{
    xlsx_strings_free(&x->strings);
    free(x->is_date);
    x->is_date = NULL;
    x->n_styles = 0;
    x->shared_total = 0;
}

struct xlsx *xlsx_close(struct xlsx *x)
{
    if (!x)
        return NULL;
    xlsx_rows_close(x);
    xlsx_shared_free(x);
    for (size_t i = 0; i < x->n_sheets; i++)
        sheet_drop(&x->sheets[i]);
    if (x->zip)
        zip_discard(x->zip);
    free(x->workbook_path);
    free(x->arena);
    free(x);
    return NULL;
}

size_t xlsx_sheets(const struct xlsx *x)
{
    return x->n_sheets;
}

const char *xlsx_name(const struct xlsx *x, size_t index, bool *ret_hidden)
{
    if (index >= x->n_sheets)
        return NULL;
    if (ret_hidden)
        *ret_hidden = x->sheets[index].hidden;
    return x->sheets[index].name;
}

int xlsx_select(struct xlsx *x, size_t index, struct fault *f)
{
    int r;

    if (index >= x->n_sheets)
        return fault_set(f, FAULT_NOT_FOUND, NULL);
    xlsx_rows_close(x);
    if (!x->shared_read) {
        xlsx_shared_free(x); /* of a try that failed */
        r = xlsx_strings_read(x, f);
        if (r == 0)
            r = xlsx_styles_read(x, f);
        if (r < 0)
            return r;
        x->shared_read = true;
    }
    r = xlsx_merges_read(x, index, f);
    if (r < 0)
        return r;
    return xlsx_rows_open(x, index, f);
}
