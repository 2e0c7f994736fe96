/* duplicate.c - see duplicate.h. */
#include "db/duplicate.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/clock.h"
#include "db/ownership.h"

enum { PLAIN_TEXT = CUSTOMER_NAME_MAX * 4 + 1 };

/* As the index customer_name_plain has it: without blanks. */
static void name_plain(const char *name, char out[PLAIN_TEXT])
{
    size_t n = 0;

    for (; *name && n < PLAIN_TEXT - 1; name++)
        if (*name != ' ')
            out[n++] = *name;
    out[n] = '\0';
}

/* Whose number it is among the living: 1, or 0. */
static int number_owner(struct tx *tx, enum contact_kind kind, const char *form, int64_t *ret_id)
{
    uint8_t hash[SEAL_HASH];
    int r = seal_hash(tx->seal, contact_codes[kind], form, hash);

    return r < 0 ? r
                 : db_get(tx->db, ret_id,
                          "SELECT customer_id FROM customer_secret WHERE lookup = $1 "
                          "AND ended_ms IS NULL",
                          "b", (const void *)hash, sizeof(hash));
}

static const char by_name[] = "SELECT c.id FROM customer c WHERE REPLACE(c.name, ' ', '') = $1 "
                              "ORDER BY c.id LIMIT 1";
static const char by_name_phone[] =
    "SELECT c.id FROM customer c JOIN customer_secret s ON s.customer_id = c.id "
    "WHERE REPLACE(c.name, ' ', '') = $1 AND s.kind = 'phone' "
    "AND s.tail = $2 AND s.ended_ms IS NULL ORDER BY c.id LIMIT 1";
static const char by_name_document[] =
    "SELECT c.id FROM customer c JOIN customer_secret s ON s.customer_id = c.id "
    "WHERE REPLACE(c.name, ' ', '') = $1 AND s.kind <> 'phone' "
    "AND s.tail = $2 AND s.ended_ms IS NULL ORDER BY c.id LIMIT 1";

/* What is looked for: the numbers in their forms. */
struct asked {
    char name[PLAIN_TEXT];
    char phones[CUSTOMER_PHONES_MAX][CONTACT_TEXT], document[CONTACT_TEXT];
    size_t n_phones;
    enum contact_kind document_kind;
};

static int asked_read(struct tx *tx, const struct duplicate_ask *ask, struct asked *asked)
{
    int kind = ask->document ? contact_kind_of(ask->document_kind) : 0;

    *asked = (struct asked){.n_phones = ask->n_phones};
    if (ask->name)
        name_plain(ask->name, asked->name);
    for (size_t i = 0; i < ask->n_phones; i++)
        if (contact_form(CONTACT_PHONE, ask->phones[i], asked->phones[i]) < 0)
            return fault_set(tx->fault, FAULT_PHONE_WRONG, NULL);
    if (!ask->document)
        return 0;
    if (kind <= CONTACT_PHONE ||
        contact_form((enum contact_kind)kind, ask->document, asked->document) < 0)
        return fault_set(tx->fault, FAULT_DOCUMENT_WRONG, NULL);
    asked->document_kind = (enum contact_kind)kind;
    return 0;
}

static void keep(struct duplicate *found, int64_t effect, int64_t customer_id)
{
    if ((int64_t)found->effect < effect)
        *found = (struct duplicate){(enum duplicate_effect)effect, customer_id, false};
}

static const char *tail(const char *form)
{
    const size_t n = strlen(form);

    return n > CONTACT_TAIL ? form + n - CONTACT_TAIL : form;
}

/* By one of the keys with a name, when it is set to more than was found. */
static int find_named(struct tx *tx, const char *sql, const struct asked *asked, const char *form,
                      int64_t effect, struct duplicate *found)
{
    int64_t id = 0;
    int r;

    if (!asked->name[0] || effect <= (int64_t)found->effect)
        return 0;
    r = form ? db_get(tx->db, &id, sql, "tt", (const char *)asked->name, tail(form))
             : db_get(tx->db, &id, sql, "t", (const char *)asked->name);
    if (r == 1)
        keep(found, effect, id);
    return r;
}

