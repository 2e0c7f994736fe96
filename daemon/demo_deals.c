/* demo_deals.c - see demo_deals.h. A day is its customers, follow-ups, sales and decisions. */
#include "daemon/demo_deals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/demo_life.h"
#include "daemon/demo_till.h"
#include "db/approval.h"
#include "db/customer.h"
#include "db/day.h"
#include "db/deal.h"
#include "db/deal_node.h"
#include "db/discount.h"
#include "db/follow.h"
#include "db/intent.h"
#include "db/ownership.h"
#include "db/payment_plan.h"
#include "db/queue.h"
#include "db/terms.h"
#include "db/unit.h"
#include "db/user.h"
#include "db/visit.h"

#define NOTICE "演示隐私告知 2026-01"

enum {
    CUSTOMERS_A_DAY = 4,
    SALES_A_DAY = 2,
    FOLLOWS_A_DAY = 10,
    TASKS_MAX = 50,
    UNDECIDED_DAYS = 4, /* what was asked for last waits still */
    OPENS_HOUR = 9,
};

unsigned life_draw(struct life *life, unsigned below)
{
    life->seed = life->seed * 1664525u + 1013904223u;
    return (life->seed >> 8) % below;
}

struct tx life_at(const struct life *life, const struct actor *who, int64_t minutes)
{
    struct tx own = *life->tx;

    own.actor = who;
    own.now_ms = life->midnight_ms + OPENS_HOUR * HOUR_MS + minutes * MINUTE_MS;
    return own;
}

int life_try(struct life *life, struct tx *tx, act_function *act, void *arg)
{
    const size_t kept = tx->changes->n;
    int r = db_savepoint(tx->db);

    if (r < 0)
        return r;
    r = act(life, tx, arg);
    if (r >= 0) {
        r = db_savepoint_release(tx->db);
        return r < 0 ? r : 1;
    }
    tx->changes->n = kept;
    if (db_savepoint_rollback(tx->db) < 0)
        return -EIO;
    if (r != -EREFUSED)
        return r;
    fault_clear(tx->fault);
    return 0;
}

/* ---- who comes ---- */

static const char surnames[] = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹";
static const char givens[] =
    "伟芳娜敏静丽强磊洋勇艳杰娟涛明超霞刚桂英华玉萍红兰梅建国文海燕春雪飞鹏浩宇";

static void character(const char *from, unsigned n, char out[4])
{
    memcpy(out, from + (size_t)n * 3, 3);
    out[3] = '\0';
}

static void name_draw(struct life *life, char *out, size_t size)
{
    char a[4], b[4], c[4] = "";

    character(surnames, life_draw(life, sizeof(surnames) / 3), a);
    character(givens, life_draw(life, sizeof(givens) / 3), b);
    if (life_draw(life, 4) > 0)
        character(givens, life_draw(life, sizeof(givens) / 3), c);
    snprintf(out, size, "%s%s%s", a, b, c);
}

/* A resident's number of a region that there is not (GB 2260 ends at 82), in its short form. */
static void document_make(size_t n, char out[CONTACT_TEXT])
{
    snprintf(out, CONTACT_TEXT, "991101%02zu%02zu%02zu%03zu", 55 + n * 7 % 40, 1 + n % 12,
             1 + n % 28, 100 + n % 900);
}

static int wish_note(struct tx *tx, const struct life *life, int64_t customer_id, unsigned chance)
{
    static const int64_t wan_fen = 1000000;
    const int64_t rooms = 2 + chance % 3;
    const struct intent_edit wish = {
        .customer_id = customer_id,
        .project_id = life->project_id,
        .wish = {.class = "home",
                 .rooms = {rooms, rooms},
                 .area = {INTENT_NO, INTENT_NO},
                 .floor = {INTENT_NO, INTENT_NO},
                 .price = {INTENT_NO, (200 + (int64_t)chance * 4) * wan_fen},
                 .orientation = "",
                 .hard = 1u << INTENT_CLASS}};
    int64_t id;

    return intent_set(tx, &wish, &id);
}

static int customer_comes(struct life *life, struct tx *tx, void *arg)
{
    enum { FIRST_SOURCE = 1, SOURCES = 4, FIRST_AWARENESS = 20, AWARENESS = 6 };
    struct buyer *buyer = arg;
    const unsigned chance = life_draw(life, 100);
    char name[16], phone[16];
    const struct customer_new customer = {.kind = "person",
                                          .name = name,
                                          .notice = NOTICE,
                                          .source_id = FIRST_SOURCE + chance % SOURCES,
                                          .phones = {phone},
                                          .n_phones = 1,
                                          .document_kind = "id_card",
                                          .document = buyer->document};
    struct visit_new visit = {.kind = chance < 30 ? "call" : "visit",
                              .project_id = life->project_id,
                              .awareness_id = FIRST_AWARENESS + chance % AWARENESS,
                              .companions = chance % 4};
    int r;

    name_draw(life, name, sizeof(name));
    snprintf(phone, sizeof(phone), "1990001%04zu", life->n_buyers);
    document_make(life->n_buyers, buyer->document);
    r = customer_create(tx, &customer, &buyer->id);
    if (r == 0)
        r = ownership_begin(tx, buyer->id, life->project_id, OWN_ONSITE, 0);
    visit.customer_id = buyer->id;
    if (r == 0)
        r = visit_add(tx, &visit, &visit.source_id);
    return r == 0 && chance % 2 ? wish_note(tx, life, buyer->id, chance) : r;
}

