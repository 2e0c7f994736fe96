/* test_terminal.c - pairing, revocation, signs of life, calls for staff. */
#include "fixture.h"

#include "daemon/terminal_watch.h"
#include "db/alert.h"
#include "db/terminal.h"

static const uint8_t code_a[TERMINAL_HASH] = {1}, code_b[TERMINAL_HASH] = {2};
static const uint8_t token_a[TERMINAL_HASH] = {11}, token_b[TERMINAL_HASH] = {12};

static int64_t pair(struct fixture *f, const uint8_t *code, const uint8_t *token, const char *name,
                    int64_t project_id)
{
    const struct terminal_new t = {
        .kind = "kiosk", .name = name, .project_id = project_id, .code_hash = code};
    int64_t id = 0, same = 0, expires = 0;

    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
    assert_int_equal(expires, f->now_ms + 600000);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_pair(tx, code, token, "10.0.0.7", &same)), 0);
    assert_int_equal(same, id);
    assert_true(fixture_changed(f, CHANGE_TERMINAL, id));
    return id;
}

struct seen {
    int n;
    struct terminal_row last;
    struct actor actor;
};

static int see(void *arg, const struct terminal_row *row)
{
    struct seen *seen = arg;

    seen->n++;
    seen->last = *row;
    terminal_actor(row, &seen->actor);
    return 0;
}

static void test_code_once(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    pair(f, code_a, token_a, "hall 1", f->project);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_pair(tx, code_a, token_b, "x", &id)),
                   PAIRING_CODE);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_pair(tx, code_b, token_b, "x", &id)),
                   PAIRING_CODE);
}

static void test_code_expires(void **state)
{
    const struct terminal_new t = {.kind = "screen", .name = "wall", .code_hash = code_a};
    struct fixture *f = *state;
    int64_t id = 0, expires = 0;
    struct seen seen = {0};

    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), -EEXIST);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_scan(tx, 0, see, &seen)), 0);
    assert_int_equal(seen.n, 1); /* it waits */
    f->now_ms = expires;
    assert_refused(f, FIXTURE_DO(f, tx, terminal_pair(tx, code_a, token_a, "x", &id)),
                   PAIRING_CODE);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_scan(tx, 0, see, &seen)), 0);
    assert_int_equal(seen.n, 1); /* and is gone from the list */
    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
}

static void test_only_hashes_stored(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    int64_t id = pair(f, code_a, token_a, "hall 1", f->project);

    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM terminal WHERE code_hash IS NOT NULL"),
                     0);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_scan(tx, id, see, &seen)), 0);
    assert_int_equal(seen.last.paired_ms, f->now_ms);
}

static void test_rights_of_kinds(void **state)
{
    static const struct {
        const char *kind, *role;
    } rows[] = {{"kiosk", "kiosk"}, {"screen", "kiosk"}, {"counter", "counter"}};
    struct actor actor;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct terminal_row row = {
            .id = 4, .kind = rows[i].kind, .name = "t", .project_id = 9};

        terminal_actor(&row, &actor);
        assert_int_equal(actor.kind, ACTOR_TERMINAL);
        assert_false(actor.all_projects);
        assert_true(actor_sees_project(&actor, 9));
        assert_false(actor_sees_project(&actor, 8));
        for (int k = 0; k < roles_count; k++)
            if (!strcmp(roles[k].code, rows[i].role))
                assert_true(actor.rights == roles[k].rights);
        assert_true(actor_has(&actor, RIGHT_CHART_PUBLIC));
        assert_false(actor_has(&actor, RIGHT_CHART_VIEW));
    }
}

/* 25 characters of three bytes do not fit into an actor's name; half a character must not be
 * kept. */
static void test_long_name(void **state)
{
    char name[80] = "";
    struct terminal_row row = {.id = 1, .kind = "kiosk", .name = name};
    struct actor actor;

    (void)state;
    for (int i = 0; i < 25; i++)
        memcpy(name + (size_t)i * 3, "\xe5\xa4\xa7", 4);
    terminal_actor(&row, &actor);
    assert_int_equal(strlen(actor.name), 63);
    assert_true(actor.all_projects);
}

