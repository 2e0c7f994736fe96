/* question_fixture.h - a set with a question of each kind, on the office of fixture.h. */
#ifndef ANCHANG_TESTS_QUESTION_FIXTURE_H
#define ANCHANG_TESTS_QUESTION_FIXTURE_H

#include "db/answer.h"
#include "db/customer.h"
#include "db/questionnaire.h"
#include "fixture.h"

static struct question_option why[] = {{0, "自住"}, {0, "投资"}, {0, "养老"}};
static struct question_option aspects[] = {{0, "位置"}, {0, "价格"}};

enum { Q_SINGLE, Q_MULTI, Q_TEXT, Q_SCORE, Q_MATRIX, Q_COUNT };

static struct question five[] = {
    {.kind = QUESTION_SINGLE,
     .text = "为什么买房？",
     .required = true,
     .options = why,
     .n_options = 3},
    {.kind = QUESTION_MULTI, .text = "看重什么？", .high = 2, .options = why, .n_options = 3},
    {.kind = QUESTION_TEXT, .text = "还有什么想说？", .high = 10},
    {.kind = QUESTION_SCORE, .text = "接待打分", .required = true, .low = 1, .high = 5},
    {.kind = QUESTION_MATRIX,
     .text = "各方面如何？",
     .options = why,
     .n_options = 3,
     .rows = aspects,
     .n_rows = 2}};

static const struct questionnaire_days open_days = {NULL, NULL, 0, 0};

static inline int64_t set_version(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT version FROM questionnaire WHERE id = $1", id);
}

static inline int set_questions(struct fixture *f, int64_t id, struct question *items, size_t n)
{
    const struct question_list list = {.items = items, .n = n};
    const struct questionnaire_change change = {
        .id = id, .version = set_version(f, id), .questions = &list};

    return FIXTURE_DO(f, tx, questionnaire_update(tx, &change));
}

/* A draft with the five questions. */
static inline int64_t set_draft(struct fixture *f, const char *stage)
{
    int64_t id = 0;

    assert_int_equal(
        FIXTURE_DO(f, tx, questionnaire_create(tx, f->project, stage, "首访", &open_days, &id)), 0);
    assert_int_equal(set_questions(f, id, five, Q_COUNT), 0);
    return id;
}

static inline int set_enable(struct fixture *f, int64_t id)
{
    return FIXTURE_DO(f, tx, questionnaire_enable(tx, id, set_version(f, id)));
}

static inline int64_t set_enabled(struct fixture *f, const char *stage)
{
    int64_t id = set_draft(f, stage);

    assert_int_equal(set_enable(f, id), 0);
    return id;
}

static inline int64_t set_customer(struct fixture *f, const char *phone)
{
    const struct customer_new c = {.kind = "person",
                                   .name = "张三",
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1,
                                   .source_id = 3};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    return id;
}

static inline int set_load(struct fixture *f, int64_t id, struct question_list *ret)
{
    return FIXTURE_DO(f, tx, question_load(tx, id, ret));
}

/* What is required of that set, and @text. */
static inline void set_filled(struct fixture *f, int64_t customer, int64_t set, const char *text)
{
    struct question_list list;
    struct answer answers[3];
    struct answer_sheet sheet = {
        .customer_id = customer, .questionnaire_id = set, .answers = answers, .n = 3};
    int64_t id = 0;

    assert_int_equal(set_load(f, set, &list), 0);
    answers[0] = (struct answer){.question_id = list.items[Q_SINGLE].id,
                                 .option_ids = &list.items[Q_SINGLE].options[0].id,
                                 .n_options = 1};
    answers[1] = (struct answer){.question_id = list.items[Q_TEXT].id, .text = text};
    answers[2] =
        (struct answer){.question_id = list.items[Q_SCORE].id, .has_score = true, .score = 3};
    assert_int_equal(FIXTURE_DO(f, tx, answer_sheet_add(tx, &sheet, &id)), 0);
    question_list_free(&list);
}

#endif
