/* deal_change.c - special transactions asked for, ended and archived (FC 7; WF-10 to WF-12). See
 * deal_change.h; whether one may be is deal_change_check.c, what is done deal_change_do.c. */
#include "db/deal_change.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/deal_change_impl.h"
#include "db/deal_scope.h"
#include "db/document_template.h"
#include "db/media.h"
#include "db/receivable.h"
#include "db/refund.h"
#include "db/series.h"
#include "db/terms.h"
#include "db/todo.h"

const struct deal_change_info deal_changes[DEAL_CHANGE_COUNT] = {
#define DEAL_CHANGE(symbol, code, stages, zh, en, mark, needs)                                     \
    {code, stages, zh, en, mark, needs, SUBJECT_DEAL_##symbol},
#include "db/deal_change.def"
#undef DEAL_CHANGE
};

const struct deal_change_info *deal_change_find(const char *code)
{
    for (size_t i = 0; i < DEAL_CHANGE_COUNT; i++)
        if (strcmp(deal_changes[i].code, code) == 0)
            return &deal_changes[i];
    return NULL;
}

static const int64_t *or_null(const int64_t *value)
{
    return *value ? value : NULL;
}

/* ---- the content ---- */

static void change_hash(const struct changing *c, uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    const char stage[2] = {c->stage, '\0'};
    struct approval_hash h;

    approval_hash_begin(&h);
    approval_hash_text(&h, "kind", c->info->code);
    approval_hash_int(&h, "deal", c->deal.id);
    approval_hash_text(&h, "stage", stage);
    approval_hash_int(&h, "was_terms", c->was_terms_id);
    approval_hash_int(&h, "terms", c->terms_id); /* which are frozen themselves */
    approval_hash_int(&h, "user", c->user_id);
    approval_hash_text(&h, "reason", c->reason);
    approval_hash_text(&h, "fault", c->fault_side);
    approval_hash_text(&h, "exception", c->exception);
    approval_hash_text(&h, "document", c->document);
    approval_hash_int(&h, "days", c->days);
    approval_hash_int(&h, "line", c->receivable_id);
    approval_hash_int(&h, "refund", c->refund_fen);
    approval_hash_int(&h, "forfeit", c->forfeit_fen);
    approval_hash_int(&h, "penalty", c->penalty_fen);
    for (size_t i = 0; i < c->n_buyers; i++) {
        approval_hash_int(&h, "customer", c->buyers[i].customer_id);
        approval_hash_int(&h, "share", c->buyers[i].share_bp);
    }
    for (size_t i = 0; i < c->n_media; i++)
        approval_hash_text(&h, "media", c->media[i]);
    approval_hash_end(&h, ret_hash);
}

/* ---- the chart ---- */

/* Axis 4 of FC 25.2: seen inside at once, outside only what comes of it. */
static int unit_mark(struct changing *c, const char *mark, const char *event)
{
    const struct deal_now *d = &c->deal;
    int64_t version = 0;
    int r = db_get(c->tx->db, &version,
                   "UPDATE unit SET change_kind = $2, version = version + 1, changed_ms = $3 "
                   "WHERE id = $1 RETURNING version",
                   "iti", d->unit_id, mark, c->tx->now_ms);

    if (r == 1)
        r = unit_history_add(c->tx, d->unit_id, "change", d->stage, d->stage, event, c->document,
                             c->reason, 0, version);
    return r < 0 ? r : tx_changed(c->tx, CHANGE_UNIT, d->project_id, d->building_id, d->unit_id);
}

static int change_log(struct changing *c, const char *action, const char *before, const char *after)
{
    struct trail trail = {0};

    trail_int(&trail, "change_id", NULL, &c->id);
    trail_text(&trail, "kind", NULL, c->info->code);
    trail_text(&trail, "state", before, after);
    trail_text(&trail, "reason", NULL, c->reason);
    trail_text(&trail, "document", NULL, c->document[0] ? c->document : NULL);
    if (c->terms_id)
        trail_int(&trail, "terms_id", &c->was_terms_id, &c->terms_id);
    if (c->days)
        trail_int(&trail, "days", NULL, &c->days);
    if (c->receivable_id)
        trail_int(&trail, "receivable_id", NULL, &c->receivable_id);
    if (c->info->needs & CHANGE_MONEY) {
        trail_int(&trail, "refund_fen", NULL, &c->refund_fen);
        trail_int(&trail, "forfeit_fen", NULL, &c->forfeit_fen);
        trail_int(&trail, "penalty_fen", NULL, &c->penalty_fen);
    }
    return deal_log(c->tx, &c->deal, action, &trail);
}

/* ---- asking ---- */

static void text_take(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static int media_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* In one order and each once, as they are read back. */
static void media_take(struct changing *c, const struct deal_change_ask *ask)
{
    size_t n = 0;

    for (size_t i = 0; i < ask->n_media; i++)
        text_take(c->media[i], sizeof(c->media[i]), ask->media[i]);
    qsort(c->media, ask->n_media, sizeof(c->media[0]), media_compare);
    for (size_t i = 0; i < ask->n_media; i++)
        if (n == 0 || strcmp(c->media[n - 1], c->media[i]) != 0)
            memmove(c->media[n++], c->media[i], sizeof(c->media[0]));
    c->n_media = n;
}

static int ask_take(struct changing *c, const struct deal_change_ask *ask)
{
    if (ask->n_buyers > DEAL_PARTIES_MAX || ask->n_media > DEAL_CHANGE_MEDIA_MAX)
        return -EINVAL;
    c->kind = ask->kind;
    c->info = &deal_changes[ask->kind];
    c->stage = c->deal.stage;
    c->was_terms_id = c->deal.terms_id;
    c->user_id = c->tx->actor->id;
    text_take(c->reason, sizeof(c->reason), ask->reason);
    text_take(c->fault_side, sizeof(c->fault_side), ask->fault_side);
    text_take(c->exception, sizeof(c->exception), ask->exception);
    text_take(c->document, sizeof(c->document), ask->document);
    c->terms_id = ask->terms_id;
    c->days = ask->days;
    c->receivable_id = ask->receivable_id;
    c->refund_fen = ask->refund_fen;
    c->forfeit_fen = ask->forfeit_fen;
    c->penalty_fen = ask->penalty_fen;
    c->n_buyers = ask->n_buyers;
    memcpy(c->buyers, ask->buyers, sizeof(c->buyers));
    media_take(c, ask);
    return 0;
}

static int parts_insert(struct changing *c)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < c->n_buyers; i++)
        r = db_run(c->tx->db,
                   "INSERT INTO deal_change_party (change_id, ordinal, customer_id, share_bp) "
                   "VALUES ($1, $2, $3, $4)",
                   "iiii", c->id, (int64_t)i + 1, c->buyers[i].customer_id, c->buyers[i].share_bp);
    for (size_t i = 0; r >= 0 && i < c->n_media; i++) {
        r = media_need(c->tx, c->deal.project_id, c->media[i]);
        if (r == 0)
            r = db_run(c->tx->db,
                       "INSERT INTO deal_change_media (change_id, media_id) VALUES ($1, $2)", "it",
                       c->id, c->media[i]);
    }
    return r < 0 ? r : 0;
}

