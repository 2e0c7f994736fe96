/* right.c - see right.h. */
#include "db/right.h"

#include <errno.h>
#include <string.h>

const struct right_info rights[RIGHT_COUNT] = {
#define RIGHT(symbol, code, zh, en) [RIGHT_##symbol] = {code, zh, en},
#include "db/right.def"
#undef RIGHT
};

#define B(r) RIGHT_BIT(RIGHT_##r)
const struct role_info roles[] = {
#define ROLE(code, zh, en, rights) {code, zh, en, rights},
#include "db/role.def"
#undef ROLE
};
#undef B
const int roles_count = sizeof(roles) / sizeof(roles[0]);

const char *post_name_in(const char *name, enum lang lang)
{
    for (int i = 0; lang == LANG_EN && i < roles_count; i++)
        if (strcmp(roles[i].zh, name) == 0)
            return roles[i].en;
    return name;
}

int right_by_code(const char *code)
{
    for (int i = 0; i < RIGHT_COUNT; i++)
        if (strcmp(rights[i].code, code) == 0)
            return i;
    return -ENOENT;
}
