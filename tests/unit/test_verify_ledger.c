/* test_verify_ledger.c - each line of verify.h about money is said of a database that was broken by
 * hand in that way. */
#include "deal_fixture.h"

#include "db/deal_fee.h"
#include "db/earnest.h"
#include "db/payover.h"
#include "db/receipt_book.h"
#include "db/shift.h"

/* Broken with the triggers dropped and references not looked at; $-less, one statement or more. */
struct broken {
    const char *sql, *invariant, *what;
};

/* Book 1 is user 1's: leaf 1 took 700 by card (R1) and 300 by cash for deal 1, leaf 2 500 by card
 * (R2) and was taken back, leaf 3 took earnest money of which 60 went into the deal; the shift is
 * closed. */
static const struct broken broken[] = {
    {"UPDATE receipt_book SET issued = 4 WHERE id = 1", "I8", "book 1 counts 4"},
    {"DELETE FROM receipt WHERE no = 2", "I8", "its leaves are 2 up to 3"},
    {"UPDATE series SET last = last + 1 WHERE kind = 'voucher'", "FI-12", "counts 6 vouchers"},
    {"DELETE FROM voucher WHERE number = 5; DELETE FROM ledger_entry WHERE voucher_id = 5", "FI-12",
     "there are 4 up to 4"},
    {"UPDATE ledger_entry SET amount_fen = 701 WHERE amount_fen = 700", "I9", "was paid 1000 fen"},
    {"UPDATE voucher_tender SET amount_fen = 301 WHERE amount_fen = 300", "I9", "was paid 1001"},
    {"UPDATE ledger_entry SET credit_id = (SELECT id FROM ledger_account WHERE kind = 'held') "
     "WHERE amount_fen = 700",
     "I9", "is not from how it was paid to whom it was for"},
    {"UPDATE ledger_entry SET debit_id = (SELECT id FROM ledger_account WHERE tender = 'cash') "
     "WHERE id = (SELECT MIN(id) FROM ledger_entry WHERE voucher_id = 2)",
     "I9", "of voucher 2"},
    {"UPDATE voucher SET deal_id = NULL WHERE id = 1", "I9", "of voucher 1"},
    {"UPDATE receipt SET no = 9 WHERE no = 3; UPDATE receipt_book SET issued = 9 WHERE id = 1",
     "I9", "leaf 9 of book 1 is not that of voucher"},
    {"DELETE FROM ledger_entry WHERE reverses_id IS NOT NULL", "I10", "takes back 0 entries of 1"},
    {"UPDATE slip SET freed_id = (SELECT id FROM voucher WHERE kind = 'void') WHERE "
     "reference = 'R1'",
     "I10", "is free, and what it was taken for is not"},
    {"DELETE FROM slip WHERE reference = 'R1'", "FI-33", "card R1, which is not used"},
    {"UPDATE slip SET freed_id = NULL", "FI-33", "card R2, which is not free again"},
    {"UPDATE slip SET freed_id = 1 WHERE reference = 'R1'", "FI-33", "card R1, which is free"},
    {"DELETE FROM ledger_entry WHERE voucher_id = 5", "FI-12", "voucher 5 moved no money"},
    {"UPDATE ledger_account SET project_id = 99 WHERE kind = 'held'", "FI-12",
     "is in another project"},
    {"UPDATE ledger_entry SET amount_fen = 101 WHERE voucher_id = 5", "FI-12",
     "(held, earnest) is below zero"},
    {"UPDATE voucher SET at_ms = at_ms + 10000000 WHERE id = 3", "FI-36",
     "took money after its end"},
    {"UPDATE shift_count SET expected_fen = 1, counted_fen = 1 WHERE tender = 'cash'", "FI-36",
     "was to have 1 fen in cash"},
    {"UPDATE escrow_line SET amount_fen = 1", "FI-35", "of the bank is not part 1 of voucher 1"},
    {"UPDATE escrow_line SET account_id = 99", "FI-35", "of the bank is not part 1"},
    {"UPDATE escrow_line SET ended_ms = 1, ended_by = 'a', reason = 'r'", "FI-35", "not part 1"},
    {"UPDATE escrow_match SET voucher_id = 2", "FI-35", "is not part 1 of voucher 2"},
    {"UPDATE receipt SET content = content || ' ' WHERE no = 2", "FI-15",
     "leaf 2 of book 1 is not what was given"},
    {"UPDATE receipt SET sha = zeroblob(32) WHERE no = 1", "FI-15", "leaf 1 of book 1"},
    {"UPDATE deal SET closed_ms = 1, outcome = 'cancelled'", "I6", "with 1060 fen"},
};

