/* test_deal_model.c - random legal and illegal steps of deals, locks, holds and the clock against a
 * small model written apart (FC 25.2 to 25.6): what it refuses must be refused, what it allows must
 * happen, and every unit must read as it says. Twenty thousand steps; a million at night. A failure
 * prints the seed and the step that play it again: ANCHANG_MODEL_SEED.
 */
#include "deal_fixture.h"

#include "db/queue.h"
#include "db/unit_lock.h"

enum {
    STEPS = 1000, /* of an office: titles pile up in a longer one, and nothing happens any more */
    SEEDS = 20,
    SEEDS_NIGHTLY = 1000,
    VERIFY_EACH = 250,
    USERS = 2,
    PAPER = 24,
    LOCK_MIN = 10,
    TERM_DAYS = 3,
    DOWN = 33333300,
    STACK = 16,
    MERGED = 0, /* the unit with a parking space in its total, and */
    APART = 1,  /* the one whose parking space is paid apart */
    RECEIPTS = STEPS,
};

struct m_hold { /* what stood on a unit before a deal: A, K or R */
    char state;
    int user;  /* who locked; -1 */
    int buyer; /* whom it is for; -1 */
    int64_t since, until;
};

struct m_step { /* one stage of a deal, for going back */
    char stage;
    int64_t since, due;
};

struct m_deal {
    bool live;
    int64_t id;
    int unit, buyer;
    struct m_hold before;
    struct m_step steps[STACK];
    int n;
    int64_t receipts[RECEIPTS], received, last_money; /* receipts: those that stand */
    int64_t apart;                                    /* of it: for what is paid apart */
    int n_receipts;
    bool paid; /* money came in once: no timer ends it */
    bool told; /* its term passed and was told */
    char subscribed[DAY_TEXT], signed_on[DAY_TEXT], filed[DAY_TEXT]; /* "" not */
};

struct world {
    struct fixture *f;
    struct m_hold units[FIXTURE_UNITS]; /* state also X, and a deal's stage */
    struct m_deal deals[FIXTURE_UNITS]; /* of each unit the live one */
    int64_t tickets[FIXTURE_UNITS][BUYERS];
    int64_t papers;
    int64_t parking[2]; /* of MERGED and APART */
    struct actor users[USERS];
    uint64_t seed, random;
    int step, allowed, refused;
    int stages[128];
};

static unsigned roll(struct world *w, unsigned n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 33) % n;
}

static const char *today(const struct world *w)
{
    static char day[DAY_TEXT];

    day_of(w->f->now_ms, day);
    return day;
}

/* @r against what the model said. */
static bool agrees(struct world *w, const char *what, int unit, bool allowed, int r)
{
    const bool done = r >= 0;

    if (r < 0 && r != -EREFUSED)
        fail_msg("seed %llu step %d: %s on %d: error %d %s", (unsigned long long)w->seed, w->step,
                 what, unit, r, db_error(w->f->db));
    if (done != allowed)
        fail_msg("seed %llu step %d: %s on %d (%c): the model says %s, the answer was %s",
                 (unsigned long long)w->seed, w->step, what, unit, w->units[unit].state,
                 allowed ? "yes" : "no", done ? "done" : fault_code_text(w->f->fault.code));
    if (done)
        w->allowed++;
    else
        w->refused++;
    return done;
}

/* ---- locks and holds ---- */

static int locks_of(const struct world *w, int user, int buyer)
{
    int n = 0;

    for (int i = 0; i < FIXTURE_UNITS; i++)
        if (w->units[i].state == 'K' &&
            ((user >= 0 && w->units[i].user == user) || (buyer >= 0 && w->units[i].buyer == buyer)))
            n++;
    return n;
}

static void do_lock(struct world *w, int unit, int user, int buyer)
{
    const struct unit_lock lock = {.unit_id = w->f->units[unit],
                                   .customer_id = buyer >= 0 ? deal_buyers[buyer] : 0};
    bool allowed = w->units[unit].state == 'A' && locks_of(w, user, -1) < UNIT_LOCKS_MOST &&
                   (buyer < 0 || locks_of(w, -1, buyer) < UNIT_LOCKS_MOST);
    int64_t until = 0;

    if (agrees(w, "lock", unit, allowed, FIXTURE_DO(w->f, tx, unit_lock(tx, &lock, &until))))
        w->units[unit] = (struct m_hold){'K', user, buyer, w->f->now_ms,
                                         w->f->now_ms + LOCK_MIN * FIXTURE_MINUTE};
}

