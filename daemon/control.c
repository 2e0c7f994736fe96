/* control.c - see control.h. */
#include "daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/command.h"
#include "daemon/http/buf.h"
#include "daemon/nfc.h"
#include "db/writer.h"

enum { PATIENCE_MS = 2000, ASK_PATIENCE_MS = 120000, BACKLOG = 4 };

struct control {
    struct app *app;
    sd_event_source *source;
    int fd;
    char path[108];
};

/* ---- one request ---- */

struct running {
    const struct command *command;
    struct app *app;
    const json_t *args;
    json_t *result;
};

static int running_apply(struct tx *tx, void *arg)
{
    struct running *run = arg;

    json_decref(run->result); /* of a transaction that was tried and dropped */
    run->result = NULL;
    return run->command->run(tx, run->app, run->args, &run->result);
}

static json_t *fault_json(int r, const struct fault *fault)
{
    json_t *errors = json_array();
    char text[512];

    if (r != -EREFUSED)
        return json_pack("{s:b, s:s, s:s, s:o}", "ok", 0, "code", "internal", "detail",
                         strerror(-r), "errors", errors);
    for (size_t i = 0; i < fault->n_items; i++) {
        const struct fault_item *item = &fault->items[i];

        fault_render(item->code, item->args, item->n_args, LANG_EN, text, sizeof(text));
        json_array_append_new(errors, json_pack("{s:s, s:s, s:I, s:s}", "code",
                                                fault_code_text(item->code), "detail", text, "row",
                                                (json_int_t)item->row, "field", item->field));
    }
    fault_render(fault->code, fault->args, fault->n_args, LANG_EN, text, sizeof(text));
    return json_pack("{s:b, s:s, s:s, s:o}", "ok", 0, "code", fault_code_text(fault->code),
                     "detail", text, "errors", errors);
}

/* All rights, under the name of who called: "ctl:root". */
static void actor_of_uid(uid_t uid, struct actor *ret_actor)
{
    struct passwd entry, *found = NULL;
    char text[1024];

    *ret_actor = actor_system;
    if (getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 && found)
        snprintf(ret_actor->name, sizeof(ret_actor->name), "ctl:%.50s", entry.pw_name);
    else
        snprintf(ret_actor->name, sizeof(ret_actor->name), "ctl:%u", (unsigned)uid);
}

/* What was typed in the one form of texts, as the API takes it. A path is the file system's. */
static int args_form(json_t *args)
{
    int r = 0;

    for (void *i = json_object_iter(args); i && r == 0; i = json_object_iter_next(args, i)) {
        const json_t *value = json_object_iter_value(i);
        char *made;

        if (!json_is_string(value) || !strcmp(json_object_iter_key(i), "path"))
            continue;
        made = nfc_of(json_string_value(value), json_string_length(value));
        if (made)
            r = json_object_iter_set_new(args, i, json_string(made));
        free(made);
    }
    return r < 0 ? -ENOMEM : 0;
}

json_t *control_answer(struct app *app, const json_t *request, uid_t uid)
{
    const char *name = json_string_value(json_object_get(request, "command"));
    json_t *args = json_object_get(request, "args");
    struct running run = {.app = app, .args = args};
    struct fault fault = {0};
    struct actor actor;
    json_t *answer;
    int r;

    run.command = name ? command_find(name) : NULL;
    if (!run.command)
        return json_pack("{s:b, s:s, s:s, s:[]}", "ok", 0, "code", "command", "detail",
                         "no such command", "errors");
    actor_of_uid(uid, &actor);
    r = args_form(args);
    if (r == 0 && run.command->act)
        r = app->devices ? run.command->act(app, args, &fault, &run.result) : -ENOTCONN;
    else if (r == 0)
        r = writer_call(app->writer, &actor, running_apply, &run, &fault);
    if (r < 0) {
        json_decref(run.result);
        answer = fault_json(r, &fault);
    } else {
        answer =
            json_pack("{s:b, s:o}", "ok", 1, "result", run.result ? run.result : json_object());
    }
    fault_clear(&fault);
    return answer;
}

