/* test_import_db.c - rows become units: all or none, each once, with what the source said (PM-04,
 * PM-06). */
#include "fixture.h"

#include <sodium.h>
#include <time.h>

#include "db/audit.h"
#include "db/import.h"
#include "db/verify.h"

static int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {5};

    assert_true(sodium_init() >= 0);
    audit_set_key(key);
    return fixture_setup(state);
}

/* ---- lines of the chart ---- */

static void test_lines(void **state)
{
    static const struct {
        const char *room, *floor, *line;
    } cases[] = {
        {"2108", "21", "08"},
        {"2108", "21F", "08"},
        {"711", "7", "11"},
        {"2A", "2", "A"},
        {"A户型32F", "32", "A户型"},
        {"A户型32F", "32F", "A户型"},
        {"A户型32F", "2", "A户型32F"}, /* 32 is not 2 */
        {"B101", "-1", "01"},
        {"B101", "1", "B101"},
        {"B12", "-1", "2"},
        {"B1-001", "-1", "001"},
        {"1-001", "1", "001"},
        {"B1-", "-1", "-"},
        {"B1", "-1", "B1"}, /* nothing would be left */
        {"101", "-1", "101"},
        {"2301", "23-24", "2301"},
        {"21", "2", "21"}, /* one digit more may be anything */
        {"21", "21", "21"},
        {"7", "7", "7"},
        {"1001", "10", "01"},
        {"1001", "1", "001"},
        {"08", "21", "08"},
        {"2108", "", "2108"},
        {"2108", "屋面", "2108"},
        {"商铺1", "1", "商铺1"},
        {"1商铺", "1", "商铺"},
        {"F", "3", "F"},
        {"3F", "3", "F"},
        {"12F", "2", "12F"},
        {"", "2", ""},
        {"2", "", "2"},
    };
    char line[48];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        import_line(cases[i].room, cases[i].floor, line, sizeof(line));
        if (strcmp(line, cases[i].line) != 0)
            fail_msg("%s on %s: %s, want %s", cases[i].room, cases[i].floor, line, cases[i].line);
    }
    import_line("2108XXXXXXXXXXXX", "21", line, 4); /* cut, not overrun */
    assert_int_equal(strlen(line), 3);
}

/* ---- imports ---- */

static const struct import_unit plain = {.project = "New",
                                         .building = "B",
                                         .stair = "1",
                                         .floor = "3",
                                         .room = "301",
                                         .floor_ordinal = 3,
                                         .span = 1,
                                         .class = "home",
                                         .usage_text = "住宅",
                                         .layout = "三室二厅一卫",
                                         .orientation = "南",
                                         .gross = 8937,
                                         .inner = 7200,
                                         .shared = 1737,
                                         .total_fen = 110333300,
                                         .filed_total_fen = 120000000,
                                         .floor_height_mm = 2900,
                                         .state = 'A',
                                         .status_word = "待售",
                                         .reason = "",
                                         .row = 2};

/* Runs @n rows through one import, in a transaction of its own. */
static int run(struct fixture *f, int64_t project_id, const struct import_unit *units, size_t n,
               struct import_result *ret_result)
{
    const struct import_options options = {project_id, "list.csv", "00ff"};
    struct import *im = NULL;
    struct tx tx;
    int r;

    fixture_begin(f, &tx);
    r = import_begin(&tx, &options, &im);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = import_add(im, &units[i]);
    if (r == 0)
        r = import_end(im, ret_result);
    import_free(im);
    return fixture_end(f, r);
}

/* "08", "2108" and "21-08" of one floor are three rooms: none may hide another on the chart. */
static void test_one_line_one_room(void **state)
{
    struct import_unit units[3] = {plain, plain, plain};
    struct fixture *f = *state;
    struct import_result result = {0};

    for (int i = 0; i < 3; i++) {
        units[i].floor = "21";
        units[i].floor_ordinal = 21;
        units[i].room = i == 0 ? "08" : i == 1 ? "2108" : "21-08";
    }
    assert_int_equal(run(f, 0, units, 3, &result), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(DISTINCT u.line) FROM unit u JOIN project p "
                                      "ON p.id = u.project_id WHERE p.name = 'New'"),
                     3);
}

#define BUILDINGS_GROWN "SELECT COUNT(*) FROM audit WHERE action = 'building.update'"

