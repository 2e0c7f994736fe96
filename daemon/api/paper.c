/* paper.c - papers of every kind: asked for, shown, printed again (FI-15, SF-26). */
#include "daemon/api/api.h"
#include "daemon/api/print.h"
#include "daemon/api/record.h"

static int param_paper(struct call *call, enum paper_use use, struct paper_row *ret_paper)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : paper_see(&call->tx, id, use, ret_paper, NULL);
}

static int reply_made(struct call *call, int64_t paper_id)
{
    struct paper_subject subject;
    struct paper_row paper;
    int r = paper_see(&call->tx, paper_id, PAPER_MAKE, &paper, &subject);

    if (r == 0)
        r = reply_prints(call, paper_id);
    if (r < 0)
        return r;
    set_int(call->reply.body, "id", paper.id);
    set_text(call->reply.body, "kind", print_kinds[paper.kind].code);
    set_int(call->reply.body, "subject_id", paper.subject_id);
    set_int(call->reply.body, "subject_no", paper.subject_no);
    set_text(call->reply.body, "number", paper.number);
    set_text(call->reply.body, "title", subject.title);
    set_int(call->reply.body, "made_ms", paper.made_ms);
    return 0;
}

int api_paper_ask(struct call *call)
{
    struct paper_ask ask = {.subject_no = 0};
    struct body b;
    int64_t id;
    int kind = 0, r;

    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, print_kind_codes, &kind);
    body_int(&b, "subject_id", BODY_REQUIRED, 1, INT64_MAX, &ask.subject_id);
    body_int(&b, "subject_no", BODY_OPTIONAL, 0, INT64_MAX, &ask.subject_no);
    body_bool(&b, "print", BODY_REQUIRED, &ask.print);
    body_print(&b, &ask.how);
    r = body_end(&b);
    ask.kind = (enum print_kind)kind;
    if (r == 0)
        r = paper_ask(&call->tx, &ask, &id);
    return r < 0 ? r : reply_made(call, id);
}

int api_paper_get(struct call *call)
{
    struct paper_row paper;
    int r = param_paper(call, PAPER_READ, &paper);

    return r < 0 ? r : reply_paper(call, &paper);
}

int api_paper_print_list(struct call *call)
{
    struct paper_row paper;
    int r = param_paper(call, PAPER_READ, &paper);

    return r < 0 ? r : reply_prints(call, paper.id);
}

int api_paper_print(struct call *call)
{
    struct paper_row paper;
    int r = param_paper(call, PAPER_MAKE, &paper);

    return r < 0 ? r : paper_print(call, paper.id);
}
