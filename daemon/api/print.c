/* print.c - papers shown, printed again, settled; what printers have to do (FI-13, FI-15, IV-07 to
 * IV-10, DV-13). */
#include "db/print.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/print.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/spooler.h"
#include "db/receipt.h"

enum { JOBS_PER_PAPER = 100, JOB_PAGE_MAX = 200, JOB_PAGE = 50 };

/* ---- out ---- */

static int job_add(void *arg, const struct print_job *job)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_int(o, "id", job->id);
    set_text(o, "kind", print_kinds[job->kind].code);
    set_int(o, "paper_id", job->paper_id);
    set_text(o, "number", job->number);
    set_int(o, "copy", job->copy);
    set_text(o, "reason", job->reason);
    set_int(o, "printer_id", job->printer_id);
    set_name(out->call, o, "printer", job->printer);
    set_text(o, "driver", job->driver);
    set_text(o, "state", print_states[job->state].code);
    set_text(o, "detail", job->detail);
    set_text(o, "actor", job->actor);
    set_int(o, "made_ms", job->made_ms);
    set_int(o, "state_ms", job->state_ms);
    return items_add(out->items, o);
}

static const char *health_text(enum printer_health health)
{
    static const char *const texts[] = {"unknown", "idle", "busy", "stopped", "gone"};

    return texts[health];
}

void set_printer_status(struct call *call, json_t *object, int64_t printer_id)
{
    struct printer_status status;
    json_t *reasons = json_array();

    spooler_status(call->app->spooler, printer_id, &status);
    for (size_t i = 0; i < status.n_reasons; i++)
        json_array_append_new(reasons, json_string(status.reasons[i]));
    set_text(object, "health", health_text(status.health));
    json_object_set_new(object, "reasons", reasons);
    set_text(object, "why", status.why);
}

/* ---- a paper ---- */

int reply_paper(struct call *call, const struct paper_row *paper)
{
    char *bytes;
    size_t n;
    int r = spooler_paper(call->app, &call->tx, paper, &bytes, &n);

    if (r == -EBADMSG || r == -ENOENT)
        return fault_set(call->tx.fault, FAULT_PAPER_DAMAGED, NULL);
    if (r < 0)
        return r;
    call->reply.bytes = bytes;
    call->reply.n_bytes = n;
    call->reply.content_type = "application/pdf";
    return 0;
}

int reply_prints(struct call *call, int64_t paper_id)
{
    const struct print_filter filter = {.paper_id = paper_id, .limit = JOBS_PER_PAPER};
    struct rows_out out = {call, json_array()};
    int r = print_jobs(&call->tx, &filter, job_add, &out);
    const json_t *newest = json_array_get(out.items, 0);
    const int64_t printer_id = json_integer_value(json_object_get(newest, "printer_id"));

    r = reply_items(call, out.items, r);
    if (r == 0) {
        json_t *printer = printer_id ? json_object() : json_null();

        if (printer_id)
            set_printer_status(call, printer, printer_id);
        json_object_set_new(call->reply.body, "printer", printer);
    }
    return r;
}

void body_print(struct body *b, struct print_ask *ask)
{
    ask->terminal_id = b->call->id->terminal_id;
    body_text(b, "reason", BODY_OPTIONAL, 0, PRINT_REASON_MAX, &ask->reason);
    body_int(b, "printer_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->printer_id);
}

int paper_print(struct call *call, int64_t paper_id)
{
    struct print_ask ask = {.paper_id = paper_id};
    struct body b;
    int64_t id;
    int r;

    body_begin(&b, call);
    body_print(&b, &ask);
    r = body_end(&b);
    if (r == 0)
        r = print_again(&call->tx, &ask, &id);
    return r < 0 ? r : reply_prints(call, paper_id);
}

/* ---- a receipt's paper ---- */

static int receipt_paper(struct call *call, enum paper_use use, struct paper_row *ret_paper)
{
    struct receipt_key key;
    int r = call_param_id(call, 0, &key.book_id);

    if (r == 0)
        r = call_param_id(call, 1, &key.no);
    if (r == 0)
        r = paper_of(&call->tx, PRINT_KIND_RECEIPT, key.book_id, key.no, ret_paper);
    return r < 0 ? r : paper_see(&call->tx, ret_paper->id, use, ret_paper, NULL);
}

int api_receipt_paper(struct call *call)
{
    struct paper_row paper;
    int r = receipt_paper(call, PAPER_READ, &paper);

    return r < 0 ? r : reply_paper(call, &paper);
}

int api_receipt_print_list(struct call *call)
{
    struct paper_row paper;
    int r = receipt_paper(call, PAPER_READ, &paper);

    return r < 0 ? r : reply_prints(call, paper.id);
}

int api_receipt_print(struct call *call)
{
    struct paper_row paper;
    int r = receipt_paper(call, PAPER_MAKE, &paper);

    return r < 0 ? r : paper_print(call, paper.id);
}

/* ---- jobs ---- */

static int reply_job(struct call *call, int64_t id)
{
    const struct print_filter filter = {.job_id = id, .limit = 1};
    struct rows_out out = {call, json_array()};
    int r = print_jobs(&call->tx, &filter, job_add, &out);

    return reply_first(call, out.items, r, 200, NULL);
}

/* One whose paper the caller may print. */
static int job_param(struct call *call, int64_t *ret_id)
{
    int r = call_param_id(call, 0, ret_id);

    return r < 0 ? r : paper_see_job(&call->tx, *ret_id, PAPER_MAKE);
}

int api_print_job_confirm(struct call *call)
{
    int64_t id = 0;
    bool printed = false;
    struct body b;
    int r = job_param(call, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_bool(&b, "printed", BODY_REQUIRED, &printed);
    r = body_end(&b);
    if (r == 0)
        r = print_confirm(&call->tx, id, printed);
    return r < 0 ? r : reply_job(call, id);
}

int api_print_job_cancel(struct call *call)
{
    int64_t id = 0;
    int r = job_param(call, &id);

    if (r == 0)
        r = print_cancel(&call->tx, id);
    return r < 0 ? r : reply_job(call, id);
}

struct paging {
    struct page *page;
    struct rows_out out;
};

static int job_page_add(void *arg, const struct print_job *job)
{
    struct paging *p = arg;

    return page_fits(p->page, job->id, 0) ? job_add(&p->out, job) : 0;
}

int api_print_job_list(struct call *call)
{
    struct print_filter filter = {.state = NULL};
    struct paging paging;
    struct page page;
    int r = call_query_int(call, "printer", 1, INT64_MAX, 0, &filter.printer_id);

    if (r == 0)
        r = call_query_word(call, "state", print_state_codes, &filter.state);
    if (r == 0)
        r = page_begin(call, 1, JOB_PAGE_MAX, JOB_PAGE, &page);
    if (r < 0)
        return r;
    filter.before_id = page.at[0];
    filter.limit = page_limit(&page);
    paging = (struct paging){&page, {call, page.items}};
    return page_reply(call, &page, print_jobs(&call->tx, &filter, job_page_add, &paging));
}

static int event_add(void *arg, const struct print_event *event)
{
    json_t *o = json_object();

    set_text(o, "state", event->state);
    set_int(o, "at_ms", event->at_ms);
    set_text(o, "actor", event->actor);
    set_text(o, "detail", event->detail);
    return items_add(arg, o);
}

int api_print_job_events(struct call *call)
{
    json_t *items;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, print_events(&call->tx, id, event_add, items));
}
