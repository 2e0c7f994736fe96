/* fill.c - bench_fill STATE UNITS: a site with one published project of so many units.
 *
 * Everything goes through the functions a real office uses: import, review of areas, permit,
 * disclosure, release, publication. Half of the units come sold from the source, as in real
 * lists; the rest is on sale. Paired terminals and two people are there too. What a client needs
 * to know is printed as one line of JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/session.h"
#include "daemon/site.h"
#include "db/clock.h"
#include "db/disclosure.h"
#include "db/discount.h"
#include "db/fee.h"
#include "db/import.h"
#include "db/password.h"
#include "db/payment_plan.h"
#include "db/permit.h"
#include "db/post.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/terminal.h"
#include "db/unit.h"
#include "db/user.h"

#define PASSWORD "bench-password-1"

enum {
    FLOORS = 32,
    LINES = 8, /* of two stairs; FLOORS x LINES = 256, a building to paint */
    TERMINALS = 10,
    PEOPLE = 3,
    BATCH = 10000,
};

struct fill {
    struct tx tx;
    struct fault fault;
    struct db *db;
    int64_t n_units, project_id, unit_version, people[PEOPLE], terminals[TERMINALS];
    char tokens[TERMINALS][SESSION_TOKEN_TEXT];
};

/* ---- people and terminals ---- */

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

static int people_make(struct fill *f)
{
    static const char *const people_roles[PEOPLE] = {"sales-controller", "sales-manager",
                                                     "consultant"};
    static const char *const logins[PEOPLE] = {"bench-control", "bench-manager",
                                               "bench-consultant"};
    char hash[PASSWORD_HASH_TEXT];
    int r = posts_seed(&f->tx);

    for (size_t i = 0; r >= 0 && i < PEOPLE; i++) {
        struct wanted w = {people_roles[i], 0};
        struct user_new user = {
            .login = logins[i], .name = logins[i], .password_hash = hash, .n_posts = 1};

        r = post_scan(&f->tx, 0, post_take, &w);
        if (r >= 0)
            r = password_hash(PASSWORD, hash);
        user.post_ids = &w.id;
        if (r >= 0)
            r = user_create(&f->tx, &user, &f->people[i]);
        if (r >= 0) /* nobody is there to choose another one */
            r = db_run(f->db, "UPDATE user_account SET must_change = 0 WHERE id = $1", "i",
                       f->people[i]);
    }
    return r < 0 ? r : 0;
}

/* A loan, so that a sale has the schedule that most have. */
static int plan_make(struct fill *f)
{
    static const struct payment_plan_line lines[] = {
        {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
        {FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000, "signed", 0, NULL, "", NULL},
        {FUND_BANK_LOAN, SHARE_PERCENT, 7000, "filed", 60, NULL, "", NULL}};
    const struct payment_plan_row plan = {0,  0,    f->project_id, "商业按揭", "commercial",
                                          10, true, lines,         3};
    int64_t id;

    return payment_plan_create(&f->tx, &plan, &id);
}

static int terminals_make(struct fill *f)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < TERMINALS; i++) {
        uint8_t code[TERMINAL_HASH], token[SESSION_HASH];
        char name[16];
        const struct terminal_new terminal = {.kind = "kiosk", .name = name, .code_hash = code};
        int64_t expires_ms;

        snprintf(name, sizeof(name), "bench-%zu", i);
        randombytes_buf(code, sizeof(code));
        session_token_make(f->tokens[i], token);
        r = terminal_create(&f->tx, &terminal, &f->terminals[i], &expires_ms);
        if (r == 0)
            r = terminal_pair(&f->tx, code, token, "127.0.0.1", &f->terminals[i]);
    }
    return r;
}

/* ---- units ---- */

static const struct {
    const char *layout;
    int64_t gross, inner; /* 0.01 m2 */
} layouts[] = {
    {"A 三室两厅两卫", 11836, 9468},
    {"B 两室两厅一卫", 8915, 7132},
    {"C 四室两厅两卫", 14333, 11466},
    {"D 一室一厅一卫", 4826, 3475},
};

