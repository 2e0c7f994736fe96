/* http.c - see http.h: options, listeners, start and stop. */
#include "daemon/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/http/json.h"
#include "daemon/http/request.h"

/* The pool holds the longest head the guard lets through with its table of headers, and ours. The
 * library clears it one and a half times a request, so it is not larger. */
enum { SLACK = 64, PEM_MAX = 256 * 1024, POOL_BYTES = 16 * 1024 };

/* ---- options ---- */

static void limits_default(struct http_limits *l)
{
    const struct {
        unsigned *field, value;
    } defaults[] = {
        {&l->per_address, 32},     {&l->per_address_loopback, 128}, {&l->head_ms, 5000},
        {&l->request_ms, 15000},   {&l->upload_ms, 120000},         {&l->response_ms, 30000},
        {&l->idle_ms, 60000},      {&l->rate_per_second, 50},       {&l->rate_burst, 200},
        {&l->login_per_minute, 5},
    };

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (*defaults[i].field == 0)
            *defaults[i].field = defaults[i].value;
}

static bool routes_write(const struct route *table)
{
    for (; table->method; table++)
        if (table->flags & ROUTE_WRITE)
            return true;
    return false;
}

static int options_check(struct http *http)
{
    const struct http_options *o = &http->options;
    char why[256];
    int r;

    if (o->n_listeners == 0 || o->n_listeners > HTTP_LISTENERS_MAX || !o->sessions || !o->routes)
        return -EINVAL;
    if (routes_write(o->routes) && !o->writer)
        return -EINVAL;
    r = router_create(o->routes, why, sizeof(why), &http->router);
    if (r == -EINVAL)
        http_log(http, LOG_ERR, "%s", why);
    return r;
}

/* ---- listeners ---- */

/* Nothing of a request is unescaped by the library: routing and rights read what was sent. */
static size_t unescape_nothing(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static int file_read(const char *path, char **ret_text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
    struct stat st;
    size_t n = 0;
    char *text;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > PEM_MAX)
        r = -EINVAL;
    text = r < 0 ? NULL : malloc((size_t)st.st_size + 1);
    if (r == 0 && !text)
        r = -ENOMEM;
    while (r == 0 && n < (size_t)st.st_size) {
        ssize_t got = read(fd, text + n, (size_t)st.st_size - n);

        if (got <= 0)
            r = got < 0 ? -errno : -EIO;
        else
            n += (size_t)got;
    }
    close(fd);
    if (r < 0) {
        free(text);
        return r;
    }
    text[n] = '\0';
    *ret_text = text;
    return 0;
}

static int address_parse(const struct http_listener *l, struct sockaddr_storage *ret_address,
                         socklen_t *ret_size, bool *ret_loopback)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)ret_address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)ret_address;

    memset(ret_address, 0, sizeof(*ret_address));
    if (!l->address || l->port > 65535)
        return -EINVAL;
    if (inet_pton(AF_INET, l->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)l->port);
        *ret_size = sizeof(*v4);
        *ret_loopback = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
        return 0;
    }
    if (inet_pton(AF_INET6, l->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)l->port);
        *ret_size = sizeof(*v6);
        *ret_loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
        return 0;
    }
    return -EINVAL;
}

