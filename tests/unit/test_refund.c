/* test_refund.c - money goes back under approval: asked for, kept for it, paid to who paid it and
 * to nobody else (FI-17, FI-27). */
#include "refund_fixture.h"

#include "db/earnest.h"
#include "db/ledger.h"
#include "db/shift.h"
#include "db/subject.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

static struct refund_ask ask_of(int64_t deal, const char *fund, int64_t fen)
{
    return (struct refund_ask){.deal_id = deal,
                               .lines = {{fund, fen}},
                               .n_lines = 1,
                               .reason = "多交的款",
                               .bank = "工商银行 滨江支行",
                               .account = "6222 0212-3456 7890"};
}

static struct refund_ask held_of(struct fixture *f, int64_t fen)
{
    struct refund_ask ask = ask_of(0, "earnest", fen);

    ask.project_id = f->project;
    ask.customer_id = deal_buyers[0];
    return ask;
}

static int try_ask(struct fixture *f, struct refund_ask ask, int64_t *ret_id)
{
    return FIXTURE_DO(f, tx, refund_request(tx, &ask, ret_id));
}

static int64_t asked(struct fixture *f, struct refund_ask ask)
{
    int64_t id = 0;
    int r = try_ask(f, ask, &id);

    if (r != 0)
        fail_msg("refund: %d %s", r, f->fault.set ? fault_code_text(f->fault.code) : "");
    return id;
}

static int64_t approved(struct fixture *f, struct refund_ask ask)
{
    const int64_t id = asked(f, ask);

    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    return id;
}

static int64_t received(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1",
                      deal);
}

static bool state_is(struct fixture *f, int64_t id, const char *state)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM refund WHERE id = $1 AND state = $2", "it",
                       id, state) >= 0);
    return n == 1;
}

static int64_t held(struct fixture *f)
{
    return fixture_count(f, "SELECT COALESCE(SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen "
                            "ELSE -e.amount_fen END), 0) FROM ledger_account a JOIN ledger_entry e "
                            "ON a.id IN (e.debit_id, e.credit_id) WHERE a.kind = 'held'");
}

static void earnest_taken(struct fixture *f, int64_t fen, struct receipt_key *ret_key)
{
    const struct payment p = {.project_id = f->project,
                              .customer_id = deal_buyers[0],
                              .book_id = deal_books[0],
                              .lines = {{"earnest", fen}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = fen}},
                              .n_tenders = 1};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, ret_key)), 0);
}

/* ---- paid ---- */

static void test_asked_approved_paid(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t id;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = asked(f, ask_of(deal, "deposit", 300));
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "cash", 300)), REFUND_STATE);
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_true(state_is(f, id, "approved"));
    assert_int_equal(received(f, deal), 1000); /* nothing before it is paid */
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM todo WHERE object = 'refund:' || $1 AND "
                                "done_ms IS NULL AND kind = 'finance'",
                                id),
                     1);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, id, "transfer", 300)), 0);
    assert_true(state_is(f, id, "paid"));
    assert_true(fixture_changed(f, CHANGE_DEAL, deal));
    assert_int_equal(received(f, deal), 700);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher v JOIN voucher_tender t ON "
                                      "t.voucher_id = v.id JOIN slip s ON s.voucher_id = v.id "
                                      "JOIN shift h ON h.id = v.shift_id AND h.user_id = 1 "
                                      "WHERE v.kind = 'refund' AND t.amount_fen = 300"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE done_ms IS NULL"), 0);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "transfer", 300)), REFUND_STATE);
    deal_verify(f);
}

/* What goes out is of the shift of who pays it, and its count is less by it; by transfer it also
 * goes out without one, cash does not. */
static void test_cash_of_a_shift(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    const struct shift_counted counts = {.tender = TENDER_CASH, .fen = 600};
    const struct shift_counted none = {.tender = TENDER_CASH};
    int64_t id, second, third, again = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = approved(f, ask_of(deal, "deposit", 400));
    second = approved(f, ask_of(deal, "deposit", 100));
    third = approved(f, ask_of(deal, "deposit", 50));
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, id, "cash", 400)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, &counts, 1, 0)), 0);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, second, "cash", 100)), SHIFT_NEEDED);
    assert_int_equal(refund_paid(f, third, 50), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher WHERE kind = 'refund' AND "
                                      "shift_id IS NULL"),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 100, &again)), 0);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, second, "cash", 100)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, again, &none, 1, 0)), 0);
    deal_verify(f);
}

