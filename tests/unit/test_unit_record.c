/* test_unit_record.c - the record of a unit: areas, prices, layout, deletion (PM-05, 07, 13, 14,
 * PR-01, PR-06). */
#include "fixture.h"

#include "db/content.h"
#include "db/media.h"

static struct unit_change change_of(struct fixture *f, int64_t unit)
{
    return (struct unit_change){.id = unit,
                                .version = fixture_version(f, unit),
                                .layout_id = -1,
                                .floor_height_mm = -1,
                                .attached_only = -1,
                                .model_room = -1,
                                .span = -1};
}

static struct unit_price_change price_of(struct fixture *f, int64_t unit)
{
    return (struct unit_price_change){.id = unit,
                                      .version = fixture_version(f, unit),
                                      .total_fen = -1,
                                      .unit_price_fen = -1,
                                      .filed_total_fen = -1,
                                      .floor_total_fen = -1,
                                      .reason = "test"};
}

static int path_keep(void *arg, const struct unit_row *row)
{
    unit_path(row, arg, 256);
    return 0;
}

static void paths_are_one(struct fixture *f, const char *must)
{
    const struct unit_filter one = {.unit_id = f->units[0]};
    char whole[256] = "", read[256] = "";
    int64_t building = 0;

    assert_int_equal(FIXTURE_DO(f, tx, unit_scan(tx, &one, path_keep, whole)), 0);
    assert_int_equal(
        FIXTURE_DO(f, tx, unit_path_read(tx, f->units[0], read, sizeof(read), &building)), 0);
    assert_string_equal(whole, must);
    assert_string_equal(read, must);
    assert_int_equal(building, f->building);
}

/* What it is called is the same by itself and with all that is known of it. */
static void test_path(void **state)
{
    struct fixture *f = *state;
    char path[256];
    int64_t building;

    paths_are_one(f, "1-1-101");
    assert_int_equal(
        db_script(f->db, "INSERT INTO area (id, project_id, kind, name) VALUES (7, 1, 'phase', "
                         "'一期'); UPDATE building SET area_id = 7"),
        0);
    paths_are_one(f, "一期-1-1-101");
    assert_int_equal(
        db_script(f->db, "INSERT INTO area (id, project_id, parent_id, kind, name) VALUES (8, 1, "
                         "7, 'area', '东区'); UPDATE building SET area_id = 8; UPDATE stair SET "
                         "name = ''"),
        0);
    paths_are_one(f, "一期-东区-1-101");
    assert_refused(f, FIXTURE_DO(f, tx, unit_path_read(tx, 9999, path, sizeof(path), &building)),
                   NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(
        f, FIXTURE_DO(f, tx, unit_path_read(tx, f->units[0], path, sizeof(path), &building)),
        NOT_FOUND);
}

static void test_update(void **state)
{
    struct fixture *f = *state;
    struct unit_change c = change_of(f, f->units[0]);

    c.orientation = "南";
    c.room = "101A";
    c.floor_height_mm = 2900;
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(fixture_version(f, f->units[0]), 2);
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'unit.update'"),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &c)), UNIT_CHANGED);
    c.version = 2; /* nothing differs */
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(fixture_version(f, f->units[0]), 2);
    c = change_of(f, f->units[0]);
    c.room = "102";
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &c)), UNIT_EXISTS);
    c = change_of(f, f->units[0]);
    c.floor_height_mm = 0;
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE floor_height_mm > 0"), 0);
    f->as = &f->outsider;
    c = change_of(f, f->units[0]);
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &c)), NOT_FOUND);
}

static void test_media(void **state)
{
    static const char *const ids[] = {"0123456789abcdef0123456789abcdef"};
    struct fixture *f = *state;
    struct unit_change c = change_of(f, f->units[0]);

    c.media = ids;
    c.n_media = 1;
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &c)), MEDIA_UNKNOWN);
    assert_int_equal(
        db_run(f->db,
               "INSERT INTO media (id, project_id, content_type, name, size, created_ms) "
               "VALUES ($1, $2, 'image/png', 'a.png', 10, 1)",
               "ti", ids[0], f->project),
        1);
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_media"), 1);
    c = change_of(f, f->units[0]);
    c.media = ids;
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_media"), 0);
}

