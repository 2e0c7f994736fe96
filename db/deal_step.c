/* deal_step.c - a deal goes on: the next document, filing, handover, title (FC 25.4 T14,
 * T17-T19, T25, T26; SF-08 to SF-11, SF-15, SF-20). See deal.h. */
#include <errno.h>
#include <string.h>

#include "db/confirmation.h"
#include "db/contract.h"
#include "db/day.h"
#include "db/deal_process.h"
#include "db/deal_write.h"
#include "db/questionnaire.h"
#include "db/receivable.h"
#include "db/terms.h"

/* ---- the next document ---- */

struct advancing {
    struct tx *tx;
    const struct deal_advance *to;
    struct deal_rules rules;
    struct deal_now deal;
    int64_t terms_id, deposit_fen, total_fen, unit_version;
    bool planned;
};

/* The terms it will stand on: those it has, or new ones, taken for it. */
static int terms_take(struct advancing *a)
{
    struct stmt *s;
    int r = 0;

    a->terms_id = a->to->terms_id ? a->to->terms_id : a->deal.terms_id;
    if (a->terms_id != a->deal.terms_id)
        r = terms_use(a->tx, a->terms_id, a->deal.unit_id, a->deal.customer_id, a->deal.id);
    if (r == 0)
        r = db_query(a->tx->db, &s,
                     "SELECT plan_id, deposit_fen, total_fen FROM terms WHERE id = $1", "i",
                     a->terms_id);
    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r == 1) {
        a->planned = !stmt_is_null(s, 0);
        a->deposit_fen = stmt_int(s, 1);
        a->total_fen = stmt_int(s, 2);
    }
    stmt_reset(s);
    if (r <= 0)
        return r < 0 ? r : -EBADMSG;
    return a->planned ? 0 : fault_set(a->tx->fault, FAULT_DEAL_PLAN_NEEDED, NULL);
}

/* G9: before a contract the deposit is there; before a subscription where the project asks. */
static int money_met(struct advancing *a, guard_set *met)
{
    const bool asked = a->to->stage == 'C' || a->rules.deposit_first;
    int64_t received = 0;
    int r = receivable_received_for(a->tx, a->deal.id, FUND_DEPOSIT, &received);

    if (r == 0 && (!asked || received >= a->deposit_fen))
        *met |= GUARD_BIT(9);
    return r;
}

/* The price is what the terms froze (G3, G12, G13): a list price that changed since is not the
 * buyer's. */
static int unit_advance(struct advancing *a)
{
    struct unit_step step = {
        .transition = a->to->stage == 'S' ? TRANSITION_SUBSCRIBE_OWN : TRANSITION_SIGN_OWN,
        .document = a->to->document,
        .met = GUARD_BIT(3) | GUARD_BIT(8) | GUARD_BIT(10) | GUARD_BIT(12) | GUARD_BIT(13)};
    bool known = false;
    int r = deal_buyers_known(a->tx, &a->rules, &a->deal, &known);

    if (r == 0)
        r = money_met(a, &step.met);
    if (known)
        step.met |= GUARD_BIT(7);
    return r < 0 ? r : deal_unit_step(a->tx, &a->deal, &step);
}

