/* nfc.h - one form of each text: Unicode's NFC, in which all text from outside is stored (RS F35).
 *
 * GLib's tables, which come with pango. Any thread.
 */
#ifndef ANCHANG_NFC_H
#define ANCHANG_NFC_H

#include <stddef.h>

/* @text, @n bytes of valid UTF-8 without NUL, in NFC: malloc'ed for the caller, or NULL when it is
 * so already, as nearly all text is. */
char *nfc_of(const char *text, size_t n);

#endif
