/* customer_identity.c - what customers were found to be (PR-09). */
#include "db/customer_identity.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"

static int identity_add(void *arg, const struct customer_identity_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "identity", row->identity);
    set_text(o, "document", row->document);
    set_text_or_null(o, "until_date", row->until_date);
    set_text(o, "verified_by", row->verified_by);
    set_int(o, "verified_ms", row->verified_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(arg, o);
}

static int reply_identities(struct call *call, int64_t customer_id)
{
    json_t *items = json_array();

    return reply_items(call, items,
                       customer_identity_each(&call->tx, customer_id, identity_add, items));
}

int api_identity_list(struct call *call)
{
    int64_t customer_id;
    int r = call_param_id(call, 0, &customer_id);

    return r < 0 ? r : reply_identities(call, customer_id);
}

int api_identity_verify(struct call *call)
{
    struct customer_identity_row row = {.id = 0};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &row.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "identity", BODY_REQUIRED, 1, 40, &row.identity);
    body_text(&b, "document", BODY_REQUIRED, 1, 80, &row.document);
    body_date(&b, "until_date", BODY_OPTIONAL, &row.until_date);
    r = body_end(&b);
    if (row.until_date && !row.until_date[0])
        row.until_date = NULL;
    if (r == 0)
        r = customer_identity_verify(&call->tx, &row, &id);
    return r < 0 ? r : reply_identities(call, row.customer_id);
}

int api_identity_end(struct call *call)
{
    const char *reason = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &reason);
    r = body_end(&b);
    return r < 0 ? r : customer_identity_end(&call->tx, id, reason);
}
