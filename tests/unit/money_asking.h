/* money_asking.h - a payment that is asked for in test_money_model.c, and whether it may be. */
#ifndef ANCHANG_TESTS_MONEY_ASKING_H
#define ANCHANG_TESTS_MONEY_ASKING_H

#include "money_model.h"

struct asking {
    struct payment payment;
    struct m_book *book;
    struct m_receipt receipt; /* what it will be */
    enum fund funds[PARTS];
    int fees[PARTS]; /* -1: none is said */
    char references[PARTS][16], bank[PARTS][16];
};

/* Which fee a line of agency fees is of: one that the deal has, mostly; -1: none is said. */
static inline int fee_some(struct world *w, enum fund fund, const struct m_deal *d)
{
    const int fee = (int)roll(w, FEES);

    if ((fund == FUND_AGENCY_FEE) != (roll(w, 30) != 0))
        return -1;
    return d && !d->fees[fee].id && roll(w, 4) ? FEES - 1 - fee : fee;
}

static inline void lines_make(struct world *w, struct asking *a, const struct m_deal *d)
{
    static const enum fund some[] = {FUND_DEPOSIT,         FUND_DOWN_PAYMENT, FUND_HOUSE_MONEY,
                                     FUND_DEPOSIT,         FUND_LATE_FEE,     FUND_FIT_OUT,
                                     FUND_AREA_DIFFERENCE, FUND_AGENCY_FEE,   FUND_AGENCY_FEE,
                                     FUND_LATE_FEE,        FUND_PENALTY,      FUND_REFUND};
    const enum fund first = d ? some[roll(w, roll(w, 6) ? 10 : 12)] : FUND_EARNEST;
    const int64_t amounts[] = {100,
                               300,
                               700,
                               20000,
                               DEPOSIT,
                               d ? late_room(w, d, first) : 900,
                               d ? late_room(w, d, first) + 1 : FEE_DUE};

    a->payment.n_lines = roll(w, 3) ? 1 : 2 + roll(w, PARTS - 1);
    for (size_t i = 0; i < a->payment.n_lines; i++) {
        const enum fund fund = i == 0                             ? first
                               : roll(w, 12) == 0                 ? some[roll(w, 12)]
                               : d && account_of(first) == ESCROW ? some[roll(w, 5)]
                                                                  : first;
        const int64_t fen = amounts[roll(w, i == 0 ? 7 : 4)];

        a->funds[i] = roll(w, 40) ? fund : FUND_EARNEST;
        a->fees[i] = fee_some(w, a->funds[i], d);
        a->payment.fees[i] = a->fees[i] < 0 ? 0 : w->fees[a->fees[i]];
        a->payment.lines[i] = (struct payment_line){funds[a->funds[i]].code, fen > 0 ? fen : 1};
    }
}

static inline void tender_make(struct world *w, struct asking *a, size_t i, int64_t fen)
{
    const enum tender tender = (enum tender)roll(w, TENDER_COUNT);
    const int reference = (int)roll(w, REFERENCES);
    struct payment_tender *t = &a->payment.tenders[i];

    *t = (struct payment_tender){.tender = tenders[tender].code, .amount_fen = fen};
    a->receipt.tenders[tender] += fen;
    if (tenders[tender].reference == (roll(w, 20) != 0)) { /* as it should be, or not */
        snprintf(a->references[i], sizeof(a->references[i]), "R%d", reference);
        t->reference = a->references[i];
        a->receipt.slips[i] = (int)tender * REFERENCES + reference;
    }
    a->receipt.parts[i] = fen;
    if (roll(w, 12) == 0) { /* the bank has told of it already */
        a->receipt.bank[i] = (int)roll(w, BANK_REFERENCES);
        snprintf(a->bank[i], sizeof(a->bank[i]), "J%d", a->receipt.bank[i]);
        t->escrow = a->bank[i];
    }
    if (roll(w, 8) == 0)
        t->account_id =
            w->accounts[roll(w, 6) ? (unsigned)account_of(a->funds[0]) : roll(w, ACCOUNTS)];
}

static inline void tenders_make(struct world *w, struct asking *a)
{
    int64_t left = 0;
    size_t n = roll(w, 2) ? 1 : 2 + roll(w, PARTS - 1);

    for (size_t i = 0; i < a->payment.n_lines; i++)
        left += a->payment.lines[i].amount_fen;
    if (left < (int64_t)n)
        n = 1;
    for (size_t i = 0; i + 1 < n; i++) {
        const int64_t part = 1 + (left - (int64_t)n) / (2 + roll(w, 3));

        tender_make(w, a, i, part);
        left -= part;
    }
    tender_make(w, a, n - 1, roll(w, 25) ? left : left + 1);
    a->payment.n_tenders = n;
    a->receipt.n_parts = (int)n;
}

