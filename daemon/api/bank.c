/* bank.c - banks, a project's accounts, and which money goes where (FI-07, FI-08). */
#include "db/bank.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/api/tender.h"

/* ---- banks ---- */

static int bank_add(void *arg, const struct bank_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_bool(o, "disabled", row->disabled);
    return items_add(arg, o);
}

int api_bank_list(struct call *call)
{
    json_t *items = json_array();
    int r = bank_each(&call->tx, 0, bank_add, items);

    return reply_items(call, items, r);
}

static int reply_bank(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = bank_each(&call->tx, id, bank_add, items);

    return reply_first(call, items, r, status, "banks");
}

int api_bank_create(struct call *call)
{
    const char *name = NULL;
    struct body b;
    int64_t id;
    int r;

    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &name);
    r = body_end(&b);
    if (r == 0)
        r = bank_create(&call->tx, name, &id);
    return r < 0 ? r : reply_bank(call, id, 201);
}

/* {version, disabled}, of a bank or an account. */
static int disable(struct call *call, int64_t *ret_id,
                   int (*act)(struct tx *tx, int64_t id, int64_t version, bool disabled))
{
    bool disabled = false;
    int64_t version = 0;
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_bool(&b, "disabled", BODY_REQUIRED, &disabled);
    r = body_end(&b);
    return r < 0 ? r : act(&call->tx, *ret_id, version, disabled);
}

int api_bank_update(struct call *call)
{
    int64_t id = 0;
    int r = disable(call, &id, bank_disable);

    return r < 0 ? r : reply_bank(call, id, 200);
}

/* ---- accounts ---- */

static int account_add(void *arg, const struct bank_account_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int(o, "bank_id", row->bank_id);
    set_text(o, "bank", row->bank);
    set_text(o, "kind", row->kind);
    set_text(o, "holder", row->holder);
    set_text(o, "number", row->number);
    set_int_or_null(o, "permit_id", row->permit_id);
    set_bool(o, "disabled", row->disabled);
    return items_add(arg, o);
}

int api_bank_account_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = bank_account_each(&call->tx, project_id, 0, account_add, items);
    return reply_items(call, items, r);
}

static int reply_account(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = bank_account_project(&call->tx, id, &project_id);

    if (r == 0)
        r = bank_account_each(&call->tx, project_id, id, account_add, items);
    return reply_first(call, items, r, status, "bank-accounts");
}

int api_bank_account_create(struct call *call)
{
    static const char *const kinds[] = {"escrow", "general", "agency", NULL};
    struct bank_account_new account = {.permit_id = 0};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &account.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "bank_id", BODY_REQUIRED, 1, INT64_MAX, &account.bank_id);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &account.kind);
    body_text(&b, "holder", BODY_REQUIRED, 1, 80, &account.holder);
    body_text(&b, "number", BODY_REQUIRED, 1, 40, &account.number);
    body_int(&b, "permit_id", BODY_OPTIONAL, 1, INT64_MAX, &account.permit_id);
    r = body_end(&b);
    if (r == 0)
        r = bank_account_create(&call->tx, &account, &id);
    return r < 0 ? r : reply_account(call, id, 201);
}

int api_bank_account_update(struct call *call)
{
    int64_t id = 0;
    int r = disable(call, &id, bank_account_disable);

    return r < 0 ? r : reply_account(call, id, 200);
}

/* ---- which money goes where ---- */

static int rule_add(void *arg, const struct account_rule *rule)
{
    json_t *o = json_object();

    set_text(o, "fund", rule->fund);
    set_int_or_null(o, "building_id", rule->building_id);
    set_int(o, "account_id", rule->account_id);
    return items_add(arg, o);
}

/* Every fund that money is taken for. */
static json_t *funds_list(void)
{
    json_t *list = json_array();

    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        json_t *o;

        if (funds[fund].paper == FUND_PAPER_VOUCHER)
            continue;
        o = json_object();
        set_text(o, "code", funds[fund].code);
        set_bool(o, "supervised", funds[fund].supervised);
        set_bool(o, "agency", funds[fund].class == FUND_CLASS_AGENCY);
        items_add(list, o);
    }
    return list;
}

static int reply_rules(struct call *call, int64_t project_id)
{
    json_t *items = json_array();
    int64_t version = 0;
    int r = account_rule_each(&call->tx, project_id, rule_add, items);

    if (r == 0)
        r = account_rules_version(&call->tx, project_id, &version);
    r = reply_items(call, items, r);
    if (r < 0)
        return r;
    set_int(call->reply.body, "version", version);
    json_object_set_new_nocheck(call->reply.body, "funds", funds_list());
    return 0;
}

int api_account_rule_list(struct call *call)
{
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    return r < 0 ? r : reply_rules(call, project_id);
}

static int rules_read(struct body *b, struct account_rule **ret_rules, size_t *ret_n)
{
    json_t *array = NULL;
    size_t n;

    body_array(b, "rules", BODY_REQUIRED, ACCOUNT_RULE_MAX, &array);
    n = json_array_size(array);
    *ret_rules = calloc(n + 1, sizeof(**ret_rules));
    if (!*ret_rules)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        struct body inner = {
            .call = b->call, .object = json_array_get(array, i), .prefix = "rules"};
        struct account_rule *rule = &(*ret_rules)[i];

        body_word(&inner, "fund", BODY_REQUIRED, fund_codes, &rule->fund);
        body_int_or_null(&inner, "building_id", 1, INT64_MAX, &rule->building_id);
        body_int(&inner, "account_id", BODY_REQUIRED, 1, INT64_MAX, &rule->account_id);
        (void)body_end(&inner); /* the outer one tells */
    }
    *ret_n = n;
    return 0;
}

int api_account_rule_set(struct call *call)
{
    struct account_rule *rules = NULL;
    int64_t project_id, version = 0;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 0, INT64_MAX, &version);
    r = rules_read(&b, &rules, &n);
    if (r == 0)
        r = body_end(&b);
    if (r == 0)
        r = account_rules_set(&call->tx, project_id, version, rules, n);
    free(rules);
    return r < 0 ? r : reply_rules(call, project_id);
}
