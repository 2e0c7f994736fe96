/* test_chart.c - the chart in memory: its JSON, its compression, its losses and what is told of
 * them. */
#include <pthread.h>

#include "fixture.h"

#include <jansson.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <zlib.h>

#include "daemon/chart/charts.h"
#include "daemon/chart/gzip_parts.h"
#include "daemon/chart/json_write.h"
#include "daemon/chart/place.h"
#include "daemon/http/http.h"
#include "daemon/site_time.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/content.h"
#include "http_server.h"

/* ---- a site with a chart, and a server to fetch it by ---- */

static struct server server;
static struct charts *charts;
static struct fixture *desk;

static int do_chart(struct call *call)
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

static int do_building(struct call *call)
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

static int do_events(struct call *call)
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

static int64_t publish(struct fixture *f)
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
static int64_t ragged(struct fixture *f)
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

static int setup(void **state)
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

static int teardown(void **state)
{
    server_stop(&server);
    charts = charts_free(charts);
    return fixture_teardown(state);
}

/* After a FIXTURE_DO: what the writer would do. */
static void tell(void)
{
    charts_changed(charts, desk->changes.items, desk->changes.n);
}

static json_t *plain(struct snapshot *s)
{
    struct buf out = {0};
    json_t *json;

    assert_int_equal(snapshot_chart_plain(s, &out), 0);
    json = json_loadb(out.data, out.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    buf_free(&out);
    return json;
}

static json_t *chart(void)
{
    struct snapshot *s = charts_get(charts, desk->project);
    json_t *json;

    assert_non_null(s);
    json = plain(s);
    snapshot_unref(s);
    return json;
}

static const char *text_at(const json_t *array, size_t i)
{
    return json_string_value(json_array_get(array, i));
}

static int64_t int_at(const json_t *array, size_t i)
{
    const json_t *value = json_array_get(array, i);

    return json_is_null(value) ? 0 : (int64_t)json_integer_value(value);
}

/* The row of a unit in the chart; NULL when it is not there, and it is there once. */
static json_t *row_of(const json_t *json, int64_t unit_id)
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

/* ---- the JSON ---- */

static void unit_check(const json_t *json, const json_t *building, const json_t *row,
                       const struct published_unit *u)
{
    const json_t *floor =
        json_array_get(json_object_get(building, "floors"), (size_t)int_at(row, 1));
    const json_t *stair =
        json_array_get(json_object_get(building, "stairs"), (size_t)int_at(row, 2));
    const json_t *layouts = json_object_get(json, "layouts");
    const char state[2] = {u->state, '\0'};

    assert_int_equal(json_array_size(row), 14);
    assert_int_equal(int_at(row, 0), u->unit_id);
    assert_int_equal(json_integer_value(json_object_get(floor, "ordinal")), u->floor_ordinal);
    assert_string_equal(json_string_value(json_object_get(floor, "label")), u->floor);
    assert_int_equal(json_integer_value(json_object_get(stair, "id")), u->stair_id);
    assert_string_equal(text_at(json_object_get(stair, "lines"), (size_t)int_at(row, 3)), u->line);
    assert_int_equal(int_at(row, 4), u->span);
    assert_string_equal(text_at(row, 5), state);
    assert_string_equal(text_at(row, 6), u->class);
    if (u->layout_id)
        assert_int_equal(json_integer_value(json_object_get(
                             json_array_get(layouts, (size_t)int_at(row, 7)), "id")),
                         u->layout_id);
    else
        assert_int_equal(int_at(row, 7), -1);
    assert_int_equal(int_at(row, 8), u->gross);
    assert_int_equal(int_at(row, 9), u->inner);
    assert_int_equal(int_at(row, 10), u->total_fen);
    assert_int_equal(int_at(row, 11), u->total_fen && u->gross
                                          ? (u->total_fen * 200 + u->gross) / (2 * u->gross)
                                          : 0);
    assert_string_equal(text_at(row, 12), u->orientation);
    assert_string_equal(text_at(row, 13), u->room);
}

static void test_chart_is_the_content(void **state)
{
    struct snapshot *s = charts_get(charts, desk->project);
    const struct content *c = snapshot_content(s);
    json_t *json = plain(s), *building, *row;
    const json_t *project = json_object_get(json, "project");
    const json_t *publication = json_object_get(json, "publication");
    size_t b, u, at = 0;

    (void)state;
    json_array_foreach(json_object_get(json, "buildings"), b, building)
        json_array_foreach(json_object_get(building, "units"), u, row)
    {
        assert_int_equal(json_integer_value(json_object_get(building, "id")),
                         c->units[at].building_id);
        unit_check(json, building, row, &c->units[at++]);
    }
    assert_int_equal(at, c->n_units); /* every unit exactly once */
    assert_int_equal(at, FIXTURE_UNITS + 6);
    assert_string_equal(json_string_value(json_object_get(project, "name")), "Test Garden");
    assert_int_equal(json_integer_value(json_object_get(project, "units")), FIXTURE_UNITS + 6);
    assert_int_equal(json_integer_value(json_object_get(project, "available")), FIXTURE_UNITS);
    assert_int_equal(json_integer_value(json_object_get(project, "from_fen")), FIXTURE_TOTAL);
    assert_int_equal(json_integer_value(json_object_get(publication, "number")), 1);
    assert_int_equal(json_integer_value(json_object_get(publication, "patch")), 0);
    assert_true(json_is_true(json_object_get(publication, "demo")));
    assert_string_equal(json_string_value(json_object_get(publication, "approver_role")),
                        "manager");
    assert_string_equal(text_at(json_object_get(publication, "permits"), 0), "P-2026-1");
    /* The legend has each public letter once, and none that is not public. */
    assert_int_equal(json_array_size(json_object_get(json, "states")), 10);
    json_decref(json);
    snapshot_unref(s);
}

/* By the inner area where the project says so; the price paid for what is sold (SC-13). */
static void test_prices(void **state)
{
    json_t *json, *row;

    (void)state;
    assert_int_equal(
        db_script(
            desk->db,
            "UPDATE project SET price_basis = 'inner', show_deal_price = 1;"
            "INSERT INTO claim (unit_id, state, kind, since_ms) VALUES (1, 'C', 'opening', 1);"
            "UPDATE unit SET sale_state = 'C', deal_total_fen = 100000000 WHERE id = 1"),
        0);
    publish(desk);
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 2}}, 1);
    json = chart();
    row = row_of(json, 1);
    assert_string_equal(text_at(row, 5), "C");
    assert_int_equal(int_at(row, 10), 100000000);
    assert_int_equal(int_at(row, 11), 1388889); /* over 72.00 m2 */
    row = row_of(json, 2);
    assert_int_equal(int_at(row, 10), FIXTURE_TOTAL);
    assert_int_equal(int_at(row, 11), 1532407); /* 1,103,333 over 72.00 m2 */
    json_decref(json);
    /* Sold as a whole: there is no price of a square metre to show. */
    assert_int_equal(db_script(desk->db, "UPDATE project SET price_basis = 'unit'"), 0);
    publish(desk);
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 3}}, 1);
    json = chart();
    assert_int_equal(int_at(row_of(json, 2), 10), FIXTURE_TOTAL);
    assert_true(json_is_null(json_array_get(row_of(json, 2), 11)));
    json_decref(json);
}

