/* demo_sale.c - see demo_life.h. A sale goes its way step by step; what comes of it is its fate. */
#include "daemon/demo_life.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/demo_till.h"
#include "db/contract.h"
#include "db/day.h"
#include "db/deal.h"
#include "db/deal_change.h"
#include "db/deal_node.h"
#include "db/mortgage.h"
#include "db/receivable.h"
#include "db/terms.h"
#include "db/unit.h"

enum {
    TRIES_MAX = 4, /* of a step that something stands in the way of */
    NODES_MAX = 40,
    BOOKS = 60, /* of a hundred, before they subscribe */
};

/* ---- the steps of a sale ---- */

struct deal_now {
    int64_t version, to_deal_id;
};

static int deal_take(void *arg, const struct deal_row *row)
{
    *(struct deal_now *)arg = (struct deal_now){row->version, row->to_deal_id};
    return 0;
}

/* An exchanged one goes on as the deal on the other unit. */
static int version_read(struct tx *tx, struct sale *sale, int64_t *ret_version)
{
    struct deal_now now = {0};
    char today[DAY_TEXT];
    int r;

    day_of(tx->now_ms, today);
    r = deal_get(tx, sale->deal_id, today, deal_take, &now);
    if (r >= 0 && now.to_deal_id) {
        sale->deal_id = now.to_deal_id;
        r = deal_get(tx, sale->deal_id, today, deal_take, &now);
    }
    *ret_version = now.version;
    return r < 0 ? r : 0;
}

struct unit_now {
    char state;
    int64_t version;
};

static int unit_now_take(void *arg, const struct unit_row *row)
{
    *(struct unit_now *)arg = (struct unit_now){row->state, row->version};
    return 0;
}

static int unit_now(struct tx *tx, int64_t unit_id, struct unit_now *ret)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    int r = unit_scan(tx, &filter, unit_now_take, ret);

    return r < 0 ? r : 0;
}

/* Of the plan he chose; with a bank when it has a loan. */
static struct terms_ask terms_wanted(const struct life *life, const struct sale *sale)
{
    const struct plan *plan = &life->plans[sale->fate % life->n_plans];

    return (struct terms_ask){.unit_id = sale->unit_id,
                              .customer_id = sale->buyer->id,
                              .plan_id = plan->id,
                              .deposit_fen = -1,
                              .loan_fen = -1,
                              .fund_loan_fen = -1,
                              .bank = plan->lends ? "示范银行" : NULL};
}

/* Some want more than a consultant may give: they wait for the manager's word. */
static int step_terms(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct terms_ask ask = terms_wanted(life, sale);

    if (sale->fate % 9 == 4) {
        ask.picks[0] = (struct terms_pick){life->manager_discount, 9400};
        ask.n_picks = 1;
        ask.reason = "客户诚意足，当天可付定金";
    }
    return terms_create(tx, &ask, &sale->terms_id);
}

static int step_begin(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct deal_open open = {.stage = sale->fate < BOOKS ? 'B' : 'S',
                             .unit_id = sale->unit_id,
                             .terms_id = sale->terms_id,
                             .buyers = {{sale->buyer->id, 10000}},
                             .n_buyers = 1,
                             .document_again = sale->buyer->document};
    struct unit_now unit = {0};
    int r = unit_now(tx, sale->unit_id, &unit);

    (void)life;
    open.unit_version = unit.version;
    return r < 0 ? r : deal_open(tx, &open, &sale->deal_id);
}

/* A booking is held by a little money. */
static int booking_pay(struct life *life, struct tx *tx, void *arg)
{
    const struct sale *sale = arg;

    return demo_pay(life, tx, sale->deal_id, "booking", 2000000);
}

static int step_subscribe(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct deal_advance to = {
        .deal_id = sale->deal_id, .stage = 'S', .document_again = sale->buyer->document};
    int r = version_read(tx, sale, &to.version);

    (void)life;
    return r < 0 ? r : deal_advance(tx, &to);
}

static int step_sign(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    char number[32], shown[256] = "";
    struct deal_advance to = {
        .deal_id = sale->deal_id, .stage = 'C', .document = number, .shown = shown};
    size_t n, used = 0;
    const struct contract_item_info *items = contract_items(CONTRACT_SHOWINGS, &n);
    int r = version_read(tx, sale, &to.version);

    (void)life;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%s%s", i ? " " : "",
                                 items[i].code);
    snprintf(number, sizeof(number), "演示合同-%04" PRId64, sale->deal_id);
    return r < 0 ? r : deal_advance(tx, &to);
}

/* Who signs the line @i of the sheet. */
static const struct actor *signer(const struct life *life, const struct sale *sale, size_t i)
{
    const struct actor *all[] = {&life->sellers[sale->buyer->seller],
                                 &life->sellers[sale->buyer->seller],
                                 &life->services[0],
                                 &life->control,
                                 &life->services[1],
                                 &life->manager};

    return i < sizeof(all) / sizeof(all[0]) ? all[i] : &life->manager;
}

