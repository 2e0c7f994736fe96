/* deal_change_check.c - whether a change may be: asked before it is requested, and again before it
 * is executed (FC 7, 25.3, 25.4). See deal_change.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/customer.h"
#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/invoice.h"
#include "db/money.h"
#include "db/receivable.h"
#include "db/refund.h"
#include "db/settlement.h"
#include "db/unit_class.h"

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool needs(const struct changing *c, unsigned need)
{
    return (c->info->needs & need) != 0;
}

/* ---- the fields ---- */

static const char *const exceptions[] = {
#define RENAME_EXCEPTION(code, zh, en) code,
#include "db/rename_exception.def"
#undef RENAME_EXCEPTION
};

static bool exception_known(const char *code)
{
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
        if (is(exceptions[i], code))
            return true;
    return false;
}

enum field {
    FIELD_TERMS,
    FIELD_BUYERS,
    FIELD_EXCEPTION,
    FIELD_LINE,
    FIELD_DAYS,
    FIELD_FAULT,
    FIELD_REFUND,
    FIELD_FORFEIT,
    FIELD_PENALTY,
    FIELD_DOCUMENT,
};

/* By which needs a kind must have one, or may. */
static const struct {
    const char *name;
    unsigned wanted, allowed;
} fields[DEAL_CHANGE_FIELDS] = {
    [FIELD_TERMS] = {"terms_id", CHANGE_TERMS, 0},
    [FIELD_BUYERS] = {"buyers", CHANGE_BUYERS, 0},
    [FIELD_EXCEPTION] = {"exception", 0, CHANGE_EXCEPTION},
    [FIELD_LINE] = {"receivable_id", CHANGE_LINE, 0},
    [FIELD_DAYS] = {"days", CHANGE_DAYS, CHANGE_MAKE_UP},
    [FIELD_FAULT] = {"fault_side", CHANGE_FAULT, 0},
    [FIELD_REFUND] = {"refund_fen", 0, CHANGE_MONEY},
    [FIELD_FORFEIT] = {"forfeit_fen", 0, CHANGE_MONEY},
    [FIELD_PENALTY] = {"penalty_fen", 0, CHANGE_PENALTY},
    [FIELD_DOCUMENT] = {"document", CHANGE_DOCUMENT, ~0U},
};

static bool field_wanted(size_t i, unsigned needed, char stage)
{
    return (needed & fields[i].wanted) ||
           (i == FIELD_DOCUMENT && (((needed & CHANGE_DOCUMENT_C) && stage == 'C') ||
                                    ((needed & CHANGE_DOCUMENT_D) && stage == 'D')));
}

static bool field_allowed(size_t i, unsigned needed)
{
    return fields[i].allowed == ~0U || (needed & fields[i].allowed);
}

size_t deal_change_fields(enum deal_change_kind kind, char stage,
                          struct deal_change_field ret[static DEAL_CHANGE_FIELDS])
{
    const unsigned needed = deal_changes[kind].needs;
    size_t n = 0;

    for (size_t i = 0; i < DEAL_CHANGE_FIELDS; i++) {
        const bool wanted = field_wanted(i, needed, stage);

        if (wanted || field_allowed(i, needed))
            ret[n++] = (struct deal_change_field){fields[i].name, wanted};
    }
    return n;
}

static void field_tell(struct changing *c, size_t i, bool given)
{
    const unsigned needed = c->info->needs;
    const char *name = fields[i].name;
    const bool wanted = field_wanted(i, needed, c->deal.stage);

    if (wanted ? given : field_allowed(i, needed) || !given)
        return;
    if (wanted)
        fault_item(c->tx->fault, FAULT_FIELD_MISSING, 0, name, "field", name, NULL);
    else
        fault_item(c->tx->fault, FAULT_CHANGE_UNUSED, 0, name, "field", name, "kind", c->info->zh,
                   "kind_en", c->info->en, NULL);
}

