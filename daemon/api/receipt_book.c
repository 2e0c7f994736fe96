/* receipt_book.c - receipt books: registered, taken out, returned, verified (FI-14). */
#include "db/receipt_book.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/receipt.h"

static void book_print(json_t *o, const struct receipt_book_row *row)
{
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_text(o, "kind", row->kind);
    set_text(o, "source", row->source);
    set_text(o, "prefix", row->prefix);
    set_int(o, "first_no", row->first_no);
    set_int(o, "last_no", row->last_no);
    set_int_or_null(o, "issued", row->issued);
    set_text(o, "state", row->state);
    set_int_or_null(o, "holder_id", row->holder_id);
    set_text_or_null(o, "holder", row->holder);
    set_int_or_null(o, "out_ms", row->out_ms);
    set_bool(o, "overdue", row->overdue);
}

static int book_add(void *arg, const struct receipt_book_row *row)
{
    json_t *o = json_object();

    book_print(o, row);
    return items_add(arg, o);
}

int api_receipt_book_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = receipt_book_each(&call->tx, project_id, 0, book_add, items);
    return reply_items(call, items, r);
}

/* A book by itself also says how many of its leaves are what. */
struct one_out {
    json_t *items;
    int64_t n[LEAF_STATES];
};

static int one_add(void *arg, const struct receipt_book_row *row)
{
    const int64_t last = row->issued ? row->issued : row->first_no - 1;
    const struct one_out *out = arg;
    json_t *o = json_object(), *leaves = json_object();

    book_print(o, row);
    for (enum leaf_state state = 0; state < LEAF_STATES; state++)
        set_int(leaves, leaf_states[state], out->n[state]);
    set_int(leaves, "unused", row->last_no - last);
    json_object_set_new_nocheck(o, "leaves", leaves);
    return items_add(out->items, o);
}

int api_receipt_book_get(struct call *call)
{
    struct one_out out = {.items = json_array()};
    int64_t id = 0, project_id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = receipt_book_project(&call->tx, id, &project_id);
    if (r == 0)
        r = receipt_leaves_count(&call->tx, id, out.n);
    if (r == 0)
        r = receipt_book_each(&call->tx, project_id, id, one_add, &out);
    return reply_first(call, out.items, r, 200, "receipt-books");
}

static int reply_book(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = receipt_book_project(&call->tx, id, &project_id);

    if (r == 0)
        r = receipt_book_each(&call->tx, project_id, id, book_add, items);
    return reply_first(call, items, r, status, "receipt-books");
}

int api_receipt_book_create(struct call *call)
{
    static const char *const kinds[] = {"receipt", "agency", NULL};
    static const char *const sources[] = {"preprinted", "system", NULL};
    struct receipt_book_new book = {.prefix = NULL};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &book.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &book.kind);
    body_word(&b, "source", BODY_REQUIRED, sources, &book.source);
    body_text(&b, "prefix", BODY_OPTIONAL, 0, 12, &book.prefix);
    body_int(&b, "first_no", BODY_REQUIRED, 1, 999999999, &book.first_no);
    body_int(&b, "last_no", BODY_REQUIRED, 1, 999999999, &book.last_no);
    r = body_end(&b);
    if (r == 0)
        r = receipt_book_create(&call->tx, &book, &id);
    return r < 0 ? r : reply_book(call, id, 201);
}

/* ---- steps ---- */

static int step(struct call *call, enum receipt_book_step step)
{
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    if (r == 0)
        r = receipt_book_step(&call->tx, id, version, step);
    return r < 0 ? r : reply_book(call, id, 200);
}

int api_receipt_book_take_out(struct call *call)
{
    return step(call, BOOK_TAKE_OUT);
}

int api_receipt_book_return(struct call *call)
{
    return step(call, BOOK_RETURN);
}

int api_receipt_book_take_back(struct call *call)
{
    return step(call, BOOK_TAKE_BACK);
}

int api_receipt_book_verify(struct call *call)
{
    return step(call, BOOK_VERIFY);
}

int api_receipt_book_hand_out(struct call *call)
{
    int64_t id, version = 0, user_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_int(&b, "user_id", BODY_REQUIRED, 1, INT64_MAX, &user_id);
    r = body_end(&b);
    if (r == 0)
        r = receipt_book_hand_out(&call->tx, id, version, user_id);
    return r < 0 ? r : reply_book(call, id, 200);
}

static int holder_add(void *arg, int64_t user_id, const char *name)
{
    json_t *o = json_object();

    set_int(o, "id", user_id);
    set_text(o, "name", name);
    return items_add(arg, o);
}

int api_receipt_book_holders(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = receipt_book_holders(&call->tx, project_id, holder_add, items);
    return reply_items(call, items, r);
}
