/* printer_escpos.c - a printer of rolls, driven by ourselves (UP 4.1, DA 6.1, RS F38, F42).
 *
 * The target is a wire (wire.h), and behind blanks what this printer can:
 *
 *   tcp:192.168.1.20 columns=48 charset=gbk qr=no cutter=yes end=sensor
 *
 * The values shown are those of what is not said. It is asked how it is before anything is sent:
 * what it says then keeps a job here, for sure. Behind a job stands a question that it answers when
 * all before is out: its sensor's state (end=sensor), or the job's number (end=id). Without that
 * answer nobody knows. With end=none it never says anything, and a job is no more than handed over.
 *
 * One wire, opened once and kept: opening resets some printers, and asking would break their jobs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/escpos_draw.h"
#include "drivers/parse.h"
#include "drivers/printer.h"
#include "drivers/wire.h"

enum {
    ANSWER_MS = 1000, /* to a question that is answered at once */
    QUIET_MS = 200,   /* after which nothing more of earlier times is on its way */
    PIECE = 4096,     /* bytes that it takes within PIECE_MS, or it stands still */
    PIECE_MS = 10000,
    END_MS = 15000,  /* until a job is out, */
    END_BYTE_MS = 1, /* and more for a long one */
    LOOK_MS = 20,    /* for what came meanwhile */
    KNOWN_MAX = 16,
    HEARD_MAX = 512, /* bytes at once */
    ID_COUNT = 10000,
};

struct known {
    char name[64];
    int word;         /* enum printer_word; ON: it is being printed */
    int64_t until;    /* when nobody will know any more */
    int64_t patience; /* ms, how long that was */
    char id[ESCPOS_ID + 1];
    char why[PRINTER_WHY_TEXT];
};

struct printer {
    struct wire_target target;
    struct escpos_profile profile;
    struct wire *wire;
    struct escpos_ear ear;
    bool heard_now, heard_end; /* answers that were not taken yet; to a job that is no more */
    uint8_t now;
    struct printer_status last; /* what it said of itself */
    bool in_step;               /* nothing that it still has to answer is of an earlier job */
    struct known known[KNOWN_MAX], *printing; /* NULL: nothing */
    unsigned next_known, next_id;
};

/* ---- what it can ---- */

static int word_of(const char *value, const char *const words[], unsigned *ret_index)
{
    for (unsigned i = 0; words[i]; i++)
        if (strcmp(value, words[i]) == 0) {
            *ret_index = i;
            return 0;
        }
    return -EINVAL;
}

static int option_take(struct escpos_profile *p, const char *key, const char *value)
{
    static const char *const switches[] = {"no", "yes", NULL};
    static const char *const charsets[] = {"gb2312", "gbk", "gb18030", NULL};
    static const char *const ends[] = {"none", "sensor", "id", NULL};
    unsigned n = 0;
    int r;

    if (strcmp(key, "columns") == 0) {
        r = parse_number(&value, ROLL_COLUMNS_MAX, &p->columns);
        return r < 0 || *value || p->columns < ROLL_COLUMNS_MIN ? -EINVAL : 0;
    }
    if (strcmp(key, "charset") == 0) {
        r = word_of(value, charsets, &n);
        p->charset = (enum escpos_charset)n;
    } else if (strcmp(key, "end") == 0) {
        r = word_of(value, ends, &n);
        p->end = (enum escpos_end)n;
    } else if (strcmp(key, "qr") == 0) {
        r = word_of(value, switches, &n);
        p->qr = n;
    } else if (strcmp(key, "cutter") == 0) {
        r = word_of(value, switches, &n);
        p->cutter = n;
    } else {
        r = -EINVAL;
    }
    return r;
}

/* "WIRE KEY=VALUE …", which is taken apart where it is. */
static int target_take(char *text, struct printer *p)
{
    char *options = text + strcspn(text, " ");
    int r;

    p->profile = (struct escpos_profile){
        .columns = 48, .charset = ESCPOS_GBK, .cutter = true, .end = ESCPOS_END_SENSOR};
    if (*options)
        *options++ = '\0';
    r = wire_target_parse(text, &p->target);
    while (r == 0 && *options) {
        char *key = options, *value;

        options += strcspn(options, " ");
        if (*options)
            *options++ = '\0';
        if (!*key)
            continue;
        value = strchr(key, '=');
        if (!value)
            return -EINVAL;
        *value++ = '\0';
        r = option_take(&p->profile, key, value);
    }
    return r;
}