static void test_how_it_is_paid(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_ask cash = ask_of(deal, "deposit", 100);
    struct refund_payout payout;
    int64_t id, other;

    cash.bank = cash.account = NULL;
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = approved(f, ask_of(deal, "deposit", 300));
    other = approved(f, cash);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "card", 300)), PAY_OUT);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "loan", 300)), PAY_OUT);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "transfer", 299)), PAY_SUM);
    payout = refund_payout_of(f, id, "transfer", 300);
    payout.version++;
    assert_refused(f, refund_try_pay(f, payout), VERSION_CHANGED);
    payout.version--;
    payout.tenders[0].reference = NULL;
    assert_refused(f, refund_try_pay(f, payout), PAY_REFERENCE);
    payout.tenders[0].reference = "R1";
    payout.tenders[0].account_id = 99;
    assert_refused(f, refund_try_pay(f, payout), ACCOUNT_WRONG);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, other, "transfer", 100)),
                   REFUND_NO_ACCOUNT);
    payout.tenders[0] = (struct payment_tender){.tender = "cash", .amount_fen = 100};
    payout.tenders[1] =
        (struct payment_tender){.tender = "cheque", .amount_fen = 200, .reference = "R1"};
    payout.n_tenders = 2;
    assert_int_equal(refund_try_pay(f, payout), 0);
    payout = refund_payout_of(f, other, "cheque", 100);
    payout.tenders[0].reference = "R1"; /* a cheque is given once */
    assert_refused(f, refund_try_pay(f, payout), SLIP_USED);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, other, "cheque", 100)), 0);
    assert_int_equal(received(f, deal), 600);
    deal_verify(f);
}

/* ---- asked ---- */

static void test_up_to_what_is_there(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_ask ask = ask_of(deal, "deposit", 601);
    int64_t id = 0, first;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_refused(f, try_ask(f, ask_of(deal, "deposit", 1001), &id), REFUND_BEYOND);
    assert_refused(f, try_ask(f, ask_of(deal, "house_money", 1), &id), REFUND_BEYOND);
    assert_refused(f, try_ask(f, ask_of(deal, "bank_loan", 1), &id), REFUND_BEYOND);
    first = asked(f, ask_of(deal, "deposit", 400));
    assert_refused(f, try_ask(f, ask, &id), REFUND_BEYOND);
    assert_string_equal(f->fault.args[2].value, "6.00");
    ask.lines[0].amount_fen = 1;
    ask.lines[1] = ask.lines[0];
    ask.n_lines = 2;
    assert_refused(f, try_ask(f, ask, &id), REFUND_FUND); /* a fund twice */
    assert_int_equal(refund_decide(f, first, APPROVAL_REJECTED), 0);
    approved(f, ask_of(deal, "deposit", 1000));
    assert_refused(f, try_ask(f, ask_of(deal, "deposit", 1), &id), REFUND_BEYOND);
    deal_verify(f);
}

/* To who paid, and no more than he did. */
static void test_to_who_paid(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0);
    struct refund_ask ask;
    struct payment p;
    struct receipt_key key;
    int64_t deal, id = 0;

    open.buyers[0].share_bp = 5000;
    open.buyers[1] = (struct deal_buyer){deal_buyers[1], 5000};
    open.n_buyers = 2;
    deal = deal_of(f, &open);
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    ask = ask_of(deal, "deposit", 100);
    ask.customer_id = deal_buyers[1];
    assert_refused(f, try_ask(f, ask, &id), REFUND_PAYEE);
    ask.customer_id = deal_buyers[2];
    assert_refused(f, try_ask(f, ask, &id), REFUND_PAYEE);
    p = (struct payment){.deal_id = deal,
                         .customer_id = deal_buyers[1],
                         .book_id = deal_books[0],
                         .lines = {{"deposit", 50}},
                         .n_lines = 1,
                         .tenders = {{.tender = "cash", .amount_fen = 50}},
                         .n_tenders = 1};
    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    ask.customer_id = deal_buyers[1];
    assert_refused(f, try_ask(f, ask, &id), REFUND_PAYEE);
    assert_string_equal(f->fault.args[0].value, "0.50");
    ask.lines[0].amount_fen = 40;
    asked(f, ask);
    ask.lines[0].amount_fen = 11;
    assert_refused(f, try_ask(f, ask, &id), REFUND_PAYEE); /* with what he asked back already */
    deal_verify(f);
}

