/* invoice_channel.c - see invoice_channel.h. */
#include "daemon/invoice_channel.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

#include "daemon/app.h"
#include "daemon/config.h"
#include "db/clock.h"
#include "db/invoice.h"
#include "db/writer.h"
#include "drivers/invoice.h"

enum {
    DEADLINE_MS = 20000,
    UNHEARD_MS = 3 * DEADLINE_MS, /* after that nothing of it is under way any more */
    IDLE_MS = 60000,
    ASK_MS = 1000, /* between questions about what the platform is at, at first */
    LONGEST_MS = 60000,
    TEXT = 1700,
};

struct invoice_channel {
    struct invoice_channel_options options;
    const struct invoice_driver *driver;
    struct invoice_link *link;
    struct db *db; /* reader */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    uint64_t news; /* counts what was changed */
    bool stopping;
    int unheard_ms;
    unsigned failures, quiet; /* rounds in a row that failed; in which nothing new was said */
};

/* A request as it goes out. */
struct outgoing {
    char name[64], code[32], item[TEXT], rate[96], remark[TEXT];
    struct invoice_clear clear;
    int64_t id, amount_fen, state_ms, profile_id;
    bool company;
};

__attribute__((format(printf, 3, 4))) static void say(struct invoice_channel *c, int priority,
                                                      const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    c->options.log(c->options.log_arg, priority, line);
}

/* ---- the writer ---- */

struct noting {
    int64_t id;
    enum invoice_state to;
    const char *detail, *number, *day;
};

static int note_apply(struct tx *tx, void *arg)
{
    const struct noting *n = arg;

    return n->number ? invoice_step_issued(tx, n->id, n->number, n->day)
                     : invoice_step(tx, n->id, n->to, n->detail);
}

/* -ESTALE: somebody else led it on meanwhile. */
static int note(struct invoice_channel *c, struct noting noting)
{
    struct fault fault = {0};
    int r = writer_call(c->options.app->writer, &actor_system, note_apply, &noting, &fault);

    if (r < 0 && r != -ESTALE)
        say(c, LOG_ERR, "request %lld for an invoice could not be noted as %s: %s",
            (long long)noting.id, invoice_states[noting.to].code,
            fault.set ? fault_code_text(fault.code) : strerror(-r));
    fault_clear(&fault);
    return r;
}

/* ---- a request ---- */

static int row_take(void *arg, const struct invoice_row *row)
{
    struct outgoing *o = arg;

    snprintf(o->name, sizeof(o->name), "%s", row->name);
    snprintf(o->code, sizeof(o->code), "%s", row->code);
    snprintf(o->item, sizeof(o->item), "%s", row->item);
    snprintf(o->rate, sizeof(o->rate), "%s", row->rate);
    snprintf(o->remark, sizeof(o->remark), "%s", row->remark);
    o->id = row->id;
    o->amount_fen = row->amount_fen;
    o->state_ms = row->state_ms;
    o->profile_id = row->profile_id;
    o->company = strcmp(row->buyer_kind, "company") == 0;
    return 0;
}

/* The next one behind @after_id in that state; id 0: none. */
static int next_read(struct invoice_channel *c, bool sent, int64_t after_id, struct outgoing *o)
{
    struct fault fault = {0};
    struct tx tx = {.db = c->db,
                    .actor = &actor_system,
                    .now_ms = clock_wall_ms(),
                    .fault = &fault,
                    .seal = &c->options.app->seal};
    struct invoice_filter filter = {.limit = 1};
    int r = invoice_next(&tx, sent, after_id, &filter.invoice_id);

    *o = (struct outgoing){.id = 0};
    if (r == 0 && filter.invoice_id)
        r = invoice_list(&tx, &filter, row_take, o);
    if (r == 0 && o->id)
        r = invoice_clear_read(&tx, o->profile_id, &o->clear);
    fault_clear(&fault);
    return r;
}

/* What the platform says, noted. */
static int said_note(struct invoice_channel *c, const struct outgoing *o,
                     const struct invoice_said *said)
{
    switch (said->answer) {
    case INVOICE_ANSWER_ISSUED:
        return note(
            c, (struct noting){
                   .id = o->id, .to = INVOICE_ISSUED, .number = said->number, .day = said->day});
    case INVOICE_ANSWER_REFUSED:
        return note(c, (struct noting){.id = o->id, .to = INVOICE_REFUSED, .detail = said->words});
    case INVOICE_ANSWER_UNHEARD:
        if (clock_wall_ms() - o->state_ms < c->unheard_ms)
            return 0; /* it may still be under way */
        return note(c, (struct noting){.id = o->id, .to = INVOICE_WANTED});
    case INVOICE_ANSWER_WAITS:
        break;
    }
    return 0;
}

/* All of which nobody knows: whether some still are. */
static int sent_ask(struct invoice_channel *c, bool *ret_some)
{
    struct outgoing o = {.id = 0};
    struct invoice_said said;
    int r;

    *ret_some = false;
    while ((r = next_read(c, true, o.id, &o)) == 0 && o.id) {
        *ret_some = true;
        r = c->driver->ask(c->link, o.name, DEADLINE_MS, &said);
        if (r == 0)
            r = said_note(c, &o, &said);
        if (r < 0 && r != -ESTALE)
            break;
    }
    sodium_memzero(&o.clear, sizeof(o.clear));
    return r == -ESTALE ? 0 : r;
}