static int roll_open(const char *target, struct printer **ret_printer)
{
    char text[512];
    struct printer *p;
    int r;

    if ((size_t)snprintf(text, sizeof(text), "%s", target) >= sizeof(text))
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    r = target_take(text, p);
    if (r < 0) {
        free(p);
        return r;
    }
    *ret_printer = p;
    return 0;
}

/* ---- the job that is being printed ---- */

static void printing_ends(struct printer *p, enum printer_word word, const char *why)
{
    p->printing->word = (int)word;
    snprintf(p->printing->why, PRINTER_WHY_TEXT, "%s", why);
    p->printing = NULL;
}

/* What was being printed is anybody's guess. */
static void cut_off(struct printer *p, int error)
{
    p->wire = wire_close(p->wire);
    p->in_step = false;
    if (p->printing)
        printing_ends(p, PRINTER_JOB_BROKEN, strerror(-error));
}

static void roll_close(struct printer *p)
{
    wire_close(p->wire);
    free(p);
}

/* ---- what it says ---- */

static const char step_id[ESCPOS_ID + 1] = "step";

/* The answer behind a job, or behind none. */
static bool is_end(const struct printer *p, enum escpos_heard heard)
{
    const char *id = p->printing ? p->printing->id : step_id;

    if (p->profile.end == ESCPOS_END_ID)
        return heard == ESCPOS_ID_BACK && memcmp(p->ear.held + 2, id, ESCPOS_ID) == 0;
    return heard == ESCPOS_SENSOR;
}

/* Takes what comes within @ms. 0, or why the wire is cut. */
static int hear(struct printer *p, int ms)
{
    uint8_t bytes[HEARD_MAX];
    const int n = wire_read(p->wire, bytes, sizeof(bytes), ms);

    if (n < 0) {
        cut_off(p, n);
        return n;
    }
    for (int i = 0; i < n; i++) {
        uint8_t byte = 0;
        const enum escpos_heard heard = escpos_hear(&p->ear, bytes[i], &byte);

        if (heard == ESCPOS_NOW) {
            p->heard_now = true;
            p->now = byte;
        } else if (is_end(p, heard)) {
            p->heard_end = true;
            if (p->printing)
                printing_ends(p, PRINTER_JOB_PRINTED, "");
        }
    }
    return 0;
}

static int say(struct printer *p, const uint8_t *bytes, size_t n)
{
    size_t done;
    int r = wire_write(p->wire, bytes, n, ANSWER_MS, &done);

    if (r < 0 && r != -ETIMEDOUT)
        cut_off(p, r);
    return r;
}

/* One question, which is answered at once. -ETIMEDOUT: it is not. */
static int ask_now(struct printer *p, unsigned which, uint8_t *ret_byte)
{
    const int64_t until = wire_now_ms() + ANSWER_MS;
    uint8_t bytes[ESCPOS_ASK_MAX];
    int r = hear(p, 0); /* what is left of an earlier one */

    p->heard_now = false;
    if (r == 0)
        r = say(p, bytes, escpos_ask_now(which, bytes));
    while (r == 0 && !p->heard_now) {
        const int64_t left = until - wire_now_ms();

        if (left <= 0)
            return -ETIMEDOUT;
        r = hear(p, (int)left);
    }
    *ret_byte = p->now;
    return r;
}

/* Its answers are told apart by their order alone: before a job, none to an earlier one may still
 * come. So the question is asked with no job before it, and all is heard until it is quiet. */
static int step_find(struct printer *p)
{
    const int64_t until = wire_now_ms() + ANSWER_MS;
    uint8_t bytes[ESCPOS_ASK_MAX];
    int r;

    p->heard_end = false;
    r = say(p, bytes, escpos_ask_end(&p->profile, step_id, bytes));
    while (r == 0 && !p->heard_end) {
        const int64_t left = until - wire_now_ms();

        if (left <= 0)
            return -ETIMEDOUT; /* busy with what it has, or it does not know the question */
        r = hear(p, (int)left);
    }
    while (r == 0 && p->heard_end) {
        p->heard_end = false;
        r = hear(p, QUIET_MS);
    }
    p->in_step = r == 0;
    return r;
}

