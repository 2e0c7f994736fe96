/* rig_pcsc.c - bus_pcsc on the real pcscd with vpcd, whose two virtual readers take cards of ours.
 *
 * pcscd's socket has a fixed place and vpcd listens on all interfaces, so the rig has mounts and a
 * network of its own. A card is a thread that answers what the reader asks.
 */
#include "tests/unit/port_fixture.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

enum { SKIPPED = 77, PORT = 35963 };

#define PCSCD      "/usr/sbin/pcscd"
#define VPCD       "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
#define SOCKET     "/run/pcscd/pcscd.comm"
#define FIRST      "Virtual PCD 00 00"
#define SECOND     "Virtual PCD 00 01"
#define UID        "\x04\xA1\xB2\xC3\xD4\xE5\xF6"
#define UID_LINE   "data " FIRST " 0904A1B2C3D4E5F69000\n"
#define OTHER      "\xDE\xAD\xBE\xEF"
#define OTHER_LINE "data " FIRST " 06DEADBEEF9000\n"

static struct desk desk;
static pid_t service;
static char config[64];

/* ---- a refusal of polkit, for which no message bus is at hand ---- */

static bool refused;

LONG SCardEstablishContext(DWORD dwScope, LPCVOID pvReserved1, LPCVOID pvReserved2,
                           LPSCARDCONTEXT phContext)
{
    __typeof__(&SCardEstablishContext) next =
        (__typeof__(next))dlsym(RTLD_NEXT, "SCardEstablishContext");

    return __atomic_load_n(&refused, __ATOMIC_SEQ_CST)
               ? (LONG)SCARD_W_SECURITY_VIOLATION
               : next(dwScope, pvReserved1, pvReserved2, phContext);
}

/* ---- the service ---- */

static void rest_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void service_start(void)
{
    service = fork();
    assert_true(service >= 0);
    if (service == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(PCSCD, PCSCD, "--foreground", "--critical", "--config", config, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 3000 && access(SOCKET, F_OK) < 0; i++)
        rest_ms(10);
    assert_int_equal(access(SOCKET, F_OK), 0);
}

static void service_end(int by)
{
    if (service > 0) {
        kill(service, by);
        waitpid(service, NULL, 0);
    }
    service = 0;
    unlink(SOCKET);
    unlink("/run/pcscd/pcscd.pid");
}

/* ---- cards ---- */

struct card {
    pthread_t thread;
    int fd;
    uint8_t uid[16];
    size_t n_uid;
};

static bool move_all(int fd, uint8_t *bytes, size_t n, bool out)
{
    for (size_t done = 0; done < n;) {
        ssize_t r = out ? send(fd, bytes + done, n - done, MSG_NOSIGNAL)
                        : recv(fd, bytes + done, n - done, 0);

        if (r <= 0)
            return false;
        done += (size_t)r;
    }
    return true;
}

static bool answer(int fd, const uint8_t *bytes, size_t n)
{
    uint8_t message[64] = {(uint8_t)(n >> 8), (uint8_t)n};

    memcpy(message + 2, bytes, n);
    return move_all(fd, message, n + 2, true);
}

/* What vpcd says is two bytes of length and a command: one byte for the power and the ATR, more for
 * the card itself. */
static void *card_main(void *arg)
{
    static const uint8_t atr[] = {0x3B, 0x81, 0x80,
                                  0x01, 0x80, 0x80}; /* contactless, nothing told */
    static const uint8_t get_uid[] = {0xFF, 0xCA, 0, 0, 0};
    struct card *card = arg;
    uint8_t said[65536], uid[18];
    bool go_on = true;

    memcpy(uid, card->uid, card->n_uid);
    memcpy(uid + card->n_uid, "\x90", 2);
    while (go_on && move_all(card->fd, said, 2, false)) {
        size_t n = (size_t)said[0] << 8 | said[1];

        if (!move_all(card->fd, said, n, false))
            break;
        if (n == 1 && said[0] == 4)
            go_on = answer(card->fd, atr, sizeof(atr));
        else if (n == sizeof(get_uid) && !memcmp(said, get_uid, n))
            go_on = answer(card->fd, uid, card->n_uid + 2);
        else if (n > 1)
            go_on = answer(card->fd, (const uint8_t *)"\x6A\x81", 2);
    }
    return NULL;
}

static void card_put(struct card *card, unsigned slot, const char *uid)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)(PORT + slot)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int r = -1;

    card->n_uid = strlen(uid);
    memcpy(card->uid, uid, card->n_uid);
    for (int i = 0; i < 500 && r < 0; i++) {
        card->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        r = connect(card->fd, (struct sockaddr *)&at, sizeof(at));
        if (r < 0) {
            close(card->fd);
            rest_ms(10);
        }
    }
    assert_int_equal(r, 0);
    assert_int_equal(pthread_create(&card->thread, NULL, card_main, card), 0);
}

