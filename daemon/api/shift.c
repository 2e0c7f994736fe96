/* shift.c - a cashier's own shifts (FI-36). */
#include "db/shift.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/money.h"

enum { SHIFTS_SHOWN = 50, REASON_MAX = 200 };

static const char *const tender_codes[] = {
#define TENDER(symbol, code, ...) code,
#include "db/tender.def"
#undef TENDER
    NULL,
};

static int count_add(void *arg, const struct shift_count_row *row)
{
    json_t *o = json_object();

    set_text(o, "tender", row->tender);
    set_int(o, "expected_fen", row->expected_fen);
    set_int(o, "counted_fen", row->counted_fen);
    set_text(o, "reason", row->reason);
    return items_add(arg, o);
}

/* What the books say of an open one is not told: it is counted blind. */
static int shift_add(void *arg, const struct shift_row *row)
{
    struct rows_out *out = arg;
    json_t *o = json_object(), *counts = json_array();
    int r = shift_count_each(&out->call->tx, row->id, count_add, counts);

    set_int(o, "id", row->id);
    set_int_or_null(o, "terminal_id", row->terminal_id);
    set_int(o, "opened_ms", row->opened_ms);
    set_int(o, "float_fen", row->float_fen);
    set_int_or_null(o, "closed_ms", row->closed_ms);
    set_int(o, "vouchers", row->vouchers);
    json_object_set_new_nocheck(o, "counts", counts);
    if (r == 0)
        return items_add(out->items, o);
    json_decref(o);
    return r;
}

int api_shift_list(struct call *call)
{
    struct rows_out out = {call, json_array()};
    char from[SHIFT_NAME_TEXT] = "";
    int64_t fen = 0;
    int r = shift_each(&call->tx, 0, SHIFTS_SHOWN, shift_add, &out);

    if (r == 0)
        r = shift_handed(&call->tx, &fen, from);
    r = reply_items(call, out.items, r);
    if (r == 0 && fen)
        json_object_set_new_nocheck(call->reply.body, "handed",
                                    json_pack("{s:s, s:I}", "from", from, "fen", (json_int_t)fen));
    return r;
}

static int person_add(void *arg, int64_t user_id, const char *name)
{
    json_t *o = json_object();

    set_int(o, "id", user_id);
    set_text(o, "name", name);
    return items_add(arg, o);
}

int api_shift_people(struct call *call)
{
    json_t *items = json_array();

    return reply_items(call, items, shift_people(&call->tx, person_add, items));
}

static int reply_shift(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    int r = shift_each(&call->tx, id, 1, shift_add, &out);

    return reply_first(call, out.items, r, status, "shifts");
}

int api_shift_open(struct call *call)
{
    int64_t id, float_fen = 0;
    struct body b;
    int r;

    body_begin(&b, call);
    body_int(&b, "float_fen", BODY_REQUIRED, 0, MONEY_MAX_FEN, &float_fen);
    r = body_end(&b);
    if (r == 0)
        r = shift_open(&call->tx, call->id->terminal_id, float_fen, &id);
    return r < 0 ? r : reply_shift(call, id, 201);
}

static size_t counts_read(struct body *b, struct shift_counted counts[TENDER_COUNT])
{
    json_t *array = NULL;
    size_t n = 0;

    body_array(b, "counts", BODY_REQUIRED, TENDER_COUNT, &array);
    for (; n < json_array_size(array); n++) {
        struct body inner = {
            .call = b->call, .object = json_array_get(array, n), .prefix = "counts"};
        int tender = 0;

        counts[n] = (struct shift_counted){.fen = 0};
        body_choice(&inner, "tender", BODY_REQUIRED, tender_codes, &tender);
        body_int(&inner, "counted_fen", BODY_REQUIRED, -MONEY_MAX_FEN, MONEY_MAX_FEN,
                 &counts[n].fen);
        body_text(&inner, "reason", BODY_OPTIONAL, 0, REASON_MAX, &counts[n].reason);
        counts[n].tender = (enum tender)tender;
        (void)body_end(&inner); /* the outer one tells */
    }
    return n;
}

int api_shift_close(struct call *call)
{
    struct shift_counted counts[TENDER_COUNT];
    int64_t id, next_user_id = 0;
    struct body b;
    size_t n;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    n = counts_read(&b, counts);
    body_int(&b, "next_user_id", BODY_OPTIONAL, 1, INT64_MAX, &next_user_id);
    r = body_end(&b);
    if (r == 0)
        r = shift_close(&call->tx, id, counts, n, next_user_id);
    return r < 0 ? r : reply_shift(call, id, 200);
}
