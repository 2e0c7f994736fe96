/* collision.c - see collision.h. */
#include "db/collision.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/notification.h"
#include "db/ownership.h"
#include "db/sight.h"

/* ---- opening ---- */

/* $1 the case, $2 the side, $3 the person, $4 the customer, $5 the project. */
#define FACT_TIME(kind, of, from)                                                                  \
    "INSERT INTO collision_evidence (collision_id, side, kind, at_ms) SELECT $1, $2, '" kind       \
    "', " of " FROM " from " HAVING " of " IS NOT NULL"
#define FACT_COUNT(kind, from)                                                                     \
    "INSERT INTO collision_evidence (collision_id, side, kind, count) SELECT $1, $2, '" kind       \
    "', COUNT(*) FROM " from
#define HIS_FOLLOWS "follow WHERE user_id = $3 AND customer_id = $4 AND project_id = $5"
static const char *const facts[] = {
    FACT_TIME("entered", "MIN(c.created_ms)",
              "customer c JOIN user_account u ON u.login = c.created_by WHERE u.id = $3 "
              "AND c.id = $4 AND $5 > 0"),
    FACT_TIME("owned", "MIN(at_ms)",
              "ownership_line WHERE to_owner_id = $3 AND customer_id = $4 AND project_id = $5"),
    FACT_TIME("first_visit", "MIN(at_ms)", HIS_FOLLOWS " AND channel = 'visit'"),
    FACT_TIME("first_call", "MIN(at_ms)", HIS_FOLLOWS " AND channel = 'phone'"),
    FACT_TIME("last_follow", "MAX(at_ms)", HIS_FOLLOWS),
    FACT_COUNT("visits", HIS_FOLLOWS " AND channel = 'visit'"),
    FACT_COUNT("calls", HIS_FOLLOWS " AND channel = 'phone'"),
    FACT_COUNT("follows", HIS_FOLLOWS),
};

static int facts_keep(struct tx *tx, int64_t id, const char *side, int64_t user_id,
                      const struct ownership *own)
{
    int r = 0;

    for (size_t i = 0; user_id && r >= 0 && i < sizeof(facts) / sizeof(facts[0]); i++)
        r = db_run(tx->db, facts[i], "itiii", id, side, user_id, own->customer_id, own->project_id);
    return r < 0 ? r : 0;
}

/* What is claimed: somebody else's, or in the pool. */
static int claim_find(struct tx *tx, const struct duplicate_ask *ask, struct ownership *own)
{
    struct duplicate found = {.effect = DUPLICATE_OFF};
    struct entry_answer answer;
    int r = duplicate_check(tx, ask, &answer); /* counted as any other look */

    if (r == 0)
        r = duplicate_find(tx, ask, &found);
    if (r == 0 && found.effect != DUPLICATE_OFF)
        r = ownership_find(tx, found.customer_id, ask->project_id, own);
    if (r < 0)
        return r;
    return r == 0 || own->owner_id == tx->actor->id
               ? fault_set(tx->fault, FAULT_COLLISION_NONE, NULL)
               : 0;
}

static int note(struct tx *tx, const char *action, int64_t id, const struct ownership *own,
                const char *outcome)
{
    struct trail trail = {0};

    trail_int(&trail, "customer_id", NULL, &own->customer_id);
    trail_text(&trail, "outcome", NULL, outcome);
    return audit_add(tx, action, "collision", id, own->project_id, &trail);
}

int collision_open(struct tx *tx, const struct duplicate_ask *ask, const char *claim,
                   int64_t *ret_id)
{
    struct ownership own = {.state = OWN_POOL};
    int64_t id = 0;
    int r = claim_find(tx, ask, &own);

    if (r == 0)
        r = ownership_need_fit(tx, ask->project_id, tx->actor->id);
    if (r == 0)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM collision WHERE claimant_id = $1 "
                         "AND outcome IS NULL",
                         tx->actor->id, COLLISIONS_OPEN_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO collision (customer_id, project_id, claimant_id, holder_id, "
                   "claim, opened_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "iiioti", own.customer_id, own.project_id, tx->actor->id,
                   own.owner_id ? &own.owner_id : NULL, claim, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_COLLISION_OPEN, NULL);
    if (r >= 0)
        r = facts_keep(tx, id, "holder", own.owner_id, &own);
    if (r >= 0)
        r = facts_keep(tx, id, "claimant", tx->actor->id, &own);
    if (r >= 0)
        r = notification_add(tx, own.owner_id, "collision_opened", own.customer_id, own.project_id);
    if (r >= 0)
        r = note(tx, "collision.open", id, &own, NULL);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* ---- deciding ---- */

struct collision_now {
    int64_t project_id, customer_id, claimant_id, holder_id, version;
    bool decided;
};

static int now_read(struct tx *tx, int64_t id, struct collision_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, customer_id, claimant_id, holder_id, version, "
                   "outcome IS NOT NULL FROM collision WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct collision_now){.project_id = stmt_int(s, 0),
                                  .customer_id = stmt_int(s, 1),
                                  .claimant_id = stmt_int(s, 2),
                                  .holder_id = stmt_int(s, 3),
                                  .version = stmt_int(s, 4),
                                  .decided = stmt_int(s, 5) != 0};
    stmt_reset(s);
    return 0;
}

static int now_need(struct tx *tx, int64_t id, int64_t version, struct collision_now *now,
                    struct ownership *own)
{
    int r = now_read(tx, id, now);

    if (r == 0)
        r = ownership_find(tx, now->customer_id, now->project_id, own);
    if (r < 0)
        return r;
    if (tx->actor->id == now->claimant_id || tx->actor->id == now->holder_id ||
        tx->actor->id == own->owner_id)
        return fault_set(tx->fault, FAULT_COLLISION_PARTY, NULL);
    if (now->decided)
        return fault_set(tx->fault, FAULT_COLLISION_DECIDED, NULL);
    if (now->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "撞单", NULL);
    return 0;
}

