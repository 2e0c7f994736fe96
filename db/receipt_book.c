/* receipt_book.c - see receipt_book.h. */
#include "db/receipt_book.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/user.h"

int receipt_book_create(struct tx *tx, const struct receipt_book_new *b, int64_t *ret_id)
{
    const char *prefix = b->prefix ? b->prefix : "";
    struct trail trail = {0};
    int64_t id = 0, taken = 0;
    char leaves[16];
    int r = tx_need_whole(tx, b->project_id);

    snprintf(leaves, sizeof(leaves), "%d", BOOK_LEAVES_MAX);
    if (r == 0 && (b->last_no < b->first_no || b->last_no >= b->first_no + BOOK_LEAVES_MAX))
        return fault_set(tx->fault, FAULT_BOOK_RANGE, "leaves", leaves, NULL);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM receipt_book WHERE project_id = $1",
                         b->project_id, BOOK_MAX);
    if (r == 0)
        r = db_get(tx->db, &taken,
                   "SELECT COUNT(*) FROM receipt_book WHERE prefix = $1 AND first_no <= $3 AND "
                   "last_no >= $2",
                   "tii", prefix, b->first_no, b->last_no);
    if (r >= 0 && taken > 0)
        return fault_set(tx->fault, FAULT_BOOK_NUMBERS_TAKEN, NULL);
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO receipt_book (project_id, kind, source, prefix, first_no, last_no, "
                   "made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                   "itttiii", b->project_id, b->kind, b->source, prefix, b->first_no, b->last_no,
                   tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, b->kind);
    trail_text(&trail, "prefix", NULL, prefix);
    trail_int(&trail, "first_no", NULL, &b->first_no);
    trail_int(&trail, "last_no", NULL, &b->last_no);
    r = audit_add(tx, "book.create", "receipt_book", id, b->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ---- steps ---- */

static const char *const after[] = {[BOOK_TAKE_OUT] = "out",
                                    [BOOK_RETURN] = "returned",
                                    [BOOK_TAKE_BACK] = "returned",
                                    [BOOK_VERIFY] = "verified"};

struct book_now {
    int64_t project_id, version, holder_id;
    char state[16];
};

static int book_read(struct tx *tx, int64_t id, struct book_now *ret)
{
    struct stmt *s;
    int r = tx_row(
        tx, &s, "SELECT project_id, version, holder_id, state FROM receipt_book WHERE id = $1", id);

    if (r < 0)
        return r;
    *ret = (struct book_now){
        .project_id = stmt_int(s, 0), .version = stmt_int(s, 1), .holder_id = stmt_int(s, 2)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 3));
    stmt_reset(s);
    return 0;
}

static int step_check(struct tx *tx, const struct book_now *now, enum receipt_book_step step)
{
    const bool out = strcmp(now->state, "out") == 0;
    const bool returned = strcmp(now->state, "returned") == 0;
    const bool fits = step == BOOK_TAKE_OUT ? returned || strcmp(now->state, "registered") == 0
                      : step == BOOK_VERIFY ? returned
                                            : out;

    if (!fits || tx->actor->kind != ACTOR_USER)
        return fault_set(tx->fault, FAULT_BOOK_STATE, NULL);
    if (step == BOOK_RETURN && now->holder_id != tx->actor->id)
        return fault_set(tx->fault, FAULT_BOOK_OTHERS, NULL);
    return 0;
}

static int step_do(struct tx *tx, int64_t id, const struct book_now *now,
                   enum receipt_book_step step, int64_t holder_id)
{
    const bool out = step == BOOK_TAKE_OUT;
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE receipt_book SET state = $2, holder_id = $3, out_ms = $4, version = "
                   "version + 1 WHERE id = $1",
                   "itoo", id, after[step], out ? &holder_id : NULL, out ? &tx->now_ms : NULL);

    if (r < 0)
        return r;
    trail_text(&trail, "state", now->state, after[step]);
    trail_int(&trail, "holder_id", now->holder_id ? &now->holder_id : NULL,
              out ? &holder_id : NULL);
    return audit_add(tx, "book.step", "receipt_book", id, now->project_id, &trail);
}

static int step_begin(struct tx *tx, int64_t id, int64_t version, enum receipt_book_step step,
                      struct book_now *ret_now)
{
    int r = book_read(tx, id, ret_now);

    if (r == 0 && ret_now->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "收据本", NULL);
    return r < 0 ? r : step_check(tx, ret_now, step);
}

int receipt_book_step(struct tx *tx, int64_t id, int64_t version, enum receipt_book_step step)
{
    struct book_now now;
    int r = step_begin(tx, id, version, step, &now);

    return r < 0 ? r : step_do(tx, id, &now, step, tx->actor->id);
}

/* ---- to whom ---- */

