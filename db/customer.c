/* customer.c - see customer.h: reading, and the record. What is sealed is in customer_secret.c. */
#include "db/customer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/consent.h"
#include "db/customer_keep.h"
#include "db/customer_search.h"
#include "db/customer_secret.h"
#include "db/like.h"
#include "db/option.h"
#include "db/sight.h"
#include "db/source_change.h"

#define PERSON "person"

/* ---- reading ---- */

/* Which customers there are for the actor: @user and @scope are the parameters of SIGHT(). */
#define SEEN(user, scope) " c.deleted_ms IS NULL AND " SIGHT("c.id", user, scope) " "

#define ROWS                                                                                       \
    "SELECT c.id, c.version, c.kind, c.name, c.notice, c.created_ms, c.changed_ms, "               \
    "COALESCE((SELECT m.id FROM member m WHERE m.customer_id = c.id), 0), c.class, c.state, "      \
    "c.source_id, o.name, o.name_en, "                                                             \
    "(SELECT MAX(v.at_ms) FROM visit v WHERE v.customer_id = c.id AND v.kind = 'visit') "          \
    "FROM customer c LEFT JOIN option o ON o.id = c.source_id "
static const char row_by_id[] = ROWS "WHERE c.id = $1 AND" SEEN("$2", "$3");
static const char rows_by[] =
    ROWS "WHERE ($1 = 0 OR c.id < $1) AND ($3 IS NULL OR c.name LIKE $3 ESCAPE '!') "
         "AND ($4 IS NULL OR c.class = $4) AND ($5 = 0 OR c.source_id IN "
         "  (SELECT s.id FROM option s WHERE s.id = $5 OR s.parent_id = $5)) "
         "AND ($6 = 0 OR c.created_ms >= $6) AND ($7 = 0 OR c.created_ms < $7) AND" SEEN(
             "$8", "$9") "ORDER BY c.id DESC LIMIT $2";

static int customer_seen(struct tx *tx, int64_t customer_id)
{
    struct sight sight;
    int64_t n = 0;
    int r;

    sight_of(tx->actor, &sight);
    r = db_get(tx->db, &n, "SELECT COUNT(*) FROM customer c WHERE c.id = $1 AND" SEEN("$2", "$3"),
               "iit", customer_id, sight.user, (const char *)sight.scope);
    return r < 0 ? r : n > 0;
}

int customer_need(struct tx *tx, int64_t customer_id)
{
    int r = customer_seen(tx, customer_id);

    if (r < 0)
        return r;
    return r ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int customer_need_active(struct tx *tx, int64_t customer_id)
{
    int64_t restricted = 0;
    int r = db_get(tx->db, &restricted,
                   "SELECT state = 'restricted' FROM customer WHERE id = $1 AND deleted_ms IS NULL "
                   "AND state <> 'erased'",
                   "i", customer_id);

    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return restricted ? fault_set(tx->fault, FAULT_CUSTOMER_RESTRICTED, NULL) : 0;
}

int customer_need_own(struct tx *tx, int64_t customer_id)
{
    int r = customer_need(tx, customer_id);

    return r < 0 ? r : sight_need_own(tx, customer_id);
}

static int contact_take(void *arg, const struct customer_secret *secret)
{
    struct customer_row *row = arg;
    struct customer_contact *contact = &row->contacts[row->n_contacts];

    if (row->n_contacts == sizeof(row->contacts) / sizeof(row->contacts[0]))
        return -E2BIG;
    contact->id = secret->id;
    contact->kind = secret->kind;
    contact_mask(secret->kind, secret->value, contact->masked);
    row->n_contacts++;
    return 0;
}

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    struct customer_row row = {.id = stmt_int(s, 0),
                               .version = stmt_int(s, 1),
                               .kind = stmt_text(s, 2),
                               .notice = stmt_text(s, 4),
                               .created_ms = stmt_int(s, 5),
                               .changed_ms = stmt_int(s, 6),
                               .member_id = stmt_int(s, 7),
                               .class = stmt_text(s, 8),
                               .state = stmt_text(s, 9),
                               .source_id = stmt_int(s, 10),
                               .source = stmt_text(s, 11),
                               .source_en = stmt_text(s, 12),
                               .visited_ms = stmt_int(s, 13)};
    int r = secret_each(tx, row.id, contact_take, &row);

    if (strcmp(row.kind, PERSON) == 0)
        contact_name_mask(stmt_text(s, 3), row.name);
    else
        row.full_name = stmt_text(s, 3);
    return r < 0 ? r : each(arg, &row);
}

