/* due_remind.c - see due_remind.h. */
#include "db/due_remind.h"

#include "db/buyer_notice.h"
#include "db/day.h"
#include "db/notification.h"
#include "db/receivable.h"

enum { REMIND_BATCH = 200 };

#define MARK(l)     "MIN(" l ".amount_fen, " RECEIVABLE_EARMARKED(l) ")"
#define LIVING(l)   l ".ended_ms IS NULL AND " l ".waived_ms IS NULL AND " l ".amount_fen > 0"
#define TOGETHER(x) FUND_PURSE(x ".fund") " = " FUND_PURSE("l.fund")
#define OF_LINES(sum)                                                                              \
    "COALESCE((SELECT SUM(" sum                                                                    \
    ") FROM receivable o WHERE o.deal_id = l.deal_id AND " TOGETHER("o") " AND " LIVING("o")
#define EARLIER                                                                                    \
    " AND o.due_date IS NOT NULL AND (o.due_date, o.ordinal, o.id) < (l.due_date, l.ordinal, "     \
    "l.id)), 0)"

#define THE_LINE     LIVING("l")
#define RECEIVED     "FROM received r WHERE r.deal_id = l.deal_id AND " TOGETHER("r")
#define CAME         "COALESCE((SELECT SUM(r.amount_fen) " RECEIVED "), 0)"
#define MARKED       MARK("l") " AS mark, "
#define ALL_MARKS    OF_LINES(MARK("o")) "), 0)"
#define MARKS_BEFORE OF_LINES(MARK("o")) EARLIER
#define BEFORE       OF_LINES("o.amount_fen") EARLIER

/* Lines due from $1 to $2 that were not told $3, of projects with the rule $5, $6, $7, and what is
 * owed of each (as in arrears.h, one line at a time, beside the others of its purse): what it lacks
 * beside what was paid for it by name, less what is left of the rest behind those before it. */
static const char due_sql[] =
    "SELECT * FROM (SELECT q.id, q.deal_id, q.lacks - MAX(0, MIN(q.lacks, q.rest - q.ahead)) AS "
    "owed FROM (SELECT x.id, x.deal_id, x.due_date, x.amount_fen - MAX(0, MIN(x.mark, x.fen - "
    "x.marks_before)) AS lacks, x.fen - MIN(x.fen, x.marks) AS rest, x.before - MIN(x.fen, "
    "x.marks_before) AS ahead FROM (SELECT l.id, l.deal_id, l.amount_fen, l.due_date, " CAME
    " AS fen, " MARKED ALL_MARKS " AS marks, " MARKS_BEFORE " AS marks_before, " BEFORE
    " AS before FROM receivable l WHERE l.due_date BETWEEN $1 AND $2 AND " THE_LINE
    " AND EXISTS (SELECT 1 FROM deal d JOIN project p ON p.id = d.project_id WHERE d.id = "
    "l.deal_id "
    "AND p.remind_early_days = $5 AND p.remind_near_days = $6 AND p.remind_late_days = $7) AND NOT "
    "EXISTS (SELECT 1 FROM due_notice n WHERE n.receivable_id = l.id AND n.event = $3)) "
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

    if (r >= 0)
        r = buyer_notice_due(tx, owed->id, event, owed->fen);
    return r < 0 ? r : notification_add_deal(tx, event, owed->deal_id);
}

/* The days of a project, or of several that have the same. */
struct rule {
    int64_t early, near, late;
};

/* Of the lines that are due from so many days after @today to so many: how many were told. */
static int told(struct tx *tx, const struct rule *rule, const char *today, const int64_t days[2],
                const char *event)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    struct owed owed[REMIND_BATCH];
    struct stmt *s = NULL;
    int n = 0, r = day_add(today, days[0], from);

    if (r == 0)
        r = day_add(today, days[1], to);
    if (r == 0)
        r = db_query(tx->db, &s, due_sql, "tttiiii", from, to, event, (int64_t)REMIND_BATCH,
                     rule->early, rule->near, rule->late);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        owed[n++] = (struct owed){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_reset(s);
    for (int i = 0; r >= 0 && i < n; i++)
        r = tell(tx, &owed[i], event);
    return r < 0 ? r : n;
}

static int rule_remind(struct tx *tx, const struct rule *rule, const char *today)
{
    const int64_t early[] = {rule->near + 1, rule->early}, near[] = {1, rule->near},
                  late[] = {-rule->late - REMIND_LATE_DAYS + 1, -rule->late};
    int n[3] = {0}, r = n[0] = told(tx, rule, today, early, "due_early");

    if (r >= 0)
        r = n[1] = told(tx, rule, today, near, "due_near");
    if (r >= 0)
        r = n[2] = told(tx, rule, today, late, "due_passed");
    return r < 0 ? r : n[0] + n[1] + n[2];
}

int due_remind(struct tx *tx, const char *today)
{
    struct rule rule = {0};
    int n = 0, r;

    do { /* the next one, in an order that stands while lines are told */
        struct stmt *s;

        r = db_query(tx->db, &s,
                     "SELECT DISTINCT remind_early_days, remind_near_days, remind_late_days FROM "
                     "project WHERE (remind_early_days, remind_near_days, remind_late_days) > "
                     "($1, $2, $3) ORDER BY 1, 2, 3 LIMIT 1",
                     "iii", rule.early, rule.near, rule.late);
        if (r == 0)
            r = stmt_step(s);
        if (r == 1)
            rule = (struct rule){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
        stmt_reset(s);
        if (r == 1) {
            r = rule_remind(tx, &rule, today);
            n += r > 0 ? r : 0;
            r = r < 0 ? r : 1;
        }
    } while (r == 1);
    return r < 0 ? r : n;
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
