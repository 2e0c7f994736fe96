/* port_fixture.h - a desk at which a bus is started and its ports opened; all that they tell is a
 * line of one log ("arrived 1-1:1.0", "data 1-1:1.0 00FF", "gone 1-1:1.0 -19"), which a test
 * waits for. */
#ifndef ANCHANG_TESTS_PORT_FIXTURE_H
#define ANCHANG_TESTS_PORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/port.h"

enum { DESK_PORTS = 16, DESK_LOG = 1 << 20, DESK_PATIENCE_S = 20 };

struct desk_port {
    struct desk *desk;
    struct port *port;
    char path[PORT_PATH_MAX];
    struct device_facts facts;
    bool close_on_data;
};

struct desk {
    sd_event *loop;
    struct bus *bus;
    struct desk_port ports[DESK_PORTS];
    struct device_id last; /* that arrived */
    bool open_all;         /* open each device inside arrived() */
    bool over;
    size_t n;    /* bytes in the log */
    size_t mark; /* of them, those that a wait has gone past */
    char log[DESK_LOG];
};

__attribute__((format(printf, 2, 3))) static inline void desk_say(struct desk *desk,
                                                                  const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(desk->log + desk->n, DESK_LOG - desk->n, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < DESK_LOG - desk->n);
    desk->n += (size_t)n;
}

static inline void desk_close(struct desk_port *p)
{
    if (p->port)
        p->port = p->port->ops->close(p->port);
    p->path[0] = '\0';
}

static inline void desk_ready(void *arg, const struct device_facts *facts)
{
    struct desk_port *p = arg;

    p->facts = *facts;
    desk_say(p->desk, "ready %s\n", p->path);
}

static inline void desk_data(void *arg, const uint8_t *bytes, size_t n)
{
    struct desk_port *p = arg;

    desk_say(p->desk, "data %s ", p->path);
    for (size_t i = 0; i < n; i++)
        desk_say(p->desk, "%02X", bytes[i]);
    desk_say(p->desk, "\n");
    if (p->close_on_data)
        desk_close(p);
}

static inline void desk_gone(void *arg, int error)
{
    struct desk_port *p = arg;

    desk_say(p->desk, "gone %s %d\n", p->path, error);
    desk_close(p);
}

static inline struct desk_port *desk_port(struct desk *desk, const char *path)
{
    for (size_t i = 0; i < DESK_PORTS; i++)
        if (!strcmp(desk->ports[i].path, path))
            return &desk->ports[i];
    fail_msg("no port %s", path);
    return NULL;
}

static inline int desk_open_line(struct desk *desk, const char *path,
                                 const struct line_settings *line)
{
    static const struct port_events events = {desk_ready, desk_data, desk_gone};
    struct desk_port *p = desk_port(desk, "");
    struct device_id id = {0};
    int r;

    snprintf(id.path, sizeof(id.path), "%s", path);
    r = desk->bus->ops->open(desk->bus, &id, line, &events, p, &p->port);
    if (r == 0) {
        p->desk = desk;
        p->close_on_data = false;
        snprintf(p->path, sizeof(p->path), "%s", path);
    }
    return r;
}

static inline int desk_open(struct desk *desk, const char *path)
{
    return desk_open_line(desk, path, &(struct line_settings){9600, 8, 1, 'n'});
}

static inline void desk_pause(struct desk *desk, const char *path, bool paused)
{
    struct desk_port *p = desk_port(desk, path);

    p->port->ops->pause(p->port, paused);
}

static inline void desk_arrived(void *arg, const struct device_id *id)
{
    struct desk *desk = arg;

    desk->last = *id;
    desk_say(desk, "arrived %s\n", id->path);
    if (desk->open_all)
        desk_say(desk, "open %s %d\n", id->path, desk_open(desk, id->path));
}

static inline void desk_left(void *arg, const struct device_id *id)
{
    desk_say(arg, "left %s\n", id->path);
}

static inline void desk_state(void *arg, const struct bus *bus, int error)
{
    struct desk *desk = arg;

    assert_ptr_equal(bus, desk->bus);
    desk_say(desk, "state %d\n", error);
}

static inline void desk_start(struct desk *desk, const struct bus_ops *ops,
                              const char *const *paths)
{
    static const struct bus_events events = {desk_arrived, desk_left, desk_state};

    memset(desk, 0, sizeof(*desk));
    assert_int_equal(sd_event_new(&desk->loop), 0);
    assert_int_equal(ops->start(desk->loop, paths, &events, desk, &desk->bus), 0);
    assert_string_equal(desk->log, ""); /* nothing is told from inside start() */
}

static inline void desk_stop(struct desk *desk)
{
    desk->bus = desk->bus->ops->stop(desk->bus);
    desk->loop = sd_event_unref(desk->loop);
}

static inline int desk_late(sd_event_source *source, uint64_t usec, void *arg)
{
    (void)source, (void)usec;
    ((struct desk *)arg)->over = true;
    return 0;
}

/* Runs the loop for a moment, as it is to be shown that nothing is told. */
static inline void desk_rest(struct desk *desk, unsigned ms)
{
    sd_event_source *late = NULL;

    desk->over = false;
    assert_true(sd_event_add_time_relative(desk->loop, &late, CLOCK_MONOTONIC, ms * 1000ULL, 1000,
                                           desk_late, desk) >= 0);
    while (!desk->over)
        assert_true(sd_event_run(desk->loop, UINT64_MAX) >= 0);
    sd_event_source_disable_unref(late);
}

/* Runs the loop until the log, after what was waited for before, has @line. */
static inline void desk_wait(struct desk *desk, const char *line)
{
    sd_event_source *late = NULL;
    char *found;

    desk->over = false;
    assert_true(sd_event_add_time_relative(desk->loop, &late, CLOCK_MONOTONIC,
                                           DESK_PATIENCE_S * 1000000ULL, 0, desk_late, desk) >= 0);
    while (!(found = strstr(desk->log + desk->mark, line)) && !desk->over)
        assert_true(sd_event_run(desk->loop, UINT64_MAX) >= 0);
    sd_event_source_disable_unref(late);
    if (!found)
        fail_msg("no \"%s\" in:\n%s", line, desk->log + desk->mark);
    desk->mark = (size_t)(found - desk->log) + strlen(line);
}

/* How often the whole log has @line. */
static inline size_t desk_count(const struct desk *desk, const char *line)
{
    size_t n = 0;

    for (const char *s = desk->log; (s = strstr(s, line)); s += strlen(line))
        n++;
    return n;
}

#endif
