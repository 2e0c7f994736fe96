/* test_refund_due.c - what a change of a deal gives back is a refund for each who paid; a loan goes
 * back to its bank; a payment that bounced is reversed and due again; what was approved is the
 * whole account (FI-27, FC 27.6). */
#include "refund_fixture.h"

#include "db/deal_write.h"
#include "db/receipt.h"
#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

static int pays(struct fixture *f, int64_t deal, int64_t customer, const char *fund,
                struct payment_tender tender)
{
    const struct payment p = {.deal_id = deal,
                              .customer_id = customer,
                              .book_id = deal_books[0],
                              .lines = {{fund, tender.amount_fen}},
                              .n_lines = 1,
                              .tenders = {tender},
                              .n_tenders = 1};
    struct receipt_key key;

    return FIXTURE_DO(f, tx, receipt_take(tx, &p, &key));
}

static int64_t deal_of_two(struct fixture *f)
{
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0);

    open.buyers[0].share_bp = 5000;
    open.buyers[1] = (struct deal_buyer){deal_buyers[1], 5000};
    open.n_buyers = 2;
    return deal_of(f, &open);
}

/* The refund of a change that goes to @customer, a lender's or not; 0: none. */
static int64_t due_to(struct fixture *f, int64_t customer, const char *lender)
{
    int64_t id = 0;

    assert_true(db_get(f->db, &id,
                       "SELECT MAX(id) FROM refund WHERE customer_id = $1 AND lender = $2 AND "
                       "change_id IS NOT NULL",
                       "it", customer, lender) >= 0);
    return id;
}

static int64_t total(struct fixture *f, int64_t refund)
{
    return fixture_of(f, "SELECT SUM(amount_fen) FROM refund_line WHERE refund_id = $1", refund);
}

static int64_t version_of(struct fixture *f, int64_t refund)
{
    return fixture_of(f, "SELECT version FROM refund WHERE id = $1", refund);
}

static bool state_is(struct fixture *f, int64_t id, const char *state)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM refund WHERE id = $1 AND state = $2", "it",
                       id, state) >= 0);
    return n == 1;
}

static int64_t cancelled(struct fixture *f, int64_t deal, int64_t forfeit_fen)
{
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    int64_t change;

    ask.refund_fen -= forfeit_fen;
    ask.forfeit_fen = forfeit_fen;
    change = change_asked(f, &ask);
    change_approve(f, change);
    return change;
}

static int give(struct fixture *f, int64_t id, const char *bank, const char *account)
{
    return FIXTURE_DO(f, tx, refund_account_give(tx, id, version_of(f, id), bank, account));
}

static int back(struct fixture *f, int64_t id, const char *reason)
{
    return FIXTURE_DO(f, tx, refund_reverse(tx, id, version_of(f, id), reason));
}

/* ---- of a change ---- */

/* Each gets his part of what is left; the account comes from another than who pays. */
static void test_one_for_each_payer(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_of_two(f), a = deal_buyers[0], b = deal_buyers[1];
    struct actor second = f->actor;
    int64_t change, one, two;

    second.id = 2;
    assert_int_equal(
        pays(f, deal, a, "deposit", (struct payment_tender){.tender = "cash", .amount_fen = 1000}),
        0);
    assert_int_equal(
        pays(f, deal, b, "deposit", (struct payment_tender){.tender = "cash", .amount_fen = 500}),
        0);
    change = cancelled(f, deal, 100); /* 1400 of 1500 */
    one = due_to(f, a, "");
    two = due_to(f, b, "");
    assert_int_equal(total(f, one), 933);
    assert_int_equal(total(f, two), 467);
    assert_true(state_is(f, one, "approved") && state_is(f, two, "approved"));
    assert_int_equal(change_received(f, deal), 1400); /* on the deal until it is paid */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE object LIKE 'refund:%' AND "
                                      "done_ms IS NULL"),
                     2);
    deal_verify(f);
    assert_refused(f, change_archive(f, change), CHANGE_UNPAID);
    assert_refused(f, FIXTURE_DO(f, tx, refund_cancel(tx, one, version_of(f, one), "r")),
                   REFUND_OF_CHANGE);
    assert_refused(f, refund_paid(f, one, 933), REFUND_NO_ACCOUNT);
    assert_refused(f, give(f, one, "工行", "12"), REFUND_ACCOUNT);
    assert_refused(f, give(f, one, "", "62220212"), REFUND_ACCOUNT);
    assert_int_equal(give(f, one, "工行", "62220212"), 0);
    assert_refused(f, refund_paid(f, one, 933), REFUND_GAVE_ACCOUNT);
    f->as = &second;
    assert_int_equal(refund_paid(f, one, 933), 0);
    f->as = &f->actor;
    assert_refused(f, give(f, one, "工行", "62220213"), REFUND_STATE);
    assert_refused(f, change_archive(f, change), CHANGE_UNPAID);
    assert_int_equal(refund_try_pay(f, refund_payout_of(f, two, "cash", 467)), 0);
    assert_int_equal(change_received(f, deal), 0);
    assert_int_equal(change_archive(f, change), 0);
    deal_verify(f);
}