static inline void asking_make(struct world *w, int user, struct asking *a)
{
    const int deal = roll(w, 5) ? deal_some(w) : -1;
    const struct m_deal *d = deal >= 0 ? &w->deals[deal] : NULL;

    *a = (struct asking){0};
    a->receipt = (struct m_receipt){.deal = deal,
                                    .buyer = d ? d->buyer : (int)roll(w, BUYERS),
                                    .user = user,
                                    .slips = {-1, -1, -1},
                                    .bank = {-1, -1, -1}};
    if (roll(w, 20) == 0)
        a->receipt.buyer = (int)roll(w, BUYERS);
    a->payment = (struct payment){.deal_id = d ? d->id : 0,
                                  .project_id = d ? 0 : w->f->project,
                                  .customer_id = deal_buyers[a->receipt.buyer]};
    lines_make(w, a, d);
    a->book = book_some(w, user, a->funds[0] == FUND_AGENCY_FEE);
    a->payment.book_id = a->book->id;
    tenders_make(w, a);
    a->receipt.account = account_of(a->funds[0]);
    for (size_t i = 0; i < a->payment.n_lines; i++) {
        a->receipt.lines[a->funds[i]] += a->payment.lines[i].amount_fen;
        if (a->fees[i] >= 0)
            a->receipt.fees[a->fees[i]] += a->payment.lines[i].amount_fen;
    }
}

static inline bool lines_fit(struct world *w, const struct asking *a, const struct m_deal *d)
{
    struct m_deal after = d ? *d : (struct m_deal){.live = true};

    for (size_t i = 0; i < a->payment.n_lines; i++) {
        const enum fund fund = a->funds[i];

        if (account_of(fund) != a->receipt.account || (d == NULL) != (fund == FUND_EARNEST) ||
            fund == FUND_REFUND || (fund == FUND_AGENCY_FEE) != (a->fees[i] >= 0))
            return false;
        if (d &&
            a->payment.lines[i].amount_fen >
                (a->fees[i] < 0 ? late_room(w, d, fund) - (room_of(d, fund) - room_of(&after, fund))
                                : fee_room(&after, a->fees[i])))
            return false;
        if (a->fees[i] < 0)
            after.fen[fund] += a->payment.lines[i].amount_fen;
        else
            after.fees[a->fees[i]].fen += a->payment.lines[i].amount_fen;
    }
    return true;
}

static inline bool tenders_fit(const struct world *w, const struct asking *a)
{
    int64_t paid = 0;

    for (size_t i = 0; i < a->payment.n_lines; i++)
        paid -= a->payment.lines[i].amount_fen;
    for (size_t i = 0; i < a->payment.n_tenders; i++) {
        const struct payment_tender *t = &a->payment.tenders[i];
        const int slip = a->receipt.slips[i];

        if ((strcmp(t->tender, "cash") == 0) != (slip < 0))
            return false;
        if (t->account_id && t->account_id != w->accounts[a->receipt.account])
            return false;
        if (slip >= 0 && w->slips[a->receipt.account][slip])
            return false;
        for (size_t k = 0; k < i; k++)
            if (slip >= 0 && slip == a->receipt.slips[k])
                return false;
        paid += t->amount_fen;
    }
    return paid == 0;
}

/* The line of a reference that was not set aside; NULL: nobody knows it. */
static inline struct m_bank_line *bank_line_called(struct world *w, int reference)
{
    for (int i = 0; i < w->n_bank; i++)
        if (w->bank[i].reference == reference && !w->bank[i].aside)
            return &w->bank[i];
    return NULL;
}

/* A part of so much may be the line of that reference. */
static inline bool bank_part_fits(struct world *w, int reference, int64_t fen)
{
    const struct m_bank_line *line = bank_line_called(w, reference);

    return !line || (line->receipt < 0 && line->fen == fen);
}

static inline bool bank_fits(struct world *w, const struct asking *a)
{
    for (int i = 0; i < a->receipt.n_parts; i++) {
        if (a->receipt.bank[i] < 0)
            continue;
        if (a->receipt.account != ESCROW ||
            !bank_part_fits(w, a->receipt.bank[i], a->receipt.parts[i]))
            return false;
        for (int k = 0; k < i; k++)
            if (a->receipt.bank[k] == a->receipt.bank[i])
                return false;
    }
    return true;
}

static inline bool asking_fits(struct world *w, int user, const struct asking *a)
{
    const struct m_deal *d = a->receipt.deal >= 0 ? &w->deals[a->receipt.deal] : NULL;

    return (!d || (d->live && d->buyer == a->receipt.buyer)) && w->users[user].shift &&
           a->book->holder == user && a->book->issued < a->book->last &&
           a->book->agency == (a->funds[0] == FUND_AGENCY_FEE) && lines_fit(w, a, d) &&
           tenders_fit(w, a) && bank_fits(w, a);
}

#endif
