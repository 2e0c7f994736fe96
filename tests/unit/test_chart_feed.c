/* test_chart_feed.c - the chart as it is fetched, its losses and what is told of them. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "chart_fixture.h"

#include <sqlite3.h>
#include <stdatomic.h>

#include "daemon/chart/charts.h"

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
    for (int64_t until = client_now_ms() + PATIENCE_MS; client_now_ms() < until;) {
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
    struct http_prepared *p = NULL;
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
    assert_int_equal(charts_reply(charts, 9999, 0, &p), -ENODATA);
    assert_int_equal(charts_reply(charts, desk->project, 9999, &p), -ENOENT);
    assert_null(p);
    assert_int_equal(charts_reply(charts, desk->project, desk->building, &p), 0);
    assert_true(p->packed);
    http_prepared_unref(p);
}

/* ---- threads ---- */

struct reading {
    pthread_t thread;
    atomic_int *stop;
    atomic_llong reads; /* the writer waits for the first */
    int64_t last_patch;
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
        r->wrong |= charts_reply(charts, desk->project, 0, &p) < 0;
        http_prepared_unref(p);
        r->wrong |= charts_reply(charts, desk->project, desk->building, &p) < 0;
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
    const struct change live = {.kind = CHANGE_LIVE, .project_id = desk->project};
    struct reading readers[READERS] = {0};
    atomic_int stop = 0;

    (void)state;
    for (int i = 0; i < READERS; i++) {
        readers[i].stop = &stop;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (int i = 0; i < READERS; i++)
        while (atomic_load(&readers[i].reads) == 0)
            sched_yield();
    /* A pick lock and its end are a patch each; now and then the whole chart is another. */
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(fixture_act(desk, i % 2 ? TRANSITION_UNLOCK : TRANSITION_LOCK,
                                     desk->units[(i / 2) % FIXTURE_UNITS]),
                         0);
        tell();
        if (i % 8 == 0)
            charts_changed(charts, &live, 1);
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