/* Each account is paid out of by itself. */
static void test_one_for_each_account(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t account = 0, change;

    assert_int_equal(db_get(f->db, &account,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number, "
                            "permit_id) VALUES ($1, 1, 'escrow', 'x', '7', $2) RETURNING id",
                            "ii", f->project, f->permit),
                     1);
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(db_run(f->db,
                            "UPDATE account_rule SET account_id = $1 WHERE fund = 'house_money'",
                            "i", account),
                     1);
    assert_int_equal(deal_pays(f, deal, "house_money", 300), 0);
    change = cancelled(f, deal, 0);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM refund WHERE change_id = $1", change), 2);
    assert_int_equal(change_pay_back(f, change), 1300);
    deal_verify(f);
}

/* Nothing to give back is no refund; what is given back has accounts to come from. */
static void test_nothing_and_nowhere(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct deal_change_ask ask;
    int64_t change;

    change = cancelled(f, deal_new(f, 'S', f->units[1], 1), 0);
    assert_int_equal(change_archive(f, change), 0);
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    change = change_asked(f, &ask);
    assert_true(db_run(f->db, "DELETE FROM account_rule", "") > 0);
    assert_refused(f, change_decide(f, change, APPROVAL_APPROVED), ACCOUNT_NONE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM refund"), 0);
}

/* What the old buyer paid is not the new one's, asked for or given back (FC 27.6). */
static void test_the_old_buyer_after_a_rename(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t was = deal_buyers[0], now = deal_buyers[4];
    struct deal_change_ask rename;
    struct refund_ask ask = {.deal_id = deal,
                             .lines = {{"deposit", 100}},
                             .n_lines = 1,
                             .reason = "r",
                             .customer_id = now};
    int64_t id = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    rename = change_of(f, DEAL_CHANGE_RENAME, deal, 0);
    change_approve(f, change_asked(f, &rename));
    assert_int_equal(
        pays(f, deal, now, "deposit", (struct payment_tender){.tender = "cash", .amount_fen = 30}),
        0);
    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), REFUND_PAYEE);
    assert_string_equal(f->fault.args[0].value, "0.30");
    ask.customer_id = was;
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(refund_decide(f, id, APPROVAL_REJECTED), 0);
    cancelled(f, deal, 0);
    assert_int_equal(total(f, due_to(f, was, "")), 1000);
    assert_int_equal(total(f, due_to(f, now, "")), 30);
    deal_verify(f);
}

/* ---- a loan ---- */

enum { OWN = 2000, LENT = 70000 };

/* The buyer's own and a loan that the named bank sent. */
static int64_t lent(struct fixture *f, size_t i)
{
    const int64_t deal = deal_new(f, 'S', f->units[i], i);
    char reference[24];
    int64_t bank = 0;

    snprintf(reference, sizeof(reference), "FK-%zu", i);
    assert_true(db_get(f->db, &bank,
                       "INSERT INTO bank (name) VALUES ('建设银行' || $1) RETURNING id", "i",
                       (int64_t)i) > 0);
    assert_int_equal(deal_pay(f, deal, OWN), 0);
    assert_int_equal(
        pays(f, deal, 0, "bank_loan",
             (struct payment_tender){
                 .tender = "loan", .amount_fen = LENT, .bank_id = bank, .reference = reference}),
        0);
    return deal;
}

