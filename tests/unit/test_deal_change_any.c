/* test_deal_change_any.c - anything with any deal, in any order: what must hold always holds (FC
 * 25.6 I1 to I8), no fen comes or goes but by the hands of this test, and a deal can be rebuilt as
 * of any moment (ST-22). A failure prints the seed, and ANCHANG_SEED runs it again. */
#include "change_fixture.h"

#include "db/deal_as_of.h"

enum { STEPS = 3000, STEPS_NIGHTLY = 20000, SEEN_MAX = 4000, LINES_SEEN = 12 };

/* What stands on the accounts of that kind. */
#define BALANCE(kind)                                                                              \
    "SELECT COALESCE(SUM(CASE WHEN a.id = e.credit_id THEN e.amount_fen ELSE -e.amount_fen END), " \
    "0) FROM ledger_account a JOIN ledger_entry e ON a.id IN (e.debit_id, e.credit_id) WHERE "     \
    "a.kind = '" kind "'"

/* A deal as it was read at a moment. */
struct seen {
    int64_t deal, at_ms, terms, total_fen, received_fen, due_ms;
    char stage;
    uint64_t parties, lines;
};

struct any {
    struct fixture *f;
    uint64_t random;
    int64_t cash_fen;    /* what this test paid in, less what went out again or was forfeited */
    int64_t forfeit_fen; /* what is ours */
    struct seen seen[SEEN_MAX];
    size_t n_seen;
    int done[DEAL_CHANGE_COUNT], asked;
};

static uint32_t any_of(struct any *a, uint32_t n)
{
    a->random = a->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(a->random >> 33) % n;
}

/* ---- what is there ---- */

static int64_t any_row(struct any *a, const char *count_sql, const char *row_sql)
{
    const int64_t n = fixture_count(a->f, count_sql);

    return n ? fixture_of(a->f, row_sql, any_of(a, (uint32_t)n)) : 0;
}

static int64_t any_deal(struct any *a)
{
    return any_row(a, "SELECT COUNT(*) FROM deal WHERE closed_ms IS NULL",
                   "SELECT id FROM deal WHERE closed_ms IS NULL ORDER BY id LIMIT 1 OFFSET $1");
}

static size_t any_buyer(struct any *a, int64_t deal)
{
    const int64_t customer = fixture_of(a->f, "SELECT customer_id FROM deal WHERE id = $1", deal);
    size_t i = 0;

    while (i + 1 < BUYERS && deal_buyers[i] != customer)
        i++;
    return i;
}

static int64_t free_unit(struct any *a)
{
    return any_row(a, "SELECT COUNT(*) FROM unit WHERE sale_state = 'A' AND price_reviewed = 1",
                   "SELECT id FROM unit WHERE sale_state = 'A' AND price_reviewed = 1 "
                   "ORDER BY id LIMIT 1 OFFSET $1");
}

/* ---- what may happen ---- */

static void may(struct any *a, int r)
{
    if (r < 0 && r != -EREFUSED)
        fail_msg("step: %d (%s)", r, db_error(a->f->db));
}

static void step_open(struct any *a)
{
    const int64_t unit = free_unit(a);
    static int papers;
    struct deal_open open;
    char document[24];
    int64_t id;

    if (!unit || fixture_count(a->f, "SELECT COUNT(*) FROM unit WHERE sale_state = 'A'") < 4)
        return; /* something is left to be exchanged for */
    open = deal_asked(a->f, "BSC"[any_of(a, 3)], unit, any_of(a, BUYERS));
    snprintf(document, sizeof(document), "HT-%d", ++papers);
    if (open.stage == 'C')
        open.document = document;
    may(a, FIXTURE_DO(a->f, tx, deal_open(tx, &open, &id)));
}

static void step_pay(struct any *a)
{
    const int64_t deal = any_deal(a), fen = 1 + any_of(a, 2 * DEPOSIT);
    const char *fund = any_of(a, 2) ? "deposit" : "house_money";
    int64_t back = 0;
    int r;

    if (!deal)
        return;
    if (any_of(a, 6))
        r = deal_pays(a->f, deal, fund, fen);
    else
        r = deal_pay_back(a->f, deal, &back);
    may(a, r);
    if (r == 0)
        a->cash_fen += back ? -back : fen;
}

static void step_on(struct any *a)
{
    const int64_t deal = any_deal(a);
    static int papers;
    char document[24], stage;

    if (!deal)
        return;
    snprintf(document, sizeof(document), "QY-%d", ++papers);
    stage = deal_stage(a->f, deal);
    if (stage == 'B') {
        const int64_t unit = fixture_of(a->f, "SELECT unit_id FROM deal WHERE id = $1", deal);
        const size_t i = any_buyer(a, deal);

        may(a,
            deal_goes(a->f, deal, 'S', terms_make(a->f, unit, deal_buyers[i], true, 0), i, NULL));
    } else if (stage == 'S') {
        may(a, deal_goes(a->f, deal, 'C', 0, any_buyer(a, deal), document));
    } else if (stage == 'C') {
        may(a,
            any_of(a, 6)
                ? deal_filed(a->f, deal, document)
                : FIXTURE_DO(a->f, tx, deal_deliver(tx, deal, deal_version(a->f, deal), document)));
    } else if (stage == 'F') {
        may(a, FIXTURE_DO(a->f, tx, deal_unfile(tx, deal, deal_version(a->f, deal), document)));
    }
}

