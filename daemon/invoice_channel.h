/* invoice_channel.h - requests for invoices are taken to the tax platform, when the site has a way
 * to it (IV-01, IN-02; UP 4.5). Without one they go out as a list and come back as one.
 *
 * One thread. A request is `sent` on the disk before the first byte leaves; what the platform says
 * is noted after, in a transaction of its own. One that was sent and of which nobody knows more,
 * after a lost reply or a crash, is asked for by its name and never submitted blindly: only when
 * the platform has not heard of it, well after it can still be under way, it waits again. What
 * cannot be reached is tried again later, and later each time.
 *
 * Thread: any, except where it says otherwise.
 */
#ifndef ANCHANG_INVOICE_CHANNEL_H
#define ANCHANG_INVOICE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct change;
struct invoice_channel;

struct invoice_channel_options {
    struct app *app; /* config, writer, paths */
    void (*log)(void *arg, int priority, const char *line);
    void *log_arg;
};

/* Starts the thread, after the writer; without a channel in the configuration *@ret_channel is
 * NULL. */
int invoice_channel_start(const struct invoice_channel_options *options,
                          struct invoice_channel **ret_channel);
/* Ends it; while the writer runs. */
void invoice_channel_stop(struct invoice_channel *c);
/* After the last who asks. */
struct invoice_channel *invoice_channel_free(struct invoice_channel *c);

/* The writer's news: a request wakes it. NULL: there is no channel. */
void invoice_channel_committed(struct invoice_channel *c, const struct change *changes, size_t n);

#endif
