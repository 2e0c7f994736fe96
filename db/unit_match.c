/* unit_match.c - see unit_match.h: one walk over what is on sale, the best kept in order, and the
 * words of those alone read after it. */
#include "db/unit_match.h"

#include <errno.h>
#include <string.h>

/* What is compared: of each unit one row of each table, by its key. */
static const char on_sale[] =
    "SELECT u.id, u.building_id, u.class, u.layout_id, u.orientation, u.total_fen, la.rooms, "
    "fl.ordinal, ua.gross FROM unit u JOIN project pr ON pr.id = u.project_id "
    "JOIN floor fl ON fl.id = u.floor_id LEFT JOIN layout la ON la.id = u.layout_id "
    "LEFT JOIN unit_area ua ON ua.unit_id = u.id AND ua.stage = "
    "  CASE pr.sale_type WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "
    "WHERE u.project_id = $1 AND u.sale_state = 'A' AND u.attached_only = 0 "
    "AND u.change_kind = '' AND ($2 IS NULL OR u.class = $2) "
    "AND ($3 = 0 OR u.layout_id = $3) AND ($4 IS NULL OR u.total_fen >= $4) "
    "AND ($5 IS NULL OR u.total_fen <= $5) "
    "AND NOT EXISTS (SELECT 1 FROM encumbrance e WHERE e.unit_id = u.id "
    "  AND e.cleared_ms IS NULL AND e.sellable = 0)";

static const char words[] =
    "SELECT b.name, st.name, fl.label, u.room, u.class, la.name, u.orientation FROM unit u "
    "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
    "JOIN floor fl ON fl.id = u.floor_id LEFT JOIN layout la ON la.id = u.layout_id "
    "WHERE u.id = $1";

struct matching {
    const struct intent_wish *wish;
    struct unit_match best[UNIT_MATCH_MAX];
    size_t n, room;
    int64_t fitting;
};

static bool hard(const struct intent_wish *w, enum intent_criterion c)
{
    return (w->hard & 1u << c) != 0;
}

/* ---- how near ---- */

static bool open_range(const struct range *r)
{
    return r->low == INTENT_NO && r->high == INTENT_NO;
}

/* Of UNIT_SCORE_MAX: all inside, less the farther outside, nothing at a half of the bound more. An
 * unknown value is nowhere. */
static int64_t nearness(const struct range *r, int64_t value, bool known)
{
    int64_t off = 0, of = 1;

    if (!known)
        return 0;
    if (r->low != INTENT_NO && value < r->low) {
        off = r->low - value;
        of = r->low;
    } else if (r->high != INTENT_NO && value > r->high) {
        off = value - r->high;
        of = r->high;
    }
    if (off == 0)
        return UNIT_SCORE_MAX;
    of = of < 0 ? -of : of;
    if (of < 2 || off >= of / 2)
        return 0;
    return UNIT_SCORE_MAX - 1 - off * 2 * (UNIT_SCORE_MAX - 1) / of;
}

/* One of the words of @wanted is the orientation. */
static bool faces(const char *wanted, const char *orientation)
{
    const size_t n = strlen(orientation);

    while (n > 0 && *wanted) {
        const size_t m = strcspn(wanted, " ");

        if (m == n && memcmp(wanted, orientation, n) == 0)
            return true;
        wanted += m + strspn(wanted + m, " ");
    }
    return false;
}

/* The nearness to each criterion that is asked for; -1: it is not. */
static void scores(const struct intent_wish *w, struct stmt *s, int64_t out[INTENT_CRITERIA])
{
    const bool layout = !stmt_is_null(s, 6), area = !stmt_is_null(s, 8);

    for (int i = 0; i < INTENT_CRITERIA; i++)
        out[i] = -1;
    if (w->class[0])
        out[INTENT_CLASS] = strcmp(stmt_text(s, 2), w->class) == 0 ? UNIT_SCORE_MAX : 0;
    if (w->layout_id)
        out[INTENT_LAYOUT] = stmt_int(s, 3) == w->layout_id ? UNIT_SCORE_MAX : 0;
    if (!open_range(&w->rooms))
        out[INTENT_ROOMS] = nearness(&w->rooms, stmt_int(s, 6), layout);
    if (!open_range(&w->area))
        out[INTENT_AREA] = nearness(&w->area, stmt_int(s, 8), area);
    if (!open_range(&w->floor))
        out[INTENT_FLOOR] = nearness(&w->floor, stmt_int(s, 7), true);
    if (!open_range(&w->price))
        out[INTENT_PRICE] = nearness(&w->price, stmt_int(s, 5), !stmt_is_null(s, 5));
    if (w->orientation[0])
        out[INTENT_ORIENTATION] = faces(w->orientation, stmt_text(s, 4)) ? UNIT_SCORE_MAX : 0;
}