static int unit_import(struct import *im, int64_t number)
{
    static const char states[] = "UTUFUCUS"; /* half on sale, half sold in some way */
    int64_t in_building = number % (FLOORS * LINES), floor = in_building / LINES + 1;
    int64_t line = in_building % LINES + 1;
    size_t kind = (size_t)(line - 1) % (sizeof(layouts) / sizeof(layouts[0]));
    char building[24], label[8], room[16];
    struct import_unit u = {.building = building,
                            .stair = line <= LINES / 2 ? "一单元" : "二单元",
                            .floor = label,
                            .room = room,
                            .floor_ordinal = floor,
                            .span = 1,
                            .class = "home",
                            .usage_text = "住宅",
                            .layout = layouts[kind].layout,
                            .orientation = "南",
                            .gross = layouts[kind].gross,
                            .inner = layouts[kind].inner,
                            .floor_height_mm = 3000,
                            .state = states[(number * 7 + floor) % 8],
                            .status_word = "表",
                            .reason = "",
                            .row = number + 1};

    snprintf(building, sizeof(building), "%" PRId64 "栋", number / (FLOORS * LINES) + 1);
    snprintf(label, sizeof(label), "%" PRId64, floor);
    snprintf(room, sizeof(room), "%" PRId64 "%02" PRId64, floor, line);
    u.total_fen = u.gross * (23800 + floor * 90) / 100 * 100;
    u.filed_total_fen = u.total_fen;
    return import_add(im, &u);
}

static int units_make(struct fill *f)
{
    const struct import_options options = {f->project_id, "bench", ""};
    struct import_result result;
    struct import *im;
    int r = import_begin(&f->tx, &options, &im);

    if (r < 0)
        return r;
    for (int64_t i = 0; r == 0 && i < f->n_units; i++)
        r = unit_import(im, i);
    if (r == 0)
        r = import_end(im, &result);
    import_free(im);
    return r;
}

struct ids {
    int64_t *ids;
    size_t n;
};

static int ids_read(struct fill *f, const char *sql, struct ids *ret_ids)
{
    struct ids list = {calloc((size_t)f->n_units + 1, sizeof(int64_t)), 0};
    struct stmt *s;
    int r = list.ids ? db_query(f->db, &s, sql, "i", f->project_id) : -ENOMEM;

    while (r >= 0 && (r = stmt_step(s)) == 1 && list.n <= (size_t)f->n_units)
        list.ids[list.n++] = stmt_int(s, 0);
    if (r < 0) {
        free(list.ids);
        return r;
    }
    *ret_ids = list;
    return 0;
}

/* Reviews the areas of, or releases, the units that @sql names. */
static int units_do(struct fill *f, const char *sql, bool release)
{
    struct unit_action action = {.transition = TRANSITION_RELEASE};
    struct ids list;
    int r = ids_read(f, sql, &list);

    if (r < 0)
        return r;
    action.units = calloc(BATCH, sizeof(*action.units));
    if (!action.units)
        r = -ENOMEM;
    for (size_t from = 0; r == 0 && from < list.n; from += BATCH) {
        action.n = list.n - from < BATCH ? list.n - from : BATCH;
        for (size_t i = 0; i < action.n; i++)
            action.units[i] = (struct unit_ref){.id = list.ids[from + i]};
        r = release
                ? unit_act(&f->tx, f->project_id, &action)
                : unit_review_areas(&f->tx, f->project_id, "premeasured", action.units, action.n);
        if (f->tx.changes)
            f->tx.changes->n = 0;
    }
    free(action.units);
    free(list.ids);
    return r;
}

/* ---- what surrounds them ---- */

static int disclosure_make(struct fill *f)
{
    const struct discount_row discount = {.project_id = f->project_id,
                                          .name = "按时签约",
                                          .condition = "七日内签约",
                                          .effect = "99 折"};
    const struct fee_row fees[] = {
        {0, 0, f->project_id, "property", "物业服务费", "2.80 元", "合同", "物业", false, 0,
         FEE_NONE, 0},
        {0, 0, f->project_id, "agency", "代办登记", "300 元", "协议", "代办", true, 0, FEE_FLAT,
         30000},
    };
    int64_t id;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < disclosures_count; i++) {
        const struct disclosure_set set = {
            .project_id = f->project_id, .code = disclosures[i].code, .value = "测量用"};

        r = disclosure_set(&f->tx, &set);
    }
    for (size_t i = 0; r >= 0 && i < 2; i++)
        r = fee_create(&f->tx, &fees[i], &id);
    if (r >= 0)
        r = discount_create(&f->tx, &discount, &id);
    return r < 0 ? r : 0;
}