/* Each kind takes its own fields and no others. */
static int fields_check(struct changing *c)
{
    const bool by_side =
        c->penalty_fen == 0 || is(c->fault_side, "buyer") || is(c->fault_side, "seller");
    const bool given[DEAL_CHANGE_FIELDS] = {
        [FIELD_TERMS] = c->terms_id != 0,
        [FIELD_BUYERS] = c->n_buyers > 0,
        [FIELD_EXCEPTION] = c->exception[0] != '\0',
        [FIELD_LINE] = c->receivable_id != 0,
        [FIELD_DAYS] = c->days != 0,
        [FIELD_FAULT] = c->fault_side[0] && by_side,
        [FIELD_REFUND] = c->refund_fen != 0,
        [FIELD_FORFEIT] = c->forfeit_fen != 0,
        [FIELD_PENALTY] = c->penalty_fen != 0,
        [FIELD_DOCUMENT] = c->document[0] != '\0',
    };

    for (size_t i = 0; i < DEAL_CHANGE_FIELDS; i++)
        field_tell(c, i, given[i]);
    if (c->exception[0] && !exception_known(c->exception))
        fault_item(c->tx->fault, FAULT_FIELD_CHOICE, 0, "exception", "field", "exception", NULL);
    return fault_fields(c->tx->fault);
}

/* ---- money ---- */

static int money_refuse(struct changing *c, enum fault_code code, int64_t fen)
{
    char text[DEAL_YUAN];

    deal_yuan(fen, text);
    return fault_set(c->tx->fault, code, "amount", text, NULL);
}

/* What the buyer loses is taken of what he paid; the rest goes back. */
static int money_check(struct changing *c)
{
    const int64_t penalty = is(c->fault_side, "buyer") ? c->penalty_fen : 0;
    int64_t own = 0;
    int r;

    c->amount_fen = c->received_fen;
    if (c->refund_fen + c->forfeit_fen != c->received_fen)
        return money_refuse(c, FAULT_CHANGE_MONEY_SUM, c->received_fen);
    r = change_own_money(c, &own);
    if (r == 0 && c->forfeit_fen + penalty > own)
        return money_refuse(c, FAULT_CHANGE_KEPT, own);
    return r < 0 ? r : refund_lenders_known(c->tx, c->deal.id);
}

/* T16: the day to sign by has passed, and that it did was told. */
static int notice_check(struct changing *c)
{
    int64_t noticed = 0;
    int r = db_get(c->tx->db, &noticed,
                   "SELECT COUNT(*) FROM deal WHERE id = $1 AND due_ms <= $2 AND due_noticed_ms IS "
                   "NOT NULL",
                   "ii", c->deal.id, c->tx->now_ms);

    if (r < 0 || noticed)
        return r < 0 ? r : 0;
    return fault_set(c->tx->fault, FAULT_CHANGE_NOT_NOTICED, NULL);
}

/* ---- terms ---- */

static int terms_read(struct tx *tx, int64_t id, struct change_terms *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT unit_id, plan_id, list_fen, total_fen, deposit_fen, loan_fen, "
                     "fund_loan_fen, loan_years, bank, attached_fen FROM terms WHERE id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *ret = (struct change_terms){.id = id,
                                     .unit_id = stmt_int(s, 0),
                                     .plan_id = stmt_int(s, 1),
                                     .list_fen = stmt_int(s, 2),
                                     .total_fen = stmt_int(s, 3),
                                     .deposit_fen = stmt_int(s, 4),
                                     .loan_fen = stmt_int(s, 5),
                                     .fund_loan_fen = stmt_int(s, 6),
                                     .years = stmt_int(s, 7),
                                     .attached_fen = stmt_int(s, 9)};
        snprintf(ret->bank, sizeof(ret->bank), "%s", stmt_text(s, 8));
    }
    stmt_reset(s);
    return r < 0 ? r : r == 0 ? -EBADMSG : 0;
}

/* They were made for a change of this very deal and its buyer, and wait for it. */
static int terms_mine(struct changing *c)
{
    int64_t n = 0;
    int r = db_get(c->tx->db, &n,
                   "SELECT COUNT(*) FROM terms WHERE id = $1 AND for_change = 1 AND for_deal_id = "
                   "$2 AND customer_id = $3 AND state = 'pending' AND valid_until_ms > $4 AND "
                   "(approval_id IS NULL OR approval_id = $5)",
                   "iiiii", c->terms_id, c->deal.id, c->deal.customer_id, c->tx->now_ms,
                   c->approval_id);

    if (r < 0 || n)
        return r < 0 ? r : 0;
    return fault_set(c->tx->fault, FAULT_CHANGE_TERMS_OTHERS, NULL);
}

