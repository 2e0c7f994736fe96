/* page.c - see page.h. */
#include "daemon/api/page.h"

#include <errno.h>

#include "daemon/api/record.h"

int page_begin(struct call *call, size_t n, int64_t max, int64_t fallback, struct page *ret_page)
{
    struct page page = {.call = call, .n = n};
    bool present;
    int r = call_query_int(call, "limit", 1, max, fallback, &page.room);

    if (r == 0)
        r = cursor_read(call, page.at, n, &present);
    if (r < 0)
        return r;
    page.items = json_array();
    *ret_page = page;
    return 0;
}

struct page page_of_one(struct call *call)
{
    return (struct page){.call = call, .items = json_array(), .room = 1};
}

int page_limit(const struct page *page)
{
    return (int)page->room + 1;
}

bool page_fits(struct page *page, int64_t a, int64_t b)
{
    page->more = page->room == 0;
    if (page->more)
        return false;
    page->room--;
    page->at[0] = a;
    page->at[1] = b;
    return true;
}

int page_reply(struct call *call, struct page *page, int r)
{
    r = reply_items(call, page->items, r);
    if (r == 0 && page->more)
        cursor_write(call, page->at, page->n, call->reply.body);
    return r;
}
