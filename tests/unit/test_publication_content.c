/* test_publication_content.c - what a publication holds (SC-15): stored, hashed, replayed. */
#include "publication_fixture.h"

#include "db/diff.h"
#include "db/verify.h"

static struct content *stored(struct fixture *f, int64_t id)
{
    struct content *c = NULL;

    assert_int_equal(content_published(f->db, id, 0, &c), 0);
    return c;
}

static void same(const struct content *a, const struct content *b)
{
    char x[CONTENT_HASH_TEXT], y[CONTENT_HASH_TEXT];

    assert_int_equal(a->n_units, b->n_units);
    assert_int_equal(a->n_items, b->n_items);
    for (size_t i = 0; i < a->n_units; i++) {
        assert_int_equal(a->units[i].unit_id, b->units[i].unit_id); /* in one order */
        assert_true(published_unit_same(&a->units[i], &b->units[i]));
    }
    content_hash(a, x);
    content_hash(b, y);
    assert_string_equal(x, y);
}

static void test_draft_and_stored_are_one(void **state)
{
    struct fixture *f = *state;
    struct content *a, *b;
    int64_t id;

    ragged(f);
    assert_int_equal(fixture_act(f, TRANSITION_RETAIN, f->units[4]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[6]), 0);
    a = drafted(f);
    assert_int_equal(a->n_units, FIXTURE_UNITS + 12);
    assert_string_equal(a->units[0].building, "0"); /* by the order of buildings, from the top */
    assert_string_equal(a->units[0].floor, "3A");
    assert_string_equal(a->units[0].line, "1");
    id = live(f);
    b = stored(f, id);
    same(a, b);
    content_free(b);
    assert_int_equal(content_published(f->db, id, f->units[3], &b), 0);
    assert_int_equal(b->n_units, 1);
    assert_int_equal(b->units[0].unit_id, f->units[3]);
    assert_int_equal(b->n_items, a->n_items);
    content_free(b);
    content_free(a);
    assert_int_equal(content_published(f->db, 99, 0, &b), -ENOENT);
}

/* Every fact of a unit changes the hash; what is not public does not. */
static void test_hash_sees_each_fact(void **state)
{
    static const char *const seen[] = {
        "UPDATE unit SET room = '101X' WHERE id = 1",
        "UPDATE unit SET line = '9' WHERE id = 1",
        "UPDATE unit SET span = 2 WHERE id = 1",
        "UPDATE unit SET class = 'villa' WHERE id = 1",
        "UPDATE unit SET layout_id = NULL WHERE id = 1",
        "UPDATE unit SET orientation = 'S' WHERE id = 1",
        "UPDATE unit SET floor_height_mm = 3000 WHERE id = 1",
        "UPDATE unit SET total_fen = total_fen + 100 WHERE id = 1",
        "UPDATE unit SET vr_url = 'https://x' WHERE id = 1",
        "UPDATE unit SET display_note = 'n' WHERE id = 1",
        "UPDATE unit SET model_room = 1 WHERE id = 1",
        "UPDATE unit_area SET gross = gross + 1, shared = shared + 1 WHERE unit_id = 1",
        "UPDATE unit_area SET inner_area = inner_area + 1, shared = shared - 1 WHERE unit_id = 1",
        "DELETE FROM permit_unit WHERE unit_id = 1",
        "UPDATE project SET stale_s = 60",
        "UPDATE project SET rates_date = '2026-01-01'",
        "UPDATE building SET name = '2'",
        "UPDATE stair SET name = '2'",
        "UPDATE floor SET label = '3A' WHERE label = '3'",
        "UPDATE layout SET halls = 1",
        "UPDATE layout SET name = 'B'",
        "UPDATE permit SET scope = 'other'",
        "UPDATE fee SET standard = '4'",
        "UPDATE fee SET name = 'other'",
        "UPDATE disclosure_item SET value = 'other' WHERE code = 'P7'",
        "INSERT INTO discount (project_id, name, condition, effect) VALUES (1, 'd', 'c', 'e')",
    };
    static const char *const unseen[] = {
        "UPDATE unit SET floor_total_fen = 1",
        "UPDATE unit SET filed_total_fen = 900000000",
        "UPDATE unit SET usage_text = 'x'",
        "UPDATE unit SET deal_total_fen = 5", /* show_deal_price is off */
        "UPDATE unit SET version = version + 1, changed_ms = 5",
    };
    struct fixture *f = *state;
    char first[CONTENT_HASH_TEXT], then[CONTENT_HASH_TEXT];
    struct content *c = drafted(f);

    content_hash(c, first);
    content_free(c);
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]) + sizeof(unseen) / sizeof(unseen[0]);
         i++) {
        bool want = i < sizeof(seen) / sizeof(seen[0]);
        const char *sql = want ? seen[i] : unseen[i - sizeof(seen) / sizeof(seen[0])];
        struct fault fault = {0};
        struct tx tx = {f->db, f->as, f->now_ms, &fault, NULL, NULL};

        assert_int_equal(db_begin(f->db), 0);
        assert_int_equal(db_script(f->db, sql), 0);
        assert_int_equal(content_draft(&tx, f->project, &c), 0);
        content_hash(c, then);
        content_free(c);
        assert_int_equal(db_rollback(f->db), 0);
        if ((strcmp(first, then) != 0) != want)
            fail_msg("%s", sql);
    }
}

