/* printer.h - a printer driver: it takes bytes to a printer and says what became of them.
 *
 * A driver never prints anything twice: send() is called once for a job's name, and what it answers
 * says whether a paper may have come out. All calls block and have deadlines of their own; each
 * printer has a thread of its own, so that one that is stuck delays no other.
 *
 * Thread: one at a time for a printer. Memory: open() to close().
 */
#ifndef ANCHANG_DRIVERS_PRINTER_H
#define ANCHANG_DRIVERS_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

enum { PRINTER_WHY_TEXT = 160, PRINTER_REASONS_MAX = 8, PRINTER_REASON_TEXT = 48 };

/* What a printer says of itself: "media-empty", "door-open", ... as IPP has them, without -error,
 * -warning and -report; what is not known is shown as it is. */
struct printer_status {
    enum printer_health {
        PRINTER_UNKNOWN, /* it says nothing, which is legal */
        PRINTER_IDLE,
        PRINTER_BUSY,
        PRINTER_STOPPED, /* is there, and does not print */
        PRINTER_GONE     /* cannot be reached, or there is no such queue */
    } health;
    char reasons[PRINTER_REASONS_MAX][PRINTER_REASON_TEXT];
    size_t n_reasons;
    char why[PRINTER_WHY_TEXT]; /* its own words, or the system's; "" */
};

struct printer_job {
    const char *name;  /* what the printer knows it by, and finds it by after a crash */
    const char *title; /* for people: the number on the paper */
    const void *bytes; /* of the kind that the driver takes */
    size_t n;
};

enum printer_takes { PRINTER_TAKES_PDF, PRINTER_TAKES_ROLL /* roll.h */ };

enum printer_word {
    PRINTER_JOB_GONE, /* there is no such job */
    PRINTER_JOB_ON,   /* it waits or is being printed */
    PRINTER_JOB_DONE, /* the printer or its queue is done with it: handed over, no more is known */
    PRINTER_JOB_PRINTED, /* it came out, for sure */
    PRINTER_JOB_BROKEN   /* given up in the middle: nobody knows what came out */
};

/* A queue that the machine has, to choose from. */
struct printer_queue {
    const char *name, *info; /* info: for people; "" */
    const char *device;      /* its address, without a password that CUPS knows */
    bool safe;               /* set so that nothing is printed twice */
};

struct printer;

struct printer_driver {
    const char *name;
    enum printer_takes takes;
    /* What it is given waits in a queue of its own: it takes jobs while it stands still. Else one
     * job at a time, and only when status() says that it can print. */
    bool has_queue;
    /* @target: the folder, the queue, the device. -EINVAL: not one of its kind; -ENOMEM. */
    int (*open)(const char *target, struct printer **ret_printer);
    void (*close)(struct printer *p);
    /* A look at it; always fills @ret. */
    void (*status)(struct printer *p, struct printer_status *ret);
    /* 0: it has the job. -ECANCELED: for sure nothing of it was handed over. Any other: nobody
     * knows. @why: its words, for people; "" when there are none. */
    int (*send)(struct printer *p, const struct printer_job *job, char why[PRINTER_WHY_TEXT]);
    /* What became of the job of that name: a word, or -errno when it cannot be asked now. */
    int (*ask)(struct printer *p, const char *name, char why[PRINTER_WHY_TEXT]);
    /* It is not wanted any more: takes it out of the queue if it is still there. */
    int (*cancel)(struct printer *p, const char *name);
    /* What there is to open, in a moment; NULL: nothing that could be listed. -errno: it cannot be
     * asked, or what @each gave. */
    int (*list)(int (*each)(void *arg, const struct printer_queue *queue), void *arg);
    /* What GONE means: true: for sure it never was there. Of a queue that can forget: false. */
    bool gone_is_sure;
};

extern const struct printer_driver printer_file, printer_cups, printer_escpos;
/* By name; NULL: there is none of that name. */
const struct printer_driver *printer_driver_find(const char *name);

#endif
