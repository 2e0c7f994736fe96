/* bank.h - banks, the accounts of a project, and which of them money goes to (FI-07, FI-08).
 *
 * What is paid for a fund goes to one account: that of the building, or of the project where the
 * building has none of its own. Before completion what fund.def marks as supervised goes to the
 * escrow account of the permit that covers the unit and to no other (Measures for Pre-sale of Urban
 * Commodity Housing; FC 27.7). Agency fees go to an account of agency fees, and nothing else does.
 *
 * Errors: NOT_FOUND (also out of scope), VERSION_CHANGED, NAME_TAKEN, LIMIT_REACHED, negative
 * errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_BANK_H
#define ANCHANG_DB_BANK_H

#include "db/fund.h"
#include "db/tx.h"

enum {
    BANK_MAX = 200,
    BANK_ACCOUNT_MAX = 100,
    ACCOUNT_RULE_MAX = 500,
    ACCOUNT_NUMBER_TEXT = 40 * 4 + 1
};

struct bank_row {
    int64_t id, version;
    const char *name;
    bool disabled;
};
int bank_create(struct tx *tx, const char *name, int64_t *ret_id);
/* One that is disabled cannot be picked any more; what names it goes on to. */
int bank_disable(struct tx *tx, int64_t id, int64_t version, bool disabled);
/* By name; @id 0: all. Texts live during the call. */
int bank_each(struct tx *tx, int64_t id, int (*each)(void *arg, const struct bank_row *row),
              void *arg);

struct bank_account_new {
    int64_t project_id, bank_id;
    const char *kind; /* escrow, general, agency */
    const char *holder, *number;
    int64_t permit_id; /* of an escrow account; else 0 */
};
/* The number is kept without the spaces it is read out with. ACCOUNT_PERMIT: an escrow account
 * without its permit, or another one with one; BANK_DISABLED. */
int bank_account_create(struct tx *tx, const struct bank_account_new *account, int64_t *ret_id);
int bank_account_disable(struct tx *tx, int64_t id, int64_t version, bool disabled);

struct bank_account_row {
    int64_t id, version, project_id, bank_id, permit_id; /* permit_id 0: none */
    const char *bank, *kind, *holder, *number;
    bool disabled;
};
/* By number; @id 0: all of the project. */
int bank_account_each(struct tx *tx, int64_t project_id, int64_t id,
                      int (*each)(void *arg, const struct bank_account_row *row), void *arg);
int bank_account_project(struct tx *tx, int64_t id, int64_t *ret_project_id);

struct account_rule {
    const char *fund;
    int64_t building_id; /* 0: every other of the project */
    int64_t account_id;
};
/* The project's rules from now on, in place of those of @version. ACCOUNT_RULE_TWICE for a fund
 * with two of one building, ACCOUNT_DISABLED, ACCOUNT_AGENCY. */
int account_rules_set(struct tx *tx, int64_t project_id, int64_t version,
                      const struct account_rule *rules, size_t n);
/* 0: they were never set. */
int account_rules_version(struct tx *tx, int64_t project_id, int64_t *ret_version);
int account_rule_each(struct tx *tx, int64_t project_id,
                      int (*each)(void *arg, const struct account_rule *row), void *arg);

/* For the modules of db/: where money for @fund goes, or comes from; one that nobody pays in comes
 * from where its purse goes. ACCOUNT_NONE when nobody has said so or the
 * account is disabled, also when it is the building's own; ACCOUNT_ESCROW when it may not go there
 * for @unit_id (0: no unit yet); ACCOUNT_AGENCY. */
struct account_ask {
    int64_t project_id, building_id, unit_id;
    enum fund fund;
};
int account_for(struct tx *tx, const struct account_ask *ask, int64_t *ret_account_id);

#endif