/* The time of the data does not go back, whatever a clock does. */
static void test_data_time(void **state)
{
    struct snapshot *s = charts_get(charts, desk->project);
    struct snapshot_head before, after;

    (void)state;
    snapshot_get_head(s, &before);
    assert_int_equal(snapshot_patch(s, 1, 1, 'X', before.data_ms - 5000), 0);
    snapshot_get_head(s, &after);
    assert_int_equal(after.patch, 1);
    assert_int_equal(after.data_ms, before.data_ms);
    assert_int_equal(snapshot_patch(s, 2, 2, 'X', before.data_ms + 5000), 0);
    snapshot_get_head(s, &after);
    assert_int_equal(after.data_ms, before.data_ms + 5000);
    snapshot_unref(s);
}

static void test_ragged_grid(void **state)
{
    json_t *json = chart();
    const json_t *b = json_array_get(json_object_get(json, "buildings"), 1);
    const json_t *floors = json_object_get(b, "floors");
    const json_t *lines = json_object_get(json_array_get(json_object_get(b, "stairs"), 0), "lines");
    static const char *const want[] = {"1", "2", "A", "01", "10"};

    (void)state;
    assert_string_equal(json_string_value(json_object_get(b, "name")), "R\"\\\x01</script>");
    assert_int_equal(json_array_size(floors), 3); /* from the lowest up */
    assert_string_equal(json_string_value(json_object_get(json_array_get(floors, 0), "label")),
                        "-1");
    assert_string_equal(json_string_value(json_object_get(json_array_get(floors, 2), "label")),
                        "3A");
    assert_int_equal(json_array_size(lines), 5); /* as people count: short ones first */
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(text_at(lines, i), want[i]);
    json_decref(json);
}