/* What a subscription asks for that a booking does not, and a contract only when it had none. */
static int words_check(struct advancing *a)
{
    int64_t version = 0;
    int r;

    if (a->to->stage == 'C' && (!a->to->document || !a->to->document[0]))
        return fault_set(a->tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    if (a->deal.stage != 'B')
        return 0;
    if (a->to->stage == 'C' && !a->rules.direct_sign)
        return fault_set(a->tx->fault, FAULT_DEAL_SIGN_DIRECT, NULL);
    r = deal_identity_check(a->tx, a->deal.customer_id, a->to->document_again);
    if (r < 0 || !a->rules.confirm_first)
        return r;
    r = db_get(a->tx->db, &version, "SELECT version FROM unit WHERE id = $1", "i", a->deal.unit_id);
    if (r >= 0)
        r = confirmation_check(a->tx, a->to->confirmation_id, a->deal.unit_id, version,
                               a->deal.customer_id);
    return r < 0 ? r : confirmation_use(a->tx, a->to->confirmation_id, a->deal.id);
}

/* New terms bring a new schedule. */
static int schedule_renew(struct advancing *a)
{
    int r;

    if (a->terms_id == a->deal.terms_id)
        return 0;
    r = receivable_end(a->tx, a->deal.id, false);
    return r < 0 ? r : receivable_make(a->tx, a->deal.id, a->terms_id);
}

static int advance_write(struct advancing *a)
{
    int64_t due_ms = 0;
    int r = deal_term(a->tx, &a->rules, a->to->stage, &due_ms);

    if (r == 0)
        r = deal_document_make(a->tx, &a->deal, a->to->stage, a->terms_id, a->to->document);
    if (r == 0)
        r = deal_stage_set(a->tx, &a->deal, a->to->stage, a->terms_id, due_ms);
    if (r == 0)
        r = schedule_renew(a);
    if (r == 0 && a->to->stage == 'C')
        r = contract_shown(a->tx, a->deal.id, a->to->shown);
    return r < 0 ? r : deal_process_stage(a->tx, a->deal.id, a->deal.stage, a->to->stage);
}

static int advance_log(struct advancing *a)
{
    const char from[2] = {a->deal.stage, '\0'}, to[2] = {a->to->stage, '\0'};
    struct trail trail = {0};
    int64_t carried = 0;
    int r = receivable_received(a->tx, a->deal.id, &carried);

    if (r < 0)
        return r;
    trail_text(&trail, "stage", from, to);
    trail_int(&trail, "terms_id", &a->deal.terms_id, &a->terms_id);
    trail_int(&trail, "total_fen", NULL, &a->total_fen);
    trail_int(&trail, "received_fen", NULL, &carried); /* carried over by reference (SF-11) */
    trail_text(&trail, "document", NULL, a->to->document);
    return deal_log(a->tx, &a->deal, "deal.advance", &trail);
}

int deal_advance(struct tx *tx, const struct deal_advance *to)
{
    struct advancing a = {.tx = tx, .to = to};
    int r;

    if (to->stage != 'S' && to->stage != 'C')
        return -EINVAL;
    r = deal_now_read(tx, to->deal_id, to->version, &a.deal);
    if (r == 0)
        r = deal_rules_read(tx, a.deal.project_id, &a.rules);
    if (r == 0 && a.deal.stage == 'S')
        r = question_stage_need(tx, a.deal.customer_id, a.deal.project_id, "deal");
    if (r == 0)
        r = words_check(&a);
    if (r == 0)
        r = terms_take(&a);
    if (r == 0)
        r = unit_advance(&a);
    if (r == 0)
        r = advance_write(&a);
    return r < 0 ? r : advance_log(&a);
}

/* ---- steps that make no document ---- */

static int stage_log(struct tx *tx, const struct deal_now *deal, const char *action, char stage,
                     const struct unit_step *step)
{
    const char from[2] = {deal->stage, '\0'}, to[2] = {stage, '\0'};
    struct trail trail = {0};

    trail_text(&trail, "stage", from, to);
    trail_text(&trail, "document", NULL, step->document);
    trail_text(&trail, "document_date", NULL, step->document_date);
    return deal_log(tx, deal, action, &trail);
}

/* A step of the table that wants a document, from the deal's stage to @stage. */
static int stage_step(struct tx *tx, const struct deal_now *deal, struct unit_step *step,
                      const char *action, char stage, int64_t due_ms)
{
    int r;

    if (!step->document || !step->document[0])
        return fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    r = deal_unit_step(tx, deal, step);
    if (r == 0)
        r = deal_stage_set(tx, deal, stage, deal->terms_id, due_ms);
    if (r == 0)
        r = deal_process_stage(tx, deal->id, deal->stage, stage);
    return r < 0 ? r : stage_log(tx, deal, action, stage, step);
}

/* Between the contract and today. */
static int filing_date_check(struct tx *tx, const struct deal_now *deal, const char *date)
{
    char today[DAY_TEXT], signed_day[DAY_TEXT];
    int64_t days;

    day_of(tx->now_ms, today);
    day_of(deal->document_ms, signed_day);
    if (date && day_between(signed_day, date, &days) == 0 && days >= 0 && strcmp(date, today) <= 0)
        return 0;
    fault_item(tx->fault, FAULT_DEAL_FILING_DATE, 0, "date", NULL);
    return fault_set(tx->fault, FAULT_DEAL_FILING_DATE, NULL);
}

int deal_file(struct tx *tx, int64_t deal_id, int64_t version, const char *number, const char *date)
{
    struct unit_step step = {
        .transition = TRANSITION_FILE, .document = number, .document_date = date};
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, version, &deal);

    if (r == 0)
        r = filing_date_check(tx, &deal, date);
    if (r == 0 && deal.stage == 'C')
        r = contract_need_complete(tx, deal_id);
    if (r == 0)
        r = question_stage_need(tx, deal.customer_id, deal.project_id, "deal");
    return r < 0 ? r : stage_step(tx, &deal, &step, "deal.file", 'F', 0);
}

int deal_unfile(struct tx *tx, int64_t deal_id, int64_t version, const char *document)
{
    /* The authority's paper is the proof that it gave it up (G15). */
    struct unit_step step = {
        .transition = TRANSITION_UNFILE, .document = document, .met = GUARD_BIT(15)};
    struct deal_rules rules;
    struct deal_now deal;
    int64_t due_ms = 0;
    int r = deal_now_read(tx, deal_id, version, &deal);

    if (r == 0)
        r = deal_rules_read(tx, deal.project_id, &rules);
    if (r == 0)
        r = deal_term(tx, &rules, 'C', &due_ms);
    return r < 0 ? r : stage_step(tx, &deal, &step, "deal.unfile", 'C', due_ms);
}

static int owes_check(struct tx *tx, const struct deal_now *deal)
{
    char today[DAY_TEXT], amount[DEAL_YUAN];
    int64_t owed = 0;
    int r;

    day_of(tx->now_ms, today);
    r = receivable_owed(tx, deal->id, today, &owed);
    if (r < 0 || owed == 0)
        return r;
    deal_yuan(owed, amount);
    return fault_set(tx->fault, FAULT_DEAL_OWES, "amount", amount, NULL);
}

int deal_deliver(struct tx *tx, int64_t deal_id, int64_t version, const char *document)
{
    struct unit_step step = {
        .transition = TRANSITION_DELIVER, .document = document, .met = GUARD_BIT(9)};
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, version, &deal);

    if (r == 0)
        r = owes_check(tx, &deal);
    return r < 0 ? r : stage_step(tx, &deal, &step, "deal.deliver", 'D', 0);
}

int deal_title(struct tx *tx, int64_t deal_id, int64_t version, const char *document)
{
    struct unit_step step = {.transition = TRANSITION_TITLE, .document = document};
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, version, &deal);

    if (r == 0)
        r = question_stage_need(tx, deal.customer_id, deal.project_id, "handover");
    return r < 0 ? r : stage_step(tx, &deal, &step, "deal.title", 'T', 0);
}
