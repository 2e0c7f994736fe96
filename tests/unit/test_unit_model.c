/* test_unit_model.c - twenty thousand random steps against a model of units written apart (FC 25.2,
 * 25.4, 25.6). */
#include "act_fixture.h"

#include "db/content.h"
#include "db/encumbrance.h"
#include "db/permit.h"
#include "db/verify.h"

enum { MODEL_UNITS = 40, MODEL_STEPS = 20000 };

/* What a unit is, told from FC 25.2 alone. */
struct model {
    char state;
    bool released, seized, permit, reviewed, priced, published, attached;
    bool locked_only; /* published as available and nothing but pick locks since */
    char shown;
    int64_t version, until, history;
};

struct world {
    struct fixture *f;
    int64_t ids[MODEL_UNITS];
    int64_t seizures[MODEL_UNITS]; /* the one that stands */
    struct model m[MODEL_UNITS];
    int64_t patches, second_permit;
    uint64_t random;
};

static unsigned roll(struct world *w, unsigned n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 33) % n;
}

/* From the words of FC 25.2: what a customer may read. */
static char model_public(const struct model *m)
{
    switch (m->state) {
    case 'A':
    case 'K':
        return !m->permit ? 'U' : m->seized ? 'N' : m->state;
    case 'R':
    case 'X':
    case 'U':
        return !m->permit ? 'U' : m->seized ? 'N' : 'X';
    default:
        return m->state;
    }
}

static int model_rank(char letter)
{
    static const char order[] = "NDFCSBXKA";

    return letter == 'U' ? 0 : (int)(strchr(order, letter) - order);
}

/* The public hears of a loss at once, of a gain never here. */
static void model_show(struct world *w, struct model *m)
{
    char now = model_public(m);
    bool loss;

    if (!m->published || now == m->shown)
        return;
    loss = model_rank(now) < model_rank(m->shown);
    if (loss && now != 'K')
        m->locked_only = false;
    if (loss || (m->shown == 'K' && now == 'A' && m->locked_only)) {
        m->shown = now;
        w->patches++;
    }
}

/* Whether the step may be taken, and what follows: written from FC 25.4, not from the table. */
static bool model_act(struct model *m, enum transition_id t)
{
    char to;

    switch (t) {
    case TRANSITION_RELEASE:
        if (m->state != 'U' || !m->permit || !m->reviewed || !m->priced || m->seized || m->attached)
            return false;
        to = 'A';
        break;
    case TRANSITION_WITHDRAW:
        if (m->state != 'A' || (m->published && m->permit))
            return false;
        to = 'U';
        break;
    case TRANSITION_RETAIN:
        if (m->state != 'U' && m->state != 'A')
            return false;
        to = 'N';
        break;
    case TRANSITION_UNRETAIN:
        if (m->state != 'N')
            return false;
        to = 'U';
        break;
    case TRANSITION_RESERVE:
    case TRANSITION_HOLD:
        if (m->state != 'U' && m->state != 'A')
            return false;
        to = t == TRANSITION_HOLD ? 'X' : 'R';
        break;
    case TRANSITION_UNHOLD:
        if (m->state != 'R' && m->state != 'X')
            return false;
        to = m->released ? 'A' : 'U';
        break;
    case TRANSITION_LOCK:
        if (m->state != 'A' || !m->permit || !m->reviewed || !m->priced || m->seized || m->attached)
            return false;
        to = 'K';
        break;
    case TRANSITION_UNLOCK:
        if (m->state != 'K')
            return false;
        to = 'A';
        break;
    default:
        return false;
    }
    if (to == 'A')
        m->released = true;
    if (to == 'U' || to == 'N')
        m->released = false;
    m->state = to;
    m->version++;
    m->history++;
    return true;
}