static int find_numbers(struct tx *tx, const struct asked *asked, struct duplicate *found)
{
    int64_t id = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < asked->n_phones; i++)
        r = number_owner(tx, CONTACT_PHONE, asked->phones[i], &id);
    if (r == 0 && asked->document[0])
        r = number_owner(tx, asked->document_kind, asked->document, &id);
    if (r == 1)
        *found = (struct duplicate){DUPLICATE_BLOCK, id, true};
    return r;
}

int duplicate_find(struct tx *tx, const struct duplicate_ask *ask, struct duplicate *ret)
{
    struct duplicate found = {.effect = DUPLICATE_OFF};
    struct customer_rule rule = {.project_id = 0};
    struct asked asked;
    int r = customer_rule_read(tx, ask->project_id, &rule);

    if (r == 0)
        r = asked_read(tx, ask, &asked);
    if (r < 0)
        return r;
    r = find_numbers(tx, &asked, &found);
    for (size_t i = 0; r >= 0 && i < asked.n_phones; i++)
        r = find_named(tx, by_name_phone, &asked, asked.phones[i], rule.dup_name_phone, &found);
    if (r >= 0 && asked.document[0])
        r = find_named(tx, by_name_document, &asked, asked.document, rule.dup_name_document,
                       &found);
    if (r >= 0)
        r = find_named(tx, by_name, &asked, NULL, rule.dup_name, &found);
    sodium_memzero(&asked, sizeof(asked));
    if (r < 0)
        return r;
    *ret = found;
    return 0;
}

int duplicate_need_none(struct tx *tx, const struct duplicate_ask *ask, bool accepted)
{
    struct duplicate found = {.effect = DUPLICATE_OFF};
    int r = duplicate_find(tx, ask, &found);

    if (r < 0 || found.number)
        return r;
    if (found.effect == DUPLICATE_BLOCK)
        return fault_set(tx->fault, FAULT_DUPLICATE_BLOCKED, NULL);
    if (found.effect == DUPLICATE_WARN && !accepted)
        return fault_set(tx->fault, FAULT_DUPLICATE_DOUBT, NULL);
    return 0;
}

/* ---- before entry ---- */

static int rate_need(struct tx *tx)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n, "SELECT COUNT(*) FROM entry_check WHERE user_id = $1 AND at_ms > $2",
                   "ii", tx->actor->id, tx->now_ms - MINUTE_MS);

    if (r < 0)
        return r;
    return n < CHECKS_A_MINUTE ? 0 : fault_set(tx->fault, FAULT_CHECK_RATE, NULL);
}

static int owner_tell(struct tx *tx, int64_t project_id, int64_t customer_id,
                      struct entry_answer *answer)
{
    struct customer_rule rule = {.project_id = 0};
    struct stmt *s;
    int r = customer_rule_read(tx, project_id, &rule);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT o.protected_until_ms, u.name FROM ownership o JOIN user_account u "
                     "ON u.id = o.owner_id WHERE o.customer_id = $1 AND o.project_id = $2",
                     "ii", customer_id, project_id);
    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r;
    answer->owned = true;
    answer->protected_until_ms = stmt_int(s, 0);
    if (rule.show_owner)
        snprintf(answer->owner, sizeof(answer->owner), "%s", stmt_text(s, 1));
    stmt_reset(s);
    return 0;
}

int duplicate_check(struct tx *tx, const struct duplicate_ask *ask, struct entry_answer *ret)
{
    struct entry_answer answer = {.exists = false};
    struct duplicate found = {.effect = DUPLICATE_OFF};
    int r = tx_need_project(tx, ask->project_id);

    if (r == 0)
        r = rate_need(tx);
    if (r == 0)
        r = duplicate_find(tx, ask, &found);
    if (r < 0)
        return r;
    answer.exists = found.effect != DUPLICATE_OFF;
    answer.effect = found.effect;
    if (answer.exists)
        r = owner_tell(tx, ask->project_id, found.customer_id, &answer);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO entry_check (user_id, project_id, found, at_ms) "
                   "VALUES ($1, $2, $3, $4)",
                   "iiii", tx->actor->id, ask->project_id, (int64_t)answer.exists, tx->now_ms);
    if (r < 0)
        return r;
    *ret = answer;
    return 0;
}
