/* test_receipt_code.c - the code on a receipt: of that number, amount and day alone, read as people
 * type it, good under an older key, and what it tells (IV-14). */
#include "refund_fixture.h"

#include <ctype.h>

#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/receipt_code.h"

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

struct printed {
    char number[RECEIPT_NUMBER_TEXT], code[RECEIPT_CODE_TEXT + 8];
};

/* What stands on its paper. */
static struct printed printed_of(struct fixture *f, struct receipt_key key)
{
    struct printed printed;
    struct paper_row row;
    struct sheet *sheet = sheet_new(PRINT_KIND_RECEIPT);

    assert_int_equal(FIXTURE_DO(f, tx, paper_of(tx, PRINT_KIND_RECEIPT, key.book_id, key.no, &row)),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_sheet(tx, &row, sheet)), 0);
    snprintf(printed.number, sizeof(printed.number), "%s", sheet_value(sheet, "number", 0));
    snprintf(printed.code, sizeof(printed.code), "%s", sheet_value(sheet, "code", 0));
    sheet_free(sheet);
    return printed;
}

static int verify(struct fixture *f, const char *number, const char *code,
                  struct receipt_verified *ret)
{
    return FIXTURE_DO(f, tx, receipt_verify(tx, number, code, ret));
}

static enum receipt_is state_of(struct fixture *f, const struct printed *p)
{
    struct receipt_verified found;

    assert_int_equal(verify(f, p->number, p->code, &found), 0);
    return found.state;
}

static void test_of_this_paper_alone(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct printed one = printed_of(f, paid(f, deal, 1000));
    const struct printed two = printed_of(f, paid(f, deal, 1000));
    struct receipt_verified found;
    char typed[40];

    assert_int_equal(strlen(one.code), RECEIPT_CODE + 1);
    assert_string_not_equal(one.code, two.code);
    assert_int_equal(verify(f, one.number, one.code, &found), 0);
    assert_string_equal(found.number, one.number);
    assert_int_equal(found.total_fen, 1000);
    assert_int_equal(found.state, RECEIPT_IS_LIVE);
    assert_int_equal(strlen(found.day), 10);
    /* As people type it. */
    snprintf(typed, sizeof(typed), " %.3s %s", one.code, one.code + 3);
    for (char *c = typed; *c; c++)
        *c = (char)(*c == '0' ? 'o' : *c == '1' ? 'l' : *c == '-' ? ' ' : tolower(*c));
    assert_int_equal(verify(f, one.number, typed, &found), 0);
    /* Of another paper, or no code. */
    assert_refused(f, verify(f, two.number, one.code, &found), RECEIPT_UNKNOWN);
    assert_refused(f, verify(f, one.number, "", &found), RECEIPT_UNKNOWN);
    assert_refused(f, verify(f, "", "", &found), RECEIPT_UNKNOWN);
    assert_refused(f, verify(f, "X", one.code, &found), RECEIPT_UNKNOWN);
    for (size_t i = 0; one.code[i]; i++) {
        snprintf(typed, sizeof(typed), "%s", one.code);
        typed[i] = typed[i] == 'Z' ? 'Y' : 'Z';
        assert_refused(f, verify(f, one.number, typed, &found), RECEIPT_UNKNOWN);
    }
    snprintf(typed, sizeof(typed), "%s0", one.code);
    assert_refused(f, verify(f, one.number, typed, &found), RECEIPT_UNKNOWN);
    /* Whoever holds the paper is told, whatever his projects. */
    f->as = &f->outsider;
    assert_int_equal(verify(f, one.number, one.code, &found), 0);
    f->as = &f->actor;
}

static void test_a_key_that_was_before(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const struct receipt_key key = paid(f, deal, 1000);
    const struct printed before = printed_of(f, key);
    struct receipt_verified found;

    assert_int_equal(seal_ring_add(&f->seal, (const uint8_t[SEAL_KEY]){9}), 0);
    assert_string_not_equal(printed_of(f, key).code, before.code);
    assert_int_equal(verify(f, before.number, before.code, &found), 0);
    /* Without any key there is no code, and none is right. */
    seal_ring_clear(&f->seal);
    assert_string_equal(printed_of(f, key).code, "");
    assert_refused(f, verify(f, before.number, before.code, &found), RECEIPT_UNKNOWN);
}

static void test_what_became_of_it(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    struct receipt_swap swap = {.book_id = deal_books[0], .returned = true, .reason = "更名"};
    const struct receipt_key voided = paid(f, deal, 500);
    struct refund_ask ask = {.deal_id = deal,
                             .lines = {{"deposit", 100}},
                             .n_lines = 1,
                             .reason = "多收",
                             .bank = "工行",
                             .account = "6222021234567890123"};
    struct receipt_key second, third;
    struct printed gone, one, two, three;
    int64_t refund = 0;

    gone = printed_of(f, voided);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_void(tx, &voided, "错")), 0);
    assert_int_equal(state_of(f, &gone), RECEIPT_IS_VOID);
    swap.key = paid(f, deal, 2000);
    one = printed_of(f, swap.key);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_swap(tx, &swap, &second)), 0);
    two = printed_of(f, second);
    assert_int_equal(state_of(f, &one), RECEIPT_IS_SWAPPED);
    swap.key = second;
    swap.returned = false;
    assert_int_equal(FIXTURE_DO(f, tx, receipt_swap(tx, &swap, &third)), 0);
    three = printed_of(f, third);
    assert_int_equal(state_of(f, &two), RECEIPT_IS_LOST);
    assert_int_equal(state_of(f, &three), RECEIPT_IS_LIVE);
    assert_int_equal(FIXTURE_DO(f, tx, refund_request(tx, &ask, &refund)), 0);
    assert_int_equal(refund_decide(f, refund, APPROVAL_APPROVED), 0);
    assert_int_equal(state_of(f, &three), RECEIPT_IS_LIVE);
    assert_int_equal(refund_paid(f, refund, 100), 0);
    assert_int_equal(state_of(f, &three), RECEIPT_IS_REFUNDED);
    assert_int_equal(state_of(f, &gone), RECEIPT_IS_VOID);
    /* What is paid in after it is not given back. */
    f->now_ms++;
    one = printed_of(f, paid(f, deal, 300));
    assert_int_equal(state_of(f, &one), RECEIPT_IS_LIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_of_this_paper_alone),
                                       CASE(test_a_key_that_was_before),
                                       CASE(test_what_became_of_it)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
