/* discount.c - see discount.h. */
#include "db/discount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/member.h"
#include "db/pool.h"
#include "db/unit_class.h"

const char *const discount_kinds[] = {"words",  "regular", "identity", "promotion",
                                      "member", "manager", NULL};
const char *const discount_methods[] = {"percent", "points", "amount", "unit_price", NULL};

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool among(const char *const *codes, const char *code)
{
    while (*codes && !is(*codes, code))
        codes++;
    return *codes != NULL;
}

/* ---- the numbers and their words ---- */

/* 0.0001 as per cent without needless zeros: 9850 is "98.5". */
static void percent_text(int64_t bp, char out[32])
{
    if (bp % 100 == 0)
        snprintf(out, 32, "%" PRId64, bp / 100);
    else if (bp % 10 == 0)
        snprintf(out, 32, "%" PRId64 ".%" PRId64, bp / 100, bp % 100 / 10);
    else
        snprintf(out, 32, "%" PRId64 ".%02" PRId64, bp / 100, bp % 100);
}

static void yuan_text(int64_t fen, char out[32])
{
    if (fen % 100 == 0)
        snprintf(out, 32, "%" PRId64, fen / 100);
    else
        snprintf(out, 32, "%" PRId64 ".%02" PRId64, fen / 100, fen % 100);
}

void discount_effect(const char *kind, const char *method, int64_t value,
                     char out[DISCOUNT_EFFECT_TEXT])
{
    const bool most = is(kind, "manager");
    char percent[32], yuan[32];

    percent_text(value, percent);
    yuan_text(value, yuan);
    if (is(method, "percent"))
        snprintf(out, DISCOUNT_EFFECT_TEXT, "总价%s %s 折", most ? "最低" : "", percent);
    else if (is(method, "points"))
        snprintf(out, DISCOUNT_EFFECT_TEXT, "按原总价%s减 %s%%", most ? "最多" : "", percent);
    else if (is(method, "amount"))
        snprintf(out, DISCOUNT_EFFECT_TEXT, "总价%s减 %s 元", most ? "最多" : "", yuan);
    else
        snprintf(out, DISCOUNT_EFFECT_TEXT, "每平方米%s减 %s 元", most ? "最多" : "", yuan);
}

struct discount_step discount_step_of(const char *method, int64_t value, int64_t area)
{
    if (is(method, "percent"))
        return (struct discount_step){DISCOUNT_PERCENT, value};
    if (is(method, "points"))
        return (struct discount_step){DISCOUNT_POINTS, value};
    if (is(method, "unit_price"))
        value = money_round((__int128)value * area, 100, 1, ROUND_HALF_UP);
    return (struct discount_step){DISCOUNT_AMOUNT, value};
}

static const char *wrong_number(const struct discount_row *d)
{
    const bool words = is(d->kind, "words"),
               share = is(d->method, "percent") || is(d->method, "points");

    if (words ? d->method[0] != '\0' : !among(discount_methods, d->method))
        return "method";
    if (words ? d->value != 0 : d->value <= 0 || d->value > (share ? 9999 : MONEY_MAX_FEN))
        return "value";
    if (is(d->kind, "identity") != (d->identity[0] != '\0'))
        return "identity";
    if (is(d->kind, "member") ? !among(member_levels, d->level) : d->level[0] != '\0')
        return "level";
    if (d->plan_id && !is(d->kind, "regular"))
        return "plan_id";
    if (words && (d->quota || d->only_one_of[0] || d->scheme_id || d->n_units))
        return "kind";
    return words && !d->effect[0] ? "effect" : NULL;
}

