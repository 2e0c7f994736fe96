/* refund_change.c - what a change of a deal gives back, made due when it is carried out. See
 * refund.h.
 *
 * All that is left of the deal goes back. A loan goes to who lent it. Of the rest each gets his
 * part by what he paid: what is kept is kept of each alike. It is paid out from the accounts where
 * money of its funds goes, so each account is a refund of its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/bank.h"
#include "db/ledger.h"
#include "db/refund_impl.h"

/* What is left of one fund. */
struct part {
    enum fund fund;
    int64_t ledger_id, bank_account_id, fen;
};

struct giving {
    struct tx *tx;
    const struct change_refund *of;
    char reason[REFUND_REASON_MAX * 4 + 1];
    struct part parts[FUND_COUNT];
    size_t n_parts;
    struct refund_payers payers;
    struct refund_now now; /* the one being written; id 0: none */
    int64_t bank_account_id;
    size_t n_lines;
};

/* ---- one refund ---- */

static int due_end(struct giving *g)
{
    struct trail trail = {0};
    int r;

    if (!g->now.id)
        return 0;
    r = refund_approve(g->tx, &g->now, g->of->approval_id);
    trail_int(&trail, "change_id", NULL, &g->of->change_id);
    trail_int(&trail, "refund_fen", NULL, &g->now.total_fen);
    if (r == 0)
        r = refund_log(g->tx, &g->now, REFUND_DUE, &trail);
    else
        trail_clear(&trail);
    g->now.id = 0;
    return r;
}

static int due_begin(struct giving *g, const struct refund_paid_in *payer)
{
    const struct change_refund *of = g->of;
    const int64_t customer_id = payer->customer_id ? payer->customer_id : of->customer_id;
    int r;

    g->now = (struct refund_now){.project_id = of->project_id,
                                 .building_id = of->building_id,
                                 .unit_id = of->unit_id,
                                 .deal_id = of->deal_id,
                                 .customer_id = customer_id,
                                 .user_id = of->user_id};
    g->n_lines = 0;
    r = db_get(g->tx->db, &g->now.id,
               "INSERT INTO refund (project_id, deal_id, customer_id, reason, user_id, asked_ms, "
               "change_id, lender) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
               "iiitiiit", of->project_id, of->deal_id, customer_id, (const char *)g->reason,
               of->user_id, g->tx->now_ms, of->change_id, (const char *)payer->lender);
    return r < 0 ? r : 0;
}

/* So much of @part to @payer, with what he gets from the same account already. */
static int give(struct giving *g, const struct refund_paid_in *payer, struct part *part,
                int64_t fen)
{
    int r = 0;

    if (g->now.id &&
        (g->bank_account_id != part->bank_account_id || g->n_lines == REFUND_LINES_MAX))
        r = due_end(g);
    if (r == 0 && !g->now.id) {
        r = due_begin(g, payer);
        g->bank_account_id = part->bank_account_id;
    }
    if (r == 0)
        r = db_run(g->tx->db,
                   "INSERT INTO refund_line (refund_id, account_id, amount_fen) VALUES "
                   "($1, $2, $3)",
                   "iii", g->now.id, part->ledger_id, fen);
    g->now.total_fen += fen;
    g->n_lines++;
    part->fen -= fen;
    return r < 0 ? r : 0;
}

/* ---- whose it is ---- */

static bool is_loan(const struct part *part)
{
    return funds[part->fund].class == FUND_CLASS_LOAN;
}

static int loans_give(struct giving *g)
{
    int r = refund_lender_named(g->tx, &g->payers);

    for (size_t i = 0; r == 0 && i < g->payers.n; i++) {
        const struct refund_paid_in *payer = &g->payers.of[i];

        for (size_t k = 0; r == 0 && k < g->n_parts; k++)
            if (g->parts[k].fund == payer->fund && g->parts[k].fen > 0)
                r = give(g, payer, &g->parts[k],
                         payer->fen < g->parts[k].fen ? payer->fen : g->parts[k].fen);
        if (r == 0)
            r = due_end(g);
    }
    return r;
}

