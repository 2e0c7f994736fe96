/* test_subject.c - an erasure: nothing that was written about a customer is in the file any more,
 * and of rows that are otherwise append-only nothing else changes (CU-35). */
#include "question_fixture.h"
#include "sales_fixture.h"

#include "db/collision.h"
#include "db/customer_identity.h"
#include "db/flow.h"
#include "db/follow.h"
#include "db/pool_apply.h"
#include "db/queue.h"
#include "db/source_change.h"
#include "db/subject.h"

/* Each was written in its place, and is found nowhere after. */
static const char *const words[] = {"军官证-特-001", "谈到他的离婚",  "嫌他的房子贵", "交回时的话",
                                    "申请时的话",    "裁定时的话",    "我接待过他",   "退号时的话",
                                    "答卷里的话",    "他是表弟带来的"};
enum { IDENTITY, FOLLOW, LOST, RELEASED, APPLIED, DECIDED, CLAIM, TICKET, ANSWERED, SOURCE, WORDS };

static bool kept_somewhere(struct fixture *f, const char *what)
{
    char log[128];

    snprintf(log, sizeof(log), "%s-wal", f->path);
    assert_true(db_checkpoint(f->db, true) >= 0);
    return fixture_file_has(f->path, what) || fixture_file_has(log, what);
}

static void written_by_hand(struct fixture *f, int64_t c)
{
    const struct customer_identity_row identity = {
        .customer_id = c, .identity = "军人", .document = words[IDENTITY]};
    const struct follow_new follow = {c, f->project, "phone", words[FOLLOW], 0, 0};
    const struct opportunity o = {
        .customer_id = c, .project_id = f->project, .stage = "intent", .probability_bp = -1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_identity_verify(tx, &identity, &id)), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, follow_add(tx, &follow, &id))), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
    assert_int_equal(
        AS(f, ann, FIXTURE_DO(f, tx, opportunity_close(tx, id, 1, "price", words[LOST]))), 0);
}

/* Of one who lies in the pool now. */
static void fought_over(struct fixture *f, int64_t c, const char *phone)
{
    const struct duplicate_ask ask = {.project_id = f->project, .phones = &phone, .n_phones = 1};
    int64_t id = 0;

    assert_int_equal(
        AS(f, bob, FIXTURE_DO(f, tx, pool_apply(tx, f->project, c, words[APPLIED], &id))), 0);
    assert_int_equal(FIXTURE_DO(f, tx, pool_approve(tx, id, "")), 0);
    assert_int_equal(AS(f, cai, FIXTURE_DO(f, tx, collision_open(tx, &ask, words[CLAIM], &id))), 0);
    assert_int_equal(FIXTURE_DO(f, tx, collision_decide(tx, id, 1, false, words[DECIDED])), 0);
    assert_int_equal(
        AS(f, bob, FIXTURE_DO(f, tx, pool_release(tx, f->project, &c, 1, words[RELEASED]))), 0);
}

static void asked(struct fixture *f, int64_t c)
{
    set_filled(f, c, set_enabled(f, "first_visit"), words[ANSWERED]);
}

static void queued(struct fixture *f, int64_t c)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO queue_ticket (project_id, number, customer_id, user_id, "
                            "state, made_ms, ended_ms, reason) VALUES ($1, 1, $2, 1, 'cancelled', "
                            "1, 2, $3)",
                            "iit", f->project, c, words[TICKET]),
                     1);
}

static void came_otherwise(struct fixture *f, int64_t c)
{
    const struct source_change_ask ask = {
        .customer_id = c, .project_id = f->project, .source_id = 4, .reason = words[SOURCE]};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, flows_seed(tx)), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, source_change_ask(tx, &ask, &id))), 0);
}

static int64_t written_about(struct fixture *f)
{
    const int64_t c = sales_customer(f, ANN);
    char phone[16];
    struct stmt *s;

    assert_int_equal(
        db_query(f->db, &s, "SELECT tail FROM customer_secret WHERE customer_id = $1", "i", c), 0);
    assert_int_equal(stmt_step(s), 1);
    snprintf(phone, sizeof(phone), "1390000%s", stmt_text(s, 0)); /* as sales_customer() made it */
    stmt_reset(s);
    came_otherwise(f, c);
    written_by_hand(f, c);
    fought_over(f, c, phone);
    asked(f, c);
    queued(f, c);
    return c;
}

static void test_nothing_written_stays(void **state)
{
    struct fixture *f = *state;
    const int64_t c = written_about(f), other = sales_customer(f, ANN);

    assert_int_equal(db_run(f->db,
                            "INSERT INTO follow (customer_id, project_id, user_id, channel, "
                            "content, stage, at_ms, recorded_ms) VALUES ($1, $2, 1, 'phone', "
                            "'别人的话', 'lead', 1, 1)",
                            "ii", other, f->project),
                     1);
    for (size_t i = 0; i < WORDS; i++)
        if (!kept_somewhere(f, words[i]))
            fail_msg("%s was not written", words[i]);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, c, "本人要求")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, c, "本人要求")), 0);
    for (size_t i = 0; i < WORDS; i++)
        if (kept_somewhere(f, words[i]))
            fail_msg("%s is still there", words[i]);
    assert_true(kept_somewhere(f, "别人的话"));
    /* What happened stays. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM follow WHERE channel = 'phone'"), 2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM collision WHERE outcome = 'holder'"),
                     1);
}

/* Only the words, only of one who is erased, only by what stands for nothing. */
static void test_nothing_else_changes(void **state)
{
    static const char *const never[] = {"UPDATE follow SET content = '已擦除'",
                                        "UPDATE collision SET claim = '已擦除', note = 'x'",
                                        "UPDATE ownership_line SET note = ''",
                                        "UPDATE opportunity SET lost_note = ''",
                                        "UPDATE queue_ticket SET reason = ''",
                                        "UPDATE source_change SET reason = '已擦除'",
                                        "UPDATE answer SET text = '已擦除' WHERE text <> ''"};
    static const char *const after[] = {"UPDATE follow SET content = 'x'",
                                        "UPDATE follow SET at_ms = 1",
                                        "UPDATE collision SET outcome = 'claimant'",
                                        "UPDATE collision SET claim = 'x'",
                                        "UPDATE ownership_line SET note = 'x'",
                                        "UPDATE ownership_line SET actor = 'x'",
                                        "UPDATE opportunity SET lost_note = 'x'",
                                        "UPDATE opportunity SET lost_reason = 'loan'",
                                        "UPDATE queue_ticket SET reason = 'x'",
                                        "UPDATE queue_ticket SET user_id = 2",
                                        "UPDATE source_change SET reason = 'x'",
                                        "UPDATE source_change SET state = 'executed'",
                                        "UPDATE answer SET text = 'x' WHERE text <> ''",
                                        "UPDATE answer SET score = 5 WHERE score = 3"};
    struct fixture *f = *state;
    const int64_t c = written_about(f);

    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_int_equal(db_run(f->db, never[i], ""), -EINVAL);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, c, "本人要求")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, c, "本人要求")), 0);
    for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
        if (db_run(f->db, after[i], "") != -EINVAL)
            fail_msg("%s", after[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {S(test_nothing_written_stays), S(test_nothing_else_changes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