/* The index lets one be asked for at a time. */
static int ask_insert(struct changing *c, const uint8_t hash[APPROVAL_HASH_SIZE])
{
    const char stage[2] = {c->stage, '\0'};
    int r = series_next(c->tx, c->deal.project_id, "change", &c->number);

    if (r == 0)
        r = db_get(c->tx->db, &c->id,
                   "INSERT INTO deal_change (project_id, number, deal_id, kind, stage, "
                   "was_terms_id, reason, fault_side, exception, document, terms_id, days, "
                   "receivable_id, refund_fen, forfeit_fen, penalty_fen, user_id, hash, asked_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
                   "$16, $17, $18, $19) RETURNING id",
                   "iiittittttoooiiiibi", c->deal.project_id, c->number, c->deal.id, c->info->code,
                   stage, c->was_terms_id, c->reason, c->fault_side, c->exception, c->document,
                   or_null(&c->terms_id), or_null(&c->days), or_null(&c->receivable_id),
                   c->refund_fen, c->forfeit_fen, c->penalty_fen, c->user_id, (const void *)hash,
                   (size_t)APPROVAL_HASH_SIZE, c->tx->now_ms);
    if (r == -EEXIST)
        return fault_set(c->tx->fault, FAULT_CHANGE_RUNNING, NULL);
    return r < 0 ? r : parts_insert(c);
}

