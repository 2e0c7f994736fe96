/* test_deal.c - a deal from the first paper to the title: each transition with all that it
 * writes, each guard that refuses, papers made from papers, and nobody else's (FC 25.4 T12, T14,
 * T17-T19, T25, T26; SF-06, SF-08 to SF-11, SF-15, SF-20, SF-30, SF-35). */
#include "deal_fixture.h"

#include "db/confirmation.h"
#include "db/qualification.h"
#include "db/queue.h"
#include "db/unit_lock.h"
#include "db/unit_step.h"

static int64_t audits(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM audit");
}

static int try_open(struct fixture *f, const struct deal_open *open)
{
    int64_t id = 0;
    int r = FIXTURE_DO(f, tx, deal_open(tx, open, &id));

    assert_true((r == 0) == (id != 0));
    return r;
}

static int try_stage(struct fixture *f, char stage, int64_t unit, size_t i)
{
    const struct deal_open open = deal_asked(f, stage, unit, i);

    return try_open(f, &open);
}

static int64_t lock(struct fixture *f, int64_t unit, int64_t customer)
{
    const struct unit_lock lock = {.unit_id = unit, .customer_id = customer};
    int64_t until = 0;

    assert_int_equal(FIXTURE_DO(f, tx, unit_lock(tx, &lock, &until)), 0);
    return until;
}

static void rule_set(struct fixture *f, const char *sql)
{
    assert_int_equal(db_script(f->db, sql), 0);
}

/* ---- begins ---- */

/* One row of history, one of the log for the unit and one for the deal, one loss, one claim. */
static void test_opening_writes_each_once(void **state)
{
    static const char stages[] = {'B', 'S', 'C'};
    static const char *const kinds[] = {"booking", "subscription", "contract"};
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        int64_t unit = f->units[i], p = patches(f), a, h = histories(f, unit), deal, n = 0;
        struct deal_open open = deal_asked(f, stages[i], unit, i);
        int64_t version = open.unit_version;

        a = audits(f);
        deal = deal_of(f, &open);
        assert_int_equal(fixture_state(f, unit), stages[i]);
        assert_int_equal(deal_stage(f, deal), stages[i]);
        assert_int_equal(fixture_version(f, unit), version + 1);
        assert_int_equal(histories(f, unit), h + 1);
        /* the unit, the terms, the deal, the buyer's class; before a contract each paper shown */
        assert_int_equal(audits(f), a + (stages[i] == 'C' ? 8 : 4));
        assert_int_equal(patches(f), p + 1);
        assert_true(fixture_changed(f, CHANGE_UNIT, unit));
        assert_true(fixture_changed(f, CHANGE_DEAL, deal));
        assert_true(fixture_changed(f, CHANGE_PUBLIC_UNIT, unit));
        assert_int_equal(db_get(f->db, &n,
                                "SELECT COUNT(*) FROM deal_document WHERE deal_id = $1 AND "
                                "kind = $2 AND number = 1 AND state = 'live' AND user_id = 1",
                                "it", deal, kinds[i]),
                         1);
        assert_int_equal(n, 1);
        assert_int_equal(fixture_of(f,
                                    "SELECT COUNT(*) FROM claim WHERE deal_id = $1 AND user_id = 1 "
                                    "AND customer_id IS NOT NULL AND ended_ms IS NULL",
                                    deal),
                         1);
        assert_int_equal(
            fixture_of(f, "SELECT COUNT(*) FROM terms WHERE deal_id = $1 AND state = 'used'", deal),
            1);
    }
    deal_verify(f);
}

/* The term ends with a day of the site, so many days on. */
static void test_terms_run_to_the_end_of_a_day(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'B', f->units[0], 0), end = 0;
    char day[DAY_TEXT];

    day_of(f->now_ms, day);
    assert_int_equal(day_add(day, 3, day), 0);
    assert_int_equal(day_end_ms(day, &end), 0);
    assert_int_equal(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal), end);
}

