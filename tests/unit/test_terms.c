/* test_terms.c - the terms of a sale: price, discounts in their order, schedule, authority, use
 * (PR-04 to PR-14, PR-17, FI-03). */
#include "terms_fixture.h"

#include "db/day.h"
#include "db/process.h"

static struct terms_world w;

static int terms_test_setup(void **state)
{
    int r = setup_released(state);

    w = terms_setup(*state);
    return r;
}

/* ---- what a quote says ---- */

struct got {
    struct terms_row row;
    struct terms_step steps[TERMS_STEPS_MAX];
    struct terms_line lines[TERMS_LINES_MAX];
    char beyond[16], state[16], plan[64], level[16], funds[TERMS_LINES_MAX][24];
    char node[64]; /* the last line's */
};

static int got_read(void *arg, const struct terms_row *row)
{
    struct got *g = arg;

    g->row = *row;
    memcpy(g->steps, row->steps, row->n_steps * sizeof(g->steps[0]));
    memcpy(g->lines, row->lines, row->n_lines * sizeof(g->lines[0]));
    for (size_t i = 0; i < row->n_lines; i++)
        snprintf(g->funds[i], sizeof(g->funds[i]), "%s", row->lines[i].fund);
    if (row->n_lines)
        snprintf(g->node, sizeof(g->node), "%s", row->lines[row->n_lines - 1].node_name);
    snprintf(g->beyond, sizeof(g->beyond), "%s", row->beyond);
    snprintf(g->state, sizeof(g->state), "%s", row->state);
    snprintf(g->plan, sizeof(g->plan), "%s", row->plan_name);
    snprintf(g->level, sizeof(g->level), "%s", row->member_level);
    return 0;
}

static int64_t day_end(const char *day)
{
    int64_t ms = 0;

    assert_int_equal(day_end_ms(day, &ms), 0);
    return ms;
}

static int quote(struct fixture *f, const struct terms_ask *ask, struct got *g)
{
    *g = (struct got){0};
    return FIXTURE_DO(f, tx, terms_quote(tx, ask, got_read, g));
}

static struct got stored(struct fixture *f, int64_t id)
{
    struct got g = {0};

    assert_int_equal(FIXTURE_DO(f, tx, terms_get(tx, id, got_read, &g)), 0);
    return g;
}

static int64_t create(struct fixture *f, const struct terms_ask *ask)
{
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, terms_create(tx, ask, &id)), 0);
    return id;
}

static int use(struct fixture *f, int64_t id, int64_t unit, int64_t customer, int64_t deal)
{
    return FIXTURE_DO(f, tx, terms_use(tx, id, unit, customer, deal));
}

/* The pick is refused for @code. */
#define assert_pick_refused(f, ask, symbol)                                                        \
    do {                                                                                           \
        struct got pick_got;                                                                       \
        assert_refused(f, quote(f, ask, &pick_got), DISCOUNT_NOT_USABLE);                          \
        assert_string_equal(fault_code_text((f)->fault.items[0].code),                             \
                            fault_code_text(FAULT_##symbol));                                      \
    } while (0)

/* ---- the chain (PR-12) ---- */

static void test_chain_v4_to_v6(void **state)
{
    struct fixture *f = *state;
    const int64_t a = terms_discount(
        f,
        (struct discount_row){
            .name = "a", .kind = "promotion", .method = "percent", .value = 9800, .ordinal = 10});
    const int64_t b = terms_discount(
        f,
        (struct discount_row){
            .name = "b", .kind = "promotion", .method = "percent", .value = 9900, .ordinal = 20});
    const int64_t c = terms_discount(
        f,
        (struct discount_row){
            .name = "c", .kind = "promotion", .method = "amount", .value = 1000000, .ordinal = 30});
    const int64_t p2 = terms_discount(
        f, (struct discount_row){
               .name = "p2", .kind = "promotion", .method = "points", .value = 200, .ordinal = 1});
    const int64_t p1 = terms_discount(
        f, (struct discount_row){
               .name = "p1", .kind = "promotion", .method = "points", .value = 100, .ordinal = 2});
    struct terms_ask ask = terms_ask_of(f, &w);
    const int64_t first = 1;
    struct discount_change change = {.id = c, .version = 1, .ordinal = &first};
    struct got g;

    live(f);
    ask.picks[0].discount_id = c; /* the order is the discounts', not the picks' */
    ask.picks[1].discount_id = b;
    ask.picks[2].discount_id = a;
    ask.n_picks = 3;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.n_steps, 3);
    assert_int_equal(g.steps[0].result_fen, 108126634); /* V4 */
    assert_int_equal(g.steps[1].result_fen, 107045368);
    assert_int_equal(g.steps[2].result_fen, 106045368);
    assert_int_equal(g.row.total_fen, 106045400);
    assert_int_equal(g.row.unit_price_fen, 1186588); /* V7 */
    assert_int_equal(g.row.discount_bp, 389);        /* 3.8862 % */
    assert_int_equal(FIXTURE_DO(f, tx, discount_update(tx, &change)), 0);
    live(f);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.total_fen, 106075200); /* V5 */
    ask.picks[1].discount_id = p1;
    ask.picks[2].discount_id = p2;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.total_fen, 106023300); /* V6 */
}

