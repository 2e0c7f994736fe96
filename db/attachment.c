/* attachment.c - see attachment.h. */
#include "db/attachment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"

enum { PATH_SIZE = 256 };

/* ---- the record ---- */

struct side {
    int64_t id, version, project_id, building_id;
    char path[PATH_SIZE];
    char state;
    bool item; /* of a class that is attached */
};

static bool item_class(const char *class)
{
    return strcmp(class, "parking") == 0 || strcmp(class, "storage") == 0 ||
           strcmp(class, "other") == 0;
}

static int side_take(void *arg, const struct unit_row *row)
{
    struct side *side = arg;

    *side = (struct side){.id = row->id,
                          .version = row->version,
                          .project_id = row->project_id,
                          .building_id = row->building_id,
                          .state = row->state,
                          .item = item_class(row->class)};
    unit_path(row, side->path, sizeof(side->path));
    return 0;
}

static int side_read(struct tx *tx, int64_t id, struct side *ret)
{
    const struct unit_filter filter = {.unit_id = id};

    return unit_scan(tx, &filter, side_take, ret);
}

static int free_check(struct tx *tx, const struct side *side)
{
    const struct state_info *state = state_info(side->state);

    if (strchr("UAN", side->state))
        return 0;
    return fault_set(tx->fault, FAULT_ATTACHMENT_HELD, "unit", side->path, "state", state->zh,
                     "state_en", state->en, NULL);
}

/* The home it has, if it has one (@ret_home->id 0: none), free to be let go of. */
static int old_read(struct tx *tx, int64_t unit_id, struct side *ret_home, bool *ret_merged)
{
    int64_t merged = 0, home_id = 0;
    int r = db_get(tx->db, &home_id, "SELECT home_id FROM unit_attachment WHERE unit_id = $1", "i",
                   unit_id);

    *ret_home = (struct side){.id = 0};
    if (r == 1)
        r = db_get(tx->db, &merged, "SELECT merged FROM unit_attachment WHERE unit_id = $1", "i",
                   unit_id);
    if (r <= 0)
        return r;
    *ret_merged = merged != 0;
    r = side_read(tx, home_id, ret_home);
    return r < 0 ? r : free_check(tx, ret_home);
}

static int new_read(struct tx *tx, const struct side *item, int64_t home_id, struct side *ret_home)
{
    int r = side_read(tx, home_id, ret_home);

    if (r == 0 && ret_home->project_id != item->project_id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0 && (ret_home->item || !item->item))
        return fault_set(tx->fault, FAULT_ATTACHMENT_CLASS, NULL);
    if (r == 0)
        r = free_check(tx, ret_home);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM unit_attachment WHERE home_id = $1", home_id,
                         ATTACHMENTS_MAX);
    return r;
}

/* Both sides have changed for who has read them. */
static int touch(struct tx *tx, const struct side *side)
{
    int r = db_run(tx->db, "UPDATE unit SET version = version + 1, changed_ms = $2 WHERE id = $1",
                   "ii", side->id, tx->now_ms);

    return r < 0 ? r : tx_changed(tx, CHANGE_UNIT, side->project_id, side->building_id, side->id);
}

static int write(struct tx *tx, const struct attachment_change *change)
{
    int r = db_run(tx->db, "DELETE FROM unit_attachment WHERE unit_id = $1", "i", change->unit_id);

    if (r >= 0 && change->home_id)
        r = db_run(tx->db,
                   "INSERT INTO unit_attachment (unit_id, home_id, merged, actor, at_ms) VALUES "
                   "($1, $2, $3, $4, $5)",
                   "iiiti", change->unit_id, change->home_id, (int64_t)change->merged,
                   tx->actor->name, tx->now_ms);
    return r < 0 ? r : 0;
}

struct setting {
    struct side item, old, new;
    bool was_merged;
};

static int change_log(struct tx *tx, const struct attachment_change *change,
                      const struct setting *s)
{
    const int64_t was = s->was_merged, merged = change->merged;
    struct trail trail = {0};

    trail_text(&trail, "attached_to", s->old.id ? s->old.path : NULL,
               s->new.id ? s->new.path : NULL);
    trail_int(&trail, "merged", s->old.id ? &was : NULL, s->new.id ? &merged : NULL);
    return audit_add(tx, "unit.attach", "unit", s->item.id, s->item.project_id, &trail);
}

int attachment_set(struct tx *tx, const struct attachment_change *change)
{
    struct setting s = {.was_merged = false};
    int r = side_read(tx, change->unit_id, &s.item);

    if (r == 0 && s.item.version != change->version)
        return fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", s.item.path, NULL);
    if (r == 0)
        r = free_check(tx, &s.item);
    if (r == 0)
        r = old_read(tx, change->unit_id, &s.old, &s.was_merged);
    if (r == 0 && change->home_id)
        r = new_read(tx, &s.item, change->home_id, &s.new);
    if (r < 0 || (s.old.id == s.new.id && (!s.new.id || s.was_merged == change->merged)))
        return r;
    r = write(tx, change);
    if (r == 0)
        r = touch(tx, &s.item);
    if (r == 0 && s.old.id)
        r = touch(tx, &s.old);
    if (r == 0 && s.new.id && s.new.id != s.old.id)
        r = touch(tx, &s.new);
    return r < 0 ? r : change_log(tx, change, &s);
}

int attachment_free_need(struct tx *tx, int64_t unit_id)
{
    struct side side, home;
    bool merged;
    int r = old_read(tx, unit_id, &home, &merged);

    if (r < 0 || !home.id)
        return r;
    r = side_read(tx, unit_id, &side);
    return r < 0 ? r : free_check(tx, &side);
}

