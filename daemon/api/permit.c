/* permit.c - permits to sell (PM-20). */
#include "db/permit.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/day.h"

static int permit_add(void *arg, const struct permit_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_text(o, "number", row->number);
    set_text(o, "issued_date", row->issued_date);
    set_text_or_null(o, "valid_until", row->valid_until);
    set_text(o, "scope", row->scope_text);
    set_int(o, "units_named", row->units_named);
    set_int(o, "units_covered", row->units_covered);
    set_text(o, "escrow_bank", row->escrow_bank);
    set_text(o, "escrow_name", row->escrow_name);
    set_text(o, "escrow_account", row->escrow_account);
    set_text_or_null(o, "media", row->media_id);
    set_text(o, "state", row->state);
    set_int_or_null(o, "revoked_ms", row->revoked_ms);
    return items_add(arg, o);
}

static int reply_permit(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = permit_project(&call->tx, id, &project_id);

    if (r == 0)
        r = permit_each(&call->tx, project_id, id, permit_add, items);
    return reply_first(call, items, r, status, "permits");
}

int api_permit_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = permit_each(&call->tx, project_id, 0, permit_add, items);
    return reply_items(call, items, r);
}

/* A permit holds to the end of its last day at the site. */
static int end_of(struct call *call, const char *valid_until, int64_t *ret_ms)
{
    int r;

    *ret_ms = 0;
    if (!valid_until || !valid_until[0])
        return 0;
    r = day_end_ms(valid_until, ret_ms);
    if (r != -EINVAL)
        return r;
    return fault_set(call->tx.fault, FAULT_DATE, "field", "valid_until", NULL);
}

/* What a new permit and a change of one have in common; the arrays of the scope are ours. */
struct scope_in {
    int64_t *buildings, *units;
    size_t n_buildings, n_units;
};

static void scope_read(struct body *b, const char *buildings, const char *units,
                       struct scope_in *in)
{
    body_ids(b, buildings, BODY_OPTIONAL, PERMIT_SCOPE_MAX, &in->buildings, &in->n_buildings);
    body_ids(b, units, BODY_OPTIONAL, PERMIT_SCOPE_MAX, &in->units, &in->n_units);
}

static struct permit_scope scope_of(const struct scope_in *in)
{
    return (struct permit_scope){in->buildings, in->n_buildings, in->units, in->n_units};
}

static void scope_free(struct scope_in *in)
{
    free(in->buildings);
    free(in->units);
}

int api_permit_create(struct call *call)
{
    static const char *const kinds[] = {"presale", "completed", NULL};
    struct permit_new p = {.number = NULL};
    struct scope_in in = {NULL, NULL, 0, 0};
    const char *media = NULL, *until = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &p.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &p.kind);
    body_text(&b, "number", BODY_REQUIRED, 1, 80, &p.number);
    body_date(&b, "issued_date", BODY_REQUIRED, &p.issued_date);
    body_date(&b, "valid_until", BODY_OPTIONAL, &until);
    body_text(&b, "scope", BODY_REQUIRED, 1, 500, &p.scope_text);
    body_int(&b, "units_named", BODY_REQUIRED, 0, 1000000, &p.units_named);
    body_text(&b, "escrow_bank", BODY_OPTIONAL, 0, 100, &p.escrow_bank);
    body_text(&b, "escrow_name", BODY_OPTIONAL, 0, 100, &p.escrow_name);
    body_text(&b, "escrow_account", BODY_OPTIONAL, 0, 60, &p.escrow_account);
    body_text_or_null(&b, "media", 32, &media);
    scope_read(&b, "buildings", "unit_ids", &in);
    r = body_end(&b);
    if (r == 0)
        r = end_of(call, until, &p.expires_ms);
    p.valid_until = until && until[0] ? until : NULL;
    p.media_id = media && media[0] ? media : NULL;
    p.scope = scope_of(&in);
    if (r == 0)
        r = permit_create(&call->tx, &p, &id);
    scope_free(&in);
    return r < 0 ? r : reply_permit(call, id, 201);
}

int api_permit_update(struct call *call)
{
    struct permit_change c = {.units_named = -1};
    struct scope_in in = {NULL, NULL, 0, 0};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "number", BODY_OPTIONAL, 1, 80, &c.number);
    body_date(&b, "issued_date", BODY_OPTIONAL, &c.issued_date);
    body_date(&b, "valid_until", BODY_OPTIONAL, &c.valid_until);
    body_text(&b, "scope", BODY_OPTIONAL, 1, 500, &c.scope_text);
    body_int(&b, "units_named", BODY_OPTIONAL, 0, 1000000, &c.units_named);
    body_text(&b, "escrow_bank", BODY_OPTIONAL, 0, 100, &c.escrow_bank);
    body_text(&b, "escrow_name", BODY_OPTIONAL, 0, 100, &c.escrow_name);
    body_text(&b, "escrow_account", BODY_OPTIONAL, 0, 60, &c.escrow_account);
    body_text_or_null(&b, "media", 32, &c.media_id);
    scope_read(&b, "add_buildings", "add_units", &in);
    r = body_end(&b);
    if (r == 0)
        r = end_of(call, c.valid_until, &c.expires_ms);
    if (c.issued_date && !c.issued_date[0]) /* null: it cannot be taken away */
        c.issued_date = NULL;
    c.add = scope_of(&in);
    if (r == 0)
        r = permit_update(&call->tx, &c);
    scope_free(&in);
    return r < 0 ? r : reply_permit(call, c.id, 200);
}

int api_permit_revoke(struct call *call)
{
    const char *reason = NULL;
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &reason);
    r = body_end(&b);
    if (r == 0)
        r = permit_revoke(&call->tx, id, version, reason);
    return r < 0 ? r : reply_permit(call, id, 200);
}
