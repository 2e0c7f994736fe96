/* test_publication.c - from draft to archive (FC 25.5, SC-03, SC-15, WF-14): steps, contents,
 * replay. */
#include "fixture.h"

#include <sodium.h>

#include "db/audit.h"
#include "db/content.h"
#include "db/diff.h"
#include "db/disclosure.h"
#include "db/publication.h"
#include "db/verify.h"

static struct actor boss, machine;

/* The fixture with every mandated item, so that nothing is missing. */
static int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {9};
    struct fixture *f;

    assert_true(sodium_init() >= 0);
    audit_set_key(key);
    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    boss = f->actor;
    boss.id = 2;
    snprintf(boss.name, sizeof(boss.name), "boss");
    machine = (struct actor){.kind = ACTOR_SYSTEM, .name = "system", .all_projects = true};
    for (size_t i = 0; i < disclosures_count; i++)
        assert_int_equal(
            db_run(f->db,
                   "INSERT INTO disclosure_item (project_id, code, value) VALUES ($1, $2, 'text')",
                   "it", f->project, disclosures[i].code),
            1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO fee (project_id, kind, name, standard, basis, voluntary) "
                            "VALUES ($1, 'property', 'service', '3.50', 'B-1', 0)",
                            "i", f->project),
                     1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO layout (project_id, name, rooms, halls, baths) VALUES "
                            "($1, 'A', 3, 2, 2)",
                            "i", f->project),
                     1);
    assert_int_equal(db_run(f->db, "UPDATE unit SET layout_id = 1, floor_height_mm = 2900", ""),
                     FIXTURE_UNITS);
    return 0;
}

static int setup_released(void **state)
{
    int r = setup(state);

    fixture_release(*state);
    return r;
}

/* ---- steps ---- */

struct head {
    int64_t id, version, number, units, patches, base, approver_id;
    char state[16], hash[CONTENT_HASH_TEXT], approver[64], reason[64], role[64];
    struct diff_count changes;
};

static int head_read(void *arg, const struct publication *p)
{
    struct head *h = arg;

    *h = (struct head){.id = p->id,
                       .version = p->version,
                       .number = p->number,
                       .units = p->units,
                       .patches = p->patches,
                       .base = p->base_id,
                       .approver_id = p->approver_id,
                       .changes = p->changes};
    snprintf(h->role, sizeof(h->role), "%s", p->approver_role ? p->approver_role : "");
    snprintf(h->state, sizeof(h->state), "%s", p->state);
    snprintf(h->hash, sizeof(h->hash), "%s", p->hash ? p->hash : "");
    snprintf(h->approver, sizeof(h->approver), "%s", p->approver ? p->approver : "");
    snprintf(h->reason, sizeof(h->reason), "%s", p->reason ? p->reason : "");
    return 0;
}

static void ragged(struct fixture *f);

static struct head head_of(struct fixture *f, int64_t id)
{
    struct head h = {0};

    assert_int_equal(FIXTURE_DO(f, tx, publication_read(tx, id, head_read, &h)), 0);
    return h;
}

enum move { SUBMIT, APPROVE, REJECT, WITHDRAW, MOVES };

/* One step, by the boss where it is his. */
static int move(struct fixture *f, int64_t id, enum move m)
{
    const int64_t version = head_of(f, id).version;
    const struct actor *before = f->as;
    int r;

    f->as = m == APPROVE || m == REJECT ? &boss : before;
    r = m == SUBMIT    ? FIXTURE_DO(f, tx, publication_submit(tx, id, version))
        : m == APPROVE ? FIXTURE_DO(f, tx, publication_approve(tx, id, version, NULL))
        : m == REJECT  ? FIXTURE_DO(f, tx, publication_reject(tx, id, version, "no"))
                       : FIXTURE_DO(f, tx, publication_withdraw(tx, id, version, "stop"));
    f->as = before;
    return r;
}

static int64_t draft(struct fixture *f)
{
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, publication_create(tx, f->project, "note", &id)), 0);
    return id;
}

static int64_t live(struct fixture *f)
{
    int64_t id = draft(f);

    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_int_equal(move(f, id, APPROVE), 0);
    return id;
}

