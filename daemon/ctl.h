/* ctl.h - what the files of anchangctl share: the site it works on and its command line.
 */
#ifndef ANCHANG_CTL_H
#define ANCHANG_CTL_H

#include <jansson.h>

#include "daemon/app.h"
#include "daemon/config.h"
#include "daemon/site.h"
#include "db/store.h"

struct ctl {
    struct config config;
    struct app app;
    struct site site;
    char **argv; /* of the command, without its name */
    int argc;
};

/* The value of --NAME, or NULL. */
const char *ctl_option(const struct ctl *c, const char *name);
/* The @index-th word that is no option nor an option's value, or NULL. */
const char *ctl_word(const struct ctl *c, int index);

/* Runs a command where the writer is: in the daemon that has the site, else here under its lock.
 * Takes over @args. What is wrong is told on stderr. */
int ctl_run(struct ctl *c, const char *name, json_t *args, json_t **ret_result);
/* The same, when what it gives is of no interest. */
int ctl_run_quietly(struct ctl *c, const char *name, json_t *args);
/* A reader, also beside a running daemon. */
int ctl_reader(struct ctl *c, struct db **ret_db);
/* Opens a file or folder that the command line names, to read, as who called: root may read what
 * the owner of the site may not. The descriptor, or a negative errno. */
int ctl_open(struct ctl *c, const char *path);
/* Copies what @in (taken over; an errno is passed on) holds to @to, which is there when it is whole
 * and on the disk. */
int ctl_copy(int in, const char *to);

/* The commands in files of their own. -EINVAL: show the usage. */
int ctl_import(struct ctl *c); /* ctl_import.c */
int ctl_backup(struct ctl *c); /* ctl_keep.c */
int ctl_restore(struct ctl *c);
int ctl_verify(struct ctl *c);
int ctl_export(struct ctl *c);
int ctl_printers(struct ctl *c); /* ctl_printers.c */

#endif