static void test_scope(void **state)
{
    const struct terminal_new everywhere = {.kind = "kiosk", .name = "n", .code_hash = code_b};
    struct fixture *f = *state;
    struct terminal_new other = {.kind = "kiosk", .name = "n", .code_hash = code_b};
    int64_t id = pair(f, code_a, token_a, "hall 1", f->project), out = 0, expires = 0;
    struct seen seen = {0};

    other.project_id = f->project;
    f->as = &f->outsider;
    assert_int_equal(FIXTURE_DO(f, tx, terminal_scan(tx, 0, see, &seen)), 0);
    assert_int_equal(seen.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_revoke(tx, id)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_create(tx, &other, &out, &expires)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_create(tx, &everywhere, &out, &expires)),
                   NOT_FOUND);
    f->as = &f->actor;
    other.project_id = 999;
    assert_refused(f, FIXTURE_DO(f, tx, terminal_create(tx, &other, &out, &expires)), NOT_FOUND);
}

static void test_revoke(void **state)
{
    struct fixture *f = *state;
    int64_t id = pair(f, code_a, token_a, "hall 1", f->project), alert = 0;
    struct seen seen = {0};

    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "help", 0, &alert)), 1);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_revoke(tx, id)), 0);
    assert_true(fixture_changed(f, CHANGE_TERMINAL, id));
    assert_true(fixture_changed(f, CHANGE_ALERT, alert));
    assert_int_equal(FIXTURE_DO(f, tx, terminal_scan(tx, id, see, &seen)), 0);
    assert_int_equal(seen.last.revoked_ms, f->now_ms);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_revoke(tx, id)), 0);
    assert_int_equal(f->changes.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, terminal_revoke(tx, 999)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM alert WHERE answered_ms IS NULL"), 0);
}

static void test_limit(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, expires = 0;
    uint8_t code[TERMINAL_HASH] = {0};
    struct terminal_new t = {.kind = "kiosk", .name = "n", .code_hash = code};

    for (int i = 0; i < TERMINAL_MAX; i++) {
        memcpy(code, &i, sizeof(i));
        assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
    }
    code[31] = 1;
    assert_refused(f, FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), LIMIT_REACHED);
    f->now_ms = expires; /* codes nobody used do not fill it for good */
    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
}

/* ---- calls ---- */

struct heard {
    int n;
    int64_t id, answered_ms;
    char unit[ALERT_UNIT_TEXT], by[64];
};

static int hear(void *arg, const struct alert_row *row)
{
    struct heard *h = arg;

    h->n++;
    h->id = row->id;
    h->answered_ms = row->answered_ms;
    snprintf(h->unit, sizeof(h->unit), "%s", row->unit ? row->unit : "");
    snprintf(h->by, sizeof(h->by), "%s", row->answered_by ? row->answered_by : "");
    return 0;
}

static void test_alert(void **state)
{
    struct fixture *f = *state;
    int64_t id = pair(f, code_a, token_a, "hall 1", f->project), a = 0, b = 0, c = 0;
    struct heard h = {0};

    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "help", f->units[0], &a)), 1);
    assert_true(fixture_changed(f, CHANGE_ALERT, a));
    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "help", 0, &b)), 0); /* rings once */
    assert_int_equal(a, b);
    assert_int_equal(f->changes.n, 0);
    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "printer", 0, &c)), 1);
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, 0, hear, &h)), 0);
    assert_int_equal(h.n, 2);
    assert_int_equal(FIXTURE_DO(f, tx, alert_answer(tx, a)), 0);
    assert_true(fixture_changed(f, CHANGE_ALERT, a));
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, a, hear, &h)), 0);
    assert_string_equal(h.by, "tester");
    assert_non_null(strstr(h.unit, "101"));
    /* Who answers second does not take it away. */
    f->actor.id = 7;
    snprintf(f->actor.name, sizeof(f->actor.name), "late");
    assert_int_equal(FIXTURE_DO(f, tx, alert_answer(tx, a)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, a, hear, &h)), 0);
    assert_string_equal(h.by, "tester");
    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "help", 0, &b)), 1); /* rings anew */
}

