/* property.c - phases, areas and buildings. Stairs and floors are in property_floor.c. See
 * property.h. */
#include "db/property.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"

/* What is known of a node before it is changed. Texts live until its statement is reset. */
struct node_now {
    int64_t id, version, project_id, parent_id, ordinal, enabled, floor_height_mm;
    const char *kind, *name; /* a building has no kind */
    struct stmt *s;
};

static const char area_by_id[] =
    "SELECT project_id, id, version, COALESCE(parent_id, 0), ordinal, enabled, kind, name, 0 "
    "FROM area WHERE id = $1";
static const char building_by_id[] =
    "SELECT project_id, id, version, COALESCE(area_id, 0), ordinal, enabled, 'building', name, "
    "COALESCE(floor_height_mm, 0) FROM building WHERE id = $1";

/* Reads the node, in scope or NOT_FOUND. The caller ends it with stmt_reset(ret->s). */
static int node_read(struct tx *tx, const char *sql, int64_t id, struct node_now *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s, sql, id);

    if (r < 0)
        return r;
    *ret = (struct node_now){.project_id = stmt_int(s, 0),
                             .id = stmt_int(s, 1),
                             .version = stmt_int(s, 2),
                             .parent_id = stmt_int(s, 3),
                             .ordinal = stmt_int(s, 4),
                             .enabled = stmt_int(s, 5),
                             .kind = stmt_text(s, 6),
                             .name = stmt_text(s, 7),
                             .floor_height_mm = stmt_int(s, 8),
                             .s = s};
    return 0;
}

/* Of a node that is to be changed: a building in scope, or an area of a project that is. */
static int node_own(struct tx *tx, const char *sql, int64_t id, struct node_now *ret)
{
    int r = node_read(tx, sql, id, ret);

    if (r < 0)
        return r;
    r = sql == building_by_id ? tx_need_building(tx, ret->project_id, id)
                              : tx_need_whole(tx, ret->project_id);
    if (r < 0)
        stmt_reset(ret->s);
    return r;
}

int building_project(struct tx *tx, int64_t building_id, int64_t *ret_project_id)
{
    struct node_now now;
    int r = node_own(tx, building_by_id, building_id, &now);

    if (r < 0)
        return r;
    *ret_project_id = now.project_id;
    stmt_reset(now.s);
    return 0;
}

/* A phase stands right below the project, an area there or below a phase of the same project. */
static int parent_check(struct tx *tx, int64_t project_id, const char *kind, int64_t parent_id)
{
    struct node_now parent;
    bool fits;
    int r;

    if (parent_id == 0)
        return 0;
    r = node_read(tx, area_by_id, parent_id, &parent);
    if (r < 0)
        return r;
    if (strcmp(kind, "building") == 0)
        fits = true;
    else
        fits = strcmp(kind, "area") == 0 && strcmp(parent.kind, "phase") == 0;
    fits = fits && parent.project_id == project_id;
    stmt_reset(parent.s);
    return fits ? 0 : fault_set(tx->fault, FAULT_NODE_PARENT, NULL);
}