static void card_take(struct card *card)
{
    shutdown(card->fd, SHUT_RDWR);
    pthread_join(card->thread, NULL);
    close(card->fd);
}

/* ---- tests ---- */

static int setup(void **state)
{
    (void)state;
    service_start();
    desk_start(&desk, &bus_pcsc, NULL);
    desk_wait(&desk, "state 0\n");
    desk_wait(&desk, "arrived " FIRST "\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    service_end(SIGTERM);
    return 0;
}

static void test_card(void **state)
{
    struct card card;

    (void)state;
    assert_int_equal(desk_open(&desk, FIRST), 0);
    assert_int_equal(desk_open(&desk, FIRST), -EBUSY);
    assert_int_equal(desk_open(&desk, "no such reader"), -ENODEV);
    desk_wait(&desk, "ready " FIRST "\n");
    card_put(&card, 0, UID);
    desk_wait(&desk, UID_LINE);
    card_take(&card);
    desk_wait(&desk, "data " FIRST " 00\n");
    card_put(&card, 0, OTHER);
    desk_wait(&desk, OTHER_LINE);
    card_take(&card);
    desk_wait(&desk, "data " FIRST " 00\n");
    assert_int_equal(desk_count(&desk, "data"), 4);
}

static void test_two_readers(void **state)
{
    struct card cards[2];

    (void)state;
    desk_wait(&desk, "arrived " SECOND "\n");
    assert_int_equal(desk_open(&desk, SECOND), 0);
    card_put(&cards[0], 0, UID); /* nobody asked for this one */
    card_put(&cards[1], 1, OTHER);
    desk_wait(&desk, "data " SECOND " 06DEADBEEF9000\n");
    assert_int_equal(desk_count(&desk, "data"), 1);
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_wait(&desk, UID_LINE); /* it lay there before */
    card_take(&cards[0]);
    card_take(&cards[1]);
}

static void test_paused(void **state)
{
    struct card card;

    (void)state;
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_wait(&desk, "ready");
    desk_pause(&desk, FIRST, true);
    card_put(&card, 0, UID);
    desk_rest(&desk, 1500);
    assert_int_equal(desk_count(&desk, "data"), 0);
    desk_pause(&desk, FIRST, false);
    desk_wait(&desk, UID_LINE);
    card_take(&card);
}

/* Another program that has the card for itself is waited for, and may have it beside us. */
static void test_shared(void **state)
{
    SCARDCONTEXT context;
    SCARDHANDLE handle;
    DWORD protocol;
    struct card card;

    (void)state;
    card_put(&card, 0, UID);
    assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), 0);
    for (int i = 0; i < 500 && SCardConnect(context, FIRST, SCARD_SHARE_EXCLUSIVE,
                                            SCARD_PROTOCOL_T1, &handle, &protocol) != 0;
         i++)
        rest_ms(10);
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_rest(&desk, 1500);
    assert_int_equal(desk_count(&desk, "data"), 0);
    assert_int_equal(SCardDisconnect(handle, SCARD_LEAVE_CARD), 0);
    desk_wait(&desk, UID_LINE);
    assert_int_equal(
        SCardConnect(context, FIRST, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &handle, &protocol),
        0);
    assert_int_equal(SCardDisconnect(handle, SCARD_LEAVE_CARD), 0);
    desk_rest(&desk, 700);
    assert_int_equal(desk_count(&desk, "data"), 1); /* a card is read once */
    assert_int_equal(SCardReleaseContext(context), 0);
    card_take(&card);
}

