/* publication_fixture.h - the fixture with nothing missing for a publication, and its steps. */
#ifndef ANCHANG_TESTS_PUBLICATION_FIXTURE_H
#define ANCHANG_TESTS_PUBLICATION_FIXTURE_H

#include "fixture.h"

#include <sodium.h>

#include "db/audit.h"
#include "db/content.h"
#include "db/disclosure.h"
#include "db/publication.h"

static struct actor boss, machine;

/* The fixture with every mandated item, so that nothing is missing. */
static inline int setup(void **state)
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

static inline int setup_released(void **state)
{
    int r = setup(state);

    fixture_release(*state);
    return r;
}

struct head {
    int64_t id, version, number, units, patches, base, approver_id;
    char state[16], hash[CONTENT_HASH_TEXT], approver[64], reason[64], role[64];
    struct diff_count changes;
};

static inline int head_read(void *arg, const struct publication *p)
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

static inline struct head head_of(struct fixture *f, int64_t id)
{
    struct head h = {0};

    assert_int_equal(FIXTURE_DO(f, tx, publication_read(tx, id, head_read, &h)), 0);
    return h;
}

enum move { SUBMIT, APPROVE, REJECT, WITHDRAW, MOVES };

/* One step, by the boss where it is his. */
static inline int move(struct fixture *f, int64_t id, enum move m)
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

static inline int64_t draft(struct fixture *f)
{
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, publication_create(tx, f->project, "note", &id)), 0);
    return id;
}

static inline int64_t live(struct fixture *f)
{
    int64_t id = draft(f);

    assert_int_equal(move(f, id, SUBMIT), 0);
    assert_int_equal(move(f, id, APPROVE), 0);
    return id;
}

static inline struct content *drafted(struct fixture *f)
{
    struct content *c = NULL;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    return c;
}

/* Ragged: two buildings whose order is not that of their ids, basements, lines of two lengths,
 * NULLs. */
static inline void ragged(struct fixture *f)
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

#endif
