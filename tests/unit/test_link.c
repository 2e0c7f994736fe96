/* test_link.c - take-home links: nobody makes or bends one without the key (SC-23), and their
 * revocation. */
#include "fixture.h"

#include <sodium.h>

#include "daemon/link.h"
#include "db/audit.h"
#include "db/link_revocation.h"

static const uint8_t key[LINK_KEY_SIZE] = {1, 2, 3}, other_key[LINK_KEY_SIZE] = {1, 2, 4};
static const struct link sample = {.unit_id = 123456,
                                   .publication_id = 78,
                                   .issued_ms = 1780000123456,
                                   .expires_ms = 1782592123456};

static void test_there_and_back(void **state)
{
    char token[LINK_TOKEN_TEXT], code[LINK_CODE_TEXT], again[LINK_TOKEN_TEXT], read[LINK_CODE_TEXT];
    struct link l, later = sample;

    (void)state;
    link_make(key, &sample, token, code);
    assert_int_equal(
        strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        strlen(token));
    assert_int_equal(strlen(code), 9);
    assert_int_equal(code[4], '-');
    assert_null(strpbrk(code, "ILOU")); /* not to be taken for another letter */
    assert_int_equal(link_read(key, token, &l, read), 0);
    assert_string_equal(code, read);
    assert_int_equal(l.unit_id, sample.unit_id);
    assert_int_equal(l.publication_id, sample.publication_id);
    assert_int_equal(l.issued_ms, sample.issued_ms / 300000 * 300000);
    assert_int_equal(l.expires_ms, sample.expires_ms / 300000 * 300000);
    later.issued_ms += 60000; /* within the five minutes: the same code twice */
    link_make(key, &later, again, read);
    assert_string_equal(token, again);
    later.issued_ms += 300000;
    link_make(key, &later, again, read);
    assert_string_not_equal(token, again);
    assert_string_not_equal(code, read);
    later = (struct link){INT64_MAX, INT64_MAX, 0, INT64_C(300000) * UINT32_MAX};
    link_make(key, &later, token, code);
    assert_int_equal(link_read(key, token, &l, read), 0);
    assert_true(l.unit_id == INT64_MAX && l.publication_id == INT64_MAX);
    assert_true(l.expires_ms == later.expires_ms);
}

static void test_forged(void **state)
{
    char token[LINK_TOKEN_TEXT], code[LINK_CODE_TEXT], bent[LINK_TOKEN_TEXT + 8];
    struct link l = {.unit_id = 5};
    size_t n;

    (void)state;
    link_make(key, &sample, token, code);
    n = strlen(token);
    assert_int_equal(link_read(other_key, token, &l, code), -EINVAL);
    /* Every letter of it counts: also the last one, which has bits to spare. */
    for (size_t i = 0; i < n; i++)
        for (const char *c =
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= %";
             *c; c++) {
            if (*c == token[i])
                continue;
            snprintf(bent, sizeof(bent), "%s", token);
            bent[i] = *c;
            assert_int_equal(link_read(key, bent, &l, code), -EINVAL);
        }
    for (size_t cut = 0; cut < n; cut++) {
        snprintf(bent, sizeof(bent), "%.*s", (int)cut, token);
        assert_int_equal(link_read(key, bent, &l, code), -EINVAL);
    }
    snprintf(bent, sizeof(bent), "%sA", token);
    assert_int_equal(link_read(key, bent, &l, code), -EINVAL);
    assert_int_equal(link_read(key, "\xff\xfe", &l, code), -EINVAL);
    assert_int_equal(l.unit_id, 5); /* untouched */
}

/* ---- revocation ---- */

static int revoke_one(struct fixture *f, const char *scope, const char *target)
{
    int64_t id = 0;

    return FIXTURE_DO(f, tx, link_revoke(tx, f->project, scope, target, "lost", &id));
}

static void publication_of(struct fixture *f, int64_t id)
{
    assert_true(db_run(f->db,
                       "INSERT INTO publication (id, project_id, number, state, author_id, author, "
                       "created_ms) VALUES ($1, $2, $1, 'withdrawn', 1, 'tester', 1)",
                       "ii", id, f->project) >= 0);
}

static int is_revoked(struct fixture *f, const char *code, int64_t unit, int64_t issued_ms)
{
    return link_is_revoked(f->db, code, unit, 7, issued_ms);
}

