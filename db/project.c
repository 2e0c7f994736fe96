/* project.c - see project.h. */
#include "db/project.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/media.h"
#include "db/process.h"

#define TEXT(n, column) ", " #column
#define INT(n, column)  ", " #column
static const char project_by_id[] = "SELECT id, version, closed, cover_media"
#include "db/project.def"
                                    " FROM project WHERE id = $1";
#undef TEXT
#undef INT

#define TEXT(n, column) #column " = COALESCE($" #n ", " #column "), "
#define INT(n, column)  TEXT(n, column)
static const char project_set[] =
    "UPDATE project SET "
#include "db/project.def"
    "cover_media = CASE WHEN $43 = '' THEN NULL ELSE COALESCE($43, cover_media) END, "
    "version = version + 1 WHERE id = $1";
#undef TEXT
#undef INT

/* The caller ends it with stmt_reset(*ret_s). */
static int project_read(struct tx *tx, int64_t id, struct project_row *ret, struct stmt **ret_s)
{
    struct stmt *s;
    int column = 4;
    int r = tx_need_project(tx, id);

    if (r == 0)
        r = db_query(tx->db, &s, project_by_id, "i", id);
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct project_row){.id = stmt_int(s, 0),
                                .version = stmt_int(s, 1),
                                .closed = stmt_int(s, 2) != 0,
                                .cover_media = stmt_text(s, 3)};
#define TEXT(n, name) ret->name = stmt_text(s, column++);
#define INT(n, name)  ret->name = stmt_int(s, column++);
#include "db/project.def"
#undef TEXT
#undef INT
    *ret_s = s;
    return 0;
}

int project_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct project_row *row),
                void *arg)
{
    struct project_row row;
    struct stmt *s;
    int r = project_read(tx, id, &row, &s);

    if (r < 0)
        return r;
    r = each(arg, &row);
    stmt_reset(s);
    return r;
}

static const char *text_or_none(const char *text)
{
    return text ? text : "";
}

