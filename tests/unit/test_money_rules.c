/* test_money_rules.c - area settlement and late fees by the golden vectors (FC 27.4, 27.5), their
 * edges, and against another way of reckoning. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "db/area_settlement.h"
#include "db/late_fee.h"
#include "db/money.h"

/* ---- area ---- */

static void test_area_vectors(void **state)
{
    static const struct {
        int64_t contract, measured, price, fen;
        bool cancel;
    } vectors[] = {
        {10000, 10250, 1000000, 2500000, false}, {10000, 10300, 1000000, 3000000, false},
        {10000, 10301, 1000000, 3000000, true},  {10000, 10400, 1000000, 3000000, true},
        {10000, 9700, 1000000, -3000000, false}, {10000, 9699, 1000000, -3020000, true},
        {10000, 9500, 1000000, -7000000, true},  {8937, 9011, 1234567, 913580, false},
        {8937, 9206, 1234567, 3309998, true},    {8937, 8668, 1234567, -3331974, true},
        {8937, 8937, 1234567, 0, false},         {8937, 9000, 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct area_settlement s = {.amount_fen = -1};

        assert_int_equal(
            area_settle(vectors[i].contract, vectors[i].measured, vectors[i].price, &s), 0);
        assert_int_equal(s.amount_fen, vectors[i].fen);
        assert_int_equal(s.may_cancel, vectors[i].cancel);
    }
}

static void test_area_edges(void **state)
{
    struct area_settlement s = {.amount_fen = 7};

    (void)state;
    assert_int_equal(area_settle(0, 1, 1, &s), -ERANGE);
    assert_int_equal(area_settle(1, 0, 1, &s), -ERANGE);
    assert_int_equal(area_settle(1, 1, -1, &s), -ERANGE);
    assert_int_equal(area_settle(AREA_MAX + 1, 1, 1, &s), -ERANGE);
    assert_int_equal(area_settle(AREA_MAX, 1, MONEY_MAX_FEN, &s), -ERANGE);
    assert_int_equal(s.amount_fen, 7);
    assert_int_equal(area_settle(AREA_MAX, AREA_MAX, MONEY_MAX_FEN, &s), 0);
}

/* More area never costs less, and the three parts are met from both sides. */
static void test_area_grows(void **state)
{
    (void)state;
    for (int64_t contract = 1; contract < 20000; contract += 997) {
        int64_t last = INT64_MIN;

        for (int64_t measured = contract * 9 / 10 + 1; measured < contract * 11 / 10; measured++) {
            struct area_settlement s;

            assert_int_equal(area_settle(contract, measured, 1234567, &s), 0);
            assert_true(s.amount_fen >= last);
            last = s.amount_fen;
        }
    }
}

/* ---- late fees ---- */

#define WAN 100 /* fen of a yuan */

static int64_t fee(int64_t yuan, int64_t rate, const struct late_payment *payments, size_t n,
                   const char *day)
{
    const struct late_instalment of = {.due = "2026-02-20",
                                       .amount_fen = yuan * WAN,
                                       .rate = rate,
                                       .payments = payments,
                                       .n_payments = n};
    int64_t fen = -1;

    assert_int_equal(late_fee(&of, day, &fen), 0);
    return fen;
}

static void test_late_vectors(void **state)
{
    const struct late_payment part[] = {{"2026-03-02", 120000 * WAN}};

    (void)state;
    /* Seventeen days over the end of a February. */
    assert_int_equal(fee(320000, 10, NULL, 0, "2026-03-09"), 54400);
    assert_int_equal(fee(320000, 5, NULL, 0, "2026-03-09"), 27200);
    assert_int_equal(fee(320000, 30, NULL, 0, "2026-03-09"), 163200);
    assert_int_equal(fee(320000, 10, part, 1, "2026-03-09"), 46000);
    /* The day it is due is free, and so is what was paid by then. */
    assert_int_equal(fee(320000, 10, NULL, 0, "2026-02-20"), 0);
    assert_int_equal(fee(320000, 10, NULL, 0, "2026-02-01"), 0);
    assert_int_equal(fee(320000, 10, NULL, 0, "2026-02-21"), 3200);
    assert_int_equal(fee(320000, 0, NULL, 0, "2026-03-09"), 0);
    assert_int_equal(fee(120000, 10, part, 1, "2026-12-31"), 12000);
    /* What comes in after the day that is asked about has not come in. */
    assert_int_equal(fee(320000, 10, part, 1, "2026-03-01"), 28800);
}

static void test_late_early_payment(void **state)
{
    const struct late_payment early[] = {{"2026-01-05", 120000 * WAN},
                                         {"2026-02-20", 100000 * WAN}};
    const struct late_payment much[] = {{"2026-02-22", 999999 * WAN}};

    (void)state;
    assert_int_equal(fee(320000, 10, early, 2, "2026-02-21"), 1000);
    assert_int_equal(fee(320000, 10, much, 1, "2026-12-31"), 6400);
}

/* Once per instalment, half up: one fen for half a fen. */
static void test_late_rounds_once(void **state)
{
    const struct late_instalment half = {.due = "2026-02-20", .amount_fen = 5000, .rate = 10};
    const struct late_instalment less = {.due = "2026-02-20", .amount_fen = 4999, .rate = 10};
    int64_t fen = -1;

    (void)state;
    assert_int_equal(late_fee(&half, "2026-02-21", &fen), 0);
    assert_int_equal(fen, 1);
    assert_int_equal(late_fee(&less, "2026-02-21", &fen), 0);
    assert_int_equal(fen, 0);
    assert_int_equal(late_fee(&half, "2026-02-23", &fen), 0);
    assert_int_equal(fen, 2); /* and not three */
}

static void test_late_refuses(void **state)
{
    const struct late_payment back[] = {{"2026-03-02", 1}, {"2026-03-01", 1}};
    const struct late_payment none[] = {{"2026-03-02", 0}};
    struct late_instalment of = {.due = "2026-02-20", .amount_fen = 100, .rate = 10};
    int64_t fen = 7;

    (void)state;
    assert_int_equal(late_fee(&of, "2026-02-30", &fen), -EINVAL);
    of.payments = back;
    of.n_payments = 2;
    assert_int_equal(late_fee(&of, "2026-03-09", &fen), -EINVAL);
    of.payments = none;
    of.n_payments = 1;
    assert_int_equal(late_fee(&of, "2026-03-09", &fen), -EINVAL);
    of = (struct late_instalment){.due = "2026-02-20", .amount_fen = 0, .rate = 10};
    assert_int_equal(late_fee(&of, "2026-03-09", &fen), -ERANGE);
    of.amount_fen = MONEY_MAX_FEN;
    of.rate = LATE_FEE_RATE_MAX + 1;
    assert_int_equal(late_fee(&of, "2026-03-09", &fen), -ERANGE);
    of.rate = LATE_FEE_RATE_MAX;
    assert_int_equal(late_fee(&of, "2126-03-09", &fen), -ERANGE);
    assert_int_equal(fen, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_area_vectors),       cmocka_unit_test(test_area_edges),
        cmocka_unit_test(test_area_grows),         cmocka_unit_test(test_late_vectors),
        cmocka_unit_test(test_late_early_payment), cmocka_unit_test(test_late_rounds_once),
        cmocka_unit_test(test_late_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
