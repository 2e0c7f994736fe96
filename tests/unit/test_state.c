/* test_state.c - the table of states and transitions against FC 25.2-25.4, written out a second
 * time. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/state.h"

static const char all_states[] = "UAKRXBSCFDTN";

/* ---- what FC 25.4 says, in its own words: "from>to: guards" ---- */

static const struct expected {
    enum transition_id id;
    int number;
    const char *from, *to;
    const char *guards; /* numbers of FC 25.3, ours added */
    const char *needs;  /* R reason, D document, U until, O own */
} expected[] = {
    {TRANSITION_GENERATE, 1, "", "U", "", ""},
    {TRANSITION_IMPORT, 1, "", "=", "", ""},
    {TRANSITION_RELEASE, 2, "U", "A", "1 2 3 4 5 10", ""},
    {TRANSITION_WITHDRAW, 3, "A", "U", "6 14 19", "R"},
    {TRANSITION_PERMIT_LOST, 3, "AK", "U", "", ""},
    {TRANSITION_RETAIN, 4, "UA", "N", "6 10 14", "RD"},
    {TRANSITION_UNRETAIN, 4, "N", "U", "10", "RD"},
    {TRANSITION_RESERVE, 5, "UA", "R", "6 10 14", "RU"},
    {TRANSITION_HOLD, 6, "UA", "X", "6 10 14", "RU"},
    {TRANSITION_UNHOLD, 7, "RX", "<", "", ""},
    {TRANSITION_HOLD_EXPIRE, 7, "RX", "<", "", ""},
    {TRANSITION_QUEUE, 8, "UAR", "=", "7", ""},
    {TRANSITION_UNQUEUE, 9, "*", "=", "16", ""},
    {TRANSITION_LOCK, 10, "A", "K", "1 2 3 4 5 6 11 18", "U"},
    {TRANSITION_UNLOCK, 11, "K", "A", "", ""},
    {TRANSITION_LOCK_EXPIRE, 11, "K", "A", "", ""},
    /* G9 stands with T12 too, G13 with every step that uses the price again. The holder's own steps
     * are the same without G6. */
    {TRANSITION_BOOK, 12, "A", "B", "1 2 3 4 5 6 7 8 9 11 12 13 14 18", ""},
    {TRANSITION_BOOK_OWN, 12, "KR", "B", "1 2 3 4 5 7 8 9 11 12 13 14", "O"},
    {TRANSITION_UNBOOK, 13, "B", "A", "14 16", ""},
    {TRANSITION_SUBSCRIBE, 14, "A", "S", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 18", ""},
    {TRANSITION_SUBSCRIBE_OWN, 14, "KRB", "S", "1 2 3 4 5 7 8 9 10 11 12 13 14", "O"},
    {TRANSITION_UNSUBSCRIBE, 15, "S", "A", "10 14 16", "R"},
    {TRANSITION_FORFEIT, 16, "S", "A", "10", "R"},
    {TRANSITION_SIGN, 17, "A", "C", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 18", "D"},
    {TRANSITION_SIGN_OWN, 17, "BS", "C", "1 2 3 4 5 7 8 9 10 11 12 13 14", "DO"},
    /* With a home, what is not sold alone: its price and identity are those of the home's terms. */
    {TRANSITION_TAKE_B, 12, "UA", "B", "1 2 3 4 6 13 14", ""},
    {TRANSITION_TAKE_S, 14, "UA", "S", "1 2 3 4 6 13 14", ""},
    {TRANSITION_TAKE_C, 17, "UA", "C", "1 2 3 4 6 13 14", "D"},
    {TRANSITION_GIVE_BACK, 20, "BSCD", "<", "14", ""},
    {TRANSITION_FILE, 18, "C", "F", "", "D"},
    {TRANSITION_UNFILE, 19, "F", "C", "15", "D"},
    {TRANSITION_CANCEL, 20, "C", "A", "10 14 16 17", "R"},
    {TRANSITION_EXCHANGE_OUT, 22, "BSC", "A", "10 14", "R"},
    {TRANSITION_EXCHANGE_IN_B, 22, "A", "B", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 18", "R"},
    {TRANSITION_EXCHANGE_IN_S, 22, "A", "S", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 18", "R"},
    {TRANSITION_EXCHANGE_IN_C, 22, "A", "C", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 18", "R"},
    {TRANSITION_RENAME, 23, "BSC", "=", "10", "RD"},
    {TRANSITION_RENAME_FILED, 23, "F", "=", "10 15", "RD"},
    {TRANSITION_AMEND, 24, "BSC", "=", "8 10", "R"},
    {TRANSITION_DELIVER, 25, "CF", "D", "9", "D"},
    {TRANSITION_TITLE, 26, "D", "T", "", "D"},
    {TRANSITION_RETURN, 27, "D", "A", "2 10 15 16 17", "RD"},
    {TRANSITION_UNDO, 28, "KRXBSCFDT", "^", "", "R"},
    {TRANSITION_ENCUMBER, 29, "*", "=", "", "D"},
    {TRANSITION_DISENCUMBER, 29, "*", "=", "", "D"},
};
enum { EXPECTED = sizeof(expected) / sizeof(expected[0]) };

static bool expected_guard(const struct expected *e, int number)
{
    const char *p = e->guards;

    while (*p) {
        char *end;
        long n = strtol(p, &end, 10);

        if (n == number)
            return true;
        p = *end ? end + 1 : end;
    }
    return false;
}

/* The fact that meets each guard, by number. */
static bool *fact_of(struct unit_facts *f, int number)
{
    bool *const facts[] = {
        &f->permit_valid,   &f->area_reviewed, &f->priced,           &f->unencumbered,
        &f->sold_alone,     &f->unclaimed,     &f->identity_ok,      &f->discount_ok,
        &f->money_ok,       &f->approved,      &f->version_same,     &f->price_published,
        &f->price_reviewed, &f->no_change,     &f->filing_cancelled, &f->refunded,
        &f->invoices_clear, &f->not_picking,   &f->withdrawable,
    };

    assert_int_equal(sizeof(facts) / sizeof(facts[0]), GUARD_COUNT);
    return facts[number - 1];
}

static struct unit_facts all_met(char state)
{
    struct unit_facts f = {.state = state};

    for (int n = 1; n <= GUARD_COUNT; n++)
        *fact_of(&f, n) = true;
    return f;
}

static void test_every_row_is_expected_once(void **state)
{
    int seen[TRANSITION_COUNT] = {0};

    (void)state;
    assert_int_equal(EXPECTED, TRANSITION_COUNT);
    for (size_t i = 0; i < EXPECTED; i++) {
        const struct transition *t = &transitions[expected[i].id];

        seen[expected[i].id]++;
        assert_int_equal(t->number, expected[i].number);
        assert_true(t->event[0] && t->zh[0] && t->en[0]);
    }
    for (int i = 0; i < TRANSITION_COUNT; i++)
        assert_int_equal(seen[i], 1);
    /* Events are names in the history: no two rows share one. */
    for (int i = 0; i < TRANSITION_COUNT; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(transitions[i].event, transitions[k].event);
}

static void test_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPECTED; i++)
        for (const char *s = all_states; *s; s++) {
            bool want = strcmp(expected[i].from, "*") == 0 || strchr(expected[i].from, *s);

            if (transition_starts_in(&transitions[expected[i].id], *s) != want)
                fail_msg("%s from %c: want %d", transitions[expected[i].id].event, *s, want);
        }
    /* A letter that is no state starts nothing but what starts anywhere. */
    for (int i = 0; i < TRANSITION_COUNT; i++)
        if (strcmp(transitions[i].from, "*") != 0) {
            assert_false(transition_starts_in(&transitions[i], '\0'));
            assert_false(transition_starts_in(&transitions[i], 'Z'));
            assert_false(transition_starts_in(&transitions[i], 'a'));
        }
}

static void test_guards_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPECTED; i++) {
        const struct expected *e = &expected[i];
        const struct transition *t = &transitions[e->id];
        struct unit_facts f = all_met('A');

        assert_int_equal(transition_failing(t, &f), 0);
        for (int n = 1; n <= GUARD_COUNT; n++) {
            guard_set failing;

            f = all_met('A');
            *fact_of(&f, n) = false;
            failing = transition_failing(t, &f);
            if (failing != (expected_guard(e, n) ? GUARD_BIT(n) : 0))
                fail_msg("%s: G%d alone gives %x", t->event, n, failing);
        }
        /* Nothing is met: exactly its own guards are named. */
        memset(&f, 0, sizeof(f));
        for (int n = 1; n <= GUARD_COUNT; n++)
            assert_int_equal((transition_failing(t, &f) & GUARD_BIT(n)) != 0, expected_guard(e, n));
    }
}

static void test_guard_faults(void **state)
{
    static const char *const codes[] = {
        "guard.permit",       "guard.area-review", "guard.price",     "guard.encumbrance",
        "guard.attached",     "guard.taken",       "guard.identity",  "guard.discount",
        "guard.money",        "guard.approval",    "unit.changed",    "guard.published-price",
        "guard.price-review", "guard.change",      "guard.filing",    "guard.refund",
        "guard.invoice",      "guard.opening",     "guard.published",
    };

    (void)state;
    assert_int_equal(sizeof(codes) / sizeof(codes[0]), GUARD_COUNT);
    for (int n = 1; n <= GUARD_COUNT; n++)
        assert_string_equal(fault_code_text(guard_fault(n)), codes[n - 1]);
}

static void test_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPECTED; i++) {
        unsigned want = 0;

        for (const char *p = expected[i].needs; *p; p++)
            want |= *p == 'R'   ? NEED_REASON
                    : *p == 'D' ? NEED_DOCUMENT
                    : *p == 'U' ? NEED_UNTIL
                                : NEED_OWN;
        assert_int_equal(transitions[expected[i].id].needs, want);
    }
}