static void test_place(void **state)
{
    struct place_unit units[] = {
        {.stair_id = 1, .floor_ordinal = 5, .stair = "a", .floor = "5", .line = "2"},
        {.stair_id = 1, .floor_ordinal = 1, .stair = "a", .floor = "1", .line = "1"},
        {.stair_id = 2, .floor_ordinal = 9, .stair = "b", .floor = "9", .line = "1"},
        {.stair_id = 2, .floor_ordinal = 5, .stair = "b", .floor = "5", .line = "7"}};
    struct place p;

    (void)state;
    assert_int_equal(place_make(units, 4, &p), 0);
    assert_int_equal(p.n_floors, 3);
    assert_int_equal(p.n_stairs, 2);
    assert_int_equal(units[0].floor_index, 1);
    assert_int_equal(units[2].floor_index, 2);
    assert_int_equal(units[3].floor_index, 1);
    assert_int_equal(units[0].line_index, 1);
    assert_int_equal(units[3].line_index, 1);
    assert_int_equal(units[3].stair_index, 1);
    place_free(&p);
    assert_int_equal(place_make(units, 0, &p), 0);
    assert_int_equal(p.n_floors + p.n_stairs, 0);
    place_free(&p);
}

static void test_escapes(void **state)
{
    struct buf b = {0};
    char all[256];
    json_t *json;
    size_t n = 0;

    (void)state;
    for (int c = 1; c < 0x80; c++)
        all[n++] = (char)c;
    memcpy(all + n, "案场“”\xf0\x9f\x98\x80", sizeof("案场“”\xf0\x9f\x98\x80"));
    buf_puts(&b, "{");
    json_key(&b, all, 1);
    json_put_text(&b, all);
    json_member_text(&b, "null", NULL);
    json_member_int(&b, "low", INT64_MIN);
    json_member_int(&b, "high", INT64_MAX);
    json_member_or_null(&b, "zero", 0);
    json_member_or_null(&b, "one", 1);
    json_member_bool(&b, "yes", 7);
    buf_puts(&b, "}");
    assert_int_equal(b.error, 0);
    json = json_loadb(b.data, b.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, all)), all);
    assert_string_equal(json_string_value(json_object_get(json, "null")), "");
    assert_true(json_integer_value(json_object_get(json, "low")) == INT64_MIN);
    assert_true(json_integer_value(json_object_get(json, "high")) == INT64_MAX);
    assert_true(json_is_null(json_object_get(json, "zero")));
    assert_int_equal(json_integer_value(json_object_get(json, "one")), 1);
    assert_true(json_is_true(json_object_get(json, "yes")));
    json_decref(json);
    buf_free(&b);
}

/* ---- compression ---- */

static char *inflated(const void *data, size_t n, size_t *ret_n)
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

