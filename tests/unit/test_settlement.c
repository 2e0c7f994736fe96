/* test_settlement.c - units are measured, and their contracts settled by it: once, by their own
 * basis; owed, or credited and paid back under approval; reversed (FI-26, FC 27.4). */
#include "refund_fixture.h"

#include "db/measurement.h"
#include "db/money.h"
#include "db/settlement.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

/* Of the fixture: 89.37 m2 for FIXTURE_TOTAL. */
enum { CONTRACT_AREA = 8937 };
static const char far_day[] = "2099-01-01";

static int64_t contracted(struct fixture *f, size_t unit)
{
    struct deal_open open = deal_asked(f, 'C', f->units[unit], unit);
    char document[16];

    snprintf(document, sizeof(document), "HT-%d", (int)unit);
    open.document = document;
    return deal_of(f, &open);
}

static int measure(struct fixture *f, size_t unit, int64_t gross, int64_t inner)
{
    const struct measurement_new m = {f->units[unit], gross, inner};

    return FIXTURE_DO(f, tx, measurement_register(tx, f->project, "测绘 2026-01", &m, 1));
}

static void measured(struct fixture *f, size_t unit, int64_t gross)
{
    assert_int_equal(measure(f, unit, gross, gross - 1737), 0);
}

static int settle(struct fixture *f, int64_t deal)
{
    return FIXTURE_DO(f, tx, settlement_make(tx, f->project, &deal, 1, far_day));
}

static int by_hand(struct fixture *f, int64_t deal, int64_t fen, const char *reason)
{
    const struct settlement_hand hand = {deal, fen, reason, far_day};

    return FIXTURE_DO(f, tx, settlement_by_hand(tx, &hand));
}

static int reverse(struct fixture *f, int64_t deal, const char *reason)
{
    return FIXTURE_DO(f, tx, settlement_reverse(tx, deal, reason));
}

struct read {
    char state[16], due_date[DAY_TEXT];
    int64_t amount_fen, ratio, contract, measured, price;
    bool may_cancel;
    int n;
};

static int row_keep(void *arg, const struct settlement_row *row)
{
    struct read *into = arg;

    *into = (struct read){.amount_fen = row->amount_fen,
                          .ratio = row->ratio,
                          .contract = row->contract_area,
                          .measured = row->measured_area,
                          .price = row->unit_price_fen,
                          .may_cancel = row->may_cancel,
                          .n = into->n + 1};
    snprintf(into->state, sizeof(into->state), "%s", row->state);
    snprintf(into->due_date, sizeof(into->due_date), "%s", row->due_date ? row->due_date : "");
    return 0;
}

static struct read row_of(struct fixture *f, int64_t deal)
{
    struct read read = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, settlement_of_deal(tx, deal, row_keep, &read)), 0);
    return read;
}

static int64_t owed_lines(struct fixture *f, int64_t deal)
{
    return fixture_of(f,
                      "SELECT COALESCE(SUM(amount_fen), 0) FROM receivable WHERE deal_id = $1 AND "
                      "fund = 'area_difference' AND ended_ms IS NULL",
                      deal);
}

static int64_t received(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1",
                      deal);
}

/* ---- measured ---- */

static void test_measured(void **state)
{
    struct fixture *f = *state;
    const struct measurement_new wrong[] = {
        {f->units[0], 9000, 8000}, {f->units[1], 8000, 8001}, {f->units[0], 9000, 8000}};
    const struct measurement_new others[] = {{99, 9000, 8000}};

    assert_refused(f, FIXTURE_DO(f, tx, measurement_register(tx, f->project, "s", wrong, 3)),
                   MEASURED_WRONG);
    assert_int_equal(f->fault.n_items, 2);
    assert_int_equal(f->fault.items[0].code, FAULT_MEASURED_INNER);
    assert_int_equal(f->fault.items[0].row, 2);
    assert_int_equal(f->fault.items[1].code, FAULT_MEASURED_TWICE);
    assert_refused(f, FIXTURE_DO(f, tx, measurement_register(tx, f->project, "s", others, 1)),
                   NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM measurement"), 0);
    assert_int_equal(measure(f, 0, 9000, 8000), 0);
    assert_int_equal(measure(f, 0, 9100, 8000), 0); /* again: the last one counts, both stay */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM measurement"), 2);
    assert_int_equal(fixture_of(f,
                                "SELECT gross FROM unit_area WHERE unit_id = $1 AND stage = "
                                "'measured'",
                                f->units[0]),
                     9100);
    deal_verify(f);
}

static void test_which_unit_is_called_so(void **state)
{
    struct fixture *f = *state;
    char building[64] = "", room[64] = "";
    struct stmt *s;
    int64_t id = 0;

    assert_int_equal(db_query(f->db, &s,
                              "SELECT b.name, u.room FROM unit u JOIN building b ON b.id = "
                              "u.building_id WHERE u.id = $1",
                              "i", f->units[2]),
                     0);
    assert_int_equal(stmt_step(s), 1);
    snprintf(building, sizeof(building), "%s", stmt_text(s, 0));
    snprintf(room, sizeof(room), "%s", stmt_text(s, 1));
    stmt_reset(s);
    assert_int_equal(FIXTURE_DO(f, tx, measurement_unit(tx, f->project, building, "", room, &id)),
                     0);
    assert_int_equal(id, f->units[2]);
    assert_int_equal(FIXTURE_DO(f, tx, measurement_unit(tx, f->project, "no", "", room, &id)), 0);
    assert_int_equal(id, 0);
}

/* ---- settled ---- */

/* Vectors of FC 27.4 whose c and p are the fixture's contract: 89.37 m2. */
static void test_by_the_rule(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0), price = money_unit_price(FIXTURE_TOTAL, CONTRACT_AREA);
    struct read read = row_of(f, deal);

    assert_string_equal(read.state, "unmeasured");
    assert_refused(f, settle(f, deal), SETTLE_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_SETTLE_UNMEASURED);
    measured(f, 0, 9011);
    read = row_of(f, deal);
    assert_string_equal(read.state, "open");
    assert_int_equal(read.price, price);
    assert_int_equal(read.ratio, 83); /* 0.74 / 89.37 */
    assert_int_equal(read.amount_fen, money_round((__int128)74 * price, 100, 1, ROUND_HALF_UP));
    assert_false(read.may_cancel);
    assert_int_equal(settle(f, deal), 0);
    assert_true(fixture_changed(f, CHANGE_DEAL, deal));
    read = row_of(f, deal);
    assert_string_equal(read.state, "settled");
    assert_string_equal(read.due_date, far_day);
    assert_int_equal(owed_lines(f, deal), read.amount_fen);
    assert_refused(f, settle(f, deal), SETTLE_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_SETTLE_DONE);
    measured(f, 0, 9211); /* what was settled stands */
    read = row_of(f, deal);
    assert_int_equal(read.measured, 9011);
    deal_verify(f);
}

