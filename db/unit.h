/* unit.h - a unit and everything that may happen to it.
 *
 * Each change is one transition of the table (state.h) with one history row, one audit row and,
 * when the unit lost availability, one downgrade patch of the live publication, all in the caller's
 * transaction (FC 25.4, SC-05, SC-21). Batches are all or none.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_UNIT_H
#define ANCHANG_DB_UNIT_H

#include "db/state.h"
#include "db/tx.h"

enum unit_flag {
    UNIT_MORTGAGE = 1,
    UNIT_SEIZURE = 2,
    UNIT_AUTHORITY_LOCK = 4,
    UNIT_AUTO_LOCK = 8,
    UNIT_CHANGE = 16,
    UNIT_PRICE_REVIEW = 32,
    UNIT_NO_PERMIT = 64,
    UNIT_AREA_UNREVIEWED = 128,
    UNIT_ATTACHED = 256,
    UNIT_MORTGAGE_BLOCKS = 512, /* not in the API: the mortgage is without consent */
};

/* One unit with all that charts, lists and guards need, in one scan. Texts live during the call. */
struct unit_row {
    int64_t id, version, project_id, building_id, stair_id, floor_id;
    const char *area, *phase, *building, *stair, *floor, *room, *line;
    int64_t building_ordinal, stair_ordinal, floor_ordinal, span;
    const char *class, *usage_text, *orientation, *display_note, *vr_url;
    int64_t layout_id; /* 0: none */
    const char *layout;
    int64_t floor_height_mm; /* 0: unknown */
    bool attached_only, model_room, released, ever_published, price_reviewed, picking;
    bool building_enabled;
    const char *area_stage;       /* the stage that counts for the sale type */
    int64_t gross, inner, shared; /* 0: unknown */
    bool area_reviewed;           /* or there is none, and its class owes none */
    int64_t total_fen, filed_total_fen, floor_total_fen, deal_total_fen; /* 0: none */
    const char *retained, *retained_reason;
    char state;
    int64_t queue_count;
    const char *change_kind;
    int64_t changed_ms;
    int64_t claim_id; /* the live claim; 0: none */
    const char *claim_kind, *holder, *hold_reason, *approver;
    int64_t since_ms, until_ms;
    int64_t permit_id; /* a valid permit that covers it; 0: none */
    const char *permit;
    unsigned flags; /* enum unit_flag */
    char shown;     /* public letter in the live publication with its patches; 0: not in it */
    int64_t shown_total_fen; /* the price of the live publication; 0: none or not shown */
    const char *price_basis; /* by its class and its project: gross, inner, unit */
    const char *price_until; /* the last day its price may be used (PR-04); NULL: no end */
};

struct unit_filter {
    int64_t project_id;  /* required, or unit_id */
    int64_t building_id; /* 0: all */
    int64_t unit_id;     /* 0: all */
};

/* Walks units in physical order: building, stair, floor from the top, line. A unit or a project out
 * of scope: NOT_FOUND; buildings that are: left out. A negative return of @each ends the walk with
 * it. */
int unit_scan(struct tx *tx, const struct unit_filter *filter,
              int (*each)(void *arg, const struct unit_row *row), void *arg);

/* "project · building · stair · floor · room" without the project; never more than size - 1
 * bytes. */
void unit_path(const struct unit_row *row, char *out, size_t size);
/* The same of one in scope, where nothing else of it is asked; NOT_FOUND. */
int unit_path_read(struct tx *tx, int64_t unit_id, char *out, size_t size,
                   int64_t *ret_building_id);
/* Facts of @row for the guards; those that need customers or money are false. */
void unit_facts(const struct unit_row *row, struct unit_facts *ret_facts);
/* Unit price by the unit's basis, fen per m2; 0 when there is none (no price, no area, by
 * unit). */
int64_t unit_row_price(const struct unit_row *row);

struct unit_ref {
    int64_t id;
    int64_t version; /* as read; 0: not checked. After a change: the new one */
};

/* One action on a batch. */
struct unit_action {
    enum transition_id transition; /* of the GUARDED kinds below */
    const char *reason;            /* NULL: none */
    const char *document;          /* NULL: none */
    const char *holder;            /* RESERVE */
    int64_t customer_id;           /* RESERVE: the one of the master it is for; 0: none */
    const char *retained;          /* RETAIN: kind */
    int64_t until_ms;              /* HOLD, RESERVE, LOCK */
    struct unit_ref *units;
    size_t n;
};
enum {
    UNIT_BATCH_MAX = 20000,
    UNIT_LOCK_MIN = 1, /* minutes of a pick lock (T10) */
    UNIT_LOCK_MAX = 30,
};

/* Does a RELEASE, WITHDRAW, RETAIN, UNRETAIN, RESERVE, HOLD, UNHOLD, LOCK or UNLOCK (-EINVAL: any
 * other) on all units of the batch or, with UNITS_REFUSED and an item for each that refuses, on
 * none. Versions in @action are moved on. */
