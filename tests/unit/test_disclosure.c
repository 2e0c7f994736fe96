/* test_disclosure.c - mandated items, fees and discounts: what is missing and what fulfils it
 * (PM-19, FC 26.1). Layouts and projects have their few rules tested here too. */
#include "fixture.h"

#include "db/disclosure.h"
#include "db/discount.h"
#include "db/fee.h"
#include "db/layout.h"
#include "db/project.h"
#include "db/unit_class.h"

#define OTHER_IMAGE "0123456789abcdef0123456789abcdef"

static bool is_missing(struct fixture *f, const char *code)
{
    const char *codes[40];
    int n = FIXTURE_DO(f, tx, disclosure_missing(tx, f->project, codes, 40));

    assert_in_range(n, 0, 40);
    for (int i = 0; i < n; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static int fill(struct fixture *f, const char *code, int64_t version, const char *value)
{
    const struct disclosure_set set = {f->project, code, version, value, NULL, NULL, NULL};

    return FIXTURE_DO(f, tx, disclosure_set(tx, &set));
}

static void test_catalogue(void **state)
{
    (void)state;
    assert_int_equal(disclosures_count, 26);
    for (size_t i = 0; i < disclosures_count; i++) {
        char code[24];

        snprintf(code, sizeof(code), "P%zu", i + 1);
        assert_string_equal(disclosures[i].code, code);
    }
    assert_null(disclosure_info("P27"));
}

static void test_nothing_filled_in(void **state)
{
    static const char *const own[] = {"P3",  "P4",  "P7",  "P8",  "P9",  "P10", "P11",
                                      "P12", "P14", "P15", "P16", "P17", "P20", "P21"};
    struct fixture *f = *state;
    const char *codes[40];

    assert_int_equal(FIXTURE_DO(f, tx, disclosure_missing(tx, f->project, codes, 40)), 14);
    for (size_t i = 0; i < 14; i++)
        assert_string_equal(codes[i], own[i]);
    /* Counted, even when there is no room for them. */
    assert_int_equal(FIXTURE_DO(f, tx, disclosure_missing(tx, f->project, codes, 2)), 14);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, disclosure_missing(tx, f->project, codes, 2)), NOT_FOUND);
}

static void test_by_sale_type_and_facts(void **state)
{
    struct fixture *f = *state;

    assert_false(is_missing(f, "P22"));
    assert_false(is_missing(f, "P25"));
    assert_int_equal(db_run(f->db, "UPDATE permit SET escrow_account = ''", ""), 1);
    assert_true(is_missing(f, "P25"));
    assert_int_equal(db_run(f->db, "UPDATE project SET sale_type = 'completed'", ""), 1);
    assert_false(is_missing(f, "P25"));
    assert_true(is_missing(f, "P22"));
    assert_false(is_missing(f, "P23"));
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET model_room = 1 WHERE id = $1", "i", f->units[0]), 1);
    assert_true(is_missing(f, "P23"));
    assert_false(is_missing(f, "P24"));
    assert_int_equal(db_run(f->db,
                            "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) "
                            "VALUES ($1, 'mortgage', 'd', 1, 'x')",
                            "i", f->units[0]),
                     1);
    assert_true(is_missing(f, "P24"));
    assert_int_equal(db_run(f->db,
                            "UPDATE encumbrance SET cleared_ms = 1, cleared_by = 'x', "
                            "clear_document = 'd'",
                            ""),
                     1);
    assert_false(is_missing(f, "P24")); /* paid back: nothing to tell */
    assert_false(is_missing(f, "P2"));
    assert_int_equal(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms), 1);
    assert_true(is_missing(f, "P2"));
    assert_int_equal(fill(f, "P2", 0, "coming soon"), 0); /* words are no permit */
    assert_true(is_missing(f, "P2"));
    assert_false(is_missing(f, "P1"));
    assert_int_equal(db_run(f->db, "UPDATE project SET developer = ''", ""), 1);
    assert_true(is_missing(f, "P1"));
}

/* One permit without a whole account is one too many (FC 26.1 P25). */
static void test_an_account_for_each_permit(void **state)
{
    struct fixture *f = *state;

    assert_false(is_missing(f, "P25"));
    assert_int_equal(db_script(f->db, "INSERT INTO permit (project_id, kind, number, issued_date, "
                                      "scope, units_named) VALUES (1, 'presale', 'P-2', "
                                      "'2026-02-02', 's', 0)"),
                     0);
    assert_true(is_missing(f, "P25"));
    assert_int_equal(db_script(f->db, "UPDATE permit SET escrow_bank = 'B', escrow_name = 'N', "
                                      "escrow_account = '1' WHERE number = 'P-2'"),
                     0);
    assert_false(is_missing(f, "P25"));
}

