/* capture.c - see capture.h. One pass over the lines; a first one counts what is to be kept. */
#include "drivers/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/text_file.h"

enum {
    LINE_BYTES_MAX = 32 + 3 * PORT_CHUNK_MAX,
    BAUD_MAX = 4000000,
};

struct capture *capture_free(struct capture *capture)
{
    if (capture) {
        free(capture->events);
        free(capture->bytes);
        free(capture);
    }
    return NULL;
}

/* ---- pieces of a line ---- */

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " ");
}

/* Pairs of digits with blanks between them, to the end of the line. */
static int hex_read(const char *s, uint8_t *out, size_t room, size_t *ret_n)
{
    size_t n = 0;

    for (s = skip_blanks(s); *s; s = skip_blanks(s + 2)) {
        int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

        if (low < 0 || n == room)
            return -EINVAL;
        out[n++] = (uint8_t)(high << 4 | low);
    }
    *ret_n = n;
    return 0;
}

static int text_keep(char *out, size_t size, const char *s)
{
    if (!*s || strlen(s) >= size)
        return -EINVAL;
    memcpy(out, s, strlen(s) + 1);
    return 0;
}

/* ---- the header ---- */

static int device_read(struct capture *c, const char *s)
{
    return text_keep(c->device, sizeof(c->device), s);
}

static int model_read(struct capture *c, const char *s)
{
    return text_keep(c->model, sizeof(c->model), s);
}

/* "tty 9600 8N1", or the name of another bus alone. */
static int transport_read(struct capture *c, const char *s)
{
    static const char *const buses[] = {"usb", "tty", "pcsc", "virtual"};
    size_t n = strcspn(s, " ");

    for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
        if (strlen(buses[i]) == n && strncmp(buses[i], s, n) == 0)
            memcpy(c->bus, buses[i], n + 1);
    if (!c->bus[0])
        return -EINVAL;
    s = skip_blanks(s + n);
    if (strcmp(c->bus, "tty") != 0)
        return *s ? -EINVAL : 0;
    if (parse_number(&s, BAUD_MAX, &c->line.baud) < 0)
        return -EINVAL;
    s = skip_blanks(s);
    return parse_line_bits(&s, &c->line) < 0 || *s ? -EINVAL : 0;
}

static int usb_read(struct capture *c, const char *s)
{
    return parse_usb_id(&s, &c->usb) < 0 || *s ? -EINVAL : 0;
}

static int report_size_read(struct capture *c, const char *s)
{
    unsigned size;

    if (parse_number(&s, UINT16_MAX, &size) < 0 || *s)
        return -EINVAL;
    c->facts.report_size = size;
    return 0;
}

/* "3/1/1": class, subclass, protocol. */
static int interface_class_read(struct capture *c, const char *s)
{
    unsigned numbers[3];

    for (size_t i = 0; i < 3; i++) {
        if (parse_number(&s, UINT8_MAX, &numbers[i]) < 0 || *s != (i < 2 ? '/' : '\0'))
            return -EINVAL;
        s += i < 2;
    }
    c->facts.interface_class = (uint8_t)numbers[0];
    c->facts.interface_subclass = (uint8_t)numbers[1];
    c->facts.interface_protocol = (uint8_t)numbers[2];
    return 0;
}

static int descriptor_read(struct capture *c, const char *s)
{
    size_t n;
    int r = hex_read(s, c->facts.descriptor + c->facts.n_descriptor,
                     sizeof(c->facts.descriptor) - c->facts.n_descriptor, &n);

    if (r == 0)
        c->facts.n_descriptor += n;
    return r;
}

static int made_read(struct capture *c, const char *s)
{
    c->made = true;
    return *s ? 0 : -EINVAL;
}

static const struct header {
    const char *name;
    int (*read)(struct capture *c, const char *s);
} headers[] = {
    {"Device:", device_read},           {"Model:", model_read},
    {"Transport:", transport_read},     {"Usb-Id:", usb_read},
    {"Report-Size:", report_size_read}, {"Interface-Class:", interface_class_read},
    {"Descriptor:", descriptor_read},   {"Made:", made_read},
};

static int header_read(struct capture *c, const char *s)
{
    s = skip_blanks(s);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        size_t n = strlen(headers[i].name);

        if (strncmp(s, headers[i].name, n) == 0)
            return headers[i].read(c, skip_blanks(s + n));
    }
    return 0; /* a remark */
}

