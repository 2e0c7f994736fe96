/* unit_class.c - see unit_class.h. */
#include "db/unit_class.h"

#include <stdio.h>
#include <string.h>

enum { PRICE_AREA, PRICE_PIECE };
enum { LAYOUT_PLAIN, LAYOUT_LAID_OUT };
enum { MEASURE_FREE, MEASURE_MEASURED };
enum { PLACE_FLOOR, PLACE_STAIR };
enum { LENDER_BANK, LENDER_FUND };
enum { CASH };

const struct class_info unit_classes[UNIT_CLASS_COUNT] = {
#define CLASS(symbol, code, zh, en, price, layout, measure, place, lender, years, down, numbering) \
    [UNIT_CLASS_##symbol] = {code,                                                                 \
                             zh,                                                                   \
                             en,                                                                   \
                             PRICE_##price == PRICE_PIECE,                                         \
                             LAYOUT_##layout == LAYOUT_LAID_OUT,                                   \
                             MEASURE_##measure == MEASURE_MEASURED,                                \
                             PLACE_##place == PLACE_STAIR,                                         \
                             LENDER_##lender == LENDER_FUND,                                       \
                             years,                                                                \
                             down,                                                                 \
                             numbering},
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

const char *unit_class_basis(const char *code, const char *project_basis)
{
    const struct class_info *info = unit_class_info(code);

    return info && info->by_piece ? "unit" : project_basis;
}

bool unit_class_owes_area(const char *code)
{
    const struct class_info *info = unit_class_info(code);

    return !info || info->area_owed;
}

void class_set_write(unsigned set, char out[CLASS_SET_TEXT])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++)
        if (set & CLASS_BIT(i))
            used += (size_t)snprintf(out + used, CLASS_SET_TEXT - used, "%s%s", used ? " " : "",
                                     unit_classes[i].code);
}

unsigned class_set_read(const char *text)
{
    unsigned set = 0;

    while (*text) {
        const size_t n = strcspn(text, " ");

        for (size_t i = 0; i < UNIT_CLASS_COUNT; i++)
            if (strlen(unit_classes[i].code) == n && memcmp(unit_classes[i].code, text, n) == 0)
                set |= CLASS_BIT(i);
        text += n + strspn(text + n, " ");
    }
    return set;
}
