/* demo_invoice.c - see demo_invoice.h. */
#include "daemon/demo_invoice.h"

#include <stdio.h>

#include "db/day.h"
#include "db/deal.h"
#include "db/invoice.h"
#include "db/user.h"

enum { DEALS = 18, SCAN = 200 };

struct scan {
    struct {
        int64_t deal_id, customer_id, voucher_id;
    } found[SCAN];
    size_t n;
};

static int deal_take(void *arg, const struct deal_row *row)
{
    struct scan *scan = arg;

    if (scan->n < SCAN && !row->change_kind[0]) {
        scan->found[scan->n].deal_id = row->id;
        scan->found[scan->n++].customer_id = row->customer_id;
    }
    return 0;
}

static int source_take(void *arg, const struct invoice_source *source)
{
    int64_t *voucher = arg;

    if (*voucher == 0 && source->carried_fen > source->asked_fen)
        *voucher = source->voucher_id;
    return 0;
}

static void number_of(size_t i, bool red, char out[INVOICE_NUMBER + 1])
{
    snprintf(out, INVOICE_NUMBER + 1, "00000000%012u", (unsigned)(1000 + 2 * i + red));
}

static int version_take(void *arg, const struct invoice_row *row)
{
    *(int64_t *)arg = row->version;
    return 0;
}

static int key_of(struct tx *tx, int64_t id, struct invoice_key *ret)
{
    const struct invoice_filter filter = {.invoice_id = id, .limit = 1};

    ret->id = id;
    return invoice_list(tx, &filter, version_take, &ret->version);
}

/* As the platform would have it: @to, from a request that waits. */
static int led(struct tx *tx, size_t i, int64_t id, enum invoice_state to)
{
    char number[INVOICE_NUMBER + 1], day[DAY_TEXT];
    struct invoice_key key;
    int r = key_of(tx, id, &key);

    day_of(tx->now_ms, day);
    number_of(i, false, number);
    if (r < 0 || to == INVOICE_WANTED || to == INVOICE_EXPORTED)
        return r;
    if (to == INVOICE_VOID)
        return invoice_void(tx, &key, "客户改用公司抬头");
    r = invoice_issue(tx, &key, number, day);
    if (r < 0 || to == INVOICE_ISSUED)
        return r;
    r = key_of(tx, id, &key);
    if (r == 0)
        r = invoice_red_want(tx, &key, "更名");
    if (r < 0 || to == INVOICE_RED_WANTED)
        return r;
    number_of(i, true, number);
    r = key_of(tx, id, &key);
    return r < 0 ? r : invoice_red(tx, &key, number, day);
}

static int asked(struct tx *tx, const struct scan *scan, size_t at, size_t i, int64_t *ret_id)
{
    const struct invoice_profile person = {.deal_id = scan->found[at].deal_id,
                                           .customer_id = scan->found[at].customer_id,
                                           .kind = "person",
                                           .name = "演示购买方"};
    const struct invoice_profile company = {.deal_id = person.deal_id,
                                            .customer_id = person.customer_id,
                                            .kind = "company",
                                            .name = "演示科技发展（集团）股份有限公司",
                                            .tax_no = "91000000DEMO000001",
                                            .address = "演示市示范大道 1 号",
                                            .bank = "示范银行城东支行",
                                            .account = "6200000000000000099"};
    struct invoice_ask ask = {.deal_id = person.deal_id,
                              .kind = invoice_kinds[0],
                              .parts = {{scan->found[at].voucher_id, 0}},
                              .n_parts = 1};
    int r = invoice_profile_add(tx, i % 3 == 2 ? &company : &person, &ask.profile_id);

    return r < 0 ? r : invoice_request(tx, &ask, ret_id);
}

/* Two that go out as a list, and one of them that the platform refused. */
static int exported(struct tx *tx, int64_t project_id, const int64_t ids[2])
{
    struct invoice_key key;
    int64_t batch;
    int r = invoice_export(tx, project_id, ids, 2, &batch);

    if (r == 0)
        r = key_of(tx, ids[1], &key);
    return r < 0 ? r : invoice_refuse(tx, &key, "购方税号校验不通过");
}

static int all_made(struct tx *tx, int64_t project_id, struct scan *scan)
{
    static const enum invoice_state states[DEALS] = {
        INVOICE_WANTED, INVOICE_WANTED, INVOICE_WANTED,     INVOICE_EXPORTED, INVOICE_EXPORTED,
        INVOICE_ISSUED, INVOICE_ISSUED, INVOICE_ISSUED,     INVOICE_ISSUED,   INVOICE_ISSUED,
        INVOICE_ISSUED, INVOICE_ISSUED, INVOICE_RED_WANTED, INVOICE_RED,      INVOICE_RED,
        INVOICE_VOID,   INVOICE_VOID,   INVOICE_WANTED};
    int64_t out[2] = {0};
    size_t i = 0, n_out = 0;
    int r = 0;

    for (size_t at = scan->n; r >= 0 && at-- > 0 && i < DEALS;) { /* the oldest first */
        int64_t id = 0;

        r = invoice_source_each(tx, scan->found[at].deal_id, invoice_kinds[0], source_take,
                                &scan->found[at].voucher_id);
        if (r < 0 || scan->found[at].voucher_id == 0)
            continue;
        r = asked(tx, scan, at, i, &id);
        if (r == 0)
            r = led(tx, i, id, states[i]);
        if (states[i] == INVOICE_EXPORTED && n_out < 2)
            out[n_out++] = id;
        i++;
    }
    return r < 0 || n_out < 2 ? r : exported(tx, project_id, out);
}

int demo_invoices_make(struct tx *tx, int64_t project_id, int64_t actor_id)
{
    const struct deal_filter filter = {
        .project_id = project_id, .stages = "SCF", .live = 1, .limit = SCAN};
    struct tx own = *tx;
    struct actor actor;
    struct scan scan = {.n = 0};
    int r = actor_load(tx->db, actor_id, &actor, NULL);

    own.actor = &actor;
    if (r >= 0)
        r = deal_list(&own, &filter, deal_take, &scan);
    return r < 0 ? r : all_made(&own, project_id, &scan);
}