static int permit_make(struct fill *f)
{
    struct permit_new permit = {.project_id = f->project_id,
                                .kind = "presale",
                                .number = "测量预售字第 001 号",
                                .issued_date = "2026-03-01",
                                .scope_text = "全部",
                                .units_named = f->n_units,
                                .escrow_bank = "测量银行",
                                .escrow_name = "监管专户",
                                .escrow_account = "0001"};
    struct ids buildings;
    int64_t id;
    int r = ids_read(f, "SELECT id FROM building WHERE project_id = $1 ORDER BY id", &buildings);

    if (r < 0)
        return r;
    permit.scope.buildings = buildings.ids;
    permit.scope.n_buildings = buildings.n;
    r = permit_create(&f->tx, &permit, &id);
    free(buildings.ids);
    return r;
}

static int publish(struct fill *f)
{
    struct actor author, approver;
    struct tx own = f->tx;
    bool must_change;
    int64_t id = 0;
    int r = actor_load(f->db, f->people[0], &author, &must_change);

    if (r >= 0)
        r = actor_load(f->db, f->people[1], &approver, &must_change);
    own.actor = &author;
    if (r >= 0)
        r = publication_create(&own, f->project_id, "bench", &id);
    if (r >= 0)
        r = publication_submit(&own, id, 1);
    own.actor = &approver;
    return r < 0 ? r : publication_approve(&own, id, 2, NULL);
}

static int site_fill(struct fill *f)
{
    const struct project_new project = {.name = "测量项目",
                                        .name_en = "Bench",
                                        .city = "城",
                                        .address = "路 1 号",
                                        .developer = "公司",
                                        .phone = "000"};
    int r = people_make(f);

    if (r == 0)
        r = terminals_make(f);
    if (r == 0)
        r = project_create(&f->tx, &project, &f->project_id);
    if (r == 0)
        r = plan_make(f);
    if (r == 0)
        r = units_make(f);
    if (r == 0)
        r = permit_make(f);
    if (r == 0)
        r = disclosure_make(f);
    if (r == 0)
        r = units_do(f, "SELECT id FROM unit WHERE project_id = $1", false);
    if (r == 0)
        r = units_do(f, "SELECT id FROM unit WHERE project_id = $1 AND sale_state = 'U'", true);
    if (r == 0) /* all that were released have the same */
        r = db_get(f->db, &f->unit_version,
                   "SELECT MAX(version) FROM unit WHERE project_id = $1 AND sale_state = 'A'", "i",
                   f->project_id);
    return r < 0 ? r : publish(f);
}

static void fill_print(const struct fill *f)
{
    printf("{\"project\":%" PRId64 ",\"units\":%" PRId64 ",\"version\":%" PRId64
           ",\"login\":\"bench-control\",\"manager\":\"bench-manager\","
           "\"consultant\":\"bench-consultant\",\"password\":\"" PASSWORD "\",\"tokens\":[",
           f->project_id, f->n_units, f->unit_version);
    for (size_t i = 0; i < TERMINALS; i++)
        printf("%s\"%s\"", i ? "," : "", f->tokens[i]);
    puts("]}");
}

/* In one transaction of its own: nobody else is there, and a site that is half made is not kept. */
static int run(struct fill *f, const char *path)
{
    struct change_list changes = {0};
    int r = db_open(path, DB_WRITER, &f->db);

    if (r < 0)
        return r;
    f->tx = (struct tx){.db = f->db,
                        .actor = &actor_system,
                        .now_ms = clock_wall_ms(),
                        .fault = &f->fault,
                        .changes = &changes};
    r = db_begin(f->db);
    if (r == 0)
        r = site_fill(f);
    if (r == 0)
        r = db_commit(f->db);
    if (r == 0)
        r = db_checkpoint(f->db, true);
    if (r < 0)
        fprintf(stderr, "bench_fill: %s (%s)\n",
                r == -EREFUSED ? fault_code_text(f->fault.code) : strerror(-r), db_error(f->db));
    free(changes.items);
    fault_clear(&f->fault);
    db_close(f->db);
    return r < 0 ? r : 0;
}

int main(int argc, char **argv)
{
    static struct config config;
    static struct app app;
    static struct fill f;
    struct site site;
    char what[600];
    int r;

    f.n_units = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    if (f.n_units < 1 || f.n_units > 1000000) {
        fputs("bench_fill STATE UNITS\n", stderr);
        return 2;
    }
    if (config_read("/dev/null", &config, what, sizeof(what)) < 0)
        return 1;
    snprintf(config.state_dir, sizeof(config.state_dir), "%s", argv[1]);
    if (site_open(&config, &app, &site, what, sizeof(what)) < 0) {
        fprintf(stderr, "bench_fill: %s\n", what);
        return 1;
    }
    r = run(&f, app.db_path);
    if (r == 0)
        fill_print(&f);
    site_close(&site);
    return r == 0 ? 0 : 1;
}