/* SC-13: what a unit was sold for comes along with what is sold, and with nothing else. */
static void test_deal_price(void **state)
{
    struct import_unit units[3] = {plain, plain, plain};
    struct fixture *f = *state;
    struct import_result result = {0};

    for (int i = 0; i < 3; i++) {
        units[i].room = i == 0 ? "301" : i == 1 ? "302" : "303";
        units[i].state = "CXA"[i];
        units[i].deal_total_fen = 109000000;
    }
    assert_int_equal(run(f, 0, units, 3, &result), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit u JOIN project p ON p.id = "
                                      "u.project_id WHERE p.name = 'New' AND u.sale_state = 'C' "
                                      "AND u.deal_total_fen = 109000000"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(deal_total_fen) FROM unit u JOIN project p ON "
                                      "p.id = u.project_id WHERE p.name = 'New'"),
                     1);
}

static void test_a_row(void **state)
{
    struct fixture *f = *state;
    struct import_result result = {0};

    assert_int_equal(run(f, 0, &plain, 1, &result), 0);
    assert_int_equal(result.units, 1);
    assert_int_equal(result.buildings, 1);
    assert_int_equal(result.layouts, 1);
    assert_int_equal(result.n_projects, 1);
    assert_int_equal(
        fixture_count(
            f, "SELECT COUNT(*) FROM unit u JOIN project p ON p.id = u.project_id JOIN "
               "building b ON b.id = u.building_id JOIN stair s ON s.id = u.stair_id "
               "JOIN floor fl ON fl.id = u.floor_id JOIN layout l ON l.id = u.layout_id "
               "WHERE p.name = 'New' AND b.name = 'B' AND s.name = '1' AND fl.label = "
               "'3' AND u.room = '301' AND u.line = '01' AND u.span = 1 AND u.class = "
               "'home' AND u.usage_text = '住宅' AND u.orientation = '南' AND "
               "u.floor_height_mm = 2900 AND u.total_fen = 110333300 AND "
               "u.filed_total_fen = 120000000 AND u.sale_state = 'U' AND u.released = 0 "
               "AND l.name = '三室二厅一卫' AND l.rooms = 3 AND l.halls = 2 AND l.baths = 1"),
        1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_area WHERE stage = 'premeasured' "
                                      "AND gross = 8937 AND inner_area = 7200 AND shared = 1737 "
                                      "AND reviewed_ms IS NULL"),
                     1);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM unit_history WHERE event = 'import' AND "
                                   "document = '待售' AND to_state = 'U' AND unit_version = 1"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM import_batch WHERE units = 1 AND "
                                      "file_hash = '00ff' AND actor = 'tester'"),
                     1);
    /* What it makes on the way is in the log as if it were made by hand. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'import'"), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'project.create'"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'layout.create'"),
                     1);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'building.create'"), 1);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN), 1);
    assert_true(fixture_changed(f, CHANGE_PROJECT, result.project_ids[0]));
}

/* A building's new stairs and floors are one row of its trail, however many they are; what was
 * there is no news. */
static void test_a_building_grows(void **state)
{
    struct fixture *f = *state;
    struct import_unit units[] = {plain, plain, plain, plain};
    struct import_result result = {0};

    units[1].stair = "2";
    units[2].floor = "4";
    units[3].floor = "5";
    assert_int_equal(run(f, 0, units, 3, &result), 0);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN), 1);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN " AND detail LIKE 'stair_-_=1_floor_-_=3_"
                                                      "stair_-_=2_floor_-_=4_'"),
                     1);
    units[0].room = "302";
    assert_int_equal(run(f, 0, units, 1, &result), 0);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN), 1);
    assert_int_equal(run(f, 0, units + 3, 1, &result), 0);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN), 2);
    assert_int_equal(fixture_count(f, BUILDINGS_GROWN " AND detail LIKE 'floor_-_=5_'"), 1);
}

static void violated(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    print_message("%s: %s\n", invariant, what);
}

