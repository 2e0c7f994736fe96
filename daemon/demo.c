/* demo.c - see demo.h. Everything goes through the functions a real office uses. */
#include "daemon/demo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/demo_deals.h"
#include "daemon/demo_invoice.h"
#include "daemon/demo_members.h"
#include "daemon/demo_offers.h"
#include "daemon/demo_owners.h"
#include "daemon/demo_till.h"
#include "daemon/site_time.h"
#include "db/clock.h"
#include "db/device.h"
#include "db/disclosure.h"
#include "db/fee.h"
#include "db/flow.h"
#include "db/import.h"
#include "db/layout.h"
#include "db/money.h"
#include "db/permit.h"
#include "db/post.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/unit.h"
#include "db/unit_class.h"
#include "db/user.h"

#define DEMO_PASSWORD "anchang-demo"

static const struct {
    const char *login, *name, *role, *post;
} people[] = {
    {"admin", "系统管理员", "admin", "系统管理员"},
    {"manager", "陈经理", "sales-manager", "项目销售经理"},
    {"control", "李销控", "sales-controller", "销控员"},
    {"cashier", "王收银", "cashier", "案场收银"},
    {"sales", "赵顾问", "consultant", "置业顾问"},
    {"audit", "孙审计", "auditor", "审计员"},
    {"group", "周总", "group-manager", "集团管理层"},
    {"sales2", "周顾问", "consultant", "置业顾问"},
    {"care", "钱客服", "service", "客服"},
    {"care2", "吴客服", "service", "客服"}, /* a countersign sheet has a line for two of them */
};
enum { PEOPLE = sizeof(people) / sizeof(people[0]) };

/* ---- people ---- */

struct wanted {
    const char *role;
    int64_t id;
};

static int post_take(void *arg, const struct post_row *row)
{
    struct wanted *w = arg;

    if (row->role && strcmp(row->role, w->role) == 0)
        w->id = row->id;
    return 0;
}

/* As if its user had changed it: it is printed for whoever tries the demonstration out. */
static int password_settle(struct tx *tx, int64_t user_id, const char *hash)
{
    const struct actor self = {.kind = ACTOR_USER, .id = user_id, .name = "demo"};
    struct tx own = *tx;

    own.actor = &self;
    return user_password_change(&own, user_id, hash, hash, "demo");
}

static int people_make(struct tx *tx, int64_t ids[PEOPLE])
{
    char hash[PASSWORD_HASH_TEXT];
    int r = posts_seed(tx);

    if (r >= 0)
        r = flows_seed(tx);
    for (size_t i = 0; r >= 0 && i < PEOPLE; i++) {
        struct wanted w = {people[i].role, 0};
        struct user_new user = {.login = people[i].login, .name = people[i].name, .n_posts = 1};

        r = post_scan(tx, 0, post_take, &w);
        if (r >= 0)
            r = password_hash(DEMO_PASSWORD, hash);
        user.password_hash = hash;
        user.post_ids = &w.id;
        if (r >= 0)
            r = user_create(tx, &user, &ids[i]);
        if (r >= 0)
            r = password_settle(tx, ids[i], hash);
    }
    return r < 0 ? r : 0;
}

/* ---- units ---- */

struct line {
    const char *line, *layout, *orientation;
    int64_t gross, inner; /* 0.01 m2 */
};

static const struct line lines_a[] = {
    {"01", "A 三室两厅两卫", "南", 11836, 9468},
    {"02", "B 两室两厅一卫", "南", 8915, 7132},
    {"03", "B 两室两厅一卫", "南", 8915, 7132},
    {"04", "A 三室两厅两卫", "南", 11836, 9468},
};
static const struct line lines_b[] = {
    {"01", "C 四室两厅两卫", "南北", 14333, 11466},
    {"02", "C 四室两厅两卫", "南北", 14333, 11466},
};
static const struct line lines_c[] = {
    {"01", "D 一室一厅一卫", "东", 4826, 3475}, {"02", "D 一室一厅一卫", "东", 4826, 3475},
    {"03", "D 一室一厅一卫", "东", 4826, 3475}, {"04", "E 两室一厅一卫", "南", 6542, 4711},
    {"05", "D 一室一厅一卫", "西", 4826, 3475}, {"06", "D 一室一厅一卫", "西", 4826, 3475},
    {"07", "D 一室一厅一卫", "西", 4826, 3475}, {"08", "E 两室一厅一卫", "南", 6542, 4711},
};

