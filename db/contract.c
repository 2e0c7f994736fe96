/* contract.c - see contract.h. */
#include "db/contract.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/user.h"

static const struct contract_item_info showings[] = {
#define SHOWN(symbol, code, zh, en, presale) {code, zh, en, presale, RIGHT_NONE},
#include "db/showing.def"
#undef SHOWN
};
static const struct contract_item_info checks[] = {
#define CHECK(symbol, code, zh, en) {code, zh, en, false, RIGHT_NONE},
#include "db/contract_check.def"
#undef CHECK
};
static const struct contract_item_info signers[] = {
#define SIGNER(symbol, code, zh, en, right) {code, zh, en, false, RIGHT_##right},
#include "db/countersign.def"
#undef SIGNER
};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
_Static_assert(COUNT(signers) <= 6, "the schema has six lines");

const struct contract_item_info *contract_items(enum contract_list list, size_t *ret_n)
{
    switch (list) {
    case CONTRACT_SHOWINGS:
        *ret_n = COUNT(showings);
        return showings;
    case CONTRACT_CHECKS:
        *ret_n = COUNT(checks);
        return checks;
    default:
        *ret_n = COUNT(signers);
        return signers;
    }
}

static const struct contract_item_info *item_find(enum contract_list list, const char *code)
{
    size_t n;
    const struct contract_item_info *items = contract_items(list, &n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(items[i].code, code) == 0)
            return &items[i];
    return NULL;
}

/* ---- the deal and its contract ---- */

struct contract {
    struct deal_place place;
    int64_t document_id; /* of the live contract; 0: none */
    int64_t signed_lines;
    bool presale;
};

static int contract_of(struct tx *tx, int64_t deal_id, struct contract *ret)
{
    struct stmt *s;
    int r = tx_row(
        tx, &s,
        "SELECT d.project_id, u.building_id, d.user_id, p.sale_type, COALESCE(c.id, 0), "
        "(SELECT COUNT(*) FROM contract_sign x WHERE x.document_id = c.id) FROM deal d "
        "JOIN unit u ON u.id = d.unit_id JOIN project p ON p.id = d.project_id "
        "LEFT JOIN deal_document c ON c.deal_id = d.id AND c.kind = 'contract' "
        "AND c.state = 'live' "
        "WHERE d.id = $1",
        deal_id);

    if (r < 0)
        return r;
    *ret = (struct contract){.place = {.deal_id = deal_id,
                                       .project_id = stmt_int(s, 0),
                                       .building_id = stmt_int(s, 1),
                                       .user_id = stmt_int(s, 2)},
                             .presale = strcmp(stmt_text(s, 3), "presale") == 0,
                             .document_id = stmt_int(s, 4),
                             .signed_lines = stmt_int(s, 5)};
    stmt_reset(s);
    return deal_need(tx, &ret->place);
}

int contract_document(struct tx *tx, int64_t deal_id, int64_t *ret_document_id)
{
    struct contract c;
    int r = contract_of(tx, deal_id, &c);

    if (r == 0)
        *ret_document_id = c.document_id;
    return r;
}

static int contract_need(struct tx *tx, int64_t deal_id, struct contract *ret)
{
    int r = contract_of(tx, deal_id, ret);

    if (r == 0 && !ret->document_id)
        r = fault_set(tx->fault, FAULT_CONTRACT_NONE, NULL);
    return r;
}

static int line_audit(struct tx *tx, const struct contract *c, const char *action, const char *item,
                      const char *note)
{
    struct trail trail = {0};

    trail_text(&trail, "item", NULL, item);
    trail_text(&trail, "note", NULL, note && note[0] ? note : NULL);
    return deal_note(tx, &c->place, action, &trail);
}

/* One item of the fault for each line of @list that @sql (document or deal as $1, code as $2,
 * number as $3) does not count. How many. */
static int missing_lines(struct tx *tx, enum contract_list list, const char *sql, int64_t id,
                         bool presale)
{
    size_t n;
    const struct contract_item_info *items = contract_items(list, &n);
    int missing = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t found = 0;
        int r;

        if (items[i].presale && !presale)
            continue;
        r = db_get(tx->db, &found, sql, "iti", id, items[i].code, (int64_t)i + 1);
        if (r < 0)
            return r;
        if (found)
            continue;
        fault_item(tx->fault, FAULT_CONTRACT_LINE, 0, items[i].code, "item", items[i].zh, "item_en",
                   items[i].en, NULL);
        missing++;
    }
    return missing;
}

