/* chart.c - the internal chart and its event stream (SC-06). */
#include <inttypes.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "daemon/chart/internal.h"
#include "daemon/chart/json_write.h"
#include "daemon/site_time.h"
#include "db/publication.h"

static int write_brief(struct tx *tx, int64_t project_id, struct buf *out)
{
    struct stmt *s;
    int64_t units = 0;
    bool first = true;
    int r = db_query(tx->db, &s,
                     "SELECT p.id, p.name, p.city, p.closed, "
                     "(SELECT number FROM publication q WHERE q.project_id = p.id AND q.state = 'live'), "
                     "(SELECT number FROM publication q WHERE q.project_id = p.id "
                     "AND q.state IN ('draft', 'submitted')) FROM project p WHERE p.id = $1",
                     "i", project_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    buf_printf(out, "{\"id\":%" PRId64, stmt_int(s, 0));
    json_member_text(out, "name", stmt_text(s, 1));
    json_member_text(out, "city", stmt_text(s, 2));
    json_member_bool(out, "closed", stmt_int(s, 3) != 0);
    json_member_or_null(out, "live_number", stmt_int(s, 4));
    json_member_or_null(out, "open_number", stmt_int(s, 5));
    stmt_reset(s);
    buf_puts(out, ",\"states\":[");
    r = db_query(tx->db, &s,
                 "SELECT u.sale_state, COUNT(*), COALESCE(SUM(a.gross), 0), "
                 "COALESCE(SUM(u.total_fen), 0) FROM unit u JOIN project p ON p.id = u.project_id "
                 "LEFT JOIN unit_area a ON a.unit_id = u.id AND a.stage = CASE p.sale_type "
                 "WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "
                 "WHERE u.project_id = $1 GROUP BY u.sale_state",
                 "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        buf_puts(out, first ? "{\"state\":" : ",{\"state\":");
        first = false;
        json_put_text(out, stmt_text(s, 0));
        json_member_int(out, "units", stmt_int(s, 1));
        json_member_int(out, "gross_area", stmt_int(s, 2));
        json_member_int(out, "total_fen", stmt_int(s, 3));
        buf_puts(out, "}");
        units += stmt_int(s, 1);
    }
    stmt_reset(s);
    buf_puts(out, "]");
    json_member_int(out, "units", units);
    buf_puts(out, "}");
    return r < 0 ? r : 0;
}

int api_chart_internal(struct call *call)
{
    char position[FEED_ID_TEXT];
    struct buf out = {0};
    struct snapshot *live;
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r < 0)
        return r;
    /* Before the read: events that come meanwhile are then said twice rather than not at all. */
    feed_position(call->app->feed, position);
    buf_puts(&out, "{\"project\":");
    r = write_brief(&call->tx, project_id, &out);
    buf_puts(&out, ",\"publication\":");
    live = charts_get(call->app->charts, project_id);
    if (live)
        snapshot_write_publication(live, &out);
    else
        buf_puts(&out, "null");
    snapshot_unref(live);
    json_member_text(&out, "seq", position);
    buf_puts(&out, ",\"states\":");
    chart_write_states(&out, true);
    buf_puts(&out, ",\"classes\":");
    chart_write_classes(&out);
    buf_puts(&out, ",");
    if (r == 0)
        r = internal_write_buildings(&call->tx, project_id, site_midnight_ms(call->tx.now_ms), &out);
    buf_puts(&out, "}");
    if (r < 0) {
        buf_free(&out);
        return r;
    }
    return reply_buf(call, &out);
}

int api_events(struct call *call)
{
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = call_subscribe(call, feed_channel(FEED_INTERNAL, project_id));
    if (r == 0 && actor_has(call->tx.actor, RIGHT_ALERT_HANDLE)) {
        r = call_subscribe(call, feed_channel(FEED_STAFF, project_id));
        if (r == 0)
            r = call_subscribe(call, feed_channel(FEED_STAFF, 0));
    }
    return r;
}
