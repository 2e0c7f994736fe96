/* import.c - see import.h.
 *
 * Ten thousand rows come in one transaction, so what repeats from row to row is looked up once
 * and new ids are counted here: nobody else writes meanwhile.
 */
#include "db/import.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/layout.h"
#include "db/project.h"
#include "db/property.h"
#include "db/state.h"

/* Found or made once, by its name under its parent. */
struct known {
    int64_t parent_id, id;
    char *name;
};

struct known_set {
    struct known *slots; /* open addressing; a power of two */
    size_t n, room;
};

/* A building of the list, and the stairs and floors it was given. */
struct built {
    int64_t project_id, id;
    struct trail trail;
};

struct import {
    struct tx *tx;
    struct import_options options;
    struct known_set projects, stairs, floors, layouts;
    struct known_set buildings; /* their places in built */
    struct built *built;
    size_t n_built, built_room;
    struct known_set lines; /* of this import, by stair and floor: what stands in them */
    struct import_result result;
    int64_t next_unit_id, next_claim_id;
    const char *stage; /* of the project of the last row */
    int64_t stage_project_id;
    size_t refused;
};

/* ---- known names ---- */

static size_t known_hash(int64_t parent_id, const char *name)
{
    uint64_t h = 1469598103934665603u ^ (uint64_t)parent_id;

    for (const char *p = name; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

static struct known *known_slot(struct known_set *set, int64_t parent_id, const char *name)
{
    size_t at = known_hash(parent_id, name) & (set->room - 1);

    while (set->slots[at].name &&
           (set->slots[at].parent_id != parent_id || strcmp(set->slots[at].name, name) != 0))
        at = (at + 1) & (set->room - 1);
    return &set->slots[at];
}

static int known_grow(struct known_set *set)
{
    struct known_set bigger = {.n = set->n, .room = set->room ? set->room * 2 : 64};

    bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i].name)
            *known_slot(&bigger, set->slots[i].parent_id, set->slots[i].name) = set->slots[i];
    free(set->slots);
    *set = bigger;
    return 0;
}

/* 1 and the id when known; 0 and where to put it otherwise. */
static int known_find(struct known_set *set, int64_t parent_id, const char *name,
                      struct known **ret_slot)
{
    if ((set->n + 1) * 2 > set->room) {
        int r = known_grow(set);

        if (r < 0)
            return r;
    }
    *ret_slot = known_slot(set, parent_id, name);
    return (*ret_slot)->name != NULL;
}

static int known_put(struct known_set *set, struct known *slot, int64_t parent_id, const char *name,
                     int64_t id)
{
    slot->name = strdup(name);
    if (!slot->name)
        return -ENOMEM;
    slot->parent_id = parent_id;
    slot->id = id;
    set->n++;
    return 0;
}

static void known_free(struct known_set *set)
{
    for (size_t i = 0; i < set->room; i++)
        free(set->slots[i].name);
    free(set->slots);
}

/* ---- the tree above a unit ---- */

static int project_noted(struct import *im, int64_t project_id)
{
    for (size_t i = 0; i < im->result.n_projects; i++)
        if (im->result.project_ids[i] == project_id)
            return 0;
    if (im->result.n_projects == sizeof(im->result.project_ids) / sizeof(im->result.project_ids[0]))
        return fault_set(im->tx->fault, FAULT_SHEET_LIMIT, "what", "projects", "what_zh", "个项目",
                         "limit", "64", NULL);
    im->result.project_ids[im->result.n_projects++] = project_id;
    return 0;
}

static int project_of(struct import *im, const struct import_unit *u, int64_t *ret_id)
{
    const struct project_new fresh = {.name = u->project};
    struct known *slot;
    int64_t id = 0;
    int r;

    if (im->options.project_id) {
        *ret_id = im->options.project_id;
        return project_noted(im, im->options.project_id);
    }
    r = known_find(&im->projects, 0, u->project, &slot);
    if (r == 1)
        *ret_id = slot->id;
    if (r != 0)
        return r < 0 ? r : 0;
    r = db_get(im->tx->db, &id, "SELECT id FROM project WHERE name = $1", "t", u->project);
    if (r == 0)
        r = project_create(im->tx, &fresh, &id);
    else if (r > 0)
        r = tx_need_whole(im->tx, id);
    if (r == 0)
        r = project_noted(im, id); /* import_end() tells of it */
    *ret_id = id;
    return r < 0 ? r : known_put(&im->projects, slot, 0, u->project, id);
}

