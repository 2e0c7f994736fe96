/* test_paper_kinds.c - the papers of finance: of a refund that is paid, of a shift that is closed,
 * of a receipt book; made with what they are of, and seen by whose they are. */
#include "refund_fixture.h"

#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/printer.h"
#include "db/receipt_book.h"
#include "db/shift.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

static struct receipt_key paid(struct fixture *f, int64_t deal, int64_t fen)
{
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"deposit", fen}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = fen}},
                              .n_tenders = 1};
    struct receipt_key key = {0};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    return key;
}

static void printer_add(struct fixture *f)
{
    const struct printer_new p = {"one", "cups", "one"};
    int64_t id;

    assert_int_equal(FIXTURE_DO(f, tx, printer_create(tx, &p, &id)), 0);
}

/* The newest paper of the kind. */
static struct paper_row newest(struct fixture *f, enum print_kind kind)
{
    struct paper_row row;
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id, "SELECT MAX(id) FROM paper WHERE kind = $1", "t",
                            print_kinds[kind].code),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, paper_see(tx, id, PAPER_READ, &row, NULL)), 0);
    return row;
}

static int64_t jobs(struct fixture *f, int64_t paper_id)
{
    return fixture_of(f, "SELECT COUNT(*) FROM print_job WHERE paper_id = $1", paper_id);
}

static struct sheet *sheet_of(struct fixture *f, const struct paper_row *row)
{
    static print_sheet_read *const readers[PRINT_KINDS] = {[PRINT_KIND_REFUND] = refund_sheet,
                                                           [PRINT_KIND_SHIFT] = shift_sheet,
                                                           [PRINT_KIND_REGISTER] = register_sheet};
    struct sheet *sheet = sheet_new(row->kind);

    assert_int_equal(FIXTURE_DO(f, tx, readers[row->kind](tx, row, sheet)), 0);
    assert_int_equal(sheet_error(sheet), 0);
    return sheet;
}

static int ask(struct fixture *f, enum print_kind kind, int64_t subject_id, int64_t *ret_id)
{
    const struct paper_ask a = {.kind = kind, .subject_id = subject_id};

    return FIXTURE_DO(f, tx, paper_ask(tx, &a, ret_id));
}

static void test_a_refund(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct refund_ask back = {.deal_id = deal,
                                    .lines = {{"deposit", 100}},
                                    .n_lines = 1,
                                    .reason = "多收",
                                    .bank = "工行",
                                    .account = "6222021234567890123"};
    struct paper_row row, again;
    struct sheet *sheet;
    int64_t refund = 0, found;

    paid(f, deal, 1000);
    printer_add(f);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &back, &refund)), 0);
    assert_int_equal(refund_decide(f, refund, APPROVAL_APPROVED), 0);
    assert_refused(f, ask(f, PRINT_KIND_REFUND, refund, &found), NOT_FOUND);
    assert_int_equal(refund_paid(f, refund, 100), 0);
    row = newest(f, PRINT_KIND_REFUND);
    assert_int_equal(jobs(f, row.id), 1);
    sheet = sheet_of(f, &row);
    assert_string_equal(sheet_value(sheet, "total", 0), "1.00");
    assert_string_equal(sheet_value(sheet, "capitals", 0), "壹元整");
    assert_string_equal(sheet_value(sheet, "line.name", 0), "定金");
    assert_string_equal(sheet_value(sheet, "tender.name", 0), "转账");
    assert_string_equal(sheet_value(sheet, "account", 0), "****0123");
    assert_string_equal(sheet_value(sheet, "reason", 0), "多收");
    assert_true(sheet_value(sheet, "approver", 0)[0] && sheet_value(sheet, "payee", 0)[0]);
    sheet_free(sheet);
    assert_int_equal(ask(f, PRINT_KIND_REFUND, refund, &found), 0);
    assert_int_equal(found, row.id);
    /* It came back and is paid again: another payment, another paper; the first one stays. */
    f->now_ms += 1000;
    assert_int_equal(FIXTURE_DO(f, tx,
                                refund_reverse(tx, refund,
                                               fixture_of(f,
                                                          "SELECT version FROM refund WHERE "
                                                          "id = $1",
                                                          refund),
                                               "退票")),
                     0);
    assert_refused(f, ask(f, PRINT_KIND_REFUND, refund, &found), NOT_FOUND);
    assert_int_equal(refund_paid(f, refund, 100), 0);
    again = newest(f, PRINT_KIND_REFUND);
    assert_true(again.id != row.id && again.subject_no != row.subject_no);
    sheet = sheet_of(f, &row);
    assert_string_equal(sheet_value(sheet, "total", 0), "1.00");
    sheet_free(sheet);
}

