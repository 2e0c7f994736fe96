/* mortgage.h - the loans of a deal on their way through a bank (SF-16, AS-05): prepared, handed in,
 * approved or refused.
 *
 * What moves counts as progress; what stands still is listed by its age. The day it is approved the
 * process goes on (deal_node.h). Money that a bank lends less than planned becomes a due line with
 * the change of the loan (deal_change.h): nothing here moves money. Needs a deal in scope.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_MORTGAGE_H
#define ANCHANG_DB_MORTGAGE_H

#include "db/tx.h"

enum { MORTGAGE_PAGE_MAX = 200 };

struct mortgage_paper {
    const char *code, *zh, *en;
};
const struct mortgage_paper *mortgage_papers(size_t *ret_n);

struct mortgage_new {
    int64_t deal_id;
    const char *kind; /* "commercial", "fund" */
    const char *bank;
    int64_t amount_fen; /* MORTGAGE_TOO_MUCH beyond what the terms lend */
    int64_t years;
};
/* MORTGAGE_EXISTS when one of that kind is on its way. */
int mortgage_create(struct tx *tx, const struct mortgage_new *mortgage, int64_t *ret_id);

enum mortgage_step {
    MORTGAGE_SUBMIT,  /* MORTGAGE_PAPERS when some are missing */
    MORTGAGE_APPROVE, /* amount_fen: how much */
    MORTGAGE_REJECT,  /* note: why */
    MORTGAGE_END,     /* given up */
};
struct mortgage_act {
    int64_t id, version;
    enum mortgage_step step;
    int64_t amount_fen;
    const char *note;
};
/* MORTGAGE_STATE when it is not in a state for it, VERSION_CHANGED, REASON_NEEDED. */
int mortgage_act(struct tx *tx, const struct mortgage_act *act);
/* Which papers are there: codes separated by a space; all of them each time. */
int mortgage_papers_set(struct tx *tx, int64_t id, int64_t version, const char *papers);

struct mortgage_row {
    int64_t id, version, project_id, deal_id, amount_fen, years, approved_fen, progress_ms;
    const char *kind, *bank, *state, *papers;
    const char *unit, *consultant; /* as people say it; whose deal it is */
};
int mortgage_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct mortgage_row *row), void *arg);
/* Which deal it is of. Looks at no scope: the caller reads the deal. */
int mortgage_deal(struct tx *tx, int64_t id, int64_t *ret_deal_id);
/* Those on their way that have not moved since @before_ms, by bank, the oldest first (AS-05). */
struct mortgage_filter {
    int64_t project_id, before_ms;
    const char *bank;           /* NULL: any */
    int64_t after_ms, after_id; /* behind this one: when it last moved, which; 0: from the first */
    int limit;
};
int mortgage_stale(struct tx *tx, const struct mortgage_filter *filter,
                   int (*each)(void *arg, const struct mortgage_row *row), void *arg);

/* ---- what came in (mortgage_arrival.h), for the modules of db/ ---- */

/* The fund that the money of a loan of @kind is paid for. */
const char *mortgage_fund(const char *kind);
/* SQL: what came in of loan @m. */
#define MORTGAGE_ARRIVED(m)                                                                        \
    "COALESCE((SELECT SUM(lr.amount_fen) FROM received lr WHERE lr.deal_id = " m                   \
    ".deal_id AND lr.fund = CASE " m                                                               \
    ".kind WHEN 'fund' THEN 'fund_loan' ELSE 'bank_loan' END), 0)"
/* What came in of an approved loan of the deal is not what was approved: finance has a to-do, until
 * it is or nothing came in after all (FI-20). After whatever changes that. */
int mortgage_settled(struct tx *tx, int64_t deal_id);

#endif