/* ---- the best of them ---- */

static bool better(const struct unit_match *a, const struct unit_match *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    return a->total_fen < b->total_fen;
}

static void keep(struct matching *m, const struct unit_match *match)
{
    size_t at = m->n;

    if (m->n == m->room && !better(match, &m->best[m->n - 1]))
        return;
    if (m->n < m->room)
        m->n++;
    else
        at--;
    for (; at > 0 && better(match, &m->best[at - 1]); at--)
        m->best[at] = m->best[at - 1];
    m->best[at] = *match;
}

static void consider(struct matching *m, struct stmt *s)
{
    struct unit_match match = {.unit_id = stmt_int(s, 0),
                               .building_id = stmt_int(s, 1),
                               .rooms = stmt_is_null(s, 6) ? -1 : stmt_int(s, 6),
                               .gross = stmt_int(s, 8),
                               .total_fen = stmt_int(s, 5)};
    int64_t each[INTENT_CRITERIA], sum = 0, n = 0;

    scores(m->wish, s, each);
    for (int i = 0; i < INTENT_CRITERIA; i++) {
        if (each[i] < 0)
            continue;
        if (hard(m->wish, (enum intent_criterion)i) && each[i] < UNIT_SCORE_MAX)
            return;
        if (each[i] < UNIT_SCORE_MAX)
            match.missed |= 1u << i;
        if (!hard(m->wish, (enum intent_criterion)i)) {
            sum += each[i];
            n++;
        }
    }
    match.score = n ? sum / n : UNIT_SCORE_MAX;
    m->fitting++;
    keep(m, &match);
}

static const int64_t *hard_bound(const struct intent_wish *w, const int64_t *value)
{
    return hard(w, INTENT_PRICE) && *value != INTENT_NO ? value : NULL;
}

static int walk(struct tx *tx, int64_t project_id, struct matching *m)
{
    const struct intent_wish *w = m->wish;
    struct stmt *s;
    int r = db_query(tx->db, &s, on_sale, "itioo", project_id,
                     hard(w, INTENT_CLASS) && w->class[0] ? w->class : NULL,
                     hard(w, INTENT_LAYOUT) ? w->layout_id : 0, hard_bound(w, &w->price.low),
                     hard_bound(w, &w->price.high));

    while (r >= 0 && (r = stmt_step(s)) == 1)
        if (actor_sees_building(tx->actor, project_id, stmt_int(s, 1)))
            consider(m, s);
    stmt_reset(s);
    return r;
}

static int match_give(struct tx *tx, struct unit_match *match,
                      int (*each)(void *arg, const struct unit_match *match), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, words, "i", match->unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r;
    match->building = stmt_text(s, 0);
    match->stair = stmt_text(s, 1);
    match->floor = stmt_text(s, 2);
    match->room = stmt_text(s, 3);
    match->class = stmt_text(s, 4);
    match->layout = stmt_text(s, 5);
    match->orientation = stmt_text(s, 6);
    r = each(arg, match);
    stmt_reset(s);
    return r;
}

int unit_match_each(struct tx *tx, int64_t project_id, const struct intent_wish *wish, int limit,
                    int (*each)(void *arg, const struct unit_match *match), void *arg,
                    int64_t *ret_fitting)
{
    struct matching m = {.wish = wish, .room = UNIT_MATCH_MAX};
    int r = tx_need_project(tx, project_id);

    if (limit > 0 && limit < UNIT_MATCH_MAX)
        m.room = (size_t)limit;
    if (r == 0)
        r = walk(tx, project_id, &m);
    for (size_t i = 0; r == 0 && i < m.n; i++)
        r = match_give(tx, &m.best[i], each, arg);
    if (r == 0 && ret_fitting)
        *ret_fitting = m.fitting;
    return r;
}