static void test_unit_price_step(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(
        f, (struct discount_row){
               .name = "m2", .kind = "promotion", .method = "unit_price", .value = 10000});
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    live(f);
    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.steps[0].result_fen, FIXTURE_TOTAL - 893700);
}

/* ---- PR-14: what is not on the public list as it is cannot be used ---- */

static void test_published_list(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(
        f, (struct discount_row){
               .name = "a", .kind = "promotion", .method = "percent", .value = 9800});
    const int64_t words = terms_discount(f, (struct discount_row){.name = "w", .effect = "gift"});
    struct discount_change change = {
        .id = d, .version = 1, .kind = "promotion", .method = "percent", .value = 9700};
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    assert_pick_refused(f, &ask, DISCOUNT_UNPUBLISHED);
    live(f);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.total_fen, 108126600);
    assert_int_equal(FIXTURE_DO(f, tx, discount_update(tx, &change)), 0);
    assert_pick_refused(f, &ask, DISCOUNT_UNPUBLISHED); /* more than the public was told */
    live(f);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.total_fen, 107023300);
    ask.picks[0].discount_id = words;
    assert_pick_refused(f, &ask, DISCOUNT_UNKNOWN);
    ask.picks[0].discount_id = d;
    ask.picks[1].discount_id = d;
    ask.n_picks = 2;
    assert_pick_refused(f, &ask, DISCOUNT_UNKNOWN); /* twice */
    ask.n_picks = 1;
    assert_int_equal(
        db_run(f->db, "INSERT INTO discount_unit VALUES ($1, $2)", "ii", d, f->units[0]), 1);
    assert_pick_refused(f, &ask, DISCOUNT_UNPUBLISHED); /* its rooms are part of it */
}

/* ---- conditions ---- */

static void test_rooms_time_and_class(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(f, (struct discount_row){.name = "a",
                                                              .kind = "promotion",
                                                              .method = "percent",
                                                              .value = 9800,
                                                              .from_date = "2026-05-28",
                                                              .until_date = "2026-05-29",
                                                              .units = &f->units[1],
                                                              .n_units = 1});
    const int64_t shops = terms_discount(
        f, (struct discount_row){
               .name = "s", .kind = "promotion", .method = "percent", .value = 9800, .classes = 4});
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    live(f);
    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    assert_pick_refused(f, &ask, DISCOUNT_ROOM);
    ask.unit_id = f->units[1];
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.valid_until_ms, day_end("2026-05-29")); /* ends with it */
    f->now_ms = FIXTURE_NOW - FIXTURE_DAY;
    assert_pick_refused(f, &ask, DISCOUNT_TIME);
    f->now_ms = FIXTURE_NOW + 2 * FIXTURE_DAY;
    assert_pick_refused(f, &ask, DISCOUNT_TIME);
    f->now_ms = FIXTURE_NOW;
    ask.picks[0].discount_id = shops;
    assert_pick_refused(f, &ask, DISCOUNT_CLASS);
}