/* 1: he may take money in the project. */
static int may_hold(struct tx *tx, int64_t project_id, int64_t user_id)
{
    struct actor actor;
    int r = actor_load(tx->db, user_id, &actor, NULL);

    if (r < 0)
        return r;
    return actor_has(&actor, RIGHT_MONEY_TAKE) && actor_sees_project(&actor, project_id);
}

int receipt_book_hand_out(struct tx *tx, int64_t id, int64_t version, int64_t user_id)
{
    struct book_now now;
    int r = step_begin(tx, id, version, BOOK_TAKE_OUT, &now);

    if (r < 0)
        return r;
    r = may_hold(tx, now.project_id, user_id);
    if (r == -ENOENT)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        return fault_set(tx->fault, FAULT_BOOK_HOLDER, NULL);
    return r < 0 ? r : step_do(tx, id, &now, BOOK_TAKE_OUT, user_id);
}

int receipt_book_holders(struct tx *tx, int64_t project_id,
                         int (*each)(void *arg, int64_t user_id, const char *name), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, name FROM user_account WHERE enabled = 1 ORDER BY name, id", "");
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = may_hold(tx, project_id, stmt_int(s, 0));
        if (r == 1)
            r = each(arg, stmt_int(s, 0), stmt_text(s, 1));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- a leaf ---- */

struct taking {
    int64_t project_id, holder_id, last_no, issued;
    bool agency;
};

static int leaf_read(struct tx *tx, int64_t book_id, struct taking *ret, struct leaf *leaf)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT project_id, holder_id, last_no, COALESCE(issued, first_no - 1), kind, "
                   "prefix FROM receipt_book WHERE id = $1",
                   book_id);

    if (r < 0)
        return r;
    *ret = (struct taking){.project_id = stmt_int(s, 0),
                           .holder_id = stmt_int(s, 1),
                           .last_no = stmt_int(s, 2),
                           .issued = stmt_int(s, 3),
                           .agency = strcmp(stmt_text(s, 4), "agency") == 0};
    snprintf(leaf->prefix, sizeof(leaf->prefix), "%s", stmt_text(s, 5));
    stmt_reset(s);
    return 0;
}

int receipt_book_leaf(struct tx *tx, const struct leaf_ask *ask, struct leaf *ret_leaf)
{
    struct leaf leaf = {.book_id = ask->book_id};
    struct taking t;
    int r = leaf_read(tx, ask->book_id, &t, &leaf);

    if (r < 0)
        return r;
    if (tx->actor->kind != ACTOR_USER || t.holder_id != tx->actor->id)
        return fault_set(tx->fault, FAULT_BOOK_OTHERS, NULL);
    if (t.project_id != ask->project_id || t.agency != ask->agency)
        return fault_set(tx->fault, FAULT_BOOK_KIND, NULL);
    if (t.issued == t.last_no)
        return fault_set(tx->fault, FAULT_BOOK_USED_UP, NULL);
    r = db_get(tx->db, &leaf.no,
               "UPDATE receipt_book SET issued = COALESCE(issued, first_no - 1) + 1 WHERE id = $1 "
               "RETURNING issued",
               "i", ask->book_id);
    if (r < 0)
        return r;
    *ret_leaf = leaf;
    return 0;
}

/* ---- reading ---- */

int receipt_book_project(struct tx *tx, int64_t id, int64_t *ret_project_id)
{
    struct book_now now;
    int r = book_read(tx, id, &now);

    if (r == 0)
        *ret_project_id = now.project_id;
    return r;
}

int64_t receipt_book_overdue_ms(const struct tx *tx)
{
    return tx->now_ms - BOOK_OUT_DAYS * DAY_MS;
}

int receipt_book_each(struct tx *tx, int64_t project_id, int64_t id,
                      int (*each)(void *arg, const struct receipt_book_row *row), void *arg)
{
    const int64_t since_ms = receipt_book_overdue_ms(tx);
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT b.id, b.version, b.project_id, b.first_no, b.last_no, b.issued, "
                     "b.holder_id, b.kind, b.source, b.prefix, b.state, u.name, b.out_ms FROM "
                     "receipt_book b "
                     "LEFT JOIN user_account u ON u.id = b.holder_id WHERE b.project_id = $1 AND "
                     "$2 IN (0, b.id) ORDER BY b.id DESC",
                     "ii", project_id, id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct receipt_book_row row = {.id = stmt_int(s, 0),
                                             .version = stmt_int(s, 1),
                                             .project_id = stmt_int(s, 2),
                                             .first_no = stmt_int(s, 3),
                                             .last_no = stmt_int(s, 4),
                                             .issued = stmt_int(s, 5),
                                             .holder_id = stmt_int(s, 6),
                                             .kind = stmt_text(s, 7),
                                             .source = stmt_text(s, 8),
                                             .prefix = stmt_text(s, 9),
                                             .state = stmt_text(s, 10),
                                             .holder = stmt_text(s, 11),
                                             .out_ms = stmt_int(s, 12),
                                             .overdue =
                                                 stmt_int(s, 12) && stmt_int(s, 12) < since_ms};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
