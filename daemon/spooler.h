/* spooler.h - papers are made and taken to the printers (IV-07 to IV-09; RS P5, DA 7).
 *
 * One thread makes the bytes of each new paper, in their order; each printer has a thread that
 * takes its jobs to it and says what became of them. A job is `sending` on the disk before the
 * first byte leaves, and is sent once: after a crash it is looked for in the printer's queue by its
 * name and followed there, and what cannot be found is `unconfirmed` and a person's to settle. What
 * waited too long in a queue is taken out of it, so that yesterday's receipts do not come out in
 * the morning.
 *
 * Thread: any, except where it says otherwise.
 */
#ifndef ANCHANG_SPOOLER_H
#define ANCHANG_SPOOLER_H

#include "db/printer.h"
#include "drivers/printer.h"

struct app;
struct spooler;

struct spooler_options {
    struct app *app; /* config, writer, feed, paths */
    void (*log)(void *arg, int priority, const char *line);
    void *log_arg;
};

/* Starts the threads; after the writer. */
int spooler_start(const struct spooler_options *options, struct spooler **ret_spooler);
/* Ends them; while the writer runs. What is being sent goes on until its driver returns. */
void spooler_stop(struct spooler *s);
/* After the last who asks. */
struct spooler *spooler_free(struct spooler *s);

/* The writer's news: papers and printers wake it, and pages hear of both. NULL: there is no
 * spooler, as in anchangctl. */
void spooler_committed(struct spooler *s, const struct change *changes, size_t n);

/* What a printer said last; UNKNOWN when it was not asked yet. */
void spooler_status(struct spooler *s, int64_t printer_id, struct printer_status *ret_status);

/* Whether @driver knows what to do with @target. -EINVAL, -ENOMEM. */
int spooler_target_check(const struct app *app, const char *driver, const char *target);

/* The bytes of a paper, made now when they are not yet: malloc'ed. NOT_FOUND; -EBADMSG: altered on
 * the disk or the layout is wrong. With @tx of a reader. */
int spooler_paper(const struct app *app, struct tx *tx, const struct paper_row *paper,
                  char **ret_bytes, size_t *ret_n);

#endif