/* Its numbers, and that what it hangs on is of its project. */
static int discount_check(struct tx *tx, const struct discount_row *d)
{
    const char *field = wrong_number(d);
    int64_t found = 0;
    int r = 1;

    if (field) {
        fault_item(tx->fault, FAULT_DISCOUNT_NUMBERS, 0, field, "field", field, NULL);
        return fault_fields(tx->fault);
    }
    if (d->plan_id)
        r = db_get(tx->db, &found, "SELECT id FROM payment_plan WHERE id = $1 AND project_id = $2",
                   "ii", d->plan_id, d->project_id);
    if (r == 0)
        return fault_set(tx->fault, FAULT_PLAN_UNKNOWN, NULL);
    if (r > 0 && d->scheme_id)
        r = db_get(tx->db, &found,
                   "SELECT id FROM discount_scheme WHERE id = $1 AND project_id = $2", "ii",
                   d->scheme_id, d->project_id);
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

/* ---- rows ---- */

#define DISCOUNT_COLUMNS                                                                           \
    "SELECT project_id, id, version, name, condition, effect, from_date, until_date, kind, "       \
    "method, value, ordinal, classes, plan_id, identity, level, quota, only_one_of, scheme_id "    \
    "FROM discount "

/* Texts are those of the statement. */
static struct discount_row row_of(struct stmt *s)
{
    return (struct discount_row){.project_id = stmt_int(s, 0),
                                 .id = stmt_int(s, 1),
                                 .version = stmt_int(s, 2),
                                 .name = stmt_text(s, 3),
                                 .condition = stmt_text(s, 4),
                                 .effect = stmt_text(s, 5),
                                 .from_date = stmt_text(s, 6),
                                 .until_date = stmt_text(s, 7),
                                 .kind = stmt_text(s, 8),
                                 .method = stmt_text(s, 9),
                                 .value = stmt_int(s, 10),
                                 .ordinal = stmt_int(s, 11),
                                 .classes = class_set_read(stmt_text(s, 12)),
                                 .plan_id = stmt_int(s, 13),
                                 .identity = stmt_text(s, 14),
                                 .level = stmt_text(s, 15),
                                 .quota = stmt_int(s, 16),
                                 .only_one_of = stmt_text(s, 17),
                                 .scheme_id = stmt_int(s, 18)};
}

static const int64_t *or_null(const int64_t *value)
{
    return *value ? value : NULL;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* Every field of @next that is not as in @now (NULL: there was none). */
static void discount_trail(struct trail *trail, const struct discount_row *now,
                           const struct discount_row *next)
{
    char classes[2][CLASS_SET_TEXT];

    class_set_write(now ? now->classes : 0, classes[0]);
    class_set_write(next->classes, classes[1]);
    trail_text(trail, "name", now ? now->name : NULL, next->name);
    trail_text(trail, "condition", now ? now->condition : NULL, next->condition);
    trail_text(trail, "effect", now ? now->effect : NULL, next->effect);
    trail_text(trail, "from_date", now ? now->from_date : NULL, next->from_date);
    trail_text(trail, "until_date", now ? now->until_date : NULL, next->until_date);
    trail_text(trail, "kind", now ? now->kind : "words", next->kind);
    trail_text(trail, "method", now ? now->method : "", next->method);
    trail_int(trail, "value", now ? or_null(&now->value) : NULL, or_null(&next->value));
    trail_int(trail, "ordinal", now ? or_null(&now->ordinal) : NULL, or_null(&next->ordinal));
    trail_text(trail, "classes", classes[0], classes[1]);
    trail_int(trail, "plan_id", now ? or_null(&now->plan_id) : NULL, or_null(&next->plan_id));
    trail_text(trail, "identity", now ? now->identity : "", next->identity);
    trail_text(trail, "level", now ? now->level : "", next->level);
    trail_int(trail, "quota", now ? or_null(&now->quota) : NULL, or_null(&next->quota));
    trail_text(trail, "only_one_of", now ? now->only_one_of : "", next->only_one_of);
    trail_int(trail, "scheme_id", now ? or_null(&now->scheme_id) : NULL, or_null(&next->scheme_id));
}

/* Puts exactly these rooms in. 1 when that is a change. */
static int units_store(struct tx *tx, const struct discount_row *d)
{
    int64_t had = 0, kept = 0;
    int r = db_get(tx->db, &had, "SELECT COUNT(*) FROM discount_unit WHERE discount_id = $1", "i",
                   d->id);

    if (d->n_units > DISCOUNT_UNITS_MAX)
        return tx_limit_reached(tx, DISCOUNT_UNITS_MAX);
    for (size_t i = 0; r >= 0 && i < d->n_units; i++) {
        int64_t there = 0;

        r = db_get(tx->db, &there,
                   "SELECT COUNT(*) FROM discount_unit WHERE discount_id = $1 AND unit_id = $2",
                   "ii", d->id, d->units[i]);
        kept += there;
    }
    if (r < 0 || (had == kept && had == (int64_t)d->n_units))
        return r < 0 ? r : 0;
    r = db_run(tx->db, "DELETE FROM discount_unit WHERE discount_id = $1", "i", d->id);
    for (size_t i = 0; r >= 0 && i < d->n_units; i++) {
        r = db_run(tx->db,
                   "INSERT INTO discount_unit (discount_id, unit_id) SELECT $1, id FROM unit "
                   "WHERE id = $2 AND project_id = $3 ON CONFLICT DO NOTHING",
                   "iii", d->id, d->units[i], d->project_id);
        if (r == 0)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    return r < 0 ? r : 1;
}

int discount_create(struct tx *tx, const struct discount_row *given, int64_t *ret_id)
{
    char classes[CLASS_SET_TEXT], effect[DISCOUNT_EFFECT_TEXT];
    struct discount_row d = *given;
    struct trail trail = {0};
    int r = tx_need_whole(tx, d.project_id);

    d.kind = d.kind ? d.kind : "words";
    d.method = or_empty(d.method);
    d.identity = or_empty(d.identity);
    d.level = or_empty(d.level);
    d.only_one_of = or_empty(d.only_one_of);
    d.effect = or_empty(d.effect);
    if (r == 0)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM discount WHERE project_id = $1 AND retired_ms IS "
                         "NULL",
                         d.project_id, DISCOUNT_MAX);
    if (r == 0)
        r = discount_check(tx, &d);
    if (r < 0)
        return r;
    if (!is(d.kind, "words")) {
        discount_effect(d.kind, d.method, d.value, effect);
        d.effect = effect;
    }
    class_set_write(d.classes, classes);
    r = db_get(tx->db, &d.id,
               "INSERT INTO discount (project_id, name, condition, effect, from_date, until_date, "
               "kind, method, value, ordinal, classes, plan_id, identity, level, quota, "
               "only_one_of, scheme_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
               "$13, $14, $15, $16, $17) RETURNING id",
               "itttttttiitottoto", d.project_id, d.name, d.condition, d.effect, d.from_date,
               d.until_date, d.kind, d.method, d.value, d.ordinal, classes, or_null(&d.plan_id),
               d.identity, d.level, or_null(&d.quota), d.only_one_of, or_null(&d.scheme_id));
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", d.name, NULL);
    if (r >= 0)
        r = units_store(tx, &d);
    if (r < 0)
        return r;
    discount_trail(&trail, NULL, &d);
    r = audit_add_project(tx, "discount.create", "discount", d.id, d.project_id, &trail);
    if (r == 0)
        *ret_id = d.id;
    return r;
}

/* One of a project that is seen whole, its texts kept in @pool. */
static int discount_read(struct tx *tx, int64_t id, struct pool *pool, struct discount_row *ret)
{
    const char **const texts[] = {&ret->name,  &ret->condition,  &ret->effect, &ret->from_date,
                                  &ret->kind,  &ret->until_date, &ret->method, &ret->identity,
                                  &ret->level, &ret->only_one_of};
    struct stmt *s;
    int r = tx_own(tx, &s, DISCOUNT_COLUMNS "WHERE id = $1 AND retired_ms IS NULL", id);

    if (r < 0)
        return r;
    *ret = row_of(s);
    for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text = *texts[i];

        *texts[i] = pool_text(pool, text);
        if (text && !*texts[i])
            r = -ENOMEM;
    }
    stmt_reset(s);
    return r;
}

int discount_project(struct tx *tx, int64_t discount_id, int64_t *ret_project_id)
{
    struct pool pool = {0};
    struct discount_row now;
    int r = discount_read(tx, discount_id, &pool, &now);

    if (r == 0)
        *ret_project_id = now.project_id;
    pool_free(&pool);
    return r;
}

static void given_text(const char **text, const char *given)
{
    if (given)
        *text = given;
}

/* "" ends a date. */
static void given_date(const char **date, const char *given)
{
    if (given)
        *date = given[0] ? given : NULL;
}

static void given_number(int64_t *number, const int64_t *given)
{
    if (given)
        *number = *given;
}

/* @now with what @c gives. @effect holds the words of the numbers. */
static struct discount_row changed(const struct discount_row *now, const struct discount_change *c,
                                   char effect[DISCOUNT_EFFECT_TEXT])
{
    struct discount_row next = *now;

    given_text(&next.name, c->name);
    given_text(&next.condition, c->condition);
    given_text(&next.effect, c->effect);
    given_date(&next.from_date, c->from_date);
    given_date(&next.until_date, c->until_date);
    if (c->kind) {
        next.kind = c->kind;
        next.method = or_empty(c->method);
        next.value = c->value;
    }
    given_number(&next.ordinal, c->ordinal);
    given_number(&next.plan_id, c->plan_id);
    given_number(&next.quota, c->quota);
    given_number(&next.scheme_id, c->scheme_id);
    given_text(&next.identity, c->identity);
    given_text(&next.level, c->level);
    given_text(&next.only_one_of, c->only_one_of);
    if (c->classes)
        next.classes = *c->classes;
    next.units = c->units;
    next.n_units = c->units ? c->n_units : 0;
    if (!is(next.kind, "words") && among(discount_methods, next.method)) {
        discount_effect(next.kind, next.method, next.value, effect);
        next.effect = effect;
    }
    return next;
}

static int discount_write(struct tx *tx, const struct discount_row *d)
{
    char classes[CLASS_SET_TEXT];
    int r;

    class_set_write(d->classes, classes);
    r = db_run(tx->db,
               "UPDATE discount SET name = $2, condition = $3, effect = $4, from_date = $5, "
               "until_date = $6, kind = $7, method = $8, value = $9, ordinal = $10, classes = $11, "
               "plan_id = $12, identity = $13, level = $14, quota = $15, only_one_of = $16, "
               "scheme_id = $17, version = version + 1 WHERE id = $1",
               "itttttttiitottoto", d->id, d->name, d->condition, d->effect, d->from_date,
               d->until_date, d->kind, d->method, d->value, d->ordinal, classes,
               or_null(&d->plan_id), d->identity, d->level, or_null(&d->quota), d->only_one_of,
               or_null(&d->scheme_id));
    return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", d->name, NULL) : r;
}

int discount_update(struct tx *tx, const struct discount_change *c)
{
    char effect[DISCOUNT_EFFECT_TEXT];
    struct discount_row now, next;
    struct trail trail = {0};
    struct pool pool = {0};
    int r = discount_read(tx, c->id, &pool, &now);

    if (r == 0 && now.version != c->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    if (r == 0) {
        next = changed(&now, c, effect);
        r = discount_check(tx, &next);
    }
    if (r == 0 && c->units) {
        r = units_store(tx, &next);
        if (r == 1)
            trail_text(&trail, "units", NULL, "changed");
    }
    if (r >= 0)
        discount_trail(&trail, &now, &next);
    if (r >= 0 && !trail_empty(&trail)) {
        r = discount_write(tx, &next);
        if (r >= 0)
            r = audit_add_project(tx, "discount.update", "discount", c->id, now.project_id, &trail);
    }
    trail_clear(&trail);
    pool_free(&pool);
    return r < 0 ? r : 0;
}

/* ---- the order of stacking ---- */

struct place {
    int64_t id, version, ordinal;
};
struct order {
    struct place places[DISCOUNT_MAX];
    size_t n;
    bool distinct;
};

static int place_add(void *arg, const struct discount_row *row)
{
    struct order *now = arg;

    if (now->n == DISCOUNT_MAX)
        return -E2BIG;
    now->distinct &= now->n == 0 || now->places[now->n - 1].ordinal != row->ordinal;
    now->places[now->n++] = (struct place){row->id, row->version, row->ordinal};
    return 0;
}

static const struct place *place_find(const struct order *now, int64_t id)
{
    for (size_t i = 0; i < now->n; i++)
        if (now->places[i].id == id)
            return &now->places[i];
    return NULL;
}

static bool seen_is(const struct order *now, const int64_t *seen, size_t n)
{
    bool same = now->n == n;

    for (size_t i = 0; same && i < n; i++)
        same = now->places[i].id == seen[i];
    return same;
}

/* Each of them once. */
static bool order_whole(const struct order *now, const int64_t *order)
{
    for (size_t i = 0; i < now->n; i++) {
        if (!place_find(now, order[i]))
            return false;
        for (size_t k = 0; k < i; k++)
            if (order[k] == order[i])
                return false;
    }
    return true;
}

static int order_stale(struct tx *tx, int64_t project_id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT name FROM project WHERE id = $1", project_id);

    if (r < 0)
        return r;
    r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", stmt_text(s, 0), NULL);
    stmt_reset(s);
    return r;
}

int discount_order(struct tx *tx, int64_t project_id, const int64_t *seen, const int64_t *order,
                   size_t n)
{
    struct order now = {.distinct = true};
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = discount_each(tx, project_id, 0, place_add, &now);
    if (r < 0)
        return r;
    if (!seen_is(&now, seen, n))
        return order_stale(tx, project_id);
    if (!order_whole(&now, order)) {
        fault_item(tx->fault, FAULT_FIELD_CHOICE, 0, "order", "field", "order", NULL);
        return fault_fields_refused(tx->fault);
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct place *old = place_find(&now, order[i]);
        const int64_t ordinal = now.distinct ? now.places[i].ordinal : (int64_t)(i + 1) * 10;
        const struct discount_change c = {
            .id = old->id, .version = old->version, .ordinal = &ordinal};

        if (ordinal != old->ordinal)
            r = discount_update(tx, &c);
    }
    return r;
}

int discount_delete(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct pool pool = {0};
    struct discount_row now;
    int64_t used = 0;
    int r = discount_read(tx, id, &pool, &now);

    if (r == 0)
        r = db_get(tx->db, &used, "SELECT COUNT(*) FROM terms_step WHERE discount_id = $1", "i",
                   id);
    if (r >= 0 && used)
        r = db_run(tx->db,
                   "UPDATE discount SET retired_ms = $2, version = version + 1 WHERE id = $1", "ii",
                   id, tx->now_ms);
    else if (r >= 0) {
        r = db_run(tx->db, "DELETE FROM discount_unit WHERE discount_id = $1", "i", id);
        if (r >= 0)
            r = db_run(tx->db, "DELETE FROM discount WHERE id = $1", "i", id);
    }
    if (r >= 0) {
        trail_text(&trail, "name", now.name, NULL);
        r = audit_add_project(tx, "discount.delete", "discount", id, now.project_id, &trail);
    }
    pool_free(&pool);
    return r < 0 ? r : 0;
}

int discount_each(struct tx *tx, int64_t project_id, int64_t discount_id,
                  int (*each)(void *arg, const struct discount_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     DISCOUNT_COLUMNS "WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                                      "AND retired_ms IS NULL ORDER BY ordinal, id",
                     "ii", project_id, discount_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct discount_row row = row_of(s);

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int discount_unit_each(struct db *db, int64_t discount_id, int (*each)(void *arg, int64_t unit_id),
                       void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT unit_id FROM discount_unit WHERE discount_id = $1 ORDER BY unit_id",
                     "i", discount_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int discount_uses(struct db *db, int64_t discount_id, int64_t deal_id, int64_t *ret_uses)
{
    int r = db_get(db, ret_uses,
                   "SELECT COUNT(*) FROM terms_step s JOIN terms t ON t.id = s.terms_id "
                   "JOIN deal d ON d.id = t.deal_id AND d.terms_id = t.id "
                   "WHERE s.discount_id = $1 AND d.closed_ms IS NULL AND d.id <> $2",
                   "ii", discount_id, deal_id);

    return r < 0 ? r : 0;
}