static void test_service_killed(void **state)
{
    struct card card;

    (void)state;
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_wait(&desk, "ready");
    service_end(SIGKILL);
    desk_wait(&desk, "gone " FIRST " -19\n");
    desk_wait(&desk, "left " FIRST "\n");
    desk_wait(&desk, "state -112\n"); /* -EHOSTDOWN */
    desk_rest(&desk, 1200);
    assert_string_equal(desk.log + desk.mark, ""); /* told once */
    assert_int_equal(desk_open(&desk, FIRST), -ENODEV);
    service_start();
    desk_wait(&desk, "state 0\n");
    desk_wait(&desk, "arrived " FIRST "\n");
    assert_int_equal(desk_open(&desk, FIRST), 0);
    card_put(&card, 0, UID);
    desk_wait(&desk, UID_LINE);
    card_take(&card);
}

static void test_service_missing(void **state)
{
    (void)state;
    desk_start(&desk, &bus_pcsc, NULL);
    desk_wait(&desk, "state -112\n");
    service_start();
    desk_wait(&desk, "state 0\narrived ");
    desk_stop(&desk);
    service_end(SIGTERM);
    /* A reader that is open, and words that nobody heard, when all ends. */
    service_start();
    desk_start(&desk, &bus_pcsc, NULL);
    desk_wait(&desk, "arrived " FIRST "\n");
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_stop(&desk);
    service_end(SIGTERM);
}

/* A service that hangs holds up neither the loop nor, for long, the end. */
static void test_service_hung(void **state)
{
    (void)state;
    service_start();
    desk_start(&desk, &bus_pcsc, NULL);
    desk_wait(&desk, "arrived " FIRST "\n");
    kill(service, SIGSTOP);
    assert_int_equal(desk_open(&desk, FIRST), 0);
    desk_wait(&desk, "ready");
    desk_stop(&desk);
    service_end(SIGKILL);
}

static void test_refused(void **state)
{
    (void)state;
    __atomic_store_n(&refused, true, __ATOMIC_SEQ_CST);
    desk_start(&desk, &bus_pcsc, NULL);
    desk_wait(&desk, "state -13\n"); /* -EACCES */
    __atomic_store_n(&refused, false, __ATOMIC_SEQ_CST);
    desk_wait(&desk, "state -112\n");
    desk_stop(&desk);
}

/* ---- a machine of its own ---- */

static int rig_skip(const char *what)
{
    printf("skipped: %s: %s\n", what, strerror(errno));
    return SKIPPED;
}

static int loopback_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = ioctl(fd, SIOCSIFFLAGS, &lo);

    close(fd);
    return r;
}

static bool config_write(void)
{
    char path[96];
    FILE *f;

    snprintf(config, sizeof(config), "/run/readers");
    snprintf(path, sizeof(path), "%s/vpcd", config);
    if (mkdir(config, 0755) < 0 || mkdir("/run/pcscd", 0755) < 0 || !(f = fopen(path, "we")))
        return false;
    fprintf(f,
            "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:%d\nLIBPATH %s\n"
            "CHANNELID 0x%X\n",
            PORT, VPCD, PORT);
    return fclose(f) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_service_missing),
        cmocka_unit_test(test_service_hung),
        cmocka_unit_test(test_refused),
        cmocka_unit_test_setup_teardown(test_card, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_readers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_service_killed, setup, teardown),
    };

    if (access(PCSCD, X_OK) < 0 || access(VPCD, R_OK) < 0)
        return rig_skip("pcscd and vpcd");
    if (unshare((geteuid() ? CLONE_NEWUSER : 0) | CLONE_NEWNS | CLONE_NEWNET) < 0)
        return rig_skip("mounts and a network of its own");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("run", "/run", "tmpfs", 0, "mode=755") < 0 || loopback_up() < 0 || !config_write())
        return rig_skip("mounts and a network of its own");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
