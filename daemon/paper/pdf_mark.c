/* pdf_mark.c - see pdf_mark.h. What is read of the original is what cairo 1.16 writes: a plain
 * table of objects, and pages whose dictionaries begin with their type. */
#include "daemon/paper/pdf_mark.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/buf.h"
#include "daemon/paper/paper.h"

enum { PAGES_MAX = 1000, TEXT_SIZE = 9 /* pt */ };

static const double left = 39.7, top = 17; /* pt: 14 and 6 mm */

struct original {
    const char *bytes; /* ended by NUL */
    size_t n;
    long xref, size, root, info;
    struct found_page {
        long id, contents;
        double height;
        const char *dict, *end; /* from << to endobj */
    } pages[PAGES_MAX];
    size_t n_pages;
};

struct marking {
    const struct original *original;
    const struct pdf_over *over;
    struct buf out;
    long offsets[2 * PAGES_MAX + 1]; /* of the new objects, from @original->size on */
    long page_offsets[PAGES_MAX];
    size_t n_new;
};

/* ---- the original ---- */

/* The number behind @key between @from and @to. */
static int number_after(const char *from, const char *to, const char *key, long *ret)
{
    const char *at = memmem(from, (size_t)(to - from), key, strlen(key));
    char *end;

    if (!at)
        return -EBADMSG;
    *ret = strtol(at + strlen(key), &end, 10);
    return end > at + strlen(key) && *ret >= 0 ? 0 : -EBADMSG;
}

/* The object whose dictionary begins at @dict: "\n2 0 obj\n" stands before it. */
static long object_id(const char *begin, const char *dict)
{
    static const char before[] = " 0 obj\n";
    const size_t m = sizeof(before) - 1;
    const char *at;

    if ((size_t)(dict - begin) <= m || memcmp(dict - m, before, m) != 0)
        return -1;
    for (at = dict - m; at > begin && at[-1] >= '0' && at[-1] <= '9'; at--)
        ;
    return strtol(at, NULL, 10);
}

static int page_read(struct original *o, const char *dict)
{
    struct found_page *page = &o->pages[o->n_pages];
    const char *box;
    double width;
    int r;

    if (o->n_pages == PAGES_MAX)
        return -EBADMSG;
    page->dict = dict;
    page->end = strstr(dict, "endobj");
    page->id = object_id(o->bytes, dict);
    if (!page->end || page->id <= 0)
        return -EBADMSG;
    r = number_after(dict, page->end, "/Contents ", &page->contents);
    box = strstr(dict, "/MediaBox [ 0 0 ");
    if (r < 0 || !box || box > page->end)
        return -EBADMSG;
    width = g_ascii_strtod(box + strlen("/MediaBox [ 0 0 "), (char **)&box);
    page->height = g_ascii_strtod(box, NULL);
    if (width <= 0 || page->height <= 0)
        return -EBADMSG;
    o->n_pages++;
    return 0;
}

/* Streams hold NULs, so that text is looked for with memmem(). */
static const char *last_of(const char *from, const char *end, const char *word)
{
    const size_t n = strlen(word);
    const char *last = NULL;

    for (const char *at = from; (at = memmem(at, (size_t)(end - at), word, n)) != NULL; at++)
        last = at;
    return last;
}

static const char *find(const struct original *o, const char *from, const char *word)
{
    return memmem(from, o->n - (size_t)(from - o->bytes), word, strlen(word));
}

static int original_read(struct original *o)
{
    const size_t tail = o->n < 2048 ? o->n : 2048;
    const char *end = o->bytes + o->n, *start = last_of(end - tail, end, "startxref");
    const char *trailer = last_of(end - tail, end, "trailer");
    int r;

    if (o->n < 64 || memcmp(o->bytes, "%PDF-", 5) != 0 || !start || !trailer)
        return -EBADMSG;
    r = number_after(start, end, "startxref\n", &o->xref);
    if (r == 0)
        r = number_after(trailer, start, "/Size ", &o->size);
    if (r == 0)
        r = number_after(trailer, start, "/Root ", &o->root);
    if (r == 0)
        r = number_after(trailer, start, "/Info ", &o->info);
    for (const char *at = o->bytes; r == 0 && (at = find(o, at, "<< /Type /Page ")) != NULL; at++)
        r = page_read(o, at);
    return r < 0 ? r : o->n_pages ? 0 : -EBADMSG;
}

/* ---- the mark ---- */

static void path_print(const cairo_path_t *path, double height, struct buf *out)
{
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t *d = &path->data[i];
        static const char *const ops[] = {[CAIRO_PATH_MOVE_TO] = "m",
                                          [CAIRO_PATH_LINE_TO] = "l",
                                          [CAIRO_PATH_CURVE_TO] = "c",
                                          [CAIRO_PATH_CLOSE_PATH] = "h"};

        for (int p = 1; p < d->header.length; p++)
            buf_printf(out, "%.2f %.2f ", left + d[p].point.x, height - top - d[p].point.y);
        buf_printf(out, "%s\n", ops[d->header.type]);
    }
}