/* What another project has fulfils nothing here; nor is its image this one's. */
static void test_of_this_project(void **state)
{
    struct fixture *f = *state;
    struct disclosure_set set = {f->project, "P7", 0, "2.5", OTHER_IMAGE, NULL, NULL};

    assert_int_equal(
        db_script(f->db,
                  "INSERT INTO project (id, name, created_ms) VALUES (9, 'x', 1);"
                  "INSERT INTO discount (project_id, name, condition, effect) VALUES "
                  "(9, 'd', 'c', 'e');"
                  "INSERT INTO media (id, project_id, content_type, name, size, created_ms) VALUES "
                  "('" OTHER_IMAGE "', 9, 'image/png', 'x.png', 1, 1)"),
        0);
    assert_true(is_missing(f, "P14"));
    assert_refused(f, FIXTURE_DO(f, tx, disclosure_set(tx, &set)), MEDIA_UNKNOWN);
    f->as = &f->outsider;
    set.media_id = NULL;
    assert_refused(f, FIXTURE_DO(f, tx, disclosure_set(tx, &set)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM disclosure_item"), 0);
}

static void test_filling_in(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(fill(f, "P7", 0, "2.5"), 0);
    assert_true(fixture_changed(f, CHANGE_PROJECT, f->project));
    assert_false(is_missing(f, "P7"));
    assert_refused(f, fill(f, "P7", 0, "2.6"), VERSION_CHANGED);
    assert_int_equal(fill(f, "P7", 1, "2.6"), 0);
    assert_int_equal(fill(f, "P7", 2, "2.6"), 0); /* the same: no new version */
    assert_int_equal(fill(f, "P7", 2, ""), 0);
    assert_true(is_missing(f, "P7"));
    assert_refused(f, fill(f, "P99", 0, "x"), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'disclosure.set'"),
                     3);
}

static int classes_note(void *arg, const struct fee_row *row)
{
    *(unsigned *)arg = row->classes;
    return 0;
}

/* A fee says what it is for, all of it when it says nothing (PM-12). */
static void test_fee_classes(void **state)
{
    const unsigned parking = CLASS_BIT(UNIT_CLASS_PARKING), shop = CLASS_BIT(UNIT_CLASS_SHOP);
    const unsigned all = (1u << UNIT_CLASS_COUNT) - 1, none = 0, both = parking | shop;
    struct fixture *f = *state;
    const struct fee_row fee = {.project_id = f->project,
                                .kind = "property",
                                .name = "车位管理费",
                                .standard = "80 元/个·月",
                                .classes = parking};
    struct fee_change c = {.version = 1, .voluntary = -1, .payee = "物业"};
    char text[CLASS_SET_TEXT];
    unsigned found = all;

    class_set_write(both, text);
    assert_string_equal(text, "shop parking");
    assert_int_equal(class_set_read(text), both);
    assert_int_equal(class_set_read("park shop shops"), shop);
    class_set_write(all, text);
    assert_int_equal(class_set_read(text), all);
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &c.id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0); /* not given: stays */
    assert_int_equal(FIXTURE_DO(f, tx, fee_each(tx, f->project, c.id, classes_note, &found)), 0);
    assert_int_equal(found, parking);
    c = (struct fee_change){.id = c.id, .version = 2, .voluntary = -1, .classes = &both};
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, fee_each(tx, f->project, c.id, classes_note, &found)), 0);
    assert_int_equal(found, both);
    c = (struct fee_change){.id = c.id, .version = 3, .voluntary = -1, .classes = &none};
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, fee_each(tx, f->project, c.id, classes_note, &found)), 0);
    assert_int_equal(found, 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action LIKE 'fee.%'"), 4);
}

