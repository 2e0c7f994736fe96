/* import_plan.h - an import as its user confirmed it: the JSON of ImportPlan (openapi.yaml) as the
 * structs the sheet room reads by, and back. Used by the API and by anchangctl.
 *
 * Thread: any. Memory: the plan owns nothing but its strings inside.
 */
#ifndef ANCHANG_IMPORT_PLAN_H
#define ANCHANG_IMPORT_PLAN_H

#include <jansson.h>

#include "daemon/sheet/import.h"
#include "daemon/sheet/matrix.h"
#include "db/import.h"

enum { SOURCE_CHARS = 80, SOURCE_SIZE = SOURCE_CHARS * 4 + 1 };

struct import_plan {
    bool matrix;
    struct matrix_layout layout;
    struct mapping mapping;
    struct import_decisions decisions;
    char source[SOURCE_SIZE]; /* the mapping is remembered under this name */
    bool remember;
    bool project_from_file;
};

/* Reads the object; -EREFUSED with items naming the fields that are wrong. @s is the opened
 * sheet: the heading's unit of money (万元) is taken from it. */
int import_plan_read(const json_t *plan, struct sheet *s, struct fault *f,
                     struct import_plan *ret_plan);
/* A mapping as ImportMapping, for suggestions and what is remembered. New reference. */
json_t *import_mapping_json(const struct mapping *mapping, const struct matrix_layout *layout,
                            const char *source);

/* What accepting rows with a problem of @class would do, for the screen; "" when it cannot be
 * accepted. */
const char *import_accept_text(enum row_problem_class class, enum lang lang);

/* Runs the plan over the sheet: without @import a dry run. */
int import_plan_run(struct import_plan *plan, struct sheet *s, struct import *import,
                    import_row_fn *preview, void *ctx, struct fault *f,
                    struct import_report *ret_report);

/* What the selected sheet says of itself: a list by its headings or, where none is a room's, a
 * matrix (@layout then has blocks), and the words it knows. Proposed, never taken for granted. */
int import_plan_suggest(struct sheet *s, struct fault *f, struct mapping *m,
                        struct matrix_layout *layout);

/* A whole import inside a transaction: all rows or none. */
struct import_run {
    const char *path, *file_name;
    const json_t *plan;
    int64_t project_id;
    struct import_result result;
    int64_t skipped;
};
int import_run(struct tx *tx, struct import_run *run);

#endif