static void test_parts_join_to_the_whole(void **state)
{
    static const size_t sizes[] = {0,    1,     2,     15,    255,   256,   4095,
                                   4096, 32767, 32768, 65535, 65536, 200000};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
    uint64_t random = 7;

    (void)state;
    for (int round = 0; round < 40; round++) {
        struct gzip_part parts[6] = {0};
        const struct gzip_part *list[6];
        struct buf whole = {0}, out = {0};
        size_t n_parts = (size_t)round % 6 + (round > 6), n;
        char *back;

        if (n_parts > 6)
            n_parts = 6;
        for (size_t i = 0; i < n_parts; i++) {
            size_t size;
            char *data;

            random = random * 6364136223846793005u + 1442695040888963407u;
            size = sizes[(random >> 33) % SIZES];
            data = malloc(size + 1);
            assert_non_null(data);
            for (size_t k = 0; k < size; k++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                data[k] = (char)(round % 2 ? random >> 56 : 'a' + (random >> 60)); /* hard, easy */
            }
            assert_int_equal(gzip_part_make(&parts[i], "dropped", 7), 0);
            assert_int_equal(gzip_part_make(&parts[i], data, size), 0);
            assert_int_equal(parts[i].n_plain, size);
            buf_add(&whole, data, size);
            list[i] = &parts[i];
            free(data);
        }
        gzip_parts_join(&out, list, n_parts);
        assert_int_equal(out.error, 0);
        back = inflated(out.data, out.n, &n);
        assert_int_equal(n, whole.n);
        if (n > 0)
            assert_memory_equal(back, whole.data, n);
        free(back);
        for (size_t i = 0; i < n_parts; i++)
            gzip_part_free(&parts[i]);
        buf_free(&whole);
        buf_free(&out);
    }
}

/* ---- by HTTP: packed and plain are the same, the etag is of the content ---- */

struct fetched {
    json_t *json;
    char etag[80];
    int status;
};

static struct fetched fetch(const char *path, const char *more)
{
    char headers[200];
    struct fetched f = {0};
    struct answer packed, raw;

    snprintf(headers, sizeof(headers), "Accept-Encoding: gzip\r\n%s", more);
    packed = client_ask(server.port, "GET", path, headers, NULL);
    raw = client_ask(server.port, "GET", path, more, NULL);
    f.status = packed.status;
    if (packed.status == 200) {
        size_t n;
        char *back;

        assert_string_equal(client_header(&packed, "Content-Encoding"), "gzip");
        snprintf(f.etag, sizeof(f.etag), "%.79s", client_header(&packed, "ETag"));
        assert_null(client_header(&raw, "Content-Encoding"));
        back = inflated(packed.body, packed.n_body, &n);
        assert_int_equal(n, raw.n_body);
        assert_memory_equal(back, raw.body, n);
        f.json = json_loadb(back, n, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(f.json);
        free(back);
    }
    free(packed.text);
    free(raw.text);
    return f;
}

static void test_a_loss_changes_that_unit_alone(void **state)
{
    struct fetched before = fetch("/api/chart", ""), after, building, other;
    json_t *was, *is, *mine = NULL;
    char path[64], condition[160];
    const json_t *b;
    size_t i, k;

    (void)state;
    snprintf(path, sizeof(path), "/api/buildings/%d", (int)desk->building + 1);
    other = fetch(path, "");
    assert_int_equal(fixture_act(desk, TRANSITION_HOLD, desk->units[4]), 0);
    tell();
    after = fetch("/api/chart", "");
    assert_string_not_equal(before.etag, after.etag);
    json_array_foreach(json_object_get(before.json, "buildings"), i, b)
        json_array_foreach(json_object_get(b, "units"), k, was)
    {
        is = row_of(after.json, int_at(was, 0));
        if (int_at(was, 0) == desk->units[4]) {
            mine = is;
            assert_string_equal(text_at(is, 5), "X");
            json_array_set_new(is, 5, json_string("A"));
        }
        assert_true(json_equal(was, is));
    }
    assert_non_null(mine);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(after.json, "publication"), "patch")),
        1);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(after.json, "project"), "available")),
        FIXTURE_UNITS - 1);
    /* The building's own reply; and the other's, which states the new patch too. */
    snprintf(path, sizeof(path), "/api/buildings/%d", (int)desk->building);
    building = fetch(path, "");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(building.json, "building"), "id")),
        desk->building);
    json_array_set_new(mine, 5, json_string("X"));
    assert_true(json_equal(json_object_get(building.json, "building"),
                           json_array_get(json_object_get(after.json, "buildings"), 0)));
    snprintf(condition, sizeof(condition), "If-None-Match: %s\r\n", building.etag);
    assert_int_equal(fetch(path, condition).status, 304);
    snprintf(condition, sizeof(condition), "If-None-Match: %s\r\n", before.etag);
    json_decref(before.json);
    before = fetch("/api/chart", condition);
    assert_int_equal(before.status, 200);
    assert_string_equal(before.etag, after.etag); /* the same thing twice has one etag */
    snprintf(path, sizeof(path), "/api/buildings/%d", (int)desk->building + 1);
    json_decref(building.json);
    building = fetch(path, "");
    assert_string_not_equal(building.etag, other.etag);
    assert_true(json_equal(json_object_get(building.json, "building"),
                           json_object_get(other.json, "building")));
    assert_int_equal(fetch("/api/buildings/999", "").status, 404);
    json_decref(before.json);
    json_decref(after.json);
    json_decref(building.json);
    json_decref(other.json);
}

