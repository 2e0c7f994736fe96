/* words.c - see words.h. To teach a word, add it to its table; all words are given folded. */
#include "daemon/sheet/words.h"

#include "daemon/sheet/sheet_impl.h"

#include <string.h>

static const struct {
    const char *name, *zh, *en;
} fields[FIELD_COUNT] = {
    [FIELD_PROJECT] = {"project", "项目", "project"},
    [FIELD_BUILDING] = {"building", "楼栋", "building"},
    [FIELD_STAIR] = {"stair", "单元", "stair"},
    [FIELD_FLOOR] = {"floor", "楼层", "floor"},
    [FIELD_ROOM] = {"room", "房号", "room number"},
    [FIELD_CLASS] = {"class", "用途", "use"},
    [FIELD_LAYOUT] = {"layout", "户型", "layout"},
    [FIELD_ORIENTATION] = {"orientation", "朝向", "orientation"},
    [FIELD_GROSS] = {"gross", "建筑面积", "gross area"},
    [FIELD_INNER] = {"inner", "套内面积", "inner area"},
    [FIELD_SHARED] = {"shared", "分摊面积", "shared area"},
    [FIELD_UNIT_PRICE] = {"unit_price", "单价", "unit price"},
    [FIELD_TOTAL] = {"total", "总价", "total price"},
    [FIELD_FILED_TOTAL] = {"filed_total", "备案总价", "filed total"},
    [FIELD_DEAL_TOTAL] = {"deal_total", "成交总价", "deal total"},
    [FIELD_STATUS] = {"status", "状态", "status"},
    [FIELD_FLOOR_HEIGHT] = {"floor_height", "层高", "floor height"},
};

const char *unit_field_name(enum unit_field field)
{
    return field < FIELD_COUNT ? fields[field].name : "";
}

const char *unit_field_label(enum unit_field field, enum lang lang)
{
    if (field >= FIELD_COUNT)
        return "";
    return lang == LANG_ZH ? fields[field].zh : fields[field].en;
}

enum unit_field unit_field_of(const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(name, fields[i].name) == 0)
            return (enum unit_field)i;
    return FIELD_NONE;
}

/* One character as folded: 0 when it vanishes. */
static uint32_t fold_char(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case 0xA0:
    case 0x200B:
    case 0x3000:
    case 0xFEFF:
        return 0;
    case 0xFFE5:
        return 0xA5; /* the wide yen sign */
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
        return '-';
    case 0x33A1:
        return 0x33A1;
    default:
        return c;
    }
}