int unit_act(struct tx *tx, int64_t project_id, struct unit_action *action);

/* Timers: ends holds, reservations and locks whose time has come (T7, T11). Returns how many; the
 * time of the next one is put into *ret_next_ms (0: none). */
int unit_expire_due(struct tx *tx, int64_t *ret_next_ms);

/* Ends the sale of units that no valid permit covers any more (T3 permit-lost); @permit_id limits
 * it to units that one covered. What is held or reserved stays so and is unreleased after. Returns
 * how many left the sale. */
int unit_close_without_permit(struct tx *tx, int64_t permit_id);

/* After any change that may take availability from @unit_id: appends the patch if it does. */
int unit_publish_loss(struct tx *tx, int64_t unit_id, const char *cause);

enum {
    UNIT_MEDIA_MAX = 30,                   /* pictures of a unit */
    UNIT_MEDIA_TEXT = UNIT_MEDIA_MAX * 33, /* their ids, space separated, and the NUL */
};

/* The record itself. NULL / negative members are left as they are. */
struct unit_change {
    int64_t id, version;
    const char *class, *orientation, *display_note, *vr_url, *room;
    int64_t layout_id;             /* -1: leave; 0: none */
    int64_t floor_height_mm;       /* -1: leave; 0: unknown */
    int attached_only, model_room; /* -1: leave */
    int64_t span;                  /* -1: leave */
    const char *const *media;      /* NULL: leave */
    size_t n_media;                /* at most UNIT_MEDIA_MAX, else LIMIT_REACHED */
};
int unit_update(struct tx *tx, const struct unit_change *change);

/* Areas of a stage; gross = inner + shared or UNIT_AREA_SUM. Setting takes back the stage's
 * review and, on a priced unit, asks for a price review (G13). */
int unit_set_area(struct tx *tx, int64_t unit_id, int64_t version, const char *stage, int64_t gross,
                  int64_t inner, int64_t shared);
int unit_review_areas(struct tx *tx, int64_t project_id, const char *stage, struct unit_ref *units,
                      size_t n);

/* Prices in fen; -1 leaves, 0 removes. With @unit_price_fen > 0 the total is computed from it by
 * the project's rules and is from then on the authority. The total that the public has seen, and
 * the floor under it, change by an approved plan alone: PRICE_PLANNED (reprice.h). */
struct unit_price_change {
    int64_t id, version, total_fen, unit_price_fen, filed_total_fen, floor_total_fen;
    const char *reason;
    const char *until_date; /* of the price that is set (PR-04); NULL or "": no end */
    int64_t reprice_id;     /* of the plan that it carries out; 0: by hand */
};
int unit_set_price(struct tx *tx, const struct unit_price_change *change);
/* The version of the unit's price: what documents keep (PR-17). 0: it has none. Writes the price
 * that a unit came with down as its first. */
int unit_price_version(struct tx *tx, int64_t unit_id, int64_t *ret_id);

/* Gives the units of the batch a layout (0: none). */
int unit_assign_layout(struct tx *tx, int64_t project_id, int64_t layout_id, struct unit_ref *units,
                       size_t n);
/* Deletes units in U without history, money or publication (PM-07); all or none. */
int unit_delete(struct tx *tx, int64_t project_id, struct unit_ref *units, size_t n);

struct unit_history_row {
    int64_t id, at_ms;
    const char *axis, *from, *to, *event, *actor, *document, *reason;
};
int unit_history(struct tx *tx, int64_t unit_id,
                 int (*each)(void *arg, const struct unit_history_row *row), void *arg);

/* The areas of each stage that has some; inner and shared 0: the source gave gross alone. */
struct unit_area_row {
    const char *stage;
    int64_t gross, inner, shared;               /* 0.01 m2 */
    int64_t reviewed_ms;                        /* 0: not reviewed */
    const char *reviewed_by, *reviewed_by_name; /* NULL: not reviewed */
};
int unit_area_each(struct tx *tx, int64_t unit_id,
                   int (*each)(void *arg, const struct unit_area_row *row), void *arg);
/* The numbers of the valid permits that cover the unit, and the ids of its pictures in order. These
 * three look at no scope: the caller has read the unit. */
int unit_permit_each(struct tx *tx, int64_t unit_id, int (*each)(void *arg, const char *number),
                     void *arg);
int unit_media_each(struct tx *tx, int64_t unit_id, int (*each)(void *arg, const char *id),
                    void *arg);

/* A row of unit_history; version is the unit's after the change. For the modules of db/. */
int unit_history_add(struct tx *tx, int64_t unit_id, const char *axis, char from, char to,
                     const char *event, const char *document, const char *reason, int64_t claim_id,
                     int64_t version);

#endif
