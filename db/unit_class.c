/* unit_class.c - see unit_class.h. */
#include "db/unit_class.h"

#include <string.h>

const struct class_info unit_classes[UNIT_CLASS_COUNT] = {
#define CLASS(symbol, code, zh, en) [UNIT_CLASS_##symbol] = {code, zh, en},
#include "db/unit_class.def"
#undef CLASS
};

const struct class_info *unit_class_info(const char *code)
{
    for (size_t i = 0; code && i < UNIT_CLASS_COUNT; i++)
        if (strcmp(unit_classes[i].code, code) == 0)
            return &unit_classes[i];
    return NULL;
}
