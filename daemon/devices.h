/* devices.h - the device manager: which readers are there, how each of them is, and whose page
 * hears what they read.
 *
 * It joins the buses and drivers of drivers/ with the registry (db/device.h) and the feed. A
 * reader arrives, its model is looked up, it is opened, or tried again after 1, 2, 5, 15, 30 s; its
 * bytes become a card; the page of the terminal it is bound to hears of a swipe, and no other
 * (DV-03). It hears an id that tells nothing; a card's code stays in here (MB-16).
 * Nothing a device does disturbs another: what floods is read in slices, what cannot be opened
 * waits alone, what is not known is listed and left closed.
 *
 * A reader is known again by its serial number; one without is known by its port, and when it turns
 * up at another port while exactly one of its kind is missing it is taken for that one.
 *
 * Thread: the loop's, except where it says any.
 */
#ifndef ANCHANG_DEVICES_H
#define ANCHANG_DEVICES_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/app.h"
#include "daemon/swipe.h"
#include "db/device.h"
#include "db/tx.h"
#include "drivers/model.h"
#include "drivers/reader.h"

enum {
    DEVICES_MAX = DEVICE_MAX + 32, /* known ones, and such as are only plugged in */
    DEVICE_SAME_MS = 2000,         /* a card seen again within it is the same swipe (MB-04) */
    DEVICE_LOST_MS = 10 * 1000,    /* a bound reader gone for this long calls staff (NT-09) */
    DEVICE_LENT_MS = 30 * 1000,    /* "swipe now" */
    DEVICE_RECORD_MS = 10 * 60 * 1000,
    DEVICE_RECORD_PATH = 640,
    DEVICE_SLICE_MS = 100,      /* a device may send ... */
    DEVICE_SLICE_BYTES = 16384, /* ... so much in that time; for the rest of it it is not read */
};

enum device_state {
    DEVICE_ABSENT,      /* known, not plugged in */
    DEVICE_OPENING,     /* there, and asked what it is */
    DEVICE_READY,       /* open, and read */
    DEVICE_DEGRADED,    /* open, but see its trouble */
    DEVICE_BACKOFF,     /* could not be opened or broke off; is tried again */
    DEVICE_DENIED,      /* there, but the system does not let us open it; is tried again */
    DEVICE_UNSUPPORTED, /* there, and no model knows it, or it is not what it says */
};
enum device_trouble {
    TROUBLE_NONE,
    TROUBLE_NOISE,    /* sends what is no frame */
    TROUBLE_BUSY,     /* another program has it */
    TROUBLE_IO,       /* see error */
    TROUBLE_RIGHTS,   /* no permission on its node */
    TROUBLE_NO_MODEL, /* no model knows it */
    TROUBLE_LIES,     /* its descriptor is not that of its model */
};
/* What somebody borrows a reader for. */
enum device_loan {
    LOAN_TEST, /* to see that it reads: `device-test`, with as much of a card as a log may have */
    LOAN_CARD, /* for one card, by its swipe (swipe.h): `card`; it is given back with it */
};
/* "ready", "no-model": the words of the API. */
const char *device_state_text(enum device_state state);
const char *device_trouble_text(enum device_trouble trouble);

/* What the device page shows of one. */
struct device_view {
    int64_t id, version, terminal_id; /* of its row; 0: it has none (yet) */
    const char *bus;
    char mark[DEVICE_MARK_MAX + 1], name[4 * DEVICE_NAME_MAX + 1];
    char model[MODEL_ID_MAX + 1], model_name[MODEL_NAME_MAX + 1]; /* "" none */
    char product[PORT_TEXT_MAX];
    uint16_t vid, pid; /* 0: none */
    enum driver_maturity maturity;
    bool present, is_virtual;
    enum device_state state;
    enum device_trouble trouble;
    int error;        /* errno of the trouble, positive; 0: none */
    unsigned attempt; /* failures in a row */
    int64_t since_ms; /* UTC; of the state */
    int64_t seen_ms;  /* UTC; last plugged in or opened; 0: not since the start */
    int64_t card_ms;  /* UTC; the last card; 0: none since the start */
    struct reader_counts counts;
};

struct bus_view {
    const char *name;
    int error; /* errno, positive; 0: it works */
};
enum { BUSES_MAX = 5 };

struct devices;

struct devices_options {
    sd_event *loop;
    struct app *app; /* config, writer, feed, db_path */
    const struct models *models;
    /* A card of @code was read for @place: the id by which its page hears of it. */
    int (*swiped)(struct app *app, struct swipe_place place, const char *code,
                  char ret_id[SWIPE_ID_TEXT]);
    void (*log)(void *arg, int priority, const char *line);
    void *log_arg;
};

/* Reads the models that the configuration names. -EINVAL and @error: a file is not understood, or a
 * configured reader is of no model that could read it. */
int devices_models(const struct config *config, struct models **ret_models, char *error,
                   size_t error_size);
/* Reads the registry. */
int devices_create(const struct devices_options *options, struct devices **ret_devices);
/* Starts the buses. One that cannot start is one that does not work, and no failure. */
void devices_start(struct devices *d);
struct devices *devices_stop(struct devices *d);

/* Any thread: devices were changed in the database. */
void devices_changed(struct devices *d);
/* Any thread: copies of at most @max; returns how many. */
size_t devices_view(struct devices *d, struct device_view *out, size_t max);
size_t devices_buses(struct devices *d, struct bus_view out[BUSES_MAX]);
/* Any thread: tells the terminal's page how its readers are, all in all: "none" is bound to it, one
 * is "ready", or all are "away". It hears of each change by itself; this is for one that has just
 * begun to listen. */
void devices_reader_tell(struct devices *d, int64_t terminal_id);
/* Any thread: whether a card can be read there now. */
bool devices_ready(struct devices *d, int64_t device_id);
/* Any thread: what the device reads within DEVICE_LENT_MS is told to that user and to no terminal;
 * again by the same user it counts anew. -ENOENT: no such device; -ENODEV: it is not ready; -EBUSY:
 * somebody else has it. */
int devices_lend(struct devices *d, int64_t device_id, int64_t user_id, enum device_loan loan);
/* That user gives it back: the terminal hears the device again at once. */
void devices_lend_end(struct devices *d, int64_t device_id, int64_t user_id);

/* A card at a virtual reader, for anchangctl: its code, or what goes wrong with it: "bad" (the
 * check does not hold), "garbled" (no card at all), "refused" (a bank card by its format).
 * -ENOENT: no virtual reader of that name; -EINVAL: @card is none of these; others of
 * bus_virtual_push(). */
int devices_swipe(struct devices *d, const char *reader, const char *card);

/* Records what the reader called @reader sends as a capture in the state folder, for whoever makes
 * a model or mends a driver; ends by itself after DEVICE_RECORD_MS. @capture is its name,
 * [a-z0-9-]; NULL ends a recording. -ENOENT: no such reader; -EINVAL: no such name; -ENOTCONN,
 * -EALREADY and others of record_begin(). */
int devices_record(struct devices *d, const char *reader, const char *capture,
                   char ret_path[DEVICE_RECORD_PATH]);

#endif
