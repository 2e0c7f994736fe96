/* http_server.h - a whole server for tests: own database, own routes, an ephemeral port. */
#ifndef ANCHANG_TEST_HTTP_SERVER_H
#define ANCHANG_TEST_HTTP_SERVER_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "daemon/http/http.h"
#include "db/store.h"
#include "db/writer.h"
#include "http_client.h"

struct server {
    char dir[64], db_path[96], log_path[96];
    struct writer *writer;
    struct sessions *sessions;
    struct feed *feed;
    struct http *http;
    unsigned port;
    int log_fd;
};

static inline void server_log(void *arg, int priority, const char *line)
{
    struct server *s = arg;

    dprintf(s->log_fd, "<%d>%s\n", priority, line);
}

/* All that was logged so far; the caller's. */
static inline char *server_logged(const struct server *s)
{
    char *text = calloc(1, 1 << 20);
    int fd = open(s->log_path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, (1 << 20) - 1);

    close(fd);
    if (n < 0)
        text[0] = '\0';
    return text;
}

/* What is missing in @o is filled in. 0 or the error of http_start(). */
static inline int server_start(struct server *s, struct http_options *o, const char *schema)
{
    static const char *const hosts[] = {"x:80", NULL};
    static const struct feed_options plain;
    struct feed_options feed = plain;
    struct writer_options w = {0};
    struct db *db = NULL;
    int r;

    snprintf(s->dir, sizeof(s->dir), "/tmp/anchang-test-XXXXXX");
    if (!mkdtemp(s->dir))
        return -errno;
    snprintf(s->db_path, sizeof(s->db_path), "%s/test.db", s->dir);
    snprintf(s->log_path, sizeof(s->log_path), "%s/log", s->dir);
    s->log_fd = open(s->log_path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    r = db_open(s->db_path, DB_WRITER, &db);
    if (r == 0)
        r = db_script(db, schema);
    db_close(db);
    w.path = s->db_path;
    if (r == 0)
        r = writer_start(&w, &s->writer);
    if (r == 0)
        r = sessions_create(&s->sessions);
    feed.epoch = "e1";
    feed.sessions = s->sessions;
    feed.beat_ms = 200;
    if (r == 0 && !s->feed)
        r = feed_create(&feed, &s->feed);
    if (r < 0)
        return r;
    if (o->n_listeners == 0) {
        o->listeners[0] = (struct http_listener){.name = "test", .address = "127.0.0.1"};
        o->n_listeners = 1;
    }
    o->hosts = hosts;
    o->writer = s->writer;
    o->db_path = s->db_path;
    o->sessions = s->sessions;
    o->feed = s->feed;
    o->upload_dir = s->dir;
    o->log = server_log;
    o->log_arg = s;
    r = http_start(o, &s->http);
    s->port = r < 0 ? 0 : http_port(s->http, 0);
    return r;
}

static inline void server_stop(struct server *s)
{
    DIR *d;

    s->http = http_stop(s->http);
    s->writer = writer_stop(s->writer);
    s->feed = feed_free(s->feed);
    s->sessions = sessions_free(s->sessions);
    close(s->log_fd);
    d = opendir(s->dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(s->dir);
}

/* A logged-in user's Cookie header line. */
static inline void server_login(struct server *s, const struct identity *id, int64_t now_ms,
                                char *cookie, size_t size)
{
    char token[SESSION_TOKEN_TEXT] = "";

    session_create(s->sessions, id, now_ms, token);
    snprintf(
        cookie, size, "Cookie: %s=%s\r\n",
        session_cookie_name(id->actor.kind == ACTOR_USER ? SESSION_USER : SESSION_TERMINAL, false),
        token);
}

static inline int server_count_dir(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

#endif
