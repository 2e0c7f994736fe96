/* fixture.h - a small sales office in a database of its own, for the tests of db/.
 *
 * One project (pre-sale, priced by gross area, whole yuan), building "1" with stair "1", floors 1
 * to 6 and two rooms on each (101, 102 ... 602): 12 homes of 89.37 m2 = 72.00 + 17.37, reviewed,
 * priced at 1,103,333 yuan, covered by one permit, not released. The actor has every right. Use
 * it as cmocka's setup and teardown:
 *     cmocka_unit_test_setup_teardown(test_x, fixture_setup, fixture_teardown)
 * and run the code under test in a transaction that is committed when it succeeds:
 *     assert_int_equal(FIXTURE_DO(f, tx, unit_act(tx, f->project, &action)), 0);
 * After a refusal f->fault says why. Everything stays on the test's own thread.
 */
#ifndef ANCHANG_TESTS_FIXTURE_H
#define ANCHANG_TESTS_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/content.h"
#include "db/tx.h"
#include "db/unit.h"
#include "migrated.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIXTURE_SANITIZED 1
#endif
#endif

/* How often a long test goes round: @everyday times, under AddressSanitizer, which takes ten times
 * as long, a fifth of it; @nightly times where ANCHANG_NIGHTLY is set. */
static inline int fixture_rounds(int everyday, int nightly)
{
    if (getenv("ANCHANG_NIGHTLY"))
        return nightly;
#ifdef FIXTURE_SANITIZED
    return everyday / 5;
#else
    return everyday;
#endif
}

#define FIXTURE_NOW    INT64_C(1780000000000) /* the clock of the tests: set f->now_ms to move it */
#define FIXTURE_DAY    INT64_C(86400000)
#define FIXTURE_MINUTE INT64_C(60000)
#define FIXTURE_TOTAL  INT64_C(110333300)

enum { FIXTURE_UNITS = 12 };

struct fixture {
    char dir[64], path[96];
    struct db *db;
    struct actor actor;     /* all rights, all projects */
    struct actor outsider;  /* all rights, but in no project */
    const struct actor *as; /* who acts in FIXTURE_DO; &actor at first */
    int64_t now_ms;
    int64_t project, building, stair, floors[6], units[FIXTURE_UNITS], permit;
    struct fault fault;         /* of the last FIXTURE_DO */
    struct change_list changes; /* of the last FIXTURE_DO */
    struct seal_ring seal;      /* with one key */
};

static inline void fixture_begin(struct fixture *f, struct tx *tx)
{
    fault_clear(&f->fault);
    f->changes.n = 0;
    *tx = (struct tx){f->db, f->as, f->now_ms, &f->fault, &f->changes, &f->seal};
    assert_int_equal(db_begin(f->db), 0);
}

static inline int fixture_end(struct fixture *f, int r)
{
    assert_int_equal(r < 0 ? db_rollback(f->db) : db_commit(f->db), 0);
    return r;
}

#define FIXTURE_DO(f, tx, call)                                                                    \
    ({                                                                                             \
        struct tx tx##_value;                                                                      \
        struct tx *tx = &tx##_value;                                                               \
        fixture_begin(f, tx);                                                                      \
        fixture_end(f, (call));                                                                    \
    })

