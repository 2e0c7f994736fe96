/* money_after.h - steps of test_money_model.c: contracts, units measured and contracts settled by
 * it; what is owed for paying late, taken and waived. */
#ifndef ANCHANG_TESTS_MONEY_AFTER_H
#define ANCHANG_TESTS_MONEY_AFTER_H

#include "money_ledger.h"
#include "refund_fixture.h"

#include "db/late.h"
#include "db/measurement.h"
#include "db/settlement.h"

enum { CONTRACT_AREA = 8937 };

/* ---- due lines ---- */

static inline void line_put(struct m_deal *d, struct m_line line)
{
    assert_true(d->n_lines < LINES);
    d->lines[d->n_lines++] = line;
}

/* Of a fund, the last that stands. */
static inline int64_t line_id(struct world *w, const struct m_deal *d, enum fund fund)
{
    int64_t id = 0;

    assert_int_equal(db_get(w->f->db, &id,
                            "SELECT MAX(id) FROM receivable WHERE deal_id = $1 AND fund = $2 AND "
                            "ended_ms IS NULL",
                            "it", d->id, funds[fund].code),
                     1);
    return id;
}

/* As the terms have them; fit-out stands beside. */
static inline void lines_of(struct world *w, struct m_deal *d)
{
    const int64_t loan = FIXTURE_TOTAL - DEPOSIT - DOWN;
    const int today = today_of(w);

    d->n_lines = 0;
    line_put(d, (struct m_line){line_id(w, d, FUND_DEPOSIT), DEPOSIT, .fund = FUND_DEPOSIT,
                                .due = today});
    line_put(d, (struct m_line){line_id(w, d, FUND_DOWN_PAYMENT), DOWN, .fund = FUND_DOWN_PAYMENT,
                                .due = d->contract ? today + DOWN_DAYS : NO_DAY});
    line_put(d, (struct m_line){line_id(w, d, FUND_BANK_LOAN), loan, .fund = FUND_BANK_LOAN,
                                .due = NO_DAY, .loan = true});
    line_put(d, (struct m_line){line_id(w, d, FUND_FIT_OUT), FIT_OUT_DUE, .fund = FUND_FIT_OUT,
                                .due = day_number("2027-01-01")});
}

/* The schedule is that of the other home; what it owed beside goes along. */
static inline void lines_carry(struct world *w, const struct m_deal *d, struct m_deal *to)
{
    lines_of(w, to);
    for (int i = 0; i < d->n_lines; i++)
        if (d->lines[i].fund == FUND_LATE_FEE)
            line_put(to, d->lines[i]);
}

static inline const char *document_next(struct world *w)
{
    static char document[24];

    snprintf(document, sizeof(document), "HT-%d-%d", w->contracts, w->step);
    return document;
}

/* A contract that ended leaves a price to be looked at again. */
static inline void price_reviewed(struct world *w, const struct m_deal *d)
{
    if (d->contract)
        assert_int_equal(db_run(w->f->db, "UPDATE unit SET price_reviewed = 1 WHERE id = $1", "i",
                                w->f->units[d->unit]),
                         1);
}

static inline void do_contract(struct world *w, struct m_deal *d)
{
    int64_t house = 0;

    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        house += for_house(fund) ? d->fen[fund] : 0;
    if (d->contract || !agrees(w, "sign a contract", d->live && house >= DEPOSIT,
                               deal_goes(w->f, d->id, 'C', 0, (size_t)d->buyer, document_next(w))))
        return;
    d->contract = true;
    for (int i = 0; i < d->n_lines; i++)
        if (d->lines[i].fund == FUND_DOWN_PAYMENT)
            d->lines[i].due = today_of(w) + DOWN_DAYS;
    w->contracts++;
}

/* ---- the area ---- */

static inline void do_measure(struct world *w)
{
    const bool wrong = roll(w, 12) == 0;
    const int unit = (int)roll(w, FIXTURE_UNITS);
    const int64_t gross = CONTRACT_AREA - 600 + (roll(w, 8) ? roll(w, 1200) : 600);
    const struct measurement_new m = {w->f->units[unit], gross, wrong ? gross + 1 : gross - 1000};

    if (agrees(w, "measure", !wrong,
               FIXTURE_DO(w->f, tx, measurement_register(tx, w->f->project, "s", &m, 1))))
        w->measured[unit] = gross;
}

