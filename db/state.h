/* state.h - the sale states of a unit, its legal transitions and their guards, as data.
 *
 * states.def and transitions.def are the tables (FC 25.2-25.4). Pure functions, any thread.
 */
#ifndef ANCHANG_DB_STATE_H
#define ANCHANG_DB_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/fault.h"

/* A state is its letter, 'U' 'A' 'K' ...; public states are letters of the same alphabet. */
struct state_info {
    char letter;
    const char *zh, *en;
    char public_letter;
    const char *public_zh, *public_en;
    int public_rank; /* a lower rank is a loss */
    bool sold, priced, exclusive;
    const char *glyph;
    struct {
        const char *fill, *ink, *pattern;
    } authority, clear;
};
extern const struct state_info sale_states[];
extern const size_t sale_states_count;

/* NULL when @letter is no state. */
const struct state_info *state_info(char letter);

typedef uint32_t guard_set; /* bit n-1: Gn */
#define GUARD_BIT(n) ((guard_set)1 << ((n)-1))
enum { GUARD_COUNT = 19 };

enum transition_id {
#define TRANSITION(symbol, number, from, to, event, zh, en, guards, needs) TRANSITION_##symbol,
#include "db/transitions.def"
#undef TRANSITION
    TRANSITION_COUNT
};

enum transition_need { NEED_REASON = 1, NEED_DOCUMENT = 2, NEED_UNTIL = 4, NEED_OWN = 8 };

struct transition {
    int number;       /* of FC 25.4 */
    const char *from; /* state letters; "" no unit yet; "*" any */
    char to;          /* letter, or '=' '<' '^' as in transitions.def */
    const char *event, *zh, *en;
    guard_set guards;
    unsigned needs;
};
extern const struct transition transitions[TRANSITION_COUNT];

/* What the guards look at. Facts of customers and money are false until deals supply them, which is
 * what refuses those transitions. */
struct unit_facts {
    char state;
    bool released;
    bool permit_valid;     /* G1 */
    bool area_reviewed;    /* G2 */
    bool priced;           /* G3: total > 0 and not above the filed price */
    bool unencumbered;     /* G4 */
    bool sold_alone;       /* G5 */
    bool unclaimed;        /* G6: no live claim */
    bool identity_ok;      /* G7 */
    bool discount_ok;      /* G8 */
    bool money_ok;         /* G9 */
    bool approved;         /* G10 */
    bool version_same;     /* G11 */
    bool price_published;  /* G12 */
    bool price_reviewed;   /* G13 */
    bool no_change;        /* G14 */
    bool filing_cancelled; /* G15 */
    bool refunded;         /* G16 */
    bool invoices_clear;   /* G17 */
    bool not_picking;      /* G18 */
    bool withdrawable;     /* G19: never published, or its permit is gone */
};

/* Whether @t may start in @state at all. */
bool transition_starts_in(const struct transition *t, char state);
/* The guards of @t that @facts do not meet. */
guard_set transition_failing(const struct transition *t, const struct unit_facts *facts);
/* The state @t leads to from @facts ('^' is for the caller, who knows the history: returns '^'). */
char transition_target(const struct transition *t, const struct unit_facts *facts);
/* The fault that says guard @number (1..GUARD_COUNT) is not met. */
enum fault_code guard_fault(int number);

/* What the public is shown for a unit in @facts: its state's public letter; but of those that no
 * customer has (U A K R X) one without a permit reads 'U', an encumbered one 'N', and an unreleased
 * one that a permit covers 'X'. */
char public_state(const struct unit_facts *facts);
/* Whether showing @now after @shown takes availability away, so that it must not wait (SC-05). */
bool public_loss(char shown, char now);

#endif