static void test_beyond_three_in_a_hundred(void **state)
{
    struct fixture *f = *state;
    const int64_t larger = contracted(f, 0), smaller = contracted(f, 1);
    const int64_t price = money_unit_price(FIXTURE_TOTAL, CONTRACT_AREA);
    struct read read;

    measured(f, 0, 9206);
    measured(f, 1, 8668);
    read = row_of(f, larger);
    assert_true(read.may_cancel);
    assert_int_equal(read.amount_fen,
                     money_round((__int128)3 * CONTRACT_AREA * price, 10000, 1, ROUND_HALF_UP));
    read = row_of(f, smaller);
    assert_true(read.may_cancel);
    assert_true(read.amount_fen <
                -money_round((__int128)3 * CONTRACT_AREA * price, 10000, 1, ROUND_HALF_UP));
}

/* All of them or none. */
static void test_all_or_none(void **state)
{
    struct fixture *f = *state;
    const int64_t deals[] = {contracted(f, 0), contracted(f, 1), deal_new(f, 'S', f->units[2], 2)};

    measured(f, 0, 9011);
    assert_refused(f, FIXTURE_DO(f, tx, settlement_make(tx, f->project, deals, 3, far_day)),
                   SETTLE_REFUSED);
    assert_int_equal(f->fault.n_items, 2);
    assert_int_equal(f->fault.items[0].code, FAULT_SETTLE_UNMEASURED);
    assert_int_equal(f->fault.items[1].code, FAULT_SETTLE_NO_CONTRACT);
    assert_int_equal(owed_lines(f, deals[0]), 0);
    measured(f, 1, 9011);
    assert_refused(f, FIXTURE_DO(f, tx, settlement_make(tx, f->project, deals, 2, "2000-01-01")),
                   SETTLE_DAY);
    assert_int_equal(FIXTURE_DO(f, tx, settlement_make(tx, f->project, deals, 2, far_day)), 0);
    assert_true(owed_lines(f, deals[0]) > 0 && owed_lines(f, deals[1]) > 0);
    deal_verify(f);
}

static void test_by_hand(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);

    measured(f, 0, 9011);
    assert_refused(f, by_hand(f, deal, 100, ""), REASON_NEEDED);
    assert_int_equal(by_hand(f, deal, 100, "合同另有约定"), 0);
    assert_int_equal(owed_lines(f, deal), 100);
    assert_refused(f, by_hand(f, deal, 100, "again"), SETTLE_DONE);
    assert_int_equal(reverse(f, deal, "填错"), 0);
    assert_int_equal(by_hand(f, deal, 0, "双方互不找补"), 0);
    assert_int_equal(owed_lines(f, deal), 0);
    deal_verify(f);
}

/* ---- money ---- */

/* It is paid as a fund of its own, out of the house's money. */
static void test_paid(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);
    int64_t fen;

    measured(f, 0, 9011);
    assert_refused(f, deal_pays(f, deal, "area_difference", 1), PAY_BEYOND_DUE);
    assert_int_equal(settle(f, deal), 0);
    fen = owed_lines(f, deal);
    assert_refused(f, deal_pays(f, deal, "area_difference", fen + 1), PAY_BEYOND_DUE);
    assert_int_equal(deal_pays(f, deal, "area_difference", fen), 0);
    assert_int_equal(deal_pays(f, deal, "deposit", DEPOSIT), 0);
    deal_verify(f);
    assert_int_equal(reverse(f, deal, "重新测绘"), 0); /* what was paid stays with the deal */
    assert_int_equal(received(f, deal), fen + DEPOSIT);
    assert_refused(f, reverse(f, deal, "again"), SETTLE_REVERSED);
    deal_verify(f);
}

