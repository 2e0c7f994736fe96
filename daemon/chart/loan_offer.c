/* loan_offer.c - see loan_offer.h. */
#include "daemon/chart/loan_offer.h"

#include <stdlib.h>

#include "db/unit_class.h"

static int64_t project_number(const struct snapshot *s, int index)
{
    return strtoll(snapshot_project_field(s, index), NULL, 10);
}

int loan_offer_need(struct fault *fault, const struct snapshot *s, const struct published_unit *u,
                    char state)
{
    const struct class_info *class = unit_class_info(u->class);

    if (!class || !snapshot_shown_total(s, u, state))
        return fault_set(fault, FAULT_NOT_FOUND, NULL);
    return class->loan_years ? 0 : fault_set(fault, FAULT_LOAN_NONE, NULL);
}

struct loan_choice loan_offer_choice(const struct snapshot *s, const struct published_unit *u)
{
    const struct class_info *class = unit_class_info(u->class);
    const int64_t own = project_number(s, 11);

    /* The project's, or what is usual for the class where that is more. */
    return (struct loan_choice){.down_bp = own > class->down_bp ? own : class->down_bp,
                                .years = class->loan_years};
}

const char *const *loan_offer_kinds(const struct published_unit *u)
{
    static const char *const bank_kinds[] = {"commercial", NULL};

    /* Where the housing fund does not lend. */
    return unit_class_info(u->class)->fund ? loan_kinds : bank_kinds;
}

struct loan_terms loan_offer_terms(const struct snapshot *s, const struct published_unit *u,
                                   char state, const struct loan_choice *choice)
{
    return (struct loan_terms){.total_fen = snapshot_shown_total(s, u, state),
                               .down_bp = choice->down_bp,
                               .loan_unit_fen = project_number(s, 12),
                               .commercial_rate_ppm = project_number(s, 13),
                               .fund_rate_ppm = project_number(s, 14),
                               .fund_cap_fen = project_number(s, 15),
                               .years = choice->years,
                               .kind = choice->kind,
                               .method = choice->method};
}