/* As many pictures as a unit may have, whole in the draft; one more is refused. */
static void test_media_limit(void **state)
{
    char texts[UNIT_MEDIA_MAX + 1][MEDIA_ID_SIZE + 1], all[UNIT_MEDIA_TEXT] = "";
    const char *ids[UNIT_MEDIA_MAX + 1];
    struct fixture *f = *state;
    struct unit_change c = change_of(f, f->units[0]);
    struct content *draft = NULL;
    struct published_unit **units;

    for (size_t i = 0; i <= UNIT_MEDIA_MAX; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%032zx", i + 1);
        ids[i] = texts[i];
        if (i < UNIT_MEDIA_MAX)
            snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? " " : "", texts[i]);
        assert_int_equal(
            db_run(f->db,
                   "INSERT INTO media (id, project_id, content_type, name, size, created_ms) "
                   "VALUES ($1, $2, 'image/png', 'a.png', 10, 1)",
                   "ti", ids[i], f->project),
            1);
    }
    c.media = ids;
    c.n_media = UNIT_MEDIA_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, unit_update(tx, &c)), LIMIT_REACHED);
    c.n_media = UNIT_MEDIA_MAX;
    assert_int_equal(FIXTURE_DO(f, tx, unit_update(tx, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &draft)), 0);
    units = content_by_unit(draft);
    assert_string_equal(unit_among(units, draft->n_units, f->units[0])->media, all);
    free(units);
    content_free(draft);
}

static int set_area(struct fixture *f, int64_t unit, const char *stage, int64_t gross,
                    int64_t inner, int64_t shared)
{
    int64_t version = fixture_version(f, unit);

    return FIXTURE_DO(f, tx, unit_set_area(tx, unit, version, stage, gross, inner, shared));
}

static void test_areas(void **state)
{
    struct fixture *f = *state;
    struct unit_ref refs[2] = {{f->units[0], 0}, {f->units[1], 0}};
    int64_t id = f->units[0];

    assert_refused(f, set_area(f, id, "premeasured", 8937, 7200, 1736), UNIT_AREA_SUM);
    assert_refused(f, set_area(f, id, "premeasured", 0, 0, 0), FIELD_RANGE);
    assert_refused(f, set_area(f, id, "premeasured", 7200, 7201, -1), FIELD_RANGE);
    /* The same again keeps the review; another value takes it back and asks for a price review. */
    assert_int_equal(set_area(f, id, "premeasured", 8937, 7200, 1737), 0);
    assert_int_equal(fixture_version(f, id), 1);
    assert_int_equal(set_area(f, id, "premeasured", 8938, 7200, 1738), 0);
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", id), 0);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM unit_area WHERE unit_id = $1 AND "
                                "reviewed_ms IS NULL",
                                id),
                     1);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, id), UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_G2_AREA);
    /* Another stage says nothing about the price. */
    assert_int_equal(set_area(f, f->units[2], "measured", 9000, 7200, 1800), 0);
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", f->units[2]),
                     1);
    /* Review: all or none, incomplete areas are named. */
    assert_int_equal(db_run(f->db,
                            "UPDATE unit_area SET inner_area = NULL, shared = NULL, "
                            "reviewed_ms = NULL, reviewed_by = NULL WHERE unit_id = $1",
                            "i", f->units[1]),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, unit_review_areas(tx, f->project, "premeasured", refs, 2)),
                   UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(f->fault.items[0].code, FAULT_UNIT_AREA_MISSING);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM unit_area WHERE unit_id = $1 AND "
                                "reviewed_ms IS NULL",
                                id),
                     1);
    refs[0].version = 0; /* a refused batch leaves the versions of what it undid */
    assert_int_equal(FIXTURE_DO(f, tx, unit_review_areas(tx, f->project, "premeasured", refs, 1)),
                     0);
    assert_int_equal(refs[0].version, fixture_version(f, id));
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM unit_area WHERE unit_id = $1 AND "
                                "reviewed_ms IS NOT NULL",
                                id),
                     1);
    refs[0].version--;
    assert_refused(f, FIXTURE_DO(f, tx, unit_review_areas(tx, f->project, "premeasured", refs, 1)),
                   UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_UNIT_CHANGED);
}

/* What is sold by the piece needs no area to be reviewed, priced and released; one that it has is
 * reviewed as any (PM-12, PM-14). */