static int customers_come(struct life *life)
{
    int r = 0;

    for (int i = 0; r >= 0 && i < CUSTOMERS_A_DAY && life->n_buyers < PEOPLE_MAX; i++) {
        struct buyer *buyer = &life->buyers[life->n_buyers];
        struct tx own;

        buyer->seller = life->n_buyers % DEMO_SELLERS;
        own = life_at(life, &life->sellers[buyer->seller], 20 + i * 70);
        r = life_try(life, &own, customer_comes, buyer);
        if (r == 1)
            life->n_buyers++;
    }
    return r < 0 ? r : 0;
}

static int follow_up(struct life *life, struct tx *tx, void *arg)
{
    static const char *const said[] = {
        "电话回访，对户型满意，正在比较付款方式。", "发送了首付和月供测算，等待答复。",
        "带家人第二次看房，关注楼层和采光。", "问到交房时间和物业费，已答复。",
        "近期出差，约下周再联系。"};
    static const char *const channels[] = {"phone", "wechat", "visit", "phone", "sms"};
    const struct buyer *buyer = arg;
    const unsigned k = life_draw(life, 5);
    const struct follow_new follow = {.customer_id = buyer->id,
                                      .project_id = life->project_id,
                                      .channel = channels[k],
                                      .content = said[k],
                                      .next_ms = tx->now_ms + (1 + life_draw(life, 5)) * DAY_MS};
    int64_t id;

    return follow_add(tx, &follow, &id);
}

/* Mostly those who came lately; who is left out is overdue one day. */
static int follow_ups(struct life *life)
{
    int r = 0;

    for (int i = 0; r >= 0 && i < FOLLOWS_A_DAY && life->n_buyers > 0; i++) {
        const unsigned recent = life->n_buyers < 60 ? (unsigned)life->n_buyers : 60;
        struct buyer *buyer = &life->buyers[life->n_buyers - 1 - life_draw(life, recent)];
        struct tx own = life_at(life, &life->sellers[buyer->seller], 330 + i * 12);

        r = life_try(life, &own, follow_up, buyer);
    }
    return r < 0 ? r : 0;
}

/* ---- a day ---- */

static int sales_go(struct life *life)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < life->n_sales; i++) {
        struct sale *sale = &life->sales[i];

        if (sale_open(life, sale))
            r = sale_go(life, sale, 30 + (int64_t)(i % 40) * 12);
    }
    return r < 0 ? r : 0;
}

static int ticket_take(struct life *life, struct tx *tx, void *arg)
{
    const struct buyer *buyer = arg;
    const struct ticket_new ticket = {.project_id = life->project_id, .customer_id = buyer->id};
    int64_t id;

    return ticket_create(tx, &ticket, &id);
}

/* Who came some days ago decides today; who does not may take a number. */
static int sales_begin(struct life *life)
{
    int r = 0;

    for (int i = 0; r >= 0 && i < SALES_A_DAY + 1 && life->n_buyers > 12; i++) {
        const unsigned recent = life->n_buyers < 24 ? (unsigned)life->n_buyers : 24;
        struct buyer *buyer = &life->buyers[life->n_buyers - 1 - life_draw(life, recent)];

        if (i == SALES_A_DAY) {
            struct tx own = life_at(life, &life->sellers[buyer->seller], 400);

            r = life_try(life, &own, ticket_take, buyer);
        } else if (life->n_sales < SALES_MAX && life->next_unit + 1 < life->n_units) {
            life->sales[life->n_sales++] = (struct sale){.buyer = buyer,
                                                         .unit_id = life->units[life->next_unit++],
                                                         .due_ms = life->midnight_ms,
                                                         .fate = life_draw(life, 100)};
        }
    }
    return r < 0 ? r : 0;
}

struct tasks {
    struct {
        int64_t id, version;
    } of[TASKS_MAX];
    size_t n;
};

static int task_take(void *arg, const struct approval_task_row *row)
{
    struct tasks *tasks = arg;

    if (tasks->n < TASKS_MAX) {
        tasks->of[tasks->n].id = row->id;
        tasks->of[tasks->n++].version = row->request.version;
    }
    return 0;
}

struct decision {
    int64_t task_id, version;
    enum approval_outcome outcome;
};

