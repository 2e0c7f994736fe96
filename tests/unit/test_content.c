/* test_content.c - which facts go into a draft, and which do not (SC-07, SC-10, SC-13, SC-26). */
#include "fixture.h"

#include <sodium.h>

#include "db/content.h"
#include "db/state.h"

#define IMAGE   "0123456789abcdef0123456789abcdef"
#define IMAGE_2 "fedcba9876543210fedcba9876543210"

static int setup(void **state)
{
    assert_true(sodium_init() >= 0);
    return fixture_setup(state);
}

static struct content *drafted(struct fixture *f)
{
    struct content *c = NULL;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    return c;
}

static void sql(struct fixture *f, const char *text)
{
    if (db_script(f->db, text) != 0)
        fail_msg("%s: %s", text, db_error(f->db));
}

static size_t items_of(const struct content *c, const char *section)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_items; i++)
        n += strcmp(c->items[i].section, section) == 0;
    return n;
}

static size_t drafted_items(struct fixture *f, const char *section)
{
    struct content *c = drafted(f);
    size_t n = items_of(c, section);

    content_free(c);
    return n;
}

/* A copy of what the draft says of the first unit; its texts are not to be read. */
static struct published_unit drafted_unit(struct fixture *f)
{
    struct content *c = drafted(f);
    struct published_unit u = *fixture_published(c, f->units[0]);

    content_free(c);
    return u;
}

static void reason_is(struct fixture *f, const char *want)
{
    struct content *c = drafted(f);

    assert_string_equal(fixture_published(c, f->units[0])->hidden_reason, want);
    content_free(c);
}

/* A unit in any state, as a list that is imported leaves it. */
static void put_in_state(struct fixture *f, char letter)
{
    const char text[2] = {letter, '\0'};

    sql(f, "UPDATE claim SET ended_ms = 1 WHERE ended_ms IS NULL");
    if (state_info(letter)->exclusive)
        assert_int_equal(db_run(f->db,
                                "INSERT INTO claim (unit_id, state, kind, since_ms) VALUES "
                                "($1, $2, 'opening', 1)",
                                "it", f->units[0], text),
                         1);
    assert_int_equal(
        db_run(f->db,
               "UPDATE unit SET sale_state = $2, released = CASE WHEN $2 IN ('U', 'N') "
               "THEN 0 ELSE 1 END, retained = CASE $2 WHEN 'N' THEN "
               "'facility' ELSE '' END, retained_reason = CASE $2 WHEN 'N' THEN 'r' "
               "ELSE '' END WHERE id = $1",
               "it", f->units[0], text),
        1);
}

/* The list price while the public may see it; the price paid when all sold units show it. */
static void test_prices_by_state(void **state)
{
    struct fixture *f = *state;

    sql(f, "UPDATE unit SET deal_total_fen = 5");
    for (int show = 0; show < 2; show++) {
        assert_int_equal(
            db_run(f->db, "UPDATE project SET show_deal_price = $1", "i", (int64_t)show), 1);
        for (size_t i = 0; i < sale_states_count; i++) {
            const struct state_info *info;
            struct published_unit u;

            put_in_state(f, sale_states[i].letter);
            u = drafted_unit(f);
            info = state_info(u.state);
            assert_int_equal(u.total_fen, info->priced ? FIXTURE_TOTAL : 0);
            assert_int_equal(u.deal_total_fen, info->sold && show ? 5 : 0);
        }
    }
}

/* What is not for sale is shown, with the reason (SC-26). */
static void test_hidden_reasons(void **state)
{
    struct fixture *f = *state;

    reason_is(f, "");
    put_in_state(f, 'N');
    reason_is(f, "facility");
    put_in_state(f, 'A');
    reason_is(f, "");
    sql(f, "INSERT INTO encumbrance (unit_id, kind, document, sellable, set_ms, set_by) VALUES "
           "(1, 'auto_lock', 'd', 0, 1, 't')");
    reason_is(f, "locked");
    sql(f, "INSERT INTO encumbrance (unit_id, kind, document, sellable, set_ms, set_by) VALUES "
           "(1, 'mortgage', 'd', 0, 1, 't')");
    reason_is(f, "mortgage");
    sql(f, "INSERT INTO encumbrance (unit_id, kind, document, sellable, set_ms, set_by) VALUES "
           "(1, 'seizure', 'd', 0, 1, 't')");
    reason_is(f, "seizure"); /* the gravest */
    put_in_state(f, 'C');
    reason_is(f, ""); /* sold: what lies on it is no reason for anything */
}

/* Only permits that are valid at the moment, to the millisecond. */
static void test_permits(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(drafted_items(f, "permit"), 1);
    assert_int_equal(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms + 1), 1);
    assert_int_equal(drafted_items(f, "permit"), 1);
    assert_int_equal(db_run(f->db, "UPDATE permit SET expires_ms = $1", "i", f->now_ms), 1);
    assert_int_equal(drafted_items(f, "permit"), 0);
    sql(f, "UPDATE permit SET expires_ms = NULL, revoked_ms = 1");
    assert_int_equal(drafted_items(f, "permit"), 0);
}

