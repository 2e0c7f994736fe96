/* due_remind.c - see due_remind.h. */
#include "db/due_remind.h"

#include "db/day.h"
#include "db/notification.h"
#include "db/receivable.h"

enum { REMIND_BATCH = 200 };

#define MARK(l)   "MIN(" l ".amount_fen, " RECEIVABLE_EARMARKED(l) ")"
#define LIVING(l) l ".ended_ms IS NULL AND " l ".waived_ms IS NULL AND " l ".amount_fen > 0"
#define OF_LINES(sum)                                                                              \
    "COALESCE((SELECT SUM(" sum ") FROM receivable o WHERE o.deal_id = l.deal_id AND " LIVING("o")
#define EARLIER                                                                                    \
    " AND o.due_date IS NOT NULL AND (o.due_date, o.ordinal, o.id) < (l.due_date, l.ordinal, "     \
    "l.id)), 0)"

#define THE_LINE     LIVING("l")
#define RECEIVED     "FROM received r WHERE r.deal_id = l.deal_id"
#define CAME         "COALESCE((SELECT SUM(r.amount_fen) " RECEIVED "), 0)"
#define MARKED       MARK("l") " AS mark, "
#define ALL_MARKS    OF_LINES(MARK("o")) "), 0)"
#define MARKS_BEFORE OF_LINES(MARK("o")) EARLIER
#define BEFORE       OF_LINES("o.amount_fen") EARLIER

/* Lines due from $1 to $2 that were not told $3, with what is owed of each (as in arrears.h, one
 * line at a time): what it lacks beside what was paid for it by name, less what is left of the rest
 * behind those before it. */
static const char due_sql[] =
    "SELECT * FROM (SELECT q.id, q.deal_id, q.lacks - MAX(0, MIN(q.lacks, q.rest - q.ahead)) AS "
    "owed FROM (SELECT x.id, x.deal_id, x.due_date, x.amount_fen - MAX(0, MIN(x.mark, x.fen - "
    "x.marks_before)) AS lacks, x.fen - MIN(x.fen, x.marks) AS rest, x.before - MIN(x.fen, "
    "x.marks_before) AS ahead FROM (SELECT l.id, l.deal_id, l.amount_fen, l.due_date, " CAME
    " AS fen, " MARKED ALL_MARKS " AS marks, " MARKS_BEFORE " AS marks_before, " BEFORE
    " AS before FROM receivable l WHERE l.due_date BETWEEN $1 AND $2 AND " THE_LINE
    " AND NOT EXISTS (SELECT 1 FROM due_notice n WHERE n.receivable_id = l.id AND n.event = $3)) "
    "x) q ORDER BY q.due_date, q.id) WHERE owed > 0 LIMIT $4";

struct owed {
    int64_t id, deal_id, fen;
};

static int tell(struct tx *tx, const struct owed *owed, const char *event)
{
    int r = db_run(tx->db,
                   "INSERT INTO due_notice (receivable_id, event, owed_fen, at_ms) VALUES "
                   "($1, $2, $3, $4)",
                   "itii", owed->id, event, owed->fen, tx->now_ms);

    return r < 0 ? r : notification_add_deal(tx, event, owed->deal_id);
}

/* How many. */
static int told(struct tx *tx, const char *from, const char *to, const char *event)
{
    struct owed owed[REMIND_BATCH];
    struct stmt *s;
    int n = 0, r = db_query(tx->db, &s, due_sql, "ttti", from, to, event, (int64_t)REMIND_BATCH);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        owed[n++] = (struct owed){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_reset(s);
    for (int i = 0; r >= 0 && i < n; i++)
        r = tell(tx, &owed[i], event);
    return r < 0 ? r : n;
}

int due_remind(struct tx *tx, const char *today)
{
    char tomorrow[DAY_TEXT], after[DAY_TEXT], week[DAY_TEXT], yesterday[DAY_TEXT], old[DAY_TEXT];
    int n[3] = {0}, r = day_add(today, 1, tomorrow);

    if (r == 0)
        r = day_add(today, 2, after);
    if (r == 0)
        r = day_add(today, REMIND_WEEK_DAYS, week);
    if (r == 0)
        r = day_add(today, -1, yesterday);
    if (r == 0)
        r = day_add(today, -REMIND_LATE_DAYS, old);
    if (r == 0)
        r = n[0] = told(tx, after, week, "due_week");
    if (r >= 0)
        r = n[1] = told(tx, tomorrow, tomorrow, "due_tomorrow");
    if (r >= 0)
        r = n[2] = told(tx, old, yesterday, "due_passed");
    return r < 0 ? r : n[0] + n[1] + n[2];
}

int due_remind_run(struct tx *tx)
{
    char today[DAY_TEXT];
    int r;

    day_of(tx->now_ms, today);
    do
        r = due_remind(tx, today);
    while (r > 0);
    return r;
}