static int approval_ask_for(struct changing *c, const uint8_t hash[APPROVAL_HASH_SIZE],
                            const struct deal_change_ask *ask)
{
    struct approval_ask request = {.subject = c->info->subject,
                                   .project_id = c->deal.project_id,
                                   .object_kind = "deal_change",
                                   .object_id = c->id,
                                   .title = c->title,
                                   .reason = c->reason,
                                   .amount_fen = c->amount_fen,
                                   .discount_bp = c->discount_bp,
                                   .values = ask->values,
                                   .resubmits_id = ask->resubmits_id};
    int r;

    memcpy(request.hash, hash, APPROVAL_HASH_SIZE);
    r = approval_request(c->tx, &request, &c->approval_id);
    if (r == 0 && c->terms_id)
        r = terms_change_asked(c->tx, c->terms_id, c->approval_id);
    if (r == 0)
        r = db_run(c->tx->db, "UPDATE deal_change SET approval_id = $2 WHERE id = $1", "ii", c->id,
                   c->approval_id);
    return r < 0 ? r : 0;
}

static int running_check(struct changing *c)
{
    int64_t n = 0;
    int r = db_get(c->tx->db, &n,
                   "SELECT COUNT(*) FROM deal_change WHERE deal_id = $1 AND state = 'asked'", "i",
                   c->deal.id);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(c->tx->fault, FAULT_CHANGE_RUNNING, NULL);
}

/* Whether @ask may be, of the deal as it stands. */
static int ask_check(struct changing *c, const struct deal_change_ask *ask)
{
    int r = deal_now_read(c->tx, ask->deal_id, ask->version, &c->deal);

    if (r == 0)
        r = ask_take(c, ask);
    for (size_t i = 0; r == 0 && i < c->n_buyers; i++)
        r = deal_customer_need(c->tx, c->buyers[i].customer_id, ask->deal_id);
    if (r == 0)
        r = running_check(c);
    return r < 0 ? r : change_check(c);
}

int deal_change_ask(struct tx *tx, const struct deal_change_ask *ask, int64_t *ret_id)
{
    struct changing c = {.tx = tx};
    uint8_t hash[APPROVAL_HASH_SIZE];
    int r = ask_check(&c, ask);

    if (r == 0 && !c.reason[0])
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r < 0)
        return r;
    change_hash(&c, hash);
    r = ask_insert(&c, hash);
    if (r == 0)
        r = approval_ask_for(&c, hash, ask);
    if (r == 0)
        r = unit_mark(&c, c.info->mark, "change-ask");
    if (r == 0)
        r = change_log(&c, "deal.change-ask", NULL, "asked");
    if (r == 0)
        *ret_id = c.id;
    return r;
}

int deal_change_preview(struct tx *tx, const struct deal_change_ask *ask,
                        int (*each)(void *arg, const struct deal_change_effect *effect), void *arg)
{
    struct changing c = {.tx = tx};
    int r = ask_check(&c, ask);
    const struct change_of of = {.kind = c.kind,
                                 .deal_id = c.deal.id,
                                 .was_terms_id = c.was_terms_id,
                                 .terms_id = c.terms_id,
                                 .receivable_id = c.receivable_id,
                                 .days = c.days,
                                 .at_ms = tx->now_ms};

    return r < 0 ? r : change_effect(tx, &of, each, arg);
}

/* ---- as it was asked for ---- */

static void row_take(struct changing *c, struct stmt *s)
{
    c->info = deal_change_find(stmt_text(s, 0));
    c->deal.id = stmt_int(s, 1);
    c->version = stmt_int(s, 2);
    c->user_id = stmt_int(s, 3);
    c->approval_id = stmt_int(s, 4);
    c->stage = stmt_text(s, 5)[0];
    c->was_terms_id = stmt_int(s, 6);
    text_take(c->reason, sizeof(c->reason), stmt_text(s, 7));
    text_take(c->fault_side, sizeof(c->fault_side), stmt_text(s, 8));
    text_take(c->exception, sizeof(c->exception), stmt_text(s, 9));
    text_take(c->document, sizeof(c->document), stmt_text(s, 10));
    c->terms_id = stmt_int(s, 11);
    c->days = stmt_int(s, 12);
    c->receivable_id = stmt_int(s, 13);
    c->refund_fen = stmt_int(s, 14);
    c->forfeit_fen = stmt_int(s, 15);
    c->penalty_fen = stmt_int(s, 16);
}