/* Of the site itself: no terminal, no project, for all who take calls; one of a reason. */
static void test_alert_site(void **state)
{
    struct fixture *f = *state;
    struct heard h = {0};
    int64_t a = 0, b = 0;

    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, 0, "disk", 0, &a)), 1);
    assert_true(fixture_changed(f, CHANGE_ALERT, a));
    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, 0, "disk", 0, &b)), 0);
    assert_int_equal(a, b);
    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, 0, "disk-backups", 0, &b)), 1);
    f->as = &f->outsider;
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, 0, hear, &h)), 0);
    assert_int_equal(h.n, 2);
    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, alert_settle(tx, 0, "disk")), 0);
    assert_true(fixture_changed(f, CHANGE_ALERT, a));
    assert_int_equal(FIXTURE_DO(f, tx, alert_settle(tx, 0, "disk")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, alert_answer(tx, b)), 0);
    h = (struct heard){0};
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, 0, hear, &h)), 0);
    assert_int_equal(h.n, 0);
}

static void test_alert_scope(void **state)
{
    struct fixture *f = *state;
    int64_t id = pair(f, code_a, token_a, "hall 1", f->project), a = 0;
    struct heard h = {0};

    assert_int_equal(FIXTURE_DO(f, tx, alert_raise(tx, id, "help", 0, &a)), 1);
    assert_refused(f, FIXTURE_DO(f, tx, alert_raise(tx, id, "other", 999, &a)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, alert_raise(tx, 999, "other", 0, &a)), NOT_FOUND);
    f->as = &f->outsider;
    assert_int_equal(FIXTURE_DO(f, tx, alert_scan(tx, 0, hear, &h)), 0);
    assert_int_equal(h.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, alert_answer(tx, a)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, alert_raise(tx, id, "other", f->units[0], &a)), NOT_FOUND);
}

/* ---- signs of life ---- */

static void test_watch(void **state)
{
    struct terminal_sign sign = {.seen_ms = 1000000, .frame_ms = 16, .page_version = "1"}, last;
    struct terminals *t = NULL;

    (void)state;
    assert_int_equal(terminals_create(&t), 0);
    assert_false(terminals_last(t, 5, &last));
    assert_int_equal(terminal_link_of(&last, 1000000), TERMINAL_NEVER);
    assert_false(terminals_beat(t, 5, &sign)); /* no version to compare with */
    assert_true(terminals_last(t, 5, &last));
    assert_int_equal(last.frame_ms, 16);
    assert_int_equal(terminal_link_of(&last, 1000000 + 30000), TERMINAL_LIVE);
    assert_int_equal(terminal_link_of(&last, 1000000 + 30001), TERMINAL_LATE);
    assert_int_equal(terminal_link_of(&last, 1000000 + 120000), TERMINAL_LATE);
    assert_int_equal(terminal_link_of(&last, 1000000 + 120001), TERMINAL_LOST);
    terminals_set_page_version(t, "2");
    assert_true(terminals_beat(t, 5, &sign));
    snprintf(sign.page_version, sizeof(sign.page_version), "2");
    assert_false(terminals_beat(t, 5, &sign));
    terminals_free(t);
}

static void test_watch_is_bounded(void **state)
{
    struct terminal_sign sign = {0}, last;
    struct terminals *t = NULL;

    (void)state;
    assert_int_equal(terminals_create(&t), 0);
    for (int64_t id = 1; id <= TERMINALS_MAX + 1; id++) {
        sign.seen_ms = id;
        terminals_beat(t, id, &sign);
    }
    assert_false(terminals_last(t, 1, &last)); /* the oldest made room */
    assert_true(terminals_last(t, 2, &last));
    assert_true(terminals_last(t, TERMINALS_MAX + 1, &last));
    terminals_free(t);
}

static void test_wrong_codes_are_counted(void **state)
{
    struct terminals *t = NULL;

    (void)state;
    assert_int_equal(terminals_create(&t), 0);
    for (int i = 0; i < TERMINAL_TRIES_MAX; i++) {
        assert_int_equal(terminals_try(t, 1000000 + i), 0);
        terminals_tried_wrong(t, 1000000 + i);
    }
    assert_int_equal(terminals_try(t, 1000500), 60);
    assert_int_equal(terminals_try(t, 1059999), 1);
    assert_int_equal(terminals_try(t, 1060000), 0);
    terminals_free(t);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_code_once),
        T(test_code_expires),
        T(test_only_hashes_stored),
        cmocka_unit_test(test_rights_of_kinds),
        cmocka_unit_test(test_long_name),
        T(test_scope),
        T(test_revoke),
        T(test_limit),
        T(test_alert),
        T(test_alert_site),
        T(test_alert_scope),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_watch_is_bounded),
        cmocka_unit_test(test_wrong_codes_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
