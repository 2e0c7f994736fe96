/* check.c - what a publication must have before it may be submitted (FC 25.5, 26; SC-10, SC-13,
 * SC-26, RP-27). See publication.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/diff.h"
#include "db/disclosure.h"
#include "db/publication.h"
#include "db/state.h"
#include "db/unit_class.h"

enum { MISSING_MAX = 64 };

struct checking {
    struct tx *tx;
    const struct content *draft;
    bool show_deal_price;
    int (*each)(void *arg, const struct check_item *item);
    void *arg;
};

static int project_check(struct checking *c)
{
    const char *codes[MISSING_MAX];
    int n = disclosure_missing(c->tx, c->draft->project_id, codes, MISSING_MAX), r = n < 0 ? n : 0;

    for (int i = 0; r >= 0 && i < n && i < MISSING_MAX; i++) {
        const struct disclosure_info *info = disclosure_info(codes[i]);
        char field[32];
        struct check_item item = {.code = strcmp(codes[i], "P2") == 0 ? FAULT_CHECK_NO_PERMIT
                                                                      : FAULT_CHECK_PROJECT_ITEM,
                                  .item = info->zh,
                                  .item_en = info->en,
                                  .field = field};

        snprintf(field, sizeof(field), "disclosure:%s", codes[i]);
        r = c->each(c->arg, &item);
    }
    return r;
}

/* Every permit names as many units as are recorded under it (I4: totals reconcile). */
static int permits_check(struct checking *c)
{
    struct stmt *s;
    int r = db_query(c->tx->db, &s,
                     "SELECT p.number, p.units_named, (SELECT COUNT(*) FROM permit_unit x "
                     "WHERE x.permit_id = p.id) FROM permit p WHERE p.project_id = $1 "
                     "AND p.revoked_ms IS NULL AND (p.expires_ms IS NULL OR p.expires_ms > $2) "
                     "ORDER BY p.id",
                     "ii", c->draft->project_id, c->tx->now_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char named[24], found[24];
        struct check_item item = {.code = FAULT_CHECK_PERMIT_COUNT,
                                  .item = stmt_text(s, 0),
                                  .item_en = stmt_text(s, 0),
                                  .field = "permit",
                                  .extra = {named, found}};

        if (stmt_int(s, 1) == stmt_int(s, 2))
            continue;
        snprintf(named, sizeof(named), "%" PRId64, stmt_int(s, 1));
        snprintf(found, sizeof(found), "%" PRId64, stmt_int(s, 2));
        r = c->each(c->arg, &item);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

struct need {
    const char *field, *zh, *en;
    bool missing;
};

static int unit_report(struct checking *c, const struct published_unit *u, enum fault_code code,
                       const struct need *need)
{
    char path[256];
    const struct check_item item = {.code = code,
                                    .unit_id = u->unit_id,
                                    .path = path,
                                    .item = need ? need->zh : NULL,
                                    .item_en = need ? need->en : NULL,
                                    .field = need ? need->field : NULL};

    published_unit_path(u, path, sizeof(path));
    return c->each(c->arg, &item);
}

/* The items of 548 Art. 8 and 10(3), for every unit whose price is shown; a price that is not
 * shown is 0. */
static int unit_check(struct checking *c, const struct published_unit *u)
{
    const struct state_info *info = state_info(u->state);
    const struct class_info *class = unit_class_info(u->class);
    const bool measured = unit_class_owes_area(u->class);
    const struct need needs[] = {
        {"layout", "户型", "layout", class && class->laid_out && u->layout_id == 0},
        {"floor_height", "层高", "floor height", measured && u->floor_height_mm == 0},
        {"gross_area", "建筑面积", "gross area", measured && u->gross == 0},
        {"inner_area", "套内建筑面积", "inner area", measured && u->inner == 0},
        {"total", "总价", "total price", u->total_fen == 0},
    };
    int r = 0;

    if (u->state == 'N' && u->hidden_reason[0] == '\0')
        r = unit_report(c, u, FAULT_CHECK_HIDDEN_REASON, NULL);
    if (r >= 0 && info->sold && c->show_deal_price && u->deal_total_fen == 0)
        r = unit_report(c, u, FAULT_CHECK_DEAL_PRICE, NULL);
    if (r >= 0 && u->filed_total_fen && u->total_fen > u->filed_total_fen)
        r = unit_report(c, u, FAULT_CHECK_FILED_PRICE, NULL);
    for (size_t i = 0; r >= 0 && info->priced && i < sizeof(needs) / sizeof(needs[0]); i++)
        if (needs[i].missing)
            r = unit_report(c, u, FAULT_CHECK_UNIT_ITEM, &needs[i]);
    return r;
}

int publication_check(struct tx *tx, const struct content *draft,
                      int (*each)(void *arg, const struct check_item *item), void *arg)
{
    struct checking c = {.tx = tx, .draft = draft, .each = each, .arg = arg};
    int64_t show = 0;
    int r = db_get(tx->db, &show, "SELECT show_deal_price FROM project WHERE id = $1", "i",
                   draft->project_id);

    c.show_deal_price = show != 0;
    if (r >= 0)
        r = project_check(&c);
    if (r >= 0)
        r = permits_check(&c);
    for (size_t i = 0; r >= 0 && i < draft->n_units; i++)
        r = unit_check(&c, &draft->units[i]);
    return r < 0 ? r : 0;
}

/* ---- what the public sees, against what is recorded ---- */

static int unit_behind(void *arg, const struct diff_unit *d)
{
    return unit_report(arg, d->after ? d->after : d->before, FAULT_CHECK_PUBLIC_UNIT, NULL);
}

static int item_behind(void *arg, const struct diff_item *d)
{
    const struct published_item *i = d->after ? d->after : d->before;
    const struct check_item item = {
        .code = FAULT_CHECK_PUBLIC_ITEM, .item = i->name, .item_en = i->name, .field = i->section};
    struct checking *c = arg;

    return c->each(c->arg, &item);
}

int publication_behind(struct tx *tx, const struct content *draft,
                       int (*each)(void *arg, const struct check_item *item), void *arg)
{
    struct checking c = {.tx = tx, .draft = draft, .each = each, .arg = arg};
    struct content *live = NULL;
    struct diff_count count = {0};
    int64_t id = 0;
    int r = publication_live(tx->db, draft->project_id, &id);

    if (r != 1)
        return r;
    r = content_published(tx->db, id, 0, &live);
    if (r >= 0)
        r = content_losses(tx->db, live);
    if (r >= 0)
        r = content_diff(live, draft, unit_behind, item_behind, &c, &count);
    content_free(live);
    return r < 0 ? r : 0;
}
