/* points.c - see points.h. What is left of each credit is not stored: it is worked out from the
 * lines in the order in which they were written. */
#include "db/points.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/audit.h"
#include "db/user.h"

enum { MEMBERS_AT_ONCE = 200 };

/* ---- what is left ---- */

struct credit {
    int64_t id, left, expires_ms;
};

struct credits {
    struct credit *items; /* in the order of their ids */
    size_t n, room;
};

static int credit_add(struct credits *c, int64_t id, int64_t points, int64_t expires_ms)
{
    if (c->n == c->room) {
        const size_t room = c->room ? c->room * 2 : 32;
        struct credit *items = realloc(c->items, room * sizeof(*items));

        if (!items)
            return -ENOMEM;
        c->items = items;
        c->room = room;
    }
    c->items[c->n++] = (struct credit){id, points, expires_ms};
    return 0;
}

/* The one that expires first of those with something left; one that never does comes last. */
static struct credit *credit_first(const struct credits *c)
{
    struct credit *first = NULL;

    for (size_t i = 0; i < c->n; i++) {
        struct credit *one = &c->items[i];

        if (one->left > 0 && (!first || (one->expires_ms && (!first->expires_ms ||
                                                             one->expires_ms < first->expires_ms))))
            first = one;
    }
    return first;
}

/* What expired is taken as what was spent is: it was the first to expire. */
static void credits_take(struct credits *c, int64_t points)
{
    struct credit *from;

    while (points > 0 && (from = credit_first(c)) != NULL) {
        const int64_t part = from->left < points ? from->left : points;

        from->left -= part;
        points -= part;
    }
}

/* Freed by the caller, on failure too. */
static int credits_read(struct tx *tx, int64_t member_id, struct credits *c)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, points, expires_ms FROM points_line WHERE member_id = $1 "
                     "ORDER BY id",
                     "i", member_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int64_t points = stmt_int(s, 1);

        if (points > 0)
            r = credit_add(c, stmt_int(s, 0), points, stmt_int(s, 2));
        else
            credits_take(c, -points);
    }
    stmt_reset(s);
    return r;
}

static const struct credit *credit_of(const struct credits *c, int64_t id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->items[i].id == id)
            return &c->items[i];
    return NULL;
}

int points_scan(struct tx *tx, int64_t member_id, int64_t before_id, int limit,
                int (*each)(void *arg, const struct points_line *line), void *arg)
{
    struct credits credits = {0};
    struct stmt *s = NULL;
    int r = credits_read(tx, member_id, &credits);

    if (r >= 0)
        r = db_query(
            tx->db, &s,
            "SELECT id, points, at_ms, expires_ms, of_id, reason, " USER_NAMED(
                "actor") " FROM points_line "
                         "WHERE member_id = $1 AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3",
            "iii", member_id, before_id, (int64_t)limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct points_line line = {.id = stmt_int(s, 0),
                                   .points = stmt_int(s, 1),
                                   .at_ms = stmt_int(s, 2),
                                   .expires_ms = stmt_int(s, 3),
                                   .of_id = stmt_int(s, 4),
                                   .reason = stmt_text(s, 5),
                                   .actor = stmt_text(s, 6)};
        const struct credit *credit = credit_of(&credits, line.id);

        line.left = credit ? credit->left : 0;
        r = each(arg, &line);
    }
    stmt_reset(s);
    free(credits.items);
    return r;
}

/* ---- writing ---- */

static int line_add(struct tx *tx, int64_t member_id, const struct points_line *line,
                    int64_t *ret_id)
{
    return db_get(tx->db, ret_id,
                  "INSERT INTO points_line (member_id, points, reason, expires_ms, of_id, actor, "
                  "at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                  "iitooti", member_id, line->points, line->reason,
                  line->expires_ms ? &line->expires_ms : NULL, line->of_id ? &line->of_id : NULL,
                  tx->actor->name, tx->now_ms);
}

