/* paper.h - who may see a paper, and papers that are asked for (FI-13, FI-15, SF-26).
 *
 * A paper is seen by who has the right of its kind and sees what it is of; to anybody else it is
 * not there. This is the one place where that is decided.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_PAPER_H
#define ANCHANG_DB_PAPER_H

#include "db/print.h"

enum { PAPER_TITLE_TEXT = 80 * 4 + 1 };

/* What a paper is of. */
struct paper_subject {
    int64_t project_id;             /* 0: of the whole office */
    int64_t no;                     /* of a kind with one paper for a subject: which it is now */
    char number[PAPER_NUMBER_TEXT]; /* what people call the paper by; of many: what is before -NO */
    char title[PAPER_TITLE_TEXT];   /* what it concerns, as a unit; "": nothing more to say */
};
/* One for each kind (print_kind.def). @no: of a kind with one paper for a subject the second part
 * of what it is of, 0: what it is now, which @ret_subject then says; else 0. */
typedef int paper_subject_read(struct tx *tx, int64_t id, int64_t no,
                               struct paper_subject *ret_subject);
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet)                         \
    paper_subject_read subject;
#include "db/print_kind.def"
#undef PRINT_KIND

enum paper_use { PAPER_READ, PAPER_MAKE };
/* @ret_subject may be NULL. NOT_FOUND: not for the actor. */
int paper_see(struct tx *tx, int64_t paper_id, enum paper_use use, struct paper_row *ret_row,
              struct paper_subject *ret_subject);
/* The same of what a job prints. */
int paper_see_job(struct tx *tx, int64_t job_id, enum paper_use use);

struct paper_ask {
    enum print_kind kind;
    int64_t subject_id, subject_no; /* of many: 0 makes one more, else that one */
    bool print;                     /* by @how, whose paper_id is not read */
    struct print_ask how;
};
/* The paper of that, made when there is none yet. DENIED without the right to make it; with @print
 * also the errors of print_again(). */
int paper_ask(struct tx *tx, const struct paper_ask *ask, int64_t *ret_paper_id);

/* For the modules of db/: the paper of what just happened, of a kind with one for a subject, and
 * the job that prints it where the route of @terminal_id (0: none) leads. */
int paper_made(struct tx *tx, enum print_kind kind, int64_t subject_id, int64_t terminal_id);

#endif
