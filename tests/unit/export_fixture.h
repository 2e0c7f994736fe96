/* export_fixture.h - projects in memory and the papers made of them, for the tests of daemon/paper.
 *
 * content_small() has what is awkward: a duplex, two units on one place, rooms that look like
 * formulas, a name too long for its cell. ANCHANG_KEEP names a folder that keeps the papers, to be
 * looked at.
 */
#ifndef ANCHANG_TESTS_EXPORT_FIXTURE_H
#define ANCHANG_TESTS_EXPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/paper/paper.h"
#include "db/content.h"
#include "db/state.h"
#include "paper_leaks.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID   "0123456789ab"

/* ---- a project in memory ---- */

static inline struct content *content_new(void)
{
    struct content *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    c->project_id = 1;
    c->publication_id = 7;
    return c;
}

static inline void item_add(struct content *c, const char *section, const char *key,
                            const char *name, const char *value)
{
    c->items = realloc(c->items, (c->n_items + 1) * sizeof(*c->items));
    assert_non_null(c->items);
    c->items[c->n_items++] = (struct published_item){
        section, pool_text(&c->pool, key), pool_text(&c->pool, name), pool_text(&c->pool, value)};
}

/* Fields 1 name, 2 name_en, 4 address, 5 developer, 6 phone, 8 basis, 9 show_deal_price. */
static inline void items_make(struct content *c, const char *name, const char *basis, bool deals)
{
    char value[512];

    snprintf(value, sizeof(value),
             "1\x1f%s\x1fRiverside Garden\x1f\x1f滨江路 1 号\x1f江城置业有限公司\x1f"
             "0755-12345678\x1fpresale\x1f%s\x1f%d",
             name, basis, deals);
    item_add(c, "project", "1", name, value);
    item_add(c, "layout", "1", "A1",
             "1\x1f"
             "3\x1f"
             "2\x1f"
             "2\x1f\x1f");
    item_add(c, "layout", "2", "B2 三房两厅",
             "2\x1f"
             "3\x1f"
             "2\x1f"
             "1\x1f\x1f");
    item_add(c, "permit", "1", "江房许字（2026）第001号",
             "1\x1fpresale\x1f"
             "2026-01-02\x1f\x1f"
             "1栋、2栋");
    item_add(c, "disclosure", "P17", "P17",
             "\x1f\x1f\x1f"
             "12315");
    item_add(c, "disclosure", "P7", "P7",
             "\x1f\x1f\x1f"
             "2.5");
    item_add(c, "fee", "1", "代办产权证",
             "1\x1f"
             "agency\x1f"
             "300 元/套\x1f双方约定\x1f某代办公司\x1f"
             "1\x1fparking storage");
    item_add(c, "fee", "2", "前期物业服务费",
             "2\x1fproperty\x1f"
             "3.2 元/m²·月\x1f物价备案\x1f某物业公司\x1f"
             "0");
    item_add(c, "discount", "1", "一次性付款优惠",
             "1\x1f签约之日起 7 日内付清全部房款\x1f总价 98 折\x1f"
             "2026-03-01\x1f");
}

static inline struct published_unit *unit_add(struct content *c, int64_t building, int64_t stair,
                                              int64_t floor, const char *room, const char *line,
                                              char state)
{
    const struct state_info *info = state_info(state);
    struct published_unit *u;
    char text[32];

    if ((c->n_units & (c->n_units - 1)) == 0) {
        size_t most = c->n_units ? c->n_units * 2 : 1;

        c->units = realloc(c->units, most * sizeof(*c->units));
        assert_non_null(c->units);
    }
    u = &c->units[c->n_units++];
    *u = (struct published_unit){.unit_id = (int64_t)c->n_units,
                                 .building_id = building,
                                 .stair_id = building * 100 + stair,
                                 .floor_id = floor,
                                 .floor_ordinal = floor,
                                 .span = 1,
                                 .state = state,
                                 .layout_id = 1,
                                 .floor_height_mm = 2950,
                                 .gross = 8937,
                                 .inner = 7200,
                                 .shared = 1737,
                                 .total_fen = info->priced ? INT64_C(110333351) : 0};
    snprintf(text, sizeof(text), "%" PRId64, building);
    u->building = pool_text(&c->pool, text);
    snprintf(text, sizeof(text), "%" PRId64, stair);
    u->stair = pool_text(&c->pool, text);
    snprintf(text, sizeof(text), "%" PRId64, floor);
    u->floor = pool_text(&c->pool, text);
    u->room = pool_text(&c->pool, room);
    u->line = pool_text(&c->pool, line);
    u->class = "home";
    u->orientation = "南";
    u->area_stage = "premeasured";
    u->permit = "江房许字（2026）第001号";
    u->hidden_reason = u->vr_url = u->note = u->media = "";
    return u;
}