static void test_what_is_refused(void **state)
{
    static const char *const numbers[] = {"12345", "6222-02中",
                                          "12345678901234567890123456789012345", ""};
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_ask ask = ask_of(deal, "deposit", 100);
    int64_t id = 0, bank = 0, account = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(deal_pays(f, deal, "house_money", 1000), 0);
    for (size_t i = 0; i < 4; i++) {
        ask.account = numbers[i];
        assert_refused(f, try_ask(f, ask, &id), REFUND_ACCOUNT);
    }
    ask = ask_of(deal, "deposit", 100);
    ask.bank = "";
    assert_refused(f, try_ask(f, ask, &id), REFUND_ACCOUNT);
    ask = ask_of(deal, "deposit", 100);
    ask.reason = "";
    assert_refused(f, try_ask(f, ask, &id), REASON_NEEDED);
    ask = ask_of(99, "deposit", 100);
    assert_refused(f, try_ask(f, ask, &id), NOT_FOUND);
    /* Two accounts are two refunds. */
    assert_int_equal(db_get(f->db, &bank, "SELECT id FROM bank", ""), 1);
    assert_int_equal(db_get(f->db, &account,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number, "
                            "permit_id) VALUES ($1, $2, 'escrow', 'x', '7', $3) RETURNING id",
                            "iii", f->project, bank, f->permit),
                     1);
    ask = ask_of(deal, "deposit", 100);
    ask.lines[1] = (struct refund_line){"house_money", 100};
    ask.n_lines = 2;
    id = approved(f, ask);
    assert_int_equal(db_run(f->db,
                            "UPDATE account_rule SET account_id = $1 WHERE fund = 'house_money'",
                            "i", account),
                     1);
    assert_refused(f, try_ask(f, ask, &id), ACCOUNT_MIXED);
    assert_refused(f, refund_try_pay(f, refund_payout_of(f, id, "cash", 200)), ACCOUNT_MIXED);
    assert_int_equal(db_run(f->db, "DELETE FROM account_rule", ""), FUND_COUNT);
    assert_refused(f, try_ask(f, ask, &id), ACCOUNT_NONE);
}

/* ---- its end without money ---- */

static void test_ended_otherwise(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_ask again = ask_of(deal, "deposit", 1000);
    int64_t id, approval;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = asked(f, again);
    assert_int_equal(refund_decide(f, id, APPROVAL_RETURNED), 0);
    assert_true(state_is(f, id, "returned"));
    again.resubmits_id = fixture_of(f, "SELECT approval_id FROM refund WHERE id = $1", id);
    id = asked(f, again); /* the money was free again */
    approval = fixture_of(f, "SELECT approval_id FROM refund WHERE id = $1", id);
    assert_int_equal(FIXTURE_DO(f, tx, approval_withdraw(tx, approval, 0, "x")), 0);
    assert_true(state_is(f, id, "withdrawn"));
    again.resubmits_id = 0;
    id = approved(f, again);
    assert_refused(f, FIXTURE_DO(f, tx, refund_cancel(tx, id, 2, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, refund_cancel(tx, id, 1, "r")), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, refund_cancel(tx, id, 2, "账户不符")), 0);
    assert_true(state_is(f, id, "cancelled"));
    assert_refused(f, FIXTURE_DO(f, tx, refund_cancel(tx, id, 3, "r")), REFUND_STATE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE done_ms IS NULL"), 0);
    assert_int_equal(received(f, deal), 1000);
    asked(f, again);
    deal_verify(f);
}

/* ---- nothing else is done with it meanwhile ---- */

static void test_kept_from_changes(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct deal_change_ask cancel, exchange;
    int64_t id, change = 0, fen = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    cancel = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    exchange = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    id = asked(f, ask_of(deal, "deposit", 300));
    assert_refused(f, change_ask(f, &cancel, &change), REFUND_RUNNING);
    assert_refused(f, change_ask(f, &exchange, &change), REFUND_RUNNING);
    assert_refused(f, deal_pay_back(f, deal, &fen), REFUND_RESERVED);
    assert_string_equal(f->fault.args[0].value, "7.00");
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_refused(f, change_ask(f, &exchange, &change), REFUND_RUNNING);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, id, "cash", 300)), 0);
    assert_refused(f, deal_pay_back(f, deal, &fen), LEDGER_SPENT);
    change = change_asked(f, &exchange);
    assert_refused(f, try_ask(f, ask_of(deal, "deposit", 1), &id), CHANGE_RUNNING);
    change_approve(f, change);
    deal_verify(f);
}

