/* devices_impl.h - what the parts of the device manager share: devices.c has the buses, what comes
 * and goes, and what other threads ask; devices_port.c one open reader; devices_row.c the registry,
 * its jobs and the calls for staff. */
#ifndef ANCHANG_DEVICES_IMPL_H
#define ANCHANG_DEVICES_IMPL_H

#include <pthread.h>

#include "daemon/devices.h"
#include "drivers/port.h"
#include "drivers/port_record.h"

/* One device: its row, or that it is plugged in, or both. Changed on the loop thread under the
 * lock, so that the loop reads without it. */
struct entry {
    struct devices *owner;
    bool used;

    /* its row; id 0: none */
    struct {
        int64_t id, version, terminal_id;
        char name[4 * DEVICE_NAME_MAX + 1];
    } row;
    const struct bus_ops *bus_ops; /* of its bus, also while that does not work */
    char mark[DEVICE_MARK_MAX + 1];

    /* what is plugged in */
    bool present;
    struct device_id id;
    const struct model *model;
    struct port *port; /* NULL: not open */
    struct reader *reader;

    enum device_state state;
    enum device_trouble trouble;
    int error;
    int64_t since_ms, seen_ms, card_ms; /* UTC */
    struct reader_counts counts;        /* as of its last bytes */

    /* of the boot clock, ms; 0: not */
    int64_t try_at;                  /* to be opened */
    int64_t down_since;              /* neither ready nor degraded */
    int64_t slice_from, silent_from; /* a slice of bytes, and of noise, began */
    bool paused;
    size_t slice_bytes;
    uint64_t noise_from; /* bytes skipped when the slice of noise began */
    unsigned attempt, failures;
    int64_t told_at;                  /* a bad or refused read was told of */
    char last_code[CARD_CODE_TEXT];   /* the last card ... */
    int64_t last_at;                  /* ... and when it was seen last */
    bool called;                      /* staff were called for it */
    bool settled;                     /* a call of before the start was looked for */
    enum device_loan loan;            /* what it is lent for, ... */
    int64_t lent_user_id, lent_until; /* ... to whom and for how long */
    struct device_facts facts;        /* of the open port */
    struct record *record;            /* NULL: it is not recorded */
    int64_t record_until;
};

/* A bus, as the argument of its events. */
struct bus_slot {
    struct devices *owner;
    const struct bus_ops *ops;
    struct bus *bus; /* NULL: it could not be started */
    int error;       /* positive errno */
};

/* A terminal that has a reader, and how its page believes it to be. */
struct listener {
    int64_t terminal_id;
    const char *told;
};

struct devices {
    struct devices_options options;
    struct bus_slot buses[BUSES_MAX];
    size_t n_buses;
    sd_event_source *timer, *wake;
    int wake_fd;
    struct db *db; /* reader */
    pthread_mutex_t lock;
    struct entry entries[DEVICES_MAX];
    struct listener listeners[DEVICES_MAX];
    size_t n_listeners;
};

/* ---- devices.c ---- */

__attribute__((format(printf, 3, 4))) void devices_log(struct devices *d, int priority,
                                                       const char *format, ...);
/* NULL: this daemon has no bus of that name. */
const struct bus_ops *devices_bus(const char *name);
/* A free entry in use from now on, or NULL. */
struct entry *entry_new(struct devices *d);
void entry_drop(struct entry *e);

/* Whatever is due is looked at from the loop, as soon as it comes round. */
void devices_soon(struct devices *d);

/* The shorter of two times in ms, of which -1 is none. */
static inline int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* ---- devices_tell.c ---- */

/* Tells the device pages that something about a device is other than before. @id: 0 when it is
 * about a bus, or a device without a row. */
void pages_tell(struct devices *d, int64_t id);
void entry_tell(struct entry *e);
/* Tells the page of each terminal whose readers are, all in all, other than it was told. */
void readers_tell(struct devices *d);

/* ---- devices_port.c ---- */

static inline bool is_up(enum device_state state)
{
    return state == DEVICE_READY || state == DEVICE_DEGRADED;
}

/* @error: -errno, or 0. */
void state_set(struct entry *e, enum device_state state, enum device_trouble trouble, int error);
/* Made or played back, not read from hardware. */
bool entry_is_virtual(const struct entry *e);
/* Opens it on @bus; what comes of it is heard later, a failure tried again. */
void entry_open(struct entry *e, struct bus *bus);
void port_drop(struct entry *e);
/* What it reads is written to @path for a while. -ENOTCONN: it is not open; -EALREADY; others of
 * record_begin(). */
int record_start(struct entry *e, const char *path, const char *by);
void record_stop(struct entry *e, const char *why);
/* Does what is due; the ms until something is, or -1. */
int64_t port_due(struct entry *e, int64_t now);

/* ---- devices_row.c ---- */

/* Reads the registry again: names, terminals, what is new and what is gone. */
int rows_load(struct devices *d);
/* It has arrived and a driver knows it: it gets a row, or the row of the one it is taken for. */
void row_arrived(struct entry *e);
/* Calls staff for what is lost for too long, takes back calls for what is there again. Returns the
 * ms until something is due, or -1. */
int64_t rows_watch(struct devices *d, int64_t now);

#endif
