/* test_customer_record.c - what is kept of a customer: lists, source, class, detail, contact
 * persons, visits, intent, qualification, consent, requests, the timeline, lists that come in. */
#include "db/card.h"
#include "db/consent.h"
#include "db/customer.h"
#include "db/customer_class.h"
#include "db/customer_detail.h"
#include "db/customer_field.h"
#include "db/customer_import.h"
#include "db/customer_person.h"
#include "db/customer_search.h"
#include "db/intent.h"
#include "db/option.h"
#include "db/qualification.h"
#include "db/subject.h"
#include "db/timeline.h"
#include "db/visit.h"
#include "fixture.h"

enum { WALK_IN = 3, FRIEND = 20, JOB = 40 };

static int try_make(struct fixture *f, const char *kind, const char *name, const char *phone,
                    int64_t source, int64_t *ret_id)
{
    const struct customer_new c = {.source_id = source,
                                   .kind = kind,
                                   .name = name,
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1};

    return FIXTURE_DO(f, tx, customer_create(tx, &c, ret_id));
}

static int64_t make(struct fixture *f, const char *phone)
{
    int64_t id = 0;

    assert_int_equal(try_make(f, "person", "张三丰", phone, WALK_IN, &id), 0);
    return id;
}

static bool class_is(struct fixture *f, int64_t id, const char *class)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM customer WHERE id = $1 AND class = $2",
                       "it", id, class) >= 0);
    return n == 1;
}

/* ---- lists ---- */

static void test_options(void **state)
{
    struct fixture *f = *state;
    struct option_new sub = {.kind = "source", .code = "stand_2", .name = "商场", .parent_id = 1};
    struct option_change change = {.ordinal = -1, .parent_id = -1, .enabled = 0, .version = 1};
    int64_t id = 0, other = 0;

    assert_int_equal(FIXTURE_DO(f, tx, option_create(tx, &sub, &id)), 0);
    sub.code = "stand_3";
    assert_refused(f, FIXTURE_DO(f, tx, option_create(tx, &sub, &other)), NAME_TAKEN);
    sub = (struct option_new){.kind = "source", .code = "Stand 2", .name = "别处"};
    assert_refused(f, FIXTURE_DO(f, tx, option_create(tx, &sub, &other)), OPTION_CODE);
    sub.code = "deep";
    sub.parent_id = id;
    assert_refused(f, FIXTURE_DO(f, tx, option_create(tx, &sub, &other)), NODE_PARENT);
    sub.parent_id = FRIEND; /* of another list */
    assert_refused(f, FIXTURE_DO(f, tx, option_create(tx, &sub, &other)), NODE_PARENT);
    change.id = id;
    assert_int_equal(FIXTURE_DO(f, tx, option_update(tx, &change)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, option_update(tx, &change)), VERSION_CHANGED);
    assert_refused(f, FIXTURE_DO(f, tx, option_need(tx, OPTION_SOURCE, id, "source_id")),
                   OPTION_UNKNOWN); /* disabled */
    sub = (struct option_new){.kind = "source", .code = "stand_2", .name = "又一个"};
    assert_refused(f, FIXTURE_DO(f, tx, option_create(tx, &sub, &other)),
                   OPTION_CODE); /* never again */
    change =
        (struct option_change){.id = 1, .version = 1, .parent_id = 1, .ordinal = -1, .enabled = -1};
    assert_refused(f, FIXTURE_DO(f, tx, option_update(tx, &change)),
                   NODE_PARENT); /* below itself */
    change.parent_id = 4;        /* has children of its own: too deep */
    assert_refused(f, FIXTURE_DO(f, tx, option_update(tx, &change)), NODE_PARENT);
    assert_int_equal(db_begin(f->db), 0);
    assert_int_equal(db_run(f->db, "UPDATE option SET code = 'x' WHERE id = 1", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM option WHERE id = 1", ""), -EINVAL);
    assert_int_equal(db_rollback(f->db), 0);
}

static void test_source_is_needed(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    assert_refused(f, try_make(f, "person", "张三", "13812341234", 0, &id), SOURCE_NEEDED);
    assert_refused(f, try_make(f, "person", "张三", "13812341234", FRIEND, &id), OPTION_UNKNOWN);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer"), 0);
    assert_int_equal(try_make(f, "person", "张三", "13812341234", 8, &id), 0);
    assert_int_equal(fixture_of(f, "SELECT source_id FROM customer WHERE id = $1", id), 8);
}

/* ---- detail ---- */

static void detail_leave(struct customer_detail *d)
{
#define LEAVE_TEXT(name, ...)   d->name = NULL;
#define LEAVE_NUMBER(name, ...) d->name = DETAIL_LEAVE;
    CUSTOMER_DETAIL(LEAVE_TEXT, LEAVE_TEXT, LEAVE_NUMBER, LEAVE_NUMBER)
}

static int detail_check(void *arg, const struct customer_detail *d)
{
    char birth[DETAIL_MASKED], address[DETAIL_MASKED], email[DETAIL_MASKED];

    (void)arg;
    assert_string_equal(d->gender, "male");
    assert_int_equal(d->job_id, JOB);
    assert_int_equal(d->children, DETAIL_NONE);
    customer_detail_mask(d, birth, address, email);
    assert_string_equal(birth, "1985");
    assert_string_equal(address, "上海市浦东新****");
    assert_string_equal(email, "z****@example.com");
    return 0;
}

static void test_detail(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    struct customer_detail_change change = {.customer_id = id, .version = 1};

    detail_leave(&change.detail);
    change.detail.gender = "male";
    change.detail.birth_date = "1985-06-01";
    change.detail.address = "上海市浦东新区世纪大道 1 号";
    change.detail.email = "zhang@example.com";
    change.detail.job_id = JOB;
    change.detail.children = 2;
    assert_int_equal(FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), VERSION_CHANGED);
    detail_leave(&change.detail);
    change.version = 2;
    change.detail.children = DETAIL_NONE;
    assert_int_equal(FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, customer_detail_get(tx, id, detail_check, NULL)), 0);
    change.version = 3;
    change.detail.job_id = FRIEND;
    assert_refused(f, FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), OPTION_UNKNOWN);
    assert_int_equal(/* the log has no words of it */
                     fixture_count(
                         f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%世纪%' OR detail LIKE "
                            "'%zhang@%' OR detail LIKE '%1985%'"),
                     0);
}