/* Of fee 1, 500 were collected for deal 1 by voucher 1 and 200 paid over by voucher 2; fee 2 is
 * chosen too. */
static const struct broken broken_fees[] = {
    {"UPDATE ledger_entry SET amount_fen = 501 WHERE voucher_id = 2", "FI-10",
     "collected 500, paid over 501, gave back 0 and has -1"},
    {"UPDATE ledger_entry SET amount_fen = 501 WHERE voucher_id = 2", "FI-12",
     "(fee, agency_fee) is below zero"},
    {"UPDATE voucher SET kind = 'forfeit', customer_id = 1 WHERE id = 2", "FI-10",
     "collected 500, paid over 0, gave back 0 and has 300"},
    {"UPDATE payover SET fee_id = 2", "FI-10", "of voucher 2 is not from its fee"},
    {"DELETE FROM payover", "FI-10", "of voucher 2 is not from its fee"},
    {"UPDATE voucher_tender SET tender = 'cheque' WHERE voucher_id = 2", "FI-10",
     "of voucher 2 is not from its fee"},
    {"UPDATE voucher_tender SET amount_fen = 201 WHERE voucher_id = 2", "I9", "was paid 201 fen"},
    {"UPDATE deal_fee SET deal_id = 2 WHERE id = 1", "I9", "of voucher 1 is not from how it was"},
    {"UPDATE ledger_account SET kind = 'deal', deal_id = 1, deal_fee_id = NULL WHERE kind = 'fee'",
     "FI-10", "agency fees of deal 1 are among its own money"},
};

static struct receipt_key taken(struct fixture *f, const struct payment *p)
{
    struct receipt_key key;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, p, &key)), 0);
    return key;
}

static void business(struct fixture *f)
{
    const struct shift_counted counts[] = {{.tender = TENDER_CASH, .fen = 400},
                                           {.tender = TENDER_CARD, .fen = 700}};
    struct payment p = {
        .book_id = deal_books[0],
        .lines = {{"deposit", 1000}},
        .n_lines = 1,
        .tenders = {{.tender = "card", .amount_fen = 700, .reference = "R1", .escrow = "J1"},
                    {.tender = "cash", .amount_fen = 300}},
        .n_tenders = 2};
    struct earnest_carry carry = {.fund = "deposit", .amount_fen = 60};
    struct receipt_key key;

    p.deal_id = carry.deal_id = deal_new(f, 'S', f->units[0], 0);
    taken(f, &p);
    p.n_tenders = 1;
    p.tenders[0] = (struct payment_tender){.tender = "card", .amount_fen = 500, .reference = "R2"};
    p.lines[0].amount_fen = 500;
    key = taken(f, &p);
    p.deal_id = 0;
    p.project_id = f->project;
    p.customer_id = deal_buyers[0];
    p.lines[0] = (struct payment_line){"earnest", 100};
    p.tenders[0] = (struct payment_tender){.tender = "cash", .amount_fen = 100};
    taken(f, &p);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &key, "r")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, earnest_carry(tx, &carry)), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, 1, counts, 2, 0)), 0);
}

struct said {
    const struct broken *of;
    bool heard;
};

