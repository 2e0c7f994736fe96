/* unit_step.c - see unit_step.h. */
#include "db/unit_step.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"

enum { PATH_SIZE = 256, MOVES_TOLD = 10 };

struct stepping {
    struct tx *tx;
    struct unit_step *step;
    const struct transition *t;
    char path[PATH_SIZE];
    int64_t previous_id; /* '^': the claim that comes back; 0: none */
};

/* ---- refusals ---- */

static int refuse(struct stepping *s, enum fault_code code, const struct state_info *state)
{
    s->step->refused = true;
    if (s->step->batch) {
        fault_item(s->tx->fault, code, 0, NULL, "unit", s->path, "state", state->zh, "state_en",
                   state->en, "event", s->t->zh, "event_en", s->t->en, NULL);
        return 0;
    }
    return fault_set(s->tx->fault, code, "unit", s->path, "state", state->zh, "state_en", state->en,
                     "event", s->t->zh, "event_en", s->t->en, NULL);
}

static const struct transition *transition_named(const char *event)
{
    for (size_t i = 0; i < TRANSITION_COUNT; i++)
        if (strcmp(transitions[i].event, event) == 0)
            return &transitions[i];
    return NULL;
}

/* What happened to the unit since it was read; what has no row in the history changed its record.
 */
static int moves_tell(struct stepping *s, const struct unit_row *row)
{
    int64_t told = 0;
    struct stmt *q;
    int r = db_query(s->tx->db, &q,
                     "SELECT event FROM unit_history WHERE unit_id = $1 AND unit_version > $2 "
                     "ORDER BY unit_version DESC LIMIT $3",
                     "iii", row->id, s->step->version, (int64_t)MOVES_TOLD);

    while (r >= 0 && (r = stmt_step(q)) == 1) {
        const struct transition *t = transition_named(stmt_text(q, 0));

        fault_item(s->tx->fault, FAULT_UNIT_EVENT, 0, NULL, "event", t ? t->zh : stmt_text(q, 0),
                   "event_en", t ? t->en : stmt_text(q, 0), NULL);
        told++;
    }
    stmt_reset(q);
    if (r == 0 && told < row->version - s->step->version && told < MOVES_TOLD)
        fault_item(s->tx->fault, FAULT_UNIT_RECORD, 0, NULL, NULL);
    return r < 0 ? r : 0;
}

static int refuse_moved(struct stepping *s, const struct unit_row *row)
{
    int r = 0;

    if (s->step->batch)
        return refuse(s, FAULT_UNIT_CHANGED, state_info(row->state));
    r = moves_tell(s, row);
    return r < 0 ? r : refuse(s, FAULT_UNIT_MOVED, state_info(row->state));
}

/* One guard is the refusal itself; of several each is an item beside it. */
static int refuse_guards(struct stepping *s, const struct unit_row *row, guard_set failing)
{
    const struct state_info *state = state_info(row->state);
    const bool several = (failing & (failing - 1)) != 0;
    enum fault_code first = FAULT_INTERNAL;

    for (int n = GUARD_COUNT; n >= 1; n--)
        if (failing & GUARD_BIT(n))
            first = guard_fault(n);
    for (int n = 1; (several || s->step->batch) && n <= GUARD_COUNT; n++)
        if (failing & GUARD_BIT(n))
            fault_item(s->tx->fault, guard_fault(n), 0, NULL, "unit", s->path, "state", state->zh,
                       "state_en", state->en, "event", s->t->zh, "event_en", s->t->en, NULL);
    if (!s->step->batch)
        return refuse(s, first, state);
    s->step->refused = true;
    return 0;
}

/* ---- claims ---- */

/* P1: the index decides who is first, not a look before it. -EEXIST: somebody else was. */
static int claim_insert(struct stepping *s, const struct unit_row *row, char to, int64_t *ret_id)
{
    const struct unit_step *step = s->step;
    const struct unit_claim *c = &step->claim;
    const char state[2] = {to, '\0'};
    const char *kind = c->kind ? c->kind : to == 'K' ? "lock" : to == 'R' ? "reservation" : "hold";
    int r = db_get(
        s->tx->db, ret_id,
        "INSERT INTO claim (unit_id, state, kind, holder, reason, document, document_date, "
        "approver, terminal_id, user_id, customer_id, deal_id, since_ms, until_ms, previous_id) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
        "ON CONFLICT (unit_id) WHERE ended_ms IS NULL DO NOTHING RETURNING id",
        "itttttttooooioo", row->id, state, kind, c->holder ? c->holder : "",
        step->reason ? step->reason : "", step->document ? step->document : "", step->document_date,
        s->tx->actor->name, c->terminal_id ? &c->terminal_id : NULL,
        c->user_id ? &c->user_id : NULL, c->customer_id ? &c->customer_id : NULL,
        c->deal_id ? &c->deal_id : NULL, s->tx->now_ms, c->until_ms ? &c->until_ms : NULL,
        row->claim_id ? &row->claim_id : NULL);

    return r < 0 ? r : r == 0 ? -EEXIST : 0;
}

