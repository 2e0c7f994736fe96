/* customer_field.c - see customer_field.h. */
#include "db/customer_field.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const customer_field_types[] = {"text", "number", "date", "choice", NULL};

/* ---- the fields ---- */

int customer_field_scan(struct tx *tx, int64_t id,
                        int (*each)(void *arg, const struct customer_field *field), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, version, COALESCE(project_id, 0), name, type, choices, ordinal, "
                     "enabled FROM customer_field WHERE $1 = 0 OR id = $1 "
                     "ORDER BY COALESCE(project_id, 0), ordinal, id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct customer_field field = {.id = stmt_int(s, 0),
                                             .version = stmt_int(s, 1),
                                             .project_id = stmt_int(s, 2),
                                             .name = stmt_text(s, 3),
                                             .type = stmt_text(s, 4),
                                             .choices = stmt_text(s, 5),
                                             .ordinal = stmt_int(s, 6),
                                             .enabled = stmt_int(s, 7) != 0};

        if (!field.project_id || actor_sees_project(tx->actor, field.project_id))
            r = each(arg, &field);
    }
    stmt_reset(s);
    return r;
}

/* The line at @*at and its length, and the next; false at the end. */
static bool line_next(const char **at, const char **ret_line, size_t *ret_n)
{
    const char *end = strchr(*at, '\n');

    if (!**at)
        return false;
    *ret_line = *at;
    *ret_n = end ? (size_t)(end - *at) : strlen(*at);
    *at += *ret_n + (end ? 1 : 0);
    return true;
}

static bool is_choice(const char *choices, const char *value, size_t n)
{
    const char *line;
    size_t m;

    while (line_next(&choices, &line, &m))
        if (m == n && memcmp(line, value, n) == 0)
            return true;
    return false;
}

/* Lines with something in them, none twice. */
static bool choices_good(const char *choices)
{
    const char *at = choices, *line;
    size_t n;

    while (line_next(&at, &line, &n))
        if (n == 0 || is_choice(at, line, n))
            return false;
    return choices[0] != '\0';
}

static int choices_refused(struct tx *tx)
{
    fault_item(tx->fault, FAULT_FIELD_CHOICES, 0, "choices", NULL);
    return fault_set(tx->fault, FAULT_FIELD_CHOICES, NULL);
}

static int name_refused(struct tx *tx, const char *name)
{
    fault_item(tx->fault, FAULT_NAME_TAKEN, 0, "name", "name", name, NULL);
    return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", name, NULL);
}

int customer_field_create(struct tx *tx, const struct customer_field_edit *f, int64_t *ret_id)
{
    const bool list = strcmp(f->type, "choice") == 0;
    struct trail trail = {0};
    int64_t id = 0;
    int r = f->project_id ? tx_need_whole(tx, f->project_id) : 0;

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM customer_field WHERE $1 = $1", 0,
                         CUSTOMER_FIELDS_MAX);
    if (r < 0)
        return r;
    if (list ? !f->choices || !choices_good(f->choices) : f->choices && f->choices[0])
        return choices_refused(tx);
    r = db_get(tx->db, &id,
               "INSERT INTO customer_field (project_id, name, type, choices, ordinal) VALUES "
               "($1, $2, $3, $4, $5) RETURNING id",
               "ottti", f->project_id ? &f->project_id : NULL, f->name, f->type,
               list ? f->choices : "", f->ordinal > 0 ? f->ordinal : 0);
    if (r < 0)
        return r == -EEXIST ? name_refused(tx, f->name) : r;
    trail_text(&trail, "name", NULL, f->name);
    trail_text(&trail, "type", NULL, f->type);
    r = audit_add(tx, "field.create", "customer_field", id, f->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

struct before {
    int64_t version, project_id;
    bool list;
};

static int before_read(struct tx *tx, const struct customer_field_edit *c, struct before *ret,
                       struct trail *trail)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT version, COALESCE(project_id, 0), type, name, choices, ordinal, "
                     "enabled FROM customer_field WHERE id = $1",
                     "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct before){stmt_int(s, 0), stmt_int(s, 1), strcmp(stmt_text(s, 2), "choice") == 0};
    trail_given_text(trail, "name", stmt_text(s, 3), c->name);
    trail_given_text(trail, "choices", stmt_text(s, 4), c->choices);
    trail_given_int(trail, "ordinal", stmt_int(s, 5), c->ordinal);
    trail_given_int(trail, "enabled", stmt_int(s, 6), c->enabled);
    stmt_reset(s);
    r = ret->project_id ? tx_need_whole(tx, ret->project_id) : 0;
    if (r < 0)
        return r;
    if (ret->version != c->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "字段", NULL);
    if (c->choices && (ret->list ? !choices_good(c->choices) : c->choices[0] != '\0'))
        return choices_refused(tx);
    return 0;
}

