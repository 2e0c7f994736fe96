/* spooler.c - see spooler.h. One lock for what the threads share; drivers are called without it. */
#include "daemon/spooler.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/http/feed.h"
#include "daemon/paper/draw.h"
#include "daemon/paper/pdf_mark.h"
#include "daemon/paper_store.h"
#include "daemon/site_time.h"
#include "db/clock.h"
#include "db/writer.h"
#include "drivers/roll.h"

enum {
    OPEN_MAX = 32,     /* jobs of a printer that are looked at in one round */
    SENT_MAX = 4,      /* at a printer at once */
    WATCH_MS = 500,    /* between looks at what was sent */
    RETRY_MS = 2000,   /* at a printer that takes nothing */
    IDLE_MS = 3000,    /* at one that has nothing to do (IV-08: within 5 s) */
    TARGET_TEXT = 600, /* a folder or a queue */
};

struct worker {
    struct spooler *spooler;
    int64_t printer_id; /* 0: the place is free */
    const struct printer_driver *driver;
    struct printer *printer;
    char target[TARGET_TEXT];
    pthread_t thread;
    struct db *db; /* reader */
    struct printer_status status;
    bool leaving;
};

struct spooler {
    struct spooler_options options;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t news; /* counts what was changed */
    bool stopping, running;
    pthread_t maker;
    struct db *db;       /* the maker's reader */
    int64_t unmade_over; /* the papers of jobs up to this one are made, or were given up */
    struct worker workers[PRINTER_MAX];
};

__attribute__((format(printf, 3, 4))) static void say(struct spooler *s, int priority,
                                                      const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    s->options.log(s->options.log_arg, priority, line);
}

static struct tx reading(const struct spooler *s, struct db *db, struct fault *fault)
{
    return (struct tx){.db = db,
                       .actor = &actor_system,
                       .now_ms = clock_wall_ms(),
                       .fault = fault,
                       .seal = &s->options.app->seal};
}

static void tell(struct feed *feed, uint64_t channel, const char *name)
{
    feed_post(feed, channel, name, "{}", 2); /* lost: who listens is told to start over */
}

/* Until something is new since @news, or @ms have gone. Returns what is the newest; 0: over. */
static uint64_t news_wait(struct spooler *s, const bool *leaving, uint64_t news, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&s->lock);
    while (!s->stopping && !*leaving && s->news == news &&
           pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0)
        ;
    news = s->stopping || *leaving ? 0 : s->news;
    pthread_mutex_unlock(&s->lock);
    return news;
}

/* ---- papers ---- */

static int stored_apply(struct tx *tx, void *arg)
{
    return print_stored(tx, arg);
}

/* Makes the bytes of a paper and keeps them. */
static int paper_make_bytes(const struct app *app, struct tx *tx, const struct paper_row *paper,
                            struct drawn *drawn)
{
    struct paper_stored stored = {.paper_id = paper->id};
    struct fault fault = {0};
    int r = paper_draw(tx, paper, app->config->demo, drawn);

    if (r < 0)
        return r;
    stored.layout_ordinal = drawn->layout_ordinal;
    stored.size = (int64_t)drawn->n;
    stored.roll = drawn->roll;
    r = paper_store_put(app->papers_dir, drawn->bytes, drawn->n, stored.sha);
    if (r == 0 && drawn->roll)
        r = paper_store_put(app->papers_dir, drawn->roll, drawn->n_roll, stored.roll_sha);
    drawn_free(drawn);
    if (r == 0)
        r = writer_call(app->writer, &actor_system, stored_apply, &stored, &fault);
    fault_clear(&fault);
    return r < 0 ? r : 0;
}

int spooler_paper(const struct app *app, struct tx *tx, const struct paper_row *paper,
                  char **ret_bytes, size_t *ret_n)
{
    struct drawn drawn;
    int r;

    if (paper->size)
        return paper_store_get(app->papers_dir, paper->sha, ret_bytes, ret_n);
    r = paper_draw(tx, paper, app->config->demo, &drawn);
    free(drawn.roll);
    *ret_bytes = drawn.bytes;
    *ret_n = drawn.n;
    return r;
}

/* ---- steps ---- */

struct stepping {
    int64_t job_id;
    enum print_state to;
    const char *detail;
};

