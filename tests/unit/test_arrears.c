/* test_arrears.c - what is not paid of a project, by age; asked for once a day; told of in time
 * (FI-21, FI-22, FI-24). */
#include "deal_fixture.h"

#include "db/arrears.h"
#include "db/buyer_notice.h"
#include "db/due_remind.h"
#include "db/dunning.h"
#include "db/project.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

enum { DOWN = 33333300, SEEN = 128 };

/* ---- what is listed ---- */

struct listed {
    int64_t ids[SEEN], owed[SEEN], days[SEEN], sum;
    char dues[SEEN][DAY_TEXT];
    size_t n;
};

static int list_add(void *arg, const struct arrears_row *row)
{
    struct listed *l = arg;

    assert_true(l->n < SEEN);
    assert_int_equal(row->owed_fen, row->amount_fen - row->received_fen);
    assert_true(row->owed_fen > 0);
    l->ids[l->n] = row->id;
    l->owed[l->n] = row->owed_fen;
    l->days[l->n] = row->days;
    snprintf(l->dues[l->n++], DAY_TEXT, "%s", row->due_date ? row->due_date : "9999-12-31");
    l->sum += row->owed_fen;
    return 0;
}

static char today[DAY_TEXT];

static struct arrears_filter of_project(struct fixture *f)
{
    day_of(f->now_ms, today);
    return (struct arrears_filter){
        .project_id = f->project, .band = ARREARS_ANY, .limit = SEEN, .today = today};
}

static struct listed list(struct fixture *f, const struct arrears_filter *filter)
{
    struct listed l = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, arrears_each(tx, filter, list_add, &l)), 0);
    return l;
}

static struct arrears_sum totals(struct fixture *f, const struct arrears_filter *filter,
                                 struct arrears_sum bands[ARREARS_BANDS])
{
    struct arrears_sum all = {0};

    assert_int_equal(FIXTURE_DO(f, tx, arrears_totals(tx, filter, bands, &all)), 0);
    return all;
}

/* What all living lines of each deal ask for, less what came in for it: counted by deals, and of a
 * deal by what does not count for the house and for each other. */
#define APART "IN ('fit_out', 'late_fee', 'attached', 'penalty')"
static int64_t owed_by_deals(struct fixture *f)
{
    return fixture_count(
        f, "SELECT COALESCE(SUM(MAX(0, x.asked)), 0) FROM (SELECT SUM(y.fen) AS asked FROM (SELECT "
           "l.deal_id AS deal, CASE WHEN l.fund " APART " THEN l.fund ELSE '' END AS kind, "
           "l.amount_fen AS fen FROM receivable l WHERE l.ended_ms IS NULL AND l.waived_ms IS NULL "
           "AND l.amount_fen > 0 UNION ALL SELECT r.deal_id, CASE WHEN r.fund " APART
           " THEN r.fund ELSE '' END, -r.amount_fen FROM received r) y GROUP BY y.deal, y.kind) x");
}

struct held_against {
    const struct listed *l;
    size_t found;
};

/* A line that the deal itself says is owed is listed with just that. */
static int line_compare(void *arg, const struct receivable_row *row)
{
    struct held_against *h = arg;
    const int64_t owed =
        row->waived || row->amount_fen < 0 ? 0 : row->amount_fen - row->received_fen;

    for (size_t i = 0; i < h->l->n; i++)
        if (h->l->ids[i] == row->id) {
            assert_int_equal(h->l->owed[i], owed);
            h->found++;
            return 0;
        }
    assert_int_equal(owed, 0);
    return 0;
}

static void same_as_deals(struct fixture *f, const int64_t *deals, size_t n)
{
    const struct arrears_filter filter = of_project(f);
    const struct listed l = list(f, &filter);
    struct held_against h = {&l, 0};

    for (size_t i = 0; i < n; i++)
        assert_int_equal(FIXTURE_DO(f, tx, receivable_each(tx, deals[i], today, line_compare, &h)),
                         0);
    assert_int_equal(h.found, l.n);
    assert_int_equal(l.sum, owed_by_deals(f));
}

