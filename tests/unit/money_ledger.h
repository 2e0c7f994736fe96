/* money_ledger.h - the ledger held against the model of test_money_model.c: sums, accounts,
 * leaves. */
#ifndef ANCHANG_TESTS_MONEY_LEDGER_H
#define ANCHANG_TESTS_MONEY_LEDGER_H

#include "money_model.h"

static inline void equal(const struct world *w, const char *what, const char *of, int64_t is,
                         int64_t model)
{
    if (is != model)
        fail_msg("seed %llu step %d: %s %s is %lld, must be %lld", (unsigned long long)w->seed,
                 w->step, what, of, (long long)is, (long long)model);
}

/* The entries behind those that were read, with the accounts they moved. */
static inline void sums_read(struct world *w, struct ledger_sums *sums)
{
    struct stmt *s;

    assert_int_equal(db_query(w->f->db, &s,
                              "SELECT a.kind, COALESCE(a.fund, a.tender), SUM(x.fen) FROM (SELECT "
                              "credit_id AS id, amount_fen AS fen FROM ledger_entry WHERE id > $1 "
                              "UNION ALL SELECT debit_id, -amount_fen FROM ledger_entry WHERE id > "
                              "$1) x JOIN ledger_account a ON a.id = x.id GROUP BY 1, 2",
                              "i", sums->upto),
                     0);
    while (stmt_step(s) == 1) {
        const char *kind = stmt_text(s, 0), *of = stmt_text(s, 1);

        if (strcmp(kind, "tender") == 0)
            sums->tender[tender_find(of)] -= stmt_int(s, 2);
        else if (strcmp(kind, "deal") == 0)
            sums->deal[fund_find(of)] += stmt_int(s, 2);
        else if (strcmp(kind, "held") == 0)
            sums->held[fund_find(of)] += stmt_int(s, 2);
        else if (strcmp(kind, "fee") == 0)
            sums->fee += stmt_int(s, 2);
        else if (strcmp(kind, "income") == 0)
            sums->income[fund_find(of)] += stmt_int(s, 2);
        else
            fail_msg("an account of kind %s", kind);
    }
    stmt_reset(s);
}

/* Of each fund what came in by receipts, less what was taken back, refunded or paid over, what of
 * that came back, and what became of another fund without cash: by the kinds of the vouchers. */
static inline void papers_read(struct world *w, struct ledger_sums *sums)
{
    struct stmt *s;

    assert_int_equal(
        db_query(w->f->db, &s,
                 "SELECT a.fund, SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE "
                 "-e.amount_fen END) FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id "
                 "JOIN ledger_account a ON a.id IN (e.debit_id, e.credit_id) AND a.fund IS NOT "
                 "NULL WHERE e.id > $1 AND v.kind IN ('receipt', 'carry', 'void', 'reversal', "
                 "'refund', 'forfeit', 'payover', 'settle') GROUP BY a.fund",
                 "i", sums->upto),
        0);
    while (stmt_step(s) == 1) {
        assert_false(stmt_is_null(s, 0));
        sums->papers[fund_find(stmt_text(s, 0))] += stmt_int(s, 1);
    }
    stmt_reset(s);
}

/* Leaves: those with money that stands, of which each has all its money, and the others. Of those
 * that came in the place of each other the last one counts. */
static inline void leaves_compare(struct world *w)
{
    int64_t live = 0, fen = 0, all = w->blank + w->swapped;
    struct stmt *s;

    for (int i = 0; i < w->n_receipts; i++) {
        const struct m_receipt *q = &w->receipts[i];

        all++;
        live += !q->voided;
        for (enum tender t = 0; t < TENDER_COUNT && !q->voided; t++)
            fen += q->tenders[t];
    }
    assert_int_equal(
        db_query(w->f->db, &s,
                 "SELECT COUNT(*), COALESCE(SUM(x.fen), 0), (SELECT COUNT(*) FROM receipt) FROM "
                 "(SELECT (SELECT SUM(e.amount_fen) FROM ledger_entry e WHERE e.voucher_id = "
                 "q.voucher_id AND NOT EXISTS (SELECT 1 FROM ledger_entry b WHERE b.reverses_id = "
                 "e.id)) AS fen FROM receipt q WHERE q.kind = 'issued' AND NOT EXISTS (SELECT 1 "
                 "FROM voucher v WHERE v.reverses_id = q.voucher_id) AND NOT EXISTS (SELECT 1 FROM "
                 "receipt n WHERE n.from_book_id = q.book_id AND n.from_no = q.no)) x",
                 ""),
        0);
    assert_int_equal(stmt_step(s), 1);
    equal(w, "the number of", "live receipts", stmt_int(s, 0), live);
    equal(w, "the money of", "live receipts", stmt_int(s, 1), fen);
    equal(w, "the number of", "leaves", stmt_int(s, 2), all);
    stmt_reset(s);
}