/* A building of @floors x @lines, rooms "<building>-<floor><line>", floors from the top. */
static inline void building_add(struct content *c, int64_t id, int stairs, int floors, int lines)
{
    static const char letters[] = "AXBSCFDUNKAAAA";
    char room[64], line[16];

    for (int s = 1; s <= stairs; s++)
        for (int f = floors; f >= 1; f--)
            for (int l = 1; l <= lines; l++) {
                snprintf(room, sizeof(room), "%" PRId64 "-%d-%d%02d", id, s, f, l);
                snprintf(line, sizeof(line), "%02d", l);
                unit_add(c, id, s, f, room, line,
                         letters[(size_t)(f * 5 + l * 3 + s) % (sizeof(letters) - 1)]);
            }
}

static inline struct snapshot *snapshot_make(struct content *c, bool draft, bool demo)
{
    struct snapshot_head head = {.publication_id = draft ? 0 : 7,
                                 .number = draft ? 0 : 3,
                                 .approved_ms = INT64_C(1780000000000),
                                 .approver_role = "项目销售经理",
                                 .hash = HASH,
                                 .data_ms = INT64_C(1780000060000),
                                 .demo = demo};
    struct snapshot *s = NULL;

    assert_int_equal(snapshot_create(c, &head, &s), 0);
    return s;
}

/* Two buildings, one of them with a duplex and with two units on one place. */
static inline struct content *content_small(bool deals)
{
    struct content *c = content_new();
    struct published_unit *u;

    items_make(c, "江城·滨江花园", "gross", deals);
    building_add(c, 1, 2, 6, 3);
    unit_add(c, 2, 1, 3, "T-301", "02", 'A');
    u = unit_add(c, 2, 1, 2, "D-201", "01", 'A');
    u->span = 2;
    u = unit_add(c, 2, 1, 2, "S-1", "02", 'C');
    u->deal_total_fen = deals ? INT64_C(99999900) : 0;
    unit_add(c, 2, 1, 2, "S-2", "02", 'A');
    u = unit_add(c, 2, 1, 1, "=1+1", "01", 'A');
    u->note = "@SUM(A1)";
    u->orientation = "-南";
    u = unit_add(c, 2, 1, 1, "+x", "02", 'N');
    u->hidden_reason = "facility";
    u->class = "shop";
    unit_add(c, 2, 1, -1, "-1-001", "03", 'A')->class = "parking";
    unit_add(c, 2, 1, -1, "一个非常长的房号用来试排版的", "04", 'A');
    return c;
}

/* ---- making and keeping ---- */

struct file {
    char *bytes;
    size_t n;
};

static inline int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ANCHANG_KEEP names a folder for those who want to look at the papers. */
static inline void keep(const char *name, const struct file *f)
{
    const char *dir = getenv("ANCHANG_KEEP");
    char path[512];
    int fd;

    if (!dir)
        return;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, f->bytes, f->n), (ssize_t)f->n);
    close(fd);
}

static inline struct file make(enum paper_kind kind, struct snapshot *s, enum lang lang,
                               const char *name)
{
    const struct paper_request request = {.snapshot = s, .lang = lang};
    struct file f = {0};
    int64_t start = now_ms();
    char full[128];

    assert_int_equal(paper_make(kind, &request, &f.bytes, &f.n), 0);
    assert_true(f.n > 0);
    snprintf(full, sizeof(full), "%s-%d-%s.%s", name, kind, lang == LANG_EN ? "en" : "zh",
             kind == PAPER_CHART_PDF || kind == PAPER_PRICES_PDF ? "pdf" : "xlsx");
    print_message("%s: %zu bytes in %" PRId64 " ms\n", full, f.n, now_ms() - start);
    keep(full, &f);
    return f;
}

#endif