static void later(struct fixture *f, int64_t days)
{
    f->now_ms += days * FIXTURE_DAY;
}

static int64_t line_of(struct fixture *f, int64_t deal, int64_t ordinal)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "SELECT id FROM receivable WHERE deal_id = $1 AND ordinal = $2 AND "
                            "ended_ms IS NULL",
                            "ii", deal, ordinal),
                     1);
    return id;
}

/* A payment that says which line it is for. */
static void paid_for_line(struct fixture *f, int64_t deal, int64_t ordinal, int64_t fen)
{
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"down_payment", fen}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = fen}},
                              .n_tenders = 1,
                              .earmarks = {{ordinal, fen}},
                              .n_earmarks = 1};
    struct receipt_key key;

    if (FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)) != 0)
        fail_msg("line %d: %s", (int)ordinal, fault_code_text(f->fault.code));
}

static void test_same_as_deals(void **state)
{
    struct fixture *f = *state;
    int64_t deals[3];
    static const int64_t paid[][3] = {
        {1, 0, 0}, {DEPOSIT - 1, DEPOSIT, 0}, {DEPOSIT + 7, DOWN - 700, FIXTURE_TOTAL - DOWN - 50}};

    for (size_t i = 0; i < 3; i++)
        deals[i] = deal_new(f, 'S', f->units[i], i);
    same_as_deals(f, deals, 3);
    assert_int_equal(deal_pay(f, deals[0], DEPOSIT), 0);
    assert_int_equal(deal_goes(f, deals[0], 'C', 0, 0, "HT-1"), 0);
    same_as_deals(f, deals, 3);
    paid_for_line(f, deals[1], 2, 700); /* before what is due first */
    paid_for_line(f, deals[2], 2, 50);
    same_as_deals(f, deals, 3);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 3; i++)
            if (paid[round][i])
                assert_int_equal(deal_pays(f, deals[i], "house_money", paid[round][i]), 0);
        same_as_deals(f, deals, 3);
        later(f, 1);
    }
}

/* ---- money of other kinds ---- */

/* A line beside the schedule. */
static int64_t line_beside(struct fixture *f, int64_t deal, const char *fund, int64_t fen,
                           int64_t days)
{
    char due[DAY_TEXT];
    int64_t id = 0;

    day_of(f->now_ms, due);
    assert_int_equal(day_add(due, days, due), 0);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, known_ms, made_ms) SELECT $1, MAX(ordinal) + 1, $2, $3, "
                            "'date', $4, $5, $5 FROM receivable WHERE deal_id = $1 RETURNING id",
                            "ititi", deal, fund, fen, due, f->now_ms),
                     1);
    return id;
}

/* What is owed of a line by the list; 0: it is not on it. */
static int64_t listed_owed(struct fixture *f, int64_t id)
{
    const struct arrears_filter filter = of_project(f);
    const struct listed l = list(f, &filter);

    for (size_t i = 0; i < l.n; i++)
        if (l.ids[i] == id)
            return l.owed[i];
    return 0;
}

static int due_now_take(void *arg, const struct deal_row *row)
{
    *(int64_t *)arg = row->due_now_fen;
    return 0;
}

/* The deal's own figure is what its lines say. */
static int64_t due_now(struct fixture *f, int64_t deal)
{
    int64_t fen = -1, owed = -1;

    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, deal_get(tx, deal, today, due_now_take, &fen)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(fen, owed);
    return fen;
}

