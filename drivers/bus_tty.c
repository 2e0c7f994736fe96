/* bus_tty.c - serial lines through libserialport: the paths that the configuration names, and no
 * other, because a serial chip says nothing of what is soldered to it.
 *
 * A path that is not there is no error: it arrives when it appears. Each folder on the way to it is
 * watched (udev makes and removes /dev/serial/by-id whole), and after any change all paths are
 * looked at again: what a path leads to, and not the noise around it, says who came and who left.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/bus_tty.h"

enum {
    WATCHED = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR,
    EVENTS_BYTES = 4096,
};

struct tty_path {
    struct device_id id;
    bool there;
    dev_t device; /* what it led to when it was there */
    ino_t inode;
};

struct tty_bus {
    struct bus_core core;
    int fd; /* of inotify */
    sd_event_source *changes;
    struct tty_path *paths;
    size_t n_paths;
    struct tty_port *ports;
};

/* ---- what is there ---- */

/* All folders on the way; one that is not there yet is made in one that is. */
static void folders_watch(const struct tty_bus *bus, const char *path)
{
    char folder[PORT_PATH_MAX];

    for (size_t i = 1; path[i]; i++) {
        if (path[i] != '/')
            continue;
        memcpy(folder, path, i);
        folder[i] = '\0';
        (void)inotify_add_watch(bus->fd, folder, WATCHED);
    }
}

static void describe(struct device_id *id)
{
    struct sp_port *line;
    int vid, pid;
    const char *said;

    id->vid = id->pid = 0;
    id->serial[0] = id->product[0] = '\0';
    if (tty_line_of(id->path, &line) < 0)
        return; /* not known to the system as a serial line; open() will say so */
    if (sp_get_port_usb_vid_pid(line, &vid, &pid) == SP_OK) {
        id->vid = (uint16_t)vid;
        id->pid = (uint16_t)pid;
    }
    said = sp_get_port_usb_serial(line);
    port_text(said ? said : "", id->serial);
    said = sp_get_port_usb_product(line);
    port_text(said ? said : "", id->product);
    sp_free_port(line);
}

static void path_look(struct tty_bus *bus, struct tty_path *path)
{
    struct stat now;
    bool there;

    folders_watch(bus, path->id.path);
    there = stat(path->id.path, &now) == 0 && S_ISCHR(now.st_mode);
    if (path->there && (!there || now.st_rdev != path->device || now.st_ino != path->inode)) {
        path->there = false;
        tty_ports_lost(bus->ports, path->id.path);
        bus->core.events->left(bus->core.arg, &path->id);
    }
    if (there && !path->there) {
        path->there = true;
        path->device = now.st_rdev;
        path->inode = now.st_ino;
        describe(&path->id);
        bus->core.events->arrived(bus->core.arg, &path->id);
    }
}

static int on_work(sd_event_source *source, void *arg)
{
    struct tty_bus *bus = arg;

    (void)source;
    bus_state(&bus->core, 0);
    for (size_t i = 0; i < bus->n_paths; i++)
        path_look(bus, &bus->paths[i]);
    return 0;
}

static int on_change(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    char drop[EVENTS_BYTES];

    (void)source, (void)events;
    while (read(fd, drop, sizeof(drop)) > 0)
        ;
    bus_soon(arg);
    return 0;
}

/* ---- the bus ---- */

static struct bus *tty_stop(struct bus *base)
{
    struct tty_bus *bus = (struct tty_bus *)base;

    if (!bus)
        return NULL;
    while (bus->ports)
        tty_port_close((struct port *)bus->ports);
    sd_event_source_disable_unref(bus->changes);
    if (bus->fd >= 0)
        close(bus->fd);
    free(bus->paths);
    bus_core_free(&bus->core);
    free(bus);
    return NULL;
}

static int paths_take(struct tty_bus *bus, const char *const *paths)
{
    size_t n = 0;

    while (paths && paths[n])
        n++;
    bus->paths = calloc(n + 1, sizeof(*bus->paths));
    if (!bus->paths)
        return -ENOMEM;
    for (; bus->n_paths < n; bus->n_paths++) {
        struct device_id *id = &bus->paths[bus->n_paths].id;
        const char *path = paths[bus->n_paths];

        if (path[0] != '/')
            return -EINVAL;
        if (strlen(path) >= sizeof(id->path))
            return -ENAMETOOLONG;
        id->bus = bus_tty.name;
        memcpy(id->path, path, strlen(path) + 1);
    }
    return 0;
}

static int tty_start(sd_event *loop, const char *const *paths, const struct bus_events *events,
                     void *arg, struct bus **ret_bus)
{
    struct tty_bus *bus = calloc(1, sizeof(*bus));
    int r;

    if (!bus)
        return -ENOMEM;
    bus->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    r = bus->fd < 0 ? -errno : paths_take(bus, paths);
    if (r == 0)
        r = bus_core_init(&bus->core, &bus_tty, loop, events, arg, on_work);
    if (r == 0)
        r = sd_event_add_io(loop, &bus->changes, bus->fd, EPOLLIN, on_change, bus);
    if (r < 0) {
        tty_stop(&bus->core.bus);
        return r;
    }
    *ret_bus = &bus->core.bus;
    return 0;
}

static int tty_open(struct bus *base, const struct device_id *id, const struct line_settings *line,
                    const struct port_events *events, void *arg, struct port **ret_port)
{
    struct tty_bus *bus = (struct tty_bus *)base;

    for (size_t i = 0; i < bus->n_paths; i++)
        if (!strcmp(bus->paths[i].id.path, id->path) && bus->paths[i].there)
            return tty_port_open(&bus->ports, bus->core.loop, id->path, line, events, arg,
                                 ret_port);
    return -ENODEV;
}

const struct bus_ops bus_tty = {
    .name = "tty",
    .start = tty_start,
    .stop = tty_stop,
    .open = tty_open,
    .pause = tty_port_pause,
    .close = tty_port_close,
};
