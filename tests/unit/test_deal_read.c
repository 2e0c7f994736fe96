/* test_deal_read.c - deals as they are listed and shown, and what may be done next (SF-01, SF-02,
 * SF-33). */
#include "deal_fixture.h"

#include "db/deal_as_of.h"
#include "db/unit_lock.h"

struct seen {
    size_t n;
    struct deal_row row;
    int64_t ids[16];
    char unit[64], customer[32], kind[16], user[32];
};

static int see(void *arg, const struct deal_row *row)
{
    struct seen *seen = arg;

    seen->row = *row;
    seen->ids[seen->n++] = row->id;
    snprintf(seen->unit, sizeof(seen->unit), "%s", row->unit);
    snprintf(seen->customer, sizeof(seen->customer), "%s", row->customer);
    snprintf(seen->kind, sizeof(seen->kind), "%s", row->document_kind);
    snprintf(seen->user, sizeof(seen->user), "%s", row->user);
    return 0;
}

static struct seen list(struct fixture *f, struct deal_filter filter)
{
    struct seen seen = {.n = 0};
    char today[DAY_TEXT];

    day_of(f->now_ms, today);
    filter.today = today;
    if (!filter.limit)
        filter.limit = 10;
    assert_int_equal(FIXTURE_DO(f, tx, deal_list(tx, &filter, see, &seen)), 0);
    return seen;
}

static void test_lists(void **state)
{
    struct fixture *f = *state;
    int64_t b = deal_new(f, 'B', f->units[0], 0), s = deal_new(f, 'S', f->units[1], 1);
    int64_t c = deal_new(f, 'C', f->units[2], 2), next = 0;
    struct seen seen = list(f, (struct deal_filter){.live = -1});

    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.ids[0], c); /* newest first */
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .limit = 2}).n, 2);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .before_id = s}).ids[0], b);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .stages = "SC"}).n, 2);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .unit_id = f->units[1]}).ids[0], s);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .customer_id = deal_buyers[2]}).ids[0],
                     c);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .building_id = f->building}).n, 3);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .owing = true}).n, 2);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .user_id = 2}).n, 0);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .from_ms = f->now_ms + 1}).n, 0);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .to_ms = f->now_ms}).n, 0);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .changing = true}).n, 0);
    assert_int_equal(deal_pay(f, s, DEPOSIT), 0);
    seen = list(f, (struct deal_filter){.live = 1, .owing = true});
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.row.due_now_fen, DEPOSIT);
    f->now_ms += 4 * FIXTURE_DAY;
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .overdue = true}).ids[0], b);
    assert_int_equal(deals_due(f, &next), 1);
    seen = list(f, (struct deal_filter){.live = 0});
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.kind, "booking");
}

static void test_one(void **state)
{
    struct fixture *f = *state;
    int64_t id = deal_new(f, 'S', f->units[0], 0);
    struct actor consultant = f->actor;
    struct seen seen = {.n = 0};

    consultant.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    f->as = &consultant;
    assert_int_equal(FIXTURE_DO(f, tx, deal_get(tx, id, "2026-01-01", see, &seen)), 0);
    assert_string_equal(seen.unit, "1-1-101");
    assert_string_equal(seen.customer, "王**");
    assert_string_equal(seen.user, "李雷");
    assert_int_equal(seen.row.total_fen, FIXTURE_TOTAL);
    assert_int_equal(seen.row.due_now_fen, 0); /* not due on that day yet */
    consultant.id = 2;
    consultant.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    assert_refused(f, FIXTURE_DO(f, tx, deal_get(tx, id, "2026-01-01", see, &seen)), NOT_FOUND);
    assert_int_equal(list(f, (struct deal_filter){.live = 1, .user_id = 1}).n, 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, deal_get(tx, id, "2026-01-01", see, &seen)), NOT_FOUND);
}

static int as_of_see(void *arg, const struct deal_as_of *row)
{
    *(int64_t *)arg = row->received_fen;
    return 0;
}