static void test_as_of_a_patch(void **state)
{
    static const char want[] = "AXN";
    struct snapshot *s;
    json_t *json;

    (void)state;
    assert_int_equal(fixture_act(desk, TRANSITION_HOLD, desk->units[4]), 0);
    assert_int_equal(fixture_act(desk, TRANSITION_UNHOLD, desk->units[4]), 0);
    assert_int_equal(fixture_act(desk, TRANSITION_RETAIN, desk->units[4]), 0);
    for (int64_t upto = 1; upto <= 2; upto++) {
        assert_int_equal(snapshot_of_publication(desk->db, 1, 0, upto, false, &s), 0);
        json = plain(s);
        assert_int_equal(text_at(row_of(json, desk->units[4]), 5)[0], want[upto]);
        json_decref(json);
        snapshot_unref(s);
    }
    assert_int_equal(snapshot_of_publication(desk->db, 1, 0, 0, false, &s), 0);
    json = plain(s);
    assert_string_equal(text_at(row_of(json, desk->units[4]), 5), "N");
    assert_true(json_is_null(json_array_get(row_of(json, desk->units[4]), 10))); /* no price */
    json_decref(json);
    snapshot_unref(s);
    assert_int_equal(snapshot_of_publication(desk->db, 1, desk->units[4], 0, false, &s), 0);
    json = plain(s);
    assert_non_null(row_of(json, desk->units[4]));
    assert_null(row_of(json, desk->units[3]));
    json_decref(json);
    snapshot_unref(s);
    assert_int_equal(snapshot_of_publication(desk->db, 77, 0, 0, false, &s), -EREFUSED);
}

/* ---- what is told ---- */

struct stream {
    int fd;
    struct answer a;
    char *text; /* of all chunks */
};

static struct stream stream_open(void)
{
    struct stream s = {.fd = client_connect(server.port)};

    client_say(s.fd, "GET /api/events HTTP/1.1\r\nHost: x:80\r\n\r\n");
    return s;
}

static void stream_decode(struct stream *s)
{
    const char *p = s->a.text ? strstr(s->a.text, "\r\n\r\n") : NULL;
    size_t n = 0;

    s->text = realloc(s->text, s->a.n + 1);
    assert_non_null(s->text);
    for (p = p ? p + 4 : NULL; p;) {
        const char *end = strstr(p, "\r\n"), *stop = s->a.text + s->a.n;
        size_t size = strtoul(p, NULL, 16);

        if (!end || size == 0 || end + 2 + size > stop)
            break;
        memcpy(s->text + n, end + 2, size);
        n += size;
        p = end + 2 + size + 2 <= stop ? end + 2 + size + 2 : NULL;
    }
    s->text[n] = '\0';
}

static bool stream_has(struct stream *s, const char *text)
{
    for (int64_t until = client_now_ms() + 5000; client_now_ms() < until;) {
        stream_decode(s);
        if (strstr(s->text, text))
            return true;
        if (client_more(s->fd, &s->a, 100) == 0)
            break;
    }
    return false;
}

static void stream_close(struct stream *s)
{
    close(s->fd);
    free(s->a.text);
    free(s->text);
}

