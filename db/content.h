/* content.h - the content of a publication: every public fact of a project, frozen.
 *
 * A draft's content is computed from the units as they are now; a published one is read back from
 * its append-only rows. Both have the same form, so that check, hash, difference and chart are
 * written once. No customer, floor price, hold reason or salesperson is in it (SC-07).
 *
 * Memory: a content owns all it points to. Thread: one at a time; reading needs only a
 * connection.
 */
#ifndef ANCHANG_DB_CONTENT_H
#define ANCHANG_DB_CONTENT_H

#include "db/pool.h"
#include "db/tx.h"

struct published_unit {
    int64_t unit_id, building_id, stair_id, floor_id, floor_ordinal, span;
    const char *building, *stair, *floor, *room, *line, *class;
    char state;                /* public letter, without patches */
    const char *hidden_reason; /* why a unit is not for sale */
    int64_t layout_id;         /* 0: none */
    const char *orientation;
    int64_t floor_height_mm;      /* 0: unknown */
    int64_t gross, inner, shared; /* 0.01 m2; 0: unknown */
    const char *area_stage;
    int64_t total_fen;                 /* 0: not shown */
    int64_t deal_total_fen;            /* 0: not shown */
    const char *permit;                /* number; "" none */
    const char *vr_url, *note, *media; /* media: ids, space separated */
    bool model_room;
    /* of a draft alone, and never shown: */
    int64_t changed_ms;      /* when the unit last changed */
    int64_t filed_total_fen; /* 0: none */
};

/* Sections and their values, fields separated by U+001F in this order:
 *   project     id, name, name_en, city, address, developer, phone, sale_type, price_basis,
 *               show_deal_price, cover_media, down_bp, loan_unit_fen, commercial_rate_ppm,
 *               fund_rate_ppm, fund_cap_fen, rates_date, stale_s, too_old_s, link_days,
 *               validity_days
 *   building    id, area, phase
 *   stair       id, building id
 *   layout      id, rooms, halls, baths, media, description
 *   permit      id, kind, issued_date, valid_until, scope, units_named, escrow_bank, escrow_name,
 *               escrow_account, media
 *   disclosure  media, doc_name, doc_date, value
 *   fee         id, kind, standard, basis, payee, voluntary, classes
 *   discount    id, condition, effect, from_date, until_date, kind, method, value, ordinal,
 *               classes, plan_id, identity, level, quota, only_one_of, the scheme's name,
 * from_date,
 *               until_date, quota, ids of its rooms: what is computed is what is published (PR-14)
 */
struct published_item {
    const char *section, *key, *name, *value;
};
#define CONTENT_SEPARATOR "\x1f"
enum { ITEM_FIELDS_MAX = 24, ITEM_TEXT_MAX = 16384, CONTENT_HASH_TEXT = 65 };

struct content {
    int64_t project_id;
    int64_t publication_id;       /* 0: a draft's */
    struct published_unit *units; /* in physical order */
    size_t n_units;
    struct published_item *items;
    size_t n_items;
    struct pool pool;
};

/* What would be published now (draft.c), for who sees the whole project. */
int content_draft(struct tx *tx, int64_t project_id, struct content **ret_content);
/* What was. @unit_id: that unit alone (its items are whole all the same); 0: all. */
int content_published(struct db *db, int64_t publication_id, int64_t unit_id,
                      struct content **ret_content);
/* Whether the live publication's list has the discount as it is now: 1, or 0. */
int content_discount_shown(struct tx *tx, int64_t discount_id);
struct content *content_free(struct content *content);
/* Makes a published content what its readers see: its units in the state that the losses since
 * gave them (SC-05). */
int content_losses(struct db *db, struct content *content);

/* The units by id, to be freed; NULL: no memory. */
struct published_unit **content_by_unit(const struct content *content);
/* That unit among @n of content_by_unit(); NULL: not there. */
struct published_unit *unit_among(struct published_unit *const *units, size_t n, int64_t unit_id);

/* BLAKE2b-256 of the canonical content, in hex. */
void content_hash(const struct content *content, char ret_hex[CONTENT_HASH_TEXT]);

/* Splits an item's value. Missing fields are "". @scratch holds the texts. */
void item_fields(const struct published_item *item, char *scratch, size_t size,
                 const char *ret_fields[ITEM_FIELDS_MAX]);

/* Writes what of @content differs from @base (NULL: nothing was published before) as publication
 * @publication_id. */
int content_store(struct tx *tx, const struct content *content, const struct content *base,
                  int64_t publication_id);

/* As people say it, "1-2-301"; at most @size - 1 bytes. */
void published_unit_path(const struct published_unit *unit, char *out, size_t size);
/* Whether two rows of one unit say the same in public. */
bool published_unit_same(const struct published_unit *a, const struct published_unit *b);

/* ---- how a content is made, for whoever reads one from somewhere ---- */

/* A zeroed unit at the end; NULL: no memory. */
struct published_unit *content_unit_add(struct content *content);
/* @section is a constant; the rest is copied, NULL as "". The texts of one item are at most
 * ITEM_TEXT_MAX - 1 bytes together, which the limits of the API keep. */
int content_item_add(struct content *content, const char *section, const char *key,
                     const char *name, const char *value);
/* Puts the units in physical order: the same for a draft and for what is read back, so that the
 * hash is. */
int content_sort(struct content *content);

#endif