/* What is paid beside the price leaves what is still to come of the price as it is. */
static void test_received_is_of_the_price(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'B', f->units[0], 0);
    struct seen seen;
    int64_t then = -1;

    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, made_ms) VALUES ($1, 90, 'fit_out', 700, 'date', "
                            "'2026-01-01', 1), ($1, 91, 'late_fee', 30, 'date', '2026-01-01', 1)",
                            "i", deal),
                     2);
    assert_int_equal(deal_pays(f, deal, "fit_out", 500), 0);
    assert_int_equal(deal_pays(f, deal, "late_fee", 30), 0);
    assert_int_equal(deal_pays(f, deal, "booking", 1000), 0);
    seen = list(f, (struct deal_filter){.live = 1});
    assert_int_equal(seen.row.total_fen, FIXTURE_TOTAL);
    assert_int_equal(seen.row.received_fen, 1000);
    assert_int_equal(seen.row.due_now_fen, 200);
    assert_int_equal(FIXTURE_DO(f, tx, deal_as_of_get(tx, deal, f->now_ms, as_of_see, &then)), 0);
    assert_int_equal(then, 1000);
    assert_int_equal(deal_pays(f, deal, "booking", FIXTURE_TOTAL - 1000), 0);
    assert_refused(f, deal_pays(f, deal, "booking", 1), PAY_BEYOND_DUE);
}

/* ---- what next ---- */

struct steps {
    char text[400];
    uint32_t failing[32];
    size_t n;
};

static int step_see(void *arg, const struct deal_next *next)
{
    struct steps *s = arg;

    s->failing[s->n++] = next->failing;
    if (next->change[0]) {
        snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "+%s ",
                 next->change);
        return 0;
    }
    snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "%s ", next->step);
    return 0;
}

static struct steps next_of(struct fixture *f, size_t unit)
{
    struct steps s = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, deal_next_steps(tx, f->units[unit], step_see, &s)), 0);
    return s;
}

#define CHANGES_S                                                                                  \
    "+cancel +rescind +forfeit +exchange +rename +parties +plan +discount +price +loan +deposit "  \
    "+postpone-signing +postpone-payment +waive "

static void test_only_allowed_steps(void **state)
{
    struct fixture *f = *state;
    struct actor consultant = f->actor;
    struct unit_lock lock = {.unit_id = f->units[0]};
    struct steps s;
    int64_t deal, until;

    consultant.rights &=
        ~(RIGHT_BIT(RIGHT_DEAL_ALL) | RIGHT_BIT(RIGHT_DEAL_FILE) | RIGHT_BIT(RIGHT_DEAL_DELIVER) |
          RIGHT_BIT(RIGHT_DEAL_VOID) | RIGHT_BIT(RIGHT_UNIT_HOLD));
    f->as = &consultant;
    s = next_of(f, 0);
    assert_string_equal(s.text, "lock queue book subscribe sign ");
    for (size_t i = 0; i < s.n; i++)
        assert_int_equal(s.failing[i], 0);
    assert_int_equal(db_script(f->db, "UPDATE project SET direct_sign = 0"), 0);
    assert_string_equal(next_of(f, 0).text, "lock queue book subscribe ");
    assert_int_equal(FIXTURE_DO(f, tx, unit_lock(tx, &lock, &until)), 0);
    assert_string_equal(next_of(f, 0).text, "unlock book subscribe ");
    consultant.id = 2; /* somebody else's lock */
    assert_string_equal(next_of(f, 0).text, "");
    consultant.id = 1;
    deal = deal_new(f, 'S', f->units[1], 1);
    s = next_of(f, 1);
    assert_string_equal(s.text, "sign " CHANGES_S);
    assert_int_equal(s.failing[0], GUARD_BIT(9)); /* the deposit is not there */
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(next_of(f, 1).failing[0], 0);
    consultant.id = 2; /* somebody else's deal */
    assert_string_equal(next_of(f, 1).text, "");
    f->as = &f->actor;
    assert_string_equal(next_of(f, 1).text, "sign void " CHANGES_S);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 1, "HT-1"), 0);
    assert_int_equal(strncmp(next_of(f, 1).text, "file deliver void +cancel", 25), 0);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    assert_int_equal(strncmp(next_of(f, 1).text, "unfile deliver void +cancel", 27), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[2]), 0);
    assert_string_equal(next_of(f, 2).text, "");
    /* What stands in the way is told with the step. */
    assert_int_equal(db_script(f->db, "UPDATE permit SET revoked_ms = 1"), 0);
    s = next_of(f, 3);
    assert_string_equal(s.text, "lock queue book subscribe ");
    assert_int_equal(s.failing[0], GUARD_BIT(1));
    assert_int_equal(s.failing[1], 0);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_lists),
        DEAL_TEST(test_one),
        DEAL_TEST(test_received_is_of_the_price),
        DEAL_TEST(test_only_allowed_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