static void test_area_not_owed(void **state)
{
    struct fixture *f = *state;
    struct unit_ref refs[2] = {{f->units[0], 0}, {f->units[1], 0}};
    struct unit_price_change c;

    assert_int_equal(db_run(f->db, "DELETE FROM unit_area WHERE unit_id IN ($1, $2)", "ii",
                            refs[0].id, refs[1].id),
                     2);
    assert_refused(f, FIXTURE_DO(f, tx, unit_review_areas(tx, f->project, "premeasured", refs, 1)),
                   UNITS_REFUSED);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, refs[0].id), UNITS_REFUSED);
    assert_int_equal(db_run(f->db, "UPDATE unit SET class = 'parking' WHERE id IN ($1, $2)", "ii",
                            refs[0].id, refs[1].id),
                     2);
    refs[0].version = refs[1].version = 0;
    assert_int_equal(FIXTURE_DO(f, tx, unit_review_areas(tx, f->project, "premeasured", refs, 2)),
                     0);
    assert_int_equal(refs[0].version, 1); /* nothing was there to review, nothing is changed */
    c = price_of(f, refs[0].id);
    c.total_fen = 12000000;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", refs[0].id), 1);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, refs[0].id), 0);
    assert_int_equal(set_area(f, refs[1].id, "premeasured", 1200, 1000, 200), 0);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, refs[1].id), UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_G2_AREA);
}

static void test_price_from_unit_price(void **state)
{
    struct fixture *f = *state;
    struct unit_price_change c = price_of(f, f->units[0]);

    c.unit_price_fen = 1234567; /* V1: 12,345.67 x 89.37, whole yuan half up */
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0); /* the same total: no change */
    assert_int_equal(fixture_version(f, f->units[0]), 1);
    assert_int_equal(db_run(f->db, "UPDATE project SET round_mode = 'truncate'", ""), 1);
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT total_fen FROM unit WHERE id = $1", f->units[0]),
                     110333200);
    /* Every price it had: the one it came with, and each that was set. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_price"), 2);
    assert_int_equal(fixture_count(f, "SELECT total_fen FROM unit_price WHERE reason = 'generate' "
                                      "AND id = (SELECT MIN(id) FROM unit_price)"),
                     FIXTURE_TOTAL);
    assert_int_equal(db_run(f->db, "UPDATE project SET price_basis = 'inner'", ""), 1);
    c = price_of(f, f->units[0]);
    c.unit_price_fen = 1000000;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT total_fen FROM unit WHERE id = $1", f->units[0]),
                     72000000);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_price"), 3);
    assert_int_equal(db_run(f->db, "UPDATE project SET price_basis = 'unit'", ""), 1);
    c = price_of(f, f->units[0]);
    c.unit_price_fen = 1000000;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), PRICE_BASIS);
    /* A storage room is sold by the piece, whatever the project's rule is (PM-12). */
    assert_int_equal(db_run(f->db, "UPDATE project SET price_basis = 'gross'", ""), 1);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET class = 'storage' WHERE id = $1", "i", f->units[0]), 1);
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), PRICE_BASIS);
    c.unit_price_fen = -1;
    c.total_fen = 10000000;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
}

static void test_price_rules(void **state)
{
    struct fixture *f = *state;
    struct unit_price_change c = price_of(f, f->units[0]);

    c.filed_total_fen = FIXTURE_TOTAL - 1; /* above filed, whichever side moves */
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), G3_PRICE);
    c.filed_total_fen = FIXTURE_TOTAL;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    c = price_of(f, f->units[0]);
    c.total_fen = FIXTURE_TOTAL + 100;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), G3_PRICE);
    c.reason = "";
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), REASON_NEEDED);
    /* PM-14: no price without a reviewed area. */
    assert_int_equal(set_area(f, f->units[1], "premeasured", 9000, 7200, 1800), 0);
    c = price_of(f, f->units[1]);
    c.total_fen = 100;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), G2_AREA);
    /* The review of a price after a change of area: the same total is enough. */
    assert_int_equal(db_run(f->db,
                            "UPDATE unit_area SET reviewed_ms = 1, reviewed_by = 'x' WHERE "
                            "unit_id = $1",
                            "i", f->units[1]),
                     1);
    c.total_fen = FIXTURE_TOTAL;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT price_reviewed FROM unit WHERE id = $1", f->units[1]),
                     1);
    /* What is for sale keeps a price; what is held may be re-priced, what is taken not. */
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[2]), 0);
    c = price_of(f, f->units[2]);
    c.total_fen = 0;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), G3_PRICE);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[2]), 0);
    c = price_of(f, f->units[2]);
    c.total_fen = 99900;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[2]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[2]), 0);
    c = price_of(f, f->units[2]);
    c.total_fen = 88800;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), G6_TAKEN);
    /* Append-only. */
    assert_int_equal(db_run(f->db, "UPDATE unit_price SET total_fen = 1", ""), -EINVAL);
    assert_true(db_run(f->db, "DELETE FROM unit_price WHERE unit_id = $1", "i", f->units[2]) < 0);
}