/* The refusal of the last FIXTURE_DO is @symbol (of fault.def). */
#define assert_refused(f, result, symbol)                                                          \
    do {                                                                                           \
        assert_int_equal((result), -EREFUSED);                                                     \
        assert_string_equal(fault_code_text((f)->fault.code), fault_code_text(FAULT_##symbol));    \
    } while (0)

/* One integer out of the database; @sql must be a string constant. */
static inline int64_t fixture_count(struct fixture *f, const char *sql)
{
    int64_t value = 0;

    assert_true(db_get(f->db, &value, sql, "") >= 0);
    return value;
}

static inline int64_t fixture_of(struct fixture *f, const char *sql, int64_t id)
{
    int64_t value = 0;

    assert_true(db_get(f->db, &value, sql, "i", id) >= 0);
    return value;
}

/* The bytes of a file, for what must be in none. */
static inline bool fixture_file_has(const char *path, const char *needle)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    char *bytes = size > 0 ? malloc((size_t)size) : NULL;
    bool found = bytes && pread(fd, bytes, (size_t)size, 0) == size &&
                 memmem(bytes, (size_t)size, needle, strlen(needle));

    free(bytes);
    if (fd >= 0)
        close(fd);
    return found;
}

static inline int64_t fixture_version(struct fixture *f, int64_t unit_id)
{
    return fixture_of(f, "SELECT version FROM unit WHERE id = $1", unit_id);
}

static inline char fixture_state(struct fixture *f, int64_t unit_id)
{
    struct stmt *s;
    char state;

    assert_int_equal(db_query(f->db, &s, "SELECT sale_state FROM unit WHERE id = $1", "i", unit_id),
                     0);
    assert_int_equal(stmt_step(s), 1);
    state = stmt_text(s, 0)[0];
    stmt_reset(s);
    return state;
}

static inline bool fixture_changed(const struct fixture *f, enum change_kind kind, int64_t id)
{
    for (size_t i = 0; i < f->changes.n; i++)
        if (f->changes.items[i].kind == kind && f->changes.items[i].id == id)
            return true;
    return false;
}

static inline void fixture_unit(struct fixture *f, size_t i)
{
    const int64_t floor = (int64_t)i / 2 + 1, line = (int64_t)i % 2 + 1;
    char room[8], text[8];
    int64_t id = 0;

    snprintf(room, sizeof(room), "%d", (int)(floor * 100 + line));
    snprintf(text, sizeof(text), "%02d", (int)line);
    assert_int_equal(
        db_get(
            f->db, &id,
            "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, line, class, "
            "total_fen, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, 'home', $7, $8) RETURNING id",
            "iiiittii", f->project, f->building, f->stair, f->floors[floor - 1], room, text,
            FIXTURE_TOTAL, f->now_ms),
        1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, "
                            "actor, unit_version, at_ms) VALUES ($1, 'state', '', 'U', 'generate', "
                            "'tester', 1, $2)",
                            "ii", id, f->now_ms),
                     1);
    assert_int_equal(
        db_run(f->db,
               "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared, "
               "reviewed_ms, reviewed_by) VALUES ($1, 'premeasured', 8937, 7200, 1737, "
               "$2, 'tester')",
               "ii", id, f->now_ms),
        1);
    assert_int_equal(db_run(f->db, "INSERT INTO permit_unit (unit_id, permit_id) VALUES ($1, $2)",
                            "ii", id, f->permit),
                     1);
    f->units[i] = id;
}

static inline void fixture_tree(struct fixture *f)
{
    static const char *const labels[] = {"1", "2", "3", "4", "5", "6"};

    assert_int_equal(db_get(f->db, &f->project,
                            "INSERT INTO project (name, developer, address, created_ms) VALUES "
                            "('Test Garden', 'Test Ltd', '1 Test Road', $1) RETURNING id",
                            "i", f->now_ms),
                     1);
    assert_int_equal(db_get(f->db, &f->building,
                            "INSERT INTO building (project_id, name, ordinal) VALUES ($1, '1', 1) "
                            "RETURNING id",
                            "i", f->project),
                     1);
    assert_int_equal(db_get(f->db, &f->stair,
                            "INSERT INTO stair (building_id, name, ordinal) VALUES ($1, '1', 1) "
                            "RETURNING id",
                            "i", f->building),
                     1);
    for (int64_t i = 0; i < 6; i++)
        assert_int_equal(
            db_get(f->db, &f->floors[i],
                   "INSERT INTO floor (building_id, label, ordinal) VALUES ($1, $2, $3) "
                   "RETURNING id",
                   "iti", f->building, labels[i], i + 1),
            1);
    assert_int_equal(db_get(f->db, &f->permit,
                            "INSERT INTO permit (project_id, kind, number, issued_date, scope, "
                            "units_named, escrow_bank, escrow_name, escrow_account) VALUES ($1, "
                            "'presale', 'P-2026-1', '2026-01-02', 'Building 1', 12, 'Bank', 'Test "
                            "Ltd', '6222') RETURNING id",
                            "i", f->project),
                     1);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    snprintf(f->dir, sizeof(f->dir), "/tmp/anchang-test.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/test.db", f->dir);
    migrated_make(f->path);
    assert_int_equal(db_open(f->path, DB_WRITER, &f->db), 0);
    /* Nothing of it is to outlive a power cut: it need not wait for the disk. */
    assert_int_equal(db_script(f->db, "PRAGMA synchronous = OFF"), 0);
    assert_int_equal(seal_ring_add(&f->seal, (const uint8_t[SEAL_KEY]){1}), 0);
    f->now_ms = FIXTURE_NOW;
    f->actor = (struct actor){.kind = ACTOR_USER, .id = 1, .name = "tester", .all_projects = true};
    f->actor.rights = ~(right_set)0;
    f->outsider = (struct actor){.kind = ACTOR_USER, .id = 2, .name = "outsider"};
    f->outsider.rights = ~(right_set)0;
    f->as = &f->actor;
    assert_int_equal(db_begin(f->db), 0);
    fixture_tree(f);
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        fixture_unit(f, i);
    assert_int_equal(db_commit(f->db), 0);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct fixture *f = *state;
    char path[128];

    fault_clear(&f->fault);
    free(f->changes.items);
    f->db = db_close(f->db);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
        unlink(path);
    }
    rmdir(f->dir);
    free(f);
    return 0;
}