static void test_every_step_from_every_state(void **state)
{
    static const struct {
        const char *state;
        bool may[MOVES];
        const char *to[MOVES];
    } table[] = {
        {"draft", {true, false, false, true}, {"submitted", "", "", "withdrawn"}},
        {"submitted", {false, true, true, true}, {"", "live", "rejected", "withdrawn"}},
        {"live", {false}, {0}},
        {"superseded", {false}, {0}},
        {"rejected", {false}, {0}},
        {"withdrawn", {false}, {0}},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        for (int m = 0; m < MOVES; m++) {
            int64_t audit, id;
            int r;

            if (i == 2 || i == 3) {
                id = live(f);
                if (i == 3)
                    live(f);
            } else {
                id = draft(f);
                if (i == 1 || i == 4)
                    assert_int_equal(move(f, id, SUBMIT), 0);
                if (i == 4)
                    assert_int_equal(move(f, id, REJECT), 0);
                if (i == 5)
                    assert_int_equal(move(f, id, WITHDRAW), 0);
            }
            assert_string_equal(head_of(f, id).state, table[i].state);
            audit = fixture_count(f, "SELECT COUNT(*) FROM audit");
            r = move(f, id, (enum move)m);
            if (table[i].may[m]) {
                assert_int_equal(r, 0);
                assert_true(fixture_changed(f, CHANGE_PUBLICATION, id));
                assert_int_equal(fixture_changed(f, CHANGE_LIVE, id), m == APPROVE);
                assert_string_equal(head_of(f, id).state, table[i].to[m]);
                assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit"), audit + 1);
            } else {
                assert_refused(f, r, PUBLICATION_STATE);
                assert_string_equal(head_of(f, id).state, table[i].state);
                assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit"), audit);
            }
            if (strcmp(head_of(f, id).state, "draft") == 0 ||
                strcmp(head_of(f, id).state, "submitted") == 0)
                assert_int_equal(move(f, id, WITHDRAW), 0);
        }
    /* At most one is live and none open; numbers have no gap. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication WHERE state = 'live'"), 1);
    assert_int_equal(fixture_count(f, "SELECT MAX(number) - COUNT(*) FROM publication"), 0);
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    int64_t id = draft(f), other = 0;

    assert_refused(f, FIXTURE_DO(f, tx, publication_create(tx, f->project, NULL, &other)),
                   PUBLICATION_OPEN);
    assert_string_equal(f->fault.args[0].value, "1");
    assert_refused(f, FIXTURE_DO(f, tx, publication_submit(tx, id, 2)), VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, publication_submit(tx, 99, 1)), NOT_FOUND);
    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_refused(f, FIXTURE_DO(f, tx, publication_create(tx, f->project, NULL, &other)),
                   PUBLICATION_OPEN);
    f->as = &boss;
    assert_refused(f, FIXTURE_DO(f, tx, publication_reject(tx, id, 2, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, publication_reject(tx, id, 2, NULL)), REASON_NEEDED);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, publication_approve(tx, id, 2, NULL)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, publication_create(tx, f->project, NULL, &other)),
                   NOT_FOUND);
    assert_int_equal(other, 0);
    /* Neither can he read it nor end it. */
    assert_refused(f, FIXTURE_DO(f, tx, publication_read(tx, id, head_read, &(struct head){0})),
                   NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, publication_reject(tx, id, 2, "no")), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, publication_withdraw(tx, id, 2, "no")), NOT_FOUND);
    f->as = &f->actor;
    assert_string_equal(head_of(f, id).state, "submitted");
}