static void test_extra_fields(void **state)
{
    static const struct {
        const char *type, *good, *wrong;
    } types[] = {
        {"number", "-12", "1.5"}, {"date", "2026-05-01", "01/05/2026"}, {"choice", "红", "绿"}};
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    struct customer_extra extra;
    struct customer_detail_change change = {
        .customer_id = id, .version = 1, .extras = &extra, .n_extras = 1};
    struct customer_field_edit off = {.version = 1, .ordinal = -1, .enabled = 0};

    detail_leave(&change.detail);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct customer_field_edit field = {.name = types[i].type, .type = types[i].type};

        if (i == 2) {
            field.choices = "红\n红";
            assert_refused(f, FIXTURE_DO(f, tx, customer_field_create(tx, &field, &extra.field_id)),
                           FIELD_CHOICES);
            field.choices = "红\n蓝";
        }
        assert_int_equal(FIXTURE_DO(f, tx, customer_field_create(tx, &field, &extra.field_id)), 0);
        extra.value = types[i].wrong;
        assert_refused(f, FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), FIELD_VALUE);
        extra.value = types[i].good;
        assert_int_equal(FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), 0);
        change.version++;
    }
    off.id = extra.field_id;
    assert_int_equal(FIXTURE_DO(f, tx, customer_field_update(tx, &off)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), FIELD_VALUE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_extra"), 3); /* kept */
    off = (struct customer_field_edit){.name = "外", .type = "text", .project_id = f->project};
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, customer_field_create(tx, &off, &extra.field_id)),
                   NOT_FOUND);
}