/* Half up, of a number from 0. */
static inline int64_t half_up(__int128 n, __int128 of)
{
    return (int64_t)((n + of / 2) / of);
}

/* Up to three parts in a hundred at the contract's price; more is the seller's loss, less twice. */
static inline int64_t area_fen(int64_t gross)
{
    const int64_t price = half_up((__int128)FIXTURE_TOTAL * 100, CONTRACT_AREA); /* of a m2 */
    const int64_t off = gross < CONTRACT_AREA ? CONTRACT_AREA - gross : gross - CONTRACT_AREA;
    const bool beyond = off * 100 > 3 * CONTRACT_AREA;
    const int64_t inside = half_up((__int128)3 * CONTRACT_AREA * price, 10000);

    if (!beyond)
        return (gross < CONTRACT_AREA ? -1 : 1) * half_up((__int128)off * price, 100);
    if (gross > CONTRACT_AREA)
        return inside;
    return -inside - 2 * half_up((__int128)(off * 100 - 3 * CONTRACT_AREA) * price, 10000);
}

/* What was returned is still with the deal, which cannot end so. */
static inline bool credit_left(const struct m_deal *d)
{
    return d->settled && d->settled_fen < 0 && d->fen[FUND_AREA_CREDIT] > 0;
}

static inline void settled(struct world *w, struct m_deal *d, int64_t fen, int due)
{
    d->settled = true;
    d->settled_fen = fen;
    w->settled++;
    if (fen > 0) {
        d->settled_line = line_id(w, d, FUND_AREA_DIFFERENCE);
        line_put(d,
                 (struct m_line){d->settled_line, fen, .fund = FUND_AREA_DIFFERENCE, .due = due});
    } else if (fen < 0) {
        deal_move(w, d, FUND_AREA_CREDIT, -fen, -1);
        w->income[FUND_AREA_DIFFERENCE] += fen;
    }
}

static inline bool may_settle(const struct world *w, const struct m_deal *d)
{
    return d->live && d->contract && !d->settled && w->measured[d->unit];
}

/* One or two at once, all or none; or one by hand, for what was agreed. */
static inline void do_settle(struct world *w, struct m_deal *d)
{
    const int other = deal_some(w), days = (int)roll(w, 6) - 1;
    struct m_deal *both[] = {d, other < 0 ? d : &w->deals[other]};
    const size_t n = roll(w, 4) ? 1 : 2;
    const int64_t ids[] = {both[0]->id, both[1]->id}, fen = (int64_t)roll(w, 4000000) - 2000000;
    bool fits = days >= 0;
    char due[DAY_TEXT];

    day_of(w->f->now_ms + days * FIXTURE_DAY, due);
    if (roll(w, 4) == 0) {
        const struct settlement_hand hand = {d->id, fen, roll(w, 8) ? "r" : "", due};

        if (agrees(w, "settle by hand", fits && hand.reason[0] && may_settle(w, d),
                   FIXTURE_DO(w->f, tx, settlement_by_hand(tx, &hand))))
            settled(w, d, fen, day_number(due));
        return;
    }
    for (size_t i = 0; i < n; i++)
        fits = fits && may_settle(w, both[i]) && (i == 0 || both[1] != d);
    if (!agrees(w, "settle areas", fits,
                FIXTURE_DO(w->f, tx, settlement_make(tx, w->f->project, ids, n, due))))
        return;
    for (size_t i = 0; i < n; i++)
        settled(w, both[i], area_fen(w->measured[both[i]->unit]), day_number(due));
}

static inline void do_unsettle(struct world *w, struct m_deal *d)
{
    int n = 0;

    if (!agrees(w, "reverse a settlement",
                d->live && d->settled &&
                    (d->settled_fen >= 0 || d->fen[FUND_AREA_CREDIT] >= -d->settled_fen),
                FIXTURE_DO(w->f, tx, settlement_reverse(tx, d->id, "r"))))
        return;
    for (int i = 0; i < d->n_lines; i++)
        if (d->lines[i].id != d->settled_line || d->lines[i].fund != FUND_AREA_DIFFERENCE)
            d->lines[n++] = d->lines[i];
    d->n_lines = n;
    if (d->settled_fen < 0) {
        deal_move(w, d, FUND_AREA_CREDIT, d->settled_fen, -1);
        w->income[FUND_AREA_DIFFERENCE] -= d->settled_fen;
    }
    d->settled = false;
    w->unsettled++;
}

