/* chart_fixture.h - the fixture with a live chart in memory, a server and a feed that tell it. */
#ifndef ANCHANG_TESTS_CHART_FIXTURE_H
#define ANCHANG_TESTS_CHART_FIXTURE_H

#include <pthread.h>

#include "fixture.h"

#include <jansson.h>
#include <sodium.h>
#include <zlib.h>

#include "daemon/chart/charts.h"
#include "daemon/http/http.h"
#include "daemon/site_time.h"
#include "db/audit.h"
#include "db/content.h"
#include "http_server.h"

/* ---- a site with a chart, and a server to fetch it by ---- */

static struct server server;
static struct charts *charts;
static struct fixture *desk;

static inline int do_chart(struct call *call)
{
    struct snapshot *s = charts_get(charts, desk->project);
    struct http_prepared *p;
    int r = s ? snapshot_chart(s, &p) : -ENOENT;

    snapshot_unref(s);
    if (r < 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    call_reply_prepared(call, p);
    return 0;
}

static inline int do_building(struct call *call)
{
    struct snapshot *s = charts_get(charts, desk->project);
    struct http_prepared *p;
    int r = s ? snapshot_building(s, strtoll(call->param[0], NULL, 10), &p) : -ENOENT;

    snapshot_unref(s);
    if (r < 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    call_reply_prepared(call, p);
    return 0;
}

static inline int do_events(struct call *call)
{
    int r = call_subscribe(call, feed_channel(FEED_PUBLIC, desk->project));

    if (r == 0)
        r = call_subscribe(call, feed_channel(FEED_INTERNAL, desk->project));
    return r < 0 ? r : call_subscribe(call, feed_channel(FEED_UNITS, desk->project));
}

static const struct route table[] = {
    {"GET", "/api/chart", RIGHT_NONE, ROUTE_RAW, do_chart, 0, NULL},
    {"GET", "/api/buildings/{building}", RIGHT_NONE, ROUTE_RAW, do_building, 0, NULL},
    {"GET", "/api/events", RIGHT_NONE, ROUTE_STREAM, do_events, 0, NULL},
    {0},
};

static inline int64_t publish(struct fixture *f)
{
    char hash[CONTENT_HASH_TEXT];
    struct content *c;
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    content_hash(c, hash);
    assert_true(
        db_run(f->db, "UPDATE publication SET state = 'superseded' WHERE state = 'live'", "") >= 0);
    assert_int_equal(
        db_get(
            f->db, &id,
            "INSERT INTO publication (project_id, number, state, author_id, author, created_ms, "
            "approver_id, approver, approver_role, decided_ms, hash) VALUES ($1, (SELECT "
            "COALESCE(MAX(number), 0) + 1 FROM publication), 'live', 1, 'tester', $2, 2, 'boss', "
            "'manager', $2, $3) RETURNING id",
            "iit", f->project, f->now_ms, hash),
        1);
    assert_int_equal(FIXTURE_DO(f, tx, content_store(tx, c, NULL, id)), 0);
    content_free(c);
    return id;
}

/* A second building, ragged: a basement, a floor with one unit, a duplex, lines of two lengths. */
static inline int64_t ragged(struct fixture *f)
{
    static const struct {
        int64_t floor;
        const char *line;
        int64_t span;
    } units[] = {{-1, "1", 1}, {-1, "10", 1}, {-1, "2", 1}, {3, "A", 2}, {4, "2", 1}, {4, "01", 1}};
    int64_t b = 0, s = 0, floors[3] = {0};

    assert_int_equal(db_get(f->db, &b,
                            "INSERT INTO building (project_id, name, ordinal) VALUES ($1, $2, 2) "
                            "RETURNING id",
                            "it", f->project, "R\"\\\x01</script>"),
                     1);
    assert_int_equal(db_get(f->db, &s,
                            "INSERT INTO stair (building_id, name, ordinal) VALUES ($1, '', 1) "
                            "RETURNING id",
                            "i", b),
                     1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(db_get(f->db, &floors[i],
                                "INSERT INTO floor (building_id, label, ordinal) VALUES ($1, $2, "
                                "$3) RETURNING id",
                                "iti", b,
                                i == 0   ? "-1"
                                : i == 1 ? "3"
                                         : "3A",
                                i == 0 ? (int64_t)-1 : (int64_t)(i + 2)),
                         1);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        char room[16];
        int64_t floor = floors[units[i].floor == -1 ? 0 : units[i].floor == 3 ? 1 : 2];

        snprintf(room, sizeof(room), "r%s", units[i].line);
        assert_int_equal(db_run(f->db,
                                "INSERT INTO unit (project_id, building_id, stair_id, floor_id, "
                                "room, line, span, class, changed_ms) VALUES ($1, $2, $3, $4, $5, "
                                "$6, $7, 'parking', 1)",
                                "iiiitti", f->project, b, s, floor, room, units[i].line,
                                units[i].span),
                         1);
    }
    return b;
}

static inline int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {3};
    struct http_options o = {.routes = table};
    struct charts_options options = {.demo = true};

    assert_true(sodium_init() >= 0);
    assert_int_equal(site_time_init("Asia/Shanghai"), 0);
    audit_set_key(key);
    assert_int_equal(fixture_setup(state), 0);
    desk = *state;
    assert_int_equal(db_script(desk->db,
                               "INSERT INTO layout (project_id, name, rooms, halls, baths) "
                               "VALUES (1, 'A', 3, 2, 2), (1, 'B', 2, 1, 1);"
                               "UPDATE unit SET layout_id = 1 + id % 2"),
                     0);
    fixture_release(desk);
    ragged(desk);
    publish(desk);
    memset(&server, 0, sizeof(server));
    o.limits.no_rate = true;
    assert_int_equal(server_start(&server, &o, "CREATE TABLE t(i INTEGER) STRICT;"), 0);
    options.db_path = desk->path;
    options.feed = server.feed;
    assert_int_equal(charts_create(&options, &charts), 0);
    return 0;
}

static inline int teardown(void **state)
{
    server_stop(&server);
    charts = charts_free(charts);
    return fixture_teardown(state);
}

/* After a FIXTURE_DO: what the writer would do. */
static inline void tell(void)
{
    charts_changed(charts, desk->changes.items, desk->changes.n);
}

static inline json_t *plain(struct snapshot *s)
{
    struct buf out = {0};
    json_t *json;

    assert_int_equal(snapshot_chart_plain(s, &out), 0);
    json = json_loadb(out.data, out.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    buf_free(&out);
    return json;
}

static inline json_t *chart(void)
{
    struct snapshot *s = charts_get(charts, desk->project);
    json_t *json;

    assert_non_null(s);
    json = plain(s);
    snapshot_unref(s);
    return json;
}

static inline const char *text_at(const json_t *array, size_t i)
{
    return json_string_value(json_array_get(array, i));
}

static inline int64_t int_at(const json_t *array, size_t i)
{
    const json_t *value = json_array_get(array, i);

    return json_is_null(value) ? 0 : (int64_t)json_integer_value(value);
}

/* The row of a unit in the chart; NULL when it is not there, and it is there once. */
static inline json_t *row_of(const json_t *json, int64_t unit_id)
{
    const json_t *building;
    json_t *row, *found = NULL;
    size_t b, u;

    json_array_foreach(json_object_get(json, "buildings"), b, building) json_array_foreach(
        json_object_get(building, "units"), u, row) if (int_at(row, 0) == unit_id)
    {
        assert_null(found);
        found = row;
    }
    return found;
}

static inline char *inflated(const void *data, size_t n, size_t *ret_n)
{
    z_stream z = {0};
    size_t room = 1 << 22;
    char *out = malloc(room);

    assert_non_null(out);
    assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK); /* gzip, with its checksum */
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    *ret_n = room - z.avail_out;
    inflateEnd(&z);
    return out;
}

#endif
