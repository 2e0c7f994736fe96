/* test_deal_change.c - special transactions of deals (FC 7; 25.4 T13, T15, T16, T20 to T24, T27;
 * WF-10 to WF-12): each kind in each stage, what ends or moves a deal, what is refused without a
 * trace. Buyers, terms and days are in test_deal_change_terms.c. */
#include "change_fixture.h"

#include "db/deal_as_of.h"
#include "db/terms.h"
#include "db/todo.h"

enum { KINDS_AT_ONCE = 7 };

/* ---- each kind, each stage ---- */

static char unit_change(struct fixture *f, int64_t unit)
{
    return (char)fixture_of(f,
                            "SELECT CASE change_kind WHEN '' THEN 45 ELSE "
                            "CASE change_kind WHEN 'cancel' THEN 99 WHEN 'exchange' THEN 120 WHEN "
                            "'rename' THEN 114 WHEN 'price' THEN 112 ELSE 80 END END FROM unit "
                            "WHERE id = $1",
                            unit);
}

static char mark_letter(const char *mark)
{
    return *mark == 'c'     ? 'c'
           : *mark == 'e'   ? 'x'
           : *mark == 'r'   ? 'r'
           : mark[1] == 'r' ? 'p'
                            : 'P';
}

static int64_t open_todos(struct fixture *f, int64_t change)
{
    return fixture_of(f,
                      "SELECT COUNT(*) FROM todo WHERE object = 'deal_change:' || $1 AND done_ms "
                      "IS NULL",
                      change);
}

static int effect_see(void *arg, const struct deal_change_effect *effect)
{
    *(struct deal_change_effect *)arg = *effect; /* its figures; its texts are gone */
    return 0;
}

static int preview(struct fixture *f, const struct deal_change_ask *ask,
                   struct deal_change_effect *effect)
{
    return FIXTURE_DO(f, tx, deal_change_preview(tx, ask, effect_see, effect));
}

/* Thought of, with or without its reason: what it would come to, and nothing is written. */
static void kind_thought_of(struct fixture *f, const struct deal_change_ask *ask, int64_t deal)
{
    const struct deal_change_info *info = &deal_changes[ask->kind];
    const uint64_t before = change_dump(f);
    struct deal_change_ask silent = *ask;
    struct deal_change_effect effect = {.received_fen = -1};

    silent.reason = "";
    assert_int_equal(preview(f, &silent, &effect), 0);
    assert_true(before == change_dump(f));
    assert_int_equal(effect.now.unit_id != 0, (info->needs & CHANGE_TERMS) != 0);
    assert_int_equal(effect.was.total_fen,
                     fixture_of(f,
                                "SELECT t.total_fen FROM deal d JOIN terms t ON t.id = d.terms_id "
                                "WHERE d.id = $1",
                                deal));
    assert_int_equal(effect.received_fen,
                     fixture_of(f,
                                "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE "
                                "deal_id = $1",
                                deal));
}

/* Asked for: the mark alone. Approved: done, with a task for finance. */
static void kind_done(struct fixture *f, enum deal_change_kind kind, int64_t deal, int64_t unit,
                      int64_t target)
{
    const struct deal_change_ask ask = change_of(f, kind, deal, target);
    const int64_t terms = fixture_of(f, "SELECT terms_id FROM deal WHERE id = $1", deal);
    const char stage = deal_stage(f, deal);
    const int64_t p = patches(f);
    int64_t change;

    kind_thought_of(f, &ask, deal);
    change = change_asked(f, &ask);
    assert_int_equal(unit_change(f, unit), mark_letter(deal_changes[kind].mark));
    assert_true(fixture_changed(f, CHANGE_UNIT, unit));
    assert_int_equal(fixture_state(f, unit), stage);
    assert_int_equal(deal_version(f, deal), ask.version); /* nothing of it changed */
    assert_int_equal(fixture_of(f, "SELECT terms_id FROM deal WHERE id = $1", deal), terms);
    assert_int_equal(patches(f), p); /* and nobody outside hears of it */
    deal_verify(f);
    change_approve(f, change);
    assert_int_equal(unit_change(f, unit), '-');
    assert_int_equal(open_todos(f, change), 1);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM unit_history WHERE unit_id = $1 AND axis = "
                                "'change'",
                                unit),
                     2);
    deal_verify(f);
    change_pay_back(f, change);
    assert_int_equal(change_archive(f, change), 0);
    assert_int_equal(open_todos(f, change), 0);
    deal_verify(f);
    assert_refused(f, change_archive(f, change), CHANGE_STATE);
}

