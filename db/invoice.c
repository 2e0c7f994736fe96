/* invoice.c - the states of a request for an invoice, and who leads it from one to the other. See
 * invoice.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/invoice_impl.h"

/* ---- the words and the steps ---- */

const struct invoice_state_word invoice_states[INVOICE_STATES] = {
#define INVOICE_STATE(symbol, code, zh, en, holds) [INVOICE_##symbol] = {code, zh, en, holds},
#include "db/invoice_state.def"
};

const char *const invoice_state_codes[INVOICE_STATES + 1] = {
#define INVOICE_STATE(symbol, code, zh, en, holds) [INVOICE_##symbol] = code,
#include "db/invoice_state.def"
};

enum invoice_by invoice_step_by(enum invoice_state from, enum invoice_state to)
{
    static const enum invoice_by by[INVOICE_STATES][INVOICE_STATES] = {
#define INVOICE_STEP(from, to, who) [INVOICE_##from][INVOICE_##to] = INVOICE_BY_##who,
#include "db/invoice_state.def"
    };

    return by[from][to];
}

int invoice_state_find(const char *code)
{
    for (int i = 0; i < INVOICE_STATES; i++)
        if (strcmp(invoice_states[i].code, code) == 0)
            return i;
    return -EPROTO; /* the schema holds it */
}

void invoice_request_text(int64_t id, char ret_text[INVOICE_REQUEST_TEXT])
{
    snprintf(ret_text, INVOICE_REQUEST_TEXT, "KP%06" PRId64, id);
}

/* ---- one ---- */

int invoice_now_read(struct tx *tx, int64_t id, struct invoice_now *ret)
{
    struct invoice_now now = {.id = id};
    int64_t deal_id;
    struct stmt *s;
    int state;
    int r = tx_row(tx, &s,
                   "SELECT project_id, deal_id, version, profile_id, amount_fen, state FROM "
                   "invoice WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    deal_id = stmt_int(s, 1);
    now.version = stmt_int(s, 2);
    now.profile_id = stmt_int(s, 3);
    now.amount_fen = stmt_int(s, 4);
    state = invoice_state_find(stmt_text(s, 5));
    stmt_reset(s);
    if (state < 0)
        return state;
    now.state = (enum invoice_state)state;
    r = deal_place_read(tx, deal_id, &now.place);
    if (r == 0)
        *ret = now;
    return r;
}

static int step_refuse(struct tx *tx, const struct invoice_now *now)
{
    char request[INVOICE_REQUEST_TEXT];

    invoice_request_text(now->id, request);
    return fault_set(tx->fault, FAULT_INVOICE_STEP, "number", request, "state",
                     invoice_states[now->state].zh, "state_en", invoice_states[now->state].en,
                     NULL);
}

int invoice_need(struct tx *tx, const struct invoice_key *key, enum invoice_state to,
                 struct invoice_now *ret)
{
    int r = invoice_now_read(tx, key->id, ret);

    if (r < 0)
        return r;
    if (ret->version != key->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, NULL);
    return invoice_step_by(ret->state, to) & INVOICE_BY_PERSON ? 0 : step_refuse(tx, ret);
}

/* At most so many characters of @text, whole ones. */
static void detail_cut(const char *text, char out[4 * INVOICE_REASON_MAX + 1])
{
    size_t n = 0, characters = 0;

    for (; text && text[n] && n < (size_t)4 * INVOICE_REASON_MAX; n++) {
        if (((unsigned char)text[n] & 0xC0) != 0x80 && characters++ == INVOICE_REASON_MAX)
            break;
        out[n] = text[n];
    }
    out[n] = '\0';
}

int invoice_move(struct tx *tx, const struct invoice_now *now, enum invoice_state to,
                 const char *detail)
{
    char said[4 * INVOICE_REASON_MAX + 1];
    int r;

    detail_cut(detail, said);
    r = db_run(tx->db,
               "UPDATE invoice SET state = $2, state_ms = $3, detail = $4, version = version + 1 "
               "WHERE id = $1",
               "itit", now->id, invoice_states[to].code, tx->now_ms, said);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO invoice_event (invoice_id, ordinal, state, at_ms, actor, detail) "
                   "SELECT $1, COALESCE(MAX(ordinal), 0) + 1, $2, $3, $4, $5 FROM invoice_event "
                   "WHERE invoice_id = $1",
                   "ititt", now->id, invoice_states[to].code, tx->now_ms, tx->actor->name, said);
    return r < 0 ? r
                 : tx_changed(tx, CHANGE_INVOICE, now->place.project_id, now->place.building_id,
                              now->id);
}