static void test_fees(void **state)
{
    struct fixture *f = *state;
    struct fee_row fee = {
        .project_id = f->project, .kind = "agency", .name = "契税代办", .standard = "200 元/户"};
    struct fee_change c = {.voluntary = 0};
    int64_t id, other;

    assert_refused(f, FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), FEE_VOLUNTARY);
    fee.voluntary = true;
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, fee_create(tx, &fee, &other)), NAME_TAKEN);
    assert_false(is_missing(f, "P15"));
    c.id = id;
    c.version = 1;
    assert_refused(f, FIXTURE_DO(f, tx, fee_update(tx, &c)), FEE_VOLUNTARY);
    c.voluntary = -1;
    c.standard = "free";
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, fee_update(tx, &c)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, fee_delete(tx, id)), 0);
    assert_true(is_missing(f, "P15"));
    assert_int_equal(fill(f, "P15", 0, "无代收代办项目"), 0); /* an outright none */
    assert_false(is_missing(f, "P15"));
    /* Property service: the words and a fee with its basis. */
    assert_int_equal(fill(f, "P16", 0, "一级"), 0);
    assert_true(is_missing(f, "P16"));
    fee.kind = "property";
    fee.voluntary = false;
    assert_int_equal(FIXTURE_DO(f, tx, fee_create(tx, &fee, &id)), 0);
    assert_true(is_missing(f, "P16"));
    c = (struct fee_change){.id = id, .version = 1, .basis = "发改委 12 号", .voluntary = -1};
    assert_int_equal(FIXTURE_DO(f, tx, fee_update(tx, &c)), 0);
    assert_false(is_missing(f, "P16"));
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, fee_delete(tx, id)), NOT_FOUND);
}

static void test_discounts(void **state)
{
    struct fixture *f = *state;
    struct discount_row d = {.project_id = f->project,
                             .name = "全款",
                             .condition = "一次性付款",
                             .effect = "98 折",
                             .until_date = "2026-12-31"};
    struct discount_change c = {.until_date = ""};
    int64_t id;

    assert_true(is_missing(f, "P14"));
    assert_int_equal(FIXTURE_DO(f, tx, discount_create(tx, &d, &id)), 0);
    assert_false(is_missing(f, "P14"));
    c.id = id;
    c.version = 1;
    assert_int_equal(FIXTURE_DO(f, tx, discount_update(tx, &c)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM discount WHERE until_date IS NULL"), 1);
    assert_refused(f, FIXTURE_DO(f, tx, discount_update(tx, &c)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, discount_delete(tx, id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, discount_delete(tx, id)), NOT_FOUND);
}

/* The ordinal of each, oldest discount first. */
static int64_t places(struct fixture *f)
{
    return fixture_count(f, "SELECT SUM(CASE name WHEN 'a' THEN 1000000 WHEN 'b' THEN 1000 ELSE 1 "
                            "END * ordinal) FROM discount");
}

static void test_discount_order(void **state)
{
    struct fixture *f = *state;
    struct discount_row d = {.project_id = f->project, .condition = "c", .effect = "e"};
    int64_t ids[3], moved[3], twice[3];

    for (int i = 0; i < 3; i++) {
        d.name = (const char *[]){"a", "b", "c"}[i];
        d.ordinal = (const int64_t[]){10, 20, 90}[i];
        assert_int_equal(FIXTURE_DO(f, tx, discount_create(tx, &d, &ids[i])), 0);
    }
    memcpy(moved, (int64_t[]){ids[1], ids[0], ids[2]}, sizeof(moved));
    memcpy(twice, (int64_t[]){ids[1], ids[1], ids[2]}, sizeof(twice));
    assert_refused(f, FIXTURE_DO(f, tx, discount_order(tx, f->project, moved, ids, 3)),
                   VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, discount_order(tx, f->project, ids, moved, 2)),
                   VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, discount_order(tx, f->project, ids, twice, 3)),
                   FIELDS_WRONG);
    assert_int_equal(places(f), 10020090);
    assert_int_equal(FIXTURE_DO(f, tx, discount_order(tx, f->project, ids, moved, 3)), 0);
    assert_int_equal(places(f), 20010090); /* the third is as it was, and need not be published */
    assert_int_equal(fixture_of(f, "SELECT version FROM discount WHERE id = $1", ids[2]), 1);
    assert_int_equal(db_script(f->db, "UPDATE discount SET ordinal = 0"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, discount_order(tx, f->project, ids, moved, 3)), 0);
    assert_int_equal(places(f), 20010030);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, discount_order(tx, f->project, moved, ids, 3)), NOT_FOUND);
}

