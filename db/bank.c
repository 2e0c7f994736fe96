/* bank.c - see bank.h. */
#include "db/bank.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"

/* ---- banks ---- */

int bank_create(struct tx *tx, const char *name, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_room(tx, "SELECT COUNT(*) FROM bank WHERE $1 = 0", 0, BANK_MAX);

    if (r == 0)
        r = db_get(tx->db, &id, "INSERT INTO bank (name) VALUES ($1) RETURNING id", "t", name);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", name, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, name);
    r = audit_add(tx, "bank.create", "bank", id, 0, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int bank_disable(struct tx *tx, int64_t id, int64_t version, bool disabled)
{
    const int64_t now = disabled, before = !disabled;
    struct trail trail = {0};
    int64_t there = 0;
    int r = db_get(tx->db, &there, "SELECT version FROM bank WHERE id = $1", "i", id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0 && there != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "银行", NULL);
    if (r > 0)
        r = db_run(tx->db,
                   "UPDATE bank SET disabled = $2, version = version + 1 WHERE id = $1 AND "
                   "disabled <> $2",
                   "ii", id, now);
    if (r <= 0)
        return r;
    trail_int(&trail, "disabled", &before, &now);
    return audit_add(tx, "bank.update", "bank", id, 0, &trail);
}

int bank_each(struct tx *tx, int64_t id, int (*each)(void *arg, const struct bank_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, version, name, disabled FROM bank WHERE $1 IN (0, id) "
                     "ORDER BY name",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct bank_row row = {.id = stmt_int(s, 0),
                                     .version = stmt_int(s, 1),
                                     .name = stmt_text(s, 2),
                                     .disabled = stmt_int(s, 3) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- accounts ---- */

/* The bank is there and may be picked; an escrow account has the permit of its project. */
static int account_check(struct tx *tx, const struct bank_account_new *a)
{
    const bool escrow = strcmp(a->kind, "escrow") == 0;
    int64_t disabled = 0, project_id = 0;
    int r = db_get(tx->db, &disabled, "SELECT disabled FROM bank WHERE id = $1", "i", a->bank_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0 && disabled)
        return fault_set(tx->fault, FAULT_BANK_DISABLED, NULL);
    if (r > 0 && a->permit_id)
        r = db_get(tx->db, &project_id, "SELECT project_id FROM permit WHERE id = $1", "i",
                   a->permit_id);
    if (r < 0)
        return r;
    if (escrow ? project_id != a->project_id : a->permit_id != 0)
        return fault_set(tx->fault, FAULT_ACCOUNT_PERMIT, NULL);
    return 0;
}

/* "6200 0000 001" and "62000000001" are one account. */
static void number_plain(const char *number, char *out, size_t size)
{
    size_t n = 0;

    for (; *number && n + 1 < size; number++)
        if (*number != ' ')
            out[n++] = *number;
    out[n] = '\0';
}

int bank_account_create(struct tx *tx, const struct bank_account_new *a, int64_t *ret_id)
{
    char number[ACCOUNT_NUMBER_TEXT];
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, a->project_id);

    number_plain(a->number, number, sizeof(number));
    if (r == 0)
        r = account_check(tx, a);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM bank_account WHERE project_id = $1",
                         a->project_id, BANK_ACCOUNT_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO bank_account (project_id, bank_id, kind, holder, number, "
                   "permit_id) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "iittto", a->project_id, a->bank_id, a->kind, a->holder, number,
                   a->permit_id ? &a->permit_id : NULL);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", number, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "bank_id", NULL, &a->bank_id);
    trail_text(&trail, "kind", NULL, a->kind);
    trail_text(&trail, "holder", NULL, a->holder);
    trail_text(&trail, "number", NULL, number);
    r = audit_add(tx, "account.create", "bank_account", id, a->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int bank_account_disable(struct tx *tx, int64_t id, int64_t version, bool disabled)
{
    const int64_t now = disabled, before = !disabled;
    struct trail trail = {0};
    int64_t project_id, there;
    struct stmt *s;
    int r = tx_own(tx, &s, "SELECT project_id, version FROM bank_account WHERE id = $1", id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    there = stmt_int(s, 1);
    stmt_reset(s);
    if (there != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "收款账户", NULL);
    r = db_run(tx->db,
               "UPDATE bank_account SET disabled = $2, version = version + 1 WHERE id = $1 AND "
               "disabled <> $2",
               "ii", id, now);
    if (r <= 0)
        return r;
    trail_int(&trail, "disabled", &before, &now);
    return audit_add(tx, "account.update", "bank_account", id, project_id, &trail);
}

int bank_account_project(struct tx *tx, int64_t id, int64_t *ret_project_id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT project_id FROM bank_account WHERE id = $1", id);

    if (r < 0)
        return r;
    *ret_project_id = stmt_int(s, 0);
    stmt_reset(s);
    return 0;
}

int bank_account_each(struct tx *tx, int64_t project_id, int64_t id,
                      int (*each)(void *arg, const struct bank_account_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT a.id, a.version, a.project_id, a.bank_id, a.permit_id, b.name, "
                     "a.kind, a.holder, a.number, a.disabled FROM bank_account a JOIN bank b "
                     "ON b.id = a.bank_id WHERE a.project_id = $1 AND $2 IN (0, a.id) "
                     "ORDER BY a.number",
                     "ii", project_id, id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct bank_account_row row = {.id = stmt_int(s, 0),
                                             .version = stmt_int(s, 1),
                                             .project_id = stmt_int(s, 2),
                                             .bank_id = stmt_int(s, 3),
                                             .permit_id = stmt_int(s, 4),
                                             .bank = stmt_text(s, 5),
                                             .kind = stmt_text(s, 6),
                                             .holder = stmt_text(s, 7),
                                             .number = stmt_text(s, 8),
                                             .disabled = stmt_int(s, 9) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- which money goes where ---- */

/* Agency fees are kept apart from all other money, on the bank's side too (FI-09). */
static int agency_check(struct tx *tx, const struct fund_info *fund, int64_t account_id)
{
    int64_t agency = 0;
    int r = db_get(tx->db, &agency, "SELECT kind = 'agency' FROM bank_account WHERE id = $1", "i",
                   account_id);

    if (r < 0 || (agency != 0) == (fund->class == FUND_CLASS_AGENCY))
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_ACCOUNT_AGENCY, NULL);
}

/* In the project, and not disabled: that one cannot be picked. */
static int rule_account_check(struct tx *tx, int64_t project_id, const struct account_rule *rule)
{
    const struct fund_info *fund = &funds[fund_find(rule->fund)];
    int64_t disabled = 0;
    int r = db_get(tx->db, &disabled,
                   "SELECT disabled FROM bank_account WHERE id = $1 AND project_id = $2", "ii",
                   rule->account_id, project_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0 && disabled)
        return fault_set(tx->fault, FAULT_ACCOUNT_DISABLED, "fund", fund->zh, "fund_en", fund->en,
                         NULL);
    return r < 0 ? r : agency_check(tx, fund, rule->account_id);
}

static int rule_add(struct tx *tx, int64_t project_id, const struct account_rule *rule,
                    struct trail *trail)
{
    int r = rule_account_check(tx, project_id, rule);

    if (r < 0)
        return r;
    r = db_run(tx->db,
               "INSERT INTO account_rule (project_id, fund, building_id, account_id) SELECT $1, "
               "$2, $3, $4 WHERE $3 IS NULL OR EXISTS (SELECT 1 FROM building b WHERE b.id = $3 "
               "AND b.project_id = $1)",
               "itoi", project_id, rule->fund, rule->building_id ? &rule->building_id : NULL,
               rule->account_id);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_ACCOUNT_RULE_TWICE, "fund",
                         funds[fund_find(rule->fund)].zh, "fund_en",
                         funds[fund_find(rule->fund)].en, NULL);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    trail_text(trail, "fund", NULL, rule->fund);
    trail_int(trail, "account_id", NULL, &rule->account_id);
    return r < 0 ? r : 0;
}

int account_rules_version(struct tx *tx, int64_t project_id, int64_t *ret_version)
{
    int64_t version = 0;
    int r = db_get(tx->db, &version, "SELECT version FROM account_rule_set WHERE project_id = $1",
                   "i", project_id);

    if (r >= 0)
        *ret_version = version;
    return r < 0 ? r : 0;
}

/* Those of @version are there; what follows is the next one. */
static int rules_turn(struct tx *tx, int64_t project_id, int64_t version)
{
    int64_t there;
    int r = account_rules_version(tx, project_id, &there);

    if (r == 0 && there != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "收款规则", NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO account_rule_set (project_id, version) VALUES ($1, 1) ON CONFLICT "
                   "(project_id) DO UPDATE SET version = account_rule_set.version + 1",
                   "i", project_id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM account_rule WHERE project_id = $1", "i", project_id);
    return r < 0 ? r : 0;
}

int account_rules_set(struct tx *tx, int64_t project_id, int64_t version,
                      const struct account_rule *rules, size_t n)
{
    struct trail trail = {0};
    int r = tx_need_whole(tx, project_id);

    if (r == 0 && n > ACCOUNT_RULE_MAX)
        r = tx_limit_reached(tx, ACCOUNT_RULE_MAX);
    if (r == 0)
        r = rules_turn(tx, project_id, version);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = fund_find(rules[i].fund) == FUND_COUNT ? -EINVAL
                                                   : rule_add(tx, project_id, &rules[i], &trail);
    if (r == 0)
        return audit_add(tx, "account.rules", "project", project_id, project_id, &trail);
    trail_clear(&trail);
    return r;
}

int account_rule_each(struct tx *tx, int64_t project_id,
                      int (*each)(void *arg, const struct account_rule *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT fund, building_id, account_id FROM account_rule WHERE project_id = "
                     "$1 ORDER BY fund, building_id",
                     "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct account_rule row = {
            .fund = stmt_text(s, 0), .building_id = stmt_int(s, 1), .account_id = stmt_int(s, 2)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Whether the unit is sold before completion and the account is not its permit's. */
static int escrow_check(struct tx *tx, const struct account_ask *ask, int64_t account_id)
{
    int64_t fits = 0;
    int r = db_get(tx->db, &fits,
                   "SELECT COUNT(*) FROM permit_unit x JOIN permit p ON p.id = x.permit_id "
                   "WHERE x.unit_id = $1 AND (p.id = (SELECT a.permit_id FROM bank_account a "
                   "WHERE a.id = $2) OR p.kind = 'completed' AND p.revoked_ms IS NULL)",
                   "ii", ask->unit_id, account_id);

    if (r < 0 || fits > 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_ACCOUNT_ESCROW, "fund", funds[ask->fund].zh, "fund_en",
                     funds[ask->fund].en, NULL);
}

int account_for(struct tx *tx, const struct account_ask *ask, int64_t *ret_account_id)
{
    const bool taken = funds[ask->fund].paper != FUND_PAPER_VOUCHER;
    const struct fund_info *fund = &funds[taken ? ask->fund : fund_purse(ask->fund)];
    int64_t account_id = 0;
    int r = db_get(tx->db, &account_id,
                   "SELECT a.id FROM bank_account a WHERE a.disabled = 0 AND a.id = (SELECT "
                   "r.account_id FROM account_rule r WHERE r.project_id = $1 AND r.fund = $2 AND "
                   "COALESCE(r.building_id, $3) = $3 ORDER BY r.building_id DESC NULLS LAST "
                   "LIMIT 1)",
                   "iti", ask->project_id, fund->code, ask->building_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_ACCOUNT_NONE, "fund", fund->zh, "fund_en", fund->en,
                         NULL);
    if (r > 0)
        r = agency_check(tx, fund, account_id);
    if (r == 0 && fund->supervised && ask->unit_id)
        r = escrow_check(tx, ask, account_id);
    if (r >= 0)
        *ret_account_id = account_id;
    return r < 0 ? r : 0;
}