/* After each step; @whole: from the first entry on, else what came since the last time. */
static inline void sums_compare(struct world *w, bool whole)
{
    int64_t deal[FUND_COUNT] = {0}, held = 0, fees = 0;
    struct ledger_sums *sums = &w->sums;

    if (whole)
        memset(sums, 0, sizeof(*sums));
    sums_read(w, sums);
    papers_read(w, sums);
    sums->upto = fixture_count(w->f, "SELECT COALESCE(MAX(id), 0) FROM ledger_entry");
    for (int i = 0; i < w->n_deals; i++) {
        for (enum fund fund = 0; fund < FUND_COUNT; fund++)
            deal[fund] += w->deals[i].fen[fund];
        for (int k = 0; k < FEES; k++)
            fees += w->deals[i].fees[k].fen;
    }
    equal(w, "of agency", "fees", sums->fee, fees);
    for (int i = 0; i < BUYERS; i++)
        held += w->held[i];
    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        const char *code = funds[fund].code;

        equal(w, "of deals", code, sums->deal[fund], deal[fund]);
        equal(w, "held", code, sums->held[fund], fund == FUND_EARNEST ? held : 0);
        equal(w, "ours", code, sums->income[fund], w->income[fund]);
        equal(w, "by its papers", code, sums->papers[fund],
              sums->deal[fund] + sums->held[fund] + sums->income[fund] +
                  (fund == FUND_AGENCY_FEE ? sums->fee : 0));
    }
    for (enum tender t = 0; t < TENDER_COUNT; t++) {
        int64_t fen = 0;

        for (int i = 0; i < ACCOUNTS; i++)
            fen += w->cash[t][i];
        equal(w, "paid by", tenders[t].code, sums->tender[t], fen);
    }
    leaves_compare(w);
}

static inline int64_t ledger_balance(struct world *w, const char *where, const char *of, int64_t id)
{
    int64_t fen = 0;
    const bool deal = strcmp(where, "deal") == 0, held = strcmp(where, "held") == 0;

    assert_true(db_get(w->f->db, &fen,
                       "SELECT COALESCE(SUM((SELECT COALESCE(SUM(amount_fen), 0) FROM ledger_entry "
                       "WHERE credit_id = a.id) - (SELECT COALESCE(SUM(amount_fen), 0) FROM "
                       "ledger_entry WHERE debit_id = a.id)), 0) FROM ledger_account a WHERE "
                       "COALESCE(a.fund, a.tender) = $4 AND (a.deal_id = $1 OR a.customer_id = $2 "
                       "OR a.account_id = $3)",
                       "ooot", deal ? &id : NULL, held ? &id : NULL, deal || held ? NULL : &id,
                       of) >= 0);
    return fen;
}

/* Each account, each deal that ended, each book. */
static inline void accounts_compare(struct world *w)
{
    for (int i = 0; i < w->n_deals; i++) {
        const struct m_deal *d = &w->deals[i];

        equal(w, "a deal's end", "is",
              fixture_of(w->f, "SELECT closed_ms IS NOT NULL FROM deal WHERE id = $1", d->id),
              !d->live);
        for (enum fund fund = 0; fund < FUND_COUNT; fund++)
            if (d->fen[fund] || !d->live)
                equal(w, "of a deal", funds[fund].code,
                      ledger_balance(w, "deal", funds[fund].code, d->id), d->fen[fund]);
        for (int k = 0; k < FEES; k++)
            if (d->fees[k].id)
                equal(w, "of a deal's", "fee",
                      fixture_of(w->f,
                                 "SELECT COALESCE(SUM(CASE WHEN e.credit_id = a.id THEN "
                                 "e.amount_fen ELSE -e.amount_fen END), 0) FROM ledger_account a "
                                 "JOIN ledger_entry e ON e.credit_id = a.id OR e.debit_id = a.id "
                                 "WHERE a.deal_fee_id = $1",
                                 d->fees[k].id),
                      d->fees[k].fen);
    }
    for (int i = 0; i < BUYERS; i++)
        equal(w, "held of one", "earnest", ledger_balance(w, "held", "earnest", deal_buyers[i]),
              w->held[i]);
    for (enum tender t = 0; t < TENDER_COUNT; t++)
        for (int i = 0; i < ACCOUNTS; i++)
            equal(w, "of an account by", tenders[t].code,
                  -ledger_balance(w, "tender", tenders[t].code, w->accounts[i]), w->cash[t][i]);
    for (int i = 0; i < w->n_books; i++) {
        const struct m_book *b = &w->books[i];

        equal(w, "a book's", "count",
              fixture_of(w->f,
                         "SELECT COALESCE(issued, first_no - 1) FROM receipt_book WHERE id = $1",
                         b->id),
              b->issued);
        equal(
            w, "a book's", "last leaf",
            fixture_of(w->f, "SELECT COALESCE(MAX(no), 0) FROM receipt WHERE book_id = $1", b->id),
            b->issued < b->first ? 0 : b->issued);
        equal(w, "a book's", "number of leaves",
              fixture_of(w->f, "SELECT COUNT(*) FROM receipt WHERE book_id = $1", b->id),
              b->issued - b->first + 1);
    }
}

#endif