static void test_contact_persons(void **state)
{
    struct fixture *f = *state;
    const int64_t person = make(f, "13812341234");
    int64_t company = 0;

    assert_int_equal(try_make(f, "company", "远景公司", "13812341235", WALK_IN, &company), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_person_add(tx, person, company, "")),
                   PERSON_WRONG);
    assert_refused(f, FIXTURE_DO(f, tx, customer_person_add(tx, company, 99, "")), NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, customer_person_add(tx, company, person, "经理")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_person_add(tx, company, person, "")),
                   PERSON_TAKEN);
    assert_refused(f, FIXTURE_DO(f, tx, customer_delete(tx, person, 1, "重复")), CUSTOMER_KEPT);
    assert_int_equal(FIXTURE_DO(f, tx, customer_person_end(tx, company, person)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_person_end(tx, company, person)), NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, customer_delete(tx, person, 1, "重复")), 0);
}

/* ---- visits and class ---- */

static int visit(struct fixture *f, int64_t customer, const char *kind, int64_t at_ms,
                 int64_t awareness)
{
    const struct visit_new v = {.kind = kind,
                                .customer_id = customer,
                                .project_id = f->project,
                                .at_ms = at_ms,
                                .awareness_id = awareness,
                                .companions = 2,
                                .note = "看样板房"};
    int64_t id = 0;

    return FIXTURE_DO(f, tx, visit_add(tx, &v, &id));
}

static void test_visits(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234"), hour = 60 * FIXTURE_MINUTE;

    assert_true(class_is(f, id, "potential"));
    assert_int_equal(visit(f, id, "call", 0, 0), 0);
    assert_true(class_is(f, id, "potential"));
    assert_refused(f, visit(f, id, "visit", 0, 0), AWARENESS_NEEDED);
    assert_refused(f, visit(f, id, "visit", f->now_ms + 1, FRIEND), VISIT_TIME);
    assert_refused(f, visit(f, id, "visit", f->now_ms - 73 * hour, FRIEND), VISIT_TIME);
    assert_int_equal(visit(f, id, "visit", f->now_ms - hour, FRIEND), 0);
    assert_true(class_is(f, id, "intending"));
    assert_refused(f, visit(f, id, "visit", f->now_ms - 2 * hour, 0),
                   VISIT_TIME); /* before the first */
    assert_int_equal(visit(f, id, "visit", 0, 0), 0);
    assert_int_equal(fixture_count(f, "SELECT at_ms FROM visit WHERE first = 1 AND kind = 'visit'"),
                     f->now_ms - hour);
    assert_int_equal(db_begin(f->db), 0);
    assert_int_equal(db_run(f->db, "UPDATE visit SET at_ms = 1", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "UPDATE visit SET companions = 9, note = ''", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM visit", ""), -EINVAL);
    assert_int_equal(db_rollback(f->db), 0);
    f->as = &f->outsider;
    assert_refused(f, visit(f, id, "visit", 0, 0), NOT_FOUND);
}

/* ---- intent ---- */

static int intend(struct fixture *f, int64_t customer, int64_t version, struct range price)
{
    const struct intent_edit e = {.customer_id = customer,
                                  .project_id = f->project,
                                  .version = version,
                                  .purpose_id = 60,
                                  .wish = {.class = "home",
                                           .rooms = {INTENT_NO, INTENT_NO},
                                           .area = {8000, INTENT_NO},
                                           .floor = {INTENT_NO, 6},
                                           .price = price,
                                           .orientation = "南",
                                           .hard = 1u << INTENT_PRICE}};
    int64_t id = 0;

    return FIXTURE_DO(f, tx, intent_set(tx, &e, &id));
}

static int intent_check(void *arg, const struct intent_row *row)
{
    *(int *)arg += 1;
    assert_int_equal(row->wish.area.low, 8000);
    assert_true(row->wish.area.high == INTENT_NO && row->wish.rooms.low == INTENT_NO);
    assert_int_equal(row->wish.price.high, 200);
    assert_int_equal(row->wish.hard, 1u << INTENT_PRICE);
    assert_int_equal(row->version, 2);
    return 0;
}

static void test_intent(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    int n = 0;

    assert_refused(f, intend(f, id, 0, (struct range){5, 4}), INTENT_RANGE);
    assert_int_equal(intend(f, id, 0, (struct range){INTENT_NO, 100}), 0);
    assert_true(class_is(f, id, "intending"));
    assert_refused(f, intend(f, id, 0, (struct range){INTENT_NO, 100}), VERSION_CHANGED);
    assert_int_equal(intend(f, id, 1, (struct range){INTENT_NO, 200}), 0);
    assert_int_equal(FIXTURE_DO(f, tx, intent_scan(tx, id, 0, intent_check, &n)), 0);
    assert_int_equal(n, 1);
}

/* ---- qualification, consent, requests ---- */

static void test_qualification(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    struct qualification q = {.customer_id = id,
                              .project_id = f->project,
                              .result = "pass",
                              .number = "",
                              .date = "2026-05-01",
                              .note = ""};
    const char *result = NULL;
    int64_t row = 0;

    assert_int_equal(FIXTURE_DO(f, tx, qualification_result(tx, id, f->project, &result)), 0);
    assert_string_equal(result, "");
    assert_refused(f, FIXTURE_DO(f, tx, qualification_add(tx, &q, &row)), QUALIFICATION_NUMBER);
    q.number = "HZ-2026-1";
    assert_int_equal(FIXTURE_DO(f, tx, qualification_add(tx, &q, &row)), 0);
    q.result = "fail";
    assert_int_equal(FIXTURE_DO(f, tx, qualification_add(tx, &q, &row)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, qualification_result(tx, id, f->project, &result)), 0);
    assert_string_equal(result, "fail"); /* the newest counts */
    q.media_id = "00000000000000000000000000000000";
    assert_refused(f, FIXTURE_DO(f, tx, qualification_add(tx, &q, &row)), MEDIA_UNKNOWN);
    assert_refused(f, FIXTURE_DO(f, tx, customer_delete(tx, id, 1, "重复")), CUSTOMER_KEPT);
}

static void test_consent(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");

    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM consent WHERE purpose = 'service'"), 1);
    assert_int_equal(FIXTURE_DO(f, tx, consent_give(tx, id, "marketing", "2026-02")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, consent_give(tx, id, "marketing", "2026-03")), 0);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND "
                                   "withdrawn_ms IS NULL"),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, consent_withdraw(tx, id, "marketing")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, consent_withdraw(tx, id, "marketing")), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM consent"), 3); /* all are kept */
}

