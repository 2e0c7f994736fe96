/* money_model.h - the model of test_money_model.c: who has which shift and book, what stands where,
 * what is owed and what for paying it late. */
#ifndef ANCHANG_TESTS_MONEY_MODEL_H
#define ANCHANG_TESTS_MONEY_MODEL_H

#include "change_fixture.h"

#include "db/day.h"
#include "db/deal_fee.h"
#include "db/earnest.h"
#include "db/payover.h"
#include "db/receipt_book.h"
#include "db/shift.h"
#include "db/tender.h"

enum { BOOKS = 60, DEALS = 200, RECEIPTS = 400, REFERENCES = 80, PARTS = 3, PAYOVERS = 60 };
enum { FIT_OUT_DUE = 3000000, FEES = 2, FEE_DUE = 1000000, DOWN = 33333300, DOWN_DAYS = 7 };
enum { LINES = 40, MOVES = 200, BANK_LINES = 300, BANK_REFERENCES = 60 };
enum { NO_DAY = 100000 }; /* of a due line: not known yet */
enum { REGISTERED = 'g', OUT = 'o', RETURNED = 'r', VERIFIED = 'v' }; /* states of a book */
enum m_account { ESCROW, GENERAL, AGENCY, ACCOUNTS };

struct m_user {
    struct actor actor;
    int64_t shift; /* 0: none is open */
    int64_t expected[TENDER_COUNT];
};
struct m_book {
    int64_t id, version, first, last, issued;
    int holder; /* -1 */
    char state;
    bool agency;
};
/* What an ended deal gives back out of one account. */
struct m_refund {
    int64_t id, fen[FUND_COUNT]; /* id 0: nothing */
    bool paid;
    enum tender tender; /* by which it was paid, */
    int user;           /* by whom, */
    char day[DAY_TEXT]; /* when */
};
struct m_fee {  /* of a deal; what it owes of each is FEE_DUE */
    int64_t id; /* 0: not chosen */
    int64_t fen, paid_over;
};
struct m_line { /* due, that stands; in the order of ordinals */
    int64_t id, fen;
    int64_t charged, waived; /* for paying it late */
    enum fund fund;
    int due; /* day_number() */
    bool loan;
};
struct m_move {  /* of a deal's money */
    int day, of; /* whose voucher: a receipt's place; -1: nobody takes it back */
    enum fund fund;
    int64_t fen;
};
struct m_deal {
    bool live, archived, contract;
    int64_t id, fen[FUND_COUNT]; /* of agency fees: none */
    struct m_line lines[LINES];
    struct m_move moves[MOVES]; /* that make up fen */
    int n_lines, n_moves;
    int64_t rate, beyond; /* of paying late; rate 0: nothing is said */
    int days;
    bool settled;
    int64_t settled_fen, settled_line; /* the line: 0 none */
    struct m_fee fees[FEES];
    int64_t change; /* by which it ended; 0 */
    int unit, buyer;
    struct m_refund refunds[ACCOUNTS];
};
struct m_receipt {
    struct receipt_key key, before; /* before: the one it came in the place of; no 0: none */
    int64_t voucher;
    int deal, buyer; /* deal -1: earnest money */
    int user;
    int64_t lines[FUND_COUNT], tenders[TENDER_COUNT];
    int64_t fees[FEES]; /* of the line of agency fees */
    enum m_account account;
    int slips[PARTS]; /* tender * REFERENCES + reference; -1 */
    int64_t parts[PARTS];
    int bank[PARTS]; /* what the bank calls each, said with the payment; -1 */
    int n_parts;
    char day[DAY_TEXT];
    bool voided;
};

struct m_bank_line {
    int64_t id, fen;
    int reference, receipt, part; /* receipt -1: it waits */
    bool aside;
};
struct m_payover {
    int64_t id, fen[PARTS];
    int deals[PARTS], n, fee;
    int slip; /* of the transfers */
    bool reversed;
};

/* What stands on the accounts of a kind, by fund or tender, and by the papers, up to an entry. */
struct ledger_sums {
    int64_t upto, fee, deal[FUND_COUNT], held[FUND_COUNT], income[FUND_COUNT], tender[TENDER_COUNT];
    int64_t papers[FUND_COUNT];
};