static void test_only_what_is_in_the_table(void **state)
{
    static const char legal[][3] = {{'A', 'B'}, {'A', 'S'}, {'A', 'C'}};
    static const enum transition_id before[] = {TRANSITION_HOLD, TRANSITION_RETAIN,
                                                TRANSITION_RESERVE, TRANSITION_LOCK};
    struct fixture *f = *state;

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(fixture_act(f, before[i], f->units[i]), 0);
        for (size_t k = 0; k < 3; k++) {
            assert_refused(f, try_stage(f, legal[k][1], f->units[i], 0), TRANSITION);
            assert_string_equal(f->fault.args[1].value,
                                state_info(fixture_state(f, f->units[i]))->zh); /* as it is now */
        }
    }
    deal_new(f, 'B', f->units[4], 0);
    for (size_t k = 0; k < 3; k++)
        assert_refused(f, try_stage(f, legal[k][1], f->units[4], 1), TRANSITION);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal"), 1);
}

static void test_a_unit_that_moved(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0);

    /* Held and let go since it was read: it looks the same and is not. */
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    assert_refused(f, try_open(f, &open), UNIT_MOVED);
    assert_int_equal(fault_code_class(f->fault.code), FAULT_CLASS_CONFLICT);
    assert_int_equal(f->fault.n_items, 2);
    assert_string_equal(f->fault.items[0].args[0].value, "解控");
    assert_string_equal(f->fault.items[1].args[0].value, "销控");
    open.unit_version = fixture_version(f, f->units[0]);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET version = version + 1 WHERE id = $1", "i", f->units[0]), 1);
    assert_refused(f, try_open(f, &open), UNIT_MOVED);
    assert_int_equal(f->fault.items[0].code, FAULT_UNIT_RECORD);
}

/* ---- guards ---- */

static void test_each_guard_refuses(void **state)
{
    static const struct {
        const char *sql, *mend;
        enum fault_code code;
        const char *stages;
    } cases[] = {
        {"UPDATE permit SET revoked_ms = 1", "UPDATE permit SET revoked_ms = NULL", FAULT_G1_PERMIT,
         "BSC"},
        {"UPDATE unit_area SET reviewed_ms = NULL, reviewed_by = NULL",
         "UPDATE unit_area SET reviewed_ms = 1, reviewed_by = 'a'", FAULT_G2_AREA, "BSC"},
        {"UPDATE unit SET filed_total_fen = total_fen - 1",
         "UPDATE unit SET filed_total_fen = NULL", FAULT_G3_PRICE, "BSC"},
        {"INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) SELECT id, 'seizure', "
         "'d', 1, 'a' FROM unit",
         "UPDATE encumbrance SET cleared_ms = 1, cleared_by = 'a', clear_document = 'd' WHERE "
         "cleared_ms IS NULL",
         FAULT_G4_ENCUMBRANCE, "BSC"},
        {"UPDATE unit SET attached_only = 1", "UPDATE unit SET attached_only = 0",
         FAULT_G5_ATTACHED, "BSC"},
        {"UPDATE customer_secret SET ended_ms = 1 WHERE kind <> 'phone' AND ended_ms IS NULL",
         "UPDATE customer_secret SET ended_ms = NULL", FAULT_G7_IDENTITY, "BSC"},
        {"UPDATE project SET deposit_first = 1", "UPDATE project SET deposit_first = 0",
         FAULT_G9_MONEY, "S"},
        {"DROP TRIGGER IF EXISTS unit_price_planned; UPDATE unit SET total_fen = total_fen + 100",
         "UPDATE unit SET total_fen = total_fen - 100", FAULT_G12_PUBLISHED_PRICE, "BSC"},
        {"UPDATE unit SET price_reviewed = 0", "UPDATE unit SET price_reviewed = 1",
         FAULT_G13_PRICE_REVIEW, "BSC"},
        {"UPDATE unit SET change_kind = 'cancel'", "UPDATE unit SET change_kind = ''",
         FAULT_G14_CHANGE, "BSC"},
        {"UPDATE building SET picking = 1", "UPDATE building SET picking = 0", FAULT_G18_OPENING,
         "S"},
    };
    struct fixture *f = *state;
    int64_t a = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (const char *stage = cases[i].stages; *stage; stage++) {
            const struct deal_open open = deal_asked(f, *stage, f->units[0], 0);
            int r;

            a = audits(f);
            rule_set(f, cases[i].sql);
            r = try_open(f, &open);
            if (r != -EREFUSED || f->fault.code != cases[i].code)
                fail_msg("%c, %s: %d %s", *stage, cases[i].sql, r,
                         f->fault.set ? fault_code_text(f->fault.code) : "");
            assert_int_equal(audits(f), a);
            rule_set(f, cases[i].mend);
        }
    assert_int_equal(try_stage(f, 'S', f->units[0], 0), 0); /* nothing else stood in its way */
}