static int step_review(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct tx own = *tx;
    size_t n;
    const struct contract_item_info *items = contract_items(CONTRACT_CHECKS, &n);
    int r = 0;

    own.actor = &life->control;
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = contract_check(&own, sale->deal_id, items[i].code, true, NULL);
    items = contract_items(CONTRACT_SIGNERS, &n);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        own.actor = signer(life, sale, i);
        r = contract_sign(&own, sale->deal_id, items[i].code, NULL);
    }
    return r;
}

static int step_file(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct tx own = *tx;
    char number[32], today[DAY_TEXT];
    int64_t version;
    int r;

    own.actor = &life->control;
    day_of(tx->now_ms, today);
    snprintf(number, sizeof(number), "演示备案-%04" PRId64, sale->deal_id);
    r = version_read(&own, sale, &version);
    return r < 0 ? r : deal_file(&own, sale->deal_id, version, number, today);
}

struct loan {
    int64_t id, version, amount_fen;
};

static int loan_take(void *arg, const struct mortgage_row *row)
{
    *(struct loan *)arg = (struct loan){row->id, row->version, row->amount_fen};
    return 0;
}

static int loan_act(struct tx *tx, int64_t deal_id, enum mortgage_step step)
{
    struct loan loan = {0};
    struct mortgage_act act = {.step = step, .note = ""};
    int r = mortgage_each(tx, deal_id, loan_take, &loan);

    if (r < 0 || !loan.id)
        return r < 0 ? r : 0;
    act.id = loan.id;
    act.version = loan.version;
    act.amount_fen = loan.amount_fen;
    return mortgage_act(tx, &act);
}

struct lent {
    int64_t fen;
};

static int lent_take(void *arg, const struct receivable_row *row)
{
    if (row->loan)
        ((struct lent *)arg)->fen += row->amount_fen;
    return 0;
}

struct nodes {
    struct node_done done[NODES_MAX];
    size_t n;
};

/* What has a day by now, the others come later. */
static int node_take(void *arg, const struct deal_node_row *row)
{
    struct nodes *nodes = arg;

    if (strcmp(row->state, "open") == 0 && row->due_date && nodes->n < NODES_MAX)
        nodes->done[nodes->n++] =
            (struct node_done){.id = row->id, .version = row->version, .result = "已办妥"};
    return 0;
}

static int node_done(struct life *life, struct tx *tx, void *arg)
{
    (void)life;
    return deal_node_done(tx, arg);
}

/* Ends the first node that somebody has to end by hand: what an event ends refuses. */
static int node_end(struct life *life, struct tx *tx, void *arg)
{
    const struct sale *sale = arg;
    struct nodes nodes = {0};
    struct tx own = *tx;
    int r;

    own.actor = &life->services[0];
    r = deal_node_each(&own, sale->deal_id, node_take, &nodes);
    for (size_t i = 0; r >= 0 && i < nodes.n; i++) {
        r = life_try(life, &own, node_done, &nodes.done[i]);
        if (r > 0)
            return 0;
    }
    return r;
}

static int step_loan(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct mortgage_new loan = {
        .deal_id = sale->deal_id, .kind = "commercial", .bank = "示范银行", .years = 10};
    struct tx own = *tx;
    struct lent lent = {0};
    struct loan made = {0};
    char papers[256] = "", today[DAY_TEXT];
    size_t n, used = 0;
    const struct mortgage_paper *paper = mortgage_papers(&n);
    int r;

    own.actor = &life->services[0];
    day_of(tx->now_ms, today);
    r = node_end(life, &own, sale);
    if (r >= 0)
        r = receivable_each(&own, sale->deal_id, today, lent_take, &lent);
    if (r < 0 || lent.fen == 0)
        return r < 0 ? r : 0; /* it is paid without a bank */
    loan.amount_fen = lent.fen;
    r = mortgage_create(&own, &loan, &made.id);
    if (r >= 0)
        r = mortgage_each(&own, sale->deal_id, loan_take, &made);
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(papers + used, sizeof(papers) - used, "%s%s", i ? " " : "",
                                 paper[i].code);
    if (r >= 0)
        r = mortgage_papers_set(&own, made.id, made.version, papers);
    return r < 0 ? r : loan_act(&own, sale->deal_id, MORTGAGE_SUBMIT);
}

static int step_bank(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct tx own = *tx;

    own.actor = &life->services[0];
    return loan_act(&own, sale->deal_id, MORTGAGE_APPROVE);
}

/* In the order of a sale; each so many days after the one before. */
static const struct {
    act_function *act;
    int days;
} steps[] = {{step_terms, 0},  {step_begin, 0}, {step_subscribe, 3}, {step_sign, 6},
             {step_review, 2}, {step_file, 2},  {step_loan, 1},      {step_bank, 9}};
