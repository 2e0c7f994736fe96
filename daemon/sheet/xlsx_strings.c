/* xlsx_strings.c - the shared strings of a workbook, in one buffer.
 *
 * Their part is found by its usual name; every writer known uses it. A rich text is its runs in a
 * row; phonetic hints (rPh) are not part of the text.
 */
#include "daemon/sheet/xlsx_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct strings_reader {
    struct shared_strings *strings;
    struct part *part;
    bool in_item, in_text;
    unsigned phonetic;
    uint32_t at;
};

static int strings_grow(struct shared_strings *s, size_t extra)
{
    size_t room = s->room ? s->room : 64 << 10;
    char *bytes;

    if (s->used + extra <= s->room)
        return 0;
    while (room < s->used + extra)
        room *= 2;
    bytes = realloc(s->bytes, room);
    if (!bytes)
        return -ENOMEM;
    s->bytes = bytes;
    s->room = room;
    return 0;
}

static int strings_start(void *user, const char *name, const char **attrs)
{
    struct strings_reader *r = user;

    (void)attrs;
    if (strcmp(name, "si") == 0) {
        r->in_item = true;
        r->at = (uint32_t)r->strings->used;
    } else if (strcmp(name, "t") == 0) {
        r->in_text = r->in_item && r->phonetic == 0;
    } else if (strcmp(name, "rPh") == 0) {
        r->phonetic++;
    }
    return 0;
}

static int item_end(struct strings_reader *r)
{
    struct shared_strings *s = r->strings;
    size_t len = s->used - r->at;

    if (s->n == SHEET_STRINGS_MAX)
        return sheet_limit(r->part->fault, LIMIT_STRINGS);
    if (s->n == s->n_room) {
        size_t room = s->n_room ? s->n_room * 2 : 1024;
        struct string_ref *refs = realloc(s->refs, room * sizeof(*refs));

        if (!refs)
            return -ENOMEM;
        s->refs = refs;
        s->n_room = room;
    }
    if (len > 0 && len <= SHEET_CELL_MAX) {
        len = xlsx_unescape(s->bytes + r->at, len);
        s->used = r->at + len;
    }
    s->refs[s->n++] = (struct string_ref){.at = r->at, .len = (uint32_t)len};
    r->in_item = false;
    return 0;
}

static int strings_end(void *user, const char *name)
{
    struct strings_reader *r = user;

    if (strcmp(name, "t") == 0)
        r->in_text = false;
    else if (strcmp(name, "rPh") == 0 && r->phonetic > 0)
        r->phonetic--;
    else if (strcmp(name, "si") == 0 && r->in_item)
        return item_end(r);
    return 0;
}

static int strings_text(void *user, const char *text, size_t len)
{
    struct strings_reader *r = user;
    struct shared_strings *s = r->strings;
    size_t have = s->used - r->at;
    int rc;

    if (!r->in_text)
        return 0;
    if (have + len > SHEET_CELL_MAX + 1) /* one byte over says that it is too long */
        len = SHEET_CELL_MAX + 1 - have;
    if (s->used + len > SHEET_STRINGS_BYTES)
        return sheet_limit(r->part->fault, LIMIT_STRINGS_BYTES);
    rc = strings_grow(s, len);
    if (rc < 0)
        return rc;
    if (len > 0)
        memcpy(s->bytes + s->used, text, len);
    s->used += len;
    return 0;
}

int xlsx_strings_read(struct xlsx *x, struct fault *f)
{
    static const struct part_handlers handlers = {strings_start, strings_end, strings_text};
    struct strings_reader reader = {.strings = &x->strings};
    struct part p = {.handlers = &handlers, .user = &reader, .total = &x->shared_total};
    int r;

    reader.part = &p;
    r = xlsx_part_open(x, &p, "xl/sharedStrings.xml", f);
    if (r == 0)
        r = part_run(&p, f);
    else if (r == -ENOENT) /* all strings are inline */
        r = 0;
    part_close(&p);
    return r;
}

void xlsx_strings_free(struct shared_strings *s)
{
    free(s->bytes);
    free(s->refs);
    memset(s, 0, sizeof(*s));
}