static void step_void(struct any *a)
{
    const int64_t deal = any_deal(a);

    if (deal)
        may(a, deal_voided(a->f, deal));
}

/* Of any kind, whole or with something wrong. */
static void step_ask(struct any *a)
{
    const enum deal_change_kind kind = (enum deal_change_kind)any_of(a, DEAL_CHANGE_COUNT);
    const int64_t deal = any_deal(a), target = free_unit(a);
    static int papers;
    struct deal_change_ask ask;
    char document[24];
    int64_t id;
    int r;

    if (!deal || (kind == DEAL_CHANGE_EXCHANGE && !target))
        return;
    ask = change_of(a->f, kind, deal, target);
    snprintf(document, sizeof(document), "BG-%d", ++papers);
    if (ask.document)
        ask.document = document;
    if ((deal_changes[kind].needs & CHANGE_MONEY) && any_of(a, 2)) {
        ask.forfeit_fen = ask.refund_fen / 3;
        ask.refund_fen -= ask.forfeit_fen;
    }
    if (any_of(a, 8) == 0)
        ask.days = 400;
    r = change_ask(a->f, &ask, &id);
    may(a, r);
    a->asked += r == 0;
}

static int64_t any_asked(struct any *a)
{
    return any_row(a, "SELECT COUNT(*) FROM deal_change WHERE state = 'asked'",
                   "SELECT id FROM deal_change WHERE state = 'asked' ORDER BY id LIMIT 1 OFFSET "
                   "$1");
}

static void kind_count(struct any *a, int64_t change)
{
    struct stmt *s;

    assert_int_equal(
        db_query(a->f->db, &s, "SELECT kind FROM deal_change WHERE id = $1", "i", change), 0);
    assert_int_equal(stmt_step(s), 1);
    for (int i = 0; i < DEAL_CHANGE_COUNT; i++)
        a->done[i] += strcmp(deal_changes[i].code, stmt_text(s, 0)) == 0;
    stmt_reset(s);
}

static void step_decide(struct any *a)
{
    const int64_t change = any_asked(a);
    int r;

    if (!change)
        return;
    if (any_of(a, 10) == 0) {
        may(a, change_withdraw(a->f, change));
        return;
    }
    r = change_decide(a->f, change, any_of(a, 6) ? APPROVAL_APPROVED : APPROVAL_REJECTED);
    may(a, r);
    if (r == 0 && fixture_of(a->f,
                             "SELECT COUNT(*) FROM deal_change WHERE id = $1 AND state = "
                             "'executed'",
                             change)) {
        const int64_t fen =
            fixture_of(a->f, "SELECT forfeit_fen FROM deal_change WHERE id = $1", change);

        a->cash_fen -= fen;
        a->forfeit_fen += fen;
        kind_count(a, change);
    }
}

static void step_archive(struct any *a)
{
    const int64_t change = any_row(
        a, "SELECT COUNT(*) FROM deal_change WHERE state = 'executed' AND archived_ms IS NULL",
        "SELECT id FROM deal_change WHERE state = 'executed' AND archived_ms IS NULL ORDER "
        "BY id LIMIT 1 OFFSET $1");

    if (!change)
        return;
    a->cash_fen -= change_pay_back(a->f, change);
    assert_int_equal(change_archive(a->f, change), 0);
}

static void step_clock(struct any *a)
{
    int64_t next;

    a->f->now_ms += (int64_t)any_of(a, 3 * 24) * 60 * FIXTURE_MINUTE;
    may(a, deals_due(a->f, &next));
    /* What came back is priced again by somebody. */
    assert_true(db_run(a->f->db, "UPDATE unit SET price_reviewed = 1", "") >= 0);
}

/* ---- what is seen of it ---- */

static int line_sum(void *arg, const struct receivable_row *row)
{
    uint64_t *sum = arg;

    *sum = dump_add(*sum, &row->id, sizeof(row->id));
    *sum = dump_add(*sum, &row->received_fen, sizeof(row->received_fen));
    *sum = dump_add(*sum, &row->waived, sizeof(row->waived));
    *sum = dump_add(*sum, row->due_date ? row->due_date : "", row->due_date ? 10 : 0);
    return 0;
}