static void kind_refused(struct fixture *f, enum deal_change_kind kind, int64_t deal, char stage)
{
    const struct deal_change_ask ask = change_of(f, kind, deal, f->units[11]);
    const bool filed = (deal_changes[kind].needs & CHANGE_UNFILED) && stage == 'F' &&
                       strchr(deal_changes[kind].stages, 'F');
    const uint64_t before = change_dump(f);
    struct deal_change_effect effect;
    int64_t id = 0;

    if (filed) {
        assert_refused(f, preview(f, &ask, &effect), FILING_STANDS);
        assert_refused(f, change_ask(f, &ask, &id), FILING_STANDS);
    } else {
        assert_refused(f, preview(f, &ask, &effect), CHANGE_STAGE);
        assert_refused(f, change_ask(f, &ask, &id), CHANGE_STAGE);
    }
    assert_true(before == change_dump(f));
}

static bool kind_for(enum deal_change_kind kind, char stage)
{
    return strchr(deal_changes[kind].stages, stage) &&
           !((deal_changes[kind].needs & CHANGE_UNFILED) && stage == 'F');
}

/* Kinds from @from on, each on a unit of its own. */
static void kinds_all(struct fixture *f, char stage, int from)
{
    for (int i = 0; i < KINDS_AT_ONCE && from + i < DEAL_CHANGE_COUNT; i++) {
        const enum deal_change_kind kind = (enum deal_change_kind)(from + i);
        const int64_t unit = f->units[i], deal = change_deal(f, stage, unit, 0);
        int64_t next;

        if (kind == DEAL_CHANGE_FORFEIT && stage == 'S') {
            f->now_ms += 9 * FIXTURE_DAY;
            assert_true(deals_due(f, &next) >= 0);
        }
        if (kind_for(kind, stage))
            kind_done(f, kind, deal, unit, f->units[10]);
        else
            kind_refused(f, kind, deal, stage);
    }
}

static void test_each_kind_in_each_stage(void **state)
{
    for (const char *stage = "BSCFDT"; *stage; stage++)
        for (int from = 0; from < DEAL_CHANGE_COUNT; from += KINDS_AT_ONCE) {
            assert_int_equal(change_setup(state), 0);
            kinds_all(*state, *stage, from);
            assert_int_equal(fixture_teardown(state), 0);
        }
}

/* ---- what ends a deal ---- */

static int64_t line_of(struct fixture *f, int64_t deal, const char *fund)
{
    int64_t fen = 0;

    assert_true(db_get(f->db, &fen,
                       "SELECT COALESCE(SUM(amount_fen), 0) FROM receivable WHERE deal_id = $1 AND "
                       "fund = $2 AND ended_ms IS NULL",
                       "it", deal, fund) >= 0);
    return fen;
}

static bool outcome_is(struct fixture *f, int64_t deal, const char *outcome)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM deal WHERE id = $1 AND outcome = $2", "it",
                       deal, outcome) >= 0);
    return n == 1;
}