/* ---- how it is ---- */

static void reason_add(struct printer_status *s, bool that, const char *reason)
{
    if (that)
        snprintf(s->reasons[s->n_reasons++], PRINTER_REASON_TEXT, "%s", reason);
}

static void gone(struct printer_status *s, const char *reason, int error)
{
    s->health = PRINTER_GONE;
    s->n_reasons = 0;
    reason_add(s, true, reason);
    snprintf(s->why, sizeof(s->why), "%s", strerror(-error));
}

/* What its interface says, when it says nothing itself. */
static void port_look(struct printer *p, struct printer_status *s)
{
    uint8_t status;
    int r = wire_port_status(p->wire, &status);

    s->health = PRINTER_UNKNOWN;
    if (r == -ENODEV) {
        cut_off(p, r);
        gone(s, "offline", r);
    } else if (r == 0) {
        reason_add(s, status & WIRE_PAPER_OUT, "media-empty");
        reason_add(s, !(status & WIRE_NO_ERROR), "other");
        if (s->n_reasons)
            s->health = PRINTER_STOPPED;
    } else {
        (void)hear(p, 0); /* so that a wire that was cut is noticed */
        if (!p->wire)
            gone(s, "offline", -ENODEV);
    }
}

static void state_tell(const struct printer *p, const struct escpos_state *now,
                       struct printer_status *s)
{
    const bool known = now->cover || now->paper_out || now->error;

    reason_add(s, now->paper_out, "media-empty");
    reason_add(s, now->cover, "cover-open");
    reason_add(s, now->error, "other");
    reason_add(s, now->offline && !known, "offline");
    reason_add(s, now->paper_low && !now->paper_out, "media-low");
    s->health = now->offline || known ? PRINTER_STOPPED : p->printing ? PRINTER_BUSY : PRINTER_IDLE;
}

static void look(struct printer *p, struct printer_status *ret)
{
    struct escpos_state now = {.offline = false};
    uint8_t byte;
    int r = p->wire ? 0 : wire_open(&p->target, &p->wire);

    *ret = (struct printer_status){.health = PRINTER_UNKNOWN};
    if (r < 0) {
        gone(ret, r == -EACCES || r == -EPERM ? "rights" : r == -EBUSY ? "in-use" : "offline", r);
        return;
    }
    if (p->profile.end == ESCPOS_END_NONE) {
        port_look(p, ret);
        return;
    }
    for (unsigned which = 1; r == 0 && which <= 4; which++) {
        r = ask_now(p, which, &byte);
        if (r == 0)
            escpos_state_take(&now, which, byte);
    }
    if (r == 0)
        state_tell(p, &now, ret);
    if (r == 0 && ret->health == PRINTER_IDLE && !p->in_step)
        r = step_find(p);
    if (r < 0)
        gone(ret, r == -ETIMEDOUT ? "timed-out" : "offline", r);
    /* A new wire next time may help; but what is being printed still answers on this one. */
    if (r == -ETIMEDOUT && !p->printing)
        p->wire = wire_close(p->wire);
}

static void roll_status(struct printer *p, struct printer_status *ret)
{
    look(p, ret);
    p->last = *ret;
}

/* ---- sending ---- */

static struct known *known_find(struct printer *p, const char *name)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (strcmp(p->known[i].name, name) == 0)
            return &p->known[i];
    return NULL;
}

static struct known *known_add(struct printer *p, const char *name, size_t n)
{
    struct known *k = &p->known[p->next_known++ % KNOWN_MAX];

    *k = (struct known){.word = PRINTER_JOB_ON, .patience = END_MS + (int64_t)n * END_BYTE_MS};
    snprintf(k->name, sizeof(k->name), "%s", name);
    snprintf(k->id, sizeof(k->id), "%04u", p->next_id++ % ID_COUNT);
    k->until = wire_now_ms() + k->patience;
    return k;
}

/* Why it cannot print now; 0: it can. What it said last counts: asked right before each job, it is
 * not asked twice. */