/* What an exchange brought along goes back to who had paid it. */
static void test_after_an_exchange(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct deal_change_ask exchange;
    int64_t to;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    exchange = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    change_approve(f, change_asked(f, &exchange));
    to = fixture_of(f, "SELECT id FROM deal WHERE from_deal_id = $1", deal);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, approved(f, ask_of(to, "deposit", 400)),
                                                        "cash", 400)),
                     0);
    assert_int_equal(received(f, to), 600);
    deal_verify(f);
}

static void test_earnest_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct earnest_carry carry = {.deal_id = deal, .fund = "deposit", .amount_fen = 61};
    struct refund_ask ask;
    struct receipt_key key;
    int64_t id = 0;

    earnest_taken(f, 100, &key);
    id = asked(f, held_of(f, 40));
    assert_refused(f, FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), EARNEST_SHORT);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), REFUND_RESERVED);
    carry.amount_fen = 60;
    assert_int_equal(FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), 0);
    assert_refused(f, try_ask(f, held_of(f, 1), &id), REFUND_BEYOND);
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, id, "transfer", 40)), 0);
    assert_int_equal(held(f), 0);
    ask = held_of(f, 1);
    ask.project_id = 99;
    assert_refused(f, try_ask(f, ask, &id), NOT_FOUND);
    /* What was carried over is his to get back too. */
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, approved(f, ask_of(deal, "deposit", 60)),
                                                        "cash", 60)),
                     0);
    deal_verify(f);
}

/* Whatever else db/ tried, the ledger would not let it go. */
static void test_the_ledger_keeps_it(void **state)
{
    struct fixture *f = *state;
    struct receipt_key key;
    int64_t id, held_id, cash_id;

    earnest_taken(f, 100, &key);
    id = asked(f, held_of(f, 40));
    held_id = fixture_count(f, "SELECT credit_id FROM ledger_entry");
    cash_id = fixture_count(f, "SELECT debit_id FROM ledger_entry");
    assert_refused(f, FIXTURE_DO(f, tx, ledger_enter(tx, 1, held_id, cash_id, 61)),
                   REFUND_RESERVED);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO voucher (project_id, number, kind, day, customer_id, "
                            "actor, at_ms) SELECT project_id, 999, 'carry', day, customer_id, 'a', "
                            "at_ms FROM voucher",
                            ""),
                     1);
    assert_true(db_run(f->db,
                       "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen) "
                       "SELECT voucher_id + 1, credit_id, debit_id, 61 FROM ledger_entry LIMIT 1",
                       "") < 0);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, "
                            "amount_fen) SELECT voucher_id + 1, credit_id, debit_id, 60 FROM "
                            "ledger_entry LIMIT 1",
                            ""),
                     1);
    assert_true(state_is(f, id, "asked"));
}

/* ---- the payee's account ---- */

