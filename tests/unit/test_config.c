/* test_config.c - a configuration that is not understood refuses the start and names the line (RS
 * F50). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config.h"

static char path[] = "/tmp/anchang-config.XXXXXX", error[400];

static int setup(void **state)
{
    (void)state;
    close(mkostemp(path, O_CLOEXEC));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static int read_text(const char *text, struct config *c)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
    error[0] = '\0';
    return config_read(path, c, error, sizeof(error));
}

static void refused(const char *text, int line, const char *word)
{
    struct config c = {.listen_port = 77};
    char at[80];

    if (read_text(text, &c) != -EINVAL)
        fail_msg("taken: %s", text);
    snprintf(at, sizeof(at), "%s:%d: ", path, line);
    if (strncmp(error, at, strlen(at)) != 0 || !strstr(error, word))
        fail_msg("%s\ngives: %s", text, error);
    assert_int_equal(c.listen_port, 77); /* untouched */
}

static void test_defaults(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(read_text("", &c), 0);
    assert_string_equal(c.listen_address, "127.0.0.1");
    assert_int_equal(c.listen_port, 8080);
    assert_int_equal(c.workers, 2);
    assert_int_equal(c.streams_max, 256);
    assert_string_equal(c.site_lang, "zh");
    assert_string_equal(c.time_zone, "Asia/Shanghai");
    assert_string_equal(c.lan_address, ""); /* off */
    assert_string_equal(c.public_address, "");
    assert_true(c.rate_limits);
    assert_false(c.demo);
    assert_int_equal(c.n_hosts, 0);
}

/* What the program prints as its keys it also reads, and it says nothing new. */
static void test_printed_keys_are_the_defaults(void **state)
{
    struct config plain, printed;
    pid_t child;
    int status = 1;

    (void)state;
    memset(&plain, 0, sizeof(plain));
    memset(&printed, 0, sizeof(printed));
    child = fork();
    if (child == 0) {
        if (!freopen(path, "we", stdout))
            _exit(1);
        config_print_keys();
        _exit(fflush(stdout) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    error[0] = '\0';
    if (config_read(path, &printed, error, sizeof(error)) != 0)
        fail_msg("%s", error);
    assert_int_equal(read_text("", &plain), 0);
    assert_memory_equal(&plain, &printed, sizeof(plain));
}

static void test_values(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(
        read_text("\xef\xbb\xbf; ours\n[site]\nname = 案场 一号  \nlanguage = en\ndemo=yes\n"
                  "# more\n[listen]\nport: 0\nhosts = a.example  b.example\n"
                  "workers = 16\n[storage]\nstate = /srv/x\n",
                  &c),
        0);
    assert_string_equal(c.site_name, "案场 一号");
    assert_string_equal(c.site_lang, "en");
    assert_true(c.demo);
    assert_int_equal(c.listen_port, 0);
    assert_int_equal(c.n_hosts, 2);
    assert_string_equal(c.hosts[1], "b.example");
    assert_int_equal(c.workers, 16);
    assert_string_equal(c.state_dir, "/srv/x");
}

static void test_refusals(void **state)
{
    (void)state;
    refused("[listen]\nprot = 1\n", 2, "prot");
    refused("[site]\nname = a\n\n[listen]\n# x\nprot = 1\nalso = 2\n", 6, "prot"); /* the first */
    refused("[sit]\nname = a\n", 2, "[sit]");
    refused("name = a\n", 1, "name");
    refused("[site]\nport = 8080\n", 2, "port"); /* of another section */
    refused("[listen]\nport = 65536\n", 2, "65536");
    refused("[listen]\nport = -1\n", 2, "-1");
    refused("[listen]\nport = 80x\n", 2, "80x");
    refused("[listen]\nport = 0x50\n", 2, "0x50");
    refused("[listen]\nport =\n", 2, "port");
    refused("[listen]\nport = 99999999999999999999\n", 2, "port");
    refused("[listen]\nworkers = 0\n", 2, "workers");
    refused("[listen]\nworkers = 17\n", 2, "workers");
    refused("[listen]\nstreams = 7\n", 2, "streams");
    refused("[listen]\nrate-limits = true\n", 2, "rate-limits");
    refused("[site]\ndemo = YES\n", 2, "demo");
    refused("[site]\nlanguage = de\n", 2, "de");
    refused("[site]\nlanguage = zh en\n", 2, "zh en");
    refused("[site]\nlanguage = z\n", 2, "z");
    refused("[site]\nlanguage =\n", 2, "language");
    refused("[storage]\nstate = relative/path\n", 2, "relative/path");
    refused("[listen]\nhosts = a b c d e f g h i\n", 2, "hosts");
    refused("[site]\nnonsense\n", 2, "not understood");
    refused("[site\nname = a\n", 1, "");
}

static void test_long_values(void **state)
{
    struct config c;
    char text[1200], value[700];

    (void)state;
    memset(value, 'x', sizeof(value));
    value[0] = '/';
    value[150] = '\0';
    snprintf(text, sizeof(text), "[storage]\nstate = %s\n", value);
    assert_int_equal(read_text(text, &c), 0);
    assert_string_equal(c.state_dir, value);
    /* Too long for its place, or for a line: refused, never cut. */
    memset(value + 1, 'x', sizeof(value) - 1);
    value[600] = '\0';
    snprintf(text, sizeof(text), "[storage]\nstate = %s\n", value);
    assert_int_equal(read_text(text, &c), -EINVAL);
    value[127] = '\0';
    snprintf(text, sizeof(text), "[site]\nname = %s\n", value);
    assert_int_equal(read_text(text, &c), 0);
    value[127] = 'x';
    value[128] = '\0';
    snprintf(text, sizeof(text), "[site]\nname = %s\n", value);
    assert_int_equal(read_text(text, &c), -EINVAL);
}

static void test_no_file(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(config_read("/nowhere/at/all.conf", &c, error, sizeof(error)), -ENOENT);
    assert_non_null(strstr(error, "/nowhere/at/all.conf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_printed_keys_are_the_defaults),
        cmocka_unit_test(test_values),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_long_values), cmocka_unit_test(test_no_file)};

    return cmocka_run_group_tests(tests, setup, teardown);
}