static int able(struct printer *p, char why[PRINTER_WHY_TEXT])
{
    const struct printer_status *last = &p->last;
    struct printer_status now;

    if (p->printing)
        return -EBUSY;
    if (!p->wire)
        roll_status(p, &now);
    if (last->health != PRINTER_GONE && last->health != PRINTER_STOPPED)
        return 0;
    snprintf(why, PRINTER_WHY_TEXT, "%s", last->n_reasons ? last->reasons[0] : last->why);
    return -EAGAIN;
}

/* In pieces, so that one that stands still is noticed soon however long the job is. */
static int pieces_write(struct printer *p, const uint8_t *bytes, size_t n, size_t *ret_done)
{
    int r = 0;

    *ret_done = 0;
    while (r == 0 && n > 0) {
        const size_t part = n < PIECE ? n : PIECE;
        size_t done = 0;

        r = wire_write(p->wire, bytes, part, PIECE_MS, &done);
        bytes += done;
        n -= done;
        *ret_done += done;
    }
    return r;
}

/* The job and the question behind it. */
static int bytes_send(struct printer *p, const uint8_t *bytes, size_t n, const char *name)
{
    struct known *k = known_add(p, name, n);
    uint8_t end[ESCPOS_ASK_MAX];
    const size_t n_end = escpos_ask_end(&p->profile, k->id, end);
    size_t done = 0, done_end;
    int r;

    p->printing = k;
    r = pieces_write(p, bytes, n, &done);
    if (r == 0 && n_end)
        r = wire_write(p->wire, end, n_end, ANSWER_MS, &done_end);
    if (r == 0 && !n_end)
        printing_ends(p, PRINTER_JOB_DONE, "");
    if (r == 0)
        return 0;
    cut_off(p, r);
    if (done == 0 && r != -ETIMEDOUT) { /* then a first piece may be on its way */
        k->name[0] = '\0';
        return -ECANCELED;
    }
    return r;
}

static int roll_send(struct printer *p, const struct printer_job *job, char why[PRINTER_WHY_TEXT])
{
    uint8_t *bytes;
    size_t n;
    int r;

    why[0] = '\0';
    if (able(p, why) < 0)
        return -ECANCELED;
    r = escpos_encode(job->bytes, job->n, &p->profile, &escpos_draw, &bytes, &n);
    if (r < 0) {
        snprintf(why, PRINTER_WHY_TEXT, "%s", strerror(-r));
        return -ECANCELED;
    }
    r = bytes_send(p, bytes, n, job->name);
    free(bytes);
    if (r < 0)
        snprintf(why, PRINTER_WHY_TEXT, "%s", strerror(r == -ECANCELED ? EPIPE : -r));
    return r;
}

/* ---- what became of it ---- */

/* The time is up: while it says that it waits for somebody, what it has is still to come out. */
static void patience_look(struct printer *p)
{
    struct printer_status now;

    roll_status(p, &now);
    if (p->printing && now.health == PRINTER_STOPPED)
        p->printing->until = wire_now_ms() + p->printing->patience;
    else if (p->printing)
        cut_off(p, -ETIMEDOUT);
}

static int roll_ask(struct printer *p, const char *name, char why[PRINTER_WHY_TEXT])
{
    const struct known *k = known_find(p, name);

    why[0] = '\0';
    if (!k)
        return PRINTER_JOB_GONE;
    if (k == p->printing)
        (void)hear(p, LOOK_MS);
    if (k == p->printing && wire_now_ms() >= k->until)
        patience_look(p);
    snprintf(why, PRINTER_WHY_TEXT, "%s", k->why);
    return k->word;
}

static int roll_cancel(struct printer *p, const char *name)
{
    uint8_t bytes[ESCPOS_ASK_MAX];

    if (!p->printing || known_find(p, name) != p->printing)
        return -ENOENT;
    if (p->profile.end == ESCPOS_END_ID)
        (void)say(p, bytes, escpos_ask_forget(bytes));
    if (p->wire)
        cut_off(p, -ECANCELED);
    return 0;
}

const struct printer_driver printer_escpos = {.name = "escpos",
                                              .takes = PRINTER_TAKES_ROLL,
                                              .has_queue = false,
                                              .open = roll_open,
                                              .close = roll_close,
                                              .status = roll_status,
                                              .send = roll_send,
                                              .ask = roll_ask,
                                              .cancel = roll_cancel,
                                              .gone_is_sure = false};