struct tower {
    const char *building, *stair, *class, *usage;
    const struct line *lines;
    size_t n_lines;
    int64_t low, high, base_fen; /* unit price of the lowest floor, fen per m2 */
    bool skip_unlucky;           /* no 4, 13, 14 */
};

static const struct tower towers[] = {
    {"1栋", "一单元", "home", "住宅", lines_a, 4, 2, 18, 2380000, false},
    {"1栋", "二单元", "home", "住宅", lines_a, 4, 2, 18, 2390000, false},
    {"2栋", "", "home", "住宅", lines_b, 2, 1, 26, 2650000, true},
    {"3栋", "", "apartment", "商务公寓", lines_c, 8, 3, 20, 2980000, true},
};

/* The same draw for the same unit each time: a demo is alike on every machine. */
static unsigned draw(unsigned seed)
{
    seed = (seed ^ 61u) ^ (seed >> 16);
    seed *= 9u;
    seed ^= seed >> 4;
    seed *= 0x27d4eb2du;
    return (seed ^ (seed >> 15)) % 100u;
}

static char opening_state(unsigned chance)
{
    if (chance < 10)
        return 'T';
    if (chance < 22)
        return 'F';
    if (chance < 30)
        return 'C';
    if (chance < 34)
        return 'S';
    return 'U';
}

static const char *state_word(char state)
{
    return state == 'T'   ? "已办证"
           : state == 'F' ? "已备案"
           : state == 'C' ? "已签约"
           : state == 'S' ? "已认购"
                          : "在售";
}

static int tower_import(struct import *im, const struct tower *t, unsigned *seed)
{
    int64_t ordinal = t->low;
    int r = 0;

    for (int64_t floor = t->low; r == 0 && floor <= t->high; floor++) {
        if (t->skip_unlucky && (floor == 4 || floor == 13 || floor == 14))
            continue;
        for (size_t i = 0; r == 0 && i < t->n_lines; i++) {
            char room[16], label[8];
            int64_t price = t->base_fen + ordinal * 9000 + (int64_t)i * 5000;
            char state = opening_state(draw((*seed)++));
            struct import_unit u = {.building = t->building,
                                    .stair = t->stair,
                                    .floor = label,
                                    .room = room,
                                    .floor_ordinal = ordinal,
                                    .span = 1,
                                    .class = t->class,
                                    .usage_text = t->usage,
                                    .layout = t->lines[i].layout,
                                    .orientation = t->lines[i].orientation,
                                    .gross = t->lines[i].gross,
                                    .inner = t->lines[i].inner,
                                    .floor_height_mm = t->class[0] == 'a' ? 4500 : 3000,
                                    .state = state,
                                    .status_word = state_word(state),
                                    .reason = ""};

            snprintf(label, sizeof(label), "%" PRId64, floor);
            snprintf(room, sizeof(room), "%" PRId64 "%s", floor, t->lines[i].line);
            u.total_fen = money_total(price, u.gross, 100, ROUND_HALF_UP);
            u.filed_total_fen = u.total_fen;
            r = import_add(im, &u);
        }
        ordinal++;
    }
    return r;
}

/* A row of shops on two floors and one below ground, of uneven length, as such rows are. */
static int shops_import(struct import *im, unsigned *seed)
{
    static const int64_t floors[] = {-1, 1, 2};
    static const int counts[] = {6, 14, 11};
    int r = 0;

    for (size_t f = 0; f < 3; f++)
        for (int i = 1; r == 0 && i <= counts[f]; i++) {
            char room[16], label[8];
            int64_t gross = 3800 + (int64_t)(draw(*seed + 7) * 90);
            char state = opening_state(draw((*seed)++));
            struct import_unit u = {.building = "商业街",
                                    .stair = "",
                                    .floor = label,
                                    .room = room,
                                    .floor_ordinal = floors[f],
                                    .span = 1,
                                    .class = "shop",
                                    .usage_text = "商业",
                                    .layout = "",
                                    .orientation = "",
                                    .gross = gross,
                                    .inner = gross * 78 / 100,
                                    .floor_height_mm = 5100,
                                    .state = f == 0 && i == 6 ? 'N' : state,
                                    .status_word = state_word(state),
                                    .reason = "物业用房"};

            snprintf(label, sizeof(label), "%" PRId64, floors[f]);
            snprintf(room, sizeof(room), floors[f] < 0 ? "B1%02d" : "%d%02d",
                     floors[f] < 0 ? i : (int)floors[f], i);
            u.total_fen = money_total(4200000 - (int64_t)f * 300000, gross, 100, ROUND_HALF_UP);
            u.filed_total_fen = u.total_fen;
            r = import_add(im, &u);
        }
    return r;
}

