/* certificate.h - the site's own certificate authority, for kiosks and counters on other boxes (RS
 * T9).
 *
 * FOLDER/ca.pem and ca.key are made once and kept; server.pem and server.key are made anew for
 * @host on each call. Thread: one.
 */
#ifndef ANCHANG_CERTIFICATE_H
#define ANCHANG_CERTIFICATE_H

/* @host: a DNS name or an IP address the other boxes use. -EIO: GnuTLS or the disk would not. */
int certificate_make(const char *folder, const char *site, const char *host);

#endif