static int64_t world_unit(struct fixture *f, size_t i)
{
    char room[16];
    int64_t id = 0;

    snprintf(room, sizeof(room), "P%02d", (int)i);
    assert_int_equal(
        db_get(
            f->db, &id,
            "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, line, class, "
            "total_fen, changed_ms) VALUES ($1, $2, $3, $4, $5, $5, 'home', $6, $7) RETURNING id",
            "iiiitii", f->project, f->building, f->stair, f->floors[i % 6], room, FIXTURE_TOTAL,
            f->now_ms),
        1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, "
                            "actor, unit_version, at_ms) VALUES ($1, 'state', '', 'U', 'generate', "
                            "'tester', 1, $2)",
                            "ii", id, f->now_ms),
                     1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared, "
                            "reviewed_ms, reviewed_by) VALUES ($1, 'premeasured', 8937, 7200, "
                            "1737, $2, 'tester')",
                            "ii", id, f->now_ms),
                     1);
    return id;
}

static int64_t world_permit(struct fixture *f, int number)
{
    char text[32];
    int64_t id = 0;

    snprintf(text, sizeof(text), "P-%d", number);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO permit (project_id, kind, number, issued_date, scope, "
                            "units_named) VALUES ($1, 'presale', $2, '2026-01-02', 's', 0) "
                            "RETURNING id",
                            "it", f->project, text),
                     1);
    return id;
}

static void world_make(struct world *w)
{
    struct fixture *f = w->f;

    assert_int_equal(db_begin(f->db), 0);
    w->second_permit = world_permit(f, 100);
    for (size_t i = 0; i < MODEL_UNITS; i++) {
        struct model *m = &w->m[i];
        int64_t permit = i % 2 ? w->second_permit : f->permit;

        w->ids[i] = world_unit(f, i);
        *m = (struct model){.state = 'U',
                            .permit = i % 10 != 9,
                            .reviewed = i % 13 != 7,
                            .priced = i % 17 != 11,
                            .attached = i % 19 == 13,
                            .version = 1,
                            .history = 1};
        if (m->permit)
            assert_int_equal(
                db_run(f->db, "INSERT INTO permit_unit VALUES ($1, $2)", "ii", w->ids[i], permit),
                1);
        if (!m->reviewed)
            assert_int_equal(db_run(f->db,
                                    "UPDATE unit_area SET reviewed_ms = NULL, reviewed_by = NULL "
                                    "WHERE unit_id = $1",
                                    "i", w->ids[i]),
                             1);
        if (!m->priced)
            assert_int_equal(
                db_run(f->db, "UPDATE unit SET total_fen = NULL WHERE id = $1", "i", w->ids[i]), 1);
        if (m->attached)
            assert_int_equal(
                db_run(f->db, "UPDATE unit SET attached_only = 1 WHERE id = $1", "i", w->ids[i]),
                1);
    }
    assert_int_equal(db_commit(f->db), 0);
}

/* Goes live as everything stands: shown is what is true. */
static void world_publish(struct world *w)
{
    struct fixture *f = w->f;
    char hash[CONTENT_HASH_TEXT];
    struct content *c;
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, content_draft(tx, f->project, &c)), 0);
    content_hash(c, hash);
    assert_true(
        db_run(f->db, "UPDATE publication SET state = 'superseded' WHERE state = 'live'", "") >= 0);
    assert_int_equal(
        db_get(f->db, &id,
               "INSERT INTO publication (project_id, number, state, author_id, author, created_ms, "
               "approver_id, approver, decided_ms, hash) VALUES ($1, (SELECT COALESCE(MAX(number), "
               "0) + 1 FROM publication), 'live', 1, 'tester', $2, 2, 'boss', $2, $3) RETURNING id",
               "iit", f->project, f->now_ms, hash),
        1);
    assert_int_equal(FIXTURE_DO(f, tx, content_store(tx, c, NULL, id)), 0);
    content_free(c);
    assert_true(db_run(f->db, "UPDATE unit SET ever_published = 1 WHERE released = 1", "") >= 0);
    for (size_t i = 0; i < MODEL_UNITS; i++) {
        struct model *m = &w->m[i];

        m->shown = model_public(m);
        m->locked_only = m->shown == 'A';
    }
    w->patches = patches(f);
}

/* "Published" of T3 is: while it was released; content says every unit. */
static void model_published(struct world *w, bool *ever)
{
    for (size_t i = 0; i < MODEL_UNITS; i++)
        ever[i] |= w->m[i].released;
}