/* One transition on one unit, with what it needs filled in. */
static inline int fixture_act(struct fixture *f, enum transition_id transition, int64_t unit_id)
{
    struct unit_ref ref = {unit_id, 0};
    const int64_t term = transition == TRANSITION_LOCK ? 15 * FIXTURE_MINUTE : FIXTURE_DAY;
    struct unit_action action = {.transition = transition,
                                 .reason = "test",
                                 .document = "doc 1",
                                 .holder = "somebody",
                                 .retained = "facility",
                                 .until_ms = f->now_ms + term,
                                 .units = &ref,
                                 .n = 1};

    return FIXTURE_DO(f, tx, unit_act(tx, f->project, &action));
}

/* Releases every unit. */
static inline void fixture_release(struct fixture *f)
{
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[i]), 0);
}

/* A live publication that shows every unit as it stands: what is available as 'A', all else as
 * 'U'. */
static inline int64_t fixture_publish(struct fixture *f)
{
    int64_t id = 0;

    assert_int_equal(db_begin(f->db), 0);
    assert_int_equal(
        db_get(f->db, &id,
               "INSERT INTO publication (project_id, number, state, author_id, author, "
               "created_ms, approver_id, approver, decided_ms, hash) VALUES ($1, 1, "
               "'live', 1, 'tester', $2, 2, 'boss', $2, 'h') RETURNING id",
               "ii", f->project, f->now_ms),
        1);
    assert_true(
        db_run(
            f->db,
            "INSERT INTO publication_unit (unit_id, publication_id, building_id, stair_id, "
            "floor_id, building, stair, floor, floor_ordinal, room, line, span, class, state, "
            "hidden_reason, orientation, area_stage, total_fen, permit, model_room, note, media) "
            "SELECT id, $1, building_id, stair_id, floor_id, '1', '1', '1', 1, room, line, span, "
            "class, CASE sale_state WHEN 'A' THEN 'A' ELSE 'U' END, '', '', 'premeasured', "
            "total_fen, 'P-2026-1', 0, '', '' FROM unit WHERE project_id = $2",
            "ii", id, f->project) > 0);
    assert_true(db_run(f->db, "UPDATE unit SET ever_published = 1 WHERE project_id = $1", "i",
                       f->project) >= 0);
    assert_int_equal(db_commit(f->db), 0);
    return id;
}

/* Another price of a unit that was published, for tests that are not about how it comes about:
 * otherwise the database takes it from an approved plan alone (reprice.h). */
static inline void fixture_price(struct fixture *f, int64_t unit_id, int64_t total_fen)
{
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET ever_published = 0 WHERE id = $1", "i", unit_id), 1);
    assert_int_equal(db_run(f->db,
                            "UPDATE unit SET ever_published = 1, total_fen = $2 WHERE id = $1",
                            "ii", unit_id, total_fen),
                     1);
}

/* That unit of @c, which holds it. */
static inline const struct published_unit *fixture_published(const struct content *c,
                                                             int64_t unit_id)
{
    for (size_t i = 0; i < c->n_units; i++)
        if (c->units[i].unit_id == unit_id)
            return &c->units[i];
    fail_msg("unit %lld is not published", (long long)unit_id);
    return NULL;
}

#endif