static void do_renew(struct world *w, int unit, int user)
{
    struct m_hold *u = &w->units[unit];
    const int64_t longest = u->since + UNIT_LOCK_MAX * FIXTURE_MINUTE;
    int64_t next = w->f->now_ms + LOCK_MIN * FIXTURE_MINUTE, until = 0;
    bool allowed;

    next = next < longest ? next : longest;
    allowed = u->state == 'K' && u->user == user && u->until > w->f->now_ms && next > u->until;
    if (agrees(w, "renew", unit, allowed,
               FIXTURE_DO(w->f, tx, unit_lock_renew(tx, w->f->units[unit], &until))))
        u->until = next;
}

static void do_release(struct world *w, int unit)
{
    if (agrees(w, "release", unit, w->units[unit].state == 'K',
               FIXTURE_DO(w->f, tx, unit_lock_release(tx, w->f->units[unit]))))
        w->units[unit] = (struct m_hold){.state = 'A', .user = -1, .buyer = -1};
}

static void do_hold(struct world *w, int unit, int buyer)
{
    static const enum transition_id kinds[] = {TRANSITION_RESERVE, TRANSITION_HOLD,
                                               TRANSITION_UNHOLD};
    const enum transition_id kind = kinds[roll(w, 3)];
    const char state = w->units[unit].state;
    struct unit_ref ref = {w->f->units[unit], 0};
    struct unit_action action = {.transition = kind,
                                 .reason = "r",
                                 .holder = "客户",
                                 .customer_id = kind == TRANSITION_RESERVE ? deal_buyers[buyer] : 0,
                                 .until_ms = w->f->now_ms + (1 + roll(w, 3)) * FIXTURE_DAY,
                                 .units = &ref,
                                 .n = 1};
    const bool allowed = kind == TRANSITION_UNHOLD ? state == 'R' || state == 'X' : state == 'A';

    if (!agrees(w, transitions[kind].event, unit, allowed,
                FIXTURE_DO(w->f, tx, unit_act(tx, w->f->project, &action))))
        return;
    w->units[unit] =
        (struct m_hold){kind == TRANSITION_RESERVE ? 'R'
                        : kind == TRANSITION_HOLD  ? 'X'
                                                   : 'A',
                        -1, kind == TRANSITION_RESERVE ? buyer : -1, w->f->now_ms, action.until_ms};
}

/* ---- the queue ---- */

static void do_ticket(struct world *w, int unit, int buyer)
{
    struct fixture *f = w->f;
    int64_t *live = &w->tickets[unit][buyer];
    const struct ticket_new new = {
        .project_id = f->project, .customer_id = deal_buyers[buyer], .unit_id = f->units[unit]};
    int64_t id = 0, version = 1;

    if (roll(w, 2)) {
        const bool allowed = strchr("AR", w->units[unit].state) && !*live;

        if (agrees(w, "queue", unit, allowed, FIXTURE_DO(f, tx, ticket_create(tx, &new, &id))))
            *live = id;
        return;
    }
    if (!*live)
        return;
    version = fixture_of(f, "SELECT version FROM queue_ticket WHERE id = $1", *live);
    if (agrees(w, "unqueue", unit, true, FIXTURE_DO(f, tx, ticket_cancel(tx, *live, version, "r"))))
        *live = 0;
}

/* ---- deals ---- */

static void step_push(struct world *w, struct m_deal *d, char stage)
{
    int64_t due = 0;
    char day[DAY_TEXT];

    if (stage == 'B') {
        assert_int_equal(day_add(today(w), TERM_DAYS, day), 0);
        assert_int_equal(day_end_ms(day, &due), 0);
    }
    d->steps[d->n++] = (struct m_step){stage, w->f->now_ms, due};
    d->told = false;
    if (stage == 'S' || (stage == 'C' && !d->subscribed[0]))
        snprintf(d->subscribed, DAY_TEXT, "%s", today(w));
    if (stage == 'C' && !d->signed_on[0])
        snprintf(d->signed_on, DAY_TEXT, "%s", today(w));
    w->units[d->unit].state = stage;
    w->stages[(unsigned char)stage]++;
}