struct world {
    struct fixture *f;
    struct ledger_sums sums;
    struct m_user users[CASHIERS];
    struct m_book books[BOOKS];
    struct m_deal deals[DEALS];
    struct m_receipt receipts[RECEIPTS];
    bool slips[ACCOUNTS][TENDER_COUNT * REFERENCES];
    int on[FIXTURE_UNITS]; /* the live deal; -1 */
    int64_t held[BUYERS], income[FUND_COUNT], cash[TENDER_COUNT][ACCOUNTS];
    int64_t accounts[ACCOUNTS], fees[FEES];
    struct m_payover payovers[PAYOVERS];
    struct m_bank_line bank[BANK_LINES];
    int64_t measured[FIXTURE_UNITS]; /* gross; 0: not measured */
    uint64_t seed, random;
    int n_books, n_deals, n_receipts, n_payovers, n_bank, step;
    int allowed, refused, blank, carried, refunded, exchanged, returned;
    int contracts, swapped, posted, unposted, settled, unsettled, credited_out, waived;
    int64_t late_fen; /* charged */
};

struct went { /* through all seeds */
    int allowed, refused, receipts, voids, blank, carried, refunded, exchanged, returned, deals,
        payovers, reversed;
    int contracts, swapped, posted, unposted, settled, unsettled, credited_out, waived, late;
    int64_t income;
};

static inline unsigned roll(struct world *w, unsigned n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 33) % n;
}

/* @r against what the model said. */
static inline bool agrees(struct world *w, const char *what, bool allowed, int r)
{
    if (r < 0 && r != -EREFUSED)
        fail_msg("seed %llu step %d: %s: error %d %s", (unsigned long long)w->seed, w->step, what,
                 r, db_error(w->f->db));
    if ((r >= 0) != allowed)
        fail_msg("seed %llu step %d: %s: the model says %s, the answer was %s",
                 (unsigned long long)w->seed, w->step, what, allowed ? "yes" : "no",
                 r >= 0 ? "done" : fault_code_text(w->f->fault.code));
    if (r >= 0)
        w->allowed++;
    else
        w->refused++;
    return r >= 0;
}

/* ---- the site ---- */

/* Fit-out goes to the developer's own account, agency fees to theirs. */
static inline enum m_account account_of(enum fund fund)
{
    return fund == FUND_FIT_OUT ? GENERAL : fund == FUND_AGENCY_FEE ? AGENCY : ESCROW;
}

static inline int64_t account_make(struct fixture *f, const char *kind, const char *fund)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number) "
                            "VALUES ($1, 1, $2, 'Test Ltd', $2) RETURNING id",
                            "it", f->project, kind),
                     1);
    assert_int_equal(
        db_run(f->db, "UPDATE account_rule SET account_id = $2 WHERE fund = $1", "ti", fund, id),
        1);
    return id;
}

/* A fee that everybody may choose. */
static inline int64_t fee_make(struct fixture *f, const char *name)
{
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "agency",
                                .name = name,
                                .standard = "s",
                                .payee = "p",
                                .voluntary = true,
                                .formula = FEE_FLAT,
                                .rate = FEE_DUE};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    return id;
}

/* A book of agency fees, out to a user as those of deal_till() are. */
static inline void fee_book_make(struct world *w, int user)
{
    struct m_book *b = &w->books[w->n_books++];

    *b = (struct m_book){
        .version = 1, .first = 1, .last = 500, .state = OUT, .holder = user, .agency = true};
    assert_int_equal(db_get(w->f->db, &b->id,
                            "INSERT INTO receipt_book (project_id, kind, source, prefix, first_no, "
                            "last_no, state, holder_id, out_ms, made_ms) VALUES ($1, 'agency', "
                            "'system', 'DS' || $2, 1, 500, 'out', $2, 1, 1) RETURNING id",
                            "ii", w->f->project, (int64_t)user + 1),
                     1);
}

/* Users 2 and 3 may take money and not reverse it. */
static inline struct world *world_make(struct fixture *f, uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->f = f;
    w->seed = seed;
    w->random = seed * 0x9E3779B97F4A7C15u | 1;
    w->accounts[ESCROW] = deal_account;
    w->accounts[GENERAL] = account_make(f, "general", "fit_out");
    w->accounts[AGENCY] = account_make(f, "agency", "agency_fee");
    w->fees[0] = fee_make(f, "f1");
    w->fees[1] = fee_make(f, "f2");
    for (int i = 0; i < FIXTURE_UNITS; i++)
        w->on[i] = -1;
    for (int i = 0; i < CASHIERS; i++) {
        w->users[i].actor = f->actor;
        w->users[i].actor.id = i + 1;
        snprintf(w->users[i].actor.name, sizeof(w->users[i].actor.name), "cashier %d", i + 1);
        w->users[i].shift = fixture_of(f, "SELECT id FROM shift WHERE user_id = $1", i + 1);
        if (i > 0)
            w->users[i].actor.rights &= ~RIGHT_BIT(RIGHT_MONEY_REVERSE);
        w->books[w->n_books++] = (struct m_book){.id = deal_books[i],
                                                 .version = 1,
                                                 .first = 1,
                                                 .last = 10000,
                                                 .state = OUT,
                                                 .holder = i};
    }
    for (int i = 0; i < CASHIERS; i++)
        fee_book_make(w, i);
    return w;
}