static void test_identity_and_level(void **state)
{
    struct fixture *f = *state;
    const int64_t owner = terms_discount(f, (struct discount_row){.name = "o",
                                                                  .kind = "identity",
                                                                  .method = "percent",
                                                                  .value = 9900,
                                                                  .identity = "owner"});
    const int64_t gold = terms_discount(
        f, (struct discount_row){
               .name = "g", .kind = "member", .method = "percent", .value = 9900, .level = "gold"});
    struct terms_ask ask = terms_ask_of(f, &w);
    int64_t id;
    struct got g;

    live(f);
    ask.picks[0].discount_id = owner;
    ask.n_picks = 1;
    assert_pick_refused(f, &ask, DISCOUNT_IDENTITY);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO customer_identity (customer_id, identity, document, "
                            "until_date, verified_by, verified_ms) VALUES ($1, 'owner', 'deed', "
                            "'2026-05-28', 'b', 1)",
                            "i", w.customer),
                     1);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.valid_until_ms, day_end("2026-05-28")); /* expires with it (PR-09) */
    f->now_ms = FIXTURE_NOW + FIXTURE_DAY;
    assert_pick_refused(f, &ask, DISCOUNT_IDENTITY);
    ask.picks[0].discount_id = gold;
    assert_pick_refused(f, &ask, DISCOUNT_LEVEL);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO member (customer_id, level, joined_ms) VALUES ($1, "
                            "'silver', 1)",
                            "i", w.customer),
                     1);
    assert_pick_refused(f, &ask, DISCOUNT_LEVEL);
    assert_int_equal(db_run(f->db, "UPDATE member SET level = 'diamond'", ""), 1);
    id = create(f, &ask);
    assert_int_equal(db_run(f->db, "UPDATE member SET level = 'standard'", ""), 1);
    g = stored(f, id); /* the level of that moment (PR-11) */
    assert_string_equal(g.level, "diamond");
}

static void test_plan_brings_its_own(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(f, (struct discount_row){.name = "full",
                                                              .kind = "regular",
                                                              .method = "percent",
                                                              .value = 9900,
                                                              .plan_id = w.one_off});
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.n_steps, 0); /* not on the public list yet */
    live(f);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.n_steps, 1);
    assert_int_equal(g.row.total_fen, 109230000);
    ask.plan_id = w.mortgage;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.row.n_steps, 0);
    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    assert_pick_refused(f, &ask, DISCOUNT_PLAN);
}

static void test_manager_and_one_of(void **state)
{
    struct fixture *f = *state;
    const int64_t m = terms_discount(f, (struct discount_row){.name = "m",
                                                              .kind = "manager",
                                                              .method = "percent",
                                                              .value = 9500,
                                                              .only_one_of = "x"});
    const int64_t p = terms_discount(f, (struct discount_row){.name = "p",
                                                              .kind = "promotion",
                                                              .method = "percent",
                                                              .value = 9900,
                                                              .only_one_of = "x"});
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    live(f);
    ask.picks[0] = (struct terms_pick){m, 9700};
    ask.n_picks = 1;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(g.steps[0].value, 9700);
    ask.picks[0].value = 9499;
    assert_pick_refused(f, &ask, DISCOUNT_VALUE);
    ask.picks[0].value = 0;
    assert_pick_refused(f, &ask, DISCOUNT_VALUE);
    ask.picks[0].value = 9700;
    ask.picks[1].discount_id = p;
    ask.n_picks = 2;
    assert_pick_refused(f, &ask, DISCOUNT_ONE_OF);
}

/* ---- price: window, ceiling, version ---- */