static int step_apply(struct tx *tx, void *arg)
{
    const struct stepping *s = arg;

    return print_step(tx, s->job_id, s->to, s->detail);
}

static int job_step(struct spooler *s, int64_t job_id, enum print_state to, const char *detail)
{
    struct stepping stepping = {.job_id = job_id, .to = to, .detail = detail};
    struct fault fault = {0};
    int r = writer_call(s->options.app->writer, &actor_system, step_apply, &stepping, &fault);

    fault_clear(&fault);
    if (r < 0 && r != -ESTALE)
        say(s, LOG_ERR, "print job %lld could not be noted as %s: %s", (long long)job_id,
            print_states[to].code, strerror(-r));
    return r;
}

/* ---- the maker ---- */

/* The next job whose paper has no bytes; 1: they were made or it was given up, 0: there is none. */
static int paper_next(struct spooler *s)
{
    struct drawn drawn = {.bytes = NULL};
    struct fault fault = {0};
    struct tx tx = reading(s, s->db, &fault);
    struct paper_row paper;
    int64_t job, id;
    int r = paper_unmade(&tx, s->unmade_over, &job, &id);

    if (r < 0 || !job)
        return r;
    r = paper_get(&tx, id, &paper);
    if (r == 0)
        r = paper_make_bytes(s->options.app, &tx, &paper, &drawn);
    if (r < 0) { /* it can never be sent */
        const char *why = drawn.error[0] ? drawn.error : strerror(-r);

        say(s, LOG_ERR, "paper %lld cannot be made: %s", (long long)id, why);
        job_step(s, job, PRINT_FAILED, why);
    }
    fault_clear(&fault);
    s->unmade_over = job;
    return 1;
}

/* ---- a printer's thread ---- */

static bool status_same(const struct printer_status *a, const struct printer_status *b)
{
    bool same =
        a->health == b->health && a->n_reasons == b->n_reasons && strcmp(a->why, b->why) == 0;

    for (size_t i = 0; same && i < a->n_reasons; i++)
        same = strcmp(a->reasons[i], b->reasons[i]) == 0;
    return same;
}

static void status_look(struct worker *w)
{
    struct spooler *s = w->spooler;
    struct printer_status now;
    bool same;

    w->driver->status(w->printer, &now);
    pthread_mutex_lock(&s->lock);
    same = status_same(&w->status, &now);
    w->status = now;
    pthread_mutex_unlock(&s->lock);
    if (!same)
        tell(s->options.app->feed, feed_channel(FEED_PRINT, 0), "printer");
}

struct open_job {
    int64_t id, paper_id, copy, expires_ms, made_ms;
    enum print_state state;
    char name[PRINT_NAME_TEXT + 1], actor[256];
};

struct open_jobs {
    struct open_job jobs[OPEN_MAX];
    size_t n;
};

static int open_add(void *arg, const struct print_job *job)
{
    struct open_jobs *open = arg;
    struct open_job *to = &open->jobs[open->n];

    if (open->n == OPEN_MAX)
        return 0;
    *to = (struct open_job){.id = job->id,
                            .paper_id = job->paper_id,
                            .copy = job->copy,
                            .expires_ms = job->expires_ms,
                            .made_ms = job->made_ms,
                            .state = job->state};
    snprintf(to->name, sizeof(to->name), "%s", job->name);
    snprintf(to->actor, sizeof(to->actor), "%s", job->actor);
    open->n++;
    return 0;
}

/* What became of one that was sent. Whether it is still there. */
static bool job_follow(struct worker *w, const struct open_job *job)
{
    char why[PRINTER_WHY_TEXT] = "";
    int word = w->driver->ask(w->printer, job->name, why);

    if (word == PRINTER_JOB_ON && clock_wall_ms() >= job->expires_ms &&
        w->driver->cancel(w->printer, job->name) == 0) {
        job_step(w->spooler, job->id, PRINT_UNCONFIRMED, "等待过久，已从打印队列撤下");
        return false;
    }
    switch (word) {
    case PRINTER_JOB_DONE:
        job_step(w->spooler, job->id, PRINT_HANDED_OVER, why);
        return false;
    case PRINTER_JOB_PRINTED:
        if (job_step(w->spooler, job->id, PRINT_HANDED_OVER, why) == 0)
            job_step(w->spooler, job->id, PRINT_PRINTED, why);
        return false;
    case PRINTER_JOB_BROKEN:
        job_step(w->spooler, job->id, PRINT_UNCONFIRMED, why);
        return false;
    case PRINTER_JOB_GONE:
        job_step(w->spooler, job->id, w->driver->gone_is_sure ? PRINT_FAILED : PRINT_UNCONFIRMED,
                 why);
        return false;
    default:
        return true; /* it waits, or cannot be asked now */
    }
}