static int64_t rows(struct fixture *f, int64_t publication)
{
    return fixture_of(f, "SELECT COUNT(*) FROM publication_unit WHERE publication_id = $1",
                      publication);
}

static void test_only_differences_are_written(void **state)
{
    struct fixture *f = *state;
    int64_t a, b, c, d;
    struct content *content;

    ragged(f);
    a = live(f);
    assert_int_equal(rows(f, a), FIXTURE_UNITS + 12);
    b = live(f);
    assert_int_equal(rows(f, b), 0);
    assert_int_equal(head_of(f, b).base, a);
    assert_string_equal(head_of(f, a).state, "superseded");
    for (int64_t id = 1; id <= 3; id++)
        fixture_price(f, id, 100000000);
    /* A building that is switched off is shown until the next publication, and gone with it. */
    assert_int_equal(db_run(f->db, "UPDATE building SET enabled = 0 WHERE name = '0'", ""), 1);
    content = stored(f, b);
    assert_int_equal(content->n_units, FIXTURE_UNITS + 12);
    content_free(content);
    c = live(f);
    assert_int_equal(rows(f, c), 3 + 12);
    content = stored(f, c);
    assert_int_equal(content->n_units, FIXTURE_UNITS);
    content_free(content);
    assert_int_equal(db_run(f->db, "UPDATE building SET enabled = 1", ""), 2);
    d = live(f);
    assert_int_equal(rows(f, d), 12);
    content = stored(f, d);
    assert_int_equal(content->n_units, FIXTURE_UNITS + 12);
    content_free(content);
    content = stored(f, c);
    assert_int_equal(content->n_units, FIXTURE_UNITS);
    content_free(content);
    assert_int_equal(head_of(f, d).base, c);
}

/* ---- replay ---- */

struct kept {
    int64_t id;
    char hash[CONTENT_HASH_TEXT];
    struct content *content;
};

static unsigned roll(uint64_t *random, unsigned n)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*random >> 33) % n;
}

static void disturb(struct fixture *f, uint64_t *random)
{
    for (int i = 0; i < 8; i++) {
        const int64_t id = f->units[roll(random, FIXTURE_UNITS)];
        const int64_t total = 100000000 + (int64_t)roll(random, 50) * 1000;

        switch (roll(random, 6)) {
        case 0:
            fixture_act(f, TRANSITION_HOLD, id);
            break;
        case 1:
            fixture_act(f, TRANSITION_UNHOLD, id);
            break;
        case 2:
            fixture_act(f, TRANSITION_LOCK, id);
            break;
        case 3:
            fixture_price(f, id, total);
            break;
        case 4:
            assert_true(db_run(f->db, "UPDATE building SET enabled = 1 - enabled WHERE name = '0'",
                               "") >= 0);
            break;
        default:
            assert_int_equal(db_run(f->db,
                                    "UPDATE disclosure_item SET value = value || '.' WHERE "
                                    "code = 'P8'",
                                    ""),
                             1);
        }
    }
}

static void on_violation(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    print_message("%s: %s\n", invariant, what);
}

static void test_replay(void **state)
{
    struct fixture *f = *state;
    struct kept kept[10];
    uint64_t random = 42;
    int64_t violations = -1;

    ragged(f);
    for (int i = 0; i < 10; i++) {
        kept[i].content = drafted(f);
        content_hash(kept[i].content, kept[i].hash);
        kept[i].id = live(f);
        disturb(f, &random); /* losses are patched onto it meanwhile */
        f->now_ms += 60000;
        assert_int_equal(verify_invariants(f->db, on_violation, NULL, &violations), 0);
        assert_int_equal(violations, 0);
    }
    for (int i = 0; i < 10; i++) {
        struct content *again = stored(f, kept[i].id);

        same(kept[i].content, again);
        assert_string_equal(head_of(f, kept[i].id).hash, kept[i].hash);
        content_free(again);
        content_free(kept[i].content);
    }
    assert_true(fixture_count(f, "SELECT COUNT(*) FROM publication_patch") > 5);
}