/* The balance and when the next of it expires, as the lines have it now. */
static int member_settle(struct tx *tx, int64_t member_id, int64_t *ret_points)
{
    struct credits credits = {0};
    const struct credit *first;
    int r = credits_read(tx, member_id, &credits);

    first = r < 0 ? NULL : credit_first(&credits);
    if (r >= 0)
        r = db_get(tx->db, ret_points,
                   "UPDATE member SET points_due_ms = $2, points = (SELECT COALESCE(SUM(l.points), "
                   "0) FROM points_line l WHERE l.member_id = member.id) WHERE id = $1 "
                   "RETURNING points",
                   "io", member_id, first && first->expires_ms ? &first->expires_ms : NULL);
    free(credits.items);
    return r < 0 ? r : 0;
}

static int refuse_short(struct tx *tx, int64_t points)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, points);
    return fault_set(tx->fault, FAULT_POINTS_SHORT, "points", text, NULL);
}

static int refuse_expiry(struct tx *tx)
{
    char now[24];

    snprintf(now, sizeof(now), "%" PRId64, tx->now_ms);
    fault_item(tx->fault, FAULT_FIELD_RANGE, 0, "expires_ms", "field", "expires_ms", "min", now,
               "max", "∞", NULL);
    return fault_fields(tx->fault);
}

int points_adjust(struct tx *tx, int64_t member_id, int64_t points, const char *reason,
                  int64_t expires_ms, int64_t *ret_points)
{
    const struct points_line line = {.points = points, .reason = reason, .expires_ms = expires_ms};
    struct trail trail = {0};
    int64_t balance = 0, after = 0, id = 0;
    int r = db_get(tx->db, &balance, "SELECT points FROM member WHERE id = $1", "i", member_id);

    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (expires_ms && (points < 0 || expires_ms <= tx->now_ms))
        return refuse_expiry(tx);
    if (balance + points < 0)
        return refuse_short(tx, balance);
    r = tx_need_room(tx, "SELECT COUNT(*) FROM points_line WHERE member_id = $1", member_id,
                     POINTS_LINES_MAX);
    if (r >= 0)
        r = line_add(tx, member_id, &line, &id);
    if (r >= 0)
        r = member_settle(tx, member_id, &after);
    if (r < 0)
        return r;
    trail_int(&trail, "points", &balance, &after);
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, "member.points", "member", member_id, 0, &trail);
    if (r < 0)
        return r;
    *ret_points = after;
    return 0;
}

/* ---- expiry ---- */

static int member_expire(struct tx *tx, int64_t member_id)
{
    struct credits credits = {0};
    struct trail trail = {0};
    int64_t before = 0, after = 0, id;
    int n = 0, r = credits_read(tx, member_id, &credits);

    for (size_t i = 0; r >= 0 && i < credits.n; i++) {
        const struct credit *c = &credits.items[i];
        const struct points_line line = {.points = -c->left, .reason = "", .of_id = c->id};

        if (c->left == 0 || c->expires_ms == 0 || c->expires_ms > tx->now_ms)
            continue;
        r = line_add(tx, member_id, &line, &id);
        before += c->left;
        n++;
    }
    free(credits.items);
    if (r >= 0)
        r = member_settle(tx, member_id, &after);
    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    before += after;
    trail_int(&trail, "points", &before, &after);
    r = audit_add(tx, "member.points-expired", "member", member_id, 0, &trail);
    return r < 0 ? r : n;
}

int points_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t ids[MEMBERS_AT_ONCE], next = 0;
    size_t n = 0;
    struct stmt *s;
    int lines = 0;
    int r = db_query(tx->db, &s,
                     "SELECT id FROM member WHERE points_due_ms <= $1 ORDER BY points_due_ms "
                     "LIMIT $2",
                     "ii", tx->now_ms, (int64_t)MEMBERS_AT_ONCE);

    while (r >= 0 && n < MEMBERS_AT_ONCE && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = member_expire(tx, ids[i]);
        lines += r > 0 ? r : 0;
    }
    if (r >= 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(points_due_ms) FROM member WHERE points_due_ms IS NOT NULL", "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return lines;
}
