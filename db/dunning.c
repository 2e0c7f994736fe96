/* dunning.c - see dunning.h. */
#include "db/dunning.h"

#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_scope.h"
#include "db/receivable.h"
#include "db/todo.h"
#include "db/user.h"

enum { UNIT_TEXT = 256 };

const char *const dunning_ways[] = {"letter", "phone", "sms", "email", "sales", NULL};

struct dunning {
    struct tx *tx;
    const char *way, *note;
    char today[DAY_TEXT];
};

/* ---- one line ---- */

struct line {
    int64_t id, owed_fen;
};

static int line_find(void *arg, const struct receivable_row *row)
{
    struct line *line = arg;

    if (row->id == line->id && !row->waived && row->amount_fen > row->received_fen)
        line->owed_fen = row->amount_fen - row->received_fen;
    return 0;
}

/* The deal of a line, in scope, and what its unit is called. */
struct owing {
    struct deal_place place;
    char unit[UNIT_TEXT];
};

static int owing_read(struct dunning *d, const struct line *line, struct owing *ret)
{
    struct stmt *s;
    int r = tx_row(d->tx, &s,
                   "SELECT d.project_id, d.id, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || "
                   "st.name END || '-' || u.room FROM receivable l JOIN deal d ON d.id = l.deal_id "
                   "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
                   "JOIN stair st ON st.id = u.stair_id WHERE l.id = $1",
                   line->id);

    if (r < 0)
        return r;
    ret->place.deal_id = stmt_int(s, 1);
    snprintf(ret->unit, sizeof(ret->unit), "%s", stmt_text(s, 2));
    stmt_reset(s);
    return deal_place_read(d->tx, ret->place.deal_id, &ret->place);
}

/* What is owed of it. */
static int line_read(struct dunning *d, struct line *line, struct owing *ret)
{
    int r = owing_read(d, line, ret);

    return r < 0 ? r : receivable_each(d->tx, ret->place.deal_id, d->today, line_find, line);
}

static int hand_over(struct dunning *d, const struct owing *owing)
{
    const struct todo_new todo = {.kind = TODO_DUNNING,
                                  .project_id = owing->place.project_id,
                                  .object_kind = "deal",
                                  .object_id = owing->place.deal_id,
                                  .title = owing->unit,
                                  .user_id = owing->place.user_id};

    return todo_add(d->tx, &todo);
}

static int line_write(struct dunning *d, const struct line *line, const struct owing *owing)
{
    struct trail trail = {0};
    int r = db_run(d->tx->db,
                   "INSERT INTO dunning (receivable_id, day, way, owed_fen, note, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "ittitti", line->id, d->today, d->way, line->owed_fen, d->note ? d->note : "",
                   d->tx->actor->name, d->tx->now_ms);

    if (r >= 0)
        r = strcmp(d->way, "sales") == 0
                ? hand_over(d, owing)
                : todo_done(d->tx, TODO_DUNNING, "deal", owing->place.deal_id, d->note);
    if (r < 0)
        return r;
    trail_text(&trail, "way", NULL, d->way);
    trail_int(&trail, "amount_fen", NULL, &line->owed_fen);
    trail_text(&trail, "note", NULL, d->note);
    return deal_note(d->tx, &owing->place, "deal.dunned", &trail);
}

/* 1 when the line was refused, as an item. */
static int line_dun(struct dunning *d, int64_t id, int64_t place)
{
    struct line line = {.id = id};
    struct owing owing;
    int64_t today = 0;
    int r = line_read(d, &line, &owing);

    if (r == 0)
        r = db_get(d->tx->db, &today,
                   "SELECT COUNT(*) FROM dunning WHERE receivable_id = $1 AND day = $2", "it", id,
                   d->today);
    if (r < 0)
        return r;
    if (line.owed_fen > 0 && !today)
        return line_write(d, &line, &owing);
    fault_item(d->tx->fault, today ? FAULT_DUNNING_TODAY : FAULT_DUNNING_PAID, place, "lines",
               "unit", owing.unit, NULL);
    return 1;
}

/* ---- all of them ---- */

int dunning_record(struct tx *tx, const int64_t *ids, size_t n, const char *way, const char *note)
{
    struct dunning d = {.tx = tx, .way = way, .note = note};
    bool refused = false;
    int r = 0;

    day_of(tx->now_ms, d.today);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = line_dun(&d, ids[i], (int64_t)i + 1);
        refused |= r == 1;
    }
    if (r >= 0 && refused)
        return fault_set(tx->fault, FAULT_DUNNING_REFUSED, NULL);
    return r < 0 ? r : 0;
}

int dunning_settled(struct tx *tx, int64_t deal_id)
{
    int r = todo_done(tx, TODO_DUNNING, "deal", deal_id, "");

    return r < 0 ? r : 0;
}

int dunning_each(struct tx *tx, int64_t deal_id,
                 int (*each)(void *arg, const struct dunning_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT n.id, n.receivable_id, n.owed_fen, n.at_ms, l.fund, l.due_date, "
                     "n.day, n.way, n.note, " USER_NAMED(
                         "n.actor") " FROM dunning n JOIN receivable l ON l.id = n.receivable_id "
                                    "WHERE l.deal_id = $1 ORDER BY n.id DESC",
                     "i", deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct dunning_row row = {.id = stmt_int(s, 0),
                                        .receivable_id = stmt_int(s, 1),
                                        .owed_fen = stmt_int(s, 2),
                                        .at_ms = stmt_int(s, 3),
                                        .fund = stmt_text(s, 4),
                                        .due_date = stmt_text(s, 5),
                                        .day = stmt_text(s, 6),
                                        .way = stmt_text(s, 7),
                                        .note = stmt_text(s, 8),
                                        .user = stmt_text(s, 9)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
