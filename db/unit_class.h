/* unit_class.h - the classes a unit may have, as data (PM-12).
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_UNIT_CLASS_H
#define ANCHANG_DB_UNIT_CLASS_H

#include <stdbool.h>
#include <stddef.h>

enum unit_class {
#define CLASS(symbol, code, zh, en, price, layout) UNIT_CLASS_##symbol,
#include "db/unit_class.def"
#undef CLASS
    UNIT_CLASS_COUNT
};

struct class_info {
    const char *code, *zh, *en;
    bool by_piece; /* priced as a whole, whatever the basis of its project */
    bool laid_out; /* a price list owes its layout */
};
extern const struct class_info unit_classes[UNIT_CLASS_COUNT];

/* NULL when @code (which may be NULL) is no class. */
const struct class_info *unit_class_info(const char *code);

/* What a unit of class @code is priced by in a project of @project_basis: "unit", or the project's
 * "gross", "inner", "unit". */
const char *unit_class_basis(const char *code, const char *project_basis);

#endif