static void test_revocation(void **state)
{
    struct fixture *f = *state;
    const int64_t before = f->now_ms - 1000, after = f->now_ms + 1;
    char unit[24], other[24];

    snprintf(unit, sizeof(unit), "%d", (int)f->units[0]);
    publication_of(f, 7);
    publication_of(f, f->units[2]);
    assert_int_equal(is_revoked(f, "AAAA-AAAA", f->units[0], before), 0);
    assert_int_equal(revoke_one(f, "link", "AAAA-AAAA"), 0);
    assert_int_equal(is_revoked(f, "AAAA-AAAA", f->units[0], before), 1);
    assert_int_equal(is_revoked(f, "AAAA-AAAB", f->units[0], before), 0);
    assert_int_equal(is_revoked(f, "AAAA-AAAA", f->units[0], after), 0);     /* issued later */
    assert_int_equal(is_revoked(f, "AAAA-AAAA", f->units[0], f->now_ms), 1); /* in that very ms */
    /* A number is a unit's or a publication's, as it was meant. */
    assert_int_equal(link_is_revoked(f->db, "B", f->units[2], 7, before), 0);
    snprintf(other, sizeof(other), "%d", (int)f->units[2]);
    assert_int_equal(revoke_one(f, "publication", other), 0);
    assert_int_equal(link_is_revoked(f->db, "B", f->units[2], 99, before), 0);
    assert_int_equal(link_is_revoked(f->db, "B", f->units[3], f->units[2], before), 1);
    assert_int_equal(revoke_one(f, "unit", unit), 0);
    assert_int_equal(is_revoked(f, "B", f->units[0], before), 1);
    assert_int_equal(is_revoked(f, "B", f->units[1], before), 0);
    assert_int_equal(revoke_one(f, "publication", "7"), 0);
    assert_int_equal(is_revoked(f, "B", f->units[1], before), 1);
    assert_int_equal(link_is_revoked(f->db, "B", f->units[1], 8, before), 0);
    assert_int_equal(revoke_one(f, "all", ""), 0);
    assert_int_equal(link_is_revoked(f->db, "B", f->units[1], 8, before), 1);
    assert_int_equal(link_is_revoked(f->db, "B", f->units[1], 8, after), 0);
    assert_int_equal(link_is_revoked(f->db, "B", 9999, 8, before), 0); /* of no project */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'link.revoke'"),
                     5);
    f->as = &f->outsider;
    assert_refused(f, revoke_one(f, "all", ""), NOT_FOUND);
}

/* Whoever may revoke in one project names a unit, a publication or a code of another: what would
 * end nothing is not taken for done, and what cannot be told apart reaches no link of the other. */
static void test_revocation_of_another_project(void **state)
{
    struct fixture *f = *state;
    const int64_t before = f->now_ms - 1000;
    int64_t other = 0, id = 0;
    char unit[24];

    assert_int_equal(db_get(f->db, &other,
                            "INSERT INTO project (name, created_ms) VALUES ('Other', 1) "
                            "RETURNING id",
                            ""),
                     1);
    snprintf(unit, sizeof(unit), "%d", (int)f->units[0]);
    publication_of(f, 7);
    assert_refused(f, FIXTURE_DO(f, tx, link_revoke(tx, other, "unit", unit, "x", &id)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, link_revoke(tx, other, "publication", "7", "x", &id)),
                   NOT_FOUND);
    assert_refused(f, revoke_one(f, "unit", "9999"), NOT_FOUND);
    assert_refused(f, revoke_one(f, "publication", "9999"), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM link_revocation"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, link_revoke(tx, other, "link", "AAAA-AAAA", "x", &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, link_revoke(tx, other, "all", "", "x", &id)), 0);
    assert_int_equal(is_revoked(f, "AAAA-AAAA", f->units[0], before), 0);
}

static int note(void *arg, const struct link_revocation *r)
{
    snprintf((char *)arg + strlen(arg), 200 - strlen(arg), "%s:%s:%s ", r->scope, r->target,
             r->actor_name);
    return 0;
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";

    assert_int_equal(revoke_one(f, "link", "AAAA-AAAA"), 0);
    assert_int_equal(revoke_one(f, "all", ""), 0);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO user_account (login, name, password_hash, "
                            "created_ms) VALUES ('tester', '章程', 'x', 1)",
                            ""),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, link_revocation_list(tx, f->project, 0, note, text)), 0);
    assert_string_equal(text, "all::章程 link:AAAA-AAAA:章程 ");
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, link_revocation_list(tx, f->project, 0, note, text)),
                   NOT_FOUND);
}

int main(void)
{
    static const uint8_t audit_key[AUDIT_KEY_SIZE] = {1};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_forged),
        cmocka_unit_test_setup_teardown(test_revocation, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_revocation_of_another_project, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_list, fixture_setup, fixture_teardown),
    };

    if (sodium_init() < 0)
        return 1;
    audit_set_key(audit_key);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