/* What verify is for: a stored content that is not what was approved. */
static void test_verify_sees_another_content(void **state)
{
    struct fixture *f = *state;
    int64_t violations = -1;

    live(f);
    assert_int_equal(db_script(f->db, "DROP TRIGGER publication_unit_no_update"), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE publication_unit SET total_fen = 1 WHERE unit_id = 1", ""), 1);
    assert_int_equal(verify_invariants(f->db, on_violation, NULL, &violations), 0);
    assert_int_equal(violations, 1);
}

/* ---- differences ---- */

struct found {
    char kinds[64]; /* a letter for each, by unit id */
    int items;
};

static int unit_found(void *arg, const struct diff_unit *d)
{
    struct found *found = arg;
    const struct published_unit *u = d->after ? d->after : d->before;

    assert_int_equal(d->kind == DIFF_ADDED, d->before == NULL);
    assert_int_equal(d->kind == DIFF_REMOVED, d->after == NULL);
    found->kinds[u->unit_id] = "+-oc^v*"[d->kind];
    return 0;
}

static int item_found(void *arg, const struct diff_item *d)
{
    struct found *found = arg;

    assert_true(d->before || d->after);
    found->items++;
    return 0;
}

static void test_diff(void **state)
{
    struct fixture *f = *state;
    struct found found = {0};
    struct diff_count n;
    struct content *a, *b;

    assert_int_equal(fixture_act(f, TRANSITION_HOLD, 5), 0);
    a = drafted(f);
    assert_int_equal(content_diff(NULL, a, unit_found, item_found, &found, &n), 0);
    assert_int_equal(n.added, FIXTURE_UNITS);
    assert_int_equal(n.items, (int64_t)a->n_items);
    memset(&found, 0, sizeof(found));
    assert_int_equal(content_diff(a, a, unit_found, item_found, &found, &n), 0);
    assert_string_equal(found.kinds + 1, "");
    assert_int_equal(n.items + n.added + n.removed + n.opened + n.closed + n.price_up +
                         n.price_down + n.other,
                     0);
    ragged(f);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, 5), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, 6), 0);
    assert_int_equal(db_script(f->db,
                               "UPDATE unit SET total_fen = total_fen + 100 WHERE id IN (1, 5, 6);"
                               "UPDATE unit SET total_fen = total_fen - 100 WHERE id = 2;"
                               "UPDATE unit SET orientation = 'S' WHERE id IN (2, 3);"
                               "UPDATE fee SET standard = '9';"
                               "INSERT INTO discount (project_id, name, condition, effect) VALUES "
                               "(1, 'd', 'c', 'e');"),
                     0);
    b = drafted(f);
    assert_int_equal(content_diff(a, b, unit_found, item_found, &found, &n), 0);
    assert_int_equal(found.kinds[1], '^');
    assert_int_equal(found.kinds[2], 'v'); /* the price weighs more than the rest */
    assert_int_equal(found.kinds[3], '*');
    assert_int_equal(found.kinds[4], 0);
    assert_int_equal(found.kinds[5], 'o'); /* opened weighs more than the price */
    assert_int_equal(found.kinds[6], 'c');
    assert_int_equal(found.kinds[13], '+');
    assert_int_equal(n.added, 12);
    assert_int_equal(n.opened, 1);
    assert_int_equal(n.closed, 1);
    assert_int_equal(n.price_up, 1);
    assert_int_equal(n.price_down, 1);
    assert_int_equal(n.other, 1);
    assert_int_equal(n.items, 4); /* building, stair, fee, discount */
    memset(&found, 0, sizeof(found));
    assert_int_equal(content_diff(b, a, unit_found, item_found, &found, &n), 0);
    assert_int_equal(n.removed, 12);
    assert_int_equal(found.kinds[13], '-');
    assert_int_equal(n.items, 4);
    content_free(a);
    content_free(b);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup_released, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_draft_and_stored_are_one),     CASE(test_hash_sees_each_fact),
        CASE(test_only_differences_are_written), CASE(test_replay),
        CASE(test_verify_sees_another_content),  CASE(test_diff),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
