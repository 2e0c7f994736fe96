/* config.c - see config.h. One table names every key; reading, checking and help come from it. */
#include "daemon/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum key_kind {
    KEY_TEXT,
    KEY_PATH,
    KEY_NUMBER,
    KEY_BOOL,
    KEY_CHOICE,
    KEY_HOSTS,
    KEY_READER, /* these two may be repeated */
    KEY_NAME,
};

struct key {
    const char *section, *name;
    enum key_kind kind;
    size_t offset, size;
    const char *fallback;
    unsigned min, max;   /* NUMBER */
    const char *choices; /* CHOICE: "zh en" */
    const char *help;
};

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)NULL)->member)

static const struct key keys[] = {
    {"site", "name", KEY_TEXT, AT(site_name), "案场", 0, 0, NULL, "name of the sales office"},
    {"site", "language", KEY_CHOICE, AT(site_lang), "zh", 0, 0, "zh en",
     "language of kiosks and papers"},
    {"site", "time-zone", KEY_TEXT, AT(time_zone), "Asia/Shanghai", 0, 0, NULL,
     "for dates and the end of a day"},
    {"site", "public-address", KEY_TEXT, AT(public_address), "", 0, 0, NULL,
     "https address under which phones reach /u/; empty: take-home codes are off"},
    {"site", "demo", KEY_BOOL, AT(demo), "no", 0, 0, NULL, "mark every page as a demonstration"},
    {"invoice", "channel", KEY_CHOICE, AT(invoice_channel), "none", 0, 0, "none stub",
     "how requests for invoices reach the tax platform; none: as lists; stub: plays a platform, "
     "in a demonstration alone"},
    {"invoice", "unheard", KEY_NUMBER, AT(invoice_unheard_s), "60", 1, 86400, NULL,
     "seconds after which a request that the platform does not know was not heard, and goes again"},
    {"storage", "state", KEY_PATH, AT(state_dir), "/var/lib/anchangd", 0, 0, NULL,
     "folder of the database and media"},
    {"storage", "pages", KEY_PATH, AT(assets_dir), "/usr/share/anchang/www", 0, 0, NULL,
     "folder of the built pages"},
    {"storage", "backups", KEY_PATH, AT(backups_dir), "/var/backups/anchangd", 0, 0, NULL,
     "folder that backups are put into, to watch its room too; empty: none"},
    {"storage", "disk-low", KEY_NUMBER, AT(disk_low_mib), "1024", 0, 1048576, NULL,
     "staff are called when less MiB than this are free ..."},
    {"storage", "disk-low-percent", KEY_NUMBER, AT(disk_low_percent), "5", 0, 100, NULL,
     "... and less than this part of the disk; 0 of either: never"},
    {"storage", "audit-key", KEY_PATH, AT(audit_key_file), "", 0, 0, NULL,
     "32-byte key of the audit chain; empty: systemd credential audit-key, else STATE/secret"},
    {"storage", "seal-key", KEY_PATH, AT(seal_key_file), "", 0, 0, NULL,
     "keys of 32 bytes that seal personal data; empty: systemd credential seal-key, else "
     "STATE/secret"},
    {"listen", "address", KEY_TEXT, AT(listen_address), "127.0.0.1", 0, 0, NULL,
     "loopback address, plain HTTP"},
    {"listen", "port", KEY_NUMBER, AT(listen_port), "8080", 0, 65535, NULL,
     "its port; 0: any free one"},
    {"listen", "hosts", KEY_HOSTS, offsetof(struct config, hosts), 0, "", 0, 0, NULL,
     "further host names the pages are reached by, separated by blanks"},
    {"listen", "workers", KEY_NUMBER, AT(workers), "2", 1, 16, NULL, "HTTP threads"},
    {"listen", "streams", KEY_NUMBER, AT(streams_max), "256", 8, 4096, NULL,
     "open event streams at most"},
    {"listen", "rate-limits", KEY_BOOL, AT(rate_limits), "yes", 0, 0, NULL,
     "limit requests per caller"},
    {"lan", "address", KEY_TEXT, AT(lan_address), "", 0, 0, NULL,
     "address for other boxes, TLS only; empty: off"},
    {"lan", "port", KEY_NUMBER, AT(lan_port), "8443", 0, 65535, NULL, "its port"},
    {"lan", "certificate", KEY_PATH, AT(lan_cert), "", 0, 0, NULL, "PEM chain, see anchangctl ca"},
    {"lan", "key", KEY_PATH, AT(lan_key), "", 0, 0, NULL, "its private key, PEM"},
    {"devices", "models", KEY_PATH, AT(models_dir), "/usr/share/anchang/models", 0, 0, NULL,
     "folder of the reader models; those in /etc/anchangd/models come on top"},
    {"devices", "serial", KEY_READER, AT(serial), "", 0, 0, NULL,
     "a serial reader: its model and its path below /dev/serial/by-id; may be repeated"},
    {"devices", "virtual", KEY_NAME, AT(virtual), "", 0, 0, NULL,
     "name of a virtual reader for demonstrations, see anchangctl swipe; may be repeated"},
    {"devices", "replay", KEY_READER, AT(replay), "", 0, 0, NULL,
     "for tests: the model and the capture of a reader that is played back; may be repeated"},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static int number_read(const char *text, unsigned min, unsigned max, unsigned *ret_value)
{
    unsigned long value;
    char *end;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || value < min || value > max)
        return -EINVAL;
    *ret_value = (unsigned)value;
    return 0;
}

