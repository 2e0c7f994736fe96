/* fee.c - agency fees and property service that a project shows (FC 26.1 P15, P16). */
#include "db/fee.h"

#include "daemon/api/api.h"
#include "daemon/api/disclosure.h"
#include "daemon/api/record.h"
#include "db/money.h"

int fee_add(void *arg, const struct fee_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->name);
    set_text(o, "standard", row->standard);
    set_text(o, "basis", row->basis);
    set_text(o, "payee", row->payee);
    set_bool(o, "voluntary", row->voluntary);
    set_classes(o, "classes", row->classes);
    set_text(o, "formula", fee_formulas[row->formula]);
    set_int(o, "rate", row->rate);
    return items_add(arg, o);
}

static int reply_fee(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = fee_project(&call->tx, id, &project_id);

    if (r == 0)
        r = fee_each(&call->tx, project_id, id, fee_add, items);
    return reply_first(call, items, r, status, "fees");
}

/* How much of it, which is said as a whole. @ret_formula NULL: not said. */
static void formula_read(struct body *b, enum fee_formula *formula, int64_t *ret_rate,
                         const enum fee_formula **ret_formula)
{
    const char *code = NULL;

    body_word(b, "formula", BODY_OPTIONAL, fee_formulas, &code);
    body_int(b, "rate", BODY_OPTIONAL, 0, MONEY_MAX_FEN, ret_rate);
    if (!code)
        return;
    *formula = fee_formula_find(code);
    *ret_formula = formula;
}

int api_fee_create(struct call *call)
{
    static const char *const kinds[] = {"agency", "property", NULL};
    struct fee_row fee = {.kind = NULL};
    const enum fee_formula *formula = NULL;
    const unsigned *classes = NULL;
    int voluntary = -1;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &fee.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &fee.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &fee.name);
    body_text(&b, "standard", BODY_REQUIRED, 1, 200, &fee.standard);
    body_text(&b, "basis", BODY_OPTIONAL, 0, 200, &fee.basis);
    body_text(&b, "payee", BODY_OPTIONAL, 0, 100, &fee.payee);
    body_tristate(&b, "voluntary", &voluntary);
    body_classes(&b, &fee.classes, &classes);
    formula_read(&b, &fee.formula, &fee.rate, &formula);
    r = body_end(&b);
    if (r < 0)
        return r;
    /* Not said: what the law says of its kind. */
    fee.voluntary = voluntary >= 0 ? voluntary != 0 : fee.kind == kinds[0];
    r = fee_create(&call->tx, &fee, &id);
    return r < 0 ? r : reply_fee(call, id, 201);
}

int api_fee_update(struct call *call)
{
    struct fee_change c = {.name = NULL};
    enum fee_formula formula = FEE_NONE;
    unsigned classes = 0;
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_text(&b, "standard", BODY_OPTIONAL, 1, 200, &c.standard);
    body_text(&b, "basis", BODY_OPTIONAL, 0, 200, &c.basis);
    body_text(&b, "payee", BODY_OPTIONAL, 0, 100, &c.payee);
    body_tristate(&b, "voluntary", &c.voluntary);
    body_classes(&b, &classes, &c.classes);
    formula_read(&b, &formula, &c.rate, &c.formula);
    r = body_end(&b);
    if (r == 0)
        r = fee_update(&call->tx, &c);
    return r < 0 ? r : reply_fee(call, c.id, 200);
}

int api_fee_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : fee_delete(&call->tx, id);
}
