/* like.c - see like.h. */
#include "db/like.h"

#include <errno.h>
#include <string.h>

int like_part(const char *part, char *out, size_t size)
{
    size_t n = 0;

    out[n++] = '%';
    for (; *part; part++) {
        if (n + 4 > size)
            return -EMSGSIZE;
        if (strchr("%_!", *part))
            out[n++] = '!';
        out[n++] = *part;
    }
    out[n++] = '%';
    out[n] = '\0';
    return 0;
}
