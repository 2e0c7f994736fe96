/* generate.c - see generate.h. */
#include "db/generate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/unit.h"
#include "db/unit_class.h"

enum { LAST_SAMPLES = GENERATE_SAMPLE / 2 };

struct generator {
    struct tx *tx;
    const struct generate *g;
    int64_t project_id;
    struct generate_result result;
    struct trail trail;                     /* of the building */
    char last[LAST_SAMPLES][GENERATE_ROOM]; /* a ring of the newest numbers */
    int64_t numbered;
    int room_width; /* the padding of {room}: that of the chart's column too */
};

/* ---- the pattern ---- */

struct token {
    char name; /* 'f', 'l', 's', 'r'; 0: text */
    int width;
    const char *text;
    size_t n;
};

/* The token at *@cursor, which moves on. 1, 0 at the end, -EINVAL. */
static int token_next(const char **cursor, struct token *ret)
{
    static const char *const names[] = {"floor", "level", "stair", "room"};
    const char *p = *cursor, *end;
    size_t n;

    if (!*p)
        return 0;
    *ret = (struct token){.text = p};
    if (*p != '{') {
        ret->n = strcspn(p, "{}");
        *cursor = p + ret->n;
        return ret->n > 0 ? 1 : -EINVAL;
    }
    end = strchr(p, '}');
    if (!end)
        return -EINVAL;
    n = strcspn(p + 1, ":}");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == n && strncmp(names[i], p + 1, n) == 0)
            ret->name = names[i][0];
    if (p[1 + n] == ':') {
        if (end != p + n + 4 || p[n + 2] != '0' || p[n + 3] < '1' || p[n + 3] > '6')
            return -EINVAL;
        ret->width = p[n + 3] - '0';
    }
    *cursor = end + 1;
    return ret->name ? 1 : -EINVAL;
}

