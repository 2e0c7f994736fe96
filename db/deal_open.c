/* deal_open.c - a new deal on a unit: booking, subscription or contract (FC 25.4 T12, T14, T17;
 * SF-06, SF-08, SF-09, SF-30, SF-35; RS P1). See deal.h. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/attachment.h"
#include "db/confirmation.h"
#include "db/contact.h"
#include "db/contract.h"
#include "db/customer_secret.h"
#include "db/day.h"
#include "db/deal_process.h"
#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/questionnaire.h"
#include "db/queue.h"
#include "db/receivable.h"
#include "db/terms.h"

enum { SHARES_BP = 10000 };

struct opening {
    struct tx *tx;
    const struct deal_open *open;
    struct deal_rules rules;
    struct deal_now deal; /* as it will be */
    int64_t unit_version, total_fen;
    bool known, planned;
};

/* ---- what is asked for ---- */

static int unit_take(void *arg, const struct unit_row *row)
{
    struct opening *o = arg;

    o->deal.project_id = row->project_id;
    o->deal.building_id = row->building_id;
    o->unit_version = row->version;
    unit_path(row, o->deal.unit, sizeof(o->deal.unit));
    return 0;
}

/* Whose deal it will be: somebody else's only by who sees those of others. */
static int user_check(struct opening *o)
{
    const struct actor *actor = o->tx->actor;
    int64_t found = 0;
    int r;

    o->deal.user_id = o->open->user_id ? o->open->user_id : actor->id;
    if (actor->kind == ACTOR_USER && o->deal.user_id != actor->id && !o->open->picking) {
        r = tx_need_right(o->tx, RIGHT_DEAL_ALL);
        if (r < 0)
            return r;
    }
    r = db_get(o->tx->db, &found, "SELECT id FROM user_account WHERE id = $1 AND enabled = 1", "i",
               o->deal.user_id);
    return r == 0 ? fault_set(o->tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

int deal_buyers_check(struct tx *tx, const struct deal_buyer *buyers, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        if (buyers[i].share_bp < 1 || buyers[i].share_bp > SHARES_BP)
            return fault_set(tx->fault, FAULT_BUYER_SHARES, NULL);
        for (size_t k = 0; k < i; k++)
            if (buyers[k].customer_id == buyers[i].customer_id)
                return fault_set(tx->fault, FAULT_BUYER_TWICE, NULL);
        sum += buyers[i].share_bp;
    }
    if (n < 1 || n > DEAL_PARTIES_MAX || sum != SHARES_BP)
        return fault_set(tx->fault, FAULT_BUYER_SHARES, NULL);
    return 0;
}

/* Real name (SF-30): every buyer has a document; the main one's was typed a second time. */
static int buyers_known(struct opening *o)
{
    int r = 0;

    o->known = true;
    for (size_t i = 0; r == 0 && o->known && i < o->open->n_buyers; i++)
        r = deal_buyer_known(o->tx, &o->rules, o->deal.project_id, o->open->buyers[i].customer_id,
                             &o->known);
    if (r == 0 && o->known && o->open->stage != 'B')
        r = deal_identity_check(o->tx, o->deal.customer_id, o->open->document_again);
    return r;
}

struct comparing {
    const char *typed;
    bool same;
};

static int document_compare(void *arg, const struct customer_secret *secret)
{
    struct comparing *c = arg;
    char form[CONTACT_TEXT];

    if (secret->kind == CONTACT_PHONE)
        return 0;
    c->same = contact_form(secret->kind, c->typed, form) == 0 && strcmp(form, secret->value) == 0;
    sodium_memzero(form, sizeof(form));
    return 0;
}

int deal_identity_check(struct tx *tx, int64_t customer_id, const char *document_again)
{
    struct comparing c = {.typed = document_again ? document_again : ""};
    int r = secret_each(tx, customer_id, document_compare, &c);

    if (r < 0 || c.same)
        return r < 0 ? r : 0;
    fault_item(tx->fault, FAULT_IDENTITY_MISMATCH, 0, "document_again", NULL);
    return fault_set(tx->fault, FAULT_IDENTITY_MISMATCH, NULL);
}

/* Granted ones of this unit and buyer; the rest of what they must be is asked when they are
 * used. */
static int terms_check(struct opening *o)
{
    struct stmt *s;
    bool granted = false, others = false;
    int r = db_query(o->tx->db, &s,
                     "SELECT state, unit_id, customer_id, plan_id, total_fen FROM terms "
                     "WHERE id = $1",
                     "i", o->open->terms_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        granted = strcmp(stmt_text(s, 0), "granted") == 0;
        others = stmt_int(s, 1) != o->open->unit_id || stmt_int(s, 2) != o->deal.customer_id;
        o->planned = !stmt_is_null(s, 3);
        o->total_fen = stmt_int(s, 4);
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(o->tx->fault, FAULT_NOT_FOUND, NULL);
    if (others)
        return fault_set(o->tx->fault, FAULT_TERMS_OTHERS, NULL);
    if (!granted)
        return fault_set(o->tx->fault, FAULT_TERMS_NOT_GRANTED, NULL);
    if (!o->planned && o->open->stage != 'B')
        return fault_set(o->tx->fault, FAULT_DEAL_PLAN_NEEDED, NULL);
    return 0;
}

static int open_check(struct opening *o)
{
    const struct deal_open *open = o->open;
    const struct unit_filter filter = {.unit_id = open->unit_id};
    int r = unit_scan(o->tx, &filter, unit_take, o);

    if (r == 0)
        r = user_check(o);
    if (r == 0)
        r = deal_buyers_check(o->tx, open->buyers, open->n_buyers);
    for (size_t i = 0; r == 0 && i < open->n_buyers; i++)
        r = deal_customer_need(o->tx, open->buyers[i].customer_id, 0);
    if (r == 0 && !open->ticket_id && !open->picking) /* else it was asked with the number */
        r = question_visits_need(o->tx, open->buyers[0].customer_id, o->deal.project_id);
    if (r == 0)
        r = deal_rules_read(o->tx, o->deal.project_id, &o->rules);
    if (r < 0)
        return r;
    o->deal.unit_id = open->unit_id;
    o->deal.customer_id = open->buyers[0].customer_id;
    if (open->stage == 'C' && !o->rules.direct_sign)
        return fault_set(o->tx->fault, FAULT_DEAL_SIGN_DIRECT, NULL);
    r = terms_check(o);
    if (r == 0)
        r = buyers_known(o);
    return r;
}

/* ---- the unit ---- */

static bool buyer_of(const struct deal_open *open, int64_t customer_id)
{
    for (size_t i = 0; i < open->n_buyers; i++)
        if (open->buyers[i].customer_id == customer_id)
            return true;
    return false;
}

/* Whether the live lock or reservation is the actor's or the buyer's, so that it may become the
 * deal. */
static bool hold_own(const struct opening *o, const struct unit_hold *hold)
{
    const struct actor *actor = o->tx->actor;
    const bool for_buyer = hold->customer_id && buyer_of(o->open, hold->customer_id);

    if (hold->state == 'R')
        return o->rules.reserve_direct && for_buyer;
    if (hold->state != 'K')
        return false;
    if (hold->customer_id)
        return for_buyer;
    return (actor->kind == ACTOR_USER && hold->user_id == actor->id) ||
           (actor->kind == ACTOR_TERMINAL && hold->terminal_id == actor->id);
}

static enum transition_id transition_of(char stage, bool own)
{
    if (stage == 'B')
        return own ? TRANSITION_BOOK_OWN : TRANSITION_BOOK;
    if (stage == 'S')
        return own ? TRANSITION_SUBSCRIBE_OWN : TRANSITION_SUBSCRIBE;
    return TRANSITION_SIGN;
}

/* The guards, and the claim: @o->deal.id 0 asks the guards alone, for who comes second. Money (G9)
 * comes after the document, unless the project wants the deposit first: then a subscription starts
 * from a booking. */
static int unit_claim(struct opening *o)
{
    const struct deal_open *open = o->open;
    struct unit_hold hold;
    struct unit_step step = {.unit_id = open->unit_id,
                             .version = open->unit_version,
                             .document = open->document,
                             .met = GUARD_BIT(8) | GUARD_BIT(10)};
    int r = unit_hold_read(o->tx, open->unit_id, &hold);
    const bool own = r == 0 && hold_own(o, &hold);

    if (r < 0)
        return r;
    if (o->known)
        step.met |= GUARD_BIT(7);
    if (open->picking)
        step.met |= GUARD_BIT(18);
    if (open->stage != 'S' || !o->rules.deposit_first)
        step.met |= GUARD_BIT(9);
    step.transition = transition_of(open->stage, own);
    step.own_claim = own ? hold.id : 0;
    step.claim = (struct unit_claim){.kind = "deal",
                                     .user_id = o->deal.user_id,
                                     .customer_id = o->deal.customer_id,
                                     .deal_id = o->deal.id};
    r = unit_step(o->tx, &step);
    if (r < 0 || !o->deal.id)
        return r;
    return attachment_take(o->tx, &step, open->stage, open->terms_id);
}

/* ---- writing ---- */

/* P1: the index says who is first. Who is not hears of the unit as it is now: the state it has
 * refuses the step. */
static int deal_insert(struct opening *o)
{
    const char stage[2] = {o->open->stage, '\0'};
    int64_t due_ms = o->open->due_ms;
    int r = due_ms ? 0 : deal_term(o->tx, &o->rules, o->open->stage, &due_ms);

    if (r == 0)
        r = db_get(o->tx->db, &o->deal.id,
                   "INSERT INTO deal (project_id, unit_id, customer_id, user_id, stage, terms_id, "
                   "ticket_id, opened_ms, due_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                   "ON CONFLICT (unit_id) WHERE closed_ms IS NULL DO NOTHING RETURNING id",
                   "iiiitioio", o->deal.project_id, o->deal.unit_id, o->deal.customer_id,
                   o->deal.user_id, stage, o->open->terms_id,
                   o->open->ticket_id ? &o->open->ticket_id : NULL, o->tx->now_ms,
                   due_ms ? &due_ms : NULL);
    if (r != 0)
        return r < 0 ? r : 0;
    r = unit_claim(o);
    return r < 0 ? r : -EBADMSG;
}

/* What it comes from is used up with it. */
static int sources_use(struct opening *o)
{
    const struct deal_open *open = o->open;
    int r = 0;

    if (open->stage != 'B' && o->rules.confirm_first) {
        r = confirmation_check(o->tx, open->confirmation_id, open->unit_id, o->unit_version,
                               o->deal.customer_id);
        if (r == 0)
            r = confirmation_use(o->tx, open->confirmation_id, o->deal.id);
    }
    if (r == 0)
        r = terms_use(o->tx, open->terms_id, open->unit_id, o->deal.customer_id, o->deal.id);
    if (r == 0 && open->ticket_id)
        r = ticket_use(o->tx, open->ticket_id, o->deal.customer_id, open->unit_id);
    return r;
}

static int open_log(struct opening *o)
{
    const char stage[2] = {o->open->stage, '\0'};
    struct trail trail = {0};

    trail_text(&trail, "stage", NULL, stage);
    trail_int(&trail, "unit_id", NULL, &o->deal.unit_id);
    trail_int(&trail, "customer_id", NULL, &o->deal.customer_id);
    trail_int(&trail, "user_id", NULL, &o->deal.user_id);
    trail_int(&trail, "terms_id", NULL, &o->open->terms_id);
    trail_int(&trail, "total_fen", NULL, &o->total_fen);
    trail_text(&trail, "document", NULL, o->open->document);
    return deal_log(o->tx, &o->deal, "deal.open", &trail);
}

int deal_open(struct tx *tx, const struct deal_open *open, int64_t *ret_deal_id)
{
    struct opening o = {.tx = tx, .open = open};
    int r;

    if (open->stage != 'B' && open->stage != 'S' && open->stage != 'C')
        return -EINVAL;
    if (open->stage == 'C' && (!open->document || !open->document[0]))
        return fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    r = open_check(&o);
    if (r == 0)
        r = deal_insert(&o);
    if (r == 0)
        r = unit_claim(&o);
    if (r == 0)
        r = sources_use(&o);
    if (r == 0)
        r = deal_parties_set(tx, o.deal.id, open->buyers, open->n_buyers);
    if (r == 0)
        r = deal_document_make(tx, &o.deal, open->stage, open->terms_id, open->document);
    if (r == 0 && o.planned)
        r = receivable_make(tx, o.deal.id, open->terms_id);
    if (r == 0 && open->stage == 'C')
        r = contract_shown(tx, o.deal.id, open->shown);
    if (r == 0)
        r = deal_process_stage(tx, o.deal.id, '\0', open->stage);
    if (r == 0)
        r = open_log(&o);
    if (r == 0)
        *ret_deal_id = o.deal.id;
    return r;
}