struct violation {
    int n;
    char text[256];
};

static void violated(void *arg, const char *invariant, const char *what)
{
    struct violation *v = arg;

    v->n++;
    snprintf(v->text, sizeof(v->text), "%s: %s", invariant, what);
}

struct comparing {
    struct world *w;
    size_t seen;
};

static int compare_row(void *arg, const struct unit_row *row)
{
    struct comparing *c = arg;

    for (size_t i = 0; i < MODEL_UNITS; i++) {
        const struct model *m = &c->w->m[i];

        if (c->w->ids[i] != row->id)
            continue;
        c->seen++;
        if (row->state != m->state || row->version != m->version || row->released != m->released ||
            row->shown != m->shown)
            fail_msg("unit %zu: %c v%d released %d shown %c, model %c v%d released %d shown %c", i,
                     row->state, (int)row->version, row->released, row->shown ? row->shown : '-',
                     m->state, (int)m->version, m->released, m->shown ? m->shown : '-');
        assert_int_equal(row->claim_id != 0, strchr("KRX", m->state) != NULL);
        if (row->shown)
            assert_false(model_rank(model_public(m)) < model_rank(row->shown)); /* I5 */
    }
    return 0;
}

static void world_compare(struct world *w, bool deep)
{
    const struct unit_filter filter = {.project_id = w->f->project};
    struct comparing comparing = {.w = w};
    struct violation v = {0};
    int64_t n = -1;

    assert_int_equal(FIXTURE_DO(w->f, tx, unit_scan(tx, &filter, compare_row, &comparing)), 0);
    assert_int_equal(comparing.seen, MODEL_UNITS);
    assert_int_equal(patches(w->f), w->patches);
    if (!deep)
        return;
    assert_int_equal(verify_invariants(w->f->db, violated, &v, &n), 0);
    if (n != 0)
        fail_msg("%s", v.text);
    for (size_t i = 0; i < MODEL_UNITS; i++)
        assert_int_equal(histories(w->f, w->ids[i]), w->m[i].history); /* I3 */
}

static void step_act(struct world *w, const bool *ever)
{
    static const enum transition_id by_hand[] = {
        TRANSITION_RELEASE,  TRANSITION_RELEASE, TRANSITION_WITHDRAW, TRANSITION_RETAIN,
        TRANSITION_UNRETAIN, TRANSITION_RESERVE, TRANSITION_HOLD,     TRANSITION_UNHOLD,
        TRANSITION_LOCK,     TRANSITION_UNLOCK,  TRANSITION_LOCK};
    enum transition_id t = by_hand[roll(w, sizeof(by_hand) / sizeof(by_hand[0]))];
    size_t n = 1 + (roll(w, 8) == 0 ? roll(w, 5) : 0), picked[8] = {0};
    struct unit_ref refs[8];
    struct model before[8];
    struct unit_action a = {.transition = t,
                            .reason = "r",
                            .document = "d",
                            .holder = "h",
                            .retained = "other",
                            .until_ms = w->f->now_ms + (1 + roll(w, 30)) * FIXTURE_MINUTE,
                            .units = refs,
                            .n = n};
    bool legal = true;
    int r;

    for (size_t i = 0; i < n; i++) {
        size_t u = picked[i] = (picked[0] + (i ? i : roll(w, MODEL_UNITS))) % MODEL_UNITS;
        struct model *m = &w->m[u];
        bool stale = roll(w, 20) == 0;

        before[i] = *m;
        refs[i] = (struct unit_ref){w->ids[u], stale        ? m->version + 1
                                               : roll(w, 2) ? m->version
                                                            : 0};
        m->published = ever[u]; /* T3 asks whether it was on sale in public */
        legal &= !stale && model_act(m, t);
        m->published = before[i].published;
        m->until = a.until_ms;
    }
    r = FIXTURE_DO(w->f, tx, unit_act(tx, w->f->project, &a));
    if (r != (legal ? 0 : -EREFUSED))
        fail_msg("%s: %d, model says %d", transitions[t].event, r, legal);
    for (size_t i = 0; i < n; i++)
        if (legal)
            model_show(w, &w->m[picked[i]]);
        else
            w->m[picked[i]] = before[i];
}