/* @fen of what is nobody's loan, from the first part that has some. */
static int own_give(struct giving *g, const struct refund_paid_in *payer, int64_t fen)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < g->n_parts && fen > 0; i++) {
        struct part *part = &g->parts[i];
        const int64_t of = part->fen < fen ? part->fen : fen;

        if (is_loan(part) || of == 0)
            continue;
        fen -= of;
        r = give(g, payer, part, of);
    }
    return r < 0 ? r : due_end(g);
}

/* The shares add up to what there is, and none is more than was paid: each is the difference of two
 * sums that are rounded down. */
static int owns_give(struct giving *g)
{
    int64_t paid = 0, there = 0, upto = 0, given = 0;
    int r = 0;

    for (size_t i = 0; i < g->payers.n; i++)
        paid += g->payers.of[i].fund == FUND_COUNT ? g->payers.of[i].fen : 0;
    for (size_t i = 0; i < g->n_parts; i++)
        there += is_loan(&g->parts[i]) ? 0 : g->parts[i].fen;
    for (size_t i = 0; r == 0 && i < g->payers.n; i++) {
        const struct refund_paid_in *payer = &g->payers.of[i];
        int64_t share;

        if (payer->fund != FUND_COUNT)
            continue;
        upto += payer->fen;
        share = (int64_t)((__int128)upto * there / paid) - given;
        given += share;
        r = own_give(g, payer, share);
    }
    return r;
}

/* ---- what is left ---- */

/* By account, so that what one pays out is together. */
static void part_insert(struct giving *g, const struct part *part)
{
    size_t i = g->n_parts++;

    for (; i > 0 && g->parts[i - 1].bank_account_id > part->bank_account_id; i--)
        g->parts[i] = g->parts[i - 1];
    g->parts[i] = *part;
}

static int parts_read(struct giving *g)
{
    struct fund_sum sums[FUND_COUNT];
    size_t n = 0;
    int r = ledger_deal_sums(g->tx, g->of->deal_id, sums, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct account_ask ask = {.project_id = g->of->project_id,
                                        .building_id = g->of->building_id,
                                        .unit_id = g->of->unit_id,
                                        .fund = sums[i].fund};
        struct part part = {.fund = sums[i].fund, .fen = sums[i].fen};

        r = account_for(g->tx, &ask, &part.bank_account_id);
        if (r == 0)
            r = ledger_deal(g->tx, g->of->project_id, g->of->deal_id, part.fund, &part.ledger_id);
        if (r == 0)
            part_insert(g, &part);
    }
    return r;
}

/* The first so many characters of the change's reason. */
static void reason_take(struct giving *g)
{
    const char *from = g->of->reason;
    size_t characters = 0, n = 0;

    for (; from[n]; n++) {
        characters += ((unsigned char)from[n] & 0xC0) != 0x80;
        if (characters > REFUND_REASON_MAX)
            break;
    }
    memcpy(g->reason, from, n);
    g->reason[n] = '\0';
}

int refund_of_change(struct tx *tx, const struct change_refund *of)
{
    struct giving g = {.tx = tx, .of = of};
    int r;

    reason_take(&g);
    r = parts_read(&g);
    if (r == 0)
        r = refund_payers_read(tx, of->deal_id, &g.payers);
    if (r == 0)
        r = loans_give(&g);
    if (r == 0)
        r = owns_give(&g);
    for (size_t i = 0; r == 0 && i < g.n_parts; i++)
        if (g.parts[i].fen != 0) /* who paid it nothing says */
            r = -EBADMSG;
    return r;
}

int refund_of_change_paid(struct tx *tx, int64_t change_id)
{
    int64_t open = 0;
    int r = db_get(tx->db, &open,
                   "SELECT COUNT(*) FROM refund WHERE change_id = $1 AND state <> 'paid'", "i",
                   change_id);

    if (r < 0 || open == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_CHANGE_UNPAID, NULL);
}
