/* print.h - papers and the jobs that print them (FI-13, FI-15, IV-07 to IV-10, DV-13; RS P5).
 *
 * A paper and its first job are made in the transaction of what the paper is of. The bytes are made
 * once, by the spooler, and are the record: preview, print and copy are these bytes. A job is sent
 * once and never again by the machine: one that may have come out is settled by a person, and what
 * is printed after it is a copy with a number and a reason. A job that surely did not come out
 * makes room for another original.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_PRINT_H
#define ANCHANG_DB_PRINT_H

#include "db/tx.h"

enum print_state {
#define PRINT_STATE(symbol, code, zh, en, out) PRINT_##symbol,
#include "db/print_state.def"
    PRINT_STATES
};
enum print_by { PRINT_BY_NOBODY, PRINT_BY_MACHINE = 1, PRINT_BY_PERSON = 2, PRINT_BY_EITHER = 3 };
extern const struct print_state_word {
    const char *code, *zh, *en;
    bool out; /* a paper may have come out */
} print_states[PRINT_STATES];
/* Who may lead a job from one to the other. */
enum print_by print_step_by(enum print_state from, enum print_state to);

enum print_kind {
#define PRINT_KIND(symbol, ...) PRINT_KIND_##symbol,
#include "db/print_kind.def"
#undef PRINT_KIND
    PRINT_KINDS
};
extern const struct print_kind_word {
    const char *code, *zh, *en;
    enum right read, make; /* to see one; to ask for one and print it */
    bool many;             /* of one subject; else one is found again */
} print_kinds[PRINT_KINDS];
/* Their codes, ended by NULL, for reading words. */
extern const char *const print_kind_codes[PRINT_KINDS + 1];
extern const char *const print_state_codes[PRINT_STATES + 1];

enum {
    PRINT_NAME_TEXT = 40,
    PAPER_NUMBER_TEXT = 60 * 4 + 1,
    PRINT_DETAIL_MAX = 200,
    PRINT_REASON_MAX = 200,
    PRINT_SHA = 32,
    PRINT_EXPIRES_MS = 10 * 60 * 1000, /* what waited longer is not wanted any more (UP 4.2) */
};

struct paper_new {
    enum print_kind kind;
    int64_t subject_id, subject_no; /* as the kind has it: of a receipt its book and leaf */
    const char *number;             /* what people call it by */
    int64_t project_id;             /* 0: of the whole office */
    int64_t terminal_id;            /* whose route is taken; 0: none */
    int64_t printer_id, layout_id;  /* in place of the route's; 0: that */
    bool alone;                     /* without a job */
};
/* A paper and the job that prints it; none is asked for, or no printer is where its route leads:
 * the paper alone. In the
 * transaction of what it is of. @ret_paper_id may be NULL. -EEXIST: there is one of that. */
int paper_add(struct tx *tx, const struct paper_new *paper, int64_t *ret_paper_id);

/* ---- by a person ---- */

struct print_ask {
    int64_t paper_id, printer_id, terminal_id; /* printer 0: by the route; terminal 0: none */
    const char *reason;                        /* of a copy: REASON_NEEDED; else NULL */
};
/* The original when none came out for sure, else the next copy. PRINT_OPEN while a job of it waits
 * or nobody knows what became of it, PRINT_NO_PRINTER. */
int print_again(struct tx *tx, const struct print_ask *ask, int64_t *ret_job_id);
/* What was seen at the printer. PRINT_STEP: not of a job in that state. */
int print_confirm(struct tx *tx, int64_t job_id, bool printed);
/* Of one that still waits: PRINT_STEP else. */
int print_cancel(struct tx *tx, int64_t job_id);

/* ---- by the spooler ---- */

struct paper_stored {
    int64_t paper_id, layout_ordinal, size; /* layout_ordinal 0: of a kind without layouts */
    uint8_t sha[PRINT_SHA];
    bool roll; /* its layout is of one, whose bytes are kept too */
    uint8_t roll_sha[PRINT_SHA];
};
/* The bytes of a paper are on the disk. Those that are known already stay. */
int print_stored(struct tx *tx, const struct paper_stored *stored);
/* @detail: what the printer said, cut; NULL: nothing. -ESTALE: it is in another state than one that
 * leads there. */
int print_step(struct tx *tx, int64_t job_id, enum print_state to, const char *detail);
/* What waited too long is over; how many, and when the next one is (0: none). */
int print_expire_due(struct tx *tx, int64_t *ret_next_ms);

/* ---- read ---- */

struct paper_row {
    int64_t id, project_id, made_ms, size; /* size 0: its bytes are not made yet */
    enum print_kind kind;
    int64_t subject_id, subject_no;
    int64_t layout_id, layout_ordinal; /* 0: it has none; its bytes are not made yet */
    bool preprinted;                   /* the form is on its paper already */
    char number[PAPER_NUMBER_TEXT];
    uint8_t sha[PRINT_SHA];
    bool roll; /* it is one for printers of rolls, too: */
    uint8_t roll_sha[PRINT_SHA];
};
int paper_get(struct tx *tx, int64_t paper_id, struct paper_row *ret_row);
int paper_of(struct tx *tx, enum print_kind kind, int64_t subject_id, int64_t subject_no,
             struct paper_row *ret_row);
/* The paper of the oldest job after @after_id that waits for its bytes; 0: none. */
int paper_unmade(struct tx *tx, int64_t after_id, int64_t *ret_job_id, int64_t *ret_paper_id);

struct print_job {
    int64_t id, paper_id, printer_id, project_id, terminal_id, copy, made_ms, expires_ms, state_ms;
    enum print_kind kind;
    enum print_state state;
    int64_t subject_id, subject_no;
    const char *number, *name, *printer, *driver, *reason, *actor, *detail;
};
struct print_filter {
    int64_t job_id, paper_id, printer_id; /* 0: any */
    int64_t before_id;                    /* 0: from the newest */
    const char *state;                    /* NULL: any */
    int limit;
};
/* Newest first, of projects in scope and of the whole office. */
int print_jobs(struct tx *tx, const struct print_filter *filter,
               int (*each)(void *arg, const struct print_job *job), void *arg);
/* What a printer has to do: those that are at it, then those that wait, the oldest first. */
int print_open(struct tx *tx, int64_t printer_id,
               int (*each)(void *arg, const struct print_job *job), void *arg);

struct print_event {
    int64_t at_ms;
    const char *state, *actor, *detail;
};
int print_events(struct tx *tx, int64_t job_id,
                 int (*each)(void *arg, const struct print_event *event), void *arg);

#endif