static uint32_t char_at(const unsigned char *p, size_t n)
{
    if (n == 1)
        return p[0];
    if (n == 2)
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    if (n == 3)
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
           (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

static size_t fold_wide(const unsigned char *p, size_t n, char *out, size_t room)
{
    uint32_t c = fold_char(char_at(p, n));

    if (c == 0)
        return 0;
    if (c < 0x80) {
        if (room < 1)
            return SIZE_MAX;
        out[0] = (char)c;
        return 1;
    }
    if (c == 0xA5) {
        if (room < 2)
            return SIZE_MAX;
        memcpy(out, "¥", 2);
        return 2;
    }
    if (room < n)
        return SIZE_MAX;
    memcpy(out, p, n);
    return n;
}

size_t words_fold(const char *text, size_t len, char *out, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t used = 0, i = 0;

    /* Our exports put a quote before what a spreadsheet would take for a formula: "'-1". */
    if (len >= 2 && p[0] == '\'' && strchr("=+-@", p[1]) && p[1] != '\0')
        i = 1;
    while (i < len) {
        size_t n, put;

        if (p[i] > ' ' && p[i] < 0x80) { /* nearly all of it */
            if (used == size)
                break;
            out[used++] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
            i++;
            continue;
        }
        n = utf8_step(p + i, len - i);
        if (n == 0) /* not text: kept as it is */
            n = 1;
        put = n == 1 && p[i] >= 0x80 ? SIZE_MAX : fold_wide(p + i, n, out + used, size - used);
        if (put == SIZE_MAX && n == 1 && p[i] >= 0x80 && used < size) {
            out[used] = (char)p[i];
            put = 1;
        }
        if (put == SIZE_MAX)
            break;
        used += put;
        i += n;
    }
    return used;
}

static bool same(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(text, word, len) == 0;
}

bool words_is_nothing(const char *text, size_t len)
{
    static const char *const nothing[] = {"-",   "--", "---",  "/",    "\\",   "无", "空",
                                          "n/a", "na", "null", "none", "暂无", "*"};

    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
        if (same(text, len, nothing[i]))
            return true;
    return false;
}

static const struct {
    enum unit_field field;
    const char *const words[28];
} headers[] = {
    {FIELD_PROJECT,
     {"项目", "项目名称", "楼盘", "楼盘名称", "小区", "小区名称", "工程名称", "project",
      "projectname", "development"}},
    {FIELD_BUILDING,
     {"栋",     "楼栋",     "幢",    "座",    "栋号",   "幢号",       "楼号",        "座号",
      "楼栋号", "楼栋名称", "楼宇",  "楼幢",  "楼幢号", "所在楼栋",   "所在幢",      "幢名称",
      "大楼",   "building", "block", "tower", "bldg",   "buildingno", "buildingname"}},
    {FIELD_STAIR,
     {"单元", "梯", "单元号", "单元名称", "座/单元", "座别", "梯号", "所在单元", "stair",
      "entrance", "section", "stairunit"}},
    {FIELD_FLOOR,
     {"层", "楼层", "所在层", "所在楼层", "层数", "层次", "层号", "楼层号", "名义层", "实际层",
      "floor", "level", "storey", "floorno"}},
    {FIELD_ROOM,
     {"房号", "室号",   "房间号",     "房间",   "室",       "房屋号",       "房屋编号", "户号",
      "房源", "房源号", "房源编号",   "门牌号", "房产编号", "房屋坐落室号", "号房",     "车位号",
      "room", "roomno", "roomnumber", "unit",   "unitno",   "unitnumber",   "apartment"}},
    {FIELD_CLASS,
     {"用途", "性质", "类型", "房屋用途", "规划用途", "设计用途", "房屋性质", "房屋类型",
      "物业类型", "产品类型", "业态", "房产类型", "产品", "usage", "use", "class", "type",
      "propertytype"}},
    {FIELD_LAYOUT,
     {"户型", "房型", "户型名称", "户型图", "户型结构", "户型编号", "layout", "plan", "floorplan",
      "unittype"}},
    {FIELD_ORIENTATION, {"朝向", "房屋朝向", "座向", "orientation", "facing", "aspect"}},
    {FIELD_GROSS,
     {"建筑面积", "预测建筑面积", "实测建筑面积", "建面",           "预测面积",     "实测面积",
      "面积",     "预售面积",     "销售面积",     "产权面积",       "建筑面积m2",   "预售建筑面积",
      "预测建面", "实测建面",     "总建筑面积",   "buildingaream2", "buildingarea", "grossarea",
      "gross",    "gfa",          "area",         "grossaream2"}},
    {FIELD_INNER,
     {"套内面积", "套内建筑面积", "套内", "预测套内面积", "实测套内面积", "预测套内建筑面积",
      "实测套内建筑面积", "户内面积", "使用面积", "套内建面", "inneraream2", "innerarea", "inner",
      "netarea", "insidearea", "inneraream"}},
    {FIELD_SHARED,
     {"分摊面积", "公摊面积", "公摊", "分摊", "分摊建筑面积", "分摊的共有建筑面积", "公用分摊面积",
      "预测分摊面积", "实测分摊面积", "sharedarea", "shared", "sharedaream2", "commonarea"}},
    {FIELD_UNIT_PRICE,
     {"单价", "备案单价", "建筑面积单价", "建面单价", "毛坯单价", "销售单价", "拟售单价",
      "申报单价", "均价", "公示单价", "一房一价单价", "按建筑面积单价", "表单价",
      "unitpricecnyperm2", "unitprice", "price/m2", "pricepersqm", "pricem2"}},
    {FIELD_TOTAL,
     {"总价", "总价款", "房屋总价", "销售总价", "总房款", "总金额", "房款总价", "拟售总价",
      "申报总价", "公示总价", "标准总价", "表总价", "总售价", "合计总价", "totalpricecny",
      "totalprice", "total", "price", "amount"}},
    {FIELD_FILED_TOTAL,
     {"备案总价", "备案价", "备案价格", "物价备案总价", "filedtotal", "filedprice",
      "filedtotalprice"}},
    {FIELD_DEAL_TOTAL,
     {"成交总价", "成交价", "成交价格", "成交金额", "实际成交价", "实际成交总价", "成交总价款",
      "合同总价", "合同价", "合同金额", "合同总价款", "签约总价", "签约价", "dealtotal",
      "dealprice", "contracttotal", "contractprice", "soldprice"}},
    {FIELD_STATUS,
     {"状态", "销售状态", "房屋状态", "房源状态", "当前状态", "销控状态", "销控", "是否可售",
      "房态", "销售情况", "备注状态", "statussourcetext", "status", "state", "salestatus"}},
    {FIELD_FLOOR_HEIGHT, {"层高", "房屋层高", "净高", "floorheight", "ceilingheight", "height"}},
};

/* Cuts brackets with what they hold, and marks that only decorate: "*总价（万元）：" -> "总价". */
static size_t header_core(char *text, size_t len)
{
    size_t used = 0, depth = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '(' || text[i] == '[') {
            depth++;
        } else if ((text[i] == ')' || text[i] == ']') && depth > 0) {
            depth--;
        } else if (depth == 0 && !strchr("*:_#.", text[i])) {
            text[used++] = text[i];
        }
    }
    return used;
}