static int refuse_missing(struct tx *tx, enum fault_code code, int missing)
{
    char count[24];

    if (missing <= 0)
        return missing;
    snprintf(count, sizeof(count), "%d", missing);
    return fault_set(tx->fault, code, "count", count, NULL);
}

/* ---- before the contract ---- */

int contract_show(struct tx *tx, int64_t deal_id, const char *item)
{
    struct contract c;
    int r = contract_of(tx, deal_id, &c);

    if (r < 0)
        return r;
    if (!item_find(CONTRACT_SHOWINGS, item))
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "item", NULL);
    r = db_run(tx->db,
               "INSERT INTO deal_showing (deal_id, item, actor, at_ms) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT DO NOTHING",
               "itti", deal_id, item, tx->actor->name, tx->now_ms);
    return r <= 0 ? r : line_audit(tx, &c, "contract.show", item, NULL);
}

static int each_show(struct tx *tx, int64_t deal_id, const char *shown)
{
    char item[40];
    int r = 0;

    while (r == 0 && shown && *shown) {
        const size_t n = strcspn(shown, " ");

        snprintf(item, sizeof(item), "%.*s", (int)(n < sizeof(item) ? n : 0), shown);
        r = contract_show(tx, deal_id, item);
        shown += n;
        shown += *shown == ' ';
    }
    return r;
}

int contract_shown(struct tx *tx, int64_t deal_id, const char *shown)
{
    struct contract c;
    int r = contract_of(tx, deal_id, &c);

    if (r == 0)
        r = each_show(tx, deal_id, shown);
    if (r == 0)
        r = missing_lines(tx, CONTRACT_SHOWINGS,
                          "SELECT COUNT(*) FROM deal_showing WHERE deal_id = $1 AND item = $2 "
                          "AND $3 > 0",
                          deal_id, c.presale);
    return refuse_missing(tx, FAULT_SHOWING_MISSING, r);
}

/* ---- review ---- */