static void test_states(void **state)
{
    static const struct {
        char source, here;
    } cases[] = {{'U', 'U'}, {'A', 'U'}, {'K', 'U'},  {'R', 'U'}, {'X', 'U'},
                 {'B', 'B'}, {'S', 'S'}, {'C', 'C'},  {'F', 'F'}, {'D', 'D'},
                 {'T', 'T'}, {'N', 'N'}, {'\0', 'U'}, {'Z', 'U'}};
    enum { N = sizeof(cases) / sizeof(cases[0]) };
    struct fixture *f = *state;
    struct import_unit units[N];
    struct import_result result;
    int64_t violations = -1, id = fixture_count(f, "SELECT MAX(id) FROM unit");
    char rooms[N][8];

    for (size_t i = 0; i < N; i++) {
        units[i] = plain;
        snprintf(rooms[i], sizeof(rooms[i]), "3%02d", (int)i);
        units[i].room = rooms[i];
        units[i].state = cases[i].source;
        units[i].status_word = "word";
    }
    assert_int_equal(run(f, 0, units, N, &result), 0);
    for (size_t i = 0; i < N; i++) {
        id++;
        assert_int_equal(fixture_state(f, id), cases[i].here);
        assert_int_equal(
            fixture_of(f,
                       "SELECT COUNT(*) FROM claim WHERE unit_id = $1 AND kind = 'opening' AND "
                       "ended_ms IS NULL AND document = 'word' AND until_ms IS NULL",
                       id),
            strchr("BSCFDT", cases[i].here) != NULL);
        /* What was sold was released once: it comes back on sale when its deal ends. */
        assert_int_equal(fixture_of(f, "SELECT released FROM unit WHERE id = $1", id),
                         strchr("BSCFDT", cases[i].here) != NULL);
        assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit_history WHERE unit_id = $1", id),
                         1);
    }
    assert_int_equal(verify_invariants(f->db, violated, NULL, &violations), 0);
    assert_int_equal(violations, 0);
}

/* Not for sale, with the list's reason, its word, or neither. */
static void test_reasons(void **state)
{
    static const char *const given[][3] = {
        {"自持", "不可售", "自持"}, {"", "不可售", "不可售"}, {"", "", "import"}};
    struct fixture *f = *state;
    struct import_result result;

    for (size_t i = 0; i < 3; i++) {
        struct import_unit u = plain;
        char room[8];
        struct stmt *s;

        snprintf(room, sizeof(room), "9%02d", (int)i);
        u.room = room;
        u.state = 'N';
        u.reason = given[i][0];
        u.status_word = given[i][1];
        assert_int_equal(run(f, f->project, &u, 1, &result), 0);
        assert_int_equal(db_query(f->db, &s,
                                  "SELECT retained, retained_reason FROM unit WHERE room = $1", "t",
                                  room),
                         0);
        assert_int_equal(stmt_step(s), 1);
        assert_string_equal(stmt_text(s, 0), "other");
        assert_string_equal(stmt_text(s, 1), given[i][2]);
        stmt_reset(s);
    }
}

static void test_areas(void **state)
{
    struct fixture *f = *state;
    struct import_result result;
    struct import_unit u[4] = {plain, plain, plain, plain};

    assert_int_equal(db_run(f->db, "UPDATE project SET sale_type = 'completed'", ""), 1);
    u[0].room = "a1";
    u[0].inner = u[0].shared = 0; /* gross alone */
    u[1].room = "a2";
    u[1].inner = 9000; /* larger than gross: let through by the user, not kept */
    u[2].room = "a3";
    u[2].gross = 0; /* none at all */
    u[3].room = "a4";
    u[3].shared = 5; /* worked out anew */
    assert_int_equal(run(f, f->project, u, 4, &result), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_area a JOIN unit u ON u.id = "
                                      "a.unit_id WHERE u.room IN ('a1', 'a2') AND a.stage = "
                                      "'measured' AND gross = 8937 AND inner_area IS NULL AND "
                                      "shared IS NULL"),
                     2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_area a JOIN unit u ON u.id = "
                                      "a.unit_id WHERE u.room = 'a3'"),
                     0);
    assert_int_equal(fixture_count(f, "SELECT shared FROM unit_area a JOIN unit u ON u.id = "
                                      "a.unit_id WHERE u.room = 'a4'"),
                     1737);
}

/* One list, two projects: the survey stage is that of each row's own. */
static void test_stages_of_two_projects(void **state)
{
    struct fixture *f = *state;
    struct import_result result;
    struct import_unit u[3] = {plain, plain, plain};

    assert_int_equal(db_script(f->db, "INSERT INTO project (name, sale_type, created_ms) VALUES "
                                      "('Built', 'completed', 1)"),
                     0);
    u[1].project = "Built";
    u[2].room = "302"; /* and back to the first */
    assert_int_equal(run(f, 0, u, 3, &result), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_area a JOIN unit u ON u.id = "
                                      "a.unit_id JOIN project p ON p.id = u.project_id WHERE "
                                      "p.name = 'New' AND a.stage = 'premeasured'"),
                     2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_area a JOIN unit u ON u.id = "
                                      "a.unit_id JOIN project p ON p.id = u.project_id WHERE "
                                      "p.name = 'Built' AND a.stage = 'measured'"),
                     1);
}

