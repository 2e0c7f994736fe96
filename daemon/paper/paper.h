/* paper.h - the chart and the price list as files to print or to send on, from one snapshot (SC-16,
 * SC-24).
 *
 * Every page carries the publication, its snapshot id, who approved it, the time of its data, the
 * permits and the phone for price complaints; a draft, a superseded chart and demo data are marked
 * on every page. Only what the public chart shows is on it (SC-07).
 *
 * Thread: any; a paper belongs to one thread while it is made. Takes seconds for a large project,
 * so it runs on the slow threads.
 */
#ifndef ANCHANG_PAPER_PAPER_H
#define ANCHANG_PAPER_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/chart/snapshot.h"
#include "db/fault.h"

enum paper_kind { PAPER_CHART_XLSX, PAPER_CHART_PDF, PAPER_PRICES_XLSX, PAPER_PRICES_PDF };

struct paper_request {
    struct snapshot *snapshot; /* borrowed; one without a publication is a draft */
    enum lang lang;
    bool superseded;      /* a publication that is no longer the live one */
    const char *work_dir; /* for temporary files; NULL: /tmp */
};

/* The one family of all papers. */
extern const char paper_font[];

/* -ENOENT when the system does not have paper_font: without it Chinese would print as boxes. */
int paper_check_fonts(void);

/* Drops what cairo and pango keep for fonts: at the end of a program, for its leak check. */
void paper_fonts_free(void);

/* Makes a file; *@ret_bytes is malloc'ed for the caller. -ENOENT as paper_check_fonts() (PDF only),
 * -ENOMEM, -EIO, or the error of writing a temporary file. */
int paper_make(enum paper_kind kind, const struct paper_request *request, char **ret_bytes,
               size_t *ret_n);

/* A name for the download: project, kind, publication number, ending. Clipped to @size between
 * characters; without what a file name cannot hold. */
void paper_file_name(enum paper_kind kind, const struct paper_request *request, char *out,
                     size_t size);
/* The media type of @kind, a constant. */
const char *paper_content_type(enum paper_kind kind);

#endif
