/* escpos_sim.h - a receipt printer of software: a thread that reads the language of ESC/POS from a
 * descriptor, keeps what comes out as text, and answers as it is told to.
 *
 * What is asked at once is answered at once, all else in its order; while it has no paper or its
 * cover is open it prints nothing and keeps what it was sent.
 */
#ifndef ANCHANG_TESTS_ESCPOS_SIM_H
#define ANCHANG_TESTS_ESCPOS_SIM_H

#include <errno.h>
#include <iconv.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIM_OUT = 65536, SIM_HELD = 1 << 20 };

static struct sim {
    pthread_t thread;
    pthread_mutex_t lock;
    int listening; /* -1: it hangs on @fd alone */
    int fd;
    atomic_bool over;
    /* How it is. */
    atomic_bool empty, low, cover, silent, no_end;
    atomic_int empty_after; /* lines; 0: never */
    atomic_int dies_after;  /* bytes; 0: never */
    atomic_int line_ms;     /* it is as slow as that */
    /* What it has and what came out. */
    uint8_t held[SIM_HELD];
    size_t n_held, n_taken;
    char out[SIM_OUT];
    size_t n_out;
    bool chinese;
    int lines;
} sim = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void sim_out(const char *text, size_t n)
{
    pthread_mutex_lock(&sim.lock);
    if (sim.n_out + n < SIM_OUT) {
        memcpy(sim.out + sim.n_out, text, n);
        sim.n_out += n;
        sim.out[sim.n_out] = '\0';
    }
    pthread_mutex_unlock(&sim.lock);
}