static void test_layout_words(void **state)
{
    static const struct {
        const char *name;
        int rooms, halls, baths;
    } cases[] = {{"两室两厅一卫", 2, 2, 1}, {"3室2厅2卫", 3, 2, 2}, {"四房二厅二卫", 4, 2, 2},
                 {"A户型", 0, 0, 0},        {"室内", 0, 0, 0},      {"跃层五室", 5, 0, 0}};
    struct fixture *f = *state;
    struct import_result result;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct import_unit u = plain;
        char room[8];

        snprintf(room, sizeof(room), "3%02d", (int)i);
        u.room = room;
        u.layout = cases[i].name;
        assert_int_equal(run(f, f->project, &u, 1, &result), 0);
        assert_int_equal(fixture_count(f, "SELECT rooms * 100 + halls * 10 + baths FROM layout "
                                          "ORDER BY id DESC LIMIT 1"),
                         cases[i].rooms * 100 + cases[i].halls * 10 + cases[i].baths);
    }
}

static int64_t everything(struct fixture *f)
{
    return fixture_count(f, "SELECT (SELECT COUNT(*) FROM unit) * 1000000 + (SELECT COUNT(*) FROM "
                            "building) * 10000 + (SELECT COUNT(*) FROM floor) * 100 + (SELECT "
                            "COUNT(*) FROM layout) + (SELECT COUNT(*) FROM claim) + (SELECT "
                            "COUNT(*) FROM import_batch) + (SELECT COUNT(*) FROM audit)");
}

static void test_duplicates(void **state)
{
    struct fixture *f = *state;
    struct import_result result = {.units = 77};
    struct import_unit u[6] = {plain, plain, plain, plain, plain, plain};
    const int64_t before = everything(f);

    for (size_t i = 0; i < 6; i++) {
        u[i].row = 10 + (int64_t)i;
        u[i].building = "1";
        u[i].floor = "1";
        u[i].floor_ordinal = 1;
    }
    u[0].room = "103";
    u[1].room = "101"; /* of the fixture */
    u[2].room = "104";
    u[2].state = 'C';
    u[3].room = "103"; /* of this list */
    u[4].room = "102"; /* of the fixture */
    u[5].room = "105";
    assert_refused(f, run(f, f->project, u, 6, &result), IMPORT_ROWS_WRONG);
    assert_string_equal(f->fault.args[0].value, "3");
    assert_int_equal(f->fault.n_items, 3);
    for (size_t i = 0; i < 3; i++) {
        static const int64_t rows[] = {11, 13, 14};

        assert_int_equal(f->fault.items[i].code, FAULT_ROW_EXISTS);
        assert_int_equal(f->fault.items[i].row, rows[i]);
    }
    assert_int_equal(everything(f), before); /* none of it */
    assert_int_equal(result.units, 77);
    /* The same room of another stair or floor is another unit. */
    u[1].stair = "2";
    u[3].floor = "2";
    u[4].building = "2";
    assert_int_equal(run(f, f->project, u, 6, &result), 0);
    assert_int_equal(result.units, 6);
    assert_int_equal(result.buildings, 2);
    for (size_t i = 0; i < 6; i++) {
        const struct import_options options = {f->project, "", ""};

        assert_int_equal(FIXTURE_DO(f, tx, import_known(tx, &options, &u[i])), 1);
        u[i].stair = "9";
        assert_int_equal(FIXTURE_DO(f, tx, import_known(tx, &options, &u[i])), 0);
        u[i].stair = i == 1 ? "2" : "1";
        u[i].floor = "6";
        assert_int_equal(FIXTURE_DO(f, tx, import_known(tx, &options, &u[i])), 0);
        u[i].floor = i == 3 ? "2" : "1";
        assert_int_equal(FIXTURE_DO(f, tx, import_known(tx, &options, &u[i])), 1);
        u[i].room = "none";
        assert_int_equal(FIXTURE_DO(f, tx, import_known(tx, &options, &u[i])), 0);
    }
}

