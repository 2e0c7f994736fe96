/* main.c - anchangd: starts the parts in order, keeps the clock's duties, stops them in reverse.
 *
 * The loop thread (sd-event) has the signals, the timers and the watchdog. It writes through the
 * writer like everybody else. Exit codes: 0 stopped, 75 another daemon has the site, 78
 * configuration or database will not do (systemd does not restart on these), 1 anything else.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "daemon/api/people.h"
#include "daemon/app.h"
#include "daemon/chart/charts.h"
#include "daemon/config.h"
#include "daemon/control.h"
#include "daemon/devices.h"
#include "daemon/disk_watch.h"
#include "daemon/http/http.h"
#include "daemon/import_store.h"
#include "daemon/invoice_channel.h"
#include "daemon/paper/layout.h"
#include "daemon/paper/paper.h"
#include "daemon/self_check.h"
#include "daemon/site.h"
#include "daemon/site_time.h"
#include "daemon/spooler.h"
#include "daemon/swipe.h"
#include "daemon/terminal_watch.h"
#include "daemon/version.h"
#include "db/clock.h"
#include "db/deal.h"
#include "db/deal_node.h"
#include "db/due_remind.h"
#include "db/flow.h"
#include "db/idempotency.h"
#include "db/ledger.h"
#include "db/ownership.h"
#include "db/permit.h"
#include "db/points.h"
#include "db/post.h"
#include "db/printer.h"
#include "db/reprice.h"
#include "db/terms.h"
#include "db/unit.h"
#include "db/writer.h"

/* Duties run at least this often; sooner when a hold or permit ends sooner. */
#define DUTY_MS             INT64_C(2000)
#define CLEANING_MS         INT64_C(3600000)
#define REMIND_MS           INT64_C(600000)
#define IDEMPOTENCY_KEEP_MS (INT64_C(7) * 86400000)
enum { ANSWER_MS = 3000 }; /* an HTTP worker that takes longer for nothing is stuck */
#define PROGRESS_MS                                                                                \
    INT64_C(15000) /* a writer that has work and does nothing for this long is stuck */

struct daemon {
    struct app app;
    struct config config;
    struct site site;
    sd_event *loop;
    sd_event_source *duty;
    struct control *control;
    struct models *models;
    int64_t cleaned_ms;
    int64_t reminded_ms; /* of what falls due; by steady.h */
    bool books_ahead;    /* the clock was set back behind the last voucher */
    atomic_int fatal;    /* what the writer died of */
};

static void log_line(void *arg, int priority, const char *line)
{
    (void)arg;
    if (priority >= LOG_INFO && getenv("ANCHANG_QUIET"))
        return;
    /* systemd reads the priority from the line's head; a terminal shows the line. */
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", line);
    else
        fprintf(stderr, "<%d>%s\n", priority, line);
}

__attribute__((format(printf, 2, 3))) static void log_text(int priority, const char *format, ...)
{
    char line[1024];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    log_line(NULL, priority, line);
}

/* ---- the writer's news ---- */

static void committed(void *arg, const struct change *changes, size_t n)
{
    struct daemon *d = arg;
    int r;

    charts_changed(d->app.charts, changes, n);
    r = people_committed(&d->app, changes, n);
    if (r < 0)
        log_text(LOG_ERR, "sessions could not follow a change: %s", strerror(-r));
    spooler_committed(d->app.spooler, changes, n);
    invoice_channel_committed(d->app.invoice_channel, changes, n);
    for (size_t i = 0; i < n; i++)
        if (changes[i].kind == CHANGE_DEVICE)
            devices_changed(d->app.devices);
}

/* On the writer's thread: what is on the disk is not known any more, so the process must end. The
 * restart reads it again. */
static void fatal(void *arg, int error)
{
    struct daemon *d = arg;

    d->fatal = error;
    log_text(LOG_CRIT, "the database could not be written (%s); stopping", strerror(-error));
    kill(getpid(), SIGTERM);
}

/* ---- duties of the clock ---- */

struct duty {
    int64_t now_ms; /* by steady.h */
    int64_t next_ms;
    bool clean, remind;
    bool books_ahead; /* the last voucher is of later than now */
};