/* What the archive keeps of a decision: how many units, what changed, who decided and as what. */
static void test_what_is_kept(void **state)
{
    struct fixture *f = *state;
    struct head h;
    int64_t id;

    assert_int_equal(
        db_script(
            f->db,
            "INSERT INTO user_account (id, login, name, password_hash, "
            "created_ms) VALUES (2, 'boss', 'Boss', 'x', 1);"
            "INSERT INTO post (id, name, all_projects, created_ms) VALUES (7, 'first', 1, 1), "
            "(8, 'second', 1, 1);"
            "INSERT INTO user_post (user_id, post_id) VALUES (2, 8), (2, 7);"),
        0);
    id = draft(f);
    assert_int_equal(head_of(f, id).units, 0);
    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_int_equal(head_of(f, id).units, FIXTURE_UNITS);
    assert_int_equal(move(f, id, APPROVE), 0);
    h = head_of(f, id);
    assert_int_equal(h.approver_id, 2);
    assert_string_equal(h.approver, "Boss");
    assert_string_equal(h.role, "first");
    assert_int_equal(h.changes.added, FIXTURE_UNITS);
    /* Counted against what the public saw: a loss that ended is opened again. */
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    h = head_of(f, live(f));
    assert_int_equal(h.changes.opened, 1);
    assert_int_equal(h.changes.added, 0);
    /* Who withdraws decides nothing. */
    id = draft(f);
    assert_int_equal(move(f, id, WITHDRAW), 0);
    assert_int_equal(head_of(f, id).approver_id, 0);
    assert_string_equal(head_of(f, id).approver, "");
}

static int patch_note(void *arg, const struct patch *p)
{
    int64_t *sum = arg;

    *sum = *sum * 10 + p->number;
    return 0;
}

static void test_patches_between(void **state)
{
    struct fixture *f = *state;
    const int64_t id = live(f);
    struct content *c;
    int64_t told = 0;

    for (size_t i = 0; i < 5; i++)
        assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[i]), 0);
    assert_int_equal(publication_patches(f->db, id, 0, 0, patch_note, &told), 0);
    assert_int_equal(told, 12345);
    told = 0;
    assert_int_equal(publication_patches(f->db, id, 2, 4, patch_note, &told), 0);
    assert_int_equal(told, 34);
    /* Of two losses of one unit the later one stands. */
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RETAIN, f->units[0]), 0);
    assert_int_equal(content_published(f->db, id, 0, &c), 0);
    assert_int_equal(fixture_published(c, f->units[0])->state, 'A'); /* as it was approved */
    assert_int_equal(content_losses(f->db, c), 0);
    assert_int_equal(fixture_published(c, f->units[0])->state, 'N');
    assert_int_equal(fixture_published(c, f->units[4])->state, 'X');
    assert_int_equal(fixture_published(c, f->units[5])->state, 'A');
    content_free(c);
}

/* What the live publication does not show any more cannot be lost from it. */
static void test_gone_is_not_lost(void **state)
{
    struct fixture *f = *state;

    ragged(f);
    live(f);
    assert_int_equal(db_run(f->db, "UPDATE building SET enabled = 0 WHERE name = '1'", ""), 1);
    live(f);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_patch"), 0);
    assert_false(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
}

static void test_two_persons(void **state)
{
    struct fixture *f = *state;
    int64_t id = draft(f);

    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_refused(f, FIXTURE_DO(f, tx, publication_approve(tx, id, 2, NULL)), SELF_APPROVAL);
    assert_int_equal(db_run(f->db, "UPDATE project SET two_person = 0", ""), 1);
    /* The same person who wrote it, where one is enough; and the machine never counts as him. */
    assert_int_equal(FIXTURE_DO(f, tx, publication_approve(tx, id, 2, NULL)), 0);
    assert_int_equal(db_run(f->db, "UPDATE project SET two_person = 1", ""), 1);
    f->as = &machine;
    id = draft(f);
    assert_int_equal(FIXTURE_DO(f, tx, publication_submit(tx, id, 1)), 0);
    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, publication_approve(tx, id, 2, NULL)), 0);
    /* Not for its own either: it is no person, and has no number that a person could have. */
    f->as = &machine;
    id = draft(f);
    assert_int_equal(FIXTURE_DO(f, tx, publication_submit(tx, id, 1)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_approve(tx, id, 2, NULL)), 0);
}

static int item_note(void *arg, const struct check_item *item)
{
    char *text = arg;
    size_t n = strlen(text);

    snprintf(text + n, 4096 - n, "%s|%s|%s\n", fault_code_text(item->code),
             item->path ? item->path : "-", item->field ? item->field : "-");
    return 0;
}

static void check_text(struct fixture *f, char *text)
{
    struct content *c;

    text[0] = '\0';
    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_check(tx, c, item_note, text)), 0);
    content_free(c);
}

