/* test_certificate.c - the site's own authority: a chain another box verifies, for the host it
 * uses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "daemon/certificate.h"

static const char *const names[] = {"ca.pem", "ca.key", "server.pem", "server.key"};
static char dir[64];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/anchang-cert.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char path[128];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    return rmdir(dir);
}

static gnutls_datum_t load(const char *name)
{
    gnutls_datum_t data;
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(gnutls_load_file(path, &data), 0);
    return data;
}

static gnutls_x509_crt_t crt_load(const char *name)
{
    gnutls_datum_t data = load(name);
    gnutls_x509_crt_t crt;

    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    assert_int_equal(gnutls_x509_crt_import(crt, &data, GNUTLS_X509_FMT_PEM), 0);
    gnutls_free(data.data);
    return crt;
}

/* As a browser that trusts ca.pem would: chain, purpose, time and name. */
static unsigned verify(gnutls_x509_crt_t ca, gnutls_x509_crt_t server, const char *host)
{
    gnutls_typed_vdata_st data[] = {
        {GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)(uintptr_t)host, 0},
        {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER, 0}};
    gnutls_x509_trust_list_t list;
    unsigned status = ~0u;

    assert_int_equal(gnutls_x509_trust_list_init(&list, 0), 0);
    assert_int_equal(gnutls_x509_trust_list_add_cas(list, &ca, 1, 0), 1);
    assert_int_equal(
        gnutls_x509_trust_list_verify_crt2(list, &server, 1, data, 2, 0, &status, NULL), 0);
    gnutls_x509_trust_list_deinit(list, 0);
    return status;
}

static void test_chain_and_names(void **state)
{
    static const struct {
        const char *host, *other;
    } cases[] = {{"desk.example", "kiosk.example"},
                 {"192.168.10.5", "192.168.10.6"},
                 {"fd00::5", "fd00::6"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gnutls_x509_crt_t ca, server;

        assert_int_equal(certificate_make(dir, "案场", cases[i].host), 0);
        ca = crt_load("ca.pem");
        server = crt_load("server.pem");
        assert_int_equal(verify(ca, server, cases[i].host), 0);
        assert_true(verify(ca, server, cases[i].other) & GNUTLS_CERT_UNEXPECTED_OWNER);
        assert_true(gnutls_x509_crt_get_expiration_time(server) > time(NULL) + 700 * 24 * 3600);
        assert_true(gnutls_x509_crt_get_activation_time(server) <= time(NULL));
        gnutls_x509_crt_deinit(ca);
        gnutls_x509_crt_deinit(server);
    }
}

/* The authority is made once; a server's is new each time, and its key belongs to it. */
static void test_made_once(void **state)
{
    gnutls_datum_t ca, ca_key, server, again;
    gnutls_certificate_credentials_t credentials;
    char crt[128], key[128];

    (void)state;
    assert_int_equal(certificate_make(dir, "s", "a.example"), 0);
    ca = load("ca.pem");
    ca_key = load("ca.key");
    server = load("server.pem");
    assert_int_equal(certificate_make(dir, "s", "a.example"), 0);
    again = load("ca.pem");
    assert_int_equal(again.size, ca.size);
    assert_memory_equal(again.data, ca.data, ca.size);
    gnutls_free(again.data);
    again = load("ca.key");
    assert_int_equal(again.size, ca_key.size);
    assert_memory_equal(again.data, ca_key.data, ca_key.size);
    gnutls_free(again.data);
    again = load("server.pem");
    assert_true(again.size != server.size || memcmp(again.data, server.data, server.size) != 0);
    gnutls_free(again.data);
    gnutls_free(ca.data);
    gnutls_free(ca_key.data);
    gnutls_free(server.data);
    snprintf(crt, sizeof(crt), "%s/server.pem", dir);
    snprintf(key, sizeof(key), "%s/server.key", dir);
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    assert_int_equal(
        gnutls_certificate_set_x509_key_file(credentials, crt, key, GNUTLS_X509_FMT_PEM), 0);
    gnutls_certificate_free_credentials(credentials);
}

static void test_files(void **state)
{
    gnutls_x509_crt_t ca;
    unsigned critical, is_ca = 0;
    char path[128];
    struct stat st;
    int length;

    (void)state;
    assert_int_equal(certificate_make(dir, "s", "a.example"), 0);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, strstr(names[i], ".key") ? 0600 : 0644);
    }
    ca = crt_load("ca.pem");
    assert_int_equal(gnutls_x509_crt_get_basic_constraints(ca, &critical, &is_ca, &length) >= 0, 1);
    assert_true(is_ca);
    assert_int_equal(length, 0); /* it makes no further authorities */
    gnutls_x509_crt_deinit(ca);
}

static void test_damaged(void **state)
{
    char path[128];
    FILE *file;

    (void)state;
    assert_int_equal(certificate_make(dir, "s", "a.example"), 0);
    snprintf(path, sizeof(path), "%s/ca.key", dir);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs("nonsense", file);
    fclose(file);
    assert_int_equal(certificate_make(dir, "s", "a.example"), -EIO);
    unlink(path); /* gone: not replaced, what trusts the old one would trust nothing */
    assert_int_equal(certificate_make(dir, "s", "a.example"), -EIO);
    assert_true(certificate_make("/nowhere/at/all", "s", "a.example") < 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {CASE(test_chain_and_names), CASE(test_made_once),
                                       CASE(test_files), CASE(test_damaged)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