/* Two floors of parking under the houses, each in two areas; a space is priced as a whole. */
static int parking_import(struct import *im, unsigned *seed)
{
    static const char *const areas[] = {"A区", "B区"};
    static const int counts[] = {12, 10}; /* per area, first floor below ground and second */
    int r = 0;

    for (int f = 0; f < 2; f++)
        for (int i = 0; r == 0 && i < 2 * counts[f]; i++) {
            char room[16], label[8];
            char state = opening_state(draw((*seed)++));
            struct import_unit u = {.building = "地下车库",
                                    .stair = areas[i / counts[f]],
                                    .floor = label,
                                    .room = room,
                                    .floor_ordinal = -1 - f,
                                    .span = 1,
                                    .class = "parking",
                                    .usage_text = "车位",
                                    .layout = "",
                                    .orientation = "",
                                    .gross = 1325,
                                    .inner = 1325,
                                    .floor_height_mm = 3600,
                                    .total_fen = 16800000 - f * 2000000,
                                    .filed_total_fen = 16800000 - f * 2000000,
                                    .state = state,
                                    .status_word = state_word(state),
                                    .reason = ""};

            snprintf(label, sizeof(label), "-%d", f + 1);
            snprintf(room, sizeof(room), "B%d-%03d", f + 1, i + 1);
            r = import_add(im, &u);
        }
    return r;
}

static int units_make(struct tx *tx, int64_t project_id)
{
    const struct import_options options = {project_id, "demo", ""};
    struct import_result result;
    struct import *im;
    unsigned seed = 1;
    int r = import_begin(tx, &options, &im);

    for (size_t i = 0; r == 0 && i < sizeof(towers) / sizeof(towers[0]); i++)
        r = tower_import(im, &towers[i], &seed);
    if (r == 0)
        r = shops_import(im, &seed);
    if (r == 0)
        r = parking_import(im, &seed);
    if (r == 0)
        r = import_end(im, &result);
    import_free(im);
    return r;
}

/* ---- what surrounds them ---- */

static const struct {
    const char *code, *value;
} items[] = {
    {"P3", "国有建设用地（出让），城镇住宅用地、商服用地"},
    {"P4", "住宅 2023-05-18 至 2093-05-17；商服 2023-05-18 至 2063-05-17"},
    {"P7", "3.2"},
    {"P8", "35 %"},
    {"P9", "1 : 1.2"},
    {"P10", "钢筋混凝土剪力墙结构"},
    {"P11", "毛坯交付；公共部分精装修"},
    {"P12", "市政供水、双回路供电、管道燃气；不集中供暖；光纤到户"},
    {"P16", "一级物业服务：秩序维护、保洁、绿化养护、共用设施维护"},
    {"P17", "12345（演示）"},
    {"P19", "本批次取得许可的房源已一次性全部公开。"},
    {"P20", "《商品房销售管理办法》《城市商品房预售管理办法》及合同示范文本已在销售现场公示。"},
    {"P21", "开发企业自行销售，无代理机构。"},
    {"P26", "项目东侧 120 m 为城市主干道；北侧规划有地下变电站。"},
};

static int surroundings_make(struct tx *tx, int64_t project_id)
{
    const struct fee_row fees[] = {
        {0, 0, project_id, "property", "住宅物业服务费", "2.80 元/m²·月",
         "前期物业服务合同，政府指导价", "示范物业", false, CLASS_BIT(UNIT_CLASS_HOME), FEE_NONE,
         0},
        {0, 0, project_id, "property", "商业物业服务费", "6.50 元/m²·月", "前期物业服务合同",
         "示范物业", false, CLASS_BIT(UNIT_CLASS_SHOP), FEE_NONE, 0},
        {0, 0, project_id, "property", "车位管理费", "80 元/个·月", "前期物业服务合同", "示范物业",
         false, CLASS_BIT(UNIT_CLASS_PARKING), FEE_NONE, 0},
        {0, 0, project_id, "agency", "代办不动产登记", "300 元/套", "委托协议", "示范代办", true, 0,
         FEE_FLAT, 30000},
    };
    int64_t id;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(items) / sizeof(items[0]); i++) {
        const struct disclosure_set set = {
            .project_id = project_id, .code = items[i].code, .value = items[i].value};

        r = disclosure_set(tx, &set);
    }
    for (size_t i = 0; r >= 0 && i < sizeof(fees) / sizeof(fees[0]); i++)
        r = fee_create(tx, &fees[i], &id);
    return r < 0 ? r : demo_offers_make(tx, project_id);
}

