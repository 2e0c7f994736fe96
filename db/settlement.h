/* settlement.h - a contract is settled by the area as it was measured (FI-26; FC 27.4).
 *
 * By the contract's own basis and price (area_settlement.h). A larger home: a due line of fund area
 * difference, out of the schedule, the loans and the contract's total. A smaller one: what is
 * returned is credited to the deal, on its account of fund area credit; it counts as paid for the
 * house, so that the buyer pays no more than the price as settled, and what he has paid beyond that
 * goes out by a refund (refund.h). A contract that is priced by unit, or agrees otherwise, is
 * settled by hand, with the reason. Once: what was wrong is reversed, with a reason, and settled
 * anew. A contract that is exchanged for another home's leaves it behind: that one is settled for
 * itself.
 *
 * What may be settled is seen as deals are. Errors besides those named: NOT_FOUND (also out of
 * scope), DEAL_CLOSED, negative errno. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_SETTLEMENT_H
#define ANCHANG_DB_SETTLEMENT_H

#include "db/tx.h"

enum {
    SETTLEMENT_PAGE_MAX = 500,
    SETTLEMENTS_MAX = 500 /* at once */,
    SETTLEMENT_REASON_MAX = 200
};

/* By the rule, all of them or none: SETTLE_REFUSED with an item for each that cannot be, by its
 * place in @deals from 1: SETTLE_NO_CONTRACT, SETTLE_UNMEASURED, SETTLE_BY_HAND, SETTLE_DONE.
 * @due_date: of what is owed; SETTLE_DAY when it has passed. */
int settlement_make(struct tx *tx, int64_t project_id, const int64_t *deals, size_t n,
                    const char *due_date);
/* One by hand: what the contract agrees, above 0 owed, below 0 returned. REASON_NEEDED, and those
 * above as refusals of their own. */
struct settlement_hand {
    int64_t deal_id, amount_fen;
    const char *reason, *due_date;
};
int settlement_by_hand(struct tx *tx, const struct settlement_hand *hand);
/* SETTLE_REVERSED; LEDGER_SPENT and REFUND_RESERVED when what was credited has gone out or is asked
 * back; REASON_NEEDED. What was paid for it stays with the deal. */
int settlement_reverse(struct tx *tx, int64_t deal_id, const char *reason);

/* SETTLE_CREDITED while what is returned is still with the deal: for the modules of db/ that end
 * it. */
int settlement_none_credited(struct tx *tx, int64_t deal_id);

struct settlement_row {
    int64_t deal_id, project_id, building_id, unit_id;
    int64_t customer_id; /* 0: the actor does not see him */
    const char *unit, *customer, *user;
    const char *contract;                 /* its number on the paper; "" none */
    const char *state;                    /* unmeasured, open, by_hand, settled */
    const char *basis;                    /* of the contract: gross, inner, unit */
    int64_t contract_area, measured_area; /* by the basis; 0: by unit, or not measured */
    int64_t ratio;                        /* of the difference, 0.0001 */
    int64_t unit_price_fen, amount_fen;   /* what it comes to, or was settled for */
    int64_t total_fen;                    /* of the contract */
    bool may_cancel, closed;
    int64_t measured_ms;               /* 0: not measured */
    const char *source;                /* "" not measured */
    int64_t settlement_id, settled_ms; /* 0: not settled */
    const char *settled_by, *reason;   /* "" not settled; by the rule */
    const char *due_date;              /* of what is owed; NULL: nothing is */
};
/* Contracts, by their unit. @state NULL: any. */
struct settlement_filter {
    int64_t project_id, building_id; /* building 0: all */
    const char *state;
    int64_t after_id; /* behind that deal; 0: from the first */
    int limit;
};
extern const char *const settlement_states[];
int settlement_list(struct tx *tx, const struct settlement_filter *filter,
                    int (*each)(void *arg, const struct settlement_row *row), void *arg);
/* Of one deal: none when it has no contract. */
int settlement_of_deal(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct settlement_row *row), void *arg);

#endif