static void step_seizure(struct world *w)
{
    size_t i = roll(w, MODEL_UNITS);
    struct model *m = &w->m[i];
    const struct encumbrance_new e = {w->ids[i], "seizure", "court", false};
    int64_t unit;

    if (m->seized)
        assert_int_equal(
            FIXTURE_DO(w->f, tx, encumbrance_clear(tx, w->seizures[i], "court", &unit)), 0);
    else
        assert_int_equal(FIXTURE_DO(w->f, tx, encumbrance_set(tx, &e, &w->seizures[i])), 0);
    m->seized = !m->seized;
    m->version++;
    model_show(w, m);
}

static void step_time(struct world *w)
{
    int64_t next = 0;
    int due = 0;

    /* Mostly on, sometimes back: what is not due stays. */
    w->f->now_ms += roll(w, 6) == 0 ? -(int64_t)roll(w, 600000) : (int64_t)roll(w, 1000000);
    for (size_t i = 0; i < MODEL_UNITS; i++) {
        struct model *m = &w->m[i];

        if (!strchr("KRX", m->state) || m->until > w->f->now_ms)
            continue;
        due++;
        assert_true(model_act(m, m->state == 'K' ? TRANSITION_UNLOCK : TRANSITION_UNHOLD));
        model_show(w, m);
    }
    assert_int_equal(expire(w->f, &next), due);
}

/* The second permit goes, with all it covered; a new one takes its place later. */
static void step_permit(struct world *w, int number)
{
    struct fixture *f = w->f;
    int64_t version = fixture_of(f, "SELECT version FROM permit WHERE id = $1", w->second_permit);
    bool gone =
        fixture_of(f, "SELECT COUNT(*) FROM permit WHERE id = $1 AND revoked_ms IS NOT NULL",
                   w->second_permit) != 0;

    if (!gone)
        assert_int_equal(FIXTURE_DO(f, tx, permit_revoke(tx, w->second_permit, version, "gone")),
                         0);
    else
        w->second_permit = world_permit(f, number);
    for (size_t i = 1; i < MODEL_UNITS; i += 2) {
        struct model *m = &w->m[i];

        if (i % 10 == 9)
            continue;
        m->permit = gone;
        if (gone) {
            assert_int_equal(db_run(f->db, "INSERT INTO permit_unit VALUES ($1, $2)", "ii",
                                    w->ids[i], w->second_permit),
                             1);
            continue;
        }
        if (m->state == 'A' || m->state == 'K') {
            m->state = 'U';
            m->version++;
            m->history++;
        } else if (strchr("RX", m->state) && m->released) {
            m->version++;
        }
        if (strchr("URX", m->state))
            m->released = false;
        model_show(w, m);
    }
}

static void test_random_walk(void **state)
{
    struct world w = {.f = *state, .random = 0x9E3779B97F4A7C15u};
    const int steps = fixture_rounds(MODEL_STEPS, MODEL_STEPS);
    bool ever[MODEL_UNITS] = {false};
    struct audit_report report;

    world_make(&w);
    for (int i = 0; i < steps; i++) {
        unsigned what = roll(&w, 1000);

        if (what < 900)
            step_act(&w, ever);
        else if (what < 950)
            step_time(&w);
        else if (what < 990)
            step_seizure(&w);
        else if (what < 994)
            step_permit(&w, 1000 + i);
        else if (what < 996) {
            model_published(&w, ever);
            for (size_t k = 0; k < MODEL_UNITS; k++)
                w.m[k].published = true;
            world_publish(&w);
        }
        world_compare(&w, i % 50 == 0 || i == steps - 1);
    }
    assert_int_equal(audit_verify(w.f->db, &report), 0);
    assert_true(report.ok);
    /* It went somewhere: most steps were refused, thousands were not. */
    assert_true(report.rows > steps * 3 / 20);
    assert_true(w.patches > steps / 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_random_walk, setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