static int offset_take(void *arg, const struct printer_row *row)
{
    struct pdf_over *over = arg;

    over->dx = (double)row->offset_x / 10;
    over->dy = (double)row->offset_y / 10;
    return 0;
}

/* What a copy says of itself. */
static void copy_text(const struct open_job *job, char *out, size_t size)
{
    char when[32];

    site_time_text(job->made_ms, when, sizeof(when));
    snprintf(out, size, "补打第 %lld 次　%s　%s", (long long)job->copy, when, job->actor);
}

/* The kept page, moved as the printer needs it. */
static int page_bytes(struct worker *w, struct tx *tx, const struct paper_row *paper,
                      const char *copy, char **ret_bytes, size_t *ret_n)
{
    struct pdf_over over = {.text = copy};
    char *original = NULL;
    size_t n = 0;
    int r = printer_scan(tx, w->printer_id, offset_take, &over);

    if (r == 0)
        r = paper_store_get(w->spooler->options.app->papers_dir, paper->sha, &original, &n);
    if (r < 0)
        return r;
    if (!over.text && over.dx == 0 && over.dy == 0) {
        *ret_bytes = original;
        *ret_n = n;
        return 0;
    }
    r = pdf_mark(original, n, &over, ret_bytes, ret_n);
    free(original);
    return r;
}

/* The kept roll. -EMEDIUMTYPE: its layout is of a sheet. */
static int roll_bytes(struct worker *w, const struct paper_row *paper, const char *copy,
                      char **ret_bytes, size_t *ret_n)
{
    char *original = NULL;
    size_t n = 0;
    int r = paper->roll ? paper_store_get(w->spooler->options.app->papers_dir, paper->roll_sha,
                                          &original, &n)
                        : -EMEDIUMTYPE;

    if (r < 0)
        return r;
    if (!copy) {
        *ret_bytes = original;
        *ret_n = n;
        return 0;
    }
    r = roll_mark(original, n, copy, ret_bytes, ret_n);
    free(original);
    return r;
}

/* What is printed: the kept bytes, and of a copy that it is one. -EAGAIN: they are not made yet. */
static int job_bytes(struct worker *w, const struct open_job *job, struct paper_row *paper,
                     char **ret_bytes, size_t *ret_n)
{
    char text[400];
    const char *copy = job->copy ? text : NULL;
    struct fault fault = {0};
    struct tx tx = reading(w->spooler, w->db, &fault);
    int r = paper_get(&tx, job->paper_id, paper);

    copy_text(job, text, sizeof(text));
    if (r == 0 && !paper->size)
        r = -EAGAIN;
    if (r == 0)
        r = w->driver->takes == PRINTER_TAKES_ROLL
                ? roll_bytes(w, paper, copy, ret_bytes, ret_n)
                : page_bytes(w, &tx, paper, copy, ret_bytes, ret_n);
    fault_clear(&fault);
    return r;
}

/* Whether it is at the printer now. */
static bool job_send(struct worker *w, const struct open_job *job)
{
    char why[PRINTER_WHY_TEXT] = "", title[PAPER_NUMBER_TEXT + 24], *bytes;
    struct printer_job sent = {.name = job->name, .title = title};
    struct paper_row paper;
    int r = job_bytes(w, job, &paper, &bytes, &sent.n);

    if (r == -EAGAIN)
        return false;
    if (r < 0) {
        job_step(w->spooler, job->id, PRINT_FAILED,
                 r == -EMEDIUMTYPE ? "这张单据不是小票版式，小票打印机打不了" : strerror(-r));
        return false;
    }
    snprintf(title, sizeof(title), job->copy ? "%s 补打%lld" : "%s", paper.number,
             (long long)job->copy);
    sent.bytes = bytes;
    /* On the disk before the first byte leaves. */
    if (job_step(w->spooler, job->id, PRINT_SENDING, NULL) < 0) {
        free(bytes);
        return false;
    }
    r = w->driver->send(w->printer, &sent, why);
    free(bytes);
    if (r == 0)
        return true;
    job_step(w->spooler, job->id, r == -ECANCELED ? PRINT_FAILED : PRINT_UNCONFIRMED,
             why[0] ? why : strerror(-r));
    return false;
}