static int award(struct tx *tx, const struct collision_now *now, const struct ownership *own,
                 const char *why)
{
    char short_note[OWNERSHIP_NOTE_MAX + 1];
    const struct own_move move = {.state = OWN_ONSITE,
                                  .owner_id = now->claimant_id,
                                  .reason = "collision",
                                  .note = short_note};
    int r = ownership_need_fit(tx, now->project_id, now->claimant_id);

    /* The whole of it is with the case. */
    snprintf(short_note, sizeof(short_note), "%s", strlen(why) <= OWNERSHIP_NOTE_MAX ? why : "");
    return r < 0 || own->owner_id == now->claimant_id ? r : ownership_move(tx, own, &move, NULL);
}

int collision_decide(struct tx *tx, int64_t id, int64_t version, bool claimant_wins,
                     const char *why)
{
    const char *outcome = claimant_wins ? "claimant" : "holder";
    struct collision_now now = {.decided = false};
    struct ownership own = {.owner_id = 0};
    int r = tx_need_right(tx, RIGHT_CUSTOMER_ALLOCATE);

    if (r == 0)
        r = now_need(tx, id, version, &now, &own);
    if (r < 0)
        return r;
    if (!why || !why[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (claimant_wins)
        r = award(tx, &now, &own, why);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE collision SET outcome = $2, decided_by = $3, decided_ms = $4, "
                   "note = $5, version = version + 1 WHERE id = $1",
                   "itiit", id, outcome, tx->actor->id, tx->now_ms, why);
    if (r >= 0)
        r = notification_add(tx, now.claimant_id,
                             claimant_wins ? "collision_won" : "collision_lost", now.customer_id,
                             now.project_id);
    if (r >= 0)
        r = notification_add(tx, now.holder_id, claimant_wins ? "collision_lost" : "collision_won",
                             now.customer_id, now.project_id);
    return r < 0 ? r : note(tx, "collision.decide", id, &own, outcome);
}

/* ---- reading ---- */

#define CASES                                                                                      \
    "SELECT k.project_id, k.id, k.version, k.customer_id, k.opened_ms, k.decided_ms, c.name, "     \
    "a.name, h.name, k.claim, k.outcome, d.name, k.note, k.claimant_id, k.holder_id "              \
    "FROM collision k JOIN customer c ON c.id = k.customer_id "                                    \
    "JOIN user_account a ON a.id = k.claimant_id "                                                 \
    "LEFT JOIN user_account h ON h.id = k.holder_id "                                              \
    "LEFT JOIN user_account d ON d.id = k.decided_by "

static bool concerns(const struct actor *actor, struct stmt *s)
{
    return actor_has(actor, RIGHT_CUSTOMER_ALLOCATE) || stmt_int(s, 13) == actor->id ||
           stmt_int(s, 14) == actor->id;
}

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct collision_row *row), void *arg)
{
    struct collision_row row = {.project_id = stmt_int(s, 0),
                                .id = stmt_int(s, 1),
                                .version = stmt_int(s, 2),
                                .customer_id = stmt_int(s, 3),
                                .opened_ms = stmt_int(s, 4),
                                .decided_ms = stmt_int(s, 5),
                                .claimant = stmt_text(s, 7),
                                .holder = stmt_text(s, 8),
                                .claim = stmt_text(s, 9),
                                .outcome = stmt_text(s, 10),
                                .decided_by = stmt_text(s, 11),
                                .note = stmt_text(s, 12)};
    int r;

    contact_name_mask(stmt_text(s, 6), row.name);
    row.may_decide = !row.outcome && actor_has(tx->actor, RIGHT_CUSTOMER_ALLOCATE) &&
                     stmt_int(s, 13) != tx->actor->id && stmt_int(s, 14) != tx->actor->id;
    r = sight_id(tx, row.customer_id, &row.customer_id);
    return r < 0 ? r : each(arg, &row);
}

int collision_scan(struct tx *tx, int64_t project_id, bool open, int64_t before_id, int limit,
                   int (*each)(void *arg, const struct collision_row *row), void *arg)
{
    const int64_t party = actor_has(tx->actor, RIGHT_CUSTOMER_ALLOCATE) ? 0 : tx->actor->id;
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     CASES "WHERE k.project_id = $1 AND ($2 = 0 OR k.outcome IS NULL) "
                           "AND ($3 = 0 OR k.id < $3) AND ($4 = 0 OR k.claimant_id = $4 "
                           "OR k.holder_id = $4) ORDER BY k.id DESC LIMIT $5",
                     "iiiii", project_id, (int64_t)open, before_id, party, (int64_t)limit);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = row_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int collision_get(struct tx *tx, int64_t id,
                  int (*each)(void *arg, const struct collision_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_row(tx, &s, CASES "WHERE k.id = $1", id);

    if (r < 0)
        return r;
    r = concerns(tx->actor, s) ? row_give(tx, s, each, arg)
                               : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    stmt_reset(s);
    return r;
}

int collision_facts(struct db *db, int64_t id,
                    int (*each)(void *arg, const struct collision_fact *fact), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT side, kind, at_ms, count FROM collision_evidence "
                     "WHERE collision_id = $1 ORDER BY id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct collision_fact fact = {.side = stmt_text(s, 0),
                                            .kind = stmt_text(s, 1),
                                            .at_ms = stmt_int(s, 2),
                                            .count = stmt_int(s, 3),
                                            .counted = stmt_is_null(s, 2)};

        r = each(arg, &fact);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