static void test_check(void **state)
{
    struct fixture *f = *state;
    char text[4096];
    int64_t id;

    check_text(f, text);
    assert_string_equal(text, "");
    assert_true(db_script(f->db, "UPDATE unit SET layout_id = NULL WHERE id = 1;"
                                 "UPDATE unit SET floor_height_mm = NULL WHERE id = 2;"
                                 "DELETE FROM unit_area WHERE unit_id = 3;"
                                 "UPDATE unit SET total_fen = NULL WHERE id = 4;"
                                 "UPDATE unit SET filed_total_fen = total_fen - 1 WHERE id = 5;"
                                 "UPDATE unit SET class = 'shop', layout_id = NULL WHERE id = 6;"
                                 "UPDATE permit SET units_named = 13;"
                                 "DELETE FROM disclosure_item WHERE code = 'P7';") == 0);
    check_text(f, text);
    assert_non_null(strstr(text, "|disclosure:P7\n"));
    assert_non_null(strstr(text, "|-|permit\n"));
    assert_non_null(strstr(text, "|1-1-101|layout\n"));
    assert_non_null(strstr(text, "|1-1-102|floor_height\n"));
    assert_non_null(strstr(text, "|1-1-201|gross_area\n"));
    assert_non_null(strstr(text, "|1-1-201|inner_area\n"));
    assert_non_null(strstr(text, "|1-1-202|total\n"));
    assert_non_null(strstr(text, "|1-1-301|-\n")); /* above the filed price */
    assert_null(strstr(text, "1-1-302"));          /* a shop has no layout to name */
    id = draft(f);
    assert_refused(f, move(f, id, SUBMIT), PUBLICATION_INCOMPLETE);
    assert_int_equal(f->fault.n_items, 8);
    assert_string_equal(head_of(f, id).state, "draft");
}

/* What the hash does not hold is asked again when it goes live: a filed price that came between. */
static void test_checked_again_at_approval(void **state)
{
    struct fixture *f = *state;
    int64_t id = draft(f);

    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET filed_total_fen = total_fen - 1 WHERE id = 5", ""), 1);
    assert_refused(f, move(f, id, APPROVE), PUBLICATION_INCOMPLETE);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(f->fault.items[0].code, FAULT_CHECK_FILED_PRICE);
    assert_string_equal(head_of(f, id).state, "submitted");
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_unit"), 0);
}

static void test_empty(void **state)
{
    struct fixture *f = *state;
    int64_t id = draft(f);

    assert_int_equal(db_run(f->db, "UPDATE building SET enabled = 0", ""), 1);
    assert_refused(f, move(f, id, SUBMIT), PUBLICATION_EMPTY);
}

static void test_changed_since_submission(void **state)
{
    struct fixture *f = *state;
    int64_t id = draft(f);
    struct head h;

    assert_int_equal(move(f, id, SUBMIT), 0);
    h = head_of(f, id);
    f->now_ms += 1000;
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[2]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[5]), 0);
    assert_refused(f, move(f, id, APPROVE), PUBLICATION_CHANGED);
    assert_int_equal(f->fault.n_items, 2);
    assert_string_equal(f->fault.items[0].args[0].value, "1-1-302"); /* from the top floor down */
    assert_string_equal(f->fault.items[1].args[0].value, "1-1-201");
    assert_string_equal(head_of(f, id).state, "submitted");
    /* Back as it was: it is the same content again. */
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[2]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[5]), 0);
    /* Something that is of no unit. */
    assert_int_equal(db_run(f->db, "UPDATE project SET phone = '1'", ""), 1);
    assert_refused(f, move(f, id, APPROVE), PUBLICATION_CHANGED);
    assert_int_equal(db_run(f->db, "UPDATE project SET phone = ''", ""), 1);
    /* What the approver saw is another thing. */
    f->as = &boss;
    assert_refused(f, FIXTURE_DO(f, tx, publication_approve(tx, id, h.version, "00")),
                   PUBLICATION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, publication_approve(tx, id, h.version, h.hash)), 0);
    h = head_of(f, id);
    assert_string_equal(h.state, "live");
    assert_string_equal(h.approver, "boss");
    assert_int_equal(h.units, FIXTURE_UNITS);
}

/* ---- contents ---- */

static struct content *drafted(struct fixture *f)
{
    struct content *c = NULL;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    return c;
}

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

/* Ragged: two buildings whose order is not that of their ids, basements, lines of two lengths,
 * NULLs. */