static void test_contract_cancelled(void **state)
{
    struct fixture *f = *state;
    int64_t deal = change_deal(f, 'C', f->units[0], 0), change, p = patches(f);
    struct deal_change_ask ask;
    struct deal_open again;
    int64_t id = 0;

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    ask.refund_fen = 4000000;
    ask.forfeit_fen = 999999;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_MONEY_SUM);
    assert_string_equal(f->fault.args[0].value, "50000.00");
    ask.forfeit_fen = 1000000;
    change = change_asked(f, &ask);
    assert_int_equal(fixture_of(f,
                                "SELECT a.amount_fen FROM approval a JOIN deal_change g ON "
                                "g.approval_id = a.id WHERE g.id = $1",
                                change),
                     DEPOSIT);
    change_approve(f, change);
    assert_true(outcome_is(f, deal, "cancelled"));
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(patches(f), p); /* the public waits for the next publication */
    assert_int_equal(change_received(f, deal), 4000000); /* until it is paid back */
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", f->units[0]),
                     0);
    /* Not sold again before its price is reviewed (G13). */
    again = deal_asked(f, 'S', f->units[0], 1);
    assert_refused(f, FIXTURE_DO(f, tx, deal_open(tx, &again, &id)), G13_PRICE_REVIEW);
    assert_int_equal(change_pay_back(f, change), 4000000);
    assert_int_equal(change_received(f, deal), 0);
    assert_int_equal(change_archive(f, change), 0);
    deal_verify(f);
    /* Its number stays used. */
    assert_true(db_run(f->db, "UPDATE unit SET price_reviewed = 1", "") >= 0);
    deal = change_deal(f, 'C', f->units[0], 1);
    assert_int_equal(
        fixture_of(f, "SELECT MAX(number) FROM deal_document WHERE deal_id = $1", deal), 2);
}

/* F: two steps that are logged, T19 and T20. */
static void test_filed_is_given_up_first(void **state)
{
    struct fixture *f = *state;
    int64_t deal = change_deal(f, 'F', f->units[0], 0), id = 0;
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);

    assert_refused(f, change_ask(f, &ask, &id), FILING_STANDS);
    assert_int_equal(FIXTURE_DO(f, tx, deal_unfile(tx, deal, deal_version(f, deal), "撤-1")), 0);
    ask.version = deal_version(f, deal);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM unit_history WHERE unit_id = $1 AND event IN "
                                "('unfile', 'cancel')",
                                f->units[0]),
                     2);
}

static void test_booking_and_subscription_cancelled(void **state)
{
    struct fixture *f = *state;
    const int64_t b = change_deal(f, 'B', f->units[0], 0);
    const int64_t s = change_deal(f, 'S', f->units[1], 1);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, b, 0);

    change_approve(f, change_asked(f, &ask));
    ask = change_of(f, DEAL_CHANGE_CANCEL, s, 0);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(fixture_state(f, f->units[1]), 'A');
    assert_int_equal(fixture_count(f, "SELECT MIN(price_reviewed) FROM unit"), 1);
    deal_verify(f);
}

static void test_rescinded_with_a_penalty(void **state)
{
    struct fixture *f = *state;
    int64_t deal = change_deal(f, 'C', f->units[0], 0), change, id = 0;
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_RESCIND, deal, 0);

    ask.penalty_fen = 777;
    ask.fault_side = "none";
    assert_refused(f, change_ask(f, &ask, &id), FIELDS_WRONG);
    assert_string_equal(f->fault.items[0].field, "fault_side");
    ask.fault_side = "seller";
    change = change_asked(f, &ask);
    change_approve(f, change);
    assert_true(outcome_is(f, deal, "rescinded"));
    assert_int_equal(line_of(f, deal, "penalty"), -777); /* the seller owes it */
    assert_int_equal(change_archive(f, change), 0);
    assert_int_equal(line_of(f, deal, "penalty"), 0);
    deal_verify(f);
}

/* On an ended deal nothing can be paid any more: what the buyer owes is kept of what goes back. */
static void test_a_penalty_is_kept_of_what_goes_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct deal_change_ask ask;
    int64_t change, id = 0;

    assert_int_equal(deal_pay(f, deal, 5000), 0);
    ask = change_of(f, DEAL_CHANGE_RESCIND, deal, 0);
    ask.refund_fen = 4000;
    ask.forfeit_fen = 1000;
    ask.penalty_fen = 4001;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_KEPT);
    assert_string_equal(f->fault.args[0].value, "50.00");
    ask.penalty_fen = 888;
    change = change_asked(f, &ask);
    change_approve(f, change);
    assert_int_equal(line_of(f, deal, "penalty"), 0); /* nothing is owed, */
    assert_int_equal(change_received(f, deal), 3112);
    assert_int_equal(fixture_count(f, "SELECT SUM(e.amount_fen) FROM ledger_entry e JOIN "
                                      "ledger_account a ON a.id = e.credit_id WHERE a.kind = "
                                      "'income' AND a.fund = 'penalty'"),
                     888);
    deal_verify(f);
    assert_int_equal(change_pay_back(f, change), 3112);
    assert_int_equal(change_archive(f, change), 0);
    deal_verify(f);
}