static bool hold_own(const struct m_hold *u, char stage, int user, int buyer)
{
    if (stage == 'C') /* a contract is signed on what is free, or on a document of its own */
        return false;
    if (u->state == 'R')
        return u->buyer == buyer;
    if (u->state != 'K')
        return false;
    return u->buyer >= 0 ? u->buyer == buyer : u->user == user;
}

static void do_open(struct world *w, int unit, int user, int buyer)
{
    const char stage = "BBSSC"[roll(w, 5)];
    const struct m_hold before = w->units[unit];
    struct deal_open open = deal_asked(w->f, stage, w->f->units[unit], (size_t)buyer);
    char paper[PAPER];
    int64_t id = 0;
    bool allowed = before.state == 'A' || hold_own(&before, stage, user, buyer);

    snprintf(paper, sizeof(paper), "P-%d", (int)++w->papers);
    open.document = stage == 'C' ? paper : NULL;
    if (roll(w, 20) == 0) { /* as it was read by somebody before */
        open.unit_version--;
        allowed = false;
    }
    if (!agrees(w, "open", unit, allowed, FIXTURE_DO(w->f, tx, deal_open(tx, &open, &id))))
        return;
    w->deals[unit] =
        (struct m_deal){.live = true, .id = id, .unit = unit, .buyer = buyer, .before = before};
    step_push(w, &w->deals[unit], stage);
}

static char stage_of(const struct m_deal *d)
{
    return d->live ? d->steps[d->n - 1].stage : '\0';
}

static void do_advance(struct world *w, struct m_deal *d, int64_t deal)
{
    const char stage = roll(w, 2) ? 'S' : 'C', now = stage_of(d);
    int64_t terms = terms_make(w->f, w->f->units[d->unit], deal_buyers[d->buyer], true, 0);
    char paper[PAPER];
    const bool allowed =
        stage == 'S' ? now == 'B' : (now == 'B' || now == 'S') && d->received >= DEPOSIT;

    snprintf(paper, sizeof(paper), "P-%d", (int)++w->papers);
    if (agrees(w, stage == 'S' ? "subscribe" : "sign", d->unit, allowed,
               deal_goes(w->f, deal, stage, terms, (size_t)d->buyer, paper)))
        step_push(w, d, stage);
}

/* The contract's: with what is merged into it. */
static int64_t total_of(const struct m_deal *d)
{
    return FIXTURE_TOTAL + (d->unit == MERGED ? PARKING : 0);
}

/* What is due until today by the schedule: the deposit with the subscription, a third a week after
 * the contract, the loan 30 days after the filing. */
static int64_t due_until_today(const struct world *w, const struct m_deal *d)
{
    const int64_t loan = total_of(d) - DEPOSIT - DOWN;
    char day[DAY_TEXT];
    int64_t due = d->subscribed[0] ? DEPOSIT : 0;

    if (d->signed_on[0] && day_add(d->signed_on, 7, day) == 0 && strcmp(day, today(w)) <= 0)
        due += DOWN;
    if (d->filed[0] && day_add(d->filed, 30, day) == 0 && strcmp(day, today(w)) <= 0)
        due += loan;
    return due;
}

/* What is due by then is paid, the house out of its own money, and what is apart, due with the
 * contract, out of its own. */
static bool paid_up(const struct world *w, const struct m_deal *d)
{
    return d->received - d->apart >= due_until_today(w, d) &&
           (d->unit != APART || !d->signed_on[0] || d->apart >= PARKING);
}

static void do_late_step(struct world *w, struct m_deal *d, int64_t deal)
{
    struct fixture *f = w->f;
    const char now = stage_of(d);
    const int64_t version = deal_version(f, deal);
    char paper[PAPER];
    bool done;

    snprintf(paper, sizeof(paper), "P-%d", (int)++w->papers);
    switch (roll(w, 4)) {
    case 0:
        done = agrees(w, "file", d->unit, now == 'C', deal_filed(f, deal, paper));
        if (done)
            snprintf(d->filed, DAY_TEXT, "%s", today(w));
        if (done)
            step_push(w, d, 'F');
        return;
    case 1:
        done = agrees(w, "unfile", d->unit, now == 'F',
                      FIXTURE_DO(f, tx, deal_unfile(tx, deal, version, paper)));
        if (done)
            d->filed[0] = '\0';
        if (done)
            step_push(w, d, 'C');
        return;
    case 2:
        if (agrees(w, "deliver", d->unit, (now == 'C' || now == 'F') && paid_up(w, d),
                   FIXTURE_DO(f, tx, deal_deliver(tx, deal, version, paper))))
            step_push(w, d, 'D');
        return;
    default:
        if (agrees(w, "title", d->unit, now == 'D',
                   FIXTURE_DO(f, tx, deal_title(tx, deal, version, paper))))
            step_push(w, d, 'T');
    }
}