/* ---- the line on the socket ---- */

static int line_read(int fd, int patience_ms, struct buf *line)
{
    char bytes[4096];

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t n;

        if (poll(&wait, 1, patience_ms) <= 0)
            return -ETIMEDOUT;
        n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0)
            return n < 0 ? -errno : -EPIPE;
        if (buf_add(line, bytes, (size_t)n) < 0)
            return line->error;
        if (memchr(bytes, '\n', (size_t)n))
            return 0;
    }
}

static int line_write(int fd, const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    size_t n = text ? strlen(text) : 0;
    int r = text ? 0 : -ENOMEM;

    if (text)
        text[n] = '\n'; /* in place of the NUL */
    for (size_t sent = 0; r == 0 && sent < n + 1;) {
        ssize_t put = send(fd, text + sent, n + 1 - sent, MSG_NOSIGNAL);

        if (put < 0)
            r = -errno;
        else
            sent += (size_t)put;
    }
    free(text);
    return r;
}

/* Root and the daemon's own user alone. */
static bool peer_trusted(int fd, uid_t *ret_uid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    *ret_uid = peer.uid;
    return peer.uid == 0 || peer.uid == geteuid();
}

static void serve(struct app *app, int fd)
{
    struct buf line = {.max = CONTROL_LINE_MAX};
    json_t *request = NULL, *answer;
    uid_t uid = 0;

    if (peer_trusted(fd, &uid) && line_read(fd, PATIENCE_MS, &line) == 0)
        request = json_loadb(line.data, line.n, JSON_REJECT_DUPLICATES, NULL);
    if (request) {
        answer = control_answer(app, request, uid);
        if (answer)
            line_write(fd, answer);
        json_decref(answer);
    }
    json_decref(request);
    buf_free(&line);
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    struct control *c = arg;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

    (void)source, (void)events;
    if (client < 0)
        return 0;
    serve(c->app, client);
    close(client);
    return 0;
}

static int address_of(const char *state_dir, struct sockaddr_un *ret_address)
{
    int n = snprintf(ret_address->sun_path, sizeof(ret_address->sun_path), "%s/control", state_dir);

    ret_address->sun_family = AF_UNIX;
    return n < (int)sizeof(ret_address->sun_path) ? 0 : -ENAMETOOLONG;
}

int control_start(sd_event *loop, struct app *app, struct control **ret_control)
{
    struct sockaddr_un address = {0};
    struct control *c = calloc(1, sizeof(*c));
    mode_t mask;
    int r = c ? address_of(app->config->state_dir, &address) : -ENOMEM;

    if (r == 0) {
        c->app = app;
        memcpy(c->path, address.sun_path, sizeof(c->path));
        unlink(c->path); /* ours: the site's lock is held */
        c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        mask = umask(0177);
        if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
            listen(c->fd, BACKLOG) < 0)
            r = -errno;
        umask(mask);
        if (r == 0)
            r = sd_event_add_io(loop, &c->source, c->fd, POLLIN, on_connection, c);
    }
    if (r < 0) {
        control_stop(c);
        return r;
    }
    *ret_control = c;
    return 0;
}

struct control *control_stop(struct control *c)
{
    if (!c)
        return NULL;
    sd_event_source_unref(c->source);
    if (c->fd > 0)
        close(c->fd);
    if (c->path[0])
        unlink(c->path);
    free(c);
    return NULL;
}

int control_ask(const char *state_dir, const json_t *request, json_t **ret_answer)
{
    struct sockaddr_un address = {0};
    struct buf line = {.max = CONTROL_LINE_MAX};
    int fd, r = address_of(state_dir, &address);

    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        r = -errno;
    if (r == 0)
        r = line_write(fd, request);
    if (r == 0)
        r = line_read(fd, ASK_PATIENCE_MS, &line);
    if (r == 0) {
        *ret_answer = json_loadb(line.data, line.n, JSON_REJECT_DUPLICATES, NULL);
        r = *ret_answer ? 0 : -EBADMSG;
    }
    buf_free(&line);
    close(fd);
    return r;
}