/* Discounts that no plan brings, in one and not in the other. */
static int discounts_differ(struct changing *c, bool *ret_differ)
{
    static const char other_sql[] =
        "SELECT COUNT(*) FROM terms_step s JOIN discount d ON d.id = s.discount_id WHERE "
        "s.terms_id = $1 AND d.plan_id IS NULL AND NOT EXISTS (SELECT 1 FROM terms_step o WHERE "
        "o.terms_id = $2 AND o.discount_id = s.discount_id AND o.value = s.value)";
    int64_t more = 0, less = 0;
    int r = db_get(c->tx->db, &more, other_sql, "ii", c->new.id, c->was.id);

    if (r >= 0)
        r = db_get(c->tx->db, &less, other_sql, "ii", c->was.id, c->new.id);
    *ret_differ = more + less > 0;
    return r < 0 ? r : 0;
}

/* What each kind may change, so that none is a way around another's approval (WF-10). */
static bool terms_fit(const struct changing *c, bool discounts)
{
    const struct change_terms *was = &c->was, *new = &c->new;
    const bool plan = was->plan_id != new->plan_id, list = was->list_fen != new->list_fen;
    const bool total = was->total_fen != new->total_fen;
    const int64_t was_loan = was->loan_fen + was->fund_loan_fen;
    const int64_t loan = new->loan_fen + new->fund_loan_fen;

    switch (c->kind) {
    case DEAL_CHANGE_PLAN:
        return plan && !list && !discounts;
    case DEAL_CHANGE_DISCOUNT:
        return discounts && !plan && !list;
    case DEAL_CHANGE_PRICE:
        return list && !plan && !discounts;
    case DEAL_CHANGE_LOAN:
        return !plan && !total && !list && !discounts && was->deposit_fen == new->deposit_fen &&
               (was->loan_fen != new->loan_fen || was->fund_loan_fen != new->fund_loan_fen ||
                was->years != new->years || !is(was->bank, new->bank));
    case DEAL_CHANGE_DEPOSIT:
        return !plan && !total && !list && !discounts && loan <= was_loan &&
               (new->deposit_fen > was->deposit_fen || loan < was_loan);
    default:
        return true;
    }
}

static int filed_take(void *arg, const struct unit_row *row)
{
    struct changing *c = arg;

    if (row->filed_total_fen && c->new.list_fen - c->new.attached_fen > row->filed_total_fen)
        return fault_set(c->tx->fault, FAULT_PRICE_ABOVE_FILED, "unit", c->deal.unit, NULL);
    return 0;
}

static int terms_check(struct changing *c)
{
    const struct unit_filter own = {.unit_id = c->deal.unit_id};
    bool discounts = false;
    int r = terms_mine(c);

    if (r == 0)
        r = terms_read(c->tx, c->terms_id, &c->new);
    if (r < 0)
        return r;
    c->amount_fen = c->new.total_fen;
    c->discount_bp = money_round((__int128)(c->new.list_fen - c->new.total_fen) * 10000,
                                 c->new.list_fen - c->new.attached_fen, 1, ROUND_HALF_UP);
    if ((c->new.unit_id == c->deal.unit_id) == (c->kind == DEAL_CHANGE_EXCHANGE))
        return fault_set(c->tx->fault, FAULT_CHANGE_TERMS_OTHERS, NULL);
    if (!c->new.plan_id && c->deal.stage != 'B')
        return fault_set(c->tx->fault, FAULT_DEAL_PLAN_NEEDED, NULL);
    r = discounts_differ(c, &discounts);
    if (r == 0 && !terms_fit(c, discounts))
        return fault_set(c->tx->fault, FAULT_CHANGE_TERMS_KIND, "kind", c->info->zh, "kind_en",
                         c->info->en, NULL);
    return r == 0 && c->kind == DEAL_CHANGE_PRICE ? unit_scan(c->tx, &own, filed_take, c) : r;
}

/* The unit exchanged for: free as it looks now; who is first is decided when it is executed. */
static int target_take(void *arg, const struct unit_row *row)
{
    struct changing *c = arg;
    const struct state_info *state = state_info(row->state);
    char path[DEAL_UNIT_TEXT];

    unit_path(row, path, sizeof(path));
    snprintf(c->title, sizeof(c->title), "%.200s → %.200s", c->deal.unit, path);
    if (row->state == 'A')
        return 0;
    return fault_set(c->tx->fault, FAULT_CHANGE_TARGET, "state", state->zh, "state_en", state->en,
                     NULL);
}

static int target_check(struct changing *c)
{
    const struct unit_filter filter = {.unit_id = c->new.unit_id};

    return unit_scan(c->tx, &filter, target_take, c);
}

