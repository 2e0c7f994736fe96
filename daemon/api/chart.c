/* chart.c - the internal chart and its event stream (SC-06). */
#include <inttypes.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "daemon/chart/internal.h"
#include "daemon/chart/json_write.h"
#include "db/day.h"
#include "db/project.h"

static int brief_write(void *arg, const struct project_brief *brief)
{
    struct buf *out = arg;

    buf_printf(out, "{\"id\":%" PRId64, brief->id);
    json_member_text(out, "name", brief->name);
    json_member_text(out, "name_en", brief->name_en);
    json_member_text(out, "city", brief->city);
    json_member_bool(out, "closed", brief->closed);
    json_member_int(out, "units", brief->units);
    json_member_or_null(out, "live_number", brief->live_number);
    json_member_or_null(out, "open_number", brief->open_number);
    buf_puts(out, ",\"states\":[");
    for (size_t i = 0; i < brief->n_states; i++) {
        const struct project_state *state = &brief->states[i];
        const char letter[2] = {state->state, '\0'};

        buf_puts(out, i ? ",{\"state\":" : "{\"state\":");
        json_put_text(out, letter);
        json_member_int(out, "units", state->units);
        json_member_int(out, "gross_area", state->gross_area);
        json_member_int(out, "total_fen", state->total_fen);
        buf_puts(out, "}");
    }
    buf_puts(out, "]}");
    return out->error;
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
    r = project_each(&call->tx, project_id, brief_write, &out);
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
        r = internal_write_buildings(&call->tx, project_id, day_midnight_ms(call->tx.now_ms), &out);
    buf_puts(&out, "}");
    if (r < 0) {
        buf_free(&out);
        return r;
    }
    return reply_buf(call, &out);
}

/* Deals of others; one's own come by one's own channel (charts.c). */
static int deals_subscribe(struct call *call, int64_t project_id)
{
    const struct actor *actor = call->tx.actor;
    int r = 0;

    if (!actor_has(actor, RIGHT_DEAL_VIEW) || !actor_has(actor, RIGHT_DEAL_ALL))
        return 0;
    if (actor_sees_whole(actor, project_id))
        return call_subscribe(call, feed_channel(FEED_DEALS, project_id));
    for (size_t i = 0; r == 0 && i < actor->n_buildings; i++)
        if (actor_sees_building(actor, project_id, actor->buildings[i]))
            r = call_subscribe(call, feed_channel(FEED_DEALS_PART, actor->buildings[i]));
    return r;
}

int api_events(struct call *call)
{
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = call_subscribe(call, feed_channel(FEED_INTERNAL, project_id));
    if (r == 0)
        r = call_subscribe(
            call,
            feed_channel(actor_sees_whole(call->tx.actor, project_id) ? FEED_UNITS : FEED_PART,
                         project_id));
    if (r == 0)
        r = deals_subscribe(call, project_id);
    if (r == 0 && actor_has(call->tx.actor, RIGHT_ALERT_HANDLE)) {
        r = call_subscribe(call, feed_channel(FEED_STAFF, project_id));
        if (r == 0)
            r = call_subscribe(call, feed_channel(FEED_STAFF, 0));
    }
    if (r == 0 && actor_has(call->tx.actor, RIGHT_MONEY_TAKE))
        r = call_subscribe(call, feed_channel(FEED_PRINT, project_id));
    if (r == 0 && actor_has(call->tx.actor, RIGHT_SYSTEM_VIEW))
        r = call_subscribe(call, feed_channel(FEED_PRINT, 0));
    if (r == 0 &&
        call->tx.actor->kind == ACTOR_USER) /* my to-dos and requests, as api_my_events() */
        r = call_subscribe(call, feed_channel(FEED_USER, call->tx.actor->id));
    return r;
}