static void test_several_guards_are_items(void **state)
{
    struct fixture *f = *state;
    const struct deal_open open = deal_asked(f, 'B', f->units[0], 0);

    rule_set(f, "UPDATE unit SET attached_only = 1, price_reviewed = 0");
    assert_refused(f, try_open(f, &open), G5_ATTACHED);
    assert_int_equal(f->fault.n_items, 2);
    assert_int_equal(f->fault.items[1].code, FAULT_G13_PRICE_REVIEW);
}

/* ---- one's own lock and reservation ---- */

static void test_own_lock_leads_on(void **state)
{
    struct fixture *f = *state;
    struct deal_open open;
    struct actor other = f->actor;

    other.id = 2;
    lock(f, f->units[0], 0);
    f->as = &other;
    assert_refused(f, try_stage(f, 'S', f->units[0], 0), TRANSITION);
    f->as = &f->actor;
    assert_int_equal(try_stage(f, 'S', f->units[0], 0), 0);
    /* A customer's lock is for that customer, whoever sells; and for no other. */
    lock(f, f->units[1], deal_buyers[1]);
    assert_refused(f, try_stage(f, 'B', f->units[1], 0), TRANSITION);
    f->as = &other;
    assert_int_equal(try_stage(f, 'B', f->units[1], 1), 0);
    /* T17: a contract from a lock is not in the table. */
    f->as = &f->actor;
    lock(f, f->units[2], 0);
    open = deal_asked(f, 'C', f->units[2], 0);
    assert_refused(f, try_open(f, &open), TRANSITION);
    deal_verify(f);
}

/* The step itself asks whose the claim is, whatever its caller looked at before. */
static void test_a_step_is_its_holders(void **state)
{
    struct fixture *f = *state;
    struct unit_step step = {
        .transition = TRANSITION_UNLOCK, .unit_id = f->units[0], .own_claim = 999};

    lock(f, f->units[0], 0);
    assert_refused(f, FIXTURE_DO(f, tx, unit_step(tx, &step)), G6_TAKEN);
    step.transition = TRANSITION_SUBSCRIBE_OWN;
    step.own_claim = 0;
    assert_refused(f, FIXTURE_DO(f, tx, unit_step(tx, &step)), G6_TAKEN);
}

static int reserve(struct fixture *f, int64_t unit, int64_t customer)
{
    struct unit_ref ref = {unit, 0};
    struct unit_action a = {.transition = TRANSITION_RESERVE,
                            .reason = "r",
                            .holder = "王",
                            .customer_id = customer,
                            .until_ms = f->now_ms + FIXTURE_DAY,
                            .units = &ref,
                            .n = 1};

    return FIXTURE_DO(f, tx, unit_act(tx, f->project, &a));
}

static void test_own_reservation_is_a_switch(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(reserve(f, f->units[0], deal_buyers[0]), 0);
    assert_refused(f, try_stage(f, 'B', f->units[0], 1), TRANSITION);
    rule_set(f, "UPDATE project SET reserve_direct = 0");
    assert_refused(f, try_stage(f, 'B', f->units[0], 0), TRANSITION);
    rule_set(f, "UPDATE project SET reserve_direct = 1");
    assert_int_equal(try_stage(f, 'B', f->units[0], 0), 0);
    assert_int_equal(reserve(f, f->units[1], 0), 0); /* for nobody of the master */
    assert_refused(f, try_stage(f, 'B', f->units[1], 1), TRANSITION);
}

/* ---- what is asked for ---- */

static void test_buyers(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0);

    open.buyers[0].share_bp = 9999;
    assert_refused(f, try_open(f, &open), BUYER_SHARES);
    open.buyers[0].share_bp = 0;
    assert_refused(f, try_open(f, &open), BUYER_SHARES);
    open.n_buyers = 0;
    assert_refused(f, try_open(f, &open), BUYER_SHARES);
    open.n_buyers = 2;
    open.buyers[0].share_bp = 5000;
    open.buyers[1] = (struct deal_buyer){deal_buyers[0], 5000};
    assert_refused(f, try_open(f, &open), BUYER_TWICE);
    open.buyers[1].customer_id = 999;
    assert_refused(f, try_open(f, &open), NOT_FOUND);
    open.buyers[1].customer_id = deal_buyers[1];
    assert_int_equal(try_open(f, &open), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_party WHERE share_bp = 5000"), 2);
    deal_verify(f);
}

