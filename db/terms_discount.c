/* terms_discount.c - which discounts may be used, and what they come to (PR-07 to PR-12, PR-14). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/content.h"
#include "db/discount.h"
#include "db/discount_scheme.h"
#include "db/member.h"
#include "db/terms_make.h"
#include "db/unit_class.h"

enum { OK = FAULT_COUNT };

struct choosing {
    struct tx *tx;
    const struct terms_ask *ask;
    struct terms_made *made;
    bool seen[TERMS_DISCOUNTS_MAX];      /* of the picks */
    const char *one_of[TERMS_STEPS_MAX]; /* words that are taken */
    size_t n_one_of, refused;
    int64_t fen;
};

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool in_time(const char *today, const char *from, const char *until)
{
    return (!from || strcmp(from, today) <= 0) && (!until || strcmp(until, today) >= 0);
}

/* ---- each a question of its own: OK, or what is in the way ---- */

static int scheme_of(struct choosing *c, const struct discount_row *d)
{
    int64_t uses = 0;
    struct stmt *s;
    int why = OK;
    int r;

    if (!d->scheme_id)
        return OK;
    r = db_query(c->tx->db, &s,
                 "SELECT from_date, until_date, quota, enabled FROM discount_scheme WHERE id = $1",
                 "i", d->scheme_id);
    if (r >= 0)
        r = stmt_step(s);
    if (r == 1 && (!stmt_int(s, 3) || !in_time(c->made->today, stmt_text(s, 0), stmt_text(s, 1))))
        why = FAULT_DISCOUNT_TIME;
    else if (r == 1) {
        terms_until(stmt_text(s, 1), c->made);
        r = discount_scheme_uses(c->tx->db, d->scheme_id, c->ask->deal_id, &uses);
        if (r == 0 && !stmt_is_null(s, 2) && uses >= stmt_int(s, 2))
            why = FAULT_DISCOUNT_QUOTA;
    }
    stmt_reset(s);
    return r < 0 ? r : why;
}

static int quota_of(struct choosing *c, const struct discount_row *d)
{
    int64_t uses = 0;
    int r = d->quota ? discount_uses(c->tx->db, d->id, c->ask->deal_id, &uses) : 0;

    return r < 0 ? r : d->quota && uses >= d->quota ? FAULT_DISCOUNT_QUOTA : OK;
}

static int room_of(struct choosing *c, const struct discount_row *d)
{
    int64_t all = 0, this = 0;
    int r = db_get(c->tx->db, &all, "SELECT COUNT(*) FROM discount_unit WHERE discount_id = $1",
                   "i", d->id);

    if (r > 0 && all)
        r = db_get(c->tx->db, &this,
                   "SELECT COUNT(*) FROM discount_unit WHERE discount_id = $1 AND unit_id = $2",
                   "ii", d->id, c->ask->unit_id);
    return r < 0 ? r : all && !this ? FAULT_DISCOUNT_ROOM : OK;
}

static int identity_of(struct choosing *c, const struct discount_row *d)
{
    struct stmt *s;
    int why = FAULT_DISCOUNT_IDENTITY;
    int r;

    if (!is(d->kind, "identity"))
        return OK;
    r = db_query(c->tx->db, &s,
                 "SELECT until_date FROM customer_identity WHERE customer_id = $1 AND "
                 "identity = $2 AND ended_ms IS NULL",
                 "it", c->ask->customer_id, d->identity);
    if (r >= 0)
        r = stmt_step(s);
    if (r == 1 && in_time(c->made->today, NULL, stmt_text(s, 0))) {
        terms_until(stmt_text(s, 0), c->made);
        why = OK;
    }
    stmt_reset(s);
    return r < 0 ? r : why;
}

static int level_rank(const char *level)
{
    int rank = 0;

    while (member_levels[rank] && !is(member_levels[rank], level))
        rank++;
    return member_levels[rank] ? rank : -1;
}

static int level_of(struct choosing *c, const struct discount_row *d)
{
    if (!is(d->kind, "member"))
        return OK;
    return level_rank(c->made->row.member_level) >= level_rank(d->level) &&
                   c->made->row.member_level[0]
               ? OK
               : FAULT_DISCOUNT_LEVEL;
}

static int shown_of(struct choosing *c, const struct discount_row *d)
{
    int r = content_discount_shown(c->tx, d->id);

    return r < 0 ? r : r ? OK : FAULT_DISCOUNT_UNPUBLISHED;
}

static int class_of(struct choosing *c, const struct discount_row *d)
{
    const struct class_info *class = unit_class_info(c->made->class);
    const bool fits = d->classes == 0 || (class && (d->classes & CLASS_BIT(class - unit_classes)));

    return fits && (!is(d->method, "unit_price") || c->made->row.area > 0) ? OK
                                                                           : FAULT_DISCOUNT_CLASS;
}

/* A manager gives a part of the most; every other discount is what it is. */
static int value_of(const struct discount_row *d, int64_t picked, int64_t *ret_value)
{
    const bool keeps = is(d->method, "percent");

    *ret_value = d->value;
    if (!is(d->kind, "manager"))
        return picked == 0 || picked == d->value ? OK : FAULT_DISCOUNT_VALUE;
    *ret_value = picked;
    return picked > 0 && (keeps ? picked >= d->value && picked < 10000 : picked <= d->value)
               ? OK
               : FAULT_DISCOUNT_VALUE;
}