int invoice_log(struct tx *tx, const struct invoice_now *now, const char *action,
                struct trail *trail)
{
    int r = audit_add(tx, action, "invoice", now->id, now->place.project_id, trail);

    return r < 0 ? r
                 : tx_changed(tx, CHANGE_DEAL, now->place.project_id, now->place.building_id,
                              now->place.deal_id);
}

/* ---- by a person ---- */

static int logged(struct tx *tx, const struct invoice_now *now, enum invoice_state to,
                  const char *reason, const char *action)
{
    struct trail trail = {0};

    trail_text(&trail, "state", invoice_states[now->state].code, invoice_states[to].code);
    trail_text(&trail, "reason", NULL, reason);
    return invoice_log(tx, now, action, &trail);
}

/* A step that is made for a reason. */
static int step_for(struct tx *tx, const struct invoice_key *key, enum invoice_state to,
                    const char *reason, const char *action)
{
    struct invoice_now now;
    int r = invoice_need(tx, key, to, &now);

    if (r < 0)
        return r;
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = invoice_move(tx, &now, to, reason);
    return r < 0 ? r : logged(tx, &now, to, reason, action);
}

int invoice_void(struct tx *tx, const struct invoice_key *key, const char *reason)
{
    return step_for(tx, key, INVOICE_VOID, reason, "invoice.void");
}

int invoice_refuse(struct tx *tx, const struct invoice_key *key, const char *words)
{
    return step_for(tx, key, INVOICE_REFUSED, words, "invoice.refuse");
}

int invoice_retry(struct tx *tx, const struct invoice_key *key)
{
    struct invoice_now now;
    int r = invoice_need(tx, key, INVOICE_WANTED, &now);

    if (r == 0)
        r = invoice_move(tx, &now, INVOICE_WANTED, NULL);
    return r < 0 ? r : logged(tx, &now, INVOICE_WANTED, NULL, "invoice.retry");
}

int invoice_red_want(struct tx *tx, const struct invoice_key *key, const char *reason)
{
    return step_for(tx, key, INVOICE_RED_WANTED, reason, "invoice.red-want");
}

int invoice_red_drop(struct tx *tx, const struct invoice_key *key, const char *reason)
{
    struct invoice_now now;
    int r = invoice_now_read(tx, key->id, &now);

    if (r == 0 && now.version == key->version && now.state != INVOICE_RED_WANTED)
        r = step_refuse(tx, &now); /* issued is also what a number leads to */
    return r < 0 ? r : step_for(tx, key, INVOICE_ISSUED, reason, "invoice.red-drop");
}

/* ---- numbers ---- */

bool invoice_number_formed(const char *number)
{
    return strlen(number) == INVOICE_NUMBER && strspn(number, "0123456789") == INVOICE_NUMBER;
}

bool invoice_day_formed(const struct tx *tx, const char *day)
{
    char today[DAY_TEXT], same[DAY_TEXT];

    day_of(tx->now_ms, today);
    return day_add(day, 0, same) == 0 && strcmp(same, day) == 0 && strcmp(day, today) <= 0;
}

int invoice_number_owner(struct tx *tx, const char *number, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT invoice_id FROM invoice_number WHERE number = $1", "t",
                   number);

    return r < 0 ? r : 0;
}