static void test_identity_is_typed_twice(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0);

    open.document_again = deal_documents[1];
    assert_refused(f, try_open(f, &open), IDENTITY_MISMATCH);
    open.document_again = NULL;
    assert_refused(f, try_open(f, &open), IDENTITY_MISMATCH);
    open.document_again = "11010519491231002x"; /* as people type it */
    assert_int_equal(try_open(f, &open), 0);
}

static void test_terms_must_be_its_own(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'S', f->units[0], 0), other;

    open.terms_id = 999;
    assert_refused(f, try_open(f, &open), NOT_FOUND);
    open.terms_id = terms_make(f, f->units[1], deal_buyers[0], true, 0);
    assert_refused(f, try_open(f, &open), TERMS_OTHERS);
    open.terms_id = terms_make(f, f->units[0], deal_buyers[1], true, 0);
    assert_refused(f, try_open(f, &open), TERMS_OTHERS);
    open.terms_id = terms_make(f, f->units[0], deal_buyers[0], false, 0);
    assert_refused(f, try_open(f, &open), DEAL_PLAN_NEEDED);
    open = deal_asked(f, 'S', f->units[0], 0);
    other = open;
    assert_int_equal(try_open(f, &open), 0);
    assert_refused(f, try_open(f, &other), TERMS_NOT_GRANTED); /* used */
}

/* Where the city says who may buy, its newest answer counts (CU-27). */
static void test_qualification(void **state)
{
    struct fixture *f = *state;
    const struct deal_open open = deal_asked(f, 'S', f->units[0], 0);
    struct qualification q = {.customer_id = deal_buyers[0],
                              .project_id = f->project,
                              .result = "pending",
                              .number = "",
                              .date = "2026-01-02",
                              .note = ""};
    int64_t id = 0;

    rule_set(f, "UPDATE project SET qualification = 1");
    assert_refused(f, try_open(f, &open), G7_IDENTITY);
    assert_int_equal(FIXTURE_DO(f, tx, qualification_add(tx, &q, &id)), 0);
    assert_refused(f, try_open(f, &open), G7_IDENTITY);
    q.result = "pass";
    q.number = "ZG-1";
    assert_int_equal(FIXTURE_DO(f, tx, qualification_add(tx, &q, &id)), 0);
    assert_int_equal(try_open(f, &open), 0);
}

static bool class_is(struct fixture *f, size_t buyer, const char *class)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM customer WHERE id = $1 AND class = $2",
                       "it", deal_buyers[buyer], class) >= 0);
    return n == 1;
}

/* A customer's class follows the deal, there and back (CU-03). */
static void test_class_follows(void **state)
{
    struct fixture *f = *state;
    int64_t deal;

    assert_true(class_is(f, 0, "potential"));
    deal = deal_new(f, 'B', f->units[0], 0);
    assert_true(class_is(f, 0, "intending"));
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(
        deal_goes(f, deal, 'S', terms_make(f, f->units[0], deal_buyers[0], true, 0), 0, NULL), 0);
    assert_true(class_is(f, 0, "subscribed"));
    assert_int_equal(deal_voided(f, deal), 0);
    assert_true(class_is(f, 0, "intending"));
    deal = deal_new(f, 'S', f->units[1], 1);
    assert_true(class_is(f, 1, "subscribed"));
    assert_int_equal(deal_voided(f, deal), 0);
    assert_true(class_is(f, 1, "potential"));
}