static int rows_give(struct tx *tx, struct stmt *s,
                     int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    int n = 0, r = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = row_give(tx, s, each, arg);
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : n;
}

int customer_get(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s, row_by_id, "iit", customer_id, sight.user, (const char *)sight.scope);
    if (r == 0)
        r = rows_give(tx, s, each, arg);
    if (r < 0)
        return r;
    return r > 0 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* Of somebody who is not seen there is nothing; that the number is taken is duplicate_check()'s to
 * say. */
static int phone_scan(struct tx *tx, const char *phone,
                      int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    int64_t id = 0;
    int r = secret_phone_owner(tx, phone, &id);

    if (r == 1)
        r = customer_seen(tx, id);
    return r <= 0 ? r : customer_get(tx, id, each, arg);
}

int customer_scan(struct tx *tx, const struct customer_filter *f,
                  int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    const int64_t limit = f->limit < CUSTOMER_PAGE_MAX ? f->limit : CUSTOMER_PAGE_MAX;
    char pattern[CUSTOMER_NAME_MAX * 8 + 4];
    struct stmt *s = NULL;
    struct sight sight;
    int r = 0;

    if (f->phone)
        return phone_scan(tx, f->phone, each, arg);
    sight_of(tx->actor, &sight);
    if (f->name)
        r = like_part(f->name, pattern, sizeof(pattern));
    if (r == 0)
        r = db_query(tx->db, &s, rows_by, "iittiiiit", f->before_id, limit,
                     f->name ? pattern : NULL, f->class, f->source_id, f->from_ms, f->to_ms,
                     sight.user, (const char *)sight.scope);
    if (r == 0)
        r = rows_give(tx, s, each, arg);
    return r < 0 ? r : 0;
}

/* ---- the record ---- */

static int source_check(struct tx *tx, int64_t source_id)
{
    if (source_id)
        return option_need(tx, OPTION_SOURCE, source_id, "source_id");
    fault_item(tx->fault, FAULT_SOURCE_NEEDED, 0, "source_id", NULL);
    return fault_set(tx->fault, FAULT_SOURCE_NEEDED, NULL);
}

/* The row itself, with what it is found by and the notice that was given. */
static int record_insert(struct tx *tx, const struct customer_new *c, int64_t *ret_id)
{
    int r =
        db_get(tx->db, ret_id,
               "INSERT INTO customer (kind, name, notice, source_id, created_by, created_ms, "
               "changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id",
               "tttiti", c->kind, c->name, c->notice, c->source_id, tx->actor->name, tx->now_ms);

    if (r >= 0)
        r = customer_keys_set(tx->db, *ret_id, c->name);
    return r < 0 ? r : consent_insert(tx, *ret_id, "service", c->notice);
}