/* The units of a batch: of the project, in one of @states, with one of @rooms (NULL: any). */
struct batch {
    struct unit_ref *units;
    int64_t *ids;
    size_t n;
    const char *states;
    const char *const *rooms;
};
enum { DEMO_UNITS_MAX = 1000 };

static int batch_take(void *arg, const struct unit_row *row)
{
    struct batch *b = arg;
    bool wanted = !b->rooms;

    for (size_t i = 0; b->rooms && b->rooms[i]; i++)
        wanted = wanted || strcmp(b->rooms[i], row->room) == 0;
    if (wanted && strchr(b->states, row->state) && b->n < DEMO_UNITS_MAX) {
        b->ids[b->n] = row->id;
        b->units[b->n++] = (struct unit_ref){row->id, 0};
    }
    return 0;
}

static void batch_free(struct batch *b)
{
    free(b->units);
    free(b->ids);
}

static int batch_read(struct tx *tx, int64_t project_id, const char *letters,
                      const char *const *rooms, struct batch *ret_batch)
{
    const struct unit_filter filter = {.project_id = project_id};
    struct batch b = {.units = calloc(DEMO_UNITS_MAX, sizeof(*b.units)),
                      .ids = calloc(DEMO_UNITS_MAX, sizeof(*b.ids)),
                      .states = letters,
                      .rooms = rooms};
    int r = b.units && b.ids ? unit_scan(tx, &filter, batch_take, &b) : -ENOMEM;

    if (r < 0) {
        batch_free(&b);
        return r;
    }
    *ret_batch = b;
    return 0;
}

static int permit_make(struct tx *tx, int64_t project_id, int64_t *ret_id)
{
    struct permit_new permit = {.project_id = project_id,
                                .kind = "presale",
                                .number = "演示预售字（2026）第 001 号",
                                .issued_date = "2026-03-01",
                                .scope_text = "1栋、2栋、3栋、商业街、地下车库",
                                .escrow_bank = "示范银行城东支行",
                                .escrow_name = "示范置业有限公司预售资金监管专户",
                                .escrow_account = "6200 0000 0000 0000 001"};
    struct batch all;
    int r = batch_read(tx, project_id, "UAKRXBSCFDTN", NULL, &all);

    if (r < 0)
        return r;
    permit.units_named = (int64_t)all.n;
    permit.scope.units = all.ids;
    permit.scope.n_units = all.n;
    r = permit_create(tx, &permit, ret_id);
    batch_free(&all);
    return r;
}

static int act(struct tx *tx, int64_t project_id, const char *letters, const char *const *rooms,
               struct unit_action *action)
{
    struct batch b;
    int r = batch_read(tx, project_id, letters, rooms, &b);

    if (r < 0)
        return r;
    action->units = b.units;
    action->n = b.n;
    r = unit_act(tx, project_id, action);
    batch_free(&b);
    return r;
}

/* Areas reviewed, everything released, a few model rooms held. */
static int sale_open(struct tx *tx, int64_t project_id)
{
    static const char *const model_rooms[] = {"1801", "1804", "1501", "905", NULL};
    struct unit_action release = {.transition = TRANSITION_RELEASE};
    struct unit_action hold = {
        .transition = TRANSITION_HOLD, .reason = "样板间展示", .until_ms = tx->now_ms + 5 * DAY_MS};
    struct batch all;
    int r = batch_read(tx, project_id, "UAKRXBSCFDTN", NULL, &all);

    if (r < 0)
        return r;
    r = unit_review_areas(tx, project_id, "premeasured", all.units, all.n);
    batch_free(&all);
    if (r == 0)
        r = act(tx, project_id, "U", NULL, &release);
    return r < 0 ? r : act(tx, project_id, "A", model_rooms, &hold);
}