static struct hits {
    size_t n;
} none;

static int count(void *arg, const struct customer_row *row)
{
    (void)row;
    ((struct hits *)arg)->n++;
    return 0;
}

static void test_restricted_then_erased(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    const struct card_new card = {"n:88001234", NULL, "2026-01"};
    struct customer_change change = {.id = id, .version = 2, .name = "李四"};
    struct customer_detail_change detail = {.customer_id = id, .version = 1};
    int64_t card_id = 0;

    detail_leave(&detail.detail);
    detail.detail.address = "世纪大道";
    assert_int_equal(FIXTURE_DO(f, tx, customer_detail_set(tx, &detail)), 0);
    assert_int_equal(visit(f, id, "visit", 0, FRIEND), 0);
    assert_int_equal(FIXTURE_DO(f, tx, card_issue(tx, id, &card, &card_id)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, subject_erase(tx, id, "本人要求")), SUBJECT_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, id, "本人要求")), 0);
    change.version = 3;
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), CUSTOMER_RESTRICTED);
    assert_refused(f, visit(f, id, "visit", 0, 0), CUSTOMER_RESTRICTED);
    assert_refused(f, FIXTURE_DO(f, tx, subject_erase(tx, id, "本人要求")), CUSTOMER_KEPT);
    assert_int_equal(f->fault.n_items, 1); /* the card, by name */
    assert_int_equal(f->fault.items[0].code, FAULT_KEPT_CARD);
    assert_int_equal(FIXTURE_DO(f, tx, card_return(tx, card_id, "退会")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, id, "本人要求")), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_secret"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_detail"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_key"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM visit WHERE note = ''"), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer WHERE name = '已擦除'"), 1);
    assert_int_equal(FIXTURE_DO(f, tx, customer_search(tx, "1234", 20, count, &none)), 0);
    assert_int_equal(none.n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, subject_release(tx, id, "反悔")), SUBJECT_STATE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM subject_request"), 2);
}

