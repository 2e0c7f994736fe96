/* unit_class.h - the classes a unit may have, as data (PM-12).
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_UNIT_CLASS_H
#define ANCHANG_DB_UNIT_CLASS_H

#include <stddef.h>

enum unit_class {
#define CLASS(symbol, code, zh, en) UNIT_CLASS_##symbol,
#include "db/unit_class.def"
#undef CLASS
    UNIT_CLASS_COUNT
};

struct class_info {
    const char *code, *zh, *en;
};
extern const struct class_info unit_classes[UNIT_CLASS_COUNT];

/* NULL when @code (which may be NULL) is no class. */
const struct class_info *unit_class_info(const char *code);

#endif