/* ---- buyers ---- */

static bool buyer_in(const struct deal_buyer *buyers, size_t n, int64_t customer_id)
{
    for (size_t i = 0; i < n; i++)
        if (buyers[i].customer_id == customer_id)
            return true;
    return false;
}

struct were {
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n;
};

static int home_take(void *arg, const struct unit_row *row)
{
    const struct class_info *info = unit_class_info(row->class);

    *(bool *)arg =
        info && (info == &unit_classes[UNIT_CLASS_HOME] || info == &unit_classes[UNIT_CLASS_VILLA]);
    return 0;
}

/* Everybody new is known by a document (SF-30); for a home after its subscription there is somebody
 * new in the listed cases alone (ST-05, T23). */
static int new_buyers_check(struct changing *c, const struct were *were)
{
    const struct unit_filter filter = {.unit_id = c->deal.unit_id};
    struct deal_rules rules;
    bool home = false, anybody = false;
    int r = deal_rules_read(c->tx, c->deal.project_id, &rules);

    for (size_t i = 0; r == 0 && i < c->n_buyers; i++) {
        bool known = true;

        if (buyer_in(were->buyers, were->n, c->buyers[i].customer_id))
            continue;
        anybody = true;
        r = customer_need_active(c->tx, c->buyers[i].customer_id);
        if (r == 0)
            r = deal_buyer_known(c->tx, &rules, c->deal.project_id, c->buyers[i].customer_id,
                                 &known);
        if (r == 0 && !known)
            r = fault_set(c->tx->fault, FAULT_IDENTITY_NEEDED, NULL);
    }
    if (r == 0)
        r = unit_scan(c->tx, &filter, home_take, &home);
    if (r < 0)
        return r;
    return anybody && home && c->deal.stage != 'B' && !c->exception[0]
               ? fault_set(c->tx->fault, FAULT_RENAME_FORBIDDEN, NULL)
               : 0;
}

static int buyers_check(struct changing *c)
{
    struct were were;
    int r = deal_buyers_check(c->tx, c->buyers, c->n_buyers);

    if (r == 0)
        r = deal_buyers_read(c->tx, c->deal.id, were.buyers, &were.n);
    if (r < 0)
        return r;
    if (c->kind == DEAL_CHANGE_PARTIES && c->buyers[0].customer_id != c->deal.customer_id)
        return fault_set(c->tx->fault, FAULT_CHANGE_MAIN_BUYER, NULL);
    if (c->kind == DEAL_CHANGE_RENAME
            ? c->buyers[0].customer_id == c->deal.customer_id
            : c->n_buyers == were.n &&
                  memcmp(c->buyers, were.buyers, were.n * sizeof(c->buyers[0])) == 0)
        return fault_set(c->tx->fault, FAULT_CHANGE_NOTHING, NULL);
    c->amount_fen = c->was.total_fen;
    return new_buyers_check(c, &were);
}

/* ---- days and lines ---- */

