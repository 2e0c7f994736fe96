/* vm_reader.c - what the daemon does with buses, without the daemon: opens the USB readers and
 * lines it is told of, tries again when it fails, and says each event as a line.
 *
 *     vm_reader VID:PID… /dev/…
 *
 * Ends with its standard input.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/port.h"

enum { DEVICES_MAX = 16, WANTED_MAX = 16 };

/* After each failure in a row, in ms; the last one again and again. */
static const unsigned patience[] = {50, 200, 800, 1000};

struct reader {
    const struct bus *bus;
    struct device_id id;
    struct port *port;
    sd_event_source *again;
    size_t failures;
    bool there;
};

static sd_event *loop;
static struct bus *usb, *tty;
static struct reader readers[DEVICES_MAX];
static const char *wanted[WANTED_MAX + 1];

static void try(struct reader *reader);

static void say(const struct reader *reader, const char *what, int n)
{
    printf("%s %s %d\n", what, reader->id.path, n);
}

static int on_again(sd_event_source *source, uint64_t usec, void *arg)
{
    (void)source, (void)usec;
    try(arg);
    return 0;
}

static void again(struct reader *reader)
{
    size_t last = sizeof(patience) / sizeof(patience[0]) - 1;
    unsigned ms = patience[reader->failures < last ? reader->failures : last];

    reader->failures++;
    sd_event_source_disable_unref(reader->again);
    reader->again = NULL;
    if (sd_event_add_time_relative(loop, &reader->again, CLOCK_MONOTONIC, ms * 1000ULL, 1000,
                                   on_again, reader) < 0)
        abort();
}

static void shut(struct reader *reader)
{
    if (reader->port)
        reader->port = reader->port->ops->close(reader->port);
}

static void on_ready(void *arg, const struct device_facts *facts)
{
    struct reader *reader = arg;

    reader->failures = 0;
    say(reader, "ready", (int)facts->report_size);
}

static void on_data(void *arg, const uint8_t *bytes, size_t n)
{
    struct reader *reader = arg;

    printf("data %s ", reader->id.path);
    for (size_t i = 0; i < n; i++)
        printf("%02X", bytes[i]);
    printf("\n");
}

static void on_gone(void *arg, int error)
{
    struct reader *reader = arg;

    say(reader, "gone", error);
    shut(reader);
    again(reader);
}

static void try(struct reader *reader)
{
    static const struct port_events events = {on_ready, on_data, on_gone};
    static const struct line_settings line = {9600, 8, 1, 'n'};
    int r;

    if (!reader->there)
        return;
    r = reader->bus->ops->open((struct bus *)reader->bus, &reader->id, &line, &events, reader,
                               &reader->port);
    if (r < 0) {
        say(reader, "failed", r);
        again(reader);
    }
}

static bool is_wanted(const struct device_id *id)
{
    char text[16];

    snprintf(text, sizeof(text), "%04x:%04x", id->vid, id->pid);
    for (size_t i = 0; wanted[i]; i++)
        if (!strcmp(wanted[i], text) || !strcmp(wanted[i], id->path))
            return true;
    return false;
}

static struct reader *reader_of(const struct device_id *id, bool there)
{
    for (size_t i = 0; i < DEVICES_MAX; i++)
        if (readers[i].there == there &&
            (!there || (readers[i].id.bus == id->bus && !strcmp(readers[i].id.path, id->path))))
            return &readers[i];
    return NULL;
}

static void on_arrived(void *arg, const struct device_id *id)
{
    struct reader *reader = reader_of(id, false);

    (void)arg;
    if (!is_wanted(id) || !reader)
        return;
    *reader = (struct reader){.bus = !strcmp(id->bus, "usb") ? usb : tty, .id = *id, .there = true};
    printf("arrived %s %04x:%04x %s\n", id->path, id->vid, id->pid, id->serial);
    try(reader);
}

static void on_left(void *arg, const struct device_id *id)
{
    struct reader *reader = reader_of(id, true);

    (void)arg;
    if (!reader)
        return;
    say(reader, "left", 0);
    shut(reader);
    reader->again = sd_event_source_disable_unref(reader->again);
    reader->there = false;
}

static void on_state(void *arg, const struct bus *bus, int error)
{
    (void)arg;
    printf("state %s %d\n", bus->ops->name, error);
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    char drop[64];

    (void)source, (void)events, (void)arg;
    return read(fd, drop, sizeof(drop)) > 0 ? 0 : sd_event_exit(loop, 0);
}

int main(int argc, char **argv)
{
    static const struct bus_events events = {on_arrived, on_left, on_state};
    const char *lines[WANTED_MAX + 1] = {NULL};
    size_t n_lines = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc && i <= WANTED_MAX; i++) {
        wanted[i - 1] = argv[i];
        if (argv[i][0] == '/')
            lines[n_lines++] = argv[i];
    }
    if (sd_event_new(&loop) < 0 || sd_event_add_io(loop, NULL, 0, EPOLLIN, on_input, NULL) < 0 ||
        bus_usb.start(loop, NULL, &events, NULL, &usb) < 0 ||
        bus_tty.start(loop, lines, &events, NULL, &tty) < 0)
        return 1;
    (void)sd_event_loop(loop);
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        shut(&readers[i]);
        sd_event_source_disable_unref(readers[i].again);
    }
    bus_usb.stop(usb);
    bus_tty.stop(tty);
    sd_event_unref(loop);
    return 0;
}
