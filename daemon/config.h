/* config.h - the configuration file, read once at start.
 *
 * INI, UTF-8. An unknown section or key, a value of the wrong form or out of range refuses the
 * start and names the line (RS F50). config.c holds the one table of keys with their defaults
 * and help, from which the man page's list and `anchangd --config-keys` are made.
 */
#ifndef ANCHANG_CONFIG_H
#define ANCHANG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum { CONFIG_HOSTS_MAX = 8, CONFIG_READERS_MAX = 16 };

/* Readers that are named, not found. */
struct config_readers {
    struct {
        char model[64], path[160];
    } items[CONFIG_READERS_MAX];
    size_t n;
};

struct config {
    char site_name[128];
    char site_lang[4];        /* zh or en: of kiosks after a wipe, and of papers */
    char public_address[256]; /* https://host[/path] that phones can open; "" none */
    char time_zone[64];       /* of the site, for dates on paper and the end of a day */
    char state_dir[512];
    char assets_dir[512];
    char backups_dir[512]; /* whose room is watched; backups are made by anchangctl */
    unsigned disk_low_mib, disk_low_percent; /* less than both is a low disk */
    char audit_key_file[512]; /* "" : state_dir/secret/audit.key, or the systemd credential */
    char seal_key_file[512];  /* "" : likewise seal.key, or the credential */
    char listen_address[64];  /* loopback */
    unsigned listen_port;
    char lan_address[64]; /* "" : no LAN listener */
    unsigned lan_port;
    char lan_cert[512], lan_key[512];
    char hosts[CONFIG_HOSTS_MAX][128]; /* further accepted host names */
    size_t n_hosts;
    unsigned workers;
    unsigned streams_max;
    bool rate_limits;
    bool demo;                  /* marks every page 演示 */
    char invoice_channel[32];   /* the driver; "none" */
    unsigned invoice_unheard_s; /* after which what the platform does not know was not heard */
    char models_dir[512];
    struct config_readers serial, replay;
    struct config_readers virtual; /* its paths are names, and have no model */
};

/* Reads @path. On -EINVAL, @error says what and where ("file:12: unknown key 'prot'"). */
int config_read(const char *path, struct config *ret_config, char *error, size_t error_size);
/* Prints the keys with defaults and meaning. */
void config_print_keys(void);

#endif