static void test_confirmation(void **state)
{
    struct fixture *f = *state;
    struct actor controller = f->actor;
    struct confirmation_new c = {f->units[0], fixture_version(f, f->units[0]), deal_buyers[0]};
    struct deal_open open;
    int64_t until = 0;

    controller.id = 3;
    rule_set(f, "UPDATE project SET confirm_first = 1");
    open = deal_asked(f, 'S', f->units[0], 0);
    assert_refused(f, try_open(f, &open), CONFIRMATION_NEEDED);
    c.unit_version--;
    assert_refused(f, FIXTURE_DO(f, tx, confirmation_create(tx, &c, &open.confirmation_id, &until)),
                   UNIT_MOVED);
    c.unit_version++;
    assert_int_equal(FIXTURE_DO(f, tx, confirmation_create(tx, &c, &open.confirmation_id, &until)),
                     0);
    assert_refused(f, try_open(f, &open), SELF_APPROVAL); /* who sells does not confirm */
    f->as = &controller;
    assert_int_equal(FIXTURE_DO(f, tx, confirmation_create(tx, &c, &open.confirmation_id, &until)),
                     0);
    assert_int_equal(until, f->now_ms + 30 * FIXTURE_MINUTE);
    f->as = &f->actor;
    f->now_ms = until;
    assert_refused(f, try_open(f, &open), CONFIRMATION_STALE);
    f->now_ms = until - 1;
    open.buyers[0].customer_id = deal_buyers[1];
    open.terms_id = terms_make(f, f->units[0], deal_buyers[1], true, 0);
    open.document_again = deal_documents[1];
    assert_refused(f, try_open(f, &open), CONFIRMATION_STALE); /* for another */
    open = deal_asked(f, 'S', f->units[0], 0);
    open.confirmation_id = fixture_count(f, "SELECT MAX(id) FROM confirmation");
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    open.unit_version = fixture_version(f, f->units[0]);
    assert_refused(f, try_open(f, &open), CONFIRMATION_STALE); /* the unit moved */
    f->as = &controller;
    c.unit_version = open.unit_version;
    assert_int_equal(FIXTURE_DO(f, tx, confirmation_create(tx, &c, &open.confirmation_id, &until)),
                     0);
    f->as = &f->actor;
    assert_int_equal(try_open(f, &open), 0);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM confirmation WHERE id = $1 AND used_ms IS "
                                "NOT NULL AND deal_id IS NOT NULL",
                                open.confirmation_id),
                     1);
}

/* ---- goes on ---- */

static void test_paper_from_paper(void **state)
{
    struct fixture *f = *state;
    int64_t taken = 0;
    int64_t unit = f->units[0], deal = deal_new(f, 'B', unit, 0);
    int64_t terms = terms_make(f, unit, deal_buyers[0], true, 100), h = histories(f, unit);

    assert_refused(f, deal_goes(f, deal, 'S', 0, 0, NULL), DEAL_PLAN_NEEDED);
    assert_refused(f, deal_goes(f, deal, 'S', terms, 1, NULL), IDENTITY_MISMATCH);
    assert_int_equal(deal_pay(f, deal, 200000), 0);
    assert_int_equal(deal_goes(f, deal, 'S', terms, 0, NULL), 0);
    assert_int_equal(fixture_state(f, unit), 'S');
    assert_int_equal(histories(f, unit), h + 1);
    deal_verify(f);
    assert_refused(f, deal_goes(f, deal, 'S', 0, 0, NULL), TRANSITION);
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, NULL), DOCUMENT_NEEDED);
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), G9_MONEY); /* the deposit first */
    /* Other money is no deposit. */
    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, made_ms) VALUES ($1, 90, 'fit_out', $2, 'date', "
                            "'2026-01-01', 1)",
                            "ii", deal, FIXTURE_TOTAL),
                     1);
    assert_int_equal(deal_pays(f, deal, "fit_out", FIXTURE_TOTAL), 0);
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), G9_MONEY);
    assert_int_equal(deal_pay_back(f, deal, &taken), 0);
    assert_int_equal(db_run(f->db, "UPDATE receivable SET ended_ms = 2 WHERE fund = 'fit_out'", ""),
                     1);
    assert_int_equal(deal_pay(f, deal, DEPOSIT - 200000), 0);
    /* The list price may rise meanwhile: the buyer's is frozen. */
    rule_set(f, "DROP TRIGGER unit_price_planned;"
                "UPDATE unit SET total_fen = total_fen + 100, price_reviewed = 0, "
                "filed_total_fen = 100");
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    /* Everything went on by reference: one deal, one sum, the papers in a chain. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal"), 1);
    assert_int_equal(fixture_of(f, "SELECT SUM(amount_fen) FROM received WHERE deal_id = $1", deal),
                     DEPOSIT);
    assert_int_equal(
        fixture_of(
            f,
            "SELECT COUNT(*) FROM deal_document c JOIN deal_document s ON s.id = "
            "c.previous_id JOIN deal_document b ON b.id = s.previous_id WHERE c.deal_id = $1 "
            "AND c.kind = 'contract' AND s.kind = 'subscription' AND b.kind = 'booking' AND "
            "c.state = 'live' AND s.state = 'converted' AND b.state = 'converted'",
            deal),
        1);
    deal_verify(f);
}

static void test_stale_and_direct(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'B', f->units[0], 0), next = 0;
    struct deal_advance to = {.deal_id = deal,
                              .version = deal_version(f, deal) + 1,
                              .stage = 'C',
                              .terms_id = terms_make(f, f->units[0], deal_buyers[0], true, 0),
                              .document = "HT-1",
                              .document_again = deal_documents[0],
                              .shown = DEAL_SHOWN};

    assert_refused(f, FIXTURE_DO(f, tx, deal_advance(tx, &to)), VERSION_CHANGED);
    to.version--;
    rule_set(f, "UPDATE project SET direct_sign = 0");
    assert_refused(f, FIXTURE_DO(f, tx, deal_advance(tx, &to)), DEAL_SIGN_DIRECT);
    assert_refused(f, try_stage(f, 'C', f->units[1], 1), DEAL_SIGN_DIRECT);
    rule_set(f, "UPDATE project SET direct_sign = 1");
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_advance(tx, &to)), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'C');
    /* A number of a paper is on one. */
    assert_refused(f, try_stage(f, 'C', f->units[1], 1), DEAL_DOCUMENT_TAKEN);
    /* What ended does not go on. */
    deal = deal_new(f, 'B', f->units[2], 2);
    f->now_ms += 10 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), 1);
    assert_refused(f, deal_goes(f, deal, 'S', 0, 2, NULL), DEAL_CLOSED);
}