/* A line beside the schedule. */
static inline void line_add(struct fixture *f, int64_t deal, const char *fund, int64_t fen)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, "
                            "due_date, known_ms, made_ms) SELECT $1, MAX(ordinal) + 1, $2, $3, "
                            "'date', '2027-01-01', $4, $4 FROM receivable WHERE deal_id = $1",
                            "itii", deal, fund, fen, f->now_ms),
                     1);
}

static inline void went_add(struct went *all, const struct world *w)
{
    all->allowed += w->allowed;
    all->refused += w->refused;
    all->receipts += w->n_receipts;
    all->deals += w->n_deals;
    all->blank += w->blank;
    all->carried += w->carried;
    all->refunded += w->refunded;
    all->exchanged += w->exchanged;
    all->returned += w->returned;
    all->payovers += w->n_payovers;
    all->contracts += w->contracts;
    all->swapped += w->swapped;
    all->posted += w->posted;
    all->unposted += w->unposted;
    all->settled += w->settled;
    all->unsettled += w->unsettled;
    all->credited_out += w->credited_out;
    all->waived += w->waived;
    all->late += w->late_fen > 0;
    for (int i = 0; i < w->n_payovers; i++)
        all->reversed += w->payovers[i].reversed;
    for (int i = 0; i < w->n_receipts; i++)
        all->voids += w->receipts[i].voided;
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        all->income += w->income[fund];
}

/* ---- what stands where ---- */

static inline int64_t deal_sum(const struct m_deal *d)
{
    int64_t fen = 0;

    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        fen += d->fen[fund];
    return fen;
}

static inline bool for_house(enum fund fund)
{
    return funds[fund].class == FUND_CLASS_HOUSE || funds[fund].class == FUND_CLASS_LOAN;
}

static inline bool together(enum fund a, enum fund b)
{
    return a == b || (for_house(a) && for_house(b));
}

/* What more may be paid for @fund: what all lines that it counts for ask, less what there is. */
static inline int64_t room_of(const struct m_deal *d, enum fund fund)
{
    int64_t fen = 0;

    for (int i = 0; i < d->n_lines; i++)
        fen += together(d->lines[i].fund, fund) ? d->lines[i].fen : 0;
    for (enum fund k = 0; k < FUND_COUNT; k++)
        fen -= together(k, fund) ? d->fen[k] : 0;
    return fund == FUND_AGENCY_FEE ? 0 /* fee_room() */ : fen;
}

static inline int64_t fee_room(const struct m_deal *d, int fee)
{
    const struct m_fee *x = &d->fees[fee];
    const int64_t room = FEE_DUE - x->fen - x->paid_over;

    return x->id && room > 0 ? room : 0;
}

/* The @i-th fund in the order of the codes. */
static inline enum fund fund_by_code(size_t i)
{
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        size_t before = 0;

        for (enum fund k = 0; k < FUND_COUNT; k++)
            before += strcmp(funds[k].code, funds[fund].code) < 0;
        if (before == i)
            return fund;
    }
    return FUND_COUNT;
}

/* One that lives, mostly; -1: there is none. */
static inline int deal_some(struct world *w)
{
    int i = -1;

    for (int tries = 0; w->n_deals > 0 && tries < 8; tries++) {
        i = (int)roll(w, (unsigned)w->n_deals);
        if (w->deals[i].live || roll(w, 12) == 0)
            break;
    }
    return i;
}

/* The user's own with leaves, of a kind, mostly. */
static inline struct m_book *book_some(struct world *w, int user, bool agency)
{
    struct m_book *b = NULL;

    for (int tries = 0; tries < 20; tries++) {
        b = &w->books[roll(w, (unsigned)w->n_books)];
        if ((b->holder == user && b->issued < b->last && b->agency == agency) || roll(w, 40) == 0)
            break;
    }
    return b;
}

/* A day of the calendar, by what it is far from. */
static inline int day_number(const char *day)
{
    int64_t days = 0;

    assert_int_equal(day_between("2026-01-01", day, &days), 0);
    return (int)days;
}

static inline int today_of(const struct world *w)
{
    char today[DAY_TEXT];

    day_of(w->f->now_ms, today);
    return day_number(today);
}

static inline void deal_move(struct world *w, struct m_deal *d, enum fund fund, int64_t fen, int of)
{
    assert_true(d->n_moves < MOVES);
    d->fen[fund] += fen;
    d->moves[d->n_moves++] = (struct m_move){today_of(w), of, fund, fen};
}