/* What stood before comes back as it was, and with it what stood before that. */
static int claim_again(struct stepping *s, int64_t *ret_id)
{
    int r = db_get(
        s->tx->db, ret_id,
        "INSERT INTO claim (unit_id, state, kind, holder, reason, document, document_date, "
        "approver, terminal_id, user_id, customer_id, deal_id, since_ms, until_ms, previous_id, "
        "term_ms, terms_id) SELECT unit_id, state, kind, holder, reason, document, document_date, "
        "approver, terminal_id, user_id, customer_id, deal_id, since_ms, until_ms, previous_id, "
        "term_ms, terms_id FROM claim WHERE id = $1 "
        "ON CONFLICT (unit_id) WHERE ended_ms IS NULL DO NOTHING RETURNING id",
        "i", s->previous_id);

    return r < 0 ? r : r == 0 ? -EEXIST : 0;
}

static int claim_pass(struct stepping *s, const struct unit_row *row, char to)
{
    int64_t id = 0;
    int r = 0;

    if (row->claim_id)
        r = db_run(s->tx->db, "UPDATE claim SET ended_ms = $2 WHERE id = $1", "ii", row->claim_id,
                   s->tx->now_ms);
    if (r >= 0 && s->previous_id)
        r = claim_again(s, &id);
    else if (r >= 0 && state_info(to)->exclusive)
        r = claim_insert(s, row, to, &id);
    if (r >= 0)
        s->step->claim_id = id;
    return r < 0 ? r : 0;
}

/* Where '^' leads: the claim before the live one, if it had one. */
static int before_read(struct stepping *s, const struct unit_row *row, char *ret_to)
{
    struct stmt *q;
    int r = db_query(s->tx->db, &q,
                     "SELECT p.id, p.state FROM claim c JOIN claim p ON p.id = c.previous_id "
                     "WHERE c.id = $1",
                     "i", row->claim_id);

    if (r == 0)
        r = stmt_step(q);
    *ret_to = row->retained[0] ? 'N' : row->released ? 'A' : 'U';
    if (r == 1) {
        s->previous_id = stmt_int(q, 0);
        *ret_to = stmt_text(q, 1)[0];
    }
    stmt_reset(q);
    return r < 0 ? r : 0;
}

/* ---- writing ---- */

static int state_write(struct stepping *s, const struct unit_row *row, char to)
{
    const struct unit_step *step = s->step;
    const char to_text[2] = {to, '\0'};
    const int64_t released = to == 'A' ? 1 : to == 'U' || to == 'N' ? 0 : row->released;
    int r = claim_pass(s, row, to);

    if (r == 0)
        r = db_run(s->tx->db,
                   "UPDATE unit SET sale_state = $2, released = $3, retained = $4, "
                   "retained_reason = $5, version = version + 1, changed_ms = $6 WHERE id = $1",
                   "ititti", row->id, to_text, released, to == 'N' ? step->retained : "",
                   to == 'N' && step->reason ? step->reason : "", s->tx->now_ms);
    return r < 0 ? r : 0;
}

static int queue_write(struct stepping *s, const struct unit_row *row)
{
    int r = db_run(s->tx->db,
                   "UPDATE unit SET queue_count = queue_count + $2, version = version + 1, "
                   "changed_ms = $3 WHERE id = $1",
                   "iii", row->id, s->step->queue_delta, s->tx->now_ms);

    s->step->claim_id = row->claim_id;
    return r < 0 ? r : 0;
}

static int log_write(struct stepping *s, const struct unit_row *row, char to)
{
    const struct unit_step *step = s->step;
    const char from_text[2] = {row->state, '\0'}, to_text[2] = {to, '\0'};
    const int64_t queue = row->queue_count + step->queue_delta;
    const char *action =
        s->t == &transitions[TRANSITION_PERMIT_LOST] ? "unit.permit-lost" : s->t->event;
    struct trail trail = {0};
    int r = unit_history_add(s->tx, row->id, step->queue_delta ? "queue" : "state", row->state, to,
                             s->t->event, step->document, step->reason,
                             step->claim_id ? step->claim_id : row->claim_id, step->new_version);

    if (r < 0)
        return r;
    trail_text(&trail, "state", from_text, to_text);
    trail_int(&trail, "queue_count", &row->queue_count, &queue);
    trail_text(&trail, "reason", NULL, step->reason);
    trail_text(&trail, "document", NULL, step->document);
    trail_text(&trail, "document_date", NULL, step->document_date);
    trail_text(&trail, "holder", NULL, step->claim.holder);
    r = audit_add(s->tx, action, "unit", row->id, row->project_id, &trail);
    return r < 0 ? r : tx_changed(s->tx, CHANGE_UNIT, row->project_id, row->building_id, row->id);
}

