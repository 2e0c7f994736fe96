/* office.h - the daemon as its pages see it: log-ins, terminals, requests, event streams.
 *
 * All functions fail the running test when the daemon does not answer as it should within
 * PATIENCE_MS. Thread: the test's.
 */
#ifndef ANCHANG_TESTS_OFFICE_H
#define ANCHANG_TESTS_OFFICE_H

#include <jansson.h>
#include <stdint.h>

#include "tests/unit/patience.h"

enum { COOKIES = 512 };

/* Whoever has these cookies: a user, a terminal, a user at a terminal. */
struct page {
    char cookies[COOKIES];
};
struct stream;

int64_t now_ms(void);

/* One of the demonstration's people; @page keeps being the terminal it was. */
void page_log_in(struct page *page, const char *login);
/* @page becomes a new terminal. Returns its id. */
int64_t page_pair(struct page *page, const struct page *by, const char *kind, const char *name);
/* @body is taken over; NULL: none. The answer is owned; NULL: it had no body. */
json_t *page_ask(const struct page *page, const char *method, const char *path, json_t *body);

struct stream *stream_open(const struct page *page, const char *path);
/* The data of the next event of that name, owned; events of other names on the way are dropped.
 * NULL: none within @ms. */
json_t *stream_next(struct stream *stream, const char *event, int ms);
struct stream *stream_close(struct stream *stream);

#endif
