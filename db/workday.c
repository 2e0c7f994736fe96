/* workday.c - see workday.h. */
#include "db/workday.h"

#include <errno.h>
#include <time.h>

#include "db/audit.h"
#include "db/day.h"

enum { DAYS_LOOKED_AT = 4000 };

static int day_works(struct db *db, const char *day)
{
    int64_t works = 0;
    int r = db_get(db, &works, "SELECT works FROM working_day WHERE day = $1", "t", day);
    if (r < 0)
        return r;
    return r == 1 ? works != 0 : day_weekday(day) < 6;
}

int workday_add(struct db *db, int64_t ms, int64_t n, int64_t *ret_ms)
{
    time_t at = (time_t)(ms / 1000);
    struct tm start, tm;

    localtime_r(&at, &start);
    for (int days = 1; n > 0; days++) {
        char day[DAY_TEXT];
        int r;

        if (days > DAYS_LOOKED_AT)
            return -ELOOP;
        tm = start;
        tm.tm_mday += days;
        tm.tm_isdst = -1;
        at = mktime(&tm);
        day_of((int64_t)at * 1000, day);
        r = day_works(db, day);
        if (r < 0)
            return r;
        n -= r;
    }
    *ret_ms = (int64_t)at * 1000 + ms % 1000;
    return 0;
}

int workday_set(struct tx *tx, const char *day, int works)
{
    int64_t before = -1, after = works;
    struct trail trail = {0};
    int r = db_get(tx->db, &before, "SELECT works FROM working_day WHERE day = $1", "t", day);

    if (r >= 0 && before == works)
        return 0;
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM working_day WHERE $1 = 0", 0, WORKDAY_MAX);
    if (r >= 0 && works < 0)
        r = db_run(tx->db, "DELETE FROM working_day WHERE day = $1", "t", day);
    else if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO working_day (day, works) VALUES ($1, $2) "
                   "ON CONFLICT (day) DO UPDATE SET works = $2",
                   "ti", day, after);
    if (r < 0)
        return r;
    trail_text(&trail, "day", NULL, day);
    trail_int(&trail, "works", before < 0 ? NULL : &before, works < 0 ? NULL : &after);
    return audit_add(tx, "workday.set", "workday", 0, 0, &trail);
}

int workday_scan(struct db *db, const char *from, const char *to,
                 int (*each)(void *arg, const char *day, bool works), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT day, works FROM working_day WHERE day >= $1 AND day <= $2 "
                     "ORDER BY day",
                     "tt", from, to);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_text(s, 0), stmt_int(s, 1) != 0);
    stmt_reset(s);
    return r < 0 ? r : 0;
}