enum { STEPS = sizeof(steps) / sizeof(steps[0]), STEP_SUBSCRIBE = 2, STEP_SIGN = 3 };

/* ---- what it owes, and what is changed ---- */

struct owed {
    char fund[24];
    int64_t fen;
    bool loans;
};

/* The first line that is due and not received; a lender's only when the bank has agreed. */
static int owed_take(void *arg, const struct receivable_row *row)
{
    struct owed *o = arg;
    const bool due = strcmp(row->state, "due") == 0 || strcmp(row->state, "overdue") == 0 ||
                     strcmp(row->state, "part") == 0;

    if (o->fen == 0 && due && row->due_date && (o->loans || !row->loan) &&
        row->amount_fen > row->received_fen) {
        snprintf(o->fund, sizeof(o->fund), "%s", row->fund);
        o->fen = row->amount_fen - row->received_fen;
    }
    return 0;
}

static int pay(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct tx own = *tx;
    char today[DAY_TEXT];
    int r = 0;

    own.actor = &life->cashier;
    day_of(tx->now_ms + 7 * DAY_MS, today); /* most pay what is due within the week */
    for (int i = 0; r >= 0 && i < 4; i++) {
        struct owed owed = {.loans = sale->step == STEPS};

        r = receivable_each(&own, sale->deal_id, today, owed_take, &owed);
        if (r < 0 || owed.fen == 0)
            break;
        r = demo_pay(life, &own, sale->deal_id, owed.fund, owed.fen);
    }
    return r;
}

static int cancel_ask(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct deal_change_ask ask = {.kind = DEAL_CHANGE_CANCEL,
                                  .deal_id = sale->deal_id,
                                  .reason = "家庭资金安排变化，申请退房",
                                  .fault_side = "buyer"};
    int64_t id;
    int r = version_read(tx, sale, &ask.version);

    (void)life;
    if (r >= 0)
        r = receivable_received(tx, sale->deal_id, &ask.refund_fen);
    return r < 0 ? r : deal_change_ask(tx, &ask, &id);
}

static int exchange_ask(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct deal_change_ask ask = {
        .kind = DEAL_CHANGE_EXCHANGE, .deal_id = sale->deal_id, .reason = "客户希望换到更高楼层"};
    struct terms_ask terms = terms_wanted(life, sale);
    int64_t id;
    int r = version_read(tx, sale, &ask.version);

    terms.unit_id = life->units[life->next_unit];
    terms.deal_id = sale->deal_id;
    terms.for_change = true;
    if (r >= 0)
        r = terms_create(tx, &terms, &ask.terms_id);
    if (r >= 0)
        r = deal_change_ask(tx, &ask, &id);
    if (r >= 0)
        life->next_unit++;
    return r;
}

static int postpone_ask(struct life *life, struct tx *tx, void *arg)
{
    struct sale *sale = arg;
    struct deal_change_ask ask = {.kind = DEAL_CHANGE_POSTPONE_SIGNING,
                                  .deal_id = sale->deal_id,
                                  .reason = "贷款资料不齐，申请延期签约",
                                  .days = 10};
    int64_t id;
    int r = version_read(tx, sale, &ask.version);

    (void)life;
    return r < 0 ? r : deal_change_ask(tx, &ask, &id);
}

/* Some want something else after they have subscribed. */
static int change_maybe(struct life *life, struct tx *tx, struct sale *sale)
{
    act_function *ask = sale->fate % 13 == 3   ? cancel_ask
                        : sale->fate % 13 == 7 ? exchange_ask
                        : sale->fate % 13 == 9 ? postpone_ask
                                               : NULL;

    return ask && sale->step == STEP_SIGN ? life_try(life, tx, ask, sale) : 0;
}

bool sale_open(const struct life *life, const struct sale *sale)
{
    return sale->step < STEPS && sale->tries < TRIES_MAX &&
           sale->due_ms < life->midnight_ms + 22 * HOUR_MS;
}

int sale_go(struct life *life, struct sale *sale, int64_t minutes)
{
    struct tx own = life_at(life, &life->sellers[sale->buyer->seller], minutes);
    act_function *act = steps[sale->step].act;
    int r;

    if (sale->step == STEP_SUBSCRIBE && sale->fate >= BOOKS)
        r = 1; /* it began as a subscription */
    else
        r = life_try(life, &own, act, sale);
    if (r <= 0) {
        sale->tries++;
        sale->due_ms = own.now_ms + 2 * DAY_MS;
        return r;
    }
    sale->step++;
    sale->tries = 0;
    if (sale->step < STEPS)
        sale->due_ms = own.now_ms + (steps[sale->step].days + (int64_t)life_draw(life, 3)) * DAY_MS;
    if (sale->fate % 11 != 5 || sale->step > STEP_SIGN) /* some owe it for a while */
        r = life_try(life, &own, sale->step == STEP_SUBSCRIBE ? booking_pay : pay, sale);
    return r < 0 ? r : change_maybe(life, &own, sale);
}