static int project_exists(struct tx *tx, int64_t project_id)
{
    int64_t found = 0;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = db_get(tx->db, &found, "SELECT id FROM project WHERE id = $1", "i", project_id);
    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

static int name_taken(struct tx *tx, int r, const char *name)
{
    return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", name, NULL) : r;
}

/* ---- areas ---- */

int area_create(struct tx *tx, const struct area_new *area, struct node *ret_node)
{
    const int64_t *parent = area->parent_id ? &area->parent_id : NULL;
    struct trail trail = {0};
    int64_t id = 0;
    int r = project_exists(tx, area->project_id);

    if (r == 0)
        r = parent_check(tx, area->project_id, area->kind, area->parent_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM area WHERE project_id = $1", area->project_id,
                         AREA_NODES_MAX);
    if (r < 0)
        return r;
    r = db_get(tx->db, &id,
               "INSERT INTO area (project_id, parent_id, kind, name, ordinal) VALUES ($1, $2, $3, "
               "$4, CASE WHEN $5 >= 0 THEN $5 ELSE (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM area "
               "WHERE project_id = $1) END) RETURNING id",
               "iotti", area->project_id, parent, area->kind, area->name, area->ordinal);
    if (r < 0)
        return name_taken(tx, r, area->name);
    trail_text(&trail, "kind", NULL, area->kind);
    trail_text(&trail, "name", NULL, area->name);
    trail_int(&trail, "parent_id", NULL, parent);
    r = audit_add_project(tx, "area.create", "area", id, area->project_id, &trail);
    if (r == 0)
        *ret_node = (struct node){id, 1, area->project_id};
    return r;
}

/* ---- what stands in the way ---- */

/* An item for each row of @sql: its four columns are the parts of a path, empty ones left out. */
static int blockers(struct tx *tx, const char *sql, int64_t id, int64_t *count)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char path[256];
        size_t used = 0;

        path[0] = '\0';
        for (int i = 0; i < 4; i++) {
            const char *part = stmt_text(s, i);
            int n;

            if (!part || !part[0])
                continue;
            n = snprintf(path + used, sizeof(path) - used, "%s%s", used ? "-" : "", part);
            if (n < 0 || (size_t)n >= sizeof(path) - used)
                break;
            used += (size_t)n;
        }
        fault_item(tx->fault, FAULT_NODE_BLOCKED_BY, 0, NULL, "path", path, NULL);
        (*count)++;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int blocked(struct tx *tx, const char *name, int64_t count)
{
    char text[24];

    if (count == 0)
        return 0;
    snprintf(text, sizeof(text), "%lld", (long long)count);
    return fault_set(tx->fault, FAULT_NODE_BLOCKED, "name", name, "count", text, NULL);
}

static const char area_units[] =
    "SELECT a.name, b.name, s.name, u.room FROM unit u JOIN building b ON b.id = u.building_id "
    "JOIN stair s ON s.id = u.stair_id JOIN area a ON a.id = b.area_id "
    "JOIN floor f ON f.id = u.floor_id WHERE u.building_id IN (SELECT k.id FROM building k "
    "JOIN area x ON x.id = k.area_id WHERE x.id = $1 OR x.parent_id = $1) "
    "ORDER BY b.ordinal, b.id, s.ordinal, f.ordinal, u.room";
static const char building_units[] =
    "SELECT '', b.name, s.name, u.room FROM unit u JOIN building b ON b.id = u.building_id "
    "JOIN stair s ON s.id = u.stair_id JOIN floor f ON f.id = u.floor_id WHERE b.id = $1 "
    "ORDER BY s.ordinal, f.ordinal, u.room";
static const char area_areas[] =
    "SELECT '', '', p.name, a.name FROM area a JOIN area p ON p.id = a.parent_id "
    "WHERE a.parent_id = $1 ORDER BY a.ordinal, a.id";
static const char area_buildings[] =
    "SELECT '', '', a.name, b.name FROM building b JOIN area a ON a.id = b.area_id "
    "WHERE b.area_id = $1 ORDER BY b.ordinal, b.id";

/* ---- changing a node ---- */

static const char area_set[] =
    "UPDATE area SET name = COALESCE($2, name), ordinal = COALESCE($3, ordinal), "
    "enabled = COALESCE($4, enabled), parent_id = CASE WHEN $5 >= 0 THEN NULLIF($5, 0) "
    "ELSE parent_id END, version = version + 1 WHERE id = $1 AND $6 = 0";
static const char building_set[] =
    "UPDATE building SET name = COALESCE($2, name), ordinal = COALESCE($3, ordinal), "
    "enabled = COALESCE($4, enabled), area_id = CASE WHEN $5 >= 0 THEN NULLIF($5, 0) "
    "ELSE area_id END, floor_height_mm = CASE $6 WHEN 0 THEN floor_height_mm WHEN -1 THEN NULL "
    "ELSE $6 END, version = version + 1 WHERE id = $1";

struct node_kind {
    const char *read, *write, *units, *object, *action;
};
static const struct node_kind node_area = {area_by_id, area_set, area_units, "area", "area.update"};
static const struct node_kind node_building = {building_by_id, building_set, building_units,
                                               "building", "building.update"};

static void node_trail(struct trail *trail, const struct node_now *now, const struct node_change *c)
{
    const int64_t enabled = c->enabled;
    const int64_t height = c->floor_height_mm ? c->floor_height_mm : now->floor_height_mm;

    trail_text(trail, "name", now->name, c->name ? c->name : now->name);
    trail_int(trail, "ordinal", &now->ordinal, c->ordinal >= 0 ? &c->ordinal : &now->ordinal);
    trail_int(trail, "enabled", &now->enabled, c->enabled >= 0 ? &enabled : &now->enabled);
    trail_int(trail, "parent_id", &now->parent_id,
              c->parent_id >= 0 ? &c->parent_id : &now->parent_id);
    trail_int(trail, "floor_height_mm", now->floor_height_mm ? &now->floor_height_mm : NULL,
              height > 0 ? &height : NULL);
}

/* Checks, and notes what differs; @now is done with afterwards. */
static int node_check(struct tx *tx, const struct node_kind *kind, struct node_now *now,
                      const struct node_change *c, struct trail *trail)
{
    int64_t count = 0;
    char name[256];
    bool moves = c->parent_id >= 0 && c->parent_id != now->parent_id;
    bool fits = true;
    int r = 0;

    snprintf(name, sizeof(name), "%s", now->name);
    if (c->version != now->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", name, NULL);
    if (r == 0)
        node_trail(trail, now, c);
    fits = c->parent_id != now->id || kind != &node_area;
    if (r == 0 && moves) {
        char what[16];

        /* node_read() of the parent is the same statement: this one is ended first. */
        snprintf(what, sizeof(what), "%s", now->kind);
        stmt_reset(now->s);
        r = fits ? parent_check(tx, now->project_id, what, c->parent_id)
                 : fault_set(tx->fault, FAULT_NODE_PARENT, NULL);
    }
    stmt_reset(now->s);
    if (r == 0 && moves)
        r = blockers(tx, kind->units, now->id, &count);
    if (r == 0)
        r = blocked(tx, name, count);
    return r;
}

static int node_update(struct tx *tx, const struct node_kind *kind, const struct node_change *c,
                       struct node *ret_node)
{
    const int64_t enabled = c->enabled;
    struct node_now now;
    struct trail trail = {0};
    bool building = kind == &node_building;
    int r = node_own(tx, kind->read, c->id, &now);

    if (r < 0)
        return r;
    r = node_check(tx, kind, &now, c, &trail);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        if (r == 0)
            *ret_node = (struct node){now.id, now.version, now.project_id};
        return r;
    }
    r = db_run(tx->db, kind->write, "itooii", c->id, c->name, c->ordinal >= 0 ? &c->ordinal : NULL,
               c->enabled >= 0 ? &enabled : NULL, c->parent_id,
               building ? c->floor_height_mm : INT64_C(0));
    if (r < 0) {
        trail_clear(&trail);
        return name_taken(tx, r, c->name);
    }
    r = audit_add(tx, kind->action, kind->object, now.id, now.project_id, &trail);
    if (r == 0)
        r = building ? tx_changed(tx, CHANGE_BUILDING, now.project_id, now.id, now.id)
                     : tx_changed(tx, CHANGE_PROJECT, now.project_id, 0, now.project_id);
    if (r == 0)
        *ret_node = (struct node){now.id, now.version + 1, now.project_id};
    return r;
}

int area_update(struct tx *tx, const struct node_change *change, struct node *ret_node)
{
    return node_update(tx, &node_area, change, ret_node);
}

int building_update(struct tx *tx, const struct node_change *change, struct node *ret_node)
{
    return node_update(tx, &node_building, change, ret_node);
}

int area_delete(struct tx *tx, int64_t area_id)
{
    struct trail trail = {0};
    struct node_now now;
    int64_t count = 0;
    char name[256];
    int r = node_own(tx, area_by_id, area_id, &now);

    if (r < 0)
        return r;
    snprintf(name, sizeof(name), "%s", now.name);
    stmt_reset(now.s);
    r = blockers(tx, area_areas, area_id, &count);
    if (r == 0)
        r = blockers(tx, area_buildings, area_id, &count);
    if (r == 0)
        r = blocked(tx, name, count);
    if (r < 0)
        return r;
    r = db_run(tx->db, "DELETE FROM area WHERE id = $1", "i", area_id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", name, NULL);
    return audit_add_project(tx, "area.delete", "area", area_id, now.project_id, &trail);
}

/* ---- buildings ---- */

static int building_insert(struct tx *tx, const struct building_new *b, int64_t *ret_id)
{
    const int64_t *area = b->area_id ? &b->area_id : NULL;
    int r = project_exists(tx, b->project_id);

    if (r == 0)
        r = parent_check(tx, b->project_id, "building", b->area_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM building WHERE project_id = $1", b->project_id,
                         BUILDING_MAX);
    if (r < 0)
        return r;
    r = db_get(tx->db, ret_id,
               "INSERT INTO building (project_id, area_id, name, floor_height_mm, ordinal) "
               "VALUES ($1, $2, $3, NULLIF($5, 0), "
               "CASE WHEN $4 >= 0 THEN $4 ELSE (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM building "
               "WHERE project_id = $1) END) RETURNING id",
               "iotii", b->project_id, area, b->name, b->ordinal, b->floor_height_mm);
    return r < 0 ? name_taken(tx, r, b->name) : 0;
}

static int building_parts(struct tx *tx, const struct building_new *b, int64_t id,
                          struct trail *trail)
{
    int64_t part;
    int r = 0;

    for (size_t i = 0; r == 0 && i < b->n_stairs; i++)
        r = stair_ensure(tx, id, b->stairs[i], trail, &part);
    for (int64_t n = b->floor_from; r == 0 && n <= b->floor_to; n++) {
        char label[24];

        if (n == 0 || floor_skipped(n, b->skip, b->n_skip))
            continue;
        snprintf(label, sizeof(label), "%lld", (long long)n);
        r = floor_ensure(tx, id, label, floor_ordinal(n, b->skip, b->n_skip), trail, &part);
    }
    return r;
}

int building_create(struct tx *tx, const struct building_new *b, struct node *ret_node)
{
    const bool floors = b->floor_from != 0 || b->floor_to != 0;
    struct trail trail = {0};
    int64_t id = 0;
    int r = floors ? floor_range_check(tx, b->floor_from, b->floor_to, b->skip, b->n_skip) : 0;

    if (r == 0)
        r = building_insert(tx, b, &id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, b->name);
    trail_int(&trail, "area_id", NULL, b->area_id ? &b->area_id : NULL);
    trail_int(&trail, "floor_height_mm", NULL, b->floor_height_mm ? &b->floor_height_mm : NULL);
    r = building_parts(tx, b, id, &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    r = audit_add(tx, "building.create", "building", id, b->project_id, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_BUILDING, b->project_id, id, id);
    if (r == 0)
        *ret_node = (struct node){id, 1, b->project_id};
    return r;
}

int building_ensure(struct tx *tx, int64_t project_id, int64_t area_id, const char *name,
                    int64_t *ret_id)
{
    const struct building_new building = {
        .project_id = project_id, .area_id = area_id, .name = name, .ordinal = -1};
    struct node node;
    int r = db_get(tx->db, ret_id,
                   "SELECT id FROM building WHERE project_id = $1 AND COALESCE(area_id, 0) = $2 "
                   "AND name = $3",
                   "iit", project_id, area_id, name);

    if (r != 0)
        return r < 0 ? r : 0;
    r = building_create(tx, &building, &node);
    if (r == 0)
        *ret_id = node.id;
    return r;
}

int building_delete(struct tx *tx, int64_t building_id)
{
    struct trail trail = {0};
    struct node_now now;
    int64_t count = 0;
    char name[256];
    int r = node_own(tx, building_by_id, building_id, &now);

    if (r < 0)
        return r;
    snprintf(name, sizeof(name), "%s", now.name);
    stmt_reset(now.s);
    r = blockers(tx, building_units, building_id, &count);
    if (r == 0)
        r = blocked(tx, name, count);
    if (r == 0)
        r = db_run(tx->db, "DELETE FROM stair WHERE building_id = $1", "i", building_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "DELETE FROM floor_plan WHERE floor_id IN (SELECT id FROM floor WHERE "
                   "building_id = $1)",
                   "i", building_id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM floor WHERE building_id = $1", "i", building_id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM building WHERE id = $1", "i", building_id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", name, NULL);
    r = audit_add(tx, "building.delete", "building", building_id, now.project_id, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_BUILDING, now.project_id, building_id, building_id);
}

/* ---- reading ---- */

int area_each(struct tx *tx, int64_t project_id, int (*each)(void *arg, const struct area_row *row),
              void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT a.id, a.version, COALESCE(a.parent_id, 0), a.ordinal, a.kind, a.name, "
                 "a.enabled, (SELECT COUNT(*) FROM building b JOIN unit u ON u.building_id = b.id "
                 "WHERE b.project_id = a.project_id AND (b.area_id = a.id OR b.area_id IN "
                 "(SELECT c.id FROM area c WHERE c.parent_id = a.id))) FROM area a "
                 "LEFT JOIN area p ON p.id = a.parent_id "
                 "WHERE a.project_id = $1 ORDER BY COALESCE(p.ordinal, a.ordinal), "
                 "COALESCE(p.id, a.id), CASE WHEN p.id IS NULL THEN 0 ELSE 1 END, a.ordinal, a.id",
                 "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct area_row row = {.id = stmt_int(s, 0),
                                     .version = stmt_int(s, 1),
                                     .parent_id = stmt_int(s, 2),
                                     .ordinal = stmt_int(s, 3),
                                     .kind = stmt_text(s, 4),
                                     .name = stmt_text(s, 5),
                                     .enabled = stmt_int(s, 6) != 0,
                                     .units = stmt_int(s, 7)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int building_each(struct tx *tx, int64_t project_id,
                  int (*each)(void *arg, const struct building_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT b.id, b.version, COALESCE(b.area_id, 0), b.ordinal, b.name, b.enabled, "
                 "(SELECT COUNT(*) FROM unit u WHERE u.building_id = b.id), "
                 "COALESCE(b.floor_height_mm, 0) FROM building b "
                 "WHERE b.project_id = $1 ORDER BY b.ordinal, b.id",
                 "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_building(tx->actor, project_id, stmt_int(s, 0)))
            continue;

        const struct building_row row = {.id = stmt_int(s, 0),
                                         .version = stmt_int(s, 1),
                                         .area_id = stmt_int(s, 2),
                                         .ordinal = stmt_int(s, 3),
                                         .name = stmt_text(s, 4),
                                         .enabled = stmt_int(s, 5) != 0,
                                         .units = stmt_int(s, 6),
                                         .floor_height_mm = stmt_int(s, 7)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