static void test_targets(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPECTED; i++) {
        const struct transition *t = &transitions[expected[i].id];

        for (const char *s = all_states; *s; s++)
            for (int released = 0; released < 2; released++) {
                struct unit_facts f = all_met(*s);
                char want = expected[i].to[0];

                f.released = released;
                if (want == '=')
                    want = *s;
                if (want == '<')
                    want = released ? 'A' : 'U';
                assert_int_equal(transition_target(t, &f), want);
            }
        if (!strchr("=<^", t->to))
            assert_non_null(state_info(t->to));
    }
}

/* I9 in the table: whatever leads to a contract asks for a permit (G1) on its way from sale. */
static void test_no_way_to_a_contract_without_permit(void **state)
{
    (void)state;
    for (int i = 0; i < TRANSITION_COUNT; i++) {
        const struct transition *t = &transitions[i];

        if (t->to == 'C' && strcmp(t->from, "F") != 0)
            assert_true(t->guards & GUARD_BIT(1));
        /* An exclusive state is taken from a free one only while nobody holds it (G6). */
        if (strchr("KRXBSC", t->to) && strpbrk(t->from, "UA"))
            assert_true(t->guards & GUARD_BIT(6));
    }
}

/* ---- states ---- */

static void test_states(void **state)
{
    (void)state;
    assert_int_equal(sale_states_count, 12);
    for (const char *s = all_states; *s; s++) {
        const struct state_info *info = state_info(*s), *shown;

        assert_non_null(info);
        assert_int_equal(info->letter, *s);
        /* A public letter is the letter of a state that reads itself in public. */
        shown = state_info(info->public_letter);
        assert_non_null(shown);
        assert_int_equal(shown->public_letter, shown->letter);
        assert_string_equal(shown->public_zh, info->public_zh);
        assert_string_equal(shown->public_en, info->public_en);
        assert_int_equal(shown->public_rank, info->public_rank);
        assert_string_equal(shown->glyph, info->glyph);
        /* "Sold" of C F D T alone; never of R and X (false scarcity). */
        assert_int_equal(info->sold, strchr("CFDT", *s) != NULL);
        assert_int_equal(info->exclusive, strchr("KRXBSCFDT", *s) != NULL);
        /* A list price stands where something may still be bought. */
        assert_int_equal(info->priced, strchr("AKRXBS", *s) != NULL);
        if (!info->sold) {
            assert_null(strstr(info->public_zh, "售出"));
            assert_string_not_equal(info->public_zh, "已售");
        }
    }
    assert_null(state_info('Z'));
    assert_null(state_info('\0'));
    assert_string_equal(state_info('R')->public_zh, "暂留");
    assert_string_equal(state_info('X')->public_zh, "暂留");
    assert_string_equal(state_info('B')->public_zh, "已预订");
    assert_string_equal(state_info('S')->public_zh, "已认购");
}

