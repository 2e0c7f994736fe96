/* certificate.c - see certificate.h. */
#include "daemon/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CA_YEARS = 20, SERVER_YEARS = 2, SERIAL = 16 };
#define YEAR_S ((time_t)(365 * 24 * 3600))

static int file_write(const char *path, const gnutls_datum_t *data)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, data->data, data->size) != (ssize_t)data->size || fsync(fd) < 0)
        r = -EIO;
    close(fd);
    return r;
}

static int key_write(gnutls_x509_privkey_t key, const char *path)
{
    gnutls_datum_t pem;
    int r;

    if (gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) < 0)
        return -EIO;
    r = file_write(path, &pem);
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return r;
}

static int crt_write(gnutls_x509_crt_t crt, const char *path)
{
    gnutls_datum_t pem;
    int r;

    if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) < 0)
        return -EIO;
    r = file_write(path, &pem);
    gnutls_free(pem.data);
    return r < 0 ? r : chmod(path, 0644) < 0 ? -errno : 0;
}

static int key_make(gnutls_x509_privkey_t key)
{
    return gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static int crt_begin(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *name, int years)
{
    unsigned char serial[SERIAL];
    time_t now = time(NULL);
    int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

    serial[0] &= 0x7f; /* a positive number */
    if (r >= 0)
        r = gnutls_x509_crt_set_version(crt, 3);
    if (r >= 0)
        r = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
    if (r >= 0)
        r = gnutls_x509_crt_set_activation_time(crt, now - 3600);
    if (r >= 0)
        r = gnutls_x509_crt_set_expiration_time(crt, now + years * YEAR_S);
    if (r >= 0)
        r = gnutls_x509_crt_set_key(crt, key);
    if (r >= 0)
        r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                          (unsigned)strnlen(name, 60));
    return r;
}

static int ca_make(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *site)
{
    char name[64];
    int r = key_make(key);

    snprintf(name, sizeof(name), "Anchang %.40s", site);
    if (r >= 0)
        r = crt_begin(crt, key, name, CA_YEARS);
    if (r >= 0)
        r = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);
    if (r >= 0)
        r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
    if (r >= 0)
        r = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
    return r;
}

static int server_make(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, gnutls_x509_crt_t ca,
                       gnutls_x509_privkey_t ca_key, const char *host)
{
    unsigned char address[16];
    int family = strchr(host, ':') ? AF_INET6 : AF_INET;
    bool is_address = inet_pton(family, host, address) == 1;
    int r = key_make(key);

    if (r >= 0)
        r = crt_begin(crt, key, host, SERVER_YEARS);
    if (r >= 0)
        r = is_address
                ? gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
                                                       family == AF_INET ? 4 : 16, GNUTLS_FSAN_SET)
                : gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host,
                                                       (unsigned)strlen(host), GNUTLS_FSAN_SET);
    if (r >= 0)
        r = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (r >= 0)
        r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (r >= 0)
        r = gnutls_x509_crt_sign2(crt, ca, ca_key, GNUTLS_DIG_SHA256, 0);
    return r;
}

/* Reads what is there, or makes and writes it. */
static int ca_ready(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *folder,
                    const char *site)
{
    char crt_path[PATH_MAX], key_path[PATH_MAX];
    gnutls_datum_t pem;
    int r;

    snprintf(crt_path, sizeof(crt_path), "%s/ca.pem", folder);
    snprintf(key_path, sizeof(key_path), "%s/ca.key", folder);
    if (gnutls_load_file(crt_path, &pem) >= 0) {
        r = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM);
        gnutls_free(pem.data);
        if (r >= 0)
            r = gnutls_load_file(key_path, &pem);
        if (r >= 0) {
            r = gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM);
            gnutls_memset(pem.data, 0, pem.size);
            gnutls_free(pem.data);
        }
        return r < 0 ? -EIO : 0;
    }
    if (ca_make(crt, key, site) < 0)
        return -EIO;
    r = key_write(key, key_path);
    return r < 0 ? r : crt_write(crt, crt_path);
}

int certificate_make(const char *folder, const char *site, const char *host)
{
    gnutls_x509_crt_t ca = NULL, crt = NULL;
    gnutls_x509_privkey_t ca_key = NULL, key = NULL;
    char path[PATH_MAX];
    int r = mkdir(folder, 0700) < 0 && errno != EEXIST ? -errno : 0;

    if (r == 0 && (gnutls_x509_crt_init(&ca) < 0 || gnutls_x509_crt_init(&crt) < 0 ||
                   gnutls_x509_privkey_init(&ca_key) < 0 || gnutls_x509_privkey_init(&key) < 0))
        r = -ENOMEM;
    if (r == 0)
        r = ca_ready(ca, ca_key, folder, site);
    if (r == 0 && server_make(crt, key, ca, ca_key, host) < 0)
        r = -EIO;
    snprintf(path, sizeof(path), "%s/server.key", folder);
    if (r == 0)
        r = key_write(key, path);
    snprintf(path, sizeof(path), "%s/server.pem", folder);
    if (r == 0)
        r = crt_write(crt, path);
    if (ca)
        gnutls_x509_crt_deinit(ca);
    if (crt)
        gnutls_x509_crt_deinit(crt);
    if (ca_key)
        gnutls_x509_privkey_deinit(ca_key);
    if (key)
        gnutls_x509_privkey_deinit(key);
    return r;
}
