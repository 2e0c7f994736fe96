/* default_name.c - see default_name.h. */
#include "db/default_name.h"

#include <string.h>

const struct default_name_info default_names[DEFAULT_NAME_COUNT] = {
#define DEFAULT_NAME(symbol, zh, en) {zh, en},
#include "db/default_name.def"
#undef DEFAULT_NAME
};

const char *default_name_in(const char *name, enum lang lang)
{
    for (size_t i = 0; lang == LANG_EN && i < DEFAULT_NAME_COUNT; i++)
        if (strcmp(default_names[i].zh, name) == 0)
            return default_names[i].en;
    return name;
}

const char *default_name_stored(const char *name)
{
    for (size_t i = 0; name && i < DEFAULT_NAME_COUNT; i++)
        if (strcmp(default_names[i].en, name) == 0)
            return default_names[i].zh;
    return name;
}
