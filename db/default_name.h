/* default_name.h - the names of the flows and processes that a site begins with, in two languages.
 *
 * One is stored in Chinese; default_name_in() is what a page shows of a stored name, and
 * default_name_stored() takes it back as the page sends it, so that what is saved from an English
 * page has the name it had. Thread: any.
 */
#ifndef ANCHANG_DB_DEFAULT_NAME_H
#define ANCHANG_DB_DEFAULT_NAME_H

#include "db/fault.h"

enum default_name {
#define DEFAULT_NAME(symbol, zh, en) DEFAULT_NAME_##symbol,
#include "db/default_name.def"
#undef DEFAULT_NAME
    DEFAULT_NAME_COUNT
};

struct default_name_info {
    const char *zh, *en;
};
extern const struct default_name_info default_names[DEFAULT_NAME_COUNT];

/* @name, stored, in @lang: another one for a default's alone. */
const char *default_name_in(const char *name, enum lang lang);
/* @name, typed or sent back (NULL: none), as it is stored. */
const char *default_name_stored(const char *name);

#endif