/* A late fee and fit-out that are paid while the deposit is overdue pay their own lines. */
static void test_other_money_pays_its_own(void **state)
{
    static const char *const others[] = {"late_fee", "fit_out"};
    struct fixture *f = *state;
    int64_t deals[2], line;

    for (size_t i = 0; i < 2; i++) {
        deals[i] = deal_new(f, 'S', f->units[i], i);
        later(f, 1);
        line = line_beside(f, deals[i], others[i], 5000, 0);
        assert_int_equal(listed_owed(f, line), 5000);
        assert_int_equal(deal_pays(f, deals[i], others[i], 4000), 0);
        assert_int_equal(listed_owed(f, line), 1000);
        assert_int_equal(listed_owed(f, line_of(f, deals[i], 1)), DEPOSIT);
        assert_int_equal(due_now(f, deals[i]), DEPOSIT + 1000);
        assert_int_equal(deal_pay(f, deals[i], DEPOSIT), 0);
        assert_int_equal(listed_owed(f, line), 1000);
        assert_int_equal(due_now(f, deals[i]), 1000);
        same_as_deals(f, deals, i + 1);
    }
}

/* What a line that was told of just now lacks by the deal. */
static int told_compare(void *arg, const struct receivable_row *row)
{
    struct fixture *f = arg;
    int64_t fen = 0;
    const int r = db_get(f->db, &fen,
                         "SELECT owed_fen FROM due_notice WHERE receivable_id = $1 AND at_ms = $2 "
                         "LIMIT 1",
                         "ii", row->id, f->now_ms);

    assert_true(r >= 0);
    if (r == 1)
        assert_int_equal(fen, row->amount_fen - row->received_fen);
    return 0;
}

/* A day on which lines of any kind are made, and money of any kind comes in, some of it by name. */
static void any_day(struct fixture *f, const int64_t deals[3], uint64_t *random)
{
    static const char *const kinds[] = {"fit_out", "late_fee", "attached",
                                        "penalty", "deposit",  "house_money"};

    for (int i = 0; i < 6; i++) {
        const int64_t deal = deals[(*random = *random * 6364136223846793005u + 1) >> 33 & 1];
        const char *kind = kinds[(*random >> 36) % 6];

        if ((*random >> 40) % 4 == 0)
            line_beside(f, deal, kind, 1 + (int64_t)(*random >> 42) % 900000,
                        (int64_t)(*random >> 50) % 30 - 10);
        else
            deal_pays(f, deal, kind, 1 + (int64_t)(*random >> 42) % 900000); /* or is refused */
    }
}

static void test_any_money(void **state)
{
    struct fixture *f = *state;
    uint64_t random = 7;
    int64_t deals[3];

    for (size_t i = 0; i < 3; i++)
        deals[i] = deal_new(f, 'S', f->units[i], i);
    paid_for_line(f, deals[0], 2, 12345);
    paid_for_line(f, deals[1], 2, 700);
    for (int day = 0; day < 20; day++) {
        any_day(f, deals, &random);
        same_as_deals(f, deals, 3);
        assert_int_equal(FIXTURE_DO(f, tx, due_remind_run(tx)), 0);
        for (size_t i = 0; i < 3; i++) {
            due_now(f, deals[i]);
            assert_int_equal(
                FIXTURE_DO(f, tx, receivable_each(tx, deals[i], today, told_compare, f)), 0);
        }
        later(f, 1);
    }
    assert_true(fixture_count(f, "SELECT COUNT(DISTINCT fund) FROM received WHERE fund " APART) >
                2);
    assert_true(fixture_count(f, "SELECT COUNT(*) FROM due_notice") > 10);
}

/* ---- by age ---- */