static void sim_say(const void *bytes, size_t n)
{
    if (!sim.silent && send(sim.fd, bytes, n, MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
        (void)!write(sim.fd, bytes, n);
}

/* ---- what is answered at once ---- */

static void sim_answer_now(uint8_t which)
{
    const bool stopped = sim.empty || sim.cover;
    uint8_t said = 0x12;

    if (which == 1)
        said |= stopped ? 0x08 : 0;
    else if (which == 2)
        said |= (sim.cover ? 0x04 : 0) | (sim.empty ? 0x20 : 0);
    else if (which == 4)
        said |= (sim.empty ? 0x60 : 0) | (sim.low ? 0x0C : 0);
    sim_say(&said, 1);
}

/* ---- what is printed ---- */

static void sim_character(const uint8_t *bytes, size_t n)
{
    char *from = (char *)bytes, to[16], *at = to;
    size_t room = sizeof(to);
    iconv_t table = iconv_open("UTF-8", "GB18030");

    if (iconv(table, &from, &n, &at, &room) == (size_t)-1)
        sim_out("?", 1);
    else
        sim_out(to, (size_t)(at - to));
    iconv_close(table);
}

static void sim_picture(const uint8_t *b)
{
    char text[64];
    const int n =
        snprintf(text, sizeof(text), "[picture%s %ux%u]\n", sim.chinese ? " in Chinese" : "",
                 8u * (unsigned)(b[4] | b[5] << 8), (unsigned)(b[6] | b[7] << 8));

    sim_out(text, (size_t)n);
}

static void sim_feed(unsigned lines)
{
    char text[32];
    const int n = snprintf(text, sizeof(text), "[feed %u]\n", lines);

    sim_out(text, (size_t)n);
}

/* "GS ( k" and "GS ( H", whole. */
static void sim_function(const uint8_t *b, size_t n)
{
    uint8_t id[] = {0x37, 0x22, 0, 0, 0, 0, 0};

    if (b[2] == 'H' && !sim.no_end) {
        memcpy(id + 2, b + 7, 4);
        sim_say(id, sizeof(id));
    } else if (b[2] == 'k' && b[6] == 'P') {
        sim_out("[qr ", 4);
        sim_out((const char *)b + 8, n - 8);
        sim_out("]", 1);
    }
}

/* Bytes of the command at @b, of @n that are there; 0: more must come. */
static size_t sim_gs(const uint8_t *b, size_t n)
{
    const uint8_t sensor = sim.low ? 0x03 : 0;
    size_t all = 3;

    if (n < 3)
        return 0;
    if (b[1] == 'V')
        all = 4;
    else if (b[1] == '(' && n >= 5)
        all = 5 + (size_t)(b[3] | b[4] << 8);
    else if (b[1] == 'v' && n >= 8)
        all = 8 + (size_t)(b[4] | b[5] << 8) * (size_t)(b[6] | b[7] << 8);
    else if (b[1] == '(' || b[1] == 'v')
        return 0;
    if (n < all)
        return 0;
    if (b[1] == 'V')
        sim_out("[cut]\n", 6);
    else if (b[1] == '(')
        sim_function(b, all);
    else if (b[1] == 'v')
        sim_picture(b);
    else if (b[1] == 'r' && !sim.no_end)
        sim_say(&sensor, 1);
    return all;
}

static size_t sim_esc(const uint8_t *b, size_t n)
{
    const size_t all = n < 2 ? 3 : b[1] == '@' ? 2 : b[1] == 'p' ? 5 : 3;

    if (n < all)
        return 0;
    if (b[1] == '@')
        sim.chinese = false;
    else if (b[1] == 'p')
        sim_out("[drawer]\n", 9);
    else if (b[1] == 'd')
        sim_feed(b[2]);
    return all;
}

static size_t sim_fs(const uint8_t *b, size_t n)
{
    const size_t all = n > 1 && b[1] == '!' ? 3 : 2;

    if (n < all)
        return 0;
    if (b[1] != '!')
        sim.chinese = b[1] == '&';
    return all;
}

/* Takes one command or one character. false: more must come. */
static bool sim_step(void)
{
    const uint8_t *b = sim.held + sim.n_taken;
    const size_t n = sim.n_held - sim.n_taken;
    size_t all = 1;

    if (n == 0)
        return false;
    if (b[0] == 0x1D) {
        all = sim_gs(b, n);
    } else if (b[0] == 0x1B) {
        all = sim_esc(b, n);
    } else if (b[0] == 0x1C) {
        all = sim_fs(b, n);
    } else if (b[0] == '\n') {
        sim_out("\n", 1);
        sim.lines++;
        if (sim.empty_after && sim.lines >= sim.empty_after) {
            sim.empty_after = 0;
            sim.empty = true;
        }
        poll(NULL, 0, sim.line_ms);
    } else if (b[0] >= 0x80 && sim.chinese) {
        all = n < 2 ? 0 : 2;
        if (all)
            sim_character(b, 2);
    } else {
        sim_out((const char *)b, 1);
    }
    sim.n_taken += all;
    return all > 0;
}

/* ---- its cable ---- */

static void sim_cut(void)
{
    if (sim.listening < 0) {
        poll(NULL, 0, 10); /* its cable may be put back */
    } else if (sim.fd >= 0) {
        close(sim.fd);
        sim.fd = -1;
        sim.n_held = sim.n_taken = 0;
    }
}

static void sim_read(void)
{
    uint8_t bytes[4096];
    ssize_t n = read(sim.fd, bytes, sizeof(bytes));

    if (n <= 0) {
        sim_cut();
        return;
    }
    if (n >= 3 && bytes[n - 3] == 0x10 && bytes[n - 2] == 0x04) {
        sim_answer_now(bytes[n - 1]);
        n -= 3;
    }
    if (n >= 10 && bytes[n - 10] == 0x10 && bytes[n - 9] == 0x14) { /* forget what it has */
        sim.n_held = sim.n_taken = 0;
        n = 0;
    }
    if (sim.n_held + (size_t)n <= SIM_HELD) {
        memcpy(sim.held + sim.n_held, bytes, (size_t)n);
        sim.n_held += (size_t)n;
    }
    if (sim.dies_after && sim.n_held >= (size_t)sim.dies_after) {
        sim.dies_after = 0;
        sim_cut();
    }
}

static void *sim_main(void *arg)
{
    int line;

    (void)arg;
    while (!sim.over) {
        struct pollfd wait = {.fd = sim.fd >= 0 ? sim.fd : sim.listening, .events = POLLIN};

        if (poll(&wait, 1, 2) > 0) {
            if (sim.fd < 0)
                sim.fd = accept4(sim.listening, NULL, NULL, SOCK_CLOEXEC);
            else
                sim_read();
        }
        line = sim.lines; /* one at a time: between them it hears what is asked */
        while (sim.fd >= 0 && !sim.empty && !sim.cover && sim.lines == line && sim_step())
            ;
    }
    sim_cut();
    return NULL;
}

/* ---- for the test ---- */

static void sim_start(int listening, int fd)
{
    sim.listening = listening;
    sim.fd = fd;
    sim.over = sim.empty = sim.low = sim.cover = sim.silent = sim.no_end = false;
    sim.empty_after = sim.dies_after = sim.line_ms = 0;
    sim.n_held = sim.n_taken = sim.n_out = 0;
    sim.out[0] = '\0';
    sim.lines = 0;
    if (pthread_create(&sim.thread, NULL, sim_main, NULL) != 0)
        abort();
}

static void sim_stop(void)
{
    sim.over = true;
    pthread_join(sim.thread, NULL);
}

/* What came out since; forgotten then. */
static const char *sim_paper(void)
{
    static char text[SIM_OUT];

    pthread_mutex_lock(&sim.lock);
    memcpy(text, sim.out, sim.n_out + 1);
    sim.n_out = 0;
    sim.out[0] = '\0';
    pthread_mutex_unlock(&sim.lock);
    return text;
}

#endif