/* What a live deal has already of this discount stays its own (PR-11, PR-17): 1 and how much. */
static int had_already(struct choosing *c, const struct discount_row *d, int64_t *ret_value)
{
    if (!c->ask->deal_id)
        return 0;
    return db_get(c->tx->db, ret_value,
                  "SELECT s.value FROM deal d JOIN terms t ON t.id = d.terms_id JOIN terms_step s "
                  "ON s.terms_id = t.id WHERE d.id = $1 AND d.closed_ms IS NULL AND "
                  "t.unit_id = $2 AND s.discount_id = $3 AND s.method = $4",
                  "iiit", c->ask->deal_id, c->ask->unit_id, d->id, d->method);
}

static int one_of(struct choosing *c, const struct discount_row *d)
{
    for (size_t i = 0; i < c->n_one_of; i++)
        if (d->only_one_of[0] && is(c->one_of[i], d->only_one_of))
            return FAULT_DISCOUNT_ONE_OF;
    return OK;
}

static int usable(struct choosing *c, const struct discount_row *d, int64_t picked,
                  int64_t *ret_value)
{
    static int (*const questions[])(struct choosing *, const struct discount_row *) = {
        shown_of, class_of, room_of, scheme_of, quota_of, identity_of, level_of, one_of};
    int64_t had = 0;
    int r = had_already(c, d, &had);
    int why = value_of(d, picked, ret_value);

    if (r < 0)
        return r;
    if (r == 1 && (picked == 0 || picked == had)) {
        *ret_value = had;
        return one_of(c, d);
    }
    if (why == OK && !in_time(c->made->today, d->from_date, d->until_date))
        why = FAULT_DISCOUNT_TIME;
    for (size_t i = 0; why == OK && i < sizeof(questions) / sizeof(questions[0]); i++)
        why = questions[i](c, d);
    if (why == OK)
        terms_until(d->until_date, c->made);
    return why;
}

/* ---- the chain ---- */

static int step_add(struct choosing *c, const struct discount_row *d, int64_t value)
{
    struct terms_made *made = c->made;
    struct terms_step *step = &made->steps[made->row.n_steps];
    const struct discount_step money = discount_step_of(d->method, value, made->row.area);

    if (made->row.n_steps == TERMS_STEPS_MAX)
        return tx_limit_reached(c->tx, TERMS_STEPS_MAX);
    c->fen = money_discount_step(made->row.list_fen, c->fen, &money);
    if (c->fen <= 0)
        return fault_set(c->tx->fault, FAULT_DISCOUNT_TOO_MUCH, NULL);
    *step = (struct terms_step){.discount_id = d->id,
                                .name = pool_text(&made->pool, d->name),
                                .method = pool_text(&made->pool, d->method),
                                .value = value,
                                .result_fen = c->fen};
    made->row.n_steps++;
    if (d->only_one_of[0])
        c->one_of[c->n_one_of++] = pool_text(&made->pool, d->only_one_of);
    return step->name && step->method ? 0 : -ENOMEM;
}

static void refuse(struct choosing *c, int code, size_t pick, const char *name,
                   const char *identity)
{
    char field[32];

    snprintf(field, sizeof(field), "picks/%zu", pick);
    fault_item(c->tx->fault, (enum fault_code)code, 0, field, "name", name, "identity", identity,
               NULL);
    c->refused++;
}

/* Its place among the picks, or n_picks. */
static size_t picked_at(const struct choosing *c, int64_t id)
{
    size_t i = 0;

    while (i < c->ask->n_picks && c->ask->picks[i].discount_id != id)
        i++;
    return i;
}

/* Picked ones must do; what a plan brings comes when it may (PR-08). */
static int consider(void *arg, const struct discount_row *d)
{
    struct choosing *c = arg;
    const size_t at = picked_at(c, d->id);
    const bool picked = at < c->ask->n_picks;
    int64_t value = 0;
    int why;

    if (is(d->kind, "words") || (!picked && (!d->plan_id || d->plan_id != c->ask->plan_id)))
        return 0;
    if (picked)
        c->seen[at] = true;
    why = d->plan_id && d->plan_id != c->ask->plan_id
              ? FAULT_DISCOUNT_PLAN
              : usable(c, d, picked ? c->ask->picks[at].value : 0, &value);
    if (why < 0)
        return why;
    if (why == OK)
        return step_add(c, d, value);
    if (picked)
        refuse(c, why, at, d->name, d->identity);
    return 0;
}

int terms_discounts(struct tx *tx, const struct terms_ask *ask, struct terms_made *made)
{
    struct choosing c = {.tx = tx, .ask = ask, .made = made, .fen = made->row.list_fen};
    struct terms_row *row = &made->row;
    char count[24];
    int r = discount_each(tx, row->project_id, 0, consider, &c);

    for (size_t i = 0; r == 0 && i < ask->n_picks; i++)
        if (!c.seen[i]) /* unknown, or a second time */
            refuse(&c, FAULT_DISCOUNT_UNKNOWN, i, "", "");
    if (r == 0 && c.refused) {
        snprintf(count, sizeof(count), "%zu", c.refused);
        return fault_set(tx->fault, FAULT_DISCOUNT_NOT_USABLE, "count", count, NULL);
    }
    if (r < 0)
        return r;
    row->steps = made->steps;
    row->total_fen = row->list_fen;
    if (row->n_steps)
        row->total_fen = money_precision(c.fen, made->round_unit_fen, made->round_mode);
    if (row->total_fen > row->list_fen)
        row->total_fen = row->list_fen;
    return row->total_fen > 0 ? 0 : fault_set(tx->fault, FAULT_DISCOUNT_TOO_MUCH, NULL);
}