static int number_check(struct tx *tx, const char *number, const char *day)
{
    char other[INVOICE_REQUEST_TEXT];
    int64_t owner = 0;
    int r;

    if (!invoice_number_formed(number))
        return fault_set(tx->fault, FAULT_INVOICE_NUMBER, "value", number, NULL);
    if (!invoice_day_formed(tx, day))
        return fault_set(tx->fault, FAULT_INVOICE_DAY, "value", day, NULL);
    r = invoice_number_owner(tx, number, &owner);
    if (r < 0 || owner == 0)
        return r;
    invoice_request_text(owner, other);
    return fault_set(tx->fault, FAULT_INVOICE_NUMBER_USED, "value", number, "other", other, NULL);
}

int invoice_number_take(struct tx *tx, const struct invoice_now *now, enum invoice_state to,
                        const char *number, const char *day)
{
    int r = number_check(tx, number, day);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO invoice_number (number, invoice_id, kind, day, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   "tittti", number, now->id, invoice_states[to].code, day, tx->actor->name,
                   tx->now_ms);
    return r < 0 ? r : invoice_move(tx, now, to, number);
}

/* The number of the platform, typed by a person. */
static int number_typed(struct tx *tx, const struct invoice_key *key, enum invoice_state to,
                        const char *number, const char *day)
{
    struct trail trail = {0};
    struct invoice_now now;
    int r = invoice_need(tx, key, to, &now);

    if (r == 0 && to == INVOICE_ISSUED && now.state == INVOICE_RED_WANTED)
        r = step_refuse(tx, &now); /* it has a number */
    if (r == 0)
        r = invoice_number_take(tx, &now, to, number, day);
    if (r < 0)
        return r;
    trail_text(&trail, "state", invoice_states[now.state].code, invoice_states[to].code);
    trail_text(&trail, "number", NULL, number);
    trail_text(&trail, "day", NULL, day);
    return invoice_log(tx, &now, to == INVOICE_RED ? "invoice.red" : "invoice.issue", &trail);
}

int invoice_issue(struct tx *tx, const struct invoice_key *key, const char *number, const char *day)
{
    return number_typed(tx, key, INVOICE_ISSUED, number, day);
}

int invoice_red(struct tx *tx, const struct invoice_key *key, const char *number, const char *day)
{
    return number_typed(tx, key, INVOICE_RED, number, day);
}

/* ---- by a channel ---- */

int invoice_next(struct tx *tx, bool sent, int64_t after_id, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "SELECT id FROM invoice WHERE state IN ('wanted', 'sent') AND state = $1 AND "
                   "id > $2 ORDER BY id LIMIT 1",
                   "ti", sent ? "sent" : "wanted", after_id);

    if (r == 0)
        *ret_id = 0;
    return r < 0 ? r : 0;
}

static int machine_need(struct tx *tx, int64_t id, enum invoice_state to, struct invoice_now *ret)
{
    int r = invoice_now_read(tx, id, ret);

    if (r < 0)
        return r;
    return invoice_step_by(ret->state, to) & INVOICE_BY_MACHINE ? 0 : -ESTALE;
}

int invoice_step(struct tx *tx, int64_t id, enum invoice_state to, const char *detail)
{
    struct invoice_now now;
    int r = machine_need(tx, id, to, &now);

    if (r == 0)
        r = invoice_move(tx, &now, to, detail);
    return r < 0 ? r : logged(tx, &now, to, detail, "invoice.channel");
}

int invoice_step_issued(struct tx *tx, int64_t id, const char *number, const char *day)
{
    struct invoice_now now;
    int r = machine_need(tx, id, INVOICE_ISSUED, &now);

    if (r == 0)
        r = invoice_number_take(tx, &now, INVOICE_ISSUED, number, day);
    return r < 0 ? r : logged(tx, &now, INVOICE_ISSUED, number, "invoice.channel");
}