static void test_a_loan_goes_back_to_its_bank(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = lent(f, 0);
    struct refund_ask ask = {.deal_id = deal,
                             .lines = {{"bank_loan", 500}, {"deposit", 1}},
                             .n_lines = 2,
                             .reason = "r",
                             .bank = "建设银行",
                             .account = "62220212"};
    struct refund_clear clear;
    int64_t id = 0;

    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), REFUND_FUND);
    ask.n_lines = 1;
    ask.lender = "农业银行";
    assert_refused(f, FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), REFUND_PAYEE);
    ask.lender = NULL;
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM refund WHERE id = $1 AND lender = "
                                "'建设银行0'",
                                id),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, refund_clear(tx, id, &clear)), 0);
    assert_string_equal(clear.name, "建设银行0");
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, id, 500), 0);
    /* The loan is nothing that the buyer paid. */
    ask = (struct refund_ask){
        .deal_id = deal, .lines = {{"deposit", OWN}}, .n_lines = 1, .reason = "r"};
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    deal_verify(f);
}

static void test_a_change_gives_the_loan_to_its_bank(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = lent(f, 0), other = lent(f, 1);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    int64_t change, id = 0;

    ask.forfeit_fen = OWN + 1;
    ask.refund_fen = LENT - 1;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_KEPT);
    change = cancelled(f, deal, 1500);
    assert_int_equal(total(f, due_to(f, deal_buyers[0], "建设银行0")), LENT);
    assert_int_equal(total(f, due_to(f, deal_buyers[0], "")), OWN - 1500);
    assert_int_equal(change_pay_back(f, change), OWN + LENT - 1500);
    assert_int_equal(change_received(f, other), OWN + LENT);
    deal_verify(f);
}

/* Who lent is asked for when no paper says it. */
static void test_a_loan_of_nobody(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct deal_change_ask ask;
    int64_t id = 0;

    assert_int_equal(deal_pays(f, deal, "bank_loan", 700), 0);
    ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    assert_refused(f, change_ask(f, &ask, &id), REFUND_LENDER);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO mortgage (deal_id, kind, bank, amount_fen, years, "
                            "progress_ms) VALUES ($1, 'commercial', '农业银行', 700, 20, 1)",
                            "i", deal),
                     1);
    cancelled(f, deal, 0);
    assert_int_equal(total(f, due_to(f, deal_buyers[0], "农业银行")), 700);
    deal_verify(f);
}

/* ---- a payment that came back ---- */

static void test_taken_back_on_its_day(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct refund_payout payout;
    struct actor second = f->actor;
    int64_t change, id;

    second.id = 2;
    second.rights &= ~RIGHT_BIT(RIGHT_MONEY_REVERSE);
    snprintf(second.name, sizeof(second.name), "second");
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    change = cancelled(f, deal, 0);
    id = due_to(f, deal_buyers[0], "");
    assert_refused(f, back(f, id, "r"), REFUND_STATE);
    payout = refund_payout_of(f, id, "cheque", 1000);
    assert_int_equal(refund_try_pay(f, payout), 0);
    assert_int_equal(change_archive(f, change), 0);
    assert_refused(f, back(f, id, ""), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, refund_reverse(tx, id, 1, "r")), VERSION_CHANGED);
    f->as = &second;
    assert_refused(f, back(f, id, "r"), DENIED);
    f->as = &f->actor;
    assert_int_equal(back(f, id, "支票被退"), 0);
    assert_true(state_is(f, id, "approved"));
    assert_int_equal(change_received(f, deal), 1000);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher WHERE kind = 'void' AND note = "
                                      "'支票被退' AND shift_id IS NOT NULL"),
                     1);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM todo WHERE object = 'refund:' || $1 AND "
                                "done_ms IS NULL",
                                id),
                     1);
    deal_verify(f);
    assert_refused(f, back(f, id, "r"), REFUND_STATE);
    payout.version = version_of(f, id);
    assert_int_equal(refund_try_pay(f, payout), 0); /* its cheque is free again */
    assert_int_equal(change_received(f, deal), 0);
    deal_verify(f);
}

