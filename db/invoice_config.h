/* invoice_config.h - the dated codes and rates of invoices (FC 27.7), and how others' sheets call
 * our columns.
 *
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_INVOICE_CONFIG_H
#define ANCHANG_DB_INVOICE_CONFIG_H

#include "db/tx.h"

enum {
    INVOICE_CODE_MAX = 19,
    INVOICE_ITEM_NAME_MAX = 60,
    INVOICE_SUFFIX_MAX = 40,
    INVOICE_RATE_MAX = 20,
    INVOICE_ITEMS_MAX = 100,
    INVOICE_HEAD_MAX = 40, /* characters, as the mapping's name */
    INVOICE_MAPPINGS_MAX = 20,
    INVOICE_HEADS_MAX = 40,
};

/* "advance": of an advance payment; "sale": of the finished home. Ended by NULL. */
extern const char *const invoice_kinds[];

struct invoice_item {
    int64_t id;
    const char *kind, *from_day, *code, *name, *suffix, *rate;
    int64_t rate_bp; /* 0.01 %; -1: not taxed */
    bool ordinary;   /* ordinary invoices alone */
};
/* All there ever were, newest first of each kind. */
int invoice_item_each(struct tx *tx, int (*each)(void *arg, const struct invoice_item *item),
                      void *arg);
/* From its day on; @item->id is not read. INVOICE_ITEM_TWICE, LIMIT_REACHED. */
int invoice_item_add(struct tx *tx, const struct invoice_item *item, int64_t *ret_id);

struct invoice_head {
    const char *sheet, *field, *head; /* "request" goes out, "result" comes in */
};
struct invoice_mapping {
    int64_t id, version;
    const char *name;
};
int invoice_mapping_each(struct tx *tx,
                         int (*each)(void *arg, const struct invoice_mapping *mapping), void *arg);
int invoice_head_each(struct tx *tx, int64_t mapping_id,
                      int (*each)(void *arg, const struct invoice_head *head), void *arg);
/* @mapping->id 0: a new one, else all of it anew. NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED. */
int invoice_mapping_set(struct tx *tx, const struct invoice_mapping *mapping,
                        const struct invoice_head *heads, size_t n, int64_t *ret_id);

#endif