static void test_what_is_told(void **state)
{
    struct stream s = stream_open();
    struct unit_ref refs[2] = {{desk->units[0], 0}, {desk->units[1], 0}};
    struct unit_action hold = {.transition = TRANSITION_HOLD,
                               .reason = "r",
                               .until_ms = desk->now_ms + FIXTURE_DAY,
                               .units = refs,
                               .n = 2};
    char want[200];

    (void)state;
    assert_true(stream_has(&s, "event: heartbeat"));
    /* Two losses of one commit are one event, with the price they still show. */
    assert_int_equal(FIXTURE_DO(desk, tx, unit_act(tx, desk->project, &hold)), 0);
    tell();
    snprintf(want, sizeof(want),
             "event: units\ndata: {\"publication\":1,\"patch\":2,\"data_ms\":%lld,\"units\":[[%d,"
             "\"X\",110333300,1234568],[%d,\"X\",110333300,1234568]]}\n",
             (long long)desk->now_ms, (int)desk->units[0], (int)desk->units[1]);
    assert_true(stream_has(&s, want));
    assert_true(
        stream_has(&s, "event: unit\ndata: {\"building_id\":1,\"unit\":[1,-1,-1,-1,1,\"X\""));
    /* A gain tells staff and nobody else. */
    assert_int_equal(fixture_act(desk, TRANSITION_UNHOLD, desk->units[0]), 0);
    tell();
    assert_true(stream_has(&s, "\"unit\":[1,-1,-1,-1,1,\"A\""));
    assert_null(strstr(s.text, "\"patch\":3"));
    /* Live: the whole is new. */
    publish(desk);
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 2}}, 1);
    assert_true(stream_has(&s, "event: published\ndata: {\"publication\":2}\n"));
    assert_true(stream_has(&s, "event: project\ndata: {\"project_id\":1}\n"));
    charts_changed(charts, (const struct change[]){{CHANGE_PUBLICATION, desk->project, 0, 9}}, 1);
    assert_true(stream_has(&s, "event: publication\ndata: {\"publication_id\":9}\n"));
    charts_changed(charts,
                   (const struct change[]){{CHANGE_BUILDING, desk->project, 5, 5},
                                           {CHANGE_BUILDING, desk->project, 5, 5}},
                   2);
    assert_true(stream_has(&s, "event: building\ndata: {\"building_id\":5}\n"));
    assert_null(strstr(strstr(s.text, "event: building") + 1, "event: building"));
    stream_close(&s);
}

