/* nfc.c - see nfc.h. */
#include "daemon/nfc.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ASCII and the ideographs from U+4000 to U+9FFF stand for themselves, whatever is around. */
static bool is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];

        if (c >= 0xE4 && c <= 0xE9)
            i += 2;
        else if (c >= 0x80)
            return false;
    }
    return true;
}

char *nfc_of(const char *text, size_t n)
{
    char *made;

    if (is_plain(text, n))
        return NULL;
    made = g_utf8_normalize(text, (gssize)n, G_NORMALIZE_NFC); /* g_malloc() is malloc() */
    if (made && strlen(made) == n && memcmp(made, text, n) == 0) {
        free(made);
        return NULL;
    }
    return made;
}