int contract_check(struct tx *tx, int64_t deal_id, const char *item, bool ok, const char *note)
{
    struct contract c;
    int r = contract_need(tx, deal_id, &c);

    if (r < 0)
        return r;
    if (!item_find(CONTRACT_CHECKS, item))
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "item", NULL);
    if (!ok && (!note || !note[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (c.signed_lines > 0)
        return fault_set(tx->fault, FAULT_CONTRACT_SIGNED, NULL);
    r = db_run(tx->db,
               "INSERT INTO contract_check (document_id, item, ok, note, user_id, at_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (document_id, item) DO UPDATE SET "
               "ok = excluded.ok, note = excluded.note, user_id = excluded.user_id, "
               "at_ms = excluded.at_ms",
               "ititii", c.document_id, item, (int64_t)ok, note ? note : "", tx->actor->id,
               tx->now_ms);
    return r < 0 ? r
                 : line_audit(tx, &c, ok ? "contract.check" : "contract.check-wrong", item, note);
}

static int need_reviewed(struct tx *tx, const struct contract *c)
{
    int r = missing_lines(tx, CONTRACT_CHECKS,
                          "SELECT COUNT(*) FROM contract_check WHERE document_id = $1 "
                          "AND item = $2 AND ok = 1 AND $3 > 0",
                          c->document_id, c->presale);

    return refuse_missing(tx, FAULT_CONTRACT_UNREVIEWED, r);
}

/* ---- the countersign sheet ---- */

int contract_sign(struct tx *tx, int64_t deal_id, const char *signer, const char *note)
{
    const struct contract_item_info *next;
    int64_t before = 0;
    struct contract c;
    int r = contract_need(tx, deal_id, &c);

    if (r == 0)
        r = need_reviewed(tx, &c);
    if (r < 0)
        return r;
    next = c.signed_lines < (int64_t)COUNT(signers) ? &signers[c.signed_lines] : NULL;
    if (!next || strcmp(next->code, signer) != 0)
        return fault_set(tx->fault, FAULT_SIGNER_NOT_NEXT, "next", next ? next->zh : "—", "next_en",
                         next ? next->en : "—", NULL);
    r = tx_need_right(tx, next->right);
    if (r == 0)
        r = db_get(tx->db, &before,
                   "SELECT COUNT(*) FROM contract_sign WHERE document_id = $1 AND user_id = $2 "
                   "AND ordinal <> $3 AND $4 <> $3",
                   "iiii", c.document_id, tx->actor->id, (int64_t)2, c.signed_lines + 1);
    if (r < 0)
        return r;
    if (before)
        return fault_set(tx->fault, FAULT_SIGNED_ALREADY, NULL);
    r = db_run(tx->db,
               "INSERT INTO contract_sign (document_id, ordinal, user_id, note, at_ms) "
               "VALUES ($1, $2, $3, $4, $5)",
               "iiiti", c.document_id, c.signed_lines + 1, tx->actor->id, note ? note : "",
               tx->now_ms);
    return r < 0 ? r : line_audit(tx, &c, "contract.sign", signer, note);
}

int contract_need_complete(struct tx *tx, int64_t deal_id)
{
    struct contract c;
    int r = contract_need(tx, deal_id, &c);

    if (r == 0)
        r = need_reviewed(tx, &c);
    if (r == 0)
        r = missing_lines(tx, CONTRACT_SIGNERS,
                          "SELECT COUNT(*) FROM contract_sign WHERE document_id = $1 "
                          "AND ordinal = $3 AND $2 <> ''",
                          c.document_id, c.presale);
    return refuse_missing(tx, FAULT_CONTRACT_UNSIGNED, r);
}

/* ---- reading ---- */

static const char *const line_sql[] = {
    [CONTRACT_SHOWINGS] = "SELECT 1, '', " USER_NAMED(
        "actor") ", at_ms FROM deal_showing "
                 "WHERE deal_id = $1 AND item = $3 AND $2 >= 0 AND $4 > 0",
    [CONTRACT_CHECKS] = "SELECT c.ok, c.note, w.name, c.at_ms FROM contract_check c "
                        "JOIN user_account w ON w.id = c.user_id "
                        "WHERE $1 > 0 AND c.document_id = $2 AND c.item = $3 AND $4 > 0",
    [CONTRACT_SIGNERS] = "SELECT 1, c.note, w.name, c.at_ms FROM contract_sign c "
                         "JOIN user_account w ON w.id = c.user_id "
                         "WHERE $1 > 0 AND c.document_id = $2 AND $3 <> '' AND c.ordinal = $4",
};

static int line_give(struct tx *tx, const struct contract *c, enum contract_list list,
                     const struct contract_item_info *item, int64_t number,
                     int (*each)(void *arg, const struct contract_line *line), void *arg)
{
    struct contract_line line = {.code = item->code, .zh = item->zh, .en = item->en};
    struct stmt *s;
    int r = db_query(tx->db, &s, line_sql[list], "iiti", c->place.deal_id, c->document_id,
                     item->code, number);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        line.done = true;
        line.ok = stmt_int(s, 0) != 0;
        line.note = stmt_text(s, 1);
        line.actor = stmt_text(s, 2);
        line.at_ms = stmt_int(s, 3);
    }
    if (r >= 0)
        r = each(arg, &line);
    stmt_reset(s);
    return r;
}

int contract_each(struct tx *tx, int64_t deal_id, enum contract_list list,
                  int (*each)(void *arg, const struct contract_line *line), void *arg)
{
    size_t n;
    const struct contract_item_info *items = contract_items(list, &n);
    struct contract c;
    int r = contract_of(tx, deal_id, &c);

    for (size_t i = 0; r >= 0 && i < n; i++)
        if (!items[i].presale || c.presale)
            r = line_give(tx, &c, list, &items[i], (int64_t)i + 1, each, arg);
    return r < 0 ? r : 0;
}

/* ---- the paper ---- */

static int document_seen(struct tx *tx, int64_t document_id, struct contract *ret)
{
    struct stmt *s;
    int64_t deal_id;
    int r =
        tx_row(tx, &s, "SELECT project_id, deal_id FROM deal_document WHERE id = $1", document_id);

    if (r < 0)
        return r;
    deal_id = stmt_int(s, 1);
    stmt_reset(s);
    return contract_of(tx, deal_id, ret);
}

int contract_hand(struct tx *tx, int64_t document_id, const char *holder, int64_t user_id,
                  const char *note)
{
    struct contract c;
    int r = document_seen(tx, document_id, &c);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO document_handover (document_id, holder, user_id, note, actor, "
                   "at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
                   "itotti", document_id, holder, user_id ? &user_id : NULL, note ? note : "",
                   tx->actor->name, tx->now_ms);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : line_audit(tx, &c, "contract.hand", holder, note);
}

int contract_place_each(struct tx *tx, int64_t document_id,
                        int (*each)(void *arg, const struct contract_place *place), void *arg)
{
    struct contract c;
    struct stmt *s = NULL;
    int r = document_seen(tx, document_id, &c);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT holder, note, " USER_NAMED(
                         "actor") ", at_ms FROM document_handover WHERE document_id = $1 "
                                  "ORDER BY id DESC LIMIT 200",
                     "i", document_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct contract_place place = {stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                                             stmt_int(s, 3)};

        r = each(arg, &place);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
