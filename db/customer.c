/* customer.c - see customer.h: reading, and the record. What is sealed is in customer_secret.c. */
#include "db/customer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/customer_secret.h"
#include "db/sight.h"

#define PERSON "person"

/* ---- reading ---- */

#define ROWS                                                                                       \
    "SELECT c.id, c.version, c.kind, c.name, c.notice, c.created_ms, c.changed_ms, "               \
    "COALESCE((SELECT m.id FROM member m WHERE m.customer_id = c.id), 0) FROM customer c "
#define SEEN SIGHT("c.id", "$3", "$4")
static const char row_by_id[] = ROWS "WHERE c.id = $1 AND $2 = 1 AND " SEEN;
static const char rows_any[] =
    ROWS "WHERE ($1 = 0 OR c.id < $1) AND " SEEN " ORDER BY c.id DESC LIMIT $2";
static const char rows_named[] =
    ROWS "WHERE ($1 = 0 OR c.id < $1) AND c.name LIKE $5 ESCAPE '!' AND " SEEN
         " ORDER BY c.id DESC LIMIT $2";

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
                               .member_id = stmt_int(s, 7)};
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
    r = db_query(tx->db, &s, row_by_id, "iiit", customer_id, INT64_C(1), sight.user,
                 (const char *)sight.scope);
    if (r == 0)
        r = rows_give(tx, s, each, arg);
    if (r < 0)
        return r;
    return r > 0 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* "%" and what is looked for and "%", whose own signs stand for themselves. */
static int pattern_make(const char *part, char *out, size_t size)
{
    size_t n = 0;

    out[n++] = '%';
    for (; *part; part++) {
        if (n + 4 > size)
            return -EMSGSIZE;
        if (strchr("%_!", *part))
            out[n++] = '!';
        out[n++] = *part;
    }
    out[n++] = '%';
    out[n] = '\0';
    return 0;
}

/* Of somebody who is not seen there is nothing; that the number is taken is duplicate_check()'s to
 * say. */
static int phone_scan(struct tx *tx, const char *phone,
                      int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    int64_t id = 0, seen = 0;
    struct sight sight;
    int r = secret_phone_owner(tx, phone, &id);

    sight_of(tx->actor, &sight);
    if (r == 1)
        r = db_get(tx->db, &seen,
                   "SELECT c.id FROM customer c WHERE c.id = $1 AND $2 = 1 AND " SEEN, "iiit", id,
                   INT64_C(1), sight.user, (const char *)sight.scope);
    return r <= 0 ? r : customer_get(tx, id, each, arg);
}

int customer_scan(struct tx *tx, const struct customer_filter *f,
                  int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    const int64_t limit = f->limit < CUSTOMER_PAGE_MAX ? f->limit : CUSTOMER_PAGE_MAX;
    char pattern[CUSTOMER_NAME_MAX * 8 + 4];
    struct stmt *s = NULL;
    struct sight sight;
    int r;

    if (f->phone)
        return phone_scan(tx, f->phone, each, arg);
    sight_of(tx->actor, &sight);
    if (!f->name) {
        r = db_query(tx->db, &s, rows_any, "iiit", f->before_id, limit, sight.user,
                     (const char *)sight.scope);
    } else {
        r = pattern_make(f->name, pattern, sizeof(pattern));
        if (r == 0)
            r = db_query(tx->db, &s, rows_named, "iiitt", f->before_id, limit, sight.user,
                         (const char *)sight.scope, (const char *)pattern);
    }
    if (r == 0)
        r = rows_give(tx, s, each, arg);
    return r < 0 ? r : 0;
}

/* ---- the record ---- */

int customer_create(struct tx *tx, const struct customer_new *c, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO customer (kind, name, notice, created_by, created_ms, changed_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
                   "tttti", c->kind, c->name, c->notice, tx->actor->name, tx->now_ms);

    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, c->kind);
    trail_text(&trail, "customer_name", NULL, c->name);
    trail_text(&trail, "notice", NULL, c->notice);
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
    struct stmt *s;
    int64_t version;
    int r = db_query(tx->db, &s, "SELECT version, name FROM customer WHERE id = $1", "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    version = stmt_int(s, 0);
    trail_given_text(trail, "customer_name", stmt_text(s, 1), c->name);
    stmt_reset(s);
    if (version != c->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "客户", NULL);
    return db_run(tx->db,
                  "UPDATE customer SET name = COALESCE($2, name), version = version + 1, "
                  "changed_ms = $3 WHERE id = $1",
                  "iti", c->id, c->name, tx->now_ms);
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

int customer_clear(struct tx *tx, int64_t customer_id, struct customer_clear *ret_clear)
{
    struct customer_clear clear = {.n_contacts = 0};
    struct stmt *s;
    int r = tx_need_right(tx, RIGHT_CUSTOMER_CLEAR);

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
    if (r >= 0)
        r = audit_add(tx, "customer.clear", "customer", customer_id, 0, NULL);
    if (r < 0)
        return r;
    *ret_clear = clear;
    return 0;
}
