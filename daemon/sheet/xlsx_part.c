/* xlsx_part.c - see xlsx_part.h. */
#include "daemon/sheet/xlsx_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 << 10 };

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

const char *part_attr(const char **attrs, const char *name)
{
    for (; attrs[0]; attrs += 2)
        if (strcmp(local_name(attrs[0]), name) == 0)
            return attrs[1];
    return NULL;
}

static void stop(struct part *p, int error)
{
    if (p->error == 0)
        p->error = error;
    XML_StopParser(p->parser, XML_FALSE);
}

static void on_start(void *user, const char *name, const char **attrs)
{
    struct part *p = user;
    int r;

    p->silent = 0;
    if (p->error < 0)
        return;
    if (++p->depth > SHEET_DEPTH_MAX) {
        stop(p, sheet_limit(p->fault, LIMIT_DEPTH));
        return;
    }
    r = p->handlers->start(p->user, local_name(name), attrs);
    if (r < 0)
        stop(p, r);
}

static void on_end(void *user, const char *name)
{
    struct part *p = user;
    int r;

    p->silent = 0;
    if (p->error < 0)
        return;
    p->depth--;
    r = p->handlers->end(p->user, local_name(name));
    if (r < 0)
        stop(p, r);
}

static void on_text(void *user, const char *text, int len)
{
    struct part *p = user;
    int r;

    p->silent = 0;
    if (p->error < 0 || !p->handlers->text)
        return;
    r = p->handlers->text(p->user, text, (size_t)len);
    if (r < 0)
        stop(p, r);
}

/* No office program writes a DOCTYPE; entities, internal or external, begin with one. */
static void on_doctype(void *user, const char *name, const char *sysid, const char *pubid, int has)
{
    struct part *p = user;

    (void)name, (void)sysid, (void)pubid, (void)has;
    stop(p, sheet_damaged(p->fault, "DOCTYPE"));
}

static int open_parser(struct part *p)
{
    p->parser = XML_ParserCreate(NULL);
    if (!p->parser)
        return -ENOMEM;
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    return 0;
}

int part_open_memory(struct part *p, const char *name, const char *xml, size_t len)
{
    p->name = name;
    p->memory = xml;
    p->memory_left = len;
    p->packed = len;
    return open_parser(p);
}

int part_open_zip(struct part *p, zip_t *zip, size_t file_len, const char *name, struct fault *f)
{
    zip_int64_t index = zip_name_locate(zip, name, 0);
    zip_stat_t st;

    if (index < 0)
        index = zip_name_locate(zip, name, ZIP_FL_NOCASE);
    if (index < 0)
        return -ENOENT;
    if (zip_stat_index(zip, (zip_uint64_t)index, 0, &st) < 0 || !(st.valid & ZIP_STAT_COMP_SIZE) ||
        st.comp_size > file_len)
        return sheet_damaged(f, name);
    p->name = name;
    p->packed = st.comp_size;
    p->file = zip_fopen_index(zip, (zip_uint64_t)index, 0);
    if (!p->file)
        return sheet_damaged(f, name);
    return open_parser(p);
}

void part_close(struct part *p)
{
    if (p->parser)
        XML_ParserFree(p->parser);
    if (p->file)
        zip_fclose(p->file);
    memset(p, 0, sizeof(*p));
}

static int part_read(struct part *p, char *buffer, size_t *ret)
{
    zip_int64_t n;

    if (!p->file) {
        *ret = p->memory_left < CHUNK ? p->memory_left : CHUNK;
        memcpy(buffer, p->memory, *ret);
        p->memory += *ret;
        p->memory_left -= *ret;
    } else {
        n = zip_fread(p->file, buffer, CHUNK);
        if (n < 0) /* also when the checksum or the stated size is wrong */
            return sheet_damaged(p->fault, p->name);
        *ret = (size_t)n;
    }
    p->unpacked += *ret;
    if (p->total)
        *p->total += *ret;
    /* Counted as it comes: the sizes an archive states are not believed. */
    if (p->total && *p->total > SHEET_INFLATED_MAX)
        return sheet_limit(p->fault, LIMIT_INFLATED);
    if (p->unpacked > SHEET_RATIO_FREE && p->unpacked / SHEET_RATIO_MAX > p->packed)
        return sheet_limit(p->fault, LIMIT_RATIO);
    return 0;
}

static int parse_chunk(struct part *p, enum XML_Status *ret)
{
    size_t n = 0;
    void *buffer;
    int r;

    buffer = XML_GetBuffer(p->parser, CHUNK);
    if (!buffer)
        return -ENOMEM;
    r = part_read(p, buffer, &n);
    if (r < 0)
        return r;
    p->ended = n == 0;
    p->silent += n;
    *ret = XML_ParseBuffer(p->parser, (int)n, p->ended);
    return 0;
}

int part_run(struct part *p, struct fault *f)
{
    p->fault = f;
    for (;;) {
        enum XML_Status status = XML_STATUS_OK;
        int r;

        if (p->suspended) {
            p->suspended = false;
            status = XML_ResumeParser(p->parser);
        } else if (p->ended) {
            return 0;
        } else {
            r = parse_chunk(p, &status);
            if (r < 0)
                return r;
        }
        if (p->error < 0)
            return p->error;
        if (status == XML_STATUS_SUSPENDED) {
            p->suspended = true;
            return 1;
        }
        if (status == XML_STATUS_ERROR)
            return XML_GetErrorCode(p->parser) == XML_ERROR_NO_MEMORY ? -ENOMEM
                                                                      : sheet_damaged(f, p->name);
        /* Expat scans an unfinished tag again as it grows: without a bound that is quadratic. */
        if (p->silent > SHEET_TOKEN_MAX)
            return sheet_limit(f, LIMIT_TOKEN);
    }
}

int part_contains(struct part *p, const char *word, struct fault *f, bool *ret)
{
    size_t keep = strlen(word) - 1, have = 0, n = 0;
    char *buffer = malloc(CHUNK + keep);
    bool first = true, found = false;
    int r;

    if (!buffer)
        return -ENOMEM;
    p->fault = f;
    while ((r = part_read(p, buffer + have, &n)) == 0 && n > 0 && !found) {
        have += n;
        found = memmem(buffer, have, word, keep + 1) ||
                (first && (have < 2 || (unsigned char)buffer[0] >= 0xFE || memchr(buffer, 0, 2)));
        first = false;
        if (have > keep) { /* the word may lie across two chunks */
            memmove(buffer, buffer + have - keep, keep);
            have = keep;
        }
    }
    free(buffer);
    if (r == 0)
        *ret = found;
    return r;
}

void part_pause(struct part *p)
{
    XML_StopParser(p->parser, XML_TRUE);
}
