/* public_disclosure.c - what must be displayed, as it was published (FC 26.1; SC-11, SC-12,
 * SC-14). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "daemon/chart/json_write.h"
#include "db/disclosure.h"
#include "db/unit_class.h"

static void member_text_or_null(struct buf *out, const char *name, const char *text)
{
    json_key(out, name, 0);
    if (text[0])
        json_put_text(out, text);
    else
        buf_puts(out, "null");
}

static void member_bool_of(struct buf *out, const char *name, const char *digit)
{
    json_member_bool(out, name, strcmp(digit, "1") == 0);
}

static void member_codes(struct buf *out, const char *name, unsigned set)
{
    bool any = false;

    json_key(out, name, 0);
    buf_puts(out, "[");
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        if (!(set & CLASS_BIT(i)))
            continue;
        if (any)
            buf_puts(out, ",");
        json_put_text(out, unit_classes[i].code);
        any = true;
    }
    buf_puts(out, "]");
}

/* Each writes one object; @f are the item's fields in the order content.h gives. */
static void write_item(const struct published_item *item, const char *const *f, struct buf *out)
{
    const struct disclosure_info *info = disclosure_info(item->key);

    buf_puts(out, "{\"code\":");
    json_put_text(out, item->key);
    json_member_text(out, "zh", item->name);
    json_member_text(out, "en", info ? info->en : item->name);
    json_member_text(out, "rule", info ? info->rule : "");
    json_member_bool(out, "required", true);
    json_member_text(out, "value", f[3]);
    member_text_or_null(out, "media", f[0]);
    json_member_text(out, "doc_name", f[1]);
    member_text_or_null(out, "doc_date", f[2]);
    json_member_int(out, "version", 0);
    buf_puts(out, "}");
}

static void write_fee(const struct published_item *item, const char *const *f, struct buf *out)
{
    buf_puts(out, "{\"id\":");
    json_put_int(out, strtoll(item->key, NULL, 10));
    json_member_int(out, "version", 0);
    json_member_text(out, "kind", f[1]);
    json_member_text(out, "name", item->name);
    json_member_text(out, "standard", f[2]);
    json_member_text(out, "basis", f[3]);
    json_member_text(out, "payee", f[4]);
    member_bool_of(out, "voluntary", f[5]);
    member_codes(out, "classes", class_set_read(f[6]));
    buf_puts(out, "}");
}

static void write_discount(const struct published_item *item, const char *const *f, struct buf *out)
{
    buf_puts(out, "{\"id\":");
    json_put_int(out, strtoll(item->key, NULL, 10));
    json_member_int(out, "version", 0);
    json_member_text(out, "name", item->name);
    json_member_text(out, "condition", f[1]);
    json_member_text(out, "effect", f[2]);
    member_text_or_null(out, "from_date", f[3]);
    member_text_or_null(out, "until_date", f[4]);
    json_member_text(out, "kind", f[5][0] ? f[5] : "words"); /* of before there were kinds */
    json_member_text(out, "method", f[6]);
    json_member_int(out, "value", strtoll(f[7], NULL, 10));
    buf_puts(out, "}");
}

static void write_permit(const struct published_item *item, const char *const *f, struct buf *out)
{
    buf_puts(out, "{\"id\":");
    json_put_int(out, strtoll(item->key, NULL, 10));
    json_member_int(out, "version", 0);
    json_member_text(out, "kind", f[1]);
    json_member_text(out, "number", item->name);
    json_member_text(out, "issued_date", f[2]);
    member_text_or_null(out, "valid_until", f[3]);
    json_member_text(out, "scope", f[4]);
    json_member_int(out, "units_named", strtoll(f[5], NULL, 10));
    json_member_int(out, "units_covered",
                    strtoll(f[5], NULL, 10)); /* the check saw that they agree */
    json_member_text(out, "escrow_bank", f[6]);
    json_member_text(out, "escrow_name", f[7]);
    json_member_text(out, "escrow_account", f[8]);
    member_text_or_null(out, "media", f[9]);
    json_member_text(out, "state", "valid");
    buf_puts(out, ",\"revoked_ms\":null}");
}

static void write_section(const struct content *c, const char *section, const char *member,
                          void (*write)(const struct published_item *, const char *const *,
                                        struct buf *),
                          struct buf *out)
{
    char scratch[ITEM_TEXT_MAX];
    bool first = true;

    json_key(out, member, 0);
    buf_puts(out, "[");
    for (size_t i = 0; i < c->n_items; i++) {
        const char *fields[ITEM_FIELDS_MAX];

        if (strcmp(c->items[i].section, section) != 0)
            continue;
        item_fields(&c->items[i], scratch, sizeof(scratch), fields);
        if (!first)
            buf_puts(out, ",");
        write(&c->items[i], fields, out);
        first = false;
    }
    buf_puts(out, "]");
}

/* With the description, which the chart leaves out. */
static void write_layouts(const struct snapshot *s, struct buf *out)
{
    size_t n;
    const struct snapshot_layout *l = snapshot_layouts(s, &n);

    json_key(out, "layouts", 0);
    buf_puts(out, "[");
    for (size_t i = 0; i < n; i++, l++) {
        const char *f[ITEM_FIELDS_MAX];
        char scratch[ITEM_TEXT_MAX];

        item_fields(l->item, scratch, sizeof(scratch), f);
        buf_puts(out, i ? ",{\"id\":" : "{\"id\":");
        json_put_int(out, l->id);
        json_member_int(out, "version", 0);
        json_member_text(out, "name", l->item->name);
        json_member_int(out, "rooms", strtoll(f[1], NULL, 10));
        json_member_int(out, "halls", strtoll(f[2], NULL, 10));
        json_member_int(out, "baths", strtoll(f[3], NULL, 10));
        json_member_text(out, "description", f[5]);
        member_text_or_null(out, "media", f[4]);
        json_member_int(out, "units", l->units);
        json_member_int(out, "gross_min", l->gross_min);
        json_member_int(out, "gross_max", l->gross_max);
        buf_puts(out, "}");
    }
    buf_puts(out, "]");
}

int api_public_disclosure(struct call *call)
{
    const struct content *c;
    struct buf out = {0};
    struct snapshot *s;
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r < 0)
        return r;
    s = charts_get(call->app->charts, project_id);
    if (!s)
        return fault_set(call->tx.fault, FAULT_CHART_NONE, NULL);
    c = snapshot_content(s);
    buf_puts(&out, "{\"project\":");
    snapshot_write_project(s, &out);
    buf_puts(&out, ",\"publication\":");
    snapshot_write_publication(s, &out);
    json_member_text(&out, "complaint_phone", snapshot_complaint_phone(s));
    write_section(c, "disclosure", "items", write_item, &out);
    write_section(c, "fee", "fees", write_fee, &out);
    write_section(c, "discount", "discounts", write_discount, &out);
    write_section(c, "permit", "permits", write_permit, &out);
    write_layouts(s, &out);
    buf_puts(&out, "}");
    snapshot_unref(s);
    return reply_buf(call, &out);
}