/* From the most available to the least; equal ones share a line. */
static const char *const order[] = {"A", "K", "X", "B", "S", "C", "F", "D", "UN"};

static int place(char letter)
{
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (strchr(order[i], letter))
            return (int)i;
    return -1;
}

static void test_loss_of_every_pair(void **state)
{
    static const char letters[] = "AKXBSCFDUN";

    (void)state;
    for (const char *a = letters; *a; a++)
        for (const char *b = letters; *b; b++)
            if (public_loss(*a, *b) != (place(*b) > place(*a)))
                fail_msg("%c to %c", *a, *b);
    /* What was available and is not is always a loss; what becomes available never is. */
    for (const char *b = letters; *b; b++) {
        assert_int_equal(public_loss('A', *b), *b != 'A');
        assert_false(public_loss(*b, 'A'));
    }
}

static void check_color(const char *text)
{
    assert_int_equal(strlen(text), 7);
    assert_int_equal(text[0], '#');
    for (int i = 1; i < 7; i++)
        assert_true(isxdigit((unsigned char)text[i]));
}

/* Any two public labels are told apart by colour, pattern or glyph, in both palettes; and by the
 * glyph alone where a palette gives them one colour, but for available, which is the empty one. */
static void test_palettes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sale_states_count; i++) {
        const struct state_info *a = &sale_states[i];

        check_color(a->authority.fill);
        check_color(a->authority.ink);
        check_color(a->clear.fill);
        check_color(a->clear.ink);
        assert_string_not_equal(a->authority.fill, a->authority.ink);
        assert_string_not_equal(a->clear.fill, a->clear.ink);
        for (size_t k = 0; k < i; k++) {
            const struct state_info *b = &sale_states[k];
            bool glyph = strcmp(a->glyph, b->glyph) != 0;

            if (a->letter != a->public_letter || b->letter != b->public_letter)
                continue;
            if (!glyph && strcmp(a->authority.fill, b->authority.fill) == 0 &&
                strcmp(a->authority.pattern, b->authority.pattern) == 0)
                fail_msg("authority: %c and %c look alike", a->letter, b->letter);
            if (!glyph && strcmp(a->clear.fill, b->clear.fill) == 0 &&
                strcmp(a->clear.pattern, b->clear.pattern) == 0)
                fail_msg("clear: %c and %c look alike", a->letter, b->letter);
            assert_true(glyph); /* always drawn, so no two share one */
        }
    }
    /* The default is the building table of the authority (FC 25.2). */
    assert_string_equal(state_info('A')->authority.fill, "#33CC00");
    assert_string_equal(state_info('K')->authority.fill, "#00FFFF");
    assert_string_equal(state_info('X')->authority.fill, "#E6E6E6");
    assert_string_equal(state_info('X')->authority.pattern, "hatch");
    assert_string_equal(state_info('B')->authority.fill, "#FFCC99");
    assert_string_equal(state_info('S')->authority.fill, "#FFCC99");
    assert_string_equal(state_info('C')->authority.fill, "#FF0000");
    assert_string_equal(state_info('F')->authority.fill, "#D2691E");
    assert_string_equal(state_info('D')->authority.fill, "#D2691E");
    assert_string_equal(state_info('U')->authority.fill, "#CCCCCC");
    assert_string_equal(state_info('N')->authority.fill, "#CCCCCC");
}