static void test_bands(void **state)
{
    struct fixture *f = *state;
    static const int64_t at[] = {0, 1, 30, 31, 60, 61, 90, 91};
    static const enum arrears_band in[] = {ARREARS_OPEN, ARREARS_30, ARREARS_30, ARREARS_60,
                                           ARREARS_60,   ARREARS_90, ARREARS_90, ARREARS_OVER};
    struct arrears_sum bands[ARREARS_BANDS];
    struct arrears_filter filter;

    deal_new(f, 'S', f->units[0], 0); /* the deposit is due on its day */
    for (size_t i = 0; i < 8; i++) {
        later(f, at[i] - (i ? at[i - 1] : 0));
        filter = of_project(f);
        filter.fund = "deposit";
        assert_int_equal(totals(f, &filter, bands).fen, DEPOSIT);
        for (int b = 0; b < ARREARS_BANDS; b++)
            assert_int_equal(bands[b].fen, b == (int)in[i] ? DEPOSIT : 0);
        for (int b = 0; b < ARREARS_BANDS; b++) {
            filter.band = b;
            assert_int_equal(list(f, &filter).n, b == (int)in[i]);
        }
        filter.band = ARREARS_LATE;
        assert_int_equal(list(f, &filter).n, in[i] != ARREARS_OPEN);
    }
}

static void test_filters_and_pages(void **state)
{
    struct fixture *f = *state;
    struct arrears_filter filter = of_project(f);
    struct arrears_sum bands[ARREARS_BANDS], all;
    struct listed whole, paged = {.n = 0};

    for (size_t i = 0; i < 4; i++)
        deal_new(f, 'S', f->units[i], i);
    later(f, 1);
    filter = of_project(f);
    whole = list(f, &filter);
    assert_int_equal(whole.n, 12);
    all = totals(f, &filter, bands);
    assert_int_equal(all.lines, 12);
    assert_int_equal(all.deals, 4);
    assert_int_equal(all.fen, whole.sum);
    assert_int_equal(bands[ARREARS_30].lines, 4);
    filter.limit = 5;
    do {
        const size_t was = paged.n;

        assert_int_equal(FIXTURE_DO(f, tx, arrears_each(tx, &filter, list_add, &paged)), 0);
        if (paged.n == was)
            break;
        filter.after_id = paged.ids[paged.n - 1];
    } while (paged.n < 12);
    assert_memory_equal(paged.ids, whole.ids, sizeof(whole.ids[0]) * 12);
    for (size_t i = 1; i < whole.n; i++)
        assert_true(strcmp(whole.dues[i - 1], whole.dues[i]) <= 0);
    filter = of_project(f);
    filter.until = today;
    assert_int_equal(list(f, &filter).n, 4);
    filter.customer_id = deal_buyers[2];
    assert_int_equal(list(f, &filter).n, 1);
    filter.building_id = 99;
    assert_int_equal(list(f, &filter).n, 0);
    filter = of_project(f);
    filter.plan_id = deal_plan;
    assert_int_equal(list(f, &filter).n, 12);
    filter.plan_id = deal_plan + 1;
    assert_int_equal(list(f, &filter).n, 0);
}

/* His own without deal.all; no project that is out of scope, of a part its buildings. */
static void test_scope(void **state)
{
    struct fixture *f = *state;
    struct arrears_filter filter;
    struct actor other = f->actor;
    struct listed l = {.n = 0};

    deal_new(f, 'S', f->units[0], 0);
    filter = of_project(f);
    other.id = 2;
    other.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    f->as = &other;
    assert_int_equal(list(f, &filter).n, 0);
    other.id = 1;
    assert_int_equal(list(f, &filter).n, 3);
    other.all_projects = false;
    other.projects[0] = f->project;
    other.n_projects = 1;
    other.partial = 1;
    assert_int_equal(list(f, &filter).n, 0);
    other.buildings[other.n_buildings++] = f->building;
    assert_int_equal(list(f, &filter).n, 3);
    other.n_projects = 0;
    assert_refused(f, FIXTURE_DO(f, tx, arrears_each(tx, &filter, list_add, &l)), NOT_FOUND);
}

/* ---- asked for ---- */

