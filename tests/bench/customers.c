/* customers.c - bench_customers STATE N: so many customers into a site that bench_fill made, each
 * through the function that an office uses; every tenth has a card.
 *
 * Names are of the hundred common surnames and sixty characters, so that as many share initials
 * and tails of phones as do in life. Numbers are those of no network.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site.h"
#include "db/card.h"
#include "db/clock.h"
#include "db/customer.h"

enum { BATCH = 5000, CARD_EVERY = 10, SOURCES = 4 };

static const char surnames[] =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
static const char givens[] =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红兰梅建国文志海燕春雪飞鹏浩宇轩子涵梓欣怡佳琪晨思雨博天翔";

static void character(const char *from, uint64_t n, char out[4])
{
    const uint64_t all = strlen(from) / 3;

    memcpy(out, from + n % all * 3, 3);
    out[3] = '\0';
}

/* Always the same sequence. */
static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static int customer_make(struct tx *tx, int64_t i, uint64_t *state)
{
    char name[16], phone[16], code[24], number[24], a[4], b[4], c[4] = "";
    const struct customer_new customer = {.kind = "person",
                                          .name = name,
                                          .notice = "2026-01",
                                          .source_id = 1 + i % SOURCES,
                                          .phones = {phone},
                                          .n_phones = 1};
    const struct card_new card = {.code = code, .number = number, .terms = "2026-01"};
    int64_t id, card_id;
    int r;

    character(surnames, next(state), a);
    character(givens, next(state), b);
    if (next(state) % 10 > 2)
        character(givens, next(state), c);
    snprintf(name, sizeof(name), "%s%s%s", a, b, c);
    snprintf(phone, sizeof(phone), "19%09" PRId64, (i * 7919) % 1000000000);
    snprintf(code, sizeof(code), "n:77%08" PRId64, i);
    snprintf(number, sizeof(number), "BX-%07" PRId64, i);
    r = customer_create(tx, &customer, &id);
    if (r == 0 && i % CARD_EVERY == 0)
        r = card_issue(tx, id, &card, &card_id);
    return r;
}

static int fill(struct app *app, int64_t n)
{
    struct change_list changes = {0};
    struct fault fault = {0};
    struct tx tx = {.actor = &actor_system,
                    .now_ms = clock_wall_ms(),
                    .fault = &fault,
                    .changes = &changes,
                    .seal = &app->seal};
    uint64_t state = 1;
    int r = db_open(app->db_path, DB_WRITER, &tx.db);

    if (r < 0)
        return r;
    for (int64_t i = 0; r == 0 && i < n; i++) {
        if (i % BATCH == 0)
            r = db_begin(tx.db);
        if (r == 0)
            r = customer_make(&tx, i, &state);
        changes.n = 0;
        if (r == 0 && (i % BATCH == BATCH - 1 || i == n - 1))
            r = db_commit(tx.db);
    }
    if (r == 0)
        r = db_checkpoint(tx.db, true);
    if (r < 0)
        fprintf(stderr, "bench_customers: %d %s (%s)\n", r,
                fault.set ? fault_code_text(fault.code) : "", db_error(tx.db));
    free(changes.items);
    fault_clear(&fault);
    db_close(tx.db);
    return r < 0 ? r : 0;
}

int main(int argc, char **argv)
{
    static struct config config;
    static struct app app;
    struct site site;
    char what[600];
    int64_t n = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    int r;

    if (n < 1 || n > 1000000) {
        fputs("bench_customers STATE N\n", stderr);
        return 2;
    }
    if (config_read("/dev/null", &config, what, sizeof(what)) < 0)
        return 1;
    snprintf(config.state_dir, sizeof(config.state_dir), "%s", argv[1]);
    if (site_open(&config, &app, &site, what, sizeof(what)) < 0) {
        fprintf(stderr, "bench_customers: %s\n", what);
        return 1;
    }
    r = fill(&app, n);
    site_close(&site);
    return r == 0 ? 0 : 1;
}