/* One part of a number; @below, which a negative one has for a sign, stands before the zeros. */
static int part_write(char *out, size_t size, const char *below, int64_t number, int width)
{
    return snprintf(out, size, "%s%0*lld", number < 0 ? below : "", width,
                    (long long)(number < 0 ? -number : number));
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static int room_write(const struct generate *g, const char *stair, int64_t floor, int64_t room,
                      char out[GENERATE_ROOM])
{
    const char *cursor = g->pattern;
    struct token token;
    size_t used = 0;
    int r;

    out[0] = '\0';
    while ((r = token_next(&cursor, &token)) == 1) {
        const size_t left = GENERATE_ROOM - used;
        int n;

        if (token.name == 'f')
            n = part_write(out + used, left, "-", floor, token.width);
        else if (token.name == 'l')
            n = part_write(out + used, left, "B", floor, token.width);
        else if (token.name == 'r')
            n = part_write(out + used, left, "", room, token.width);
        else if (token.name == 's')
            n = snprintf(out + used, left, "%s", stair);
        else
            n = snprintf(out + used, left, "%.*s", (int)token.n, token.text);
        if (n < 0 || (size_t)n >= left)
            return -EINVAL;
        used += (size_t)n;
    }
    return r < 0 || used == 0 || characters(out) > 40 ? -EINVAL : 0;
}

static int pattern_check(struct generator *gen)
{
    const char *cursor = gen->g->pattern;
    struct token token;
    bool room = false;
    int r;

    while ((r = token_next(&cursor, &token)) == 1)
        if (token.name == 'r') {
            room = true;
            gen->room_width = token.width;
        }
    if (r < 0 || (!room && gen->g->rooms_per_floor > 1))
        return fault_set(gen->tx->fault, FAULT_GENERATE_PATTERN, "pattern", gen->g->pattern,
                         "example", "{floor}{room:02}", NULL);
    return 0;
}

/* ---- one unit ---- */

static void sample_add(struct generator *gen, const char *room)
{
    struct generate_result *result = &gen->result;

    if (result->n_sample < GENERATE_SAMPLE - LAST_SAMPLES)
        memcpy(result->sample[result->n_sample++], room, GENERATE_ROOM);
    else
        memcpy(gen->last[(gen->numbered - (GENERATE_SAMPLE - LAST_SAMPLES)) % LAST_SAMPLES], room,
               GENERATE_ROOM);
    gen->numbered++;
}

/* The ring of the newest, oldest first, after the first ones. */
static void sample_finish(struct generator *gen)
{
    struct generate_result *result = &gen->result;
    int64_t more = gen->numbered - (GENERATE_SAMPLE - LAST_SAMPLES);
    int64_t first = more > LAST_SAMPLES ? more - LAST_SAMPLES : 0;

    for (int64_t i = first; i < more; i++)
        memcpy(result->sample[result->n_sample++], gen->last[i % LAST_SAMPLES], GENERATE_ROOM);
}

struct cell {
    const char *stair;
    int64_t stair_id, floor_id; /* not in a preview */
    int64_t floor, room;
    char label[24];
};

static int unit_add(struct generator *gen, const struct cell *cell, const char *room)
{
    struct tx *tx = gen->tx;
    int64_t id = 0;
    char line[24];
    int r;

    part_write(line, sizeof(line), "", cell->room, gen->room_width);
    /* Where another class on this floor has its place in the line, it has a line of its own. */
    r = db_get(tx->db, &id,
               "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, line, class, "
               "changed_ms) VALUES ($1, $2, $3, $4, $5, CASE WHEN EXISTS (SELECT 1 FROM unit x "
               "WHERE x.stair_id = $3 AND x.floor_id = $4 AND x.line = $6) THEN $5 ELSE $6 END, "
               "$7, $8) RETURNING id",
               "iiiittti", gen->project_id, gen->g->building_id, cell->stair_id, cell->floor_id,
               room, line, gen->g->class, tx->now_ms);
    if (r < 0)
        return r;
    return unit_history_add(tx, id, "state", '\0', 'U', "generate", NULL, NULL, 0, 1);
}

static int cell_run(struct generator *gen, const struct cell *cell)
{
    char room[GENERATE_ROOM];
    int64_t found = 0;
    int r = room_write(gen->g, cell->stair, cell->floor, cell->room, room);

    if (r < 0)
        return fault_set(gen->tx->fault, FAULT_GENERATE_PATTERN, "pattern", gen->g->pattern,
                         "example", "{floor}{room:02}", NULL);
    sample_add(gen, room);
    r = db_get(gen->tx->db, &found,
               "SELECT u.id FROM stair s JOIN floor f ON f.building_id = s.building_id "
               "JOIN unit u ON u.stair_id = s.id AND u.floor_id = f.id AND u.room = $4 "
               "WHERE s.building_id = $1 AND s.name = $2 AND f.label = $3",
               "ittt", gen->g->building_id, cell->stair, cell->label, room);
    if (r < 0)
        return r;
    if (r == 1) {
        gen->result.existing++;
        return 0;
    }
    gen->result.created++;
    return gen->g->preview ? 0 : unit_add(gen, cell, room);
}

static int floor_run(struct generator *gen, struct cell *cell)
{
    const struct generate *g = gen->g;
    int r = 0;

    snprintf(cell->label, sizeof(cell->label), "%lld", (long long)cell->floor);
    if (!g->preview)
        r = floor_ensure(gen->tx, g->building_id, cell->label,
                         floor_ordinal(cell->floor, g->skip, g->n_skip), &gen->trail,
                         &cell->floor_id);
    for (int64_t i = 0; r == 0 && i < g->rooms_per_floor; i++) {
        cell->room = g->first_room + i;
        r = cell_run(gen, cell);
    }
    return r;
}

static int stair_run(struct generator *gen, const char *stair)
{
    const struct generate *g = gen->g;
    struct cell cell = {.stair = stair};
    int r =
        g->preview ? 0 : stair_ensure(gen->tx, g->building_id, stair, &gen->trail, &cell.stair_id);

    for (int64_t n = g->floor_from; r == 0 && n <= g->floor_to; n++) {
        if (n == 0)
            continue;
        if (floor_skipped(n, g->skip, g->n_skip)) {
            gen->result.skipped += g->rooms_per_floor;
            continue;
        }
        cell.floor = n;
        r = floor_run(gen, &cell);
    }
    return r;
}

/* ---- what the request leaves open ---- */

/* The pattern of the request, of the project's last run for the class, or of the class. */
static int pattern_resolve(struct generator *gen, struct generate *g)
{
    struct generate_result *result = &gen->result;
    const struct class_info *class = unit_class_info(g->class);
    struct stmt *s;
    int r;

    result->pattern_from = PATTERN_REQUEST;
    snprintf(result->pattern, sizeof(result->pattern), "%s", g->pattern ? g->pattern : "");
    if (g->pattern)
        return 0;
    r = db_query(gen->tx->db, &s,
                 "SELECT pattern FROM class_pattern WHERE project_id = $1 AND class = $2", "it",
                 gen->project_id, g->class);
    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        result->pattern_from = PATTERN_PROJECT;
        snprintf(result->pattern, sizeof(result->pattern), "%s", stmt_text(s, 0));
    } else if (r == 0) {
        result->pattern_from = PATTERN_CLASS;
        snprintf(result->pattern, sizeof(result->pattern), "%s", class->numbering);
    }
    stmt_reset(s);
    g->pattern = result->pattern;
    return r < 0 ? r : 0;
}