static size_t occurrences(const char *text, const char *what)
{
    size_t n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

/* Too many to name: "fetch again", once. */
static void test_many_at_once(void **state)
{
    enum { MANY = 201 };
    struct stream s = stream_open();
    struct change changes[MANY];

    (void)state;
    assert_true(stream_has(&s, "event: heartbeat"));
    for (size_t i = 0; i < MANY; i++)
        changes[i] = (struct change){CHANGE_UNIT, desk->project, desk->building, desk->units[0]};
    charts_changed(charts, changes, MANY);
    assert_true(stream_has(&s, "event: project\n"));
    assert_int_equal(occurrences(s.text, "event: project\n"), 1);
    assert_int_equal(occurrences(s.text, "event: unit\n"), 0);
    charts_changed(charts, changes, MANY - 1);
    charts_changed(charts, (const struct change[]){{CHANGE_PUBLICATION, desk->project, 0, 9}}, 1);
    assert_true(stream_has(&s, "event: publication\n"));
    assert_int_equal(occurrences(s.text, "event: unit\n"), MANY - 1);
    stream_close(&s);
}

static void test_closed_project(void **state)
{
    struct stream s = stream_open();
    struct fetched before = fetch("/api/chart", ""), after;

    (void)state;
    assert_true(stream_has(&s, "event: heartbeat"));
    assert_int_equal(db_run(desk->db, "UPDATE project SET closed = 1", ""), 1);
    charts_changed(charts, (const struct change[]){{CHANGE_PROJECT, desk->project, 0, 1}}, 1);
    assert_true(stream_has(&s, "event: project\n"));
    after = fetch("/api/chart", "");
    assert_string_not_equal(before.etag, after.etag);
    assert_true(json_is_true(json_object_get(json_object_get(after.json, "project"), "closed")));
    json_decref(before.json);
    json_decref(after.json);
    stream_close(&s);
}

/* A chart that could not be kept true is dropped, and there again as soon as it can be. */
static void test_dropped_and_back(void **state)
{
    struct stream s = stream_open();
    sqlite3 *raw;
    json_t *json;

    (void)state;
    assert_true(stream_has(&s, "event: heartbeat"));
    assert_int_equal(fixture_act(desk, TRANSITION_HOLD, desk->units[0]), 0);
    assert_int_equal(sqlite3_open(desk->path, &raw), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(raw, "ALTER TABLE publication_patch RENAME TO away", NULL, NULL, NULL),
        SQLITE_OK);
    tell();
    assert_null(charts_get(charts, desk->project));
    assert_int_equal(fetch("/api/chart", "").status, 404);
    assert_true(stream_has(&s, "event: published\n"));
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 1}}, 1);
    assert_true(stream_has(&s, "event: project\n")); /* who shows the old one must ask again */
    assert_int_equal(
        sqlite3_exec(raw, "ALTER TABLE away RENAME TO publication_patch", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(raw);
    assert_int_equal(fixture_act(desk, TRANSITION_HOLD, desk->units[1]), 0);
    tell();
    json = chart();
    assert_string_equal(text_at(row_of(json, desk->units[0]), 5), "X");
    assert_string_equal(text_at(row_of(json, desk->units[1]), 5), "X");
    assert_true(stream_has(&s, "event: published\n"));
    json_decref(json);
    stream_close(&s);
}

static void test_finding(void **state)
{
    struct snapshot *s = charts_find_unit(charts, desk->units[3]);
    const struct published_unit *u;
    char letter = 0;

    (void)state;
    assert_non_null(s);
    u = snapshot_unit(s, desk->units[3], &letter);
    assert_int_equal(u->unit_id, desk->units[3]);
    assert_int_equal(letter, 'A');
    assert_null(snapshot_unit(s, 9999, &letter));
    assert_int_equal(snapshot_patch(s, 5, 9999, 'X', 1), -ENOENT);
    snapshot_unref(s);
    assert_null(charts_find_unit(charts, 9999));
    assert_null(charts_get(charts, 9999));
}

/* ---- threads ---- */

struct reading {
    pthread_t thread;
    atomic_int *stop;
    int64_t reads, last_patch;
    bool wrong;
};

/* Each chart is one moment: its patch number says how many units of it are on hold. */
static void *read_on(void *arg)
{
    struct reading *r = arg;

    while (!atomic_load(r->stop)) {
        struct snapshot *s = charts_get(charts, desk->project);
        struct http_prepared *p = NULL;
        struct buf out = {0};
        json_t *json;
        int64_t patch, available;

        if (!s)
            continue;
        r->wrong |= snapshot_chart(s, &p) < 0;
        http_prepared_unref(p);
        r->wrong |= snapshot_building(s, desk->building, &p) < 0;
        http_prepared_unref(p);
        r->wrong |= snapshot_chart_plain(s, &out) < 0;
        snapshot_unref(s);
        json = json_loadb(out.data, out.n, 0, NULL);
        buf_free(&out);
        patch = json_integer_value(json_object_get(json_object_get(json, "publication"), "patch"));
        available =
            json_integer_value(json_object_get(json_object_get(json, "project"), "available"));
        r->wrong |= !json || patch < r->last_patch || available != FIXTURE_UNITS - patch % 2;
        r->last_patch = patch;
        r->reads++;
        json_decref(json);
    }
    return NULL;
}

static void test_readers_beside_losses(void **state)
{
    enum { READERS = 4, STEPS = 60 };
    struct reading readers[READERS] = {0};
    atomic_int stop = 0;

    (void)state;
    for (int i = 0; i < READERS; i++) {
        readers[i].stop = &stop;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    /* A pick lock and its end are a patch each. */
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(fixture_act(desk, i % 2 ? TRANSITION_UNLOCK : TRANSITION_LOCK,
                                     desk->units[(i / 2) % FIXTURE_UNITS]),
                         0);
        tell();
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_false(readers[i].wrong);
        assert_true(readers[i].last_patch <= STEPS);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_chart_is_the_content),
        CASE(test_prices),
        CASE(test_data_time),
        CASE(test_ragged_grid),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_parts_join_to_the_whole),
        CASE(test_a_loss_changes_that_unit_alone),
        CASE(test_as_of_a_patch),
        CASE(test_what_is_told),
        CASE(test_many_at_once),
        CASE(test_closed_project),
        CASE(test_dropped_and_back),
        CASE(test_finding),
        CASE(test_readers_beside_losses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
