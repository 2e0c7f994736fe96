/* test_deal_customer.c - whom something of a sale may be begun for: not for one who is deleted,
 * erased or restricted, and by who sees his own customers alone, for those (CU-21, CU-23, CU-35).
 */
#include "deal_fixture.h"

#include "db/answer.h"
#include "db/confirmation.h"
#include "db/queue.h"
#include "db/subject.h"
#include "db/terms.h"
#include "db/unit_lock.h"

enum { ALICE, BOB, CAROL };

/* Each begins something for a buyer. */
static int booked(struct fixture *f, size_t i)
{
    const struct deal_open open = deal_asked(f, 'B', f->units[0], i);
    int64_t id = 0;

    return FIXTURE_DO(f, tx, deal_open(tx, &open, &id));
}

static int joined(struct fixture *f, size_t i)
{
    struct deal_open open = deal_asked(f, 'B', f->units[0], CAROL);
    int64_t id = 0;

    open.n_buyers = 2;
    open.buyers[0].share_bp = 5000;
    open.buyers[1] = (struct deal_buyer){deal_buyers[i], 5000};
    return FIXTURE_DO(f, tx, deal_open(tx, &open, &id));
}

static int confirmed(struct fixture *f, size_t i)
{
    const struct confirmation_new c = {.unit_id = f->units[1],
                                       .unit_version = fixture_version(f, f->units[1]),
                                       .customer_id = deal_buyers[i]};
    int64_t id = 0, until = 0;

    return FIXTURE_DO(f, tx, confirmation_create(tx, &c, &id, &until));
}

static int quoted(struct fixture *f, size_t i)
{
    const struct terms_ask ask = {.unit_id = f->units[2], .customer_id = deal_buyers[i]};
    int64_t id = 0;

    return FIXTURE_DO(f, tx, terms_create(tx, &ask, &id));
}

static int queued(struct fixture *f, size_t i)
{
    const struct ticket_new ticket = {
        .project_id = f->project, .customer_id = deal_buyers[i], .unit_id = f->units[3]};
    int64_t id = 0;

    return FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id));
}

static int locked(struct fixture *f, size_t i)
{
    const struct unit_lock lock = {.unit_id = f->units[4],
                                   .unit_version = fixture_version(f, f->units[4]),
                                   .customer_id = deal_buyers[i]};
    int64_t until = 0;

    return FIXTURE_DO(f, tx, unit_lock(tx, &lock, &until));
}

static int reserved(struct fixture *f, size_t i)
{
    struct unit_ref ref = {f->units[5], 0};
    struct unit_action action = {.transition = TRANSITION_RESERVE,
                                 .reason = "test",
                                 .holder = "somebody",
                                 .customer_id = deal_buyers[i],
                                 .until_ms = f->now_ms + FIXTURE_DAY,
                                 .units = &ref,
                                 .n = 1};

    return FIXTURE_DO(f, tx, unit_act(tx, f->project, &action));
}

static int answered(struct fixture *f, size_t i)
{
    const struct answer_sheet sheet = {.customer_id = deal_buyers[i], .questionnaire_id = 1};
    int64_t id = 0;

    return FIXTURE_DO(f, tx, answer_sheet_add(tx, &sheet, &id));
}

static int (*const begins[])(struct fixture *f, size_t i) = {booked, joined, confirmed, quoted,
                                                             queued, locked, reserved,  answered};
enum { BEGINS = sizeof(begins) / sizeof(begins[0]), ANSWERED = BEGINS - 1 };

static int sale_setup(void **state)
{
    int r = deal_setup(state);
    struct fixture *f = *state;

    assert_int_equal(
        db_script(f->db, "INSERT INTO questionnaire (id, project_id, stage, title, state, edition, "
                         "created_by, created_ms, changed_ms) VALUES (1, 1, 'first_visit', 'q', "
                         "'enabled', 1, 'a', 1, 1)"),
        0);
    return r;
}

#define assert_all_refused(f, i, why)                                                              \
    for (size_t at_ = 0; at_ < BEGINS; at_++) {                                                    \
        if (begins[at_](f, i) != -EREFUSED || (f)->fault.code != FAULT_##why)                      \
            fail_msg("%zu: %s", at_, (f)->fault.set ? fault_code_text((f)->fault.code) : "done");  \
    }

static void test_of_one_who_is_gone(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, deal_buyers[BOB], "本人要求")), 0);
    assert_all_refused(f, BOB, CUSTOMER_RESTRICTED);
    assert_true(db_run(f->db, "UPDATE terms SET state = 'expired'", "") > 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, deal_buyers[BOB], "本人要求")), 0);
    assert_all_refused(f, BOB, NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, customer_delete(tx, deal_buyers[ALICE], 1, "重复")), 0);
    assert_all_refused(f, ALICE, NOT_FOUND);
}

static void own(struct fixture *f, size_t i, int64_t user)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO ownership (customer_id, project_id, state, owner_id, "
                            "since_ms, touched_ms, protected_until_ms) VALUES ($1, $2, 'onsite', "
                            "$3, 1, 1, 2)",
                            "iii", deal_buyers[i], f->project, user),
                     1);
}

/* A consultant begins nothing for another's; who sees all deals does. */
static void test_of_anothers(void **state)
{
    struct fixture *f = *state;
    struct actor consultant = f->actor;

    consultant.rights &= ~(RIGHT_BIT(RIGHT_CUSTOMER_ALL) | RIGHT_BIT(RIGHT_DEAL_ALL));
    own(f, ALICE, 1);
    own(f, BOB, 2);
    own(f, CAROL, 1);
    f->as = &consultant;
    assert_all_refused(f, BOB, NOT_FOUND);
    for (size_t i = 0; i < ANSWERED; i++)
        if (i != 1 && begins[i](f, ALICE) != 0)
            fail_msg("%zu: %s", i, f->fault.set ? fault_code_text(f->fault.code) : "");
    /* A controller, who is asked for his word, sees no customers. */
    consultant.rights |= RIGHT_BIT(RIGHT_DEAL_ALL);
    assert_int_equal(confirmed(f, BOB), 0);
    assert_int_equal(queued(f, BOB), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, sale_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_of_one_who_is_gone), CASE(test_of_anothers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
