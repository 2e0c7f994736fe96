/* state.c - see state.h. */
#include "db/state.h"

#include <string.h>

const struct state_info sale_states[] = {
#define STATE(symbol, letter, zh, en, public_letter, public_zh, public_en, rank, sold, priced,     \
              exclusive, glyph, a_fill, a_ink, a_pattern, c_fill, c_ink, c_pattern)                \
    {letter,                                                                                       \
     zh,                                                                                           \
     en,                                                                                           \
     public_letter,                                                                                \
     public_zh,                                                                                    \
     public_en,                                                                                    \
     rank,                                                                                         \
     sold,                                                                                         \
     priced,                                                                                       \
     exclusive,                                                                                    \
     glyph,                                                                                        \
     {a_fill, a_ink, a_pattern},                                                                   \
     {c_fill, c_ink, c_pattern}},
#include "db/states.def"
#undef STATE
};
const size_t sale_states_count = sizeof(sale_states) / sizeof(sale_states[0]);

#define G(n) GUARD_BIT(n)
enum { REASON = NEED_REASON, DOCUMENT = NEED_DOCUMENT, UNTIL = NEED_UNTIL, OWN = NEED_OWN };
const struct transition transitions[TRANSITION_COUNT] = {
#define TRANSITION(symbol, number, from, to, event, zh, en, guards, needs)                         \
    [TRANSITION_##symbol] = {number, from, to, event, zh, en, guards, needs},
#include "db/transitions.def"
#undef TRANSITION
};

static const enum fault_code guard_faults[GUARD_COUNT] = {
    FAULT_G1_PERMIT,        FAULT_G2_AREA,      FAULT_G3_PRICE,      FAULT_G4_ENCUMBRANCE,
    FAULT_G5_ATTACHED,      FAULT_G6_TAKEN,     FAULT_G7_IDENTITY,   FAULT_G8_DISCOUNT,
    FAULT_G9_MONEY,         FAULT_G10_APPROVAL, FAULT_UNIT_CHANGED,  FAULT_G12_PUBLISHED_PRICE,
    FAULT_G13_PRICE_REVIEW, FAULT_G14_CHANGE,   FAULT_G15_FILING,    FAULT_G16_REFUND,
    FAULT_G17_INVOICE,      FAULT_G18_OPENING,  FAULT_G19_PUBLISHED,
};

const struct state_info *state_info(char letter)
{
    for (size_t i = 0; i < sale_states_count; i++)
        if (sale_states[i].letter == letter)
            return &sale_states[i];
    return NULL;
}

bool transition_starts_in(const struct transition *t, char state)
{
    if (strcmp(t->from, "*") == 0)
        return true;
    return state != '\0' && strchr(t->from, state) != NULL;
}

guard_set transition_failing(const struct transition *t, const struct unit_facts *f)
{
    const bool met[GUARD_COUNT] = {
        f->permit_valid,   f->area_reviewed, f->priced,           f->unencumbered,
        f->sold_alone,     f->unclaimed,     f->identity_ok,      f->discount_ok,
        f->money_ok,       f->approved,      f->version_same,     f->price_published,
        f->price_reviewed, f->no_change,     f->filing_cancelled, f->refunded,
        f->invoices_clear, f->not_picking,   f->withdrawable,
    };
    guard_set failing = 0;

    for (int n = 1; n <= GUARD_COUNT; n++)
        if ((t->guards & GUARD_BIT(n)) && !met[n - 1])
            failing |= GUARD_BIT(n);
    return failing;
}

char transition_target(const struct transition *t, const struct unit_facts *f)
{
    if (t->to == '=')
        return f->state;
    if (t->to == '<')
        return f->released ? 'A' : 'U';
    return t->to;
}

enum fault_code guard_fault(int number)
{
    return guard_faults[number - 1];
}

char public_state(const struct unit_facts *f)
{
    /* What no customer has: the permit and the encumbrance say more than the office's own mind.
     * Held or on sale, it would still show its price, and a hold reads as if it came back (T29). */
    if (strchr("UAKRX", f->state)) {
        if (!f->permit_valid)
            return 'U';
        if (!f->unencumbered)
            return 'N';
        if (f->state == 'U')
            return 'X'; /* "not released" is said only of what no permit covers */
    }
    return state_info(f->state)->public_letter;
}

static int rank_of(char public_letter)
{
    /* A public letter is always also the letter of the state that gave it its name. */
    return state_info(public_letter)->public_rank;
}

bool public_loss(char shown, char now)
{
    return rank_of(now) < rank_of(shown);
}