static int publish(struct tx *tx, int64_t project_id, int64_t author_id, int64_t approver_id)
{
    struct actor author, approver;
    struct tx own = *tx;
    bool must_change;
    int64_t id = 0;
    int r = actor_load(tx->db, author_id, &author, &must_change);

    if (r >= 0)
        r = actor_load(tx->db, approver_id, &approver, &must_change);
    own.actor = &author;
    if (r >= 0)
        r = publication_create(&own, project_id, "首次公示", &id);
    if (r >= 0)
        r = publication_submit(&own, id, 1);
    own.actor = &approver;
    return r < 0 ? r : publication_approve(&own, id, 2, NULL);
}

static int project_make(struct tx *tx, const int64_t ids[PEOPLE], int64_t *ret_id)
{
    const struct project_new project = {.name = "云栖雅苑（演示）",
                                        .name_en = "Yunqi Garden (demo)",
                                        .city = "示范市",
                                        .address = "示范市城东区云栖路 88 号",
                                        .developer = "示范置业有限公司",
                                        .phone = "0000-12345678"};
    struct project_change terms;
    int64_t id = 0, permit_id = 0;
    int r = project_create(tx, &project, &id);

    if (r >= 0) {
        project_change_init(&terms, id, 1);
        terms.rates_date = "2026-10-20";
        r = project_update(tx, &terms);
    }
    if (r >= 0)
        r = units_make(tx, id);
    if (r >= 0)
        r = permit_make(tx, id, &permit_id);
    if (r >= 0)
        r = demo_accounts_make(tx, id, permit_id);
    if (r >= 0)
        r = surroundings_make(tx, id);
    if (r >= 0)
        r = sale_open(tx, id);
    if (r >= 0)
        r = publish(tx, id, ids[2], ids[1]);
    if (r >= 0)
        *ret_id = id;
    return r;
}

static int project_count(void *arg, const struct project_brief *brief)
{
    (void)brief;
    ++*(size_t *)arg;
    return 0;
}

const char *const demo_readers[DEMO_READERS] = {"收银台读卡器", "自助屏读卡器"};

/* As the daemon would at its start: a terminal can be bound to one before there is a daemon. */
static int readers_make(struct tx *tx)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < DEMO_READERS; i++) {
        const struct device_new reader = {"virtual", demo_readers[i], "virtual", demo_readers[i]};
        int64_t id;

        r = device_seen(tx, &reader, &id);
    }
    return r < 0 ? r : 0;
}

int demo_make(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    const int64_t days = json_integer_value(json_object_get(args, "days"));
    json_t *users = json_array();
    int64_t ids[PEOPLE] = {0};
    int64_t project_id = 0;
    size_t projects = 0;
    struct tx begin = *tx;
    int r = project_each(tx, 0, project_count, &projects);

    (void)app;
    if (days < 0 || days > DEMO_DAYS_MAX)
        r = -EINVAL;
    begin.now_ms -= days * DAY_MS;
    if (r >= 0 && projects == 0) {
        const struct demo_people *staff;

        r = people_make(&begin, ids);
        if (r == 0)
            r = project_make(&begin, ids, &project_id);
        staff = &(struct demo_people){ids[1], ids[6],           ids[2],
                                      ids[3], {ids[4], ids[7]}, {ids[8], ids[9]}};
        if (r == 0)
            r = demo_deals_make(tx, project_id, staff, days, tx->now_ms);
        if (r == 0)
            r = demo_members_make(tx, ids[3], project_id);
        if (r == 0)
            r = demo_owners_make(tx, project_id, ids[1], ids[4], ids[7]);
        if (r == 0 && days > 0)
            r = demo_invoices_make(tx, project_id, ids[3]);
    }
    if (r >= 0 && json_is_true(json_object_get(args, "readers")))
        r = readers_make(tx);
    if (r < 0) {
        json_decref(users);
        return r;
    }
    for (size_t i = 0; i < PEOPLE; i++)
        json_array_append_new(users, json_pack("{s:s, s:s, s:s, s:s}", "login", people[i].login,
                                               "password", DEMO_PASSWORD, "name", people[i].name,
                                               "post", people[i].post));
    *ret_out = json_pack("{s:b, s:o, s:o}", "made", projects == 0, "users", users, "member",
                         json_pack("{s:s, s:s}", "card", DEMO_CARD, "pin", DEMO_PIN));
    return 0;
}