static int socket_listen(const struct sockaddr_storage *address, socklen_t size, unsigned answer_ms,
                         int *ret_fd)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1, r = 0;

    if (fd < 0)
        return -errno;
    /* Reused, or a restart waits for connections of the last life to time out. What is accepted
     * inherits the user time-out: by it a stream ends whose reader is gone or takes nothing. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
        (address->ss_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0) ||
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &answer_ms, sizeof(answer_ms)) < 0 ||
        bind(fd, (const struct sockaddr *)address, size) < 0 || listen(fd, 511) < 0)
        r = -errno;
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

static int port_of(int fd, unsigned *ret_port)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);

    if (getsockname(fd, (struct sockaddr *)&a, &n) < 0)
        return -errno;
    *ret_port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&a)->sin_port
                                             : ((struct sockaddr_in6 *)(void *)&a)->sin6_port);
    return 0;
}

static int hosts_add(struct listener *l, const struct http_listener *o, bool loopback)
{
    const char *const *hosts = l->http->options.hosts;
    int r = guard_config_add(&l->guard, o->address, l->port);

    if (r == 0 && loopback)
        r = guard_config_add(&l->guard, "localhost", l->port);
    for (; r == 0 && hosts && *hosts; hosts++)
        r = guard_config_add(&l->guard, *hosts, l->port);
    return r;
}

static struct MHD_Daemon *daemon_start(struct listener *l, int fd, unsigned workers,
                                       const char *cert, const char *key)
{
    const unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (cert ? MHD_USE_TLS : 0);
    /* The library's limit is shared out among the workers, and a worker at its limit stops
     * accepting: it must never be what strikes first. */
    const unsigned limit = (l->cap + SLACK) * workers;
    /* Strictness 1 would have the library refuse a missing Host and a blank in the URL itself;
     * 0.9.75 then sends the head of its answer twice. The guard refuses both, so it is left out. */
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };

    if (!cert)
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags, 0, conn_policy, l, request_handler, l, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, request_line, l, MHD_OPTION_NOTIFY_CONNECTION, conn_notify, l,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, l, MHD_OPTION_ARRAY, tls,
        workers > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, workers, MHD_OPTION_END);
}

static int pem_read(struct http *http, const char *path, char **ret_text)
{
    int r = file_read(path, ret_text);

    if (r < 0)
        http_log(http, LOG_ERR, "%s: %s", path, strerror(-r));
    return r;
}

static int listener_open(struct http *http, const struct http_listener *o, struct listener *l)
{
    char *cert = NULL, *key = NULL;
    struct sockaddr_storage address;
    bool loopback;
    socklen_t size;
    int r, fd = -1;

    l->http = http;
    l->name = o->name ? o->name : "http";
    l->cap = o->connections ? o->connections : 512;
    l->tls = l->guard.tls = o->cert_file != NULL;
    r = address_parse(o, &address, &size, &loopback);
    if (r < 0 || !!o->cert_file != !!o->key_file || (!o->cert_file && !loopback)) {
        http_log(http, LOG_ERR, "listener %s: needs a numeric address, and TLS unless loopback",
                 l->name);
        return -EINVAL;
    }
    if (o->cert_file)
        r = pem_read(http, o->cert_file, &cert);
    if (r == 0 && o->key_file)
        r = pem_read(http, o->key_file, &key);
    if (r == 0) {
        r = socket_listen(&address, size, http->limits.response_ms, &fd);
        if (r < 0)
            http_log(http, LOG_ERR, "cannot listen on %s, port %u: %s", o->address, o->port,
                     strerror(-r));
    }
    if (r == 0)
        r = port_of(fd, &l->port);
    if (r == 0)
        r = hosts_add(l, o, loopback);
    if (r == 0) {
        l->daemon = daemon_start(l, fd, o->workers ? o->workers : 2, cert, key);
        if (l->daemon)
            fd = -1; /* its own now */
        else
            r = errno ? -errno : -EINVAL;
        if (r < 0)
            http_log(http, LOG_ERR, "listener %s: cannot be started: %s%s", l->name, strerror(-r),
                     cert ? "; is the key the certificate's?" : "");
    }
    if (fd >= 0)
        close(fd);
    if (key)
        sodium_memzero(key, strlen(key));
    free(key);
    free(cert);
    return r;
}

/* ---- start and stop ---- */

static void reader_close(void *db)
{
    db_close(db);
}