/* The oldest that waits: `sent` first, then out. 1: one was, 0: there is none. */
static int wanted_send(struct invoice_channel *c)
{
    struct outgoing o;
    struct invoice_said said;
    int r = next_read(c, false, 0, &o);

    if (r < 0 || !o.id)
        return r;
    r = note(c, (struct noting){.id = o.id, .to = INVOICE_SENT});
    if (r == 0) {
        const struct invoice_wish wish = {.name = o.name,
                                          .buyer = o.clear.name,
                                          .tax_no = o.clear.tax_no,
                                          .address = o.clear.address,
                                          .bank = o.clear.bank,
                                          .account = o.clear.account,
                                          .code = o.code,
                                          .item = o.item,
                                          .rate = o.rate,
                                          .remark = o.remark,
                                          .company = o.company,
                                          .amount_fen = o.amount_fen};

        r = c->driver->submit(c->link, &wish, DEADLINE_MS, &said);
        o.state_ms = clock_wall_ms();
        if (r == 0)
            r = said_note(c, &o, &said);
    }
    sodium_memzero(&o.clear, sizeof(o.clear));
    return r < 0 && r != -ESTALE ? r : 1;
}

/* ---- the thread ---- */

static uint64_t news_wait(struct invoice_channel *c, uint64_t news, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && c->news == news &&
           pthread_cond_timedwait(&c->wake, &c->lock, &until) == 0)
        ;
    news = c->stopping ? 0 : c->news;
    pthread_mutex_unlock(&c->lock);
    return news;
}

static bool stopping(struct invoice_channel *c)
{
    bool is;

    pthread_mutex_lock(&c->lock);
    is = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return is;
}

/* Twice as long each time. */
static int later(unsigned times)
{
    return times > 5 ? LONGEST_MS : ASK_MS << times;
}

/* One round; in how many ms the next one is. */
static int round_go(struct invoice_channel *c)
{
    bool some = false;
    int r = sent_ask(c, &some);

    while (r >= 0 && !stopping(c) && (r = wanted_send(c)) == 1)
        c->quiet = 0;
    if (r < 0) {
        if (c->failures++ == 0)
            say(c, LOG_WARNING, "the invoice channel %s does not answer: %s", c->driver->name,
                strerror(-r));
    } else if (c->failures) {
        say(c, LOG_NOTICE, "the invoice channel %s answers again", c->driver->name);
        c->failures = 0;
    }
    c->quiet = some ? c->quiet + 1 : 0;
    if (r < 0)
        return later(c->failures - 1);
    return some ? later(c->quiet - 1) : IDLE_MS;
}

static void *channel_go(void *arg)
{
    struct invoice_channel *c = arg;
    uint64_t news = 1;

    while (news)
        news = news_wait(c, news, round_go(c));
    return NULL;
}

static int channel_open(struct invoice_channel *c)
{
    const struct app *app = c->options.app;
    pthread_condattr_t attr;
    char folder[600];
    int r;

    snprintf(folder, sizeof(folder), "%s/invoice-stub", app->config->state_dir);
    if (c->driver->demo && mkdir(folder, 0700) < 0 && errno != EEXIST)
        return -errno;
    r = c->driver->open(folder, &c->link);
    if (r == 0)
        r = db_open(app->db_path, DB_READER, &c->db);
    if (r < 0)
        return r;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attr);
    pthread_condattr_destroy(&attr);
    c->news = 1;
    return -pthread_create(&c->thread, NULL, channel_go, c);
}

int invoice_channel_start(const struct invoice_channel_options *options,
                          struct invoice_channel **ret_channel)
{
    const struct config *config = options->app->config;
    struct invoice_channel *c;
    int r;

    *ret_channel = NULL;
    if (!config->invoice_channel[0] || strcmp(config->invoice_channel, "none") == 0)
        return 0;
    c = calloc(1, sizeof(*c));
    if (!c)
        return -ENOMEM;
    c->options = *options;
    c->unheard_ms = (int)config->invoice_unheard_s * 1000;
    c->driver = invoice_driver_find(config->invoice_channel);
    if (!c->driver || (c->driver->demo && !config->demo)) {
        free(c);
        return -EPERM;
    }
    r = channel_open(c);
    if (r < 0) {
        db_close(c->db);
        if (c->link)
            c->driver->close(c->link);
        free(c);
        return r;
    }
    *ret_channel = c;
    return 0;
}

void invoice_channel_stop(struct invoice_channel *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
}

struct invoice_channel *invoice_channel_free(struct invoice_channel *c)
{
    if (!c)
        return NULL;
    db_close(c->db);
    c->driver->close(c->link);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

void invoice_channel_committed(struct invoice_channel *c, const struct change *changes, size_t n)
{
    bool news = false;

    for (size_t i = 0; c && i < n; i++)
        news |= changes[i].kind == CHANGE_INVOICE;
    if (!news)
        return;
    pthread_mutex_lock(&c->lock);
    c->news++;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}