/* ---- the timeline ---- */

struct events {
    char kinds[512];
    int64_t last_ms;
    size_t n;
};

static int event(void *arg, const struct timeline_row *row)
{
    struct events *e = arg;

    assert_true(!e->n || row->at_ms <= e->last_ms);
    e->last_ms = row->at_ms;
    e->n++;
    snprintf(e->kinds + strlen(e->kinds), sizeof(e->kinds) - strlen(e->kinds), "%s ", row->kind);
    return 0;
}

static void test_timeline(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "13812341234");
    struct events all = {.n = 0}, paged = {.n = 0};
    struct timeline_place place = {0};
    int n;

    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(visit(f, id, "call", 0, 0), 0);
    assert_int_equal(visit(f, id, "visit", 0, FRIEND), 0);
    assert_int_equal(visit(f, id, "visit", 0, 0), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(intend(f, id, 0, (struct range){INTENT_NO, 100}), 0);
    assert_int_equal(FIXTURE_DO(f, tx, consent_withdraw(tx, id, "service")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, timeline_scan(tx, id, &place, 100, event, &all)), 7);
    assert_string_equal(all.kinds,
                        "consent_withdrawn intent visit first_visit call consent created ");
    place = (struct timeline_place){0};
    do
        n = FIXTURE_DO(f, tx, timeline_scan(tx, id, &place, 2, event, &paged));
    while (n > 0);
    assert_string_equal(paged.kinds, all.kinds); /* each once, page by page */
}

/* ---- lists that come in ---- */

enum { LIST = 300 };

static void test_import(void **state)
{
    static struct customer_import_row rows[LIST];
    static char names[LIST][24], phones[LIST][16];
    struct fixture *f = *state;
    const int64_t there = make(f, "13800000007");

    for (int i = 0; i < LIST; i++) {
        snprintf(names[i], sizeof(names[i]), "客户%d", i);
        snprintf(phones[i], sizeof(phones[i]), "138%08d", i);
        rows[i] = (struct customer_import_row){.row = i + 2,
                                               .kind = "person",
                                               .name = names[i],
                                               .phones = {phones[i], ""},
                                               .document_kind = "",
                                               .document = "",
                                               .source = i % 2 ? "自访" : "walk_in",
                                               .notice = "2026-01"};
    }
    rows[10].phones[0] = "+86 138-0000-0009"; /* that of row 11 */
    rows[20].phones[0] = "12";
    rows[30].source = "天上";
    rows[40].notice = "";
    rows[50].document_kind = "id_card";
    rows[50].document = "110105194912310021";
    assert_refused(f, FIXTURE_DO(f, tx, customer_import(tx, rows, LIST)), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.n_items, 6);
    assert_int_equal(f->fault.items[0].row, 9); /* recorded already */
    assert_int_equal(f->fault.items[0].code, FAULT_CUSTOMER_EXISTS);
    assert_int_equal(f->fault.items[1].row, 12);
    assert_int_equal(f->fault.items[1].code, FAULT_ROW_DUPLICATE);
    assert_int_equal(f->fault.items[2].code, FAULT_PHONE_WRONG);
    assert_int_equal(f->fault.items[3].code, FAULT_ROW_VALUE_UNKNOWN);
    assert_int_equal(f->fault.items[5].code, FAULT_DOCUMENT_WRONG);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer"), 1);
    for (int i = 7; i <= 50; i++) {
        snprintf(phones[i], sizeof(phones[i]), "139%08d", i);
        rows[i].phones[0] = phones[i];
        rows[i].source = "自访";
        rows[i].notice = "2026-01";
        rows[i].document = "";
    }
    assert_int_equal(FIXTURE_DO(f, tx, customer_import(tx, rows, LIST)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer"), LIST + 1);
    assert_true(there > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_options),         T(test_source_is_needed),
        T(test_detail),          T(test_extra_fields),
        T(test_contact_persons), T(test_visits),
        T(test_intent),          T(test_qualification),
        T(test_consent),         T(test_restricted_then_erased),
        T(test_timeline),        T(test_import),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