static void test_public_state(void **state)
{
    /* state, permit, unencumbered: what is shown */
    static const struct {
        char state;
        const char *covered, *encumbered, *bare, *both;
    } cases[] = {
        {'U', "X", "N", "U", "U"}, {'A', "A", "N", "U", "U"}, {'K', "K", "N", "U", "U"},
        {'R', "X", "N", "U", "U"}, {'X', "X", "N", "U", "U"}, {'B', "B", "B", "B", "B"},
        {'S', "S", "S", "S", "S"}, {'C', "C", "C", "C", "C"}, {'F', "F", "F", "F", "F"},
        {'D', "D", "D", "D", "D"}, {'T', "D", "D", "D", "D"}, {'N', "N", "N", "N", "N"},
    };

    (void)state;
    assert_int_equal(sizeof(cases) / sizeof(cases[0]), 12);
    for (size_t i = 0; i < 12; i++)
        for (int bits = 0; bits < 4; bits++) {
            struct unit_facts f = {.state = cases[i].state};
            const char *want;

            f.permit_valid = !(bits & 2);
            f.unencumbered = !(bits & 1);
            want = bits == 0   ? cases[i].covered
                   : bits == 1 ? cases[i].encumbered
                   : bits == 2 ? cases[i].bare
                               : cases[i].both;
            if (public_state(&f) != want[0])
                fail_msg("%c, case %d: %c, want %c", f.state, bits, public_state(&f), want[0]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_expected_once),
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_guards_one_by_one),
        cmocka_unit_test(test_guard_faults),
        cmocka_unit_test(test_needs),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_no_way_to_a_contract_without_permit),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_loss_of_every_pair),
        cmocka_unit_test(test_palettes),
        cmocka_unit_test(test_public_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
