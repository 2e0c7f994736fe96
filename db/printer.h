/* printer.h - the printers of the site and which paper goes where (DV-04, IV-06, IV-08).
 *
 * What a printer says of itself is the spooler's to know (daemon/spooler.h), never the database's.
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_PRINTER_H
#define ANCHANG_DB_PRINTER_H

#include "db/print.h"

enum {
    PRINTER_MAX = 16,
    PRINTER_NAME_MAX = 40,
    PRINTER_TARGET_MAX = 300,
    PRINTER_OFFSET_MAX = 300
};

extern const char *const printer_drivers[]; /* "file", "cups", "escpos"; ended by NULL */

struct printer_row {
    int64_t id, version, offset_x, offset_y; /* 0.1 mm */
    const char *name, *driver, *target;
    int64_t waiting, doubtful; /* jobs that are open; that somebody must settle */
};
/* Those that are not retired, by id (@printer_id 0), or the one: NOT_FOUND. */
int printer_scan(struct tx *tx, int64_t printer_id,
                 int (*each)(void *arg, const struct printer_row *row), void *arg);

struct printer_new {
    const char *name, *driver, *target;
};
/* LIMIT_REACHED, PRINTER_NAME, PRINTER_TAKEN: another one is that queue. */
int printer_create(struct tx *tx, const struct printer_new *printer, int64_t *ret_id);
struct printer_change {
    int64_t id, version, offset_x, offset_y;
    const char *name; /* NULL: leave */
};
/* VERSION_CHANGED, PRINTER_NAME. */
int printer_update(struct tx *tx, const struct printer_change *change);
/* PRINTER_BUSY: it has jobs that are open. Its routes end. */
int printer_retire(struct tx *tx, int64_t printer_id, int64_t version);

struct print_route_row {
    const char *kind;
    int64_t terminal_id; /* 0: of all that have none of their own */
    int64_t printer_id;  /* 0: nowhere */
    int64_t layout_id;   /* 0: the first of the kind */
    bool preprinted;     /* its paper has the form already */
    bool chosen;         /* by somebody, for there or for all; else there is but one printer */
};
/* Printer 0 ends the route. NOT_FOUND: printer, terminal, layout of that kind. */
int print_route_set(struct tx *tx, const struct print_route_row *route);
/* Where a paper goes and how it looks. Without a route: the only printer there is. layout_id is 0
 * only when the kind has none. */
int print_route(struct tx *tx, const char *kind, int64_t terminal_id,
                struct print_route_row *ret_route);
int print_route_each(struct tx *tx, int (*each)(void *arg, const struct print_route_row *row),
                     void *arg);

/* A site without printers begins with a folder of PDFs. */
int printers_seed(struct tx *tx);

#endif