/* Whether it may be given one more job. One without a queue is asked right before each: what it
 * cannot print now waits here. */
static bool takes_more(struct worker *w, size_t sent)
{
    if (w->driver->has_queue)
        return sent < SENT_MAX && w->status.health != PRINTER_GONE;
    if (sent)
        return false;
    status_look(w);
    return w->status.health != PRINTER_GONE && w->status.health != PRINTER_STOPPED;
}

/* How long until the next round, ms. */
static int round_make(struct worker *w)
{
    struct open_jobs *open = calloc(1, sizeof(*open));
    struct fault fault = {0};
    struct tx tx = reading(w->spooler, w->db, &fault);
    size_t sent = 0, waits = 0;
    int r = open ? print_open(&tx, w->printer_id, open_add, open) : -ENOMEM;

    fault_clear(&fault);
    for (size_t i = 0; r == 0 && i < open->n; i++) {
        const struct open_job *job = &open->jobs[i];

        if (job->state == PRINT_SENDING)
            sent += job_follow(w, job);
        else if (takes_more(w, sent) && job_send(w, job))
            sent += job_follow(w, job);
        else
            waits++;
    }
    free(open);
    return sent ? WATCH_MS : waits ? RETRY_MS : IDLE_MS;
}

/* Paper waits for money, never the other way round: what answers people goes first. */
static void step_back(void)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
}

static void *working(void *arg)
{
    struct worker *w = arg;
    uint64_t news = 1;

    step_back();
    while (news) {
        int wait;

        status_look(w);
        wait = round_make(w);
        news = news_wait(w->spooler, &w->leaving, news, wait);
    }
    return NULL;
}

/* ---- which printers there are ---- */

static void target_of(const struct app *app, const char *driver, const char *target,
                      char out[TARGET_TEXT])
{
    if (strcmp(driver, "file") == 0)
        snprintf(out, TARGET_TEXT, "%.500s/printed", app->config->state_dir);
    else
        snprintf(out, TARGET_TEXT, "%s", target);
}

int spooler_target_check(const struct app *app, const char *driver, const char *target)
{
    const struct printer_driver *d = printer_driver_find(driver);
    char text[TARGET_TEXT];
    struct printer *p;
    int r;

    if (!d)
        return -EINVAL;
    target_of(app, driver, target, text);
    r = d->open(text, &p); /* which reaches for nothing yet */
    if (r == 0)
        d->close(p);
    return r;
}

/* Which printer has the place, for who asks how it is. */
static void place_give(struct worker *w, int64_t printer_id)
{
    pthread_mutex_lock(&w->spooler->lock);
    w->printer_id = printer_id;
    w->status = (struct printer_status){.health = PRINTER_UNKNOWN};
    w->leaving = false;
    pthread_mutex_unlock(&w->spooler->lock);
}

static int worker_start(struct worker *w, struct spooler *s, const struct printer_row *row)
{
    int r;

    w->spooler = s;
    w->printer = NULL;
    w->db = NULL;
    w->driver = printer_driver_find(row->driver);
    if (!w->driver)
        return -ENOTSUP;
    target_of(s->options.app, row->driver, row->target, w->target);
    r = w->driver->open(w->target, &w->printer);
    if (r == 0)
        r = db_open(s->options.app->db_path, DB_READER, &w->db);
    if (r == 0) {
        place_give(w, row->id);
        r = -pthread_create(&w->thread, NULL, working, w);
    }
    if (r == 0)
        return 0;
    place_give(w, 0);
    if (w->db)
        db_close(w->db);
    if (w->printer)
        w->driver->close(w->printer);
    return r;
}

/* Its thread is told, waited for, and gone. */
static void worker_end(struct worker *w)
{
    struct spooler *s = w->spooler;

    pthread_mutex_lock(&s->lock);
    w->leaving = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(w->thread, NULL);
    db_close(w->db);
    w->driver->close(w->printer);
    place_give(w, 0);
}

