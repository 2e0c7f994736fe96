/* demo_members.c - see demo_members.h. The people are invented, and so are their phones. */
#include "daemon/demo_members.h"

#include <inttypes.h>
#include <stdio.h>

#include "db/card.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/intent.h"
#include "db/member.h"
#include "db/points.h"
#include "db/user.h"
#include "db/visit.h"

#define WAN_FEN INT64_C(1000000)
#define NOTICE  "演示隐私告知 2026-01"
#define TERMS   "演示会员章程 2026-01"

enum {
    MEMBERS = 20,
    FIRST_SOURCE = 1, /* the options that every site begins with */
    SOURCES = 4,
    FIRST_AWARENESS = 20,
    AWARENESS = 6,
    FIRST_PURPOSE = 60,
    PURPOSES = 5,
};

static const char *const names[DEMO_CUSTOMERS] = {
    "王建国", "李秀英", "张伟", "刘洋",     "陈静", "杨帆",   "赵敏", "黄磊", "周慧",   "吴昊",
    "徐丽",   "孙强",   "马超", "朱琳",     "胡军", "郭芳",   "何平", "高峰", "林婉清", "罗成",
    "梁宇",   "宋佳",   "郑浩", "欧阳修竹", "韩雪", "冯立新", "邓超", "曹颖", "彭程",   "曾国强"};
static const char *const levels[] = {"standard", "standard", "silver", "standard", "gold"};

static int customer_make(struct tx *tx, int i, int64_t *ret_id)
{
    char phone[16];
    const struct customer_new c = {.source_id = FIRST_SOURCE + i % SOURCES,
                                   .kind = "person",
                                   .name = names[i],
                                   .notice = NOTICE,
                                   .phones = {phone},
                                   .n_phones = 1};

    snprintf(phone, sizeof(phone), "1990000%04d", i + 1);
    return customer_create(tx, &c, ret_id);
}

/* Two of three came to see the project, some of them again; one of three said what he looks for. */
static int visits_make(struct tx *tx, int i, int64_t customer_id, int64_t project_id)
{
    struct visit_new visit = {.kind = "call",
                              .customer_id = customer_id,
                              .project_id = project_id,
                              .awareness_id = FIRST_AWARENESS + i % AWARENESS,
                              .companions = i % 4,
                              .at_ms = tx->now_ms - (2 + i) * HOUR_MS,
                              .note = "咨询三房价格"};
    const struct intent_edit intent = {.customer_id = customer_id,
                                       .project_id = project_id,
                                       .purpose_id = FIRST_PURPOSE + i % PURPOSES,
                                       .wish = {.class = "home",
                                                .rooms = {3, 3 + i % 2},
                                                .area = {9000, 13000},
                                                .floor = {INTENT_NO, INTENT_NO},
                                                .price = {INTENT_NO, (150 + i * 5) * WAN_FEN},
                                                .orientation = "",
                                                .hard = 1u << INTENT_CLASS | 1u << INTENT_ROOMS},
                                       .note = "看中高楼层"};
    int64_t id;
    int r = visit_add(tx, &visit, &id);

    visit.kind = "visit";
    visit.note = i % 2 ? "看样板房" : "";
    for (int n = 0; r == 0 && i % 3 != 0 && n <= i % 2; n++) {
        visit.at_ms += HOUR_MS;
        r = visit_add(tx, &visit, &id);
    }
    return r == 0 && i % 3 == 1 ? intent_set(tx, &intent, &id) : r;
}

static int points_make(struct tx *tx, int i, int64_t member_id)
{
    const int64_t expires_ms = tx->now_ms + (30 + i * 10) * DAY_MS;
    int64_t balance;
    int r = points_adjust(tx, member_id, 100 + i * 20, "入会赠送", 0, &balance);

    if (r == 0)
        r = points_adjust(tx, member_id, 50, "看房积分", expires_ms, &balance);
    if (r == 0 && i % 3 == 0)
        r = points_adjust(tx, member_id, -30, "礼品兑换", 0, &balance);
    return r;
}

static int member_make(struct tx *tx, int i, int64_t customer_id, const char *pin_hash)
{
    const char *level = levels[(size_t)i % (sizeof(levels) / sizeof(levels[0]))];
    char code[24], number[24];
    const struct card_new card = {.code = code, .number = number, .terms = TERMS};
    int64_t card_id, member_id = 0;
    int r;

    snprintf(code, sizeof(code), "n:8800%04d", i + 1);
    snprintf(number, sizeof(number), "YQ-%04d", i + 1);
    r = card_issue(tx, customer_id, &card, &card_id);
    if (r == 0)
        r = member_of_customer(tx, customer_id, &member_id);
    if (r == 0)
        r = member_level_set(tx, member_id, 1, level);
    if (r == 0)
        r = member_pin_set(tx, member_id, 2, pin_hash);
    return r < 0 ? r : points_make(tx, i, member_id);
}

int demo_members_make(struct tx *tx, int64_t cashier_id, int64_t project_id)
{
    char hash[PASSWORD_HASH_TEXT];
    struct actor cashier;
    struct tx own = *tx;
    int r = actor_load(tx->db, cashier_id, &cashier, NULL);

    if (r == 0)
        r = password_hash(DEMO_PIN, hash);
    own.actor = &cashier;
    for (int i = 0; r == 0 && i < DEMO_CUSTOMERS; i++) {
        int64_t id = 0;

        r = customer_make(&own, i, &id);
        if (r == 0)
            r = visits_make(&own, i, id, project_id);
        if (r == 0 && i < MEMBERS)
            r = member_make(&own, i, id, hash);
    }
    return r;
}