static void test_price_window_and_ceiling(void **state)
{
    struct fixture *f = *state;
    struct terms_ask ask = terms_ask_of(f, &w);
    struct unit_price_change price = {.id = f->units[0],
                                      .total_fen = FIXTURE_TOTAL,
                                      .filed_total_fen = -1,
                                      .floor_total_fen = -1,
                                      .reason = "r",
                                      .until_date = "2026-05-27"};
    struct got g;

    ask.unit_version = fixture_version(f, f->units[0]);
    assert_int_equal(quote(f, &ask, &g), 0);
    price.version = ask.unit_version;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &price)), 0);
    assert_refused(f, quote(f, &ask, &g), UNIT_CHANGED);
    ask.unit_version = 0;
    assert_refused(f, quote(f, &ask, &g), PRICE_EXPIRED); /* PR-04 */
    price.version++;
    price.until_date = NULL; /* priced again */
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &price)), 0);
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_int_equal(db_run(f->db, "UPDATE unit SET filed_total_fen = total_fen - 1", ""), 12);
    assert_refused(f, quote(f, &ask, &g), PRICE_ABOVE_FILED);
    assert_int_equal(db_run(f->db, "UPDATE unit SET total_fen = NULL", ""), 12);
    assert_refused(f, quote(f, &ask, &g), UNIT_NOT_PRICED);
    f->as = &f->outsider;
    assert_refused(f, quote(f, &ask, &g), NOT_FOUND);
}

/* ---- authority (PR-05, PR-13) ---- */

static void test_authority(void **state)
{
    struct fixture *f = *state;
    const int64_t m = terms_discount(
        f,
        (struct discount_row){.name = "m", .kind = "manager", .method = "percent", .value = 8000});
    struct terms_ask ask = terms_ask_of(f, &w);
    struct got g;

    assert_int_equal(db_run(f->db, "UPDATE unit SET floor_total_fen = 104900000 WHERE id = $1", "i",
                            f->units[1]),
                     1);
    live(f);
    ask.picks[0] = (struct terms_pick){m, 9500};
    ask.n_picks = 1;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, ""); /* 5 % exactly */
    ask.picks[0].value = 9499;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, "limit");
    ask.unit_id = f->units[1];
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, "limit floor");
    ask.picks[0].value = 9500;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, "floor");
    terms_limit(f, w.post, 2000, 1);
    ask.picks[0].value = 8000;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, "");
    assert_int_equal(db_run(f->db, "DELETE FROM discount_limit", ""), 1);
    ask.picks[0].value = 9999;
    assert_int_equal(quote(f, &ask, &g), 0);
    assert_string_equal(g.beyond, "limit"); /* no row: not at all */
}

/* ---- storing and using ---- */

