/* money_paper.h - steps of test_money_model.c: papers of payments swapped; what the bank has put to
 * the supervised account, matched to them and not. */
#ifndef ANCHANG_TESTS_MONEY_PAPER_H
#define ANCHANG_TESTS_MONEY_PAPER_H

#include "money_asking.h"
#include "money_ledger.h"

#include "db/escrow.h"

static inline int receipt_some(struct world *w)
{
    return w->n_receipts - 1 - (int)roll(w, roll(w, 2) ? 5 : RECEIPTS);
}

/* ---- one in the place of another ---- */

static inline void do_swap(struct world *w, int user)
{
    const int i = receipt_some(w);
    struct m_receipt *q = i < 0 ? NULL : &w->receipts[i];
    struct receipt_swap swap = {.returned = roll(w, 2), .reason = roll(w, 20) ? "r" : ""};
    struct receipt_key key;
    struct m_book *b;
    bool other;

    if (!q)
        return;
    b = book_some(w, user, q->lines[FUND_AGENCY_FEE] > 0);
    swap.book_id = b->id;
    swap.key = q->before.no && roll(w, 4) == 0 ? q->before : q->key;
    other = roll(w, 12) == 0;
    swap.customer_id = other ? deal_buyers[(q->buyer + 1) % BUYERS] : 0;
    if (!agrees(w, "swap a receipt",
                !q->voided && !other && swap.reason[0] && swap.key.book_id == q->key.book_id &&
                    swap.key.no == q->key.no && (q->deal < 0 || w->deals[q->deal].live) &&
                    b->holder == user && b->issued < b->last &&
                    b->agency == (q->lines[FUND_AGENCY_FEE] > 0),
                FIXTURE_DO(w->f, tx, receipt_swap(tx, &swap, &key))))
        return;
    assert_int_equal(key.no, ++b->issued);
    q->before = q->key;
    q->key = key;
    w->swapped++;
}

/* ---- the bank ---- */

/* The line of that reference is that part now, and is made when nobody knew it. */
static inline void bank_posted(struct world *w, int receipt, int part, int reference)
{
    struct m_bank_line *line = bank_line_called(w, reference);

    if (!line) {
        assert_true(w->n_bank < BANK_LINES);
        line = &w->bank[w->n_bank++];
        *line =
            (struct m_bank_line){.fen = w->receipts[receipt].parts[part], .reference = reference};
        line->id = fixture_of(w->f,
                              "SELECT id FROM escrow_line WHERE reference = 'J' || $1 AND "
                              "ended_ms IS NULL",
                              reference);
    }
    line->receipt = receipt;
    line->part = part;
    w->posted++;
}

static inline void do_post(struct world *w)
{
    const int i = receipt_some(w), reference = (int)roll(w, BANK_REFERENCES);
    const struct m_receipt *q = i < 0 ? NULL : &w->receipts[i];
    struct escrow_posting posting = {.day = "2026-06-01"};
    char text[16];
    int64_t id;
    int part;

    if (!q || w->n_bank == BANK_LINES)
        return;
    part = (int)roll(w, (unsigned)q->n_parts);
    snprintf(text, sizeof(text), "J%d", reference);
    posting.voucher_id = q->voucher;
    posting.ordinal = part + 1;
    posting.reference = text;
    if (agrees(w, "post to the supervised account",
               q->account == ESCROW && !q->voided && !bank_line_of(w, i, part) &&
                   bank_part_fits(w, reference, q->parts[part]),
               FIXTURE_DO(w->f, tx, escrow_post(tx, &posting, &id))))
        bank_posted(w, i, part, reference);
}

/* It is not that part, or of nothing at all. */
static inline void do_unpost(struct world *w, bool aside)
{
    struct m_bank_line *line = w->n_bank ? &w->bank[roll(w, (unsigned)w->n_bank)] : NULL;
    const bool waits = line && line->receipt < 0;
    int64_t match;

    if (!line)
        return;
    if (aside) {
        if (agrees(w, "set a line of the bank aside", waits && !line->aside,
                   FIXTURE_DO(w->f, tx, escrow_set_aside(tx, line->id, "r"))))
            line->aside = true;
        return;
    }
    match = fixture_of(w->f, "SELECT MAX(id) FROM escrow_match WHERE line_id = $1", line->id);
    if (!agrees(w, "take a posting back", !waits,
                FIXTURE_DO(w->f, tx, escrow_unpost(tx, match, "r"))))
        return;
    line->receipt = -1;
    w->unposted++;
}

static inline void do_bank(struct world *w)
{
    const unsigned what = roll(w, 8);

    w->f->as = &w->f->actor;
    if (what < 5)
        do_post(w);
    else
        do_unpost(w, what == 7);
}

/* What waits, of parts and of lines: neither is twice, none is lost. */
static inline void bank_compare(struct world *w)
{
    int64_t parts = 0, lines = 0;

    for (int i = 0; i < w->n_receipts; i++)
        for (int k = 0; k < w->receipts[i].n_parts; k++)
            if (w->receipts[i].account == ESCROW && !w->receipts[i].voided &&
                !bank_line_of(w, i, k))
                parts += w->receipts[i].parts[k];
    for (int i = 0; i < w->n_bank; i++)
        lines += w->bank[i].receipt < 0 && !w->bank[i].aside ? w->bank[i].fen : 0;
    equal(w, "what waits for", "the bank",
          fixture_count(w->f,
                        "SELECT COALESCE(SUM(t.amount_fen), 0) FROM voucher_tender t JOIN voucher "
                        "v ON v.id = t.voucher_id JOIN bank_account a ON a.id = t.account_id AND "
                        "a.kind = 'escrow' WHERE " ESCROW_PART_WAITS("t", "v")),
          parts);
    equal(w, "what waits for", "a receipt",
          fixture_count(
              w->f,
              "SELECT COALESCE(SUM(l.amount_fen), 0) FROM escrow_line l WHERE " ESCROW_LINE_WAITS(
                  "l")),
          lines);
}

#endif