int customer_create(struct tx *tx, const struct customer_new *c, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = source_check(tx, c->source_id);

    if (r == 0)
        r = record_insert(tx, c, &id);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, c->kind);
    trail_text(&trail, "customer_name", NULL, c->name);
    trail_text(&trail, "notice", NULL, c->notice);
    trail_int(&trail, "source", NULL, &c->source_id);
    for (size_t i = 0; r >= 0 && i < c->n_phones; i++)
        r = secret_add(tx, id, CONTACT_PHONE, c->phones[i], "phones", &trail);
    if (r >= 0 && c->document)
        r = secret_document_set(tx, id, c->document_kind, c->document, &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "customer.create", "customer", id, 0, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* The name as it is, in @trail beside the next one; the version moves on with it. */
static int record_change(struct tx *tx, const struct customer_change *c, struct trail *trail)
{
    struct stmt *s = NULL;
    int64_t version;
    bool active;
    int r = customer_need(tx, c->id);

    if (r == 0)
        r = db_query(tx->db, &s, "SELECT version, name, state FROM customer WHERE id = $1", "i",
                     c->id);
    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    version = stmt_int(s, 0);
    active = strcmp(stmt_text(s, 2), "active") == 0;
    trail_given_text(trail, "customer_name", stmt_text(s, 1), c->name);
    stmt_reset(s);
    if (version != c->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "客户", NULL);
    if (!active)
        return fault_set(tx->fault, FAULT_CUSTOMER_RESTRICTED, NULL);
    r = db_run(tx->db,
               "UPDATE customer SET name = COALESCE($2, name), version = version + 1, "
               "changed_ms = $3 WHERE id = $1",
               "iti", c->id, c->name, tx->now_ms);
    return r < 0 || !c->name ? r : customer_keys_set(tx->db, c->id, c->name);
}

int customer_update(struct tx *tx, const struct customer_change *c)
{
    struct trail trail = {0};
    int r = sight_need_edit(tx, c->id);

    if (r == 0)
        r = record_change(tx, c, &trail);
    if (r >= 0 && c->add_phone)
        r = secret_add(tx, c->id, CONTACT_PHONE, c->add_phone, "add_phone", &trail);
    if (r >= 0 && c->end_phone_id)
        r = secret_phone_end(tx, c->id, c->end_phone_id, &trail);
    if (r >= 0 && c->document)
        r = secret_document_set(tx, c->id, c->document_kind, c->document, &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "customer.update", "customer", c->id, 0, &trail);
}

static int version_of(struct tx *tx, int64_t id, int64_t version)
{
    int64_t now = 0;
    int r = customer_need(tx, id);

    if (r == 0)
        r = db_get(tx->db, &now, "SELECT version FROM customer WHERE id = $1", "i", id);
    if (r < 0 || now == version)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "客户", NULL);
}

int customer_delete(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    struct trail trail = {0};
    int r = version_of(tx, id, version);

    if (r == 0 && !reason[0])
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = customer_kept(tx, id);
    if (r == 0)
        r = source_change_abandon(tx, id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer SET deleted_ms = $2, changed_ms = $2, version = version + 1 "
                   "WHERE id = $1",
                   "ii", id, tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE customer_secret SET ended_ms = $2 WHERE customer_id = $1 "
                   "AND ended_ms IS NULL",
                   "ii", id, tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM customer_key WHERE customer_id = $1", "i", id);
    if (r < 0)
        return r;
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, "customer.delete", "customer", id, 0, &trail);
}

/* ---- in clear ---- */

static int clear_take(void *arg, const struct customer_secret *secret)
{
    struct customer_clear *clear = arg;

    if (clear->n_contacts == sizeof(clear->contacts) / sizeof(clear->contacts[0]))
        return -E2BIG;
    clear->contacts[clear->n_contacts].id = secret->id;
    clear->contacts[clear->n_contacts].kind = secret->kind;
    snprintf(clear->contacts[clear->n_contacts].value, CONTACT_TEXT, "%s", secret->value);
    clear->n_contacts++;
    return 0;
}

int customer_clear_read(struct tx *tx, int64_t customer_id, struct customer_clear *ret_clear)
{
    struct customer_clear clear = {.n_contacts = 0};
    struct stmt *s = NULL;
    int r = tx_need_right(tx, RIGHT_CUSTOMER_CLEAR);

    if (r == 0)
        r = customer_need(tx, customer_id);
    if (r == 0)
        r = sight_need_own(tx, customer_id);
    if (r == 0)
        r = db_query(tx->db, &s, "SELECT name FROM customer WHERE id = $1", "i", customer_id);
    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    snprintf(clear.name, sizeof(clear.name), "%s", stmt_text(s, 0));
    stmt_reset(s);
    r = secret_each(tx, customer_id, clear_take, &clear);
    if (r < 0)
        return r;
    *ret_clear = clear;
    return 0;
}

int customer_clear(struct tx *tx, int64_t customer_id, struct customer_clear *ret_clear)
{
    int r = customer_clear_read(tx, customer_id, ret_clear);

    return r < 0 ? r : audit_add(tx, "customer.clear", "customer", customer_id, 0, NULL);
}