/* ---- events ---- */

static int error_named(const char *s)
{
    static const struct {
        const char *name;
        int error;
    } errors[] = {{"hangup", -ENODEV},       {"EIO", -EIO},
                  {"ENODEV", -ENODEV},       {"EACCES", -EACCES},
                  {"EBUSY", -EBUSY},         {"EPIPE", -EPIPE},
                  {"EOVERFLOW", -EOVERFLOW}, {"ETIMEDOUT", -ETIMEDOUT}};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(errors[i].name, s) == 0)
            return errors[i].error;
    return 0;
}

/* There is room: an event has a line of its own, and each of its bytes two characters. */
static int event_read(struct capture *c, enum capture_kind kind, const char *s)
{
    struct capture_event event = {.kind = kind, .offset = c->n_bytes};
    unsigned at;

    s = skip_blanks(s);
    if (parse_number(&s, CAPTURE_TIME_MAX, &at) < 0 || *s != ' ')
        return -EINVAL;
    event.at_ms = at;
    if (c->n_events > 0 && event.at_ms < c->events[c->n_events - 1].at_ms)
        return -EINVAL;
    s = skip_blanks(s);
    if (kind == CAPTURE_ERROR) {
        event.error = error_named(s);
        if (event.error == 0)
            return -EINVAL;
    } else if (hex_read(s, c->bytes + c->n_bytes, PORT_CHUNK_MAX, &event.n) < 0 || event.n == 0) {
        return -EINVAL;
    }
    c->n_bytes += event.n;
    c->events[c->n_events++] = event;
    return 0;
}

static int line_read(struct capture *c, const char *s)
{
    switch (s[0]) {
    case '\0':
        return 0;
    case '#':
        return header_read(c, s + 1);
    case '<':
        return event_read(c, CAPTURE_IN, s + 1);
    case '>':
        return event_read(c, CAPTURE_OUT, s + 1);
    case '!':
        return event_read(c, CAPTURE_ERROR, s + 1);
    default:
        return -EINVAL;
    }
}

static struct capture *capture_new(const char *text, size_t n)
{
    struct capture *c = calloc(1, sizeof(*c));
    size_t lines = 1;

    if (!c)
        return NULL;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    c->events = calloc(lines, sizeof(*c->events));
    c->bytes = malloc(n / 2 + PORT_CHUNK_MAX);
    return c->events && c->bytes ? c : capture_free(c);
}

static int lines_read(struct capture *c, const char *text, size_t n, size_t *ret_line)
{
    char line[LINE_BYTES_MAX + 1];

    *ret_line = 0;
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;

        ++*ret_line;
        if (length > LINE_BYTES_MAX || memchr(text + at, '\0', length))
            return -EINVAL;
        memcpy(line, text + at, length);
        line[length] = '\0';
        if (line_read(c, line) < 0)
            return -EINVAL;
        at += length + 1;
    }
    return 0;
}

int capture_parse(const char *name, const char *text, size_t n, struct capture **ret_capture,
                  char *error, size_t error_size)
{
    struct capture *c = n > CAPTURE_FILE_MAX ? NULL : capture_new(text, n);
    size_t line;

    if (!c) {
        snprintf(error, error_size, "%s: too big", name);
        return n > CAPTURE_FILE_MAX ? -E2BIG : -ENOMEM;
    }
    if (lines_read(c, text, n, &line) < 0) {
        snprintf(error, error_size, "%s:%zu: not understood", name, line);
        capture_free(c);
        return -EINVAL;
    }
    if (!c->device[0] || !c->model[0] || !c->bus[0]) {
        snprintf(error, error_size, "%s: lacks Device, Model or Transport", name);
        capture_free(c);
        return -EINVAL;
    }
    *ret_capture = c;
    return 0;
}

int capture_read(const char *path, struct capture **ret_capture, char *error, size_t error_size)
{
    char *text;
    size_t n;
    int r = text_file_read(path, CAPTURE_FILE_MAX, &text, &n);

    if (r < 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(-r));
        return r;
    }
    r = capture_parse(path, text, n, ret_capture, error, error_size);
    free(text);
    return r;
}
