/* app.h - what the daemon's parts share: one struct app per process, made by main.c before the
 * first request and read-only afterwards, except through the thread-safe parts it points to.
 */
#ifndef ANCHANG_APP_H
#define ANCHANG_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/config.h"
#include "daemon/steady.h"
#include "db/seal.h"

struct charts;
struct devices;
struct disks;
struct feed;
struct http;
struct invoice_channel;
struct sessions;
struct spooler;
struct swipes;
struct terminals;
struct writer;

struct app {
    const struct config *config;
    struct writer *writer;
    struct sessions *sessions;
    struct feed *feed;
    struct charts *charts;       /* the public and internal charts in memory (chart/charts.h) */
    struct terminals *terminals; /* last signs of life (terminal_watch.h) */
    struct swipes *swipes;       /* the cards last read at terminals (swipe.h) */
    struct devices *devices;     /* readers (devices.h); NULL in anchangctl */
    struct disks *disks;         /* what room is left (disk_watch.h); NULL in anchangctl */
    struct spooler *spooler;     /* papers and printers (spooler.h); NULL in anchangctl */
    struct invoice_channel *invoice_channel; /* the way to the tax platform; NULL: none */
    struct http *http;                       /* for its figures; set after http_start() */
    char db_path[512], media_dir[512], upload_dir[512], import_dir[512];
    char papers_dir[512];
    uint8_t link_key[32];  /* signs take-home links */
    struct seal_ring seal; /* opens personal data; the last key seals it */
    int64_t started_ms;    /* UTC */
    struct steady clock;   /* both clocks at the start */
    int schema;
};

#endif