static int party_sum(void *arg, const struct deal_party_row *row)
{
    uint64_t *sum = arg;

    if (row->ended_ms && row->since_ms == 0)
        return 0;
    *sum = dump_add(*sum, &row->customer_id, sizeof(row->customer_id));
    *sum = dump_add(*sum, &row->share_bp, sizeof(row->share_bp));
    return 0;
}

static int party_living(void *arg, const struct deal_party_row *row)
{
    return row->ended_ms ? 0 : party_sum(arg, row);
}

static int deal_take(void *arg, const struct deal_row *row)
{
    struct seen *seen = arg;

    seen->terms = row->terms_id;
    seen->total_fen = row->total_fen;
    seen->received_fen = row->received_fen;
    seen->due_ms = row->due_ms;
    seen->stage = row->stage;
    return 0;
}

/* As it is read now. */
static void look(struct any *a)
{
    struct seen seen = {.deal = any_deal(a), .at_ms = a->f->now_ms};
    char today[DAY_TEXT];

    if (!seen.deal || a->n_seen == SEEN_MAX)
        return;
    day_of(seen.at_ms, today);
    assert_int_equal(FIXTURE_DO(a->f, tx, deal_get(tx, seen.deal, today, deal_take, &seen)), 0);
    assert_int_equal(
        FIXTURE_DO(a->f, tx, deal_party_each(tx, seen.deal, party_living, &seen.parties)), 0);
    assert_int_equal(
        FIXTURE_DO(a->f, tx, receivable_each(tx, seen.deal, today, line_sum, &seen.lines)), 0);
    a->seen[a->n_seen++] = seen;
}

static int as_of_check(void *arg, const struct deal_as_of *row)
{
    const struct seen *seen = arg;

    assert_int_equal(row->stage, seen->stage);
    assert_int_equal(row->terms_id, seen->terms);
    assert_int_equal(row->total_fen, seen->total_fen);
    assert_int_equal(row->received_fen, seen->received_fen);
    assert_int_equal(row->due_ms, seen->due_ms);
    assert_false(row->closed);
    return 0;
}

/* As it is rebuilt, long after. */
static void look_back(struct any *a, const struct seen *seen)
{
    struct seen then = *seen;
    uint64_t parties = 0, lines = 0;
    char day[DAY_TEXT];

    day_of(seen->at_ms, day);
    assert_int_equal(
        FIXTURE_DO(a->f, tx, deal_as_of_get(tx, seen->deal, seen->at_ms, as_of_check, &then)), 0);
    assert_int_equal(
        FIXTURE_DO(a->f, tx,
                   deal_as_of_party_each(tx, seen->deal, seen->at_ms, party_sum, &parties)),
        0);
    assert_int_equal(
        FIXTURE_DO(a->f, tx,
                   receivable_each_at(tx, seen->deal, seen->at_ms, day, line_sum, &lines)),
        0);
    assert_true(parties == seen->parties);
    assert_true(lines == seen->lines);
}

static void check(struct any *a)
{
    deal_verify(a->f);
    assert_int_equal(fixture_count(a->f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received"),
                     a->cash_fen);
    /* What came in by cash and did not go out is somebody's: a deal's, or ours (FC 27.6). */
    assert_int_equal(fixture_count(a->f, BALANCE("tender")), -a->cash_fen - a->forfeit_fen);
    assert_int_equal(fixture_count(a->f, BALANCE("income")), a->forfeit_fen);
}

static void test_anything(void **state)
{
    static void (*const steps[])(struct any * a) = {
        step_open, step_open,   step_pay,     step_pay,   step_on,      step_on,
        step_ask,  step_ask,    step_ask,     step_ask,   step_decide,  step_decide,
        step_void, step_decide, step_archive, step_clock, step_archive,
    };
    static struct any any;
    struct any *a = &any;
    const char *seed = getenv("ANCHANG_SEED");
    const int n = fixture_rounds(STEPS, STEPS_NIGHTLY);

    a->f = *state;
    a->random = seed ? strtoull(seed, NULL, 10) : 20261127;
    print_message("seed %llu\n", (unsigned long long)a->random);
    for (int i = 0; i < n; i++) {
        a->f->now_ms += FIXTURE_MINUTE;
        steps[any_of(a, sizeof(steps) / sizeof(steps[0]))](a);
        check(a);
        look(a);
    }
    for (size_t i = 0; i < a->n_seen; i++)
        look_back(a, &a->seen[i]);
    for (int i = 0; i < DEAL_CHANGE_COUNT; i++)
        print_message("%s %d, ", deal_changes[i].code, a->done[i]);
    print_message("asked %d, seen %zu\n", a->asked, a->n_seen);
    if (seed)
        return; /* another seed need not come to all of it */
    assert_true(a->asked > 0 && a->n_seen > 0);
    for (int i = 0; i < DEAL_CHANGE_COUNT; i++)
        assert_true(a->done[i] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_anything, change_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
