/* unit_row.h - one row of a price list once it is understood: what the importer hands over.
 *
 * Texts are UTF-8, ended by NUL, trimmed, inner white space made one blank, without control
 * characters. They are plain text: whoever shows them escapes them.
 */
#ifndef ANCHANG_SHEET_UNIT_ROW_H
#define ANCHANG_SHEET_UNIT_ROW_H

#include "db/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a column of a list can mean. The order is the one of matrix_row(). */
enum unit_field {
    FIELD_PROJECT,
    FIELD_BUILDING,
    FIELD_STAIR,
    FIELD_FLOOR,
    FIELD_ROOM,
    FIELD_CLASS, /* use: home, shop ... */
    FIELD_LAYOUT,
    FIELD_ORIENTATION,
    FIELD_GROSS,
    FIELD_INNER,
    FIELD_SHARED,
    FIELD_UNIT_PRICE,
    FIELD_TOTAL,
    FIELD_FILED_TOTAL,
    FIELD_DEAL_TOTAL,
    FIELD_STATUS,
    FIELD_FLOOR_HEIGHT,
    FIELD_COUNT,
    FIELD_NONE = FIELD_COUNT, /* a column that is not read */
};

/* "unit_price" and so on: the names used in stored mappings and faults. */
const char *unit_field_name(enum unit_field field);
/* What people call it; "" for FIELD_NONE. */
const char *unit_field_label(enum unit_field field, enum lang lang);
/* The field of that name, FIELD_NONE when there is none. */
enum unit_field unit_field_of(const char *name);

enum { UNIT_NONE = -1 }; /* an amount that the list does not give */

enum unit_row_flag {
    UNIT_TOTAL_DERIVED = 1 << 0,   /* total is area x unit price, the list has none */
    UNIT_FLOOR_FROM_ROOM = 1 << 1, /* decided by the user for this class of rows */
    UNIT_UNPRICED = 1 << 2,        /* accepted without a price */
};

struct unit_row {
    int64_t row; /* 1-based row of the sheet */
    char project[96];
    char building[64];
    char stair[64];
    char floor[32];  /* the label as the list has it */
    int floor_first; /* ordinal of its lowest floor: 1 the first above ground, -1 below */
    int floor_span;  /* floors the unit takes: 2 for a duplex; 0: the ordinal is unknown */
    char room[48];
    char class_code[24]; /* as the user's mapping says; "" when none */
    char layout[64];
    char orientation[32];
    int64_t gross, inner, shared; /* 0.01 m2 or UNIT_NONE */
    int64_t unit_price;           /* fen per m2 or UNIT_NONE */
    int64_t total, filed_total;   /* fen or UNIT_NONE; the total is the authority (FC 27.2) */
    int64_t deal_total;           /* fen or UNIT_NONE; what it was sold for at the source (SC-13) */
    int64_t floor_height;         /* 0.01 m or UNIT_NONE */
    char state;                   /* U A K R X B S C F D T N (FC 25.2); 0: unknown */
    char status_word[64];         /* as the list has it */
    char class_word[64];          /* the use, as the list has it */
    char reason[64];              /* why it is not for sale; "" when it is */
    unsigned flags;               /* enum unit_row_flag */
};

#endif
