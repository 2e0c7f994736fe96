/* like.h - what is looked for, as a part of a text. */
#ifndef ANCHANG_DB_LIKE_H
#define ANCHANG_DB_LIKE_H

#include <stddef.h>

/*
 * A pattern of LIKE ... ESCAPE '!' that finds @part anywhere in a text; no sign of it is a
 * wildcard. -EMSGSIZE where @out of @size bytes cannot hold it: twice the part and four bytes do.
 */
int like_part(const char *part, char *out, size_t size);

#endif