/* Of the document there is: how often, and how many days in all (ST-14, SF-06). */
static int postponed_check(struct changing *c)
{
    int64_t times = 0, days = 0, most = 0, in_all = 0;
    char most_text[24], days_text[24];
    struct stmt *s;
    int r = db_query(c->tx->db, &s,
                     "SELECT p.postpone_times, p.postpone_days, COUNT(g.id), "
                     "COALESCE(SUM(g.days), 0) FROM project p LEFT JOIN deal_change g ON "
                     "g.deal_id = $2 AND g.kind = 'postpone-signing' AND g.state = 'executed' AND "
                     "g.executed_ms >= $3 WHERE p.id = $1 GROUP BY p.id",
                     "iii", c->deal.project_id, c->deal.id, c->deal.document_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        most = stmt_int(s, 0);
        in_all = stmt_int(s, 1);
        times = stmt_int(s, 2);
        days = stmt_int(s, 3);
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (times + 1 <= most && days + c->days <= in_all)
        return 0;
    snprintf(most_text, sizeof(most_text), "%" PRId64, most);
    snprintf(days_text, sizeof(days_text), "%" PRId64, in_all);
    return fault_set(c->tx->fault, FAULT_POSTPONE_LIMIT, "times", most_text, "days", days_text,
                     NULL);
}

int change_due_after(int64_t due_ms, int64_t days, int64_t *ret_ms)
{
    char day[DAY_TEXT];
    int r;

    day_of(due_ms - 1, day); /* a term is the end of a day */
    r = day_add(day, days, day);
    return r < 0 ? r : day_end_ms(day, ret_ms);
}

static int signing_check(struct changing *c)
{
    int r = postponed_check(c);

    c->amount_fen = c->was.total_fen;
    if (r == 0)
        r = change_due_after(c->deal.due_ms, c->days, &c->due_ms);
    if (r == 0 && (c->deal.due_ms == 0 || c->due_ms <= c->tx->now_ms))
        return fault_set(c->tx->fault, FAULT_CHANGE_PAST, NULL);
    return r;
}

/* The line there is: with a day when it is postponed, and something of it not received. */
static int line_take(void *arg, const struct receivable_row *row)
{
    struct changing *c = arg;
    const bool postponed = c->kind == DEAL_CHANGE_POSTPONE_PAYMENT;

    if (row->id != c->receivable_id || row->amount_fen < 0 || is(row->state, "paid") ||
        is(row->state, "waived") || (postponed && !row->due_date))
        return 0;
    c->amount_fen = row->amount_fen;
    return postponed ? day_add(row->due_date, c->days, c->due_date) : 0;
}

static int line_check(struct changing *c)
{
    char today[DAY_TEXT];
    int r;

    day_of(c->tx->now_ms, today);
    r = receivable_each(c->tx, c->deal.id, today, line_take, c);
    if (r < 0)
        return r;
    if (c->amount_fen == 0)
        return fault_set(c->tx->fault, FAULT_CHANGE_LINE, NULL);
    if (c->kind == DEAL_CHANGE_POSTPONE_PAYMENT && strcmp(c->due_date, today) < 0)
        return fault_set(c->tx->fault, FAULT_CHANGE_PAST, NULL);
    return 0;
}

/* ---- all of it ---- */

static int stage_check(struct changing *c)
{
    const struct state_info *stage = state_info(c->deal.stage);

    if (!strchr(c->info->stages, c->deal.stage))
        return fault_set(c->tx->fault, FAULT_CHANGE_STAGE, "kind", c->info->zh, "kind_en",
                         c->info->en, "stage", stage->zh, "stage_en", stage->en, NULL);
    return needs(c, CHANGE_UNFILED) && c->deal.stage == 'F'
               ? fault_set(c->tx->fault, FAULT_FILING_STANDS, NULL)
               : 0;
}

static int kind_check(struct changing *c)
{
    const bool moves = needs(c, CHANGE_MONEY) || c->kind == DEAL_CHANGE_EXCHANGE; /* its money */
    int r = moves ? refund_none_open(c->tx, c->deal.id) : 0;

    if (r == 0 && moves)
        r = settlement_none_credited(c->tx, c->deal.id);
    if (r == 0 && needs(c, CHANGE_UNINVOICED))
        r = invoice_none_of_deal(c->tx, c->deal.id);
    if (r == 0 && c->kind == DEAL_CHANGE_FORFEIT)
        r = notice_check(c);
    if (r == 0 && needs(c, CHANGE_MONEY))
        r = money_check(c);
    if (r == 0 && needs(c, CHANGE_TERMS))
        r = terms_check(c);
    if (r == 0 && c->kind == DEAL_CHANGE_EXCHANGE)
        r = target_check(c);
    if (r == 0 && needs(c, CHANGE_BUYERS))
        r = buyers_check(c);
    if (r == 0 && c->kind == DEAL_CHANGE_POSTPONE_SIGNING)
        r = signing_check(c);
    if (r == 0 && needs(c, CHANGE_LINE))
        r = line_check(c);
    return r;
}

int change_check(struct changing *c)
{
    int r = stage_check(c);

    if (r == 0)
        r = fields_check(c);
    if (r == 0)
        r = terms_read(c->tx, c->deal.terms_id, &c->was);
    if (r == 0)
        r = receivable_received(c->tx, c->deal.id, &c->received_fen);
    snprintf(c->title, sizeof(c->title), "%s", c->deal.unit);
    if (r == 0)
        r = kind_check(c);
    if (r == 0 && needs(c, CHANGE_TERMS) && c->kind != DEAL_CHANGE_EXCHANGE)
        snprintf(c->title, sizeof(c->title), "%.400s  %" PRId64 " → %" PRId64, c->deal.unit,
                 c->was.total_fen / 100, c->new.total_fen / 100);
    return r;
}