static int built_add(struct import *im, int64_t project_id, int64_t id)
{
    if (im->n_built == im->built_room) {
        size_t room = im->built_room ? im->built_room * 2 : 64;
        struct built *grown = realloc(im->built, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        im->built = grown;
        im->built_room = room;
    }
    im->built[im->n_built++] = (struct built){.project_id = project_id, .id = id};
    return tx_changed(im->tx, CHANGE_BUILDING, project_id, id, id);
}

static int building_of(struct import *im, int64_t project_id, const char *name,
                       struct built **ret_building)
{
    struct known *slot;
    int64_t id;
    int r = known_find(&im->buildings, project_id, name, &slot);

    if (r == 0) {
        r = building_ensure(im->tx, project_id, 0, name, &id);
        if (r == 0)
            r = known_put(&im->buildings, slot, project_id, name, (int64_t)im->n_built);
        if (r == 0)
            r = built_add(im, project_id, id);
    }
    if (r < 0)
        return r;
    *ret_building = &im->built[slot->id];
    return 0;
}

static int stair_of(struct import *im, struct built *building, const char *name, int64_t *ret_id)
{
    struct known *slot;
    int r = known_find(&im->stairs, building->id, name, &slot);

    if (r == 0) {
        r = stair_ensure(im->tx, building->id, name, &building->trail, ret_id);
        return r < 0 ? r : known_put(&im->stairs, slot, building->id, name, *ret_id);
    }
    if (r == 1)
        *ret_id = slot->id;
    return r < 0 ? r : 0;
}

static int floor_of(struct import *im, struct built *building, const char *label, int64_t ordinal,
                    int64_t *ret_id)
{
    struct known *slot;
    int r = known_find(&im->floors, building->id, label, &slot);

    if (r == 0) {
        r = floor_ensure(im->tx, building->id, label, ordinal, &building->trail, ret_id);
        return r < 0 ? r : known_put(&im->floors, slot, building->id, label, *ret_id);
    }
    if (r == 1)
        *ret_id = slot->id;
    return r < 0 ? r : 0;
}

static const char *const digits_zh[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

/* The number written before @word in a layout's name: "三室二厅" or "3室2厅"; 0 when there is none. */
static int64_t layout_number(const char *name, const char *word)
{
    const char *at = strstr(name, word);

    if (!at || at == name)
        return 0;
    if (isdigit((unsigned char)at[-1]))
        return at[-1] - '0';
    if (at - name >= 3) {
        if (strncmp(at - 3, "两", 3) == 0)
            return 2;
        for (int i = 0; i < 10; i++)
            if (strncmp(at - 3, digits_zh[i], 3) == 0)
                return i;
    }
    return 0;
}

static int layout_of(struct import *im, int64_t project_id, const char *name, int64_t *ret_id)
{
    const int64_t rooms = layout_number(name, "室");
    const struct layout_new fresh = {.project_id = project_id,
                                     .name = name,
                                     .rooms = rooms ? rooms : layout_number(name, "房"),
                                     .halls = layout_number(name, "厅"),
                                     .baths = layout_number(name, "卫")};
    struct known *slot;
    int64_t id = 0;
    int r;

    *ret_id = 0;
    if (!name[0])
        return 0;
    r = known_find(&im->layouts, project_id, name, &slot);
    if (r == 1)
        *ret_id = slot->id;
    if (r != 0)
        return r < 0 ? r : 0;
    r = db_get(im->tx->db, &id, "SELECT id FROM layout WHERE project_id = $1 AND name = $2", "it",
               project_id, name);
    if (r == 0) {
        r = layout_create(im->tx, &fresh, &id);
        im->result.layouts++;
    }
    *ret_id = id;
    return r < 0 ? r : known_put(&im->layouts, slot, project_id, name, id);
}

/* ---- a unit ---- */

/* The digits of a floor label without its sign: "21F" and "-2" give "21" and "2"; "" when none. */
static size_t floor_digits(const char *floor, const char **ret_digits)
{
    const char *p = floor + strcspn(floor, "0123456789");

    *ret_digits = p;
    return strspn(p, "0123456789");
}

int import_known(struct tx *tx, const struct import_options *options, const struct import_unit *u)
{
    int64_t found;

    return db_get(tx->db, &found,
                  "SELECT u.id FROM unit u JOIN stair s ON s.id = u.stair_id "
                  "JOIN floor f ON f.id = u.floor_id JOIN building b ON b.id = u.building_id "
                  "WHERE b.project_id = (SELECT p.id FROM project p WHERE p.id = $1 "
                  "OR ($1 = 0 AND p.name = $2)) AND b.name = $3 AND s.name = $4 AND f.label = $5 "
                  "AND u.room = $6",
                  "ittttt", options->project_id, u->project, u->building, u->stair, u->floor,
                  u->room);
}

/* What stands after the floor, without the stroke between them: "-001" of "B1-001". */
static const char *after_floor(const char *rest)
{
    return rest[0] == '-' && rest[1] ? rest + 1 : rest;
}

void import_line(const char *room, const char *floor, char *out, size_t size)
{
    const char *digits;
    size_t n = floor_digits(floor, &digits), length = strlen(room), run;

    snprintf(out, size, "%s", room);
    if (n == 0)
        return;
    if (strchr(floor, '-')) { /* "B101" on -1 */
        if (room[0] == 'B' && length > n + 1 && strncmp(room + 1, digits, n) == 0)
            snprintf(out, size, "%s", after_floor(room + 1 + n));
        return;
    }
    run = strspn(room, "0123456789");
    /* "2108" on 21, "711" on 7, "2A" on 2: the floor, then at least one more character. */
    if (length > n && strncmp(room, digits, n) == 0 && (run == n || run >= n + 2)) {
        snprintf(out, size, "%s", after_floor(room + n));
        return;
    }
    /* "A户型32F" on 32. */
    if (length > n + 1 && room[length - 1] == 'F' &&
        strncmp(room + length - 1 - n, digits, n) == 0 &&
        !isdigit((unsigned char)room[length - 2 - n]))
        snprintf(out, size, "%.*s", (int)(length - 1 - n), room);
}

static int stage_of(struct import *im, int64_t project_id)
{
    int64_t completed = 0;
    int r;

    if (im->stage_project_id == project_id)
        return 0;
    r = db_get(im->tx->db, &completed,
               "SELECT COUNT(*) FROM project WHERE id = $1 AND sale_type = 'completed'", "i",
               project_id);
    im->stage = completed ? "measured" : "premeasured";
    im->stage_project_id = project_id;
    return r < 0 ? r : 0;
}

static int area_insert(struct import *im, int64_t unit_id, const struct import_unit *u)
{
    /* An inner area larger than the gross one was let through by the user: it is not kept. */
    bool known = u->inner > 0 && u->inner <= u->gross;
    const int64_t shared = u->gross - u->inner;
    int r;

    if (u->gross <= 0)
        return 0;
    r = db_run(im->tx->db,
               "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared) "
               "VALUES ($1, $2, $3, $4, $5)",
               "itioo", unit_id, im->stage, u->gross, known ? &u->inner : NULL,
               known ? &shared : NULL);
    return r < 0 ? r : 0;
}

/* Why a unit is not for sale: the list's reason, or its word, or that it came so. */
static const char *reason_of(const struct import_unit *u)
{
    return u->reason[0] ? u->reason : u->status_word[0] ? u->status_word : "import";
}

/* What is sold at the source is held by an opening claim; K, R and X of other systems end there. */
static char opening_state(char letter)
{
    return letter && strchr("BSCFDTN", letter) ? letter : 'U';
}

bool import_claims(char letter)
{
    return state_info(opening_state(letter))->exclusive;
}

static int claim_insert(struct import *im, int64_t unit_id, int64_t claim_id, char state,
                        const char *document)
{
    const char text[2] = {state, '\0'};
    int r = db_run(im->tx->db,
                   "INSERT INTO claim (id, unit_id, state, kind, document, since_ms) "
                   "VALUES ($1, $2, $3, 'opening', $4, $5)",
                   "iitti", claim_id, unit_id, text, document, im->tx->now_ms);

    return r < 0 ? r : 0;
}

static int history_insert(struct import *im, int64_t unit_id, char state, const char *document,
                          const int64_t *claim_id)
{
    const char text[2] = {state, '\0'};
    int r =
        db_run(im->tx->db,
               "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, "
               "document, claim_id, unit_version, at_ms) "
               "VALUES ($1, 'state', '', $2, 'import', $3, $4, $5, 1, $6)",
               "itttoi", unit_id, text, im->tx->actor->name, document, claim_id, im->tx->now_ms);

    return r < 0 ? r : 0;
}

struct placed {
    int64_t project_id, building_id, stair_id, floor_id, layout_id;
};

/* Two rooms of one floor never stand in one line of the chart: where the short form is taken
 * ("2108" and "08" on 21) the later one is named in full. */
static int line_of(struct import *im, const struct import_unit *u, const struct placed *at,
                   char *out, size_t size)
{
    const int64_t place = at->stair_id << 24 ^ at->floor_id;
    struct known *slot;
    int r;

    import_line(u->room, u->floor, out, size);
    r = known_find(&im->lines, place, out, &slot);
    if (r == 1) {
        snprintf(out, size, "%s", u->room);
        r = known_find(&im->lines, place, out, &slot);
    }
    return r != 0 ? (r < 0 ? r : 0) : known_put(&im->lines, slot, place, out, 1);
}

static int unit_insert(struct import *im, const struct import_unit *u, const struct placed *at,
                       int64_t id, char state)
{
    const char text[2] = {state, '\0'};
    bool retained = state == 'N', sold = state != 'U' && state != 'N';
    char line[48];
    int r;

    r = line_of(im, u, at, line, sizeof(line));
    if (r < 0)
        return r;
    r = db_run(
        im->tx->db,
        "INSERT INTO unit (id, project_id, building_id, stair_id, floor_id, room, line, span, "
        "class, usage_text, layout_id, orientation, floor_height_mm, total_fen, "
        "filed_total_fen, deal_total_fen, released, retained, retained_reason, sale_state, "
        "changed_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
        "$18, $19, $20, $21)",
        "iiiiittittotooooittti", id, at->project_id, at->building_id, at->stair_id, at->floor_id,
        u->room, line, u->span > 0 ? u->span : (int64_t)1, u->class, u->usage_text,
        at->layout_id ? &at->layout_id : NULL, u->orientation,
        u->floor_height_mm > 0 ? &u->floor_height_mm : NULL,
        u->total_fen > 0 ? &u->total_fen : NULL,
        u->filed_total_fen > 0 ? &u->filed_total_fen : NULL,
        sold && u->deal_total_fen > 0 ? &u->deal_total_fen : NULL, (int64_t)sold,
        retained ? "other" : "", retained ? reason_of(u) : "", text, im->tx->now_ms);
    return r < 0 ? r : 0;
}

static int unit_add(struct import *im, const struct import_unit *u, const struct placed *at)
{
    char state = opening_state(u->state);
    int64_t id = im->next_unit_id, claim_id = im->next_claim_id;
    bool claimed = import_claims(u->state);
    int r = unit_insert(im, u, at, id, state);

    if (r == -EEXIST) {
        fault_item(im->tx->fault, FAULT_ROW_EXISTS, u->row, NULL, NULL);
        im->refused++;
        return 0;
    }
    if (r == 0)
        r = area_insert(im, id, u);
    if (r == 0 && claimed)
        r = claim_insert(im, id, claim_id, state, u->status_word);
    if (r == 0)
        r = history_insert(im, id, state, u->status_word, claimed ? &claim_id : NULL);
    if (r < 0)
        return r;
    im->next_unit_id++;
    im->next_claim_id += claimed;
    im->result.units++;
    return 0;
}

int import_add(struct import *im, const struct import_unit *u)
{
    struct built *building;
    struct placed at;
    int r = project_of(im, u, &at.project_id);

    if (r < 0)
        return r;
    r = building_of(im, at.project_id, u->building, &building);
    if (r < 0)
        return r;
    at.building_id = building->id;
    r = stair_of(im, building, u->stair, &at.stair_id);
    if (r == 0)
        r = floor_of(im, building, u->floor, u->floor_ordinal, &at.floor_id);
    if (r == 0)
        r = layout_of(im, at.project_id, u->layout, &at.layout_id);
    if (r == 0)
        r = stage_of(im, at.project_id);
    return r < 0 ? r : unit_add(im, u, &at);
}

int import_begin(struct tx *tx, const struct import_options *options, struct import **ret_import)
{
    struct import *im;
    int r = options->project_id ? tx_need_whole(tx, options->project_id) : 0;

    if (r < 0)
        return r;
    im = calloc(1, sizeof(*im));
    if (!im)
        return -ENOMEM;
    im->tx = tx;
    im->options = *options;
    r = db_get(tx->db, &im->next_unit_id, "SELECT COALESCE(MAX(id), 0) + 1 FROM unit", "");
    if (r >= 0)
        r = db_get(tx->db, &im->next_claim_id, "SELECT COALESCE(MAX(id), 0) + 1 FROM claim", "");
    if (r < 0) {
        import_free(im);
        return r;
    }
    *ret_import = im;
    return 0;
}

int import_end(struct import *im, struct import_result *ret_result)
{
    struct trail trail = {0};
    int64_t batch_id = 0;
    char count[24];
    int r;

    if (im->refused > 0) {
        snprintf(count, sizeof(count), "%zu", im->refused);
        return fault_set(im->tx->fault, FAULT_IMPORT_ROWS_WRONG, "count", count, NULL);
    }
    r = db_get(im->tx->db, &batch_id,
               "INSERT INTO import_batch (file_name, file_hash, units, actor, at_ms) "
               "VALUES ($1, $2, $3, $4, $5) RETURNING id",
               "ttiti", im->options.file_name, im->options.file_hash, im->result.units,
               im->tx->actor->name, im->tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "file", NULL, im->options.file_name);
    trail_text(&trail, "file_hash", NULL, im->options.file_hash);
    trail_int(&trail, "units", NULL, &im->result.units);
    r = audit_add(im->tx, "import", "import", batch_id,
                  im->result.n_projects == 1 ? im->result.project_ids[0] : 0, &trail);
    for (size_t i = 0; r == 0 && i < im->n_built; i++)
        if (!trail_empty(&im->built[i].trail))
            r = audit_add(im->tx, "building.update", "building", im->built[i].id,
                          im->built[i].project_id, &im->built[i].trail);
    for (size_t i = 0; r == 0 && i < im->result.n_projects; i++)
        r = tx_changed(im->tx, CHANGE_PROJECT, im->result.project_ids[i], 0,
                       im->result.project_ids[i]);
    im->result.buildings = (int64_t)im->n_built;
    if (r == 0)
        *ret_result = im->result;
    return r;
}

struct import *import_free(struct import *im)
{
    if (!im)
        return NULL;
    known_free(&im->projects);
    known_free(&im->buildings);
    known_free(&im->stairs);
    known_free(&im->floors);
    known_free(&im->layouts);
    known_free(&im->lines);
    for (size_t i = 0; i < im->n_built; i++)
        trail_clear(&im->built[i].trail);
    free(im->built);
    free(im);
    return NULL;
}

/* ---- mappings ---- */

int import_mapping_save(struct tx *tx, const char *source, const char *mapping)
{
    int64_t known = 0;
    int r = db_get(tx->db, &known, "SELECT 1 FROM import_mapping WHERE source = $1", "t", source);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM import_mapping WHERE $1 = 0", 0,
                         IMPORT_MAPPING_MAX);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO import_mapping (source, mapping, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4) ON CONFLICT (source) DO UPDATE SET mapping = $2, "
                   "actor = $3, at_ms = $4",
                   "ttti", source, mapping, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

int import_mapping_list(struct tx *tx,
                        int (*each)(void *arg, const char *source, const char *mapping), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s, "SELECT source, mapping FROM import_mapping ORDER BY at_ms DESC", "");

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_text(s, 0), stmt_text(s, 1));
    stmt_reset(s);
    return r < 0 ? r : 0;
}