/* PM-02: a building is shown when it and all it stands in are enabled. */
static void test_disabled_areas(void **state)
{
    static const char *const off[] = {"UPDATE building SET enabled = 0",
                                      "UPDATE area SET enabled = 0 WHERE kind = 'area'",
                                      "UPDATE area SET enabled = 0 WHERE kind = 'phase'"};
    struct fixture *f = *state;
    struct content *c;

    sql(f, "INSERT INTO area (id, project_id, kind, name) VALUES (1, 1, 'phase', 'one');"
           "INSERT INTO area (id, project_id, parent_id, kind, name) VALUES (2, 1, 1, 'area', 'S');"
           "UPDATE building SET area_id = 2");
    c = drafted(f);
    assert_int_equal(c->n_units, FIXTURE_UNITS);
    content_free(c);
    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
        sql(f, off[i]);
        c = drafted(f);
        if (c->n_units != 0 || items_of(c, "building") != 0)
            fail_msg("%s", off[i]);
        content_free(c);
        sql(f, "UPDATE building SET enabled = 1; UPDATE area SET enabled = 1");
    }
}

/* An item that is only an image is an item; one with neither text nor image is none. */
static void test_disclosure_by_image(void **state)
{
    struct fixture *f = *state;
    size_t before = drafted_items(f, "disclosure");

    sql(f, "INSERT INTO disclosure_item (project_id, code, value) VALUES (1, 'P7', '')");
    assert_int_equal(drafted_items(f, "disclosure"), before);
    sql(f, "INSERT INTO media (id, project_id, content_type, name, size, created_ms) VALUES "
           "('" IMAGE "', 1, 'image/png', 'x.png', 1, 1);"
           "UPDATE disclosure_item SET media_id = '" IMAGE "' WHERE code = 'P7'");
    assert_int_equal(drafted_items(f, "disclosure"), before + 1);
}

/* Two rows that say the same in public, fact by fact: what approval and storing go by. */
static void test_every_fact_is_compared(void **state)
{
    static const char *const facts[] = {
        "UPDATE unit SET vr_url = 'https://x' WHERE id = 1",
        "UPDATE unit SET display_note = 'n' WHERE id = 1",
        "UPDATE unit SET orientation = 'S' WHERE id = 1",
        "UPDATE unit SET model_room = 1 WHERE id = 1",
        "UPDATE unit SET span = 2 WHERE id = 1",
        "UPDATE unit SET line = '9' WHERE id = 1",
        "UPDATE unit SET floor_height_mm = 3000 WHERE id = 1",
        "UPDATE unit SET total_fen = total_fen + 100 WHERE id = 1",
        "UPDATE unit_area SET gross = gross + 1, shared = shared + 1 WHERE unit_id = 1",
        "UPDATE unit_area SET inner_area = inner_area + 1, shared = shared - 1 WHERE unit_id = 1",
        "DELETE FROM unit_area WHERE unit_id = 1",
        "DELETE FROM permit_unit WHERE unit_id = 1",
        "INSERT INTO unit_media (unit_id, media_id, ordinal) SELECT 1, id, 1 FROM media LIMIT 1",
        "UPDATE unit SET layout_id = 1 WHERE id = 1",
    };
    struct fixture *f = *state;
    char first[CONTENT_HASH_TEXT], then[CONTENT_HASH_TEXT];
    struct content *a, *b;

    sql(f, "INSERT INTO media (id, project_id, content_type, name, size, created_ms) VALUES "
           "('" IMAGE "', 1, 'image/png', 'x.png', 1, 1);"
           "INSERT INTO layout (id, project_id, name, rooms, halls, baths) VALUES "
           "(1, 1, 'A', 1, 1, 1)");
    a = drafted(f);
    content_hash(a, first);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        struct fault fault = {0};
        struct tx tx = {f->db, f->as, f->now_ms, &fault, NULL, NULL};

        assert_int_equal(db_begin(f->db), 0);
        sql(f, facts[i]);
        assert_int_equal(content_draft(&tx, f->project, &b), 0);
        content_hash(b, then);
        if (published_unit_same(fixture_published(a, f->units[0]),
                                fixture_published(b, f->units[0])) ||
            strcmp(first, then) == 0)
            fail_msg("%s", facts[i]);
        content_free(b);
        assert_int_equal(db_rollback(f->db), 0);
    }
    content_free(a);
}

/* Why a unit is not for sale is one of them, though its state be the same. */
static void test_another_reason_is_another_fact(void **state)
{
    struct fixture *f = *state;
    struct content *a, *b;

    put_in_state(f, 'N');
    a = drafted(f);
    sql(f, "UPDATE unit SET retained = 'self_held' WHERE id = 1");
    b = drafted(f);
    assert_false(
        published_unit_same(fixture_published(a, f->units[0]), fixture_published(b, f->units[0])));
    content_free(a);
    content_free(b);
}

static void test_media_order(void **state)
{
    struct fixture *f = *state;
    struct content *c;

    sql(f, "INSERT INTO media (id, project_id, content_type, name, size, created_ms) VALUES "
           "('" IMAGE "', 1, 'image/png', 'x.png', 1, 1),"
           "('" IMAGE_2 "', 1, 'image/png', 'y.png', 1, 1);"
           "INSERT INTO unit_media (unit_id, media_id, ordinal) VALUES (1, '" IMAGE "', 2),"
           "(1, '" IMAGE_2 "', 1)");
    c = drafted(f);
    assert_string_equal(fixture_published(c, f->units[0])->media, IMAGE_2 " " IMAGE);
    content_free(c);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_prices_by_state),
        CASE(test_hidden_reasons),
        CASE(test_permits),
        CASE(test_disabled_areas),
        CASE(test_disclosure_by_image),
        CASE(test_every_fact_is_compared),
        CASE(test_another_reason_is_another_fact),
        CASE(test_media_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