static void ragged(struct fixture *f)
{
    int64_t b = 0, s = 0, low = 0, high = 0;

    assert_int_equal(db_get(f->db, &b,
                            "INSERT INTO building (project_id, name, ordinal) VALUES ($1, '0', 0) "
                            "RETURNING id",
                            "i", f->project),
                     1);
    assert_int_equal(db_get(f->db, &s,
                            "INSERT INTO stair (building_id, name, ordinal) VALUES ($1, '', 1) "
                            "RETURNING id",
                            "i", b),
                     1);
    assert_int_equal(db_get(f->db, &low,
                            "INSERT INTO floor (building_id, label, ordinal) VALUES ($1, '-1', -1) "
                            "RETURNING id",
                            "i", b),
                     1);
    assert_int_equal(db_get(f->db, &high,
                            "INSERT INTO floor (building_id, label, ordinal) VALUES ($1, '3A', 4) "
                            "RETURNING id",
                            "i", b),
                     1);
    for (int i = 0; i < 12; i++) {
        char room[16];
        int64_t id = 0;

        snprintf(room, sizeof(room), "%d", (i * 7) % 12 + 1);
        assert_int_equal(db_get(f->db, &id,
                                "INSERT INTO unit (project_id, building_id, stair_id, floor_id, "
                                "room, line, class, vr_url, display_note, changed_ms) VALUES ($1, "
                                "$2, $3, $4, $5, $5, 'parking', $6, $7, 1) RETURNING id",
                                "iiiittt", f->project, b, s, i % 3 ? low : high, room,
                                i % 4 ? NULL : "https://x/1", i % 2 ? "note \"q\"" : ""),
                         1);
        assert_int_equal(db_run(f->db,
                                "INSERT INTO unit_history (unit_id, axis, from_state, to_state, "
                                "event, actor, unit_version, at_ms) VALUES ($1, 'state', '', 'U', "
                                "'generate', 't', 1, 1)",
                                "i", id),
                         1);
    }
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
        struct tx tx = {f->db, f->as, f->now_ms, &fault, NULL};

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
    assert_int_equal(db_run(f->db, "UPDATE unit SET total_fen = 100000000 WHERE id <= 3", ""), 3);
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
            assert_int_equal(
                db_run(f->db, "UPDATE unit SET total_fen = $2 WHERE id = $1", "ii", id, total), 1);
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

/* ---- two at once, and what it leaves in the units ---- */

static void test_released_units_become_published(void **state)
{
    struct fixture *f = *state;

    live(f);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE ever_published = 1"), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    live(f);
    assert_int_equal(fixture_count(f, "SELECT SUM(id) FROM unit WHERE ever_published = 1"),
                     f->units[0]);
}

struct listed {
    int64_t numbers[16];
    size_t n;
};

static int list_note(void *arg, const struct publication *p)
{
    struct listed *l = arg;

    l->numbers[l->n++] = p->number;
    return 0;
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct listed l = {0};

    for (int i = 0; i < 5; i++)
        live(f);
    assert_int_equal(FIXTURE_DO(f, tx, publication_list(tx, f->project, 0, 3, list_note, &l)), 0);
    assert_int_equal(l.n, 3);
    assert_int_equal(l.numbers[0], 5);
    assert_int_equal(l.numbers[2], 3);
    l.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, publication_list(tx, f->project, 3, 10, list_note, &l)), 0);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.numbers[0], 2);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, publication_list(tx, f->project, 0, 3, list_note, &l)),
                   NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup_released, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_every_step_from_every_state),
        CASE(test_refusals),
        CASE(test_what_is_kept),
        CASE(test_patches_between),
        CASE(test_gone_is_not_lost),
        CASE(test_two_persons),
        CASE(test_check),
        CASE(test_checked_again_at_approval),
        CASE(test_empty),
        CASE(test_changed_since_submission),
        CASE(test_draft_and_stored_are_one),
        CASE(test_hash_sees_each_fact),
        CASE(test_only_differences_are_written),
        CASE(test_replay),
        CASE(test_verify_sees_another_content),
        CASE(test_diff),
        cmocka_unit_test_setup_teardown(test_released_units_become_published, setup,
                                        fixture_teardown),
        CASE(test_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
