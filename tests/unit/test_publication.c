/* test_publication.c - from draft to archive (FC 25.5, SC-03, WF-14): steps, checks, who may. What
 * is in one is in test_publication_content.c. */
#include "publication_fixture.h"

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
            "INSERT INTO post_right (post_id, right_code) VALUES (7, 'publication.edit'), "
            "(8, 'publication.approve');"
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
    assert_string_equal(h.role, "second"); /* the post that lets her approve */
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

/* RP-27: a gain that waits is named, as is an item that was changed; a loss is public at once, so
 * that nothing differs. */
static void test_public_is_not_internal(void **state)
{
    struct fixture *f = *state;
    char text[4096] = "";
    struct content *c;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_behind(tx, c, item_note, text)), 0);
    assert_string_equal(text, ""); /* nothing is public yet */
    content_free(c);
    live(f);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_behind(tx, c, item_note, text)), 0);
    assert_string_equal(text, "");
    content_free(c);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    fixture_price(f, 2, FIXTURE_TOTAL + 1);
    assert_int_equal(db_script(f->db, "UPDATE disclosure_item SET value = 'other' WHERE "
                                      "code = 'P7';"),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, publication_behind(tx, c, item_note, text)), 0);
    content_free(c);
    assert_string_equal(text, "check.public-unit|1-1-101|-\ncheck.public-unit|1-1-102|-\n"
                              "check.public-item|-|disclosure\n");
    check_text(f, text);
    assert_string_equal(text, ""); /* no obstacle to the next publication */
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
                                 "DELETE FROM unit_area WHERE unit_id = 7;"
                                 "UPDATE unit SET class = 'parking' WHERE id = 7;"
                                 "UPDATE unit SET floor_height_mm = NULL WHERE id = 7;"
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
    assert_null(strstr(text, "1-1-401"));          /* a parking space owes no area and no height */
    id = draft(f);
    assert_refused(f, move(f, id, SUBMIT), PUBLICATION_INCOMPLETE);
    assert_int_equal(f->fault.n_items, 8);
    for (size_t i = 0; i < f->fault.n_items; i++) { /* English throughout for who reads English */
        const struct fault_item *item = &f->fault.items[i];

        fault_render(item->code, item->args, item->n_args, LANG_EN, text, sizeof(text));
        for (const char *p = text; *p; p++)
            if ((unsigned char)*p >= 0xe3 && (unsigned char)*p <= 0xe9)
                fail_msg("%s", text);
    }
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

/* One of a building that is not shown was not published: it may still be withdrawn (T3). */
static void test_released_unseen(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        db_script(f->db,
                  "INSERT INTO building (id, project_id, name, enabled) VALUES (2, 1, '2', 0);"
                  "INSERT INTO stair (id, building_id, name, ordinal) VALUES (20, 2, '1', 1);"
                  "INSERT INTO floor (id, building_id, label, ordinal) VALUES (20, 2, '1', 1);"
                  "UPDATE unit SET building_id = 2, stair_id = 20, floor_id = 20 WHERE id = 1"),
        0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, 1), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, 2), 0);
    live(f);
    assert_int_equal(fixture_count(f, "SELECT SUM(id) FROM unit WHERE ever_published = 1"), 2);
    assert_int_equal(fixture_act(f, TRANSITION_WITHDRAW, 1), 0);
    assert_refused(f, fixture_act(f, TRANSITION_WITHDRAW, 2), UNITS_REFUSED);
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
        CASE(test_public_is_not_internal),
        CASE(test_check),
        CASE(test_checked_again_at_approval),
        CASE(test_empty),
        CASE(test_changed_since_submission),
        cmocka_unit_test_setup_teardown(test_released_units_become_published, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_released_unseen, setup, fixture_teardown),
        CASE(test_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