struct looking {
    struct spooler *s;
    bool there[PRINTER_MAX];
};

static int printer_meet(void *arg, const struct printer_row *row)
{
    struct looking *l = arg;
    size_t free_place = PRINTER_MAX;
    int r;

    for (size_t i = 0; i < PRINTER_MAX; i++) {
        if (l->s->workers[i].printer_id == row->id) {
            l->there[i] = true;
            return 0;
        }
        if (!l->s->workers[i].printer_id && free_place == PRINTER_MAX)
            free_place = i;
    }
    if (free_place == PRINTER_MAX)
        return 0;
    r = worker_start(&l->s->workers[free_place], l->s, row);
    l->there[free_place] = r == 0;
    if (r < 0)
        say(l->s, LOG_ERR, "printer %s cannot be used: %s", row->name, strerror(-r));
    return 0;
}

static void printers_meet(struct spooler *s)
{
    struct looking l = {.s = s};
    struct fault fault = {0};
    struct tx tx = reading(s, s->db, &fault);
    int r = printer_scan(&tx, 0, printer_meet, &l);

    fault_clear(&fault);
    for (size_t i = 0; r == 0 && i < PRINTER_MAX; i++)
        if (s->workers[i].printer_id && !l.there[i])
            worker_end(&s->workers[i]);
}

static void *making(void *arg)
{
    static const bool stays = false;
    struct spooler *s = arg;
    uint64_t news = 1;

    step_back();
    while (news) {
        printers_meet(s);
        while (news_wait(s, &stays, 0, 0) && paper_next(s) == 1)
            ;
        news = news_wait(s, &stays, news, IDLE_MS);
    }
    return NULL;
}

/* ---- start, stop, questions ---- */

static int lock_init(struct spooler *s)
{
    pthread_condattr_t attr;
    int r = pthread_condattr_init(&attr);

    if (r == 0)
        r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(&s->wake, &attr);
    pthread_condattr_destroy(&attr);
    return r ? -r : -pthread_mutex_init(&s->lock, NULL);
}

int spooler_start(const struct spooler_options *options, struct spooler **ret_spooler)
{
    struct spooler *s = calloc(1, sizeof(*s));
    int r = s ? lock_init(s) : -ENOMEM;

    if (r < 0) {
        free(s);
        return r;
    }
    s->options = *options;
    s->news = 1;
    r = db_open(options->app->db_path, DB_READER, &s->db);
    if (r == 0)
        r = -pthread_create(&s->maker, NULL, making, s);
    s->running = r == 0;
    if (r < 0)
        spooler_free(s);
    else
        *ret_spooler = s;
    return r;
}

void spooler_stop(struct spooler *s)
{
    if (!s || !s->running)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->maker, NULL);
    for (size_t i = 0; i < PRINTER_MAX; i++)
        if (s->workers[i].printer_id)
            worker_end(&s->workers[i]);
    s->running = false;
}

struct spooler *spooler_free(struct spooler *s)
{
    if (!s)
        return NULL;
    spooler_stop(s);
    if (s->db)
        db_close(s->db);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

void spooler_committed(struct spooler *s, const struct change *changes, size_t n)
{
    bool news = false;

    for (size_t i = 0; s && i < n; i++) {
        struct feed *feed = s->options.app->feed;

        if (changes[i].kind == CHANGE_PRINTER)
            tell(feed, feed_channel(FEED_PRINT, 0), "printer");
        if (changes[i].kind == CHANGE_PRINT && changes[i].project_id)
            tell(feed, feed_channel(FEED_PRINT, changes[i].project_id), "print");
        if (changes[i].kind == CHANGE_PRINT && changes[i].id)
            tell(feed, feed_channel(FEED_TERMINAL, changes[i].id), "print");
        news |= changes[i].kind == CHANGE_PRINT || changes[i].kind == CHANGE_PRINTER;
    }
    if (!news)
        return;
    pthread_mutex_lock(&s->lock);
    s->news++;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

void spooler_status(struct spooler *s, int64_t printer_id, struct printer_status *ret_status)
{
    *ret_status = (struct printer_status){.health = PRINTER_UNKNOWN};
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < PRINTER_MAX; i++)
        if (s->workers[i].printer_id == printer_id)
            *ret_status = s->workers[i].status;
    pthread_mutex_unlock(&s->lock);
}