/* What was returned, or is too much since, goes to the buyer, as far as that was approved. */
static inline void do_credit_out(struct world *w, struct m_deal *d)
{
    const enum fund fund = d->fen[FUND_AREA_CREDIT] > 0 ? FUND_AREA_CREDIT : FUND_AREA_DIFFERENCE;
    const int64_t there = d->fen[fund];
    const int64_t fen =
        there > 0 && roll(w, 6) ? 1 + (int64_t)(roll(w, 3) ? there - 1 : there / 2) : there + 1;
    const struct refund_ask ask = {.deal_id = d->id,
                                   .lines = {{funds[fund].code, fen}},
                                   .n_lines = 1,
                                   .reason = "r",
                                   .bank = "b",
                                   .account = "62220212"};
    int64_t id = 0;

    if (!agrees(w, "give back of a settlement", d->live && fen <= there,
                FIXTURE_DO(w->f, tx, refund_request(tx, &ask, &id))))
        return;
    if (roll(w, 4) == 0) {
        assert_int_equal(refund_decide(w->f, id, APPROVAL_REJECTED), 0);
        return;
    }
    assert_int_equal(refund_decide(w->f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(w->f, id, fen), 0);
    if (w->users[0].shift)
        w->users[0].expected[TENDER_TRANSFER] -= fen;
    w->cash[TENDER_TRANSFER][ESCROW] -= fen;
    deal_move(w, d, fund, -fen, -1);
    w->credited_out++;
}

/* ---- paid late ---- */

static inline void do_term(struct world *w, struct m_deal *d)
{
    const int64_t rate = 1 + roll(w, 200), beyond = rate - (roll(w, 8) == 0) + roll(w, 300);
    const int64_t days = roll(w, 6);

    if (!agrees(w, "say what paying late costs", d->live && d->contract && beyond >= rate,
                FIXTURE_DO(w->f, tx, late_term_set(tx, d->id, rate, days, beyond))))
        return;
    d->rate = rate;
    d->days = (int)days;
    d->beyond = beyond;
}

/* So much more than its lines ask for is taken: lines are made of what is owed, the one due first
 * first. */
static inline void late_take(struct world *w, struct m_deal *d, int64_t fen)
{
    const int today = today_of(w), n = d->n_lines;
    bool done[LINES] = {false};

    fen -= room_of(d, FUND_LATE_FEE);
    while (fen > 0) {
        int64_t part = 0;
        int first = -1;

        for (int i = 0; i < n; i++)
            if (!done[i] && (first < 0 || d->lines[i].due < d->lines[first].due))
                first = i;
        assert_true(first >= 0);
        done[first] = true;
        part = line_late(d, first, today);
        part = part < fen ? part : fen;
        if (part == 0)
            continue;
        d->lines[first].charged += part;
        line_put(d, (struct m_line){0, part, .fund = FUND_LATE_FEE, .due = today});
        fen -= part;
        w->late_fen += part;
    }
}

static inline int waiver_decide(struct world *w, int64_t id, enum approval_outcome outcome)
{
    const int64_t approval =
        fixture_of(w->f, "SELECT approval_id FROM late_waiver WHERE id = $1", id);
    const int64_t task =
        fixture_of(w->f, "SELECT MAX(id) FROM approval_task WHERE approval_id = $1", approval);
    const int64_t version =
        fixture_of(w->f, "SELECT version FROM approval WHERE id = $1", approval);
    int r;

    w->f->as = &change_boss;
    r = FIXTURE_DO(w->f, tx, approval_decide(tx, task, version, outcome, "so"));
    w->f->as = &w->f->actor;
    return r;
}

static inline void do_waive(struct world *w, struct m_deal *d)
{
    struct m_line *l = &d->lines[roll(w, (unsigned)d->n_lines)];
    const int64_t owed = line_late(d, (int)(l - d->lines), today_of(w));
    const struct late_waiver_ask ask = {
        .receivable_id = l->id, .amount_fen = roll(w, 6) ? 1 + owed / 2 : owed + 1, .reason = "r"};
    int64_t id = 0;

    if (!l->id || !agrees(w, "waive of paying late", d->live && ask.amount_fen <= owed,
                          FIXTURE_DO(w->f, tx, late_waiver_request(tx, d->id, &ask, &id))))
        return;
    if (roll(w, 4) == 0) {
        assert_int_equal(waiver_decide(w, id, APPROVAL_REJECTED), 0);
        return;
    }
    assert_int_equal(waiver_decide(w, id, APPROVAL_APPROVED), 0);
    l->waived += ask.amount_fen;
    w->waived++;
}

/* ---- one of them ---- */

/* One with a contract that lives, mostly. */
static inline struct m_deal *contract_some(struct world *w)
{
    int i = deal_some(w);

    for (int tries = 0; i >= 0 && tries < 6 && !(w->deals[i].live && w->deals[i].contract); tries++)
        i = deal_some(w);
    return i < 0 ? NULL : &w->deals[i];
}

static inline void do_after(struct world *w)
{
    struct m_deal *d = contract_some(w);
    const unsigned what = roll(w, 16);

    w->f->as = &w->f->actor;
    if (!d)
        return;
    switch (what) {
    case 0:
    case 1:
        do_contract(w, &w->deals[deal_some(w)]);
        break;
    case 2:
    case 3:
        do_measure(w);
        break;
    case 4:
    case 5:
    case 6:
        do_settle(w, d);
        break;
    case 7:
        do_unsettle(w, d);
        break;
    case 8:
    case 9:
        do_credit_out(w, d);
        break;
    case 10:
    case 11:
    case 12:
        do_term(w, d);
        break;
    default:
        do_waive(w, d);
    }
}

/* ---- against the ledger ---- */

struct allocated {
    struct world *w;
    const struct m_deal *d;
    int64_t sum[FUND_COUNT], asked[FUND_COUNT];
    int n;
};

/* No line has more than it asks for, and each what the model says. */
static inline int line_compare(void *arg, const struct receivable_row *row)
{
    struct allocated *a = arg;

    a->n++;
    a->asked[fund_find(row->fund)] += row->amount_fen;
    a->sum[fund_find(row->fund)] += row->received_fen;
    assert_true(row->received_fen >= 0 && row->received_fen <= row->amount_fen);
    for (int i = 0; i < a->d->n_lines; i++)
        if (a->d->lines[i].id == row->id) {
            equal(a->w, "a line's", row->fund, row->amount_fen, a->d->lines[i].fen);
            equal(a->w, "came for a line of", row->fund, row->received_fen,
                  line_had(a->d, i, today_of(a->w)));
        }
    return 0;
}

static inline int due_now_take(void *arg, const struct deal_row *row)
{
    int64_t *fen = arg;

    *fen = row->due_now_fen;
    return 0;
}

/* Of one deal that lives: its lines, what is allocated to them, what is owed for paying late. */
static inline void after_compare(struct world *w)
{
    const int i = deal_some(w);
    struct allocated a = {.w = w, .d = i < 0 ? NULL : &w->deals[i]};
    int64_t late = 0, owed = 0, due = 0, due_now = 0, asked[FUND_COUNT] = {0},
            had[FUND_COUNT] = {0};
    char today[DAY_TEXT];

    if (i < 0 || !a.d->live)
        return;
    day_of(w->f->now_ms, today);
    assert_int_equal(FIXTURE_DO(w->f, tx, receivable_each(tx, a.d->id, today, line_compare, &a)),
                     0);
    assert_int_equal(FIXTURE_DO(w->f, tx, late_owed(tx, a.d->id, today, &owed)), 0);
    assert_int_equal(FIXTURE_DO(w->f, tx, deal_get(tx, a.d->id, today, due_now_take, &due_now)), 0);
    for (int k = 0; k < a.d->n_lines; k++) {
        if (a.d->lines[k].due <= today_of(w))
            due += a.d->lines[k].fen - line_had(a.d, k, today_of(w));
        late += line_late(a.d, k, today_of(w));
        asked[a.d->lines[k].fund] += a.d->lines[k].fen;
        had[a.d->lines[k].fund] += line_had(a.d, k, today_of(w));
    }
    equal(w, "the number of", "due lines", a.n, a.d->n_lines);
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        equal(w, "due lines of", funds[fund].code, a.asked[fund], asked[fund]);
        equal(w, "came for lines of", funds[fund].code, a.sum[fund], had[fund]);
    }
    equal(w, "owed", "for paying late", owed, late);
    equal(w, "due", "by now", due_now, due);
}

#endif
