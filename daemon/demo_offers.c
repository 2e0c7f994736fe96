/* demo_offers.c - see demo_offers.h. */
#include "daemon/demo_offers.h"

#include <string.h>

#include "db/discount.h"
#include "db/discount_limit.h"
#include "db/payment_plan.h"
#include "db/post.h"

static const struct payment_plan_line one_off[] = {
    {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
    {FUND_HOUSE_MONEY, SHARE_REST, 0, "subscribed", 7, NULL, "", NULL}};
static const struct payment_plan_line mortgage[] = {
    {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
    {FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000, "signed", 0, NULL, "", NULL},
    {FUND_BANK_LOAN, SHARE_PERCENT, 7000, "filed", 60, NULL, "", NULL}};
static const struct payment_plan_line combined[] = {
    {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
    {FUND_DOWN_PAYMENT, SHARE_REST, 0, "signed", 0, NULL, "", NULL},
    {FUND_FUND_LOAN, SHARE_PERCENT, 3500, "filed", 90, NULL, "", NULL},
    {FUND_BANK_LOAN, SHARE_PERCENT, 3500, "filed", 60, NULL, "", NULL}};
static const struct payment_plan_line instalments[] = {
    {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
    {FUND_HOUSE_MONEY, SHARE_PERCENT, 3000, "signed", 0, NULL, "", NULL},
    {FUND_HOUSE_MONEY, SHARE_PERCENT, 3000, "signed", 90, NULL, "", NULL},
    {FUND_HOUSE_MONEY, SHARE_PERCENT, 4000, "node", 0, NULL, "handover", NULL}};

static int plans_make(struct tx *tx, int64_t project_id, int64_t *ret_one_off)
{
    const struct payment_plan_row plans[] = {
        {0, 0, project_id, "一次性付款", "one_off", 10, true, one_off, 2},
        {0, 0, project_id, "商业按揭（首付三成）", "commercial", 20, true, mortgage, 3},
        {0, 0, project_id, "组合贷款", "combined", 30, true, combined, 4},
        {0, 0, project_id, "分期付款", "instalments", 40, true, instalments, 4},
    };
    int64_t id = 0;
    int r = payment_plan_create(tx, &plans[0], ret_one_off);

    for (size_t i = 1; r >= 0 && i < sizeof(plans) / sizeof(plans[0]); i++)
        r = payment_plan_create(tx, &plans[i], &id);
    return r;
}

static int discounts_make(struct tx *tx, int64_t project_id, int64_t one_off_plan)
{
    const struct discount_row discounts[] = {
        {.name = "按时签约优惠",
         .condition = "认购后 7 日内签订买卖合同",
         .from_date = "2026-01-01",
         .until_date = "2027-12-31",
         .kind = "regular",
         .value = 9900,
         .ordinal = 10},
        {.name = "一次性付款优惠",
         .condition = "选择一次性付款",
         .kind = "regular",
         .value = 9800,
         .plan_id = one_off_plan,
         .ordinal = 20},
        {.name = "老业主优惠",
         .condition = "本公司项目业主及直系亲属，凭权属证明认证",
         .kind = "identity",
         .value = 9900,
         .identity = "老业主",
         .ordinal = 30},
        {.name = "会员优惠",
         .condition = "金卡及以上会员",
         .kind = "member",
         .value = 9950,
         .level = "gold",
         .ordinal = 40},
        {.name = "销售经理优惠",
         .condition = "由项目经理在权限内给予，超出的须审批",
         .kind = "manager",
         .value = 9000,
         .ordinal = 90},
    };
    int64_t id;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(discounts) / sizeof(discounts[0]); i++) {
        struct discount_row d = discounts[i];

        d.project_id = project_id;
        d.method = "percent";
        r = discount_create(tx, &d, &id);
    }
    return r;
}

struct limited {
    struct tx *tx;
    int64_t project_id;
};

/* A consultant gives what the list has together, the manager more. */
static int limit_make(void *arg, const struct post_row *post)
{
    const struct limited *l = arg;
    struct discount_limit_row limit = {.post_id = post->id, .post = post->name};

    if (!post->role)
        return 0;
    if (strcmp(post->role, "consultant") == 0)
        limit.most_bp = 400;
    else if (strcmp(post->role, "sales-manager") == 0)
        limit.most_bp = 700;
    else
        return 0;
    return discount_limit_set(l->tx, l->project_id, &limit);
}

int demo_offers_make(struct tx *tx, int64_t project_id)
{
    struct limited limited = {tx, project_id};
    int64_t one_off_plan = 0;
    int r = plans_make(tx, project_id, &one_off_plan);

    if (r >= 0)
        r = discounts_make(tx, project_id, one_off_plan);
    return r < 0 ? r : post_scan(tx, 0, limit_make, &limited);
}
