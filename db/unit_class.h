/* unit_class.h - the classes a unit may have, as data (PM-12).
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_UNIT_CLASS_H
#define ANCHANG_DB_UNIT_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit_class {
#define CLASS(symbol, ...) UNIT_CLASS_##symbol,
#include "db/unit_class.def"
#undef CLASS
    UNIT_CLASS_COUNT
};

struct class_info {
    const char *code, *zh, *en;
    bool by_piece; /* priced as a whole, whatever the basis of its project */
    bool laid_out; /* a price list owes its layout */
    bool area_owed;
    bool by_stair;      /* numbers start again in each stair-unit; else one run a floor */
    bool fund;          /* the housing fund lends for it */
    int64_t loan_years; /* the longest loan; 0: none is offered */
    int64_t down_bp; /* the least first payment, 0.0001 of the price; a project may ask for more */
    const char *numbering; /* a pattern of generate.h */
};
extern const struct class_info unit_classes[UNIT_CLASS_COUNT];

/* NULL when @code (which may be NULL) is no class. */
const struct class_info *unit_class_info(const char *code);

/* Classes as a set, bit 1 << enum unit_class; stored and published as their codes in order, with a
 * space between. Where it says what something is for, the empty set means every class. */
enum { CLASS_SET_TEXT = UNIT_CLASS_COUNT * 12 + 1 }; /* no code is longer than 11 */
#define CLASS_BIT(class) (1u << (class))
void class_set_write(unsigned set, char out[CLASS_SET_TEXT]);
unsigned class_set_read(const char *text); /* what is no class is left out */

/* What a unit of class @code is priced by in a project of @project_basis: "unit", or the project's
 * "gross", "inner", "unit". */
const char *unit_class_basis(const char *code, const char *project_basis);

/* Whether a unit of class @code must have an area. What is no class must. */
bool unit_class_owes_area(const char *code);

#endif
