/* deal_change_effect.c - what a change makes of a deal, before and after: of one that is thought
 * of, asked for or long done, from what is only ever added. See deal_change.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_change_impl.h"

enum { TERMS_COLUMNS = 9 };

/* The claim that lived then says the term there was, as in deal_as_of.c. */
static const char effect_sql[] =
    "SELECT w.unit_id, w.list_fen, w.total_fen, w.deposit_fen, w.loan_fen + w.fund_loan_fen, "
    "w.loan_years, w.plan_name, w.bank, "
    "wb.name || CASE ws.name WHEN '' THEN '' ELSE '-' || ws.name END || '-' || wu.room, "
    "n.unit_id, n.list_fen, n.total_fen, n.deposit_fen, n.loan_fen + n.fund_loan_fen, "
    "n.loan_years, n.plan_name, n.bank, "
    "nb.name || CASE ns.name WHEN '' THEN '' ELSE '-' || ns.name END || '-' || nu.room, "
    "COALESCE((SELECT SUM(x.amount_fen) FROM received x WHERE x.deal_id = d.id AND x.at_ms <= "
    "$5), 0), (SELECT CASE WHEN c.ended_ms IS NULL THEN d.due_ms ELSE c.term_ms END FROM claim c "
    "WHERE c.id = (SELECT MIN(x.id) FROM claim x WHERE x.deal_id = d.id AND x.since_ms <= $5 AND "
    "(x.ended_ms IS NULL OR x.ended_ms > $5))), r.fund, r.amount_fen, r.due_date FROM deal d "
    "JOIN terms w ON w.id = $2 JOIN unit wu ON wu.id = w.unit_id "
    "JOIN building wb ON wb.id = wu.building_id JOIN stair ws ON ws.id = wu.stair_id "
    "LEFT JOIN terms n ON n.id = $3 LEFT JOIN unit nu ON nu.id = n.unit_id "
    "LEFT JOIN building nb ON nb.id = nu.building_id LEFT JOIN stair ns ON ns.id = nu.stair_id "
    "LEFT JOIN receivable r ON r.id = $4 AND r.deal_id = d.id WHERE d.id = $1";

static const char *text_at(struct stmt *s, int column)
{
    return stmt_is_null(s, column) ? "" : stmt_text(s, column);
}

static struct deal_change_terms terms_at(struct stmt *s, int column)
{
    return (struct deal_change_terms){.unit_id = stmt_int(s, column),
                                      .list_fen = stmt_int(s, column + 1),
                                      .total_fen = stmt_int(s, column + 2),
                                      .deposit_fen = stmt_int(s, column + 3),
                                      .loan_fen = stmt_int(s, column + 4),
                                      .loan_years = stmt_int(s, column + 5),
                                      .plan = text_at(s, column + 6),
                                      .bank = text_at(s, column + 7),
                                      .unit = text_at(s, column + 8)};
}

static int effect_tell(struct stmt *s, const struct change_of *of,
                       int (*each)(void *arg, const struct deal_change_effect *effect), void *arg)
{
    enum { MONEY = 2 * TERMS_COLUMNS };
    char due_date[DAY_TEXT] = "";
    struct deal_change_effect effect = {.was = terms_at(s, 0),
                                        .now = terms_at(s, TERMS_COLUMNS),
                                        .received_fen = stmt_int(s, MONEY),
                                        .fund = text_at(s, MONEY + 2),
                                        .line_fen = stmt_int(s, MONEY + 3),
                                        .was_due_date = text_at(s, MONEY + 4),
                                        .due_date = due_date};
    int r = 0;

    if (of->kind == DEAL_CHANGE_POSTPONE_PAYMENT && effect.was_due_date[0])
        r = day_add(effect.was_due_date, of->days, due_date);
    if (of->kind == DEAL_CHANGE_POSTPONE_SIGNING && stmt_int(s, MONEY + 1)) {
        effect.was_due_ms = stmt_int(s, MONEY + 1);
        r = change_due_after(effect.was_due_ms, of->days, &effect.due_ms);
    }
    return r < 0 ? r : each(arg, &effect);
}

int change_effect(struct tx *tx, const struct change_of *of,
                  int (*each)(void *arg, const struct deal_change_effect *effect), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, effect_sql, "iiiii", of->deal_id, of->was_terms_id, of->terms_id,
                     of->receivable_id, of->at_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r >= 0)
        r = r == 1 ? effect_tell(s, of, each, arg) : -EBADMSG;
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_change_effect_each(struct tx *tx, const struct deal_change_row *row,
                            int (*each)(void *arg, const struct deal_change_effect *effect),
                            void *arg)
{
    const struct deal_change_info *info = deal_change_find(row->kind);
    struct change_of of = {.deal_id = row->deal_id,
                           .was_terms_id = row->was_terms_id,
                           .terms_id = row->terms_id,
                           .receivable_id = row->receivable_id,
                           .days = row->days,
                           .at_ms = row->asked_ms};

    if (!info)
        return -EBADMSG;
    of.kind = (enum deal_change_kind)(info - deal_changes);
    return change_effect(tx, &of, each, arg);
}