/* T16: the day to sign by has passed, and that was told. */
static void test_forfeited(void **state)
{
    struct fixture *f = *state;
    int64_t deal = change_deal(f, 'S', f->units[0], 0), id = 0, next;
    struct deal_change_ask ask;

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    ask = change_of(f, DEAL_CHANGE_FORFEIT, deal, 0);
    ask.refund_fen = 0;
    ask.forfeit_fen = DEPOSIT;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_NOT_NOTICED);
    f->now_ms += 9 * FIXTURE_DAY;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_NOT_NOTICED);
    assert_int_equal(deals_due(f, &next), 1);
    change_approve(f, change_asked(f, &ask));
    assert_true(outcome_is(f, deal, "forfeited"));
    assert_int_equal(change_received(f, deal), 0);
    assert_int_equal(fixture_of(f,
                                "SELECT SUM(amount_fen) FROM received WHERE deal_id = $1 AND "
                                "change_id IS NOT NULL",
                                deal),
                     -DEPOSIT);
    deal_verify(f);
}

/* ---- the exchange ---- */

static void test_exchanged(void **state)
{
    struct fixture *f = *state;
    int64_t deal = change_deal(f, 'C', f->units[0], 0), change, to, p;
    struct deal_change_ask ask;

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    change = change_asked(f, &ask);
    p = patches(f);
    change_approve(f, change);
    to = fixture_of(f, "SELECT new_deal_id FROM deal_change WHERE id = $1", change);
    assert_true(outcome_is(f, deal, "exchanged"));
    assert_int_equal(fixture_of(f, "SELECT from_deal_id FROM deal WHERE id = $1", to), deal);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(fixture_state(f, f->units[1]), 'C');
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[1]));
    assert_int_equal(patches(f), p + 1); /* the one that is gone, and not the one that is free */
    assert_int_equal(change_received(f, deal), 0);
    assert_int_equal(change_received(f, to), DEPOSIT);
    assert_int_equal(
        fixture_of(f,
                   "SELECT SUM(e.amount_fen) FROM voucher v JOIN ledger_entry e ON "
                   "e.voucher_id = v.id WHERE v.kind = 'exchange' AND v.change_id = $1",
                   change),
        DEPOSIT);
    assert_int_equal(fixture_of(f, "SELECT number FROM deal_document WHERE deal_id = $1", to), 2);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1", to), 1);
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", f->units[0]),
                     0);
    assert_true(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", to) > f->now_ms);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM receivable WHERE deal_id = $1 AND "
                                "ended_ms IS NULL AND due_date IS NOT NULL",
                                to),
                     2);
    assert_refused(f, FIXTURE_DO(f, tx, deal_void(tx, to, deal_version(f, to), "r")),
                   DEAL_VOID_MONEY);
    deal_verify(f);
    /* And on: what came over is carried. */
    assert_int_equal(deal_filed(f, to, "BA-2"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_deliver(tx, to, deal_version(f, to), "JF-1")), 0);
}

/* The world moved on between the request and the last approval. */
static void check_executed_refused(struct fixture *f, int64_t change, enum fault_code code)
{
    const uint64_t before = change_dump(f);
    int r = change_decide(f, change, APPROVAL_APPROVED);

    assert_int_equal(r, -EREFUSED);
    assert_string_equal(fault_code_text(f->fault.code), fault_code_text(code));
    assert_true(before == change_dump(f));
}

static void test_target_taken(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    const int64_t change = change_asked(f, &ask);
    int64_t id = 0;

    deal_new(f, 'S', f->units[1], 1);
    check_executed_refused(f, change, FAULT_CHANGE_TARGET);
    assert_int_equal(fixture_state(f, f->units[0]), 'S');
    /* Nor is it asked for any more. */
    assert_int_equal(change_withdraw(f, change), 0);
    ask.terms_id = change_terms(f, (struct change_new){.deal = deal, .unit = f->units[1]});
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_TARGET);
    deal_verify(f);
}