/* Later only with the right to; the shift that it is taken back in has it again. */
static void test_taken_back_later(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t shift = fixture_count(f, "SELECT id FROM shift WHERE user_id = 1");
    const struct shift_counted counted[] = {{.tender = TENDER_CASH, .fen = 1000},
                                            {.tender = TENDER_TRANSFER, .fen = -400}};
    const struct shift_counted later = {.tender = TENDER_TRANSFER, .fen = 400};
    const struct refund_ask ask = {.deal_id = deal,
                                   .lines = {{"deposit", 400}},
                                   .n_lines = 1,
                                   .reason = "r",
                                   .bank = "b",
                                   .account = "62220212"};
    struct actor cashier = f->actor;
    int64_t id = 0, again = 0;

    cashier.rights &= ~RIGHT_BIT(RIGHT_MONEY_REVERSE);
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(refund_decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, id, 400), 0);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, counted, 2, 0)), 0);
    f->now_ms += FIXTURE_DAY;
    assert_refused(f, back(f, id, "r"), SHIFT_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, shift_open(tx, 0, 0, &again)), 0);
    f->as = &cashier;
    assert_refused(f, back(f, id, "r"), DENIED);
    f->as = &f->actor;
    assert_int_equal(back(f, id, "退汇"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM voucher WHERE kind = 'reversal'"), 1);
    assert_int_equal(change_received(f, deal), 1000);
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, again, &later, 1, 0)), 0);
    /* It was another account: this one ends, and is asked for anew. */
    assert_int_equal(FIXTURE_DO(f, tx, refund_cancel(tx, id, version_of(f, id), "账号有误")), 0);
    deal_verify(f);
}

/* One of a change gets another account instead. */
static void test_another_account(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct actor second = f->actor;
    int64_t id;

    second.id = 2;
    assert_int_equal(deal_pay(f, deal, 1000), 0);
    cancelled(f, deal, 0);
    id = due_to(f, deal_buyers[0], "");
    assert_int_equal(give(f, id, "工行", "62220212"), 0);
    f->as = &second;
    assert_int_equal(refund_paid(f, id, 1000), 0);
    assert_int_equal(back(f, id, "账号有误"), 0);
    f->as = &f->actor;
    assert_int_equal(give(f, id, "农行", "95599000"), 0);
    f->as = &second;
    assert_int_equal(refund_paid(f, id, 1000), 0);
    f->as = &f->actor;
    deal_verify(f);
}

/* ---- what was approved ---- */

/* Sealed as the account of @id, as nobody but who has the key can. */
static void account_swapped(struct fixture *f, int64_t id, const char *account)
{
    struct sealed sealed;

    assert_int_equal(seal_value(&f->seal, "refund_account", id, account, &sealed), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE refund_account SET lookup = $2, sealed = $3 WHERE refund_id = $1",
               "ibb", id, (const void *)sealed.hash, sizeof(sealed.hash), (const void *)sealed.data,
               sizeof(sealed.data)),
        1);
}

/* Another account with the same end is another account, before it is approved and after. */
static void test_the_whole_account_is_approved(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct refund_ask ask = {.deal_id = deal,
                                   .lines = {{"deposit", 400}},
                                   .n_lines = 1,
                                   .reason = "r",
                                   .bank = "b",
                                   .account = "6222021234567890"};
    int64_t one = 0, two = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &one)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &two)), 0);
    account_swapped(f, one, "9999990000007890.x");
    assert_refused(f, refund_decide(f, one, APPROVAL_APPROVED), APPROVAL_CONTENT_CHANGED);
    assert_int_equal(refund_decide(f, two, APPROVAL_APPROVED), 0);
    account_swapped(f, two, "9999990000007890.x");
    assert_refused(f, refund_paid(f, two, 400), APPROVAL_CONTENT_CHANGED);
}

/* The same account twice has two hashes: none is found by trying all accounts. */
static void test_the_hash_tells_nothing(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct refund_ask ask = {.deal_id = deal,
                                   .lines = {{"deposit", 400}},
                                   .n_lines = 1,
                                   .reason = "r",
                                   .bank = "b",
                                   .account = "6222021234567890"};
    int64_t id = 0;

    assert_int_equal(deal_pay(f, deal, 1000), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(refund_decide(f, id, APPROVAL_REJECTED), 0);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &id)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(DISTINCT payload_hash) FROM approval"), 2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(DISTINCT lookup) FROM refund_account"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_one_for_each_payer),
        CASE(test_one_for_each_account),
        CASE(test_nothing_and_nowhere),
        CASE(test_the_old_buyer_after_a_rename),
        CASE(test_a_loan_goes_back_to_its_bank),
        CASE(test_a_change_gives_the_loan_to_its_bank),
        CASE(test_a_loan_of_nobody),
        CASE(test_taken_back_on_its_day),
        CASE(test_taken_back_later),
        CASE(test_another_account),
        CASE(test_the_whole_account_is_approved),
        CASE(test_the_hash_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