/* The sooner of two moments, of which 0 is never. */
static int64_t sooner(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* What ends with time: how many were dealt with, and when the next is due (0: none is). */
static int (*const duties[])(struct tx *tx, int64_t *ret_next_ms) = {
    unit_expire_due,  deal_expire_due, permit_expire_due,    points_expire_due, reprice_execute_due,
    terms_expire_due, ownership_run,   deal_node_remind_due, print_expire_due,
};

static int duty_apply(struct tx *tx, void *arg)
{
    struct duty *duty = arg;
    struct tx steady = *tx;
    int r = 0;

    steady.now_ms = duty->now_ms;
    duty->next_ms = 0;
    for (size_t i = 0; r >= 0 && i < sizeof(duties) / sizeof(duties[0]); i++) {
        int64_t next = 0;

        r = duties[i](&steady, &next);
        duty->next_ms = sooner(duty->next_ms, next);
    }
    if (r >= 0)
        r = ledger_clock_tell(tx, duty->books_ahead, &duty->books_ahead);
    if (r >= 0 && duty->remind)
        r = due_remind_run(&steady);
    if (r >= 0 && duty->clean)
        r = idempotency_prune(tx, duty->now_ms - IDEMPOTENCY_KEEP_MS, 5000);
    return r < 0 ? r : 0;
}

/* By the clock that is never stepped: a wall clock that jumps forward ends no hold early by more
 * than one round, because each round asks the database with the time of that moment. */
static int on_duty(sd_event_source *source, uint64_t usec, void *arg)
{
    struct daemon *d = arg;
    struct fault fault = {0};
    struct duty duty = {.now_ms = steady_now(&d->app.clock, clock_wall_ms(), clock_boot_ms()),
                        .clean = clock_boot_ms() - d->cleaned_ms > CLEANING_MS,
                        .books_ahead = d->books_ahead};
    int64_t wait = DUTY_MS, until;
    int r;

    (void)usec;
    duty.remind = llabs(duty.now_ms - d->reminded_ms) > REMIND_MS;
    r = writer_call(d->app.writer, &actor_system, duty_apply, &duty, &fault);
    if (r < 0)
        log_text(LOG_ERR, "the duties of the clock could not be done: %s",
                 r == -EREFUSED ? fault_code_text(fault.code) : strerror(-r));
    else if (duty.clean) {
        import_store_clean(d->app.import_dir, clock_wall_ms());
        d->cleaned_ms = clock_boot_ms();
    }
    if (r >= 0)
        d->books_ahead = duty.books_ahead;
    if (r >= 0 && duty.remind)
        d->reminded_ms = duty.now_ms;
    if (r >= 0 && site_database_opens(&d->app)) /* what the pages show can still be known */
        feed_checked(d->app.feed);
    fault_clear(&fault);
    until = duty.next_ms - duty.now_ms;
    if (duty.next_ms && until < wait)
        wait = until > 0 ? until : 0;
    sd_event_source_set_time_relative(source, (uint64_t)(wait + 1) * 1000);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

/* The watchdog is fed only while the writer makes progress and the HTTP workers answer; that the
 * loop runs is said by the feeding itself (RS F17). */
static int on_watchdog(sd_event_source *source, uint64_t usec, void *arg)
{
    struct daemon *d = arg;
    struct writer_stats stats;
    uint64_t interval = 0;

    (void)usec;
    writer_get_stats(d->app.writer, &stats);
    if ((stats.queue_depth == 0 || clock_boot_ms() - stats.last_progress_ms < PROGRESS_MS) &&
        self_check(d->config.listen_address, http_port(d->app.http, 0), ANSWER_MS))
        sd_notify(0, "WATCHDOG=1");
    if (sd_watchdog_enabled(0, &interval) > 0) {
        sd_event_source_set_time_relative(source, interval / 3);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    }
    return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
    struct daemon *d = arg;

    (void)source, (void)info;
    return sd_event_exit(d->loop, d->fatal ? 1 : 0);
}

/* ---- start ---- */

static int seed_apply(struct tx *tx, void *arg)
{
    int r = posts_seed(tx);

    (void)arg;
    if (r == 0)
        r = flows_seed(tx);
    if (r == 0)
        r = layouts_seed(tx);
    return r < 0 ? r : printers_seed(tx);
}

static int parts_start(struct daemon *d)
{
    struct app *app = &d->app;
    struct writer_options writing = {
        .path = app->db_path, .committed = committed, .fatal = fatal, .arg = d, .seal = &app->seal};
    struct feed_options feeding = {.streams_max = d->config.streams_max};
    struct charts_options charting = {.db_path = app->db_path, .demo = d->config.demo};
    struct fault fault = {0};
    char epoch[24];
    int r;

    snprintf(epoch, sizeof(epoch), "%" PRIx64, (uint64_t)clock_wall_ms());
    feeding.epoch = epoch;
    r = sessions_create(&app->sessions);
    if (r == 0)
        r = swipes_create(d->config.rate_limits, &app->swipes);
    if (r == 0) {
        feeding.sessions = app->sessions;
        r = feed_create(&feeding, &app->feed);
    }
    if (r == 0)
        r = terminals_create(&app->terminals);
    if (r == 0) /* a page of another version than the daemon that serves it loads itself again */
        terminals_set_page_version(app->terminals, ANCHANG_VERSION);
    charting.feed = app->feed;
    if (r == 0)
        r = charts_create(&charting, &app->charts);
    if (r == 0)
        r = writer_start(&writing, &app->writer);
    if (r == 0)
        r = writer_call(app->writer, &actor_system, seed_apply, NULL, &fault);
    fault_clear(&fault);
    if (r == 0)
        r = terminals_load(app);
    return r < 0 ? r : 0;
}

static int devices_prepare(struct daemon *d)
{
    const struct devices_options options = {.loop = d->loop,
                                            .app = &d->app,
                                            .models = d->models,
                                            .swiped = card_swiped,
                                            .log = log_line};
    int r = devices_create(&options, &d->app.devices);

    if (r < 0)
        log_text(LOG_ERR, "the device manager cannot start: %s", strerror(-r));
    return r;
}

static int disks_prepare(struct daemon *d)
{
    const struct disks_options options = {.app = &d->app, .log = log_line};
    int r = disks_start(&options, &d->app.disks);

    if (r < 0)
        log_text(LOG_ERR, "the disks cannot be watched: %s", strerror(-r));
    return r;
}

static int spooler_prepare(struct daemon *d)
{
    const struct spooler_options options = {.app = &d->app, .log = log_line};
    int r = spooler_start(&options, &d->app.spooler);

    if (r < 0)
        log_text(LOG_ERR, "the print spooler cannot start: %s", strerror(-r));
    return r;
}

static int invoices_prepare(struct daemon *d)
{
    const struct invoice_channel_options options = {.app = &d->app, .log = log_line};
    int r = invoice_channel_start(&options, &d->app.invoice_channel);

    if (r == -EPERM)
        log_text(LOG_ERR, "the invoice channel %s is for demonstrations alone",
                 d->config.invoice_channel);
    else if (r < 0)
        log_text(LOG_ERR, "the invoice channel cannot start: %s", strerror(-r));
    return r;
}

static int http_open(struct daemon *d)
{
    const struct config *c = &d->config;
    const char *hosts[CONFIG_HOSTS_MAX + 1] = {0};
    struct http_options options = {
        .listeners = {{.name = "local",
                       .address = c->listen_address,
                       .port = c->listen_port,
                       .workers = c->workers}},
        .n_listeners = 1,
        .routes = routes,
        .hosts = hosts,
        .writer = d->app.writer,
        .db_path = d->app.db_path,
        .app = &d->app,
        .seal = &d->app.seal,
        .sessions = d->app.sessions,
        .feed = d->app.feed,
        .assets_dir = c->assets_dir,
        .upload_dir = d->app.upload_dir,
        .limits = {.no_rate = !c->rate_limits},
        .log = log_line,
    };

    seal_request_key(&d->app.seal, options.request_secret);
    for (size_t i = 0; i < c->n_hosts; i++)
        hosts[i] = c->hosts[i];
    if (c->lan_address[0])
        options.listeners[options.n_listeners++] = (struct http_listener){.name = "lan",
                                                                          .address = c->lan_address,
                                                                          .port = c->lan_port,
                                                                          .cert_file = c->lan_cert,
                                                                          .key_file = c->lan_key,
                                                                          .workers = c->workers};
    if (c->streams_max > 64) /* streams are connections: leave as much room again for requests */
        options.limits.per_address_loopback = c->streams_max * 2;
    return http_start(&options, &d->app.http);
}

static int loop_prepare(struct daemon *d)
{
    uint64_t interval = 0;
    int r = sd_event_default(&d->loop);

    if (r >= 0)
        r = sd_event_add_signal(d->loop, NULL, SIGTERM, on_signal, d);
    if (r >= 0)
        r = sd_event_add_signal(d->loop, NULL, SIGINT, on_signal, d);
    if (r >= 0)
        r = sd_event_add_time_relative(d->loop, &d->duty, CLOCK_BOOTTIME, 0, 0, on_duty, d);
    if (r >= 0 && sd_watchdog_enabled(0, &interval) > 0)
        r = sd_event_add_time_relative(d->loop, NULL, CLOCK_BOOTTIME, 0, 0, on_watchdog, d);
    if (r >= 0)
        r = control_start(d->loop, &d->app, &d->control);
    return r < 0 ? r : 0;
}

static void signals_block(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* before threads start: they all inherit it */
}

static void parts_stop(struct daemon *d)
{
    d->control = control_stop(d->control);
    if (d->app.feed)
        feed_shutdown(d->app.feed);
    http_stop(d->app.http);
    disks_stop(d->app.disks); /* it calls the writer, whose news ask it */
    spooler_stop(d->app.spooler);
    invoice_channel_stop(d->app.invoice_channel);
    writer_stop(d->app.writer);
    spooler_free(d->app.spooler);
    invoice_channel_free(d->app.invoice_channel);
    disks_free(d->app.disks);
    devices_stop(d->app.devices); /* after the writer, which has jobs of it */
    charts_free(d->app.charts);
    feed_free(d->app.feed);
    sessions_free(d->app.sessions);
    terminals_free(d->app.terminals);
    swipes_free(d->app.swipes);
    sd_event_unref(d->loop);
}

static int serve(struct daemon *d)
{
    int r = parts_start(d);

    if (r < 0) {
        log_text(LOG_ERR, "cannot start: %s", strerror(-r));
        return r;
    }
    if (paper_check_fonts() < 0)
        log_text(LOG_WARNING, "the font %s is not installed: no PDF can be made", paper_font);
    r = loop_prepare(d);
    if (r < 0) {
        log_text(LOG_ERR, "cannot prepare the event loop: %s", strerror(-r));
        return r;
    }
    r = devices_prepare(d);
    if (r == 0)
        r = disks_prepare(d);
    if (r == 0)
        r = spooler_prepare(d);
    if (r == 0)
        r = invoices_prepare(d);
    if (r < 0)
        return r;
    r = http_open(d);
    if (r < 0) {
        log_text(LOG_ERR, "the HTTP server could not be started: %s", strerror(-r));
        return r;
    }
    devices_start(d->app.devices);
    log_text(LOG_NOTICE, "anchangd %s ready on http://%s:%u/", ANCHANG_VERSION,
             d->config.listen_address, http_port(d->app.http, 0));
    sd_notifyf(0, "READY=1\nSTATUS=ready on http://%s:%u/", d->config.listen_address,
               http_port(d->app.http, 0));
    r = sd_event_loop(d->loop);
    if (r < 0)
        log_text(LOG_ERR, "the event loop ended: %s", strerror(-r));
    sd_notify(0, "STOPPING=1");
    return r;
}

static int usage(FILE *out)
{
    fputs("anchangd [--config FILE]\n"
          "anchangd --config-keys | --routes | --version | --help\n",
          out);
    return out == stdout ? 0 : EX_USAGE;
}

static int routes_print(void)
{
    for (const struct route *route = routes; route->method; route++)
        printf("%s %s %s\n", route->method, route->path, rights[route->right].code);
    return 0;
}

static int site_exit(int r)
{
    return r == -EALREADY ? EX_TEMPFAIL : EX_CONFIG;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"config-keys", no_argument, NULL, 'k'},
        {"routes", no_argument, NULL, 'r'},       {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {0}};
    static struct daemon d;
    const char *config_path = "/etc/anchangd/anchangd.conf";
    char what[600];
    int option, r;

    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) >= 0)
        switch (option) {
        case 'c':
            config_path = optarg;
            break;
        case 'k':
            config_print_keys();
            return 0;
        case 'r':
            return routes_print();
        case 'v':
            puts(ANCHANG_VERSION);
            return 0;
        case 'h':
            return usage(stdout);
        default:
            return usage(stderr);
        }
    if (optind < argc)
        return usage(stderr);
    if (config_read(config_path, &d.config, what, sizeof(what)) < 0) {
        log_text(LOG_ERR, "%s", what);
        return EX_CONFIG;
    }
    if (site_time_init(d.config.time_zone) < 0) {
        log_text(LOG_ERR, "%s: time-zone %s is not known", config_path, d.config.time_zone);
        return EX_CONFIG;
    }
    if (devices_models(&d.config, &d.models, what, sizeof(what)) < 0) {
        log_text(LOG_ERR, "%s", what);
        return EX_CONFIG;
    }
    signals_block();
    r = site_open(&d.config, &d.app, &d.site, what, sizeof(what));
    if (r < 0) {
        log_text(LOG_ERR, "%s", what);
        return site_exit(r);
    }
    d.app.started_ms = clock_wall_ms();
    d.cleaned_ms = clock_boot_ms();
    d.app.clock = (struct steady){d.app.started_ms, d.cleaned_ms};
    r = serve(&d);
    parts_stop(&d);
    site_close(&d.site);
    models_free(d.models);
    log_text(LOG_NOTICE, "anchangd stopped");
    return r < 0 || d.fatal ? 1 : r;
}