static int parts_read(struct changing *c)
{
    struct stmt *s;
    int r = db_query(c->tx->db, &s,
                     "SELECT customer_id, share_bp FROM deal_change_party WHERE change_id = $1 "
                     "ORDER BY ordinal",
                     "i", c->id);

    while (r >= 0 && c->n_buyers < DEAL_PARTIES_MAX && (r = stmt_step(s)) == 1)
        c->buyers[c->n_buyers++] = (struct deal_buyer){stmt_int(s, 0), stmt_int(s, 1)};
    stmt_reset(s);
    if (r >= 0)
        r = db_query(c->tx->db, &s,
                     "SELECT media_id FROM deal_change_media WHERE change_id = $1 ORDER BY "
                     "media_id",
                     "i", c->id);
    while (r >= 0 && c->n_media < DEAL_CHANGE_MEDIA_MAX && (r = stmt_step(s)) == 1)
        text_take(c->media[c->n_media++], CHANGE_MEDIA_TEXT, stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* One that is asked for, with its deal as it stands now. */
static int asked_read(struct changing *c, int64_t change_id)
{
    struct stmt *s;
    int r = db_query(c->tx->db, &s,
                     "SELECT kind, deal_id, version, user_id, approval_id, stage, was_terms_id, "
                     "reason, fault_side, exception, document, terms_id, days, receivable_id, "
                     "refund_fen, forfeit_fen, penalty_fen FROM deal_change WHERE id = $1 AND "
                     "state = 'asked'",
                     "i", change_id);

    c->id = change_id;
    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        row_take(c, s);
    stmt_reset(s);
    if (r <= 0 || !c->info)
        return r < 0 ? r : -EBADMSG;
    c->kind = (enum deal_change_kind)(c->info - deal_changes);
    r = parts_read(c);
    return r < 0 ? r : deal_now_read(c->tx, c->deal.id, 0, &c->deal);
}

/* ---- its end ---- */

static int state_set(struct changing *c, const char *state, int64_t new_deal_id)
{
    const bool executed = strcmp(state, "executed") == 0;
    int r = db_run(c->tx->db,
                   "UPDATE deal_change SET state = $2, executed_ms = $3, new_deal_id = $4, "
                   "version = version + 1 WHERE id = $1",
                   "itoo", c->id, state, executed ? &c->tx->now_ms : NULL, or_null(&new_deal_id));

    return r < 0 ? r : change_log(c, "deal.change", "asked", state);
}

static int refused(struct changing *c, enum approval_outcome outcome)
{
    static const char *const states[] = {[APPROVAL_REJECTED] = "rejected",
                                         [APPROVAL_RETURNED] = "returned",
                                         [APPROVAL_WITHDRAWN] = "withdrawn"};
    int r = unit_mark(c, "", "change-end");

    if (r == 0 && c->terms_id)
        r = terms_change_ended(c->tx, c->terms_id, false);
    return r < 0 ? r : state_set(c, states[outcome], 0);
}

static int moved_check(struct changing *c, const uint8_t hash[APPROVAL_HASH_SIZE])
{
    uint8_t now[APPROVAL_HASH_SIZE];

    change_hash(c, now);
    if (memcmp(now, hash, sizeof(now)) != 0)
        return fault_set(c->tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    if (c->stage != c->deal.stage || c->was_terms_id != c->deal.terms_id)
        return fault_set(c->tx->fault, FAULT_CHANGE_MOVED, NULL);
    return 0;
}

static int finance_tell(struct changing *c)
{
    const struct todo_new todo = {.kind = TODO_FINANCE,
                                  .project_id = c->deal.project_id,
                                  .object_kind = "deal_change",
                                  .object_id = c->id,
                                  .title = c->title,
                                  .right = RIGHT_FINANCE_HANDLE};

    return todo_add(c->tx, &todo);
}

static int approved(struct changing *c, const uint8_t hash[APPROVAL_HASH_SIZE])
{
    int64_t new_deal_id = 0;
    int r = moved_check(c, hash);

    if (r == 0)
        r = change_check(c);
    if (r == 0)
        r = unit_mark(c, "", "change-end");
    if (r == 0 && c->terms_id)
        r = terms_change_ended(c->tx, c->terms_id, true);
    if (r == 0)
        r = change_do(c, &new_deal_id);
    if (r == 0)
        r = finance_tell(c);
    if (r == 0)
        r = state_set(c, "executed", new_deal_id);
    return r < 0 ? r : document_text_make(c->tx, DOCUMENT_OF_CHANGE, c->id);
}

int deal_change_end(struct tx *tx, int64_t change_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                    enum approval_outcome outcome)
{
    /* Who approves acts on the deal, whosever it is: his request reached him for that. */
    struct actor actor = *tx->actor;
    struct tx as = *tx;
    struct changing c = {.tx = &as};
    int r;

    actor.rights |= RIGHT_BIT(RIGHT_DEAL_ALL);
    as.actor = &actor;
    r = asked_read(&c, change_id);

    if (r < 0)
        return r;
    return outcome == APPROVAL_APPROVED ? approved(&c, hash) : refused(&c, outcome);
}

/* ---- finance is through ---- */

struct archiving {
    int64_t deal_id, project_id, building_id, version;
    bool executed;
};

static int archiving_read(struct tx *tx, int64_t change_id, struct archiving *a)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT g.project_id, g.deal_id, u.building_id, g.version, g.state, "
                   "g.archived_ms FROM deal_change g JOIN deal d ON d.id = g.deal_id "
                   "JOIN unit u ON u.id = d.unit_id WHERE g.id = $1",
                   change_id);

    if (r < 0)
        return r;
    *a = (struct archiving){.project_id = stmt_int(s, 0),
                            .deal_id = stmt_int(s, 1),
                            .building_id = stmt_int(s, 2),
                            .version = stmt_int(s, 3),
                            .executed =
                                strcmp(stmt_text(s, 4), "executed") == 0 && stmt_is_null(s, 5)};
    stmt_reset(s);
    return tx_need_building(tx, a->project_id, a->building_id);
}

/* What was to be paid back is (I6), and what was owed beside it is settled. */
static int paid_back(struct tx *tx, const struct archiving *a, int64_t change_id)
{
    int r = refund_of_change_paid(tx, change_id);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE receivable SET ended_ms = $3 WHERE deal_id = $1 AND change_id = $2 AND "
                   "ended_ms IS NULL AND EXISTS (SELECT 1 FROM deal d WHERE d.id = $1 AND "
                   "d.closed_ms IS NOT NULL)",
                   "iii", a->deal_id, change_id, tx->now_ms);

    return r < 0 ? r : 0;
}