/* Takes the last step back: the same day, and no money since. */
static void do_void(struct world *w, struct m_deal *d, int64_t deal)
{
    const struct m_step last = d->steps[d->n - 1];
    char then[DAY_TEXT];
    bool allowed;

    day_of(last.since, then);
    allowed = strcmp(then, today(w)) == 0 && d->last_money < last.since;
    if (!agrees(w, "void", d->unit, allowed, deal_voided(w->f, deal)))
        return;
    d->n--;
    d->told = false;
    if (d->n == 0) {
        d->live = false;
        w->units[d->unit] = d->before;
        return;
    }
    w->units[d->unit].state = stage_of(d);
    if (last.stage == 'F')
        d->filed[0] = '\0';
    if (last.stage == 'C' && stage_of(d) == 'F') /* the filing that was given up stands again */
        snprintf(d->filed, DAY_TEXT, "%s", d->filed[0] ? d->filed : "");
    if (last.stage == 'C' && strchr("BS", stage_of(d)))
        d->signed_on[0] = '\0';
    if (stage_of(d) == 'B')
        d->subscribed[0] = '\0';
}

/* The last receipt that stands is taken back, on its day or later. */
static void do_pay_back(struct world *w, struct m_deal *d, int64_t deal)
{
    int64_t fen = 0;

    if (!agrees(w, "pay back", d->unit, d->n_receipts > 0, deal_pay_back(w->f, deal, &fen)))
        return;
    assert_int_equal(fen, d->receipts[--d->n_receipts]);
    d->received -= fen;
    if (fen == PARKING) /* no other receipt is of this sum */
        d->apart = 0;
    d->last_money = w->f->now_ms;
}

static void paid(struct world *w, struct m_deal *d, int64_t fen)
{
    d->receipts[d->n_receipts++] = fen;
    d->received += fen;
    d->last_money = w->f->now_ms;
    d->paid = true;
}

static void do_pay_apart(struct world *w, struct m_deal *d, int64_t deal)
{
    if (!agrees(w, "pay apart", d->unit, d->apart == 0, deal_pays(w->f, deal, "attached", PARKING)))
        return;
    paid(w, d, PARKING);
    d->apart = PARKING;
}

static void do_pay(struct world *w, struct m_deal *d, int64_t deal)
{
    static const int64_t amounts[] = {DEPOSIT, DOWN, FIXTURE_TOTAL, 100, 300, 500, 700, 900};
    const int64_t fen = amounts[roll(w, 8)];

    if (roll(w, 6) == 0) {
        do_pay_back(w, d, deal);
        return;
    }
    if (d->unit == APART && d->signed_on[0] && roll(w, 3) == 0) {
        do_pay_apart(w, d, deal);
        return;
    }
    if (!agrees(w, "pay", d->unit, d->received - d->apart + fen <= total_of(d),
                deal_pay(w->f, deal, fen)))
        return;
    paid(w, d, fen);
}

static void do_deal(struct world *w, int unit)
{
    struct m_deal *d = &w->deals[unit];

    if (!d->live || d->n == STACK)
        return;
    switch (roll(w, 8)) {
    case 0:
    case 1:
    case 2:
        do_advance(w, d, d->id);
        return;
    case 3:
    case 4:
        do_late_step(w, d, d->id);
        return;
    case 5:
        do_void(w, d, d->id);
        return;
    default:
        do_pay(w, d, d->id);
    }
}

/* ---- the clock ---- */

static void do_time(struct world *w)
{
    struct fixture *f = w->f;
    int64_t next;

    f->now_ms +=
        roll(w, 12) == 0 ? (int64_t)roll(w, 4) * FIXTURE_DAY : (int64_t)roll(w, 20 * 60) * 1000;
    assert_true(expire(f, &next) >= 0);
    assert_true(deals_due(f, &next) >= 0);
    for (int i = 0; i < FIXTURE_UNITS; i++) {
        struct m_hold *u = &w->units[i];
        struct m_deal *d = &w->deals[i];

        if (strchr("KRX", u->state) && u->until <= f->now_ms)
            *u = (struct m_hold){.state = 'A', .user = -1, .buyer = -1};
        if (stage_of(d) == 'B' && !d->told && d->steps[d->n - 1].due <= f->now_ms) {
            d->told = true;
            if (!d->paid) {
                d->live = false;
                *u = (struct m_hold){.state = 'A', .user = -1, .buyer = -1};
            }
        }
    }
}