/* What is returned counts as paid, and goes out by a refund to who paid; nothing is left of it. */
static void test_returned(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);
    const struct refund_ask ask = {.deal_id = deal,
                                   .lines = {{"area_credit", 0}},
                                   .n_lines = 1,
                                   .reason = "面积补差",
                                   .bank = "b",
                                   .account = "62220212"};
    struct refund_ask asked = ask;
    struct deal_change_ask cancel;
    int64_t fen, id = 0, change = 0;

    assert_int_equal(deal_pays(f, deal, "deposit", DEPOSIT), 0);
    measured(f, 0, 8800);
    assert_int_equal(settle(f, deal), 0);
    fen = -row_of(f, deal).amount_fen;
    assert_true(fen > 0);
    assert_int_equal(owed_lines(f, deal), 0);
    assert_int_equal(received(f, deal), DEPOSIT + fen);
    deal_verify(f);
    cancel = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    cancel.refund_fen = DEPOSIT + fen;
    assert_refused(f, change_ask(f, &cancel, &change), SETTLE_CREDITED);
    asked.lines[0].amount_fen = fen + 1;
    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &asked, &id)), REFUND_BEYOND);
    asked.lines[0].amount_fen = fen;
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &asked, &id)), 0);
    assert_refused(f, reverse(f, deal, "重新测绘"), LEDGER_SPENT);
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, id, fen), 0);
    assert_int_equal(received(f, deal), DEPOSIT);
    assert_refused(f, reverse(f, deal, "重新测绘"), LEDGER_SPENT);
    deal_verify(f);
}

/* It pays for the house: no more is taken or asked for than the price as settled. */
static void test_the_price_as_settled(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);
    int64_t fen, room = 0, owed = -1;

    assert_int_equal(deal_pays(f, deal, "deposit", DEPOSIT), 0);
    measured(f, 0, 8800);
    assert_int_equal(settle(f, deal), 0);
    fen = -row_of(f, deal).amount_fen;
    assert_int_equal(FIXTURE_DO(f, tx, receivable_room(tx, deal, FUND_HOUSE_MONEY, &room)), 0);
    assert_int_equal(room, FIXTURE_TOTAL - DEPOSIT - fen);
    assert_refused(f, deal_pays(f, deal, "house_money", room + 1), PAY_BEYOND_DUE);
    assert_refused(f, deal_pays(f, deal, "area_credit", 1), PAY_FUND);
    assert_int_equal(deal_pays(f, deal, "house_money", room), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, far_day, &owed)), 0);
    assert_int_equal(owed, 0);
    deal_verify(f);
    assert_int_equal(reverse(f, deal, "重新测绘"), 0); /* the price is what it was */
    assert_int_equal(deal_pays(f, deal, "house_money", fen), 0);
    deal_verify(f);
}

static void test_a_credit_is_reversed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);

    measured(f, 0, 8800);
    assert_int_equal(settle(f, deal), 0);
    assert_true(received(f, deal) > 0);
    assert_refused(f, reverse(f, deal, ""), REASON_NEEDED);
    assert_int_equal(reverse(f, deal, "测绘有误"), 0);
    assert_int_equal(received(f, deal), 0);
    measured(f, 0, 9011);
    assert_int_equal(settle(f, deal), 0);
    assert_true(owed_lines(f, deal) > 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM settlement"), 2);
    deal_verify(f);
}

/* The other home is measured for itself; what was paid for the first one's area is the buyer's. */
static void test_exchanged(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = contracted(f, 0);
    struct deal_change_ask exchange;
    int64_t fen, to, change = 0;

    measured(f, 0, 9011);
    assert_int_equal(settle(f, deal), 0);
    fen = owed_lines(f, deal);
    assert_int_equal(deal_pays(f, deal, "area_difference", fen), 0);
    exchange = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    exchange.document = "HT-9";
    assert_int_equal(change_ask(f, &exchange, &change), 0);
    change_approve(f, change);
    to = fixture_of(f, "SELECT id FROM deal WHERE from_deal_id = $1", deal);
    assert_int_equal(owed_lines(f, to), 0);
    assert_int_equal(received(f, to), fen);
    measured(f, 1, 9000);
    assert_int_equal(settle(f, to), 0);
    assert_true(owed_lines(f, to) > 0 && owed_lines(f, to) < fen);
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_measured),
        CASE(test_which_unit_is_called_so),
        CASE(test_by_the_rule),
        CASE(test_beyond_three_in_a_hundred),
        CASE(test_all_or_none),
        CASE(test_by_hand),
        CASE(test_paid),
        CASE(test_returned),
        CASE(test_the_price_as_settled),
        CASE(test_a_credit_is_reversed),
        CASE(test_exchanged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