static void test_target_priced_anew(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    const int64_t change = change_asked(f, &ask);

    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_price (unit_id, total_fen, reason, actor, at_ms) "
                            "VALUES ($1, 1, 'r', 'a', 1)",
                            "i", f->units[1]),
                     1);
    check_executed_refused(f, change, FAULT_TERMS_PRICE_CHANGED);
    assert_true(db_run(f->db, "UPDATE unit SET price_reviewed = 0", "") >= 0);
    check_executed_refused(f, change, FAULT_G13_PRICE_REVIEW);
}

static void test_deal_moved_on(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    const int64_t change = change_asked(f, &ask);
    int64_t back = 0;

    assert_int_equal(deal_pay(f, deal, 1), 0);
    check_executed_refused(f, change, FAULT_CHANGE_MONEY_SUM);
    assert_int_equal(deal_pay_back(f, deal, &back), 0);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    check_executed_refused(f, change, FAULT_CHANGE_MOVED);
    assert_int_equal(change_decide(f, change, APPROVAL_RETURNED), 0);
    assert_int_equal(unit_change(f, f->units[0]), '-');
    deal_verify(f);
}

static void test_what_was_approved(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    const int64_t change = change_asked(f, &ask);

    assert_int_equal(
        db_run(f->db, "UPDATE deal_change SET reason = 'x' WHERE id = $1", "i", change), 1);
    check_executed_refused(f, change, FAULT_APPROVAL_CONTENT_CHANGED);
}

static void test_terms_ran_out(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    const int64_t change = change_asked(f, &ask);
    int64_t next;

    f->now_ms += 31 * FIXTURE_DAY;
    check_executed_refused(f, change, FAULT_CHANGE_TERMS_OTHERS);
    assert_true(FIXTURE_DO(f, tx, terms_expire_due(tx, &next)) >= 1);
    check_executed_refused(f, change, FAULT_CHANGE_TERMS_OTHERS);
    assert_int_equal(change_decide(f, change, APPROVAL_REJECTED), 0);
    deal_verify(f);
}

/* ---- not approved ---- */

static void test_not_approved(void **state)
{
    static const enum approval_outcome outcomes[] = {APPROVAL_REJECTED, APPROVAL_RETURNED,
                                                     APPROVAL_WITHDRAWN};
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    const int64_t terms = fixture_of(f, "SELECT terms_id FROM deal WHERE id = $1", deal);
    int64_t change = 0, id = 0;

    for (size_t i = 0; i < 3; i++) {
        struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);

        if (change)
            ask.resubmits_id =
                fixture_of(f, "SELECT approval_id FROM deal_change WHERE id = $1", change);
        change = change_asked(f, &ask);
        ask.resubmits_id = 0;
        assert_refused(f, change_ask(f, &ask, &id), CHANGE_RUNNING);
        assert_int_equal(outcomes[i] == APPROVAL_WITHDRAWN ? change_withdraw(f, change)
                                                           : change_decide(f, change, outcomes[i]),
                         0);
        assert_int_equal(unit_change(f, f->units[0]), '-');
        assert_int_equal(fixture_of(f,
                                    "SELECT COUNT(*) FROM terms WHERE id = $1 AND state = "
                                    "'refused'",
                                    ask.terms_id),
                         1);
        assert_int_equal(fixture_of(f, "SELECT terms_id FROM deal WHERE id = $1", deal), terms);
        assert_refused(f, change_archive(f, change), CHANGE_STATE);
        deal_verify(f);
    }
    /* Who asks does not approve, and nobody goes around it. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_change WHERE state = 'asked'"), 0);
}

static void test_nobody_approves_his_own(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    const int64_t change = change_asked(f, &ask);
    const int64_t task = fixture_count(f, "SELECT MAX(id) FROM approval_task");

    assert_refused(f, FIXTURE_DO(f, tx, approval_decide(tx, task, 1, APPROVAL_APPROVED, "")),
                   SELF_APPROVAL);
    (void)change;
}

/* ---- refusals ---- */