static int step_write(struct stepping *s, const struct unit_row *row, char to)
{
    int r = s->step->queue_delta ? queue_write(s, row) : state_write(s, row, to);

    if (r == -EEXIST)
        return refuse(s, FAULT_G6_TAKEN, state_info(row->state));
    s->step->new_version = row->version + 1;
    s->step->building_id = row->building_id;
    return r < 0 ? r : log_write(s, row, to);
}

/* ---- the step ---- */

static void facts_fill(const struct unit_row *row, guard_set met, struct unit_facts *facts)
{
    bool *const known[GUARD_COUNT] = {
        &facts->permit_valid,   &facts->area_reviewed,  &facts->priced,
        &facts->unencumbered,   &facts->sold_alone,     &facts->unclaimed,
        &facts->identity_ok,    &facts->discount_ok,    &facts->money_ok,
        &facts->approved,       &facts->version_same,   &facts->price_published,
        &facts->price_reviewed, &facts->no_change,      &facts->filing_cancelled,
        &facts->refunded,       &facts->invoices_clear, &facts->not_picking,
        &facts->withdrawable,
    };

    unit_facts(row, facts);
    for (int n = 1; n <= GUARD_COUNT; n++)
        if (met & GUARD_BIT(n))
            *known[n - 1] = true;
}

static int step_run(void *arg, const struct unit_row *row)
{
    struct stepping *s = arg;
    struct unit_step *step = s->step;
    struct unit_facts facts;
    guard_set failing;
    char to;
    int r = 0;

    unit_path(row, s->path, sizeof(s->path));
    if (step->project_id && row->project_id != step->project_id)
        return fault_set(s->tx->fault, FAULT_NOT_FOUND, NULL);
    if (step->version && row->version != step->version)
        return refuse_moved(s, row);
    if (!transition_starts_in(s->t, row->state))
        return refuse(s, FAULT_TRANSITION, state_info(row->state));
    if (((s->t->needs & NEED_OWN) || step->own_claim) && row->claim_id != step->own_claim)
        return refuse(s, FAULT_G6_TAKEN, state_info(row->state));
    /* The version was compared above, in the transaction that changes it. */
    facts_fill(row, step->met | GUARD_BIT(11), &facts);
    failing = transition_failing(s->t, &facts);
    if (failing)
        return refuse_guards(s, row, failing);
    to = transition_target(s->t, &facts);
    if (to == '^')
        r = before_read(s, row, &to);
    return r < 0 ? r : step_write(s, row, to);
}

int unit_step(struct tx *tx, struct unit_step *step)
{
    struct stepping s = {.tx = tx, .step = step, .t = &transitions[step->transition]};
    const struct unit_filter filter = {.unit_id = step->unit_id};
    int r;

    step->refused = false;
    r = unit_scan(tx, &filter, step_run, &s);
    if (r < 0 || step->refused)
        return r;
    return unit_publish_loss(tx, step->unit_id, step->cause ? step->cause : s.t->event);
}

int unit_hold_read(struct tx *tx, int64_t unit_id, struct unit_hold *ret_hold)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, terminal_id, user_id, customer_id, deal_id, since_ms, until_ms, "
                     "previous_id, state FROM claim WHERE unit_id = $1 AND ended_ms IS NULL",
                     "i", unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r >= 0)
        *ret_hold = (struct unit_hold){0};
    if (r == 1)
        *ret_hold = (struct unit_hold){.id = stmt_int(s, 0),
                                       .terminal_id = stmt_int(s, 1),
                                       .user_id = stmt_int(s, 2),
                                       .customer_id = stmt_int(s, 3),
                                       .deal_id = stmt_int(s, 4),
                                       .since_ms = stmt_int(s, 5),
                                       .until_ms = stmt_int(s, 6),
                                       .previous_id = stmt_int(s, 7),
                                       .state = stmt_text(s, 8)[0]};
    stmt_reset(s);
    return r < 0 ? r : 0;
}
