/* device.h - the card readers of the site: what each is known by, its name, whose terminal it
 * serves (DV-01).
 *
 * A row is made by the daemon when a reader that it can read is seen for the first time, and stays
 * while the reader is unplugged. Which bytes it sends and whether it is there now is the device
 * manager's to know (daemon/devices.h), never the database's.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEVICE_H
#define ANCHANG_DB_DEVICE_H

#include "db/tx.h"

enum {
    DEVICE_MAX = 64,       /* not retired */
    DEVICE_NAME_MAX = 40,  /* characters */
    DEVICE_MARK_MAX = 300, /* bytes */
};

struct device_row {
    int64_t id, version;
    int64_t terminal_id; /* 0: serves none */
    int64_t added_ms, seen_ms;
    const char *bus, *mark, *model, *name;
};
/* Those that are not retired, by id (@device_id 0), or the one: NOT_FOUND. Texts live during the
 * call. */
int device_scan(struct tx *tx, int64_t device_id,
                int (*each)(void *arg, const struct device_row *row), void *arg);

/* A reader at which staff may ask for a card, for somebody stands beside it or nobody does. */
struct device_lendable {
    int64_t id, terminal_id; /* 0: serves none */
    const char *name, *terminal;
};
/* By id, or the one (@device_id not 0): NOT_FOUND. Those that serve no terminal, @own_terminal_id,
 * or a counter of all projects or one in scope; never a kiosk's, where a customer swipes for
 * himself. */
int device_lendable_scan(struct tx *tx, int64_t device_id, int64_t own_terminal_id,
                         int (*each)(void *arg, const struct device_lendable *row), void *arg);

struct device_new {
    const char *bus, *mark, *model;
    const char *name; /* that it gets when it is new; cut to DEVICE_NAME_MAX */
};
/* The device is there: it becomes a row, or its row says when it was seen. 1: a new row, 0: an old
 * one. LIMIT_REACHED. */
int device_seen(struct tx *tx, const struct device_new *device, int64_t *ret_id);
/* It is known by another mark from now on: plugged in elsewhere. -EEXIST: another has that mark. */
int device_moved(struct tx *tx, int64_t device_id, const char *mark);

struct device_change {
    int64_t id, version;
    const char *name;    /* NULL: leave */
    int64_t terminal_id; /* -1: leave, 0: none */
};
/* NOT_FOUND (device, or terminal out of scope or revoked), VERSION_CHANGED. */
int device_update(struct tx *tx, const struct device_change *change);
/* The device called @name serves the terminal from now on, unless it serves one that is paired.
 * READER_UNKNOWN. */
int device_offer(struct tx *tx, const char *name, int64_t terminal_id);
/* Its row is kept, and is found no more; the same reader comes back as a new one. NOT_FOUND,
 * VERSION_CHANGED. */
int device_retire(struct tx *tx, int64_t device_id, int64_t version);

#endif