int project_create(struct tx *tx, const struct project_new *p, int64_t *ret_id)
{
    const char *sale_type = p->sale_type ? p->sale_type : "presale";
    struct trail trail = {0};
    int64_t id = 0;
    int r;

    /* Who is bound to some projects would not see the new one. */
    if (!tx->actor->all_projects)
        return fault_set(tx->fault, FAULT_DENIED, "right", rights[RIGHT_PROJECT_EDIT].zh, NULL);
    r = tx_need_room(tx, "SELECT COUNT(*) FROM project WHERE $1 = 0", 0, PROJECT_MAX);
    if (r < 0)
        return r;
    r = db_get(tx->db, &id,
               "INSERT INTO project (name, name_en, city, address, developer, phone, sale_type, "
               "created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
               "ttttttti", p->name, text_or_none(p->name_en), text_or_none(p->city),
               text_or_none(p->address), text_or_none(p->developer), text_or_none(p->phone),
               sale_type, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", p->name, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, p->name);
    trail_text(&trail, "name_en", NULL, p->name_en);
    trail_text(&trail, "city", NULL, p->city);
    trail_text(&trail, "address", NULL, p->address);
    trail_text(&trail, "developer", NULL, p->developer);
    trail_text(&trail, "phone", NULL, p->phone);
    trail_text(&trail, "sale_type", NULL, sale_type);
    r = audit_add_project(tx, "project.create", "project", id, id, &trail);
    if (r == 0)
        r = process_seed(tx, id);
    if (r == 0)
        *ret_id = id;
    return r;
}

void project_change_init(struct project_change *change, int64_t id, int64_t version)
{
    *change = (struct project_change){.id = id, .version = version};
#define TEXT(n, column)
#define INT(n, column) change->column = -1;
#include "db/project.def"
#undef TEXT
#undef INT
}

static void project_trail(struct trail *trail, const struct project_row *now,
                          const struct project_change *c)
{
    const char *cover = c->cover_media && c->cover_media[0] ? c->cover_media : NULL;

#define TEXT(n, column) trail_given_text(trail, #column, now->column, c->column);
#define INT(n, column)  trail_given_int(trail, #column, now->column, c->column);
#include "db/project.def"
#undef TEXT
#undef INT
    if (c->cover_media)
        trail_text(trail, "cover_media", now->cover_media, cover);
}

/* Later than the days the rate is no lower (late.h). */
static int late_check(struct tx *tx, const struct project_row *now, const struct project_change *c)
{
    const int64_t rate = c->late_rate < 0 ? now->late_rate : c->late_rate;
    const int64_t beyond = c->late_beyond_rate < 0 ? now->late_beyond_rate : c->late_beyond_rate;

    return beyond >= rate ? 0 : fault_set(tx->fault, FAULT_LATE_RATE, NULL);
}

/* The second reminder comes nearer to its day than the first (due_remind.h). */
static int remind_check(struct tx *tx, const struct project_row *now,
                        const struct project_change *c)
{
    const int64_t early = c->remind_early_days < 0 ? now->remind_early_days : c->remind_early_days;
    const int64_t near = c->remind_near_days < 0 ? now->remind_near_days : c->remind_near_days;

    return near < early ? 0 : fault_set(tx->fault, FAULT_REMIND_ORDER, NULL);
}

/* Version, and what differs into @trail. */
static int project_check(struct tx *tx, int64_t id, int64_t version,
                         const struct project_change *change, struct trail *trail)
{
    struct project_row now;
    struct stmt *s;
    int r = project_read(tx, id, &now, &s);

    if (r < 0)
        return r;
    r = tx_need_whole(tx, id);
    if (r == 0 && now.version != version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    if (r == 0 && change)
        r = remind_check(tx, &now, change);
    if (r == 0 && change)
        r = late_check(tx, &now, change);
    if (r == 0 && change)
        project_trail(trail, &now, change);
    stmt_reset(s);
    return r;
}

int project_update(struct tx *tx, const struct project_change *c)
{
    struct trail trail = {0};
    int r = project_check(tx, c->id, c->version, c, &trail);

    if (r == 0)
        r = media_need(tx, c->id, c->cover_media);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(tx->db, project_set,
               "i"
#define TEXT(n, column) "t"
#define INT(n, column)  "o"
#include "db/project.def"
#undef TEXT
#undef INT
               "t",
               c->id,
#define TEXT(n, column) c->column,
#define INT(n, column)  c->column >= 0 ? &c->column : NULL,
#include "db/project.def"
#undef TEXT
#undef INT
               c->cover_media);
    if (r < 0) {
        trail_clear(&trail);
        if (r == -EEXIST)
            return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL);
        return r;
    }
    return audit_add_project(tx, "project.update", "project", c->id, c->id, &trail);
}

int project_close(struct tx *tx, int64_t id, int64_t version, bool closed)
{
    const int64_t before = !closed, after = closed;
    struct trail trail = {0};
    int r = project_check(tx, id, version, NULL, NULL);

    if (r < 0)
        return r;
    r = db_run(
        tx->db,
        "UPDATE project SET closed = $2, version = version + 1 WHERE id = $1 AND closed <> $2",
        "ii", id, after);
    if (r <= 0)
        return r;
    trail_int(&trail, "closed", &before, &after);
    return audit_add_project(tx, "project.closing", "project", id, id, &trail);
}

/* ---- the list: a row for each state of a building, told as one brief per project ---- */

static const char project_states[] =
    "SELECT p.id, p.name, p.city, p.closed, "
    "(SELECT q.number FROM publication q WHERE q.project_id = p.id AND q.state = 'live'), "
    "(SELECT q.number FROM publication q WHERE q.project_id = p.id "
    " AND q.state IN ('draft', 'submitted')), "
    "n.sale_state, n.units, n.gross, n.total, n.building_id, p.name_en FROM project p LEFT JOIN "
    "(SELECT u.project_id, u.building_id, u.sale_state, COUNT(*) AS units, "
    " SUM(COALESCE(a.gross, 0)) AS gross, "
    " SUM(COALESCE(u.total_fen, 0)) AS total FROM unit u JOIN project k ON k.id = u.project_id "
    " LEFT JOIN unit_area a ON a.unit_id = u.id AND a.stage = "
    " CASE k.sale_type WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "
    " WHERE $1 = 0 OR u.project_id = $1 GROUP BY u.project_id, u.sale_state, u.building_id) n "
    "ON n.project_id = p.id WHERE $1 = 0 OR p.id = $1 ORDER BY p.name, p.id, n.sale_state";

static void brief_add(const struct actor *actor, struct project_brief *brief, struct stmt *s)
{
    struct project_state *state = &brief->states[brief->n_states];

    if (stmt_is_null(s, 6) || !actor_sees_building(actor, brief->id, stmt_int(s, 10)))
        return;
    if (brief->n_states > 0 && state[-1].state == stmt_text(s, 6)[0])
        state--;
    else if (brief->n_states == PROJECT_STATES_MAX)
        return;
    else
        brief->n_states++;
    state->state = stmt_text(s, 6)[0];
    state->units += stmt_int(s, 7);
    state->gross_area += stmt_int(s, 8);
    state->total_fen += stmt_int(s, 9);
    brief->units += stmt_int(s, 7);
}

/* The texts of a brief outlive the row they were read from. */
struct brief_text {
    char name[400], name_en[400], city[400];
};

static void brief_start(struct project_brief *brief, struct brief_text *text, struct stmt *s)
{
    snprintf(text->name, sizeof(text->name), "%s", stmt_text(s, 1));
    snprintf(text->name_en, sizeof(text->name_en), "%s", stmt_text(s, 11));
    snprintf(text->city, sizeof(text->city), "%s", stmt_text(s, 2));
    *brief = (struct project_brief){.id = stmt_int(s, 0),
                                    .name = text->name,
                                    .name_en = text->name_en,
                                    .city = text->city,
                                    .closed = stmt_int(s, 3) != 0,
                                    .live_number = stmt_int(s, 4),
                                    .open_number = stmt_int(s, 5)};
}

int project_each(struct tx *tx, int64_t project_id,
                 int (*each)(void *arg, const struct project_brief *brief), void *arg)
{
    struct project_brief brief = {0};
    struct brief_text text;
    struct stmt *s;
    int r = db_query(tx->db, &s, project_states, "i", project_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_project(tx->actor, stmt_int(s, 0)))
            continue;
        if (brief.id != stmt_int(s, 0)) {
            if (brief.id)
                r = each(arg, &brief);
            if (r < 0)
                break;
            brief_start(&brief, &text, s);
        }
        brief_add(tx->actor, &brief, s);
    }
    stmt_reset(s);
    if (r >= 0 && brief.id)
        r = each(arg, &brief);
    return r < 0 ? r : 0;
}

