/* test_own_deal.c - what a buyer sees of his own deals: those that live and are his, and what
 * is still to be paid (MB-14, AS-06). */
#include "deal_fixture.h"

#include "db/card.h"
#include "db/own_deal.h"

enum { SEEN_MAX = 8 };

struct seen {
    size_t n, n_dues;
    int64_t ids[SEEN_MAX], received_fen, due_fen[SEEN_MAX];
    char unit[64], due_date[DAY_TEXT], stage;
};

static int64_t member_of(struct fixture *f, int64_t customer_id, const char *code)
{
    const struct card_new card = {.code = code, .terms = "2026-01"};
    int64_t id = 0, member_id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, card_issue(tx, customer_id, &card, &id)), 0);
    assert_int_equal(db_get(f->db, &member_id, "SELECT member_id FROM card WHERE id = $1", "i", id),
                     1);
    return member_id;
}

static int deal_see(void *arg, const struct own_deal *deal)
{
    struct seen *seen = arg;

    assert_true(seen->n < SEEN_MAX);
    seen->ids[seen->n++] = deal->id;
    seen->stage = deal->stage;
    seen->received_fen = deal->received_fen;
    snprintf(seen->unit, sizeof(seen->unit), "%s", deal->unit);
    return 0;
}

static struct seen look(struct fixture *f, int64_t member_id)
{
    struct seen seen = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, own_deal_each(tx, member_id, deal_see, &seen)), 0);
    return seen;
}

static int due_see(void *arg, const struct receivable_row *row)
{
    struct seen *seen = arg;

    assert_true(seen->n_dues < SEEN_MAX);
    seen->due_fen[seen->n_dues++] = row->amount_fen - row->received_fen;
    if (row->due_date)
        snprintf(seen->due_date, sizeof(seen->due_date), "%s", row->due_date);
    return 0;
}

static struct seen dues_of(struct fixture *f, int64_t deal_id)
{
    struct seen seen = {.n = 0};
    char today[DAY_TEXT];

    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, own_due_each(tx, deal_id, today, due_see, &seen)), 0);
    return seen;
}

/* Whoever asks for the terminal has no scope and no right to deals. */
static void test_his_own(void **state)
{
    struct fixture *f = *state;
    const int64_t member = member_of(f, deal_buyers[0], "n:1"),
                  other = member_of(f, deal_buyers[1], "n:2");
    const int64_t first = deal_new(f, 'S', f->units[0], 0), his = deal_new(f, 'S', f->units[1], 1),
                  second = deal_new(f, 'B', f->units[2], 0);
    struct seen seen;

    assert_int_equal(deal_pay(f, first, DEPOSIT), 0);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, made_ms) VALUES ($1, 90, 'fit_out', 700, 'date', "
                            "'2026-01-01', 1)",
                            "i", first),
                     1);
    assert_int_equal(deal_pays(f, first, "fit_out", 700), 0); /* beside the price */
    f->as = &f->outsider;
    seen = look(f, member);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.ids[0], second); /* newest first */
    assert_int_equal(seen.ids[1], first);
    assert_int_equal(seen.received_fen, DEPOSIT);
    assert_int_equal(seen.stage, 'S');
    assert_non_null(strchr(seen.unit, '-'));
    assert_int_equal(look(f, other).ids[0], his);
    assert_int_equal(look(f, 99).n, 0);
}

static void test_what_is_over_is_gone(void **state)
{
    struct fixture *f = *state;
    const int64_t member = member_of(f, deal_buyers[0], "n:1"),
                  next = deal_new(f, 'S', f->units[1], 0);
    int64_t when = 0;

    deal_new(f, 'B', f->units[0], 0);
    assert_int_equal(look(f, member).n, 2);
    f->now_ms += 4 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &when), 1); /* the booking falls */
    assert_int_equal(look(f, member).n, 1);
    assert_int_equal(look(f, member).ids[0], next);
    /* He is a buyer no more. */
    assert_int_equal(db_run(f->db, "UPDATE deal_party SET ended_ms = $2 WHERE deal_id = $1", "ii",
                            next, f->now_ms),
                     1);
    assert_int_equal(look(f, member).n, 0);
}

/* What came in is not asked for again; what waits for a step has no day yet. */
static void test_dues(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct seen seen = dues_of(f, deal);

    assert_int_equal(seen.n_dues, 3);
    assert_int_equal(seen.due_fen[0], DEPOSIT);
    assert_int_equal(deal_pay(f, deal, DEPOSIT / 2), 0);
    assert_int_equal(dues_of(f, deal).due_fen[0], DEPOSIT - DEPOSIT / 2);
    assert_int_equal(deal_pay(f, deal, DEPOSIT - DEPOSIT / 2), 0);
    seen = dues_of(f, deal);
    assert_int_equal(seen.n_dues, 2);
    assert_string_equal(seen.due_date, ""); /* the contract is not signed */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_his_own),
        CASE(test_what_is_over_is_gone),
        CASE(test_dues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
