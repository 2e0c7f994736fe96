/* fee.c - see fee.h. */
#include "db/fee.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/money.h"
#include "db/unit_class.h"

enum { WHOLE = 1000000, AREA_UNIT = 100 }; /* the price in millionths; a m2 in 0.01 m2 */

const char *const fee_formulas[] = {"", "flat", "area", "price", NULL};

enum fee_formula fee_formula_find(const char *code)
{
    enum fee_formula formula = FEE_NONE;

    while (formula < FEE_FORMULAS && strcmp(fee_formulas[formula], code) != 0)
        formula++;
    return formula;
}

int fee_sum(enum fee_formula formula, int64_t rate, int64_t base, int64_t *ret_fen)
{
    static const int64_t parts[FEE_FORMULAS] = {
        [FEE_FLAT] = 1, [FEE_AREA] = AREA_UNIT, [FEE_PRICE] = WHOLE};
    const int64_t of = formula == FEE_FLAT ? 1 : base;
    int64_t fen;

    if (formula == FEE_NONE || rate <= 0 || rate > MONEY_MAX_FEN || of <= 0 || of > MONEY_MAX_FEN ||
        (__int128)rate * of / parts[formula] > MONEY_MAX_FEN)
        return -ERANGE;
    fen = money_round((__int128)rate * of, parts[formula], 1, ROUND_HALF_UP);
    if (fen < 1 || fen > MONEY_MAX_FEN)
        return -ERANGE;
    *ret_fen = fen;
    return 0;
}

static int formula_check(struct tx *tx, bool agency, enum fee_formula formula, int64_t rate)
{
    const bool fits = formula == FEE_NONE ? rate == 0
                                          : agency && rate > 0 && rate <= MONEY_MAX_FEN &&
                                                (formula != FEE_PRICE || rate <= WHOLE);

    return fits ? 0 : fault_set(tx->fault, FAULT_FEE_FORMULA, NULL);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

int fee_create(struct tx *tx, const struct fee_row *fee, int64_t *ret_id)
{
    const int64_t voluntary = fee->voluntary;
    char classes[CLASS_SET_TEXT];
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, fee->project_id);

    class_set_write(fee->classes, classes);
    if (r == 0 && strcmp(fee->kind, "agency") == 0 && !fee->voluntary)
        return fault_set(tx->fault, FAULT_FEE_VOLUNTARY, NULL);
    if (r == 0)
        r = formula_check(tx, strcmp(fee->kind, "agency") == 0, fee->formula, fee->rate);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM fee WHERE project_id = $1", fee->project_id,
                         FEE_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO fee (project_id, kind, name, standard, basis, payee, voluntary, "
                   "classes, formula, rate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                   "RETURNING id",
                   "itttttitti", fee->project_id, fee->kind, fee->name, fee->standard,
                   or_empty(fee->basis), or_empty(fee->payee), voluntary, classes,
                   fee_formulas[fee->formula], fee->rate);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", fee->name, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, fee->kind);
    trail_text(&trail, "name", NULL, fee->name);
    trail_text(&trail, "standard", NULL, fee->standard);
    trail_text(&trail, "basis", NULL, fee->basis);
    trail_text(&trail, "payee", NULL, fee->payee);
    trail_int(&trail, "voluntary", NULL, &voluntary);
    trail_text(&trail, "classes", "", classes);
    trail_text(&trail, "formula", "", fee_formulas[fee->formula]);
    if (fee->rate)
        trail_int(&trail, "rate", NULL, &fee->rate);
    r = audit_add_project(tx, "fee.create", "fee", id, fee->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

struct fee_now {
    int64_t project_id, version;
    bool agency;
    char name[400];
    struct stmt *s; /* columns: project, version, kind, name, standard, basis, payee, voluntary,
                       classes, formula, rate */
};

/* Of a project that is seen whole; the caller ends it with stmt_reset(ret->s). */
static int fee_read(struct tx *tx, int64_t id, struct fee_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, kind, name, standard, basis, payee, voluntary, "
                   "classes, formula, rate FROM fee WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct fee_now){.project_id = stmt_int(s, 0),
                            .version = stmt_int(s, 1),
                            .agency = strcmp(stmt_text(s, 2), "agency") == 0,
                            .s = s};
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 3));
    return 0;
}

