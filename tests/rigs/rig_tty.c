/* rig_tty.c - bus_tty on pseudo-terminals, which the shim passes off as serial lines: paths that
 * appear and vanish, hang-ups, locks, settings, a flood.
 *
 * As nobody: root passes by TIOCEXCL and file modes.
 */
#include "tests/unit/port_fixture.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static struct desk desk;
static char folder[64], by_id[96], path[128];
static const char *const paths[] = {path, NULL};
static int master = -1;
static char slave[64];

/* A pseudo-terminal; our end is the reader. */
static void line_make(void)
{
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, slave, sizeof(slave)), 0);
}

static void line_plug(void)
{
    line_make();
    (void)mkdir(by_id, 0755);
    assert_int_equal(symlink(slave, path), 0);
}

static void line_pull(void)
{
    if (master >= 0)
        close(master);
    master = -1;
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/anchang-tty-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(by_id, sizeof(by_id), "%s/by-id", folder);
    snprintf(path, sizeof(path), "%s/reader", by_id);
    desk_start(&desk, &bus_tty, paths);
    desk_wait(&desk, "state 0\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    line_pull();
    unlink(path);
    rmdir(by_id);
    return rmdir(folder);
}

static void line_open(void)
{
    desk_wait(&desk, "arrived ");
    assert_int_equal(desk_open(&desk, path), 0);
    desk_wait(&desk, "ready ");
}

static void says(const char *text)
{
    assert_int_equal(write(master, text, strlen(text)), strlen(text));
}

static void test_appears(void **state)
{
    (void)state;
    desk_rest(&desk, 20);
    assert_string_equal(desk.log, "state 0\n"); /* absent is no error */
    assert_int_equal(desk_open(&desk, path), -ENODEV);
    line_plug();
    line_open();
    assert_string_equal(desk.last.bus, "tty");
    assert_string_equal(desk.last.path, path);
    says("\x02"
         "0A\x03");
    desk_wait(&desk, " 02304103\n");
    unlink(path);
    rmdir(by_id);
    desk_wait(&desk, "gone ");
    desk_wait(&desk, "left ");
    line_pull();
    line_plug();
    line_open();
    says("B");
    desk_wait(&desk, " 42\n");
}

static void test_hangup(void **state)
{
    (void)state;
    line_plug();
    line_open();
    says("\x02"
         "0");
    desk_wait(&desk, " 0230\n");
    line_pull(); /* in mid-frame */
    desk_wait(&desk, "gone ");
    assert_int_equal(desk_count(&desk, " -19\n"), 1);
    unlink(path);
    desk_wait(&desk, "left ");
    assert_int_equal(desk_count(&desk, "gone"), 1);
}

/* The link leads elsewhere before anybody looked: the old one has left all the same. */
static void test_another_line(void **state)
{
    int old;

    (void)state;
    line_plug();
    line_open();
    old = master;
    line_make();
    unlink(path);
    assert_int_equal(symlink(slave, path), 0);
    desk_wait(&desk, "gone ");
    desk_wait(&desk, "left ");
    line_open();
    says("B");
    desk_wait(&desk, " 42\n");
    close(old);
}

static void test_settings(void **state)
{
    static const struct line_settings odd = {19200, 7, 2, 'e'};
    static const struct line_settings bad[] = {
        {9600, 8, 1, 'x'}, {9600, 9, 1, 'n'}, {0, 8, 1, 'n'}};
    struct termios t;

    (void)state;
    line_plug();
    desk_wait(&desk, "arrived ");
    assert_int_equal(desk_open_line(&desk, path, &bad[0]), -EINVAL);
    assert_int_equal(desk_open_line(&desk, path, &bad[1]), -EINVAL);
    assert_true(desk_open_line(&desk, path, &bad[2]) < 0);
    assert_int_equal(desk_open_line(&desk, path, &odd), 0);
    assert_int_equal(tcgetattr(master, &t), 0);
    assert_int_equal(cfgetispeed(&t), B19200);
    assert_int_equal(t.c_cflag & PARODD, 0);
    assert_int_equal(t.c_cflag & CRTSCTS, 0);
    assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG), 0); /* a byte 3 is a byte, no signal */
    desk_wait(&desk, "ready ");
    says("\x03\r\x11");
    desk_wait(&desk, " 030D11\n");
}

static void test_locked(void **state)
{
    struct termios before, after;
    int fd;

    (void)state;
    line_plug();
    line_open();
    assert_int_equal(desk_open(&desk, path), -EBUSY);
    fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd < 0 && errno == EBUSY); /* one that asks for no lock */
    desk_close(desk_port(&desk, path));
    fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0); /* and one that has asked before us */
    assert_int_equal(tcgetattr(fd, &before), 0);
    before.c_lflag |= ICANON | ECHO;
    assert_int_equal(tcsetattr(fd, TCSANOW, &before), 0);
    assert_int_equal(desk_open(&desk, path), -EBUSY);
    assert_int_equal(tcgetattr(fd, &after), 0);
    assert_int_equal(after.c_lflag, before.c_lflag); /* its settings are left alone */
    close(fd);
    assert_int_equal(desk_open(&desk, path), 0);
}

static void test_denied(void **state)
{
    (void)state;
    line_plug();
    desk_wait(&desk, "arrived ");
    assert_int_equal(chmod(slave, 0), 0);
    assert_int_equal(desk_open(&desk, path), -EACCES);
    assert_int_equal(chmod(slave, 0600), 0);
    assert_int_equal(desk_open(&desk, path), 0);
}

static void test_no_line(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(mkdir(by_id, 0755), 0);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    desk_rest(&desk, 30);
    assert_int_equal(desk_count(&desk, "arrived"), 0); /* a file is no device */
    unlink(path);
    assert_int_equal(symlink("/dev/null", path), 0);
    desk_wait(&desk, "arrived ");
    assert_int_equal(desk_open(&desk, path), -EINVAL);
}

static void test_close_inside(void **state)
{
    (void)state;
    line_plug();
    line_open();
    desk_port(&desk, path)->close_on_data = true;
    says("A");
    desk_wait(&desk, " 41\n");
    says("B");
    desk_rest(&desk, 20);
    assert_int_equal(desk_count(&desk, "data"), 1);
}

static int64_t cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void test_flood_paused(void **state)
{
    char garbage[256];
    int64_t begin;

    (void)state;
    memset(garbage, 'x', sizeof(garbage));
    line_plug();
    line_open();
    desk_pause(&desk, path, true);
    while (write(master, garbage, sizeof(garbage)) > 0)
        ;
    begin = cpu_us();
    desk_rest(&desk, 200);
    assert_true(cpu_us() - begin < 10000);
    assert_int_equal(desk_count(&desk, "data"), 0);
    desk_pause(&desk, path, false);
    desk_rest(&desk, 20);
    desk.mark = desk.n;
    says("A");
    desk_wait(&desk, "41\n");
    desk_pause(&desk, path, true);
    line_pull();
    desk_wait(&desk, "gone "); /* also while nothing is read */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_appears),  CASE(test_hangup),       CASE(test_another_line),
        CASE(test_settings), CASE(test_locked),       CASE(test_denied),
        CASE(test_no_line),  CASE(test_close_inside), CASE(test_flood_paused),
    };

    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