static void test_sealed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct actor sales = f->actor;
    struct refund_clear clear;
    int64_t id, key = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = asked(f, ask_of(deal, "deposit", 100));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM refund_account WHERE tail = '7890'"),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, refund_clear(tx, id, &clear)), 0);
    assert_string_equal(clear.account, "6222021234567890");
    assert_string_equal(clear.bank, "工商银行 滨江支行");
    assert_string_equal(clear.name, "王小明");
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'deal.refund-clear'"), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%7890%' OR "
                                      "detail LIKE '%多交的款%'"),
                     0);
    sales.rights &= ~RIGHT_BIT(RIGHT_FINANCE_HANDLE);
    f->as = &sales;
    assert_refused(f, FIXTURE_DO(f, tx, refund_clear(tx, id, &clear)), DENIED);
    f->as = &f->actor;
    assert_int_equal(refund_key_missing(f->db, &f->seal, &key), 0);
    assert_int_equal(
        db_script(f->db, "UPDATE customer SET state = 'restricted'; UPDATE customer SET state = "
                         "'erased'; UPDATE refund SET reason = '已擦除', bank = ''; DELETE FROM "
                         "refund_account"),
        0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_clear(tx, id, &clear)), 0);
    assert_string_equal(clear.account, "");
}

/* A new key takes over what an older one sealed. */
static void test_sealed_anew(void **state)
{
    static const uint8_t bytes[SEAL_KEY] = {9};
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct seal_ring only = {.n = 0};
    struct refund_clear clear;
    int64_t id, key = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    id = asked(f, ask_of(deal, "deposit", 100));
    assert_int_equal(refund_reseal(f->db, &f->seal), 0);
    assert_int_equal(seal_ring_add(&f->seal, bytes), 0);
    assert_int_equal(seal_ring_add(&only, bytes), 0);
    assert_int_equal(refund_key_missing(f->db, &only, &key), 1);
    assert_int_equal(refund_reseal(f->db, &f->seal), 1);
    assert_int_equal(refund_key_missing(f->db, &only, &key), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_clear(tx, id, &clear)), 0);
    assert_string_equal(clear.account, "6222021234567890");
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED),
                     0); /* it is still what was asked for */
}

/* ---- read ---- */

struct seen {
    int n;
    char line[256];
};

static int see(void *arg, const struct refund_row *row)
{
    struct seen *seen = arg;

    seen->n++;
    snprintf(seen->line, sizeof(seen->line), "%s %s %s %s %lld", row->state, row->customer,
             row->account, row->unit ? row->unit : "", (long long)row->total_fen);
    return 0;
}

static void test_read(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_filter all = {.limit = 10}, own = {.limit = 10, .deal_id = deal};
    struct actor other = {.kind = ACTOR_USER, .id = 2, .name = "second", .all_projects = true};
    struct seen seen = {.n = 0};
    struct receipt_key key;
    int64_t of_deal, of_held;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    earnest_taken(f, 100, &key);
    of_deal = asked(f, ask_of(deal, "deposit", 100));
    of_held = asked(f, held_of(f, 40));
    assert_int_equal(FIXTURE_DO(f, tx, refund_list(tx, &all, see, &seen)), 0);
    assert_int_equal(seen.n, 2);
    seen.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, refund_list(tx, &own, see, &seen)), 0);
    assert_int_equal(seen.n, 1);
    assert_non_null(strstr(seen.line, "asked 王小明 ****7890"));
    /* Who is neither of the deal nor of finance sees none, but who is asked to approve it does. */
    f->as = &other;
    seen.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, refund_list(tx, &all, see, &seen)), 0);
    assert_int_equal(seen.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, refund_get(tx, of_deal, see, &seen)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, refund_get(tx, of_held, see, &seen)), NOT_FOUND);
    f->as = &change_boss;
    assert_int_equal(FIXTURE_DO(f, tx, refund_get(tx, of_held, see, &seen)), 0);
    assert_string_equal(seen.line, "asked 王** ****7890  40");
    f->as = &f->actor;
    all.state = "paid";
    seen.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, refund_list(tx, &all, see, &seen)), 0);
    assert_int_equal(seen.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_asked_approved_paid), CASE(test_cash_of_a_shift),
        CASE(test_how_it_is_paid),      CASE(test_up_to_what_is_there),
        CASE(test_to_who_paid),         CASE(test_what_is_refused),
        CASE(test_ended_otherwise),     CASE(test_kept_from_changes),
        CASE(test_after_an_exchange),   CASE(test_earnest_back),
        CASE(test_the_ledger_keeps_it), CASE(test_sealed),
        CASE(test_sealed_anew),         CASE(test_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
