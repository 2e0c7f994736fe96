/* test_chart.c - the chart in memory: its JSON, its places, its compression. How it is fetched and
 * what is told of it is in test_chart_feed.c. */
#include <pthread.h>

#include "chart_fixture.h"

#include "daemon/api/public.h"
#include "daemon/chart/gzip_parts.h"
#include "daemon/chart/json_write.h"
#include "daemon/chart/place.h"

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

/* The page of a unit that is sold by the piece. */
static void assert_piece(int64_t id)
{
    struct snapshot *s = charts_get(charts, desk->project);
    struct buf out = {0};
    char state;
    const struct published_unit *u = snapshot_unit(s, id, &state);

    public_unit_write(s, u, state, &out);
    assert_int_equal(buf_add(&out, "", 1), 0);
    assert_non_null(strstr(out.data, "\"basis\":\"unit\""));
    assert_non_null(strstr(out.data, "\"unit_price_fen\":null,\"inner_unit_price_fen\":null"));
    buf_free(&out);
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
    /* A parking space is sold by the piece in any project (PM-12). */
    assert_int_equal(db_script(desk->db, "UPDATE unit SET class = 'parking' WHERE id = 2"), 0);
    publish(desk);
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 3}}, 1);
    json = chart();
    assert_int_equal(int_at(row_of(json, 2), 10), FIXTURE_TOTAL);
    assert_true(json_is_null(json_array_get(row_of(json, 2), 11)));
    assert_int_equal(int_at(row_of(json, 1), 11), 1388889);
    json_decref(json);
    assert_piece(2);
    assert_int_equal(db_script(desk->db, "UPDATE unit SET class = 'home' WHERE id = 2"), 0);
    /* Sold as a whole: there is no price of a square metre to show. */
    assert_int_equal(db_script(desk->db, "UPDATE project SET price_basis = 'unit'"), 0);
    publish(desk);
    charts_changed(charts, (const struct change[]){{CHANGE_LIVE, desk->project, 0, 4}}, 1);
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

/* Words as long as they may be come whole: one cut inside a character would be no JSON. */
static void test_long_words(void **state)
{
    char role[POST_NAME_MAX * 3 + 1] = "", phone[201 * 3] = "";
    struct snapshot_head head;
    struct snapshot *s;
    json_t *json;

    (void)state;
    for (size_t i = 0; i < POST_NAME_MAX; i++)
        memcpy(role + 3 * i, "岗", 4);
    for (size_t i = 0; i < 200; i++)
        memcpy(phone + 3 * i, "电", 4);
    assert_int_equal(
        db_run(desk->db, "UPDATE project SET phone = '0755-1' WHERE id = $1", "i", desk->project),
        1);
    phone[0] = phone[1] = phone[2] = '1'; /* not a multiple of three from here on */
    memmove(phone + 1, phone + 3, strlen(phone + 3) + 1);
    assert_int_equal(db_run(desk->db,
                            "INSERT INTO disclosure_item (project_id, code, value) "
                            "VALUES ($1, 'P17', $2) "
                            "ON CONFLICT (project_id, code) DO UPDATE SET value = $2",
                            "it", desk->project, phone),
                     1);
    assert_true(publish(desk) > 0);
    assert_int_equal(db_run(desk->db,
                            "UPDATE publication SET approver_role = $1 WHERE state = 'live'", "t",
                            role),
                     1);
    desk->changes.n = 0;
    charts_free(charts);
    assert_int_equal(charts_create(&(struct charts_options){.db_path = desk->path}, &charts), 0);
    s = charts_get(charts, desk->project);
    assert_non_null(s);
    snapshot_get_head(s, &head);
    assert_string_equal(head.approver_role, role);
    assert_string_equal(snapshot_complaint_phone(s), phone);
    /* It is not the sales office's. */
    json = plain(s);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json, "project"), "phone")), "0755-1");
    json_decref(json);
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

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_chart_is_the_content),
        CASE(test_prices),
        CASE(test_data_time),
        CASE(test_long_words),
        CASE(test_ragged_grid),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_parts_join_to_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