static void violated(void *arg, const char *invariant, const char *what)
{
    struct said *said = arg;

    said->heard = said->heard || (strcmp(invariant, said->of->invariant) == 0 &&
                                  strstr(what, said->of->what) != NULL);
}

static void triggers_drop(struct fixture *f)
{
    char sql[16384] = "";
    struct stmt *s;
    size_t n = 0;

    assert_int_equal(
        db_query(f->db, &s, "SELECT name FROM sqlite_schema WHERE type = 'trigger'", ""), 0);
    while (stmt_step(s) == 1) {
        /* house: allow sql-constant - the names are the schema's */
        n += (size_t)snprintf(sql + n, sizeof(sql) - n, "DROP TRIGGER %s;", stmt_text(s, 0));
        assert_true(n < sizeof(sql));
    }
    stmt_reset(s);
    assert_int_equal(db_script(f->db, sql), 0);
}

static void each_said(struct fixture *f, const struct broken *list, size_t n_list)
{
    deal_verify(f);
    assert_int_equal(db_script(f->db, "PRAGMA foreign_keys = OFF"), 0);
    triggers_drop(f);
    for (size_t i = 0; i < n_list; i++) {
        struct said said = {.of = &list[i]};
        int64_t n = 0;

        assert_int_equal(db_begin(f->db), 0);
        assert_int_equal(db_script(f->db, list[i].sql), 0);
        assert_int_equal(verify_queries(f->db, violated, &said, &n), 0);
        if (!said.heard)
            fail_msg("%s: %s is not said", list[i].sql, list[i].what);
        assert_int_equal(db_rollback(f->db), 0);
        deal_verify(f);
    }
}

static void test_each_line(void **state)
{
    business(*state);
    each_said(*state, broken, sizeof(broken) / sizeof(broken[0]));
}

static void fee_business(struct fixture *f)
{
    struct fee_row fee = {.project_id = f->project,
                          .kind = "agency",
                          .name = "a",
                          .standard = "s",
                          .payee = "p",
                          .voluntary = true,
                          .formula = FEE_FLAT,
                          .rate = 1000};
    struct payment p = {.lines = {{"agency_fee", 500}},
                        .n_lines = 1,
                        .tenders = {{.tender = "cash", .amount_fen = 500}},
                        .n_tenders = 1};
    struct payover_line line = {.amount_fen = 200};
    struct payover over = {.project_id = f->project,
                           .lines = &line,
                           .n_lines = 1,
                           .tender = {.tender = "transfer", .amount_fen = 200, .reference = "Z"}};
    const struct receipt_book_new book = {.project_id = f->project,
                                          .kind = "agency",
                                          .source = "system",
                                          .prefix = "DS",
                                          .first_no = 1,
                                          .last_no = 9};
    int64_t id = 0;

    assert_int_equal(db_script(f->db, "INSERT INTO bank_account (id, project_id, bank_id, kind, "
                                      "holder, number) VALUES (90, 1, 1, 'agency', 'h', '9');"
                                      "UPDATE account_rule SET account_id = 90 WHERE fund = "
                                      "'agency_fee'"),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &p.fees[0])), 0);
    fee.name = "b";
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_create(tx, &book, &p.book_id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, p.book_id, 1, BOOK_TAKE_OUT)), 0);
    p.deal_id = deal_new(f, 'S', f->units[0], 0);
    deal_new(f, 'S', f->units[1], 1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_choose(tx, p.deal_id, p.fees, 1)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_fee_choose(tx, p.deal_id, &id, 1)), 0);
    taken(f, &p);
    over.fee_id = p.fees[0];
    assert_int_equal(
        FIXTURE_DO(f, tx, deal_fee_find(tx, p.deal_id, over.fee_id, &line.deal_fee_id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, payover_make(tx, &over, &id)), 0);
}

static void test_each_line_of_fees(void **state)
{
    fee_business(*state);
    each_said(*state, broken_fees, sizeof(broken_fees) / sizeof(broken_fees[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_line, deal_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_each_line_of_fees, deal_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