int customer_field_update(struct tx *tx, const struct customer_field_edit *c)
{
    const int64_t enabled = c->enabled;
    struct trail trail = {0};
    struct before before;
    int r = before_read(tx, c, &before, &trail);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer_field SET name = COALESCE($2, name), "
                   "choices = COALESCE($3, choices), ordinal = COALESCE($4, ordinal), "
                   "enabled = COALESCE($5, enabled), version = version + 1 WHERE id = $1",
                   "ittoo", c->id, c->name, c->choices, c->ordinal < 0 ? NULL : &c->ordinal,
                   enabled < 0 ? NULL : &enabled);
    if (r == -EEXIST)
        r = name_refused(tx, c->name ? c->name : "");
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "field.update", "customer_field", c->id, before.project_id, &trail);
}

/* ---- their values ---- */

int customer_extra_scan(struct tx *tx, int64_t customer_id,
                        int (*each)(void *arg, int64_t field_id, const char *name,
                                    const char *value),
                        void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT f.id, f.name, e.value, f.project_id FROM customer_extra e "
                     "JOIN customer_field f ON f.id = e.field_id WHERE e.customer_id = $1 "
                     "ORDER BY COALESCE(f.project_id, 0), f.ordinal, f.id",
                     "i", customer_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        if (stmt_is_null(s, 3) || actor_sees_project(tx->actor, stmt_int(s, 3)))
            r = each(arg, stmt_int(s, 0), stmt_text(s, 1), stmt_text(s, 2));
    stmt_reset(s);
    return r;
}

static bool digits(const char *text, size_t n)
{
    return strspn(text, "0123456789") >= n;
}

/* YYYY-MM-DD: that it is a day of the calendar is looked at where it comes in. */
static bool is_date(const char *v)
{
    return strlen(v) == 10 && digits(v, 4) && v[4] == '-' && digits(v + 5, 2) && v[7] == '-' &&
           digits(v + 8, 2);
}

static bool is_number(const char *v)
{
    const char *d = v + (v[0] == '-');
    const size_t n = strlen(d);

    return n >= 1 && n <= 15 && digits(d, n);
}

struct fitting {
    const char *value;
    char name[CUSTOMER_FIELD_NAME_MAX * 4 + 1];
    bool fits;
};

static int fit_check(void *arg, const struct customer_field *f)
{
    struct fitting *fit = arg;

    snprintf(fit->name, sizeof(fit->name), "%s", f->name);
    if (!f->enabled)
        return 0;
    if (!fit->value[0] || strcmp(f->type, "text") == 0)
        fit->fits = true;
    else if (strcmp(f->type, "number") == 0)
        fit->fits = is_number(fit->value);
    else if (strcmp(f->type, "date") == 0)
        fit->fits = is_date(fit->value);
    else
        fit->fits = is_choice(f->choices, fit->value, strlen(fit->value));
    return 0;
}

int customer_extra_set(struct tx *tx, int64_t customer_id, int64_t field_id, const char *value,
                       struct trail *trail)
{
    struct fitting fit = {.value = value ? value : ""};
    char field[24];
    int r = customer_field_scan(tx, field_id > 0 ? field_id : -1, fit_check, &fit);

    if (r < 0)
        return r;
    if (!fit.fits) {
        snprintf(field, sizeof(field), "extra/%" PRId64, field_id);
        fault_item(tx->fault, FAULT_FIELD_VALUE, 0, field, "field", fit.name, NULL);
        return fault_set(tx->fault, FAULT_FIELD_VALUE, "field", fit.name, NULL);
    }
    snprintf(field, sizeof(field), "extra_%" PRId64, field_id);
    trail_text(trail, field, NULL, fit.value[0] ? "*" : "");
    if (!fit.value[0])
        r = db_run(tx->db, "DELETE FROM customer_extra WHERE customer_id = $1 AND field_id = $2",
                   "ii", customer_id, field_id);
    else
        r = db_run(tx->db,
                   "INSERT INTO customer_extra (customer_id, field_id, value) VALUES ($1, $2, $3) "
                   "ON CONFLICT (customer_id, field_id) DO UPDATE SET value = $3",
                   "iit", customer_id, field_id, fit.value);
    return r < 0 ? r : 0;
}