int attachment_class_need(struct tx *tx, int64_t unit_id)
{
    int64_t wrong = 0;
    int r = db_get(tx->db, &wrong,
                   "SELECT COUNT(*) FROM unit_attachment a JOIN unit u ON u.id = a.unit_id "
                   "JOIN unit h ON h.id = a.home_id WHERE (a.unit_id = $1 OR a.home_id = $1) AND "
                   "(u.class NOT IN ('parking', 'storage', 'other') OR h.class IN ('parking', "
                   "'storage', 'other'))",
                   "i", unit_id);

    if (r < 0 || wrong == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_ATTACHMENT_CLASS, NULL);
}

/* ---- reading ---- */

int attachment_each(struct tx *tx, int64_t unit_id,
                    int (*each)(void *arg, const struct attachment_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT u.project_id, u.building_id, h.building_id, a.unit_id, a.home_id, "
                     "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || "
                     "u.room, hb.name || CASE hs.name WHEN '' THEN '' ELSE '-' || hs.name END || "
                     "'-' || h.room, COALESCE(u.total_fen, 0), a.merged, u.attached_only, "
                     "u.sale_state, a.at_ms FROM unit_attachment a JOIN unit u ON u.id = a.unit_id "
                     "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
                     "JOIN unit h ON h.id = a.home_id JOIN building hb ON hb.id = h.building_id "
                     "JOIN stair hs ON hs.id = h.stair_id WHERE a.unit_id = $1 OR a.home_id = $1 "
                     "ORDER BY u.building_id, u.id",
                     "i", unit_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct attachment_row row = {.unit_id = stmt_int(s, 3),
                                           .home_id = stmt_int(s, 4),
                                           .unit = stmt_text(s, 5),
                                           .home = stmt_text(s, 6),
                                           .price_fen = stmt_int(s, 7),
                                           .merged = stmt_int(s, 8) != 0,
                                           .alone = stmt_int(s, 9) == 0,
                                           .state = stmt_text(s, 10)[0],
                                           .at_ms = stmt_int(s, 11)};

        if (actor_sees_building(tx->actor, stmt_int(s, 0), stmt_int(s, 1)) &&
            actor_sees_building(tx->actor, stmt_int(s, 0), stmt_int(s, 2)))
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- sold with its home ---- */

struct going {
    int64_t unit_id, claim_id; /* claim 0: none yet */
};

static int going_read(struct tx *tx, const char *sql, int64_t a, int64_t b,
                      struct going going[ATTACHMENTS_MAX], size_t *ret_n)
{
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s, sql, "ii", a, b);

    while (r >= 0 && n < ATTACHMENTS_MAX && (r = stmt_step(s)) == 1)
        going[n++] = (struct going){stmt_int(s, 0), stmt_int(s, 1)};
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

/* Who steps for the home may step for what goes with it, wherever that is. */
static int step_along(struct tx *tx, const struct unit_step *home, const struct going *going,
                      enum transition_id transition)
{
    struct unit_step step = *home;
    struct actor actor = *tx->actor;
    struct tx all = *tx;

    actor.all_projects = true;
    all.actor = &actor;
    step.transition = transition;
    step.unit_id = going->unit_id;
    step.own_claim = going->claim_id;
    step.version = 0;
    step.met |= GUARD_BIT(5);
    return unit_step(&all, &step);
}

int attachment_take(struct tx *tx, const struct unit_step *home, char stage, int64_t terms_id)
{
    const enum transition_id transition = stage == 'B'   ? TRANSITION_TAKE_B
                                          : stage == 'S' ? TRANSITION_TAKE_S
                                                         : TRANSITION_TAKE_C;
    struct going going[ATTACHMENTS_MAX];
    size_t n = 0;
    int r = going_read(tx,
                       "SELECT unit_id, 0 FROM terms_attached WHERE terms_id = $1 AND $2 = 0 "
                       "ORDER BY unit_id",
                       terms_id, 0, going, &n);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = step_along(tx, home, &going[i], transition);
    return r;
}

int attachment_follow(struct tx *tx, const struct unit_step *home)
{
    const enum transition_id transition =
        transitions[home->transition].to == 'A' ? TRANSITION_GIVE_BACK : home->transition;
    struct going going[ATTACHMENTS_MAX];
    size_t n = 0;
    int r = going_read(tx,
                       "SELECT unit_id, id FROM claim WHERE deal_id = $1 AND unit_id <> $2 AND "
                       "ended_ms IS NULL ORDER BY unit_id",
                       home->claim.deal_id, home->unit_id, going, &n);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = step_along(tx, home, &going[i], transition);
    return r;
}

/* What is bound and not sold alone, and what the terms name: the same, at the same prices. */
int attachment_terms_check(struct tx *tx, int64_t home_id, int64_t terms_id)
{
    int64_t other = 0;
    int r = db_get(tx->db, &other,
                   "SELECT (SELECT COUNT(*) FROM unit_attachment a JOIN unit u ON u.id = a.unit_id "
                   "LEFT JOIN terms_attached x ON x.terms_id = $2 AND x.unit_id = a.unit_id AND "
                   "x.merged = a.merged AND x.price_fen = u.total_fen WHERE a.home_id = $1 AND "
                   "u.attached_only = 1 AND x.unit_id IS NULL) + (SELECT COUNT(*) FROM "
                   "terms_attached x JOIN unit u ON u.id = x.unit_id LEFT JOIN unit_attachment a "
                   "ON a.unit_id = x.unit_id AND a.home_id = $1 WHERE x.terms_id = $2 AND "
                   "(a.unit_id IS NULL OR u.attached_only = 0))",
                   "ii", home_id, terms_id);

    if (r < 0 || other == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_ATTACHMENT_CHANGED, NULL);
}