static enum unit_field header_find(const char *folded, size_t n)
{
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        for (const char *const *w = headers[i].words; *w; w++)
            if (same(folded, n, *w))
                return headers[i].field;
    return FIELD_NONE;
}

enum unit_field words_header(const char *text, size_t len, unsigned *ret_power10)
{
    char folded[192];
    size_t n = words_fold(text, len, folded, sizeof(folded));
    bool wan = memmem(folded, n, "万", strlen("万")) != NULL;
    enum unit_field field;

    *ret_power10 = 0;
    n = header_core(folded, n);
    field = header_find(folded, n);
    /* "总价万元", but not "单元": a unit is only cut off what is no heading by itself. */
    while (field == FIELD_NONE && n > 3 &&
           (memcmp(folded + n - 3, "万", 3) == 0 || memcmp(folded + n - 3, "元", 3) == 0)) {
        n -= 3;
        field = header_find(folded, n);
    }
    if (wan && (field == FIELD_TOTAL || field == FIELD_FILED_TOTAL || field == FIELD_DEAL_TOTAL ||
                field == FIELD_UNIT_PRICE))
        *ret_power10 = 4;
    return field;
}

static const struct {
    char state;
    const char *const words[24];
} statuses[] = {
    {'U', {"未推", "未推出", "未放盘", "未推盘", "未开盘", "未取证", "notreleased", "u"}},
    {'A',
     {"在售", "可售", "待售", "期房待售", "现房待售", "可销售", "未售", "可售房源", "现售",
      "available", "forsale", "a"}},
    {'K', {"选房中", "选房锁定", "k"}},
    {'R', {"预留", "保留", "暂留", "内部预留", "reserved", "r"}},
    {'X', {"销控", "销控中", "暂不销售", "暂缓销售", "管控", "held", "hold", "x"}},
    {'B', {"预定", "小订", "小定", "已预订", "已预定", "预订", "booked", "b"}},
    {'S',
     {"认购", "已认购", "已签认购书", "大定", "大订", "已大定", "已签认购", "认购书", "subscribed",
      "s"}},
    {'C',
     {"签约", "已签约", "草签", "已草签", "已签预售合同", "已签合同", "已签买卖合同", "已录入合同",
      "已签现售合同", "合同已签", "signed", "c"}},
    {'F',
     {"备案", "已备案", "网签备案", "已网签备案", "已网签", "合同备案", "已合同备案",
      "网上联机备案", "合同已备案", "filed", "f"}},
    {'D', {"已交付", "交付", "已交房", "入伙", "已入伙", "handedover", "d"}},
    {'T',
     {"已产权备案", "初始登记", "首次登记", "已办证", "已办产权", "已登记", "产权登记",
      "已办理产权", "办证完成", "titleissued", "t"}},
    {'N',
     {"自持", "回迁", "配套", "物业用房", "不可售", "不可销售", "公建配套", "非售", "自留",
      "回迁房", "安置", "安置房", "不对外销售", "notforsale", "n"}},
};