static void test_store_and_freeze(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(
        f, (struct discount_row){
               .name = "a", .kind = "promotion", .method = "percent", .value = 9800});
    struct discount_change change = {.id = d,
                                     .version = 1,
                                     .kind = "promotion",
                                     .method = "percent",
                                     .value = 9700,
                                     .name = "b"};
    struct terms_ask ask = terms_ask_of(f, &w);
    struct payment_plan_change plan = {
        .id = w.mortgage, .version = 1, .name = "other", .ordinal = -1, .enabled = 0};
    const int64_t publication = live(f);
    struct got g;
    int64_t id;

    ask.plan_id = w.mortgage;
    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    id = create(f, &ask);
    assert_int_equal(FIXTURE_DO(f, tx, discount_update(tx, &change)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, payment_plan_update(tx, &plan)), 0);
    g = stored(f, id); /* what changes later alters nothing (PR-17) */
    assert_string_equal(g.state, "granted");
    assert_int_equal(g.row.total_fen, 108126600);
    assert_int_equal(g.row.publication_id, publication);
    assert_true(g.row.unit_price_id > 0);
    assert_string_equal(g.plan, "mortgage");
    assert_int_equal(g.row.n_lines, 3);
    assert_string_equal(g.funds[2], "bank_loan");
    assert_int_equal(g.lines[2].amount_fen, 75000000);
    assert_int_equal(g.row.loan_fen, 75000000);
    assert_int_equal(g.row.loan_years, 30);
    assert_int_equal(g.lines[0].amount_fen + g.lines[1].amount_fen + g.lines[2].amount_fen,
                     g.row.total_fen);
    assert_int_equal(FIXTURE_DO(f, tx, discount_delete(tx, d)), 0); /* kept, and used no more */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM discount WHERE retired_ms > 0"), 1);
    assert_refused(f, FIXTURE_DO(f, tx, terms_create(tx, &ask, &id)), DISCOUNT_NOT_USABLE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM terms"), 1); /* nothing half-done */
}

/* A line waits for what may come about in a deal of that plan: not for what no process has, and
 * not for money, whose place hangs on the days itself. */
static void test_plan_nodes(void **state)
{
    static const struct process_node nodes[] = {
        {"roof", "主体封顶", "manual", "deal.process", 90, false, false},
        {"paid", "首付到账", "first-payment", "deal.process", 9, false, false}};
    struct fixture *f = *state;
    const struct process_row process = {.project_id = f->project,
                                        .name = "分期",
                                        .begins = "signed",
                                        .plan_kinds = "instalments one_off",
                                        .nodes = nodes,
                                        .n_nodes = 2};
    struct payment_plan_line lines[] = {
        {FUND_HOUSE_MONEY, SHARE_PERCENT, 4000, "signed", 0, NULL, "", NULL},
        {FUND_HOUSE_MONEY, SHARE_PERCENT, 6000, "node", 7, NULL, "roof", NULL}};
    const struct payment_plan_row plan = {.project_id = f->project,
                                          .name = "by the roof",
                                          .kind = "instalments",
                                          .enabled = true,
                                          .lines = lines,
                                          .n_lines = 2};
    const struct payment_plan_row other = {
        .project_id = f->project, .name = "o", .kind = "other", .lines = lines, .n_lines = 2};
    struct payment_plan_change change = {
        .version = 1, .ordinal = -1, .enabled = -1, .lines = lines, .n_lines = 2};
    struct terms_ask ask = terms_ask_of(f, &w);
    int64_t id = 0;
    struct got g;

    assert_refused(f, FIXTURE_DO(f, tx, payment_plan_create(tx, &plan, &id)), FIELDS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_PLAN_NODE);
    assert_int_equal(f->fault.items[0].row, 2);
    assert_int_equal(FIXTURE_DO(f, tx, process_create(tx, &process, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, payment_plan_create(tx, &other, &id)), FIELDS_WRONG);
    assert_int_equal(FIXTURE_DO(f, tx, payment_plan_create(tx, &plan, &id)), 0);
    ask.plan_id = change.id = id;
    lines[1].due_node = "paid";
    assert_refused(f, FIXTURE_DO(f, tx, payment_plan_update(tx, &change)), FIELDS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_PLAN_NODE);
    live(f);
    g = stored(f, create(f, &ask));
    assert_string_equal(g.node, "主体封顶"); /* as people read it */
}

static void test_use(void **state)
{
    struct fixture *f = *state;
    struct terms_ask ask = terms_ask_of(f, &w);
    int64_t id, other, deal;

    live(f);
    id = create(f, &ask);
    other = create(f, &ask);
    deal = terms_deal(f, id);
    assert_refused(f, use(f, id, f->units[1], w.customer, deal), TERMS_OTHERS);
    assert_refused(f, use(f, id, f->units[0], w.customer + 1, deal), TERMS_OTHERS);
    assert_int_equal(use(f, id, f->units[0], w.customer, deal), 0);
    assert_string_equal(stored(f, id).state, "used");
    assert_refused(f, use(f, id, f->units[0], w.customer, deal), TERMS_NOT_GRANTED);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_price (unit_id, total_fen, reason, actor, at_ms) "
                            "VALUES ($1, $2, 'plan', 'a', 1)",
                            "ii", f->units[0], FIXTURE_TOTAL + 100),
                     1);
    assert_refused(f, use(f, other, f->units[0], w.customer, deal), TERMS_PRICE_CHANGED);
    ask.deal_id = deal; /* the deal's own go on with the price it froze */
    other = create(f, &ask);
    assert_int_equal(stored(f, other).row.list_fen, FIXTURE_TOTAL);
    assert_refused(f, use(f, other, f->units[0], w.customer, deal + 1), TERMS_OTHERS);
    assert_int_equal(use(f, other, f->units[0], w.customer, deal), 0);
}