static int todos_end(struct tx *tx, int64_t change_id, const char *result)
{
    int64_t open = 0;
    int r = todo_done(tx, TODO_FINANCE, "deal_change", change_id, result);

    if (r >= 0)
        r = todo_open_count(tx, "deal_change", change_id, &open);
    if (r < 0 || open == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_CHANGE_TODO_OPEN, NULL);
}

static int archive_log(struct tx *tx, const struct archiving *a, int64_t change_id,
                       const char *result)
{
    struct trail trail = {0};
    int r;

    trail_int(&trail, "change_id", NULL, &change_id);
    trail_text(&trail, "result", NULL, result);
    r = audit_add(tx, "deal.change-archive", "deal", a->deal_id, a->project_id, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_DEAL, a->project_id, a->building_id, a->deal_id);
}

int deal_change_archive(struct tx *tx, int64_t change_id, int64_t version, const char *result)
{
    struct archiving a;
    int r = archiving_read(tx, change_id, &a);

    if (r < 0)
        return r;
    if (!a.executed)
        return fault_set(tx->fault, FAULT_CHANGE_STATE, NULL);
    if (a.version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "变更", NULL);
    if (!result || !result[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = todos_end(tx, change_id, result);
    if (r == 0)
        r = paid_back(tx, &a, change_id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE deal_change SET archived_ms = $2, archived_by = $3, result = $4, "
                   "version = version + 1 WHERE id = $1",
                   "iitt", change_id, tx->now_ms, tx->actor->name, result);
    return r < 0 ? r : archive_log(tx, &a, change_id, result);
}