/* ---- a run ---- */

static void money_compare(struct world *w, const struct m_deal *d)
{
    const int64_t fen = fixture_of(
        w->f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1", d->id);

    if (fen != d->received)
        fail_msg("seed %llu step %d: deal of unit %d has %lld fen, the model says %lld",
                 (unsigned long long)w->seed, w->step, d->unit, (long long)fen,
                 (long long)d->received);
}

static void units_compare(struct world *w)
{
    for (int i = 0; i < FIXTURE_UNITS; i++) {
        const char state = fixture_state(w->f, w->f->units[i]);

        if (state != w->units[i].state)
            fail_msg("seed %llu step %d: unit %d reads %c, the model %c",
                     (unsigned long long)w->seed, w->step, i, state, w->units[i].state);
        if (w->deals[i].live)
            money_compare(w, &w->deals[i]);
    }
    for (int i = 0; i < 2; i++) { /* what is not sold alone is where its home's deal is */
        const char home = w->units[i].state, state = fixture_state(w->f, w->parking[i]);

        if (state != (strchr("BSCFDT", home) ? home : 'U'))
            fail_msg("seed %llu step %d: the parking of unit %d reads %c, its home %c",
                     (unsigned long long)w->seed, w->step, i, state, home);
    }
}

static void step_random(struct world *w)
{
    const int unit = (int)roll(w, FIXTURE_UNITS), user = (int)roll(w, USERS);
    const int buyer = (int)roll(w, BUYERS);

    w->f->as = &w->users[user];
    w->f->now_ms += 1;
    switch (roll(w, 18)) {
    case 0:
    case 1:
        do_lock(w, unit, user, roll(w, 2) ? buyer : -1);
        break;
    case 2:
        do_renew(w, unit, user);
        break;
    case 3:
        do_release(w, unit);
        break;
    case 4:
        do_hold(w, unit, buyer);
        break;
    case 5:
        do_ticket(w, unit, buyer);
        break;
    case 6:
    case 7:
    case 8:
        do_open(w, unit, user, buyer);
        break;
    case 9:
        do_time(w);
        break;
    default:
        do_deal(w, unit);
    }
    w->f->as = &w->f->actor;
}

static void run_seed(struct fixture *f, uint64_t seed, int stages[128])
{
    struct world w = {.f = f, .seed = seed, .random = seed * 0x9E3779B97F4A7C15u | 1};

    for (int i = 0; i < FIXTURE_UNITS; i++)
        w.units[i] = (struct m_hold){.state = 'A', .user = -1, .buyer = -1};
    w.parking[0] = parking_bound(f, f->units[MERGED], true);
    w.parking[1] = parking_bound(f, f->units[APART], false);
    for (int i = 0; i < USERS; i++) {
        w.users[i] = f->actor;
        w.users[i].id = i + 1;
    }
    for (w.step = 0; w.step < STEPS; w.step++) {
        step_random(&w);
        units_compare(&w);
        if (w.step % VERIFY_EACH == VERIFY_EACH - 1)
            deal_verify(f);
    }
    assert_true(w.allowed > STEPS / 10 && w.refused > STEPS / 10);
    for (int i = 0; i < 128; i++)
        stages[i] += w.stages[i];
}

static void test_against_the_model(void **state)
{
    const char *seed = getenv("ANCHANG_MODEL_SEED");
    const int seeds = fixture_rounds(SEEDS, SEEDS_NIGHTLY);
    int stages[128] = {0};

    (void)state;
    for (int i = 0; i < seeds; i++) {
        void *one = NULL;

        assert_int_equal(deal_setup(&one), 0);
        run_seed(one, seed ? strtoull(seed, NULL, 10) : (uint64_t)i + 1, stages);
        assert_int_equal(fixture_teardown(&one), 0);
    }
    for (const char *stage = "BSCFDT"; *stage; stage++) /* it went everywhere */
        assert_true(stages[(unsigned char)*stage] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_the_model)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