char words_status(const char *text, size_t len)
{
    char folded[96];
    size_t n = words_fold(text, len, folded, sizeof(folded));

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        for (const char *const *w = statuses[i].words; *w; w++)
            if (same(folded, n, *w))
                return statuses[i].state;
    return 0;
}

static const struct {
    const char *code;
    const char *const words[20];
} classes[] = {
    {"home",
     {"住宅", "普通住宅", "成套住宅", "商品住宅", "高层住宅", "多层住宅", "洋房", "公寓住宅",
      "小高层", "高层", "住房", "安居房", "home", "residential", "flat"}},
    {"apartment", {"公寓", "商务公寓", "酒店式公寓", "单身公寓", "apartment", "servicedapartment"}},
    {"villa", {"别墅", "联排", "叠拼", "联排别墅", "叠墅", "独栋别墅", "双拼", "villa", "house"}},
    {"office", {"办公", "写字楼", "商业办公", "办公用房", "研发办公", "商务办公", "office"}},
    {"shop",
     {"商业", "商铺", "集中商业", "店铺", "商业用房", "底商", "商业服务", "商服", "裙楼商业",
      "门面", "商业网点", "shop", "retail", "commercial"}},
    {"parking",
     {"车位", "车库", "停车位", "地下车位", "机动车位", "产权车位", "parking", "carpark"}},
    {"storage", {"储藏室", "储藏间", "仓储", "仓库", "地下室", "杂物间", "储物间", "storage"}},
};

const char *words_class(const char *text, size_t len)
{
    char folded[96];
    size_t n = words_fold(text, len, folded, sizeof(folded));

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        for (const char *const *w = classes[i].words; *w; w++)
            if (same(folded, n, *w))
                return classes[i].code;
    return NULL;
}

const char *words_not_for_sale(const char *text, size_t len)
{
    static const char *const words[] = {
        "管井",     "管道井",   "风井",       "电井",        "避难",     "屋面",         "屋顶层",
        "屋顶",     "天面",     "机房",       "配电",        "变电",     "开闭所",       "设备房",
        "设备层",   "设备用房", "水泵房",     "消防",        "物业用房", "物业管理用房", "物管用房",
        "社区用房", "公厕",     "公共卫生间", "垃圾",        "架空",     "门卫",         "值班室",
        "人防",     "楼梯间",   "电梯厅",     "弱电",        "强电",     "水箱",         "烟道",
        "业委会",   "公配",     "shaft",      "refugefloor", "rooftop",  "plantroom"};
    char folded[192];
    size_t n;

    if (len < 5) /* the shortest, "shaft"; two Chinese characters are six bytes */
        return NULL;
    n = words_fold(text, len, folded, sizeof(folded));
    /* Run for each row: most of the work is to see that no word begins here. */
    for (size_t at = 0; at + 5 <= n; at++) {
        const char *p = folded + at;

        if ((*p & 0xC0) == 0x80) /* within a character */
            continue;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (p[2] == words[i][2] && p[1] == words[i][1] && p[0] == words[i][0] &&
                strlen(words[i]) <= n - at && memcmp(p, words[i], strlen(words[i])) == 0)
                return words[i];
    }
    return NULL;
}
