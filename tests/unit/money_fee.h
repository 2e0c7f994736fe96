/* money_fee.h - steps of test_money_model.c: agency fees chosen, paid over, and what came back. */
#ifndef ANCHANG_TESTS_MONEY_FEE_H
#define ANCHANG_TESTS_MONEY_FEE_H

#include "money_model.h"

static inline void do_fee_choose(struct world *w)
{
    const int i = deal_some(w), fee = (int)roll(w, FEES);
    struct m_deal *d = i < 0 ? NULL : &w->deals[i];

    w->f->as = &w->f->actor;
    if (!d)
        return;
    if (agrees(w, "choose a fee", d->live && !d->fees[fee].id,
               FIXTURE_DO(w->f, tx, deal_fee_choose(tx, d->id, &w->fees[fee], 1))))
        d->fees[fee].id =
            fixture_of(w->f, "SELECT MAX(id) FROM deal_fee WHERE deal_id = $1", d->id);
}

/* @sign 1: it went out, -1: it came back. */
static inline void payover_count(struct world *w, struct m_payover *p, int sign)
{
    for (int k = 0; k < p->n; k++) {
        struct m_fee *x = &w->deals[p->deals[k]].fees[p->fee];

        x->fen -= sign * p->fen[k];
        x->paid_over += sign * p->fen[k];
        w->cash[TENDER_TRANSFER][AGENCY] -= sign * p->fen[k];
    }
    w->slips[AGENCY][p->slip] = sign > 0;
}

/* So much of a fee of some deals that chose it, each once, mostly. */
static inline void do_payover(struct world *w)
{
    struct m_payover *p = &w->payovers[w->n_payovers];
    const int reference = (int)roll(w, REFERENCES);
    struct payover_line lines[PARTS];
    char text[16];
    struct payover over = {.project_id = w->f->project, .lines = lines};
    const int most = 1 + (int)roll(w, PARTS);
    bool fits = true;

    if (w->n_payovers == PAYOVERS)
        return;
    *p = (struct m_payover){.fee = (int)roll(w, FEES),
                            .slip = (int)TENDER_TRANSFER * REFERENCES + reference};
    for (int tries = 0; tries < 40 && p->n < most; tries++) {
        const int i = w->n_deals ? (int)roll(w, (unsigned)w->n_deals) : 0;
        const struct m_fee *x = &w->deals[i].fees[p->fee];

        bool twice = false;

        for (int k = 0; k < p->n; k++)
            twice = twice || p->deals[k] == i;
        if (!x->id || ((x->fen == 0 || twice) && roll(w, 40)))
            continue;
        fits = fits && !twice;
        p->fen[p->n] = roll(w, 8) ? 1 + x->fen / 2 : x->fen + 1;
        fits = fits && p->fen[p->n] <= x->fen;
        lines[p->n] = (struct payover_line){x->id, p->fen[p->n]};
        over.tender.amount_fen += p->fen[p->n];
        p->deals[p->n++] = i;
    }
    if (p->n == 0)
        return;
    snprintf(text, sizeof(text), "R%d", reference);
    over.fee_id = w->fees[p->fee];
    over.n_lines = (size_t)p->n;
    over.tender.tender = "transfer";
    over.tender.reference = text;
    w->f->as = &w->f->actor;
    if (!agrees(w, "pay over", fits && !w->slips[AGENCY][p->slip],
                FIXTURE_DO(w->f, tx, payover_make(tx, &over, &p->id))))
        return;
    payover_count(w, p, 1);
    w->n_payovers++;
}

static inline void do_payover_back(struct world *w)
{
    struct m_payover *p;

    if (w->n_payovers == 0)
        return;
    p = &w->payovers[roll(w, (unsigned)w->n_payovers)];
    w->f->as = &w->f->actor;
    if (!agrees(w, "reverse a payment over", !p->reversed,
                FIXTURE_DO(w->f, tx, payover_reverse(tx, p->id, "r"))))
        return;
    payover_count(w, p, -1);
    p->reversed = true;
}

static inline void do_fee(struct world *w)
{
    switch (roll(w, 6)) {
    case 0:
        do_payover_back(w);
        return;
    case 1:
    case 2:
    case 3:
        do_payover(w);
        return;
    default:
        do_fee_choose(w);
    }
}

#endif