/* Each leaves everything as it was. */
static void test_fields(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_WAIVE, deal, 0), wrong;
    const uint64_t before = change_dump(f);
    int64_t id = 0;

    wrong = ask;
    wrong.reason = "";
    assert_refused(f, change_ask(f, &wrong, &id), REASON_NEEDED);
    wrong = ask;
    wrong.receivable_id = 0;
    wrong.days = 3;
    wrong.fault_side = "buyer";
    wrong.refund_fen = wrong.penalty_fen = 1;
    wrong.terms_id = 1;
    assert_refused(f, change_ask(f, &wrong, &id), FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 6);
    wrong = ask;
    wrong.version++;
    assert_refused(f, change_ask(f, &wrong, &id), VERSION_CHANGED);
    wrong = ask;
    wrong.deal_id = 999;
    assert_refused(f, change_ask(f, &wrong, &id), NOT_FOUND);
    wrong = ask;
    wrong.n_media = 1;
    wrong.media[0] = "0123";
    assert_refused(f, change_ask(f, &wrong, &id), MEDIA_UNKNOWN);
    f->as = &f->outsider;
    assert_refused(f, change_ask(f, &ask, &id), NOT_FOUND);
    f->as = &f->actor;
    assert_true(before == change_dump(f));
}

static void test_no_route_no_change(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_WAIVE, deal, 0);
    uint64_t before;
    int64_t id = 0;

    assert_true(db_run(f->db, "UPDATE flow_rule SET enabled = 0", "") > 0);
    before = change_dump(f);
    assert_refused(f, change_ask(f, &ask, &id), APPROVAL_NO_ROUTE);
    assert_true(before == change_dump(f));
}

/* While it is asked for the deal's next step waits (G14), and its booking's end is a task. */
static void test_others_wait(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    int64_t next;

    change_asked(f, &ask);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-9"), G14_CHANGE);
    assert_refused(f, deal_voided(f, deal), DEAL_VOID_MONEY);
    ask = change_of(f, DEAL_CHANGE_CANCEL, change_deal(f, 'B', f->units[1], 1), 0);
    change_asked(f, &ask);
    f->now_ms += 30 * FIXTURE_DAY;
    assert_true(deals_due(f, &next) > 0);
    assert_int_equal(fixture_state(f, f->units[1]), 'B');
    deal_verify(f);
}

/* WF-11: not while something else of it is to be done. */
static void test_archive_waits(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_WAIVE, deal, 0);
    const int64_t change = change_asked(f, &ask);
    struct todo_new todo = {.kind = TODO_RETURNED,
                            .project_id = f->project,
                            .object_kind = "deal_change",
                            .object_id = change,
                            .title = "t",
                            .user_id = 1};

    assert_refused(f, change_archive(f, change), CHANGE_STATE);
    change_approve(f, change);
    assert_int_equal(FIXTURE_DO(f, tx, todo_add(tx, &todo)), 0);
    assert_refused(f, change_archive(f, change), CHANGE_TODO_OPEN);
    assert_refused(f, FIXTURE_DO(f, tx, deal_change_archive(tx, change, 1, "r")), VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, deal_change_archive(tx, change, 2, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, todo_done(tx, TODO_RETURNED, "deal_change", change, "r")),
                     1);
    f->as = &f->outsider;
    assert_refused(f, change_archive(f, change), NOT_FOUND);
    f->as = &f->actor;
    assert_int_equal(change_archive(f, change), 0);
}

#define CHANGE_TEST(name) cmocka_unit_test_setup_teardown(name, change_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_in_each_stage),
        CHANGE_TEST(test_contract_cancelled),
        CHANGE_TEST(test_filed_is_given_up_first),
        CHANGE_TEST(test_booking_and_subscription_cancelled),
        CHANGE_TEST(test_rescinded_with_a_penalty),
        CHANGE_TEST(test_a_penalty_is_kept_of_what_goes_back),
        CHANGE_TEST(test_forfeited),
        CHANGE_TEST(test_exchanged),
        CHANGE_TEST(test_target_taken),
        CHANGE_TEST(test_target_priced_anew),
        CHANGE_TEST(test_deal_moved_on),
        CHANGE_TEST(test_what_was_approved),
        CHANGE_TEST(test_terms_ran_out),
        CHANGE_TEST(test_not_approved),
        CHANGE_TEST(test_nobody_approves_his_own),
        CHANGE_TEST(test_fields),
        CHANGE_TEST(test_no_route_no_change),
        CHANGE_TEST(test_others_wait),
        CHANGE_TEST(test_archive_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