static void test_dunned_once_a_day(void **state)
{
    struct fixture *f = *state;
    const int64_t one = deal_new(f, 'S', f->units[0], 0), two = deal_new(f, 'S', f->units[1], 1);
    int64_t ids[2] = {line_of(f, one, 1), line_of(f, two, 1)};
    struct arrears_filter filter;

    assert_int_equal(FIXTURE_DO(f, tx, dunning_record(tx, ids, 1, "phone", "承诺周五")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, dunning_record(tx, ids, 2, "letter", NULL)),
                   DUNNING_REFUSED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(f->fault.items[0].code, FAULT_DUNNING_TODAY);
    assert_int_equal(f->fault.items[0].row, 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM dunning"), 1);
    filter = of_project(f);
    filter.until = today;
    assert_int_equal(list(f, &filter).n, 2);
    filter.undunned_on = today;
    assert_int_equal(list(f, &filter).n, 1);
    later(f, 1);
    assert_int_equal(deal_pay(f, two, DEPOSIT), 0);
    assert_refused(f, FIXTURE_DO(f, tx, dunning_record(tx, ids, 2, "letter", NULL)),
                   DUNNING_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_DUNNING_PAID);
    assert_int_equal(FIXTURE_DO(f, tx, dunning_record(tx, ids, 1, "letter", NULL)), 0);
    ids[0] = 999;
    assert_refused(f, FIXTURE_DO(f, tx, dunning_record(tx, ids, 1, "letter", NULL)), NOT_FOUND);
}

static int64_t todos_open(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM todo WHERE kind = 'dunning' AND done_ms IS NULL");
}

/* Handed to sales it is the consultant's to do, until he has, or nothing is overdue any more. */
static void test_handed_to_sales(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t id = line_of(f, deal, 1);

    later(f, 1);
    assert_int_equal(FIXTURE_DO(f, tx, dunning_record(tx, &id, 1, "sales", NULL)), 0);
    assert_int_equal(todos_open(f), 1);
    later(f, 1);
    assert_int_equal(FIXTURE_DO(f, tx, dunning_record(tx, &id, 1, "phone", "已联系")), 0);
    assert_int_equal(todos_open(f), 0);
    later(f, 1);
    assert_int_equal(FIXTURE_DO(f, tx, dunning_record(tx, &id, 1, "sales", NULL)), 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT - 1), 0);
    assert_int_equal(todos_open(f), 1);
    assert_int_equal(deal_pay(f, deal, 1), 0);
    assert_int_equal(todos_open(f), 0);
}

/* ---- told of in time ---- */

static int64_t told(struct fixture *f, const char *event)
{
    int64_t n = 0;

    assert_int_equal(
        db_get(f->db, &n,
               "SELECT COUNT(*) FROM due_notice d WHERE d.event = $1 AND (SELECT COUNT(*) FROM "
               "notification n WHERE n.kind = d.event) = (SELECT COUNT(*) FROM due_notice x WHERE "
               "x.event = d.event)",
               "t", event),
        1);
    return n;
}

static int remind(struct fixture *f)
{
    return FIXTURE_DO(f, tx, due_remind_run(tx));
}

static void test_reminded_once(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0); /* a third is due in 7 days */
    for (int day = 0; day <= 12; day++) {
        assert_int_equal(remind(f), 0);
        assert_int_equal(remind(f), 0);
        assert_int_equal(told(f, "due_early"), 1);
        assert_int_equal(told(f, "due_near"), day >= 6);
        assert_int_equal(told(f, "due_passed"), day >= 8);
        later(f, 1);
    }
}

/* As the project's rule has it, and of each project by its own. */
static void test_reminded_by_the_rule(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0); /* a third is due in 7 days */
    assert_int_equal(db_run(f->db,
                            "UPDATE project SET remind_early_days = 5, remind_near_days = 3, "
                            "remind_late_days = 2 WHERE id = $1",
                            "i", f->project),
                     1);
    for (int day = 0; day <= 12; day++) {
        assert_int_equal(remind(f), 0);
        assert_int_equal(told(f, "due_early"), day >= 2);
        assert_int_equal(told(f, "due_near"), day >= 4);
        assert_int_equal(told(f, "due_passed"), day >= 9);
        later(f, 1);
    }
}

