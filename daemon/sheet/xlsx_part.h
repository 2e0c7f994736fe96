/* xlsx_part.h - one XML part of a workbook: unpacked in chunks, parsed in chunks, under limits. */
#ifndef ANCHANG_SHEET_XLSX_PART_H
#define ANCHANG_SHEET_XLSX_PART_H

#include "daemon/sheet/sheet_impl.h"

#include <expat.h>
#include <zip.h>

struct part_handlers {
    /* @name is without a namespace prefix. Each returns 0 or an error that ends the parsing. */
    int (*start)(void *user, const char *name, const char **attrs);
    int (*end)(void *user, const char *name);
    int (*text)(void *user, const char *text, size_t len);
};

struct part {
    const char *name; /* borrowed, for the fault */
    const struct part_handlers *handlers;
    void *user;
    struct fault *fault; /* where part_run() puts a refusal */
    XML_Parser parser;
    zip_file_t *file;   /* or memory: */
    const char *memory; /* borrowed */
    size_t memory_left;
    uint64_t packed, unpacked;
    uint64_t *total; /* of all parts read for one sheet; borrowed */
    uint64_t silent; /* bytes since the parser last said something */
    unsigned depth;
    bool ended, suspended;
    int error;
};

/* @name is looked up in @zip exactly, then regardless of case. -ENOENT when it is not there. */
int part_open_zip(struct part *p, zip_t *zip, size_t file_len, const char *name, struct fault *f);
int part_open_memory(struct part *p, const char *name, const char *xml, size_t len);
void part_close(struct part *p);

/* Parses on. Returns 1 when a handler called part_pause(), 0 at the end, or an error. */
int part_run(struct part *p, struct fault *f);
/* Reads the part through without parsing it: whether @word stands in it, as the bytes of UTF-8. A
 * part in UTF-16 is said to have it. Only close @p afterwards. */
int part_contains(struct part *p, const char *word, struct fault *f, bool *ret);

/* For a handler: makes part_run() return 1 as soon as it can. */
void part_pause(struct part *p);

/* The value of attribute @name whatever its prefix, NULL when it is not there. */
const char *part_attr(const char **attrs, const char *name);

#endif