/* The outlines of @text from its baseline on; cairo_path_destroy(). */
static cairo_path_t *outlines(const char *text)
{
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, NULL);
    cairo_t *cr = cairo_create(surface);
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_from_string(paper_font);
    cairo_path_t *path;

    pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_font_description_set_absolute_size(font, TEXT_SIZE * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_cairo_layout_line_path(cr, pango_layout_get_line_readonly(layout, 0));
    path = cairo_copy_path(cr);
    pango_font_description_free(font);
    g_object_unref(layout);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return path;
}

/* "FEFF" and UTF-16BE in hex. */
static void utf16_print(const char *text, struct buf *out)
{
    glong n = 0;
    gunichar2 *units = g_utf8_to_utf16(text, -1, NULL, &n, NULL);

    buf_puts(out, "FEFF");
    for (glong i = 0; units && i < n; i++)
        buf_printf(out, "%04X", units[i]);
    g_free(units);
}

static void stream_add(struct marking *m, const struct buf *content)
{
    m->offsets[m->n_new] = (long)m->out.n;
    buf_printf(&m->out, "%ld 0 obj\n<< /Length %zu >>\nstream\n",
               m->original->size + (long)m->n_new, content->n);
    buf_add(&m->out, content->data, content->n);
    buf_puts(&m->out, "\nendstream\nendobj\n");
    m->n_new++;
}

/* A state of its own for what follows, moved. */
static void state_begin(const struct marking *m, struct buf *content)
{
    const double pt = 72 / 25.4;

    buf_puts(content, "q");
    if (m->over->dx != 0 || m->over->dy != 0)
        buf_printf(content, " 1 0 0 1 %.3f %.3f cm", m->over->dx * pt, -m->over->dy * pt);
}

static void mark_print(const struct marking *m, const cairo_path_t *path, double height,
                       struct buf *out)
{
    buf_puts(out, "Q ");
    state_begin(m, out);
    if (path) {
        buf_puts(out, " 0 0 0 rg\n/Span << /ActualText <");
        utf16_print(m->over->text, out);
        buf_puts(out, "> >> BDC\n");
        path_print(path, height, out);
        buf_puts(out, "f\nEMC");
    }
    buf_puts(out, " Q");
}

/* The page once more, with the mark behind its content. */
static void page_add(struct marking *m, size_t i, const cairo_path_t *path)
{
    const struct found_page *page = &m->original->pages[i];
    const char *contents = memmem(page->dict, (size_t)(page->end - page->dict), "/Contents ", 10);
    const char *after = strstr(contents, " 0 R") + 4;
    struct buf content = {0};
    long mark = m->original->size + (long)m->n_new;

    mark_print(m, path, page->height, &content);
    stream_add(m, &content);
    if (content.error)
        m->out.error = content.error;
    buf_free(&content);
    m->page_offsets[i] = (long)m->out.n;
    buf_printf(&m->out, "%ld 0 obj\n", page->id);
    buf_add(&m->out, page->dict, (size_t)(contents - page->dict));
    buf_printf(&m->out, "/Contents [ %ld 0 R %ld 0 R %ld 0 R ]", m->original->size, page->contents,
               mark);
    buf_add(&m->out, after, (size_t)(page->end - after));
    buf_puts(&m->out, "endobj\n");
}

static void xref_add(struct marking *m)
{
    const struct original *o = m->original;
    const long at = (long)m->out.n;

    buf_puts(&m->out, "xref\n0 1\n0000000000 65535 f \n");
    for (size_t i = 0; i < o->n_pages; i++)
        buf_printf(&m->out, "%ld 1\n%010ld 00000 n \n", o->pages[i].id, m->page_offsets[i]);
    buf_printf(&m->out, "%ld %zu\n", o->size, m->n_new);
    for (size_t i = 0; i < m->n_new; i++)
        buf_printf(&m->out, "%010ld 00000 n \n", m->offsets[i]);
    buf_printf(&m->out,
               "trailer\n<< /Size %ld /Root %ld 0 R /Info %ld 0 R /Prev %ld >>\nstartxref\n%ld\n"
               "%%%%EOF\n",
               o->size + (long)m->n_new, o->root, o->info, o->xref, at);
}

int pdf_mark(const char *bytes, size_t n, const struct pdf_over *over, char **ret_bytes,
             size_t *ret_n)
{
    struct original *o = calloc(1, sizeof(*o));
    struct buf begin = {0};
    struct marking m = {.original = o, .over = over};
    char *copy = malloc(n + 1);
    cairo_path_t *path;
    int r = o && copy ? 0 : -ENOMEM;

    if (r == 0) {
        memcpy(copy, bytes, n);
        copy[n] = '\0';
        o->bytes = copy;
        o->n = n;
        r = original_read(o);
    }
    if (r == 0) {
        buf_add(&m.out, bytes, n);
        buf_puts(&m.out, "\n");
        state_begin(&m, &begin);
        stream_add(&m, &begin);
        path = over->text ? outlines(over->text) : NULL;
        for (size_t i = 0; i < o->n_pages; i++)
            page_add(&m, i, path);
        if (path)
            cairo_path_destroy(path);
        xref_add(&m);
        r = m.out.error ? m.out.error : begin.error;
    }
    buf_free(&begin);
    free(copy);
    free(o);
    if (r < 0) {
        buf_free(&m.out);
        return r;
    }
    *ret_bytes = m.out.data;
    *ret_n = m.out.n;
    return 0;
}