static int http_prepare(struct http *http)
{
    const struct http_limits *limits = &http->limits;
    int r;

    r = options_check(http);
    if (r < 0)
        return r;
    r = -pthread_key_create(&http->reader_key, reader_close);
    if (r < 0)
        return r;
    http->have_key = true;
    r = limit_create(limits->rate_per_second * 60, limits->rate_burst, &http->rate);
    if (r == 0)
        r = limit_create(limits->login_per_minute, limits->login_per_minute, &http->login_rate);
    if (r == 0 && http->options.assets_dir) {
        r = assets_load(http->options.assets_dir, &http->assets);
        if (r < 0)
            http_log(http, LOG_ERR, "the pages in %s cannot be read: %s", http->options.assets_dir,
                     strerror(-r));
    }
    if (r == 0 && http->options.upload_dir)
        upload_sweep(http->options.upload_dir);
    if (r == 0)
        r = slow_start(http->options.db_path, &http->slow);
    if (r == 0)
        r = reaper_start(http);
    return r;
}

int http_start(const struct http_options *options, struct http **ret_http)
{
    pthread_condattr_t monotonic;
    struct http *http;
    int r;

    if (sodium_init() < 0)
        return -EIO;
    json_memory_watch();
    http = calloc(1, sizeof(*http));
    if (!http)
        return -ENOMEM;
    http->options = *options;
    if (!http->options.routes)
        return free(http), -EINVAL;
    http->limits = options->limits;
    limits_default(&http->limits);
    pthread_mutex_init(&http->conns_lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&http->reaper_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&http->wait_lock, NULL);
    pthread_cond_init(&http->wait_done, NULL);
    r = http_prepare(http);
    for (size_t i = 0; r == 0 && i < options->n_listeners; i++) {
        r = listener_open(http, &options->listeners[i], &http->listeners[i]);
        http->n_listeners = i + 1;
    }
    if (r < 0) {
        http_stop(http);
        return r;
    }
    *ret_http = http;
    return 0;
}

struct http *http_stop(struct http *http)
{
    if (!http)
        return NULL;
    /* From here on conn_policy() closes every new connection. Not by MHD_quiesce_daemon(): it and a
     * worker may both take the listening socket out of the epoll set, and the library (0.9.75)
     * aborts the process when the second finds it gone. */
    pthread_mutex_lock(&http->wait_lock);
    atomic_store(&http->stopping, true);
    /* A suspended connection must not meet the library's end. */
    while (http->waiting > 0)
        pthread_cond_wait(&http->wait_done, &http->wait_lock);
    pthread_mutex_unlock(&http->wait_lock);
    if (http->options.feed)
        feed_shutdown(http->options.feed);
    reaper_stop(http);
    for (size_t i = 0; i < http->n_listeners; i++) {
        if (http->listeners[i].daemon)
            MHD_stop_daemon(http->listeners[i].daemon); /* closes the listening socket too */
        guard_config_clear(&http->listeners[i].guard);
    }
    slow_stop(http->slow);
    assets_free(http->assets);
    limit_free(http->rate);
    limit_free(http->login_rate);
    router_free(http->router);
    if (http->have_key)
        pthread_key_delete(http->reader_key);
    pthread_cond_destroy(&http->reaper_wake);
    pthread_mutex_destroy(&http->conns_lock);
    pthread_cond_destroy(&http->wait_done);
    pthread_mutex_destroy(&http->wait_lock);
    free(http);
    return NULL;
}

unsigned http_port(const struct http *http, size_t index)
{
    return index < http->n_listeners ? http->listeners[index].port : 0;
}

void http_metrics_write(const struct http *http, struct buf *out)
{
    struct session_stats sessions;
    struct feed_stats feed = {0};

    metrics_write(&http->metrics, out);
    session_get_stats(http->options.sessions, &sessions);
    if (http->options.feed)
        feed_get_stats(http->options.feed, &feed);
    buf_printf(out,
               "# TYPE anchang_sessions gauge\nanchang_sessions{kind=\"user\"} %zu\n"
               "anchang_sessions{kind=\"terminal\"} %zu\n"
               "# TYPE anchang_streams gauge\nanchang_streams %zu\n"
               "# TYPE anchang_feed_posted_total counter\nanchang_feed_posted_total %llu\n"
               "# TYPE anchang_feed_resets_total counter\nanchang_feed_resets_total %llu\n",
               sessions.users, sessions.terminals, feed.streams, (unsigned long long)feed.posted,
               (unsigned long long)feed.resets);
}