/* The stairs of the request; else those of the building that have a name, or the one without. */
static int stairs_resolve(struct generator *gen, struct generate *g)
{
    struct generate_result *result = &gen->result;
    struct stmt *s;
    int r;

    if (g->n_stairs > STAIRS_MAX)
        return fault_set(gen->tx->fault, FAULT_FIELD_RANGE, "field", "stairs", "min", "0", "max",
                         "50", NULL);
    for (size_t i = 0; i < g->n_stairs; i++)
        snprintf(result->stairs[result->n_stairs++], GENERATE_ROOM, "%s", g->stairs[i]);
    if (g->n_stairs == 0 && unit_class_info(g->class)->by_stair) {
        r = db_query(gen->tx->db, &s,
                     "SELECT name FROM stair WHERE building_id = $1 AND name <> '' "
                     "ORDER BY ordinal, id",
                     "i", g->building_id);
        while (r >= 0 && (r = stmt_step(s)) == 1 && result->n_stairs < STAIRS_MAX)
            snprintf(result->stairs[result->n_stairs++], GENERATE_ROOM, "%s", stmt_text(s, 0));
        stmt_reset(s);
        if (r < 0)
            return r;
    }
    if (result->n_stairs == 0)
        result->stairs[result->n_stairs++][0] = '\0';
    return 0;
}

static int generate_check(struct generator *gen)
{
    const struct generate *g = gen->g;
    struct tx *tx = gen->tx;
    char limit[24];
    int64_t floors;
    int r = floor_range_check(tx, g->floor_from, g->floor_to, g->skip, g->n_skip);

    if (r < 0)
        return r;
    if (g->rooms_per_floor < 1 || g->rooms_per_floor > GENERATE_MAX || g->first_room < 0 ||
        g->first_room > 9999)
        return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", "rooms_per_floor", "min", "1",
                         "max", "20000", NULL);
    floors = g->floor_to - g->floor_from + (g->floor_from < 0 && g->floor_to > 0 ? 0 : 1);
    if (floors * (int64_t)gen->result.n_stairs * g->rooms_per_floor > GENERATE_MAX) {
        snprintf(limit, sizeof(limit), "%d", GENERATE_MAX);
        return fault_set(tx->fault, FAULT_UNITS_LIMIT, "limit", limit, NULL);
    }
    return pattern_check(gen);
}

static int generate_note(struct generator *gen)
{
    const struct generate *g = gen->g;
    struct trail *trail = &gen->trail;
    int r;

    if (g->preview || gen->result.created == 0)
        return 0;
    trail_text(trail, "pattern", NULL, g->pattern);
    trail_text(trail, "class", NULL, g->class);
    trail_int(trail, "floor_from", NULL, &g->floor_from);
    trail_int(trail, "floor_to", NULL, &g->floor_to);
    trail_int(trail, "created", NULL, &gen->result.created);
    r = db_run(gen->tx->db,
               "INSERT INTO class_pattern (project_id, class, pattern) VALUES ($1, $2, $3) "
               "ON CONFLICT (project_id, class) DO UPDATE SET pattern = excluded.pattern",
               "itt", gen->project_id, g->class, g->pattern);
    if (r >= 0)
        r = audit_add(gen->tx, "building.generate", "building", g->building_id, gen->project_id,
                      trail);
    return r < 0 ? r
                 : tx_changed(gen->tx, CHANGE_BUILDING, gen->project_id, g->building_id,
                              g->building_id);
}

int generate_units(struct tx *tx, const struct generate *g, struct generate_result *ret_result)
{
    struct generate whole = *g;
    struct generator gen = {.tx = tx, .g = &whole};
    int r = building_project(tx, g->building_id, &gen.project_id);

    if (r == 0)
        r = pattern_resolve(&gen, &whole);
    if (r == 0)
        r = stairs_resolve(&gen, &whole);
    if (r == 0)
        r = generate_check(&gen);
    for (size_t i = 0; r == 0 && i < gen.result.n_stairs; i++)
        r = stair_run(&gen, gen.result.stairs[i]);
    if (r == 0)
        r = generate_note(&gen);
    trail_clear(&gen.trail);
    if (r < 0)
        return r;
    sample_finish(&gen);
    *ret_result = gen.result;
    return 0;
}
