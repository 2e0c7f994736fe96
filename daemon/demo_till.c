/* demo_till.c - see demo_till.h. */
#include "daemon/demo_till.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/demo_life.h"
#include "db/bank.h"
#include "db/receipt.h"
#include "db/receipt_book.h"

enum { LEAVES = 1000, CASH_FLOAT_FEN = 200000, OPENS_MINUTE = 0, CLOSES_MINUTE = 720 };

/* ---- where money goes ---- */

/* What the permit supervises to its own account, agency fees and the rest to theirs. */
static int rules_make(struct tx *tx, int64_t project_id, const int64_t accounts[3])
{
    struct account_rule rules[FUND_COUNT];

    for (enum fund fund = 0; fund < FUND_COUNT; fund++) {
        const size_t i = funds[fund].supervised || funds[fund].class == FUND_CLASS_HOUSE ? 0
                         : funds[fund].class == FUND_CLASS_AGENCY                        ? 2
                                                                                         : 1;

        rules[fund] = (struct account_rule){.fund = funds[fund].code, .account_id = accounts[i]};
    }
    return account_rules_set(tx, project_id, 0, rules, FUND_COUNT);
}

static int books_make(struct tx *tx, int64_t project_id)
{
    static const struct receipt_book_new books[] = {
        {.kind = "receipt", .source = "preprinted", .prefix = "SJ", .first_no = 1},
        {.kind = "receipt", .source = "preprinted", .prefix = "SJ", .first_no = LEAVES + 1},
        {.kind = "agency", .source = "preprinted", .prefix = "DS", .first_no = 1}};
    int64_t id;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(books) / sizeof(books[0]); i++) {
        struct receipt_book_new book = books[i];

        book.project_id = project_id;
        book.last_no = book.first_no + LEAVES - 1;
        r = receipt_book_create(tx, &book, &id);
    }
    return r;
}

int demo_accounts_make(struct tx *tx, int64_t project_id, int64_t permit_id)
{
    static const char *const banks[] = {"示范银行", "示范商业银行"};
    struct bank_account_new accounts[] = {
        {.kind = "escrow",
         .holder = "示范置业有限公司预售资金监管专户",
         .number = "6200 0000 0000 0000 001",
         .permit_id = permit_id},
        {.kind = "general", .holder = "示范置业有限公司", .number = "6200 0000 0000 0000 002"},
        {.kind = "agency",
         .holder = "示范置业有限公司代收专户",
         .number = "6200 0000 0000 0000 003"}};
    int64_t bank_ids[2] = {0}, ids[3] = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < 2; i++)
        r = bank_create(tx, banks[i], &bank_ids[i]);
    for (size_t i = 0; r == 0 && i < 3; i++) {
        accounts[i].project_id = project_id;
        accounts[i].bank_id = bank_ids[i > 0];
        r = bank_account_create(tx, &accounts[i], &ids[i]);
    }
    if (r == 0)
        r = rules_make(tx, project_id, ids);
    return r < 0 ? r : books_make(tx, project_id);
}

/* ---- the cashier's days ---- */

static int book_take(void *arg, const struct receipt_book_row *row)
{
    struct receipt_book_row *first = arg;

    if (strcmp(row->kind, "receipt") == 0 && strcmp(row->state, "registered") == 0)
        *first = *row; /* newest first: the oldest stays */
    return 0;
}

int demo_book_take_out(struct life *life)
{
    struct receipt_book_row first = {.id = 0};
    struct tx own = *life->tx;
    int r;

    own.actor = &life->cashier;
    r = receipt_book_each(&own, life->project_id, 0, book_take, &first);
    life->book_id = first.id;
    return r < 0 ? r : receipt_book_step(&own, first.id, first.version, BOOK_TAKE_OUT);
}

int demo_shift_open(struct life *life)
{
    struct tx own = life_at(life, &life->cashier, OPENS_MINUTE);

    memset(life->taken, 0, sizeof(life->taken));
    life->taken[TENDER_CASH] = CASH_FLOAT_FEN;
    return shift_open(&own, 0, CASH_FLOAT_FEN, &life->shift_id);
}

int demo_shift_close(struct life *life)
{
    struct tx own = life_at(life, &life->cashier, CLOSES_MINUTE);
    struct shift_counted counts[TENDER_COUNT];

    for (enum tender tender = 0; tender < TENDER_COUNT; tender++)
        counts[tender] = (struct shift_counted){.tender = tender, .fen = life->taken[tender]};
    return shift_close(&own, life->shift_id, counts, TENDER_COUNT, 0);
}

/* A lender's by its release, small money by card, the rest by transfer. */
static enum tender tender_of(const char *fund, int64_t fen)
{
    const enum fund f = fund_find(fund);

    if (f < FUND_COUNT && funds[f].class == FUND_CLASS_LOAN)
        return TENDER_LOAN;
    return fen <= 5000000 ? TENDER_CARD : TENDER_TRANSFER;
}

int demo_pay(struct life *life, struct tx *tx, int64_t deal_id, const char *fund, int64_t fen)
{
    const enum tender tender = tender_of(fund, fen);
    struct payment payment = {.deal_id = deal_id, .book_id = life->book_id};
    char reference[32];
    struct receipt_key key;
    struct tx own = *tx;
    int r;

    own.actor = &life->cashier;
    snprintf(reference, sizeof(reference), "演示%06" PRId64, ++life->slips);
    payment.lines[0] = (struct payment_line){fund, fen};
    payment.tenders[0] = (struct payment_tender){
        .tender = tenders[tender].code, .amount_fen = fen, .reference = reference};
    payment.n_lines = payment.n_tenders = 1;
    r = receipt_take(&own, &payment, &key);
    if (r == 0)
        life->taken[tender] += fen;
    return r;
}