/* What was taken back never came in. */
static inline void deal_unmove(struct m_deal *d, int of)
{
    int n = 0;

    for (int i = 0; i < d->n_moves; i++) {
        if (d->moves[i].of == of)
            d->fen[d->moves[i].fund] -= d->moves[i].fen;
        else
            d->moves[n++] = d->moves[i];
    }
    d->n_moves = n;
}

/* The line of the bank's that is this part; NULL: none. */
static inline struct m_bank_line *bank_line_of(struct world *w, int receipt, int part)
{
    for (int i = 0; i < w->n_bank; i++)
        if (w->bank[i].receipt == receipt && w->bank[i].part == part)
            return &w->bank[i];
    return NULL;
}

/* @sign 1: it came in, -1: it is taken back. */
static inline void receipt_count(struct world *w, const struct m_receipt *q, int sign)
{
    const int at = (int)(q - w->receipts);

    if (q->deal >= 0 && sign < 0)
        deal_unmove(&w->deals[q->deal], at);
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        if (fund == FUND_AGENCY_FEE)
            continue;
        if (q->deal < 0)
            w->held[q->buyer] += sign * q->lines[fund];
        else if (sign > 0 && q->lines[fund] > 0)
            deal_move(w, &w->deals[q->deal], fund, q->lines[fund], at);
    }
    for (int i = 0; i < PARTS && sign < 0; i++)
        if (bank_line_of(w, at, i))
            bank_line_of(w, at, i)->receipt = -1;
    for (int k = 0; k < FEES && q->deal >= 0; k++)
        w->deals[q->deal].fees[k].fen += sign * q->fees[k];
    for (enum tender t = 0; t < TENDER_COUNT; t++) {
        w->cash[t][q->account] += sign * q->tenders[t];
        w->users[q->user].expected[t] += sign * q->tenders[t];
    }
    for (int i = 0; i < PARTS; i++)
        if (q->slips[i] >= 0)
            w->slips[q->account][q->slips[i]] = sign > 0;
}

/* Whether what it brought is still where it was put. */
static inline bool receipt_there(const struct world *w, const struct m_receipt *q)
{
    if (q->deal < 0)
        return w->held[q->buyer] >= q->lines[FUND_EARNEST];
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        if (fund != FUND_AGENCY_FEE && w->deals[q->deal].fen[fund] < q->lines[fund])
            return false;
    for (int k = 0; k < FEES; k++)
        if (w->deals[q->deal].fees[k].fen < q->fees[k])
            return false;
    return true;
}

/* ---- paid late ---- */

/* What came in for a line by the end of a day: the oldest line of its purse first. */
static inline int64_t line_had(const struct m_deal *d, int line, int day)
{
    const struct m_line *l = &d->lines[line];
    int64_t fen = 0;

    for (int i = 0; i < d->n_moves; i++)
        if (d->moves[i].day <= day && together(d->moves[i].fund, l->fund))
            fen += d->moves[i].fen;
    for (int i = 0; i < d->n_lines; i++)
        if (together(d->lines[i].fund, l->fund) &&
            (d->lines[i].due < l->due || (d->lines[i].due == l->due && i < line)))
            fen -= d->lines[i].fen;
    return fen < 0 ? 0 : fen > l->fen ? l->fen : fen;
}

/* What it is owed for by now, day by day: of each day after it was due what lacked when it began.
 * What was there and is gone was never there. */
static inline int64_t line_late(const struct m_deal *d, int line, int today)
{
    const struct m_line *l = &d->lines[line];
    int64_t had = line_had(d, line, today), fen_days = 0, fen;
    int paid = today; /* or since when all of it was there */

    if (!d->contract || !d->rate || l->loan || l->due >= today ||
        !(for_house(l->fund) || l->fund == FUND_AREA_DIFFERENCE || l->fund == FUND_FIT_OUT))
        return 0;
    for (int day = today - 1; day >= l->due; day--) {
        if (had == l->fen)
            paid = day + 1;
        fen = line_had(d, line, day);
        had = fen < had ? fen : had;
        fen_days += l->fen - had;
    }
    if (had == l->fen)
        return 0;
    fen_days *= paid - l->due > d->days ? d->beyond : d->rate;
    fen = (fen_days + 50000) / 100000 - l->charged - l->waived;
    return fen > 0 ? fen : 0;
}

/* room_of(), and what can become due by being paid. */
static inline int64_t late_room(struct world *w, const struct m_deal *d, enum fund fund)
{
    int64_t fen = room_of(d, fund);

    for (int i = 0; i < d->n_lines && fund == FUND_LATE_FEE; i++)
        fen += line_late(d, i, today_of(w));
    return fen;
}

#endif
