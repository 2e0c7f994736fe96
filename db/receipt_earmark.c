/* receipt_earmark.c - a payment that says which lines of the schedule it is for (FI-39): no more
 * than a line lacks, of money that counts for it. See receipt_impl.h. */
#include <inttypes.h>
#include <stdio.h>

#include "db/day.h"
#include "db/receipt_impl.h"
#include "db/receivable.h"

struct marking {
    struct paying *p;
    size_t i;
    int64_t terms_id, room; /* terms 0: there is no such line */
    enum fund fund;
};

static int line_take(void *arg, const struct receivable_row *row)
{
    struct marking *m = arg;

    if (!row->terms_id || row->ordinal != m->p->p->earmarks[m->i].ordinal || row->waived)
        return 0;
    m->terms_id = row->terms_id;
    m->room = row->amount_fen - row->received_fen;
    m->fund = fund_find(row->fund);
    return 0;
}

/* What the payment brings for money of this kind, less what its other marks take of that. */
static int64_t brought(const struct marking *m)
{
    const struct paying *p = m->p;
    int64_t fen = 0;

    for (size_t k = 0; k < p->p->n_lines; k++)
        if (receivable_together(p->funds[k], m->fund))
            fen += p->p->lines[k].amount_fen;
    for (size_t k = 0; k < m->i; k++)
        if (receivable_together(p->earmark_funds[k], m->fund))
            fen -= p->p->earmarks[k].amount_fen;
    return fen;
}

static bool named_before(const struct marking *m)
{
    const struct payment_earmark *marks = m->p->p->earmarks;

    for (size_t k = 0; k < m->i; k++)
        if (marks[k].ordinal == marks[m->i].ordinal)
            return true;
    return false;
}

static int mark_refuse(const struct marking *m, int64_t room)
{
    char ordinal[24], text[DEAL_YUAN];

    snprintf(ordinal, sizeof(ordinal), "%" PRId64, m->p->p->earmarks[m->i].ordinal);
    deal_yuan(room < 0 ? 0 : room, text);
    return fault_set(m->p->tx->fault, FAULT_PAY_EARMARK, "ordinal", ordinal, "amount", text, NULL);
}

static int mark_check(struct paying *p, size_t i)
{
    struct marking m = {.p = p, .i = i, .fund = FUND_COUNT};
    char today[DAY_TEXT];
    int64_t room;
    int r = 0;

    day_of(p->tx->now_ms, today);
    if (p->deal.id)
        r = receivable_each(p->tx, p->deal.id, today, line_take, &m);
    if (r < 0)
        return r;
    if (!m.terms_id || m.fund == FUND_COUNT || named_before(&m))
        return mark_refuse(&m, 0);
    room = brought(&m) < m.room ? brought(&m) : m.room;
    if (p->p->earmarks[i].amount_fen > room)
        return mark_refuse(&m, room);
    p->earmark_terms[i] = m.terms_id;
    p->earmark_funds[i] = m.fund;
    return 0;
}

int receipt_earmarks_check(struct paying *p)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->p->n_earmarks; i++)
        r = mark_check(p, i);
    return r;
}

int receipt_earmarks_write(struct paying *p)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < p->p->n_earmarks; i++)
        r = db_run(p->tx->db,
                   "INSERT INTO earmark (voucher_id, terms_id, ordinal, amount_fen) VALUES "
                   "($1, $2, $3, $4)",
                   "iiii", p->voucher_id, p->earmark_terms[i], p->p->earmarks[i].ordinal,
                   p->p->earmarks[i].amount_fen);
    return r < 0 ? r : 0;
}