/* What keeps a unit from being sold keeps a deal from going on. */
static void test_guards_stand_on_the_way(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    rule_set(f, "UPDATE permit SET revoked_ms = 1");
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), G1_PERMIT);
    rule_set(f, "UPDATE permit SET revoked_ms = NULL; UPDATE unit SET change_kind = 'price'");
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), G14_CHANGE);
    rule_set(f, "UPDATE unit SET change_kind = ''; UPDATE customer_secret SET ended_ms = 1 WHERE "
                "kind <> 'phone'");
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), G7_IDENTITY);
}

static void test_filed_delivered_titled(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'C', f->units[0], 0), v;
    char yesterday[DAY_TEXT], tomorrow[DAY_TEXT];

    day_of(f->now_ms, yesterday);
    assert_int_equal(day_add(yesterday, 1, tomorrow), 0);
    assert_int_equal(day_add(yesterday, -1, yesterday), 0);
    v = deal_version(f, deal);
    assert_refused(f, FIXTURE_DO(f, tx, deal_file(tx, deal, v, "BA-1", yesterday)),
                   DEAL_FILING_DATE);
    assert_refused(f, FIXTURE_DO(f, tx, deal_file(tx, deal, v, "BA-1", tomorrow)),
                   DEAL_FILING_DATE);
    assert_refused(f, FIXTURE_DO(f, tx, deal_file(tx, deal, v, "BA-1", "soon")), DEAL_FILING_DATE);
    assert_refused(f, deal_filed(f, deal, ""), DOCUMENT_NEEDED);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'F');
    assert_int_equal(fixture_of(f, "SELECT COALESCE(due_ms, 0) FROM deal WHERE id = $1", deal), 0);
    assert_refused(f, deal_filed(f, deal, "BA-2"), TRANSITION);
    assert_int_equal(FIXTURE_DO(f, tx, deal_unfile(tx, deal, deal_version(f, deal), "撤-1")), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'C');
    assert_true(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal) > f->now_ms);
    assert_int_equal(deal_filed(f, deal, "BA-2"), 0);
    /* The deposit is due. */
    assert_refused(f, FIXTURE_DO(f, tx, deal_deliver(tx, deal, deal_version(f, deal), "JF-1")),
                   DEAL_OWES);
    assert_string_equal(f->fault.args[0].value, "50000.00");
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_refused(f, FIXTURE_DO(f, tx, deal_title(tx, deal, deal_version(f, deal), "CZ-1")),
                   TRANSITION);
    assert_int_equal(FIXTURE_DO(f, tx, deal_deliver(tx, deal, deal_version(f, deal), "JF-1")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_title(tx, deal, deal_version(f, deal), "CZ-1")), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'T');
    deal_verify(f);
}