int project_find(struct db *db, const char *text, int64_t *ret_id)
{
    int r = db_get(db, ret_id, "SELECT id FROM project WHERE name = $1", "t", text);

    if (r != 0)
        return r;
    return db_get(db, ret_id, "SELECT id FROM project WHERE id = $1", "i",
                  (int64_t)strtoll(text, NULL, 10));
}

int project_is_closed(struct db *db, int64_t id, bool *ret_closed)
{
    int64_t closed = 0;
    int r = db_get(db, &closed, "SELECT closed FROM project WHERE id = $1", "i", id);

    if (r == 1)
        *ret_closed = closed != 0;
    return r;
}

int project_rounding(struct db *db, int64_t id, enum round_mode *ret_mode, int64_t *ret_unit_fen)
{
    static const char *const modes[] = {"half_up", "truncate", "up"};
    struct stmt *s;
    int r =
        db_query(db, &s, "SELECT round_mode, round_unit_fen FROM project WHERE id = $1", "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r != 1)
        return r < 0 ? r : -ENOENT;
    for (int i = 0; i < 3; i++)
        if (strcmp(modes[i], stmt_text(s, 0)) == 0)
            *ret_mode = (enum round_mode)i;
    *ret_unit_fen = stmt_int(s, 1);
    stmt_reset(s);
    return 0;
}