static void test_projects(void **state)
{
    struct fixture *f = *state;
    struct import_result result;
    struct import_unit *u = calloc(65, sizeof(*u));
    char(*names)[16] = calloc(65, sizeof(*names));
    char text[256];

    assert_non_null(u);
    assert_non_null(names);
    for (int i = 0; i < 65; i++) {
        u[i] = plain;
        snprintf(names[i], sizeof(names[i]), "P%d", i);
        u[i].project = names[i];
    }
    assert_refused(f, run(f, 0, u, 65, &result), SHEET_LIMIT);
    fault_render(f->fault.code, f->fault.args, f->fault.n_args, LANG_ZH, text, sizeof(text));
    assert_non_null(strstr(text, "64 个项目")); /* in words, not with a hole */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM project"), 1);
    assert_int_equal(run(f, 0, u, 64, &result), 0);
    assert_int_equal(result.n_projects, 64);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM project"), 65);
    /* A known name is that project; with a project named, the list's names do not count. */
    u[1].room = "302";
    assert_int_equal(run(f, 0, &u[1], 1, &result), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM project"), 65);
    u[2].room = "303";
    assert_int_equal(run(f, f->project, &u[2], 1, &result), 0);
    assert_int_equal(result.project_ids[0], f->project);
    f->as = &f->outsider;
    assert_refused(f, run(f, f->project, u, 1, &result), NOT_FOUND);
    u[0].project = "brand new";
    assert_refused(f, run(f, 0, u, 1, &result), DENIED); /* new ones are for whoever sees all */
    u[0].project = names[1];
    assert_refused(f, run(f, 0, u, 1, &result), NOT_FOUND);
    free(names);
    free(u);
}

static int note(void *arg, const char *source, const char *mapping)
{
    snprintf((char *)arg + strlen(arg), 200 - strlen(arg), "%s=%s;", source, mapping);
    return 0;
}

static void test_mappings(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";

    assert_int_equal(FIXTURE_DO(f, tx, import_mapping_save(tx, "one", "{1}")), 0);
    f->now_ms++;
    assert_int_equal(FIXTURE_DO(f, tx, import_mapping_save(tx, "two", "{2}")), 0);
    f->now_ms++;
    assert_int_equal(FIXTURE_DO(f, tx, import_mapping_save(tx, "one", "{3}")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, import_mapping_list(tx, note, text)), 0);
    assert_string_equal(text, "one={3};two={2};"); /* the last used first */
    assert_true(FIXTURE_DO(f, tx, import_mapping_save(tx, "", "{}")) < 0);
}

/* Ten thousand rows in one transaction, and the cost of a row does not grow with what is there. */
static void test_ten_thousand(void **state)
{
    enum { ROWS = 10000 };
    struct fixture *f = *state;
    struct import_unit *u = calloc(ROWS, sizeof(*u));
    char(*texts)[4][16] = calloc(ROWS, sizeof(*texts));
    struct import_result result;
    struct timespec start, end;
    int64_t violations = -1;

    assert_non_null(u);
    assert_non_null(texts);
    for (int i = 0; i < ROWS; i++) {
        const int floor = i / 8 % 32 + 1;

        u[i] = plain;
        snprintf(texts[i][0], 16, "%d", i / 512 + 1);
        snprintf(texts[i][1], 16, "%d", i / 256 % 2 + 1);
        snprintf(texts[i][2], 16, "%d", floor);
        snprintf(texts[i][3], 16, "%d%02d", floor, i % 8 + 1);
        u[i].building = texts[i][0];
        u[i].stair = texts[i][1];
        u[i].floor = texts[i][2];
        u[i].floor_ordinal = floor;
        u[i].room = texts[i][3];
        u[i].state = i % 3 ? 'A' : 'C';
        u[i].row = i + 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(run(f, 0, u, ROWS, &result), 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_int_equal(result.units, ROWS);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit"), ROWS + FIXTURE_UNITS);
    assert_int_equal(fixture_count(f, "SELECT COUNT(DISTINCT line) FROM unit"), 8);
    assert_int_equal(verify_invariants(f->db, violated, NULL, &violations), 0);
    assert_int_equal(violations, 0);
    assert_true(end.tv_sec - start.tv_sec <
                20); /* 0.2 s without sanitizers; quadratic is minutes */
    free(texts);
    free(u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines),
                                       CASE(test_a_row),
                                       CASE(test_deal_price),
                                       CASE(test_a_building_grows),
                                       CASE(test_one_line_one_room),
                                       CASE(test_states),
                                       CASE(test_stages_of_two_projects),
                                       CASE(test_layout_words),
                                       CASE(test_reasons),
                                       CASE(test_areas),
                                       CASE(test_duplicates),
                                       CASE(test_projects),
                                       CASE(test_mappings),
                                       CASE(test_ten_thousand)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