/* What the public has seen changes by an approved plan alone (WF-10; test_reprice.c). */
static void test_published_price_is_planned(void **state)
{
    struct fixture *f = *state;
    struct unit_price_change c;

    fixture_release(f);
    fixture_publish(f);
    c = price_of(f, f->units[0]);
    c.total_fen = FIXTURE_TOTAL - 100;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), PRICE_PLANNED);
    c.total_fen = FIXTURE_TOTAL;
    c.floor_total_fen = 100;
    assert_refused(f, FIXTURE_DO(f, tx, unit_set_price(tx, &c)), PRICE_PLANNED);
    c.floor_total_fen =
        -1; /* to confirm it is no change; what was filed is not the office's word */
    c.filed_total_fen = FIXTURE_TOTAL;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    c.reprice_id = 1; /* a caller's word is not enough */
    c.version++;
    c.total_fen = FIXTURE_TOTAL - 100;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), -EINVAL);
}

static void test_layout(void **state)
{
    struct fixture *f = *state;
    struct unit_ref refs[2] = {{f->units[0], 1}, {f->units[1], 1}};
    int64_t layout = 0;

    assert_int_equal(db_get(f->db, &layout,
                            "INSERT INTO layout (project_id, name, rooms, halls, "
                            "baths) VALUES ($1, 'A', 3, 2, 2) RETURNING id",
                            "i", f->project),
                     1);
    assert_refused(f, FIXTURE_DO(f, tx, unit_assign_layout(tx, f->project, layout + 1, refs, 2)),
                   NOT_FOUND);
    refs[1].version = 7;
    assert_refused(f, FIXTURE_DO(f, tx, unit_assign_layout(tx, f->project, layout, refs, 2)),
                   UNITS_REFUSED);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE layout_id > 0"), 0);
    refs[0].version = refs[1].version = 1;
    assert_int_equal(FIXTURE_DO(f, tx, unit_assign_layout(tx, f->project, layout, refs, 2)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE layout_id > 0"), 2);
    assert_int_equal(refs[0].version, 2);
}

static void test_delete(void **state)
{
    struct fixture *f = *state;
    struct unit_ref refs[2] = {{f->units[0], 0}, {f->units[1], 0}};
    struct unit_price_change c = price_of(f, f->units[0]);

    c.floor_total_fen = 100;
    assert_int_equal(FIXTURE_DO(f, tx, unit_set_price(tx, &c)), 0);
    /* A permit is a document. */
    assert_refused(f, FIXTURE_DO(f, tx, unit_delete(tx, f->project, refs, 2)), UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 2);
    assert_int_equal(f->fault.items[0].code, FAULT_UNIT_IN_USE);
    assert_true(db_run(f->db, "DELETE FROM permit_unit", "") > 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[1]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[1]), 0);
    assert_refused(f, FIXTURE_DO(f, tx, unit_delete(tx, f->project, refs, 2)), UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit"), FIXTURE_UNITS);
    assert_int_equal(FIXTURE_DO(f, tx, unit_delete(tx, f->project, refs, 1)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit"), FIXTURE_UNITS - 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'unit.delete'"),
                     1);
    assert_true(fixture_changed(f, CHANGE_BUILDING, f->building));
    /* History of what did happen cannot be deleted, nor can a published unit's. */
    assert_true(db_run(f->db, "DELETE FROM unit_history WHERE unit_id = $1", "i", f->units[1]) < 0);
    fixture_publish(f);
    assert_true(db_run(f->db, "DELETE FROM unit_history WHERE unit_id = $1", "i", f->units[2]) < 0);
}

static int history_note(void *arg, const struct unit_history_row *row)
{
    char *text = arg;
    size_t used = strlen(text);

    snprintf(text + used, 200 - used, "%s:%s>%s ", row->event, row->from, row->to);
    return 0;
}

static void test_history(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";

    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    assert_int_equal(FIXTURE_DO(f, tx, unit_history(tx, f->units[0], history_note, text)), 0);
    assert_string_equal(text, "generate:>U release:U>A hold:A>X unhold:X>A ");
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, unit_history(tx, f->units[0], history_note, text)),
                   NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_path),
        CASE(test_update),
        CASE(test_media),
        CASE(test_media_limit),
        CASE(test_areas),
        CASE(test_area_not_owed),
        CASE(test_price_from_unit_price),
        CASE(test_price_rules),
        CASE(test_published_price_is_planned),
        CASE(test_layout),
        CASE(test_delete),
        CASE(test_history),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