/* A line that was waived owes nothing. */
static void test_waived_is_settled(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'C', f->units[0], 0);

    rule_set(f, "UPDATE receivable SET waived_ms = 1 WHERE due = 'subscribed'");
    assert_int_equal(FIXTURE_DO(f, tx, deal_deliver(tx, deal, deal_version(f, deal), "JF-1")), 0);
}

/* ---- whose ---- */

static void test_others_deals_are_not_there(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct actor other = f->actor;
    struct deal_open open;

    other.id = 2;
    other.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    f->as = &other;
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), NOT_FOUND);
    assert_refused(f, deal_filed(f, deal, "BA-1"), NOT_FOUND);
    assert_refused(f, deal_voided(f, deal), NOT_FOUND);
    open = deal_asked(f, 'S', f->units[1], 1);
    open.user_id = 1; /* in somebody else's name */
    assert_refused(f, try_open(f, &open), DENIED);
    open.user_id = 2;
    assert_int_equal(try_open(f, &open), 0);
    f->as = &f->outsider;
    open = deal_asked(f, 'S', f->units[2], 2);
    assert_refused(f, try_open(f, &open), NOT_FOUND);
    assert_refused(f, deal_goes(f, deal, 'C', 0, 0, "HT-1"), NOT_FOUND);
    f->as = &f->actor;
    open.user_id = 2; /* a manager for his consultant */
    assert_int_equal(try_open(f, &open), 0);
    open.user_id = 999;
    assert_refused(f, try_open(f, &open), NOT_FOUND);
}

/* ---- from the queue ---- */

static void test_number_becomes_a_deal(void **state)
{
    struct fixture *f = *state;
    struct ticket_new ticket = {
        .project_id = f->project, .customer_id = deal_buyers[0], .unit_id = f->units[0]};
    struct deal_open open;
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id)), 0);
    open = deal_asked(f, 'S', f->units[1], 0);
    open.ticket_id = id;
    assert_refused(f, try_open(f, &open), TICKET_OTHERS); /* another unit */
    open = deal_asked(f, 'S', f->units[0], 1);
    open.ticket_id = id;
    assert_refused(f, try_open(f, &open), TICKET_OTHERS); /* another customer */
    open = deal_asked(f, 'S', f->units[0], 0);
    open.ticket_id = id;
    assert_int_equal(try_open(f, &open), 0);
    assert_int_equal(fixture_of(f, "SELECT queue_count FROM unit WHERE id = $1", f->units[0]), 0);
    open = deal_asked(f, 'S', f->units[1], 0);
    open.ticket_id = id;
    assert_refused(f, try_open(f, &open), TICKET_ENDED);
    deal_verify(f);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_opening_writes_each_once),
        DEAL_TEST(test_terms_run_to_the_end_of_a_day),
        DEAL_TEST(test_only_what_is_in_the_table),
        DEAL_TEST(test_a_unit_that_moved),
        DEAL_TEST(test_each_guard_refuses),
        DEAL_TEST(test_several_guards_are_items),
        DEAL_TEST(test_own_lock_leads_on),
        DEAL_TEST(test_a_step_is_its_holders),
        DEAL_TEST(test_own_reservation_is_a_switch),
        DEAL_TEST(test_buyers),
        DEAL_TEST(test_identity_is_typed_twice),
        DEAL_TEST(test_terms_must_be_its_own),
        DEAL_TEST(test_qualification),
        DEAL_TEST(test_class_follows),
        DEAL_TEST(test_confirmation),
        DEAL_TEST(test_paper_from_paper),
        DEAL_TEST(test_stale_and_direct),
        DEAL_TEST(test_guards_stand_on_the_way),
        DEAL_TEST(test_filed_delivered_titled),
        DEAL_TEST(test_waived_is_settled),
        DEAL_TEST(test_others_deals_are_not_there),
        DEAL_TEST(test_number_becomes_a_deal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