static void test_expiry(void **state)
{
    struct fixture *f = *state;
    struct terms_ask ask = terms_ask_of(f, &w);
    int64_t id, deal, next = 0;

    live(f);
    id = create(f, &ask);
    deal = terms_deal(f, id);
    assert_int_equal(FIXTURE_DO(f, tx, terms_expire_due(tx, &next)), 0);
    assert_int_equal(next, FIXTURE_NOW + TERMS_VALID_DAYS * FIXTURE_DAY);
    f->now_ms = next;
    assert_refused(f, use(f, id, f->units[0], w.customer, deal), TERMS_EXPIRED);
    assert_int_equal(FIXTURE_DO(f, tx, terms_expire_due(tx, &next)), 1);
    assert_int_equal(next, 0);
    assert_string_equal(stored(f, id).state, "expired");
    assert_refused(f, use(f, id, f->units[0], w.customer, deal), TERMS_EXPIRED);
}

/* ---- quotas (PR-07) ---- */

static void test_quota(void **state)
{
    struct fixture *f = *state;
    const int64_t d = terms_discount(
        f, (struct discount_row){
               .name = "a", .kind = "promotion", .method = "percent", .value = 9800, .quota = 1});
    struct terms_ask ask = terms_ask_of(f, &w);
    int64_t ids[2], deals[2];

    live(f);
    ask.picks[0].discount_id = d;
    ask.n_picks = 1;
    for (int i = 0; i < 2; i++) {
        ask.unit_id = f->units[i];
        ids[i] = create(f, &ask); /* both are granted: what counts is a deal */
        deals[i] = terms_deal(f, ids[i]);
    }
    assert_int_equal(use(f, ids[0], f->units[0], w.customer, deals[0]), 0);
    assert_refused(f, use(f, ids[1], f->units[1], w.customer, deals[1]), DISCOUNT_QUOTA);
    assert_pick_refused(f, &ask, DISCOUNT_QUOTA);
    ask.unit_id = f->units[0];
    ask.deal_id = deals[0]; /* its own use is not counted against it */
    assert_int_equal(use(f, create(f, &ask), f->units[0], w.customer, deals[0]), 0);
    assert_int_equal(db_run(f->db,
                            "UPDATE deal SET outcome = 'cancelled', closed_ms = 1 WHERE id = $1",
                            "i", deals[0]),
                     1);
    assert_int_equal(use(f, ids[1], f->units[1], w.customer, deals[1]), 0); /* given back */
}

static void test_lists(void **state)
{
    struct fixture *f = *state;
    struct terms_ask ask = terms_ask_of(f, &w);
    struct terms_filter filter = {.unit_id = f->units[0], .limit = 1};
    struct got g = {0};
    int64_t first, second;

    first = create(f, &ask);
    second = create(f, &ask);
    assert_int_equal(FIXTURE_DO(f, tx, terms_list(tx, &filter, got_read, &g)), 0);
    assert_int_equal(g.row.id, second);
    filter.before_id = second;
    assert_int_equal(FIXTURE_DO(f, tx, terms_list(tx, &filter, got_read, &g)), 0);
    assert_int_equal(g.row.id, first);
    f->as = &f->outsider;
    g.row.id = 0;
    assert_int_equal(FIXTURE_DO(f, tx, terms_list(tx, &filter, got_read, &g)), 0);
    assert_int_equal(g.row.id, 0);
    assert_refused(f, FIXTURE_DO(f, tx, terms_get(tx, first, got_read, &g)), NOT_FOUND);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, terms_test_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_chain_v4_to_v6),
        CASE(test_unit_price_step),
        CASE(test_published_list),
        CASE(test_rooms_time_and_class),
        CASE(test_identity_and_level),
        CASE(test_plan_brings_its_own),
        CASE(test_manager_and_one_of),
        CASE(test_price_window_and_ceiling),
        CASE(test_authority),
        CASE(test_store_and_freeze),
        CASE(test_plan_nodes),
        CASE(test_use),
        CASE(test_expiry),
        CASE(test_quota),
        CASE(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