static void test_layouts(void **state)
{
    struct fixture *f = *state;
    struct layout_new l = {f->project, "A", 3, 2, 2, NULL, NULL};
    struct layout_change c = {.version = 1, .rooms = 4, .halls = -1, .baths = -1};
    struct unit_ref ref = {f->units[0], 1};
    int64_t id, other;

    assert_int_equal(FIXTURE_DO(f, tx, layout_create(tx, &l, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, layout_create(tx, &l, &other)), NAME_TAKEN);
    c.id = id;
    assert_int_equal(FIXTURE_DO(f, tx, layout_update(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT rooms * 10 + halls FROM layout WHERE id = $1", id), 42);
    assert_refused(f, FIXTURE_DO(f, tx, layout_update(tx, &c)), VERSION_CHANGED);
    c.version = 2;
    c.media_id = "0123456789abcdef0123456789abcdef";
    assert_refused(f, FIXTURE_DO(f, tx, layout_update(tx, &c)), MEDIA_UNKNOWN);
    assert_int_equal(FIXTURE_DO(f, tx, unit_assign_layout(tx, f->project, id, &ref, 1)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, layout_delete(tx, id)), LAYOUT_IN_USE);
    assert_int_equal(FIXTURE_DO(f, tx, unit_assign_layout(tx, f->project, 0, &ref, 1)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, layout_delete(tx, id)), 0);
}

static int note_brief(void *arg, const struct project_brief *brief)
{
    int64_t *sums = arg;

    sums[0] += brief->units;
    for (size_t i = 0; i < brief->n_states; i++)
        sums[1] += brief->states[i].gross_area;
    return 0;
}

static int note_days(void *arg, const struct project_row *row)
{
    *(int64_t *)arg = row->hold_days_max;
    return 0;
}

static void test_project(void **state)
{
    struct fixture *f = *state;
    struct project_new p = {.name = "Second"};
    struct project_change c;
    int64_t id, days = 0, sums[2] = {0, 0};

    assert_int_equal(FIXTURE_DO(f, tx, project_create(tx, &p, &id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, project_create(tx, &p, &id)), NAME_TAKEN);
    project_change_init(&c, id, 1);
    c.hold_days_max = 3;
    c.name = "Third";
    c.price_basis = "inner";
    assert_int_equal(FIXTURE_DO(f, tx, project_update(tx, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, project_get(tx, id, note_days, &days)), 0);
    assert_int_equal(days, 3);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM project WHERE id = $1 AND name = 'Third' AND "
                                "price_basis = 'inner' AND round_mode = 'half_up' AND version = 2 "
                                "AND validity_days = 0 AND link_days = 30",
                                id),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, project_update(tx, &c)), VERSION_CHANGED);
    project_change_init(&c, id, 2);
    c.cover_media = OTHER_IMAGE; /* nobody's */
    assert_refused(f, FIXTURE_DO(f, tx, project_update(tx, &c)), MEDIA_UNKNOWN);
    project_change_init(&c, id, 2);
    c.name = "Test Garden";
    assert_refused(f, FIXTURE_DO(f, tx, project_update(tx, &c)), NAME_TAKEN);
    assert_refused(f, FIXTURE_DO(f, tx, project_close(tx, id, 1, true)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, project_close(tx, id, 2, true)), 0);
    assert_int_equal(fixture_of(f, "SELECT closed FROM project WHERE id = $1", id), 1);
    assert_int_equal(FIXTURE_DO(f, tx, project_close(tx, id, 3, true)), 0); /* already */
    assert_int_equal(fixture_of(f, "SELECT version FROM project WHERE id = $1", id), 3);
    assert_int_equal(FIXTURE_DO(f, tx, project_each(tx, 0, note_brief, sums)), 0);
    assert_int_equal(sums[0], FIXTURE_UNITS);
    assert_int_equal(sums[1], FIXTURE_UNITS * 8937);
    /* Of a project that is built, what was measured counts; nothing was. */
    assert_int_equal(db_script(f->db, "UPDATE project SET sale_type = 'completed'"), 0);
    sums[1] = 0;
    assert_int_equal(FIXTURE_DO(f, tx, project_each(tx, 0, note_brief, sums)), 0);
    assert_int_equal(sums[1], 0);
    sums[0] = FIXTURE_UNITS;
    f->as = &f->outsider;
    sums[0] = 0;
    assert_int_equal(FIXTURE_DO(f, tx, project_each(tx, 0, note_brief, sums)), 0);
    assert_int_equal(sums[0], 0);
    assert_refused(f, FIXTURE_DO(f, tx, project_get(tx, id, note_days, &days)), NOT_FOUND);
    p.name = "Fourth";
    assert_refused(f, FIXTURE_DO(f, tx, project_create(tx, &p, &id)), DENIED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_catalogue),
        CASE(test_nothing_filled_in),
        CASE(test_by_sale_type_and_facts),
        CASE(test_an_account_for_each_permit),
        CASE(test_of_this_project),
        CASE(test_filling_in),
        CASE(test_fees),
        CASE(test_fee_classes),
        CASE(test_discounts),
        CASE(test_discount_order),
        CASE(test_layouts),
        CASE(test_project),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