static int decide(struct life *life, struct tx *tx, void *arg)
{
    const struct decision *d = arg;

    (void)life;
    return approval_decide(tx, d->task_id, d->version, d->outcome,
                           d->outcome == APPROVAL_APPROVED ? "同意" : "优惠超出本月额度，不予批准");
}

/* One after the other, each as it is then; what is refused waits for tomorrow. */
static int decisions_make(struct life *life, const struct actor *who)
{
    struct tx own = life_at(life, who, 540);
    struct tasks tasks = {0};
    int r = approval_task_list(&own, 0, TASKS_MAX, task_take, &tasks);

    for (size_t i = 0; r >= 0 && i < tasks.n; i++) {
        struct decision d = {tasks.of[i].id, tasks.of[i].version,
                             life_draw(life, 8) ? APPROVAL_APPROVED : APPROVAL_REJECTED};

        r = life_try(life, &own, decide, &d);
    }
    return r < 0 ? r : 0;
}

/* What the daemon's clock does. */
static int clock_go(struct life *life)
{
    struct tx own = life_at(life, &actor_system, 780);
    char today[DAY_TEXT];
    int64_t next_ms;
    int r = deal_expire_due(&own, &next_ms);

    day_of(own.now_ms, today);
    if (r >= 0)
        r = terms_expire_due(&own, &next_ms);
    return r < 0 ? r : deal_node_remind(&own, today);
}

static int day_go(struct life *life)
{
    int r = demo_shift_open(life);

    if (r == 0)
        r = customers_come(life);
    if (r == 0)
        r = follow_ups(life);
    if (r == 0)
        r = sales_begin(life);
    if (r == 0)
        r = sales_go(life);
    if (r == 0)
        r = demo_shift_close(life);
    if (r == 0 && life->day + UNDECIDED_DAYS < life->days)
        r = decisions_make(life, &life->manager);
    if (r == 0 && life->day + UNDECIDED_DAYS < life->days)
        r = decisions_make(life, &life->group);
    return r < 0 ? r : clock_go(life);
}

/* ---- before the first day ---- */

static int unit_take(void *arg, const struct unit_row *row)
{
    struct life *life = arg;

    if (row->state == 'A' && row->total_fen && life->n_units < UNITS_MAX)
        life->units[life->n_units++] = row->id;
    return 0;
}

static int plan_take(void *arg, const struct payment_plan_row *row)
{
    struct life *life = arg;

    if (row->enabled && life->n_plans < PLANS_MAX)
        life->plans[life->n_plans++] = (struct plan){
            row->id, strcmp(row->kind, "commercial") == 0 || strcmp(row->kind, "combined") == 0};
    return 0;
}

static int discount_take(void *arg, const struct discount_row *row)
{
    if (row->kind && strcmp(row->kind, "manager") == 0)
        ((struct life *)arg)->manager_discount = row->id;
    return 0;
}

static int stock_read(struct life *life)
{
    const struct unit_filter filter = {.project_id = life->project_id};
    int r = unit_scan(life->tx, &filter, unit_take, life);

    for (size_t i = life->n_units; r >= 0 && i > 1; i--) { /* nobody sells floor by floor */
        const size_t k = life_draw(life, (unsigned)i);
        const int64_t kept = life->units[i - 1];

        life->units[i - 1] = life->units[k];
        life->units[k] = kept;
    }
    if (r >= 0)
        r = payment_plan_each(life->tx, life->project_id, 0, plan_take, life);
    if (r >= 0)
        r = discount_each(life->tx, life->project_id, 0, discount_take, life);
    return r < 0 ? r : life->n_plans && life->n_units ? 0 : -ENOENT;
}

static int people_read(struct life *life, const struct demo_people *people)
{
    const struct {
        int64_t id;
        struct actor *actor;
    } all[] = {
        {people->manager, &life->manager},         {people->group, &life->group},
        {people->control, &life->control},         {people->cashier, &life->cashier},
        {people->sellers[0], &life->sellers[0]},   {people->sellers[1], &life->sellers[1]},
        {people->services[0], &life->services[0]}, {people->services[1], &life->services[1]}};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(all) / sizeof(all[0]); i++)
        r = actor_load(life->tx->db, all[i].id, all[i].actor, NULL);
    return r < 0 ? r : 0;
}

int demo_deals_make(struct tx *tx, int64_t project_id, const struct demo_people *people,
                    int64_t days, int64_t until_ms)
{
    struct life *life = calloc(1, sizeof(*life));
    int r;

    if (!life)
        return -ENOMEM;
    life->tx = tx;
    life->project_id = project_id;
    life->days = days;
    life->seed = 7;
    r = people_read(life, people);
    if (r == 0)
        r = stock_read(life);
    if (r == 0)
        r = demo_book_take_out(life);
    for (life->day = 0; r >= 0 && life->day < days; life->day++) {
        life->midnight_ms = day_midnight_ms(until_ms - (days - life->day) * DAY_MS);
        r = day_go(life);
    }
    free(life);
    return r < 0 ? r : 0;
}
