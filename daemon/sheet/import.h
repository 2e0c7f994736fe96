/* import.h - a whole list in one pass: what would be imported, what is wrong, what the user has
 * decided about it.
 *
 * The same pass serves the preview (no callback) and the import (the callback writes each accepted
 * row inside one transaction, which the caller ends only when n_refused is 0).
 * Thread: any, one at a time per report. Memory: import_report_done().
 */
#ifndef ANCHANG_SHEET_IMPORT_H
#define ANCHANG_SHEET_IMPORT_H

#include "daemon/sheet/mapping.h"
#include "daemon/sheet/strset.h"

enum import_decision {
    IMPORT_REFUSE, /* the row stops the import: the default for every class */
    IMPORT_SKIP,   /* the row is left out */
    IMPORT_ACCEPT, /* the row is imported; what that means is said below */
};

/* What accepting means, by class: floor-missing: on @floor; floor-from-room: on the floor that the
 * room number tells; floor-unknown: with its label and no ordinal; number, number-range, formula:
 * as if the cell were empty; rounded: rounded half up; status-unknown: in @state; class-unknown:
 * as @class_code; price-missing: without a price, and not released (A becomes U); area-missing:
 * without an area; area-order, area-sum: with the areas as they are; total-differs: the total of
 * the list counts; deal-unsold: without the deal price; not-for-sale: as N with the word as its
 * reason; date: the date as text; text: without the characters; text-long: cut. Room-missing,
 * project and duplicate cannot be accepted: that refuses the row. */
struct import_decisions {
    enum import_decision action[PROBLEM_COUNT];
    char floor[32];
    char state; /* 0: U */
    char class_code[24];
};

enum {
    IMPORT_SAMPLES_MAX = 500, /* rows kept per class of problem */
    IMPORT_WORDS_MAX = 1000,  /* distinct words kept per kind; more are only counted */
    IMPORT_BUILDINGS_MAX = 5000,
};

struct import_class {
    int64_t count;    /* rows that have the problem */
    int64_t refusing; /* of them, rows that it refuses: not those left out for something else */
    struct import_sample {
        int64_t row;
        bool refuses; /* the row stops the import for this (perhaps not alone) */
        struct row_problem problem;
    } * samples; /* owned; the first IMPORT_SAMPLES_MAX */
    size_t n_samples;
};

struct import_totals {
    int64_t rows;
    int64_t gross, inner; /* 0.01 m2 */
    int64_t total;        /* fen */
    int64_t priced;       /* rows with a total */
};

struct import_report {
    struct import_totals read, accepted;
    int64_t n_skipped, n_refused; /* rows */
    int64_t undecided;            /* classes that refuse rows; 0 when n_refused is */
    struct import_class classes[PROBLEM_COUNT];
    struct strset status_words, class_words; /* as in the list, "" for none, with counts */
    struct strset projects, buildings;       /* a building is "project\x1Fbuilding" */
    bool words_more;                         /* a set above is full */
    int64_t by_state[128];                   /* accepted rows by state letter */
    struct strset keys;                      /* of the rows not skipped or refused before */
};

/* Where rows come from: a sheet, or a matrix. Returns 1, 0 at the end, or an error. */
struct row_source {
    int (*next)(void *ctx, struct fault *f, struct sheet_row *ret);
    void *ctx;
};

/* Called for each accepted row in the order of the list; an error ends the scan and is returned. */
typedef int import_row_fn(void *ctx, const struct unit_row *row);

/* Scans the sheet that @m names from its start. @fn may be NULL. @ret is filled also when rows are
 * refused (that is no error); it is empty after an error. */
int import_scan(struct sheet *s, const struct mapping *m, const struct import_decisions *d,
                import_row_fn *fn, void *ctx, struct fault *f, struct import_report *ret);

/* The same over any rows. */
int import_scan_rows(const struct row_source *source, const struct mapping *m,
                     const struct import_decisions *d, import_row_fn *fn, void *ctx,
                     struct fault *f, struct import_report *ret);

/* Gives every status and use word of @report that words.h knows, and @m does not, its usual
 * meaning: what the user is shown to confirm. Returns how many were added. */
int import_suggest_words(const struct import_report *report, struct mapping *m);

/* Adds what refuses rows to @f as items, row by row, and sets FAULT_IMPORT_UNDECIDED.
 * Returns -EREFUSED, or 0 when no row is refused. */
int import_refusal(const struct import_report *report, struct fault *f);

void import_report_done(struct import_report *report);

#endif
