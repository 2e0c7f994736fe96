/* like.h - what is looked for, as a part of a text. */
#ifndef ANCHANG_DB_LIKE_H
#define ANCHANG_DB_LIKE_H

#include <stddef.h>

/*
 * A pattern of LIKE ... ESCAPE '!' that finds @part, none of whose characters is a wildcard, anywhere in a text.
 * Returns -EMSGSIZE where @out, of @size bytes, cannot hold it: twice the part and four more always do.
 */
int like_part(const char *part, char *out, size_t size);

#endif