static int bool_read(const char *text, bool *ret_value)
{
    if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0) {
        *ret_value = text[0] == 'y';
        return 0;
    }
    return -EINVAL;
}

static bool choice_has(const char *choices, const char *text)
{
    size_t n = strlen(text);

    for (const char *p = choices; p; p = strchr(p, ' '), p = p ? p + 1 : NULL)
        if (strncmp(p, text, n) == 0 && (p[n] == ' ' || p[n] == '\0') && n > 0)
            return true;
    return false;
}

static int hosts_read(const char *text, struct config *c)
{
    c->n_hosts = 0;
    while (*text) {
        size_t n;

        text += strspn(text, " \t");
        n = strcspn(text, " \t");
        if (n == 0)
            break;
        if (c->n_hosts == CONFIG_HOSTS_MAX || n >= sizeof(c->hosts[0]))
            return -E2BIG;
        memcpy(c->hosts[c->n_hosts], text, n);
        c->hosts[c->n_hosts++][n] = '\0';
        text += n;
    }
    return 0;
}

/* One more "MODEL PATH". */
static int reader_read(const char *text, struct config_readers *readers)
{
    const size_t n = strcspn(text, " \t");
    const char *path = text + n + strspn(text + n, " \t");

    if (n == 0 || path[0] != '/')
        return -EINVAL;
    if (readers->n == CONFIG_READERS_MAX || n >= sizeof(readers->items[0].model) ||
        strlen(path) >= sizeof(readers->items[0].path))
        return -E2BIG;
    snprintf(readers->items[readers->n].model, n + 1, "%s", text);
    snprintf(readers->items[readers->n++].path, sizeof(readers->items[0].path), "%s", path);
    return 0;
}

/* One more name. */
static int name_read(const char *text, struct config_readers *readers)
{
    if (!text[0])
        return -EINVAL;
    if (readers->n == CONFIG_READERS_MAX || strlen(text) >= sizeof(readers->items[0].path))
        return -E2BIG;
    snprintf(readers->items[readers->n++].path, sizeof(readers->items[0].path), "%s", text);
    return 0;
}

static int key_set(const struct key *key, const char *text, struct config *c)
{
    char *at = (char *)c + key->offset;

    switch (key->kind) {
    case KEY_NUMBER:
        return number_read(text, key->min, key->max, (unsigned *)(void *)at);
    case KEY_BOOL:
        return bool_read(text, (bool *)(void *)at);
    case KEY_HOSTS:
        return hosts_read(text, c);
    case KEY_READER:
        return reader_read(text, (struct config_readers *)(void *)at);
    case KEY_NAME:
        return name_read(text, (struct config_readers *)(void *)at);
    case KEY_CHOICE:
        if (!choice_has(key->choices, text))
            return -EINVAL;
        break;
    case KEY_PATH:
        if (text[0] && text[0] != '/')
            return -EINVAL;
        break;
    case KEY_TEXT:
        break;
    }
    if (strlen(text) >= key->size)
        return -E2BIG;
    memcpy(at, text, strlen(text) + 1);
    return 0;
}

struct reading {
    struct config *config;
    char what[320]; /* of the first line that is wrong; ini_parse() returns its number */
};

static int value_found(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *reading = arg;

    for (size_t i = 0; i < KEYS; i++) {
        const struct key *key = &keys[i];

        if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
            continue;
        if (key_set(key, value, reading->config) == 0)
            return 1;
        if (!reading->what[0])
            snprintf(reading->what, sizeof(reading->what), "\"%s\" is no value for %s (%s)", value,
                     name, key->help);
        return 0;
    }
    if (!reading->what[0])
        snprintf(reading->what, sizeof(reading->what), "unknown key %s in [%s]", name, section);
    return 0;
}

int config_read(const char *path, struct config *ret_config, char *error, size_t error_size)
{
    struct config c = {0};
    struct reading reading = {.config = &c};
    int line;

    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].kind < KEY_READER && key_set(&keys[i], keys[i].fallback, &c) < 0)
            return -EPROTO;
    line = ini_parse(path, value_found, &reading);
    if (line < 0) {
        snprintf(error, error_size, "%s: cannot be read", path);
        return -ENOENT;
    }
    if (line > 0) {
        snprintf(error, error_size, "%s:%d: %s", path, line,
                 reading.what[0] ? reading.what : "not understood");
        return -EINVAL;
    }
    *ret_config = c;
    return 0;
}

void config_print_keys(void)
{
    const char *section = "";

    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(section, keys[i].section) != 0)
            printf("%s[%s]\n", i ? "\n" : "", keys[i].section);
        section = keys[i].section;
        /* What may be repeated is there only when it is written. */
        printf("# %s\n%s%s = %s\n", keys[i].help, keys[i].kind >= KEY_READER ? "#" : "",
               keys[i].name, keys[i].fallback);
    }
}
