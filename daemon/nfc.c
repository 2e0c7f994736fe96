/* nfc.c - see nfc.h. */
#include "daemon/nfc.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

char *nfc_of(const char *text, size_t n)
{
    char *made = g_utf8_normalize(text, (gssize)n, G_NORMALIZE_NFC); /* g_malloc() is malloc() */

    if (made && strlen(made) == n && memcmp(made, text, n) == 0) {
        free(made);
        return NULL;
    }
    return made;
}
