/* refund_fixture.h - the fixture of changes with an approver of refunds, and their way to the
 * voucher. */
#ifndef ANCHANG_TESTS_REFUND_FIXTURE_H
#define ANCHANG_TESTS_REFUND_FIXTURE_H

#include "change_fixture.h"

#include "db/refund.h"

static inline int refund_setup(void **state)
{
    int r = change_setup(state);

    assert_int_equal(FIXTURE_DO((struct fixture *)*state, tx, flows_seed(tx)), 0);
    return r;
}

static inline int refund_decide(struct fixture *f, int64_t id, enum approval_outcome outcome)
{
    const int64_t approval = fixture_of(f, "SELECT approval_id FROM refund WHERE id = $1", id);
    const int64_t task =
        fixture_of(f, "SELECT MAX(id) FROM approval_task WHERE approval_id = $1", approval);
    const int64_t version = fixture_of(f, "SELECT version FROM approval WHERE id = $1", approval);
    int r;

    f->as = &change_boss;
    r = FIXTURE_DO(f, tx, approval_decide(tx, task, version, outcome, "so"));
    f->as = &f->actor;
    return r;
}

static inline struct refund_payout refund_payout_of(struct fixture *f, int64_t id,
                                                    const char *tender, int64_t fen)
{
    static char reference[24];
    static int n;

    snprintf(reference, sizeof(reference), "TK-%d", ++n);
    return (struct refund_payout){
        .id = id,
        .version = fixture_of(f, "SELECT version FROM refund WHERE id = $1", id),
        .tenders = {{.tender = tender,
                     .amount_fen = fen,
                     .reference = strcmp(tender, "cash") == 0 ? NULL : reference}},
        .n_tenders = 1};
}

static inline int refund_try_pay(struct fixture *f, struct refund_payout payout)
{
    return FIXTURE_DO(f, tx, refund_pay(tx, &payout));
}

/* It is paid by transfer. */
static inline int refund_paid(struct fixture *f, int64_t id, int64_t fen)
{
    return refund_try_pay(f, refund_payout_of(f, id, "transfer", fen));
}

#endif