static int rule_set(struct fixture *f, int64_t early, int64_t near)
{
    struct project_change c;

    project_change_init(&c, f->project,
                        fixture_of(f, "SELECT version FROM project WHERE id = $1", f->project));
    c.remind_early_days = early;
    c.remind_near_days = near;
    return FIXTURE_DO(f, tx, project_update(tx, &c));
}

static void test_rule_in_order(void **state)
{
    struct fixture *f = *state;

    assert_refused(f, rule_set(f, -1, 7), REMIND_ORDER);
    assert_refused(f, rule_set(f, 10, 10), REMIND_ORDER);
    assert_int_equal(rule_set(f, 10, 9), 0);
    assert_refused(f, rule_set(f, 9, -1), REMIND_ORDER);
    assert_int_equal(rule_set(f, 7, 1), 0);
}

/* ---- what buyers are to be told of ---- */

static char notices[4000];

static int notice_take(void *arg, const struct buyer_notice *notice)
{
    const size_t n = strlen(notices);

    (void)arg;
    snprintf(notices + n, sizeof(notices) - n, "%s\n", notice->text);
    return 0;
}

static int64_t noticed(struct fixture *f, const char *event)
{
    int64_t n = 0;

    assert_int_equal(
        db_get(f->db, &n, "SELECT COUNT(*) FROM buyer_notice WHERE event = $1", "t", event), 1);
    return n;
}

/* Once of each event, in both languages; of nothing when he does not agree. */
static void test_noticed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    int64_t fen = 0;

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(noticed(f, "received"), 1);
    assert_int_equal(deal_pay_back(f, deal, &fen), 0);
    assert_int_equal(noticed(f, "returned"), 1);
    later(f, 5);
    assert_int_equal(remind(f), 0);
    assert_int_equal(remind(f), 0);
    assert_int_equal(noticed(f, "due_passed"), 1);
    notices[0] = '\0';
    assert_int_equal(FIXTURE_DO(f, tx, buyer_notice_each(tx, deal, LANG_ZH, notice_take, NULL)), 0);
    assert_non_null(strstr(notices, "已收到您交来的 50000.00 元，收据编号 T1000001。"));
    assert_non_null(strstr(notices, "收据 T1000001（50000.00 元）已收回"));
    assert_non_null(strstr(notices, "定金 50000.00 元尚未收到"));
    assert_null(strchr(notices, '{'));
    notices[0] = '\0';
    assert_int_equal(FIXTURE_DO(f, tx, buyer_notice_each(tx, deal, LANG_EN, notice_take, NULL)), 0);
    assert_non_null(strstr(notices, "of Deposit were due on"));
    assert_true(db_run(f->db, "UPDATE consent SET withdrawn_ms = 2, withdrawn_by = 'a'", "") > 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(noticed(f, "received"), 1);
}

/* Nothing of what is paid; what is missed is told late. */
static void test_reminded_of_what_is_owed(void **state)
{
    struct fixture *f = *state;
    const int64_t paid = deal_new(f, 'S', f->units[0], 0), owing = deal_new(f, 'S', f->units[1], 1);

    assert_int_equal(deal_pay(f, paid, DEPOSIT), 0);
    assert_int_equal(deal_pay(f, owing, 1), 0);
    later(f, 5);
    assert_int_equal(remind(f), 0);
    assert_int_equal(told(f, "due_passed"), 1);
    assert_int_equal(fixture_count(f, "SELECT owed_fen FROM due_notice"), DEPOSIT - 1);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM notification WHERE deal_id = $1", owing),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_same_as_deals),
        CASE(test_other_money_pays_its_own),
        CASE(test_any_money),
        CASE(test_bands),
        CASE(test_filters_and_pages),
        CASE(test_scope),
        CASE(test_dunned_once_a_day),
        CASE(test_handed_to_sales),
        CASE(test_reminded_once),
        CASE(test_reminded_of_what_is_owed),
        CASE(test_reminded_by_the_rule),
        CASE(test_rule_in_order),
        CASE(test_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