int fee_project(struct tx *tx, int64_t fee_id, int64_t *ret_project_id)
{
    struct fee_now now;
    int r = fee_read(tx, fee_id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    *ret_project_id = now.project_id;
    return 0;
}

/* @classes: those of @c as text; NULL: it leaves them. */
static void fee_trail(struct trail *trail, struct stmt *s, const struct fee_change *c,
                      const char *classes)
{
    trail_given_text(trail, "name", stmt_text(s, 3), c->name);
    trail_given_text(trail, "standard", stmt_text(s, 4), c->standard);
    trail_given_text(trail, "basis", stmt_text(s, 5), c->basis);
    trail_given_text(trail, "payee", stmt_text(s, 6), c->payee);
    trail_given_int(trail, "voluntary", stmt_int(s, 7), c->voluntary);
    trail_given_text(trail, "classes", stmt_text(s, 8), classes);
    if (c->formula) {
        trail_given_text(trail, "formula", stmt_text(s, 9), fee_formulas[*c->formula]);
        trail_given_int(trail, "rate", stmt_int(s, 10), c->rate);
    }
}

int fee_update(struct tx *tx, const struct fee_change *c)
{
    const int64_t voluntary = c->voluntary;
    char text[CLASS_SET_TEXT], *classes = NULL;
    struct trail trail = {0};
    struct fee_now now;
    int r = fee_read(tx, c->id, &now);

    if (c->classes) {
        class_set_write(*c->classes, text);
        classes = text;
    }
    if (r < 0)
        return r;
    if (now.version != c->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    else if (now.agency && c->voluntary == 0)
        r = fault_set(tx->fault, FAULT_FEE_VOLUNTARY, NULL);
    else if (c->formula)
        r = formula_check(tx, now.agency, *c->formula, c->rate);
    if (r == 0)
        fee_trail(&trail, now.s, c, classes);
    stmt_reset(now.s);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(tx->db,
               "UPDATE fee SET name = COALESCE($2, name), standard = COALESCE($3, standard), "
               "basis = COALESCE($4, basis), payee = COALESCE($5, payee), "
               "voluntary = COALESCE($6, voluntary), classes = COALESCE($7, classes), "
               "formula = COALESCE($8, formula), rate = COALESCE($9, rate), "
               "version = version + 1 WHERE id = $1",
               "ittttotto", c->id, c->name, c->standard, c->basis, c->payee,
               c->voluntary >= 0 ? &voluntary : NULL, classes,
               c->formula ? fee_formulas[*c->formula] : NULL, c->formula ? &c->rate : NULL);
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add_project(tx, "fee.update", "fee", c->id, now.project_id, &trail);
}

int fee_delete(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct fee_now now;
    int r = fee_read(tx, id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    r = db_run(tx->db, "DELETE FROM fee WHERE id = $1", "i", id);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_FEE_USED, "fee", now.name, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", now.name, NULL);
    return audit_add_project(tx, "fee.delete", "fee", id, now.project_id, &trail);
}

int fee_each(struct tx *tx, int64_t project_id, int64_t fee_id,
             int (*each)(void *arg, const struct fee_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT id, version, project_id, kind, name, standard, basis, payee, voluntary, "
            "classes, formula, rate FROM fee WHERE project_id = $1 AND ($2 = 0 OR id = $2) ORDER "
            "BY kind, name",
            "ii", project_id, fee_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct fee_row row = {stmt_int(s, 0),
                                    stmt_int(s, 1),
                                    stmt_int(s, 2),
                                    stmt_text(s, 3),
                                    stmt_text(s, 4),
                                    stmt_text(s, 5),
                                    stmt_text(s, 6),
                                    stmt_text(s, 7),
                                    stmt_int(s, 8) != 0,
                                    class_set_read(stmt_text(s, 9)),
                                    fee_formula_find(stmt_text(s, 10)),
                                    stmt_int(s, 11)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
