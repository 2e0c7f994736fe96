/* page.h - a list that is read on from where the last page ended: limit, cursor, `next`.
 *
 * Thread: any.
 */
#ifndef ANCHANG_API_PAGE_H
#define ANCHANG_API_PAGE_H

#include "daemon/http/call.h"

struct page {
    struct call *call;
    json_t *items;
    int64_t at[2]; /* where the page begins, and in the end where the next one does; 0: the first */
    size_t n;      /* integers of the cursor */
    int64_t room;
    bool more;
};

/* Limit and cursor of the query. @n: integers of the cursor. */
int page_begin(struct call *call, size_t n, int64_t max, int64_t fallback, struct page *ret_page);
/* A page for the one row that a walk by id gives. */
struct page page_of_one(struct call *call);
/* Rows to ask for: one more than fit, to know whether there is a next page. */
int page_limit(const struct page *page);
/* Whether a row fits, whose place is @a and @b. */
bool page_fits(struct page *page, int64_t a, int64_t b);
/* {"items", "next"}; @r is the outcome of the walk. */
int page_reply(struct call *call, struct page *page, int r);

#endif