static void test_a_shift(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t shift = fixture_of(f, "SELECT id FROM shift WHERE user_id = $1", 1);
    const struct shift_counted counts = {TENDER_CASH, 990, "找零差错"};
    struct actor other = f->actor;
    struct receipt_key spoilt;
    struct paper_row row;
    struct sheet *sheet;
    int64_t found;

    printer_add(f);
    paid(f, deal, 1000);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, deal_books[0], "spoilt", "卡纸", &spoilt)),
                     0);
    assert_refused(f, ask(f, PRINT_KIND_SHIFT, shift, &found), NOT_FOUND); /* counted blind */
    assert_int_equal(FIXTURE_DO(f, tx, shift_close(tx, shift, &counts, 1, 0)), 0);
    row = newest(f, PRINT_KIND_SHIFT);
    assert_int_equal(row.subject_id, shift);
    assert_int_equal(jobs(f, row.id), 1);
    sheet = sheet_of(f, &row);
    assert_int_equal(sheet_rows(sheet, "tender"), 1);
    assert_string_equal(sheet_value(sheet, "tender.in", 0), "10.00");
    assert_string_equal(sheet_value(sheet, "tender.counted", 0), "9.90");
    assert_string_equal(sheet_value(sheet, "tender.difference", 0), "-0.10");
    assert_string_equal(sheet_value(sheet, "tender.reason", 0), "找零差错");
    assert_string_equal(sheet_value(sheet, "book.receipts", 0), "1");
    assert_string_equal(sheet_value(sheet, "book.spoilt", 0), "1");
    assert_string_equal(sheet_value(sheet, "blank.reason", 0), "卡纸");
    sheet_free(sheet);
    /* Another cashier's is not hers; who reads reports of all its projects sees it. */
    other.id = 2;
    other.rights &= ~RIGHT_BIT(RIGHT_REPORT_VIEW);
    f->as = &other;
    assert_refused(f, FIXTURE_DO(f, tx, paper_see(tx, row.id, PAPER_READ, &row, NULL)), NOT_FOUND);
    other.rights |= RIGHT_BIT(RIGHT_REPORT_VIEW);
    assert_int_equal(FIXTURE_DO(f, tx, paper_see(tx, row.id, PAPER_READ, &row, NULL)), 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, paper_see(tx, row.id, PAPER_READ, &row, NULL)), NOT_FOUND);
    f->as = &f->actor;
}

static void test_a_register(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key first = paid(f, deal, 1000), second = paid(f, deal, 500);
    struct paper_row row;
    struct sheet *sheet;
    int64_t one, two;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &second, "录错")), 0);
    assert_int_equal(ask(f, PRINT_KIND_REGISTER, first.book_id, &one), 0);
    assert_int_equal(ask(f, PRINT_KIND_REGISTER, first.book_id, &two), 0);
    assert_int_not_equal(one, two);
    row = newest(f, PRINT_KIND_REGISTER);
    assert_int_equal(row.subject_no, 2);
    assert_string_equal(strrchr(row.number, '-'), "-2");
    assert_int_equal(jobs(f, two), 0);
    sheet = sheet_of(f, &row);
    assert_int_equal(sheet_rows(sheet, "leaf"), 2);
    assert_string_equal(sheet_value(sheet, "leaf.amount", 0), "10.00");
    assert_string_equal(sheet_value(sheet, "leaf.state", 0), "有效");
    assert_string_equal(sheet_value(sheet, "leaf.state", 1), "已作废");
    assert_string_equal(sheet_value(sheet, "leaf.note", 1), "录错");
    assert_string_equal(sheet_value(sheet, "total", 0), "10.00");
    assert_string_equal(sheet_value(sheet, "used", 0), "2");
    sheet_free(sheet);
    f->as = &f->outsider;
    assert_refused(f, ask(f, PRINT_KIND_REGISTER, first.book_id, &one), NOT_FOUND);
    f->as = &f->actor;
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_a_refund), CASE(test_a_shift),
                                       CASE(test_a_register)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
